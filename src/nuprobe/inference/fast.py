"""Fits by many descents at once, and by MIGRAD and MINOS where these do not
converge."""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.inference.descent import descend
from nuprobe.inference.ends import Ends
from nuprobe.inference.intervals import Interval, interval
from nuprobe.inference.islands import Regions, all_regions
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.migrad import beside, lowest_of, minos
from nuprobe.inference.surface import Surface, positive
from nuprobe.numerics import FloatArray

__all__ = ["fast"]

_RESTARTS: Final = 6  # restarts after a lower minimum found near the end of an interval
_CLOSE: Final = 1e-9  # expected fall of −2 ln L at which a descent to the best fit ends
# and at which the best fit is accepted: MIGRAD's criterion for a tolerance of 1e-4
_EDM: Final = 2e-7


def fast(
    surface: Surface, point: FloatArray, cl: float | None, stay: bool = False
) -> tuple[FloatArray, dict[str, Interval], Regions]:
    """Minimum by descents from one point, intervals of all parameters at once, and the
    other allowed regions.

    Parameters
    ----------
    surface : to minimise.
    point : starting point, shape (parameters,).
    cl : confidence level of the intervals; None for none.
    stay : keep the minimum reached from the point even if a lower one is in another
        region.

    Returns
    -------
    array, dict, dict
        The minimum, shape (parameters,), an interval and all regions of each free
        parameter.

    Raises
    ------
    ComputationError
        If no minimum is found.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> point, intervals, regions = fast(Surface(cost, ["rn"]), cost.default, 0.68)
    >>> bool(intervals["rn"].lower < point[0] < intervals["rn"].upper)
    True
    """
    for _ in range(_RESTARTS):
        best = _lowest(surface, point)
        if cl is None:
            return best, {}, {}
        intervals, deeper = _intervals(surface, best, cl)
        if deeper is None:
            regions, deeper = all_regions(surface, best, intervals, cl)
            if deeper is None or stay:
                return best, intervals, regions
        # a lower minimum was found during the search for an end or for other regions
        point = descend(surface, deeper[None])[0][0]
    raise ComputationError(
        f"{surface.cost.name}: no minimum is the lowest to numerical accuracy; give"
        " a `start` near the lowest"
    )


def _lowest(surface: Surface, point: FloatArray) -> FloatArray:
    """Minimum from a point: by descent, then by MIGRAD unless that has converged."""
    points, value = descend(surface, point[None], close=_CLOSE)
    best = np.array(point)
    if isfinite(value[0]):
        best = np.array(points[0])
        if _settled(surface, best):
            return best
    return lowest_of(surface, best)


def _settled(surface: Surface, point: FloatArray) -> bool:
    """Whether the further fall of −2 ln L expected from gradient and curvature (from
    differences) is below MIGRAD's criterion."""
    gradient = surface.gradient(point)
    x = point[surface.columns]
    outwards = (x == surface.lower) & (gradient >= 0)
    outwards |= (x == surface.upper) & (gradient <= 0)
    if outwards.all():
        return True
    held = [c for c, out in zip(surface.columns, outwards, strict=True) if out]
    inside = surface.without(held, point) if held else surface
    hessian = inside.curvature(point)[0]
    if not positive(hessian):
        return False
    slope = gradient[~outwards]
    return bool(0.5 * slope @ np.linalg.solve(hessian, slope) < _EDM)


def _intervals(
    surface: Surface, best: FloatArray, cl: float
) -> tuple[dict[str, Interval], FloatArray | None]:
    """Intervals of all free parameters at once, by MINOS for those that fail; or a
    point below the best."""
    sides = [(c, side) for c in surface.columns for side in (-1, 1)]
    ends = Ends(surface, best, surface.height(best), delta_threshold(cl), sides)
    ends.find()
    if ends.deeper is not None:
        return {}, ends.deeper
    values, settled = ends.values(), ends.settled()
    result = {}
    for i, (p, c) in enumerate(zip(surface.parameters, surface.columns, strict=True)):
        lower, upper = values[2 * i : 2 * i + 2]
        if not all(settled[2 * i : 2 * i + 2]):
            lower, upper, lower_minimum = minos(surface, best, c, cl)
            if lower_minimum:
                points, heights = descend(surface, beside(surface, best, c))
                if heights.min() < surface.height(best) - 1e-6:
                    return {}, points[np.argmin(heights)]
        result[p.name] = interval(p, lower, upper, cl)
    return result, None
