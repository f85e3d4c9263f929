"""Counts on a background whose projections on two axes are counted themselves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.moments import Moments, poisson_moments
from nuprobe.inference.costs.on_off import OnOffCost
from nuprobe.inference.costs.product import Product, product_counts
from nuprobe.inference.expectations import flexible_bins
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray

__all__ = ["ProjectedCost"]

BoolArray = NDArray[np.bool_]

# share of the nominal background that the rest of the expectation may take away
_ROOM: Final = 0.5


class ProjectedCost(OnOffCost):
    """−2 ln L of counts n_ij = signal + e_i t_j and of the projections of control
    counts m_ij of the background alone, all e_i and t_j minimised.

    A point costs the least that any e_i, t_j ≥ 0 allow of

        2 Σ [x + b − n + n ln(n/(x + b))] + 2 Σ [τb − c + c ln(c/(τb))] , b = e_i t_j,

    where x is the rest of the expectation, τ the exposure of the control counts over
    that of the data and c the product of the projections m_i. m_.j / m_.. ; the second
    sum depends on the control counts only by these. With one row or column it is an
    `OnOffCost` (Rolke:2004mj, equation unverified). What the counts say against the
    product itself is not part of the cost.

    The rest of the expectation may fall below 0 by half the nominal background; data
    beyond are impossible. Projections without any control count are a hard case: far
    from it the factor is minimised too, but a minimum may not be found.

    Parameters
    ----------
    prediction : the expectation µ = x + `nominal`.
    data : counts n, shape (bins,), the second axis running fastest.
    control : counts m of the background alone, shape (bins,).
    nominal : background that the prediction contains, shape (bins,): what is shown and
        simulated; the cost takes it out again.
    shape : numbers of bins of the two axes.
    ratio : τ, positive.
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        If shapes do not fit, a count is negative or not finite, or the ratio is not
        positive.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> cost = csi.cost(free=["rn"], analysis="energy-time")
    >>> type(cost).__name__, cost.shape, int(cost.control.sum())
    ('ProjectedCost', (12, 12), 405)
    """

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        control: ArrayLike,
        nominal: ArrayLike,
        shape: tuple[int, int],
        ratio: float = 1.0,
        name: str = "",
    ) -> None:
        super().__init__(prediction, data, control, nominal, ratio, name)
        if shape[0] * shape[1] != self.n_bins:
            raise InputError(
                f"{self.name}: {shape[0]} times {shape[1]} bins are not the"
                f" {self.n_bins} of the prediction"
            )
        self.shape = shape

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,), or with control counts behind
        them, (2 bins,) or (2, bins)."""
        on, off = self._on_and_off(data)
        return ProjectedCost(
            self.prediction, on, off, self.nominal, self.shape, self.ratio, self.name
        )

    @cached_property
    def product(self) -> Product:
        """Finds the best background."""
        return Product(
            self.data.reshape(self.shape), self.control.reshape(self.shape), self.ratio
        )

    @cached_property
    def active(self) -> BoolArray:
        """Bins with a part beyond the linear one, shape (bins,)."""
        return self.data > 0

    @cached_property
    def room(self) -> FloatArray:
        """How far below 0 the rest of the expectation may fall, shape (bins,)."""
        return _ROOM * self.nominal

    def moving(self, e: Expectation, k: list[int], barrier: float = 0.0) -> MovingBins:
        """As `Statistic.moving`, with `e`, `k` and `barrier`, for a shifted x."""
        plain = super().moving(e, k, barrier)
        return MovingProduct(plain, self, self.used(e, barrier), barrier)

    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """As `Statistic.curve`, with `use` and `barrier`; `moving` has its own."""
        return self._curve(use, barrier, self.room)

    def _curve(self, use: BoolArray, barrier: float, shift: FloatArray) -> Curve:
        del shift
        counts = self.data[use & self.active]

        def never(*_: FloatArray) -> FloatArray:
            raise NotImplementedError("bins of a product bend together")

        return Curve(
            slope=never,
            curvature=never,
            floor=max(1e-10, float(counts.min(initial=inf if counts.size else 1.0))),
        )

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        x = mu - self.nominal
        bad = np.any(self._impossible(x), axis=1)
        background = self.product.best(np.where(bad[:, None], 0.0, x))
        total = x + background
        bad |= ((total < 0) | ((total == 0) & self.active)).any(axis=1)
        total = np.where(bad[:, None], self.data + 1.0, total)
        each = self._ratio(total, self.data) + self._ratio(
            self.ratio * background, product_counts(self.control.reshape(self.shape))
        )
        return np.where(bad, inf, np.maximum(each.sum(axis=1), 0.0))

    @staticmethod
    def _ratio(mu: FloatArray, n: FloatArray) -> FloatArray:
        some = (n > 0) & (mu > 0)
        log = np.log(np.divide(mu, n, out=np.ones(mu.shape), where=some))
        return np.asarray(2 * (mu - n - n * log))

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        x = mu - self.nominal
        bad = self._impossible(x)
        worst = np.any(bad, axis=1)[:, None]
        total = x + self.product.best(np.where(worst, 0.0, x))
        some = self.active & (total > 0)
        slopes = 2 - 2 * np.divide(self.data, total, out=0 * mu, where=some)
        y = x + self.room
        pseudo = np.where(self.active | (y <= 0), 0.0, barrier)
        slopes -= 2 * np.divide(pseudo, y, out=0 * mu, where=pseudo > 0)
        return np.where(bad, inf, slopes)

    def _impossible(self, x: FloatArray) -> BoolArray:
        return np.asarray(x < -self.room)

    def possible_rigid(self, e: Expectation) -> bool:
        """As `Statistic.possible_rigid`, with `e`."""
        bad = self._impossible(e.base - self.nominal) & ~flexible_bins(e)
        return not bad.any()

    @cached_property
    def covariance(self) -> FloatArray:
        """Covariance of the nominal background for control counts alone, shape (bins,
        bins)."""
        return product_covariance(self.nominal.reshape(self.shape), self.ratio)

    def information(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.information` at `mu`, without correlations."""
        variance = mu + np.diag(self.covariance)
        return np.divide(2.0, variance, out=np.zeros_like(mu), where=variance > 0)

    def weighted(self, rows: FloatArray, mu: FloatArray) -> FloatArray:
        """As `Statistic.weighted`, with `rows` and `mu`: bins are correlated."""
        result = np.empty(np.broadcast_shapes(rows.shape, (len(mu), 1, 1)))
        for i, one in enumerate(np.maximum(mu, 1e-9)):
            root = np.linalg.cholesky(self.covariance + np.diag(one))
            result[i] = np.linalg.solve(root, rows[i].T).T
        return np.asarray(np.sqrt(2.0) * result)

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: of the counts; the few parameters of the
        background are measured by as many projections."""
        return poisson_moments(mu)

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (*super().arrays(), np.array(self.shape, dtype=float))


def product_covariance(nominal: FloatArray, ratio: float) -> FloatArray:
    """Covariance of a product of projections, shape (bins, bins).

    Parameters
    ----------
    nominal : the product, shape (rows, columns).
    ratio : exposure of the control counts over that of the data.

    Examples
    --------
    Four counts in a single bin:

    >>> product_covariance(np.array([[4.0]]), 1.0)
    array([[4.]])
    """
    total = nominal.sum()
    if total <= 0:
        return np.zeros((nominal.size, nominal.size))
    rows, columns = nominal.sum(axis=1), nominal.sum(axis=0)

    def inverse(counts: FloatArray) -> FloatArray:
        safe = np.divide(1.0, counts, out=np.zeros_like(counts), where=counts > 0)
        return np.diag(safe)

    one = [np.ones((n, n)) for n in nominal.shape]
    relative = np.kron(inverse(rows), one[1]) + np.kron(one[0], inverse(columns))
    relative -= 1 / total
    flat = nominal.ravel()
    return np.asarray(relative * np.outer(flat, flat) / ratio)


class MovingProduct(MovingBins):
    """Bins whose best background moves with all of them.

    Parameters
    ----------
    plain : the bins, with x shifted by the room of the cost.
    cost : has the counts.
    use : bins of the cost that these are, shape (bins,).
    barrier : pseudo-count of empty bins.
    """

    def __init__(
        self, plain: MovingBins, cost: ProjectedCost, use: BoolArray, barrier: float
    ) -> None:
        super().__init__(
            plain.base,
            plain.constant,
            plain.varying,
            plain.linear,
            plain.curve,
            plain.touched,
        )
        self.cost, self.use, self.barrier = cost, use, barrier
        self.start: tuple[FloatArray, FloatArray] | None = None
        self.at = cost.product

    def take(self, rows: NDArray[np.intp]) -> MovingBins:
        """Points of the indices `rows` alone."""
        other = MovingProduct(super().take(rows), self.cost, self.use, self.barrier)
        if self.start is not None:
            other.start = (self.start[0][rows], self.start[1][rows])
        return other

    def add_gradient(self, gradient: FloatArray) -> None:
        """As `MovingBins.add_gradient`, at the best background."""
        cost, use = self.cost, self.use
        x = np.zeros((len(self.base), cost.n_bins))
        x[:, use] = self.base - cost.room[use]
        self.start = cost.product.factors(x, self.start)
        self.x, self.b = x, cost.product.counts(self.start)
        total = (x + self.b)[:, use]
        n = cost.data[use]
        counted = n > 0
        self.slope[:] = np.where(
            counted,
            -2 * np.divide(n, total, out=0 * total, where=counted & (total > 0)),
            -2 * self.barrier / self.base,
        )
        for j, c in self.linear:
            gradient[j] += c
        for j, s in self._slopes():
            gradient[j] += (self.slope * s).sum(axis=1)

    def _slopes(self) -> list[tuple[int, FloatArray]]:
        return [(j, s[None]) for j, s in self.constant] + self.varying

    def add_hessian(self, hessian: FloatArray, expected: bool) -> None:
        """As `MovingBins.add_hessian`: the background follows (Schur complement)."""
        cost, use = self.cost, self.use
        n = cost.data[use]
        total = (self.x + self.b)[:, use]
        direct = np.where(
            n > 0,
            2 * n / np.where(total > 0, total, 1.0) ** 2,
            2 * self.barrier / self.base**2,
        )
        slopes = self._slopes()
        mixed = np.zeros((len(self.base), len(slopes), cost.n_bins))
        for i, (_, s) in enumerate(slopes):
            mixed[:, i, use] = np.where(n > 0, direct * s, 0.0)
        follows = cost.product.eliminated(self.x, self.b, mixed)
        for a, (i, s) in enumerate(slopes):
            for b, (j, other) in enumerate(slopes[: a + 1]):
                hessian[max(i, j), min(i, j)] += (direct * s * other).sum(axis=1)
                hessian[max(i, j), min(i, j)] -= follows[:, a, b]
