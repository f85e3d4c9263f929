"""Adaptive grids of importance sampling: each dimension has one grid per slice of the
dimension it depends on."""

from __future__ import annotations

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["maximum_weight", "refine", "smoothed", "uniform"]


def uniform(dimensions: int, slices: int, bins: int) -> FloatArray:
    """Uniform grids: edges, shape (dimensions, slices, bins + 1).

    Parameters
    ----------
    dimensions, slices, bins : how many.

    Examples
    --------
    >>> uniform(1, 1, 2)
    array([[[0. , 0.5, 1. ]]])
    """
    return np.tile(np.linspace(0.0, 1.0, bins + 1), (dimensions, slices, 1))


def refine(grid: FloatArray, collected: FloatArray, damping: float) -> FloatArray:
    """Move the edges so that bins collect equal amounts.

    Parameters
    ----------
    grid : edges, shape (..., bins + 1).
    collected : sum of squared weights in each bin, shape (..., bins).
    damping : 0 changes nothing, 1 follows fully. [Lepage:1977sw]

    Examples
    --------
    >>> edges = refine(uniform(1, 1, 4), np.array([[[9.0, 1.0, 1.0, 1.0]]]), 1.0)
    >>> bool(edges[0, 0, 1] < 0.25)
    True
    """
    bins = collected.shape[-1]
    padded = np.concatenate(
        [collected[..., :1], collected, collected[..., -1:]], axis=-1
    )
    smooth = (padded[..., :-2] + 6 * padded[..., 1:-1] + padded[..., 2:]) / 8
    total = smooth.sum(-1, keepdims=True)
    share = np.where(total > 0, smooth / np.where(total > 0, total, 1.0), 1 / bins)
    share = np.clip(share, 1e-12, 1 - 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        importance = ((share - 1) / np.log(share)) ** damping
    cumulative = np.concatenate(
        [np.zeros((*share.shape[:-1], 1)), np.cumsum(importance, axis=-1)], axis=-1
    )
    cumulative /= cumulative[..., -1:]
    result = grid.copy()
    even = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    for at in np.ndindex(grid.shape[:-1]):
        result[at][1:-1] = np.interp(even, cumulative[at], grid[at])
    return result


def _spread(values: FloatArray, times: int) -> FloatArray:
    """Give a quarter of each entry of the last axis to each neighbour, `times` times;
    nothing is lost at the ends."""
    for _ in range(times):
        padded = np.concatenate([values[..., :1], values, values[..., -1:]], axis=-1)
        values = (padded[..., :-2] + 2 * values + padded[..., 2:]) / 4
    return values


def smoothed(collected: FloatArray, slices: int | None, bins: int) -> FloatArray:
    """Smooth the collected weights over neighbours, so that fewer trials suffice for
    training.

    Parameters
    ----------
    collected : sum of squared weights, shape (dimensions, slices, bins).
    slices : how often each slice is smoothed with its neighbours; None: average over
        all slices.
    bins : how often each bin is.

    Examples
    --------
    >>> smoothed(np.array([[[4.0, 0.0, 0.0]]]), 0, 1)
    array([[[3., 1., 0.]]])
    """
    result = _spread(collected, bins)
    if slices is None:
        return np.broadcast_to(result.sum(1, keepdims=True), result.shape)
    return np.swapaxes(_spread(np.swapaxes(result, 1, 2), slices), 1, 2)


def maximum_weight(weights: FloatArray, overweight: float) -> float:
    """Smallest limit such that the excess over it is at most a given share of the sum
    of the weights.

    Parameters
    ----------
    weights : any unit, shape (n,).
    overweight : the share.

    Examples
    --------
    >>> maximum_weight(np.array([1.0, 1.0, 4.0]), 0.0)
    4.0
    """
    sorted_ = np.sort(weights)[::-1]
    # with limit sorted_[k] the excess is the sum of the k largest less k times the
    # limit
    excess = (
        np.concatenate([[0.0], np.cumsum(sorted_)[:-1]])
        - np.arange(sorted_.size) * sorted_
    )
    allowed = overweight * sorted_.sum()
    k = int(np.searchsorted(excess, allowed, side="right")) - 1
    return float(sorted_[max(k, 0)])
