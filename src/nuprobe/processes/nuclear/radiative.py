"""Outer radiative corrections of charged currents: photons that the electron emits and
exchanges with the nucleus, at order α, when all of the energy is seen.

What is seen is E = E_e + E_γ. Virtual and soft photons are those of Sirlin's function
of β decay, hard ones follow Knipp, Uhlenbeck and Bloch (their spectrum and the phase
space of β decay reproduce Sirlin's function, see the tests), so the cross section at E
changes by α/2π times

    g(E) = 3 ln(M_p/m) − ¾ + 4(A/β − 1) ln(2(E − m)/m)
           − (4/β) Li₂(2β/(1 + β))
           + (A/β)[2(1 + β²) − 4A]
           + 2∫ dω/ω {(p′/p)[(E² + E′²) A′/(E p′) − 2] − 2(A/β − 1)},

with A = artanh β of the energy E, and primes for E′ = E − ω. It is the same function
for every target, electron and positron; the Coulomb part is in the Fermi function. For
m ≪ E it is 3 ln(M_p/2E) + 23/4 − 4π²/3. Derived here; Kurylov:2002vj has such a
function (only the abstract was read).

The correction of Strumia:2003zx equals this one plus a constant 2.25 %, to 1e-4 at
every energy. The inner correction, of the hadrons, is not included; it is G′_F of
nuclear β decays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np

from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_PROTON
from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["outer", "outer_function"]

_HIGHEST: Final = 1e4
_POINTS: Final = 500


def outer_function(energy: FloatArray, nodes: int = 64) -> FloatArray:
    """Return g(E), by quadrature.

    Parameters
    ----------
    energy : of electron and photons together, MeV, above the mass of the electron.
    nodes : of the quadrature over the photon's energy.

    Examples
    --------
    >>> outer_function(np.array([2.0, 10.0])).round(3)
    array([9.27 , 4.159])
    """
    from scipy.special import spence

    e = np.asarray(energy, dtype=float)
    p = np.sqrt(np.maximum(e**2 - M_ELECTRON**2, 1e-20))
    beta, free = p / e, e - M_ELECTRON
    a = np.arctanh(beta)
    soft = a / beta - 1
    # spence(z) is Li2(1 - z)
    dilogarithm = spence((1 - beta) / (1 + beta))
    fixed = 3 * np.log(M_PROTON / M_ELECTRON) - 0.75
    fixed = fixed + 4 * soft * np.log(2 * np.maximum(free, 1e-20) / M_ELECTRON)
    fixed = fixed - 4 / beta * dilogarithm + a / beta * (2 * (1 + beta**2) - 4 * a)
    x, w = gauss_legendre(nodes)
    # E' - m as a square, because p' starts as a square root
    left = M_ELECTRON + free[..., None] * x**2
    photon = e[..., None] - left
    q = np.sqrt(left**2 - M_ELECTRON**2)
    hard = (
        q * ((e[..., None] ** 2 + left**2) / (e[..., None] * q)) * np.arctanh(q / left)
        - 2 * q
    )
    excess = hard / p[..., None] - 2 * soft[..., None]
    step = 2 * free[..., None] * x * w
    return np.asarray(fixed + 2 * (step * excess / photon).sum(-1))


def outer(energy: FloatArray) -> FloatArray:
    """Factor 1 + α g(E)/2π, interpolated in a table.

    Parameters
    ----------
    energy : of electron and photons together, MeV; below 10 GeV.

    Examples
    --------
    >>> outer(np.array([2.0, 10.0])).round(5)
    array([1.01077, 1.00483])
    """
    rapidity = np.arccosh(np.clip(energy / M_ELECTRON, 1.0, _HIGHEST / M_ELECTRON))
    return 1 + ALPHA_EM / (2 * np.pi) * _table()(rapidity)


@lru_cache(maxsize=1)
def _table() -> Callable[[FloatArray], FloatArray]:
    from scipy.interpolate import CubicSpline

    rapidity = np.linspace(1e-3, np.arccosh(_HIGHEST / M_ELECTRON), _POINTS)
    spline = CubicSpline(rapidity, outer_function(M_ELECTRON * np.cosh(rapidity)))

    def at(u: FloatArray) -> FloatArray:
        return np.asarray(spline(np.maximum(u, rapidity[0])))

    return at
