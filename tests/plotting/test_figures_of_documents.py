"""The scripts that draw the founding documents: every figure has one, what they import
exists, and their tables have the documents' numbers within the stated tolerances."""

from __future__ import annotations

import ast
import importlib
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.axes import Axes
from tests.nightly import mostly_nightly
from tools import founding_table as founding

from nuprobe.plotting.figures import Panels
from nuprobe.tables import Table

SCRIPTS = sorted(founding.EXAMPLES.glob("*/plot_*.py"))
ALL = sorted(founding.EXAMPLES.rglob("plot_*.py"))
QUICKEST = ("plot_icecube_gap", "plot_form_factor_radii", "plot_plasma_cross_section")


def name_of(script: Path) -> str:
    return script.relative_to(founding.EXAMPLES).as_posix()


def drawn() -> set[str]:
    """Scripts that an item names."""
    return {name for item in founding.items() for name in item.example}


def tables(found: dict[str, Any]) -> list[Table]:
    """What a script compared with published numbers."""
    kept = [v for v in found.values() if isinstance(v, Table)]
    return [table for table in kept if table.columns[-1] == "agrees"]


def faults(table: Table) -> Iterator[str]:
    """Rows that disagree, or whose number or tolerance no item has."""
    known = {item.id: item for item in founding.items()}
    for source, quantity, published, _, _, tolerance, agrees in table.rows:
        assert isinstance(published, float)
        assert isinstance(tolerance, float)
        if not agrees:
            yield f"{source}, {quantity}: outside of its tolerance"
        if not any(
            check.expect is not None
            and check.expect == pytest.approx(published, rel=1e-12)
            and tolerance <= (1 + 1e-9) * allowed(check)
            for check in known[str(source)].checks
        ):
            yield f"{source}, {quantity}: {published:g} +- {tolerance:g} is not there"


def allowed(check: founding.Check) -> float:
    relative = (check.relative or 0.0) * abs(check.expect or 0.0)
    return max(check.absolute or 0.0, relative)


def test_every_figure_of_the_documents_has_a_script() -> None:
    figures = [item for item in founding.items() if item.is_figure]
    assert len(figures) > 30
    assert [item.id for item in figures if not item.example] == []
    assert len(drawn()) >= 30


def test_every_script_of_a_document_is_named_by_an_item_of_it() -> None:
    assert {name_of(script) for script in SCRIPTS} - drawn() == set()


@pytest.mark.parametrize("script", ALL, ids=name_of)
def test_a_script_can_be_read_and_what_it_names_exists(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    tree = ast.parse(text)
    title, line = (ast.get_docstring(tree) or "").splitlines()[:2]
    assert set(line) == {"="}
    assert len(line) >= len(re.sub(r":\w+:`(.*?)`", r"\1", title))
    known: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                known[one.asname or one.name] = importlib.import_module(one.name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            for one in node.names:
                known[one.asname or one.name] = getattr(module, one.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = known.get(node.value.id)
            missing = owner is not None and not hasattr(owner, node.attr)
            assert not missing, f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_a_script_of_a_document_is_short(script: Path) -> None:
    """No more code than fits on a page, docstring and remarks not counted."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    nodes = [n for n in ast.walk(ast.Module(tree.body[1:], [])) if hasattr(n, "lineno")]
    assert len({n.lineno for n in nodes}) <= 40


def test_works_that_scripts_cite_are_in_the_bibliography() -> None:
    bibliography = (founding.ROOT / "src/nuprobe/data/references.bib").read_text(
        encoding="utf-8"
    )
    listed = set(re.findall(r"^@\w+\{(.*?),", bibliography, re.M))
    texkey = re.compile(r"(?<![\w-])[A-Z][A-Za-z-]+(?:-\d)?:(?:19|20)\d\d[a-z]{2,3}\b")
    cited = {
        key: name_of(script)
        for script in ALL
        for key in texkey.findall(script.read_text(encoding="utf-8"))
    }
    assert {key: where for key, where in cited.items() if key not in listed} == {}


def test_numbers_that_no_document_has_are_found() -> None:
    from nuprobe.reproductions import published_table

    right = ("S22", "R_n", 5.5, 5.64, 0.35)
    assert list(faults(published_table([right]))) == []
    other = ("S22", "R_n", 5.4, 5.64, 0.35)
    loose = ("S22", "R_n", 5.5, 5.64, 0.8)
    far = ("S22", "R_n", 5.5, 5.9, 0.35)
    assert len(list(faults(published_table([other, loose, far])))) == 3


@pytest.mark.parametrize(
    "script",
    mostly_nightly(SCRIPTS, [s for s in SCRIPTS if s.stem in QUICKEST]),
    ids=name_of,
)
def test_a_script_runs_and_agrees_with_its_document(
    script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(script.parent)
    found = runpy.run_path(str(script))
    assert any(isinstance(value, Axes | Panels) for value in found.values())
    assert [fault for table in tables(found) for fault in faults(table)] == []
    if "published_table" in found:
        assert tables(found)
