"""Cumulative moments of the structure functions, all that a target of any mass and
shape needs from the leptons.

For given Q², a target of mass M and a neutrino of energy E reach x = 2 k1·q up to
x_max(E, M, Q²). The hadron tensors of spin 0 and spin ½ contracted with the leptonic
part are polynomials in r = x_max/x, so that

    A0 = ∫A dx,  A1 = ∫A (r − 1) dx,  A2 = ∫A (r − 1) r dx,  Y0, Y1, Y2 = ∫Y {1, r, r²}
    dx    over x < x_max

suffice, and each integrand is positive for VV and AA. They do not depend on the
target, and for equal lepton masses depend only on x_max/m² and Q²/m².
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray, gauss_legendre
from nuprobe.processes.trident.lepton import pair_functions, structure, x_minimum

__all__ = ["MOMENTS", "STRUCTURES", "Orders", "differential_moments", "moments"]

MOMENTS: Final = ("A0", "A1", "A2", "Y0", "Y1", "Y2")
STRUCTURES: Final = ("VV", "AA", "VA")


@dataclass(frozen=True)
class Orders:
    """Gauss–Legendre points.

    Attributes
    ----------
    k2, s, x, angle : in K², the squared mass of the pair, x and the angle of the pair.
    """

    k2: int = 20
    s: int = 20
    x: int = 10
    angle: int = 16


def differential_moments(
    x_max: FloatArray,
    q2: FloatArray,
    m_minus: float,
    m_plus: float,
    orders: Orders,
    soft2: float | FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Moments resolved in the momentum transfer to the lepton pair.

    Parameters
    ----------
    x_max, q2 : shape (points,), MeV²; points with x_max − q2 <= (m_minus + m_plus)²
        give exact zeros.
    m_minus, m_plus : masses of ℓ⁻ and ℓ⁺.
    orders : quadrature orders.
    soft2 : nodes are uniform in ln(K² + soft2): the squared mass scale below which
        nothing varies in K², MeV².

    Returns
    -------
    k2 : shape (points, orders.k2)
    moments : shape (6, 3, points, orders.k2); their sum over the last axis is the
        moment, quadrature weights included.

    Examples
    --------
    >>> x, q2 = np.array([12.0, 3.0]), np.array([1.0, 1.0])
    >>> k2, parts = differential_moments(x, q2, 1.0, 1.0, Orders(), 4.0)
    >>> bool(parts[0, 0, 0].sum() > 0), float(parts[0, 0, 1].sum())
    (True, 0.0)
    """
    x_max, q2 = np.broadcast_arrays(
        np.atleast_1d(x_max).astype(float), np.atleast_1d(q2).astype(float)
    )
    soft2 = np.broadcast_to(np.asarray(soft2, dtype=float), x_max.shape)
    values = np.zeros((6, 3, x_max.size, orders.k2))
    nodes = np.zeros((x_max.size, orders.k2))
    # keeps the arrays of one block in the cache of a processor
    block = max(1, 60_000 // (orders.k2 * orders.s * orders.angle))
    for start in range(0, x_max.size, block):
        part = slice(start, start + block)
        nodes[part], values[:, :, part] = _block(
            x_max[part], q2[part], m_minus, m_plus, orders, soft2[part]
        )
    return nodes, values


def _block(
    x_max: FloatArray,
    q2: FloatArray,
    m_minus: float,
    m_plus: float,
    orders: Orders,
    soft2: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    s_min = (m_minus + m_plus) ** 2
    open_ = x_max - q2 > s_min * (1 + 1e-12)
    # kinematically closed points are computed at a harmless place and set to zero
    x_max, q2 = np.where(open_, x_max, 2 * s_min), np.where(open_, q2, 0.5 * s_min)
    s_hat = x_max - q2
    t, w = gauss_legendre(orders.k2)
    k2_max = (x_max * (1 - s_min / s_hat))[:, None]
    soft2 = soft2[:, None]
    span = np.log1p(k2_max / soft2)
    k2 = soft2 * np.expm1(span * t)
    weight = (k2 + soft2) * span * w
    # s from s_min to ŝ(1 − K²/x_max), quadratic in the variable at the lower end where
    # β ~ √(s − s_min)
    t, w = gauss_legendre(orders.s)
    ratio = (s_hat / s_min)[:, None] * (1 - k2 / x_max[:, None])
    log_s = np.log(np.maximum(ratio, 1.0))[..., None]
    s = s_min * np.exp(log_s * t**2)
    weight = weight[..., None] * s * log_s * 2 * t * w
    q2_, k2_ = q2[:, None, None], k2[..., None]
    pair = pair_functions(s, k2_, q2_, m_minus, m_plus, orders.angle)
    x_low = x_minimum(s, k2_, q2_)
    t, w = gauss_legendre(orders.x)
    log_x = np.log(np.maximum(x_max[:, None, None] / x_low, 1.0))[..., None]
    r = np.exp(log_x * t)  # = x_max/x
    x = x_max[:, None, None, None] / r
    functions = structure(pair, s, k2_, q2_, x) * (x * log_x * w)
    one = np.ones_like(r)
    kernels = (np.stack([one, r - 1, (r - 1) * r]), np.stack([one, r, r**2]))
    result = np.concatenate(
        [
            np.einsum("cpksx,mpksx,pks->mcpk", f, kernel, weight, optimize=False)
            for f, kernel in zip(functions, kernels, strict=True)
        ]
    )
    return k2, np.where(open_[:, None], result, 0.0)


def moments(
    x_max: FloatArray,
    q2: FloatArray,
    m_minus: float,
    m_plus: float,
    orders: Orders,
    soft2: float | FloatArray,
) -> FloatArray:
    """Moments integrated over K², shape (6, 3, points).

    Parameters
    ----------
    x_max, q2, m_minus, m_plus, orders, soft2 : as in `differential_moments`.

    Examples
    --------
    >>> x, q2 = np.array([12.0]), np.array([1.0])
    >>> moments(x, q2, 1.0, 1.0, Orders(), 4.0).shape
    (6, 3, 1)
    """
    return np.asarray(
        differential_moments(x_max, q2, m_minus, m_plus, orders, soft2)[1].sum(-1)
    )
