"""``nuprobe sample``: the posterior of parameters."""

from __future__ import annotations

import sys

import click

from nuprobe.cli.chains import ChainSpec, chain_options
from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.grids import make_priors
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.cli.specs import (
    ExperimentSpec,
    ModelSpec,
    experiment_options,
    model_options,
    names,
)


@command(
    "sample",
    epilog="""\b
Examples:
  nuprobe sample coherent-csi-2017 --free rn --plot corner.pdf
  nuprobe sample coherent-csi-2017 --free rn,sin2_theta_w --prior "sin2_theta_w=normal:0.2386:0.003" -o chains.h5
Needs emcee: pip install ".[sampling]" (in a clone).""",  # noqa: E501
)
@experiment_options()
@click.option(
    "--free",
    required=True,
    help="Parameters to sample, separated by commas; see `nuprobe list parameters`.",
)
@model_options
@chain_options
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
    credible intervals, convergence. Exit code 1 if parts of the chain disagree: then
    no interval is given."""
    from nuprobe.files import writable_or_error
    from nuprobe.inference import sample
    from nuprobe.inference.chain.files import getdist_files

    if chain.getdist is not None:
        for path in getdist_files(chain.getdist):
            writable_or_error(path)
            checkpoint.check_new(path)
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
    emit(str(result), result.to_dict(), as_json, provenance=result.provenance)
    if result.disagreement:
        sys.exit(1)
