"""What a slider of the explorer waits for, in Chromium: medians of many, printed and
not asserted; that the numbers are the package's is."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.chromium import chromium
from tests.explore.engine_browser import ask, open_engine
from tests.explore.engine_runs import document_of, numbers

import nuprobe as nu
from nuprobe.experiments import family_cost, joint_cost
from nuprobe.inference import Cost

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

TIMES = 50
FLAVOURS = ["charge_radius.ee", "charge_radius.mumu"]


def _costs() -> dict[str, Cost]:
    csi, lar = nu.experiment("coherent-csi-2021"), nu.experiment("coherent-lar-2020")
    return {
        # 12 bins, 4 nuisances
        "csi-2017": nu.experiment("coherent-csi-2017").cost(
            free=["sin2_theta_w", "rn"]
        ),
        # 1072 bins, 18 nuisances
        "csi+lar radii": joint_cost([csi, lar], nu.Electromagnetic(), free=FLAVOURS),
        "csi-2021 b-l": family_cost(csi, "b-l"),
        # 243 bins, 9 nuisances of which two morph
        "xenonnt-8b b-l": family_cost(nu.experiment("xenonnt-8b"), "b-l"),
    }


def _axis(name: str, lower: float, upper: float, log: bool) -> Any:
    return {"name": name, "lower": lower, "upper": upper, "points": 60, "log": log}


def _plane(cost: Cost) -> dict[str, Any]:
    names = [p.name for p in cost.parameters]
    if "mass" in names:
        return {
            "x": _axis("mass", 1.0, 1e3, True),
            "y": _axis("coupling", 1e-6, 1e-3, True),
        }
    ranges = {"sin2_theta_w": (0.1, 0.4), "rn": (3.0, 8.0)}
    x, y = (_axis(name, *ranges.get(name, (-8e-31, 8e-31)), False) for name in names)
    return {"x": x, "y": y}


MEASURE = """
const [name, plane, times] = given;
const t0 = performance.now();
const likelihood = engine.compile(documents[name]);
const compiled = performance.now() - t0;
const client = engine.client(documents[name]);
await client.ready;
const middle = (axis) =>
  axis.log ? Math.sqrt(axis.lower * axis.upper) : (axis.lower + axis.upper) / 2;
const at = (k) => {
  const share = k / times;
  return { [plane.x.name]: plane.x.lower * (1 - share) + plane.x.upper * share,
    [plane.y.name]: middle(plane.y) };
};
const one = [], profile = [], first = [], whole = [];
let longest = 0;
for (let k = 0; k < times; k++) {
  const start = performance.now();
  likelihood.expectation(at(k));
  likelihood.twiceNll(at(k));
  one.push(performance.now() - start);
  const begin = performance.now();
  likelihood.profile(at(k));
  profile.push(performance.now() - begin);
}
let grid;
const rounds = given[3];
for (let k = 0; k < rounds; k++) {
  const start = performance.now();
  let seen = 0;
  let before = start;
  const clock = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }, 4);
  grid = await client.grid(plane, () => { seen ||= performance.now() - start; });
  engine.contours(grid, [2.28, 4.61, 5.99]);
  clearInterval(clock);
  whole.push(performance.now() - start);
  first.push(seen || whole.at(-1));
}
client.close();
return { compiled, one, profile, first, whole, longest, grid };
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile"), 300) as made:
        folder = tmp_path_factory.mktemp("engine") / "page"
        documents = {name: document_of(cost) for name, cost in _costs().items()}
        open_engine(made, folder, documents)
        yield made


@pytest.mark.parametrize("name", list(_costs()))
def test_slider_to_numbers(
    browser: WebDriver, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Expectation and χ² of a point, its profile, the first and the whole plane of
    60 × 60 in the worker, and how long the page itself was ever busy meanwhile."""
    cost = _costs()[name]
    rounds = TIMES if cost.n_bins < 100 else 10 if cost.n_bins != 243 else 2
    found = ask(browser, MEASURE, name, _plane(cost), TIMES, rounds)
    assert "error" not in found, found
    grid = found["grid"]
    x, y = grid["x"]["values"], grid["y"]["values"]
    rng = np.random.default_rng(2)
    some = rng.integers(0, 60, (200, 2))
    points = np.tile(cost.default, (len(some), 1))
    points[:, cost.index(grid["x"]["name"])] = np.array(x)[some[:, 0]]
    points[:, cost.index(grid["y"]["name"])] = np.array(y)[some[:, 1]]
    values = numbers(grid["values"]).reshape(60, 60)[some[:, 1], some[:, 0]]
    wanted = cost.profiled(points).twice_nll
    worst = float(np.max(np.abs(values - wanted) / np.maximum(1, wanted)))
    with capsys.disabled():
        row = {key: statistics.median(found[key]) for key in found if key in KEYS}
        print(
            f"\n{name}: {cost.n_bins} bins, {len(cost.nuisances)} nuisances;"
            f" compiled in {found['compiled']:.0f} ms;"
            f" point {row['one']:.2f} ms, profile {row['profile']:.2f} ms, plane first"
            f" {row['first']:.0f} ms, whole {row['whole']:.0f} ms;"
            f" page busy {found['longest']:.0f} ms at most; largest difference from the"
            f" package {worst:.1e}"
        )
    assert worst < 1e-9


KEYS = ("one", "profile", "first", "whole")
