"""Two-body decays N → ν X of a heavy neutrino of spin ½ into a neutrino and a boson
that is its own antiparticle (Balantekin:2018ukw; only abstracts and talks were read,
and the coefficients of Dirac neutrinos, from its table, are second-hand: unverified).

With polarisation P along an axis, in the rest frame of N,

    dΓ/dcos θ_X = (Γ/2) (1 + α P cos θ_X),

and α = 0 for Majorana neutrinos, whatever the interaction (CPT). For Dirac neutrinos

    γ          α = 2 Im(μ d*)/(|μ|² + |d|²)
    π⁰, η, h   α = 1 (left-handed couplings)
    ρ⁰, ω, Z   α = (m² − 2m_V²)/(m² + 2m_V²),

and −α for the antiparticle, so an equal mixture of both is also isotropic. The light
neutrino is taken as massless. In a laboratory in which N moves along the axis with γ
and β, E_X = γ (E* + β p* cos θ): a flat spectrum for Majorana, a sloped one for Dirac
neutrinos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import ALPHA_EM, M_ELECTRON, M_Z
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.numerics import FloatArray, number, numbers

__all__ = [
    "CHANNELS",
    "Channel",
    "HeavyNeutrino",
    "daughter_masses",
    "events_to_tell",
    "photon_width",
]

Channel = Literal["photon", "pi0", "eta", "rho0", "omega", "Z", "h"]
CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
Nature = Literal["majorana", "dirac", "antidirac"]
_SIGNS: Final = {"majorana": 0.0, "dirac": 1.0, "antidirac": -1.0}
_MASSES: Final = {
    "photon": 0.0,
    "pi0": 134.9768,
    "eta": 547.862,
    "rho0": 775.26,
    "omega": 782.66,
    "Z": M_Z,
    "h": 125200.0,
}
_VECTORS: Final = ("rho0", "omega", "Z")
# μ_B² in MeV⁻²: (e/2m_e)² with e² = 4πα
_MU_B2: Final = 4 * np.pi * ALPHA_EM / (2 * M_ELECTRON) ** 2
_HBAR_MEV_S: Final = 6.582119569e-22


@public
@quick_methods
@dataclass(frozen=True)
class HeavyNeutrino:
    """A decay N → ν X.

    Attributes
    ----------
    mass : of N, MeV.
    channel : X: ``"photon"``, ``"pi0"``, ``"eta"``, ``"rho0"``, ``"omega"``, ``"Z"`` or
        ``"h"``.
    nature : ``"majorana"``, ``"dirac"`` or ``"antidirac"`` (N̄).
    polarisation : P from −1 to 1 along the axis.
    moments : transition magnetic and electric moment μ, d of the photon channel, any
        common unit; complex numbers.

    Examples
    --------
    >>> HeavyNeutrino(1000.0, "pi0", "dirac").asymmetry
    1.0
    >>> HeavyNeutrino(1000.0, "pi0", "majorana").asymmetry
    0.0
    """

    mass: float
    channel: Channel
    nature: Nature = "majorana"
    polarisation: float = 1.0
    moments: tuple[complex, complex] = (1.0, 0.0)

    def __post_init__(self) -> None:
        if self.channel not in CHANNELS:
            raise UnknownNameError("decay channel", self.channel, CHANNELS)
        if self.nature not in _SIGNS:
            raise UnknownNameError("nature of the neutrino", self.nature, _SIGNS)
        least = _MASSES[self.channel]
        if not number("the mass of N in MeV", self.mass, "1 * GeV") > least:
            raise InputError(
                f"N of {self.mass:g} MeV is too light to decay to {self.channel} of"
                f" {least:g} MeV"
            )
        if not abs(number("the polarisation", self.polarisation)) <= 1:
            raise InputError(
                f"the polarisation must lie between -1 and 1, got {self.polarisation:g}"
            )
        if not sum(abs(x) ** 2 for x in self.moments) > 0:
            raise InputError("at least one of the two moments must be non-zero")

    @property
    def asymmetry(self) -> float:
        """α of the angular distribution."""
        return _SIGNS[self.nature] * self._dirac

    @property
    def _dirac(self) -> float:
        if self.channel == "photon":
            mu, d = (complex(x) for x in self.moments)
            product = (mu * d.conjugate()).imag
            return float(2 * product / (abs(mu) ** 2 + abs(d) ** 2))
        if self.channel in _VECTORS:
            ratio = 2 * (_MASSES[self.channel] / self.mass) ** 2
            return (1 - ratio) / (1 + ratio)
        return 1.0

    @property
    def rest_energies(self) -> tuple[float, float]:
        """Energy and momentum of X in the rest frame of N, MeV."""
        m2 = _MASSES[self.channel] ** 2
        return (
            (self.mass**2 + m2) / (2 * self.mass),
            (self.mass**2 - m2) / (2 * self.mass),
        )

    def by_angle(self, cos: ArrayLike) -> FloatArray:
        """Density of cos θ_X in the rest frame, which integrates to 1.

        Parameters
        ----------
        cos : cosine of the angle between X and the axis.

        Returns
        -------
        array, of the shape of `cos`; 0 outside [−1, 1].
        """
        c = numbers("cosines", cos)
        density = 0.5 * (1 + self.asymmetry * self.polarisation * c)
        return np.where(np.abs(c) <= 1, density, 0.0)

    def by_energy(self, energy: ArrayLike, gamma: float) -> FloatArray:
        """Density of the laboratory energy of X, per MeV, which integrates to 1.

        Parameters
        ----------
        energy : of X in MeV.
        gamma : Lorentz factor of N, which moves along the axis; above 1.

        Returns
        -------
        array, of the shape of `energy`; 0 where X cannot have it.

        Raises
        ------
        InputError
            If `gamma` is not above 1: at rest X has a single energy.
        """
        if not number("gamma", gamma) > 1:
            raise InputError(
                f"gamma must be above 1 (at rest X has one energy), got {gamma:g}"
            )
        e = numbers("energies", energy)
        low, high = self.energy_range(gamma)
        half_width = (high - low) / 2
        cos = (e - low) / half_width - 1
        # the ends belong to the range in spite of rounding
        cos = np.where(np.abs(np.abs(cos) - 1) < 1e-9, np.sign(cos), cos)
        return np.asarray(self.by_angle(cos) / half_width)

    def energy_range(self, gamma: float) -> tuple[float, float]:
        """Smallest and largest laboratory energy of X in MeV.

        Parameters
        ----------
        gamma : Lorentz factor of N; 1 or more.

        Raises
        ------
        InputError
            If `gamma` is below 1.
        """
        if not number("gamma", gamma) >= 1:
            raise InputError(f"gamma must not be below 1, got {gamma:g}")
        rest, momentum = self.rest_energies
        half_width = float(np.sqrt(gamma**2 - 1)) * momentum
        return gamma * rest - half_width, gamma * rest + half_width


def daughter_masses() -> dict[str, float]:
    """Masses of X in MeV, by channel.

    Examples
    --------
    >>> daughter_masses()["pi0"]
    134.9768
    """
    return dict(_MASSES)


@public
def events_to_tell(asymmetry: float, sigmas: float = 3.0) -> float:
    """Expected number of decays needed to distinguish an angular distribution with
    slope αP from an isotropic one.

    From the expected likelihood ratio, 2n ∫ p ln(p/p₀) d cos θ = `sigmas`² with p =
    (1 + αP cos θ)/2 and p₀ = ½; for small slopes n = 3 (`sigmas`/αP)².

    Parameters
    ----------
    asymmetry : αP, between −1 and 1.
    sigmas : standard deviations.

    Returns
    -------
    float
        Infinite for an isotropic distribution.

    Raises
    ------
    InputError
        If the slope lies outside [−1, 1] or `sigmas` is not positive.

    Examples
    --------
    >>> round(events_to_tell(1.0), 1)
    23.3
    >>> round(events_to_tell(0.01) / 1e4, 1)
    27.0
    """
    a = abs(number("the asymmetry", asymmetry))
    if a > 1:
        raise InputError(f"the asymmetry must lie between -1 and 1, got {asymmetry:g}")
    if not number("sigmas", sigmas) > 0:
        raise InputError(f"sigmas must be positive, got {sigmas:g}")
    if a == 0:
        return np.inf
    return float(sigmas**2 / (2 * _information(a)))


def _information(a: float) -> float:
    """∫ (1 + a c)/2 ln(1 + a c) dc from −1 to 1."""
    if a < 0.05:  # the closed form cancels
        return a**2 / 6 + a**4 / 60 + a**6 / 210
    up, down = 1 + a, 1 - a
    ends = up**2 * np.log(up) - (down**2 * np.log(down) if down > 0 else 0.0)
    return float(ends / (4 * a) - 0.5)


@public
def photon_width(
    mass: float, moment: float, nature: Nature = "dirac", electric: float = 0.0
) -> float:
    """Width of N → ν γ, (|μ|² + |d|²) m³/8π, twice that for Majorana neutrinos with the
    same couplings (N → ν γ and ν̄ γ).

    Parameters
    ----------
    mass : of N, MeV.
    moment, electric : transition magnetic and electric moment in Bohr magnetons.
    nature : ``"dirac"``, ``"antidirac"`` or ``"majorana"``.

    Returns
    -------
    float
        In 1/s.

    Raises
    ------
    InputError
        If the mass is not positive.

    Examples
    --------
    >>> from nuprobe.units import eV
    >>> round(photon_width(1 * eV, 1.0), 3)
    5.307
    """
    if nature not in _SIGNS:
        raise UnknownNameError("nature of the neutrino", nature, _SIGNS)
    if not number("the mass of N in MeV", mass, "1 * eV") > 0:
        raise InputError(f"the mass of N must be positive (MeV), got {mass:g}")
    squared = number("the magnetic moment", moment) ** 2
    squared += number("the electric moment", electric) ** 2
    width = squared * _MU_B2 * mass**3 / (8 * np.pi)
    return float(width / _HBAR_MEV_S * (2 if nature == "majorana" else 1))
