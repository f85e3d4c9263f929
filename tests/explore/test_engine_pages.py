"""The pages that are shipped: a thousand points of each, in the engine and in the
package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.explore.engine_runs import numbers, run_engine
from tests.nightly import few, mostly_nightly
from tests.portable.families import assert_minima, assert_same, reference

from nuprobe.explore.assemble import built_page
from nuprobe.explore.pages import default_pages, page_cost
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray

RUN = """
async function run({ document, points, nuisances, checks }) {
  const likelihood = engine.compile(document);
  return {
    values: points.map((point, i) => likelihood.twiceNll(point, nuisances[i])),
    checks: checks.map((one) => likelihood.twiceNll(one.point, one.nuisances)),
  };
}
"""


def _points(
    cost: Cost, page: dict[str, Any], number: int
) -> tuple[FloatArray, FloatArray]:
    """Points of the plane, and nuisances of the size of their errors."""
    rng = np.random.default_rng(23)
    points = np.tile(cost.default, (number, 1))
    for axis in filter(None, (page["plane"]["x"], page["plane"]["y"])):
        share, (low, high) = rng.uniform(size=number), (axis["lower"], axis["upper"])
        along = (
            low * (high / low) ** share if axis["log"] else low + share * (high - low)
        )
        points[:, cost.index(axis["name"])] = along
    nuisances = np.empty((number, len(cost.nuisances)))
    for column, n in zip(nuisances.T, cost.nuisances, strict=True):
        anchors = getattr(n, "anchors", None)
        if anchors:
            column[:] = rng.uniform(anchors[0], anchors[-1], number)
        else:
            size = n.sigma if np.isfinite(n.sigma) else 0.1
            column[:] = 0.3 * size * rng.normal(size=number)
    return points, nuisances


@pytest.mark.parametrize("name", mostly_nightly(default_pages(), ["charge-radii"]))
def test_a_thousand_points(name: str, tmp_path: Path) -> None:
    description = default_pages([name])[name]
    cost, page = page_cost(description), built_page(name, description)
    document, checks = page["document"], page["checks"]
    points, nuisances = _points(cost, page, 1000)
    job = {
        "document": document,
        "points": points.tolist(),
        "nuisances": nuisances.tolist(),
        "checks": checks,
    }
    (found,) = run_engine(tmp_path, RUN, [job])
    values, wanted = numbers(found["values"]), cost.twice_nll(points, nuisances)
    accuracy = document.get("accuracy")
    own = numbers(found["checks"])
    stored = np.array([check["twice_nll"] for check in checks])
    if accuracy is None:
        assert_same(values, wanted)
        assert_same(own, stored)
        return
    # an interpolated likelihood is what its file says to rounding, and the package's to
    # what the file promises
    some = slice(None, None, 10)
    other = reference().Likelihood(document)
    assert_same(values[some], other.twice_nll(points[some], nuisances[some]))
    np.testing.assert_allclose(values, wanted, rtol=10 * accuracy, atol=10 * accuracy)
    np.testing.assert_allclose(own, stored, rtol=10 * accuracy, atol=10 * accuracy)


MINIMA = """
function run({ document, points }) {
  const likelihood = engine.compile(document);
  return points.map((point) => likelihood.profile(point));
}
"""


@pytest.mark.parametrize("name", mostly_nightly(default_pages(), ["charge-radii"]))
def test_minima_over_nuisances(name: str, tmp_path: Path) -> None:
    """Over all of the plane, where couplings predict up to 1e17 times the data too."""
    description = default_pages([name])[name]
    cost, page = page_cost(description), built_page(name, description)
    document = page["document"]
    points = _points(cost, page, few(30, 300))[0]
    jobs = [{"document": document, "points": points.tolist()}]
    (found,) = run_engine(tmp_path, MINIMA, jobs)
    assert all(one["converged"] for one in found)
    lowest, best = numbers([one["twiceNll"] for one in found]), cost.profiled(points)
    allowed = 10 * document.get("accuracy", 0.0)
    if allowed:
        np.testing.assert_allclose(lowest, best.twice_nll, rtol=allowed, atol=allowed)
    else:
        assert_minima(lowest, best, cost, points)
