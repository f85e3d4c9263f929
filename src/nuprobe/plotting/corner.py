"""Posterior samples in one figure: marginals of each parameter on the diagonal, of each
pair below it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference import SampleResult
from nuprobe.inference.chain.highest import bandwidth, smoothed
from nuprobe.numerics import FloatArray
from nuprobe.parameters import SCALES, shown_unit
from nuprobe.plotting.fits import asymmetric
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    ColourLike,
    Entries,
    blend,
    finite_array,
    primes,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nuprobe.plotting.figures import HouseFigure, Panels

__all__ = ["density_1d", "density_2d", "plot_corner"]

_BINS: Final = 80
_FINE: Final = 240  # bins of a marginal, which may have several narrow regions
_MARKED: Final = PALETTE[1]
_MOST_COLUMNS: Final = 8  # more panels side by side are too small to read


@public
@styled
def plot_corner(
    result: SampleResult,
    names: Sequence[str] | None = None,
    *,
    levels: Sequence[float] = (0.68, 0.95),
    markers: Mapping[str, float] | None = None,
    marker_label: str = "reference",
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the marginal posteriors of single parameters and of pairs, with credible
    regions of highest posterior density.

    Parameters
    ----------
    result : from `nuprobe.sample`.
    names : columns to show, in this order. By default all, up to eight; with more
        columns only the parameters, marginalised over the nuisances. One with a
        log-flat prior is shown as log10.
    levels : credible levels of the regions of two parameters, and of the shading of
        one: all intervals of highest density.
    markers : values by column, such as those of the Standard Model.
    marker_label : of the markers, in the legend.
    title : above the legend.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        The title of each marginal is the median with the equal-tailed 68 % interval, or
        each interval of highest density if there are several. If parts of the chain
        disagree there are neither intervals nor shading.

    Raises
    ------
    InputError
        If there is nothing to show, a name occurs twice, a level is not between 0 and
        1, or a column is constant.
    UnknownNameError
        If a name is not a column of the chain.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(nu.StandardModel(), ["rn"])
    >>> chain = nu.sample(cost, ["rn"], nuisances="profiled", steps=400)
    >>> drawn = plot_corner(chain)
    >>> drawn.figure.axes[0].get_xlabel()
    '$R_n$ [fm]'
    """
    wanted = _default_columns(result) if names is None else list(names)
    columns = [result.index(name) for name in wanted]
    marked = {
        result.index(name): float(value) for name, value in (markers or {}).items()
    }
    finite_array(list(marked.values()) or [0.0], "the markers")
    if not wanted or len(set(wanted)) < len(wanted):
        raise InputError(
            "a corner plot shows one or more different columns, got"
            f" ({', '.join(wanted)})"
        )
    levels = sorted(levels)
    if not levels or not 0 < levels[0] <= levels[-1] < 1:
        raise InputError(
            f"credible levels must lie between 0 and 1, got {list(levels)}"
        )
    views = [_View(result, column) for column in columns]
    levels = [] if result.disagreement else levels
    figure = _panels(views, marked, levels, (ax, artist))
    _corner_legend(figure, levels, marker_label if marked else "", title)
    state = "" if result.converged else "NOT CONVERGED · "
    if result.disagreement:
        state = "NOT CONVERGED, no intervals: parts of the chain disagree · "
    hidden = len(result.names) - len(wanted)
    note = (
        f"{state}nuisances {result.treatment} ·"
        f"{f' {hidden} columns not shown ·' if hidden else ''}"
        f" {_thousands(min(s.ess for s in result.summary))} effective samples"
    )
    provenance(figure, references, note)
    return figure.every()


def _default_columns(result: SampleResult) -> list[str]:
    """All columns if readable, else those of the parameters."""
    if len(result.names) <= _MOST_COLUMNS:
        return list(result.names)
    return list(result.names[: result.parameters])


def _shades(levels: Sequence[float]) -> list[ColourLike]:
    return [
        blend(PALETTE[0], 0.62 - 0.42 * i / max(len(levels) - 1, 1))
        for i in range(len(levels))
    ]


def _panels(
    views: Sequence[_View],
    marked: Mapping[int, float],
    levels: Sequence[float],
    where: tuple[Where, Mapping[str, Any]],
) -> HouseFigure:
    """Draw the marginals on the diagonal and the pairs below it."""
    n = len(views)
    size = max(3.6, 1.75 * n + 0.9) if n > 1 else 4.4
    figure = new_figure(size, size + 0.45, *where)
    axes = figure.subplots(n, n, squeeze=False)
    shades = _shades(levels)
    for row, y in enumerate(views):
        for column, x in enumerate(views):
            ax = axes[row, column]
            if column > row:
                ax.set_visible(False)
                continue
            if column == row:
                _marginal(ax, x, levels, shades)
                ax.set_title(y.title, fontsize=10, pad=5)
            else:
                _region(ax, x, y, levels, shades)
            _finish_panel(ax, x, y if column < row else None, marked)
            ax.tick_params(axis="x", labelrotation=40 if n > 1 else 0)
            if row < n - 1:
                ax.tick_params(axis="x", labelbottom=False)
            else:
                ax.set_xlabel(x.label)
            if column > 0 or row == 0:
                ax.tick_params(axis="y", labelleft=False)
            else:
                ax.set_ylabel(y.label)
    if n > 1:
        figure.align_labels()
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.set(h_pad=0.02, w_pad=0.02, hspace=0.02, wspace=0.02)  # type: ignore[call-arg]
    return figure


def _finish_panel(
    ax: Axes, x: _View, y: _View | None, marked: Mapping[int, float]
) -> None:
    """Set ranges, ticks and markers; `y` is None on the diagonal."""
    from matplotlib.ticker import MaxNLocator

    if y is not None:
        ax.set_ylim(y.low, y.high)
        ax.yaxis.set_major_locator(MaxNLocator(4, prune="both"))
        if y.column in marked:
            ax.axhline(float(y.shown(marked[y.column])), color=_MARKED, lw=0.9)
    if x.column in marked:
        ax.axvline(float(x.shown(marked[x.column])), color=_MARKED, lw=0.9)
    ax.set_xlim(x.low, x.high)
    ax.xaxis.set_major_locator(MaxNLocator(4, prune="both"))


def _corner_legend(
    figure: Figure, levels: Sequence[float], marker_label: str, title: str
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    legend = Entries()
    for level, shade in zip(levels, _shades(levels), strict=True):
        patch = Patch(facecolor=shade, edgecolor=PALETTE[0], linewidth=1.1)
        legend.add([patch], f"{100 * level:g} % credible")
    if marker_label:
        legend.add([Line2D([], [], color=_MARKED, lw=0.9)], marker_label)
    legend.above(figure, title)


class _View:
    """One column as drawn: samples, range, label, title."""

    def __init__(self, result: SampleResult, column: int) -> None:
        self.column = column
        self.log = result.logarithmic[column]
        self.scale = SCALES.get(result.units[column], 1.0)
        self.x = self.shown(result.samples[:, column])
        self.ess = result.summary[column].ess
        limits = [
            float(self.shown(side[column])) if np.isfinite(side[column]) else None
            for side in (result.lower, result.upper)
        ]
        low, high = np.quantile(self.x, [0.001, 0.999])
        if not low < high:
            raise InputError(
                f"{result.names[column]} has the same value in all samples: there is"
                " nothing to plot"
            )
        margin = 0.08 * (high - low)
        self.low = float(
            low - margin if limits[0] is None else max(low - margin, limits[0])
        )
        self.high = float(
            high + margin if limits[1] is None else min(high + margin, limits[1])
        )
        symbol = result.latex[column]
        unit = result.units[column] if self.log else shown_unit(result.units[column])
        if symbol:
            text = (
                rf"$\log_{{10}}({symbol}"
                + (rf"/\mathrm{{{unit}}}" if unit else "")
                + ")$"
                if self.log
                else f"${symbol}$"
            )
        else:
            name = textwrap.fill(result.names[column], 16)
            text = (
                f"log10 of {name}" + (f" [{unit}]" if unit else "")
                if self.log
                else name
            )
        unit = "" if self.log else unit
        self.label = primes(f"{text} [{unit}]" if unit else text)
        self._text, self._symbol, self._unit = text, symbol, unit
        self.result = result

    @property
    def title(self) -> str:
        """Median and interval, or the intervals of highest density if there are
        several."""
        if self.result.disagreement:
            return primes(self._text)
        parts = self.intervals(0.68)
        if len(parts) > 1:
            # the label of the axis has the unit
            value = "\nor ".join(f"$[{{{a:.3g}}}, {{{b:.3g}}}]$" for a, b in parts)
            sign = " in "
        else:
            median, below, above = np.quantile(self.x, [0.5, 0.16, 0.84])
            errors = float(above - median), float(median - below)
            value = f"${asymmetric(float(median), *errors)}$ {self._unit}".rstrip()
            sign = " = "
        return primes(f"{self._text}{sign}{value}" if self._symbol else value)

    def intervals(self, level: float) -> list[tuple[float, float]]:
        """Intervals of highest density at a level, as drawn."""
        regions = self.result.regions(self.result.names[self.column], level)
        return [(float(self.shown(r.low)), float(self.shown(r.high))) for r in regions]

    def shown(self, x: FloatArray | float) -> FloatArray:
        return np.asarray(np.log10(x) if self.log else x / self.scale)


def density_1d(
    x: FloatArray, low: float, high: float, ess: float, bins: int = _BINS
) -> tuple[FloatArray, FloatArray]:
    """Smoothed density of samples: `bins` + 2 positions from `low` to `high`, and the
    density there.

    Parameters
    ----------
    x : samples, shape (n,).
    low, high : range of the positions.
    ess : number of independent samples.
    bins : of the histogram.

    Examples
    --------
    >>> import numpy as np
    >>> at, density = density_1d(np.linspace(0.0, 1.0, 1000), 0.0, 1.0, 1000.0)
    >>> bool(np.allclose(density, 1, atol=0.05))
    True

    Notes
    -----
    The histogram is convolved with a Gaussian kernel, by Silverman's rule for `ess`
    independent samples and the width (not the distance) of the regions; this widens a
    Gaussian by 1 % for a few thousand samples. It is reflected at the ends, because a
    density may end at a limit.
    """
    width = max(bandwidth(x, low, high, ess), 0.7 * (high - low) / bins)
    density = smoothed(x, low, high, width, bins)
    edges = np.linspace(low, high, bins + 1)
    return _to_the_edges(edges), np.pad(density, 1, mode="edge")


def density_2d(
    x: FloatArray,
    y: FloatArray,
    box: tuple[float, float, float, float],
    ess: float,
    bins: int = _BINS,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Smoothed density of pairs in the box (x low, x high, y low, y high), as
    `density_1d`: positions, and (x, y).

    Parameters
    ----------
    x, y : samples, shape (n,) each.
    box : lowest and highest x and y.
    ess : number of independent samples.
    bins : of the histogram along each axis.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.random.default_rng(1).uniform(size=(2, 1000))
    >>> at_x, at_y, density = density_2d(x, y, (0.0, 1.0, 0.0, 1.0), 1000.0, bins=20)
    >>> density.shape
    (22, 22)

    Notes
    -----
    The kernel has the correlation of the samples, so that a narrow diagonal stays
    narrow; the part of it outside the box is compensated.
    """
    from scipy.signal import fftconvolve

    counts, x_edges, y_edges = np.histogram2d(x, y, bins, (box[:2], box[2:]))
    cell = np.array([x_edges[1] - x_edges[0], y_edges[1] - y_edges[0]])
    # scale the kernel with the width of the regions, not with their distance
    narrow = np.array(
        [
            min(1.0, bandwidth(v, *ends, ess) / (0.9 * v.std() * ess**-0.2))
            for v, ends in ((x, box[:2]), (y, box[2:]))
        ]
    )
    covariance = np.cov(x, y) * np.outer(narrow, narrow)
    shape = covariance * (0.9 * ess ** (-1 / 6)) ** 2 / np.outer(cell, cell)
    shape += 0.7**2 * np.eye(2)
    reach = np.arange(-bins, bins + 1.0)
    steps = np.stack(np.meshgrid(reach, reach, indexing="ij"))
    kernel = np.exp(
        -0.5 * np.einsum("iab,ij,jab->ab", steps, np.linalg.inv(shape), steps)
    )
    density, inside = (
        fftconvolve(field, kernel, mode="same")
        for field in (counts, np.ones_like(counts))
    )
    density = np.maximum(density, 0.0) / inside
    density /= density.sum() * cell.prod()
    return (
        _to_the_edges(x_edges),
        _to_the_edges(y_edges),
        np.pad(density, 1, mode="edge"),
    )


def _to_the_edges(edges: FloatArray) -> FloatArray:
    return np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:]])


def height_of(density: FloatArray, level: float) -> float:
    """Density threshold above which a fraction `level` of the probability lies, from a
    density on equal cells."""
    ordered = np.sort(density, axis=None)[::-1]
    shares = np.cumsum(ordered)
    return float(np.interp(level, shares / shares[-1], ordered))


def _marginal(
    ax: Axes, view: _View, levels: Sequence[float], shades: Sequence[object]
) -> None:
    at, density = density_1d(view.x, view.low, view.high, view.ess, _FINE)
    for level, shade in reversed(list(zip(levels, shades, strict=True))):
        for low, high in view.intervals(level):
            # extend to the exact ends of the interval, not to the nearest position
            inside = at[(at > low) & (at < high)]
            fine = np.concatenate([[max(low, at[0])], inside, [min(high, at[-1])]])
            curve = np.interp(fine, at, density)
            ax.fill_between(fine, curve, color=shade, lw=0)
    ax.plot(at, density, color=PALETTE[0], lw=1.4)
    ax.set_ylim(0, 1.12 * density.max())
    ax.set_yticks([])


def _region(
    ax: Axes, x: _View, y: _View, levels: Sequence[float], shades: Sequence[object]
) -> None:
    box = (x.low, x.high, y.low, y.high)
    at_x, at_y, density = density_2d(x.x, y.x, box, min(x.ess, y.ess))
    if not levels:
        heights = [share * float(density.max()) for share in (0.2, 0.4, 0.6, 0.8)]
        ax.contour(
            at_x, at_y, density.T, levels=heights, colors=PALETTE[0], linewidths=0.8
        )
        return
    heights = [height_of(density[1:-1, 1:-1], level) for level in reversed(levels)]
    ax.contourf(
        at_x,
        at_y,
        density.T,
        levels=[*heights, 2 * density.max()],
        colors=list(reversed(shades)),
    )
    ax.contour(at_x, at_y, density.T, levels=heights, colors=PALETTE[0], linewidths=1.1)


def _thousands(number: float) -> str:
    return (
        f"{number:.2g}"
        if number < 100
        else f"{round(number, -2 if number >= 1000 else -1):.0f}"
    )
