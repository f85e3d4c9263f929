"""The pages of the catalogue's site: an index, one page a quantity and one an entry."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from urllib.parse import quote

from nuprobe.catalogue.entry import (
    KINDS,
    STATUSES,
    CodeLink,
    Entry,
    Number,
    Source,
    Tolerance,
)
from nuprobe.catalogue.export import export
from nuprobe.catalogue.ladder import shown
from nuprobe.catalogue.loader import Catalogue
from nuprobe.catalogue.quantities import QUANTITIES
from nuprobe.catalogue.site.figures import (
    Link,
    axis_key,
    curve_figure,
    entry_number,
    formula,
    ladder_figure,
    plane_key,
)
from nuprobe.catalogue.site.markup import (
    Child,
    Html,
    el,
    flavour_text,
    flavours_html,
    number_text,
    prose,
    range_text,
    unit_html,
)

__all__ = ["entry_folder", "entry_page", "index_page", "quantity_page"]

_VERIFIED = {
    "transcribed": "transcribed from one listing or review",
    "second_source": "two sources agree",
    "recomputed": "this package finds it too",
    "primary_read": "read in the publication itself",
}
_METHODS = {
    "text": "read from the text",
    "hepdata": "taken from HEPData",
    "digitised": "digitised from a figure",
    "recomputed": "recomputed",
}


def words(name: str) -> str:
    """``"charge_radius"`` → ``"charge radius"``; ``"nsi"`` → ``"NSI"``."""
    return {"nsi": "NSI", "charge": "electric charge", "n_eff": "N_eff"}.get(
        name, name.replace("_", " ")
    )


def capital(name: str) -> str:
    """The same with a capital at its beginning."""
    text = words(name)
    return text[:1].upper() + text[1:]


def entry_folder(e: Entry) -> str:
    """Where an entry lies in the site."""
    return f"entry/{e.id}"


def _url(*parts: str) -> str:
    return "/".join(quote(p, safe="/") for p in parts)


# -- the frame


@cache
def _asset(name: str) -> Html:
    return Html(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _policy() -> str:
    """A policy by which the browser itself refuses any request and any script but this
    one."""

    def digest(name: str) -> str:
        return base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()

    return (
        f"default-src 'none'; script-src 'sha256-{digest('site.js')}'; style-src"
        f" 'sha256-{digest('style.css')}'; img-src data:; base-uri 'none'; form-action"
        " 'none'"
    )


def _page(
    title: str, top: str, body: Child, *, json: str | None = None, name: str = ""
) -> str:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=_policy()),
        el("title", title),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="generator", content=f"nuprobe {version('nuprobe')}"),
        (
            el("link", rel="alternate", type="application/json", href=json)
            if json
            else None
        ),
        el("link", rel="icon", href="data:,"),
        el("style", _asset("style.css")),
        el("script", _asset("site.js")),
    )
    toggle = el(
        "button",
        "◐",
        type="button",
        id="theme",
        aria_label="Dark theme",
        aria_pressed="false",
        title="Theme",
    )
    header = el(
        "header",
        el(
            "div",
            el(
                "a",
                el("span", "ν", class_="logo", aria_hidden="true"),
                el("span", "Constraints on neutrino interactions"),
                href=f"{top}index.html",
                class_="home",
            ),
            el(
                "nav",
                el("a", "All entries", href=f"{top}index.html", id="all"),
                toggle,
                aria_label="Site",
            ),
            class_="bar-inner",
        ),
        class_="bar",
    )
    footer = el(
        "footer",
        el(
            "p",
            f"Written by nuprobe {version('nuprobe')} with “nuprobe catalogue site”."
            " It works offline. The numbers are facts of the publications named beside"
            " them.",
        ),
        el(
            "p",
            "Keys: ",
            el("kbd", "/"),
            " search, ",
            el("kbd", "↑"),
            el("kbd", "↓"),
            " through entries, ",
            el("kbd", "←"),
            el("kbd", "→"),
            " neighbouring entries, ",
            el("kbd", "t"),
            " theme",
        ),
    )
    page = el(
        "html",
        head,
        el(
            "body",
            el("a", "Skip to the content", href="#main", class_="skip"),
            header,
            el("main", body, id="main", tabindex="-1"),
            footer,
            el("div", id="said", role="status", aria_live="polite"),
            class_=name,
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}\n"


def _badge(kind: str, text: str, title: str | None = None) -> Html:
    return el("span", text, class_=f"badge {kind}", title=title)


def _status(e: Entry) -> Html:
    return _badge(f"status-{e.status}", e.status)


def _copy(target: str, what: str) -> Html:
    return el(
        "button",
        "Copy",
        type="button",
        class_="copy",
        data_copy=target,
        aria_label=f"Copy {what}",
    )


# -- index


def index_page(known: Catalogue) -> str:
    """All entries in a table that filters."""
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
    chips = [
        el(
            "a",
            capital(q),
            " ",
            el("span", str(n), class_="count"),
            href=_url("quantity", f"{q}.html"),
        )
        for q, n in sorted(quantities.items(), key=lambda item: (-item[1], item[0]))
    ]
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
    form = el(
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
    table = el(
        "table",
        el("caption", "Entries of the catalogue", class_="hidden"),
        el("thead", head),
        el("tbody", [_index_row(e) for e in entries]),
        id="entries",
    )
    downloads = el(
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
    body = [
        el("h1", "A catalogue of constraints on neutrino interactions"),
        el(
            "p",
            f"{len(entries)} published numbers, limits and curves, each with its"
            " confidence level, convention and ",
            f"origin. {computed} of them are computed again by this package, with the"
            " command beside the number.",
            class_="lead",
        ),
        el("h2", "All limits on one axis", class_="small-heading"),
        el("nav", chips, class_="chips", aria_label="Summary by quantity"),
        el("h2", "Entries", class_="small-heading"),
        form,
        el(
            "p",
            el(
                "output",
                f"{len(entries)} entries",
                id="count",
                for_="q observable flavour kind status from to",
            ),
        ),
        table,
        el(
            "p",
            "No entry fits. ",
            el("button", "Clear the filters", type="button", id="clear"),
            id="none",
            hidden=True,
        ),
        downloads,
    ]
    return _page("Constraints on neutrino interactions", "", body, name="index")


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
            el("a", e.experiment, href=_url(entry_folder(e), "index.html")),
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
        el("td", _status(e), data_label="Status"),
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


# -- quantity


def quantity_page(quantity: str, known: Catalogue) -> str:
    """All of a quantity's entries on one axis, and those that cannot be drawn."""
    found = sorted(
        (e for e in known.values() if e.observable.quantity == quantity),
        key=lambda e: (e.year, e.id),
    )

    def link(e: Entry) -> str:
        return _url("..", entry_folder(e), "index.html")

    body: list[Child] = [
        el(
            "nav",
            el("a", "All entries", href="../index.html"),
            " › ",
            capital(quantity),
            class_="crumbs",
            aria_label="Breadcrumb",
        ),
        el("h1", capital(quantity)),
        el(
            "p",
            f"{len(found)} entries. ",
            el(
                "a",
                "List and filter them",
                href=f"../index.html#observable={quote(quantity)}",
            ),
            ".",
            class_="lead",
        ),
    ]
    drawn: set[str] = set()
    summary = shown(quantity, found, theory=True)
    for key in dict.fromkeys(axis_key(e) for e in summary):
        if key is None:
            continue
        chosen = [e for e in summary if axis_key(e) == key]
        left_out = sum(e.convention == "other" and e.topic == key[0] for e in summary)
        figure = (
            ladder_figure(chosen, link, left_out=left_out) if len(chosen) > 1 else None
        )
        if figure is not None:
            title = [formula(key[2])] if key[2] else ["On one axis"]
            body += [
                el(
                    "h2", title, f", convention {key[3]}" if key[2] and key[3] else None
                ),
                figure,
            ]
            drawn |= {e.id for e in chosen if entry_number(e)}
    for plane in dict.fromkeys(plane_key(e) for e in summary):
        figure = None
        if plane is not None:
            chosen = [e for e in summary if plane_key(e) == plane]
            figure = curve_figure(chosen, link)
            drawn |= {e.id for e in chosen}
        if figure is not None:
            body += [el("h2", "Curves"), figure]
    rest = [e for e in found if e.id not in drawn]
    if rest:
        why = (
            "Superseded or withdrawn, a projection, without a number, in a convention"
            " that nothing converts, or a number of one experiment that cannot stand"
            " beside others."
        )
        body += [
            el("h2", "Not on an axis" if drawn else "Entries"),
            el("p", why) if drawn else None,
            _short_list(rest, link),
        ]
    conventions = QUANTITIES[quantity].conventions
    if conventions:
        items = [
            el("div", el("dt", el("code", name)), el("dd", prose(text)))
            for name, text in conventions.items()
        ]
        body += [el("h2", "Conventions"), el("dl", items, class_="wide-list")]
    return _page(
        f"{capital(quantity)} – constraints on neutrino interactions",
        "../",
        body,
        name="quantity",
    )


def _short_list(entries: Sequence[Entry], link: Link) -> Html:
    return el(
        "table",
        el(
            "tbody",
            [
                el(
                    "tr",
                    el("th", _entry_link(e, link(e)), scope="row"),
                    el("td", prose(e.title)),
                    el("td", unit_html(entry_number(e)), class_="number"),
                    el("td", _status(e)),
                )
                for e in entries
            ],
        ),
        class_="short",
    )


def _entry_link(e: Entry, address: str) -> Html:
    return el("a", f"{e.experiment} {e.year}", href=address)


# -- entry


def entry_page(e: Entry, known: Catalogue) -> str:
    """Everything about an entry."""
    top = "../" * (entry_folder(e).count("/") + 1)

    def link(other: Entry) -> str:
        return top + _url(entry_folder(other), "index.html")

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
    body: list[Child] = [
        el(
            "nav",
            el("a", "All entries", href=f"{top}index.html"),
            " › ",
            el(
                "a",
                capital(quantity),
                href=f"{top}{_url('quantity', f'{quantity}.html')}",
            ),
            " › ",
            f"{e.experiment} {e.year}",
            class_="crumbs",
            aria_label="Breadcrumb",
        ),
        el("h1", prose(e.title)),
        el(
            "p",
            _badge(
                "kind",
                words(e.kind) + (f" of a {words(e.projects)}" if e.projects else ""),
            ),
            _status(e),
            _badge(
                f"verified-{e.verification.level}",
                words(e.verification.level),
                _VERIFIED[e.verification.level],
            ),
            (
                _badge("effective", "effective", "a combination seen by one experiment")
                if e.effective
                else None
            ),
            el("span", el("code", e.id, id="id"), _copy("id", "the id"), class_="id"),
            class_="badges",
        ),
        _banner(e, known, link),
        _headline(e),
        el(
            "div",
            el(
                "div",
                _values(e, known),
                _recomputed(e),
                _notes(e),
                class_="main-column",
            ),
            el("aside", _facts(e), aria_label="Conditions and assumptions"),
            class_="columns",
        ),
        _figures(e, known, link),
        _related(e, known, link),
        _reference(e),
        _history(e),
        el(
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
        ),
    ]
    title = (
        f"{e.experiment} {e.year}: {words(quantity)} – constraints on neutrino"
        " interactions"
    )
    return _page(title, top, body, json="entry.json", name="entry")


def _banner(e: Entry, known: Catalogue, link: Link) -> Html | None:
    for key, text in (
        ("superseded_by", "Superseded by "),
        ("disputed_by", "Disputed by "),
    ):
        others = [known[o] for o in getattr(e, key)]
        if others:
            links = [
                [_entry_link(o, link(o)), ", " if o is not others[-1] else "."]
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


def _values(e: Entry, known: Catalogue) -> Html | None:
    """The table of numbers, and one click away where they come from."""
    rows: list[tuple[Child, str, Child]] = []
    symbol = formula(e.observable.latex)
    number = entry_number(e)
    if number:
        rows.append(
            (
                symbol,
                number,
                words(e.form)
                + (", of the absolute value" if e.of_absolute_value else ""),
            )
        )
        rows += [
            (
                [el("span", f"{words(c.source)} error", class_="sub")],
                f"+{number_text(c.plus)} −{number_text(c.minus)}",
                "",
            )
            for c in e.components
        ]
    if e.value is not None and e.interval is not None:
        text = range_text(None, e.unit, lower=e.interval.lower, upper=e.interval.upper)
        rows.append((symbol, text, "interval"))
    rows += [
        (words(name), range_text(n.value, n.unit, n.plus, n.minus), prose(n.meaning))
        for name, n in e.numbers.items()
    ]
    if e.curve is not None:
        c = e.curve
        rows.append(
            (
                [formula(c.y.latex), " over ", formula(c.x.latex)],
                f"{c.shape} of {len(c.points)} points",
                el("a", "points in entry.json", href="entry.json"),
            )
        )
    provenance = el(
        "details",
        el(
            "summary",
            "Provenance: ",
            el("span", _origin(e.source)),
            class_="provenance-line",
        ),
        _provenance(e),
        class_="provenance",
    )
    if not rows:
        return el(
            "section",
            el("h2", "Values"),
            el(
                "p",
                prose(
                    e.notes.not_shipped
                    or "This entry holds no number of its own; it is computed with the "
                    "commands below."
                ),
            ),
            provenance,
        )
    table = el(
        "table",
        el(
            "thead",
            el(
                "tr",
                [el("th", t, scope="col") for t in ("Quantity", "Value", "Meaning")],
            ),
        ),
        el(
            "tbody",
            [
                el(
                    "tr",
                    el("th", name, scope="row"),
                    el("td", unit_html(text), class_="number"),
                    el("td", meaning),
                )
                for name, text, meaning in rows
            ],
        ),
        class_="values",
    )
    checks = (
        el(
            "details",
            el("summary", f"Arithmetic that comes out ({len(e.derived)})"),
            el(
                "ul",
                [
                    el(
                        "li",
                        el("code", d.expression),
                        f" = {number_text(d.equals)} ± {number_text(d.absolute)}",
                    )
                    for d in e.derived
                ],
            ),
        )
        if e.derived
        else None
    )
    return el("section", el("h2", "Values"), table, provenance, checks)


def _origin(s: Source) -> str:
    name = (
        s.texkeys[0]
        if s.texkeys
        else s.doi or (f"arXiv:{s.arxiv}" if s.arxiv else f"INSPIRE {s.recid}")
    )
    return f"{name}, {s.locator}"


def _provenance(e: Entry) -> Html:
    def described(s: Source) -> Iterator[tuple[str, Child]]:
        yield "Where", s.locator
        yield "How", f"{_METHODS[s.method]}, {s.retrieved}"
        yield "Licence", s.licence

    rows = list(described(e.source))
    if e.via is not None:
        rows.append(
            (
                "Taken through",
                [_citation(e.via), f" ({e.via.locator}; {_METHODS[e.via.method]})"],
            )
        )
    rows.append(
        (
            "Verified",
            [f"{words(e.verification.level)}: ", prose(e.verification.evidence)],
        )
    )
    if e.aliases:
        rows.append(("Also known as", [[el("code", a), " "] for a in e.aliases]))
    return _list(rows)


def _list(rows: Sequence[tuple[str, Child]]) -> Html:
    return el(
        "dl", [el("div", el("dt", name), el("dd", value)) for name, value in rows]
    )


def _recomputed(e: Entry) -> Html | None:
    if not e.code:
        return None
    numbers = e.named_numbers()
    cards: list[Html] = []
    # a number derived from others was not published as it stands
    label = "Reference" if e.source.method == "recomputed" else "Published"
    # one command may show several numbers
    for i, (command, links) in enumerate(
        itertools.groupby(e.code, key=lambda link: link.command)
    ):
        name = f"command-{i}"
        shell = el(
            "div",
            el("pre", el("code", command, id=name)),
            _copy(name, "the command"),
            class_="command",
        )
        cards.append(
            el(
                "div",
                [_comparison(k, numbers.get(k.compares), label) for k in links],
                shell,
                class_="comparison",
            )
        )
    return el("section", el("h2", "Computed by nuprobe"), cards)


def _comparison(link: CodeLink, number: Number | None, label: str) -> Child:
    """A computed number beside the published one, with pull and verdict."""
    verdict = {True: "agrees", False: "differs", None: "shown"}[link.agrees]
    unit = number.unit if number else None
    cells: list[Html] = []
    if number is not None:
        cells.append(
            _cell(label, range_text(number.value, unit, number.plus, number.minus))
        )
    # one digit more than was published: the last ones stored serve to notice a change,
    # not to be read
    published = f"{number.value:.12g}".partition("e")[0] if number else ""
    digits = max(4, 1 + len(published.replace(".", "").lstrip("-0")))
    cells.append(
        _cell("Computed", range_text(float(f"{link.result:.{digits}g}"), unit))
    )
    if number is not None:
        difference = link.result - number.value
        sigma = number.plus if difference > 0 else number.minus
        if sigma:
            cells.append(
                _cell("Pull", f"{difference / sigma:+.2f} σ".replace("-", "−"))
            )
        elif number.value:
            cells.append(
                _cell(
                    "Difference",
                    f"{100 * difference / abs(number.value):+.2g} %".replace("-", "−"),
                )
            )
    allowed = _tolerance(link.tolerance, unit)
    said = {
        "agrees": f"agrees {allowed}",
        "differs": f"differs: not {allowed}",
        "shown": "shown, not judged",
    }
    text = said[verdict]
    return [
        el("h3", prose(link.quantity), " ", _badge(f"verdict-{verdict}", text)),
        el("div", cells, class_="cells"),
        el("p", prose(link.explanation)) if link.explanation else None,
    ]


def _tolerance(t: Tolerance, unit: str | None) -> str:
    if t.at_least:
        return "with the lower bound"
    if t.sigma is not None:
        return f"within {number_text(t.sigma)} σ"
    if t.relative is not None:
        return f"within {number_text(100 * t.relative)} %"
    return "exactly" if not t.absolute else f"within {range_text(t.absolute, unit)}"


def _cell(name: str, text: str) -> Html:
    return el(
        "div",
        el("span", name, class_="sub"),
        el("span", unit_html(text), class_="number"),
        class_="cell",
    )


def _facts(e: Entry) -> Html:
    known: dict[str, str] = {}
    for q in [e.observable.quantity] + ([e.curve.y.quantity] if e.curve else []):
        known |= QUANTITIES[q].conventions
    convention: Child = None
    if e.convention:
        meaning = (
            e.notes.convention
            if e.convention == "other"
            else known.get(e.convention, "")
        )
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
    return Html(el("h2", "Conditions") + _list([r for r in rows if r[1]]))


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
        left_out = sum(o.convention == "other" and o.topic == e.topic for o in others)
        parts.append(ladder_figure(same, link, e, left_out) if len(same) > 1 else None)
    elif e.convention == "other" and entry_number(e):
        text = (
            "Its convention is not converted to that of the others, so it does not"
            " stand on their axis: "
        )
        parts.append(el("p", text, prose(e.notes.convention)))
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
        parts.append(_short_list(same, link) if same else None)
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
                        _entry_link(o, link(o)),
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
        el("section", el("h2", "Related entries"), _list(items), class_="full related")
        if items
        else None
    )


def _citation(s: Source) -> Child:
    """A publication with its links; they lead out and are followed only by a click."""

    def out(text: str, address: str) -> Html:
        return el(
            "a", text, href=address, rel="external noopener noreferrer", class_="out"
        )

    links: list[Child] = []
    if s.doi:
        links.append(out(f"doi:{s.doi}", f"https://doi.org/{quote(s.doi)}"))
    if s.arxiv:
        links.append(out(f"arXiv:{s.arxiv}", f"https://arxiv.org/abs/{quote(s.arxiv)}"))
    if s.recid:
        links.append(
            out(f"INSPIRE {s.recid}", f"https://inspirehep.net/literature/{s.recid}")
        )
    elif s.texkeys:
        links.append(
            out(
                "INSPIRE",
                f"https://inspirehep.net/literature?q=texkey%20{quote(s.texkeys[0])}",
            )
        )
    if s.hepdata:
        address = (
            f"https://doi.org/{quote(s.hepdata)}"
            if s.hepdata.startswith("10.")
            else (f"https://www.hepdata.net/record/{quote(s.hepdata)}")
        )
        links.append(out("HEPData", address))
    if s.pdg:
        links.append(f"PDG {s.pdg.edition} {s.pdg.block}")
    text = [
        f"{s.authors}: " if s.authors else None,
        el("cite", prose(s.title)) if s.title else None,
    ]
    journal = [", " if s.title else None, s.journal] if s.journal else []
    year = f" ({s.year})" if s.year else ""
    keys = [[" ", el("code", k)] for k in s.texkeys]
    described = any((s.authors, s.title, s.journal, s.year, s.texkeys))
    return [
        text,
        journal,
        year,
        keys,
        [[" · " if described or i else "", link] for i, link in enumerate(links)],
    ]


def _reference(e: Entry) -> Html:
    bibtex = export([e], "bibtex")
    return el(
        "section",
        el("h2", "Reference"),
        el("p", _citation(e.source)),
        el("p", "Through ", _citation(e.via)) if e.via else None,
        el(
            "div",
            el(
                "button",
                "Copy BibTeX",
                type="button",
                class_="copy",
                data_copy="bibtex",
                id="copy-bibtex",
            ),
            " ",
            el("a", "This entry as JSON", href="entry.json", class_="button"),
            class_="actions",
        ),
        el(
            "details",
            el("summary", "BibTeX"),
            el("pre", el("code", bibtex, id="bibtex")),
        ),
        class_="full",
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
