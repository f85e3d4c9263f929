"""Interpolation that is linear between anchors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = ["hat_contracted", "hat_interpolated", "hat_matrix", "hat_weights"]


def hat_matrix(
    anchors: FloatArray, x: FloatArray, derivative: bool = False
) -> FloatArray:
    """Weights that interpolate values at `anchors` to the points `x`, linearly between
    neighbours.

    Parameters
    ----------
    anchors : increasing, shape (n,).
    x : points inside their range, shape (p,).
    derivative : return weights of the first derivative instead; at an anchor, the one
        towards the next anchor.

    Returns
    -------
    array, shape (p, n)

    Raises
    ------
    InputError
        If a point lies outside the anchors.

    Examples
    --------
    >>> hat_matrix(np.array([0.0, 1.0, 3.0]), np.array([2.0]))
    array([[0. , 0.5, 0.5]])
    """
    cell, *weights = hat_weights(anchors, x, derivative)
    rows, result = np.arange(cell.size), np.zeros((cell.size, anchors.size))
    result[rows, cell], result[rows, cell + 1] = weights
    return result


def hat_weights(
    anchors: FloatArray, x: FloatArray, derivative: bool = False
) -> tuple[NDArray[np.intp], FloatArray, FloatArray]:
    """The two nonzero weights of each point in `hat_matrix`.

    Parameters
    ----------
    anchors, x, derivative : as of `hat_matrix`.

    Returns
    -------
    arrays, shape (p,)
        Position of the anchor at or before each point, its weight and that of the next.

    Raises
    ------
    InputError
        If a point lies outside the anchors.

    Examples
    --------
    >>> hat_weights(np.array([0.0, 1.0, 3.0]), np.array([2.0]))
    (array([1]), array([0.5]), array([0.5]))
    """
    x = np.atleast_1d(np.asarray(x, dtype=float))
    if (outside := ~((x >= anchors[0]) & (x <= anchors[-1]))).any():
        raise InputError(
            f"{x[outside][0]:g} lies outside [{anchors[0]:g}, {anchors[-1]:g}]"
        )
    cell = np.clip(np.searchsorted(anchors, x, side="right") - 1, 0, anchors.size - 2)
    width = anchors[cell + 1] - anchors[cell]
    upper = 1 / width if derivative else (x - anchors[cell]) / width
    return cell, -upper if derivative else 1 - upper, upper


def hat_interpolated(
    table: FloatArray,
    hats: Sequence[tuple[NDArray[np.intp], FloatArray, FloatArray]],
) -> FloatArray:
    """Values between anchors, for many points at once.

    Parameters
    ----------
    table : values at the anchors, shape (anchors of the first, of the second, ..., *).
    hats : from `hat_weights`, one per axis.

    Returns
    -------
    array, shape (points, *)

    Examples
    --------
    >>> hat = hat_weights(np.array([0.0, 1.0]), np.array([0.25, 1.0]))
    >>> hat_interpolated(np.array([[4.0, 0.0], [8.0, 2.0]]), [hat])
    array([[5. , 0.5],
           [8. , 2. ]])
    """
    shape = table.shape[len(hats) :]
    rows = table.reshape(*table.shape[: len(hats)], 1, math.prod(shape))
    values = hat_contracted(rows, hats, np.ones((hats[0][0].size, 1, 1)))
    return values.reshape(-1, *shape)


def hat_contracted(
    table: FloatArray,
    hats: Sequence[tuple[NDArray[np.intp], FloatArray, FloatArray]],
    factors: FloatArray,
) -> FloatArray:
    """Values between anchors, multiplied by factors of each point and summed.

    All points between the same anchors share one matrix product.

    Parameters
    ----------
    table : values at the anchors, shape (anchors of the first, of the second, ...,
        terms, numbers).
    hats : from `hat_weights`, one per axis.
    factors : shape (points, sets, terms).

    Returns
    -------
    array, shape (points, sets, numbers)

    Examples
    --------
    >>> hat = hat_weights(np.array([0.0, 1.0]), np.array([0.5]))
    >>> table = np.array([[[4.0], [1.0]], [[8.0], [3.0]]])
    >>> hat_contracted(table, [hat], np.array([[[1.0, 10.0], [1.0, 0.0]]]))
    array([[[26.],
            [ 6.]]])
    """
    sizes, (terms, numbers) = table.shape[: len(hats)], table.shape[len(hats) :]
    nodes = table.reshape(-1, terms, numbers)
    points, sets = factors.shape[:2]
    first = np.zeros(points, dtype=np.intp)
    offsets, weights = np.zeros(1, dtype=np.intp), np.ones((points, 1))
    for (cell, *sides), size in zip(hats, sizes, strict=True):
        first = first * size + cell
        offsets = np.add.outer(offsets * size, (0, 1)).ravel()
        both = weights[:, :, None] * np.stack(sides, axis=1)[:, None]
        weights = both.reshape(points, -1)
    # (points, sets, corners, terms)
    spread = weights[:, None, :, None] * factors[:, :, None]
    columns = spread.reshape(points, sets, -1)
    order = np.argsort(first, kind="stable")
    cells, starts = np.unique(first[order], return_index=True)
    result = np.empty((points, sets, numbers))
    for cell, here in zip(cells, np.split(order, starts[1:]), strict=True):
        corners = nodes[cell + offsets].reshape(-1, numbers)
        result[here] = columns[here] @ corners
    return result
