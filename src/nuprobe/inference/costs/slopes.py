"""Derivatives of −2 ln L: analytic gradient, and the expected curvature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuprobe.errors import ComputationError
from nuprobe.inference.costs.jacobians import total_jacobian
from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.loops import curvature_compiled
from nuprobe.inference.costs.statistic import Statistic
from nuprobe.inference.expectations import blocks_of, expected_counts, flexible_bins
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray


def exact_gradient(
    layout: Layout, p: FloatArray, nu: FloatArray, barrier: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Derivatives in parameters, (points, parameters), and nuisances, (points,
    nuisances).

    Parameters
    ----------
    layout : the cost.
    p, nu : points and nuisances, shapes (points, parameters) and (points, nuisances).
    barrier : pseudo-count of empty bins that nuisances move, shape (points,).

    Raises
    ------
    ComputationError
        If the data are impossible, so that there is no derivative.
    """
    d_par, d_nu = np.zeros_like(p), 2 * nu * layout.weights
    for term, columns, k in layout.places:
        for block in blocks_of(len(p)):
            q, v = p[block][:, columns], nu[block][:, k]
            expectation = term.expectation(q)
            slope = term.slope(
                expected_counts(expectation, v),
                barrier[block, None] * flexible_bins(expectation),
            )
            if not np.isfinite(slope).all():
                worst = ~np.isfinite(slope).all(axis=1)
                raise ComputationError(
                    f"{term.name}: no derivative where the data are impossible, at"
                    f" {layout.describe(p[block][worst][0])}"
                )
            d_base, d_slopes = term.prediction.jacobian(q)
            for j, s in zip(k, expectation.slopes, strict=True):
                d_nu[block, j] += (slope * s).sum(axis=1)
            total = np.einsum("pb,pib->pi", slope, d_base)
            for v_k, d in zip(v.T, d_slopes, strict=True):
                total += v_k[:, None] * (slope[:, None] * d).sum(axis=2)
            d_par[block.start : block.stop, columns] += total
    return d_par, d_nu


def expected_curvature(
    layout: Layout,
    p: FloatArray,
    nu: FloatArray,
    barrier: FloatArray,
    expectations: Sequence[Expectation],
    compiled: bool = False,
    bent: bool = True,
    first: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Gradient (points, parameters) and expected curvature (points, parameters,
    parameters) of the profiled −2 ln L.

    The curvature is that of a prediction linear around the point (2 J W Jᵀ, the
    nuisances eliminated): positive, and close to the Hessian where the fit is good.

    Parameters
    ----------
    layout : the cost.
    p, nu : points and nuisances, shapes (points, parameters) and (points, nuisances).
    barrier : pseudo-count of empty bins that nuisances move, shape (points,).
    expectations : of each term at the points.
    compiled : by compiled loops; all terms are Poisson costs.
    bent : whether the curvature is needed (otherwise it may be 0).
    first : index of the first parameter needed; those before it are omitted (0).
    """
    d = p.shape[1]
    gradient, hessian = joint_curvature(
        layout, p, nu, barrier, expectations, compiled, bent, first
    )
    if nu.shape[1] and (bent or not compiled or barrier.any()):
        hessian = without_nuisances(hessian, d)
    return gradient[:, :d], hessian[:, :d, :d]


def joint_curvature(
    layout: Layout,
    p: FloatArray,
    nu: FloatArray,
    barrier: FloatArray,
    expectations: Sequence[Expectation],
    compiled: bool = False,
    bent: bool = True,
    first: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Gradient and expected curvature in parameters and then nuisances, (points, both)
    and (points, both, both); arguments as for `expected_curvature`."""
    n, d, m = len(p), p.shape[1], nu.shape[1]
    compiled = compiled and not barrier.any()
    bent = bent or not compiled
    gradient, hessian = np.zeros((n, d + m)), np.zeros((n, d + m, d + m))
    hessian[:, d + np.arange(m), d + np.arange(m)] += 2 * layout.weights
    for (term, columns, k), e in zip(layout.places, expectations, strict=True):
        q, v = p[:, columns], nu[:, k]
        wanted = [i for i, column in enumerate(columns) if column >= first]
        rows = [*(columns[i] for i in wanted), *(d + j for j in k)]
        moves = total_jacobian(term, q, v, wanted, compiled)
        if compiled:
            part, both = curvature_compiled(term, moves, v, e, bent)
        else:
            part, both = _term_curvature(term, moves, v, barrier, e)
        gradient[:, rows] += part
        if bent:
            hessian[np.ix_(range(n), rows, rows)] += both
    return gradient, hessian


def _term_curvature(
    term: Statistic,
    moves: FloatArray,
    nu: FloatArray,
    barrier: FloatArray,
    e: Expectation,
) -> tuple[FloatArray, FloatArray]:
    """Gradient and expected curvature of one term, of those of its parameters in which
    its derivatives are given and of its nuisances."""
    mu = expected_counts(e, nu)
    pseudo = barrier[:, None]
    slope = term.slope(mu, pseudo * flexible_bins(e) if barrier.any() else pseudo)
    slope = np.where(np.isfinite(slope), slope, 0.0)
    n, wanted = moves.shape[:2]
    every = np.empty((n, wanted + len(e.slopes), mu.shape[1]))
    every[:, :wanted] = moves
    for row, moved in enumerate(e.slopes, start=wanted):
        every[:, row] = moved
    gradient = (every @ slope[:, :, None])[:, :, 0]
    return np.asarray(gradient), term.metric(every, mu)


def without_nuisances(hessian: FloatArray, d: int) -> FloatArray:
    """Curvature of the first `d` columns with the others at their minimum."""
    inner, mixed = hessian[:, d:, d:], hessian[:, d:, :d]
    try:
        follows = np.linalg.solve(inner, mixed)
    except np.linalg.LinAlgError:
        # an expectation near zero dominates, and rounding makes the matrix singular
        follows = np.linalg.pinv(inner, hermitian=True) @ mixed
    return np.asarray(hessian[:, :d, :d] - mixed.swapaxes(1, 2) @ follows)
