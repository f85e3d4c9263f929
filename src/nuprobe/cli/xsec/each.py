"""Rows for each target, channel, model, flux or flavour of a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from itertools import product
from pathlib import Path
from typing import Any

import click

from nuprobe.cli.output import Output
from nuprobe.errors import InputError
from nuprobe.tables import Cell, Table

REPEATABLE = {
    "channel": "channel",
    "target_text": "target",
    "flux_name": "flux",
    "flavour": "flavour",
    "model": "model",
}
"""Arguments of commands that may have several values → name of the option and of the
column in the table."""

_BELONGS = {"flux_option": "flux_name", "params": "model", "model_file": "model"}
"""Arguments that belong to one value of another argument."""


def each(function: Callable[..., Table]) -> Callable[..., None]:
    """Return a command that writes one table for all combinations of its options.

    It is the outermost decorator below that of the command.

    Parameters
    ----------
    function : takes one value of each of `REPEATABLE` and returns the table of it; has
        `table_options`, which this takes.
    """

    @wraps(function)
    def command(as_json: bool, output: Path | None, **typed: Any) -> None:
        out = Output(as_json, output)
        several = {name: typed[name] for name in REPEATABLE if name in typed}
        _check(typed, {n: values for n, values in several.items() if len(values) > 1})
        choices = [values or (None,) for values in several.values()]
        tables = [
            (values, function(**(typed | dict(zip(several, values, strict=True)))))
            for values in product(*choices)
        ]
        if len(tables) == 1:
            return out.table(tables[0][1])
        varied = [i for i, values in enumerate(choices) if len(values) > 1]
        names = [REPEATABLE[list(several)[i]] for i in varied]
        cases = [
            (tuple(map(str, (values[i] for i in varied))), table)
            for values, table in tables
        ]
        name = click.get_current_context().info_name
        return out.table(joined(f"Cross sections: {name}", names, cases))

    return command


def _check(typed: dict[str, Any], several: dict[str, tuple[str, ...]]) -> None:
    """Refuse values given twice, and what belongs to one of several values."""
    for name, values in several.items():
        twice = [v for v in values if values.count(v) > 1]
        if twice:
            raise InputError(f"--{REPEATABLE[name]} {twice[0]} is given twice")
    for name, owner in _BELONGS.items():
        if typed.get(name) and owner in several:
            option = "param" if name == "params" else name.replace("_", "-")
            raise InputError(
                f"--{option} belongs to one {REPEATABLE[owner]}, and"
                f" {len(several[owner])} are given: run the command once for each"
            )
    if several and typed.get("plot") is not None:
        raise InputError(
            f"--plot draws one {REPEATABLE[next(iter(several))]}: run the command once"
            " for each"
        )


def joined(
    title: str, names: list[str], cases: list[tuple[tuple[str, ...], Table]]
) -> Table:
    """Return one table of several, with columns that say which row is which.

    Parameters
    ----------
    title : above the table.
    names : of the columns that are put before those of the tables.
    cases : their cells and the table of each case; its title becomes a note.
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
    """Rows of several tables behind each other, with cells before them."""

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
                # a column that a case does not have stays empty
                yield (*cells, *(at.get(c) for c in self.columns))

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]


def _notes(cases: list[tuple[tuple[str, ...], Table]]) -> Iterator[str]:
    for cells, table in cases:
        yield f"{', '.join(cells)}: {table.title}"
        for note in table.notes:
            yield f"{', '.join(cells)}: {note}"
