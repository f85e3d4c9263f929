"""Gaussian data with a covariance, and the combined Neyman–Pearson χ²."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.inference.synthetic import Synthetic

from nuprobe.errors import ComputationError, InputError
from nuprobe.inference import Cost, GaussianCost, PoissonCost, fit, profile, scan
from nuprobe.inference.costs import CNPCost, CovarianceCost
from nuprobe.numerics import FloatArray

POINTS = np.array([[0.7, 4.0], [1.0, 5.0], [1.8, 3.0]])
NU = np.array([[0.1, -0.05, 0.2, 0.02], [0.0, 0.0, 0.0, 0.0], [-0.2, 0.1, 0.3, 0.0]])


def counts(prediction: Synthetic, seed: int = 1) -> FloatArray:
    mu = prediction.expectation(np.array([[1.0, 5.0]])).base[0]
    return np.asarray(np.random.default_rng(seed).poisson(mu), dtype=float)


def covariance(n: FloatArray) -> FloatArray:
    """Poisson errors, neighbours correlated, and a common scale of 10 %."""
    i = np.arange(n.size)
    error = np.sqrt(np.maximum(n, 1.0))
    near = np.outer(error, error) * 0.5 ** np.abs(i[:, None] - i)
    return np.asarray(near + 0.01 * np.outer(n, n))


def correlated(prediction: Synthetic | None = None, seed: int = 1) -> CovarianceCost:
    prediction = prediction or Synthetic()
    n = counts(prediction, seed)
    return CovarianceCost(prediction, n, covariance(n))


def cnp(prediction: Synthetic | None = None, seed: int = 1) -> CNPCost:
    prediction = prediction or Synthetic()
    return CNPCost(prediction, counts(prediction, seed))


def sparse() -> CNPCost:
    return cnp(Synthetic(signal=15.0, background=12.0), seed=5)


def mean(cost: CovarianceCost | CNPCost, p: FloatArray, nu: FloatArray) -> FloatArray:
    e = cost.prediction.expectation(p[None])
    slopes = [s[0] for s in e.slopes]
    return np.asarray(e.base[0] + np.tensordot(nu, slopes, 1))


def by_hand(cost: CovarianceCost | CNPCost, p: FloatArray, nu: FloatArray) -> float:
    mu, n = mean(cost, p, nu), cost.data
    pulls = sum((v / x.sigma) ** 2 for v, x in zip(nu, cost.nuisances, strict=True))
    if isinstance(cost, CovarianceCost):
        return float((n - mu) @ np.linalg.inv(cost.covariance) @ (n - mu) + pulls)
    total = 0.0
    for seen, expected in zip(n, mu, strict=True):
        variance = 3 / (1 / seen + 2 / expected) if seen else expected / 2
        total += (seen - expected) ** 2 / variance
    return float(total + pulls)


COSTS = pytest.mark.parametrize("make", [correlated, cnp, sparse])
Make = Callable[[], "CovarianceCost | CNPCost"]


@COSTS
def test_values_against_the_formula(make: Make) -> None:
    cost = make()
    expected = [by_hand(cost, p, nu) for p, nu in zip(POINTS, NU, strict=True)]
    np.testing.assert_allclose(cost.twice_nll(POINTS, NU), expected, rtol=1e-11)


@COSTS
def test_gradient_against_differences(make: Make) -> None:
    cost = make()
    d_par, d_nu = cost.gradient(POINTS, NU)
    for row, (p, nu) in enumerate(zip(POINTS, NU, strict=True)):
        x = np.concatenate([p, nu])
        for i, exact in enumerate(np.concatenate([d_par[row], d_nu[row]])):
            step = np.zeros_like(x)
            step[i] = 1e-5
            up, down = (by_hand(cost, y[:2], y[2:]) for y in (x + step, x - step))
            assert exact == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-5)


@COSTS
def test_profiled_against_brute_force(make: Make) -> None:
    cost = make()
    best = cost.profiled(POINTS)
    for row, p in enumerate(POINTS):
        found = minimize(
            lambda nu, p=p: (
                by_hand(cost, p, nu) if mean(cost, p, nu).min() > 0 else 1e9
            ),
            best.nuisances[row] + 0.02,
            method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 6000, "maxfev": 6000},
        )
        assert best.twice_nll[row] == pytest.approx(found.fun, rel=0, abs=1e-6)
        here = cost.gradient(p, best.nuisances[row])[1]
        assert np.abs(here).max() < 2e-3
    value, gradient, curvature = cost.profiled_slopes(POINTS)
    np.testing.assert_allclose(value, best.twice_nll, rtol=0, atol=1e-8)
    np.testing.assert_allclose(
        gradient, cost.profiled_gradient(POINTS), rtol=1e-6, atol=1e-5
    )
    assert (np.linalg.eigvalsh(curvature) > 0).all()


@COSTS
def test_both_methods_find_one_minimum(make: Make) -> None:
    cost = make()
    fast, plain = fit(cost), fit(cost, method="migrad")
    assert fast.twice_nll == pytest.approx(plain.twice_nll, rel=0, abs=1e-6)


def test_profiles_and_scans_see_the_same_cost() -> None:
    cost = correlated() + cnp(Synthetic(suffix=" b"))
    strengths = np.linspace(0.8, 1.4, 7)
    curve = profile(cost, "strength", strengths)
    here = np.isin(curve.values, strengths)
    points = np.column_stack([strengths, np.full(7, cost.default[1])])
    expected = cost.profiled(points).twice_nll
    np.testing.assert_allclose(curve.twice_nll[here], expected, rtol=0, atol=1e-8)
    values = scan(cost, {"strength": strengths, "radius": [cost.default[1]]})
    np.testing.assert_allclose(values.twice_nll.ravel(), expected, rtol=0, atol=1e-8)


def test_a_diagonal_covariance_is_a_gaussian_cost() -> None:
    n = counts(Synthetic())
    sigma = np.sqrt(np.maximum(n, 1.0))
    plain = GaussianCost(Synthetic(), n, sigma)
    same = CovarianceCost(Synthetic(), n, np.diag(sigma**2))
    for mine, theirs in (
        (same.twice_nll(POINTS, NU), plain.twice_nll(POINTS, NU)),
        (same.profiled(POINTS).twice_nll, plain.profiled(POINTS).twice_nll),
        (same.gradient(POINTS, NU)[0], plain.gradient(POINTS, NU)[0]),
        (same.profiled_slopes(POINTS)[2], plain.profiled_slopes(POINTS)[2]),
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-12)


def test_a_common_scale_in_the_covariance_is_a_nuisance() -> None:
    """An error of the scale: in the covariance, or as a linear nuisance."""
    n, prediction = counts(Synthetic()), Synthetic(n_nuisances=1)
    sigma = np.sqrt(np.maximum(n, 1.0))
    point = np.array([[1.0, 5.0]])
    e = prediction.expectation(point)
    wider = np.diag(sigma**2) + 0.28**2 * np.outer(e.slopes[0][0], e.slopes[0][0])
    bare = CovarianceCost(Synthetic(n_nuisances=0), n, wider)
    free = GaussianCost(prediction, n, sigma)
    assert bare.twice_nll(point)[0] == pytest.approx(
        free.profiled(point).twice_nll[0], rel=1e-11
    )


def test_many_counts_make_it_the_poisson_likelihood() -> None:
    differences = []
    for size in (1e4, 1e6, 1e8):
        prediction = Synthetic(signal=size, background=2 * size)
        mu = prediction.expectation(np.array([[1.0, 5.0]])).base[0]
        n = mu + np.sqrt(mu) * np.cos(np.arange(mu.size))
        mine, theirs = CNPCost(prediction, n), PoissonCost(prediction, n)
        a, b = (c.twice_nll([1.0, 5.0])[0] for c in (mine, theirs))
        differences.append(abs(a / b - 1))
    # the first order in 1/√n cancels: ten times the counts, ten times closer
    assert differences[0] < 1e-3
    for before, after in itertools.pairwise(differences):
        assert after < 0.02 * before


def test_an_empty_bin_costs_what_it_costs_in_the_likelihood() -> None:
    nothing = np.zeros(24)
    mine, theirs = CNPCost(Synthetic(), nothing), PoissonCost(Synthetic(), nothing)
    np.testing.assert_allclose(
        mine.twice_nll(POINTS, NU), theirs.twice_nll(POINTS, NU), rtol=1e-13
    )


def test_a_negative_expectation_is_impossible_for_counts() -> None:
    cost = cnp()
    far = np.array([[0.0, 0.0, -2.0, 0.0]])
    assert cost.twice_nll([0.1, 5.0], far)[0] == np.inf
    with pytest.raises(ComputationError, match="no derivative"):
        cost.gradient([0.1, 5.0], far)


def test_a_covariance_shares_a_sum_that_touches_zero() -> None:
    """The path along a barrier moves correlated bins as it moves the others."""
    prediction = Synthetic(sigmas=(0.28, 0.1, np.inf, 0.05))
    n = np.zeros(24)
    n[:3] = 1.0
    n_wide = counts(prediction)
    cost = PoissonCost(prediction, n) + CovarianceCost(
        prediction, n_wide, 1e4 * covariance(n_wide)
    )
    best = cost.profiled([[0.5, 5.0]])
    assert best.boundary.all()
    here = best.nuisances[0]

    def total(nu: FloatArray) -> float:
        return float(cost.twice_nll([0.5, 5.0], nu)[0])

    assert total(here) == pytest.approx(best.twice_nll[0], rel=1e-9)
    rng = np.random.default_rng(0)
    for _ in range(100):
        assert total(here + 0.02 * rng.normal(size=4)) >= best.twice_nll[0] - 1e-6


@COSTS
def test_asimov_toys_and_pickles(make: Make) -> None:
    cost = make()
    asimov = cost.asimov({"strength": 1.1})
    assert asimov.twice_nll([1.1, 5.0])[0] == pytest.approx(0, abs=1e-18)
    assert pickle.loads(pickle.dumps(cost)).digest() == cost.digest()
    drawn = cost.simulate({}, np.random.default_rng(2))
    assert type(drawn) is type(cost)
    assert drawn.digest() != cost.digest()


def test_toys_have_the_covariance() -> None:
    cost, rng = correlated(), np.random.default_rng(8)
    toys = [cost.simulate({}, rng, np.zeros(4)) for _ in range(3000)]
    data = np.array([t.terms[0].data for t in toys])
    expected = cost.expected({})[0]
    error = np.sqrt(np.diag(cost.covariance))
    assert (np.abs(data.mean(0) - expected) < 5 * error / np.sqrt(3000)).all()
    seen = np.cov(data.T) / np.outer(error, error)
    wanted = cost.covariance / np.outer(error, error)
    assert np.abs(seen - wanted).max() < 5 / np.sqrt(3000) * np.sqrt(2)


def _bad(change: Callable[[FloatArray], FloatArray]) -> Cost:
    n = counts(Synthetic())
    return CovarianceCost(Synthetic(), n, change(covariance(n)))


def _asymmetric(c: FloatArray) -> FloatArray:
    c[2, 5] *= 1.5
    return c


def _doubled(c: FloatArray) -> FloatArray:
    c[3] = c[4]
    c[:, 3] = c[:, 4]
    return c


def _hole(c: FloatArray) -> FloatArray:
    c[1, 2] = np.nan
    return c


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_asymmetric, "bins 2 and 5 .* in one place and .* in the other"),
        (_doubled, "not positive definite"),
        (lambda c: -c, "not positive definite"),
        (_hole, "bins 1 and 2 is not a finite number"),
        (lambda c: c[:-1], r"shape \(23, 24\)"),
        (lambda c: c[:-1, :-1], r"shape \(23, 23\)"),
        (lambda c: np.diag(c), r"shape \(24,\)"),
    ],
)
def test_a_covariance_that_is_none_is_one_line(
    change: Callable[[FloatArray], FloatArray], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        _bad(change)
    assert "\n" not in str(caught.value)
