"""The excess of reactor spectra near 5 MeV as neutrons from carbon-13."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.fluxes import Flux
from nuprobe.fluxes import flux as as_flux
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    legend_above,
    main_and_panel,
    provenance,
    styled,
)
from nuprobe.processes.nuclear import bump, ibd

if TYPE_CHECKING:
    from nuprobe.plotting.figures import Panels

__all__ = ["plot_bump"]

_POINTS: Final = 400
_START: Final = 1.5


@public
@styled
def plot_bump(
    flux: Flux | str,
    *,
    share: float = 0.01,
    curve: str | Path | None = None,
    strength: float = 1.0,
    ax: Where = None,
    artist: Mapping[str, Any] | None = None,
    **options: Any,
) -> Panels:
    """Plot the cross section required by the excess together with the curve it is
    compared with, and below them the antineutrino spectrum of the reactor.

    Parameters
    ----------
    flux, share, curve, strength : as in `nuprobe.bump.required`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    artist : properties of the main artists, e.g. ``{"linewidth": 2}``.
    options : other keywords of `nuprobe.bump.required`, such as `target`.

    Returns
    -------
    Panels
        Inverse beta decay is drawn per ¹³C nucleus of the scintillator. The required
        curve has the shape of the other one, scaled up.

    Raises
    ------
    InputError
        As `nuprobe.bump.required`.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_bump(nu.flux("reactor", model="summation"))
    >>> len(drawn.figure.axes)
    2
    """
    source = as_flux(flux)
    found = bump.required(
        source, share=share, curve=curve, strength=strength, **options
    )
    end = max(c.e_max for c in source.of("nubar_e"))
    e = np.linspace(_START, end, _POINTS)
    size = bump.allowed(e, strength)
    sigma = size if curve is None else bump.cross_section(e, curve)
    shown = np.where(sigma > 0, sigma, np.nan)
    figure = new_figure(WIDTH, 5.4, ax, artist)
    upper, lower = main_and_panel(figure, 2.2)
    beta = ibd.total(e) * found.protons
    exponent = np.floor(np.log10(found.enhancement))
    mantissa = found.enhancement / 10**exponent
    handles: list[Any] = [
        *upper.plot(e, np.where(beta > 0, beta, np.nan), color="0.5", linestyle="--"),
        *upper.plot(e, shown * found.enhancement, color=PALETTE[1]),
        *upper.plot(e, shown, color=PALETTE[0], linestyle="-."),
    ]
    above = e[e > bump.threshold()]
    handles.append(
        upper.hlines(
            found.needed, above[0], above[-1], color=PALETTE[1], lw=0.9, ls=":"
        )
    )
    upper.set_yscale("log")
    upper.set_ylim(bottom=1e-3 * found.standard)
    upper.set_ylabel(r"$\sigma$ [cm$^2$ per $^{13}$C]")
    spectrum = source.spectrum("nubar_e", e)
    lower.plot(e, np.where(spectrum > 0, spectrum, np.nan), color=PALETTE[2])
    for axes in (upper, lower):
        axes.axvline(bump.threshold(), color="0.5", lw=0.8, ls=":")
    lower.set_yscale("log")
    lower.set_xlim(e[0], e[-1])
    lower.set_ylabel(f"$\\bar\\nu_e$ per MeV\nand {source.per}")
    lower.set_xlabel(r"antineutrino energy $E_\nu$ [MeV]")
    legend_above(
        figure,
        handles,
        [
            r"$\bar\nu_e p\to e^+n$, all protons",
            rf"needed, ${mantissa:.1f}\times10^{{{exponent:.0f}}}$ times",
            found.curve,
            "needed, mean over the flux",
        ],
        r"$^{13}\mathrm{C}(\bar\nu,\bar\nu' n)^{12}\mathrm{C}^*(4.44)$,"
        rf" {100 * share:.3g} % of all events",
    )
    provenance(
        figure,
        (*source.references, "Berryman:2018jxt"),
        "a requirement, not a prediction: it takes new physics",
    )
    return figure.every()
