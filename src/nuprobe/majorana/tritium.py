"""Electrons of tritium near the endpoint: β decay, and capture of relic neutrinos,
separated by a gap of twice the neutrino mass (Long:2014zva, of which only the abstract
was read; the formulas are textbook ones, and the resulting half-life of tritium is
checked).

For the neutrino mass state i, with energies x above the endpoint of massless neutrinos,

    β decay   dΓ/dx = N_T |U_ei|² (σ̄ c/π²) ε √(ε² − m_i²),   ε = −x ≥ m_i
    capture   Γ_i   = N_T |U_ei|² σ̄ c n_i at x = +m_i,

with the same σ̄ = 3.834e-45 cm², since both have the same matrix element. n_i is 56 per
cm³ per helicity times the clustering. Slow neutrinos keep their helicity: of Majorana
neutrinos both helicities are captured, of Dirac ones the left-handed half, with the
weight 1 + v for the mean velocity v of a relic neutrino, so that massless ones have
equal rates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import AVOGADRO, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.majorana.relic import (
    DENSITY,
    HELICITIES,
    LIGHT_CM_S,
    SIGMA,
    TRITIUM,
    YEAR_S,
    Nature,
)
from nuprobe.numerics import FloatArray, gauss_legendre, number, numbers
from nuprobe.oscillation import PMNS, Splittings
from nuprobe.units import eV

__all__ = ["TritiumElectrons", "mean_velocity"]

_TEMPERATURE: Final = 1.676e-10
"""Temperature of relic neutrinos today, 1.945 K in MeV."""
_FWHM: Final = float(2 * np.sqrt(2 * np.log(2)))


@lru_cache(maxsize=1)
def _momenta() -> tuple[FloatArray, FloatArray]:
    """Momenta over the temperature, and weights of the Fermi–Dirac distribution."""
    x, w = gauss_legendre(200)
    y = 60 * x
    weight = w * y**2 / (np.exp(y) + 1)
    return y, weight / weight.sum()


@public
def mean_velocity(mass: ArrayLike) -> FloatArray:
    """Mean velocity of unclustered relic neutrinos today, over that of light.

    Parameters
    ----------
    mass : of the neutrino in MeV, 0 or more.

    Returns
    -------
    array
        Of the shape of `mass`.

    Raises
    ------
    InputError
        If a mass is negative.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> mean_velocity([0.0, 0.05 * eV]).round(4)
    array([1.    , 0.0106])
    """
    m = numbers("masses of neutrinos in MeV", mass)
    if np.any(m < 0):
        raise InputError("masses of neutrinos must not be negative")
    y, weight = _momenta()
    ratio = m[..., None] / _TEMPERATURE
    return np.asarray((y / np.hypot(y, ratio)) @ weight)


@public
@quick_methods
@dataclass(frozen=True)
class TritiumElectrons:
    """Electrons of a mass of tritium near the endpoint, and those from relic neutrinos.

    Attributes
    ----------
    lightest : mass of the lightest neutrino, MeV (``0.1 * eV``).
    nature : ``"dirac"`` or ``"majorana"``.
    tritium : atomic tritium in g.
    clustering : local density of relic neutrinos over that of the mean universe.
    mixing, splittings : of three neutrinos; the default is NuFIT's best fit of the
        normal ordering.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> found = TritiumElectrons(0.1 * eV, "majorana")
    >>> round(float(found.captures.sum()), 2)
    8.11
    >>> (found.gap / eV).round(3)
    array([0.2  , 0.2  , 0.212])
    """

    lightest: float
    nature: Nature = "dirac"
    tritium: float = 100.0
    clustering: float = 1.0
    mixing: PMNS = field(default_factory=PMNS)
    splittings: Splittings = field(default_factory=Splittings)

    def __post_init__(self) -> None:
        if self.nature not in HELICITIES:
            raise UnknownNameError("nature of the neutrino", self.nature, HELICITIES)
        for what, value in (
            ("tritium in g", self.tritium),
            ("clustering", self.clustering),
        ):
            if number(what, value) < 0:
                raise InputError(f"{what} must not be negative, got {value:g}")
        number("the mass of the lightest neutrino in MeV", self.lightest, "0.1 * eV")
        if self.masses.size != self.weights.size:
            raise InputError(
                "mixing and splittings must be for the same number of neutrinos"
            )

    @property
    def masses(self) -> FloatArray:
        """Of the mass states, MeV."""
        return self.splittings.masses(self.lightest)

    @property
    def weights(self) -> FloatArray:
        """|U_ei|² of the mass states."""
        return np.asarray(np.abs(self.mixing.matrix[0]) ** 2)

    @property
    def gap(self) -> FloatArray:
        """Distance of the peak of each mass state from the end of β decay, MeV: its
        mass plus that of the lightest state."""
        return self.masses + float(self.masses.min())

    @property
    def captures(self) -> FloatArray:
        """Captures of each mass state per year."""
        density = DENSITY * self.clustering * np.ones(self.masses.size)
        if self.nature == "majorana":
            density = density * HELICITIES["majorana"]
        else:
            density = density * (1 + np.where(self.masses > 0, self._velocity, 1.0))
        rate = self._atoms * SIGMA * LIGHT_CM_S * YEAR_S
        return np.asarray(rate * self.weights * density)

    @property
    def _velocity(self) -> FloatArray:
        return mean_velocity(self.masses)

    @property
    def _atoms(self) -> float:
        return self.tritium / TRITIUM * AVOGADRO

    def capture_spectrum(self, energy: ArrayLike, resolution: float) -> FloatArray:
        """Electrons from captures, per year and MeV.

        Parameters
        ----------
        energy : of the electron above the endpoint of massless neutrinos, MeV.
        resolution : full width at half maximum of a line, MeV.

        Returns
        -------
        array
            Of the shape of `energy`.
        """
        x, sigma = _seen(energy, resolution)
        lines = _gaussian(x[..., None] - self.masses, sigma)
        return np.asarray(lines @ self.captures)

    def decay_spectrum(self, energy: ArrayLike, resolution: float) -> FloatArray:
        """Electrons from β decay near the endpoint, per year and MeV.

        Parameters
        ----------
        energy, resolution : as of `capture_spectrum`; energies within some 100 eV of
            the endpoint, where the electron phase space is constant.

        Returns
        -------
        array
            Of the shape of `energy`.
        """
        x, sigma = _seen(energy, resolution)
        if np.any(x < -100 * eV):
            raise InputError(
                "the beta spectrum is valid near the endpoint: give energies above"
                f" -100 eV, got {float(x.min()) / eV:.4g} eV"
            )
        total = np.zeros(x.shape)
        nodes, weights = gauss_legendre(400)
        for m, share in zip(self.masses, self.weights, strict=True):
            # ε dε = p dp; the line reaches twelve standard deviations
            top = np.maximum(-x + 12 * sigma, m)
            bottom = np.clip(-x - 12 * sigma, m, top)
            low, high = (np.sqrt(np.maximum(e**2 - m**2, 0.0)) for e in (bottom, top))
            p = low[..., None] + (high - low)[..., None] * nodes
            line = _gaussian(x[..., None] + np.hypot(p, m), sigma)
            total += share * ((p**2 * line) @ weights) * (high - low)
        # natural units: σ̄/π² · MeV³ · 1/(ħc)³ · c
        scale = SIGMA / np.pi**2 / HBARC_MEV_CM**3 * LIGHT_CM_S * YEAR_S
        return np.asarray(self._atoms * scale * total)

    def counts(self, resolution: float) -> tuple[float, float]:
        """Captures and β decays per year within half the resolution of the peak of the
        state with the largest capture rate.

        Parameters
        ----------
        resolution : full width at half maximum of a line, MeV.
        """
        peak = float(self.masses[int(np.argmax(self.captures))])
        nodes, weights = gauss_legendre(48)
        at = peak + resolution * (nodes - 0.5)
        found = [
            float(spectrum(at, resolution) @ weights) * resolution
            for spectrum in (self.capture_spectrum, self.decay_spectrum)
        ]
        return found[0], found[1]


def _seen(energy: ArrayLike, resolution: float) -> tuple[FloatArray, float]:
    """Energies and standard deviation of a line."""
    if not number("the resolution in MeV", resolution, "0.1 * eV") > 0:
        raise InputError(f"the resolution must be positive (MeV), got {resolution:g}")
    return numbers("energies of electrons in MeV", energy), resolution / _FWHM


def _gaussian(x: FloatArray, sigma: float) -> FloatArray:
    return np.asarray(np.exp(-0.5 * (x / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma))
