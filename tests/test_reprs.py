"""How objects show themselves: short lines in a terminal, escaped tables in a
notebook."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import pkgutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import hostile_methods

import nuprobe as nu
from nuprobe.markup import table
from nuprobe.reprs import LONGEST, brief, one_line, readable

HOSTILE = "<script>alert(1)</script>&\"'\x1b[2J\n"


class Page(HTMLParser):
    """Elements, texts and what was left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@functools.cache
def things() -> dict[str, Any]:
    """What the package makes, by label."""
    hostile_methods.classes()  # imports every room
    found = {**hostile_methods.results(), **hostile_methods.objects()}
    csi = nu.experiment("coherent-csi-2017")
    found |= {"rates": csi.predict(), "target": nu.target("CsI")}
    entry = next(iter(nu.catalogue.catalogue().values()))
    limit = found["experiments.Limit"]
    fit = found["inference.FitResult"]
    found |= {"entry": entry, "curve": limit.curves[0], "free": fit["rn"]}
    found |= {"isotope": nu.isotope("Ar40"), "flavour": nu.flux("sns").flavours[0]}
    return found


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_object_has_a_short_repr_and_a_table() -> None:
    for label, thing in things().items():
        lines = repr(thing).splitlines()
        assert 1 <= len(lines) <= 5, label
        assert len(repr(thing)) <= LONGEST, label
        assert " object at 0x" not in repr(thing), label
        page = Page(thing._repr_html_())
        assert page.open == [], label
        assert page.elements[0] == "div", label
        assert "".join(page.texts).strip(), label


def test_every_public_dataclass_is_readable() -> None:
    missing = []
    for module in pkgutil.walk_packages(nu.__path__, "nuprobe."):
        if module.name.startswith(("nuprobe.cli", "nuprobe.__main__")):
            continue
        if not module.ispkg:
            continue
        package = importlib.import_module(module.name)
        for name in getattr(package, "__all__", ()):
            cls = getattr(package, name)
            data = inspect.isclass(cls) and dataclasses.is_dataclass(cls)
            if data and not hasattr(cls, "_repr_html_"):
                missing.append(f"{module.name}.{name}")
    assert missing == []


def test_hostile_names_are_escaped() -> None:
    fit = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    bad = dataclasses.replace(
        fit, cost=HOSTILE, notes=(HOSTILE,), free=(_renamed(fit.free[0]),)
    )
    source = dataclasses.replace(nu.flux("sns"), name=HOSTILE, title=HOSTILE)
    target = dataclasses.replace(nu.target("CsI"), name=HOSTILE)
    rates: Any = dataclasses.replace(  # type: ignore[type-var]
        nu.experiment("coherent-csi-2017").predict(), experiment=HOSTILE
    )
    hostile: list[Any] = [bad, source, target, rates, bad.free[0].parameter]
    for thing in hostile:
        html = thing._repr_html_()
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "\x1b" not in html
        assert Page(html).open == []
    assert "<script" not in table(HOSTILE, [(HOSTILE,)], (HOSTILE,), (HOSTILE,))


def _renamed(p: Any) -> Any:
    return dataclasses.replace(
        p, parameter=dataclasses.replace(p.parameter, name=HOSTILE)
    )


def test_large_arrays_are_not_written_out() -> None:
    assert brief(np.ones((300, 400))) == "array(300×400)"
    assert brief(np.zeros((3, 3))) == "zeros(3×3)"
    assert brief(np.array(2.5)) == "2.5"
    assert brief([1.0] * 1000) == "1000 items: 1, ..."
    assert len(brief("x" * 1000)) == 80


def test_a_repr_stays_within_bounds_whatever_the_fields() -> None:
    @readable
    @dataclasses.dataclass
    class Wide:
        first: tuple[str, ...]
        second: dict[str, str]

    wide = Wide(("y" * 500,) * 5, {"z" * 500: "w" * 500})
    assert len(repr(wide)) <= LONGEST
    assert "\n" not in repr(wide)
    assert repr(wide) == one_line(wide)


def test_a_written_repr_is_kept() -> None:
    @readable
    @dataclasses.dataclass
    class Own:
        x: int

        def __repr__(self) -> str:
            return "own"

    @readable
    @dataclasses.dataclass
    class Below(Own):
        y: int = 0

    assert repr(Own(1)) == repr(Below(1)) == "own"


def test_ipython_shows_an_error_as_its_one_line() -> None:
    with pytest.raises(nu.NuprobeError) as caught:
        nu.isotope("Ar4O")
    (line,) = caught.value._render_traceback_()
    assert line == f"UnknownNameError: {caught.value}"
    assert "\n" not in line


def test_progress_bars_suit_notebooks() -> None:
    """Outside the command line they are those of ``tqdm.auto``."""
    root = Path(nu.__file__).parent
    plain = [
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "from tqdm import" in path.read_text(encoding="utf-8")
        and path.relative_to(root).parts[0] != "cli"
    ]
    assert plain == []
