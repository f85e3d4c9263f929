"""Survival of solar neutrinos: zones, crossing and the Earth, each by another route."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.oscillation import (
    SOLAR_MODELS,
    EarthModel,
    night_exposure,
    production_zones,
    survival,
)
from nuprobe.oscillation.earth import EARTH_RADIUS, chord, density
from nuprobe.oscillation.survival import conversion
from nuprobe.oscillation.zones import gaussian_rule
from nuprobe.units import eV, km

MIXING: dict[str, Any] = {"sin2_12": 0.307, "dm2_21": 7.5e-5, "sin2_13": 0.0220}


@pytest.mark.parametrize(
    ("kind", "energy", "value"),
    [
        ("pp", 0.267, 0.5448),
        ("7Be", 0.862, 0.5269),
        ("pep", 1.442, 0.5167),
        ("8B", 10.0, 0.3268),
    ],
)
def test_values_of_an_independent_calculation(
    kind: str, energy: float, value: float
) -> None:
    assert float(survival(energy, kind, **MIXING)) == pytest.approx(value, abs=2e-4)


def test_potential_of_a_density() -> None:
    """2√2 G_F n_e E is 1.5265e-4 eV² at 100 mol/cm³ and 10 MeV."""
    n = 100 * 6.02214076e23 * HBARC_MEV_CM**3
    assert 2 * np.sqrt(2) * G_FERMI * n * 10 / eV**2 == pytest.approx(
        1.5265e-4, rel=1e-4
    )


@pytest.mark.parametrize("model", SOLAR_MODELS)
@pytest.mark.parametrize("kind", ["pp", "8B"])
def test_zones_against_plain_quadrature(model: str, kind: str) -> None:
    zones = production_zones(kind, model)
    r, log, made = zones.radius, zones.log_potential, zones.production
    cos2, sin2 = 1 - 2 * 0.307, 2 * np.sqrt(0.307 * 0.693)

    def integrand(x: float, energy: float, weight: bool) -> float:
        a = 2 * energy * 0.978 * np.exp(np.interp(x, r, log)) / (7.5e-5 * eV**2)
        share = np.interp(x, r, made)
        return share * ((cos2 - a) / np.hypot(cos2 - a, sin2) if weight else 1.0)

    for energy in (0.3, 5.0, 14.0):
        top, norm = (
            sum(
                quad(integrand, a, b, (energy, w), epsabs=0, epsrel=1e-10)[0]
                for a, b in pairwise(r)
            )
            for w in (True, False)
        )
        found = conversion(energy, 0.307, 7.5e-5, 0.022, zones)
        assert float(found) == pytest.approx(top / norm, rel=1e-6)


def test_limits_of_conversion() -> None:
    zones = production_zones("8B")
    # far above the resonance a neutrino is born as ν₂, far below it nothing happens
    assert float(conversion(1e4, 0.3, 7.5e-5, 0.0, zones)) == pytest.approx(
        -1, abs=1e-5
    )
    assert float(conversion(1e-6, 0.3, 7.5e-5, 0.0, zones)) == pytest.approx(
        0.4, abs=1e-6
    )


@pytest.mark.parametrize(
    ("dm2", "sin2"), [(1e-8, 0.3), (3e-9, 0.3), (2e-6, 0.0012), (1e-7, 0.02)]
)
def test_crossing_against_evolution(dm2: float, sin2: float) -> None:
    """P_c against the evolution of two states through the density of the model."""
    zones = production_zones("8B")
    energy = 8.0
    k = dm2 * eV**2 / (2 * energy)
    start = 0.05 * 695700 * km
    # beyond the table as it ends, exponentially
    height = float(zones.scale_height(np.exp(zones.log_potential[-1])))

    def potential(r: float) -> float:
        inside = np.exp(np.interp(r, zones.radius, zones.log_potential))
        return float(inside * np.exp(-max(r - zones.radius[-1], 0.0) / height))

    def hamiltonian(r: float) -> Any:
        v = potential(r)
        d, o = (v - k * (1 - 2 * sin2)) / 2, k * np.sqrt(sin2 * (1 - sin2))
        return np.array([[d, o], [o, -d]])

    _, states = np.linalg.eigh(hamiltonian(start))
    begin = states[:, 1].astype(complex)  # the heavier state in matter
    end = start + 16 * height
    solved = solve_ivp(
        lambda r, y: -1j * hamiltonian(r) @ y,
        (start, end),
        begin,
        rtol=1e-7,
        atol=1e-9,
        method="DOP853",
    )
    _, last = np.linalg.eigh(hamiltonian(end))
    jumped = abs(np.vdot(last[:, 0], solved.y[:, -1])) ** 2
    one = type(zones)(
        "x", "x", np.array([potential(start)]), np.ones(1), zones.radius,
        zones.log_potential, zones.production,
    )  # fmt: skip
    flat = conversion(energy, sin2, dm2, 0.0, one)
    found = conversion(energy, sin2, dm2, 0.0, one, "exponential")
    assert (1 - float(found / flat)) / 2 == pytest.approx(jumped, abs=0.05)
    if sin2 < 0.05:  # a linear density is one at small mixing
        parke = conversion(energy, sin2, dm2, 0.0, one, "parke")
        assert (1 - float(parke / flat)) / 2 == pytest.approx(jumped, abs=0.05)


def test_adiabatic_where_it_should_be() -> None:
    day = survival([1.0, 10.0], "8B", **MIXING)
    for crossing in ("parke", "exponential"):
        assert survival(
            [1.0, 10.0], "8B", **MIXING, crossing=crossing
        ) == pytest.approx(day, rel=1e-12)


def test_earth_weighs_what_it_should() -> None:
    """Mass 5.972e24 kg and moment of inertia 0.3307 M R² of the Earth."""
    r = np.linspace(0.0, EARTH_RADIUS, 100_001)
    rho = density(r)[0] * 1e12
    mass = np.trapezoid(4 * np.pi * r**2 * rho, r)
    inertia = np.trapezoid(8 * np.pi / 3 * r**4 * rho, r)
    assert mass == pytest.approx(5.972e24, rel=1e-3)
    assert inertia / mass / EARTH_RADIUS**2 == pytest.approx(0.3307, rel=1e-3)


def test_chord_against_evolution() -> None:
    cosine, wave, s12 = 0.95, 7.5e-5 * eV**2 / 20, 0.307
    half = EARTH_RADIUS * cosine
    nearest = EARTH_RADIUS * np.sqrt(1 - cosine**2)
    per_gram = np.sqrt(2) * G_FERMI * HBARC_MEV_CM**3 * 6.02214076e23

    def slope(x: float, y: Any) -> Any:
        rho, electrons = density(np.hypot(np.array([x - half]), nearest))
        v = 0.978 * per_gram * float((rho * electrons)[0])
        d, o = (v - wave * (1 - 2 * s12)) / 2, wave * np.sqrt(s12 * (1 - s12))
        return -1j * km * np.array([d * y[0] + o * y[1], o * y[0] - d * y[1]])

    start = np.array([np.sqrt(s12), np.sqrt(1 - s12)], dtype=complex)
    y = solve_ivp(slope, (0, 2 * half), start, rtol=1e-6, atol=1e-8, max_step=100.0).y
    found = chord(cosine, np.array([wave]), s12, 0.978, piece=20.0)
    assert float(found[0]) == pytest.approx(abs(y[0, -1]) ** 2, abs=1e-4)


def test_regeneration_of_weak_matter() -> None:
    """f → sin²2θ V/(2k) of the crust where oscillations are fast."""
    dm2, energy, s12 = 7.5e-4, 1.0, 0.307
    wave = dm2 * eV**2 / (2 * energy)
    v = 0.978 * np.sqrt(2) * G_FERMI * HBARC_MEV_CM**3 * 6.02214076e23 * 2.6 * 0.4957
    expected = 4 * s12 * (1 - s12) * v / (2 * wave)
    (found,) = EarthModel(45.0).regeneration(energy, s12, dm2)
    assert found == pytest.approx(expected, rel=0.1)


def test_interpolated_regeneration() -> None:
    earth = EarthModel(36.43)
    e, s12, dm2 = (
        np.array([6.0, 9.0, 12.0]),
        np.array([0.28, 0.33]),
        np.array([7.0e-5, 7.6e-5]),
    )
    table = earth.interpolated(e, s12, dm2, np.full(2, 0.022))
    for i in range(2):
        exact = earth.regeneration(e, s12[i], dm2[i], 0.022)
        assert table[i] == pytest.approx(exact, abs=6e-4)


def test_nights() -> None:
    cosines, shares = night_exposure(46.475)
    # the Sun never stands deeper than 90 − latitude + 23.44 degrees
    assert cosines[shares > 0].max() <= np.cos(np.radians(46.475 - 23.44)) + 1 / 360
    _, equator = night_exposure(0.0)
    assert shares.sum() == pytest.approx(1) == equator.sum()


def test_gaussian_rule_of_few_points_is_themselves() -> None:
    x, w = np.array([1.0, 2.0]), np.array([0.3, 0.7])
    assert gaussian_rule(x, w)[0] is x


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sin2_12": 1.5}, "sin2_12 must lie between 0 and 1"),
        ({"dm2_21": 1e-11}, "distance to the Sun"),
        ({"crossing": "park"}, "parke"),
        ({"model": "BP2000"}, "B16-GS98"),
        ({"kind": "9B"}, "kind of solar neutrino"),
        ({"e_nu": -1.0}, "positive"),
    ],
)
def test_bad_input(change: dict[str, Any], said: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=said):
        survival(**{"e_nu": 10.0, "kind": "8B", **change})


def test_latitude() -> None:
    with pytest.raises(InputError, match="latitude"):
        EarthModel(100.0)
