"""``nuprobe cosmology decoupling``: decoupling against the size of moments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nuprobe.cli.cosmology.specs import (
    exchange_screening_option,
    flavour_mixing_option,
    screening_option,
)
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "decoupling",
    epilog="""\b
Examples:
  nuprobe cosmology decoupling
  nuprobe cosmology decoupling emu --moments 1e-11:1e-9:25:log --plot t.pdf
  nuprobe cosmology decoupling emu etau --screening talk --json""",
)
@click.argument("elements", nargs=-1)
@click.option(
    "--moments",
    default="1e-11:1e-9:9:log",
    show_default=True,
    help="Sizes in Bohr magnetons, start:stop:count[:lin|:log].",
)
@flavour_mixing_option
@screening_option
@exchange_screening_option
@plot_option("Save decoupling temperatures and N_eff (pdf, png, svg).")
@output_options
def decoupling_command(
    elements: tuple[str, ...],
    moments: str,
    flavour_mixing: str,
    screening: str,
    exchange_screening: str,
    plot: Path | None,
    out: Output,
) -> None:
    """Decoupling temperatures of three flavours, by both criteria, and N_eff, for equal
    Majorana moments in ELEMENTS (emu, etau, mutau; all by default)."""
    from nuprobe.cli.cosmology.decoupling_tables import curve_table
    from nuprobe.cosmology import decoupling_curve
    from nuprobe.units import parse_grid

    options: dict[str, Any] = {
        "flavour_mixing": flavour_mixing,
        "screening": screening,
        "exchange_screening": exchange_screening,
    }
    chosen = elements or ("emu", "etau", "mutau")
    curve = decoupling_curve(parse_grid(moments, "dimensionless"), chosen, **options)
    if plot is not None:
        from nuprobe.plotting import plot_decoupling

        save_plot(lambda: plot_decoupling(curve), plot)
    out.table(curve_table(curve))
