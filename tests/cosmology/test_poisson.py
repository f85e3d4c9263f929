"""The screened potential against another method, the exact density, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import nuprobe as nu
from nuprobe.constants import ALPHA_EM

cosmology = nu.cosmology


def test_linear_screening_is_yukawa() -> None:
    cloud = cosmology.screened_potential(1.0, 30.0, order=1)
    r = np.geomspace(2e-3, 20.0, 7) / cloud.debye_mass
    assert cloud(r) == pytest.approx(cloud.linear(r), rel=1e-9)
    expected = 30 * ALPHA_EM * np.exp(-r * cloud.debye_mass) / r
    assert cloud.linear(r) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("charge", "mu"), [(80.0, 0.0), (80.0, 0.4), (-80.0, 0.4)])
def test_third_order_by_shooting(charge: float, mu: float) -> None:
    """u″ = u/λ² + 2πα(n″u²/r + n‴u³/3r²), inward from the far decay."""
    t = 1.0
    cloud = cosmology.screened_potential(t, charge, chemical_potential=mu, inner=1e-2)
    mass = cloud.debye_mass
    second, third = (float(cosmology.density_derivative(t, mu, k)) for k in (2, 3))
    size = 2 * math.pi * ALPHA_EM

    def slopes(x: float, y: np.ndarray) -> list[float]:
        u, r = y[0], x / mass
        bend = mass**2 * u + size * (second * u * u / r + third * u**3 / (3 * r * r))
        return [y[1], bend / mass**2]

    def shot(far: float) -> tuple[float, float]:
        outer = 20.0
        start = [far * math.exp(-outer), -far * math.exp(-outer)]
        found = solve_ivp(
            slopes, (outer, 1e-2), start, method="DOP853", rtol=1e-11, atol=1e-30
        )
        return float(found.y[0, -1]), float(found.y[1, -1])

    x = 1e-2

    def gap(far: float) -> float:
        u, slope = shot(far)
        return u - x * slope - charge * ALPHA_EM * math.exp(-x) * (1 + x)

    point = charge * ALPHA_EM
    far = brentq(gap, 0.8 * point, 1.2 * point, xtol=1e-14)
    r = 15.0 / mass
    assert cloud(r) == pytest.approx(far * math.exp(-15.0) / r, rel=1e-6)
    assert abs(float(cloud(r) / cloud.linear(r)) - 1) > 1e-3


def test_charges_of_both_signs_are_alike_without_chemical_potential() -> None:
    plus, minus = (cosmology.screened_potential(1.0, z) for z in (50.0, -50.0))
    r = 1 / plus.debye_mass
    assert plus(r) == pytest.approx(-minus(r), rel=1e-9)
    # and the quadratic term alone does nothing
    second = cosmology.screened_potential(1.0, 50.0, order=2)
    assert second(r) == pytest.approx(second.linear(r), rel=1e-9)


def test_the_series_is_that_of_the_density() -> None:
    """n(μ + ψ) − n(μ) in a weak potential."""
    t, mu, psi = 2.0, 0.7, 0.05

    def excess(x: float) -> float:
        minus, plus = cosmology.electron_densities(t, x)
        return float(minus - plus)

    first, second, third = (
        float(cosmology.density_derivative(t, mu, k)) for k in (1, 2, 3)
    )
    series = first * psi + second * psi**2 / 2 + third * psi**3 / 6
    assert excess(mu + psi) - excess(mu) == pytest.approx(series, rel=1e-6)


def test_what_cannot_be_solved() -> None:
    cloud = cosmology.screened_potential(1.0)
    for call, told in (
        (lambda: cosmology.screened_potential(1.0, order=4), "order must be"),
        (lambda: cosmology.screened_potential(1.0, inner=2.0), "inner, in Debye"),
        (lambda: cosmology.screened_potential(0.002), "no screening"),
        (lambda: cosmology.screened_potential(1.0, 1e6), "charge is too large"),
        (lambda: cloud(0.0), "r must lie between"),
        (lambda: cosmology.screened_potential(1e-5), "temperature must"),
    ):
        with pytest.raises(nu.NuprobeError, match=told):
            call()
