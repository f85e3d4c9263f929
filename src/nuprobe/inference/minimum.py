"""Search for the lowest of several minima in fits and profiles."""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.axis import across
from nuprobe.inference.descent import descend
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["best_start", "filled", "lowest_near", "swept"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_DESCENTS: Final = 8  # best points of the fixed set from which to descend
_ROUNDS: Final = 6  # largest number of rounds of other starts
_FINE: Final = 1e-12  # expected fall of −2 ln L if slopes of a profile are needed
_LOWER: Final = 1e-7  # fall of −2 ln L at which another minimum counts as lower
_HIGHER: Final = 9.0  # −2 ln L above the lowest of a line up to which minima are starts
_APART: Final = 0.1  # scales of a parameter beyond which two minima are distinct
_STARTS: Final = 256  # points of the fixed set for starts of a fit without `start`


def filled(surface: Surface, point: FloatArray, count: int) -> FloatArray:
    """A point, and points that fill the ranges of the free parameters.

    They belong to an additive-recurrence sequence, so they are always the same. An open
    range is replaced by ten steps around the default.

    Parameters
    ----------
    surface : with the parameters to vary.
    point : the first point, with the values of fixed parameters, (parameters,).
    count : number of points after it.

    Returns
    -------
    array, shape (count + 1, parameters)

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> filled(Surface(cost, ["rn"]), cost.default, 2).shape
    (3, 1)
    """
    d = len(surface.columns)
    root = 2.0
    for _ in range(60):  # the generalised golden ratio, root of x^(d+1) = x + 1
        root = (1 + root) ** (1 / (d + 1))
    unit = (0.5 + np.arange(1, count + 1)[:, None] * root ** -np.arange(1.0, d + 1)) % 1
    points = np.tile(point, (count + 1, 1))
    for column, p, share in zip(
        surface.columns, surface.parameters, unit.T, strict=True
    ):
        low, high = _box(p)
        points[1:, column] = (
            low * (high / low) ** share if p.log else low + (high - low) * share
        )
    return points


def _box(p: Parameter) -> tuple[float, float]:
    """Interval in which to look for a start: that of the parameter, else its range, or
    ten steps around the default if it is open."""
    return p.search or (
        p.lower if isfinite(p.lower) else p.default - 10 * p.step,
        p.upper if isfinite(p.upper) else p.default + 10 * p.step,
    )


def best_start(surface: Surface, point: FloatArray) -> FloatArray:
    """Lowest of the minima reached from a point and from the best of a fixed set of
    points.

    Parameters
    ----------
    surface : to search.
    point : with the values of fixed parameters, (parameters,).

    Returns
    -------
    array, shape (parameters,)
        The point itself if the data are impossible everywhere.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> best_start(Surface(cost, ["rn"]), cost.default)
    array([5...])
    """
    points = filled(surface, point, _STARTS)
    values = surface.ranked(points)
    chosen = np.unique([0, *np.argsort(values)[:_DESCENTS]])
    minima, values = descend(surface, points[chosen])
    if not np.isfinite(values).any():
        return point
    return np.asarray(minima[np.argmin(values)])


def swept(surface: Surface, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minimise a row of points at once: from the points and from the values of the
    lowest of them, from the minima of their neighbours, and from every minimum along
    each free parameter separately, as long as that helps.

    With one free parameter the last of these is a search of its whole range, so that
    the result does not depend on the other points of the row.

    Parameters
    ----------
    surface : with the parameters to minimise.
    points : the row, shape (points, parameters).

    Returns
    -------
    array, array
        Minima, shape (points, parameters), and −2 ln L there.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> row = np.array([[0.2, 5.0], [0.25, 5.0]])
    >>> swept(Surface(cost, ["rn"]), row)[0][:, 0]
    array([0.2 , 0.25])
    """
    best, lowest = descend(surface, points)
    i = int(np.argmin(lowest))
    first = points.copy()
    first[:, surface.columns] = best_start(surface, points[i])[surface.columns]
    _improve(surface, best, lowest, np.arange(len(points)), first)
    _search(surface, best, lowest)
    return best, lowest


def lowest_near(
    surface: Surface, points: FloatArray, starts: FloatArray, wide: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """`swept` for a row of points with approximately known minima.

    Parameters
    ----------
    surface : with the parameters to minimise.
    points : the row, shape (points, parameters), with starting values.
    starts : alternative starts for each, shape (points, parameters).
    wide : points for which the whole ranges are also searched, shape (points,).

    Returns
    -------
    array, array
        As `swept`, to the rounding of −2 ln L.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> row = np.array([[0.2, 5.0], [0.25, 5.0]])
    >>> lowest_near(Surface(cost, ["rn"]), row, row, np.ones(2, dtype=bool))[0][:, 0]
    array([0.2 , 0.25])
    """
    best, lowest = descend(surface, points)
    _improve(surface, best, lowest, np.arange(len(points)), starts)
    if wide.any():
        inside, deep = best[wide], lowest[wide]
        _search(surface, inside, deep)
        best[wide], lowest[wide] = inside, deep
    return descend(surface, best, close=_FINE)


def _search(surface: Surface, best: FloatArray, lowest: FloatArray) -> None:
    """Search from neighbours and across as long as that helps."""
    for _ in range(_ROUNDS):
        _from_neighbours(surface, best, lowest)
        if not _across(surface, best, lowest):
            break


def _improve(
    surface: Surface,
    best: FloatArray,
    lowest: FloatArray,
    rows: IntArray,
    starts: FloatArray,
) -> IntArray:
    """Descend from starts of some rows and keep lower results; returns the rows that
    improved."""
    improved: list[int] = []
    if not len(rows):
        return np.array(improved, dtype=np.intp)
    arrived, values = descend(surface, starts)
    for row, point, value in zip(rows.tolist(), arrived, values, strict=True):
        if value < lowest[row] - _LOWER:
            best[row], lowest[row] = point, value
            improved.append(row)
    return np.unique(np.array(improved, dtype=np.intp))


def _from_neighbours(surface: Surface, best: FloatArray, lowest: FloatArray) -> None:
    """Search from the minima of the neighbours of each row, as long as that helps."""
    changed = np.arange(len(best))
    for _ in range(len(best)):
        to = np.concatenate([changed - 1, changed + 1])
        source = np.concatenate([changed, changed])
        inside = (to >= 0) & (to < len(best))
        to, source = to[inside], source[inside]
        starts = best[to]
        starts[:, surface.columns] = best[source][:, surface.columns]
        changed = _improve(surface, best, lowest, to, starts)
        if not changed.size:
            break


def _across(surface: Surface, best: FloatArray, lowest: FloatArray) -> bool:
    """Search along each free parameter separately over its whole range; returns whether
    any row improved."""
    one = len(surface.columns) == 1
    rows, starts, values = across(surface, best, 0.0 if one else _HIGHER)
    if one:
        # all minima are found; one within rounding of a descent is no improvement
        better = values < lowest[rows] - _LOWER
    else:
        scale = surface.scales(best)
        apart = (starts - best[rows])[:, surface.columns] / scale
        better = np.abs(apart).max(axis=1) > _APART
    if not better.any():
        return False
    return bool(_improve(surface, best, lowest, rows[better], starts[better]).size)
