"""Thresholds of Δ(−2 ln L) from toys, and the intervals that they bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import check_level, delta_threshold
from nuprobe.inference.regions import Region
from nuprobe.inference.toys.sample import Hypothesis, ToySample, throw
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.inference.toys.truth import (
    Values,
    hypothesis_at,
    names_of,
    observed_fits,
)
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = [
    "FeldmanCousins",
    "ToyInterval",
    "ToyThreshold",
    "ends_in_words",
    "feldman_cousins",
    "merged",
    "quantile",
    "toy_threshold",
]

_BRIDGE: Final = 3.0  # errors of its ends that a gap between intervals must exceed
_NEAR: Final = (0.4, 2.5)
"""Rises of −2 ln L over the threshold between which its slope is measured."""


@readable
@dataclass(frozen=True)
class ToyThreshold:
    """Rise of −2 ln L that bounds an interval, from toys.

    Attributes
    ----------
    value : the rise, so that a share `cl` of toys stays below it.
    error : its Monte Carlo error.
    asymptotic : what large samples give (Wilks; Chernoff for one side).
    cl : confidence level.
    sides : 2 for an interval, 1 for an upper limit.
    """

    value: float
    error: float
    asymptotic: float
    cl: float
    sides: int


@readable
@dataclass(frozen=True)
class ToyInterval:
    """An allowed interval with the Monte Carlo error of its ends.

    Attributes
    ----------
    lower, upper : ends in the unit of the parameter; the limit of its range, or ∓inf,
        where the grid ends inside the interval.
    lower_error, upper_error : from the Monte Carlo errors of the thresholds; 0 at an
        open end.
    """

    lower: float
    upper: float
    lower_error: float
    upper_error: float

    def to_dict(self) -> dict[str, float | bool | None]:
        """Plain JSON data; an open end is null, and named."""
        return {
            "lower": self.lower if np.isfinite(self.lower) else None,
            "upper": self.upper if np.isfinite(self.upper) else None,
            "lower_error": self.lower_error,
            "upper_error": self.upper_error,
            "open_low": not isfinite(self.lower),
            "open_high": not isfinite(self.upper),
        }


def ends_in_words(
    p: Parameter, interval: ToyInterval, grid: FloatArray, sign: str = "±"
) -> str:
    """An interval with the errors of its ends; an open end is that of the grid.

    Parameters
    ----------
    p : the parameter.
    interval : of it.
    grid : values of the parameter that were tested, increasing, shape (n,).
    sign : before an error.

    Examples
    --------
    >>> grid = np.array([3.0, 5.0, 7.0])
    >>> p = Parameter("rn", 5.0, unit="fm")
    >>> ends_in_words(p, ToyInterval(3.65, inf, 0.13, 0.0), grid)
    '3.65 (± 0.13) to 7 fm, open at the upper end of the grid'
    """
    low, high = not isfinite(interval.lower), not isfinite(interval.upper)
    first, last = (
        f"{p.shown(float(edge)):.5g}"
        if is_open
        else f"{p.shown(end):.5g} ({sign} {p.shown(error):.2g})"
        for is_open, edge, end, error in (
            (low, grid[0], interval.lower, interval.lower_error),
            (high, grid[-1], interval.upper, interval.upper_error),
        )
    )
    text = f"{first} to {last} {p.shown_unit}".rstrip()
    return text + Region(interval.lower, interval.upper, low, high).open_at("grid")


def merged(intervals: Sequence[ToyInterval]) -> tuple[ToyInterval, ...]:
    """Intervals without the gaps that the scatter of toys may have made: those no wider
    than three times the errors of their ends.

    Parameters
    ----------
    intervals : in order.

    Examples
    --------
    >>> one, other = ToyInterval(1.0, 2.0, 0.1, 0.1), ToyInterval(2.1, 3.0, 0.1, 0.2)
    >>> merged([one, other])
    (ToyInterval(lower=1.0, upper=3.0, lower_error=0.1, upper_error=0.2),)
    """
    kept = list(intervals[:1])
    for one in intervals[1:]:
        last = kept[-1]
        error = float(np.hypot(last.upper_error, one.lower_error))
        if one.lower - last.upper <= _BRIDGE * error:
            kept[-1] = ToyInterval(
                last.lower, one.upper, last.lower_error, one.upper_error
            )
        else:
            kept.append(one)
    return tuple(kept)


def quantile(values: FloatArray, cl: float) -> tuple[float, float]:
    """Value below which a share of a sample lies, and its standard error.

    The error is half the distance of the order statistics one binomial standard
    deviation below and above.

    Parameters
    ----------
    values : the sample, shape (toys,).
    cl : the share.

    Examples
    --------
    >>> quantile(np.arange(1000.0), 0.9)
    (899.1, 9.5)
    """
    n = len(values)
    ordered = np.sort(values)
    spread = np.sqrt(n * cl * (1 - cl))
    places = np.clip([n * cl - spread, n * cl + spread], 0, n - 1)
    low, high = np.interp(places, np.arange(n), ordered)
    return float(np.quantile(ordered, cl)), float(high - low) / 2


@readable
@dataclass(frozen=True, eq=False)
class FeldmanCousins(Exported):
    """Intervals of one parameter with thresholds from toys (Feldman:1997qc).

    Attributes
    ----------
    parameter : of interest.
    grid : its values, increasing, shape (n,).
    levels : confidence levels.
    thresholds, errors : rise of −2 ln L that bounds the interval at each level and grid
        point, and its Monte Carlo error, shape (levels, n).
    delta : that of the observed data, shape (n,).
    p_values : share of toys at least as far from their best fit as the observed data,
        shape (n,).
    best, best_twice_nll : best value of the observed data, and −2 ln L there.
    cost : whose data they are; None if it was read from a file.
    others : names of further free parameters.
    sample : all fits; None if it was read from a file.
    settings : how the toys were thrown.
    known : intervals at each level, of a result that was read from a file.
    """

    parameter: Parameter
    grid: FloatArray
    levels: tuple[float, ...]
    thresholds: FloatArray
    errors: FloatArray
    delta: FloatArray
    p_values: FloatArray
    best: float
    best_twice_nll: float
    cost: Cost | None
    others: tuple[str, ...]
    sample: ToySample | None
    settings: ToySettings
    known: tuple[tuple[ToyInterval, ...], ...] | None = None

    plot = draws("plot_toy_thresholds")

    @public
    def intervals(self, cl: float) -> list[ToyInterval]:
        """Allowed intervals at one of the `levels`, `cl`.

        Thresholds are linear between the points of the grid; Δ(−2 ln L) of the data is
        computed at each end. Gaps that the scatter of toys may have made are none.
        """
        k = self._level(cl)
        if self.known is not None:
            return list(self.known[k])
        excess = self.delta - self.thresholds[k]
        p, inside = self.parameter, excess <= 0
        ends: list[tuple[float, float]] = []
        if inside[0]:
            ends.append((p.lower if self.grid[0] == p.lower else -inf, 0.0))
        crossed = np.flatnonzero(inside[1:] != inside[:-1])
        ends += [self._end(int(i), k) for i in crossed]
        if inside[-1]:
            ends.append((p.upper if self.grid[-1] == p.upper else inf, 0.0))
        pairs = zip(ends[::2], ends[1::2], strict=True)
        found = [ToyInterval(a, b, ea, eb) for (a, ea), (b, eb) in pairs]
        return list(merged(found))

    def _level(self, cl: float) -> int:
        found = np.flatnonzero(np.isclose(self.levels, cl, rtol=0, atol=1e-9))
        if not found.size:
            raise InputError(
                f"thresholds were computed for {shown(list(self.levels))}, got"
                f" {shown(cl)}"
            )
        return int(found[0])

    def _end(self, i: int, k: int) -> tuple[float, float]:
        """Where the data cross the threshold between two points, and its error."""
        from scipy.optimize import brentq

        low, high = float(self.grid[i]), float(self.grid[i + 1])

        def excess(x: float) -> float:
            return self._delta_at(x) - float(
                np.interp(x, self.grid, self.thresholds[k])
            )

        x = float(brentq(excess, low, high, xtol=1e-7 * (high - low)))
        h = 1e-2 * (high - low)
        a, b = max(low, x - h), min(high, x + h)
        rise = (self._delta_at(b) - self._delta_at(a)) / (b - a)
        slope = abs(rise - self._threshold_slope(i, k))
        error = float(np.interp(x, self.grid, self.errors[k]))
        return x, error / slope if slope > 0 else inf

    def _threshold_slope(self, i: int, k: int) -> float:
        """Slope of the thresholds about a cell: that of a line through all points near
        the end, since between two neighbours on a fine grid it is mostly chance."""
        with np.errstate(divide="ignore", invalid="ignore"):
            part = self.delta / self.thresholds[k]
        near = (part >= _NEAR[0]) & (part <= _NEAR[1])
        low, high = i, i + 1
        while low > 0 and near[low - 1 : low + 1].all():
            low -= 1
        while high < len(near) - 1 and near[high : high + 2].all():
            high += 1
        rows = slice(low, high + 1)
        return float(np.polyfit(self.grid[rows], self.thresholds[k][rows], 1)[0])

    def _delta_at(self, x: float) -> float:
        known = np.flatnonzero(self.grid == x)
        if known.size:
            return float(self.delta[known[0]])
        assert self.cost is not None
        assert self.sample is not None
        column = self.cost.index(self.parameter.name)
        point = self.cost.default
        near = int(np.abs(self.grid - x).argmin())
        point = np.array(self.sample.hypotheses[near].tested)
        point[column] = x
        (best,) = observed_fits(self.cost, point[None], self.others)
        return float(best.twice_nll[0]) - self.best_twice_nll

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data; an open end is null."""
        s = self.settings
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            "best": self.best,
            "sides": 2,
            "method": "feldman-cousins",
            "toys": s.number,
            "seed": s.seed,
            "ensemble": s.ensemble,
            "values": self.grid.tolist(),
            "delta": [d if np.isfinite(d) else None for d in self.delta.tolist()],
            "p_values": self.p_values.tolist(),
            "levels": [
                {
                    "cl": cl,
                    "thresholds": self.thresholds[k].tolist(),
                    "errors": self.errors[k].tolist(),
                    "intervals": [i.to_dict() for i in self.intervals(cl)],
                }
                for k, cl in enumerate(self.levels)
            ],
        }


@public
def feldman_cousins(
    cost: Cost,
    parameter: str,
    grid: ArrayLike,
    free: Iterable[str] = (),
    fixed: Values | None = None,
    levels: Sequence[float] = (0.9,),
    toys: int | ToySettings = 1000,
) -> FeldmanCousins:
    """Intervals of one parameter with thresholds from toys at each of its values.

    The order of toys is the profiled likelihood ratio of Feldman and Cousins
    (Feldman:1997qc), nuisances and further free parameters at their profiled values (as
    in Sen et al., unverified).

    Parameters
    ----------
    cost : of the observed data.
    parameter : name of the parameter of interest.
    grid : its values, in its unit; at least 3.
    free : names of further parameters that are fitted.
    fixed : values of parameters that stay fixed; the others keep their default.
    levels : confidence levels.
    toys : their number at each value, or all settings.

    Raises
    ------
    InputError
        If a name, value or level is not possible.
    ComputationError
        If the fit of a toy did not converge.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> result = feldman_cousins(cost, "rn", [2.0, 5.0, 6.0, 9.0], toys=100)
    >>> [interval] = result.intervals(0.9)
    >>> 2 < interval.lower < result.best < interval.upper < 9
    True
    """
    names, others = names_of(cost, parameter, free)
    wanted = _levels(levels)
    settings = settings_of(toys)
    column = cost.index(parameter)
    values = np.unique(np.asarray(cost.parameters[column].read(grid), dtype=float))
    if len(values) < 3:
        raise InputError(
            f"thresholds along {parameter} need at least 3 values, got {len(values)}"
        )
    start = cost.point(dict(fixed or {}))
    points = np.tile(start, (len(values), 1))
    points[:, column] = values
    cost.layout.checked_points(points)
    hypotheses = [hypothesis_at(cost, p, others, settings) for p in points]
    (best,) = observed_fits(cost, start[None], names)
    held = [observed_fits(cost, p[None], others)[0].twice_nll[0] for p in points]
    lowest = min(float(best.twice_nll[0]), *map(float, held))
    delta = np.array(held) - lowest

    def made(sample: ToySample) -> FeldmanCousins:
        both = np.empty((len(wanted), len(values), 2))
        reached = np.empty(len(values))
        for i, rise in enumerate(sample.rises()):
            both[:, i] = [quantile(rise, cl) for cl in wanted]
            # counts make values repeat: rounding must not decide
            reached[i] = (rise >= delta[i] - 1e-7).mean()
        return FeldmanCousins(
            parameter=cost.parameters[column],
            grid=values,
            levels=wanted,
            thresholds=both[:, :, 0],
            errors=both[:, :, 1],
            delta=delta,
            p_values=reached,
            best=float(best.points[0, column]),
            best_twice_nll=lowest,
            cost=cost,
            others=tuple(others),
            sample=sample,
            settings=settings,
        )

    return made(
        throw(cost, hypotheses, names, others, settings, lambda s: made(s).to_dict())
    )


def _levels(levels: Sequence[float]) -> tuple[float, ...]:
    wanted = tuple(float(level) for level in levels)
    for level in wanted:
        check_level(level)
    if not wanted:
        raise InputError(f"name at least one confidence level, got {shown(levels)}")
    return wanted


@public
def toy_threshold(
    cost: Cost,
    parameter: str,
    value: float,
    free: Iterable[str] = (),
    cl: float = 0.9,
    sides: int = 2,
    toys: int | ToySettings = 1000,
) -> ToyThreshold:
    """Rise of −2 ln L that bounds an interval or a limit, calibrated with toys at one
    value of a parameter.

    Parameters
    ----------
    cost : of the observed data.
    parameter : name of the parameter of interest.
    value : its true value, in its unit.
    free : names of further parameters that are fitted.
    cl : confidence level.
    sides : 2 for an interval; 1 for an upper limit, where a best fit above the tested
        value does not count against it.
    toys : their number, or all settings.

    Raises
    ------
    InputError
        If a name or value is not possible.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = toy_threshold(cost, "rn", 5.0, toys=200)
    >>> abs(found.value - found.asymptotic) < 4 * found.error
    True
    """
    names, others = names_of(cost, parameter, free)
    check_level(cl)
    if sides not in (1, 2):
        raise InputError(f"sides must be 1 or 2, got {shown(sides)}")
    settings = settings_of(toys)
    point = cost.point({parameter: value})
    at: Hypothesis = hypothesis_at(cost, point, others, settings)
    sample = throw(cost, [at], names, others, settings)
    delta = sample.delta[0]
    if sides == 1:
        column = cost.index(parameter)
        delta = np.where(sample.best[0, :, column] > point[column], 0.0, delta)
    found, error = quantile(delta, cl)
    wilks = delta_threshold(cl if sides == 2 else 2 * cl - 1) if cl > 0.5 else 0.0
    return ToyThreshold(found, error, wilks, cl, sides)
