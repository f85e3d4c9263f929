"""Moments above a limit against adaptive quadrature, closed forms and `integrate`."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.fluxes import FluxComponent, FluxMoments, Line, flux_names, tabulated
from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.oscillation import Vacuum
from nuprobe.units import m

POWERS = (0, 1, 2)


def _integrated(
    component: FluxComponent, low: FloatArray, power: int, refine: int = 1
) -> FloatArray:
    return component.integrate(lambda e: e ** -float(power), low, refine)


@pytest.mark.parametrize("name", flux_names())
def test_moments_agree_with_the_quadrature_of_every_flux(name: str) -> None:
    for component in nu.flux(name).components:
        top = component.e_max
        low = np.geomspace(0.05 * top, 1.01 * top, 83)
        got = FluxMoments(component, POWERS)(low)
        assert got.shape == (low.size, 1, 3)
        for column, power in enumerate(POWERS):
            want = _integrated(component, low, power, refine=4)
            # relative to what lies above the limit, except in the last 1e-9 of it
            scale = np.maximum(want, 1e-9 * want[0])
            assert np.abs(got[:, 0, column] - want).max() <= 1e-10 * want[0]
            assert (np.abs(got[:, 0, column] - want) / scale).max() < 1e-8
        assert np.all(FluxMoments(component, POWERS)(1.001 * top) == 0)


def test_a_michel_spectrum_against_its_antiderivative() -> None:
    delayed = nu.flux("sns").of("nubar_mu")[0]
    end, number = delayed.e_max, 0.08
    low = np.linspace(0.5, end, 40)
    u = low / end
    # ∫ 16 x² (3 − 4x + ...)… of 64 E²/m³ (3/4 − E/m), with x = 2E/m: 2x²(3 − 2x) dx
    whole = number * (1 - (2 * u**3 - u**4))
    got = FluxMoments(delayed, (0, 1, 2))(low)[:, 0]
    assert got[:, 0] == pytest.approx(whole, rel=1e-12, abs=1e-17)
    inverse = number / end * (3 * (1 - u**2) - 4 / 3 * (1 - u**3))
    assert got[:, 1] == pytest.approx(inverse, rel=1e-12, abs=1e-18)
    square = number / end**2 * (6 * (1 - u) - 2 * (1 - u**2))
    assert got[:, 2] == pytest.approx(square, rel=1e-12, abs=1e-19)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.just(0.0) | st.floats(1e-6, 5.0), min_size=3, max_size=9),
    st.lists(st.floats(0.9, 9.9), min_size=1, max_size=6),
)
def test_a_table_is_exact_between_its_knots(
    values: list[float], limits: list[float]
) -> None:
    energies = np.linspace(1.0, 9.0, len(values))
    component = tabulated("table", "nu_e", energies, values)
    got = FluxMoments(component, POWERS)(limits)[:, 0]
    for row, low in zip(got, limits, strict=True):
        start = min(max(low, 1.0), 9.0)
        knots = [start, *energies[energies > start]]
        for n, value in zip(POWERS, row, strict=True):
            want = sum(
                quad(
                    lambda e, n=n: float(np.interp(e, energies, values)) / e**n,
                    a,
                    b,
                    epsabs=0,
                    epsrel=1e-13,
                )[0]
                for a, b in pairwise(knots)
                if np.interp([a, b], energies, values).any()
            )
            assert value == pytest.approx(want, rel=1e-12, abs=1e-13 * max(values))


@given(st.floats(0.1, 100.0), st.floats(0.1, 100.0))
def test_a_line_counts_above_the_limit_alone(energy: float, low: float) -> None:
    component = FluxComponent("line", nu.flux("sns").flavours[0], (Line(energy, 3.0),))
    got = FluxMoments(component, (0, 2))(low)
    inside = low <= energy
    assert got[0, 0] == (3.0 if inside else 0.0)
    assert got[0, 1] == pytest.approx(3.0 / energy**2 if inside else 0.0, rel=1e-15)


def test_oscillation_factors_ride_along() -> None:
    propagation = Vacuum(30 * m)
    component = nu.flux("reactor").components[0]
    low = np.array([1.8, 3.0, 3.01, 5.0])
    moments = FluxMoments(component, (0, 1), propagation.functions, refine=2)(low)
    assert moments.shape == (4, len(propagation.names), 2)
    want = component.integrate(propagation.functions, low, 4)
    assert moments[..., 0] == pytest.approx(want, rel=1e-9, abs=1e-12)
    inverse = component.integrate(
        lambda e: propagation.functions(e) / e[..., None], low, 4
    )
    assert moments[..., 1] == pytest.approx(inverse, rel=1e-9, abs=1e-12)


def test_limits_of_any_shape_and_order() -> None:
    moments = FluxMoments(nu.flux("solar").components[0], POWERS)
    low = np.array([[0.3, 0.1], [0.2, 0.1]])
    got = moments(low)
    assert got.shape == (2, 2, 1, 3)
    assert np.array_equal(got[0, 1], got[1, 1])
    assert np.array_equal(moments(np.zeros((0, 4))), np.zeros((0, 4, 1, 3)))


@pytest.mark.parametrize("powers", [(-1,), (0.5,)])
def test_powers_are_whole(powers: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="powers of 1/E"):
        FluxMoments(nu.flux("sns").components[0], powers)


def test_a_power_of_two_down_to_tiny_limits() -> None:
    component = nu.flux("dune-nd-fhc").of("nu_mu")[0]
    low = np.array([1e-6, 1e-3, 1.0])
    edges = np.array(component.edges)
    got = FluxMoments(component, (2,))(low)[:, 0, 0]
    for start, value in zip(low, got, strict=True):
        cuts = np.unique([*np.geomspace(start, edges[-1], 400), *edges[edges > start]])
        x, w = gauss_legendre(12)
        e = (cuts[:-1, None] + np.diff(cuts)[:, None] * x).ravel()
        weights = (np.diff(cuts)[:, None] * w).ravel()
        want = float((component.continuum(e) / e**2 * weights).sum())
        assert value == pytest.approx(want, rel=1e-11)


@pytest.mark.parametrize("alpha", [0.1, 0.5, 2.5])
def test_a_pinched_flux_is_normalised_to_its_luminosity(alpha: float) -> None:
    flux = nu.flux("supernova", alpha={"nu_e": alpha})
    (component,) = flux.of("nu_e")
    above = quad(lambda e: float(component.continuum(e)), 1e-9, 5.0, epsrel=1e-12)[0]
    rest = quad(
        lambda e: float(component.continuum(e)), 5.0, component.e_max, epsrel=1e-12
    )[0]
    assert flux.total("nu_e") == pytest.approx(above + rest, rel=3e-8)


@pytest.mark.parametrize("limits", [[np.nan, 1.0], "1 MeV", [1j]])
def test_limits_are_numbers(limits: object) -> None:
    moments = FluxMoments(nu.flux("sns").components[1], (0,))
    with pytest.raises(InputError, match="limits in MeV"):
        moments(limits)  # type: ignore[arg-type]


def test_nodes_are_multiplied_by_a_whole_number() -> None:
    with pytest.raises(InputError, match="refine"):
        FluxMoments(nu.flux("sns").components[1], (0,), refine=0)


def test_moments_of_a_polynomial_are_those_of_the_quadrature() -> None:
    """Two points instead of a ladder of panels."""
    for component in nu.flux("sns").components[1:]:
        low = np.concatenate([[0.0, 1e-9, 60.0], np.linspace(0.1, 52.8, 50)])
        plain = replace(component, polynomial=None)
        exact = FluxMoments(component, (0, 1, 2))(low)
        expected = FluxMoments(plain, (0, 1, 2), refine=2)(low)
        np.testing.assert_allclose(exact, expected, rtol=1e-11, atol=1e-15)
        # E⁻³ is none of them: the ladder serves
        third = FluxMoments(component, (3,))(low)
        np.testing.assert_allclose(third, FluxMoments(plain, (3,))(low), rtol=0)
