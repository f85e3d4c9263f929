"""Curves, bands and regions in a doubly logarithmic plane, as inline SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nuprobe.catalogue.entry import Curve, Entry
from nuprobe.catalogue.parts import Axis
from nuprobe.catalogue.quantities import unit_factor
from nuprobe.catalogue.site.axes import FigureAxis, anchor, log_axis
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.keys import Link
from nuprobe.catalogue.site.text import unit_html, unit_text
from nuprobe.markup import Html, el

__all__ = ["curve_figure"]


Points = list[tuple[float, ...]]


def curve_figure(
    entries: Iterable[Entry], link: Link, chosen: Entry | None = None
) -> Html | None:
    """Curves, bands and regions in a doubly logarithmic plane.

    Parameters
    ----------
    entries : with the same `plane_key`.
    link : address of an entry's page.
    chosen : the entry of the page, which is highlighted.

    Returns
    -------
    Html or None
        None if no entry has a curve.

    Examples
    --------
    >>> curve_figure([], lambda e: "page.html") is None
    True
    """
    drawn = [(e, e.curve) for e in entries if e.curve is not None]
    if not drawn:
        return None
    first = (
        chosen.curve if chosen is not None and chosen.curve is not None else drawn[0][1]
    )
    paths = [(e, c, _points(c, first)) for e, c in drawn]
    xs = [p[0] for _, _, ps in paths for p in ps]
    ys = [v for _, _, ps in paths for p in ps for v in p[1:]]
    plane = _Plane(
        log_axis(min(xs) / 1.2, max(xs) * 1.2, first.x.unit),
        log_axis(min(ys) / 1.5, max(ys) * 1.5, first.y.unit),
    )
    shapes: list[Html] = []
    items: list[Html] = []
    for i, (e, curve, points) in enumerate(
        sorted(paths, key=lambda p: (p[0].year, p[0].id))
    ):
        own = chosen is not None and e.id == chosen.id
        area, line = _shapes(e, curve, points, plane, f"c-{i % 8}", own)
        shapes = [*area, *shapes, line]
        items.append(_item(e, curve, f"c-{i % 8}", None if own else link(e)))
    return el(
        "figure",
        el("p", _axis_name(first.y), class_="axis-label y"),
        _drawing(plane, shapes, first, len(paths)),
        el("p", _axis_name(first.x), class_="axis-label"),
        el("ul", items, class_="curve-list"),
        class_="curves",
    )


@dataclass(frozen=True)
class _Plane:
    """Both axes; positions are in thousandths of the width."""

    x: FigureAxis
    y: FigureAxis

    def at(self, x: float, y: float) -> str:
        """A point in the syntax of an SVG path."""
        return f"{10 * self.x.place(x):.2f} {1000 - 10 * self.y.place(y):.2f}"


def _points(curve: Curve, first: Curve) -> Points:
    """Points of a curve in the units of the first curve."""
    fx = unit_factor(curve.x.unit, curve.x.quantity) / unit_factor(
        first.x.unit, first.x.quantity
    )
    fy = unit_factor(curve.y.unit, curve.y.quantity) / unit_factor(
        first.y.unit, first.y.quantity
    )
    return [(p[0] * fx, *(v * fy for v in p[1:])) for p in curve.points]


def _shapes(
    e: Entry, curve: Curve, points: Points, plane: _Plane, colour: str, own: bool
) -> tuple[list[Html], Html]:
    """The excluded area, below everything else, and the line."""
    edge = [plane.at(p[0], p[1]) for p in points]
    if curve.shape == "band":
        edge += [plane.at(p[0], p[2]) for p in reversed(points)]
    line = "M" + "L".join(edge)
    look = (
        colour + (" own" if own else "") + (" dashed" if e.kind == "projection" else "")
    )
    name = f"{e.experiment} {e.year}"
    title = el("title", f"{name}, {e.confidence}" if e.confidence else name)
    if curve.shape != "curve":
        return [], el("path", title, d=f"{line}z", class_=f"{look} line filled")
    area: list[Html] = []
    if curve.excluded in ("above", "below"):
        side = 0 if curve.excluded == "above" else 1000
        ends = [f"{10 * plane.x.place(points[k][0]):.2f} {side}" for k in (-1, 0)]
        area = [el("path", d=f"{line}L{'L'.join(ends)}z", class_=f"{look} area")]
    return area, el("path", title, d=line, class_=f"{look} line")


def _item(e: Entry, curve: Curve, colour: str, address: str | None) -> Html:
    """A line of the list below the figure."""
    name = f"{e.experiment} {e.year}"
    return el(
        "li",
        el("i", class_=f"key {colour}"),
        " ",
        el("strong", name) if address is None else el("a", name, href=address),
        f", {e.confidence}" if e.confidence else "",
        "" if curve.excluded == "none" else f", excluded {curve.excluded}",
    )


def _axis_name(axis: Axis) -> list[Html | str]:
    unit = unit_text(axis.unit).removeprefix("× ")
    return [
        formula(axis.latex),
        el("span", " [", unit_html(unit), "]") if unit_text(axis.unit) else "",
    ]


def _drawing(plane: _Plane, shapes: list[Html], first: Curve, number: int) -> Html:
    """The plane with its grid and the labels of both axes."""
    x_axis = plane.x
    y_ticks = [(f"{100 - plane.y.place(v):.3f}%", text) for v, text in plane.y.ticks]
    grid = [
        el("line", x1=x_axis.at(v), x2=x_axis.at(v), y1="0%", y2="100%", class_="grid")
        for v, _ in x_axis.ticks
    ]
    grid += [
        el("line", x1="0%", x2="100%", y1=at_y, y2=at_y, class_="grid")
        for at_y, _ in y_ticks
    ]
    plot = el(
        "svg",
        el("title", f"{first.y.quantity} over {first.x.quantity}".replace("_", " ")),
        el(
            "desc",
            f"{number} curves; both axes are logarithmic; the list below names each.",
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
        el("text", t, x=x_axis.at(v), y="16", text_anchor=anchor(x_axis.place(v)))
        for v, t in x_axis.ticks
    ]
    return el(
        "div",
        _labels(left, "380"),
        plot,
        el("span"),
        _labels(below, "20"),
        class_="plane",
    )


def _labels(texts: list[Html], height: str) -> Html:
    return el(
        "svg", texts, width="100%", height=height, class_="axis", aria_hidden="true"
    )
