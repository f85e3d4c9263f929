"""Contours, planes and minima of the engine against independent calculations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from contourpy import contour_generator
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from scipy.stats import chi2
from tests.explore.engine_runs import document_of, numbers, run_engine

import nuprobe as nu
from nuprobe.experiments import family_cost
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray

LINES = """
const run = ({ x, y, values, levels, options }) =>
  engine.contours({ x, y, values: Float64Array.from(values, Number) }, levels, options);
"""

GRID = """
async function run({ document, request, workers }) {
  const likelihood = engine.compile(document);
  const parts = [];
  const grid = likelihood.grid(request, (part) => parts.push(part));
  return { grid, parts };
}
"""


def _lines(
    folder: Path, x: FloatArray, y: FloatArray, z: FloatArray, **more: Any
) -> list[FloatArray]:
    job = {
        "x": {"values": x.tolist(), "log": more.pop("log", False)},
        "y": {"values": y.tolist()},
        "values": [str(v).replace("inf", "Infinity") for v in z.ravel()],
        "levels": more.pop("levels"),
        "options": more,
    }
    (found,) = run_engine(folder, LINES, [job])
    return [
        np.array([line["x"], line["y"]]).T for level in found for line in level["lines"]
    ]


def _same_lines(found: list[FloatArray], wanted: list[FloatArray]) -> None:
    """The same pieces, whatever the order."""

    def pieces(lines: list[FloatArray]) -> set[tuple[tuple[float, ...], ...]]:
        every = set()
        for line in lines:
            ends = np.round(line, 9) + 0.0
            for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
                if a != b:
                    every.add(tuple(sorted([tuple(a), tuple(b)])))
        return every

    assert pieces(found) == pieces(wanted)
    assert sum(map(len, found)) == sum(map(len, wanted))


def test_levels_are_those_of_chi_squared(tmp_path: Path) -> None:
    run = "const run = ([cl, dof]) => engine.level(cl, dof);"
    jobs = [
        [cl, dof] for cl in (0.01, 0.6826894921, 0.9, 0.95, 0.9973) for dof in (1, 2)
    ]
    found = run_engine(tmp_path, run, jobs)
    wanted = [chi2.ppf(cl, dof) for cl, dof in jobs]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    assert round(found[3], 2) == 2.30
    (bad,) = run_engine(tmp_path, run, [[1.5, 2]])
    assert "must lie between 0 and 0.9999" in bad["refused"]


def test_an_ellipse(tmp_path: Path) -> None:
    x, y = np.linspace(-3, 3, 121), np.linspace(-2, 2, 81)
    z = (x / 2) ** 2 + y[:, None] ** 2
    (line,) = _lines(tmp_path, x, y, z, levels=[1.0], minimum=0)
    np.testing.assert_array_equal(line[0], line[-1])
    np.testing.assert_allclose((line[:, 0] / 2) ** 2 + line[:, 1] ** 2, 1, atol=2e-3)
    area = 0.5 * abs(np.sum(line[:-1, 0] * line[1:, 1] - line[1:, 0] * line[:-1, 1]))
    assert area == pytest.approx(2 * np.pi, rel=1e-3)


def test_contours_are_those_of_contourpy(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for shape in ((9, 12), (30, 30)):
        z = np.asarray(rng.normal(size=shape))  # saddles everywhere
        x, y = np.arange(float(shape[1])), np.sort(rng.uniform(size=shape[0]))
        level = 0.1
        wanted = contour_generator(x, y, z, name="serial").lines(level)
        found = _lines(tmp_path, x, y, z, levels=[level], minimum=0)
        _same_lines(found, [np.asarray(w) for w in wanted])


def test_regions_are_closed_along_the_border(tmp_path: Path) -> None:
    x, y = np.linspace(0, 1, 5), np.linspace(0, 2, 5)
    z = x + 0 * y[:, None]
    (line,) = _lines(tmp_path, x, y, z, levels=[0.3], minimum=0, closed=True)
    np.testing.assert_array_equal(line[0], line[-1])
    assert line[:, 0].min() == 0
    assert line[:, 0].max() == pytest.approx(0.3)
    assert (line[:, 1].min(), line[:, 1].max()) == (0, 2)


def test_logarithmic_axes_and_what_is_not_known(tmp_path: Path) -> None:
    x, y = np.geomspace(1, 1e4, 5), np.arange(3.0)
    z = np.log10(x) + 0 * y[:, None]
    z[2, 4] = np.nan
    (line,) = _lines(tmp_path, x, y, z, levels=[1.5], minimum=0, log=True)
    np.testing.assert_allclose(line[:, 0], 10**1.5)
    z[:, 2:] = np.inf  # impossible beyond
    (line,) = _lines(tmp_path, x, y, z, levels=[1.5], minimum=0, log=True)
    np.testing.assert_allclose(line[:, 0], 10)


CSI = "coherent-csi-2017"


def _plane(cost: Cost, **axes: Any) -> dict[str, Any]:
    return {"document": document_of(cost), "request": axes}


def _check_plane(cost: Cost, answer: dict[str, Any], columns: list[str]) -> FloatArray:
    """All values of a plane are the profiled ones of the package; coarser pictures are
    part of it."""
    grid = answer["grid"]
    x, y = grid["x"]["values"], grid["y"]["values"]
    values = numbers(grid["values"]).reshape(len(y), len(x))
    points = np.tile(cost.default, (values.size, 1))
    for name, column in zip(columns, np.meshgrid(x, y), strict=True):
        points[:, cost.index(name)] = column.ravel()
    wanted = cost.profiled(points).twice_nll
    np.testing.assert_allclose(values.ravel(), wanted, rtol=1e-9, atol=1e-9)
    lowest = grid["minimum"]
    assert lowest["twiceNll"] == values.min()
    at = cost.profiled(lowest["point"]).twice_nll[0]
    assert at == pytest.approx(lowest["twiceNll"], abs=1e-9)
    assert answer["parts"][-1]["complete"]
    for part in answer["parts"]:
        i = [x.index(one) for one in part["x"]["values"]]
        j = [y.index(one) for one in part["y"]["values"]]
        some = numbers(part["values"]).reshape(len(j), len(i))
        np.testing.assert_array_equal(some, values[np.ix_(j, i)])
    assert len(answer["parts"][0]["values"]) < values.size
    return values


def test_planes(tmp_path: Path) -> None:
    radius = nu.experiment(CSI).cost(free=["rn", "sin2_theta_w"])
    boson = family_cost(nu.experiment(CSI), "b-l")
    log = {"log": True, "points": 20}
    jobs = [
        _plane(
            radius,
            x={"name": "rn", "lower": 1.6, "upper": 10, "points": 23},
            y={"name": "sin2_theta_w", "lower": 0.1, "upper": 0.4, "points": 30},
        ),
        _plane(
            boson,
            x={"name": "mass", "lower": 1, "upper": 1e3, **log},
            y={"name": "coupling", "lower": 1e-6, "upper": 1e-3, **log},
        ),
    ]
    radii, bosons = run_engine(tmp_path, GRID, jobs)
    _check_plane(radius, radii, ["rn", "sin2_theta_w"])
    _check_plane(boson, bosons, ["mass", "coupling"])


def _exact(cost: Cost, point: FloatArray) -> float:
    """The profiled Gaussian −2 ln L, by linear equations with 50 digits."""
    term = cost.terms[0]
    e = term.expectation(point[None])
    with mp.workdps(50):
        rows = [[mp.mpf(float(x)) for x in s[0]] for s in e.slopes]
        sigma = [mp.mpf(float(x)) for x in term.sigma]  # type: ignore[attr-defined]
        pulls = [1 / mp.mpf(n.sigma) for n in cost.nuisances]
        apart = [
            (mp.mpf(float(b)) - mp.mpf(float(d))) / s
            for b, d, s in zip(e.base[0], term.data, sigma, strict=True)
        ]
        a = mp.matrix(
            [[x / s for x, s in zip(row, sigma, strict=True)] for row in rows]
        )
        h = a * a.T + mp.diag([p**2 for p in pulls])
        nu = mp.lu_solve(h, -a * mp.matrix(apart))
        left = mp.matrix(apart) + a.T * nu
        own = sum((x * p) ** 2 for x, p in zip(nu, pulls, strict=True))
        return float(own + sum(x**2 for x in left))


def test_counts_that_nuisances_cancel(tmp_path: Path) -> None:
    """A billion counts where a hundred are seen: what nuisances of the signal leave
    of them is a difference of the last digits."""
    run = """
    const run = ({ document, points }) => {
      const likelihood = engine.compile(document);
      return points.map((point) => likelihood.profile(point).twiceNll);
    };
    """
    cost = family_cost(nu.experiment(CSI), "b-l")
    points = np.array(
        [[g, m] for g in (1e-4, 6e-3, 1e-2) for m in (1.0, 3.0, 27.0, 78.0)]
    )
    job = {"document": document_of(cost), "points": points.tolist()}
    (found,) = run_engine(tmp_path, run, [job])
    wanted = [_exact(cost, point) for point in points]
    for one in (found, cost.profiled(points).twice_nll):
        np.testing.assert_allclose(one, wanted, rtol=5e-9, atol=1e-9)


@pytest.mark.nightly
def test_planes_of_nuisances_that_morph(tmp_path: Path) -> None:
    cost = family_cost(nu.experiment("xenonnt-8b"), "b-l")
    log = {"log": True, "points": 20}
    job = _plane(
        cost,
        x={"name": "mass", "lower": 1, "upper": 1e3, **log},
        y={"name": "coupling", "lower": 1e-6, "upper": 1e-3, **log},
    )
    _check_plane(cost, run_engine(tmp_path, GRID, [job])[0], ["mass", "coupling"])


MINIMUM = """
function run({ document, options, trials }) {
  const likelihood = engine.compile(document);
  const found = likelihood.minimum(options);
  return { ...found, trials: trials.map((p) => likelihood.profile(p).twiceNll) };
}
"""


def test_the_minimum_is_that_of_a_fit(tmp_path: Path) -> None:
    costs = [
        nu.experiment(CSI).cost(free=["rn", "sin2_theta_w"]),
        nu.experiment("coherent-lar-2020").cost(free=["sin2_theta_w"]),  # shapes
        nu.experiment("conus-plus").cost(
            nu.model("nsi"), ["epsilon_u.ee", "epsilon_d.ee"]
        ),  # one line of minima
    ]
    rng = np.random.default_rng(5)
    jobs = []
    for cost in costs:
        step = np.array([p.step for p in cost.parameters])
        trials = cost.default + 3 * step * rng.normal(size=(10, len(step)))
        low = np.array([p.lower for p in cost.parameters])
        high = np.array([p.upper for p in cost.parameters])
        trials = np.clip(trials, low, high)
        jobs.append(
            {"document": document_of(cost), "options": {}, "trials": trials.tolist()}
        )
    for cost, found in zip(costs, run_engine(tmp_path, MINIMUM, jobs), strict=True):
        fit = nu.fit(cost, minos=False)
        assert found["converged"]
        assert found["twiceNll"] <= fit.twice_nll + 1e-7
        assert found["twiceNll"] == pytest.approx(fit.twice_nll, abs=1e-5)
        assert found["twiceNll"] <= min(found["trials"])
        at = cost.profiled(found["point"]).twice_nll[0]
        assert at == pytest.approx(found["twiceNll"], rel=1e-9, abs=1e-9)


def test_nothing_lies_below_the_profile(tmp_path: Path) -> None:
    """Of nuisances that do not move, of those that do, and of all."""
    run = """
    function run({ document, nuisances, held }) {
      const likelihood = engine.compile(document);
      const [point] = [likelihood.default];
      const names = likelihood.nuisances.map((n) => n.name);
      return nuisances.map((nu) => {
        const fixed = Object.fromEntries(held.map((k) => [names[k], nu[k]]));
        const part = likelihood.profile(point, { fixed });
        const warm = likelihood.profile(point, { start: nu });
        return [
          likelihood.twiceNll(point, nu), part.twiceNll, part.nuisances,
          likelihood.profile(point).joint, warm.joint,
        ];
      });
    }
    """
    cost = nu.experiment("coherent-csi-2021").cost(free=["sin2_theta_w"])
    rng = np.random.default_rng(11)
    sigma = np.array([n.sigma for n in cost.nuisances])
    nuisances = rng.normal(size=(20, len(sigma))) * sigma
    held = [0, 3]
    job = {
        "document": document_of(cost),
        "nuisances": nuisances.tolist(),
        "held": held,
    }
    for row, found in zip(nuisances, run_engine(tmp_path, run, [job])[0], strict=True):
        value, part, at, whole, warm = found
        assert whole <= part + 1e-9
        assert part <= value
        assert warm == pytest.approx(whole, abs=1e-9)
        np.testing.assert_array_equal(np.array(at)[held], row[held])


@settings(max_examples=3)
@given(st.floats(0.15, 0.35))
def test_what_is_drawn_is_the_expectation(
    tmp_path_factory: pytest.TempPathFactory, angle: float
) -> None:
    run = """
    const run = ({ document, point, nuisances }) =>
      engine.compile(document).expectation(point, nuisances);
    """
    cost = nu.experiment("coherent-csi-2021").cost(free=["sin2_theta_w"])
    nuisances = [0.1 * n.sigma for n in cost.nuisances]
    job = {"document": document_of(cost), "point": [angle], "nuisances": nuisances}
    ((term,),) = run_engine(tmp_path_factory.mktemp("run"), run, [job])
    e = cost.terms[0].expectation(np.array([[angle]]))
    wanted = e.base[0] + sum(x * s[0] for x, s in zip(nuisances, e.slopes, strict=True))
    np.testing.assert_allclose(term["total"], wanted, rtol=1e-12)
    parts = np.array([part["values"] for part in term["parts"]])
    np.testing.assert_allclose(parts.sum(axis=0), wanted, rtol=1e-12)
    assert term["bins"] == [[8, 14]]
    np.testing.assert_array_equal(term["data"], cost.terms[0].data)
