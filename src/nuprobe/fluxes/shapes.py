"""Analytic shapes of spectra: reactor polynomials, allowed β decay, pinched thermal
emission."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nuprobe.constants import ALPHA_EM, HBARC_MEV_FM, M_ELECTRON
from nuprobe.numerics import FloatArray

__all__ = [
    "allowed_electron_decay",
    "allowed_positron_decay",
    "exp_polynomial",
    "pinched",
]


def exp_polynomial(e_nu: FloatArray, coefficients: Sequence[float]) -> FloatArray:
    """exp(Σ_k a_k E^k): ν̄_e per fission and MeV; Huber:2011wv table III,
    Mueller:2011nm table VI.

    Parameters
    ----------
    e_nu : neutrino energies in MeV, any shape.
    coefficients : a_k, with E in MeV.

    Examples
    --------
    >>> float(exp_polynomial(np.array(0.0), [0.0, -1.0]))
    1.0
    """
    return np.asarray(
        np.exp(np.polynomial.polynomial.polyval(e_nu, np.asarray(coefficients)))
    )


def allowed_positron_decay(
    e_nu: FloatArray, endpoint: float, z: int, a: int
) -> FloatArray:
    """Allowed spectrum p_e E_e E_ν² F(−Z, E_e) of the neutrino of a β⁺ decay, not
    normalised.

    Parameters
    ----------
    e_nu : neutrino energies in MeV from 0 to `endpoint`, any shape.
    endpoint : largest neutrino energy in MeV.
    z, a : charge and mass number of the daughter; F is the Fermi function of a point
        charge at R = 1.2 A^{1/3} fm.

    Returns
    -------
    array
        0 at both ends. Screening, finite size, recoil and radiative corrections are
        neglected; it agrees with the tables of pp, hep (Bahcall:1997eg), 13N and 17F
        (Bahcall:1987jc) neutrinos within 1e-3.

    Examples
    --------
    >>> float(allowed_positron_decay(np.array(0.0), 0.42, 1, 2))
    0.0
    """
    return _allowed(e_nu, endpoint, -z, a)


def allowed_electron_decay(
    e_nu: FloatArray, endpoint: float, z: int, a: int
) -> FloatArray:
    """Allowed spectrum p_e E_e E_ν² F(Z, E_e) of the antineutrino of a β⁻ decay, not
    normalised.

    Parameters
    ----------
    e_nu : neutrino energies in MeV from 0 to `endpoint`, any shape.
    endpoint : largest neutrino energy in MeV.
    z, a : charge and mass number of the daughter, as in `allowed_positron_decay`.

    Returns
    -------
    array
        With the same approximations; the spectrum ends in a step where the electron is
        at rest.

    Examples
    --------
    >>> float(allowed_electron_decay(np.array(0.0), 2.28, 40, 90))
    0.0
    """
    return _allowed(e_nu, endpoint, z, a)


def _allowed(e_nu: FloatArray, endpoint: float, z: int, a: int) -> FloatArray:
    """Allowed spectrum of an electron (`z` positive) or positron (negative)."""
    from scipy.special import loggamma

    total = M_ELECTRON + np.clip(endpoint - e_nu, 0.0, None)
    momentum = np.sqrt(np.maximum(total**2 - M_ELECTRON**2, np.finfo(float).tiny))
    gamma = np.sqrt(1 - (ALPHA_EM * z) ** 2)
    eta = ALPHA_EM * z * total / momentum
    radius = 1.2 * a ** (1 / 3) / HBARC_MEV_FM
    # |Γ(γ + iη)|² e^{πη}: in logarithms, since η diverges where the positron stops
    log_fermi = (
        np.pi * eta
        + 2 * np.real(loggamma(gamma + 1j * eta))
        + 2 * (gamma - 1) * np.log(2 * momentum * radius)
    )
    log_fermi += np.log(2 * (1 + gamma)) - 2 * np.real(loggamma(2 * gamma + 1))
    # where the positron stops, π η + ln|Γ|² → 2 π η: far below the smallest float
    log_fermi = np.clip(log_fermi, -700.0, None)
    if z > 0:  # p F stays finite where the electron stops
        return np.asarray(total * e_nu**2 * np.exp(log_fermi + np.log(momentum)))
    return np.asarray(momentum * total * e_nu**2 * np.exp(log_fermi))


def pinched(e_nu: FloatArray, mean: float, alpha: float) -> FloatArray:
    """Normalised E^α exp(−(α + 1) E/⟨E⟩), per MeV; Keil:2002in.

    Parameters
    ----------
    e_nu : neutrino energies in MeV, any shape.
    mean : mean energy ⟨E⟩ in MeV.
    alpha : pinching α; 2 is Maxwell–Boltzmann.

    Examples
    --------
    >>> f"{pinched(np.array(10.0), mean=10.0, alpha=2.0):.4f}"
    '0.0672'
    """
    from math import lgamma, log

    x = (alpha + 1) * np.asarray(e_nu, dtype=float) / mean
    # x**alpha keeps x = 0 exact for alpha = 0
    return np.asarray(
        x**alpha * np.exp(-x - lgamma(alpha + 1) + log((alpha + 1) / mean))
    )
