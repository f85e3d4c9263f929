"""Klein–Nystrand: a uniform sphere with a Yukawa surface."""

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
from nuprobe.nuclei.form_factors.functions import ball_moments, fold_r4, sphere
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = ["KleinNystrand"]

YUKAWA_RANGE: Final = 0.7 * fm
"""Range a_k of the Klein–Nystrand form factor [Klein:1999qj]."""


@public
@quick_methods
@dataclass(frozen=True)
class KleinNystrand(SurfaceShape):
    """Klein–Nystrand: a uniform sphere folded with a Yukawa of range a_k
    [Klein:1999qj].

    F = 3 j1(qR)/(qR) / (1 + a_k² q²), rms² = 3/5 R² + 6 a_k².

    Attributes
    ----------
    radius : R of the sphere, MeV⁻¹.
    a_k : range of the Yukawa, MeV⁻¹.

    Examples
    --------
    >>> f"{KleinNystrand.of('Ar40').rms / fm:.3f} fm"
    '3.612 fm'
    """

    name: ClassVar[str] = "klein-nystrand"

    radius: float
    a_k: float = YUKAWA_RANGE

    def __post_init__(self) -> None:
        length(self.radius, "the Klein-Nystrand radius")
        length(self.a_k, "the Klein-Nystrand range")

    @classmethod
    def from_rms(cls, rms: float, a_k: float = YUKAWA_RANGE) -> KleinNystrand:
        """Build with a given `rms` radius and range `a_k` (MeV⁻¹); `InputError` if rms²
        < 6 a_k²."""
        return cls(sphere_radius(rms, 6 * a_k**2, "a Klein-Nystrand form factor"), a_k)

    @classmethod
    def of(cls, nucleus: str | Isotope, a_k: float | None = None) -> KleinNystrand:
        """Build with R = 1.2 A^(1/3) fm of a `nucleus` and `a_k` (MeV⁻¹; None for 0.7
        fm) [Klein:1999qj]."""
        radius = 1.2 * isotope(nucleus).a ** (1 / 3) * fm
        return cls(radius, YUKAWA_RANGE if a_k is None else a_k)

    @classmethod
    def minimal_rms(cls, a_k: float = YUKAWA_RANGE) -> float:
        """Smallest rms radius with range `a_k` (both MeV⁻¹)."""
        return math.sqrt(6) * a_k

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(0.6 * self.radius**2 + 6 * self.a_k**2)

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return fold_r4(ball_moments(self.radius), (6 * self.a_k**2, 120 * self.a_k**4))

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        q2 = momentum2(q2)
        return np.asarray(sphere(q2 * self.radius**2) / (1 + self.a_k**2 * q2))

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at `r` (MeV⁻¹), MeV³, shape of `r`; needs radius and a_k > 0."""
        length(self.a_k, "the range of a Klein-Nystrand density", zero=False)
        big = (
            length(self.radius, "the radius of a Klein-Nystrand density", zero=False)
            / self.a_k
        )
        x = np.asarray(r, dtype=float) / self.a_k
        within = np.minimum(x, big)
        safe = np.where(within > 1e-4, within, 1.0)
        sinhc = np.where(
            within > 1e-4,
            np.exp(safe - big) * -np.expm1(-2 * safe) / (2 * safe),
            np.exp(-big),
        )
        beyond = np.maximum(x, big)
        tail = (
            (big - 1) * np.exp(big - beyond) + (big + 1) * np.exp(-big - beyond)
        ) / (2 * beyond)
        shape = np.where(x < big, 1 - (1 + big) * sinhc, tail)
        return np.asarray(3 / (4 * np.pi * self.radius**3) * shape)
