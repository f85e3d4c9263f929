"""Gamma smearing, acceptance in the recoil energy, quenching polynomials and shifted
logistic acceptances."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma

from nuprobe.detectors import (
    LogisticAcceptance,
    PolynomialQuenching,
    Response,
    TableAcceptance,
)
from nuprobe.errors import InputError
from nuprobe.units import MeV, keV

CSI = PolynomialQuenching((0.0554628, 4.30681, -111.707, 840.384))
TURN_ON = LogisticAcceptance(1.32045, 0.285979, 10.8646, offset=-0.333322)
PE = np.array([8.0, 12, 16, 20, 24, 32, 40, 50, 60])


@given(
    st.floats(1, 5),
    st.floats(0, 3),
    st.floats(-7, 2.5),
    st.lists(st.floats(0.01, 400), min_size=1, max_size=8, unique=True),
)
@settings(deadline=None, max_examples=60)
def test_gamma_columns_sum_to_one(
    k0: float, k1: float, log_mean: float, cuts: list[float]
) -> None:
    mean = 10.0**log_mean
    k = k0 + k1 * mean
    # all but 1e-14 of the distribution lies below the last edge
    top = max(500.0, float(gamma.isf(1e-14, k, scale=mean / k)))
    response = Response(
        np.array([0.0, *sorted(cuts), top]), 1.0, smearing="gamma", gamma_shape=(k0, k1)
    )
    column = response.matrix(np.array([mean]))[:, 0]
    assert np.all(column >= 0)
    assert column.sum() == pytest.approx(1, abs=1e-9)
    exact = np.diff(gamma.cdf(response.edges, k, scale=mean / k))
    np.testing.assert_allclose(column, exact, atol=1e-9)


@pytest.mark.parametrize("t_nr", [0.002, 0.006, 0.015, 0.035])
def test_gamma_times_acceptance_against_adaptive_quadrature(t_nr: float) -> None:
    response = Response(
        PE, 13.35 / keV, CSI, TURN_ON, "gamma", gamma_shape=(1.0, 0.716)
    )
    mean = 13.35e3 * (
        0.0554628 * t_nr + 4.30681 * t_nr**2 - 111.707 * t_nr**3 + 840.384 * t_nr**4
    )
    k = 1 + 0.716 * mean

    def density(x: float) -> float:
        kept = max(1.32045 / (1 + np.exp(-0.285979 * (x - 10.8646))) - 0.333322, 0.0)
        return float(kept * gamma.pdf(x, k, scale=mean / k))

    exact = [
        quad(density, a, b, epsabs=1e-15, epsrel=1e-11)[0] for a, b in pairwise(PE)
    ]
    np.testing.assert_allclose(
        response.matrix(np.array([t_nr]))[:, 0], exact, rtol=1e-9, atol=1e-15
    )


def test_mean_and_variance_of_the_gamma_smearing() -> None:
    edges = np.linspace(0, 300, 30001)
    middle = (edges[1:] + edges[:-1]) / 2
    matrix = Response(edges, 1.0, smearing="gamma", gamma_shape=(1.0, 0.7)).matrix(
        mean := np.array([2.0, 20.0, 60.0])
    )
    np.testing.assert_allclose(middle @ matrix, mean, rtol=1e-5)
    np.testing.assert_allclose(
        middle**2 @ matrix - mean**2, mean**2 / (1 + 0.7 * mean), rtol=1e-4
    )


def test_an_acceptance_in_the_recoil_energy_multiplies_columns() -> None:
    table = TableAcceptance(np.array([2.0, 10.0]), np.array([0.0, 0.8]))  # keV
    plain = Response(
        np.arange(0, 41.0), 1 / keV, smearing="gaussian", resolution=(0, 0.5, 0)
    )
    kept = Response(
        plain.edges,
        1 / keV,
        acceptance=table,
        smearing="gaussian",
        resolution=(0, 0.5, 0),
        acceptance_of="recoil",
    )
    t = np.array([1.0, 4.0, 6.0, 20.0]) * keV
    np.testing.assert_allclose(
        kept.matrix(t), plain.matrix(t) * [0.0, 0.2, 0.4, 0.8], rtol=1e-12
    )
    np.testing.assert_allclose(kept.breakpoints(1.0), np.array([2.0, 10.0]) * keV)


def test_the_factor_multiplies_everything() -> None:
    one = Response(PE, 13.35 / keV, CSI, TURN_ON, "gamma", gamma_shape=(1.0, 0.716))
    two = Response(
        PE, 13.35 / keV, CSI, TURN_ON, "gamma", gamma_shape=(1.0, 0.716), factor=2.5
    )
    t = np.array([0.01, 0.02])
    np.testing.assert_allclose(two.matrix(t), 2.5 * one.matrix(t), rtol=1e-13)


def test_a_polynomial_in_two_units_is_one_curve() -> None:
    in_kev = PolynomialQuenching((0.246, 0.00078), keV)
    in_mev = PolynomialQuenching((0.246, 0.78), MeV)
    t = np.array([0.0, 0.01, 0.08])
    np.testing.assert_allclose(in_kev(t), t * (0.246 + 0.00078 * t / keV), rtol=1e-14)
    np.testing.assert_allclose(in_kev(t), in_mev(t), rtol=1e-14)


@pytest.mark.parametrize(
    "coefficients", [(), (0.0, 1.0), (0.2, -1.0), (0.2, 1.0, -30.0), (np.nan,), (-0.1,)]
)
def test_polynomials_that_do_not_increase_are_refused(
    coefficients: tuple[float, ...],
) -> None:
    with pytest.raises(InputError, match="polynomial"):
        PolynomialQuenching(coefficients)


def test_a_shifted_logistic_is_zero_below_its_crossing() -> None:
    (zero,) = TURN_ON.breakpoints
    assert zero == pytest.approx(7.0682, abs=1e-4)
    np.testing.assert_array_equal(TURN_ON(np.array([-3.0, 0.0, zero - 1e-9])), 0)
    assert float(TURN_ON(np.array(1e3))) == pytest.approx(1.32045 - 0.333322)
    for bad in (
        {"a": 1.4, "offset": -0.3},
        {"a": 0.5, "offset": -0.6},
        {"a": 0.5, "offset": np.nan},
    ):
        with pytest.raises(InputError, match="offset"):
            LogisticAcceptance(k=0.3, x0=10, **bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"gamma_shape": (0.5, 1.0)}, "k0"),
        ({"gamma_shape": (1.0, -1.0)}, "k1"),
        ({"edges": np.array([-1.0, 2.0])}, "from 0"),
        ({"factor": -1.0}, "factor"),
    ],
)
def test_impossible_gamma_responses(changes: dict[str, object], hint: str) -> None:
    keywords: dict[str, object] = {
        "edges": np.array([0.0, 1, 2]),
        "light_yield": 1.0,
        "smearing": "gamma",
    }
    with pytest.raises(InputError, match=hint):
        Response(**(keywords | changes))  # type: ignore[arg-type]
