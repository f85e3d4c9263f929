"""Second derivatives of −2 ln L in the factors of a product background, for many points
at once; points run along the last axis of all arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = ["Bent", "Split"]

BoolArray = NDArray[np.bool_]
Factors = tuple[FloatArray, FloatArray]

# relative size above which second derivatives count as positive
_RIDGE: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Bent:
    """Half of −2 ln L to second order in the logarithms of rows e and columns t.

    Attributes
    ----------
    kept : columns with variable factors.
    factors : e and t, shapes (rows, points) and (columns, points).
    slopes : derivatives, shapes (rows, points) and (columns, points).
    bends : of each bin, second derivatives in the logarithm of its background, shape
        (rows, columns, points).
    background, total : background and expectation of each bin.
    weight : total exposure of data and control counts over that of the data; times the
        background it is positive and at least `bends`.
    """

    kept: NDArray[np.intp]
    factors: Factors
    slopes: Factors
    bends: FloatArray
    background: FloatArray
    total: FloatArray
    weight: float = 1.0

    def take(self, rows: NDArray[np.intp]) -> Bent:
        """Some of the points."""
        other = Bent(
            self.kept,
            (self.factors[0][:, rows], self.factors[1][:, rows]),
            (self.slopes[0][:, rows], self.slopes[1][:, rows]),
            self.bends[..., rows],
            self.background[..., rows],
            self.total[..., rows],
            self.weight,
        )
        other.__dict__["split"] = self.split.take(rows)
        (e, t), decrement = self.step
        other.__dict__["step"] = (e[:, rows], t[:, rows]), decrement[rows]
        return other

    def put(self, rows: NDArray[np.intp], other: Bent) -> Bent:
        """Set the points `rows` to `other`; returns `other` if these are all points."""
        if len(rows) == self.total.shape[2]:
            return other
        for mine, new in zip(self._arrays(), other._arrays(), strict=True):
            mine[..., rows] = new
        self.__dict__.pop("step", None)
        return self

    def _arrays(self) -> tuple[NDArray[Any], ...]:
        pairs = (*self.factors, *self.slopes)
        own = (self.bends, self.background, self.total)
        return (*pairs, *own, *self.split.arrays())

    @cached_property
    def split(self) -> Split:
        """Second derivatives, factorised."""
        split = Split.of(self.bends, self.kept)
        if not split.good.all():
            bends = np.where(split.good, self.bends, self.weight * self.background)
            safe = Split.of(bends, self.kept)
            return Split(safe.rows, safe.mixed, safe.over, safe.schur, split.good)
        return split

    @property
    def good(self) -> BoolArray:
        """Points whose second derivatives are positive, (points,); for others larger
        ones are used."""
        return self.split.good

    @cached_property
    def step(self) -> tuple[Factors, FloatArray]:
        """Newton's step of the logarithms, and its decrement: twice the expected fall
        of −2 ln L."""
        e, t = self.solved((self.slopes[0][:, None], self.slopes[1][:, None]))
        step = (-e[:, 0], -t[:, 0])
        decrement = -2 * sum(
            (s * g).sum(axis=0) for s, g in zip(step, self.slopes, strict=True)
        )
        return step, np.asarray(decrement)

    def solved(self, right: Factors) -> Factors:
        """Solution of the linear system of the second derivatives with the right-hand
        sides `right`, both of shapes (rows, some, points) and (columns, some,
        points)."""
        split, (e, t) = self.split, right
        down = t[self.kept] - (split.over[:, :, None] * e[:, None]).sum(axis=0)
        moved = _symmetric(split.schur, down)
        rows = e - (split.mixed[:, :, None] * moved).sum(axis=1)
        columns = np.zeros(t.shape)
        columns[self.kept] = moved
        return rows / split.rows[:, None], columns

    def inverse(self) -> FloatArray:
        """Inverse second derivatives in the factors, shape (points, both, both); 0 for
        the one held fixed."""
        (first, points), last = self.slopes[0].shape, len(self.slopes[1])
        unit = np.broadcast_to(
            np.eye(first + last)[..., None], (first + last, first + last, points)
        )
        e, t = self.solved((unit[:first], unit[first:]))
        return np.concatenate([e, t]).transpose(2, 0, 1)

    def mixed(self, data: FloatArray, every: FloatArray) -> Factors:
        """Half the second derivatives in factors and in directions of the rest of the
        expectation.

        Parameters
        ----------
        data : counts, as in `Product`.
        every : directions, shape (points, directions, bins).

        Returns
        -------
        arrays, shapes (rows, directions, points) and (columns, directions, points)
        """
        points, size, _ = every.shape
        each = (data * self.background / self.total**2).reshape(-1, points).T
        grid = (every * each[:, None]).reshape(points, size, *self.bends.shape[:2])
        return grid.sum(axis=3).transpose(2, 1, 0), grid.sum(axis=2).transpose(2, 1, 0)

    def eliminated(self, data: FloatArray, every: FloatArray) -> FloatArray:
        """Reduction of the second derivatives of −2 ln L because the background
        follows, shape (points, directions, directions), with `data` and `every` as in
        `mixed`."""
        right = self.mixed(data, every)
        pairs = zip(right, self.solved(right), strict=True)
        return np.asarray(2 * sum(np.einsum("iap,ibp->pab", r, f) for r, f in pairs))


@dataclass(frozen=True, eq=False)
class Split:
    """Second derivatives of many points, factorised.

    Attributes
    ----------
    rows : of the rows, (rows, points).
    mixed : of rows and columns, (rows, columns, points).
    over : the same over `rows`.
    schur : of the columns, with the rows at their minimum, as L times D.
    good : whether all are positive, (points,).
    """

    rows: FloatArray
    mixed: FloatArray
    over: FloatArray
    schur: FloatArray
    good: BoolArray

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of them."""
        return (self.rows, self.mixed, self.over, self.schur, self.good)

    def take(self, points: NDArray[np.intp]) -> Split:
        """Some of the `points`."""
        return Split(*(a[..., points] for a in self.arrays()))

    @classmethod
    def of(cls, bends: FloatArray, kept: NDArray[np.intp]) -> Split:
        """From second derivatives `bends` in the logarithm of each bin's background,
        (rows, columns, points); the columns `kept` move."""
        rows, columns = bends.sum(axis=1), bends.sum(axis=0)[kept]
        mixed = bends[:, kept]
        rows = np.where(rows > 0, rows, 1.0) if (rows <= 0).any() else rows
        over = mixed / rows[:, None]
        n = len(kept)
        schur = np.empty((n, n, bends.shape[2]))
        for a in range(n):
            schur[a, : a + 1] = -(over[:, a, None] * mixed[:, : a + 1]).sum(axis=0)
        schur[range(n), range(n)] += columns
        good = (rows > 0).all(axis=0) & _factorised(schur, _RIDGE * columns)
        return cls(rows, mixed, over, schur, good)


def _factorised(matrix: FloatArray, least: FloatArray) -> BoolArray:
    """Turn the lower triangle of symmetric matrices, (k, k, points), into L times D, D
    on the diagonal; whether all of D is above `least`, (k, points)."""
    good = np.ones(matrix.shape[2], dtype=bool)
    for j in range(len(matrix)):
        pivot = matrix[j, j]
        seen = pivot > least[j]
        if not seen.all():
            good &= seen
            pivot[~seen] = 1.0
        column = matrix[j + 1 :, j]
        # entries that overflow far from the data give no positive pivot in the next
        # step
        with np.errstate(invalid="ignore", over="ignore"):
            matrix[j + 1 :, j + 1 :] -= (column / pivot)[:, None] * column
    return good


def _symmetric(factors: FloatArray, right: FloatArray) -> FloatArray:
    """Solutions for the factors of `_factorised`, of the shape of `right`, (k, some,
    points)."""
    x = right.copy()
    k = len(x)
    for j in range(k):
        x[j] /= factors[j, j]
        x[j + 1 :] -= factors[j + 1 :, j, None] * x[j]
    for j in range(k - 2, -1, -1):
        x[j] -= (factors[j + 1 :, j, None] * x[j + 1 :]).sum(axis=0) / factors[j, j]
    return x
