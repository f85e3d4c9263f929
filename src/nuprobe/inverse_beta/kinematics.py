"""Kinematics of ν + target → lepton + product with the target at rest, exact.

With masses M, M′, m of target, product and lepton and K = (M′² − M² − m²)/2, leptons of
energy E_l and momentum k at the angle θ to the neutrino have

    E (M − E_l + k cos θ) = K + M E_l.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["TwoBody"]

_TINY = 1e-150


@readable
@dataclass(frozen=True)
class TwoBody:
    """A reaction with two particles in the end.

    Attributes
    ----------
    target, product, lepton : masses in MeV.

    Examples
    --------
    >>> ibd = TwoBody(938.272, 939.565, 0.511)
    >>> round(ibd.threshold, 3)
    1.806
    """

    target: float
    product: float
    lepton: float

    @property
    def threshold(self) -> float:
        """Smallest energy of the neutrino, MeV."""
        products = self.product + self.lepton
        return (products**2 - self.target**2) / (2 * self.target)

    @property
    def _k(self) -> float:
        return (self.product**2 - self.target**2 - self.lepton**2) / 2

    def momentum(self, e_l: FloatArray) -> FloatArray:
        """Momentum of leptons of total energy `e_l`, both MeV; 0 below their mass."""
        return np.sqrt(np.maximum(e_l**2 - self.lepton**2, 0.0))

    def cosine(self, e_nu: FloatArray, e_l: FloatArray) -> FloatArray:
        """Cosine of the angle at which leptons have the energy `e_l`, for neutrinos of
        energy `e_nu`, MeV; inside the allowed region."""
        k = np.maximum(self.momentum(e_l), _TINY)
        along = (self._k + self.target * e_l) / e_nu - self.target + e_l
        return np.clip(along / k, -1.0, 1.0)

    def lepton_energy(self, e_nu: FloatArray, cos: FloatArray) -> FloatArray:
        """Total energy of leptons at an angle.

        Just above the threshold they all go forward and each angle has two energies;
        this is the larger one.

        Parameters
        ----------
        e_nu : energy of the neutrino, MeV.
        cos : cosine of the angle, broadcast against `e_nu`.

        Returns
        -------
        array
            In MeV; NaN at angles that are not allowed.
        """
        total, along = e_nu + self.target, e_nu * cos
        free = e_nu * self.target - self._k
        kappa = total**2 - along**2
        with np.errstate(invalid="ignore"):
            root = np.sqrt(free**2 - self.lepton**2 * kappa)
            return np.asarray((total * free + along * root) / kappa)

    def slope(self, e_nu: FloatArray, cos: FloatArray, e_l: FloatArray) -> FloatArray:
        """dE_l/dcos θ in MeV at the cosine `cos` that belongs to energies `e_nu` and
        `e_l` (MeV)."""
        k = np.maximum(self.momentum(e_l), _TINY)
        return np.asarray(e_nu * k / (self.target + e_nu * (1 - cos * e_l / k)))

    def end(self, e_nu: FloatArray, sign: float) -> FloatArray:
        """Energy of the lepton that goes along (`sign` 1) or against (−1) the momentum
        of the neutrino of energy `e_nu` in the centre of mass, MeV; 0 below the
        threshold."""
        e = np.maximum(e_nu, self.threshold)
        s = self.target * (self.target + 2 * e)
        root = np.sqrt(s)
        energy = (s - self.product**2 + self.lepton**2) / (2 * root)
        boosted = (e + self.target) * energy + sign * e * self.momentum(energy)
        return np.where(e_nu >= self.threshold, boosted / root, 0.0)

    def neutrino_energy(self, e_l: FloatArray, cos: float) -> FloatArray:
        """Energy of neutrinos that produce leptons of energy `e_l` (MeV) at a cosine
        `cos`; infinite where there are none."""
        slack = self.target - e_l + cos * self.momentum(e_l)
        energy = (self._k + self.target * e_l) / np.where(slack > 0, slack, 1.0)
        return np.where((slack > 0) & (e_l >= self.lepton), energy, np.inf)
