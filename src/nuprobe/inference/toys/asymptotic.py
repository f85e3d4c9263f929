"""CLs by asymptotic and Gaussian formulae."""

from __future__ import annotations

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["asymptotic_cls", "expected_cls", "gaussian_cls"]


def asymptotic_cls(q: FloatArray, asimov: FloatArray) -> FloatArray:
    """CLs of q̃ (Cowan:2010js, equations 65 and 66).

    Parameters
    ----------
    q : statistic of the data, any shape.
    asimov : that of data that equal the expectation without a signal, same shape;
        where it is 0 nothing is excluded, since both hypotheses are one.

    Examples
    --------
    >>> asymptotic_cls(np.array([0.0, 3.84]), np.array([3.84, 3.84])).round(3)
    array([0.513, 0.05 ])
    >>> asymptotic_cls(np.array([1e-6]), np.array([0.0]))
    array([1.])
    """
    from scipy.special import log_ndtr

    seen = asimov > 0
    root, width = np.sqrt(q), np.sqrt(np.where(seen, asimov, 1.0))
    far = (q - asimov) / (2 * width)
    x = np.where(q <= asimov, root - width, far)
    return np.where(seen, np.exp(log_ndtr(-(x + width)) - log_ndtr(-x)), 1.0)


def expected_cls(asimov: FloatArray) -> FloatArray:
    """CLs where the data are −2σ to +2σ about the median without a signal, shape (5,
    n).

    Parameters
    ----------
    asimov : as in `asymptotic_cls`, shape (n,).

    Examples
    --------
    >>> expected_cls(np.array([3.84]))[2].round(3)
    array([0.05])
    """
    from scipy.special import log_ndtr

    n = np.arange(-2.0, 3.0)[:, None]
    return np.asarray(np.exp(log_ndtr(n - np.sqrt(asimov)) - log_ndtr(n)))


def gaussian_cls(
    rise: FloatArray, without: FloatArray, signal: FloatArray
) -> FloatArray:
    """CLs of two simple hypotheses (Qian:2014nha).

    The rise of χ² from the hypothesis without a signal to that with one is Gaussian
    about +D₀ without and −D₁ with the signal, with standard deviations 2√D₀ and 2√D₁.

    Parameters
    ----------
    rise : of the data, any shape.
    without : D₀, the rise of data that equal the expectation without a signal.
    signal : D₁, minus that of data that equal the expectation with it.

    Examples
    --------
    >>> one = np.array([3.84])
    >>> gaussian_cls(one, one, one).round(3)
    array([0.05])
    """
    from scipy.special import log_ndtr

    def far(mean: FloatArray, size: FloatArray) -> FloatArray:
        width = 2 * np.sqrt(np.maximum(size, 1e-300))
        return np.asarray(log_ndtr(-(rise - mean) / width))

    found = np.exp(far(-signal, signal) - far(without, without))
    return np.where((without > 0) & (signal > 0), found, 1.0)
