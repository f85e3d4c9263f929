"""The engine of the explorer gives what the package gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.engine_runs import document_of, numbers, run_engine
from tests.nightly import few, mostly_nightly
from tests.portable.families import (
    assert_same,
    cost_of,
    every_statistic,
    families,
    points_of,
)

from nuprobe.errors import InputError
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray

FEW = [
    ("ccfr-trident", "chiral-vector"),
    ("conus-plus", "nsi"),
    ("lsnd-electron", "electromagnetic"),
]

VALUES = """
function run({ document, points, nuisances }) {
  const likelihood = engine.compile(document);
  return points.map((point, i) => [
    likelihood.twiceNll(point, nuisances[i]),
    likelihood.profile(point),
  ]);
}
"""


def _agrees(cost: Cost, points: FloatArray, nuisances: FloatArray, found: Any) -> None:
    assert_same(
        numbers([value for value, _ in found]), cost.twice_nll(points, nuisances)
    )
    best = cost.profiled(points)
    assert all(profile["converged"] for _, profile in found)
    assert_same(numbers([p["twiceNll"] for _, p in found]), best.twice_nll)
    # the package agrees that the minimum lies there
    at = np.array([p["nuisances"] for _, p in found]).reshape(nuisances.shape)
    possible = np.isfinite(best.twice_nll)
    assert_same(cost.twice_nll(points[possible], at[possible]), best.joint[possible])


@pytest.mark.parametrize(("name", "model"), mostly_nightly(families(), FEW))
def test_every_experiment_and_family(name: str, model: str, tmp_path: Path) -> None:
    cost = cost_of(name, model)
    if isinstance(cost, str):
        pytest.skip(f"no cost: {cost}")
    try:
        document = document_of(cost)
    except InputError as error:
        pytest.skip(f"no portable likelihood: {error}")
    points, nuisances = points_of(cost, few(12, 100))
    job = {
        "document": document,
        "points": points.tolist(),
        "nuisances": nuisances.tolist(),
    }
    _agrees(cost, points, nuisances, run_engine(tmp_path, VALUES, [job])[0])


def test_every_statistic(tmp_path: Path) -> None:
    costs = every_statistic()
    some = {name: points_of(cost, 4) for name, cost in costs.items()}
    jobs = [
        {
            "document": document_of(cost),
            "points": some[name][0].tolist(),
            "nuisances": some[name][1].tolist(),
        }
        for name, cost in costs.items()
    ]
    answers = run_engine(tmp_path, VALUES, jobs)
    for (name, cost), found in zip(costs.items(), answers, strict=True):
        try:
            _agrees(cost, *some[name], found)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
