"""A plane of a mixing and a difference of squared masses: exclusion by several
statistics, allowed regions of other data, published points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nuprobe.border import public
from nuprobe.inference.levels import delta_threshold
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    WIDTH,
    logarithmic,
    provenance,
    styled,
    unit_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nuprobe.inference import ExclusionPlane
    from nuprobe.numerics import FloatArray
    from nuprobe.parameters import Parameter

__all__ = ["STERILE_POINTS", "plot_exclusion_plane"]

STERILE_POINTS = {
    "NEUTRINO-4 (Serebrov:2018vdw)": (0.26, 7.25),
    "reactor anomaly (Mention:2011rk)": (0.14, 2.3),
}
"""Published best points of sin²2θ₁₄ and Δm²₄₁ (eV²)."""

_FINER = 8  # subdivisions of a grid step in the band of the Monte Carlo error
_LABELS = {
    "wilks": r"$\Delta\chi^2$, Wilks",
    "fc": "Feldman–Cousins",
    "cls": r"CL$_\mathrm{s}$, Gaussian",
    "cls-toys": r"CL$_\mathrm{s}$, toys",
    "raster": r"CL$_\mathrm{s}$ in rows, asymptotic",
    "raster-toys": r"CL$_\mathrm{s}$ in rows, toys",
    "expected": r"CL$_\mathrm{s}$, median without signal",
}
_STYLES = {
    "wilks": ("grey", ":"),
    "fc": (PALETTE[0], "-"),
    "cls": (PALETTE[1], "-"),
    "cls-toys": (PALETTE[1], "--"),
    "raster": (PALETTE[2], "-"),
    "raster-toys": (PALETTE[2], "--"),
    "expected": ("black", (0, (1, 1))),
}


@public
@styled
def plot_exclusion_plane(
    result: ExclusionPlane,
    cl: float = 0.95,
    methods: Sequence[str] | None = None,
    points: Mapping[str, tuple[float, float]] | None = None,
    beside: Mapping[str, ExclusionPlane] | None = None,
    references: Sequence[str] = (),
    *,
    rows: Mapping[str, Sequence[float | None]] | None = None,
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the exclusion at a confidence level, to the right of each line. Lines from
    toys have a band, one standard deviation of the Monte Carlo error.

    Parameters
    ----------
    result : from `nuprobe.inference.exclusion_plane`.
    cl : confidence level.
    methods : names of `ExclusionPlane.methods`; default all.
    points : points of the plane by label; default `STERILE_POINTS` on a plane of
        sin²2θ₁₄ and Δm²₄₁, else none.
    beside : planes of other data by name, whose allowed regions (Δχ² of 2 parameters)
        are filled; their grids may differ.
    references : texkeys for the line at the bottom.
    rows : values of the first parameter above which each row is excluded (None if it is
        not), by label; such as limits from toys for single rows.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> cost = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}
    >>> plot_exclusion_plane(exclusion_plane(cost, axes, toys=0)).get_xscale()
    'log'
    """
    figure = new_figure(WIDTH, 5.6, ax, artist)
    axes = figure.subplots()
    shown = {
        label: _in_shown_units(result, place)
        for label, place in (
            _points(result.parameters) if points is None else points
        ).items()
    }
    result = _shown(result)
    handles: list[Any] = []
    labels: list[str] = []
    for i, (name, given) in enumerate((beside or {}).items()):
        other = _shown(given)
        colour = PALETTE[(4 + i) % len(PALETTE)]
        rise = other.rise - delta_threshold(cl, 2)
        if (rise <= 0).any():
            levels = [min(float(rise.min()), 0.0) - 1, 0]
            axes.contourf(other.x, other.y, rise.T, levels, colors=[colour], alpha=0.35)
        handles.append(_patch(axes, colour))
        labels.append(f"{name}: allowed")
    for method in result.methods if methods is None else methods:
        colour, line = _STYLES[method]
        excess = result.exclusion(method, cl)
        _noise(axes, result, method, cl)
        # a region below the first point of the grid is open there
        axes.contour(
            result.x, result.y, excess.T, [0.0], colors=[colour], linestyles=[line]
        )
        handles.append(axes.plot([], [], color=colour, linestyle=line)[0])
        labels.append(_LABELS[method])
    for label, limits in (rows or {}).items():
        x = np.array([np.nan if one is None else one for one in limits], dtype=float)
        shown_x = result.parameters[0].shown(x)
        handles += axes.plot(shown_x, result.y, ".", color="black", clip_on=False)
        labels.append(label)
    best = result.best
    if best[0] > result.null:
        handles.append(axes.plot(*best, "x", color="black")[0])
        labels.append("lowest χ²")
    for i, (label, place) in enumerate(shown.items()):
        marker = "*sD^v"[i % 5]
        colour = PALETTE[(3 + i) % len(PALETTE)]
        handles.append(
            axes.plot(*place, marker, color=colour, markersize=9, markeredgecolor="k")[
                0
            ]
        )
        labels.append(label)
    _finish(axes, result)
    figure.legend(
        handles, labels, loc="outside upper center", ncols=2, fontsize="small"
    )
    s = result.settings
    toys = "" if s is None else f"; {s.number} toys a point"
    provenance(
        figure, references, f"{100 * cl:g} % CL (CLs: one-sided), {_grid(result)}{toys}"
    )
    return figure.one()


def _shown(result: ExclusionPlane) -> ExclusionPlane:
    """The plane in the units of tables and plots."""
    first, second = result.parameters
    return replace(
        result,
        x=np.asarray(first.shown(result.x)),
        y=np.asarray(second.shown(result.y)),
        null=first.shown(result.null),
        best=_in_shown_units(result, result.best),
    )


def _in_shown_units(
    result: ExclusionPlane, place: tuple[float, float]
) -> tuple[float, float]:
    first, second = result.parameters
    return first.shown(place[0]), second.shown(place[1])


def _noise(axes: Axes, result: ExclusionPlane, method: str, cl: float) -> None:
    """Fill the area within one Monte Carlo error of the contour."""
    error = result.exclusion_error(method, cl)
    if not error.any():
        return
    # linear between points, like the contour
    x, y, excess, width = (
        _finer(one) for one in (result.x, result.y, result.exclusion(method, cl), error)
    )
    far = np.abs(excess) - width
    levels = [min(float(far.min()), 0.0) - 1, 0.0]
    colour = _STYLES[method][0]
    axes.contourf(x, y, far.T, levels, colors=[colour], alpha=0.25)


def _finer(values: FloatArray) -> FloatArray:
    """Values refined by linear interpolation along every axis."""
    for axis in range(values.ndim):
        n = values.shape[axis]
        at = np.linspace(0, n - 1, _FINER * (n - 1) + 1)
        left = np.minimum(at.astype(int), n - 2)
        share = (at - left).reshape(
            [-1 if k == axis else 1 for k in range(values.ndim)]
        )
        low, high = (np.take(values, left + k, axis=axis) for k in (0, 1))
        values = low + share * (high - low)
    return values


def _grid(result: ExclusionPlane) -> str:
    return f"grid {len(result.x)} × {len(result.y)}"


def _patch(axes: Axes, colour: str) -> Any:
    return axes.fill_between([], [], [], color=colour, alpha=0.35, linewidth=0)


def _points(
    parameters: tuple[Parameter, Parameter],
) -> Mapping[str, tuple[float, float]]:
    names = tuple(p.name for p in parameters)
    return STERILE_POINTS if names == ("sin2_2theta_14", "dm2_41") else {}


def _finish(axes: Axes, result: ExclusionPlane) -> None:
    for p, values, scale, label in (
        (result.parameters[0], result.x, axes.set_xscale, axes.set_xlabel),
        (result.parameters[1], result.y, axes.set_yscale, axes.set_ylabel),
    ):
        if logarithmic(values):
            scale("log")
        unit = unit_text(p.shown_unit)
        symbol = f"${p.latex}$" if p.latex else p.name
        label(f"{symbol} [{unit}]" if unit else symbol)
    axes.set_xlim(result.x[0], result.x[-1])
    axes.set_ylim(result.y[0], result.y[-1])
