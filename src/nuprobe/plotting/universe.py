"""The early universe: Debye length and potential of the plasma, screened cross
sections, temperatures, decoupling over moments, right-handed neutrinos."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.cosmology import (
    SCREENINGS,
    DecouplingCurve,
    History,
    chemical_potential,
    debye_mass,
    magnetic_cross_section,
    right_handed,
    screened_potential,
)
from nuprobe.errors import InputError
from nuprobe.models import Electromagnetic
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    colours,
    legend_above,
    main_and_panel,
    positive_array,
    provenance,
    styled,
)
from nuprobe.units import fm

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.cosmology.screening import Screening
    from nuprobe.plotting.figures import Panels

__all__ = [
    "plot_debye_length",
    "plot_decoupling",
    "plot_magnetic_screening",
    "plot_right_handed",
    "plot_screened_potential",
    "plot_temperatures",
]

_PM: Final = 1e3 * fm
_PER_DECADE: Final = 250
_NAMES: Final = (r"$\nu_e$", r"$\nu_\mu$", r"$\nu_\tau$")
_TALK: Final = ("Balantekin 2019",)


def _increasing(values: ArrayLike, what: str) -> np.ndarray:
    array = positive_array(values, what)
    if array.ndim != 1 or array.size < 2 or np.any(np.diff(array) <= 0):
        raise InputError(f"{what} must be at least two increasing positive numbers")
    return array


def _refined(t: np.ndarray) -> np.ndarray:
    """The same temperatures, with at least 250 per decade.

    The excess electrons overtake pairs, n ∝ exp(−m/T), within an interval T/m in ln T.
    """
    count = math.ceil(_PER_DECADE * math.log10(t[-1] / t[0])) + 1
    fine = np.geomspace(t[0], t[-1], max(count, 2))
    return np.unique(np.concatenate([t, fine[1:-1]]))


@public
@styled
def plot_debye_length(
    temperatures: ArrayLike,
    *,
    eta: float = 6.13744e-10,
    y_p: float = 0.247,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the Debye length of the plasma over its temperature.

    Parameters
    ----------
    temperatures : in MeV, 1e-3 to 100, at least two, increasing.
    eta : baryons per photon today.
    y_p : helium fraction of the baryonic mass.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        For a neutral plasma, for pairs only, and with massless electrons. The lines
        have 250 points per decade, however few temperatures are given: around 20 keV
        the slope changes within 4 % of the temperature.

    Raises
    ------
    InputError
        If the temperatures do not increase or are outside the tables.

    Examples
    --------
    >>> drawn = plot_debye_length([0.01, 0.1, 1.0, 10.0])
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    t = _refined(_increasing(temperatures, "temperatures"))
    neutral = debye_mass(t, chemical_potential(t, eta, y_p))
    pairs = debye_mass(t)
    massless = 0.1748344 * t
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    lines = [
        *panel.plot(t, 1 / neutral / _PM, color=PALETTE[0]),
        *panel.plot(
            t, 1 / np.where(pairs > 1e-30, pairs, np.nan) / _PM, "--", color="0.3"
        ),
        *panel.plot(t, 1 / massless / _PM, ":", color="0.5"),
    ]
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(t[0], t[-1])
    top = (1 / neutral / _PM).max()
    panel.set_ylim((1 / massless / _PM).min() / 2, 10 * top)
    panel.set_xlabel(r"temperature $T$ [MeV]")
    panel.set_ylabel(r"Debye length $\lambda_\mathrm{D}$ [pm]")
    legend_above(
        figure,
        lines,
        ["neutral plasma", "pairs alone", "without electron mass"],
        r"$1/\lambda_\mathrm{D}^2 = e^2\,\partial(n_--n_+)/\partial\mu$",
    )
    provenance(figure, _TALK, rf"$\eta$ = {eta:.4g}, $Y_P$ = {y_p:.3g}")
    return figure.one()


@public
@styled
def plot_screened_potential(
    temperature: float,
    charge: float = 80.0,
    *,
    chemical_potential: float = 0.0,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot the potential of a charge in the plasma, in first, second and third order.

    Parameters
    ----------
    temperature : in MeV.
    charge : Z.
    chemical_potential : of electrons, in MeV.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Top: rφ over Ze; bottom: difference from the linear one.

    Raises
    ------
    InputError, ComputationError
        As `nuprobe.cosmology.screened_potential`; for zero charge.

    Examples
    --------
    >>> drawn = plot_screened_potential(1.0, 50.0)
    >>> len(drawn.figure.axes)
    2
    """
    if charge == 0:
        raise InputError("nothing to plot: without charge there is no potential")
    figure = new_figure(WIDTH, 5.2, ax, artist)
    upper, lower = main_and_panel(figure)
    x = np.geomspace(1.001e-3, 8.0, 200)
    lines: list[Artist] = []
    styles = (("1", "0.4", "--"), ("2", PALETTE[1], "-."), ("3", PALETTE[0], "-"))
    for order, colour, dash in styles:
        cloud = screened_potential(
            temperature,
            charge,
            chemical_potential=chemical_potential,
            order=int(order),
        )
        r = x / cloud.debye_mass
        ratio = cloud(r) / cloud.linear(r)
        lines += upper.plot(x, np.exp(-x) * ratio, dash, color=colour)
        lower.plot(x, 100 * (ratio - 1), dash, color=colour)
    upper.set_xscale("log")
    upper.set_yscale("log")
    upper.set_xlim(x[0], x[-1])
    upper.set_ylabel(r"$r\,\phi(r)/Ze$")
    lower.set_ylabel("change [%]")
    lower.set_xlabel(r"radius $r/\lambda_\mathrm{D}$")
    length = 1 / cloud.debye_mass / _PM
    legend_above(
        figure,
        lines,
        ["linear, $e^{-r/\\lambda}$", "to $\\phi^2$", "to $\\phi^3$"],
        rf"$Z$ = {charge:g}, $T$ = {temperature:g} MeV, $\mu$ ="
        rf" {chemical_potential:g} MeV, $\lambda_\mathrm{{D}}$ = {length:.4g} pm",
    )
    provenance(figure, _TALK, r"field of the charge at $10^{-3}\,\lambda_\mathrm{D}$")
    return figure.every()


@public
@styled
def plot_magnetic_screening(
    temperature: float, s_grid: ArrayLike, *, ax: Where = None, **artist: Any
) -> Panels:
    """Plot the cross section on e± due to a moment for each screening of the photon.

    Parameters
    ----------
    temperature : of the plasma in MeV.
    s_grid : squared centre-of-mass energies in MeV², at least two,
        increasing.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Top: σ at 1e-10 μ_B; bottom: its ratio to that with Debye screening.

    Raises
    ------
    InputError
        For a temperature outside the tables or values that do not increase.

    Examples
    --------
    >>> drawn = plot_magnetic_screening(1.0, [1.0, 10.0, 100.0])
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    s = _increasing(s_grid, "s")
    figure = new_figure(WIDTH, 5.2, ax, artist)
    upper, lower = main_and_panel(figure)
    lines: list[Artist] = []
    first = magnetic_cross_section(s, temperature, 1e-10, SCREENINGS[0])
    for name, colour in zip(SCREENINGS, colours(4), strict=True):
        sigma = magnetic_cross_section(s, temperature, 1e-10, name)
        lines += upper.plot(s, sigma / 1e-45, color=colour)
        with np.errstate(divide="ignore", invalid="ignore"):
            lower.plot(s, np.where(first > 0, sigma / first, np.nan), color=colour)
    upper.set_xscale("log")
    upper.set_xlim(s[0], s[-1])
    upper.set_ylim(0)
    lower.set_ylim(0.8, 2.0)
    upper.set_ylabel(r"$\sigma$ [$10^{-45}$ cm$^2$] at $10^{-10}\,\mu_\mathrm{B}$")
    lower.set_ylabel("over debye")
    lower.set_xlabel(r"$s$ [MeV$^2$]")
    legend_above(
        figure,
        lines,
        list(SCREENINGS),
        rf"$\nu_i e^\pm \to \nu_j e^\pm$ through a moment, $T$ = {temperature:g} MeV",
    )
    provenance(figure, ("Vassh:2015yza", *_TALK), "the spread is the error of theory")
    return figure.every()


@public
@styled
def plot_temperatures(history: History, *, ax: Where = None, **artist: Any) -> Panels:
    """Plot the temperatures of neutrinos over that of the photons.

    Parameters
    ----------
    history : from `nuprobe.cosmology.decoupling`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels

    Raises
    ------
    InputError
        If `history` is of another type.

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling
    >>> drawn = plot_temperatures(decoupling())
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    figure = new_figure(WIDTH, 5.2, ax, artist)
    upper, lower = main_and_panel(figure)
    t = history.t_gamma
    # scale factor for neutrinos that decoupled before any other process
    free = history.a[0] * t[0] / history.a
    mixed = history.flavour_mixing == "full"
    lines: list[Artist] = []
    for k, (colour, dash) in enumerate(zip(colours(3), ("-", "-", "--"), strict=True)):
        if mixed and k:
            break
        lines += upper.plot(t, history.t_nu[:, k] / t, dash, color=colour)
        lower.plot(t, 100 * (history.t_nu[:, k] / free - 1), dash, color=colour)
    upper.axhline((4 / 11) ** (1 / 3), color="0.6", linestyle=":", zorder=0)
    upper.set_xscale("log")
    upper.set_xlim(t[0], t[-1])
    upper.set_ylabel(r"$T_\nu/T_\gamma$")
    lower.set_ylabel("heated by [%]")
    lower.set_xlabel(r"photon temperature $T_\gamma$ [MeV]")
    legend_above(
        figure,
        lines,
        [r"$\nu_e,\,\nu_\mu,\,\nu_\tau$"] if mixed else list(_NAMES),
        rf"$N_\mathrm{{eff}}$ = {history.n_eff:.4f}; dotted $(4/11)^{{1/3}}$",
    )
    provenance(
        figure,
        ("EscuderoAbenza:2020cmq",),
        f"flavour mixing {history.flavour_mixing}, QED {history.qed}, exchange"
        f" screening {history.exchange_screening}",
    )
    return figure.every()


@public
@styled
def plot_decoupling(
    curve: DecouplingCurve, *, ax: Where = None, **artist: Any
) -> Panels:
    """Plot decoupling temperatures of three flavours, and N_eff, over the moments.

    Parameters
    ----------
    curve : from `nuprobe.cosmology.decoupling_curve`, at least two increasing positive
        moments.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Top: temperatures by both criteria; bottom: N_eff from the evolution and for
        instantaneous decoupling.

    Raises
    ------
    InputError
        If the moments do not increase.

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling_curve
    >>> drawn = plot_decoupling(decoupling_curve([1e-11, 1e-10, 1e-9], ["emu"]))
    >>> len(drawn.figure.axes)
    2
    """
    mu = _increasing(curve.moments, "moments")
    figure = new_figure(WIDTH, 5.8, ax, artist)
    upper, lower = main_and_panel(figure, 1.6)
    lines: list[Artist] = []
    for k, (colour, width) in enumerate(zip(colours(3), (1.8, 2.6, 1.2), strict=True)):
        solid = "--" if k == 2 else "-"
        lines += upper.plot(
            mu, curve.temperature["number"][:, k], solid, color=colour, lw=width
        )
        upper.plot(mu, curve.temperature["energy"][:, k], ":", color=colour, lw=width)
    lines += upper.plot([], [], "-", color="0.3")
    lines += upper.plot([], [], ":", color="0.3")
    upper.set_ylabel(r"$T_\mathrm{dec}$ [MeV]")
    upper.set_ylim(0)
    _n_eff(lower, curve)
    for panel in (upper, lower):
        panel.set_xscale("log")
    upper.set_xlim(mu[0], mu[-1])
    lower.set_xlabel(r"moment $|\mu|$ [$\mu_\mathrm{B}$]")
    labels = [*_NAMES, "last scattering", "energy exchange"]
    pairs = ", ".join(rf"$\mu_{{{_GREEK[e]}}}$" for e in curve.elements)
    legend_above(figure, lines, labels, f"Majorana moments {pairs} of one size")
    provenance(
        figure,
        ("Vassh:2015yza", *_TALK),
        f"screening {curve.screening}, of exchange {curve.exchange_screening}; flavour"
        f" mixing {curve.flavour_mixing} in $N_\\mathrm{{eff}}$",
    )
    return figure.every()


_GREEK: Final = {"emu": r"e\mu", "etau": r"e\tau", "mutau": r"\mu\tau"}


def _n_eff(ax: Axes, curve: DecouplingCurve) -> None:
    """Panel with N_eff."""
    ax.plot(curve.moments, curve.n_eff, color="black", label="evolved")
    ax.plot(
        curve.moments,
        curve.instantaneous["number"],
        "--",
        color="0.4",
        label="in an instant, last scattering",
    )
    ax.set_ylabel(r"$N_\mathrm{eff}$")
    ax.set_ylim(3.0, max(3.1, min(float(curve.instantaneous["number"].max()), 4.2)))
    ax.legend(loc="upper left")


@public
@styled
def plot_right_handed(
    moments: ArrayLike,
    t_max: Sequence[float] = (1e3, 1e4, 1e5),
    *,
    screening: Screening = "debye",
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the contribution of right-handed neutrinos from Dirac moments to N_eff.

    Parameters
    ----------
    moments : of each flavour, in Bohr magnetons, at least two, increasing.
    t_max : highest temperatures in MeV, one line each.
    screening : of the photon.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        As `nuprobe.cosmology.right_handed`; if the moments do not increase.

    Examples
    --------
    >>> drawn = plot_right_handed([1e-12, 1e-11], [1e4, 1e5])
    >>> len(drawn.figure.axes[0].lines)
    2
    """
    mu = _increasing(moments, "moments")
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    lines: list[Artist] = []
    for top, colour in zip(t_max, colours(len(t_max)), strict=True):
        values = [
            right_handed(
                Electromagnetic(
                    magnetic_moment=dict.fromkeys(("ee", "mumu", "tautau"), float(one))
                ),
                top,
                screening=screening,
            ).delta_n_eff
            for one in mu
        ]
        lines += panel.plot(mu, values, color=colour)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(mu[0], mu[-1])
    panel.set_ylim(bottom=3e-3)
    panel.set_xlabel(r"Dirac moment of each flavour [$\mu_\mathrm{B}$]")
    panel.set_ylabel(r"$\Delta N_\mathrm{eff}$")
    legend_above(
        figure,
        lines,
        [rf"$T_\mathrm{{max}}$ = {top / 1e3:g} GeV" for top in t_max],
        "right-handed neutrinos: no limit without the highest temperature",
    )
    provenance(figure, ("Saikawa:2018rcs",), f"screening {screening}")
    return figure.one()
