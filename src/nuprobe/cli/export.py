"""``nuprobe export``: results in files, written for HEPData, papers and
spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, overwriting
from nuprobe.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from nuprobe.exports import DataTable

FORMS = ("hepdata", "csv", "latex")


@command(
    "export",
    epilog="""\b
Examples:
  nuprobe limit ccfr-trident charm2-trident --json -o limit.json
  nuprobe export hepdata limit.json -o submission.tar.gz
  nuprobe export hepdata limit.json rates.json scan.h5 -o submission
  nuprobe export latex fit.json
  nuprobe export csv scan.h5 --table "rn intervals" -o intervals.csv""",
)
@click.argument("form", metavar="hepdata|csv|latex")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--table", help="CSV and LaTeX: name of one of several tables.")
@click.option("--comment", default="", help="HEPData: metadata for all tables.")
@click.option(
    "--attach", is_flag=True, help="HEPData: the FILEs go along as further resources."
)
@output_options
def export_command(
    form: str,
    files: tuple[str, ...],
    table: str | None,
    comment: str,
    attach: bool,
    out: Output,
) -> None:
    """Results in FILEs, JSON of any command or HDF5 of a scan or chain, as a submission
    to HEPData (into the folder, .zip or .tar.gz of -o), as CSV or as LaTeX.

    --json prints all their tables instead, whatever the format.
    """
    if form not in FORMS:
        raise UnknownNameError("format", form, FORMS)
    if form == "hepdata" and table is not None:
        raise InputError("--table is for csv and latex: a submission has all tables")
    if form != "hepdata" and (comment or attach):
        raise InputError("--comment and --attach are for hepdata: drop them")
    if form == "hepdata" and out.output is None and not out.as_json:
        raise InputError(
            "a submission needs -o: a folder, or a name that ends in .zip or .tar.gz"
        )
    from nuprobe.exports import tables_of
    from nuprobe.exports.reading import read_result

    results = [read_result(file) for file in files]
    tables = [one for result in results for one in tables_of(result)]
    if out.as_json:
        return out.emit("", [t.flat().to_dict() for t in tables])
    if form == "hepdata" and out.output is not None:
        return _submit(results, files, (comment, attach), out.output)
    chosen = _chosen(form, results, tables, table)
    if form == "latex":
        return out.emit("\n\n".join(t.to_latex() for t in chosen), None)
    if len(chosen) > 1:
        names = ", ".join(repr(t.name) for t in chosen)
        raise InputError(
            f"a CSV file has one table: choose with --table one of {names}"
        )
    return out.emit("\n".join(chosen[0].flat().csv_lines()), None)


def _chosen(
    form: str, results: list[object], tables: list[DataTable], name: str | None
) -> list[DataTable]:
    """The table of that name, else one of each result, as ``to_frame`` and ``to_latex``
    have it."""
    from nuprobe.exports.kinds import chosen, tables_of

    if name is not None:
        return [chosen(tables, name)]
    preferred = " grid" if form == "csv" else " intervals"
    return [chosen(tables_of(result), None, preferred) for result in results]


def _submit(
    results: list[object],
    files: tuple[str, ...],
    said: tuple[str, bool],
    path: Path,
) -> None:
    from nuprobe.exports import submission

    comment, attach = said
    attached: dict[str, bytes] = {}
    for file in map(Path, files if attach else ()):
        if file.name in attached:
            raise InputError(
                f"two files are called {file.name}: rename one to attach both"
            )
        attached[file.name] = file.read_bytes()
    made = submission(results, comment=comment, attached=attached)
    count = len(made.tables)
    made.write(path, overwrite=overwriting())
    click.echo(f"wrote {path}: {count} table{'s' * (count > 1)}", err=True)
