"""Compiled loops against the same in numpy, which other tests hold against scipy and
brute force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.synthetic import Synthetic
from tests.nightly import few

from nuprobe.inference import Cost, PoissonCost, compiled, fit
from nuprobe.inference.costs import BLOCK, CostSum, Profiled, loops
from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.nuisances import profile_block
from nuprobe.inference.costs.slopes import expected_curvature
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

TRUTH = np.array([1.0, 5.0])


def synthetic(seed: int = 1, **changes: object) -> PoissonCost:
    p = Synthetic(**changes)  # type: ignore[arg-type]
    return PoissonCost(
        p, np.random.default_rng(seed).poisson(p.expectation(TRUTH[None]).base[0])
    )


def scattered(n: int, seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(0.3, 2.5, n), rng.uniform(2.0, 8.0, n)])


@dataclass(frozen=True)
class Invented:
    """Signal x², some of whose bins are empty, with a normalisation, a shape of both
    signs and a background."""

    signal: FloatArray
    shape: FloatArray
    background: FloatArray
    sigmas: tuple[float, float, float]
    name: str = "invented"
    parameters: tuple[Parameter, ...] = (Parameter("x", 1.0, 0.0, 10.0),)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return tuple(
            Nuisance(n, s)
            for n, s in zip(("norm", "shape", "background"), self.sigmas, strict=True)
        )

    def expectation(self, points: FloatArray) -> Expectation:
        signal = points**2 * self.signal
        return Expectation(
            signal + self.background,
            (signal, signal * self.shape, self.background[None]),
        )

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        slope = (2 * points * self.signal)[:, None]
        return slope, (slope, slope * self.shape, np.zeros((1, 1, self.signal.size)))


@st.composite
def costs(draw: st.DrawFn) -> PoissonCost:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    bins = draw(st.integers(1, 40))
    size = 10.0 ** draw(st.floats(-1, 4))
    empty = draw(st.floats(0, 0.5))
    signal = size * rng.random(bins) * (rng.random(bins) >= empty)
    background = (
        size * rng.random(bins) * (rng.random(bins) >= empty)
    )  # 0 where a bin may go to zero
    sigmas = (
        draw(st.floats(0.05, 2)),
        draw(st.floats(0.05, 2)),
        draw(st.floats(0.05, 2)),
    )
    p = Invented(signal, rng.uniform(-1, 1, bins), background, sigmas)
    return PoissonCost(p, rng.poisson(signal * rng.uniform(0, 2) + background))


def compare(cost: Cost, points: FloatArray) -> None:
    plain, fast = (
        cost.profiled(points, compiled=False),
        cost.profiled(points, compiled=True),
    )
    finite = np.isfinite(plain.twice_nll)
    np.testing.assert_array_equal(finite, np.isfinite(fast.twice_nll))
    np.testing.assert_array_equal(plain.boundary, fast.boundary)
    scale = 1e-9 * (1 + np.abs(plain.twice_nll[finite]))
    assert np.all(np.abs(plain.twice_nll[finite] - fast.twice_nll[finite]) <= scale)
    cold = cost.profiled_slopes_from(points, None)
    for start in (
        None,
        1.2 * plain.nuisances,
        plain.nuisances - 3.0,
    ):  # the last is often impossible
        mine = cost.profiled_slopes_from(points, start, compiled=True)
        assert np.all(np.abs(mine[0][finite] - cold[0][finite]) <= scale)
        np.testing.assert_array_equal(mine[0][~finite], cold[0][~finite])
    # slopes at the same nuisances: those of the two minima differ by what is left of
    # the way there
    inner = np.flatnonzero(finite & ~plain.boundary)
    p, nu, none = points[inner], plain.nuisances[inner], np.zeros(len(inner))
    given = cost.layout.expectations(p)
    for a, b in zip(
        expected_curvature(cost.layout, p, nu, none, given, compiled=True),
        expected_curvature(cost.layout, p, nu, none, given),
        strict=True,
    ):
        np.testing.assert_allclose(
            a, b, rtol=1e-9, atol=1e-9 * np.abs(b).max(initial=1e-3)
        )


@settings(max_examples=few(30, 100), deadline=None)
@given(costs())
def test_any_poisson_cost(cost: PoissonCost) -> None:
    compare(cost, np.array([[0.0], [1e-6], [0.3], [1.0], [1.7], [9.0]]))


def test_most_points_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = synthetic()
    asked: list[int] = []
    original = profile_block

    def counted(layout: Layout, p: FloatArray, given: list[Expectation]) -> Profiled:
        asked.append(len(p))
        return original(layout, p, given)

    monkeypatch.setattr(loops, "profile_block", counted)
    best = cost.profiled(scattered(200), compiled=True)
    assert not asked
    value, nuisances = best.twice_nll, best.nuisances
    # and it is a minimum: no slope is left
    left = cost.gradient(scattered(200), nuisances)[1]
    assert np.abs(left).max() < 1e-3
    np.testing.assert_allclose(
        value, cost.twice_nll(scattered(200), nuisances), rtol=1e-12
    )


def test_sum_with_shared_nuisances() -> None:
    cost = synthetic(bins=30) + synthetic(
        bins=17, seed=2, suffix=" two", background=20.0, n_nuisances=3
    )
    assert isinstance(cost, CostSum)
    compare(cost, scattered(64))


def test_gradient_without_curvature() -> None:
    cost, points = synthetic(), scattered(20)
    full = cost.profiled_slopes_from(points, None, compiled=True)
    alone = cost.profiled_slopes_from(points, None, compiled=True, bent=False)
    np.testing.assert_array_equal(full[1], alone[1])
    assert not alone[2].any()


def test_without_nuisances() -> None:
    compare(synthetic(n_nuisances=0), scattered(20))


def test_threads_and_neighbours_do_not_matter() -> None:
    cost, points = synthetic(bins=30), scattered(3 * BLOCK + 17)
    one, two = (
        cost.profiled(points, compiled=True),
        cost.profiled(points, threads=2, compiled=True),
    )
    assert one.twice_nll.tobytes() == two.twice_nll.tobytes()
    assert one.nuisances.tobytes() == two.nuisances.tobytes()
    part = cost.profiled(points[BLOCK : 2 * BLOCK], compiled=True)
    assert part.twice_nll.tobytes() == one.twice_nll[BLOCK : 2 * BLOCK].tobytes()


def test_huge_and_impossible_points_go_to_the_reference() -> None:
    p = Invented(
        np.array([1.0, 0.0]), np.zeros(2), np.array([0.0, 1e-3]), (0.1, 0.1, 0.1)
    )
    impossible = PoissonCost(p, [3.0, 0.0]).profiled([[0.0]], compiled=True)
    assert impossible.twice_nll[0] == np.inf
    huge = PoissonCost(
        Invented(np.array([1e14, 1.0]), np.zeros(2), np.ones(2), (1.0, 1.0, 1.0)),
        [5.0, 1.0],
    )
    compare(huge, np.array([[1.0], [10.0]]))


def test_a_fit_does_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    from nuprobe.inference import surface

    cost = synthetic(signal=15000.0)
    before = fit(cost)
    calls: list[int] = []
    original = compiled.profile
    monkeypatch.setattr(compiled, "profile", lambda *a: calls.append(1) or original(*a))  # type: ignore
    monkeypatch.setattr(surface, "_MANY", 1)
    after = fit(cost)
    assert calls
    assert after.twice_nll == pytest.approx(before.twice_nll, abs=1e-7)
    for a, b in zip(after.free, before.free, strict=True):
        assert b.error is not None
        assert a.interval is not None
        assert b.interval is not None
        assert abs(a.value - b.value) < 1e-4 * b.error
        ends = [
            (a.interval.lower, b.interval.lower),
            (a.interval.upper, b.interval.upper),
        ]
        assert any(x is not None for x, _ in ends)
        for x, y in ends:
            assert (x is None) == (y is None)
            assert x is None or y is None or abs(x - y) < 1e-4 * b.error
