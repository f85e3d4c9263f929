from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.inference.synthetic import Synthetic

from nuprobe.inference import Cost, GaussianCost, PoissonCost
from nuprobe.numerics import FloatArray

counts = st.lists(st.integers(0, 60), min_size=12, max_size=12).map(
    lambda n: np.array(n, dtype=float)
)
points = st.tuples(st.floats(0.0, 4.0), st.floats(1.0, 9.0)).map(
    lambda p: np.array([p])
)
sizes = st.tuples(st.floats(1.0, 1e4), st.floats(0.5, 1e4))
kinds = st.sampled_from(["poisson", "gaussian", "sum"])


def cost_of(kind: str, size: tuple[float, float], n: FloatArray) -> Cost:
    p = Synthetic(bins=12, signal=size[0], background=size[1])
    a = PoissonCost(p, n)
    b = GaussianCost(replace(p, suffix=" b"), n, np.sqrt(np.maximum(n, 1.0)))
    return {"poisson": a, "gaussian": b, "sum": a + b}[kind]


@settings(deadline=None, max_examples=150)
@given(kinds, sizes, counts, points, st.integers(0, 2**32))
def test_profiled_is_the_minimum(
    kind: str, size: tuple[float, float], n: FloatArray, point: FloatArray, seed: int
) -> None:
    cost = cost_of(kind, size, n)
    best = cost.profiled(point)
    value = best.twice_nll[0]
    assert 0 <= value < np.inf
    tolerance = 1e-6 + 1e-9 * value
    assert abs(cost.twice_nll(point, best.nuisances)[0] - value) <= tolerance
    # convex: where no neighbour is lower, nothing is
    rng = np.random.default_rng(seed)
    sigma = np.array([m.sigma for m in cost.nuisances])
    for scale in (1e-4, 1e-2, 1.0):
        neighbours = best.nuisances + scale * sigma * rng.normal(size=(20, len(sigma)))
        assert (
            cost.twice_nll(np.repeat(point, 20, axis=0), neighbours).min()
            >= value - tolerance
        )
    assert value <= cost.twice_nll(point)[0] + tolerance


@settings(deadline=None, max_examples=60)
@given(kinds, sizes, counts, st.lists(points, min_size=2, max_size=40))
def test_points_do_not_see_each_other(
    kind: str, size: tuple[float, float], n: FloatArray, several: list[FloatArray]
) -> None:
    cost = cost_of(kind, size, n)
    together = cost.profiled(np.concatenate(several)).twice_nll
    alone = np.array([cost.profiled(p).twice_nll[0] for p in several])
    np.testing.assert_allclose(together, alone, rtol=1e-8, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(sizes, counts, counts, points)
def test_sum_does_not_depend_on_order(
    size: tuple[float, float], n: FloatArray, m: FloatArray, point: FloatArray
) -> None:
    a, b = cost_of("poisson", size, n), cost_of("gaussian", size, m)
    left, right = (
        (a + b).profiled(point).twice_nll[0],
        (b + a).profiled(point).twice_nll[0],
    )
    np.testing.assert_allclose(left, right, rtol=1e-8, atol=1e-6)
    both = (
        (a + b).profiled(point).nuisances
    )  # each part of the sum is at least its own minimum
    pulls = sum(
        (v / m.sigma) ** 2 for v, m in zip(both[0], (a + b).nuisances, strict=True)
    )
    shared = [
        i
        for i, m in enumerate((a + b).nuisances)
        if m.name in ("signal norm", "signal shape")
    ]
    twice = sum((both[0, i] / (a + b).nuisances[i].sigma) ** 2 for i in shared)
    assert pulls >= twice >= 0
    separately = a.profiled(point).twice_nll[0] + b.profiled(point).twice_nll[0]
    assert left + twice >= separately - 1e-6 * (1 + separately)


@settings(deadline=None, max_examples=60)
@given(kinds, sizes, points)
def test_expected_data_fit_perfectly(
    kind: str, size: tuple[float, float], point: FloatArray
) -> None:
    cost = cost_of(kind, size, np.ones(12)).asimov(point[0])
    best = cost.profiled(point)
    np.testing.assert_allclose(best.twice_nll, 0, atol=1e-7)
    np.testing.assert_allclose(best.nuisances, 0, atol=1e-4)
