"""Bins of distributions: edges as given, or determined from the first events."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, shown
from nuprobe.events.observables import Observable
from nuprobe.numerics import FloatArray, numbers

__all__ = [
    "BINS",
    "cells",
    "edges_or_number",
    "settled",
    "share_range",
    "uniform_edges",
]

BINS: Final = 40
"""Default number of bins of an observable."""
_MOST: Final = 10_000_000  # bins


def edges_or_number(
    one: Observable, bins: Any, ranges: Mapping[str, tuple[float, float]] | None
) -> FloatArray | int:
    """Edges of the bins, or their number until the range is known.

    Parameters
    ----------
    one : the observable.
    bins : a number, edges, or a mapping of observables to one of them.
    ranges : by observable, in its unit.

    Raises
    ------
    InputError
        If they are invalid.

    Examples
    --------
    >>> from nuprobe.events import observable
    >>> edges_or_number(observable("m_pair"), 2, {"m_pair": (0.0, 4.0)})
    array([0., 2., 4.])
    """
    given = bins.get(one.name, BINS) if isinstance(bins, Mapping) else bins
    limits = (ranges or {}).get(one.name)
    if hasattr(given, "__len__") and not isinstance(given, str | bytes):
        edges = numbers(f"the edges of {one.name}", given)
        if (
            edges.ndim != 1
            or edges.size < 2
            or not np.all(np.diff(edges) > 0)
            or not np.isfinite(edges).all()
        ):
            raise InputError(
                f"the edges of {one.name} must be finite and increase, got"
                f" {shown(given)}"
            )
        if limits is not None:
            raise InputError(f"{one.name} already has edges: drop its range")
        return edges
    if (
        isinstance(given, bool)
        or not isinstance(given, int | np.integer)
        or not 0 < given <= _MOST
    ):
        raise InputError(
            f"bins of {one.name} must be a number from 1 to {_MOST}, or edges, got"
            f" {shown(given)}"
        )
    if limits is None:
        return int(given)
    low, high = (float(v) for v in limits)
    if not (np.isfinite([low, high]).all() and low < high):
        raise InputError(
            f"the range of {one.name} must be two finite numbers that increase, got"
            f" {shown(limits)}"
        )
    return uniform_edges(one, low, high, int(given))


def uniform_edges(one: Observable, low: float, high: float, n: int) -> FloatArray:
    """Edges of n uniform bins, in the logarithm for observables that span decades.

    Parameters
    ----------
    one : the observable.
    low, high : ends, in its unit.
    n : number of bins.

    Examples
    --------
    >>> from nuprobe.events import observable
    >>> uniform_edges(observable("Q2"), 1.0, 100.0, 2)
    array([  1.,  10., 100.])
    """
    return (
        np.geomspace(low, high, n + 1)
        if one.logarithmic and low > 0
        else np.linspace(low, high, n + 1)
    )


def settled(
    one: Observable, edges: FloatArray | int, values: FloatArray, weights: FloatArray
) -> FloatArray:
    """Edges from the first events, which exclude 0.5 % of the cross section at each
    end.

    A long tail of an observable that does not span decades is cut at 4 %. Its axis
    begins at the lowest value, or at zero, if that is less than two bins away.

    Parameters
    ----------
    one : the observable.
    edges : edges, returned as they are, or a number of bins.
    values, weights : of the events, shape (n,).

    Examples
    --------
    >>> from nuprobe.events import observable
    >>> settled(observable("theta_pair"), 2, np.linspace(0, 1, 1001), np.ones(1001))
    array([0.  , 0.5, 1.  ])
    """
    if not isinstance(edges, int):
        return edges
    order = np.argsort(values)
    # a model may forbid what another allows
    share = np.cumsum(weights[order] if weights.any() else np.ones(order.size))
    tails = np.array([0.005, 0.96, 0.995])
    low, body, high = map(
        float, values[order[np.searchsorted(share, tails * share[-1])]]
    )
    if not one.logarithmic and high - low > 1.25 * (body - low) > 0:
        high = body
    if not one.logarithmic:
        lowest, near = float(values[order[0]]), 2 * (high - low) / edges
        low = lowest if low - lowest < near else low
        low = 0.0 if 0 < low < near else low
    if not low < high:  # a single value, such as the energy of a monoenergetic beam
        low, high = low - 0.5 * abs(low) - 0.5, high + 0.5 * abs(high) + 0.5
    return uniform_edges(one, low, high, edges)


def share_range(
    pair: Sequence[Observable], edges: dict[str, FloatArray], free: Mapping[str, bool]
) -> None:
    """Give the two axes of a plane of ℓ⁻ and ℓ⁺ a common range, if neither was given.

    Parameters
    ----------
    pair : observables, one or two.
    edges : by observable; replaced.
    free : by observable: whether its range was left open.

    Examples
    --------
    >>> from nuprobe.events import observable
    >>> pair = observable("E_minus"), observable("E_plus")
    >>> edges = {"E_minus": np.array([0.0, 1.0]), "E_plus": np.array([0.0, 3.0])}
    >>> share_range(pair, edges, dict.fromkeys(edges, True))
    >>> edges["E_minus"]
    array([0., 3.])
    """
    if len(pair) != 2 or not all(free[o.name] for o in pair):
        return
    plus = {o.name.replace("_minus", "_plus") for o in pair}
    if len(plus) > 1 or pair[0].name == pair[1].name:
        return
    both = np.concatenate([edges[o.name][[0, -1]] for o in pair])
    for o in pair:
        edges[o.name] = uniform_edges(
            o, float(both.min()), float(both.max()), edges[o.name].size - 1
        )


def cells(
    values: Sequence[FloatArray], edges: Sequence[FloatArray]
) -> NDArray[np.intp]:
    """Cell of each event; the last cell is for events outside. The upper edge of the
    last bin is outside, as in UHI.

    Parameters
    ----------
    values : of the events, one array for each axis, shape (n,).
    edges : of the bins of each axis.

    Examples
    --------
    >>> cells([np.array([0.5, 1.5, 2.0])], [np.array([0.0, 1.0, 2.0])])
    array([0, 1, 2])
    """
    inside = np.ones(values[0].shape, dtype=bool)
    cell = np.zeros(values[0].shape, dtype=np.intp)
    for v, e in zip(values, edges, strict=True):
        i = np.searchsorted(e, v, side="right") - 1
        inside &= (i >= 0) & (i < e.size - 1)
        cell = cell * (e.size - 1) + i
    return np.where(inside, cell, math.prod(e.size - 1 for e in edges))
