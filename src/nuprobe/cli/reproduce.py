"""``nuprobe reproduce``: published numbers beside computed ones."""

from __future__ import annotations

import sys

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options


@command("reproduce", epilog="Example: nuprobe reproduce Cadeddu:2017etk")
@click.argument("keys", nargs=-1)
@click.option(
    "--study",
    help=(
        "A table of its own: nuclear-models, csi-choices, csi-total, beam-energies,"
        " kinetic-mixing, charge-radii, coherent-electromagnetic (both minutes),"
        " millicharge-figure or magnetic-spectra."
    ),
)
@output_options
def reproduce_command(keys: tuple[str, ...], study: str | None, out: Output) -> None:
    """Published numbers beside computed ones.

    KEYS are INSPIRE texkeys or names of `nuprobe list reproductions`; without any, all
    are compared. Exit code 1 if a number lies outside its stated tolerance.
    """
    from nuprobe.errors import InputError, UnknownNameError
    from nuprobe.reports import reproduction_table
    from nuprobe.reproductions import reproduce
    from nuprobe.reproductions.studies import STUDIES

    if study is not None:
        if keys:
            raise InputError("give keys or --study, not both")
        if study not in STUDIES:
            raise UnknownNameError("study", study, STUDIES)
        return out.table(STUDIES[study]())
    rows = reproduce(keys or None)
    out.emit(str(reproduction_table(rows)), [r.to_dict() for r in rows])
    failed = [r for r in rows if r.agrees is False]
    if failed:
        click.echo(
            f"nuprobe: {len(failed)} of {len(rows)} outside their tolerance", err=True
        )
        sys.exit(1)
