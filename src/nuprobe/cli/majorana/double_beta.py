"""``nuprobe majorana double-beta``: half-lives and effective masses."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.majorana.double_beta_options import (
    NucleusSpec,
    TableSpec,
    asked_options,
    nucleus_options,
)
from nuprobe.cli.majorana.double_beta_tables import (
    band_table,
    half_life_table,
    mass_table,
)
from nuprobe.cli.majorana.limits import limit_table, published_bounds
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "double-beta",
    epilog="""\b
Examples:
  nuprobe majorana double-beta --lightest "1e-4:1:9:log eV" --plot bands.pdf
  nuprobe majorana double-beta --isotope Ge76 --half-life 1.8e26
  nuprobe majorana double-beta --isotope Xe136 --m-bb "0.02, 0.05 eV" --json
  nuprobe majorana double-beta --isotope Ge76 --m-bb "0.1 eV" --matrix-element 3
  nuprobe majorana double-beta --published""",
)
@click.option(
    "--isotope",
    "isotopes",
    multiple=True,
    help="Ge76, Xe136, …; repeatable [default: all with matrix elements].",
)
@click.option(
    "--ordering",
    type=click.Choice(["normal", "inverted", "both"]),
    default="both",
    show_default=True,
    help="Of the masses, mixing of NuFIT 6.0.",
)
@nucleus_options
@asked_options
@plot_option("Save the bands of m_bb with the published limits (pdf, png, svg).")
@output_options
def double_beta_command(
    isotopes: tuple[str, ...],
    ordering: str,
    nucleus: NucleusSpec,
    asked: TableSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """Neutrinoless double beta decay through light Majorana neutrinos: bands of the
    effective mass m_bb over the lightest mass, half-lives, published limits."""
    from nuprobe.units import parse_grid

    elements = nucleus.build()
    orderings = ("normal", "inverted") if ordering == "both" else (ordering,)
    if asked.half_life is not None:
        table = mass_table(isotopes, asked.half_life, elements)
    elif asked.m_bb is not None:
        masses = parse_grid(asked.m_bb, "energy")
        table = half_life_table(isotopes, masses, elements)
    elif asked.published:
        table = limit_table(isotopes, elements)
    else:
        table = band_table(asked.masses(), orderings, isotopes, elements)
    if plot is not None:
        from nuprobe.plotting import plot_effective_mass

        bounds = published_bounds(isotopes, elements)
        save_plot(
            lambda: plot_effective_mass(asked.masses(), orderings, bounds=bounds), plot
        )
    out.table(table)
