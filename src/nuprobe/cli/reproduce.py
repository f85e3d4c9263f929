"""``nuprobe reproduce``: published numbers compared with computed ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot

if TYPE_CHECKING:
    from nuprobe.plotting.sheets import Drawn

_FIGURES = ("magnetic-spectra", "millicharge-figure", "standard-moments")


@command("reproduce", epilog="Example: nuprobe reproduce Cadeddu:2017etk")
@click.argument("keys", nargs=-1)
@click.option(
    "--study",
    help=(
        "A separate table: nuclear-models, csi-choices, csi-total, beam-energies,"
        " kinetic-mixing, charge-radii, coherent-electromagnetic (both minutes),"
        " millicharge-figure, magnetic-spectra or standard-moments."
    ),
)
@plot_option(f"Save the figure of a study: {', '.join(_FIGURES)}.")
@output_options
def reproduce_command(
    keys: tuple[str, ...], study: str | None, plot: Path | None, out: Output
) -> None:
    """Compare published numbers with computed ones.

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
        if plot is not None and study not in _FIGURES:
            raise InputError(
                f"the study {study} has no figure; available for: {', '.join(_FIGURES)}"
            )
        out.table(STUDIES[study]())
        return save_plot(lambda: _figure(study), plot)
    if plot is not None:
        raise InputError("--plot needs a --study; published numbers have no figure")
    rows = reproduce(keys or None)
    out.emit(str(reproduction_table(rows)), [r.to_dict() for r in rows])
    failed = [r for r in rows if r.agrees is False]
    if failed:
        click.echo(
            f"nuprobe: {len(failed)} of {len(rows)} outside their tolerance", err=True
        )
        sys.exit(1)


def _figure(study: str) -> Drawn:
    from nuprobe import plotting

    if study == "standard-moments":
        return plotting.plot_standard_moments()
    if study == "millicharge-figure":
        return plotting.plot_millicharge("Ar40", 50.0)
    return plotting.plot_averaged_moments("sns", "CsI")
