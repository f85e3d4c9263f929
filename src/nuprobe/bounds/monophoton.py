"""e⁺e⁻ → γ Z′ with Z′ → νν̄: one photon and nothing else.

With the electron massless and coupled to the Z′ by ε e (photon mixing; see
`vector_boson`), s = centre-of-mass energy², c = cos of the photon's angle in the centre
of mass:

    dσ/dc = (2πα²|ε|²/s)(1 − M²/s) [1 + c² + 4sM²/(s − M²)²] / (1 − c²),   E_γ = (s −
    M²)/2√s

For M = 0 and ε = 1 it is twice the QED e⁺e⁻ → γγ, whose photons are identical. The
signature in L_μ − L_τ is that of Kaneta:2016uyt and Araki:2017wyg. ε is taken on the
mass shell of the Z′, q² = M².

Numbers of events are **signal only**: no background (e⁺e⁻ → γγ(γ), e⁺e⁻(γ), γνν̄), no
trigger and no reconstruction efficiency. The resulting reach is the best possible for a
given luminosity, not that of a real experiment.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.bounds.vector_boson import (
    Mixing,
    mixing_on_shell,
    neutrino_fraction,
    nonnegative,
    positive,
)
from nuprobe.constants import ALPHA_EM, HBARC_MEV_CM
from nuprobe.errors import InputError, shown
from nuprobe.numerics import FloatArray

__all__ = [
    "BELLE_II",
    "INVERSE_AB",
    "Collider",
    "cross_section",
    "differential",
    "expected_events",
    "mixing_reach",
    "photon_energy",
    "reach",
]

INVERSE_AB: Final = 1e42
"""One inverse attobarn in cm⁻²: ``50 * INVERSE_AB``."""


@dataclass(frozen=True)
class Collider:
    """Collider and photon acceptance.

    Attributes
    ----------
    name : for labels.
    sqrt_s : centre-of-mass energy in MeV.
    boost : velocity of the centre of mass along the electron beam, in the laboratory.
    theta_min, theta_max : polar angles of the calorimeter in the laboratory, degrees
        from the electron beam.
    photon_energy_min : smallest photon energy in the centre of mass, MeV.
    luminosity : integrated luminosity in cm⁻².
    """

    name: str
    sqrt_s: float
    boost: float
    theta_min: float
    theta_max: float
    photon_energy_min: float
    luminosity: float

    def __post_init__(self) -> None:
        if not (
            self.sqrt_s > 0
            and -1 < self.boost < 1
            and self.photon_energy_min >= 0
            and self.luminosity > 0
        ):
            raise InputError(
                f"collider {self.name}: sqrt_s and luminosity must be positive,"
                " photon_energy_min non-negative and the boost between -1 and 1,"
                f" got {self}"
            )
        if not 0 < self.theta_min < self.theta_max < 180:
            raise InputError(
                f"collider {self.name}: angles must satisfy 0 < theta_min < theta_max <"
                " 180 degrees (the cross section diverges along the beams), got"
                f" {self.theta_min} and {self.theta_max}"
            )

    @property
    def cos_range(self) -> tuple[float, float]:
        """Range of cos θ of the photon in the centre of mass."""
        low, high = ((c - self.boost) / (1 - self.boost * c) for c in self._cos_lab)
        return low, high

    @property
    def _cos_lab(self) -> tuple[float, float]:
        return cos(radians(self.theta_max)), cos(radians(self.theta_min))


BELLE_II: Final = Collider(
    "Belle II", 10580.0, 3 / 11, 12.4, 155.1, 1800.0, 50 * INVERSE_AB
)
"""10.58 GeV and 50 ab⁻¹ (Kaneta:2016uyt), 7 on 4 GeV beams, angles of the calorimeter,
photons above 1.8 GeV in the centre of mass (Belle-II:2018jsg). Beams, angles and photon
energy are unverified against these sources."""


def photon_energy(mass: ArrayLike, sqrt_s: float) -> FloatArray:
    """Energy of the photon in the centre of mass, MeV.

    Not positive if the boson is too heavy to be produced.

    Parameters
    ----------
    mass : mass of the boson, MeV, any shape.
    sqrt_s : centre-of-mass energy, MeV.

    Examples
    --------
    >>> photon_energy(100.0, 10580.0)
    array(5289.527)
    """
    return np.asarray((sqrt_s**2 - nonnegative("mass", mass) ** 2) / (2 * sqrt_s))


def differential(
    cos_theta: ArrayLike, mass: ArrayLike, mixing: ArrayLike, sqrt_s: float
) -> FloatArray:
    """dσ/dcos θ of the photon in the centre of mass, in cm².

    Parameters
    ----------
    cos_theta : strictly between −1 and 1; broadcasts with `mass` and `mixing`.
    mass : MeV.
    mixing : ε with the photon, real or complex.
    sqrt_s : MeV.

    Returns
    -------
    array
        Exactly 0 for M ≥ √s.

    Raises
    ------
    InputError
        If cos θ reaches ±1, where the massless electron makes it diverge.

    Examples
    --------
    >>> float(differential(0.0, 100.0, 1e-3, 10580.0))
    1.164e-39
    """
    c = np.asarray(cos_theta, dtype=float)
    if not np.all(np.abs(c) < 1):
        raise InputError(
            f"cos_theta must lie strictly between -1 and 1, got {shown(cos_theta)}"
        )
    front, shape = _front_and_shape(mass, mixing, sqrt_s)
    return np.asarray(front * (1 + c**2 + shape) / (1 - c**2))


def _front_and_shape(
    mass: ArrayLike, mixing: ArrayLike, sqrt_s: float
) -> tuple[FloatArray, FloatArray]:
    s, m2 = float(positive("sqrt_s", sqrt_s)) ** 2, nonnegative("mass", mass) ** 2
    epsilon2 = np.abs(np.asarray(mixing)) ** 2
    if not np.all(np.isfinite(epsilon2)):
        raise InputError(f"mixing must be finite, got {shown(mixing)}")
    made = m2 < s
    gap = np.where(made, s - m2, s)
    front = np.where(
        made, 2 * pi * ALPHA_EM**2 * epsilon2 / s * gap / s * HBARC_MEV_CM**2, 0.0
    )
    return front, 4 * s * m2 / gap**2


def cross_section(
    mass: ArrayLike, mixing: ArrayLike, collider: Collider = BELLE_II
) -> FloatArray:
    """σ(e⁺e⁻ → γ Z′) in cm² for a photon inside the detector and above its energy
    threshold.

    The angular integral is analytic: ∫dc (1 + c² + K)/(1 − c²) = (2 + K) artanh c − c.

    Parameters
    ----------
    mass : MeV.
    mixing : ε with the photon, real or complex; broadcasts with `mass`.
    collider : energy, angles and photon threshold.

    Returns
    -------
    array
        Exactly 0 where the photon is too soft.

    Examples
    --------
    >>> float(cross_section(100.0, 1e-3)), float(cross_section(1e4, 1e-3))
    (6.467e-39, 0.0)
    """
    front, shape = _front_and_shape(mass, mixing, collider.sqrt_s)
    low, high = collider.cos_range
    angular = (2 + shape) * (np.arctanh(high) - np.arctanh(low)) - (high - low)
    energy = photon_energy(mass, collider.sqrt_s)
    return np.asarray(
        np.where(
            (energy > 0) & (energy >= collider.photon_energy_min), front * angular, 0.0
        )
    )


def expected_events(
    mass: ArrayLike,
    coupling: ArrayLike,
    mixing: Mixing = "loop",
    collider: Collider = BELLE_II,
    luminosity: float | None = None,
) -> FloatArray:
    """Signal events with one photon and Z′ → νν̄, without background or efficiency.

    Parameters
    ----------
    mass : MeV, positive.
    coupling : g′, positive; broadcasts with `mass`.
    mixing : ε with the photon, or ``"loop"``.
    collider : energy, angles and photon threshold.
    luminosity : cm⁻²; that of the collider if not given.

    Examples
    --------
    >>> expected_events(100.0, 1e-3)
    array(72.17)
    """
    m, g = positive("mass", mass), positive("coupling", coupling)
    sigma = cross_section(m, mixing_on_shell(m, g, mixing), collider)
    exposure = (
        collider.luminosity
        if luminosity is None
        else float(positive("luminosity", luminosity))
    )
    return np.asarray(exposure * sigma * neutrino_fraction(m, g, mixing))


def reach(
    mass: ArrayLike,
    luminosity: float | None = None,
    events: float = 3.0,
    collider: Collider = BELLE_II,
) -> FloatArray:
    """Signal-only reach in g′ with the loop-induced mixing: the coupling that gives
    `events` signal events.

    Parameters
    ----------
    mass : MeV, positive.
    luminosity : cm⁻²; that of the collider if not given.
    events : required number of signal events; 3.0 is the 95 % limit of a search without
        background and without observed events.
    collider : energy, angles and photon threshold.

    Returns
    -------
    array
        Infinite where the photon is too soft at any coupling.

    Examples
    --------
    >>> float(reach(100.0, 50 * INVERSE_AB)), float(reach(1e4, 50 * INVERSE_AB))
    (0.000204, inf)
    """
    m = positive("mass", mass)
    # every width and ε scale with g′, so the events are those at a unit coupling times
    # g′²
    rate = expected_events(m, np.ones_like(m), "loop", collider, luminosity)
    return _root_of_ratio(events, rate)


def mixing_reach(
    mass: ArrayLike,
    luminosity: float | None = None,
    events: float = 3.0,
    collider: Collider = BELLE_II,
) -> FloatArray:
    """Signal-only reach in ε for a boson that decays only to neutrinos.

    Parameters
    ----------
    mass : MeV, positive.
    luminosity : cm⁻²; that of the collider if not given.
    events : required number of signal events.
    collider : energy, angles and photon threshold.

    Returns
    -------
    array
        Infinite where the photon is too soft at any mixing.

    Examples
    --------
    >>> float(mixing_reach(100.0, 50 * INVERSE_AB))
    3.05e-06
    """
    m = positive("mass", mass)
    exposure = (
        collider.luminosity
        if luminosity is None
        else float(positive("luminosity", luminosity))
    )
    return _root_of_ratio(events, exposure * cross_section(m, 1.0, collider))


def _root_of_ratio(events: float, rate: FloatArray) -> FloatArray:
    wanted = float(positive("events", events))
    return np.asarray(
        np.sqrt(np.divide(wanted, rate, out=np.full_like(rate, np.inf), where=rate > 0))
    )
