"""Gaussian data with correlations between bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.gaussian import GaussianCost
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["CovarianceCost"]

_SYMMETRIC = 1e-9  # relative difference that rounding in a table may leave


@dataclass(frozen=True, eq=False)
class _Whitened:
    """A prediction in combinations of bins that are independent and of error 1.

    Attributes
    ----------
    prediction : in the bins of the data.
    whitening : inverse of the Cholesky factor of the covariance, (bins, bins).
    """

    prediction: Prediction
    whitening: FloatArray

    @property
    def name(self) -> str:
        return self.prediction.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.prediction.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        return self.prediction.nuisances

    def expectation(self, points: FloatArray) -> Expectation:
        e = self.prediction.expectation(points)
        return Expectation(self._turn(e.base), tuple(self._turn(s) for s in e.slopes))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        base, slopes = self.prediction.jacobian(points)
        return self._turn(base), tuple(self._turn(s) for s in slopes)

    def _turn(self, counts: FloatArray) -> FloatArray:
        return np.asarray(counts @ self.whitening.T)


class CovarianceCost(GaussianCost):
    """χ² = (d − µ)ᵀ C⁻¹ (d − µ) + Σ(ν_k/σ_k)².

    Inside, data and expectation are the combinations L⁻¹d and L⁻¹µ with C = L Lᵀ, which
    are independent and of error 1: everything else is a `GaussianCost`.

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

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        covariance: ArrayLike,
        name: str = "",
    ) -> None:
        name = name or prediction.name
        self.covariance = _checked(covariance, np.shape(data), name)
        self.factor = np.linalg.cholesky(self.covariance)
        whitening = np.linalg.solve(self.factor, np.eye(len(self.covariance)))
        self.counts = np.array(data, dtype=float)
        self.plain = prediction
        super().__init__(
            _Whitened(prediction, whitening),
            whitening @ self.counts,
            np.ones(len(self.counts)),
            name,
        )

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,)."""
        values = np.asarray(data, dtype=float)
        return CovarianceCost(self.plain, values, self.covariance, self.name)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """As `Statistic.draw` at `mu`, by `rng`; the data are in their own bins."""
        return np.asarray(self.factor @ rng.normal(mu, 1.0))


def _checked(covariance: ArrayLike, shape: tuple[int, ...], name: str) -> FloatArray:
    matrix = np.array(covariance, dtype=float)
    if len(shape) != 1 or matrix.shape != shape * 2:
        raise InputError(
            f"{name}: the covariance has shape {matrix.shape}, the data have {shape}:"
            " it needs one row and one column a bin"
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
