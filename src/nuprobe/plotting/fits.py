"""The profile of one parameter in a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.nuclei import isotope, neutron_radius_models
from nuprobe.numerics import FloatArray
from nuprobe.parameters import SCALES, Parameter
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    Entries,
    engine_pads,
    finite_array,
    isotope_symbol,
    parameter_text,
    primes,
    provenance,
    scale_axis,
    styled,
)
from nuprobe.units import fm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = ["LEVELS_1D", "neutron_radius_markers", "plot_profile"]

LEVELS_1D: Final = (("1σ", 1.0), ("90 %", 2.7055))
"""Δχ² of the intervals of one parameter."""

Markers = Sequence[tuple[str, float]] | Mapping[str, Sequence[tuple[str, float]]]
SHAPES: Final = ("o", "D", "s", "^", "v", "P")
"""Symbols of groups of markers."""


class ProfileLike(Protocol):
    """Interface of results of `nuprobe.profile`: values of one parameter and Δ(−2 ln L)
    at them."""

    @property
    def parameter(self) -> Parameter:
        """The profiled parameter."""

    @property
    def values(self) -> FloatArray:
        """Values of the parameter, shape (n,)."""

    @property
    def delta(self) -> FloatArray:
        """Δχ² at them, shape (n,)."""


@public
def neutron_radius_markers() -> dict[str, list[tuple[str, float]]]:
    """Neutron rms radii (fm) of Cs133 and I127 in nuclear models, as `markers` of
    `plot_profile`, by isotope.

    Source: [Cadeddu:2017etk, table I].

    Examples
    --------
    >>> list(neutron_radius_markers())
    ['$^{133}$Cs', '$^{127}$I']
    """
    result: dict[str, list[tuple[str, float]]] = {}
    for row in neutron_radius_models():
        if row.r_n is not None:
            nucleus = isotope(row.isotope)
            label = f"{row.model} ({row.family})"
            result.setdefault(isotope_symbol(nucleus.symbol, nucleus.a), []).append(
                (label, row.r_n / fm)
            )
    return result


@public
@styled
def plot_profile(
    profile: ProfileLike | tuple[ArrayLike, ArrayLike],
    label: str | Parameter | None = None,
    *,
    published: Sequence[tuple[str, float, float, float]] = (),
    markers: Markers = (),
    levels: Sequence[tuple[str, float]] = LEVELS_1D,
    lines: Sequence[tuple[str, float]] = (),
    title: str = "",
    references: Sequence[str] = (),
    **artist: Any,
) -> Panels:
    """Plot Δχ² of one parameter with its intervals, and above it this result compared
    with published ones and predictions.

    Parameters
    ----------
    profile : from `nuprobe.profile`, or two arrays, values and Δχ², both of shape (n,);
        values increase, Δχ² may be infinite.
    label : a `Parameter` (with symbol and unit), or the text of the axis with
        the unit in brackets, such as ``"R_n [fm]"``; default that of the profile. All
        values are in the unit of the parameter; the plot shows charge radii in 1e-32
        cm² and the like.
    published : (label, value, plus, minus) each, drawn as error bars; plus and minus
        are positive.
    markers : (label, value) each, one row per label; or several groups of them by name,
        each with its own symbol.
    levels : (label, Δχ²) of the shaded intervals; the first one is the error bar of
        this result.
    lines : (label, Δχ²) of further horizontal lines, such as that of a hypothesis
        outside the parameter's range.
    title : above the legend.
    references : texkeys for the line at the bottom.
    **artist : ``ax``, axes to draw on instead of a new figure (one or several: the
        first panels), and properties of the main artists, e.g. ``color="k"``.

    Returns
    -------
    Panels
        Up to a Δχ² of 12, or as far as required by the levels and lines.

    Raises
    ------
    InputError
        If the profile is empty, not finite or not increasing, or an error of
        `published` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.linspace(2.0, 9.0, 57)
    >>> drawn = plot_profile((values, (values - 5.5) ** 2), "R_n [fm]")
    >>> drawn.figure.axes[0].get_xlabel()
    'R_n [fm]'
    """
    values, delta = _profile(profile)
    if label is None:
        if isinstance(profile, tuple):
            raise InputError(
                "a profile given as two arrays needs a label, e.g. a Parameter or 'R_n'"
            )
        label = profile.parameter
    scale = scale_of(label)
    values = values / scale
    groups = {
        name: [(text, value / scale) for text, value in group]
        for name, group in _groups(markers).items()
    }
    _check_published(published)
    published = [
        (name, value / scale, up / scale, down / scale)
        for name, value, up, down in published
    ]
    labels = [text for group in groups.values() for text, _ in group]
    rows = list(dict.fromkeys(labels))

    strip_height = 0.19 * (1 + len(published) + len(rows)) + 0.12
    figure = new_figure(WIDTH, 4.1 + strip_height + 0.5, artist.pop("ax", None), artist)
    grid = figure.add_gridspec(2, 1, height_ratios=(strip_height, 3.2))
    main = figure.add_subplot(grid[1])
    strip = figure.add_subplot(grid[0], sharex=main)
    engine_pads(figure)

    axis_label, unit = axis_text(label)
    curve = _Curve(values, delta, tuple(sorted(levels, key=lambda level: level[1])))
    legend = Entries()
    curve.draw(main, legend, lines)
    main.set_ylabel(r"$\Delta\chi^2$")
    main.set_xlabel(axis_label)
    scale_axis(main, "x", values)
    names = [curve.draw_result(strip)]
    names += _draw_published(strip, published)
    _draw_markers((strip, main), groups, rows, len(names), legend)
    names += rows
    for panel in (strip, main):
        panel.axvline(curve.best, color=PALETTE[0], lw=0.7, linestyle=":", zorder=0)
    strip.set_ylim(len(names) - 0.3, -0.7)
    strip.set_yticks(range(len(names)), names, fontsize=9)
    strip.tick_params(axis="y", which="both", length=0)
    strip.tick_params(axis="x", which="both", labelbottom=False)
    result = curve.result(_symbol(axis_label), unit)
    legend.above(figure, ":  ".join(text for text in (title, result) if text))
    provenance(figure, references, "two-sided intervals of one parameter (Wilks)")
    return figure.every()


def _groups(markers: Markers) -> Mapping[str, Sequence[tuple[str, float]]]:
    """Markers by name of the group."""
    groups = (
        markers
        if isinstance(markers, Mapping)
        else {"predictions": markers}
        if markers
        else {}
    )
    for name, group in groups.items():
        finite_array([value for _, value in group], f"the markers {name!r}")
    return groups


def _check_published(published: Sequence[tuple[str, float, float, float]]) -> None:
    for name, _, plus, minus in published:
        if not (plus >= 0 and minus >= 0):
            raise InputError(
                f"the errors of {name!r} must not be negative, got +{plus} and"
                f" -{minus}: give both as positive numbers"
            )


@dataclass(frozen=True, eq=False)
class _Curve:
    """A profile with the levels of its intervals, the lowest first."""

    values: FloatArray
    delta: FloatArray
    levels: tuple[tuple[str, float], ...]

    @cached_property
    def best(self) -> float:
        return _minimum(self.values, self.delta)

    @cached_property
    def inside(self) -> list[tuple[float, float]]:
        """Ranges within the first level."""
        first = self.levels[0][1] if self.levels else 1.0
        return _below(self.values, self.delta, first)

    @property
    def interval(self) -> tuple[float, float]:
        """The range within the first level that contains the minimum."""
        around = (r for r in self.inside if r[0] <= self.best <= r[1])
        return next(around, (self.best, self.best))

    def draw(
        self, ax: Axes, legend: Entries, lines: Sequence[tuple[str, float]]
    ) -> None:
        """Draw the curve, its intervals and all horizontal lines."""
        values, delta = self.values, self.delta
        top = min(12.0, float(delta.max()))
        top = max([top * 1.02] + [1.12 * level for _, level in (*self.levels, *lines)])
        ax.set_ylim(0, top)
        ax.set_xlim(values[0], values[-1])
        # through every point, and smooth between the points of a coarse grid
        x = np.unique(np.concatenate([values, np.linspace(values[0], values[-1], 400)]))
        y = np.where(
            np.isin(x, values), np.interp(x, values, delta), _spline(values, delta)(x)
        )
        legend.add(ax.plot(x, y, color=PALETTE[0], lw=1.8, zorder=5), "this profile")
        for i, (text, level) in enumerate(reversed(self.levels)):
            self._shade(ax, x, y, level, 0.13 + 0.16 * i)
            _level_line(ax, (values, delta), text, level, "0.35", "--")
        for text, level in lines:
            _level_line(ax, (values, delta), text, level, PALETTE[1], "-.")

    def _shade(
        self, ax: Axes, x: FloatArray, y: FloatArray, level: float, dark: float
    ) -> None:
        for a, b in _below(self.values, self.delta, level):
            inside = np.unique(np.concatenate([[a, b], x[(x > a) & (x < b)]]))
            ax.fill_between(
                inside,
                np.interp(inside, x, y),
                level,
                color=PALETTE[0],
                alpha=dark,
                lw=0,
                zorder=1,
            )
            ax.vlines(
                [a, b],
                0,
                level,
                color=PALETTE[0],
                lw=0.7,
                linestyle=(0, (2, 2)),
                zorder=2,
            )

    def draw_result(self, strip: Axes) -> str:
        """Draw the error bar of this result as the first row, and one without a point
        for every other region; returns the row label."""
        bar: dict[str, Any] = {"lw": 1.6, "color": PALETTE[0], "capsize": 2.5}
        low, high = self.interval
        errors = [[self.best - low], [high - self.best]]
        strip.errorbar([self.best], [0], xerr=errors, fmt="o", ms=5, **bar)
        for a, b in self.inside:
            if not a <= self.best <= b:
                half = (b - a) / 2
                strip.errorbar([a + half], [0], xerr=half, fmt="none", **bar)
        return f"this fit ({self.levels[0][0]})" if self.levels else "this fit"

    def result(self, symbol: str, unit: str) -> str:
        """Return the value with its errors, and all regions of each level that has
        several, one per line; nothing for an open interval."""
        lines = [] if len(self.inside) > 1 else [self._value(symbol, unit)]
        for text, level in self.levels:
            found = _below(self.values, self.delta, level)
            if len(found) > 1:
                regions = " or ".join(self._region(a, b) for a, b in found)
                in_unit = f" [{unit}]" if unit else ""
                lines.append(f"{symbol}: {regions}{in_unit} ({text})")
        return "\n".join(line for line in lines if line)

    def _value(self, symbol: str, unit: str) -> str:
        """The value with its errors; empty if the interval is open."""
        low, high = self.interval
        if not self.values[0] < low < self.best < high < self.values[-1]:
            return ""
        value = asymmetric(self.best, high - self.best, self.best - low)
        return rf"{symbol} = ${value}$ {unit}".rstrip()

    def _region(self, low: float, high: float) -> str:
        """One of several regions; ≤ or ≥ if it extends beyond the values."""
        digits = max(0, 1 - int(np.floor(np.log10(high - low))))
        first, last = (f"{x:.{digits}f}".replace("-", "−") for x in (low, high))
        if low <= self.values[0]:
            return f"≤ {last}"
        return f"≥ {first}" if high >= self.values[-1] else f"{first} to {last}"


def _draw_published(
    strip: Axes, published: Sequence[tuple[str, float, float, float]]
) -> list[str]:
    """Draw published results in rows from 1; returns their names."""
    for row, (_, value, plus, minus) in enumerate(published, start=1):
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
    return [name for name, *_ in published]


def _draw_markers(
    axes: tuple[Axes, Axes],
    groups: Mapping[str, Sequence[tuple[str, float]]],
    rows: Sequence[str],
    first: int,
    legend: Entries,
) -> None:
    """Draw markers in rows of the strip from `first`, and thin lines in the main
    panel."""
    strip, main = axes
    top = main.get_ylim()[1]
    for row, _ in enumerate(rows, start=first):
        strip.axhline(row, color="0.9", lw=0.6, zorder=0)
    for i, (name, group) in enumerate(groups.items()):
        colour = PALETTE[1 + i % (len(PALETTE) - 1)]
        positions = [value for _, value in group]
        artist = strip.plot(
            positions,
            [first + rows.index(text) for text, _ in group],
            SHAPES[i % len(SHAPES)],
            ms=4,
            color=colour,
            zorder=4,
        )
        legend.add(artist, name)
        main.vlines(positions, 0, top, color=colour, lw=0.6, alpha=0.5, zorder=0.5)


def _profile(
    profile: ProfileLike | tuple[ArrayLike, ArrayLike],
) -> tuple[FloatArray, FloatArray]:
    pair = profile if isinstance(profile, tuple) else (profile.values, profile.delta)
    values, delta = (
        increasing(pair[0], "the values of the profile"),
        finite_delta(pair[1]),
    )
    if values.size < 4 or delta.shape != values.shape:
        raise InputError(
            "a profile needs equally many Δχ² and values, at least four: got shapes"
            f" {values.shape} and {delta.shape}"
        )
    return values, delta


def finite_delta(values: ArrayLike) -> FloatArray:
    """Δχ² with infinite values (impossible data) replaced by one far above everything
    drawn."""
    delta = np.asarray(values, dtype=float)
    known = delta[np.isfinite(delta)]
    if known.size == 0 and delta.size > 0:
        raise InputError(
            "nothing to plot: Δχ² is nowhere finite; choose another range of the"
            " parameters"
        )
    return finite_array(
        np.where(delta == np.inf, 1e3 + 10 * known.max(initial=0.0), delta), "Δχ²"
    )


def increasing(values: ArrayLike, what: str) -> FloatArray:
    """Return at least two increasing numbers, or raise `InputError` about `what`."""
    array = finite_array(values, what)
    if array.ndim != 1 or array.size < 2 or np.any(np.diff(array) <= 0):
        raise InputError(f"{what} must be at least two increasing numbers")
    return array


def scale_of(label: str | Parameter) -> float:
    """Unit of the axis in that of the parameter."""
    return SCALES.get(label.unit, 1.0) if isinstance(label, Parameter) else 1.0


def axis_text(label: str | Parameter) -> tuple[str, str]:
    """Text of an axis, and its unit."""
    if isinstance(label, Parameter):
        label = parameter_text(label)
    return primes(label), label.partition(" [")[2].removesuffix("]")


def _symbol(axis_label: str) -> str:
    return axis_label.partition(" [")[0]


def _spline(values: FloatArray, delta: FloatArray) -> Any:
    from scipy.interpolate import CubicSpline, PchipInterpolator

    # a cubic spline rings at a jump to the value used for infinity
    return (PchipInterpolator if delta.max() > 1e3 else CubicSpline)(values, delta)


def _minimum(values: FloatArray, delta: FloatArray) -> float:
    """Lowest point of the curve through the profile."""
    curve = _spline(values, delta)
    turns = curve.derivative().roots(extrapolate=False)
    candidates = np.append(turns[np.isfinite(turns)], values)
    return float(candidates[curve(candidates).argmin()])


def _below(
    values: FloatArray, delta: FloatArray, level: float
) -> list[tuple[float, float]]:
    """Ranges in which the curve through the profile is at or below the level."""
    curve = _spline(values, delta)
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
    """Horizontal line with its name at the end farther from the curve."""
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
