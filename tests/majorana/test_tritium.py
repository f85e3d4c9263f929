"""Electrons of tritium: the half-life that they imply, plain convolutions, limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from nuprobe.constants import ALPHA_EM, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.majorana import TritiumElectrons, capture_rate, mean_velocity
from nuprobe.majorana.relic import LIGHT_CM_S, SIGMA, YEAR_S
from nuprobe.oscillation import PMNS, Splittings
from nuprobe.units import eV

ENDPOINT = 0.018591
"""Kinetic energy of the electron, MeV."""


def _phase_space(kinetic: float) -> float:
    """p E F with the Fermi function of slow electrons, Z = 2."""
    total = kinetic + M_ELECTRON
    p = np.sqrt(total**2 - M_ELECTRON**2)
    eta = 2 * ALPHA_EM * total / p
    return float(p * total * 2 * np.pi * eta / -np.expm1(-2 * np.pi * eta))


def test_the_cross_section_gives_the_half_life_of_tritium() -> None:
    """One matrix element: σ̄ of captures, continued from the endpoint over the whole
    spectrum, is the measured half-life of 12.32 years within 3 %."""

    def rate(kinetic: float) -> float:
        shape = _phase_space(kinetic) / _phase_space(ENDPOINT)
        return float(shape * (ENDPOINT - kinetic) ** 2)

    integral, _ = quad(rate, 1e-12, ENDPOINT, epsrel=1e-8)
    decays = SIGMA / np.pi**2 / HBARC_MEV_CM**3 * LIGHT_CM_S * YEAR_S * integral
    assert np.log(2) / decays == pytest.approx(12.32, rel=0.03)
    # near the endpoint that is the spectrum of massless neutrinos
    found = TritiumElectrons(0.0, splittings=Splittings(1e-20 * eV**2, 2e-20 * eV**2))
    x = -5 * eV
    atoms = found.decay_spectrum(x, 0.01 * eV) / (decays / integral * x**2)
    assert atoms == pytest.approx(100 / 3.01604928 * 6.02214076e23, rel=1e-4)


@pytest.mark.parametrize("x", [-0.3, -0.12, 0.0, 0.03])
def test_spectra_against_plain_convolutions(x: float) -> None:
    found, width = TritiumElectrons(0.1 * eV, "majorana"), 0.06
    sigma = width / np.sqrt(8 * np.log(2))

    def seen(y: float) -> float:
        line = np.exp(-0.5 * ((x - y) / sigma) ** 2) / np.sqrt(2 * np.pi) / sigma
        return float(line)

    total = 0.0
    for m, share in zip(found.masses / eV, found.weights, strict=True):

        def true(e: float, m: float = m) -> float:
            return float(e * np.sqrt(e**2 - m**2)) * seen(-e)

        peak = min(max(-x, m), 3.0)
        total += share * quad(true, m, 3.0, points=[peak], epsabs=0, limit=400)[0]
    scale = SIGMA / np.pi**2 / HBARC_MEV_CM**3 * LIGHT_CM_S * YEAR_S * eV**2
    scale *= 100 / 3.01604928 * 6.02214076e23
    decays = found.decay_spectrum(x * eV, width * eV)
    assert decays == pytest.approx(scale * total, rel=1e-6)
    lines = sum(
        c * seen(m) for m, c in zip(found.masses / eV, found.captures, strict=True)
    )
    captures = found.capture_spectrum(x * eV, width * eV) * eV
    assert captures == pytest.approx(lines)


def test_captures_are_those_of_slow_neutrinos_and_of_fast_ones() -> None:
    slow = TritiumElectrons(10 * eV)
    assert slow.captures.sum() == pytest.approx(capture_rate(100.0), rel=1e-4)
    both = TritiumElectrons(10 * eV, "majorana")
    assert both.captures.sum() == pytest.approx(capture_rate(100.0, "majorana"))
    # massless Dirac neutrinos are captured like Majorana ones
    none = Splittings(1e-30 * eV**2, 2e-30 * eV**2)
    fast, like = (
        TritiumElectrons(0.0, nature, splittings=none).captures
        for nature in ("dirac", "majorana")
    )
    assert fast == pytest.approx(like, rel=1e-6)
    heavy = TritiumElectrons(0.1 * eV, "dirac", 10.0, 1.5)
    assert heavy.captures == pytest.approx(0.15 * TritiumElectrons(0.1 * eV).captures)


def test_velocities() -> None:
    """⟨p/E⟩ by a plain integral; ⟨p⟩ = 3.151 T for slow ones."""
    t, m = 1.676e-10, 0.001 * eV

    def weight(p: float) -> float:
        return float(p**2 / (np.exp(p / t) + 1))

    number, _ = quad(weight, 0, 60 * t, epsabs=0)
    mean, _ = quad(
        lambda p: weight(p) * p / np.hypot(p, m), 0, 60 * t, epsabs=0, limit=200
    )
    assert mean_velocity(m) == pytest.approx(mean / number, rel=1e-7)
    assert mean_velocity(1 * eV) == pytest.approx(3.1514 * t / eV, rel=1e-3)
    assert np.all(np.diff(mean_velocity(np.geomspace(1e-5, 1, 9) * eV)) < 0)
    with pytest.raises(InputError, match="negative"):
        mean_velocity(-1.0)


def test_captures_stand_out_at_a_resolution_of_seven_tenths_of_the_mass() -> None:
    """As Long:2014zva say in their abstract."""
    for mass in (0.1, 0.2, 0.3):
        found = TritiumElectrons(mass * eV, "dirac")
        captured, decays = found.counts(0.6 * mass * eV)
        assert captured > decays
        captured, decays = found.counts(0.8 * mass * eV)
        assert captured < decays


def test_the_gap_is_twice_the_mass() -> None:
    inverted = Splittings.nufit("inverted")
    found = TritiumElectrons(
        0.05 * eV, mixing=PMNS.nufit("inverted"), splittings=inverted
    )
    assert found.gap.min() == pytest.approx(0.1 * eV)
    assert found.gap.argmin() == 2
    # β decay ends before, captures begin behind
    middle = 0.0
    assert found.decay_spectrum(middle, 0.005 * eV) == 0
    with pytest.raises(InputError, match="endpoint"):
        found.decay_spectrum(-1e-3, 0.1 * eV)
