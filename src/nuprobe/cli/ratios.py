"""``nuprobe rate`` for experiments that measure rates of reactors: table and figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.specs import ExperimentSpec, ModelSpec
from nuprobe.cli.variations import compared_models

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment

__all__ = ["print_ratios"]


def print_ratios(
    opened: list[AnyExperiment],
    experiment: ExperimentSpec,
    model: ModelSpec,
    compared: tuple[str, ...],
    plot: Path | None,
    out: Output,
) -> bool:
    """Print what a reactor experiment measures beside what models expect; False if it
    is none.

    Parameters
    ----------
    opened : the experiments.
    experiment : as typed.
    model : ``sterile`` with its two parameters, or any other for three neutrinos.
    compared : of ``--compare``.
    plot : file of the figure, or None.
    out : where the table goes.

    Examples
    --------
    >>> from nuprobe.cli.output import Output
    >>> spec = ExperimentSpec(("reno-evolution",), None, ())
    >>> print_ratios([], spec, ModelSpec(), (), None, Output(False, None))
    False
    """
    from nuprobe.experiments import ReactorExperiment

    if len(opened) != 1 or not isinstance(opened[0], ReactorExperiment):
        return False
    (one,) = experiment.open()
    assert isinstance(one, ReactorExperiment)
    rates = one.predict(model.build(), experiment.analysis)
    others = {
        name: one.predict(other, experiment.analysis)
        for name, other in compared_models(compared, model.sin2_theta_w).items()
    }
    if plot is not None:
        from nuprobe.plotting import plot_reactor_rates

        save_plot(
            lambda: plot_reactor_rates(
                rates, compared=others, references=one.references
            ),
            plot,
        )
    data = rates.to_dict()
    if others:
        data["compared"] = {name: other.to_dict() for name, other in others.items()}
    out.emit(str(rates.table(others)), data)
    return True
