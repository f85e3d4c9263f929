"""Absorption of photons by atoms, for charged neutrinos in the equivalent-photon
approximation.

Data: ``data/photoabsorption.csv``; its header says where the numbers come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np

from nuprobe.border import quick_methods
from nuprobe.errors import InputError
from nuprobe.files import read_table
from nuprobe.numerics import FloatArray
from nuprobe.units import cm2, keV

__all__ = ["Photoabsorption", "photoabsorption"]


@quick_methods
@dataclass(frozen=True)
class Photoabsorption:
    """Cross section of photons on one atom.

    Attributes
    ----------
    symbol : of the element.
    energies : of the photons, MeV, increasing; a repeated one is an absorption edge.
    cross_sections : at these energies, MeV⁻²; log-log interpolation is linear.

    Examples
    --------
    >>> xenon = photoabsorption("Xe")
    >>> xenon(np.array([1e-3, 10e-3, 40e-3])) / cm2  # 1, 10 and 40 keV
    array([1.939e-18, 3.623e-20, 4.820e-21])
    """

    symbol: str
    energies: tuple[float, ...]
    cross_sections: tuple[float, ...]

    def __call__(self, energy: FloatArray) -> FloatArray:
        """Cross section in MeV⁻² at an `energy` in MeV, any shape; 0 below the table,
        and extrapolated from its last two points above it."""
        e = np.asarray(energy, dtype=float)
        known, sigma = np.log(self.energies), np.log(self.cross_sections)
        x = np.log(np.maximum(e, 1e-300))
        slope = (sigma[-1] - sigma[-2]) / (known[-1] - known[-2])
        value = np.interp(x, known, sigma) + slope * np.maximum(x - known[-1], 0.0)
        return np.where(e < self.energies[0], 0.0, np.exp(value))


@lru_cache(maxsize=1)
def _table() -> MappingProxyType[str, Photoabsorption]:
    rows: dict[str, list[tuple[float, float]]] = {}
    for row in read_table(files("nuprobe.nuclei") / "data" / "photoabsorption.csv"):
        sigma = float(row["cross_section_mb"]) * 1e-18 * cm2
        rows.setdefault(row["element"], []).append(
            (float(row["energy_kev"]) * keV, sigma)
        )
    return MappingProxyType(
        {
            symbol: Photoabsorption(symbol, *zip(*points, strict=True))
            for symbol, points in rows.items()
        }
    )


def photoabsorption(symbol: str) -> Photoabsorption:
    """Absorption of photons by an element.

    Parameters
    ----------
    symbol : of the element, e.g. ``"Xe"``.

    Raises
    ------
    InputError
        If it has no table: the message lists those that have one.

    Examples
    --------
    >>> photoabsorption("Xe").symbol
    'Xe'
    """
    try:
        return _table()[symbol]
    except KeyError:
        raise InputError(
            f"no photoabsorption of {symbol}: there are tables for"
            f" {', '.join(_table())}; use binding = 'step'"
        ) from None
