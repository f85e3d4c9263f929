"""Energy loss of a star by plasmon decay into pairs of neutrinos.

Width of a plasmon with K² = ω² − k², residue Z, from a magnetic moment and from the
weak vector coupling of electrons (the axial one adds less than 1e-3 and is neglected):

    Γ_μ = (4π/3ω) Z (μ_ν²/2)(K²/4π)² = μ_ν² Z (K²)²/(24π ω)
    Γ_W = (4π/3ω) Z (ΣC_V² G_F²/α)(K²/4π)³,
    ΣC_V² = (½ + 2s²)² + 2(−½ + 2s²)²

and the energy loss rate per volume, with two transverse and one longitudinal
polarisation,

    Q = Σ ∫ k² dk/(2π²) ω Γ/(e^{ω/T} − 1).

If ω_p, T ≪ m_e, Q_μ/Q_W = 0.3185 (μ_ν/1e-12 μ_B)² (10 keV/ω_p)².
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import (
    ALPHA_EM,
    G_FERMI,
    HBAR_MEV_S,
    HBARC_MEV_CM,
    M_ELECTRON,
    SIN2_THETA_W_MZ,
)
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray, number, panel_nodes
from nuprobe.reprs import readable
from nuprobe.stars.dispersion import (
    Polarisation,
    longitudinal_function,
    longitudinal_residue,
    plasmon_frequency,
    plasmon_residue,
    transverse_frequency,
    transverse_residue,
)
from nuprobe.stars.gas import KELVIN, ElectronGas, electron_gas

__all__ = ["Emission", "fitted_emission", "plasmon_emission", "plasmon_width"]

_BOHR: Final = math.sqrt(math.pi * ALPHA_EM) / M_ELECTRON
"""e/2m_e in MeV⁻¹."""
_ERG: Final = 1.602176634e-6  # per MeV
_PER_VOLUME: Final = _ERG / HBARC_MEV_CM**3 / HBAR_MEV_S
"""erg/cm³/s of a MeV⁵."""
_FIT_VECTOR: Final = 0.9315
"""ΣC_V² used in the fit (sin²θ_W = 0.2319)."""
_NODES: Final = 20
_STEPS: Final = (0.0, 0.25, 0.7, 1.5, 3.0, 5.0, 8.0, 12.0, 18.0, 27.0, 42.0)


def _vector(sin2_theta_w: float) -> float:
    """ΣC_V²."""
    angle = number("sin2_theta_w", sin2_theta_w)
    if not 0 <= angle <= 1:
        raise InputError(f"sin2_theta_w must lie between 0 and 1; got {angle:g}")
    return (0.5 + 2 * angle) ** 2 + 2 * (2 * angle - 0.5) ** 2


def _moment(moment: float) -> float:
    if number("moment", moment) < 0:
        raise InputError(
            "moment is a modulus in Bohr magnetons and cannot be negative; got"
            f" {moment:g}"
        )
    return float(moment)


@public
def plasmon_width(
    k: ArrayLike,
    gas: ElectronGas,
    polarisation: Polarisation = "transverse",
    *,
    moment: float | None = None,
    sin2_theta_w: float = SIN2_THETA_W_MZ,
) -> FloatArray:
    """Decay rate of a plasmon into pairs of neutrinos.

    Parameters
    ----------
    k : momentum in MeV, not negative, any shape; of longitudinal plasmons below
        `ElectronGas.k_max`.
    gas : the electrons, from `electron_gas`.
    polarisation : ``"transverse"`` or ``"longitudinal"``.
    moment : μ_ν in Bohr magnetons (see `stellar_moment`) for magnetic decay; None: weak
        decay.
    sin2_theta_w : weak mixing angle in C_V.

    Returns
    -------
    array
        In 1/s.

    Raises
    ------
    InputError
        For momenta without such plasmons, or a negative moment.

    Examples
    --------
    >>> gas = electron_gas(1e6, 1e8)
    >>> ratio = plasmon_width(0, gas, moment=1e-12) / plasmon_width(0, gas)
    >>> print(f"{float(ratio):.4f}")
    0.0985
    """
    omega = plasmon_frequency(k, gas, polarisation)
    mass2 = omega**2 - np.asarray(k, dtype=float) ** 2
    z = plasmon_residue(k, gas, polarisation)
    common = z / omega / HBAR_MEV_S
    if moment is None:
        return np.asarray(common * _weak(sin2_theta_w) * mass2**3)
    return np.asarray(common * _magnetic(_moment(moment)) * mass2**2)


def _magnetic(moment: float) -> float:
    """ωΓ/(Z K⁴) in MeV⁻²."""
    return (moment * _BOHR) ** 2 / (24 * math.pi)


def _weak(sin2_theta_w: float) -> float:
    """ωΓ/(Z K⁶) in MeV⁻⁴."""
    return _vector(sin2_theta_w) * G_FERMI**2 / (48 * math.pi**2 * ALPHA_EM)


@readable
@dataclass(frozen=True)
class Emission:
    """Energy lost by the decay of plasmons.

    Attributes
    ----------
    density : in g/cm³.
    temperature : in K.
    y_e : electrons per nucleon.
    moment : μ_ν in Bohr magnetons.
    plasma_frequency : ω_p in MeV.
    velocity : v_* of the electrons.
    magnetic, weak : energy loss by the moment and by the weak interaction, in erg/g/s.
    longitudinal_magnetic, longitudinal_weak : fractions due to longitudinal plasmons.
    ratio : magnetic over weak, also where both underflow.
    error : estimated relative error of the integrals.

    Examples
    --------
    >>> round(plasmon_emission(1e6, 1e8, 1e-12).weak, 1)
    30.3
    """

    density: float
    temperature: float
    y_e: float
    moment: float
    plasma_frequency: float
    velocity: float
    magnetic: float
    weak: float
    longitudinal_magnetic: float
    longitudinal_weak: float
    ratio: float
    error: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)


def _transverse(gas: ElectronGas, nodes: int) -> FloatArray:
    """∫ k² dk/π² Z (K⁴, K⁶) e^{ω_p/T}/(e^{ω/T} − 1), in MeV⁷ and MeV⁹."""
    t, w = gas.temperature, gas.plasma_frequency
    # with k = (2 q (ω_p + q/2))^½ the free ω is ω_p + q
    q, weight = panel_nodes(np.array(_STEPS) ** 0.5, nodes)
    free = t * q * q
    k = np.sqrt(free * (free + 2 * w))
    dk = weight * 2 * t * q * (free + w) / k
    omega = transverse_frequency(k, gas)
    mass2 = omega**2 - k * k
    flow = k * k * dk / math.pi**2 * transverse_residue(k, omega, gas)
    flow *= _bose(omega, gas)
    return np.array([(flow * mass2**2).sum(), (flow * mass2**3).sum()])


def _longitudinal(gas: ElectronGas, nodes: int) -> FloatArray:
    """The same of longitudinal plasmons, over x = v_* k/ω from 0 to v_*."""
    w, v = gas.plasma_frequency, gas.velocity
    # the frequency is logarithmic towards x = 1
    share = 1 - (1 - np.linspace(0, 1, 9)) ** 3
    x, weight = panel_nodes(v * share, nodes)
    omega = w * np.sqrt(longitudinal_function(x))
    k = x * omega / v
    # d ln ω/dx from x F' = 3/(1 − x²) − 3F
    grow = (3 / (1 - x * x) / longitudinal_function(x) - 3) / (2 * x)
    dk = weight * omega / v * (1 + x * grow)
    mass2 = omega**2 - k * k
    flow = k * k * dk / (2 * math.pi**2) * longitudinal_residue(k, omega, gas)
    flow *= _bose(omega, gas) * omega**2
    return np.array([(flow * mass2).sum(), (flow * mass2**2).sum()])


def _bose(omega: FloatArray, gas: ElectronGas) -> FloatArray:
    """1/(e^{ω/T} − 1), times e^{ω_p/T}."""
    t, w = gas.temperature, gas.plasma_frequency
    return np.asarray(np.exp(-np.minimum((omega - w) / t, 700)) / -np.expm1(-omega / t))


@public
def plasmon_emission(
    density: float,
    temperature: float,
    moment: float,
    *,
    y_e: float = 0.5,
    sin2_theta_w: float = SIN2_THETA_W_MZ,
) -> Emission:
    """Energy loss of a star by plasmon decay, through a moment and through the weak
    interaction.

    Parameters
    ----------
    density : in g/cm³.
    temperature : in kelvin.
    moment : μ_ν in Bohr magnetons, see `stellar_moment`.
    y_e : electrons per nucleon.
    sin2_theta_w : weak mixing angle in C_V; with 0.2386, that of zero momentum, the
        weak part is 3 % larger.

    Raises
    ------
    InputError
        For a negative moment, or outside the range of the formulas (see
        `electron_gas`).

    Examples
    --------
    >>> found = plasmon_emission(1e6, 1e8, 1e-12)
    >>> round(found.ratio, 4)
    0.0972
    """
    gas = electron_gas(density, temperature, y_e)
    size = np.array([_magnetic(_moment(moment)), _weak(sin2_theta_w)])
    parts = np.array([_transverse(gas, _NODES), _longitudinal(gas, _NODES)])
    finer = np.array([_transverse(gas, 2 * _NODES), _longitudinal(gas, 2 * _NODES)])
    whole = finer.sum(axis=0)
    error = float(np.max(np.abs(parts.sum(axis=0) / whole - 1))) + gas.error
    thin = math.exp(-gas.plasma_frequency / gas.temperature)
    lost = size * whole * thin * _PER_VOLUME / gas.density
    shares = finer[1] / whole
    return Emission(
        density=gas.density,
        temperature=gas.temperature / KELVIN,
        y_e=gas.y_e,
        moment=float(moment),
        plasma_frequency=gas.plasma_frequency,
        velocity=gas.velocity,
        magnetic=float(lost[0]),
        weak=float(lost[1]),
        longitudinal_magnetic=float(shares[0]),
        longitudinal_weak=float(shares[1]),
        ratio=float(size[0] * whole[0] / (size[1] * whole[1])),
        error=error,
    )


@public
def plasmon_emissivity(
    density: float,
    temperature: float,
    moment: float = 0.0,
    *,
    y_e: float = 0.5,
    sin2_theta_w: float = SIN2_THETA_W_MZ,
) -> float:
    """Total energy loss per gram and second by plasmon decay, through the weak
    interaction and a moment; `plasmon_emission` has the parts.

    Parameters
    ----------
    density, temperature, y_e, sin2_theta_w : as in `plasmon_emission`.
    moment : μ_ν in Bohr magnetons, see `stellar_moment`.

    Returns
    -------
    float
        In erg/g/s.

    Raises
    ------
    InputError
        As `plasmon_emission`.

    Examples
    --------
    >>> round(plasmon_emissivity(1e6, 1e8), 2)
    30.26
    """
    lost = plasmon_emission(
        density, temperature, moment, y_e=y_e, sin2_theta_w=sin2_theta_w
    )
    return lost.weak + lost.magnetic


@public
def fitted_emission(density: float, temperature: float, y_e: float = 0.5) -> float:
    """Weak emission of plasmons by the fit of Haft, Raffelt and Weiss (Haft:1993jt),
    good to 4 % in red giants.

    Its coefficients are from memory (unverified), but where plasmons matter it agrees
    within 4 % with the integrals of `plasmon_emission`.

    Parameters
    ----------
    density : in g/cm³.
    temperature : in kelvin.
    y_e : electrons per nucleon.

    Returns
    -------
    float
        In erg/g/s.

    Raises
    ------
    InputError
        As `electron_gas`.

    Examples
    --------
    >>> round(fitted_emission(1e6, 1e8), 2)
    29.18
    """
    electron_gas(density, temperature, y_e)
    matter, lam = density * y_e, 1.686e-10 * temperature
    bend = math.sqrt(1 + (1.019e-6 * matter) ** (2 / 3))
    gamma2 = 1.1095e11 * matter / (temperature**2 * bend)
    gamma = math.sqrt(gamma2)
    transverse = 2.4 + 0.6 * gamma**0.5 + 0.51 * gamma + 1.25 * gamma**1.5
    longitudinal = (8.6 * gamma2 + 1.35 * gamma**3.5) / (225 - 17 * gamma + gamma2)
    x = (17.5 + math.log10(2 * matter) - 3 * math.log10(temperature)) / 6
    y = (-24.5 + math.log10(2 * matter) + 3 * math.log10(temperature)) / 6
    bump = 1.0
    if abs(x) <= 0.7 and y >= 0:
        depth = min(0.0, y - 1.6 + 1.25 * x) / (0.57 - 0.25 * x)
        wave = 0.39 - 1.25 * x - 0.35 * math.sin(4.5 * x)
        wave -= 0.3 * math.exp(-((4.5 * x + 0.9) ** 2))
        bump = 1.05 + wave * math.exp(-depth * depth)
    size = 3.0e21 * _FIT_VECTOR * lam**9 * gamma**6 * math.exp(-gamma)
    return float(size * (transverse + longitudinal) * bump / density)
