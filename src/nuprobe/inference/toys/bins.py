"""Bins of many toys at once: what `Statistic` says of one set of data, for as many as
there are toys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import Term
from nuprobe.numerics import FloatArray

__all__ = ["ToyBins"]

IntArray = NDArray[np.intp]


class ToyBins(ABC):
    """One term of a cost, with the data of many toys.

    Expectations are those of the term, except where `turned` says otherwise: data with
    correlations are taken in independent combinations of the bins.

    Parameters
    ----------
    term : gives the statistic.
    data : of all toys, shape (toys, bins).

    Attributes
    ----------
    positive : whether an expectation below 0 makes the data impossible.
    data : as given, in the combinations that `turned` makes.
    """

    positive = False

    def __init__(self, term: Term, data: FloatArray) -> None:
        self.term = term
        self.data = self.turned(np.asarray(data, dtype=float))

    def turned(self, counts: FloatArray) -> FloatArray:
        """Independent combinations of `counts`, shape (..., bins)."""
        return counts

    def margin(self, mu: FloatArray, rows: IntArray) -> FloatArray:
        """By how much the expectations `mu` of the toys `rows`, (rows, bins), may fall
        where that is limited (`positive`)."""
        return mu

    def of_data(self, data: FloatArray) -> ToyBins:
        """The same for other `data`, shape (toys, bins)."""
        return type(self)(self.term, data)

    @abstractmethod
    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        """Cost of the toys `rows` at `mu`, shape (rows,).

        `mu` has shape (rows, bins); empty bins have `barrier` as a pseudo-count.
        """

    @abstractmethod
    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """First and second derivative in each bin, two arrays (rows, bins), with `mu`,
        `rows` and `barrier` as in `value`."""

    def curved(
        self, every: FloatArray, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """First derivative in each bin, (rows, bins), and second ones in the directions
        `every`, (rows, directions, bins): (rows, directions, directions); `mu`, `rows`
        and `barrier` are as in `value`."""
        first, second = self.slopes(mu, rows, barrier)
        return first, (every * second[:, None]) @ every.swapaxes(1, 2)

    def screened(self, mu: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Cost of all toys at one expectation `mu`, (bins,), and its first derivative
        in each bin: shapes (toys,) and (toys, bins)."""
        toys = np.arange(len(self.data))
        every = np.broadcast_to(mu, (len(toys), len(mu)))
        return self.value(every, toys, 0.0), self.slopes(every, toys, 0.0)[0]

    def screen(
        self, mu: FloatArray, slopes: Sequence[FloatArray], pure: ToyBins
    ) -> tuple[FloatArray, FloatArray]:
        """Cost of all toys at some expectations, and its derivative along nuisances.

        Parameters
        ----------
        mu : shape (points, bins).
        slopes : of each nuisance, shape (points or 1, bins).
        pure : of data without fluctuations, the same for each point: where the toys
            differ little from them, what the statistic minimises over by itself may
            take one step from there.

        Returns
        -------
        array, array
            Shapes (toys, points) and (toys, points, nuisances).
        """
        toys = len(self.data)
        value = np.empty((toys, len(mu)))
        along = np.empty((toys, len(mu), len(slopes)))
        for g, one in enumerate(mu):
            value[:, g], slope = self.screened(one)
            for k, s in enumerate(slopes):
                along[:, g, k] = slope @ s[g if len(s) > 1 else 0]
        return value, along
