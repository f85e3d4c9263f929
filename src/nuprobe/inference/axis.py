"""−2 ln L along one free parameter of a surface, over its whole range."""

from __future__ import annotations

from collections.abc import Sequence
from math import asinh
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.stationary import FALL, Heights, Landscape, survey
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray

__all__ = ["AxisLine", "across"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_FAR: Final = 1e4
"""Scales of a parameter beyond which an open range is not searched: counts proportional
to its square are a million times those of the data there."""
_NODES: Final = 9  # points of the first look at a line
_NEAR: Final = 1e-3  # expected fall of −2 ln L at which a start is near its minimum


class AxisLine:
    """−2 ln L along one free parameter for many rows, each with its own values of the
    other parameters.

    The coordinate is t with x = default + scale·sinh(t): fine where the data
    distinguish values, and far out in a few steps.

    Parameters
    ----------
    surface : with the free parameters.
    columns : column of the parameter of each row in a point, shape (rows,).
    points : values of the other parameters of each row, shape (rows, parameters).

    Attributes
    ----------
    low, high : ends of each line, in t, (rows,).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> line = AxisLine(Surface(cost, ["rn"]), [0], cost.default[None])
    >>> ends = np.concatenate([line.low, line.high])
    >>> x = line.value(np.array([0, 0]), ends)
    >>> found = line.heights(np.array([0, 0]), ends)
    >>> bool(np.isfinite(found.value).all())
    True
    """

    def __init__(
        self, surface: Surface, columns: Sequence[int] | IntArray, points: FloatArray
    ) -> None:
        every = surface.cost.parameters
        self.columns, self.points = np.array(columns, dtype=np.intp), points
        used, which = np.unique(self.columns, return_inverse=True)
        names = [every[c].name for c in used]
        self.surface = Surface(surface.cost, names, points[0], surface.watch)
        self.which = which.reshape(-1)
        known = surface if len(used) > 1 else self.surface
        scales = dict(zip(known.columns, known.scales(points[:1]), strict=True))
        self.scale = np.array([scales[c] for c in used])[self.which]
        self.centre = surface.cost.default[self.columns]
        self.limits = (
            np.array([every[c].lower for c in used])[self.which],
            np.array([every[c].upper for c in used])[self.which],
        )
        rows = np.arange(len(points))
        self.low = np.maximum(self.coordinate(rows, self.limits[0]), -asinh(_FAR))
        self.high = np.minimum(self.coordinate(rows, self.limits[1]), asinh(_FAR))

    def coordinate(self, row: IntArray, x: FloatArray) -> FloatArray:
        """Coordinates of values `x` of the parameters of some rows, (points,)."""
        return np.asarray(np.arcsinh((x - self.centre[row]) / self.scale[row]))

    def value(self, row: IntArray, t: FloatArray) -> FloatArray:
        """Values of the parameters of some rows at coordinates `t`, (points,)."""
        x = self.centre[row] + self.scale[row] * np.sinh(t)
        low, high = self.limits
        return np.asarray(np.clip(x, low[row], high[row]))

    def at(self, row: IntArray, t: FloatArray) -> FloatArray:
        """Points of some rows, (points, parameters), at coordinates `t`."""
        points = self.points[row]
        points[np.arange(len(row)), self.columns[row]] = self.value(row, t)
        return points

    def heights(self, row: IntArray, at: FloatArray) -> Heights:
        """As `nuprobe.inference.stationary.Line.heights`, at coordinates `at`."""
        slopes = self.surface.slopes(self.at(row, at))
        stretch = self.scale[row] * np.cosh(at)
        own, number = self.which[row], np.arange(len(row))
        bend = np.maximum(slopes.curvature[number, own, own], 0.0) / 2
        gradient = slopes.gradient[number, own]
        return Heights(slopes.value, gradient * stretch, np.sqrt(bend) * stretch)

    def survey(
        self, ceiling: float, known: FloatArray | None = None, fall: float = FALL
    ) -> Landscape:
        """All relevant minima and maxima, with `ceiling`, `known` and `fall` as for
        `nuprobe.inference.stationary.survey`."""
        nodes = np.linspace(self.low, self.high, _NODES, axis=1)
        # the current value of the parameter, so that each row includes its known point
        rows = np.arange(len(self.points))
        here = self.coordinate(rows, self.points[rows, self.columns])
        here = np.clip(here, self.low, self.high)
        every = np.column_stack([nodes, here])
        return survey(self, np.sort(every, axis=1), ceiling, known, fall)


def across(
    surface: Surface,
    points: FloatArray,
    ceiling: float,
    fixed: BoolArray | None = None,
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Minima along each free parameter of a surface by itself.

    Parameters
    ----------
    surface : to search.
    points : from which each line starts, shape (rows, parameters).
    ceiling : rise of −2 ln L above the lowest of each line up to which a minimum is
        kept.
    fixed : free columns along which a row is not searched, shape (rows, free).

    Returns
    -------
    arrays, shapes (minima,), (minima, parameters), (minima,)
        Row of each minimum, its position, and −2 ln L there: exact with one free
        parameter, with several close enough to start a descent.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> row, points, value = across(Surface(cost, ["rn"]), cost.default[None], 1.0)
    >>> points
    array([[5...]])
    """
    moves = np.ones((len(points), len(surface.columns)), dtype=bool)
    if fixed is not None:
        moves &= ~fixed
    which, row = np.nonzero(moves.T)
    if not row.size:
        return row, points[:0], np.empty(0)
    columns = np.array(surface.columns)[which]
    # all lines at once: evaluating many points costs little more than a few
    line = AxisLine(surface, columns, points[row])
    fall = FALL if len(surface.columns) == 1 else _NEAR
    landscape = line.survey(ceiling, fall=fall)
    lowest = landscape.lowest()[1]
    lines, at, values = [], [], []
    for number in range(len(row)):
        for t, value in landscape.minima(number):
            if value <= lowest[number] + ceiling:
                lines.append(number)
                at.append(t)
                values.append(value)
    found = np.array(lines, dtype=np.intp)
    return row[found], line.at(found, np.array(at, dtype=float)), np.array(values)
