"""The lowest of several minima: where a fit or a profile looks."""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np

from nuprobe.inference.descent import descend
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["best_start", "filled", "swept"]

_DESCENTS: Final = 8  # best points of the fixed set from which to go down
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
    low, high = np.array([_box(p) for p in surface.parameters]).T
    points = np.tile(point, (count + 1, 1))
    points[1:, surface.columns] = low + (high - low) * unit
    return points


def _box(p: Parameter) -> tuple[float, float]:
    """Where to look for a start: the range, or ten steps around the default where it is
    open."""
    return (
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
    values = surface.value(points)
    chosen = np.unique([0, *np.argsort(values)[:_DESCENTS]])
    minima, values = descend(surface, points[chosen])
    if not np.isfinite(values).any():
        return point
    return np.asarray(minima[np.argmin(values)])


def swept(surface: Surface, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minimise a row of points at once; then each again from where its neighbours
    ended, while that helps.

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
    arrived, values = descend(surface, first)
    better = values < lowest
    best[better], lowest[better] = arrived[better], values[better]
    changed = np.ones(len(points), dtype=bool)
    for _ in range(len(points)):
        starts, rows = [], []
        for step in (-1, 1):
            to = np.flatnonzero(changed) + step
            to = to[(to >= 0) & (to < len(points))]
            start = points[to].copy()
            start[:, surface.columns] = best[to - step][:, surface.columns]
            starts.append(start)
            rows.append(to)
        arrived, values = descend(surface, np.concatenate(starts))
        changed[:] = False
        for to, point, value in zip(np.concatenate(rows), arrived, values, strict=True):
            if value < lowest[to] - 1e-7:
                best[to], lowest[to], changed[to] = point, value, True
        if not changed.any():
            break
    return best, lowest
