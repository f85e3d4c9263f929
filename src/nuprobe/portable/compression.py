"""Templates over smooth axes as a few of them times functions of the axes.

A spectrum changes smoothly with a mass or a radius: between a hundred nodes it has a
dozen independent shapes. Those at some of the nodes are kept, chosen one after the
other where the ones before fail most (a QR decomposition with pivoting); all others
are sums of them, but for rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["LARGE", "factored", "rounded"]

LARGE: Final = 5000
"""Numbers of a template from which files would be too large: less accuracy is kept."""

_LOST: Final = 1e-13  # of the largest value over the nodes, for each number
_LOST_OF_LARGE: Final = 3e-10
_BITS_OF_LARGE: Final = 34  # of the mantissa
_HIDDEN: Final = 10.0  # times that, where rounding does not allow it
_MOST: Final = 64  # shapes, beyond which nothing is saved
_NOTHING: Final = 1e-14  # of a row, that rounding leaves


def factored(rows: Sequence[FloatArray]) -> tuple[list[FloatArray], FloatArray]:
    """Several tables as products with one set of templates.

    Parameters
    ----------
    rows : tables, each (nodes, numbers), with the same numbers.

    Returns
    -------
    list of arrays, array
        For each table its factors (nodes, factors), and the templates (factors,
        numbers): ``factors @ templates`` is the table, but for rounding; to 3e-10 if
        templates have more than `LARGE` numbers.

    Examples
    --------
    >>> x = np.linspace(1.0, 2.0, 5)[:, None]
    >>> factors, templates = factored([x * np.ones(3), x**2 * np.ones(3)])
    >>> templates.shape, bool(np.allclose(factors[1] @ templates, x**2))
    ((1, 3), True)
    """
    together = _factored(rows)
    if together[1].shape[1] > LARGE:
        return together[0], rounded(together[1])
    if len(rows) == 1:
        return together
    apart = _side_by_side([_factored([table]) for table in rows])
    return min(together, apart, key=_size)


def _size(found: tuple[list[FloatArray], FloatArray]) -> int:
    """Numbers to write, of which zeros take no room."""
    factors, templates = found
    return sum(map(np.count_nonzero, (*factors, templates)))


def rounded(templates: FloatArray) -> FloatArray:
    """Numbers to fewer bits, whose zeros compress: to 3e-11 of each.

    Parameters
    ----------
    templates : of any shape.

    Examples
    --------
    >>> rounded(np.array([0.5, 1.0]))
    array([0.5, 1. ])
    """
    mantissa, exponent = np.frexp(templates)
    whole = np.round(np.ldexp(mantissa, _BITS_OF_LARGE))
    return np.asarray(np.ldexp(whole, exponent - _BITS_OF_LARGE))


def _side_by_side(
    parts: Sequence[tuple[list[FloatArray], FloatArray]],
) -> tuple[list[FloatArray], FloatArray]:
    """Factors of each table beside 0 for those of the others."""
    ends = np.cumsum([len(templates) for _, templates in parts])
    factors = []
    for ((own,), templates), end in zip(parts, ends.tolist(), strict=True):
        wide = np.zeros((len(own), int(ends[-1])))
        wide[:, end - len(templates) : end] = own
        factors.append(wide)
    return factors, np.concatenate([templates for _, templates in parts])


def _factored(rows: Sequence[FloatArray]) -> tuple[list[FloatArray], FloatArray]:
    """Tables behind each other, each number in units of its largest value."""
    # largest of each number in each table, and of each table
    largest = np.stack([np.abs(table).max(axis=0) for table in rows])
    size = np.maximum(largest.max(axis=1), np.finfo(float).tiny)
    column = (largest / size[:, None]).max(axis=0)
    used = np.flatnonzero(column > 0)
    lengths = [len(table) for table in rows]
    every, sizes = np.concatenate(rows), np.repeat(size, lengths)[:, None]
    lost = _LOST_OF_LARGE if column.size > LARGE else _LOST
    allowed = lost * np.repeat(largest[:, used] / column[used], lengths, axis=0)
    found = _chosen(every[:, used] / column[used] / sizes, allowed / sizes)
    splits = np.cumsum(lengths)[:-1]
    if found is None:  # a factor for each number
        return np.split(every[:, used], splits), np.eye(column.size)[used]
    chosen, factors = found
    # of rows in units of their table to rows as they are
    return np.split(factors * sizes / sizes[chosen].T, splits), every[chosen]


def _chosen(
    scaled: FloatArray, allowed: FloatArray
) -> tuple[list[int], FloatArray] | None:
    """Rows that are kept, and factors that make all of them, (rows, kept); None if that
    takes as many as there are numbers."""
    rest = scaled
    basis = np.zeros((0, scaled.shape[1]))
    chosen: list[int] = []
    found: tuple[list[int], FloatArray] | None = None
    if not scaled.any():
        return [0], np.ones((len(scaled), 1))
    for _ in range(min(_MOST, len(scaled), scaled.shape[1] - 1)):
        row = int((rest**2).sum(axis=1).argmax())
        new = rest[row] - (rest[row] @ basis.T) @ basis  # again, for rounding
        length = float(np.sqrt(new @ new))
        if length <= _NOTHING * float(np.sqrt(scaled[row] @ scaled[row])):
            break
        chosen.append(row)
        basis = np.concatenate([basis, new[None] / length])
        along = scaled @ basis.T
        solved = np.linalg.solve(along[chosen].T, along.T).T
        factors = np.asarray(solved, dtype=float)
        factors[chosen] = np.eye(len(chosen))
        rest = scaled - along @ basis
        lost = np.abs(scaled - factors @ scaled[chosen])
        if (lost <= allowed).all():
            return chosen, factors
        if found is None and (lost <= _HIDDEN * allowed).all():
            found = [*chosen], factors
    return found
