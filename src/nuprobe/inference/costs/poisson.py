"""Counts."""

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
from nuprobe.inference.costs.term import Term
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray

__all__ = ["PoissonCost"]

BoolArray = NDArray[np.bool_]

# fraction of bins with counts above which empty bins are ignored in a first step
_MOST: Final = 0.8


class PoissonCost(Term):
    """−2 ln of the Poisson likelihood ratio: 2Σ[µ − n + n ln(n/µ)] + Σ(ν_k/σ_k)²
    (Baker:1983tu).

    The counts need not be integers (Asimov data). The cost is ``inf`` for µ < 0, or µ =
    0 and n > 0, and 0 for µ = n = 0.

    Parameters
    ----------
    prediction : the expectation µ.
    data : counts n, shape (bins,).
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        If shapes do not fit or a count is negative or not finite.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> prediction = csi.prediction(free=["rn"], analysis="energy-time")
    >>> counts = csi.observed_counts("coincidence", "energy-time")
    >>> PoissonCost(prediction, counts).profiled([[5.0]]).twice_nll
    array([149.3...])
    """

    linear = 2.0
    positive = True
    offset = 0.0
    """Constant added to −2 ln L."""

    def __init__(self, prediction: Prediction, data: ArrayLike, name: str = "") -> None:
        super().__init__(prediction, data, name)
        if (self.data < 0).any():
            bad = int((self.data < 0).argmax())
            raise InputError(
                f"{self.name}: bin {bad} has {self.data[bad]} counts; Poisson counts"
                " must not be negative (use GaussianCost for background-subtracted"
                " data)"
            )

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,)."""
        return PoissonCost(self.prediction, np.asarray(data, dtype=float), self.name)

    @property
    def compiled(self) -> bool:
        """Whether there are compiled loops: true for this class, not for subclasses."""
        return type(self) is PoissonCost

    @cached_property
    def active(self) -> BoolArray:
        """Bins with a part beyond the linear one, shape (bins,)."""
        return self.data > 0

    @cached_property
    def spread(self) -> FloatArray:
        """Expected standard deviation of the data, shape (bins,)."""
        return np.sqrt(np.maximum(self.data, 1.0))

    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """As `Statistic.curve`, with `use` and `barrier`."""
        minus_twice = -2 * np.maximum(self.data, barrier)[use]
        return Curve(
            slope=lambda mu, out: np.divide(minus_twice, mu, out=out),
            curvature=lambda mu, slope, out: np.negative(
                np.divide(slope, mu, out=out), out=out
            ),
            expected=_expected_curvature,
            floor=max(
                1e-10, -0.5 * minus_twice.max(initial=-inf if use.any() else -2.0)
            ),
        )

    def first_moving(self, e: Expectation, k: list[int]) -> MovingBins | None:
        """As `Statistic.first_moving`, with `e` and `k`."""
        if self.active.mean() > _MOST:
            return None
        minus_twice = -2 * self.data
        # an infinite µ removes bins without expectation
        return MovingBins(
            base=np.where(e.base > 0, e.base, inf),
            constant=[
                (j, s[0]) for j, s in zip(k, e.slopes, strict=True) if len(s) == 1
            ],
            varying=[(j, s) for j, s in zip(k, e.slopes, strict=True) if len(s) > 1],
            linear=[(j, 2 * s.sum(axis=1)) for j, s in zip(k, e.slopes, strict=True)],
            curve=Curve(
                slope=lambda mu, out: np.divide(minus_twice, mu, out=out),
                curvature=_expected_curvature,
                floor=1.0,
                expected=_expected_curvature,
            ),
            touched=False,
        )

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        seen = np.flatnonzero(self.data > 0)
        everywhere = len(seen) == self.n_bins
        n = self.data[seen]
        occupied = mu if everywhere else mu.take(seen, axis=1)
        impossible = occupied.min(axis=1, initial=inf) <= 0
        if not everywhere:
            impossible |= mu.min(axis=1) < 0
        if impossible.any():
            occupied = np.where(impossible[:, None], n, occupied)
        # n ln(n/µ) + µ − n = n·g(µ/n): log of the ratio keeps the small difference of
        # large numbers
        value = 2 * (mu.sum(axis=1) - n.sum() - np.log(occupied / n) @ n)
        return np.where(impossible, inf, np.maximum(value, 0.0) + self.offset)

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        n = np.where(self.data > 0, self.data, barrier)
        bad = (mu < 0) | ((mu == 0) & (self.data > 0))
        ratio = np.divide(n, mu, out=np.zeros_like(mu), where=(n > 0) & (mu > 0))
        return np.where(bad, inf, 2 - 2 * ratio)

    def information(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.information` at `mu`."""
        return np.divide(2.0, mu, out=np.zeros_like(mu), where=mu > 0)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """As `Statistic.draw` at `mu`, by `rng`."""
        return rng.poisson(mu).astype(float)

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`."""
        return poisson_moments(mu)

    def possible(self, mu: FloatArray) -> bool:
        """As `Statistic.possible` at `mu`."""
        return bool((mu >= 0).all())

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (self.data,)


def _expected_curvature(
    mu: FloatArray, slope: FloatArray, out: FloatArray
) -> FloatArray:
    """Expected curvature 2/µ of a Poisson cost."""
    return np.divide(2.0, mu, out=out)
