"""Compiled population of right-handed neutrinos, for many moments at once.

With Y = y g*s^(−4/3), which changes only by flips, dY/dτ = g*s^(−4/3) − Y over the
optical depth dτ = (Γ/H) dln a: each step is exact for a source linear in τ.
"""

from __future__ import annotations

import math

import numpy as np

from nuprobe.numerics import FloatArray, jit

__all__ = ["added", "populated"]


@jit
def populated(
    grid: FloatArray, gamma: FloatArray, y: FloatArray, rate: FloatArray
) -> None:
    """Population relative to equilibrium and Γ/H through the expansion.

    Parameters
    ----------
    grid : of falling temperatures, shape (5, n): T in MeV, g*s^(−4/3), g* of the
        standard model, growth of ln a until the next, and 1/H over T² at g* = 1 in
        1/MeV.
    gamma : rate in MeV of each right-handed neutrino, shape (n, 3).
    y, rate : outputs, population and Γ/H, shape (n, 3).

    Examples
    --------
    Without a rate there are none:

    >>> grid, shape = np.ones((5, 3)), (3, 3)
    >>> y, rate = np.ones(shape), np.ones(shape)
    >>> populated(grid, np.zeros(shape), y, rate)
    >>> float(y.sum())
    0.0
    """
    now = np.zeros(3)
    whole = before = 0.0
    last = grid.shape[1] - 1
    for k in range(last + 1):
        scale = grid[1, k]
        # two more states a flavour, 7/8 each
        g = grid[2, k] + 1.75 * whole / scale
        clock = grid[4, k] / (math.sqrt(g) * grid[0, k] ** 2)
        for i in range(3):
            y[k, i] = now[i] / scale
            rate[k, i] = gamma[k, i] * clock
        if k < last:
            ahead = grid[1, k + 1]
            # same increment as in the previous step
            g = grid[2, k + 1] + 1.75 * (2.0 * whole - before) / ahead
            next_clock = grid[4, k + 1] / (math.sqrt(g) * grid[0, k + 1] ** 2)
            for i in range(3):
                later = gamma[k + 1, i] * next_clock
                depth = 0.5 * (rate[k, i] + later) * grid[3, k]
                spent = -math.expm1(-depth)
                # 1 − (1 − e^−τ)/τ without cancellation
                if depth > 1e-4:
                    rest = 1.0 - spent / depth
                else:
                    rest = depth * (0.5 - depth / 6.0)
                now[i] += (scale - now[i]) * spent + (ahead - scale) * rest
            before, whole = whole, now[0] + now[1] + now[2]


@jit
def added(
    grid: FloatArray, unit: FloatArray, sums: FloatArray, end: float
) -> FloatArray:
    """Contribution of right-handed neutrinos to N_eff, shape (points,).

    Parameters
    ----------
    grid : as in `populated`.
    unit : rate in MeV per squared Bohr magneton, shape (n,).
    sums : Σ_j |μ_ij|² of three flavours, shape (points, 3).
    end : ΔN_eff of one in equilibrium at the last temperature.

    Examples
    --------
    >>> float(added(np.ones((5, 3)), np.ones(3), np.zeros((1, 3)), 1.0)[0])
    0.0
    """
    n = grid.shape[1]
    found = np.empty(sums.shape[0])
    gamma, y, rate = np.empty((n, 3)), np.empty((n, 3)), np.empty((n, 3))
    for p in range(sums.shape[0]):
        for k in range(n):
            for i in range(3):
                gamma[k, i] = unit[k] * sums[p, i]
        populated(grid, gamma, y, rate)
        found[p] = end * (y[n - 1, 0] + y[n - 1, 1] + y[n - 1, 2])
    return found
