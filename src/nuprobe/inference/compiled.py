"""Compiled loops of Poisson costs: nuisances by Newton's method and slopes, one point
after the other.

The arithmetic is that of `costs`, which stays the reference and takes every point that
these loops give back. Sums run over eight places at once, always in the same order:
results depend neither on threads nor on other points.

Everything is in one file, because a cached kernel does not notice changes in other
files.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray, jit

__all__ = ["add_curvature", "profile"]

IntArray = NDArray[np.int64]


@jit
def _dot(x: FloatArray, y: FloatArray, n: int) -> float:
    a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = 0.0
    whole = n - n % 8
    for b in range(0, whole, 8):
        a0 += x[b] * y[b]
        a1 += x[b + 1] * y[b + 1]
        a2 += x[b + 2] * y[b + 2]
        a3 += x[b + 3] * y[b + 3]
        a4 += x[b + 4] * y[b + 4]
        a5 += x[b + 5] * y[b + 5]
        a6 += x[b + 6] * y[b + 6]
        a7 += x[b + 7] * y[b + 7]
    for b in range(whole, n):
        a0 += x[b] * y[b]
    return ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7))


@jit
def _solve(
    matrix: FloatArray, low: FloatArray, inverse: FloatArray, x: FloatArray
) -> float:
    """Overwrite x by matrix⁻¹ x (lower triangle, LDLᵀ); a direction that the matrix
    does not see gives 0. The product of what pivots are of their diagonal."""
    k, share = x.size, 1.0
    for j in range(k):
        diagonal = matrix[j, j]
        for m in range(j):
            diagonal -= low[j, m] ** 2 * inverse[m]
        inverse[j] = 1.0 / diagonal if diagonal > 1e-13 * matrix[j, j] else 0.0
        if matrix[j, j] > 0:
            share *= max(diagonal / matrix[j, j], 0.0)
        for i in range(j + 1, k):
            entry = matrix[i, j]
            for m in range(j):
                entry -= low[i, m] * low[j, m] * inverse[m]
            low[i, j] = entry  # L times D
    for j in range(k):
        for m in range(j):
            x[j] -= low[j, m] * inverse[m] * x[m]
    for j in range(k):
        x[j] *= inverse[j]
    for j in range(k - 1, -1, -1):
        for i in range(j + 1, k):
            x[j] -= low[i, j] * inverse[j] * x[i]
    return share


@jit
def _rest(matrix: FloatArray, low: FloatArray, inverse: FloatArray) -> float:
    """Least share of a diagonal element that is left as all others follow, from what
    `_solve` left; it overwrites `low`."""
    k = inverse.size
    least = 1.0
    for j in range(k):
        if not matrix[j, j] > 0:
            continue
        total = inverse[j]
        if total == 0:
            return 0.0
        for i in range(j + 1, k):  # column j of L⁻¹ goes where that of L was
            entry = -low[i, j] * inverse[j]
            for m in range(j + 1, i):
                entry -= low[i, m] * inverse[m] * low[m, j]
            low[i, j] = entry
            total += entry * entry * inverse[i]
        least = min(least, 1.0 / (matrix[j, j] * total))
    return least


@jit
def profile(
    base: FloatArray,
    constant: FloatArray,
    varying: FloatArray,
    index: IntArray,
    order: IntArray,
    counts: FloatArray,
    weights: FloatArray,
    start: FloatArray,
    limits: FloatArray,
    value: FloatArray,
    nuisances: FloatArray,
) -> None:
    """Minimise −2 ln L over the nuisances; a point that is not settled gets the value
    NaN.

    One long loop with arrays by position: compiled code takes no objects, and pieces
    that are called for each point would have to be handed all of its work space.

    Parameters
    ----------
    base : expectation without nuisances, (points, bins).
    constant, varying : slopes that are the same at all points, (some, bins), and
        others, (others, points, bins).
    index : nuisance of each of them, those of `constant` first.
    order : bins, those with counts first, (bins,).
    counts : of those, (bins with counts,).
    weights : 1/σ² of the nuisances.
    start : nuisances to begin at, (points, nuisances), or (0, nuisances) for none.
    limits : largest expectation, unit of the decrements, those of the last step and of
        the last but one, most steps, share of a diagonal element of the second
        derivatives that has to be left.
    value, nuisances : are written, (points,) and (points, nuisances).

    Examples
    --------
    One bin with 4 counts, of which 3 + ν are expected, ν = 0 ± 1:

    >>> value, nuisances = np.empty(1), np.empty((1, 1))
    >>> profile(
    ...     np.array([[3.0]]),
    ...     np.array([[1.0]]),
    ...     np.empty((0, 1, 1)),
    ...     np.array([0]),
    ...     np.array([0]),
    ...     np.array([4.0]),
    ...     np.array([1.0]),
    ...     np.empty((0, 1)),
    ...     np.array([1e12, 1.0, 1e-6, 1e-3, 15.0, 1e-10]),
    ...     value,
    ...     nuisances,
    ... )
    >>> nuisances  # where ν = 4/(3 + ν) - 1
    array([[0.236]])
    """
    points, bins = base.shape
    k, active = weights.size, counts.size
    most, unit, steps, least_share = limits[0], limits[1], int(limits[4]), limits[5]
    last_one, last_but_one = limits[2] * unit, limits[3] * unit
    s, rows = np.zeros((k, bins)), np.empty((k, bins))
    plain, mu, slope, bend, move = (
        np.empty(bins),
        np.empty(bins),
        np.empty(bins),
        np.empty(bins),
        np.empty(bins),
    )
    linear, gradient, step, inverse = np.empty(k), np.empty(k), np.empty(k), np.empty(k)
    hessian, low, nu = np.empty((k, k)), np.empty((k, k)), np.empty(k)
    fixed = len(constant)
    for j in range(fixed):
        for b in range(bins):
            s[index[j], b] = constant[j, order[b]]
    total = 0.0
    for b in range(active):
        total += counts[b]
    for p in range(points):
        value[p] = np.nan
        largest = 0.0
        for b in range(bins):
            plain[b] = base[p, order[b]]
            largest = max(largest, abs(plain[b]))
        if not largest <= most:
            continue
        for j in range(len(varying)):
            for b in range(bins):
                s[index[fixed + j], b] = varying[j, p, order[b]]
        for j in range(k):
            linear[j] = 0.0
            for b in range(bins):
                linear[j] += 2 * s[j, b]
        warm = len(start) > 0
        feasible = False
        while True:
            mu[:] = plain
            for j in range(k):
                nu[j] = start[p, j] if warm else 0.0
                if nu[j] != 0:
                    for b in range(bins):
                        mu[b] += nu[j] * s[j, b]
            least = np.inf
            for b in range(active):
                least = min(least, mu[b])
            feasible = least > 0
            if feasible or not warm:
                break
            warm = False
        if not feasible:
            continue
        settled = last = False
        for iteration in range(steps):
            begin = iteration == 0 and not warm
            for b in range(active):
                one = 1.0 / mu[b]
                slope[b] = -2 * counts[b] * one
                bend[b] = -slope[b] * one
            curved = active
            if begin:  # a first step from far lands closer with the expected curvature
                curved = bins
                for b in range(bins):
                    bend[b] = 2.0 / mu[b] if mu[b] > 0 else 0.0
            for j in range(k):
                gradient[j] = (
                    2 * weights[j] * nu[j] + linear[j] + _dot(slope, s[j], active)
                )
                step[j] = -gradient[j]
            if not last:
                for j in range(k):
                    for b in range(curved):
                        rows[j, b] = bend[b] * s[j, b]
                    for i in range(j + 1):
                        hessian[j, i] = _dot(rows[j], s[i], curved)
                    hessian[j, j] += 2 * weights[j]
            lost = _solve(hessian, low, inverse, step) <= least_share
            # products of slopes have then lost what a step needs
            if lost and _rest(hessian, low, inverse) <= least_share:
                break
            decrement = 0.0
            move[:] = 0.0
            for j in range(k):
                decrement -= step[j] * gradient[j]
                for b in range(bins):
                    move[b] += step[j] * s[j, b]
            length = 1.0
            # further inside no expectation can change sign (the Dikin ellipsoid)
            if begin or not decrement < unit:
                # a step that removes the fraction r > 0.9 of some µ is shortened to
                # remove 0.9 of it
                lost = 0.9
                for b in range(active):
                    lost = max(lost, -move[b] / mu[b])
                length = 0.9 / lost
            for j in range(k):
                nu[j] += length * step[j]
            for b in range(bins):
                mu[b] += length * move[b]
            if last or (not begin and length == 1 and decrement <= last_one):
                settled = True
                break
            last = not begin and length == 1 and decrement <= last_but_one
        if not settled:
            continue
        mu[:] = plain
        for j in range(k):
            nuisances[p, j] = nu[j]
            for b in range(bins):
                mu[b] += nu[j] * s[j, b]
        least, pulls, sum_mu, logs = 1.0, 0.0, 0.0, 0.0
        for b in range(active):
            if not mu[b] > 0:
                least = -1.0
            sum_mu += mu[b]
            # log of the ratio keeps the small difference of large numbers
            logs += counts[b] * math.log(mu[b] / counts[b])
        for b in range(active, bins):
            if not mu[b] >= 0:
                least = -1.0
            sum_mu += mu[b]
        if least < 0:
            continue
        for j in range(k):
            pulls += weights[j] * nu[j] ** 2
        value[p] = max(2 * (sum_mu - total - logs), 0.0) + pulls


@jit
def add_curvature(
    base: FloatArray,
    constant: FloatArray,
    varying: FloatArray,
    index: IntArray,
    jacobian: FloatArray,
    nuisances: FloatArray,
    data: FloatArray,
    gradient: FloatArray,
    hessian: FloatArray,
) -> None:
    """Gradient and expected curvature of −2 ln L without pulls, of parameters and then
    nuisances of one term.

    Nine arrays by position, because compiled code takes no objects.

    Parameters
    ----------
    base, constant, varying, index : as in `profile`.
    jacobian : derivatives of the expectation in the parameters, at the nuisances,
        (points, parameters, bins).
    nuisances : (points, nuisances).
    data : counts, (bins,).
    gradient, hessian : are written, (points, both) and (points, both, both); no hessian
        if it has no points.

    Examples
    --------
    One bin with 4 counts, of which 2 x are expected, at x = 1:

    >>> gradient, hessian = np.empty((1, 1)), np.empty((1, 1, 1))
    >>> add_curvature(
    ...     np.array([[2.0]]),
    ...     np.empty((0, 1)),
    ...     np.empty((0, 1, 1)),
    ...     np.empty(0, dtype=np.int64),
    ...     np.array([[[2.0]]]),
    ...     np.empty((1, 0)),
    ...     np.array([4.0]),
    ...     gradient,
    ...     hessian,
    ... )
    >>> gradient, hessian
    (array([[-4.]]), array([[[4.]]]))
    """
    points, bins = base.shape
    d, k, fixed = jacobian.shape[1], nuisances.shape[1], len(constant)
    every, row = np.zeros((d + k, bins)), np.empty(bins)
    mu, slope, information = np.empty(bins), np.empty(bins), np.empty(bins)
    for j in range(fixed):
        every[d + index[j]] = constant[j]
    for p in range(points):
        every[:d] = jacobian[p]
        for j in range(len(varying)):
            every[d + index[fixed + j]] = varying[j, p]
        mu[:] = base[p]
        for j in range(k):
            for b in range(bins):
                mu[b] += nuisances[p, j] * every[d + j, b]
        for b in range(bins):
            positive = mu[b] > 0
            one = 1.0 / mu[b] if positive else 0.0
            information[b] = 2 * one
            # where the data are impossible there is no slope
            slope[b] = (
                2 - 2 * data[b] * one
                if positive or (mu[b] == 0 and data[b] == 0)
                else 0.0
            )
        for i in range(d + k):
            gradient[p, i] = _dot(every[i], slope, bins)
            if len(hessian) == 0:
                continue
            for b in range(bins):
                row[b] = every[i, b] * information[b]
            for j in range(i + 1):
                entry = _dot(row, every[j], bins)
                hessian[p, i, j] = entry
                hessian[p, j, i] = entry
