"""Bins whose background, a product of two factors, is kept at its best value as the
nuisances vary."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs.bent import Bent
from nuprobe.inference.costs.product import Product
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.numerics import FloatArray

__all__ = ["MovingProduct"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Factors = tuple[FloatArray, FloatArray]

_NEAR: Final = 0.1  # decrement below which factors follow the nuisances
_FAR: Final = 0.5  # change of a logarithm beyond which it is not extrapolated
_RIDGE: Final = 1e-9  # relative size below which a second derivative is rounding


class MovingProduct(MovingBins):
    """Bins of one term, the background b_ij = e_i t_j always near its best.

    Newton's steps include the logarithms of e and t: the derivatives are those with the
    background at its minimum, to second order in its distance from it.

    Parameters
    ----------
    plain : the bins, x of each with `room` added.
    product : finds the best background.
    use : bins of the cost that these are, shape (bins,).
    room : how far x may fall below 0, shape (bins,).
    barrier : pseudo-count of empty bins.
    """

    def __init__(
        self,
        plain: MovingBins,
        product: Product,
        use: BoolArray,
        room: FloatArray,
        barrier: float,
    ) -> None:
        counts = product.data.reshape(-1)[use]
        super().__init__(
            plain.base,
            plain.constant,
            plain.varying,
            plain.linear,
            self._curve(counts, barrier, plain.curve.floor),
            plain.touched,
        )
        self.product, self.use, self.shift, self.barrier = product, use, room, barrier
        self.rows: IntArray = np.arange(len(self.base))
        size = product.data.shape[:2]
        # of all points, including finished ones
        self.found: Factors = (
            np.full((size[0], len(self.base)), np.nan),
            np.full((size[1], len(self.base)), np.nan),
        )
        self.step: FloatArray | None = None
        self.follows: Factors | None = None

    def _curve(self, n: FloatArray, barrier: float, floor: float | None) -> Curve:
        """Curve of the bins, at the background set by `_settle`."""
        seen = n > 0
        every = bool(seen.all())

        def slope(y: FloatArray, out: FloatArray) -> FloatArray:
            np.divide(-2 * n, self.total, out=out)
            if not every:
                out[:, ~seen] = -2 * barrier / y[:, ~seen]
            return out

        def curvature(y: FloatArray, slope: FloatArray, out: FloatArray) -> FloatArray:
            np.divide(-slope, self.total if every else self._below(y, seen), out=out)
            return out

        return Curve(slope=slope, curvature=curvature, floor=floor)

    def _below(self, y: FloatArray, seen: BoolArray) -> FloatArray:
        return np.where(seen, self.total, y)

    def take(self, rows: IntArray) -> MovingBins:
        """Only the points with indices `rows`."""
        plain = super().take(rows)
        other = MovingProduct(plain, self.product, self.use, self.shift, self.barrier)
        other.rows, other.found = self.rows[rows], self.found
        if self.step is not None and self.follows is not None:
            e, t = self.follows
            other.step, other.follows = self.step[:, rows], (e[..., rows], t[..., rows])
        return other

    def move(self, step: FloatArray) -> FloatArray:
        """As `MovingBins.move`, with `step`, which the background will follow."""
        own = [j for j, _ in (*self.constant, *self.varying)]
        self.step = step[own]
        return super().move(step)

    def _slopes(self) -> list[tuple[int, FloatArray]]:
        """Nuisance and slope of all bins, (rows, columns, points or 1)."""
        size = self.product.data.shape[:2]
        found = []
        for j, s in [(j, s[None]) for j, s in self.constant] + self.varying:
            full = np.zeros((len(self.use), len(s)))
            full[self.use] = s.T
            found.append((j, full.reshape(*size, len(s))))
        return found

    def _settle(self) -> None:
        """Bring the factors near their minimum, and compute how they and the
        derivatives follow."""
        points = len(self.base)
        x = np.zeros((len(self.use), points))
        x[self.use] = self.base.T - self.shift[self.use, None]
        x = x.reshape(*self.product.data.shape[:2], points)
        bent = self._near(x)
        self.lacking = bent.step[1]
        n = self.product.data
        g_e, g_t = bent.slopes
        mixed = n * bent.background / bent.total**2
        parts = [mixed * s for _, s in self._slopes()]
        right = (
            np.stack([g_e, *(p.sum(axis=1) for p in parts)], axis=1),
            np.stack([g_t, *(p.sum(axis=0) for p in parts)], axis=1),
        )
        e, t = bent.solved(right)
        self.total = bent.total.reshape(len(self.use), points)[self.use].T
        self.bent, self.lag = bent, (e[:, 0], t[:, 0])
        self.follows = (-e[:, 1:], -t[:, 1:])
        self.lost = 2 * sum(
            np.einsum("iap,ibp->abp", r[:, 1:], f)
            for r, f in zip(right, (e, t), strict=True)
        )
        for found, at, step in zip(self.found, self.at, (e, t), strict=True):
            found[:, self.rows] = at * np.exp(np.clip(-step[:, 0], -_FAR, _FAR))

    def _near(self, x: FloatArray) -> Bent:
        """Second derivatives at factors from which one step reaches the minimum."""
        e, t = (f[:, self.rows] for f in self.found)
        if self.step is not None and self.follows is not None:
            e, t = (
                f * np.exp(np.clip((k * self.step).sum(axis=1), -_FAR, _FAR))
                for f, k in zip((e, t), self.follows, strict=True)
            )
        self.at, bent = self.product.near(x, (e, t), _NEAR)
        return bent

    def add_gradient(self, gradient: FloatArray) -> None:
        """As `MovingBins.add_gradient`, of `gradient` at the best background."""
        self._settle()
        super().add_gradient(gradient)
        for a, (j, _) in enumerate((*self.constant, *self.varying)):
            gradient[j] -= self.lost[a, 0]

    def add_hessian(self, hessian: FloatArray, expected: bool) -> None:
        """As `MovingBins.add_hessian`, of `hessian` and `expected`: the background
        follows (Schur complement)."""
        added = np.zeros_like(hessian)
        super().add_hessian(added, expected)
        own = [j for j, _ in (*self.constant, *self.varying)]
        places = np.maximum.outer(own, own), np.minimum.outer(own, own)
        lost = self.lost[:, 1:]
        if own:
            # with few counts it may be a maximum: a step at fixed background is safe
            # there
            direct = added[places].transpose(2, 0, 1)
            ridge = _RIDGE * np.maximum(direct.diagonal(0, 1, 2), 1e-300)
            reduced = direct - lost.transpose(2, 0, 1)
            reduced[:, range(len(own)), range(len(own))] += ridge
            lost = np.where(_positive(reduced), lost, 0.0)
        lower = np.tril_indices(len(own))
        added[places[0][lower], places[1][lower]] -= lost[lower]
        hessian += added

    def squares(
        self, rows: IntArray, size: int, expected: bool
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """As `MovingBins.squares`, of `rows`, `size` and `expected`: the bins move
        together, since the background follows."""
        moves, flat = self.slopes_at(rows, size)
        bent, slope = self.bent.take(rows), self.slope[rows]
        bend = self.curve.curvature(self.base, self.slope, np.empty_like(self.base))
        root = np.sqrt(bend[rows])
        over = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)
        flat += np.einsum("pkb,pb->pk", moves, np.where(root > 0, 0.0, slope))
        moves *= root[:, None]
        # H = Sᵀ √W (1 − T Tᵀ) √W S, with the inverse L Lᵀ of the second derivatives in
        # the factors and T the mixed ones times L
        i, j = np.divmod(np.flatnonzero(self.use), self.product.data.shape[1])
        mixed = (self.product.data * bent.background / bent.total**2)[i, j].T
        inverse = bent.inverse()
        held = np.diagonal(inverse, axis1=1, axis2=2) == 0
        every = np.arange(inverse.shape[1])
        inverse[:, every, every] += held
        low = np.linalg.cholesky(inverse) * ~held[:, None]
        t = (low[:, i] + low[:, len(bent.background) + j]) * (
            np.sqrt(2.0) * mixed * over
        )[:, :, None]
        left, t = self._left(t)
        moves -= (moves @ t / (1 + left)[:, None]) @ t.swapaxes(1, 2)
        lag = self.lag[0][i][:, rows] + self.lag[1][j][:, rows]
        right = (slope - 2 * mixed * lag.T) * over
        along = np.einsum("pbf,pb->pf", t, right) / (left * (1 + left))
        return moves, right + np.einsum("pbf,pf->pb", t, along), flat

    @staticmethod
    def _left(t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """√(1 − s) of the eigenvalues s of Tᵀ T, and T along their axes; of points
        where some are above 1, T is 0: few counts may leave a maximum, and a step at
        fixed background is safe there."""
        s, axes = np.linalg.eigh(t.swapaxes(1, 2) @ t)
        good = np.all(s < 1, axis=1, keepdims=True)
        left = np.sqrt(1 - np.where(good, np.maximum(s, 0.0), 0.0))
        return left, (t @ axes) * good[:, None]


def _positive(matrices: FloatArray) -> BoolArray:
    """Whether symmetric matrices, (points, k, k), are positive, (points,)."""
    try:
        np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.eigvalsh(matrices)[:, 0] > 0)
    return np.ones(len(matrices), dtype=bool)
