"""Disappearance experiments: data, and expectations with and without a sterile
neutrino."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import PALETTE, WIDTH, provenance, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.experiments import BaselineRates
    from nuprobe.plotting.figures import Panels

__all__ = ["plot_disappearance"]

_COLUMNS = 5


@public
@styled
def plot_disappearance(
    rates: BaselineRates,
    references: Sequence[str] = (),
    *,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot data with errors from the diagonal of their covariance, the expectation of a
    model and that of three neutrinos.

    Spectra are divided by the expectation of three neutrinos, one panel per detector;
    ratios and rates are drawn directly.

    Parameters
    ----------
    rates : from `BaselineExperiment.predict`.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("danss").predict(nu.model("sterile"))
    >>> plot_disappearance(rates)[0].get_xlabel()
    'measured energy [MeV]'
    """
    names = list(dict.fromkeys(rates.detectors))
    over = rates.kind == "spectra"
    alone = rates.kind != "spectra"
    panels = [np.arange(len(rates.data))] if alone else _rows(rates, names)
    columns = min(_COLUMNS, len(panels))
    lines = -(-len(panels) // columns)
    width = WIDTH if alone else 1.9 * WIDTH
    figure = new_figure(width, 4.0 if alone else 2.4 * lines + 0.8, ax, artist)
    axes = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for i, (panel, rows) in enumerate(zip(axes.flat, panels, strict=False)):
        _panel(panel, rates, rows, over)
        if not alone:
            panel.set_title(f"distance {names[i]}", fontsize="small")
    for panel in list(axes.flat)[len(panels) :]:
        panel.set_visible(False)
    for panel in axes[-1]:
        panel.set_xlabel("measured energy [MeV]")
    if rates.low is None:
        axes[0, 0].set_xlabel("")
        axes[0, 0].set_xticks(range(len(rates.detectors)), rates.detectors)
        axes[0, 0].tick_params(axis="x", rotation=90 if len(rates.data) > 6 else 0)
    label = f"value [{rates.unit}]" if rates.unit else "ratio"
    for panel in axes[:, 0]:
        panel.set_ylabel("events / three neutrinos" if over else label)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    provenance(
        figure,
        references,
        f"{rates.experiment}, {rates.title}; χ² = {rates.twice_nll:.2f}, three"
        f" neutrinos {rates.twice_nll_without:.2f}",
    )
    return figure.every()


def _rows(rates: BaselineRates, names: list[str]) -> list[np.ndarray]:
    """Rows of each detector."""
    of = np.array(rates.detectors)
    return [np.flatnonzero(of == name) for name in names]


def _panel(axes: Axes, rates: BaselineRates, rows: np.ndarray, over: bool) -> None:
    scale = rates.without[rows] if over else np.ones(len(rows))
    data, sigma = rates.data[rows] / scale, rates.sigma[rows] / scale
    if rates.low is None or rates.high is None:
        x, half = np.arange(len(rows), dtype=float), np.full(len(rows), 0.5)
    else:
        x = (rates.low[rows] + rates.high[rows]) / 2
        half = (rates.high[rows] - rates.low[rows]) / 2
    axes.errorbar(
        x, data, sigma, half, fmt="o", markersize=3, color="black", label="data"
    )
    edges = np.append(x - half, x[-1] + half[-1])
    axes.stairs(
        rates.without[rows] / scale,
        edges,
        baseline=None,
        color="grey",
        linestyle="--",
        label="three neutrinos",
    )
    if rates.point["sin2_2theta_14"]:
        label = (
            rf"$\sin^2 2\theta_{{14}}$ = {rates.point['sin2_2theta_14']:g},"
            rf" $\Delta m^2_{{41}}$ = {rates.point['dm2_41']:g} eV$^2$"
        )
        axes.stairs(
            rates.total[rows] / scale,
            edges,
            baseline=None,
            color=PALETTE[1],
            label=label,
        )
    if over:
        # the last bins of the spectrum have hardly any events
        axes.set_ylim(0.5, 1.5)
