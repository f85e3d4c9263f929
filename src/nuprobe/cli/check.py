"""``nuprobe check``: all problems of a folder."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options


@command("check", epilog="Example: nuprobe check ./ge --json")
@click.argument("source", metavar="FOLDER", type=click.Path(path_type=Path))
@output_options
def check_command(source: Path, out: Output) -> int:
    """List all errors in FOLDER, which contains an experiment.toml or a flux.toml, with
    line, key and remedy; then anything allowed but suspicious. Exit code 2 if there are
    errors, 0 if not."""
    from nuprobe.experiments import check_folder

    found = check_folder(source)
    wrong = sum(f.kind == "problem" for f in found)
    more = len(found) - wrong
    summary = f"{source}: {_number(wrong, 'problem')}, {_number(more, 'warning')}"
    lines = [*map(str, found), summary]
    data = {
        "folder": str(source),
        "problems": wrong,
        "warnings": more,
        "findings": [f.to_dict() for f in found],
    }
    out.emit("\n".join(lines), data)
    return 2 if wrong else 0


def _number(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'s' * (count != 1)}"
