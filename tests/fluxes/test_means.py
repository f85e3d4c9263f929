"""Means over fluxes against plain integrals over energy and deposit."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.fluxes import means
from nuprobe.processes import cross_section
from nuprobe.processes.nuclear.breakup import NN, NP, PP


@pytest.mark.parametrize(
    ("current", "flavour", "flux", "options", "threshold"),
    [
        ("cc", "nu_e", "solar", {"components": ["8B"]}, PP.threshold),
        ("nc", "nu_mu", "sns", {}, NP.threshold),
        ("cc", "nubar_e", "reactor", {}, NN.threshold),
    ],
)
@pytest.mark.filterwarnings("ignore:above 30 MeV")
def test_a_mean_is_the_plain_integral(
    current: Any, flavour: str, flux: str, options: Any, threshold: float
) -> None:
    source = nu.flux(flux, **options)
    total = 0.0
    for component in source.of(flavour):
        for line in component.lines:
            sigma = nu.deuteron.total(line.energy, current, flavour)
            total += line.intensity * float(sigma)
        if component.density is None:
            continue
        # the rule of a table, which is linear between its points
        edges = np.unique([threshold, *component.edges])
        x = np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(edges)])
        x = x[x >= threshold]
        y = component.continuum(x) * nu.deuteron.total(x, current, flavour, rtol=1e-6)
        total += float(np.trapezoid(y, x))
    ours = nu.deuteron.flux_averaged(source, current, flavour)
    assert ours == pytest.approx(total / source.total(flavour), rel=2e-3)


@pytest.mark.nightly
def test_the_order_of_the_integrals_does_not_matter() -> None:
    """First over neutrino energies for each deposit, as templates do it."""
    source = nu.flux("solar", components=["8B"])
    process = nu.process("deuteron-nc")
    by_deposit = cross_section.flux_averaged(
        process, source, None, nu.StandardModel(), "nu_e"
    )
    ours = nu.deuteron.flux_averaged(source, "nc", "nu_e")
    assert ours == pytest.approx(by_deposit, rel=1e-8)


def test_ends_and_lines() -> None:
    with pytest.raises(InputError, match="has no nubar_e"):
        nu.deuteron.flux_averaged("solar", "cc", "nubar_e")
    # no such reaction, or everything below the threshold
    assert nu.deuteron.flux_averaged("sns", "cc", "nu_mu") == 0.0
    low = nu.flux("solar", components=["pp"])
    assert nu.deuteron.flux_averaged(low, "cc", "nu_e") == 0.0
    pep = nu.flux("solar", components=["hep"])
    line = nu.flux("solar", components=["pep"])
    assert nu.deuteron.flux_averaged(pep, "cc", "nu_e") > 0.0
    # one line of 1.442 MeV, just below the threshold of 1.4428
    assert nu.deuteron.flux_averaged(line, "cc", "nu_e") == 0.0


def test_next_to_the_barrier_there_is_an_answer() -> None:
    at = np.array([PP.threshold, PP.threshold + 1e-5, PP.threshold + 1e-3])
    sigma = nu.deuteron.total(at, "cc", "nu_e")
    assert np.array_equal(sigma[:2], [0.0, 0.0])
    assert 0 < sigma[2] < 1e-50


def test_a_polynomial_in_the_root() -> None:
    """σ = u³ exp(−u) with u = √(E − 2) is interpolated; below 2 it is 0."""

    def sigma(e: Any) -> Any:
        u = np.sqrt(np.maximum(e - 2.0, 0.0))
        return u**3 * np.exp(-u)

    fast = means.interpolated(sigma, 2.0, 20.0, 24)
    e = np.array([1.0, 2.0, 2.5, 10.0, 20.0])
    assert fast(e) == pytest.approx(sigma(e), rel=1e-10, abs=1e-12)
    plain, _ = quad(lambda x: float(sigma(x)), 2, 20, epsrel=1e-11)
    mean, _ = quad(lambda x: float(fast(np.array(x))), 2, 20, epsrel=1e-11)
    assert mean == pytest.approx(plain, rel=1e-10)
