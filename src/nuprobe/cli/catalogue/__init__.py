"""``nuprobe catalogue``: published constraints, shown, searched, checked and
exported."""

from __future__ import annotations

import click

from nuprobe.cli.catalogue.check import check_entries
from nuprobe.cli.catalogue.export import export_entries, plot_entries, write_site_pages
from nuprobe.cli.catalogue.search import list_entries, search_entries
from nuprobe.cli.catalogue.show import show_entry


@click.group("catalogue")
def catalogue_command() -> None:
    """Published constraints with confidence level, convention, provenance and the
    values computed by this package.

    \b
    Examples:
      nuprobe catalogue search --observable charge_radius
      nuprobe catalogue show trident.mumu.ratio/CCFR-1991
      nuprobe catalogue check --recompute
    """


for _command in (
    list_entries,
    search_entries,
    show_entry,
    check_entries,
    export_entries,
    plot_entries,
    write_site_pages,
):
    catalogue_command.add_command(_command)
