"""``nuprobe plane``: Wilks, Feldman–Cousins and CLs on one plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nuprobe.cli.asked import AskedSpec, asked_options
from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.grids import make_grid
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.cli.plane_texts import plane_report
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.cli.throws import ThrowSpec, throw_options
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.inference import ExclusionPlane
    from nuprobe.numerics import FloatArray


@command(
    "plane",
    epilog="""\b
Examples:
  nuprobe plane prospect --grid "sin2_2theta_14=0.01:1:30:log,dm2_41=0.1:20 eV2:30:log" --toys 1000 --workers 2 -o plane.h5 --plot plane.pdf
  nuprobe plane prospect --grid "sin2_2theta_14=0.01:1:100:log,dm2_41=0.1:20 eV2:100:log" --toys 0 --beside best --plot plane.pdf
  nuprobe plane danss neos --grid "sin2_2theta_14=0.01:1:30:log,dm2_41=0.1:10 eV2:40:log" --toys 0 --json""",  # noqa: E501
)
@experiment_options(several=True)
@click.option(
    "--grid",
    required=True,
    help="Strength and second parameter: name=start:stop unit:count[:lin|:log], twice,"
    " separated by a comma.",
)
@operators_options
@throw_options
@asked_options
@checkpoint_options(
    what="HDF5 file of the toys, also the checkpoint.",
    resume="Go on where an interrupted run stopped.",
    plot="Save the plane.",
)
@JSON
def plane_command(
    experiment: ExperimentSpec,
    grid: str,
    model: ModelSpec,
    thrown: ThrowSpec,
    asked: AskedSpec,
    checkpoint: CheckpointSpec,
    as_json: bool,
) -> None:
    """Region excluded by the combined data of each EXPERIMENT in a plane of a strength
    and a second parameter, comparing Wilks' theorem, Feldman and Cousins, and CLs."""
    from nuprobe.inference import exclusion_at, exclusion_plane
    from nuprobe.inference.levels import check_level

    for level in asked.cl:
        check_level(level)
    points, methods = asked.points(), asked.shown(thrown.toys > 0)
    opened, built = experiment.open(), model.build()
    known = {p.name: p for one in opened for p in one.parameters(built)}
    axes = make_grid(grid, tuple(known.values()))
    if len(axes) != 2:
        raise InputError(f"--grid for a plane must have two axes, got {len(axes)}")
    if thrown.toys < 0:
        raise InputError(f"--toys must be 0 or more, got {thrown.toys}")
    cost = experiment.cost(built, list(axes))
    regions = [_beside(name, model, axes) for name in asked.beside]
    if not thrown.toys and (checkpoint.output is not None or checkpoint.resume):
        raise InputError("-o and --resume apply to toys: add --toys, or drop them")
    settings = thrown.settings(checkpoint, "profiled") if thrown.toys else None
    # quick, and an invalid point is reported before the plane is computed
    marked = {
        label: exclusion_at(cost, dict(zip(axes, place, strict=True)), axes, toys=s)
        for label, place in (points or {}).items()
        if (s := settings) is not None
    }
    found = exclusion_plane(cost, axes, toys=settings or 0)
    if methods:
        found.exclusion(methods[0], asked.cl[0])  # rejects an unknown one
    shown = [*opened, *(one for one, _ in regions)]
    references = list(dict.fromkeys(r for one in shown for r in one.references))
    others = {one.file.title: plane for one, plane in regions}
    if checkpoint.plot is not None:
        from nuprobe.plotting import plot_exclusion_plane

        save_plot(
            lambda: plot_exclusion_plane(
                found, asked.cl[0], methods or None, points, others, references
            ),
            checkpoint.plot,
        )
    data = found.to_dict(asked.cl)
    data["marks"] = {label: one.to_dict() for label, one in marked.items()}
    emit(plane_report(found, cost, asked.cl, marked), data, as_json)


def _beside(
    name: str, model: ModelSpec, axes: dict[str, FloatArray]
) -> tuple[AnyExperiment, ExclusionPlane]:
    """Other data, and their plane without toys."""
    from nuprobe.inference import exclusion_plane

    other = ExperimentSpec((name,))
    (one,) = other.open()
    cost = other.cost(model.build(), list(axes))
    return one, exclusion_plane(cost, axes, toys=0)
