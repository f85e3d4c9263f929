"""Recipes that turn published numbers into others, beside formulas written out here,
and limits at points of published curves."""

from __future__ import annotations

import math

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.catalogue import catalogue
from nuprobe.errors import ComputationError, InputError, NuprobeError
from nuprobe.experiments import experiment, limit
from nuprobe.fluxes import flux
from nuprobe.oscillation import Solar, moment_limits
from nuprobe.reproductions import recipes
from nuprobe.reproductions.files import Published

ALPHA, M_E, G_F, CM2 = 1 / 137.035999, 0.51099895, 1.1663788e-11, 3.893794e-22  # MeV
MAGNETIC = math.pi * ALPHA**2 / M_E**2 * CM2
WORLD = ["anomalous_moment.mu/BNL-2006", "anomalous_moment.mu/Muon-g-2-2021"]


def test_mean_of_measurements() -> None:
    (a, s), (b, t) = (11659208.0, 6.3), (11659204.0, 5.4)
    expected = a + (b - a) * s**2 / (s**2 + t**2)
    assert recipes.weighted_mean(WORLD) == pytest.approx(expected, rel=1e-12)
    error = s * t / math.hypot(s, t)
    assert recipes.weighted_mean(WORLD, error=True) == pytest.approx(error, rel=1e-12)
    with pytest.raises(InputError, match="is in 1e-11"):
        recipes.weighted_mean([WORLD[0], "anomalous_moment.mu/SM-2020"])
    with pytest.raises(InputError, match="has no value with errors"):
        recipes.weighted_mean(["millicharge.e/CONUS-2022"])


def test_charge_that_cools_a_star() -> None:
    # widths of a plasmon K² = ω_p² at rest, from |M|² of pairs: charge q²e²K²/12πω,
    # moment μ²K⁴/24πω
    omega = nu.stars.electron_gas(2e5, 1e8).plasma_frequency
    charge = recipes.plasmon_charge(3e-12, 2e5, 1e8)
    e = math.sqrt(4 * math.pi * ALPHA)
    by_charge = (charge * e) ** 2 * omega / (12 * math.pi)
    by_moment = (3e-12 * e / (2 * M_E)) ** 2 * omega**3 / (24 * math.pi)
    assert by_charge == pytest.approx(by_moment, rel=1e-9, abs=0)
    assert recipes.pair_moment(1.0) == pytest.approx(math.sqrt(0.5), rel=1e-12)


def test_couplings_that_scatter_like_moments_and_radii() -> None:
    # d² in place of μ²/4, both as cross sections on electrons at 3 keV of 300 keV
    d = recipes.dipole_of_moment(1e-10)
    portal = nu.model("dipole-portal-e", mass=1e-6, coupling=d)
    moment = nu.Electromagnetic(mu_eff={"e": 1e-10})
    assert float(nu.electron.differential(0.3, 0.003, portal, "nu_e")) == pytest.approx(
        float(nu.electron.differential(0.3, 0.003, moment, "nu_e")), rel=1e-4
    )
    g = recipes.boson_of_radius(1.2e-32, "100 GeV")
    boson = nu.model("b-l", mass=1e5, coupling=g)
    shifted = [
        nu.Electromagnetic(charge_radius={"mumu": sign * 1.2e-32}) for sign in (-1, 1)
    ]
    by_boson = float(nu.electron.differential(20e3, 5e3, boson, "nu_mu"))
    by_radius = [
        float(nu.electron.differential(20e3, 5e3, m, "nu_mu")) for m in shifted
    ]
    assert min(abs(x / by_boson - 1) for x in by_radius) < 1e-4
    assert max(abs(x / by_boson - 1) for x in by_radius) > 0.05


def test_share_of_the_boron_neutrinos() -> None:
    total = flux("solar", components=["8B"]).total("nu_e")
    low = recipes.antineutrino_conversion(1.0, "50 keV")
    assert low == pytest.approx(1 / total, rel=1e-3, abs=0)
    # Winter's spectrum: 34 % lie above 8 MeV
    assert low / recipes.antineutrino_conversion(1.0, "8 MeV") == pytest.approx(
        0.34, abs=0.02
    )
    with pytest.raises(InputError, match="spectrum of 8B"):
        recipes.antineutrino_conversion(1.0, "20 MeV")


def _weak(t: float, e: np.ndarray, g_v: float, g_a: float) -> np.ndarray:
    """dσ/dT on a free electron in cm²/MeV; antineutrinos have −g_a."""
    scale = G_F**2 * M_E / (2 * math.pi) * CM2
    square = (g_v + g_a) ** 2 + (g_v - g_a) ** 2 * (1 - t / e) ** 2
    return np.asarray(scale * (square - (g_v**2 - g_a**2) * M_E * t / e**2))


def test_moment_from_an_excess_at_a_reactor() -> None:
    (source,) = [
        flux(
            "reactor",
            fractions={"U235": 0.564, "U238": 0.076, "Pu239": 0.304, "Pu241": 0.056},
            low_energy="vogel-engel",
        )
    ]
    e = (np.arange(20000) + 0.5) * 10 / 20000
    spectrum = sum(c.continuum(e) for c in source.components)
    weak = magnetic = 0.0
    for t in 0.6 + (np.arange(200) + 0.5) * 1.4 / 200:
        seen = np.where(t <= 2 * e**2 / (M_E + 2 * e), spectrum, 0.0)
        weak += float(seen @ _weak(t, e, 0.5 + 2 * 0.23863, -0.5))
        magnetic += float(seen @ (MAGNETIC * (1 / t - 1 / e)))
    expected = math.sqrt(1.3 * weak / magnetic)
    got = recipes.moment_from_excess(1.3, "0.6 MeV", "2 MeV")
    assert got == pytest.approx(expected, rel=2e-3, abs=0)
    for excess, high in ((0.0, "2 MeV"), (1.0, "0.5 MeV")):
        with pytest.raises(InputError):
            recipes.moment_from_excess(excess, "0.6 MeV", high)


def test_moment_of_muon_neutrinos_at_rest() -> None:
    end = 52.828
    x = (np.arange(4000) + 0.5) / 4000
    shapes = {
        "nu_e": (x * end, 12 * x**2 * (1 - x) / 4000),
        "nubar_mu": (x * end, 2 * x**2 * (3 - 2 * x) / 4000),
        "nu_mu": (np.array([29.792]), np.ones(1)),
    }
    count = {}
    for name, (e, w) in shapes.items():
        rate = 0.0
        for t in 10 + (np.arange(400) + 0.5) * 42 / 400:
            seen = t <= 2 * e**2 / (M_E + 2 * e)
            rate += float(w @ np.where(seen, 1 / t - 1 / e, 0.0))
        count[name] = rate
    expected = math.sqrt(count["nu_e"] / (count["nu_mu"] + count["nubar_mu"]))
    got = recipes.moment_of_other_flavour(1.0, "10 MeV", "52 MeV")
    assert got == pytest.approx(expected, rel=5e-3)
    with pytest.raises(ComputationError, match="no recoils"):
        recipes.moment_of_other_flavour(1.0, "60 MeV", "70 MeV")


def test_points_of_a_published_curve() -> None:
    name = "dipole_portal.any/Borexino-2020-Brdar"
    curve = catalogue()[name].curve
    assert curve is not None
    (x, y), (u, v) = curve.points[3:5]
    at = f"{1e3 * x} MeV"
    assert Published(of=name, at=at).numbers()[0] == pytest.approx(y, rel=1e-9)
    middle = Published(of=name, at=f"{math.sqrt(x * u)} GeV", scale=2.0)
    value, *errors = middle.numbers()
    assert value == pytest.approx(2 * math.sqrt(y * v))
    assert errors == [None, None]
    for wrong, words in (
        ({"of": name, "at": "1 GeV"}, "not at 1 GeV"),
        ({"of": WORLD[0], "at": "1 GeV"}, "has no curve"),
        ({"of": name, "at": "2 MeV", "number": "upper"}, "without `number`"),
        ({"value": 1.0, "at": "2 MeV"}, "needs `of`"),
    ):
        with pytest.raises(ValueError, match=words):
            Published(**wrong).numbers()


def test_coupling_at_one_mass() -> None:
    got = recipes.coupling_limit("texono-csi", "b-l", "57 MeV")
    direct = limit(["texono-csi"], "b-l", mass=[57.0], cl=0.9)["texono-csi"]
    assert got == pytest.approx(float(direct.coupling[0]), rel=1e-9)
    # a heavier target: more of it is needed for the same counts
    more = recipes.coupling_limit(
        "texono-csi", "b-l", "57 MeV", changes={"target.binding": False}
    )
    assert more == pytest.approx(got, rel=0.01)  # recoils of MeV
    with pytest.raises(ComputationError, match="no limit"):
        recipes.coupling_limit("texono-csi", "dipole-portal", "60 MeV")
    with pytest.raises(NuprobeError, match="unknown key 'a'"):
        recipes.coupling_limit("ccfr-trident", "lmu-ltau", "1 GeV", changes={"a": 1})


def test_ends_of_the_charge_of_solar_neutrinos() -> None:
    """Where −2 ln L of the counts of PandaX-4T, profiled here, rises by 2.706."""
    panda = experiment("pandax-4t-er-2024")
    ends = [
        recipes.bound(
            "pandax-4t-er-2024",
            "charge",
            side,
            2.706,
            "from-zero",
            changes={"target.binding": "step"},
            unit=1e-12,
        )
        for side in ("lower", "upper")
    ]
    cost = panda.cost(nu.Electromagnetic(), ["charge"], "from-zero")
    grid = np.linspace(1.1 * ends[0], 1.1 * ends[1], 401)
    levels = cost.profiled(np.concatenate([grid, ends])[:, None]).twice_nll
    assert levels[-2:] - levels[:-2].min() == pytest.approx([2.706] * 2, abs=0.01)
    # published by Demirci et al.
    assert ends == pytest.approx([-3.6e-13, 4.7e-13], rel=0.15)
    # many-body factors lower the rate, equivalent photons raise it
    wide, narrow = (
        recipes.bound(
            "pandax-4t-er-2024",
            "charge",
            "upper",
            2.706,
            "from-zero",
            changes={"target.binding": binding},
            unit=1e-12,
        )
        for binding in ("rrpa", "epa")
    )
    assert narrow < ends[1] / 2 < ends[1] < wide


def test_moments_of_mass_states_follow_their_shares() -> None:
    def largest(parameter: str, **keys: str) -> float:
        model = {"name": "electromagnetic", **keys}
        return recipes.bound(
            "pandax-4t-er-2024", parameter, "upper", 2.706, "from-zero", model
        )

    common = largest("mu_eff")
    expected = moment_limits(common, Solar("pp").functions(np.array(0.3)))
    for element, kind, name in (
        ("11", "dirac", "mu_11"),
        ("22", "dirac", "mu_22"),
        ("12", "majorana", "lambda_3"),
        ("23", "majorana", "lambda_1"),
    ):
        got = largest(
            f"magnetic_moment.{element}", basis="mass", kind=kind, mixing="normal"
        )
        assert got == pytest.approx(expected[name], rel=0.02)
