"""Matter along a path: electrons, neutrons, and the production of neutrinos in it."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, quick_methods
from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.files import read_table
from nuprobe.nuclei.isotopes import as_spelt
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.parsing import parse_csv, read_text
from nuprobe.units import km

__all__ = ["SOLAR_RADIUS", "Matter", "standard_sun"]

SOLAR_RADIUS: Final = 695700 * km
"""Nominal radius of the Sun in MeV⁻¹."""

_PER_CM3: Final = float(np.sqrt(2) * G_FERMI * HBARC_MEV_CM**3)  # √2 G_F × 1/cm³, MeV
_SUN: Final = "sun_b16_gs98.csv"
_LARGEST: Final = 10_000_000
_FAINTEST: Final = 1e-30
_FARTHEST: Final = 1e40  # MeV⁻¹, more than the visible universe


@public
@quick_methods
@dataclass(frozen=True, eq=False)
class Matter:
    """Densities along the path of a neutrino, from its source outwards.

    Between the points the logarithm of a density is a monotone cubic (PCHIP) of the
    radius, or the density itself where one vanishes somewhere; 0 outside.

    Attributes
    ----------
    radius : MeV⁻¹ (``0.05 * SOLAR_RADIUS``), shape (n,), increasing.
    electrons, neutrons : number densities per cm³, shape (n,).
    production : for each kind of neutrino, number produced per unit of radius, in any
        unit, shape (n,).
    name : for tables and figures.

    Raises
    ------
    InputError
        If the radii do not increase, a density is negative or not finite, or shapes
        differ.

    Examples
    --------
    >>> from nuprobe.units import km
    >>> slab = Matter.uniform(1000 * km, electrons=1e26, neutrons=5e25)
    >>> [f"{v:.3g}" for v in slab.potentials(10 * km)]
    ['9.5e-18', '-3.17e-18']
    """

    radius: FloatArray
    electrons: FloatArray
    neutrons: FloatArray
    production: Mapping[str, FloatArray] = field(default_factory=dict)
    name: str = "matter of the user"

    def __post_init__(self) -> None:
        radius = check_radii("radii of the matter", self.radius)
        object.__setattr__(self, "radius", radius)
        for name in ("electrons", "neutrons"):
            values = _densities(f"{name} per cm³", getattr(self, name), radius)
            object.__setattr__(self, name, values)
        made = {
            kind: _densities(f"the production of {kind}", values, radius)
            for kind, values in self.production.items()
        }
        object.__setattr__(self, "production", made)

    @classmethod
    def uniform(cls, length: float, electrons: float, neutrons: float) -> Matter:
        """Return constant densities over a `length` (MeV⁻¹): `electrons` and `neutrons`
        per cm³."""
        number("the length in MeV⁻¹", length, "1000 * km")
        ends = np.array([0.0, length])
        return cls(ends, np.full(2, electrons), np.full(2, neutrons), {}, "uniform")

    @classmethod
    def from_csv(cls, path: str | Path) -> Matter:
        """Read a table from `path` with columns radius (in solar radii), electrons and
        neutrons (per cm³); other columns give the production of the various
        neutrinos."""
        where = Path(os.fspath(path))
        rows = parse_csv(read_text(where, "the density profile", _LARGEST), str(where))
        return cls._of_rows(rows, str(where), where.stem)

    @classmethod
    def _of_rows(cls, rows: list[dict[str, str]], where: str, name: str) -> Matter:
        columns = columns_of(rows, ("radius", "electrons", "neutrons"), where)
        radius, electrons, neutrons = (
            columns.pop(k) for k in ("radius", "electrons", "neutrons")
        )
        return cls(radius * SOLAR_RADIUS, electrons, neutrons, columns, name)

    def potentials(self, radius: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Potentials of ν_e, √2 G_F (n_e − n_n/2), and of the other flavours, −√2 G_F
        n_n/2, in MeV at a `radius` (MeV⁻¹, any shape); opposite for antineutrinos."""
        r = numbers("radii in MeV⁻¹", radius)
        inside = (r >= self.radius[0]) & (r <= self.radius[-1])
        there = np.where(inside, r, self.radius[0])
        electrons, neutrons = (
            np.where(inside, np.clip(f(there), 0.0, None), 0.0) for f in self._curves
        )
        return (
            _PER_CM3 * (electrons - neutrons / 2),
            np.asarray(-_PER_CM3 * neutrons / 2),
        )

    @functools.cached_property
    def _curves(self) -> tuple[Any, Any]:
        return (
            _curve(self.radius, self.electrons),
            _curve(self.radius, self.neutrons),
        )

    def made(self, kind: str, radius: ArrayLike) -> FloatArray:
        """Return the number of neutrinos of a `kind`, such as ``"B8"`` (``"8B"``),
        produced per unit of `radius` (MeV⁻¹, any shape); raises `UnknownNameError` for
        other kinds."""
        spelt = as_spelt(kind, self.production)
        if spelt not in self.production:
            raise UnknownNameError(
                f"kind of neutrino made in {self.name}", kind, self.production
            )
        r = numbers("radii in MeV⁻¹", radius)
        return np.asarray(np.interp(r, self.radius, self.production[spelt]))


@functools.lru_cache(maxsize=1)
def standard_sun() -> Matter:
    """The Sun in the standard solar model B16 with the composition GS98
    (Vinyoles:2016djt; tables from public codes).

    Electrons, neutrons and the production of each kind of solar neutrino along a
    radius.

    Examples
    --------
    >>> sun = standard_sun()
    >>> sun.name, sorted(sun.production)[:3]
    ('B16-GS98', ['B8', 'Be7', 'F17'])
    """
    table = files("nuprobe.oscillation") / "data" / _SUN
    return Matter._of_rows(read_table(table), str(table), "B16-GS98")


def check_radii(what: str, values: Any) -> FloatArray:
    """Return `values` as increasing, finite radii that are not negative.

    Parameters
    ----------
    what : for the message.
    values : MeV⁻¹, shape (n,) with at least two of them.
    """
    radius = numbers(what, values)
    if radius.ndim != 1 or radius.size < 2 or not np.all(np.isfinite(radius)):
        raise InputError(
            f"{what} must be at least two finite lengths, got {_lengths(radius)}"
        )
    if radius[-1] > _FARTHEST:
        raise InputError(
            f"{what} must be at most {_FARTHEST / km:.3g} km, got {_lengths(radius)}"
        )
    if radius[0] < 0 or np.any(np.diff(radius) <= 0):
        raise InputError(
            f"{what} must be non-negative and increasing, got {_lengths(radius)}"
        )
    return radius


def _lengths(radius: FloatArray) -> str:
    """Radii in km, for a message."""
    few = ", ".join(f"{r / km:.6g}" for r in radius.ravel()[:4])
    return f"{few}{', ...' if radius.size > 4 else ''} km" if few else "none"


def columns_of(
    rows: list[dict[str, str]], needed: tuple[str, ...], where: str
) -> dict[str, FloatArray]:
    """Return the columns of a table as arrays of shape (n,).

    Parameters
    ----------
    rows : of the table.
    needed : columns that must be there.
    where : file, for the message.
    """
    if not rows:
        raise InputError(
            f"{where} has no rows below its header: at least two are needed"
        )
    present = tuple(rows[0])
    for column in needed:
        if column not in present:
            raise InputError(
                f"{where} has no column {column}: it needs {', '.join(needed)}"
            )
    columns = {}
    for column in present:
        try:
            columns[column] = np.array([float(row[column]) for row in rows])
        except ValueError:
            raise InputError(
                f"{where}: the column {column} must contain numbers"
            ) from None
    return columns


def _densities(what: str, values: Any, radius: FloatArray) -> FloatArray:
    result = numbers(what, values)
    if result.shape != radius.shape:
        raise InputError(
            f"{what} need one number at each of {radius.size} radii, got"
            f" {shown(values)}"
        )
    if not np.all(np.isfinite(result)) or np.any(result < 0):
        raise InputError(f"{what} must be finite and not negative, got {shown(values)}")
    return result


def _curve(radius: FloatArray, values: FloatArray) -> Any:
    """Smooth curve through the points, in the logarithm where it exists."""
    from scipy.interpolate import PchipInterpolator

    if np.all(values > _FAINTEST):
        log = PchipInterpolator(radius, np.log(values))
        return lambda r: np.exp(log(r))
    return PchipInterpolator(radius, values)
