"""Contours between the points of a grid, and ends of intervals, against the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2
from tests.explore.engine_runs import document_of, numbers, run_engine

import nuprobe as nu
from nuprobe.inference import Cost

CSI = "coherent-csi-2017"
LEVELS = [float(chi2.ppf(cl, 2)) for cl in (0.6826894921370859, 0.9, 0.95)]

GRID = """
function run({ document, request }) {
  const likelihood = engine.compile(document);
  const parts = [];
  const grid = likelihood.grid(request, (part) => parts.push(part));
  return { grid, parts: parts.map((part) => part.x.values.length) };
}
"""

SCAN = """
function run({ document, request }) {
  return engine.compile(document).scan1d(request);
}
"""


def _axis(name: str, lower: float, upper: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "lower": lower, "upper": upper, "points": 21, **more}


def _distances(cost: Cost, found: dict[str, Any]) -> list[float]:
    """How far −2 ln L at the points of the lines is from the levels of the lines."""
    names = [found[axis]["name"] for axis in ("x", "y")]
    lowest = found["minimum"]["twiceNll"]
    away = []
    for level in found["lines"]:
        for line in level["lines"]:
            points = np.tile(cost.default, (len(line["x"]), 1))
            for name, axis in zip(names, ("x", "y"), strict=True):
                points[:, cost.index(name)] = line[axis]
            rise = cost.profiled(points).twice_nll - lowest
            away.append(float(np.abs(rise - level["level"]).max()))
    return away


def test_lines_are_where_the_package_has_them(tmp_path: Path) -> None:
    """A grid of 21 × 21 whose cells are divided by four where a line runs."""
    cost = nu.experiment(CSI).cost(free=["rn", "sin2_theta_w"])
    request = {
        "x": _axis("sin2_theta_w", 0.1, 0.4),
        "y": _axis("rn", 2.0, 9.0),
        "levels": LEVELS,
    }
    job = {"document": document_of(cost), "request": request}
    (found,) = run_engine(tmp_path, GRID, [job])
    grid = found["grid"]
    assert found["parts"] == [11, 21, 21, 41]
    assert len(grid["x"]["values"]) == 81
    assert grid["complete"]
    away = _distances(cost, grid)
    assert len(away) >= len(LEVELS)
    assert max(away) < 0.01
    fit = nu.fit(cost, minos=False)
    assert grid["minimum"]["twiceNll"] == pytest.approx(fit.twice_nll, abs=1e-6)
    # what was found on the way is what the package finds
    values = numbers(grid["values"]).reshape(81, 81)[::4, ::4]
    points = np.tile(cost.default, (values.size, 1))
    x, y = (np.array(grid[axis]["values"])[::4] for axis in ("x", "y"))
    for name, column in zip(("sin2_theta_w", "rn"), np.meshgrid(x, y), strict=True):
        points[:, cost.index(name)] = column.ravel()
    wanted = cost.profiled(points).twice_nll
    np.testing.assert_allclose(values.ravel(), wanted, rtol=1e-9, atol=1e-9)


def test_a_logarithmic_plane_is_refined(tmp_path: Path) -> None:
    from nuprobe.experiments import family_cost

    cost = family_cost(nu.experiment(CSI), "b-l")
    request = {
        "x": _axis("mass", 1.0, 1e3, log=True),
        "y": _axis("coupling", 1e-6, 1e-3, log=True),
        "levels": LEVELS,
    }
    job = {"document": document_of(cost), "request": request}
    (found,) = run_engine(tmp_path, GRID, [job])
    grid = found["grid"]
    steps = np.diff(np.log(grid["x"]["values"]))
    np.testing.assert_allclose(steps, steps[0])
    lines = [line for level in grid["lines"] for line in level["lines"]]
    assert lines
    # the coarse grid alone is off by more than the whole level
    assert max(_distances(cost, grid)) < 0.3


@pytest.mark.parametrize("free", [["rn"], ["sin2_theta_w"]])
def test_intervals_are_those_of_a_fit(tmp_path: Path, free: list[str]) -> None:
    cost = nu.experiment(CSI).cost(free=free)
    (p,) = cost.parameters
    cls = 0.6826894921370859, 0.9
    levels = [float(chi2.ppf(cl, 1)) for cl in cls]
    ends = (1.6, 9.9) if p.name == "rn" else (0.1, 0.4)
    request = {"x": _axis(p.name, *ends), "levels": levels}
    job = {"document": document_of(cost), "request": request}
    (found,) = run_engine(tmp_path, SCAN, [job])
    for cl, intervals in zip(
        (0.6826894921370859, 0.9), found["intervals"], strict=True
    ):
        fit = nu.fit(cost, cl=cl)
        (interval,) = intervals
        there = fit[p.name].interval
        assert there is not None
        assert interval == pytest.approx([there.lower, there.upper], rel=1e-6)
        rise = cost.profiled(np.array(interval)[:, None]).twice_nll - fit.twice_nll
        np.testing.assert_allclose(rise, chi2.ppf(cl, 1), rtol=1e-7)
    best = fit[p.name].value
    np.testing.assert_allclose(found["minimum"]["point"], [best], rtol=1e-5)


def test_a_narrow_valley_between_two_points(tmp_path: Path) -> None:
    """The lowest point itself is inside where all points of the scan are high."""
    cost = nu.experiment(CSI).cost(free=["sin2_theta_w"])
    levels = [1e-4]
    request = {"x": _axis("sin2_theta_w", 0.1, 0.4), "levels": levels}
    job = {"document": document_of(cost), "request": request}
    (found,) = run_engine(tmp_path, SCAN, [job])
    ((low, high),) = found["intervals"][0]
    best = found["minimum"]["point"][0]
    assert low < best < high
    assert high - low < 0.3 / 20
    rise = cost.profiled([[low], [high]]).twice_nll - found["minimum"]["twiceNll"]
    np.testing.assert_allclose(rise, levels[0], rtol=1e-4)


def test_a_best_fit_at_the_end_of_a_range_is_its_end(tmp_path: Path) -> None:
    """Moments count by their square: descents end close to 0, not at it."""
    cost = nu.experiment(CSI).cost(nu.model("electromagnetic"), ["mu_eff.mu"])
    request = {"x": _axis("mu_eff.mu", 0.0, 6e-9), "levels": [1.0]}
    job = {"document": document_of(cost), "request": request}
    (found,) = run_engine(tmp_path, SCAN, [job])
    lowest = found["minimum"]
    assert lowest["point"] == [0]
    assert found["intervals"][0][0][0] == 0
    at = cost.profiled([lowest["point"]]).twice_nll[0]
    assert at == pytest.approx(lowest["twiceNll"], abs=1e-9)
