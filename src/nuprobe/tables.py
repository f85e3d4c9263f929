"""A small table: the same numbers as text, JSON and CSV."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Table"]

Cell = str | float | int | bool | None


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    Attributes
    ----------
    title : one line above the table.
    columns : names; put the unit in brackets, e.g. ``"R_n [fm]"``.
    rows : one sequence of cells a row.
    formats : format specification by column, e.g. ``{"R_n [fm]": ".2f"}``; numbers
        elsewhere use ``.6g``.
    notes : lines below the table.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    formats: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: one dictionary a row, at full precision."""
        rows = [self._row(row) for row in self.rows]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}

    def json_lines(self) -> Iterator[str]:
        """The same as JSON text, indented by two, a row at a time: a table of a million
        rows needs no second copy in memory."""
        frame = {"title": self.title, "rows": [None], "notes": list(self.notes)}
        before, _, after = _dumped(frame).partition("    null\n")
        if not self.rows:
            yield _dumped({**frame, "rows": []})
            return
        yield before.rstrip("\n")
        for i, row in enumerate(self.rows):
            comma = "," if i < len(self.rows) - 1 else ""
            yield "    " + _dumped(self._row(row)).replace("\n", "\n    ") + comma
        yield after

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


def _dumped(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)


def _json(value: Cell) -> Cell:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
