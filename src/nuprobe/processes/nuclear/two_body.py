"""Ranges of deposits of ν + target → lepton + product with the target at rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.inverse_beta import TwoBody, vogel_beacom
from nuprobe.numerics import FloatArray
from nuprobe.processes.interface import DepositRange

__all__ = ["FirstOrderRange", "LeptonEnergy", "Transfer"]


@quick_methods
@dataclass(frozen=True)
class LeptonEnergy(DepositRange):
    """Total energies of the lepton between those of backward and forward ones.

    Attributes
    ----------
    reaction : masses.

    Examples
    --------
    >>> positron = LeptonEnergy(TwoBody(938.272, 939.565, 0.511))
    >>> positron.t_max(np.array([1.8, 3.0]))
    array([0.   , 1.706...])
    """

    reaction: TwoBody

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest energy of the lepton at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        return self.reaction.end(e_nu, 1.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest energy of the lepton at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        return self.reaction.end(e_nu, -1.0)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can produce leptons of energy `t`, MeV."""
        return self.reaction.neutrino_energy(t, 1.0)

    def e_max(self, t: FloatArray) -> FloatArray:
        """Largest neutrino energy that can produce leptons of energy `t`, MeV."""
        return self.reaction.neutrino_energy(t, -1.0)


@quick_methods
@dataclass(frozen=True)
class Transfer(DepositRange):
    """Energy transfers by neutral currents: excitation and recoil.

    Attributes
    ----------
    reaction : masses, that of the lepton 0.

    Examples
    --------
    >>> carbon = Transfer(TwoBody(12109.5, 12113.2, 0.0))
    >>> carbon.t_min(np.array([3.0, 10.0]))
    array([0.    , 3.70...])
    """

    reaction: TwoBody

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest transfer at neutrino energies `e_nu`, MeV; 0 below the threshold."""
        back = self.reaction.end(e_nu, -1.0)
        return np.where(e_nu >= self.reaction.threshold, e_nu - back, 0.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest transfer at neutrino energies `e_nu`, MeV; 0 below the threshold."""
        forward = self.reaction.end(e_nu, 1.0)
        return np.where(e_nu >= self.reaction.threshold, e_nu - forward, 0.0)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can transfer `t`, MeV."""
        r = self.reaction
        # at 180°: 2E(E − t) = M t − K
        least = (r.product**2 - r.target**2) / (2 * r.target)
        excess = np.maximum(r.target * (t - least) / 2, 0.0)
        energy = (t + np.sqrt(t**2 + 4 * excess)) / 2
        return np.where(t >= least, np.maximum(energy, r.threshold), np.inf)


@quick_methods
@dataclass(frozen=True)
class FirstOrderRange(DepositRange):
    """Total energies of the positron, to first order in 1/M.

    Examples
    --------
    >>> FirstOrderRange().t_max(np.array([1.8, 3.0]))
    array([0.   , 1.705...])
    """

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest positron energy at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        return vogel_beacom.end(e_nu, 1.0)

    def t_min(self, e_nu: FloatArray) -> FloatArray:
        """Smallest positron energy at neutrino energies `e_nu`, MeV; 0 below the
        threshold."""
        return vogel_beacom.end(e_nu, -1.0)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can produce positrons of energy `t`, MeV."""
        return vogel_beacom.antineutrino_energy(t, 1.0)

    def e_max(self, t: FloatArray) -> FloatArray:
        """Largest neutrino energy that can make positrons of the energy `t`, MeV."""
        return vogel_beacom.antineutrino_energy(t, -1.0)
