"""``nuprobe catalogue``: published constraints, shown, searched, checked and
exported."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.output import check_plot, emit, output_options
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuprobe.catalogue import Catalogue
    from nuprobe.catalogue.entry import Entry

_LIBRARY = click.option(
    "--library",
    type=click.Path(path_type=Path),
    help="Folder of <topic>/<name>.yaml instead of the package's own.",
)


@click.group("catalogue")
def catalogue_command() -> None:
    """Published constraints with confidence level, convention, provenance and what this
    package computes.

    \b
    Examples:
      nuprobe catalogue search --observable charge_radius
      nuprobe catalogue show trident.mumu.ratio/CCFR-1991
      nuprobe catalogue check --recompute
    """


def _read(library: Path | None) -> Catalogue:
    from nuprobe.catalogue import CatalogueFileError, catalogue, read_library

    if library is None:
        return catalogue()
    found, problems = read_library(library)
    if problems:
        raise CatalogueFileError(str(problems[0]))
    return found


def entry_table(entries: list[Entry], title: str) -> Table:
    """Entries, one a row."""
    rows = tuple(
        (
            e.id,
            e.observable.quantity,
            e.kind,
            e.number,
            e.confidence,
            e.year,
            e.status,
            e.verification.level,
            len(e.code),
        )
        for e in entries
    )
    columns = (
        "id",
        "quantity",
        "kind",
        "number",
        "confidence",
        "year",
        "status",
        "verification",
        "computed",
    )
    return Table(
        title,
        columns,
        rows,
        notes=(
            f"{len(entries)} entries; computed: numbers that this package recomputes",
        ),
    )


@catalogue_command.command("list", epilog="Example: nuprobe catalogue list")
@_LIBRARY
@output_options
def list_entries(library: Path | None, as_json: bool, output: Path | None) -> None:
    """All entries."""
    table = entry_table(_read(library).search(), "catalogue")
    emit(str(table), table.to_dict()["rows"], as_json, output)


@catalogue_command.command(
    "search",
    epilog='Example: nuprobe catalogue search "reactor" --observable magnetic_moment',
)
@click.argument("text", default="")
@click.option("--observable", help="A quantity, e.g. charge_radius.")
@click.option("--flavour", help="E.g. nu_mu.")
@click.option("--kind", help="E.g. upper_limit.")
@click.option("--year", help="One year, or first:last.")
@click.option("--status", help="E.g. current.")
@_LIBRARY
@output_options
def search_entries(
    text: str,
    observable: str | None,
    flavour: str | None,
    kind: str | None,
    year: str | None,
    status: str | None,
    library: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Entries that hold all words of TEXT and fit the options; exit code 1 if there is
    none."""
    years: tuple[int, int] | None = None
    if year is not None:
        match = re.fullmatch(r"(\d{4})(?::(\d{4}))?", year)
        if match is None:
            raise InputError(f"cannot read --year {year!r}: write 2012 or 2000:2012")
        years = int(match[1]), int(match[2] or match[1])
    found = _read(library).search(
        text,
        observable=observable,
        flavour=flavour,
        kind=kind,
        year=years,
        status=status,
    )
    table = entry_table(found, "found")
    emit(str(table), table.to_dict()["rows"], as_json, output)
    if not found:
        sys.exit(1)


@catalogue_command.command(
    "show", epilog="Example: nuprobe catalogue show trident.mumu.ratio/CCFR-1991"
)
@click.argument("name", metavar="ID")
@_LIBRARY
@output_options
def show_entry(
    name: str, library: Path | None, as_json: bool, output: Path | None
) -> None:
    """One entry, by its id or an alias."""
    entry = _read(library)[name]
    emit(
        entry_text(entry),
        entry.model_dump(mode="json", exclude_defaults=True),
        as_json,
        output,
    )


def entry_text(e: Entry) -> str:
    """Everything about an entry, for reading."""
    from nuprobe.catalogue.quantities import QUANTITIES

    quantities = [e.observable.quantity] + ([e.curve.y.quantity] if e.curve else [])
    meaning = next(
        (
            m
            for q in quantities
            if (m := QUANTITIES[q].conventions.get(e.convention or ""))
        ),
        "",
    )
    lines = [
        ("id", e.id),
        ("aliases", ", ".join(e.aliases)),
        (
            "observable",
            f"{e.observable.quantity}, ${e.observable.latex}$"
            + _brackets(e.observable.parameter),
        ),
        (
            "kind",
            e.kind.replace("_", " ")
            + (f" of a {e.projects.replace('_', ' ')}" if e.projects else ""),
        ),
        ("number", e.number + (" (absolute value)" if e.of_absolute_value else "")),
        *(("", f"{c.source} +{c.plus:g} -{c.minus:g}") for c in e.components),
        (
            "confidence",
            (
                f"{e.confidence}{_brackets(e.statistic and f'statistic {e.statistic}')}"
                if e.cl
                else ""
            ),
        ),
        ("likelihood", e.likelihood),
        ("convention", f"{e.convention}: {meaning}" if e.convention else ""),
        ("flavour", " ".join(e.flavour) + (", effective" if e.effective else "")),
        ("model", e.model),
        ("valid", e.valid_range),
        *((k, str(v)) for k, v in e.conditions if v),
        *(
            (
                f"number {k}",
                _number(n.value, n.plus, n.minus, n.unit) + _brackets(n.meaning),
            )
            for k, n in e.numbers.items()
        ),
        *(("derived", f"{d.expression} = {d.equals:g}") for d in e.derived),
        *(
            (name, _source(s))
            for name, s in (("source", e.source), ("via", e.via))
            if s is not None
        ),
        *(
            (k.replace("_", " "), ", ".join(v))
            for k in _RELATIONS
            if (v := getattr(e, k))
        ),
        (
            "verification",
            f"{e.verification.level.replace('_', ' ')}: {e.verification.evidence}",
        ),
        ("status", e.status),
        *(("history", f"{h.date} {h.change}") for h in e.history),
        *((k.replace("_", " "), str(v)) for k, v in e.notes if v),
    ]
    for link in e.code:
        verdict = {True: "agrees", False: "DISAGREES", None: "not judged"}[link.agrees]
        lines += [
            (
                "computed",
                (
                    f"{link.quantity}: {link.result:g} beside {link.compares},"
                    f" {verdict} ({link.tolerance})"
                ),
            )
        ]
        lines += [
            ("", text) for text in (link.explanation, f"$ {link.command}") if text
        ]
    return "\n".join([e.title, "", *(f"{k:<18}{v}".rstrip() for k, v in lines if v)])


_RELATIONS = ("supersedes", "superseded_by", "shares_data_with", "disputed_by")


def _brackets(text: str | None) -> str:
    return f" ({text})" if text else ""


def _number(value: float, plus: float | None, minus: float | None, unit: str) -> str:
    errors = (
        ""
        if plus is None or minus is None
        else f" +- {plus:g}"
        if plus == minus
        else f" +{plus:g} -{minus:g}"
    )
    return f"{value:g}{errors} {unit}".rstrip()


def _source(s: object) -> str:
    from nuprobe.catalogue.entry import Source

    assert isinstance(s, Source)
    parts = (
        *(
            s.authors and f"{s.authors}:",
            s.title,
            s.journal,
            s.locator,
            *s.texkeys,
            s.doi and f"doi:{s.doi}",
        ),
        *(
            s.arxiv and f"arXiv:{s.arxiv}",
            s.recid and f"INSPIRE {s.recid}",
            s.hepdata and f"HEPData {s.hepdata}",
        ),
        *(
            s.pdg and f"PDG {s.pdg.edition} {s.pdg.block}",
            f"taken as {s.method}, {s.retrieved} ({s.licence})",
        ),
    )
    return "; ".join(str(p) for p in parts if p)


@catalogue_command.command(
    "check", epilog="Example: nuprobe catalogue check --recompute"
)
@click.argument("names", nargs=-1, metavar="[ID]...")
@click.option(
    "--recompute",
    is_flag=True,
    help="Run the code links too and compare with the stored results.",
)
@click.option(
    "--references",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="BIB",
    help="BibTeX file that must hold every texkey.",
)
@_LIBRARY
@output_options
def check_entries(
    names: tuple[str, ...],
    recompute: bool,
    references: Path | None,
    library: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """Everything that can be wrong with the entries, one line each; exit code 1 if
    something is.

    Checked are the schema, ids and aliases, units and confidence levels, curves,
    arithmetic, links between entries, and that each code link names a recipe and a
    command that exist.
    """
    from nuprobe.catalogue import read_library
    from nuprobe.reproductions.files import changed_links, link_problems

    found, problems = read_library(library)
    chosen = {found[name].id for name in names} if names else set(found)
    files = {file: e for file, e in found.files.items() if e.id in chosen}
    if names:
        problems = [p for p in problems if p.file in files]
    for file, entry in files.items():
        if references is not None:
            problems += [
                found.problem(file, text)
                for text in _unknown_texkeys(entry, references)
            ]
        wrong = [*link_problems(entry), *_command_problems(entry)]
        if recompute and not wrong:
            wrong += changed_links(entry)
        problems += [found.problem(file, text) for text in wrong]
    links = sum(len(e.code) for e in files.values())
    summary = (
        f"{len(files)} entries, {links} code links{' run again' if recompute else ''}:"
        f" {len(problems)} wrong"
    )
    data = {
        "entries": len(files),
        "code_links": links,
        "recomputed": recompute,
        "problems": [
            {"file": p.file, "line": p.line, "message": p.message} for p in problems
        ],
    }
    emit("\n".join([*map(str, problems), summary]), data, as_json, output)
    if problems:
        sys.exit(1)


def _unknown_texkeys(entry: Entry, references: Path) -> Iterator[str]:
    known = set(
        re.findall(
            r"^@\w+\{\s*([^,\s]+)", references.read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    for name, source in (("source", entry.source), ("via", entry.via)):
        for i, key in enumerate(source.texkeys if source else ()):
            if key not in known:
                yield (
                    f"{name}.texkeys.{i}:"
                    f" {UnknownNameError('texkey', key, known, f'Add it to {references}.')}"
                )


def _command_problems(entry: Entry) -> Iterator[str]:
    """Command lines that the command line would not take; none is run."""
    from nuprobe.cli.main import cli

    for i, link in enumerate(entry.code):
        try:
            _parse(cli, shlex.split(link.command)[1:])
        except (click.ClickException, NuprobeError, ValueError) as err:
            reason = (
                err.format_message()
                if isinstance(err, click.ClickException)
                else str(err)
            )
            yield f"code.{i}.command: {reason}"


def _parse(
    command: click.Command, arguments: list[str], parent: click.Context | None = None
) -> None:
    if not isinstance(command, click.Group):
        command.make_context(command.name, list(arguments), parent=parent)
        return
    context = click.Context(command, parent=parent)
    _, chosen, rest = command.resolve_command(context, list(arguments))
    if chosen is None:
        raise click.UsageError(f"{arguments[0]} is not a command", context)
    _parse(chosen, rest, context)


@catalogue_command.command(
    "export", epilog="Example: nuprobe catalogue export bibtex -o constraints.bib"
)
@click.argument("form", metavar="hepdata|bibtex|csv")
@click.argument("names", nargs=-1, metavar="[ID]...")
@_LIBRARY
@output_options
def export_entries(
    form: str,
    names: tuple[str, ...],
    library: Path | None,
    as_json: bool,
    output: Path | None,
) -> None:
    """All entries, or those named, as a HEPData submission (one YAML file), BibTeX or
    CSV.

    With --json the entries themselves in full, in the units of the files.
    """
    from nuprobe.catalogue.export import export

    known = _read(library)
    entries = [known[name] for name in names] if names else known.search()
    emit(
        export(entries, form),
        [e.model_dump(mode="json", exclude_defaults=True) for e in entries],
        as_json,
        output,
    )


@catalogue_command.command(
    "plot", epilog="Example: nuprobe catalogue plot charge-radii radii.png"
)
@click.argument("what", metavar="magnetic-moments|charge-radii|plane")
@click.argument("path", type=click.Path(path_type=Path))
@_LIBRARY
@click.option("--overwrite", is_flag=True, help="Replace an existing figure.")
def plot_entries(what: str, path: Path, library: Path | None, overwrite: bool) -> None:
    """Summary figure of the entries that are not superseded: bars as published,
    diamonds as recomputed.

    The plane shows the limits of the shipped trident measurements with the curves of
    the catalogue.
    """
    from nuprobe.catalogue.ladder import shown
    from nuprobe.errors import UnknownNameError
    from nuprobe.plotting import plot_charge_radii, plot_magnetic_moments, save

    ladders = {
        "magnetic-moments": ("magnetic_moment", plot_magnetic_moments),
        "charge-radii": ("charge_radius", plot_charge_radii),
    }
    if what not in (*ladders, "plane"):
        raise UnknownNameError("figure", what, [*ladders, "plane"])
    check_plot(path, overwrite)
    if what in ladders:
        quantity, draw = ladders[what]
        figure = draw(shown(quantity, _read(library).search()))
    else:
        found = shown("coupling", _read(library).search())
        figure = _plane([e for e in found if e.topic == "lmu_ltau"])
    save(figure, path)
    click.echo(f"wrote {path}", err=True)


@catalogue_command.command("site", epilog="Example: nuprobe catalogue site public")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_LIBRARY
def write_catalogue_site(folder: Path, library: Path | None) -> None:
    """Pages to browse, into the folder DIR: an index that filters, one page an entry,
    JSON beside each.

    They work from the disk and ask nothing of a network. DIR is new, empty or an
    earlier site, which is replaced.
    """
    from nuprobe.catalogue.site import write_site

    known = _read(library)
    index = write_site(folder, known)
    click.echo(f"wrote {len(known)} entries; open {index}")


def _plane(entries: list[Entry]) -> Figure:
    from nuprobe.cli.limit import plane
    from nuprobe.experiments import TridentExperiment, experiment, limit

    found = [experiment(name) for name in ("ccfr-trident", "charm2-trident")]
    tridents = [e for e in found if isinstance(e, TridentExperiment)]
    return plane(limit(tridents), tridents, {}, shipped=entries)
