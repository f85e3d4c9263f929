"""Cross sections of neutrino–electron scattering, with the steps of bound electrons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model
from nuprobe.nuclei import Binding, TargetSpec, check_binding
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    energy_unit,
    finite_array,
    legend_above,
    per_target,
    positive_array,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.processes import electron, exchanges_of
from nuprobe.processes.elastic import recoil_maximum

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


__all__ = ["plot_electron_differential", "plot_electron_total"]

_REFERENCES = ("Giunti:2014ixa", "Bearden:1967gqa")
_POINTS = 800


@public
@styled
def plot_electron_differential(
    model: Model,
    energies: ArrayLike,
    *,
    flavour: str | Flavour = "nu_e",
    target: TargetSpec | None = None,
    binding: Binding = True,
    recoils: ArrayLike | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot dσ/dT against the energy transfer; helicity-flipping contributions (a
    magnetic moment, a scalar) are also drawn separately, dashed.

    Parameters
    ----------
    model : the couplings.
    energies : neutrino energies in MeV, one colour each.
    flavour : of the neutrino.
    target, binding : as in `electron.differential`.
    recoils : energy transfers in MeV, positive and increasing; by default from 0.1 keV.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        As `electron.differential`, or if there is nothing to draw.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_electron_differential(nu.StandardModel(), [1.0, 3.0])
    >>> len(drawn.figure.legends[0].get_texts())
    2
    """
    e_nu, f = positive_array(energies, "neutrino energies"), as_flavour(flavour)
    tops = [float(recoil_maximum(e, M_ELECTRON)) for e in e_nu]
    t = _recoils(recoils, max(tops), target, binding)
    weights, names = (
        electron.coefficients(model, f),
        electron.terms(exchanges_of(model.couplings(f.anti))),
    )
    flips = np.array(
        [name == "magnetic" or name.startswith("scalar:") for name in names]
    )
    number = 1.0 if target is None else electron.electrons(target, t, binding=binding)
    unit, unit_name = energy_unit(float(t[-1]))
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    handles: list[Artist] = []
    labels: list[str] = []
    for e, colour in zip(e_nu, colours(len(e_nu)), strict=True):
        kernels = electron.kernels(
            e, t, exchanges=exchanges_of(model.couplings(f.anti))
        )
        drawn = _line(
            panel, t / unit, number * (kernels @ weights) * unit, color=colour
        )
        handles += drawn
        labels += [rf"$E_\nu$ = {e:.4g} MeV"] * len(drawn)
        if np.any(weights[flips]):
            _line(
                panel,
                t / unit,
                number * (kernels @ (weights * flips)) * unit,
                color=colour,
                linestyle=(0, (5, 2)),
            )
    if not handles:
        raise InputError("nothing to plot: no recoil in the range is possible")
    if np.any(weights[flips]):
        from matplotlib.lines import Line2D

        handles.append(Line2D([], [], color="0.35", linestyle=(0, (5, 2))))
        labels.append("helicity flipped")
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(t[0] / unit, t[-1] / unit)
    panel.set_xlabel(f"energy transfer $T$ [{unit_name}]")
    panel.set_ylabel(rf"$d\sigma/dT$ [cm$^2$/{unit_name}{per_atom(target)}]")
    legend_above(
        figure,
        handles,
        labels,
        rf"${f.latex}\,e$ scattering{describe_electrons(target, binding)}",
    )
    provenance(figure, _REFERENCES, f"model {model.name}")
    return figure.one()


@public
@styled
def plot_electron_total(
    model: Model,
    e_grid: ArrayLike,
    *,
    flavours: tuple[str | Flavour, ...] = ("nu_e", "nubar_e", "nu_mu", "nubar_mu"),
    target: TargetSpec | None = None,
    binding: Binding = True,
    threshold: float = 0.0,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot σ(E)/E of several flavours.

    Parameters
    ----------
    model : the couplings.
    e_grid : neutrino energies in MeV, increasing, at least two.
    flavours : one colour each.
    target, binding, threshold : as in `electron.total`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError, ComputationError
        As `electron.total`, or if the grid has fewer than two energies or does not
        increase.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_electron_total(nu.StandardModel(), [1.0, 5.0, 10.0])
    >>> len(drawn.figure.legends[0].get_texts())
    4
    """
    e = finite_array(e_grid, "the energy grid")
    if e.ndim != 1 or e.size < 2 or np.any(np.diff(e) <= 0):
        raise InputError(
            "a curve of the total cross section needs at least two increasing energies,"
            " e.g. 1:20:41 MeV"
        )
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    handles: list[Artist] = []
    labels: list[str] = []
    for f, colour in zip(
        map(as_flavour, flavours), colours(len(flavours)), strict=True
    ):
        sigma = electron.total(
            e, model, f, target=target, binding=binding, threshold=threshold
        )
        drawn = _line(panel, e, sigma / e, color=colour)
        handles += drawn
        labels += [f"${f.latex}$"] * len(drawn)
    if not handles:
        raise InputError("nothing to plot: no recoil above the threshold is possible")
    panel.set_yscale("log")
    if e[-1] > 30 * e[0]:
        panel.set_xscale("log")
    panel.set_xlim(e[0], e[-1])
    panel.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    panel.set_ylabel(rf"$\sigma/E_\nu$ [cm$^2$/MeV{per_atom(target)}]")
    legend_above(
        figure,
        handles,
        labels,
        rf"$\nu\,e$ scattering{describe_electrons(target, binding)}{_above(threshold)}",
    )
    provenance(figure, _REFERENCES, f"model {model.name}")
    return figure.one()


def _line(ax: Axes, x: FloatArray, y: FloatArray, **how: Any) -> list[Artist]:
    """Line where y is positive, interrupted elsewhere (the axis is logarithmic)."""
    return [*ax.plot(x, np.where(y > 0, y, np.nan), **how)] if np.any(y > 0) else []


def _recoils(
    recoils: ArrayLike | None, top: float, target: TargetSpec | None, binding: Binding
) -> FloatArray:
    if recoils is not None:
        t = finite_array(recoils, "the recoil grid")
        if t.ndim != 1 or t.size < 2 or np.any(np.diff(t) <= 0) or t[0] <= 0:
            raise InputError(
                "a recoil grid needs at least two positive, increasing energies (MeV)"
            )
    else:
        t = np.geomspace(min(1e-4, 1e-3 * top), top * (1 - 1e-12), _POINTS)
    if target is None or not binding:
        return t
    edges = [
        b
        for s in electron.Electron().scatterers(make_target(target))
        for b in s.breakpoints
        if t[0] < b < t[-1]
    ]
    # both sides of every step
    return np.unique(np.concatenate([t, edges, np.array(edges) * (1 - 1e-9)]))


def per_atom(target: TargetSpec | None) -> str:
    """Normalisation of cross sections on the electrons of a `target`, for an axis
    label."""
    if target is None:
        return " per electron"
    return per_target(make_target(target)).replace("nucleus", "atom")


_HOW: Final = {
    None: ", free electrons",
    "rrpa": ", many-body",
    "epa": ", equivalent photons",
}


def describe_electrons(target: TargetSpec | None, binding: Binding) -> str:
    """Text on the electrons, of a `target` or free, and the treatment of their
    `binding`."""
    if target is None:
        return ", free electron"
    return f" on {target_symbol(make_target(target))}" + (
        _HOW.get(check_binding(binding), "")
    )


def _above(threshold: float) -> str:
    if threshold == 0:
        return ""
    unit, name = energy_unit(threshold)
    return f", $T$ > {threshold / unit:g} {name}"
