"""Numbers of short-baseline releases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.experiments import BaselineExperiment
from nuprobe.models import SterileNeutrino
from nuprobe.reproductions.recipes import disappearance_chi2, disappearance_scales

FREE = ["sin2_2theta_14", "dm2_41"]
RELEASE = Path(os.environ.get("NUPROBE_DATA", "")) / "prospect"


def chi2(name: str, mixing: float, dm2: float, analysis: str | None = None) -> float:
    one = nu.experiment(name)
    return float(one.cost(None, FREE, analysis).profiled([mixing, dm2]).twice_nll[0])


def test_prospect() -> None:
    null = chi2("prospect", 0.0, 1.0)
    assert null == pytest.approx(122.971, abs=2e-3)
    assert chi2("prospect", 0.12, 1.68) == pytest.approx(118.78, abs=0.1)
    assert chi2("prospect", 0.11, 1.78) - null == pytest.approx(-4.01, abs=0.05)
    assert chi2("prospect", 0.26, 7.25) - null == pytest.approx(6.50, abs=0.2)
    assert chi2("prospect", 0.14, 2.3) - null == pytest.approx(16.47, abs=0.2)


@pytest.mark.skipif(
    not RELEASE.is_dir(), reason="the ancillary files are not here: set NUPROBE_DATA"
)
def test_prospect_null_is_that_of_the_release() -> None:
    """χ² with the files themselves, no code of the package between."""
    v = np.loadtxt(RELEASE / "1.2_Osc_CovarianceMatrix.txt", delimiter=",")
    measured = np.zeros((10, 16))
    for place, _, number, *_ in np.loadtxt(
        RELEASE / "1.1_Osc_SegmentMap.txt", delimiter=","
    ):
        file = RELEASE / f"1.4_Osc_Prompt{int(number)}.txt"
        if file.is_file():
            counts = np.loadtxt(file, delimiter=",")[:, 1]
            measured[int(place) - 1] += counts
    null = np.stack(
        [
            np.loadtxt(RELEASE / f"1.6_Osc_NullOscPred{i}.txt", delimiter=",")[:, 1]
            for i in range(1, 11)
        ]
    )
    delta = (measured - measured.sum(0) * null / null.sum(0)).ravel()
    plain = float(delta @ np.linalg.solve(v, delta))
    assert chi2("prospect", 0.0, 1.0) == pytest.approx(plain, abs=1e-4)


def test_constant_ratios() -> None:
    assert chi2("danss", 0.0, 1.0, "shape") == pytest.approx(33.18, abs=0.01)
    assert chi2("neos", 0.0, 1.0, "shape") == pytest.approx(64.01, abs=0.01)


def test_the_map_of_another_group() -> None:
    """χ² of Berryman:2020agd at points of their grid; they leave an energy scale free,
    and the response is approximated, hence the tolerances."""
    null = chi2("danss", 0.0, 1.0)
    assert null == pytest.approx(33.467, abs=0.01)
    theirs = {(0.0724436, 1.318257): -12.12, (0.0501187, 3.981072): -1.03}
    for (mixing, dm2), fall in theirs.items():
        assert chi2("danss", mixing, dm2) - null == pytest.approx(fall, abs=0.3)
    null = chi2("neos", 0.0, 1.0)
    assert chi2("neos", 0.1, 0.5011872) - null == pytest.approx(96.45, rel=0.02)
    assert chi2("neos", 0.0436516, 0.0954993) - null == pytest.approx(-11.38, abs=2.0)


def test_best_is_a_quarter_too_low() -> None:
    rates = nu.experiment("best", BaselineExperiment).predict()
    expected = rates.total / rates.normalisations["gallium_cross_section"]
    np.testing.assert_allclose(rates.data / expected, [0.79, 0.77], atol=0.005)
    # more than four standard deviations, and a large mixing (abstract)
    assert 16 < rates.twice_nll_without < 25
    cost = nu.experiment("best").cost(SterileNeutrino(0.1, 10.0), ["sin2_2theta_14"])
    grid = np.linspace(0, 1, 101)
    best = grid[cost.profiled(grid[:, None]).twice_nll.argmin()]
    assert best == pytest.approx(0.4, abs=0.06)


def test_energy_scales_are_why_bugey_excludes_more_than_a_map() -> None:
    """Both scales free within 2 %, against sums as they are written."""
    from scipy.special import ndtr

    point = (0.1, 0.5011872)
    one = nu.experiment("bugey-3", BaselineExperiment)
    fixed = disappearance_chi2("bugey-3", *point, rise=True)
    assert disappearance_scales("bugey-3", *point, within=0.0) == pytest.approx(fixed)
    box = disappearance_scales("bugey-3", *point)
    assert box < disappearance_scales("bugey-3", *point, shape="gauss") < fixed
    # that of the map, but for response and distances
    assert box == pytest.approx(5.11, abs=1.2)

    e = 1.8 + 8.2 * (np.arange(820) + 0.5) / 820
    weight = one.flux.spectrum("nubar_e", e) * nu.ibd.total(e)
    t = np.maximum(e - 1.78, 0)
    sigma = np.sqrt(0.15**2 + (0.075 * t) ** 2)
    edges = 1 + 0.2 * np.arange(26)

    def events(far: float, boxes: tuple[float, float], s: float, g: float) -> Any:
        moved = (edges + 1.78) * (1 + g) - 1.78
        seen = np.diff(ndtr((moved[:, None] - (e - 1.78)) / sigma), axis=0) * weight
        places = [(np.arange(20) + 0.5) / 10 - 1] * 2
        at = far + boxes[0] * places[0][:, None] + boxes[1] * places[1]
        phase = 1.2669328 * point[1] * at.reshape(-1, 1) / e
        return seen @ (1 - s * np.mean(np.sin(phase) ** 2, axis=0))

    term: Any = one.cost().terms[0]
    scales = np.linspace(-0.02, 0.02, 11)

    def lowest(s: float) -> float:
        near = [events(14.88, (1.72, 0.68), s, g) for g in scales]
        far = [events(39.96, (1.20, 0.83), s, g) for g in scales]
        away = [term.data - 0.1396 * a / b for a in far for b in near]
        return min(float(((one @ term.whitening.T) ** 2).sum()) for one in away)

    assert box == pytest.approx(lowest(point[0]) - lowest(0.0), abs=0.15)
