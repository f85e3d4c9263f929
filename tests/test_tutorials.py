"""The tutorials run: their cells in one process here, as notebooks in a kernel by
night; the numbers that they show are those of the package."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nuprobe as nu
from nuprobe.plotting.figures import HouseFigure

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.M | re.S)
FIGURES = {"first-analysis": 5, "own-detector": 3}


def _cells(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    cells = CELL.findall(text)
    assert len(cells) == text.count("```{code-cell}")
    return cells


def _run(page: Path) -> tuple[dict[str, Any], list[Any]]:
    """Run the cells of a tutorial one after another, as a kernel does.

    Returns
    -------
    variables, shown
        The names that are defined at the end, and what each cell that ends with an
        expression shows.
    """
    variables: dict[str, Any] = {}
    shown = []
    for number, cell in enumerate(_cells(page)):
        tree = ast.parse(cell)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        name = f"{page.name}, cell {number}"
        exec(compile(tree, name, "exec"), variables)
        if isinstance(last, ast.Expr):
            shown.append(
                eval(compile(ast.Expression(last.value), name, "eval"), variables)
            )
    return variables, shown


@functools.cache
def _ran(name: str) -> tuple[dict[str, Any], list[Any]]:
    return _run(ROOT / "docs" / "tutorials" / f"{name}.md")


# the first analysis takes 12 seconds
NIGHTLY = {"first-analysis": pytest.mark.nightly}


def test_every_tutorial_is_listed_and_can_be_downloaded() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert sorted(FIGURES) == [page.stem for page in PAGES]
    for page in PAGES:
        assert f"tutorials/{page.stem}\n" in index
        text = page.read_text(encoding="utf-8")
        assert f"{{nb-download}}`{page.stem}.ipynb`" in text


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=NIGHTLY.get(name, ())) for name in FIGURES]
)
def test_the_cells_of_a_tutorial_show_their_figures(name: str) -> None:
    _, shown = _ran(name)
    figures = [
        x.figure for x in shown if isinstance(getattr(x, "figure", None), HouseFigure)
    ]
    assert len(figures) == FIGURES[name]
    assert all(figure._repr_png_()[:4] == b"\x89PNG" for figure in figures)


@pytest.mark.nightly
def test_the_first_analysis_finds_what_the_guide_says() -> None:
    v, _ = _ran("first-analysis")
    guide = (ROOT / "docs/guide/csi-2017.md").read_text(encoding="utf-8")
    assert f"{v['rates'].signal.sum():.1f} ± 45.5" in guide
    assert v["rates"].data.sum() == 547 - 405
    best = v["fit"]["rn"].value
    assert f"{best:.2f} +0.98 −1.19 fm" in guide
    assert v["curve"].best == pytest.approx(best, abs=0.01)
    # the counts of a moment are those of its square
    more = v["with_moment"].signal - v["rates"].signal
    twice = v["csi"].predict(nu.Electromagnetic(magnetic_moment={"mumu": 6e-9}))
    assert (twice.signal - v["rates"].signal) == pytest.approx(4 * more, rel=1e-6)
    # light: no dependence on the mass; heavy: on m/g' alone
    limit = v["limit"]
    assert limit.coupling[1] == pytest.approx(limit.coupling[0], rel=0.01)
    ratio = limit.mass / limit.coupling
    assert ratio[-2] == pytest.approx(ratio[-1], rel=0.01)


def test_the_invented_detector_is_projected_as_the_text_says() -> None:
    v, _ = _ran("own-detector")
    assert v["ge"].is_projection
    # flat background: 10 counts a keV, kg and day, 0.8 keV, 1 kg, a year
    flat = v["rates"].total.sum() - v["rates"].signal.sum()
    assert flat == pytest.approx(10 * 0.8 * 365.25, rel=1e-3)
    first = v["rates"].signal.ravel()[:3]
    assert first[:2] / first[1:] == pytest.approx([4.0, 4.0], rel=0.15)
    expected = v["expected"]
    assert list(expected.expected) == sorted(expected.expected)
    assert len(expected.limits) == 200
    toys = sorted(expected.limits)[100]
    assert expected.expected[1] < toys < expected.expected[3]
    assert toys == pytest.approx(expected.expected[2], rel=0.1)
    assert v["better"] < expected.expected[2]


@pytest.mark.nightly
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_runs_as_a_notebook(page: Path, tmp_path: Path) -> None:
    # in a process of its own: kernels warn of loops and sockets, which are errors here
    script = f"""
import nbclient, nbformat
from myst_nb.core.read import read_myst_markdown_notebook

page = open({str(page)!r}, encoding="utf-8").read()
notebook = read_myst_markdown_notebook(page)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
cells = [c for c in notebook.cells if c.cell_type == "code"]
pictures = [o for c in cells for o in c.outputs if "image/png" in o.get("data", {{}})]
print(len(cells), len(pictures))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(len(_cells(page))), str(FIGURES[page.stem])]
