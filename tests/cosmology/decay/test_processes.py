"""Spectra of collisions against total rates of other formulas."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nuprobe.cosmology.decay import processes as p
from nuprobe.numerics import gauss_legendre

Spectrum = Callable[[Any, Any, p.Medium], Any]
MEDIUM = p.Medium(1e-3, 6.1e-10, 0.247)
M = 0.51099895


def _pairs(spectrum: Spectrum, e: float) -> float:
    """Number of pairs in a spectrum of both leptons."""
    x, w = gauss_legendre(400)
    angle = np.pi * x  # flattens the ends
    out = e / 2 - (e / 2 - M) * np.cos(angle)
    weight = (e / 2 - M) * np.sin(angle) * np.pi * w
    return float(spectrum(out, np.full_like(out, e), MEDIUM) @ weight / 2)


@pytest.mark.parametrize("e", [3.0, 20.0, 300.0])
def test_leptons_of_nuclei_integrate_to_the_series_of_the_total(e: float) -> None:
    total = float(p.bethe_heitler(np.array([e]), MEDIUM)[0])
    assert _pairs(p.bethe_heitler_spectrum, e) == pytest.approx(total, rel=2e-6)


@pytest.mark.parametrize("e", [3.0, 20.0, 300.0])
def test_leptons_of_photons_integrate_to_breit_and_wheeler(e: float) -> None:
    total = float(p.pair_production(np.array([e]), MEDIUM)[0])
    assert _pairs(p.pair_spectrum, e) == pytest.approx(total, rel=2e-6)


def test_pair_production_is_the_double_integral_of_the_cross_section() -> None:
    from scipy.integrate import dblquad

    e, t = 15.0, MEDIUM.temperature

    def integrand(s: float, u: float) -> float:
        beta = np.sqrt(1 - 4 * M**2 / s)
        logarithm = np.log((1 + beta) / (1 - beta))
        shape = (3 - beta**4) * logarithm - 2 * beta * (2 - beta**2)
        sigma = np.pi / 2 * (1 / 137.035999 / M) ** 2 * (1 - beta**2) * shape
        return float(s * sigma / np.pi**2 / np.expm1(u) * t)

    low = M**2 / (e * t)
    found = dblquad(
        integrand, low, low + 30, 4 * M**2, lambda u: 4 * e * u * t, epsrel=1e-6
    )[0] / (8 * e**2)
    total = float(p.pair_production(np.array([e]), MEDIUM)[0])
    assert total == pytest.approx(found, rel=1e-5)


def test_compton_spectrum_integrates_to_klein_and_nishina() -> None:
    x, w = gauss_legendre(200)
    for e in (2.0, 100.0):
        low = e / (1 + 2 * e / M)
        out = low * (e / low) ** x
        rate = p.compton_spectrum(out, np.full_like(out, e), MEDIUM)
        found = float(rate @ (w * out) * np.log(e / low))
        total = float(p.compton(np.array([e]), MEDIUM)[0])
        assert found == pytest.approx(total, rel=1e-9)


def test_scattered_photons_share_number_and_energy() -> None:
    e = np.array([10.0])
    x, w = gauss_legendre(20)
    rate = p.photon_spectrum_scattered(10 * x, np.full(20, 10.0), MEDIUM) * 10 * w
    total = float(p.photon_scattering(e, MEDIUM)[0])
    assert rate.sum() == pytest.approx(2 * total)
    assert rate @ (10 * x) == pytest.approx(10 * total)


@pytest.mark.parametrize("e", [3.0, 20.0])
def test_soft_inverse_compton_loses_four_thirds_gamma_squared(e: float) -> None:
    u = np.geomspace(1e-7, 300, 6000)
    t = 1e-8
    share, rate = p.inverse_compton(np.array([e]), u, p.Medium(t, 6e-10, 0.25))
    lost = np.trapezoid(rate[0] * share[0] * e, np.log(u))
    thomson = 8 * np.pi / 3 * (1 / 137.035999 / M) ** 2
    expected = 4 / 3 * thomson * (e / M) ** 2 * np.pi**2 / 15 * t**4
    assert lost == pytest.approx(expected, rel=1e-4)
