"""Scans of many points: memory beside the results does not grow with their number."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.inference.synthetic import Synthetic

from nuprobe.files import atomic_write
from nuprobe.inference import (
    PoissonCost,
    ScanResult,
    ToySettings,
    feldman_cousins,
    scan,
)
from nuprobe.inference.scan_result import ScanState, scan_image

MANY = 200_000
CHUNK = 256


class Watched(ThreadPoolExecutor):
    """How many tasks are handed out, and how many of them wait at most."""

    sent = waiting = most = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: Future[Any]) -> None:
        self.waiting -= 1


def test_a_checkpoint_is_written_without_a_copy_of_the_results(tmp_path: Path) -> None:
    made = scan(PoissonCost(Synthetic(), np.arange(300, 324)), {"radius": [3.0, 5.0]})
    rng = np.random.default_rng(1)
    values, nuisances = rng.random(MANY), rng.random((MANY, 4))
    many = ScanResult(
        axes={"radius": np.linspace(2.0, 6.0, MANY)},
        units=made.units,
        fixed=made.fixed,
        twice_nll=values,
        nuisances=nuisances,
        nuisance_names=made.nuisance_names,
        fingerprint=made.fingerprint,
    )
    state = ScanState(np.ones(MANY, dtype=bool), values, nuisances, np.empty(0))
    path = tmp_path / "many.h5"
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        atomic_write(path, scan_image(many, state, tmp_path))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 8e6
    assert peak < 4e6  # bytes; a copy has 8 million
    assert [p.name for p in tmp_path.iterdir()] == ["many.h5"]
    assert np.array_equal(ScanResult.load(path).nuisances, nuisances)


def test_few_tasks_wait_however_many_there_are() -> None:
    cost = PoissonCost(Synthetic(), np.arange(300, 324))
    axes = {"radius": np.linspace(2.0, 6.0, 20 * CHUNK)}
    with Watched(2) as pool:
        found = scan(cost, axes, executor=pool, chunk=CHUNK)
    assert pool.sent >= 10
    assert pool.most <= 4 * 2
    assert np.array_equal(found.twice_nll, scan(cost, axes).twice_nll)


@pytest.mark.nightly
def test_few_toys_wait_however_many_points_there_are() -> None:
    cost = PoissonCost(Synthetic(), np.arange(300, 324))
    most = []
    for points in (3, 12):
        grid = np.linspace(3.0, 5.0, points)
        with Watched(2) as pool:
            there = feldman_cousins(
                cost, "radius", grid, toys=ToySettings(100, executor=pool)
            )
        most.append(pool.most)
        assert pool.sent >= points
    assert max(most) <= 4 * 2
    here = feldman_cousins(cost, "radius", grid, toys=ToySettings(100))
    assert there.to_dict() == here.to_dict()
