"""Counts as polynomials of one parameter: sampling points and scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs.base import Cost
from nuprobe.inference.expectations import BLOCK
from nuprobe.numerics import FloatArray

__all__ = ["NODES", "TRIED", "Polynomials", "fitting_scale", "sampled"]

IntArray = NDArray[np.intp]

NODES: Final = np.array([0.0, 0.4, 0.9, 1.5, 2.0])
"""Sampling points, in units of their scale: the degree is at most four, that of
an amplitude squared, itself quadratic in the coupling."""
TRIED: Final = np.array([0.2, 1.2, 5.0])
"""Test points."""
_NOTHING: Final = 1e-14  # relative size below which a power is rounding


@dataclass(frozen=True)
class Polynomials:
    """Arrays as polynomials of u = x/scale, one per row.

    Attributes
    ----------
    powers : of u that occur.
    table : coefficients, shape (rows, powers, bins).
    """

    powers: IntArray
    table: FloatArray

    @classmethod
    def of(cls, values: FloatArray) -> Polynomials:
        """Through `values` at `NODES`, shape (rows, nodes, bins)."""
        inverse = np.linalg.inv(NODES[:, None] ** np.arange(len(NODES)))
        table = np.einsum("jn,rnb->rjb", inverse, values)
        size = np.abs(values).max(axis=(1, 2), initial=0.0)[:, None, None]
        used = (np.abs(table) > _NOTHING * size).any(axis=(0, 2))
        powers = np.flatnonzero(used) if used.any() else np.array([0])
        return cls(powers, np.ascontiguousarray(table[:, powers]))

    def at(self, row: IntArray, u: FloatArray) -> FloatArray:
        """Values, (points, bins), at `u` in some rows (`row`), both (points,)."""
        return self.summed(self.table[row], u)

    def slope(self, row: IntArray, u: FloatArray) -> FloatArray:
        """Derivatives in u, (points, bins); `row` and `u` as of `at`."""
        return self.summed(self.table[row], u, derivative=True)

    def summed(
        self, factors: FloatArray, u: FloatArray, derivative: bool = False
    ) -> FloatArray:
        """Values, or the `derivative` in u, for `factors` of (points, powers, bins) at
        `u`, (points,)."""
        if derivative:
            monomials = self.powers * u[:, None] ** np.maximum(self.powers - 1, 0)
        else:
            monomials = u[:, None] ** self.powers
        return np.asarray(np.einsum("pj,pjb->pb", monomials, factors))


def sampled(
    cost: Cost,
    column: int,
    points: FloatArray,
    scale: FloatArray,
    u: FloatArray,
    block: int = BLOCK,
) -> list[list[FloatArray]]:
    """Counts at values u·scale of a parameter.

    Parameters
    ----------
    cost : any.
    column : the parameter.
    points : values of the other parameters and morphing nuisances of each row, shape
        (rows, columns).
    scale : shape (rows,).
    u : shape (u,).
    block : points evaluated together.

    Returns
    -------
    list of lists of arrays, shape (rows, u, bins)
        Base and slopes of each term.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> ((base, *_),) = sampled(cost, 0, np.array([[5.0]]), np.array([2.5]), NODES[3:])
    >>> base.shape
    (1, 2, 12)
    """
    rows, n = len(points), len(u)
    every = np.repeat(points, n, axis=0)
    every[:, column] = (scale[:, None] * u).reshape(-1)
    result: list[list[FloatArray]] = [[] for _ in cost.layout.places]
    parts = [
        cost.layout.expectations(every[start : start + block])
        for start in range(0, len(every), block)
    ]
    for i, arrays_of in enumerate(result):
        for j in range(1 + len(parts[0][i].slopes)):
            arrays = [(e[i].base, *e[i].slopes)[j] for e in parts]
            if all(len(a) == 1 for a in arrays) and rows * n > 1:
                arrays_of.append(
                    np.broadcast_to(arrays[0], (rows, n, arrays[0].shape[1]))
                )
            else:
                arrays_of.append(np.concatenate(arrays).reshape(rows, n, -1))
    return result


def fitting_scale(
    cost: Cost, column: int, points: FloatArray, most: float
) -> FloatArray:
    """Value of a parameter at which the counts, or the data, first double, for each
    row.

    Parameters
    ----------
    cost : any.
    column : the parameter; its range begins at 0.
    points : as of `sampled`.
    most : largest value of the parameter.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.experiments.limits import family_cost
    >>> cost = family_cost(nu.experiment("coherent-csi-2017"), "b-l")
    >>> fitting_scale(cost, 0, np.array([[0.0, 10.0]]), 1.0).round(6)
    array([...e-05])
    """
    scale = np.full(len(points), most / TRIED.max())
    for _ in range(4):
        values = sampled(cost, column, points, scale, NODES)
        new = np.minimum(_better_scale(cost, values, scale), most / TRIED.max())
        settled = bool((np.abs(np.log(new / scale)) < 1).all())
        scale = new
        if settled:
            break
    return scale


def _better_scale(
    cost: Cost, values: list[list[FloatArray]], scale: FloatArray
) -> FloatArray:
    """Value of the parameter at which the counts, or the data, first double."""
    inverse = np.linalg.inv(NODES[:, None] ** np.arange(len(NODES)))
    result = np.full(len(scale), np.inf)
    for term, (base, *_) in zip(cost.terms, values, strict=True):
        size = np.abs(np.einsum("jn,rnb->rjb", inverse, base)).sum(axis=2)
        size[:, 0] = np.maximum(size[:, 0], max(float(np.abs(term.data).sum()), 1.0))
        rounding = 1e-12 * np.abs(base).max(axis=(1, 2))
        for j in range(1, len(NODES)):
            with np.errstate(divide="ignore"):
                root = scale * (size[:, 0] / size[:, j]) ** (1 / j)
            use = size[:, j] > rounding
            result = np.where(use, np.minimum(result, root), result)
    return np.where(np.isfinite(result), result, scale)
