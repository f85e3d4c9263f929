"""Exponential in time fitted to measured counts."""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["exponential_counts"]

_STEEPEST: Final = 20.0  # e-folds between the first edge and the last
_SMALL: Final = 0.1  # e-folds per bin below which series are more accurate
_STEPS: Final = 100  # bisection alone needs 60


def _moments(fall: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of exp(-fall x) on 0 < x < 1."""
    small = np.abs(fall) < _SMALL
    y = np.where(small, 1.0, fall)
    square = np.where(small, fall, 0.0) ** 2
    mean = np.where(
        small,
        0.5 - fall * (1 / 12 - square * (1 / 720 - square * (1 / 30240))),
        1 / y - 1 / np.expm1(y),
    )
    variance = np.where(
        small,
        1 / 12 - square * (1 / 240 - square * (1 / 6048)),
        1 / y**2 - 0.25 / np.sinh(y / 2) ** 2,
    )
    return mean, variance


def _slope(counts: FloatArray, x: FloatArray) -> float:
    """Slope s of exp(-s x) with the largest likelihood for counts between edges x from
    0 to 1, within ±`_STEEPEST`.

    The log-likelihood is concave: its derivative, the observed mean of x minus that of
    the bins weighted with their counts, decreases. Newton's method, with bisection
    where it leaves the bracket.
    """
    width, total = np.diff(x), counts.sum()
    low, high, slope = -_STEEPEST, _STEEPEST, 0.0
    for _ in range(_STEPS):
        mean, variance = _moments(slope * np.append(width, 1.0))
        gap = total * mean[-1] - counts @ (x[:-1] + width * mean[:-1])
        if gap > 0:
            low = slope
        else:
            high = slope
        fall = total * variance[-1] - counts @ (width**2 * variance[:-1])
        new = slope + gap / fall if fall > 0 else np.inf
        if not low < new < high:
            new = (low + high) / 2
        step, slope = new - slope, float(new)
        if abs(step) <= 1e-15 * _STEEPEST:
            break
    return slope


def exponential_counts(counts: FloatArray, edges: FloatArray) -> FloatArray:
    """Counts of the exponential that has the largest likelihood for counts in bins, and
    their sum.

    Parameters
    ----------
    counts : in each bin, 0 or more, shape (bins,).
    edges : of the bins, any unit, increasing, shape (bins + 1,).

    Returns
    -------
    array, shape (bins,)
        It falls or rises by no more than 20 e-folds over all bins.

    Examples
    --------
    >>> edges = np.array([0.0, 1.0, 3.0, 6.0])
    >>> truth = 100 * -np.diff(np.exp(-0.3 * edges))
    >>> bool(np.allclose(exponential_counts(truth, edges), truth, rtol=1e-12))
    True
    """
    x = (edges - edges[0]) / (edges[-1] - edges[0])
    slope = _slope(counts, x)
    width = np.diff(x)
    if slope == 0:
        return np.asarray(counts.sum() * width)
    # above the first edge, or below the last one if it rises: no large numbers
    start = x[:-1] if slope > 0 else x[1:] - 1
    shares = np.exp(-slope * start) * np.expm1(-abs(slope) * width)
    return np.asarray(counts.sum() * shares / np.expm1(-abs(slope)))
