"""``nuprobe cosmology``: the early universe with neutrinos that have magnetic
moments."""

from __future__ import annotations

import click

from nuprobe.cli.cosmology.abundances import abundances_command
from nuprobe.cli.cosmology.contour import contour_command
from nuprobe.cli.cosmology.decay import decay_command
from nuprobe.cli.cosmology.decay_plane import decay_plane_command
from nuprobe.cli.cosmology.decoupling import decoupling_command
from nuprobe.cli.cosmology.neff import neff_command
from nuprobe.cli.cosmology.plasma import plasma_command, potential_command
from nuprobe.cli.cosmology.summary import summary_command
from nuprobe.cli.cosmology.table import table_command


@click.group("cosmology")
def cosmology_command() -> None:
    """The early universe with neutrinos that have magnetic moments.

    \b
    Examples:
      nuprobe cosmology neff --moment emu=1e-10
      nuprobe cosmology decoupling emu mutau --plot decoupling.pdf
      nuprobe cosmology abundances --moment emu=1e-9
      nuprobe cosmology contour emu mutau --plot helium.pdf
      nuprobe cosmology table class --moment emu=1e-9 -o bbn.dat
      nuprobe cosmology decay --mass "4 MeV" --lifetime "1e5 s" --abundance 1e-4
      nuprobe cosmology summary emu --plot moments.pdf
    """


for _command in (
    neff_command,
    plasma_command,
    potential_command,
    decoupling_command,
    abundances_command,
    contour_command,
    table_command,
    decay_command,
    decay_plane_command,
    summary_command,
):
    cosmology_command.add_command(_command)
