"""Surfaces that toys make noisy, by the surfaces that their neighbours allow."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = ["smoothed"]

_HALF: Final = 3  # steps of the grid to each side
_TERMS: Final = 6  # of a polynomial of second order in two variables
_FEWEST: Final = 2 * _TERMS  # points that a polynomial goes through
_BENT: Final = 1.5  # χ² of its points over their number above which it is not used


def smoothed(value: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A noisy surface at each point by a polynomial of second order through its
    neighbours, and the errors that are left.

    Neighbours are those within three steps along both axes. Where the polynomial does
    not describe them within their errors, as where thresholds fall at the end of a
    range, the point stays what it is.

    Parameters
    ----------
    value : on a grid, shape (n, m).
    error : of each, independent; infinite for points that are not to be used.

    Returns
    -------
    arrays, shape (n, m) each

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> noise = rng.normal(size=(20, 20))
    >>> value, error = smoothed(5 + noise, np.ones((20, 20)))
    >>> bool(abs(value - 5).std() < 0.4 and error.max() < 0.8)
    True
    """
    n, m = value.shape
    result, left = value.copy(), error.copy()
    if min(n, m) <= _HALF:
        return result, left
    known = np.isfinite(error) & np.isfinite(value)
    for i in range(n):
        for j in range(m):
            if known[i, j]:
                found = _at(value, error, known, (i, j))
                if found is not None:
                    result[i, j], left[i, j] = found
    return result, left


def _at(
    value: FloatArray, error: FloatArray, known: NDArray[np.bool_], at: tuple[int, int]
) -> tuple[float, float] | None:
    """Value and error at one point of the grid; None to leave it."""
    slices = tuple(
        slice(max(0, k - _HALF), min(size, k + _HALF + 1))
        for k, size in zip(at, value.shape, strict=True)
    )
    use = known[slices]
    if use.sum() < _FEWEST:
        return None
    places = [np.arange(s.start, s.stop) - k for s, k in zip(slices, at, strict=True)]
    x, y = (one[use] / (_HALF + 1) for one in np.meshgrid(*places, indexing="ij"))
    v, e = value[slices][use], error[slices][use]
    design = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    near = (1 - np.abs(x) ** 3) * (1 - np.abs(y) ** 3)
    # not by the errors of single points, which are smaller where a value is low by
    # chance; those of a neighbourhood are alike
    weighted = near[:, None] * design
    normal = design.T @ weighted
    if np.linalg.matrix_rank(normal) < _TERMS:
        return None
    row = np.linalg.solve(normal, weighted.T)
    coefficients = row @ v
    spread = (near * e**2).sum()
    # the share of each point in its own fit makes residuals smaller
    residual = (near * (v - design @ coefficients) ** 2).sum()
    if residual > _BENT * spread * (1 - _TERMS / len(v)):
        return None
    return float(coefficients[0]), float(np.sqrt((row[0] ** 2 * e**2).sum()))
