"""Profiles, intervals and contours of Δ(−2 ln L), by root finding on the true profiled
cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.inference.costs import Cost
from nuprobe.inference.descent import descend
from nuprobe.inference.fit import FitResult, _best_start, _reminimised
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold, log_survival
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = [
    "Contour",
    "Profile",
    "contour",
    "profile",
    "significance",
]


@dataclass(frozen=True)
class Profile:
    """−2 ln L along one parameter, everything else minimised.

    Attributes
    ----------
    parameter : the parameter profiled.
    values : the grid, increasing; the best value is one of its points, shape (n,).
    twice_nll, delta : −2 ln L and its difference to the best, (n,).
    points : all parameters along the grid, (n, parameters); nuisances : (n, nuisances).
    best : best value; best_twice_nll : −2 ln L there.
    cost, free : what was profiled, and the names of the other parameters that were
        minimised.
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

    def delta_at(self, value: float) -> float:
        """Δ(−2 ln L) at any value of the parameter, computed and not interpolated."""
        k = int(np.searchsorted(self.values, value))
        starts = np.array(
            self.points[[max(k - 1, 0), min(k, len(self.values) - 1)]]
        )  # either side may lie deeper
        starts[:, self.cost.index(self.parameter.name)] = value
        columns = [self.cost.index(n) for n in self.free]
        return (
            float(descend(self.cost, columns, starts, close=1e-9)[1].min())
            - self.best_twice_nll
        )

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
            raise InputError(f"a threshold of Δ(−2 ln L) is positive, got {threshold}")
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


def profile(
    cost: Cost,
    name: str,
    grid: ArrayLike,
    free: Iterable[str] = (),
    fixed: Mapping[str, float] | None = None,
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
    """
    from scipy.optimize import minimize_scalar

    column, columns = cost.index(name), [cost.index(n) for n in free]
    if column in columns or set(fixed or {}) & {name, *free}:
        raise InputError(
            f"{cost.name}: {name}, free and fixed parameters must be different from"
            " each other"
        )
    values = np.unique(np.asarray(grid, dtype=float))
    if len(values) < 3:
        raise InputError(
            f"a profile of {name} needs at least 3 values, got {len(values)}"
        )
    points = np.tile(cost.point(fixed), (len(values), 1))
    points[:, column] = values
    if columns:
        cost.profiled(points)  # refuses values out of range before the long part
        points, twice_nll = _swept(cost, columns, points)
    else:
        twice_nll = cost.profiled(points).twice_nll
    i = int(np.argmin(twice_nll))
    if not isfinite(twice_nll[i]):
        raise InputError(
            f"{cost.name}: the data are impossible at every value of {name} in the"
            " grid; widen it"
        )

    def at(x: float) -> tuple[FloatArray, float]:
        start = points[i].copy()
        start[column] = x
        found, value = descend(cost, columns, start[None], close=1e-9)
        return found[0], float(value[0])

    low, high = values[max(i - 1, 0)], values[min(i + 1, len(values) - 1)]
    found = minimize_scalar(
        lambda x: min(at(float(x))[1], 1e30),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-9 * (high - low)},
    )
    best = float(found.x)
    point, value = at(best)
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
        free=tuple(free),
    )


def significance(cost: Cost, point: Mapping[str, float], best: FitResult) -> float:
    """By how many standard deviations a hypothesis is disfavoured against the best fit.

    Parameters
    ----------
    cost : the cost that was fitted.
    point : values of parameters that the hypothesis fixes; other parameters that were
        free are minimised again.
    best : the fit.

    Returns
    -------
    float
        Two-sided Gaussian σ of the p-value of Δ(−2 ln L), with one degree of freedom
        for each free parameter that `point` fixes; for one it is the square root of Δ.
    """
    from scipy.special import ndtri_exp

    names = [p.parameter.name for p in best.free]
    stray = sorted(set(point) - set(names))
    if stray or not point:
        raise InputError(
            f"a hypothesis fixes parameters that were fitted ({', '.join(names)}), got"
            f" {list(point)}"
        )
    start = cost.point(
        {
            **dict(zip((p.name for p in cost.parameters), best.point, strict=True)),
            **point,
        }
    )
    value = _reminimised(cost, [cost.index(n) for n in names if n not in point], start)[
        1
    ]
    delta = max(value - best.twice_nll, 0.0)
    if len(point) == 1 or not isfinite(delta):
        return sqrt(delta)
    log_p = log_survival(delta, len(point))
    return float(-ndtri_exp(log_p - np.log(2.0)))


@dataclass(frozen=True)
class Contour:
    """Δ(−2 ln L) over a grid of two parameters.

    Attributes
    ----------
    parameters : the two parameters, in the order of the axes.
    axes : their values; delta : shape (len of the first, len of the second).
    thresholds : confidence level to Δ, for two parameters together.
    best : values of the two at the minimum (not limited to the grid points);
        best_twice_nll : −2 ln L there.
    """

    parameters: tuple[Parameter, Parameter]
    axes: tuple[FloatArray, FloatArray]
    delta: FloatArray
    thresholds: dict[float, float]
    best: tuple[float, float]
    best_twice_nll: float


def contour(
    cost: Cost,
    names: tuple[str, str],
    grid: Sequence[ArrayLike] | Mapping[str, ArrayLike],
    cl: float | Iterable[float] = (0.68, 0.9, 0.95),
    free: Iterable[str] = (),
    fixed: Mapping[str, float] | None = None,
) -> Contour:
    """Δ(−2 ln L) over two parameters, minimised over the nuisances and `free`, with
    thresholds for two parameters.

    Parameters
    ----------
    cost, free, fixed : as in `profile`.
    names : the two parameters.
    grid : values of the two, in order or by name.
    cl : one confidence level or several.

    Raises
    ------
    InputError, ComputationError
        As `profile`.
    """
    from scipy.optimize import minimize

    if len(set(names)) != 2:
        raise InputError(f"a contour needs two different parameters, got {names}")
    pair, columns = [cost.index(n) for n in names], [cost.index(n) for n in free]
    if set(pair) & set(columns) or set(fixed or {}) & {*names, *free}:
        raise InputError(
            f"{cost.name}: {', '.join(names)}, free and fixed parameters must be"
            " different from each other"
        )
    levels = [cl] if isinstance(cl, int | float) else list(cl)
    thresholds = {float(c): delta_threshold(float(c), 2) for c in levels}
    x, y = (
        np.unique(np.asarray(grid[n] if isinstance(grid, Mapping) else grid[k], float))
        for k, n in enumerate(names)
    )
    if len(x) < 2 or len(y) < 2:
        raise InputError(
            f"a contour needs at least 2 values an axis, got {len(x)} and {len(y)}"
        )
    points = np.tile(cost.point(fixed), (len(x) * len(y), 1))
    points[:, pair] = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2)
    twice_nll = cost.profiled(points).twice_nll
    if columns:
        for k in range(len(x)):
            row = slice(k * len(y), (k + 1) * len(y))
            points[row], twice_nll[row] = _swept(cost, columns, points[row])
    i = int(np.argmin(twice_nll))
    if not isfinite(twice_nll[i]):
        raise InputError(
            f"{cost.name}: the data are impossible at every point of the grid; widen it"
        )
    move = pair + columns
    steps = np.array([cost.parameters[c].step for c in move])

    def full(z: FloatArray) -> FloatArray:
        point = points[i].copy()
        point[move] = np.clip(
            z * steps,
            [cost.parameters[c].lower for c in move],
            [cost.parameters[c].upper for c in move],
        )
        return np.asarray(point)

    found = minimize(
        lambda z: min(float(cost.profiled(full(z)).twice_nll[0]), 1e30),
        points[i, move] / steps,
        jac=lambda z: cost.profiled_gradient(full(z))[0, move] * steps,
        bounds=[
            (cost.parameters[c].lower / s, cost.parameters[c].upper / s)
            for c, s in zip(move, steps, strict=True)
        ],
        method="L-BFGS-B",
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    best = full(found.x) if found.fun < twice_nll[i] else points[i]
    value = min(float(found.fun), float(twice_nll[i]))
    return Contour(
        parameters=(cost.parameters[pair[0]], cost.parameters[pair[1]]),
        axes=(x, y),
        delta=(twice_nll - value).reshape(len(x), len(y)),
        thresholds=thresholds,
        best=(float(best[pair[0]]), float(best[pair[1]])),
        best_twice_nll=value,
    )


def _swept(
    cost: Cost, columns: list[int], points: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Minimise a row of points at once; then each again from where its neighbours
    ended, while that helps."""
    best, lowest = descend(cost, columns, points)
    i = int(np.argmin(lowest))
    first = points.copy()
    first[:, columns] = _best_start(cost, columns, points[i])[columns]
    _keep_lower(best, lowest, *descend(cost, columns, first))
    changed = np.ones(len(points), dtype=bool)
    for _ in range(len(points)):
        trials, rows = [], []
        for step in (-1, 1):
            to = np.flatnonzero(changed) + step
            to = to[(to >= 0) & (to < len(points))]
            start = points[to].copy()
            start[:, columns] = best[to - step][:, columns]
            trials.append(start)
            rows.append(to)
        found, values = descend(cost, columns, np.concatenate(trials))
        changed[:] = False
        for to, point, value in zip(np.concatenate(rows), found, values, strict=True):
            if value < lowest[to] - 1e-7:
                best[to], lowest[to], changed[to] = point, value, True
        if not changed.any():
            break
    return best, lowest


def _keep_lower(
    best: FloatArray, lowest: FloatArray, points: FloatArray, values: FloatArray
) -> None:
    better = values < lowest
    best[better], lowest[better] = points[better], values[better]
