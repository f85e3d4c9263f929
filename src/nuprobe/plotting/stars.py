"""Red giants: plasmon emission, and the tip of the branch over the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from nuprobe.stars import LARGEST, M5, Tip, plasmon_emission, tip_limit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_plasmon_emission", "plot_tip"]


@public
@styled
def plot_plasmon_emission(
    temperature: float = 1e8,
    moment: float = 1e-12,
    *,
    y_e: float = 0.5,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot plasmon emission over density, by a moment and by the weak interaction.

    Parameters
    ----------
    temperature : in K.
    moment : μ_ν in Bohr magnetons.
    y_e : electrons per nucleon.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Examples
    --------
    >>> plot_plasmon_emission().get_yscale()
    'log'
    """
    density = np.geomspace(1e3, 1e7, 41)
    found = [plasmon_emission(rho, temperature, moment, y_e=y_e) for rho in density]
    figure = new_figure(WIDTH, 4.4, ax, artist)
    axes = figure.add_subplot()
    label = rf"magnetic moment, $\mu_\nu = {moment * 1e12:g}\times10^{{-12}}\,\mu_B$"
    axes.loglog(density, [e.magnetic for e in found], color=PALETTE[1], label=label)
    axes.loglog(
        density, [e.weak for e in found], color=PALETTE[0], label="weak interaction"
    )
    for values, colour in (
        ([e.magnetic * e.longitudinal_magnetic for e in found], PALETTE[1]),
        ([e.weak * e.longitudinal_weak for e in found], PALETTE[0]),
    ):
        axes.loglog(density, values, ":", color=colour)
    axes.plot([], [], ":", color="0.3", label="longitudinal plasmons alone")
    axes.set_xlabel(r"density $\rho$ [g/cm$^3$]")
    axes.set_ylabel(r"energy loss [erg g$^{-1}$ s$^{-1}$]")
    axes.set_ylim(bottom=1e-5 * max(e.weak for e in found))
    legend_above(figure, *axes.get_legend_handles_labels())
    note = f"T = {temperature:g} K, Y_e = {y_e:g}; dispersion of Braaten and Segel"
    provenance(figure, ("Braaten:1993jw",), note)
    return figure.one()


@public
@styled
def plot_tip(tip: Tip = M5, *, ax: Where = None, **artist: Any) -> Axes:
    """Plot the magnitude of the tip over the moment, and the observed one.

    Parameters
    ----------
    tip : the cluster.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Examples
    --------
    >>> plot_tip().get_xlim()[0]
    np.float64(0.0)
    """
    mu = np.linspace(0, LARGEST, 181)
    value = tip.magnitude(mu)
    figure = new_figure(WIDTH, 4.4, ax, artist)
    axes = figure.add_subplot()
    low, high = value - tip.theory_error, value + tip.theory_error
    axes.fill_between(1e12 * mu, low, high, color=PALETTE[0], alpha=0.25, lw=0)
    axes.plot(1e12 * mu, value, color=PALETTE[0], label="stellar models")
    faint, bright = (tip.observed + s * tip.observed_error for s in (1, -1))
    axes.axhspan(bright, faint, color=PALETTE[1], alpha=0.2, lw=0)
    axes.axhline(tip.observed, color=PALETTE[1], label=f"{tip.name}, observed")
    try:
        limit = tip_limit(tip)
    except InputError:
        limit = None
    if limit is not None:
        size = rf"{limit * 1e12:.1f}\times10^{{-12}}"
        text = rf"$\mu_\nu < {size}\,\mu_B$ (95 % CL, two-sided)"
        axes.axvline(1e12 * limit, color="0.3", ls="--", label=text)
    axes.set_xlim(0, 1e12 * LARGEST)
    axes.invert_yaxis()
    axes.set_xlabel(r"$\mu_\nu$ [$10^{-12}\,\mu_B$]")
    axes.set_ylabel(r"$M_I$ of the tip [mag]")
    legend_above(figure, *axes.get_legend_handles_labels())
    provenance(figure, tip.references, "bands: one standard deviation")
    return figure.one()
