"""Fits of many toys at once against the ordinary fitter and brute force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.inference.synthetic import Synthetic
from tests.inference.test_morphing import ANCHORS, Bent, table
from tests.nightly import few, mostly_nightly

import nuprobe as nu
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    GaussianCost,
    PoissonCost,
    fit,
)
from nuprobe.inference.toys import Toys, draw, fit_toys, shifted_cost
from nuprobe.numerics import FloatArray

KINDS = ["poisson", "cnp", "gaussian", "two-sided", "covariance", "sum", "subclass"]


class Another(PoissonCost):
    """What the toys cannot know: they ask it toy by toy."""

    def with_data(self, data: object) -> Cost:
        return Another(self.prediction, np.asarray(data, dtype=float), self.name)


def cost_of(kind: str) -> Cost:
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    sigma = np.sqrt(mu)
    correlated = np.diag(mu) + 0.3 * np.outer(sigma, sigma)
    if kind == "sum":
        other = Synthetic(bins=10, signal=60.0, suffix=" b")
        counts = other.expectation(np.array([[1.0, 5.0]])).base[0]
        return PoissonCost(p, mu) + GaussianCost(other, counts, np.sqrt(counts))
    makers: dict[str, Callable[[], Cost]] = {
        "poisson": lambda: PoissonCost(p, mu),
        "cnp": lambda: CNPCost(p, mu),
        "gaussian": lambda: GaussianCost(p, mu, sigma),
        "two-sided": lambda: GaussianCost(p, mu, sigma, below=1.4 * sigma),
        "covariance": lambda: CovarianceCost(p, mu, correlated),
        "subclass": lambda: Another(p, mu),
    }
    return makers[kind]()


def thrown(cost: Cost, number: int, seed: int = 3) -> Toys:
    nominal = np.zeros(len(cost.nuisances))
    return draw(cost, cost.default, nominal, number, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("free", [[], ["strength"], ["strength", "radius"]])
def test_fits_are_those_of_the_ordinary_fitter(kind: str, free: list[str]) -> None:
    cost = cost_of(kind)
    toys = thrown(cost, 6)
    nominal = np.zeros(len(cost.nuisances))
    best = fit_toys(cost, toys, free, cost.default, nominal)
    assert best.single == 0
    fixed = {p.name: p.default for p in cost.parameters if p.name not in free}
    for i in range(len(toys)):
        one = shifted_cost(cost, toys, i)
        if free:
            ordinary = fit(one, free=free, fixed=fixed, minos=False)
            value, nu_ = ordinary.twice_nll, ordinary.nuisance_values
        else:
            profiled = one.profiled(cost.default)
            value, nu_ = float(profiled.twice_nll[0]), profiled.nuisances[0]
        assert best.twice_nll[i] == pytest.approx(value, abs=1e-6)
        # nuisances of the ordinary fitter are counted from their centres
        wanted = nu_ + toys.auxiliary[i]
        np.testing.assert_allclose(best.nuisances[i], wanted, rtol=0, atol=2e-3)


@pytest.mark.parametrize("free", mostly_nightly([[], ["strength"]], [[]]))
def test_empty_bins_driven_to_no_expectation(free: list[str]) -> None:
    # a tilt of many times the background: in most toys some bin has no expectation left
    p = Synthetic(bins=8, signal=3.0, background=4.0, sigmas=(0.3, 0.1, 2.0, 5.0))
    cost = PoissonCost(p, np.zeros(8))
    toys = thrown(cost, 40)
    best = fit_toys(cost, toys, free, cost.default, np.zeros(4))
    assert best.single == 0
    touched = 0
    # the ordinary fitter is slow where something is free
    for i in range(0, len(toys), few(20, 10) if free else 1):
        one = shifted_cost(cost, toys, i)
        if free:
            fixed = {"radius": cost.default[1]}
            value = fit(one, free=free, fixed=fixed, minos=False).twice_nll
        else:
            profiled = one.profiled(cost.default)
            value = float(profiled.twice_nll[0])
            touched += int(profiled.boundary[0])
        assert best.twice_nll[i] == pytest.approx(value, abs=2e-6)
    assert free or touched >= 3


def brute_force(cost: PoissonCost, data: FloatArray, centre: FloatArray) -> float:
    """−2 ln L with kinks, from many starts by a method without derivatives."""
    sigma = np.array([n.sigma for n in cost.nuisances])

    def value(x: FloatArray) -> float:
        if x[0] < 0 or np.abs(x[2:]).max() > ANCHORS[-1]:
            return 1e9
        e = cost.prediction.expectation(np.array([[x[0], x[2], x[3]]]))
        mu = e.base[0] + x[1] * e.slopes[0][0]
        if (mu <= 0).any():
            return 1e9
        logs = np.where(data > 0, data * np.log(np.where(data > 0, data, 1) / mu), 0)
        return float(
            2 * (mu - data + logs).sum() + (((x[1:] - centre) / sigma) ** 2).sum()
        )

    starts = [(1.0, 0.0, a, b) for a in (-0.5, 0.2) for b in (-0.6, 0.3)]
    tight = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 6000, "maxfev": 6000}
    found = [minimize(value, s, method="Nelder-Mead", options=tight) for s in starts]
    lowest = min(found, key=lambda f: float(f.fun))
    # a simplex may collapse on a kink
    return float(minimize(value, lowest.x, method="Nelder-Mead", options=tight).fun)


def test_nuisances_that_morph_against_brute_force() -> None:
    cost = PoissonCost(Bent(table()), np.zeros(12))
    toys = thrown(cost, 2)
    assert np.abs(toys.auxiliary[:, 1:]).min() > 0  # centres of those that morph too
    best = fit_toys(cost, toys, ["scale"], cost.default, np.zeros(3))
    for i in range(len(toys)):
        value = brute_force(cost, toys.data[0][i], toys.auxiliary[i])
        assert best.twice_nll[i] == pytest.approx(value, abs=1e-5)


def test_nuisances_that_morph_against_the_ordinary_fitter() -> None:
    cost = PoissonCost(Bent(table()), np.zeros(12))
    rng = np.random.default_rng(8)
    toys = draw(cost, cost.default, np.zeros(3), 6, rng, "conditional")
    best = fit_toys(cost, toys, ["scale"], cost.default, np.zeros(3))
    for i in range(few(3, len(toys))):
        ordinary = fit(shifted_cost(cost, toys, i), minos=False)
        assert best.twice_nll[i] <= ordinary.twice_nll + 1e-6
        assert best.twice_nll[i] == pytest.approx(ordinary.twice_nll, abs=1e-4)


@pytest.mark.parametrize(
    ("experiment", "analysis", "free"),
    [
        ("coherent-csi-2017", "energy-time", "rn"),
        ("coherent-csi-2017", "energy", "sin2_theta_w"),
        ("coherent-lar-2020", "energy-shape-time", "cevns_scale"),
        ("conus-plus", None, "sin2_theta_w"),
        ("pandax-4t-8b", None, "sin2_theta_w"),
    ],
)
def test_experiments_that_ship(
    experiment: str, analysis: str | None, free: str
) -> None:
    cost = nu.experiment(experiment).cost(free=[free], analysis=analysis)
    toys = thrown(cost, 3, seed=9)
    nominal = np.zeros(len(cost.nuisances))
    best = fit_toys(cost, toys, [free], cost.default, nominal)
    for i in range(len(toys)):
        ordinary = fit(shifted_cost(cost, toys, i), minos=False)
        assert best.twice_nll[i] == pytest.approx(ordinary.twice_nll, abs=1e-6)


def test_the_lowest_of_two_regions_is_found() -> None:
    # charge radii have two: destructive interference gives the same counts again
    csi = nu.experiment("coherent-csi-2017")
    name = "charge_radius.mumu"
    cost = csi.cost(nu.Electromagnetic(), free=[name], analysis="energy-time")
    toys = thrown(cost, 40, seed=2)
    best = fit_toys(cost, toys, [name], cost.default, np.zeros(len(cost.nuisances)))
    p = cost.parameters[0]
    grid = np.linspace(-80e-32, 40e-32, 241)
    elsewhere = 0
    for i in range(0, len(toys), 4):
        one = shifted_cost(cost, toys, i)
        dense = one.profiled(grid[:, None]).twice_nll
        assert best.twice_nll[i] <= dense.min() + 1e-6
        assert best.twice_nll[i] > dense.min() - 0.05
        elsewhere += bool(grid[dense.argmin()] < -30e-32)
    assert p.name == name
    assert elsewhere > 0


def test_a_toy_is_fitted_alike_in_any_company() -> None:
    cost = cost_of("poisson")
    toys = thrown(cost, 30)
    some = Toys(tuple(d[10:13] for d in toys.data), toys.auxiliary[10:13])
    free = ["strength", "radius"]
    every = fit_toys(cost, toys, free, cost.default, np.zeros(4))
    few = fit_toys(cost, some, free, cost.default, np.zeros(4))
    np.testing.assert_allclose(few.twice_nll, every.twice_nll[10:13], atol=1e-8)


def test_a_fit_is_no_higher_than_one_with_fewer_parameters() -> None:
    cost = cost_of("poisson")
    toys = thrown(cost, 50)
    held = fit_toys(cost, toys, ["strength"], cost.default, np.zeros(4))
    best = fit_toys(cost, toys, ["strength", "radius"], cost.default, np.zeros(4), held)
    assert (best.twice_nll <= held.twice_nll + 1e-7).all()
    worse = replace(held, twice_nll=np.full(50, 1e9))
    again = fit_toys(
        cost, toys, ["strength", "radius"], cost.default, np.zeros(4), worse
    )
    np.testing.assert_allclose(again.twice_nll, best.twice_nll, atol=1e-7)
