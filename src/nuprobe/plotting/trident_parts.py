"""Parts of trident cross sections: contributions of a mediator, asymptotic formulas,
ratio to the charged current."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.models import LeptonModel
from nuprobe.nuclei import Isotope, TargetSpec
from nuprobe.nuclei import isotope as as_isotope
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    Entries,
    colours,
    isotope_symbol,
    main_and_panel,
    per_target,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.plotting.trident_axes import (
    METHOD,
    channel_symbol,
    counted,
    described,
    energies_of,
    energy_axis,
    nuclear_input,
    opened,
)
from nuprobe.processes import trident
from nuprobe.processes.trident.channels import ChannelSpec
from nuprobe.processes.trident.options import FormFactorSpec
from nuprobe.units import GeV

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = [
    "plot_trident_asymptotics",
    "plot_trident_charged_current",
    "plot_trident_parts",
]

_LINES: Final = {"mumu": "-", "ee": "--", "nucleon": "-.", "electron": ":"}
_FORMULAS: Final = {
    "mumu": r"$\mu\mu$: $Z^2\alpha^2G_F^2\,(E/R_0)\ln(E/R_0m_\mu^2)$",
    "ee": r"$ee$: $Z^2\alpha^2G_F^2\,(E/R_0)\ln(ER_0)$",
    "nucleon": (r"nucleon: $\alpha^2G_F^2EM_p\ln(EM_p/m_\mu^2)\,(0.5Z+0.1N)$"),
    "electron": r"electron: $\alpha^2G_F^2Em_e\ln^2(E/m_e)$",
}


@public
@styled
def plot_trident_parts(
    channel: ChannelSpec,
    target: TargetSpec,
    e_grid: ArrayLike,
    model: LeptonModel,
    *,
    regime: str = "all",
    form_factor: FormFactorSpec = None,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot σ_SM, σ_int and σ_Z′ over the neutrino energy, and their ratios to σ_SM.

    Parameters
    ----------
    channel : as read by `trident.channel`.
    target : the target.
    e_grid : neutrino energies in MeV, increasing, at least two.
    model : with a mediator that couples in this channel; its mass, coupling and mixing
        are given in the title.
    regime : one of `trident.REGIMES`.
    form_factor : charge form factor, as in `trident.total`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Top: σ/E in cm²/GeV, with the absolute value of a negative interference dotted;
        bottom: each part over σ_SM.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.parts`; if every energy is below threshold.

    Examples
    --------
    >>> import numpy as np
    >>> import nuprobe as nu
    >>> drawn = plot_trident_parts(
    ...     "nu_mu -> nu_mu mu+ mu-",
    ...     "Ar40",
    ...     np.geomspace(1e3, 1e4, 4),
    ...     nu.LMuLTau(mass=10.0, coupling=1e-3),
    ... )
    >>> len(drawn.figure.axes)
    2
    """
    e = energies_of(e_grid)
    chosen, nucleus = trident.channel(channel), counted(target)
    grid = opened(e, trident.threshold_energy(chosen, target, regime), chosen)
    found = trident.parts(grid, chosen, target, model, regime, form_factor=form_factor)
    figure = new_figure(WIDTH, 5.6, ax, artist)
    panel, below = main_and_panel(figure, 1.5)
    legend = Entries()
    rows = (
        (r"$\sigma_\mathrm{SM}$", found.standard),
        (r"$\sigma_\mathrm{int}$", found.interference),
        (r"$\sigma_{Z'}$", found.mediator),
    )
    for (label, values), colour in zip(rows, colours(3), strict=True):
        drawn, hidden = np.where(values > 0, values, np.nan), np.abs(values)
        handle = panel.plot(grid / GeV, drawn / (grid / GeV), color=colour)
        if np.any(values < 0):
            negative = np.where(values < 0, hidden, np.nan) / (grid / GeV)
            panel.plot(grid / GeV, negative, color=colour, linestyle=":")
            label += " (dotted: negative)"
        legend.add(handle, label)
        if values is not found.standard:
            below.plot(grid / GeV, values / found.standard, color=colour)
    legend.add(
        panel.plot(
            grid / GeV, found.total / (grid / GeV), color="black", linestyle="--"
        ),
        "sum",
    )
    below.axhline(0, color="0.6", linewidth=0.8)
    below.set_yscale("symlog", linthresh=1e-2)
    panel.set_yscale("log")
    panel.set_ylabel(rf"$\sigma/E_\nu$ [cm$^2$ GeV$^{{-1}}${per_target(nucleus)}]")
    below.set_ylabel(r"over $\sigma_\mathrm{SM}$")
    energy_axis(panel, e)
    panel.set_xlabel("")
    energy_axis(below, e)
    legend.above(
        figure,
        f"{channel_symbol(chosen)} on {target_symbol(nucleus)}, {regime}:"
        f" {described(model)}",
    )
    nuclear, keys = nuclear_input(target, [regime], form_factor)
    provenance(
        figure,
        (*METHOD, "Altmannshofer:2014pba", *keys),
        f"{described(model)}; {regime}: {nuclear}",
    )
    return figure.every()


@public
@styled
def plot_trident_asymptotics(
    isotope: str | Isotope,
    e_grid: ArrayLike,
    names: Sequence[str] = tuple(trident.ASYMPTOTICS),
    *,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the computed V−A cross section over asymptotic formulas of the literature.

    Parameters
    ----------
    isotope : the nucleus.
    e_grid : neutrino energies in MeV, increasing, at least two.
    names : of `trident.ASYMPTOTICS`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        A constant ratio means that the formula holds.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.asymptotic`; if every energy is below threshold.

    Examples
    --------
    >>> import numpy as np
    >>> drawn = plot_trident_asymptotics("Fe56", np.geomspace(1e4, 1e6, 4), ["ee"])
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    e, nucleus = energies_of(e_grid), as_isotope(isotope)
    figure = new_figure(WIDTH, 4.8, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    for name, colour in zip(names, colours(len(names)), strict=True):
        below = trident.asymptotic(name, e, nucleus)
        above = trident.asymptotic(name, e, nucleus, computed=True)
        some = (below > 0) & (above > 0)
        if not some.any():
            raise InputError(f"nothing to plot: {name} is closed at all energies")
        line = panel.plot(
            e[some] / GeV,
            above[some] / below[some],
            color=colour,
            linestyle=_LINES[name],
        )
        legend.add(line, _FORMULAS[name])
    panel.set_yscale("log")
    panel.set_ylabel(r"$\sigma_{V-A}$ computed / formula")
    energy_axis(panel, e)
    title = f"{isotope_symbol(nucleus.symbol, nucleus.a)}, four-fermion theory, V−A"
    legend.above(figure, title)
    provenance(
        figure,
        (*METHOD, "Kaneta:2016uyt"),
        "formulas of a talk, $R_0$ = 1.21 $A^{1/3}$ fm; nucleons not blocked, dipole",
    )
    return figure.one()


@public
@styled
def plot_trident_charged_current(
    channels: Sequence[ChannelSpec],
    target: TargetSpec,
    e_grid: ArrayLike,
    *,
    model: LeptonModel | None = None,
    regime: str = "all",
    form_factor: FormFactorSpec = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot trident cross sections over the inclusive charged-current one.

    Parameters
    ----------
    channels : a list, as read by `trident.channel`.
    target : the target.
    e_grid : neutrino energies in MeV, increasing, at least two.
    model : couplings; default the Standard Model.
    regime : one of `trident.REGIMES`, per nucleus.
    form_factor : charge form factor, as in `trident.total`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        σ/σ_CC, both per nucleus.

    Raises
    ------
    InputError, UnknownNameError
        As `trident.total` and `trident.charged_current`; if every energy is below
        threshold.

    Examples
    --------
    >>> import numpy as np
    >>> energies = np.geomspace(3e4, 3e5, 4)
    >>> drawn = plot_trident_charged_current(
    ...     ["nu_mu -> nu_mu mu+ mu-"], "Ar40", energies
    ... )
    >>> drawn.figure.axes[0].get_yscale()
    'log'
    """
    e, nucleus = energies_of(e_grid), counted(target)
    if regime in ("proton", "neutron", "electron"):
        raise InputError(
            f"the charged current is per nucleus, but {regime} is per particle: use"
            " coherent, incoherent, elastic, inelastic or all"
        )
    nucleons = sum(c.count * c.isotope.a for c in nucleus.components)
    figure = new_figure(WIDTH, 4.8, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    if not channels:
        raise InputError("nothing to plot: name at least one channel")
    for one, colour in zip(channels, colours(len(channels)), strict=True):
        chosen = trident.channel(one)
        start = trident.threshold_energy(chosen, target, regime)
        grid = opened(e, start, chosen)
        section = trident.total(
            grid, chosen, target, model, regime, form_factor=form_factor
        )
        charged = trident.charged_current(grid, chosen.incoming.name, nucleons)
        legend.add(
            panel.plot(grid / GeV, section / charged, color=colour),
            channel_symbol(chosen),
        )
    panel.set_yscale("log")
    panel.set_ylabel(r"$\sigma/\sigma_\mathrm{CC}$")
    energy_axis(panel, e)
    what = "Standard Model" if model is None else described(model)
    legend.above(figure, f"on {target_symbol(nucleus)}, {regime}: {what}")
    nuclear, keys = nuclear_input(target, [regime], form_factor)
    provenance(
        figure,
        (*METHOD, "ParticleDataGroup:2024cfk", *keys),
        r"$\sigma_\mathrm{CC}/E$ constant: mean of 30 to 200 GeV"
        f"; {regime}: {nuclear}",
    )
    return figure.one()
