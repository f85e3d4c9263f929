"""Integrals over the black body that collisions of energetic photons and electrons with
its photons need, as splines of one variable each.

The soft photons have u = ε/T. In inverse Compton scattering (Jones:1968zza, isotropic
photons far softer than the electron) and in pair production (Aharonian et al. 1983, as
in Kawasaki:1994sc) the spectrum of the products separates into functions of the
smallest u that can produce them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.numerics import FloatArray

__all__ = [
    "compton_parts",
    "pair_parts",
    "pair_rate_integral",
]

_LOW: Final = 1e-7
_HIGH: Final = 600.0
"""Of u; above, the black body has e^−600."""
_POINTS: Final = 500
_ORDER: Final = 1201

Parts = tuple[FloatArray, FloatArray]


def _occupied(u: FloatArray, least: FloatArray) -> FloatArray:
    """e^least/(e^u − 1), which does not underflow."""
    return np.exp(least - u) / -np.expm1(-u)


def _nodes(least: FloatArray) -> tuple[FloatArray, FloatArray]:
    """u = least + s on a logarithmic grid of s, and the weights of s."""
    low = np.log(1e-8 * np.minimum(least, 1.0))
    y = low[:, None] + np.linspace(0, 1, _ORDER) * (np.log(80.0) - low)[:, None]
    s = np.exp(y)
    weight = s * ((y[:, -1] - y[:, 0]) / (_ORDER - 1))[:, None]
    weight[:, [0, -1]] /= 2
    return least[:, None] + s, weight


@lru_cache(maxsize=1)
def _splines() -> tuple[Callable[..., FloatArray], Callable[..., FloatArray]]:
    from scipy.interpolate import CubicSpline

    x = np.linspace(np.log(_LOW), np.log(_HIGH), _POINTS)
    least = np.exp(x)
    u, weight = _nodes(least)
    q = least[:, None] / u
    occupied = _occupied(u, least[:, None]) * weight
    soft = ((2 * q * np.log(q) + (1 + 2 * q) * (1 - q)) * u * occupied).sum(axis=1)
    hard = ((1 - q) * u * occupied).sum(axis=1)
    over = 1 / q
    flat = (4 * np.log(over) - 2 - 2 * over + 4 * q) * occupied
    steep = (over - 1) * occupied
    tables = [soft, hard, least * flat.sum(axis=1), least * steep.sum(axis=1)]
    made = CubicSpline(x, np.stack(tables, axis=-1))
    # ∫ds s σ of pair production up to v = 4Eε/4m², over the black body
    u, weight = _nodes(least)
    total = _pair_moment(u / least[:, None]) * _occupied(u, least[:, None]) * weight
    rate = CubicSpline(x, np.log(total.sum(axis=1)))
    return made, rate


def _pair_moment(v: FloatArray) -> FloatArray:
    """∫_1^v dw w σ(w)/(π r_e²/2) of γγ → e⁺e⁻, w = s/4m²: by parts on a spline."""
    from scipy.interpolate import CubicSpline

    y = np.linspace(np.log(1e-13), np.log(4e9), 6000)
    excess = np.exp(y)  # w − 1
    beta = np.sqrt(excess / (1 + excess))
    logarithm = np.log((1 + beta) ** 2 * (1 + excess))
    shape = (3 - beta**4) * logarithm - 2 * beta * (2 - beta**2)
    # σ = (π r_e²/2)(1 − β²) × shape, and w(1 − β²) = 1
    total = CubicSpline(y, shape * excess).antiderivative()
    start = 4 / 3 * excess[0] ** 1.5  # shape → 2β
    found = np.log(total(y) + start)
    above = np.log(np.maximum(v - 1, 1e-13))
    return np.where(v > 1 + 1e-13, np.exp(np.interp(above, y, found)), 0.0)


def compton_parts(least: FloatArray) -> Parts:
    """Integrals of inverse Compton scattering.

    Parameters
    ----------
    least : smallest u = ε/T of the black body that can give the photon, any shape.

    Returns
    -------
    tuple
        ∫du u/(e^u − 1) [2q ln q + (1 + 2q)(1 − q)] and the same of (1 − q), q =
        least/u, above `least`.

    Examples
    --------
    >>> a, b = compton_parts(np.array([1e-6]))
    >>> round(float(a[0] / (np.pi**2 / 6)), 4)
    1.0
    """
    inside = np.clip(least, _LOW, _HIGH)
    found = _splines()[0](np.log(inside)) * np.exp(-inside)[..., None]
    return found[..., 0], found[..., 1]


def pair_parts(least: FloatArray) -> Parts:
    """Integrals of pair production on the black body.

    Parameters
    ----------
    least : smallest u = ε/T that can produce the pair, u₀, any shape.

    Returns
    -------
    tuple
        ∫du/(e^u − 1) [4 ln(u/u₀) − 2 − 2u/u₀ + 4u₀/u] and the same of (u/u₀ − 1).

    Examples
    --------
    >>> a, b = pair_parts(np.array([10.0]))
    >>> bool(a[0] + 4 * b[0] > 0)
    True
    """
    inside = np.clip(least, _LOW, _HIGH)
    found = _splines()[0](np.log(inside)) * (np.exp(-inside) / inside)[..., None]
    return found[..., 2], found[..., 3]


def pair_rate_integral(least: FloatArray) -> FloatArray:
    """∫du/(e^u − 1) ∫ds s σ/(8π r_e² m⁴) of γγ → e⁺e⁻.

    Parameters
    ----------
    least : m²/(ET), any shape.

    Examples
    --------
    >>> x = pair_rate_integral(np.array([20.0, 22.0]))
    >>> bool(x[0] > 7 * x[1] > 0)
    True
    """
    inside = np.clip(least, _LOW, _HIGH)
    return np.asarray(np.exp(_splines()[1](np.log(inside)) - inside))
