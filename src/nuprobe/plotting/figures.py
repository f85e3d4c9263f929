"""Figures and axes in the package's style: they keep their style when edited later, and
show themselves in a notebook whatever the backend.

This file imports matplotlib: only `nuprobe.plotting.sheets` imports it, when a figure
is requested.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from nuprobe.errors import InputError, shown
from nuprobe.plotting.style import style

_DPI = 110  # of the image in a notebook


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI)
    return buffer.getvalue()


class HouseAxes(Axes):
    """Axes that make text, legends and scales in the package's style."""

    def legend(self, *args: Any, **kwargs: Any) -> Legend:
        """As matplotlib's."""
        with style():
            return super().legend(*args, **kwargs)

    def text(self, *args: Any, **kwargs: Any) -> Any:
        """As matplotlib's."""
        with style():
            return super().text(*args, **kwargs)

    def annotate(self, *args: Any, **kwargs: Any) -> Any:
        """As matplotlib's."""
        with style():
            return super().annotate(*args, **kwargs)

    def plot(self, *args: Any, **kwargs: Any) -> Any:
        """As matplotlib's."""
        with style():
            return super().plot(*args, **kwargs)

    def set_xscale(self, value: Any, **kwargs: Any) -> None:
        """As matplotlib's."""
        with style():
            super().set_xscale(value, **kwargs)

    def set_yscale(self, value: Any, **kwargs: Any) -> None:
        """As matplotlib's."""
        with style():
            super().set_yscale(value, **kwargs)

    def _repr_png_(self) -> bytes:
        return _png(self.figure)


class HouseFigure(Figure):
    """A figure without pyplot. It is always drawn in the package's style, because ticks
    are only made when drawing."""

    def __init__(self, *args: Any, keywords: Any = None, **kwargs: Any) -> None:
        self._keywords: dict[str, Any] = dict(keywords or {})
        self._made: list[Axes] = []
        super().__init__(*args, **kwargs)

    def add_subplot(self, *args: Any, **kwargs: Any) -> Axes:
        """As matplotlib's, with `HouseAxes`."""
        if "projection" not in kwargs and not kwargs.get("polar"):
            kwargs.setdefault("axes_class", HouseAxes)
        made: Axes = super().add_subplot(*args, **kwargs)
        place = made.get_subplotspec()
        # a twin shares the position of another
        if all(place != other.get_subplotspec() for other in self._made):
            self._made.append(made)
        return made

    def draw(self, renderer: Any) -> None:
        """As matplotlib's."""
        with style():
            super().draw(renderer)

    def savefig(self, fname: Any, **kwargs: Any) -> None:
        """As matplotlib's."""
        with style():
            super().savefig(fname, **kwargs)

    def _repr_png_(self) -> bytes:
        return _png(self)

    @property
    def drawn(self) -> list[Axes]:
        """The panels, in the order in which they were made."""
        return [made for made in self._made if made.figure is not None]

    def put_legend(
        self, handles: Sequence[Any], labels: Sequence[str], title: str, columns: int
    ) -> Legend:
        """Draw the legend above the panels."""
        return self.legend(
            handles,
            labels,
            loc="outside upper center",
            ncols=columns,
            title=title or None,
            alignment="center",
        )

    def named(self, handles: Sequence[Any], labels: Sequence[str]) -> list[str]:
        """Apply the caller's properties to the main artists: those of the legend that
        are drawn, or if there are none, the artists in the first panel. Returns the
        labels of the legend."""
        labels, keywords = list(labels), self._keywords
        if not keywords:
            return labels
        main = [h for h in handles if any(a.axes is not None for a in _parts(h))]
        if not main:
            main = [*_curves(self.drawn[0]), *handles]
        label = keywords.pop("label", None)
        if label is not None and labels:
            labels[next((i for i, h in enumerate(handles) if h in main), 0)] = label
        _set(keywords, [part for h in main for part in _parts(h)])
        self._keywords = {}
        return labels

    def main(self, *artists: Any) -> None:
        """Apply the caller's properties to these main artists, which are in no
        legend."""
        _set(self._keywords, artists)
        self._keywords = {}

    def one(self) -> Axes:
        """Finish the figure and return its only panel."""
        self._finish()
        return self.drawn[0]

    def every(self) -> Panels:
        """Finish the figure and return its panels."""
        self._finish()
        return Panels.of(self.drawn)

    def _finish(self) -> None:
        """Make the ticks in the package's style."""
        self.named((), ())
        for ax in self.axes:
            for panel in (ax, *ax.child_axes):
                for axis in (panel.xaxis, panel.yaxis):
                    axis.get_major_ticks()
                    axis.get_minor_ticks()


class Borrowed(HouseFigure):
    """A hidden figure whose panels are axes of the user, in the order given.

    Panels beyond these are drawn here and never shown; the x label of a lower panel
    moves to the first. Legends go into the first axes, in the style of their figure;
    the line at the bottom is omitted.
    """

    def __init__(self, given: Sequence[Axes], *args: Any, **kwargs: Any) -> None:
        self.given = list(given)
        self._hidden: list[tuple[Axes, Any]] = []
        super().__init__(*args, **kwargs)

    @property  # type: ignore[misc]
    def axes(self) -> list[Axes]:  # type: ignore[override]
        """The axes drawn on, and the hidden ones."""
        return [*self._made, *(ax for ax, _ in self._hidden)]

    def add_subplot(self, *args: Any, **kwargs: Any) -> Axes:
        """The next of the given axes."""
        if len(self._made) < len(self.given):
            self._made.append(self.given[len(self._made)])
            return self._made[-1]
        shared = {k: kwargs.pop(k, None) for k in ("sharex", "sharey")}
        made: Axes = Figure.add_subplot(self, *args, **kwargs)
        self._hidden.append((made, shared["sharex"]))
        return made

    def put_legend(
        self, handles: Sequence[Any], labels: Sequence[str], title: str, columns: int
    ) -> Legend:
        """Draw the legend inside the first axes."""
        small: dict[str, Any] = {"fontsize": "small", "title_fontsize": "small"}
        first = self.given[0]
        legend: Legend = first.legend(handles, labels, title=title or None, **small)
        legend.set_in_layout(False)  # a wide legend must not shrink the axes
        return legend

    def colorbar(self, mappable: Any, *_: Any, **kwargs: Any) -> Any:
        """Next to the given axes."""
        kwargs["ax"] = self.given
        return self.given[0].figure.colorbar(mappable, **kwargs)

    def suptitle(self, t: str, **kwargs: Any) -> Any:
        """Above the first axes."""
        return self.given[0].set_title(t, **kwargs)

    def _finish(self) -> None:
        """Move labels of the hidden panels to visible ones."""
        if len(self._made) < len(self.given):
            raise InputError(
                f"this figure has {len(self._made)} panels, but ax has"
                f" {len(self.given)} axes; give at most as many"
            )
        self.named((), ())
        first = self.given[0]
        for ax, above in self._hidden:
            if above is first and first.get_xscale() != ax.get_xscale():
                first.set_xscale(ax.get_xscale())
            if not first.get_xlabel() and above is first:
                first.set_xlabel(ax.get_xlabel())
                first.tick_params(axis="x", which="both", labelbottom=True)
                if first.get_autoscalex_on() and not ax.get_autoscalex_on():
                    first.set_xlim(ax.get_xlim())


class Panels(np.ndarray[Any, Any]):
    """The axes of a figure, in an array; a notebook shows the figure."""

    @classmethod
    def of(cls, axes: Sequence[Axes]) -> Panels:
        """Put axes into an array of shape (panels,)."""
        array = np.empty(len(axes), dtype=object)
        array[:] = axes
        return array.view(cls)

    @property
    def figure(self) -> Any:
        """The figure of the first panel."""
        return self.flat[0].figure

    def __repr__(self) -> str:
        return (
            f"<{self.size} panels of {self.figure!r}>" if self.size else "<no panels>"
        )

    def _repr_png_(self) -> bytes | None:
        # a pyplot figure shows itself
        return _png(self.figure) if isinstance(self.figure, HouseFigure) else None


def given_axes(ax: Any) -> list[Axes]:
    """The argument ``ax`` as a list; raises `InputError` for anything but
    axes of matplotlib."""
    found = list(np.ravel(np.array(ax, dtype=object)))
    if not found or not all(isinstance(one, Axes) for one in found):
        raise InputError(
            "ax must be the axes to draw on (such as `figure, ax = plt.subplots()`"
            f" returns), or several of them, got {shown(ax)}"
        )
    return found


def _parts(handle: Any) -> list[Any]:
    """An artist, or those of a container such as error bars."""
    container: Any = handle
    return list(container.get_children()) if isinstance(handle, tuple) else [handle]


def _curves(ax: Axes) -> list[Any]:
    """Curves and areas of a panel; lines of two points are only guides to the eye."""
    lines = [line for line in ax.lines if len(np.atleast_1d(line.get_xdata())) > 2]
    return [*lines, *ax.collections, *ax.patches]


def _set(keywords: dict[str, Any], artists: Sequence[Any]) -> None:
    """Set properties of artists; raises `InputError` for one that none of them has, or
    an invalid value."""
    for key, value in keywords.items():
        setters = [s for a in artists if (s := getattr(a, f"set_{key}", None))]
        if not setters:
            kinds = ", ".join(sorted({type(a).__name__ for a in artists})) or "nothing"
            raise InputError(
                f"{key} is not a property of the artists drawn here ({kinds}); possible"
                " are e.g. color, linewidth, linestyle, alpha, label and zorder"
            )
        try:
            for setter in setters:
                setter(value)
        except (AttributeError, TypeError, ValueError) as error:
            raise InputError(
                f"{key}={shown(value)} is not possible: {error}"
            ) from error
