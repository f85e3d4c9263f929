"""Compiled loop of the generator: unit cube → kinematics, |M|² and four-momenta, one
event at a time.

The leptons are the decomposition of `processes.trident.lepton` before any integral. In
the rest frame of the pair with q along +z and k1 in the xz-plane, V*(K)γ*(q) → ℓ⁻ℓ′⁺
has 2×2 amplitudes for each polarisation (L, +, −) of V* and γ*; with ϕ the azimuth of
ℓ⁻ an amplitude of polarisations (a, b) acquires a phase e^{i(a+b)ϕ}. They are
contracted with

    neutrino (rank one)   j = √8 (√2 κ, a_v + K/2, a_v − K/2)      along L, +, −
    target                H = C w w + G Q²(Σ_T − LL),   w = 2P − q = 2αk1 + 2P_T modulo
    q

κ, a_v: components of k1 across and along; P_T ⊥ k1, q lies at the azimuth ψ, P_T² = (r
− 1)((M² + b)r + M²). Every difference that vanishes at an edge of phase space (ŝ − s,
K²_max − K², r − 1, s − s_min, D1 − D1_low, …) is computed from the variable itself, so
no precision is lost at Q ~ 1 keV and 100 GeV. No amplitude has an absorptive part, so
|M|² is invariant under (ϕ, ψ) → (−ϕ, −ψ): events and their mirror images are equally
probable, and CP for antineutrinos is ℓ⁻ ↔ ℓ⁺.

Nucleon break-up adds an integral over dW²: P·q is −D/2 instead of −Q²/2, D = W² − M²
+ Q², which moves x_max, b and α (`processes.trident.inelastic`), and w = 2P̃.

Long because a cached kernel does not notice changes in other files: all compiled code
is here. `plain` is the same in NumPy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nuprobe.events.arrays import (
    BINS,
    CLOSED,
    DIMENSIONS,
    NO_LEPTONS,
    ROOT2,
    SLICES,
    W_DIMENSION,
    Flows,
    Leptons,
    Nucleon,
    Output,
    Point,
    Sampling,
    Spins,
)
from nuprobe.numerics import FloatArray, jit

__all__ = ["fermi_nucleon", "generate", "terms_at"]


@jit
def lepton_angles(point: Point, m_minus: float, m_plus: float) -> Leptons:
    """Direction of ℓ⁻ from the position in ln(D1/D2)."""
    s, k2, q2, t = point.s, point.k2, point.q2, point.t
    root_s = math.sqrt(s)
    u = s + k2 + q2
    k_z = math.sqrt(point.lam) / (2 * root_s)
    delta = m_minus**2 - m_plus**2
    gap = point.s_gap
    p = math.sqrt(gap * (gap + 4 * m_minus * m_plus)) / (2 * root_s)
    slope, share = 2 * p * k_z, delta / s
    d1_high = ((s + k2) * (1 + share) + q2 * (1 - share)) / 2 + slope
    d2_high = ((s + k2) * (1 - share) + q2 * (1 + share)) / 2 + slope
    product = 2 * m_minus * m_plus
    common = q2 * (product * s + (m_minus - m_plus) ** 2 * gap + k2 * (product + gap))
    d1_low = (m_plus**2 * q2**2 + common + m_minus**2 * (s + k2) ** 2) / (s * d1_high)
    d2_low = (m_minus**2 * q2**2 + common + m_plus**2 * (s + k2) ** 2) / (s * d2_high)
    y_low = math.log(d1_low / d2_high)
    span = math.log(d1_high / d2_low) - y_low
    odds = math.exp(y_low + span * t)
    d1, d2 = u * odds / (1 + odds), u / (1 + odds)
    twice = 2 * u * slope
    down = min(max(-d1 * d2_high * math.expm1(-span * t) / twice, 0.0), 1.0)
    up = min(max(-d2 * d1_high * math.expm1(-span * (1 - t)) / twice, 0.0), 1.0)
    return Leptons(
        (s + delta) / (2 * root_s),
        (s - delta) / (2 * root_s),
        p,
        up,
        down,
        math.sqrt(up * down),
        1 / d1,
        1 / d2,
        span * d1 * d2 / (16 * math.pi * root_s * u * k_z),
    )


@jit
def flows(point: Point, leptons: Leptons) -> Flows:
    """Currents of the neutrino and the target, and components of q and K."""
    s, k2, q2, x = point.s, point.k2, point.q2, point.x
    root_s, q, k = math.sqrt(s), math.sqrt(q2), math.sqrt(k2)
    root_lam = math.sqrt(point.lam)
    k_z = root_lam / (2 * root_s)
    q_0, k_0 = (s - q2 + k2) / (2 * root_s), (s + q2 - k2) / (2 * root_s)
    i1, i2 = leptons.inverse_1, leptons.inverse_2
    scale = q / k_z
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
    a_v = math.sqrt(point.kappa2 + k2 / 4)
    j_p = a_v + k / 2
    j_m = point.kappa2 / j_p
    turn = complex(math.cos(point.phi), math.sin(point.phi))
    back = turn.conjugate()
    kappa = math.sqrt(point.kappa2)
    g_long = (x * (s + k2 + q2) - 2 * k2 * q2) / (2 * root_lam)  # Q k1_L
    along = point.p_t * math.cos(point.psi)
    w_x = 2 * point.alpha * kappa + 4 * along * g_long / x
    w_y = 2 * point.p_t * math.sin(point.psi)
    return Flows(
        -2 * ROOT2 * leptons.p * leptons.mixed * (i1 + i2),
        2 * scale * (leptons.e_minus * i1 - leptons.e_plus * i2),
        scale,
        scale * (i2 - i1),
        q_p,
        q_m,
        l_p,
        l_m,
        math.sqrt(2 * point.kappa2),
        j_p * turn,
        j_m * back,
        2 * point.alpha * g_long / q + 4 * along * q * kappa / x,
        complex(w_x, -w_y) * turn / ROOT2,
        complex(w_x, w_y) * back / ROOT2,
    )


@jit
def amplitudes(
    f: Flows, leptons: Leptons, hand: int
) -> tuple[Spins, Spins, Spins, Spins]:
    """Currents of the target and of a photon along L, + and −, for a left- (0) or a
    right-handed (1) weak vertex."""
    i1, i2, j_l, c_t, c_l = leptons.inverse_1, leptons.inverse_2, f.j_l, f.c_t, f.c_l
    v_p, v_m, scale = f.v_p, f.v_m, f.scale
    if hand == 0:
        sign, qm, qp, l1, l2 = 1.0, f.q_m, f.q_p, f.l_m, f.l_p
    else:
        sign, qm, qp, l1, l2 = -1.0, f.q_p, f.q_m, f.l_p, f.l_m
    r = sign * ROOT2
    rc = r * c_t
    x = Spins(
        j_l * l1 * (c_l + f.swing * qm) + 0j,
        v_p * (r * (c_l + scale * (qp * i2 - qm * i1))),
        v_m * (r * (c_l + scale * (qm * i2 - qp * i1))),
        j_l * l2 * (c_l + f.swing * qp) + 0j,
    )
    y = Spins(
        j_l * c_t * l1 - 2 * qp * i1 * v_m,
        j_l * (r * (l1 * qm * i2 - l2 * qp * i1)) + rc * v_p,
        rc * v_m,
        j_l * c_t * l2 + 2 * qm * i2 * v_m,
    )
    z = Spins(
        j_l * c_t * l1 + 2 * qp * i2 * v_p,
        rc * v_p,
        j_l * (r * (l2 * qp * i2 - l1 * qm * i1)) + rc * v_m,
        j_l * c_t * l2 - 2 * qm * i1 * v_p,
    )
    w_l, w_p, w_m = f.w_l, f.w_p, f.w_m
    target = Spins(
        w_l * x.a11 + w_p * y.a11 + w_m * z.a11,
        w_l * x.a12 + w_p * y.a12 + w_m * z.a12,
        w_l * x.a21 + w_p * y.a21 + w_m * z.a21,
        w_l * x.a22 + w_p * y.a22 + w_m * z.a22,
    )
    return target, x, y, z


@jit
def square(j: Spins, leptons: Leptons, factors: Spins) -> float:
    """Sum over the leptons' helicities of a current rotated to their direction, with
    the helicity weights."""
    up, down = leptons.up, leptons.down
    mixed = leptons.mixed * (j.a12 + j.a21)
    swap = leptons.mixed * (j.a22 - j.a11)
    a = up * j.a11 + mixed + down * j.a22
    b = swap + up * j.a12 - down * j.a21
    c = swap + up * j.a21 - down * j.a12
    d = down * j.a11 - mixed + up * j.a22
    found: float = (
        factors.a11**2 * (a.real**2 + a.imag**2)
        + factors.a12**2 * (b.real**2 + b.imag**2)
        + factors.a21**2 * (c.real**2 + c.imag**2)
        + factors.a22**2 * (d.real**2 + d.imag**2)
    )
    return found


@jit
def overlap(a: Spins, b: Spins) -> float:
    """Real part of the sum over helicities of one current times another."""
    found: float = (
        (a.a11.real * b.a11.real + a.a11.imag * b.a11.imag)
        + (a.a12.real * b.a12.real + a.a12.imag * b.a12.imag)
        + (a.a21.real * b.a21.real + a.a21.imag * b.a21.imag)
        + (a.a22.real * b.a22.real + a.a22.imag * b.a22.imag)
    )
    return found


@jit
def matrix_element(
    point: Point, leptons: Leptons, m_minus: float, m_plus: float, c: float, g: float
) -> tuple[float, float, float]:
    """VV, AA, VA of H·X/8 times dΦ2/dt of the pair."""
    f = flows(point, leptons)
    a_p = math.sqrt(leptons.e_minus + leptons.p)
    b_p = math.sqrt(leptons.e_plus + leptons.p)
    a_m, b_m = m_minus / a_p, m_plus / b_p
    on_left = Spins(a_m * b_p, a_m * b_m, a_p * b_p, a_p * b_m)
    on_right = Spins(a_p * b_m, a_p * b_p, a_m * b_m, a_m * b_p)
    t_l, x_l, y_l, z_l = amplitudes(f, leptons, 0)
    t_r, x_r, y_r, z_r = amplitudes(f, leptons, 1)
    left = c * square(t_l, leptons, on_left)
    right = c * square(t_r, leptons, on_right)
    flip = c * overlap(t_l, t_r)
    if g != 0.0:
        gq = g * point.q2
        left += gq * (
            square(y_l, leptons, on_left)
            + square(z_l, leptons, on_left)
            - square(x_l, leptons, on_left)
        )
        right += gq * (
            square(y_r, leptons, on_right)
            + square(z_r, leptons, on_right)
            - square(x_r, leptons, on_right)
        )
        flip += gq * (overlap(y_l, y_r) + overlap(z_l, z_r) - overlap(x_l, x_r))
    both = (left + right) * leptons.measure
    mass = -2 * m_minus * m_plus * flip * leptons.measure
    return both + mass, both - mass, 2 * (left - right) * leptons.measure


@jit
def terms_at(
    invariants: tuple[float, float, float, float],
    angles: tuple[float, float, float],
    e_nu: float,
    masses: tuple[float, float, float],
    structure: tuple[float, float],
) -> tuple[float, float, float]:
    """VV, AA, VA of H·X times dΦ3/(ds dK² dt) at a point of phase space, averaged over
    nothing.

    Parameters
    ----------
    invariants : s, K², Q² and x = 2k1·q, MeV².
    angles : position of the pair's angle in ln(D1/D2), from 0 to 1, and ϕ, ψ in
        radians.
    e_nu : energy of the neutrino, MeV.
    masses : of the target, ℓ⁻ and ℓ⁺, MeV.
    structure : C and G of the target at Q².

    Examples
    --------
    >>> point = (5e4, 1e4, 100.0, 1e5), (0.5, 0.3, 0.2)
    >>> vv, aa, va = terms_at(*point, 5e3, (37e3, 105.66, 105.66), (1.0, 0.0))
    >>> vv > 0 and aa > 0
    True
    """
    s, k2, q2, x = invariants
    t, phi, psi = angles
    mass, m_minus, m_plus = masses
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    kappa2 = k2 * max(x**2 - x * (s + k2 + q2) + k2 * q2, 0.0) / lam
    q = math.sqrt(q2)
    x_max = 4 * e_nu * mass * q / (q + math.sqrt(q2 + 4 * mass**2))
    r, b = x_max / x, 2 * e_nu * mass * q2 / x_max
    alpha = (2 * b * r - q2) / x
    p_t = math.sqrt(max((r - 1) * ((mass**2 + b) * r + mass**2), 0.0))
    gap = s - (m_minus + m_plus) ** 2
    beta = 2 * e_nu * mass / x
    # ŝ and K²_max − K² are needed only for the momenta
    point = Point(
        q2,
        x,
        s,
        gap,
        0.0,
        k2,
        0.0,
        kappa2,
        lam,
        alpha,
        p_t,
        beta,
        t,
        phi,
        psi,
        mass,
        q2,
    )
    leptons = lepton_angles(point, m_minus, m_plus)
    vv, aa, va = matrix_element(
        point, leptons, m_minus, m_plus, structure[0], structure[1]
    )
    scale = 8 / (16 * math.pi**2 * x)
    return vv * scale, aa * scale, va * scale


@jit
def interpolate(table: FloatArray, row: int, place: float) -> float:
    """Cubic interpolation in a row."""
    i = min(max(int(place), 1), table.shape[1] - 3)
    d = place - i
    value: float = (
        -table[row, i - 1] * d * (d - 1) * (d - 2) / 6
        + table[row, i] * (d + 1) * (d - 1) * (d - 2) / 2
        - table[row, i + 1] * (d + 1) * d * (d - 2) / 2
        + table[row, i + 2] * (d + 1) * d * (d - 1) / 6
    )
    return value


@jit
def cubic_weights(d: float) -> tuple[float, float, float, float]:
    """Weights of the four entries around a position, d beyond the second."""
    return (
        -d * (d - 1) * (d - 2) / 6,
        (d + 1) * (d - 1) * (d - 2) / 2,
        -(d + 1) * d * (d - 2) / 2,
        (d + 1) * d * (d - 1) / 6,
    )


@jit
def broken_structure(table: FloatArray, point: Point, one: Any) -> tuple[float, float]:
    """C and G of nucleon break-up, from a table of F₂/Q² and 2F₁."""
    y = math.sqrt(math.log(max(point.w / one.w_low, 1.0))) / one.y_step
    z = math.log1p(point.q2 / one.q2_scale) / one.z_step
    i = min(max(int(y), 1), table.shape[0] - 3)
    j = min(max(int(z), 1), table.shape[1] - 3)
    of_y, of_z = cubic_weights(y - i), cubic_weights(z - j)
    f_2, f_1 = 0.0, 0.0
    for m in range(4):
        for n in range(4):
            weight = of_y[m] * of_z[n]
            f_2 += weight * table[i + m - 1, j + n - 1, 0]
            f_1 += weight * table[i + m - 1, j + n - 1, 1]
    return max(f_2, 0.0) * point.q2 / point.excess, max(f_1, 0.0) / point.q2


@jit
def draw_energy(
    cumulative: FloatArray, bins: FloatArray, count: int, u: float
) -> tuple[float, float]:
    """Energy, and the weight of the flux divided by the probability."""
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


@jit
def through_grid(
    u: FloatArray, grid: FloatArray, broken: bool, v: FloatArray, bins: Any
) -> float:
    """Fill the variables `v` and their `bins` from uniform numbers; the Jacobian."""
    jacobian = 1.0
    parent = u[1]
    if broken:
        here = u[-1]
        cell = min(int(parent * SLICES), SLICES - 1)
        b = min(int(here * BINS), BINS - 1)
        width = grid[W_DIMENSION, cell, b + 1] - grid[W_DIMENSION, cell, b]
        v[W_DIMENSION] = grid[W_DIMENSION, cell, b] + (here * BINS - b) * width
        bins[W_DIMENSION] = cell * BINS + b
        jacobian *= BINS * width
        parent = here
    for d in range(DIMENSIONS):
        here = u[2 + d]
        cell = min(int(parent * SLICES), SLICES - 1)
        b = min(int(here * BINS), BINS - 1)
        width = grid[d, cell, b + 1] - grid[d, cell, b]
        v[d] = grid[d, cell, b] + (here * BINS - b) * width
        bins[d] = cell * BINS + b
        jacobian *= BINS * width
        parent = here
    return jacobian


@jit
def q_ends(e: float, one: Any) -> tuple[float, float]:
    """Smallest and largest Q, as in `cross_section.q_range`, the latter not far beyond
    the form factor; both 0 where forbidden."""
    mass = one.mass
    total = one.m_minus + one.m_plus
    s_min = total**2
    gap = e - total * (1 + total / (2 * mass))
    if gap <= 0:
        return 0.0, 0.0
    em2 = 2 * e * mass
    root = math.sqrt(2 * mass * gap * (em2 - s_min + 2 * mass * total))
    low = 2 * s_min / (em2 + s_min + root)
    rest = mass**2 / ((mass**2 + em2) * (1 - low))
    q_low, q_high = mass * low / math.sqrt(1 - low), mass * (1 - rest) / math.sqrt(rest)
    return q_low, min(q_high, max(16 * q_low, one.q_end))


@jit
def broken_ends(e: float, one: Any, v: float) -> tuple[float, float, float, float]:
    """Mass of the hadrons W at its variable, its Jacobian dW²/dv, and the smallest and
    largest Q there, as in `inelastic.shells`; zeros where forbidden."""
    mass = one.mass
    m = one.m_minus + one.m_plus
    s = mass**2 + 2 * e * mass
    root = math.sqrt(s)
    if not root - m > one.w_low:
        return 0.0, 0.0, 0.0, 0.0
    whole = math.log((root - m) / one.w_low)
    part = whole * v * v
    w = one.w_low * math.exp(part)
    gap = (root - m) * -math.expm1(part - whole)  # √s − m − W
    momentum = math.sqrt(gap * (root + m + w) * (root - w + m) * (root + w - m))
    high = (s + mass**2) * (s + w * w - m * m) + (s - mass**2) * momentum
    high = high / (2 * s) - mass**2 - w * w
    product = (w * w - mass**2) * (s - mass**2) + mass**2 * m * m
    low = m * m * product / s / high
    if not (low > 0 and high > low):
        return 0.0, 0.0, 0.0, 0.0
    return w, 4 * w * w * whole * v, math.sqrt(low), math.sqrt(high)


@jit
def phase_space(
    e: float,
    w: float,
    q_low: float,
    q_high: float,
    one: Any,
    v: FloatArray,
    jacobian: float,
) -> tuple[float, float, Point]:
    """Jacobian (0 where forbidden), ln Q and the point of phase space at the
    variables."""
    mass = one.mass
    s_min = (one.m_minus + one.m_plus) ** 2
    em2 = 2 * e * mass
    span = math.log(q_high / q_low)
    log_q = math.log(q_low) + span * v[0]
    q = math.exp(log_q)
    q2 = q * q
    jacobian *= 2 * q2 * span
    if one.hadrons < 0:
        excess = q2
        x_max = 2 * em2 * q / (q + math.sqrt(q2 + 4 * mass**2))
        reach = em2 * q2 / x_max
        b = reach
    else:
        excess = (w - mass) * (w + mass) + q2
        h = excess / (2 * q)
        root = math.sqrt(h * h + mass**2)
        x_max = em2 * q / (h + root)
        reach = q * (h + root)
        b = 2 * h * (h + root)
    x_min = s_min + q2
    span = math.log(x_max / x_min)
    if not span > 0:
        return 0.0, log_q, CLOSED
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
        return 0.0, log_q, CLOSED
    jacobian *= s * span * 2 * v[2]
    k2_max = -x * math.expm1(-span * (1 - t2))
    soft2 = min(s, one.soft2)
    span = math.log1p(k2_max / soft2)
    k2 = soft2 * math.expm1(span * v[3])
    k2_gap = -(k2_max + soft2) * math.expm1(-span * (1 - v[3]))
    if not (k2 > 0 and k2_gap > 0):
        return 0.0, log_q, CLOSED
    jacobian *= (k2 + soft2) * span
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    kappa2 = k2 * s_hat * k2_gap / lam
    r = 1 + r_1
    p_t = math.sqrt(r_1 * ((mass**2 + b) * r + mass**2))
    alpha = (2 * reach * r - excess) / x
    phi, psi = 2 * math.pi * v[5], 2 * math.pi * v[6]
    point = Point(
        q2, x, s, s_gap, s_hat, k2, k2_gap, kappa2, lam, alpha, p_t, em2 / x, v[4],
        phi, psi, w, excess,
    )  # fmt: skip
    return jacobian, log_q, point


@jit
def fermi_nucleon(u: FloatArray, e: float, mass: float, k_f: float) -> Nucleon:
    """Draw a nucleon from the Fermi sphere.

    Parameters
    ----------
    u : three uniform numbers.
    e : energy of the neutrino, MeV.
    mass, k_f : of the nucleon and the Fermi momentum, MeV.

    Examples
    --------
    >>> fermi_nucleon(np.array([1.0, 1.0, 0.0]), 500.0, 938.0, 235.0).z
    235.0
    """
    size = k_f * u[0] ** (1 / 3)
    cos = 2 * u[1] - 1
    sin = math.sqrt((1 - cos) * (1 + cos))
    x, y, z = (
        size * sin * math.cos(2 * math.pi * u[2]),
        size * sin * math.sin(2 * math.pi * u[2]),
        size * cos,
    )
    energy = math.sqrt(size**2 + mass**2)
    return Nucleon(x, y, z, energy, e * (energy - z) / mass, (energy - z) / energy)


@jit
def weight_in_model(
    k2: float, couplings: FloatArray, vv: float, aa: float, va: float
) -> float:
    """Weight of a point in the model."""
    v: float = couplings[0]
    a: float = couplings[1]
    for i in range(2, couplings.size, 3):
        v += couplings[i] / (k2 + couplings[i + 2])
        a += couplings[i + 1] / (k2 + couplings[i + 2])
    return v * v * vv + a * a * aa + v * a * va


@jit
def put(out: FloatArray, mass: float, x: float, y: float, z: float) -> None:
    """Write a four-momentum on its mass shell."""
    out[0] = math.sqrt(mass**2 + x * x + y * y + z * z)
    out[1], out[2], out[3] = x, y, z


@jit
def fill_momenta(
    e: float, point: Point, leptons: Leptons, turn: float, one: Any, out: FloatArray
) -> None:
    """Four-momenta for a target at rest: (neutrino, target, outgoing neutrino, ℓ⁻, ℓ⁺,
    recoil), shape (6, 4)."""
    q2, x, s, k2, k2_gap = point.q2, point.x, point.s, point.k2, point.k2_gap
    mass = one.mass
    root_s, root_lam = math.sqrt(s), math.sqrt(point.lam)
    u = s + k2 + q2
    # q: across the beam along x′, then the components E ∓ p_z
    q_0, q_t, q_minus = -point.excess / (2 * mass), point.p_t / point.beta, x / (2 * e)
    q_z = q_0 - q_minus
    # K = a k1 + b q + K_T T, with T = cos ψ e_x + sin ψ e_y, e_x = (c, x′, c), e_y =
    # (0, y′, 0)
    cos, sin = math.cos(point.psi), math.sin(point.psi)
    k_t = math.sqrt(k2 * point.s_hat * k2_gap) / x
    tilt = 2 * e * q_t / x
    # outgoing neutrino by its components across and along E − p_z
    n_x, n_y, n_minus = k2 / x * q_t - k_t * cos, -k_t * sin, k2 / (2 * e)
    n_plus = (n_x * n_x + n_y * n_y) / n_minus
    n_z = (n_plus - n_minus) / 2
    # the pair
    minus_part = (x * s / point.s_hat + k2_gap) / (2 * e)
    pair_x, pair_y = q_t - n_x, -n_y
    pair_z = ((s + pair_x * pair_x + pair_y * pair_y) / minus_part - minus_part) / 2
    # axes of the pair's frame: X towards k1, Y, Z along q
    a = (u - 2 * k2 * q2 / x) / x
    xi, eta = a * x / root_lam, 2 * k_t / root_lam
    eta_1 = 2 * q2 * eta / x
    x_x, x_y = -xi * cos - eta * q_t, -xi * sin
    x_z = -xi * tilt * cos - eta_1 * e - eta * q_z
    y_x, y_y, y_z = -sin, cos, -tilt * sin
    k_z = root_lam / (2 * root_s)
    part = (s + k2 - q2) / (2 * s)
    z_x, z_y = (q_t - part * pair_x) / k_z, -part * pair_y / k_z
    z_z = (q_z - part * pair_z) / k_z
    p_z = leptons.p * (leptons.up - leptons.down)
    p_r = leptons.p * (2 * leptons.mixed)
    f = leptons.e_minus / root_s
    c_x, c_y = p_r * math.cos(point.phi), p_r * math.sin(point.phi)
    l_x = f * pair_x + c_x * x_x + c_y * y_x + p_z * z_x
    l_y = f * pair_y + c_x * x_y + c_y * y_y + p_z * z_y
    l_z = f * pair_z + c_x * x_z + c_y * y_z + p_z * z_z
    # rotated about the beam
    co, si = math.cos(turn), math.sin(turn)
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = e, 0.0, 0.0, e
    out[1, 0], out[1, 1], out[1, 2], out[1, 3] = mass, 0.0, 0.0, 0.0
    put(out[2], 0.0, co * n_x - si * n_y, si * n_x + co * n_y, n_z)
    # antineutrinos: CP exchanges the leptons
    first, second = (4, 3) if one.anti else (3, 4)
    put(out[first], one.m_minus, co * l_x - si * l_y, si * l_x + co * l_y, l_z)
    o_x, o_y, o_z = pair_x - l_x, pair_y - l_y, pair_z - l_z
    put(out[second], one.m_plus, co * o_x - si * o_y, si * o_x + co * o_y, o_z)
    put(out[5], point.w, -co * q_t, -si * q_t, -q_z)


@jit
def to_laboratory(
    out: FloatArray, e: float, nucleon: Nucleon, w: float, one: Any
) -> None:
    """Rotate to the direction of the beam in the nucleon's frame, and boost from there
    to the laboratory."""
    x, y, z, energy = nucleon.x, nucleon.y, nucleon.z, nucleon.energy
    mass = one.mass
    lepton, other = (one.m_plus, one.m_minus) if one.anti else (one.m_minus, one.m_plus)
    masses = (0.0, lepton, other, w)
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
        put(out[i], masses[i - 2], p_x + push * x, p_y + push * y, p_z + push * z)
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = e, 0.0, 0.0, e
    out[1, 0], out[1, 1], out[1, 2], out[1, 3] = energy, x, y, z


@jit
def build(
    out: FloatArray,
    point: Point,
    leptons: Leptons,
    e: float,
    nucleon: Nucleon,
    turn: float,
    one: Any,
) -> None:
    """Four-momenta of a trial in the laboratory."""
    fill_momenta(nucleon.e_seen, point, leptons, 2 * math.pi * turn, one, out)
    if one.k_f > 0:
        to_laboratory(out, e, nucleon, point.w, one)


@jit
def terms_of(
    e: float, u: FloatArray, j: int, sampling: Sampling, v: FloatArray, bins: Any
) -> tuple[float, float, float, Point, Leptons]:
    """VV, AA, VA (cm², Jacobians included; zero where forbidden) for a target at rest,
    and the point of phase space. `v` and `bins` are scratch."""
    one = sampling.scattering[j]
    if one.hadrons < 0:
        w = one.mass
        q_low, q_high = q_ends(e, one)
        if q_high <= q_low:
            return 0.0, 0.0, 0.0, CLOSED, NO_LEPTONS
        jacobian = through_grid(u, sampling.grids[j], False, v, bins)
    else:
        jacobian = through_grid(u, sampling.grids[j], True, v, bins)
        w, d_w2, q_low, q_high = broken_ends(e, one, v[W_DIMENSION])
        jacobian *= d_w2
        if q_high <= q_low:
            return 0.0, 0.0, 0.0, CLOSED, NO_LEPTONS
    jacobian, log_q, point = phase_space(e, w, q_low, q_high, one, v, jacobian)
    if not jacobian > 0:
        return 0.0, 0.0, 0.0, CLOSED, NO_LEPTONS
    if one.hadrons < 0:
        place = (log_q - one.log_q_first) / one.log_q_step
        tables = sampling.tables[j]
        c = interpolate(tables, 0, place)
        g = interpolate(tables, 1, place) if one.magnetic else 0.0
    else:
        c, g = broken_structure(sampling.hadrons[one.hadrons], point, one)
    leptons = lepton_angles(point, one.m_minus, one.m_plus)
    vv, aa, va = matrix_element(
        point, leptons, one.m_minus, one.m_plus, max(c, 0.0), max(g, 0.0)
    )
    scale = one.prefactor * jacobian / (e * one.mass * point.q2) ** 2 * 8
    scale = scale / (16 * math.pi**2 * point.x)
    return vv * scale, aa * scale, va * scale, point, leptons


@jit
def generate(u: FloatArray, limit: float, sampling: Sampling, out: Output) -> int:
    """Turn uniform numbers into events, in order; returns their number.

    Parameters
    ----------
    u : shape (trials, 11 or 14): process, energy, the seven dimensions, azimuth about
        the beam, acceptance, nucleon; one more, for W, with nucleon break-up.
    limit : maximum weight; 0 for weighted events; negative to train on one process:
        then `out.values` gets the weight of each trial and `out.collected` the sum of
        their squares in each bin.
    sampling : the processes.
    out : filled.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="coherent")
    >>> len(generator.chunk(0).events) > 0  # calls this
    True
    """
    found = 0
    dimensions = sampling.grids.shape[1]
    bins, v = np.zeros(dimensions, dtype=np.int64), np.zeros(dimensions)
    for i in range(u.shape[0]):
        j = 0
        while sampling.share[j + 1] <= u[i, 0]:
            j += 1
        one = sampling.scattering[j]
        e, flux = draw_energy(
            sampling.cumulative[j], sampling.energies[j], sampling.counts[j], u[i, 1]
        )
        nucleon = Nucleon(0.0, 0.0, 0.0, one.mass, e, 1.0)
        if one.k_f > 0:
            nucleon = fermi_nucleon(u[i, 11:14], e, one.mass, one.k_f)
            flux *= nucleon.flux
        vv, aa, va, point, leptons = terms_of(
            nucleon.e_seen, u[i], j, sampling, v, bins
        )
        weight = flux * weight_in_model(point.k2, sampling.couplings[j], vv, aa, va)
        if not weight > 0:
            continue
        event = out.momenta[found]
        if one.blocked:
            build(event, point, leptons, e, nucleon, u[i, 9], one)
            if event[5, 1] ** 2 + event[5, 2] ** 2 + event[5, 3] ** 2 < one.k_f**2:
                continue
        if limit < 0:
            out.values[i, 0] = weight
            for d in range(dimensions):
                out.collected[d, bins[d]] += weight * weight
            continue
        scale = 1 / (sampling.share[j + 1] - sampling.share[j])
        if limit > 0:
            if u[i, 10] * limit >= weight * scale:
                continue
            scale = max(limit / weight, scale)
        if not one.blocked:
            build(event, point, leptons, e, nucleon, u[i, 9], one)
        out.trial[found], out.process[found] = i, j
        values = out.values[found]
        values[0] = weight * scale
        values[1], values[2], values[3] = (
            vv * flux * scale,
            aa * flux * scale,
            va * flux * scale,
        )
        values[4], values[5], values[6] = point.q2, point.k2, point.s
        found += 1
    return found
