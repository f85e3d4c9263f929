"""Gaussian data for which only the shares within groups are predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.covariance import CovarianceCost
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["ScaledShares", "SharesCost"]


@dataclass(frozen=True, eq=False)
class ScaledShares:
    """Shares times the measured sum of their group.

    Attributes
    ----------
    inner : the shares.
    scale : sum of the group of each bin, shape (bins,).
    """

    inner: Prediction
    scale: FloatArray

    @property
    def name(self) -> str:
        """That of the shares."""
        return self.inner.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the shares."""
        return self.inner.parameters

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Those of the shares."""
        return self.inner.nuisances

    def expectation(self, points: FloatArray) -> Expectation:
        """Expected data at `points`, shape (points, parameters)."""
        e = self.inner.expectation(points)
        slopes = tuple(slope * self.scale for slope in e.slopes)
        return Expectation(e.base * self.scale, slopes)

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives at `points`, shape (points, parameters)."""
        base, slopes = self.inner.jacobian(points)
        return base * self.scale, tuple(slope * self.scale for slope in slopes)


class SharesCost(CovarianceCost):
    """χ² = ΔᵀC⁻¹Δ with Δ_i = d_i − d_g µ_i, where d_g is the sum of the data over the
    group of bin i and µ_i its predicted share.

    The groups of PROSPECT are energies, their bins the baselines: the spectrum is
    measured, its distribution among baselines is predicted (PROSPECT:2020sxr).
    Simulated data have their own sums. In each group Δ adds up to 0 whatever the data:
    as many `constraints` as groups are no degrees of freedom.

    Parameters
    ----------
    prediction : the shares µ; those of each group add up to 1.
    data : measured values d, shape (bins,).
    covariance : C of the data, shape (bins, bins).
    groups : number of the group of each bin, from 0, shape (bins,).
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        As `CovarianceCost`, or if the groups are invalid.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("prospect").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> float(cost.twice_nll([0.0, 1.0]).round(2)[0])
    122.97
    """

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        covariance: ArrayLike,
        groups: ArrayLike,
        name: str = "",
    ) -> None:
        called = name or prediction.name
        self.shares, self.groups = prediction, _checked_groups(groups, data, called)
        # after the subtraction of a background a sum may be negative
        values = np.asarray(data, dtype=float)
        self.sums = np.bincount(self.groups, weights=values).astype(float)
        scaled = ScaledShares(prediction, self.sums[self.groups])
        super().__init__(scaled, data, covariance, name)

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,)."""
        values = np.asarray(data, dtype=float)
        return SharesCost(self.shares, values, self.covariance, self.groups, self.name)

    @property
    def constraints(self) -> int:
        """As `Statistic.constraints`: one per group."""
        return len(self.sums)

    def normalised(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.normalised` at `mu`: the normalisation of each group.

        Data that change along it leave Δ as it is. For bins that are correlated it is
        not exactly the best normalisation, and the mean of χ² is slightly above the
        degrees of freedom (PROSPECT: 144.58 for 144).
        """
        return np.asarray(
            np.where(np.arange(self.constraints)[:, None] == self.groups, mu, 0.0)
        )

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (*super().arrays(), self.groups.astype(float))


def _checked_groups(groups: ArrayLike, data: ArrayLike, name: str) -> NDArray[np.intp]:
    chosen, shape = np.asarray(groups), np.shape(data)
    if chosen.shape != shape or not np.issubdtype(chosen.dtype, np.integer):
        raise InputError(
            f"{name}: groups need one integer per bin, shape {shape}, got"
            f" {chosen.dtype} of shape {chosen.shape}"
        )
    if chosen.min() < 0 or set(chosen.tolist()) != set(range(int(chosen.max()) + 1)):
        raise InputError(f"{name}: groups must be numbered 0, 1, … without gaps")
    return chosen.astype(np.intp)
