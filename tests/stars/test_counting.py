"""Majorana moments counted by amplitudes: what one Lagrangian gives a plasmon and a
scattering, with Dirac matrices and the fields written out."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.numerics import FloatArray

I2, Z2 = np.eye(2), np.zeros((2, 2))
PAULI = (
    np.array([[0, 1], [1, 0]]),
    np.array([[0, -1j], [1j, 0]]),
    np.array([[1, 0], [0, -1]]),
)
GAMMA = [np.block([[I2, Z2], [Z2, -I2]])] + [
    np.block([[Z2, s], [-s, Z2]]) for s in PAULI
]
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
C = 1j * GAMMA[2] @ GAMMA[0]
MASS = 0.05


def spinors(p: FloatArray) -> list[np.ndarray]:
    """u of both helicities."""
    energy = np.sqrt(MASS**2 + p @ p)
    slash = energy * GAMMA[0] - sum(p[i] * GAMMA[i + 1] for i in range(3))
    along = sum(p[i] * PAULI[i] for i in range(3)) / np.sqrt(p @ p)
    made = []
    for chi in np.linalg.eigh(along)[1].T:
        u = (slash + MASS * np.eye(4)) @ np.concatenate([chi, 0 * chi])
        made.append(u * np.sqrt(2 * MASS / (u.conj() @ GAMMA[0] @ u).real))
    return made


def bar(u: np.ndarray) -> np.ndarray:
    return np.asarray(u.conj() @ GAMMA[0])


def charged(u: np.ndarray) -> np.ndarray:
    """v = C ū^T, of the same momentum and helicity."""
    return np.asarray(C @ bar(u))


def vertex(k: FloatArray, eps: FloatArray) -> np.ndarray:
    """σ^{μν} k_μ ε_ν."""
    lowered, other = METRIC @ k, METRIC @ eps
    total = np.zeros((4, 4), dtype=complex)
    for a in range(4):
        for b in range(4):
            sigma = 0.5j * (GAMMA[a] @ GAMMA[b] - GAMMA[b] @ GAMMA[a])
            total += lowered[a] * other[b] * sigma
    return total


def four(p: FloatArray) -> FloatArray:
    return np.concatenate([[np.sqrt(MASS**2 + p @ p)], p])


# ½ Σ_ij μ_ij ν̄_i σ ν_j with ν = ν^c: hermitian and antisymmetric
MU = 0.7j
P1, P2 = np.array([0.3, 0.4, 1.1]), np.array([-0.2, 0.9, -0.5])


def test_a_majorana_pair_is_one_dirac_neutrino_to_a_plasmon() -> None:
    """⟨ν_1 ν_2|½ Σ μ_ij ν̄_i σ ν_j|0⟩ = ½(μ_12 ū_1 σ v_2 − μ_21 ū_2 σ v_1), the minus
    from the order of the two creations."""
    k = four(P1) + four(P2)
    v = vertex(k, np.array([0.0, 1.0, 0.5, -0.3]))
    majorana = dirac = 0.0
    for one in spinors(P1):
        for two in spinors(P2):
            first = bar(one) @ v @ charged(two)
            second = bar(two) @ v @ charged(one)
            assert second == pytest.approx(first)
            majorana += abs(0.5 * (MU * first - (-MU) * second)) ** 2 / abs(MU) ** 2
            dirac += abs(first) ** 2
    # the other term is not a second channel: it is half of this amplitude
    assert majorana == pytest.approx(dirac)


def test_reactors_see_the_same_matrix_element() -> None:
    """⟨ν_2|½ Σ μ_ij ν̄_i σ ν_j|ν_1⟩ = ½(μ_21 ū_2 σ u_1 − μ_12 v̄_1 σ v_2)."""
    k = four(P2) - four(P1)
    v = vertex(k, np.array([0.2, 1.0, 0.5, -0.3]))
    for one in spinors(P1):
        for two in spinors(P2):
            first = bar(two) @ v @ one
            second = bar(charged(one)) @ v @ charged(two)
            whole = 0.5 * (-MU * first - MU * second)
            assert abs(whole) == pytest.approx(abs(MU * first))


def test_the_package_counts_so() -> None:
    """With |μ_12| of that scattering, the plasmon has |μ_12|², once for the pair."""
    pair = nu.Electromagnetic(magnetic_moment={"emu": 3e-12}, kind="majorana")
    assert nu.stars.stellar_moment(pair) == pytest.approx(3e-12)
    matrix = np.abs(np.asarray(pair.seen("magnetic_moment")))
    assert matrix.max() == pytest.approx(3e-12)
    one = nu.Electromagnetic(magnetic_moment={"ee": 3e-12}, kind="dirac")
    assert nu.stars.stellar_moment(one) == nu.stars.stellar_moment(pair)
