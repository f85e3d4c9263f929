"""Magnetic fields across the path of a neutrino."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.oscillation.matter import SOLAR_RADIUS, check_radii, columns_of
from nuprobe.parsing import parse_csv, read_text
from nuprobe.units import gauss

__all__ = ["FIELDS", "MagneticField"]

_POINTS: Final = 401
_LARGEST: Final = 10_000_000
_STRONGEST: Final = 1e20 * gauss


def _core(x: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp((x - 0.25) / 0.02)))


def _convective(x: FloatArray) -> FloatArray:
    return np.clip(1 - ((x - 0.85) / 0.15) ** 2, 0.0, None)


def _everywhere(x: FloatArray) -> FloatArray:
    return np.ones_like(x)


FIELDS: Final[dict[str, tuple[Callable[[FloatArray], FloatArray], str]]] = {
    "core": (_core, "1/[1 + exp((r/R − 0.25)/0.02)]"),
    "convective": (_convective, "1 − ((r/R − 0.85)/0.15)², from 0.7 R to R"),
    "everywhere": (_everywhere, "1, up to the surface"),
}
"""Assumed shapes of the field in the Sun by name: function of r/R with maximum 1, and
its formula. They are not based on measurements of the internal field."""


@public
@quick_methods
@dataclass(frozen=True, eq=False)
class MagneticField:
    """Field across the path, of fixed direction; a monotone cubic (PCHIP) between its
    points, 0 outside.

    Attributes
    ----------
    radius : MeV⁻¹, shape (n,), increasing.
    strength : component across the path in MeV² (``50e3 * gauss``), shape (n,).
    name : for tables and figures.

    Raises
    ------
    InputError
        If the radii do not increase, or a strength is not finite.

    Examples
    --------
    >>> from nuprobe.units import gauss
    >>> field = MagneticField.named("core", peak=50e3 * gauss)
    >>> round(float(field.at(0.05 * SOLAR_RADIUS) / gauss), -1)
    50000.0
    """

    radius: FloatArray
    strength: FloatArray
    name: str = "field of the user"

    def __post_init__(self) -> None:
        radius = check_radii("radii of the field", self.radius)
        strength = numbers("strengths of the field", self.strength)
        if strength.shape != radius.shape or not np.all(np.isfinite(strength)):
            raise InputError(
                f"a field needs one finite strength at each of {radius.size} radii, got"
                f" {shown(self.strength)}"
            )
        if np.any(np.abs(strength) > _STRONGEST):
            raise InputError(
                f"a field of more than {_STRONGEST / gauss:.0e} gauss is too strong:"
                " give the field with its unit (50e3 * gauss)"
            )
        object.__setattr__(self, "radius", radius)
        object.__setattr__(self, "strength", strength)

    @classmethod
    def named(cls, name: str, peak: float) -> MagneticField:
        """Return a shape of `FIELDS` by its `name`, with the largest strength `peak`
        (MeV², ``50e3 * gauss``)."""
        if name not in FIELDS:
            raise UnknownNameError("shape of the Sun's field", name, FIELDS)
        largest = number("the field in MeV²", peak, "50e3 * gauss")
        x = np.linspace(0.0, 1.0, _POINTS)
        return cls(x * SOLAR_RADIUS, largest * FIELDS[name][0](x), name)

    @classmethod
    def uniform(cls, length: float, strength: float) -> MagneticField:
        """Return a constant `strength` (MeV²) over a `length` (MeV⁻¹)."""
        number("the length in MeV⁻¹", length, "1000 * km")
        number("the field in MeV²", strength, "50e3 * gauss")
        return cls(np.array([0.0, length]), np.full(2, strength), "uniform")

    @classmethod
    def from_csv(cls, path: str | Path) -> MagneticField:
        """Read a table from `path` with columns radius (in solar radii) and field
        (gauss)."""
        where = Path(os.fspath(path))
        rows = parse_csv(read_text(where, "the field profile", _LARGEST), str(where))
        columns = columns_of(rows, ("radius", "field"), str(where))
        return cls(
            columns["radius"] * SOLAR_RADIUS, columns["field"] * gauss, where.stem
        )

    @property
    def peak(self) -> float:
        """Largest strength, MeV²."""
        return float(np.max(np.abs(self.strength)))

    def times(self, factor: float) -> MagneticField:
        """Return the same shape, scaled by a `factor`."""
        size = number("a factor", factor)
        return MagneticField(self.radius, size * self.strength, self.name)

    def at(self, radius: ArrayLike) -> FloatArray:
        """Strength in MeV² at a `radius` (MeV⁻¹, any shape)."""
        r = numbers("radii in MeV⁻¹", radius)
        inside = (r >= self.radius[0]) & (r <= self.radius[-1])
        shape = self._curve(np.where(inside, r, self.radius[0]))
        return np.where(inside, self.peak * shape, 0.0)

    @functools.cached_property
    def _curve(self) -> Any:
        from scipy.interpolate import PchipInterpolator

        return PchipInterpolator(self.radius, self.strength / (self.peak or 1.0))
