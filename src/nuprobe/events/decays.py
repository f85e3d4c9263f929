"""Decays of unpolarised mesons: probability on a path, and two- and three-body
kinematics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = [
    "boost",
    "decay_probability",
    "momentum_in_decay",
    "semileptonic",
    "two_body",
]


def decay_probability(
    momentum: ArrayLike,
    mass: float,
    lifetime: float,
    length: float,
    interaction_length: float = np.inf,
) -> FloatArray:
    """Probability that a particle decays within a length, before it interacts.

    P = (1/λ_d)/(1/λ_d + 1/λ_i) (1 − exp(−L (1/λ_d + 1/λ_i))), λ_d = p cτ/m; without
    interaction 1 − exp(−L m/(p cτ)). Energy loss on the way is neglected.

    Parameters
    ----------
    momentum : MeV, positive, any shape.
    mass : MeV.
    lifetime, length, interaction_length : natural units (`nuprobe.units`), positive;
        the last may be infinite.

    Returns
    -------
    array, same shape

    Raises
    ------
    InputError
        If a number is not positive.

    Examples
    --------
    >>> from nuprobe.units import m, ns
    >>> decay_probability(5000.0, 139.57, 26.03 * ns, 1 * m)  # a pion of 5 GeV
    array(0.003570)
    """
    p = np.asarray(momentum, dtype=float)
    if not (np.all(p > 0) and min(mass, lifetime, length, interaction_length) > 0):
        raise InputError("momentum, mass, lifetime and lengths must be positive")
    decay = mass / (p * lifetime)
    rate = decay + 1 / interaction_length
    return np.asarray(decay / rate * -np.expm1(-length * rate))


def momentum_in_decay(parent: ArrayLike, m1: ArrayLike, m2: ArrayLike) -> FloatArray:
    """Momentum of the products of parent → 1 2 in the rest frame; 0 if forbidden.

    Parameters
    ----------
    parent, m1, m2 : masses of the parent and the products, in the same unit.

    Examples
    --------
    >>> momentum_in_decay(139.57, 105.658, 0.0)  # π → μν
    array(29.79)
    """
    m = np.asarray(parent, dtype=float)
    a, b = np.asarray(m1, dtype=float), np.asarray(m2, dtype=float)
    square = (m - a - b) * (m + a + b) * (m - a + b) * (m + a - b)
    return np.asarray(
        np.where(m > a + b, np.sqrt(np.maximum(square, 0.0)) / (2 * m), 0.0)
    )


def boost(p: FloatArray, frame: FloatArray) -> FloatArray:
    """Boost four-momenta from a rest frame.

    Parameters
    ----------
    p : in the rest frame of `frame`, MeV, shape (n, 4).
    frame : four-momenta of that frame, MeV, shape (n, 4).

    Examples
    --------
    >>> boost(np.array([[1.0, 0, 0, 0]]), np.array([[5.0, 0, 0, 3.0]]))
    array([[1.25, 0.  , 0.  , 0.75]])
    """
    mass = np.sqrt(frame[:, 0] ** 2 - (frame[:, 1:] ** 2).sum(1))
    along = (p[:, 1:] * frame[:, 1:]).sum(1)
    energy = (frame[:, 0] * p[:, 0] + along) / mass
    factor = (p[:, 0] + energy) / (frame[:, 0] + mass)
    return np.column_stack([energy, p[:, 1:] + factor[:, None] * frame[:, 1:]])


def direction(random: np.random.Generator, n: int) -> FloatArray:
    """Isotropic unit vectors, shape (n, 3).

    Parameters
    ----------
    random : source of random numbers.
    n : how many.

    Examples
    --------
    >>> direction(np.random.default_rng(1), 5).shape
    (5, 3)
    """
    c, phi = random.uniform(-1, 1, n), random.uniform(0, 2 * np.pi, n)
    s = np.sqrt(1 - c**2)
    return np.column_stack([s * np.cos(phi), s * np.sin(phi), c])


def _back_to_back(
    parent_mass: FloatArray, m1: ArrayLike, m2: ArrayLike, axis: FloatArray
) -> tuple[FloatArray, FloatArray]:
    k = momentum_in_decay(parent_mass, m1, m2)
    e1 = np.sqrt(k**2 + np.asarray(m1) ** 2)
    e2 = np.sqrt(k**2 + np.asarray(m2) ** 2)
    return np.column_stack([e1, k[:, None] * axis]), np.column_stack(
        [e2, -k[:, None] * axis]
    )


def two_body(
    parent: FloatArray, m1: float, m2: float, random: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Decay parent → 1 2, isotropic in the rest frame (a spinless or unpolarised
    parent).

    Parameters
    ----------
    parent : four-momenta (E, p) in MeV, shape (n, 4), heavier than m1 + m2.
    m1, m2 : masses of the products, MeV.
    random : source of random numbers.

    Returns
    -------
    two arrays of four-momenta, shape (n, 4)

    Raises
    ------
    InputError
        If the decay is kinematically forbidden.

    Examples
    --------
    >>> pion = np.array([[139.57, 0, 0, 0]])
    >>> muon, _ = two_body(pion, 105.658, 0.0, np.random.default_rng(1))
    >>> muon[0, 0]
    np.float64(109.778)
    """
    mass = np.sqrt(np.maximum(parent[:, 0] ** 2 - (parent[:, 1:] ** 2).sum(1), 0.0))
    if np.any(mass <= m1 + m2):
        raise InputError(
            f"a decay into masses {m1:g} and {m2:g} MeV needs a heavier parent, got"
            f" {mass.min():g} MeV"
        )
    one, two = _back_to_back(mass, m1, m2, direction(random, len(parent)))
    return boost(one, parent), boost(two, parent)


def semileptonic(
    parent: FloatArray,
    mass: float,
    m_meson: float,
    m_lepton: float,
    form_factor: Callable[[FloatArray], FloatArray],
    random: np.random.Generator,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Decay P → P′ ℓ ν by a vector form factor: |M|² ∝ f₊(q²)² [2 (Q·ℓ)(Q·ν) − Q²
    (ℓ·ν)], Q = P + P′, f₋ = 0.

    Parameters
    ----------
    parent : four-momenta in MeV, shape (n, 4), on shell.
    mass, m_meson, m_lepton : of P, P′ and ℓ, MeV.
    form_factor : f₊ of q² (MeV²), any normalisation.
    random : source of random numbers.

    Returns
    -------
    meson, lepton, neutrino : four-momenta, shape (n, 4)

    Raises
    ------
    InputError
        If the decay is kinematically forbidden.

    Examples
    --------
    >>> kaon = np.array([[493.677, 0, 0, 0]])
    >>> products = semileptonic(
    ...     kaon, 493.677, 134.977, 105.658, np.ones_like, np.random.default_rng(1)
    ... )
    >>> bool(np.allclose(sum(products), kaon))
    True
    """
    if mass <= m_meson + m_lepton:
        raise InputError(
            f"a meson of {mass:g} MeV does not decay into {m_meson:g} and"
            f" {m_lepton:g} MeV"
        )
    low, high = m_lepton**2, (mass - m_meson) ** 2

    def density(q2: FloatArray, c: FloatArray) -> FloatArray:
        """Phase space times matrix element, in q² and the cosine of ℓ against P′ in the
        frame of the pair."""
        root = np.sqrt(q2)
        k = momentum_in_decay(mass, m_meson, root)
        lepton = momentum_in_decay(root, m_lepton, 0.0)
        # in the frame of the pair, where P and P′ have the momentum k mass/√q²
        p = k * mass / root
        e_sum = np.hypot(mass, p) + np.hypot(m_meson, p)
        e_l = np.hypot(m_lepton, lepton)
        q_l = e_sum * e_l - 2 * p * lepton * c
        q_nu = e_sum * lepton + 2 * p * lepton * c
        square = 2 * mass**2 + 2 * m_meson**2 - q2
        l_nu = (q2 - m_lepton**2) / 2
        return np.asarray(
            k * lepton / root * form_factor(q2) ** 2 * (2 * q_l * q_nu - square * l_nu)
        )

    grid = np.linspace(low, high, 402)[1:-1]
    # quadratic in the cosine, smooth in q²: a grid finds the maximum to better than #
    # the margin
    top = 1.05 * float(density(grid[:, None], np.linspace(-1, 1, 101)[None, :]).max())
    n = len(parent)
    q2, c = np.empty(n), np.empty(n)
    todo = np.arange(n)
    while todo.size:
        x, y = random.uniform(low, high, todo.size), random.uniform(-1, 1, todo.size)
        taken = random.uniform(0, top, todo.size) < density(x, y)
        q2[todo[taken]], c[todo[taken]] = x[taken], y[taken]
        todo = todo[~taken]
    axis = direction(random, n)
    meson, pair = _back_to_back(np.full(n, mass), m_meson, np.sqrt(q2), axis)
    # ℓ around the direction of P′: any two transverse directions will do
    helper = np.where(np.abs(axis[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    e1 = np.cross(axis, helper)
    e1 /= np.linalg.norm(e1, axis=1)[:, None]
    e2 = np.cross(axis, e1)
    phi = random.uniform(0, 2 * np.pi, n)
    s = np.sqrt(1 - c**2)
    toward = (
        c[:, None] * axis
        + (s * np.cos(phi))[:, None] * e1
        + (s * np.sin(phi))[:, None] * e2
    )
    lepton, neutrino = _back_to_back(np.sqrt(q2), m_lepton, 0.0, toward)
    frames = (meson, boost(lepton, pair), boost(neutrino, pair))
    return boost(frames[0], parent), boost(frames[1], parent), boost(frames[2], parent)
