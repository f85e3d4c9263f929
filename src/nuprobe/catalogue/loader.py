"""Reading the entries: safe YAML, one file per entry, and one line per problem, which
names file and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nuprobe.border import public, public_methods
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    NuprobeError,
    UnknownNameError,
    shown,
)
from nuprobe.frames import data_frame
from nuprobe.markup import table
from nuprobe.reprs import readable

if TYPE_CHECKING:
    from nuprobe.catalogue.entry import Entry

__all__ = [
    "Catalogue",
    "CatalogueFileError",
    "Problem",
    "catalogue",
    "read_entry",
    "read_library",
]

_SHOWN = 20  # rows of the notebook table
_LARGEST = 1_000_000


class CatalogueFileError(ExperimentFileError):
    """A catalogue entry cannot be read: the message names file, key and remedy."""


@readable
@dataclass(frozen=True)
class Problem:
    """A problem of an entry.

    Attributes
    ----------
    file, line : location; the line is None for a whole file.
    message : key, problem and remedy.
    """

    file: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return (
            f"{self.file}{'' if self.line is None else f':{self.line}'}: {self.message}"
        )


@public_methods
class Catalogue(Mapping[str, "Entry"]):
    """Entries by id or alias.

    Parameters
    ----------
    files : file name → entry; ids and aliases must be unique (`read_library` checks
        this).
    texts : file name → content, used to give the line of a problem.
    """

    def __init__(
        self, files: Mapping[str, Entry], texts: Mapping[str, str] | None = None
    ) -> None:
        self.files = dict(files)
        self._texts = dict(texts or {})
        self._by_id = {e.id: e for e in files.values()}
        self._aliases = {a: e.id for e in files.values() for a in e.aliases}

    def __repr__(self) -> str:
        return f"<catalogue of {len(self)} entries>"

    def _repr_html_(self) -> str:
        rows = [(e.id, e.title, e.kind, str(e.year)) for e in self.values()]
        notes = [f"... {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
        header = ("id", "title", "kind", "year")
        return table(repr(self)[1:-1], rows[:_SHOWN], header, notes)

    def __getitem__(self, name: str) -> Entry:
        found = self._by_id.get(self._aliases.get(name, name))
        if found is None:
            raise UnknownNameError(
                "catalogue entry", name, [*self._by_id, *self._aliases]
            )
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, name: object) -> bool:
        return name in self._by_id or name in self._aliases

    def problem(self, file: str, message: str) -> Problem:
        """Return a problem of a file, with the line of the key that the message begins
        with; raises `InputError` if either is not a string."""
        if not (isinstance(file, str) and isinstance(message, str)):
            raise InputError(
                f"a problem is a file and a message, got {shown((file, message))}"
            )
        return Problem(
            file,
            message,
            line_of(self._texts[file], message) if file in self._texts else None,
        )

    def to_frame(self) -> Any:
        """A pandas ``DataFrame`` with the columns of the CSV export and one row per
        entry, indexed by id; the unit of the numbers is a column. Raises `InputError`
        if pandas is not installed."""
        from nuprobe.catalogue.export import cells

        columns, rows = cells(self.values())
        return data_frame(rows, columns, {"title": repr(self)[1:-1]}).set_index("id")

    def to_latex(self) -> str:
        """A LaTeX ``tabular`` of all entries that cites their sources, whose BibTeX
        `export` writes; for selected entries use ``nuprobe catalogue export latex
        ID...``."""
        from nuprobe.catalogue.export import export

        return export(self.values(), "latex")

    def search(
        self,
        text: str = "",
        *,
        observable: str | None = None,
        flavour: str | None = None,
        kind: str | None = None,
        year: int | tuple[int, int] | None = None,
        status: str | None = None,
    ) -> list[Entry]:
        """Entries that satisfy all criteria given, by year.

        Parameters
        ----------
        text : words that must all occur (in any case) in id, aliases, title,
            experiment, model, notes or source.
        observable : a quantity such as ``"charge_radius"``, or a topic, the first word
            of ids, such as ``"millicharge"``.
        flavour : such as ``"nu_mu"``.
        kind, status : as in the files.
        year : a single one, or first and last.

        Raises
        ------
        UnknownNameError
            For an unknown quantity, flavour, kind or status.
        """
        from nuprobe.catalogue.entry import FLAVOURS, KINDS, STATUSES
        from nuprobe.catalogue.quantities import QUANTITIES

        asked = (
            (
                "observable",
                observable,
                {*QUANTITIES, *(e.topic for e in self.values())},
            ),
            ("flavour", flavour, FLAVOURS),
            ("kind", kind, KINDS),
            ("status", status, STATUSES),
        )
        for what, name, known in asked:
            if name is not None and name not in known:
                raise UnknownNameError(what, name, known)
        first, last = (year, year) if isinstance(year, int) else year or (0, 9999)
        words = text.lower().split()
        found = [
            e
            for e in self.values()
            if observable in (None, e.observable.quantity, e.topic)
            and (flavour is None or flavour in e.flavour)
            and kind in (None, e.kind)
            and status in (None, e.status)
            and first <= e.year <= last
            and all(word in e.words for word in words)
        ]
        return sorted(found, key=lambda e: (e.year, e.id))


@public
def read_entry(text: str, source: str) -> Entry:
    """Read one entry.

    Parameters
    ----------
    text : YAML.
    source : name of the file, for messages.

    Raises
    ------
    CatalogueFileError
        If it is not plain YAML (tags, anchors and duplicate keys are rejected) or does
        not fit the schema. The message begins with `source` and the line.

    Examples
    --------
    >>> read_entry("id: x", "x.yaml")
    Traceback (most recent call last):
    nuprobe.catalogue.loader.CatalogueFileError: x.yaml:1: ...
    """
    from nuprobe.catalogue.entry import Entry
    from nuprobe.parsing import parse_yaml
    from nuprobe.schema import validate

    if len(text) > _LARGEST:
        raise CatalogueFileError(
            f"{source}:1: larger than {_LARGEST} characters; thin out the curve"
        )
    try:
        return validate(Entry, parse_yaml(text), source)
    except NuprobeError as err:
        # messages of the checks of the whole entry already begin with the key
        message = str(err).removeprefix(f"{source}: ").removeprefix("the file: ")
        raise CatalogueFileError(
            str(Problem(source, message, line_of(text, message)))
        ) from None


def line_of(text: str, message: str) -> int:
    """Line of an entry that a message refers to: that of the key it begins with, or of
    the section in which that key is missing."""
    import yaml

    if places := re.findall(r"line (\d+), column", message):
        return int(places[-1])
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError):
        return 1
    line = 1
    for key in message.partition(": ")[0].split("."):
        found: Any = None
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if k.value == key]
            found = pairs[-1] if pairs else None
        elif (
            isinstance(node, yaml.SequenceNode)
            and key.isdecimal()
            and int(key) < len(node.value)
        ):
            found = node.value[int(key)], node.value[int(key)]
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


@public
def read_library(
    root: Traversable | Path | None = None,
) -> tuple[Catalogue, list[Problem]]:
    """Read all entries below a folder and collect their problems.

    Parameters
    ----------
    root : folder of folders of YAML files; default: the package's own.

    Returns
    -------
    Catalogue
        The entries that could be read.
    list of Problem
        Unreadable files, duplicate ids and aliases, entries in the wrong folder, broken
        links.

    Examples
    --------
    >>> known, problems = read_library()  # doctest: +SKIP
    """
    if root is None:
        root = resources.files(__package__).joinpath("library")
    if not root.is_dir():
        raise CatalogueFileError(
            f"{root}: there is no such folder; give one with files <topic>/<name>.yaml"
        )
    files: dict[str, Entry] = {}
    problems = [
        Problem(name, "no entry is read from here: give <topic>/<name>.yaml")
        for name in _stray(root)
    ]
    texts: dict[str, str] = {}
    seen: dict[str, str] = {}
    for folder, path in _entry_files(root):
        name = f"{folder.name}/{path.name}"
        try:
            texts[name] = path.read_text(encoding="utf-8")
            entry = read_entry(texts[name], name)
        except CatalogueFileError as err:
            line, _, message = str(err).removeprefix(f"{name}:").partition(": ")
            problems.append(Problem(name, message, int(line)))
            continue
        except (UnicodeDecodeError, OSError) as err:
            problems.append(
                Problem(name, f"cannot be read ({err}); save it as UTF-8 text")
            )
            continue
        double, messages = _names(entry, folder.name, seen)
        problems += [Problem(name, m, line_of(texts[name], m)) for m in messages]
        if not double:
            seen |= dict.fromkeys((entry.id, *entry.aliases), name)
            files[name] = entry
    known = Catalogue(files, texts)
    return known, problems + [
        known.problem(name, text)
        for name, e in files.items()
        for text in _links(e, known)
    ]


def _entry_files(
    root: Traversable | Path,
) -> Iterator[tuple[Traversable | Path, Traversable | Path]]:
    """Folders and files of entries, in order."""
    for folder in sorted(root.iterdir(), key=lambda f: f.name):
        if folder.is_dir():
            for path in sorted(folder.iterdir(), key=lambda p: p.name):
                if path.name.endswith(".yaml"):
                    yield folder, path


def _names(
    entry: Entry, folder: str, seen: Mapping[str, str]
) -> tuple[bool, list[str]]:
    """Whether a name of an entry is taken, and the problems of its names."""
    messages = []
    if len(set(entry.aliases)) < len(entry.aliases) or entry.id in entry.aliases:
        messages.append("aliases: each must be unique and differ from the id")
    names = [("id", entry.id), *(("aliases", alias) for alias in entry.aliases)]
    double = [
        f"{key}: {text!r} is taken by {seen[text]}; choose another"
        for key, text in names
        if text in seen
    ]
    messages += double
    if not double and entry.topic != folder:
        messages.append(
            f"id: it begins with {entry.topic!r}, so the file belongs in that folder"
        )
    return bool(double), messages


def _stray(root: Traversable | Path) -> Iterator[str]:
    """Files that look like entries but are at the wrong depth or have another
    ending."""
    for folder in sorted(root.iterdir(), key=lambda f: f.name):
        if folder.is_dir():
            inside = sorted(folder.iterdir(), key=lambda p: p.name)
            yield from (
                f"{folder.name}/{p.name}"
                for p in inside
                if p.name.endswith(".yml") or _holds_entries(p)
            )
        elif folder.name.endswith((".yaml", ".yml")):
            yield folder.name


def _holds_entries(path: Traversable | Path) -> bool:
    return path.is_dir() and any(
        p.name.endswith((".yaml", ".yml")) for p in path.iterdir()
    )


def _links(entry: Entry, known: Catalogue) -> Iterator[str]:
    """Problems of the links from an entry to others."""
    for key, back in (
        ("supersedes", "superseded_by"),
        ("superseded_by", "supersedes"),
        ("shares_data_with", "shares_data_with"),
        ("disputed_by", None),
    ):
        for other in getattr(entry, key):
            if other not in known:
                yield f"{key}: {UnknownNameError('catalogue entry', other, known)}"
            elif known[other].id == entry.id:
                yield f"{key}: an entry cannot name itself"
            elif back is not None and entry.id not in getattr(known[other], back):
                yield f"{key}: {other} does not name this entry in its {back}"


@cache
def catalogue() -> Catalogue:
    """Return the package's own entries; raises `CatalogueFileError` for the first that
    is wrong.

    Examples
    --------
    >>> catalogue()["trident.mumu.ratio/CCFR-1991"].value
    0.82
    """
    known, problems = read_library()
    if problems:
        raise CatalogueFileError(str(problems[0]))
    return known
