"""Experiments of a set that are sensitive to a mediator, for limits on its coupling."""

from __future__ import annotations

from typing import Any

from nuprobe.errors import InputError
from nuprobe.experiments.moments import MomentExperiment
from nuprobe.experiments.scanned import Scanned
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.sets.core import ExperimentSet, Opened

__all__ = ["feeling"]


def feeling(
    chosen: ExperimentSet, family: Any
) -> tuple[ExperimentSet, tuple[str, ...]]:
    """The experiments of a set in which a mediator is exchanged, and the names of the
    others.

    Parameters
    ----------
    chosen : the set.
    family : a model with a mass and a coupling, or the name of one.

    Raises
    ------
    InputError
        If no experiment is sensitive to it.

    Examples
    --------
    >>> from nuprobe.sets import experiment_set
    >>> feeling(experiment_set("all"), "b-l")[1]
    ('m5-tip', 'primordial-abundances')
    """
    scanned = Scanned.of(family)
    apart = tuple(m.name for m in chosen.members if not _feels(m, scanned))
    if len(apart) == len(chosen.members):
        raise InputError(
            f"no experiment of the set {chosen.name} feels {scanned.name}: give a"
            " kinetic mixing (a number or 'loop'), or another model"
        )
    return chosen.without(apart), apart


def _feels(one: Opened, scanned: Scanned) -> bool:
    if isinstance(one.experiment, MomentExperiment):
        return False
    if isinstance(one.experiment, TridentExperiment):
        _, coupling = scanned.parameters
        # a scalar has no part in tridents here
        leptons = hasattr(scanned.model, "lepton_couplings")
        return leptons and one.experiment.depends_on(scanned.model, coupling.name)
    processes = getattr(one.experiment, "processes", ())
    return scanned.felt_by(tuple(c for p in processes for c in p.constituents))
