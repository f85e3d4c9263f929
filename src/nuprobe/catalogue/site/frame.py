"""Elements common to all pages: the frame, badges, buttons and lists."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from urllib.parse import quote

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.site.keys import Link, entry_number
from nuprobe.catalogue.site.text import prose, unit_html
from nuprobe.markup import Child, Html, el

__all__ = [
    "badge",
    "capital",
    "copy_button",
    "definitions",
    "entry_folder",
    "entry_link",
    "page",
    "short_list",
    "status_badge",
    "url",
    "words",
]


def words(name: str) -> str:
    """Words for a `name` used in a file.

    Examples
    --------
    >>> words("charge_radius"), words("nsi")
    ('charge radius', 'NSI')
    """
    return {"nsi": "NSI", "charge": "electric charge", "n_eff": "N_eff"}.get(
        name, name.replace("_", " ")
    )


def capital(name: str) -> str:
    """The same for a `name`, with an initial capital.

    Examples
    --------
    >>> capital("charge_radius")
    'Charge radius'
    """
    text = words(name)
    return text[:1].upper() + text[1:]


def entry_folder(e: Entry) -> str:
    """Folder of an entry `e` in the site.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> entry_folder(catalogue()["trident.mumu.ratio/CCFR-1991"])
    'entry/trident.mumu.ratio/CCFR-1991'
    """
    return f"entry/{e.id}"


def url(*parts: str) -> str:
    """Address of the `parts` of a path.

    Examples
    --------
    >>> url("entry", "a b", "index.html")
    'entry/a%20b/index.html'
    """
    return "/".join(quote(p, safe="/") for p in parts)


@cache
def _asset(name: str) -> Html:
    return Html(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def _policy() -> str:
    """A content security policy: the browser blocks all requests and all scripts except
    this one."""

    def digest(name: str) -> str:
        return base64.b64encode(hashlib.sha256(_asset(name).encode()).digest()).decode()

    return (
        f"default-src 'none'; script-src 'sha256-{digest('site.js')}'; style-src"
        f" 'sha256-{digest('style.css')}'; img-src data:; base-uri 'none'; form-action"
        " 'none'"
    )


def page(
    title: str, top: str, body: Child, *, json: str | None = None, name: str = ""
) -> str:
    """A complete page.

    Parameters
    ----------
    title : of the page.
    top : relative path to the folder of the index, e.g. ``"../"``.
    body : content.
    json : address of the same data as JSON.
    name : CSS class of the page.

    Examples
    --------
    >>> "<title>Empty</title>" in page("Empty", "", "")
    True
    """
    document = el(
        "html",
        _head(title, json),
        el(
            "body",
            el("a", "Skip to the content", href="#main", class_="skip"),
            _header(top),
            el("main", body, id="main", tabindex="-1"),
            _footer(),
            el("div", id="said", role="status", aria_live="polite"),
            class_=name,
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{document}\n"


def _head(title: str, json: str | None) -> Html:
    return el(
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


def _header(top: str) -> Html:
    toggle = el(
        "button",
        "◐",
        type="button",
        id="theme",
        aria_label="Dark theme",
        aria_pressed="false",
        title="Theme",
    )
    return el(
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


def _footer() -> Html:
    return el(
        "footer",
        el(
            "p",
            f"Written by nuprobe {version('nuprobe')} with “nuprobe catalogue site”. It"
            " works offline. The numbers are facts from the publications cited with"
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


def badge(kind: str, text: str, title: str | None = None) -> Html:
    """A badge with a `text`, of a `kind`, with an explanatory `title`.

    Examples
    --------
    >>> badge("effective", "effective")
    '<span class="badge effective">effective</span>'
    """
    return el("span", text, class_=f"badge {kind}", title=title)


def status_badge(e: Entry) -> Html:
    """Badge with the status of an entry `e`.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> status_badge(catalogue()["trident.mumu.ratio/CCFR-1991"])
    '<span class="badge status-current">current</span>'
    """
    return badge(f"status-{e.status}", e.status)


def copy_button(target: str, what: str) -> Html:
    """Button that copies the element with the id `target`; `what` is its name for
    screen readers.

    Examples
    --------
    >>> "Copy the id" in copy_button("id", "the id")
    True
    """
    return el(
        "button",
        "Copy",
        type="button",
        class_="copy",
        data_copy=target,
        aria_label=f"Copy {what}",
    )


def short_list(entries: Sequence[Entry], link: Link) -> Html:
    """Table of entries, one per row.

    Parameters
    ----------
    entries : in order.
    link : address of an entry's page.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> ccfr = catalogue()["trident.mumu.ratio/CCFR-1991"]
    >>> short_list([ccfr], lambda e: "page.html").count("<tr>")
    1
    """
    return el(
        "table",
        el(
            "tbody",
            [
                el(
                    "tr",
                    el("th", entry_link(e, link(e)), scope="row"),
                    el("td", prose(e.title)),
                    el("td", unit_html(entry_number(e)), class_="number"),
                    el("td", status_badge(e)),
                )
                for e in entries
            ],
        ),
        class_="short",
    )


def entry_link(e: Entry, address: str) -> Html:
    """Link to the page of an entry `e` at an `address`.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> entry_link(catalogue()["trident.mumu.ratio/CCFR-1991"], "page.html")
    '<a href="page.html">CCFR 1991</a>'
    """
    return el("a", f"{e.experiment} {e.year}", href=address)


def definitions(rows: Sequence[tuple[str, Child]]) -> Html:
    """Definition list of the `rows`, names with values.

    Examples
    --------
    >>> "<dt>Model</dt><dd>SM</dd>" in definitions([("Model", "SM")])
    True
    """
    return el(
        "dl", [el("div", el("dt", name), el("dd", value)) for name, value in rows]
    )
