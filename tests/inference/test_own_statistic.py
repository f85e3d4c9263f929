"""A statistic from outside the package, in one class: fits, sums, profiles and samples
take it as their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from tests.inference.synthetic import Synthetic

from nuprobe.inference import Cost, GaussianCost, PoissonCost, fit, profile
from nuprobe.inference.costs import Term
from nuprobe.inference.newton import Curve
from nuprobe.numerics import FloatArray


class Cash(Term):
    """Counts with −2 ln L = 2 Σ(µ − n ln µ) (Cash 1979): the Poisson cost up to a
    constant of the data."""

    linear = 2.0
    positive = True

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        return Cash(self.prediction, np.asarray(data, dtype=float), self.name)

    @property
    def active(self) -> NDArray[np.bool_]:
        return self.data > 0

    @property
    def spread(self) -> FloatArray:
        return np.sqrt(np.maximum(self.data, 1.0))

    def curve(self, use: NDArray[np.bool_], barrier: float) -> Curve:
        n = np.maximum(self.data, barrier)[use]
        return Curve(
            slope=lambda mu, out: np.divide(-2 * n, mu, out=out),
            curvature=lambda mu, slope, out: 2 * n / mu**2,
            floor=float(n.min()),
        )

    def value(self, mu: FloatArray) -> FloatArray:
        n = self.data
        possible = np.asarray((mu > 0).all(axis=1))
        mu = np.where(possible[:, None], mu, 1.0)
        total = 2 * (mu - n * np.log(mu)).sum(axis=1)
        return np.asarray(np.where(possible, total, np.inf))

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        slope: FloatArray = 2 - 2 * np.maximum(self.data, barrier) / mu
        return slope

    def information(self, mu: FloatArray) -> FloatArray:
        return np.asarray(2 / mu)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        drawn: FloatArray = rng.poisson(mu).astype(float)
        return drawn

    def possible(self, mu: FloatArray) -> bool:
        return bool((mu > 0).all())

    def arrays(self) -> tuple[FloatArray, ...]:
        return (self.data,)


@pytest.fixture
def data() -> FloatArray:
    p = Synthetic()
    mean = p.expectation(np.array([[1.2, 4.0]])).base[0]
    drawn: FloatArray = np.random.default_rng(3).poisson(mean).astype(float)
    return drawn


def test_it_fits_as_the_likelihood_that_it_is(data: FloatArray) -> None:
    mine, theirs = Cash(Synthetic(), data, ""), PoissonCost(Synthetic(), data)
    n = data[data > 0]
    constant = 2 * (n * np.log(n) - n).sum()
    points = np.array([[0.5, 4.0], [1.0, 5.0], [3.0, 2.0]])
    best, reference = mine.profiled(points), theirs.profiled(points)
    values = best.twice_nll + constant
    np.testing.assert_allclose(values, reference.twice_nll, rtol=0, atol=1e-7)
    np.testing.assert_allclose(best.nuisances, reference.nuisances, atol=1e-5)
    a, b = fit(mine), fit(theirs)
    for p, q in zip(a.free, b.free, strict=True):
        assert p.value == pytest.approx(q.value, rel=1e-5)
        assert p.interval is not None
        assert q.interval is not None
        for mine_end, their_end in (
            (p.interval.lower, q.interval.lower),
            (p.interval.upper, q.interval.upper),
        ):
            assert (mine_end is None) == (their_end is None)
            assert mine_end is None or mine_end == pytest.approx(their_end, rel=1e-4)
    plain = fit(mine, method="migrad")
    assert plain.twice_nll == pytest.approx(a.twice_nll, rel=0, abs=1e-6)


def test_it_adds_profiles_and_simulates(data: FloatArray) -> None:
    mine = Cash(Synthetic(suffix=" a"), data, "own")
    sum_of_two = mine + GaussianCost(Synthetic(suffix=" b"), data, np.sqrt(data + 1))
    assert not sum_of_two.layout.compilable
    curve = profile(sum_of_two, "strength", np.linspace(0.8, 1.6, 9), free=["radius"])
    [(low, high)] = curve.intervals(0.68)
    assert low < curve.best < high
    drawn = sum_of_two.simulate({"strength": 1.0}, np.random.default_rng(4))
    assert isinstance(drawn.terms[0], Cash)
    assert drawn.digest() != sum_of_two.digest()
    assert np.isfinite(sum_of_two.asimov({}).profiled(sum_of_two.default).twice_nll[0])
