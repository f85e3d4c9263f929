"""Measured charge densities as Fourier–Bessel series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.nuclei.form_factors.base import Describes, Shape, length, momentum2
from nuprobe.nuclei.form_factors.functions import sinc
from nuprobe.nuclei.isotopes import DATA, Isotope, isotope
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

__all__ = ["FourierBessel", "fourier_bessel_isotopes"]


@public
@quick_methods
@dataclass(frozen=True)
class FourierBessel(Shape):
    """Fourier–Bessel density ρ(r) = Σ_ν a_ν j0(νπr/R) inside R, zero outside; analytic
    transform.

    ``FourierBessel.of("Ar40")`` has the coefficients of [DeVries:1987atn]: these
    describe the CHARGE, including the proton's own size; used as a point-proton form
    factor, it overstates the radius by about 0.1 fm.

    Attributes
    ----------
    coefficients : a_1, a_2, …; only their ratios matter, F(0) = 1.
    cutoff : R, MeV⁻¹.

    Examples
    --------
    >>> f"{FourierBessel.of('Ar40').rms / fm:.3f} fm"
    '3.423 fm'
    """

    name: ClassVar[str] = "fourier-bessel"
    free_radius: ClassVar[bool] = False
    describes: ClassVar[Describes] = "physical"

    coefficients: tuple[float, ...]
    cutoff: float

    def __post_init__(self) -> None:
        length(self.cutoff, "the Fourier-Bessel cutoff", zero=False)
        object.__setattr__(
            self, "coefficients", tuple(float(c) for c in self.coefficients)
        )
        if not (
            self.coefficients
            and np.isfinite(self.coefficients).all()
            and self.integral > 0
        ):
            raise InputError(
                "Fourier-Bessel coefficients must be finite and integrate to a positive"
                " charge"
            )

    @classmethod
    def of(cls, nucleus: str | Isotope) -> FourierBessel:
        """Build from the measured charge density of a `nucleus`.

        Raises
        ------
        UnknownNameError
            If there is no Fourier–Bessel analysis of it in the table.
        """
        # the table also has isotopes too short-lived for the isotope table
        # (H3)
        name = (
            nucleus
            if isinstance(nucleus, str) and nucleus in _fourier_bessel_table()
            else isotope(nucleus).name
        )
        measured = _fourier_bessel_table().get(name)
        if measured is None:
            raise UnknownNameError(
                "Fourier-Bessel density",
                name,
                _fourier_bessel_table(),
                "or another form factor, e.g. 'helm' or 'fermi'",
            )
        return measured

    @property
    def _k(self) -> FloatArray:
        return np.pi * np.arange(1.0, len(self.coefficients) + 1)

    @property
    def _signed(self) -> FloatArray:
        """a_ν (−1)^(ν+1)."""
        a = np.asarray(self.coefficients)
        return np.where(np.arange(a.size) % 2, -a, a)

    @property
    def integral(self) -> float:
        """4π ∫ρ r² dr: the charge Z, if a_ν and cutoff⁻³ are in the same units."""
        return float(4 * np.pi * self.cutoff**3 * (self._signed / self._k**2).sum())

    def _moment(self, weights: FloatArray) -> float:
        return float((self._signed * weights).sum() / (self._signed / self._k**2).sum())

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        k2 = self._k**2
        return self.cutoff * math.sqrt(self._moment(1 / k2 - 6 / k2**2))

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        k2 = self._k**2
        return self.cutoff**4 * self._moment(1 / k2 - 20 / k2**2 + 120 / k2**3)

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at `q2` = |q|² (MeV²), shape of `q2`."""
        q2 = momentum2(q2)
        x = np.sqrt(q2).ravel()[:, None] * self.cutoff
        k, signed = self._k, self._signed
        # ∫ j0(kr) j0(qr) r² dr = (−1)^(ν+1) R³ sinc(x)/(k² − x²) = R³ sinc(x − k)/(x(x
        # + k)), k in units of 1/R: the first where x is small, the second elsewhere, so
        # that neither x = 0 nor x = k is singular
        low = x[:, 0] < np.pi / 2
        total = np.empty(low.size)
        near, far = x[low], x[~low]
        total[low] = (signed * sinc(near) / (k**2 - near**2)).sum(axis=-1)
        coefficients = np.asarray(self.coefficients)
        waves = sinc(far - k)
        total[~low] = (coefficients * waves / (far * (far + k))).sum(axis=-1)
        return np.asarray((total / (signed / k**2).sum()).reshape(q2.shape))

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at `r` (MeV⁻¹), MeV³, shape of `r`, normalised to 1; 0 beyond
        the cutoff."""
        r = np.asarray(r, dtype=float)
        values = sinc(r[..., None] / self.cutoff * self._k) @ np.asarray(
            self.coefficients
        )
        return np.where(r < self.cutoff, values, 0.0) / self.integral


@lru_cache(maxsize=1)
def _fourier_bessel_table() -> Mapping[str, FourierBessel]:
    return MappingProxyType(
        {
            row["isotope"]: FourierBessel(
                tuple(float(a) / fm**3 for a in row["a_per_fm3"].split()),
                float(row["r_cutoff_fm"]) * fm,
            )
            for row in read_table(DATA / "fourier_bessel.csv")
        }
    )


@public
def fourier_bessel_isotopes() -> tuple[str, ...]:
    """Names of the isotopes whose charge density is tabulated for `FourierBessel.of`.

    Examples
    --------
    >>> "Ar40" in fourier_bessel_isotopes()
    True
    """
    return tuple(_fourier_bessel_table())
