"""Ladders: bars of the range allowed by each entry, on one axis, as inline SVG that
stays readable at any width (lengths along the axis are percentages)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import (
    Rung,
    common_factor,
    letters_of,
    rung_label,
    rung_of,
    rung_order,
)
from nuprobe.catalogue.site.axes import FigureAxis, anchor, axis_of, far_end
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.keys import Link, entry_number
from nuprobe.catalogue.site.text import unit_html, unit_text
from nuprobe.markup import Html, el
from nuprobe.models.predictions import standard_charge_radius

__all__ = ["ladder_figure"]


def _class(rung: Rung) -> str:
    letters = letters_of(rung.group)
    return f"g-{letters[0]}" if letters and letters[0] == letters[-1] else "g-x"


def _title(rung: Rung) -> tuple[str, Html]:
    letters = letters_of(rung.group)
    if not letters:
        flavour = rung.entry.flavour[0] if len(rung.entry.flavour) == 1 else ""
        words = {"any": "any flavour", "solar": "solar neutrinos", "none": "none"}
        return (
            (flavour, Html(words[flavour]))
            if flavour in words
            else ("mix", Html("mixtures"))
        )
    if letters[0] != letters[-1]:
        return "transition", Html("transitions")
    symbol = {"e": "e", "mu": "μ", "tau": "τ"}[letters[0]]
    return letters[0], Html(f"ν<sub>{symbol}</sub>")


def ladder_figure(
    entries: Iterable[Entry], link: Link, chosen: Entry | None = None, left_out: int = 0
) -> Html | None:
    """Bars of the range allowed by each entry, on one axis.

    Parameters
    ----------
    entries : with the same `axis_key`.
    link : address of an entry's page.
    chosen : the entry of the page; it is highlighted, and only its group is open.
    left_out : number of entries in a convention that cannot be converted, for the
        caption.

    Returns
    -------
    Html or None
        None if no entry has a number.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> ccfr = catalogue()["trident.mumu.ratio/CCFR-1991"]
    >>> "1 entries" in ladder_figure([ccfr], lambda e: "page.html")
    True
    """
    rungs, predicted = _chosen_rungs(entries, chosen)
    if not rungs:
        return None
    axis = axis_of(rungs)
    quantity = rungs[0].entry.observable.quantity
    symbol = {
        "charge_radius": r"\langle r^2\rangle",
        "magnetic_moment": r"\mu_\nu",
        "charge": r"q_\nu",
    }.get(quantity, min((r.entry.observable.latex for r in rungs), key=len))
    unit = unit_text(axis.unit)
    words = quantity.replace("_", " ")
    notes = _notes(axis, quantity, left_out, predicted)
    return el(
        "figure",
        el("div", _legend(rungs, quantity), class_="legend"),
        el("div", _groups(rungs, axis, link, chosen), class_="groups"),
        _scale(axis),
        el(
            "p",
            formula(symbol),
            el("span", " [", unit_html(unit.removeprefix("× ")), "]") if unit else None,
            class_="axis-label",
        ),
        el("figcaption", f"{len(rungs)} entries on one axis. ", " ".join(notes)),
        class_="ladder",
        aria_label=f"{words}: {len(rungs)} entries on one axis",
    )


def _chosen_rungs(
    entries: Iterable[Entry], chosen: Entry | None
) -> tuple[list[Rung], int]:
    """The rungs to draw, in order, and the number of predictions left out; empty if no
    entry has a number."""
    rungs = []
    for e in entries:
        factor = common_factor(e)
        rung = None if factor is None else rung_of(e, factor)
        if rung is not None:
            rungs.append(rung)
    if not rungs or not any(far_end(r) for r in rungs):
        return [], 0
    measured = [r for r in rungs if r.entry.kind != "theory"]
    predicted = len(rungs) - len(measured)
    if (
        measured
        and predicted
        and not (chosen is not None and chosen.kind == "theory")
        and axis_of(measured).logarithmic
    ):
        rungs = measured  # predictions are decades below the limits
    else:
        predicted = 0
    rungs.sort(key=lambda r: (rung_order(r)[0], _title(r), r.entry.year, r.entry.id))
    return rungs, predicted


def _groups(
    rungs: Sequence[Rung], axis: FigureAxis, link: Link, chosen: Entry | None
) -> list[Html]:
    """Bars by flavour; the groups are collapsible if there are several."""
    parts: list[Html] = []
    for (name, heading), members in itertools.groupby(rungs, key=_title):
        group = list(members)
        rows = el(
            "ol", [_row(r, rungs, axis, link, chosen) for r in group], class_="rungs"
        )
        if len(group) == len(rungs):
            parts.append(rows)
            break
        is_open = (
            chosen is None
            or any(r.entry.id == chosen.id for r in group)
            or len(rungs) <= 24
        )
        summary = el(
            "summary", heading, " ", el("span", str(len(group)), class_="count")
        )
        parts.append(
            el("details", summary, rows, open=is_open, class_=f"group group-{name}")
        )
    return parts


def _scale(axis: FigureAxis) -> Html:
    ticks = [
        el("text", text, x=axis.at(v), y="14", text_anchor=anchor(axis.place(v)))
        for v, text in axis.ticks
    ]
    marks = [
        el("line", x1=axis.at(v), x2=axis.at(v), y1="0", y2="3", class_="tick")
        for v, _ in axis.ticks
    ]
    return el(
        "div",
        el("span", class_="rung-label"),
        el(
            "svg",
            marks,
            ticks,
            width="100%",
            height="18",
            aria_hidden="true",
            class_="axis",
        ),
        el("span", class_="rung-value"),
        class_="rung scale",
    )


def _legend(rungs: Sequence[Rung], quantity: str) -> list[Html]:
    legend = [el("span", el("i", class_="key key-bar"), " allowed", class_="item")]
    if any(r.computed for r in rungs):
        legend.append(
            el(
                "span",
                el("i", class_="key key-diamond"),
                " recomputed by nuprobe",
                class_="item",
            )
        )
    if any(r.centre is not None for r in rungs):
        legend.append(
            el("span", el("i", class_="key key-dot"), " measured value", class_="item")
        )
    if quantity == "charge_radius":
        legend.append(
            el("span", el("i", class_="key key-sm"), " Standard Model", class_="item")
        )
    return legend


def _notes(axis: FigureAxis, quantity: str, left_out: int, predicted: int) -> list[str]:
    """Sentences of the caption."""
    notes = [axis.note] if axis.note else []
    if quantity == "charge_radius":
        notes.append(
            "All in the convention F_Q = q²⟨r²⟩/6: those published halved are doubled."
        )
    if left_out:
        notes.append(
            f"{left_out} in a convention that cannot be converted"
            f" {'are' if left_out > 1 else 'is'} not drawn."
        )
    if predicted:
        notes.append(
            f"{predicted} predicted value{'s are' if predicted > 1 else ' is'} not"
            " drawn."
        )
    notes.append("Confidence levels differ; each is as published.")
    return notes


def _row(
    rung: Rung,
    rungs: Sequence[Rung],
    axis: FigureAxis,
    link: Link,
    chosen: Entry | None,
) -> Html:
    e = rung.entry
    letters = letters_of(rung.group)
    own = chosen is not None and e.id == chosen.id
    number = entry_number(e)
    label = rung_label(rung, rungs)
    name = (
        el("strong", label, title=label)
        if own
        else el("a", label, href=link(e), title=label)
    )
    mixed = len(set(letters)) > 1
    more = [formula(e.observable.latex)] if mixed else []
    more += [Html("(given halved)")] if e.convention == "half" else []
    return el(
        "li",
        el("span", name, [[" ", m] for m in more], class_="rung-label"),
        el(
            "svg",
            _bar(rung, axis),
            width="100%",
            height="22",
            role="img",
            class_=_class(rung),
        ),
        el("span", unit_html(number), class_="rung-value"),
        class_="rung own" if own else "rung",
        aria_current="true" if own else None,
    )


def _ends(rung: Rung, axis: FigureAxis) -> tuple[float | None, float | None]:
    """Ends of the bar; an open side is None."""
    lower, upper = rung.lower, rung.upper
    if (
        axis.logarithmic
        and lower is not None
        and upper is not None
        and (lower == upper or upper < 0)
    ):
        lower, upper = sorted((abs(lower), abs(upper)))
    elif axis.logarithmic:
        # on a logarithmic axis, the allowed range extends from the edge to the larger
        # end
        lower, upper = (
            (None, far_end(rung))
            if upper is not None and (lower is None or lower <= 0)
            else (lower, upper)
        )
    return lower, upper


def _bar(rung: Rung, axis: FigureAxis) -> list[Html]:
    """Bar, ends, Standard Model, measured and computed values of a rung."""
    e, letters = rung.entry, letters_of(rung.group)
    lower, upper = _ends(rung, axis)
    left = 0.0 if lower is None else max(0.0, axis.place(lower))
    right = 100.0 if upper is None else min(100.0, axis.place(upper))
    number = entry_number(e)
    text = f"{e.experiment} {e.year}: {number}" + (
        f", {e.confidence}" if e.confidence else ""
    )
    shapes = [el("title", text)]
    shapes += [
        el("line", x1=axis.at(v), x2=axis.at(v), y1="0", y2="22", class_="grid")
        for v, _ in axis.ticks
    ]
    shapes.append(
        el(
            "rect",
            x=f"{left:.3f}%",
            y="5",
            width=f"{max(right - left, 0.15):.3f}%",
            height="12",
            class_="bar",
        )
    )
    for end in (lower, upper):
        if end is not None:
            shapes.append(
                el(
                    "line",
                    x1=axis.at(end),
                    x2=axis.at(end),
                    y1="4",
                    y2="18",
                    class_="end",
                )
            )
    if (
        e.observable.quantity == "charge_radius"
        and letters
        and letters[0] == letters[-1]
    ):
        at = axis.at(standard_charge_radius(f"nu_{letters[0]}"))
        shapes.append(el("line", x1=at, x2=at, y1="0", y2="22", class_="standard"))
    if rung.centre is not None:
        centre = abs(rung.centre) if axis.logarithmic else rung.centre
        shapes.append(
            el("circle", cx=axis.at(centre), cy="11", r="3.5", class_="centre")
        )
    for value in rung.computed:
        diamond = el("path", d="M0 4.5 5 11 0 17.5-5 11z", class_="diamond")
        shapes.append(
            el(
                "svg",
                diamond,
                x=axis.at(abs(value) if axis.logarithmic else value),
                overflow="visible",
            )
        )
    return shapes
