"""Calls of the compiled loops of Poisson costs with the arrays of a layout."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.nuisances import Profiled, profile_block
from nuprobe.inference.costs.statistic import HUGE, Statistic
from nuprobe.inference.expectations import some_points
from nuprobe.inference.newton import LAST, LAST_BUT_ONE, LOST, PLAIN
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray


def profile_compiled(
    layout: Layout,
    p: FloatArray,
    expectations: Sequence[Expectation],
    start: FloatArray | None = None,
) -> Profiled:
    """`profile_block` with compiled loops, which leave difficult points to it.

    Parameters
    ----------
    layout : the cost, with Poisson terms only.
    p : points, shape (points, parameters).
    expectations : of each term at the points.
    start : initial nuisances, shape (points, nuisances).
    """
    from nuprobe.inference.compiled import profile

    data = np.concatenate([term.data for term in layout.terms])
    order = np.argsort(data <= 0, kind="stable")
    counts = data[data > 0]
    most = HUGE * min(float(term.spread.min(initial=1.0)) for term in layout.terms)
    unit = min(max(1e-10, counts.min(initial=1.0)), 1.0)
    limits = np.array([most, unit, LAST, LAST_BUT_ONE, PLAIN, LOST])
    value, nu = np.empty(len(p)), np.empty((len(p), len(layout.nuisances)))
    start = nu[:0] if start is None else np.array(start, order="C")
    rates = _loop_arrays(layout.joined(expectations))
    profile(*rates, order, counts, layout.weights, start, limits, value, nu)
    boundary = np.zeros(len(p), dtype=bool)
    left = np.flatnonzero(np.isnan(value))
    if left.size:
        rest = profile_block(
            layout, p[left], [some_points(e, left) for e in expectations]
        )
        value[left], nu[left], boundary[left] = (
            rest.twice_nll,
            rest.nuisances,
            rest.boundary,
        )
    return Profiled(value, nu, boundary)


def curvature_compiled(
    term: Statistic,
    jacobian: FloatArray,
    nu: FloatArray,
    expectation: Expectation,
    bent: bool,
) -> tuple[FloatArray, FloatArray]:
    """Gradient and expected curvature of one term, of its parameters and nuisances.

    Parameters
    ----------
    term : a Poisson cost.
    jacobian : from `total_jacobian`, (points, parameters, bins).
    nu : nuisances of the term, shape (points, nuisances).
    expectation : at the points.
    bent : whether the curvature is needed; otherwise an empty array is returned.
    """
    from nuprobe.inference.compiled import add_curvature

    n, size = len(jacobian), jacobian.shape[1] + nu.shape[1]
    gradient = np.empty((n, size))
    hessian = np.empty((n if bent else 0, size, size))
    rates = _loop_arrays(expectation)
    add_curvature(*rates, jacobian, nu.copy(), term.data.copy(), gradient, hessian)
    return gradient, hessian


def _loop_arrays(
    e: Expectation,
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.int64]]:
    """Base, constant slopes, varying slopes and the nuisance of each, for the compiled
    loops."""
    points, bins = e.base.shape
    fixed = [j for j, s in enumerate(e.slopes) if len(s) == 1]
    others = [j for j, s in enumerate(e.slopes) if len(s) > 1]
    constant, varying = (
        np.empty((len(fixed), bins)),
        np.empty((len(others), points, bins)),
    )
    for row, j in zip(constant, fixed, strict=True):
        row[:] = e.slopes[j][0]
    for rows, j in zip(varying, others, strict=True):
        rows[:] = e.slopes[j]
    base = np.require(e.base, requirements=["C", "W"])
    return base, constant, varying, np.array(fixed + others, dtype=np.int64)
