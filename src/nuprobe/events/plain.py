"""The code of `kernels` in plain NumPy for blocks of trials, so that small samples need
no compilation. Results agree to 1e-12."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.events.amplitudes import lepton_angles, matrix_element
from nuprobe.events.arrays import (
    BINS,
    DIMENSIONS,
    SLICES,
    W_DIMENSION,
    Leptons,
    Nucleon,
    Output,
    Point,
    Sampling,
)
from nuprobe.events.hadrons import broken_structure
from nuprobe.numerics import FloatArray

__all__ = ["generate", "train"]

_BLOCK: Final = 8192  # trials; their arrays fit the processor's cache
_TABLE: Final = 2**10  # of positions between edges


class Trials(NamedTuple):
    """Trials of one process: weight and factor of the flux in the terms (cm², 0 where
    forbidden), points of phase space, and bins of the grid, shape (dimensions, n)."""

    weight: FloatArray
    terms: FloatArray
    e: FloatArray
    nucleon: Nucleon
    point: Point
    leptons: Leptons
    bins: NDArray[np.intp]


def interpolate(table: FloatArray, place: FloatArray) -> FloatArray:
    """Cubic interpolation, not below 0."""
    i = np.clip(place.astype(np.intp), 1, table.size - 3)
    d = place - i
    below, above, far = d + 1, d - 1, d - 2
    value = (table[i + 2] * below - table[i - 1] * far) * d * above / 6 + (
        table[i] * above - table[i + 1] * d
    ) * below * far / 2
    return np.maximum(value, 0.0)


def _places(edges: FloatArray, u: FloatArray) -> NDArray[np.intp]:
    """Bin of each number between edges that rise from 0 to 1; a lookup table avoids
    most of the search."""
    starts = np.searchsorted(edges, np.arange(_TABLE) / _TABLE, side="right") - 1
    at = starts[(u * _TABLE).astype(np.intp)]
    beyond = np.flatnonzero(u >= edges[at + 1])
    at[beyond] = np.searchsorted(edges, u[beyond], side="right") - 1
    return at


def draw_energies(
    sampling: Sampling, j: int, u: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Energies, and the weight of the flux divided by the probability."""
    count = sampling.counts[j]
    cumulative = sampling.cumulative[j, : count + 1]
    at = _places(cumulative, u)
    share = np.diff(cumulative)[at]
    t = np.clip((u - cumulative[at]) / share, 0.0, 1.0)
    bins = sampling.energies[j]
    e = bins[at, 0] + bins[at, 1] * t
    return e, np.maximum(bins[at, 2] + bins[at, 3] * t, 0.0) / share


def through_grid(
    u: FloatArray, grid: FloatArray, broken: bool = False
) -> tuple[list[FloatArray], FloatArray, NDArray[np.intp]]:
    """Variables, Jacobian and bins from uniform numbers, shape (columns, n)."""
    jacobian = np.ones(u.shape[1])
    widths = np.diff(grid) * BINS
    columns = {d: u[2 + d] for d in range(DIMENSIONS)}
    if broken:
        columns = {W_DIMENSION: u[-1], **columns}
    bins = np.empty((len(columns), u.shape[1]), dtype=np.intp)
    v: list[FloatArray] = [np.empty(0)] * len(columns)
    cell = np.minimum((u[1] * SLICES).astype(np.intp), SLICES - 1)
    for d, column in columns.items():
        scaled = column * BINS
        b = np.minimum(scaled.astype(np.intp), BINS - 1)
        bins[d] = cell * BINS + b
        width = widths[d].ravel()[bins[d]]
        v[d] = grid[d].ravel()[bins[d] + cell] + (scaled - b) * width / BINS
        jacobian *= width
        cell = np.minimum((column * SLICES).astype(np.intp), SLICES - 1)
    return v, jacobian, bins


def q_ends(e: FloatArray, one: Any) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest Q; NaN below threshold."""
    mass = one["mass"]
    total = one["m_minus"] + one["m_plus"]
    s_min, em2 = total**2, 2 * e * mass
    gap = e - total * (1 + total / (2 * mass))
    root = np.sqrt(2 * mass * gap * (em2 - s_min + 2 * mass * total))
    low = 2 * s_min / (em2 + s_min + root)
    rest = mass**2 / ((mass**2 + em2) * (1 - low))
    q_low, q_high = mass * low / np.sqrt(1 - low), mass * (1 - rest) / np.sqrt(rest)
    return q_low, np.minimum(q_high, np.maximum(16 * q_low, one["q_end"]))


def broken_ends(
    e: FloatArray, one: Any, v: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Mass of the hadrons W at its variable, its Jacobian dW²/dv, and the smallest and
    largest Q there, as in `inelastic.shells`; NaN where forbidden."""
    mass, w_low = one["mass"], one["w_low"]
    m = one["m_minus"] + one["m_plus"]
    s = mass**2 + 2 * e * mass
    root = np.sqrt(s)
    whole = np.log((root - m) / w_low)
    whole = np.where(whole > 0, whole, np.nan)
    part = whole * v * v
    w = w_low * np.exp(part)
    gap = (root - m) * -np.expm1(part - whole)  # √s − m − W
    momentum = np.sqrt(gap * (root + m + w) * (root - w + m) * (root + w - m))
    high = (s + mass**2) * (s + w * w - m * m) + (s - mass**2) * momentum
    high = high / (2 * s) - mass**2 - w * w
    product = (w * w - mass**2) * (s - mass**2) + mass**2 * m * m
    low = m * m * product / s / high
    return w, 4 * w * w * whole * v, np.sqrt(low), np.sqrt(high)


def _reach(
    e: FloatArray, w: Any, q: FloatArray, one: Any
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """D = W² − M² + Q², the largest x, and Q²β and b there."""
    mass, q2 = one["mass"], q * q
    em2 = 2 * e * mass
    if one["hadrons"] < 0:
        x_max = 2 * em2 * q / (q + np.sqrt(q2 + 4 * mass**2))
        b = em2 * q2 / x_max
        return q2, x_max, b, b
    excess = (w - mass) * (w + mass) + q2
    h = excess / (2 * q)
    root = np.sqrt(h * h + mass**2)
    return excess, em2 * q / (h + root), q * (h + root), 2 * h * (h + root)


def phase_space(
    e: FloatArray, one: Any, v: list[FloatArray], jacobian: FloatArray
) -> tuple[FloatArray, FloatArray, Point]:
    """Jacobian (0 where forbidden), ln Q and the points of phase space."""
    mass = one["mass"]
    s_min = (one["m_minus"] + one["m_plus"]) ** 2
    em2 = 2 * e * mass
    if one["hadrons"] < 0:
        w: Any = mass
        q_low, q_high = q_ends(e, one)
    else:
        w, d_w2, q_low, q_high = broken_ends(e, one, v[W_DIMENSION])
        jacobian = jacobian * d_w2
    span = np.log(q_high / q_low)
    log_q = np.log(q_low) + span * v[0]
    q = np.exp(log_q)
    q2 = q * q
    jacobian = jacobian * 2 * q2 * span
    excess, x_max, reach, b = _reach(e, w, q, one)
    x_min = s_min + q2
    open_ = span > 0
    span = np.log(x_max / x_min)
    open_ &= span > 0
    r_1 = np.expm1(span * (1 - v[1]))
    hat_gap = x_min * np.expm1(span * v[1])
    x = x_min + hat_gap
    s_hat = s_min + hat_gap
    jacobian *= x * span
    span = np.log1p(hat_gap / s_min)
    t2 = v[2] ** 2
    s_gap = s_min * np.expm1(span * t2)
    s = s_min + s_gap
    jacobian *= s * span * 2 * v[2]
    k2_max = -x * np.expm1(-span * (1 - t2))
    soft2 = np.minimum(s, one["soft2"])
    span = np.log1p(k2_max / soft2)
    k2 = soft2 * np.expm1(span * v[3])
    k2_gap = -(k2_max + soft2) * np.expm1(-span * (1 - v[3]))
    open_ &= (s_gap > 0) & (k2 > 0) & (k2_gap > 0)
    jacobian *= (k2 + soft2) * span
    lam = s**2 + 2 * s * (k2 + q2) + (k2 - q2) ** 2
    r = 1 + r_1
    point = Point(
        q2,
        x,
        s,
        s_gap,
        s_hat,
        k2,
        k2_gap,
        k2 * s_hat * k2_gap / lam,
        lam,
        (2 * reach * r - excess) / x,
        np.sqrt(r_1 * ((mass**2 + b) * r + mass**2)),
        em2 / x,
        v[4],
        2 * np.pi * v[5],
        2 * np.pi * v[6],
        w,
        excess,
    )
    return np.where(open_, jacobian, 0.0), log_q, point


def fermi_nucleons(u: FloatArray, e: FloatArray, one: Any) -> Nucleon:
    """Nucleons of the Fermi sphere from three rows of uniform numbers."""
    size = one["k_f"] * np.cbrt(u[0])
    cos = 2 * u[1] - 1
    sin = np.sqrt((1 - cos) * (1 + cos))
    turn = 2 * np.pi * u[2]
    x, y, z = size * sin * np.cos(turn), size * sin * np.sin(turn), size * cos
    mass = one["mass"]
    energy = np.sqrt(size**2 + mass**2)
    return Nucleon(x, y, z, energy, e * (energy - z) / mass, (energy - z) / energy)


def _structure(
    log_q: FloatArray, point: Point, j: int, sampling: Sampling
) -> tuple[FloatArray, FloatArray | None]:
    """C and G of process j; None for a G that vanishes."""
    one = sampling.scattering[j]
    if one["hadrons"] >= 0:
        return broken_structure(sampling.hadrons[one["hadrons"]], point, one)
    place = (log_q - one["log_q_first"]) / one["log_q_step"]
    c, g = sampling.tables[j]
    return interpolate(c, place), interpolate(g, place) if one["magnetic"] else None


def trials_of(u: FloatArray, j: int, sampling: Sampling) -> Trials:
    """Trials of process j from uniform numbers, shape (columns, n)."""
    one = sampling.scattering[j]
    e, flux = draw_energies(sampling, j, u[1])
    nucleon = Nucleon(0.0, 0.0, 0.0, one["mass"], e, 1.0)
    if one["k_f"] > 0:
        nucleon = fermi_nucleons(u[11:14], e, one)
        flux = flux * nucleon.flux
    seen = nucleon.e_seen
    v, jacobian, bins = through_grid(u, sampling.grids[j], one["hadrons"] >= 0)
    jacobian, log_q, point = phase_space(seen, one, v, jacobian)
    masses = float(one["m_minus"]), float(one["m_plus"])
    leptons = lepton_angles(point, *masses)
    terms = matrix_element(
        point, leptons, masses, _structure(log_q, point, j, sampling)
    )
    scale = one["prefactor"] * jacobian / (seen * one["mass"] * point.q2) ** 2
    scale = flux * scale * 8 / (16 * np.pi**2 * point.x)
    vv, aa, va = (term * scale for term in terms)
    vector, axial = sampling.couplings[j, :2]
    for strength, other, mass2 in sampling.couplings[j, 2:].reshape(-1, 3):
        vector = vector + strength / (point.k2 + mass2)
        axial = axial + other / (point.k2 + mass2)
    weight = vector * vector * vv + axial * axial * aa + vector * axial * va
    weight = np.where((jacobian > 0) & (weight > 0), weight, 0.0)
    return Trials(
        weight, np.stack([vv, aa, va], axis=1), e, nucleon, point, leptons, bins
    )


def _four(mass: Any, x: Any, y: Any, z: Any) -> FloatArray:
    """Four-momenta on their mass shell, shape (n, 4)."""
    return np.stack([np.sqrt(mass**2 + x * x + y * y + z * z), x, y, z], axis=-1)


def momenta_at_rest(
    e: FloatArray, point: Point, leptons: Leptons, turn: FloatArray, one: Any
) -> FloatArray:
    """Four-momenta for a target at rest, shape (n, 6, 4), as in `arrays.Output`."""
    q2, x, s, k2, k2_gap = point.q2, point.x, point.s, point.k2, point.k2_gap
    mass = one["mass"]
    root_s, root_lam = np.sqrt(s), np.sqrt(point.lam)
    q_t = point.p_t / point.beta
    q_z = -point.excess / (2 * mass) - x / (2 * e)
    cos, sin = np.cos(point.psi), np.sin(point.psi)
    k_t = np.sqrt(k2 * point.s_hat * k2_gap) / x
    tilt = 2 * e * q_t / x
    # outgoing neutrino by its components across and along E − p_z
    n_x, n_y, n_minus = k2 / x * q_t - k_t * cos, -k_t * sin, k2 / (2 * e)
    n_z = ((n_x * n_x + n_y * n_y) / n_minus - n_minus) / 2
    # the pair
    minus_part = (x * s / point.s_hat + k2_gap) / (2 * e)
    pair_x, pair_y = q_t - n_x, -n_y
    pair_z = ((s + pair_x * pair_x + pair_y * pair_y) / minus_part - minus_part) / 2
    # axes of the pair's frame: X towards k1, Y, Z along q
    xi = (s + k2 + q2 - 2 * k2 * q2 / x) / x * x / root_lam
    eta = 2 * k_t / root_lam
    x_x, x_y = -xi * cos - eta * q_t, -xi * sin
    x_z = -xi * tilt * cos - 2 * q2 * eta / x * e - eta * q_z
    k_z = root_lam / (2 * root_s)
    part = (s + k2 - q2) / (2 * s)
    p_z = leptons.p * (leptons.up - leptons.down) / k_z
    p_r = leptons.p * (2 * leptons.mixed)
    f = leptons.e_minus / root_s
    c_x, c_y = p_r * np.cos(point.phi), p_r * np.sin(point.phi)
    l_x = f * pair_x + c_x * x_x - c_y * sin + p_z * (q_t - part * pair_x)
    l_y = f * pair_y + c_x * x_y + c_y * cos - p_z * part * pair_y
    l_z = f * pair_z + c_x * x_z - c_y * tilt * sin + p_z * (q_z - part * pair_z)
    co, si = np.cos(turn), np.sin(turn)

    def turned(m: Any, a: Any, b: Any, c: Any) -> FloatArray:
        return _four(m, co * a - si * b, si * a + co * b, c)

    zero = np.zeros_like(e)
    pair = [
        turned(one["m_minus"], l_x, l_y, l_z),
        turned(one["m_plus"], pair_x - l_x, pair_y - l_y, pair_z - l_z),
    ]
    rows = [
        np.stack([e, zero, zero, e], axis=-1),
        np.stack([zero + mass, zero, zero, zero], axis=-1),
        turned(0.0, n_x, n_y, n_z),
        *(pair[::-1] if one["anti"] else pair),
        turned(point.w, -q_t, zero, -q_z),
    ]
    return np.stack(rows, axis=1)


def to_laboratory(
    out: FloatArray, e: FloatArray, nucleon: Nucleon, w: Any, one: Any
) -> None:
    """Rotate to the direction of the beam in the nucleon's frame, and boost from there
    to the laboratory; `w` is the mass of the recoil."""
    x, y, z, energy = nucleon.x, nucleon.y, nucleon.z, nucleon.energy
    mass = one["mass"]
    pair = [one["m_minus"], one["m_plus"]]
    masses = (0.0, *(pair[::-1] if one["anti"] else pair), w)
    # the beam (e, 0, 0, e) in the nucleon's frame
    factor = (e * z / (energy + mass) - e) / mass
    n_x, n_y, n_z = factor * x, factor * y, e + factor * z
    size = np.sqrt(n_x * n_x + n_y * n_y + n_z * n_z)
    n_x, n_y, n_z = n_x / size, n_y / size, n_z / size
    lever = 1 / (1 + n_z)
    for i, m in enumerate(masses, 2):
        a, b, c = out[:, i, 1], out[:, i, 2], out[:, i, 3]
        p_x = (1 - n_x * n_x * lever) * a - n_x * n_y * lever * b + n_x * c
        p_y = -n_x * n_y * lever * a + (1 - n_y * n_y * lever) * b + n_y * c
        p_z = -n_x * a - n_y * b + n_z * c
        push = ((p_x * x + p_y * y + p_z * z) / (energy + mass) + out[:, i, 0]) / mass
        out[:, i] = _four(m, p_x + push * x, p_y + push * y, p_z + push * z)
    zero = np.zeros_like(e)
    out[:, 0] = np.stack([e, zero, zero, e], axis=-1)
    out[:, 1] = np.stack([energy, x, y, z], axis=-1)


def _at(record: Any, which: NDArray[np.intp]) -> Any:
    """Entries of a record of arrays."""
    return type(record)(
        *(a[which] if isinstance(a, np.ndarray) and a.ndim else a for a in record)
    )


def build(
    trials: Trials, which: NDArray[np.intp], turn: FloatArray, one: Any
) -> FloatArray:
    """Four-momenta of some trials in the laboratory."""
    nucleon, point = _at(trials.nucleon, which), _at(trials.point, which)
    out = momenta_at_rest(
        nucleon.e_seen,
        point,
        _at(trials.leptons, which),
        2 * np.pi * turn[which],
        one,
    )
    if one["k_f"] > 0:
        to_laboratory(out, trials.e[which], nucleon, point.w, one)
    return out


def _train(u: FloatArray, sampling: Sampling) -> tuple[FloatArray, list[Any]]:
    """Weights of a block of trials of one process, and their squares by dimension and
    bin."""
    with np.errstate(all="ignore"):  # forbidden trials are set to zero
        trials = trials_of(np.ascontiguousarray(u.T), 0, sampling)
    weight, one = trials.weight, sampling.scattering[0]
    if one["blocked"]:
        open_ = np.flatnonzero(weight > 0)
        recoil = build(trials, open_, u[:, 9], one)[:, 5, 1:]
        weight[open_[(recoil**2).sum(1) < one["k_f"] ** 2]] = 0.0
    squared = weight * weight
    return weight, [np.bincount(b, squared, SLICES * BINS) for b in trials.bins]


def train(u: FloatArray, sampling: Sampling, out: Output) -> None:
    """Weigh trials of one process.

    Parameters
    ----------
    u, sampling, out : as in `kernels.generate` with a negative limit.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="coherent")
    >>> generator.sized(100).max_weight > 0  # calls this
    True
    """
    for start in range(0, len(u), _BLOCK):
        weight, collected = _train(u[start : start + _BLOCK], sampling)
        out.values[start : start + weight.size, 0] = weight
        out.collected[:] += collected


def _events(
    u: FloatArray, j: int, limit: float, sampling: Sampling
) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """Which trials of process j become events, their momenta and their values."""
    trials, one = trials_of(u, j, sampling), sampling.scattering[j]
    weight = trials.weight
    scale = 1 / (sampling.share[j + 1] - sampling.share[j])
    accept = u[10] * limit < weight * scale if limit > 0 else weight > 0
    kept = np.flatnonzero(accept & (weight > 0))
    momenta = build(trials, kept, u[9], one)
    if one["blocked"]:
        outside = (momenta[:, 5, 1:] ** 2).sum(1) >= one["k_f"] ** 2
        kept, momenta = kept[outside], momenta[outside]
    weight, point = weight[kept], _at(trials.point, kept)
    scales = np.maximum(limit / weight, scale) if limit > 0 else scale
    values = np.column_stack(
        [
            weight * scales,
            trials.terms[kept] * np.reshape(scales, (-1, 1)),
            point.q2,
            point.k2,
            point.s,
        ]
    )
    return kept, momenta, values


def generate(
    u: FloatArray,
    limit: float,
    sampling: Sampling,
    out: Output,
    enough: int | None = None,
) -> int:
    """Turn uniform numbers into events, in order; returns their number.

    Parameters
    ----------
    u, limit, sampling, out : as in `kernels.generate`.
    enough : stop after the block of trials that reaches this number of events.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> generator = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="coherent")
    >>> len(generator.sized(100).chunk(0).events) > 100  # calls this
    True
    """
    if limit < 0:
        train(u, sampling, out)
        return 0
    found = 0
    with np.errstate(all="ignore"):  # forbidden trials are set to zero
        for start in range(0, len(u), _BLOCK):
            block = np.ascontiguousarray(u[start : start + _BLOCK].T)
            process = np.searchsorted(sampling.share, block[0], side="right") - 1
            parts = []
            for j in np.unique(process):
                here = np.flatnonzero(process == j)
                kept, momenta, values = _events(block[:, here], j, limit, sampling)
                parts.append((here[kept], np.full(kept.size, j), momenta, values))
            columns = zip(*parts, strict=True)
            trial, which, momenta, values = map(np.concatenate, columns)
            order = np.argsort(trial)
            rows = slice(found, found + order.size)
            out.trial[rows], out.process[rows] = start + trial[order], which[order]
            out.momenta[rows], out.values[rows] = momenta[order], values[order]
            found += order.size
            if enough is not None and found >= enough:
                break
    return found
