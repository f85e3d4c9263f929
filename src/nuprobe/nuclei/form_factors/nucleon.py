"""Form factors of a nucleon itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public
from nuprobe.constants import M_PROTON
from nuprobe.errors import InputError
from nuprobe.nuclei.form_factors.base import Shape, momentum2
from nuprobe.nuclei.isotopes import Isotope
from nuprobe.numerics import FloatArray

__all__ = ["NucleonDipole"]


@public
@dataclass(frozen=True)
class NucleonDipole(Shape):
    """Dipole (1 + |q|²/Λ²)⁻² with Λ = M_p/1.1 = 853 MeV, a nucleon's: (1 + 1.21
    |q|²/M_p²)⁻² [Brown:1973ih].

    Attributes
    ----------
    mass : Λ, MeV.

    Examples
    --------
    >>> f"{NucleonDipole()(300.0**2):.3f}"
    '0.792'
    """

    name: ClassVar[str] = "nucleon-dipole"
    free_radius: ClassVar[bool] = False

    mass: float = M_PROTON / 1.1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mass) and self.mass > 0):
            raise InputError(f"the dipole mass must be positive (MeV), got {self.mass}")

    @classmethod
    def of(cls, nucleus: str | Isotope) -> NucleonDipole:
        """Build with the mass of the literature, whatever the `nucleus`."""
        return cls()

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(12) / self.mass

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return 360 / self.mass**4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        return np.asarray((1 + momentum2(q2) / self.mass**2) ** -2.0)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density Λ³/8π e^(−Λr) at `r` (MeV⁻¹), MeV³."""
        return np.asarray(
            self.mass**3 / (8 * np.pi) * np.exp(-self.mass * np.asarray(r, dtype=float))
        )
