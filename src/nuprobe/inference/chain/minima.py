"""All minima of −2 ln L allowed by a prior, and the densities around them."""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.chain.mixture import Mixture
from nuprobe.inference.chain.priors import LogFlat, Normal
from nuprobe.inference.chain.target import Target
from nuprobe.inference.descent import descend
from nuprobe.inference.minimum import filled
from nuprobe.inference.stationary import Heights, survey
from nuprobe.inference.surface import Surface, positive
from nuprobe.numerics import FloatArray

__all__ = ["minima", "mixture_of"]

IntArray = NDArray[np.intp]

_POINTS: Final = 256  # points that fill the prior
_DESCENTS: Final = 24  # from the lowest of those
_MOST: Final = 12  # minima kept
_CEILING: Final = 25.0  # rise of −2 ln L above the lowest up to which a minimum is kept
_NODES: Final = 13  # to each side, and over all, of a line at first
_FAR: Final = 5.0  # range of a normal prior searched, in standard deviations
_WIDER: Final = 24  # doublings until the search of a line without ends stops
_WIDTH: Final = 3.0  # of the widest density, in standard deviations of all others
_AT_ONCE: Final = 4  # number of points that must all be high to end a line
_APART: Final = 1e-2  # squared distance of distinct minima in standard deviations


def minima(target: Target) -> tuple[FloatArray, FloatArray]:
    """Minima of −2 ln L within the priors, in increasing order.

    Several descents, and a search along each parameter through each minimum found,
    whose minima start further descents.

    Parameters
    ----------
    target : the density.

    Returns
    -------
    array, array
        Points of the cost, shape (minima, parameters), and −2 ln L there with the
        normal priors of parameters, (minima,).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> target = Target.of(cost, ["rn"], None, {}, "sampled")
    >>> minima(target)[0]
    array([[5.6...]])
    """
    surface = _surface(target)
    starts = _starts(surface, target)
    values = surface.value(starts)
    possible = np.isfinite(values)
    if not possible.any():
        return np.empty((0, len(target.point))), np.empty(0)
    if len(surface.columns) == 1:
        lowest = starts[[int(values.argmin())]]
    else:
        chosen = np.argsort(values)[: min(_DESCENTS, int(possible.sum()))]
        lowest = _apart(surface, *descend(surface, starts[chosen]))
    found = [lowest]
    lines = [_along(surface, p, c) for p in lowest for c in surface.columns]
    found += [line for line in lines if len(line)]
    return _ordered(target, _apart(surface, *descend(surface, np.concatenate(found))))


def _surface(target: Target) -> Surface:
    """−2 ln L of the free parameters, within the ends of their priors."""
    names = [target.cost.parameters[c].name for c in target.columns]
    surface = Surface(target.cost, names, target.point)
    n = len(names)
    surface.lower, surface.upper = target.lower[:n].copy(), target.upper[:n].copy()
    for i, prior in enumerate(target.priors):
        if isinstance(prior, Normal):
            reach = _FAR * prior.sigma
            surface.lower[i] = max(surface.lower[i], prior.mean - reach)
            surface.upper[i] = min(surface.upper[i], prior.mean + reach)
    return surface


def _starts(surface: Surface, target: Target) -> FloatArray:
    """Points that fill the priors, the default first if it is inside."""
    count = _POINTS if len(surface.columns) > 1 else _NODES  # a line is searched anyway
    points = filled(surface, target.point, count)
    low, high = surface.lower, surface.upper
    for i, (c, prior) in enumerate(zip(surface.columns, target.priors, strict=True)):
        own = points[:, c]
        p = surface.parameters[i]
        if isfinite(low[i]) and isfinite(high[i]):
            ends = (
                p.lower if isfinite(p.lower) else p.default - 10 * p.step,
                p.upper if isfinite(p.upper) else p.default + 10 * p.step,
            )
            unit = (own - ends[0]) / (ends[1] - ends[0])
            own = (
                low[i] * (high[i] / low[i]) ** unit
                if isinstance(prior, LogFlat)
                else low[i] + (high[i] - low[i]) * unit
            )
        points[:, c] = np.clip(own, low[i], high[i])
    return points


class _Line:
    """−2 ln L along one free parameter of a surface."""

    def __init__(self, surface: Surface, point: FloatArray, column: int) -> None:
        self.surface, self.point = surface, point
        self.column, self.i = column, surface.columns.index(column)

    def heights(self, row: IntArray, at: FloatArray) -> Heights:
        """−2 ln L, slope and speed at positions, (points,)."""
        points = np.tile(self.point, (len(at), 1))
        points[:, self.column] = at
        here = self.surface.slopes(points)
        bend = here.curvature[:, self.i, self.i]
        return Heights(
            here.value, here.gradient[:, self.i], np.sqrt(np.maximum(bend / 2, 0.0))
        )


def _along(surface: Surface, point: FloatArray, column: int) -> FloatArray:
    """Minima along one parameter, the others as at a point, (minima, parameters)."""
    line = _Line(surface, point, column)
    nodes = _nodes(surface, line)
    with np.errstate(invalid="ignore"):  # neighbours where the data are impossible
        found = survey(line, nodes[None], _CEILING).minima()
    points = np.tile(point, (len(found), 1))
    points[:, column] = [x for x, _ in found]
    return points


def _nodes(surface: Surface, line: _Line) -> FloatArray:
    """Initial points of a line: over its range, or until −2 ln L has risen."""
    i, here = line.i, float(line.point[line.column])
    ends = []
    for side, end in ((-1, surface.lower[i]), (1, surface.upper[i])):
        if isfinite(end):
            ends.append(float(end))
            continue
        ends.append(_end(surface, line, side))
    low, high = ends
    # dense where −2 ln L is low, and out to the ends
    fine = np.geomspace(1e-6, 1.0, _NODES)
    nodes = np.concatenate(
        [
            [low, here, high],
            np.linspace(low, high, _NODES),
            here + (high - here) * fine,
            here + (low - here) * fine,
        ]
    )
    if low > 0:
        nodes = np.append(nodes, np.geomspace(low, high, 2 * _NODES))
    return np.unique(np.clip(nodes, low, high))


def _end(surface: Surface, line: _Line, side: int) -> float:
    """Position at which −2 ln L has risen so far that no minimum is expected beyond."""
    here, step = float(line.point[line.column]), surface.step[line.i]
    lowest = surface.height(line.point)
    for first in range(0, _WIDER, _AT_ONCE):
        far = here + side * step * 2.0 ** np.arange(first, first + _AT_ONCE)
        values = line.heights(np.zeros(_AT_ONCE, dtype=np.intp), far).value
        lowest = min(lowest, float(values.min()))
        if first and (values > lowest + _CEILING).all():
            break
    return float(far[-1])


def _apart(surface: Surface, points: FloatArray, values: FloatArray) -> FloatArray:
    """Distinct minima in increasing order."""
    chosen: list[FloatArray] = []
    bends: list[FloatArray] = []
    order = np.argsort(values)
    for i in order:
        if not values[i] <= values[order[0]] + _CEILING or len(chosen) == _MOST:
            break
        moves = [(points[i] - other)[surface.columns] for other in chosen]
        # squared distances in standard deviations
        if any(m @ h @ m / 2 < _APART for m, h in zip(moves, bends, strict=True)):
            continue
        chosen.append(points[i])
        bends.append(surface.slopes(points[[i]]).curvature[0])
    return np.array(chosen)


def _ordered(target: Target, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points by −2 ln L with the normal priors."""
    values = target.cost.profiled(points).twice_nll
    for prior, c in zip(target.priors, target.columns, strict=True):
        if isinstance(prior, Normal):
            values = values + ((points[:, c] - prior.mean) / prior.sigma) ** 2
    order = np.argsort(values)
    return points[order], values[order]


def mixture_of(target: Target, points: FloatArray) -> Mixture | None:
    """Densities around minima from the curvature of −2 ln L, and two as wide as the
    priors, or wider than all minima if a prior has no ends.

    Parameters
    ----------
    target : the density.
    points : minima, shape (minima, parameters).

    Returns
    -------
    Mixture or None
        None without minima if the priors have no ends.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> target = Target.of(cost, ["rn"], None, {}, "sampled")
    >>> mixture_of(target, minima(target)[0]).means.shape
    (3, 5)
    """
    surface = _surface(target)
    pieces = [_around(target, surface, point) for point in points]
    wide = _all_over(target) or _around_all(pieces)
    if wide is None:
        return None
    # one of the two wide ones adapts to the shape of the density
    pieces += [wide, wide]
    means, covariances = (np.array(part) for part in zip(*pieces, strict=True))
    return Mixture.of(means, covariances)


def _around_all(
    pieces: list[tuple[FloatArray, FloatArray]],
) -> tuple[FloatArray, FloatArray] | None:
    """Mean and a wide covariance of some densities; None if there are none."""
    if not pieces:
        return None
    means = np.array([mean for mean, _ in pieces])
    inside = np.mean([covariance for _, covariance in pieces], axis=0)
    offset = means - means.mean(axis=0)
    between = offset.T @ offset / len(means)
    return means.mean(axis=0), _WIDTH**2 * (inside + between)


def _around(
    target: Target, surface: Surface, point: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of the coordinates around a minimum."""
    n = len(surface.columns)
    x = point[surface.columns]
    hessian, response = surface.curvature(point)
    if not positive(hessian):
        hessian = surface.slopes(point[None]).curvature[0]
    scale = surface.scales(point[None])
    # directions not constrained by the data are at most as wide as the scale
    precision = hessian / 2 + np.diag(1e-4 / scale**2)
    pull = np.zeros(n)
    for i, prior in enumerate(target.priors):
        if isinstance(prior, Normal):
            precision[i, i] += prior.sigma**-2
            pull[i] = (prior.mean - x[i]) / prior.sigma**2
    if not positive(precision):
        precision = np.diag(1 / scale**2)
    covariance: FloatArray = np.asarray(np.linalg.inv(precision))
    mean = np.clip(x + covariance @ pull, surface.lower, surface.upper)
    if target.sampled and target.cost.nuisances:
        best = surface.minimum(point).nuisances[0]
        inner = target.cost.nuisance_covariance(point, best)
        both = covariance @ response
        covariance = np.block([[covariance, both], [both.T, inner + response.T @ both]])
        mean = np.append(mean, best + (mean - x) @ response)
    return _in_coordinates(target, mean, np.asarray(covariance))


def _in_coordinates(
    target: Target, mean: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance in the coordinates (logarithms for some columns), no wider
    than the prior."""
    mean = np.clip(mean, target.lower, target.upper)
    slope = np.ones(len(mean))
    slope[target.logarithmic] = 1 / mean[target.logarithmic]
    covariance = covariance * np.outer(slope, slope)
    inside = target.inside(np.array([mean, target.lower, target.upper]))
    width = (inside[2] - inside[1]) / 12**0.5
    sigma = np.sqrt(np.diag(covariance))
    shrink = np.minimum(1.0, width / sigma)
    return inside[0], covariance * np.outer(shrink, shrink)


def _all_over(target: Target) -> tuple[FloatArray, FloatArray] | None:
    """Mean and covariance of the priors, if they have ends."""
    low, high = target.inside(np.array([target.lower, target.upper]))
    ended = np.isfinite(low) & np.isfinite(high)
    low, high = np.where(ended, low, 0.0), np.where(ended, high, np.inf)
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    for i, prior in enumerate(target.priors):
        if isinstance(prior, Normal):
            mean[i], variance[i] = prior.mean, prior.sigma**2
    n = len(target.columns)
    if not np.isfinite(variance[:n]).all():
        return None
    if target.sampled and target.cost.nuisances:
        for j, nuisance in enumerate(target.cost.nuisances):
            if not isfinite(nuisance.sigma):
                return None
            mean[n + j], variance[n + j] = 0.0, nuisance.sigma**2
    return mean, np.diag(variance)
