"""Regions of two parameters below levels of Δχ²."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.plotting.fits import (
    SHAPES,
    axis_text,
    finite_delta,
    increasing,
    scale_of,
)
from nuprobe.plotting.sheets import Where, new_figure
from nuprobe.plotting.style import (
    PALETTE,
    Entries,
    blend,
    provenance,
    scale_axis,
    styled,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


__all__ = ["LEVELS_2D", "TOGETHER", "plot_contour"]

TOGETHER: Final = "regions of two parameters together"
LEVELS_2D: Final = (("1σ", 2.2957), ("90 %", 4.6052))
"""Δχ² of the regions of two parameters."""


@public
@styled
def plot_contour(  # nine arguments: three for the grid, the others are drawn
    x: ArrayLike,
    y: ArrayLike,
    delta: ArrayLike,
    labels: tuple[str | Parameter, str | Parameter],
    *,
    levels: Sequence[tuple[str, float]] = LEVELS_2D,
    best: tuple[float, float] | None = None,
    markers: Sequence[tuple[str, float, float]] = (),
    title: str = "",
    references: Sequence[str] = (),
    ax: Where = None,
    **artist: Any,
) -> Axes:
    """Plot the regions of two parameters in which Δχ² stays below each level.

    Parameters
    ----------
    x, y : values of the two parameters, increasing, shapes (n,) and (m,). An axis with
        logarithmic spacing is logarithmic.
    delta : Δχ², shape (n, m): the first axis is x; may be infinite.
    labels : of x and y: a `Parameter` each (with symbol and unit), or the texts of the
        axes with the unit in brackets.
    levels : (label, Δχ²).
    best : best fit; default the lowest point of the grid, as stated in the legend.
    markers : (label, x, y) each, such as the Standard Model.
    title : above the legend.
    references : texkeys for the line at the bottom.
    ax : axes to draw on instead of a new figure.
    **artist : properties of the main artists, e.g. ``color="k", linewidth=2``; the
        regions are shades of the colour.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the shapes do not fit together, a number is not finite, or there is no level.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(-3.0, 3.0, 21)
    >>> drawn = plot_contour(x, x, np.add.outer(x**2, x**2), ("a", "b [eV]"))
    >>> [text.get_text() for text in drawn.figure.legends[0].get_texts()]
    ['1σ', '90 %', 'lowest grid point']
    """
    first, second = increasing(x, "the values of x"), increasing(y, "the values of y")
    across, up = (scale_of(label) for label in labels)
    first, second = first / across, second / up
    best = None if best is None else (best[0] / across, best[1] / up)
    markers = [(name, at_x / across, at_y / up) for name, at_x, at_y in markers]
    surface = finite_delta(delta)
    if surface.shape != (first.size, second.size):
        raise InputError(
            f"Δχ² has shape {surface.shape}, but x and y require"
            f" {(first.size, second.size)}"
        )
    if not levels:
        raise InputError("a contour needs at least one level, e.g. ('90 %', 4.61)")
    colour, others = _colour(artist)
    figure = new_figure(5.6, 5.4, ax, others)
    panel = figure.add_subplot()
    legend = Entries()
    _regions(panel, (first, second, surface), levels, legend, colour)
    scale_axis(panel, "x", first)
    scale_axis(panel, "y", second)
    panel.set_xlabel(axis_text(labels[0])[0])
    panel.set_ylabel(axis_text(labels[1])[0])
    name = "best fit" if best is not None else "lowest grid point"
    if best is None:
        row, column = np.unravel_index(int(surface.argmin()), surface.shape)
        best = float(first[row]), float(second[column])
    cross: dict[str, Any] = {"marker": "+", "ms": 11, "mew": 1.8, "color": "black"}
    _point(panel, name, best, cross, legend)
    for i, (name, *at) in enumerate(markers):
        look = {
            "marker": SHAPES[(i + 1) % len(SHAPES)],
            "color": PALETTE[1 + i % (len(PALETTE) - 1)],
            "ms": 7,
            "markeredgecolor": "white",
        }
        _point(panel, name, at, look, legend)
    legend.above(figure, title)
    note = TOGETHER if levels is LEVELS_2D else ""
    provenance(figure, references, note)
    return figure.one()


def _colour(artist: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The colour requested, and the other properties; separate because equal fillings
    of all levels would be indistinguishable."""
    from matplotlib.colors import is_color_like

    asked = artist.get("color", artist.get("c"))
    if asked is None or not is_color_like(asked):  # rejected with the other properties
        return PALETTE[0], artist
    return asked, {k: v for k, v in artist.items() if k not in ("color", "c")}


def _regions(
    ax: Axes,
    grid: tuple[FloatArray, FloatArray, FloatArray],
    levels: Sequence[tuple[str, float]],
    legend: Entries,
    colour: Any,
) -> None:
    """Fill the regions below the levels with shades of a colour, the innermost
    darkest."""
    from matplotlib.patches import Patch

    x, y, surface = grid
    names, heights = zip(*sorted(levels, key=lambda level: level[1]), strict=True)
    shades = [
        blend(colour, 0.55 - 0.38 * i / max(len(levels) - 1, 1))
        for i in range(len(levels))
    ]
    lowest = min(float(surface.min()), 0.0) - 1.0
    ax.contourf(x, y, surface.T, levels=[lowest, *heights], colors=shades)
    ax.contour(x, y, surface.T, levels=heights, colors=[colour], linewidths=1.3)
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    for name, shade in zip(names, shades, strict=True):
        patch = Patch(facecolor=shade, edgecolor=colour, linewidth=1.3)
        legend.add([patch], name)


def _point(
    ax: Axes, name: str, at: Sequence[float], look: dict[str, Any], legend: Entries
) -> None:
    from matplotlib.lines import Line2D

    ax.plot(*at, linestyle="", zorder=5, **look)
    edge = {key: value for key, value in look.items() if key != "markeredgecolor"}
    legend.add([Line2D([], [], linestyle="", **edge)], name)
