"""Oracle: the trident matrix element from explicit 4×4 Dirac matrices, sharing no
formula with the package."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_ONE, _ZERO = np.eye(2), np.zeros((2, 2))
GAMMA = np.array(
    [np.block([[_ONE, _ZERO], [_ZERO, -_ONE]])]
    + [np.block([[_ZERO, s], [-s, _ZERO]]) for s in _PAULI]
)
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LOWER = np.einsum("ab,bij->aij", METRIC, GAMMA)  # γ_α
ONE = np.eye(4)


def dot(a: Array, b: Array) -> Array:
    """Minkowski product of four-vectors in the last axis."""
    return np.asarray(a[..., 0] * b[..., 0] - (a[..., 1:] * b[..., 1:]).sum(-1))


def slash(a: Array) -> Array:
    return np.asarray(np.einsum("...m,mij->...ij", a, LOWER))


def lepton_tensor(
    k1: Array,
    k2: Array,
    q: Array,
    minus: Array,
    plus: Array,
    m_minus: float,
    m_plus: float,
) -> Array:
    """X^{μν} = Σ_spins M^μ M^{ν*} without G_F/√2 and e, split into V², A² and VA: shape
    (*points, 3, 4, 4)."""

    def amplitude_squared(v: float, a: float) -> Array:
        vertex = np.array([g @ (v * ONE - a * GAMMA5) for g in GAMMA])  # γ^α(V − Aγ5)
        weak = np.array([g @ (ONE - GAMMA5) for g in LOWER])
        first = slash(minus - q) + m_minus * ONE
        second = slash(q - plus) + m_plus * ONE
        d1 = (dot(minus - q, minus - q) - m_minus**2)[..., None, None]
        d2 = (dot(q - plus, q - plus) - m_plus**2)[..., None, None]
        f, g = first / d1, second / d2
        gamma, weak_vertex = GAMMA[:, None], vertex  # axes: photon, weak
        line = (
            gamma @ f[..., None, None, :, :] @ weak_vertex
            + weak_vertex @ g[..., None, None, :, :] @ gamma
        )
        bar = GAMMA[0] @ np.conj(np.swapaxes(line, -1, -2)) @ GAMMA[0]
        rho_minus, rho_plus = slash(minus) + m_minus * ONE, slash(plus) - m_plus * ONE
        left = rho_minus[..., None, None, :, :] @ line @ rho_plus[..., None, None, :, :]
        # trace of left[m, a] bar[n, b] for every pair of indices, as one product of 16
        # × 16 matrices
        shape = left.shape[:-4]
        rows = left.reshape(*shape, 16, 16)
        columns = np.swapaxes(bar, -1, -2).reshape(*shape, 16, 16)
        pair = (rows @ np.swapaxes(columns, -1, -2)).reshape(
            *shape, 4, 4, 4, 4
        )  # m, a, n, b
        weak_bar = GAMMA[0] @ np.conj(np.swapaxes(weak, -1, -2)) @ GAMMA[0]
        first_ = slash(k2)[..., None, :, :] @ weak @ slash(k1)[..., None, :, :]
        neutrino = (
            first_.reshape(*shape, 4, 16)
            @ np.swapaxes(weak_bar, -1, -2).reshape(4, 16).T
        )
        return np.asarray(np.einsum("...ab,...manb->...mn", neutrino, pair))

    vv, aa, plus_, minus_ = (
        amplitude_squared(*c) for c in ((1, 0), (0, 1), (1, 1), (1, -1))
    )
    return np.stack([vv, aa, (plus_ - minus_) / 2], axis=-3)


def boost(p: Array, frame: Array) -> Array:
    """Take p from the rest frame of `frame` to where it moves as `frame`."""
    mass = np.sqrt(dot(frame, frame))[..., None]
    energy, momentum = frame[..., :1], frame[..., 1:]
    along = (p[..., 1:] * momentum).sum(-1, keepdims=True)
    time = (p[..., :1] * energy + along) / mass
    space = p[..., 1:] + momentum * (
        along / (mass * (energy + mass)) + p[..., :1] / mass
    )
    return np.concatenate([time, space], axis=-1)


def two_body(
    total: Array, m_a: Array | float, m_b: Array | float, cos: Array, phi: Array
) -> tuple[Array, Array, Array]:
    """Momenta of a → a b for given angles in the rest frame of `total`, and the
    momentum there."""
    s = dot(total, total)
    root = np.sqrt(s)
    p = np.sqrt((s - (m_a + m_b) ** 2) * (s - (m_a - m_b) ** 2)) / (2 * root)
    e = np.sqrt(p**2 + np.asarray(m_a) ** 2)
    sin = np.sqrt(1 - cos**2)
    one = np.stack([e, p * sin * np.cos(phi), p * sin * np.sin(phi), p * cos], axis=-1)
    one = boost(one, total)
    return one, total - one, p
