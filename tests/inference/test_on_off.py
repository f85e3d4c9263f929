"""Counted backgrounds, against one nuisance a bin, differences and simulated data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from tests.inference.synthetic import Synthetic

from nuprobe.errors import InputError
from nuprobe.inference import OnOffCost, PoissonCost, fit
from nuprobe.inference.costs.on_off import best_background
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter


@dataclass(frozen=True)
class BinByBin:
    """Data and control bins behind each other, with a nuisance for the background of
    each bin: what an `OnOffCost` minimises by hand."""

    inner: Synthetic
    nominal: FloatArray
    ratio: float

    @property
    def name(self) -> str:
        return "bin by bin"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.inner.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        own = tuple(Nuisance(f"b{i}", 1e6) for i in range(self.nominal.size))
        return (*self.inner.nuisances, *own)

    def expectation(self, points: FloatArray) -> Expectation:
        e = self.inner.expectation(points)
        rows = len(points)
        off = np.tile(self.ratio * self.nominal, (rows, 1))
        slopes = [np.hstack([s, np.zeros_like(s)]) for s in e.slopes]
        eye = np.eye(self.nominal.size)
        slopes += [np.concatenate([row, self.ratio * row])[None] for row in eye]
        return Expectation(np.hstack([e.base, off]), tuple(slopes))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        base, slopes = self.inner.jacobian(points)
        wide = [np.concatenate([s, np.zeros_like(s)], axis=2) for s in slopes]
        zero = np.zeros((1, base.shape[1], 2 * self.nominal.size))
        return (
            np.concatenate([base, np.zeros_like(base)], axis=2),
            (*wide, *(zero for _ in self.nominal)),
        )


def few(signal: float = 12.0, background: float = 8.0, n: int = 2) -> Synthetic:
    return Synthetic(bins=12, signal=signal, background=background, n_nuisances=n)


def pair(
    ratio: float, seed: int, signal: float = 12.0
) -> tuple[OnOffCost, PoissonCost]:
    p = few(signal)
    nominal = p.rest() * 0.9
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    rng = np.random.default_rng(seed)
    n, m = rng.poisson(mu).astype(float), rng.poisson(ratio * nominal).astype(float)
    return (
        OnOffCost(p, n, m, nominal, ratio),
        PoissonCost(BinByBin(p, nominal, ratio), np.concatenate([n, m])),
    )


@pytest.mark.parametrize("ratio", [0.25, 1.0, 5.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_the_minimum_over_one_nuisance_a_bin(ratio: float, seed: int) -> None:
    mine, brute = pair(ratio, seed)
    assert (mine.data == 0).any()
    assert (mine.control == 0).any()
    points = np.array([[1.0, 5.0], [1.4, 3.0], [0.4, 7.0]])
    np.testing.assert_allclose(
        mine.profiled(points).twice_nll, brute.profiled(points).twice_nll, atol=1e-8
    )
    np.testing.assert_allclose(
        mine.profiled(points).nuisances,
        brute.profiled(points).nuisances[:, :2],
        atol=1e-5,
    )


def test_a_fit_is_that_of_one_nuisance_a_bin() -> None:
    mine, brute = pair(2.0, 5, signal=40.0)
    found = fit(mine, free=["strength"], minos=False)
    wanted = fit(
        brute, free=["strength"], minos=False, start={"strength": found.point[0]}
    )
    # empty control bins leave the brute one a barrier of 1e-9 of -2 ln L a bin
    assert found.twice_nll == pytest.approx(wanted.twice_nll, abs=1e-6)
    assert found.twice_nll < wanted.twice_nll + 1e-9
    assert found["strength"].value == pytest.approx(wanted["strength"].value, rel=1e-5)
    one, other = found["strength"].error, wanted["strength"].error
    assert one is not None
    assert other is not None
    assert one == pytest.approx(other, rel=1e-3)
    assert found.ndf == 11


@pytest.mark.parametrize("x", [-0.3, 0.0, 1e-9, 0.7, 40.0, 1e6])
@pytest.mark.parametrize("ratio", [0.2, 1.0, 3.0])
@pytest.mark.parametrize(
    ("n", "m"), [(0, 0), (0, 3), (4, 0), (4, 5), (1, 2000), (2000, 1), (10**6, 10**6)]
)
def test_the_best_background_is_the_lowest(
    n: int, m: int, x: float, ratio: float
) -> None:
    at, on, off = (np.array([float(v)]) for v in (x, n, m))
    b = float(best_background(at, on, off, ratio)[0])
    assert b >= 0
    assert x + b >= -1e-12

    def cost(b: float) -> float:
        total = 0.0
        for mu, k in ((x + b, n), (ratio * b, m)):
            total += 2 * (mu - k)
            if k:
                total += 2 * k * (np.log(k / mu) if mu > 0 else np.inf)
        return total

    top = max(n, m / ratio, -x, 1.0) * 1.5 + 1
    lowest = minimize_scalar(
        cost, bounds=(max(0.0, -x), top), method="bounded", options={"xatol": 1e-13}
    )
    scale = 1 + abs(lowest.fun)
    assert cost(b) <= min(lowest.fun, cost(b * (1 + 1e-6) + 1e-9)) + 1e-9 * scale


@pytest.mark.parametrize("ratio", [0.3, 1.0, 4.0])
def test_gradients_are_those_of_differences(ratio: float) -> None:
    mine, _ = pair(ratio, 3)
    points = np.array([[1.0, 5.0], [1.3, 4.0]])
    nu_ = np.array([[0.05, -0.1], [0.0, 0.2]])
    by_parameter, by_nuisance = mine.gradient(points, nu_)
    for i, exact in ((0, by_parameter), (1, by_parameter)):
        h = np.zeros(2)
        h[i] = 1e-5
        change = mine.twice_nll(points + h, nu_) - mine.twice_nll(points - h, nu_)
        np.testing.assert_allclose(exact[:, i], change / 2e-5, rtol=2e-6, atol=1e-7)
    for i in range(2):
        h = np.zeros(2)
        h[i] = 1e-5
        change = mine.twice_nll(points, nu_ + h) - mine.twice_nll(points, nu_ - h)
        np.testing.assert_allclose(
            by_nuisance[:, i], change / 2e-5, rtol=2e-6, atol=1e-7
        )
    profiled = mine.profiled_gradient(points)
    h = np.array([1e-5, 0.0])
    up, down = (mine.profiled(points + s * h).twice_nll for s in (1, -1))
    np.testing.assert_allclose(profiled[:, 0], (up - down) / 2e-5, rtol=5e-6, atol=1e-6)


def test_many_control_counts_are_a_known_background() -> None:
    p = few(40.0, 30.0)
    mu = p.expectation(np.array([[1.0, 5.0]])).base[0]
    n = np.random.default_rng(2).poisson(mu).astype(float)
    known = PoissonCost(p, n)
    counted = OnOffCost(p, n, 1e9 * p.rest(), p.rest(), 1e9)
    points = np.array([[1.0, 5.0], [1.5, 4.0]])
    np.testing.assert_allclose(
        counted.profiled(points).twice_nll, known.profiled(points).twice_nll, rtol=1e-6
    )


def test_no_signal_anywhere_and_no_counts_at_all() -> None:
    p = Synthetic(bins=4, signal=0.0, background=0.0, n_nuisances=2)
    zero = np.zeros(4)
    cost = OnOffCost(p, zero, zero, zero, 1.0)
    assert cost.profiled([1.0, 5.0]).twice_nll[0] == 0
    # background in both, no signal: the best background is the mean of both counts
    n, m = np.array([4.0, 0.0, 2.0, 0.0]), np.array([2.0, 3.0, 0.0, 0.0])
    some = OnOffCost(p, n, m, zero, 1.0).profiled([1.0, 5.0]).twice_nll[0]
    mean = (n + m) / 2
    with np.errstate(all="ignore"):
        parts = [np.where(k > 0, k * np.log(k / mean), 0.0).sum() for k in (n, m)]
    assert some == pytest.approx(2 * sum(parts), abs=1e-9)


def test_simulated_and_expected_data_have_control_counts() -> None:
    mine, _ = pair(3.0, 4)
    expected = mine.asimov([1.0, 5.0])
    assert isinstance(expected, OnOffCost)
    np.testing.assert_allclose(expected.control, 3 * mine.nominal)
    assert expected.profiled([1.0, 5.0]).twice_nll[0] == pytest.approx(0, abs=1e-9)
    rng = np.random.default_rng(9)
    toys = [mine.simulate([1.0, 5.0], rng, np.zeros(2)) for _ in range(400)]
    control = np.array([t.control.sum() for t in toys if isinstance(t, OnOffCost)])
    assert control.size == 400
    total = 3 * mine.nominal.sum()
    assert control.mean() == pytest.approx(total, abs=4 * np.sqrt(total / 400))
    given = mine.with_data(mine.data + 1)
    assert isinstance(given, OnOffCost)
    np.testing.assert_array_equal(given.control, mine.control)
    assert given.digest() != mine.digest() != expected.digest()


@pytest.mark.nightly
def test_goodness_of_fit_is_that_of_toys() -> None:
    mine, _ = pair(1.0, 7, signal=30.0)
    result = fit(mine, free=["strength"], minos=False)
    toys = result.goodness_from_toys(150)
    found = result.goodness
    assert found is not None
    assert found.mean is not None
    assert found.sd is not None
    assert toys.mean is not None
    assert toys.sd is not None
    assert toys.mean == pytest.approx(found.mean, abs=4 * toys.sd / np.sqrt(150))
    assert toys.sd == pytest.approx(found.sd, rel=0.25)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"control": [1.0, -1.0]}, "bin 1 has -1.0 control counts"),
        ({"data": [-1.0, 1.0]}, "bin 0 has -1.0 counts"),
        ({"nominal": [1.0, np.nan]}, "nominal background of bin 1 is nan"),
        ({"control": [1.0]}, r"control has shape \(1,\)"),
        ({"ratio": 0.0}, "exposure of the control counts"),
        ({"ratio": np.inf}, "exposure of the control counts"),
    ],
)
def test_what_is_refused(change: dict[str, object], message: str) -> None:
    p = Synthetic(bins=2)
    ones = [1.0, 1.0]
    given: dict[str, object] = {"data": ones, "control": ones, "nominal": ones}
    given |= {"ratio": 1.0} | change
    with pytest.raises(InputError, match=message):
        OnOffCost(p, **given)  # type: ignore[arg-type]
