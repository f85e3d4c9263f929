"""Joining of the tables of several targets, channels, models, fluxes or flavours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nuprobe.tables import Cell, Table


def joined(
    title: str, names: list[str], cases: list[tuple[tuple[str, ...], Table]]
) -> Table:
    """Join tables, with columns that identify the cases.

    Parameters
    ----------
    title : above the table.
    names : of the columns added before those of the tables.
    cases : cells and table of each case; the title of the table becomes a note.
    """
    columns = list(dict.fromkeys(c for _, table in cases for c in table.columns))
    formats: dict[str, str] = {}
    for _, table in cases:
        formats |= table.formats or {}
    # the flavours of a flux are a column already
    extra = [i for i, name in enumerate(names) if name not in columns]
    return Table(
        title,
        (*(names[i] for i in extra), *columns),
        _RowsOfCases([([c[i] for i in extra], t) for c, t in cases], columns),
        formats,
        tuple(dict.fromkeys(_notes(cases))),
    )


class _RowsOfCases(Sequence[tuple[Cell, ...]]):
    """Rows of several tables in sequence, with cells before them."""

    def __init__(
        self, cases: Sequence[tuple[list[str], Table]], columns: Sequence[str]
    ) -> None:
        self.cases, self.columns = cases, columns

    def __len__(self) -> int:
        return sum(len(table.rows) for _, table in self.cases)

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        for cells, table in self.cases:
            for row in table.rows:
                at = dict(zip(table.columns, row, strict=True))
                # a column missing in a case stays empty
                yield (*cells, *(at.get(c) for c in self.columns))

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]


def _notes(cases: list[tuple[tuple[str, ...], Table]]) -> Iterator[str]:
    """Notes; one common to several cases appears once, without names if common to
    all."""
    said: dict[str, list[str]] = {}
    for cells, table in cases:
        label = ", ".join(cells)
        for note in (table.title.removeprefix(f"{label} "), *table.notes):
            said.setdefault(note, []).append(label)
    own = {note: labels for note, labels in said.items() if len(labels) < len(cases)}
    yield from (note for note in said if note not in own)
    for note, labels in own.items():
        yield f"{'; '.join(labels)}: {note}"
