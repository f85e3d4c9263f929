"""Interpolation that is linear between anchors."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = ["hat_interpolated", "hat_matrix", "hat_weights"]


def hat_matrix(
    anchors: FloatArray, x: FloatArray, derivative: bool = False
) -> FloatArray:
    """Weights that interpolate values at `anchors` to the points `x`, linearly between
    neighbours.

    Parameters
    ----------
    anchors : increasing, shape (n,).
    x : points inside their range, shape (p,).
    derivative : return weights of the first derivative instead; at an anchor that
        towards the next one.

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
    """The two weights of each point that `hat_matrix` has beside zeros.

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
    hats : from `hat_weights`, one an axis.

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
    sizes, shape = table.shape[: len(hats)], table.shape[len(hats) :]
    rows = table.reshape(-1, math.prod(shape))
    total = np.zeros((hats[0][0].size, rows.shape[1]))
    for corner in itertools.product((0, 1), repeat=len(hats)):
        place, weight = np.zeros(len(total), dtype=np.intp), np.ones(len(total))
        for (cell, *weights), side, size in zip(hats, corner, sizes, strict=True):
            place = place * size + cell + side
            weight = weight * weights[side]
        total += weight[:, None] * rows[place]
    return total.reshape(-1, *shape)
