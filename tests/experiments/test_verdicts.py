"""Verdicts on tridents against the kernels by hand, limits and minimisers."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from tests.nightly import mostly_nightly

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.constants import G_FERMI, SIN2_THETA_W_MZ
from nuprobe.errors import InputError, UnknownNameError, ValidityWarning
from nuprobe.experiments import TridentExperiment, limit, verdict
from nuprobe.models import (
    ContactOperators,
    LMuLTau,
    VectorAxial,
    VMinusA,
    read_wcxf_points,
)
from nuprobe.units import GeV

MEASURED = ["ccfr-trident", "charm2-trident", "nutev-trident"]
MU = (1, 1, 1, 1)


def pull(ratio: float, value: float, plus: float, minus: float) -> float:
    return (ratio - value) / (plus if ratio > value else minus)


def test_a_point_of_a_file_is_what_the_kernels_say_by_hand(tmp_path: Path) -> None:
    left, right = -4e-6, 2e-6  # GeV⁻²
    file = tmp_path / "rs.json"
    values = {"VnueLL_2222": left, "VnueLR_2222": right}
    file.write_text(
        json.dumps({"eft": "WET", "basis": "JMS", "scale": 91.2, "values": values})
    )
    # V and A from G_F in GeV⁻² (the Lagrangian of the docstring), cross sections of a
    # single energy from `trident.total`, which knows no flux, for CCFR's 160 GeV
    norm_ = 2 * math.sqrt(2) * G_FERMI * GeV**2
    v = 0.5 + 2 * SIN2_THETA_W_MZ - (left + right) / norm_
    a = 0.5 - (left - right) / norm_
    total = {
        (f, new): nu.trident.total(
            160 * GeV,
            f"{f} -> {f} mu+ mu-",
            "natural Fe",
            VectorAxial(v, a) if new else nu.StandardModel(),
            regime="elastic",
        )
        for f in ("nu_mu", "nubar_mu")
        for new in (True, False)
    }
    ratio = (2 * total["nu_mu", True] + total["nubar_mu", True]) / (
        2 * total["nu_mu", False] + total["nubar_mu", False]
    )
    found = CliRunner().invoke(
        cli, ["rate", "ccfr-trident", "--wcxf", str(file), "--json"]
    )
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    assert said["ratio"] == pytest.approx(ratio, rel=1e-4)
    by_hand = pull(float(ratio), 0.82, 0.28, 0.28)
    assert said["pull"] == pytest.approx(by_hand, abs=1e-3)
    assert said["exclusion_cl"] == pytest.approx(
        1 - 2 * norm.sf(abs(by_hand)), abs=1e-3
    )
    assert said["verdict"] == "allowed"
    assert said["unseen"] == []


def test_one_and_several_experiments_agree_with_their_rates() -> None:
    model = ContactOperators({MU: -1e-11}, {MU: 3e-12})
    found = verdict([*MEASURED, "dune-nd-trident"], model)
    for name in (*MEASURED, "dune-nd-trident"):
        rates = nu.experiment(name, TridentExperiment).predict(model)
        member = found[name]
        assert member.ratio is not None
        assert member.ratio[0] == pytest.approx(rates.ratio, rel=1e-6)
        assert member.pull[0] == pytest.approx(rates.pull, rel=1e-5)
    ratios = [found[name].ratio for name in MEASURED]
    errors = [found[name].measured for name in MEASURED]
    best = minimize_scalar(
        lambda r: sum(pull(r, *e) ** 2 for e in errors if e), (0.5, 1.5)
    ).fun
    q = sum(
        pull(float(r[0]), *e) ** 2
        for r, e in zip(ratios, errors, strict=True)
        if r is not None and e is not None
    )
    assert found["combined"].pull[0] == pytest.approx(math.sqrt(q - best), rel=1e-5)
    # the projection is not in the combination
    assert verdict(MEASURED, model)["combined"].pull == found["combined"].pull
    with pytest.raises(UnknownNameError, match="ccfr-trident"):
        found["ccfr"]


@pytest.mark.parametrize("label", ["ccfr-trident", "combined"])
def test_the_edge_of_a_limit_is_the_edge_of_the_verdict(label: str) -> None:
    names = MEASURED[:2]
    curve = limit(names, "lmu-ltau", mass=[200.0])[label]
    for factor, words in ((0.995, "allowed"), (1.005, "excluded")):
        boson = LMuLTau(mass=200.0, coupling=float(curve.coupling[0]) * factor)
        assert verdict(names, boson)[label].words == [words]


def test_v_minus_a_is_excluded_and_may_be_by_a_projection() -> None:
    found = verdict(["ccfr-trident", "dune-nd-trident"], VMinusA())
    assert found["ccfr-trident"].words == ["excluded"]
    assert found["dune-nd-trident"].words == ["would be excluded"]
    assert "combined" not in [m.label for m in found.members]
    assert verdict(["ccfr-trident"], VMinusA(), cl=0.9995)["ccfr-trident"].words == [
        "allowed"
    ]


def test_operators_that_no_experiment_sees_are_named(tmp_path: Path) -> None:
    model = ContactOperators({(0, 0, 0, 0): 1e-12, MU: 1e-13}, {(2, 2, 1, 1): 1e-12})
    assert verdict(["ccfr-trident"], model).unseen == ("VnueLL_1111", "VnueLR_3322")
    # as read_wcxf has them, with the hermitian conjugate; those that change the
    # neutrino of a beam are seen, ee pairs are not
    turning = ContactOperators(
        {(2, 1, 1, 1): 1e-12, (1, 2, 1, 1): 1e-12},
        {(2, 1, 0, 0): 1e-12, (1, 2, 0, 0): 1e-12},
    )
    both = verdict(["ccfr-trident"], turning)
    assert both.unseen == ("VnueLR_2311",)
    alone = ContactOperators({(0, 0, 0, 0): 1.0})
    ratio = verdict(["ccfr-trident"], alone)["ccfr-trident"].ratio
    assert ratio is not None
    assert ratio.tolist() == [1.0]
    file = tmp_path / "e.yaml"
    file.write_text("{eft: WET, basis: JMS, scale: 5, values: {VnueLL_1111: 1.0}}")
    for names in (["ccfr-trident"], MEASURED):
        found = CliRunner().invoke(cli, ["rate", *names, "--wcxf", str(file)])
        assert "flat directions" in found.stdout
        assert "VnueLL_1111" in found.stdout


def test_arrays_give_one_verdict_a_point() -> None:
    v = np.array([0.96244, 1.0, 2.0])
    found = verdict(MEASURED, VectorAxial(v, np.array([0.5, 1.0, 0.1])))
    single = verdict(MEASURED, VectorAxial(2.0, 0.1))
    for many, one in zip(found.members, single.members, strict=True):
        assert many.pull.shape == (3,)
        assert many.pull[2] == pytest.approx(one.pull[0], rel=1e-12)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["coherent-csi-2017", "ccfr-trident"], "for tridents"),
        (["coherent-csi-2017", "--wcxf", "x.json"], "drop them"),
        (
            ["ccfr-trident", "nutev-trident", "--analysis", "published"],
            "belongs to",
        ),
        (["ccfr-trident", "ccfr-trident"], "each listed once"),
    ],
)
def test_what_cannot_be_asked_is_one_line(words: list[str], message: str) -> None:
    found = CliRunner().invoke(cli, ["rate", *words])
    assert isinstance(found.exception, InputError)
    assert message in str(found.exception)


def test_bad_levels_are_refused() -> None:
    for bad in (0.0, 1.0, 95, math.nan):
        with pytest.raises(InputError, match="between 0 and 1"):
            verdict(["ccfr-trident"], cl=bad)


def test_many_points_are_what_single_files_give(tmp_path: Path) -> None:
    rows = [(-4e-6, 2e-6), (0.0, 0.0), (-2e-5, -1e-5)]
    table, folder = tmp_path / "scan.csv", tmp_path / "scan"
    folder.mkdir()
    lines = ["point,VnueLL_2222,VnueLR_2222"]
    for i, (left, right) in enumerate(rows):
        lines.append(f"p{i}.json,{left},{right}")
        values = {"VnueLL_2222": left}
        if right:
            values["VnueLR_2222"] = right
        head = {"eft": "WET", "basis": "JMS", "scale": 91.2}
        (folder / f"p{i}.json").write_text(json.dumps({**head, "values": values}))
    table.write_text("\n".join(lines))
    printed = []
    for path in (table, folder):
        words = ["rate", *MEASURED[:2], "--points", str(path), "--json"]
        found = CliRunner().invoke(cli, words)
        assert found.exit_code == 0, found.exception
        printed.append(json.loads(found.stdout)["rows"])
    assert printed[0] == printed[1]
    for i, row in enumerate(printed[0]):
        one = CliRunner().invoke(
            cli,
            ["rate", "ccfr-trident", "--wcxf", str(folder / f"p{i}.json"), "--json"],
        )
        said = json.loads(one.stdout)
        assert row["point"] == f"p{i}.json"
        assert row["ccfr-trident ratio"] == pytest.approx(said["ratio"], rel=1e-9)
        assert row["ccfr-trident verdict"] == said["verdict"]
    assert [row["combined verdict"] for row in printed[0]] == [
        "allowed",
        "allowed",
        "excluded",
    ]


def test_both_bases_may_be_columns(tmp_path: Path) -> None:
    norm_ = 2 * math.sqrt(2) * G_FERMI * GeV**2
    jms, flavio = tmp_path / "jms.csv", tmp_path / "flavio.csv"
    jms.write_text(f"VnueLL_2222\n{0.3 * norm_}\n")
    flavio.write_text("CVLL_numunumumumu\n0.3\n")
    first, second = (read_wcxf_points(f).model.left[MU] for f in (jms, flavio))
    assert np.allclose(first, second, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("VnueLL_222\n1\n", "VnueLL_2222"),
        ("VnueLL_2222\nlots\n", "point 1 must be a finite number"),
        ("VnueLL_2222\n1e-6\nnan\n", "point 2 must be a finite number"),
        ("VnueLL_2222\n", "no row"),
        ("point\na\n", "no column"),
        ("VnueLL_2112\n1\n", "VnueLL_1221"),
        ("VnueLL_2222,CVLL_numunumumumu\n1,1\n", "remove one of them"),
        ("VnueLL_2222;VnueLR_2222\n1;2\n", "column of"),
    ],
)
def test_bad_tables_are_one_line(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "scan.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_wcxf_points(file)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_and_two_ways_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no WCxf file"):
        read_wcxf_points(tmp_path)
    words = ["rate", "ccfr-trident", "--wcxf", "a.json", "--points", "b.csv"]
    assert "one of them" in str(CliRunner().invoke(cli, words).exception)


def test_arrays_of_operators_are_points_on_electrons_too() -> None:
    sizes = np.array([1e-12, 2e-12])
    many = ContactOperators({(0, 0, 0, 0): sizes}).couplings().vector[0].charges
    for i, size in enumerate(sizes):
        one = ContactOperators({(0, 0, 0, 0): float(size)}).couplings().vector[0]
        for part in ("e", "e_axial"):
            np.testing.assert_array_equal(many[part][i], one.charges[part])
    with pytest.raises(InputError, match="finite"):
        ContactOperators({MU: np.array([1e-12, np.nan])})


@pytest.mark.parametrize("key", ["wcxf", "contact"])
def test_model_files_know_operators(key: str, tmp_path: Path) -> None:
    values = {"VnueLL_2222": -4e-6, "VnueLR_1111": 1e-6}
    rs, stack = tmp_path / "rs.json", tmp_path / "model.yaml"
    head = {"eft": "WET", "basis": "JMS", "scale": 91.2}
    rs.write_text(json.dumps({**head, "values": values}))
    # indices from 0 to 2, in MeV⁻²
    said = {
        "wcxf": f"{{file: {rs}}}",
        "contact": '{left: {"1111": -4.0e-12}, right: {"0000": 1.0e-12}}',
    }
    stack.write_text(f"model: [{{standard: {{}}}}, {{{key}: {said[key]}}}]")
    words = ["rate", "ccfr-trident", "--json"]
    first = CliRunner().invoke(cli, [*words, "--wcxf", str(rs)])
    second = CliRunner().invoke(cli, [*words, "--model-file", str(stack)])
    assert second.exit_code == 0, second.exception
    one, two = json.loads(first.stdout), json.loads(second.stdout)
    assert two["ratio"] == pytest.approx(one["ratio"], rel=1e-9)
    assert one["ratio"] > 1.1
    assert two["unseen"] == one["unseen"] == ["VnueLR_1111"]


def test_a_wcxf_file_that_is_none_is_refused_where_the_model_is_made() -> None:
    words = ["rate", "ccfr-trident", "--model", "wcxf", "--param", "file=none.json"]
    assert "none.json" in str(CliRunner().invoke(cli, words).exception)


@pytest.mark.parametrize("label", mostly_nightly(MEASURED, MEASURED[:1]))
def test_a_heavy_boson_is_its_contact_operators(label: str) -> None:
    # C = −g_ν g_μ/M² at 1 TeV, with corrections of K²/M² below 1e-5
    c = -(1.5**2) / (1000 * GeV) ** 2
    boson = LMuLTau(mass=1000 * GeV, coupling=1.5)
    contact = ContactOperators({MU: c}, {MU: c})
    first, second = (verdict(MEASURED, m)[label].ratio for m in (boson, contact))
    assert first is not None
    assert second is not None
    assert first[0] > 1.2
    assert first[0] == pytest.approx(second[0], rel=3e-5)


@pytest.mark.parametrize(
    ("eft", "basis", "name", "message"),
    [
        ("WET", "JMS", "VnuuLL_2211", "contributes to tridents.*VnueLL_2222"),
        ("WET", "Warsaw", "VnueLL_2222", "unknown WET basis.*wilson package"),
        ("SMEFT", "Warsaw", "ll_2222", "unknown EFT.*wilson package"),
        ("WET", "JMS", "VnueLL_222", "VnueLL_2222"),
    ],
)
def test_a_file_of_another_basis_or_sector_is_not_judged(
    eft: str, basis: str, name: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    head = {"eft": eft, "basis": basis, "scale": 91.2}
    file.write_text(json.dumps({**head, "values": {name: 1e-6}}))
    found = CliRunner().invoke(cli, ["rate", *MEASURED, "--wcxf", str(file)])
    assert isinstance(found.exception, InputError)
    assert re.search(message, str(found.exception))
    assert "\n" not in str(found.exception)
    assert not found.stdout


def test_other_doubts_about_a_file_are_still_said(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    values = {"VnueLL_2222": 1e-6, "VnuuLL_2211": 1e-6}
    head = {"eft": "WET", "basis": "JMS", "scale": 91.2}
    file.write_text(json.dumps({**head, "values": values}))
    with pytest.warns(ValidityWarning, match="VnuuLL_2211"):
        CliRunner().invoke(cli, ["rate", "ccfr-trident", "--wcxf", str(file)])
