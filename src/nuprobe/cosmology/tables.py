"""The tabulated collision factors, and their interpolation."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np

from nuprobe.cosmology.collisions import CollisionKind
from nuprobe.cosmology.screening import SCREENINGS, Screening, ScreeningName
from nuprobe.numerics import FloatArray
from nuprobe.parsing import parse_csv, read_text

__all__ = ["BLOCKED", "COLDEST", "COLUMNS", "HOTTEST", "MASSLESS", "ROWS", "factors"]

COLDEST: Final = 0.03
"""MeV; below it neutrinos exchange no energy (1e-11 of the expansion rate)."""
HOTTEST: Final = 30.0
"""MeV; above it the mass of the electron is negligible."""
ROWS: Final = 61
"""Temperatures of the table, uniform in their logarithm."""
Column = tuple[CollisionKind, Literal["nu_e", "nu_mu"], ScreeningName]
COLUMNS: Final[Mapping[str, Column]] = {
    "weak_scattering_e": ("weak scattering", "nu_e", "none"),
    "weak_scattering_mu": ("weak scattering", "nu_mu", "none"),
    "weak_annihilation_e": ("weak annihilation", "nu_e", "none"),
    "weak_annihilation_mu": ("weak annihilation", "nu_mu", "none"),
    "magnetic_annihilation": ("magnetic annihilation", "nu_e", "none"),
    "magnetic_scattering_none": ("magnetic scattering", "nu_e", "none"),
    "magnetic_scattering_debye": ("magnetic scattering", "nu_e", "debye"),
    "magnetic_scattering_talk": ("magnetic scattering", "nu_e", "talk"),
    "magnetic_scattering_cut": ("magnetic scattering", "nu_e", "cut"),
    "magnetic_scattering_linear": ("magnetic scattering", "nu_e", "linear"),
}
"""Columns of the table, as arguments of `collision_factor`."""
BLOCKED: Final[Mapping[str, Screening]] = {
    f"blocking_{screening}": screening for screening in SCREENINGS
}
"""Further columns: reduction of the scattering rate by Pauli blocking."""
MASSLESS: Final = (0.8287432, 0.8841079)
"""Weak scattering and annihilation without mass: of neutrinos with each other."""


@lru_cache(maxsize=1)
def _splines() -> dict[str, Any]:
    """ln of each factor over ln T."""
    from scipy.interpolate import CubicSpline

    path = files(__package__) / "data" / "collision_factors.csv"
    rows = parse_csv(read_text(path), "collision_factors.csv")
    x = np.log([float(row["temperature"]) for row in rows])
    return {
        name: CubicSpline(x, np.log([float(row[name]) for row in rows]))
        for name in (*COLUMNS, *BLOCKED)
    }


def factors(name: str, temperature: FloatArray) -> FloatArray:
    """A collision factor interpolated in the table: 0 below its lowest temperature,
    constant above its highest.

    Parameters
    ----------
    name : of the column.
    temperature : in MeV, any shape.

    Examples
    --------
    >>> factors("weak_scattering_e", np.array([0.02, 1.0])).round(3).tolist()
    [0.0, 0.795]
    """
    t = np.asarray(temperature, dtype=float)
    inside = np.clip(t, COLDEST, HOTTEST)
    values = np.exp(_splines()[name](np.log(inside)))
    return np.asarray(np.where(t < COLDEST, 0.0, values))
