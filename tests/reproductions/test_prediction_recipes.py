"""Recipes that catalogue entries call: beside formulas written out here and beside the
functions they wrap."""

from __future__ import annotations

import math

import pytest

from nuprobe.bounds import muon_g2
from nuprobe.errors import InputError, NuprobeError
from nuprobe.experiments import experiment
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.reproductions import recipes

G_F, HBARC2, ALPHA = 1.1663788e-5, 0.3893793721e-27, 1 / 137.035999  # GeV⁻², GeV² cm²
M_E, M_W = 0.51099895e-3, 80.37  # GeV


@pytest.mark.parametrize(
    ("flavour", "mass"), [("nu_e", M_E), ("nu_mu", 0.1056584), ("nu_tau", 1.77693)]
)
def test_charge_radius_of_the_standard_model(flavour: str, mass: float) -> None:
    expected = (
        -G_F / (2 * math.sqrt(2) * math.pi**2) * (3 - 4 * math.log(mass / M_W)) * HBARC2
    )
    assert recipes.standard_charge_radius(flavour) == pytest.approx(
        expected, rel=1e-3, abs=0
    )


def test_moments_of_massive_neutrinos() -> None:
    # 3 e G_F m/(8√2 π²) in Bohr magnetons e/2m_e
    expected = 3 * G_F * M_E * 1e-9 / (4 * math.sqrt(2) * math.pi**2)
    assert recipes.dirac_moment("1 eV") == pytest.approx(expected, rel=1e-3, abs=0)
    assert recipes.dirac_moment("0.05 eV") == pytest.approx(
        0.05 * recipes.dirac_moment("1 eV"), rel=1e-12, abs=0
    )
    # the next order of the loop, −(3/4)(m_τ/m_W)² in place of 3/2, half of it from (m_k
    # + m_j)/2
    dirac = recipes.transition_moment_scale("dirac")
    assert dirac == pytest.approx(-expected / 4 * (1.77693 / M_W) ** 2, rel=0.01, abs=0)
    assert recipes.transition_moment_scale("majorana") == pytest.approx(
        2 * dirac, rel=1e-3, abs=0
    )
    with pytest.raises(InputError, match="dirac"):
        recipes.transition_moment_scale("weyl")


def test_moments_of_solar_neutrinos() -> None:
    shares = [
        (2.8e-11 / recipes.moment_limit(2.8e-11, f"mu_{k}{k}")) ** 2 for k in (1, 2, 3)
    ]
    assert sum(shares) == pytest.approx(1, rel=1e-12)
    low = [recipes.moment_limit(1.0, f"mu_{k}{k}", "1 keV", "pp") for k in (1, 2, 3)]
    assert low == pytest.approx(
        [recipes.moment_limit(1.0, f"mu_{k}{k}") for k in (1, 2, 3)], rel=0.02
    )  # vacuum
    # 8B neutrinos arrive mostly as the second state
    assert recipes.moment_limit(1.0, "mu_22", "10 MeV", "B8") < recipes.moment_limit(
        1.0, "mu_11", "10 MeV", "B8"
    )


def test_a_charge_that_scatters_like_a_moment() -> None:
    t, mu = 2.8e-6, 2.9e-11  # GeV
    charge = recipes.millicharge(mu, "2.8 keV")
    magnetic = math.pi * ALPHA**2 / M_E**2 * mu**2 / t
    electric = (
        2 * math.pi * ALPHA**2 * charge**2 / (M_E * t**2)
    )  # Rutherford on electrons at rest, T ≪ E
    assert electric == pytest.approx(magnetic, rel=1e-6, abs=0)


def test_coupling_from_the_anomalous_moment() -> None:
    delta, sigma = 251e-11, 59e-11
    for side, n in (("lower", -2), ("upper", 2), ("limit", 1.6448536)):
        expected = math.sqrt(
            8 * math.pi**2 * (delta + n * sigma)
        )  # a massless boson gives g²/8π²
        assert recipes.anomalous_moment_coupling("2021", "0 eV", side) == pytest.approx(
            expected, rel=1e-6, abs=0
        )
    g = recipes.anomalous_moment_coupling("2025", "50 MeV", "limit", cl=0.9)
    assert float(muon_g2.delta_a(50.0, g)) == pytest.approx(
        (38 + 1.2815516 * 63) * 1e-11, rel=1e-6, abs=0
    )
    with pytest.raises(InputError, match="side"):
        recipes.anomalous_moment_coupling("2021", "1 MeV", "both")


def test_beams_targets_and_radii() -> None:
    ccfr = experiment("ccfr-trident")
    assert isinstance(ccfr, TridentExperiment)
    sm, va = (
        recipes.trident_beam_cross_section("ccfr-trident", model=m)
        for m in ("sm", "v-a")
    )
    assert va / sm == pytest.approx(
        recipes.trident_model_ratio("ccfr-trident"), rel=1e-9
    )
    assert recipes.trident_beam_cross_section("ccfr-trident", 2) == pytest.approx(
        sm / 2, rel=1e-12, abs=0
    )
    # a formula unit of CsI is one of each
    pair, cs, i = (
        recipes.flux_averaged("sns", t) for t in ("CsI", "natural Cs", "natural I")
    )
    assert recipes.flux_averaged("sns", "CsI", atoms=2) == pytest.approx(
        (cs + i) / 2, rel=1e-9, abs=0
    )
    assert pair == pytest.approx(cs + i, rel=1e-9, abs=0)
    # only the shape of the spectrum counts
    b8 = [
        recipes.flux_averaged(
            "solar", "natural Xe", options={"components": ["8B"], **o}
        )
        for o in ({}, {"scale": {"8B": 2}})
    ]
    assert b8[0] == pytest.approx(b8[1], rel=1e-12, abs=0)
    assert recipes.nuclear_charge_radius("Cs133") == pytest.approx(
        4.804, abs=0.001
    )  # muonic atoms, Fricke:1995zz
    with pytest.raises(NuprobeError):
        recipes.nuclear_charge_radius("Xe300")
    near, far = (
        recipes.monophoton_reach("100 MeV", luminosity) for luminosity in (50.0, 200.0)
    )
    assert near == pytest.approx(2 * far, rel=1e-9, abs=0)
