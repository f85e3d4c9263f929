"""What a fit says: profiles of one parameter and contours of two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.nuclei import isotope, neutron_radius_models
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    blend,
    engine_pads,
    finite_array,
    isotope_symbol,
    legend_above,
    new_figure,
    primes,
    provenance,
    styled,
    unit_text,
)
from nuprobe.units import fm

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "LEVELS_1D",
    "LEVELS_2D",
    "neutron_radius_markers",
    "plot_contour",
    "plot_profile",
]

LEVELS_1D: Final = (("1σ", 1.0), ("90 %", 2.7055))
"""Δχ² of the intervals of one parameter."""
LEVELS_2D: Final = (("1σ", 2.2957), ("90 %", 4.6052))
"""Δχ² of the regions of two parameters."""

Markers = Sequence[tuple[str, float]] | Mapping[str, Sequence[tuple[str, float]]]
_SHAPES: Final = ("o", "D", "s", "^", "v", "P")


class ProfileLike(Protocol):
    """What `nuprobe.profile` makes: values of one parameter and Δ(−2 ln L) at them."""

    @property
    def parameter(self) -> Parameter:
        """What was profiled."""

    @property
    def values(self) -> FloatArray:
        """Values of the parameter, shape (n,)."""

    @property
    def delta(self) -> FloatArray:
        """Δχ² at them, shape (n,)."""


def neutron_radius_markers() -> dict[str, list[tuple[str, float]]]:
    """Neutron rms radii (fm) of Cs133 and I127 in nuclear models, as `markers` of
    `plot_profile`, by isotope.

    Source: [Cadeddu:2017etk, table I].
    """
    result: dict[str, list[tuple[str, float]]] = {}
    for row in neutron_radius_models():
        if row.r_n is not None:
            one = isotope(row.isotope)
            label = f"{row.model} ({row.family})"
            result.setdefault(isotope_symbol(one.symbol, one.a), []).append(
                (label, row.r_n / fm)
            )
    return result


@styled
def plot_profile(
    profile: ProfileLike | tuple[ArrayLike, ArrayLike],
    label: str | Parameter | None = None,
    unit: str = "",
    *,
    published: Sequence[tuple[str, float, float, float]] = (),
    markers: Markers = (),
    marker_title: str = "predictions",
    levels: Sequence[tuple[str, float]] = LEVELS_1D,
    lines: Sequence[tuple[str, float]] = (),
    statistic: str = r"$\Delta\chi^2$",
    title: str = "",
    references: Sequence[str] = (),
    x_range: tuple[float, float] | None = None,
    maximum: float | None = None,
) -> Figure:
    """Plot Δχ² of one parameter with its intervals, and above it this result beside
    published ones and predictions.

    Parameters
    ----------
    profile : from `nuprobe.profile`, or two arrays, values and Δχ²; values increase,
        Δχ² may be infinite.
    label : a `Parameter` (which knows symbol and unit), or the text of the axis;
        default that of the profile.
    unit : of the values, if `label` is a text.
    published : (label, value, plus, minus) each, drawn as error bars; plus and minus
        are positive.
    markers : (label, value) each, one row a label; or several groups of them by name,
        each with its own symbol.
    marker_title : what the markers are, for the legend, where they are not in groups.
    levels : (label, Δχ²) of the shaded intervals; the first one is the error bar of
        this result.
    lines : (label, Δχ²) of further horizontal lines, such as that of a hypothesis
        outside the parameter's range.
    statistic : name of what is drawn, for the vertical axis.
    title : above the legend.
    references : texkeys for the line at the bottom.
    x_range : shown range of the parameter; default that of the profile.
    maximum : largest Δχ² shown; default what holds the levels, the lines and the curve,
        but at most 12.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the profile is empty, not finite or not increasing, or an error of
        `published` is negative.
    """
    values, delta = _profile(profile)
    if label is None:
        if isinstance(profile, tuple):
            raise InputError(
                "a profile given as two arrays needs a label, e.g. a Parameter or 'R_n'"
            )
        label = profile.parameter
    axis_label, unit = _axis(label, unit)
    for name, _, plus, minus in published:
        if not (plus >= 0 and minus >= 0):
            raise InputError(
                f"the errors of {name!r} must not be negative, got +{plus} and"
                f" -{minus}: give both as sizes"
            )
    groups: Mapping[str, Sequence[tuple[str, float]]]
    groups = (
        markers
        if isinstance(markers, Mapping)
        else {marker_title: markers}
        if markers
        else {}
    )
    for name, group in groups.items():
        finite_array([value for _, value in group], f"the markers {name!r}")
    levels = sorted(levels, key=lambda level: level[1])
    best = _minimum(values, delta)
    rows = list(dict.fromkeys(text for group in groups.values() for text, _ in group))

    strip_height = 0.19 * (1 + len(published) + len(rows)) + 0.12
    figure = new_figure(WIDTH, 4.1 + strip_height + 0.5)
    grid = figure.add_gridspec(2, 1, height_ratios=(strip_height, 3.2))
    main = figure.add_subplot(grid[1])
    strip = figure.add_subplot(grid[0], sharex=main)
    engine_pads(figure)

    top = maximum if maximum is not None else min(12.0, float(delta.max()))
    if maximum is None:
        top = max([top * 1.02] + [1.12 * level for _, level in (*levels, *lines)])
    main.set_ylim(0, top)
    main.set_xlim(*(x_range or (values[0], values[-1])))
    handles: list[Artist] = []
    labels: list[str] = []
    # through every point, and smooth between the points of a coarse grid
    x = np.unique(np.concatenate([values, np.linspace(values[0], values[-1], 400)]))
    y = np.where(
        np.isin(x, values), np.interp(x, values, delta), _curve(values, delta)(x)
    )
    handles += main.plot(x, y, color=PALETTE[0], lw=1.8, zorder=5)
    labels.append("this profile")
    for i, (text, level) in enumerate(reversed(levels)):
        dark = 0.13 + 0.16 * i
        for a, b in _below(values, delta, level):
            inside = np.unique(np.concatenate([[a, b], x[(x > a) & (x < b)]]))
            main.fill_between(
                inside,
                np.interp(inside, x, y),
                level,
                color=PALETTE[0],
                alpha=dark,
                lw=0,
                zorder=1,
            )
            main.vlines(
                [a, b],
                0,
                level,
                color=PALETTE[0],
                lw=0.7,
                linestyle=(0, (2, 2)),
                zorder=2,
            )
        _level_line(main, (values, delta), text, level, "0.35", "--")
    for text, level in lines:
        _level_line(main, (values, delta), text, level, PALETTE[1], "-.")
    main.set_ylabel(statistic)
    main.set_xlabel(axis_label)

    # the strip: one row each, from the top
    names: list[str] = []
    first = levels[0][1] if levels else 1.0
    inside_first = _below(values, delta, first)
    low, high = next(((a, b) for a, b in inside_first if a <= best <= b), (best, best))
    row = 0
    row_of: dict[str, int] = {}
    strip.errorbar(
        [best],
        [row],
        xerr=[[best - low], [high - best]],
        fmt="o",
        ms=5,
        lw=1.6,
        color=PALETTE[0],
        capsize=2.5,
    )
    names.append(f"this fit ({levels[0][0]})" if levels else "this fit")
    for name, value, plus, minus in published:
        row += 1
        strip.errorbar(
            [value],
            [row],
            xerr=[[minus], [plus]],
            fmt="s",
            ms=4.5,
            lw=1.4,
            color="black",
            capsize=2.5,
        )
        names.append(name)
    for text in rows:
        row += 1
        row_of[text] = row
        names.append(text)
        strip.axhline(row, color="0.9", lw=0.6, zorder=0)
    for i, (name, group) in enumerate(groups.items()):
        colour = PALETTE[1 + i % (len(PALETTE) - 1)]
        positions = [value for _, value in group]
        artist = strip.plot(
            positions,
            [row_of[text] for text, _ in group],
            _SHAPES[i % len(_SHAPES)],
            ms=4,
            color=colour,
            zorder=4,
        )
        handles += artist
        labels.append(name)
        main.vlines(positions, 0, top, color=colour, lw=0.6, alpha=0.5, zorder=0.5)
    strip.axvline(best, color=PALETTE[0], lw=0.7, linestyle=":", zorder=0)
    main.axvline(best, color=PALETTE[0], lw=0.7, linestyle=":", zorder=0)
    strip.set_ylim(row + 0.7, -0.7)
    strip.set_yticks(range(row + 1), names, fontsize=9)
    strip.tick_params(axis="y", which="both", length=0)
    strip.tick_params(axis="x", which="both", labelbottom=False)
    # an interval that is open, or in pieces, is no value with two errors
    if len(inside_first) == 1 and values[0] < low < best < high < values[-1]:
        text = (
            rf"{_symbol(axis_label)} = ${asymmetric(best, high - best, best - low)}$"
            rf" {unit}".rstrip()
        )
        title = f"{title}:  {text}" if title else text
    legend_above(figure, handles, labels, title)
    provenance(figure, references)
    return figure


@styled
def plot_contour(
    x: ArrayLike,
    y: ArrayLike,
    delta: ArrayLike,
    labels: tuple[str | Parameter, str | Parameter],
    units: tuple[str, str] = ("", ""),
    *,
    levels: Sequence[tuple[str, float]] = LEVELS_2D,
    best: tuple[float, float] | None = None,
    markers: Sequence[tuple[str, float, float]] = (),
    title: str = "",
    references: Sequence[str] = (),
    scales: tuple[Literal["linear", "log"], Literal["linear", "log"]] = (
        "linear",
        "linear",
    ),
) -> Figure:
    """Plot the regions of two parameters in which Δχ² stays below each level.

    Parameters
    ----------
    x, y : values of the two parameters, increasing, shapes (n,) and (m,).
    delta : Δχ², shape (n, m): the first axis is x; may be infinite.
    labels : of x and y: a `Parameter` each (which knows symbol and unit), or the texts
        of the axes.
    units : of x and y, where the label is a text.
    levels : (label, Δχ²).
    best : best fit; default the lowest point of the grid.
    markers : (label, x, y) each, such as the Standard Model.
    title : above the legend.
    references : texkeys for the line at the bottom.
    scales : of the axes.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        If the shapes do not fit together, a number is not finite, or there is no level.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    first, second = _increasing(x, "the values of x"), _increasing(y, "the values of y")
    surface = _delta(delta)
    if surface.shape != (first.size, second.size):
        raise InputError(
            f"Δχ² has shape {surface.shape}, but x and y ask for"
            f" {(first.size, second.size)}"
        )
    if not levels:
        raise InputError("a contour needs at least one level, e.g. ('90 %', 4.61)")
    levels = sorted(levels, key=lambda level: level[1])
    figure = new_figure(5.6, 5.4)
    ax = figure.add_subplot()
    shades = [
        blend(PALETTE[0], 0.55 - 0.38 * i / max(len(levels) - 1, 1))
        for i in range(len(levels))
    ]
    heights = [level for _, level in levels]
    lowest = min(float(surface.min()), 0.0) - 1.0
    ax.contourf(first, second, surface.T, levels=[lowest, *heights], colors=shades)
    ax.contour(
        first, second, surface.T, levels=heights, colors=PALETTE[0], linewidths=1.3
    )
    ax.set_xscale(scales[0])
    ax.set_yscale(scales[1])
    ax.set_xlim(first[0], first[-1])
    ax.set_ylim(second[0], second[-1])
    ax.set_xlabel(_axis(labels[0], units[0])[0])
    ax.set_ylabel(_axis(labels[1], units[1])[0])
    if best is None:
        row, column = np.unravel_index(int(surface.argmin()), surface.shape)
        best = float(first[row]), float(second[column])
    handles: list[Artist] = []
    handles += [
        Patch(facecolor=shade, edgecolor=PALETTE[0], linewidth=1.3) for shade in shades
    ]
    entries = [name for name, _ in levels]
    ax.plot(*best, "+", ms=11, mew=1.8, color="black", zorder=5)
    handles.append(
        Line2D([], [], marker="+", ms=11, mew=1.8, color="black", linestyle="")
    )
    entries.append("best fit")
    for i, (name, at_x, at_y) in enumerate(markers):
        look = {
            "marker": _SHAPES[(i + 1) % len(_SHAPES)],
            "color": PALETTE[1 + i % (len(PALETTE) - 1)],
        }
        ax.plot(
            at_x,
            at_y,
            ms=7,
            markeredgecolor="white",
            linestyle="",
            zorder=5,
            **look,  # type: ignore[arg-type]
        )
        handles.append(Line2D([], [], ms=7, linestyle="", **look))  # type: ignore[arg-type]
        entries.append(name)
    legend_above(figure, handles, entries, title)
    provenance(figure, references)
    return figure


def _profile(
    profile: ProfileLike | tuple[ArrayLike, ArrayLike],
) -> tuple[FloatArray, FloatArray]:
    pair = profile if isinstance(profile, tuple) else (profile.values, profile.delta)
    values, delta = _increasing(pair[0], "the values of the profile"), _delta(pair[1])
    if values.size < 4 or delta.shape != values.shape:
        raise InputError(
            "a profile needs as many Δχ² as values, at least four: got shapes"
            f" {values.shape} and {delta.shape}"
        )
    return values, delta


def _delta(values: ArrayLike) -> FloatArray:
    """Δχ² with what is infinite, where the data are impossible, far above everything
    drawn."""
    delta = np.asarray(values, dtype=float)
    known = delta[np.isfinite(delta)]
    if known.size == 0 and delta.size > 0:
        raise InputError(
            "nothing to plot: Δχ² is finite nowhere; choose another range of the"
            " parameters"
        )
    return finite_array(
        np.where(delta == np.inf, 1e3 + 10 * known.max(initial=0.0), delta), "Δχ²"
    )


def _increasing(values: ArrayLike, what: str) -> FloatArray:
    array = finite_array(values, what)
    if array.ndim != 1 or array.size < 2 or np.any(np.diff(array) <= 0):
        raise InputError(f"{what} must be at least two increasing numbers")
    return array


def _axis(label: str | Parameter, unit: str) -> tuple[str, str]:
    """Text of an axis, and the unit alone."""
    if isinstance(label, Parameter):
        unit = unit or unit_text(label.unit)
        label = f"${label.latex}$" if label.latex else label.name
    return primes(f"{label} [{unit}]" if unit else label), unit


def _symbol(axis_label: str) -> str:
    return axis_label.partition(" [")[0]


def _curve(values: FloatArray, delta: FloatArray) -> Any:
    from scipy.interpolate import CubicSpline, PchipInterpolator

    # a cubic spline rings at a jump to what stands for infinity
    return (PchipInterpolator if delta.max() > 1e3 else CubicSpline)(values, delta)


def _minimum(values: FloatArray, delta: FloatArray) -> float:
    """Lowest point of the curve through the profile."""
    curve = _curve(values, delta)
    turns = curve.derivative().roots(extrapolate=False)
    candidates = np.append(turns[np.isfinite(turns)], values)
    return float(candidates[curve(candidates).argmin()])


def _below(
    values: FloatArray, delta: FloatArray, level: float
) -> list[tuple[float, float]]:
    """Ranges in which the curve through the profile is not above the level."""
    curve = _curve(values, delta)
    roots = curve.solve(level, extrapolate=False)
    ends = np.unique(np.concatenate([values[[0, -1]], roots[np.isfinite(roots)]]))
    ranges: list[tuple[float, float]] = []
    for a, b in pairwise(ends.tolist()):
        if curve((a + b) / 2) <= level:
            start = ranges.pop()[0] if ranges and ranges[-1][1] == a else a
            ranges.append((start, b))
    return ranges


def _level_line(
    ax: Axes,
    curve: tuple[FloatArray, FloatArray],
    text: str,
    level: float,
    colour: str,
    line: str,
) -> None:
    """Horizontal line with its name at the end that is farther from the curve."""
    ax.axhline(level, color=colour, lw=0.9, linestyle=line, zorder=3)
    low, high = ax.get_xlim()
    end = np.linspace(0, 0.2, 41) * (high - low)
    height = level + 0.03 * ax.get_ylim()[1]
    left, right = (
        float(np.abs(np.interp(x, *curve) - height).min())
        for x in (low + end, high - end)
    )
    side = 0 if left > right else 1
    ax.annotate(
        text,
        xy=(side, level),
        xycoords=("axes fraction", "data"),
        xytext=(-9 if side else 9, 2),
        textcoords="offset points",
        ha="right" if side else "left",
        va="bottom",
        fontsize=9.5,
        color=colour,
    )


def asymmetric(value: float, plus: float, minus: float) -> str:
    """Value with two errors as a formula, to two digits of the smaller error."""
    digits = max(0, 1 - int(np.floor(np.log10(min(plus, minus)))))
    value = round(value, digits) + 0.0  # no "-0.00"
    return f"{value:.{digits}f}^{{+{plus:.{digits}f}}}_{{-{minus:.{digits}f}}}"
