"""The founding documents, item by item: the table, its page and its execution.

The table is ``docs/founding/*.yaml``, one file a document; what was computed last lies
in ``docs/founding/computed.csv``; ``docs/founding.md`` is written from both.

``python tools/founding.py --write`` writes the page, ``--run [ID ...]`` executes items
and says what came out, ``--record [ID ...]`` executes them, keeps what came out in the
CSV file and writes the page. The nightly test ``tests/test_founding.py`` executes all
items and compares with the documents and with the CSV file; the daily one compares the
page with the table and reads every command.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import csv
import functools
import importlib
import io
import json
import shlex
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from nuprobe.errors import InputError, NuprobeError
from nuprobe.parsing import parse_yaml, read_text
from nuprobe.schema import Strict, validate

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "founding"
PAGE = ROOT / "docs" / "founding.md"
COMPUTED = TABLE / "computed.csv"
ORDER = ("l023", "em-paper", "dipole-talk", "cevns-seminar", "trident-talk")

Verdict = Literal["works", "slip", "partly", "waits"]
MEANING: Mapping[Verdict, str] = {
    "works": "the command gives what the document has, or says by how much it differs",
    "slip": "the document contradicts itself or a definition; the corrected form works",
    "partly": "something is missing; the last column says what",
    "waits": "belongs to parts that are not built yet: deuteron, carbon, reactor short"
    " baselines, cosmology, stars",
}
SOURCES = {
    "document": "",
    "formula": "from the document's formula",
    "published": "published elsewhere",
    "reference": "independent calculation",
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
        return self


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


@dataclass(frozen=True)
class Output:
    """What a run left.

    Attributes
    ----------
    code : exit code.
    text : what was printed.
    said : warnings and messages.
    folder : where files were written.
    seconds : of CPU.
    """

    code: int
    text: str
    said: str
    folder: Path
    seconds: float

    def number(self, read: str | int) -> float:
        """Number at a place of the output."""
        if isinstance(read, int):
            return float(self.text.splitlines()[read])
        found: Any = json.loads(self.text)
        for key in read.split(" > "):
            found = _step(found, key)
        return float(found)


def _step(found: Any, key: str) -> Any:
    if not isinstance(found, list):
        return found[key]
    name, equal, value = key.partition("=")
    if not equal:
        return found[int(key)]
    return next(row for row in found if str(row[name]) == value)


def arguments(item: Item) -> list[str]:
    """Arguments of an item's command, without the program."""
    words = shlex.split(item.command or "")
    if words[:1] != ["nuprobe"]:
        raise InputError(f"{item.id}: a command begins with nuprobe")
    return words[1:]


def reads(item: Item, folder: Path) -> None:
    """Parse an item's command without running it, or compile its snippet and look its
    imports up; raises what is wrong."""
    if item.python is not None:
        for node in ast.walk(ast.parse(item.python)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    importlib.import_module(alias.name)
            elif isinstance(node, ast.ImportFrom) and node.module:
                module = importlib.import_module(node.module)
                for alias in node.names:
                    if not hasattr(module, alias.name):
                        importlib.import_module(f"{node.module}.{alias.name}")
    if item.command is not None:
        folder.mkdir(parents=True, exist_ok=True)
        _write_files(item, folder)
        with contextlib.chdir(folder):
            _parse(arguments(item))


def _parse(words: list[str]) -> None:
    import click

    from nuprobe.cli.main import cli

    command: click.Command = cli
    context: click.Context | None = None
    while isinstance(command, click.Group):
        context = click.Context(command, parent=context, info_name=command.name)
        _, inner, words = command.resolve_command(context, words)
        if inner is None:
            raise InputError(f"there is no command {words[:1]}")
        command = inner
    command.make_context(command.name, list(words), parent=context)


def _write_files(item: Item, folder: Path) -> None:
    for name, text in item.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


_DONE: dict[tuple[str, ...], Output] = {}


def execute(item: Item, folder: Path) -> Output:
    """Run an item in a folder; what another item ran already is not run again."""
    key = (item.command or "", item.python or "", *item.files, *item.files.values())
    if key not in _DONE:
        folder.mkdir(parents=True, exist_ok=True)
        _write_files(item, folder)
        start = time.process_time()
        with contextlib.chdir(folder), warnings.catch_warnings():
            warnings.simplefilter("default")  # the command line prints them
            code, text, said = _snippet(item) if item.python else _command(item)
        seconds = time.process_time() - start
        _DONE[key] = Output(code, text, said, folder, seconds)
    return _DONE[key]


def _snippet(item: Item) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        exec(compile(item.python or "", item.id, "exec"), {"__name__": item.id})
    return 0, out.getvalue(), err.getvalue()


def _command(item: Item) -> tuple[int, str, str]:
    from click.testing import CliRunner

    from nuprobe.cli.main import cli

    result = CliRunner().invoke(cli, arguments(item), prog_name="nuprobe")
    if result.exception and not isinstance(result.exception, SystemExit):
        if not isinstance(result.exception, NuprobeError):
            raise result.exception
        return 2, result.stdout, str(result.exception)
    return result.exit_code, result.stdout, result.stderr


def results(item: Item, folder: Path) -> Iterator[tuple[str, float | None, str | None]]:
    """Name, number and fault of each check of an item."""
    output = execute(item, folder)
    expected = 2 if any(c.refused for c in item.checks) else 0
    for name, check in named(item):
        if output.code != expected:
            yield name, None, f"exit code {output.code}: {output.said.strip()[:300]}"
        elif check.read is not None:
            value = output.number(check.read)
            yield name, value, check.wrong(value)
        elif check.shows is not None:
            missing = check.shows not in output.text
            yield name, None, f"the output lacks {check.shows!r}" if missing else None
        elif check.refused is not None:
            other = check.refused not in output.said
            yield name, None, f"it said {output.said!r}" if other else None
        else:
            yield name, None, _image_fault(output.folder / (check.figure or ""))


def named(item: Item) -> list[tuple[str, Check]]:
    """Checks with a name each, unique within the item."""
    return [(c.what or str(n), c) for n, c in enumerate(item.checks, 1)]


def _image_fault(path: Path) -> str | None:
    if not path.is_file() or path.stat().st_size == 0:
        return f"{path.name} was not written"
    from matplotlib.image import imread

    image = imread(path)
    if image.ndim != 3 or min(image.shape[:2]) < 200 or float(image.std()) < 0.02:
        return f"{path.name} is no image with something on it"
    return None


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


def faults(item: Item, folder: Path) -> list[str]:
    """What is wrong with an item that was run: against the document and against what is
    recorded."""
    known, found = recorded(), []
    checks = dict(named(item))
    for name, value, fault in results(item, folder):
        if fault is not None:
            found.append(f"{item.id}, {name}: {fault}")
        elif value is not None:
            old, near = known.get((item.id, name)), checks[name].repeats
            if old is None:
                found.append(f"{item.id}, {name}: {value:.6g} is not recorded")
            elif abs(value - old) > max(near * abs(old), 1e-12 * near):
                found.append(f"{item.id}, {name}: {value:.6g}, recorded {old:.6g}")
    return found


def blocks(size: int = 12) -> list[tuple[str, tuple[Item, ...]]]:
    """Items in blocks for the nightly test; what runs the same command is together."""
    groups: dict[tuple[str, str], list[Item]] = {}
    for name, document in documents().items():
        for item in document.items:
            work = item.command or item.python
            if work:
                groups.setdefault((name, work), []).append(item)
    made: list[tuple[str, list[Item]]] = []
    for (name, _), group in groups.items():
        if made and made[-1][0] == name and len(made[-1][1]) < size:
            made[-1][1].extend(group)
        else:
            made.append((name, list(group)))
    return [
        (f"{name}: {group[0].id} to {group[-1].id}", tuple(group))
        for name, group in made
    ]


def _shown(value: float) -> str:
    return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _document_cell(item: Item) -> str:
    shown = []
    for _, check in named(item):
        value = check.document
        if not value and check.expect is not None:
            value = _shown(check.expect)
        if value:
            where = f" ({SOURCES[check.by]})" if SOURCES[check.by] else ""
        elif bound := _bound(check):
            value, where = bound, " (asked)"
        else:
            continue
        label = f"{check.what}: " if check.what else ""
        shown.append(f"{label}{value} {check.unit}".strip() + where)
    return "; ".join(shown)


def _bound(check: Check) -> str:
    low, high = check.at_least, check.at_most
    if low is not None and high is not None:
        return f"{_shown(low)} to {_shown(high)}"
    if low is not None:
        return f"≥ {_shown(low)}"
    return "" if high is None else f"≤ {_shown(high)}"


def _ours_cell(item: Item, known: Mapping[tuple[str, str], float]) -> str:
    shown = []
    for name, check in named(item):
        if check.read is not None and (item.id, name) in known:
            label = f"{check.what}: " if check.what else ""
            value = _shown(known[item.id, name])
            shown.append(f"{label}{value} {check.unit}".strip())
        elif check.shows is not None:
            shown.append(f"shows “{check.shows}”")
        elif check.figure is not None:
            shown.append(f"figure {check.figure}")
        elif check.refused is not None:
            shown.append(f"refused: “{check.refused}”")
    return "; ".join(shown)


def _rows(document: Document, known: Mapping[tuple[str, str], float]) -> Iterator[str]:
    yield "| item | it says | command | document | ours | verdict |"
    yield "|---|---|---|---|---|---|"
    for item in document.items:
        does = f"`{item.command}`" if item.command else ""
        if item.python:
            does = "Python, below"
        verdict = f"**{item.verdict}**" + (f": {item.note}" if item.note else "")
        cells = [
            item.id,
            f"{item.place}: {item.says}",
            does,
            _document_cell(item),
            _ours_cell(item, known),
            verdict,
        ]
        yield "| " + " | ".join(map(_cell, cells)) + " |"


def _snippets(document: Document) -> Iterator[str]:
    for item in document.items:
        if item.python:
            yield f"{item.id}\n\n```python\n{item.python.strip()}\n```\n"
        for name, text in item.files.items():
            yield f"`{name}` of {item.id}:\n\n```text\n{text.strip()}\n```\n"


def page() -> str:
    """The page, from table and recorded numbers."""
    known, verdicts = recorded(), Counter(item.verdict for item in items())
    lines = [(TABLE / "intro.txt").read_text(encoding="utf-8").strip(), ""]
    lines += [
        "| document | " + " | ".join(MEANING) + " | all |",
        "|---|---|---|---|---|---|",
    ]
    for document in documents().values():
        n = Counter(item.verdict for item in document.items)
        counts = [str(n[verdict]) for verdict in MEANING]
        lines.append(f"| {document.title} | {' | '.join(counts)} | {n.total()} |")
    counts = [str(verdicts[verdict]) for verdict in MEANING]
    lines += [f"| all | {' | '.join(counts)} | {verdicts.total()} |", ""]
    lines += [f"- **{name}**: {text}" for name, text in MEANING.items()]
    for document in documents().values():
        lines += ["", f"## {document.title}", "", document.about.strip(), ""]
        lines += [*_rows(document, known), ""]
        if snippets := [*_snippets(document)]:
            lines += [f"### {document.title}: snippets and files", "", *snippets]
    return "\n".join(lines).rstrip() + "\n"


def run(chosen: Iterable[Item], folder: Path, *, keep: bool) -> int:
    """Run items and say what came out, keep it if asked; the number of faults."""
    bad, found = 0, dict(recorded())
    for item in chosen:
        try:
            for name, value, fault in results(item, folder / item.id):
                bad += fault is not None
                shown = "" if value is None else f"{value:.6g}"
                print(f"{item.id:5} {name:45} {shown:14} {fault or 'ok'}", flush=True)
                if value is not None:
                    found[item.id, name] = value
        except Exception as err:  # a snippet may raise anything; the next is run
            print(f"{item.id:5} {type(err).__name__}: {str(err)[:300]}")
            bad += 1
    if keep:
        _write_recorded(found)
    return bad


def _write_recorded(found: Mapping[tuple[str, str], float]) -> None:
    with COMPUTED.open("w", encoding="utf-8", newline="") as file:
        file.write("# computed by nuprobe; written by tools/founding.py --record\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("item", "what", "value"))
        for item in items():
            for name, check in named(item):
                if check.read is not None and (item.id, name) in found:
                    writer.writerow((item.id, name, f"{found[item.id, name]:.8g}"))


def main() -> int:
    """Run the tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the page")
    parser.add_argument("--run", nargs="*", metavar="ID", help="execute items")
    parser.add_argument("--record", nargs="*", metavar="ID", help="and keep numbers")
    parser.add_argument("--folder", type=Path, help="where files are written")
    given = parser.parse_args()
    asked = given.run if given.record is None else given.record
    bad = 0
    if asked is not None:
        chosen = [
            item
            for item in items()
            if item.checks and (not asked or item.id.startswith(tuple(asked)))
        ]
        with tempfile.TemporaryDirectory() as made:
            folder = (given.folder or Path(made)).absolute()
            bad = run(chosen, folder, keep=given.record is not None)
    if given.write or given.record is not None:
        PAGE.write_text(page(), encoding="utf-8")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
