"""Ends of intervals, where profiles of several parameters first cross a threshold,
found simultaneously."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.axis import across
from nuprobe.inference.descent import descend
from nuprobe.inference.surface import FACTOR, Surface
from nuprobe.numerics import FloatArray

__all__ = ["Ends"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_TURNS: Final = 80  # largest number of evaluations per end
_END: Final = 4e-7  # accuracy of an end of an interval in √(rise)
_SPREAD: Final = 128  # points between the ends among which such starts are
_VALLEYS: Final = 8  # starts from which an end of an interval is checked


class Ends:
    """Where profiles of several parameters first cross ``lowest + rise``.

    Each end is bracketed by growing steps and narrowed by regula falsi in √(rise of −2
    ln L), with descents of the other free parameters from their last values at each
    step. An end is then checked from other starts, because the profile followed may be
    in a valley next to the lowest one.

    Parameters
    ----------
    surface : with all free parameters.
    best : the minimum, shape (parameters,).
    lowest : −2 ln L there.
    rise : of the threshold above it.
    sides : (column, ±1) for each end wanted.

    Attributes
    ----------
    deeper : the lowest point found if it is below `best`; None otherwise.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> result = nu.fit(cost)
    >>> sides = [(0, -1), (0, 1)]
    >>> ends = Ends(Surface(cost, ["rn"]), result.point, result.twice_nll, 1.0, sides)
    >>> ends.find()
    >>> ends.values()
    [4.44..., 6.61...]
    """

    def __init__(
        self,
        surface: Surface,
        best: FloatArray,
        lowest: float,
        rise: float,
        sides: list[tuple[int, int]],
    ) -> None:
        self.surface, self.best = surface, best
        self.lowest, self.rise, self.root = lowest, rise, float(np.sqrt(rise))
        self.deeper: FloatArray | None = None
        self.floor = lowest - 1e-3 * rise
        n, numbers = len(sides), {c: i for i, c in enumerate(surface.columns)}
        number = np.array([numbers[c] for c, _ in sides])
        self.which = np.array([c for c, _ in sides])
        self.direction = np.array([float(s) for _, s in sides])
        upper, lower = surface.upper[number], surface.lower[number]
        self.limits = np.where(self.direction > 0, upper, lower)
        self.step = surface.step[number]
        # `near` lies below the threshold, `far` above it once it is bracketed
        self.near = np.full(n, best[self.which])
        self.far = best[self.which] + self.direction * self._reach()[number]
        self.f_near, self.f_far = np.full(n, -self.root), np.full(n, -np.inf)
        self.others = np.tile(best, (n, 1))  # values of the other columns at `near`
        self.bracketed, self.open_end, self.done, self.checked = (
            np.zeros(n, dtype=bool) for _ in range(4)
        )
        self.last = np.zeros(n)  # side that the last two steps fell on
        self.turns = np.zeros(n, dtype=int)
        self.at = np.empty(n)

    def _reach(self) -> FloatArray:
        """Length of the first step of each free parameter, (free,)."""
        surface = self.surface
        bend = surface.cost.profiled_slopes(self.best[None])[2][0]
        inner = bend[np.ix_(surface.columns, surface.columns)]
        unit = np.sqrt(np.maximum(np.diag(inner), 1e-300))
        scaled = inner / unit[:, None] / unit
        variance = np.diag(np.linalg.pinv(scaled, hermitian=True)) / unit**2
        reach = np.sqrt(2 * self.rise * np.maximum(variance, 0.0))
        # the curvature at the minimum does not describe −2 ln L beyond it
        most = FACTOR * surface.scales(self.best[None])
        return np.where(
            reach > 0.01 * surface.step, np.minimum(reach, most), surface.step
        )

    def find(self) -> None:
        """Look for all ends."""
        self._settle(np.arange(len(self.which)))
        for _ in range(_TURNS):
            rows = np.flatnonzero(self.done & ~self.checked)
            if not rows.size or self.deeper is not None:
                break
            self.checked[rows] = True
            rows = self._look_again(rows)
            if not rows.size:
                break
            self._settle(rows)

    def values(self) -> list[float | None]:
        """The ends; None if not found."""
        return [
            float(x) if done else None
            for x, done in zip(self.near, self.done, strict=True)
        ]

    def settled(self) -> list[bool]:
        """Whether each end is settled; without a value, the end is outside the
        range."""
        return list(self.done | self.open_end)

    def _settle(self, rows: IntArray) -> None:
        """Follow the profiles of some ends until each is settled."""

        def again(
            which: IntArray, points: FloatArray, values: FloatArray
        ) -> tuple[BoolArray, FloatArray]:
            return self._answer(rows[which], points, values)

        descend(
            self.surface,
            self._ask(rows),
            fixed=self._held(rows),
            close=1e-4 * self.rise,
            again=again,
        )

    def _held(self, rows: IntArray) -> BoolArray:
        """Free columns kept fixed for the ends, (rows, free)."""
        return np.asarray(self.which[rows, None] == np.array(self.surface.columns))

    def _ask(self, rows: IntArray) -> FloatArray:
        """Next value at which each profile is needed, with the others at their last
        values."""
        near, far, f_near = self.near[rows], self.far[rows], self.f_near[rows]
        grow = ~self.bracketed[rows]
        slope = np.where(grow, 1.0, self.f_far[rows] - f_near)
        inside = near - f_near * (far - near) / slope
        # bisect occasionally: a profile may bend or jump
        inside = np.where(self.turns[rows] % 4 == 3, (near + far) / 2, inside)
        limits = self.limits[rows]
        ahead = np.where(
            self.direction[rows] > 0, np.minimum(far, limits), np.maximum(far, limits)
        )
        self.at[rows] = np.where(grow, ahead, inside)
        self.turns[rows] += 1
        start = self.others[rows].copy()
        start[np.arange(len(rows)), self.which[rows]] = self.at[rows]
        return start

    def _answer(
        self, rows: IntArray, points: FloatArray, values: FloatArray
    ) -> tuple[BoolArray, FloatArray]:
        """Use the minima at the values requested; returns which continue, and from
        where."""
        if values.min() < self.floor:
            self.floor = float(values.min())
            self.deeper = points[np.argmin(values)].copy()
        for row, point, value in zip(rows, points, values, strict=True):
            self._narrow(int(row), point, float(value))
        on = ~(self.done[rows] | self.open_end[rows]) & (self.turns[rows] < _TURNS)
        if self.deeper is not None:
            on[:] = False
        return on, self._ask(rows)

    def _narrow(self, row: int, point: FloatArray, value: float) -> None:
        """Move one side of the bracket of one end to the value requested."""
        f = np.sqrt(max(min(value, 1e30) - self.lowest, 0.0)) - self.root
        grow, at = not self.bracketed[row], self.at[row]
        best = self.best[self.which[row]]
        # where the profile jumps, the jump is the end
        width = abs(self.far[row] - self.near[row])
        jump = width < 1e-6 * abs(self.far[row] - best)
        if not grow and (abs(f) < _END * self.root or jump):
            self.near[row], self.done[row] = at, True
        elif f < 0:
            if grow:
                self._grow(row, f, at - best)
            elif self.last[row] < 0:
                self.f_far[row] /= 2  # Illinois: the far end has not moved twice
            self.near[row], self.f_near[row], self.last[row] = at, f, -1.0
            self.others[row] = point
        else:
            if not grow and self.last[row] > 0:
                self.f_near[row] /= 2
            self.far[row], self.f_far[row], self.last[row] = at, f, 1.0
            self.bracketed[row] = True

    def _grow(self, row: int, f: float, distance: float) -> None:
        """Increase the `distance` from the best, which was too small."""
        at_limit = self.at[row] == self.limits[row]
        self.open_end[row] = at_limit or abs(distance) > 1e9 * self.step[row]
        # aim slightly beyond the crossing of a parabola through the best point
        ratio = 1.1 * self.root / max(f + self.root, 1e-3)
        least = 1.3 if self.turns[row] < 5 else 2.0
        best = self.best[self.which[row]]
        self.far[row] = best + distance * min(max(ratio, least), 8.0)

    def _look_again(self, rows: IntArray) -> IntArray:
        """Look for a lower valley at ends found; returns those that have one."""
        surface, n = self.surface, len(rows)
        start = self._elsewhere(rows)
        many = np.tile(rows, start.shape[1])
        points, value = descend(
            surface,
            start.swapaxes(0, 1).reshape(-1, len(self.best)),
            fixed=self._held(many),
            close=1e-3 * self.rise,
            steps=30,
        )
        lowest = np.arange(n) + n * value.reshape(-1, n).argmin(0)
        # close enough not to end on the ridge between two equal valleys
        points, value = self._across(
            rows,
            *descend(
                surface,
                points[lowest],
                fixed=self._held(rows),
                close=1e-7 * self.rise,
            ),
        )
        if value.min() < self.floor:
            self.deeper = points[np.argmin(value)].copy()
            return rows[:0]
        f = np.sqrt(np.maximum(np.minimum(value, 1e30) - self.lowest, 0.0)) - self.root
        lower = f < -1e-4 * self.root
        rows, f = rows[lower], f[lower]
        self.others[rows], self.f_near[rows], self.f_far[rows] = (
            points[lower],
            f,
            -np.inf,
        )
        out = self.near[rows] - self.best[self.which[rows]]
        self.far[rows] = self.near[rows] + 0.1 * out
        self.done[rows] = self.bracketed[rows] = self.checked[rows] = False
        self.last[rows] = self.turns[rows] = 0
        return rows

    def _across(
        self, rows: IntArray, points: FloatArray, value: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Lowest points reached from the minima along each other parameter, or those
        given."""
        number, starts, _ = across(self.surface, points, self.rise, self._held(rows))
        if not number.size:
            return points, value
        arrived, heights = descend(
            self.surface,
            starts,
            fixed=self._held(rows[number]),
            close=1e-7 * self.rise,
        )
        for i, point, height in zip(number.tolist(), arrived, heights, strict=True):
            if height < value[i]:
                points[i], value[i] = point, height
        return points, value

    def _elsewhere(self, rows: IntArray) -> FloatArray:
        """Best starts for each end, (rows, starts, parameters): the best point, points
        of the other profiles, and points between and around the ends."""
        cost, n = self.surface.cost, len(self.which)
        every = np.concatenate(
            [self.best[None], self.others, -self.others, self._between()]
        )
        every = np.clip(every, *cost.layout.limits)
        start = np.tile(every, (rows.size, 1, 1))
        start[np.arange(rows.size), :, self.which[rows]] = self.near[rows, None]
        height = self.surface.ranked(start.reshape(-1, len(self.best)))
        height = height.reshape(rows.size, -1)
        height[:, 0] = -np.inf  # always
        height[np.arange(rows.size), 1 + n + rows] = -np.inf
        height[np.arange(rows.size), 1 + rows] = np.inf  # where it came from
        outside = np.arange(height.shape[1] - _SPREAD // 2, height.shape[1])
        inner, outer = np.split(height, outside[:1], axis=1)
        low, far = (
            np.argsort(h, axis=1, kind="stable")[:, :_VALLEYS] for h in (inner, outer)
        )
        chosen = np.concatenate([low, outside[far]], axis=1)
        return np.asarray(np.take_along_axis(start, chosen[:, :, None], axis=1))

    def _between(self) -> FloatArray:
        """Points of an additive recurrence that fill the box of the ends known so far
        and the default, and behind them what surrounds it, (points, parameters)."""
        columns, default = np.unique(self.which), self.surface.cost.default
        ends = [np.append(self.near[self.which == c], default[c]) for c in columns]
        low, high = np.array([e.min() for e in ends]), np.array([e.max() for e in ends])
        numbers = np.arange(1, _SPREAD + 1)[:, None]
        # powers of a root of x^(d + 1) = x + 1, which no small integers combine to one
        root = 2.0
        for _ in range(40):
            root = (1 + root) ** (1 / (1 + columns.size))
        unit = (numbers * root ** -np.arange(1.0, 1 + columns.size)) % 1
        # half of them outside it: another valley may lie beyond the ends of this one
        outside = unit[_SPREAD // 2 :]
        outside[:] = 3 * outside - 1
        points = np.tile(self.best, (_SPREAD, 1))
        points[:, columns] = low + (high - low) * unit
        return points
