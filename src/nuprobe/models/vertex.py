"""Couplings of neutrinos to charged leptons, as tridents need them: any flavours,
contact terms and mediators.

    L = −(G_F/√2) [ν̄_β γ^α(1 − γ5) ν_α] [ℓ̄ γ_α (V − Aγ5) ℓ′]

for ν_α → ν_β ℓ⁻ ℓ′⁺; a vector mediator of mass M exchanged with momentum K adds c/(K² +
M²), K² ≥ 0, to V.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nuprobe.constants import SIN2_THETA_W_MZ
from nuprobe.models.base import as_array
from nuprobe.numerics import FloatArray

__all__ = ["LeptonCouplings", "LeptonModel", "Mediator", "Vertex", "standard_couplings"]


@dataclass(frozen=True)
class Vertex:
    """Flavour indices (0, 1, 2) of a neutrino channel ν_in → ν_out ℓ⁻ ℓ′⁺."""

    nu_in: int
    nu_out: int
    minus: int
    plus: int

    @property
    def neutral(self) -> bool:
        """Whether a neutral current can do it: neither the neutrino nor the charged
        lepton changes flavour."""
        return self.nu_in == self.nu_out and self.minus == self.plus

    @property
    def charged(self) -> bool:
        """Whether a W can do it: ℓ⁻ belongs to the incoming neutrino and ℓ′⁺ to the
        outgoing one."""
        return self.minus == self.nu_in and self.plus == self.nu_out


@dataclass(frozen=True)
class Mediator:
    """A t-channel vector: adds ``strength/(K² + mass²)`` to V. Mass in MeV, strength in
    MeV²."""

    mass: float
    strength: FloatArray


@dataclass(frozen=True)
class LeptonCouplings:
    """V and A of a vertex, shape () or (points,), and what is exchanged besides."""

    vector: FloatArray
    axial: FloatArray
    mediators: tuple[Mediator, ...] = ()


class LeptonModel(Protocol):
    """A model that tridents can use."""

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings of `vertex`."""


def standard_couplings(
    vertex: Vertex, sin2: float | FloatArray = SIN2_THETA_W_MZ
) -> LeptonCouplings:
    """Tree-level Standard Model: W gives (1, 1), Z gives (−½ + 2 sin²θ_W, −½), their
    sum (½ + 2 sin²θ_W, ½)."""
    s2 = as_array(sin2)
    vector, axial = np.zeros_like(s2), np.zeros_like(s2)
    if vertex.neutral:
        vector, axial = vector - 0.5 + 2 * s2, axial - 0.5
    if vertex.charged:
        vector, axial = vector + 1.0, axial + 1.0
    return LeptonCouplings(vector, axial)
