"""The generator's hot loop in plain NumPy, whole arrays at a time: what the compiled
one is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuprobe.events import Generator
from nuprobe.events.kernels import BINS, DIMENSIONS, SLICES
from nuprobe.events.sample import MOMENTA

Array = NDArray[Any]


def matrix_element(
    s: Array, s_gap: Array, k2: Array, kappa2: Array, lam: Array, q2: Array, x: Array, alpha: Array, p_t: Array,
    t: Array, phi: Array, psi: Array, m_minus: float, m_plus: float, c: Array, g: Array,
) -> tuple[Array, ...]:  # fmt: skip
    root_s, q, k, root_lam = np.sqrt(s), np.sqrt(q2), np.sqrt(k2), np.sqrt(lam)
    u = s + k2 + q2
    k_z = root_lam / (2 * root_s)
    q_0, k_0 = (s - q2 + k2) / (2 * root_s), (s + q2 - k2) / (2 * root_s)
    delta = m_minus**2 - m_plus**2
    e_1, e_2 = (s + delta) / (2 * root_s), (s - delta) / (2 * root_s)
    p = np.sqrt(s_gap * (s_gap + 4 * m_minus * m_plus)) / (2 * root_s)
    slope, share = 2 * p * k_z, delta / s
    d1_high = ((s + k2) * (1 + share) + q2 * (1 - share)) / 2 + slope
    d2_high = ((s + k2) * (1 - share) + q2 * (1 + share)) / 2 + slope
    product = 2 * m_minus * m_plus
    common = q2 * (
        product * s + (m_minus - m_plus) ** 2 * s_gap + k2 * (product + s_gap)
    )
    d1_low = (m_plus**2 * q2**2 + common + m_minus**2 * (s + k2) ** 2) / (s * d1_high)
    d2_low = (m_minus**2 * q2**2 + common + m_plus**2 * (s + k2) ** 2) / (s * d2_high)
    y_low = np.log(d1_low / d2_high)
    span = np.log(d1_high / d2_low) - y_low
    odds = np.exp(y_low + span * t)
    d1, d2 = u * odds / (1 + odds), u / (1 + odds)
    dd = np.clip(-d1 * d2_high * np.expm1(-span * t) / (2 * u * slope), 0.0, 1.0)
    uu = np.clip(-d2 * d1_high * np.expm1(-span * (1 - t)) / (2 * u * slope), 0.0, 1.0)
    ud = np.sqrt(uu * dd)
    measure = span * d1 * d2 / (16 * np.pi * root_s * u * k_z)
    i1, i2 = 1 / d1, 1 / d2
    scale, r2 = q / k_z, np.sqrt(2.0)
    c_t, c_l = -2 * r2 * p * ud * (i1 + i2), 2 * scale * (e_1 * i1 - e_2 * i2)
    swing = scale * (i2 - i1)
    big = np.abs(q_0) + k_z
    q_p, q_m = np.where(q_0 >= 0, big, q2 / big), np.where(q_0 >= 0, -q2 / big, -big)
    big = (k_z + np.abs(k_0)) / k
    l_p, l_m = np.where(k_0 >= 0, big, 1 / big), np.where(k_0 >= 0, 1 / big, big)
    a_v = np.sqrt(kappa2 + k2 / 4)
    j_l, j_p = np.sqrt(2 * kappa2), a_v + k / 2
    turn = np.exp(1j * phi)
    v_p, v_m = j_p * turn, kappa2 / j_p / turn
    kappa, g_long = np.sqrt(kappa2), (x * u - 2 * k2 * q2) / (2 * root_lam)
    along = p_t * np.cos(psi)
    w_l = 2 * alpha * g_long / q + 4 * along * q * kappa / x
    w_x, w_y = 2 * alpha * kappa + 4 * along * g_long / x, 2 * p_t * np.sin(psi)
    w_p, w_m = (w_x - 1j * w_y) * turn / r2, (w_x + 1j * w_y) / turn / r2
    a_p, b_p = np.sqrt(e_1 + p), np.sqrt(e_2 + p)
    a_m, b_m = m_minus / a_p, m_plus / b_p
    squares, kept = [], []
    for sign, qm, qp, l1, l2, factors in (
        (1, q_m, q_p, l_m, l_p, (a_m * b_p, a_m * b_m, a_p * b_p, a_p * b_m)),
        (-1, q_p, q_m, l_p, l_m, (a_p * b_m, a_p * b_p, a_m * b_m, a_m * b_p)),
    ):
        r = sign * r2
        rc = r * c_t
        one = np.array(
            [
                j_l * l1 * (c_l + swing * qm) + 0j,
                v_p * (r * (c_l + scale * (qp * i2 - qm * i1))),
                v_m * (r * (c_l + scale * (qm * i2 - qp * i1))),
                j_l * l2 * (c_l + swing * qp) + 0j,
            ]
        )
        plus = np.array(
            [
                j_l * c_t * l1 - 2 * qp * i1 * v_m,
                j_l * (r * (l1 * qm * i2 - l2 * qp * i1)) + rc * v_p,
                rc * v_m,
                j_l * c_t * l2 + 2 * qm * i2 * v_m,
            ]
        )
        minus = np.array(
            [
                j_l * c_t * l1 + 2 * qp * i2 * v_p,
                rc * v_p,
                j_l * (r * (l2 * qp * i2 - l1 * qm * i1)) + rc * v_m,
                j_l * c_t * l2 - 2 * qm * i1 * v_p,
            ]
        )
        four = [w_l * one + w_p * plus + w_m * minus, plus, minus, one]
        kept.append(four)
        turned = []
        for j11, j12, j21, j22 in four:
            mixed, swap = ud * (j12 + j21), ud * (j22 - j11)
            rows = (
                uu * j11 + mixed + dd * j22,
                swap + uu * j12 - dd * j21,
                swap + uu * j21 - dd * j12,
            )
            last = dd * j11 - mixed + uu * j22
            turned.append(
                sum(
                    f**2 * np.abs(a) ** 2
                    for f, a in zip(factors, (*rows, last), strict=True)
                )
            )
        squares.append(c * turned[0] + g * q2 * (turned[1] + turned[2] - turned[3]))
    flips = [(a * np.conj(b)).real.sum(0) for a, b in zip(*kept, strict=True)]
    flip = c * flips[0] + g * q2 * (flips[1] + flips[2] - flips[3])
    left, right = squares
    total, mass = (left + right) * measure, -2 * m_minus * m_plus * flip * measure
    return (
        total + mass,
        total - mass,
        2 * (left - right) * measure,
        e_1,
        p * (uu - dd),
        2 * p * ud,
    )


def interpolate(table: Array, place: Array) -> Array:
    i = np.clip(place.astype(int), 1, table.size - 3)
    d = place - i
    return np.asarray(
        -table[i - 1] * d * (d - 1) * (d - 2) / 6
        + table[i] * (d + 1) * (d - 1) * (d - 2) / 2
        - table[i + 1] * (d + 1) * d * (d - 2) / 2
        + table[i + 2] * (d + 1) * d * (d - 1) / 6
    )


def trials(
    u: Array,
    cumulative: Array,
    energies: Array,
    count: int,
    numbers: Array,
    tables: Array,
    couplings: Array,
    grid: Array,
) -> tuple[Array, Array, dict[str, Array]]:
    """Weights, terms and kinematics of trials of one process on a target at rest."""
    at = np.clip(
        np.searchsorted(cumulative[: count + 1], u[:, 1], side="right") - 1,
        0,
        count - 1,
    )
    share = cumulative[at + 1] - cumulative[at]
    t = (u[:, 1] - cumulative[at]) / share
    bins = energies[at]
    e, flux = (
        bins[:, 0] + bins[:, 1] * t,
        np.maximum(bins[:, 2] + bins[:, 3] * t, 0.0) / share,
    )
    mass, m_minus, m_plus, end, soft, first, step, prefactor = numbers[:8]
    total = m_minus + m_plus
    s_min, em2 = total**2, 2 * e * mass
    gap = np.maximum(e - total * (1 + total / (2 * mass)), 1e-300)
    root = np.sqrt(2 * mass * gap * (em2 - s_min + 2 * mass * total))
    low = 2 * s_min / (em2 + s_min + root)
    rest = mass**2 / ((mass**2 + em2) * (1 - low))
    q_low, q_high = mass * low / np.sqrt(1 - low), mass * (1 - rest) / np.sqrt(rest)
    q_high = np.minimum(q_high, np.maximum(16 * q_low, end))
    v, jacobian = [], np.ones(len(u))
    for d in range(DIMENSIONS):
        cell = np.minimum((u[:, 1 + d] * SLICES).astype(int), SLICES - 1)
        b = np.minimum((u[:, 2 + d] * BINS).astype(int), BINS - 1)
        width = grid[d, cell, b + 1] - grid[d, cell, b]
        v.append(grid[d, cell, b] + (u[:, 2 + d] * BINS - b) * width)
        jacobian *= BINS * width
    span = np.log(q_high / q_low)
    q = q_low * np.exp(span * v[0])
    q2 = q * q
    jacobian *= 2 * q2 * span
    x_max, x_min = 2 * em2 * q / (q + np.sqrt(q2 + 4 * mass**2)), s_min + q2
    span = np.log(x_max / x_min)
    x, r_1, hat_gap = (
        x_min * np.exp(span * v[1]),
        np.expm1(span * (1 - v[1])),
        x_min * np.expm1(span * v[1]),
    )
    s_hat = s_min + hat_gap
    jacobian *= x * span
    span = np.log1p(hat_gap / s_min)
    t2 = v[2] ** 2
    s_gap = s_min * np.expm1(span * t2)
    s = s_min + s_gap
    jacobian *= s * span * 2 * v[2]
    k2_max = -x * np.expm1(-span * (1 - t2))
    soft2 = np.minimum(s, soft)
    span = np.log1p(k2_max / soft2)
    k2, k2_gap = (
        soft2 * np.expm1(span * v[3]),
        -(k2_max + soft2) * np.expm1(-span * (1 - v[3])),
    )
    jacobian *= (k2 + soft2) * span
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    r, b2 = 1 + r_1, em2 * q2 / x_max
    p_t, alpha = np.sqrt(r_1 * ((mass**2 + b2) * r + mass**2)), (2 * b2 * r - q2) / x
    place = (np.log(q) - first) / step
    c, g = (np.maximum(interpolate(table, place), 0.0) for table in tables)
    phi, psi = 2 * np.pi * v[5], 2 * np.pi * v[6]
    vv, aa, va, e_1, p_z, p_r = matrix_element(
        s,
        s_gap,
        k2,
        k2 * s_hat * k2_gap / lam,
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
        c,
        g,
    )
    scale = flux * prefactor * jacobian / (e * mass * q2) ** 2 * 8 / (16 * np.pi**2 * x)
    terms = np.stack([vv, aa, va], axis=1) * scale[:, None]
    vector = couplings[0] + sum(a / (k2 + m) for a, m in couplings[2:].reshape(-1, 2))
    axial = couplings[1]
    weight = (
        vector**2 * terms[:, 0] + axial**2 * terms[:, 1] + vector * axial * terms[:, 2]
    )
    point = {
        "e": e,
        "q2": q2,
        "x": x,
        "s": s,
        "s_hat": s_hat,
        "k2": k2,
        "k2_gap": k2_gap,
        "lam": lam,
        "p_t": p_t,
    }
    point |= {
        "phi": phi,
        "psi": psi,
        "e_1": e_1,
        "p_z": p_z,
        "p_r": p_r,
        "turn": 2 * np.pi * u[:, 9],
    }
    return weight, terms, point


def momenta(point: dict[str, Array], numbers: Array) -> Array:
    """Four-momenta in the order of `MOMENTA`, shape (n, 6, 4)."""
    e, q2, x, s, k2, lam = (point[name] for name in ("e", "q2", "x", "s", "k2", "lam"))
    mass, m_minus, m_plus = numbers[:3]
    root_s, root_lam, u = np.sqrt(s), np.sqrt(lam), s + k2 + q2
    q_t = point["p_t"] * x / (2 * e * mass)
    q_z = -q2 / (2 * mass) - x / (2 * e)
    cos, sin = np.cos(point["psi"]), np.sin(point["psi"])
    k_t = np.sqrt(k2 * point["s_hat"] * point["k2_gap"]) / x
    tilt = 2 * e * q_t / x
    n_x, n_y, n_minus = k2 / x * q_t - k_t * cos, -k_t * sin, k2 / (2 * e)
    n_z = ((n_x**2 + n_y**2) / n_minus - n_minus) / 2
    low = (x * s / point["s_hat"] + point["k2_gap"]) / (2 * e)
    p_x, p_y = q_t - n_x, -n_y
    p_z = ((s + p_x**2 + p_y**2) / low - low) / 2
    xi, eta = (u - 2 * k2 * q2 / x) / root_lam, 2 * k_t / root_lam
    zero = np.zeros_like(e)
    axis_x = -np.stack(
        [
            xi * cos + eta * q_t,
            xi * sin,
            xi * tilt * cos + 2 * q2 * eta / x * e + eta * q_z,
        ],
        -1,
    )
    axis_y = np.stack([-sin, cos, -tilt * sin], -1)
    part = ((s + k2 - q2) / (2 * s))[:, None]
    pair = np.stack([p_x, p_y, p_z], -1)
    axis_z = (np.stack([q_t, zero, q_z], -1) - part * pair) / (root_lam / (2 * root_s))[
        :, None
    ]
    along = point["p_r"][:, None] * (
        np.cos(point["phi"])[:, None] * axis_x + np.sin(point["phi"])[:, None] * axis_y
    )
    minus = (
        (point["e_1"] / root_s)[:, None] * pair + along + point["p_z"][:, None] * axis_z
    )
    co, si = np.cos(point["turn"])[:, None], np.sin(point["turn"])[:, None]

    def four(m: float, p: Array) -> Array:
        turned = np.concatenate(
            [co * p[:, :1] - si * p[:, 1:2], si * p[:, :1] + co * p[:, 1:2], p[:, 2:]],
            axis=1,
        )
        return np.concatenate([np.sqrt(m**2 + (p**2).sum(1))[:, None], turned], axis=1)

    leptons = [four(m_minus, minus), four(m_plus, pair - minus)]
    return np.stack(
        [
            np.stack([e, zero, zero, e], -1),
            np.stack([zero + mass, zero, zero, zero], -1),
            four(0.0, np.stack([n_x, n_y, n_z], -1)),
            *(leptons[::-1] if numbers[10] else leptons),
            four(mass, -np.stack([q_t, zero, q_z], -1)),
        ],
        axis=1,
    )


def chunk(gen: Generator, u: Array, limit: float) -> dict[str, Array]:
    """What `kernels.generate` makes of the same numbers; nucleons at rest. `limit` 0:
    weighted."""
    share, cumulative, energies, counts, numbers, tables, couplings, grids = gen._arrays
    process = np.searchsorted(share, u[:, 0], side="right") - 1
    parts: dict[str, list[Array]] = {
        name: [] for name in ("trial", "process", "weight", "terms", "momenta", "q2")
    }
    for j in range(len(counts)):
        trial = np.flatnonzero(process == j)
        args = (
            cumulative[j],
            energies[j],
            counts[j],
            numbers[j],
            tables[j],
            couplings[j],
            grids[j],
        )
        weight, terms, point = trials(u[trial], *args)
        scale = np.full(weight.shape, 1 / (share[j + 1] - share[j]))
        use = weight > 0
        if limit:
            use &= u[trial, 10] * limit < weight * scale
            scale = np.maximum(
                np.divide(limit, weight, where=weight > 0, out=np.ones_like(weight)),
                scale,
            )
        point = {name: value[use] for name, value in point.items()}
        parts["trial"].append(trial[use])
        parts["process"].append(np.full(use.sum(), j))
        parts["weight"].append((weight * scale)[use])
        parts["terms"].append((terms * scale[:, None])[use])
        parts["momenta"].append(momenta(point, numbers[j]))
        parts["q2"].append(point["q2"])
    joined = {name: np.concatenate(values) for name, values in parts.items()}
    order = np.argsort(joined["trial"], kind="stable")
    result = {name: value[order] for name, value in joined.items()}
    return result | {name: result["momenta"][:, i] for i, name in enumerate(MOMENTA)}
