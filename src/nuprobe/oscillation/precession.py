"""Spin–flavour precession: neutrinos with magnetic moments in matter and a magnetic
field across their path.

Two flavours, ν_e and ν_x, with both helicities. For the amplitudes (ν_e, ν_x; the same
with the other helicity) the evolution along the path is i dψ/dr = H ψ,

    H = | K + V      μ† B_⊥ |     K = (Δm²/4E) |−cos 2θ  sin 2θ|
        | μ B_⊥      K′     |                  | sin 2θ  cos 2θ|

with V = diag(√2 G_F (n_e − n_n/2), −√2 G_F n_n/2) (Lim:1987tk; Akhmedov:1988uk;
textbook, eqs. unverified).

- Majorana: the other helicity states are the antineutrinos, K′ = K − V, and μ is
  antisymmetric: one transition moment, ν_e → ν̄_x and ν_x → −ν̄_e. A ν̄_x then
  oscillates to ν̄_e.
- Dirac: the other helicity is sterile, K′ = K, and μ is hermitian, so ν_eL → ν_eR
  occurs even with one flavour.

From the Sun to the Earth the mass states lose their coherence. Neglected: θ₁₃ and the
third neutrino (with them V_e is 2 % smaller and the conversion in the Sun's core 5 to 6
% larger), a twisting field, the interplanetary field, and non-radial paths.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public, quick_methods
from nuprobe.drawing import draws
from nuprobe.errors import ComputationError, InputError, UnknownNameError, shown
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.oscillation.arrival import energies
from nuprobe.oscillation.evolution import after_each, steps, whole
from nuprobe.oscillation.magnetic_field import MagneticField
from nuprobe.oscillation.matter import SOLAR_RADIUS, Matter, standard_sun
from nuprobe.oscillation.mixing import NUFIT, Splittings
from nuprobe.oscillation.precession_formulas import BOHR_MAGNETON
from nuprobe.units import eV, gauss

__all__ = ["SpinFlavour"]

Kind = Literal["majorana", "dirac"]
_PLACES: Final[dict[str, dict[str, tuple[tuple[int, int, float], ...]]]] = {
    "majorana": {"ex": ((0, 1, 1.0), (1, 0, -1.0))},
    "dirac": {
        "ee": ((0, 0, 1.0),),
        "xx": ((1, 1, 1.0),),
        "ex": ((0, 1, 1.0), (1, 0, 1.0)),
    },
}
"""Elements of the matrix of moments [final, initial] for each name."""

_ANGLES: Final = (2.5, 1.5, 0.75, 0.35, 0.15)  # radians per step
_RTOL: Final = 1e-4
_FAINT: Final = 1e-6
_PRODUCED: Final = 1e-4  # relative to the most productive radius


def _default_field() -> MagneticField:
    return MagneticField.named("core", 50e3 * gauss)


@public
@quick_methods
@dataclass(frozen=True, eq=False)
class SpinFlavour:
    """Neutrinos with magnetic moments propagating through a field, by default solar
    ones.

    Attributes
    ----------
    moments : in Bohr magnetons, by name: ``{"ex": 1e-11}`` (ν_e → ν̄_x) for Majorana
        neutrinos, which have no others; also ``"ee"``, ``"xx"`` for Dirac ones.
    magnetic_field : across the path. The default, an assumption, is 50 kG in the core
        of the Sun (``"core"`` of `FIELDS`).
    matter : along the path; the default is the standard solar model B16-GS98.
    kind : ``"majorana"`` or ``"dirac"``.
    sin2_theta, dm2 : mixing of two flavours and Δm² in MeV²; defaults θ₁₂ and Δm²₂₁ of
        NuFIT 6.0.
    production : where ν_e are produced: a kind of neutrino in `matter` (``"B8"``;
        averaged over its production region), or a radius in MeV⁻¹ (``0.05 *
        SOLAR_RADIUS``).

    Raises
    ------
    InputError
        If a moment or mixing is impossible, or production lies outside the matter.
    UnknownNameError
        For an unknown kind, moment or kind of solar neutrino.

    Examples
    --------
    >>> sun = SpinFlavour({"ex": 1e-11}, production=0.05 * SOLAR_RADIUS)
    >>> p = sun.probabilities(10.0)
    >>> [f"{x:.2g}" for x in p], f"{p.sum():.6f}"
    (['0.34', '0.66', '2e-07', '4.4e-07'], '1.000000')
    """

    moments: Mapping[str, float]
    magnetic_field: MagneticField = field(default_factory=_default_field)
    matter: Matter = field(default_factory=standard_sun)
    kind: Kind = "majorana"
    sin2_theta: float = NUFIT["normal"][0]
    dm2: float = NUFIT["normal"][4] * eV**2
    production: str | float = "B8"

    plot = draws("plot_precession")

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise UnknownNameError("kind of neutrino", self.kind, get_args(Kind))
        if not isinstance(self.moments, Mapping) or not self.moments:
            raise InputError(
                'moments must name elements, such as {"ex": 1e-11} in Bohr magnetons,'
                f" got {shown(self.moments)}"
            )
        for name, value in self.moments.items():
            if not isinstance(name, str) or name not in _PLACES[self.kind]:
                raise UnknownNameError(
                    f"moment of {self.kind.capitalize()} neutrinos",
                    name,
                    _PLACES[self.kind],
                )
            if abs(number(f"the moment {name} in Bohr magnetons", value)) > 1:
                raise InputError(
                    f"the moment {name} of {value:.3g} Bohr magnetons is larger than"
                    " that of the electron: give it in Bohr magnetons, such as 1e-11"
                )
        self._check_surroundings()
        if not 0 <= number("sin2_theta", self.sin2_theta) <= 1:
            raise InputError(
                f"sin2_theta must lie between 0 and 1, got {self.sin2_theta}"
            )
        Splittings(dm21=self.dm2)
        if isinstance(self.production, str):
            self.matter.made(self.production, 0.0)
        elif not self.matter.radius[0] <= self.production < self.matter.radius[-1]:
            raise InputError(
                "production must be a radius inside the matter, from"
                f" {self.matter.radius[0] / SOLAR_RADIUS:g} to below"
                f" {self.matter.radius[-1] / SOLAR_RADIUS:g} solar radii (0.05 *"
                f" SOLAR_RADIUS), got {self.production / SOLAR_RADIUS:g}"
            )

    def _check_surroundings(self) -> None:
        for name, given, kind, example in (
            (
                "magnetic_field",
                self.magnetic_field,
                MagneticField,
                'MagneticField.named("core", 50e3 * gauss)',
            ),
            ("matter", self.matter, Matter, "standard_sun()"),
        ):
            if not isinstance(given, kind):
                raise InputError(
                    f"{name} must be a {kind.__name__}, such as {example}, got"
                    f" {shown(given)}"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the four states."""
        flipped = (
            ("nubar_e", "nubar_x") if self.kind == "majorana" else ("nu_eR", "nu_xR")
        )
        return ("nu_e", "nu_x", *flipped)

    @property
    def mixing(self) -> FloatArray:
        """U of two flavours, rows e and x, columns 1 and 2."""
        s, c = np.sqrt(self.sin2_theta), np.sqrt(1 - self.sin2_theta)
        return np.array([[c, s], [-s, c]])

    def times(self, factor: float) -> SpinFlavour:
        """Return the same with all moments multiplied by a `factor`."""
        return replace(
            self, moments={name: factor * mu for name, mu in self.moments.items()}
        )

    def hamiltonian(self, radius: ArrayLike, e_nu: float) -> NDArray[np.complex128]:
        """H along the path.

        Parameters
        ----------
        radius : MeV⁻¹, any shape.
        e_nu : neutrino energy, MeV.

        Returns
        -------
        array, shape (*radius.shape, 4, 4)
            In MeV, in the order of `names`.
        """
        r = numbers("radii in MeV⁻¹", radius)
        u, e = self.mixing, float(energies(e_nu))
        kinetic = (u * (np.array([-1.0, 1.0]) * self.dm2 / (4 * e))) @ u.T
        result = np.zeros((*r.shape, 4, 4), dtype=complex)
        result[..., :2, :2] = result[..., 2:, 2:] = kinetic
        for k, potential in enumerate(self.matter.potentials(r)):
            result[..., k, k] += potential
            if self.kind == "majorana":
                result[..., k + 2, k + 2] -= potential
        strength = BOHR_MAGNETON * self.magnetic_field.at(r)
        for name, mu in self.moments.items():
            for final, initial, sign in _PLACES[self.kind][name]:
                result[..., final + 2, initial] += sign * mu * strength
                result[..., initial, final + 2] += sign * mu * strength
        return result

    def probabilities(self, e_nu: ArrayLike) -> FloatArray:
        """Probabilities at Earth of the four states, for ν_e at production.

        Parameters
        ----------
        e_nu : neutrino energies, MeV, any shape.

        Returns
        -------
        array, shape (*e_nu.shape, 4)
            In the order of `names`; they sum to 1.

        Raises
        ------
        ComputationError
            If the neutrino oscillates more than some 10⁵ times on the path.
        """
        shares = self.mass_states(e_nu).reshape(-1, 2, 2)
        mixed = shares @ (self.mixing**2).T
        return np.asarray(mixed.reshape(*np.shape(e_nu), 4))

    def mass_states(self, e_nu: ArrayLike) -> FloatArray:
        """Shares of the mass states ν_1, ν_2 and, of the other helicity, ν_1, ν_2.

        Parameters
        ----------
        e_nu : as in `probabilities`.

        Returns
        -------
        array, shape (*e_nu.shape, 4)
        """
        basis = np.zeros((4, 4))
        basis[:2, :2] = basis[2:, 2:] = self.mixing.T
        return self._shares(e_nu, basis)

    def at_exit(self, e_nu: ArrayLike) -> FloatArray:
        """Probabilities of the four flavour states at the end of the matter, where mass
        states are still coherent.

        Parameters
        ----------
        e_nu : as in `probabilities`.

        Returns
        -------
        array, shape (*e_nu.shape, 4)
        """
        return self._shares(e_nu, np.eye(4))

    def _shares(self, e_nu: ArrayLike, basis: FloatArray) -> FloatArray:
        e = energies(e_nu)
        found = [self._at(float(one), basis) for one in e.ravel()]
        return np.asarray(found).reshape(*e.shape, 4)

    def _at(self, e_nu: float, basis: FloatArray) -> FloatArray:
        """Probabilities of the states of a basis (rows) at the end of the path."""
        coarse = None
        for angle in _ANGLES:
            fine = self._with_steps(e_nu, basis, angle)
            if coarse is not None:
                # for a probability far below the others of its helicity only the size
                # matters
                size = np.repeat(fine.reshape(2, 2).sum(axis=1), 2)
                if np.all(np.abs(fine - coarse) <= _RTOL * fine + _FAINT * size):
                    return fine
            coarse = fine
        raise ComputationError(
            f"the evolution at {e_nu:g} MeV does not converge to {_RTOL:g}: give"
            " smoother matter and field profiles, or more radii"
        )

    def _with_steps(self, e_nu: float, basis: FloatArray, angle: float) -> FloatArray:
        start, made, end = self._path
        hamiltonian = functools.partial(self.hamiltonian, e_nu=e_nu)
        edges = steps(hamiltonian, (start, end), angle)
        if isinstance(self.production, str):
            last = int(np.searchsorted(edges, made))
            after = whole(hamiltonian, edges[last:])
            every = after_each(hamiltonian, edges[: last + 1], after)
            weights = np.gradient(edges)[: last + 1] * self.matter.made(
                self.production, edges[: last + 1]
            )
        else:
            every, weights = whole(hamiltonian, edges)[None], np.ones(1)
        amplitudes = every[:, :, 0] @ basis.T
        return np.asarray(weights / weights.sum() @ np.abs(amplitudes) ** 2)

    @functools.cached_property
    def _path(self) -> tuple[float, float, float]:
        """Innermost and outermost production radius, and the end of the matter."""
        radius = self.matter.radius
        end = float(radius[-1])
        if not isinstance(self.production, str):
            return float(self.production), float(self.production), end
        made = self.matter.made(self.production, radius)
        there = np.flatnonzero(made > _PRODUCED * made.max())
        first, last = max(there[0] - 1, 0), min(there[-1] + 1, len(radius) - 1)
        return float(radius[first]), float(radius[last]), end
