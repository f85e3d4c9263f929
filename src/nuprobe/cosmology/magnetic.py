"""Cross sections of neutrinos with magnetic moments on electrons and positrons, in a
plasma that screens the photon.

With a = s − m², and A = πα²/m_e² = 2.4947e-25 cm² per squared Bohr magneton,

    dσ/d|t| = A μ² [1/|t| − 1/a],      |t| up to a²/s,

which is πα²μ²/m² (1/T − 1/E) in the laboratory, |t| = 2mT and a = 2mE. (The talk prints
π²α² in front of its σ(s), too large by π; its bracket is the integral from |t_m|.) The
replacement of 1/|t| in the plasma is in `nuprobe.cosmology.screening`.

Annihilation through the same vertex has Σ|M|² ∝ (m² − t)(m² − u)/S by crossing; for one
combination of helicities

    σ₁ = (A μ²/12)(1 + 2m²/S)/β.

Both a Dirac moment (ν_L ν̄_R and its conjugate: half the energy is sterile) and a
Majorana pair i < j (both helicities) have 2σ₁. A plasmon with K² = m_T² decays into a
pair of neutrinos with Γ = (μ²e²/4m_e²)(1/24π) Z (K²)²/ω.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import ALPHA_EM, HBARC_MEV_CM, M_ELECTRON
from nuprobe.cosmology.plasma import (
    checked_temperature,
    debye_mass,
    transverse_mass,
)
from nuprobe.cosmology.screening import (
    Screening,
    ScreeningName,
    checked_screening,
    smallest_transfer,
    weight,
)
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray, number, numbers, panel_nodes

__all__ = [
    "MAGNETIC_UNIT",
    "annihilation_cross_section",
    "bracket",
    "magnetic_cross_section",
    "magnetic_differential",
    "plasmon_loss",
    "screening_spread",
]

MAGNETIC_UNIT: Final = math.pi * (ALPHA_EM / M_ELECTRON) ** 2
"""A = πα²/m_e² in MeV⁻² per squared Bohr magneton."""
_CM2: Final = HBARC_MEV_CM**2


def _moment(moment: float) -> float:
    if number("moment", moment) < 0:
        raise InputError(
            f"moment is (Σ_j |μ_ij|²)^½ in Bohr magnetons, not negative; got {moment:g}"
        )
    return moment


def _squares(s: ArrayLike) -> FloatArray:
    values = numbers("s", s)
    if not np.all((values >= 0) & np.isfinite(values)):
        raise InputError("s, in MeV², must be finite and not negative")
    return values


def _tail(x: FloatArray) -> FloatArray:
    """ln(1 + x) − x/(1 + x), without cancellation at small x."""
    small = np.minimum(x, 0.01)
    series = sum((-1) ** n * (n - 1) / n * small**n for n in range(2, 9))
    return np.where(x < 0.01, series, np.log1p(x) - x / (1 + x))


def bracket(
    s: FloatArray,
    mass2: FloatArray | float,
    screening: ScreeningName,
    m: float = M_ELECTRON,
) -> FloatArray:
    """σ/(A μ²): ∫ d|t| of the screened 1/|t| times 1 − |t|/a; 0 where the range is
    empty.

    Parameters
    ----------
    s : in MeV² (or in the square of the unit of `m`), any shape.
    mass2 : m_D² in MeV², broadcasts with `s`.
    screening : its name, not ``"none"``.
    m : mass of the electron.

    Examples
    --------
    >>> float(bracket(np.array(10.0), float(debye_mass(1.0)) ** 2, "talk"))
    4.832939
    """
    a = np.maximum(np.asarray(s, float) - m * m, 0.0)
    mass2 = np.asarray(mass2, float)
    largest = np.divide(a * a, s, out=np.zeros_like(a * s), where=a * s > 0)
    safe = np.where(a > 0, a, 1.0)
    if screening in ("cut", "talk"):
        least = smallest_transfer(mass2, screening, m)
        ratio = np.maximum(largest / least, 1.0)
        return np.asarray(np.log(ratio) - least * (ratio - 1) / safe)
    x = largest / mass2
    if screening == "linear":
        log = np.log1p(x)
        return np.asarray(log - mass2 * (x - log) / safe)
    tail = _tail(x)
    # ∫ t²/(t + M)² dt = M (x − 2 ln(1 + x) + x/(1 + x)), of third order in x
    small = np.minimum(x, 0.01)
    series = small**3 / 3 * (1 - 1.5 * small)
    third = np.where(x < 0.01, series, x - np.log1p(x) - tail)
    return np.asarray(tail - mass2 * third / safe)


@public
def magnetic_cross_section(
    s: ArrayLike,
    temperature: ArrayLike,
    moment: float,
    screening: Screening = "debye",
) -> FloatArray:
    """Total cross section of a neutrino on an electron or positron of the plasma.

    Parameters
    ----------
    s : square of the energy in the centre of mass, in MeV², any shape; 0 below m².
    temperature : of the plasma in MeV; broadcasts with `s`.
    moment : (Σ_j |μ_ij|²)^½ in Bohr magnetons.
    screening : ``"debye"``, ``"talk"``, ``"cut"`` or ``"linear"``; they differ by about
        1 in a logarithm of about 5, see `screening_spread`.

    Returns
    -------
    array
        In cm².

    Raises
    ------
    InputError
        For a temperature outside the tables, an unknown screening, or a negative s
        or moment.

    Examples
    --------
    >>> print(f"{float(magnetic_cross_section(10.0, 1.0, 1e-10)):.4g}")
    9.582e-45
    """
    checked_screening(screening)
    values, mass = _squares(s), debye_mass(temperature)
    if np.any(mass < 1e-30):
        raise InputError(
            "there are no pairs left to screen at this temperature; below 30 keV use"
            " the chemical potential and the laboratory's cross section"
        )
    size = MAGNETIC_UNIT * _moment(moment) ** 2 * _CM2
    return size * bracket(values, mass**2, screening)


@public
def magnetic_differential(
    t: ArrayLike,
    s: ArrayLike,
    moment: float,
    *,
    temperature: float | None = None,
    screening: Screening = "debye",
) -> FloatArray:
    """Cross section dσ/d|t| of a neutrino on an electron or positron.

    Parameters
    ----------
    t : momentum transfer squared |t| in MeV², positive, any shape.
    s : square of the energy in the centre of mass, in MeV²; broadcasts with `t`.
    moment : (Σ_j |μ_ij|²)^½ in Bohr magnetons.
    temperature : of the plasma in MeV; None: no plasma, the bare 1/|t|.
    screening : in a plasma ``"debye"``, ``"talk"``, ``"cut"`` or ``"linear"``.

    Returns
    -------
    array
        In cm²/MeV², 0 beyond (s − m²)²/s.

    Raises
    ------
    InputError
        For a temperature outside the tables, an unknown screening, a transfer that
        is not positive, or a negative s or moment.

    Examples
    --------
    Of a neutrino of 1 MeV in the laboratory, at a recoil of 0.1 MeV:

    >>> m = M_ELECTRON
    >>> x = magnetic_differential(2 * m * 0.1, m**2 + 2 * m * 1.0, 1e-10)
    >>> print(f"{float(x * 2 * m):.5g}")
    2.2452e-44
    """
    checked_screening(screening)
    transfer, values = numbers("t", t), _squares(s)
    if not np.all(transfer > 0):
        raise InputError("|t|, in MeV², must be positive")
    a = values - M_ELECTRON**2
    inside = (a > 0) & (transfer * values <= a * a)
    if temperature is None:
        photon = 1 / transfer
    else:
        photon = weight(transfer, debye_mass(temperature) ** 2, screening)
    shape = photon * (1 - transfer / np.where(a > 0, a, 1.0))
    size = MAGNETIC_UNIT * _moment(moment) ** 2 * _CM2
    return np.asarray(size * np.where(inside, shape, 0.0))


@public
def screening_spread(s: ArrayLike, temperature: ArrayLike) -> FloatArray:
    """Spread of the four screening prescriptions, relative to their mean.

    Parameters
    ----------
    s : square of the energy in the centre of mass, in MeV², any shape.
    temperature : of the plasma in MeV; broadcasts with `s`.

    Returns
    -------
    array
        (largest − smallest)/2 over the mean: the theoretical error.

    Raises
    ------
    InputError
        As `magnetic_cross_section`; also for s at which all are zero.

    Examples
    --------
    >>> round(float(screening_spread(10.0, 1.0)), 2)
    0.11
    """
    each = np.stack(
        np.broadcast_arrays(
            *(
                magnetic_cross_section(s, temperature, 1.0, name)
                for name in ("debye", "talk", "cut", "linear")
            )
        )
    )
    mean = each.mean(axis=0)
    if not np.all(mean > 0):
        raise InputError("s must lie above the square of the electron's mass")
    return np.asarray((each.max(axis=0) - each.min(axis=0)) / 2 / mean)


@public
def annihilation_cross_section(s: ArrayLike, moment: float) -> FloatArray:
    """Cross section of e⁺e⁻ → ν ν̄ through a moment, averaged over spins: 2σ₁.

    Parameters
    ----------
    s : square of the energy in the centre of mass, in MeV², any shape; 0 up to 4m².
    moment : in Bohr magnetons, that of a Dirac neutrino |μ_ii|, or of a Majorana pair
        |μ_ij|, i < j.

    Returns
    -------
    array
        In cm².

    Raises
    ------
    InputError
        For a negative s or moment.

    Examples
    --------
    >>> print(f"{float(annihilation_cross_section(100.0, 1e-10)):.4g}")
    4.202e-46
    """
    values = _squares(s)
    above = values > 4 * M_ELECTRON**2
    share = M_ELECTRON**2 / np.where(above, values, 1.0)
    speed = np.sqrt(1 - 4 * np.where(above, share, 0.0))
    size = MAGNETIC_UNIT * _moment(moment) ** 2 * _CM2 / 6
    return np.asarray(np.where(above, size * (1 + 2 * share) / speed, 0.0))


@public
def plasmon_loss(temperature: ArrayLike, moment: float) -> FloatArray:
    """Energy loss rate per volume of transverse plasmons into pairs of neutrinos.

    An estimate, with K² = m_T² = e²J/π² (e²T²/6 without electron mass) at all momenta
    and Z = 1. In the early universe it is less than a hundredth of e⁺e⁻ annihilation;
    in stars it dominates, and `nuprobe.stars` includes the dispersion of plasmons.

    Parameters
    ----------
    temperature : of the plasma in MeV, any shape.
    moment : (Σ |μ_ij|²)^½ over the pairs, in Bohr magnetons.

    Returns
    -------
    array
        In MeV⁵.

    Raises
    ------
    InputError
        For a temperature outside the tables or a negative moment.

    Examples
    --------
    >>> annihilation = 2 * 2 * 0.79 * MAGNETIC_UNIT * 1e-20 / math.pi**4  # T = 1 MeV
    >>> round(float(plasmon_loss(1.0, 1e-10) / annihilation), 4)
    0.0023
    """
    t = checked_temperature(temperature)
    mass2 = transverse_mass(t) ** 2
    x, w = panel_nodes((0.0, 0.3, 1.0, 3.0, 10.0, 45.0), 24)
    k = np.asarray(t)[..., None] * x
    omega = np.sqrt(k * k + mass2[..., None])
    bose = 1 / np.expm1(omega / t[..., None])
    # two polarisations; ω Γ does not depend on ω
    flow = (k * k * bose * w).sum(axis=-1) * t / math.pi**2
    e2 = 4 * math.pi * ALPHA_EM
    width = _moment(moment) ** 2 * e2 / (4 * M_ELECTRON**2) / (24 * math.pi) * mass2**2
    return np.asarray(flow * width)
