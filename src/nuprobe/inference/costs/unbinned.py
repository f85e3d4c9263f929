"""Individual events: the unbinned extended likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.moments import Moments, poisson_moments
from nuprobe.inference.costs.poisson import PoissonCost
from nuprobe.inference.protocols import Prediction
from nuprobe.numerics import FloatArray

__all__ = ["UnbinnedCost"]

IntArray = NDArray[np.intp]


class UnbinnedCost(PoissonCost):
    """−2 ln of the extended likelihood of events at x_i, 2[µ − Σ_i ln ρ(x_i)] plus a
    constant, with the expected number µ in the window and the expected density ρ.

    Each event is in a cell of the window with width w_i, in which the expectation is
    w_i ρ(x_i); the rest of the window is divided into bins. The Poisson likelihood of
    these bins, which are empty, and of the cells, with one event each, *is* the
    extended likelihood, whatever the widths: the expectations of all bins and cells add
    up to µ. The prediction thus stays linear in templates and nuisances, and data that
    are not events (Asimov data and toys) are counts in the same bins and cells.

    The constant makes −2 ln L a comparison with the histogram of the data: 0 for
    densities that equal the number of events in each bin over its width. It can be
    negative if the expectation follows the events inside a bin.

    Parameters
    ----------
    prediction : the expectation in the bins without their cells, then in the cells.
    data : counts, shape (bins + cells,); for events, 0 in the bins and 1 in the cells
        (2 where two events coincide).
    owners : number of the bin, from 0, in which each cell lies, shape (cells,).
    shares : width of each cell over that of its bin, shape (cells,).
    name : shown in messages; that of the prediction if empty.

    Raises
    ------
    InputError
        As `PoissonCost`, or if a cell is in no bin or the cells of a bin are wider than
        the bin.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("xenonnt-er-2022").cost(free=["sin2_theta_w"])
    >>> type(cost).__name__, int(cost.data.sum())
    ('UnbinnedCost', 433)
    """

    def __init__(
        self,
        prediction: Prediction,
        data: ArrayLike,
        owners: ArrayLike,
        shares: ArrayLike,
        name: str = "",
    ) -> None:
        super().__init__(prediction, data, name)
        self.owners, self.shares = self._cells(owners, shares)
        self.bins = self.n_bins - self.owners.size
        covered = np.bincount(self.owners, self.shares, self.bins)
        if (covered > 1).any():
            raise InputError(
                f"{self.name}: the cells of bin {int(covered.argmax())} are wider than"
                " the bin; make their shares smaller"
            )
        self.offset = float(self.offsets(self.data[None])[0])

    def offsets(self, data: FloatArray) -> FloatArray:
        """Difference of −2 ln L from that of Poisson counts.

        Parameters
        ----------
        data : counts of several experiments, shape (experiments, bins + cells).

        Returns
        -------
        array, shape (experiments,)
        """
        within = np.zeros((self.bins, self.owners.size))
        within[self.owners, np.arange(self.owners.size)] = 1.0
        every = data[:, : self.bins] + data[:, self.bins :] @ within.T
        # expectation of each bin and cell for a flat density in its bin
        left = 1 - within @ self.shares
        flat = np.hstack([every * left, every[:, self.owners] * self.shares])
        seen = data > 0
        ratio = np.where(seen, flat, 1.0) / np.where(seen, data, 1.0)
        return np.asarray(2 * np.sum(data * np.log(ratio), axis=1))

    def _cells(
        self, owners: ArrayLike, shares: ArrayLike
    ) -> tuple[IntArray, FloatArray]:
        """Bin and share of each cell, checked."""
        bins, widths = np.asarray(owners), np.asarray(shares, dtype=float)
        number = self.n_bins - bins.size
        if bins.ndim != 1 or bins.shape != widths.shape or number < 1:
            raise InputError(
                f"{self.name}: owners and shares have one number a cell, got shapes"
                f" {bins.shape} and {widths.shape} for {self.n_bins} bins and cells"
            )
        whole = np.issubdtype(bins.dtype, np.integer) or bins.size == 0
        if not whole or (bins < 0).any() or (bins >= number).any():
            raise InputError(
                f"{self.name}: owners are numbers of bins, 0 to {number - 1}"
            )
        if not ((widths > 0) & (widths <= 1)).all():
            raise InputError(
                f"{self.name}: the share of a cell in its bin must be above 0 and at"
                " most 1"
            )
        return bins.astype(np.intp), widths

    def __repr__(self) -> str:
        """Name, number of events, parameters and nuisances."""
        names = ", ".join(p.name for p in self.parameters)
        return (
            f"<{type(self).__name__} {self.name!r}: {self.data.sum():.6g} events,"
            f" ({names}), {len(self.nuisances)} nuisances>"
        )

    def with_data(self, data: ArrayLike | Sequence[ArrayLike]) -> Cost:
        """Same cost for other `data`, shape (bins + cells,)."""
        counts = np.asarray(data, dtype=float)
        return UnbinnedCost(
            self.prediction, counts, self.owners, self.shares, self.name
        )

    @property
    def size(self) -> int:
        """Number of bins: −2 ln L is a comparison with the histogram in them."""
        return self.bins

    def moments(self, mu: FloatArray) -> Moments:
        """As `Statistic.moments` at `mu`: those of the counts in whole bins, cells
        included."""
        whole = mu[: self.bins] + np.bincount(
            self.owners, mu[self.bins :], minlength=self.bins
        )
        found = poisson_moments(whole)
        padded = {
            key: np.append(value, np.zeros(self.owners.size))
            for key, value in vars(found).items()
        }
        return replace(found, **padded)

    def arrays(self) -> tuple[FloatArray, ...]:
        """As `Statistic.arrays`."""
        return (self.data, self.owners.astype(float), self.shares)
