"""Rates of inverse beta decay at reactors: measured and expected over distance or
fuel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    legend_above,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.experiments import ReactorRates
    from nuprobe.numerics import FloatArray

__all__ = ["plot_reactor_rates"]

_APART: Final = 0.03
"""Displacement between measurements at the same distance, as a fraction of it."""


@public
@styled
def plot_reactor_rates(
    rates: ReactorRates,
    *,
    compared: Mapping[str, ReactorRates] | None = None,
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot measured over published rates, and the expectations of models.

    Parameters
    ----------
    rates : from `ReactorExperiment.predict`.
    compared : the same of other models, by label.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Over the distance, or over the fission fraction of Pu239, as set by the
        analysis. The band is the error of the fluxes.

    Raises
    ------
    InputError
        If the others have a different number of rates.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_reactor_rates(nu.experiment("reactor-rates").predict())
    >>> drawn.figure.axes[0].get_xlabel()
    'distance $L$ [m]'
    """
    others = compared or {}
    for name, other in others.items():
        if other.rows != rates.rows:
            raise InputError(
                f"{name} has rates of {len(other.rows)} measurements, not of the"
                f" {len(rates.rows)} of {rates.experiment}"
            )
    by_fuel = rates.abscissa == "fraction" and "Pu239" in rates.fractions
    x = rates.fractions["Pu239"] if by_fuel else rates.baseline
    order = np.argsort(x, kind="stable")
    figure = new_figure(WIDTH, 4.2, ax, artist)
    axes = figure.subplots()
    spot = x if by_fuel else _apart(x)
    handles: list[Any] = [
        axes.errorbar(
            spot, rates.data, rates.sigma, fmt="o", ms=4, color="black", lw=1, zorder=3
        )
    ]
    labels = ["measured"]
    if np.any(rates.flux_sigma > 0):
        low, high = (rates.signal + sign * rates.flux_sigma for sign in (-1, 1))
        handles.append(
            axes.fill_between(
                x[order], low[order], high[order], color=PALETTE[0], alpha=0.2, lw=0
            )
        )
        labels.append("error of the fluxes")
    for k, (name, one) in enumerate({"expected": rates, **others}.items()):
        style = "-" if k == 0 else (0, (5, 2))
        line = (x[order], one.signal[order]) if by_fuel else one.curve
        handles += axes.plot(*line, color=PALETTE[k % len(PALETTE)], linestyle=style)
        labels.append(name)
    if not by_fuel:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel(
        "share of $^{239}$Pu in the fissions" if by_fuel else "distance $L$ [m]"
    )
    axes.set_ylabel("rate / published prediction, no oscillation")
    legend_above(figure, handles, labels, f"{rates.experiment}: {rates.analysis}")
    provenance(figure, references)
    return figure.one()


def _apart(x: FloatArray) -> FloatArray:
    """Distances, with equal ones slightly displaced."""
    shifted = np.array(x, dtype=float)
    for value in np.unique(x):
        (same,) = np.nonzero(x == value)
        shifted[same] *= 1 + _APART * (np.arange(same.size) - (same.size - 1) / 2)
    return shifted
