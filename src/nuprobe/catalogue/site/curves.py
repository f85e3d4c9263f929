"""Curves, bands and regions in a doubly logarithmic plane, as inline SVG."""

from __future__ import annotations

from collections.abc import Iterable

from nuprobe.catalogue.entry import Curve, Entry
from nuprobe.catalogue.quantities import unit_factor
from nuprobe.catalogue.site.axes import anchor, log_axis
from nuprobe.catalogue.site.formulas import formula
from nuprobe.catalogue.site.keys import Link
from nuprobe.catalogue.site.markup import Html, el
from nuprobe.catalogue.site.text import unit_html, unit_text

__all__ = ["curve_figure"]


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
    x_axis = log_axis(min(xs) / 1.2, max(xs) * 1.2, first.x.unit)
    y_axis = log_axis(min(ys) / 1.5, max(ys) * 1.5, first.y.unit)

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
        el("text", t, x=x_axis.at(v), y="16", text_anchor=anchor(x_axis.place(v)))
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
