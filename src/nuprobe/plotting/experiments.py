"""Counts of an experiment: stacked prediction, data, and residuals, in energy and
arrival time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.plotting.style import (
    GREYS,
    PALETTE,
    ColourLike,
    blend,
    engine_pads,
    finite_array,
    legend_above,
    new_figure,
    pretty,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nuprobe.experiments import Rates

__all__ = ["counting_errors", "plot_rates"]

_SIGNAL = "signal: "


@styled
def plot_rates(
    rates: Rates,
    *,
    rates_time: Rates | None = None,
    subtracted: Sequence[str] = (),
    references: Sequence[str] = (),
) -> Figure:
    """Plot the spectrum with its components stacked, the data, and the residuals below.

    Parameters
    ----------
    rates : from `Experiment.predict`. If it has bins of a third quantity or of time,
        they are drawn in further columns.
    rates_time : another analysis whose arrival time fills the second column, for a
        `rates` without time bins.
    subtracted : names of the backgrounds that were subtracted from the data of `rates`,
        for its labels.
    references : texkeys for the line at the bottom.

    Returns
    -------
    Figure
        Counts a bin, or counts a unit where the bins differ in width. Residuals, data
        less prediction, are in units of the error σ of the data; for Poisson data,
        which are drawn with their central 68.3 % intervals, in units of the square root
        of the prediction μ. Without data there is no residual panel.

    Raises
    ------
    InputError
        If there is nothing to draw, or `rates_time` has no time bins.
    """
    if rates_time is not None and rates_time.time_edges.size < 3:
        raise InputError(
            f"the analysis {rates_time.analysis!r} of {rates_time.experiment} has no"
            " time bins: leave rates_time out"
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
    names = list(dict.fromkeys(name for one, _ in shown for name in one.components))
    if not names:
        raise InputError(f"nothing to plot: {rates.experiment} predicts no component")
    colour = _colours(names)

    residuals = any(one.data is not None for one, _ in shown)
    figure = new_figure((6.4, 9.6, 12.8)[len(shown) - 1], 5.2 if residuals else 4.2)
    grid = figure.add_gridspec(
        2 if residuals else 1, len(shown), height_ratios=(3, 1) if residuals else (1,)
    )
    engine_pads(figure)
    data_artist: Artist | None = None
    for column, (one, axis) in enumerate(shown):
        main = figure.add_subplot(grid[0, column])
        panel = figure.add_subplot(grid[1, column], sharex=main) if residuals else None
        artist = _column(
            main, panel, one, axis, colour, subtracted if one is rates else ()
        )
        data_artist = artist if artist is not None else data_artist
    figure.align_ylabels()

    from matplotlib.patches import Patch

    # the legend reads from the top of the stack down
    handles: list[Artist] = [] if data_artist is None else [data_artist]
    labels = [] if data_artist is None else ["data"]
    for name in reversed(_order(names)):
        handles.append(Patch(facecolor=colour[name], edgecolor="black", linewidth=0.4))
        labels.append(_label(name))
    analyses = " and ".join(dict.fromkeys(one.analysis for one, _ in shown))
    signal = f"; expected signal {rates.signal.sum():.3g}"
    if rates.signal_sigma > 0:
        signal = (
            f"; expected signal {rates.signal.sum():.0f} ± {rates.signal_sigma:.0f}"
        )
    legend_above(figure, handles, labels, f"{rates.experiment}: {analyses}{signal}")
    provenance(figure, references)
    return figure


def counting_errors(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distances from observed counts to the ends of the central 68.27 % interval of a
    Poisson mean (Garwood 1936).

    Parameters
    ----------
    counts : observed counts, not negative.

    Returns
    -------
    lower, upper : arrays of the shape of `counts`; lower is 0 for no count.
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


def _label(name: str) -> str:
    return (
        pretty(name.removeprefix(_SIGNAL))
        if name.startswith(_SIGNAL)
        else name.replace("-", " ")
    )


def _column(
    main: Axes,
    panel: Axes | None,
    rates: Rates,
    axis: str,
    colour: Mapping[str, ColourLike],
    subtracted: Sequence[str],
) -> Artist | None:
    """Projection of one analysis on energy, the third quantity or time; returns what
    stands for the data."""
    edges, name, unit, kept = _axis(rates, axis)
    centres, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    equal = np.allclose(half, half[0])
    per = (
        np.ones(half.size) if equal else 0.5 / half
    )  # bins of different widths show a density
    total = np.zeros(centres.size)
    for source in _order(list(rates.components)):
        counts = finite_array(rates.components[source], f"the component {source!r}")
        counts = counts.sum(tuple({*range(counts.ndim)} - {kept % counts.ndim}))
        low, high = per * total, per * (total + counts)
        main.stairs(
            high,
            edges,
            baseline=low,
            fill=True,
            facecolor=colour[source],
            edgecolor="none",
        )
        main.stairs(high, edges, baseline=low, color="black", linewidth=0.4)
        total = total + counts
    main.stairs(per * total, edges, baseline=None, color="black", linewidth=1.2)
    main.set_xlim(edges[0], edges[-1])

    xlabel = f"{name} [{unit}]" if unit else name
    width = f" / {2 * half[0]:g} {unit}".rstrip() if equal else f" / {unit or 'unit'}"
    main.set_ylabel(("residual counts" if subtracted else "counts") + width)
    artist: Artist | None = None
    bottom = 0.0
    if rates.data is not None:
        data = finite_array(rates.data, "the data")
        others = tuple({*range(data.ndim)} - {kept % data.ndim})
        data = data.sum(others)
        if rates.sigma is None:
            errors = np.array(counting_errors(data))
            deviation = np.sqrt(total)
            pull_label = "residual / √μ"
        else:
            deviation = np.sqrt(
                (finite_array(rates.sigma, "the errors of the data") ** 2).sum(others)
            )
            errors = np.array([deviation, deviation])
            pull_label = "residual / σ"
        # a line of zero length has no cap and no bar: the horizontal one shows the bin
        artist = main.errorbar(
            centres,
            per * data,
            yerr=per * errors,
            xerr=half,
            fmt="o",
            ms=4,
            color="black",
            lw=1.0,
            clip_on=False,
        )  # type: ignore[assignment]
        bottom = min(0.0, 1.2 * float((per * (data - errors[0])).min()))
        if subtracted:
            main.text(
                0.97,
                0.95,
                "data: "
                + ", ".join(s.replace("-", " ") for s in subtracted)
                + " subtracted",
                transform=main.transAxes,
                ha="right",
                va="top",
                fontsize=10,
            )
        top = float(max((per * (data + errors[1])).max(), (per * total).max()))
    else:
        top = float((per * total).max())
    main.set_ylim(bottom, top * 1.12 if top > 0 else 1.0)
    if bottom < 0:
        main.axhline(0, color="0.5", lw=0.8)
    if panel is None:
        main.set_xlabel(xlabel)
        return artist
    main.tick_params(axis="x", which="both", labelbottom=False)
    panel.set_xlabel(xlabel)
    if rates.data is not None:
        # a bin without expectation has no residual
        some = deviation > 0
        pull = (data[some] - total[some]) / deviation[some]
        panel.axhspan(-1, 1, color="0.9", lw=0)
        panel.axhline(0, color="0.4", lw=0.8)
        panel.plot(centres[some], pull, "o", ms=4, color="black")
        panel.vlines(centres[some], 0, pull, color="black", lw=1.0)
        reach = max(2.6, 1.15 * float(np.abs(pull).max(initial=0.0)))
        panel.set_ylim(-reach, reach)
        panel.set_ylabel(pull_label)
    return artist


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
