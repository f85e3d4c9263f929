"""Invariants of electromagnetic properties: hermiticity, CP, unitarity, positivity."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.models import Electromagnetic, dirac_moments, majorana_moments
from nuprobe.oscillation import PMNS, Averaged, Splittings, Vacuum, density, mu_eff
from nuprobe.processes import cevns
from nuprobe.units import eV, km

NUMBERS = arrays(float, (2, 3, 3), elements=st.floats(-1, 1).map(lambda x: round(x, 4)))
ANGLES = st.tuples(*[st.floats(0, 1)] * 3, *[st.floats(0, 6)] * 3)
LENGTHS = st.just(0.0) | st.floats(
    1e-6, 1e5
)  # km; a shorter one is taken for one without unit


def _hermitian(x: NDArray[np.float64]) -> NDArray[np.complex128]:
    a = x[0] + 1j * x[1]
    return np.asarray((a + a.conj().T) / 2)


def _pmns(a: tuple[float, ...]) -> PMNS:
    return PMNS(a[0], a[1], a[2], a[3], majorana=(a[4], a[5]))


@given(NUMBERS, NUMBERS, NUMBERS, ANGLES)
@settings(max_examples=40, deadline=None)
def test_couplings_stay_hermitian_and_conjugate(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    c: NDArray[np.float64],
    angles: tuple[float, ...],
) -> None:
    model = Electromagnetic(
        charge=1e-12 * _hermitian(a),
        charge_radius=1e-31 * _hermitian(b),
        anapole=1e-31 * _hermitian(c),
        magnetic_moment=1e-10 * _hermitian(a),
        electric_moment=1e-10 * _hermitian(c),
        basis="mass",
        mixing=_pmns(angles),
    )
    for x, y in zip(
        model.couplings().vector, model.couplings(anti=True).vector, strict=True
    ):
        for key in ("p", "e"):
            size = np.abs(x.charges[key]).max() + 1e-30
            np.testing.assert_allclose(
                x.charges[key], x.charges[key].conj().T, atol=1e-13 * size
            )
            np.testing.assert_allclose(
                x.charges[key], y.charges[key].conj(), atol=1e-13 * size
            )


@given(NUMBERS, ANGLES, st.integers(0, 2), LENGTHS, st.floats(0.5, 50))
@settings(max_examples=40, deadline=None)
def test_antineutrinos_are_neutrinos_of_the_conjugate_world(
    x: NDArray[np.float64],
    angles: tuple[float, ...],
    index: int,
    length: float,
    e: float,
) -> None:
    h, mixing, name = _hermitian(x), _pmns(angles), ("e", "mu", "tau")[index]
    mirror = PMNS(
        angles[0], angles[1], angles[2], -angles[3], majorana=(-angles[4], -angles[5])
    )
    one = Electromagnetic(
        charge_radius=1e-30 * h, magnetic_moment=1e-9 * h, basis="mass", mixing=mixing
    )
    other = Electromagnetic(
        charge_radius=1e-30 * h.conj(),
        magnetic_moment=1e-9 * h.conj(),
        basis="mass",
        mixing=mirror,
    )
    ways = [Vacuum(length * km, u) for u in (mixing, mirror)]
    t = 0.3 * float(cevns.recoil_maximum(e, nu.isotope("Ar40").mass))
    weights = []
    for model, way, f in (
        (one, ways[0], f"nubar_{name}"),
        (other, ways[1], f"nu_{name}"),
    ):
        rho = nu.oscillation.state(way, f, e)
        weights.append(
            cevns.differential(e, t, "Ar40", model, rho, anti=f.startswith("nubar"))
        )
    assert weights[0] == pytest.approx(weights[1], rel=1e-9, abs=0)
    assert weights[0] >= 0


@given(NUMBERS, st.integers(0, 2), st.integers(0, 2), st.floats(0.1, 1))
@settings(max_examples=40, deadline=None)
def test_what_is_not_hermitian_is_refused(
    x: NDArray[np.float64], i: int, j: int, by: float
) -> None:
    h = _hermitian(x)
    h[i, j] += 1j * by if i == j else by
    names = ("e", "mu", "tau")
    a, b = min(i, j), max(i, j)
    with pytest.raises(InputError, match=f"charge_radius.{names[a]}{names[b]}"):
        Electromagnetic(charge_radius=1e-32 * h)


@given(NUMBERS)
@settings(max_examples=40, deadline=None)
def test_majorana_needs_antisymmetry(x: NDArray[np.float64]) -> None:
    a = x[0] - x[0].T
    Electromagnetic(magnetic_moment=1e-10 * (a + 1j * (x[1] - x[1].T)), kind="majorana")
    Electromagnetic(
        magnetic_moment=1e-10j * a, kind="majorana", basis="mass", mixing=PMNS()
    )
    symmetric = a + np.diag([0.0, 0.7, 0.0])
    with pytest.raises(InputError, match=r"magnetic_moment\.mumu"):
        Electromagnetic(magnetic_moment=1e-10 * symmetric, kind="majorana")


@given(ANGLES, st.integers(0, 2), st.booleans(), LENGTHS, st.floats(0.1, 1e4))
@settings(max_examples=60, deadline=None)
def test_density_matrices_are_pure_and_normalised(
    angles: tuple[float, ...], index: int, anti: bool, length: float, e: float
) -> None:
    name = ("nubar_" if anti else "nu_") + ("e", "mu", "tau")[index]
    rho = density(Vacuum(length * km, _pmns(angles)), name, e)
    assert np.trace(rho) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(rho, rho.conj().T, atol=1e-12)
    np.testing.assert_allclose(rho @ rho, rho, atol=1e-11)
    mixed = density(Averaged(_pmns(angles)), name, e)
    assert np.linalg.eigvalsh(mixed).min() > -1e-12


@given(ANGLES, NUMBERS, LENGTHS)
@settings(max_examples=40, deadline=None)
def test_effective_moments_sum_to_the_norm(
    angles: tuple[float, ...], x: NDArray[np.float64], length: float
) -> None:
    # Σ_ℓ μ_eff² = Tr M M†, wherever the detector stands
    mixing, h = _pmns(angles), _hermitian(x)
    model = Electromagnetic(magnetic_moment=1e-11 * h, basis="mass", mixing=mixing)
    way = Vacuum(length * km, mixing)
    total = sum(
        float(mu_eff(model, f, 3.0, way)) ** 2 for f in ("nu_e", "nu_mu", "nu_tau")
    )
    assert total == pytest.approx(
        1e-22 * float(np.sum(np.abs(h) ** 2)), rel=1e-9, abs=1e-34
    )


@given(ANGLES, st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_predicted_moments_have_the_symmetries_of_their_kind(
    angles: tuple[float, ...], lightest: float
) -> None:
    masses, mixing = Splittings().masses(lightest * eV), _pmns(angles)
    for matrix in dirac_moments(masses, mixing):
        np.testing.assert_allclose(matrix, matrix.conj().T, atol=1e-30)
    for matrix in majorana_moments(masses, mixing):
        np.testing.assert_allclose(matrix, matrix.conj().T, atol=1e-30)
        np.testing.assert_allclose(matrix, -matrix.T, atol=1e-30)
