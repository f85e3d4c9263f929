"""Abundances beside the measured ones, for ``nuprobe rate``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nuprobe.cli.experiments import ExperimentSpec
from nuprobe.cli.output import Output
from nuprobe.cli.specs import ModelSpec
from nuprobe.errors import InputError


def print_universe(
    opened: Sequence[Any],
    experiment: ExperimentSpec,
    model: ModelSpec,
    more: bool,
    out: Output,
) -> bool:
    """Print what is measured of the early universe or of a star and what is predicted,
    and say whether it was asked for.

    Parameters
    ----------
    opened : the experiments that were named.
    experiment, model : as typed.
    more : whether a figure or other models were asked for, which are refused.
    out : where the table goes.
    """
    from nuprobe.experiments import StarExperiment, UniverseExperiment
    from nuprobe.reports import universe_table

    if not isinstance(opened[0], (UniverseExperiment, StarExperiment)):
        return False
    (one,) = experiment.open()
    if more:
        raise InputError(
            f"--compare and --plot require a spectrum, and {one.name} measures"
            " single numbers; see `nuprobe cosmology` and `nuprobe star`"
        )
    rates: Any = one.predict(model.build(), experiment.analysis)
    out.emit(str(universe_table(rates)), rates.to_dict())
    return True
