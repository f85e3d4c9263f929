"""Minima of many toys at once, by Newton's method in parameters and nuisances together.

All toys share one prediction, which takes many points for the price of one; each has
its own data and centres of the constraints. The Hessian is exact but for the second
derivative in two parameters, a difference of the analytic slopes: few steps suffice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import Cost
from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.marginal import shape_slopes, shape_term
from nuprobe.inference.expectations import expected_counts, some_points
from nuprobe.inference.protocols import Expectation
from nuprobe.inference.toys.bins import ToyBins
from nuprobe.inference.toys.ensemble import Toys
from nuprobe.inference.toys.newton_steps import bounded_steps, convex, solved
from nuprobe.inference.toys.statistics import bins_of_toys
from nuprobe.numerics import FloatArray

__all__ = ["Batch", "ToyCost"]

IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

_STEPS: Final = 60
_HALVINGS: Final = 30
_DECREMENT: Final = 1e-9  # expected fall of −2 ln L at which a toy is done
_HIDDEN: Final = 1e-6  # at which it may stop where rounding hides a further fall
_DIFFERENCE: Final = 1e-3  # of the scale of a parameter
_NUDGE: Final = 1e-8  # of the width of a cell, to ask for slopes inside it
_KICKS: Final = 3  # away from a maximum or a saddle
# pseudo-counts of empty bins, where the minimum has an expectation of 0
_BARRIERS: Final = (0.1, 1e-3, 1e-5, 1e-7, 1e-9)


class ToyCost:
    """−2 ln L of many toys.

    Rows are pairs of a toy and a point: the numbers of the toys, shape (rows,), the
    parameters with the morphing nuisances behind them, shape (rows, columns), and the
    linear nuisances, shape (rows, linear).

    Parameters
    ----------
    cost : of the data that were observed.
    toys : data and centres of the constraints.

    Attributes
    ----------
    layout : how the terms share parameters and nuisances.
    low, high : ends of the columns, shape (columns,).
    scale : typical scale of each column, shape (columns,).
    """

    def __init__(self, cost: Cost, toys: Toys) -> None:
        self.cost, self.toys = cost, toys
        self.layout: Layout = cost.layout
        layout = self.layout
        self.bins: list[ToyBins] = [
            bins_of_toys(term, data)
            for term, data in zip(cost.terms, toys.data, strict=True)
        ]
        k = len(layout.nuisances)
        self.linear, self.morphed = toys.auxiliary[:, :k], toys.auxiliary[:, k:]
        self.heavy = np.array([n.sigma**-2.0 for n in layout.morphing])
        ends = [(n.anchors[0], n.anchors[-1]) for n in layout.morphing]
        low, high = layout.limits
        self.low = np.append(low, [a for a, _ in ends])
        self.high = np.append(high, [b for _, b in ends])
        self.scale = np.append(
            [p.step for p in layout.parameters], [n.sigma for n in layout.morphing]
        )
        self.anchors = [np.array(n.anchors) for n in layout.morphing]

    def expectations(self, y: FloatArray) -> list[Expectation]:
        """What each term expects at `y`, shape (rows, columns)."""
        return [t.expectation(y[:, columns]) for t, columns, _ in self.layout.places]

    def value(
        self,
        toy: IntArray,
        y: FloatArray,
        nu: FloatArray,
        barrier: float = 0.0,
        known: list[Expectation] | None = None,
    ) -> FloatArray:
        """−2 ln L with pulls, (rows,); `toy`, `y` and `nu` are the rows, `barrier` the
        pseudo-count of empty bins, `known` the `expectations` if there are."""
        p = len(self.layout.parameters)
        total = ((nu - self.linear[toy]) ** 2 * self.layout.weights).sum(axis=1)
        total += ((y[:, p:] - self.morphed[toy]) ** 2 * self.heavy).sum(axis=1)
        at = self.expectations(y) if known is None else known
        for bins, e, (_, _, k) in zip(self.bins, at, self.layout.places, strict=True):
            mu = expected_counts(e, nu[:, k])
            total += bins.value(bins.turned(mu), toy, barrier)
        return np.asarray(total + self._shape_term(y[:, :p]))

    def _shape_term(self, points: FloatArray) -> FloatArray:
        """What integrating over shapes adds, (rows,) or (1,) where all are alike."""
        alike = bool((points == points[:1]).all())
        return shape_term(self.layout, points[:1] if alike else points)

    def slopes(
        self,
        toy: IntArray,
        y: FloatArray,
        nu: FloatArray,
        outer: Sequence[int],
        inside: FloatArray,
        barrier: float = 0.0,
        known: list[Expectation] | None = None,
    ) -> _Slopes:
        """Gradient and Hessian.

        Parameters
        ----------
        toy, y, nu, barrier, known : as in `value`.
        outer : columns of `y` that move.
        inside : a point in the cell between anchors that each row moves in, of the
            shape of `y`.
        """
        d, p = len(outer), len(self.layout.parameters)
        n, size = len(toy), d + nu.shape[1]
        gradient, hessian = np.zeros((n, size)), np.zeros((n, size, size))
        changes = []
        seen = y + _NUDGE * (inside - y)
        here = self.expectations(y) if known is None else known
        parts = zip(self.bins, here, self.layout.places, strict=True)
        for bins, e, (term, columns, k) in parts:
            own = [columns.index(c) for c in outer if c in columns]
            at = [outer.index(c) for c in outer if c in columns]
            jac = _Jacobian(bins, term.prediction, columns, own, nu[:, k])
            mu = bins.turned(expected_counts(e, nu[:, k]))
            total, mixed = jac.at(seen) if own else jac.none(n, e.base.shape[1])
            rows = [bins.turned(np.broadcast_to(s, (n, s.shape[1]))) for s in e.slopes]
            every = np.concatenate([total, *(r[:, None] for r in rows)], axis=1)
            first, block = bins.curved(every, mu, toy, barrier)
            place = [*at, *(d + j for j in k)]
            gradient[:, place] += np.einsum("pib,pb->pi", every, first)
            for j, m in enumerate(mixed):
                moved = np.einsum("pib,pb->pi", m, first)
                block[:, : len(own), len(own) + j] += moved
                block[:, len(own) + j, : len(own)] += moved
            for i, column in enumerate(own):
                h = self._difference(columns[column], seen, inside)
                there = seen.copy()
                there[:, columns[column]] += h
                bend = np.einsum("pib,pb->pi", jac.at(there)[0] - total, first)
                block[:, : len(own), i] += bend / (2 * h[:, None])
                block[:, i, : len(own)] += bend / (2 * h[:, None])
            hessian[np.ix_(range(n), place, place)] += block
            if bins.positive:
                changes.append((bins.margin(mu, toy), every, place))
        self._add_pulls(toy, y, nu, outer, gradient, hessian, p)
        if self.layout.marginal:
            self._add_shapes(y[:, :p], [c for c in outer if c < p], gradient, hessian)
        return _Slopes(gradient, hessian, changes)

    def _add_shapes(
        self,
        points: FloatArray,
        moving: Sequence[int],
        gradient: FloatArray,
        hessian: FloatArray,
    ) -> None:
        """Add what integrating over shapes does; the columns that move come first."""
        here = shape_slopes(self.layout, points)
        for i, column in enumerate(moving):
            gradient[:, i] += here[:, column]
            h = self._difference(column, points, points)
            there = points.copy()
            there[:, column] += h
            bend = (shape_slopes(self.layout, there) - here)[:, moving] / h[:, None]
            hessian[:, : len(moving), i] += bend / 2
            hessian[:, i, : len(moving)] += bend / 2

    def _difference(self, column: int, y: FloatArray, inside: FloatArray) -> FloatArray:
        """Steps of one column over which slopes are compared, towards its inside."""
        h = _DIFFERENCE * self.scale[column]
        up = y[:, column] + h <= self.high[column]
        if column >= len(self.layout.parameters):
            up = inside[:, column] > y[:, column]
            h = np.minimum(h, np.abs(inside[:, column] - y[:, column]) + 1e-12)
        return np.asarray(np.where(up, h, -h))

    def _add_pulls(
        self,
        toy: IntArray,
        y: FloatArray,
        nu: FloatArray,
        outer: Sequence[int],
        gradient: FloatArray,
        hessian: FloatArray,
        p: int,
    ) -> None:
        d, weights = len(outer), self.layout.weights
        gradient[:, d:] += 2 * weights * (nu - self.linear[toy])
        own = np.arange(d, gradient.shape[1])
        hessian[:, own, own] += 2 * weights
        for i, column in enumerate(outer):
            if column >= p:
                w = self.heavy[column - p]
                off = y[:, column] - self.morphed[toy, column - p]
                gradient[:, i] += 2 * w * off
                hessian[:, i, i] += 2 * w


class _Jacobian:
    """Slopes of the expectation of one term in its outer columns."""

    def __init__(
        self,
        bins: ToyBins,
        prediction: object,
        columns: list[int],
        own: list[int],
        nu: FloatArray,
    ) -> None:
        self.bins, self.prediction = bins, prediction
        self.columns, self.own, self.nu = columns, own, nu

    def none(self, rows: int, bins: int) -> tuple[FloatArray, list[FloatArray]]:
        """What `at` gives where no column moves."""
        total = self.bins.turned(np.zeros((rows, 0, bins)))
        return total, [total[:1]] * self.nu.shape[1]

    def at(self, y: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Of the counts, (rows, own, bins), and of the slope of each nuisance, the
        same or with one row."""
        n = len(y)
        base, slopes = self.prediction.jacobian(y[:, self.columns])  # type: ignore[attr-defined]
        total = np.array(
            np.broadcast_to(base[:, self.own], (n, len(self.own), base.shape[2]))
        )
        mixed = []
        for v, slope in zip(self.nu.T, slopes, strict=True):
            part = slope[:, self.own]
            total += v[:, None, None] * part
            mixed.append(self.bins.turned(part))
        return self.bins.turned(total), mixed


@dataclass(frozen=True, eq=False)
class _Slopes:
    """Derivatives of some rows, in the outer columns and then the linear nuisances.

    Attributes
    ----------
    gradient, hessian : shapes (rows, both) and (rows, both, both).
    positive : by how much expectations may fall, slopes and their places, of terms
        where that is limited.
    """

    gradient: FloatArray
    hessian: FloatArray
    positive: list[tuple[FloatArray, FloatArray, list[int]]]

    def room(self, step: FloatArray) -> FloatArray:
        """Longest part of a `step`, (rows, both), that keeps a tenth of each
        expectation, to first order; 1 at most."""
        length = np.ones(len(step))
        for room, slopes, place in self.positive:
            change = (step[:, None, place] @ slopes)[:, 0]
            lost = np.divide(-change, room, out=np.zeros_like(room), where=room > 0)
            length = np.minimum(length, 0.9 / np.maximum(lost.max(axis=1), 0.9))
        return length


class Batch:
    """Rows on their way to their minima.

    Parameters
    ----------
    cost : −2 ln L of the toys.
    toy : number of the toy of each row, shape (rows,).
    y, nu : where the rows begin, as in `ToyCost`.
    free : columns of the parameters that move; morphing nuisances always do.

    Attributes
    ----------
    value : −2 ln L, shape (rows,); inf where the start was impossible.
    done : whether the minimum was found, shape (rows,).
    """

    def __init__(
        self,
        cost: ToyCost,
        toy: IntArray,
        y: FloatArray,
        nu: FloatArray,
        free: Sequence[int],
    ) -> None:
        self.cost, self.toy = cost, toy
        self.y, self.nu = np.array(y, dtype=float), np.array(nu, dtype=float)
        p = len(cost.layout.parameters)
        self.outer = [*free, *range(p, self.y.shape[1])]
        self.parameters = p
        self.low = np.broadcast_to(cost.low, self.y.shape).copy()
        self.high = np.broadcast_to(cost.high, self.y.shape).copy()
        self._choose_cells(np.arange(len(toy)))
        # where nuisances alone move, what is expected is computed once
        self.fixed = None if self.outer else cost.expectations(self.y)
        self.value = cost.value(toy, self.y, self.nu, known=self.fixed)
        self.begun = self.y.copy(), self.nu.copy()
        self.done = np.zeros(len(toy), dtype=bool)
        self.kicks = np.zeros(len(toy), dtype=int)
        self.crossed = np.full((len(toy), len(cost.anchors)), np.nan)
        self.barrier = 0.0

    def run(self) -> None:
        """Go to the minima; rows that do not arrive go on with a barrier."""
        self._descend(np.flatnonzero(np.isfinite(self.value)))
        left = np.flatnonzero(np.isfinite(self.value) & ~self.done)
        if not left.size or not any(bins.positive for bins in self.cost.bins):
            return
        # from the start: where it is now an expectation may be 0 by rounding
        self.y[left], self.nu[left] = (a[left] for a in self.begun)
        self._choose_cells(left)
        for self.barrier in _BARRIERS:
            if not left.size:
                break
            self.value[left] = self._at(left)
            self.done[left] = False
            self.kicks[left] = 0
            self.crossed[left] = np.nan
            self._descend(left)
            if not self.done[left].all():
                # what does not arrive with this pseudo-count does not with a smaller
                left = left[self.done[left]]
        self.barrier = 0.0
        every = np.flatnonzero(np.isfinite(self.value))
        self.value[every] = self._at(every)

    def _at(self, rows: IntArray) -> FloatArray:
        at = self.toy[rows], self.y[rows], self.nu[rows]
        return self.cost.value(*at, self.barrier, self._known(rows))

    def _known(self, rows: IntArray) -> list[Expectation] | None:
        """Expectations of some rows, if they stay."""
        return self.fixed and [some_points(e, rows) for e in self.fixed]

    def _choose_cells(self, rows: IntArray) -> None:
        """Cells between anchors that rows move in: those that they are in."""
        for i, anchors in enumerate(self.cost.anchors):
            column = self.parameters + i
            t = self.y[rows, column]
            cell = np.clip(
                np.searchsorted(anchors, t, side="right") - 1, 0, anchors.size - 2
            )
            self.low[rows, column] = anchors[cell]
            self.high[rows, column] = anchors[cell + 1]

    def _descend(self, rows: IntArray) -> None:
        for _ in range(_STEPS):
            if not rows.size:
                return
            rows = self._step(rows)

    def _slopes(self, rows: IntArray) -> _Slopes:
        inside, p = self.y[rows].copy(), self.parameters
        inside[:, p:] = (self.low[rows, p:] + self.high[rows, p:]) / 2
        at = self.toy[rows], self.y[rows], self.nu[rows]
        known = self._known(rows)
        return self.cost.slopes(*at, self.outer, inside, self.barrier, known)

    def _step(self, rows: IntArray) -> IntArray:
        """One step of some rows; those that are not done."""
        slopes = self._slopes(rows)
        newton = self._newton(rows, slopes)
        arrived = newton.decrement <= _DECREMENT + 1e-13 * np.abs(self.value[rows])
        arrived = self._settle(rows, arrived, newton)
        rows, step, decrement = (
            rows[~arrived],
            newton.step[~arrived],
            newton.decrement[~arrived],
        )
        length = np.minimum(slopes.room(newton.step)[~arrived], newton.room[~arrived])
        left = np.arange(len(rows))
        for _ in range(_HALVINGS):
            if not left.size:
                break
            y, nu = self._moved(rows[left], step[left], length[left])
            known = self._known(rows[left])
            value = self.cost.value(self.toy[rows[left]], y, nu, self.barrier, known)
            wanted = 1e-4 * length[left] * decrement[left]
            better = value <= self.value[rows[left]] - wanted
            at = rows[left[better]]
            self.y[at], self.nu[at], self.value[at] = (
                y[better],
                nu[better],
                value[better],
            )
            left = left[~better]
            length[left] *= 0.5
        # what rounding hides is as good as done
        small = decrement[left] <= _HIDDEN * np.maximum(1.0, self.value[rows[left]])
        self.done[rows[left[small]]] = True
        stuck = np.zeros(len(rows), dtype=bool)
        stuck[left] = True
        return rows[~stuck]

    def _moved(
        self, rows: IntArray, step: FloatArray, length: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Rows after a part of their step, inside their ranges."""
        d, y = len(self.outer), self.y[rows].copy()
        part = length[:, None] * step
        low, high = self.low[rows][:, self.outer], self.high[rows][:, self.outer]
        moved = np.clip(y[:, self.outer] + part[:, :d], low, high)
        # what ends on a limit ends there exactly
        near = 1e-13 * (self.cost.scale[self.outer] + np.abs(moved))
        moved = np.where(np.abs(moved - low) < near, low, moved)
        y[:, self.outer] = np.where(np.abs(moved - high) < near, high, moved)
        return y, self.nu[rows] + part[:, d:]

    def _newton(self, rows: IntArray, slopes: _Slopes) -> _Newton:
        """Newton's steps, with the linear nuisances eliminated."""
        d, g, h = len(self.outer), slopes.gradient, slopes.hessian
        inner, mixed = convex(h[:, d:, d:]), h[:, d:, :d]
        along = np.concatenate([g[:, d:, None], mixed], axis=2)
        along = solved(inner, along)
        reduced = g[:, :d] - np.einsum("pki,pk->pi", mixed, along[:, :, 0])
        schur = h[:, :d, :d] - mixed.swapaxes(1, 2) @ along[:, :, 1:]
        y = self.y[rows][:, self.outer]
        low, high = self.low[rows][:, self.outer], self.high[rows][:, self.outer]
        outer, room, lowest, vector = bounded_steps(
            reduced, schur, y, low, high, self.cost.scale[self.outer]
        )
        nu = -along[:, :, 0] - np.einsum("pki,pi->pk", along[:, :, 1:], outer)
        step = np.concatenate([outer, nu], axis=1)
        decrement = -(step * g).sum(axis=1)
        return _Newton(step, room, decrement, lowest, vector, reduced)

    def _settle(self, rows: IntArray, arrived: BoolArray, newton: _Newton) -> BoolArray:
        """Which of the rows that have `arrived` stay: others go on from a saddle, or
        into the next cell between anchors."""
        saddle = arrived & (newton.lowest < -1e-3) & (self.kicks[rows] < _KICKS)
        at = rows[saddle]
        if at.size:
            y = self.y[at]
            move = newton.vector[saddle] * 0.3
            y[:, self.outer] += move
            self.y[at] = np.clip(y, self.low[at], self.high[at])
            self.value[at] = self._at(at)
            self.kicks[at] += 1
        stay = arrived & ~saddle
        crossing = self._crossed(rows, stay, newton)
        stay &= ~crossing
        self.done[rows[stay]] = True
        return arrived & ~(crossing | saddle)

    def _crossed(self, rows: IntArray, stay: BoolArray, newton: _Newton) -> BoolArray:
        """Rows at an anchor beyond which −2 ln L may fall: they go into that cell."""
        crossing = np.zeros(len(rows), dtype=bool)
        for i, anchors in enumerate(self.cost.anchors):
            column = self.parameters + i
            t, g = self.y[rows, column], newton.reduced[:, self.outer.index(column)]
            up = stay & (t >= self.high[rows, column]) & (g < 0) & (t < anchors[-1])
            down = stay & (t <= self.low[rows, column]) & (g > 0) & (t > anchors[0])
            # once over an anchor and back: the minimum is the kink there
            new = self.crossed[rows, i] != t
            for going, side in ((up & new, 1), (down & new, -1)):
                at = np.flatnonzero(going)
                cell = np.searchsorted(anchors, t[at])
                first = cell if side > 0 else cell - 1
                self.low[rows[at], column] = anchors[first]
                self.high[rows[at], column] = anchors[first + 1]
                self.crossed[rows[at], i] = t[at]
                crossing[at] = True
        return crossing


@dataclass(frozen=True, eq=False)
class _Newton:
    """Steps of some rows.

    Attributes
    ----------
    step : in outer columns and linear nuisances, (rows, both).
    room : part of it that stays inside the ranges, (rows,).
    decrement : twice the expected fall of −2 ln L, (rows,).
    lowest, vector : smallest curvature of what is free to move, relative to the
        largest of its column, and its direction, (rows,) and (rows, outer).
    reduced : gradient in the outer columns with the nuisances following, (rows, outer).
    """

    step: FloatArray
    room: FloatArray
    decrement: FloatArray
    lowest: FloatArray
    vector: FloatArray
    reduced: FloatArray
