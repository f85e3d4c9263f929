"""``nuprobe gap``: the spectrum of cosmic neutrinos with the gap due to a Z'."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.lines import LineSpec, line_options
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "gap",
    epilog="""\b
Examples:
  nuprobe gap --mass "10 MeV" --coupling 4e-4 --m-nu "0.05 eV" --plot gap.pdf
  nuprobe gap --mass "11 MeV" --coupling 5e-4 --energy "0.1:3:15:log PeV" --json""",
)
@click.option("--mass", default="10 MeV", show_default=True, help="Of the Z'.")
@click.option("--coupling", default=4e-4, show_default=True, help="g' of L_mu-L_tau.")
@line_options
@click.option(
    "--energy",
    default="0.1:3:25:log PeV",
    show_default=True,
    help="Energies at Earth.",
)
@click.option(
    "--index", default=2.0, show_default=True, help="Of the source, dN/dE ~ E^-index."
)
@plot_option("Save the spectrum with its gap (pdf, png, svg).")
@output_options
def gap_command(
    mass: str,
    coupling: float,
    line: LineSpec,
    energy: str,
    index: float,
    plot: Path | None,
    out: Output,
) -> None:
    """Cosmic neutrinos absorbed on relic neutrinos through the Z' of L_mu-L_tau: the
    transmitted fraction, the spectrum, and the coupling that opens the IceCube gap."""
    from nuprobe.reports import gap_table
    from nuprobe.units import parse_grid, parse_quantity

    m, sight = parse_quantity(mass, "energy"), line.build()
    energies = parse_grid(energy, "energy")
    table = gap_table(energies, m, coupling, sight, index)
    if plot is not None:
        from nuprobe.plotting import plot_gap

        span = (float(energies.min()), float(energies.max()))
        save_plot(
            lambda: plot_gap(m, coupling, sight, energies=span, index=index), plot
        )
    out.table(table)
