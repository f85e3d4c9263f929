"""The universal leptonic part of a trident: ν(k1) + γ*(q) → ν(k2) ℓ⁻(p₋) ℓ′⁺(p₊),
independent of the nucleus.

With Q² = −q², K = k1 − k2, K² ≡ −K·K, s = (p₋ + p₊)², x = 2 k1·q = ŝ + Q² and the
interaction L = −(G_F/√2)[ν̄γ^α(1−γ5)ν][ℓ̄γ_α(V − Aγ5)ℓ′], current conservation leaves
two structure functions of the photon,

    transverse A = (X1 + Y)/2,   longitudinal Y = 4Q² X2/x²,   X1 = −g^{αβ}X_{αβ},  X2 =
    k1^α k1^β X_{αβ},

X_{αβ} = ∫dΦ3 Σ|M|² without couplings. Three steps, each exact up to Gauss–Legendre
quadrature:

1. V*(K) γ*(q) → ℓ⁻ℓ′⁺ by real 2×2 helicity amplitudes in the rest frame of the pair,
squared and integrated over the
   pair angle in y = ln(D1/D2), D1 = 2p₋·q + Q², D2 = 2p₊·q + Q² (`pair_functions`). The
   2×2 form follows from γγγP_L = γ_ρP_L; nothing is neglected, and sums of squares
   avoid cancellations.
2. The neutrino tensor is contracted with them: a polynomial in x (`structure`).
3. Phase space dΦ3 = ds/2π · dK²/(8πx) · dΦ2(pair).

All are of the form V²·VV + A²·AA + V·A·VA; the VA part is odd under ℓ⁻ ↔ ℓ′⁺ and
vanishes for equal masses. The kinematics of two virtual bosons making a pair follow
Budnev:1975poe; the reduction to a universal leptonic part goes back to Czyz:1964zz and
Lovseth:1971vv.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["PairFunctions", "pair_functions", "structure", "x_minimum"]

_ROOT2 = math.sqrt(2.0)


@dataclass(frozen=True)
class PairFunctions:
    """Pair tensor integrated over the pair's phase space, by polarisation of V* and
    photon (T or L).

    ``even`` has shape (6, 2, *points): rows TT, LT, TL, LL (V* first), the transverse
    interference ``tau`` and the transverse–longitudinal one ``mix``; columns VV and AA.
    ``odd`` has shape (3, *points): the V·A terms with the photon transverse,
    longitudinal and mixed.
    """

    even: FloatArray
    odd: FloatArray


def pair_functions(
    s: FloatArray, k2: FloatArray, q2: FloatArray, m_minus: float, m_plus: float, n: int
) -> PairFunctions:
    """Integrate the pair tensor of V*(K) γ*(q) → ℓ⁻(m_minus) ℓ′⁺(m_plus) over the
    pair's two-body phase space.

    Parameters
    ----------
    s, k2, q2 : squared pair mass, −K·K > 0 and −q·q >= 0, any consistent units,
        broadcast; s > (m_minus + m_plus)².
    m_minus, m_plus : masses of the leptons, in the same units.
    n : Gauss–Legendre points in ln(D1/D2).

    The function is long because the 2×2 amplitudes and their products form one formula.

    Examples
    --------
    >>> one = np.array([9.0])
    >>> pair_functions(one, one / 10, one / 90, 1.0, 1.0, 16).even.shape
    (6, 2, 1)
    """
    s, k2, q2 = (v[..., None] for v in np.broadcast_arrays(s, k2, q2))
    root_s, q, k = np.sqrt(s), np.sqrt(q2), np.sqrt(k2)
    u = s + k2 + q2
    k_z = np.sqrt(u**2 - 4 * k2 * q2) / (2 * root_s)
    q_0, k_0 = (s - q2 + k2) / (2 * root_s), (s + q2 - k2) / (2 * root_s)
    delta = m_minus**2 - m_plus**2
    e_1, e_2 = (s + delta) / (2 * root_s), (s - delta) / (2 * root_s)
    p = np.sqrt(
        np.maximum(s - (m_minus + m_plus) ** 2, 0.0) * (s - (m_minus - m_plus) ** 2)
    ) / (2 * root_s)

    # D1 and D2 each lie in [low, high]; low·high is a sum of positive terms, where low
    # itself is a difference
    slope = 2 * p * k_z
    share = delta / s
    d1_high = ((s + k2) * (1 + share) + q2 * (1 - share)) / 2 + slope
    d2_high = ((s + k2) * (1 - share) + q2 * (1 + share)) / 2 + slope
    gap, m_product = np.maximum(s - (m_minus + m_plus) ** 2, 0.0), 2 * m_minus * m_plus
    common = q2 * (
        m_product * s + (m_minus - m_plus) ** 2 * gap + k2 * (m_product + gap)
    )
    d1_low = (m_plus**2 * q2**2 + common + m_minus**2 * (s + k2) ** 2) / (s * d1_high)
    d2_low = (m_minus**2 * q2**2 + common + m_plus**2 * (s + k2) ** 2) / (s * d2_high)
    y_low, y_high = np.log(d1_low / d2_high), np.log(d1_high / d2_low)
    t, w = gauss_legendre(n)
    y = y_low + (y_high - y_low) * t
    d1, d2 = u / (1 + np.exp(-y)), u / (1 + np.exp(y))
    # dΦ2 = p/(8π√s) dcosθ and dcosθ = D1 D2 dy/(2 u p k_z)
    measure = (y_high - y_low) * w * d1 * d2 / (16 * np.pi * root_s * u * k_z)
    width = np.maximum(2 * slope, np.finfo(float).tiny)  # 0 where the pair is at rest
    up = np.sqrt(np.clip((d2 - d2_low) / width, 0.0, 1.0))  # cos θ/2
    down = np.sqrt(np.clip((d1 - d1_low) / width, 0.0, 1.0))  # sin θ/2

    i1, i2 = 1 / d1, 1 / d2
    scale = q / k_z  # the longitudinal photon is (q/k_z)(1, 0, 0, 0) up to a gauge term
    c_t = -_ROOT2 * p * 2 * up * down * (i1 + i2)
    c_l = 2 * scale * (e_1 * i1 - e_2 * i2)

    def currents(sign: float) -> dict[str, tuple[FloatArray, ...]]:
        """2×2 currents (11, 12, 21, 22) of a weak vertex that is left-handed (+1) or
        right-handed (−1)."""
        qm, qp = q_0 - sign * k_z, q_0 + sign * k_z
        l1, l2 = (k_z - sign * k_0) / k, (k_z + sign * k_0) / k
        r = sign * _ROOT2
        zero = np.zeros_like(d1)
        swing = scale * (i2 - i1)
        return {
            "LL": (c_l * l1 + swing * qm * l1, zero, zero, c_l * l2 + swing * qp * l2),
            "L+": (c_t * l1, r * (l1 * qm * i2 - l2 * qp * i1), zero, c_t * l2),
            "L-": (c_t * l1, zero, r * (l2 * qp * i2 - l1 * qm * i1), c_t * l2),
            "+L": (zero, r * (c_l + scale * (qp * i2 - qm * i1)), zero, zero),
            "-L": (zero, zero, r * (c_l + scale * (qm * i2 - qp * i1)), zero),
            "++": (zero, r * c_t, zero, zero),
            "--": (zero, zero, r * c_t, zero),
            "+-": (2 * qp * i2, r * c_t, zero, -2 * qm * i1),
            "-+": (-2 * qp * i1, zero, r * c_t, 2 * qm * i2),
        }

    left, right = currents(1.0), currents(-1.0)
    # helicity weights √(E ± p), with E − p = m²/(E + p)
    a_p, b_p = np.sqrt(e_1 + p), np.sqrt(e_2 + p)
    a_m, b_m = m_minus / a_p, m_plus / b_p
    uu, dd, ud = up**2, down**2, up * down

    def amplitude(j: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
        """Rotate a current to the leptons' helicities."""
        j11, j12, j21, j22 = j
        return (
            a_m * b_p * (uu * j11 + ud * (j12 + j21) + dd * j22),
            a_m * b_m * (ud * (j22 - j11) + uu * j12 - dd * j21),
            a_p * b_p * (ud * (j22 - j11) + uu * j21 - dd * j12),
            a_p * b_m * (dd * j11 - ud * (j12 + j21) + uu * j22),
        )

    amplitudes = {key: amplitude(j) for key, j in left.items()}

    def same(a: str, b: str) -> FloatArray:
        """Sum over lepton spins of the product of two left-handed amplitudes,
        integrated over the pair."""
        return np.asarray(
            (
                measure
                * sum(f * g for f, g in zip(amplitudes[a], amplitudes[b], strict=True))
            ).sum(-1)
        )

    def flip(a: str, b: str) -> FloatArray:
        """The chirality-flip interference, left times right plus right times left."""
        both = sum(
            f * g + h * i
            for f, g, h, i in zip(left[a], right[b], right[a], left[b], strict=True)
        )
        return np.asarray(-m_minus * m_plus * (measure * both).sum(-1))

    def both(*pairs: tuple[str, str]) -> FloatArray:
        even = 2 * sum(same(a, b) for a, b in pairs)
        mass = sum(flip(a, b) for a, b in pairs)
        return np.stack([even + mass, even - mass])

    even = np.stack(
        [
            both(("++", "++"), ("+-", "+-"), ("-+", "-+"), ("--", "--")) / 4,
            both(("L+", "L+"), ("L-", "L-")) / 2,
            both(("+L", "+L"), ("-L", "-L")) / 2,
            both(("LL", "LL")),
            both(("+-", "-+")) / 2,
            both(("LL", "+-"), ("LL", "-+"), ("+L", "L+"), ("-L", "L-")) / 2,
        ]
    )
    odd = 4 * np.stack(
        [
            same("++", "++") + same("+-", "+-") - same("-+", "-+") - same("--", "--"),
            same("+L", "+L") - same("-L", "-L"),
            (same("LL", "+-") - same("LL", "-+") + same("+L", "L+") - same("-L", "L-"))
            / 2,
        ]
    )
    return PairFunctions(even, odd)


def x_minimum(s: FloatArray, k2: FloatArray, q2: FloatArray) -> FloatArray:
    """Smallest x = 2 k1·q at which (s, K², Q²) can be reached.

    Parameters
    ----------
    s, k2, q2 : squared pair mass, −K·K and −q·q, any consistent units; they broadcast.

    Examples
    --------
    >>> x_minimum(np.array([4.0]), np.array([0.0]), np.array([1.0]))
    array([5.])
    """
    u = s + k2 + q2
    return np.asarray((u + np.sqrt(u**2 - 4 * k2 * q2)) / 2)


def structure(
    pair: PairFunctions, s: FloatArray, k2: FloatArray, q2: FloatArray, x: FloatArray
) -> FloatArray:
    """Structure functions dA/ds dK² and dY/ds dK² for given pair functions.

    Parameters
    ----------
    pair : from `pair_functions` at the same points.
    s, k2, q2 : as there, shape (*points).
    x : 2 k1·q, shape (*points, nx); the other arguments have shape (*points).

    Returns
    -------
    array, shape (2, 3, *points, nx)
        First axis A, Y; second VV, AA, VA. Phase space ds/2π dK²/(8πx) is included.

    Examples
    --------
    >>> s, k2, q2 = np.array([9.0]), np.array([0.9]), np.array([0.1])
    >>> pair = pair_functions(s, k2, q2, 1.0, 1.0, 16)
    >>> structure(pair, s, k2, q2, np.array([[20.0, 30.0]])).shape
    (2, 3, 1, 2)
    """
    s, k2, q2 = (v[..., None] for v in np.broadcast_arrays(s, k2, q2))
    u = s + k2 + q2
    lam = u**2 - 4 * k2 * q2
    kappa2 = np.maximum(
        k2 * (x**2 - x * u + k2 * q2) / lam, 0.0
    )  # transverse momentum squared
    a_v = np.sqrt(k2 / lam) * (x - u / 2)
    # g sqrt(q2): the photon's longitudinal component of k1; `g` keeps 1/Q out of the
    # sums
    g = (x * u - 2 * k2 * q2) / (2 * np.sqrt(lam))
    v2 = 4 * q2 / x**2
    c2 = 4 / x**2  # = v2/q2
    full = 2 * kappa2 + k2
    root_q = np.sqrt(q2)
    result = []
    for column in range(2):
        tt, lt, tl, ll, tau, mix = (w[..., None] for w in pair.even[:, column])
        x_ll = 2 * kappa2 * ll + full * tl
        x_kk = 2 * (2 * kappa2 * lt + full * tt)
        y = (
            c2 * g**2 * x_ll
            + v2 * kappa2 * (x_kk / 2 + 2 * kappa2 * tau)
            + 4 * c2 * root_q * g * a_v * kappa2 * mix
        )
        result.append((x_kk - x_ll, y))
    odd_t, odd_l, odd_mix = (w[..., None] for w in pair.odd)
    x_ll, x_kk = np.sqrt(k2) * a_v * odd_l, np.sqrt(k2) * a_v * odd_t
    y = (
        c2 * g**2 * x_ll
        + v2 * kappa2 * x_kk / 2
        + 2 * c2 * root_q * g * kappa2 * np.sqrt(k2) * odd_mix
    )
    result.append((x_kk - x_ll, y))
    x1 = np.stack([r[0] for r in result])
    y = np.stack([r[1] for r in result])
    return np.asarray(np.stack([(x1 + y) / 2, y]) * (8 / (16 * np.pi**2 * x)))
