"""Data of which only shares within groups are predicted, for many toys, each with its
own sums of the groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs import SharesCost
from nuprobe.inference.toys.bins import ToyBins
from nuprobe.numerics import FloatArray

__all__ = ["SharesBins", "SharesForm", "shares_form"]

IntArray = NDArray[np.intp]


class SharesBins(ToyBins):
    """Shares of the sums of each toy.

    An expectation is that of the term, shares times the sums that were observed; it is
    brought to the sums of each toy.

    Parameters
    ----------
    term : gives the statistic.
    data : of all toys, shape (toys, bins).

    Raises
    ------
    InputError
        If a sum that was observed is 0: shares do not follow from an expectation of 0.
    """

    def __init__(self, term: SharesCost, data: FloatArray) -> None:
        super().__init__(term, data)
        if np.any(term.sums == 0):
            raise InputError(
                f"{term.name}: the data of group {int(np.argmin(np.abs(term.sums)))}"
                " add up to 0, so that toys have no shares to fit; leave the group out"
            )
        self.inverse, self.whitening = term.inverse, term.whitening
        self.groups, self.observed = term.groups, term.sums[term.groups]
        member = (np.arange(len(term.sums))[:, None] == term.groups).astype(float)
        self.ratio = (self.data @ member.T)[:, term.groups] / self.observed

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        """As `ToyBins.value`, with `mu`, `rows` and `barrier`."""
        off = mu * self.ratio[rows] - self.data[rows]
        return np.asarray(((off @ self.whitening.T) ** 2).sum(axis=1))

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.slopes`, with `mu`, `rows` and `barrier`; the second derivative
        is that of each bin alone."""
        ratio = self.ratio[rows]
        first = 2 * ratio * ((mu * ratio - self.data[rows]) @ self.inverse)
        return first, 2 * ratio**2 * np.diag(self.inverse)

    def curved(
        self, every: FloatArray, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.curved`, with `every`, `mu`, `rows` and `barrier`, of bins with
        correlations."""
        moved = (every * self.ratio[rows][:, None]) @ self.whitening.T
        block = 2 * moved @ moved.swapaxes(1, 2)
        return self.slopes(mu, rows, barrier)[0], block

    def screen(
        self, mu: FloatArray, slopes: Sequence[FloatArray], pure: ToyBins
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.screen`, with `mu`, `slopes` and `pure`: without nuisances as a
        few matrix products."""
        if slopes:
            return super().screen(mu, slopes, pure)
        assert isinstance(self.term, SharesCost)
        form = shares_form(0, self.term, mu / self.observed)
        value = form.value([self.data], np.zeros((len(self.data), 0)))
        return value, np.zeros((*value.shape, 0))


@dataclass(frozen=True, eq=False)
class SharesForm:
    """A term of which only shares are predicted: χ² is a quadratic form in products of
    the data with the sums of their groups.

    Attributes
    ----------
    term : its number in the cost.
    inverse : of the covariance.
    groups : of each bin.
    pairs : groups g ≤ h, two arrays.
    kernel : of those products, shape (points, bins + pairs).
    """

    term: int
    inverse: FloatArray
    groups: np.ndarray
    pairs: tuple[np.ndarray, np.ndarray]
    kernel: FloatArray

    def value(self, data: Sequence[FloatArray], auxiliary: FloatArray) -> FloatArray:
        """χ² at every point.

        Parameters
        ----------
        data : one array (toys, bins) a term.
        auxiliary : not used: shares have no nuisances.

        Returns
        -------
        array, shape (toys, points)
        """
        d = data[self.term]
        turned = d @ self.inverse
        number = int(self.groups.max()) + 1
        sums = np.stack(
            [d[:, self.groups == g].sum(axis=1) for g in range(number)], axis=1
        )
        first, second = self.pairs
        products = [turned * sums[:, self.groups], sums[:, first] * sums[:, second]]
        found = np.concatenate(products, axis=1) @ self.kernel.T
        return np.asarray(found + (turned * d).sum(axis=1)[:, None])

    def at(self, rows: list[int]) -> SharesForm:
        """The same at some of its points, `rows`."""
        return replace(self, kernel=self.kernel[rows])


def shares_form(number: int, term: SharesCost, shares: FloatArray) -> SharesForm:
    """χ² of shares at fixed points.

    Parameters
    ----------
    number : of the term in its cost.
    term : of which only shares are predicted.
    shares : of each bin in its group, shape (points, bins).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("prospect").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> point = np.array([[0.0, 1.0]])
    >>> form = shares_form(0, cost, cost.shares.expectation(point).base)
    >>> value = form.value([cost.data[None]], np.zeros((1, 0)))[0]
    >>> bool(np.allclose(value, cost.twice_nll(point)))
    True
    """
    groups = int(term.groups.max()) + 1
    first, second = np.triu_indices(groups)
    inverse = term.inverse
    # F_g summed over the bins of one group each: (points, groups, bins)
    spread = np.zeros((len(shares), groups, len(term.groups)))
    spread[:, term.groups, np.arange(len(term.groups))] = shares
    square = spread @ inverse @ spread.swapaxes(1, 2)
    twice = np.where(first == second, 1.0, 2.0)
    kernel = np.concatenate([-2 * shares, twice * square[:, first, second]], axis=1)
    return SharesForm(number, inverse, term.groups, (first, second), kernel)
