"""Summary figures as inline SVG that stays readable at any width: lengths along an axis
are percentages."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nuprobe.catalogue.entry import Curve, Entry
from nuprobe.catalogue.ladder import (
    Rung,
    common_factor,
    letters_of,
    rung_label,
    rung_of,
    rung_order,
)
from nuprobe.catalogue.quantities import QUANTITIES, unit_factor
from nuprobe.catalogue.site.markup import (
    Html,
    el,
    mathml,
    number_text,
    power_text,
    range_text,
    unit_html,
    unit_text,
)
from nuprobe.models.predictions import standard_charge_radius

__all__ = [
    "axis_key",
    "curve_figure",
    "entry_number",
    "formula",
    "ladder_figure",
    "plane_key",
]

Link = Callable[[Entry], str]


def formula(latex: str) -> Html:
    """A formula as MathML, or as it stands if it cannot be read."""
    from nuprobe.errors import InputError

    try:
        return mathml(latex)
    except InputError:
        return el("code", latex)


def entry_number(e: Entry) -> str:
    """The number of an entry with its sign and unit; empty without one."""
    sign = {"upper_limit": "<", "lower_limit": ">"}.get(e.form, "")
    if e.value is not None:
        plus, minus = (e.errors.plus, e.errors.minus) if e.errors else (None, None)
        return range_text(e.value, e.unit, plus, minus, sign=sign)
    if e.interval is not None:
        return range_text(None, e.unit, lower=e.interval.lower, upper=e.interval.upper)
    return ""


# one number each, whatever the flavour and whoever measured it
_ONE_THING = ("magnetic_moment", "charge", "charge_radius", "anapole")
# these depend on exposure, spectrum and target
_OF_ONE_EXPERIMENT = (
    "events",
    "rate",
    "significance",
    "cross_section",
    "cross_section_over_energy",
)


def axis_key(e: Entry) -> tuple[str, str, str, str] | None:
    """What entries on one axis share: topic, quantity, symbol and convention.

    None for what cannot be compared: in a convention that nothing converts, or a number
    of one experiment alone.
    """
    quantity = e.observable.quantity
    if common_factor(e) is None or quantity in _OF_ONE_EXPERIMENT:
        return None
    # a predicted value stands beside the measured ones
    symbol = (
        ""
        if quantity in _ONE_THING
        else e.observable.latex.removesuffix(r"^\mathrm{SM}")
    )
    # charge radii are converted into each other
    return (
        e.topic,
        quantity,
        symbol,
        "giunti" if quantity == "charge_radius" else e.convention or "",
    )


def plane_key(e: Entry) -> tuple[str, str, str] | None:
    """What curves in one plane share: both quantities and the convention; None for one
    that stands alone."""
    if e.curve is None or e.convention == "other":
        return None
    return e.curve.x.quantity, e.curve.y.quantity, e.convention or ""


# -- axes


@dataclass(frozen=True)
class _Axis:
    """Maps a number in the base unit to a percentage, and knows where its marks are."""

    place: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]
    unit: str
    note: str = ""
    logarithmic: bool = False

    def at(self, value: float) -> str:
        return f"{min(max(self.place(value), 0.0), 100.0):.3f}%"


def _decades(low: float, high: float, most: int = 6) -> tuple[tuple[float, str], ...]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    # from 10⁻³ to 10³ written out, beyond as powers
    return tuple(
        (10.0**k, number_text(10.0**k) if abs(k) <= 3 else power_text(k))
        for k in range(first, last + 1, step)
    )


def _log_axis(low: float, high: float, unit: str, note: str = "") -> _Axis:
    a, b = math.log10(low), math.log10(high)
    return _Axis(
        lambda v: 100 * (math.log10(v) - a) / (b - a) if v > 0 else 0.0,
        _decades(low, high),
        unit,
        note,
        True,
    )


def _linear_axis(low: float, high: float, factor: float, unit: str) -> _Axis:
    span = (high - low) / factor
    step = 10 ** math.floor(math.log10(span / 4))
    step *= next(m for m in (1, 2, 5, 10) if span / (m * step) <= 5)
    first = math.ceil(low / factor / step - 1e-9)
    marks = [
        step * k for k in range(first, math.floor(high / factor / step + 1e-9) + 1)
    ]
    ticks = tuple((m * factor, number_text(round(m, 12))) for m in marks)
    return _Axis(lambda v: 100 * (v - low) / (high - low), ticks, unit)


def _symmetric_axis(edge: float, linear: float, factor: float, unit: str) -> _Axis:
    """Linear between -linear and linear, logarithmic outside."""

    def stretch(v: float) -> float:
        size = abs(v) / linear
        return math.copysign(size if size <= 1 else 1 + math.log10(size), v)

    end = stretch(edge)
    sizes = [value for value, _ in _decades(linear / factor, edge / factor, most=3)]
    marks = [*(-s for s in reversed(sizes)), 0.0, *sizes]
    return _Axis(
        lambda v: 50 * (1 + stretch(v) / end),
        tuple((m * factor, number_text(float(f"{m:.6g}"))) for m in marks),
        unit,
    )


def _far(rung: Rung) -> float:
    """The larger end in absolute value."""
    return max((abs(x) for x in (rung.lower, rung.upper) if x is not None), default=0.0)


def _axis(rungs: Sequence[Rung]) -> _Axis:
    quantity = rungs[0].entry.observable.quantity
    units = Counter(r.entry.unit for r in rungs if r.entry.unit)
    unit = units.most_common(1)[0][0]
    factor = unit_factor(unit, quantity)
    ends = [
        x
        for r in rungs
        for x in (r.lower, r.upper, r.centre, *r.computed)
        if x is not None
    ]
    far = [f for f in map(_far, rungs) if f > 0]
    signed = any(
        (x is not None and x < 0) and not r.entry.of_absolute_value
        for r in rungs
        for x in (r.lower, r.upper)
    )
    wide = bool(far) and max(far) / min(far) >= 20
    if wide and (not signed or max(far) / min(far) > 1e4):
        sizes = [abs(x) for x in (*far, *(c for r in rungs for c in r.computed)) if x]
        note = (
            "Intervals with both signs end at the larger absolute value."
            if signed
            else ""
        )
        base = next(iter(QUANTITIES[quantity].units))
        exponents = (
            math.floor(math.log10(min(sizes)) - 0.3),
            math.ceil(math.log10(max(sizes)) + 0.15),
        )
        return _log_axis(10.0 ** exponents[0], 10.0 ** exponents[1], base, note)
    if wide and signed:
        ordered = sorted(far)
        linear = (
            10.0 ** math.floor(math.log10(ordered[len(ordered) // 4] / factor)) * factor
        )
        return _symmetric_axis(1.4 * max(map(abs, ends)), linear, factor, unit)
    low, high = min(ends), max(ends)
    if any(r.entry.of_absolute_value for r in rungs) and not signed:
        low = 0.0
    if any(r.lower is None for r in rungs):
        low = min(low, 0.0)
    pad = 0.08 * (high - low) or 0.5 * abs(high) or factor
    return _linear_axis(low - (pad if low else 0.0), high + pad, factor, unit)


# -- ladder


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
    """Bars of what each entry allows, on one axis.

    Parameters
    ----------
    entries : with one `axis_key`.
    link : address of an entry's page.
    chosen : the entry of the page; marked, and its group open while the others are
        closed.
    left_out : number of entries in a convention that nothing converts, for the caption.

    Returns
    -------
    Html or None
        None if no entry holds a number.
    """
    rungs = []
    for e in entries:
        factor = common_factor(e)
        rung = None if factor is None else rung_of(e, factor)
        if rung is not None:
            rungs.append(rung)
    if not rungs or not any(_far(r) for r in rungs):
        return None
    measured = [r for r in rungs if r.entry.kind != "theory"]
    predicted = len(rungs) - len(measured)
    if (
        measured
        and predicted
        and not (chosen is not None and chosen.kind == "theory")
        and _axis(measured).logarithmic
    ):
        rungs = measured  # predictions lie decades below the limits
    else:
        predicted = 0
    rungs.sort(key=lambda r: (rung_order(r)[0], _title(r), r.entry.year, r.entry.id))
    axis = _axis(rungs)
    quantity = rungs[0].entry.observable.quantity
    parts: list[Html] = []
    for (name, heading), found in itertools.groupby(rungs, key=_title):
        group = list(found)
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
    ticks = [
        el("text", text, x=axis.at(v), y="14", text_anchor=_anchor(axis.place(v)))
        for v, text in axis.ticks
    ]
    marks = [
        el("line", x1=axis.at(v), x2=axis.at(v), y1="0", y2="3", class_="tick")
        for v, _ in axis.ticks
    ]
    scale = el(
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
    symbol = {
        "charge_radius": r"\langle r^2\rangle",
        "magnetic_moment": r"\mu_\nu",
        "charge": r"q_\nu",
    }.get(quantity, min((r.entry.observable.latex for r in rungs), key=len))
    unit = unit_text(axis.unit)
    words = quantity.replace("_", " ")
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
    notes = [axis.note] if axis.note else []
    if quantity == "charge_radius":
        notes.append(
            "All in the convention F_Q = q²⟨r²⟩/6: those published halved are doubled."
        )
    if left_out:
        notes.append(
            f"{left_out} in a convention that nothing converts"
            f" {'are' if left_out > 1 else 'is'} not drawn."
        )
    if predicted:
        notes.append(
            f"{predicted} predicted value{'s are' if predicted > 1 else ' is'} not"
            " drawn."
        )
    notes.append("Confidence levels differ; each is as published.")
    return el(
        "figure",
        el("div", legend, class_="legend"),
        el("div", parts, class_="groups"),
        scale,
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


def _anchor(place: float) -> str:
    """Labels near an end stay inside."""
    return "start" if place < 3 else "end" if place > 97 else "middle"


def _row(
    rung: Rung, rungs: Sequence[Rung], axis: _Axis, link: Link, chosen: Entry | None
) -> Html:
    e = rung.entry
    letters = letters_of(rung.group)
    own = chosen is not None and e.id == chosen.id
    lower, upper = rung.lower, rung.upper
    if (
        axis.logarithmic
        and lower is not None
        and upper is not None
        and (lower == upper or upper < 0)
    ):
        lower, upper = sorted((abs(lower), abs(upper)))
    elif axis.logarithmic:
        # on a logarithmic axis, what is allowed reaches from the edge to the larger end
        lower, upper = (
            (None, _far(rung))
            if upper is not None and (lower is None or lower <= 0)
            else (lower, upper)
        )
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
        el("svg", shapes, width="100%", height="22", role="img", class_=_class(rung)),
        el("span", unit_html(number), class_="rung-value"),
        class_="rung own" if own else "rung",
        aria_current="true" if own else None,
    )


# -- curves


def curve_figure(
    entries: Iterable[Entry], link: Link, chosen: Entry | None = None
) -> Html | None:
    """Curves, bands and regions with one `plane_key` in a doubly logarithmic plane;
    None if there is none."""
    drawn = [(e, e.curve) for e in entries if e.curve is not None]
    if not drawn:
        return None
    first = (
        chosen.curve if chosen is not None and chosen.curve is not None else drawn[0][1]
    )
    unit_x, unit_y = (
        unit_factor(first.x.unit, first.x.quantity),
        unit_factor(first.y.unit, first.y.quantity),
    )

    def points(curve: Curve) -> list[tuple[float, ...]]:
        fx = unit_factor(curve.x.unit, curve.x.quantity) / unit_x
        fy = unit_factor(curve.y.unit, curve.y.quantity) / unit_y
        return [(p[0] * fx, *(v * fy for v in p[1:])) for p in curve.points]

    paths = [(e, c, points(c)) for e, c in drawn]
    xs = [p[0] for _, _, ps in paths for p in ps]
    ys = [v for _, _, ps in paths for p in ps for v in p[1:]]
    x_axis = _log_axis(min(xs) / 1.2, max(xs) * 1.2, first.x.unit)
    y_axis = _log_axis(min(ys) / 1.5, max(ys) * 1.5, first.y.unit)

    def at(x: float, y: float) -> str:
        return f"{10 * x_axis.place(x):.2f} {1000 - 10 * y_axis.place(y):.2f}"

    shapes: list[Html] = []
    items: list[Html] = []
    for i, (e, curve, ps) in enumerate(
        sorted(paths, key=lambda p: (p[0].year, p[0].id))
    ):
        own = chosen is not None and e.id == chosen.id
        if curve.shape == "band":
            edge = [at(p[0], p[1]) for p in ps] + [at(p[0], p[2]) for p in reversed(ps)]
        else:
            edge = [at(p[0], p[1]) for p in ps]
        line = "M" + "L".join(edge)
        colour = (
            f"c-{i % 8}"
            + (" own" if own else "")
            + (" dashed" if e.kind == "projection" else "")
        )
        name = f"{e.experiment} {e.year}"
        title = el("title", f"{name}, {e.confidence}" if e.confidence else name)
        if curve.shape == "curve":
            if curve.excluded in ("above", "below"):
                side = 0 if curve.excluded == "above" else 1000
                ends = [f"{10 * x_axis.place(ps[k][0]):.2f} {side}" for k in (-1, 0)]
                shapes.insert(
                    0,
                    el("path", d=f"{line}L{'L'.join(ends)}z", class_=f"{colour} area"),
                )
            shapes.append(el("path", title, d=line, class_=f"{colour} line"))
        else:
            shapes.append(
                el("path", title, d=f"{line}z", class_=f"{colour} line filled")
            )
        label = el("strong", name) if own else el("a", name, href=link(e))
        level = f", {e.confidence}" if e.confidence else ""
        items.append(
            el(
                "li",
                el("i", class_=f"key c-{i % 8}"),
                " ",
                label,
                level,
                "" if curve.excluded == "none" else f", excluded {curve.excluded}",
            )
        )
    grid = [
        el("line", x1=x_axis.at(v), x2=x_axis.at(v), y1="0%", y2="100%", class_="grid")
        for v, _ in x_axis.ticks
    ]
    y_ticks = [(f"{100 - y_axis.place(v):.3f}%", text) for v, text in y_axis.ticks]
    grid += [
        el("line", x1="0%", x2="100%", y1=at_y, y2=at_y, class_="grid")
        for at_y, _ in y_ticks
    ]
    plot = el(
        "svg",
        el("title", f"{first.y.quantity} over {first.x.quantity}".replace("_", " ")),
        el(
            "desc",
            f"{len(paths)} curves; both axes are logarithmic; the list below names"
            " each.",
        ),
        grid,
        el(
            "svg",
            shapes,
            viewBox="0 0 1000 1000",
            preserveAspectRatio="none",
            width="100%",
            height="100%",
        ),
        el("rect", x="0", y="0", width="100%", height="100%", class_="frame"),
        width="100%",
        height="380",
        role="img",
        class_="plane-plot",
    )
    left = [
        el("text", t, x="100%", dx="-6", y=y, dy="4", text_anchor="end")
        for y, t in y_ticks
    ]
    below = [
        el("text", t, x=x_axis.at(v), y="16", text_anchor=_anchor(x_axis.place(v)))
        for v, t in x_axis.ticks
    ]

    def axis_name(axis: Html, unit: str) -> list[Html | str]:
        return [
            axis,
            (
                el("span", " [", unit_html(unit_text(unit).removeprefix("× ")), "]")
                if unit_text(unit)
                else ""
            ),
        ]

    return el(
        "figure",
        el("p", axis_name(formula(first.y.latex), first.y.unit), class_="axis-label y"),
        el(
            "div",
            el(
                "svg",
                left,
                width="100%",
                height="380",
                class_="axis",
                aria_hidden="true",
            ),
            plot,
            el("span"),
            el(
                "svg",
                below,
                width="100%",
                height="20",
                class_="axis",
                aria_hidden="true",
            ),
            class_="plane",
        ),
        el("p", axis_name(formula(first.x.latex), first.x.unit), class_="axis-label"),
        el("ul", items, class_="curve-list"),
        class_="curves",
    )
