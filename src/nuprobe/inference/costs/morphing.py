"""Morphing nuisances: the expectation is piecewise linear between anchors, so that −2
ln L has kinks at them.

Inside a cell between anchors Newton's steps are taken with the linear nuisances at
their minimum; at an anchor a nuisance moves into the next cell only if −2 ln L falls
there. All points are processed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError
from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.loops import profile_compiled
from nuprobe.inference.costs.nuisances import Profiled
from nuprobe.inference.costs.slopes import expected_curvature, joint_curvature
from nuprobe.numerics import FloatArray

BoolArray = NDArray[np.bool_]
_Minimise = Callable[..., Profiled]

_NUDGE: Final = 1e-8  # of the width of a cell, to evaluate slopes inside it
_STEPS: Final = 60
_HALVINGS: Final = 40
_ROUGH: Final = 4  # steps with the expected curvature; later ones with the Hessian
_NEAR: Final = 1e-3  # distance in each nuisance at which starts are merged
_DIFFERENCE: Final = 1e-4  # of the width of a cell
# expected fall relative to max(−2 ln L, 1) at which a point is done
_DECREMENT: Final = 1e-11
_ENOUGH: Final = 1e-6  # at which it may stop if rounding hides a further fall


def full_points(layout: Layout, p: FloatArray, nuisances: FloatArray) -> FloatArray:
    """Points with the morphing nuisances appended, as required by terms.

    Parameters
    ----------
    layout : the cost.
    p : points, shape (points, parameters).
    nuisances : all, the morphing ones last, shape (points, nuisances).
    """
    if not layout.morphing:
        return p
    return np.concatenate([p, nuisances[:, len(layout.nuisances) :]], axis=1)


def linear_part(layout: Layout, best: Profiled) -> Profiled:
    """The minimum over only the linear nuisances, at the morphing ones of `best`.

    Parameters
    ----------
    layout : the cost.
    best : with all nuisances.
    """
    if not layout.morphing:
        return best
    k = len(layout.nuisances)
    pulls = (best.nuisances[:, k:] ** 2 * layout.morphing_weights).sum(axis=1)
    return Profiled(best.joint - pulls, best.nuisances[:, :k], best.boundary)


def profile_morphed(
    layout: Layout,
    p: FloatArray,
    minimise: _Minimise,
    start: FloatArray | None = None,
) -> Profiled:
    """Minimise one block of points over all nuisances.

    Parameters
    ----------
    layout : the cost.
    p : points, shape (points, parameters).
    minimise : of the linear nuisances: `profile_block` or `profile_compiled`.
    start : initial nuisances, shape (points, nuisances): the minimum reached from them
        is returned, even if there is a lower one elsewhere.

    Raises
    ------
    ComputationError
        If the minimum of some point was not found.
    """
    size, n = len(layout.morphing), len(p)
    if start is not None:
        k, ends = len(layout.nuisances), morphing_ends(layout)
        near = np.clip(start[:, k:], *ends)
        return _Descent(layout, p, minimise, near, nu=start[:, :k]).descend()
    # kinks can leave several minima: every point from 0 and from both sides of it
    sigma = np.diag([nuisance.sigma for nuisance in layout.morphing])
    starts = np.concatenate([np.zeros((1, size)), sigma, -sigma])
    starts = np.clip(starts, *morphing_ends(layout))
    t = np.repeat(starts, n, axis=0)
    sets = len(starts)
    every = _Descent(layout, np.tile(p, (sets, 1)), minimise, t, sets).descend()
    lowest = every.twice_nll.reshape(sets, n).argmin(axis=0)
    return every.take(lowest * n + np.arange(n))


def morphing_ends(layout: Layout) -> tuple[FloatArray, FloatArray]:
    """First and last anchors, two arrays (morphing,).

    Parameters
    ----------
    layout : the cost.
    """
    return (
        np.array([n.anchors[0] for n in layout.morphing]),
        np.array([n.anchors[-1] for n in layout.morphing]),
    )


def between_anchors(layout: Layout, nuisances: FloatArray) -> bool:
    """Whether the morphing nuisances lie between their anchors.

    Parameters
    ----------
    layout : the cost.
    nuisances : all of one point, shape (nuisances,).
    """
    low, high = morphing_ends(layout)
    t = nuisances[len(layout.nuisances) :]
    return bool(((t >= low) & (t <= high)).all())


def _cells(layout: Layout, t: FloatArray) -> tuple[FloatArray, ...]:
    """The anchors before, at or before, at or after, and after `t`, and whether it is
    on one, each (points, morphing); at an end the neighbour is the end itself."""
    result = np.empty((5, *t.shape))
    for i, nuisance in enumerate(layout.morphing):
        a, x = np.array(nuisance.anchors), t[:, i]
        left, right = (np.searchsorted(a, x, side=s) for s in ("left", "right"))
        on = right > left
        result[0, :, i] = a[np.maximum(left - 1, 0)]
        result[1, :, i] = a[np.maximum(right - 1, 0)]
        result[2, :, i] = a[np.minimum(left, a.size - 1)]
        result[3, :, i] = a[np.minimum(right, a.size - 1)]
        result[4, :, i] = on
    return tuple(result)


@dataclass(frozen=True)
class _Sides:
    """Slopes on both sides of some points.

    Attributes
    ----------
    below, above : derivatives in the morphing nuisances, (points, morphing); at the
        first and last anchor −inf or +inf prevents moving beyond.
    low, high : the cell in which each nuisance may move, (points, morphing).
    moving : those that may lower −2 ln L, (points, morphing).
    gradient, curvature : on the side of the motion, (points, morphing) and (points,
        morphing, morphing).
    outer : gradient and curvature of parameters and morphing nuisances together.
    """

    below: FloatArray
    above: FloatArray
    low: FloatArray
    high: FloatArray
    moving: BoolArray
    gradient: FloatArray
    curvature: FloatArray
    outer: tuple[FloatArray, FloatArray]


def _sides(
    layout: Layout,
    p: FloatArray,
    best: Profiled,
    t: FloatArray,
    *,
    compiled: bool,
    outer: bool = False,
) -> _Sides:
    """Slopes of possible points on both sides; `best` has the linear nuisances at `t`;
    those of parameters only if `outer`."""
    d = p.shape[1]
    before, low, high, after, on = _cells(layout, t)
    on_anchor = on > 0
    g_below, h_below = _inner_slopes(
        layout, p, best, (t, np.where(on_anchor, before, low)), compiled, outer
    )
    g_above, h_above = g_below.copy(), h_below.copy()
    rows = np.flatnonzero(on_anchor.any(axis=1))
    if rows.size:
        side = np.where(on_anchor, after, high)[rows]
        g_above[rows], h_above[rows] = _inner_slopes(
            layout, p[rows], best.take(rows), (t[rows], side), compiled, outer
        )
    below = np.where(on_anchor & (before == t), -np.inf, g_below[:, d:])
    above = np.where(on_anchor & (after == t), np.inf, g_above[:, d:])
    up = np.where(on_anchor, (above < 0) & (-above >= below), True)
    down = on_anchor & (below > 0) & ~up
    upwards = (up & on_anchor)[:, :, None] | (up & on_anchor)[:, None, :]
    return _Sides(
        below,
        above,
        low=np.where(down, before, low),
        high=np.where(down, t, np.where(on_anchor, after, high)),
        moving=up | down,
        gradient=np.where(down, below, g_above[:, d:]),
        curvature=np.where(upwards, h_above[:, d:, d:], h_below[:, d:, d:]),
        outer=(g_above, h_above),
    )


def _inner_slopes(
    layout: Layout,
    p: FloatArray,
    best: Profiled,
    cells: tuple[FloatArray, FloatArray],
    compiled: bool,
    outer: bool,
) -> tuple[FloatArray, FloatArray]:
    """Gradient and expected curvature in parameters (0 unless `outer`) and morphing
    nuisances, in the `cells` from t to a side."""
    d, weights, (t, side) = p.shape[1], layout.morphing_weights, cells
    q = np.concatenate([p, t + _NUDGE * (side - t)], axis=1)
    e = layout.expectations(q)
    first = 0 if outer else d
    g, h = expected_curvature(
        layout, q, best.nuisances, best.barrier, e, compiled, first=first
    )
    g[:, d:] += 2 * t * weights
    own = np.arange(d, g.shape[1])
    h[:, own, own] += 2 * weights
    return g, h


class _Descent:
    """Points on their way to the minimum over their morphing nuisances.

    Parameters
    ----------
    layout, p, minimise : as for `profile_morphed`.
    t : initial values, shape (points, morphing).
    sets : number of starts of each point, which are consecutive; a start that reaches
        the position of a lower one ends.
    nu : initial linear nuisances, or None.
    """

    def __init__(
        self,
        layout: Layout,
        p: FloatArray,
        minimise: _Minimise,
        t: FloatArray,
        sets: int = 1,
        nu: FloatArray | None = None,
    ) -> None:
        self.layout, self.p, self.minimise = layout, p, minimise
        self.weights, self.sets = layout.morphing_weights, sets
        self.compiled = minimise is profile_compiled
        self.t = t
        self.best = self._at(np.arange(len(p)), t, nu)
        self.value = self.best.twice_nll + (t**2 * self.weights).sum(axis=1)

    def _at(
        self, rows: NDArray[np.intp], t: FloatArray, nu: FloatArray | None
    ) -> Profiled:
        q = np.concatenate([self.p[rows], t], axis=1)
        return self.minimise(self.layout, q, self.layout.expectations(q), nu)

    def _take(
        self,
        rows: NDArray[np.intp],
        t: FloatArray,
        best: Profiled,
        value: FloatArray,
        better: BoolArray,
    ) -> None:
        at = rows[better]
        self.t[at], self.value[at] = t[better], value[better]
        self.best.twice_nll[at] = best.twice_nll[better]
        self.best.nuisances[at] = best.nuisances[better]
        self.best.boundary[at] = best.boundary[better]

    def descend(self) -> Profiled:
        """All points at their minimum, with all nuisances."""
        alive = np.flatnonzero(np.isfinite(self.value))
        for number in range(_STEPS):
            if not alive.size:
                break
            alive = self._step(alive, exact=number >= _ROUGH)
            alive = alive[~self._merged()[alive]]
        if alive.size:
            raise ComputationError(
                f"{self.layout.name}: the morphing nuisances did not converge at"
                f" {self.layout.describe(self.p[alive[0]])}; look for templates that"
                " jump between anchors"
            )
        t = np.where(np.isfinite(self.value)[:, None], self.t, 0.0)
        return Profiled(
            self.value,
            np.concatenate([self.best.nuisances, t], axis=1),
            self.best.boundary,
        )

    def _merged(self) -> BoolArray:
        """Starts so close to a lower one of the same point and cell that both lead to
        the same minimum, (starts,)."""
        t = self.t.reshape(self.sets, -1, self.t.shape[1])
        value = self.value.reshape(self.sets, -1)
        cell = _cells(self.layout, self.t)[1].reshape(t.shape)
        merged = np.zeros(value.shape, dtype=bool)
        for i in range(self.sets):
            for j in range(i):
                near = (np.abs(t[i] - t[j]) < _NEAR) & (cell[i] == cell[j])
                same = near.all(axis=1) & ~merged[i] & ~merged[j]
                merged[i] |= same & (value[j] <= value[i])
                merged[j] |= same & (value[j] > value[i])
        return merged.ravel()

    def _step(self, rows: NDArray[np.intp], exact: bool) -> NDArray[np.intp]:
        """One step of some points, with their Hessian if `exact`; returns those not
        finished."""
        t = self.t[rows]
        here = self.best.take(rows)
        sides = _sides(self.layout, self.p[rows], here, t, compiled=self.compiled)
        if exact:
            sides = replace(sides, curvature=self._hessian(rows, sides))
        direction, decrement = _direction(sides, t)
        # rounding hides more for large costs
        scale = np.maximum(self.value[rows], 1.0)
        going = decrement > _DECREMENT * scale
        rows, t = rows[going], t[going]
        direction, decrement = direction[going], decrement[going]
        low, high = sides.low[going], sides.high[going]
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(direction > 0, high - t, low - t) / direction
        room = np.where(direction == 0, np.inf, room)
        length = np.minimum(1.0, room.min(axis=1))
        left = np.arange(len(rows))
        for _ in range(_HALVINGS):
            if not left.size:
                break
            a = length[left, None]
            new = np.clip(t[left] + a * direction[left], low[left], high[left])
            # a step limited by its cell ends exactly on the anchor
            hit = a >= room[left]
            new = np.where(hit & (direction[left] > 0), high[left], new)
            new = np.where(hit & (direction[left] < 0), low[left], new)
            best = self._at(rows[left], new, self.best.nuisances[rows[left]])
            value = best.twice_nll + (new**2 * self.weights).sum(axis=1)
            wanted = 1e-4 * length[left] * decrement[left]
            better = value <= self.value[rows[left]] - wanted
            self._take(rows[left], new, best, value, better)
            left = left[~better]
            length[left] *= 0.5
        # a fall hidden by rounding counts as done
        open_ = np.ones(len(rows), dtype=bool)
        open_[left] = decrement[left] > _ENOUGH * scale[going][left]
        return rows[open_]

    def _hessian(self, rows: NDArray[np.intp], sides: _Sides) -> FloatArray:
        """Second derivatives in the morphing nuisances from differences inside the
        cell, (points, morphing, morphing); the expected ones where they are not
        positive."""
        t, middle = self.t[rows], (sides.low + sides.high) / 2
        d, columns = self.p.shape[1], []
        for i in range(t.shape[1]):
            h = _DIFFERENCE * (sides.high - sides.low)[:, i]
            h = np.where(t[:, i] > middle[:, i], -h, h)
            moved = t.copy()
            moved[:, i] += h
            moved += _NUDGE * (middle - moved)
            best = self._at(rows, moved, self.best.nuisances[rows])
            q = np.concatenate([self.p[rows], moved], axis=1)
            e = self.layout.expectations(q)
            gradient = expected_curvature(
                self.layout,
                q,
                best.nuisances,
                best.barrier,
                e,
                self.compiled,
                bent=False,
                first=d,
            )[0][:, d:]
            gradient += 2 * moved * self.weights
            # a nuisance that stays at an end has no cell to move in
            width = np.where(h == 0, 1.0, h)[:, None]
            columns.append((gradient - sides.gradient) / width)
        hessian = np.stack(columns, axis=2)
        hessian = (hessian + hessian.swapaxes(1, 2)) / 2
        # only those that move; a curvature far below that of the pulls is not trusted
        both = sides.moving[:, :, None] & sides.moving[:, None, :]
        part = np.where(both, hessian, np.eye(t.shape[1]))
        positive = np.linalg.eigvalsh(part)[:, 0] > 0.05 * self.weights.min()
        return np.where(positive[:, None, None], hessian, sides.curvature)


def _direction(sides: _Sides, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Newton's step of the nuisances that move, those that would leave their cell held,
    and twice the expected fall of −2 ln L."""
    moving = sides.moving.copy()
    size = t.shape[1]
    for _ in range(size + 1):
        both = moving[:, :, None] & moving[:, None, :]
        hessian = np.where(both, sides.curvature, 0.0)
        diagonal = np.arange(size)
        hessian[:, diagonal, diagonal] = np.where(
            moving, sides.curvature[:, diagonal, diagonal], 1.0
        )
        gradient = np.where(moving, sides.gradient, 0.0)
        step = -np.linalg.solve(hessian, gradient[..., None])[..., 0]
        outwards = moving & (
            ((t <= sides.low) & (step < 0)) | ((t >= sides.high) & (step > 0))
        )
        if not outwards.any():
            break
        moving &= ~outwards
    return np.where(moving, step, 0.0), -(step * gradient).sum(axis=1)


def morphed_slopes(
    layout: Layout, p: FloatArray, best: Profiled, compiled: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Gradient and expected curvature in the parameters where all nuisances are at
    their minimum; a nuisance that stays at an anchor does not move with them.

    Parameters
    ----------
    layout : the cost.
    p : possible points, shape (points, parameters).
    best : the minimum, with all nuisances.
    compiled : use compiled loops.
    """
    d, inner = p.shape[1], linear_part(layout, best)
    t = best.nuisances[:, len(layout.nuisances) :]
    sides = _sides(layout, p, inner, t, compiled=compiled, outer=True)
    gradient, hessian = sides.outer
    size = t.shape[1]
    # at the minimum a nuisance on an anchor stays there
    on = _cells(layout, t)[4] > 0
    both = ~on[:, :, None] & ~on[:, None, :]
    block = np.where(both, hessian[:, d:, d:], 0.0)
    diagonal = np.arange(size)
    block[:, diagonal, diagonal] = np.where(on, 1.0, block[:, diagonal, diagonal])
    mixed = np.where(on[:, :, None], 0.0, hessian[:, d:, :d])
    follows = np.linalg.solve(block, mixed)
    return gradient[:, :d], hessian[:, :d, :d] - mixed.swapaxes(1, 2) @ follows


def morphed_information(
    layout: Layout, p: FloatArray, nuisances: FloatArray
) -> FloatArray:
    """Expected curvature in all nuisances at one point, (nuisances, nuisances).

    Parameters
    ----------
    layout : the cost.
    p : the point, shape (1, parameters).
    nuisances : all, shape (1, nuisances).
    """
    d, k = p.shape[1], len(layout.nuisances)
    q, nu = full_points(layout, p, nuisances), nuisances[:, :k]
    hessian = joint_curvature(layout, q, nu, np.zeros(1), layout.expectations(q))[1][0]
    order = [*range(q.shape[1], q.shape[1] + k), *range(d, q.shape[1])]
    pulls = np.append(np.zeros(k), 2 * layout.morphing_weights)
    return np.asarray(hessian[np.ix_(order, order)] + np.diag(pulls))
