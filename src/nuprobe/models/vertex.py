"""Couplings of neutrinos to charged leptons, as tridents need them: any flavours,
contact terms and mediators.

    L = −(G_F/√2) [ν̄_β γ^α(1 − γ5) ν_α] [ℓ̄ γ_α (V − Aγ5) ℓ′]

for ν_α → ν_β ℓ⁻ ℓ′⁺; a mediator of spin 1 and mass M exchanged with momentum K adds
c/(K² + M²), K² ≥ 0, to V and, if it is not vector-like, d/(K² + M²) to A. The part
K_αK_β/M² of its propagator vanishes because the neutrino current is conserved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nuprobe.border import quick_methods
from nuprobe.constants import SIN2_THETA_W_MZ
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray, numbers
from nuprobe.reprs import readable

__all__ = ["LeptonCouplings", "LeptonModel", "Mediator", "Vertex", "standard_couplings"]


@readable
@dataclass(frozen=True)
class Vertex:
    """Flavour indices (0, 1, 2) of a neutrino channel ν_in → ν_out ℓ⁻ ℓ′⁺.

    Attributes
    ----------
    nu_in, nu_out : of the neutrinos.
    minus, plus : of ℓ⁻ and ℓ′⁺.

    Examples
    --------
    >>> Vertex(1, 1, 0, 0).neutral, Vertex(1, 1, 0, 0).charged
    (True, False)
    """

    nu_in: int
    nu_out: int
    minus: int
    plus: int

    @property
    def neutral(self) -> bool:
        """Whether Z exchange contributes: neither the neutrino nor the charged lepton
        changes flavour."""
        return self.nu_in == self.nu_out and self.minus == self.plus

    @property
    def charged(self) -> bool:
        """Whether W exchange contributes: ℓ⁻ belongs to the incoming neutrino and ℓ′⁺
        to the outgoing one."""
        return self.minus == self.nu_in and self.plus == self.nu_out


@readable
@dataclass(frozen=True)
class Mediator:
    """A t-channel boson of spin 1: adds ``strength/(K² + mass²)`` to V and
    ``axial/(K² + mass²)`` to A.

    Attributes
    ----------
    mass : MeV.
    strength : MeV², shape () or (points,).
    part : whether it is part of a vertex that depends on K² rather than a particle.
    axial : MeV², shape () or (points,); 0 for a coupling that is vector-like.

    Examples
    --------
    >>> Mediator(10.0, np.asarray(1e-3)).mass
    10.0
    """

    mass: float
    strength: FloatArray
    part: bool = False
    axial: FloatArray | float = 0.0


@quick_methods
@dataclass(frozen=True)
class LeptonCouplings:
    """Contact couplings of a vertex and the mediators exchanged in addition.

    Attributes
    ----------
    vector, axial : V and A, shape () or (points,).
    mediators : vectors in the t channel, if any.

    Examples
    --------
    >>> float(standard_couplings(Vertex(1, 1, 0, 0), 0.25).shifted(0.1, 0.0).vector)
    0.1
    """

    vector: FloatArray
    axial: FloatArray
    mediators: tuple[Mediator, ...] = ()

    def shifted(
        self, vector: complex | NDArray[Any], axial: complex | NDArray[Any]
    ) -> LeptonCouplings:
        """Return the couplings with terms added to V and A, shape () or (points,).

        Terms that change the flavour of the neutrino may be complex; only the phase
        between V and A is observable, and it must vanish (`InputError`), because
        structure functions are tabulated for real couplings.
        """
        v, a = self.vector + np.asarray(vector), self.axial + np.asarray(axial)
        if np.any(np.imag(v)) or np.any(np.imag(a)):
            largest = np.where(np.abs(v) > np.abs(a), v, a)
            phase = np.exp(-1j * np.angle(largest))
            v, a = v * phase, a * phase
            rest = np.maximum(np.abs(v.imag), np.abs(a.imag))
            if self.mediators or np.any(rest > 1e-12 * np.abs(largest)):
                raise InputError(
                    "tridents need a real ratio of V and A, but these complex"
                    " couplings give them different phases: use real couplings"
                )
        return replace(self, vector=np.real(v), axial=np.real(a))


class LeptonModel(Protocol):
    """A model that tridents can use.

    Examples
    --------
    >>> from nuprobe.models import VMinusA
    >>> float(VMinusA().lepton_couplings(Vertex(1, 1, 1, 1)).vector)
    1.0
    """

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings of `vertex`."""


def standard_couplings(
    vertex: Vertex, sin2: float | FloatArray = SIN2_THETA_W_MZ
) -> LeptonCouplings:
    """Tree-level Standard Model: W gives (1, 1), Z gives (−½ + 2 sin²θ_W, −½), their
    sum (½ + 2 sin²θ_W, ½).

    Parameters
    ----------
    vertex : flavours.
    sin2 : sin²θ_W, shape () or (points,).

    Examples
    --------
    >>> float(standard_couplings(Vertex(1, 1, 1, 1), 0.25).vector)
    1.0
    """
    s2 = numbers("sin2_theta_w", sin2)
    vector, axial = np.zeros_like(s2), np.zeros_like(s2)
    if vertex.neutral:
        vector, axial = vector - 0.5 + 2 * s2, axial - 0.5
    if vertex.charged:
        vector, axial = vector + 1.0, axial + 1.0
    return LeptonCouplings(vector, axial)
