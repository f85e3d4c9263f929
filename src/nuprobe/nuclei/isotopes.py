"""Isotopes: nuclear masses, spins, natural abundances, charge radii, and derived
quantities.

Data: NUBASE2020 [Kondev:2021lzi] and AME2020 [Wang:2021xhn] masses, spins and
abundances; charge radii of [Angeli:2013epw]. Every isotope is a row of
``data/isotopes.csv``; none is registered in Python.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from nuprobe.border import public
from nuprobe.constants import ATOMIC_MASS_UNIT, M_ELECTRON
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.files import read_table
from nuprobe.reprs import readable
from nuprobe.units import eV, fm, keV, year

__all__ = [
    "Isotope",
    "check_molecule",
    "electron_binding",
    "elements",
    "isotope",
    "isotopes",
    "natural",
]

DATA = files("nuprobe.nuclei") / "data"
_DEUTERIUM = {"d": "H2"}


@readable
@dataclass(frozen=True)
class Isotope:
    """A nuclide in its ground state.

    Attributes
    ----------
    symbol, z, a : element, protons, nucleons.
    mass : NUCLEAR mass, MeV.
    atomic_mass : mass of the neutral atom, MeV.
    spin, parity : of the ground state; parity is +1 or -1.
    abundance : atom fraction of the natural element, in [0, 1]; 0 if not found in
        nature.
    r_charge, r_charge_unc : rms charge radius and its standard uncertainty, MeV⁻¹
        (``r_charge / fm`` in fm); None where not measured.
    half_life : MeV⁻¹ (``half_life / year`` in years); infinite if stable.
    spin_certain : False where the evaluation marks spin or parity as tentative.
    """

    symbol: str
    z: int
    a: int
    mass: float
    atomic_mass: float
    spin: float
    parity: int
    abundance: float
    r_charge: float | None
    r_charge_unc: float | None
    half_life: float
    spin_certain: bool = True

    @property
    def n(self) -> int:
        """Number of neutrons."""
        return self.a - self.z

    @property
    def name(self) -> str:
        """Name such as ``"Ar40"``."""
        return f"{self.symbol}{self.a}"

    @property
    def has_spin(self) -> bool:
        """Whether the ground state has J > 0, so that there is an axial response."""
        return self.spin > 0

    def __str__(self) -> str:
        """Return the name."""
        return self.name


def electron_binding(z: int) -> float:
    """Return the binding energy of all electrons of the neutral atom, MeV.

    14.4381 Z^2.39 + 1.55468e-6 Z^5.35 eV [Lunney:2003yi].

    Parameters
    ----------
    z : number of protons Z.

    Examples
    --------
    >>> f"{electron_binding(18) / keV:.1f} keV"
    '14.4 keV'
    """
    return float(14.4381 * z**2.39 + 1.55468e-6 * z**5.35) * eV


@lru_cache(maxsize=1)
def _table() -> MappingProxyType[str, Isotope]:
    def length(text: str) -> float | None:
        return float(text) * fm if text else None

    table: dict[str, Isotope] = {}
    for row in read_table(DATA / "isotopes.csv"):
        z, a = int(row["z"]), int(row["a"])
        atomic = a * ATOMIC_MASS_UNIT + float(row["mass_excess_kev"]) * keV
        nucleus = Isotope(
            symbol=row["symbol"],
            z=z,
            a=a,
            mass=atomic - z * M_ELECTRON + electron_binding(z),
            atomic_mass=atomic,
            spin=float(row["spin"]),
            parity=int(row["parity"]),
            abundance=float(row["abundance"] or 0),
            r_charge=length(row["r_charge_fm"]),
            r_charge_unc=length(row["r_charge_unc_fm"]),
            half_life=(
                float(row["half_life_yr"]) * year if row["half_life_yr"] else math.inf
            ),
            spin_certain=row["spin_certain"] == "1",
        )
        table[nucleus.name] = nucleus
    return MappingProxyType(table)


def isotopes() -> tuple[Isotope, ...]:
    """All isotopes of the table, by mass number and charge.

    Examples
    --------
    >>> [nucleus.name for nucleus in isotopes()[:3]]
    ['H1', 'H2', 'He3']
    """
    return tuple(_table().values())


@public
def isotope_names() -> tuple[str, ...]:
    """Names of all isotopes of the table, by mass number and charge.

    Examples
    --------
    >>> isotope_names()[:3]
    ('H1', 'H2', 'He3')
    """
    return tuple(_table())


def elements() -> tuple[str, ...]:
    """Symbols of all elements of the table, by charge.

    Examples
    --------
    >>> elements()[:4]
    ('H', 'He', 'Li', 'Be')
    """
    by_charge = sorted(isotopes(), key=lambda nucleus: nucleus.z)
    return tuple(dict.fromkeys(nucleus.symbol for nucleus in by_charge))


@public
def isotope(name: str | Isotope) -> Isotope:
    """Look an isotope up by name.

    Parameters
    ----------
    name : "Ar40", "40Ar", "Ar-40", in any case ("D" is H2); an `Isotope` passes
        through.

    Raises
    ------
    UnknownNameError
        If it is not in the table; the nearest names are offered.

    Examples
    --------
    >>> argon = isotope("40Ar")
    >>> argon.name, argon.n, f"{argon.mass:.1f} MeV"
    ('Ar40', 22, '37215.5 MeV')
    """
    if isinstance(name, Isotope):
        return name
    text = str(name).strip().lower()
    match = re.fullmatch(r"([a-z]{1,2})[-_ ]?(\d{1,3})", text)
    if match is None and (
        swapped := re.fullmatch(r"(\d{1,3})[-_ ]?([a-z]{1,2})", text)
    ):
        key = f"{swapped[2].capitalize()}{swapped[1]}"
    elif match is not None:
        key = f"{match[1].capitalize()}{match[2]}"
    else:
        key = _DEUTERIUM.get(text, str(name))
    row = _table().get(key)
    if row is None:
        same = [
            nucleus.name
            for nucleus in isotopes()
            if re.fullmatch(rf"{re.escape(nucleus.symbol)}\d*", key)
        ]
        remedy = (
            f"(of {key.rstrip('0123456789')} there are {', '.join(same)})"
            if same
            else ""
        )
        raise UnknownNameError("isotope", name, _table(), remedy)
    return row


def as_spelt(name: str, known: Container[str]) -> str:
    """Return a nuclide's `name` in the spelling (8B or B8) that is `known`; unchanged
    if neither is."""
    swapped = re.sub(r"^(\d+)([A-Z][a-z]?)$|^([A-Z][a-z]?)(\d+)$", r"\2\1\4\3", name)
    return swapped if name not in known and swapped in known else name


def natural(symbol: str) -> tuple[tuple[Isotope, float], ...]:
    """Return the natural isotopes of an element with their atom fractions, normalised
    to 1.

    Parameters
    ----------
    symbol : of the element, e.g. ``"Xe"``.

    Raises
    ------
    UnknownNameError
        If there is no such element in the table.
    InputError
        If the element does not occur in nature.

    Examples
    --------
    >>> [(nucleus.name, round(fraction, 3)) for nucleus, fraction in natural("Cl")]
    [('Cl35', 0.758), ('Cl37', 0.242)]
    """
    key = str(symbol).strip().capitalize()
    all_of_it = [nucleus for nucleus in isotopes() if nucleus.symbol == key]
    if not all_of_it:
        raise UnknownNameError("element", symbol, elements())
    present = [nucleus for nucleus in all_of_it if nucleus.abundance > 0]
    if not present:
        names = ", ".join(nucleus.name for nucleus in all_of_it)
        raise InputError(
            f"{key} has no natural composition: name one of its isotopes ({names})"
        )
    total = sum(nucleus.abundance for nucleus in present)
    return tuple((nucleus, nucleus.abundance / total) for nucleus in present)


_MOLECULES: Final = frozenset(
    [("O", 3), ("P", 4), ("S", 8)]
    + [(symbol, 2) for symbol in ("H", "D", "N", "O", "F", "Cl", "Br", "I")]
)
"""Molecules of one element."""


def check_molecule(symbol: str, number: int, text: str) -> None:
    """Reject a misspelt isotope that looks like a molecule, such as Ar4.

    Parameters
    ----------
    symbol, number : of the element and its atoms.
    text : what was given, for the message.

    Raises
    ------
    InputError
        The message lists the isotopes that may be meant.

    Examples
    --------
    >>> check_molecule("O", 2, "O2")
    """
    if number < 2 or (symbol, number) in _MOLECULES:
        return
    near = [n.name for n in isotopes() if n.name.startswith(f"{symbol}{number}")]
    known = near or [n.name for n in isotopes() if n.symbol == symbol]
    if known:
        raise InputError(
            f"{shown(text)} is not a molecule: for an isotope write"
            f" {', '.join(known[:4])}, for several atoms {{'natural {symbol}':"
            f" {number}}}"
        )
