"""The page of a quantity: its entries on one axis, and those that cannot be drawn."""

from __future__ import annotations

from urllib.parse import quote

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import shown
from nuprobe.catalogue.loader import Catalogue
from nuprobe.catalogue.quantities import QUANTITIES
from nuprobe.catalogue.site.curves import curve_figure
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.frame import capital, entry_folder, page, short_list, url
from nuprobe.catalogue.site.keys import axis_key, entry_number, plane_key
from nuprobe.catalogue.site.ladder import ladder_figure
from nuprobe.catalogue.site.markup import Child, el
from nuprobe.catalogue.site.text import prose

__all__ = ["quantity_page"]


def quantity_page(quantity: str, known: Catalogue) -> str:
    """All of a quantity's entries on one axis, and those that cannot be drawn."""
    found = sorted(
        (e for e in known.values() if e.observable.quantity == quantity),
        key=lambda e: (e.year, e.id),
    )

    def link(e: Entry) -> str:
        return url("..", entry_folder(e), "index.html")

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
            short_list(rest, link),
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
