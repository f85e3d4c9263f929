"""Nuclear form factors F(|q|²) with F(0) = 1: frozen dataclasses that are called with
q².

All take ``q2`` = |q|² ≥ 0 in MeV² (any shape) and lengths in MeV⁻¹ (``3.4 * fm``), and
give an array of the shape of ``q2``. Each has ``rms``, the rms radius (MeV⁻¹), and
``r4`` = <r⁴> (MeV⁻⁴), so that F = 1 − rms² q²/6 + r4 q⁴/120 − …; all but `Point` have
``density(r)`` (MeV³), normalised to 1 = ∫ρ d³r. Formulas are arranged so that q → 0 is
smooth to machine precision.

Helm, Klein–Nystrand, Fermi and Woods–Saxon shapes describe whatever radius they are
given: point protons or point neutrons for the weak interaction, the charge for electron
scattering. Fourier–Bessel densities are CHARGE densities: the proton's size is inside
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.constants import M_PROTON
from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.nuclei.isotopes import DATA, Isotope, isotope
from nuprobe.numerics import FloatArray, panel_nodes
from nuprobe.units import fm

__all__ = [
    "FORM_FACTORS",
    "DensityFormFactor",
    "Dipole",
    "Exponential",
    "Fermi",
    "FormFactor",
    "FourierBessel",
    "Helm",
    "KleinNystrand",
    "NucleonDipole",
    "Point",
    "WoodsSaxon",
    "fourier_bessel_isotopes",
    "make_form_factor",
    "minimal_rms",
]

HELM_THICKNESS: Final = 0.9 * fm
"""Surface thickness s of the Helm form factor [Lewin:1995rx]."""
YUKAWA_RANGE: Final = 0.7 * fm
"""Range a_k of the Klein–Nystrand form factor [Klein:1999qj]."""
FERMI_DIFFUSENESS: Final = 2.3 * fm / (4 * math.log(3))
"""Diffuseness a = t/(4 ln 3) for a 10–90 % surface of t = 2.3 fm: 0.5234 fm."""


@runtime_checkable
class FormFactor(Protocol):
    """What every form factor offers."""

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        ...

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        ...

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at |q|² (MeV²)."""
        ...


def _momentum2(q2: ArrayLike) -> FloatArray:
    values = np.asarray(q2, dtype=float)
    if not np.all((values >= 0) & (values < np.inf)):
        raise InputError(
            "a form factor needs finite |q|² >= 0 (MeV²; |q|² = 2 M T for a recoil of"
            " energy T)"
        )
    return values


def _length(value: float, what: str, zero: bool = True) -> float:
    number = float(value)
    if not (math.isfinite(number) and (number > 0 or (zero and number == 0))):
        raise InputError(
            f"{what} must be a {'non-negative' if zero else 'positive'} length, e.g."
            f" 3.4 * fm; got {number / fm:.6g} fm"
        )
    return number


def _from_rms(rms: float, surface2: float, shape: str) -> float:
    """Radius of the sphere that leaves <r²> = rms² after a surface of mean square
    `surface2` is folded in."""
    _length(rms, f"the rms radius of {shape}")
    inner = rms**2 - surface2
    if inner < -1e-12 * surface2:
        raise InputError(
            f"{shape} cannot have an rms radius of {rms / fm:.6g} fm: its surface alone"
            f" gives {math.sqrt(surface2) / fm:.6g} fm; give at least that, a thinner"
            " surface, or form_factor='exponential'"
        )
    return math.sqrt(5 / 3 * max(inner, 0.0))


_SERIES: Final = tuple(
    3 / (math.factorial(k) * math.prod(range(1, 2 * k + 4, 2))) for k in range(12)
)


def _sphere(t: FloatArray) -> FloatArray:
    """3 j1(x)/x as a function of t = x², continued to t < 0 (3(x cosh x − sinh x)/x³);
    for t < -1 not used."""
    small = np.abs(t) < 1
    half = np.where(small, -t / 2, 0.0)
    series = np.zeros_like(half)
    for c in reversed(_SERIES):
        series = series * half + c
    x = np.sqrt(np.where(small, 1.0, t))
    return np.where(small, series, 3 * (np.sin(x) - x * np.cos(x)) / x**3)


def _sinc(x: FloatArray) -> FloatArray:
    """Sin(x)/x."""
    return np.asarray(np.sinc(x / np.pi))


def _logistic(z: FloatArray) -> FloatArray:
    """1/(1 + e^z), without overflow."""
    return np.asarray(np.exp(-np.logaddexp(0.0, z)))


def _ball_moments(radius: float) -> tuple[float, float]:
    return 0.6 * radius**2, 3 / 7 * radius**4


def _fold_r4(one: tuple[float, float], other: tuple[float, float]) -> float:
    """<r⁴> of the sum of two independent isotropic vectors with given (<r²>, <r⁴>)."""
    return one[1] + other[1] + 10 / 3 * one[0] * other[0]


@dataclass(frozen=True)
class Helm:
    """Helm: a uniform sphere folded with a Gaussian of width s [Helm:1956zz].

    F = 3 j1(qR0)/(qR0) exp(−q²s²/2), R0² = 5/3 (rms² − 3s²).

    Raises
    ------
    InputError
        If rms² < 3s²: the message names the smallest radius.
    """

    rms: float
    s: float = HELM_THICKNESS

    def __post_init__(self) -> None:
        _length(self.s, "the Helm surface thickness")
        _from_rms(self.rms, 3 * self.s**2, "a Helm form factor")

    @property
    def radius(self) -> float:
        """Radius R0 of the sphere, MeV⁻¹."""
        return _from_rms(self.rms, 3 * self.s**2, "a Helm form factor")

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return _fold_r4(_ball_moments(self.radius), (3 * self.s**2, 15 * self.s**4))

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at |q|² (MeV²)."""
        q2 = _momentum2(q2)
        return _sphere(q2 * self.radius**2) * np.exp(-q2 * (self.s**2 / 2))

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at r (MeV⁻¹), MeV³; needs s > 0 and R0 > 0."""
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


@dataclass(frozen=True)
class KleinNystrand:
    """Klein–Nystrand: a uniform sphere folded with a Yukawa of range a_k
    [Klein:1999qj].

    F = 3 j1(qR)/(qR) / (1 + a_k² q²), rms² = 3/5 R² + 6 a_k².
    """

    radius: float
    a_k: float = YUKAWA_RANGE

    def __post_init__(self) -> None:
        _length(self.radius, "the Klein-Nystrand radius")
        _length(self.a_k, "the Klein-Nystrand range")

    @classmethod
    def from_rms(cls, rms: float, a_k: float = YUKAWA_RANGE) -> KleinNystrand:
        """Build with a given rms radius (MeV⁻¹); `InputError` if rms² < 6 a_k²."""
        return cls(_from_rms(rms, 6 * a_k**2, "a Klein-Nystrand form factor"), a_k)

    @classmethod
    def of(cls, nucleus: str | Isotope) -> KleinNystrand:
        """Build with R = 1.2 A^(1/3) fm, a_k = 0.7 fm [Klein:1999qj]."""
        return cls(1.2 * isotope(nucleus).a ** (1 / 3) * fm)

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(0.6 * self.radius**2 + 6 * self.a_k**2)

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return _fold_r4(
            _ball_moments(self.radius), (6 * self.a_k**2, 120 * self.a_k**4)
        )

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at |q|² (MeV²)."""
        q2 = _momentum2(q2)
        return np.asarray(_sphere(q2 * self.radius**2) / (1 + self.a_k**2 * q2))

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at r (MeV⁻¹), MeV³; needs radius and a_k > 0."""
        _length(self.a_k, "the range of a Klein-Nystrand density", zero=False)
        big = (
            _length(self.radius, "the radius of a Klein-Nystrand density", zero=False)
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


@dataclass(frozen=True)
class Fermi:
    """Symmetrised Fermi density sinh(c/a)/(cosh(c/a) + cosh(r/a)), analytic [Sprung &
    Martorell, J. Phys. A 30, 6525 (1997)].

    rms² = 3/5 c² + 7/5 π²a². It differs from the ordinary Fermi (`WoodsSaxon`) by terms
    of relative size e^(−c/a).
    """

    radius: float
    diffuseness: float = FERMI_DIFFUSENESS

    def __post_init__(self) -> None:
        _length(self.radius, "the Fermi radius", zero=False)
        _length(self.diffuseness, "the Fermi diffuseness", zero=False)

    @classmethod
    def from_rms(cls, rms: float, diffuseness: float = FERMI_DIFFUSENESS) -> Fermi:
        """Build with a given rms radius (MeV⁻¹); `InputError` if rms² <= 7/5 π²a²."""
        radius = _from_rms(
            rms, 1.4 * (math.pi * diffuseness) ** 2, "a Fermi form factor"
        )
        return cls(radius, diffuseness)

    @classmethod
    def of(cls, nucleus: str | Isotope) -> Fermi:
        """Build with R = 1.07 A^(1/3) fm, b = 0.57 fm, the values of the trident
        literature [Brown:1973ih]."""
        return cls(1.07 * isotope(nucleus).a ** (1 / 3) * fm, 0.57 * fm)

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
        """F at |q|² (MeV²)."""
        q2 = _momentum2(q2)
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
            _sphere(-(np.where(small, y, 0.0) ** 2)) * decay,
            3 * (safe * (1 + e2) / -np.expm1(-2 * safe) - 1) / safe**2,
        )
        x2 = q2 * c2
        return np.asarray(
            decay * (c2 * _sphere(x2) + p2 * slope * _sinc(np.sqrt(x2))) / (c2 + p2)
        )

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at r (MeV⁻¹), MeV³."""
        c, a = self.radius, self.diffuseness
        r = np.asarray(r, dtype=float)
        norm = 3 / (4 * np.pi * c * (c**2 + (np.pi * a) ** 2))
        return norm * (_logistic((r - c) / a) - _logistic((r + c) / a))


def _sinhc(y: FloatArray) -> FloatArray:
    """Sinh(y)/y for 0 <= y <= 1."""
    result = np.ones_like(y)
    term = np.ones_like(y)
    for k in range(1, 10):
        term = term * y**2 / (2 * k * (2 * k + 1))
        result = result + term
    return result


@dataclass(frozen=True)
class DensityFormFactor:
    """Form factor of any spherical density, by numerical Fourier transform.

    F(q) = ∫ 4πr² sin(qr)/(qr) ρ(r) dr / ∫ 4πr² ρ(r) dr over 0 < r < `cutoff`, by
    Gauss–Legendre panels.

    Attributes
    ----------
    profile : density as a function of r (MeV⁻¹), any normalisation, vectorised and
        smooth within each panel.
    cutoff : radius (MeV⁻¹) beyond which it is negligible.
    scale : length (MeV⁻¹) over which it varies: the widest panel.
    tolerance : absolute accuracy demanded of F; `ComputationError` if the error
        estimate exceeds it.
    """

    profile: Callable[[FloatArray], ArrayLike]
    cutoff: float
    scale: float
    tolerance: float = 1e-10

    def __post_init__(self) -> None:
        _length(self.cutoff, "the cutoff of a density", zero=False)
        _length(self.scale, "the scale of a density", zero=False)

    def _rule(self, q_max: float, n: int) -> tuple[FloatArray, FloatArray]:
        """Radii and weights 4πr²ρ dr; at most eight radians of sin(qr) a panel."""
        width = min(self.scale, 8 / q_max) if q_max > 0 else self.scale
        panels = math.ceil(self.cutoff / width)
        if panels > 20_000:
            raise ComputationError(
                f"|q| = {q_max:.6g} MeV is too large for a numerical transform out to"
                f" {self.cutoff / fm:.4g} fm"
            )
        r, w = panel_nodes(np.linspace(0, self.cutoff, panels + 1), n)
        weights = 4 * np.pi * r**2 * w * np.asarray(self.profile(r), dtype=float)
        total = weights.sum()
        if not (np.isfinite(weights).all() and total > 0):
            raise InputError("a density must be finite and have a positive integral")
        return r, weights

    def _transform(self, q: FloatArray, n: int) -> FloatArray:
        r, weights = self._rule(float(q.max(initial=0.0)), n)
        block = max(1, 2_000_000 // r.size)
        parts = [
            _sinc(q[i : i + block, None] * r) @ weights for i in range(0, q.size, block)
        ]
        return np.asarray(np.concatenate([np.empty(0), *parts]) / weights.sum())

    def error_estimate(self, q2: ArrayLike) -> FloatArray:
        """Difference between the 16-point result used and a 24-point one, same shape as
        `q2`."""
        q2 = _momentum2(q2)
        q = np.sqrt(q2).ravel()
        return np.abs(self._transform(q, 16) - self._transform(q, 24)).reshape(q2.shape)

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at |q|² (MeV²); `ComputationError` if the error estimate at the largest
        |q|² exceeds the tolerance."""
        q2 = _momentum2(q2)
        q = np.sqrt(q2).ravel()
        if q.size:
            # panels shrink as 1/q, so the error of the rule is largest where sin(qr)
            # turns fastest
            error = float(self.error_estimate(q2.max()))
            if error > self.tolerance:
                raise ComputationError(
                    f"the Fourier transform is accurate to {error:.1e}, not"
                    f" {self.tolerance:.1e}: set a smaller scale"
                )
        return self._transform(q, 16).reshape(q2.shape)

    def _moment(self, power: int) -> float:
        r, weights = self._rule(0.0, 16)
        return float(weights @ r**power / weights.sum())

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(self._moment(2))

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return self._moment(4)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at r (MeV⁻¹), MeV³, normalised; 0 beyond the cutoff."""
        r = np.asarray(r, dtype=float)
        norm = float(self._rule(0.0, 16)[1].sum())
        return np.asarray(
            np.where(r <= self.cutoff, np.asarray(self.profile(r), dtype=float), 0.0)
            / norm
        )


@dataclass(frozen=True)
class WoodsSaxon:
    """Ordinary two-parameter Fermi density 1/(1 + e^((r−R)/a)), by numerical Fourier
    transform.

    Accurate to 1e-10 absolute: the error estimate is checked at every call
    (`ComputationError`).
    """

    radius: float
    diffuseness: float = FERMI_DIFFUSENESS

    def __post_init__(self) -> None:
        _length(self.radius, "the Woods-Saxon radius")
        _length(self.diffuseness, "the Woods-Saxon diffuseness", zero=False)

    @classmethod
    def from_rms(cls, rms: float, diffuseness: float = FERMI_DIFFUSENESS) -> WoodsSaxon:
        """Build with a given rms radius (MeV⁻¹), solved for by bisection; `InputError`
        if too small."""
        smallest = cls(0.0, diffuseness).rms
        _length(rms, "the rms radius of a Woods-Saxon form factor")
        if rms < smallest:
            raise InputError(
                f"a Woods-Saxon form factor cannot have an rms radius of {rms / fm:.6g}"
                f" fm: its surface alone gives {smallest / fm:.6g} fm; give at least"
                " that, a thinner surface, or form_factor='exponential'"
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
    def of(cls, nucleus: str | Isotope) -> WoodsSaxon:
        """Build with R = 1.07 A^(1/3) fm, b = 0.57 fm, the values of the trident
        literature [Brown:1973ih]."""
        return cls(1.07 * isotope(nucleus).a ** (1 / 3) * fm, 0.57 * fm)

    @property
    def _transformer(self) -> DensityFormFactor:
        # e^-45 of the tail is left out; a panel of 2a keeps the poles at R ± iπa
        # outside the Bernstein ellipse
        a = self.diffuseness
        return DensityFormFactor(
            lambda r: _logistic((r - self.radius) / a), self.radius + 45 * a, 2 * a
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
        """F at |q|² (MeV²)."""
        return self._transformer(q2)

    def error_estimate(self, q2: ArrayLike) -> FloatArray:
        """Estimate of the absolute error of F, same shape as `q2`."""
        return self._transformer.error_estimate(q2)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at r (MeV⁻¹), MeV³."""
        return self._transformer.density(r)


@dataclass(frozen=True)
class FourierBessel:
    """Fourier–Bessel density ρ(r) = Σ_ν a_ν j0(νπr/R) inside R, zero outside; analytic
    transform.

    ``FourierBessel.of("Ar40")`` has the coefficients of [DeVries:1987atn]: these
    describe the CHARGE, protons' own size included; used as a point-proton form factor,
    it overstates the radius by about 0.1 fm.

    Attributes
    ----------
    coefficients : a_1, a_2, …; only their ratios matter, F(0) = 1.
    cutoff : R, MeV⁻¹.
    """

    coefficients: tuple[float, ...]
    cutoff: float

    def __post_init__(self) -> None:
        _length(self.cutoff, "the Fourier-Bessel cutoff", zero=False)
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
        """Build from the measured charge density of an isotope.

        Raises
        ------
        UnknownNameError
            If there is no Fourier–Bessel analysis of it in the table.
        """
        # the table also has isotopes that are too short-lived for the isotope table
        # (H3)
        name = (
            nucleus
            if isinstance(nucleus, str) and nucleus in _fourier_bessel_table()
            else isotope(nucleus).name
        )
        found = _fourier_bessel_table().get(name)
        if found is None:
            raise UnknownNameError(
                "Fourier-Bessel density",
                name,
                _fourier_bessel_table(),
                "or another form factor, e.g. 'helm' or 'fermi'",
            )
        return found

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
        """F at |q|² (MeV²)."""
        q2 = _momentum2(q2)
        x = np.sqrt(q2)[..., None] * self.cutoff
        k = self._k
        # ∫ j0(kr) j0(qr) r² dr = (−1)^(ν+1) R³ sinc(x)/(k² − x²) = R³ sinc(x − k)/(x(x
        # + k)), k in units of 1/R: the first where x is small, the second elsewhere, so
        # that neither x = 0 nor x = k is singular
        low = x < np.pi / 2
        safe_low, safe_high = np.where(low, x, 0.0), np.where(low, np.pi, x)
        near = self._signed * _sinc(safe_low) / (k**2 - safe_low**2)
        far = (
            np.asarray(self.coefficients)
            * _sinc(safe_high - k)
            / (safe_high * (safe_high + k))
        )
        return np.asarray(
            np.where(low, near, far).sum(axis=-1) / (self._signed / k**2).sum()
        )

    def density(self, r: ArrayLike) -> FloatArray:
        """Density at r (MeV⁻¹), MeV³, normalised to 1; 0 beyond the cutoff."""
        r = np.asarray(r, dtype=float)
        values = _sinc(r[..., None] / self.cutoff * self._k) @ np.asarray(
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


def fourier_bessel_isotopes() -> tuple[str, ...]:
    """Names of the isotopes that `FourierBessel.of` knows."""
    return tuple(_fourier_bessel_table())


@dataclass(frozen=True)
class Dipole:
    """Dipole F = (1 + |q|²R0²/20)⁻²; the literature writes 1 − q²R0²/20 with q² = −|q|²
    < 0 [Brown:1973ih]."""

    r0: float

    def __post_init__(self) -> None:
        _length(self.r0, "the dipole radius")

    @classmethod
    def from_rms(cls, rms: float) -> Dipole:
        """Build with a given rms radius (MeV⁻¹)."""
        return cls(math.sqrt(5 / 3) * rms)

    @classmethod
    def of(cls, nucleus: str | Isotope) -> Dipole:
        """Build with R0 = 1.21 A^(1/3) fm [Brown:1973ih]."""
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
        """F at |q|² (MeV²)."""
        return np.asarray((1 + _momentum2(q2) * (self.r0**2 / 20)) ** -2.0)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density Λ³/8π e^(−Λr), Λ² = 20/R0², at r (MeV⁻¹), MeV³; needs r0 > 0."""
        cutoff = math.sqrt(20) / _length(
            self.r0, "the radius of a dipole density", zero=False
        )
        return np.asarray(
            cutoff**3 / (8 * np.pi) * np.exp(-cutoff * np.asarray(r, dtype=float))
        )


@dataclass(frozen=True)
class NucleonDipole:
    """Dipole (1 + |q|²/Λ²)⁻² with Λ = M_p/1.1 = 853 MeV, a nucleon's: (1 + 1.21
    |q|²/M_p²)⁻² [Brown:1973ih]."""

    mass: float = M_PROTON / 1.1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mass) and self.mass > 0):
            raise InputError(f"the dipole mass must be positive (MeV), got {self.mass}")

    @property
    def rms(self) -> float:
        """Root-mean-square radius, MeV⁻¹."""
        return math.sqrt(12) / self.mass

    @property
    def r4(self) -> float:
        """Mean of r⁴, MeV⁻⁴."""
        return 360 / self.mass**4

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F at |q|² (MeV²)."""
        return np.asarray((1 + _momentum2(q2) / self.mass**2) ** -2.0)

    def density(self, r: ArrayLike) -> FloatArray:
        """Density Λ³/8π e^(−Λr) at r (MeV⁻¹), MeV³."""
        return np.asarray(
            self.mass**3 / (8 * np.pi) * np.exp(-self.mass * np.asarray(r, dtype=float))
        )


@dataclass(frozen=True)
class Exponential:
    """Exponential F = exp(−|q|²R0²/10): a Gaussian density [Brown:1973ih, where q² =
    −|q|²]."""

    r0: float

    def __post_init__(self) -> None:
        _length(self.r0, "the radius of an exponential form factor")

    @classmethod
    def from_rms(cls, rms: float) -> Exponential:
        """Build with a given rms radius (MeV⁻¹)."""
        return cls(math.sqrt(5 / 3) * rms)

    @classmethod
    def of(cls, nucleus: str | Isotope) -> Exponential:
        """Build with R0 = 1.21 A^(1/3) fm [Brown:1973ih]."""
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
        """F at |q|² (MeV²)."""
        return np.asarray(np.exp(_momentum2(q2) * (-(self.r0**2) / 10)))

    def density(self, r: ArrayLike) -> FloatArray:
        """Gaussian density at r (MeV⁻¹), MeV³; needs r0 > 0."""
        width2 = (
            _length(self.r0, "the radius of a Gaussian density", zero=False) ** 2 / 5
        )
        return np.asarray(
            (2 * np.pi * width2) ** -1.5
            * np.exp(-(np.asarray(r, dtype=float) ** 2) / (2 * width2))
        )


@dataclass(frozen=True)
class Point:
    """A point-like nucleus, F = 1: the full-coherence limit."""

    @property
    def rms(self) -> float:
        """Root-mean-square radius: 0."""
        return 0.0

    @property
    def r4(self) -> float:
        """Mean of r⁴: 0."""
        return 0.0

    def __call__(self, q2: ArrayLike) -> FloatArray:
        """F = 1 at every |q|² (MeV²)."""
        return np.ones_like(_momentum2(q2))


FORM_FACTORS: Final = (
    "helm",
    "klein-nystrand",
    "fermi",
    "woods-saxon",
    "fourier-bessel",
    "dipole",
    "nucleon-dipole",
    "exponential",
    "point",
)
"""The names `make_form_factor` knows."""
SURFACE: Final = ("helm", "klein-nystrand", "fermi", "woods-saxon")
"""Those that have a surface parameter."""
RADIUS_FREE: Final = (*SURFACE, "dipole", "exponential")
"""Those whose radius can be set."""


def minimal_rms(name: str, s: float | None = None) -> float:
    """Smallest rms radius (MeV⁻¹) that a named shape can have with surface parameter
    `s` (its default if None)."""
    match name:
        case "helm":
            return math.sqrt(3) * (HELM_THICKNESS if s is None else s)
        case "klein-nystrand":
            return math.sqrt(6) * (YUKAWA_RANGE if s is None else s)
        case "fermi":
            # strictly above: a Fermi density needs a radius
            return (
                math.sqrt(1.4)
                * math.pi
                * (FERMI_DIFFUSENESS if s is None else s)
                * (1 + 1e-6)
            )
        case "woods-saxon":
            return WoodsSaxon(0.0, FERMI_DIFFUSENESS if s is None else s).rms
    return 0.0


def make_form_factor(
    spec: str | FormFactor,
    *,
    rms: float | None,
    isotope: str | Isotope,
    s: float | None = None,
) -> FormFactor:
    """Build a form factor from its name, or pass an object through.

    Parameters
    ----------
    spec : one of `FORM_FACTORS`, or an object that is a `FormFactor` (then `rms` and
        `s` must be None).
    rms : rms radius, MeV⁻¹; None for the parametrisation of the literature,
        ``.of(isotope)``, which helm has not.
    isotope : the nucleus.
    s : surface parameter, MeV⁻¹: Helm s, Klein–Nystrand a_k, Fermi and Woods–Saxon
        diffuseness; None for the default.

    Raises
    ------
    UnknownNameError
        If the name is unknown, or there is no Fourier–Bessel analysis of the isotope.
    InputError
        If the radius is too small for the shape, or is given for a shape that has none.
    """
    if not isinstance(spec, str):
        if not isinstance(spec, FormFactor):
            raise InputError(
                "a form factor is an object with rms, r4 and a call, or one of"
                f" {', '.join(FORM_FACTORS)}; got {spec!r}"
            )
        if rms is not None or s is not None:
            raise InputError(
                f"{spec!r} already has its radius: leave out the radius and the surface"
                " thickness, or name the shape"
            )
        return spec
    name = spec.strip().lower().replace("_", "-")
    if name not in FORM_FACTORS:
        raise UnknownNameError("form factor", spec, FORM_FACTORS)
    if rms is not None and name not in RADIUS_FREE:
        raise InputError(
            f"the form factor {name!r} has no free radius: leave the radius out, or use"
            f" one of {', '.join(RADIUS_FREE)}"
        )
    if s is not None and name not in SURFACE:
        raise InputError(
            f"the form factor {name!r} has no surface parameter: only"
            f" {', '.join(SURFACE)} have"
        )
    match name:
        case "helm":
            if rms is None:
                raise InputError(
                    "a Helm form factor needs an rms radius: give one, e.g. 3.4 * fm"
                )
            return Helm(rms) if s is None else Helm(rms, s)
        case "klein-nystrand":
            if rms is None:
                default = KleinNystrand.of(isotope)
                return default if s is None else KleinNystrand(default.radius, s)
            return (
                KleinNystrand.from_rms(rms)
                if s is None
                else KleinNystrand.from_rms(rms, s)
            )
        case "fermi" | "woods-saxon":
            shape = Fermi if name == "fermi" else WoodsSaxon
            if rms is None:
                literature = shape.of(isotope)
                return literature if s is None else shape(literature.radius, s)
            return shape.from_rms(rms) if s is None else shape.from_rms(rms, s)
        case "dipole":
            return Dipole.of(isotope) if rms is None else Dipole.from_rms(rms)
        case "exponential":
            return Exponential.of(isotope) if rms is None else Exponential.from_rms(rms)
        case "fourier-bessel":
            return FourierBessel.of(isotope)
        case "nucleon-dipole":
            return NucleonDipole()
    return Point()
