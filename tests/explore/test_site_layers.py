"""Layers of a plane that are computed, or one published number."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import family_cost
from nuprobe.explore import PageFile, computed, default_pages
from nuprobe.explore.layers import layers_of
from nuprobe.explore.spectra import spectra_of
from nuprobe.inference import exclusion_plane

MIXING: Any = {
    "x": {"name": "sin2_2theta_14", "lower": 0.01, "upper": 1.0, "log": True},
    "y": {"name": "dm2_41", "lower": 0.5, "upper": 2.0, "log": True},
}
COUPLING: Any = {
    "x": {"name": "mass", "lower": 0.1, "upper": 1e5, "log": True},
    "y": {"name": "coupling", "lower": 1e-4, "upper": 1.0, "log": True},
}


def _page(**layer: Any) -> PageFile:
    page: dict[str, Any] = {"title": "P", "experiments": ["danss"], "layers": [layer]}
    return PageFile(**page)


def test_mixings_are_where_cls_is_one_minus_the_level(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(computed, "_SPLITTINGS", 2)
    monkeypatch.setattr(computed, "_MIXINGS", 60)
    page = _page(kind="exclusion", experiment="danss", title="DANSS")
    (layer,) = layers_of(page, MIXING, [])
    assert layer["computed"]
    assert "asymptotic" in layer["note"]
    mixing, splitting = np.array(layer["points"]).T
    np.testing.assert_allclose(splitting, [0.5, 2.0])
    cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    for x, y in zip(mixing, splitting, strict=True):
        mixings = np.union1d(np.geomspace(1e-3, 1, 20), x * np.array([0.95, 1, 1.05]))
        nodes: Any = {"sin2_2theta_14": mixings, "dm2_41": [y, 2.1]}
        along = exclusion_plane(cost, nodes, toys=0).exclusion("raster")[:, 0]
        k = int(np.flatnonzero(mixings == x)[0])
        below, at, above = along[k - 1 : k + 2]
        assert below < 0 < above
        assert abs(at) < 0.1 * (above - below)
    turned = {"x": MIXING["y"], "y": MIXING["x"]}
    (other,) = layers_of(page, turned, [])
    assert (other["x"], other["points"][0]) == ("dm2_41", layer["points"][0][::-1])


def test_one_number_over_a_range() -> None:
    """CCFR: m/g' above 545 GeV for heavy bosons; two numbers are a region."""
    about = {"kind": "range", "entry": "lmu_ltau.coupling/CCFR-2014"}
    page = _page(**about, numbers=["heavy"], over_coupling=True, lower=1e4)
    (layer,) = layers_of(page, COUPLING, [])
    assert layer["kind"] == "curve"
    assert "computed" not in layer
    np.testing.assert_allclose(
        layer["points"], [[1e4, 1e4 / 545e3], [1e5, 1e5 / 545e3]]
    )
    about["entry"] = "lmu_ltau.coupling/Neff-2019"
    numbers = ["equilibrium_low", "equilibrium_high"]
    (box,) = layers_of(
        _page(**about, numbers=numbers, lower=10, upper=20), COUPLING, []
    )
    corners = {(10, 3e-4), (20, 3e-4), (20, 8e-4), (10, 8e-4)}
    assert {(x, y) for x, y in box["points"]} == corners
    assert box["kind"] == "region"
    with pytest.raises(UnknownNameError, match="equilibrium_high"):
        layers_of(_page(**about, numbers=["high"]), COUPLING, [])
    with pytest.raises(InputError, match="mass and coupling"):
        layers_of(_page(**about, numbers=numbers), MIXING, [])


def test_published_and_computed_tridents_agree_for_heavy_bosons() -> None:
    """The published number of CCFR beside what its curve comes to."""
    number: Any = {"kind": "range", "entry": "lmu_ltau.coupling/CCFR-2014"}
    number |= {"numbers": ["heavy"], "over_coupling": True}
    curve: Any = {"kind": "exclusion", "experiment": "ccfr-trident", "title": "C"}
    page = PageFile(
        title="P",
        experiments=["ccfr-trident"],
        model="lmu-ltau",
        layers=[curve, number],
    )
    layers = {one["name"]: one for one in layers_of(page, COUPLING, [])}
    ours = layers["ccfr-trident-limit"]["points"][-1]
    published = layers["lmu_ltau.coupling/CCFR-2014"]["points"][-1]
    assert ours[1] == pytest.approx(published[1], rel=0.05)


def test_a_ratio_is_a_measured_value() -> None:
    ccfr = nu.experiment("ccfr-trident")
    (panel,) = spectra_of(family_cost(ccfr, "lmu-ltau"), [ccfr])
    (quantity,) = panel["axes"][0]["quantities"]
    assert quantity["scale"] == 1
    assert quantity["latex"] == r"\sigma/\sigma_{\mathrm{SM}}"


def test_each_site_has_its_own_spectrum() -> None:
    """Bins of an energy, not bins by number under the name of a term."""
    lz: Any = nu.experiment("lz-er-2025")
    panels = spectra_of(lz.cost(free=["sin2_theta_w"]), [lz])
    assert [panel["title"].rpartition(", ")[2] for panel in panels] == [*lz.sites]
    for panel, site in zip(panels, lz.sites.values(), strict=True):
        (axis,) = panel["axes"]
        edges, _ = site.bins.edges(next(iter(site.file.analyses.values())))
        assert axis["edges"] == edges.tolist()
        assert (panel["ylabel"], axis["unit"]) == ("counts", "keV")


@pytest.mark.nightly
def test_rates_of_reactors_have_names() -> None:
    one: Any = nu.experiment("daya-bay-evolution")
    (panel,) = spectra_of(one.cost(free=["sin2_2theta_14"]), [one])
    (axis,) = panel["axes"]
    assert axis["labels"] == [*one.predict().rows]
    assert [q["unit"] for q in axis["quantities"]] == [""] * 8
    many = nu.experiment("reactor-rates")
    (panel,) = spectra_of(many.cost(free=["sin2_2theta_14"]), [many])
    assert len(panel["axes"][0]["labels"]) == 21
    assert "quantities" not in panel["axes"][0]


def test_a_tip_is_a_measured_magnitude() -> None:
    tip = nu.experiment("m5-tip")
    (panel,) = spectra_of(tip.cost(free=["magnetic_moment.emu"]), [tip])
    (quantity,) = panel["axes"][0]["quantities"]
    assert (quantity["latex"], quantity["unit"]) == (r"M_I \text{ of the tip}", "mag")


@pytest.mark.nightly
def test_measured_values_have_units_and_symbols() -> None:
    """Abundances as they are measured, not in units of their errors."""
    one = nu.experiment("primordial-abundances")
    cost = one.cost(
        nu.model("electromagnetic", kind="majorana"), ["magnetic_moment.emu"]
    )
    (panel,) = spectra_of(cost, [one])
    quantities = panel["axes"][0]["quantities"]
    scales = np.array([q["scale"] for q in quantities])
    np.testing.assert_allclose(scales * cost.terms[0].data, [0.245, 2.547e-5, 2.99])
    assert [q["latex"] for q in quantities][:2] == ["Y_P", r"\mathrm{D/H}"]


@pytest.mark.nightly
def test_rates_of_the_sun_have_units_too() -> None:
    sno = nu.experiment("sno-2013")
    (panel,) = spectra_of(sno.cost(free=["tan2_12"]), [sno])
    assert panel["axes"][0]["quantities"][0]["unit"] == "10⁶ cm⁻² s⁻¹"
    many = nu.experiment("super-kamiokande-4")
    (panel,) = spectra_of(many.cost(free=["tan2_12"]), [many])
    assert "quantities" not in panel["axes"][0]


def test_planes_of_angles_and_radii_have_published_values() -> None:
    for name in ("weak-angle", "l1a", "helium", "sterile"):
        assert default_pages([name])[name].layers
