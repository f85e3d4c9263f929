"""A profile as a searchable line: −2 ln L along one parameter, minimised over all
others, with every minimum, maximum and crossing."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.minimum import lowest_near, swept
from nuprobe.inference.regions import Region
from nuprobe.inference.stationary import Heights, Landscape
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray

__all__ = ["ProfileLine", "regions_below"]

IntArray = NDArray[np.intp]

_NEAR: Final = 0.3
"""Distance in standard deviations between two neighbours in their lowest valleys below
which a point between them is in one of the two valleys."""


class ProfileLine:
    """−2 ln L along one parameter, with the free parameters of a surface minimised over
    all valleys at each point.

    Parameters
    ----------
    surface : with the parameters to minimise; `at` has the values of the others.
    name : of the parameter along the line.

    Attributes
    ----------
    column : of the parameter in a point.
    known : points found so far, sorted along the parameter, (points, parameters).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn", "sin2_theta_w"])
    >>> line = ProfileLine(Surface(cost, ["sin2_theta_w"]), "rn")
    >>> found = line.heights(np.array([0, 0]), np.array([4.0, 5.0]))
    >>> found.value.shape, line.known[:, line.column]
    ((2,), array([4., 5.]))
    """

    def __init__(self, surface: Surface, name: str) -> None:
        self.surface, self.column = surface, surface.cost.index(name)
        self._all = Surface(surface.cost, (name, *surface.free), surface.at)
        self.known = np.empty((0, len(surface.at)))
        self._speed = np.empty(0)

    def heights(self, row: IntArray, at: FloatArray) -> Heights:
        """As `nuprobe.inference.stationary.Line.heights`; there is one row."""
        order = np.argsort(at, kind="stable")
        points = self._lowest(at[order])
        found = self._all.slopes(points)
        speed = np.sqrt(np.maximum(self._bend(points, found.curvature), 0.0) / 2)
        self.known = np.concatenate([self.known, points])
        self._speed = np.append(self._speed, speed)
        upwards = np.argsort(self.known[:, self.column], kind="stable")
        self.known, self._speed = self.known[upwards], self._speed[upwards]
        back = np.argsort(order, kind="stable")
        return Heights(found.value[back], found.gradient[back, 0], speed[back])

    def near(self, at: float) -> FloatArray:
        """The known point nearest to a value of the parameter, (parameters,)."""
        return np.array(self.known[np.argmin(np.abs(self.known[:, self.column] - at))])

    def _lowest(self, at: FloatArray) -> FloatArray:
        """Lowest points at increasing values of the parameter."""
        surface, column = self.surface, self.column
        points = np.tile(surface.at, (len(at), 1))
        points[:, column] = at
        if not surface.columns or not len(at):
            return points
        if not len(self.known):
            points = swept(surface, points)[0]
            return lowest_near(surface, points, points, np.zeros(len(at), bool))[0]
        place = np.searchsorted(self.known[:, column], at)
        left = np.clip(place - 1, 0, len(self.known) - 1)
        right = np.clip(place, 0, len(self.known) - 1)
        before, behind = self.known[left], self.known[right]
        speed = np.maximum(self._speed[left], self._speed[right])
        wide = speed * (behind - before)[:, column] > _NEAR
        before[:, column] = behind[:, column] = at
        return lowest_near(surface, before, behind, wide)[0]

    def _bend(self, points: FloatArray, curvature: FloatArray) -> FloatArray:
        """Expected curvature along the line with the free parameters following,
        (points,)."""
        surface = self.surface
        if not surface.columns:
            return np.asarray(curvature[:, 0, 0])
        x = points[:, surface.columns]
        held = (x <= surface.lower) | (x >= surface.upper)
        # parameters the data do not constrain (below 1e-6 of the step) do not follow
        least = (1e-6 / self._all.step) ** 2
        unit = np.sqrt(np.maximum(np.diagonal(curvature, axis1=1, axis2=2), least))
        scaled = curvature / unit[:, :, None] / unit[:, None, :]
        mixed = np.where(held, 0.0, scaled[:, 0, 1:])
        inner = np.linalg.pinv(scaled[:, 1:, 1:], rcond=1e-10, hermitian=True)
        own = unit[:, 0] ** 2
        return np.asarray(own * (1 - np.einsum("pi,pij,pj->p", mixed, inner, mixed)))


def regions_below(
    found: Landscape, threshold: float, best: float, lowest: float
) -> list[Region]:
    """Regions in which −2 ln L along one line is below a threshold.

    Parameters
    ----------
    found : −2 ln L along the line, searched up to the threshold; one row.
    threshold : in −2 ln L.
    best, lowest : the best value and −2 ln L there.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference.stationary import survey
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> line = ProfileLine(Surface(cost, []), "rn")
    >>> found = survey(line, np.array([[3.0, 5.0, 8.0]]), 2.0)
    >>> best, lowest = (float(x[0]) for x in found.lowest())
    >>> [region] = regions_below(found, lowest + 1.0, best, lowest)
    >>> region.contains(best), region.open_low, region.open_high
    (True, False, False)
    """
    crossed = found.crossings(np.array([threshold]))
    edges = [float(x) for x in crossed.at]
    open_low, open_high = not crossed.above_first[0], not crossed.above_last[0]
    if open_low:
        edges.insert(0, float(found.at[0]))
    if open_high:
        edges.append(float(found.at[-1]))
    regions = []
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        inside = np.flatnonzero((found.at >= low) & (found.at <= high))
        holds = low <= best <= high
        i = inside[np.argmin(found.value[inside])]
        regions.append(
            Region(
                low,
                high,
                open_low=bool(open_low and low == found.at[0]),
                open_high=bool(open_high and high == found.at[-1]),
                best=holds,
                minimum=best if holds else float(found.at[i]),
                rise=0.0 if holds else float(found.value[i]) - lowest,
            )
        )
    return regions
