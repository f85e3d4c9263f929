"""Printing a result as text or JSON, to the terminal or a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from nuprobe.cli.arguments import existing_or_new

HDF5 = (".h5", ".hdf5")
_OVERWRITE = "nuprobe.overwrite"
F = TypeVar("F", bound=Callable[..., Any])


def output_options(function: F) -> F:
    """Add ``--json``, ``-o`` and ``--overwrite``; an existing file is refused before
    anything is computed."""
    function = click.option(
        "--json", "as_json", is_flag=True, help="Print JSON instead of a table."
    )(function)
    function = click.option(
        "--overwrite",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=lambda ctx, _, value: ctx.meta.__setitem__(_OVERWRITE, value),
        help="Replace an existing file or figure.",
    )(function)
    return click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        callback=_new_file,
        help="Write there instead of printing (atomically).",
    )(function)


def overwriting() -> bool:
    """Whether ``--overwrite`` was given."""
    ctx = click.get_current_context(silent=True)
    return bool(ctx and ctx.meta.get(_OVERWRITE))


def _new_file(ctx: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    # an HDF5 file is a checkpoint: the command knows whether to go on with it
    if path is not None and path.suffix not in HDF5:
        existing_or_new(path, bool(ctx.meta.get(_OVERWRITE)))
    return path


def check_plot(path: Path | None, overwrite: bool | None = None) -> None:
    """Refuse a figure that could not be written, or would replace one, before anything
    is computed.

    Without `overwrite` it is the option ``--overwrite`` of `output_options` that allows
    to replace.
    """
    if path is not None:
        from nuprobe.plotting import check_path

        check_path(path)
        existing_or_new(path, overwriting() if overwrite is None else overwrite)


def emit(text: str, data: object, as_json: bool, output: Path | None) -> None:
    """Write `text`, or `data` as JSON, to a file or the terminal."""
    content = (
        json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
        if as_json
        else text
    )
    if output is None:
        click.echo(content)
        return
    existing_or_new(output, overwriting())
    from nuprobe.files import atomic_write

    atomic_write(output, content + "\n")
    click.echo(f"wrote {output}", err=True)
