"""What is read from files and from the command line is what was written there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.experiments.folders import EXPERIMENT, TABLES, write

import nuprobe as nu
from nuprobe.decimals import parse_number, parse_numbers
from nuprobe.errors import ExperimentFileError, InputError, OutputError
from nuprobe.parsing import (
    parse_csv,
    parse_json,
    parse_toml,
    parse_yaml,
    read_text,
)
from nuprobe.schema import Strict, validate

# -- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), (" -2.5e-3 ", -2.5e-3), (".5", 0.5), ("1.", 1.0), ("010", 10.0)],
)
def test_numbers(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1.0D-05", "number of Fortran; write 1.0e-05"),
        ("1d5", "number of Fortran; write 1e5"),
        ("0,25", "decimal comma; write 0.25"),
        ("1_000", "groups digits; write 1000"),
        ("1e400", "too large"),
        ("1e-400", "too small"),
        ("nan", "not a finite number"),
        ("inf", "not a finite number"),
        ("0x10", "not a finite number"),
        ("١٢", "not a finite number"),
        ("", "empty"),
        ("9" * 5000, "too long"),
    ],
)
def test_what_is_no_number_is_told(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_number(text)
    assert len(str(caught.value)) < 200


# -- tables


def test_a_table_of_another_editor() -> None:
    text = '\ufeff# made elsewhere\r\n\r\n energy , nu_e\r\n  # half\r\n1, "0.5" \r\n'
    assert parse_csv(text, "a.csv") == [{"energy": "1", "nu_e": "0.5"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("energy,nu_e\n1,5,2,5\n", "a.csv:2: 4 cells under 2 columns; are these deci"),
        ("energy,nu_e\n1\n", "a.csv:2: 1 cell under 2 columns"),
        ("energy;nu_e\n1,5;2,5\n", "commas, not semicolons"),
        ("# c\nenergy,energy\n1,2\n", "a.csv:2: two columns are named 'energy'"),
        ("energy,,b\n1,2,3\n", "a column has no name"),
        ('a,b\n1,"2\n3,4\n', "a.csv:2: .* correct that line"),
        ("", "no header line"),
        ("# only comments\n", "no header line"),
        ("a,b\n1," + "x" * 200_000 + "\n", "a.csv:2: a cell has more than 10000"),
        ('a,b\n1,"' + "x" * 200_000 + '"\n', "a.csv:2: .*correct that line"),
        ("a\n1,2,3\n", "3 cells under 1 column"),
    ],
)
def test_tables_that_would_be_misread(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_csv(text, "a.csv")
    assert len(str(caught.value)) < 300


DECIMAL_COMMAS = {
    "counts.csv": ("\n4,8,0,2,19,8\n", "\n4,0,8,0,0,2,19,8\n"),
    "acceptance.csv": ("\n4,0.1\n", "\n4,0,0,1\n"),
    "source/times.csv": ("\n0,1,0.9,0.2\n", "\n0,1,0,9,0,2\n"),
}


@pytest.mark.parametrize("table", DECIMAL_COMMAS)
def test_decimal_commas_in_a_folder_are_told(tmp_path: Path, table: str) -> None:
    old, new = DECIMAL_COMMAS[table]
    assert old in TABLES[table]
    tables = {**TABLES, table: TABLES[table].replace(old, new)}
    with pytest.raises(ExperimentFileError, match="decimal commas"):
        nu.experiment(write(tmp_path / "lab", tables=tables))


def test_one_table_reads_the_same_in_all_its_spellings(tmp_path: Path) -> None:
    plain = nu.experiment(write(tmp_path / "plain")).predict().signal
    tables = {
        name: "\ufeff" + text.replace("\n", "\r\n") if name.endswith(".csv") else text
        for name, text in TABLES.items()
    }
    folder = write(tmp_path / "windows", tables={})
    for name, text in tables.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode())
    other = nu.experiment(folder).predict().signal
    np.testing.assert_array_equal(other, plain)


# -- YAML


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1.5e-3", {"a": 1.5e-3}),
        ("a: 1.5e3", {"a": 1500.0}),
        ("a: 10", {"a": 10}),
        ("a: true", {"a": True}),
        ("a: 'yes'", {"a": "yes"}),
        ("a: '010'", {"a": "010"}),
        ('a: "1:30"', {"a": "1:30"}),
        ("a: 10 MeV", {"a": "10 MeV"}),
        ("a: ~", {"a": None}),
        ("\ufeffa: [1, 2]", {"a": [1, 2]}),
    ],
)
def test_plain_yaml(text: str, value: Any) -> None:
    assert parse_yaml(text) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: yes", "line 1, column 4: 'yes' is true or false to some"),
        ("a: No", "'No' is true or false"),
        ("on: 1", "'on' is true or false"),
        ("a: 010", "'010' is an octal number"),
        ("a: 0x10", "not a decimal number"),
        ("a: 0o10", "not a decimal number"),
        ("a: 1:30", "'1:30' is a number in base 60"),
        ("a: 1_000", "groups digits"),
        ("a: 1.0D-05", "number of Fortran"),
        ("a: 1\na: 2", "a: this key is given twice, again at line 2"),
        ("a: 1e999", "too large"),
        ("a: 1e-999", "too small"),
        ("a: " + "9" * 5000, "integer of 5000 digits|too long"),
        ("a: &x [1]\nb: *x", "anchors and aliases"),
        ("<<: {a: 1}", "merged keys"),
        ("a: !!float 1", "tag"),
        ("[" * 100_000, "deeply"),
        ("a: {b: " * 15 + "1" + "}" * 15, "deeply|YAML"),
        ("a: 2026-13-45", "not valid YAML"),
        ("--- 1\n--- 2", "one document"),
        ("", "is empty"),
        ("{[1]: 2}", "a key must be a name"),
        ("a: \x00", "not valid YAML"),
    ],
)
def test_yaml_that_would_be_misread(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_yaml(text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{coupling: 1e-4, coupling: 1e-2, mass: 10 MeV}", "given twice"),
        ("{coupling: yes, mass: 10 MeV}", "true or false"),
        ("{coupling: true, mass: 10 MeV}", "coupling: true is not a number"),
        ("{coupling: 010, mass: 10 MeV}", "octal"),
        ("{coupling: 1:30, mass: 10 MeV}", "base 60"),
        ("{coupling: 0,25, mass: 10 MeV}", "25"),
        ("{coupling: '0,25', mass: 10 MeV}", "decimal comma"),
        ("{coupling: 1e-4, mass: 1e308 TeV}", "not a finite energy"),
        ("{coupling: 1e-4, mass: 1e-330 eV}", "too small"),
    ],
)
def test_model_files_are_read_strictly(tmp_path: Path, content: str, told: str) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text(f"model: [{{b-l: {content}}}]")
    with pytest.raises(InputError, match=told):
        nu.model(file)


def test_a_model_file_without_a_point_in_its_exponent(tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text("model: [b-l: {coupling: 1e-4, mass: 10 MeV}]")
    assert nu.model(file).coupling == 1e-4


# -- TOML and JSON


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\na = 2", "not valid TOML"),
        ("a = " + "9" * 5000, "not valid TOML|digits"),
        ("a = " + "9" * 50, "a: an integer of more than 40 digits"),
        ("a = " + "[" * 5000 + "]" * 5000, "TOML|deeply"),
        ("a = " + "[" * 30 + "]" * 30, "deeply"),
    ],
)
def test_toml_that_would_be_misread(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_toml(text)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1, "a": 2}', "given twice"),
        ("[" * 100_000, "JSON"),
        ("[" * 30 + "]" * 30, "deeply"),
        ("9" * 5000, "JSON|digits"),
        ("{", "JSON"),
    ],
)
def test_json_that_would_be_misread(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_json(text)
    assert parse_json(json.dumps({"a": [1, 2.5, None]})) == {"a": [1, 2.5, None]}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("exposure = 2e23", "exposure = true", "true is not a number"),
        ("bins = 6", "bins = true", "true is not a number"),
        ("time_bins = true", "time_bins = 1", "1 is neither true nor false"),
        ("time_bins = true", 'time_bins = "yes"', "'yes' is neither true nor false"),
        ("bins = 6", "bins = 1000000000000", "less than or equal to 100000"),
        ("bins = 6", "bins = 1e12", "less than or equal to 100000"),
        ("factor = 0.09", 'factor = "0,09"', "decimal comma"),
    ],
)
def test_experiment_files_are_read_strictly(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert EXPERIMENT.count(old) >= 1
    folder = write(tmp_path / "lab", EXPERIMENT.replace(old, new, 1))
    with pytest.raises(ExperimentFileError, match=told):
        nu.experiment(folder)


class _Kinds(Strict):
    number: float = 0.0
    whole: int = 0
    truth: bool = False
    many: dict[str, list[float]] = {}
    either: float | str = ""


@pytest.mark.parametrize(
    "data",
    [
        {"number": True},
        {"number": "yes"},
        {"number": "1_0"},
        {"whole": False},
        {"truth": 1},
        {"truth": "on"},
        {"many": {"a": [1.0, True]}},
        {"either": True},
        {"whole": 1.5},
    ],
)
def test_no_kind_is_taken_for_another(data: dict[str, Any]) -> None:
    with pytest.raises(ExperimentFileError):
        validate(_Kinds, data, "a.toml")


def test_kinds_that_are_right() -> None:
    data = {"number": "1e-3", "whole": "12", "truth": "true", "either": "1e-3"}
    read = validate(_Kinds, data, "a.toml")
    assert (read.number, read.whole, read.truth, read.either) == (
        1e-3,
        12,
        True,
        "1e-3",
    )


# -- files


def test_files_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "wide.yaml").write_bytes("a: 1".encode("utf-16"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_text(tmp_path / "wide.yaml")
    with pytest.raises(InputError, match="there is no such file"):
        read_text(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="it is a folder"):
        read_text(tmp_path)
    (tmp_path / "long.yaml").write_text("a: 1 # long")
    with pytest.raises(InputError, match="larger than 10 bytes"):
        read_text(tmp_path / "long.yaml", largest=10)
    with pytest.raises(InputError, match="there is no such file"):
        read_text(Path("/dev/zero"))


# -- edges beside the numbers


def test_edges_of_a_covariance_are_compared(tmp_path: Path) -> None:
    analysis = """
[analyses.matrix]
title = "with a covariance"
statistic = "gaussian"
energy_range = [8, 28]
subtract = []
covariance = { table = "matrix.csv" }
systematics = ["flux"]
"""
    edges = range(8, 28, 4)
    rows: dict[str, list[tuple[float, float]]] = {
        "right": [(e, e + 4) for e in edges],
        "shifted": [(e + 1, e + 5) for e in edges],
        "rounded": [(e * (1 + 1e-12), e + 4) for e in edges],
    }
    for name, pairs in rows.items():
        matrix = "low,high,c0,c1,c2,c3,c4\n" + "".join(
            f"{low!r},{high!r},"
            + ",".join("50" if i == j else "0" for j in range(5))
            + "\n"
            for i, (low, high) in enumerate(pairs)
        )
        tables = {**TABLES, "matrix.csv": matrix}
        folder = write(tmp_path / name, EXPERIMENT + analysis, tables)
        if name == "shifted":
            with pytest.raises(ExperimentFileError, match="column low does not match"):
                nu.experiment(folder).fit(free=["rn"], analysis="matrix")
        else:
            fit = nu.experiment(folder).fit(free=["rn"], analysis="matrix")
            assert 2 < fit.values["rn"] < 8


_CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        [
            "0",
            "-0.0",
            "1.",
            ".5",
            "1e400",
            "1e-400",
            "0,5",
            "1_000",
            "1D3",
            "nan",
            "",
            " 2 ",
            "1\n2",
            "inf",
            "0x10",
            "١",
        ]
    ),
)


@given(st.lists(_CELLS, min_size=1, max_size=5))
def test_many_numbers_are_read_as_one_by_one(texts: list[str]) -> None:
    expected: list[float] = []
    problem = None
    for position, text in enumerate(texts, 1):
        try:
            expected.append(parse_number(text))
        except InputError as err:
            problem = f"{position}: {err}"
            break
    if problem is None:
        assert parse_numbers(texts) == expected
    else:
        with pytest.raises(InputError) as info:
            parse_numbers(texts)
        assert str(info.value) == problem


# -- bounds on what is asked for, and what leaves


def test_exports_carry_no_formulas_and_no_control_sequences() -> None:
    from tests.catalogue.examples import entry as example

    from nuprobe.catalogue.export import export

    entry = example()
    title = "=HYPERLINK(evil)"
    source = entry.source.model_copy(update={"title": r"\input{/etc/passwd} $\nu_\mu$"})
    entry = entry.model_copy(update={"title": title, "source": source})
    assert "'=HYPERLINK" in export([entry], "csv")
    works = export([entry], "bibtex")
    assert r"\input" not in works
    assert r"\textbackslash input" in works
    assert r"$\nu_\mu$" in works


def test_control_characters_are_shown_as_escapes() -> None:
    from nuprobe.tables import Table

    with pytest.raises(InputError) as caught:
        nu.isotope("Ar\x1b[2J40\u202e")
    assert str(caught.value).isprintable()
    table = Table("t", ("name",), (("a",), ("b",)))
    assert json.loads("\n".join(table.json_lines())) == table.to_dict()


@pytest.mark.parametrize("text", ["1e400 MeV", "1e308 TeV", "nan MeV", "1e-400 GeV"])
def test_units_do_not_overflow(text: str) -> None:
    with pytest.raises(InputError, match=r"finite|too small"):
        nu.units.parse_quantity(text, "energy")


def test_what_a_fuzzing_session_found(tmp_path: Path) -> None:
    for text in ("H" + "9" * 5000, "Cs" + "1" * 4842):
        with pytest.raises(InputError, match="characters"):
            nu.target(text)
    flux = TABLES["source/flux.toml"].replace("times.csv", "x" * 300 + ".csv")
    folder = write(tmp_path / "lab", tables={"source/flux.toml": flux})
    with pytest.raises(ExperimentFileError, match="too long for a file name"):
        nu.experiment(folder)


def test_a_limit_at_a_million_masses_is_refused() -> None:
    masses = np.geomspace(1.0, 1e5, 1_000_000)
    with pytest.raises(InputError, match="at most 50 000 masses, got 1000000"):
        nu.limit([nu.experiment("ccfr-trident")], "lmu-ltau", grid={"mass": masses})


@pytest.mark.parametrize(
    "call",
    [
        lambda: nu.units.parse_quantity("\u0661 MeV", "energy"),  # one, in Arabic
        lambda: nu.units.parse_grid("1:2:\u0663 MeV", "energy"),
        lambda: nu.units.value_in("\u0661 muB", "muB"),
        lambda: nu.units.parse_grid("1e-400, 1 MeV", "energy"),
        lambda: nu.units.parse_grid("1e-400:1:3 MeV", "energy"),
        lambda: nu.units.parse_grid("1e-320 eV", "energy"),
        lambda: nu.units.value_in("1e-200 1e-200 muB", "muB"),
        lambda: nu.units.value_in("21e-400 1e-11 muB", "muB"),
        lambda: nu.units.value_in("3e0-11 muB", "muB"),  # was -33
        lambda: parse_toml("mass = 1e-400"),
        lambda: parse_toml("mass = 1_0e400"),
        lambda: parse_json("[1e400]"),
        lambda: parse_json("[1e-400]"),
        lambda: parse_json("[NaN, Infinity]"),
    ],
)
def test_no_text_becomes_another_number(call: Callable[[], object]) -> None:
    """Each of these was read as 1, 0 or infinity."""
    with pytest.raises(InputError):
        call()


def test_numbers_at_the_ends_of_the_range_are_read() -> None:
    assert parse_toml("a = 1_0.5\nb = inf\nc = -0.0\nd = 1.7e308") == {
        "a": 10.5,
        "b": np.inf,
        "c": 0.0,
        "d": 1.7e308,
    }
    assert parse_json("[2.2e-308, 0.0, 1e2]") == [2.2e-308, 0.0, 100.0]
    np.testing.assert_array_equal(
        nu.units.parse_grid(".5, 1., 2e0 GeV", "energy"), [500.0, 1000.0, 2000.0]
    )


def test_a_nested_journal_is_damaged(tmp_path: Path) -> None:
    from nuprobe.events.journal import read_journal
    from nuprobe.files import replace_folder

    path = tmp_path / "x.root.part.json"
    path.write_text("[" * 3000)
    with pytest.raises(InputError, match="is damaged or missing"):
        read_journal(tmp_path / "x.root.part", path, {})
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / ".made-by.json").write_text("[" * 3000)
    with pytest.raises(OutputError, match="did not write"):
        replace_folder(tmp_path / "site", {"a.html": "x"}, made_by="test")


def test_references_of_another_encoding_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from nuprobe.cli.main import main

    path = tmp_path / "references.bib"
    path.write_bytes(b"@article{M\xfcller:2020}")
    given = ["nuprobe", "catalogue", "check", "--references", str(path)]
    monkeypatch.setattr(sys, "argv", given)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "not UTF-8 text" in capsys.readouterr().err
