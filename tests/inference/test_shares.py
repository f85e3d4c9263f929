"""Gaussian data of which only shares are predicted."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.inference import Expectation, SharesCost, fit
from nuprobe.inference.toys.bins import ToyBins
from nuprobe.inference.toys.statistics import bins_of_toys
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.portable import portable_likelihood
from nuprobe.portable.make import as_json

GROUPS = np.array([0, 1, 0, 1])
DATA = np.array([60.0, 25.0, 42.0, 73.0])
COVARIANCE = np.diag([8.0, 5.0, 6.0, 9.0]) + 0.5


class Split:
    """A share p of the first two bins."""

    name = "split"
    parameters = (Parameter("p", 0.5, 0.0, 1.0),)
    nuisances = ()

    def expectation(self, points: FloatArray) -> Expectation:
        p = points[:, :1]
        return Expectation(np.hstack([p, p, 1 - p, 1 - p]), ())

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        return np.tile([1.0, 1.0, -1.0, -1.0], (len(points), 1, 1)), ()


def plain(p: float, data: FloatArray) -> float:
    """χ² as it is written."""
    shares = np.array([p, p, 1 - p, 1 - p])
    sums = np.array([data[g == GROUPS].sum() for g in (0, 1)])
    delta = data - sums[GROUPS] * shares
    return float(delta @ np.linalg.solve(COVARIANCE, delta))


def test_it_is_the_formula() -> None:
    cost = SharesCost(Split(), DATA, COVARIANCE, GROUPS)
    for p in (0.2, 0.5, 0.9):
        assert cost.twice_nll([p])[0] == pytest.approx(plain(p, DATA), rel=1e-12)
        step = 1e-6
        slope = (plain(p + step, DATA) - plain(p - step, DATA)) / (2 * step)
        assert cost.gradient([p])[0][0, 0] == pytest.approx(slope, rel=1e-5)


def test_other_data_have_other_sums() -> None:
    cost = SharesCost(Split(), DATA, COVARIANCE, GROUPS)
    other = DATA + np.array([5.0, -3.0, -120.0, 8.0])  # the first sum is negative
    moved = cost.with_data(other)
    assert moved.twice_nll([0.4])[0] == pytest.approx(plain(0.4, other), rel=1e-12)
    drawn = cost.simulate([0.4], np.random.default_rng(3))
    data = drawn.terms[0].data
    assert drawn.twice_nll([0.4])[0] == pytest.approx(plain(0.4, data), rel=1e-12)
    assert cost.asimov([0.4]).twice_nll([0.4])[0] == pytest.approx(0.0, abs=1e-12)


def test_the_best_share_is_that_of_the_formula() -> None:
    best = fit(SharesCost(Split(), DATA, COVARIANCE, GROUPS))
    grid = np.linspace(0.0, 1.0, 100001)
    values = [plain(p, DATA) for p in grid[::100]]
    assert best["p"].value == pytest.approx(grid[::100][np.argmin(values)], abs=2e-3)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([0.0, 1.0, 0.0, 1.0], "one integer"),
        ([0, 1, 0], "one integer"),
        ([0, 2, 0, 2], "without gaps"),
    ],
)
def test_what_are_no_groups(groups: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SharesCost(Split(), DATA, COVARIANCE, np.array(groups))


def test_each_group_takes_a_degree_of_freedom() -> None:
    result = fit(SharesCost(Split(), DATA, COVARIANCE, GROUPS), minos=False)
    assert result.ndf == 4 - 2 - 1
    assert result.goodness is not None
    assert result.goodness.law == "chi-square"
    assert result.goodness.effective == pytest.approx(1.0)
    assert result.goodness_of_fit == pytest.approx(chi2.sf(result.twice_nll, 1))
    joint = SharesCost(Split(), DATA, COVARIANCE, GROUPS) + SharesCost(
        Split(), DATA + 1, COVARIANCE, GROUPS, "other"
    )
    assert fit(joint, minos=False).ndf == 8 - 4 - 1


def test_prospect_has_a_constraint_per_energy() -> None:
    cost = nu.experiment("prospect").cost(free=["sin2_2theta_14"])
    (term,) = cost.terms
    assert isinstance(term, SharesCost)
    residual = term.data - term.prediction.expectation(np.array([[0.1]])).base[0]
    sums = residual.reshape(10, 16).sum(axis=0)
    by_number = np.array([residual[term.groups == g].sum() for g in range(16)])
    assert np.abs(by_number).max() < 1e-8
    assert np.abs(np.sort(sums) - np.sort(by_number)).max() < 1e-8
    found = as_json(portable_likelihood(cost))["terms"][0]["statistic"]
    assert found["constraints"] == 16
    result = fit(cost, minos=False)
    assert result.ndf == 160 - 16 - 1
    assert result.goodness_of_fit == pytest.approx(
        float(chi2.sf(result.twice_nll, 143)), rel=1e-9
    )


def toys(number: int) -> tuple[FloatArray, ToyBins, FloatArray]:
    """Data of toys, their bins, and the expectation at p = 0.3."""
    cost = SharesCost(Split(), DATA, COVARIANCE, GROUPS)
    mu = np.array([0.3, 0.3, 0.7, 0.7]) * cost.sums[GROUPS]
    rng = np.random.default_rng(5)
    data = rng.multivariate_normal(mu, COVARIANCE, size=number)
    return data, bins_of_toys(cost, data), np.tile(mu, (number, 1))


def test_toys_have_their_own_sums() -> None:
    data, bins, mu = toys(6)
    rows = np.arange(6)
    by_hand = [plain(0.3, d) for d in data]
    np.testing.assert_allclose(bins.value(mu, rows, 0.0), by_hand, rtol=1e-11)
    screened, _ = bins.screen(mu[:1], [], bins)
    np.testing.assert_allclose(screened[:, 0], by_hand, rtol=1e-11)
    # along p, of which the expectation is linear
    every = np.tile([1.0, 1.0, -1.0, -1.0], (6, 1)) * (mu / [0.3, 0.3, 0.7, 0.7])
    first, second = bins.curved(every[:, None], mu, rows, 0.0)
    at = [[plain(0.3 + h, d) for d in data] for h in (-0.1, 0.0, 0.1)]
    slope = (np.array(at[2]) - at[0]) / 0.2
    bend = (np.array(at[2]) - 2 * np.array(at[1]) + at[0]) / 0.01
    np.testing.assert_allclose((first * every).sum(axis=1), slope, rtol=1e-9)
    np.testing.assert_allclose(second[:, 0, 0], bend, rtol=1e-9)


def test_toys_average_to_the_trace_of_the_projection() -> None:
    number = 4000
    _, bins, mu = toys(number)
    values = bins.value(mu, np.arange(number), 0.0)
    # d − S(d) µ = A d with A = 1 − µ 1ᵀ in each group
    share = np.array([0.3, 0.3, 0.7, 0.7])
    projection = np.eye(4) - share[:, None] * (GROUPS[:, None] == GROUPS)
    left = projection @ COVARIANCE @ projection.T
    mean = np.trace(np.linalg.solve(COVARIANCE, left))
    error = values.std() / np.sqrt(number)
    assert abs(values.mean() - mean) < 4 * error
    assert mean < 3  # of 4 bins


def test_goodness_of_prospect_from_toys() -> None:
    cost = nu.experiment("prospect").cost(free=["sin2_2theta_14"])
    found = fit(cost, minos=False).goodness_from_toys(40)
    assert found.mean is not None
    # without their own sums toys scatter around 159
    assert abs(found.mean - 143.5) < 3.5 * 17 / np.sqrt(40)


def test_toys_of_a_sum_of_zero_are_refused() -> None:
    cost = SharesCost(Split(), [1.0, 25.0, -1.0, 73.0], COVARIANCE, GROUPS)
    with pytest.raises(InputError, match="group 0"):
        bins_of_toys(cost, cost.data[None])
