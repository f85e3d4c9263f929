"""``nuprobe sample``: the posterior of parameters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.grids import make_priors
from nuprobe.cli.options import grouped
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.cli.specs import (
    ExperimentSpec,
    ModelSpec,
    experiment_options,
    model_options,
    names,
)


@dataclass(frozen=True)
class ChainSpec:
    """How the posterior is sampled.

    Attributes
    ----------
    priors : as typed.
    nuisances : sampled or profiled.
    steps, burn, walkers : of the chains; None for the default.
    seed : of the random numbers.
    start : of the walkers: at the fit or from the prior.
    getdist : root of the GetDist files, or None.
    """

    priors: tuple[str, ...]
    nuisances: Literal["sampled", "profiled"]
    steps: int
    burn: int | None
    walkers: int | None
    seed: int
    start: Literal["fit", "prior"]
    getdist: Path | None


_chain_options = grouped(
    "chain",
    ChainSpec,
    click.option(
        "--prior",
        "priors",
        multiple=True,
        metavar="NAME=KIND:A:B",
        help=(
            "flat:lower:upper, log:lower:upper or normal:mean:sigma, with unit;"
            " repeatable [default: flat in its range]."
        ),
    ),
    click.option(
        "--nuisances",
        type=click.Choice(["sampled", "profiled"]),
        default="sampled",
        show_default=True,
    ),
    click.option(
        "--steps",
        type=click.IntRange(5),
        default=4000,
        show_default=True,
        help="Steps of each walker.",
    ),
    click.option(
        "--burn",
        type=click.IntRange(0),
        help="Steps not used at the beginning [default: a fifth].",
    ),
    click.option(
        "--walkers",
        type=click.IntRange(6),
        help="Walkers, an even number [default: 32 or more].",
    ),
    click.option(
        "--seed", default=0, show_default=True, help="Seed of the random numbers."
    ),
    click.option(
        "--start",
        type=click.Choice(["fit", "prior"]),
        default="fit",
        show_default=True,
        help="Of the walkers.",
    ),
    click.option(
        "--getdist",
        type=click.Path(path_type=Path),
        metavar="ROOT",
        help="Write ROOT_1.txt, .paramnames, .ranges.",
    ),
)


@click.command(
    "sample",
    epilog="""\b
Examples:
  nuprobe sample coherent-csi-2017 --free rn --plot corner.pdf
  nuprobe sample coherent-csi-2017 --free rn,sin2_theta_w --prior "sin2_theta_w=normal:0.2386:0.003" -o chains.h5
Needs emcee: pip install "nuprobe[sampling]".""",  # noqa: E501
)
@experiment_options()
@click.option(
    "--free",
    required=True,
    help="Parameters to sample, separated by commas; see `nuprobe list parameters`.",
)
@model_options
@_chain_options
@checkpoint_options(
    what="HDF5 file of the chains, also the checkpoint.",
    resume="Go on where an interrupted run stopped, or to more steps.",
    plot="Save the corner plot (pdf, png, svg).",
)
@JSON
def sample_command(
    experiment: ExperimentSpec,
    free: str,
    model: ModelSpec,
    chain: ChainSpec,
    checkpoint: CheckpointSpec,
    as_json: bool,
) -> None:
    """Sample the posterior of parameters of the model or of the EXPERIMENT: means,
    credible intervals, convergence."""
    from nuprobe.files import writable_or_error
    from nuprobe.inference import sample

    if chain.getdist is not None:
        writable_or_error(f"{chain.getdist}.paramnames")
    (chosen,) = experiment.open()
    couplings, free_names = model.build(), names(free)
    result = sample(
        chosen.cost(couplings, free_names, experiment.analysis),
        free_names,
        priors=make_priors(chain.priors, chosen.parameters(couplings)),
        nuisances=chain.nuisances,
        steps=chain.steps,
        burn=chain.burn,
        walkers=chain.walkers,
        seed=chain.seed,
        start=chain.start,
        checkpoint=checkpoint.output,
        resume=checkpoint.resume,
        overwrite=checkpoint.overwrite,
        progress=not checkpoint.quiet,
        every_s=checkpoint.every,
    )
    if chain.getdist is not None:
        result.to_getdist(chain.getdist)
    if checkpoint.plot is not None:
        from nuprobe.plotting import plot_corner

        save_plot(
            lambda: plot_corner(result, references=chosen.file.references),
            checkpoint.plot,
        )
    emit(str(result), result.to_dict(), as_json)
