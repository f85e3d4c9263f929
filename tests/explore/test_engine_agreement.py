"""The engine of the explorer gives what the package gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.explore.engine_runs import document_of, numbers, run_engine
from tests.nightly import few, mostly_nightly
from tests.portable.families import (
    assert_same,
    cost_of,
    every_statistic,
    families,
    points_of,
    reference,
)

from nuprobe.errors import InputError
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray

FEW = [
    ("ccfr-trident", "chiral-vector"),
    ("conus-plus", "nsi"),
    ("lsnd-electron", "electromagnetic"),
    ("prospect", "sterile"),
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
    lowest, calm = numbers([p["twiceNll"] for _, p in found]), _calm(cost, points)
    assert_same(lowest[calm], best.twice_nll[calm])
    # elsewhere both have few digits left, and the engine keeps more of them
    finite = np.isfinite(best.twice_nll)
    np.testing.assert_array_equal(np.isfinite(lowest), finite)
    assert (lowest[finite] <= best.twice_nll[finite] * (1 + 1e-7) + 1e-7).all()
    # the package agrees that the minimum lies there
    at = np.array([p["nuisances"] for _, p in found]).reshape(nuisances.shape)
    possible = finite & calm
    assert_same(cost.twice_nll(points[possible], at[possible]), best.joint[possible])


def _calm(cost: Cost, points: FloatArray) -> NDArray[np.bool_]:
    """Points at which not so many counts are expected that nuisances of the signal
    would have to cancel all but a millionth of them."""
    result = np.ones(len(points), dtype=bool)
    for term, columns, _ in cost.layout.places:
        q = np.hstack([points, np.zeros((len(points), len(cost.layout.morphing)))])
        counts = np.abs(term.expectation(q[:, columns]).base).sum(axis=1)
        seen = np.abs(term.data).sum() + np.sqrt(term.spread @ term.spread)
        result &= counts < 1e6 * seen
    assert result.any()
    return result


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
    for column, p in zip(points.T, document["parameters"], strict=True):
        column[:] = np.clip(column, p["lower"], p["upper"])
    job = {
        "document": document,
        "points": points.tolist(),
        "nuisances": nuisances.tolist(),
    }
    found = run_engine(tmp_path, VALUES, [job])[0]
    if document.get("accuracy"):
        _agrees_with_the_file(cost, document, points, nuisances, found)
    else:
        _agrees(cost, points, nuisances, found)


def _agrees_with_the_file(
    cost: Cost, document: Any, points: FloatArray, nuisances: FloatArray, found: Any
) -> None:
    """Of likelihoods that are interpolated: what the other evaluator makes of them."""
    other = reference().Likelihood(document)
    values = numbers([value for value, _ in found])
    assert_same(values, other.twice_nll(points, nuisances))
    at = np.array([p["nuisances"] for _, p in found]).reshape(nuisances.shape)
    lowest = numbers([p["joint"] for _, p in found])
    assert_same(lowest, other.twice_nll(points, at))
    allowed = 10 * document["accuracy"]
    wanted = cost.profiled(points).joint
    np.testing.assert_allclose(lowest, wanted, rtol=allowed, atol=allowed)


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
