"""The interface of form factors, and the base class of named shapes."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import InputError
from nuprobe.nuclei.isotopes import Isotope
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.units import fm

__all__ = ["Describes", "FormFactor", "Shape", "SurfaceShape"]

Describes = Literal["point", "physical"]
"""Constituents of the distribution of a form factor: point nucleons, or nucleons of
finite size."""


@runtime_checkable
class FormFactor(Protocol):
    """Interface of every form factor: an object that implements it is accepted wherever
    a name is."""

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        ...

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        ...

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        ...


class Shape(ABC):
    """Base of the named form factors: a new shape is one file with one subclass.

    A subclass is a frozen dataclass that is a `FormFactor`, has a `name` and says how
    it is built.

    Attributes
    ----------
    name : in files and on the command line, e.g. ``"klein-nystrand"``.
    free_radius : whether its rms radius can be set.
    describes : ``"point"``: the distribution of point nucleons, into which the nucleon
        is folded; ``"physical"``: includes the extension of the nucleons.
    """

    name: ClassVar[str]
    free_radius: ClassVar[bool] = True
    describes: ClassVar[Describes] = "point"

    @classmethod
    @abstractmethod
    def of(cls, nucleus: str | Isotope) -> FormFactor:
        """Build with the literature parameters of this shape for a `nucleus`."""

    @classmethod
    def from_rms(cls, rms: float) -> FormFactor:
        """Build with a given `rms` radius (MeV⁻¹); `InputError` if it cannot be set."""
        raise InputError(
            f"the form factor {cls.name!r} has no free radius: drop the radius, or"
            " choose another shape, e.g. 'helm'"
        )

    @classmethod
    def minimal_rms(cls) -> float:
        """Smallest rms radius (MeV⁻¹) that the shape can have."""
        return 0.0


class SurfaceShape(Shape):
    """Base of the shapes with a parameter for their surface."""

    @classmethod
    @abstractmethod
    def of(cls, nucleus: str | Isotope, surface: float | None = None, /) -> FormFactor:
        """Build for a `nucleus`, with a `surface` parameter (MeV⁻¹) replacing that of
        the literature if given."""

    @classmethod
    @abstractmethod
    def from_rms(cls, rms: float, surface: float = ..., /) -> FormFactor:
        """Build with a given `rms` radius and `surface` parameter (MeV⁻¹);
        `InputError` if the radius is below `minimal_rms`."""

    @classmethod
    @abstractmethod
    def minimal_rms(cls, surface: float = ..., /) -> float:
        """Smallest rms radius (MeV⁻¹) with this `surface` parameter (MeV⁻¹)."""


def momentum2(q2: ArrayLike) -> FloatArray:
    """Read |q|² (MeV², any shape) as an array; `InputError` unless all are finite and
    not negative."""
    values = numbers("|q|² (MeV²)", q2)
    bad = ~((values >= 0) & (values < np.inf))
    if bad.any():
        raise InputError(
            "a form factor needs finite |q|² >= 0 (MeV²; |q|² = 2 M T for a recoil of"
            f" energy T), got {values[bad].flat[0]:g}"
        )
    return values


def length(value: float, what: str, zero: bool = True) -> float:
    """Read a length (MeV⁻¹), the `value` of `what`; `InputError` unless it is finite
    and positive, or zero where `zero` allows it."""
    given = numbers(what, value)
    if given.shape != ():
        number(what, value, "3.4 * fm")
    size = float(given)
    if not (math.isfinite(size) and (size > 0 or (zero and size == 0))):
        raise InputError(
            f"{what} must be a {'non-negative' if zero else 'positive'} length, e.g."
            f" 3.4 * fm; got {size / fm:.6g} fm"
        )
    return size


def sphere_radius(rms: float, surface2: float, shape: str) -> float:
    """Radius of a sphere (MeV⁻¹) that has the mean square radius `rms`² after folding
    with a surface of mean square `surface2` (MeV⁻²); `InputError`, which names the
    `shape`, if the surface alone exceeds `rms`."""
    length(rms, f"the rms radius of {shape}")
    inner = rms**2 - surface2
    if inner < -1e-12 * surface2:
        raise InputError(
            f"{shape} cannot have an rms radius of {rms / fm:.6g} fm: the surface"
            f" alone gives {math.sqrt(surface2) / fm:.6g} fm; give a larger radius,"
            " a thinner surface, or form_factor='exponential'"
        )
    return math.sqrt(5 / 3 * max(inner, 0.0))
