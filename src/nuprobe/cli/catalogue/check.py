"""``nuprobe catalogue check``: checks of the entries."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.catalogue.library import LIBRARY
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options
from nuprobe.errors import UnknownNameError
from nuprobe.parsing import LARGEST_TABLE, read_text

if TYPE_CHECKING:
    from nuprobe.catalogue.entry import Entry


@command("check", epilog="Example: nuprobe catalogue check --recompute")
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option(
    "--recompute",
    is_flag=True,
    help="Also run the code links and compare with the stored results.",
)
@click.option(
    "--references",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BIB",
    help="BibTeX file that must contain every texkey.",
)
@LIBRARY
@output_options
def check_entries(
    names: tuple[str, ...],
    recompute: bool,
    references: Path | None,
    library: Path | None,
    out: Output,
) -> None:
    """Check the entries and list errors, one line each; exit code 1 if there are any.

    Checked are the schema, ids and aliases, units and confidence levels, curves,
    arithmetic, links between entries, and that each code link names a recipe and a
    command that exist.
    """
    from nuprobe.catalogue import read_library
    from nuprobe.reproductions.files import changed_links, link_problems

    entries, problems = read_library(library)
    chosen = {entries[name].id for name in names} if names else set(entries)
    files = {file: e for file, e in entries.files.items() if e.id in chosen}
    if names:
        problems = [p for p in problems if p.file in files]
    for file, entry in files.items():
        if references is not None:
            problems += [
                entries.problem(file, text)
                for text in _unknown_texkeys(entry, references)
            ]
        wrong = [*link_problems(entry), *_command_problems(entry)]
        if recompute and not wrong:
            wrong += changed_links(entry)
        problems += [entries.problem(file, text) for text in wrong]
    links = sum(len(e.code) for e in files.values())
    summary = (
        f"{len(files)} entries, {links} code links{' run again' if recompute else ''}:"
        f" {len(problems)} wrong"
    )
    lacking = {
        "without_texkey": [e.id for e in files.values() if not e.source.texkeys],
        "without_authors": [e.id for e in files.values() if not e.source.first_author],
    }
    summary += "".join(
        f"\n{len(ids)} without {what}: it was not read in a source"
        for what, ids in zip(
            ("an INSPIRE texkey", "an author"), lacking.values(), strict=True
        )
        if ids
    )
    data = {
        "entries": len(files),
        "code_links": links,
        "recomputed": recompute,
        "problems": [
            {"file": p.file, "line": p.line, "message": p.message} for p in problems
        ],
        **lacking,
    }
    out.emit("\n".join([*map(str, problems), summary]), data)
    if problems:
        sys.exit(1)


def _unknown_texkeys(entry: Entry, references: Path) -> Iterator[str]:
    text = read_text(references, "the references", LARGEST_TABLE)
    known = set(re.findall(r"^@\w+\{\s*([^,\s]+)", text, re.MULTILINE))
    for name, source in (("source", entry.source), ("via", entry.via)):
        for i, key in enumerate(source.texkeys if source else ()):
            if key not in known:
                unknown = UnknownNameError(
                    "texkey", key, known, f"Add it to {references}."
                )
                yield f"{name}.texkeys.{i}: {unknown}"


def _command_problems(entry: Entry) -> Iterator[str]:
    """Command lines that would be rejected; none is run."""
    # the command line itself, which imports this file
    cli = click.get_current_context().find_root().command
    for i, link in enumerate(entry.code):
        try:
            with redirect_stdout(StringIO()):  # output of --help and --version
                words = shlex.split(link.command)
                if words[:1] != ["nuprobe"]:
                    raise ValueError("the command must begin with nuprobe")
                _parse(cli, words[1:])
        except (click.exceptions.Exit, SystemExit):
            yield f"code.{i}.command: it shows a help page and computes nothing"
        except Exception as err:  # one entry must not prevent the check of the others
            reason = (
                err.format_message()
                if isinstance(err, click.ClickException)
                else f"{type(err).__name__}: {err}"
            )
            yield f"code.{i}.command: {reason}"


def _parse(
    command: click.Command, arguments: list[str], parent: click.Context | None = None
) -> None:
    if not isinstance(command, click.Group):
        command.make_context(command.name, list(arguments), parent=parent)
        return
    context = click.Context(command, parent=parent)
    _, chosen, rest = command.resolve_command(context, list(arguments))
    if chosen is None:
        raise click.UsageError(f"{arguments[0]} is not a command", context)
    _parse(chosen, rest, context)
