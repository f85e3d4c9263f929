"""Effects of electromagnetic properties of neutrinos on recoil spectra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError, shown
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Electromagnetic, Model, StandardModel
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    Entries,
    colours,
    energy_unit,
    finite_array,
    legend_above,
    main_and_panel,
    per_target,
    positive_array,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.processes import cevns, electron
from nuprobe.processes.elastic import recoil_maximum

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_averaged_moments", "plot_millicharge"]

_REFERENCES = ("Kouzakov:2017hbc", "Giunti:2014ixa")
_POINTS = 600
_HIGHEST = 1e250
"""cm²/MeV: far above it the axes of a figure overflow."""
_DASHED = (0, (5, 2))


@public
@styled
def plot_millicharge(
    target: TargetSpec,
    energy: float,
    charges: ArrayLike = (1.5e-12, -1.5e-12),
    *,
    flavour: str | Flavour = "nu_e",
    recoils: ArrayLike | None = None,
    base: Model | None = None,
    ax: Where = None,
    **artist: Any,
) -> Panels:
    """Plot dσ/dT of coherent scattering with and without a charge of the neutrino, and
    their ratio in a lower panel.

    Parameters
    ----------
    target : returned or accepted by `nuprobe.target`.
    energy : of the neutrino, MeV.
    charges : of this flavour (the diagonal element), in units of e, with a sign; one
        colour each.
    flavour : of the neutrino.
    recoils : recoil energies in MeV, positive and increasing; by default seven decades
        up to the largest possible.
    base : model with the weak couplings, default the Standard Model at tree level.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        Logarithmic axes; a charge is visible at the smallest recoils, since its
        amplitude is proportional to 1/T.

    Raises
    ------
    InputError
        As `cevns.differential`, or if a charge is not finite or there is nothing to
        draw.

    Examples
    --------
    >>> drawn = plot_millicharge("Ar40", 50.0)
    >>> drawn.figure.axes[0].get_xscale()
    'log'
    """
    nucleus, f, base = make_target(target), as_flavour(flavour), base or StandardModel()
    values = np.atleast_1d(finite_array(charges, "the list of charges"))
    if positive_array(energy, "neutrino energies").size != 1:
        raise InputError(f"give a single neutrino energy in MeV, got {shown(energy)}")
    top = max(float(recoil_maximum(energy, c.isotope.mass)) for c in nucleus.components)
    t = _recoils(recoils, 1e-7 * top, top)
    element = f.lepton * 2
    models = [Electromagnetic(charge={element: q}, base=base) for q in values]
    weak = cevns.differential(energy, t, nucleus, base, f)
    some = weak > 0
    if not some.any():
        raise InputError("nothing to plot: no recoil in the range is possible")
    unit, unit_name = energy_unit(t[-1])
    figure = new_figure(WIDTH, 5.4, ax, artist)
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
    for board in (main, panel):
        board.set_xscale("log")
        board.set_yscale("log")
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
    return figure.every()


@public
@styled
def plot_averaged_moments(
    flux: str | Flux,
    target: TargetSpec,
    moments: ArrayLike = (1e-10, 1e-9),
    *,
    electrons: bool = False,
    recoils: ArrayLike | None = None,
    base: Model | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot ⟨dσ/dT⟩ averaged over all neutrinos of a flux: weak, magnetic (dashed) and
    their sum.

    Parameters
    ----------
    flux : a name or a `Flux`.
    target : returned or accepted by `nuprobe.target`.
    moments : effective magnetic moments in Bohr magnetons, the same for all flavours;
        one colour each.
    electrons : scattering on the bound electrons of the target instead of its nuclei.
    recoils : recoil energies in MeV, positive and increasing; by default from 10 eV to
        the largest possible.
    base : model with the weak couplings, default the Standard Model at tree level.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes
        Logarithmic axes.

    Raises
    ------
    InputError
        As `cevns.averaged` or `electron.averaged`, or if a moment is negative or not
        finite, or nothing can be drawn.

    Examples
    --------
    >>> drawn = plot_averaged_moments("sns", "Ar40", 1e-9, recoils=[1e-3, 0.01, 0.02])
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()][0]
    'weak'
    """
    values = np.atleast_1d(finite_array(moments, "the list of magnetic moments"))
    if np.any(values < 0):
        raise InputError(
            "an effective magnetic moment must not be negative, got"
            f" {values[values < 0][0]:g}: give its modulus"
        )
    spectra = _Averages(
        as_flux(flux), make_target(target), base or StandardModel(), electrons
    )
    t = spectra.recoils(recoils)
    weak, magnetic = spectra.weak_and_magnetic(t)
    with np.errstate(over="ignore"):
        highest = float((weak + magnetic * values.max() ** 2).max())
    if not highest < _HIGHEST:
        raise InputError(
            f"cannot plot a magnetic moment of {values.max():g} Bohr magnetons: give a"
            " smaller one, e.g. 1e-10"
        )
    if not np.any(weak > 0):
        raise InputError("nothing to plot: no recoil in the range is possible")
    unit, unit_name = energy_unit(t[-1])
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()

    def draw(y: FloatArray, **look: Any) -> list[Line2D]:
        return panel.plot(t / unit, np.where(y > 0, y, np.nan) * unit, **look)

    legend.add(draw(weak, color="black", lw=1.0, zorder=5), "weak")
    dashed: dict[str, Any] = {"linestyle": _DASHED, "lw": 1.1}
    for mu, colour in zip(values, colours(values.size), strict=True):
        part = magnetic * mu**2
        draw(part, color=colour, **dashed)
        both = draw(weak + part, color=colour)
        legend.add(both, rf"sum, $\mu_\nu$ = {_power(mu)} $\mu_\mathrm{{B}}$")
    legend.add([_line(color="0.35", **dashed)], "magnetic")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(t[0] / unit, t[-1] / unit)
    # all curves fall to 0 at the largest recoil
    panel.set_ylim(1e-3 * float(weak.max()) * unit, 2 * highest * unit)
    what = "energy transfer" if electrons else "nuclear recoil energy"
    panel.set_xlabel(f"{what} $T$ [{unit_name}]")
    per = per_target(spectra.target)
    per = per.replace("nucleus", "atom") if electrons else per
    panel.set_ylabel(rf"$\langle d\sigma/dT\rangle$ [cm$^2$/{unit_name}{per}]")
    source = spectra.flux
    process = r"$\nu\,e$ scattering" if electrons else "CEνNS"
    legend.above(
        figure,
        f"{process} on {target_symbol(spectra.target)}, {source.title or source.name}",
    )
    provenance(
        figure,
        (*_REFERENCES[1:], *source.references),
        f"flux {source.name}, model em on {spectra.base.name}",
    )
    return figure.one()


def _line(**look: Any) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D([], [], **look)


@dataclass(frozen=True, eq=False)
class _Averages:
    """⟨dσ/dT⟩ averaged over all neutrinos of a flux."""

    flux: Flux
    target: Target
    base: Model
    electrons: bool

    @property
    def masses(self) -> list[float]:
        if self.electrons:
            return [M_ELECTRON]
        return [c.isotope.mass for c in self.target.components]

    def recoils(self, recoils: ArrayLike | None) -> FloatArray:
        """Return the recoil energies, with both sides of every step: ends of lines,
        binding energies."""
        components = self.flux.components
        top = recoil_maximum(max(c.e_max for c in components), min(self.masses))
        t = _recoils(recoils, 1e-5, float(top))
        lines = [line.energy for c in components for line in c.lines]
        steps = [float(recoil_maximum(e, mass)) for e in lines for mass in self.masses]
        if self.electrons:
            scatterers = electron.Electron().scatterers(self.target)
            steps += [b for s in scatterers for b in s.breakpoints]
        inside = np.array([x for x in steps if t[0] < x < t[-1]])
        return np.unique(np.concatenate([t, inside * (1 + 1e-9), inside * (1 - 1e-9)]))

    def averaged(self, model: Model, t: FloatArray) -> FloatArray:
        total = sum(self.flux.total(f) for f in self.flux.flavours)
        result = np.zeros(t.size)
        for f in self.flux.flavours:
            if self.electrons:
                mean = electron.averaged(self.flux, t, model, f, self.target)
            else:
                mean = cevns.averaged(self.flux, t, self.target, model, f)
            result += mean * (self.flux.total(f) / total)
        return result

    def weak_and_magnetic(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the weak part, and the magnetic part of a moment of 1 μ_B.

        The latter is quadratic in the moment, so one average is enough, with a moment
        large enough for an accurate difference.
        """
        large = 1e-6
        moments = dict.fromkeys(("e", "mu", "tau"), large)
        weak = self.averaged(self.base, t)
        both = self.averaged(Electromagnetic(mu_eff=moments, base=self.base), t)
        return weak, (both - weak) / large**2


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
