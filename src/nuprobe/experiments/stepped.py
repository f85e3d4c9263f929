"""Limits on a model whose mass enters the kinematics: a cost for each mass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nuprobe.experiments.base import AnyExperiment
from nuprobe.experiments.limit_curves import LimitCurve, Search, limit_curve
from nuprobe.experiments.limit_terms import Counts
from nuprobe.inference import Cost, CostSum
from nuprobe.numerics import FloatArray

__all__ = ["Stepped"]


@dataclass(frozen=True, eq=False)
class Stepped:
    """Limits of some experiments, mass by mass.

    Attributes
    ----------
    model : with a mass and a coupling; its own values are not used.
    experiments : those of all curves.
    analyses : by name of experiment.
    search : level and range.
    groups : experiments by label of the curve.
    known : costs by experiment and mass, cached for the curves that combine them.

    Examples
    --------
    >>> import nuprobe as nu
    >>> heavy = nu.model("dipole-portal", mass=1.0, coupling=1e-6)
    >>> conus = nu.experiment("conus-plus")
    >>> search = Search(1.645, 1, (1e-9, 1.0))
    >>> step = Stepped(heavy, [conus], {}, search, {"conus-plus": ["conus-plus"]})
    >>> step.part("conus-plus", np.array([1.0])).coupling.shape
    (1,)
    """

    model: Any
    experiments: Sequence[AnyExperiment]
    analyses: Mapping[str, str]
    search: Search
    groups: Mapping[str, Sequence[str]]
    known: dict[tuple[str, float], Cost] = field(default_factory=dict)

    def part(self, label: str, masses: FloatArray) -> LimitCurve:
        """Return the curve of a `label` at some `masses` (MeV)."""
        curves = [self._at(label, float(mass)) for mass in masses]
        return replace(
            curves[0],
            mass=np.asarray(masses, dtype=float),
            coupling=np.concatenate([c.coupling for c in curves]),
            reopens=np.concatenate(
                [np.ravel(np.inf if c.reopens is None else c.reopens) for c in curves]
            ),
            standard_excluded=any(c.standard_excluded for c in curves),
            excluded=tuple(each for c in curves for each in c.excluded or ((),)),
        )

    def cost(self, label: str, mass: float) -> Cost:
        """Return the cost over the coupling of the curve of a `label` at one `mass`
        (MeV)."""
        costs = [
            self._cost(one, mass)
            for one in self.experiments
            if one.name in self.groups[label]
        ]
        return CostSum(*costs, with_projections=True) if len(costs) > 1 else costs[0]

    def _at(self, label: str, mass: float) -> LimitCurve:
        at = np.array([mass])
        counts = Counts.of(self.cost(label, mass), at, self.search.couplings[1])
        return limit_curve(label, [counts], at, self.search)

    def _cost(self, experiment: AnyExperiment, mass: float) -> Cost:
        key = experiment.name, mass
        if key not in self.known:
            self.known[key] = experiment.cost(
                replace(self.model, mass=mass),
                ["coupling"],
                self.analyses.get(experiment.name),
            )
        return self.known[key]
