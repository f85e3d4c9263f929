"""Bins of many toys at once, by statistic."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import (
    CNPCost,
    CovarianceCost,
    GaussianCost,
    OnOffCost,
    PoissonCost,
    ProjectedCost,
    SharesCost,
    Term,
    UnbinnedCost,
)
from nuprobe.inference.toys.bins import ToyBins
from nuprobe.inference.toys.counted import OnOffBins, ProjectedBins
from nuprobe.inference.toys.shares import SharesBins
from nuprobe.numerics import FloatArray

__all__ = ["bins_of_toys"]

IntArray = NDArray[np.intp]


class _Poisson(ToyBins):
    """Counts."""

    positive = True

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        n = self.data[rows]
        seen = n > 0
        bad = (mu < 0) | (seen & (mu <= 0))
        safe = np.where(bad | (mu == 0), 1.0, mu)
        count = np.where(seen, n, 1.0)
        cost = mu - n + np.where(seen, n * np.log(count / safe), 0.0)
        if barrier:
            # a bin that nothing can move has none
            cost = cost - np.where(seen, 0.0, barrier * np.log(safe))
        return np.where(bad.any(axis=1), inf, 2 * cost.sum(axis=1))

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        n = self.data[rows]
        if barrier:
            n = np.maximum(n, barrier)
        ratio = np.divide(n, mu, out=np.zeros_like(n), where=mu > 0)
        bend = np.divide(ratio, mu, out=np.zeros_like(n), where=mu > 0)
        return 2 - 2 * ratio, 2 * bend

    def screen(
        self, mu: FloatArray, slopes: Sequence[FloatArray], pure: ToyBins
    ) -> tuple[FloatArray, FloatArray]:
        n = self.data
        possible = mu > 0
        safe = np.where(possible, mu, 1.0)
        count = np.where(n > 0, n, 1.0)
        own = (n * np.log(count) - n).sum(axis=1)
        value = 2 * (mu.sum(axis=1) + own[:, None] - n @ np.log(safe).T)
        hidden = (n @ (~possible).T.astype(float)) > 0
        value[hidden | (mu < 0).any(axis=1)] = inf
        along = np.empty((len(n), len(mu), len(slopes)))
        for k, s in enumerate(slopes):
            full = np.broadcast_to(s, mu.shape)
            along[:, :, k] = 2 * full.sum(axis=1) - 2 * n @ (full / safe).T
        return value, along


class _Unbinned(_Poisson):
    """Counts in bins and in the cells of the events that were observed."""

    def __init__(self, term: UnbinnedCost, data: FloatArray) -> None:
        super().__init__(term, data)
        self.offsets = term.offsets(self.data)

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        return super().value(mu, rows, barrier) + self.offsets[rows]

    def screen(
        self, mu: FloatArray, slopes: Sequence[FloatArray], pure: ToyBins
    ) -> tuple[FloatArray, FloatArray]:
        value, along = super().screen(mu, slopes, pure)
        return value + self.offsets[:, None], along


class _CNP(ToyBins):
    """Counts with the combined Neyman–Pearson χ²."""

    positive = True

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        n = self.data[rows]
        seen = n > 0
        bad = (mu < 0) | (seen & (mu <= 0))
        safe = np.where(mu > 0, mu, 1.0)
        count = np.where(seen, n, 1.0)
        squares = (count - safe) ** 2 * (1 / count + 2 / safe) / 3
        cost = np.where(seen, squares, 2.0 * mu)
        if barrier:
            cost = cost - np.where(seen, 0.0, 2 * barrier * np.log(safe))
        return np.where(bad.any(axis=1), inf, cost.sum(axis=1))

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        n = self.data[rows]
        seen = n > 0
        safe = np.where(mu > 0, mu, 1.0)
        count = np.where(seen, n, 1.0)
        slope = 2 / 3 * (safe / count - (count / safe) ** 2)
        bend = 2 / 3 * (1 / count + 2 * count**2 / safe**3)
        empty = 2.0 - np.where(mu > 0, 2 * barrier / safe, 0.0)
        return (
            np.where(seen, slope, empty),
            np.where(seen, bend, 2 * barrier / safe**2),
        )


class _Gaussian(ToyBins):
    """Independent Gaussian data, with errors that may differ on the two sides."""

    def __init__(self, term: GaussianCost, data: FloatArray) -> None:
        super().__init__(term, data)
        self.sigma, self.below = term.sigma, term.below

    def _variance(self, mu: FloatArray, rows: IntArray) -> FloatArray:
        if self.below is self.sigma:
            return self.sigma**2
        return np.where(mu < self.data[rows], self.below, self.sigma) ** 2

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        off = mu - self.data[rows]
        return np.asarray((off**2 / self._variance(mu, rows)).sum(axis=1))

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        weight = 2 / self._variance(mu, rows)
        return weight * (mu - self.data[rows]), np.broadcast_to(weight, mu.shape)


class _Covariance(ToyBins):
    """Gaussian data with correlations."""

    def __init__(self, term: CovarianceCost, data: FloatArray) -> None:
        self.whitening = term.whitening
        super().__init__(term, data)

    def turned(self, counts: FloatArray) -> FloatArray:
        return np.asarray(counts @ self.whitening.T)

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        return np.asarray(((mu - self.data[rows]) ** 2).sum(axis=1))

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        return 2 * (mu - self.data[rows]), np.full(mu.shape, 2.0)


class _Single(ToyBins):
    """Any statistic, toy by toy: what is in no other class here."""

    def __init__(self, term: Term, data: FloatArray) -> None:
        super().__init__(term, data)
        self.positive = term.positive
        self.single: list[Term] = [term.with_data(d).terms[0] for d in self.data]

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        # the reference includes no pseudo-counts: empty bins without them
        pairs = zip(rows, mu, strict=True)
        return np.array([float(self.single[i].value(m[None])[0]) for i, m in pairs])

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        first, second = np.empty_like(mu), np.empty_like(mu)
        for row, (i, m) in enumerate(zip(rows, mu, strict=True)):
            pseudo = np.full((1, len(m)), barrier)
            first[row] = self.single[i].slope(m[None], pseudo)[0]
            second[row] = self.single[i].information(m[None])[0]
        return first, second


def bins_of_toys(term: Term, data: FloatArray) -> ToyBins:
    """The bins of a term for many toys.

    Parameters
    ----------
    term : gives the statistic; a class from outside the package is asked toy by toy.
    data : of all toys, shape (toys, bins).

    Examples
    --------
    >>> import nuprobe as nu
    >>> term = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> toys = bins_of_toys(term, np.stack([term.data, term.data]))
    >>> mu = np.stack(term.expected({}) * 2)
    >>> value = toys.value(mu, np.arange(2), 0.0)
    >>> bool(np.allclose(value, term.twice_nll(term.default)))
    True
    """
    # not of subclasses, whose arithmetic may be another
    kind = type(term)
    if kind is PoissonCost:
        return _Poisson(term, data)
    if isinstance(term, UnbinnedCost) and kind is UnbinnedCost:
        return _Unbinned(term, data)
    if kind is CNPCost:
        return _CNP(term, data)
    if isinstance(term, ProjectedCost) and kind is ProjectedCost:
        return ProjectedBins(term, data)
    if isinstance(term, OnOffCost) and kind is OnOffCost:
        return OnOffBins(term, data)
    if isinstance(term, GaussianCost) and kind is GaussianCost:
        return _Gaussian(term, data)
    if isinstance(term, CovarianceCost) and kind is CovarianceCost:
        return _Covariance(term, data)
    if isinstance(term, SharesCost) and kind is SharesCost:
        return SharesBins(term, data)
    return _Single(term, data)
