"""Symmetrised Fermi density, analytic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.nuclei.form_factors.base import (
    SurfaceShape,
    length,
    momentum2,
    sphere_radius,
)
from nuprobe.nuclei.form_factors.functions import logistic, sinc, sphere
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = ["FERMI_DIFFUSENESS", "Fermi"]

FERMI_DIFFUSENESS: Final = 2.3 * fm / (4 * math.log(3))
"""Diffuseness a = t/(4 ln 3) for a 10–90 % surface of t = 2.3 fm: 0.5234 fm."""


@public
@quick_methods
@dataclass(frozen=True)
class Fermi(SurfaceShape):
    """Symmetrised Fermi density sinh(c/a)/(cosh(c/a) + cosh(r/a)), analytic [Sprung &
    Martorell, J. Phys. A 30, 6525 (1997)].

    rms² = 3/5 c² + 7/5 π²a². It differs from the ordinary Fermi (`WoodsSaxon`) by terms
    of relative size e^(−c/a).

    Attributes
    ----------
    radius : c, MeV⁻¹.
    diffuseness : a, MeV⁻¹.

    Examples
    --------
    >>> shape = Fermi(radius=1.07 * 40 ** (1 / 3) * fm, diffuseness=0.57 * fm)
    >>> shape == Fermi.of("Ar40"), f"{shape.rms / fm:.3f} fm"
    (True, '3.539 fm')
    """

    name: ClassVar[str] = "fermi"

    radius: float
    diffuseness: float = FERMI_DIFFUSENESS

    def __post_init__(self) -> None:
        length(self.radius, "the Fermi radius", zero=False)
        length(self.diffuseness, "the Fermi diffuseness", zero=False)

    @classmethod
    def from_rms(cls, rms: float, diffuseness: float = FERMI_DIFFUSENESS) -> Fermi:
        """Build with a given `rms` radius and `diffuseness` (MeV⁻¹); `InputError` if
        rms² <= 7/5 π²a²."""
        radius = sphere_radius(
            rms, 1.4 * (math.pi * diffuseness) ** 2, "a Fermi form factor"
        )
        return cls(radius, diffuseness)

    @classmethod
    def of(cls, nucleus: str | Isotope, diffuseness: float | None = None) -> Fermi:
        """Build with R = 1.07 A^(1/3) fm of a `nucleus` and `diffuseness` (MeV⁻¹; None
        for 0.57 fm), the values of the trident literature [Brown:1973ih]."""
        radius = 1.07 * isotope(nucleus).a ** (1 / 3) * fm
        return cls(radius, 0.57 * fm if diffuseness is None else diffuseness)

    @classmethod
    def minimal_rms(cls, diffuseness: float = FERMI_DIFFUSENESS) -> float:
        """Smallest rms radius with this `diffuseness` (both MeV⁻¹)."""
        # strictly above: a Fermi density needs a radius
        return math.sqrt(1.4) * math.pi * diffuseness * (1 + 1e-6)

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(0.6 * self.radius**2 + 1.4 * (math.pi * self.diffuseness) ** 2)

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        c2, p2 = self.radius**2, (math.pi * self.diffuseness) ** 2
        return (3 * c2**2 + 18 * c2 * p2 + 31 * p2**2) / 7

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        q2 = momentum2(q2)
        c2, p2 = self.radius**2, (math.pi * self.diffuseness) ** 2
        y = np.sqrt(q2 * p2)
        e2 = np.exp(-2 * y)
        small = y < 1
        safe = np.where(small, 1.0, y)
        # y/sinh y and 3(y coth y − 1)/y²
        decay = np.where(
            small,
            1 / _sinhc(np.where(small, y, 0.0)),
            2 * safe * np.exp(-safe) / -np.expm1(-2 * safe),
        )
        slope = np.where(
            small,
            sphere(-(np.where(small, y, 0.0) ** 2)) * decay,
            3 * (safe * (1 + e2) / -np.expm1(-2 * safe) - 1) / safe**2,
        )
        x2 = q2 * c2
        return np.asarray(
            decay * (c2 * sphere(x2) + p2 * slope * sinc(np.sqrt(x2))) / (c2 + p2)
        )

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at `r` (MeV⁻¹), MeV³, shape of `r`."""
        c, a = self.radius, self.diffuseness
        r = np.asarray(r, dtype=float)
        norm = 3 / (4 * np.pi * c * (c**2 + (np.pi * a) ** 2))
        return norm * (logistic((r - c) / a) - logistic((r + c) / a))


def _sinhc(y: FloatArray) -> FloatArray:
    """Sinh(y)/y for 0 <= y <= 1."""
    result = np.ones_like(y)
    term = np.ones_like(y)
    for k in range(1, 10):
        term = term * y**2 / (2 * k * (2 * k + 1))
        result = result + term
    return result
