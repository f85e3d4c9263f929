"""Kinematics of ν̄_e + p → e⁺ + n on a proton at rest, exact.

With K = (m_n² − m_p² − m_e²)/2 and positrons of energy E_e and momentum p_e at the
angle θ to the neutrino,

    E (m_p − E_e + p_e cos θ) = K + m_p E_e.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.constants import M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.numerics import FloatArray
from nuprobe.processes.interface import DepositRange

__all__ = [
    "THRESHOLD",
    "PositronRange",
    "cosine",
    "momentum",
    "positron_energy",
]

_K: Final = (M_NEUTRON**2 - M_PROTON**2 - M_ELECTRON**2) / 2
THRESHOLD: Final = ((M_NEUTRON + M_ELECTRON) ** 2 - M_PROTON**2) / (2 * M_PROTON)
"""Smallest energy of the antineutrino, MeV."""


def momentum(e_e: FloatArray) -> FloatArray:
    """Momentum of positrons of total energy `e_e`, MeV; 0 below their mass.

    Examples
    --------
    >>> float(momentum(np.array(1.0)))
    0.859581
    """
    return np.sqrt(np.maximum(e_e**2 - M_ELECTRON**2, 0.0))


def cosine(e_nu: FloatArray, e_e: FloatArray) -> FloatArray:
    """Cosine of the angle at which positrons have the energy `e_e`.

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
    p = np.maximum(momentum(e_e), 1e-150)
    return np.clip(((_K + M_PROTON * e_e) / e_nu - M_PROTON + e_e) / p, -1.0, 1.0)


def positron_energy(e_nu: FloatArray, cos: FloatArray) -> FloatArray:
    """Total energy of positrons at an angle.

    Within 1 keV of the threshold they all go forward, and each angle has two energies:
    this is the larger one.

    Parameters
    ----------
    e_nu : energy of the antineutrino, MeV.
    cos : cosine of the angle, broadcast against `e_nu`.

    Returns
    -------
    array
        In MeV; NaN where no positron goes.

    Examples
    --------
    >>> float(positron_energy(np.array(10.0), np.array(1.0)))
    8.705755
    """
    total, along = e_nu + M_PROTON, e_nu * cos
    free = e_nu * M_PROTON - _K
    kappa = total**2 - along**2
    with np.errstate(invalid="ignore"):
        root = np.sqrt(free**2 - M_ELECTRON**2 * kappa)
        return np.asarray((total * free + along * root) / kappa)


@quick_methods
@dataclass(frozen=True)
class PositronRange(DepositRange):
    """Total energies of the positron between those of backward and forward ones.

    Examples
    --------
    >>> PositronRange().t_max(np.array([1.8, 3.0]))
    array([0.   , 1.706])
    """

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest positron energy at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        return self._end(e_nu, 1.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest positron energy at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        return self._end(e_nu, -1.0)

    @staticmethod
    def _end(e_nu: FloatArray, sign: float) -> FloatArray:
        """Energy of the positron that goes along (1) or against (−1) the momentum in
        the centre of mass."""
        e = np.maximum(e_nu, THRESHOLD)
        s = M_PROTON * (M_PROTON + 2 * e)
        root = np.sqrt(s)
        energy = (s - M_NEUTRON**2 + M_ELECTRON**2) / (2 * root)
        boosted = (e + M_PROTON) * energy + sign * e * momentum(energy)
        return np.where(e_nu >= THRESHOLD, boosted / root, 0.0)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can make positrons of the energy `t`, MeV."""
        return self._energy(t, 1.0)

    def e_max(self, t: FloatArray) -> FloatArray:
        """Largest neutrino energy that can make positrons of the energy `t`, MeV."""
        return self._energy(t, -1.0)

    @staticmethod
    def _energy(t: FloatArray, cos: float) -> FloatArray:
        """Infinite for positrons that need no more recoil at any energy."""
        slack = M_PROTON - t + cos * momentum(t)
        energy = (_K + M_PROTON * t) / np.where(slack > 0, slack, 1.0)
        # a positron needs its mass
        energy = np.where(slack > 0, energy, np.inf)
        return np.where(t >= M_ELECTRON, energy, np.inf)
