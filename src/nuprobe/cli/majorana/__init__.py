"""``nuprobe majorana``: distinguishing Majorana from Dirac neutrinos."""

from __future__ import annotations

import click

from nuprobe.cli.majorana.decay import decay_command
from nuprobe.cli.majorana.double_beta import double_beta_command
from nuprobe.cli.majorana.relic import relic_command
from nuprobe.errors import UnknownNameError

_KNOWN = {
    command.name or "": command
    for command in (decay_command, double_beta_command, relic_command)
}


class _Ways(click.Group):
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _KNOWN and not cmd_name.startswith("-"):
            raise UnknownNameError("command of majorana", cmd_name, _KNOWN)
        return super().get_command(ctx, cmd_name)


@click.group("majorana", cls=_Ways, commands=_KNOWN)
def majorana_command() -> None:
    """Dirac or Majorana: decays of heavy neutrinos, double beta decay, relic neutrinos.

    \b
    Examples:
      nuprobe majorana decay --mass "1 GeV" --channel pi0 --gamma 5
      nuprobe majorana double-beta --isotope Xe136 --half-life 3.8e26
      nuprobe majorana relic --lightest "0.1 eV" --resolution "0.05 eV"
    """
