"""Distribution of the cost of a bin for data drawn at its expectation.

Sums over Poisson probabilities, to rounding: every count up to an expectation of 200,
beyond that every few counts, which is as exact for such a smooth sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = [
    "Moments",
    "counts_around",
    "moments_of",
    "normal_moments",
    "poisson_moments",
]

_EVERY: Final = 200.0  # expectation up to which every count is summed
_WIDTH: Final = 10.0  # standard deviations summed on each side, plus _BEYOND counts
_BEYOND: Final = 25.0
_CHUNK: Final = 2048  # bins at a time
_SMALL: Final = 0.05  # |x| below which (1 + x) ln(1 + x) - x is a series
_ORDER: Final = 14
_STIRLING: Final = 64.0  # counts from which Stirling's series gives n! to rounding

BoolArray = NDArray[np.bool_]
Binwise = Callable[[FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True)
class Moments:
    """Cumulants of the cost of each bin, for data drawn at the expectation.

    The standardised slope is dC/dµ over the square root of twice its expected
    curvature, (µ − n)/√µ for Poisson counts: the part absorbed by fitted parameters is
    quadratic in it.

    Attributes
    ----------
    mean, variance, third : first three cumulants of the cost C, shape (bins,).
    square : mean of the square of the standardised slope, shape (bins,).
    spread : variance of that square, shape (bins,).
    together : covariance of the cost with that square, shape (bins,).
    """

    mean: FloatArray
    variance: FloatArray
    third: FloatArray
    square: FloatArray
    spread: FloatArray
    together: FloatArray

    @classmethod
    def behind(cls, pieces: list[Moments]) -> Moments:
        """Bins of several `pieces` in sequence."""
        return cls(
            *(
                np.concatenate([getattr(piece, f.name) for piece in pieces])
                for f in fields(cls)
            )
        )


def normal_moments(bins: int) -> Moments:
    """Squares of independent normal deviates.

    Parameters
    ----------
    bins : their number.

    Examples
    --------
    >>> normal_moments(2).variance
    array([2., 2.])
    """
    one = np.ones(bins)
    return Moments(one, 2 * one, 8 * one, one, 2 * one, 2 * one)


def poisson_moments(
    mu: FloatArray, cost: Binwise | None = None, slope: Binwise | None = None
) -> Moments:
    """Moments of a cost of Poisson counts.

    Parameters
    ----------
    mu : expectations, shape (bins,); the cost of a bin with 0 is 0.
    cost : (counts, expectations) → cost of a bin; the Poisson likelihood ratio if not
        given.
    slope : (counts, expectations) → its derivative in µ; that of the likelihood ratio
        if not given.

    Examples
    --------
    A bin with few counts costs less than the 1 ± 1.41 of many, then more:

    >>> found = poisson_moments(np.array([0.1, 1.0, 1e6]))
    >>> found.mean.round(3)
    array([0.474, 1.147, 1.   ])
    >>> found.variance.round(3)
    array([0.86 , 1.365, 2.   ])
    """
    pieces = [
        _chunk(mu[i : i + _CHUNK], cost, slope)
        for i in range(0, max(len(mu), 1), _CHUNK)
    ]
    return Moments.behind(pieces)


def counts_around(mu: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Relevant counts for given expectations, half their likelihood ratios
    n ln(n/µ) + µ − n, and their probabilities.

    Parameters
    ----------
    mu : positive, shape (bins,).

    Returns
    -------
    arrays, shape (bins, counts)
        If only every few counts are listed, their probabilities include those in
        between.

    Examples
    --------
    >>> n, half, p = counts_around(np.array([2.0]))
    >>> n[0, :3], bool(abs(p.sum() - 1) < 1e-14)
    (array([0., 1., 2.]), True)
    """
    root = np.sqrt(mu)
    step = np.where(mu > _EVERY, np.floor(root / 2), 1.0)
    first = np.maximum(np.floor(mu - _WIDTH * root - _BEYOND), 0.0)
    last = mu + _WIDTH * root + _BEYOND
    number = int(np.ceil(((last - first) / step).max(initial=1.0))) + 1
    n = first[:, None] + step[:, None] * np.arange(float(number))
    half = mu[:, None] * _entropy((n - mu[:, None]) / mu[:, None])
    probability = step[:, None] * np.exp(-half - _stirling(n))
    return n, half, probability


def _entropy(x: FloatArray) -> FloatArray:
    """(1 + x) ln(1 + x) − x for x ≥ −1, without cancellation."""
    safe = np.maximum(x, -1 + 1e-300)
    direct = np.where(x > -1, (1 + x) * np.log1p(np.where(x > -1, safe, 0.0)) - x, 1.0)
    small = np.clip(x, -_SMALL, _SMALL)
    series = np.zeros_like(x)
    for k in range(_ORDER, 1, -1):
        series = series * small + (1 if k % 2 == 0 else -1) / (k * (k - 1))
    return np.where(np.abs(x) < _SMALL, series * small**2, direct)


def _stirling(n: FloatArray) -> FloatArray:
    """ln n! − (n ln n − n)."""
    from scipy.special import gammaln

    few = np.minimum(n, _STIRLING)
    exact = gammaln(few + 1) - few * np.log(np.maximum(few, 1.0)) + few
    many = np.maximum(n, _STIRLING)
    series = (
        0.5 * np.log(2 * np.pi * many)
        + 1 / (12 * many)
        - 1 / (360 * many**3)
        + 1 / (1260 * many**5)
    )
    return np.where(n < _STIRLING, exact, series)


def _chunk(mu: FloatArray, cost: Binwise | None, slope: Binwise | None) -> Moments:
    seen = mu > 0
    safe = np.where(seen, mu, 1.0)
    n, half, probability = counts_around(safe)
    column = safe[:, None]
    value = 2 * half if cost is None else cost(n, column)
    # dC/dµ over the root of twice the expected curvature 2/µ
    root = np.sqrt(column)
    slopes = (column - n) / root if slope is None else slope(n, column) * root / 2
    return moments_of(value, slopes**2, probability, seen)


def moments_of(
    value: FloatArray, square: FloatArray, probability: FloatArray, seen: BoolArray
) -> Moments:
    """Moments from the probabilities of all outcomes of each bin.

    Parameters
    ----------
    value, square : cost and squared standardised slope, shape (bins, outcomes).
    probability : of each outcome, shape (bins, outcomes).
    seen : bins where it is false have zero cost, shape (bins,).

    Examples
    --------
    >>> fair = np.array([[0.5, 0.5]])
    >>> moments_of(np.array([[0.0, 2.0]]), fair, fair, np.array([True])).variance
    array([1.])
    """
    mean = (probability * value).sum(axis=1)
    away = value - mean[:, None]
    mean_square = (probability * square).sum(axis=1)
    off = square - mean_square[:, None]
    found = (
        mean,
        (probability * away**2).sum(axis=1),
        (probability * away**3).sum(axis=1),
        mean_square,
        (probability * off**2).sum(axis=1),
        (probability * away * off).sum(axis=1),
    )
    return Moments(*(np.where(seen, x, 0.0) for x in found))
