"""Quenching: the electron-equivalent energy of a nuclear recoil."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray

__all__ = [
    "ConstantQuenching",
    "FunctionQuenching",
    "LindhardQuenching",
    "PolynomialQuenching",
    "Quenching",
    "TableQuenching",
]


class Quenching(Protocol):
    """Recoil energy (MeV) → electron-equivalent energy (MeV); must increase with the
    recoil, except for a `TableQuenching` with `may_fall`."""

    def __call__(self, t_nr: FloatArray) -> FloatArray:
        """Electron-equivalent energy, MeV."""

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """Recoil energies (MeV) where the function is not smooth."""


@quick_methods
@dataclass(frozen=True)
class ConstantQuenching:
    """E_ee = f · T.

    Attributes
    ----------
    factor : f, dimensionless.
    """

    factor: float

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 10:
            raise InputError(
                "a quenching factor must be positive (about 0.05 to 1), got"
                f" {self.factor}"
            )

    def __call__(self, t_nr: FloatArray) -> FloatArray:
        """Electron-equivalent energy, MeV."""
        return self.factor * np.asarray(t_nr, dtype=float)

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """None."""
        return ()


@quick_methods
@dataclass(frozen=True, eq=False)
class TableQuenching:
    """Quenching factor linear between tabulated recoil energies and constant beyond
    them.

    Attributes
    ----------
    t_nr : increasing recoil energies in MeV, shape (n,).
    factor : E_ee over recoil energy at these, shape (n,).
    may_fall : whether E_ee may fall somewhere; such a table needs a smearing.
    """

    t_nr: FloatArray
    factor: FloatArray
    may_fall: bool = False

    def __post_init__(self) -> None:
        t, f = np.asarray(self.t_nr, float), np.asarray(self.factor, float)
        ordered = (
            t.ndim == 1
            and t.size > 1
            and t.shape == f.shape
            and t[0] >= 0
            and bool(np.all(np.diff(t) > 0))
        )
        if not ordered or not (np.all(f > 0) and np.isfinite([t, f]).all()):
            raise InputError(
                "a quenching table needs increasing recoil energies and one positive"
                " factor for each"
            )
        # t·f(t) is a parabola between two points, steepest down at the right end where
        # f falls
        slope = np.diff(f) / np.diff(t)
        if not self.may_fall and np.any(f[1:] + t[1:] * slope <= 0):
            raise InputError(
                "the electron-equivalent energy of a quenching table must increase with"
                " the recoil energy"
            )
        object.__setattr__(self, "t_nr", t)
        object.__setattr__(self, "factor", f)

    def __call__(self, t_nr: FloatArray) -> FloatArray:
        """Electron-equivalent energy, MeV."""
        t = np.asarray(t_nr, dtype=float)
        return np.asarray(t * np.interp(t, self.t_nr, self.factor))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """The tabulated recoil energies."""
        return tuple(map(float, self.t_nr))


@quick_methods
@dataclass(frozen=True)
class LindhardQuenching:
    """Lindhard's factor k g(ε)/(1 + k g(ε)), g = 3ε^0.15 + 0.7ε^0.6 + ε, ε = 11.5
    Z^(-7/3) T/keV (Lewin:1995rx).

    Attributes
    ----------
    k : electronic energy loss, about 0.13 to 0.2.
    z : charge Z of the nucleus.
    """

    k: float
    z: int

    def __post_init__(self) -> None:
        if not (0 < self.k < 1 and self.z > 0):
            raise InputError(
                f"Lindhard quenching needs 0 < k < 1 and Z > 0, got k = {self.k}, Z ="
                f" {self.z}"
            )

    def __call__(self, t_nr: FloatArray) -> FloatArray:
        """Electron-equivalent energy, MeV."""
        t = np.asarray(t_nr, dtype=float)
        epsilon = 11.5 * self.z ** (-7 / 3) * t * 1e3
        g = 3 * epsilon**0.15 + 0.7 * epsilon**0.6 + epsilon
        return np.asarray(t * self.k * g / (1 + self.k * g))

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """None inside the physical range."""
        return ()


@quick_methods
@dataclass(frozen=True)
class PolynomialQuenching:
    """E_ee = Σ_n c_n T^n for n = 1, 2, …, both energies in units of `unit`.

    Attributes
    ----------
    coefficients : c_1, c_2, …
    unit : MeV, e.g. 1e-3 if the coefficients are for keV.
    """

    coefficients: tuple[float, ...]
    unit: float = 1.0

    def __post_init__(self) -> None:
        c = np.array(self.coefficients, dtype=float)
        if (
            c.ndim != 1
            or c.size == 0
            or not np.isfinite(c).all()
            or not c[0] > 0
            or not self.unit > 0
        ):
            raise InputError(
                "a quenching polynomial needs finite coefficients with c_1 > 0 and a"
                " positive unit"
            )
        slope = np.polynomial.Polynomial(c * np.arange(1, c.size + 1))
        roots = slope.roots() if c.size > 1 else np.array([])
        turns = [
            float(r.real) for r in roots if abs(r.imag) < 1e-9 * abs(r) and r.real > 0
        ]
        if turns or slope.coef[np.flatnonzero(slope.coef)[-1]] < 0:
            raise InputError(
                "the electron-equivalent energy of a quenching polynomial must"
                " increase with the recoil energy; this one has an extremum at"
                f" {min(turns, default=0.0) * self.unit:.3g} MeV"
            )

    def __call__(self, t_nr: FloatArray) -> FloatArray:
        """Electron-equivalent energy, MeV."""
        t = np.asarray(t_nr, dtype=float) / self.unit
        return np.asarray(
            self.unit * np.polynomial.polynomial.polyval(t, [0.0, *self.coefficients])
        )

    @property
    def breakpoints(self) -> tuple[float, ...]:
        """None."""
        return ()


@quick_methods
@dataclass(frozen=True, eq=False)
class FunctionQuenching:
    """Any increasing function of the recoil energy.

    Attributes
    ----------
    function : recoil energy (MeV) → electron-equivalent energy (MeV), on arrays.
    breakpoints : recoil energies (MeV) where it is not smooth.
    """

    function: Callable[[FloatArray], FloatArray]
    breakpoints: tuple[float, ...] = ()

    def __call__(self, t_nr: FloatArray) -> FloatArray:
        """Electron-equivalent energy, MeV."""
        return np.asarray(self.function(np.asarray(t_nr, dtype=float)), dtype=float)
