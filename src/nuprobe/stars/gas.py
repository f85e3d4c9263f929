"""Electrons in the core of a star: chemical potential, plasma frequency and the typical
velocity v_* of the electrons, from integrals at any degeneracy.

With f∓ the occupation of electrons and positrons, v = p/E (Braaten:1993jw)

    n_e = (1/π²) ∫ p² dp (f₋ − f₊) = Y_e ρ N_A
    ω_p² = (4α/π) ∫ dp (p²/E) (1 − v²/3) (f₋ + f₊)
    ω_1² = (4α/π) ∫ dp (p²/E) (5v²/3 − v⁴) (f₋ + f₊)          v_* = ω_1/ω_p.

At zero temperature ω_p² = 4παn_e/E_F and v_* = v_F; without degeneracy and pairs
ω_p² → 4παn_e/m_e and v_*² → 5T/m_e.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.constants import ALPHA_EM, AVOGADRO, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import ComputationError, InputError
from nuprobe.numerics import FloatArray, number, panel_nodes
from nuprobe.reprs import readable

__all__ = [
    "DENSITIES",
    "KELVIN",
    "TEMPERATURES",
    "ElectronGas",
    "electron_gas",
]

KELVIN: Final = 8.617333262e-11
"""MeV (Boltzmann's constant, exact in the 2019 SI, rounded)."""
DENSITIES: Final = (1e2, 1e12)
"""g/cm³ of ρY_e: below it electrons are bound in atoms, above it there are muons."""
TEMPERATURES: Final = (1e7, 1e10)
"""K: below it electrons may be bound, above it muons and pions are as abundant."""

_NODES: Final = 24


@readable
@dataclass(frozen=True)
class ElectronGas:
    """Electrons at one density and temperature.

    Attributes
    ----------
    density : ρ in g/cm³.
    temperature : T in MeV.
    y_e : electrons per nucleon.
    chemical_potential : of electrons, mass included, in MeV.
    fermi_momentum : (3π²n_e)^⅓ in MeV.
    plasma_frequency : ω_p in MeV.
    velocity : v_*, typical velocity of the electrons.
    error : relative error of ω_p², from a second quadrature order.

    Examples
    --------
    >>> electron_gas(1e6, 1e8).degeneracy > 10
    True
    """

    density: float
    temperature: float
    y_e: float
    chemical_potential: float
    fermi_momentum: float
    plasma_frequency: float
    velocity: float
    error: float

    @property
    def k_max(self) -> float:
        """Momentum in MeV above which there are no longitudinal plasmons (ω = k)."""
        v = self.velocity
        return self.plasma_frequency * math.sqrt(3 * _lengthened(v))

    @property
    def degeneracy(self) -> float:
        """(Fermi energy − m_e)/T."""
        energy = math.hypot(self.fermi_momentum, M_ELECTRON)
        return (energy - M_ELECTRON) / self.temperature


def _lengthened(v: float) -> float:
    """(atanh v/v − 1)/v², by its series at small v."""
    if v < 0.05:
        return sum(v ** (2 * n) / (2 * n + 3) for n in range(7))
    return (math.atanh(v) / v - 1) / (v * v)


def _checked(what: str, value: Any, limits: tuple[float, float], unit: str) -> float:
    found = number(what, value)
    low, high = limits
    if not low <= found <= high:
        raise InputError(
            f"{what} must lie between {low:g} and {high:g}{unit}, where the plasmon"
            f" formulas are valid; got {found:g}"
        )
    return found


def _edges(mu: float, t: float) -> FloatArray:
    """Kinetic energies, MeV, between which occupations are smooth."""
    kinetic = mu - M_ELECTRON
    steps = t * np.array([0.3, 1.0, 2.5, 5.0, 8.0, 12.0, 18.0, 26.0, 40.0])
    if kinetic > 0:
        around = np.concatenate([kinetic - steps, [kinetic], kinetic + steps])
        below = kinetic * np.array([0.02, 0.1, 0.3, 0.6])
        edges = np.concatenate([[0.0], around[around > 0], below])
    else:
        edges = np.concatenate([[0.0], steps])
    return np.unique(edges)


def _occupations(
    mu: float, t: float, nodes: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """p, E, their weight dp and the occupations f₋ and f₊ in two rows."""
    # kinetic energy u²: the momentum is smooth in u also at zero
    u, w = panel_nodes(np.sqrt(_edges(mu, t)), nodes)
    energy = M_ELECTRON + u * u
    p = u * np.sqrt(u * u + 2 * M_ELECTRON)
    weight = 2 * u * w * energy / p
    shifts = np.array([[-mu], [mu]])
    f = 1 / (np.exp(np.minimum((energy + shifts) / t, 600.0)) + 1)
    return p, energy, weight, f


def _number(mu: float, t: float, nodes: int = _NODES) -> float:
    """n₋ − n₊ in MeV³."""
    p, _, weight, f = _occupations(mu, t, nodes)
    return float((p * p * weight * (f[0] - f[1])).sum() / math.pi**2)


def _frequencies(mu: float, t: float, nodes: int) -> tuple[float, float]:
    """ω_p² and ω_1² in MeV²."""
    p, energy, weight, f = _occupations(mu, t, nodes)
    v2 = (p / energy) ** 2
    common = p * p / energy * weight * f.sum(axis=0)
    size = 4 * ALPHA_EM / math.pi
    first = size * float((common * (1 - v2 / 3)).sum())
    second = size * float((common * (5 * v2 / 3 - v2 * v2)).sum())
    return first, second


def _potential(density: float, t: float) -> float:
    """Chemical potential in MeV of electrons with n₋ − n₊ = `density`, MeV³."""
    from scipy.optimize import brentq

    fermi = math.hypot((3 * math.pi**2 * density) ** (1 / 3), M_ELECTRON)

    # negative potentials are those of positrons, so the root is positive
    def excess(mu: float) -> float:
        return _number(mu, t) / density - 1

    found, report = brentq(
        excess, 0.0, fermi + 5 * t, xtol=1e-14, rtol=1e-13, full_output=True
    )
    if not report.converged:
        raise ComputationError(
            f"no solution for the chemical potential of {density:g} MeV³ of"
            f" electrons at {t:g} MeV"
        )
    return float(found)


@public
def electron_gas(density: float, temperature: float, y_e: float = 0.5) -> ElectronGas:
    """Electrons in a star of a density and temperature.

    Parameters
    ----------
    density : ρ in g/cm³.
    temperature : in kelvin, within `TEMPERATURES`.
    y_e : electrons per nucleon, 0.5 for helium; ρY_e within `DENSITIES`.

    Raises
    ------
    InputError
        Outside these ranges; the message states them.

    Examples
    --------
    The core of a red giant before helium burns, in keV:

    >>> round(1e3 * electron_gas(1e6, 1e8).plasma_frequency, 2)
    17.99
    """
    share = number("y_e", y_e)
    if not 0 < share <= 1:
        raise InputError(
            f"y_e, electrons per nucleon, must be positive and at most 1; got {share:g}"
        )
    rho = number("density", density)
    if not DENSITIES[0] <= rho * share <= DENSITIES[1]:
        low, high = (limit / share for limit in DENSITIES)
        raise InputError(
            f"density must lie between {low:g} and {high:g} g/cm³ at y_e ="
            f" {share:g}, where the plasmon formulas are valid; got {rho:g}"
        )
    kelvin = _checked("temperature", temperature, TEMPERATURES, " K")
    t = kelvin * KELVIN
    electrons = share * rho * AVOGADRO * HBARC_MEV_CM**3
    mu = _potential(electrons, t)
    squared, first = _frequencies(mu, t, _NODES)
    other, _ = _frequencies(mu, t, _NODES + 8)
    return ElectronGas(
        density=rho,
        temperature=t,
        y_e=share,
        chemical_potential=mu,
        fermi_momentum=(3 * math.pi**2 * electrons) ** (1 / 3),
        plasma_frequency=math.sqrt(squared),
        velocity=math.sqrt(first / squared),
        error=abs(other / squared - 1),
    )
