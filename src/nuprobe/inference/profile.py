"""Profiles of −2 ln L along one parameter, and intervals by root finding on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.descent import descend
from nuprobe.inference.flat import warn_if_flat
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold
from nuprobe.inference.minimum import swept
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["Profile", "profile"]


@dataclass(frozen=True)
class Profile:
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
    cost : what was profiled.
    free : names of the other parameters that were minimised.
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

    @property
    def delta(self) -> FloatArray:
        """−2 ln L above its minimum, (n,)."""
        return self.twice_nll - self.best_twice_nll

    @public
    def delta_at(self, value: float) -> float:
        """Δ(−2 ln L) at any `value` of the parameter, computed and not interpolated."""
        k = int(np.searchsorted(self.values, value))
        starts = np.array(
            self.points[[max(k - 1, 0), min(k, len(self.values) - 1)]]
        )  # either side may lie deeper
        starts[:, self.cost.index(self.parameter.name)] = value
        values = descend(Surface(self.cost, self.free), starts, close=1e-9)[1]
        return float(values.min()) - self.best_twice_nll

    @public
    def intervals(
        self, cl: float = ONE_SIGMA, delta: float | None = None
    ) -> list[tuple[float, float]]:
        """Where Δ(−2 ln L) stays below its threshold, as disjoint intervals.

        Ends are roots of the profiled cost, exact to 1e-9 of the range of the grid; a
        dip between two grid points that is not the best one is not seen. A side on
        which the threshold is not reached within the grid ends at the limit of the
        parameter if the grid reaches it, else at ∓inf: the data may bound it outside
        the grid.

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
        inside = self.delta <= threshold
        ends: list[float] = []
        if inside[0]:
            ends.append(
                self.parameter.lower if self.values[0] == self.parameter.lower else -inf
            )
        ends += [
            self._root(int(i), threshold)
            for i in np.flatnonzero(inside[1:] != inside[:-1])
        ]
        if inside[-1]:
            ends.append(
                self.parameter.upper if self.values[-1] == self.parameter.upper else inf
            )
        return list(zip(ends[::2], ends[1::2], strict=True))

    def _root(self, i: int, threshold: float) -> float:
        from scipy.optimize import brentq

        low, high = self.values[i], self.values[i + 1]
        tolerance = 1e-9 * (self.values[-1] - self.values[0])
        known = {
            float(low): self.delta[i],
            float(high): self.delta[i + 1],
        }  # on both sides of the threshold

        def excess(x: float) -> float:
            return (
                float(min(known[x] if x in known else self.delta_at(x), 1e30))
                - threshold
            )

        return float(brentq(excess, low, high, xtol=tolerance, rtol=1e-12))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; an infinite −2 ln L (data impossible there) becomes None."""
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            "values": self.values.tolist(),
            "delta": [d if isfinite(d) else None for d in self.delta.tolist()],
            "best": self.best,
            "best_twice_nll": self.best_twice_nll,
            "free": list(self.free),
        }


@public
def profile(
    cost: Cost,
    name: str,
    grid: ArrayLike,
    free: Iterable[str] = (),
    fixed: Mapping[str, float] | Mapping[str, float | str] | None = None,
) -> Profile:
    """−2 ln L along a parameter, minimised over all nuisances and the parameters in
    `free`.

    Parameters
    ----------
    cost : what to profile.
    name : the parameter to step through.
    grid : its values, in its unit; at least 3. The best value is added to them.
    free : other parameters to minimise at each step (forwards and backwards along the
        grid, the lower value counts).
    fixed : values of parameters that stay fixed; the others keep their default.

    Raises
    ------
    InputError
        If the grid is too short, or a name or value is not possible.
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
    surface = Surface(cost, tuple(free))
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
    cost.layout.checked_points(points)  # refuses bad values before the long part
    if surface.columns:
        points, twice_nll = swept(surface, points)
    else:
        twice_nll = surface.value(points)
    warn_if_flat(cost.name, [(cost.parameters[column], values)], twice_nll)
    i = int(np.argmin(twice_nll))
    if not isfinite(twice_nll[i]):
        raise InputError(
            f"{cost.name}: the data are impossible at every value of {name} in the"
            " grid; widen it"
        )
    point, value = _lowest_between(surface, column, points, i)
    best = float(point[column])
    if value < twice_nll[i] - 1e-13:  # not by rounding
        k = int(np.searchsorted(values, best))
        if best not in values:
            values = np.insert(values, k, best)
            twice_nll = np.insert(twice_nll, k, value)
            points = np.insert(points, k, point, axis=0)
    else:
        best, value = float(values[i]), float(twice_nll[i])
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
    )


def _lowest_between(
    surface: Surface, column: int, points: FloatArray, i: int
) -> tuple[FloatArray, float]:
    """Lowest point, and −2 ln L there, between the neighbours of one point of a row."""
    from scipy.optimize import minimize_scalar

    def at(x: float) -> tuple[FloatArray, float]:
        start = points[i].copy()
        start[column] = x
        lowest, value = descend(surface, start[None], close=1e-9)
        return lowest[0], float(value[0])

    low = points[max(i - 1, 0), column]
    high = points[min(i + 1, len(points) - 1), column]
    answer = minimize_scalar(
        lambda x: min(at(float(x))[1], 1e30),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-9 * (high - low)},
    )
    return at(float(answer.x))
