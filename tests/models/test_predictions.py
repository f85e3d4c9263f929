"""Predicted charge radii and moments against published magnitudes and the formulas of
the 2018 seminar."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from nuprobe.constants import M_ELECTRON, M_MUON, M_TAU, M_W
from nuprobe.errors import InputError
from nuprobe.models import (
    Electromagnetic,
    StandardModel,
    dirac_moments,
    majorana_moments,
    standard_charge_radius,
)
from nuprobe.oscillation import PMNS, Splittings
from nuprobe.units import eV

U = PMNS(majorana=(0.6, 1.7))
MASSES = Splittings().masses(0.02 * eV)
LEPTONS = np.array([M_ELECTRON, M_MUON, M_TAU])


def test_standard_charge_radii() -> None:
    # the seminar prints −8.2, −4.8, −3.0 × 10⁻³³ cm²
    for name, value in (
        ("nu_e", -8.2e-33),
        ("nu_mu", -4.8e-33),
        ("nubar_tau", -3.0e-33),
    ):
        assert standard_charge_radius(name) == pytest.approx(value, rel=0.015, abs=0)


def test_flavour_splitting_of_the_radiative_couplings_is_that_of_the_radii() -> None:
    tree = Electromagnetic(
        charge_radius=np.diag(
            [standard_charge_radius(f) for f in ("nu_e", "nu_mu", "nu_tau")]
        )
    )
    ours = np.diag(tree.couplings().vector[0].charges["p"])
    theirs = np.diag(
        StandardModel(scheme="radiative").couplings().vector[0].charges["p"]
    )
    np.testing.assert_allclose(np.diff(ours), np.diff(theirs), rtol=0.02)


def _sums() -> NDArray[Any]:
    """Σ_ℓ U*_ℓk U_ℓj (m_ℓ/m_τ)², written out."""
    u = U.matrix
    return np.array(
        [
            [
                sum(
                    np.conj(u[x, k]) * u[x, j] * (LEPTONS[x] / M_TAU) ** 2
                    for x in range(3)
                )
                for j in range(3)
            ]
            for k in range(3)
        ]
    )


def test_dirac_moments_are_those_of_the_seminar() -> None:
    mu, eps = dirac_moments(MASSES, U)
    m, sums = MASSES / eV, _sums()
    for k in range(3):
        assert mu[k, k].real == pytest.approx(3.2e-19 * m[k], rel=2e-3, abs=0)
        assert eps[k, k] == 0
        for j in range(3):
            if j != k:
                # the loop function beyond its first order adds less than 1 %
                expected = -3.9e-23 * (m[k] + m[j]) * sums[k, j]
                assert mu[k, j] == pytest.approx(expected, rel=0.015, abs=0)
                assert abs(eps[k, j]) == pytest.approx(
                    3.9e-23 * abs((m[k] - m[j]) * sums[k, j]), rel=0.015, abs=0
                )


def test_majorana_moments_are_those_of_the_seminar() -> None:
    mu, eps = majorana_moments(MASSES, U)
    m, sums = MASSES / eV, _sums()
    for k in range(3):
        for j in range(3):
            expected = -7.8e-23j * (m[k] + m[j]) * sums[k, j].imag if k != j else 0.0
            assert mu[k, j] == pytest.approx(expected, rel=0.015, abs=1e-30)
            size = 7.8e-23 * abs((m[k] - m[j]) * sums[k, j].real)
            assert abs(eps[k, j]) == pytest.approx(size, rel=0.015, abs=1e-30)


def test_the_flip_of_a_left_handed_neutrino_goes_with_the_right_handed_mass() -> None:
    masses = np.array([0.0, 0.01, 0.05]) * eV
    mu, eps = dirac_moments(masses, U)
    flip = mu - 1j * eps
    np.testing.assert_allclose(
        flip[0], 0, atol=1e-40
    )  # a massless state has no right-handed partner to flip into
    assert np.all(np.abs(flip[1:]) > 0)
    np.testing.assert_allclose(majorana_moments(masses, U)[0], mu - mu.T)


def test_cancellation_between_leptons_is_exact() -> None:
    # equal charged-lepton contributions cancel: what is left is suppressed by
    # m_τ²/m_W², not lost in rounding
    mu, _ = dirac_moments(MASSES, U)
    off, diagonal = np.abs(mu[0, 2]), mu[0, 0].real
    assert 1e-6 * diagonal < off < 1e-2 * diagonal * (M_TAU / M_W) ** 2 * 100
    # the loop function itself, with mpmath and without the subtraction
    with mpmath.workdps(50):
        a = [(mpmath.mpf(float(x)) / mpmath.mpf(M_W)) ** 2 for x in LEPTONS]
        f = [
            0.75
            * (
                1
                + 1 / (1 - x)
                - 2 * x / (1 - x) ** 2
                - 2 * x**2 * mpmath.log(x) / (1 - x) ** 3
            )
            for x in a
        ]
        # differences of two leptons, all that unitarity leaves between different
        # neutrinos
        u = U.matrix
        rest = sum(
            complex(np.conj(u[x, 0]) * u[x, 2]) * complex(f[x] - f[0]) for x in (1, 2)
        ) * (2 / 3)
    scale = mu[0, 0].real / MASSES[0]
    assert mu[0, 2] == pytest.approx(
        (MASSES[0] + MASSES[2]) / 2 * scale * rest, rel=1e-3, abs=0
    )


def test_models_accept_what_is_predicted() -> None:
    mu, eps = dirac_moments(MASSES, U)
    Electromagnetic(magnetic_moment=mu, electric_moment=eps, basis="mass", mixing=U)
    mu, eps = majorana_moments(MASSES, U)
    Electromagnetic(
        magnetic_moment=mu, electric_moment=eps, basis="mass", kind="majorana", mixing=U
    )


def test_a_sterile_state_escapes_the_cancellation() -> None:
    four = PMNS(sin2_14=0.02)
    masses = Splittings(dm41=1.0 * eV**2).masses()
    mu, _ = dirac_moments(masses, four)
    expected = (
        3.2e-19 / 2 * (masses[3] / eV) * abs(four.matrix[0, 0] * four.matrix[0, 3])
    )
    assert abs(mu[3, 0]) == pytest.approx(expected, rel=0.01, abs=0)


@pytest.mark.parametrize("masses", [[1.0, 2.0], [-1.0, 0.0, 1.0], [0.0, math.nan, 1.0]])
def test_impossible_masses_are_refused(masses: list[float]) -> None:
    with pytest.raises(InputError, match="masses"):
        dirac_moments(masses, U)
    with pytest.raises(InputError, match="unitary"):
        majorana_moments(MASSES, np.ones((3, 3)))
