"""Decay of a sterile neutrino after nucleosynthesis: photons, and the destruction of
nuclei."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology.decay import (
    THRESHOLD,
    DecayPlane,
    photon_spectrum,
    threshold,
)
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

__all__ = ["plot_decay_plane", "plot_photon_spectra"]

_NUCLEI: Final = {
    "be7": r"$^7$Be",
    "d": "D",
    "li7": r"$^7$Li",
    "he3": r"$^3$He",
    "t": "t",
    "he4": r"$^4$He",
}
_REFERENCES: Final = ("Cyburt:2002uv", "Depta:2020mhj")


@public
@styled
def plot_photon_spectra(
    energy: float,
    temperatures: Sequence[float] = (3e-3, 1e-3, 1e-4),
    *,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the photon spectrum in the plasma during injection of photons of one energy.

    Parameters
    ----------
    energy : of the photons injected in MeV.
    temperatures : of the plasma in MeV.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Solid lines with a marker for the line of unscattered photons, dotted the
        universal spectrum, and the thresholds of nuclei.

    Examples
    --------
    >>> plot_photon_spectra(5.0, [1e-3]).get_yscale()
    'log'
    """
    figure = new_figure(WIDTH, 4.8, ax, artist)
    axes = figure.add_subplot()
    for colour, t in zip(PALETTE, temperatures, strict=False):
        found = photon_spectrum(energy, t)
        seen = found.density > 1e-12 * found.density.max()
        axes.plot(
            found.energy[seen],
            found.density[seen],
            color=colour,
            label=rf"$T = {1e3 * t:g}$ keV",
        )
        universal = found.universal()
        axes.plot(
            found.energy[universal > 0],
            universal[universal > 0],
            ":",
            color=colour,
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"photon energy $E$ [MeV]",
        ylabel=r"$\mathrm{d}N/\mathrm{d}E$ for a photon a second [s/MeV]",
    )
    axes.set_xlim(1.5, energy * 1.05)
    low, high = axes.get_ylim()
    axes.set_ylim(max(low, 1e-12 * high), high)
    for name, text in _NUCLEI.items():
        place = threshold(name)
        if place < energy:
            axes.axvline(place, color="0.8", lw=0.8, zorder=0)
            axes.text(
                place, 0.02, text, transform=axes.get_xaxis_transform(), color="0.4"
            )
    legend_above(
        figure,
        *axes.get_legend_handles_labels(),
        title=f"{energy:g} MeV injected; dotted: universal spectrum",
    )
    provenance(figure, _REFERENCES, "Omega_b h^2 = 0.02242")
    return figure.one()


_MEASURED: Final = {
    "y_p": r"$Y_\mathrm{P}$",
    "d_h": "D/H",
    "he3_d": r"$^3$He/D",
    "li7_h": r"$^7$Li/H",
}


@public
@styled
def plot_decay_plane(plane: DecayPlane, *, ax: Where = None, **artist: Any) -> Axes:
    """Plot the masses and lifetimes, or moments, of a sterile neutrino excluded by
    measured abundances.

    Parameters
    ----------
    plane : from `nuprobe.cosmology.decay.decay_plane`, two or more points along each
        axis.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        The combined exclusion is shaded; lines for each measurement, dotted where ⁷Li/H
        is half of its value without decays.

    Raises
    ------
    InputError
        If an axis has only one point.

    Examples
    --------
    >>> from nuprobe.cosmology.decay import decay_plane
    >>> plane = decay_plane(
    ...     [4.0, 6.0],
    ...     lifetimes=[1e5, 1e6],
    ...     abundance=1e-6,
    ...     measured={"d_h": (2.547e-5, 0.029e-5)},
    ... )
    >>> plot_decay_plane(plane).get_xscale()
    'log'
    """
    if min(plane.masses.size, plane.columns.size) < 2:
        raise InputError(
            "a figure of a plane needs at least two points along each axis"
        )
    figure = new_figure(WIDTH, 5.0, ax, artist)
    axes = figure.add_subplot()
    grid = (plane.masses, plane.columns)
    rise = np.arcsinh(plane.rise().T)  # smooth lines over many decades
    level = float(np.arcsinh(THRESHOLD))
    if np.any(rise > level):
        axes.contourf(*grid, rise, levels=[level, 1e3], colors=["0.88"])
    lines, labels = [], []
    for colour, name in zip(PALETTE, plane.measured, strict=False):
        one = np.arcsinh(plane.rise(name).T)
        if np.any(one > level) and np.any(one < level):
            axes.contour(*grid, one, levels=[level], colors=[colour])
            lines += axes.plot([], [], color=colour)
            labels.append(_MEASURED[name])
    lithium = np.where(plane.computed, plane.values["li7_h"], plane.standard["li7_h"])
    half = lithium.T / plane.standard["li7_h"]
    if np.any(half < 0.5) and np.any(half > 0.5):
        axes.contour(*grid, half, levels=[0.5], colors=["0.3"], linestyles="dotted")
        lines += axes.plot([], [], ":", color="0.3")
        labels.append(r"half of $^7$Li")
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="mass of $N$ [MeV]",
        ylabel=r"lifetime [s]" if plane.by == "lifetime" else r"moment [$\mu_B$]",
    )
    title = rf"shaded: excluded (95 %), $n_N/n_\gamma$ = {plane.abundance:g} at 10 MeV"
    legend_above(figure, lines, labels, title)
    for mass in (2 * threshold("be7"), 2 * threshold("d")):
        if plane.masses[0] < mass < plane.masses[-1]:
            axes.axvline(mass, color="0.6", lw=0.8)
    provenance(figure, _REFERENCES, f"rates: {plane.assumptions['rates']}")
    return figure.one()
