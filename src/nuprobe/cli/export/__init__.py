"""``nuprobe export``: results as files for HEPData, papers and spreadsheets, and
likelihoods for other programs."""

from __future__ import annotations

import click

from nuprobe.cli.export.hs3 import hs3_command
from nuprobe.cli.export.likelihood import likelihood_command
from nuprobe.cli.export.pyhf import pyhf_command
from nuprobe.cli.export.tables import FORMS, tables_command
from nuprobe.errors import UnknownNameError


class _Forms(click.Group):
    """A group whose commands are formats."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Reject an unknown format, listing the known ones."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise UnknownNameError("format", args[0], list(self.commands))
        return super().resolve_command(ctx, args)


@click.group("export", cls=_Forms)
def export_command() -> None:
    """Results in files for HEPData, papers and spreadsheets, and likelihoods for other
    programs.

    \b
    Examples:
      nuprobe export hepdata limit.json -o submission.tar.gz
      nuprobe export latex fit.json
      nuprobe export likelihood coherent-csi-2017 --free rn -o csi.json
    """


for _form in FORMS:
    export_command.add_command(tables_command(_form))
export_command.add_command(likelihood_command)
export_command.add_command(pyhf_command)
export_command.add_command(hs3_command)
