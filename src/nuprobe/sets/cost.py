"""Costs of the experiments of a set: individual ones, those of one place, and all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.experiments.base import unknown_parameter
from nuprobe.experiments.joint import check_shared
from nuprobe.inference import Cost, CostSum
from nuprobe.reprs import readable
from nuprobe.sets.core import ExperimentSet, Opened, experiment_set

__all__ = ["ALL", "Costs", "costs_of", "global_cost"]

ALL = "all"
"""Label of all experiments together."""


@readable
@dataclass(frozen=True)
class Costs:
    """Costs of a set.

    Attributes
    ----------
    single : of each experiment that depends on a free parameter, by its name.
    places : sums over the experiments of one place, if it has several and there are
        other places.
    together : of all.
    apart : experiments that depend on no free parameter.
    """

    single: Mapping[str, Cost]
    places: Mapping[str, Cost]
    together: Cost
    apart: tuple[str, ...] = field(default=())

    @property
    def every(self) -> dict[str, Cost]:
        """All costs by label, `ALL` last if there are several experiments."""
        found = {**self.single, **self.places}
        return found if len(self.single) == 1 else {**found, ALL: self.together}


@public
def global_cost(
    experiments: str | Path | Sequence[Any] | ExperimentSet,
    model: Any = None,
    free: Sequence[str] = (),
    *,
    without: Iterable[str] = (),
    with_projections: bool = False,
) -> Cost:
    """Sum of the costs of a set of experiments, with shared nuisances; those that
    depend on none of the free parameters are left out.

    Parameters
    ----------
    experiments : name of a set (``"all"``), a TOML file, or a list of experiments.
    model : default the Standard Model at tree level.
    free : names of parameters of the model or of experiments.
    without : names of experiments of the set that are left out.
    with_projections : also combine projections with measured data.

    Raises
    ------
    UnknownNameError
        If a set, an experiment or a parameter is not known.
    InputError
        If an experiment is given twice, two share data, two define a nuisance of one
        name with different priors, or no experiment depends on a free parameter.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.global_cost("sun", free=["sin2_theta_w"])
    >>> [n.name for n in cost.nuisances].count("solar-8b-flux")
    1
    """
    chosen = experiment_set(experiments).without(without)
    return costs_of(chosen, model, free, with_projections).together


def costs_of(
    chosen: ExperimentSet,
    model: Any,
    free: Sequence[str],
    with_projections: bool = False,
) -> Costs:
    """Costs of a set for some free parameters.

    Parameters
    ----------
    chosen : the set.
    model, free, with_projections : as of `global_cost`.

    Raises
    ------
    UnknownNameError, InputError
        As `global_cost`.

    Examples
    --------
    >>> chosen = experiment_set(["texono-csi", "lsnd-electron"])
    >>> list(costs_of(chosen, None, ["sin2_theta_w"]).every)
    ['texono-csi', 'lsnd-electron', 'all']
    """
    _check(chosen, model, free)
    felt = {one.name: _felt(one, model, free) for one in chosen.members}
    single = {name: cost for name, cost in felt.items() if cost is not None}
    seen = {p.name for cost in single.values() for p in cost.parameters}
    flat = [name for name in free if name not in seen]
    if flat:
        raise InputError(
            f"{', '.join(flat)}: no experiment of the set {chosen.name} depends on it;"
            " leave it out, or add an experiment that does"
        )
    places = {}
    for place in chosen.places:
        inside = [m.name for m in chosen.members if m.place == place]
        costs = [single[name] for name in inside if name in single]
        if 1 < len(costs) < len(single):
            places[place] = _sum(costs, with_projections)
    together = _sum(list(single.values()), with_projections)
    apart = tuple(name for name in chosen.names if name not in single)
    return Costs(single, places, together, apart)


def _sum(costs: Sequence[Cost], with_projections: bool) -> Cost:
    if len(costs) == 1:
        return costs[0]
    return CostSum(*costs, with_projections=with_projections)


def _check(chosen: ExperimentSet, model: Any, free: Sequence[str]) -> None:
    """Reject input from which no cost can be built."""
    experiments = [one.experiment for one in chosen.members]
    known = list(
        dict.fromkeys(p.name for e in experiments for p in e.parameters(model))
    )
    if not free:
        raise InputError(
            f"nothing to fit: name at least one free parameter of {', '.join(known)}"
        )
    twice = next((n for n in free if list(free).count(n) > 1), None)
    if twice is not None:
        raise InputError(f"{twice} is free twice; name each parameter once")
    for name in free:
        if name not in known:
            raise unknown_parameter([f"the set {chosen.name}"], name, known)
    check_shared(experiments)


def _felt(one: Opened, model: Any, free: Sequence[str]) -> Cost | None:
    """Cost of an experiment as a function of the parameters that change its
    expectation; None if there are none."""
    known = {p.name for p in one.experiment.parameters(model)}
    names = [n for n in free if n in known and one.experiment.depends_on(model, n)]
    while names:
        cost = one.experiment.cost(model, names, one.analysis)
        moving = [name for name in names if _moves(cost, name)]
        if moving == names:
            return cost
        names = moving
    return None


def _moves(cost: Cost, name: str) -> bool:
    """Whether a parameter changes the expectation of a cost, at any of a few values."""
    column = cost.index(name)
    p = cost.parameters[column]
    away = p.step * np.array([1.0, -1.0, 10.0])
    here = cost.expected(cost.default)
    for value in np.clip(p.default + away, p.lower, p.upper):
        point = cost.default.copy()
        point[column] = value
        there = cost.expected(point)
        if any(
            not np.allclose(a, b, rtol=1e-12, atol=1e-12 * (1 + np.abs(a).max()))
            for a, b in zip(here, there, strict=True)
        ):
            return True
    return False
