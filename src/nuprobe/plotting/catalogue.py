"""Summaries of the catalogue: ladders of published and recomputed limits, and curves
for a mediator's plane."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from nuprobe.border import public
from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import (
    Rung,
    common_factor,
    letters_of,
    rung_label,
    rung_of,
    rung_order,
    shown,
)
from nuprobe.errors import InputError
from nuprobe.flavours import FLAVOURS
from nuprobe.models.predictions import standard_charge_radius
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    blend,
    legend_above,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nuprobe.plotting.figures import HouseFigure

__all__ = [
    "plot_charge_radii",
    "plot_magnetic_moments",
    "shown",
]

_RADIUS: Final = 1e-32
_COLOURS: Final = {"e": PALETTE[0], "mu": PALETTE[1], "tau": PALETTE[2], "": PALETTE[3]}


@public
@styled
def plot_magnetic_moments(
    entries: Iterable[Entry] | None = None, *, ax: Where = None, **artist: Any
) -> Axes:
    """Plot a ladder of upper limits on magnetic moments, with published limits as bars
    and recomputed ones as diamonds.

    Parameters
    ----------
    entries : of the catalogue; default `shown("magnetic_moment")`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        One row per entry, the limit in μ_B on a logarithmic axis, by flavour and year.

    Raises
    ------
    InputError
        If no entry is an upper limit on a magnetic moment.

    Examples
    --------
    >>> drawn = plot_magnetic_moments()
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    rungs = []
    for e in shown("magnetic_moment") if entries is None else entries:
        limit = e.observable.quantity == "magnetic_moment" and e.form in (
            "upper_limit",
            "interval",
        )
        rung = rung_of(e, e.factor) if limit else None
        if rung is not None and rung.upper is not None and rung.upper > 0:
            rungs.append(rung)
    rungs.sort(key=rung_order)
    if not rungs:
        raise InputError(
            "nothing to plot: none of the entries is an upper limit on a magnetic"
            " moment"
        )
    figure, panel = _ladder(rungs, ax, artist)
    values = [
        x for r in rungs for x in (r.upper, *r.computed) if x is not None and x > 0
    ]
    low, high = (
        10 ** math.floor(math.log10(min(values)) - 0.5),
        10 ** math.ceil(math.log10(max(values)) + 0.2),
    )
    panel.set_xscale("log")
    panel.set_xlim(low, high)
    handles: dict[str, Artist] = {}
    for y, rung in enumerate(rungs):
        colour = _colour(rung)
        upper = cast("float", rung.upper)
        panel.barh(
            y,
            upper - low,
            left=low,
            height=0.62,
            color=blend(colour, 0.3),
            linewidth=0,
            zorder=2,
        )
        panel.plot(
            [upper, upper], [y - 0.31, y + 0.31], color=colour, linewidth=2, zorder=3
        )
        for value in rung.computed:
            handles["recomputed here"] = _diamond(panel, value, y)
    panel.set_xlabel(r"upper limit on $\mu_\nu$ [$\mu_\mathrm{B}$]")
    _finish(
        figure,
        panel,
        rungs,
        handles,
        "magnetic moments: allowed range",
        "effective moments of each experiment",
    )
    return figure.one()


@public
@styled
def plot_charge_radii(
    entries: Iterable[Entry] | None = None, *, ax: Where = None, **artist: Any
) -> Axes:
    """Plot a ladder of charge radii in the convention F_Q = q²⟨r²⟩/6, published as
    bars, recomputed ends as diamonds.

    Parameters
    ----------
    entries : of the catalogue; default `shown("charge_radius")`. Those in another
        convention are converted (`charge_radius_convention`); those whose convention is
        ``"other"`` or ``"unknown"`` are omitted, and the note gives their number.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        One row per entry, in 1e-32 cm², linear between −1 and 1 and logarithmic
        outside; dotted: the Standard Model.

    Raises
    ------
    InputError
        If no entry is a charge radius.

    Examples
    --------
    >>> drawn = plot_charge_radii()
    >>> drawn.figure.axes[0].get_xscale()
    'symlog'
    """
    rungs, left_out = _radius_rungs(
        shown("charge_radius") if entries is None else entries
    )
    figure, panel = _ladder(rungs, ax, artist)
    edge = _radius_axis(panel, rungs)
    handles: dict[str, Artist] = {}
    for y, rung in enumerate(rungs):
        _draw_radius(panel, rung, y, edge)
        for value in rung.computed:
            handles["recomputed here"] = _diamond(panel, value, y)
        letters = letters_of(rung.group)
        if letters and letters[0] == letters[-1]:
            standard = standard_charge_radius(f"nu_{letters[0]}") / _RADIUS
            (handles["Standard Model"],) = panel.plot(
                [standard, standard],
                [y - 0.5, y + 0.5],
                color="0.2",
                linewidth=1.2,
                linestyle=(0, (1, 1)),
                zorder=4,
            )
    panel.axvline(0, color="0.6", linewidth=0.6, zorder=1)
    panel.set_xlabel(
        r"$\langle r^2\rangle$ [$10^{-32}$ cm$^2$], $F_Q = q^2\langle r^2\rangle/6$"
    )
    note = "all in one convention; the PDG lists some of them halved"
    if left_out:
        note += f"; {left_out} in another or an unknown convention left out"
    _finish(figure, panel, rungs, handles, "charge radii: allowed range", note)
    return figure.one()


def _radius_rungs(entries: Iterable[Entry]) -> tuple[list[Rung], int]:
    """Rungs of the charge radii in order, and the number of those omitted."""
    rungs, left_out = [], 0
    for e in entries:
        if e.observable.quantity != "charge_radius":
            continue
        factor = common_factor(e)
        if factor is None:
            left_out += 1
            continue
        rung = rung_of(e, factor / _RADIUS)
        if rung is not None:
            rungs.append(rung)
    if not rungs:
        raise InputError(
            "nothing to plot: none of the entries is a charge radius in a known"
            " convention"
        )
    return sorted(rungs, key=rung_order), left_out


def _radius_axis(ax: Axes, rungs: Sequence[Rung]) -> float:
    """Make the axis linear around 0 and logarithmic outside; returns its end."""
    ends = [
        abs(x) for r in rungs for x in (r.lower, r.upper, *r.computed) if x is not None
    ]
    edge = 1.3 * max(*ends, 1.0)
    ax.set_xscale("symlog", linthresh=1.0, linscale=0.8)
    ticks = [t for t in (1, 10, 100, 1000) if t < edge]
    ax.set_xticks(
        [-t for t in reversed(ticks)] + [0, *ticks],
        [f"−{t}" for t in reversed(ticks)] + ["0", *map(str, ticks)],
    )
    ax.set_xlim(-edge, edge)
    return edge


def _draw_radius(ax: Axes, rung: Rung, y: int, edge: float) -> None:
    """Draw the allowed range as a bar, up to the edge of the axis if it is open."""
    colour = _colour(rung)
    low = -edge if rung.lower is None else rung.lower
    high = edge if rung.upper is None else rung.upper
    ax.barh(
        y,
        high - low,
        left=low,
        height=0.62,
        color=blend(colour, 0.3),
        linewidth=0,
        zorder=2,
    )
    for end in (rung.lower, rung.upper):
        if end is not None:
            ax.plot(
                [end, end], [y - 0.31, y + 0.31], color=colour, linewidth=2, zorder=3
            )
    if rung.centre is not None:
        ax.plot([rung.centre], [y], "o", color=colour, markersize=4, zorder=3)


def _ladder(
    rungs: Sequence[Rung], where: Where, artist: Mapping[str, Any]
) -> tuple[HouseFigure, Axes]:
    figure = new_figure(WIDTH, 1.7 + 0.24 * len(rungs), where, artist)
    ax = figure.add_subplot()
    ax.set_ylim(len(rungs) - 0.4, -0.6)
    ax.set_yticks(range(len(rungs)), [_label(r, rungs) for r in rungs], fontsize=8.5)
    ax.tick_params(axis="y", which="both", length=0)
    for y, (one, other) in enumerate(itertools.pairwise(rungs)):
        if one.group != other.group:
            ax.axhline(y + 0.5, color="0.75", linewidth=0.6, zorder=1)
    right = ax.secondary_yaxis("right")
    right.set_yticks(
        range(len(rungs)), [_right(r.entry) for r in rungs], fontsize=7.5, color="0.3"
    )
    right.tick_params(axis="y", which="both", length=0)
    return figure, ax


def _label(rung: Rung, rungs: Sequence[Rung]) -> str:
    name, disputed, _ = rung_label(rung, rungs).partition(" (disputed)")
    letters = letters_of(rung.group)
    if len(letters) == 2:
        name += (
            ", $"
            + "".join(FLAVOURS[f"nu_{x}"].latex.removeprefix(r"\nu_") for x in letters)
            + "$"
        )
    return name + disputed


def _right(entry: Entry) -> str:
    level = (
        "CL unknown"
        if isinstance(entry.cl, str)
        else ""
        if entry.cl is None
        else rf"{100 * entry.cl:.3g} %"
    )
    return level + {"half": " (given halved)"}.get(entry.convention or "", "")


def _colour(rung: Rung) -> str:
    letters = letters_of(rung.group)
    return (
        _COLOURS[letters[0]] if letters and letters[0] == letters[-1] else _COLOURS[""]
    )


def _diamond(ax: Axes, value: float, y: int) -> Artist:
    (artist,) = ax.plot(
        [value],
        [y],
        "D",
        color="white",
        markeredgecolor="black",
        markersize=4.5,
        linestyle="none",
        zorder=6,
    )
    return artist


def _finish(
    figure: Figure,
    ax: Axes,
    rungs: Sequence[Rung],
    handles: dict[str, Artist],
    title: str,
    note: str,
) -> None:
    from matplotlib.patches import Patch

    names = {"e": r"$\nu_e$", "mu": r"$\nu_\mu$", "tau": r"$\nu_\tau$"}
    patches: dict[str, Artist] = {}
    for rung in rungs:
        letters = letters_of(rung.group)
        same = bool(letters) and letters[0] == letters[-1]
        text = names[letters[0]] if same else "transitions" if letters else "mixtures"
        patches.setdefault(
            text, Patch(facecolor=blend(_colour(rung), 0.3), edgecolor=_colour(rung))
        )
    everything = patches | handles
    legend_above(figure, list(everything.values()), list(everything), title)
    keys = [key for r in rungs for key in r.entry.source.texkeys[:1]]
    provenance(figure, keys, note)
