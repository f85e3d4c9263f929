"""Ordinary Fermi (Woods–Saxon) density, by numerical Fourier transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError
from nuprobe.nuclei.form_factors.base import SurfaceShape, length
from nuprobe.nuclei.form_factors.density import DensityFormFactor
from nuprobe.nuclei.form_factors.fermi import FERMI_DIFFUSENESS
from nuprobe.nuclei.form_factors.functions import logistic
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = ["WoodsSaxon"]


@public
@quick_methods
@dataclass(frozen=True)
class WoodsSaxon(SurfaceShape):
    """Ordinary two-parameter Fermi density 1/(1 + e^((r−R)/a)), by numerical Fourier
    transform.

    Accurate to 1e-10 absolute: the error estimate is checked at every call
    (`ComputationError`).

    Attributes
    ----------
    radius : R, MeV⁻¹.
    diffuseness : a, MeV⁻¹.

    Examples
    --------
    >>> f"{WoodsSaxon.of('Ar40').rms / fm:.3f} fm"
    '3.539 fm'
    """

    name: ClassVar[str] = "woods-saxon"

    radius: float
    diffuseness: float = FERMI_DIFFUSENESS

    def __post_init__(self) -> None:
        length(self.radius, "the Woods-Saxon radius")
        length(self.diffuseness, "the Woods-Saxon diffuseness", zero=False)

    @classmethod
    def from_rms(cls, rms: float, diffuseness: float = FERMI_DIFFUSENESS) -> WoodsSaxon:
        """Build with a given `rms` radius and `diffuseness` (MeV⁻¹), solved for by
        bisection; `InputError` if too small."""
        smallest = cls.minimal_rms(diffuseness)
        length(rms, "the rms radius of a Woods-Saxon form factor")
        if rms < smallest:
            raise InputError(
                f"a Woods-Saxon form factor cannot have an rms radius of {rms / fm:.6g}"
                f" fm: the surface alone gives {smallest / fm:.6g} fm; give a larger"
                " radius, a thinner surface, or form_factor='exponential'"
            )
        low, high = 0.0, 2 * rms
        while high - low > 4e-16 * high:
            middle = (low + high) / 2
            if middle in (low, high):
                break
            low, high = (
                (middle, high) if cls(middle, diffuseness).rms < rms else (low, middle)
            )
        return cls((low + high) / 2, diffuseness)

    @classmethod
    def of(cls, nucleus: str | Isotope, diffuseness: float | None = None) -> WoodsSaxon:
        """Build with R = 1.07 A^(1/3) fm of a `nucleus` and `diffuseness` (MeV⁻¹; None
        for 0.57 fm), the values of the trident literature [Brown:1973ih]."""
        radius = 1.07 * isotope(nucleus).a ** (1 / 3) * fm
        return cls(radius, 0.57 * fm if diffuseness is None else diffuseness)

    @classmethod
    def minimal_rms(cls, diffuseness: float = FERMI_DIFFUSENESS) -> float:
        """Smallest rms radius with this `diffuseness` (both MeV⁻¹)."""
        return cls(0.0, diffuseness).rms

    @property
    def _transformer(self) -> DensityFormFactor:
        # a tail of e^-45 is cut off; panels of 2a keep the poles at R ± iπa outside the
        # Bernstein ellipse
        a = self.diffuseness
        return DensityFormFactor(
            lambda r: logistic((r - self.radius) / a), self.radius + 45 * a, 2 * a
        )

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return self._transformer.rms

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return self._transformer.r4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        return self._transformer(q2)

    def error_estimate(self, q2: ArrayLike) -> FloatArray:
        """Estimate of the absolute error of F, same shape as `q2`."""
        return self._transformer.error_estimate(q2)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at `r` (MeV⁻¹), MeV³, shape of `r`."""
        return self._transformer.density(r)
