"""Nucleons of a Fermi gas: cross sections averaged over their motion."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nuprobe.numerics import FloatArray, gauss_legendre

__all__ = ["fermi_average", "lowest_energy"]


def lowest_energy(threshold: float, mass: float, k_f: float) -> float:
    """Threshold energy of a neutrino (MeV) on a nucleon moving towards it.

    Parameters
    ----------
    threshold : on a nucleon at rest, MeV.
    mass, k_f : of the nucleon, and the Fermi momentum, MeV.

    Examples
    --------
    >>> round(lowest_energy(235.1, 938.27, 235.0), 1)
    183.5
    """
    return threshold * mass / (math.hypot(mass, k_f) + k_f)


def fermi_average(
    sigma: Callable[[FloatArray], FloatArray],
    e_nu: FloatArray,
    mass: float,
    k_f: float,
    n: int = 24,
) -> FloatArray:
    """Cross section averaged over a Fermi sphere of free nucleons: ⟨σ(E*) k·p/(E E_N)⟩
    with E* = k·p/M.

    Parameters
    ----------
    sigma : cross section on a nucleon at rest, a function of an array of energies in
        MeV.
    e_nu : energies in MeV, shape (energies,).
    mass, k_f : of the nucleon, and the Fermi momentum, MeV.
    n : Gauss–Legendre points in momentum and angle.

    Returns
    -------
    array, shape (energies,)

    Examples
    --------
    >>> fermi_average(np.ones_like, np.array([500.0]), 938.27, 235.0)
    array([1.])
    """
    t, w = gauss_legendre(n)
    momentum, cos = (k_f * t)[:, None], 2 * t - 1
    weight = (3 * t**2 * w)[:, None] * w
    energy = np.hypot(mass, momentum)
    factor = 1 - momentum * cos / energy
    e_star = np.asarray(e_nu)[:, None, None] * energy * factor / mass
    return np.asarray(
        (sigma(e_star.ravel()).reshape(e_star.shape) * weight * factor).sum((1, 2))
    )
