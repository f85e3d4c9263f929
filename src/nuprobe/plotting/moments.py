"""Predicted magnetic moments over the lightest mass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.flavours import flavour as as_flavour
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    legend_above,
    positive_array,
    provenance,
    styled,
)
from nuprobe.reproductions.moments import ORDERINGS, predicted_mu_eff
from nuprobe.units import eV

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_standard_moments"]

_FLOOR = 1e-27
"""Bohr magnetons: below it phases cancel the moment completely."""
_REFERENCES = ("Pal:1981rm", "Shrock:1982sc", "Giunti:2014ixa")


@public
@styled
def plot_standard_moments(
    lightest: ArrayLike | None = None,
    flavour: str = "nu_e",
    *,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the effective moment of neutrinos from the W loop over the lightest mass:
    Dirac as lines, Majorana as bands over all Majorana phases, for both orderings.

    Parameters
    ----------
    lightest : masses of the lightest neutrino in MeV, increasing; 1e-4 to 1 eV by
        default.
    flavour : of the neutrino at its source.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If masses are not positive and increasing.

    Examples
    --------
    >>> drawn = plot_standard_moments([1e-9, 1e-7])
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    asked = np.geomspace(1e-4, 1, 41) * eV if lightest is None else lightest
    masses = positive_array(asked, "lightest masses")
    if len(masses) < 2 or np.any(np.diff(masses) <= 0):
        raise InputError(
            f"lightest masses must be two or more and increase, got {shown(lightest)}"
        )
    figure = new_figure(WIDTH, 4.6, ax, artist)
    axes = figure.add_subplot()
    for ordering, colour, line in zip(ORDERINGS, colours(2), ("-", "--"), strict=True):
        dirac, _ = predicted_mu_eff(masses, "dirac", ordering, flavour)
        axes.plot(masses / eV, dirac, line, color=colour, label=f"Dirac, {ordering}")
        low, high = predicted_mu_eff(masses, "majorana", ordering, flavour)
        axes.fill_between(
            masses / eV,
            np.maximum(low, _FLOOR),
            high,
            color=colour,
            alpha=0.3,
            linewidth=0,
            label=f"Majorana, {ordering}, all phases",
        )
        axes.plot(masses / eV, np.array([low, high]).T, line, color=colour, lw=0.8)
    axes.set_ylim(bottom=_FLOOR)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="mass of the lightest neutrino [eV]",
        ylabel=r"$\mu_{\mathrm{eff}}$ [$\mu_\mathrm{B}$]",
    )
    axes.set_xlim(masses[0] / eV, masses[-1] / eV)
    title = f"${as_flavour(flavour).latex}$ at its source, one loop of a W"
    legend_above(figure, *axes.get_legend_handles_labels(), title=title)
    provenance(figure, _REFERENCES, "angles and splittings of NuFIT 6.0")
    return figure.one()
