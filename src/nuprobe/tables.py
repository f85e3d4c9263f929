"""A small table: the same numbers as text, JSON and CSV."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
        rows = [
            dict(zip(self.columns, map(_json, row), strict=True)) for row in self.rows
        ]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}

    def __str__(self) -> str:
        cells = [
            [self._text(c, v) for c, v in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]
        widths = [
            max(map(len, column)) for column in zip(self.columns, *cells, strict=True)
        ]
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

        rule = "  ".join("-" * w for w in widths)
        body = [line(self.columns), rule, *(line(row) for row in cells)]
        return "\n".join(
            [
                *([self.title, ""] if self.title else []),
                *body,
                *(["", *self.notes] if self.notes else []),
            ]
        )

    def _text(self, column: str, value: Cell) -> str:
        if value is None:
            return "-"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            return value
        return format(value, (self.formats or {}).get(column, ".6g"))


def _json(value: Cell) -> Cell:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
