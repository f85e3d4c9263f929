"""Right-handed neutrinos produced by a Dirac moment in the early universe.

ν_L f → ν_R f on a charged particle f has, while f is relativistic, the rate of
scattering on electrons times N_c Q². Hence Γ/H ∝ T, and the result depends on the
highest temperature T_max. With y the energy density of a right-handed neutrino relative
to equilibrium

    dy/dln a = (Γ/H)(1 − y) + (4/3) y dln g*s/dln a
    ΔN_eff = Σ_i y_i (10.75/g*s)^(4/3)   at the end,

where the second term is the dilution while particles annihilate. Screening is by all
charged particles, m_D² = (e²T²/3) Σ N_c Q² (8 with all quarks and leptons).

T_max and g*s are choices that must be stated with a limit. The built-in g*s is a
published fit to lattice QCD and perturbation theory (Saikawa:2018rcs). The charges that
scatter and screen are free quarks above 155 MeV and pions, kaons and ρ below, which is
rough near that temperature. Scattering on charged W bosons is neglected, as is
everything above the electroweak transition.
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

from nuprobe.border import public, public_methods
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
from nuprobe.cosmology.rates import FLAVOURS, Flavour, scattering_average
from nuprobe.cosmology.screening import Screening, checked_screening
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.numerics import FloatArray, number, numbers, panel_nodes
from nuprobe.parsing import parse_csv, read_text
from nuprobe.reprs import readable

__all__ = ["RightHanded", "effective_degrees", "right_handed"]

COLDEST: Final = 20.0
"""MeV, where the evolution of temperatures begins."""
HOTTEST: Final = 1.6e5
"""MeV, the electroweak transition."""
_QCD: Final = 155.0
_WIDTH: Final = 0.1  # width of the transition from hadrons to quarks, in ln T
_STEPS: Final = 3000
_STANDARD: Final = 10.75
_ZETA3: Final = 1.2020569031595942
_COUPLED: Final = 0.05
"""Γ/H at 20 MeV above which a warning is issued."""
_STEP: Final = 1e-4  # of derivatives, relative to S + _SMALL
_SMALL: Final = 1e-26  # μ_B²: far below any effect

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
    """Charge squared times density, relative to massless e±, shape (temperatures,)."""
    x, w = panel_nodes((0.0, 1.0, 3.0, 6.0, 12.0, 25.0, 50.0), 12)
    total = np.zeros(t.size)
    for dof, sign, mass, charge2 in particles:
        e = np.sqrt(x * x + (mass / t)[:, None] ** 2)
        density = (x * x * w / (np.exp(np.minimum(e, 600.0)) + sign)).sum(axis=1)
        total += charge2 * dof * density / (6 * _ZETA3)
    return total


def _charges(t: FloatArray) -> FloatArray:
    """Σ N_c Q² of all relativistic particles; 1 for e± only."""
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
        s/(2π²T³/45), accurate to one per cent according to the authors.

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
@public_methods
@dataclass(frozen=True, eq=False)
class RightHanded:
    """Right-handed neutrinos from Dirac moments.

    Attributes
    ----------
    temperature : falling from T_max to 20 MeV, shape (n,).
    share : energy density of each relative to equilibrium, shape (n, 3).
    rate : Γ/H of each, shape (n, 3).
    delta_n_eff : their contribution to N_eff.
    t_max : in MeV.
    screening, moments : as given.
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

    def freeze_out(self, flavour: Flavour) -> float | None:
        """Temperature in MeV at which flips of a `flavour` (``"nu_e"``, ``"nu_mu"``,
        ``"nu_tau"``) last have Γ = H; None if it is not between T_max and 20 MeV."""
        if flavour not in FLAVOURS:
            raise UnknownNameError("flavour", flavour, FLAVOURS)
        rate = self.rate[:, FLAVOURS.index(flavour)]
        above = np.flatnonzero(rate >= 1)
        if above.size == 0 or above[-1] == rate.size - 1:
            return None
        k = int(above[-1])
        x, y = np.log(self.temperature[k : k + 2]), np.log(rate[k : k + 2])
        return float(np.exp(x[0] - y[0] * (x[1] - x[0]) / (y[1] - y[0])))


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
    t_max : temperature in MeV at which there are none, 20 to 1.6e5.
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
            ' kind="dirac", or drop t_max'
        )
    past = hot_past(float(number("t_max", t_max)), screening, g_entropy)
    t = past.grid[0]
    gamma = past.unit[:, None] * moments.sums
    from nuprobe.cosmology.flips import populated

    share, rate = np.empty_like(gamma), np.empty_like(gamma)
    populated(past.grid, gamma, share, rate)
    past.warn_of(moments.sums)
    return RightHanded(
        temperature=t,
        share=share,
        rate=rate,
        delta_n_eff=float(past.one * share[-1].sum()),
        t_max=t_max,
        screening=screening,
        moments=moments,
        degrees="Saikawa:2018rcs" if g_entropy is None else "given",
    )


@dataclass(frozen=True, eq=False)
class HotPast:
    """The plasma from T_max to 20 MeV, the same for all moments.

    Attributes
    ----------
    grid : as `nuprobe.cosmology.flips.populated` takes it, shape (5, n).
    unit : flip rate in MeV per squared Bohr magneton, shape (n,).
    one : ΔN_eff of one right-handed neutrino in equilibrium at 20 MeV.
    """

    grid: FloatArray
    unit: FloatArray
    one: float

    def added(self, sums: FloatArray) -> FloatArray:
        """ΔN_eff at Σ_j |μ_ij|² of three flavours, `sums` of shape (points, 3); shape
        (points,)."""
        from nuprobe.cosmology.flips import added

        whole = np.ascontiguousarray(sums, dtype=float)
        return np.asarray(added(self.grid, self.unit, whole, self.one))

    def slopes(self, sums: FloatArray) -> FloatArray:
        """Derivatives of ΔN_eff in each of `sums`, shape (points, 3)."""
        found = np.empty_like(sums, dtype=float)
        for i in range(3):
            step = np.zeros_like(sums)
            step[:, i] = _STEP * (sums[:, i] + _SMALL)
            low = np.maximum(sums - step, 0.0)
            width = (sums + step - low)[:, i]
            found[:, i] = (self.added(sums + step) - self.added(low)) / width
        return found

    def moment(self) -> float:
        """Moment in μ_B at which a flavour undergoes about one flip in total."""
        _, _, degrees, grown, clock = self.grid
        rate = self.unit * clock / (np.sqrt(degrees) * self.grid[0] ** 2)
        return float(1 / np.sqrt((rate * grown).sum()))

    def warn_of(self, sums: FloatArray) -> None:
        """Warn if flips have not ended at the last temperature.

        Parameters
        ----------
        sums : Σ_j |μ_ij|², any shape.
        """
        t, _, degrees, _, clock = self.grid[:, -1]
        # with all right-handed neutrinos in equilibrium, H is a fifth larger
        rate = self.unit[-1] * np.max(sums) * clock / (math.sqrt(degrees) * t * t)
        if rate > _COUPLED:
            warn(
                "right-handed neutrinos still scatter at 20 MeV; later scattering is"
                " not included (negligible for moments below 3e-11 Bohr magnetons)"
            )


@lru_cache(maxsize=16)
def hot_past(
    t_max: float,
    screening: Screening = "debye",
    g_entropy: Callable[[FloatArray], FloatArray] | None = None,
) -> HotPast:
    """The plasma in which neutrinos flip.

    Parameters
    ----------
    t_max, screening, g_entropy : as in `right_handed`.

    Raises
    ------
    InputError
        For T_max out of range or g*s that does not fall.

    Examples
    --------
    >>> found = hot_past(1e5).added(np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]))
    >>> found.round(2).tolist()
    [0.0, 2.83]
    """
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
    grown = -np.diff(np.log(t)) - np.diff(np.log(entropy)) / 3
    clock = PLANCK_MASS / math.sqrt(8 * math.pi**3 / 90)
    grid = np.array(
        [
            t,
            entropy ** (-4 / 3),
            energy,
            np.append(grown, 0.0),
            np.full(t.size, clock),
        ]
    )
    one = float((_STANDARD / entropy[-1]) ** (4 / 3))
    return HotPast(grid, MAGNETIC_UNIT * t**3 * average * charges, one)


def _given(degrees: Callable[[FloatArray], FloatArray], t: FloatArray) -> FloatArray:
    values = numbers("g_entropy", degrees(t))
    falls = values.shape == t.shape and bool(np.all(np.diff(values) <= 1e-9))
    if not falls or values[0] > 200 or values[-1] < _STANDARD - 1e-9:
        raise InputError(
            "g_entropy must return g*s of an array of temperatures, falling with the"
            " temperature from at most 200 to at least 10.75 at 20 MeV"
        )
    return values
