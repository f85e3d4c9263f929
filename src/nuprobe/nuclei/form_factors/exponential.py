"""Exponential of |q|²: a Gaussian density."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.nuclei.form_factors.base import Shape, length, momentum2
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = ["Exponential"]


@public
@quick_methods
@dataclass(frozen=True)
class Exponential(Shape):
    """Exponential F = exp(−|q|²R0²/10): a Gaussian density [Brown:1973ih, where q² =
    −|q|²].

    Attributes
    ----------
    r0 : R0, MeV⁻¹.

    Examples
    --------
    >>> f"{Exponential.from_rms(1.7 * fm)(100.0**2):.3f}"
    '0.884'
    """

    name: ClassVar[str] = "exponential"

    r0: float

    def __post_init__(self) -> None:
        length(self.r0, "the radius of an exponential form factor")

    @classmethod
    def from_rms(cls, rms: float) -> Exponential:
        """Build with a given `rms` radius (MeV⁻¹)."""
        return cls(math.sqrt(5 / 3) * rms)

    @classmethod
    def of(cls, nucleus: str | Isotope) -> Exponential:
        """Build with R0 = 1.21 A^(1/3) fm of a `nucleus` [Brown:1973ih]."""
        return cls(1.21 * isotope(nucleus).a ** (1 / 3) * fm)

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(0.6) * self.r0

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return 15 / 25 * self.r0**4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        return np.asarray(np.exp(momentum2(q2) * (-(self.r0**2) / 10)))

    def density(self, r: ArrayLike) -> FloatArray:
        """Gaussian density at `r` (MeV⁻¹), MeV³; needs r0 > 0."""
        width2 = (
            length(self.r0, "the radius of a Gaussian density", zero=False) ** 2 / 5
        )
        return np.asarray(
            (2 * np.pi * width2) ** -1.5
            * np.exp(-(np.asarray(r, dtype=float) ** 2) / (2 * width2))
        )
