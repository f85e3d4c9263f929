"""Fluxes: continua and lines over energy, and arrival times."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from nuprobe.border import public
from nuprobe.fluxes import Flux, FluxComponent
from nuprobe.fluxes import flux as as_flux
from nuprobe.numerics import FloatArray
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    engine_pads,
    finite_array,
    legend_above,
    power_of_ten,
    pretty,
    provenance,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from nuprobe.plotting.figures import Panels

__all__ = ["plot_flux"]

_DASHES: Final = (
    *("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5))),
    *((0, (9, 2)), (0, (5, 1.2, 1.2, 1.2, 1.2, 1.2)), (0, (2.5, 1)), (0, (1, 2.5))),
)
_MARKS: Final = ("^", "s", "D", "o", "v", "P", "X", "*")
_POINTS = 601
_WIDE = 100.0
"""Peaks of the components that differ by more than this are drawn on logarithmic
axes."""


class Look(NamedTuple):
    """Style of a component: `dashes` are empty without a continuum, `mark` without
    lines."""

    colour: str
    dashes: Any
    mark: str


@public
@styled
def plot_flux(flux: str | Flux, *, ax: Where = None, **artist: Any) -> Panels:
    """Plot a flux: continua as curves, lines as arrows with their intensity, and
    arrival times in a second panel.

    Both axes are logarithmic if the peaks of the components differ by more than a
    factor of 100.

    Parameters
    ----------
    flux : a name or a `Flux`.
    ax : axes to draw on instead of a new figure (one or several: the first
        panels).
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Returns
    -------
    Panels
        One panel, or two if the flux has arrival times.

    Raises
    ------
    UnknownNameError
        If there is no flux of that name.

    Examples
    --------
    >>> from nuprobe.plotting import figure_of
    >>> len(figure_of(plot_flux("sns")).axes)  # times beside the spectra, lines apart
    3
    """
    source = as_flux(flux)
    timed = {c.time for c in source.components if c.time is not None}
    figure = new_figure(9.6 if timed else 6.4, 4.2, ax, artist)
    axes = figure.subplots(1, 2 if timed else 1, squeeze=False)[0]
    engine_pads(figure, wspace=0.04)
    handles = _spectra(axes[0], source, _looks(source))
    if timed:
        _times(axes[1], source)
    legend_above(
        figure,
        handles,
        [pretty(c.name) for c in source.components],
        source.title or source.name,
    )
    provenance(figure, source.references, f"flux {source.name}")
    return figure.every()


def _looks(source: Flux) -> dict[str, Look]:
    """Styles that distinguish the components: dashes of continua, markers of lines, and
    colours."""
    dashes, marks = itertools.cycle(_DASHES), itertools.cycle(_MARKS)
    hues = itertools.cycle(PALETTE)
    return {
        c.name: Look(
            next(hues),
            "" if c.density is None else next(dashes),
            next(marks) if c.lines else "",
        )
        for c in source.components
    }


def _grid(component: FluxComponent) -> FloatArray:
    """Energies that include every edge, so that corners are sharp."""
    first, last = component.edges[0], component.edges[-1]
    low = np.geomspace(max(first, 1e-3 * last), last, _POINTS)
    return np.unique(
        np.concatenate([np.linspace(first, last, _POINTS), low, component.edges])
    )


def _spectra(ax: Axes, source: Flux, looks: dict[str, Look]) -> list[Artist]:
    """Draw continua and lines; returns the handles of the components."""
    from matplotlib.lines import Line2D

    continua = {
        c.name: (
            e := _grid(c),
            finite_array(c.continuum(e), f"the continuum of {c.name}"),
        )
        for c in source.components
        if c.density is not None
    }
    peaks = [float(v.max()) for _, v in continua.values()]
    wide = bool(peaks) and max(peaks) > _WIDE * min(peaks)
    decade, power = (
        power_of_ten(np.array(peaks)) if continua and not wide else (1.0, "")
    )
    for name, (e, values) in continua.items():
        # an end at which the flux is not zero is drawn as a step
        ax.plot(
            np.pad(e, 1, "edge"),
            np.pad(values / decade, 1),
            color=looks[name].colour,
            linestyle=looks[name].dashes,
        )
    _limits(ax, source, [p / decade for p in peaks], wide)
    area = _area(source)
    ax.set_ylabel(
        rf"$dN/dE_\nu$ [{power}{area}MeV$^{{-1}}$ per {source.per}]"
        if continua
        else f"intensity of the line [{area}per {source.per}]"
    )
    if any(c.lines for c in source.components):
        if wide:
            _spikes(ax, source, looks)
        else:
            _arrows(ax, source, looks, bool(continua))
    return [
        Line2D(
            [],
            [],
            color=look.colour,
            linestyle=look.dashes,
            marker=look.mark,
            markersize=7,
        )
        for look in looks.values()
    ]


def _area(source: Flux) -> str:
    return "cm$^{-2}$ " if source.emission == "beam" else ""


def _top(source: Flux) -> float:
    return max(c.e_max for c in source.components)


def _limits(ax: Axes, source: Flux, peaks: list[float], wide: bool) -> None:
    """Ranges and scales of the axes; peaks in the unit of the axis."""
    ax.set_xlabel(r"neutrino energy $E_\nu$ [MeV]")
    top = _top(source)
    if not wide:
        ax.set_xlim(0, 1.06 * top)
        ax.set_ylim(0, 1.15 * max(peaks, default=1.0))
        return
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(
        min([c.edges[-1] for c in source.components if c.edges]) / 10, 1.3 * top
    )
    ax.set_ylim(min(p for p in peaks if p > 0) / 10, 5 * max(peaks))


def _spikes(ax: Axes, source: Flux, looks: dict[str, Look]) -> None:
    """Lines on the logarithmic axes of the continua."""
    area = _area(source)
    ax.set_ylabel(
        rf"$dN/dE_\nu$ [{area}MeV$^{{-1}}$ per {source.per}]"
        + f"\nlines [{area}per {source.per}]"
    )
    for component in source.components:
        for line in component.lines:
            ax.plot(
                [line.energy] * 2,
                [ax.get_ylim()[0], line.intensity],
                color=looks[component.name].colour,
                marker=looks[component.name].mark,
                markevery=[1],
            )


def _arrows(ax: Axes, source: Flux, looks: dict[str, Look], beside: bool) -> None:
    """Lines as arrows, on a separate axis `beside` the continua; a few are named."""
    target = ax
    if beside:
        ax.tick_params(axis="y", which="both", right=False)
        target = ax.twinx()
        target.set_ylabel(f"intensity of a line [{_area(source)}per {source.per}]")
    lines = [(c.name, line) for c in source.components for line in c.lines]
    target.set_ylim(0, 1.15 * max(line.intensity for _, line in lines))
    for name, line in lines:
        target.annotate(
            "",
            xy=(line.energy, line.intensity),
            xytext=(line.energy, 0),
            arrowprops={
                "arrowstyle": "-|>,head_length=0.6,head_width=0.25",
                "color": looks[name].colour,
                "lw": 1.8,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    for name, line in lines if len({name for name, _ in lines}) > 1 else []:
        target.plot(
            [line.energy],
            [line.intensity],
            color=looks[name].colour,
            marker=looks[name].mark,
        )
    for name, line in lines if len(lines) <= 3 else []:
        left = line.energy > 0.5 * _top(source)
        target.annotate(
            f"{line.energy:.4g} MeV:\n{line.intensity:.3g} per {source.per}",
            xy=(line.energy, line.intensity),
            xytext=(-6 if left else 6, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="top",
            fontsize=9.5,
            color=looks[name].colour,
        )


def _times(ax: Axes, source: Flux) -> None:
    used: dict[str, list[str]] = {}
    for c in source.components:
        if c.time is not None:
            used.setdefault(c.time, []).append(c.flavour.latex)
    for i, (name, flavours) in enumerate(used.items()):
        profile = source.times[name]
        density = profile.probability / np.diff(profile.edges)
        style = ("-", (0, (4, 1.5)), (0, (1, 1)))[i % 3]
        label = f"{name}: " + ", ".join(
            f"${latex}$" for latex in dict.fromkeys(flavours)
        )
        ax.stairs(
            density,
            profile.edges,
            color="0.15" if i == 0 else "0.45",
            lw=1.4,
            linestyle=style,
            label=label,
        )
    ax.set_xlabel("arrival time [μs]")
    ax.set_ylabel(r"probability density [μs$^{-1}$]")
    ax.set_ylim(bottom=0)
    first = min(float(source.times[name].edges[0]) for name in used)
    last = max(float(source.times[name].edges[-1]) for name in used)
    ax.set_xlim(first, last)
    ax.legend(loc="upper right")
