"""Whether a chain has converged, and how far its samples reach.

The formulas of emcee's own `autocorr` are those of `autocorrelation_time`, apart from
one choice: deviations there are from the mean of each walker, so that walkers that stay
in separate valleys look converged; here they are from the mean of all. They have no
split-R̂, and ArviZ would be one more dependency for ten lines. So both stay here.
"""

from __future__ import annotations

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["autocorrelation_time", "cut_sides", "shortest_interval", "split_r_hat"]


def autocorrelation_time(x: FloatArray) -> float:
    """Integrated autocorrelation time of one column, in steps.

    τ = 1 + 2 Σ ρ(t), summed up to the first t ≥ 5 τ (Goodman:2010dyf). Deviations are
    from the mean of all walkers, so that walkers that stay in different places make it
    long. A column that never moves gets the number of steps.

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
    """R̂ with each walker cut in two halves (Gelman:1992zz): 1 where all halves agree.

    Parameters
    ----------
    x : shape (walkers, steps).

    Examples
    --------
    >>> split_r_hat(np.random.default_rng(1).normal(size=(8, 4000)))
    1.00...
    """
    half = x.shape[1] // 2
    parts = np.concatenate([x[:, :half], x[:, x.shape[1] - half :]])
    within = parts.var(axis=1, ddof=1).mean() if half > 1 else 0.0
    between = parts.mean(axis=1).var(ddof=1)
    if within == 0:
        # nothing moved: the parts agree only where they are the same number
        return 1.0 if between == 0 else 1e30
    return float(np.sqrt((half - 1) / half + between / within))


def shortest_interval(ordered: FloatArray, cl: float) -> tuple[float, float]:
    """Shortest interval with a share of the samples.

    Parameters
    ----------
    ordered : samples in increasing order, shape (samples,).
    cl : the share.

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
    """Side on which the samples do not thin out before the limit.

    There the outermost of 50 bins lies above 5 % of the fullest.

    Parameters
    ----------
    x : samples, shape (samples,).
    lower, upper : where the prior ends.

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
