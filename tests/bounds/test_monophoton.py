"""e⁺e⁻ → γ Z′ against explicit traces, QED, numerical integration and the published
reach."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad

from nuprobe.bounds import monophoton as mono
from nuprobe.bounds.vector_boson import ELECTRIC_CHARGE, loop_mixing
from nuprobe.constants import ALPHA_EM, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray

SQRT_S = 10580.0
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])


def _gammas() -> NDArray[np.complex128]:
    pauli = [
        np.array(m, dtype=complex)
        for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]])
    ]
    zero, one = np.zeros((2, 2)), np.eye(2)
    first = np.block([[zero, one], [one, zero]]).astype(complex)
    return np.array([first, *(np.block([[zero, p], [-p, zero]]) for p in pauli)])


def _by_traces(cos_theta: float, mass: float, mixing: float) -> float:
    """dσ/dcos θ in cm² from explicit Dirac matrices, spin-averaged, polarisations
    summed with −g."""
    gamma = _gammas()
    gamma_low = np.einsum("mn,nab->mab", METRIC, gamma)

    def slash(p: FloatArray) -> NDArray[np.complex128]:
        return np.asarray(np.einsum("m,mab->ab", METRIC @ p, gamma))

    e = SQRT_S / 2
    k = (SQRT_S**2 - mass**2) / (2 * SQRT_S)
    p1, p2 = np.array([e, 0, 0, e]), np.array([e, 0, 0, -e])
    photon = k * np.array([1, math.sqrt(1 - cos_theta**2), 0, cos_theta])
    a, b = p1 - photon, photon - p2
    a2, b2 = a @ METRIC @ a, b @ METRIC @ b
    total = 0.0
    for m in range(4):
        for n in range(4):
            amplitude = (
                gamma[n] @ slash(a) @ gamma[m] / a2
                + gamma[m] @ slash(b) @ gamma[n] / b2
            )
            conjugate = (
                gamma_low[m] @ slash(a) @ gamma_low[n] / a2
                + gamma_low[n] @ slash(b) @ gamma_low[m] / b2
            )
            total += np.trace(slash(p2) @ amplitude @ slash(p1) @ conjugate).real / 4
    squared = (ELECTRIC_CHARGE**2 * mixing) ** 2 * total
    return float(squared * k / (16 * math.pi * SQRT_S**3) * HBARC_MEV_CM**2)


@pytest.mark.parametrize("mass", [0.0, 10.0, 1000.0, 5000.0, 10000.0])
@pytest.mark.parametrize("cos_theta", [-0.95, 0.0, 0.6])
def test_differential_against_explicit_traces(mass: float, cos_theta: float) -> None:
    got = mono.differential(cos_theta, mass, 1e-3, SQRT_S)
    assert got == pytest.approx(_by_traces(cos_theta, mass, 1e-3), rel=1e-10, abs=0)


def test_massless_limit_is_twice_two_photons() -> None:
    """QED: dσ/dΩ(e⁺e⁻ → γγ) = (α²/s)(1 + c²)/(1 − c²), with a factor 1/2 for identical
    photons in the total."""
    c = np.linspace(-0.9, 0.9, 7)
    qed = ALPHA_EM**2 / SQRT_S**2 * (1 + c**2) / (1 - c**2) * HBARC_MEV_CM**2
    np.testing.assert_allclose(
        mono.differential(c, 0.0, 1.0, SQRT_S), 2 * math.pi * qed, rtol=1e-12
    )


@pytest.mark.parametrize("mass", [1.0, 300.0, 4000.0, 8000.0])
def test_total_against_numerical_integration(mass: float) -> None:
    low, high = mono.BELLE_II.cos_range
    numeric = quad(
        lambda c: float(mono.differential(c, mass, 1e-4, SQRT_S)),
        low,
        high,
        epsabs=0,
        epsrel=1e-11,
    )[0]
    assert mono.cross_section(mass, 1e-4) == pytest.approx(numeric, rel=1e-10, abs=0)


@given(st.floats(-3, 3.8), st.floats(-6, 0), st.floats(0.01, 100))
def test_scaling_with_mixing(log_mass: float, log_mixing: float, factor: float) -> None:
    mass, mixing = 10**log_mass, 10**log_mixing
    one = float(mono.cross_section(mass, mixing))
    assert mono.cross_section(mass, factor * mixing) == pytest.approx(
        factor**2 * one, rel=1e-12, abs=0
    )
    assert mono.cross_section(mass, 1j * mixing) == pytest.approx(one, rel=1e-12, abs=0)


@given(st.floats(0.0, 0.9), st.floats(1.1, 10), st.floats(-0.9, 0.9))
def test_scaling_with_energy(ratio: float, factor: float, c: float) -> None:
    """Only M/√s matters besides the 1/s."""
    one = float(mono.differential(c, ratio * SQRT_S, 1e-3, SQRT_S))
    other = mono.differential(c, ratio * SQRT_S * factor, 1e-3, SQRT_S * factor)
    assert other * factor**2 == pytest.approx(one, rel=1e-10, abs=0)


def test_angles_in_the_centre_of_mass() -> None:
    """A photon is boosted by hand: E(1, sin θ, cos θ) of the laboratory into the centre
    of mass."""
    low, high = mono.BELLE_II.cos_range
    gamma = 1 / math.sqrt(1 - (3 / 11) ** 2)
    for angle, got in ((155.1, low), (12.4, high)):
        c = math.cos(math.radians(angle))
        energy, longitudinal = gamma * (1 - 3 / 11 * c), gamma * (c - 3 / 11)
        assert got == pytest.approx(longitudinal / energy, rel=1e-12, abs=0)


def test_soft_photons_and_too_heavy_bosons_give_exactly_zero() -> None:
    edge = math.sqrt(SQRT_S**2 - 2 * SQRT_S * 1800)
    assert mono.photon_energy(edge, SQRT_S) == pytest.approx(1800, rel=1e-12, abs=0)
    got = mono.cross_section(
        np.array([edge * 0.999, edge * 1.001, SQRT_S, 2 * SQRT_S]), 1e-3
    )
    assert got[0] > 0
    assert np.all(got[1:] == 0)
    assert np.all(mono.differential(0.0, [SQRT_S, 2 * SQRT_S], 1e-3, SQRT_S) == 0)
    assert np.all(np.isinf(mono.reach([9000.0, 11000.0])))


def test_reach_gives_back_its_events() -> None:
    mass = np.array([1.0, 100.0, 210.0, 500.0, 3000.0, 8000.0])
    g = mono.reach(mass, events=5.0)
    np.testing.assert_allclose(mono.expected_events(mass, g), 5.0, rtol=1e-10)
    np.testing.assert_allclose(
        mono.reach(mass, 4 * mono.BELLE_II.luminosity, events=5.0), g / 2, rtol=1e-10
    )
    epsilon = mono.mixing_reach(mass, events=5.0)
    np.testing.assert_allclose(
        mono.BELLE_II.luminosity * mono.cross_section(mass, epsilon), 5.0, rtol=1e-12
    )
    # below 2m_μ every boson is invisible up to the electrons of the loop, so the two
    # reaches are one
    np.testing.assert_allclose(
        np.abs(loop_mixing(mass[:3] ** 2, g[:3])), epsilon[:3], rtol=1e-4
    )


def test_light_reach_by_hand() -> None:
    """2πα²/s = 1.164e-33 cm², times 5.556 of angles, (g′/69.3)² and 5e43 cm⁻²: three
    events at 2.11e-4."""
    by_hand = 69.285 * math.sqrt(3 / (1.1640e-33 * 5.556 * 5e43))
    assert mono.reach(1.0) == pytest.approx(by_hand, rel=2e-3, abs=0)
    assert mono.reach(1.0) == pytest.approx(2.11e-4, rel=5e-3, abs=0)


def test_signal_only_reach_lies_below_the_published_one_with_background() -> None:
    """Araki:2017wyg (abstract) finds g′ ≳ 8e-4 for M ≲ 1 GeV with background and 50
    ab⁻¹."""
    best = mono.reach(np.geomspace(1, 1000, 30))
    assert np.all(best < 8e-4)
    assert np.all(best > 8e-5)


def test_tree_mixing() -> None:
    events = mono.expected_events(100.0, 1e-3, 1e-5)
    assert events == pytest.approx(
        mono.BELLE_II.luminosity * mono.cross_section(100.0, 1e-5), rel=1e-4, abs=0
    )


def test_bad_input() -> None:
    with pytest.raises(InputError, match="cos_theta"):
        mono.differential(1.0, 1.0, 1e-3, SQRT_S)
    with pytest.raises(InputError, match="mass"):
        mono.reach(-1.0)
    with pytest.raises(InputError, match="events"):
        mono.reach(1.0, events=0)
    with pytest.raises(InputError, match="luminosity"):
        mono.reach(1.0, luminosity=-1)
    with pytest.raises(InputError, match="mixing"):
        mono.cross_section(1.0, math.nan)
    with pytest.raises(UnknownNameError):
        mono.expected_events(1.0, 1e-3, "tree")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="angles"):
        mono.Collider("x", 1e4, 0.0, 0.0, 90.0, 0.0, 1.0)
    with pytest.raises(InputError, match="boost"):
        mono.Collider("x", 1e4, 1.0, 10.0, 90.0, 0.0, 1.0)
