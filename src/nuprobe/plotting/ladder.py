"""Ladders of a global fit: the range of a parameter allowed by each experiment and by
all, and published limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import UnknownNameError
from nuprobe.inference.construction import Construction
from nuprobe.parameters import Parameter
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    blend,
    legend_above,
    provenance,
    styled,
    unit_text,
)
from nuprobe.sets.cost import ALL
from nuprobe.sets.ladder import GlobalResult
from nuprobe.sets.words import is_modulus, quantity, span

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.inference.regions import Region
    from nuprobe.plotting.figures import Panels

__all__ = ["plot_ladder"]

_ONE, _SUM, _PUBLISHED = PALETTE[0], "black", "0.45"
_WIDE: Final = 12.0  # ratio of widths above which the axis is logarithmic outside
_ROW: Final = 0.24  # inches


class _Row:
    """One row: intervals, a marker and a label."""

    def __init__(
        self,
        label: str,
        spans: Sequence[tuple[float | None, float | None]],
        kind: str,
        centre: float | None = None,
        right: str = "",
    ) -> None:
        self.label, self.spans, self.kind = label, list(spans), kind
        self.centre, self.right = centre, right


@public
@styled
def plot_ladder(
    result: GlobalResult,
    parameters: Sequence[str] | None = None,
    *,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot one ladder per parameter: the range allowed by each experiment, by those at
    one site, by all, by all with the other parameters free, and published limits.

    Parameters
    ----------
    result : from `nuprobe.sets.global_limits`.
    parameters : names of those to draw; default all.
    ax : axes to draw on instead of a new figure, one per parameter.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        One panel per parameter; the axis is logarithmic outside its middle if ranges
        differ greatly.

    Raises
    ------
    UnknownNameError
        If a parameter was not free.

    Examples
    --------
    >>> from nuprobe.sets import global_limits
    >>> found = global_limits(["texono-csi", "lsnd-electron"], free=["sin2_theta_w"])
    >>> len(plot_ladder(found))
    1
    """
    known = {p.name: p for p in result.parameters}
    names = list(known) if parameters is None else list(parameters)
    for name in names:
        if name not in known:
            raise UnknownNameError("parameter of this result", name, known)
    rows = [_rows(result, known[name]) for name in names]
    sizes = [len(each) for each in rows]
    height = 1.2 + _ROW * sum(sizes) + 0.62 * len(rows)
    figure = new_figure(WIDTH, height, ax, artist)
    panels = figure.subplots(
        len(rows), 1, squeeze=False, gridspec_kw={"height_ratios": sizes}
    ).ravel()
    handles: dict[str, Artist] = {}
    for panel, name, each in zip(panels, names, rows, strict=True):
        _draw(panel, known[name], each, handles)
    said = Construction("wilks", result.cl).short
    legend_above(
        figure,
        list(handles.values()),
        list(handles),
        f"{_quantities([known[name] for name in names])}\n{said}, one at a time",
    )
    provenance(figure, result.references, f"set: {result.name}")
    return figure.every()


def _quantities(parameters: Sequence[Parameter]) -> str:
    """Descriptions of the parameters, or their symbols if there are none."""
    found = []
    for p in parameters:
        symbol = f"${p.latex}$" if p.latex else p.name
        found.append(quantity(p.name, several=True) or symbol)
    text = ", ".join(dict.fromkeys(found))
    return text[:1].upper() + text[1:]


def _rows(result: GlobalResult, p: Parameter) -> list[_Row]:
    """Rows of one parameter, in the displayed unit."""
    rows = []
    for step in result.of(p.name):
        several = len(step.experiments) > 1
        spans = _spans(p, step.regions)
        kind = "all" if step.label == ALL else "place" if several else "one"
        rows.append(_Row(step.label, spans, kind, p.shown(step.best)))
        rows += [_published(found, p) for found in step.published]
    if result.together is not None:
        one = result.together[p.name]
        spans = _spans(p, one.regions)
        label = f"all, {len(result.together.free)} free"
        rows.append(_Row(label, spans, "together", p.shown(one.value)))
    rows += [_published(found, p) for found in result.beside.get(p.name, ())]
    return rows


def _spans(
    p: Parameter, regions: Sequence[Region]
) -> list[tuple[float | None, float | None]]:
    """Allowed intervals in the displayed unit, of a modulus from 0."""
    each = (
        (None if r.open_low else r.low, None if r.open_high else r.high)
        for r in regions
    )
    return [_in_shown(p, ends) for ends in each]


def _in_shown(
    p: Parameter, ends: tuple[float | None, float | None]
) -> tuple[float | None, float | None]:
    low, high = (None if x is None else float(p.shown(x)) for x in span(p, ends))
    return low, high


def _published(found: Any, p: Parameter) -> _Row:
    low, high = _in_shown(p, (found.lower, found.upper))
    level = "" if found.level is None else f"{100 * found.level:.3g} %"
    return _Row(found.label, [(low, high)], "published", right=level)


def _draw(
    panel: Axes, p: Parameter, rows: Sequence[_Row], handles: dict[str, Artist]
) -> None:
    """Draw the rows of one parameter."""
    from matplotlib.patches import Patch

    colours = {
        "one": (_ONE, "one experiment"),
        "place": (PALETTE[2], "those of one place"),
        "all": (_SUM, "all together"),
        "together": (PALETTE[1], "all, the others free too"),
        "published": (_PUBLISHED, "published"),
    }
    low, high = _axis(panel, p, rows)
    for y, row in enumerate(rows):
        colour, words = colours[row.kind]
        for a, b in row.spans:
            left, right = low if a is None else a, high if b is None else b
            panel.barh(
                y,
                right - left,
                left=left,
                height=0.6 if row.kind != "published" else 0.4,
                color=blend(colour, 0.35),
                linewidth=0,
                zorder=2,
            )
            for end in (a, b):
                if end is not None:
                    panel.plot(
                        [end, end],
                        [y - 0.3, y + 0.3],
                        color=colour,
                        linewidth=1.6,
                        zorder=3,
                    )
        if row.centre is not None and low <= row.centre <= high:
            panel.plot([row.centre], [y], "o", color=colour, markersize=3.6, zorder=4)
        handles.setdefault(
            words, Patch(facecolor=blend(colour, 0.35), edgecolor=colour)
        )
    standard = p.shown(p.default)
    panel.axvline(standard, color="0.6", linewidth=0.7, zorder=1)
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.set_yticks(range(len(rows)), [r.label for r in rows], fontsize=8)
    panel.tick_params(axis="y", which="both", length=0)
    right_axis = panel.secondary_yaxis("right")
    right_axis.set_yticks(
        range(len(rows)), [r.right for r in rows], fontsize=7.5, color="0.3"
    )
    right_axis.tick_params(axis="y", which="both", length=0)
    unit = f" [{unit_text(p.shown_unit)}]" if p.shown_unit else ""
    panel.set_xlabel(f"${p.latex}${unit}" if p.latex else f"{p.name}{unit}")


def _axis(panel: Axes, p: Parameter, rows: Sequence[_Row]) -> tuple[float, float]:
    """Scale the axis; returns its ends."""
    middle = p.shown(p.default)
    ends = [
        x - middle
        for row in rows
        for span in row.spans
        for x in span
        if x is not None and x != middle
    ]
    if not ends:
        return middle - 1.0, middle + 1.0
    sizes = np.abs(ends)
    if middle != 0.0 or sizes.max() < _WIDE * sizes.min():
        low, high = min(*ends, 0.0), max(*ends, 0.0)
        room = 0.08 * (high - low)
        found = (middle + low - room, middle + high + room)
        panel.set_xlim(*found)
        return found
    # ignore an end that happens to lie near the middle
    halves = [
        (b - a) / 2
        for row in rows
        for a, b in row.spans
        if a is not None and b is not None and a <= middle <= b
    ]
    least = 10.0 ** np.floor(np.log10(min(halves, default=sizes.min())))
    edge = float(1.6 * sizes.max())
    # a modulus has no negative side
    lows = [a for row in rows for a, _ in row.spans]
    one_sided = is_modulus(p) and all(a is not None and a >= middle for a in lows)
    start = 0.0 if p.lower == p.default or one_sided else -edge
    panel.set_xscale("symlog", linthresh=least, linscale=0.6)
    panel.set_xlim(start, edge)
    panel.set_xticks(_decades(least, edge, start < 0.0))
    return start, edge


def _decades(least: float, edge: float, both: bool) -> list[float]:
    """Powers of ten to label on an axis that is linear up to `least`, few enough not to
    overlap; on both sides of 0."""
    first, last = round(np.log10(least)), int(np.floor(np.log10(edge)))
    step = 1 + (last - first) // 4
    powers = range(last, first - 1 if step == 1 else first, -step)
    above = [10.0**k for k in sorted(powers)]
    return [*(-x for x in reversed(above)), 0.0, *above] if both else [0.0, *above]
