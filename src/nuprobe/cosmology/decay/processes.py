"""Rates of energetic photons and electrons in the plasma after nucleosynthesis, and the
spectra of their products.

All are per unit time in MeV (natural units) for nuclei, electrons and black-body
photons of a temperature T; E is the energy of the incoming particle, E′ that of the
outgoing one. Formulas as in Kawasaki:1994sc and Cyburt:2002uv, as given in
Depta:2020mhj (checked in its code, not in the first two papers): pair production on
black-body photons, scattering of photons by photons, pair production on nuclei
(unscreened), Compton and inverse Compton scattering. Positrons do not annihilate in
flight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.cosmology.decay.thermal import (
    compton_parts,
    pair_parts,
    pair_rate_integral,
)
from nuprobe.numerics import FloatArray

__all__ = [
    "Medium",
    "bethe_heitler",
    "bethe_heitler_spectrum",
    "compton",
    "compton_spectrum",
    "inverse_compton",
    "pair_production",
    "pair_spectrum",
    "photon_scattering",
    "photon_spectrum_scattered",
]

_M: Final = M_ELECTRON
_RADIUS: Final = ALPHA_EM / M_ELECTRON
"""Classical radius of the electron, 1/MeV."""
_ZETA3: Final = 1.2020569031595942


@dataclass(frozen=True)
class Medium:
    """Black body, electrons and nuclei.

    Attributes
    ----------
    temperature : of the black body in MeV.
    eta : baryons per photon.
    y_p : helium mass fraction of baryons.
    """

    temperature: float
    eta: float
    y_p: float

    @property
    def baryons(self) -> float:
        """Density of baryons, MeV³."""
        return float(self.eta * 2 * _ZETA3 / np.pi**2 * self.temperature**3)

    @property
    def electrons(self) -> float:
        """Density of electrons, MeV³."""
        return self.baryons * (1 - self.y_p / 2)

    @property
    def charges(self) -> float:
        """Σ n Z² of nuclei, MeV³: equal to n_b for hydrogen and helium."""
        return self.baryons


def pair_production(e: FloatArray, medium: Medium) -> FloatArray:
    """Rate of γγ → e⁺e⁻ on the black body, 1/(8E²)∫dε n/ε² ∫ds s σ.

    Parameters
    ----------
    e : energy in MeV, any shape.
    medium : with the temperature.

    Examples
    --------
    >>> float(pair_production(np.array([1.0]), Medium(1e-5, 6e-10, 0.25))[0]) < 1e-200
    True
    """
    t = medium.temperature
    scale = _RADIUS**2 * _M**4 * t / (np.pi * e**2)
    return scale * pair_rate_integral(_M**2 / (e * t))


def pair_spectrum(out: FloatArray, e: FloatArray, medium: Medium) -> FloatArray:
    """Spectrum dΓ/dE′ of electrons and positrons together from γγ → e⁺e⁻, 1/MeV × MeV.

    Parameters
    ----------
    out, e : energies E′ and E in MeV, one shape.
    medium : with the temperature.

    Examples
    --------
    >>> at = np.array([400.0, 600.0]), np.array([1e3, 1e3])
    >>> a, b = pair_spectrum(*at, Medium(1e-3, 6e-10, 0.25))
    >>> bool(abs(a / b - 1) < 1e-12)
    True
    """
    t = medium.temperature
    other = e - out
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where((other > 0) & (out > 0), e**2 / (out * other), np.inf)
    inside = np.isfinite(r) & (r * _M**2 < 4 * e * t * 500)
    r = np.where(inside, r, 4.0)
    flat, steep = pair_parts(r * _M**2 / (4 * e * t))
    scale = _RADIUS**2 * _M**4 * t / (4 * np.pi * e**3)
    return np.where(inside, 2 * scale * r * (flat + r * steep), 0.0)


def photon_scattering(e: FloatArray, medium: Medium) -> FloatArray:
    """Rate of γγ → γγ on the black body, below the threshold of pairs.

    Parameters
    ----------
    e : energy in MeV, any shape.
    medium : with the temperature.

    Examples
    --------
    >>> x = photon_scattering(np.array([1.0, 2.0]), Medium(1e-5, 6e-10, 0.25))
    >>> round(float(x[1] / x[0]), 3)
    8.0
    """
    t = medium.temperature
    number = 1946 * 8 * np.pi**3 / (50625 * 63)
    rate = number * ALPHA_EM**4 * _M * (e / _M) ** 3 * (t / _M) ** 6
    return rate * np.exp(-e * t / _M**2)


def photon_spectrum_scattered(
    out: FloatArray, e: FloatArray, medium: Medium
) -> FloatArray:
    """Spectrum dΓ/dE′ of both photons from γγ → γγ.

    Parameters
    ----------
    out, e : energies E′ and E in MeV, one shape.
    medium : with the temperature.

    Examples
    --------
    >>> at = np.array([0.25, 0.75]), np.ones(2)
    >>> a, b = photon_spectrum_scattered(*at, Medium(1e-5, 6e-10, 0.25))
    >>> bool(abs(a / b - 1) < 1e-12)
    True
    """
    x = out / e
    shape = np.where((x > 0) & (x < 1), (1 - x + x**2) ** 2, 0.0)
    return photon_scattering(e, medium) / e * shape * 2 / 0.7


def compton(e: FloatArray, medium: Medium) -> FloatArray:
    """Rate of Compton scattering (Klein and Nishina).

    Parameters
    ----------
    e : energy in MeV, any shape.
    medium : with the electrons.

    Examples
    --------
    >>> m = Medium(1e-5, 6e-10, 0.25)
    >>> thomson = 8 * np.pi / 3 * (0.0072973526 / 0.510999) ** 2 * m.electrons
    >>> round(float(compton(np.array([1e-4]), m)[0] / thomson), 3)
    1.0
    """
    x = 2 * e / _M
    closed = (1 - 4 / x - 8 / x**2) * np.log1p(x) + 0.5 + 8 / x - 0.5 / (1 + x) ** 2
    closed = np.where(x < 2e-2, 4 / 3 * x * (1 - x + 1.3 * x**2), closed)
    return medium.electrons * 2 * np.pi * _RADIUS**2 / x * closed


def compton_spectrum(out: FloatArray, e: FloatArray, medium: Medium) -> FloatArray:
    """Spectrum dΓ/dE′ of photons from Compton scattering; electrons gain E − E′.

    Parameters
    ----------
    out, e : energies E′ and E in MeV, one shape.
    medium : with the electrons.

    Examples
    --------
    >>> x = compton_spectrum(np.array([0.1]), np.array([5.0]), Medium(1e-5, 6e-10, 0.2))
    >>> float(x[0])
    0.0
    """
    inside = (out <= e) & (out * (1 + 2 * e / _M) >= e)
    safe = np.where(inside, out, e)
    shift = _M / safe - _M / e
    shape = e / safe + safe / e + shift**2 - 2 * shift
    rate = np.pi * _RADIUS**2 * _M / e**2 * medium.electrons * shape
    return np.where(inside, rate, 0.0)


def bethe_heitler(e: FloatArray, medium: Medium) -> FloatArray:
    """Rate of pair production on nuclei, without screening (Maximon's series).

    Parameters
    ----------
    e : energy in MeV, any shape.
    medium : with the nuclei.

    Examples
    --------
    >>> float(bethe_heitler(np.array([1.0]), Medium(1e-5, 6e-10, 0.25))[0])
    0.0
    """
    k = np.maximum(e / _M, 2.0)
    rho = (2 * k - 4) / (k + 2 + 2 * np.sqrt(2 * k))
    series = 1 + rho / 2 + 23 / 40 * rho**2 + 11 / 60 * rho**3 + 29 / 960 * rho**4
    low = 2 * np.pi / 3 * ((k - 2) / k) ** 3 * series
    ell, q = np.log(2 * k), (2 / k) ** 2
    first = 2 / 3 * ell**3 - ell**2 + (6 - np.pi**2 / 3) * ell
    high = 28 / 9 * ell - 218 / 27
    high = high + q * (first + 2 * _ZETA3 + np.pi**2 / 6 - 7 / 2)
    high = high - q**2 * (3 / 16 * ell + 1 / 8)
    high = high - q**3 * (29 / 2304 * ell - 77 / 13824)
    size = ALPHA_EM * _RADIUS**2 * medium.charges
    return np.asarray(size * np.where(k < 4, low, high))


def bethe_heitler_spectrum(
    out: FloatArray, e: FloatArray, medium: Medium
) -> FloatArray:
    """Spectrum dΓ/dE′ of electrons and positrons together from pairs on nuclei (Bethe
    and Heitler, Born approximation).

    Parameters
    ----------
    out, e : total energy E′ and energy E of the photon in MeV, one shape.
    medium : with the nuclei.

    Examples
    --------
    >>> at = np.array([2.0, 8.0]), np.full(2, 10.0)
    >>> a, b = bethe_heitler_spectrum(*at, Medium(1e-5, 6e-10, 0.25))
    >>> bool(abs(a / b - 1) < 1e-12)
    True
    """
    inside = (out > _M * (1 + 1e-9)) & (e - out > _M * (1 + 1e-9))
    k = np.where(inside, e, 4 * _M) / _M
    up = np.where(inside, out / _M, 2.0)
    down = k - up
    p, m = np.sqrt(up**2 - 1), np.sqrt(down**2 - 1)
    both, product = up * down, p * m
    lp, lm = 2 * np.log(up + p), 2 * np.log(down + m)
    ell = 2 * np.log((both + product + 1) / k)
    shape = -4 / 3 - 2 * both * (p**2 + m**2) / product**2
    shape = shape + lp * down / p**3 + lm * up / m**3 - lp * lm / product
    tail = (both - m**2) / m**3 * lm + (both - p**2) / p**3 * lp
    tail = tail + 2 * k * both / product**2
    inner = k**2 / product**3 * (both**2 + product**2) - 8 / 3 * both / product
    shape = shape + ell * (inner - k / (2 * product) * tail)
    scale = 2 * ALPHA_EM * _RADIUS**2 * medium.charges / _M
    return np.where(inside, scale * product / k**3 * shape, 0.0)


def inverse_compton(
    e: FloatArray, least: FloatArray, medium: Medium
) -> tuple[FloatArray, FloatArray]:
    """Scattering of electrons by the black body.

    Parameters
    ----------
    e : energies of electrons in MeV, (electrons,).
    least : smallest u = ε/T of the black body that can give the photon, (points,).
    medium : with the temperature.

    Returns
    -------
    tuple
        Fraction of the energy taken by the photon, and the rate per unit of ln(least),
        both (electrons, points).

    Examples
    --------
    >>> u, m = np.geomspace(1e-6, 100, 4000), Medium(1e-6, 6e-10, 0.25)
    >>> rate = inverse_compton(np.array([5.0]), u, m)[1]
    >>> total = float(np.trapezoid(rate[0], np.log(u)))
    >>> thomson = 8 * np.pi / 3 * (0.0072973526 / 0.510999) ** 2
    >>> round(total / (thomson * 2 * 1.2020569 / np.pi**2 * 1e-18), 3)
    1.0
    """
    t = medium.temperature
    w = 4 * e[:, None] * t / _M**2 * least
    share = w / (1 + w)
    soft, hard = compton_parts(least)
    shape = soft + w**2 / (2 * (1 + w)) * hard
    scale = 2 * _RADIUS**2 * _M**2 * t**2 / np.pi / e
    # d(share) = w/(1 + w)² d ln(least)
    return share, scale[:, None] * shape * w / (1 + w) ** 2
