"""Supernova neutrinos: energy, number, mean and width of pinched spectra; distance."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.fluxes.shapes import pinched
from nuprobe.units import cm, parse_quantity

ERG = 1 / 1.602176634e-6  # MeV, from the charge of the electron
FLAVOURS = ("nu_e", "nubar_e", "nu_mu", "nubar_mu", "nu_tau", "nubar_tau")


def test_defaults_carry_3e53_erg() -> None:
    flux = nu.flux("supernova")
    assert [str(f) for f in flux.flavours] == list(FLAVOURS)
    carried = sum(float(c.integrate(lambda e: e)) for c in flux.components)
    assert carried == pytest.approx(3e53 * ERG, rel=1e-7, abs=0)
    assert flux.total("nubar_e") == pytest.approx(5e52 * ERG / 15, rel=1e-7, abs=0)
    assert [flux.average(lambda e: e, f) for f in FLAVOURS] == pytest.approx(
        [12, 15, 18, 18, 18, 18], rel=1e-7
    )


@given(
    energy=st.floats(1e51, 1e54),
    mean=st.floats(1.0, 60.0),
    alpha=st.one_of(st.floats(1.0, 60.0), st.just(0.0)),
)
def test_number_mean_and_width(energy: float, mean: float, alpha: float) -> None:
    flux = nu.flux(
        "supernova",
        energy={"nu_x": f"{energy} erg"},
        mean_energy={"nu_x": mean},
        alpha={"nu_x": alpha},
    )
    assert flux.total("nu_tau") == pytest.approx(energy * ERG / mean, rel=1e-6, abs=0)
    assert flux.average(lambda e: e, "nu_tau") == pytest.approx(mean, rel=1e-6)
    # <E²>/<E>² = (α + 2)/(α + 1), what pinching means; Keil:2002in
    second = flux.average(lambda e: e**2, "nubar_mu") / mean**2
    assert second == pytest.approx((alpha + 2) / (alpha + 1), rel=1e-6)
    assert flux.total("nu_e") == pytest.approx(
        5e52 * ERG / 12, rel=1e-7, abs=0
    )  # untouched


def test_alpha_2_is_maxwell_boltzmann() -> None:
    e, t = np.array([0.0, 3.0, 12.0, 40.0]), 4.0
    np.testing.assert_allclose(
        pinched(e, 3 * t, 2.0), e**2 * np.exp(-e / t) / (2 * t**3), rtol=1e-12
    )
    assert pinched(np.array(0.0), 10.0, 0.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("options", "hints"),
    [
        ({"energy": {"nu_mu": "1e52 erg"}}, ["energy.nu_mu", "unknown key"]),
        ({"energy": {"nu_e": "1e52 kg"}}, ["unit of mass"]),
        ({"mean_energy": {"nu_e": 0}}, ["mean_energy.nu_e", "greater than 0"]),
        ({"alpha": {"nu_x": -0.5}}, ["alpha.nu_x", "-0.5"]),
        ({"alpha": 2}, ["alpha"]),
        ({"luminosity": 2}, ["unknown key"]),
    ],
)
def test_wrong_options_are_told(options: dict[str, Any], hints: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        nu.flux("supernova", **options)
    for hint in ["supernova", *hints]:
        assert hint in str(caught.value)


def test_counts_fall_with_the_distance_squared(tmp_path: Path) -> None:
    text = (
        Path(__file__).parents[2] / "examples/argon-detector/experiment.toml"
    ).read_text(encoding="utf-8")
    text = text.replace('name = "sns"', 'name = "supernova"').replace(
        "exposure = 2e23", "exposure = 1"
    )
    counts = []
    for distance in ("10 kpc", "1 kpc"):
        (tmp_path / "experiment.toml").write_text(
            text.replace("25 m", distance), encoding="utf-8"
        )
        counts.append(nu.experiment(tmp_path).predict(nu.StandardModel()).signal.sum())
    assert counts[1] / counts[0] == pytest.approx(100)
    assert parse_quantity("1 kpc", "length") / cm == pytest.approx(
        1000 * 648000 / math.pi * 1.495978707e13
    )


def test_atmospheric() -> None:
    """Ratios that the decay chain fixes, and the size of the flux."""
    flux = nu.flux("atmospheric")
    e = np.array([60.0, 150.0, 335.0, 600.0])
    muon = flux.spectrum("nu_mu", e) + flux.spectrum("nubar_mu", e)
    electron = flux.spectrum("nu_e", e) + flux.spectrum("nubar_e", e)
    # π → μ ν_μ, μ → e ν_μ ν_e: two muon neutrinos for one electron neutrino
    np.testing.assert_allclose(muon / electron, 2, atol=0.25)
    np.testing.assert_allclose(
        flux.spectrum("nu_mu", e) / flux.spectrum("nubar_mu", e), 1, atol=0.1
    )
    # a few per cm² and second in all (Battistoni:2005pd)
    assert sum(flux.total(f) for f in flux.flavours) == pytest.approx(7.5, abs=2.5)
    for f in flux.flavours:
        # muons at rest: the bump below 53 MeV, its fall just above
        fall = flux.spectrum(f, 53.0) / flux.spectrum(f, 38.0)
        assert fall < (0.7 if f.index == 0 else 0.9)
        np.testing.assert_array_equal(flux.spectrum(f, [12.9, 944.1]), 0.0)
    by_trapezoids = float(
        np.trapezoid(
            flux.spectrum("nu_mu", np.linspace(13, 944, 20001)),
            np.linspace(13, 944, 20001),
        )
    )
    assert flux.total("nu_mu") == pytest.approx(by_trapezoids, rel=1e-4)
