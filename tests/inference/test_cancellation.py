"""Profiles where couplings predict up to 1e12 counts that nuisances have to cancel, and
everywhere else, against 60 digits."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from tests.inference.exact import exact, exact_projected
from tests.nightly import few

import nuprobe as nu
from nuprobe.experiments import family_cost
from nuprobe.inference import (
    CNPCost,
    Cost,
    CostSum,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    PoissonCost,
    ProjectedCost,
    compiled,
    fit,
    profile,
)
from nuprobe.inference.newton import LOST, gradient_of, hessian_of
from nuprobe.inference.steps import least_squares, solve
from nuprobe.numerics import FloatArray

CSI = "coherent-csi-2017"
POINTS = st.builds(
    lambda g, m: np.array([10**g, 10**m]), st.floats(-5, -1.5), st.floats(0, 3)
)


@cache
def shipped(name: str, analysis: str | None = None) -> Cost:
    return family_cost(nu.experiment(name), "b-l", analysis)


@cache
def variant(kind: str) -> Cost:
    """The energies of CsI 2017 with other statistics."""
    cost = shipped(CSI)
    rng = np.random.default_rng(3)
    prediction, data, sigma = cost.prediction, cost.data, cost.sigma  # type: ignore[attr-defined]
    counts = rng.poisson(10 + cost.expected({"coupling": 0.0, "mass": 10.0})[0])
    if kind == "asymmetric":
        return GaussianCost(prediction, data, sigma, below=1.3 * sigma)
    if kind == "covariance":
        tied = 0.5 * np.outer(sigma, sigma) + 0.5 * np.diag(sigma**2)
        return CovarianceCost(prediction, data, tied)
    if kind == "poisson":
        return PoissonCost(prediction, counts)
    if kind == "cnp":
        return CNPCost(prediction, counts)
    if kind == "on-off":
        off = np.maximum(rng.poisson(12.0, counts.size), 1)
        return OnOffCost(prediction, counts, off, np.full(counts.size, 4.0), 3.0)
    assert kind == "asimov"
    return PoissonCost(prediction, counts).asimov({"coupling": 0.0, "mass": 10.0})


def possible(cost: Cost, point: FloatArray) -> bool:
    """Whether rounding of the counts alone is harmless there."""
    given = cost.layout.expectations(point[None])
    return not any(
        t.huge(e).any() for (t, _, _), e in zip(cost.layout.places, given, strict=True)
    )


def check(cost: Cost, point: FloatArray) -> None:
    wanted = exact(cost, point)
    allowed = 1e-10 * (1 + wanted.value) + wanted.rounding
    for loops in (False, True):
        found = cost.profiled(point, compiled=loops)
        assert abs(found.twice_nll[0] - wanted.value) <= allowed, loops
    warm = cost.profiled_slopes_from(point[None], 0.9 * found.nuisances)[0]
    assert abs(warm[0] - wanted.value) <= allowed


@pytest.mark.parametrize(
    ("g", "m", "counts"), [(0.01, 78.476, 1.0004e9), (6.2e-3, 26.4, 1.2888e9)]
)
def test_a_billion_counts_that_nuisances_cancel(
    g: float, m: float, counts: float
) -> None:
    cost, point = shipped(CSI), np.array([g, m])
    assert cost.expected(point)[0].sum() == pytest.approx(counts, rel=1e-4)
    check(cost, point)


def test_a_step_that_is_exact_but_for_its_length() -> None:
    """One bin, 1.7e13 counts, and a second nuisance that hardly moves them."""
    cost = family_cost(nu.experiment("conus-plus"), "universal-scalar")
    check(cost, np.array([1.90069243e-03, 2.40424094]))


@pytest.mark.parametrize(
    ("name", "model", "point"),
    [
        ("solar-xe-projection", "b-3le", (1.00078e-3, 0.18958542)),
        pytest.param(
            *("ricochet-projection", "universal-scalar", (9.9987e-4, 0.28150363)),
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_a_hundred_thousand_billion_counts(
    name: str, model: str, point: tuple[float, float]
) -> None:
    cost = family_cost(nu.experiment(name), model)
    assert cost.expected(point)[0].max() > 5e13
    check(cost, np.array(point))


KINDS = ["gaussian", "asymmetric", "covariance", "poisson", "cnp", "on-off", "asimov"]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=few(3, 200))
@given(point=POINTS)
def test_every_statistic(kind: str, point: FloatArray) -> None:
    check(shipped(CSI) if kind == "gaussian" else variant(kind), point)


@pytest.mark.parametrize(
    "rows",
    [  # an inverse with a zero on its diagonal, and one that is not found
        [
            [9.482150904740893e19],
            [9.388394456159227e19, 9.299320527669669e19],
            [9.375644858166629e17, 8.907392848955724e17, 4.682520092109132e16],
            [3364116113.4079504, 3257492082.822539, 106624030.58541115, 32.2703079704],
        ],
        [
            [2.087411592014767e20],
            [2.0612660767097743e20, 2.036770732878714e20],
            [2.614551530499278e18, 2.449534383106039e18, 1.6501714739323965e17],
            [4824296607.68801, 4647566560.33626, 176730047.3517504, 32.22180740117081],
        ],
    ],
)
def test_a_curvature_of_which_rounding_leaves_nothing(rows: list[list[float]]) -> None:
    hessian = np.array([row + [0.0] * (4 - len(row)) for row in rows])
    hessian += np.tril(hessian, -1).T
    step, share = solve(hessian[:, :, None], np.ones((4, 1)))
    assert np.isfinite(step).all()
    assert share[0] <= LOST


@settings(max_examples=few(3, 200))
@given(point=POINTS)
def test_two_bins_and_four_nuisances(point: FloatArray) -> None:
    check(shipped("pandax-4t-8b"), point)


@settings(max_examples=few(1, 30))
@given(point=POINTS)
def test_many_bins(point: FloatArray) -> None:
    check(shipped("coherent-csi-2021"), point)


@settings(max_examples=few(3, 100))
@given(point=POINTS)
def test_terms_of_different_statistics(point: FloatArray) -> None:
    germanium = shipped("coherent-ge-mini-2024", "quenching")
    assert {"sns-flux"} <= {n.name for n in germanium.nuisances}
    check(CostSum(shipped(CSI), germanium), point)


@settings(max_examples=few(1, 60))
@given(point=POINTS)
def test_a_background_that_follows(point: FloatArray) -> None:
    cost = shipped(CSI, "energy-time")
    assert isinstance(cost, ProjectedCost)
    if not possible(cost, point):
        return
    wanted = exact_projected(cost, point)
    found = cost.profiled(point).twice_nll[0]
    assert abs(found - wanted.value) <= 1e-9 * (1 + wanted.value) + wanted.rounding


@pytest.mark.parametrize("barrier", [0.0, 0.5])
@pytest.mark.parametrize("kind", [*KINDS, "projected"])
def test_squares_are_gradient_and_second_derivatives(kind: str, barrier: float) -> None:
    cost = shipped(CSI) if kind == "gaussian" else None
    if cost is None:
        known = kind in KINDS
        cost = variant(kind) if known else shipped(CSI, "energy-time")
    points = np.array([[1e-5, 10.0], [3e-5, 50.0], [1e-4, 20.0]])
    given = cost.layout.expectations(points)
    weights, k = cost.layout.weights, len(cost.layout.weights)
    [(term, _, places)] = cost.layout.places
    part = term.moving(given[0], places, barrier)
    gradient = gradient_of([part], weights, np.zeros((k, 3)))
    rows = np.array([2, 0])
    for expected in (False, True):
        hessian = hessian_of([part], weights, 3, expected)
        hessian[range(k), range(k)] -= 2 * weights[:, None]
        a, b, c = part.squares(rows, k, expected)
        both = (a @ a.swapaxes(1, 2)).transpose(1, 2, 0)
        size = np.abs(hessian).max()
        np.testing.assert_allclose(both, hessian[:, :, rows], atol=1e-13 * size)
        slope = (a @ b[:, :, None])[:, :, 0] + c
        size = np.abs(gradient).max()
        np.testing.assert_allclose(slope.T, gradient[:, rows], atol=1e-13 * size)


@given(seed=st.integers(0, 2**32 - 1), reach=st.floats(0, 11))
def test_least_squares_of_rows_that_differ(seed: int, reach: float) -> None:
    """Columns alike in large rows, which small ones tell apart."""
    rng = np.random.default_rng(seed)
    columns, rows = rng.integers(1, 4), rng.integers(8, 12)
    a = rng.normal(size=(columns, rows)) * 10.0 ** rng.uniform(-1, 1, rows)
    a[:, : rows // 2] = 10**reach * (
        rng.normal(size=(1, rows // 2)) * 2.0 ** rng.integers(-3, 3, (columns, 1))
    )
    b, c = rng.normal(size=rows), rng.normal(size=columns)
    # rounding of the large rows makes columns differ, once and not squared
    rounding = 2.0**-52 * 10**reach * np.linalg.cond(a[:, rows // 2 :]) ** 2
    x, fall = least_squares(a[None], b[None], c[None])
    with mp.workdps(60):
        m, q = mp.matrix(a.tolist()), mp.matrix(b.tolist())
        wanted = mp.lu_solve(m * m.T, -(m * q + mp.matrix(c.tolist())))
        off = mp.matrix(x[0].tolist()) - wanted
        assert mp.norm(off) <= 30 * rounding * mp.norm(wanted)
        length = mp.norm(m.T * wanted)
    assert fall[0] == pytest.approx(float(length**2), rel=30 * rounding)


def test_what_nothing_sees_stays() -> None:
    a = np.array([[[1.0, 2.0, 2.0], [2.0, 4.0, 4.0], [0.0, 0.0, 0.0]]])
    x, fall = least_squares(a, -np.ones((1, 3)), np.zeros((1, 3)))
    assert (x == 0).sum() == 2
    assert x[0] @ a[0] == pytest.approx(np.array([5.0, 10.0, 10.0]) / 9)
    assert fall[0] == pytest.approx(25 / 9)


@pytest.mark.parametrize("points", [3, 100])
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_left_of_a_diagonal_element(points: int, seed: int) -> None:
    """As others follow: the same in three ways, where no single pivot tells."""
    rng = np.random.default_rng(seed)
    k = 4
    rows = rng.normal(size=(points, 6, k))
    rows[:, :, 1] = rows[:, :, 0] + 3e-4 * rows[:, :, 1]
    rows[:, :, 2] = rows[:, :, 0] - rows[:, :, 1] + 3e-7 * rows[:, :, 2]
    rows *= 10.0 ** rng.uniform(-3, 3, k)
    hessian = rows.swapaxes(1, 2) @ rows
    share = solve(hessian.transpose(1, 2, 0), np.ones((k, points)))[1]
    for one, r in zip(share[:5], rows, strict=False):
        with mp.workdps(60):
            m = mp.matrix(r.tolist())
            h = m.T * m
            inverse = h**-1
            wanted = min(1 / (h[j, j] * inverse[j, j]) for j in range(k))
        low, inner, x = np.empty((k, k)), np.empty(k), np.ones(k)
        product = compiled._solve((r.T @ r), low, inner, x)
        assert product <= LOST
        rest = compiled._rest(r.T @ r, low, inner)
        for found in (one, rest):
            assert (found <= LOST) == (wanted <= LOST) or 0.1 < wanted / LOST < 10
            if wanted > 1e-12:
                assert found == pytest.approx(float(wanted), rel=0.05)


@pytest.mark.parametrize("point", [(1e-4, 78.0), (0.01, 78.476), (0.01, 3.0)])
def test_covariance_of_nuisances(point: tuple[float, float]) -> None:
    cost, p = shipped(CSI), np.array(point)
    given = cost.layout.expectations(p[None])[0]
    with mp.workdps(60):
        rows = mp.matrix((np.concatenate(given.slopes) / cost.sigma).tolist())  # type: ignore[attr-defined]
        wanted = (rows * rows.T + mp.diag(cost.layout.weights.tolist())) ** -1
    found = cost.nuisance_covariance(p, cost.profiled(p).nuisances)
    np.testing.assert_allclose(
        found, np.array(wanted.tolist(), dtype=float), rtol=1e-7, atol=1e-9
    )


def test_fits_and_planes_see_the_minimum() -> None:
    """The profile along a coupling has its valley at a billion counts."""
    cost = shipped(CSI)
    low = exact(cost, np.array([0.01, 78.476])).value
    curve = profile(cost, "coupling", [3e-3, 0.01, 0.03], fixed={"mass": 78.476})
    assert curve.twice_nll[list(curve.values).index(0.01)] == pytest.approx(low)
    found = fit(cost, start={"coupling": 0.01, "mass": 78.476}, minos=False)
    assert found.twice_nll <= low
