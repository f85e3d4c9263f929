"""Gaussian data with correlations between bins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.moments import Moments, normal_moments
from nuprobe.inference.costs.term import Term
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray

__all__ = ["CovarianceCost", "checked_covariance"]

BoolArray = NDArray[np.bool_]

_SYMMETRIC = 1e-9  # relative asymmetry allowed for rounding in a table


class CovarianceCost(Term):
    """χ² = (d − µ)ᵀ C⁻¹ (d − µ) + Σ(ν_k/σ_k)².

    Newton's steps for the nuisances use the combinations of bins L⁻¹µ with C = L Lᵀ,
    which are independent with unit errors.

    Parameters
    ----------
    prediction : the expectation µ.
    data : measured values d, shape (bins,).
    covariance : C, shape (bins, bins), symmetric and positive definite, in the square
        of the unit of the data.
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite, or the covariance is not symmetric
        or not positive definite.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> cost = csi.cost(free=["rn"])
    >>> same = CovarianceCost(cost.prediction, cost.data, np.diag(cost.sigma**2))
    >>> bool(np.isclose(same.twice_nll([5.0]), cost.twice_nll([5.0])).all())
    True
    """

    linear = 0.0
    positive = False

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        covariance: ArrayLike,
        name: str = "",
    ) -> None:
        super().__init__(prediction, data, name)
        self.covariance = checked_covariance(covariance, self.data.shape, self.name)
        self.factor = np.linalg.cholesky(self.covariance)
        self.whitening = np.linalg.solve(self.factor, np.eye(self.n_bins))
        self.inverse = self.whitening.T @ self.whitening

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,)."""
        values = np.asarray(data, dtype=float)
        return CovarianceCost(self.prediction, values, self.covariance, self.name)

    @cached_property
    def active(self) -> BoolArray:
        """Bins with a part beyond the linear one, shape (bins,)."""
        return np.ones(self.n_bins, dtype=bool)

    @cached_property
    def spread(self) -> FloatArray:
        """Conditional standard deviation of each bin given the others, shape
        (bins,)."""
        return np.asarray(1 / np.sqrt(np.diag(self.inverse)))

    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """As `Statistic.curve`, with `use` and `barrier`, of independent
        combinations."""
        target = self.whitening @ self.data
        return Curve(
            slope=lambda x, out: np.multiply(
                np.subtract(x, target, out=out), 2.0, out=out
            ),
            curvature=lambda x, slope, out: np.full((1, len(target)), 2.0),
            floor=None,
        )

    def moving(self, e: Expectation, k: list[int], barrier: float = 0.0) -> MovingBins:
        """As `Statistic.moving`, with `e`, `k` and `barrier`, in independent
        combinations of the bins."""
        turned = Expectation(self._turned(e.base), tuple(map(self._turned, e.slopes)))
        return super().moving(turned, k, barrier)

    def moved(self, mu: FloatArray, after: FloatArray, use: BoolArray) -> FloatArray:
        """As `Statistic.moved`, with `mu`, `after` and `use`."""
        return np.asarray(after @ self.factor.T)

    def weighted(self, rows: FloatArray, mu: FloatArray) -> FloatArray:
        """As `Statistic.weighted`, with `rows` at `mu`."""
        return np.asarray(np.sqrt(2.0) * self._turned(rows))

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        return np.asarray((self._turned(mu - self.data) ** 2).sum(axis=1))

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        return np.asarray(2 * self._turned(mu - self.data) @ self.whitening)

    def information(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.information` at `mu`, for each bin separately."""
        return np.broadcast_to(2 * np.diag(self.inverse), mu.shape)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """As `Statistic.draw` at `mu`, by `rng`."""
        return np.asarray(mu + self.factor @ rng.normal(size=mu.shape))

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: those of the squares of normal deviates."""
        return normal_moments(self.n_bins)

    def possible(self, mu: FloatArray) -> bool:
        """As `Statistic.possible` at `mu`."""
        return True

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (self.data, self.covariance)

    def _turned(self, counts: FloatArray) -> FloatArray:
        """Independent combinations with unit errors, of counts (..., bins)."""
        return np.asarray(counts @ self.whitening.T)


def checked_covariance(
    covariance: ArrayLike, shape: tuple[int, ...], name: str
) -> FloatArray:
    """Return a validated covariance.

    Parameters
    ----------
    covariance : symmetric matrix, shape (bins, bins).
    shape : of the data, (bins,).
    name : of its owner, for messages.

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite, or the covariance is not symmetric
        or not positive definite; its smallest eigenvalue is named.

    Examples
    --------
    >>> checked_covariance([[1, 2], [2, 1]], (2,), "mine")
    Traceback (most recent call last):
    nuprobe.errors.InputError: mine: the covariance is not positive definite ...
    """
    matrix = np.array(covariance, dtype=float)
    if len(shape) != 1 or matrix.shape != shape * 2:
        raise InputError(
            f"{name}: the covariance has shape {matrix.shape}, the data have"
            f" {shape}: it needs one row and one column per bin"
        )
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise InputError(
            f"{name}: the covariance of bins {row} and {column} is not a finite number"
        )
    scale = np.sqrt(np.abs(np.outer(np.diag(matrix), np.diag(matrix))))
    if np.any(np.abs(matrix - matrix.T) > _SYMMETRIC * np.maximum(scale, 1e-300)):
        row, column = np.argwhere(np.abs(matrix - matrix.T) > _SYMMETRIC * scale)[0]
        raise InputError(
            f"{name}: the covariance of bins {row} and {column} is"
            f" {matrix[row, column]:g} in one place and {matrix[column, row]:g} in the"
            " other; correct one of them"
        )
    matrix = (matrix + matrix.T) / 2
    least = float(np.linalg.eigvalsh(matrix / np.maximum(scale, 1e-300)).min())
    if not least > 1e-12:
        raise InputError(
            f"{name}: the covariance is not positive definite (smallest eigenvalue of"
            f" the correlations {least:.2g}): combine bins that are fully correlated"
        )
    return np.asarray(matrix)
