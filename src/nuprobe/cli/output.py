"""Printing a result as text or JSON, to the terminal or a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def output_options(function: F) -> F:
    """Add ``--json`` and ``-o``."""
    function = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(function)
    return click.option(
        "-o", "--output", type=click.Path(path_type=Path), help="Write there instead of printing (atomically)."
    )(function)


def check_plot(path: Path | None) -> None:
    """Refuse a figure that could not be written before anything is computed."""
    if path is not None:
        from nuprobe.plotting import check_path

        check_path(path)


def emit(text: str, data: object, as_json: bool, output: Path | None) -> None:
    """Write `text`, or `data` as JSON, to a file or the terminal."""
    content = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) if as_json else text
    if output is None:
        click.echo(content)
        return
    from nuprobe.files import atomic_write

    atomic_write(output, content + "\n")
    click.echo(f"wrote {output}", err=True)
