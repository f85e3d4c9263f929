"""The founding documents, item by item: the table, its page and its execution.

The table is ``docs/founding/*.yaml``, one file a document; what was computed last lies
in ``docs/founding/computed.csv``; ``docs/founding.md`` is written from both.

``python -m tools.founding --write`` writes the page, ``--run [ID ...]`` executes items
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
from typing import Any

from tools.founding_table import (
    COMPUTED,
    MEANING,
    PAGE,
    SOURCES,
    TABLE,
    Check,
    Document,
    Item,
    documents,
    items,
    named,
    recorded,
)

from nuprobe.errors import InputError, NuprobeError


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


def _image_fault(path: Path) -> str | None:
    if not path.is_file() or path.stat().st_size == 0:
        return f"{path.name} was not written"
    from matplotlib.image import imread

    image = imread(path)
    if image.ndim != 3 or min(image.shape[:2]) < 200 or float(image.std()) < 0.02:
        return f"{path.name} is no image with something on it"
    return None


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
        unit = f" {check.unit}" if check.unit and value[-1].isdigit() else ""
        shown.append(f"{label}{value}{unit}{where}")
    return "<br>".join(map(_cell, shown))


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
            # a long key would widen the column
            short = len(check.shows) <= 30
            shown.append(f"shows “{check.shows}”" if short else "shown")
        elif check.figure is not None:
            shown.append(f"figure {check.figure}")
        elif check.refused is not None:
            shown.append("refused")
    return "<br>".join(map(_cell, shown))


def _rows(document: Document, known: Mapping[tuple[str, str], float]) -> Iterator[str]:
    yield "| item | what it says, and what answers it | document | ours | verdict |"
    yield "|---|---|---|---|---|"
    for item in document.items:
        does = f"`{item.command}`" if item.command else ""
        if item.python:
            does = f"[Python](#{item.id.lower()})"
        parts = [f"*{item.place}*: {item.says}", does, item.note, _drawn(item)]
        cells = [
            item.id,
            "<br>".join(_cell(part) for part in parts if part),
            _document_cell(item),
            _ours_cell(item, known),
            f"**{item.verdict}**",
        ]
        yield f"| {' | '.join(cells)} |"


def _drawn(item: Item) -> str:
    """Links to the gallery."""
    pages = (f"auto_examples/{name.removesuffix('.py')}" for name in item.example)
    links = (f"{{doc}}`{page}`" for page in pages)
    return f"Drawn in {', '.join(links)}" if item.example else ""


def _snippets(document: Document) -> Iterator[str]:
    for item in document.items:
        if item.python:
            yield f"({item.id.lower()})=\n**{item.id}**\n"
            yield f"```python\n{item.python.strip()}\n```\n"
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
