"""The most probable background that is a product of two factors.

A background b_ij = e_i t_j is fitted to counts n_ij ~ x_ij + b_ij and to control counts
of b alone, for many x at once. Points are along the last axis of all arrays here, so
that each operation processes all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import ComputationError
from nuprobe.inference.costs.bent import Bent
from nuprobe.numerics import FloatArray

__all__ = ["Product", "product_counts"]

BoolArray = NDArray[np.bool_]
Factors = tuple[FloatArray, FloatArray]

_EM: Final = 3  # expectation–maximisation steps before Newton's
_NEWTON: Final = 200
# decrements of −2 ln L at which a step is the last one; the next is its square
_LAST: Final = 1e-7
_DONE: Final = 1e-11  # if convergence is slower
_SURE: Final = 0.05  # decrement up to which a full step is safe
_LONGEST: Final = 1.0  # largest step of a logarithm


def product_counts(counts: FloatArray) -> FloatArray:
    """Product of the projections of counts over their sum, flat.

    Parameters
    ----------
    counts : shape (rows, columns).

    Examples
    --------
    >>> product_counts(np.array([[1.0, 1.0], [2.0, 0.0]]))
    array([1.5, 0.5, 1.5, 0.5])
    """
    total = counts.sum()
    if total <= 0:
        return np.zeros(counts.size)
    return np.asarray(np.outer(counts.sum(axis=1), counts.sum(axis=0)).ravel() / total)


@dataclass(frozen=True, eq=False)
class Product:
    """The best b_ij = e_i t_j for counts n_ij ~ x_ij + b_ij and control counts of
    b alone.

    Attributes
    ----------
    data : counts, shape (rows, columns, points), or with one point for all.
    control : control counts of rows and columns, (rows, points) and (columns, points),
        or with one point.
    ratio : exposure of the control counts over that of the data.
    """

    data: FloatArray
    control: Factors
    ratio: float

    @classmethod
    def of(
        cls,
        data: ArrayLike,
        control: ArrayLike,
        shape: tuple[int, int],
        ratio: float = 1.0,
    ) -> Product:
        """From flat counts.

        Parameters
        ----------
        data, control : shape (bins,), or (points, bins) if each point has its own.
        shape : numbers of rows and columns.
        ratio : exposure of the control counts over that of the data.

        Examples
        --------
        Without signal the factors are the mean of both counts:

        >>> each = Product.of([4.0, 2.0], [2.0, 2.0], (1, 2))
        >>> each.counts(each.factors(each.grid(np.zeros((1, 2)))))
        array([[3., 2.]])
        """
        n, m = (
            np.ascontiguousarray(np.atleast_2d(np.asarray(a, dtype=float)).T)
            for a in (data, control)
        )
        n, m = n.reshape(*shape, -1), m.reshape(*shape, -1)
        return cls(n, (m.sum(axis=1), m.sum(axis=0)), ratio)

    @cached_property
    def bare(self) -> BoolArray:
        """Whether some row or column has no control counts, shape (points,): its factor
        may be 0, which is approached and left slowly."""
        e, t = self.control
        return np.asarray(np.minimum(e.min(axis=0), t.min(axis=0)) <= 0)

    @cached_property
    def kept(self) -> NDArray[np.intp]:
        """Columns with variable factors; the fullest one is fixed, since only the
        product matters."""
        full = self.control[1].sum(axis=1) + self.data.sum(axis=(0, 2))
        return np.delete(np.arange(len(full)), int(full.argmax()))

    def take(self, rows: NDArray[np.intp] | BoolArray) -> Product:
        """Some of the points."""
        if self.data.shape[2] == 1:
            return self
        e, t = self.control
        part = Product(self.data[..., rows], (e[:, rows], t[:, rows]), self.ratio)
        # second derivatives of some points are put among those of all
        part.__dict__["kept"] = self.kept
        return part

    def grid(self, values: FloatArray) -> FloatArray:
        """The same `values`, shape (points, bins), as rows, columns and points."""
        rows, columns, _ = self.data.shape
        return np.ascontiguousarray(values.T).reshape(rows, columns, len(values))

    def counts(self, factors: Factors) -> FloatArray:
        """The product of `factors`, shape (points, bins)."""
        e, t = factors
        return (e[:, None] * t).reshape(-1, e.shape[1]).T

    def factors(
        self, x: FloatArray, start: Factors | None = None, last: float = _LAST
    ) -> Factors:
        """Factors of the best background.

        Parameters
        ----------
        x : the rest of the expectation, shape (rows, columns, points).
        start : factors nearby; NaN where none are known.
        last : decrement of −2 ln L at which a step is the last one; the decrement
            after it is about its square.

        Returns
        -------
        arrays, shapes (rows, points) and (columns, points)

        Raises
        ------
        ComputationError
            If they are not found.
        """
        e, t = self._start(x, start)
        rows, part, rest = np.arange(x.shape[2]), self, x
        for _ in range(_NEWTON):
            bent = part.bent(rest, (e[:, rows], t[:, rows]))
            e[:, rows], t[:, rows], far = part._moved(rest, bent, last)
            if not far.any():
                return e, t
            if not far.all():
                left = np.flatnonzero(far)
                rows, rest, part = rows[left], rest[..., left], part.take(left)
        raise self._lost(rows.size)

    def near(
        self, x: FloatArray, start: Factors | None, last: float = _LAST
    ) -> tuple[Factors, Bent]:
        """Factors from which one step reaches the best background, and the second
        derivatives of −2 ln L there; `x`, `start` and `last` are as in `factors`."""
        e, t = self._start(x, start)
        bent = self.bent(x, (e, t))
        decrement = bent.step[1]
        rows, part, rest, now = np.arange(x.shape[2]), self, x, bent
        for _ in range(_NEWTON):
            # a factor that tends to 0 must converge: a nearby start is not used then
            left = np.flatnonzero(~(decrement <= np.where(part.bare, _DONE, last)))
            if not left.size:
                return (e, t), bent
            if left.size < rows.size:
                rows, rest = rows[left], rest[..., left]
                part, now = part.take(left), now.take(left)
            e[:, rows], t[:, rows], _ = part._moved(rest, now, last)
            now = part.bent(rest, (e[:, rows], t[:, rows]))
            decrement = now.step[1]
            bent = bent.put(rows, now)
        raise self._lost(rows.size)

    @staticmethod
    def _lost(points: int) -> ComputationError:
        return ComputationError(
            f"the background of {points} points was not found: projections without"
            " control counts leave it open; merge bins"
        )

    def _moved(
        self, x: FloatArray, bent: Bent, last: float
    ) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Factors after a step, and points for which it was not the last."""
        step, decrement = bent.step
        length = self._length(x, bent, step, decrement)
        e, t = (f * np.exp(length * s) for f, s in zip(bent.factors, step, strict=True))
        fast = bent.good & ~self.bare & (length == 1)
        return e, t, ~(decrement <= np.where(fast, last, _DONE))

    def _start(self, x: FloatArray, start: Factors | None) -> Factors:
        """Copies of nearby factors, and initial ones where there are none."""
        if start is None:
            return self._begin(x)
        e, t = np.array(start[0]), np.array(start[1])
        new = np.flatnonzero(~np.isfinite(e[0]) | self.bare)
        if new.size:
            e[:, new], t[:, new] = self.take(new)._begin(x[..., new])
        return e, t

    def _begin(self, x: FloatArray) -> Factors:
        """Initial factors from steps that never decrease the likelihood."""
        n, (m_e, m_t) = self.data, self.control
        # no factor starts at 0, where it would stay
        e, t = np.maximum(n.sum(axis=1) + m_e, 1e-3), n.sum(axis=0) + m_t
        e = e / (1 + self.ratio) + np.zeros(x.shape[2])
        t = np.maximum(t, 1e-3) / np.maximum(t.sum(axis=0), 1e-3)
        lifted = np.maximum(x, 0.0)
        for _ in range(_EM):
            b = e[:, None] * t
            mine = n * b / (lifted + b)
            rows, columns = mine.sum(axis=1) + m_e, mine.sum(axis=0) + m_t
            e = np.maximum(rows, 1e-12) / (1 + self.ratio)
            t = np.maximum(columns, 1e-12) / np.maximum(rows.sum(axis=0), 1e-300)
        if x.min() < 0:
            below = np.where(n > 0, -x / (e[:, None] * t), 0.0).max(axis=(0, 1))
            # inside: every expectation with counts is positive
            e = e * np.where(below > 0.95, below / 0.95, 1.0)
        return e, t

    def bent(self, x: FloatArray, factors: Factors) -> Bent:
        """Second derivatives of −2 ln L in the logarithms of `factors`, for the rest
        `x` of the expectation, shape (rows, columns, points)."""
        e, t = factors
        b = e[:, None] * t
        total = x + b
        share = b / total
        mine = self.data * share
        bends = (1 + self.ratio) * b - mine + mine * share
        slopes = (
            (1 + self.ratio) * e * t.sum(axis=0) - mine.sum(axis=1) - self.control[0],
            (1 + self.ratio) * t * e.sum(axis=0) - mine.sum(axis=0) - self.control[1],
        )
        weight = 1 + self.ratio
        return Bent(self.kept, factors, slopes, bends, b, total, weight)

    def _length(
        self, x: FloatArray, bent: Bent, step: Factors, decrement: FloatArray
    ) -> FloatArray:
        """Fraction of the steps to take, shape (points,)."""
        size = np.maximum(np.abs(step[0]).max(axis=0), np.abs(step[1]).max(axis=0))
        length = np.minimum(1.0, _LONGEST / np.maximum(size, 1e-300))
        sure = (decrement <= _SURE) & bent.good
        if x.min() < 0:
            sure &= x.min(axis=(0, 1)) >= 0
        rows = np.flatnonzero(~sure)
        if not rows.size:
            return np.asarray(length)
        part, rest = self.take(rows), x[..., rows]
        b = bent.background[..., rows]
        moves = step[0][:, None, rows] + step[1][:, rows]
        m_e, m_t = part.control
        # the logarithms of the factors change by the steps
        along = (m_e * step[0][:, rows]).sum(axis=0) + (m_t * step[1][:, rows]).sum(
            axis=0
        )
        before = part._objective(rest, b)
        now = length[rows]
        for _ in range(40):
            after = part._objective(rest, b * np.exp(now * moves)) - now * along
            worse = ~(after <= before + 1e-10 * (1 + np.abs(before)))
            if not worse.any():
                break
            now = np.where(worse, now / 2, now)
        length[rows] = now
        return np.asarray(length)

    def _objective(self, x: FloatArray, b: FloatArray) -> FloatArray:
        """−ln L up to constants and the logarithms of the factors, (points,); inf where
        impossible."""
        total = x + b
        seen = self.data > 0
        good = total > 0
        log = np.log(np.where(seen & good, total, 1.0))
        sums = ((1 + self.ratio) * b - self.data * log).sum(axis=(0, 1))
        bad = (seen & ~good).any(axis=(0, 1))
        return np.asarray(np.where(bad, np.inf, sums))

    def twice_nll(self, bent: Bent) -> FloatArray:
        """−2 ln L of counts and of projections of the control counts, at its minimum
        one step from `bent`, shape (points,); 0 where they are as expected, inf where
        they are impossible."""
        (e, t), total = bent.factors, bent.total
        n, (m_e, m_t) = self.data, self.control
        seen = n > 0
        bad = (np.where(seen, -total, 0.0) >= 0) & seen | (total < 0)
        ratio = np.where(seen & ~bad, n, 1.0) / np.where(seen & ~bad, total, 1.0)
        on = (total - n + n * np.log(ratio)).sum(axis=(0, 1))
        whole = m_e.sum(axis=0)
        expected = self.ratio * e.sum(axis=0) * t.sum(axis=0)
        off = expected - whole + _logs(m_e, e) + _logs(m_t, t)
        off -= whole * np.log(np.where(whole > 0, self.ratio * whole, 1.0))
        value = np.maximum(2 * (on + off) - bent.step[1] / 2, 0.0)
        return np.where(bad.any(axis=(0, 1)), np.inf, value)


def _logs(counts: FloatArray, factors: FloatArray) -> FloatArray:
    """Σ m ln(m/f) over the first axis."""
    some = counts > 0
    safe = np.where(some, counts, 1.0) / np.where(some, factors, 1.0)
    return np.asarray((counts * np.log(safe)).sum(axis=0))
