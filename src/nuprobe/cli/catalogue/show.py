"""``nuprobe catalogue show``: everything about an entry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.catalogue.library import LIBRARY, open_library
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options

if TYPE_CHECKING:
    from nuprobe.catalogue.entry import Entry, Source

_RELATIONS = ("supersedes", "superseded_by", "shares_data_with", "disputed_by")


@command("show", epilog="Example: nuprobe catalogue show trident.mumu.ratio/CCFR-1991")
@click.argument("name", metavar="ID")
@LIBRARY
@output_options
def show_entry(name: str, library: Path | None, out: Output) -> None:
    """One entry, by its id or an alias; all entries of a page of constraints, by the
    page's name in their aliases, such as L023."""
    known = open_library(library)
    page = [e for e in known.values() if any(name in a.split(":") for a in e.aliases)]
    entries = page if page and name not in known else [known[name]]
    data = [e.model_dump(mode="json", exclude_defaults=True) for e in entries]
    text = "\n\n".join(map(entry_text, entries))
    # for a page a list, even with a single entry
    out.emit(text, data[0] if name in known else data)


def entry_text(e: Entry) -> str:
    """Everything about an entry, as text."""
    lines = (*_measured(e), *_applies(e), *_history(e), *_computed(e))
    return "\n".join([e.title, "", *(f"{k:<18}{v}".rstrip() for k, v in lines if v)])


Lines = Iterator[tuple[str, str]]


def _measured(e: Entry) -> Lines:
    """The quantity measured, and the number."""
    yield "id", e.id
    yield "aliases", ", ".join(e.aliases)
    yield (
        "observable",
        f"{e.observable.quantity}, ${e.observable.latex}$"
        + _brackets(e.observable.parameter),
    )
    projected = f" of a {e.projects.replace('_', ' ')}" if e.projects else ""
    yield "kind", e.kind.replace("_", " ") + projected
    yield "number", e.number + (" (absolute value)" if e.of_absolute_value else "")
    for c in e.components:
        yield "", f"{c.source} +{c.plus:g} -{c.minus:g}"
    statistic = _brackets(e.statistic and f"statistic {e.statistic}")
    yield "confidence", f"{e.confidence}{statistic}" if e.cl else ""
    yield "likelihood", e.likelihood


def _applies(e: Entry) -> Lines:
    """Range of application, and further numbers."""
    from nuprobe.catalogue.quantities import QUANTITIES

    if e.convention:
        quantities = [e.observable.quantity] + ([e.curve.y.quantity] if e.curve else [])
        meanings = (QUANTITIES[q].conventions.get(e.convention) for q in quantities)
        yield "convention", f"{e.convention}: {next(filter(None, meanings), '')}"
    yield "flavour", " ".join(e.flavour) + (", effective" if e.effective else "")
    yield "model", e.model
    yield "valid", e.valid_range
    for name, value in e.conditions:
        yield name, str(value) if value else ""
    for name, n in e.numbers.items():
        text = _number(n.value, n.plus, n.minus, n.unit) + _brackets(n.meaning)
        yield f"number {name}", text
    for d in e.derived:
        yield "derived", f"{d.expression} = {d.equals:g}"


def _history(e: Entry) -> Lines:
    """Source and later history."""
    for name, source in (("source", e.source), ("via", e.via)):
        if source is not None:
            yield name, _source(source)
    for relation in _RELATIONS:
        yield relation.replace("_", " "), ", ".join(getattr(e, relation))
    level = e.verification.level.replace("_", " ")
    yield "verification", f"{level}: {e.verification.evidence}"
    yield "status", e.status
    for h in e.history:
        yield "history", f"{h.date} {h.change}"
    for name, note in e.notes:
        yield name.replace("_", " "), str(note) if note else ""


def _computed(e: Entry) -> Lines:
    """Corresponding values computed by this package."""
    verdicts = {True: "agrees", False: "DISAGREES", None: "not judged"}
    for link in e.code:
        yield (
            "computed",
            f"{link.quantity}: {link.result:g} compared with {link.compares},"
            f" {verdicts[link.agrees]} ({link.tolerance})",
        )
        yield "", link.explanation
        yield "", f"$ {link.command}"


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


def _source(s: Source) -> str:
    parts = (
        *(
            (s.authors or s.first_author) and f"{s.authors or s.first_author}:",
            s.title,
            s.journal,
            s.locator,
            *(s.texkeys or ["INSPIRE texkey unknown"]),
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
