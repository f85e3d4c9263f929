"""Newton's steps of many toys at once, inside their ranges."""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["bounded_steps", "convex", "solved"]

_RADIUS: Final = 4.0  # longest step, in square roots of −2 ln L
_FLAT: Final = 1e-5  # smallest curvature that is trusted, in the same unit


def bounded_steps(
    gradient: FloatArray,
    curvature: FloatArray,
    y: FloatArray,
    low: FloatArray,
    high: FloatArray,
    scale: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Steps downhill inside the ranges of the columns.

    Parameters
    ----------
    gradient, curvature : of each row, shapes (rows, columns) and (rows, columns,
        columns).
    y : where the rows are, shape (rows, columns).
    low, high : ends of the ranges, of the shape of `y`.
    scale : typical scale of each column, shape (columns,).

    Returns
    -------
    arrays
        Steps, (rows, columns), the part of each that is inside, (rows,), and the
        smallest curvature with its direction, (rows,) and (rows, columns).

    Examples
    --------
    A step of 1 to the minimum, of which a half is inside:

    >>> one, many = np.ones((1, 1)), np.full((1, 1), 9.0)
    >>> step, room, *_ = bounded_steps(
    ...     -2 * one, 2 * one[None], 0 * one, -many, one / 2, np.ones(1)
    ... )
    >>> step, room
    (array([[1.]]), array([0.5]))
    """
    n, d = gradient.shape
    if not d:
        return np.zeros((n, 0)), np.ones(n), np.ones(n), np.zeros((n, 0))
    held = ((y <= low) & (gradient > 0)) | ((y >= high) & (gradient < 0))
    diagonal = np.arange(d)
    for _ in range(d + 1):
        g = np.where(held, 0.0, gradient)
        h = np.where(held[:, :, None] | held[:, None, :], 0.0, curvature)
        unit = np.sqrt(np.maximum(np.abs(h[:, diagonal, diagonal]), _FLAT / scale**2))
        h = h / (unit[:, :, None] * unit[:, None, :])
        h[:, diagonal, diagonal] += held
        size, vectors = np.linalg.eigh(h)
        bent = np.maximum(np.abs(size), _FLAT)
        along = np.einsum("pij,pi->pj", vectors, g / unit)
        move = -np.einsum("pij,pj->pi", vectors, along / bent)
        length = np.sqrt((move**2).sum(axis=1))
        move *= np.minimum(1.0, _RADIUS / np.maximum(length, 1e-300))[:, None]
        step = np.where(held, 0.0, move / unit)  # not even by rounding
        # what stands at a limit and would leave it is held as well
        out = ((y <= low) & (step < 0)) | ((y >= high) & (step > 0))
        if not (out & ~held).any():
            break
        held |= out
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(step > 0, high - y, low - y) / step
    room = np.where(step == 0, np.inf, room).min(axis=1)
    return step, np.minimum(1.0, room), size[:, 0], vectors[:, :, 0] / unit


def convex(matrix: FloatArray) -> FloatArray:
    """Symmetric matrices with the magnitudes of their eigenvalues, so that a Newton
    step goes downhill and not to a saddle.

    Parameters
    ----------
    matrix : shape (rows, k, k).

    Examples
    --------
    >>> convex(np.array([[[2.0]], [[-3.0]]])).ravel()
    array([2., 3.])
    """
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        rows = np.flatnonzero(np.isfinite(matrix).all(axis=(1, 2)))
        size, vectors = np.linalg.eigh(matrix[rows])
        bent = size[:, 0] < -1e-12 * np.abs(size).max(axis=1)
        some = vectors[bent]
        result = matrix.copy()
        result[rows[bent]] = (some * np.abs(size[bent])[:, None]) @ some.swapaxes(1, 2)
        return result
    return matrix


def solved(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """Solutions for symmetric matrices that may be singular.

    Parameters
    ----------
    matrix : shape (rows, k, k).
    right : right sides, shape (rows, k, n).

    Examples
    --------
    >>> solved(np.array([[[2.0]]]), np.array([[[1.0]]]))
    array([[[0.5]]])
    """
    if not matrix.shape[1]:
        return right
    try:
        return np.asarray(np.linalg.solve(matrix, right))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrix, hermitian=True) @ right)
