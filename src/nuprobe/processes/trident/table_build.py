"""How the shipped interpolants of the moments are built; `tables` describes them.

``tools/build_trident_tables.py`` writes them.
"""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any

import numpy as np

from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.moments import Orders, differential_moments
from nuprobe.processes.trident.tables import (
    PLANS,
    W_RANGE,
    Table,
    chebyshev,
    chebyshev_roots,
    kappa2_of,
    scales,
    threshold_powers,
)

__all__ = ["build", "node_values", "to_bytes"]


def node_values(
    delta: FloatArray,
    q2: FloatArray,
    masses: tuple[float, float],
    orders: Orders,
    w: FloatArray | None = None,
    *,
    axial: bool = False,
) -> tuple[FloatArray, FloatArray | None]:
    """The functions that a table interpolates, from the integrals at (δ, Q²).

    Parameters
    ----------
    delta, q2 : shape (points,); Q² in the units of the masses.
    masses : lighter and heavier.
    orders : of the quadrature.
    w : values of the mediator axis, or None.
    axial : means over AA instead of VV.

    Returns
    -------
    functions : shape (12 or 18, points): ln VV and ln AA of the six moments, then
        VA/(VV + AA) for unequal masses.
    mediator functions : shape (12, points, len(w)) at the values w of the mediator
        axis, or None.

    Examples
    --------
    >>> at = np.array([1.0])
    >>> node_values(at, at, (1.0, 1.0), Orders())[0].shape
    (12, 1)
    """
    m_1, m_2 = masses
    s_min = (m_1 + m_2) ** 2
    kappa2 = kappa2_of(delta, m_1)
    soft2 = s_min if w is None else kappa2 * math.exp(2 * W_RANGE[0])
    k2, parts = differential_moments(
        q2 + s_min * (1 + delta), q2, m_1, m_2, orders, soft2
    )
    values = parts.sum(-1)
    even = values[:, :2].copy()
    even[3:] /= q2
    logs = np.log(even) - threshold_powers(m_1 == m_2)[..., None] * np.log(
        delta / (1 + delta)
    )
    logs = logs.reshape(12, -1)
    if m_1 != m_2:
        logs = np.concatenate([logs, values[:, 2] / (values[:, 0] + values[:, 1])])
    if w is None:
        return logs, None
    ratio = np.exp(2 * w)[:, None]
    weight = (1 + ratio) / (k2[:, None, :] / kappa2[:, None, None] + ratio)
    column = 1 if axial else 0
    shape = parts[:, column] / values[:, column, :, None]
    means = [np.einsum("jpk,pmk->jpm", shape, weight**power) for power in (1, 2)]
    return logs, np.log(np.concatenate(means))


def build(
    name: str,
    nodes: tuple[int, int, int] | None = None,
    checks: int = 200,
    *,
    axial: bool = False,
) -> Table:
    """Compute a table from the integrals and measure its error at random points of its
    range.

    Parameters
    ----------
    name : one of `PLANS`.
    nodes : Chebyshev nodes in u, v, w; the shipped table's by default.
    checks : random points at which the error is measured.
    axial : use AA instead of VV in the mediator functions.

    Examples
    --------
    >>> table = build("mu-tau", nodes=(3, 3, 0), checks=2)
    >>> table.masses == PLANS["mu-tau"].masses
    True
    """
    plan = PLANS[name]
    n_u, n_v, n_w = nodes or plan.nodes
    _, d_0, q_0 = scales(*plan.masses)
    low, high = plan.delta

    def points(u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
        factor = (u + 1) / 2 * math.log((high + d_0) / (low + d_0))
        return low + (low + d_0) * np.expm1(factor), q_0 * np.expm1(
            (v + 1) / 2 * math.log1p(plan.q_max)
        )

    def means_at(w: FloatArray) -> FloatArray | None:
        return W_RANGE[0] + (W_RANGE[1] - W_RANGE[0]) * (w + 1) / 2 if n_w else None

    u, v = (
        a.ravel()
        for a in np.meshgrid(chebyshev_roots(n_u), chebyshev_roots(n_v), indexing="ij")
    )
    values, means = node_values(
        *points(u, v),
        plan.masses,
        plan.orders,
        means_at(chebyshev_roots(n_w)) if n_w else None,
        axial=axial,
    )
    coefficients = _transform(_transform(values.reshape(-1, n_u, n_v), 1), 2)
    left, right = _truncate(coefficients.transpose(1, 0, 2).reshape(n_u, -1), 1e-7)
    right = right.reshape(-1, coefficients.shape[0], n_v)
    train = None
    if means is not None:
        full = means.reshape(12, n_u, n_v, n_w)
        for axis in (1, 2, 3):
            full = _transform(full, axis)
        first, rest = _truncate(full.transpose(1, 2, 0, 3).reshape(n_u, -1), 1e-6)
        second, third = _truncate(rest.reshape(first.shape[1] * n_v, -1), 1e-6)
        train = (
            first,
            second.reshape(first.shape[1], n_v, -1),
            third.reshape(-1, 12, n_w),
        )
    table = Table(
        plan.masses, plan.delta, plan.q_max, left, right, train, math.nan, math.nan
    )

    random = np.random.default_rng(20190213)
    u, v = random.uniform(-1, 1, (2, checks))
    w = means_at(random.uniform(-1, 1, 12))
    values, means = node_values(*points(u, v), plan.masses, plan.orders, w, axial=axial)
    error = float(np.abs(table.logarithms(u, v) - values).max())
    other = math.nan
    if means is not None and w is not None:
        other = float(
            np.abs(
                table.mediator_logarithms(u, v, np.tile(w, (checks, 1))) - means
            ).max()
        )
    return replace(table, error=error, mediator_error=other)


def _transform(values: FloatArray, axis: int) -> FloatArray:
    """Chebyshev coefficients along an axis from values at `chebyshev_roots`."""
    n = values.shape[axis]
    matrix = 2 / n * chebyshev(chebyshev_roots(n), n).T
    matrix[0] /= 2
    return np.asarray(np.moveaxis(np.tensordot(matrix, values, (1, axis)), 0, axis))


def _truncate(matrix: FloatArray, tolerance: float) -> tuple[FloatArray, FloatArray]:
    u, s, v = np.linalg.svd(matrix, full_matrices=False)
    keep = int((s > tolerance * s[0]).sum())
    return u[:, :keep] * s[:keep], v[:keep]


def to_bytes(table: Table, *, axial: bool = False) -> bytes:
    """Serialise as an npz archive (no pickle).

    Parameters
    ----------
    table : what is written; its mediator functions in single precision.
    axial : write only the mediator functions, which are those of AA.

    Examples
    --------
    >>> from nuprobe.processes.trident.tables import load
    >>> to_bytes(load("mu-tau"))[:2]
    b'PK'
    """
    stream = io.BytesIO()
    # single precision gives these logarithms to 1e-6 and halves the largest part
    arrays = [a.astype(np.float32) for a in table.mediator or ()]
    train: dict[str, Any] = dict(
        zip(("train_u", "train_v", "train_w"), arrays, strict=False)
    )
    if axial:
        np.savez_compressed(stream, error=np.array(table.mediator_error), **train)
        return stream.getvalue()
    np.savez_compressed(
        stream,
        masses=np.array(table.masses),
        ranges=np.array([*table.delta, table.q_max]),
        errors=np.array([table.error, table.mediator_error]),
        left=table.left,
        right=table.right,
        **train,
    )
    return stream.getvalue()
