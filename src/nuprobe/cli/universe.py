"""Abundances beside the measured ones, for ``nuprobe rate``."""

from __future__ import annotations

from typing import Any

from nuprobe.cli.output import Output
from nuprobe.cli.specs import ExperimentSpec, ModelSpec
from nuprobe.errors import InputError


def print_universe(
    experiment: ExperimentSpec, model: ModelSpec, more: bool, out: Output
) -> None:
    """Print what an experiment on the early universe measures and what is predicted.

    Parameters
    ----------
    experiment, model : as typed.
    more : whether a figure or other models were asked for, which are refused.
    out : where the table goes.
    """
    from nuprobe.reports import universe_table

    (one,) = experiment.open()
    if more:
        raise InputError(
            f"--compare and --plot require a spectrum, and {one.name} measures"
            " single numbers; see `nuprobe cosmology` and `nuprobe star`"
        )
    rates: Any = one.predict(model.build(), experiment.analysis)
    out.emit(str(universe_table(rates)), rates.to_dict())
