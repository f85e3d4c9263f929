"""Combined limits between masses at which different experiments have one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["broken_line"]


def broken_line(
    mass: FloatArray, combined: FloatArray, single: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Points of a combined limit, straight in logarithms only between masses at which
    the same experiments have a limit. Between others it is the best of the experiments
    that have one at both, with a gap if there are none.

    Parameters
    ----------
    mass : positive and increasing, shape (n,).
    combined : couplings, NaN where there is no limit, shape (n,).
    single : of each experiment that is combined, at the same masses.

    Examples
    --------
    >>> import numpy as np
    >>> mass, first = np.array([1.0, 4.0]), np.array([0.1, np.nan])
    >>> x, y = broken_line(mass, np.array([0.1, 0.3]), [first, np.array([0.2, 0.3])])
    >>> x.tolist(), y.tolist()
    ([1.0, 1.0, 4.0, 4.0], [0.1, 0.2, 0.3, 0.3])
    """
    x, y = [mass[:1]], [combined[:1]]
    there = [np.isfinite(each) for each in single]
    for i in range(mass.size - 1):
        if any(each[i] != each[i + 1] for each in there):
            both = [
                g[i : i + 2]
                for g, each in zip(single, there, strict=True)
                if each[i] and each[i + 1]
            ]
            between = _best(mass[i : i + 2], both)
            x.append(between[0])
            y.append(between[1])
        x.append(mass[i + 1 : i + 2])
        y.append(combined[i + 1 : i + 2])
    return np.concatenate(x), np.concatenate(y)


def _best(ends: FloatArray, lines: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
    """The lowest of lines from one mass to the next, with the points where they cross;
    NaN if there are none."""
    if not lines:
        return ends[:1], np.array([np.nan])
    part = np.log(ends)
    first, last = np.log(np.array(lines)).T
    rise = last - first
    shares = {0.0, 1.0}
    for j, k in zip(*np.triu_indices(len(lines), 1), strict=True):
        if (first[j] - first[k]) * (last[j] - last[k]) < 0:
            shares.add(float((first[k] - first[j]) / (rise[j] - rise[k])))
    at = np.array(sorted(shares))
    lowest = (first[:, None] + rise[:, None] * at).min(axis=0)
    x = np.exp(part[0] + (part[1] - part[0]) * at)
    return np.clip(x, *ends), np.exp(lowest)
