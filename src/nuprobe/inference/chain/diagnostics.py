"""Convergence of chains, and effective sample sizes.

R̂ and effective sample sizes are those of Vehtari et al.
(2021), from ranks: they also detect chains that differ in width, and need no mean or
variance. ArviZ has the same numbers (a test compares them) but brings pandas and
xarray. The autocorrelation time is that of emcee except for one choice: deviations
there are from the mean of each walker, so that walkers in separate valleys look
converged; here they are from the mean of all.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = [
    "autocorrelation_time",
    "cut_sides",
    "effective_samples",
    "shortest_interval",
    "split_r_hat",
    "tail_samples",
]

_TAIL: Final = 0.05  # probability of each tail


def autocorrelation_time(x: FloatArray) -> float:
    """Integrated autocorrelation time of one column, in steps.

    τ = 1 + 2 Σ ρ(t), summed up to the first t ≥ 5 τ (Goodman:2010dyf). Deviations are
    from the mean of all walkers, so that walkers that stay in different places make it
    long. For a column that never moves it is the number of steps.

    Parameters
    ----------
    x : shape (walkers, steps).

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=(8, 4000))
    >>> autocorrelation_time(noise)
    1.0...
    """
    steps = x.shape[1]
    deviation = x - x.mean()
    if steps < 2 or not (np.diff(x, axis=1) != 0).any():
        return float(steps)
    size = 1 << (2 * steps - 1).bit_length()
    power = np.abs(np.fft.rfft(deviation / np.abs(deviation).max(), size, axis=1)) ** 2
    rho = np.fft.irfft(power, size, axis=1)[:, :steps].sum(axis=0)
    tau = 2 * np.cumsum(rho / rho[0]) - 1
    stop = np.flatnonzero(np.arange(steps) >= 5 * tau)
    return float(max(tau[stop[0] if stop.size else -1], 1.0))


def split_r_hat(x: FloatArray) -> float:
    """Rank-normalised split-R̂, 1 where all halves of walkers agree.

    It is the larger of that of the samples and that of their distances from the median
    (Vehtari et al. 2021).

    Parameters
    ----------
    x : shape (walkers, steps).

    Examples
    --------
    >>> split_r_hat(np.random.default_rng(1).normal(size=(8, 4000)))
    1.00...
    """
    halves = _halves(x)
    # |x - a| + |x - b| of the two middle values is twice the distance from the median
    # between them, and makes their tie exact: rounding of the median would break it
    middle = (halves.size - 1) // 2, halves.size // 2
    low, high = np.partition(halves, middle, axis=None)[list(middle)]
    folded = np.abs(halves - low) + np.abs(halves - high)
    return max(_r_hat(_scores(halves)), _r_hat(_scores(folded)))


def effective_samples(x: FloatArray) -> float:
    """Effective number of samples for the bulk of a distribution, from ranks (Vehtari
    et al. 2021).

    Parameters
    ----------
    x : shape (walkers, steps).

    Examples
    --------
    >>> bool(effective_samples(np.random.default_rng(1).normal(size=(8, 500))) > 3000)
    True
    """
    return _effective(_scores(_halves(x)))


def tail_samples(x: FloatArray) -> float:
    """Effective number of samples for the tails (Vehtari et al. 2021): the smaller
    of those for the two quantiles of 5 % and 95 %.

    Parameters
    ----------
    x : shape (walkers, steps).

    Examples
    --------
    >>> bool(tail_samples(np.random.default_rng(1).normal(size=(8, 500))) > 3000)
    True
    """
    ends = np.quantile(x, [_TAIL, 1 - _TAIL])
    return min(_effective((_halves(x) <= end).astype(float)) for end in ends)


def _halves(x: FloatArray) -> FloatArray:
    """Each walker split in two, (2 walkers, half of the steps)."""
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, x.shape[1] - half :]])


def _scores(x: FloatArray) -> FloatArray:
    """Normal quantiles of the ranks of all samples; ties have the same rank."""
    from scipy.special import ndtri

    _, which, count = np.unique(x, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return np.asarray(ndtri((rank - 0.375) / (x.size + 0.25))[which].reshape(x.shape))


def _r_hat(parts: FloatArray) -> float:
    """R̂ of parts that count as chains, (parts, steps)."""
    steps = parts.shape[1]
    within = parts.var(axis=1, ddof=1).mean() if steps > 1 else 0.0
    between = parts.mean(axis=1).var(ddof=1)
    if within == 0:
        # nothing moved: the parts agree only if they are the same number
        return 1.0 if between == 0 else 1e30
    return float(np.sqrt((steps - 1) / steps + between / within))


def _effective(parts: FloatArray) -> float:
    """Effective number of samples of parts that count as chains, (parts, steps).

    Sum of the autocorrelation by the initial monotone sequence of Geyer (1992), as in
    Stan and ArviZ.
    """
    steps = parts.shape[1]
    if steps < 4 or np.ptp(parts) == 0:
        return float(parts.size)
    deviation = parts - parts.mean(axis=1, keepdims=True)
    size = 1 << (2 * steps - 1).bit_length()
    power = np.abs(np.fft.rfft(deviation, size, axis=1)) ** 2
    covariance = np.fft.irfft(power, size, axis=1)[:, :steps].mean(axis=0) / steps
    within = covariance[0] * steps / (steps - 1)
    total = covariance[0] + parts.mean(axis=1).var(ddof=1)
    rho = 1 - (within - covariance) / total
    rho[0] = 1.0
    pairs = rho[: steps - steps % 2].reshape(-1, 2).sum(axis=1)
    last = (steps - 3) // 2
    stop = np.flatnonzero(pairs[:last] <= 0)
    last = int(stop[0]) if stop.size else last
    # the even term after the last pair included is kept if positive
    tau = 2 * np.minimum.accumulate(pairs[:last]).sum() - 1
    tau += max(float(rho[2 * last]), 0.0)
    return float(parts.size / max(tau, 1 / np.log10(parts.size)))


def shortest_interval(ordered: FloatArray, cl: float) -> tuple[float, float]:
    """Shortest interval with a given fraction of the samples.

    Parameters
    ----------
    ordered : samples in increasing order, shape (samples,).
    cl : the fraction.

    Examples
    --------
    >>> shortest_interval(np.array([0.0, 5.0, 5.5, 6.0, 20.0]), 0.4)
    (5.0, 6.0)
    """
    inside = min(int(np.ceil(cl * len(ordered))), len(ordered) - 1)
    widths = ordered[inside:] - ordered[: len(ordered) - inside]
    i = int(widths.argmin())
    return float(ordered[i]), float(ordered[i + inside])


def cut_sides(x: FloatArray, lower: float, upper: float) -> str:
    """Sides on which the samples do not fall off before the limit.

    On such a side the outermost of 50 bins is above 5 % of the fullest.

    Parameters
    ----------
    x : samples, shape (samples,).
    lower, upper : ends of the prior.

    Returns
    -------
    str
        ``"lower"``, ``"upper"``, ``"lower and the upper"``, or nothing.

    Examples
    --------
    >>> cut_sides(np.linspace(0.0, 1.0, 1000) ** 2, 0.0, 5.0)
    'lower'
    """
    counts, edges = np.histogram(x, 50)
    width = edges[1] - edges[0]
    low = counts[0] > 0.05 * counts.max() and x.min() - lower < width
    high = counts[-1] > 0.05 * counts.max() and upper - x.max() < width
    return " and the ".join(
        [s for s, there in (("lower", low), ("upper", high)) if there]
    )
