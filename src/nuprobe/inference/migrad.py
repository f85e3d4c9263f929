"""Fits by MIGRAD and MINOS of iminuit: the standard method, one point at a time."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.inference.intervals import Interval, at_limit, interval
from nuprobe.inference.levels import delta_threshold
from nuprobe.inference.surface import Surface
from nuprobe.numerics import FloatArray
from nuprobe.parameters import SCALES

__all__ = ["beside", "end", "lowest_of", "migrad", "minimised", "minos"]

_RESTARTS = 6  # restarts if MINOS finds a lower minimum


def migrad(
    surface: Surface, point: FloatArray, cl: float | None
) -> tuple[FloatArray, dict[str, Interval]]:
    """Minimum by MIGRAD from one point, and intervals by MINOS.

    Parameters
    ----------
    surface : to minimise.
    point : starting point, shape (parameters,).
    cl : confidence level of the intervals; None for none.

    Returns
    -------
    array, dict
        The minimum, shape (parameters,), and an interval for each free parameter.

    Raises
    ------
    ComputationError
        If no minimum is found.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> point, intervals = migrad(Surface(cost, ["rn"]), cost.default, 0.68)
    >>> bool(intervals["rn"].lower < point[0] < intervals["rn"].upper)
    True
    """
    for _ in range(_RESTARTS):
        best = lowest_of(surface, point)
        if cl is None:
            return best, {}
        intervals = {}
        for p, c in zip(surface.parameters, surface.columns, strict=True):
            lower, upper, lower_minimum = minos(surface, best, c, cl)
            if lower_minimum:
                starts = [lowest_of(surface, x) for x in beside(surface, best, c)]
                point = min(starts, key=surface.height)
                if surface.height(point) < surface.height(best) - 1e-6:
                    break
            intervals[p.name] = interval(p, lower, upper, cl)
        else:
            return best, intervals
    raise ComputationError(
        f"{surface.cost.name}: each minimum lies above another one; give a `start` near"
        " the lowest, or use method='fast'"
    )


def beside(surface: Surface, best: FloatArray, column: int) -> FloatArray:
    """Four points near a minimum from which to look for a lower one.

    Parameters
    ----------
    surface : with the parameter free.
    best : the minimum, shape (parameters,).
    column : of the parameter to move, by up to three steps.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> beside(Surface(cost, ["rn"]), cost.default, 0).shape
    (4, 1)
    """
    p = surface.cost.parameters[column]
    points = np.tile(best, (4, 1))
    points[:, column] += p.step * np.array([-3.0, -1.0, 1.0, 3.0])
    points[:, column] = np.clip(points[:, column], p.lower, p.upper)
    return points


def lowest_of(surface: Surface, point: FloatArray) -> FloatArray:
    """The minimum found by MIGRAD from a point, (parameters,).

    Parameters
    ----------
    surface : to minimise.
    point : starting point, shape (parameters,).

    Raises
    ------
    ComputationError
        If none is found.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> lowest_of(Surface(cost, ["rn"]), cost.default)
    array([5...])
    """
    best = np.array(point)
    if surface.columns:
        best[surface.columns] = _scales(surface) * minimised(surface, point).values
    return best


def _scales(surface: Surface) -> FloatArray:
    return np.array([SCALES.get(p.unit, 1.0) for p in surface.parameters])


def minimised(surface: Surface, point: FloatArray) -> Any:
    """Minuit object of the profiled cost at its minimum over the free parameters, in
    the units of tables (its steps have an absolute smallest size).

    Parameters
    ----------
    surface : to minimise.
    point : starting point with the values of the fixed parameters, shape (parameters,).

    Raises
    ------
    ComputationError
        If none is found.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> minimised(Surface(cost, ["rn"]), cost.default).valid
    True
    """
    from iminuit import Minuit  # type: ignore[import-untyped,unused-ignore]

    cost, columns = surface.cost, surface.columns
    here, scale = Surface(cost, surface.free, point), _scales(surface)

    def value(x: FloatArray) -> float:
        # Minuit cannot handle inf, and tries NaN at limits; any value far above the #
        # others makes it turn back. Its own limits are exact only to rounding.
        if not np.isfinite(x).all():
            return 1e30
        return min(here.height(here.moved(scale * x)), 1e30)

    def gradient(x: FloatArray) -> FloatArray:
        return scale * here.gradient(here.moved(scale * x))

    if not isfinite(surface.height(point)):
        raise ComputationError(
            f"{cost.name}: the data are impossible at the start"
            f" ({cost.describe(point)}); give another `start`"
        )
    minuit = Minuit(value, point[columns] / scale, grad=gradient, name=surface.free)
    minuit.errordef = Minuit.LEAST_SQUARES
    minuit.print_level = 0
    minuit.tol = 1e-4
    for p in surface.parameters:
        minuit.errors[p.name] = p.shown(p.step)
        minuit.limits[p.name] = (p.shown(p.lower), p.shown(p.upper))
    for strategy in (1, 2):
        minuit.strategy = strategy
        minuit.migrad()
        if minuit.valid:
            return minuit
    reached = scale * np.array(minuit.values)
    values = zip(surface.parameters, reached, strict=True)
    limited = any(at_limit(p, float(v)) for p, v in values)
    if limited and minuit.fmin is not None and minuit.fmin.edm < 1e-3:
        return minuit
    raise ComputationError(
        f"{cost.name}: no minimum found near"
        f" {cost.describe(here.moved(reached))}; give another `start`,"
        " or fix a parameter that the data do not determine"
    )


def minos(
    surface: Surface, best: FloatArray, column: int, cl: float
) -> tuple[float | None, float | None, bool]:
    """Ends of the interval of one parameter by MINOS, or by root finding on the profile
    where MINOS fails.

    Parameters
    ----------
    surface : with all free parameters.
    best : the minimum, shape (parameters,).
    column : of the parameter.
    cl : confidence level.

    Returns
    -------
    float or None, float or None, bool
        Lower and upper end (None: open), and whether MINOS found a lower minimum.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> lower, upper, _ = minos(Surface(cost, ["rn"]), nu.fit(cost).point, 0, 0.68)
    >>> lower < 5.1 < upper
    True
    """
    p = surface.cost.parameters[column]
    ends: dict[str, float | None] = {"lower": None, "upper": None}
    lower_minimum = False
    free = zip(surface.parameters, surface.columns, strict=True)
    if not any(at_limit(q, float(best[c])) for q, c in free):
        minuit = minimised(surface, best)
        try:
            minuit.minos(p.name, cl=cl)
        except RuntimeError:
            pass
        else:
            m, scale = minuit.merrors[p.name], SCALES.get(p.unit, 1.0)
            lower_minimum = bool(m.lower_new_min or m.upper_new_min)
            if m.lower_valid and not m.at_lower_limit:
                ends["lower"] = float(best[column] + scale * m.lower)
            if m.upper_valid and not m.at_upper_limit:
                ends["upper"] = float(best[column] + scale * m.upper)
    for side, limit in (("lower", p.lower), ("upper", p.upper)):
        if ends[side] is None:
            ends[side] = end(surface, best, column, limit, cl)
    return ends["lower"], ends["upper"], lower_minimum


def end(
    surface: Surface, best: FloatArray, column: int, limit: float, cl: float
) -> float | None:
    """Position at which the profile of a parameter crosses its threshold between the
    best value and a limit; None if there is none.

    Parameters
    ----------
    surface : with all free parameters.
    best : the minimum, shape (parameters,).
    column : of the parameter.
    limit : of its range, on the side wanted; may be infinite.
    cl : confidence level.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> best = nu.fit(cost).point
    >>> end(Surface(cost, ["rn"]), best, 0, cost.parameters[0].upper, 0.68)
    6.60...
    """
    from scipy.optimize import brentq

    others = surface.without([column], best)
    threshold = surface.height(best) + delta_threshold(cl)

    def above(x: float) -> float:
        point = best.copy()
        point[column] = x
        if others.columns and isfinite(surface.height(point)):
            point = lowest_of(others, point)
        return min(surface.height(point), 1e30) - threshold

    near, step = float(best[column]), surface.cost.parameters[column].step
    distance = step * (1 if limit > near else -1)
    while near != limit and abs(distance) < 1e12 * step:
        far = float(best[column]) + distance
        far = min(far, limit) if distance > 0 else max(far, limit)
        if above(far) > 0:
            xtol = 1e-10 * abs(far - float(best[column]))
            return float(brentq(above, near, far, xtol=xtol))
        near, distance = far, 2 * distance
    return None
