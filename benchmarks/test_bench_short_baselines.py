"""Speed of planes of short baselines, with the accuracy beside it: `make bench`.
Nothing here asserts a time.

The plain method in the same run: one cost a toy, at every point of the grid.
"""

from __future__ import annotations

import time

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

import nuprobe as nu
from nuprobe.inference import ToySettings, exclusion_plane

FREE = ["sin2_2theta_14", "dm2_41"]


def grid(n: int) -> dict[str, np.ndarray]:
    return {FREE[0]: np.geomspace(0.01, 1, n), FREE[1]: np.geomspace(0.1, 20, n)}


def points(n: int) -> np.ndarray:
    s, d = np.meshgrid(*grid(n).values(), indexing="ij")
    return np.stack([s.ravel(), d.ravel()], axis=1)


def test_plane_of_chi2(benchmark: BenchmarkFixture) -> None:
    """100 × 100 points of PROSPECT, templates included."""

    def plane() -> np.ndarray:
        cost = nu.experiment("prospect").cost(free=FREE)
        cost.twice_nll([0.1, 1.0])
        start = time.process_time()
        value = cost.twice_nll(points(100))
        benchmark.extra_info["cpu_s"] = round(time.process_time() - start, 3)
        return value

    value = benchmark.pedantic(plane, rounds=2)
    benchmark.extra_info["lowest"] = round(float(value.min()), 3)


def test_feldman_cousins(benchmark: BenchmarkFixture) -> None:
    """1000 toys at each of 30 × 30 points, on two processes; a plain loop for some."""
    cost = nu.experiment("prospect").cost(free=FREE)
    settings = ToySettings(1000, workers=2)
    found = benchmark.pedantic(
        lambda: exclusion_plane(cost, grid(30), toys=settings), rounds=1
    )
    every = np.append(points(30), [[0.0, 0.1]], axis=0)
    rng = np.random.default_rng(np.random.SeedSequence(1, spawn_key=(455, 0)))
    mu, term = cost.expected(every[455])[0], cost.terms[0]
    noise = rng.normal(size=(250, len(mu)))[:5]
    start = time.perf_counter()
    plain = []
    for one in mu + noise @ term.factor.T:  # type: ignore[attr-defined]
        value = cost.with_data(one).twice_nll(every)
        plain.append(value[455] - value.min())
    spent = time.perf_counter() - start
    delta = found.delta.reshape(900, -1)[455, :5]
    benchmark.extra_info["error"] = float(np.abs(delta - plain).max())
    whole = spent / 5 * 900_000
    ratio = whole / benchmark.stats.stats.mean  # type: ignore[attr-defined]
    benchmark.extra_info["plain_loop_over_this"] = round(ratio, 1)
