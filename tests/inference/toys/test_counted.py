"""Toys with control counts of their own, against single costs, differences and the
ordinary fitter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import xlogy
from tests.inference.synthetic import Synthetic
from tests.nightly import few

import nuprobe as nu
from nuprobe.inference import OnOffCost, ProjectedCost, fit
from nuprobe.inference.costs.product import product_counts
from nuprobe.inference.toys import Toys, draw, fit_toys, shifted_cost
from nuprobe.inference.toys.bins import ToyBins
from nuprobe.inference.toys.counted import OnOffBins, ProjectedBins
from nuprobe.inference.toys.descent import ToyCost
from nuprobe.inference.toys.starts import grid_of_starts, screened
from nuprobe.inference.toys.statistics import bins_of_toys
from nuprobe.numerics import FloatArray

SHAPE = (3, 4)


def cost_of(kind: str, background: float = 60.0) -> OnOffCost:
    signal = 20 * background
    p = Synthetic(bins=12, signal=signal, background=background, n_nuisances=2)
    nominal = product_counts(0.8 * p.rest().reshape(SHAPE))
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    if kind == "bins":
        return OnOffCost(p, mu, 2 * nominal, nominal, 2.0)
    return ProjectedCost(p, mu, 2 * nominal, nominal, SHAPE, 2.0)


def thrown(cost: OnOffCost, number: int, seed: int = 3) -> Toys:
    nominal = np.zeros(len(cost.nuisances))
    return draw(cost, cost.default, nominal, number, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", ["bins", "projections"])
@pytest.mark.parametrize(
    ("free", "background"),
    [
        ([], 60.0),
        (["strength"], 60.0),
        (["strength", "radius"], 60.0),
        ([], 3.0),
        (["strength"], 3.0),
    ],
)
def test_fits_are_those_of_the_ordinary_fitter(
    kind: str, free: list[str], background: float
) -> None:
    cost = cost_of(kind, background)
    toys = thrown(cost, 5)
    best = fit_toys(cost, toys, free, cost.default, np.zeros(2))
    assert best.single == 0
    fixed = {p.name: p.default for p in cost.parameters if p.name not in free}
    for i in range(few(2, len(toys))):
        one = shifted_cost(cost, toys, i)
        if free:
            value = fit(one, free=free, fixed=fixed, minos=False).twice_nll
        else:
            value = float(one.profiled(cost.default).twice_nll[0])
        assert best.twice_nll[i] == pytest.approx(value, abs=1e-6)


SEEDS = few(range(4, 23, 6), range(4, 23, 2))
"""With few counts, factors of rows and columns without control counts go to 0."""


@pytest.mark.parametrize("kind", ["bins", "projections"])
def test_toys_of_many_seeds_are_minimised(kind: str) -> None:
    cost = cost_of(kind, 3.0)
    for seed in SEEDS:
        toys = thrown(cost, 5, seed)
        best = fit_toys(cost, toys, [], cost.default, np.zeros(2))
        for i in range(5):
            one = shifted_cost(cost, toys, i)
            value = float(one.profiled(cost.default).twice_nll[0])
            assert best.twice_nll[i] == pytest.approx(value, abs=1e-6), (seed, i)


def smallest(cost: ProjectedCost, toys: Toys, i: int) -> float:
    """−2 ln L written out, minimised by SciPy in nuisances and logarithms of factors
    together."""
    n, m = np.split(toys.data[0][i], 2)
    n, m = n.reshape(SHAPE), m.reshape(SHAPE)
    controls = [m.sum(axis=1), m.sum(axis=0)]
    sigmas = np.array([nuisance.sigma for nuisance in cost.nuisances])

    def deviance(k: FloatArray, mean: FloatArray) -> float:
        return 2 * float((mean - k + xlogy(k, k) - k * np.log(mean)).sum())

    def cost_at(u: FloatArray) -> float:
        nuisances, e, t = u[:2], np.exp(u[2:5]), np.exp(u[5:])
        background = np.outer(e, t)
        rest = cost.expected(cost.default, nuisances)[0] - cost.nominal
        mean = rest.reshape(SHAPE) + background
        if mean.min() <= 0:
            return 1e6
        # the total of the control counts is counted once: one of two projections of it
        whole = m.sum()
        shares = t / t.sum()
        value = deviance(n, mean) + deviance(controls[0], 2 * e * t.sum())
        value += 2 * float(
            (xlogy(controls[1], controls[1]) - controls[1] * np.log(shares)).sum()
        )
        value -= 2 * float(xlogy(whole, whole))
        return value + float((((nuisances - toys.auxiliary[i]) / sigmas) ** 2).sum())

    start = np.concatenate([toys.auxiliary[i], np.full(7, -1.0)])
    bounds = [(-5.0, 5.0)] * 2 + [(-25.0, 5.0)] * 7
    found = minimize(cost_at, start, method="L-BFGS-B", bounds=bounds, tol=1e-15)
    for _ in range(3):
        again = minimize(cost_at, found.x, method="Nelder-Mead", bounds=bounds)
        found = minimize(cost_at, again.x, method="L-BFGS-B", bounds=bounds, tol=1e-15)
    return float(found.fun)


@pytest.mark.parametrize(("seed", "i"), [(4, 4), (6, 2), (22, 1)])
def test_a_toy_is_as_low_as_nuisances_and_factors_together(seed: int, i: int) -> None:
    cost = cost_of("projections", 3.0)
    assert isinstance(cost, ProjectedCost)
    toys = thrown(cost, 5, seed)
    best = fit_toys(cost, toys, [], cost.default, np.zeros(2))
    assert best.twice_nll[i] == pytest.approx(smallest(cost, toys, i), abs=1e-6)


def bins_and_mu(kind: str) -> tuple[OnOffCost, ToyBins, FloatArray, Toys]:
    cost = cost_of(kind, 6.0)
    toys = thrown(cost, 4)
    mu = cost.expected(cost.default)[0] * np.array([[0.9], [1.0], [1.1], [1.3]])
    return cost, bins_of_toys(cost, toys.data[0]), mu, toys


@pytest.mark.parametrize("kind", ["bins", "projections"])
def test_each_toy_costs_what_its_own_cost_says(kind: str) -> None:
    cost, bins, mu, toys = bins_and_mu(kind)
    assert isinstance(bins, OnOffBins | ProjectedBins)
    every = np.arange(4)
    found = bins.value(mu, every, 0.0)
    singles = [cost.with_data(d).terms[0] for d in toys.data[0]]
    wanted = [float(t.value(m[None])[0]) for t, m in zip(singles, mu, strict=True)]
    np.testing.assert_allclose(found, wanted, atol=1e-8)
    # without control counts they are as expected
    pure = bins.of_data(mu)
    expected = pure.value(np.tile(cost.expected(cost.default)[0], (4, 1)), every, 0.0)
    assert expected[1] == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("kind", ["bins", "projections"])
@pytest.mark.parametrize("barrier", [0.0, 0.01])
def test_derivatives_are_differences(kind: str, barrier: float) -> None:
    _, bins, mu, _ = bins_and_mu(kind)
    rows, h = np.arange(4), 1e-3
    every = np.random.default_rng(1).normal(size=(4, 2, 12)) * mu[:, None] / 10
    first, block = bins.curved(every, mu, rows, barrier)
    for a in range(2):
        step = h * every[:, a]
        up, down = (bins.value(mu + s * step, rows, barrier) for s in (1, -1))
        np.testing.assert_allclose(
            (first * every[:, a]).sum(axis=1), (up - down) / (2 * h), rtol=1e-4
        )
        slopes = [bins.slopes(mu + s * step, rows, barrier)[0] for s in (1, -1)]
        for b in range(2):
            moved = ((slopes[0] - slopes[1]) * every[:, b]).sum(axis=1) / (2 * h)
            np.testing.assert_allclose(block[:, a, b], moved, rtol=1e-4, atol=1e-5)


def test_screened_costs_are_close_to_those_that_are_minimised() -> None:
    """One step from data without fluctuations gives the profile of each toy so well
    that its dips are where they should be."""
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"], analysis="energy-time")
    nominal = np.zeros(len(cost.nuisances))
    rng = np.random.default_rng(1)
    toys = draw(cost, cost.default, nominal, 3, rng)
    grid = grid_of_starts(cost, [0], cost.default, nominal)
    near = np.flatnonzero(np.abs(grid.points[:, 0] - 5.0) < 2.0)[::20]
    found = screened(ToyCost(cost, toys), grid)
    for i in range(3):
        exact = shifted_cost(cost, toys, i).profiled(grid.points[near]).twice_nll
        # nearly 24 factors and four nuisances in one step, from -2 ln L of 180
        np.testing.assert_allclose(found[i, near], exact, atol=4.0)
        rise = found[i, near] - found[i, near].min()
        np.testing.assert_allclose(rise, exact - exact.min(), atol=0.1, rtol=0.1)


def test_goodness_of_fit_is_that_of_toys() -> None:
    """Mean and standard deviation of −2 ln L of CsI 2017, with control counts that
    fluctuate, to their errors."""
    csi = nu.experiment("coherent-csi-2017")
    cost = csi.cost(free=["rn"], analysis="energy-time")
    best = fit(cost, minos=False)
    known = best.goodness
    assert known is not None
    assert known.mean is not None
    assert known.sd is not None
    toys = draw(cost, best.point, best.nuisance_values, 800, np.random.default_rng(2))
    found = fit_toys(cost, toys, ["rn"], best.point, best.nuisance_values).twice_nll
    assert found.mean() == pytest.approx(known.mean, abs=3.5 * known.sd / np.sqrt(800))
    assert found.std() == pytest.approx(known.sd, rel=3.5 / np.sqrt(1600))
    assert (found > best.twice_nll).mean() == pytest.approx(known.p_value, abs=0.05)
