"""Experiments of a limit, ready to compute its curves at any masses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nuprobe.experiments.limit_curves import LimitCurve, Search, limit_curve
from nuprobe.experiments.limit_terms import Counts, Ratio
from nuprobe.inference import Cost, CostSum
from nuprobe.numerics import FloatArray

__all__ = ["Member", "Parts"]


@dataclass(frozen=True, eq=False)
class Member:
    """An experiment of a limit: its ratio, or its cost if it counts events.

    Attributes
    ----------
    name : of the experiment.
    projected : whether its data are assumed.
    ratio : function of masses (MeV) that returns the ratio there.
    cost : over mass and coupling.
    largest : coupling at which the search ends.
    """

    name: str
    projected: bool
    ratio: Callable[[FloatArray], Ratio] | None
    cost: Cost | None
    largest: float


@dataclass(frozen=True, eq=False)
class Parts:
    """The curves of a limit at any masses; picklable for other processes.

    Attributes
    ----------
    groups : members by the label of their curve.
    totals : sum of the costs of each group; None if it has only ratios.
    search : level and range.
    """

    groups: Mapping[str, Sequence[Member]]
    totals: Mapping[str, Cost | None]
    search: Search

    @classmethod
    def of(cls, groups: Mapping[str, Sequence[Member]], search: Search) -> Parts:
        """Add the costs of each of the `groups`; `search` as in the attributes."""
        totals: dict[str, Cost | None] = {}
        for label, members in groups.items():
            costs = [m.cost for m in members if m.cost is not None]
            # `groups` already includes projections only where requested
            totals[label] = (
                CostSum(*costs, with_projections=True)
                if len(costs) > 1
                else next(iter(costs), None)
            )
        return cls(groups, totals, search)

    def part(self, label: str, masses: FloatArray) -> LimitCurve:
        """Return the curve of a `label` at some `masses` (MeV): counts share their
        nuisances; those without common nuisances are minimised separately."""
        members, cost = self.groups[label], self.totals[label]
        terms: list[Ratio | Counts] = [m.ratio(masses) for m in members if m.ratio]
        apart = () if cost is None else cost.independent
        terms += [Counts.of(one, masses, members[0].largest) for one in apart]
        return limit_curve(label, terms, masses, self.search)
