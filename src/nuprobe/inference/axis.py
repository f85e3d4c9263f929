"""−2 ln L along one free parameter of a surface, over all of its range."""

from __future__ import annotations

from math import asinh
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.stationary import Heights, Landscape, survey
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray

__all__ = ["AxisLine", "across"]

IntArray = NDArray[np.intp]

_FAR: Final = 1e4
"""Scales of a parameter beyond which a range without end is not looked at: counts that
go with its square are a million times those of the data there."""
_NODES: Final = 9  # at which a line is first looked at


class AxisLine:
    """−2 ln L along one free parameter for many rows, each with its own values of the
    others.

    The coordinate is t with x = default + scale·sinh(t): fine where the data tell
    values apart, and far out in a few steps.

    Parameters
    ----------
    surface : on which the parameter is free.
    column : of the parameter in a point.
    points : give each row the other parameters, shape (rows, parameters).

    Attributes
    ----------
    low, high : where the line begins and ends, in t.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> line = AxisLine(Surface(cost, ["rn"]), 0, cost.default[None])
    >>> x = line.value(np.array([line.low, line.high]))
    >>> found = line.heights(np.array([0, 0]), np.array([line.low, line.high]))
    >>> bool(np.isfinite(found.value).all())
    True
    """

    def __init__(self, surface: Surface, column: int, points: FloatArray) -> None:
        parameter = surface.cost.parameters[column]
        self.surface = Surface(surface.cost, [parameter.name], points[0])
        self.column, self.points = column, points
        self.centre = float(surface.cost.default[column])
        self.scale = float(self.surface.scales(points[:1])[0])
        self.low = max(self.coordinate(parameter.lower), -asinh(_FAR))
        self.high = min(self.coordinate(parameter.upper), asinh(_FAR))
        self.limits = parameter.lower, parameter.upper

    def coordinate(self, x: float) -> float:
        """Coordinate of a value `x` of the parameter."""
        return float(np.arcsinh((x - self.centre) / self.scale))

    def value(self, t: FloatArray) -> FloatArray:
        """Values of the parameter at coordinates `t`, (points,)."""
        x = self.centre + self.scale * np.sinh(t)
        return np.asarray(np.clip(x, *self.limits))

    def at(self, row: IntArray, t: FloatArray) -> FloatArray:
        """Points of some rows, (points, parameters), at coordinates `t`."""
        points = self.points[row]
        points[:, self.column] = self.value(t)
        return points

    def heights(self, row: IntArray, at: FloatArray) -> Heights:
        """As `nuprobe.inference.stationary.Line.heights`, at coordinates `at`."""
        slopes = self.surface.slopes(self.at(row, at))
        stretch = self.scale * np.cosh(at)
        bend = np.maximum(slopes.curvature[:, 0, 0], 0.0) / 2
        return Heights(
            slopes.value, slopes.gradient[:, 0] * stretch, np.sqrt(bend) * stretch
        )

    def survey(self, ceiling: float, known: FloatArray | None = None) -> Landscape:
        """All minima and maxima that matter, `ceiling` and `known` as for
        `nuprobe.inference.stationary.survey`."""
        nodes = np.linspace(self.low, self.high, _NODES)
        # where the parameter is now, so that no row misses what is known of it
        here = np.arcsinh((self.points[:, self.column] - self.centre) / self.scale)
        here = np.clip(here, self.low, self.high)
        every = np.column_stack([np.tile(nodes, (len(here), 1)), here])
        return survey(self, np.sort(every, axis=1), ceiling, known)


def across(
    surface: Surface, points: FloatArray, ceiling: float
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Minima along each free parameter of a surface by itself.

    Parameters
    ----------
    surface : what is searched.
    points : from which each line starts, shape (rows, parameters).
    ceiling : rise of −2 ln L above the lowest of each line up to which a minimum
        matters.

    Returns
    -------
    arrays, shapes (minima,), (minima, parameters), (minima,)
        Row of each minimum, where it is, and −2 ln L there.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> row, points, value = across(Surface(cost, ["rn"]), cost.default[None], 1.0)
    >>> points
    array([[5...]])
    """
    rows, found, values = [], [], []
    for column in surface.columns:
        line = AxisLine(surface, column, points)
        landscape = line.survey(ceiling)
        lowest = landscape.lowest()[1]
        for row in range(len(points)):
            for t, value in landscape.minima(row):
                if value <= lowest[row] + ceiling:
                    rows.append(row)
                    found.append(line.at(np.array([row]), np.array([t]))[0])
                    values.append(value)
    return (
        np.array(rows, dtype=np.intp),
        np.array(found).reshape(-1, points.shape[1]),
        np.array(values, dtype=float),
    )
