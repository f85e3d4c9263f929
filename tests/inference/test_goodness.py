"""Goodness of fit of few counts, against sums by mpmath, series, laws and toys."""

from __future__ import annotations

import json

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import chi2, kstest
from tests.inference.synthetic import Synthetic

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.inference import (
    CNPCost,
    Cost,
    CovarianceCost,
    FitResult,
    GaussianCost,
    PoissonCost,
    fit,
)
from nuprobe.inference.costs.moments import Moments, normal_moments, poisson_moments
from nuprobe.inference.goodness import law_tail
from nuprobe.numerics import FloatArray


def by_mpmath(mu: float) -> list[float]:
    """Cumulants of the Poisson likelihood ratio from 40 digits, term by term."""
    with mp.workdps(40):
        m = mp.mpf(mu)
        low = max(0, int(m - 14 * mp.sqrt(m) - 30))
        counts = range(low, int(m + 14 * mp.sqrt(m) + 60))
        p = [mp.exp(n * mp.log(m) - m - mp.loggamma(n + 1)) for n in counts]
        d = [2 * (m - n + (n * mp.log(n / m) if n else 0)) for n in counts]
        y = [(n - m) ** 2 / m for n in counts]
        mean = mp.fdot(p, d)
        away = [x - mean for x in d]
        found = (
            mean,
            mp.fdot(p, [x**2 for x in away]),
            mp.fdot(p, [x**3 for x in away]),
            mp.fdot(p, y),
            mp.fdot(p, [(x - 1) ** 2 for x in y]),
            mp.fdot(p, [x * (z - 1) for x, z in zip(away, y, strict=True)]),
        )
        return [float(x) for x in found]


def listed(m: Moments) -> list[float]:
    return [
        float(x[0])
        for x in (m.mean, m.variance, m.third, m.square, m.spread, m.together)
    ]


@pytest.mark.parametrize("mu", [1e-4, 0.1, 1.0, 7.3, 63.9, 199.9, 200.1, 1e3, 2e4])
def test_moments_of_counts_are_exact(mu: float) -> None:
    found = poisson_moments(np.array([mu]))
    np.testing.assert_allclose(listed(found), by_mpmath(mu), rtol=2e-13)


@pytest.mark.parametrize("mu", [1e6, 1e8, 1e10, 1e14])
def test_moments_of_many_counts_follow_their_series(mu: float) -> None:
    found = poisson_moments(np.array([mu]))
    # Lawley's 1 + 1/(6µ) + 1/(6µ²), and the first terms of variance and third cumulant
    assert found.mean[0] - 1 == pytest.approx(1 / (6 * mu) + 1 / (6 * mu**2), abs=1e-14)
    assert found.variance[0] - 2 == pytest.approx(2 / (3 * mu), rel=1e-5, abs=1e-14)
    assert found.third[0] - 8 == pytest.approx(4 / mu, rel=1e-5, abs=1e-13)


def test_moments_of_bins_do_not_depend_on_their_neighbours() -> None:
    mu = np.geomspace(1e-6, 1e9, 5000)
    together = poisson_moments(mu)
    for i in (0, 1700, 2500, 4999):
        alone = poisson_moments(mu[i : i + 1])
        assert together.mean[i] == pytest.approx(alone.mean[0], rel=1e-13)
    nothing = poisson_moments(np.zeros(2))
    assert not nothing.mean.any()
    assert not nothing.spread.any()
    assert not poisson_moments(np.zeros(0)).mean.size


def test_moments_of_cnp_are_its_own_sums() -> None:
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    cost = CNPCost(p, mu)
    found = cost.moments(mu)
    rng = np.random.default_rng(1)
    draws = rng.poisson(mu, (20000, mu.size)).astype(float)
    each = np.array([cost.with_data(d).twice_nll([1.0, 5.0])[0] for d in draws[:2000]])
    assert each.mean() == pytest.approx(
        found.mean.sum(), abs=4 * each.std() / np.sqrt(2000)
    )
    assert each.var() == pytest.approx(found.variance.sum(), rel=0.25)
    assert found.mean.sum() != pytest.approx(mu.size, rel=0.005)


def test_the_law_is_that_of_chi_square_where_it_should_be() -> None:
    for x in (0.5, 5.0, 30.0):
        assert law_tail(x, 7.0, 14.0, 56.0) == pytest.approx(chi2.sf(x, 7), rel=1e-12)
    # a normal law, and a law with its tail below
    assert law_tail(1.0, 1.0, 4.0, 0.0) == pytest.approx(0.5)
    left = law_tail(-5.0, -7.0, 14.0, -56.0)
    assert left == pytest.approx(chi2.cdf(5.0, 7), rel=1e-12)
    assert law_tail(1.0, -7.0, 14.0, -56.0) == 0.0
    assert law_tail(-1.0, 7.0, 14.0, 56.0) == 1.0


def synthetic_fit(cost: Cost) -> FitResult:
    return fit(cost, free=["strength"], minos=False)


def test_gaussian_data_keep_the_law_of_chi_square() -> None:
    p = Synthetic()
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    data = mu + np.random.default_rng(2).normal(0, 2.0, mu.size)
    sigma = np.full(mu.size, 2.0)
    costs = (
        GaussianCost(p, data, sigma),
        GaussianCost(p, data, sigma, below=1.5 * sigma),
        CovarianceCost(p, data, np.diag(sigma**2) + 0.5),
    )
    for cost in costs:
        found = synthetic_fit(cost)
        assert found.goodness is not None
        assert found.goodness.law == "chi-square"
        assert found.goodness.mean == pytest.approx(found.ndf, rel=1e-9)
        assert found.goodness.sd == pytest.approx(np.sqrt(2 * found.ndf), rel=1e-9)
        assert found.goodness_of_fit == pytest.approx(
            chi2.sf(found.twice_nll, found.ndf), rel=1e-9
        )
        assert "chi-square law" in str(found)


def test_many_counts_have_the_law_of_chi_square_and_few_do_not() -> None:
    many = Synthetic(signal=1e6, background=3e5)
    few = Synthetic(signal=8.0, background=4.0)
    laws = []
    for p in (many, few):
        mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
        drawn = np.random.default_rng(3).poisson(mu).astype(float)
        found = synthetic_fit(PoissonCost(p, drawn)).goodness
        assert found is not None
        laws.append(found.law)
    assert laws == ["chi-square", "moments"]


def _p_values(scale: float, toys: int) -> tuple[FloatArray, FloatArray]:
    """Of fits to simulated data: by the law found, and by that of χ²."""
    p = Synthetic(signal=10 * scale, background=10 * scale, bins=48, n_nuisances=2)
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    cost, rng = PoissonCost(p, mu), np.random.default_rng(5)
    found, plain = [], []
    for _ in range(toys):
        # nuisances drawn from their constraints stand for auxiliary measurements
        result = synthetic_fit(cost.simulate([1.0, 5.0], rng))
        assert result.goodness is not None
        assert result.goodness_of_fit is not None
        found.append(result.goodness_of_fit)
        plain.append(result.goodness.chi_square)
    return np.array(found), np.array(plain)


def test_p_values_of_few_counts_are_uniform() -> None:
    toys = 100
    found, plain = _p_values(3.0, toys)
    assert kstest(found, "uniform").pvalue > 0.01
    assert np.mean(found) == pytest.approx(0.5, abs=3.5 / np.sqrt(12 * toys))
    assert kstest(plain, "uniform").pvalue < kstest(found, "uniform").pvalue


@pytest.mark.nightly
def test_small_p_values_of_six_counts_are_as_frequent_as_they_say() -> None:
    """The law is taken at the fitted expectation, which few counts pull along: large
    p-values are rarer than they should be, small ones, which reject, are not."""
    toys = 200
    found, _ = _p_values(0.3, toys)
    shares = np.array([0.05, 0.1, 0.2, 0.3, 0.4])
    below = (found[:, None] < shares).mean(axis=0)
    # the distance of Kolmogorov and Smirnov that 1 % of uniform samples exceed
    assert np.abs(below - shares).max() < 1.63 / np.sqrt(toys)
    assert (found > 0.8).mean() < 0.2


@pytest.mark.parametrize(
    ("name", "analysis", "free", "low", "high", "plain"),
    [
        # p-values of 300 to 400 toys: 0.41-0.43, 0.75; of 2000 toys, in which the
        # anticoincidences fluctuate too: 0.85 (0.65 with a known steady state)
        ("coherent-lar-2020", "published", "cevns_scale", 0.40, 0.47, 0.0083),
        ("coherent-lar-2020", "energy-shape-time", "sin2_theta_w", 0.72, 0.79, 0.055),
        ("coherent-csi-2017", "energy-time", "rn", 0.82, 0.88, 0.615),
    ],
)
def test_shipped_experiments(
    name: str, analysis: str, free: str, low: float, high: float, plain: float
) -> None:
    result = nu.experiment(name).fit(free=[free], analysis=analysis, minos=False)
    assert result.goodness is not None
    assert result.goodness_of_fit is not None
    assert result.goodness.law == "moments"
    assert low < result.goodness_of_fit < high
    assert result.goodness.chi_square == pytest.approx(plain, rel=0.05)
    assert "not a chi-square law" in str(result).splitlines()[0]
    stored = json.loads(json.dumps(result.to_dict()))["goodness"]
    assert stored["law"] == "moments"
    assert stored["p_value"] == result.goodness_of_fit


def test_a_fit_without_degrees_of_freedom_has_no_p_value() -> None:
    result = nu.experiment("conus-plus").fit(free=["sin2_theta_w"], minos=False)
    assert result.ndf == 0
    assert result.goodness_of_fit is None
    assert "p =" not in str(result).splitlines()[0]


def test_toys_agree_with_moments() -> None:
    p = Synthetic(signal=60.0, background=10.0)
    mu = p.expectation(np.array([[1.2, 5.0]])).base[0]
    drawn = np.random.default_rng(8).poisson(mu).astype(float)
    result = synthetic_fit(PoissonCost(p, drawn))
    toys = result.goodness_from_toys(150, seed=4)
    assert result.goodness is not None
    assert result.goodness.mean is not None
    assert toys.law == "toys"
    assert toys.toys == 150
    assert toys.mean is not None
    assert toys.sd is not None
    assert result.goodness.sd is not None
    assert toys.p_value is not None
    assert toys.mean == pytest.approx(
        result.goodness.mean, abs=4 * toys.sd / np.sqrt(150)
    )
    assert toys.sd == pytest.approx(result.goodness.sd, rel=0.25)
    assert toys.p_value == pytest.approx(result.goodness_of_fit, abs=0.15)
    again = [result.goodness_from_toys(10, seed=4) for _ in range(2)]
    assert again[0] == again[1]
    assert "150 toys" in str(toys)


@pytest.mark.parametrize(
    ("toys", "seed", "message"),
    [
        (9, 1, "toys must be a whole number from 10 to 1000000, got 9"),
        (10**7, 1, "toys must be"),
        (2.5, 1, "toys must be"),
        (True, 1, "toys must be"),
        (10, -1, "seed must be a whole number"),
    ],
)
def test_what_toys_are_refused(toys: int, seed: int, message: str) -> None:
    result = nu.experiment("conus-plus").fit(free=["sin2_theta_w"], minos=False)
    with pytest.raises(InputError, match=message):
        result.goodness_from_toys(toys, seed)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "analysis", "free"),
    [
        ("coherent-lar-2020", "published", "cevns_scale"),
        ("coherent-lar-2020", "energy-shape-time", "sin2_theta_w"),
        ("coherent-csi-2017", "energy-time", "rn"),
        ("coherent-csi-2021", "energy-time", "sin2_theta_w"),
        ("xenonnt-8b", "rate", "cevns_scale"),
    ],
)
def test_shipped_experiments_by_toys(name: str, analysis: str, free: str) -> None:
    result = nu.experiment(name).fit(free=[free], analysis=analysis, minos=False)
    found, toys = result.goodness, result.goodness_from_toys(1000)
    assert found is not None
    assert found.mean is not None
    assert found.sd is not None
    assert toys.mean is not None
    assert toys.sd is not None
    error = toys.sd / np.sqrt(1000)
    assert toys.mean == pytest.approx(found.mean, abs=4 * error)
    assert toys.sd == pytest.approx(found.sd, rel=0.1)
    assert toys.p_value == pytest.approx(found.p_value, abs=0.05)


def test_normal_moments_are_those_of_chi_square() -> None:
    m = normal_moments(3)
    assert m.mean.sum() == 3
    assert m.variance.sum() == 6
    assert m.third.sum() == 24
