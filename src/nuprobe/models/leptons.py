"""Models of the neutrino–charged-lepton interaction: V−A, any (V, A), contact
operators, a Z′ with kinetic mixing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

import numpy as np

from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError, shown
from nuprobe.models.base import as_array, finite
from nuprobe.models.couplings import Couplings
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.mediators import MASS_RANGE, LightVector, VectorCharges
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, LeptonModel, Vertex
from nuprobe.numerics import FloatArray, number
from nuprobe.parameters import Parameter

__all__ = ["ContactOperators", "LMuLTau", "VMinusA", "VectorAxial"]


@dataclass(frozen=True)
class VMinusA:
    """The theory before neutral currents: (V, A) = (1, 1) where a W is exchanged,
    nothing else."""

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "v-a": ModelName("V-A theory without neutral currents")
    }

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "v-a"

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return (1, 1) for charged-current vertices, (0, 0) for others."""
        one = np.asarray(1.0 if vertex.charged else 0.0)
        return LeptonCouplings(one, one)


@dataclass(frozen=True)
class VectorAxial:
    """The same V and A at every vertex.

    Attributes
    ----------
    vector, axial : V and A; each may be an array over parameter points.
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "vector-axial": ModelName("the same V and A at every vertex")
    }

    vector: float | FloatArray
    axial: float | FloatArray

    def __post_init__(self) -> None:
        finite("the vector coupling", self.vector)
        finite("the axial coupling", self.axial)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "vector-axial"

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return (V, A)."""
        vector, axial = np.broadcast_arrays(as_array(self.vector), as_array(self.axial))
        return LeptonCouplings(vector, axial)


@dataclass(frozen=True)
class ContactOperators:
    """Four-fermion operators added to a base model.

    L = Σ C_L (ν̄_β γ^α P_L ν_α)(ℓ̄ γ_α P_L ℓ′) + C_R (ν̄_β γ^α P_L ν_α)(ℓ̄ γ_α P_R ℓ′),
    which is V → V − (C_L + C_R)/(2√2 G_F), A → A − (C_L − C_R)/(2√2 G_F). The Standard
    Model in this form has C_L = −2√2 G_F (−½ + s² + δ_CC), C_R = −2√2 G_F s².

    Attributes
    ----------
    left, right : C_L and C_R in MeV⁻², by flavour indices (ν_α, ν_β, ℓ⁻, ℓ′⁺), 0, 1, 2
        for e, μ, τ; real.
    base : what they are added to.
    """

    left: Mapping[tuple[int, int, int, int], float] = field(default_factory=dict)
    right: Mapping[tuple[int, int, int, int], float] = field(default_factory=dict)
    base: LeptonModel = field(default_factory=StandardModel)

    def __post_init__(self) -> None:
        for name, values in (("left", self.left), ("right", self.right)):
            if not isinstance(values, Mapping):
                raise InputError(
                    f"{name} is given by flavour indices, {{(1, 1, 1, 1): 1e-12}}, got"
                    f" {shown(values)}"
                )
            for key, value in values.items():
                if (
                    not isinstance(key, tuple)
                    or len(key) != 4
                    or any(i not in (0, 1, 2) for i in key)
                ):
                    raise InputError(
                        "a contact operator has four flavour indices 0, 1, 2 (nu_in,"
                        f" nu_out, l-, l+), got {key}"
                    )
                number(f"the {name} coefficient {key}, real and in MeV⁻²,", value)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "contact"

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return the base model's couplings shifted by the operators."""
        base = self.base.lepton_couplings(vertex)
        key = (vertex.nu_in, vertex.nu_out, vertex.minus, vertex.plus)
        left, right = self.left.get(key, 0.0), self.right.get(key, 0.0)
        unit = 2 * math.sqrt(2) * G_FERMI
        return replace(
            base,
            vector=base.vector - (left + right) / unit,
            axial=base.axial - (left - right) / unit,
        )


@dataclass(frozen=True)
class LMuLTau:
    """A Z′ of a gauged combination of lepton numbers, by default L_μ − L_τ, with
    kinetic mixing.

    Interaction g′ Z′_α [Q_ν ν̄γ^αP_Lν + Q_ℓ ℓ̄γ^αℓ] − ε e c_W Z′_α ℓ̄γ^αℓ, so that
    V → V + g′Q_ν (g′Q_ℓ − ε e c_W)/[√2 G_F (K² + M²)] where no flavour changes
    [Altmannshofer:2014pba; Kaneta:2016uyt].

    Attributes
    ----------
    mass : M in MeV, positive.
    coupling : g′; may be an array over parameter points.
    mixing : ε, or ``"loop"``: what loops of the charged leptons induce at zero
        momentum, the photon mixing ε c_W = −(e g′/12π²) Σ_ℓ Q_ℓ ln m_ℓ² (for L_μ − L_τ:
        (e g′/12π²) ln(m_τ²/m_μ²), so that the electron couples with the sign opposite
        to the muon: vacuum polarisation screens); its dependence on the momentum is
        left out, so it overstates the mixing for K² ≳ m_μ². Sources differ in this
        sign; `bounds.vector_boson` derives it anew.
    lepton_charges, neutrino_charges : Q_ℓ and Q_ν of e, μ, τ.
    base : what it is added to.
    mass_range : MeV, where a fit may move the mass.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or ``mixing="loop"`` with charges that do
        not add to zero (a divergence).
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "lmu-ltau": ModelName("Z' of a gauged L_mu - L_tau, with kinetic mixing")
    }

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    mixing: float | Literal["loop"] = 0.0
    lepton_charges: tuple[float, float, float] = (0.0, 1.0, -1.0)
    neutrino_charges: tuple[float, float, float] = (0.0, 1.0, -1.0)
    base: Any = field(default_factory=StandardModel)
    mass_range: tuple[float, float] = setting(MASS_RANGE, unit="MeV")

    def __post_init__(self) -> None:
        _ = self._vector  # refuses what is impossible

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "lmu-ltau"

    @property
    def _vector(self) -> LightVector:
        charges = VectorCharges(self.neutrino_charges, self.lepton_charges, 0.0, 0.0)
        return LightVector(
            self.mass, self.coupling, charges, self.mixing, self.base, self.mass_range
        )

    def charged_coupling(self, lepton: int) -> FloatArray:
        """Coupling g′Q_ℓ − ε e c_W of a charged lepton, flavour index 0, 1, 2."""
        return self._vector.charged_coupling(lepton)

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return the base model's couplings and the mediator where it couples."""
        return self._vector.lepton_couplings(vertex)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, and ``coupling``."""
        return self._vector.parameters

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Return ``mass``."""
        return self._vector.mass_parameters

    def with_values(self, values: Mapping[str, float | FloatArray]) -> Self:
        """Return the model at another coupling, or other values of the base model's
        parameters."""
        moved = self._vector.with_values(values)
        return replace(self, coupling=moved.coupling, base=moved.base)

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the couplings for elastic scattering: nuclei feel the boson through
        kinetic mixing only."""
        return self._vector.couplings(anti)

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivatives with respect to the parameters."""
        return self._vector.coupling_derivatives(anti)
