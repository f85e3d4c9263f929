"""Charged currents of carbon, deuterium and protons over the neutrino energy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.numerics import numbers
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    legend_above,
    new_figure,
    provenance,
    styled,
)
from nuprobe.processes.side_by_side import CHANNELS, charged_currents

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_charged_currents"]

_STYLES: Final[tuple[Any, ...]] = (
    *("-", "--", "-.", (0, (5, 1, 1, 1))),
    *((0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (3, 1.5))),
)


@public
@styled
def plot_charged_currents(
    energies: ArrayLike, channels: str | Iterable[str] | None = None
) -> Figure:
    """Plot σ(E) of reactions of ν_e and ν̄_e per proton, deuteron, nucleus or electron.

    Parameters
    ----------
    energies : increasing, at least two, MeV.
    channels : names of `nuprobe.processes.side_by_side.CHANNELS`; None for all.

    Returns
    -------
    Figure
        Logarithmic in σ; each curve begins at its threshold and is dotted where
        something that is left out counts.

    Raises
    ------
    InputError, UnknownNameError
        As `nuprobe.processes.charged_currents`, and if the energies do not increase.

    Examples
    --------
    >>> figure = plot_charged_currents([2.0, 5.0, 10.0], ["ibd", "carbon13"])
    >>> figure.axes[0].get_yscale()
    'log'
    """
    e = np.atleast_1d(numbers("energies", energies))
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0):
        raise InputError("a figure needs two energies or more that increase, in MeV")
    found = charged_currents(e, channels)
    figure = new_figure(WIDTH, 4.8)
    axes = figure.subplots()
    handles, labels = [], []
    for i, (name, sigma) in enumerate(found.items()):
        channel = CHANNELS[name]
        shown = np.where(sigma > 0, sigma, np.nan)
        good = e <= channel.good_to
        colour, line = PALETTE[i % len(PALETTE)], _STYLES[i % len(_STYLES)]
        handles += axes.plot(
            e[good], shown[good], color=colour, linestyle=line, label=name
        )
        axes.plot(e[~good], shown[~good], color=colour, linestyle=":", linewidth=1)
        labels.append(f"${channel.symbol}$")
    axes.set_yscale("log")
    axes.set_xlim(e[0], e[-1])
    axes.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    axes.set_ylabel(r"$\sigma$ [cm$^2$ per $p$, $d$, nucleus or $e$]")
    legend_above(figure, handles, labels)
    provenance(
        figure,
        ("Strumia:2003zx", "Auerbach:2001hz"),
        "L_1A = 0; thin dots: beyond the accuracy",
    )
    return figure
