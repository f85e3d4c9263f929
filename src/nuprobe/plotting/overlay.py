"""Several results of one kind in one figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.toys.plane_result import METHODS
from nuprobe.parameters import Parameter
from nuprobe.plotting.fits import axis_text, finite_delta, increasing, scale_of
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    WIDTH,
    Entries,
    colours,
    logarithmic,
    provenance,
    scale_axis,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

    from nuprobe.inference import ExclusionPlane, ScanResult
    from nuprobe.numerics import FloatArray

__all__ = ["plot_contours", "plot_exclusions", "plot_profiles"]

_LEVELS: Final = (0.6827, 0.9)
_LINES: Final[tuple[Literal["-", "--", ":", "-."], ...]] = ("-", "--", ":", "-.")


@public
@styled
def plot_profiles(
    profiles: Mapping[str, tuple[ArrayLike, ArrayLike]],
    label: Parameter,
    *,
    cl: Sequence[float] = _LEVELS,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot Δχ² of one parameter from several results.

    Parameters
    ----------
    profiles : values, increasing and in the unit of the parameter, and Δχ² by name of
        the result; arrays of equal shape (n,).
    label : the parameter.
    cl : confidence levels of the horizontal lines, for one parameter.
    title : above the legend.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``linewidth=2``.

    Raises
    ------
    InputError
        If there is nothing to draw, or values do not increase.

    Examples
    --------
    >>> x = np.linspace(2.0, 9.0, 29)
    >>> p = Parameter("rn", 5.0, unit="fm", latex="R_n")
    >>> both = {"one": (x, (x - 5.0) ** 2), "two": (x, (x - 5.5) ** 2)}
    >>> plot_profiles(both, p).get_xlabel()
    '$R_n$ [fm]'
    """
    if not profiles:
        raise InputError("nothing to plot: give at least one profile")
    figure = new_figure(WIDTH, 4.6, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    scale, every = scale_of(label), []
    for colour, (name, (values, delta)) in zip(
        colours(len(profiles)), profiles.items(), strict=True
    ):
        x = increasing(values, f"the values of {name}") / scale
        y = finite_delta(delta)
        if x.shape != y.shape:
            raise InputError(f"{name}: {x.size} values, but {y.size} of Δχ²")
        legend.add(panel.plot(x, y, color=colour, lw=1.8), name)
        every.append(x)
    for style, level in zip(_LINES[1:] + _LINES[:1], cl, strict=False):
        height = delta_threshold(level)
        line = panel.axhline(height, color="0.35", lw=0.9, linestyle=style)
        legend.add([line], f"{100 * level:.4g} %")
    together = np.unique(np.concatenate(every))
    panel.set_xlim(together[0], together[-1])
    panel.set_ylim(0, 1.5 * max(delta_threshold(level) for level in (*cl, 0.954)))
    scale_axis(panel, "x", every[0])
    panel.set_xlabel(axis_text(label)[0])
    panel.set_ylabel(r"$\Delta\chi^2$")
    legend.above(figure, title)
    provenance(figure, references)
    return figure.one()


@public
@styled
def plot_contours(
    scans: Mapping[str, ScanResult],
    labels: tuple[Parameter, Parameter],
    *,
    cl: Sequence[float] = _LEVELS,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the regions of two parameters from several scans, and their best fits.

    Parameters
    ----------
    scans : over the same two parameters, in either order; their grids may differ.
    labels : the parameters of x and y.
    cl : confidence levels of the contours, for two parameters: solid, dashed, dotted.
    title : above the legend.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``linewidth=2``.

    Raises
    ------
    InputError
        If there is nothing to draw, or a scan is over other parameters.

    Examples
    --------
    >>> import nuprobe as nu
    >>> names = ["rn", "sin2_theta_w"]
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=names)
    >>> found = nu.scan(cost, {"rn": [4, 5, 6, 7], "sin2_theta_w": [0.1, 0.2, 0.3]})
    >>> plot_contours({"CsI": found}, cost.parameters).get_ylabel()
    '$R_n$ [fm]'
    """
    if not scans:
        raise InputError("nothing to plot: give at least one scan")
    from matplotlib.lines import Line2D

    figure = new_figure(5.6, 5.4, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    across, up = (scale_of(label) for label in labels)
    every: list[tuple[FloatArray, FloatArray]] = []
    for colour, (name, scan) in zip(colours(len(scans)), scans.items(), strict=True):
        x, y, delta = _surface(name, scan, labels)
        x, y = x / across, y / up
        every.append((x, y))
        for style, level in zip(_LINES, cl, strict=False):
            height = delta_threshold(level, 2)
            if delta.min() < height < delta.max():
                panel.contour(
                    x, y, delta.T, [height], colors=[colour], linestyles=[style]
                )
        best = [scan.best[p.name] for p in labels]
        panel.plot(best[0] / across, best[1] / up, "+", color=colour, ms=10, mew=1.8)
        legend.add([Line2D([], [], color=colour, marker="+")], name)
    for style, level in zip(_LINES, cl, strict=False):
        legend.add(
            [Line2D([], [], color="0.35", linestyle=style)], f"{100 * level:.4g} %"
        )
    panel.set_xlim(min(x[0] for x, _ in every), max(x[-1] for x, _ in every))
    panel.set_ylim(min(y[0] for _, y in every), max(y[-1] for _, y in every))
    scale_axis(panel, "x", every[0][0])
    scale_axis(panel, "y", every[0][1])
    panel.set_xlabel(axis_text(labels[0])[0])
    panel.set_ylabel(axis_text(labels[1])[0])
    legend.above(figure, title)
    provenance(figure, references)
    return figure.one()


def _surface(
    name: str, scan: ScanResult, labels: tuple[Parameter, Parameter]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Axes and Δχ² of a scan in the order of the labels."""
    wanted = [p.name for p in labels]
    if sorted(scan.axes) != sorted(wanted):
        raise InputError(
            f"{name} is over {' and '.join(scan.axes)}, not {' and '.join(wanted)}:"
            " draw it by itself"
        )
    delta = finite_delta(scan.delta)
    delta = delta if list(scan.axes) == wanted else delta.T
    return scan.axes[wanted[0]], scan.axes[wanted[1]], delta


@public
@styled
def plot_exclusions(
    planes: Mapping[str, ExclusionPlane],
    method: str,
    cl: float = 0.95,
    *,
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the exclusion of a plane by several data sets with one method: with CLs to
    the right of each line, with Δχ² everything outside the region around the lowest χ².

    Parameters
    ----------
    planes : over the same two parameters; their grids may differ.
    method : a name of `ExclusionPlane.methods` available in all of them.
    cl : confidence level.
    title : above the legend.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``linewidth=2``.

    Raises
    ------
    InputError
        If there is nothing to draw, or a plane is over other parameters.
    UnknownNameError
        If a plane does not have the method.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import exclusion_plane
    >>> axes = {"sin2_2theta_14": [0.02, 0.1, 0.5], "dm2_41": [0.5, 1.0, 2.0]}
    >>> cost = nu.experiment("danss").cost(free=list(axes))
    >>> found = exclusion_plane(cost, axes, toys=0)
    >>> plot_exclusions({"DANSS": found}, "wilks").get_xscale()
    'log'
    """
    if not planes:
        raise InputError("nothing to plot: give at least one plane")
    from matplotlib.lines import Line2D

    figure = new_figure(WIDTH, 5.6, ax, artist)
    panel = figure.add_subplot()
    legend = Entries()
    (first, *_) = planes.values()
    across, up = (scale_of(p) for p in first.parameters)
    names = [p.name for p in first.parameters]
    for colour, (name, plane) in zip(colours(len(planes)), planes.items(), strict=True):
        if [p.name for p in plane.parameters] != names:
            own = " and ".join(p.name for p in plane.parameters)
            raise InputError(
                f"{name} is over {own}, not {' and '.join(names)}: draw it by itself"
            )
        excess = plane.exclusion(method, cl)
        if excess.min() < 0 < excess.max():
            x, y = plane.x / across, plane.y / up
            panel.contour(x, y, excess.T, [0.0], colors=[colour])
        legend.add([Line2D([], [], color=colour)], name)
    for p, axes, which in (
        (first.parameters[0], [plane.x / across for plane in planes.values()], "x"),
        (first.parameters[1], [plane.y / up for plane in planes.values()], "y"),
    ):
        if logarithmic(axes[0]):
            getattr(panel, f"set_{which}scale")("log")
        ends = min(a[0] for a in axes), max(a[-1] for a in axes)
        getattr(panel, f"set_{which}lim")(*ends)
        getattr(panel, f"set_{which}label")(axis_text(p)[0])
    legend.above(figure, title)
    provenance(figure, references, f"{100 * cl:g} % CL, {METHODS[method]}")
    return figure.one()
