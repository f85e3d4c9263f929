"""Predicted and measured abundances, for ``nuprobe rate``."""

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
    """Print measurements of the early universe or of a star with predictions; returns
    whether the experiments were of this kind.

    Parameters
    ----------
    opened : the experiments named.
    experiment, model : as typed.
    more : whether a figure or other models were requested, which is an error.
    out : destination of the table.
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
