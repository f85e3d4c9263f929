"""The lowest of several minima: where a fit or a profile looks."""

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

_DESCENTS: Final = 8  # best points of the fixed set from which to go down
_ROUNDS: Final = 6  # of looking from elsewhere at most
_FINE: Final = 1e-12  # expected fall of −2 ln L where slopes of a profile are wanted
_LOWER: Final = 1e-7  # fall of −2 ln L at which another minimum counts as lower
_HIGHER: Final = 9.0  # −2 ln L above the lowest of a line up to which minima are starts
_APART: Final = 0.1  # scales of a parameter beyond which a minimum is another one
_STARTS: Final = 256  # points of the fixed set among which a fit without `start` begins


def filled(surface: Surface, point: FloatArray, count: int) -> FloatArray:
    """A point, and points that fill the ranges of the free parameters.

    They belong to an additive-recurrence sequence, so they are always the same. Where a
    range is open, ten steps around the default count as the range.

    Parameters
    ----------
    surface : its free parameters are varied.
    point : the first point, which gives the others their values, (parameters,).
    count : how many points follow it.

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
    """Where to look for a start: where the parameter says, else the range, or ten steps
    around the default where it is open."""
    return p.search or (
        p.lower if isfinite(p.lower) else p.default - 10 * p.step,
        p.upper if isfinite(p.upper) else p.default + 10 * p.step,
    )


def best_start(surface: Surface, point: FloatArray) -> FloatArray:
    """Lowest of the minima below a point and below the best of a fixed set of points.

    Parameters
    ----------
    surface : where to look.
    point : gives the parameters that are not free their values, (parameters,).

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
    """Minimise a row of points at once: from where they are and where the lowest of
    them would be, from where their neighbours ended, and from every minimum along each
    free parameter by itself, while that helps.

    With one free parameter the last of these is a search of all of its range, so that
    what is found does not depend on the other points of the row.

    Parameters
    ----------
    surface : its free parameters are minimised.
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
    """`swept` for a row of points whose minima are known not far from there.

    Parameters
    ----------
    surface : its free parameters are minimised.
    points : the row, shape (points, parameters), with where to begin.
    starts : where else to begin for each, shape (points, parameters).
    wide : points for which all of the ranges are searched too, shape (points,).

    Returns
    -------
    array, array
        As `swept`, to the last digits that −2 ln L has.

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
    """Look from neighbours and across while that helps."""
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
    """Go down from starts of some rows, keep what is lower; the rows that improved."""
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
    """Look from where the neighbours of each row ended, while that helps."""
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
    """Look along each free parameter by itself over all of its range; whether any row
    improved."""
    one = len(surface.columns) == 1
    rows, starts, values = across(surface, best, 0.0 if one else _HIGHER)
    if one:
        # all that there is; a descent has come as near already where they agree
        better = values < lowest[rows] - _LOWER
    else:
        scale = surface.scales(best)
        apart = (starts - best[rows])[:, surface.columns] / scale
        better = np.abs(apart).max(axis=1) > _APART
    if not better.any():
        return False
    return bool(_improve(surface, best, lowest, rows[better], starts[better]).size)
