"""Counts with the combined Neyman–Pearson χ²."""

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
from nuprobe.inference.newton import Curve
from nuprobe.inference.protocols import Prediction
from nuprobe.numerics import FloatArray

__all__ = ["CNPCost"]

BoolArray = NDArray[np.bool_]
_EMPTY: Final = 2.0
"""Cost of an empty bin per expected count: (0 − µ)²/(µ/2)."""


class CNPCost(Term):
    """χ² = Σ (n − µ)²/σ² with σ² = 3/(1/n + 2/µ), and µ/2 for n = 0 (Ji:2019yca,
    unverified; the first as in the public code dagflow); plus Σ(ν_k/σ_k)².

    It combines Neyman's and Pearson's χ² so that a normalisation is not biased to first
    order, and is close to the Poisson likelihood for many counts. It allows comparison
    with collaborations that used it; `PoissonCost` needs no approximation.

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
    >>> CNPCost(prediction, counts).profiled([[5.0]]).twice_nll > 0
    array([ True])
    """

    linear = _EMPTY
    positive = True

    def __init__(self, prediction: Prediction, data: ArrayLike, name: str = "") -> None:
        super().__init__(prediction, data, name)
        if (self.data < 0).any():
            bad = int((self.data < 0).argmax())
            raise InputError(
                f"{self.name}: bin {bad} has {self.data[bad]} counts; counts must"
                " not be negative (use GaussianCost for background-subtracted data)"
            )

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins,)."""
        return CNPCost(self.prediction, np.asarray(data, dtype=float), self.name)

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
        n, seen = np.maximum(self.data, barrier)[use], (self.data > 0)[use]

        def slope(mu: FloatArray, out: FloatArray) -> FloatArray:
            counts = 2 / 3 * (mu / n - (n / mu) ** 2) - _EMPTY
            out[...] = np.where(seen, counts, -2 * n / mu)
            return out

        def curvature(mu: FloatArray, slope: FloatArray, out: FloatArray) -> FloatArray:
            counts = 2 / 3 * (1 / n + 2 * n**2 / mu**3)
            return np.where(seen, counts, 2 * n / mu**2)

        # f is self-concordant like −ln µ with at least 2/3 of the counts
        floor = max(1e-10, 2 / 3 * float(n.min(initial=inf if use.any() else 1.5)))
        return Curve(slope=slope, curvature=curvature, floor=floor)

    def value(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.value` at `mu`."""
        seen = self.data > 0
        impossible = np.asarray(((mu < 0) | (seen & (mu == 0))).any(axis=1))
        safe = np.where(impossible[:, None], np.maximum(self.data, 1.0), mu)
        n = np.where(seen, self.data, 1.0)
        positive = np.where(seen, safe, 1.0)
        squares = (n - positive) ** 2 * (1 / n + 2 / positive) / 3
        total = np.where(seen, squares, _EMPTY * safe).sum(axis=1)
        return np.asarray(np.where(impossible, np.inf, total))

    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """As `Statistic.slope` at `mu`, with `barrier`."""
        seen = self.data > 0
        bad = (mu < 0) | ((mu == 0) & seen)
        n = np.where(seen, self.data, 1.0)
        positive = np.where(mu > 0, mu, 1.0)
        counts = 2 / 3 * (positive / n - (n / positive) ** 2)
        empty = _EMPTY - np.where(mu > 0, 2 * barrier / positive, 0.0)
        return np.where(bad, inf, np.where(seen, counts, empty))

    def information(self, mu: FloatArray) -> FloatArray:
        """As `Statistic.information` at `mu`."""
        return np.divide(2.0, mu, out=np.zeros_like(mu), where=mu > 0)

    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """As `Statistic.draw` at `mu`, by `rng`."""
        return rng.poisson(mu).astype(float)

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: not those of a χ², which applies only for
        many counts."""

        def cost(n: FloatArray, mu: FloatArray) -> FloatArray:
            some = np.maximum(n, 1.0)
            squares = (n - mu) ** 2 * (1 / some + 2 / mu) / 3
            return np.where(n > 0, squares, _EMPTY * mu)

        def slope(n: FloatArray, mu: FloatArray) -> FloatArray:
            some = np.maximum(n, 1.0)
            return np.where(n > 0, 2 / 3 * (mu / some - (some / mu) ** 2), _EMPTY)

        return poisson_moments(mu, cost, slope)

    def possible(self, mu: FloatArray) -> bool:
        """As `Statistic.possible` at `mu`."""
        return bool((mu >= 0).all())

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (self.data,)
