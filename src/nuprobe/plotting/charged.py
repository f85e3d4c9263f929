"""Cross sections of carbon, deuterium and protons over the neutrino energy: reactions
side by side, and levels of one nucleus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.flavours import flavour as as_flavour
from nuprobe.nuclei import isotope
from nuprobe.numerics import FloatArray, numbers
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    isotope_symbol,
    legend_above,
    lowest,
    provenance,
    styled,
)
from nuprobe.processes.nuclear import carbon
from nuprobe.processes.nuclear.levels import levels as read_levels
from nuprobe.processes.side_by_side import CHANNELS, charged_currents

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_charged_currents", "plot_levels"]

_STYLES: Final[tuple[Any, ...]] = (
    *("-", "--", "-.", (0, (5, 1, 1, 1))),
    *((0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (3, 1.5))),
)
_ROUGH: Final[dict[str, Any]] = {
    # round dots above all lines: carbon-13 overlaps the deuteron there
    "linestyle": (0, (0.1, 2.5)),
    "linewidth": 3.2,
    "dash_capstyle": "round",
    "zorder": 4,
}
"""Beyond the accuracy."""


@public
@styled
def plot_charged_currents(
    energies: ArrayLike,
    channels: str | Iterable[str] | None = None,
    *,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot σ(E) of reactions of ν_e and ν̄_e per proton, deuteron, nucleus or electron.

    Parameters
    ----------
    energies : increasing, at least two, MeV.
    channels : names of `nuprobe.processes.side_by_side.CHANNELS`; None for all.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Logarithmic in σ; each curve begins at its threshold and is dotted where
        neglected contributions matter.

    Raises
    ------
    InputError, UnknownNameError
        As `nuprobe.processes.charged_currents`, and if the energies do not increase.

    Examples
    --------
    >>> drawn = plot_charged_currents([2.0, 5.0, 10.0], ["ibd", "carbon13"])
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    e = _increasing(energies)
    found = charged_currents(e, channels)
    figure = new_figure(WIDTH, 4.8, ax, artist)
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
        axes.plot(e[~good], shown[~good], color=colour, **_ROUGH)
        labels.append(f"${channel.symbol}$")
    axes.set_yscale("log")
    if any(np.any(sigma > 0) for sigma in found.values()):
        most = max(float(sigma.max()) for sigma in found.values())
        axes.set_ylim(lowest(found.values()) / 1.5, 2 * most)
    axes.set_xlim(e[0], e[-1])
    axes.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    axes.set_ylabel(r"$\sigma$ [cm$^2$ per $p$, $d$, nucleus or $e$]")
    legend_above(figure, handles, labels)
    provenance(
        figure,
        ("Strumia:2003zx", "Auerbach:2001hz"),
        "L_1A = 0 fm3 (resummed); dots: beyond the accuracy",
    )
    return figure.one()


def _increasing(energies: ArrayLike) -> FloatArray:
    e = np.atleast_1d(numbers("energies", energies))
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0):
        raise InputError("a figure needs at least two increasing energies in MeV")
    return e


@public
@styled
def plot_levels(
    energies: ArrayLike,
    current: carbon.Current = "cc",
    flavour: str = "nu_e",
    *,
    levels: str = "carbon13",
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot σ(E) to each level of a table, and their sum.

    Parameters
    ----------
    energies : increasing, at least two, MeV.
    current, flavour, levels : as in `nuprobe.carbon.total`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Logarithmic in σ; each curve begins at its threshold.

    Raises
    ------
    InputError
        As `nuprobe.carbon.total`, and if the energies do not increase.

    Examples
    --------
    >>> drawn = plot_levels([3.0, 6.0, 12.0])
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['sum', '1/2- g.s.', '3/2- 3.502']
    """
    e = _increasing(energies)
    found = carbon.by_level(e, current, flavour, levels=levels)
    figure = new_figure(WIDTH, 4.6, ax, artist)
    axes = figure.subplots()
    curves = {"sum": np.sum(list(found.values()), axis=0), **found}
    handles = []
    for i, sigma in enumerate(curves.values()):
        handles += axes.plot(
            e,
            np.where(sigma > 0, sigma, np.nan),
            color="black" if i == 0 else PALETTE[(i - 1) % len(PALETTE)],
            linestyle=_STYLES[i % len(_STYLES)],
        )
    axes.set_yscale("log")
    axes.set_xlim(e[0], e[-1])
    axes.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    axes.set_ylabel(r"$\sigma$ [cm$^2$ per nucleus]")
    table = read_levels(levels)
    nucleus = isotope(table.target)
    legend_above(
        figure,
        handles,
        list(curves),
        f"{isotope_symbol(nucleus.symbol, nucleus.a)},"
        f" {current.upper()} of ${as_flavour(flavour).latex}$",
    )
    provenance(figure, table.references, table.title)
    return figure.one()
