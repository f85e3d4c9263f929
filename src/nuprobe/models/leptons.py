"""Models for tridents only: V−A, and any (V, A).

They have no quark couplings, so elastic scattering rejects them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, Literal, Self

import numpy as np

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models.base import as_array, finite, parameter_values
from nuprobe.models.couplings import Couplings
from nuprobe.models.fields import ModelName, setting
from nuprobe.models.stack import Stacked, check_base
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonCouplings, Vertex
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["PairCouplings", "VMinusA", "VectorAxial"]

_FLAVOURS: Final = ("e", "mu", "tau")
_LARGEST: Final = 5.0  # range of V and A in fits, ±


def _coupling(name: str, value: float | FloatArray, latex: str) -> Parameter:
    """V or A as a parameter."""
    at = 0.5 if np.ndim(value) else float(value)
    low, high = min(-_LARGEST, at), max(_LARGEST, at)
    return Parameter(name, at, low, high, step=0.1, latex=latex)


@public
@quick_methods
@dataclass(frozen=True)
class VMinusA:
    """The theory without neutral currents: (V, A) = (1, 1) where a W is exchanged, and
    nothing else.

    Examples
    --------
    >>> float(VMinusA().lepton_couplings(Vertex(1, 1, 0, 0)).vector)
    0.0
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "v-a": ModelName("V-A theory without neutral currents")
    }

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "v-a"

    def lepton_couplings(self, vertex: Vertex) -> LeptonCouplings:
        """Return (1, 1) for a `vertex` with a charged current, (0, 0) for others."""
        one = np.asarray(1.0 if vertex.charged else 0.0)
        return LeptonCouplings(one, one)


@public
@quick_methods
@dataclass(frozen=True)
class VectorAxial:
    """The same V and A at every vertex.

    Attributes
    ----------
    vector, axial : V and A; each may be an array over parameter points.

    Examples
    --------
    >>> float(VectorAxial(0.5, 0.4).lepton_couplings(Vertex(1, 1, 0, 0)).axial)
    0.4
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "vector-axial": ModelName("the same V and A at every vertex")
    }

    vector: float | FloatArray
    axial: float | FloatArray

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return ``vector`` and ``axial``."""
        return (
            _coupling("vector", self.vector, "V"),
            _coupling("axial", self.axial, "A"),
        )

    @property
    def mass_parameters(self) -> tuple[Parameter, ...]:
        """None."""
        return ()

    def with_values(self, values: Mapping[str, float | FloatArray]) -> Self:
        """Return the same at other `values` of ``vector`` and ``axial``; raises
        `UnknownNameError` for any other name."""
        given = parameter_values(values, self)
        unknown = set(given) - {"vector", "axial"}
        if unknown:
            raise UnknownNameError(
                "parameter of vector-axial", min(unknown), ["vector", "axial"]
            )
        return replace(self, **given)

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


@public
@quick_methods
@dataclass(frozen=True)
class PairCouplings(Stacked):
    """C_V and C_A of one neutrino with one charged lepton, replacing those of a base
    model; all other vertices, and its mediators, are unchanged.

    Attributes
    ----------
    c_v, c_a : couplings V and A of L = −(G_F/√2)[ν̄γ^α(1 − γ5)ν][ℓ̄γ_α(V − Aγ5)ℓ],
        including W exchange; None for those of the base, (½ + 2 sin²θ_W, ½) where
        neutrino and lepton are of one flavour. They are the parameters of fits, from −5
        to 5.
    neutrino, lepton : flavours.
    base : model that it changes.

    Raises
    ------
    InputError
        In elastic scattering for ``lepton="e"``, which is at another scale; use contact
        operators with electrons there.

    Examples
    --------
    >>> found = PairCouplings(c_v=1.0, c_a=1.0).lepton_couplings(Vertex(1, 1, 1, 1))
    >>> float(found.vector), float(found.axial)
    (1.0, 1.0)
    """

    NAMES: ClassVar[Mapping[str, ModelName]] = {
        "pair-couplings": ModelName("C_V and C_A of one neutrino with one lepton")
    }

    c_v: float | FloatArray | None = None
    c_a: float | FloatArray | None = None
    neutrino: Literal["e", "mu", "tau"] = "mu"
    lepton: Literal["e", "mu", "tau"] = setting("mu")
    base: Any = field(default_factory=StandardModel)

    def __post_init__(self) -> None:
        check_base(self.base)
        for name in ("neutrino", "lepton"):
            if getattr(self, name) not in _FLAVOURS:
                raise UnknownNameError(name, getattr(self, name), _FLAVOURS)
        for name in ("c_v", "c_a"):
            value = getattr(self, name)
            if value is not None:
                finite(f"the coupling {name}", value)

    @property
    def name(self) -> str:
        """Name on the command line."""
        return "pair-couplings"

    @property
    def vertex(self) -> Vertex:
        """The vertex whose couplings these are."""
        nu, lepton = _FLAVOURS.index(self.neutrino), _FLAVOURS.index(self.lepton)
        return Vertex(nu, nu, lepton, lepton)

    def own_parameters(self) -> tuple[Parameter, ...]:
        """Return ``c_v`` and ``c_a``."""
        found = self.lepton_couplings(self.vertex)
        return (
            _coupling("c_v", found.vector, "C_V"),
            _coupling("c_a", found.axial, "C_A"),
        )

    def own_names(self) -> set[str]:
        """Names of `own_parameters`."""
        return {"c_v", "c_a"}

    def landmarks(self) -> Mapping[str, Mapping[str, float]]:
        """Named points of the plane of `c_v` and `c_a`, for plots."""
        standard = StandardModel().lepton_couplings(self.vertex)
        before = VMinusA().lepton_couplings(self.vertex)
        return {
            label: {"c_v": float(one.vector), "c_a": float(one.axial)}
            for label, one in (("Standard Model", standard), ("V−A", before))
        }

    def moved(self, values: Mapping[str, FloatArray]) -> Mapping[str, Any]:
        """Return the couplings at other `values`."""
        unknown = set(values) - self.own_names()
        if unknown:
            raise UnknownNameError(
                f"parameter of the model {self.name}", min(unknown), self.own_names()
            )
        return values

    def added(self, below: Couplings, anti: bool) -> Couplings:
        """Return the couplings `below`, of antineutrinos if `anti`; rejected for
        electrons."""
        if self.lepton == "e":
            raise InputError(
                "pair-couplings with lepton: e apply to tridents; for scattering on"
                " electrons use contact operators or nsi"
            )
        return below

    def added_leptons(self, below: LeptonCouplings, vertex: Vertex) -> LeptonCouplings:
        """Return the couplings `below` with V and A replaced at its own `vertex`."""
        if vertex != self.vertex:
            return below
        vector = below.vector if self.c_v is None else as_array(self.c_v)
        axial = below.axial if self.c_a is None else as_array(self.c_a)
        vector, axial = np.broadcast_arrays(vector, axial)
        return replace(below, vector=vector, axial=axial)
