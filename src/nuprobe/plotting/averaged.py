"""Spectra of deposits averaged over a flux, for any process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.flavours import Flavour
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux
from nuprobe.fluxes import flux as as_flux
from nuprobe.models import Model, StandardModel, standard_below
from nuprobe.nuclei import Target, TargetSpec
from nuprobe.nuclei import target as make_target
from nuprobe.numerics import FloatArray
from nuprobe.plotting.cevns import describe, describe_model
from nuprobe.plotting.electron import describe_electrons, per_atom
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    colours,
    energy_unit,
    finite_array,
    legend_above,
    per_target,
    provenance,
    styled,
    target_symbol,
)
from nuprobe.processes import Process, Scatterer
from nuprobe.processes.cross_section import averaged, diverges
from nuprobe.processes.elastic.electron import Electron

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes


__all__ = ["plot_averaged"]

_POINTS = 500
_DECADES = 6.0
_FEW = 12
"""Largest number of requested deposits marked on the curves."""
_LOOK: dict[str, Any] = {"color": "0.15", "linestyle": (0, (5, 2)), "linewidth": 1.1}
"""Style of the Standard Model next to another model."""


@public
@styled
def plot_averaged(
    process: Process,
    flux: str | Flux,
    target: TargetSpec | None,
    model: Model,
    *,
    flavours: Sequence[str | Flavour] | None = None,
    recoils: ArrayLike | None = None,
    threshold: float = 0.0,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot dσ/dT averaged over the spectrum of each flavour of a flux, with the
    Standard Model below the model dashed.

    Parameters
    ----------
    process : such as ``nu.process("cevns")``.
    flux : the source, or its name; lines are included.
    target : of the neutrinos; None for one free electron.
    model : the couplings.
    flavours : one colour each, or one for those with equal curves; default all of the
        flux.
    recoils : deposits in MeV, increasing; the curves extend from the first to the last,
        and up to twelve are marked. By default curves extend from the largest possible
        deposit down to 1e-4 of it.
    threshold : minimum deposit (MeV) for the total; drawn as a line if not zero.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        As `cross_section.averaged`, or if there is nothing to draw.

    Examples
    --------
    >>> import nuprobe as nu
    >>> drawn = plot_averaged(nu.process("cevns"), "sns", "Ar40", nu.StandardModel())
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['$\\\\nu_{\\\\mu}$', '$\\\\bar\\\\nu_{\\\\mu}$', '$\\\\nu_{e}$']
    >>> moment = nu.Electromagnetic(magnetic_moment={"ee": 3e-11})
    >>> drawn = plot_averaged(nu.process("electron"), "reactor", "Ge", moment)
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['$\\\\bar\\\\nu_{e}$', 'Standard Model']
    """
    source = as_flux(flux)
    wanted = source.flavours if flavours is None else [as_flavour(f) for f in flavours]
    nucleus = None if target is None else make_target(target)
    t, marked = _deposits(process, source, nucleus, wanted, recoils)
    if any(diverges(process, nucleus, model, f) for f in wanted):
        t, marked = t[t > 0], marked[marked > 0]
    curves = _alike(
        [(f, averaged(process, source, t, nucleus, model, f)) for f in wanted]
    )
    standard = _standard(process, source, t, nucleus, model, wanted)
    if not any(np.any(y > 0) for _, y in curves):
        raise InputError(
            f"nothing to plot: neutrinos of {source.name} give no deposits from"
            f" {t[0]:.4g} to {t[-1]:.4g} MeV"
        )
    unit, name = energy_unit(t[-1])
    figure = new_figure(WIDTH, 4.2, ax, artist)
    panel = figure.subplots()
    handles: list[Artist] = []
    for (group, y), colour in zip(curves, colours(len(curves)), strict=True):
        some = y > 0
        handles += panel.plot(t[some] / unit, y[some] * unit, color=colour)
        if marked.size:
            at = averaged(process, source, marked, nucleus, model, group[0]) * unit
            x = marked[at > 0] / unit
            panel.plot(x, at[at > 0], "o", color=colour, markersize=4, clip_on=False)
    beside: list[Artist] = []
    for y in standard:
        some = y > 0
        beside = [*panel.plot(t[some] / unit, y[some] * unit, **_LOOK)]
    handles += beside
    every = [*(y for _, y in curves), *standard]
    _axes(panel, process, (nucleus, name), t / unit, [y * unit for y in every])
    if threshold > 0:
        handles.append(panel.axvline(threshold / unit, color="0.4", linestyle=":"))
    legend_above(
        figure,
        handles,
        [
            *(", ".join(f"${f.latex}$" for f in group) for group, _ in curves),
            *(["Standard Model"] if beside else []),
            *([f"threshold {threshold / unit:g} {name}"] if threshold > 0 else []),
        ],
        f"{_title(process, nucleus)}, mean over each flavour of {source.name}",
    )
    provenance(figure, (), describe_model(model))
    return figure.one()


def _deposits(
    process: Process,
    source: Flux,
    target: Target | None,
    flavours: Sequence[Flavour],
    recoils: ArrayLike | None,
) -> tuple[FloatArray, FloatArray]:
    """Deposits of the curves, including both sides of every step, and those to be
    marked."""
    asked = np.empty(0) if recoils is None else finite_array(recoils, "the deposits")
    if asked.ndim != 1 or np.any(np.diff(asked) <= 0) or np.any(asked < 0):
        raise InputError("deposits must increase and not be negative (MeV)")
    scatterers = process.scatterers(target)
    energies = np.array([c.e_max for f in flavours for c in source.of(f)])
    top = max(float(s.t_max(energies).max(initial=0.0)) for s in scatterers)
    if not top > 0:
        raise InputError(f"nothing to plot: {source.name} is below every threshold")
    marked = asked if asked.size <= _FEW else np.empty(0)
    if asked.size < 2:
        low = 1e-4 * top if asked.size == 0 else min(1e-4 * top, 0.5 * asked[0] or top)
        grid = np.geomspace(low, top, _POINTS)
    elif asked[0] > 0:
        grid = np.geomspace(asked[0], asked[-1], _POINTS)
    else:
        grid = np.linspace(0.0, asked[-1], _POINTS)
    steps = _steps(source, flavours, scatterers)
    inside = steps[(steps > grid[0]) & (steps <= grid[-1])]
    return np.unique(np.concatenate([grid, inside, inside * (1 - 1e-9)])), marked


def _steps(
    source: Flux, flavours: Sequence[Flavour], scatterers: Sequence[Scatterer]
) -> FloatArray:
    """Deposits at which lines end and electron shells open."""
    lines = [line.energy for f in flavours for c in source.of(f) for line in c.lines]
    return np.array([t for s in scatterers for t in s.kinks(lines)])


def _alike(
    curves: Sequence[tuple[Flavour, FloatArray]],
) -> list[tuple[list[Flavour], FloatArray]]:
    """Groups of flavours with equal curves."""
    groups: list[tuple[list[Flavour], FloatArray]] = []
    for f, y in curves:
        for members, known in groups:
            if np.allclose(known, y, rtol=1e-9, atol=0):
                members.append(f)
                break
        else:
            groups.append(([f], y))
    return groups


def _standard(
    process: Process,
    source: Flux,
    t: FloatArray,
    target: Target | None,
    model: Model,
    flavours: Sequence[Flavour],
) -> list[FloatArray]:
    """Distinct curves of the Standard Model underlying a model; none if the model is
    the Standard Model."""
    if isinstance(model, StandardModel):
        return []
    below = standard_below(model)
    curves = [(f, averaged(process, source, t, target, below, f)) for f in flavours]
    return [y for _, y in _alike(curves) if np.any(y > 0)]


def _axes(
    ax: Axes,
    process: Process,
    labels: tuple[Target | None, str],
    x: FloatArray,
    curves: Sequence[FloatArray],
) -> None:
    """Logarithmic axes, with limits set by the curves and their zeros."""
    nucleus, unit = labels
    bound = isinstance(process, Electron)
    per = per_atom(nucleus) if bound or nucleus is None else per_target(nucleus)
    deposit = process.deposit
    ax.set_xlabel(f"{deposit.name} ${deposit.symbol}$ [{unit}]")
    ax.set_ylabel(rf"$\langle d\sigma/dT\rangle$ [cm$^2$/{unit}{per}]")
    ax.set_xlim(x[0], x[-1])
    if x[0] > 0 and x[-1] > 30 * x[0]:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter("{x:g}")
    ax.set_yscale("log")
    values = np.concatenate(curves)
    values = values[values > 0]
    top = float(values.max())
    ax.set_ylim(max(float(values.min()) / 1.5, top * 10**-_DECADES), 2 * top)


def _title(process: Process, nucleus: Target | None) -> str:
    if isinstance(process, Electron):
        return f"ν–e scattering{describe_electrons(nucleus, process.binding)}"
    if nucleus is None:
        return process.name
    if process.name == "cevns":
        return f"CEνNS on {describe(nucleus)}"
    return f"{process.name} on {target_symbol(nucleus)}"
