"""Cross section of ν̄_e + p → e⁺ + n to first order in 1/M (Vogel:1999zy).

Normalised by the neutron lifetime, which includes inner but not outer radiative
corrections:

    σ₀ (f² + 3g²) = 2π² / (m_e⁵ f_R τ_n),   f_R = 1.7152

The article was not checked; the formulas (eqs. 12 and 13 according to public codes) are
compared with the full tree level in the tests.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from nuprobe.constants import (
    G_A,
    HBARC_MEV_CM,
    M_ELECTRON,
    M_NEUTRON,
    M_PROTON,
    TAU_NEUTRON_S,
)
from nuprobe.inverse_beta.strumia_vissani import MAGNETIC
from nuprobe.numerics import FloatArray

__all__ = ["antineutrino_energy", "cosine", "differential", "end", "positron_energy"]

_PHASE_SPACE: Final = 1.7152
_HBAR_MEV_S: Final = HBARC_MEV_CM / 2.99792458e10
_NUCLEON: Final = (M_PROTON + M_NEUTRON) / 2
_SPLIT: Final = M_NEUTRON - M_PROTON
_Y2: Final = (_SPLIT**2 - M_ELECTRON**2) / 2
_SIGMA: Final = (
    2
    * np.pi**2
    / (M_ELECTRON**5 * _PHASE_SPACE * TAU_NEUTRON_S / _HBAR_MEV_S)
    / (1 + 3 * G_A**2)
)
_STEPS: Final = 60


def _momentum(e_e: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(e_e**2 - M_ELECTRON**2, 0.0))


def positron_energy(e_nu: FloatArray, cos: FloatArray) -> FloatArray:
    """Total energy of positrons at an angle, to first order.

    Parameters
    ----------
    e_nu : energy of the antineutrino, MeV.
    cos : cosine of the angle, broadcast against `e_nu`.

    Examples
    --------
    >>> float(positron_energy(np.array(10.0), np.array(1.0)))
    8.705756
    """
    static = e_nu - _SPLIT
    slow = e_nu / _NUCLEON * (static - _momentum(static) * cos)
    return np.asarray(static - slow - _Y2 / _NUCLEON)


def cosine(e_nu: FloatArray, e_e: FloatArray) -> FloatArray:
    """Cosine of the angle at which positrons have the energy `e_e`, to first order.

    Parameters
    ----------
    e_nu, e_e : energies of the antineutrino and of the positron (total) in MeV,
        broadcast against each other; inside the allowed region.

    Examples
    --------
    >>> e_nu = np.array(10.0)
    >>> float(cosine(e_nu, positron_energy(e_nu, np.array(0.5))))
    0.5
    """
    static = e_nu - _SPLIT
    lost = static - _Y2 / _NUCLEON - e_e
    along = static - _NUCLEON * lost / e_nu
    return np.clip(along / np.maximum(_momentum(static), 1e-150), -1.0, 1.0)


def differential(e_nu: FloatArray, e_e: FloatArray) -> FloatArray:
    """dσ/dE_e.

    Parameters
    ----------
    e_nu, e_e : energies of the antineutrino and of the positron (total) in MeV,
        broadcast against each other; inside the allowed region.

    Returns
    -------
    array
        In MeV⁻³.

    Examples
    --------
    >>> float(differential(np.array(5.0), np.array(3.69)) * 1e20)
    8.19847
    """
    cos, static = cosine(e_nu, e_e), e_nu - _SPLIT
    p, p_static = _momentum(e_e), np.maximum(_momentum(static), 1e-150)
    v, v_static = p / np.maximum(e_e, M_ELECTRON), p_static / static
    vector, axial = 1.0, G_A
    both, apart = vector**2 + 3 * axial**2, vector**2 - axial**2
    mass = M_ELECTRON**2 / static
    slope = (static + _SPLIT) * (1 - cos / v_static) - _SPLIT
    recoil = (
        2
        * (vector + MAGNETIC)
        * axial
        * ((2 * static + _SPLIT) * (1 - v_static * cos) - mass)
        + (vector**2 + axial**2) * (_SPLIT * (1 + v_static * cos) + mass)
        + both * slope
        + apart * slope * v_static * cos
    )
    by_cosine = (both + apart * v * cos) * e_e * p
    by_cosine -= recoil / _NUCLEON * static * p_static
    # dE_e = (p E/M) dcos θ
    return np.asarray(_SIGMA / 2 * by_cosine * _NUCLEON / (p_static * e_nu))


def end(e_nu: FloatArray, cos: float) -> FloatArray:
    """Energy of the positron that goes forward (`cos` 1) or backward (−1), MeV; 0 below
    the threshold.

    Parameters
    ----------
    e_nu : energy of the antineutrino, MeV.
    cos : 1 or −1.

    Examples
    --------
    >>> end(np.array([1.8, 3.0]), 1.0)
    array([0.   , 1.705...])
    """
    e = np.maximum(e_nu, _SPLIT + M_ELECTRON)
    possible = positron_energy(e, np.asarray(1.0)) > M_ELECTRON
    energy = np.maximum(positron_energy(e, np.asarray(cos)), M_ELECTRON)
    return np.where(possible, energy, 0.0)


def antineutrino_energy(e_e: FloatArray, cos: float) -> FloatArray:
    """Energy of the antineutrino whose positron has the energy `e_e` at an angle.

    Parameters
    ----------
    e_e : total energy of the positron, MeV.
    cos : cosine of its angle.

    Examples
    --------
    >>> float(antineutrino_energy(end(np.array(3.0), 1.0), 1.0))
    3.0
    """
    e = e_e + _SPLIT + _Y2 / _NUCLEON
    for _ in range(_STEPS):
        static = np.maximum(e - _SPLIT, M_ELECTRON)
        slow = static - _momentum(static) * cos
        e = e_e + _Y2 / _NUCLEON + _SPLIT + e / _NUCLEON * slow
    return np.where(e_e >= M_ELECTRON, e, np.inf)
