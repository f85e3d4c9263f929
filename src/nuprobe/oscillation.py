"""Flavour on the way from source to detector: mixing, vacuum oscillations, averages,
the Sun.

A neutrino produced with flavour ℓ arrives as ν_ℓ(L) = Σ_k U*_ℓk e^{−i m_k² L/2E} ν_k
(antineutrinos: with U), and what it does in the detector follows from its density
matrix, ρ(E) = Σ_i f_i(E) ρ_i. Each way below gives the f_i and the ρ_i (it is a
`Propagation` of `nuprobe.prediction`); `density`, `probabilities`, `state` and `mu_eff`
put them together. The amplitude of Kouzakov:2017hbc (eq. unverified; read in the
proceedings of EPS-HEP2021, eqs. 1, 2, 6), with photon exchange between mass states, is
Re Tr[M ρ M†] of these matrices.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.models import Model, check_model
from nuprobe.nuclei.isotopes import as_spelt
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.processes.elastic import columns, product
from nuprobe.units import eV, keV, m

__all__ = [
    "NUFIT",
    "PMNS",
    "SOLAR_POTENTIALS",
    "Averaged",
    "Solar",
    "Splittings",
    "Vacuum",
    "density",
    "moment_limits",
    "mu_eff",
    "probabilities",
    "state",
]

# NuFIT 6.0 with the tabulated atmospheric data (Esteban:2024eli: not read in the paper;
# the numbers agree in several public copies of its table): sin² of the angles, δ_CP in
# degrees, Δm²₂₁ and Δm²₃₁ in eV² (inverted: from Δm²₃₂)
NUFIT: Final[dict[str, tuple[float, float, float, float, float, float]]] = {
    "normal": (0.308, 0.02215, 0.470, 212.0, 7.49e-5, 2.513e-3),
    "inverted": (0.308, 0.02231, 0.550, 274.0, 7.49e-5, -2.484e-3 + 7.49e-5),
}
"""Best fit by mass ordering: sin²θ₁₂, sin²θ₁₃, sin²θ₂₃, δ_CP/degree, Δm²₂₁/eV²,
Δm²₃₁/eV²."""

SOLAR_POTENTIALS: Final[dict[str, float]] = {
    "pp": 4.68e-12 * eV,
    "pep": 5.13e-12 * eV,
    "hep": 3.96e-12 * eV,
    "Be7": 6.16e-12 * eV,
    "B8": 6.81e-12 * eV,
    "N13": 6.22e-12 * eV,
    "O15": 6.69e-12 * eV,
    "F17": 6.74e-12 * eV,
}
"""√2 G_F n_e in MeV, averaged over where each component of the solar flux is made
(deHolanda:2004fd; from memory, those of pep, ⁷Be and ⁸B compared with a public
code)."""


# a number beyond these was given without its unit
_LARGEST_SPLITTING: Final = keV**2
_SHORTEST_BASELINE: Final = 1e-6 * m


def _fit(ordering: str) -> tuple[float, float, float, float, float, float]:
    if not isinstance(ordering, str) or ordering not in NUFIT:
        raise UnknownNameError("mass ordering", ordering, NUFIT)
    return NUFIT[ordering]


@dataclass(frozen=True)
class PMNS:
    """Mixing matrix U, ν_α = Σ_k U_αk ν_k, of three neutrinos or of three and a sterile
    one.

    U = R₃₄(δ₃₄) R₂₄ R₁₄(δ₁₄) R₂₃ R₁₃(δ) R₁₂ diag(1, e^{iα₂₁/2}, e^{iα₃₁/2},
    e^{iα₄₁/2}), where R_jk(δ) has sin θ_jk e^{−iδ} in the row j and column k. Defaults:
    NuFIT 6.0, normal ordering (`NUFIT`).

    Attributes
    ----------
    sin2_12, sin2_13, sin2_23 : sin² of the angles.
    delta_cp : δ in radians.
    sin2_14, sin2_24, sin2_34 : of the sterile neutrino; None in all three means that
        there is none.
    delta_14, delta_34 : its phases.
    majorana : α₂₁, α₃₁ (and α₄₁), which oscillations do not see but moments of Majorana
        neutrinos do.
    """

    sin2_12: float = NUFIT["normal"][0]
    sin2_13: float = NUFIT["normal"][1]
    sin2_23: float = NUFIT["normal"][2]
    delta_cp: float = math.radians(NUFIT["normal"][3])
    sin2_14: float | None = None
    sin2_24: float | None = None
    sin2_34: float | None = None
    delta_14: float = 0.0
    delta_34: float = 0.0
    majorana: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("sin2_12", "sin2_13", "sin2_23", "sin2_14", "sin2_24", "sin2_34"):
            value = getattr(self, name)
            if (value is not None or "4" not in name) and not 0 <= number(
                name, value
            ) <= 1:
                raise InputError(f"{name} must lie between 0 and 1, got {value}")
        for name in ("delta_cp", "delta_14", "delta_34"):
            number(f"{name} in radians", getattr(self, name))
        phases = numbers("majorana", self.majorana)
        if (
            phases.ndim != 1
            or len(phases) >= self.size
            or not np.isfinite(phases).all()
        ):
            raise InputError(
                f"majorana must hold at most {self.size - 1} finite phases, such as"
                f" (0.3, 0.0), got {shown(self.majorana)}"
            )

    @classmethod
    def nufit(cls, ordering: str = "normal") -> PMNS:
        """Best fit of NuFIT 6.0 for ``"normal"`` or ``"inverted"`` ordering."""
        s12, s13, s23, delta, _, _ = _fit(ordering)
        return cls(s12, s13, s23, math.radians(delta))

    @property
    def size(self) -> int:
        """3, or 4 with a sterile neutrino."""
        return 3 if self.sin2_14 is self.sin2_24 is self.sin2_34 is None else 4

    @property
    def matrix(self) -> NDArray[np.complex128]:
        """U, rows e, μ, τ (s), columns 1, 2, 3 (4)."""
        u = np.eye(self.size, dtype=complex)
        rotations: list[tuple[int, int, float | None, float]] = [
            (1, 2, self.sin2_23, 0.0),
            (0, 2, self.sin2_13, self.delta_cp),
            (0, 1, self.sin2_12, 0.0),
        ]
        if self.size == 4:
            sterile = [
                (2, 3, self.sin2_34, self.delta_34),
                (1, 3, self.sin2_24, 0.0),
                (0, 3, self.sin2_14, self.delta_14),
            ]
            rotations = sterile + rotations
        for j, k, sin2, phase in rotations:
            s, c = math.sqrt(sin2 or 0.0), math.sqrt(1 - (sin2 or 0.0))
            r = np.eye(self.size, dtype=complex)
            r[j, j] = r[k, k] = c
            r[j, k], r[k, j] = s * np.exp(-1j * phase), -s * np.exp(1j * phase)
            u = u @ r
        phases = np.zeros(self.size)
        phases[1 : 1 + len(self.majorana)] = self.majorana
        return np.asarray(u * np.exp(0.5j * phases))


@dataclass(frozen=True)
class Splittings:
    """Differences of squared masses, MeV² (``7.49e-5 * eV**2``). Defaults: NuFIT 6.0,
    normal ordering.

    Attributes
    ----------
    dm21, dm31 : m₂² − m₁² and m₃² − m₁², the latter negative for inverted ordering.
    dm41 : m₄² − m₁² of a sterile neutrino, or None.
    """

    dm21: float = NUFIT["normal"][4] * eV**2
    dm31: float = NUFIT["normal"][5] * eV**2
    dm41: float | None = None

    def __post_init__(self) -> None:
        for name in ("dm21", "dm31", "dm41"):
            value = getattr(self, name)
            if value is None and name == "dm41":
                continue
            if (
                abs(number(f"{name} in MeV²", value, "7.5e-5 * eV**2"))
                > _LARGEST_SPLITTING
            ):
                raise InputError(
                    f"{name} of {value:g} MeV² is beyond any neutrino: give it with its"
                    f" unit, {value:g} * eV**2"
                )

    @classmethod
    def nufit(cls, ordering: str = "normal") -> Splittings:
        """Best fit of NuFIT 6.0 for ``"normal"`` or ``"inverted"`` ordering."""
        return cls(*(dm2 * eV**2 for dm2 in _fit(ordering)[4:]))

    def squares(self, size: int) -> FloatArray:
        """Return m_k² − m₁² of 3 or 4 states; raises `InputError` if the number of
        states is another."""
        if (size == 4) != (self.dm41 is not None):
            raise InputError(
                "a sterile neutrino needs both its mixing (sin2_14 … of PMNS) and its"
                " mass (dm41 of Splittings), got "
                + ("only the mixing" if size == 4 else "only the mass")
            )
        return np.array(
            [0.0, self.dm21, self.dm31, *(() if self.dm41 is None else (self.dm41,))]
        )

    def masses(self, lightest: float = 0.0) -> FloatArray:
        """Masses in MeV for the mass of the lightest neutrino (MeV)."""
        if (
            number("the mass of the lightest neutrino in MeV", lightest, "0.01 * eV")
            < 0
        ):
            raise InputError(
                "the mass of the lightest neutrino must not be negative (MeV), got"
                f" {lightest}"
            )
        squares = self.squares(3 if self.dm41 is None else 4)
        result: FloatArray = np.sqrt(squares - squares.min() + lightest**2)
        return result


class Way(Protocol):
    """Propagation between source and detector: ρ(E) = Σ_i f_i(E) ρ_i (as in
    `nuprobe.prediction`)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the f_i, empty for the constant one."""

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """f_i at energies (MeV), shape (*e_nu.shape, i)."""

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return the ρ_i of neutrinos produced with this flavour."""


@dataclass(frozen=True)
class Vacuum:
    """Coherent oscillations in vacuum over one distance.

    ρ has a constant and, for each pair of masses, cos and sin of Δm² L/2E. At zero
    distance it is the flavour itself.

    Attributes
    ----------
    baseline : L in MeV⁻¹ (``20 * m``).
    mixing, splittings : U and Δm².
    """

    baseline: float
    mixing: PMNS = field(default_factory=PMNS)
    splittings: Splittings = field(default_factory=Splittings)

    def __post_init__(self) -> None:
        if number("a baseline", self.baseline, "53 * km") < 0:
            raise InputError(
                f"a baseline must not be negative (20 * m, 1 * km), got {self.baseline}"
            )
        _check_mixing(self.mixing, self.splittings)
        if 0 < self.baseline < _SHORTEST_BASELINE:
            raise InputError(
                f"a baseline of {self.baseline:g} is {self.baseline / m:.2g} m: give it"
                f" with its unit, {self.baseline:g} * km (nuprobe.units)"
            )

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        squares = self.splittings.squares(self.mixing.size)
        pairs = [(j, i) for i, j in itertools.combinations(range(self.mixing.size), 2)]
        # equal masses stay coherent for ever; their pair belongs to the constant
        return (
            [(k, j) for k, j in pairs if squares[k] != squares[j]]
            if self.baseline
            else []
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Constant, then cos and sin of each pair."""
        return (
            "",
            *(f"{f}{k + 1}{j + 1}" for k, j in self._pairs for f in ("cos", "sin")),
        )

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """1, cos, sin, …"""
        squares = self.splittings.squares(self.mixing.size)
        result = [np.ones_like(e_nu)]
        for k, j in self._pairs:
            phase = (squares[k] - squares[j]) * self.baseline / (2 * e_nu)
            result += [np.cos(phase), np.sin(phase)]
        return np.stack(result, axis=-1)

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return ρ of the constant, cos and sin terms."""
        u = self.mixing.matrix
        if flavour.anti:
            u = np.conj(u)
        # what each mass state adds to the neutrino at the source, as columns
        parts = u * np.conj(u[flavour.index])
        pure = np.zeros((len(u), len(u)), dtype=complex)
        pure[flavour.index, flavour.index] = 1.0
        waves = []
        for k, j in self._pairs:
            # ν_k carries e^{−i m_k² L/2E}
            cross = np.outer(parts[:, k], np.conj(parts[:, j]))
            waves += [cross + np.conj(cross.T), -1j * cross + 1j * np.conj(cross.T)]
        return tuple(
            FlavourState.of(matrix) for matrix in (pure - sum(waves[::2]), *waves)
        )


@dataclass(frozen=True)
class Averaged:
    """Incoherent mass states: oscillations too fast to be seen, in vacuum.

    Attributes
    ----------
    mixing : U.
    """

    mixing: PMNS = field(default_factory=PMNS)

    def __post_init__(self) -> None:
        _check_mixing(self.mixing)

    @property
    def names(self) -> tuple[str, ...]:
        """One constant."""
        return ("",)

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """1."""
        return np.ones((*e_nu.shape, 1))

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return Σ_k |U_ℓk|² ν_k ν_k†."""
        u = self.mixing.matrix
        return (
            FlavourState(
                np.conj(u) if flavour.anti else u, np.abs(u[flavour.index]) ** 2
            ),
        )


@dataclass(frozen=True)
class Solar:
    """Solar ν_e by day: incoherent mass states with adiabatic conversion in the Sun
    (three neutrinos).

    P_e3 = sin²θ₁₃, P_e1 = cos²θ₁₃ cos²θ_M, P_e2 = cos²θ₁₃ sin²θ_M with the mixing angle
    θ_M where the neutrino is made,

        cos 2θ_M = (cos 2θ₁₂ − β)/√[(cos 2θ₁₂ − β)² + sin² 2θ₁₂],  β = 2 E cos²θ₁₃ √2
        G_F n_e/Δm²₂₁

    (deHolanda:2004fd, eq. unverified; textbook). Matter in the Earth, the width of the
    production region and the effect of matter on θ₁₃ (below 1 %) are left out.

    Attributes
    ----------
    component : which n_e: a name of `SOLAR_POTENTIALS` (``"8B"`` is ``"B8"``), or √2
        G_F n_e itself in MeV.
    mixing, splittings : U and Δm².
    """

    component: str | float = "Be7"
    mixing: PMNS = field(default_factory=PMNS)
    splittings: Splittings = field(default_factory=Splittings)

    def __post_init__(self) -> None:
        if isinstance(self.mixing, PMNS) and self.mixing.size != 3:
            raise InputError(
                "solar neutrinos are computed for three neutrinos: leave out the"
                " sterile one"
            )
        _check_mixing(self.mixing, self.splittings)
        if not self.splittings.dm21 > 0:
            raise InputError(
                "solar neutrinos need dm21 > 0 (that is what 1 and 2 mean), got"
                f" {self.splittings.dm21}"
            )
        if isinstance(self.component, str):
            object.__setattr__(
                self, "component", as_spelt(self.component, SOLAR_POTENTIALS)
            )
            if self.component not in SOLAR_POTENTIALS:
                raise UnknownNameError(
                    "component of the solar flux", self.component, SOLAR_POTENTIALS
                )
        elif (
            number(
                "the potential in the Sun in MeV, or the name of a component,",
                self.component,
            )
            < 0
        ):
            raise InputError(
                "the potential in the Sun must not be negative (MeV), got"
                f" {self.component}"
            )

    @property
    def potential(self) -> float:
        """√2 G_F n_e in MeV."""
        return (
            SOLAR_POTENTIALS[self.component]
            if isinstance(self.component, str)
            else self.component
        )

    @property
    def names(self) -> tuple[str, ...]:
        """One function for each mass state."""
        return ("1", "2", "3")

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """Shares P_e1, P_e2, P_e3 of the mass states."""
        p = self.mixing
        cos2, sin2 = 1 - 2 * p.sin2_12, 2 * math.sqrt(p.sin2_12 * (1 - p.sin2_12))
        x = cos2 - 2 * e_nu * (1 - p.sin2_13) * self.potential / self.splittings.dm21
        matter = (1 + x / np.hypot(x, sin2)) / 2  # cos² θ_M
        c13 = 1 - p.sin2_13
        return np.stack(
            [c13 * matter, c13 * (1 - matter), np.full_like(e_nu, p.sin2_13)], axis=-1
        )

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return the three mass states; raises `InputError` for what the Sun does not
        make."""
        if flavour.index or flavour.anti:
            raise InputError(f"the Sun makes nu_e, not {flavour}")
        u = self.mixing.matrix
        return tuple(FlavourState(u[:, [k]], np.ones(1)) for k in range(3))


def density(
    way: Way, flavour: str | Flavour, e_nu: ArrayLike
) -> NDArray[np.complex128]:
    """Density matrix ρ(E) in the flavour basis of what was produced as `flavour`.

    Parameters
    ----------
    way : `Vacuum`, `Averaged` or `Solar`.
    flavour : flavour at production.
    e_nu : energies in MeV.

    Returns
    -------
    array, shape (*e_nu.shape, n, n)
        n is 3, or 4 with a sterile neutrino.

    Raises
    ------
    InputError
        If an energy is not positive and finite.
    """
    check_way(way)
    e = _energies(e_nu)
    matrices = [
        (s.vectors * s.weights) @ np.conj(s.vectors.T)
        for s in way.states(as_flavour(flavour))
    ]
    return np.asarray(
        np.tensordot(_functions(way, e), np.stack(matrices), axes=1), dtype=complex
    )


def probabilities(way: Way, flavour: str | Flavour, e_nu: ArrayLike) -> FloatArray:
    """Probabilities to arrive as e, μ, τ (s), shape (*e_nu.shape, n); arguments as in
    `density`."""
    diagonal = np.diagonal(density(way, flavour, e_nu), axis1=-2, axis2=-1).real
    return np.clip(diagonal, 0.0, 1.0)


def state(way: Way, flavour: str | Flavour, e_nu: float) -> FlavourState:
    """State at one energy (MeV), which `nuprobe.cevns.differential` takes in place of a
    flavour."""
    return FlavourState.of(
        density(way, flavour, number("the neutrino energy in MeV", e_nu))
    )


def mu_eff(
    model: Model, flavour: str | Flavour, e_nu: ArrayLike, way: Way
) -> FloatArray:
    """Effective magnetic moment |μ_ν| of neutrinos produced as `flavour` where they are
    detected, in Bohr magnetons.

    μ² = Σ_j |Σ_k U*_ℓk e^{−i m_k² L/2E} (μ − iε)_jk|² (Giunti:2014ixa, eq. unverified),
    and Σ_k P_ek Σ_j |(μ − iε)_jk|² where the mass states are incoherent.

    Parameters
    ----------
    model : what has the moments, such as `Electromagnetic`.
    flavour, e_nu, way : as in `density`.

    Returns
    -------
    array
        Of the shape of `e_nu`; 0 if the model has no moments.

    Raises
    ------
    InputError
        If an energy is not positive and finite.
    """
    check_model(model)
    check_way(way)
    f = as_flavour(flavour)
    e = _energies(e_nu)
    moment = model.couplings(f.anti).magnetic
    if moment is None:
        return np.zeros(e.shape)
    squares = []
    for one in way.states(f):
        column = columns(moment, one)
        squares.append(product(column, column, one))
    return np.sqrt(np.maximum(_functions(way, e) @ np.stack(squares), 0.0))


def moment_limits(mu: float, shares: ArrayLike) -> Mapping[str, float]:
    """Turn an upper limit on the effective moment of incoherent neutrinos into limits
    on moments of mass states.

    μ² = Σ_k P_k Σ_j |μ_jk|²; each limit assumes that all other elements vanish.

    Parameters
    ----------
    mu : limit on μ, in Bohr magnetons.
    shares : P_1, P_2, P_3 of the mass states, such as ``Solar().functions(energy)``.

    Returns
    -------
    mapping
        ``"mu_11"``, ``"mu_22"``, ``"mu_33"`` (Dirac); ``"mu_12"``, ``"mu_13"``,
        ``"mu_23"`` (Majorana, or Dirac with its hermitian partner); ``"lambda_1"`` …
        are the latter under the names |Λ_i| = |μ_jk| of Canas:2015yoa. A share of zero
        gives no limit, ``inf``.

    Raises
    ------
    InputError
        If the limit is not positive or the shares are not three fractions that add up
        to 1.
    """
    p = numbers("shares", shares)
    if p.shape != (3,) or not np.all((p >= 0) & (p <= 1)) or abs(p.sum() - 1) > 1e-6:
        raise InputError(
            f"shares must be three fractions that add up to 1, got {shown(shares)}"
        )
    if number("a limit on a moment in Bohr magnetons", mu) <= 0:
        raise InputError(f"a limit on a moment must be positive, got {mu}")

    def limit(share: float) -> float:
        return float(mu / math.sqrt(share)) if share > 0 else math.inf

    result = {f"mu_{k + 1}{k + 1}": limit(p[k]) for k in range(3)}
    for k, (i, j) in enumerate(((1, 2), (0, 2), (0, 1))):
        result[f"mu_{i + 1}{j + 1}"] = result[f"lambda_{k + 1}"] = limit(p[i] + p[j])
    return result


def check_way(way: Any) -> None:
    """Refuse what is no way from source to detector with `InputError`."""
    if isinstance(way, type) or not (
        hasattr(way, "functions") and hasattr(way, "states")
    ):
        raise InputError(
            f"a way is Vacuum(20 * m), Averaged() or Solar(), got {shown(way)}"
        )


def _check_mixing(mixing: Any, splittings: Any = None) -> None:
    if not isinstance(mixing, PMNS):
        raise InputError(
            "mixing must be a PMNS, such as PMNS() or PMNS(sin2_12=0.31), got"
            f" {shown(mixing)}"
        )
    if splittings is None:
        return
    if not isinstance(splittings, Splittings):
        raise InputError(
            "splittings must be Splittings, such as Splittings(7.5e-5 * eV**2), got"
            f" {shown(splittings)}"
        )
    splittings.squares(mixing.size)


def _functions(way: Way, e_nu: FloatArray) -> FloatArray:
    """f_i of a way; raises `InputError` where they leave the range of numbers."""
    with np.errstate(all="ignore"):
        found = way.functions(e_nu)
    wrong = ~np.isfinite(found).all(axis=-1)
    if wrong.any():
        raise InputError(
            f"the way cannot be computed at {e_nu[wrong].flat[0]:g} MeV: give an energy"
            " of neutrinos, in MeV"
        )
    return found


def _energies(e_nu: Any) -> FloatArray:
    e = numbers("neutrino energies in MeV", e_nu)
    if not np.all((e > 0) & np.isfinite(e)):
        raise InputError("neutrino energies must be positive and finite (MeV)")
    return e
