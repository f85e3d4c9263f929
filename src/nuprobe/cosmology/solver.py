"""Compiled evolution of the temperatures of photons and of three neutrinos with
adaptive steps: the Rosenbrock method RODAS of fourth order (Hairer and Wanner, Solving
Ordinary Differential Equations II), L-stable, with an error estimate of third order.

Everything is here in one file because the cache of compiled functions does not notice
changes in another. The variables are ln T_γ, ln T_e, ln T_μ, ln T_τ, ln t and ln a, the
independent one is ln a (from 0).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray, jit

__all__ = ["Medium", "evolve", "slopes"]

IntArray = NDArray[np.int64]
SIZE: Final = 6
# RODAS: γ; the sums over stages; the corrections over h
_GAMMA: Final = 0.25
_A: Final = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [1.544, 0.0, 0.0, 0.0, 0.0],
        [0.9466785280815826, 0.2557011698983284, 0.0, 0.0, 0.0],
        [3.314825187068521, 2.896124015972201, 0.9986419139977817, 0.0, 0.0],
        [
            1.221224509226641,
            6.019134481288629,
            12.53708332932087,
            -0.6878860361058950,
            0.0,
        ],
        [
            1.221224509226641,
            6.019134481288629,
            12.53708332932087,
            -0.6878860361058950,
            1.0,
        ],
    ]
)
_C: Final = np.array(
    [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [-5.6688, 0.0, 0.0, 0.0, 0.0],
        [-2.430093356833875, -0.2063599157091915, 0.0, 0.0, 0.0],
        [-0.1073529058151375, -9.594562251023355, -20.47028614809616, 0.0, 0.0],
        [
            7.496443313967647,
            -10.24680431464352,
            -33.99990352819905,
            11.70890893206160,
            0.0,
        ],
        [
            8.083246795921522,
            -7.981132988064893,
            -31.52159432874371,
            16.31930543123136,
            -6.058818238834054,
        ],
    ]
)


class Medium(NamedTuple):
    """Inputs of the slopes.

    Attributes
    ----------
    gas, gas_start, gas_step : coefficients of P/T⁴ (intervals, 6), start and step of
        its grid of ln(T/MeV).
    table, start, step : cubics of the six collision factors (intervals, 6, 4), start
        and step of theirs.
    physics : G_F²/π⁵, A/π⁴, S_e, S_μ, S_τ, dark radiation at a = 1 in MeV⁴, 8π/3M²,
        1 for mixing, 4(g_L² + g_R²) of ν_e and ν_μ, weak factors without mass.
    """

    gas: FloatArray
    gas_start: float
    gas_step: float
    table: FloatArray
    start: float
    step: float
    physics: FloatArray


@jit
def _polynomial(
    table: FloatArray, start: float, step: float, x: float, out: FloatArray
) -> None:
    """Values of the columns of a table of cubics at x, into `out`; 0 below the table,
    the last value above."""
    last = table.shape[0]
    place = (x - start) / step
    if place < 0.0:
        out[:] = 0.0
        return
    k = min(int(place), last - 1)
    d = min(x - start - k * step, step)
    for j in range(table.shape[1]):
        c = table[k, j]
        out[j] = c[0] + d * (c[1] + d * (c[2] + d * c[3]))


@jit
def slopes(
    y: FloatArray,
    out: FloatArray,
    medium: Medium,
) -> float:
    """Derivatives of the six variables by ln a; returns H in MeV.

    Parameters
    ----------
    y : ln T_γ, ln T_e, ln T_μ, ln T_τ, ln t and ln a; MeV and 1/MeV.
    out : output array of the derivatives, shape (6,).
    medium : their inputs.

    Examples
    --------
    Photons alone, without interactions:

    >>> gas = np.full((2, 6), [np.pi**2 / 45, 0, 0, 0, 0, 0])
    >>> physics = np.array([0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1.0])
    >>> medium = Medium(gas, -10.0, 10.0, np.zeros((2, 6, 4)), -3.5, 3.5, physics)
    >>> out = np.empty(6)
    >>> hubble = slopes(np.zeros(6), out, medium)
    >>> out[:4].tolist()
    [-1.0, -1.0, -1.0, -1.0]
    """
    gas, physics = medium.gas, medium.physics
    d = y[0] - medium.gas_start
    k = min(max(int(d / medium.gas_step), 0), gas.shape[0] - 1)
    d -= k * medium.gas_step
    value = slope = bend = 0.0
    for j in range(5, -1, -1):
        bend = bend * d + 2.0 * slope
        slope = slope * d + value
        value = value * d + gas[k, j]
    t = math.exp(y[0])
    t4 = t**4
    factor = np.empty(6)
    _polynomial(medium.table, medium.start, medium.step, y[0], factor)
    c = 7.0 * math.pi**2 / 120.0
    rho = (3.0 * value + slope) * t4 + physics[5] * math.exp(-4.0 * y[5])
    tn = np.empty(3)
    for i in range(3):
        tn[i] = math.exp(y[1 + i])
        rho += c * tn[i] ** 4
    hubble: float = math.sqrt(physics[6] * rho)
    gain = np.empty(3)
    for i in range(3):
        kind = 0 if i == 0 else 1
        ti = tn[i]
        ti4 = ti**4
        own = 32.0 * factor[2 + kind] * (t4 * t4 * t - ti4 * ti4 * ti)
        own += 56.0 * factor[kind] * t4 * ti4 * (t - ti)
        weak = physics[8 + kind] * own
        for j in range(3):
            if j != i:
                tj = tn[j]
                tj4 = tj**4
                weak += 32.0 * physics[11] * (tj4 * tj4 * tj - ti4 * ti4 * ti)
                weak += 56.0 * physics[10] * tj4 * ti4 * (tj - ti)
        flip = 12.0 * factor[4] * t**3 * ti**3 * (t - ti)
        flip += 2.0 * factor[5] * (t4 * t**3 - ti4 * ti**3)
        gain[i] = physics[0] * weak + physics[1] * physics[2 + i] * flip
    if physics[7] > 0.0:
        mean = (gain[0] + gain[1] + gain[2]) / 3.0
        gain[:] = mean
    total = gain[0] + gain[1] + gain[2]
    lost = 3.0 * (4.0 * value + slope) + total / (hubble * t4)
    out[0] = -lost / (12.0 * value + 7.0 * slope + bend)
    for i in range(3):
        out[1 + i] = -1.0 + gain[i] / (hubble * 4.0 * c * tn[i] ** 4)
    out[4] = math.exp(-y[4]) / hubble
    out[5] = 1.0
    return hubble


@jit
def _decompose(m: FloatArray, order: IntArray) -> bool:
    """LU decomposition in place, rows exchanged; False if singular."""
    n = m.shape[0]
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(m[i, k]) > abs(m[best, k]):
                best = i
        order[k] = best
        if not abs(m[best, k]) > 0.0:
            return False
        if best != k:
            for j in range(n):
                m[k, j], m[best, j] = m[best, j], m[k, j]
        for i in range(k + 1, n):
            m[i, k] /= m[k, k]
            for j in range(k + 1, n):
                m[i, j] -= m[i, k] * m[k, j]
    return True


@jit
def _solve(m: FloatArray, order: IntArray, b: FloatArray) -> None:
    n = m.shape[0]
    for k in range(n):
        j = order[k]
        if j != k:
            b[k], b[j] = b[j], b[k]
    for k in range(n):
        for i in range(k):
            b[k] -= m[k, i] * b[i]
    for k in range(n - 1, -1, -1):
        for i in range(k + 1, n):
            b[k] -= m[k, i] * b[i]
        b[k] /= m[k, k]


@jit
def _step(
    y: FloatArray,
    h: float,
    jac: FloatArray,
    stage: FloatArray,
    moved: FloatArray,
    medium: Medium,
) -> float:
    """One step from y (slopes in ``stage[0]``) into `moved`; returns the largest
    difference of the two orders, NaN if a matrix is singular."""
    m = np.empty((SIZE, SIZE))
    order = np.empty(SIZE, dtype=np.int64)
    for i in range(SIZE):
        for j in range(SIZE):
            m[i, j] = -jac[i, j]
        m[i, i] += 1.0 / (h * _GAMMA)
    if not _decompose(m, order):
        return math.nan
    for s in range(6):
        moved[:] = y
        for j in range(s):
            for i in range(SIZE):
                moved[i] += _A[s, j] * stage[j, i]
        if s > 0:
            slopes(moved, stage[s], medium)
        for j in range(s):
            for i in range(SIZE):
                stage[s, i] += _C[s, j] / h * stage[j, i]
        _solve(m, order, stage[s])
    # the last stage is the difference of the two orders
    error = 0.0
    for i in range(SIZE):
        moved[i] += stage[5, i]
        # a NaN must not count as a small error
        if not abs(stage[5, i]) <= error:
            error = abs(stage[5, i])
    return error


@jit
def evolve(
    y0: FloatArray,
    end: float,
    tolerance: float,
    most: int,
    medium: Medium,
) -> tuple[FloatArray, FloatArray, int]:
    """Integrate until ln T_γ = `end`.

    Parameters
    ----------
    y0 : initial values, as in `slopes`.
    end : ln(T_γ/MeV) at which it ends.
    tolerance : of each step, in ln T and ln t.
    most : largest number of steps.
    medium : as in `slopes`.

    Returns
    -------
    variables, slopes, failed
        At the accepted steps, shape (n, 6); 0, or 1 if a step became too small, or 2 if
        there would be more than `most`.

    Examples
    --------
    Photons alone, without interactions:

    >>> gas = np.full((2, 6), [np.pi**2 / 45, 0, 0, 0, 0, 0])
    >>> physics = np.array([0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1.0])
    >>> medium = Medium(gas, -10.0, 10.0, np.zeros((2, 6, 4)), -3.5, 3.5, physics)
    >>> ys, fs, failed = evolve(np.zeros(6), -1.0, 1e-6, 100, medium)
    >>> float(ys[-1, 5]), failed
    (1.0, 0)
    """
    ys, fs = np.empty((most + 1, SIZE)), np.empty((most + 1, SIZE))
    y, f = y0.copy(), np.empty(SIZE)
    slopes(y, f, medium)
    ys[0], fs[0] = y, f
    n, h, fresh = 0, 1e-4, True
    moved, other = np.empty(SIZE), np.empty(SIZE)
    stage, jac = np.empty((6, SIZE)), np.empty((SIZE, SIZE))
    while y[0] > end + 1e-13:
        if n >= most:
            return ys[: n + 1], fs[: n + 1], 2
        h = min(h, (end - y[0]) / f[0])
        if not h > 1e-12:
            return ys[: n + 1], fs[: n + 1], 1
        if fresh:
            for j in range(SIZE):
                moved[:] = y
                moved[j] += 1e-8
                slopes(moved, other, medium)
                for i in range(SIZE):
                    jac[i, j] = (other[i] - f[i]) / 1e-8
        stage[0] = f
        error = _step(y, h, jac, stage, moved, medium)
        error /= tolerance
        fresh = error <= 1.0
        if fresh:
            y[:] = moved
            if medium.physics[7] > 0.0:  # one temperature, to the last digit
                y[1:4] = (y[1] + y[2] + y[3]) / 3.0
            slopes(y, f, medium)
            n += 1
            ys[n], fs[n] = y, f
        if not error >= 0.0:
            error = 1e4
        h *= min(6.0, max(0.2, 0.9 * max(error, 1e-12) ** -0.25))
        h = min(h, 0.25)
    return ys[: n + 1], fs[: n + 1], 0
