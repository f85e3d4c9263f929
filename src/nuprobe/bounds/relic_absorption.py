"""Absorption of cosmic neutrinos on relic neutrinos by the gauge boson of L_μ − L_τ:
lines in the spectrum at Earth.

A neutrino of mass state i and energy E meets a relic antineutrino j at rest; they
produce a Z′ at E_res = M²/2m_j with

    σ_ij = |Q_ij|² (2πg′²/M²) δ(1 − E/E_res),   Q_ij = U*_μi U_μj − U*_τi U_τj

(Araki:2014ona; DiFranzo:2015qea; both unverified against the papers. A seminar prints
E_res ≈ M²/m_ν, twice this.) The energy falls on its path from redshift z_s, so that a
neutrino seen at E has passed the resonance at 1 + z_j = E_res/E if 0 < z_j < z_s, and
the δ function makes the optical depth a closed form:

    τ_i(E) = Σ_j |Q_ij|² (2πg′²/M²) n_0 (c/H(z_j)) (1 + z_j)³

Assumed throughout, besides the numbers in `LineOfSight`:

- neutrinos arrive as incoherent mass states, in the proportions of oscillated sources;
- relic neutrinos are unclustered and at rest; a `ValidityWarning` says when one is not
  slow at the source;
- the width is much smaller than the range of energies (Γ/M = g′²/12π), and t-channel
  and off-resonance scattering are neglected;
- the neutrinos from the decay of the Z′, at lower energy, are not added back, so the
  depth is an upper bound;
- there is one source redshift; a diffuse flux is an average of `survival` over
  redshifts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.bounds.vector_boson import nonnegative, partial_widths, positive
from nuprobe.constants import HBARC_MEV_CM
from nuprobe.errors import InputError, shown, warn
from nuprobe.numerics import FloatArray
from nuprobe.units import eV

__all__ = [
    "GAP",
    "PEV",
    "LineOfSight",
    "cross_section",
    "effective_depth",
    "gap_band",
    "optical_depth",
    "resonance_energy",
    "spectrum",
    "survival",
]

PEV: Final = 1e9
"""One PeV in MeV."""
GAP: Final = (0.4 * PEV, 1.0 * PEV)
"""Energies at Earth, MeV, between which IceCube saw no events in three years
(Aartsen:2014gkd, according to Araki:2014ona)."""
_SPEED_OF_LIGHT_KM_S: Final = 299792.458
_MPC_CM: Final = 3.0856775814913673e24
_RELIC_TEMPERATURE: Final = 1.6764e-4 * eV  # (4/11)^(1/3) · 2.7255 K
_WINDOW_POINTS: Final = 400
_MASSES: Final = (1e-6, 1e9)  # of a boson, MeV
_COUPLING: Final = 1e3


@dataclass(frozen=True)
class LineOfSight:
    """The path between source and Earth, with every assumption that a gap depends on.

    Attributes
    ----------
    m_nu : one mass for three degenerate neutrinos, or three masses, in MeV. The default
        is the 0.1 eV of the seminar that this reproduces; cosmology disfavours it.
    z_source : redshift of the source. The default, 1.5, is the smallest for which one
        line spans 0.4 to 1 PeV.
    density : relic neutrinos per cm³ today in one mass state and one helicity (56 from
        T = 1.95 K).
    dirac : slow relics keep their helicity, not their chirality: half of the Dirac
        antineutrinos can annihilate. False (Majorana) counts all of `density`, as the
        cited papers do.
    hubble, omega_m : km/s/Mpc and matter density of a flat universe (Planck:2018vyg).
    sin2_12, sin2_13, sin2_23, delta_cp : mixing angles, CP phase in radians
        (Esteban:2024eli, normal ordering, with atmospheric data, as in
        `nuprobe.models.mixing.NUFIT`: public copies of the table, not the paper).
    source_flavours : ν_e : ν_μ : ν_τ at the source, ν and ν̄ together; 1 : 2 : 0 from
        pion decay.

    Raises
    ------
    InputError
        If a mass, density or H₀ is not positive, an angle is impossible or the flavours
        sum to zero.
    """

    m_nu: float | tuple[float, float, float] = 0.1 * eV
    z_source: float = 1.5
    density: float = 56.0
    dirac: bool = False
    hubble: float = 67.4
    omega_m: float = 0.315
    sin2_12: float = 0.308
    sin2_13: float = 0.02215
    sin2_23: float = 0.470
    delta_cp: float = 3.70
    source_flavours: tuple[float, float, float] = (1.0, 2.0, 0.0)

    def __post_init__(self) -> None:
        masses = positive("m_nu", self.m_nu)
        if masses.shape not in ((), (3,)):
            raise InputError(f"m_nu must be one mass or three, got {shown(self.m_nu)}")
        positive("z_source", self.z_source)
        positive("density", self.density)
        positive("hubble", self.hubble)
        for name in ("omega_m", "sin2_12", "sin2_13", "sin2_23"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(
                    f"{name} must lie between 0 and 1, got {getattr(self, name)}"
                )
        if not np.isfinite(self.delta_cp):
            raise InputError(f"delta_cp must be finite, got {self.delta_cp}")
        flavours = nonnegative("source_flavours", self.source_flavours)
        if flavours.shape != (3,) or not flavours.sum() > 0:
            raise InputError(
                "source_flavours must be three numbers, not all zero, got"
                f" {shown(self.source_flavours)}"
            )

    @property
    def masses(self) -> FloatArray:
        """The three masses, MeV."""
        return np.broadcast_to(np.asarray(self.m_nu, dtype=float), (3,)).copy()

    @property
    def mixing_matrix(self) -> NDArray[np.complex128]:
        """U in the standard parametrisation, rows e, μ, τ, columns 1, 2, 3 (Majorana
        phases drop out)."""
        s12, s13, s23 = (x**0.5 for x in (self.sin2_12, self.sin2_13, self.sin2_23))
        c12, c13, c23 = (
            (1 - x) ** 0.5 for x in (self.sin2_12, self.sin2_13, self.sin2_23)
        )
        phase = np.exp(1j * self.delta_cp)
        return np.array(
            [
                [c12 * c13, s12 * c13, s13 / phase],
                [
                    -s12 * c23 - c12 * s23 * s13 * phase,
                    c12 * c23 - s12 * s23 * s13 * phase,
                    s23 * c13,
                ],
                [
                    s12 * s23 - c12 * c23 * s13 * phase,
                    -c12 * s23 - s12 * c23 * s13 * phase,
                    c23 * c13,
                ],
            ]
        )

    @property
    def charges2(self) -> FloatArray:
        """|Q_ij|² between mass states, with the cosmic neutrino i as row; each row sums
        to 1 − |U_ei|²."""
        u = self.mixing_matrix
        charge = u.conj().T @ np.diag([0.0, 1.0, -1.0]) @ u
        return np.asarray(np.abs(charge) ** 2)

    @property
    def mass_fractions(self) -> FloatArray:
        """Share of each mass state in the flux."""
        flavours = np.asarray(self.source_flavours, dtype=float)
        return np.asarray(flavours / flavours.sum() @ np.abs(self.mixing_matrix) ** 2)

    def hubble_length(self, z: ArrayLike) -> FloatArray:
        """c/H(z) in cm."""
        expansion = np.sqrt(
            self.omega_m * (1 + np.asarray(z, dtype=float)) ** 3 + 1 - self.omega_m
        )
        return np.asarray(_SPEED_OF_LIGHT_KM_S / self.hubble * _MPC_CM / expansion)


def resonance_energy(mass: ArrayLike, m_nu: ArrayLike) -> FloatArray:
    """E_res = M²/2m_ν in MeV, at the position of the relic neutrino.

    Parameters
    ----------
    mass : mass M of the boson, MeV.
    m_nu : mass of the relic neutrino, MeV; broadcasts with `mass`.

    Examples
    --------
    >>> float(resonance_energy(11.0, 0.1 * eV) / PEV)
    0.605
    """
    return np.asarray(_mass(mass) ** 2 / (2 * positive("m_nu", m_nu)))


def _mass(mass: ArrayLike) -> FloatArray:
    m = positive("mass", mass)
    if np.any((m < _MASSES[0]) | (m > _MASSES[1])):
        raise InputError(
            f"mass must lie between {_MASSES[0]:g} and {_MASSES[1]:g} MeV, got"
            f" {shown(mass)}"
        )
    return m


def cross_section(
    e_nu: ArrayLike,
    mass: ArrayLike,
    coupling: ArrayLike,
    m_nu: float,
    charge2: float = 1.0,
) -> FloatArray:
    """Cross section ν_i ν̄_j → Z′ → anything at finite width, in cm², for a
    right-handed ν̄_j at rest.

    σ = 2g′²|Q_ij|² MΓ / [(s − M²)² + M²Γ²], s = 2m_ν E: its integral over s is
    2πg′²|Q_ij|² and at the peak it is the unitary 48π Γ_ij/(M²Γ).

    Parameters
    ----------
    e_nu : MeV; broadcasts with `mass` and `coupling`.
    mass : MeV.
    coupling : g′, positive.
    m_nu : mass of the relic neutrino, MeV.
    charge2 : |Q_ij|².

    Examples
    --------
    >>> cross_section(605e6, 11.0, 5e-4, 0.1 * eV)
    array(2.43e-22)
    """
    m, g = positive("mass", mass), positive("coupling", coupling)
    m_gamma = m * np.asarray(sum(partial_widths(m, g).values()))
    s = 2 * float(positive("m_nu", m_nu)) * nonnegative("e_nu", e_nu)
    peak = 2 * g**2 * float(nonnegative("charge2", charge2)) * m_gamma
    return np.asarray(peak / ((s - m**2) ** 2 + m_gamma**2) * HBARC_MEV_CM**2)


def _depth_per_coupling2(
    e_obs: ArrayLike, mass: ArrayLike, line: LineOfSight
) -> FloatArray:
    """τ_i/g′², shape (..., 3)."""
    m, e = np.broadcast_arrays(_mass(mass), positive("e_obs", e_obs))
    thermal = 3.15 * _RELIC_TEMPERATURE * (1 + line.z_source)
    if np.min(line.masses) < thermal:
        warn(
            f"a neutrino of {np.min(line.masses) / eV:.2g} eV is not slow at redshift"
            f" {line.z_source:g}, where relic momenta are {thermal / eV:.1g} eV: its"
            " line is broader and lower than computed"
        )
    one_plus_z = resonance_energy(m[..., None], line.masses) / e[..., None]
    on_the_way = (one_plus_z >= 1) & (one_plus_z <= 1 + line.z_source)
    one_plus_z = np.where(on_the_way, one_plus_z, 1.0)
    column = (
        line.density
        * (0.5 if line.dirac else 1.0)
        * line.hubble_length(one_plus_z - 1)
        * one_plus_z**3
    )
    strength = 2 * pi / m**2 * HBARC_MEV_CM**2
    return np.asarray(
        strength[..., None] * (np.where(on_the_way, column, 0.0) @ line.charges2.T)
    )


def optical_depth(
    e_obs: ArrayLike,
    mass: ArrayLike,
    coupling: ArrayLike,
    line: LineOfSight | None = None,
) -> FloatArray:
    """Optical depth of each mass state, proportional to g′².

    Parameters
    ----------
    e_obs : energy at Earth, MeV.
    mass : mass of the boson, MeV.
    coupling : g′; all three broadcast.
    line : assumptions; `LineOfSight()` if not given.

    Returns
    -------
    array, shape (..., 3)
        Exactly 0 without a resonance on the path.

    Examples
    --------
    >>> optical_depth(0.4 * PEV, 11.0, 5e-4).shape
    (3,)
    """
    per = _depth_per_coupling2(e_obs, mass, line or LineOfSight())
    g = nonnegative("coupling", coupling)
    if np.any(g > _COUPLING):
        raise InputError(
            f"coupling must be at most {_COUPLING:g}, got {shown(coupling)}"
        )
    return np.asarray(g[..., None] ** 2 * per)


def survival(
    e_obs: ArrayLike,
    mass: ArrayLike,
    coupling: ArrayLike,
    line: LineOfSight | None = None,
) -> FloatArray:
    """Fraction of the all-flavour flux that arrives, Σ_i f_i exp(−τ_i).

    Parameters
    ----------
    e_obs : energy at Earth, MeV.
    mass : mass of the boson, MeV.
    coupling : g′; all three broadcast.
    line : assumptions; `LineOfSight()` if not given.

    Examples
    --------
    >>> survival([0.4 * PEV, 2 * PEV], 11.0, 5e-4)
    array([0.0119, 1. ])
    """
    line = line or LineOfSight()
    return np.asarray(np.exp(-effective_depth(e_obs, mass, coupling, line)))


def spectrum(  # six arguments: the boson, the path and the source
    e_obs: ArrayLike,
    mass: ArrayLike,
    coupling: ArrayLike,
    line: LineOfSight | None = None,
    index: float = 2.0,
) -> FloatArray:
    """Flux of all flavours at Earth, E² dΦ/dE relative to that of the source at 0.1
    PeV: a power law with the gap.

    Parameters
    ----------
    e_obs : energy at Earth, MeV.
    mass : mass of the boson, MeV.
    coupling : g′; all three broadcast.
    line : assumptions; `LineOfSight()` if not given.
    index : γ of the source, dΦ/dE ∝ E^−γ.

    Examples
    --------
    >>> spectrum([0.1 * PEV, 0.4 * PEV, 1 * PEV], 11.0, 5e-4, index=2.5).round(3)
    array([1.   , 0.006, 0.316])
    """
    e = positive("e_obs", e_obs)
    if not np.isfinite(index):
        raise InputError(f"index must be finite, got {index}")
    source = (e / (0.1 * PEV)) ** (2 - index)
    return np.asarray(source * survival(e, mass, coupling, line))


def effective_depth(
    e_obs: ArrayLike,
    mass: ArrayLike,
    coupling: ArrayLike,
    line: LineOfSight | None = None,
) -> FloatArray:
    """−ln of `survival`: the equivalent depth of a single mass state.

    Parameters
    ----------
    e_obs : energy at Earth, MeV.
    mass : mass of the boson, MeV.
    coupling : g′; all three broadcast.
    line : assumptions; `LineOfSight()` if not given.

    Examples
    --------
    >>> float(effective_depth(2 * PEV, 11.0, 5e-4))
    0.0
    """
    line = line or LineOfSight()
    depth = optical_depth(e_obs, mass, coupling, line)
    # the state with the smallest depth is factored out so that large depths do not
    # underflow; expm1 keeps an absent one exactly 0
    thinnest = depth.min(axis=-1)
    return np.asarray(
        thinnest - np.log1p(np.expm1(thinnest[..., None] - depth) @ line.mass_fractions)
    )


def _coupling_for_depth(
    per: FloatArray, fractions: FloatArray, tau: float
) -> FloatArray:
    """Coupling at which Σ_i f_i exp(−g′² per_i) = exp(−tau); infinite where too much of
    the flux never interacts."""
    # a state whose coupling is zero up to rounding never interacts
    seen = per > 1e-20 * per.max(axis=-1, keepdims=True)
    free = np.where(seen, 0.0, fractions).sum(axis=-1)
    possible = free < np.exp(-tau) * (1 - 1e-12)
    free = np.where(
        possible, free, 0.0
    )  # a finite placeholder for the points set to infinity below
    needed = np.log((1 - free) / (np.exp(-tau) - free))
    thin = np.where(seen, per, np.inf).min(axis=-1)
    low = np.log(
        np.where(possible, needed / np.where(possible, per.max(axis=-1), 1.0), 1.0)
    )
    high = np.log(np.where(possible, needed / np.where(possible, thin, 1.0), 1.0))
    for _ in range(50):
        middle = (low + high) / 2
        left = np.exp(-np.exp(middle)[..., None] * per) @ fractions
        low, high = (
            np.where(left > np.exp(-tau), middle, low),
            np.where(left > np.exp(-tau), high, middle),
        )
    return np.asarray(np.where(possible, np.exp((low + high) / 4), np.inf))


def gap_band(
    mass: ArrayLike,
    line: LineOfSight | None = None,
    energies: tuple[float, float] = GAP,
    tau_min: float = 1.0,
    coverage: float = 0.5,
    clear: tuple[float, float] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Couplings for which the boson produces the gap in the spectrum at Earth.

    A gap is an effective depth (`effective_depth`) of at least `tau_min` over at least
    the fraction `coverage` of the energy window, measured in ln E. If `clear` is given,
    the depth must stay below `tau_min` over the same fraction of that window, in which
    neutrinos are observed.

    Parameters
    ----------
    mass : mass of the boson in MeV, any shape.
    line : assumptions; `LineOfSight()` if not given.
    energies : the gap, MeV at Earth; 0.4 to 1 PeV in the data of Aartsen:2014gkd
        (Araki:2014ona).
    tau_min : 1 removes 63 % of the flux.
    coverage : between 0 and 1.
    clear : window in which the flux must survive, MeV.

    Returns
    -------
    lower, upper : arrays of the shape of `mass`
        `lower` is infinite where no coupling produces the gap because the lines lie
        elsewhere; `upper` is infinite where nothing bounds the coupling from above.
        There is no gap where lower > upper.

    Raises
    ------
    InputError
        If a window is empty, `tau_min` is not positive or `coverage` lies outside (0,
        1].

    Examples
    --------
    >>> lower, upper = gap_band(11.0, energies=(0.3 * PEV, 0.6 * PEV))
    >>> float(lower), float(upper)
    (0.000213, inf)
    """
    line = line or LineOfSight()
    m = positive("mass", mass)
    tau = float(positive("tau_min", tau_min))
    if not 0 < coverage <= 1:
        raise InputError(f"coverage must lie in (0, 1], got {coverage}")

    def sorted_couplings(window: tuple[float, float]) -> FloatArray:
        start, stop = (float(x) for x in positive("a window of energies", window))
        if not start < stop:
            raise InputError(
                f"a window of energies must run from low to high, got {window}"
            )
        e_obs = np.exp(
            log(start)
            + log(stop / start) * (np.arange(_WINDOW_POINTS) + 0.5) / _WINDOW_POINTS
        )
        per = _depth_per_coupling2(e_obs, m[..., None], line)
        return np.sort(_coupling_for_depth(per, line.mass_fractions, tau), axis=-1)

    needed = int(np.ceil(coverage * _WINDOW_POINTS - 1e-9))
    lower = sorted_couplings(energies)[..., needed - 1]
    upper = (
        np.full_like(lower, np.inf)
        if clear is None
        else sorted_couplings(clear)[..., _WINDOW_POINTS - needed]
    )
    return np.asarray(lower), np.asarray(upper)
