"""``nuprobe xsec``: cross sections, one command per process.

`cevns`, `electron`, `trident`, `deuteron`, `carbon` and `ibd` have commands with their
own options; every other process, including those of installed packages, uses the
command of `process`.
"""

from __future__ import annotations

import click

from nuprobe.cli.xsec.asymptotics import asymptotics_command
from nuprobe.cli.xsec.bump import bump_command
from nuprobe.cli.xsec.carbon import carbon_command
from nuprobe.cli.xsec.cevns import cevns_command
from nuprobe.cli.xsec.charged import charged_command
from nuprobe.cli.xsec.deuteron import deuteron_command
from nuprobe.cli.xsec.electron import electron_command
from nuprobe.cli.xsec.ibd import ibd_command
from nuprobe.cli.xsec.levels import levels_command
from nuprobe.cli.xsec.process import process_command
from nuprobe.cli.xsec.trident import trident_command
from nuprobe.cli.xsec.yields import yields_command
from nuprobe.errors import UnknownNameError

_OWN = {
    command.name or "": command
    for command in (
        cevns_command,
        electron_command,
        trident_command,
        deuteron_command,
        carbon_command,
        ibd_command,
        asymptotics_command,
        bump_command,
        charged_command,
        levels_command,
        yields_command,
    )
}


class _Processes(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        from nuprobe.processes import process_names

        return [*_OWN, *(name for name in process_names() if name not in _OWN)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _OWN:
            return _OWN[cmd_name]
        known = self.list_commands(ctx)
        if cmd_name not in known:
            if cmd_name.startswith("-"):
                return None
            raise UnknownNameError("process", cmd_name, known)
        return process_command(cmd_name)


@click.group("xsec", cls=_Processes)
def xsec_command() -> None:
    """Cross sections; see `nuprobe list processes`."""
