"""Compiled steps of the stiff network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray, jit

__all__ = ["Integers", "integrate"]

Integers = NDArray[np.int64]


@jit
def _slope(
    y: FloatArray,
    forward: FloatArray,
    backward: FloatArray,
    before: Integers,
    after: Integers,
    dy: FloatArray,
) -> None:
    """dY/dx of all species for the rates at one time."""
    dy[:] = 0.0
    for r in range(before.shape[0]):
        a, b = before[r, 0], before[r, 1]
        c, d = after[r, 0], after[r, 1]
        flow = forward[r] * y[a]
        if b >= 0:
            flow *= y[b]
        back = backward[r] * y[c]
        if d >= 0:
            back *= y[d]
        net = flow - back
        dy[a] -= net
        if b >= 0:
            dy[b] -= net
        dy[c] += net
        if d >= 0:
            dy[d] += net


@jit
def _jacobian(
    y: FloatArray,
    forward: FloatArray,
    backward: FloatArray,
    before: Integers,
    after: Integers,
    jac: FloatArray,
) -> None:
    """∂(dY/dx)/∂Y at one time."""
    n = y.shape[0]
    jac[:, :] = 0.0
    slope = np.zeros(n)
    for r in range(before.shape[0]):
        a, b = before[r, 0], before[r, 1]
        c, d = after[r, 0], after[r, 1]
        slope[:] = 0.0
        if b >= 0:
            slope[a] += forward[r] * y[b]
            slope[b] += forward[r] * y[a]
        else:
            slope[a] += forward[r]
        if d >= 0:
            slope[c] -= backward[r] * y[d]
            slope[d] -= backward[r] * y[c]
        else:
            slope[c] -= backward[r]
        for j in range(n):
            if slope[j] != 0.0:
                jac[a, j] -= slope[j]
                if b >= 0:
                    jac[b, j] -= slope[j]
                jac[c, j] += slope[j]
                if d >= 0:
                    jac[d, j] += slope[j]


@jit
def _factorise(m: FloatArray, pivots: Integers) -> None:
    """LU factors of a matrix in its place, rows exchanged."""
    n = m.shape[0]
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(m[i, k]) > abs(m[best, k]):
                best = i
        pivots[k] = best
        if best != k:
            for j in range(n):
                m[k, j], m[best, j] = m[best, j], m[k, j]
        for i in range(k + 1, n):
            m[i, k] /= m[k, k]
            factor = m[i, k]
            if factor != 0.0:
                for j in range(k + 1, n):
                    m[i, j] -= factor * m[k, j]


@jit
def _solve(m: FloatArray, pivots: Integers, x: FloatArray) -> None:
    """Solve with the factors of `_factorise`, in place."""
    n = m.shape[0]
    for k in range(n):
        if pivots[k] != k:
            x[k], x[pivots[k]] = x[pivots[k]], x[k]
    for i in range(n):
        for j in range(i):
            x[i] -= m[i, j] * x[j]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            x[i] -= m[i, j] * x[j]
        x[i] /= m[i, i]


@jit
def _rodas(
    y: FloatArray,
    h: float,
    now: FloatArray,
    then: FloatArray,
    before: Integers,
    after: Integers,
    error: FloatArray,
) -> FloatArray:
    """One step of Rodas3 (Sandu et al. 1997: L-stable, order 3, stages at the two ends
    of the step); `error` receives the embedded estimate. `now` and `then` have forward
    and backward rates and their slopes at the two ends."""
    n = y.shape[0]
    m, pivots = np.zeros((n, n)), np.zeros(n, np.int64)
    f0, f1, drift = np.zeros(n), np.zeros(n), np.zeros(n)
    _jacobian(y, now[0], now[1], before, after, m)
    for i in range(n):
        for j in range(n):
            m[i, j] = -m[i, j]
        m[i, i] += 2.0 / h
    _factorise(m, pivots)
    _slope(y, now[0], now[1], before, after, f0)
    _slope(y, now[2], now[3], before, after, drift)
    k1 = f0 + 0.5 * h * drift
    _solve(m, pivots, k1)
    k2 = f0 + 4.0 / h * k1 + 1.5 * h * drift
    _solve(m, pivots, k2)
    _slope(y + 2.0 * k1, then[0], then[1], before, after, f1)
    k3 = f1 + (k1 - k2) / h
    _solve(m, pivots, k3)
    _slope(y + 2.0 * k1 + k3, then[0], then[1], before, after, f1)
    k4 = f1 + (k1 - k2 - 8.0 / 3.0 * k3) / h
    _solve(m, pivots, k4)
    error[:] = k4
    y_next: FloatArray = y + 2.0 * k1 + k3 + k4
    return y_next


@jit
def _integrate(
    start: FloatArray,
    x: FloatArray,
    rates: FloatArray,
    before: Integers,
    after: Integers,
    limit: float,
) -> tuple[FloatArray, float, int]:
    """Steps through all times; the number of the step that failed, or -1."""
    found = np.zeros((x.shape[0], start.shape[0]))
    found[0] = start
    y, error = start.copy(), np.zeros(start.shape[0])
    worst = 0.0
    for i in range(x.shape[0] - 1):
        h = x[i + 1] - x[i]
        y = _rodas(y, h, rates[i], rates[i + 1], before, after, error)
        size = 0.0
        for j in range(y.shape[0]):
            size = max(size, abs(error[j]) / (abs(y[j]) + 1e-13))
            if not np.isfinite(y[j]) or y[j] < -1e-12:
                return found, worst, i
        if not size < limit:
            return found, size, i
        worst = max(worst, size)
        found[i + 1] = y
    return found, worst, -1


def integrate(
    start: FloatArray,
    x: FloatArray,
    rates: FloatArray,
    species: tuple[Integers, Integers],
    limit: float,
) -> tuple[FloatArray, float, int]:
    """Abundances at all times.

    Parameters
    ----------
    start : abundances by number per baryon at the first time, shape (species,).
    x : independent variable (ln a), shape (times,), rising.
    rates : forward and backward rates per unit of `x`, the density of baryons in them,
        and the derivatives of both in `x`, shape (times, 4, reactions).
    species : indices of the two species before and after each reaction, each
        (reactions, 2), -1 for none.
    limit : largest allowed relative error of a step.

    Returns
    -------
    tuple
        Abundances (times, species), the largest estimated relative error of a step, the
        number of the step that failed or -1.

    Examples
    --------
    >>> x, rates = np.linspace(0.0, 1.0, 101), np.zeros((101, 4, 1))
    >>> rates[:, 0] = 1.0
    >>> pairs = np.array([[0, -1]]), np.array([[1, -1]])
    >>> y, _, failed = integrate(np.array([1.0, 0.0]), x, rates, pairs, 1e-3)
    >>> round(float(y[-1, 0]), 6), failed
    (0.367879, -1)
    """
    table = np.ascontiguousarray(rates)
    return _integrate(start, x, table, *species, limit)
