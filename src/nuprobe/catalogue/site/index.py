"""The front page: all entries in a filterable table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from nuprobe.catalogue.entry import KINDS, STATUSES, Entry
from nuprobe.catalogue.loader import Catalogue
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.frame import (
    capital,
    entry_folder,
    page,
    status_badge,
    url,
    words,
)
from nuprobe.catalogue.site.keys import entry_number
from nuprobe.catalogue.site.text import flavour_text, flavours_html, prose, unit_html
from nuprobe.markup import Html, el

__all__ = ["index_page"]


def index_page(known: Catalogue) -> str:
    """All entries in a filterable table.

    Parameters
    ----------
    known : the catalogue.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> "<h1>" in index_page(catalogue())
    True
    """
    quantities = Counter(e.observable.quantity for e in known.values())
    entries = sorted(
        known.values(),
        key=lambda e: (
            -quantities[e.observable.quantity],
            e.observable.quantity,
            -e.year,
            e.id,
        ),
    )
    computed = sum(bool(e.code) for e in entries)
    body = [
        el("h1", "A catalogue of constraints on neutrino interactions"),
        el(
            "p",
            f"{len(entries)} published numbers, limits and curves, each with its"
            " confidence level, convention and ",
            f"origin. {computed} of them are recomputed by this package, with the"
            " command given next to the number.",
            class_="lead",
        ),
        el("h2", "All limits on one axis", class_="small-heading"),
        el("nav", _chips(quantities), class_="chips", aria_label="Summary by quantity"),
        el("h2", "Entries", class_="small-heading"),
        _form(entries),
        el(
            "p",
            el(
                "output",
                f"{len(entries)} entries",
                id="count",
                for_="q observable flavour kind status from to",
            ),
        ),
        _table(entries),
        el(
            "p",
            "No entry fits. ",
            el("button", "Clear the filters", type="button", id="clear"),
            id="none",
            hidden=True,
        ),
        _downloads(),
    ]
    return page("Constraints on neutrino interactions", "", body, name="index")


def _chips(quantities: Counter[str]) -> list[Html]:
    """Links to the pages of quantities, most frequent first."""
    return [
        el(
            "a",
            capital(q),
            " ",
            el("span", str(n), class_="count"),
            href=url("quantity", f"{q}.html"),
        )
        for q, n in sorted(quantities.items(), key=lambda item: (-item[1], item[0]))
    ]


def _form(entries: Sequence[Entry]) -> Html:
    """Search and filters."""
    quantities = {e.observable.quantity for e in entries}
    flavours = sorted({f for e in entries for f in e.flavour})
    present = {e.kind for e in entries}, {e.status for e in entries}
    years = [e.year for e in entries] or [0]
    selects = [
        _select(
            "observable", "Observable", [(q, capital(q)) for q in sorted(quantities)]
        ),
        _select("flavour", "Flavour", [(f, flavour_text(f)) for f in flavours]),
        _select("kind", "Kind", [(k, words(k)) for k in KINDS if k in present[0]]),
        _select("status", "Status", [(s, s) for s in STATUSES if s in present[1]]),
    ]
    year = [
        el(
            "label",
            el("span", text),
            el(
                "input",
                type="number",
                id=name,
                name=name,
                min=min(years),
                max=max(years),
                placeholder=str(bound),
                inputmode="numeric",
            ),
        )
        for name, text, bound in (
            ("from", "From year", min(years)),
            ("to", "To year", max(years)),
        )
    ]
    return el(
        "form",
        el(
            "label",
            el("span", "Search"),
            el(
                "input",
                type="search",
                id="q",
                name="q",
                autocomplete="off",
                spellcheck="false",
                placeholder="experiment, model, texkey, words …  ( / )",
            ),
            class_="wide",
        ),
        selects,
        year,
        el("button", "Clear", type="reset"),
        id="filters",
        role="search",
        aria_label="Filter the entries",
    )


def _table(entries: Sequence[Entry]) -> Html:
    columns = [
        ("experiment", "Entry"),
        ("observable", "Observable"),
        ("number", "Result"),
        ("cl", "Confidence"),
        ("flavour", "Flavour"),
        ("year", "Year"),
        ("status", "Status"),
        ("computed", "Computed"),
    ]
    head = el(
        "tr",
        [
            (
                el(
                    "th",
                    el("button", text, type="button", data_sort=key),
                    scope="col",
                    aria_sort="none",
                )
                if key not in ("number", "cl")
                else el("th", text, scope="col")
            )
            for key, text in columns
        ],
    )
    return el(
        "table",
        el("caption", "Entries of the catalogue", class_="hidden"),
        el("thead", head),
        el("tbody", [_index_row(e) for e in entries]),
        id="entries",
    )


def _downloads() -> Html:
    return el(
        "p",
        "All entries as ",
        [
            [el("a", text, href=file), end]
            for text, file, end in (
                ("JSON", "catalogue.json", ", "),
                ("CSV", "catalogue.csv", ", "),
                ("BibTeX", "catalogue.bib", ", "),
                ("HEPData", "catalogue.hepdata.yaml", "; the "),
                ("JSON Schema", "catalogue.schema.json", " of one entry."),
            )
        ],
        class_="downloads",
    )


def _select(name: str, text: str, options: list[tuple[str, str]]) -> Html:
    choices = [el("option", "any", value="")] + [
        el("option", t, value=v, data_text=t) for v, t in options
    ]
    return el("label", el("span", text), el("select", choices, id=name, name=name))


def _index_row(e: Entry) -> Html:
    verdicts = [link.agrees for link in e.code]
    mark = ("–", "not computed")
    if verdicts:
        mark = (
            ("✗", "differs")
            if False in verdicts
            else ("✓", "agrees")
            if True in verdicts
            else ("•", "shown")
        )
    number = entry_number(e) or ("curve" if e.curve else "not given")
    searched = " ".join(
        (
            e.words,
            e.kind,
            words(e.kind),
            e.status,
            *e.flavour,
            words(e.observable.quantity),
        )
    )
    return el(
        "tr",
        el(
            "td",
            el("a", e.experiment, href=url(entry_folder(e), "index.html")),
            el("span", prose(e.title), class_="sub"),
            class_="name",
        ),
        el(
            "td",
            formula(e.observable.latex),
            el("span", words(e.kind), class_="sub"),
            data_label="Observable",
        ),
        el("td", unit_html(number), data_label="Result", class_="number"),
        el("td", _level(e), data_label="Confidence"),
        el("td", flavours_html(e.flavour), data_label="Flavour"),
        el("td", str(e.year), data_label="Year"),
        el("td", status_badge(e), data_label="Status"),
        el(
            "td",
            el("span", mark[0], title=mark[1], class_=f"mark {mark[1].split()[0]}"),
            el("span", mark[1], class_="hidden"),
            data_label="Computed",
            class_=None if verdicts else "absent",
        ),
        data_words=" ".join(searched.split()),
        data_observable=e.observable.quantity,
        data_flavour=" ".join(e.flavour),
        data_kind=e.kind,
        data_year=e.year,
        data_status=e.status,
        data_experiment=e.experiment.lower(),
        data_computed=f"{len(verdicts):02d}",
    )


def _level(e: Entry) -> str:
    if e.cl is None:
        return ""
    return "unknown" if isinstance(e.cl, str) else f"{100 * e.cl:.4g} %"
