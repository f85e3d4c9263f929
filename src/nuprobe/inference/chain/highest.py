"""The shortest set with a given fraction of the samples: one or several intervals."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from nuprobe.inference.chain.diagnostics import shortest_interval
from nuprobe.numerics import FloatArray

__all__ = ["bandwidth", "highest_density", "smoothed"]

_BINS: Final = 512
_SURE: Final = 3.0  # standard errors by which a gap must be below its ends
_GAIN: Final = 1.01  # factor by which another part must shorten the set
_MISSED: Final = 1e-3  # fraction that rounding to whole samples may omit
_NORMAL: Final = 1.349  # central half of a normal density, in standard deviations


def highest_density(x: FloatArray, cl: float, ess: float) -> list[tuple[float, float]]:
    """Shortest set of intervals with a given fraction of the samples, in increasing
    order.

    The set has a gap where a smoothed density falls below the height at its ends by
    more than its error; each part is then the shortest interval with its fraction of
    the samples.

    Parameters
    ----------
    x : samples, shape (samples,).
    cl : the fraction.
    ess : number of independent samples.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=4000)
    >>> two = np.append(noise, 20 + noise[:1000])
    >>> [(round(a), round(b)) for a, b in highest_density(two, 0.95, 5000.0)]
    [(-2, 2), (18, 21)]
    """
    ordered = np.sort(x)
    low, high = float(ordered[0]), float(ordered[-1])
    if not low < high:
        return [(low, high)]
    width = bandwidth(x, low, high, ess)
    density = smoothed(x, low, high, width, _BINS)
    edges = np.linspace(low, high, _BINS + 1)
    runs = _runs(density, _height(density, cl), edges[1] - edges[0], ess, width)
    found, kept = _shortest(ordered, cl, density, edges, runs), runs
    # a part that hardly shortens the set is noise
    mass = [float(density[a : b + 1].sum()) for a, b in runs]
    for i in np.argsort(mass)[:-1]:
        fewer = [r for r in kept if r != runs[i]]
        other = _shortest(ordered, cl, density, edges, fewer)
        inside = sum(np.searchsorted(ordered, [a, b]) @ [-1, 1] for a, b in other)
        enough = inside >= (cl - _MISSED) * len(ordered)
        if enough and _length(other) <= _GAIN * _length(found):
            found, kept = other, fewer
    return found


def _length(parts: list[tuple[float, float]]) -> float:
    return sum(b - a for a, b in parts)


def _shortest(
    ordered: FloatArray,
    cl: float,
    density: FloatArray,
    edges: FloatArray,
    runs: list[tuple[int, int]],
) -> list[tuple[float, float]]:
    """The shortest interval of each part, with samples assigned in proportion to the
    density.

    Parts end at the lowest density between them.
    """
    cuts = [
        edges[a + 1 + int(density[a + 1 : b].argmin())]
        for (_, a), (b, _) in pairwise(runs)
    ]
    parts = np.split(ordered, np.searchsorted(ordered, cuts))
    mass = np.array([density[a : b + 1].sum() for a, b in runs])
    wanted = cl * len(ordered) * mass / mass.sum()
    return [
        shortest_interval(part, min(float(count) / len(part), 1.0))
        for part, count in zip(parts, wanted, strict=True)
    ]


def bandwidth(x: FloatArray, low: float, high: float, ess: float) -> float:
    """Standard deviation of a kernel for samples with one region or several.

    Silverman's rule, with the width of the regions instead of their distance, and the
    number of samples in each.

    Parameters
    ----------
    x : samples, shape (samples,).
    low, high : range considered.
    ess : number of independent samples.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=4000)
    >>> 0.15 < bandwidth(noise, -4.0, 4.0, 4000.0) < 0.19
    True
    """
    cell = (high - low) / _BINS
    width, count = float(x.std()), 1
    for _ in range(3):
        kernel = max(0.9 * width * (ess / count) ** -0.2, 0.7 * cell)
        density = smoothed(x, low, high, kernel, _BINS)
        height = _height(density, 0.5)
        count = len(_runs(density, height, cell, ess, kernel))
        inner = float((density >= height).sum()) * cell / (_NORMAL * count)
        width = min(width, inner)
    return float(max(0.9 * width * (ess / count) ** -0.2, 0.7 * cell))


def smoothed(
    x: FloatArray, low: float, high: float, width: float, bins: int
) -> FloatArray:
    """Density in equal bins, smoothed by a Gaussian and reflected at the ends, because
    it may end at a limit; shape (bins,).

    Parameters
    ----------
    x : samples, shape (samples,).
    low, high : ends of the bins.
    width : standard deviation of the Gaussian.
    bins : their number.

    Examples
    --------
    >>> smoothed(np.linspace(0.0, 1.0, 1000), 0.0, 1.0, 0.1, 4)
    array([1., 1., 1., 1.])
    """
    counts = np.histogram(x, bins, (low, high))[0].astype(float)
    cell = (high - low) / bins
    reach = min(int(np.ceil(5 * width / cell)), bins)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * cell / width) ** 2)
    padded = np.pad(counts, reach, mode="symmetric")
    density = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return np.asarray(density / (density.sum() * cell))


def _height(density: FloatArray, cl: float) -> float:
    """Density threshold above which a given fraction of the probability lies, from
    equal bins."""
    ordered = np.sort(density)[::-1]
    shares = np.cumsum(ordered)
    return float(np.interp(cl, shares / shares[-1], ordered))


def _runs(
    density: FloatArray, height: float, cell: float, ess: float, width: float
) -> list[tuple[int, int]]:
    """First and last bin of each part above a height.

    A gap counts if it has significantly fewer samples than at that height; any gap is
    at least as wide as the kernel.
    """
    above = np.flatnonzero(density >= height)
    breaks = np.flatnonzero(np.diff(above) > 1)
    first = above[np.append(0, breaks + 1)]
    last = above[np.append(breaks, len(above) - 1)]
    runs: list[tuple[int, int]] = []
    for a, b in zip(first.tolist(), last.tolist(), strict=True):
        if runs:
            gap = density[runs[-1][1] + 1 : a]
            seen = max(len(gap) * cell, 2 * np.pi**0.5 * width)
            if gap.mean() > height - _SURE * (height / (ess * seen)) ** 0.5:
                runs[-1] = (runs[-1][0], b)
                continue
        runs.append((a, b))
    return runs
