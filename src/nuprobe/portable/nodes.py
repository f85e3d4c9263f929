"""Chebyshev nodes of parameters in which a likelihood is no polynomial, as many as its
interpolation needs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray, barycentric_matrix, chebyshev_nodes
from nuprobe.parameters import Parameter
from nuprobe.portable.document import AxisEntry

__all__ = ["EXACT", "Grid", "Judge", "range_of"]

EXACT: Final = 1e-10
"""Error of −2 ln L at the points that are tried, relative to it where it is above 1,
that counts as none: at others it may be a few times larger."""

_GOOD: Final = 1e-5
"""The same over several axes where more nodes help little, as between those of a
spline."""
_SLOW: Final = 5.0  # times smaller with half as many nodes again

_SIZES: Final = (
    *(n + 1 for k in range(4, 12) for n in (2**k, 3 * 2 ** (k - 1))),
    4097,
)
"""Nodes of each axis that are tried: steps of about the root of two."""
_MOST: Final = {1: 4097, 2: 17_000, 3: 36_000}  # in all, by the number of axes
_NUMBERS: Final = 2_000_000  # of all tables
_WORST: Final = 0.05  # error of −2 ln L of a file
_TRIED: Final = 400
_WIDE: Final = 5.0  # ratio of the ends from which an axis is logarithmic

Ends = tuple[FloatArray, FloatArray, NDArray[np.bool_]]
"""Lower and upper ends of parameters, and which axes are logarithmic."""

Judge = Callable[[FloatArray], FloatArray]
"""−2 ln L but for a constant, of expectations (points, bins)."""


def range_of(
    p: Parameter, ranges: Mapping[str, tuple[float, float]]
) -> tuple[float, float]:
    """The part of a parameter's range that a file has.

    Parameters
    ----------
    p : the parameter.
    ranges : parts by name.

    Raises
    ------
    InputError
        If the part is not inside the range, or its ends do not increase.

    Examples
    --------
    >>> range_of(Parameter("x", 0.5, 0.0, 1.0), {"x": (0.2, 0.8)})
    (0.2, 0.8)
    """
    if p.name not in ranges:
        return p.lower, p.upper
    low, high = ranges[p.name]
    if not p.lower <= low < high <= p.upper:
        raise InputError(
            f"the range {low:g} to {high:g} of {p.name} must increase and lie inside"
            f" [{p.lower:g}, {p.upper:g}]"
        )
    return low, high


@dataclass(frozen=True, eq=False)
class Grid:
    """Nodes over one or several parameters.

    Attributes
    ----------
    entries : one axis each.
    points : values at the nodes, shape (nodes, axes), the last axis fastest.
    tables : what was tabulated there, each (nodes, ...).
    error : largest error of −2 ln L at points that were tried.
    """

    entries: tuple[AxisEntry, ...]
    points: FloatArray
    tables: tuple[FloatArray, ...]
    error: float

    @property
    def entry(self) -> AxisEntry:
        """The axis, of which there is one."""
        (entry,) = self.entries
        return entry

    @property
    def shape(self) -> tuple[int, ...]:
        """Nodes of each axis."""
        return tuple(len(entry.nodes) for entry in self.entries)

    @classmethod
    def of(
        cls,
        what: str,
        smooth: Sequence[Parameter],
        others: Sequence[Parameter],
        ranges: Mapping[str, tuple[float, float]],
        tables: Callable[[FloatArray], Sequence[FloatArray]],
        made: Callable[[FloatArray, Sequence[FloatArray]], FloatArray],
        judge: Judge,
    ) -> Grid:
        """Nodes, more and more until −2 ln L comes out at random points.

        Parameters
        ----------
        what : for messages.
        smooth, others : parameters with axes, and those without.
        ranges : parts of their ranges.
        tables : values to interpolate at points of the smooth ones, each (points,
            ...).
        made : expectation at points, the smooth parameters first, from the tables.
        judge : −2 ln L of expectations.
        """
        low, high = _ends(what, smooth, ranges)
        logs = (low > 0) & (high > _WIDE * low)
        tried, points = _tried(smooth, others, ranges, (low, high, logs))
        exact = made(points, tables(points[:, : len(smooth)]))
        wanted = judge(exact)
        room = _NUMBERS // sum(t[0].size for t in tables(points[:1, : len(smooth)]))
        best, most = None, min(_MOST.get(len(smooth), 0), room)
        for size in _SIZES:
            if size ** len(smooth) > most:
                break
            grid = cls._made(smooth, (low, high, logs), size, tables)
            found = judge(made(points, grid.at(tried)))
            error = np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted))
            grid = cls(grid.entries, grid.points, grid.tables, float(error.max()))
            slow = best is not None and grid.error * _SLOW > best.error
            if best is None or grid.error < best.error:
                best = grid
            enough = slow and len(smooth) > 1 and best.error <= _GOOD
            if best.error <= EXACT or enough:
                return best
        if best is None or not best.error <= _WORST:
            names = ", ".join(p.name for p in smooth)
            raise InputError(
                f"{what}: {most} nodes are not enough for {names}; give a smaller part"
                " of the range with --range (ranges=...), or leave one out of the free"
                " parameters"
            )
        return best

    @classmethod
    def _made(
        cls,
        smooth: Sequence[Parameter],
        ends: Ends,
        size: int,
        tables: Callable[[FloatArray], Sequence[FloatArray]],
    ) -> Grid:
        entries = []
        for p, low, high, log in zip(smooth, *ends, strict=True):
            first, last = (math.log(x) if log else x for x in (low, high))
            nodes = chebyshev_nodes(first, last, size)
            entries.append(
                AxisEntry(name=p.name, kind="chebyshev", log=bool(log), nodes=nodes)
            )
        values = [
            # rounding must not leave the range
            np.clip(np.exp(e.nodes) if e.log else e.nodes, low, high)
            for e, low, high in zip(entries, *ends[:2], strict=True)
        ]
        mesh = np.meshgrid(*values, indexing="ij")
        points = np.stack([x.ravel() for x in mesh], axis=1)
        return cls(tuple(entries), points, tuple(tables(points)), math.inf)

    def at(self, coordinates: FloatArray) -> list[FloatArray]:
        """Tables at coordinates, shape (points, axes)."""
        weights = [
            barycentric_matrix(entry.nodes, x)
            for entry, x in zip(self.entries, coordinates.T, strict=True)
        ]
        found = []
        for table in self.tables:
            values = table.reshape(*self.shape, -1)
            result = np.tensordot(weights[0], values, 1)
            for w in weights[1:]:
                result = np.einsum("pn,pn...->p...", w, result)
            found.append(result.reshape(len(coordinates), *table.shape[1:]))
        return found


def _ends(
    what: str, smooth: Sequence[Parameter], ranges: Mapping[str, tuple[float, float]]
) -> tuple[FloatArray, FloatArray]:
    ends = [range_of(p, ranges) for p in smooth]
    for p, both in zip(smooth, ends, strict=True):
        if not np.isfinite(both).all():
            raise InputError(
                f"{what} is not a polynomial in {p.name}, whose range is infinite: give"
                f" a part of it with --range {p.name}=LOW:HIGH (ranges=...), or leave"
                f" {p.name} out of the free parameters"
            )
    low, high = np.array(ends, dtype=float).T
    return low, high


def _tried(
    smooth: Sequence[Parameter],
    others: Sequence[Parameter],
    ranges: Mapping[str, tuple[float, float]],
    ends: Ends,
) -> tuple[FloatArray, FloatArray]:
    """Coordinates of the smooth parameters, and points of all: over the ranges, and
    around the defaults at all scales, where there may be a kink."""
    rng = np.random.default_rng(11)
    low, high, logs = ends
    first, last = _coordinates(low, logs), _coordinates(high, logs)
    default = np.clip([p.default for p in smooth], low, high)
    shape = _TRIED // 2, len(smooth)
    away = 10 ** rng.uniform(-3.0, 0.0, shape) * rng.choice([-1.0, 1.0], shape)
    near = _coordinates(default, logs) + away * (last - first)
    everywhere = rng.uniform(first, last, shape)
    coordinates = np.clip(np.concatenate([everywhere, near]), first, last)
    values = np.where(logs, np.exp(np.where(logs, coordinates, 0.0)), coordinates)
    columns = [np.clip(values, low, high)]
    for p in others:
        lower, upper = range_of(p, ranges)
        if not (np.isfinite(lower) and np.isfinite(upper)):
            lower = max(lower, p.default - 5 * p.step)
            upper = min(upper, p.default + 5 * p.step)
        size = 10 ** rng.uniform(-3.0, 0.0, _TRIED // 2) * (upper - lower)
        around = p.default + size * rng.choice([-1.0, 1.0], _TRIED // 2)
        column = np.append(around, rng.uniform(lower, upper, _TRIED // 2))
        columns.append(rng.permutation(np.clip(column, lower, upper))[:, None])
    return coordinates, np.concatenate(columns, axis=1)


def _coordinates(values: FloatArray, logs: NDArray[np.bool_]) -> FloatArray:
    """Logarithms of those that are logarithmic."""
    return np.asarray(np.where(logs, np.log(np.where(logs, values, 1.0)), values))
