"""``nuprobe list``: everything that has a name."""

from __future__ import annotations

import click

from nuprobe.cli.listings import TABLES
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options

_LONG = ("targets", "spins", "templates", "catalogue")


@command("list", epilog="Example: nuprobe list experiments")
@click.argument("what", type=click.Choice(list(TABLES)), required=False)
@output_options
def list_command(what: str | None, out: Output) -> None:
    """List what can be selected by name.

    WHAT is one of targets, spins, fluxes, models, processes, levels, form-factors,
    radii, quenchings, experiments, sets, templates (of `nuprobe new`), parameters,
    observables, reproductions, catalogue; without it all of them, except the long lists
    of targets, spins, templates and the catalogue.
    """
    wanted = [what] if what else [name for name in TABLES if name not in _LONG]
    tables = [TABLES[name]() for name in wanted]
    text = "\n\n".join(map(str, tables))
    if what is None:
        text += (
            "\n\nTargets: any of the isotopes of `nuprobe list targets`, elements,"
            " molecules and mixtures of them."
        )
    out.emit(text, {t.title: t.to_dict()["rows"] for t in tables})
