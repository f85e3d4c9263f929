"""Compiled loop of the cascade, in a separate module because importing it imports
Numba."""

from __future__ import annotations

import numpy as np

from nuprobe.numerics import FloatArray, jit

__all__ = ["scattered"]


@jit
def scattered(energy: FloatArray, out: FloatArray, weight: FloatArray) -> FloatArray:
    """Hat weights of the energies to which sources scatter.

    Parameters
    ----------
    energy : nodes, increasing, shape (n,).
    out : energies, shape (n, points), one row per source.
    weight : of each, of the same shape.

    Returns
    -------
    array, shape (n, n)
        Weight on each node, by source.

    Examples
    --------
    >>> scattered(np.array([1.0, 2.0]), np.full((2, 1), 1.5), np.ones((2, 1)))
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    n = energy.size
    found = np.zeros((n, n))
    for source in range(out.shape[0]):
        for point in range(out.shape[1]):
            e = out[source, point]
            if e >= energy[0]:
                cell = min(np.searchsorted(energy, e, side="right") - 1, n - 2)
                share = (e - energy[cell]) / (energy[cell + 1] - energy[cell])
                found[cell, source] += weight[source, point] * (1 - share)
                found[cell + 1, source] += weight[source, point] * share
    return found
