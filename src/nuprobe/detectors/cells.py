"""Narrow cells around individual events, used by unbinned likelihoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = ["Cells"]

_WIDTH = 1e-3
"""Fraction of a bin covered by its cells; the total expectation does not depend on
it."""


@quick_methods
@dataclass(frozen=True, eq=False)
class Cells:
    """Cells around the positions of events, each inside one bin.

    Attributes
    ----------
    positions : of the cells, shape (cells,), increasing.
    counts : events at each, shape (cells,).
    owners : number of the bin in which each lies, shape (cells,).
    shares : width of each over that of its bin, shape (cells,).
    edges : of the bins, shape (bins + 1,).

    Examples
    --------
    >>> cells = Cells.around([2.5, 1.2, 1.2], np.array([1.0, 2.0, 4.0]))
    >>> cells.positions, cells.counts, cells.owners
    (array([1.2, 2.5]), array([2., 1.]), array([0, 1]))
    """

    positions: FloatArray
    counts: FloatArray
    owners: NDArray[np.intp]
    shares: FloatArray
    edges: FloatArray

    @classmethod
    def around(cls, events: ArrayLike, edges: FloatArray) -> Cells:
        """Cells around `events`, shape (events,), between the `edges` of bins, shape
        (bins + 1,).

        Raises `InputError` if an event lies outside them.
        """
        values = np.asarray(events, dtype=float)
        outside = ~((values >= edges[0]) & (values <= edges[-1]))
        if outside.any():
            raise InputError(
                f"event {int(outside.argmax()) + 1}: {values[outside.argmax()]:g} lies"
                f" outside the bins, which reach from {edges[0]:g} to {edges[-1]:g}"
            )
        positions, counts = np.unique(values, return_counts=True)
        bins = edges.size - 1
        owners = np.clip(np.searchsorted(edges, positions, side="right") - 1, 0, None)
        owners = np.minimum(owners, bins - 1)
        crowd = np.bincount(owners, minlength=bins)
        return cls(
            positions,
            counts.astype(float),
            owners,
            _WIDTH / np.maximum(crowd, 1)[owners],
            np.asarray(edges, dtype=float),
        )

    def __len__(self) -> int:
        """Return the number of cells."""
        return self.positions.size

    @property
    def widths(self) -> FloatArray:
        """Width of each cell, shape (cells,)."""
        return np.asarray(self.shares * np.diff(self.edges)[self.owners])

    def divided(self, contents: FloatArray, density: FloatArray) -> FloatArray:
        """Contents of the bins without their cells, then of the cells.

        Parameters
        ----------
        contents : of the bins, shape (bins, ...).
        density : at the cells, per unit of the reconstructed quantity, shape (cells,
            ...).

        Returns
        -------
        array, shape (bins + cells, ...)
            The sum over all is that of `contents`.

        Examples
        --------
        >>> cells = Cells.around([0.5], np.array([0.0, 1.0]))
        >>> cells.divided(np.array([4.0]), np.array([3.0]))
        array([3.997, 0.003])
        """
        inside = density * self.widths.reshape(-1, *(1,) * (density.ndim - 1))
        left = np.array(contents, dtype=float)
        np.subtract.at(left, self.owners, inside)
        return np.concatenate([left, inside])

    def repeated(self, contents: FloatArray) -> FloatArray:
        """Values that are constant over each bin, in the bins and in the cells.

        Parameters
        ----------
        contents : of the bins, shape (bins, ...).

        Examples
        --------
        >>> Cells.around([0.5], np.array([0.0, 1.0])).repeated(np.array([4.0]))
        array([4., 4.])
        """
        return np.concatenate([contents, contents[self.owners]])

    def between(self, edges: FloatArray) -> tuple[NDArray[np.bool_], Cells]:
        """Cells of wider bins, or of a part of the window.

        Parameters
        ----------
        edges : some of those of the bins, shape (other bins + 1,).

        Returns
        -------
        array, Cells
            Mask of the cells that are kept, shape (cells,), and these cells with
            unchanged width.

        Examples
        --------
        >>> cells = Cells.around([0.5, 3.5], np.array([0.0, 1.0, 2.0, 4.0]))
        >>> kept, other = cells.between(np.array([0.0, 2.0]))
        >>> kept, other.shares
        (array([ True, False]), array([0.0005]))
        """
        first = np.searchsorted(self.edges, edges)
        kept = (self.owners >= first[0]) & (self.owners < first[-1])
        owners = np.searchsorted(first, self.owners[kept], side="right") - 1
        shares = self.widths[kept] / np.diff(edges)[owners]
        cells = Cells(self.positions[kept], self.counts[kept], owners, shares, edges)
        return kept, cells
