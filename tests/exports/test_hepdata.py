"""Submissions to HEPData have the numbers of the results, by the rules of HEPData."""

from __future__ import annotations

import functools
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.exports.hepdata import VALIDATOR, check, validate

import nuprobe as nu
import nuprobe.inference
from nuprobe.catalogue import catalogue
from nuprobe.catalogue.export import export
from nuprobe.errors import InputError, OutputError
from nuprobe.exports import (
    DataTable,
    Errors,
    Submission,
    Variable,
    submission,
    tables_of,
    to_hepdata,
)
from nuprobe.parameters import Parameter

CSI = "coherent-csi-2017"
ARGON = "coherent-lar-2020"


def _numbers(variable: dict[str, Any]) -> np.ndarray:
    return np.array(
        [np.nan if v["value"] == "-" else v["value"] for v in variable["values"]],
        dtype=float,
    )


@functools.cache
def results() -> dict[str, Any]:
    """Results of every kind."""
    csi, argon = nu.experiment(CSI), nu.experiment(ARGON)
    cost = csi.cost(free=["rn"])
    both = csi.cost(free=["rn", "sin2_theta_w"])
    scale = argon.cost(free=["cevns_scale"], analysis="published")
    grid = {"rn": np.linspace(2.0, 9.0, 12), "sin2_theta_w": np.linspace(0.1, 0.4, 12)}
    mixing = nu.experiment("best").cost(free=["sin2_2theta_14", "dm2_41"])
    plane: dict[str, Any] = {
        "sin2_2theta_14": np.geomspace(0.01, 1, 6),
        "dm2_41": [0.5, 2.0, 8.0],
    }
    inference = nuprobe.inference
    return {
        "counts": csi.predict(),
        "two dimensions": nu.experiment("coherent-csi-2021").predict(),
        "disappearance": nu.experiment("danss").predict(),
        "reactor": nu.experiment("reactor-rates").predict(),
        "solar": nu.experiment("gallium-2009").predict(),
        "tridents": nu.experiment("ccfr-trident").predict(),
        "star": nu.experiment("m5-tip").predict(),
        "limit": nu.limit(["ccfr-trident", "charm2-trident"], mass=[1.0, 10.0, 1e3]),
        "limit of counts": nu.limit([CSI], "b-l", mass=[1.0, 100.0]),
        "profile": nu.profile(cost, "rn", np.linspace(2.0, 9.0, 15)),
        "contour": nu.contour(both, ("rn", "sin2_theta_w"), grid, cl=(0.3, 0.9)),
        "scan": nu.scan(cost, {"rn": np.linspace(2.0, 9.0, 15)}),
        "scan of two": nu.scan(both, grid),
        "fit": csi.fit(free=["rn"]),
        "plane": inference.exclusion_plane(mixing, plane, toys=20),
        "sensitivity": inference.sensitivity(scale, "cevns_scale", toys=20),
        "CLs": inference.cls(scale, "cevns_scale", [1.0, 1.5, 2.5], toys=20),
        "thresholds": inference.feldman_cousins(cost, "rn", [3.0, 5.0, 8.0], toys=20),
        "coverage": inference.coverage(cost, "rn", toys=20),
    }


KINDS = [
    *("counts", "two dimensions", "disappearance", "reactor", "solar", "tridents"),
    *("star", "limit", "limit of counts", "profile", "contour", "scan", "scan of two"),
    *("fit", "plane", "sensitivity", "CLs", "thresholds", "coverage"),
]


def test_planes_of_the_sun_the_early_universe_and_decays(tmp_path: Path) -> None:
    """Not among the results above: their grids take seconds each."""
    from nuprobe.cosmology.decay import decay_plane
    from nuprobe.cosmology.nucleosynthesis import moment_plane
    from nuprobe.experiments.solar_plane import solar_plane

    mixing: dict[str, Any] = {
        "tan2_12": np.linspace(0.3, 0.6, 5),
        "dm2_21": np.linspace(7e-5, 8e-5, 5),
    }
    sun = solar_plane(["sno-2013"], l1a=[5.0], scheme="nnlo", **mixing)
    found = check(sun.to_hepdata(tmp_path / "sun"))
    (rise,) = found["tan2_12 dm2_21 grid"]["data"]["dependent_variables"]
    assert _numbers(rise) == pytest.approx(sun.delta.ravel(), abs=0)
    moments = moment_plane("magnetic_moment.emu", "magnetic_moment.etau", nodes=3)
    (table,) = check(moments.to_hepdata(tmp_path / "moments")).values()
    columns = table["data"]["dependent_variables"]
    assert _numbers(columns[0]).tolist() == moments.values[:, :, 0].ravel().tolist()
    measured = {"d_h": (2.547e-5, 2.9e-7)}
    decays = decay_plane([3.0], lifetimes=[1e5, 1e6], abundance=1e-7, measured=measured)
    (table,) = check(decays.to_hepdata(tmp_path / "decays")).values()
    names = [c["header"]["name"] for c in table["data"]["dependent_variables"]]
    assert {"y_p", "d_h", "rise of chi2", "excluded"} <= {*names}


def test_a_chain_has_its_summary(tmp_path: Path) -> None:
    from nuprobe.exports.reading import read_result

    cost = nu.experiment(CSI).cost(free=["rn"])
    with pytest.warns(nu.ValidityWarning):
        chain = nu.sample(cost, ["rn"], steps=40, nuisances="profiled")
    again = read_result(chain.to_h5(tmp_path / "chain.h5"))
    (table,) = check(again.to_hepdata(tmp_path / "made")).values()
    mean = table["data"]["dependent_variables"][0]
    (entry,) = mean["values"]
    assert entry["value"] == chain.summary[0].mean
    assert entry["errors"] == [{"symerror": chain.summary[0].std, "label": "width"}]


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_becomes_a_valid_submission(kind: str, tmp_path: Path) -> None:
    result = results()[kind]
    folder = result.to_hepdata(tmp_path / "made")
    found = check(folder)
    assert [*found] == [table.name for table in tables_of(result)]
    assert all(table["description"].endswith(".") for table in found.values())


@pytest.mark.skipif(not VALIDATOR, reason="hepdata-validator is not installed")
def test_the_validator_of_hepdata_takes_the_catalogue_too(tmp_path: Path) -> None:
    entries = [e for e in catalogue().values() if e.curve or e.value is not None][:30]
    file = tmp_path / "all.yaml"
    file.write_text(export(entries, "hepdata"), encoding="utf-8")
    validate("file", file)


def test_a_limit_has_its_curves_with_level_and_model(tmp_path: Path) -> None:
    limit = results()["limit"]
    table = check(limit.to_hepdata(tmp_path / "made"))["lmu-ltau limit"]
    (mass,) = table["data"]["independent_variables"]
    assert mass["header"] == {"name": "mass", "units": "MeV"}
    assert _numbers(mass).tolist() == [1.0, 10.0, 1e3]
    columns = table["data"]["dependent_variables"]
    assert [c["header"]["name"] for c in columns] == [
        f"coupling, {c.label}" for c in limit.curves
    ]
    for column, curve in zip(columns, limit.curves, strict=True):
        assert _numbers(column).tolist() == curve.coupling.tolist()
        said = {q["name"]: q["value"] for q in column["qualifiers"]}
        assert said["Confidence level"] == 0.95
        assert said["Model"] == "lmu-ltau"
        assert said["Experiments"] == ", ".join(curve.experiments)
    assert {"name": "observables", "values": ["CLS"]} in table["keywords"]


def test_a_mass_without_a_limit_is_a_dash(tmp_path: Path) -> None:
    from dataclasses import replace

    limit = results()["limit"]
    curve = replace(limit.curves[0], coupling=np.array([1e-3, np.inf, 2e-3]))
    curve = replace(curve, excluded=(((1e-3, np.inf),), (), ((2e-3, 5e-3), (0.1, 1.0))))
    made = replace(limit, curves=(curve,))
    found = check(made.to_hepdata(tmp_path / "made"))
    (column,) = found["lmu-ltau limit"]["data"]["dependent_variables"]
    assert [v["value"] for v in column["values"]] == [1e-3, "-", 2e-3]
    # intervals that end again are all there
    table = found["lmu-ltau excluded, ccfr-trident"]["data"]
    (mass,) = table["independent_variables"]
    low, high = table["dependent_variables"]
    assert _numbers(mass).tolist() == [1.0, 1e3, 1e3]
    assert _numbers(low).tolist() == [1e-3, 2e-3, 0.1]
    assert [v["value"] for v in high["values"]] == ["-", 5e-3, 1.0]


def test_a_contour_lies_where_the_likelihood_rises_by_its_threshold(
    tmp_path: Path,
) -> None:
    contour = results()["contour"]
    found = check(contour.to_hepdata(tmp_path / "made"))
    table = found["rn sin2_theta_w contour 30 %"]
    line, x = table["data"]["independent_variables"]
    (y,) = table["data"]["dependent_variables"]
    assert {v["value"] for v in line["values"]} == {"region 1, outline"}
    assert x["header"] == {"name": "$R_n$", "units": "fm"}
    from scipy.interpolate import RegularGridInterpolator

    surface = RegularGridInterpolator(contour.axes, contour.delta, method="linear")
    a, b = _numbers(x), _numbers(y)
    inside = (a > 2) & (a < 9) & (b > 0.1) & (b < 0.4)
    heights = surface(np.stack([a, b], axis=-1)[inside])
    # linear along the edges of the cells, so that a point in one is on the line
    assert inside.sum() > 10
    assert heights == pytest.approx(contour.thresholds[0.3], abs=1e-9)
    # the area, by Green's theorem and by counting points of a fine grid
    area = 0.5 * abs(np.sum(a[:-1] * b[1:] - a[1:] * b[:-1]))
    fine = np.stack(
        np.meshgrid(np.linspace(2, 9, 700), np.linspace(0.1, 0.4, 700)), axis=-1
    )
    share = (surface(fine.reshape(-1, 2)) < contour.thresholds[0.3]).mean()
    assert area == pytest.approx(share * 7 * 0.3, rel=0.1)


def test_a_grid_has_a_row_for_each_point(tmp_path: Path) -> None:
    scan = results()["scan of two"]
    found = check(scan.to_hepdata(tmp_path / "made"))
    data = found["rn sin2_theta_w grid"]["data"]
    x, y = data["independent_variables"]
    (rise,) = data["dependent_variables"]
    first, second = scan.axes.values()
    assert _numbers(x).tolist() == np.repeat(first, 12).tolist()
    assert _numbers(y).tolist() == np.tile(second, 12).tolist()
    assert _numbers(rise) == pytest.approx(scan.delta.ravel(), abs=0)
    # a scan and a contour of the same grid have the same lines
    assert "rn sin2_theta_w contour 90 %" in found


def test_counts_in_energy_and_time_are_bins(tmp_path: Path) -> None:
    rates = results()["two dimensions"]
    (table,) = check(rates.to_hepdata(tmp_path / "made")).values()
    energy, time = table["data"]["independent_variables"]
    assert time["header"]["units"] == r"$\mathrm{\mu{}s}$"
    pairs = [(v["low"], v["high"]) for v in energy["values"]]
    assert pairs[0] == tuple(rates.energy_edges[:2])
    assert len(set(pairs)) == rates.energy_edges.size - 1
    columns = {c["header"]["name"]: c for c in table["data"]["dependent_variables"]}
    assert _numbers(columns["observed"]).sum() == rates.data.sum()
    total = _numbers(columns["expected, total"])
    parts = [v for k, v in columns.items() if k[:8] == "expected" and k[10:] != "total"]
    assert sum(map(_numbers, parts)) == pytest.approx(total, rel=1e-12)
    # Poisson counts have no errors of their own
    assert all("errors" not in v for v in columns["observed"]["values"])


def test_measured_counts_have_the_errors_of_the_analysis(tmp_path: Path) -> None:
    rates = results()["counts"]
    (table,) = check(rates.to_hepdata(tmp_path / "made")).values()
    observed = table["data"]["dependent_variables"][-1]
    sizes = [v["errors"][0]["symerror"] for v in observed["values"]]
    assert sizes == rates.sigma.ravel().tolist()
    assert "from 0 to 6 µs" in table["description"]


def test_a_fit_has_minos_errors_and_correlations(tmp_path: Path) -> None:
    fit = results()["fit"]
    found = check(fit.to_hepdata(tmp_path / "made"))
    (column,) = found["best fit"]["data"]["dependent_variables"]
    (entry,) = column["values"]
    symmetric, minos = entry["errors"]
    best = fit["rn"]
    assert symmetric["symerror"] == best.error
    assert entry["value"] + minos["asymerror"]["plus"] == pytest.approx(
        best.interval.upper, rel=1e-14
    )
    assert entry["value"] + minos["asymerror"]["minus"] == pytest.approx(
        best.interval.lower, rel=1e-14
    )
    (shares,) = found["correlations"]["data"]["dependent_variables"]
    assert _numbers(shares) == pytest.approx(fit.correlation.ravel(), abs=1e-12)


def test_lines_of_a_plane_are_where_its_exclusion_vanishes() -> None:
    plane = results()["plane"]
    lines = plane.contours("wilks", 0.9)
    assert lines
    from scipy.interpolate import RegularGridInterpolator

    axes = (plane.x, plane.y)
    excess = RegularGridInterpolator(axes, plane.exclusion("wilks", 0.9))
    for line in lines:
        assert excess(line) == pytest.approx(0.0, abs=1e-9)
    (level,) = plane.to_dict((0.9,))["levels"]
    assert level["contours"]["wilks"] == [line.tolist() for line in lines]


def test_archives_are_whole_and_always_the_same(tmp_path: Path) -> None:
    limit = results()["limit"]
    for name in ("made.zip", "made.tar.gz"):
        made = limit.to_hepdata(tmp_path / name)
        again = limit.to_hepdata(tmp_path / f"again-{name}")
        assert made.read_bytes() == again.read_bytes()
        folder = tmp_path / made.stem.partition(".")[0] / name.partition(".")[2]
        if name.endswith("zip"):
            with zipfile.ZipFile(made) as archive:
                archive.extractall(folder)
        else:
            with tarfile.open(made) as archive:
                archive.extractall(folder, filter="data")
        assert [*check(folder)] == ["lmu-ltau limit"]


def test_several_results_and_files_beside_them(tmp_path: Path) -> None:
    limit, fit = results()["limit"], results()["fit"]
    both = {"old": limit, "new": limit}
    found = check(to_hepdata(both, tmp_path / "both", comment="With <b> & more."))
    assert [*found] == ["old lmu-ltau limit", "new lmu-ltau limit"]
    text = (tmp_path / "both/submission.yaml").read_text(encoding="utf-8")
    assert "With &lt;b&gt; &amp; more. Computed with nuprobe" in text
    made = submission([limit, limit, fit], attached={"limit.json": b"{}"})
    found = check(made.write(tmp_path / "list"))
    assert [*found][:2] == ["lmu-ltau limit", "lmu-ltau limit-2"]
    assert (tmp_path / "list/limit.json").read_bytes() == b"{}"


def test_what_a_result_was_made_by_stands_in_the_comment(tmp_path: Path) -> None:
    told: dict[str, Any] = {"command": "nuprobe limit ccfr-trident", "version": "1.0"}
    told |= {"references": ["CCFR:1991lpl"], "latex": {"mass": "m_{Z'}"}}
    data = {**results()["limit"].to_dict(), "provenance": told}
    (table,) = check(to_hepdata(data, tmp_path / "made")).values()
    text = (tmp_path / "made/submission.yaml").read_text(encoding="utf-8")
    assert "nuprobe limit ccfr-trident (nuprobe 1.0)" in " ".join(text.split())
    assert "CCFR:1991lpl" in text
    (mass,) = table["data"]["independent_variables"]
    assert mass["header"]["name"] == "$m_{Z'}$"


def _hostile(name: str) -> DataTable:
    x = Variable("x: {a}", (1.0, "!!python/object:os.system", None), "1e-11 muB")
    errors = (Errors("- e", (0.1, None, 0.0), (0.2, 1.0, 0.0)),)
    y = Variable("&y *z", (1.0, 2.0, None), "", errors, {"% q": "yes: no", "n": None})
    return DataTable(name, "A <script> & 'more'.\n---\nb: c", (x,), (y,), ("N",))


@pytest.mark.parametrize("name", ["a/../b", "submission", "é" * 90, "---", "con: {x}"])
def test_names_and_texts_of_any_kind_stay_data(name: str, tmp_path: Path) -> None:
    made = Submission((_hostile(name), _hostile(name)), "c: !!python/name:os.system")
    found = check(made.write(tmp_path / "made"))
    assert len(found) == 2
    assert next(iter(found)) == name[:64]
    (table, _) = found.values()
    (column,) = table["data"]["dependent_variables"]
    first, second, third = column["values"]
    assert first["errors"] == [
        {"asymerror": {"plus": 0.1, "minus": -0.2}, "label": "- e"}
    ]
    assert second["errors"][0]["asymerror"] == {"plus": "", "minus": -1.0}
    assert third == {"value": "-"}
    assert column["qualifiers"] == [{"name": "% q", "value": "yes: no"}]
    (x,) = table["data"]["independent_variables"]
    assert x["header"]["units"] == r"$10^{-11}\,\mu_\mathrm{B}$"


def test_data_files_are_what_a_reader_of_yaml_sees() -> None:
    words = (
        "a\\b",
        'say "x"',
        "\x00\x1f\x7f\x85\u2028\ufeff",
        "ü 😀",
        "yes",
        "",
        "1e5",
    )
    numbers = (1e-5, 1e22, -0.0, 5e-324, 1.7976931348623157e308, 3, 0.1)
    column = Variable("n", numbers, about={"q": "a: {b}", "n": 7})
    made = Submission(
        (
            DataTable("t", "d", (Variable("w", words),), (column,)),
            DataTable("empty", "d", (), (Variable("n", ()),)),
        )
    )
    for name, (wanted,) in [*made.documents().items()][1:]:
        found = yaml.safe_load(made.contents()[name])
        assert found == wanted
        kinds = [type(v["value"]) for v in found["dependent_variables"][0]["values"]]
        assert set(kinds) <= {float, int}


def test_nothing_is_replaced_unless_asked_for(tmp_path: Path) -> None:
    made = Submission((_hostile("one"),))
    folder = made.write(tmp_path / "made")
    with pytest.raises(InputError, match="not empty"):
        made.write(folder)
    made.write(folder, overwrite=True)
    (folder / "mine.yaml").write_text("a: 1", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml"):
        made.write(folder, overwrite=True)
    archive = made.write(tmp_path / "made.zip")
    with pytest.raises(InputError, match="exists already"):
        made.write(archive)
    made.write(archive, overwrite=True)
    with pytest.raises(InputError, match="is a file"):
        made.write(folder / "mine.yaml")
    with pytest.raises(OutputError, match="cannot make the folder"):
        made.write(tmp_path / "missing" / "made")


def test_what_cannot_be_submitted_is_said() -> None:
    x = Variable("x", (1.0,))
    with pytest.raises(InputError, match="one length"):
        DataTable("a", "", (x,), (Variable("y", (1.0, 2.0)),))
    with pytest.raises(InputError, match="must be dependent"):
        DataTable("a", "", (x,), ())
    with pytest.raises(InputError, match="1 values, and its errors"):
        Variable("x", (1.0,), errors=(Errors("e", (1.0, 2.0), (1.0,)),))
    with pytest.raises(InputError, match="at least one table"):
        Submission(())
    with pytest.raises(InputError, match="at least one result"):
        submission([])
    with pytest.raises(InputError, match="no folder in their name"):
        Submission((DataTable("a", "", (), (x,)),), "", {"../b": b""})
    bin_ = Variable("y", ((0.0, 1.0),))
    with pytest.raises(InputError, match="values, not bins"):
        Submission((DataTable("a", "", (), (bin_,)),)).documents()
    for wrong in (Parameter("rn", 5.0), {"a": 1}, 3.0, "limit"):
        with pytest.raises(InputError, match="export"):
            tables_of(wrong)
    broken = {**results()["limit"].to_dict(), "curves": [{}]}
    with pytest.raises(InputError, match="incomplete or of another version"):
        tables_of(broken)
