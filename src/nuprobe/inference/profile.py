"""Profiles of −2 ln L along one parameter, and intervals by root finding on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, shown
from nuprobe.inference.construction import Construction, Method, check_method
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.flat import warn_if_flat
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold
from nuprobe.inference.regions import Region, region_lines
from nuprobe.inference.stationary import Landscape
from nuprobe.inference.surface import Surface
from nuprobe.inference.toys.exclusion import CLs, cls
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.thresholds import (
    FeldmanCousins,
    ends_in_words,
    feldman_cousins,
)
from nuprobe.inference.valleys import ProfileLine, regions_below
from nuprobe.markup import table
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Profile", "profile"]

LEVELS: Final = (ONE_SIGMA, 0.9)
"""Confidence levels of the regions in tables and JSON."""
_LOOKED: Final = 0.1  # −2 ln L above the lowest searched for the best value
_BELOW: Final = 0.5  # −2 ln L beyond a threshold also searched


@readable
@dataclass(frozen=True)
class Profile(Exported):
    """−2 ln L along one parameter, everything else minimised.

    Attributes
    ----------
    parameter : the parameter profiled.
    values : the grid, increasing; the best value is one of its points, shape (n,).
    twice_nll : −2 ln L, (n,).
    points : all parameters along the grid, (n, parameters).
    nuisances : all nuisances, (n, nuisances).
    best : best value, in the unit of the parameter.
    best_twice_nll : −2 ln L there.
    cost : the profiled cost.
    free : names of the other parameters minimised.
    landscape : every minimum and maximum between the ends of the grid.
    toys : critical values of Feldman and Cousins, or CLs, at each value; None without
        toys.
    """

    parameter: Parameter
    values: FloatArray
    twice_nll: FloatArray
    points: FloatArray
    nuisances: FloatArray
    best: float
    best_twice_nll: float
    cost: Cost
    free: tuple[str, ...]
    landscape: Landscape = field(repr=False, compare=False)
    toys: FeldmanCousins | CLs | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        p = self.parameter
        low, high = p.shown(self.values[0]), p.shown(self.values[-1])
        return (
            f"<profile of {p.name} ({self.cost.name}): best"
            f" {p.shown(self.best):.5g} {p.shown_unit}".rstrip()
            + f", {len(self.values)} values from {low:.5g} to {high:.5g}>"
        )

    def _repr_html_(self) -> str:
        p = self.parameter
        rows = [("best", f"{p.shown(self.best):.5g} {p.shown_unit}")]
        rows.append(("−2 ln L", f"{self.best_twice_nll:.5g}"))
        for cl in LEVELS:
            ends = " or ".join(r.ends(p) for r in self.regions(cl)) or "none"
            rows.append((f"{100 * cl:.4g} %", f"{ends} {p.shown_unit}".rstrip()))
        rows.append(("also minimised", ", ".join(self.free) or "nuisances alone"))
        return table(f"profile of {p.name}: {self.cost.name}", rows)

    plot = draws("plot_profile")

    @property
    def delta(self) -> FloatArray:
        """−2 ln L above its minimum, (n,)."""
        return self.twice_nll - self.best_twice_nll

    @public
    def delta_at(self, value: float) -> float:
        """Δ(−2 ln L) at any `value` of the parameter, computed rather than
        interpolated."""
        found = self.landscape.line.heights(np.array([0]), np.array([float(value)]))
        return float(found.value[0]) - self.best_twice_nll

    @public
    def regions(
        self, cl: float = ONE_SIGMA, delta: float | None = None
    ) -> tuple[Region, ...]:
        """All regions in which Δ(−2 ln L) stays below its threshold.

        Their ends are roots of the profiled cost, and no region between two points of
        the grid is missed. A region that reaches the end of the grid is open there: it
        may end outside.

        Parameters
        ----------
        cl : confidence level for one parameter.
        delta : the threshold itself, instead of `cl`.
        """
        threshold = delta_threshold(cl, 1) if delta is None else delta
        if not threshold > 0:
            raise InputError(
                f"a threshold of Δ(−2 ln L) must be positive, got {shown(threshold)}"
            )
        lowest = self.best_twice_nll
        self.landscape.search(np.array([lowest]), threshold + _BELOW)
        return tuple(
            regions_below(self.landscape, lowest + threshold, self.best, lowest)
        )

    @public
    def intervals(
        self, cl: float = ONE_SIGMA, delta: float | None = None
    ) -> list[tuple[float, float]]:
        """Only the ends of `regions`.

        A side on which the threshold is not reached within the grid ends at the limit
        of the parameter if the grid reaches it, else at ∓inf: it may end outside the
        grid.

        Parameters
        ----------
        cl : confidence level for one parameter.
        delta : the threshold itself, instead of `cl`.
        """
        p = self.parameter
        return [
            (
                -inf if r.open_low and r.low != p.lower else r.low,
                inf if r.open_high and r.high != p.upper else r.high,
            )
            for r in self.regions(cl, delta)
        ]

    @public
    def table(self, cl: float | tuple[float, ...] = LEVELS) -> str:
        """The best value and one line per allowed region, at one or several `cl`."""
        p = self.parameter
        best = f"{p.name} = {p.shown(self.best):.5g} {p.shown_unit}".rstrip()
        lines = [f"{self.cost.name}: {best}, −2 ln L = {self.best_twice_nll:.4f}"]
        for level in (cl,) if isinstance(cl, int | float) else cl:
            lines.append(f"{Construction('wilks', level)}:")
            lines += region_lines(p, self.regions(level), level, "grid")
            lines += self._by_toys(level)
        return "\n".join(lines)

    def _by_toys(self, cl: float) -> list[str]:
        """Allowed regions from toys at one level, as lines."""
        p, toys = self.parameter, self.toys
        if toys is None:
            return []
        if isinstance(toys, CLs):
            limit = toys.limit(cl, "toys")
            end = "not within the grid" if limit is None else f"{p.shown(limit):.5g}"
            return [
                f"{self.construction(cl)}: {p.name} < {end} {p.shown_unit}".rstrip()
            ]
        if cl not in toys.levels:
            return []
        ends = [ends_in_words(p, i, toys.grid) for i in toys.intervals(cl)]
        return [f"{self.construction(cl)}:", *(f"  {end}" for end in ends)]

    def construction(self, cl: float = ONE_SIGMA) -> Construction:
        """Method and sides at the level `cl`: with toys if there are any, else
        asymptotic."""
        if self.toys is None:
            return Construction("wilks", cl)
        s = self.toys.settings
        assert s is not None
        name: Method = "cls" if isinstance(self.toys, CLs) else "feldman-cousins"
        return Construction(name, cl, toys=s.number, seed=s.seed)

    @public
    def to_dict(self, cl: tuple[float, ...] = LEVELS) -> dict[str, Any]:
        """Plain JSON data, with the allowed regions at each `cl`; an infinite −2 ln L
        (data impossible there) becomes None."""
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            "values": self.values.tolist(),
            "delta": [d if isfinite(d) else None for d in self.delta.tolist()],
            "best": self.best,
            "best_twice_nll": self.best_twice_nll,
            "free": list(self.free),
            "regions": [
                {"cl": c, "delta": delta_threshold(c, 1), "method": "wilks", "sides": 2}
                | {"regions": [r.to_dict() for r in self.regions(c)]}
                for c in cl
            ],
            "toys": self.toys and self.toys.to_dict(),
        }


@public
def profile(
    cost: Cost,
    name: str,
    grid: ArrayLike,
    free: Iterable[str] = (),
    fixed: Mapping[str, float] | Mapping[str, float | str] | None = None,
    intervals: Method = "wilks",
    toys: int | ToySettings = 1000,
) -> Profile:
    """−2 ln L along a parameter, minimised over all nuisances and the parameters in
    `free`.

    Parameters
    ----------
    cost : to profile.
    name : the parameter to step through.
    grid : its values, in its unit; at least 3. The best value is added to them.
    free : other parameters to minimise at each step, over all valleys of their ranges:
        the result at a value does not depend on the rest of the grid.
    fixed : values of parameters that stay fixed; the others keep their default.
    intervals : ``"wilks"``; or toys at each value of the grid, with the parameters in
        `free` fitted in each: ``"feldman-cousins"``, critical values at the levels of
        `table`, or ``"cls"``, upper limits. The result has them as `Profile.toys`,
        whose ``plot`` shows them.
    toys : number at each value, or all settings; not for ``"wilks"``.

    Raises
    ------
    InputError
        If the grid is too short, or a name or value is invalid.
    ComputationError
        If a minimum was not found, or no point of the grid makes the data possible.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> curve = profile(cost, "rn", [4.0, 5.0, 6.0, 7.0])
    >>> [(low, high)] = curve.intervals(0.68)
    >>> low < curve.best < high
    True
    """
    check_cost(cost)
    check_method(intervals)
    free = tuple(free)
    surface = Surface(cost, free)
    column = cost.index(name)
    if column in surface.columns or set(fixed or {}) & {name, *surface.free}:
        raise InputError(
            f"{cost.name}: {name}, free and fixed parameters must be different from"
            " each other"
        )
    values = np.asarray(cost.parameters[column].read(grid), dtype=float)
    values = np.unique(values)
    if len(values) < 3:
        raise InputError(
            f"a profile of {name} needs at least 3 values, got {len(values)}"
        )
    points = np.tile(cost.point(fixed), (len(values), 1))
    points[:, column] = values
    cost.layout.checked_points(points)  # rejects bad values before the long computation
    line = ProfileLine(Surface(cost, surface.free, points[0]), name)
    landscape = Landscape(line, values[None])
    twice_nll, points = landscape.value, line.known
    warn_if_flat(cost.name, [(cost.parameters[column], values)], twice_nll)
    i = int(np.argmin(twice_nll))
    if not isfinite(twice_nll[i]):
        raise InputError(
            f"{cost.name}: the data are impossible at every value of {name} in the"
            " grid; widen it"
        )
    landscape.search(np.full(1, inf), _LOOKED)
    best, value = (float(x[0]) for x in landscape.lowest())
    if value < twice_nll[i] - 1e-13:  # not by rounding
        k = int(np.searchsorted(values, best))
        if best not in values:
            values = np.insert(values, k, best)
            twice_nll = np.insert(twice_nll, k, value)
            points = np.insert(points, k, line.near(best), axis=0)
    else:
        best, value = float(values[i]), float(twice_nll[i])
    thrown: FeldmanCousins | CLs | None = None
    if intervals == "feldman-cousins":
        thrown = feldman_cousins(cost, name, values, free, fixed, LEVELS, toys)
    elif intervals == "cls":
        thrown = cls(cost, name, values, None, free, fixed, toys)
    return Profile(
        parameter=cost.parameters[column],
        values=values,
        twice_nll=twice_nll,
        points=points,
        nuisances=cost.profiled(points).nuisances,
        best=best,
        best_twice_nll=value,
        cost=cost,
        free=tuple(surface.free),
        landscape=landscape,
        toys=thrown,
    )
