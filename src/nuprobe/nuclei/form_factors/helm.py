"""Helm: a uniform sphere with a Gaussian surface."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.nuclei.form_factors.base import (
    SurfaceShape,
    length,
    momentum2,
    sphere_radius,
)
from nuprobe.nuclei.form_factors.functions import ball_moments, fold_r4, sphere
from nuprobe.nuclei.isotopes import Isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = ["Helm"]

HELM_THICKNESS: Final = 0.9 * fm
"""Surface thickness s of the Helm form factor [Lewin:1995rx]."""


@public
@quick_methods
@dataclass(frozen=True)
class Helm(SurfaceShape):
    """Helm: a uniform sphere folded with a Gaussian of width s [Helm:1956zz].

    F = 3 j1(qR0)/(qR0) exp(−q²s²/2), R0² = 5/3 (rms² − 3s²).

    Attributes
    ----------
    rms : rms radius, MeV⁻¹.
    s : surface thickness, MeV⁻¹.

    Raises
    ------
    InputError
        If rms² < 3s²: the message names the smallest radius.

    Examples
    --------
    >>> shape = Helm(3.4 * fm)
    >>> f"{shape.radius / fm:.3f} fm, F = {shape(100.0**2):.4f}"
    '3.901 fm, F = 0.5948'
    """

    name: ClassVar[str] = "helm"

    rms: float
    s: float = HELM_THICKNESS

    def __post_init__(self) -> None:
        length(self.s, "the Helm surface thickness")
        sphere_radius(self.rms, 3 * self.s**2, "a Helm form factor")

    @classmethod
    def from_rms(cls, rms: float, s: float = HELM_THICKNESS) -> Helm:
        """Build with a given `rms` radius and surface thickness `s` (MeV⁻¹)."""
        return cls(rms, s)

    @classmethod
    def of(cls, nucleus: str | Isotope, s: float | None = None) -> Helm:
        """Raise `InputError`: there is no literature parametrisation of this shape for
        a `nucleus`, whatever its surface thickness `s`."""
        raise InputError(
            "a Helm form factor needs an rms radius: give one, e.g. 3.4 * fm"
        )

    @classmethod
    def minimal_rms(cls, s: float = HELM_THICKNESS) -> float:
        """Smallest rms radius with surface thickness `s` (both MeV⁻¹)."""
        return math.sqrt(3) * s

    @property
    def radius(self) -> float:
        """Radius R0 of the sphere, MeV⁻¹."""
        return sphere_radius(self.rms, 3 * self.s**2, "a Helm form factor")

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return fold_r4(ball_moments(self.radius), (3 * self.s**2, 15 * self.s**4))

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        q2 = momentum2(q2)
        return sphere(q2 * self.radius**2) * np.exp(-q2 * (self.s**2 / 2))

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at `r` (MeV⁻¹), MeV³, shape of `r`; needs s > 0 and R0 > 0."""
        from scipy.special import erfc

        r = np.asarray(r, dtype=float)
        s, big = self.s, self.radius
        if s == 0 or big == 0:
            sphere = (
                3 / (4 * np.pi * big**3) * (r < big)
                if big
                else (2 * np.pi * s**2) ** -1.5 * np.exp(-(r**2) / 2 / s**2)
            )
            return np.asarray(sphere)
        edge = np.exp(-((r - big) ** 2) / (2 * s**2))
        safe = np.where(r > 1e-6 * s, r, 1.0)
        # (e^-(r+R)²/2s² − e^-(r−R)²/2s²)/r, whose limit at r = 0 is −2R/s² e^-R²/2s²
        difference = np.where(
            r > 1e-6 * s,
            edge * np.expm1(-2 * safe * big / s**2) / safe,
            -2 * big / s**2 * edge,
        )
        root2s = math.sqrt(2) * s
        inside = (erfc((r - big) / root2s) - erfc((r + big) / root2s)) / 2
        return np.asarray(
            3 / (4 * np.pi * big**3) * (inside + s / math.sqrt(2 * np.pi) * difference)
        )
