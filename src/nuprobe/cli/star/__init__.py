"""``nuprobe star``: cooling of red giants by magnetic moments of neutrinos."""

from __future__ import annotations

import click

from nuprobe.cli.star.emission import emission_command
from nuprobe.cli.star.tip import tip_command


@click.group("star")
def star_command() -> None:
    """Cooling of red giants through neutrino magnetic moments.

    \b
    Examples:
      nuprobe star tip
      nuprobe star tip --moment 3e-12 --plot tip.pdf
      nuprobe star emission --density 1e6 --temperature 1e8
    """


for _command in (tip_command, emission_command):
    star_command.add_command(_command)
