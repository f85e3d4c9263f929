"""``nuprobe reproduce``: published numbers beside computed ones."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nuprobe.cli.output import emit, output_options
from nuprobe.reproductions import Reproduction, reproduce
from nuprobe.tables import Table


def reproduction_table(rows: list[Reproduction]) -> Table:
    """Rows as a table."""

    def published(r: Reproduction) -> str:
        if r.plus is None or r.minus is None:
            return f"{r.published:.7g}"
        if r.plus == r.minus:
            return f"{r.published:g} +- {r.plus:g}"
        return f"{r.published:g} +{r.plus:g} -{r.minus:g}"

    def pull(r: Reproduction) -> str:
        if r.pull is not None:
            return f"{r.pull:+.2f}"
        return (
            f"({r.difference / r.published:+.1e})"
            if r.published
            else f"({r.difference:+.1e})"
        )

    return Table(
        "Published and computed",
        (
            "source",
            "quantity",
            "published",
            "computed",
            "unit",
            "pull",
            "tolerance",
            "agrees",
        ),
        tuple(
            (
                r.key,
                r.quantity,
                published(r),
                f"{r.computed:.7g}",
                r.unit,
                pull(r),
                r.tolerance,
                r.agrees,
            )
            for r in rows
        ),
        notes=(
            (
                "pull: (computed - published)/error; in brackets the relative"
                " difference where no error is published"
            ),
            *(
                f"not judged: {r.quantity} ({r.key}): {r.note}"
                for r in rows
                if r.agrees is None
            ),
        ),
    )


@click.command("reproduce", epilog="Example: nuprobe reproduce Cadeddu:2017etk")
@click.argument("keys", nargs=-1)
@click.option(
    "--study",
    help=(
        "A table of its own: nuclear-models, csi-choices, beam-energies,"
        " kinetic-mixing, charge-radii, coherent-electromagnetic (both minutes),"
        " millicharge-figure or magnetic-spectra."
    ),
)
@output_options
def reproduce_command(
    keys: tuple[str, ...], study: str | None, as_json: bool, output: Path | None
) -> None:
    """Published numbers beside computed ones.

    KEYS are INSPIRE texkeys or names of `nuprobe list reproductions`; all of them
    without it. Exit code 1 if a number lies outside its stated tolerance.
    """
    if study is not None:
        from nuprobe.errors import InputError, UnknownNameError
        from nuprobe.reproductions.studies import STUDIES

        if keys:
            raise InputError("give keys or --study, not both")
        if study not in STUDIES:
            raise UnknownNameError("study", study, STUDIES)
        table = STUDIES[study]()
        emit(str(table), table.to_dict(), as_json, output)
        return
    rows = reproduce(keys or None)
    emit(str(reproduction_table(rows)), [r.to_dict() for r in rows], as_json, output)
    failed = [r for r in rows if r.agrees is False]
    if failed:
        click.echo(
            f"nuprobe: {len(failed)} of {len(rows)} outside their tolerance", err=True
        )
        sys.exit(1)
