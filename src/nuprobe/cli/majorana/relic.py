"""``nuprobe majorana relic``: relic neutrinos on tritium."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.majorana.relic_tables import rates, spectrum
from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import Output, output_options, plot_option, save_plot

if TYPE_CHECKING:
    from nuprobe.majorana import TritiumElectrons


@dataclass(frozen=True)
class TritiumSpec:
    """Tritium and relic neutrinos as typed.

    Attributes
    ----------
    tritium : mass in g.
    lightest : mass of the lightest neutrino.
    ordering : of the masses.
    nature : of the neutrinos, or both.
    clustering : local density over the cosmic mean.
    """

    tritium: float
    lightest: str
    ordering: str
    nature: str
    clustering: float

    def build(self) -> list[TritiumElectrons]:
        """Return the electrons of each nature."""
        from nuprobe.majorana import TritiumElectrons
        from nuprobe.oscillation import PMNS, Splittings
        from nuprobe.units import parse_quantity

        lightest = parse_quantity(self.lightest, "energy")
        natures: Any = (self.nature,)
        if self.nature == "both":
            natures = ("dirac", "majorana")
        states = PMNS.nufit(self.ordering), Splittings.nufit(self.ordering)
        return [
            TritiumElectrons(lightest, one, self.tritium, self.clustering, *states)
            for one in natures
        ]


_tritium_options = grouped(
    "tritium",
    TritiumSpec,
    click.option("--tritium", default=100.0, show_default=True, help="Mass in g."),
    click.option(
        "--lightest",
        default="0.1 eV",
        show_default=True,
        help="Mass of the lightest nu.",
    ),
    click.option(
        "--ordering",
        type=click.Choice(["normal", "inverted"]),
        default="normal",
        show_default=True,
        help="Of the masses, mixing of NuFIT 6.0.",
    ),
    click.option(
        "--nature",
        type=click.Choice(["dirac", "majorana", "both"]),
        default="both",
        show_default=True,
    ),
    click.option(
        "--clustering",
        default=1.0,
        show_default=True,
        help="Local density of relic neutrinos relative to the cosmic mean.",
    ),
)


@command(
    "relic",
    epilog="""\b
Examples:
  nuprobe majorana relic --lightest "0.1 eV" --resolution "0.05 eV" --plot relic.pdf
  nuprobe majorana relic --lightest "0.05 eV" --clustering 1.2 --nature majorana --json
  nuprobe majorana relic --lightest "0.1 eV" --energy="-0.3:0.2:11 eV\"""",
)
@_tritium_options
@click.option(
    "--resolution",
    default="0.05 eV",
    show_default=True,
    help="Full width at half maximum of a line.",
)
@click.option(
    "--energy",
    help="Give the spectrum at these electron energies above the endpoint of massless"
    " neutrinos, e.g. '-0.3:0.2:11 eV'.",
)
@plot_option("Save the spectrum of electrons with the gap (pdf, png, svg).")
@output_options
def relic_command(
    tritium: TritiumSpec,
    resolution: str,
    energy: str | None,
    plot: Path | None,
    out: Output,
) -> None:
    """Capture of relic neutrinos on tritium: captures per year for Dirac and Majorana
    neutrinos, the gap, and the electron spectrum at a given resolution."""
    from nuprobe.units import parse_grid, parse_quantity

    found, width = tritium.build(), parse_quantity(resolution, "energy")
    grid = None if energy is None else parse_grid(energy, "energy")
    table = rates(found, width) if grid is None else spectrum(found, width, grid)
    if plot is not None:
        from nuprobe.plotting import plot_tritium

        ends = None
        if grid is not None and grid.size > 1:
            ends = float(grid.min()), float(grid.max())
        save_plot(lambda: plot_tritium(found, width, energies=ends), plot)
    out.table(table)
