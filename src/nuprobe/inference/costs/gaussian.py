"""Gaussian data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.moments import Moments, normal_moments
from nuprobe.inference.costs.term import Term
from nuprobe.inference.newton import Curve
from nuprobe.inference.protocols import Prediction
from nuprobe.numerics import FloatArray

__all__ = ["GaussianCost"]

BoolArray = NDArray[np.bool_]


class GaussianCost(Term):
    """χ² = Σ((d − µ)/σ)² + Σ(ν_k/σ_k)²; errors may differ on the two sides.

    With two normalisation nuisances this is the χ² of the COHERENT analyses
    (Cadeddu:2017etk, unverified).

    Parameters
    ----------
    prediction : the expectation µ.
    data : measured values d, shape (bins,).
    sigma : their standard deviations, shape (bins,).
    name : shown in messages; that of the prediction if empty.
    below : standard deviations for µ < d, if different (those quoted as −σ), shape
        (bins,).

    Raises
    ------
    InputError
        If shapes do not fit, a value is not finite or a sigma is not positive.
    """

    linear = 0.0
    positive = False

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        sigma: ArrayLike,
        name: str = "",
        *,
        below: ArrayLike | None = None,
    ) -> None:
        super().__init__(prediction, data, name)
        self.sigma = self._bins(sigma, "sigma")
        self.below = self.sigma if below is None else self._bins(below, "sigma below")
        for values in (self.sigma, self.below):
            if not (values > 0).all():
                bad = int((values <= 0).argmax())
                raise InputError(
                    f"{self.name}: sigma of bin {bad} is {values[bad]}; it must be"
                    " positive"
                )

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,)."""
        return GaussianCost(
            self.prediction,
            np.asarray(data, dtype=float),
            self.sigma,
            self.name,
            below=None if self.below is self.sigma else self.below,
        )

    def _at(self, mu: FloatArray) -> FloatArray:
        """Return σ on the side of µ."""
        return np.where(mu < self.data, self.below, self.sigma)

    @cached_property
    def active(self) -> BoolArray:
        """Bins with a part beyond the linear one, shape (bins,)."""
        return np.ones(self.n_bins, dtype=bool)

    @cached_property
    def spread(self) -> FloatArray:
        """Expected standard deviation of the data, shape (bins,)."""
        return self.sigma

    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """As `Statistic.curve`, with `use` and `barrier`."""
        weight, data = 2 / self.sigma[use] ** 2, self.data[use]
        if self.below is not self.sigma:
            other = 2 / self.below[use] ** 2
            return Curve(
                slope=lambda mu, out: np.multiply(
                    mu - data, np.where(mu < data, other, weight), out=out
                ),
                curvature=lambda mu, slope, out: np.where(mu < data, other, weight),
                floor=None,
                quadratic=False,
            )
        return Curve(
            slope=lambda mu, out: np.multiply(
                np.subtract(mu, data, out=out), weight, out=out
            ),
            curvature=lambda mu, slope, out: weight[None],
            floor=None,
        )

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        return np.asarray((((mu - self.data) / self._at(mu)) ** 2).sum(axis=1))

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        return np.asarray(2 * (mu - self.data) / self._at(mu) ** 2)

    def information(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.information` at `mu`."""
        return np.broadcast_to(2 / self.sigma**2, mu.shape)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """As `Statistic.draw` at `mu`, by `rng`."""
        if self.below is self.sigma:
            return rng.normal(mu, self.sigma)
        # the error above d applies to d < µ, and each side has probability ∝ its width
        lower = rng.random(mu.shape) < self.sigma / (self.sigma + self.below)
        return np.asarray(
            mu
            + np.abs(rng.normal(size=mu.shape))
            * np.where(lower, -self.sigma, self.below)
        )

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: those of the squares of normal deviates."""
        return normal_moments(self.n_bins)

    def possible(self, mu: FloatArray) -> bool:
        """As `Statistic.possible` at `mu`."""
        return True

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        both = self.below is not self.sigma
        return (self.data, self.sigma, self.below) if both else (self.data, self.sigma)
