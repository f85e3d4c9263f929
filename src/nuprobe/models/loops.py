"""Kinetic mixing by loops of charged leptons at spacelike momenta, as a sum of poles.

With charges Q_ℓ that sum to zero, loops mix a vector with the photon; multiplied by e
and divided by the coupling, the mixing is

    a(K²) = −(e²/12π²) Σ_ℓ Q_ℓ [ln m_ℓ² + 6 ∫₀¹dx x(1−x) ln(1 + x(1−x) K²/m_ℓ²)]

(derived in `bounds.vector_boson`). It obeys a dispersion relation in K², so a few
poles, a(K²) = Σ_i a_i s_i/(s_i + K²), reproduce it to 1e-3 of a(0) at all K²;
multiplied by the propagator of the vector, each is a difference of two propagators.
Integrals over K² therefore need no change.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_MUON, M_TAU
from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["loop_photon", "loop_poles", "loop_share"]

_MASSES: Final = (M_ELECTRON, M_MUON, M_TAU)
_SCALE: Final = 4 * math.pi * ALPHA_EM / (12 * math.pi**2)
_APART: Final = 0.1  # smallest relative distance of a pole from the squared mass


def loop_photon(charges: tuple[float, float, float], k2: FloatArray) -> FloatArray:
    """Return a(K²): e times the mixing with the photon, over the coupling.

    Parameters
    ----------
    charges : Q of e, μ, τ, which sum to zero.
    k2 : K² >= 0 in MeV², any shape.

    Examples
    --------
    >>> found = loop_photon((0.0, 1.0, -1.0), np.array([0.0, 5e4, 1.4e5, 5e5]))
    >>> (found / found[0]).round(2)
    array([1.  , 0.89, 0.78, 0.61])
    """
    k2 = np.asarray(k2, dtype=float)
    t, weight = gauss_legendre(48)
    # x(1−x) of t² resolves both ends
    x = t**2 / 2
    kernel = 2 * 6 * weight * t * x * (1 - x)
    result = np.zeros_like(k2)
    for charge, mass in zip(charges, _MASSES, strict=True):
        if charge:
            logs = np.log1p(k2[..., None] / mass**2 * (x * (1 - x)))
            result -= charge * _SCALE * (2 * math.log(mass) + logs @ kernel)
    return result


def loop_poles(
    charges: tuple[float, float, float], mass: float
) -> tuple[tuple[float, float], ...]:
    """Return the poles (√s_i in MeV, a_i), none close to the mass of the vector.

    Parameters
    ----------
    charges : Q of e, μ, τ, which sum to zero.
    mass : of the vector, MeV.

    Examples
    --------
    >>> poles = loop_poles((0.0, 1.0, -1.0), 10.0)
    >>> total = loop_photon((0.0, 1.0, -1.0), np.array(0.0))
    >>> bool(abs(sum(a for _, a in poles) / total - 1) < 1e-6)
    True
    """
    places = _places(charges)
    squares = [m**2 for m in places]
    near = [i for i, s in enumerate(squares) if abs(s / mass**2 - 1) < _APART]
    for i in near:
        side = 1 + _APART if squares[i] >= mass**2 else 1 - _APART
        squares[i] = mass**2 * side
    return _fitted(charges, tuple(math.sqrt(s) for s in squares))


def loop_share(charges: tuple[float, float, float], k2: FloatArray) -> FloatArray:
    """Return a(K²)/a(0), from the poles.

    Parameters
    ----------
    charges : Q of e, μ, τ, which sum to zero and do not all vanish.
    k2 : K² >= 0 in MeV², any shape.

    Examples
    --------
    >>> loop_share((1.0, 0.0, -1.0), np.array([0.0, 100.0, 1e4])).round(2)
    array([1.  , 0.74, 0.46])
    """
    poles = _fitted(charges, _places(charges))
    total = sum(a for _, a in poles)
    share = np.zeros(np.shape(k2))
    for mass, a in poles:
        share += a / total / (1 + k2 / mass**2)
    return share


def _places(charges: tuple[float, float, float]) -> tuple[float, ...]:
    """Masses of the poles: from above the threshold of the lightest pair up."""
    lightest = min(m for q, m in zip(charges, _MASSES, strict=True) if q)
    low, high = 2.4 * lightest, 5 * M_TAU
    n = math.ceil(math.log(high / low) / math.log(2.0)) + 1
    return tuple(float(m) for m in np.geomspace(low, high, n))


@lru_cache(maxsize=256)
def _fitted(
    charges: tuple[float, float, float], places: tuple[float, ...]
) -> tuple[tuple[float, float], ...]:
    k2 = np.concatenate([[0.0], np.geomspace(1e-3 * places[0] ** 2, 1e9, 400)])
    truth = loop_photon(charges, k2)
    s = np.array(places) ** 2
    weight = np.ones(k2.size)
    weight[0] = 1e5
    matrix = s / (s + k2[:, None]) * weight[:, None]
    found = np.linalg.lstsq(matrix, truth * weight, rcond=None)[0]
    return tuple((m, float(a)) for m, a in zip(places, found, strict=True))
