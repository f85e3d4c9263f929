"""Bins of one quantity used by an analysis, and how they are combined."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, shown
from nuprobe.numerics import FloatArray

__all__ = ["Window", "rebin", "window_of"]


@dataclass(frozen=True, eq=False)
class Window:
    """Bins of one quantity.

    Attributes
    ----------
    bins : those taken, of all.
    edges : of the bins that are left, shape (bins + 1,).
    starts : index of the first of the selected bins in each sum, shape (sums,); None if
        none are combined.
    """

    bins: slice
    edges: FloatArray
    starts: NDArray[np.intp] | None = None

    def add(self, counts: FloatArray, axis: int) -> FloatArray:
        """Add `counts` of the bins taken along an `axis`."""
        if self.starts is None:
            return counts
        return np.asarray(np.add.reduceat(counts, self.starts, axis=axis))


def window_of(
    edges: FloatArray,
    window: Sequence[float] | None,
    wider: Sequence[float] | None,
    quantity: str,
) -> Window:
    """Bins that an analysis selects and combines.

    Parameters
    ----------
    edges : of all bins, shape (bins + 1,).
    window : two of them; default all bins.
    wider : edges of wider bins inside the window, or None to combine nothing.
    quantity : begins the keys that a message names.

    Raises
    ------
    InputError
        If a value is not an edge, or edges leave the window or do not increase.

    Examples
    --------
    >>> taken = window_of(np.arange(6.0), (1, 5), [1, 2, 4], "energy")
    >>> taken.bins, taken.add(np.ones(3), axis=0)
    (slice(1, 4, None), array([1., 2.]))
    """
    ends = [0, edges.size - 1]
    key = f"{quantity}_range"
    if window is not None:
        ends = [_index(edges, value, key) for value in window]
        if ends[0] >= ends[1]:
            raise InputError(f"{key}: {list(window)} contains no bins")
    if wider is None:
        bins = slice(ends[0], ends[1])
        return Window(bins, edges[ends[0] : ends[1] + 1])
    key = f"{quantity}_edges"
    chosen = [_index(edges, value, key) for value in wider]
    if any(b <= a for a, b in itertools.pairwise(chosen)):
        raise InputError(f"{key}: edges must increase, got {shown(list(wider))}")
    if chosen[0] < ends[0] or chosen[-1] > ends[1]:
        low, high = edges[ends[0]], edges[ends[1]]
        raise InputError(
            f"{key}: {wider[0]:g} to {wider[-1]:g} is not inside {quantity}_range,"
            f" {low:g} to {high:g}; choose edges in it or widen it"
        )
    kept = edges[chosen]
    starts = np.array(chosen[:-1], dtype=np.intp) - chosen[0]
    same = len(chosen) == chosen[-1] - chosen[0] + 1
    return Window(slice(chosen[0], chosen[-1]), kept, None if same else starts)


def rebin(
    low: FloatArray, high: FloatArray, counts: FloatArray, edges: FloatArray
) -> FloatArray:
    """Counts of touching or separate bins, spread uniformly inside each, in other bins.

    Parameters
    ----------
    low, high, counts : edges and contents, shape (bins,).
    edges : of the other bins, shape (other bins + 1,).

    Returns
    -------
    array, shape (other bins,)

    Examples
    --------
    >>> rebin(np.array([0.0]), np.array([2.0]), np.array([6.0]), np.array([0, 1, 1.5]))
    array([3. , 1.5])
    """
    overlap = np.minimum(high, edges[1:, None]) - np.maximum(low, edges[:-1, None])
    result: FloatArray = np.clip(overlap, 0, None) / (high - low) @ counts
    return result


def _index(edges: FloatArray, value: float, key: str) -> int:
    """Index of the edge with a given value."""
    nearest = int(np.argmin(np.abs(edges - value)))
    if abs(edges[nearest] - value) <= 1e-6 * (edges[-1] - edges[0]):
        return nearest
    inside = int(np.searchsorted(edges, value))
    if key.endswith("_edges") and 0 < inside < edges.size:
        raise InputError(
            f"{key}: {value:g} splits the bin from {edges[inside - 1]:g} to"
            f" {edges[inside]:g}, and counts cannot be divided; use one of its two"
            " edges"
        )
    raise InputError(
        f"{key}: {value:g} is not a bin edge; the nearest is {edges[nearest]:g}"
    )
