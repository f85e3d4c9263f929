"""Decays, double beta decay and relic capture against plain integrals, random phases
and published numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.majorana import (
    CHANNELS,
    ISOTOPES,
    HeavyNeutrino,
    capture_rate,
    effective_mass,
    effective_mass_range,
    events_to_tell,
    half_life,
    mass_from_half_life,
    photon_width,
)
from nuprobe.majorana.double_beta import isotope_table
from nuprobe.oscillation import PMNS, Splittings
from nuprobe.units import eV

CHANNEL: Any = st.sampled_from(CHANNELS)
MASSES = st.floats(1.3e5, 1e6)


@given(channel=CHANNEL, mass=MASSES, p=st.floats(-1, 1), nature=st.booleans())
def test_distributions_are_densities(
    channel: Any, mass: float, p: float, nature: bool
) -> None:
    kind: Any = "dirac" if nature else "majorana"
    decay = HeavyNeutrino(mass, channel, kind, p, (1.0, 0.4 - 0.7j))
    x, w = np.polynomial.legendre.leggauss(4)
    assert decay.by_angle(x) @ w == pytest.approx(1.0)
    slope = pytest.approx(decay.asymmetry * p / 3, abs=1e-12)
    assert decay.by_angle(x) @ (w * x) == slope
    assert abs(decay.asymmetry) <= 1
    rest, momentum = decay.rest_energies
    gamma, beta = 3.0, np.sqrt(8) / 3
    energies = gamma * (rest + beta * momentum * x)
    width = gamma * beta * momentum
    assert decay.by_energy(energies, gamma) @ w * width == pytest.approx(1.0)
    outside = gamma * rest + np.array([-1.01, 1.01]) * width
    assert np.array_equal(decay.by_energy(outside, gamma), np.zeros(2))


@given(channel=CHANNEL, mass=MASSES)
def test_majorana_and_mixtures_are_isotropic(channel: Any, mass: float) -> None:
    moments = (0.3 + 0.1j, 0.2j)
    natures: tuple[Any, ...] = ("majorana", "dirac", "antidirac")
    own, particle, anti = (
        HeavyNeutrino(mass, channel, nature, 1.0, moments) for nature in natures
    )
    cos = np.linspace(-1, 1, 5)
    assert own.by_angle(cos) == pytest.approx(0.5)
    mixed = (particle.by_angle(cos) + anti.by_angle(cos)) / 2
    assert mixed == pytest.approx(0.5)


def test_energy_and_momentum_are_conserved() -> None:
    for channel in CHANNELS:
        decay = HeavyNeutrino(2e5, channel)  # type: ignore[arg-type]
        rest, momentum = decay.rest_energies
        assert rest + momentum == pytest.approx(2e5)  # the neutrino is massless


def test_asymmetries_of_known_cases() -> None:
    """Vectors go from −1 at threshold, where they are transverse, to 1, where they are
    longitudinal; moments in phase leave no asymmetry, out of phase all of it."""
    rho = [HeavyNeutrino(m, "rho0", "dirac").asymmetry for m in (776.0, 1e6)]
    assert rho == pytest.approx([-1 / 3, 1.0], abs=2e-3)
    even = HeavyNeutrino(1.0, "photon", "dirac", moments=(1.0, 1.0))
    full = HeavyNeutrino(1.0, "photon", "dirac", moments=(1.0j, 1.0))
    assert (even.asymmetry, full.asymmetry) == (0.0, 1.0)


@pytest.mark.parametrize("slope", [0.01, 0.049, 0.051, 0.4, 1.0])
def test_events_to_tell_are_those_of_the_likelihood(slope: float) -> None:
    def information(c: float) -> float:
        return float((1 + slope * c) / 2 * np.log1p(slope * c)) if c > -1 else 0.0

    expected = 9 / (2 * quad(information, -1, 1, epsabs=1e-14)[0])
    assert events_to_tell(slope) == pytest.approx(expected, rel=1e-7)
    assert events_to_tell(-slope) == events_to_tell(slope)
    assert events_to_tell(0.0) == np.inf
    assert events_to_tell(0.003) == pytest.approx(3 * 9 / 0.003**2, rel=1e-4)


def test_the_width_of_the_photon_channel() -> None:
    """5.307/s (μ/μ_B)² (m/eV)³, and by hand in units with ħ = c = 1."""
    assert photon_width(1 * eV, 1.0) == pytest.approx(5.307, rel=1e-3)
    magneton = np.sqrt(4 * np.pi * ALPHA_EM) / (2 * M_ELECTRON)
    by_hand = magneton**2 * (50.0) ** 3 / (8 * np.pi) / 6.582119569e-22
    assert photon_width(50.0, 1.0) == pytest.approx(by_hand)
    assert photon_width(50.0, 3e-9, electric=4e-9) == pytest.approx(by_hand * 25e-18)
    assert photon_width(50.0, 1.0, "majorana") == pytest.approx(2 * by_hand)


def test_half_lives() -> None:
    """²⁶ 4.72e26 yr for ⁷⁶Ge with M = 3 and 0.1 eV (an independent number)."""
    assert float(half_life("Ge76", 0.1 * eV, 3.0)) == pytest.approx(4.72e26, rel=1e-3)
    by_hand = 2.363e-15 * 1.27**4 * 9 * (1e-7 / M_ELECTRON) ** 2
    assert float(half_life("Ge76", 0.1 * eV, 3.0)) == pytest.approx(1 / by_hand)
    assert float(half_life("Ge76", 0.0, 3.0)) == np.inf
    for isotope in ("Ge76", "Te130", "Xe136"):
        low, high = mass_from_half_life(isotope, 1e26)
        found = isotope_table()[isotope].matrix_elements
        assert found is not None
        assert float(half_life(isotope, low, found[1])) == pytest.approx(1e26)
        assert float(half_life(isotope, high, found[0])) == pytest.approx(1e26)
    assert set(isotope_table()) == set(ISOTOPES)


@pytest.mark.parametrize("ordering", ["normal", "inverted"])
@pytest.mark.parametrize("lightest", [0.0, 1e-3, 4e-3, 2e-2, 0.3])
def test_the_range_holds_all_phases_and_is_reached(
    ordering: str, lightest: float
) -> None:
    split = Splittings.nufit(ordering)
    low, high = effective_mass_range(lightest * eV, splittings=split)
    phases = np.random.default_rng(5).uniform(0, 2 * np.pi, (4000, 2))
    values = [
        float(effective_mass(lightest * eV, (a, b), splittings=split))
        for a, b in phases
    ]
    assert low * (1 - 1e-12) <= min(values)
    assert max(values) <= high * (1 + 1e-12)
    assert max(values) == pytest.approx(high, rel=5e-3)
    assert min(values) - low < 0.03 * high


def test_effective_mass_of_degenerate_and_hierarchical_neutrinos() -> None:
    # all masses equal, no phases: the mass itself
    assert float(effective_mass(1 * eV)) / eV == pytest.approx(1.0, rel=2e-3)
    # inverted, massless lightest: from cos 2θ₁₂ to 1 of √|Δm²₃₁| c₁₃²
    split, mixing = Splittings.nufit("inverted"), PMNS()
    low, high = effective_mass_range(0.0, mixing, split) / eV
    scale = np.sqrt(-split.dm31 / eV**2) * (1 - mixing.sin2_13)
    assert high == pytest.approx(scale, rel=2e-2)
    assert low == pytest.approx(scale * (1 - 2 * mixing.sin2_12), rel=4e-2)


def test_capture_on_tritium() -> None:
    assert capture_rate(100.0) == pytest.approx(4.06, rel=2e-3)
    assert capture_rate(100.0, "majorana") == pytest.approx(8.11, rel=2e-3)
    clustered = capture_rate(50.0, "majorana", clustering=4.0)
    assert clustered == pytest.approx(2 * capture_rate(100.0, "majorana"))


def test_mistakes_are_told() -> None:
    other: Any = "weyl"
    for call in (
        lambda: HeavyNeutrino(1e3, "pi0", other),
        lambda: HeavyNeutrino(1e3, other),
        lambda: photon_width(1.0, 1.0, other),
        lambda: capture_rate(1.0, other),
        lambda: half_life("Ge77", 1e-7, 3.0),
    ):
        with pytest.raises(UnknownNameError):
            call()
    for wrong, match in (
        (lambda: HeavyNeutrino(100.0, "pi0"), "too light"),
        (lambda: HeavyNeutrino(1e3, "pi0", polarisation=1.5), "between -1 and 1"),
        (lambda: HeavyNeutrino(1e3, "photon", moments=(0, 0)), "must be non-zero"),
        (lambda: HeavyNeutrino(1e3, "pi0").by_energy(500.0, 1.0), "above 1"),
        (lambda: events_to_tell(1.2), "between -1 and 1"),
        (lambda: events_to_tell(0.2, 0.0), "positive"),
        (lambda: photon_width(-1.0, 1.0), "positive"),
        (lambda: capture_rate(-1.0), "negative"),
        (lambda: half_life("Ge76", -1e-7, 3.0), "negative"),
        (lambda: half_life("Ge76", 1e-7, 0.0), "positive"),
        (lambda: mass_from_half_life("Ca48", 1e24), "give your own"),
        (lambda: effective_mass_range(0.0, PMNS(sin2_14=0.1)), "sterile"),
    ):
        with pytest.raises(InputError, match=match):
            wrong()
    assert nu.majorana.capture_rate(0.0) == 0
