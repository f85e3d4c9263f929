"""``nuprobe cosmology``: the early universe with neutrinos that have magnetic
moments."""

from __future__ import annotations

import click

from nuprobe.cli.cosmology.abundances import abundances_command
from nuprobe.cli.cosmology.contour import contour_command
from nuprobe.cli.cosmology.table import table_command


@click.group("cosmology")
def cosmology_command() -> None:
    """The early universe with neutrinos that have magnetic moments.

    \b
    Examples:
      nuprobe cosmology abundances --moment emu=1e-9
      nuprobe cosmology contour emu mutau --plot helium.pdf
      nuprobe cosmology table class --moment emu=1e-9 -o bbn.dat
    """


for _command in (abundances_command, contour_command, table_command):
    cosmology_command.add_command(_command)
