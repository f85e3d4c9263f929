"""The page of a quantity: its entries on one axis, and those that cannot be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import shown
from nuprobe.catalogue.loader import Catalogue
from nuprobe.catalogue.quantities import QUANTITIES, UNCOMPARED
from nuprobe.catalogue.site.curves import curve_figure
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.frame import capital, entry_folder, page, short_list, url
from nuprobe.catalogue.site.keys import axis_key, entry_number, plane_key
from nuprobe.catalogue.site.ladder import ladder_figure
from nuprobe.catalogue.site.text import prose
from nuprobe.markup import Child, el

__all__ = ["quantity_page"]


def quantity_page(quantity: str, known: Catalogue) -> str:
    """All of a quantity's entries on one axis, and those that cannot be drawn.

    Parameters
    ----------
    quantity : its name.
    known : the catalogue.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> "Conventions" in quantity_page("charge_radius", catalogue())
    True
    """
    entries = sorted(
        (e for e in known.values() if e.observable.quantity == quantity),
        key=lambda e: (e.year, e.id),
    )
    summary = shown(quantity, entries, theory=True)
    ladders, on_ladders = _ladders(summary)
    curves, on_curves = _curves(summary)
    drawn = on_ladders | on_curves
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
            f"{len(entries)} entries. ",
            el(
                "a",
                "List and filter them",
                href=f"../index.html#observable={quote(quantity)}",
            ),
            ".",
            class_="lead",
        ),
        *ladders,
        *curves,
    ]
    rest = [e for e in entries if e.id not in drawn]
    if rest:
        why = (
            "Superseded or withdrawn, a projection, without a number, in a convention"
            " that cannot be converted, or a number of one experiment that cannot stand"
            " beside others."
        )
        body += [
            el("h2", "Not on an axis" if drawn else "Entries"),
            el("p", why) if drawn else None,
            short_list(rest, _link),
        ]
    conventions = QUANTITIES[quantity].conventions
    if conventions:
        items = [
            el("div", el("dt", el("code", name)), el("dd", prose(text)))
            for name, text in conventions.items()
        ]
        body += [el("h2", "Conventions"), el("dl", items, class_="wide-list")]
    return page(
        f"{capital(quantity)} – constraints on neutrino interactions",
        "../",
        body,
        name="quantity",
    )


def _link(e: Entry) -> str:
    return url("..", entry_folder(e), "index.html")


def _ladders(summary: Sequence[Entry]) -> tuple[list[Child], set[str]]:
    """A ladder for each axis shared by several entries, and the entries on them."""
    parts: list[Child] = []
    drawn: set[str] = set()
    for key in dict.fromkeys(axis_key(e) for e in summary):
        if key is None:
            continue
        chosen = [e for e in summary if axis_key(e) == key]
        left_out = sum(
            e.convention in UNCOMPARED and e.topic == key[0] for e in summary
        )
        if len(chosen) < 2:
            continue
        figure = ladder_figure(chosen, _link, left_out=left_out)
        if figure is not None:
            title = [formula(key[2])] if key[2] else ["On one axis"]
            convention = f", convention {key[3]}" if key[2] and key[3] else None
            parts += [el("h2", title, convention), figure]
            drawn |= {e.id for e in chosen if entry_number(e)}
    return parts, drawn


def _curves(summary: Sequence[Entry]) -> tuple[list[Child], set[str]]:
    """A figure for each plane, and the entries in them."""
    parts: list[Child] = []
    drawn: set[str] = set()
    for plane in dict.fromkeys(plane_key(e) for e in summary):
        if plane is None:
            continue
        chosen = [e for e in summary if plane_key(e) == plane]
        drawn |= {e.id for e in chosen}
        figure = curve_figure(chosen, _link)
        if figure is not None:
            parts += [el("h2", "Curves"), figure]
    return parts, drawn
