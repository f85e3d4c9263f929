"""Coulomb distortion of the electron in the field of the product nucleus."""

from __future__ import annotations

import numpy as np

from nuprobe.constants import ALPHA_EM, HBARC_MEV_FM
from nuprobe.numerics import FloatArray

__all__ = ["fermi_function"]


def fermi_function(
    energy: FloatArray, momentum: FloatArray, z: int, radius: float
) -> FloatArray:
    """Relativistic Fermi function F(Z, E) of a point charge, taken at the nuclear
    radius,

        2(1 + γ) (2pR)^{2(γ−1)} e^{πy} |Γ(γ + iy)|²/Γ(2γ + 1)²,
        γ = √(1 − (αZ)²), y = αZE/p.

    Parameters
    ----------
    energy, momentum : of the electron, MeV.
    z : charge of the nucleus; negative for positrons.
    radius : R in fm.

    Returns
    -------
    array
        1 for `z` = 0; at rest it is 0 for positrons and infinite for electrons (finite
        if multiplied by p).

    Examples
    --------
    >>> fermi_function(np.array([1.0, 10.0]), np.array([0.86, 9.987]), 7, 3.0)
    array([1.21650394, 1.17958556])
    """
    from scipy.special import loggamma

    if z == 0:
        return np.ones(np.shape(energy))
    strength = ALPHA_EM * z
    root = np.sqrt(1 - strength**2)
    with np.errstate(divide="ignore"):
        y = strength * energy / momentum
        size = (2 * momentum * radius / HBARC_MEV_FM) ** (2 * (root - 1))
    phases = 2 * np.real(loggamma(root + 1j * y) - loggamma(2 * root + 1))
    return np.asarray(2 * (1 + root) * size * np.exp(np.pi * y + phases))
