"""Templates over smooth axes as a few of them times functions of the axes.

A spectrum changes smoothly with a mass or a radius: between a hundred nodes it has a
dozen independent shapes. Those at some of the nodes are taken one after the other,
where the ones before fail most, each less what the ones before make of it (a QR
decomposition with pivoting). The later ones are ever smaller, and all are written to
the same absolute accuracy: the smaller, the fewer bits, and zeros compress.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["LARGE", "factored"]

LARGE: Final = 5000
"""Numbers of a template from which files would be too large: less accuracy is kept."""

_LOST: Final = 1e-13  # of the largest value over the nodes, for each number
_LOST_OF_LARGE: Final = 1e-11
_OF_ERROR: Final = 1e-3  # of the error of an interpolation, if that is more
_LEFT: Final = 0.25  # share of what may be lost that shapes left out may take
_HIDDEN: Final = 10.0  # times that, where rounding does not allow it
_MOST: Final = 64  # shapes, beyond which nothing is saved
_NOTHING: Final = 1e-14  # of a row, that rounding leaves
_FINER: Final = 2.0 ** -np.arange(8)  # steps of rounding that are tried
_DEEPEST: Final = 1e-6  # of the largest node: others are as accurate as one of this
_SMALLEST: Final = 1e-280  # numbers whose steps would underflow are kept whole


def factored(
    rows: Sequence[FloatArray],
    beside: Sequence[FloatArray] | None = None,
    *,
    error: float = 0.0,
    falling: bool = True,
) -> tuple[list[FloatArray], FloatArray]:
    """Several tables as products with one set of templates.

    Parameters
    ----------
    rows : tables, each (nodes, numbers), with the same numbers.
    beside : for each table, sizes of what its numbers are added to, (numbers,).
    error : of −2 ln L by interpolation between the nodes.
    falling : whether nodes with small values have to be as accurate as those with large
        ones, because there is nothing else beside them.

    Returns
    -------
    list of arrays, array
        For each table its factors (nodes, factors), and the templates (factors,
        numbers): ``factors @ templates`` is the table to 1e-13 of the largest value
        that each number has at any node, or of `beside` where that is larger, and if
        they are `falling` times the share that the node has of the largest; to 1e-11 if
        templates have more than `LARGE` numbers, and to a thousandth of `error` if that
        is more.

    Examples
    --------
    >>> x = np.linspace(1.0, 2.0, 5)[:, None]
    >>> factors, templates = factored([x * np.ones(3), x**2 * np.ones(3)])
    >>> templates.shape, bool(np.allclose(factors[1] @ templates, x**2))
    ((1, 3), True)
    """
    own = [np.abs(table).max(axis=0) for table in rows]
    counts = own if beside is None else list(map(np.maximum, own, beside))
    lost = max(_LOST_OF_LARGE if own[0].size > LARGE else _LOST, _OF_ERROR * error)
    together = _factored(rows, counts, lost, falling)
    if len(rows) == 1 or together[1].shape[1] > LARGE:
        return together
    alone = zip(rows, counts, strict=True)
    apart = _side_by_side(
        [_factored([table], [size], lost, falling) for table, size in alone]
    )
    return min(together, apart, key=_size)


def _size(found: tuple[list[FloatArray], FloatArray]) -> int:
    """Bits to write: an exponent, and what is not zero behind it."""
    factors, templates = found
    every = np.concatenate([x.ravel() for x in (*factors, templates)])
    mantissa = np.frexp(every[every != 0])[0]
    whole = np.ldexp(mantissa, 53).astype(np.int64)
    last = np.frexp((whole & -whole).astype(float))[1]
    return int((66 - last).sum())


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


def _factored(
    rows: Sequence[FloatArray],
    counts: Sequence[FloatArray],
    lost: float,
    falling: bool,
) -> tuple[list[FloatArray], FloatArray]:
    """Tables behind each other, each number in units of its largest value that
    `counts`."""
    largest = np.stack(counts)
    size = _above(np.maximum(_units(largest), _SMALLEST))
    column = (largest / size[:, None]).max(axis=0)
    used = np.flatnonzero(column > 0)
    column = _above(column[used])
    lengths = [len(table) for table in rows]
    every, sizes = np.concatenate(rows), np.repeat(size, lengths)[:, None]
    allowed = lost * np.repeat(largest[:, used] / column, lengths, axis=0) / sizes
    scaled = every[:, used] / column / sizes
    splits = np.cumsum(lengths)[:-1]
    fall = np.ones_like(sizes)
    if falling:
        fall = np.concatenate([_profile(part) for part in np.split(scaled, splits)])
    found = _shapes(scaled / fall, allowed)
    if found is None:  # a factor for each number
        return np.split(every[:, used], splits), np.eye(len(largest.T))[used]
    factors, shapes = found
    templates = np.zeros((len(shapes), len(largest.T)))
    templates[:, used] = shapes * column
    return np.split(factors * sizes * fall, splits), templates


def _units(largest: FloatArray) -> FloatArray:
    """Unit of each table, (tables,): its largest value, or halfway down to the smallest
    one where that would underflow in these units."""
    top = largest.max(axis=1)
    least = np.where(largest > 0, largest, np.inf).min(axis=1)
    middle = np.sqrt(top) * np.sqrt(np.minimum(least, top))
    return np.asarray(np.where(least < _SMALLEST * top, middle, top))


def _profile(table: FloatArray) -> FloatArray:
    """How large each node is beside the largest, (nodes, 1): a spectrum may fall by
    orders of magnitude with a mass, and is no less accurate there."""
    size = np.abs(table).max(axis=1, keepdims=True, initial=0.0)
    top = max(float(size.max()), _SMALLEST)
    return _above(np.maximum(size / top, _DEEPEST)) / 2


def _above(values: FloatArray) -> FloatArray:
    """Powers of two, the next ones: nothing is lost in units of them."""
    return np.asarray(np.ldexp(1.0, np.frexp(values)[1]))


def _shapes(
    scaled: FloatArray, allowed: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Factors (rows, shapes) and shapes (shapes, numbers) that make all rows; None if
    there are too many."""
    rest = scaled
    basis = np.zeros((0, scaled.shape[1]))
    if not scaled.any():
        return np.zeros((len(scaled), 1)), np.zeros((1, scaled.shape[1]))
    found: tuple[FloatArray, FloatArray] | None = None
    for _ in range(min(_MOST, *scaled.shape)):
        row = int((rest**2).sum(axis=1).argmax())
        new = rest[row] - (rest[row] @ basis.T) @ basis  # again, for rounding
        length = float(np.sqrt(new @ new))
        if length <= _NOTHING * float(np.sqrt(scaled[row] @ scaled[row])):
            break
        basis = np.concatenate([basis, new[None] / length])
        factors = np.asarray(scaled @ basis.T)
        rest = scaled - factors @ basis
        lost = np.abs(rest)
        if (lost <= _LEFT * allowed).all():
            return _in_steps(scaled, allowed, factors, basis)
        if found is None and (lost <= _HIDDEN * allowed).all():
            found = factors, basis
    return found


def _in_steps(
    scaled: FloatArray, allowed: FloatArray, factors: FloatArray, shapes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Factors and shapes in steps as coarse as they may be: what one has lost is
    multiplied by the other."""
    whole = factors, shapes
    high, wide = np.abs(factors).max(axis=0), np.abs(shapes).max(axis=1)
    share = float(allowed.min()) / np.sqrt(len(shapes))
    for finer in _FINER:
        step = finer * share / wide, finer * share / high[:, None]
        some = [_in_units(x, _above(s)) for x, s in zip(whole, step, strict=True)]
        if (np.abs(some[0] @ some[1] - scaled) <= allowed).all():
            return some[0], some[1]
    return whole


def _in_units(values: FloatArray, step: FloatArray) -> FloatArray:
    """Multiples of steps."""
    return np.asarray(np.round(values / step) * step)
