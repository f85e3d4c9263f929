"""Trident dimuons and their backgrounds: invariant mass and opening angle before and
after cuts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.events.backgrounds import Comparison, spectra
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    isotope_symbol,
    legend_above,
    provenance,
    styled,
)
from nuprobe.units import GeV

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_backgrounds"]

_GROUPS: Final = (
    ("deep inelastic pion", "deep inelastic pions", "#8a8a8a"),
    ("single pion", "single pion", "#56B4E9"),
    ("coherent pion", "coherent pion", "#0072B2"),
    ("deep inelastic K", "kaons", "#009E73"),
    ("charm", "charm", "#E69F00"),
    ("deep inelastic rho", "ρ → μμ", "#CC79A7"),
)
_COLUMNS: Final = (
    ("m_pair", GeV, "invariant mass of the pair [GeV]"),
    ("opening_angle", np.pi / 180, "opening angle [deg]"),
)
_COARSE: Final = 8  # fine bins of the comparison per bin of the figure
_BINS: Final = 16  # after the cuts, at most


@styled
def plot_backgrounds(
    comparison: Comparison, *, ax: Where = None, **artist: Any
) -> Panels:
    """Plot signal and backgrounds by invariant mass and opening angle, before and after
    all cuts.

    Parameters
    ----------
    comparison : from `nuprobe.events.backgrounds.compare`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Backgrounds by origin as lines, their sum as an area, and the signal in black:
        expected events per bin, on a logarithmic scale, with the statistical errors of
        the sample. After the cuts the axes end where no events are left.

    Examples
    --------
    >>> from nuprobe.events.backgrounds import compare
    >>> len(plot_backgrounds(compare("dune-nd-fhc", "Ar40", 500, cuts=[])))
    4
    """
    figure = new_figure(8.2, 6.4, ax, artist)
    axes = figure.subplots(2, 2)
    last = len(comparison.stages) - 1
    handles: dict[str, Artist] = {}
    for row, stage in enumerate((0, last)):
        for column, (name, unit, text) in enumerate(_COLUMNS):
            panel, edges = axes[row, column], comparison.histograms[name][0][::_COARSE]
            if row:
                edges = _reached(comparison, name, edges, stage)
            handles |= _panel(
                panel, comparison, spectra(comparison, name, edges, stage), edges / unit
            )
            words = "before cuts" if stage == 0 else "after the cuts"
            panel.text(
                0.97, 0.95, words, transform=panel.transAxes, ha="right", va="top"
            )
            panel.set_xlabel(text)
        axes[row, 0].set_ylabel("expected events in a bin")
    isotope = re.fullmatch(r"([A-Z][a-z]?)(\d+)", comparison.target)
    hit = isotope_symbol(isotope[1], int(isotope[2])) if isotope else comparison.target
    legend_above(
        figure, list(handles.values()), list(handles), f"{comparison.flux} on {hit}"
    )
    sources = [
        one.get("source", "")
        for items in comparison.table.raw.values()
        for one in items.values()
    ]
    keys = {key for text in sources for key in text.split() if ":" in key}
    cuts = "; ".join(stage.replace(" ", "\u00a0") for stage in comparison.stages[1:])
    provenance(
        figure,
        sorted(keys),
        f"parametrised backgrounds, not a full simulation; cuts: {cuts or 'none'}",
    )
    return figure.every()


def _reached(
    comparison: Comparison, name: str, edges: FloatArray, stage: int
) -> FloatArray:
    """Edges of finer bins, up to where no events are left after a stage."""
    filled = np.flatnonzero(spectra(comparison, name, edges, stage)[0].sum(0))
    if not filled.size:
        return edges
    fine, end = comparison.histograms[name][0], (int(filled[-1]) + 1) * _COARSE
    step = -(-end // _BINS)
    while -(-end // step) * step >= fine.size:  # all bins have the same width
        step += 1
    return np.asarray(fine[: -(-end // step) * step + 1 : step])


def _panel(
    ax: Axes,
    comparison: Comparison,
    spectrum: tuple[FloatArray, FloatArray],
    x: FloatArray,
) -> dict[str, Artist]:
    """Draw one spectrum, counts and errors by name, with edges x in the unit of the
    axis; returns the handles by their label."""
    counts, errors = spectrum
    parts = slice(None, comparison.signals), slice(comparison.signals, None)
    signal, total = (counts[p].sum(0) for p in parts)
    spread = [np.sqrt((errors[p] ** 2).sum(0)) for p in parts]
    handles: dict[str, Artist] = {}
    handles["all backgrounds"] = ax.stairs(total, x, fill=True, color="0.88")
    for y, dy, colour in ((total, spread[1], "0.72"), (signal, spread[0], "0.45")):
        low, high = np.maximum(y - dy, 1e-9), y + dy
        handles["statistical errors"] = ax.stairs(
            high, x, baseline=low, fill=True, color=colour, linewidth=0
        )
    for start, label, colour in _GROUPS:
        mine = [
            j
            for j, n in enumerate(comparison.names)
            if j >= comparison.signals and n.startswith(start)
        ]
        handles[label] = ax.stairs(counts[mine].sum(0), x, color=colour, linewidth=1.3)
    handles["trident dimuons"] = ax.stairs(signal, x, color="black", linewidth=2.0)
    ax.set_yscale("log")
    positive = np.concatenate([total[total > 0], signal[signal > 0]])
    if positive.size:
        ax.set_ylim(0.3 * min(1.0, float(positive.min())), 20 * float(positive.max()))
    ax.set_xlim(x[0], x[-1])
    return handles
