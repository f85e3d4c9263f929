"""Quenching and acceptance functions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from nuprobe.detectors import (
    ConstantQuenching,
    FullAcceptance,
    FunctionQuenching,
    LindhardQuenching,
    LogisticAcceptance,
    Quenching,
    TableAcceptance,
    TableQuenching,
    bin_acceptance,
)
from nuprobe.detectors.acceptance import Acceptance
from nuprobe.errors import ComputationError, InputError
from nuprobe.units import keV

TABLE = TableQuenching(np.array([5.0, 10, 30]) * keV, np.array([0.06, 0.08, 0.09]))


@pytest.mark.parametrize(
    "quenching",
    [
        ConstantQuenching(0.0878),
        TABLE,
        TableQuenching(np.array([1.0, 2, 3]) * keV, np.array([0.3, 0.25, 0.22])),
        LindhardQuenching(0.157, 32),
        FunctionQuenching(lambda t: t**1.2),
    ],
)
def test_light_rises_with_the_recoil_from_zero(quenching: Quenching) -> None:
    t = np.linspace(0, 100, 4001) * keV
    light = quenching(t)
    assert light.shape == t.shape
    assert light[0] == 0
    assert np.all(np.diff(light) > 0)


def test_tables_are_linear_inside_and_constant_outside() -> None:
    t = np.array([1.0, 5, 7.5, 20, 100]) * keV
    np.testing.assert_allclose(TABLE(t) / t, [0.06, 0.06, 0.07, 0.085, 0.09])
    np.testing.assert_allclose(TABLE.breakpoints, np.array([5.0, 10, 30]) * keV)


def test_lindhard_in_germanium() -> None:
    # k = 0.133 Z^(2/3) A^(-1/2) = 0.157: 0.171 at 1 keV and 0.234 at 10 keV by hand
    got = LindhardQuenching(0.157, 32)(np.array([1.0, 10.0]) * keV) / (
        np.array([1.0, 10.0]) * keV
    )
    epsilon = 11.5 * 32 ** (-7 / 3) * np.array([1.0, 10.0])
    g = 3 * epsilon**0.15 + 0.7 * epsilon**0.6 + epsilon
    np.testing.assert_allclose(got, 0.157 * g / (1 + 0.157 * g))
    np.testing.assert_allclose(got, [0.171, 0.234], atol=0.001)


@pytest.mark.parametrize(
    ("t", "f"),
    [
        ([1, 2], [0.1, np.nan]),
        ([1, np.nan], [0.1, 0.1]),
        ([1, np.inf], [0.1, 0.1]),
        ([2, 1], [0.1, 0.1]),
        ([1, 2], [0.1, 0]),
        ([1], [0.1]),
        ([-1, 2], [0.1, 0.1]),
        ([1, 2], [1.0, 0.4]),  # the light falls from point to point
        (
            [1, 2],
            [1.0, 0.55],
        ),  # the light rises from point to point, but falls between them
    ],
)
def test_impossible_quenching_tables_are_refused(
    t: list[float], f: list[float]
) -> None:
    with pytest.raises(InputError, match="quenching table"):
        TableQuenching(np.array(t, dtype=float), np.array(f, dtype=float))


@pytest.mark.parametrize("bad", [0.0, -0.1, 11.0, np.nan, np.inf])
def test_impossible_factors_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match="quenching factor"):
        ConstantQuenching(bad)
    with pytest.raises(InputError, match="Lindhard"):
        LindhardQuenching(bad if bad != 11 else 1.0, 32)


LOGISTIC = LogisticAcceptance(0.6655, 0.4942, 10.8507, ((5, 0.5), (6, 1.0)))


def test_the_logistic_of_the_csi_detector() -> None:
    x = np.array([0.0, 4.999, 5.0, 5.999, 6.0, 10.8507, 1e4, -1e4])
    curve = 0.6655 / (1 + np.exp(-0.4942 * np.clip(x - 10.8507, -1e3, 1e3)))
    np.testing.assert_allclose(
        LOGISTIC(x), curve * [0, 0, 0.5, 0.5, 1, 1, 1, 0], rtol=1e-13, atol=1e-300
    )
    assert LOGISTIC(np.array([10.8507])) == pytest.approx(0.6655 / 2)


def test_the_tail_of_the_logistic_keeps_its_digits() -> None:
    steep = LogisticAcceptance(1.0, 5.0, 20.0)
    np.testing.assert_allclose(
        steep(np.array([0.0, 8.0])), np.exp([-100.0, -60.0]), rtol=1e-12
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: LogisticAcceptance(1.2, 1, 1),
        lambda: LogisticAcceptance(0, 1, 1),
        lambda: LogisticAcceptance(np.nan, 1, 1),
        lambda: LogisticAcceptance(1, -1, 1),
        lambda: LogisticAcceptance(1, np.nan, 1),
        lambda: LogisticAcceptance(1, 1, np.nan),
        lambda: LogisticAcceptance(1, 1, 1, ((6, 1.0), (5, 0.5))),
        lambda: LogisticAcceptance(1, 1, 1, ((5, 0.5), (5, 1.0))),
        lambda: LogisticAcceptance(1, 1, 1, ((5, 1.5),)),
        lambda: TableAcceptance(np.array([0.0, 1]), np.array([0.5, 1.5])),
        lambda: TableAcceptance(np.array([0.0, 1]), np.array([0.5, np.nan])),
        lambda: TableAcceptance(np.array([0.0, np.nan]), np.array([0.5, 0.5])),
        lambda: TableAcceptance(np.array([1.0, 0]), np.array([0.5, 0.5])),
    ],
)
def test_impossible_acceptances_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(InputError, match="acceptance"):
        make()


def test_a_table_acceptance_is_zero_below_and_constant_above() -> None:
    table = TableAcceptance(np.array([1.0, 3.0]), np.array([0.2, 0.6]))
    np.testing.assert_allclose(
        table(np.array([0.0, 0.999, 1.0, 2.0, 3.0, 10.0])), [0, 0, 0.2, 0.4, 0.6, 0.6]
    )


@given(st.floats(0.05, 30), st.floats(-5, 60), st.floats(0.5, 60), st.floats(0, 40))
def test_bin_averages_against_adaptive_quadrature(
    k: float, x0: float, width: float, low: float
) -> None:
    acceptance = LogisticAcceptance(0.7, k, x0, ((5, 0.5), (6.3, 1.0)))
    edges = np.array([low, low + width, low + 1.5 * width])
    got = bin_acceptance(acceptance, edges)
    for value, a, b in zip(got, edges[:-1], edges[1:], strict=True):
        marks = sorted(
            {a, b} | {x for x in (5, 6.3, x0 - 8 / k, x0, x0 + 8 / k) if a < x < b}
        )
        exact = sum(
            quad(
                lambda x: float(acceptance(np.array(x))),
                lo,
                hi,
                epsabs=1e-13,
                epsrel=1e-11,
                limit=200,
            )[0]
            for lo, hi in pairwise(marks)
        )
        assert value == pytest.approx(exact / (b - a), rel=1e-8, abs=1e-13)


def test_an_undeclared_jump_is_noticed() -> None:
    class Jump(FullAcceptance):
        def __call__(
            self, x: np.typing.NDArray[np.float64]
        ) -> np.typing.NDArray[np.float64]:
            return np.where(np.asarray(x) < 0.3371, 0.0, 1.0)

    jump: Acceptance = Jump()
    with pytest.raises(ComputationError, match="breakpoints"):
        bin_acceptance(jump, np.array([0.0, 1.0]))
    np.testing.assert_array_equal(
        bin_acceptance(FullAcceptance(), np.array([0.0, 1.0, 5.0])), [1, 1]
    )
