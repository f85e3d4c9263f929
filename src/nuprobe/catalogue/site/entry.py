"""The page of an entry: everything about it."""

from __future__ import annotations

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import shown
from nuprobe.catalogue.loader import Catalogue
from nuprobe.catalogue.quantities import QUANTITIES, UNCOMPARED
from nuprobe.catalogue.site.citation import reference
from nuprobe.catalogue.site.curves import curve_figure
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.frame import (
    badge,
    capital,
    copy_button,
    definitions,
    entry_folder,
    entry_link,
    page,
    short_list,
    status_badge,
    url,
    words,
)
from nuprobe.catalogue.site.keys import Link, axis_key, entry_number, plane_key
from nuprobe.catalogue.site.ladder import ladder_figure
from nuprobe.catalogue.site.text import flavours_html, prose, unit_html
from nuprobe.catalogue.site.values import recomputed, values
from nuprobe.markup import Child, Html, el

__all__ = ["entry_page"]

_VERIFIED = {
    "transcribed": "transcribed from one listing or review",
    "second_source": "two sources agree",
    "recomputed": "this package finds it too",
    "primary_read": "read in the publication itself",
}


def entry_page(e: Entry, known: Catalogue) -> str:
    """Everything about an entry.

    Parameters
    ----------
    e : the entry.
    known : the catalogue.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> known = catalogue()
    >>> page = entry_page(known["trident.mumu.ratio/CCFR-1991"], known)
    >>> "Computed by nuprobe" in page
    True
    """
    top = "../" * (entry_folder(e).count("/") + 1)

    def link(other: Entry) -> str:
        return top + url(entry_folder(other), "index.html")

    body: list[Child] = [
        _crumbs(e, top),
        el("h1", prose(e.title)),
        _badges(e),
        _banner(e, known, link),
        _headline(e),
        el(
            "div",
            el(
                "div",
                values(e),
                recomputed(e),
                _notes(e),
                class_="main-column",
            ),
            el("aside", _facts(e), aria_label="Conditions and assumptions"),
            class_="columns",
        ),
        _figures(e, known, link),
        _related(e, known, link),
        reference(e),
        _history(e),
        _neighbours(e, known, link),
    ]
    title = (
        f"{e.experiment} {e.year}: {words(e.observable.quantity)} – constraints on"
        " neutrino interactions"
    )
    return page(title, top, body, json="entry.json", name="entry")


def _crumbs(e: Entry, top: str) -> Html:
    quantity = e.observable.quantity
    return el(
        "nav",
        el("a", "All entries", href=f"{top}index.html"),
        " › ",
        el(
            "a",
            capital(quantity),
            href=f"{top}{url('quantity', f'{quantity}.html')}",
        ),
        " › ",
        f"{e.experiment} {e.year}",
        class_="crumbs",
        aria_label="Breadcrumb",
    )


def _badges(e: Entry) -> Html:
    return el(
        "p",
        badge(
            "kind",
            words(e.kind) + (f" of a {words(e.projects)}" if e.projects else ""),
        ),
        status_badge(e),
        badge(
            f"verified-{e.verification.level}",
            words(e.verification.level),
            _VERIFIED[e.verification.level],
        ),
        (
            badge("effective", "effective", "a combination seen by one experiment")
            if e.effective
            else None
        ),
        el(
            "span",
            el("code", e.id, id="id"),
            copy_button("id", "the id"),
            class_="id",
        ),
        class_="badges",
    )


def _neighbours(e: Entry, known: Catalogue, link: Link) -> Html:
    """Links to the previous and next entries of the same topic and quantity."""
    quantity = e.observable.quantity
    siblings = sorted(
        (
            o
            for o in known.values()
            if (o.topic, o.observable.quantity) == (e.topic, quantity)
        ),
        key=lambda o: (o.year, o.id),
    )
    at = next(i for i, o in enumerate(siblings) if o.id == e.id)
    before = siblings[at - 1] if at > 0 else None
    after = siblings[at + 1] if at + 1 < len(siblings) else None
    return el(
        "nav",
        (
            el(
                "a",
                f"← {before.experiment} {before.year}",
                href=link(before),
                rel="prev",
            )
            if before
            else el("span")
        ),
        (
            el(
                "a",
                f"{after.experiment} {after.year} →",
                href=link(after),
                rel="next",
            )
            if after
            else el("span")
        ),
        class_="neighbours",
        aria_label="Neighbouring entries by year",
    )


def _banner(e: Entry, known: Catalogue, link: Link) -> Html | None:
    for key, text in (
        ("superseded_by", "Superseded by "),
        ("disputed_by", "Disputed by "),
    ):
        others = [known[o] for o in getattr(e, key)]
        if others:
            links = [
                [entry_link(o, link(o)), ", " if o is not others[-1] else "."]
                for o in others
            ]
            return el("p", text, links, class_="banner")
    return None


def _headline(e: Entry) -> Html | None:
    number = entry_number(e)
    if not number:
        return None
    symbol = formula(e.observable.latex)
    relation = "" if number[0] in "<>" else " = " if e.value is not None else ": "
    before, after = ("|", "|") if e.of_absolute_value else ("", "")
    level = el("span", e.confidence, class_="confidence") if e.confidence else None
    return el(
        "p",
        el("span", before, symbol, after, relation or " ", unit_html(number)),
        " ",
        level,
        class_="headline",
    )


def _facts(e: Entry) -> Html:
    known: dict[str, str] = {}
    for q in [e.observable.quantity] + ([e.curve.y.quantity] if e.curve else []):
        known |= QUANTITIES[q].conventions
    convention: Child = None
    if e.convention:
        meaning = (
            e.notes.convention if e.convention in UNCOMPARED else ""
        ) or known.get(e.convention, "")
        convention = [el("code", e.convention), ": ", prose(meaning)]
    rows: list[tuple[str, Child]] = [
        ("Confidence", e.confidence),
        ("Statistic", e.statistic),
        ("Likelihood", e.likelihood),
        ("Convention", convention),
        (
            "Parameter",
            el("code", e.observable.parameter) if e.observable.parameter else None,
        ),
        ("Flavour", flavours_html(e.flavour)),
        ("Model", prose(e.model)),
        ("Valid", prose(e.valid_range)),
        *((capital(k), prose(v)) for k, v in e.conditions if v),
    ]
    return Html(el("h2", "Conditions") + definitions([r for r in rows if r[1]]))


def _notes(e: Entry) -> Html | None:
    titles = {
        "why": "Why it constrains",
        "changed": "What has changed since",
        "validity": "Validity and model dependence",
        "caveat": "Caveat",
        "not_shipped": "Why no number is given",
    }
    parts = [
        [el("h3", title), el("p", prose(text))]
        for key, title in titles.items()
        if (text := getattr(e.notes, key)) and (key != "not_shipped" or entry_number(e))
    ]
    return el("section", el("h2", "Notes"), parts) if parts else None


def _figures(e: Entry, known: Catalogue, link: Link) -> Html | None:
    others = shown(e.observable.quantity, known.values(), theory=True)
    parts: list[Child] = []
    key = axis_key(e)
    if key is not None and entry_number(e):
        same = [o for o in others if axis_key(o) == key]
        same += [e] if e.id not in {o.id for o in same} else []
        left_out = sum(
            o.convention in UNCOMPARED and o.topic == e.topic for o in others
        )
        parts.append(ladder_figure(same, link, e, left_out) if len(same) > 1 else None)
    elif e.convention in UNCOMPARED and entry_number(e):
        text = (
            "Its convention is not converted to that of the others, so it is not shown"
            " on their axis: "
        )
        convention = e.notes.convention or f"{e.convention}."
        parts.append(el("p", text, prose(convention)))
    if e.curve is not None:
        plane = plane_key(e)
        same = [
            o
            for o in others
            if plane is not None and plane_key(o) == plane and o.id != e.id
        ]
        parts.append(curve_figure([*same, e], link, e))
    if not any(parts):
        same = [o for o in others if o.topic == e.topic and o.id != e.id]
        same.sort(key=lambda o: (o.year, o.id))
        parts.append(short_list(same, link) if same else None)
    parts = [p for p in parts if p]
    return (
        el("section", el("h2", "Beside the others"), parts, class_="full")
        if parts
        else None
    )


def _related(e: Entry, known: Catalogue, link: Link) -> Html | None:
    disputes = [
        o for o in known.values() if e.id in {known[d].id for d in o.disputed_by}
    ]
    rows: list[tuple[str, list[Entry]]] = [
        (title, [known[o] for o in getattr(e, key)])
        for key, title in (
            ("supersedes", "Supersedes"),
            ("superseded_by", "Superseded by"),
            ("shares_data_with", "Shares data with"),
            ("disputed_by", "Disputed by"),
        )
    ]
    rows.append(("Disputes", disputes))
    named = {o.id for _, found in rows for o in found} | {e.id}
    rows.append(
        (
            "Same experiment",
            [
                o
                for o in known.values()
                if o.experiment == e.experiment and o.id not in named
            ][:12],
        )
    )
    items: list[tuple[str, Child]] = [
        (
            title,
            el(
                "ul",
                [
                    el(
                        "li",
                        entry_link(o, link(o)),
                        ", ",
                        words(o.observable.quantity),
                        " ",
                        unit_html(entry_number(o)),
                    )
                    for o in found
                ],
            ),
        )
        for title, found in rows
        if found
    ]
    return (
        el(
            "section",
            el("h2", "Related entries"),
            definitions(items),
            class_="full related",
        )
        if items
        else None
    )


def _history(e: Entry) -> Html:
    return el(
        "section",
        el(
            "details",
            el("summary", f"History of this entry ({len(e.history)})"),
            el(
                "ul",
                [
                    el(
                        "li",
                        el("time", str(h.date), datetime=str(h.date)),
                        " ",
                        prose(h.change),
                    )
                    for h in e.history
                ],
            ),
        ),
        class_="full",
    )
