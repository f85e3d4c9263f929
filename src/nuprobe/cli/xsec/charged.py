"""``nuprobe xsec charged``: charged currents of carbon, deuterium and protons side by
side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.processes.side_by_side import Channel


@command(
    "charged",
    epilog='Example: nuprobe xsec charged --energy "2:30:57 MeV" --plot charged.pdf',
)
@click.option(
    "--energy",
    default="2:30:15 MeV",
    show_default=True,
    help="'10, 20 MeV' or 'start:stop:count[:lin|:log] MeV', up to 60 MeV.",
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    help=(
        "ibd, deuteron-nu, deuteron-nubar, carbon13, carbon12, electron; repeatable"
        " [default: all]."
    ),
)
@plot_option("Save the cross sections over the energy (pdf, png, svg).")
@output_options
def charged_command(
    energy: str, channels: tuple[str, ...], plot: Path | None, out: Output
) -> None:
    """Compare charged-current cross sections of nu_e and nubar_e on protons, deuterons,
    13C and 12C, and scattering off electrons, per proton, deuteron, nucleus or
    electron."""
    import numpy as np

    from nuprobe.processes.side_by_side import CHANNELS, charged_currents
    from nuprobe.units import parse_grid

    e = np.atleast_1d(parse_grid(energy, "energy"))
    found = charged_currents(e, channels or None)
    columns = {f"{name} [cm2]": sigma for name, sigma in found.items()}
    notes = [_note(name, CHANNELS[name]) for name in found]
    out.table(
        Table(
            "Charged currents, cm2 per proton, deuteron, nucleus or electron",
            ("E [MeV]", *columns),
            Rows(e, *columns.values()),
            dict.fromkeys(columns, ".4e"),
            tuple(notes),
        )
    )

    def figure() -> Drawn:
        from nuprobe.plotting import plot_charged_currents

        low, high = float(e.min()), float(e.max())
        fine = np.linspace(low, high if high > low else 2 * low, 150)
        return plot_charged_currents(fine if e.size < 40 else e, channels or None)

    save_plot(figure, plot)


def _note(name: str, channel: Channel) -> str:
    said = f"{name}: {channel.flavour} by {channel.process}"
    if channel.good_to == float("inf"):
        return said
    return f"{said}, what is left out counts above {channel.good_to:g} MeV"
