"""Plasmons: frequency, residue and four-momentum squared of both polarisations.

Braaten and Segel (Braaten:1993jw), good to a per cent at every temperature and density,
with x = v_* k/ω:

    transverse     ω² = k² + ω_p² F_T(x)    F_T = 3/(2x²) [1 − (1 − x²) atanh(x)/x]
    longitudinal   ω² = ω_p² F_L(x)         F_L = (3/x²) [atanh(x)/x − 1],  k ≤ k_max

both with series at small x, where the brackets cancel: F_T = 3 Σ x²ⁿ/((2n+1)(2n+3)),
F_L = 3 Σ x²ⁿ/(2n+3). Residues, with K² = ω² − k²:

    Z_T = 2ω²(ω² − v²k²)/[3ω_p²ω² + (ω² + k²)(ω² − v²k²) − 2ω²K²]
    Z_L = (ω²/K²) 2(ω² − v²k²)/[3ω_p² − (ω² − v²k²)].
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.numerics import FloatArray, numbers
from nuprobe.stars.gas import ElectronGas

__all__ = [
    "POLARISATIONS",
    "Polarisation",
    "longitudinal_function",
    "longitudinal_residue",
    "plasmon_frequency",
    "plasmon_residue",
    "transverse_frequency",
    "transverse_function",
    "transverse_residue",
]

Polarisation = Literal["transverse", "longitudinal"]
POLARISATIONS: Final[tuple[str, ...]] = get_args(Polarisation)

_SERIES: Final = 0.2
"""x below which the functions equal their series, to 1e-16."""
_TERMS: Final = 13


def _split(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """x² for the series, and x where the closed forms are used."""
    small = np.minimum(x, _SERIES) ** 2
    return small, np.clip(x, _SERIES, 1 - 1e-16)


def transverse_function(x: FloatArray) -> FloatArray:
    """F_T, between 1 and 3/2.

    Parameters
    ----------
    x : v_* k/ω from 0 to 1, any shape.

    Examples
    --------
    >>> transverse_function(np.array([0.0, 1.0]))
    array([1. , 1.5])
    """
    x = np.asarray(x, dtype=float)
    small, big = _split(x)
    series = sum(3 * small**n / ((2 * n + 1) * (2 * n + 3)) for n in range(_TERMS))
    closed = 1.5 / big**2 * (1 - (1 - big**2) * np.arctanh(big) / big)
    return np.where(x < _SERIES, series, closed)


def longitudinal_function(x: FloatArray) -> FloatArray:
    """F_L, from 1 on.

    Parameters
    ----------
    x : v_* k/ω from 0 to below 1, any shape.

    Examples
    --------
    >>> longitudinal_function(np.array([0.0, 0.5]))
    array([1.        , 1.18334746])
    """
    x = np.asarray(x, dtype=float)
    small, big = _split(x)
    series = sum(3 * small**n / (2 * n + 3) for n in range(_TERMS))
    closed = 3 / big**2 * (np.arctanh(big) / big - 1)
    return np.where(x < _SERIES, series, closed)


def transverse_frequency(k: FloatArray, gas: ElectronGas) -> FloatArray:
    """ω of transverse plasmons in MeV.

    Parameters
    ----------
    k : momentum in MeV, any shape.
    gas : the electrons.

    Examples
    --------
    >>> from nuprobe.stars import electron_gas
    >>> gas = electron_gas(1e6, 1e8)
    >>> bool(transverse_frequency(np.array(0.0), gas) == gas.plasma_frequency)
    True
    """
    k = np.asarray(k, dtype=float)
    w2, v = gas.plasma_frequency**2, gas.velocity
    square = np.zeros_like(k) + w2
    # ω² − k² lies within [ω_p², 3ω_p²/2], and each step shrinks its error
    for _ in range(100):
        before = square
        square = w2 * transverse_function(v * k / np.sqrt(k * k + before))
        if np.all(np.abs(square - before) <= 1e-13 * square):
            return np.sqrt(k * k + square)
    raise ComputationError(
        f"no solution for the frequency of transverse plasmons at ω_p = {w2**0.5:g} MeV"
    )


def transverse_residue(
    k: FloatArray, omega: FloatArray, gas: ElectronGas
) -> FloatArray:
    """Z_T.

    Parameters
    ----------
    k, omega : momentum and frequency in MeV.
    gas : the electrons.

    Examples
    --------
    >>> from nuprobe.stars import electron_gas
    >>> gas = electron_gas(1e6, 1e8)
    >>> float(transverse_residue(np.array(0.0), np.array(gas.plasma_frequency), gas))
    1.0
    """
    w, kk = omega * omega, k * k
    slow = w - gas.velocity**2 * kk
    below = 3 * gas.plasma_frequency**2 * w + (w + kk) * slow - 2 * w * (w - kk)
    return np.asarray(2 * w * slow / below)


def longitudinal_residue(
    k: FloatArray, omega: FloatArray, gas: ElectronGas
) -> FloatArray:
    """Z_L K²/ω², finite where ω = k.

    Parameters
    ----------
    k, omega : momentum and frequency in MeV.
    gas : the electrons.

    Examples
    --------
    >>> from nuprobe.stars import electron_gas
    >>> gas = electron_gas(1e6, 1e8)
    >>> float(longitudinal_residue(np.array(0.0), np.array(gas.plasma_frequency), gas))
    1.0
    """
    slow = omega * omega - gas.velocity**2 * k * k
    return np.asarray(2 * slow / (3 * gas.plasma_frequency**2 - slow))


def _longitudinal(k: FloatArray, gas: ElectronGas) -> FloatArray:
    """ω in MeV of longitudinal plasmons, by bisection in x = v_* k/ω: from 0 to v_*."""
    w, v = gas.plasma_frequency, gas.velocity
    low, high = np.zeros_like(k), np.full_like(k, v)
    for _ in range(60):
        x = (low + high) / 2
        above = x * w * np.sqrt(longitudinal_function(x)) > v * k
        low, high = np.where(above, low, x), np.where(above, x, high)
    return np.asarray(w * np.sqrt(longitudinal_function((low + high) / 2)))


@public
def plasmon_frequency(
    k: ArrayLike, gas: ElectronGas, polarisation: Polarisation = "transverse"
) -> FloatArray:
    """Frequency of plasmons of a momentum.

    Parameters
    ----------
    k : momentum in MeV, not negative, any shape; of longitudinal plasmons up to
        `ElectronGas.k_max`.
    gas : the electrons, from `electron_gas`.
    polarisation : ``"transverse"`` or ``"longitudinal"``.

    Returns
    -------
    array
        ω in MeV.

    Raises
    ------
    InputError
        For a negative momentum, or one at which there are no longitudinal plasmons.

    Examples
    --------
    >>> from nuprobe.stars import electron_gas
    >>> gas = electron_gas(1e6, 1e8)
    >>> waves = plasmon_frequency([0.0, 0.01], gas)
    >>> np.round(1e3 * waves, 2)  # keV
    array([17.99, 20.72])
    """
    momenta = _momenta(k, gas, polarisation)
    if polarisation == "transverse":
        return transverse_frequency(momenta, gas)
    return _longitudinal(momenta, gas)


def _momenta(k: ArrayLike, gas: ElectronGas, polarisation: str) -> FloatArray:
    if polarisation not in POLARISATIONS:
        raise UnknownNameError("polarisation", polarisation, POLARISATIONS)
    if not isinstance(gas, ElectronGas):
        raise InputError("gas must be the result of nuprobe.stars.electron_gas")
    momenta = numbers("k", k)
    if not np.all((momenta >= 0) & np.isfinite(momenta)):
        raise InputError("k, in MeV, must be finite and not negative")
    if polarisation == "longitudinal" and np.any(momenta > gas.k_max):
        raise InputError(
            f"there are no longitudinal plasmons above k_max = {gas.k_max:g} MeV; got"
            f" {momenta.max():g} MeV"
        )
    return momenta


@public
def plasmon_residue(
    k: ArrayLike, gas: ElectronGas, polarisation: Polarisation = "transverse"
) -> FloatArray:
    """Residue Z of the plasmon propagator, which multiplies decay widths.

    Parameters
    ----------
    k : momentum in MeV, not negative, any shape; of longitudinal plasmons below
        `ElectronGas.k_max`, where K² = 0 and Z is infinite.
    gas : the electrons, from `electron_gas`.
    polarisation : ``"transverse"`` or ``"longitudinal"``.

    Returns
    -------
    array
        Z.

    Raises
    ------
    InputError
        As `plasmon_frequency`, and at k_max for longitudinal plasmons.

    Examples
    --------
    >>> from nuprobe.stars import electron_gas
    >>> gas = electron_gas(1e6, 1e8)
    >>> np.round(plasmon_residue([0.0, 0.01], gas, "longitudinal"), 3)
    array([1.   , 1.307])
    """
    momenta = _momenta(k, gas, polarisation)
    omega = plasmon_frequency(momenta, gas, polarisation)
    if polarisation == "transverse":
        return transverse_residue(momenta, omega, gas)
    mass2 = omega**2 - momenta**2
    if np.any(mass2 <= 1e-12 * omega**2):
        raise InputError(
            f"the residue of longitudinal plasmons is infinite at k_max ="
            f" {gas.k_max:g} MeV"
        )
    return longitudinal_residue(momenta, omega, gas) * omega**2 / mass2
