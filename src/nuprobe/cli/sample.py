"""``nuprobe sample``: the posterior of parameters."""

from __future__ import annotations

import sys

from nuprobe.cli.chains import ChainSpec, chain_options
from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.freed import free_option, freed_names
from nuprobe.cli.grids import make_priors
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.cli.specs import ModelSpec, operators_options


@command(
    "sample",
    epilog="""\b
Examples:
  nuprobe sample coherent-csi-2017 --free rn --plot corner.pdf
  nuprobe sample coherent-csi-2017 --free rn,sin2_theta_w --prior "sin2_theta_w=normal:0.2386:0.003" -o chains.h5
  nuprobe sample coherent-csi-2021 coherent-lar-2020 --free sin2_theta_w --plot angle.pdf
Needs emcee: pip install ".[sampling]" (in a clone).""",  # noqa: E501
)
@experiment_options(several=True)
@free_option("Parameters to sample")
@operators_options
@chain_options
@checkpoint_options(
    what="HDF5 file of the chains, also the checkpoint.",
    resume="Resume an interrupted run, or extend it to more steps.",
    plot="Save the corner plot (pdf, png, svg).",
)
@JSON
def sample_command(
    experiment: ExperimentSpec,
    free: str | None,
    model: ModelSpec,
    chain: ChainSpec,
    checkpoint: CheckpointSpec,
    as_json: bool,
) -> None:
    """Sample the posterior of parameters of the model or of each EXPERIMENT together,
    which share nuisances of one name: means, credible intervals, convergence. Exit code
    1 if parts of the chain disagree: then no interval is given."""
    from nuprobe.files import writable_or_error
    from nuprobe.inference import sample
    from nuprobe.inference.chain.files import getdist_files

    if chain.getdist is not None:
        for path in getdist_files(chain.getdist):
            writable_or_error(path)
            checkpoint.check_new(path)
    free_names, couplings = freed_names(free, model), model.build()
    opened = experiment.open()
    known = {p.name: p for one in opened for p in one.parameters(couplings)}
    references = list(dict.fromkeys(r for one in opened for r in one.references))
    result = sample(
        experiment.cost(couplings, free_names),
        free_names,
        priors=make_priors(chain.priors, known.values()),
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
            lambda: plot_corner(result, references=references),
            checkpoint.plot,
        )
    emit(str(result), result.to_dict(), as_json, provenance=result.provenance)
    if result.disagreement:
        sys.exit(1)
