"""Published quenching factors, by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from nuprobe.border import public
from nuprobe.detectors.quenching import (
    LindhardQuenching,
    Quenching,
    TableQuenching,
)
from nuprobe.errors import UnknownNameError
from nuprobe.files import read_table
from nuprobe.reprs import readable
from nuprobe.units import keV

__all__ = ["NamedQuenching", "named_quenching", "named_quenchings"]

_DATA: Final = files("nuprobe.detectors") / "data"


@readable
@dataclass(frozen=True)
class NamedQuenching:
    """A published quenching factor.

    Attributes
    ----------
    name : ``"ge-fef"``, ``"ge-bonhomme-2022"``, …
    title : how it was measured.
    element : symbol of the element that recoils.
    kind : ``"lindhard"`` or ``"table"``.
    k : parameter of Lindhard's formula; None for a table.
    sigma : published error of k, or None.
    measured : lowest and highest recoil energy (MeV) of the measurement or the table;
        None if the source states none.
    source : texkey; empty if there is no article.
    status : what was checked in the source.
    """

    name: str
    title: str
    element: str
    kind: str
    k: float | None
    sigma: float | None
    measured: tuple[float, float] | None
    source: str
    status: str

    @property
    def highest(self) -> float | None:
        """Recoil energy (MeV) above which it is undefined, or None.

        Examples
        --------
        >>> named_quenching("ge-fef").highest / keV
        4.5
        """
        if self.kind == "lindhard" or self.measured is None:
            return None
        return self.measured[1]

    def function(self) -> Quenching:
        """Electron-equivalent energy of a recoil.

        Examples
        --------
        >>> quenching = named_quenching("ge-bonhomme-2022").function()
        >>> round(float(quenching(np.array([1.0 * keV]))[0] / keV), 3)
        0.175
        """
        return _function(self.name)


@lru_cache(maxsize=1)
def named_quenchings() -> tuple[NamedQuenching, ...]:
    """Return all of them, in the order of the file.

    Examples
    --------
    >>> [q.name for q in named_quenchings() if q.kind == "table"]
    ['ge-fef', 'ge-ybe']
    """
    return tuple(
        NamedQuenching(
            row["name"],
            row["title"],
            row["element"],
            row["kind"],
            float(row["k"]) if row["k"] else None,
            float(row["sigma"]) if row["sigma"] else None,
            (
                (float(row["from_kev"]) * keV, float(row["to_kev"]) * keV)
                if row["to_kev"]
                else None
            ),
            row["source"],
            row["status"],
        )
        for row in _rows()
    )


@public
def named_quenching(name: str) -> NamedQuenching:
    """Return a published quenching factor.

    Parameters
    ----------
    name : as `named_quenchings` and ``nuprobe list quenchings`` list them, in any case.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> named_quenching("ge-scholz-2016").k
    0.179
    """
    known = {entry.name: entry for entry in named_quenchings()}
    found = known.get(name.strip().lower().replace("_", "-"))
    if found is None:
        raise UnknownNameError("quenching", name, known)
    return found


def _rows() -> list[dict[str, str]]:
    return read_table(_DATA / "quenchings.csv")


@cache
def _function(name: str) -> Quenching:
    row = next(row for row in _rows() if row["name"] == name)
    if row["kind"] == "lindhard":
        return LindhardQuenching(float(row["k"]), int(row["z"]))
    table = read_table(_DATA / row["table"])
    return TableQuenching(
        np.array([float(r["t_nr_kev"]) for r in table]) * keV,
        np.array([float(r["factor"]) for r in table]),
        may_fall=True,  # measured values are kept unchanged
    )
