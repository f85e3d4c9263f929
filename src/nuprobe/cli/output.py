"""Output of a command: text or JSON, on the terminal or in a file, and a figure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.made import with_provenance
from nuprobe.cli.options import grouped
from nuprobe.cli.streams import shows
from nuprobe.errors import InputError, printable

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.provenance import Provenance
    from nuprobe.tables import Table


HDF5 = (".h5", ".hdf5")
_OVERWRITE = "nuprobe.overwrite"
F = TypeVar("F", bound=Callable[..., Any])

JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON instead of a table."
)
"""Only the option ``--json``, for commands whose ``-o`` is not the printed text."""


@dataclass(frozen=True)
class Output:
    """Destination of the result of a command.

    Attributes
    ----------
    as_json : JSON instead of text.
    output : file to write instead of printing.
    """

    as_json: bool
    output: Path | None

    def emit(self, text: str, data: object) -> None:
        """Write `text`, or `data` as JSON with its provenance."""
        emit(text, data, self.as_json, self.output)

    def table(self, table: Table) -> None:
        """Write a table: as text, JSON, or CSV to a file of that name."""
        as_csv = self.output is not None and self.output.suffix.lower() == ".csv"
        if as_csv and self.as_json:
            raise InputError(
                f"{self.output} would contain JSON: name it .json, or drop --json for"
                " CSV"
            )
        lines = (
            table.json_lines(with_provenance(_frame(table)).get("provenance"))
            if self.as_json
            else map(printable, table.csv_lines() if as_csv else table.lines())
        )
        _write(lines, self.as_json, self.output)


def _new_file(ctx: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    # an HDF5 file is a checkpoint: the command decides whether to resume it
    if path is not None and path.suffix not in HDF5:
        new_file(path, overwriting())
    return path


def _new_plot(ctx: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    check_plot(path)
    return path


overwrite_option = click.option(
    "--overwrite",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=lambda ctx, _, value: ctx.meta.__setitem__(_OVERWRITE, value),
    help="Replace an existing file or figure.",
)

_OUTPUT_OPTIONS = (
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        callback=_new_file,
        help="Write there instead of printing (atomically).",
    ),
    overwrite_option,
    JSON,
)

output_options = grouped("out", Output, *_OUTPUT_OPTIONS)
"""Add ``-o``, ``--overwrite`` and ``--json``, as `Output` ``out``; an existing file is
rejected before anything is computed."""


def table_options(function: F) -> F:
    """Add the same options as plain arguments ``output`` and ``as_json``."""
    for option in reversed(_OUTPUT_OPTIONS):
        option(function)
    return function


def plot_option(help: str = "Save a figure (pdf, png, svg).") -> Callable[[F], F]:
    """Add ``--plot``, in addition to `output_options`; a figure that cannot be written,
    or exists, is rejected before anything is computed."""
    return click.option(
        "--plot", type=click.Path(path_type=Path), callback=_new_plot, help=help
    )


def save_plot(figure: Callable[[], Drawn], plot: Path | None) -> None:
    """Draw and save a figure if ``--plot`` was given."""
    if plot is not None:
        from nuprobe.plotting import save

        save(figure(), plot)


def overwriting() -> bool:
    """Whether ``--overwrite`` was given."""
    ctx = click.get_current_context(silent=True)
    return bool(ctx and ctx.meta.get(_OVERWRITE))


def new_file(path: Path | None, overwrite: bool, more: str = "") -> None:
    """Refuse to replace a file unless requested.

    Parameters
    ----------
    path : file to be written, or None.
    overwrite : whether an existing one may be replaced.
    more : end of the message, on alternatives.
    """
    if path is not None and path.exists() and not overwrite:
        raise InputError(
            f"{path} exists already: choose another name or add --overwrite{more}"
        )


def check_path(path: Path) -> None:
    """Reject a figure with a format or path that cannot be written.

    Parameters
    ----------
    path : file of the figure.
    """
    from nuprobe.plotting import check_path as check

    check(path)


def new_folder(path: Path, overwrite: bool) -> None:
    """Refuse to write into a non-empty folder unless requested.

    Parameters
    ----------
    path : of the folder.
    overwrite : whether files in it may be replaced.
    """
    if overwrite or not path.is_dir():
        return
    inside = sorted(entry.name for entry in path.iterdir())
    if inside:
        more = f" and {len(inside) - 3} more" if len(inside) > 3 else ""
        raise InputError(
            f"the folder {path} is not empty ({', '.join(inside[:3])}{more}): choose"
            " another name or add --overwrite"
        )


def check_plot(path: Path | None, overwrite: bool | None = None) -> None:
    """Reject a figure that could not be written, or would replace one.

    Parameters
    ----------
    path : file of the figure, or None.
    overwrite : whether an existing one may be replaced; by default, whether
        ``--overwrite`` was given.
    """
    if path is not None:
        check_path(path)
        new_file(path, overwriting() if overwrite is None else overwrite)


def _frame(table: Table) -> dict[str, Any]:
    """Content of a table other than its rows."""
    names = [column.partition(" [")[0] for column in table.columns]
    return {"title": table.title, "columns": names, "notes": list(table.notes)}


def emit(
    text: str,
    data: object,
    as_json: bool,
    output: Path | None = None,
    provenance: Provenance | None = None,
) -> None:
    """Write `text`, or `data` as JSON, to a file or the terminal; JSON of a result
    includes its provenance.

    Parameters
    ----------
    text : human-readable form.
    data : the same as numbers, texts, lists and dictionaries.
    as_json : write `data` instead of `text`.
    output : file, or None for the terminal.
    provenance : of the result, if it has its own.
    """
    if as_json and isinstance(data, dict):
        data = with_provenance(data, provenance)
    lines = (
        [json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)]
        if as_json
        else map(printable, text.split("\n"))
    )
    _write(lines, as_json, output)


def _write(lines: Iterable[str], as_json: bool, output: Path | None) -> None:
    """Write lines to a file or the terminal, a few thousand at a time; JSON has its own
    escapes for unprintable characters."""
    pieces = map("\n".join, _batches(map(_escaped, lines) if as_json else lines))
    if output is None:
        for piece in pieces:
            if as_json and not shows(piece):
                piece = re.sub(
                    r"[^\x00-\x7f]+", lambda m: json.dumps(m[0])[1:-1], piece
                )
            click.echo(piece)
        return
    new_file(output, overwriting())
    from nuprobe.files import atomic_write

    atomic_write(output, (piece.encode() + b"\n" for piece in pieces))
    click.echo(f"wrote {output}", err=True)


def _escaped(text: str) -> str:
    return re.sub(
        r"[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]",
        lambda found: f"\\u{ord(found[0]):04x}",
        text,
    )


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(lines)
    while batch := list(islice(rest, 4096)):
        yield batch
