"""Worker processes: what is sent to them leaves nothing behind."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

import nuprobe as nu
from nuprobe.inference import Cost
from nuprobe.inference.executors import working


def _measured(cost: Cost, task: Any) -> tuple[int]:
    return (cost.n_bins * task,)


def test_a_pool_with_more_workers_than_tasks_closes() -> None:
    """Workers that never start read nothing, and a payload above what a pipe holds
    would keep the thread that sends it."""
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    cost.ballast = np.zeros(100_000)  # type: ignore[attr-defined]
    before = threading.active_count()
    with working(cost, _measured, None, 4) as compute:
        assert list(compute([2])) == [(2, 24)]
    assert threading.active_count() == before
