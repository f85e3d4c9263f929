"""Light mediators between neutrinos and matter: a vector or a scalar of any mass and
charges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, Protocol, Self

import numpy as np

from nuprobe.constants import (
    ALPHA_EM,
    G_FERMI,
    M_ELECTRON,
    M_MUON,
    M_NEUTRON,
    M_PROTON,
    M_TAU,
    SIN2_THETA_W_MZ,
)
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.base import (
    Model,
    check_model,
    exchange,
    finite,
    parameter_values,
    split_values,
    stacked,
)
from nuprobe.models.couplings import (
    Couplings,
    Propagator,
    ScalarExchange,
    VectorExchange,
    diagonal,
)
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Mediator, Vertex
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.parameters import Parameter

__all__ = [
    "SCALARS",
    "VECTORS",
    "LightScalar",
    "LightVector",
    "ScalarCharges",
    "VectorCharges",
]

Triple = tuple[float, float, float]

MASS_RANGE: Final = (1e-2, 1e5)
"""MeV: where a fit may move the mass of a mediator unless told otherwise."""
_MASSES: Final = (M_ELECTRON, M_MUON, M_TAU)
_ELECTRIC: Final = {"p": 1.0, "n": 0.0, "e": -1.0}
_E: Final = math.sqrt(4 * math.pi * ALPHA_EM)
_COS_W: Final = math.sqrt(1 - SIN2_THETA_W_MZ)

# f_Tq = m_q <N|q̄q|N>/m_N (Hoferichter:2015dsa; strange: Junnarkar:2013ac; both
# unverified)
_F_T: Final = {
    "p": {"u": 0.0208, "d": 0.0411, "s": 0.043},
    "n": {"u": 0.0189, "d": 0.0451, "s": 0.043},
}
# MS-bar at 2 GeV, MeV (ParticleDataGroup:2024cfk, unverified)
_QUARKS: Final = {"u": 2.16, "d": 4.70, "s": 93.5}


@dataclass(frozen=True)
class VectorCharges:
    """Charges under a new U(1): the coupling of a fermion is g times its charge.

    Attributes
    ----------
    neutrinos, leptons : of the neutrinos and the charged leptons e, μ, τ (vector
        coupling).
    u, d : of the quarks; the proton has 2u + d, the neutron u + 2d.
    """

    neutrinos: Triple = (1.0, 1.0, 1.0)
    leptons: Triple = (1.0, 1.0, 1.0)
    u: float = 1.0
    d: float = 1.0

    def __post_init__(self) -> None:
        _triple("neutrinos", self.neutrinos)
        _triple("leptons", self.leptons)
        for name in ("u", "d"):
            number(f"the charge {name}", getattr(self, name))

    @property
    def by_target(self) -> Mapping[str, float]:
        """Charges of proton, neutron and electron."""
        return {
            "p": 2 * self.u + self.d,
            "n": self.u + 2 * self.d,
            "e": self.leptons[0],
        }


@dataclass(frozen=True)
class ScalarCharges:
    """Couplings to a scalar in units of g: L = −g φ [Q_ν (ν̄_R ν_L + h.c.) + Σ_f Q_f
    f̄f].

    Attributes
    ----------
    neutrinos : of ν_e, ν_μ, ν_τ.
    p, n, e : of proton and neutron at zero momentum transfer, and of the electron.
    """

    neutrinos: Triple = (1.0, 1.0, 1.0)
    p: float = 1.0
    n: float = 1.0
    e: float = 1.0

    def __post_init__(self) -> None:
        _triple("neutrinos", self.neutrinos)
        for name in ("p", "n", "e"):
            number(f"the charge {name}", getattr(self, name))

    @classmethod
    def from_quarks(
        cls,
        u: float,
        d: float,
        s: float = 0.0,
        *,
        e: float = 0.0,
        neutrinos: Triple = (1.0, 1.0, 1.0),
    ) -> ScalarCharges:
        """Charges of the nucleons from those of light quarks.

        Q_N = Σ_q Q_q f_Tq^N m_N/m_q with f_Tu, f_Td, f_Ts = 0.0208, 0.0411, 0.043 (p),
        0.0189, 0.0451, 0.043 (n) [Hoferichter:2015dsa; Junnarkar:2013ac;
        Cerdeno:2016sfi, eq. unverified]: 17.2 for the proton if u and d have charge 1.
        Heavy quarks, which act through gluons, are left out.
        """
        quarks = {
            name: number(f"the charge {name}", q)
            for name, q in (("u", u), ("d", d), ("s", s))
        }
        charge = {
            nucleon: sum(
                quarks[q] * f * mass / _QUARKS[q] for q, f in _F_T[nucleon].items()
            )
            for nucleon, mass in (("p", M_PROTON), ("n", M_NEUTRON))
        }
        return cls(neutrinos, charge["p"], charge["n"], e)


def _triple(what: str, values: Any) -> None:
    if finite(f"the charges of the {what}", values).shape != (3,):
        raise InputError(
            f"the charges of the {what} are three numbers for e, mu, tau, got"
            f" {shown(values)}"
        )


def _lepton_number(i: int) -> Triple:
    return (-3.0 * (i == 0), -3.0 * (i == 1), -3.0 * (i == 2))


VECTORS: Final[Mapping[str, VectorCharges]] = {
    "universal": VectorCharges(),
    "b-l": VectorCharges((-1.0, -1.0, -1.0), (-1.0, -1.0, -1.0), 1 / 3, 1 / 3),
    **{
        f"b-3l{name}": VectorCharges(_lepton_number(i), _lepton_number(i), 1 / 3, 1 / 3)
        for i, name in enumerate(("e", "mu", "tau"))
    },
    "lmu-ltau": VectorCharges((0.0, 1.0, -1.0), (0.0, 1.0, -1.0), 0.0, 0.0),
    "le-lmu": VectorCharges((1.0, -1.0, 0.0), (1.0, -1.0, 0.0), 0.0, 0.0),
    "le-ltau": VectorCharges((1.0, 0.0, -1.0), (1.0, 0.0, -1.0), 0.0, 0.0),
}
"""Charges by name: of every fermion 1 (``universal``), B − L, B − 3L_i, L_i − L_j
(neutrino couplings of any sign)."""

SCALARS: Final[Mapping[str, ScalarCharges]] = {
    "nucleons": ScalarCharges(e=0.0),
    "universal": ScalarCharges.from_quarks(1.0, 1.0, 1.0, e=1.0),
}
"""Couplings by name: 1 to nucleons and neutrinos, or 1 to u, d, s, the electron and
neutrinos."""


class _Fields(Protocol):
    @property
    def mass(self) -> float: ...
    @property
    def coupling(self) -> float | FloatArray: ...
    @property
    def base(self) -> Any: ...
    @property
    def mass_range(self) -> tuple[float, float]: ...
    @property
    def label(self) -> str: ...


def _check(model: _Fields) -> None:
    if (
        number("the mass of a mediator, positive and in MeV,", model.mass, "10 * MeV")
        <= 0
    ):
        raise InputError(
            "the mass of a mediator must be positive (MeV, e.g. 10 * MeV), got"
            f" {model.mass}"
        )
    finite("the coupling", model.coupling)
    check_mass_range(model.mass_range)
    if not isinstance(model.label, str):
        raise InputError(f"a label is text such as 'second.', got {shown(model.label)}")


def check_mass_range(values: Any) -> None:
    """Refuse what is no pair 0 < lowest < highest (MeV) with `InputError`."""
    ends = numbers("a range of masses (MeV)", values)
    if ends.shape != (2,) or not 0 < ends[0] < ends[1] < math.inf:
        raise InputError(
            "a range of masses needs 0 < lowest < highest (MeV), such as (1, 1000),"
            f" got {shown(values)}"
        )


def _coupling_parameter(model: _Fields) -> Parameter:
    value = np.asarray(model.coupling, dtype=float)
    default = float(value) if value.ndim == 0 else 1e-4
    return Parameter(
        model.label + "coupling", default, min(0.0, default), max(10.0, default), step=0.1 * abs(default) or 1e-5,
        latex="g",
    )  # fmt: skip


def _mass_parameter(model: _Fields) -> Parameter:
    low, high = model.mass_range
    mass = float(model.mass)
    low, high = min(low, mass), max(high, mass)
    return Parameter(
        model.label + "mass", mass, low, high, step=0.1 * mass, unit="MeV", latex="m"
    )


@dataclass(frozen=True)
class LightVector:
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
    mixing : ε, or ``"loop"``: as in `LMuLTau`, for charges of leptons only that add to
        zero.
    base : what it is added to.
    mass_range : MeV, where a fit may move the mass.
    label : precedes the names of the parameters, e.g. ``"second."`` to stack two
        mediators.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or ``mixing="loop"`` where it diverges.
    UnknownNameError
        For charges of an unknown name.
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "light-vector": ModelName("vector Z' of any charges"),
        "universal-vector": ModelName(
            "vector of charge 1 for every fermion", {"charges": "universal"}
        ),
        "b-l": ModelName("Z' of a gauged B - L", {"charges": "b-l"}),
        **{
            f"b-3l{x}": ModelName(
                f"Z' of a gauged B - 3 L_{x}", {"charges": f"b-3l{x}"}
            )
            for x in ("e", "mu", "tau")
        },
        "le-lmu": ModelName("Z' of a gauged L_e - L_mu", {"charges": "le-lmu"}),
        "le-ltau": ModelName("Z' of a gauged L_e - L_tau", {"charges": "le-ltau"}),
    }

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    charges: str | VectorCharges = "universal"
    mixing: float | Literal["loop"] = 0.0
    base: Any = field(default_factory=StandardModel)
    mass_range: tuple[float, float] = setting(MASS_RANGE, unit="MeV")
    label: str = ""

    def __post_init__(self) -> None:
        _check(self)
        q = self._charges
        if self.mixing == "loop":
            if abs(sum(q.leptons)) > 1e-12 or q.u != 0 or q.d != 0:
                raise InputError(
                    "mixing='loop' is finite only if the charges add to zero, got"
                    f" {q.leptons}: give a number"
                    if q.u == q.d == 0
                    else (
                        "mixing='loop' holds for charges of leptons only: give a number"
                    )
                )
        elif not isinstance(self.mixing, (int, float)):
            raise InputError(f"mixing is a number or 'loop', got {self.mixing!r}")
        else:
            finite("the mixing", self.mixing)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "light-vector"

    @property
    def _charges(self) -> VectorCharges:
        if isinstance(self.charges, VectorCharges):
            return self.charges
        if not isinstance(self.charges, str) or self.charges not in VECTORS:
            raise UnknownNameError(
                "charges", self.charges, VECTORS, "Or give VectorCharges(...)"
            )
        return VECTORS[self.charges]

    def _mixing(self) -> tuple[float, float]:
        """e × (photon mixing) as (a, b) of a·g + b: the coupling of a particle of
        electric charge 1."""
        if isinstance(self.mixing, str):
            logs = sum(
                q * math.log(m**2)
                for q, m in zip(self._charges.leptons, _MASSES, strict=True)
            )
            return -(_E**2) / (12 * math.pi**2) * logs, 0.0
        return 0.0, _E * self.mixing * _COS_W

    def charged_coupling(self, lepton: int) -> FloatArray:
        """Coupling g Q_ℓ − ε e c_W of a charged lepton, flavour index 0, 1, 2."""
        a, b = self._mixing()
        g = finite("the coupling", self.coupling)
        return np.asarray(g * (self._charges.leptons[lepton] - a) - b)

    def _strengths(self) -> Mapping[str, tuple[float, float]]:
        """Coupling of p, n, e as (a, b) of a·g + b."""
        a, b = self._mixing()
        return {
            k: (q + a * _ELECTRIC[k], b * _ELECTRIC[k])
            for k, q in self._charges.by_target.items()
        }

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, and ``coupling``."""
        return stacked(_elastic(self.base).parameters, (_coupling_parameter(self),))

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, and ``mass``."""
        return stacked(_elastic(self.base).mass_parameters, (_mass_parameter(self),))

    def with_values(self, values: Mapping[str, float | FloatArray]) -> Self:
        """Return the model at another coupling, or other values of the base model's
        parameters."""
        return replace(self, **_moved(self, values))

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the couplings of the base model with this exchange added."""
        g = finite("the coupling", self.coupling)
        strengths = {k: g * (a * g + b) for k, (a, b) in self._strengths().items()}
        return (
            _elastic(self.base)
            .couplings(anti)
            .plus(self._exchange(strengths, anti).vector[0])
        )

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivatives with respect to the parameters."""
        g = finite("the coupling", self.coupling)
        slopes = {k: 2 * a * g + b for k, (a, b) in self._strengths().items()}
        size = _elastic(self.base).couplings(anti).size
        own = {self.label + "coupling": self._exchange(slopes, anti).widened(size)}
        return {**self.base.coupling_derivatives(anti), **own}

    def _exchange(self, strengths: Mapping[str, FloatArray], anti: bool) -> Couplings:
        unit = math.sqrt(2) * G_FERMI
        q = self._charges.neutrinos
        charges = {
            k: diagonal(*(x * s / unit for x in q)) for k, s in strengths.items()
        }
        return exchange(VectorExchange(_propagator(self), charges), anti)

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return the base model's couplings for tridents and the mediator where it
        couples."""
        if not hasattr(self.base, "lepton_couplings"):
            raise InputError(
                f"the model {self.base.name} has no couplings for tridents: use another"
                " base"
            )
        base: LeptonCouplings = self.base.lepton_couplings(vertex)
        charge = self._charges.neutrinos[vertex.nu_in]
        if not vertex.neutral or charge == 0:
            return base
        strength = (
            finite("the coupling", self.coupling)
            * charge
            * self.charged_coupling(vertex.minus)
        )
        one = Mediator(
            float(self.mass), np.asarray(strength / (math.sqrt(2) * G_FERMI))
        )
        return replace(base, mediators=(*base.mediators, one))


@dataclass(frozen=True)
class LightScalar:
    """A scalar φ coupled to neutrinos and to matter.

    It flips the helicity of the neutrino, so its cross section adds to that of the base
    model without interference: (M²T/4πE²) g⁴ Q_ν² (Σ_N Q_N N F_N)²/(2MT + m²)² for spin
    0 [Cerdeno:2016sfi; Lindner:2016wff, eqs. unverified].

    Attributes
    ----------
    mass : m in MeV, positive.
    coupling : g; the amplitude goes as g².
    charges : a name of `SCALARS`, or `ScalarCharges`.
    base : what it is added to.
    mass_range, label : as in `LightVector`.

    Raises
    ------
    InputError
        Mass not positive, values not finite, or a base model that flips the helicity
        too (magnetic moment, scalar).
    UnknownNameError
        For charges of an unknown name.
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "light-scalar": ModelName("scalar of any couplings"),
        "scalar": ModelName(
            "scalar coupled to nucleons and neutrinos", {"charges": "nucleons"}
        ),
        "universal-scalar": ModelName(
            "scalar coupled to u, d, s, electrons and neutrinos",
            {"charges": "universal"},
        ),
    }
    EXPLAINED: ClassVar[Mapping[str, str]] = {
        "interference": (
            "a scalar flips the helicity of the neutrino and cannot interfere with a"
            " vector: remove interference"
        )
    }

    mass: float = setting(unit="MeV")
    coupling: float | FloatArray = setting()
    charges: str | ScalarCharges = "nucleons"
    base: Any = field(default_factory=StandardModel)
    mass_range: tuple[float, float] = setting(MASS_RANGE, unit="MeV")
    label: str = ""

    def __post_init__(self) -> None:
        _check(self)
        _ = self._charges  # refuses an unknown name
        below = _elastic(self.base).couplings()
        if below.magnetic is not None or below.scalar:
            raise InputError(
                f"the model {self.base.name} flips the helicity of the neutrino already"
                " and would interfere with a scalar, which is not computed: use one of"
                " them"
            )

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "light-scalar"

    @property
    def _charges(self) -> ScalarCharges:
        if isinstance(self.charges, ScalarCharges):
            return self.charges
        if not isinstance(self.charges, str) or self.charges not in SCALARS:
            raise UnknownNameError(
                "charges", self.charges, SCALARS, "Or give ScalarCharges(...)"
            )
        return SCALARS[self.charges]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, and ``coupling``."""
        return stacked(self.base.parameters, (_coupling_parameter(self),))

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """Those of the base model, and ``mass``."""
        return stacked(self.base.mass_parameters, (_mass_parameter(self),))

    def with_values(self, values: Mapping[str, float | FloatArray]) -> Self:
        """Return the model at another coupling, or other values of the base model's
        parameters."""
        return replace(self, **_moved(self, values))

    def couplings(self, anti: bool = False) -> Couplings:
        """Return the couplings of the base model with this exchange added."""
        one = self._exchange(finite("the coupling", self.coupling) ** 2)
        return replace(_elastic(self.base).couplings(anti), scalar=(one,))

    def coupling_derivatives(self, anti: bool = False) -> Mapping[str, Couplings]:
        """Return the derivatives with respect to the parameters."""
        slope = Couplings(
            (), scalar=(self._exchange(2 * finite("the coupling", self.coupling)),)
        )
        return {**self.base.coupling_derivatives(anti), self.label + "coupling": slope}

    def _exchange(self, strength: FloatArray) -> ScalarExchange:
        q = self._charges
        matrix = diagonal(*(x * strength for x in q.neutrinos))
        return ScalarExchange(
            _propagator(self), {"p": q.p * matrix, "n": q.n * matrix, "e": q.e * matrix}
        )


def _propagator(model: _Fields) -> Propagator:
    return Propagator(float(model.mass), model.label + "mass")


def _elastic(base: Any) -> Model:
    check_model(base)
    model: Model = base
    return model


def _moved(model: _Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a model at other values of its parameters."""
    mine, others = split_values(parameter_values(values), (_coupling_parameter(model),))
    base = _elastic(model.base).with_values(others) if others else model.base
    return {
        "coupling": mine.get(model.label + "coupling", model.coupling),
        "base": base,
    }
