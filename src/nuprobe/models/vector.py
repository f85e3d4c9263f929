"""Vector mediators between neutrinos and matter: a Z′ of any charges, and that of a
gauged combination of lepton numbers such as L_μ − L_τ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.constants import (
    ALPHA_EM,
    G_FERMI,
    M_ELECTRON,
    M_MUON,
    M_TAU,
    SIN2_THETA_W_MZ,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models.base import exchange, finite
from nuprobe.models.charges import VECTORS, Triple, VectorCharges
from nuprobe.models.couplings import Couplings, VectorExchange, diagonal
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.loops import loop_poles
from nuprobe.models.mediated import Mediated
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Mediator, Vertex
from nuprobe.numerics import FloatArray

__all__ = ["LMuLTau", "LightVector", "VectorMediator"]

_MASSES: Final = (M_ELECTRON, M_MUON, M_TAU)
_ELECTRIC: Final = {"p": 1.0, "n": 0.0, "e": -1.0}
_E: Final = math.sqrt(4 * math.pi * ALPHA_EM)
_COS_W: Final = math.sqrt(1 - SIN2_THETA_W_MZ)
_UNIT: Final = math.sqrt(2) * G_FERMI


@quick_methods
class VectorMediator(Mediated):
    """Base class of vectors: `vector_charges` defines their couplings, the field
    `mixing` their mixing with the photon.

    Examples
    --------
    >>> LMuLTau(mass=10.0, coupling=1e-3).vector_charges.neutrinos
    (0.0, 1.0, -1.0)
    """

    mixing: float | Literal["loop"]
    SYMBOLS = ("m_{Z'}", "g'")

    @property
    def vector_charges(self) -> VectorCharges:
        """Charges of the fermions."""
        raise NotImplementedError

    def check(self) -> None:
        """Reject invalid fields with `InputError`."""
        super().check()
        q = self.vector_charges
        if self.mixing == "loop":
            if abs(sum(q.leptons)) > 1e-12 or q.u != 0 or q.d != 0:
                raise InputError(
                    "mixing='loop' is finite only if the charges add up to zero,"
                    f" got {q.leptons}: give a number"
                    if q.u == q.d == 0
                    else (
                        "mixing='loop' is available for leptonic charges only: give"
                        " a number"
                    )
                )
        elif not isinstance(self.mixing, (int, float)):
            raise InputError(f"mixing must be a number or 'loop', got {self.mixing!r}")
        else:
            finite("the mixing", self.mixing)

    def _photon(self) -> tuple[float, float]:
        """e × (photon mixing) as (a, b) in a·g + b: the coupling of a particle of
        electric charge 1."""
        if isinstance(self.mixing, str):
            logs = sum(
                q * math.log(m**2)
                for q, m in zip(self.vector_charges.leptons, _MASSES, strict=True)
            )
            return -(_E**2) / (12 * math.pi**2) * logs, 0.0
        return 0.0, _E * self.mixing * _COS_W

    def charged_coupling(self, lepton: int) -> FloatArray:
        """Coupling g Q_ℓ − ε e c_W of a charged lepton, flavour index 0, 1, 2; of loops
        at zero momentum."""
        a, b = self._photon()
        g = finite("the coupling", self.coupling)
        return np.asarray(g * (self.vector_charges.leptons[lepton] - a) - b)

    def _strengths(self) -> Mapping[str, tuple[float, float]]:
        """Couplings of p, n and e, and the axial one of e if there is one, as (a, b) in
        a·g + b."""
        a, b = self._photon()
        charges = self.vector_charges
        found = {
            k: (q + a * _ELECTRIC[k], b * _ELECTRIC[k])
            for k, q in charges.by_target.items()
        }
        # the photon, and with it the mixing, has no axial coupling
        return (
            {**found, "e_axial": (charges.axial[0], 0.0)} if charges.axial[0] else found
        )

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`, with this exchange
        added."""
        g = finite("the coupling", self.coupling)
        strengths = {k: g * (a * g + b) for k, (a, b) in self._strengths().items()}
        return below.plus(self._exchange(strengths, anti).vector[0])

    def slopes(self, below: Couplings, anti: bool) -> Mapping[str, Couplings]:
        """Return the derivative, of antineutrinos if `anti`, in the coupling; size as
        `below`."""
        g = finite("the coupling", self.coupling)
        slopes = {k: 2 * a * g + b for k, (a, b) in self._strengths().items()}
        one = self._exchange(slopes, anti).widened(below.size)
        return {self.label + "coupling": one}

    def _exchange(self, strengths: Mapping[str, FloatArray], anti: bool) -> Couplings:
        q = self.vector_charges
        charges = {
            k: diagonal(*(x * s / _UNIT for x in q.neutrinos))
            for k, s in strengths.items()
        }
        loops = q.leptons if self.mixing == "loop" and any(q.leptons) else None
        one = VectorExchange(replace(self.propagator, loops=loops), charges)
        return exchange(one, anti)

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` and the mediator, if it couples in this
        `vertex`."""
        charges = self.vector_charges
        charge = charges.neutrinos[vertex.nu_in]
        own, axial = charges.leptons[vertex.minus], charges.axial[vertex.minus]
        # even where it does not couple to electrons or muons: an integral over its
        # propagator is expensive whatever the factor in front
        if not vertex.neutral or charge == 0 or own == axial == self.mixing == 0:
            return below
        g = finite("the coupling", self.coupling)
        scale, mass = g * charge / _UNIT, float(self.mass)
        axial_strength = np.asarray(scale * g * axial)
        if self.mixing != "loop":
            strength = np.asarray(scale * self.charged_coupling(vertex.minus))
            one = Mediator(mass, strength, axial=axial_strength)
            return replace(below, mediators=(*below.mediators, one))
        # 1/(K² + M²) times a pole is a difference of two propagators
        shares = [
            (pole, a * pole**2 / (pole**2 - mass**2))
            for pole, a in loop_poles(charges.leptons, mass)
        ]
        rest = own - sum(a for _, a in shares)
        added = [Mediator(mass, np.asarray(scale * g * rest), axial=axial_strength)]
        added += [Mediator(m, np.asarray(scale * g * a), part=True) for m, a in shares]
        return replace(below, mediators=(*below.mediators, *added))


@public
@dataclass(frozen=True)
class LightVector(VectorMediator):
    """A vector Z′ coupled to neutrinos and to matter, with kinetic mixing if wanted.

    Interaction g Z′_α [Σ Q_ν ν̄γ^αP_Lν + Σ Q_f f̄γ^αf] + ε e c_W Z′_α Σ Q^em_f f̄γ^αf,
    so that the vector couplings (½ − 2s² for the proton) change by Q_ν g (g Q_f + ε e
    c_W Q^em_f)/[√2 G_F (|q²| + M²)] [Cerdeno:2016sfi; Altmannshofer:2014pba], where no
    flavour changes. As M → ∞ this is `NSI` with ε^f = g² Q_ν Q_f/(√2 G_F M²). With
    charges of equal sign the interference is destructive for neutrons.

    Attributes
    ----------
    mass : M in MeV, positive.
    coupling : g; may be an array over parameter points.
    charges : a name of `VECTORS`, or `VectorCharges`.
    mixing : ε, or ``"loop"``: as in `LMuLTau`, for purely leptonic charges that sum to
        zero.
    base : model to which it is added.
    mass_range : MeV, range of the mass in fits and limits; None for 0.01 to 1e5 MeV
        in fits, 0.1 to 1e6 MeV in limits.
    label : precedes the names of the parameters, e.g. ``"second."`` to stack two
        mediators.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or ``mixing="loop"`` where it diverges.
    UnknownNameError
        For charges of an unknown name.

    Examples
    --------
    >>> boson = LightVector(mass=10.0, coupling=1e-4, charges="b-l")
    >>> [p.name for p in boson.parameters]
    ['sin2_theta_w', 'coupling']
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "light-vector": ModelName("vector Z' of any charges"),
        "universal-vector": ModelName(
            "vector of charge 1 for every fermion", {"charges": "universal"}
        ),
        "b-l": ModelName("Z' of a gauged B − L", {"charges": "b-l"}),
        **{
            f"b-3l{x}": ModelName(
                f"Z' of a gauged B − 3 L_{greek}", {"charges": f"b-3l{x}"}
            )
            for x, greek in (("e", "e"), ("mu", "μ"), ("tau", "τ"))
        },
        "le-lmu": ModelName("Z' of a gauged L_e − L_μ", {"charges": "le-lmu"}),
        "le-ltau": ModelName("Z' of a gauged L_e − L_τ", {"charges": "le-ltau"}),
    }

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    charges: str | VectorCharges = "universal"
    mixing: float | Literal["loop"] = 0.0
    base: Any = field(default_factory=StandardModel)
    mass_range: tuple[float, float] | None = setting(None, unit="MeV")
    label: str = ""

    def __post_init__(self) -> None:
        self.check()

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "light-vector"

    @property
    def vector_charges(self) -> VectorCharges:
        """Charges of the fermions."""
        if isinstance(self.charges, VectorCharges):
            return self.charges
        if not isinstance(self.charges, str) or self.charges not in VECTORS:
            raise UnknownNameError(
                "charges", self.charges, VECTORS, "Or give VectorCharges(...)"
            )
        return VECTORS[self.charges]


@public
@dataclass(frozen=True)
class LMuLTau(VectorMediator):
    """A Z′ of a gauged combination of lepton numbers, by default L_μ − L_τ, with
    kinetic mixing, its only coupling to nuclei.

    Interaction g′ Z′_α [Q_ν ν̄γ^αP_Lν + Q_ℓ ℓ̄γ^αℓ] − ε e c_W Z′_α ℓ̄γ^αℓ, so that
    V → V + g′Q_ν (g′Q_ℓ − ε e c_W)/[√2 G_F (K² + M²)] where no flavour changes
    [Altmannshofer:2014pba; Kaneta:2016uyt].

    Attributes
    ----------
    mass : M in MeV, positive.
    coupling : g′; may be an array over parameter points.
    mixing : ε, or ``"loop"``: induced by loops of the charged leptons, at zero momentum
        the photon mixing ε c_W = −(e g′/12π²) Σ_ℓ Q_ℓ ln m_ℓ² (for L_μ − L_τ: (e
        g′/12π²) ln(m_τ²/m_μ²), so the electron couples with the sign opposite to the
        muon: vacuum polarisation screens). It falls with the momentum (`loops`), for
        L_μ − L_τ to 0.97, 0.89, 0.78 and 0.61 of this at K² = 0.01, 0.05, 0.14 and 0.5
        GeV². Electrons that have a charge of their own take the value at zero. Sources
        differ in this sign; `nuprobe.bounds.vector_boson` derives it.
    neutrino_charges, lepton_charges : Q_ν and Q_ℓ of e, μ, τ, by keyword.
    base : model to which it is added.
    mass_range : MeV, range of the mass in fits and limits; None for 0.01 to 1e5 MeV
        in fits, 0.1 to 1e6 MeV in limits.
    label : precedes the names of the parameters, by keyword, as in `LightVector`.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or ``mixing="loop"`` with charges that do
        not sum to zero (a divergence).

    Examples
    --------
    >>> float(LMuLTau(mass=10.0, coupling=1e-3).charged_coupling(1))
    0.001
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "lmu-ltau": ModelName("Z' of a gauged L_μ − L_τ, with kinetic mixing")
    }

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    mixing: float | Literal["loop"] = 0.0
    neutrino_charges: Triple = setting((0.0, 1.0, -1.0), kw_only=True)
    lepton_charges: Triple = setting((0.0, 1.0, -1.0), kw_only=True)
    base: Any = setting(default_factory=StandardModel, kw_only=True)
    mass_range: tuple[float, float] | None = setting(None, unit="MeV", kw_only=True)
    label: str = setting("", kw_only=True)

    def __post_init__(self) -> None:
        self.check()

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "lmu-ltau"

    @property
    def vector_charges(self) -> VectorCharges:
        """Charges of the fermions: only leptons."""
        return VectorCharges(
            neutrinos=self.neutrino_charges, leptons=self.lepton_charges, u=0.0, d=0.0
        )
