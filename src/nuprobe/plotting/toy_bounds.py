"""Intervals and limits found by a search with toys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import PALETTE, WIDTH, parameter_text, provenance, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.inference import GridToys, ToyBounds
    from nuprobe.parameters import Parameter

__all__ = ["plot_grid_toys", "plot_toy_bounds"]


@public
@styled
def plot_grid_toys(
    result: GridToys,
    parameter: Parameter,
    *,
    cl: float = 0.9,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot Δ(−2 ln L) of the data along a grid with the critical values from toys, or
    CLs.

    Parameters
    ----------
    result : toys on a grid of one parameter.
    parameter : along the grid.
    cl : confidence level.
    title : above the panel.
    references : for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = nu.scan(
    ...     cost, {"rn": [3.0, 5.0, 7.0]}, intervals="feldman-cousins", toys=20
    ... )
    >>> plot_grid_toys(found.toys, cost.parameters[0]).get_yscale()
    'linear'
    """
    figure = new_figure(WIDTH, 4.0, ax, artist)
    axes = figure.subplots()
    said = result.construction(cl)
    x = parameter.shown(next(iter(result.axes.values())))
    if said.sides == 1:
        least = 0.5 / said.toys
        axes.errorbar(
            x,
            np.maximum(result.p_values, least),
            result.errors,
            fmt="o",
            ms=3,
            color="black",
            label="data",
        )
        axes.axhline(1 - cl, color="grey", linestyle=":", label=f"{100 * cl:.4g} % CL")
        axes.set_yscale("log")
        axes.set_ylabel(r"CL$_\mathrm{s}$")
    else:
        value, error = result.critical(cl)
        colour = PALETTE[0]
        axes.plot(x, result.delta, color="black", label="data")
        axes.plot(x, value, color=colour, label=f"critical value, {said.toys} toys")
        axes.fill_between(
            x, value - error, value + error, color=colour, alpha=0.3, linewidth=0
        )
        rise = said.threshold
        if rise is not None:
            axes.axhline(rise, color="grey", linestyle=":", label="Wilks")
        axes.set_ylim(0, 2 * float(value.max()))
        axes.set_ylabel(r"$-2\,\Delta\ln L$")
    axes.set_xlim(x[0], x[-1])
    axes.set_xlabel(parameter_text(parameter))
    axes.set_title("; ".join(t for t in (title, said.short) if t), fontsize=9)
    axes.legend()
    provenance(figure, references)
    return figure.one()


@public
@styled
def plot_toy_bounds(result: ToyBounds, *, ax: Where = None, **artist: Any) -> Axes:
    """Plot p-values (CLs for an upper limit) of the values tested with toys, the level,
    and the allowed range.

    Parameters
    ----------
    result : for one parameter, from `FitResult.bounds`.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> cost = argon.cost(free=["cevns_scale"], analysis="published")
    >>> found = nu.fit(cost, cl=0.9, intervals="feldman-cousins", toys=50)
    >>> plot_toy_bounds(found.bounds["cevns_scale"]).get_yscale()
    'log'
    """
    figure = new_figure(WIDTH, 4.0, ax, artist)
    axes = figure.subplots()
    p, said = result.parameter, result.construction
    x = p.shown(result.values)
    known = result.errors > 0
    least = 0.5 / said.toys
    axes.errorbar(
        x[known],
        np.maximum(result.p_values[known], least),
        result.errors[known],
        fmt="o",
        ms=3,
        color="black",
        label=f"data, {said.toys} toys at each value",
    )
    level = 1 - said.cl
    axes.axhline(level, color="grey", linestyle=":", label=f"{100 * said.cl:.4g} % CL")
    for i, one in enumerate(result.intervals):
        ends = np.clip(p.shown(np.array([one.lower, one.upper])), x[0], x[-1])
        label = ("below the upper limit" if said.sides == 1 else "allowed") * (i == 0)
        axes.axvspan(*ends, color=PALETTE[0], alpha=0.2, linewidth=0, label=label)
    axes.set_yscale("log")
    axes.set_ylim(min(0.3 * level, 1.0), 1.5)
    axes.set_xlim(x[0], x[-1])
    axes.set_ylabel(r"CL$_\mathrm{s}$" if said.sides == 1 else "p-value")
    axes.set_xlabel(parameter_text(p))
    axes.set_title(said.short, fontsize=9)
    axes.legend()
    provenance(figure, (), str(said))
    return figure.one()
