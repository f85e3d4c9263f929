"""Spectrum of the pair's energy: the integral over the azimuth between neutrino and
target, done analytically.

With P the momentum of the target and φ the azimuth of K about k1 and q, P^αP^β X_{αβ}
is a quadratic polynomial in P·K, which is linear in cos φ; see `spectra`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.beams import Beam
from nuprobe.processes.trident.currents import Current
from nuprobe.processes.trident.lepton import PairFunctions
from nuprobe.processes.trident.phase_space import Points

__all__ = ["pair_energy_bins"]


@dataclass(frozen=True)
class _Frame:
    """Quantities independent of φ, at points × x: the names are those of `structure`;
    P·K lies between middle − swing and middle + swing."""

    k2: FloatArray
    q2: FloatArray
    u: FloatArray
    lam: FloatArray
    kappa2: FloatArray
    a_v: FloatArray
    g: FloatArray
    middle: FloatArray
    swing: FloatArray
    excess: FloatArray  # −2P·q: Q² if the target stays intact

    @classmethod
    def of(
        cls, points: Points, x: FloatArray, current: Current, energy: float
    ) -> _Frame:
        mass = current.mass
        s, k2, q2, x_max = (
            v[:, None] for v in (points.s, points.k2, points.q2, points.x_max)
        )
        u = s + k2 + q2
        lam = u**2 - 4 * k2 * q2
        kappa2 = np.maximum(k2 * (x**2 - x * u + k2 * q2) / lam, 0.0)
        a_v = np.sqrt(k2 / lam) * (x - u / 2)
        g = (x * u - 2 * k2 * q2) / (2 * np.sqrt(lam))
        # K = α k1 + β q + K_⊥ and P = … + P_⊥ with respect to k1 and q
        beta = -k2 / x
        alpha = (u + 2 * beta * q2) / x
        k_t2 = np.maximum(k2 + alpha * beta * x - beta**2 * q2, 0.0)
        d = 2 * energy * mass / x_max  # at x_max, where P_⊥ vanishes
        r = np.maximum(x_max / x, 1.0)
        excess = q2 + current.grown
        p_t2 = q2 * d * (r - 1) * (d * r + d - excess / q2)
        middle = alpha * energy * mass - beta * excess / 2
        swing = np.sqrt(k_t2 * p_t2)
        return cls(k2, q2, u, lam, kappa2, a_v, g, middle, swing, excess)


def _contracted(
    pair: PairFunctions,
    frame: _Frame,
    x: FloatArray,
    p_k: FloatArray,
    current: Current,
    energy: float,
) -> FloatArray:
    """H^{αβ}X_{αβ} at P·K, shape (3, points, x): columns VV, AA, VA."""
    k2, q2, kappa2, a_v, g = frame.k2, frame.q2, frame.kappa2, frame.a_v, frame.g
    mass, root_q, full = current.mass, np.sqrt(q2), 2 * kappa2 + k2
    c, g_m = current.electric(q2), current.magnetic(q2)
    share = frame.excess / q2
    g_p = 2 * q2 * (p_k - share * frame.u / 4) / np.sqrt(frame.lam)
    dot = share * x / 4 + g * g_p / q2 - energy * mass
    p2 = g_p**2 / q2 - share**2 * q2 / 4 - mass**2
    values = []
    for column in range(2):
        tt, lt, tl, ll, tau, mix = (v[:, None] for v in pair.even[:, column])
        x_ll, x_kk = 2 * kappa2 * ll + full * tl, 2 * (2 * kappa2 * lt + full * tt)
        pp = (
            g_p**2 * x_ll / q2
            + p2 * x_kk / 2
            + 2 * tau * (2 * dot**2 - kappa2 * p2)
            + 4 * g_p * a_v * dot * mix / root_q
        )
        values.append(4 * c * pp + g_m * q2 * (x_kk - x_ll))
    odd_t, odd_l, odd_mix = (v[:, None] for v in pair.odd)
    x_ll, x_kk = np.sqrt(k2) * a_v * odd_l, np.sqrt(k2) * a_v * odd_t
    pp = (
        g_p**2 * x_ll / q2
        + p2 * x_kk / 2
        + 2 * g_p * dot * np.sqrt(k2) * odd_mix / root_q
    )
    values.append(4 * c * pp + g_m * q2 * (x_kk - x_ll))
    return np.stack(values)


def pair_energy_bins(
    pair: PairFunctions,
    points: Points,
    x: FloatArray,
    current: Current,
    beam: Beam,
    scale: FloatArray,
    weights: FloatArray,
    bounds: FloatArray,
) -> FloatArray:
    """Integrals over bins of the pair's energy E₊ + E₋ at one neutrino energy.

    Parameters
    ----------
    pair : pair functions at the points.
    points : where, in Q², K² and s.
    x : MeV², shape (points, nx).
    current : of the target.
    beam : one energy.
    scale : weights of the points in x, shape (points, nx).
    weights : coefficients of VV, AA and VA, shape (models, 3, points).
    bounds : edges of the bins, MeV, shape (bins + 1,).

    Returns
    -------
    array, shape (models, bins)
        Integrals in cm² if `scale` is in cm².

    Examples
    --------
    >>> from nuprobe.processes.trident import spectrum
    >>> channel, edges = "nu_mu -> nu_mu mu+ mu-", [250.0, 500.0, 1000.0]
    >>> on = "coherent"
    >>> found = spectrum("e_pair", edges, channel, "Ar40", 1e3, regime=on, quick=True)
    >>> found.values.shape
    (2,)
    """
    energy, mass = beam.top, current.mass
    share = beam.powers(np.array(energy))[2]
    frame = _Frame.of(points, x, current, energy)
    middle, swing = frame.middle, frame.swing
    at = []  # at cos φ = −1, 0, 1, P·K growing
    for cosine in (-1.0, 0.0, 1.0):
        p_k = middle + cosine * swing
        values = _contracted(pair, frame, x, p_k, current, energy)
        at.append(np.einsum("mcp,cpx->mpx", weights, values))
    # phase space of `structure`, and E² of the flux factor
    scale = scale * 8 / (16 * math.pi**2 * x) * share / energy**2
    f_0, f_1, f_2 = at[1], (at[2] - at[0]) / 2, (at[2] + at[0]) / 2 - at[1]
    below = np.zeros((weights.shape[0], bounds.size))
    for i, edge in enumerate(bounds):
        gap = mass * edge + frame.excess / 2 - middle
        cosine = np.clip(gap / np.maximum(swing, np.finfo(float).tiny), -1.0, 1.0)
        # from P·K = smallest, φ = π, up to the edge
        phi = np.arccos(-cosine)
        sine = np.sqrt(1 - cosine**2)
        part = (f_0 * phi - f_1 * sine + f_2 * (phi - sine * cosine) / 2) / math.pi
        below[:, i] = (part * scale).sum((1, 2))
    return np.diff(below, axis=1)
