"""Flavour of solar neutrinos: adiabatic conversion in the Sun."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.flavours import Flavour, FlavourState
from nuprobe.nuclei.isotopes import as_spelt
from nuprobe.numerics import FloatArray, number
from nuprobe.oscillation.mixing import PMNS, Splittings, check_mixing
from nuprobe.units import eV

__all__ = ["SOLAR_POTENTIALS", "Solar"]

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
"""√2 G_F n_e in MeV, averaged over the production region of each component of the solar
flux (deHolanda:2004fd; from memory, those of pep, ⁷Be and ⁸B compared with a public
code)."""


@public
@quick_methods
@dataclass(frozen=True)
class Solar:
    """Solar ν_e during the day: incoherent mass states with adiabatic conversion in the
    Sun (three neutrinos).

    P_e3 = sin²θ₁₃, P_e1 = cos²θ₁₃ cos²θ_M, P_e2 = cos²θ₁₃ sin²θ_M with the mixing angle
    θ_M at the production point,

        cos 2θ_M = (cos 2θ₁₂ − β)/√[(cos 2θ₁₂ − β)² + sin² 2θ₁₂],  β = 2 E cos²θ₁₃ √2
        G_F n_e/Δm²₂₁

    (deHolanda:2004fd, eq. unverified; textbook). Matter in the Earth, the extent of the
    production region and the effect of matter on θ₁₃ (below 1 %) are neglected.

    Attributes
    ----------
    component : source of n_e: a name of `SOLAR_POTENTIALS` (``"8B"`` is ``"B8"``), or
        √2 G_F n_e itself in MeV.
    mixing, splittings : U and Δm².

    Examples
    --------
    >>> from nuprobe.oscillation import probabilities
    >>> probabilities(Solar("B8"), "nu_e", 10.0).round(2)
    array([0.33, 0.4 , 0.27])
    """

    component: str | float = "Be7"
    mixing: PMNS = field(default_factory=PMNS)
    splittings: Splittings = field(default_factory=Splittings)

    def __post_init__(self) -> None:
        if isinstance(self.mixing, PMNS) and self.mixing.size != 3:
            raise InputError(
                "solar neutrinos are computed with three neutrinos: drop the sterile"
                " one from the mixing"
            )
        check_mixing(self.mixing, self.splittings)
        if not self.splittings.dm21 > 0:
            raise InputError(
                "solar neutrinos need dm21 > 0 (which defines 1 and 2), got"
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

    @property
    def phases(self) -> None:
        """None: the adiabatic conversion is not an oscillation in 1/E."""
        return

    def functions(self, e_nu: FloatArray) -> FloatArray:
        """Shares P_e1, P_e2, P_e3 of the mass states at energies `e_nu` (MeV), shape
        (*e_nu.shape, 3)."""
        p = self.mixing
        cos2, sin2 = 1 - 2 * p.sin2_12, 2 * math.sqrt(p.sin2_12 * (1 - p.sin2_12))
        x = cos2 - 2 * e_nu * (1 - p.sin2_13) * self.potential / self.splittings.dm21
        matter = (1 + x / np.hypot(x, sin2)) / 2  # cos² θ_M
        c13 = 1 - p.sin2_13
        return np.stack(
            [c13 * matter, c13 * (1 - matter), np.full_like(e_nu, p.sin2_13)], axis=-1
        )

    def states(self, flavour: Flavour) -> tuple[FlavourState, ...]:
        """Return the three mass states; raises `InputError` for a `flavour` that the
        Sun does not produce."""
        if flavour.index or flavour.anti:
            raise InputError(f"the Sun makes nu_e, not {flavour}")
        u = self.mixing.matrix
        return tuple(FlavourState(u[:, [k]], np.ones(1)) for k in range(3))
