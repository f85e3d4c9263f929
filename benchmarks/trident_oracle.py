"""Coherent trident cross sections by Monte Carlo over the seven dimensions of phase
space: nothing is shared.

    σ = 1/(4EM) ∫dQ² dx/(32π²EM) dΦ3 (G_F²/2)(4πα)²/Q⁴ Z²F² Σ|f·M|²

with Σ|f·M|² from two-component spinors, point by point. It is meant to be a fast Monte
Carlo: amplitudes rather than traces, everything in the rest frame of k1 + q, Q, x =
2k1·q and the pair mass in logarithms. `Oracle.adapted` also flattens the lepton
propagators analytically and puts a VEGAS grid on top [Lepage:1977sw]. Only constants of
nature are shared with nuprobe. Energies in MeV, lengths in fm, cross sections in cm².
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, HBARC_MEV_FM

Array = NDArray[Any]
BLOCK = 4096
BINS = 64


@dataclass(frozen=True)
class Estimate:
    """Mean and standard error in cm², and what they cost: events and seconds, those of
    the adaptation in `prepare`."""

    value: float
    error: float
    events: int
    seconds: float
    prepare: float

    def seconds_to(self, accuracy: float) -> float:
        """Time to a relative standard error, by 1/√N from what was measured."""
        return self.prepare + self.seconds * (self.error / (accuracy * self.value)) ** 2


@dataclass(frozen=True)
class Oracle:
    """A spin-0 nucleus with a symmetrised Fermi density, and a pair with V and A.

    Attributes
    ----------
    e_nu, mass, charge : neutrino energy, nuclear mass, Z.
    radius, diffuseness : c and a of the density, fm.
    m_minus, m_plus, vector, axial : of the pair.
    """

    e_nu: float
    mass: float
    charge: int
    radius: float
    diffuseness: float
    m_minus: float
    m_plus: float
    vector: float
    axial: float

    def form_factor(self, q: Array) -> Array:
        """Fourier transform of sinh(c/a)/(cosh(c/a) + cosh(r/a)), normalised."""
        c, z = self.radius / HBARC_MEV_FM, math.pi * self.diffuseness / HBARC_MEV_FM
        zq = np.minimum(z * q, 300.0)
        bracket = zq / np.tanh(zq) * np.sin(q * c) - q * c * np.cos(q * c)
        return np.asarray(
            3 * zq / np.sinh(zq) * bracket / (q * c * ((q * c) ** 2 + zq**2))
        )

    def weights(self, u: Array, flat: bool) -> Array:
        """Integrand over the unit cube, u of shape (7, events): its mean is σ in
        cm²."""
        e, m, m1, m2 = self.e_nu, self.mass, self.m_minus, self.m_plus
        s_min = (m1 + m2) ** 2
        # ends of Q where ŝ = s_min; 10/c is far beyond where the form factor has died
        half, total = 2 * e * m + s_min, m * m + 2 * e * m
        root = math.sqrt(half**2 - 4 * total * s_min)
        parts = (2 * s_min / (half + root), (half + root) / (2 * total))
        low, high = (m * d / math.sqrt(1 - d) for d in parts)
        high = min(high, 14 * HBARC_MEV_FM / self.radius)
        q_abs = low * (high / low) ** u[0]
        q2 = q_abs**2
        x_min, x_max = q2 + s_min, 4 * e * m * q_abs / (q_abs + np.hypot(q_abs, 2 * m))
        log_x = np.log(x_max / x_min)
        x = x_min * np.exp(log_x * u[1])
        s_hat = x - q2
        log_s = np.log(s_hat / s_min)
        s = s_min * np.exp(log_s * u[2])
        weight = 2 * q2 * math.log(high / low) * x * log_x * s * log_s / (2 * math.pi)

        # rest frame of k1 + q, k1 along −z, the target in the x–z plane
        w = np.sqrt(s_hat)
        k = x / (2 * w)
        p_0 = (e * m - q2 / 2) / w
        p_z = e * m / k - p_0
        p_x = np.sqrt(np.maximum(p_0**2 - p_z**2 - m * m, 0.0))
        zero = np.zeros_like(k)
        q = np.stack([w - k, zero, zero, k])
        # 2P in the gauge where it is orthogonal to k1, which leaves no large
        # cancellations
        flow = 2 * np.stack([p_0, p_x, zero, p_z]) - q * (4 * e * m / x)
        out = (s_hat - s) / (2 * w)
        cos, phi = 2 * u[3] - 1, 2 * math.pi * u[4]
        sin = np.sqrt(1 - cos**2)
        k2 = out * np.stack(
            [np.ones_like(cos), sin * np.cos(phi), sin * np.sin(phi), cos]
        )
        weight *= out / (4 * math.pi * w)
        pair = np.stack([w - out, *(-k2[1:])])

        # decay of the pair, polar axis along q as seen at its rest
        r = np.sqrt(s)
        q_rest = _boost(q, pair * np.array([1, -1, -1, -1])[:, None], r)
        size = np.sqrt((q_rest[1:] ** 2).sum(0))
        p = np.sqrt((s - s_min) * (s - (m1 - m2) ** 2)) / (2 * r)
        e_1 = np.sqrt(p**2 + m1**2)
        middle, slope = (
            2 * e_1 * q_rest[0] + q2,
            2 * p * size,
        )  # D1 = 2p₋·q + Q² = middle − slope cos θ
        both = 2 * r * q_rest[0] + 2 * q2  # D1 + D2
        if flat:
            top = middle + slope
            bottom = (middle**2 - slope**2) / top
            y_low, y_high = np.log(bottom / (both - bottom)), np.log(top / (both - top))
            d1 = both / (1 + np.exp(-(y_low + (y_high - y_low) * u[5])))
            weight *= (
                (y_high - y_low)
                * d1
                * (both - d1)
                / (both * slope)
                * p
                / (8 * math.pi * r)
            )
            cos = np.clip((middle - d1) / slope, -1, 1)
        else:
            cos = 2 * u[5] - 1
            d1 = middle - slope * cos
            weight *= p / (4 * math.pi * r)
        d2 = both - d1
        phi = 2 * math.pi * u[6]
        axis = q_rest[1:] / size
        sin = np.sqrt(1 - cos**2)
        across = np.stack([axis[2], zero, -axis[0]]) / np.hypot(axis[0], axis[2])
        third = np.cross(axis, across, axis=0)
        direction = axis * cos + sin * (across * np.cos(phi) + third * np.sin(phi))
        minus = _boost(np.stack([e_1, *(p * direction)]), pair, r)
        squared = _squared(
            k, k2, q, minus, pair - minus, flow, d1, d2, m1, m2, self.vector, self.axial
        )
        scale = (
            G_FERMI**2
            / 2
            * (4 * math.pi * ALPHA_EM) ** 2
            * HBARC_MEV_CM**2
            / (128 * math.pi**2 * (e * m) ** 2)
        )
        nucleus = (self.charge * self.form_factor(q_abs)) ** 2
        return np.asarray(scale * weight * nucleus / q2**2 * squared)

    def plain(self, events: int, seed: int = 1) -> Estimate:
        """Plain Monte Carlo in logarithms of Q, x and s and flat angles."""
        return self._run(events, np.random.default_rng(seed), None, False, 0.0)

    def adapted(self, events: int, seed: int = 1, rounds: int = 6) -> Estimate:
        """Importance sampling: lepton propagators flattened, then a VEGAS grid frozen
        after `rounds` of training."""
        start = time.perf_counter()
        rng = np.random.default_rng(seed)
        grid = np.tile(np.linspace(0, 1, BINS + 1), (7, 1))
        for _ in range(rounds):
            content = np.zeros((7, BINS))
            for _ in range(4):
                bins, u, jacobian = _stretch(grid, rng.random((7, BLOCK)))
                square = (self.weights(u, True) * jacobian) ** 2
                for axis in range(7):
                    content[axis] += np.bincount(bins[axis], square, BINS)
            grid = np.stack(
                [_refine(edges, row) for edges, row in zip(grid, content, strict=True)]
            )
        return self._run(events, rng, grid, True, time.perf_counter() - start)

    def _run(
        self,
        events: int,
        rng: np.random.Generator,
        grid: Array | None,
        flat: bool,
        prepare: float,
    ) -> Estimate:
        start = time.perf_counter()
        blocks = max(2, events // BLOCK)
        moments = np.zeros(2)
        for _ in range(blocks):
            u: Array = rng.random((7, BLOCK))
            jacobian: Array | float = 1.0
            if grid is not None:
                _, u, jacobian = _stretch(grid, u)
            value = self.weights(u, flat) * jacobian
            moments += value.sum(), (value**2).sum()
        n = blocks * BLOCK
        mean = moments[0] / n
        error = math.sqrt((moments[1] / n - mean**2) / n)
        return Estimate(float(mean), error, n, time.perf_counter() - start, prepare)


def _boost(p: Array, frame: Array, mass: Array) -> Array:
    """Take p from the rest frame of `frame` to where it moves as `frame`; components
    first."""
    along = (p[1:] * frame[1:]).sum(0)
    shift = (along / (frame[0] + mass) + p[0]) / mass
    return np.stack([(p[0] * frame[0] + along) / mass, *(p[1:] + frame[1:] * shift)])


def _stretch(grid: Array, u: Array) -> tuple[Array, Array, Array]:
    """Map uniform points through the grid: bins, points and Jacobian."""
    place = u * BINS
    bins = np.minimum(place.astype(int), BINS - 1)
    width = np.diff(grid)
    rows = np.arange(7)[:, None]
    chosen = width[rows, bins]
    return (
        bins,
        grid[rows, bins] + (place - bins) * chosen,
        np.asarray((chosen * BINS).prod(0)),
    )


def _refine(edges: Array, content: Array) -> Array:
    """New edges with equal shares of the smoothed and damped content."""
    smooth = np.convolve(np.pad(content, 1, "edge"), [1 / 6, 2 / 3, 1 / 6], "valid")
    share = smooth / smooth.sum()
    damped = ((1 - share) / -np.log(np.clip(share, 1e-12, 1 - 1e-12))) ** 0.7
    filled = np.concatenate([[0.0], np.cumsum(damped)])
    return np.interp(np.linspace(0, filled[-1], edges.size), filled, edges)


def _times(a: Array, b: Array) -> Array:
    """Product of 2×2 matrices of shape (2, 2, events)."""
    return np.asarray(a[:, 0, None] * b[None, 0] + a[:, 1, None] * b[None, 1])


def _sigma(a: Array) -> tuple[Array, Array]:
    """a·σ and a·σ̄, σ = (1, σ⃗), σ̄ = (1, −σ⃗), of a four-vector."""
    up, down, cross, other = (
        a[0] + a[3],
        a[0] - a[3],
        a[1] - 1j * a[2],
        a[1] + 1j * a[2],
    )
    return np.stack([np.stack([down, -cross]), np.stack([-other, up])]), np.stack(
        [np.stack([up, cross]), np.stack([other, down])]
    )


def _squared(
    k: Array, k2: Array, q: Array, minus: Array, plus: Array, flow: Array,
    d1: Array, d2: Array, m1: float, m2: float, v: float, a: float,
) -> Array:  # fmt: skip
    """Σ_spins |f_μ M^μ|² without G_F/√2 and e, in the chiral representation; k1 = k(1,
    0, 0, −1)."""
    # neutrino current ū(k2)γ^α(1 − γ5)u(k1) = 2 φ2†σ̄^α φ1 with φ1 = √2k (1, 0), φφ† =
    # k·σ
    norm = np.sqrt(np.maximum(k2[0] + k2[3], 1e-300))
    first, second = (-(k2[1] + 1j * k2[2]) / norm, norm)  # φ2†
    j = 2 * np.sqrt(2 * k) * np.stack([first, -second, -1j * second, -first])
    weak, weak_bar = _sigma(j)
    f, f_bar = _sigma(flow)
    s, s_bar = (x / -d1 for x in _sigma(minus - q))
    t, t_bar = (x / -d2 for x in _sigma(q - plus))
    r1, r2 = m1 / -d1, m2 / -d2
    one = np.eye(2)[:, :, None]
    u_l, u_r = ((x + m1 * one) / np.sqrt(2 * (minus[0] + m1)) for x in _sigma(minus))
    v_l, v_r = ((x + m2 * one) / np.sqrt(2 * (plus[0] + m2)) for x in _sigma(plus))
    v_r = -v_r
    uf, ufb, fv, fbv = (
        _times(u_r, f),
        _times(u_l, f_bar),
        _times(f, v_r),
        _times(f_bar, v_l),
    )
    left = _times(r1 * uf + _times(ufb, s), _times(weak_bar, v_l))
    left += _times(_times(u_l, weak_bar), _times(t, fbv) + r2 * fv)
    right = _times(_times(uf, s_bar) + r1 * ufb, _times(weak, v_r))
    right += _times(_times(u_r, weak), _times(t_bar, fv) + r2 * fbv)
    amplitude = (v + a) * left + (v - a) * right
    return np.asarray((amplitude.real**2 + amplitude.imag**2).sum((0, 1)))
