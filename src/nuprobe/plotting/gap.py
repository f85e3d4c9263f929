"""The spectrum of cosmic neutrinos with the gap due to a Z′ of L_μ − L_τ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.bounds.relic_absorption import (
    GAP,
    PEV,
    LineOfSight,
    resonance_energy,
    spectrum,
    survival,
)
from nuprobe.errors import InputError, shown
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    legend_above,
    main_and_panel,
    provenance,
    styled,
)
from nuprobe.units import eV

if TYPE_CHECKING:
    from nuprobe.plotting.figures import Panels

__all__ = ["plot_gap"]

_POINTS: Final = 600
_REFERENCES: Final = ("Araki:2014ona", "Aartsen:2014gkd")


@public
@styled
def plot_gap(
    mass: float,
    coupling: float,
    line: LineOfSight | None = None,
    *,
    energies: tuple[float, float] = (0.1 * PEV, 3 * PEV),
    index: float = 2.0,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the spectrum at Earth with and without absorption on relic neutrinos, and
    below it the transmitted fraction.

    Parameters
    ----------
    mass : of the boson, MeV.
    coupling : g′.
    line : relic neutrinos and redshift; `LineOfSight()` if not given.
    energies : lowest and highest energy at Earth, MeV.
    index : γ of the source, dΦ/dE ∝ E^−γ.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        The window in which IceCube saw no events is shaded.

    Raises
    ------
    InputError
        If the energies do not increase, or mass or coupling is not positive.

    Examples
    --------
    >>> from nuprobe.bounds.relic_absorption import LineOfSight
    >>> drawn = plot_gap(10.0, 4e-4, LineOfSight(m_nu=0.05 * eV))
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    low, high = energies
    if not 0 < low < high < np.inf:
        raise InputError(
            "energies must be a lower and a higher energy in MeV, got"
            f" {shown(energies)}"
        )
    sight = line or LineOfSight()
    e = np.geomspace(low, high, _POINTS)
    # both sides of the ends of each resonance
    edges = resonance_energy(mass, sight.masses)[:, None] / (
        np.array([1.0, 1 + sight.z_source])
    )
    inside = edges[(edges > low) & (edges < high)]
    e = np.unique(np.concatenate([e, inside * (1 - 1e-9), inside * (1 + 1e-9)]))
    figure = new_figure(WIDTH, 5.2, ax, artist)
    upper, lower = main_and_panel(figure)
    source = (e / (0.1 * PEV)) ** (2 - index)
    arriving = spectrum(e, mass, coupling, sight, index)
    handles = [
        *upper.plot(e / PEV, source, color="0.5", linestyle="--"),
        *upper.plot(e / PEV, arriving, color=PALETTE[0]),
        upper.axvspan(GAP[0] / PEV, GAP[1] / PEV, color="black", alpha=0.07, lw=0),
    ]
    lower.axvspan(GAP[0] / PEV, GAP[1] / PEV, color="black", alpha=0.07, lw=0)
    lower.plot(e / PEV, survival(e, mass, coupling, sight), color=PALETTE[0])
    upper.set_xscale("log")
    upper.set_xlim(low / PEV, high / PEV)
    from matplotlib.ticker import LogLocator, NullFormatter

    lower.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    lower.xaxis.set_major_formatter("{x:g}")
    lower.xaxis.set_minor_formatter(NullFormatter())
    upper.set_ylim(0, 1.1 * source.max())
    lower.set_ylim(0, 1.05)
    upper.set_ylabel(r"$E^2\,d\Phi/dE$, 1 at 0.1 PeV without $Z$′")
    lower.set_ylabel("share")
    lower.set_xlabel(r"neutrino energy at Earth $E_\nu$ [PeV]")
    m_nu = ", ".join(f"{m / eV:.3g}" for m in np.unique(sight.masses))
    legend_above(
        figure,
        handles,
        ["source", "at Earth", "0.4 to 1 PeV: none seen in three years"],
        rf"$L_\mu-L_\tau$: $m_{{Z′}}$ = {mass:.4g} MeV, $g$′ = {coupling:.3g},"
        rf" $m_\nu$ = {m_nu} eV, $z$ = {sight.z_source:.3g}",
    )
    provenance(
        figure,
        _REFERENCES,
        f"source $E^{{-{index:.3g}}}$, "
        + ("Dirac" if sight.dirac else "Majorana")
        + " neutrinos",
    )
    return figure.every()
