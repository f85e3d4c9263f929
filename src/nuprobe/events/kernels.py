"""Hot loop of the generator: unit cube → kinematics, |M|² and four-momenta, one event
at a time.

The leptons are the decomposition of `processes.trident.lepton` before any integral. In
the rest frame of the pair with q along +z and k1 in the xz-plane, V*(K)γ*(q) → ℓ⁻ℓ′⁺
has 2×2 amplitudes for each polarisation (L, +, −) of V* and γ*; with ϕ the azimuth of
ℓ⁻ an amplitude of polarisations (a, b) turns by e^{i(a+b)ϕ}. They are contracted with

    neutrino (rank one)   j = √8 (√2 κ, a_v + K/2, a_v − K/2)      along L, +, −
    target                H = C w w + G Q²(Σ_T − LL),   w = 2P − q = 2αk1 + 2P_T modulo
    q

κ, a_v: components of k1 across and along; P_T ⊥ k1, q lies at the azimuth ψ, P_T² = (r
− 1)((M² + b)r + M²). Every difference that vanishes at an edge of phase space (ŝ − s,
K²_max − K², r − 1, s − s_min, D1 − D1_low, …) is computed from the variable itself, so
nothing is lost at Q ~ 1 keV and 100 GeV. No amplitude has an absorptive part, so |M|²
does not change under (ϕ, ψ) → (−ϕ, −ψ): events and their mirror images are alike, and
CP for antineutrinos is ℓ⁻ ↔ ℓ⁺.

Everything is in one file, because a cached kernel does not notice changes in other
files.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["BINS", "DIMENSIONS", "SLICES", "generate", "terms_at"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _jit(function: _Function) -> _Function:
    return cast(
        _Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    )


# ln Q, ln x, s, K², pair angle, ϕ, ψ: the grid of each depends on the slice of the one
# before it
DIMENSIONS = 7
SLICES, BINS = 16, 48


@_jit
def _matrix_element(
    s: float,
    s_gap: float,
    k2: float,
    kappa2: float,
    lam: float,
    q2: float,
    x: float,
    alpha: float,
    p_t: float,
    t: float,
    phi: float,
    psi: float,
    m_minus: float,
    m_plus: float,
    c: float,
    g: float,
) -> tuple[float, float, float, float, float, float, float]:
    """VV, AA, VA of H·X/8 times dΦ2/dt of the pair; then e_1, p, cos θ and sin θ of ℓ⁻
    in the pair's frame.

    `s_gap` is s − (m₋ + m₊)², `t` the place in ln(D1/D2) between its ends.
    """
    root_s, q, k = math.sqrt(s), math.sqrt(q2), math.sqrt(k2)
    root_lam = math.sqrt(lam)
    u = s + k2 + q2
    k_z = root_lam / (2 * root_s)
    q_0, k_0 = (s - q2 + k2) / (2 * root_s), (s + q2 - k2) / (2 * root_s)
    delta = m_minus**2 - m_plus**2
    e_1, e_2 = (s + delta) / (2 * root_s), (s - delta) / (2 * root_s)
    p = math.sqrt(s_gap * (s_gap + 4 * m_minus * m_plus)) / (2 * root_s)
    # pair angle from the place in ln(D1/D2)
    slope, share = 2 * p * k_z, delta / s
    d1_high = ((s + k2) * (1 + share) + q2 * (1 - share)) / 2 + slope
    d2_high = ((s + k2) * (1 - share) + q2 * (1 + share)) / 2 + slope
    product = 2 * m_minus * m_plus
    common = q2 * (
        product * s + (m_minus - m_plus) ** 2 * s_gap + k2 * (product + s_gap)
    )
    d1_low = (m_plus**2 * q2**2 + common + m_minus**2 * (s + k2) ** 2) / (s * d1_high)
    d2_low = (m_minus**2 * q2**2 + common + m_plus**2 * (s + k2) ** 2) / (s * d2_high)
    y_low = math.log(d1_low / d2_high)
    span = math.log(d1_high / d2_low) - y_low
    odds = math.exp(y_low + span * t)
    d1, d2 = u * odds / (1 + odds), u / (1 + odds)
    dd = min(max(-d1 * d2_high * math.expm1(-span * t) / (2 * u * slope), 0.0), 1.0)
    uu = min(
        max(-d2 * d1_high * math.expm1(-span * (1 - t)) / (2 * u * slope), 0.0), 1.0
    )
    ud = math.sqrt(uu * dd)
    measure = span * d1 * d2 / (16 * math.pi * root_s * u * k_z)

    i1, i2 = 1 / d1, 1 / d2
    scale = q / k_z
    r2 = math.sqrt(2.0)
    c_t = -2 * r2 * p * ud * (i1 + i2)
    c_l = 2 * scale * (e_1 * i1 - e_2 * i2)
    swing = scale * (i2 - i1)
    # q_0 ± k_z and (k_z ± k_0)/K: their products are −Q² and 1
    if q_0 >= 0:
        q_p = q_0 + k_z
        q_m = -q2 / q_p
    else:
        q_m = q_0 - k_z
        q_p = -q2 / q_m
    if k_0 >= 0:
        l_p = (k_z + k_0) / k
        l_m = 1 / l_p
    else:
        l_m = (k_z - k_0) / k
        l_p = 1 / l_m
    # neutrino current
    a_v = math.sqrt(kappa2 + k2 / 4)
    j_l = math.sqrt(2 * kappa2)
    j_p = a_v + k / 2
    j_m = kappa2 / j_p
    turn = complex(math.cos(phi), math.sin(phi))
    back = turn.conjugate()
    v_p, v_m = j_p * turn, j_m * back
    # target current
    kappa = math.sqrt(kappa2)
    g_long = (x * u - 2 * k2 * q2) / (2 * root_lam)  # Q k1_L
    along = p_t * math.cos(psi)
    w_l = 2 * alpha * g_long / q + 4 * along * q * kappa / x
    w_x, w_y = 2 * alpha * kappa + 4 * along * g_long / x, 2 * p_t * math.sin(psi)
    w_p, w_m = complex(w_x, -w_y) * turn / r2, complex(w_x, w_y) * back / r2

    a_p, b_p = math.sqrt(e_1 + p), math.sqrt(e_2 + p)
    a_m, b_m = m_minus / a_p, m_plus / b_p
    left = right = flip = 0.0
    # currents (11, 12, 21, 22) by polarisation of the photon, for a left- and a
    # right-handed weak vertex
    for hand in range(2):
        if hand == 0:
            sign, qm, qp, l1, l2 = 1.0, q_m, q_p, l_m, l_p
        else:
            sign, qm, qp, l1, l2 = -1.0, q_p, q_m, l_p, l_m
        r = sign * r2
        rc = r * c_t
        x11 = j_l * l1 * (c_l + swing * qm) + 0j
        x22 = j_l * l2 * (c_l + swing * qp) + 0j
        x12 = v_p * (r * (c_l + scale * (qp * i2 - qm * i1)))
        x21 = v_m * (r * (c_l + scale * (qm * i2 - qp * i1)))
        y11 = j_l * c_t * l1 - 2 * qp * i1 * v_m
        y12 = j_l * (r * (l1 * qm * i2 - l2 * qp * i1)) + rc * v_p
        y21 = rc * v_m
        y22 = j_l * c_t * l2 + 2 * qm * i2 * v_m
        z11 = j_l * c_t * l1 + 2 * qp * i2 * v_p
        z12 = rc * v_p
        z21 = j_l * (r * (l2 * qp * i2 - l1 * qm * i1)) + rc * v_m
        z22 = j_l * c_t * l2 - 2 * qm * i1 * v_p
        t11 = w_l * x11 + w_p * y11 + w_m * z11
        t12 = w_l * x12 + w_p * y12 + w_m * z12
        t21 = w_l * x21 + w_p * y21 + w_m * z21
        t22 = w_l * x22 + w_p * y22 + w_m * z22
        if hand == 0:
            f11, f12, f21, f22 = a_m * b_p, a_m * b_m, a_p * b_p, a_p * b_m
            left = c * _square(t11, t12, t21, t22, uu, dd, ud, f11, f12, f21, f22)
            if g != 0.0:
                left += (g * q2) * (
                    _square(y11, y12, y21, y22, uu, dd, ud, f11, f12, f21, f22)
                    + _square(z11, z12, z21, z22, uu, dd, ud, f11, f12, f21, f22)
                    - _square(x11, x12, x21, x22, uu, dd, ud, f11, f12, f21, f22)
                )
            s11, s12, s21, s22 = t11, t12, t21, t22
            xx11, xx12, xx21, xx22 = x11, x12, x21, x22
            yy11, yy12, yy21, yy22 = y11, y12, y21, y22
            zz11, zz12, zz21, zz22 = z11, z12, z21, z22
        else:
            f11, f12, f21, f22 = a_p * b_m, a_p * b_p, a_m * b_m, a_m * b_p
            right = c * _square(t11, t12, t21, t22, uu, dd, ud, f11, f12, f21, f22)
            flip = c * _overlap(s11, s12, s21, s22, t11, t12, t21, t22)
            if g != 0.0:
                right += (g * q2) * (
                    _square(y11, y12, y21, y22, uu, dd, ud, f11, f12, f21, f22)
                    + _square(z11, z12, z21, z22, uu, dd, ud, f11, f12, f21, f22)
                    - _square(x11, x12, x21, x22, uu, dd, ud, f11, f12, f21, f22)
                )
                flip += (g * q2) * (
                    _overlap(yy11, yy12, yy21, yy22, y11, y12, y21, y22)
                    + _overlap(zz11, zz12, zz21, zz22, z11, z12, z21, z22)
                    - _overlap(xx11, xx12, xx21, xx22, x11, x12, x21, x22)
                )
    both, mass = (left + right) * measure, -2 * m_minus * m_plus * flip * measure
    return (
        both + mass,
        both - mass,
        2 * (left - right) * measure,
        e_1,
        p,
        uu - dd,
        2 * ud,
    )


@_jit
def _square(
    j11: complex,
    j12: complex,
    j21: complex,
    j22: complex,
    uu: float,
    dd: float,
    ud: float,
    f11: float,
    f12: float,
    f21: float,
    f22: float,
) -> float:
    """Sum over the leptons' helicities of a current turned to their direction, with the
    weights of helicity."""
    mixed = ud * (j12 + j21)
    swap = ud * (j22 - j11)
    a = uu * j11 + mixed + dd * j22
    b = swap + uu * j12 - dd * j21
    c = swap + uu * j21 - dd * j12
    d = dd * j11 - mixed + uu * j22
    return (
        f11**2 * (a.real**2 + a.imag**2)
        + f12**2 * (b.real**2 + b.imag**2)
        + f21**2 * (c.real**2 + c.imag**2)
        + f22**2 * (d.real**2 + d.imag**2)
    )


@_jit
def _overlap(
    a11: complex,
    a12: complex,
    a21: complex,
    a22: complex,
    b11: complex,
    b12: complex,
    b21: complex,
    b22: complex,
) -> float:
    return (
        (a11.real * b11.real + a11.imag * b11.imag)
        + (a12.real * b12.real + a12.imag * b12.imag)
        + (a21.real * b21.real + a21.imag * b21.imag)
        + (a22.real * b22.real + a22.imag * b22.imag)
    )


@_jit
def terms_at(
    s: float,
    k2: float,
    q2: float,
    x: float,
    t: float,
    phi: float,
    psi: float,
    e_nu: float,
    mass: float,
    m_minus: float,
    m_plus: float,
    c: float,
    g: float,
) -> tuple[float, float, float]:
    """VV, AA, VA of H·X times dΦ3/(ds dK² dt) at a point of phase space, averaged over
    nothing."""
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    kappa2 = k2 * max(x**2 - x * (s + k2 + q2) + k2 * q2, 0.0) / lam
    q = math.sqrt(q2)
    x_max = 4 * e_nu * mass * q / (q + math.sqrt(q2 + 4 * mass**2))
    r, b = x_max / x, 2 * e_nu * mass * q2 / x_max
    alpha = (2 * b * r - q2) / x
    p_t = math.sqrt(max((r - 1) * ((mass**2 + b) * r + mass**2), 0.0))
    gap = s - (m_minus + m_plus) ** 2
    found = _matrix_element(
        s, gap, k2, kappa2, lam, q2, x, alpha, p_t, t, phi, psi, m_minus, m_plus, c, g
    )
    scale = 8 / (16 * math.pi**2 * x)
    return found[0] * scale, found[1] * scale, found[2] * scale


@_jit
def _interpolate(table: FloatArray, row: int, place: float) -> float:
    """Cubic through the four nearest entries of a row."""
    i = min(max(int(place), 1), table.shape[1] - 3)
    d = place - i
    value: float = (
        -table[row, i - 1] * d * (d - 1) * (d - 2) / 6
        + table[row, i] * (d + 1) * (d - 1) * (d - 2) / 2
        - table[row, i + 1] * (d + 1) * d * (d - 2) / 2
        + table[row, i + 2] * (d + 1) * d * (d - 1) / 6
    )
    return value


@_jit
def _draw_energy(
    cumulative: FloatArray, bins: FloatArray, count: int, u: float
) -> tuple[float, float]:
    """Energy and what the flux adds to the weight: `bins` are (low, width, flux, its
    slope) over the probability."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle + 1] > u:
            high = middle
        else:
            low = middle + 1
    share = cumulative[low + 1] - cumulative[low]
    t = min(max((u - cumulative[low]) / share, 0.0), 1.0)
    return (
        bins[low, 0] + bins[low, 1] * t,
        max(bins[low, 2] + bins[low, 3] * t, 0.0) / share,
    )


@_jit
def _kinematics(
    e: float,
    u: FloatArray,
    numbers: FloatArray,
    tables: FloatArray,
    grid: FloatArray,
    v: FloatArray,
    bins: Any,
) -> tuple[
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
    float,
]:
    """A point of phase space for a target at rest.

    Returns VV, AA, VA (cm², Jacobians included), q2, x, s, ŝ, k2, K²_max − K², λ, P_T,
    β, ϕ, ψ, and energy, momentum along and across q of ℓ⁻ in the pair's frame; zeros
    where closed. `numbers`: mass, m₋, m₊, end of Q, smallest squared mass of a
    mediator, ln Q of the tables' first entry, their step, prefactor; [11]: whether G is
    not 0. `v`, `bins`: scratch.
    """
    closed = (0.0,) * 17
    mass, m_minus, m_plus = numbers[0], numbers[1], numbers[2]
    total = m_minus + m_plus
    s_min = total**2
    gap = e - total * (1 + total / (2 * mass))
    if gap <= 0:
        return closed
    # ends of Q, as in `cross_section.q_range`
    em2 = 2 * e * mass
    root = math.sqrt(2 * mass * gap * (em2 - s_min + 2 * mass * total))
    low = 2 * s_min / (em2 + s_min + root)
    rest = mass**2 / ((mass**2 + em2) * (1 - low))
    q_low, q_high = mass * low / math.sqrt(1 - low), mass * (1 - rest) / math.sqrt(rest)
    q_high = min(q_high, max(16 * q_low, numbers[3]))
    if q_high <= q_low:
        return closed
    jacobian = 1.0
    parent = u[1]
    for d in range(DIMENSIONS):
        here = u[2 + d]
        cell = min(int(parent * SLICES), SLICES - 1)
        b = min(int(here * BINS), BINS - 1)
        width = grid[d, cell, b + 1] - grid[d, cell, b]
        v[d] = grid[d, cell, b] + (here * BINS - b) * width
        bins[d] = cell * BINS + b
        jacobian *= BINS * width
        parent = here
    span = math.log(q_high / q_low)
    log_q = math.log(q_low) + span * v[0]
    q = math.exp(log_q)
    q2 = q * q
    jacobian *= 2 * q2 * span
    x_max = 2 * em2 * q / (q + math.sqrt(q2 + 4 * mass**2))
    x_min = s_min + q2
    span = math.log(x_max / x_min)
    if not span > 0:
        return closed
    x = x_min * math.exp(span * v[1])
    r_1 = math.expm1(span * (1 - v[1]))
    hat_gap = x_min * math.expm1(span * v[1])
    s_hat = s_min + hat_gap
    jacobian *= x * span
    span = math.log1p(hat_gap / s_min)
    t2 = v[2] ** 2
    s_gap = s_min * math.expm1(span * t2)
    s = s_min + s_gap
    if not s_gap > 0:
        return closed
    jacobian *= s * span * 2 * v[2]
    k2_max = -x * math.expm1(-span * (1 - t2))
    soft2 = min(s, numbers[4])
    span = math.log1p(k2_max / soft2)
    k2 = soft2 * math.expm1(span * v[3])
    k2_gap = -(k2_max + soft2) * math.expm1(-span * (1 - v[3]))
    if not (k2 > 0 and k2_gap > 0):
        return closed
    jacobian *= (k2 + soft2) * span
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    kappa2 = k2 * s_hat * k2_gap / lam
    r = 1 + r_1
    b = em2 * q2 / x_max
    p_t = math.sqrt(r_1 * ((mass**2 + b) * r + mass**2))
    alpha = (2 * b * r - q2) / x
    place = (log_q - numbers[5]) / numbers[6]
    c = _interpolate(tables, 0, place)
    g = _interpolate(tables, 1, place) if numbers[11] > 0 else 0.0
    phi, psi = 2 * math.pi * v[5], 2 * math.pi * v[6]
    vv, aa, va, e_1, p, cos, sin = _matrix_element(
        s,
        s_gap,
        k2,
        kappa2,
        lam,
        q2,
        x,
        alpha,
        p_t,
        v[4],
        phi,
        psi,
        m_minus,
        m_plus,
        max(c, 0.0),
        max(g, 0.0),
    )
    scale = numbers[7] * jacobian / (e * mass * q2) ** 2 * 8 / (16 * math.pi**2 * x)
    terms = vv * scale, aa * scale, va * scale
    return (
        *terms,
        q2,
        x,
        s,
        s_hat,
        k2,
        k2_gap,
        lam,
        p_t,
        em2 / x,
        phi,
        psi,
        e_1,
        p * cos,
        p * sin,
    )


@_jit
def _model(k2: float, couplings: FloatArray, vv: float, aa: float, va: float) -> float:
    """Weight in the model: couplings are V, A, then strength and squared mass of each
    mediator."""
    v: float = couplings[0]
    a: float = couplings[1]
    for i in range(2, couplings.size, 2):
        v += couplings[i] / (k2 + couplings[i + 1])
    return v * v * vv + a * a * aa + v * a * va


@_jit
def _nucleon(
    u: FloatArray, e: float, mass: float, k_f: float
) -> tuple[float, float, float, float, float, float]:
    """A nucleon of the Fermi sphere: its momentum, its energy, E* = k·p/M and the flux
    factor k·p/(E E_N)."""
    size = k_f * u[0] ** (1 / 3)
    cos = 2 * u[1] - 1
    sin = math.sqrt((1 - cos) * (1 + cos))
    x, y, z = (
        size * sin * math.cos(2 * math.pi * u[2]),
        size * sin * math.sin(2 * math.pi * u[2]),
        size * cos,
    )
    energy = math.sqrt(size**2 + mass**2)
    return x, y, z, energy, e * (energy - z) / mass, (energy - z) / energy


@_jit
def _set(out: FloatArray, mass: float, x: float, y: float, z: float) -> None:
    out[0] = math.sqrt(mass**2 + x * x + y * y + z * z)
    out[1], out[2], out[3] = x, y, z


@_jit
def _momenta(
    e: float, point: Any, turn: float, numbers: FloatArray, swap: bool, out: FloatArray
) -> None:
    """Four-momenta for a target at rest: (neutrino, target, outgoing neutrino, ℓ⁻, ℓ⁺,
    recoil), shape (6, 4)."""
    _, _, _, q2, x, s, s_hat, k2, k2_gap, lam, p_t, beta, phi, psi, e_1, p_z, p_r = (
        point
    )
    mass, m_minus, m_plus = numbers[0], numbers[1], numbers[2]
    root_s, root_lam = math.sqrt(s), math.sqrt(lam)
    u = s + k2 + q2
    # q: across the beam along x′, then the components E ∓ p_z
    q_0, q_t, q_minus = -q2 / (2 * mass), p_t / beta, x / (2 * e)
    q_z = q_0 - q_minus
    # K = a k1 + b q + K_T T, with T = cos ψ e_x + sin ψ e_y, e_x = (c, x′, c), e_y =
    # (0, y′, 0)
    cos, sin = math.cos(psi), math.sin(psi)
    k_t = math.sqrt(k2 * s_hat * k2_gap) / x
    tilt = 2 * e * q_t / x
    # outgoing neutrino by its components across and along E − p_z
    n_x, n_y, n_minus = k2 / x * q_t - k_t * cos, -k_t * sin, k2 / (2 * e)
    n_plus = (n_x * n_x + n_y * n_y) / n_minus
    n_z = (n_plus - n_minus) / 2
    # the pair
    minus_part = (x * s / s_hat + k2_gap) / (2 * e)
    pair_x, pair_y = q_t - n_x, -n_y
    pair_z = ((s + pair_x * pair_x + pair_y * pair_y) / minus_part - minus_part) / 2
    # axes of the pair's frame: X towards k1, Y, Z along q
    a = (u - 2 * k2 * q2 / x) / x
    xi, eta = a * x / root_lam, 2 * k_t / root_lam
    eta_1 = 2 * q2 * eta / x
    x_x, x_y, x_z = (
        -xi * cos - eta * q_t,
        -xi * sin,
        -xi * tilt * cos - eta_1 * e - eta * q_z,
    )
    y_x, y_y, y_z = -sin, cos, -tilt * sin
    k_z = root_lam / (2 * root_s)
    part = (s + k2 - q2) / (2 * s)
    z_x, z_y, z_z = (
        (q_t - part * pair_x) / k_z,
        -part * pair_y / k_z,
        (q_z - part * pair_z) / k_z,
    )
    f, c_x, c_y = e_1 / root_s, p_r * math.cos(phi), p_r * math.sin(phi)
    l_x = f * pair_x + c_x * x_x + c_y * y_x + p_z * z_x
    l_y = f * pair_y + c_x * x_y + c_y * y_y + p_z * z_y
    l_z = f * pair_z + c_x * x_z + c_y * y_z + p_z * z_z
    # turned about the beam
    co, si = math.cos(turn), math.sin(turn)
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = e, 0.0, 0.0, e
    out[1, 0], out[1, 1], out[1, 2], out[1, 3] = mass, 0.0, 0.0, 0.0
    _set(out[2], 0.0, co * n_x - si * n_y, si * n_x + co * n_y, n_z)
    first, second = (
        (4, 3) if swap else (3, 4)
    )  # antineutrinos: CP exchanges the leptons
    _set(out[first], m_minus, co * l_x - si * l_y, si * l_x + co * l_y, l_z)
    o_x, o_y, o_z = pair_x - l_x, pair_y - l_y, pair_z - l_z
    _set(out[second], m_plus, co * o_x - si * o_y, si * o_x + co * o_y, o_z)
    _set(out[5], mass, -co * q_t, -si * q_t, -q_z)


@_jit
def _to_laboratory(
    out: FloatArray,
    e: float,
    x: float,
    y: float,
    z: float,
    energy: float,
    masses: tuple[float, float, float, float],
) -> None:
    """Turn the beam to where the nucleon sees it, and boost from the nucleon's frame to
    the laboratory.

    `masses`: of what stands in rows 2 to 5.
    """
    mass = masses[3]
    # the beam (e, 0, 0, e) in the nucleon's frame
    factor = (e * z / (energy + mass) - e) / mass
    n_x, n_y, n_z = factor * x, factor * y, e + factor * z
    size = math.sqrt(n_x * n_x + n_y * n_y + n_z * n_z)
    n_x, n_y, n_z = n_x / size, n_y / size, n_z / size
    lever = 1 / (1 + n_z)
    for i in range(2, 6):
        a, b, c = out[i, 1], out[i, 2], out[i, 3]
        p_x = (1 - n_x * n_x * lever) * a - n_x * n_y * lever * b + n_x * c
        p_y = -n_x * n_y * lever * a + (1 - n_y * n_y * lever) * b + n_y * c
        p_z = -n_x * a - n_y * b + n_z * c
        push = ((p_x * x + p_y * y + p_z * z) / (energy + mass) + out[i, 0]) / mass
        _set(out[i], masses[i - 2], p_x + push * x, p_y + push * y, p_z + push * z)
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = e, 0.0, 0.0, e
    out[1, 0], out[1, 1], out[1, 2], out[1, 3] = energy, x, y, z


@_jit
def _trial(
    u: FloatArray,
    cumulative: FloatArray,
    energies: FloatArray,
    count: int,
    numbers: FloatArray,
    tables: FloatArray,
    couplings: FloatArray,
    grid: FloatArray,
    v: FloatArray,
    bins: Any,
) -> Any:
    """One trial: its weight, what the flux adds to VV, AA, VA, the point of phase
    space, the energy and the nucleon.

    `numbers` goes on with: Fermi momentum (0: at rest), whether blocked, whether an
    antineutrino.
    """
    e, flux = _draw_energy(cumulative, energies, count, u[1])
    nucleon = 0.0, 0.0, 0.0, numbers[0], e, 1.0
    if numbers[8] > 0:
        nucleon = _nucleon(u[11:14], e, numbers[0], numbers[8])
        flux *= nucleon[5]
    point = _kinematics(nucleon[4], u, numbers, tables, grid, v, bins)
    weight = flux * _model(point[7], couplings, point[0], point[1], point[2])
    return weight, flux, point, e, nucleon


@_jit
def _build(
    out: FloatArray,
    point: Any,
    e: float,
    nucleon: Any,
    turn: float,
    numbers: FloatArray,
) -> None:
    """Four-momenta of a trial in the laboratory."""
    swap = numbers[10] > 0
    _momenta(nucleon[4], point, 2 * math.pi * turn, numbers, swap, out)
    if numbers[8] > 0:
        lepton, other = (numbers[2], numbers[1]) if swap else (numbers[1], numbers[2])
        x, y, z, energy, _, _ = nucleon
        _to_laboratory(out, e, x, y, z, energy, (0.0, lepton, other, numbers[0]))


@_jit
def generate(
    u: FloatArray,
    limit: float,
    share: FloatArray,
    cumulative: FloatArray,
    energies: FloatArray,
    counts: Any,
    numbers: FloatArray,
    tables: FloatArray,
    couplings: FloatArray,
    grids: FloatArray,
    collected: FloatArray,
    trial: Any,
    process: Any,
    momenta: FloatArray,
    values: FloatArray,
) -> int:
    """Turn uniform numbers into events, in order; returns how many.

    Parameters
    ----------
    u : shape (trials, 11 or 14): process, energy, the seven dimensions, azimuth about
        the beam, acceptance, nucleon.
    limit : maximum weight; 0 for weighted events; negative to train on one process:
        then `values` gets the weight of each trial and `collected`, shape (dimensions,
        slices × bins), the sum of their squares in each bin.
    share : cumulative probabilities of the processes, from 0 to 1; what follows has a
        row for each process.
    trial, process, momenta, values : filled: number of the trial, index of the process,
        four-momenta (n, 6, 4) of (neutrino, target, outgoing neutrino, ℓ⁻, ℓ⁺, recoil),
        and weight, VV, AA, VA, q2, k2, s (n, 7).
    """
    found = 0
    bins, v = np.zeros(DIMENSIONS, dtype=np.int64), np.zeros(DIMENSIONS)
    for i in range(u.shape[0]):
        j = 0
        while share[j + 1] <= u[i, 0]:
            j += 1
        weight, flux, point, e, nucleon = _trial(
            u[i],
            cumulative[j],
            energies[j],
            counts[j],
            numbers[j],
            tables[j],
            couplings[j],
            grids[j],
            v,
            bins,
        )
        if not weight > 0:
            continue
        event = momenta[found]
        blocked = numbers[j, 9] > 0
        if blocked:
            _build(event, point, e, nucleon, u[i, 9], numbers[j])
            if (
                event[5, 1] ** 2 + event[5, 2] ** 2 + event[5, 3] ** 2
                < numbers[j, 8] ** 2
            ):
                continue
        if limit < 0:
            values[i, 0] = weight
            for d in range(DIMENSIONS):
                collected[d, bins[d]] += weight * weight
            continue
        scale = 1 / (share[j + 1] - share[j])
        if limit > 0:
            if u[i, 10] * limit >= weight * scale:
                continue
            scale = max(limit / weight, scale)
        if not blocked:
            _build(event, point, e, nucleon, u[i, 9], numbers[j])
        trial[found], process[found] = i, j
        values[found, 0] = weight * scale
        for c in range(3):
            values[found, 1 + c] = point[c] * flux * scale
        values[found, 4], values[found, 5], values[found, 6] = (
            point[3],
            point[7],
            point[5],
        )
        found += 1
    return found
