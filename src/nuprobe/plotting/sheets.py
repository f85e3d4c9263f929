"""The canvas of a figure: a new figure, or axes of the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from nuprobe.plotting.style import import_matplotlib

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from nuprobe.plotting.figures import HouseFigure, Panels

    Where: TypeAlias = Axes | Sequence[Axes] | NDArray[np.object_] | None
    Drawn: TypeAlias = Axes | Panels | Figure
else:
    Where = Drawn = Any
"""Type of ``ax`` of plotting functions, and of their results."""

__all__ = ["Drawn", "Where", "figure_of", "new_figure"]


def new_figure(
    width: float,
    height: float,
    ax: Where = None,
    keywords: Mapping[str, Any] | None = None,
) -> HouseFigure:
    """Return an empty figure, whose constrained layout keeps everything inside it.

    Parameters
    ----------
    width, height : in inches.
    ax : axes of the caller, which become the panels; the figure is then hidden.
    keywords : properties of the main artists.

    Examples
    --------
    >>> float(new_figure(2.0, 1.0).get_figwidth())
    2.0
    """
    import_matplotlib()
    from nuprobe.plotting import figures

    size: dict[str, Any] = {"figsize": (width, height), "layout": "constrained"}
    if ax is None:
        return figures.HouseFigure(keywords=keywords, **size)
    return figures.Borrowed(figures.given_axes(ax), keywords=keywords, **size)


def figure_of(drawn: Drawn) -> Figure:
    """Return the figure that a function of this package drew on.

    Parameters
    ----------
    drawn : the axes it returned, an array of them, or the figure itself.

    Examples
    --------
    >>> ax = new_figure(2.0, 1.0).add_subplot()
    >>> figure_of(ax).axes == [ax]
    True
    """
    found: Any = drawn
    while (above := getattr(found, "figure", found)) is not found:
        found = above
    return found  # type: ignore[no-any-return]
