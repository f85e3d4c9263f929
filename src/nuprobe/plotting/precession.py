"""Spin–flavour precession of solar neutrinos: probabilities over energy, and moments
and fields allowed by bounds on antineutrinos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.oscillation import PrecessionLimit, SpinFlavour
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    colours,
    finite_array,
    legend_above,
    main_and_panel,
    provenance,
    styled,
)
from nuprobe.units import gauss

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_moment_field", "plot_precession"]

BoundSpec = tuple[str, float, tuple[float, float]]

_REFERENCES: Final = ("Lim:1987tk", "Akhmedov:1988uk", "Vinyoles:2016djt")
_NAMES: Final = {
    "nubar_e": r"$\bar\nu_e$",
    "nubar_x": r"$\bar\nu_x$",
    "nu_eR": r"$\nu_{eR}$",
    "nu_xR": r"$\nu_{xR}$",
}
_DECADES: Final = 3.0


@public
@styled
def plot_precession(
    model: SpinFlavour,
    e_grid: ArrayLike,
    *,
    bounds: Sequence[BoundSpec] = (),
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the probabilities at Earth over the neutrino energy: of the states with
    flipped helicity above, of ν_e below.

    Parameters
    ----------
    model : the neutrinos and the field.
    e_grid : neutrino energies in MeV, at least two, increasing.
    bounds : upper limits on ν_e → ν̄_e, each (label, probability, (lowest, highest
        energy in MeV)).
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels

    Raises
    ------
    InputError
        If the grid has fewer than two energies or does not increase, or no helicity
        flips.

    Examples
    --------
    >>> from nuprobe.oscillation import SOLAR_RADIUS
    >>> sun = SpinFlavour({"ex": 1e-11}, production=0.05 * SOLAR_RADIUS)
    >>> drawn = plot_precession(sun, [8.0, 12.0])
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    e = finite_array(e_grid, "the energy grid")
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0):
        raise InputError(
            "probabilities over energy need at least two increasing energies, e.g."
            " 3:15:25 MeV"
        )
    p = model.probabilities(e)
    if not np.any(p[:, 2:] > 0):
        raise InputError(
            "nothing to plot: there are no helicity flips without a field or a moment"
        )
    figure = new_figure(WIDTH, 5.4, ax, artist)
    upper, lower = main_and_panel(figure)
    handles: list[Artist] = []
    labels: list[str] = []
    for k, colour in ((2, PALETTE[0]), (3, PALETTE[1])):
        if np.any(p[:, k] > 0):
            handles += upper.plot(
                e, np.where(p[:, k] > 0, p[:, k], np.nan), color=colour
            )
            labels.append(_NAMES[model.names[k]])
    for (text, value, (low, high)), colour in zip(
        bounds, colours(2 + len(bounds))[2:], strict=True
    ):
        ends = np.clip([low, high], e[0], e[-1])
        handles += upper.plot(ends, [value, value], color=colour, linestyle="--")
        labels.append(text)
    upper.set_yscale("log")
    upper.set_ylabel("probability at Earth")
    top = max([p[:, 2:].max(), *(b[1] for b in bounds)])
    least = min([p[:, 2:][p[:, 2:] > 0].min(), *(b[1] for b in bounds)])
    upper.set_ylim(max(least / 3, top / 10 ** (3 * _DECADES)), 3 * top)
    lower.plot(e, p[:, 0], color="black")
    lower.set_ylabel(r"$\nu_e$")
    lower.set_xlim(e[0], e[-1])
    lower.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    legend_above(figure, handles, labels, _title(model))
    provenance(figure, _REFERENCES, describe_field(model))
    return figure.every()


@public
@styled
def plot_moment_field(
    limits: Mapping[str, PrecessionLimit], *, ax: Where = None, **artist: Any
) -> Axes:
    """Plot the largest moment against the strength of a field of one shape.

    Parameters
    ----------
    limits : from `nuprobe.oscillation.precession_limit`, by label.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Excluded above the lines, which fall as 1/B; the point marks the assumed field.

    Raises
    ------
    InputError
        If no limit is given.

    Examples
    --------
    >>> from nuprobe.oscillation import SOLAR_RADIUS, precession_limit
    >>> sun = SpinFlavour({"ex": 1e-10}, production=0.05 * SOLAR_RADIUS)
    >>> found = precession_limit(sun, 5.3e-5, (8.3, 9.0))
    >>> drawn = plot_moment_field({"KamLAND 2011": found})
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    if not limits:
        raise InputError("nothing to plot: give at least one limit")
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    fields = [one.field / gauss / 1e3 for one in limits.values()]
    span = np.geomspace(min(fields) / 10**1.5, max(fields) * 10**1.5, 2)
    handles: list[Artist] = []
    for one, colour in zip(limits.values(), colours(len(limits)), strict=True):
        line = one.moment_field / (span * 1e3)
        handles += panel.plot(span, line, color=colour)
        panel.plot(one.field / gauss / 1e3, one.moment, "o", color=colour, markersize=4)
        panel.fill_between(span, line, 10 * line.max(), color="black", alpha=0.04, lw=0)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(span[0], span[-1])
    least = min(one.moment_field for one in limits.values()) / (span[-1] * 1e3)
    most = max(one.moment_field for one in limits.values()) / (span[0] * 1e3)
    panel.set_ylim(least / 2, 2 * most)
    panel.set_xlabel(r"largest field across the path, $B_\perp$ [kG]")
    panel.set_ylabel(r"transition moment $|\mu_{ex}|$ [$\mu_\mathrm{B}$]")
    model = next(iter(limits.values())).model
    legend_above(
        figure,
        handles,
        list(limits),
        r"solar $\nu_e \to \bar\nu_e$: excluded above the lines",
    )
    provenance(figure, _REFERENCES, describe_field(model, with_peak=False))
    return figure.one()


def describe_field(model: SpinFlavour, with_peak: bool = True) -> str:
    """One line on the field and the matter.

    Parameters
    ----------
    model : the neutrinos and the field.
    with_peak : with the largest strength.
    """
    field = model.magnetic_field
    strength = f", at most {field.peak / gauss / 1e3:.4g} kG" if with_peak else ""
    return f"field: {field.name}{strength} (assumed); matter: {model.matter.name}"


def _title(model: SpinFlavour) -> str:
    moments = ", ".join(
        rf"$\mu_{{{name}}}$ = {value:.3g} $\mu_\mathrm{{B}}$"
        for name, value in model.moments.items()
    )
    return f"{model.kind.capitalize()} neutrinos, {moments}"
