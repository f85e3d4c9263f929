"""All allowed regions of each fitted parameter, not only that of the best fit.

Every region of a parameter contains a minimum of −2 ln L over all parameters that is
below the threshold. The minima are therefore searched, and each one outside the known
regions is followed to the ends of its region.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Final

import numpy as np

from nuprobe.inference.axis import AxisLine, across
from nuprobe.inference.descent import descend
from nuprobe.inference.ends import Ends
from nuprobe.inference.intervals import Interval
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.minimum import filled
from nuprobe.inference.regions import Region
from nuprobe.inference.surface import Surface
from nuprobe.inference.valleys import regions_below
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["Regions", "all_regions", "around"]

Regions = dict[str, tuple[Region, ...]]
"""Regions of each parameter by its name, in order."""

_LOOKS: Final = 32  # points that fill the ranges, starts of the search for minima
_ROUNDS: Final = 3  # searches along each parameter from the minima found so far
_MANY: Final = 24  # largest number of minima from which lines start in each round
_BEYOND: Final = 4.0  # −2 ln L above the threshold up to which a minimum starts a line
_APART: Final = 0.03  # scales of a parameter beyond which two minima differ
_DEEPER: Final = 1e-5  # fall of −2 ln L at which another minimum is a better fit
_BELOW: Final = 0.5  # −2 ln L beyond the threshold up to which a line is searched
_TRIES: Final = 6  # restarts if the ends of a region show a deeper minimum


def all_regions(
    surface: Surface, best: FloatArray, intervals: Mapping[str, Interval], cl: float
) -> tuple[Regions, FloatArray | None]:
    """Regions of every free parameter, each with the others minimised.

    With one parameter they are found from the structure of −2 ln L along it. With
    several, minima are searched from points that fill their ranges and along each
    parameter separately, so that a region that no such line meets may be missed.

    Parameters
    ----------
    surface : minimised.
    best : the minimum, shape (parameters,).
    intervals : those around the minimum, by name.
    cl : confidence level.

    Returns
    -------
    dict, array or None
        Regions in order, by name; and the lowest point found if it is below `best`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> interval = Interval(4.41, 6.61)
    >>> surface = Surface(cost, ["rn"])
    >>> regions, lower = all_regions(surface, np.array([5.5]), {"rn": interval}, 0.68)
    >>> len(regions["rn"])
    1
    """
    lowest, rise = surface.height(best), delta_threshold(cl)
    found = {n: list(own) for n, own in around(surface, best, intervals).items()}
    deepest: FloatArray | None = None
    if len(surface.columns) == 1:
        deepest = _along(surface, best, found[surface.free[0]], rise)
    else:
        points, values = _minima(surface, best, rise)
        for point, value in zip(points, values, strict=True):
            if value < lowest - _DEEPER and deepest is None:
                deepest = point
            if value < lowest + rise:
                _add(surface, found, point, lowest + rise, lowest)
    regions = {
        name: tuple(sorted(each, key=lambda r: r.low)) for name, each in found.items()
    }
    return regions, deepest


def around(
    surface: Surface, best: FloatArray, intervals: Mapping[str, Interval]
) -> Regions:
    """Only the region of the best fit, for each parameter with an interval.

    Parameters
    ----------
    surface, best, intervals : as for `all_regions`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> interval = {"rn": Interval(4.4, 6.6)}
    >>> around(Surface(cost, ["rn"]), np.array([5.5]), interval)["rn"][0].low
    4.4
    """
    return {
        p.name: (_own(p, float(best[c]), intervals[p.name]),)
        for p, c in zip(surface.parameters, surface.columns, strict=True)
        if p.name in intervals
    }


def _own(p: Parameter, value: float, ends: Interval) -> Region:
    """The region of the best fit from its interval."""
    return Region(
        p.lower if ends.lower is None else ends.lower,
        p.upper if ends.upper is None else ends.upper,
        open_low=ends.lower is None,
        open_high=ends.upper is None,
        best=True,
        minimum=value,
        rise=0.0,
    )


def _along(
    surface: Surface, best: FloatArray, found: list[Region], rise: float
) -> FloatArray | None:
    """Add the other regions of the only free parameter; returns the lowest point if it
    is below the best."""
    (p,), (column,) = surface.parameters, surface.columns
    lowest = surface.height(best)
    line, one = AxisLine(surface, [column], best[None]), np.zeros(1, dtype=np.intp)
    landscape = line.survey(rise + _BELOW, np.array([lowest]))
    at, value = (float(x[0]) for x in landscape.lowest())
    here = float(line.coordinate(one, best[[column]])[0])
    for r in regions_below(landscape, lowest + rise, here, lowest):
        assert r.minimum is not None
        ends = np.array([r.low, r.high, r.minimum])
        low, high, bottom = line.value(np.repeat(one, 3), ends).tolist()
        if not any(each.contains(bottom) for each in found):
            found.append(
                replace(
                    r,
                    low=p.lower if r.open_low else low,
                    high=p.upper if r.open_high else high,
                    best=False,
                    minimum=bottom,
                )
            )
    if value < lowest - _DEEPER:
        return np.array(line.at(one, np.array([at]))[0])
    return None


def _minima(
    surface: Surface, best: FloatArray, rise: float
) -> tuple[FloatArray, FloatArray]:
    """Distinct minima, the lowest first: shapes (minima, parameters) and (minima,)."""
    ceiling = surface.height(best) + rise
    points, values = descend(surface, filled(surface, best, _LOOKS))
    points, values = _different(surface, points, values)
    fresh = points[values < ceiling + _BEYOND]
    for _ in range(_ROUNDS):
        if not len(fresh):
            break
        _, starts, _ = across(surface, fresh[:_MANY], rise + _BEYOND)
        if not len(starts):  # no axis leads to another valley
            break
        arrived, heights = descend(surface, starts)
        known = len(points)
        points, values, fresh = _joined(surface, (points, values), (arrived, heights))
        fresh = fresh[surface.value(fresh) < ceiling] if len(fresh) else fresh
        if len(points) == known:
            break
    return points, values


def _joined(
    surface: Surface,
    old: tuple[FloatArray, FloatArray],
    new: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """All minima, known and new, and those that were not known."""
    points, values = _different(
        surface, np.concatenate([old[0], new[0]]), np.concatenate([old[1], new[1]])
    )
    scale = surface.scales(points)
    apart = points[:, None, surface.columns] - old[0][None][:, :, surface.columns]
    unknown = (np.abs(apart / scale).max(axis=2) > _APART).all(axis=1)
    return points, values, points[unknown]


def _different(
    surface: Surface, points: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Distinct minima, the lowest first."""
    order = np.argsort(values, kind="stable")
    order = order[np.isfinite(values[order])]
    scale = surface.scales(points)
    kept: list[int] = []
    for i in order.tolist():
        x = points[i, surface.columns]
        apart = np.abs(points[kept][:, surface.columns] - x) / scale
        if not kept or (apart.max(axis=1) > _APART).all():
            kept.append(i)
    return points[kept], values[kept]


def _add(
    surface: Surface,
    found: dict[str, list[Region]],
    point: FloatArray,
    threshold: float,
    lowest: float,
) -> None:
    """Follow a minimum to the ends of its region for each parameter in which this
    region is not known."""
    for p, column in zip(surface.parameters, surface.columns, strict=True):
        value = float(point[column])
        near = _APART * p.step
        if any(r.low - near <= value <= r.high + near for r in found[p.name]):
            continue
        region = _followed(surface, point, column, threshold, lowest)
        if region is not None:
            found[p.name] = _merged([*found[p.name], region])


def _followed(
    surface: Surface, point: FloatArray, column: int, threshold: float, lowest: float
) -> Region | None:
    """The region of one parameter around a minimum; None if its ends are not found."""
    p = surface.cost.parameters[column]
    for _ in range(_TRIES):
        height = surface.height(point)
        if not height < threshold:
            return None
        ends = Ends(
            surface, point, height, threshold - height, [(column, -1), (column, 1)]
        )
        ends.find()
        if ends.deeper is None:
            low, high = ends.values()
            return Region(
                p.lower if low is None else low,
                p.upper if high is None else high,
                open_low=low is None,
                open_high=high is None,
                best=False,
                minimum=float(point[column]),
                rise=height - lowest,
            )
        point = descend(surface, ends.deeper[None])[0][0]
    return None


def _merged(regions: list[Region]) -> list[Region]:
    """Regions with overlapping ones merged."""
    result: list[Region] = []
    for r in sorted(regions, key=lambda r: r.low):
        if not result or result[-1].high < r.low:
            result.append(r)
            continue
        before = result[-1]
        deeper = min(before, r, key=lambda x: inf if x.rise is None else x.rise)
        last = max(before, r, key=lambda x: x.high)
        result[-1] = replace(
            deeper,
            low=before.low,
            open_low=before.open_low,
            high=last.high,
            open_high=last.open_high,
            best=before.best or r.best,
        )
    return result
