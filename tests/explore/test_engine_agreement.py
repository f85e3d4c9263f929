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
    assert_minima,
    assert_same,
    cost_of,
    every_statistic,
    families,
    points_of,
    reference,
)

from nuprobe.errors import InputError
from nuprobe.experiments import experiment, family_cost
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
    lowest, calm = numbers([p["twiceNll"] for _, p in found]), _calm(cost, points)
    if calm.any():
        assert_same(lowest[calm], best.twice_nll[calm])
    # elsewhere both have few digits left
    finite = np.isfinite(best.twice_nll)
    np.testing.assert_array_equal(np.isfinite(lowest), finite)
    assert_minima(lowest, best, cost, points)
    # the package agrees that the minimum lies there
    at = np.array([p["nuisances"] for _, p in found]).reshape(nuisances.shape)
    possible = finite & calm
    if possible.any():
        joint = best.joint[possible]
        assert_same(cost.twice_nll(points[possible], at[possible]), joint)


def _calm(cost: Cost, points: FloatArray) -> NDArray[np.bool_]:
    """Points at which not so many counts are expected that nuisances of the signal
    would have to cancel all but a millionth of them."""
    result = np.ones(len(points), dtype=bool)
    for term, columns, _ in cost.layout.places:
        q = np.hstack([points, np.zeros((len(points), len(cost.layout.morphing)))])
        counts = np.abs(term.expectation(q[:, columns]).base).sum(axis=1)
        seen = np.abs(term.data).sum() + np.sqrt(term.spread @ term.spread)
        result &= counts < 1e6 * seen
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


QUICK = ("gaussian of two sides", "covariance", "projected", "on-off", "cnp")


@pytest.mark.parametrize(
    "names",
    [QUICK, pytest.param((), marks=pytest.mark.nightly, id="all")],
)
def test_every_statistic(names: tuple[str, ...], tmp_path: Path) -> None:
    costs = every_statistic(names)
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


def _quotient() -> dict[str, Any]:
    """A signal over another source, with a complement, by hand."""
    one = {"monomial": {}, "table": [1.0]}
    mixed = {"monomial": {"x": 2}, "complement": {"x": 0.5}, "table": [1.0]}

    def source(name: str, piece: Any, bins: list[float]) -> dict[str, Any]:
        group = {"pieces": [piece], "templates": [[bins]]}
        return {"name": name, "groups": [group]}

    x = {"name": "x", "default": 0.5, "lower": 0.0, "upper": 1.0, "scale": 0.1}
    block = {
        "bins": [2, 1],
        "over": "norm",
        "components": ["all"],
        "time": [[1.0]],
        "sources": [
            source("signal", mixed, [3.0, 5.0]),
            source("norm", one, [2.0, 4.0]),
        ],
        "backgrounds": [{"name": "flat", "counts": [1.0, 2.0]}],
        "effects": [{"nuisance": "size", "scales": ["signal", "flat"]}],
    }
    data = {"kind": "gaussian", "data": [40.0, 30.0], "sigma": [5.0, 6.0]}
    return {
        "format": "nuprobe-likelihood",
        "version": 2,
        "name": "by hand",
        "parameters": [x],
        "nuisances": [{"name": "size", "sigma": 0.1}],
        "terms": [{"name": "one", "statistic": data, "blocks": [block]}],
    }


def test_quotients_and_complements(tmp_path: Path) -> None:
    document = _quotient()
    points = [[0.0], [0.3], [0.7], [1.0]]
    run = (
        VALUES
        + """
    const both = run;
    run = (job) => ({
      ...both(job), least: engine.compile(job.document).minimum(), values: both(job),
    });
    """
    )
    job = {"document": document, "points": points, "nuisances": [[0.2]] * 4}
    (found,) = run_engine(tmp_path, run, [job])
    signal = np.array([[(x / 0.1) ** 2 * (1 - x) ** 0.5] for (x,) in points])
    mu = (signal * [1.5, 1.25] + [1.0, 2.0]) * 1.2
    wanted = (((mu - [40, 30]) / [5, 6]) ** 2).sum(axis=1) + 4
    np.testing.assert_allclose(
        [value for value, _ in found["values"]], wanted, rtol=1e-12
    )
    least = found["least"]
    assert least["converged"]
    assert least["twiceNll"] <= min(p["twiceNll"] for _, p in found["values"])
    grid = np.linspace(0, 1, 2001)[:, None]
    strength = (grid / 0.1) ** 2 * (1 - grid) ** 0.5
    base = strength * [1.5, 1.25] + [1.0, 2.0]
    at = (base / [5, 6]) @ np.eye(2)
    apart = (base - [40, 30]) / [5, 6]
    nu = -(at * apart).sum(axis=1) / ((at**2).sum(axis=1) + 100)
    profile = ((apart + nu[:, None] * at) ** 2).sum(axis=1) + 100 * nu**2
    assert least["twiceNll"] <= profile.min() + 1e-9
    assert least["twiceNll"] == pytest.approx(profile.min(), abs=1e-3)


def test_counts_that_nuisances_have_to_cancel(tmp_path: Path) -> None:
    cost = family_cost(experiment("coherent-csi-2021"), "b-l")
    points = [[1e-3, 10.0], [0.0, 10.0]]
    job = {"document": document_of(cost), "points": points}
    run = "function run({document, points}) { const one = engine.compile(document);"
    run += " return points.map((point) => one.excess(point)); }"
    (found,) = run_engine(tmp_path, run, [job])
    counts = cost.terms[0].expectation(np.array(points)).base.sum(axis=1)
    np.testing.assert_allclose(found, counts / (cost.terms[0].data.sum() + 1))
    assert found[0] > 10 * found[1]
    assert found[1] < 2
