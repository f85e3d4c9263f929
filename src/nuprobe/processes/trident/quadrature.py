"""Moments with and without mediators by quadrature, as `tables` interpolates them."""

from __future__ import annotations

import math

import numpy as np

from nuprobe.numerics import FloatArray
from nuprobe.processes.trident.moments import Orders, differential_moments

__all__ = ["direct", "weighted"]


def direct(
    x_max: FloatArray,
    q2: FloatArray,
    m_minus: float,
    m_plus: float,
    mediators: FloatArray | None = None,
    orders: Orders | None = None,
    *,
    axial: bool = False,
) -> tuple[FloatArray, FloatArray]:
    """Moments by quadrature, with the meaning of `evaluate`.

    Parameters
    ----------
    x_max, q2, m_minus, m_plus, mediators, axial : as in `evaluate`.
    orders : of the quadrature; by default they follow from the range of scales.

    Examples
    --------
    >>> base, mediated = direct(np.array([12.0]), np.array([1.0]), 1.0, 1.0)
    >>> base.shape, mediated.shape
    ((6, 3, 1), (6, 3, 1, 0))
    """
    if x_max.size == 0:
        return np.zeros((6, 3, 0)), np.zeros(
            (6, weighted(axial), 0, 0 if mediators is None else mediators.size)
        )
    s_min = (m_minus + m_plus) ** 2
    soft2 = s_min if mediators is None else min(s_min, float(mediators.min()) ** 2)
    if orders is None:
        top = float(np.max(x_max))
        orders = Orders(
            k2=16 + round(math.log1p(top / soft2)),
            s=20 + round(0.3 * math.log1p(top / s_min)),
            angle=16 + round(math.log1p(top / (m_minus * m_plus))),
        )
    k2, parts = differential_moments(x_max, q2, m_minus, m_plus, orders, soft2)
    base = np.asarray(parts.sum(-1))
    if mediators is None:
        return base, np.zeros((6, weighted(axial), x_max.size, 0))
    weight = 1 / (k2[:, None, :] + mediators[:, None] ** 2)
    once = np.einsum("jcpk,pmk->jcpm", parts[:, [0, 2]], weight)
    twice = np.einsum("jpk,pmk->jpm", parts[:, 0], weight**2)
    columns = [once[:, 0], once[:, 1], twice]
    if axial:
        columns += [
            np.einsum("jpk,pmk->jpm", parts[:, 1], weight**power) for power in (1, 2)
        ]
    return base, np.stack(columns, axis=1)


def weighted(axial: bool) -> int:
    """Number of structures weighted with propagators.

    Parameters
    ----------
    axial : whether AA is among them.

    Examples
    --------
    >>> weighted(True)
    5
    """
    return 5 if axial else 3
