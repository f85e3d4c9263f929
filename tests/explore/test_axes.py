"""Axes of pages whose description names none."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from tests.explore.browsing import cost, page_file

from nuprobe.experiments import experiment
from nuprobe.explore.axes import plane_of
from nuprobe.parameters import Parameter

SPAN = "nuprobe.controls.spansScales"


def _plane(*free: str, **more: Any) -> dict[str, Any]:
    one = cost(*free)
    parameters = [
        Parameter(p.name, p.default, *more.get("ranges", {}).get(p.name, ends))
        for p in one.parameters
        for ends in [(p.lower, p.upper)]
    ]
    return plane_of(page_file(*free, **more), parameters, one)


def test_the_axis_of_a_fitted_parameter_has_four_standard_deviations() -> None:
    one = experiment("coherent-csi-2021").cost(free=["sin2_theta_w"])
    axis = plane_of(page_file("sin2_theta_w"), one.parameters, one)["x"]
    grid = np.linspace(0.1, 0.5, 401)
    height = one.profiled(grid[:, None]).twice_nll
    allowed = grid[height < height.min() + 16]
    assert not axis["log"]
    assert axis["lower"] <= allowed[0] < axis["lower"] + 0.012
    assert axis["upper"] - 0.012 < allowed[-1] <= axis["upper"]


def test_both_axes_are_linear_and_inside_the_ranges() -> None:
    plane = _plane("rn", "sin2_theta_w")
    known = {p.name: p for p in cost("sin2_theta_w", "rn").parameters}
    for axis in (plane["x"], plane["y"]):
        assert not axis["log"]
        p = known[axis["name"]]
        assert p.lower <= axis["lower"] < p.default < axis["upper"] <= p.upper


def test_a_range_that_was_asked_for_is_shown_whole() -> None:
    axis = _plane("sin2_theta_w", ranges={"sin2_theta_w": (0.2, 0.9)})["x"]
    assert (axis["lower"], axis["upper"], axis["log"]) == (0.2, 0.9, False)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_sliders_are_logarithmic_for_scales_only() -> None:
    static = files("nuprobe.explore") / "static" / "app"
    parts = ("base", "labels", "check", "controls")
    code = "globalThis.window = globalThis;" + "".join(
        (static / f"{part}.js").read_text() for part in parts
    )
    entries = [
        [{"name": "sin2_theta_w", "default": 0.24}, 1e-6, 0.999999],
        [{"name": "mass", "default": 100}, 0.1, 1e5],
        [{"name": "coupling", "default": 1e-3}, 1e-6, 5e-3],
        [{"name": "rn", "default": 5}, 1.6, 10],
    ]
    asked = f"console.log(JSON.stringify({json.dumps(entries)}.map((e)=>{SPAN}(...e))))"
    done = subprocess.run(
        ["node", "-"], input=code + asked, text=True, capture_output=True, check=True
    )
    assert json.loads(done.stdout) == [False, True, True, False]
