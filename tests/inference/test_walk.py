"""What a fit of one parameter passes through: few files, few evaluations."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.experiments.counts import CountsPrediction
from nuprobe.inference import Cost, fit

PACKAGE = Path(nu.__file__).parent


@pytest.fixture
def cost() -> Cost:
    csi = nu.experiment("coherent-csi-2017")
    assert isinstance(csi, Experiment)
    return csi.cost(nu.StandardModel(), ["sin2_theta_w"])


def test_few_evaluations(cost: Cost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, a fit asked 53 times for an expectation and 35 times for slopes."""
    asked: Counter[str] = Counter()
    for name in ("expectation", "jacobian"):
        original = getattr(CountsPrediction, name)

        def counted(self: Any, points: Any, name: str = name, original: Any = original):  # type: ignore[no-untyped-def]
            asked[name] += 1
            return original(self, points)

        monkeypatch.setattr(CountsPrediction, name, counted)
    result = fit(cost)
    assert result.free[0].interval is not None
    assert asked["expectation"] <= 40
    assert asked["jacobian"] <= 30


def test_the_walk_passes_one_file_a_purpose(cost: Cost) -> None:
    passed: Counter[str] = Counter()

    def hook(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and PACKAGE in path.parents:
            passed[str(path.relative_to(PACKAGE).with_suffix(""))] += 1

    sys.setprofile(hook)
    try:
        fit(cost)
    finally:
        sys.setprofile(None)
    rooms = {name.split("/")[0] for name in passed}
    # an experiment, a model or a process is not asked again once the cost is there
    below = {"numerics", "border", "__init__"}
    assert rooms <= {"inference", "experiments", "prediction", *below}
    assert {n for n in passed if n.startswith("experiments/")} == {
        "experiments/counts",
        "experiments/quadratic",
    }
    # neither MIGRAD nor compiled loops are needed
    assert not {"inference/migrad", "inference/compiled"} & set(passed)
    # some 300 calls for each nuisance, of which there are four, and a third more for
    # all regions of the parameter
    assert sum(passed.values()) < 6500
