"""Counts of an experiment: stacked prediction, data, and residuals, in energy and
arrival time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    GREYS,
    PALETTE,
    ColourLike,
    blend,
    engine_pads,
    finite_array,
    legend_above,
    pretty,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.experiments import Rates
    from nuprobe.plotting.figures import Panels

__all__ = ["counting_errors", "plot_rates"]

_SIGNAL = "signal: "
_DASHED = (0, (5, 2))


@public
@styled
def plot_rates(
    rates: Rates,
    *,
    rates_time: Rates | None = None,
    subtracted: Sequence[str] = (),
    references: Sequence[str] = (),
    compared: Mapping[str, Rates] | None = None,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the spectrum with its components stacked, the data, and the residuals below.

    Parameters
    ----------
    rates : from `Experiment.predict`. Bins of a third quantity or of time are drawn in
        further columns.
    rates_time : another analysis whose arrival time fills the second column, for a
        `rates` without time bins.
    subtracted : names of the backgrounds subtracted from the data of `rates`, for the
        labels.
    references : texkeys for the line at the bottom.
    compared : the same analysis in other models, by label: their sums as lines, their
        residuals as open circles.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Counts per bin, or counts per unit if the bins differ in width. Residuals, data
        minus prediction, are in units of the error σ of the data; for Poisson data,
        which are drawn with central 68.3 % intervals, in units of the square root of
        the prediction μ. Without data there is no residual panel.

    Raises
    ------
    InputError
        If there is nothing to draw, or `rates_time` has no time bins.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("coherent-csi-2017").predict(nu.StandardModel())
    >>> drawn = plot_rates(rates, subtracted=["steady-state"])
    >>> drawn.figure.axes[0].get_ylabel()
    'residual counts / 2 PE'
    """
    if rates_time is not None and rates_time.time_edges.size < 3:
        raise InputError(
            f"the analysis {rates_time.analysis!r} of {rates_time.experiment} has no"
            " time bins: drop rates_time"
        )
    second = (
        rates_time
        if rates_time is not None
        else rates
        if rates.time_edges.size > 2
        else None
    )
    third = [] if rates.shape_edges is None else [(rates, "shape")]
    shown = [(rates, "energy"), *third, *([] if second is None else [(second, "time")])]
    names = list(
        dict.fromkeys(name for analysis, _ in shown for name in analysis.shown)
    )
    if not names:
        raise InputError(f"nothing to plot: {rates.experiment} predicts no component")
    colour = _colours(names)

    residuals = any(analysis.data is not None for analysis, _ in shown)
    figure = new_figure(
        (6.4, 9.6, 12.8)[len(shown) - 1], 5.2 if residuals else 4.2, ax, artist
    )
    grid = figure.add_gridspec(
        2 if residuals else 1, len(shown), height_ratios=(3, 1) if residuals else (1,)
    )
    engine_pads(figure)
    data_artist: Artist | None = None
    others = _compared(rates, compared or {})
    for column, (analysis, axis) in enumerate(shown):
        main = figure.add_subplot(grid[0, column])
        panel = figure.add_subplot(grid[1, column], sharex=main) if residuals else None
        points = _column(
            main,
            panel,
            _Projection.of(analysis, axis),
            colour,
            subtracted if analysis is rates else (),
            {
                label: (_Projection.of(other, axis), hue)
                for label, (other, hue) in others.items()
                if analysis is rates
            },
        )
        data_artist = points if points is not None else data_artist
    figure.align_ylabels()

    analyses = [analysis for analysis, _ in shown]
    handles, labels = _handles(names, analyses, colour, others)
    if data_artist is not None:
        handles, labels = [data_artist, *handles], ["data", *labels]
    titles = " and ".join(dict.fromkeys(a.analysis for a in analyses))
    signal = f"; expected signal {rates.signal.sum():.3g}"
    if rates.signal_sigma > 0:
        signal = (
            f"; expected signal {rates.signal.sum():.0f} ± {rates.signal_sigma:.0f}"
        )
    legend_above(figure, handles, labels, f"{rates.experiment}: {titles}{signal}")
    provenance(figure, references)
    return figure.every()


def _handles(
    names: Sequence[str],
    analyses: Sequence[Rates],
    colour: Mapping[str, ColourLike],
    others: Mapping[str, tuple[Rates, ColourLike]],
) -> tuple[list[Artist], list[str]]:
    """Legend entries of components and other models."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    # the legend lists the stack from top to bottom
    seen = [name for name in reversed(_order(names)) if _seen(name, analyses)]
    stacked = [
        Patch(facecolor=colour[name], edgecolor="black", linewidth=0.4) for name in seen
    ]
    lines = [
        Line2D([], [], color=hue, lw=1.6, linestyle=_DASHED)
        for _, hue in others.values()
    ]
    return [*stacked, *lines], [*(_label(name, names) for name in seen), *others]


def counting_errors(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distances from observed counts to the ends of the central 68.27 % interval of a
    Poisson mean (Garwood 1936).

    Parameters
    ----------
    counts : observed counts, not negative.

    Returns
    -------
    lower, upper : arrays of the shape of `counts`; lower is 0 for zero counts.

    Examples
    --------
    >>> import numpy as np
    >>> lower, upper = counting_errors(np.array([0.0, 4.0]))
    >>> upper
    array([1.84, 3.16])
    """
    from scipy.special import gammaincinv

    tail = 0.15865525393145707
    n = np.asarray(counts, dtype=float)
    some = np.maximum(n, 1e-300)
    lower = np.where(n > 0, n - gammaincinv(some, tail), 0.0)
    return lower, np.asarray(gammaincinv(n + 1, 1 - tail) - n)


def _order(names: Sequence[str]) -> list[str]:
    """Backgrounds at the bottom of the stack, the signal on top."""
    return [n for n in names if not n.startswith(_SIGNAL)] + [
        n for n in names if n.startswith(_SIGNAL)
    ]


def _colours(names: Sequence[str]) -> dict[str, ColourLike]:
    signals = [n for n in names if n.startswith(_SIGNAL)]
    others = [n for n in names if not n.startswith(_SIGNAL)]
    return {n: blend(PALETTE[i % len(PALETTE)], 0.8) for i, n in enumerate(signals)} | {
        n: GREYS[i % len(GREYS)] for i, n in enumerate(others)
    }


def _seen(name: str, analyses: Sequence[Rates]) -> bool:
    """Whether a component is large enough to be visible: a thousandth of its bin."""
    return any(
        bool((np.abs(a.shown[name]) > 1e-3 * np.abs(a.total)).any())
        for a in analyses
        if name in a.shown
    )


def _label(name: str, names: Sequence[str]) -> str:
    """Name in the legend; for components of the flux the process is omitted if only one
    process in `names` has any."""
    if not name.startswith(_SIGNAL):
        return name.replace("-", " ")
    split = {
        n.split(": ")[1] for n in names if n.startswith(_SIGNAL) and n.count(": ") > 1
    }
    process, found, component = name.removeprefix(_SIGNAL).partition(": ")
    return pretty(
        component if found and split == {process} else name.removeprefix(_SIGNAL)
    )


def _column(
    main: Axes,
    panel: Axes | None,
    projection: _Projection,
    colour: Mapping[str, ColourLike],
    subtracted: Sequence[str],
    compared: Mapping[str, tuple[_Projection, ColourLike]],
) -> Artist | None:
    """Draw one projection; returns the handle of the data."""
    p = projection
    # bins of different widths show a density
    per = np.ones(p.half.size) if p.equal else 0.5 / p.half
    _stack(main, p, per, colour)
    width = f" / {2 * p.half[0]:g} {p.unit}" if p.equal else f" / {p.unit or 'unit'}"
    main.set_ylabel(("residual counts" if subtracted else "counts") + width.rstrip())
    artist: Artist | None = None
    bottom, top = 0.0, float((per * p.total).max())
    for other, hue in compared.values():
        look: dict[str, Any] = {"color": hue, "linewidth": 1.6, "linestyle": _DASHED}
        main.stairs(per * other.total, p.edges, baseline=None, zorder=3, **look)
        top = max(top, float((per * other.total).max()))
    if p.data is not None and p.errors is not None:
        # an error bar of zero length is invisible: the horizontal one shows the bin
        artist = main.errorbar(
            p.centres,
            per * p.data,
            yerr=per * p.errors,
            xerr=p.half,
            fmt="o",
            ms=4,
            color="black",
            lw=1.0,
            clip_on=False,
        )  # type: ignore[assignment]
        bottom = min(0.0, 1.2 * float((per * (p.data - p.errors[0])).min()))
        top = max(top, float((per * (p.data + p.errors[1])).max()))
        if subtracted:
            _say_subtracted(main, subtracted)
    main.set_ylim(bottom, top * 1.12 if top > 0 else 1.0)
    if bottom < 0:
        main.axhline(0, color="0.5", lw=0.8)
    xlabel = f"{p.name} [{p.unit}]" if p.unit else p.name
    if panel is None:
        main.set_xlabel(xlabel)
        return artist
    main.tick_params(axis="x", which="both", labelbottom=False)
    panel.set_xlabel(xlabel)
    _residuals(panel, p, compared)
    return artist


def _compared(
    rates: Rates, compared: Mapping[str, Rates]
) -> dict[str, tuple[Rates, ColourLike]]:
    """Other models with their colours; rejects those of other analyses."""
    for label, other in compared.items():
        if other.total.shape != rates.total.shape or (
            (other.experiment, other.analysis) != (rates.experiment, rates.analysis)
        ):
            raise InputError(
                f"{label} is of {other.experiment}: {other.analysis}, not of"
                f" {rates.experiment}: {rates.analysis}"
            )
    hues = [*PALETTE[3:], *PALETTE[:3]]
    return {
        label: (other, hues[i % len(hues)])
        for i, (label, other) in enumerate(compared.items())
    }


@dataclass(frozen=True, eq=False)
class _Projection:
    """Counts of one analysis summed over all axes but one, which has shape (bins,)."""

    name: str
    unit: str
    edges: FloatArray
    components: dict[str, FloatArray]
    data: FloatArray | None = None
    errors: FloatArray | None = None  # shape (2, bins): down and up
    deviation: FloatArray | None = None  # denominator of the residuals
    pull_label: str = ""

    @classmethod
    def of(cls, rates: Rates, axis: str) -> _Projection:
        edges, name, unit, kept = _axis(rates, axis)

        def summed(counts: FloatArray) -> FloatArray:
            others = tuple({*range(counts.ndim)} - {kept % counts.ndim})
            return np.asarray(counts.sum(others))

        counts = rates.shown
        components = {
            source: summed(finite_array(counts[source], f"the component {source!r}"))
            for source in _order(list(counts))
        }
        plain = cls(name, unit, edges, components)
        if rates.data is None:
            return plain
        data = summed(finite_array(rates.data, "the data"))
        if rates.sigma is None:
            return replace(
                plain,
                data=data,
                errors=np.array(counting_errors(data)),
                deviation=np.sqrt(plain.total),
                pull_label="residual / √μ",
            )
        sigma = np.sqrt(
            summed(finite_array(rates.sigma, "the errors of the data") ** 2)
        )
        return replace(
            plain,
            data=data,
            errors=np.array([sigma, sigma]),
            deviation=sigma,
            pull_label="residual / σ",
        )

    @cached_property
    def total(self) -> FloatArray:
        return np.asarray(sum(self.components.values()), dtype=float)

    @cached_property
    def half(self) -> FloatArray:
        return np.asarray(np.diff(self.edges) / 2)

    @property
    def centres(self) -> FloatArray:
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2)

    @property
    def equal(self) -> bool:
        """Whether all bins have the same width."""
        return bool(np.allclose(self.half, self.half[0]))


def _stack(
    main: Axes, p: _Projection, per: FloatArray, colour: Mapping[str, ColourLike]
) -> None:
    """Draw the stacked components and their sum."""
    total = np.zeros(p.half.size)
    for source, counts in p.components.items():
        low, high = per * total, per * (total + counts)
        main.stairs(
            high,
            p.edges,
            baseline=low,
            fill=True,
            facecolor=colour[source],
            edgecolor="none",
        )
        main.stairs(high, p.edges, baseline=low, color="black", linewidth=0.4)
        total = total + counts
    main.stairs(per * total, p.edges, baseline=None, color="black", linewidth=1.2)
    main.set_xlim(p.edges[0], p.edges[-1])


def _say_subtracted(main: Axes, subtracted: Sequence[str]) -> None:
    names = ", ".join(name.replace("-", " ") for name in subtracted)
    main.text(
        0.97,
        0.95,
        f"data: {names} subtracted",
        transform=main.transAxes,
        ha="right",
        va="top",
        fontsize=10,
    )


def _residuals(
    panel: Axes,
    p: _Projection,
    compared: Mapping[str, tuple[_Projection, ColourLike]],
) -> None:
    if p.data is None or p.deviation is None:
        return
    # a bin without expectation has no residual
    some = p.deviation > 0
    pull = (p.data[some] - p.total[some]) / p.deviation[some]
    panel.axhspan(-1, 1, color="0.9", lw=0)
    panel.axhline(0, color="0.4", lw=0.8)
    panel.plot(p.centres[some], pull, "o", ms=4, color="black")
    panel.vlines(p.centres[some], 0, pull, color="black", lw=1.0)
    largest = float(np.abs(pull).max(initial=0.0))
    for other, hue in compared.values():
        if other.deviation is None:
            continue
        there = other.deviation > 0
        beside = (p.data[there] - other.total[there]) / other.deviation[there]
        look: dict[str, Any] = {"markerfacecolor": "none", "markersize": 4}
        panel.plot(p.centres[there], beside, "o", color=hue, zorder=3, **look)
        largest = max(largest, float(np.abs(beside).max(initial=0.0)))
    reach = max(2.6, 1.15 * largest)
    panel.set_ylim(-reach, reach)
    panel.set_ylabel(p.pull_label)


def _axis(rates: Rates, axis: str) -> tuple[FloatArray, str, str, int]:
    """Edges, name and unit of one axis, and its place in the arrays of counts."""
    if axis == "time":
        return rates.time_edges, "arrival time", "μs", -1
    if axis == "shape":
        assert rates.shape_edges is not None  # plot_rates
        return rates.shape_edges, rates.shape_observable, rates.shape_unit, 1
    return (
        rates.energy_edges,
        rates.observable.replace("_", " ").replace("-", " "),
        rates.unit,
        0,
    )
