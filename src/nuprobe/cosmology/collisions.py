"""Collision integrals of neutrinos with e± in thermal equilibrium: energy exchange with
Fermi–Dirac statistics, Pauli blocking and the mass of the electron.

For neutrinos at T_ν = T − ΔT the energy gain rate is, to first order and for isotropic
distributions,

    scattering    (ΔT/T²) ∫ dΠ |M|² f₁f₂(1−f₃)(1−f₄) (E₁−E₃)²/2
    annihilation  (ΔT/T²) ∫ dΠ |M|² f₁f₂(1−f₃)(1−f₄) (E₁+E₂)²

since f/(1−f) is an exponential. Of the twelve dimensions of phase space four remain,
the energy ω and momentum q that the exchanged particle carries and one energy on each
side, ∫dΠ = (1/256π⁵) ∫dq dω dE₁ dE₂ and a mean over one azimuth, which is analytic
because s is linear in its cosine. With |t| = q² sin²θ, ω = q cos θ Gauss–Legendre rules
converge exponentially.

The results are ratios to Boltzmann statistics and a massless electron. Without its mass
the weak ones are the known 0.829 and 0.884 (EscuderoAbenza:2020cmq), which validates
the code: for magnetic moments only |M|² differs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal, get_args

import numpy as np

from nuprobe.border import public
from nuprobe.constants import M_ELECTRON
from nuprobe.cosmology.plasma import debye_mass
from nuprobe.cosmology.screening import ScreeningName, smallest_transfer, weight
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, gauss_legendre, number

__all__ = [
    "COUPLINGS",
    "CollisionKind",
    "blocking_factor",
    "collision_factor",
    "scatterings",
]

CollisionKind = Literal[
    "weak scattering",
    "weak annihilation",
    "magnetic scattering",
    "magnetic annihilation",
]
COUPLINGS: Final = {"nu_e": (0.727, 0.233), "nu_mu": (-0.273, 0.233)}
"""g_L and g_R of ν e scattering, with radiative corrections; ν_τ as ν_μ."""

_TOP: Final = 44.0  # energies over T at which the quadrature ends
_NORMS: Final = {  # Boltzmann statistics, massless, over T⁶ΔT or T⁸ΔT
    "weak scattering": 56 / math.pi**5,
    "weak annihilation": 9 * 32 / math.pi**5,
    "magnetic scattering": 12 / math.pi**4,
    "magnetic annihilation": 14 / math.pi**4,
}
Kernel = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _fermi(energy: FloatArray) -> FloatArray:
    return np.asarray(1 / (np.exp(np.minimum(energy, 600.0)) + 1))


def _blocking(*energies: FloatArray) -> FloatArray:
    """f₁f₂(1−f₃)(1−f₄) at energies over T."""
    f1, f2, f3, f4 = map(_fermi, energies)
    return np.asarray(f1 * f2 * (1 - f3) * (1 - f4))


def _scattering(
    m: float,
    kernel: Kernel,
    order: int,
    quantum: bool,
    least: float = 0.0,
    number: bool = False,
) -> float:
    """Integral for scattering in units of T, for an electron of mass `m` and |t| from
    `least` on; `kernel` has the mean of s − m², half its squared amplitude in the
    azimuth, and t. With `number`, scatterings are counted (f₁f₂ instead of f₁f₂ω²/2),
    with Pauli blocking if `quantum`; q then needs more nodes at its lower end."""
    power = 3 if number else 2
    x, wx = gauss_legendre(order)
    y, wy = gauss_legendre(2 * order // 3)
    q = math.sqrt(least) + _TOP * (x**power)[:, None, None, None]
    start = np.arcsin(math.sqrt(least) / q)
    angle = start + (np.pi - 2 * start) * x[:, None, None]
    sin, cos = np.sin(angle), np.cos(angle)
    t, omega = -((q * sin) ** 2), q * cos
    outer = (power * _TOP * x ** (power - 1) * wx)[:, None, None, None]
    outer = outer * (np.pi - 2 * start) * wx[:, None, None]
    e1 = (q + omega) / 2 + _TOP * (y * y)[:, None]
    e2 = (q * np.sqrt(1 - 4 * m * m / t) - omega) / 2 + _TOP * y * y
    p2 = np.sqrt(e2**2 - m * m)
    c1 = (2 * e1 * omega - t) / (2 * e1 * q)
    c2 = (2 * e2 * omega + t) / (2 * p2 * q)
    mean = 2 * e1 * (e2 - p2 * c1 * c2)
    wave = 2 * (e1 * p2) ** 2 * np.maximum((1 - c1**2) * (1 - c2**2), 0)
    if number and not quantum:
        f = _fermi(e1) * _fermi(e2)
    else:
        f = _blocking(e1, e2, e1 - omega, e2 + omega) if quantum else np.exp(-e1 - e2)
    inner = (2 * _TOP * y * wy)[:, None] * (2 * _TOP * y * wy)
    integrand = kernel(mean, wave, t) * f * (q * sin)
    if not number:
        integrand = integrand * omega**2 / 2
    return float((integrand * outer * inner).sum() / (256 * np.pi**5))


def _annihilation(m: float, kernel: Kernel, order: int, quantum: bool) -> float:
    """Integral for annihilation in units of T, for an electron of mass `m`; `kernel`
    has the mean of m² − t, half its squared amplitude in the azimuth, and s."""
    x, wx = gauss_legendre(order)
    y, wy = gauss_legendre(2 * order // 3)
    total = (2 * m + 2 * _TOP * x * x)[:, None, None, None]
    largest = np.sqrt(total**2 - 4 * m * m)
    q = largest * (1 - (1 - x) ** 2)[:, None, None]
    s = total**2 - q**2
    outer = (4 * _TOP * x * wx)[:, None, None, None] * largest
    outer = outer * (2 * (1 - x) * wx)[:, None, None]
    speed = np.sqrt(1 - 4 * m * m / s)
    e1 = total / 2 + q * (y - 0.5)[:, None]
    e3 = total / 2 + q * speed * (y - 0.5)
    p3 = np.sqrt(e3**2 - m * m)
    c1 = (e1**2 + q**2 - (total - e1) ** 2) / (2 * e1 * q)
    c3 = (e3**2 + q**2 - (total - e3) ** 2) / (2 * p3 * q)
    mean = 2 * e1 * (e3 - p3 * c1 * c3)
    wave = 2 * (e1 * p3) ** 2 * np.maximum((1 - c1**2) * (1 - c3**2), 0)
    f = _blocking(e1, total - e1, e3, total - e3) if quantum else np.exp(-total)
    inner = (wy[:, None] * wy) * q * q * speed
    integrand = kernel(mean, wave, s) * f * total**2
    return float((integrand * outer * inner).sum() / (256 * np.pi**5))


def _weak_scattering(left: float, right: float, m: float) -> Kernel:
    """Scattering of ν and ν̄ on e⁻ and e⁺; s ↔ u between e⁻ and e⁺."""

    def kernel(a: FloatArray, wave: FloatArray, t: FloatArray) -> FloatArray:
        squares = (a * a + (a + t) ** 2 + 2 * wave) / 4
        mixed = left * right * m * m * t
        return np.asarray(2 * 128 * ((left**2 + right**2) * squares + mixed))

    return kernel


def _weak_annihilation(left: float, right: float, m: float) -> Kernel:
    def kernel(a: FloatArray, wave: FloatArray, s: FloatArray) -> FloatArray:
        squares = left**2 * (a * a + wave) + right**2 * ((s - a) ** 2 + wave)
        return np.asarray(128 * (squares / 4 + left * right * m * m * s / 2))

    return kernel


def _magnetic_scattering(screening: ScreeningName, mass2: float, m: float) -> Kernel:
    """(s−m²)(m²−u)/|t| for four kinds: ν and ν̄ on e⁻ and e⁺."""
    cuts = screening in ("cut", "talk")  # screened by limiting the range of |t|

    def kernel(a: FloatArray, wave: FloatArray, t: FloatArray) -> FloatArray:
        photon = -1 / t if cuts else weight(-t, mass2, screening, m)
        return np.asarray(128 * np.pi * (a * (a + t) + wave) * photon)

    return kernel


def _magnetic_annihilation() -> Kernel:
    def kernel(a: FloatArray, wave: FloatArray, s: FloatArray) -> FloatArray:
        return np.asarray(32 * np.pi * (a * (s - a) - wave) / s)

    return kernel


@public
def collision_factor(
    kind: CollisionKind,
    temperature: float,
    *,
    flavour: Literal["nu_e", "nu_mu"] = "nu_e",
    screening: ScreeningName = "none",
    massless: bool = False,
    quantum: bool = True,
    order: int = 24,
) -> float:
    """Energy exchange of neutrinos with e± over that of Boltzmann statistics with
    massless electrons, near thermal equilibrium.

    Parameters
    ----------
    kind : ``"weak scattering"``, ``"weak annihilation"``, ``"magnetic scattering"`` or
        ``"magnetic annihilation"``.
    temperature : in MeV.
    flavour : of the weak couplings, ``"nu_e"`` or ``"nu_mu"`` (ν_τ is the same).
    screening : of the photon in magnetic scattering; ``"none"`` is finite here.
    massless : neglect the electron mass.
    quantum : Fermi–Dirac statistics and blocking.
    order : of the quadrature; 24 is good to 2e-5, 48 to 1e-8.

    Returns
    -------
    float
        1 for Boltzmann statistics without mass.

    Raises
    ------
    InputError
        For an unknown kind, flavour or screening, or a temperature that is not
        positive.

    Examples
    --------
    >>> f = [collision_factor(f"weak {k}", 1.0, massless=True)
    ...      for k in ("scattering", "annihilation")]
    >>> [round(x, 3) for x in f]
    [0.829, 0.884]
    """
    if kind not in _NORMS:
        raise UnknownNameError("kind of collision", kind, _NORMS)
    if flavour not in COUPLINGS:
        raise UnknownNameError("flavour", flavour, COUPLINGS)
    if screening not in get_args(ScreeningName):
        raise UnknownNameError("screening", screening, get_args(ScreeningName))
    if not number("temperature", temperature) > 0:
        raise InputError(f"temperature must be positive, got {temperature:g} MeV")
    if not 8 <= order <= 64:
        raise InputError(f"order must lie between 8 and 64, got {order}")
    m = 0.0 if massless else M_ELECTRON / temperature
    left, right = COUPLINGS[flavour]
    scale, least = _NORMS[kind], 0.0
    if kind.startswith("weak"):
        scale *= 4 * (left**2 + right**2)
        pick = _weak_scattering if kind == "weak scattering" else _weak_annihilation
        kernel = pick(left, right, m)
    elif kind == "magnetic scattering":
        mass2 = 0.0
        if screening != "none":
            mass2 = float(debye_mass(temperature) / temperature) ** 2
        kernel = _magnetic_scattering(screening, mass2, m)
        least = float(smallest_transfer(mass2, screening, m))
    else:
        kernel = _magnetic_annihilation()
    if kind.endswith("scattering"):
        return _scattering(m, kernel, order, quantum, least) / scale
    return _annihilation(m, kernel, order, quantum) / scale


def scatterings(
    temperature: float, screening: ScreeningName, blocked: bool, order: int = 32
) -> float:
    """Magnetic scattering rate of a neutrino over A μ² T³.

    Parameters
    ----------
    temperature : in MeV.
    screening : of the photon, not ``"none"``.
    blocked : with Pauli blocking of both final-state fermions.
    order : of the quadrature; 32 is good to 2e-5.

    Examples
    --------
    >>> [round(scatterings(1.0, "debye", b), 3) for b in (False, True)]
    [1.552, 1.331]
    """
    m = M_ELECTRON / temperature
    mass2 = float(debye_mass(temperature) / temperature) ** 2
    kernel = _magnetic_scattering(screening, mass2, m)
    least = float(smallest_transfer(mass2, screening, m))
    total = _scattering(m, kernel, order, blocked, least, number=True)
    # two of the four kinds in the kernel, ν alone, over its density 3ζ(3)/4π²
    return total / 2 * 4 * math.pi**2 / (3 * 1.2020569031595942)


def blocking_factor(
    temperature: float, screening: ScreeningName, order: int = 32
) -> float:
    """Fraction of magnetic scatterings allowed by Pauli blocking.

    Parameters
    ----------
    temperature : in MeV.
    screening : of the photon, not ``"none"``.
    order : of the quadrature.

    Examples
    --------
    >>> round(blocking_factor(1.0, "debye"), 3)
    0.857
    """
    left, all_of_them = (
        scatterings(temperature, screening, b, order) for b in (True, False)
    )
    return left / all_of_them
