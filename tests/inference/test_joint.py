"""The joint likelihood of two experiments, with rates that go with squares of
parameters and shared nuisances.

Oracles: scipy's exact trust region over the nuisances, and its BFGS over parameters and
nuisances together.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from iminuit import Minuit  # type: ignore[import-untyped,unused-ignore]
from scipy.optimize import minimize
from tests.nightly import few

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.inference import Cost, Surface, fit
from nuprobe.inference.costs.nuisances import profile_hard
from nuprobe.inference.descent import descend
from nuprobe.numerics import FloatArray
from nuprobe.reproductions.electromagnetic import intervals

FREE = [f"charge_radius.{e}" for e in ("ee", "mumu", "emu", "etau", "mutau")]


@cache
def joint(shapes: str = "profiled") -> Cost:
    """With profiled shapes: what is tested here is the minimum over the nuisances."""
    model = nu.Electromagnetic()
    csi = nu.experiment("coherent-csi-2021", Experiment)
    argon = nu.experiment("coherent-lar-2020", Experiment).with_changes(
        {"analyses.energy-shape-time.shapes": shapes}
    )
    return csi.cost(model, FREE, "nuclear-recoils") + argon.cost(model, FREE)


def directly(cost: Cost, point: FloatArray) -> float:
    """Minimum over the nuisances by scipy: Poisson likelihood written out, nuisances in
    units of their sigma.

    Principal axes of the slopes, because scipy solves the normal equations too.
    """
    n, base, rows = [], [], []
    names = [x.name for x in cost.nuisances]
    for term in cost.terms:
        columns = [cost.index(p.name) for p in term.parameters]
        e = term.prediction.expectation(point[None, columns])
        block = np.zeros((len(names), term.n_bins))
        for x, along in zip(term.nuisances, e.slopes, strict=True):
            block[names.index(x.name)] = x.sigma * along[0]
        n.append(term.data)
        base.append(e.base[0])
        rows.append(block)
    data, mu0, slopes = (
        np.concatenate(n),
        np.concatenate(base),
        np.concatenate(rows, axis=1),
    )
    axes = np.linalg.svd(slopes, full_matrices=False)[0]
    slopes = axes.T @ slopes

    def value(t: FloatArray) -> float:
        mu = mu0 + t @ slopes
        if (mu < 0).any() or (mu[data > 0] <= 0).any():
            return 1e30
        ratio = np.where(data > 0, data, 1.0) / np.where(data > 0, mu, 1.0)
        return float(2 * (mu - data + data * np.log(ratio)).sum() + t @ t)

    def slope(t: FloatArray) -> FloatArray:
        mu = mu0 + t @ slopes
        return np.asarray(
            2
            * slopes
            @ (1 - np.divide(data, mu, out=np.zeros_like(mu), where=data > 0))
            + 2 * t
        )

    def curvature(t: FloatArray) -> FloatArray:
        mu = mu0 + t @ slopes
        weight = np.divide(2 * data, mu**2, out=np.zeros_like(mu), where=data > 0)
        return np.asarray((slopes * weight) @ slopes.T + 2 * np.eye(len(t)))

    found = minimize(
        value,
        np.zeros(len(names)),
        jac=slope,
        hess=curvature,
        method="trust-exact",
        options={"gtol": 1e-7 * max(1.0, float(np.abs(slopes).max())), "maxiter": 5000},
    )
    return float(found.fun)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(0.0, 2.5), st.lists(st.floats(-1.0, 1.0), min_size=5, max_size=5))
def test_profiled_against_scipy_at_any_radii(
    decades: float, direction: list[float]
) -> None:
    """From rates like those measured to some thousand times as many, which nuisances
    must cancel."""
    point = 1e-32 * 10.0**decades * np.array(direction)
    found = joint().profiled(point)
    truth = directly(joint(), point)
    assert np.isfinite(found.twice_nll[0])
    # rounding of the counts, and scipy stops where its own step no longer helps
    assert found.twice_nll[0] == pytest.approx(truth, rel=1e-6, abs=0)
    assert found.twice_nll[0] <= truth + 1e-5


@settings(max_examples=few(8, 25), deadline=None)
@given(st.floats(0.0, 4.0), st.lists(st.floats(-1.0, 1.0), min_size=5, max_size=5))
def test_two_ways_to_the_nuisances_are_one(
    decades: float, direction: list[float]
) -> None:
    """The interior-point way along principal axes, for hard points, gives what the
    batch gives."""
    point = 1e-32 * 10.0**decades * np.array(direction)
    batch = joint().profiled(point)
    value, nuisances, boundary = profile_hard(joint().layout, point)
    tolerance = (
        1e-9 + 1e-13 * 100.0**decades
    )  # rounding of counts, which grow as the square
    assert value == pytest.approx(batch.twice_nll[0], rel=0, abs=tolerance)
    if decades < 2 and not boundary:
        # the pseudo-counts push by 1e-6 of −2 ln L at most
        np.testing.assert_allclose(nuisances, batch.nuisances[0], rtol=0, atol=1e-4)


def test_rates_without_end_tend_to_a_plateau() -> None:
    """Nuisances scale the signal, so that they can take away any: −2 ln L then goes as
    a constant minus 1/rate."""
    radii = 1e-32 * np.array([1e3, 1e4, 1e5, 1e6])
    points = np.zeros((4, 5))
    points[:, 3:] = radii[:, None]
    values = joint().profiled(points).twice_nll
    limit = values[1] + (values[1] - values[0]) / 99  # rates go as the square
    np.testing.assert_allclose(values[2:], limit, rtol=1e-6)


def test_a_signal_without_end_costs_what_its_shapes_span() -> None:
    """Integrated over, two shapes that go as the square of the radii make −2 ln L rise
    by twice ln of the square, per shape, beyond that plateau."""
    points = np.zeros((2, 5))
    points[:, 3:] = 1e-32 * np.array([[1e4], [1e5]])
    found = joint("marginal").profiled(points)
    assert found.joint == pytest.approx(joint().profiled(points).twice_nll, rel=1e-12)
    assert found.shapes is not None
    # the information goes as s²/s where the signal is most of the counts
    assert np.diff(found.shapes)[0] == pytest.approx(2 * np.log(100), rel=1e-3)


def test_rates_beyond_double_precision_are_no_failure() -> None:
    """The expectation is then rounded by more than a count, which adds to −2 ln L;
    neighbours do not feel it."""
    points = np.zeros((3, 5))
    points[:, 3] = points[:, 4] = 1e-32, 3e-24, 3e-32
    found = joint().profiled(points).twice_nll
    plateau = joint().profiled([0.0, 0.0, 0.0, 1e-27, 1e-27]).twice_nll[0]
    assert plateau - 1 < found[1] < np.inf
    np.testing.assert_allclose(
        found[::2], joint().profiled(points[::2]).twice_nll, rtol=1e-12
    )


def test_a_start_beside_a_point_of_symmetry_stays_where_the_data_speak() -> None:
    """At etau = mutau = 0 the data give those radii no error to first order: nothing to
    take a step from."""
    starts = 1e-32 * np.array(
        [
            [0.0, 0.0, emu, tiny, tiny]
            for emu in (0.0, 50.0, 500.0)
            for tiny in (0.0, 1e-12, 1e-6)
        ]
    )
    surface = Surface(joint(), [FREE[i] for i in (0, 1, 3, 4)])
    found, value = descend(surface, starts)
    assert np.isfinite(value).all()
    assert np.abs(found[:, [0, 1, 3, 4]]).max() < 1e-28


def volume(cost: Cost, point: FloatArray) -> float:
    """ln det of what the two shapes of argon and their constraints know, written out.
    The expected counts are those where all nuisances are 0."""
    (argon,) = [t for t in cost.terms if t.name.startswith("coherent-lar-2020")]
    e = argon.prediction.expectation(point[None])
    rows = {n.name: s[0] for n, s in zip(argon.nuisances, e.slopes, strict=True)}
    one, other = rows["lar-2020-f90"], rows["lar-2020-signal-time"]
    a, b, c = (
        float((x * y / e.base[0]).sum())
        for x, y in ((one, one), (other, other), (one, other))
    )
    return float(np.log((1 + a) * (1 + b) - c**2))


def together(fixed: dict[str, float], shapes: str = "profiled") -> float:
    """Minimum by BFGS over radii and nuisances together, from some starts; emu stays at
    zero unless fixed.

    Rates know emu² + etau² and emu² + mutau² only, so that nothing is lost.
    """
    cost = joint()
    at = cost.point(fixed)
    move = [i for i, name in enumerate(FREE) if name not in fixed and i != 2]
    sigma = np.array([n.sigma for n in cost.nuisances])

    def value(x: FloatArray) -> tuple[float, FloatArray]:
        point = at.copy()
        point[move] = 1e-31 * x[: len(move)]
        nuisances = sigma * x[len(move) :]
        total = float(cost.twice_nll(point, nuisances)[0])
        if not np.isfinite(total):
            return 1e10, np.zeros(len(x))
        of_point, of_nuisances = cost.gradient(point, nuisances)
        moved = 1e-31 * of_point[0, move]
        if shapes == "marginal":
            total += volume(cost, point)
            for i, column in enumerate(move):
                step = np.zeros(len(point))
                step[column] = 1e-35
                ends = [volume(cost, point + side * step) for side in (1, -1)]
                moved[i] += 1e-31 * (ends[0] - ends[1]) / 2e-35
        return total, np.concatenate([moved, sigma * of_nuisances[0]])

    rng = np.random.default_rng(3)
    starts = rng.uniform(-6, 4, (8, len(move) + len(sigma)))
    starts[:, len(move) :] = 0
    return min(
        float(minimize(value, x, jac=True, method="BFGS", options={"gtol": 1e-6}).fun)
        for x in starts
    )


@pytest.mark.nightly
def test_joint_fit_of_transition_radii_has_a_minimum() -> None:
    best = fit(joint(), [FREE[0], FREE[1], *FREE[3:]], minos=False)
    assert best.twice_nll == pytest.approx(together({}), rel=0, abs=1e-6)


@pytest.mark.nightly
def test_intervals_of_a_likelihood_with_many_valleys() -> None:
    """Minimum by Minuit to 1e-6; at each end the profile, by BFGS from many starts, to
    5e-5 of an error.

    On nuclei charges and charge radii can take each other's place, so that a profile
    followed from the best fit alone (MINOS) ends too early: here by 4 % of an error.
    """
    free = {
        "charge_radius.ee": 20e-32,
        "charge_radius.mumu": 20e-32,
        "charge.ee": 2e-7,
        "charge.mumu": 2e-7,
    }
    cost = nu.experiment("coherent-csi-2017").cost(
        nu.Electromagnetic(), list(free), "energy-time-nuclear"
    )
    scale = np.array(list(free.values()))
    best = fit(cost)

    def lowest(column: int, end: float) -> float:
        move = [c for c in range(4) if c != column]
        rng = np.random.default_rng(5)
        starts = 2 * scale * rng.normal(size=(400, 4)) + best.point * rng.integers(
            0, 2, (400, 1)
        )
        starts[:, column] = end

        def value(z: FloatArray) -> tuple[float, FloatArray]:
            point = np.full(4, end)
            point[move] = z * scale[move]
            return (
                float(cost.profiled(point).twice_nll[0]),
                cost.profiled_gradient(point)[0, move] * scale[move],
            )

        order = np.argsort(cost.profiled(starts).twice_nll)[:10]
        found = (
            minimize(value, starts[i, move] / scale[move], jac=True, method="BFGS")
            for i in order
        )
        return min(float(one.fun) for one in found)

    minuit = Minuit(
        lambda z: float(cost.profiled(scale * z).twice_nll[0]),
        best.point / scale + 0.1,
        grad=lambda z: scale * cost.profiled_gradient(scale * z)[0],
        name=list(free),
    )
    minuit.errordef, minuit.strategy, minuit.tol = 1.0, 2, 1e-6
    minuit.migrad()
    assert best.twice_nll == pytest.approx(minuit.fval, rel=0, abs=1e-6)
    for column, one in enumerate(best.free):
        assert one.interval is not None
        for end in (one.interval.lower, one.interval.upper):
            assert end is not None
            assert lowest(column, end) - best.twice_nll == pytest.approx(
                1.0, rel=0, abs=1e-4
            )


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "bound", "points"),
    [(FREE[2], 29.39, 29.16), (FREE[3], 39.97, 39.59), (FREE[4], 30.34, 30.13)],
)
def test_joint_bounds_on_transition_radii(
    name: str, bound: float, points: float
) -> None:
    """90 %: −2 ln L is 2.7055 above its minimum at the bound, by another minimiser; and
    the profile ends there, nucleons having a size or not; recoils of electrons do not
    move it. (30.21, 40.10 and 31.51 with the shapes of argon profiled.)"""
    lowest, there = (
        together(fixed, "marginal") for fixed in ({}, {name: 1e-32 * bound})
    )
    assert there - lowest == pytest.approx(2.7055, abs=0.01)
    alone = {"coherent-csi-2021": "nuclear-recoils", "coherent-lar-2020": None}
    changes = {"target.nucleon": "point"}
    for data, changed, end in (
        (alone, None, bound),
        (alone, changes, points),
        ({**alone, "coherent-csi-2021": None}, None, bound),
    ):
        found = intervals(data, name, FREE, changes=changed)
        np.testing.assert_allclose(found, [(0.0, end)], rtol=0, atol=0.01)
