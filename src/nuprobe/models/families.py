"""Families of models over which limits are drawn: named parameters and what they couple
to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np

from nuprobe.errors import InputError
from nuprobe.models.leptons import LMuLTau
from nuprobe.models.mediators import (
    LightScalar,
    LightVector,
    ScalarCharges,
    VectorCharges,
    check_mass_range,
)
from nuprobe.models.vertex import Vertex
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = [
    "FAMILIES",
    "Family",
    "LMuLTauFamily",
    "LightScalarFamily",
    "LightVectorFamily",
]


class Family(Protocol):
    """A mediator over mass and coupling."""

    @property
    def name(self) -> str:
        """Name on the command line."""

    @property
    def mass_range(self) -> tuple[float, float]:
        """MeV; limits hold inside and refuse anything outside."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mass (MeV) and coupling."""

    def model(self, mass: float, coupling: float | FloatArray) -> Any:
        """Model at one mass (MeV) and one or many couplings."""

    def strengths(
        self, vertex: Vertex, coupling: FloatArray
    ) -> tuple[float, float, FloatArray, FloatArray]:
        """V and A of the base model, and the strength of the mediator with its
        derivative in the coupling (MeV²)."""


class _Mediated:
    """What the families share."""

    mass_range: tuple[float, float]
    _symbols = ("m_{Z'}", "g'")

    def __post_init__(self) -> None:
        check_mass_range(self.mass_range)
        self.model(self.mass_range[0], 1.0)  # refuses impossible charges and mixings

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mass (MeV) and coupling."""
        low, high = self.mass_range
        return (
            Parameter(
                "mass",
                (low * high) ** 0.5,
                low,
                high,
                step=0.1 * low,
                unit="MeV",
                latex=self._symbols[0],
            ),
            Parameter("coupling", 1e-3, 0.0, 10.0, step=1e-4, latex=self._symbols[1]),
        )

    def model(self, mass: float, coupling: float | FloatArray) -> Any:
        """Model at one mass (MeV) and one or many couplings."""
        raise NotImplementedError

    def strengths(
        self, vertex: Vertex, coupling: FloatArray
    ) -> tuple[float, float, FloatArray, FloatArray]:
        """V and A of the base model, and the strength of the mediator with its
        derivative in the coupling (MeV²)."""
        # the strength is a quadratic without constant term: two values fix it
        found = self.model(self.mass_range[0], np.array([1.0, 2.0])).lepton_couplings(
            vertex
        )
        at = found.mediators[0].strength if found.mediators else np.zeros(2)
        linear = (4 * at[0] - at[1]) / 2
        quadratic = at[0] - linear
        g = np.asarray(coupling, dtype=float)
        v, a = float(found.vector), float(found.axial)
        return v, a, quadratic * g**2 + linear * g, 2 * quadratic * g + linear


@dataclass(frozen=True)
class LMuLTauFamily(_Mediated):
    """L_μ − L_τ (or other charges of leptons) over mass and coupling.

    Attributes
    ----------
    mixing : ε, or ``"loop"``; as in `LMuLTau`. Nuclei feel the boson through it alone.
    mass_range : MeV; limits hold inside and refuse anything outside.
    lepton_charges, neutrino_charges : Q_ℓ and Q_ν of e, μ, τ.
    """

    mixing: float | Literal["loop"] = 0.0
    mass_range: tuple[float, float] = (0.1, 1e6)
    lepton_charges: tuple[float, float, float] = (0.0, 1.0, -1.0)
    neutrino_charges: tuple[float, float, float] = (0.0, 1.0, -1.0)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "lmu-ltau"

    def model(self, mass: float, coupling: float | FloatArray) -> LMuLTau:
        """Model at one mass (MeV) and one or many couplings."""
        return LMuLTau(
            mass=mass,
            coupling=coupling,
            mixing=self.mixing,
            lepton_charges=self.lepton_charges,
            neutrino_charges=self.neutrino_charges,
            mass_range=self.mass_range,
        )


@dataclass(frozen=True)
class LightVectorFamily(_Mediated):
    """A light vector over mass and coupling, with the given charges.

    Attributes
    ----------
    charges, mixing : as in `LightVector`.
    mass_range : MeV; limits hold inside and refuse anything outside.
    """

    charges: str | VectorCharges = "universal"
    mixing: float | Literal["loop"] = 0.0
    mass_range: tuple[float, float] = (0.1, 1e6)

    @property
    def name(self) -> str:
        """Name on the command line; ``"light-vector"`` for charges without a name."""
        if not isinstance(self.charges, str):
            return "light-vector"
        return "universal-vector" if self.charges == "universal" else self.charges

    def model(self, mass: float, coupling: float | FloatArray) -> LightVector:
        """Model at one mass (MeV) and one or many couplings."""
        return LightVector(
            mass, coupling, self.charges, self.mixing, mass_range=self.mass_range
        )


@dataclass(frozen=True)
class LightScalarFamily(_Mediated):
    """A light scalar over mass and coupling, with the given couplings in units of g.

    Attributes
    ----------
    charges : as in `LightScalar`.
    mass_range : MeV; limits hold inside and refuse anything outside.
    """

    charges: str | ScalarCharges = "nucleons"
    mass_range: tuple[float, float] = (0.1, 1e6)
    _symbols = (r"m_\phi", "g")

    @property
    def name(self) -> str:
        """Name on the command line; ``"light-scalar"`` for charges without a name."""
        if not isinstance(self.charges, str):
            return "light-scalar"
        return "scalar" if self.charges == "nucleons" else f"{self.charges}-scalar"

    def model(self, mass: float, coupling: float | FloatArray) -> LightScalar:
        """Model at one mass (MeV) and one or many couplings."""
        return LightScalar(mass, coupling, self.charges, mass_range=self.mass_range)

    def strengths(
        self, vertex: Vertex, coupling: FloatArray
    ) -> tuple[float, float, FloatArray, FloatArray]:
        """Refuse: tridents are computed for vectors only."""
        raise InputError(
            "the trident cross section knows no scalar mediator: leave the trident"
            " experiments out"
        )


FAMILIES: Final[Mapping[str, Callable[[float | Literal["loop"]], Family]]] = {
    "lmu-ltau": lambda mixing: LMuLTauFamily(mixing=mixing),
    "universal-vector": lambda mixing: LightVectorFamily("universal", mixing),
    **{
        name: lambda mixing, name=name: LightVectorFamily(name, mixing)  # type: ignore[misc]
        for name in ("b-l", "b-3le", "b-3lmu", "b-3ltau", "le-lmu", "le-ltau")
    },
    "scalar": lambda mixing: LightScalarFamily("nucleons"),
    "universal-scalar": lambda mixing: LightScalarFamily("universal"),
}
"""Families by name, each made from a kinetic mixing (which scalars have not)."""
