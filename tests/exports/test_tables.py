"""Frames, LaTeX and CSV of results have their numbers, and units with them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser
from tests.command_line import Run
from tests.exports.test_hepdata import KINDS, results

import nuprobe as nu
from nuprobe.catalogue import catalogue
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.exports import DataTable, Errors, Variable, tables_of, to_latex
from nuprobe.latex import escaped, unit
from nuprobe.tables import Table


def _rows(text: str) -> list[list[str]]:
    """Cells of the rows of a ``tabular``, its header first."""
    body = re.findall(r"^(.*) \\\\$", text, re.M)
    return [re.split(r"(?<!\\) & ", line) for line in body]


@pytest.mark.parametrize("kind", KINDS)
def test_latex_has_a_row_for_each_of_a_table(kind: str) -> None:
    result = results()[kind]
    for table in tables_of(result):
        text = to_latex(result, table.name)
        header, *rows = _rows(text)
        assert len(rows) == table.rows
        width = len(table.independent) + len(table.dependent)
        assert {len(header), *map(len, rows)} == {width}
        assert text.count("$") % 2 == 0
        plain = re.sub(r"\$[^$]*\$|\\.|% .*\n", "", text)
        assert not re.search(r"[_^#&%](?! )", plain.replace(" & ", ""))
        for piece in {*re.findall(r"\$[^$]+\$", text.partition("\n")[2])}:
            MathTextParser("path").parse(piece)


@pytest.mark.parametrize("kind", KINDS)
def test_data_of_a_result_have_the_same_tables(kind: str) -> None:
    result = results()[kind]
    if hasattr(result, "to_dict"):
        data = json.loads(json.dumps(result.to_dict()))
        found = {t.name: t.flat() for t in tables_of(data)}
        # a grid and symbols are in the object alone
        wanted = {t.name: t.flat() for t in tables_of(result)}
        assert found == {name: wanted[name] for name in found}
        assert {*wanted} - {*found} <= {"rn sin2_theta_w grid"}


def test_latex_rounds_to_the_errors() -> None:
    x = Variable("a_b", ("x & y", None), "fm")
    errors = (
        Errors("s", (0.0678, None), (0.0678, None)),
        Errors("m", (1.234, 0.5), (0.1, None)),
    )
    y = Variable("R", (5.4321, 1e-30), "1e-32 cm2", errors, symbol="R_n")
    text = DataTable("name_1", "50 %.", (x,), (y,)).to_latex()
    assert text.splitlines()[0] == "% name_1: 50 %."
    assert _rows(text) == [
        [r"a\_b [$\mathrm{fm}$]", r"$R_n$ [$10^{-32}\,\mathrm{cm}^2$]"],
        [r"x \& y", r"$5.432 \pm 0.068\,^{+1.234}_{-0.100}$"],
        ["--", r"$0.00\,^{+0.50}_{-\mathrm{open}}$"],
    ]


def test_letters_without_a_glyph_become_mathematics() -> None:
    assert escaped("Δχ² of ν_μ → ⁸B − 1") == (
        r"$\Delta$$\chi$$^2$ of $\nu$\_$\mu$ $\to$ $^8$B $-$ 1"
    )
    assert unit("µs") == unit("μs") == r"$\mathrm{\mu{}s}$"


def test_tables_of_the_command_line_have_latex() -> None:
    table = Table(
        "all & more",
        ("name", "R_n [fm]", "n"),
        (("a_b", 1.25e-7, 3), (None, np.nan, float("inf"))),
        {"R_n [fm]": ".1e"},
        ("note",),
    )
    text = table.to_latex()
    assert text.splitlines()[:2] == ["% all & more", "% note"]
    assert _rows(text) == [
        ["name", r"R\_n [$\mathrm{fm}$]", "n"],
        [r"a\_b", r"$1.2\times10^{-7}$", "$3$"],
        ["--", "--", r"$\infty$"],
    ]


def test_a_table_of_a_command_becomes_columns_with_errors_and_bins() -> None:
    rows = [
        {"E [MeV] from": 1.0, "to": 2.0, "rate [1/d]": 5.0, "+-": 0.5, "ok": True},
        {"E [MeV] from": 2.0, "to": 4.0, "rate [1/d]": None, "+-": None, "ok": False},
    ]
    (table,) = tables_of({"title": "rates", "rows": rows, "notes": ["n"], "cl": 0.9})
    (energy,) = table.independent
    rate, verdict = table.dependent
    assert (energy.name, energy.unit) == ("E", "MeV")
    assert energy.values == ((1.0, 2.0), (2.0, 4.0))
    assert (rate.name, rate.unit, rate.values) == ("rate", "1/d", (5.0, None))
    assert rate.errors == (Errors("total", (0.5, None), (0.5, None)),)
    assert verdict.values == ("yes", "no")
    assert rate.about == {"Confidence level": 0.9}


def test_an_unknown_table_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="did you mean best fit"):
        to_latex(results()["fit"], "best")


# -- pandas


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_has_units_with_its_columns(kind: str) -> None:
    pytest.importorskip("pandas")
    result = results()[kind]
    frame = result.to_frame()
    if kind == "fit":
        assert frame.loc["rn", "value"] == result["rn"].value
        return
    flat = max((t.flat() for t in tables_of(result)), key=lambda t: len(t.rows))
    assert len(frame) <= len(flat.rows)
    for name, written in frame.attrs["units"].items():
        assert f"[{written}]" in name
        assert name in frame.columns
    assert frame.attrs["title"]


def test_frames_have_the_numbers() -> None:
    pandas = pytest.importorskip("pandas")
    made = results()
    rates, limit, scan = made["two dimensions"], made["limit"], made["scan of two"]
    frame = rates.to_frame()
    assert frame["observed"].sum() == rates.data.sum()
    by_time = frame.groupby("time low [µs]")["expected, total"].sum().to_numpy()
    assert by_time == pytest.approx(rates.total.sum(axis=0), rel=1e-12)
    frame = limit.to_frame()
    assert frame["coupling, combined"].tolist() == limit["combined"].coupling.tolist()
    assert frame.attrs["units"] == {"mass [MeV]": "MeV"}
    said = frame.attrs["about"]["coupling, combined"]
    assert said["Confidence level"] == 0.95
    curve = limit.curves[0].to_frame()
    assert curve["coupling"].tolist() == limit.curves[0].coupling.tolist()
    grid = scan.to_frame().pivot(
        index="rn [fm]", columns="sin2_theta_w", values="Δ(-2 ln L)"
    )
    assert grid.to_numpy() == pytest.approx(scan.delta, abs=0)
    intervals = scan.to_frame("rn intervals")
    assert intervals["Confidence level"].tolist() == [0.68, 0.9, 0.95]
    table = Table("t", ("x [fm]",), ((1.5,), (None,)))
    assert table.to_frame().attrs == {
        "units": {"x [fm]": "fm"},
        "title": "t",
        "notes": [],
    }
    assert isinstance(table.to_frame(), pandas.DataFrame)


def test_frames_of_samples_toys_and_the_catalogue() -> None:
    pytest.importorskip("pandas")
    cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    with pytest.warns(nu.ValidityWarning):
        chain = nu.sample(cost, ["rn"], steps=20, nuisances="profiled")
    frame = chain.to_frame()
    assert [*frame.columns] == ["rn [fm]"]
    assert frame["rn [fm]"].to_numpy() == pytest.approx(chain.samples[:, 0], abs=0)
    sample = results()["thresholds"].sample
    toys = sample.to_frame()
    assert len(toys) == sample.twice_nll.size
    one = toys[(toys["hypothesis"] == 2) & (toys["toy"] == 3)].iloc[0]
    assert one["best 0"] == sample.best[2, 3, 0]
    assert one["rise"] == sample.delta[2, 3]
    entries = catalogue()
    frame = entries.to_frame()
    assert len(frame) == len(entries)
    assert frame.loc["trident.mumu.ratio/CCFR-1991", "year"] == 1991


def test_without_pandas_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    made: tuple[Any, ...] = (
        results()["counts"],
        catalogue(),
        Table("t", ("x",), ((1,),)),
    )
    for result in made:
        with pytest.raises(InputError, match="pip install pandas"):
            result.to_frame()


def test_latex_of_the_catalogue_cites_its_sources() -> None:
    entries = catalogue()
    header, *rows = _rows(entries.to_latex())
    assert header[0] == "observable"
    assert len(rows) == len(entries)
    assert all(re.fullmatch(r"\\cite\{[^{}]+\}", row[-1]) for row in rows)


# -- the command


def _written(run: Run, folder: Path) -> dict[str, Path]:
    """Files of results."""
    files = {name: folder / f"{name}.json" for name in ("rate", "limit", "fit")}
    for name, line in (
        ("rate", ("rate", "coherent-csi-2017")),
        ("limit", ("limit", "ccfr-trident", "--masses", "1, 10 MeV")),
        ("fit", ("fit", "coherent-csi-2017", "--free", "rn")),
    ):
        assert run(*line, "--json", "-o", str(files[name]))[0] == 0
    files["scan"] = folder / "rn.h5"
    scan = ("scan", "coherent-csi-2017", "--grid", "rn=2:9 fm:8", "--quiet", "-o")
    assert run(*scan, str(files["scan"]))[0] == 0
    return files


def test_files_of_results_are_exported(run: Run, tmp_path: Path) -> None:
    from tests.exports.hepdata import check

    files = _written(run, tmp_path)
    every = [str(file) for file in files.values()]
    out = tmp_path / "made"
    code, _, err = run(
        *("export", "hepdata", *every, "--attach", "-o", str(out)),
        *("--comment", "For a paper."),
    )
    assert (code, err) == (0, f"wrote {out}: 8 tables\n")
    found = check(out)
    assert {"lmu-ltau limit", "coherent-csi-2017 energy counts", "rn grid"} <= {*found}
    assert (out / "rate.json").read_bytes() == files["rate"].read_bytes()
    assert "For a paper." in (out / "submission.yaml").read_text(encoding="utf-8")
    # the same numbers as the object
    code, text, _ = run("export", "csv", str(files["limit"]))
    rows = [*csv.DictReader(x for x in text.splitlines() if x[0] != "#")]
    limit = nu.limit(["ccfr-trident"], mass=[1.0, 10.0])
    assert [float(r["coupling, ccfr-trident"]) for r in rows] == pytest.approx(
        limit.curves[0].coupling.tolist(), rel=1e-12
    )
    code, text, _ = run("export", "latex", str(files["fit"]), "--table", "best fit")
    assert code == 0
    assert _rows(text)[1][:2] == ["rn", "fm"]
    code, text, _ = run("export", "latex", str(files["scan"]), str(files["rate"]))
    assert text.count(r"\begin{tabular}") == 2
    code, text, _ = run("export", "csv", str(files["scan"]), "--json")
    assert [t["title"] for t in json.loads(text)] == ["rn grid", "rn intervals"]


def test_what_cannot_be_exported_is_one_line(run: Run, tmp_path: Path) -> None:
    files = _written(run, tmp_path)
    limit, scan = str(files["limit"]), str(files["scan"])
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "text.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text('{"a": 1}', encoding="utf-8")
    (tmp_path / "bad.h5").write_bytes(b"no")
    lines: dict[tuple[str, ...], str] = {
        ("pdf", limit): "unknown format 'pdf'",
        ("hepdata", limit): "needs -o",
        ("hepdata", limit, "--table", "x", "-o", "y"): "--table is for csv and latex",
        ("csv", limit, "--attach"): "are for hepdata",
        ("csv", limit, scan): "one table",
        ("csv", limit, "--table", "x"): "unknown table",
        ("csv", "missing.json"): "cannot be read: No such file",
        ("csv", str(tmp_path / "list.json")): "not a result of nuprobe",
        ("csv", str(tmp_path / "text.json")): "text.json",
        ("csv", str(tmp_path / "other.json")): "of another program",
        ("csv", str(tmp_path / "bad.h5")): "bad.h5",
        ("hepdata", limit, limit, "--attach", "-o", "y"): "rename one",
    }
    for line, words in lines.items():
        code, out, err = run("export", *line)
        assert (code, out) == (2, ""), line
        assert words in err, err
        assert err.count("\n") == 1


def test_a_finished_checkpoint_is_a_result(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "limit.h5"
    line: tuple[Any, ...] = ("limit", "ccfr-trident", "--masses", "1 MeV")
    assert run(*line, "--checkpoint", str(file))[0] == 0
    code, out, err = run("export", "csv", str(file))
    assert code == 0, err
    assert out.splitlines()[-1].startswith("1.0,")
