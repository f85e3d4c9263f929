"""Right-handed neutrinos that a Dirac moment makes in the early universe.

ν_L f → ν_R f on a charged particle f has, while f is relativistic, the rate of
scattering on electrons times N_c Q²; so Γ/H ∝ T, and the answer depends on the highest
temperature T_max. With y the energy of a right-handed neutrino over that in equilibrium

    dy/dln a = (Γ/H)(1 − y) + (4/3) y dln g*s/dln a
    ΔN_eff = Σ_i y_i (10.75/g*s)^(4/3)   at the end,

where the second term is the dilution while particles annihilate. Screening is by all
charged particles, m_D² = (e²T²/3) Σ N_c Q² (8 with all quarks and leptons).

T_max and g*s are choices that a limit has to name. The g*s that comes with the package
is a published fit to lattice QCD and perturbation theory (Saikawa:2018rcs). The charges
that scatter and screen are free quarks above 155 MeV and pions, kaons and ρ below,
which is rough near that temperature. Scattering on charged W bosons is left out, and so
is what is above the electroweak transition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import (
    ALPHA_EM,
    M_ELECTRON,
    M_MUON,
    M_PION,
    M_TAU,
    PLANCK_MASS,
)
from nuprobe.cosmology.magnetic import MAGNETIC_UNIT
from nuprobe.cosmology.moments import Moments, read_moments
from nuprobe.cosmology.rates import scattering_average
from nuprobe.cosmology.screening import Screening, checked_screening
from nuprobe.errors import InputError, warn
from nuprobe.numerics import FloatArray, number, numbers, panel_nodes
from nuprobe.parsing import parse_csv, read_text
from nuprobe.reprs import readable

__all__ = ["RightHanded", "effective_degrees", "right_handed"]

COLDEST: Final = 20.0
"""MeV, where the evolution of temperatures begins."""
HOTTEST: Final = 1.6e5
"""MeV, the electroweak transition."""
_QCD: Final = 155.0
_WIDTH: Final = 0.1  # of the change from hadrons to quarks, in ln T
_STEPS: Final = 3000
_STANDARD: Final = 10.75
_ZETA3: Final = 1.2020569031595942

# degrees of freedom, +1 for fermions, mass in MeV, charge squared
Particle = tuple[float, int, float, float]
_LEPTONS: Final[tuple[Particle, ...]] = (
    (4, 1, M_ELECTRON, 1.0),
    (4, 1, M_MUON, 1.0),
    (4, 1, M_TAU, 1.0),
)
_QUARKS: Final[tuple[Particle, ...]] = (
    (12, 1, 2.16, 4 / 9),
    (12, 1, 4.70, 1 / 9),
    (12, 1, 93.5, 1 / 9),
    (12, 1, 1273.0, 4 / 9),
    (12, 1, 4183.0, 1 / 9),
    (12, 1, 172.57e3, 4 / 9),
)
_HADRONS: Final[tuple[Particle, ...]] = (
    (2, -1, M_PION, 1.0),
    (2, -1, 493.677, 1.0),
    (6, -1, 775.26, 1.0),
)


def _charged(t: FloatArray, particles: tuple[Particle, ...]) -> FloatArray:
    """Charge squared times density, over that of massless e±, shape (temperatures,)."""
    x, w = panel_nodes((0.0, 1.0, 3.0, 6.0, 12.0, 25.0, 50.0), 12)
    total = np.zeros(t.size)
    for dof, sign, mass, charge2 in particles:
        e = np.sqrt(x * x + (mass / t)[:, None] ** 2)
        density = (x * x * w / (np.exp(np.minimum(e, 600.0)) + sign)).sum(axis=1)
        total += charge2 * dof * density / (6 * _ZETA3)
    return total


def _charges(t: FloatArray) -> FloatArray:
    """Σ N_c Q² of everything that is relativistic; 1 for e± alone."""
    quarks = 1 / (1 + np.exp(-np.log(t / _QCD) / _WIDTH))
    confined = quarks * _charged(t, _QUARKS) + (1 - quarks) * _charged(t, _HADRONS)
    return _charged(t, _LEPTONS) + confined


@lru_cache(maxsize=1)
def _degrees() -> Any:
    """g* and g*s over ln T."""
    from scipy.interpolate import PchipInterpolator

    path = files(__package__) / "data" / "degrees_of_freedom.csv"
    rows = parse_csv(read_text(path), "degrees_of_freedom.csv")
    x = np.log([float(row["temperature"]) for row in rows])
    columns = [[float(row[name]) for row in rows] for name in ("energy", "entropy")]
    return PchipInterpolator(x, np.transpose(columns))


@public
def effective_degrees(temperature: ArrayLike) -> FloatArray:
    """g*s of the Standard Model with three neutrinos (Saikawa:2018rcs).

    Parameters
    ----------
    temperature : in MeV, 20 to 1.6e5, any shape.

    Returns
    -------
    array
        s/(2π²T³/45), to one per cent by their account.

    Raises
    ------
    InputError
        For another temperature.

    Examples
    --------
    >>> effective_degrees([20.0, 1e5]).round(1).tolist()
    [11.2, 100.7]
    """
    t = numbers("temperature", temperature)
    if not np.all((t >= COLDEST) & (t <= HOTTEST)):
        raise InputError(
            f"temperature must lie between {COLDEST:g} and {HOTTEST:g} MeV; got"
            f" {np.ravel(t)[0]:g}"
        )
    return np.asarray(_degrees()(np.log(t))[..., 1])


@readable
@dataclass(frozen=True, eq=False)
class RightHanded:
    """Right-handed neutrinos from Dirac moments.

    Attributes
    ----------
    temperature : falling from T_max to 20 MeV, shape (n,).
    share : energy of each over that in equilibrium, shape (n, 3).
    rate : Γ/H of each, shape (n, 3).
    delta_n_eff : what they add to N_eff.
    t_max : in MeV.
    screening, moments : as asked for.
    degrees : name of the g*s.

    Examples
    --------
    >>> from nuprobe.models import Electromagnetic
    >>> model = Electromagnetic(magnetic_moment={"ee": 1e-11})
    >>> made = right_handed(model, t_max=1e5)
    >>> made.share.shape == (made.temperature.size, 3)
    True
    """

    temperature: FloatArray = field(repr=False)
    share: FloatArray = field(repr=False)
    rate: FloatArray = field(repr=False)
    delta_n_eff: float
    t_max: float
    screening: Screening
    moments: Moments = field(repr=False)
    degrees: str


@lru_cache(maxsize=8)
def _average(screening: Screening) -> Any:
    """c of massless fermions over ln(m_D²/T²)."""
    from scipy.interpolate import CubicSpline

    unit = 4 * math.pi * ALPHA_EM / 3
    x = np.log(unit * np.geomspace(0.5, 16.0, 8))
    values = [scattering_average(0.0, math.exp(one), screening) for one in x]
    return CubicSpline(x, values)


@public
def right_handed(
    model: Any,
    t_max: float,
    *,
    g_entropy: Callable[[FloatArray], FloatArray] | None = None,
    screening: Screening = "debye",
) -> RightHanded:
    """Populate right-handed neutrinos from T_max down to 20 MeV.

    Parameters
    ----------
    model : `Electromagnetic` with Dirac moments.
    t_max : temperature in MeV at which there are none yet, 20 to 1.6e5.
    g_entropy : temperatures in MeV, an array → g*s of the standard model; None: that of
        `effective_degrees`.
    screening : of the photon, ``"debye"``, ``"talk"``, ``"cut"`` or ``"linear"``.

    Returns
    -------
    RightHanded

    Raises
    ------
    InputError
        For Majorana moments, T_max out of range, g*s that does not fall with the
        temperature from at most 200 to 10.75, or an unknown screening.

    Warns
    -----
    ValidityWarning
        If right-handed neutrinos are still coupled at 20 MeV.

    Examples
    --------
    >>> from nuprobe.models import Electromagnetic
    >>> moments = {"ee": 1e-11, "mumu": 1e-11, "tautau": 1e-11}
    >>> model = Electromagnetic(magnetic_moment=moments)
    >>> [round(right_handed(model, t).delta_n_eff, 2) for t in (1e3, 1e5)]
    [0.17, 0.32]
    """
    checked_screening(screening)
    moments = model if isinstance(model, Moments) else read_moments(model)
    if moments.any and moments.kind != "dirac":
        raise InputError(
            "Majorana neutrinos have no right-handed states to populate: give"
            ' kind="dirac", or leave T_max out'
        )
    if not COLDEST < number("t_max", t_max) <= HOTTEST:
        raise InputError(
            f"t_max must lie between {COLDEST:g} and {HOTTEST:g} MeV (the electroweak"
            f" transition); got {t_max:g} MeV"
        )
    t = np.geomspace(t_max, COLDEST, _STEPS)
    t[[0, -1]] = t_max, COLDEST
    energy, entropy = _degrees()(np.log(t)).T
    charges = _charges(t)
    if g_entropy is not None:
        entropy = energy = _given(g_entropy, t)
    unit = 4 * math.pi * ALPHA_EM / 3
    average = _average(screening)(np.log(unit * charges))
    gamma = MAGNETIC_UNIT * t**3 * average * charges
    share, rate = _populated(t, entropy, energy, gamma[:, None] * moments.sums)
    if rate[-1].max() > 0.05:
        warn(
            "right-handed neutrinos still scatter at 20 MeV: what follows there is left"
            " out; moments below 3e-11 Bohr magnetons are safe"
        )
    diluted = share[-1] * (_STANDARD / entropy[-1]) ** (4 / 3)
    return RightHanded(
        temperature=t,
        share=share,
        rate=rate,
        delta_n_eff=float(diluted.sum()),
        t_max=t_max,
        screening=screening,
        moments=moments,
        degrees="Saikawa:2018rcs" if g_entropy is None else "given",
    )


def _given(degrees: Callable[[FloatArray], FloatArray], t: FloatArray) -> FloatArray:
    values = numbers("g_entropy", degrees(t))
    falls = values.shape == t.shape and bool(np.all(np.diff(values) <= 1e-9))
    if not falls or values[0] > 200 or values[-1] < _STANDARD - 1e-9:
        raise InputError(
            "g_entropy must return g*s of an array of temperatures, falling with the"
            " temperature from at most 200 to at least 10.75 at 20 MeV"
        )
    return values


def _populated(
    t: FloatArray, entropy: FloatArray, energy: FloatArray, gamma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Shares and Γ/H, by exact steps for a source linear in the optical depth.

    In Y = y g*s^(−4/3), dY/dτ = g*s^(−4/3) − Y with dτ = (Γ/H) dln a.
    """
    scale = entropy ** (-4 / 3)
    grown = -np.diff(np.log(t)) - np.diff(np.log(entropy)) / 3
    y, rate = np.zeros((t.size, 3)), np.zeros((t.size, 3))
    size = 8 * math.pi**3 / 90 / PLANCK_MASS**2
    now = np.zeros(3)
    for k in range(t.size):
        # two more states a flavour, 7/8 each
        g = energy[k] + 1.75 * float((now / scale[k]).sum())
        rate[k] = gamma[k] / (math.sqrt(size * g) * t[k] ** 2)
        y[k] = now / scale[k]
        if k + 1 < t.size:
            later = gamma[k + 1] / (math.sqrt(size * g) * t[k + 1] ** 2)
            depth = 0.5 * (rate[k] + later) * grown[k]
            left = np.exp(-depth)
            slope = scale[k + 1] - scale[k]
            spent = -np.expm1(-depth)
            # (1 − e^−τ)/τ, 1 for none
            mean = np.where(depth > 1e-8, spent / np.maximum(depth, 1e-300), 1.0)
            now = now * left + scale[k] * spent + slope * (1 - mean)
    return y, rate
