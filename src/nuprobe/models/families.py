"""Families of models over which limits are drawn: named parameters and what they couple to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nuprobe.errors import InputError
from nuprobe.models.leptons import LMuLTau
from nuprobe.models.vertex import Vertex
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["LMuLTauFamily"]


@dataclass(frozen=True)
class LMuLTauFamily:
    """L_μ − L_τ (or other charges) over mass and coupling.

    Attributes
    ----------
    mixing : ε, or ``"loop"``; as in `LMuLTau`.
    mass_range : MeV; limits hold inside and refuse anything outside.
    lepton_charges, neutrino_charges : Q_ℓ and Q_ν of e, μ, τ.
    """

    mixing: float | Literal["loop"] = 0.0
    mass_range: tuple[float, float] = (0.1, 1e6)
    lepton_charges: tuple[float, float, float] = (0.0, 1.0, -1.0)
    neutrino_charges: tuple[float, float, float] = (0.0, 1.0, -1.0)

    def __post_init__(self) -> None:
        low, high = self.mass_range
        if not 0 < low < high < float("inf"):
            raise InputError(f"a range of masses needs 0 < lowest < highest (MeV), got {self.mass_range}")
        self.model(low, 1.0)  # refuses impossible charges and mixings

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "lmu-ltau"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Mass (MeV) and coupling."""
        low, high = self.mass_range
        return (
            Parameter("mass", (low * high) ** 0.5, low, high, step=0.1 * low, unit="MeV", latex="m_{Z'}"),
            Parameter("coupling", 1e-3, 0.0, 10.0, step=1e-4, latex="g'"),
        )

    def model(self, mass: float, coupling: float | FloatArray) -> LMuLTau:
        """Model at one mass (MeV) and one or many couplings."""
        return LMuLTau(
            mass=mass,
            coupling=coupling,
            mixing=self.mixing,
            lepton_charges=self.lepton_charges,
            neutrino_charges=self.neutrino_charges,
        )

    def strengths(self, vertex: Vertex, coupling: FloatArray) -> tuple[float, float, FloatArray, FloatArray]:
        """V and A of the base model, and the strength of the mediator with its derivative in the coupling (MeV²)."""
        # the strength is a quadratic without constant term: two values fix it
        found = self.model(self.mass_range[0], np.array([1.0, 2.0])).lepton_couplings(vertex)
        at = found.mediators[0].strength if found.mediators else np.zeros(2)
        linear = (4 * at[0] - at[1]) / 2
        quadratic = at[0] - linear
        g = np.asarray(coupling, dtype=float)
        v, a = float(found.vector), float(found.axial)
        return v, a, quadratic * g**2 + linear * g, 2 * quadratic * g + linear
