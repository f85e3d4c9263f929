"""Newton's steps, for many points at once: as linear equations, and as problems of
least squares.

Products of slopes square their condition: where nuisances cancel counts by the million,
what is left of them drowns in the rounding of Aᵀ A, and not in that of A. Householder's
reflections keep the digits of small rows, such as those of constraints, beside large
ones if the large ones come first and columns are pivoted.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.numerics import FloatArray

__all__ = ["CLEAR", "least_squares", "solve"]

IntArray = NDArray[np.intp]

_FEW: Final = 64  # points
CLEAR: Final = 1e-10
"""Product of the ratios of pivots to diagonal elements above which no precision is
lost."""
# of the length of a column: a smaller pivot is rounding, a direction that nothing sees
_UNSEEN: Final = 1e-14


def solve(hessian: FloatArray, gradient: FloatArray) -> tuple[FloatArray, FloatArray]:
    """H⁻¹ g for every point; a direction that H does not see gives 0.

    Parameters
    ----------
    hessian, gradient : H (k, k, points) and g (k, points).

    Returns
    -------
    array, array
        The solution (k, points), and the least share of a diagonal element of H that is
        left as all others follow, or a smaller number above `CLEAR`, (points,).
        Rounding of H, of some 1e-16, is that much larger in the solution.

    Examples
    --------
    >>> h = np.array([[2.0, 1.0], [1.0, 1.0 + 1e-9]])[:, :, None]
    >>> solve(h, np.array([[1.0], [1.0]]))[1]
    array([0.5])
    """
    # LDLᵀ over whole arrays of points
    k = len(gradient)
    if (
        k and gradient.shape[1] <= _FEW
    ):  # so few points that LAPACK, matrix by matrix, costs less
        found = _by_lapack(hessian, gradient)
        if found is not None:
            return found
    low: dict[tuple[int, int], FloatArray] = {}
    inverse: list[FloatArray] = []
    x, share = gradient.copy(), np.ones(gradient.shape[1])
    for j in range(k):
        diagonal = hessian[j, j].copy()
        for m in range(j):
            scaled = low[j, m]
            diagonal -= scaled * scaled * inverse[m]
        whole = hessian[j, j]
        seen = diagonal > 1e-13 * whole
        # a nuisance without any effect has lost nothing
        ratio = np.divide(diagonal, whole, out=np.ones_like(whole), where=whole > 0)
        share *= np.maximum(ratio, 0.0)
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
    return x, _shares(hessian, share)


def _by_lapack(
    hessian: FloatArray, gradient: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """What `solve` gives if every direction is seen, else None."""
    each = hessian.transpose(2, 0, 1)
    whole = np.diagonal(each, axis1=1, axis2=2)
    try:
        pivots = np.diagonal(np.linalg.cholesky(each), axis1=1, axis2=2) ** 2
        if not np.all(pivots > 1e-13 * whole):
            return None
        found = np.linalg.solve(each, gradient.T[:, :, None])[:, :, 0].T
    except np.linalg.LinAlgError:
        return None
    return np.asarray(found), _shares(hessian, (pivots / whole).prod(axis=1))


def _shares(hessian: FloatArray, product: FloatArray) -> FloatArray:
    """What is left of the diagonal of H, from the `product` of what pivots are of it:
    that is less than every one of them, in any order."""
    rows = np.flatnonzero(product <= CLEAR)
    if rows.size:
        k = len(hessian)
        matrix = hessian[:, :, rows].transpose(2, 0, 1)
        size = np.sqrt(np.maximum(np.diagonal(matrix, axis1=1, axis2=2), 0.0))
        size = np.where(size > 0, size, 1.0)
        matrix = matrix / (size[:, :, None] * size[:, None])
        blind = np.diagonal(matrix, axis1=1, axis2=2) == 0
        matrix[:, range(k), range(k)] += blind
        try:
            inverse = np.diagonal(np.linalg.inv(matrix), axis1=1, axis2=2)
            # not above 0: rounding left nothing
            zero = np.zeros(inverse.shape)
            rest = np.divide(1.0, inverse, out=zero, where=inverse > 0)
        except np.linalg.LinAlgError:
            rest = np.linalg.eigvalsh(matrix)
        product = product.copy()
        product[rows] = rest.min(axis=1)
    return product


def least_squares(
    matrix: FloatArray, right: FloatArray, flat: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The x that makes ½ |A x + b|² + c·x least; a direction that A does not see gives
    0.

    Parameters
    ----------
    matrix, right : Aᵀ (points, columns, rows) and b (points, rows).
    flat : c, shape (points, columns).

    Returns
    -------
    array, array
        x (points, columns) and x · Aᵀ A x (points,): twice by how much it falls.

    Examples
    --------
    Two columns alike but for 1e-9, of which Aᵀ A knows nothing:

    >>> a = np.array([[[1.0, 1e-9], [1.0, 0.0]]])
    >>> x, _ = least_squares(a, -np.array([2.0, 3.0]) @ a, np.zeros((1, 2)))
    >>> x.round(6)
    array([[2., 3.]])
    """
    points, k, rows = matrix.shape
    every = np.arange(points)[:, None]
    length = np.sqrt(np.einsum("pcr,pcr->pc", matrix, matrix))
    scale = 1 / np.where(length > 0, length, 1.0)
    both = np.zeros((points, k + 1, 1 + k + rows))
    scaled, behind = both[:, :k, 1 + k :], both[:, k, 1 + k :]
    np.multiply(matrix, scale[:, :, None], out=scaled)
    order = _pivoted(scaled @ scaled.swapaxes(1, 2))
    scaled[:] = scaled[every, order]
    behind[:] = right
    # the largest rows go first: small ones then change by no more than their own size
    size = np.abs(scaled).max(axis=1, initial=0.0)
    top = np.argsort(-size, axis=1)[:, :k]
    both[:, :, : top.shape[1]] = both[:, :, 1 + k :][every, :, top].swapaxes(1, 2)
    both[:, :, 1 + k :].swapaxes(1, 2)[every, top] = 0.0
    r = np.asarray(np.linalg.qr(both.swapaxes(1, 2), mode="r"))[:, :k]
    scale = scale[every, order]
    across = flat[every, order] * scale
    pivots = np.diagonal(r, axis1=1, axis2=2)
    seen = np.logical_and.accumulate(np.abs(pivots) > _UNSEEN, axis=1)
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
    step[every, order] = z * scale
    return step, fall


def _pivoted(gram: FloatArray) -> IntArray:
    """Order of columns in which each is as little as possible a combination of those
    before it, from their products (points, k, k); (points, k)."""
    points, k = gram.shape[:2]
    rest, every = gram.copy(), np.arange(points)
    order = np.empty((points, k), dtype=np.intp)
    left = np.ones((points, k), dtype=bool)
    for j in range(k):
        size = np.where(left, np.diagonal(rest, axis1=1, axis2=2), -np.inf)
        best = order[:, j] = size.argmax(axis=1)
        left[every, best] = False
        row = rest[every, best]
        rest -= (
            row[:, :, None]
            * (row / np.maximum(size[every, best], 1e-16)[:, None])[:, None]
        )
    return order
