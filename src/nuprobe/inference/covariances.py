"""Covariance of nuisances at one point."""

from __future__ import annotations

import numpy as np

from nuprobe.inference.newton import LOST, MovingBins, gradient_of, hessian_of
from nuprobe.inference.steps import least_squares, solve
from nuprobe.numerics import FloatArray

__all__ = ["nuisance_covariance"]


def nuisance_covariance(
    parts: list[MovingBins], weights: FloatArray, nu: FloatArray
) -> FloatArray:
    """Twice the inverse second derivatives of −2 ln L, shape (nuisances, nuisances).

    Parameters
    ----------
    parts : all terms, at `nu`.
    weights : 1/σ² of the nuisances.
    nu : nuisances of one point, shape (nuisances, 1).

    Raises
    ------
    numpy.linalg.LinAlgError
        If some combination of nuisances is not constrained by data or constraints.

    Examples
    --------
    Without data, the constraint itself:

    >>> nuisance_covariance([], np.array([4.0]), np.array([[0.0]]))
    array([[0.25]])
    """
    gradient_of(parts, weights, nu)  # sets the slopes that the Hessian needs
    hessian = hessian_of(parts, weights, 1)
    size = len(weights)
    if not size or solve(hessian, np.zeros((size, 1)))[1][0] > LOST:
        return np.asarray(2 * np.linalg.inv(hessian[..., 0]), dtype=float)
    # nuisances cancel: products of slopes have lost all precision
    rows = np.zeros(1, dtype=np.intp)
    every = [part.squares(rows, size, False)[0] for part in parts]
    pulls = np.diag(np.sqrt(2 * weights))[None]
    matrix = np.repeat(np.concatenate([pulls, *every], axis=2), size, axis=0)
    inverse, _ = least_squares(matrix, np.zeros(matrix[:, 0].shape), -np.eye(size))
    if not (np.diag(inverse) > 0).all():
        raise np.linalg.LinAlgError("some combination of nuisances is free")
    return inverse + inverse.T
