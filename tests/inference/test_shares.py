"""Gaussian data of which only shares are predicted."""

from __future__ import annotations

import numpy as np
import pytest

from nuprobe.errors import InputError
from nuprobe.inference import Expectation, SharesCost, fit
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

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
