"""Where the fits of toys begin: the dips of −2 ln L along the free parameters.

Data without fluctuations, at the truth, show along a grid where the nuisances go. A toy
differs little from them, so that there one step with the curvature that all toys share
gives the profile of every toy by a few matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import Cost
from nuprobe.inference.costs.marginal import shape_term
from nuprobe.inference.expectations import expected_counts
from nuprobe.inference.minimum import filled
from nuprobe.inference.surface import Surface
from nuprobe.inference.toys.descent import ToyCost
from nuprobe.inference.toys.ensemble import Toys, shifted_cost
from nuprobe.numerics import FloatArray

__all__ = ["Grid", "grid_of_starts", "screened", "starts_of_toys"]

IntArray = NDArray[np.intp]

_ACROSS: Final = 97  # points over the whole range of one parameter
_AROUND: Final = 8  # errors around each minimum that are filled
_DOUBLINGS: Final = 40  # of a step, where a range is open
_FILL: Final = 256  # points over the ranges of several parameters
_DIPS: Final = 3  # from which one toy begins
_DEEP: Final = 25.0  # rise of −2 ln L above the lowest dip that still counts


@dataclass(frozen=True, eq=False)
class Grid:
    """Points among which the toys of one truth choose their starts.

    Attributes
    ----------
    points : all parameters, shape (points, parameters); of one free parameter in its
        order.
    nuisances : where data without fluctuations put them, shape (points, nuisances).
    data : those data, one array (bins,) a term.
    """

    points: FloatArray
    nuisances: FloatArray
    data: tuple[FloatArray, ...]


def grid_of_starts(
    cost: Cost, free: Sequence[int], point: FloatArray, nuisances: FloatArray
) -> Grid:
    """Grid for the toys of one truth.

    Parameters
    ----------
    cost : of the toys.
    free : columns of the parameters that move.
    point : the true parameters, shape (parameters,).
    nuisances : the true nuisances, shape (nuisances,).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> nominal = np.zeros(len(cost.nuisances))
    >>> points = grid_of_starts(cost, [0], cost.default, nominal).points
    >>> float(points[0, 0]), float(points[-1, 0])
    (1.6, 10.0)
    """
    data = cost.expected(point, nuisances)
    centre = np.array(nuisances)
    centre[len(cost.layout.nuisances) :] = 0.0
    pure = Toys(tuple(d[None] for d in data), centre[None])
    asimov = shifted_cost(cost, pure, 0)
    if len(free) == 1:
        points = _along(asimov, free[0], point)
    else:
        names = [cost.parameters[c].name for c in free]
        points = filled(Surface(cost, names, point), point, _FILL)
    return Grid(points, centre + asimov.profiled(points).nuisances, data)


def _along(asimov: Cost, column: int, point: FloatArray) -> FloatArray:
    """Points along one parameter: all over its range, and close to each dip of data
    without fluctuations."""
    p, truth = asimov.parameters[column], point[column]
    x = np.array([truth])
    steps = p.step * 2.0 ** np.arange(-4, _DOUBLINGS)
    if isfinite(p.lower) and isfinite(p.upper):
        x = np.append(x, np.linspace(p.lower, p.upper, _ACROSS))
    x = np.concatenate([x, truth + steps, truth - steps])
    inside = np.abs(x) <= max(abs(p.default), 1e6 * p.step, abs(truth))
    x = np.unique(np.clip(x[inside], p.lower, p.upper))
    value, _, curvature = asimov.profiled_slopes(_points(point, column, x))
    for i in _dips(value[None])[0]:
        bend = curvature[i, column, column]
        error = np.sqrt(2 / bend) if bend > 0 else p.step
        around = x[i] + error * np.arange(-_AROUND, _AROUND + 0.25, 0.5)
        x = np.append(x, around[(around >= p.lower) & (around <= p.upper)])
    return _points(point, column, np.unique(x))


def _points(point: FloatArray, column: int, x: FloatArray) -> FloatArray:
    points = np.tile(point, (len(x), 1))
    points[:, column] = x
    return points


def _dips(value: FloatArray) -> list[IntArray]:
    """Columns of each row that no neighbour is below, the lowest first."""
    padded = np.pad(value, ((0, 0), (1, 1)), constant_values=np.inf)
    dip = (value <= padded[:, :-2]) & (value < padded[:, 2:]) & np.isfinite(value)
    found = []
    for row, here in zip(value, dip, strict=True):
        at = np.flatnonzero(here)
        at = at[np.argsort(row[at], kind="stable")][:_DIPS]
        found.append(at[row[at] <= row[at[:1]].min(initial=np.inf) + _DEEP])
    return found


def screened(toys: ToyCost, grid: Grid) -> FloatArray:
    """−2 ln L of all toys along a grid, minimised over the linear nuisances by one step
    with the curvature of data without fluctuations.

    Parameters
    ----------
    toys : their cost.
    grid : from `grid_of_starts`.

    Returns
    -------
    array, shape (toys, points)

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference.toys import draw
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> rng, nominal = np.random.default_rng(1), np.zeros(len(cost.nuisances))
    >>> toys = ToyCost(cost, draw(cost, cost.default, nominal, 4, rng))
    >>> grid = grid_of_starts(cost, [0], cost.default, nominal)
    >>> screened(toys, grid).shape == (4, len(grid.points))
    True
    """
    layout, m = toys.layout, len(grid.points)
    k, every = len(layout.nuisances), np.arange(m)
    nu, t = grid.nuisances[:, :k], grid.nuisances[:, k:]
    y = np.hstack([grid.points, t])
    off = nu - toys.linear[:, None]
    value = (off**2 * layout.weights).sum(axis=2)
    value += ((t - toys.morphed[:, None]) ** 2 * toys.heavy).sum(axis=2)
    along = 2 * layout.weights * off
    bend = np.zeros((m, k, k))
    own = np.arange(k)
    bend[:, own, own] = 2 * layout.weights
    for bins, (term, columns, at), data in zip(
        toys.bins, layout.places, grid.data, strict=True
    ):
        e = term.expectation(y[:, columns])
        mu = bins.turned(expected_counts(e, nu[:, at]))
        slopes = [bins.turned(s) for s in e.slopes]
        pure = bins.of_data(np.broadcast_to(data, (m, len(data))))
        cost, part = bins.screen(mu, slopes, pure)
        value += cost
        along[:, :, at] += part
        if at:
            rows = np.stack([np.broadcast_to(s, mu.shape) for s in slopes], axis=1)
            mine = np.array(at)
            bend[np.ix_(every, mine, mine)] += pure.curved(rows, mu, every, 0.0)[1]
    ridge = 1e-12 * np.maximum(np.trace(bend, axis1=1, axis2=2), 1e-300)
    bend[:, own, own] += ridge[:, None]
    gain = np.einsum("tmk,mkl,tml->tm", along, np.linalg.inv(bend), along)
    return np.asarray(value - gain / 2 + shape_term(layout, grid.points))


def starts_of_toys(toys: ToyCost, grid: Grid) -> tuple[IntArray, IntArray]:
    """Toys and points of the grid at which their fits begin.

    Parameters
    ----------
    toys : their cost.
    grid : of one parameter or several.

    Returns
    -------
    array, array
        Numbers of the toys, one or more of each, and of the points, two arrays
        (starts,).

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference.toys import draw
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> rng, nominal = np.random.default_rng(1), np.zeros(len(cost.nuisances))
    >>> toys = ToyCost(cost, draw(cost, cost.default, nominal, 4, rng))
    >>> grid = grid_of_starts(cost, [0], cost.default, nominal)
    >>> sorted(set(starts_of_toys(toys, grid)[0].tolist()))
    [0, 1, 2, 3]
    """
    value = screened(toys, grid)
    value = np.where(np.isnan(value), np.inf, value)
    moving = np.ptp(grid.points, axis=0) > 0
    if moving.sum() == 1:
        found = _dips(value)
    else:
        order = np.argsort(value, axis=1, kind="stable")[:, : 2 * _DIPS]
        found = list(order)
    toy = np.repeat(np.arange(len(found)), [len(f) for f in found])
    return toy, np.concatenate(found).astype(int)
