"""The catalogue to use (the package's own or a folder), and the table of its
entries."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.catalogue import Catalogue
    from nuprobe.catalogue.entry import Entry


LIBRARY = click.option(
    "--library",
    type=click.Path(path_type=Path),
    help="Folder of <topic>/<name>.yaml instead of the package's own.",
)
"""The option ``--library``."""


def open_library(library: Path | None) -> Catalogue:
    """Return the catalogue of a folder, or the package's own; an invalid entry is an
    error."""
    from nuprobe.catalogue import CatalogueFileError, catalogue, read_library

    if library is None:
        return catalogue()
    entries, problems = read_library(library)
    if problems:
        raise CatalogueFileError(str(problems[0]))
    return entries


def entry_table(entries: Sequence[Entry], title: str) -> Table:
    """Return a table with one row per entry."""
    rows = tuple(
        (
            e.id,
            e.observable.quantity,
            e.kind,
            e.number,
            e.confidence,
            e.year,
            e.status,
            e.verification.level,
            len(e.code),
        )
        for e in entries
    )
    columns = (
        "id",
        "quantity",
        "kind",
        "number",
        "confidence",
        "year",
        "status",
        "verification",
        "computed",
    )
    return Table(
        title,
        columns,
        rows,
        notes=(
            f"{len(entries)} entries; computed: numbers that this package recomputes",
        ),
    )
