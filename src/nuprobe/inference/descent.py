"""Minima from many starts at once: every step evaluates all of them in one batch.

Many points cost little more than one, so that this is much faster than a method that
evaluates one point at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.surface import Slopes, Surface
from nuprobe.numerics import FloatArray

__all__ = ["Again", "Descent", "descend"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

Again = Callable[[IntArray, FloatArray, FloatArray], tuple[BoolArray, FloatArray]]

_LEARN: Final = 10  # steps after which the curvature is measured again
_SMALL: Final = 1e-3  # step of this measurement, in scales of each parameter
_FALL: Final = 1e-7  # of −2 ln L, below which another minimum is the same
_RADIUS: Final = 3.0  # of the trust region of a new start, in scales
# steps by which a start leaves a point of symmetry, where the slope is zero
_PUSH: Final = 0.3


def descend(
    surface: Surface,
    points: FloatArray,
    *,
    fixed: BoolArray | None = None,
    close: float = 1e-6,
    steps: int = 80,
    again: Again | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Go down from each point in the free columns of a surface.

    Parameters
    ----------
    surface : to descend on.
    points : starts, shape (points, parameters).
    fixed : free columns that a start keeps, shape (points, free).
    close : expected fall of −2 ln L at which a start has arrived.
    steps : largest number from each start.
    again : takes the numbers of the starts that have just converged, their points and
        −2 ln L; returns which of them continue, and from where. Each keeps its estimate
        of the curvature, and none waits for the slowest.

    Returns
    -------
    array, array
        Local minima, shape (points, parameters), and −2 ln L (inf where the data are
        impossible at the start), in the order of the starts.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> points, values = descend(Surface(cost, ["rn"]), np.array([[4.0], [6.0]]))
    >>> bool(abs(points[0, 0] - points[1, 0]) < 0.01)
    True
    """
    if not surface.columns and again is None:
        points = np.array(points, dtype=float)
        return points, surface.value(points)
    descent = Descent(surface, points, fixed=fixed, close=close, steps=steps)
    return descent.run(again)


@dataclass
class _Step:
    """Steps of some starts.

    Attributes
    ----------
    rows : numbers of the starts.
    move : in scales, shape (rows, free).
    length : longest component before restriction to the trust region, (rows,).
    predicted : fall of −2 ln L predicted by the model of the surface, (rows,).
    """

    rows: IntArray
    move: FloatArray
    length: FloatArray
    predicted: FloatArray

    def take(self, keep: BoolArray) -> _Step:
        """Some of them."""
        return _Step(
            self.rows[keep], self.move[keep], self.length[keep], self.predicted[keep]
        )


class Descent:
    """State of a descent from many starts.

    Structured quasi-Newton steps inside a trust region and the parameters' ranges: the
    expected curvature, which comes with the gradient, plus a symmetric rank-one
    estimate of the rest (now and then measured, from differences of the gradient), with
    its eigenvalues made positive. Derivatives are in units of the scales of the
    parameters.

    Parameters
    ----------
    surface, points, fixed, close, steps : as for `descend`.
    """

    def __init__(
        self,
        surface: Surface,
        points: FloatArray,
        *,
        fixed: BoolArray | None = None,
        close: float = 1e-6,
        steps: int = 80,
    ) -> None:
        self.surface, self.close, self.steps = surface, close, steps
        self.points = np.array(points, dtype=float)
        n, d = len(self.points), len(surface.columns)
        self.fixed = np.zeros((n, d), dtype=bool) if fixed is None else fixed
        self.width = surface.scales(self.points)
        self.value = np.full(n, np.inf)
        self.nuisances = np.zeros((n, len(surface.cost.nuisances)))
        self.known = False  # whether the nuisances are those of some point
        self.gradient = np.zeros((n, d))
        self.expected, self.rest = np.zeros((n, d, d)), np.zeros((n, d, d))
        self.radius, self.left = np.full(n, _RADIUS), np.full(n, steps)
        # a start is first evaluated; if it is a point of symmetry, where a parameter #
        # has no effect to first order, it is displaced and evaluated again
        self.fresh, self.moved = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
        self.active, self.taken = np.ones(n, dtype=bool), np.zeros(n, dtype=int)

    def run(self, again: Again | None = None) -> tuple[FloatArray, FloatArray]:
        """Points and −2 ln L at which the starts arrive; `again` as for `descend`."""
        while self.active.any():
            rows = np.flatnonzero(self.active)
            self.measure(rows)
            self.taken[rows] += 1
            step, stop = self.step(rows)
            if stop.any():
                step = self.restart(step, stop, again)
            if step.rows.size:
                self.accept(step)
        return self.points, self.value

    def measure(self, rows: IntArray) -> None:
        """Measure the curvature for those of `rows` with many steps."""
        slow = rows[
            (self.taken[rows] % _LEARN == _LEARN - 1)
            & ~self.fresh[rows]
            & np.isfinite(self.value[rows])
        ]
        if slow.size:
            seen = self._differences(slow)
            known = np.isfinite(seen).all((1, 2))
            self.rest[slow[known]] = seen[known] - self.expected[slow[known]]

    def _differences(self, rows: IntArray) -> FloatArray:
        """Hessians from differences of the gradient, (rows, free, free)."""
        columns, width, high = self.surface.columns, self.width, self.surface.upper
        n, d = len(rows), len(columns)
        trial = np.repeat(self.points[rows], d, axis=0)
        every, which = np.arange(n * d), np.tile(np.array(columns), n)
        move = np.tile(_SMALL * width, n)
        move = np.where(trial[every, which] + move <= np.tile(high, n), move, -move)
        trial[every, which] += move
        there = self.surface.slopes(
            trial, np.repeat(self.nuisances[rows], d, axis=0), bent=False
        )
        change = there.gradient * width - np.repeat(self.gradient[rows], d, axis=0)
        change[~np.isfinite(there.value)] = np.nan
        hessian = (change / (move / np.tile(width, n))[:, None]).reshape(n, d, d)
        return np.asarray((hessian + hessian.swapaxes(1, 2)) / 2)

    def step(self, rows: IntArray) -> tuple[_Step, BoolArray]:
        """Next step of each of `rows`, and which of them have converged."""
        x = self.points[rows][:, self.surface.columns]
        g, h = self.gradient[rows], self.expected[rows] + self.rest[rows]
        # a parameter at a limit stays if the slope points outwards
        held = self.fixed[rows]
        held = held | ((x <= self.surface.lower) & (g > 0))
        held |= (x >= self.surface.upper) & (g < 0)
        g = np.where(held, 0.0, g)
        h = np.where(held[:, :, None] | held[:, None, :], 0.0, h)
        every = range(g.shape[1])
        h[:, every, every] += held
        unit = np.sqrt(np.maximum(np.abs(h[:, every, every]), 1e-9))
        size, vectors = np.linalg.eigh(h / (unit[:, :, None] * unit[:, None, :]))
        along = np.einsum("pij,pi->pj", vectors, g / unit)
        size = np.maximum(np.abs(size), 1e-7)
        stop = 0.5 * (along**2 / size).sum(1) < self.close
        stop |= (self.left[rows] <= 0) | (self.radius[rows] < 1e-8)
        stop |= ~np.isfinite(self.value[rows])
        stop &= ~self.fresh[rows]
        move, length = _bent_step(along, size, vectors, unit, self.radius[rows])
        predicted = -(g * move).sum(1) - 0.5 * np.einsum("pi,pij,pj->p", move, h, move)
        move[self.fresh[rows]] = 0.0
        return _Step(rows, move, length, predicted), stop

    def restart(self, step: _Step, stop: BoolArray, again: Again | None) -> _Step:
        """End the starts of a `step` that `stop`, or continue them according to
        `again`."""
        ended = step.rows[stop]
        # whoever asks again and again looks at what was found from elsewhere too
        deeper = self._deeper(ended) if again is None else np.zeros(len(ended), bool)
        if deeper.any():
            step.move[np.isin(step.rows, ended[deeper])] = 0.0
            stop = stop.copy()
            stop[np.flatnonzero(stop)[deeper]] = False
            ended = ended[~deeper]
        self.active[ended] = False
        if again is None:
            return step.take(~stop)
        on, starts = again(ended, self.points[ended], self.value[ended])
        ended = ended[on]
        self.points[ended] = starts[on]
        self.active[ended] = self.fresh[ended] = True
        self.moved[ended] = False
        self.taken[ended] = 0
        self.radius[ended], self.left[ended] = _RADIUS, self.steps
        step.move[np.isin(step.rows, ended)] = 0.0
        return step.take(self.active[step.rows])

    def _deeper(self, rows: IntArray) -> BoolArray:
        """Those of `rows` that are lower with other nuisances, from which they
        continue.

        Kinks of morphing nuisances can give several minima, of which a descent follows
        one.
        """
        none = np.zeros(len(rows), dtype=bool)
        if not self.surface.cost.layout.morphing:
            return none
        seen = np.isfinite(self.value[rows]) & (self.taken[rows] < 2 * self.steps)
        if not seen.any():
            return none
        best = self.surface.cost.profiled(self.points[rows])
        least = _FALL * np.maximum(np.abs(self.value[rows]), 1.0)
        lower = np.asarray(seen & (best.twice_nll < self.value[rows] - least))
        at = rows[lower]
        self.nuisances[at] = best.nuisances[lower]
        self.fresh[at] = self.moved[at] = True
        self.left[at] = np.maximum(self.left[at], _LEARN)
        self.radius[at] = _RADIUS
        return lower

    def accept(self, step: _Step) -> None:
        """Evaluate the surface after a `step`, update the curvature, and move there if
        it is lower."""
        rows, columns = step.rows, self.surface.columns
        trial = self.points[rows].copy()
        x = trial[:, columns]
        trial[:, columns] = np.clip(
            x + step.move * self.width, self.surface.lower, self.surface.upper
        )
        taken = (trial[:, columns] - x) / self.width
        start = self.nuisances[rows] if self.known else None
        there = self._scaled(self.surface.slopes(trial, start))
        self.known = True
        f, begun = there.value, self.fresh[rows]
        better = (f < self.value[rows]) | begun
        self._learn(rows, there, taken)
        self._resize(step, f, better)
        fell = np.where(begun, np.inf, self.value[rows])
        fell -= np.where(np.isfinite(f), f, 0.0)
        at = rows[better]
        self.points[at], self.value[at] = trial[better], f[better]
        self.gradient[at] = there.gradient[better]
        self.expected[at] = there.curvature[better]
        self.nuisances[at] = there.nuisances[better]
        self.left[rows] -= 1
        # small step and small gain: converged
        arrived = better & (fell < self.close / 10) & (self.radius[rows] < 1e-3)
        self.left[rows[arrived]] = 0
        self.fresh[rows] = False
        self._leave_symmetry(rows[begun & ~self.moved[rows] & np.isfinite(f)])

    def _scaled(self, slopes: Slopes) -> Slopes:
        """Derivatives in units of the scales."""
        return Slopes(
            slopes.value,
            slopes.gradient * self.width,
            slopes.curvature * self.width[:, None] * self.width,
            slopes.nuisances,
        )

    def _learn(self, rows: IntArray, there: Slopes, taken: FloatArray) -> None:
        """Symmetric rank-one update; the secant is valid whether or not the step is
        accepted."""
        bend = there.curvature + self.rest[rows]
        miss = there.gradient - self.gradient[rows]
        miss = miss - np.einsum("pij,pj->pi", bend, taken)
        scale = (miss * taken).sum(1)
        use = np.isfinite(there.value) & ~self.fresh[rows]
        use &= np.abs(scale) > 1e-8 * np.linalg.norm(miss, axis=1) * np.linalg.norm(
            taken, axis=1
        )
        miss = miss[use]
        update = miss[:, :, None] * miss[:, None, :] / scale[use][:, None, None]
        self.rest[rows[use]] += update

    def _resize(self, step: _Step, f: FloatArray, better: BoolArray) -> None:
        """Radius of the trust regions after a step to the values `f`."""
        rows, radius = step.rows, self.radius[step.rows]
        begun = self.fresh[rows]
        reached = step.length >= 0.99 * radius
        poor = np.zeros(len(rows), dtype=bool)
        tried = better & ~begun & np.isfinite(self.value[rows])
        fall = self.value[rows[tried]] - f[tried]
        poor[tried] = fall < 0.1 * step.predicted[tried]
        size = np.where(reached & ~poor, 3.0, 1.0) * radius
        size = np.where(better & poor, np.minimum(radius, step.length), size)
        size = np.where(better, size, np.minimum(radius, step.length) / 4)
        self.radius[rows] = np.where(begun, radius, size)

    def _leave_symmetry(self, rows: IntArray) -> None:
        """Push starts at which a parameter has no effect to first order."""
        if not rows.size:
            return
        columns, width = self.surface.columns, self.width
        bend = np.diagonal(self.expected[rows], axis1=1, axis2=2)
        blind = (bend < 1e-12) & ~self.fixed[rows]
        x = self.points[rows][:, columns]
        push = np.where(x + _PUSH * width <= self.surface.upper, _PUSH, -_PUSH)
        beside = x + blind * push * width
        self.points[rows[:, None], columns] = np.clip(
            beside, self.surface.lower, self.surface.upper
        )
        self.fresh[rows] = self.moved[rows] = blind.any(1)


def _bent_step(
    along: FloatArray,
    size: FloatArray,
    vectors: FloatArray,
    unit: FloatArray,
    radius: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Newton's step, bent towards the slope where it is longer than the radius
    (Levenberg and Marquardt), and its longest component.

    A step that is only shortened would follow only the flattest direction.
    """

    def at(damping: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        within = along[rows] / (size[rows] + damping[:, None])
        move = -np.einsum("pij,pj->pi", vectors[rows], within) / unit[rows]
        return move, np.abs(move).max(1, initial=0.0)

    move, length = at(np.zeros(len(along)), np.arange(len(along)))
    rows = np.flatnonzero(length > radius)
    if rows.size:
        low, high = np.full(rows.size, -9.0), np.full(rows.size, 9.0)  # decades
        for _ in range(12):
            middle = (low + high) / 2
            beyond = at(10.0**middle, rows)[1] > radius[rows]
            low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
        move[rows], length[rows] = at(10.0**high, rows)
    shorter = np.minimum(1.0, radius / np.maximum(length, 1e-300))
    return move * shorter[:, None], np.maximum(
        length, np.where(length > 0.8 * radius, radius, 0.0)
    )
