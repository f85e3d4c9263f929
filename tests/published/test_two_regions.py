"""A charge radius may reverse the amplitude: fits and profiles give both regions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.inference.test_valleys import FIXED
from tests.nightly import few

import nuprobe as nu
from nuprobe.experiments import Experiment, joint_cost
from nuprobe.inference import Cost, FitResult, Region, fit, profile

MUON, ELECTRON = "charge_radius.mumu", "charge_radius.ee"
CM2 = 1e-32


def csi_2017(**changes: object) -> Cost:
    """Energy and time of CsI 2017 along the radii of both flavours."""
    one = nu.experiment("coherent-csi-2017", Experiment)
    if changes:
        one = one.with_changes(changes)
    return one.cost(nu.Electromagnetic(), [MUON, ELECTRON], "energy-time")


def ends(regions: tuple[Region, ...], unit: float = CM2) -> list[float]:
    return [x / unit for r in regions for x in (r.low, r.high)]


def scanned(cost: Cost, rise: float) -> list[float]:
    """Ends of the regions of ⟨r²⟩_μμ, ⟨r²⟩_ee at its lowest, from a grid of both by the
    cost alone, in 1e-32 cm²."""
    x, y = np.linspace(-65, 10, 151) * CM2, np.linspace(-80, 30, few(111, 221)) * CM2
    lowest = np.empty(len(x))
    for i, value in enumerate(x):
        points = np.column_stack([np.full(len(y), value), y])
        lowest[i] = cost.profiled(points).twice_nll.min()
    level = lowest.min() + rise
    out = lowest > level
    edges = np.flatnonzero(out[1:] != out[:-1])
    part = (level - lowest[edges]) / (lowest[edges + 1] - lowest[edges])
    return [float(v) for v in (x[edges] + part * np.diff(x)[edges]) / CM2]


def test_both_regions_of_the_muon_radius_as_an_audit_found_them() -> None:
    """[−61.5, −42.6] and [−13.3, 5.1] by independent code, with point nucleons,
    recoils of nuclei alone and fixed backgrounds, ⟨r²⟩_ee free."""
    changes = {"target.nucleon": "point", "analyses.energy-time.also": []}
    cost = csi_2017(**changes, **FIXED)
    curve = profile(cost, MUON, np.linspace(-80, 40, 25) * CM2, free=[ELECTRON])
    regions = curve.regions(0.9)
    assert ends(regions) == pytest.approx([-61.5, -42.6, -13.3, 5.1], abs=0.06)
    found = fit(cost, cl=0.9).regions[MUON]
    assert ends(found) == pytest.approx(ends(regions), abs=2e-3)


@pytest.fixture(scope="module")
def today() -> FitResult:
    return fit(csi_2017(), cl=0.9)


def test_both_regions_of_the_muon_radius_today(today: FitResult) -> None:
    cost, result = csi_2017(), today
    both = result.regions[MUON]
    assert ends(both) == pytest.approx([-60.68, -38.42, -17.25, 4.24], abs=0.02)
    assert ends(both) == pytest.approx(scanned(cost, 2.7055), abs=0.05)
    assert [r.best for r in both] == [True, False]
    assert both[0].minimum == result[MUON].value
    assert both[1].rise == pytest.approx(0.140, abs=5e-3)
    assert both[1].minimum == pytest.approx(-5.41 * CM2, abs=0.05 * CM2)
    assert len(result.regions[ELECTRON]) == 1


def test_regions_are_data_and_lines_of_the_table(today: FitResult) -> None:
    result = today
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    (muon,) = [p for p in plain["parameters"] if p["name"] == MUON]
    assert [r["best"] for r in muon["regions"]] == [True, False]
    assert muon["regions"][0]["low"] == pytest.approx(muon["minos_lower"])
    assert not muon["regions"][1]["open_high"]
    lines = [line for line in str(result).splitlines() if line.startswith(MUON)]
    assert "[-60.684, -38.419]" in lines[0]
    assert "[-17.248, 4.241]" in lines[1]
    assert "also allowed, -2 ln L higher by 0.14" in lines[1]
    assert any("2 separate regions" in note for note in result.notes)


def test_joint_epsilon_of_electron_neutrinos_has_two_regions() -> None:
    names = ["coherent-csi-2021", "coherent-lar-2020"]
    free = ["epsilon_u.ee"]
    cost = joint_cost([nu.experiment(name) for name in names], nu.NSI(), free)
    both = fit(cost, cl=0.9).regions["epsilon_u.ee"]
    assert [r.best for r in both] == [True, False]
    x = np.linspace(-0.3, 0.7, 1001)
    height = cost.profiled(x[:, None]).twice_nll
    inside = height <= height.min() + 2.7055
    edges = x[1:][inside[1:] != inside[:-1]]
    assert ends(both, 1.0) == pytest.approx(edges.tolist(), abs=1.1e-3)


@pytest.mark.nightly
def test_regions_of_a_fit_are_those_of_profiles() -> None:
    """Three parameters, of which each has a second region."""
    free = [ELECTRON, MUON, "rn"]
    cost = nu.experiment("coherent-csi-2021").cost(nu.Electromagnetic(), free)
    result = fit(cost, cl=0.68)
    grid = np.linspace(-90, 50, 9) * CM2
    for name in (ELECTRON, MUON):
        others = [n for n in free if n != name]
        expected = profile(cost, name, grid, free=others).regions(0.68)
        assert len(expected) == 2
        assert ends(result.regions[name]) == pytest.approx(ends(expected), abs=0.02)
    low, high = result.regions["rn"]
    assert low.open_low
    assert high.open_high
    assert low.low == cost.parameters[cost.index("rn")].lower
    assert "open at the upper end of the range" in str(result)


def test_an_open_end_is_told_in_data_and_words() -> None:
    cost = csi_2017(**FIXED)
    curve = profile(cost, MUON, np.linspace(-50, -5, 7) * CM2, free=[ELECTRON])
    low, high = curve.regions(0.9)
    assert low.open_low
    assert low.low == curve.values[0]
    assert high.open_high
    assert (low.open_high, high.open_low) == (False, False)
    table = curve.table(0.9).splitlines()
    assert table[0].endswith("charge_radius.mumu = -5 1e-32 cm2, −2 ln L = 148.1750")
    assert "open at the lower end of the grid" in table[2]
    assert "open at the upper end of the grid" in table[3]
    plain = curve.to_dict((0.9,))["regions"][0]["regions"]
    assert [r["open_low"] for r in plain] == [True, False]


def test_a_fit_with_one_region_has_no_note() -> None:
    assert (
        nu.experiment("coherent-csi-2017").fit(nu.StandardModel(), free=["rn"]).notes
        == ()
    )


def test_numbers_in_the_unit_of_fits_are_refused() -> None:
    with pytest.raises(
        nu.NuprobeError, match=r"charge_radius of 0\.5 cm2 .* the unit is cm2"
    ):
        nu.Electromagnetic(charge_radius={"mumu": 0.5})
