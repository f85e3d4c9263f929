"""``nuprobe catalogue list`` and ``search``."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from nuprobe.cli.catalogue.library import LIBRARY, entry_table, open_library
from nuprobe.cli.catalogue.order import OrderSpec, order_options
from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import Output, output_options
from nuprobe.errors import InputError


@command("list", epilog="Example: nuprobe catalogue list")
@LIBRARY
@output_options
def list_entries(library: Path | None, out: Output) -> None:
    """All entries."""
    table = entry_table(open_library(library).search(), "catalogue")
    out.emit(str(table), table.to_dict()["rows"])


@dataclass(frozen=True)
class FilterSpec:
    """Criteria for entries.

    Attributes
    ----------
    observable, flavour, kind, status : texts, or None for any.
    year : ``2012`` or ``2000:2012``, or None.
    """

    observable: str | None
    flavour: str | None
    kind: str | None
    year: str | None
    status: str | None

    def years(self) -> tuple[int, int] | None:
        """Return the first and the last year, or None."""
        if self.year is None:
            return None
        match = re.fullmatch(r"(\d{4})(?::(\d{4}))?", self.year)
        if match is None:
            raise InputError(
                f"cannot read --year {self.year!r}: write 2012 or 2000:2012"
            )
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise InputError(
                f"--year {self.year} ends before it begins: write {last}:{first}"
            )
        return first, last


_filter_options = grouped(
    "wanted",
    FilterSpec,
    click.option(
        "--observable", help="A quantity or topic, e.g. charge_radius, millicharge."
    ),
    click.option("--flavour", help="E.g. nu_mu."),
    click.option("--kind", help="E.g. upper_limit."),
    click.option("--year", help="One year, or first:last."),
    click.option("--status", help="E.g. current."),
)


@command(
    "search",
    epilog="""\b
Examples:
  nuprobe catalogue search "reactor" --observable magnetic_moment
  nuprobe catalogue search --best
  nuprobe catalogue search --observable magnetic_moment --sort tightest""",
)
@click.argument("text", default="")
@_filter_options
@order_options
@LIBRARY
@output_options
def search_entries(
    text: str,
    wanted: FilterSpec,
    order: OrderSpec,
    library: Path | None,
    out: Output,
) -> None:
    """Entries that contain all words of TEXT and fit the options; exit code 1 if there
    are none."""
    entries = order.chosen(
        open_library(library).search(text, **{**asdict(wanted), "year": wanted.years()})
    )
    table = entry_table(entries, "found")
    out.emit(str(table), table.to_dict()["rows"])
    if not entries:
        sys.exit(1)
