"""Densities, pressure and Debye mass against other integrals, limits and identities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.cosmology.plasma import charge_density
from nuprobe.cosmology.thermodynamics import equation_of_state

E2 = 4 * math.pi * ALPHA_EM
plasma = nu.cosmology


@pytest.mark.parametrize("t", [0.01, 0.1, 1.0, 30.0])
def test_densities_and_pressure_are_their_integrals(t: float) -> None:
    mu = 0.4 * t

    def fermi(p: float, sign: int) -> float:
        return 1 / (math.exp((math.hypot(p, M_ELECTRON) - sign * mu) / t) + 1)

    top = 45 * t + 5 * math.sqrt(M_ELECTRON * t)

    def integral(weight: str) -> float:
        def integrand(p: float) -> float:
            both = fermi(p, 1) + fermi(p, -1)
            return {"n": p**2, "p": p**4 / 3 / math.hypot(p, M_ELECTRON)}[weight] * both

        return float(quad(integrand, 0, top, epsrel=1e-12, epsabs=0, limit=500)[0])

    n = sum(plasma.electron_densities(t, mu))
    assert n == pytest.approx(integral("n") / math.pi**2, rel=1e-10)
    free = plasma.plasma_pressure(t, mu, photons=False, qed="none")
    assert free == pytest.approx(integral("p") / math.pi**2, rel=1e-10)


def test_massless_limits() -> None:
    t = 100.0
    electrons, positrons = plasma.electron_densities(t)
    assert electrons == positrons
    zeta3 = 1.2020569031595942
    assert electrons / t**3 == pytest.approx(1.5 * zeta3 / math.pi**2, rel=2e-5)
    # of the numbers for developers
    assert plasma.debye_mass(t) / t == pytest.approx(0.1748344, rel=3e-6)
    ratio = (plasma.debye_mass(t, qed="e3") / plasma.debye_mass(t)) ** 2 - 1
    assert ratio == pytest.approx(-3.0964e-3, rel=1e-3)
    expected = -3 * E2 / (8 * math.pi**2) + math.sqrt(3) * E2**1.5 / (4 * math.pi**3)
    assert ratio == pytest.approx(expected, rel=1e-3)
    third = plasma.density_derivative(t, order=3)
    assert third == pytest.approx(2 / math.pi**2, rel=1e-6)
    free, second, both = (
        plasma.plasma_pressure(t, qed=q) / t**4 for q in ("none", "e2", "e3")
    )
    assert free == pytest.approx(11 * math.pi**2 / 180, rel=1e-5)
    assert second - free == pytest.approx(-5 * E2 / 288, rel=1e-4)
    lifted = E2**1.5 / (36 * math.sqrt(3) * math.pi)
    assert both - second == pytest.approx(lifted, rel=1e-4)


@pytest.mark.parametrize("mu", [0.0, 0.3, 1.4])
def test_two_routes_to_the_debye_mass_agree(mu: float) -> None:
    t = np.array([0.12, 0.5, 2.0, 10.0])
    density, pressure = (
        plasma.debye_mass(t, mu, route=r) for r in ("density", "pressure")
    )
    assert density == pytest.approx(pressure, rel=1e-9)


@pytest.mark.parametrize("qed", ["none", "e2", "e3"])
def test_the_debye_mass_is_a_finite_difference_of_the_pressure(qed: str) -> None:
    t, h = 2.0, 0.02
    mu = 1.4 + h * np.arange(-2, 3)
    p = plasma.plasma_pressure(t, mu, qed=qed)  # type: ignore[arg-type]
    bend = float(p @ np.array([-1, 16, -30, 16, -1]) / (12 * h * h))
    found = plasma.debye_mass(t, 1.4, qed=qed)  # type: ignore[arg-type]
    assert found == pytest.approx(math.sqrt(E2 * bend), rel=1e-9)
    # and, without corrections, one of the density
    n = np.subtract(*plasma.electron_densities(t, mu))
    slope = float(n @ np.array([1, -8, 0, 8, -1]) / (12 * h))
    if qed == "none":
        assert found == pytest.approx(math.sqrt(E2 * slope), rel=1e-8)


def test_a_cold_plasma_is_screened_classically() -> None:
    t = 0.02
    n = sum(plasma.electron_densities(t))
    assert plasma.debye_mass(t) ** 2 == pytest.approx(E2 * n / t, rel=1e-6)


def test_at_one_mev_as_tabulated_for_developers() -> None:
    assert plasma.debye_mass(1.0) == pytest.approx(0.1714262, rel=1e-6)


def test_electrons_left_over_screen_the_cold_universe() -> None:
    t = np.array([3.0, 0.3, 0.1, 0.05, 0.02, 0.015, 0.01])
    mu = plasma.chemical_potential(t, 6.1e-10, 0.247)
    expected = [1.08e-9, 1.35e-9, 6.5e-9, 3.6e-7, 0.45, 8.0, 24.0]
    assert mu / t == pytest.approx(expected, rel=0.02)
    n = plasma.baryon_density(t, 6.1e-10) * (1 - 0.247 / 2)
    assert charge_density(t, mu / t) == pytest.approx(n, rel=1e-9)
    cold = plasma.debye_mass(0.01, mu[-1]) / 0.01
    assert cold == pytest.approx(3.4559e-6, rel=1e-3)
    assert plasma.debye_mass(0.01) / 0.01 == pytest.approx(2.38e-11, rel=1e-2)
    # non-relativistic electrons without pairs
    assert cold**2 == pytest.approx(E2 * n[-1] / 0.01**3, rel=1e-3)
    hot = plasma.debye_mass(t[t > 0.03], mu[t > 0.03])
    assert hot == pytest.approx(plasma.debye_mass(t[t > 0.03]), rel=1e-6)
    ratio = plasma.baryon_density(3.0) / plasma.baryon_density(0.002) / 1500.0**3
    assert ratio == pytest.approx(2.74, abs=0.005)


def test_the_equation_of_state_is_its_own_integrals() -> None:
    t = np.geomspace(2e-3, 90.0, 40)
    table = equation_of_state("none")
    assert table.pressure(t) == pytest.approx(
        plasma.plasma_pressure(t, qed="none"), rel=1e-11
    )

    def energy(p: float, t: float) -> float:
        e = math.hypot(p, M_ELECTRON)
        return 2 * p**2 * e / (math.exp(min(e / t, 600.0)) + 1) / math.pi**2

    for one in (0.05, 0.3, 4.0):
        top = 45 * one + 5 * math.sqrt(M_ELECTRON * one)
        pairs = quad(energy, 0, top, (one,), epsrel=1e-12, epsabs=0, limit=300)[0]
        total = pairs + math.pi**2 / 15 * one**4
        assert table.energy(one) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("t", [5e-4, 200.0, math.inf, -1.0])
def test_temperatures_outside_of_the_tables_are_refused(t: float) -> None:
    with pytest.raises(nu.NuprobeError, match=r"temperature must"):
        plasma.debye_mass(t)


def test_other_input_that_cannot_be() -> None:
    with pytest.raises(nu.NuprobeError, match="route to the Debye mass"):
        plasma.debye_mass(1.0, route="potential")  # type: ignore[arg-type]
    with pytest.raises(nu.NuprobeError, match="order of the QED"):
        plasma.plasma_pressure(1.0, qed="e4")  # type: ignore[arg-type]
    with pytest.raises(nu.NuprobeError, match="stronger degeneracy"):
        plasma.electron_densities(0.01, 3.0)
    with pytest.raises(nu.NuprobeError, match="eta, baryons per photon"):
        plasma.baryon_density(1.0, 0.1)
    with pytest.raises(nu.NuprobeError, match="y_p must lie"):
        plasma.chemical_potential(1.0, y_p=1.5)


def test_screening_passes_smoothly_from_pairs_to_electrons_left_over() -> None:
    """Around 19 keV the logarithmic slope changes from −m/2T to 3/2 within 4 % of the
    temperature: sharp, but smooth. Without degeneracy n₋n₊ is that of pairs alone, so
    that n₋ + n₊ = √(n² + 4 n₀²), and no step is left beside that."""
    t = np.geomspace(0.0101, 0.05, 2001)
    found = plasma.debye_mass(t, plasma.chemical_potential(t))
    left = plasma.baryon_density(t) * (1 - 0.247 / 2)
    pairs = plasma.electron_densities(t)[0]
    classical = np.sqrt(E2 / t * np.hypot(left, 2 * pairs))
    gap = np.log(found / classical)
    assert np.abs(gap).max() < 1e-5
    assert np.abs(np.diff(gap)).max() < 1e-7  # no step of a quadrature or a root
    step = np.log(t[1] / t[0])
    bend = np.diff(np.log(found), 2) / step**2
    assert np.abs(bend).max() == pytest.approx(150.0, rel=0.05)
    assert np.abs(np.diff(bend)).max() < 0.03 * np.abs(bend).max()
