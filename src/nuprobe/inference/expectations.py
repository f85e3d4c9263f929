"""Arithmetic with expectations that are linear in nuisances."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray

__all__ = ["BLOCK", "blocks_of", "expected_counts", "flexible_bins", "some_points"]

BoolArray = NDArray[np.bool_]

BLOCK: Final = 512
"""Points evaluated together: small enough that a block of a few hundred bins stays in
cache."""


def blocks_of(points: int) -> list[slice]:
    """Slices of `BLOCK` points, counted from the first one.

    Parameters
    ----------
    points : number of points.

    Examples
    --------
    >>> blocks_of(600)
    [slice(0, 512, None), slice(512, 600, None)]
    """
    return [slice(i, min(i + BLOCK, points)) for i in range(0, points, BLOCK)]


def expected_counts(e: Expectation, nu: FloatArray) -> FloatArray:
    """Counts at given nuisances, shape (points, bins).

    Parameters
    ----------
    e : counts without nuisances, and the slope of each.
    nu : the nuisances, shape (points, nuisances).

    Examples
    --------
    >>> e = Expectation(np.array([[10.0, 20.0]]), (np.array([[1.0, 2.0]]),))
    >>> expected_counts(e, np.array([[0.5]]))
    array([[10.5, 21. ]])
    """
    mu = np.array(e.base)
    room = np.empty_like(mu)
    for v, slope in zip(nu.T, e.slopes, strict=True):
        mu += np.multiply(v[:, None], slope, out=room)
    return mu


def some_points(e: Expectation, rows: NDArray[np.intp]) -> Expectation:
    """Expectation of some of the points.

    Parameters
    ----------
    e : expectation of all points.
    rows : indices of the points.

    Examples
    --------
    >>> e = Expectation(np.array([[1.0], [2.0]]), ())
    >>> some_points(e, np.array([1])).base
    array([[2.]])
    """
    return Expectation(
        e.base[rows], tuple(s[rows] if len(s) == len(e.base) else s for s in e.slopes)
    )


def flexible_bins(e: Expectation) -> BoolArray:
    """Bins moved by some nuisance, shape (points, bins).

    Parameters
    ----------
    e : the expectation.

    Examples
    --------
    >>> flexible_bins(Expectation(np.ones((1, 2)), (np.array([[0.0, 3.0]]),)))
    array([[False,  True]])
    """
    flexible = np.zeros(e.base.shape, dtype=bool)
    for slope in e.slopes:
        flexible |= slope != 0
    return flexible
