"""``nuprobe xsec``: cross sections, one process a file."""

from __future__ import annotations

import click

from nuprobe.cli.xsec.cevns import cevns_command
from nuprobe.cli.xsec.electron import electron_command
from nuprobe.cli.xsec.trident import trident_command


@click.group("xsec")
def xsec_command() -> None:
    """Cross sections."""


for _command in (cevns_command, electron_command, trident_command):
    xsec_command.add_command(_command)
