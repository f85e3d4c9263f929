"""Contribution of integrating over shapes to the profiled −2 ln L.

A shape nuisance η of a signal s enters as s·η. Profiling leaves â²/(σ² + s²), with â ±
σ the measurement of s·η by the data: the larger the signal, the smaller the penalty of
a given distortion, and the best signal is too large. Integration over η adds ln(σ² +
s²). Here the integral is the Laplace approximation with the expected information at
nuisances of 0: ln det(1 + R I Rᵀ), with R the shapes in units of their constraints. It
thus depends only on the parameters, not on the data, and is 0 without a signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.statistic import Statistic
from nuprobe.inference.expectations import blocks_of
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray

__all__ = ["Shapes", "log_volume", "shape_term"]

_CHANGE: Final = 1e-4  # relative change of an expectation for a numerical slope


@dataclass(frozen=True, eq=False)
class Shapes:
    """Shapes of one term at some points.

    Attributes
    ----------
    term : whose statistic gives the information.
    own : their indices among the shapes of the whole cost.
    rows : change per standard deviation of each, shape (points, own, bins).
    mu : expectation, shape (points, bins).
    """

    term: Statistic
    own: list[int]
    rows: FloatArray
    mu: FloatArray

    def moved(self, by: Shapes, step: FloatArray) -> Shapes:
        """The same displaced by a `step` (points,), with the derivatives `by`."""
        return Shapes(
            self.term,
            self.own,
            self.rows + step[:, None, None] * by.rows,
            self.mu + step[:, None] * by.mu,
        )


def shapes_of(
    layout: Layout, term: Statistic, nuisances: list[int], e: Expectation
) -> Shapes:
    """Shapes of one term from its expectation, or from derivatives of it.

    Parameters
    ----------
    layout : the cost.
    term : one of its terms.
    nuisances : of the term, as columns of the cost.
    e : expectation without nuisances, and the slope of each.
    """
    sigma = {j: layout.nuisances[j].sigma for j in layout.marginal}
    chosen = [(j, s) for j, s in zip(nuisances, e.slopes, strict=True) if j in sigma]
    rows = np.empty((len(e.base), len(chosen), e.base.shape[1]))
    for i, (j, s) in enumerate(chosen):
        rows[:, i] = sigma[j] * s
    return Shapes(term, [layout.marginal.index(j) for j, _ in chosen], rows, e.base)


def log_volume(size: int, shapes: Sequence[Shapes]) -> FloatArray:
    """ln det(1 + R I Rᵀ), shape (points,).

    Parameters
    ----------
    size : number of shapes of the cost.
    shapes : of each term.

    Examples
    --------
    One bin of 4 counts that a shape moves by 2: twice as well known as before.

    >>> import nuprobe as nu
    >>> term = nu.experiment("coherent-lar-2020").cost(free=["cevns_scale"])
    >>> one = Shapes(term, [0], np.array([[[2.0]]]), np.array([[4.0]]))
    >>> log_volume(1, [one]) / np.log(2)
    array([1.])
    """
    points = len(shapes[0].mu)
    matrix = np.zeros((points, size, size))
    matrix[:, range(size), range(size)] = 1.0
    for one in shapes:
        place = np.ix_(range(points), one.own, one.own)
        information = one.term.metric(one.rows, np.maximum(one.mu, 0.0))
        matrix[place] += 0.5 * information
    return np.asarray(np.linalg.slogdet(matrix)[1])


def volume_slope(
    size: int, shapes: Sequence[Shapes], moves: Sequence[Shapes], scale: FloatArray
) -> FloatArray:
    """Derivative of `log_volume` along one direction, shape (points,).

    Parameters
    ----------
    size, shapes : as for `log_volume`.
    moves : derivatives of `shapes` along the direction.
    scale : typical length along it, shape (points,).
    """
    rate, empty = 1 / scale, np.zeros(len(scale), dtype=bool)
    for one, move in zip(shapes, moves, strict=True):
        change = np.abs(move.mu)
        ratio = np.divide(change, one.mu, out=np.zeros_like(change), where=one.mu > 0)
        rate = np.maximum(rate, ratio.max(axis=1, initial=0.0))
        if one.term.positive:
            empty |= ((one.mu <= 0) & (change > 0)).any(axis=1)
    step = _CHANGE / rate

    def at(steps: float) -> FloatArray:
        pairs = zip(shapes, moves, strict=True)
        return log_volume(size, [a.moved(b, steps * step) for a, b in pairs])

    slope = (at(1.0) - at(-1.0)) / (2 * step)
    if empty.any():
        # a bin without counts allows only a one-sided difference
        forward = (4 * at(1.0) - at(2.0) - 3 * at(0.0)) / (2 * step)
        slope = np.where(empty, forward, slope)
    return np.asarray(slope)


def shape_term(layout: Layout, p: FloatArray) -> FloatArray:
    """Contribution of integrating over the shapes to −2 ln L, shape (points,).

    Parameters
    ----------
    layout : the cost.
    p : points, shape (points, parameters).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-lar-2020").cost(free=["cevns_scale"])
    >>> shape_term(cost.layout, np.array([[0.0], [1.0], [2.0]])).round(2)
    array([0.  , 1.25, 2.85])
    """
    result = np.zeros(len(p))
    if layout.marginal:
        for block in blocks_of(len(p)):
            result[block] = log_volume(len(layout.marginal), _at(layout, p[block]))
    return result


def shape_slopes(layout: Layout, p: FloatArray) -> FloatArray:
    """Derivatives of `shape_term` in the parameters, shape (points, parameters).

    Parameters
    ----------
    layout, p : as for `shape_term`.
    """
    result = np.zeros(p.shape)
    if layout.marginal:
        for block in blocks_of(len(p)):
            result[block] = _slopes(layout, p[block])
    return result


def _nominal(layout: Layout, p: FloatArray) -> FloatArray:
    """Points with morphing nuisances of 0 appended to the parameters."""
    return np.hstack([p, np.zeros((len(p), len(layout.morphing)))])


def _at(layout: Layout, p: FloatArray) -> list[Shapes]:
    """Shapes of each term at some points."""
    q = _nominal(layout, p)
    return [
        shapes_of(layout, t, k, _unmoved(t).expectation(q[:, columns]))
        for t, columns, k in layout.places
    ]


def _unmoved(term: Statistic) -> Prediction:
    """Prediction around nuisances of 0, even if they are shifted."""
    found: Prediction = getattr(term.prediction, "unmoved", term.prediction)
    return found


def _slopes(layout: Layout, p: FloatArray) -> FloatArray:
    """As `shape_slopes` for one block of points."""
    q, shapes = _nominal(layout, p), _at(layout, p)
    jacobians = [_unmoved(t).jacobian(q[:, c]) for t, c, _ in layout.places]
    result = np.empty(p.shape)
    for i, parameter in enumerate(layout.parameters):
        moves = []
        for (t, columns, k), (base, slopes), one in zip(
            layout.places, jacobians, shapes, strict=True
        ):
            if i in columns:
                j = columns.index(i)
                base_j = np.broadcast_to(base[:, j], one.mu.shape)
                e = Expectation(base_j, tuple(s[:, j] for s in slopes))
                moves.append(shapes_of(layout, t, k, e))
            else:
                nothing = np.zeros_like(one.rows), np.zeros_like(one.mu)
                moves.append(Shapes(t, one.own, *nothing))
        scale = np.full(len(p), parameter.step)
        result[:, i] = volume_slope(len(layout.marginal), shapes, moves, scale)
    return result
