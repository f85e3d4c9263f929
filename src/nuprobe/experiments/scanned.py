"""A model as a function of the mass and coupling of its mediator, as scanned by
limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.models import (
    Vertex,
    check_one_point,
    is_elastic,
    model_fields,
    model_names,
    named,
)
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = [
    "LIMIT_RANGE",
    "PHYSICAL_MASSES",
    "STEPPED_RANGE",
    "Scanned",
    "Strength",
    "has_mediator",
    "is_plane",
    "mediator_names",
]

LIMIT_RANGE: Final = (0.1, 1e6)
"""Masses in MeV of limits, unless the model has its own range."""
STEPPED_RANGE: Final = (0.1, 100.0)
"""The same of models whose mass belongs to the kinematics."""
PHYSICAL_MASSES: Final = (1e-12, 1e22)
"""MeV. A lighter mediator has a range above 20 cm, so that surrounding matter gives a
potential, which is not modelled here; the upper end is the Planck mass, 1.2e22 MeV."""
_COUPLING: Final = 1e-3


@lru_cache(maxsize=1)
def mediator_names() -> tuple[str, ...]:
    """Names of the models that have a mass and a coupling.

    Examples
    --------
    >>> "b-l" in mediator_names()
    True
    """
    return tuple(
        name
        for name in model_names()
        if {"mass", "coupling"} <= {f.name for f in model_fields(name)}
    )


@dataclass(frozen=True)
class Strength:
    """Couplings of a vertex as the coupling g of the mediator varies.

    Attributes
    ----------
    vector, axial : V and A without the mediator.
    linear, quadratic : its strength in MeV² is quadratic·g² + linear·g.
    axial_quadratic : its axial strength in MeV² is this times g².
    """

    vector: float
    axial: float
    linear: float
    quadratic: float
    axial_quadratic: float = 0.0

    def at(self, coupling: Any) -> Any:
        """Strength at couplings g of any shape, MeV²."""
        return self.quadratic * coupling**2 + self.linear * coupling

    def slope(self, coupling: Any) -> Any:
        """Derivative of `at` in the coupling."""
        return 2 * self.quadratic * coupling + self.linear

    def axial_at(self, coupling: Any) -> Any:
        """Axial strength at couplings g of any shape, MeV²."""
        return self.axial_quadratic * coupling**2

    def axial_slope(self, coupling: Any) -> Any:
        """Derivative of `axial_at` in the coupling."""
        return 2 * self.axial_quadratic * coupling


@dataclass(frozen=True)
class Scanned:
    """A model whose mediator's mass and coupling vary.

    Attributes
    ----------
    model : with its mass in the middle of `mass_range`; its coupling does not matter.
    label : precedes the names of the parameters.
    fixed : whether the mass range is set by the model and cannot be widened.
    stepped : mass range of a model whose mass enters the kinematics, so that a cost is
        for one mass and limits treat masses one by one; otherwise None.

    Examples
    --------
    >>> Scanned.of("b-l").mass_range
    (0.1, 1000000.0)
    """

    model: Any
    label: str
    fixed: bool = False
    stepped: tuple[float, float] | None = None

    @classmethod
    def of(cls, model: Any, mixing: float | Literal["loop"] = 0.0) -> Scanned:
        """Read the model argument of a limit.

        Parameters
        ----------
        model : a model with a mass and a coupling (of the topmost mediator if there
            are several), or the name of one; its own mass and coupling are not used.
        mixing : kinetic mixing of a model given by name.

        Raises
        ------
        InputError
            For anything else, or a model over parameter points.
        """
        if isinstance(model, Scanned):
            return model
        if isinstance(model, str):
            values = {} if mixing == 0 else {"mixing": mixing}
            if values and "mixing" not in {f.name for f in model_fields(model)}:
                raise InputError(f"the model {model} has no kinetic mixing")
            if model not in mediator_names():
                named.model_class(model)  # raises for an unknown name
                raise InputError(
                    f"the model {model} has no mediator with a mass and a coupling;"
                    f" these have: {', '.join(mediator_names())}"
                )
            model = named.model(model, mass=1.0, coupling=_COUPLING, **values)
        if getattr(model, "MASS_BY_MASS", False) and not isinstance(model, type):
            check_one_point(model, "a limit", "compute a limit for each")
            return cls(model, "", stepped=STEPPED_RANGE)
        label = None if isinstance(model, type) else _label(model)
        if label is None:
            raise InputError(
                "a limit needs a model with a mass and a coupling, such as"
                " LMuLTau(mass=10 * MeV, coupling=1e-3), or the name of one, got"
                f" {shown(model)}"
            )
        fixed = _has_range(model, label)
        model = _over_range(model, label).with_values({label + "coupling": _COUPLING})
        check_one_point(model, "a limit", "compute a limit for each")
        low, high = next(
            (p.lower, p.upper)
            for p in model.mass_parameters
            if p.name == label + "mass"
        )
        middle = model.with_values({label + "mass": math.sqrt(low * high)})
        return cls(middle, label, fixed)

    @property
    def name(self) -> str:
        """Name of the model: the shortest one that identifies it."""
        return named.name_of(self.model)

    @property
    def parameters(self) -> tuple[Parameter, Parameter]:
        """Mass (MeV) and coupling."""
        if self.stepped is not None:
            middle = math.sqrt(math.prod(self.stepped))
            (coupling,) = (p for p in self.model.parameters if p.name == "coupling")
            return Parameter("mass", middle, *self.stepped, unit="MeV"), coupling
        both = (*self.model.mass_parameters, *self.model.parameters)
        mass, coupling = (
            next(p for p in both if p.name == self.label + key)
            for key in ("mass", "coupling")
        )
        return mass, coupling

    @property
    def mass_range(self) -> tuple[float, float]:
        """Masses in MeV over which the axes run; `reaching` widens it."""
        mass, _ = self.parameters
        return mass.lower, mass.upper

    def reaching(self, masses: FloatArray) -> Scanned:
        """Return the same model over a range that also contains `masses` (MeV).

        Raises
        ------
        InputError
            If a mass is outside `PHYSICAL_MASSES`, or the model's range is fixed.

        Examples
        --------
        >>> Scanned.of("b-l").reaching(np.array([1e-3, 10.0])).mass_range
        (0.001, 1000000.0)
        """
        lowest, highest = PHYSICAL_MASSES
        if not np.all(masses > 0):
            bad = masses[~(masses > 0)][0]
            raise InputError(f"masses must be positive (MeV), got {bad:g}")
        if not np.all((masses >= lowest) & (masses <= highest)):
            raise InputError(
                f"masses must lie between {lowest:g} MeV (the range of a lighter"
                " mediator exceeds 20 cm, so surrounding matter produces a"
                f" potential) and {highest:g} MeV (the Planck mass), got"
                f" {masses.min():g} to {masses.max():g}"
            )
        low, high = self.mass_range
        inside = masses >= low * (1 - 1e-12), masses <= high * (1 + 1e-12)
        if all(map(np.all, inside)):
            return self
        ends = min(low, float(masses.min())), max(high, float(masses.max()))
        if self.stepped is not None:
            return replace(self, stepped=ends)
        wide = (
            self
            if self.fixed
            else Scanned(_ranged(self.model, self.label, ends), self.label)
        )
        if wide.mass_range != ends:
            raise InputError(
                f"masses must lie between {low:g} and {high:g} MeV, the mass_range of"
                f" the model, got {masses.min():g} to {masses.max():g}; widen it"
            )
        return wide

    def strength(self, vertex: Vertex) -> Strength:
        """Couplings of a vertex, at zero momentum transfer.

        Raises
        ------
        InputError
            If other mediators take part in it.
        """
        # the strength is a quadratic without constant term, so two values determine it
        moved = self.model.with_values({self.label + "coupling": np.array([1.0, 2.0])})
        found = moved.lepton_couplings(vertex)
        particles = [m for m in found.mediators if not m.part]
        if len(particles) > 1:
            raise InputError(
                "a limit from tridents needs a model with one mediator, but"
                f" {self.name} has {len(particles)}"
            )
        one, two = sum(
            (m.strength * (particles[0].mass / m.mass) ** 2 for m in found.mediators),
            np.zeros(2),
        )
        linear = (4 * one - two) / 2
        axial = sum((np.ravel(m.axial)[0] for m in particles), 0.0)
        return Strength(
            float(np.ravel(found.vector)[0]),
            float(np.ravel(found.axial)[0]),
            float(linear),
            float(one - linear),
            float(axial),
        )

    def felt_by(self, constituents: tuple[str, ...]) -> bool:
        """Whether the mediator couples to some of the `constituents` ``"p"``, ``"n"``,
        ``"e"``, ``"e_axial"``."""
        if not is_elastic(self.model):
            return False
        found = self.model.couplings()
        if self.stepped is not None:
            return bool({"p", "e"} & set(constituents))
        matrices = [
            x.charges.get(name)
            for x in (*found.vector, *found.scalar)
            if x.propagator.parameter == self.label + "mass"
            for name in constituents
        ]
        return any(np.any(m) for m in matrices if m is not None)


def has_mediator(model: Any) -> bool:
    """Whether this is a model with the mass and the coupling of a mediator.

    Parameters
    ----------
    model : any object.

    Examples
    --------
    >>> from nuprobe.models import LMuLTau, StandardModel
    >>> has_mediator(LMuLTau(10.0, 1e-3)), has_mediator(StandardModel())
    (True, False)
    """
    return not isinstance(model, type) and _label(model) is not None


def is_plane(model: Any, free: Sequence[str]) -> bool:
    """Whether a cost is a function of mass and coupling of a mediator: for a model
    given by name, or one for which no free parameters are named or the mass is.

    Parameters
    ----------
    model : a model, the name of one, or None.
    free : names of parameters.

    Raises
    ------
    InputError
        If the mass is free together with anything other than the coupling.

    Examples
    --------
    >>> from nuprobe.models import LMuLTau
    >>> is_plane("lmu-ltau", []), is_plane(LMuLTau(10.0, 1e-3), ["coupling"])
    (True, False)
    """
    if model is None or isinstance(model, str | Scanned):
        return True
    if not has_mediator(model):
        # `Scanned` raises for anything that is not a model
        return not hasattr(model, "lepton_couplings")
    if not free:
        return True
    label = _label(model)
    masses = {p.name for p in model.mass_parameters} & set(free)
    if not masses:
        return False
    others = set(free) - {f"{label}mass", f"{label}coupling"}
    if others:
        raise InputError(
            "for tridents the mass of a mediator can be free only together with its"
            f" coupling, got {', '.join(free)}: fix the mass, or leave {min(others)}"
            " out"
        )
    return True


def _label(model: Any) -> str | None:
    """Prefix of the parameters of the topmost mediator, or None."""
    masses = {p.name for p in getattr(model, "mass_parameters", ())}
    below = model
    while below is not None:
        label = getattr(below, "label", "")
        if isinstance(label, str) and label + "mass" in masses:
            return label
        below = getattr(below, "base", None)
    return None


def _has_range(model: Any, label: str) -> bool:
    """Whether the model with that label comes with a range of masses, other than that
    for limits."""
    while model is not None:
        if getattr(model, "label", "") == label:
            found = getattr(model, "mass_range", None)
            if found is not None and tuple(found) != LIMIT_RANGE:
                return True
        model = getattr(model, "base", None)
    return False


def _over_range(model: Any, label: str) -> Any:
    """The same model with a range of masses for limits, unless it has its own."""
    return _ranged(model, label, None)


def _ranged(model: Any, label: str, ends: tuple[float, float] | None) -> Any:
    """The same model with the range of masses `ends` (None: that for limits, unless it
    has its own)."""
    own = is_dataclass(model) and {"mass_range", "mass"} <= {
        f.name for f in fields(model)
    }
    if own and getattr(model, "label", "") == label:
        assert not isinstance(model, type)
        if ends is None and model.mass_range is not None:
            return model
        low, high = ends or LIMIT_RANGE
        return replace(model, mass=math.sqrt(low * high), mass_range=(low, high))
    if getattr(model, "base", None) is None:
        return model
    return replace(model, base=_ranged(model.base, label, ends))
