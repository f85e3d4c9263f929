"""``nuprobe catalogue`` as a user meets it."""

from __future__ import annotations

import csv
import io
import json
from importlib import resources
from pathlib import Path

import pytest
from tests.catalogue.examples import LINK, RADIUS, RATIO, text
from tests.command_line import Run
from tests.nightly import few

from nuprobe.catalogue import catalogue
from nuprobe.parsing import parse_yaml
from nuprobe.reproductions import recipes

COMMAND = ("catalogue",)
CCFR = "trident.mumu.ratio/CCFR-1991"
L023 = "Altmannshofer2014:L023:ccfr_exclusion_cl"


def library(tmp_path: Path, *contents: str) -> str:
    for i, content in enumerate(contents):
        folder = tmp_path / "ratio"
        folder.mkdir(exist_ok=True)
        (folder / f"{i}.yaml").write_text(content, encoding="utf-8")
    return str(tmp_path)


def test_list_and_search(run: Run) -> None:
    code, out, _ = run("list", "--json")
    assert code == 0
    assert {row["id"] for row in json.loads(out)} == set(catalogue())
    code, out, _ = run(
        "search",
        "iron",
        "--observable",
        "ratio",
        "--flavour",
        "nu_mu",
        "--year",
        "1991",
        "--json",
    )
    assert code == 0
    assert CCFR in [row["id"] for row in json.loads(out)]
    code, out, _ = run("search", "iron", "--year", "2000:2001")
    assert code == 1
    assert "0 entries" in out
    for bad in (
        ("--year", "last"),
        ("--year", "2012:2000"),
        ("--kind", "rumour"),
        ("--observable", "energy"),
    ):
        code, _, err = run("search", *bad)
        assert code == 2
        assert bad[1] in err


def test_show_knows_ids_and_aliases(run: Run) -> None:
    code, out, _ = run("show", CCFR)
    assert code == 0
    for word in (
        "0.82 +- 0.28",
        "observed",
        "37",
        "Mishra:1991bv",
        "$ nuprobe reproduce",
        "agrees",
    ):
        assert word in out
    code, out, _ = run("show", L023, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["id"] == catalogue()[L023].id
    assert found["cl"] == 0.95
    assert "value" not in found
    code, _, err = run("show", "CCFR-1992")
    assert code == 2
    assert err.count("\n") == 1


def test_every_entry_can_be_shown(run: Run) -> None:
    for name, entry in catalogue().items():
        code, out, _ = run("show", name)
        assert code == 0
        assert entry.title in out
        assert "None" not in out


def test_check_of_what_ships(run: Run) -> None:
    code, out, _ = run("check", "--json")
    found = json.loads(out)
    assert (code, found["problems"], found["entries"]) == (0, [], len(catalogue()))
    code, out, _ = run("check", CCFR, "--recompute")
    assert code == 0
    assert out.startswith("1 entries, 2 code links run again: 0 wrong")


@pytest.mark.parametrize(
    ("link", "word"),
    [
        ({"recipe": "magic"}, "code.0.recipe"),
        ({"recipe": "__builtins__"}, "code.0.recipe"),
        ({"keywords": {"isotop": "Ar40"}}, "code.0.keywords"),
        ({"command": "nuprobe lsit"}, "code.0.command"),
        ({"command": "nuprobe list planets"}, "code.0.command"),
        ({"command": "nuprobe catalogue shwo x"}, "code.0.command"),
        ({"command": "nuprobe fit coherent-csi-2017 --fre rn"}, "code.0.command"),
        ({"command": "nuprobe list 'targets"}, "code.0.command"),
        ({"command": "nuprobe rate --help"}, "code.0.command"),
        ({"command": "nuprobe --version"}, "code.0.command"),
        ({"command": "nuprobe fit -h"}, "code.0.command"),
        ({"command": "rm -rf x"}, "code.0.command"),
    ],
)
def test_a_code_link_to_nowhere_is_found(
    run: Run, tmp_path: Path, link: dict[str, object], word: str
) -> None:
    entry = text(RATIO, {"value": 37215.0, "code": [LINK | link]})
    code, out, _ = run("check", "--library", library(tmp_path, entry))
    assert code == 1
    lines = out.splitlines()
    assert [line for line in lines[2:] if "it was not read" not in line] == []
    where, _, message = lines[0].partition(": ")
    name, _, row = where.partition(":")
    assert name == "ratio/0.yaml"
    assert (
        entry.splitlines()[int(row) - 1]
        .strip(" -")
        .startswith(f"{word.rsplit('.', 1)[1]}:")
    )
    assert message.startswith(f"{word}: ")


def test_a_texkey_must_be_in_the_bibliography_given(run: Run, tmp_path: Path) -> None:
    source = RATIO | {"source": RADIUS["source"] | {"texkeys": ["Smith:2001ab"]}}
    where = library(tmp_path, text(source))
    references = tmp_path / "references.bib"
    references.write_text("@article{Smith:2001ac,\n  title = {x}\n}\n")
    assert run("check", "--library", where)[0] == 0
    code, out, _ = run("check", "--library", where, "--references", str(references))
    assert code == 1
    assert (
        "source.texkeys.0: unknown texkey 'Smith:2001ab': did you mean Smith:2001ac?"
        in out
    )
    references.write_text("@article{Smith:2001ab,\n  title = {x}\n}\n")
    assert run("check", "--library", where, "--references", str(references))[0] == 0


def test_a_good_code_link_is_recomputed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = library(tmp_path, text(RATIO, {"value": 37215.0, "code": [LINK]}))
    assert run("check", "--library", where, "--recompute")[0] == 0
    monkeypatch.setattr(recipes, "nuclear_mass", lambda isotope: 37215.53 * 1.0011)
    code, out, _ = run("check", "--library", where, "--recompute")
    assert code == 1
    assert "code.0.result: 37215.53 is stored, 37256.47 comes out" in out
    assert run("check", "--library", where)[0] == 0
    monkeypatch.setattr(recipes, "nuclear_mass", lambda isotope: float("nan"))
    code, out, _ = run("check", "--library", where, "--recompute")
    assert code == 1
    assert "not finite" in out


def test_check_names_each_wrong_file_in_a_line(run: Run, tmp_path: Path) -> None:
    where = library(
        tmp_path, text(RATIO, {"unit": "furlong"}), text(RATIO), "a: [", text(RATIO)
    )
    code, out, _ = run("check", "--library", where)
    assert code == 1
    assert [
        line.split(": ")[0]
        for line in out.splitlines()
        if ": " in line and line.startswith("ratio")
    ] == [*("ratio/0.yaml:10", "ratio/2.yaml:2", "ratio/3.yaml:2")]
    # what reads a library refuses it with the first line
    code, _, err = run("list", "--library", where)
    assert code == 2
    assert "furlong" in err


def test_exports(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("export", "csv", CCFR)
    assert code == 0
    assert [row["value"] for row in csv.DictReader(io.StringIO(out))] == ["0.82"]
    target = tmp_path / "c.bib"
    code, out, _ = run("export", "bibtex", "-o", str(target))
    assert (code, out) == (0, "")
    assert "@article{Mishra:1991bv," in target.read_text()
    code, out, _ = run("export", "hepdata", CCFR, "--json")
    assert json.loads(out)[0]["value"] == 0.82
    code, _, err = run("export", "xml")
    assert code == 2
    assert "hepdata" in err


def test_site(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    code, out, _ = run("site", str(folder))
    assert code == 0
    assert str(folder / "index.html") in out
    assert (folder / f"entry/{CCFR}/index.html").is_file()
    (folder / "mine.txt").write_text("keep")
    code, _, err = run("site", str(folder))
    assert code == 2
    assert "not empty" in err
    assert "--overwrite" in err
    assert (folder / "mine.txt").read_text() == "keep"


def test_plots(run: Run, tmp_path: Path) -> None:
    for what in few(("plane",), ("magnetic-moments", "charge-radii", "plane")):
        target = tmp_path / f"{what}.svg"
        assert run("plot", what, str(target))[0] == 0
        assert target.read_text().startswith("<?xml")
    code, _, err = run("plot", "planes", str(tmp_path / "x.png"))
    assert code == 2
    assert "plane" in err
    assert run("plot", "plane", str(tmp_path / "x.gif"))[0] == 2


def test_a_page_of_constraints_shows_all_its_entries(run: Run) -> None:
    # read from the files themselves
    library = Path(str(resources.files("nuprobe.catalogue").joinpath("library")))
    texts = [file.read_text(encoding="utf-8") for file in library.rglob("*.yaml")]
    wanted = {parse_yaml(t)["id"] for t in texts if ":L023:" in t}
    assert len(wanted) == 4
    _, printed, _ = run("show", "L023", "--json")
    assert {e["id"] for e in json.loads(printed)} == wanted
    _, printed, _ = run("show", "L023")
    assert all(one in printed for one in wanted)
    code, _, said = run("show", "L02")
    assert code == 2
    assert "unknown catalogue entry" in said
