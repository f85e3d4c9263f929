"""What electromagnetic properties of neutrinos do to recoil spectra."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Electromagnetic, Model, StandardModel
from nuprobe.nuclei import TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    energy_unit,
    finite_array,
    legend_above,
    main_and_panel,
    new_figure,
    per_target,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.processes import cevns, electron

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

__all__ = ["plot_averaged_moments", "plot_millicharge"]

_REFERENCES = ("Kouzakov:2017hbc", "Giunti:2014ixa")
_POINTS = 600
_DASHED = (0, (5, 2))


@styled
def plot_millicharge(
    target: TargetSpec,
    energy: float,
    charges: ArrayLike = (1.5e-12, -1.5e-12),
    *,
    flavour: str | Flavour = "nu_e",
    recoils: ArrayLike | None = None,
    base: Model | None = None,
) -> Figure:
    """Plot dσ/dT of coherent scattering with and without a charge of the neutrino, and
    their ratio in a lower panel.

    Parameters
    ----------
    target : what `nuprobe.target` makes or accepts.
    energy : of the neutrino, MeV.
    charges : of this flavour (the diagonal element), in units of e, with a sign; one
        colour each.
    flavour : of the neutrino.
    recoils : recoil energies in MeV, positive and increasing; by default seven decades
        up to the largest possible.
    base : model with the weak couplings, default the Standard Model at tree level.

    Returns
    -------
    Figure
        Logarithmic axes; a charge shows at the smallest recoils, where its amplitude
        goes as 1/T.

    Raises
    ------
    InputError
        As `cevns.differential`, or if a charge is not finite or there is nothing to
        draw.
    """
    nucleus, f, base = make_target(target), as_flavour(flavour), base or StandardModel()
    values = np.atleast_1d(finite_array(charges, "the list of charges"))
    top = max(
        float(cevns.recoil_maximum(energy, c.isotope.mass)) for c in nucleus.components
    )
    t = _recoils(recoils, 1e-7 * top, top)
    element = f.lepton * 2
    models = [Electromagnetic(charge={element: q}, base=base) for q in values]
    weak = cevns.differential(energy, t, nucleus, base, f)
    some = weak > 0
    if not some.any():
        raise InputError("nothing to plot: no recoil in the range is possible")
    unit, unit_name = energy_unit(t[-1])
    figure = new_figure(WIDTH, 5.4)
    main, panel = main_and_panel(figure)
    handles: list[Artist] = [
        *main.plot(t[some] / unit, weak[some] * unit, color="0.15")
    ]
    labels = [r"$e_\nu$ = 0"]
    panel.axhline(1, color="0.15")
    highest = 2 * float(weak.max()) * unit
    for q, model, colour in zip(values, models, colours(values.size), strict=True):
        y = cevns.differential(energy, t, nucleus, model, f)
        handles += main.plot(t[some] / unit, y[some] * unit, color=colour)
        highest = max(highest, 2 * float(y.max()) * unit)
        labels.append(rf"$e_\nu$ = {_power(q)} $e$")
        panel.plot(t[some] / unit, y[some] / weak[some], color=colour)
    for ax in (main, panel):
        ax.set_xscale("log")
        ax.set_yscale("log")
    main.set_xlim(t[0] / unit, t[-1] / unit)
    main.set_ylim(1e-3 * float(weak.max()) * unit, 2 * highest)
    panel.set_ylim(0.03, 30)
    main.set_ylabel(rf"$d\sigma/dT$ [cm$^2$/{unit_name}{per_target(nucleus)}]")
    panel.set_ylabel(r"ratio to $e_\nu$ = 0")
    panel.set_xlabel(f"nuclear recoil energy $T$ [{unit_name}]")
    figure.align_ylabels()
    title = (
        rf"CEνNS of ${f.latex}$ on {target_symbol(nucleus)}, $E_\nu$ = {energy:g} MeV"
    )
    legend_above(figure, handles, labels, title)
    provenance(figure, _REFERENCES, f"model em on {base.name}")
    return figure


@styled
def plot_averaged_moments(
    flux: str | Flux,
    target: TargetSpec,
    moments: ArrayLike = (1e-10, 1e-9),
    *,
    electrons: bool = False,
    recoils: ArrayLike | None = None,
    base: Model | None = None,
) -> Figure:
    """Plot ⟨dσ/dT⟩ averaged over all neutrinos of a flux: weak, magnetic (dashed) and
    their sum.

    Parameters
    ----------
    flux : a name or a `Flux`.
    target : what `nuprobe.target` makes or accepts.
    moments : effective magnetic moments in Bohr magnetons, the same for all flavours;
        one colour each.
    electrons : scattering off the bound electrons of the target instead of its nuclei.
    recoils : recoil energies in MeV, positive and increasing; by default from 10 eV to
        the largest possible.
    base : model with the weak couplings, default the Standard Model at tree level.

    Returns
    -------
    Figure
        Logarithmic axes.

    Raises
    ------
    InputError
        As `cevns.averaged` or `electron.averaged`, or if a moment is negative or not
        finite, or nothing can be drawn.
    """
    source, nucleus, base = as_flux(flux), make_target(target), base or StandardModel()
    values = np.atleast_1d(finite_array(moments, "the list of magnetic moments"))
    e_max = max(c.e_max for c in source.components)
    masses = [M_ELECTRON] if electrons else [c.isotope.mass for c in nucleus.components]
    t = _recoils(recoils, 1e-5, float(cevns.recoil_maximum(e_max, min(masses))))
    # both sides of every step: ends of lines, binding energies
    lines = [line.energy for c in source.components for line in c.lines]
    steps = [float(cevns.recoil_maximum(e, mass)) for e in lines for mass in masses]
    if electrons:
        steps += [
            b for s in electron.Electron().scatterers(nucleus) for b in s.breakpoints
        ]
    inside = np.array([x for x in steps if t[0] < x < t[-1]])
    t = np.unique(np.concatenate([t, inside * (1 + 1e-9), inside * (1 - 1e-9)]))
    total = sum(source.total(f) for f in source.flavours)

    def averaged(model: Model) -> FloatArray:
        result = np.zeros(t.size)
        for f in source.flavours:
            if electrons:
                mean = electron.averaged(source, t, model, f, nucleus)
            else:
                mean = cevns.averaged(source, t, nucleus, model, f)
            result += mean * (source.total(f) / total)
        return result

    weak = averaged(base)
    if not np.any(weak > 0):
        raise InputError("nothing to plot: no recoil in the range is possible")
    # quadratic in the moment: one average, of a moment so large that the difference
    # keeps its digits, serves all
    unit_moment = 1e-6
    magnetic = (
        averaged(
            Electromagnetic(
                mu_eff=dict.fromkeys(("e", "mu", "tau"), unit_moment), base=base
            )
        )
        - weak
    )
    from matplotlib.lines import Line2D

    unit, unit_name = energy_unit(t[-1])
    figure = new_figure(WIDTH, 4.6)
    ax = figure.add_subplot()
    handles: list[Artist] = [
        *ax.plot(
            t / unit,
            np.where(weak > 0, weak, np.nan) * unit,
            color="black",
            lw=1.0,
            zorder=5,
        )
    ]
    labels = ["weak"]
    for mu, colour in zip(values, colours(values.size), strict=True):
        if mu < 0:
            raise InputError(
                f"an effective magnetic moment is not negative, got {mu:g}: give its"
                " modulus"
            )
        part = magnetic * (mu / unit_moment) ** 2
        ax.plot(
            t / unit,
            np.where(part > 0, part, np.nan) * unit,
            color=colour,
            linestyle=_DASHED,
            lw=1.1,
        )
        both = weak + part
        handles += ax.plot(
            t / unit, np.where(both > 0, both, np.nan) * unit, color=colour
        )
        labels.append(rf"sum, $\mu_\nu$ = {_power(mu)} $\mu_\mathrm{{B}}$")
    handles.append(Line2D([], [], color="0.35", linestyle=_DASHED, lw=1.1))
    labels.append("magnetic")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(t[0] / unit, t[-1] / unit)
    # everything falls to 0 at the largest recoil
    highest = float((weak + magnetic * (values.max() / unit_moment) ** 2).max())
    ax.set_ylim(1e-3 * float(weak.max()) * unit, 2 * highest * unit)
    what = "energy transfer" if electrons else "nuclear recoil energy"
    ax.set_xlabel(f"{what} $T$ [{unit_name}]")
    per = (
        per_target(nucleus).replace("nucleus", "atom")
        if electrons
        else per_target(nucleus)
    )
    ax.set_ylabel(rf"$\langle d\sigma/dT\rangle$ [cm$^2$/{unit_name}{per}]")
    process = r"$\nu\,e$ scattering" if electrons else "CEνNS"
    title = f"{process} on {target_symbol(nucleus)}, {source.title or source.name}"
    legend_above(figure, handles, labels, title)
    provenance(
        figure,
        (*_REFERENCES[1:], *source.references),
        f"flux {source.name}, model em on {base.name}",
    )
    return figure


def _recoils(recoils: ArrayLike | None, low: float, top: float) -> FloatArray:
    if recoils is None:
        return np.geomspace(low, top * (1 - 1e-12), _POINTS)
    t = finite_array(recoils, "the recoil grid")
    if t.ndim != 1 or t.size < 2 or np.any(np.diff(t) <= 0) or t[0] <= 0:
        raise InputError(
            "a recoil grid needs at least two positive, increasing energies (MeV)"
        )
    return t


def _power(value: float) -> str:
    """Number as a formula: ``-1.5e-12`` → −1.5×10⁻¹²."""
    mantissa, exponent = f"{value:.3e}".split("e")
    digits = f"{float(mantissa):g}"
    factor = "" if digits == "1" else "-" if digits == "-1" else rf"{digits}\times"
    return rf"${factor}10^{{{int(exponent)}}}$" if value else "0"
