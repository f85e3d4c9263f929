"""``nuprobe scan``: the profile likelihood on a grid."""

from __future__ import annotations

from typing import Any

import click

from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.constructions import LeveledSpec, leveled_options
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.figures import figure_of, landmarks
from nuprobe.cli.grids import make_grid
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.cli.scan_texts import scan_report
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.errors import InputError


@command(
    "scan",
    epilog="""\b
Examples:
  nuprobe scan coherent-csi-2017 --grid "rn=2:9 fm:400" -o rn.h5
  nuprobe scan coherent-csi-2017 --grid "rn=2:9 fm:200,sin2_theta_w=0.1:0.4:200" -o scan.h5 --workers 2 --resume
  nuprobe scan ccfr-trident charm2-trident nutev-trident --model pair-couplings --grid "c_v=-2:2:201,c_a=-2:2:201" -o plane.h5 --plot plane.pdf
  nuprobe scan coherent-csi-2017 --grid "rn=3:8 fm:12,sin2_theta_w=0.15:0.35:12" --intervals feldman-cousins --toys 500 --cl 0.9 -o fc.h5 --plot fc.pdf""",  # noqa: E501
)
@experiment_options(several=True)
@click.option(
    "--grid",
    required=True,
    help="name=start:stop unit:count[:lin|:log], axes separated by commas.",
)
@operators_options
@checkpoint_options(
    what="HDF5 file, also the checkpoint.",
    resume="Resume an interrupted scan.",
    plot="Save the profile or the contours.",
    required=True,
)
@leveled_options
@click.option("--workers", type=click.IntRange(1), help="Processes on this machine.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Scheduler of a Dask cluster, or its JSON file (needs nuprobe[cluster]).",
)
@JSON
def scan_command(
    experiment: ExperimentSpec,
    grid: str,
    model: ModelSpec,
    checkpoint: CheckpointSpec,
    method: LeveledSpec,
    workers: int | None,
    dask: str | None,
    as_json: bool,
) -> None:
    """Profile likelihood of each EXPERIMENT together on a grid, nuisances minimised at
    every point."""
    from nuprobe.inference import scan
    from nuprobe.inference.levels import ONE_SIGMA, delta_threshold

    if workers and dask:
        raise InputError("give --workers or --dask, not both")
    method.check()
    name: Any = method.intervals
    level = ONE_SIGMA if method.cl is None else method.cl
    delta_threshold(level)  # rejects an invalid level before the computation
    opened = experiment.open()
    couplings = model.build()
    known = {p.name: p for one in opened for p in one.parameters(couplings)}
    axes = make_grid(grid, tuple(known.values()))
    if checkpoint.plot is not None and len(axes) > 2:
        raise InputError(f"--plot draws one or two axes, not {len(axes)}")
    cost = experiment.cost(couplings, list(axes))
    references = list(dict.fromkeys(r for one in opened for r in one.references))
    result = scan(
        cost,
        axes,
        client=dask,
        workers=workers,
        checkpoint=checkpoint.output,
        resume=checkpoint.resume,
        overwrite=checkpoint.overwrite,
        progress=not checkpoint.quiet,
        every_s=checkpoint.every,
        intervals=name,
        toys=method.settings(),
    )
    save_plot(
        lambda: figure_of(
            cost.name,
            result,
            cost.parameters,
            references,
            landmarks(couplings, list(axes)),
            () if method.cl is None and result.toys is None else level,
        ),
        checkpoint.plot,
    )
    text, data = scan_report(result, cost.parameters, level, checkpoint.output)
    emit(text, data, as_json, provenance=result.provenance)
