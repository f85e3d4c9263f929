"""``nuprobe sample``: what the data of an experiment make of priors."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.arguments import (
    existing_or_new,
    make_model,
    make_priors,
    model_options,
)
from nuprobe.cli.experiment import experiment_options, open_experiment
from nuprobe.cli.output import check_plot, emit


@click.command(
    "sample",
    epilog="""\b
Examples:
  nuprobe sample coherent-csi-2017 --free rn --plot corner.pdf
  nuprobe sample coherent-csi-2017 --free rn,sin2_theta_w --prior "sin2_theta_w=normal:0.2386:0.003" -o chains.h5
Needs emcee: pip install "nuprobe[sampling]".""",
)
@experiment_options
@click.option(
    "--free",
    required=True,
    help="Parameters to sample, separated by commas; see `nuprobe list parameters`.",
)
@model_options
@click.option(
    "--prior",
    "priors",
    multiple=True,
    metavar="NAME=KIND:A:B",
    help=(
        "flat:lower:upper, log:lower:upper or normal:mean:sigma, with unit; repeatable"
        " [default: flat in its range]."
    ),
)
@click.option(
    "--nuisances",
    type=click.Choice(["sampled", "profiled"]),
    default="sampled",
    show_default=True,
)
@click.option(
    "--steps",
    type=click.IntRange(5),
    default=4000,
    show_default=True,
    help="Steps of each walker.",
)
@click.option(
    "--burn",
    type=click.IntRange(0),
    help="Steps not used at the beginning [default: a fifth].",
)
@click.option(
    "--walkers",
    type=click.IntRange(6),
    help="Walkers, an even number [default: 32 or more].",
)
@click.option("--seed", default=0, show_default=True, help="Of the random numbers.")
@click.option(
    "--start",
    type=click.Choice(["fit", "prior"]),
    default="fit",
    show_default=True,
    help="Of the walkers.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="HDF5 file of the chains, also the checkpoint.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on where an interrupted run stopped, or to more steps.",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing file.")
@click.option(
    "--every", default=30.0, show_default=True, help="Seconds between checkpoints."
)
@click.option(
    "--getdist",
    type=click.Path(path_type=Path),
    metavar="ROOT",
    help="Write ROOT_1.txt, .paramnames, .ranges.",
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Save the corner plot (pdf, png, svg).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def sample_command(
    experiment: str,
    analysis: str | None,
    changes: tuple[str, ...],
    free: str,
    model: str,
    sin2_theta_w: float | None,
    params: tuple[str, ...],
    model_file: Path | None,
    priors: tuple[str, ...],
    nuisances: str,
    steps: int,
    burn: int | None,
    walkers: int | None,
    seed: int,
    start: str,
    output: Path | None,
    resume: bool,
    overwrite: bool,
    every: float,
    getdist: Path | None,
    quiet: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Sample the posterior of parameters of the model or of the EXPERIMENT: means,
    credible intervals, convergence."""
    from nuprobe.files import writable_or_error
    from nuprobe.inference import sample

    check_plot(plot, resume or overwrite)
    if not resume:
        existing_or_new(output, overwrite)
    if getdist is not None:
        writable_or_error(f"{getdist}.paramnames")
    chosen = open_experiment(experiment, changes)
    couplings = make_model(model, sin2_theta_w, params, model_file)
    names = [n.strip() for n in free.split(",") if n.strip()]
    result = sample(
        chosen.cost(couplings, names, analysis),
        names,
        priors=make_priors(priors, chosen.parameters(couplings)),
        nuisances="sampled" if nuisances == "sampled" else "profiled",
        steps=steps,
        burn=burn,
        walkers=walkers,
        seed=seed,
        start="fit" if start == "fit" else "prior",
        checkpoint=output,
        resume=resume,
        overwrite=overwrite,
        progress=not quiet,
        every_s=every,
    )
    if getdist is not None:
        result.to_getdist(getdist)
    if plot is not None:
        from nuprobe.plotting import plot_corner, save

        save(plot_corner(result, references=chosen.file.references), plot)
    emit(str(result), result.to_dict(), as_json, None)
