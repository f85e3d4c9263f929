"""Primordial abundances: over temperature, and contours over two moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.cosmology.nucleosynthesis import SPECIES, Evolution, MomentPlane
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

__all__ = ["plot_moment_plane", "plot_nucleosynthesis"]

_NUCLEONS: Final = (1, 1, 2, 3, 3, 4, 7, 7)
_SYMBOLS: Final = {
    "n": "n",
    "p": "p",
    "d": "D",
    "t": "t",
    "he3": r"$^3$He",
    "he4": r"$^4$He",
    "li7": r"$^7$Li",
    "be7": r"$^7$Be",
}
_STYLES: Final = ("-", "-", "-", "-", "-", "-", "--", "--")
_LABELS: Final = {
    "y_p": r"$Y_\mathrm{P}$",
    "d_h": r"D/H",
    "he3_h": r"$^3$He/H",
    "li7_h": r"$^7$Li/H",
    "n_eff": r"$N_\mathrm{eff}$",
}
_GREEK: Final = {"e": "e", "mu": r"\mu", "tau": r"\tau"}
_REFERENCES: Final = ("Pitrou:2018cgg",)


def _note(assumptions: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name.replace('_', ' ')}: {value}" for name, value in assumptions.items()
    )


@public
@styled
def plot_nucleosynthesis(
    through: Evolution,
    assumptions: Mapping[str, Any] | None = None,
    *,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot mass fractions of all nuclei over the falling temperature.

    Parameters
    ----------
    through : from `nuprobe.cosmology.nucleosynthesis.evolution`.
    assumptions : text for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling
    >>> from nuprobe.cosmology.nucleosynthesis import evolution
    >>> plot_nucleosynthesis(evolution(decoupling())).get_xscale()
    'log'
    """
    figure = new_figure(WIDTH, 4.8, ax, artist)
    axes = figure.add_subplot()
    colours = (*PALETTE, PALETTE[0], PALETTE[1])
    for i, name in enumerate(SPECIES):
        y = through.abundances[:, i] * _NUCLEONS[i]
        y = np.where(y > 0, y, np.nan)
        axes.plot(
            through.t_gamma, y, _STYLES[i], color=colours[i], label=_SYMBOLS[name]
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"photon temperature $T_\gamma$ [MeV]",
        ylabel="mass fraction",
    )
    axes.set_xlim(2.0, 0.005)
    axes.set_ylim(1e-14, 2.0)
    legend_above(figure, *axes.get_legend_handles_labels())
    provenance(figure, _REFERENCES, _note(assumptions or {}))
    return figure.one()


@public
@styled
def plot_moment_plane(
    plane: MomentPlane,
    observable: str = "y_p",
    levels: Sequence[float] | None = None,
    *,
    band: tuple[float, float] | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot lines of constant abundance over two moments.

    Parameters
    ----------
    plane : from `nuprobe.cosmology.nucleosynthesis.moment_plane`.
    observable : ``"y_p"``, ``"d_h"``, ``"he3_h"``, ``"li7_h"`` or ``"n_eff"``.
    levels : values of the lines; by default about seven round ones.
    band : lowest and highest value allowed by a measurement, shaded.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If no level occurs in the plane.

    Examples
    --------
    >>> from nuprobe.cosmology.nucleosynthesis import moment_plane
    >>> names = "magnetic_moment.emu", "magnetic_moment.mutau"
    >>> plot_moment_plane(moment_plane(*names, nodes=3)).get_xlabel()[:6]
    '$|\\\\mu_'
    """
    x, y, z = plane.grid(observable)
    chosen = plane.levels(observable) if levels is None else levels
    inside = sorted(v for v in chosen if z.min() < v < z.max())
    if not inside and band is None:
        raise InputError(
            f"none of the levels is reached in this plane, where {observable} runs"
            f" from {z.min():.6g} to {z.max():.6g}"
        )
    figure = new_figure(5.2, 4.9, ax, artist)
    axes = figure.add_subplot()
    power = -10 if max(plane.tops) > 1.5e-10 else -12
    scale = 10.0**-power
    if band is not None:
        axes.contourf(
            x * scale, y * scale, z, levels=list(band), colors=[PALETTE[2]], alpha=0.25
        )
    if inside:
        drawn = axes.contour(
            x * scale, y * scale, z, levels=inside, colors=[PALETTE[0]], linewidths=1.3
        )
        axes.clabel(drawn, fmt=lambda v: _digits(v, inside), fontsize=9)
    axes.set(xlabel=_axis(plane.names[0], power), ylabel=_axis(plane.names[1], power))
    title = f"constant {_LABELS[observable]}"
    axes.set_title(f"{title} (interpolated to {plane.error(observable):.0e})")
    provenance(figure, _REFERENCES, _note(plane.assumptions))
    return figure.one()


def _digits(value: float, levels: Sequence[float]) -> str:
    """A level with enough digits to distinguish it from its neighbours."""
    for digits in range(2, 9):
        texts = {f"{one:.{digits}g}" for one in levels}
        close = all(abs(float(f"{one:.{digits}g}") / one - 1) < 1e-6 for one in levels)
        if len(texts) == len(levels) and (close or digits == 5):
            return f"{value:.{digits}g}"
    return f"{value:.8g}"


def _axis(name: str, power: int) -> str:
    kind, _, element = name.partition(".")
    symbol = r"\mu" if kind == "magnetic_moment" else r"\epsilon"
    rest, labels = element, []
    while rest:
        one = next((k for k in ("mu", "tau", "e") if rest.startswith(k)), rest[0])
        labels.append(_GREEK.get(one, one))
        rest = rest[len(one) :]
    return rf"$|{symbol}_{{{' '.join(labels)}}}|$ [$10^{{{power}}}\,\mu_\mathrm{{B}}$]"
