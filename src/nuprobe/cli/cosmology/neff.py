"""``nuprobe cosmology neff``: temperatures of neutrinos through decoupling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nuprobe.cli.cosmology.specs import (
    NeutrinoSpec,
    exchange_screening_option,
    neutrino_options,
)
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "neff",
    epilog="""\b
Examples:
  nuprobe cosmology neff
  nuprobe cosmology neff --moment emu=1e-9 --moment mutau=1e-9 --json
  nuprobe cosmology neff --kind dirac --moment ee=3e-12 --t-max "100 GeV"
  nuprobe cosmology neff --flavour-mixing none --plot temperatures.pdf""",
)
@neutrino_options
@exchange_screening_option
@click.option(
    "--qed",
    type=click.Choice(["none", "e2", "e3"]),
    default="e3",
    show_default=True,
    help="Corrections to the pressure.",
)
@plot_option("Save the temperatures of neutrinos (pdf, png, svg).")
@output_options
def neff_command(
    neutrinos: NeutrinoSpec,
    exchange_screening: str,
    qed: str,
    plot: Path | None,
    out: Output,
) -> None:
    """N_eff and decoupling temperatures with magnetic moments."""
    from nuprobe.cli.cosmology.decoupling_tables import history_table
    from nuprobe.cosmology import decoupling

    options: dict[str, Any] = neutrinos.decoupling()
    options |= {"exchange_screening": exchange_screening, "qed": qed}
    history = decoupling(neutrinos.build(), **options)
    if plot is not None:
        from nuprobe.plotting import plot_temperatures

        save_plot(lambda: plot_temperatures(history), plot)
    out.table(history_table(history))
