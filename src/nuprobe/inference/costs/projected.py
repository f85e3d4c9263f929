"""Counts with a background whose projections on two axes are measured by control
counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import inf
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.bent import Bent
from nuprobe.inference.costs.following import MovingProduct
from nuprobe.inference.costs.moments import Moments, poisson_moments
from nuprobe.inference.costs.on_off import OnOffCost
from nuprobe.inference.costs.product import Product
from nuprobe.inference.expectations import flexible_bins
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray

__all__ = ["ProjectedCost"]

BoolArray = NDArray[np.bool_]
Factors = tuple[FloatArray, FloatArray]

# fraction of the nominal background by which the rest may be negative
_ROOM: Final = 0.5


class ProjectedCost(OnOffCost):
    """−2 ln L of counts n_ij = signal + e_i t_j and of the projections of control
    counts m_ij of the background alone, all e_i and t_j minimised.

    The cost is the minimum over e_i, t_j ≥ 0 of

        2 Σ [x + b − n + n ln(n/(x + b))] + 2 Σ [τb − c + c ln(c/(τb))] , b = e_i t_j,

    where x is the rest of the expectation, τ the exposure of the control counts over
    that of the data and c the product of the projections ``m_i. m_.j / m_..``; the
    second sum depends on the control counts only by these. With one row or column it is
    an `OnOffCost` (Rolke:2004mj, equation unverified). A deviation of the control
    counts from the product form is not part of the cost.

    The rest of the expectation may fall below 0 by half the nominal background; beyond
    that the data are impossible. Projections without any control count are difficult:
    the factor is still minimised, but a minimum may not be found.

    Parameters
    ----------
    prediction : the expectation µ = x + `nominal`.
    data : counts n, shape (bins,), the second axis running fastest.
    control : counts m of the background alone, shape (bins,).
    nominal : background contained in the prediction, shape (bins,), for display and
        simulation; the cost subtracts it.
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
                f"{self.name}: {shape[0]} times {shape[1]} bins do not match the"
                f" {self.n_bins} of the prediction"
            )
        self.shape = shape

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,), or followed by control counts, (2
        bins,) or (2, bins)."""
        on, off = self._on_and_off(data)
        return ProjectedCost(
            self.prediction, on, off, self.nominal, self.shape, self.ratio, self.name
        )

    @cached_property
    def product(self) -> Product:
        """Finder of the best background."""
        return Product.of(self.data, self.control, self.shape, self.ratio)

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
        use = self.used(e, barrier)
        return MovingProduct(plain, self.product, use, self.room, barrier)

    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """As `Statistic.curve`, with `use` and `barrier`; `moving` has its own."""
        return self._curve(use, barrier, self.room)

    def _curve(self, use: BoolArray, barrier: float, shift: FloatArray) -> Curve:
        del shift
        counts = self.data[use & self.active]

        def never(*_: FloatArray) -> FloatArray:
            raise NotImplementedError(
                "the second derivatives of a product do not separate by bin"
            )

        return Curve(
            slope=never,
            curvature=never,
            floor=max(1e-10, float(counts.min(initial=inf if counts.size else 1.0))),
        )

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        return self._value(mu, None)

    def value_near(self, mu: FloatArray, bins: MovingBins) -> FloatArray:
        """As `Statistic.value_near` at `mu`: the background of `bins` is near."""
        near = bins.found if isinstance(bins, MovingProduct) else None
        return self._value(mu, near)

    def _value(self, mu: FloatArray, start: Factors | None) -> FloatArray:
        x = mu - self.nominal
        bad = np.any(self._impossible(x), axis=1)
        grid = self.product.grid(np.where(bad[:, None], 0.0, x) if bad.any() else x)
        value = self.product.twice_nll(self.product.near(grid, start)[1])
        return np.where(bad, inf, value)

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        x = mu - self.nominal
        bad = self._impossible(x)
        worst = np.any(bad, axis=1)[:, None]
        grid = self.product.grid(np.where(worst, 0.0, x))
        total = x + self.product.counts(self.product.factors(grid))
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

    def metric(self, rows: FloatArray, mu: FloatArray) -> FloatArray:
        """As `Statistic.metric`, with `rows` and `mu`: the nominal background follows
        (Schur complement)."""
        safe = np.maximum(mu, 1e-9)
        weighted = rows / np.sqrt(safe)[:, None]
        full = weighted @ weighted.swapaxes(1, 2)
        if not self.nominal.any():
            return np.asarray(2 * full)
        both = (rows * (self.nominal / safe)[:, None]).transpose(2, 1, 0)
        both = both.reshape(*self.shape, *both.shape[1:])
        right = (both.sum(axis=1), both.sum(axis=0))
        grid = self.product.grid(self.nominal / safe + self.ratio)
        bends = grid * self.nominal.reshape(*self.shape, 1)
        kept = self.product.kept
        follows = Bent(kept, right, right, bends, bends, bends).solved(right)
        lost = [
            np.einsum("ikp,ilp->pkl", a, b) for a, b in zip(right, follows, strict=True)
        ]
        return np.asarray(2 * (full - lost[0] - lost[1]))

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: those of the counts; the few parameters of
        the background are determined by as many projections."""
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
