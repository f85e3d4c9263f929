"""All minima, maxima and crossings of −2 ln L along one parameter, for many rows.

A row is one such line: one mass of a limit, one setting of other parameters. The
expectation limits the structure of −2 ln L along it: √(−2 ln L) is the distance of the
data from the expectation in standard deviations, with the nuisances at their best fit,
and cannot change by more than the expectation moves in that metric (Fisher's). An
interval is therefore accepted only if −2 ln L cannot become low enough to matter
between its ends, or if it is short in that metric and a cubic through values and slopes
at its ends describes the interior. All other intervals are halved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = ["FALL", "Crossings", "Heights", "Landscape", "Line", "survey"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

FALL: Final = 1e-11
"""Expected fall of −2 ln L at which a stationary point is accepted."""
_STRIDE: Final = 1.0
"""Largest change of the expectation between two nodes, in standard deviations."""
_SAFE: Final = 1.5
"""Safety factor on that change before an interval is considered too high to matter: the
metric uses the expected instead of the observed counts."""
_MISS: Final = 0.01
"""Largest error of −2 ln L of a cubic at a node near the lowest value."""
_SHORT: Final = 0.01  # standard deviations below which an interval is not halved
_ROUNDS: Final = 40  # largest number of rounds of halving
_POLISH: Final = 60  # largest number of steps towards a stationary point or a crossing
_CROSSED: Final = 1e-11  # accuracy of a crossing relative to the threshold
_SAME: Final = 1e-9  # relative distance at which it coincides with a node
_FINE: Final = 4 * 2.0**-52  # width of a bracket, relative to its position


@dataclass(frozen=True)
class Heights:
    """−2 ln L at some points of a line.

    Attributes
    ----------
    value : shape (points,); inf where the data are impossible.
    slope : its derivative along the line, (points,).
    speed : change of the expectation in standard deviations per unit of the line, with
        the nuisances following, (points,).
    """

    value: FloatArray
    slope: FloatArray
    speed: FloatArray


class Line(Protocol):
    """−2 ln L along one coordinate, for many rows."""

    def heights(self, row: IntArray, at: FloatArray) -> Heights:
        """−2 ln L at points `at` of some rows, numbers `row`, both (points,)."""


@dataclass(frozen=True)
class Crossings:
    """Crossings of a threshold by −2 ln L.

    Attributes
    ----------
    row, at : of each crossing, (crossings,), by row and then upwards.
    rises : whether −2 ln L is above the threshold after it, (crossings,).
    above_first, above_last : whether it is above the threshold at the first and last
        node of each row, (rows,).
    """

    row: IntArray
    at: FloatArray
    rises: BoolArray
    above_first: BoolArray
    above_last: BoolArray

    def above(self, first: FloatArray, last: FloatArray) -> list[list[list[float]]]:
        """Intervals above the threshold, one list per row.

        Parameters
        ----------
        first, last : values to use for the ends of each row, (rows,).

        Examples
        --------
        >>> found = Crossings(
        ...     np.array([0]), np.array([2.0]), np.array([True]),
        ...     np.array([False]), np.array([True]),
        ... )
        >>> found.above(np.array([0.0]), np.array([np.inf]))
        [[[2.0, inf]]]
        """
        edges: list[list[float]] = [
            [float(x)] if above else []
            for x, above in zip(first, self.above_first, strict=True)
        ]
        for row, at in zip(self.row.tolist(), self.at.tolist(), strict=True):
            edges[row].append(at)
        for row in np.flatnonzero(self.above_last).tolist():
            edges[row].append(float(last[row]))
        return [
            [list(pair) for pair in zip(e[::2], e[1::2], strict=True)] for e in edges
        ]


class Landscape:
    """−2 ln L along every row, as nodes between which it is monotonic.

    Attributes
    ----------
    line : searched.
    rows : number of rows.
    row, at, value, slope, speed : of the nodes, sorted by row and position, (nodes,).
    kind : −1 at a minimum, 1 at a maximum, 0 at other nodes, (nodes,).
    """

    def __init__(self, line: Line, nodes: FloatArray) -> None:
        self.line, self.rows = line, len(nodes)
        self.row = np.repeat(np.arange(self.rows), nodes.shape[1])
        self.at = nodes.reshape(-1)
        found = line.heights(self.row, self.at)
        self.value, self.slope, self.speed = found.value, found.slope, found.speed
        self.kind = np.zeros(len(self.at), dtype=np.intp)

    def lowest(self) -> tuple[FloatArray, FloatArray]:
        """Position and height of the lowest node of each row, (rows,)."""
        value = np.where(np.isfinite(self.value), self.value, np.inf)
        order = np.lexsort((value, self.row))
        first = order[np.searchsorted(self.row[order], np.arange(self.rows))]
        return self.at[first], value[first]

    def stationary(self, row: int = 0) -> list[tuple[float, float, int]]:
        """Position, −2 ln L and kind (−1: minimum, 1: maximum) of a row's stationary
        points, in order."""
        chosen = np.flatnonzero((self.row == row) & (self.kind != 0))
        return [
            (float(self.at[i]), float(self.value[i]), int(self.kind[i])) for i in chosen
        ]

    def minima(self, row: int = 0) -> list[tuple[float, float]]:
        """Position and −2 ln L of a row's minima, in order, including an end of the
        line from which it rises."""
        mine = np.flatnonzero(self.row == row)
        low = self.kind[mine] < 0
        value = self.value[mine]
        if len(mine) > 1:
            low[0] |= value[0] < value[1]
            low[-1] |= value[-1] < value[-2]
        return [(float(self.at[i]), float(self.value[i])) for i in mine[low]]

    def crossings(self, threshold: FloatArray) -> Crossings:
        """Crossings of the `threshold` of each row, (rows,)."""
        level = np.asarray(threshold, dtype=float)[self.row]
        above = self.value > level
        same = self.row[1:] == self.row[:-1]
        left = np.flatnonzero(same & (above[1:] != above[:-1]))
        at = self._bracket(left).crossing(level[left])
        first, last = self._ends()
        return Crossings(self.row[left], at, ~above[left], above[first], above[last])

    def _ends(self) -> tuple[IntArray, IntArray]:
        """First and last node of each row."""
        rows = np.arange(self.rows)
        first = np.searchsorted(self.row, rows)
        return first, np.searchsorted(self.row, rows, side="right") - 1

    # -- how it is found

    def _bracket(self, left: IntArray) -> _Brackets:
        """Intervals to the right of some nodes."""
        right = left + 1
        sides = [(self.at[i], self.value[i], self.slope[i]) for i in (left, right)]
        return _Brackets(self.line, self.row[left], *map(np.array, sides))

    def _insert(self, row: IntArray, at: FloatArray, found: Heights) -> IntArray:
        """Insert nodes in order; returns their new indices."""
        old = len(self.at)
        self.row, self.at = np.append(self.row, row), np.append(self.at, at)
        self.value = np.append(self.value, found.value)
        self.slope = np.append(self.slope, found.slope)
        self.speed = np.append(self.speed, found.speed)
        self.kind = np.append(self.kind, np.zeros(len(at), dtype=np.intp))
        order = np.lexsort((self.at, self.row))
        for name in ("row", "at", "value", "slope", "speed", "kind"):
            setattr(self, name, getattr(self, name)[order])
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        return place[old:]

    def refine(self, known: FloatArray, ceiling: float) -> None:
        """Halve intervals until none can hide a stationary point.

        Parameters
        ----------
        known : −2 ln L found elsewhere for each row, taken into account for the lowest,
            (rows,).
        ceiling : rise above the lowest up to which −2 ln L is relevant.
        """
        for _ in range(_ROUNDS):
            left = np.flatnonzero(self._hides(known, ceiling))
            if not left.size:
                break
            middle = (self.at[left] + self.at[left + 1]) / 2
            row = self.row[left]
            self._insert(row, middle, self.line.heights(row, middle))

    def search(self, known: FloatArray, ceiling: float, fall: float = FALL) -> None:
        """Find all relevant minima and maxima, with `known` and `ceiling` as for
        `refine`, each to an expected `fall` of −2 ln L.

        It may be called again with a higher `ceiling`.
        """
        for _ in range(_ROUNDS):
            self.refine(known, ceiling)
            if not self.polish(known, ceiling, fall):
                break

    def _hides(self, known: FloatArray, ceiling: float) -> BoolArray:
        """Whether a stationary point may be hidden to the right of each node."""
        lowest = np.minimum(self.lowest()[1], known)[self.row]
        root = np.sqrt(np.maximum(self.value, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            # far from the data the distance may change faster
            own = np.where(root > 0, np.abs(self.slope) / (2 * root), 0.0)
        speed = np.where(np.isfinite(root), np.maximum(self.speed, own), 0.0)
        same = self.row[1:] == self.row[:-1]
        width = np.diff(self.at)
        length = width * (speed[1:] + speed[:-1]) / 2
        reach = (root[1:] + root[:-1] - _SAFE * length) / 2
        matters = same & ~(reach >= np.sqrt(np.maximum(lowest[1:] + ceiling, 0.0)))
        edge = np.isfinite(root[1:]) != np.isfinite(root[:-1])
        scale = np.maximum(np.abs(self.at[1:]), np.abs(self.at[:-1]))
        matters |= same & edge
        matters &= width > 1e-7 * scale
        matters &= edge | (length > _SHORT)
        good = self._foreseen(lowest)
        smooth = good[1:] & good[:-1] & ~self._bent(width)
        hides = np.append(matters & ~(smooth & (length <= _STRIDE)), False)
        return np.asarray(hides)

    def _foreseen(self, lowest: FloatArray) -> BoolArray:
        """Whether the cubic through the neighbours of each node gives its value; true
        at the ends of a row."""
        inner = np.zeros(len(self.at), dtype=bool)
        inner[1:-1] = (self.row[2:] == self.row[:-2]) & (self.kind[1:-1] == 0)
        i = np.flatnonzero(inner)
        a, b = i - 1, i + 1
        width = self.at[b] - self.at[a]
        t = (self.at[i] - self.at[a]) / width
        with np.errstate(invalid="ignore"):
            guess = _cubic(
                t,
                self.value[a],
                self.value[b],
                width * self.slope[a],
                width * self.slope[b],
            )
            # a node near one end says little about the rest of the interval
            weight = np.maximum(16 * t**2 * (1 - t) ** 2, 0.05)
            miss = np.abs(guess - self.value[i])
            rise = np.maximum(self.value[i] - lowest[i], 0.0)
            good = miss <= weight * _MISS * (1 + 3 * rise)
        result = np.ones(len(self.at), dtype=bool)
        result[i] = good
        return result

    def _bent(self, width: FloatArray) -> BoolArray:
        """Whether the cubic of an interval turns twice, or its slopes contradict its
        values."""
        before, behind = self._signs()
        with np.errstate(invalid="ignore"):
            rise, m0, m1 = (
                np.diff(self.value),
                width * self.slope[:-1],
                width * self.slope[1:],
            )
            same = before[:-1] == behind[1:]
            # monotone if slopes are at most three times the secant (Fritsch, Carlson)
            steep = (np.abs(m0) > 3 * np.abs(rise)) | (np.abs(m1) > 3 * np.abs(rise))
            against = np.sign(rise) != before[:-1]
            flat = np.abs(rise) + np.abs(m0) + np.abs(m1) < 1e-6
            return np.asarray(same & (steep | against) & ~flat)

    def _signs(self) -> tuple[FloatArray, FloatArray]:
        """Sign of the slope to the right and to the left of each node."""
        sign = np.where(self.slope < 0, -1.0, 1.0)
        return (
            np.where(self.kind == 0, sign, -self.kind),
            np.where(self.kind == 0, sign, self.kind),
        )

    def polish(self, known: FloatArray, ceiling: float, fall: float = FALL) -> int:
        """Put a node at each relevant stationary point between two nodes; returns their
        number.

        Parameters
        ----------
        known : −2 ln L known from elsewhere, (rows,).
        ceiling : relevant height above the smallest.
        fall : expected fall of −2 ln L at which a stationary point is accepted.
        """
        right, left_of = self._signs()
        lowest = np.minimum(self.lowest()[1], known)[self.row]
        near = self.value <= lowest + 4 * ceiling + 1
        same = (self.row[1:] == self.row[:-1]) & (right[:-1] != left_of[1:])
        same &= np.isfinite(self.value[1:]) & np.isfinite(self.value[:-1])
        same &= near[1:] | near[:-1]
        left = np.flatnonzero(same)
        if not left.size:
            return 0
        kind = np.where(right[left] < 0, -1, 1)
        at, found = self._bracket(left).turning(kind, fall)
        # at an end of its stretch, as where −2 ln L stays behind it, it is that node
        low, high = self.at[left], self.at[left + 1]
        fine = _SAME * np.maximum(np.abs(low), np.abs(high))
        ended = np.minimum(at - low, high - at) <= fine
        node = np.where(at - low <= high - at, left, left + 1)[ended]
        new = self.kind[node] == 0
        self.kind[node[new]], self.slope[node[new]] = kind[ended][new], 0.0
        inside = Heights(found.value[~ended], found.slope[~ended], found.speed[~ended])
        place = self._insert(self.row[left[~ended]], at[~ended], inside)
        self.kind[place], self.slope[place] = kind[~ended], 0.0
        return len(place) + int(new.sum())


class _Brackets:
    """Brackets, which are narrowed from both sides."""

    def __init__(
        self, line: Line, row: IntArray, left: FloatArray, right: FloatArray
    ) -> None:
        self.line, self.row = line, row
        self.left, self.right = left, right  # place, value, slope; (3, stretches)

    def _step(self, on: IntArray, t: FloatArray) -> tuple[FloatArray, Heights]:
        """Evaluate at the fraction `t` of the intervals `on`."""
        a, b = self.left[0, on], self.right[0, on]
        x = a + np.clip(t, 0.0, 1.0) * (b - a)
        return x, self.line.heights(self.row[on], x)

    def _put(self, on: IntArray, low: BoolArray, x: FloatArray, h: Heights) -> None:
        """Move the left (`low`) or right end of intervals."""
        new = np.array([x, h.value, h.slope])
        self.left[:, on[low]] = new[:, low]
        self.right[:, on[~low]] = new[:, ~low]

    def _fine(self, on: IntArray) -> BoolArray:
        a, b = self.left[0, on], self.right[0, on]
        return np.asarray(b - a <= _FINE * np.maximum(np.abs(a), np.abs(b)))

    def crossing(self, level: FloatArray) -> FloatArray:
        """Crossing of a level in each interval, both (intervals,)."""
        on = np.arange(len(self.row))
        result: FloatArray = np.asarray((self.left[0] + self.right[0]) / 2)
        rising = self.left[1] <= level
        for number in range(_POLISH):
            if not on.size:
                break
            a, b = self.left[:, on], self.right[:, on]
            if number % 3 == 2:  # cubic steps may approach from one side only
                t = np.full(on.size, 0.5)
            else:
                width = b[0] - a[0]
                t = _cubic_root((a[1], b[1]), (width * a[2], width * b[2]), level[on])
            x, h = self._step(on, t)
            result[on] = x
            self._put(on, (h.value <= level[on]) == rising[on], x, h)
            close = _CROSSED * np.maximum(np.abs(level[on]), 1.0)
            on = on[~(self._fine(on) | (np.abs(h.value - level[on]) <= close))]
        return result

    def turning(self, kind: IntArray, close: float) -> tuple[FloatArray, Heights]:
        """The stationary point of each interval and its heights, to an expected fall of
        −2 ln L."""
        on = np.arange(len(self.row))
        at = np.empty(on.size)
        found = np.empty((3, on.size))
        for number in range(_POLISH):
            if not on.size:
                break
            a, b = self.left[:, on], self.right[:, on]
            width = b[0] - a[0]
            t = _turning_root(a[1], b[1], width * a[2], width * b[2])
            if number % 3 == 2:
                t = np.full(on.size, 0.5)
            x, h = self._step(on, t)
            at[on], found[:, on] = x, (h.value, h.slope, h.speed)
            rise = np.abs(b[2] - a[2])  # of the slope over the interval
            self._put(on, (h.slope < 0) == (kind[on] < 0), x, h)
            fall = h.slope**2 * width / np.where(rise > 0, rise, np.inf)
            on = on[~(self._fine(on) | (fall <= close))]
        return at, Heights(*found)


def _cubic(
    t: FloatArray, p0: FloatArray, p1: FloatArray, m0: FloatArray, m1: FloatArray
) -> FloatArray:
    """Hermite's cubic on (0, 1) with values p and slopes m at its ends."""
    s = 1 - t
    return np.asarray(
        s * s * (1 + 2 * t) * p0
        + t * s * s * m0
        + t * t * (3 - 2 * t) * p1
        - t * t * s * m1
    )


def _turning_root(
    p0: FloatArray, p1: FloatArray, m0: FloatArray, m1: FloatArray
) -> FloatArray:
    """Stationary point of Hermite's cubic in (0, 1), with end slopes of opposite
    signs."""
    a, b, c = 6 * (p0 - p1) + 3 * (m0 + m1), -6 * (p0 - p1) - 4 * m0 - 2 * m1, m0
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum(b * b - 4 * a * c, 0.0))
        q = -0.5 * (b + np.where(b < 0, -root, root))
        first, second = q / a, c / q
        inside = (first > 0) & (first < 1)
        t = np.where(inside, first, second)
        secant = m0 / (m0 - m1)
    t = np.where((t > 0) & (t < 1), t, secant)
    return np.where((t > 0) & (t < 1), t, 0.5)


def _cubic_root(
    values: tuple[FloatArray, FloatArray],
    slopes: tuple[FloatArray, FloatArray],
    level: FloatArray,
) -> FloatArray:
    """Crossing of a level by Hermite's cubic between its ends, by bisection; 0.5 if an
    end is infinite."""
    (p0, p1), (m0, m1) = values, slopes
    low, high = np.zeros(len(p0)), np.ones(len(p0))
    up = p0 <= level
    with np.errstate(invalid="ignore"):
        for _ in range(52):
            t = (low + high) / 2
            before = (_cubic(t, p0, p1, m0, m1) <= level) == up
            low, high = np.where(before, t, low), np.where(before, high, t)
    usable = np.isfinite(p0) & np.isfinite(p1)
    return np.where(usable, (low + high) / 2, 0.5)


def survey(
    line: Line,
    nodes: FloatArray,
    ceiling: float,
    known: FloatArray | None = None,
    fall: float = FALL,
) -> Landscape:
    """Find every relevant minimum and maximum of −2 ln L along a line.

    Parameters
    ----------
    line : −2 ln L and its slope, for many rows.
    nodes : initial nodes of each row, increasing, including its ends, shape (rows,
        nodes).
    ceiling : relevant rise of −2 ln L above the lowest.
    known : −2 ln L of a row elsewhere, shape (rows,), taken into account for its
        lowest.
    fall : expected fall of −2 ln L at which a stationary point is accepted.

    Returns
    -------
    Landscape

    Examples
    --------
    A double well, of one standard deviation a unit:

    >>> class Well:
    ...     def heights(self, row, at):
    ...         return Heights((at**2 - 4) ** 2, 4 * at * (at**2 - 4), 2 * abs(at))
    >>> found = survey(Well(), np.linspace(-3.3, 3.0, 4)[None], 30.0)
    >>> [(round(x, 6), kind) for x, _, kind in found.stationary()]
    [(-2.0, -1), (0.0, 1), (2.0, -1)]
    >>> found.crossings(np.array([1.0])).at ** 2
    array([5., 3., 3., 5.])
    """
    beyond = np.full(len(nodes), np.inf) if known is None else known
    found = Landscape(line, np.asarray(nodes, dtype=float))
    found.search(beyond, ceiling, fall)
    return found
