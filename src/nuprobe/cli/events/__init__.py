"""``nuprobe events``: trident events into files, distributions, backgrounds."""

from __future__ import annotations

import click

from nuprobe.cli.events.backgrounds import backgrounds_command
from nuprobe.cli.events.plot import plot_command
from nuprobe.cli.events.trident import trident_command


@click.group("events")
def events_command() -> None:
    """Events: generated, weighted, written."""


for _command in (backgrounds_command, plot_command, trident_command):
    events_command.add_command(_command)
