"""From moments to cross sections: the integral over Q² for one current.

    σ = 1/(4EM) ∫ dQ² dx/(32π²EM) (G_F²/2)(4πα)²/Q⁴ H^{αβ}X_{αβ}

    H^{αβ}X_{αβ} = 4C [A (r − 1)((M² + b) r + M²) + Y ((M² + b) r² − b r + Q²/4)] + G Q²
    (2A − Y)

with r = x_max/x, b = 2EMQ²/x_max, x_max = 4EMQ/(Q + √(Q² + 4M²)): the term in A
vanishes at the edge of phase space.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident.currents import Current

__all__ = ["PREFACTOR", "combine", "q2_nodes", "q_range", "tail", "threshold"]

PREFACTOR: Final = (
    G_FERMI**2
    / 2
    * (4 * math.pi * ALPHA_EM) ** 2
    / (128 * math.pi**2)
    * HBARC_MEV_CM**2
)
"""G_F²/2 (4πα)²/128π² in cm² MeV⁻²: all constants of the integral over Q² and x."""


def threshold(mass: float, m_minus: float, m_plus: float) -> float:
    """Smallest neutrino energy (MeV) on a target at rest: m(1 + m/2M), m = m_minus +
    m_plus, exact.

    Parameters
    ----------
    mass : M of the target, MeV.
    m_minus, m_plus : masses of ℓ⁻ and ℓ⁺, MeV.

    Examples
    --------
    >>> threshold(1e3, 100.0, 100.0)
    220.0
    """
    total = m_minus + m_plus
    return total * (1 + total / (2 * mass))


def q_range(
    e_nu: FloatArray, mass: float, m_minus: float, m_plus: float
) -> tuple[FloatArray, FloatArray]:
    """Smallest and largest Q (MeV) at which the pair can be produced, at each energy
    above threshold (both 0 below it).

    Parameters
    ----------
    e_nu : MeV, any shape.
    mass : of the target, MeV.
    m_minus, m_plus : masses of ℓ⁻ and ℓ⁺, MeV.

    Examples
    --------
    >>> low, high = q_range(np.array([1e3]), 37e3, 105.66, 105.66)
    >>> float(low[0]), float(high[0])
    (22.6, 1925.4)
    """
    s_min = (m_minus + m_plus) ** 2
    above = e_nu > threshold(mass, m_minus, m_plus)
    e = np.where(above, e_nu, 2 * threshold(mass, m_minus, m_plus))
    total, half = mass**2 + 2 * e * mass, 2 * e * mass + s_min
    # half² − 4 S s_min, factorised so that it vanishes at threshold
    gap = 2 * mass * (e - threshold(mass, m_minus, m_plus))
    root = np.sqrt(gap * (2 * e * mass - s_min + 2 * mass * math.sqrt(s_min)))
    low = 2 * s_min / (half + root)
    # Q = M d/√(1 − d) at the roots d; the two values of 1 − d multiply to M²/S
    rest = 1 - low
    other = mass**2 / (total * rest)
    first, last = mass * low / np.sqrt(rest), mass * (1 - other) / np.sqrt(other)
    if above.all():
        return first, last
    return np.where(above, first, 0.0), np.where(above, last, 0.0)


def q2_nodes(
    e_nu: FloatArray,
    current: Current,
    m_minus: float,
    m_plus: float,
    n: int,
    split: int = 0,
    ends: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Nodes in Q² for each energy: uniform in ln Q within panels, n points per panel.

    Parameters
    ----------
    e_nu : MeV, shape (energies,).
    current : of the target; its scales define the panels.
    m_minus, m_plus : masses of ℓ⁻ and ℓ⁺, MeV.
    n : Gauss–Legendre points in a panel.
    ends : result of `q_range`, if known.
    split : number of parts of each panel; then the far tail of the form factor is also
        integrated, out to 16 times the smallest Q. By default panels are not split, and
        if the form factor is sizeable at the smallest Q the range ends where it has
        become negligible.

    Returns
    -------
    q2, weight, x_max : arrays of shape (energies, nodes); weights are 0 below
        threshold.

    Examples
    --------
    >>> from nuprobe.processes.trident.currents import electron
    >>> q2, weight, x_max = q2_nodes(np.array([1e4]), electron(), 0.511, 0.511, 8)
    >>> q2.shape
    (1, 8)
    """
    low, high = ends or q_range(e_nu, current.mass, m_minus, m_plus)
    closed = high <= low
    end = np.minimum(high, np.maximum((16 if split else 2) * low, current.q_end))
    low, high = np.where(closed, 1.0, low), np.where(closed, 1.0, end)
    cuts = [
        c
        for c in (
            *current.kinks,
            current.q_soft,
            math.sqrt(current.q_soft * current.q_end),
        )
        if math.isfinite(c)
    ]
    edges = np.empty((*low.shape, len(cuts) + 2))
    edges[..., 0], edges[..., -1] = low, high
    for i, cut in enumerate(sorted(cuts)):
        edges[..., i + 1] = np.minimum(np.maximum(cut, low), high)
    log = np.log(edges)
    if split > 1:
        inner = log[..., :-1, None] + np.diff(log)[..., None] * np.arange(split) / split
        log = np.concatenate([inner.reshape(*e_nu.shape, -1), log[..., -1:]], axis=-1)
    t, w = gauss_legendre(n)
    width = (log[..., 1:] - log[..., :-1])[..., None]
    q = np.exp(log[..., :-1, None] + width * t)
    q2 = (q * q).reshape(*e_nu.shape, -1)
    weight = q2 * (width * (2 * w)).reshape(*e_nu.shape, -1)
    q = q.reshape(*e_nu.shape, -1)
    x_max = 4 * e_nu[..., None] * current.mass * q / (q + np.hypot(q, 2 * current.mass))
    return q2, weight, x_max


def combine(
    e_nu: FloatArray,
    q2: FloatArray,
    weight: FloatArray,
    x_max: FloatArray,
    current: Current,
    moments: FloatArray,
) -> FloatArray:
    """Contract moments with the hadron tensor, node by node in Q².

    Parameters
    ----------
    e_nu : shape (energies,).
    q2, weight, x_max : from `q2_nodes`, shape (energies, nodes).
    current : of the target.
    moments : shape (6, *more, energies, nodes, *rest).

    Returns
    -------
    array, shape (*more, energies, nodes, *rest)
        In cm²; the sum over the nodes is the cross section for unit couplings.

    Examples
    --------
    >>> from nuprobe.processes.trident.currents import electron
    >>> e, hit = np.array([1e4]), electron()
    >>> nodes = q2_nodes(e, hit, 0.511, 0.511, 8)
    >>> combine(e, *nodes, hit, np.ones((6, 1, 8))).shape
    (1, 8)
    """
    factors = hadron_factors(e_nu, q2, weight, x_max, current)
    shape = (6, *(1,) * (moments.ndim - 1 - 2), *q2.shape)
    return np.asarray((moments * factors.reshape(shape)).sum(0))


def hadron_factors(
    e_nu: FloatArray,
    q2: FloatArray,
    weight: FloatArray,
    x_max: FloatArray,
    current: Current,
) -> FloatArray:
    """Factors of the six moments in `combine`, shape (6, energies,
    nodes)."""
    mass = current.mass
    e = e_nu[:, None]
    b = 2 * e * mass * q2 / x_max
    c, g = current.electric(q2), current.magnetic(q2)
    scale = PREFACTOR * weight / (e * mass * q2) ** 2
    m2 = mass**2
    factors = np.empty((6, *q2.shape))
    electric, magnetic = c * scale, g * (q2 * scale)
    factors[0] = 2 * magnetic
    factors[1] = (4 * m2) * electric
    factors[2] = factors[5] = 4 * electric * (m2 + b)
    factors[3] = electric * q2 - magnetic
    factors[4] = -4 * electric * b
    return factors


def tail(nodes: FloatArray, points: int) -> FloatArray:
    """Size of the last two Legendre coefficients in each panel, a measure of how well
    the nodes resolve the integrand.

    The rule itself is exact to twice that order, so its relative error is about the
    square of this.

    Parameters
    ----------
    nodes : weighted values, shape (..., panels * points), as `combine` gives them.

    Returns
    -------
    array, shape (...,)

    Examples
    --------
    >>> _, weights = gauss_legendre(8)
    >>> bool(tail(weights, 8) < 1e-12)
    True
    """
    panels = nodes.reshape(*nodes.shape[:-1], -1, points)
    return np.asarray(np.abs(panels @ _last_two(points)).sum((-1, -2)))


@lru_cache(maxsize=8)
def _last_two(points: int) -> FloatArray:
    """The last two Legendre polynomials at the nodes of a rule, shape (points, 2)."""
    t, _ = gauss_legendre(points)
    every = np.polynomial.legendre.legvander(2 * t - 1, points - 1)
    return np.array(every[:, -2:], dtype=float)
