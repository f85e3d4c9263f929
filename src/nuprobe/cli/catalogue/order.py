"""Order and selection of the entries shown by a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped

if TYPE_CHECKING:
    from nuprobe.catalogue.entry import Entry


@dataclass(frozen=True)
class OrderSpec:
    """Selection and order of the entries found.

    Attributes
    ----------
    best : only the tightest of each kind.
    sort : ``"year"``, ``"id"``, ``"quantity"`` or ``"tightest"``.
    """

    best: bool
    sort: str

    def chosen(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the selected `entries` in order."""
        from nuprobe.catalogue.strength import best, tightness

        if self.best:
            entries = best(entries)

        def tight(entry: Entry) -> tuple[str, bool, float]:
            value = tightness(entry)
            return entry.observable.quantity, value is None, value or 0.0

        keys: dict[str, Callable[[Entry], Any]] = {
            "year": lambda e: (e.year, e.id),
            "id": lambda e: e.id,
            "quantity": lambda e: (e.observable.quantity, e.year, e.id),
            "tightest": tight,
        }
        return sorted(entries, key=keys[self.sort])


order_options = grouped(
    "order",
    OrderSpec,
    click.option(
        "--best",
        is_flag=True,
        help="The tightest current limit or measurement of each quantity and flavour;"
        " confidence levels are compared as published.",
    ),
    click.option(
        "--sort",
        type=click.Choice(["year", "id", "quantity", "tightest"]),
        default="year",
        show_default=True,
        help="Order; tightest: within each quantity.",
    ),
)
"""Add ``--best`` and ``--sort``, as `OrderSpec` ``order``."""
