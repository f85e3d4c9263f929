"""The cascade against another code, limits, and finer grids."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from nuprobe.constants import HBARC_MEV_CM
from nuprobe.cosmology.decay import (
    DISINTEGRATIONS,
    cutoff,
    disintegration,
    disintegration_cross_section,
    photon_spectrum,
)
from nuprobe.cosmology.decay.cascade import cascade, grid, loss_rate
from nuprobe.cosmology.decay.processes import Medium
from nuprobe.cosmology.decay.spectrum import strengths
from nuprobe.errors import InputError

OMEGA = 0.02242
NAMES = [one.name for one in DISINTEGRATIONS]
D, BE7 = NAMES.index("d(g,n)p"), NAMES.index("be7(g,he3)he4")


def _public_deuteron(e: np.ndarray) -> np.ndarray:
    """What acropolis has; its magnetic term differs from ours."""
    q = 2.224573
    ratio = np.sqrt(q * (e - q)) / e
    bound = (np.sqrt(q) - np.sqrt(0.037)) ** 2
    magnetic = 0.007947 * ratio**2 * bound / (e - q + 0.037)
    return np.asarray(18.75 * (ratio**3 + magnetic))


@pytest.fixture
def public_deuteron(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    shapes = [
        replace(one, shape=_public_deuteron) if one.name == "d(g,n)p" else one
        for one in DISINTEGRATIONS
    ]
    monkeypatch.setattr(disintegration, "DISINTEGRATIONS", tuple(shapes))
    strengths.cache_clear()
    yield
    strengths.cache_clear()


@pytest.mark.usefixtures("public_deuteron")
@pytest.mark.parametrize(
    ("energy", "temperature", "deuteron", "beryllium"),
    [
        # acropolis 1.3.1 (GPL; run once, not shipped): rates of disintegration for one
        # photon injected per MeV⁻³ and MeV⁻¹, in cm² per MeV
        (2.0, 3e-3, 0.0, 4.0807e-08),
        (5.0, 3e-3, 1.5251e-08, 8.2855e-09),
        (5.0, 1e-4, 0.10458, 0.03902),
        (15.0, 1e-4, 0.10872, 0.010272),
    ],
)
def test_rates_equal_those_of_acropolis(
    energy: float, temperature: float, deuteron: float, beryllium: float
) -> None:
    found = photon_spectrum(energy, temperature, omega_b=OMEGA)
    rates = found.strengths / HBARC_MEV_CM
    assert rates[D] == pytest.approx(deuteron, rel=2e-3)
    assert rates[BE7] == pytest.approx(beryllium, rel=2e-3)
    assert found.error < 1e-3


@pytest.mark.usefixtures("public_deuteron")
def test_harder_cascades_approach_acropolis_on_finer_grids() -> None:
    """50 MeV at 1 keV: soft losses of electrons are smaller than its cells. Its rate of
    deuterons with 30, 60, 120 and 240 nodes a decade rises towards ours."""
    theirs = np.array([1.8309e-4, 2.2862e-4, 2.6776e-4, 2.9656e-4])
    found = photon_spectrum(50.0, 1e-3, omega_b=OMEGA).strengths[D] / HBARC_MEV_CM
    missing = found - theirs
    assert np.all(missing > 0)
    assert np.all(np.diff(np.log(missing)) < -0.3)  # each doubling takes a third off


def test_finer_grids_change_little() -> None:
    for top, t in ((5.0, 2e-3), (20.0, 1e-3), (20.0, 3e-5)):
        found = photon_spectrum(top, t)
        medium = Medium(t, 6.1374e-10, 0.247)
        fine = cascade(grid(top, 4), medium)
        line = fine.photons * 6.582119569e-22 * 2.99792458e10
        rate = float(line @ disintegration_cross_section("d(g,n)p", fine.energy))
        assert found.strengths[D] == pytest.approx(rate, rel=2e-3)


def test_spectrum_integrates_to_the_strengths() -> None:
    found = photon_spectrum(15.0, 1e-4)
    sigma = disintegration_cross_section("d(g,n)p", found.energy)
    total = np.trapezoid(sigma * found.density, found.energy) + sigma[-1] * found.line
    assert total * 2.99792458e10 == pytest.approx(found.strengths[D], rel=5e-3)


def test_line_is_one_over_the_rate_of_collisions() -> None:
    found = photon_spectrum(2.0, 1e-3)
    rate = loss_rate(np.array([2.0]), Medium(1e-3, 6.1374e-10, 0.247))[0]
    assert found.line == pytest.approx(6.582119569e-22 / rate, rel=1e-4)


def test_deep_cascade_is_the_universal_spectrum() -> None:
    """Far above E_C the shape no longer depends on the energy injected, is proportional
    to it, and below E_C is the universal spectrum up to a factor of two."""
    t = 1e-3
    one, two = photon_spectrum(100.0, t), photon_spectrum(200.0, t)
    at = np.array([2.0, 3.0, 5.0])
    a, b = (np.exp(np.interp(at, f.energy, np.log(f.density))) for f in (one, two))
    assert b / a == pytest.approx(np.full(3, 2.0), rel=0.05)
    c = np.interp(at, two.energy, two.universal())
    assert np.all((b / c > 0.5) & (b / c < 2.0))
    assert cutoff(t) == pytest.approx(11.87, abs=0.01)
    # suppressed above the threshold of pairs
    assert np.interp(25.0, two.energy, two.density) < 1e-3 * b[2]


def test_wrong_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"between 1\.515 and 1000 MeV"):
        photon_spectrum(1.0, 1e-3)
    with pytest.raises(InputError, match="recombine"):
        photon_spectrum(2.0, 1e-9)
    with pytest.raises(InputError, match="nuclei still burn"):
        photon_spectrum(2.0, 0.1)
    with pytest.raises(InputError, match="y_p"):
        photon_spectrum(2.0, 1e-3, y_p=1.5)


@pytest.mark.parametrize("top", [5.6115, 5.9])
def test_onset_of_pairs_is_resolved(top: float) -> None:
    """At 6.19 keV photons above 2 MeV are absorbed so fast that what disintegrates
    deuterium lies within a cell above its threshold; a plain sum over a grid eight
    times as fine is within 0.6 % of one sixteen times as fine."""
    t, eta, y_p = 0.00619, 6.1e-10, 0.247
    fine = cascade(grid(top, 8), Medium(t, eta, y_p))
    section = disintegration_cross_section(NAMES[D], fine.energy)
    exact = float(section @ fine.photons) * HBARC_MEV_CM
    ours, error = strengths(top, t, eta, y_p)
    assert ours[D] == pytest.approx(exact, rel=0.01, abs=0)
    assert error < 0.05
