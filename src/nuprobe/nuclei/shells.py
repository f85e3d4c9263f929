"""Electron subshells of atoms: occupation numbers and binding energies.

Data: ``data/shells.csv``, after table 1-1 of the X-ray Data Booklet, mostly
Bearden:1967gqa; its header says which values were checked there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from nuprobe.errors import InputError
from nuprobe.files import read_table
from nuprobe.reprs import readable
from nuprobe.units import eV

__all__ = ["Shell", "shell_elements", "shells"]


@readable
@dataclass(frozen=True)
class Shell:
    """One subshell.

    Attributes
    ----------
    name : in X-ray notation, ``"K"``, ``"L1"``, …
    electrons : number of electrons in it in the free atom.
    energy : binding energy, MeV.
    source : where the energy comes from (header of the table).
    """

    name: str
    electrons: int
    energy: float
    source: str


@lru_cache(maxsize=1)
def _table() -> MappingProxyType[str, tuple[Shell, ...]]:
    table: dict[str, tuple[Shell, ...]] = {}
    for row in read_table(files("nuprobe.nuclei") / "data" / "shells.csv"):
        subshell = Shell(
            row["shell"],
            int(row["electrons"]),
            float(row["energy_ev"]) * eV,
            row["source"],
        )
        table[row["element"]] = (*table.get(row["element"], ()), subshell)
    return MappingProxyType(table)


def shell_elements() -> tuple[str, ...]:
    """Symbols of the elements with tabulated shells.

    Examples
    --------
    >>> "Xe" in shell_elements()
    True
    """
    return tuple(_table())


def shells(symbol: str) -> tuple[Shell, ...]:
    """Subshells of an element, the K shell first.

    Parameters
    ----------
    symbol : of the element, e.g. ``"Xe"``.

    Raises
    ------
    InputError
        If the element has no table: the message lists those that have one.

    Examples
    --------
    >>> shells("Xe")[0].name, round(sum(shell.electrons for shell in shells("Xe")))
    ('K', 54)
    """
    try:
        return _table()[symbol]
    except KeyError:
        raise InputError(
            f"no electron binding energies for {symbol}: available for"
            f" {', '.join(shell_elements())}; choose one of these, or free electrons"
            " (binding=False, --free-electrons)"
        ) from None
