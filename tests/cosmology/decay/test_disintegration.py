"""Cross sections of nuclei by photons."""

import numpy as np
import pytest

from nuprobe.constants import ATOMIC_MASS_UNIT, HBARC_MEV_CM
from nuprobe.cosmology.decay import (
    DISINTEGRATIONS,
    Disintegration,
    disintegration_cross_section,
    threshold,
)
from nuprobe.cosmology.nucleosynthesis.reactions import (
    KELVIN9,
    nuclear_rates,
    reactions,
)
from nuprobe.errors import InputError, UnknownNameError

# atomic masses in u (AME2020)
MASSES = {
    "n": 1.00866491590,
    "p": 1.00782503190,
    "d": 2.01410177784,
    "t": 3.01604928132,
    "he3": 3.01602932197,
    "he4": 4.00260325413,
    "li6": 6.01512288742,
    "li7": 7.01600343426,
    "be7": 7.01692871,
}
CHARGE = {"n": 0, "p": 1, "d": 1, "t": 1, "he3": 2, "he4": 2, "li6": 3, "li7": 3}
CHARGE |= {"be7": 4}
NUMBER = {"n": 1, "p": 1, "d": 2, "t": 3, "he3": 3, "he4": 4, "li6": 6, "li7": 7}
NUMBER |= {"be7": 7}


@pytest.mark.parametrize("one", DISINTEGRATIONS, ids=lambda one: one.name)
def test_thresholds_follow_from_masses_and_nucleons_are_conserved(
    one: Disintegration,
) -> None:
    for count in (CHARGE, NUMBER):
        assert count[one.nucleus] == sum(count[x] for x in one.products)
    gap = sum(MASSES[x] for x in one.products) - MASSES[one.nucleus]
    energy = gap * ATOMIC_MASS_UNIT
    assert one.threshold == pytest.approx(energy, abs=2e-3)


@pytest.mark.parametrize(
    ("nucleus", "value"),
    [
        *(("be7", 1.587), ("d", 2.2246), ("li7", 2.467)),
        *(("t", 6.257), ("he3", 5.493), ("he4", 19.81)),
    ],
)
def test_lowest_thresholds(nucleus: str, value: float) -> None:
    assert threshold(nucleus) == pytest.approx(value, abs=4e-3)


def test_deuteron_at_the_peak_and_by_effective_range() -> None:
    # Bethe and Longmire, E1 with r_t = 1.759 fm: 2.4 to 2.5 mb at the peak of 4.4 MeV
    e = np.linspace(2.3, 20, 500)
    sigma = disintegration_cross_section("d(g,n)p", e)
    assert e[sigma.argmax()] == pytest.approx(4.4, abs=0.2)
    gamma = np.sqrt(938.9 * 2.2246)  # sqrt(M B), MeV
    k2 = 938.9 * (4.4 - 2.2246)
    range_ = 1 - gamma * 1.759 / 197.327
    bethe = 8 * np.pi / 3 / 137.036 * gamma * k2**1.5 / (gamma**2 + k2) ** 3 / range_
    found = disintegration_cross_section("d(g,n)p", 4.4)
    assert float(found) == pytest.approx(bethe * 3.894e-22, rel=0.05)


def test_mass_seven_exceeds_detailed_balance() -> None:
    """The fits of mass 7 → 3 + 4 against the capture: σ(γ) = σ(capture) 2μE g/(8E_γ²)
    with S(0) of about 0.56 keV b (³He + ⁴He) and 0.10 keV b (t + ⁴He), 60 to 70 % of it
    to the ground state. The fits are three times the whole S: shown, not tuned."""
    e_cm = 0.1
    reduced = 3.016 * 4.0026 / 7.0168 * 931.494
    cases = (
        ("be7(g,he3)he4", 1.586627, 4, 0.56),
        ("li7(g,t)he4", 2.467032, 2, 0.10),
    )
    for name, q, charges, s_factor in cases:
        sigma = float(disintegration_cross_section(name, q + e_cm))
        # spins: 3/2 of mass 7, 1/2 of mass 3, two of the photon
        capture = sigma * 4 * 2 * (q + e_cm) ** 2 / (2 * 2 * reduced * e_cm)
        sommerfeld = 2 * np.pi * charges / 137.036 * np.sqrt(reduced / (2 * e_cm))
        found = capture * 1e24 * e_cm * 1e3 * np.exp(sommerfeld)  # keV b
        assert 2.2 < found / s_factor < 3.2


@pytest.mark.parametrize(
    ("capture", "name", "t9", "low", "high"),
    [
        ("he3(a,g)be7", "be7(g,he3)he4", (0.3, 5.0), 2.3, 2.8),
        ("t(a,g)li7", "li7(g,t)he4", (0.3, 5.0), 2.4, 3.2),
        ("n(p,g)d", "d(g,n)p", (0.01, 0.1, 1.0, 3.0, 8.0), 0.95, 1.0),
        ("d(p,g)he3", "he3(g,p)d", (8.0,), 1.3, 1.45),
        ("t(p,g)he4", "he4(g,p)t", (8.0,), 2.0, 2.4),
    ],
)
def test_a_black_body_disintegrates_beside_the_reverse_of_captures(
    capture: str, name: str, t9: tuple[float, ...], low: float, high: float
) -> None:
    """Shown, not tuned: what the fits make of the reverse rates that measured captures
    have in the network of nucleosynthesis."""
    k = [one.name for one in reactions()].index(capture)
    one = reactions()[k]
    q = next(x.threshold for x in DISINTEGRATIONS if x.name == name)
    forward = nuclear_rates(np.array(t9))[:, k]
    for x, rate in zip(t9, forward, strict=True):
        t = x * KELVIN9
        z = np.geomspace(1e-7, 45, 4000)
        e = q + z * t
        sigma = disintegration_cross_section(name, e)
        # both without e^(−Q/T)
        photons = e**2 * np.exp(-z) / -np.expm1(-e / t) / np.pi**2
        found = np.trapezoid(photons * sigma * t * z, np.log(z)) * 2.99792458e10
        ratio = found / HBARC_MEV_CM**3 / (one.alpha * x**one.beta * rate)
        assert low < ratio < high


def test_thermal_neutrons_are_captured_by_protons() -> None:
    """334 mb at 2200 m/s (unverified); the magnetic dipole alone, without currents of
    mesons, is known to give 4 to 10 % less."""
    q, e_cm = 2.224573, 0.5 * 0.0253e-6
    sigma = float(disintegration_cross_section("d(g,n)p", q + e_cm))
    k2 = 938.918 * e_cm
    capture = sigma * 1e27 * 1.5 * q**2 / k2
    assert 0.93 < capture / 334 < 0.98


def test_the_usual_names_of_nuclides() -> None:
    for name in ("Be7", "7Be", "Be-7", "⁷Be", "be7"):
        assert threshold(name) == threshold("be7")
    assert threshold("H2") == threshold("deuterium") == threshold("d")
    for name in ("Be9", "n", "p", "", "C12"):
        with pytest.raises(UnknownNameError, match="nucleus"):
            threshold(name)


def test_nothing_below_threshold_and_names_are_checked() -> None:
    for one in DISINTEGRATIONS:
        low, high = one.threshold * 0.999, one.threshold * 1.2
        sigma = disintegration_cross_section(one.name, [low, high])
        assert sigma[0] == 0
        assert sigma[1] >= 0
        wide = disintegration_cross_section(one.name, np.geomspace(1, 1000, 500))
        assert np.all(wide >= 0)
        assert wide.max() < 1e-26
    with pytest.raises(UnknownNameError, match="disintegration"):
        disintegration_cross_section("c12(g,n)c11", 20.0)
    with pytest.raises(InputError, match="positive"):
        disintegration_cross_section("d(g,n)p", [-1.0])
