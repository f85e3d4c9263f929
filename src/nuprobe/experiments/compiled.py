"""Compiled loop of the derivatives of expected counts.

Everything is in one file, because a cached kernel does not notice changes in other
files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from nuprobe.numerics import FloatArray

__all__ = ["total_jacobian"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _jit(function: _Function) -> _Function:
    return cast(
        _Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    )


@_jit
def total_jacobian(
    layers: FloatArray,
    coefficients: FloatArray,
    slopes: FloatArray,
    factors: FloatArray,
    time: FloatArray,
    result: FloatArray,
) -> None:
    """Derivatives of the summed counts of several templates, first with respect to
    parameters of the coefficients, then to the axes.

    Parameters
    ----------
    layers : templates interpolated, and their derivative in each axis,
        (1 + axes, points, templates, components, terms, energy bins).
    coefficients : (points, components, terms); slopes : their derivatives, (points,
        parameters, components, terms).
    factors : of the templates, (points, templates).
    time : share of each component in each time bin, (components, time bins).
    result : output array, (points, parameters + axes, energy bins × time bins).

    Examples
    --------
    >>> result = np.empty((1, 1, 1))  # one template of 2 counts, d(coefficient) = 3
    >>> layers, ones = np.full((1, 1, 1, 1, 1, 1), 2.0), np.ones((1, 1, 1))
    >>> total_jacobian(layers, ones, 3 * ones[None], ones[0], ones[0], result)
    >>> float(result[0, 0, 0])
    6.0
    """
    levels, points, number, components, terms, bins = layers.shape
    free, times = slopes.shape[1], time.shape[1]
    current, row = np.empty((levels, components, terms, bins)), np.empty(bins)
    for p in range(points):
        current[:] = 0.0
        for level in range(levels):
            for n in range(number):
                for c in range(components):
                    for m in range(terms):
                        for b in range(bins):
                            current[level, c, m, b] += (
                                factors[p, n] * layers[level, p, n, c, m, b]
                            )
        for i in range(free + levels - 1):
            level = max(i - free + 1, 0)
            for b in range(bins * times):
                result[p, i, b] = 0.0
            for c in range(components):
                row[:] = 0.0
                for m in range(terms):
                    factor = slopes[p, i, c, m] if i < free else coefficients[p, c, m]
                    if factor != 0:
                        for b in range(bins):
                            row[b] += factor * current[level, c, m, b]
                for b in range(bins):
                    for t in range(times):
                        result[p, i, b * times + t] += row[b] * time[c, t]
