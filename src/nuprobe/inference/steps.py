"""Newton's steps, for many points at once: as linear equations, and as problems of
least squares.

Products of slopes square their condition: where nuisances cancel counts by the million,
what is left of them drowns in the rounding of Aᵀ A, and not in that of A. Householder's
reflections with columns pivoted and rows sorted keep the digits of small rows beside
large ones (Cox and Higham, unverified).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = ["least_squares", "solve", "triangle"]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_FEW: Final = 64  # points
# share of its diagonal below which a pivot has lost too many digits to rounding
_LOST: Final = 1e-6
# of the length of a column: a smaller pivot is rounding, a direction that nothing sees
_UNSEEN: Final = 1e-14
_ENTRIES: Final = 1 << 20  # of the matrices that are reflected together


def solve(hessian: FloatArray, gradient: FloatArray) -> tuple[FloatArray, BoolArray]:
    """H⁻¹ g for every point; a direction that H does not see gives 0.

    Parameters
    ----------
    hessian, gradient : H (k, k, points) and g (k, points).

    Returns
    -------
    array, array
        The solution (k, points), and whether rounding of H may have left too few digits
        of it, (points,).

    Examples
    --------
    >>> h = np.array([[2.0, 1.0], [1.0, 1.0 + 1e-9]])[:, :, None]
    >>> solve(h, np.array([[1.0], [1.0]]))[1]
    array([False])
    >>> h[0, 0] = 1.0
    >>> solve(h, np.array([[1.0], [1.0]]))[1]
    array([ True])
    """
    # LDLᵀ over whole arrays of points
    k = len(gradient)
    if (
        k and gradient.shape[1] <= _FEW
    ):  # so few points that LAPACK, matrix by matrix, costs less
        each = hessian.transpose(2, 0, 1)
        try:
            pivots = np.diagonal(np.linalg.cholesky(each), axis1=1, axis2=2) ** 2
        except np.linalg.LinAlgError:
            pivots = np.zeros((1, k))
        whole = np.diagonal(each, axis1=1, axis2=2)
        if np.all(pivots > 1e-13 * whole):
            lost = (pivots <= _LOST * whole).any(axis=1)
            found = np.linalg.solve(each, gradient.T[:, :, None])[:, :, 0].T
            return np.asarray(found), np.asarray(lost)
    low: dict[tuple[int, int], FloatArray] = {}
    inverse: list[FloatArray] = []
    x, lost = gradient.copy(), np.zeros(gradient.shape[1], dtype=bool)
    for j in range(k):
        diagonal = hessian[j, j].copy()
        for m in range(j):
            scaled = low[j, m]
            diagonal -= scaled * scaled * inverse[m]
        seen = diagonal > 1e-13 * hessian[j, j]
        lost |= (diagonal <= _LOST * hessian[j, j]) & (hessian[j, j] > 0)
        inverse.append(
            np.divide(1.0, diagonal, out=np.zeros_like(diagonal), where=seen)
        )
        for i in range(j + 1, k):
            entry = hessian[i, j].copy()
            for m in range(j):
                entry -= low[i, m] * low[j, m] * inverse[m]
            low[i, j] = entry  # L times D
    for j in range(k):
        for m in range(j):
            x[j] -= low[j, m] * inverse[m] * x[m]
    for j in range(k):
        x[j] *= inverse[j]
    for j in reversed(range(k)):
        for i in range(j + 1, k):
            x[j] -= low[i, j] * inverse[j] * x[i]
    return x, lost


def triangle(matrix: FloatArray, most: int) -> tuple[FloatArray, IntArray]:
    """Upper triangles R with Rᵀ R = Aᵀ A, the columns of A permuted.

    Parameters
    ----------
    matrix : A of each point, shape (points, rows, columns); it is overwritten.
    most : columns to be pivoted; those behind follow in their order.

    Returns
    -------
    array, array
        R (points, most, columns) and the columns that its first `most` belong to,
        (points, most).

    Examples
    --------
    >>> r, order = triangle(np.array([[[0.0, 3.0], [1.0, 4.0]]]), 2)
    >>> abs(r).round(12), order
    (array([[[5. , 0.8],
            [0. , 0.6]]]), array([[1, 0]]))
    """
    points, rows, columns = matrix.shape
    every = np.arange(points)
    order = np.tile(np.arange(most), (points, 1))
    for j in range(min(most, rows)):
        left = matrix[:, j:, j:most]
        best = j + np.einsum("prc,prc->pc", left, left).argmax(axis=1)
        for array in (matrix.swapaxes(1, 2), order):
            kept = array[:, j].copy()
            array[:, j] = array[every, best]
            array[every, best] = kept
        v = matrix[:, j:, j].copy()
        length = np.sqrt(np.einsum("pr,pr->p", v, v))
        first = np.where(v[:, 0] < 0, -length, length)
        v[:, 0] += first
        half = first * v[:, 0]  # of |v|²
        v /= np.where(half > 0, half, 1.0)[:, None] ** 0.5
        rest = matrix[:, j:, j + 1 :]
        rest -= v[:, :, None] * np.einsum("pr,prc->pc", v, rest)[:, None]
        matrix[:, j, j] = -first
        matrix[:, j + 1 :, j] = 0.0
    found = np.zeros((points, most, columns))
    found[:, :rows] = matrix[:, :most]
    return found, order


def least_squares(
    matrix: FloatArray, right: FloatArray, flat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The x that makes ½ |A x + b|² + c·x least; a direction that A does not see gives
    0.

    Parameters
    ----------
    matrix, right : A (points, rows, columns) and b (points, rows).
    flat : c, shape (points, columns).

    Returns
    -------
    array, array
        x (points, columns) and x · Aᵀ A x (points,): twice by how much it falls.

    Examples
    --------
    Two columns alike but for 1e-9, of which Aᵀ A knows nothing:

    >>> a = np.array([[[1.0, 1.0], [1e-9, 0.0]]])
    >>> x, _ = least_squares(a, -a @ np.array([2.0, 3.0]), np.zeros((1, 2)))
    >>> x.round(6)
    array([[2., 3.]])
    """
    step, fall = np.empty(flat.shape), np.empty(len(flat))
    size = max(1, _ENTRIES // max(1, matrix[0].size)) if len(matrix) else 1
    for start in range(0, len(flat), size):
        part = slice(start, start + size)
        step[part], fall[part] = _solved(matrix[part], right[part], flat[part])
    return step, fall


def _solved(
    matrix: FloatArray, right: FloatArray, flat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """As `least_squares`, of points whose matrices are reflected together."""
    points, k = flat.shape
    length = np.sqrt(np.einsum("prc,prc->pc", matrix, matrix))
    scale = 1 / np.where(length > 0, length, 1.0)
    both = np.concatenate([matrix * scale[:, None], right[:, :, None]], axis=2)
    largest = np.argsort(-np.abs(both[:, :, :k]).max(axis=2, initial=0.0), axis=1)
    r, order = triangle(np.take_along_axis(both, largest[:, :, None], axis=1), k)
    scale = np.take_along_axis(scale, order, axis=1)
    across = np.take_along_axis(flat, order, axis=1) * scale
    pivots = np.diagonal(r, axis1=1, axis2=2)[:, :k]
    seen = np.abs(pivots) > _UNSEEN
    inverse = np.divide(1.0, pivots, out=np.zeros((points, k)), where=seen)
    z = np.zeros((points, k))
    for j in range(k):  # R⁻ᵀ c
        z[:, j] = across[:, j] - np.einsum("pb,pb->p", r[:, :j, j], z[:, :j])
        z[:, j] *= inverse[:, j]
    z = -np.where(seen, z + r[:, :, k], 0.0)
    fall = np.einsum("pb,pb->p", z, z)
    for j in reversed(range(k)):
        z[:, j] -= np.einsum("pb,pb->p", r[:, j, j + 1 : k], z[:, j + 1 :])
        z[:, j] *= inverse[:, j]
    step = np.empty((points, k))
    np.put_along_axis(step, order, z * scale, axis=1)
    return step, fall
