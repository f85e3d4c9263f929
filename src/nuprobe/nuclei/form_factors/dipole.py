"""Dipole of a nucleus."""

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

__all__ = ["Dipole"]


@public
@quick_methods
@dataclass(frozen=True)
class Dipole(Shape):
    """Dipole F = (1 + |q|²R0²/20)⁻²; the literature writes 1 − q²R0²/20 with q² = −|q|²
    < 0 [Brown:1973ih].

    Attributes
    ----------
    r0 : R0, MeV⁻¹.

    Examples
    --------
    >>> f"{Dipole.of('Ar40').rms / fm:.3f} fm"
    '3.205 fm'
    """

    name: ClassVar[str] = "dipole"

    r0: float

    def __post_init__(self) -> None:
        length(self.r0, "the dipole radius")

    @classmethod
    def from_rms(cls, rms: float) -> Dipole:
        """Build with a given `rms` radius (MeV⁻¹)."""
        return cls(math.sqrt(5 / 3) * rms)

    @classmethod
    def of(cls, nucleus: str | Isotope) -> Dipole:
        """Build with R0 = 1.21 A^(1/3) fm of a `nucleus` [Brown:1973ih]."""
        return cls(1.21 * isotope(nucleus).a ** (1 / 3) * fm)

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(0.6) * self.r0

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return 360 / 400 * self.r0**4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        return np.asarray((1 + momentum2(q2) * (self.r0**2 / 20)) ** -2.0)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density Λ³/8π e^(−Λr), Λ² = 20/R0², at `r` (MeV⁻¹), MeV³; needs r0 > 0."""
        cutoff = math.sqrt(20) / length(
            self.r0, "the radius of a dipole density", zero=False
        )
        return np.asarray(
            cutoff**3 / (8 * np.pi) * np.exp(-cutoff * np.asarray(r, dtype=float))
        )
