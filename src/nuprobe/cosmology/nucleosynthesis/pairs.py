"""Electron pairs instead of the photon of a radiative capture.

A capture that emits photons of energy ω > 2m_e also emits e⁺e⁻ through a virtual photon
of mass M. In the long-wavelength limit the ratio of the two is, current conservation
fixing the longitudinal part of the transition,

    R = (2α/3π) ∫_{2m_e}^{ω} dM/M (1 + 2m_e²/M²) √(1 − 4m_e²/M²) S(M)
    S = (k/ω)(1 + M²/2ω²) for E1,   (k/ω)³ for M1,   k² = ω² − M²

derived here; for ω ≫ m_e it is (2α/3π)[ln(2ω/m_e) − 5/3] for E1. It is 0.03 to 0.4 %
and lowers D/H by 0.08 % (first computed in Pitrou:2019pqh, whose abstract says
typically 0.2 %; only the abstract was read). The energy is ω = Q + E with E the top of
the Gamow peak; t, ³He and d captures are taken as E1. Captures of n by p are M1 at low
and E1 at high energy, with fractions from effective-range theory. Vacuum polarisation
of the Coulomb barrier is neglected.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["pair_factors", "pair_ratio"]

_NODES: Final = 96
_KELVIN9: Final = 8.617333262e-2  # 1e9 K in MeV
_MAGNETIC: Final = 4.7059  # μ_p − μ_n in nuclear magnetons
_SINGLET: Final = 0.074  # energy of the virtual singlet state, MeV
_RANGE: Final = 0.5926  # 1 − γ r_t of the deuteron
_CHARGES: Final = {
    "d(p,g)he3": (1, 2, 1, 1),
    "t(p,g)he4": (1, 3, 1, 1),
    "t(a,g)li7": (1, 3, 2, 4),
    "he3(a,g)be7": (2, 3, 2, 4),
}  # Z, A of the two nuclei


def pair_ratio(omega: FloatArray, magnetic: bool = False) -> FloatArray:
    """Electron pairs per photon of a nuclear transition.

    Parameters
    ----------
    omega : energy of the transition in MeV, any shape.
    magnetic : M1 instead of E1.

    Returns
    -------
    array
        Of the shape of `omega`; zero up to 2 m_e.

    Examples
    --------
    >>> import numpy as np
    >>> [round(1e3 * float(pair_ratio(np.array(6.0), m)), 3) for m in (False, True)]
    [2.307, 1.582]
    """
    w = np.asarray(omega, dtype=float)[..., None]
    x, weights = gauss_legendre(_NODES)
    low = 2 * M_ELECTRON
    open_ = w > low
    top = np.where(open_, w, 2 * low)
    # M = 2m_e cosh-like in both ends: ln M = ln 2m_e + L sin²θ flattens both roots
    theta, length = np.pi / 2 * x, np.log(top / low)
    mass = low * np.exp(length * np.sin(theta) ** 2)
    jacobian = length * np.sin(2 * theta) * np.pi / 2
    k = np.sqrt(np.maximum(1 - (mass / top) ** 2, 0))
    shape = k**3 if magnetic else k * (1 + 0.5 * (mass / top) ** 2)
    ratio = (low / mass) ** 2
    lepton = (1 + ratio / 2) * np.sqrt(np.maximum(1 - ratio, 0))
    total = np.sum(weights * jacobian * lepton * shape, axis=-1)
    return np.asarray(np.where(open_[..., 0], 2 * ALPHA_EM / (3 * np.pi) * total, 0.0))


def pair_factors(t9: FloatArray, q_values: tuple[tuple[str, float], ...]) -> FloatArray:
    """Factor on each reaction rate for the pairs emitted in addition to photons.

    Parameters
    ----------
    t9 : temperatures in 1e9 K, shape (points,), between 0.01 and 10.
    q_values : name of each reaction and its Q in MeV.

    Returns
    -------
    array
        Of shape (points, reactions), 1 for reactions that are not captures.

    Examples
    --------
    >>> import numpy as np
    >>> pair_factors(np.array([1.0]), (("d(p,g)he3", 5.4935),)).round(5).tolist()
    [[1.0022]]
    """
    return np.asarray(_spline(q_values)(np.log(np.asarray(t9, dtype=float))))


@lru_cache(maxsize=4)
def _spline(q_values: tuple[tuple[str, float], ...]) -> Any:
    from scipy.interpolate import CubicSpline

    t9 = np.geomspace(0.01, 10.0, 61)
    factors = np.ones((t9.size, len(q_values)))
    for i, (name, q_value) in enumerate(q_values):
        if name in _CHARGES:
            z1, a1, z2, a2 = _CHARGES[name]
            reduced = a1 * a2 / (a1 + a2)
            energy = 0.1220 * (z1**2 * z2**2 * reduced * t9**2) ** (1 / 3)
            factors[:, i] += pair_ratio(q_value + energy)
        elif name == "n(p,g)d":
            factors[:, i] += _neutron_capture(t9, q_value)
    return CubicSpline(np.log(t9), factors)


def _neutron_capture(t9: FloatArray, binding: float) -> FloatArray:
    """Pairs per capture of a neutron by a proton, thermal mean over M1 and E1 in the
    shares of effective-range theory (from memory; E1 is 23 % at 0.1 MeV)."""
    x, w = np.polynomial.laguerre.laggauss(40)
    energy = _KELVIN9 * t9[:, None] * x
    omega = binding + energy
    mass = (M_PROTON + M_NEUTRON) / 2
    m1 = omega / (energy + _SINGLET)
    widths = (np.sqrt(binding) + np.sqrt(_SINGLET)) ** 2
    ratio = _MAGNETIC**2 / (4 * mass) * widths * omega**2 * _RANGE
    e1 = m1 * energy * (energy + _SINGLET) / ratio
    pairs = m1 * pair_ratio(omega, magnetic=True) + e1 * pair_ratio(omega)
    weight = w * np.sqrt(x)
    return np.asarray((weight * pairs).sum(-1) / (weight * (m1 + e1)).sum(-1))
