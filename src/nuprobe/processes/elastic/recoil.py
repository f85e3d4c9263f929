"""Kinematics of elastic scattering off a target at rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.numerics import FloatArray
from nuprobe.processes.interface import DepositRange

__all__ = ["Recoil", "polynomial", "recoil_maximum"]


@public
def recoil_maximum(e_nu: ArrayLike, mass: float) -> FloatArray:
    """Largest recoil energy 2E²/(M + 2E).

    Parameters
    ----------
    e_nu : neutrino energies in MeV, any shape.
    mass : of what recoils, MeV.

    Returns
    -------
    array
        MeV, of the shape of `e_nu`.

    Examples
    --------
    >>> float(recoil_maximum(30.0, 37215.5))
    0.048289
    """
    e = np.asarray(e_nu, dtype=float)
    result: FloatArray = 2 * e**2 / (mass + 2 * e)
    return result


@quick_methods
@dataclass(frozen=True)
class Recoil(DepositRange):
    """Recoil energies from 0 to 2E²/(M + 2E).

    Attributes
    ----------
    mass : M of what recoils, MeV.

    Examples
    --------
    >>> electron = Recoil(0.511)
    >>> t = electron.t_max(np.array(1.0))
    >>> float(electron.e_min(t))
    1.0
    """

    mass: float

    def t_max(self, e_nu: FloatArray) -> FloatArray:
        """Largest recoil energy at neutrino energies `e_nu`, MeV."""
        return recoil_maximum(e_nu, self.mass)

    def e_min(self, t: FloatArray) -> FloatArray:
        """Smallest neutrino energy that can give the recoil energy `t`, MeV."""
        return np.asarray((t + np.sqrt(t**2 + 2 * self.mass * t)) / 2)

    def t_at(self, q: float) -> float:
        """Recoil energy at the momentum transfer `q` (MeV): q² = 2MT."""
        return q**2 / (2 * self.mass)


def polynomial(
    *coefficients: Callable[[FloatArray], ArrayLike],
) -> Callable[[FloatArray], FloatArray]:
    """Amplitudes of a `KernelGroup` from its coefficients a_n(T).

    Parameters
    ----------
    coefficients : T → a_n(T), one per power, each broadcast to the shape of T.

    Examples
    --------
    >>> polynomial(lambda t: 1.0, lambda t: -t)(np.array([2.0, 3.0]))
    array([[ 1., -2.],
           [ 1., -3.]])
    """

    def amplitudes(t: FloatArray) -> FloatArray:
        result = np.empty((*np.shape(t), len(coefficients)))
        for i, coefficient in enumerate(coefficients):
            result[..., i] = coefficient(t)
        return result

    return amplitudes
