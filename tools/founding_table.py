"""The table of the founding documents: what an item is, and reading it.

`tools/founding.py` runs the items and writes the page.
"""

from __future__ import annotations

import csv
import functools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from nuprobe.errors import InputError
from nuprobe.parsing import parse_yaml, read_text
from nuprobe.schema import Strict, validate

__all__ = [
    "COMPUTED",
    "EXAMPLES",
    "MEANING",
    "PAGE",
    "SOURCES",
    "TABLE",
    "Check",
    "Document",
    "Item",
    "documents",
    "doubles",
    "items",
    "named",
    "recorded",
]

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "founding"
EXAMPLES = ROOT / "examples"
PAGE = ROOT / "docs" / "founding.md"
COMPUTED = TABLE / "computed.csv"
ORDER = ("l023", "em-paper", "dipole-talk", "cevns-seminar", "trident-talk")

Verdict = Literal["works", "slip", "partly", "waits"]
MEANING: Mapping[Verdict, str] = {
    "works": "the command gives what the document has, or says by how much it differs",
    "slip": "the document contradicts itself or a definition; the corrected form works",
    "partly": "something is missing, which the item says",
    "waits": "belongs to parts that are not built yet",
}
SOURCES = {
    "document": "",
    "formula": "formula",
    "published": "published",
    "reference": "independent",
    "ours": "ours",
}


class Check(Strict):
    """One thing that is read from the output.

    Attributes
    ----------
    what : which number it is.
    read : path in the JSON output (keys and positions, separated
        by `>`, `key=value` picks a row of a list), or the
        number of the printed line of a Python snippet.
    document : the number as the document prints it.
    expect : the value to be compared with.
    by : where `expect` is from.
    unit : of the number.
    relative, absolute : how far it may differ.
    at_most, at_least : instead, a bound of a statement such as "below 1e-40".
    repeats : how far it may differ from the recorded one, relative.
    shows : text that the output contains.
    figure : image that the command writes.
    refused : text of the one line with which a bad input is refused.
    """

    what: str = ""
    read: str | int | None = None
    document: str = ""
    expect: float | None = None
    by: Literal["document", "formula", "published", "reference", "ours"] = "document"
    unit: str = ""
    relative: float | None = None
    absolute: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    repeats: float = 1e-3
    shows: str | None = None
    figure: str | None = None
    refused: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Check:
        kinds = (self.read, self.shows, self.figure, self.refused)
        if sum(kind is not None for kind in kinds) != 1:
            raise InputError("give one of read, shows, figure, refused")
        bounds = self.at_most is not None or self.at_least is not None
        near = self.relative is not None or self.absolute is not None
        if self.read is not None and near != (self.expect is not None):
            raise InputError("expect needs relative or absolute, and they need expect")
        if self.read is not None and not (near or bounds):
            raise InputError(
                "read needs expect with relative or absolute, or at_most, or at_least"
            )
        return self

    def wrong(self, value: float) -> str | None:
        """Say what is wrong with a number, if anything."""
        if self.expect is not None:
            allowed = max(self.absolute or 0.0, abs(self.expect) * (self.relative or 0))
            if not abs(value - self.expect) <= allowed:
                return f"{value:.6g}, expected {self.expect:g} within {allowed:.3g}"
        if self.at_most is not None and not value <= self.at_most:
            return f"{value:.6g}, expected at most {self.at_most:g}"
        if self.at_least is not None and not value >= self.at_least:
            return f"{value:.6g}, expected at least {self.at_least:g}"
        return None


class Item(Strict):
    """One formula, row group, figure, number or statement of a document.

    Attributes
    ----------
    id : short name, unique.
    place : section or slide.
    says : what the document says.
    command : as a user types it, without prompt.
    python : a snippet instead; each line that it prints is a number.
    files : name and content of files that the command reads.
    checks : what is read from the output.
    example : scripts of the gallery that draw it, below `examples`.
    verdict : works, slip, partly or waits.
    note : why it differs, or what is missing.
    """

    id: str
    place: str
    says: str
    command: str | None = None
    python: str | None = None
    files: Mapping[str, str] = Field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    example: tuple[str, ...] = ()
    verdict: Verdict
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Item:
        if self.command is not None and self.python is not None:
            raise InputError("give a command or a Python snippet, not both")
        if bool(self.checks) != bool(self.command or self.python):
            raise InputError("a command or snippet needs checks, and checks need one")
        if self.verdict in ("works", "slip") and not self.checks:
            raise InputError(f"verdict {self.verdict!r} needs a command with checks")
        if self.verdict != "works" and not self.note:
            raise InputError(f"verdict {self.verdict!r} needs a note")
        for name in self.example:
            if not (EXAMPLES / name).is_file():
                raise InputError(f"there is no example {name} below examples/")
        return self

    @property
    def is_figure(self) -> bool:
        """Whether the document shows a figure, or its command draws one."""
        drawn = any(check.figure is not None for check in self.checks)
        return drawn or self.says.startswith(("figure", "figures"))


class Document(Strict):
    """One founding document.

    Attributes
    ----------
    title : of the page's section.
    about : who, where, when.
    items : in the order of the document.
    """

    title: str
    about: str
    items: tuple[Item, ...]


@functools.cache
def documents() -> dict[str, Document]:
    """Read the table; raises `NuprobeError` with file and key."""
    found = {}
    for name in ORDER:
        path = TABLE / f"{name}.yaml"
        try:
            data = parse_yaml(read_text(path))
        except InputError as err:
            raise InputError(f"{path.name}: {err}") from None
        found[name] = validate(Document, data, path.name)
    return found


def items() -> list[Item]:
    """All items, in the order of the page."""
    return [item for document in documents().values() for item in document.items]


def doubles() -> list[str]:
    """Ids that are given twice."""
    return [name for name, n in Counter(i.id for i in items()).items() if n > 1]


def named(item: Item) -> list[tuple[str, Check]]:
    """Checks with a name each, unique within the item."""
    return [(c.what or str(n), c) for n, c in enumerate(item.checks, 1)]


def recorded() -> dict[tuple[str, str], float]:
    """Numbers computed last, by item and check."""
    if not COMPUTED.exists():
        return {}
    lines = [
        line
        for line in COMPUTED.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    return {
        (row["item"], row["what"]): float(row["value"]) for row in csv.DictReader(lines)
    }
