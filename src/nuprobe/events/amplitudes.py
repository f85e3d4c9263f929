"""Matrix element of the generator in plain NumPy, for whole arrays of points.

The formulas are those of `kernels` (see its docstring for their origin), in real
numbers: with ϕ factored out, the currents of the four helicities are

    11, 22: complex      12: e^{iϕ} × complex      21: e^{−iϕ} × complex

and results agree to 1e-12.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from nuprobe.events.arrays import ROOT2, Flows, Leptons, Point
from nuprobe.numerics import FloatArray

__all__ = ["lepton_angles", "matrix_element", "terms_at"]


class Hand(NamedTuple):
    """Currents of one handedness.

    Attributes
    ----------
    r11, i11, r22, i22 : real and imaginary parts.
    r12, i12, r21, i21 : the same without their phases e^{±iϕ}.
    """

    r11: Any
    i11: Any
    r12: Any
    i12: Any
    r21: Any
    i21: Any
    r22: Any
    i22: Any


def lepton_angles(point: Point, m_minus: float, m_plus: float) -> Leptons:
    """Direction of ℓ⁻ from the position in ln(D1/D2).

    Parameters
    ----------
    point : points of phase space, MeV, arrays of equal shape.
    m_minus, m_plus : masses of the leptons, MeV.

    Examples
    --------
    >>> q2, x, s, k2 = (np.full(1, v) for v in (100.0, 1e5, 5e4, 1e4))
    >>> gap, lam = s - 4 * 105.66**2, s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    >>> more = 0.1, 1.0, 1.0, 0.5, 0.0, 0.0, 938.3, 100.0
    >>> point = Point(q2, x, s, gap, 9e4, k2, 1e3, 9e2, lam, *more)
    >>> made = lepton_angles(point, 105.66, 105.66)
    >>> float((made.up + made.down)[0])
    1.0
    """
    s, k2, q2, t = point.s, point.k2, point.q2, point.t
    root_s = np.sqrt(s)
    sk = s + k2
    u = sk + q2
    k_z = np.sqrt(point.lam) / (2 * root_s)
    delta = m_minus**2 - m_plus**2
    gap = point.s_gap
    p = np.sqrt(gap * (gap + 4 * m_minus * m_plus)) / (2 * root_s)
    slope = 2 * p * k_z
    product = 2 * m_minus * m_plus
    if delta:
        share = delta / s
        d1_high = (sk * (1 + share) + q2 * (1 - share)) / 2 + slope
        d2_high = (sk * (1 - share) + q2 * (1 + share)) / 2 + slope
    else:
        d1_high = d2_high = u / 2 + slope
    common = q2 * (product * s + (m_minus - m_plus) ** 2 * gap + k2 * (product + gap))
    q4, sk2 = q2**2, sk**2
    d1_low = (m_plus**2 * q4 + common + m_minus**2 * sk2) / (s * d1_high)
    d2_low = (m_minus**2 * q4 + common + m_plus**2 * sk2) / (s * d2_high)
    y_low = np.log(d1_low / d2_high)
    span = np.log(d1_high / d2_low) - y_low
    odds = np.exp(y_low + span * t)
    d2 = u / (1 + odds)
    d1 = odds * d2
    twice = 2 * u * slope
    down = np.clip(-d1 * d2_high * np.expm1(-span * t) / twice, 0.0, 1.0)
    up = np.clip(-d2 * d1_high * np.expm1(-span * (1 - t)) / twice, 0.0, 1.0)
    return Leptons(
        (s + delta) / (2 * root_s),
        (s - delta) / (2 * root_s),
        p,
        up,
        down,
        np.sqrt(up * down),
        1 / d1,
        1 / d2,
        span * d1 * d2 / (16 * np.pi * root_s * u * k_z),
    )


def flows(point: Point, leptons: Leptons) -> Flows:
    """Currents of the neutrino and the target, and components of q and K; v_p and v_m
    without their phases, w_p the target's current (w_x + i w_y)/√2 before ϕ."""
    s, k2, q2, x = point.s, point.k2, point.q2, point.x
    root_s, q, k = np.sqrt(s), np.sqrt(q2), np.sqrt(k2)
    root_lam = np.sqrt(point.lam)
    k_z = root_lam / (2 * root_s)
    q_0, k_0 = (s - q2 + k2) / (2 * root_s), (s + q2 - k2) / (2 * root_s)
    i1, i2 = leptons.inverse_1, leptons.inverse_2
    scale = q / k_z
    # q_0 ± k_z and (k_z ± k_0)/K: their products are −Q² and 1
    large = np.abs(q_0) + k_z
    small, ahead = q2 / large, q_0 >= 0
    q_p, q_m = np.where(ahead, large, small), -np.where(ahead, small, large)
    large = (k_z + np.abs(k_0)) / k
    small, ahead = 1 / large, k_0 >= 0
    l_p, l_m = np.where(ahead, large, small), np.where(ahead, small, large)
    j_p = np.sqrt(point.kappa2 + k2 / 4) + k / 2
    kappa = np.sqrt(point.kappa2)
    g_long = (x * (s + k2 + q2) - 2 * k2 * q2) / (2 * root_lam)  # Q k1_L
    along = point.p_t * np.cos(point.psi)
    w_x = 2 * point.alpha * kappa + 4 * along * g_long / x
    return Flows(
        -2 * ROOT2 * leptons.p * leptons.mixed * (i1 + i2),
        2 * scale * (leptons.e_minus * i1 - leptons.e_plus * i2),
        scale,
        scale * (i2 - i1),
        q_p,
        q_m,
        l_p,
        l_m,
        ROOT2 * kappa,
        j_p,
        point.kappa2 / j_p,
        2 * point.alpha * g_long / q + 4 * along * q * kappa / x,
        w_x / ROOT2,
        ROOT2 * point.p_t * np.sin(point.psi),
    )


def amplitudes(
    f: Flows,
    leptons: Leptons,
    phase: tuple[FloatArray, FloatArray],
    hand: int,
    magnetic: bool,
) -> tuple[Hand, ...]:
    """Currents of the target and, if `magnetic`, of a photon along L, + and −, for a
    left- (0) or a right-handed (1) weak vertex. `phase`: cos ϕ and sin ϕ."""
    i1, i2, j_l, c_t, c_l = leptons.inverse_1, leptons.inverse_2, f.j_l, f.c_t, f.c_l
    j_p, j_m, scale = f.v_p, f.v_m, f.scale
    if hand == 0:
        r, qm, qp, l1, l2 = ROOT2, f.q_m, f.q_p, f.l_m, f.l_p
    else:
        r, qm, qp, l1, l2 = -ROOT2, f.q_p, f.q_m, f.l_p, f.l_m
    rc = r * c_t
    qp1, qp2, qm1, qm2 = qp * i1, qp * i2, qm * i1, qm * i2
    a, d = j_l * c_t * l1, j_l * c_t * l2
    b_y, b_z = 2 * qp1 * j_m, 2 * qp2 * j_p
    d_y, d_z = 2 * qm2 * j_m, 2 * qm1 * j_p
    flip_y, flip_z = j_l * r * (l1 * qm2 - l2 * qp1), j_l * r * (l2 * qp2 - l1 * qm1)
    turn_p, turn_m = rc * j_p, rc * j_m
    x11, x22 = j_l * l1 * (c_l + f.swing * qm), j_l * l2 * (c_l + f.swing * qp)
    x12 = j_p * r * (c_l + scale * (qp2 - qm1))
    x21 = j_m * r * (c_l + scale * (qm2 - qp1))
    co, si = phase
    w_l, v_x, v_y = f.w_l, f.w_p, f.w_m
    w = 2 * (v_x * co + v_y * si)
    target = Hand(
        w_l * x11 + w * a + (b_z - b_y) * v_x,
        (b_z + b_y) * v_y,
        w_l * x12 + w * turn_p + flip_y * v_x,
        -flip_y * v_y,
        w_l * x21 + w * turn_m + flip_z * v_x,
        flip_z * v_y,
        w_l * x22 + w * d + (d_y - d_z) * v_x,
        -(d_y + d_z) * v_y,
    )
    if not magnetic:
        return (target,)
    long = Hand(x11, 0.0, x12, 0.0, x21, 0.0, x22, 0.0)
    plus = Hand(
        a - b_y * co,
        b_y * si,
        flip_y * co + turn_p,
        -flip_y * si,
        turn_m,
        0.0,
        d + d_y * co,
        -d_y * si,
    )
    minus = Hand(
        a + b_z * co,
        b_z * si,
        turn_p,
        0.0,
        flip_z * co + turn_m,
        flip_z * si,
        d - d_z * co,
        -d_z * si,
    )
    return target, long, plus, minus


def square(
    j: Hand,
    leptons: Leptons,
    phase: tuple[FloatArray, FloatArray],
    factors: tuple[Any, ...],
) -> FloatArray:
    """Sum over the leptons' helicities of a current rotated to their direction, with
    the helicity weights."""
    up, down, mix = leptons.up, leptons.down, leptons.mixed
    co, si = phase
    real = j.r11, j.r12 * co - j.i12 * si, j.r21 * co + j.i21 * si, j.r22
    imaginary = j.i11, j.r12 * si + j.i12 * co, j.i21 * co - j.r21 * si, j.i22
    squares = []
    for x11, x12, x21, x22 in (real, imaginary):
        mixed, swap = mix * (x12 + x21), mix * (x22 - x11)
        turned = [
            up * x11 + mixed + down * x22,
            swap + up * x12 - down * x21,
            swap + up * x21 - down * x12,
            down * x11 - mixed + up * x22,
        ]
        for part in turned:
            part *= part  # in place, without another array
        squares.append(turned)
    total: FloatArray = np.zeros_like(up)
    for factor, one, other in zip(factors, *squares, strict=True):
        one += other
        one *= factor
        total += one
    return total


def overlap(a: Hand, b: Hand) -> FloatArray:
    """Real part of the sum over helicities of one current times another."""
    return np.asarray(sum(one * other for one, other in zip(a, b, strict=True)))


def matrix_element(
    point: Point,
    leptons: Leptons,
    masses: tuple[float, float],
    structure: tuple[FloatArray, FloatArray | None],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """VV, AA, VA of H·X/8 times dΦ2/dt of the pair.

    Parameters
    ----------
    point, leptons : points of phase space and the directions there, MeV.
    masses : of ℓ⁻ and ℓ⁺, MeV.
    structure : C and G of the target at Q², of the shape of the points; None for G = 0.

    Examples
    --------
    >>> at = [np.full(1, v) for v in (100.0, 1e5, 5e4, 5e3, 9e4, 1e4, 1e3, 9e2, 3.6e9)]
    >>> turns = np.full(1, 0.5), np.zeros(1), np.zeros(1)
    >>> point = Point(*at, 0.1, 1.0, 1.0, *turns, 938.3, 100.0)
    >>> leptons = lepton_angles(point, 105.66, 105.66)
    >>> vv, aa, va = matrix_element(point, leptons, (105.66, 105.66), (1.0, None))
    >>> bool(vv > 0 and aa > 0)
    True
    """
    m_minus, m_plus = masses
    f = flows(point, leptons)
    phase = np.cos(point.phi), np.sin(point.phi)
    a_p, b_p = leptons.e_minus + leptons.p, leptons.e_plus + leptons.p
    a_m, b_m = m_minus**2 / a_p, m_plus**2 / b_p
    weights = (
        (a_m * b_p, a_m * b_m, a_p * b_p, a_p * b_m),
        (a_p * b_m, a_p * b_p, a_m * b_m, a_m * b_p),
    )
    c, g = structure
    hands = [amplitudes(f, leptons, phase, h, g is not None) for h in (0, 1)]
    sides = []
    for currents, factors in zip(hands, weights, strict=True):
        side = c * square(currents[0], leptons, phase, factors)
        if g is not None:
            _, long, plus, minus = currents
            side += (g * point.q2) * (
                square(plus, leptons, phase, factors)
                + square(minus, leptons, phase, factors)
                - square(long, leptons, phase, factors)
            )
        sides.append(side)
    target, *photon = (overlap(a, b) for a, b in zip(*hands, strict=True))
    flip = c * target
    if g is not None:
        flip += g * point.q2 * (photon[1] + photon[2] - photon[0])
    both = (sides[0] + sides[1]) * leptons.measure
    mass = -2 * m_minus * m_plus * flip * leptons.measure
    return both + mass, both - mass, 2 * (sides[0] - sides[1]) * leptons.measure


def terms_at(
    invariants: tuple[float, float, float, float],
    angles: tuple[float, float, float],
    e_nu: float,
    masses: tuple[float, float, float],
    structure: tuple[float, float],
) -> tuple[float, float, float]:
    """VV, AA, VA at a point of phase space.

    Parameters
    ----------
    invariants, angles, e_nu, masses, structure : as in `kernels.terms_at` (MeV², MeV
        and radians).

    Examples
    --------
    >>> point = (5e4, 1e4, 100.0, 1e5), (0.5, 0.3, 0.2)
    >>> vv, aa, va = terms_at(*point, 5e3, (37e3, 105.66, 105.66), (1.0, 0.0))
    >>> vv > 0 and aa > 0
    True
    """
    s, k2, q2, x = (np.array([float(v)]) for v in invariants)
    t, phi, psi = (np.array([float(v)]) for v in angles)
    mass, m_minus, m_plus = masses
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    kappa2 = k2 * np.maximum(x**2 - x * (s + k2 + q2) + k2 * q2, 0.0) / lam
    q = np.sqrt(q2)
    x_max = 4 * e_nu * mass * q / (q + np.sqrt(q2 + 4 * mass**2))
    r, b = x_max / x, 2 * e_nu * mass * q2 / x_max
    alpha = (2 * b * r - q2) / x
    p_t = np.sqrt(np.maximum((r - 1) * ((mass**2 + b) * r + mass**2), 0.0))
    gap = s - (m_minus + m_plus) ** 2
    beta = 2 * e_nu * mass / x
    zero = np.zeros(1)
    point = Point(
        q2,
        x,
        s,
        gap,
        zero,
        k2,
        zero,
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
    c, g = structure
    terms = matrix_element(
        point, leptons, (m_minus, m_plus), (zero + c, zero + g if g else None)
    )
    scale = 8 / (16 * np.pi**2 * x)
    vv, aa, va = (float((term * scale)[0]) for term in terms)
    return vv, aa, va
