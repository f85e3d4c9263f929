"""A small table: the same numbers as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from nuprobe.frames import data_frame
from nuprobe.latex import escaped, headed, number, tabular
from nuprobe.reprs import readable

__all__ = ["Cell", "Rows", "Table", "harmless"]

Cell = str | float | int | bool | None
_BLOCK: Final = 4096


class Rows(Sequence[tuple[Cell, ...]]):
    """Rows stored as arrays, one per column, and created when they are read, so that a
    million of them take no more memory than the numbers.

    Parameters
    ----------
    columns : arrays of one length, shape (rows,); NaN is an empty cell.

    Examples
    --------
    >>> rows = Rows(np.array([1.0, 2.0]), np.array([3.0, np.nan]))
    >>> list(rows)
    [(1.0, 3.0), (2.0, None)]
    """

    def __init__(self, *columns: NDArray[Any]) -> None:
        self.columns = tuple(np.asarray(column) for column in columns)

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        for start in range(0, len(self), _BLOCK):
            yield from self._between(start, start + _BLOCK)

    def _between(self, start: int, stop: int) -> Iterator[tuple[Cell, ...]]:
        return zip(
            *(map(_no_nan, c[start:stop].tolist()) for c in self.columns), strict=True
        )

    @overload
    def __getitem__(self, index: int) -> tuple[Cell, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> Rows: ...
    def __getitem__(self, index: int | slice) -> tuple[Cell, ...] | Rows:
        """Row at an `index`, or the rows of a slice."""
        if isinstance(index, slice):
            return Rows(*(column[index] for column in self.columns))
        return tuple(_no_nan(column[index].tolist()) for column in self.columns)


def _no_nan(value: Cell) -> Cell:
    return None if value != value else value


@readable
@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    Attributes
    ----------
    title : one line above the table.
    columns : names; put the unit in brackets, e.g. ``"R_n [fm]"``.
    rows : one sequence of cells per row, in a tuple or `Rows`.
    formats : format specification by column, e.g. ``{"R_n [fm]": ".2f"}``; numbers
        elsewhere use ``.6g``.
    notes : lines below the table.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    formats: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: one dictionary per row, at full precision."""
        rows = [self._row(row) for row in self.rows]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}

    def json_lines(self, provenance: Mapping[str, Any] | None = None) -> Iterator[str]:
        """The same as JSON text, indented by two, a row at a time: a table of a million
        rows needs no second copy in memory.

        Parameters
        ----------
        provenance : what the table was made from, appended to it.
        """
        frame: dict[str, Any] = {
            "title": self.title,
            "rows": [None],
            "notes": list(self.notes),
        }
        if provenance is not None:
            frame["provenance"] = dict(provenance)
        before, _, after = _dumped(frame).partition("    null\n")
        if not self.rows:
            yield _dumped({**frame, "rows": []})
            return
        yield before.rstrip("\n")
        for i, row in enumerate(self.rows):
            comma = "," if i < len(self.rows) - 1 else ""
            yield "    " + _dumped(self._row(row)).replace("\n", "\n    ") + comma
        yield after

    def csv_lines(self) -> Iterator[str]:
        """The same as CSV, at full precision: title and notes as lines that begin with
        #, then the column names, then one row at a time. Cells that a spreadsheet would
        interpret as a formula begin with an apostrophe."""
        for text in filter(None, (self.title, *self.notes)):
            yield "# " + " ".join(text.splitlines())
        yield _joined(self.columns)
        for row in self.rows:
            yield _joined(map(_json, row))

    def to_frame(self) -> Any:
        """A pandas ``DataFrame``, at full precision; units also in ``attrs["units"]``,
        title and notes in ``attrs``. Raises `InputError` if pandas is not installed."""
        about = {"title": self.title, "notes": list(self.notes)}
        return data_frame([tuple(row) for row in self.rows], self.columns, about)

    def to_latex(self) -> str:
        """A LaTeX ``tabular``, numbers as in the text; title and notes as comments."""
        about = [
            f"% {' '.join(text.split())}" for text in (self.title, *self.notes) if text
        ]
        rows = [[*map(self._latex, self.columns, row)] for row in self.rows]
        return "\n".join([*about, tabular([*map(headed, self.columns)], rows)])

    def _latex(self, column: str, value: Cell) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value != value:
                return "--"
            return number(value, (self.formats or {}).get(column, ".6g"))
        return "--" if value is None else escaped(self._text(column, value))

    def _row(self, row: Sequence[Cell]) -> dict[str, Cell]:
        return dict(zip(self.columns, map(_json, row), strict=True))

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """Lines of the text, one at a time."""
        widths = list(map(len, self.columns))
        for row in self.rows:
            texts = map(self._text, self.columns, row)
            widths = [max(w, len(t)) for w, t in zip(widths, texts, strict=True)]
        numeric = [
            any(isinstance(row[i], (int, float)) for row in self.rows)
            for i in range(len(self.columns))
        ]

        def line(values: Sequence[str]) -> str:
            parts = [
                v.rjust(w) if n else v.ljust(w)
                for v, w, n in zip(values, widths, numeric, strict=True)
            ]
            return "  ".join(parts).rstrip()

        if self.title:
            yield from (self.title, "")
        yield from (line(self.columns), "  ".join("-" * w for w in widths))
        for row in self.rows:
            yield line([*map(self._text, self.columns, row)])
        if self.notes:
            yield from ("", *self.notes)

    def _text(self, column: str, value: Cell) -> str:
        if value is None:
            return "-"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return value
        return format(value, (self.formats or {}).get(column, ".6g"))


def harmless(value: object) -> object:
    """A cell of a CSV file that no spreadsheet interprets as a formula.

    Parameters
    ----------
    value : of the cell; only strings are changed.

    Examples
    --------
    >>> harmless("=1+1"), harmless(-1.0)
    ("'=1+1", -1.0)
    """
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _joined(cells: Iterable[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(map(harmless, cells))
    return text.getvalue()


def _dumped(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)


def _json(value: Cell) -> Cell:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
