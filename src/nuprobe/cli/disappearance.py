"""Disappearance experiments, as ``nuprobe rate`` prints them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.specs import ExperimentSpec, ModelSpec
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment

__all__ = ["print_disappearance"]


def print_disappearance(
    opened: list[AnyExperiment],
    experiment: ExperimentSpec,
    model: ModelSpec,
    compared: tuple[str, ...],
    plot: Path | None,
    out: Output,
) -> bool:
    """Print what a disappearance experiment expects; False if it is none.

    Parameters
    ----------
    opened : the experiments.
    experiment : as typed.
    model : ``sterile`` with its two parameters, or any other for three neutrinos.
    compared : of ``--compare``, which belongs to others.
    plot : file of the figure, or None.
    out : where to print.

    Examples
    --------
    >>> from nuprobe.cli.output import Output
    >>> spec, model = ExperimentSpec(("danss",), None, ()), ModelSpec()
    >>> print_disappearance([], spec, model, (), None, Output(False, None))
    False
    """
    from nuprobe.experiments import BaselineExperiment

    if len(opened) != 1 or not isinstance(opened[0], BaselineExperiment):
        return False
    if compared:
        raise InputError(
            f"--compare is for spectra of recoils; {opened[0].name} shows three"
            " neutrinos beside the model anyhow"
        )
    (one,) = experiment.open()
    assert isinstance(one, BaselineExperiment)
    rates = one.predict(model.build(), experiment.analysis)
    if plot is not None:
        from nuprobe.plotting import plot_disappearance

        save_plot(lambda: plot_disappearance(rates, one.references), plot)
    out.emit(str(rates.table()), rates.to_dict())
    return True
