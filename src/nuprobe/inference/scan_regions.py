"""Allowed regions of each parameter of a grid scan, interpolated from the grid."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np

from nuprobe.inference.regions import Region
from nuprobe.numerics import FloatArray

__all__ = ["Interpolated", "lowest_along"]

_FEWEST: Final = 4  # values needed for a cubic
_SLAB: Final = 1 << 18  # points of a grid interpolated at a time


class Interpolated:
    """−2 ln L of one parameter between the values of a grid: a cubic spline, or a
    monotone one if the data are impossible somewhere, where a spline would ring.

    Parameters
    ----------
    x : values of the parameter, increasing, shape (n,), at least 4.
    y : −2 ln L or a difference of it, shape (n,); some are finite.

    Attributes
    ----------
    turns : turning points, in order.
    lowest : its smallest value.

    Examples
    --------
    >>> x = np.linspace(-2.0, 2.0, 9)
    >>> found = Interpolated(x, x**2)
    >>> [region] = found.regions(0.25, best=0.0)
    >>> round(region.low, 6), round(region.high, 6), region.best
    (-0.5, 0.5, True)
    """

    def __init__(self, x: FloatArray, y: FloatArray) -> None:
        from scipy.interpolate import CubicSpline, PchipInterpolator

        known = np.isfinite(y)
        self.x, self.y = x, y
        self.curve: Any = (
            CubicSpline(x, y)
            if known.all()
            else PchipInterpolator(x, np.where(known, y, 1e3 + 10 * y[known].max()))
        )
        turns = self.curve.derivative().roots(extrapolate=False)
        self.turns: FloatArray = np.sort(turns[np.isfinite(turns)])
        self.lowest = float(self.curve(self.turns).min(initial=y.min()))

    def regions(
        self, level: float, best: float, lowest: float = 0.0
    ) -> tuple[Region, ...]:
        """Regions below a level.

        Parameters
        ----------
        level : in the unit of `y`.
        best, lowest : the best value and `y` there.
        """
        crossed = self.curve.solve(level, extrapolate=False)
        ends = self.x[[0, -1]]
        edges = np.unique(np.concatenate([ends, crossed])).tolist()
        return tuple(
            self._region(a, b, best, lowest)
            for a, b in pairwise(edges)
            if self.curve((a + b) / 2) <= level
        )

    def _region(self, low: float, high: float, best: float, lowest: float) -> Region:
        holds = low <= best <= high
        inside = self.turns[(self.turns > low) & (self.turns < high)]
        places = np.concatenate([[low, high], inside])
        heights = self.curve(places)
        i = int(np.argmin(heights))
        return Region(
            low,
            high,
            open_low=bool(low == self.x[0]),
            open_high=bool(high == self.x[-1]),
            best=holds,
            minimum=best if holds else float(places[i]),
            rise=0.0 if holds else float(heights[i]) - lowest,
        )


def lowest_along(x: FloatArray, values: FloatArray, axis: int) -> FloatArray:
    """Smallest values along one axis of a grid, including between its points.

    Parameters
    ----------
    x : values of that axis, increasing, shape (n,).
    values : on the grid; along lines with infinities, or fewer than four points, the
        smallest of the points is used.
    axis : its number.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 8)
    >>> (abs(lowest_along(x, (x - 0.43) ** 2, 0)) < 1e-12).item()
    True
    """
    lines = np.moveaxis(values, axis, 0)
    step = max(1, _SLAB // lines[:, :1].size) if lines.ndim > 1 else 1
    if lines.ndim == 1 or lines.shape[1] <= step:
        return _lowest(x, lines)
    # a few lines at a time, because coefficients of a large grid would fill the memory
    pieces = (lines[:, i : i + step] for i in range(0, lines.shape[1], step))
    return np.concatenate([_lowest(x, piece) for piece in pieces])


def _lowest(x: FloatArray, lines: FloatArray) -> FloatArray:
    """`lowest_along` the first axis."""
    from scipy.interpolate import CubicSpline

    lowest = np.asarray(lines.min(axis=0))
    whole = np.isfinite(lines).all(axis=0)
    if len(x) < _FEWEST or not whole.any():
        return lowest
    some = lines[:, whole] if lines.ndim > 1 else lines[:, None]
    a, b, c, d = CubicSpline(x, some, axis=0).c
    width = np.diff(x)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        # where 3a t² + 2b t + c = 0 with an upward bend
        root = np.sqrt(np.maximum(b * b - 3 * a * c, 0.0))
        t = np.where(b > 0, -c / (b + root), (root - b) / (3 * a))
        inside = (t > 0) & (t < width) & (b * b > 3 * a * c)
        t = np.where(inside, t, 0.0)
    at = (((a * t + b) * t + c) * t + d).min(axis=0)
    lowest[whole] = np.minimum(lowest[whole], at if lines.ndim > 1 else at[0])
    return lowest
