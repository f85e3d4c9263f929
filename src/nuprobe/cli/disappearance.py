"""Disappearance experiments and rates of reactors, as ``nuprobe rate`` prints them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.experiments import ExperimentSpec
from nuprobe.cli.figures import figure_names
from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.specs import ModelSpec
from nuprobe.cli.variations import compared_models
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import (
        AnyExperiment,
        BaselineExperiment,
        ReactorExperiment,
    )

__all__ = ["print_disappearance"]


def print_disappearance(
    opened: list[AnyExperiment],
    experiment: ExperimentSpec,
    model: ModelSpec,
    compared: tuple[str, ...],
    plot: Path | None,
    out: Output,
) -> bool:
    """Print the expectation of a short-baseline or reactor-rate experiment; False for
    any other experiment.

    Parameters
    ----------
    opened : the experiments.
    experiment : as typed.
    model : ``sterile`` with its two parameters, or any other for three neutrinos.
    compared : of ``--compare``, for rates of reactors.
    plot : file of the figure, or None.
    out : destination of the output.

    Examples
    --------
    >>> from nuprobe.cli.output import Output
    >>> spec, model = ExperimentSpec(("danss",)), ModelSpec()
    >>> print_disappearance([], spec, model, (), None, Output(False, None))
    False
    """
    from nuprobe.experiments import BaselineExperiment, ReactorExperiment

    kinds = (BaselineExperiment, ReactorExperiment)
    if len(opened) != 1 or not isinstance(opened[0], kinds):
        return False
    if compared and isinstance(opened[0], BaselineExperiment):
        raise InputError(
            f"--compare is for spectra of recoils; {opened[0].name} always shows"
            " three neutrinos for comparison"
        )
    (one,) = experiment.open()
    if isinstance(one, BaselineExperiment):
        _print_baseline(one, experiment.analysis, model, plot, out)
    else:
        assert isinstance(one, ReactorExperiment)
        _print_rates(one, experiment.analysis, (model, compared), plot, out)
    return True


def _print_baseline(
    one: BaselineExperiment,
    analysis: str | None,
    model: ModelSpec,
    plot: Path | None,
    out: Output,
) -> None:
    rates = one.predict(model.build(), analysis)
    if plot is not None:
        from nuprobe.plotting import plot_disappearance

        save_plot(lambda: plot_disappearance(rates, one.references), plot)
    out.emit(str(rates.table()), rates.to_dict())


def _print_rates(
    one: ReactorExperiment,
    analysis: str | None,
    models: tuple[ModelSpec, tuple[str, ...]],
    plot: Path | None,
    out: Output,
) -> None:
    model, compared = models
    rates = one.predict(model.build(), analysis)
    built = compared_models(compared, model.sin2_theta_w)
    others = {name: one.predict(other, analysis) for name, other in built.items()}
    if plot is not None:
        from nuprobe.plotting import plot_reactor_rates

        names = figure_names(built)
        labelled = {names[name]: other for name, other in others.items()}
        save_plot(
            lambda: plot_reactor_rates(
                rates, compared=labelled, references=one.references
            ),
            plot,
        )
    data = rates.to_dict()
    if others:
        data["compared"] = {name: other.to_dict() for name, other in others.items()}
    out.emit(str(rates.table(others)), data)
