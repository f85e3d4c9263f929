"""Scattering rate of neutrinos off e±, and rate of energy exchange with them.

The number rate is Γ_i = Σ_j A|μ_ij|² T³ c(T), an average over Fermi–Dirac neutrinos of
the screened cross section on Fermi–Dirac electrons and positrons,

    c = (1/n_ν) ∫dn_ν ∫dn_e v σ/(A μ² T³),

and the weak one that of Boltzmann statistics, 64(g_L² + g_R²) G_F²T⁵/π³, times the true
density of e± over 4T³/π². The energy rate is the coupling of the temperatures,

    Γ_E = [∂(dρ_i/dt)/∂T]/(dρ_i/dT).

For moments the first is some twenty times the second: soft scattering flips helicities
but does not thermalise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import G_FERMI, M_ELECTRON, PLANCK_MASS
from nuprobe.cosmology import tables
from nuprobe.cosmology.collisions import COUPLINGS
from nuprobe.cosmology.magnetic import MAGNETIC_UNIT, bracket
from nuprobe.cosmology.moments import Moments, read_moments
from nuprobe.cosmology.plasma import (
    checked_temperature,
    debye_mass,
    electron_densities,
)
from nuprobe.cosmology.screening import (
    Screening,
    ScreeningName,
    checked_screening,
)
from nuprobe.cosmology.thermodynamics import equation_of_state
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, flag, panel_nodes
from nuprobe.reprs import readable

__all__ = [
    "FLAVOURS",
    "Flavour",
    "Rates",
    "expansion_rate",
    "interaction_rates",
    "number_factor",
    "scattering_average",
]

Flavour = Literal["nu_e", "nu_mu", "nu_tau"]
FLAVOURS: Final[tuple[Flavour, ...]] = ("nu_e", "nu_mu", "nu_tau")
_NU: Final = 7 * math.pi**2 / 120


def scattering_average(
    m: float, mass2: float, screening: ScreeningName, order: int = 10
) -> float:
    """c of the number rate, for one fermion of unit charge and its antiparticle.

    Parameters
    ----------
    m : its mass over the temperature.
    mass2 : m_D² over the temperature squared.
    screening : of the photon.
    order : nodes in each of the panels.

    Examples
    --------
    >>> round(scattering_average(0.51099895, 0.1714262**2, "talk"), 3)
    1.899
    """
    x, wx = panel_nodes((0.0, 1.5, 4.0, 9.0, 18.0, 40.0), order)
    v, wv = panel_nodes((0.0, 1.2, 2.4, 3.8, 6.3), order)
    fermi = x * x / (np.exp(x) + 1) * wx
    e2 = m + v * v
    p2 = v * np.sqrt(2 * m + v * v)
    electrons = p2 * e2 * 2 * v * wv / (np.exp(np.minimum(e2, 600.0)) + 1)
    # in the logarithm of a = s − m² = 2E₁(E₂ − p₂ cos): σ begins as ln a
    low, high = (2 * x[:, None] * (e2 + k * p2) for k in (-1.0, 1.0))
    if m == 0:
        low = 1e-6 * mass2 * np.ones_like(high)
    y, wy = panel_nodes((0.0, 0.5, 1.0), order)
    span = np.log(high / low)
    a = low[..., None] * np.exp(span[..., None] * y)
    sigma = bracket(a + m * m, mass2, screening, m)
    # v σ dcos = σ a da /(4 E₁² E₂ p₂)
    inner = (a * a * sigma * wy).sum(axis=-1) * span
    inner = inner / (4 * (x * x)[:, None] * e2 * p2)
    total = fermi @ inner @ electrons / fermi.sum()
    # two charges, two spins, (2π)⁻³ and the azimuth
    return float(total * 4 / (2 * math.pi) ** 2)


@lru_cache(maxsize=8)
def _averages(screening: Screening) -> Any:
    """ln c over ln T."""
    from scipy.interpolate import CubicSpline

    x = np.linspace(math.log(tables.COLDEST), math.log(100.0), 60)
    t = np.clip(np.exp(x), tables.COLDEST, 100.0)
    masses = debye_mass(t) / t
    values = [
        scattering_average(M_ELECTRON / one, float(mass) ** 2, screening)
        for one, mass in zip(t, masses, strict=True)
    ]
    return CubicSpline(x, np.log(values))


@public
def number_factor(
    temperature: ArrayLike, screening: Screening = "debye", *, blocking: bool = False
) -> FloatArray:
    """c(T): the rate of magnetic scattering over A μ² T³.

    Parameters
    ----------
    temperature : of plasma and neutrinos in MeV, 0.03 to 100, any shape.
    screening : ``"debye"``, ``"talk"``, ``"cut"`` or ``"linear"``.
    blocking : with Pauli blocking of the final state, which lowers it by 8 to 15 %; the
        published decoupling criteria do not include it.

    Returns
    -------
    array

    Raises
    ------
    InputError
        For a temperature outside the tables or an unknown screening.

    Examples
    --------
    >>> [round(float(number_factor(1.0, s)), 2) for s in ("debye", "talk")]
    [1.55, 1.9]
    """
    checked_screening(screening)
    t = _warm(temperature)
    free = np.asarray(np.exp(_averages(screening)(np.log(t))))
    if not flag("blocking", blocking):
        return free
    return free * tables.factors(f"blocking_{screening}", t)


def _warm(temperature: ArrayLike) -> FloatArray:
    t = checked_temperature(temperature)
    if np.any(t < tables.COLDEST):
        raise InputError(
            f"temperature must be at least {tables.COLDEST:g} MeV, the lower end of"
            f" the collision tables; got {np.min(t):g} MeV"
        )
    return t


def expansion_rate(temperature: FloatArray, dark: float = 0.0) -> FloatArray:
    """H in MeV while photons, e± and three neutrinos have one temperature.

    Parameters
    ----------
    temperature : in MeV, any shape.
    dark : further radiation over the energy of one neutrino at that temperature.

    Examples
    --------
    >>> print(f"{float(expansion_rate(np.array(1.0))):.4g}")
    4.442e-22
    """
    t = np.asarray(temperature, float)
    rho = equation_of_state("e3").energy(t) + (3 + dark) * _NU * t**4
    return np.asarray(np.sqrt(8 * math.pi / 3 * rho) / PLANCK_MASS)


@readable
@dataclass(frozen=True, eq=False)
class Rates:
    """Rates of one flavour in MeV, shape of the temperatures.

    Attributes
    ----------
    temperature : of plasma and neutrinos, MeV.
    weak_number, magnetic_number : scattering rates of a neutrino.
    weak_energy, magnetic_energy : coupling Γ_E of its temperature to the plasma's.
    expansion : H.
    flavour, screening, exchange_screening : as given.

    Examples
    --------
    >>> rates = interaction_rates(None, "nu_e", 1.5)
    >>> round(float(rates.weak_energy / rates.expansion), 2)
    1.02
    """

    temperature: FloatArray
    weak_number: FloatArray
    magnetic_number: FloatArray
    weak_energy: FloatArray
    magnetic_energy: FloatArray
    expansion: FloatArray
    flavour: Flavour
    screening: Screening
    exchange_screening: ScreeningName


@public
def interaction_rates(
    model: Any,
    flavour: Flavour,
    temperature: ArrayLike,
    *,
    screening: Screening = "debye",
    exchange_screening: ScreeningName = "none",
    blocking: bool = False,
) -> Rates:
    """Number and energy rates of a flavour compared with the expansion, for equal
    temperatures of plasma and neutrinos.

    Parameters
    ----------
    model : None, `StandardModel` or `Electromagnetic` with moments.
    flavour : ``"nu_e"``, ``"nu_mu"`` or ``"nu_tau"``.
    temperature : in MeV, 0.03 to 100, any shape.
    screening : of the photon in the number of scatterings.
    exchange_screening : of the photon in the energy exchange, also ``"none"``.
    blocking : include Pauli blocking also in the number of magnetic scatterings; the
        energy exchange always includes it.

    Returns
    -------
    Rates

    Raises
    ------
    InputError
        For another model, flavour or screening, or a temperature outside of the tables.

    Examples
    --------
    >>> from nuprobe.models import Electromagnetic
    >>> model = Electromagnetic(magnetic_moment={"emu": 1e-10}, kind="majorana")
    >>> rates = interaction_rates(model, "nu_e", 3.0)
    >>> round(float(rates.magnetic_number / rates.magnetic_energy))
    18
    """
    checked_screening(screening)
    checked_screening(exchange_screening, bare=True)
    if flavour not in FLAVOURS:
        raise UnknownNameError("flavour", flavour, FLAVOURS)
    moments = model if isinstance(model, Moments) else read_moments(model)
    t = _warm(temperature)
    size = MAGNETIC_UNIT * moments.sums[FLAVOURS.index(flavour)]
    weak_number, weak_energy = _weak(flavour, t)
    soft = 12 * tables.factors(f"magnetic_scattering_{exchange_screening}", t)
    pairs = 14 * tables.factors("magnetic_annihilation", t)
    return Rates(
        temperature=t,
        weak_number=weak_number,
        magnetic_number=size * t**3 * number_factor(t, screening, blocking=blocking),
        weak_energy=weak_energy,
        magnetic_energy=size * (soft + pairs) * t**3 / (math.pi**4 * 4 * _NU),
        expansion=expansion_rate(t),
        flavour=flavour,
        screening=screening,
        exchange_screening=exchange_screening,
    )


def _weak(flavour: Flavour, t: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Number and energy rate of the weak interaction."""
    name = "e" if flavour == "nu_e" else "mu"
    left, right = COUPLINGS[f"nu_{name}"]
    size = G_FERMI**2 * (left**2 + right**2)
    density = sum(electron_densities(t)) / (4 * t**3 / math.pi**2)
    pairs = 9 * 32 * tables.factors(f"weak_annihilation_{name}", t)
    soft = 56 * tables.factors(f"weak_scattering_{name}", t)
    energy = 4 * size * (pairs + soft) * t**5 / (math.pi**5 * 4 * _NU)
    return np.asarray(64 * size * t**5 / math.pi**3 * density), np.asarray(energy)
