"""The product of two factors that makes counts with a background most probable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError
from nuprobe.numerics import FloatArray

__all__ = ["Product", "product_counts"]

Factors = tuple[FloatArray, FloatArray]

_EM: Final = 4  # steps of expectation and maximisation before Newton's
_NEWTON: Final = 200
_DONE: Final = 1e-11  # decrement of −2 ln L
_RIDGE: Final = 1e-12  # of scaled second derivatives
_LONGEST: Final = 1.0  # step of a logarithm


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
    data, control : counts, shape (rows, columns).
    ratio : exposure of the control counts over that of the data.
    """

    data: FloatArray
    control: FloatArray
    ratio: float

    @cached_property
    def projections(self) -> Factors:
        """Control counts of rows and columns."""
        return self.control.sum(axis=1), self.control.sum(axis=0)

    def counts(self, factors: Factors) -> FloatArray:
        """The product of `factors`, shape (points, bins)."""
        e, t = factors
        return (e[:, :, None] * t[:, None, :]).reshape(len(e), -1)

    def best(self, x: FloatArray) -> FloatArray:
        """The best background for the rest `x` of the expectation, both of shape
        (points, bins)."""
        return self.counts(self.factors(x, None))

    def factors(self, x: FloatArray, start: Factors | None) -> Factors:
        """Factors of the best background.

        Parameters
        ----------
        x : the rest of the expectation, shape (points, bins).
        start : factors nearby.

        Raises
        ------
        ComputationError
            If they are not found.
        """
        grid = x.reshape(len(x), *self.data.shape)
        # a factor without control counts may have been 0, which it leaves too slowly
        known = start if min(k.min() for k in self.projections) > 0 else None
        e, t = known or self._start(grid)
        e, t = e.copy(), t.copy()
        rows = np.arange(len(x))
        for _ in range(_NEWTON):
            part = grid[rows]
            step_e, step_t, decrement = self._newton(part, e[rows], t[rows])
            length = self._length(part, e[rows], t[rows], step_e, step_t)
            e[rows] *= np.exp(length * step_e)
            t[rows] *= np.exp(length * step_t)
            rows = rows[np.abs(decrement) > _DONE]
            if not rows.size:
                return e, t
        raise ComputationError(
            f"the background of {rows.size} points was not found: projections without"
            " control counts leave it open; merge bins"
        )

    def _start(self, x: FloatArray) -> Factors:
        """By steps that never make the data less probable."""
        shape = x.shape
        both = (self.data + self.control) / (1 + self.ratio)
        size = max(both.sum(), 1e-6)
        # no factor begins at 0, where it would stay
        t = np.tile(np.maximum(both.sum(axis=0), 1e-3) / size, (shape[0], 1))
        e = np.tile(np.maximum(both.sum(axis=1), 1e-3), (shape[0], 1))
        lifted = np.maximum(x, 0.0)
        for _ in range(_EM):
            b = e[:, :, None] * t[:, None, :]
            mine = self.data * b / (lifted + b)
            m_e, m_t = self.projections
            rows, columns = mine.sum(axis=2) + m_e, mine.sum(axis=1) + m_t
            total = np.maximum(rows.sum(axis=1, keepdims=True), 1e-300)
            e = np.maximum(rows, 1e-12) / (1 + self.ratio)
            t = np.maximum(columns, 1e-12) / total
        below = -x / np.maximum(e[:, :, None] * t[:, None, :], 1e-300)
        lift = np.where(self.data > 0, below, 0.0).max(axis=(1, 2))
        # inside: every expectation with counts is positive
        e *= np.where(lift > 0.95, lift / 0.95, 1.0)[:, None]
        return e, t

    def _bends(self, x: FloatArray, b: FloatArray) -> FloatArray:
        """Second derivatives in ln b."""
        total = x + b
        seen = (self.data > 0) & (total > 0)
        lost = np.divide(self.data * x * b, total**2, out=0 * b, where=seen)
        return np.asarray(2 * ((1 + self.ratio) * b - lost))

    def _newton(
        self, x: FloatArray, e: FloatArray, t: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Steps of ln e and ln t and the decrement."""
        b = e[:, :, None] * t[:, None, :]
        mine = self.data * b / np.where(x + b > 0, x + b, 1.0)
        slopes = 2 * ((1 + self.ratio) * b - mine)
        m_e, m_t = self.projections
        g_e, g_t = slopes.sum(axis=2) - 2 * m_e, slopes.sum(axis=1) - 2 * m_t
        bends = self._bends(x, b)
        both = np.concatenate([g_e, g_t], axis=1)[:, :, None]
        step = -_solved(bends, 2 * (1 + self.ratio) * b, both)[:, :, 0]
        decrement = -(step * both[:, :, 0]).sum(axis=1)
        return step[:, : e.shape[1]], step[:, e.shape[1] :], decrement

    def _length(
        self,
        x: FloatArray,
        e: FloatArray,
        t: FloatArray,
        step_e: FloatArray,
        step_t: FloatArray,
    ) -> FloatArray:
        """Share of the steps that is taken, shape (points, 1)."""
        size = np.maximum(np.abs(step_e).max(axis=1), np.abs(step_t).max(axis=1))
        length = np.minimum(1.0, _LONGEST / np.maximum(size, 1e-300))
        b = e[:, :, None] * t[:, None, :]
        moves = step_e[:, :, None] + step_t[:, None, :]
        before = self._objective(x, e, t, b)
        for _ in range(40):
            now = length[:, None]
            after = self._objective(
                x,
                e * np.exp(now * step_e),
                t * np.exp(now * step_t),
                b * np.exp(now[:, :, None] * moves),
            )
            worse = ~(after <= before + 1e-10 * (1 + np.abs(before)))
            if not worse.any():
                break
            length = np.where(worse, length / 2, length)
        return np.asarray(length[:, None])

    def _objective(
        self, x: FloatArray, e: FloatArray, t: FloatArray, b: FloatArray
    ) -> FloatArray:
        """−2 ln L but for a constant; inf where it is impossible."""
        total = x + b
        seen = self.data > 0
        bad = (seen & (total <= 0)).any(axis=(1, 2))
        log = np.log(np.where(seen & (total > 0), total, 1.0))
        m_e, m_t = self.projections
        logs = np.log(np.maximum(e, 1e-300)) @ m_e + np.log(np.maximum(t, 1e-300)) @ m_t
        sums = ((1 + self.ratio) * b - self.data * log).sum(axis=(1, 2))
        return np.asarray(np.where(bad, np.inf, 2 * (sums - logs)))

    def eliminated(self, x: FloatArray, b: FloatArray, mixed: FloatArray) -> FloatArray:
        """What the second derivatives lose as the background follows.

        Parameters
        ----------
        x, b : rest of the expectation and best background, shape (points, bins).
        mixed : second derivatives of −2 ln L in some directions and in x, shape
            (points, directions, bins).

        Returns
        -------
        array, shape (points, directions, directions)
        """
        shape = self.data.shape
        grid = b.reshape(-1, *shape)
        along = mixed.reshape(*mixed.shape[:2], *shape) * grid[:, None]
        rows = np.concatenate([along.sum(axis=3), along.sum(axis=2)], axis=2)
        bends = self._bends(x.reshape(-1, *shape), grid)
        follows = _solved(bends, 2 * (1 + self.ratio) * grid, rows.swapaxes(1, 2))
        return np.asarray(rows @ follows)


def _solved(bends: FloatArray, safe: FloatArray, right: FloatArray) -> FloatArray:
    """Solve for ln e and ln t, the last of ln t held: only the product counts.

    Where `bends` is not positive, `safe`, which always is, takes its place.
    """
    first = bends.shape[1]
    size_e = 1 / np.sqrt(np.maximum(safe.sum(axis=2), 1e-300))
    size_t = 1 / np.sqrt(np.maximum(safe.sum(axis=1), 1e-300))[:, :-1]
    outer = size_e[:, :, None] * size_t[:, None, :]
    rows, columns = _scaled(bends, size_e, size_t)
    mixed = bends[:, :, :-1] * outer
    schur, good = _eliminated(rows, columns, mixed)
    if not good.all():
        bad = ~good
        one, two = _scaled(safe[bad], size_e[bad], size_t[bad])
        rows[bad], columns[bad] = one + _RIDGE, two + _RIDGE
        mixed[bad] = safe[bad][:, :, :-1] * outer[bad]
        schur[bad] = _eliminated(rows[bad], columns[bad], mixed[bad])[0]
    g_e = right[:, :first] * size_e[:, :, None]
    g_t = right[:, first:-1] * size_t[:, :, None]
    over = mixed.swapaxes(1, 2) / rows[:, None, :]
    t = np.linalg.solve(schur, g_t - over @ g_e)
    e = (g_e - mixed @ t) / rows[:, :, None]
    zero = np.zeros_like(right[:, -1:])
    both = [e * size_e[:, :, None], t * size_t[:, :, None], zero]
    return np.concatenate(both, axis=1)


def _scaled(bends: FloatArray, size_e: FloatArray, size_t: FloatArray) -> Factors:
    """Diagonals of the second derivatives in units of `size_e` and `size_t`."""
    rows, columns = bends.sum(axis=2), bends.sum(axis=1)[:, :-1]
    return rows * size_e**2, columns * size_t**2


def _eliminated(
    rows: FloatArray, columns: FloatArray, mixed: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Second derivatives in ln t with ln e at its minimum, and whether all of them are
    positive."""
    safe = np.where(rows > _RIDGE, rows, 1.0)
    schur = -(mixed.swapaxes(1, 2) / safe[:, None, :]) @ mixed
    own = np.arange(columns.shape[1])
    schur[:, own, own] += columns
    good = (rows > _RIDGE).all(axis=1)
    try:
        np.linalg.cholesky(schur)
    except np.linalg.LinAlgError:
        good &= np.linalg.eigvalsh(schur)[:, 0] > _RIDGE
    return schur, np.asarray(good)
