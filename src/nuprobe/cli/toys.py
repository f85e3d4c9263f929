"""``nuprobe toys``: coverage, thresholds and exclusion by simulated data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nuprobe.cli.checkpoints import CheckpointSpec, checkpoint_options
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.freed import freed_names
from nuprobe.cli.grids import make_grid
from nuprobe.cli.options import command
from nuprobe.cli.output import JSON, emit, save_plot
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.cli.throws import (
    QuestionSpec,
    ThrowSpec,
    question_options,
    throw_options,
)
from nuprobe.cli.toy_texts import cls_text, coverage_text, threshold_text
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.inference import Cost, ToySettings
    from nuprobe.numerics import FloatArray


@command(
    "toys",
    epilog="""\b
Examples:
  nuprobe toys coherent-csi-2017 --free rn
  nuprobe toys coherent-csi-2017 --free rn --grid "rn=3:8 fm:6" --plot toys.pdf
  nuprobe toys coherent-lar-2020 --analysis published --free cevns_scale --grid "cevns_scale=1:2.5:7" --exclude --cl 0.95""",  # noqa: E501
)
@experiment_options(several=True)
@question_options
@operators_options
@throw_options
@checkpoint_options(
    what="HDF5 file of the toys, also the checkpoint.",
    resume="Go on where an interrupted run stopped.",
    plot="Save the thresholds or CLs along the grid.",
)
@JSON
def toys_command(
    experiment: ExperimentSpec,
    question: QuestionSpec,
    model: ModelSpec,
    thrown: ThrowSpec,
    checkpoint: CheckpointSpec,
    as_json: bool,
) -> None:
    """Simulate and fit data of EXPERIMENT: coverage of intervals, thresholds of −2 ln L
    along a grid (Feldman and Cousins), or CLs."""
    if question.grid is None and (checkpoint.plot is not None or question.exclude):
        raise InputError("--plot and --exclude need --grid")
    free = freed_names(question.free, model)
    cost = experiment.cost(model.build(), free)
    truth = key_values(question.truth, "--truth", "rn=5.5")
    default = "nominal" if question.grid is None else "profiled"
    settings = thrown.settings(checkpoint, default)
    if question.grid is None:
        return _coverage(cost, free, truth, question, settings, as_json)
    axes = make_grid(question.grid, cost.parameters)
    if list(axes) != free[:1]:
        raise InputError(f"--grid must have one axis, {free[0]}")
    _along(cost, free, axes[free[0]], truth, question, settings, checkpoint, as_json)


def _coverage(
    cost: Cost,
    free: list[str],
    truth: dict[str, Any],
    question: QuestionSpec,
    settings: ToySettings,
    as_json: bool,
) -> None:
    from nuprobe.inference import coverage
    from nuprobe.inference.toys.coverages import LEVELS

    typed = question.cl != (0.9,)
    levels = question.cl if typed else LEVELS
    found = coverage(cost, free[0], truth, free[1:], levels, settings)
    emit(coverage_text(found), found.to_dict(), as_json)


def _along(
    cost: Cost,
    free: list[str],
    grid: FloatArray,
    fixed: dict[str, Any],
    question: QuestionSpec,
    settings: ToySettings,
    checkpoint: CheckpointSpec,
    as_json: bool,
) -> None:
    from nuprobe.inference import cls, feldman_cousins
    from nuprobe.plotting import plot_cls, plot_toy_thresholds

    name, others = free[0], free[1:]
    if question.exclude:
        limits = cls(cost, name, grid, None, others, fixed, settings)
        save_plot(
            lambda: plot_cls(limits, question.cl[0], title=cost.name), checkpoint.plot
        )
        emit(cls_text(limits, question.cl), limits.to_dict(), as_json)
        return
    found = feldman_cousins(cost, name, grid, others, fixed, question.cl, settings)
    save_plot(lambda: plot_toy_thresholds(found, title=cost.name), checkpoint.plot)
    emit(threshold_text(found), found.to_dict(), as_json)
