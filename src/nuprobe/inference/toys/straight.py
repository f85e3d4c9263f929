"""Where a curve with scatter crosses a level: by a parabola or a line through its
neighbours where they lie on one within their errors, else between the two that enclose
it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["crossing"]

_WINDOWS: Final = ((0.4, 2.5), (0.6, 1.7), (0.8, 1.25))
"""p-values over the level through which a curve is drawn, the first that fits."""
_FEWEST: Final = {2: 6, 1: 4}  # points of a parabola, of a line
_FIT: Final = 2.0  # standard deviations above its mean at which χ² is too high
_NEAR: Final = 2.0  # errors from the cell at which a curve may cross: counts make jumps
_STEPS: Final = 20  # of Newton's method


def crossing(
    curve: tuple[FloatArray, FloatArray, FloatArray],
    cell: tuple[int, int],
    level: float,
) -> tuple[float, float]:
    """Value at which p-values pass a level, and its error: at least that of points one
    error higher and lower, and where no curve describes its neighbours at least what
    one of them may move it on the slope of all.

    Parameters
    ----------
    curve : values, increasing, p-values and their errors, shape (n,) each; an error of
        0 marks what was not measured.
    cell : neighbours on the two sides of the level.
    level : of the p-values.

    Returns
    -------
    float, float

    Examples
    --------
    >>> x = np.linspace(1.0, 2.0, 11)
    >>> p = 0.1 * np.exp(-2 * (x - 1.5))
    >>> value, error = crossing((x, p, 0.05 * p), (4, 6), 0.1)
    >>> round(value, 3), round(error, 3)
    (1.5, 0.025)
    """
    x, p, sigma = curve
    low, high = cell
    plain, alone = _between(curve, cell, level)
    scatter = alone
    for least, most in _WINDOWS:
        rows = _around(p, sigma, cell, (least * level, most * level))
        found = _by_line(x[rows], p[rows], sigma[rows], level)
        if found is None:
            continue
        # neighbours that differ by chance seem to fix the crossing between them: what
        # one point may move it follows from the slope of all
        scatter = max(scatter, found.error, found.of_one)
        room = _NEAR * max(found.error, found.of_one)
        if found.straight and x[low] - room <= found.at <= x[high] + room:
            return found.at, float(max(found.error, alone))
    return plain, float(scatter)


@dataclass(frozen=True)
class _Crossed:
    """Where a curve through several points crosses a level.

    Attributes
    ----------
    at, error : the crossing.
    of_one : its error if one of the points alone had to tell it.
    straight : whether the points lie on the curve within their errors.
    """

    at: float
    error: float
    of_one: float
    straight: bool


def _around(
    p: FloatArray,
    sigma: FloatArray,
    cell: tuple[int, int],
    window: tuple[float, float],
) -> list[int]:
    """Points next to a cell, on both sides up to the first outside a window."""
    rows: list[int] = []
    for start, step in ((cell[0], -1), (cell[1], 1)):
        i = start
        while 0 <= i < len(p) and window[0] <= p[i] <= window[1] and sigma[i] > 0:
            rows.append(i)
            i += step
    return sorted(rows)


def _normal(p: FloatArray | float) -> FloatArray:
    """Two-sided standard deviations of p-values; of a Gaussian they are a line."""
    from scipy.special import ndtri

    return np.asarray(-ndtri(np.clip(p, 1e-300, 1.0) / 2))


def _by_line(
    x: FloatArray, p: FloatArray, sigma: FloatArray, level: float
) -> _Crossed | None:
    """Crossing of the curve through some points; None if they are too few."""
    degree = next((d for d, few in _FEWEST.items() if len(x) >= few), 0)
    if not degree:
        return None
    z = _normal(p) - _normal(level)
    density = np.exp(-(_normal(p) ** 2) / 2) / np.sqrt(2 * np.pi)
    weight = 2 * density / sigma
    middle, scale = (x[0] + x[-1]) / 2, (x[-1] - x[0]) / 2
    u = (x - middle) / scale
    powers = np.vander(u, degree + 1)
    inverse = np.linalg.pinv((powers * weight[:, None]).T @ (powers * weight[:, None]))
    curve = inverse @ (powers.T @ (weight**2 * z))
    free = len(x) - degree - 1
    far = ((weight * (z - powers @ curve)) ** 2).sum()
    at = float(np.interp(0.0, *_rising(u, z)))
    slopes = np.polyder(curve)
    for _ in range(_STEPS):
        slope = float(np.polyval(slopes, at))
        if slope == 0:
            return None
        at = float(np.clip(at - np.polyval(curve, at) / slope, -2.0, 2.0))
    row = np.vander([at], degree + 1)[0]
    steep = abs(float(np.polyfit(u, z, 1, w=weight)[0])) or np.inf
    moves = scale / abs(float(np.polyval(slopes, at)))
    # points that lie further from it than their errors tell less
    wide = float(np.sqrt(max(far / free, 1.0)))
    return _Crossed(
        at=float(middle + scale * at),
        error=moves * wide * float(np.sqrt(row @ inverse @ row)),
        of_one=scale * wide * float(np.median(1 / weight) / steep),
        straight=bool(far <= free + _FIT * np.sqrt(2 * free) and abs(at) <= 1),
    )


def _rising(u: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points in the order of `z`."""
    order = np.argsort(z)
    return z[order], u[order]


def _between(
    curve: tuple[FloatArray, FloatArray, FloatArray],
    cell: tuple[int, int],
    level: float,
) -> tuple[float, float]:
    """Crossing between two neighbours, and half the distance of those of one error to
    both sides."""
    x, p, sigma = curve
    found = _piece(x, p, cell, level)
    shifted = []
    outward = 1 if p[cell[0]] > p[cell[1]] else -1
    for sign in (1, -1):
        moved = np.where(sigma > 0, np.clip(p + sign * sigma, 0.0, 1.0), p)
        inner, outer = cell if outward > 0 else cell[::-1]
        # from where it is allowed outwards, from where it is excluded inwards
        at, step = (inner, outward) if sign > 0 else (outer, -outward)
        while 0 <= at + step < len(x) and (moved[at + step] > level) == (sign > 0):
            at += step
        if not 0 <= at + step < len(x):
            shifted.append(float(x[at]))
            continue
        pair = (min(at, at + step), max(at, at + step))
        shifted.append(_piece(x, moved, pair, level))
    return found, abs(shifted[0] - shifted[1]) / 2


def _piece(x: FloatArray, p: FloatArray, cell: tuple[int, int], level: float) -> float:
    """Crossing within one cell, ln p linear in it."""
    a, b = cell
    low, high = (np.log(max(float(v), 1e-3 * level)) for v in (p[a], p[b]))
    if low == high:
        return float((x[a] + x[b]) / 2)
    share = float(np.clip((np.log(level) - low) / (high - low), 0.0, 1.0))
    return float(x[a] + share * (x[b] - x[a]))
