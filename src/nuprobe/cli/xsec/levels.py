"""``nuprobe xsec levels``: cross sections of a nucleus, level by level."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn


@command(
    "levels",
    epilog="""\b
Examples:
  nuprobe xsec levels --energy "3:20:18 MeV" --plot levels.pdf
  nuprobe xsec levels --levels own.toml --energy "10 MeV\"""",
)
@click.option(
    "--levels",
    default="carbon13",
    show_default=True,
    help="Table: carbon13, carbon12, carbon12-inclusive, carbon12-nubar, or a TOML"
    " file.",
)
@click.option(
    "--current", type=click.Choice(["cc", "nc"]), default="cc", show_default=True
)
@click.option(
    "--flavour",
    help="Of the neutrino [default: nu_e, or nubar_e if specified by the table].",
)
@click.option(
    "--energy",
    default="3:19:9 MeV",
    show_default=True,
    help="'10, 20 MeV' or 'start:stop:count[:lin|:log] MeV'.",
)
@plot_option("Save the cross sections over the energy (pdf, png, svg).")
@output_options
def levels_command(
    levels: str,
    current: Literal["cc", "nc"],
    flavour: str | None,
    energy: str,
    plot: Path | None,
    out: Output,
) -> None:
    """Cross sections for each level of a nucleus, from a table that can be replaced by
    your own, with B(F), B(GT) and their sources."""
    import numpy as np

    from nuprobe.processes.nuclear import carbon
    from nuprobe.processes.nuclear.levels import levels as read_levels
    from nuprobe.units import parse_grid

    e = np.atleast_1d(parse_grid(energy, "energy"))
    table = read_levels(levels)
    anti = current == "cc" and table.charged is not None and table.charged.antineutrino
    kind = flavour or ("nubar_e" if anti else "nu_e")
    found = carbon.by_level(e, current, kind, levels=levels)
    columns = {f"{name} [cm2]": sigma for name, sigma in found.items()}
    columns["sum [cm2]"] = np.sum(list(found.values()), axis=0)
    transitions = table.charged if current == "cc" else table.neutral
    assert transitions is not None  # by_level
    out.table(
        Table(
            f"{table.target}, {current} of {kind} level by level, cm2 per nucleus",
            ("E [MeV]", *columns),
            Rows(e, *columns.values()),
            dict.fromkeys(columns, ".4e"),
            tuple(
                f"{x.name}: {x.energy:g} MeV, B(F) = {x.fermi:g}, B(GT) ="
                f" {x.gamow_teller:g}; {x.status}"
                for x in transitions.levels
            ),
        )
    )

    def figure() -> Drawn:
        from nuprobe.plotting import plot_levels

        low, high = float(e.min()), float(e.max())
        fine = np.linspace(low, high if high > low else 1.5 * low, 150)
        grid = fine if e.size < 40 else e
        return plot_levels(grid, current, kind, levels=levels)

    save_plot(figure, plot)
