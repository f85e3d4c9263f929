"""``nuprobe export hepdata|csv|latex``: tables of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, overwriting
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.exports import DataTable

FORMS = ("hepdata", "csv", "latex")


_EPILOG = """\b
Examples:
  nuprobe limit ccfr-trident charm2-trident --json -o limit.json
  nuprobe export hepdata limit.json -o submission.tar.gz
  nuprobe export hepdata limit.json rates.json scan.h5 -o submission
  nuprobe export latex fit.json
  nuprobe export csv scan.h5 --table "rn intervals" -o intervals.csv"""


def tables_command(form: str) -> click.Command:
    """The command that writes tables of results in a format, one of `FORMS`."""

    @command(form, epilog=_EPILOG)
    @click.argument("files", metavar="FILE...", nargs=-1, required=True)
    @click.option("--table", help="CSV and LaTeX: name of one of several tables.")
    @click.option("--comment", default="", help="HEPData: metadata for all tables.")
    @click.option(
        "--attach",
        is_flag=True,
        help="HEPData: the FILEs go along as further resources.",
    )
    @output_options
    def written(
        files: tuple[str, ...],
        table: str | None,
        comment: str,
        attach: bool,
        out: Output,
    ) -> None:
        _write(form, files, table, (comment, attach), out)

    written.help = _HELP[form]
    return written


_HELP = {
    "hepdata": (
        "Results in FILEs, JSON of any command or HDF5 of a scan or chain, as a"
        " submission to HEPData, into the folder, .zip or .tar.gz of -o."
    ),
    "csv": (
        "One table of a result in FILE, JSON of any command or HDF5 of a scan or"
        " chain, as CSV."
    ),
    "latex": (
        "Tables of results in FILEs, JSON of any command or HDF5 of a scan or chain,"
        " as LaTeX."
    ),
}
_HELP = {
    form: f"{text}\n\n--json prints all their tables instead."
    for form, text in _HELP.items()
}


def _write(
    form: str,
    files: tuple[str, ...],
    table: str | None,
    said: tuple[str, bool],
    out: Output,
) -> None:
    comment, attach = said
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
        return _submit(results, files, said, out.output)
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
    """The table of that name, else one per result, as in ``to_frame`` and
    ``to_latex``."""
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
