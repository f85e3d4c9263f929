"""Isotopes: nuclear masses, spins, natural abundances, charge radii, and what follows
from them.

Data: NUBASE2020 [Kondev:2021lzi] and AME2020 [Wang:2021xhn] masses, spins and
abundances; charge radii of [Angeli:2013epw]. Every isotope is a row of
``data/isotopes.csv``; nothing is registered in Python.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from nuprobe.constants import (
    ATOMIC_MASS_UNIT,
    M_ELECTRON,
    M_PROTON,
    NEUTRON_CHARGE_RADIUS2_FM2,
    PROTON_CHARGE_RADIUS_FM,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.units import eV, fm, keV, year

__all__ = [
    "Isotope",
    "NeutronRadiusModel",
    "charge_to_point",
    "electron_binding",
    "elements",
    "isotope",
    "isotopes",
    "natural",
    "neutron_radius_models",
    "point_proton_radius",
]

DATA = files("nuprobe.nuclei") / "data"
_DEUTERIUM = {"d": "H2"}


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
    spin_certain : False where the evaluation calls spin or parity tentative.
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


@dataclass(frozen=True)
class NeutronRadiusModel:
    """One prediction of the point-proton and point-neutron rms radii (MeV⁻¹) of one
    isotope.

    ``family`` is ``SHF``, ``RMF`` or ``muonic`` (a measured charge radius, with ``r_n``
    None).
    """

    model: str
    family: str
    isotope: str
    r_p: float
    r_n: float | None


def electron_binding(z: int) -> float:
    """Return the binding energy of all electrons of the neutral atom, MeV.

    14.4381 Z^2.39 + 1.55468e-6 Z^5.35 eV [Lunney:2003yi].
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
        one = Isotope(
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
        table[one.name] = one
    return MappingProxyType(table)


def isotopes() -> tuple[Isotope, ...]:
    """All isotopes of the table, by mass number and charge."""
    return tuple(_table().values())


def isotope_names() -> tuple[str, ...]:
    """Names of all isotopes of the table, by mass number and charge.

    Examples
    --------
    >>> isotope_names()[:3]
    ('H1', 'H2', 'He3')
    """
    return tuple(_table())


def elements() -> tuple[str, ...]:
    """Symbols of all elements of the table, by charge."""
    return tuple(
        dict.fromkeys(one.symbol for one in sorted(isotopes(), key=lambda i: i.z))
    )


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
    found = _table().get(key)
    if found is None:
        same = [
            one.name
            for one in isotopes()
            if re.fullmatch(rf"{re.escape(one.symbol)}\d*", key)
        ]
        remedy = (
            f"(of {key.rstrip('0123456789')} there are {', '.join(same)})"
            if same
            else ""
        )
        raise UnknownNameError("isotope", name, _table(), remedy)
    return found


def as_spelt(name: str, known: Container[str]) -> str:
    """Return a nuclide's name in the spelling (8B or B8) that is `known`; the name
    itself if neither is."""
    swapped = re.sub(r"^(\d+)([A-Z][a-z]?)$|^([A-Z][a-z]?)(\d+)$", r"\2\1\4\3", name)
    return swapped if name not in known and swapped in known else name


def natural(symbol: str) -> tuple[tuple[Isotope, float], ...]:
    """Return the natural isotopes of an element with their atom fractions, normalised
    to 1.

    Raises
    ------
    UnknownNameError
        If there is no such element in the table.
    InputError
        If the element does not occur in nature.
    """
    key = str(symbol).strip().capitalize()
    all_of_it = [one for one in isotopes() if one.symbol == key]
    if not all_of_it:
        raise UnknownNameError("element", symbol, elements())
    present = [one for one in all_of_it if one.abundance > 0]
    if not present:
        names = ", ".join(one.name for one in all_of_it)
        raise InputError(
            f"{key} has no natural composition: name one of its isotopes ({names})"
        )
    total = sum(one.abundance for one in present)
    return tuple((one, one.abundance / total) for one in present)


def point_proton_radius(of: str | Isotope) -> float:
    """Root-mean-square radius of the distribution of point protons, from the measured
    charge radius, MeV⁻¹.

    R_p² = R_ch² − r_p² − (N/Z) r_n² − 3/(4 M_p²): proton and neutron charge radii and
    the Darwin–Foldy term removed [Ong:2010gf; the spin-orbit term, of order 0.01–0.1
    fm², is left out]. A proton alone (H1) gives 0.

    Raises
    ------
    InputError
        If the charge radius of this isotope is not measured.
    """
    one = isotope(of)
    if one.r_charge is None:
        raise InputError(
            f"the charge radius of {one.name} is not measured: give a radius"
        )
    return charge_to_point(one.r_charge, one)


def charge_to_point(r_charge: float, one: Isotope) -> float:
    """Point-proton rms radius (MeV⁻¹) that belongs to the charge radius `r_charge`
    (MeV⁻¹) in this nucleus.

    The formula of `point_proton_radius`; 0 for H1. `InputError` if the charge radius is
    below the nucleons' own.
    """
    if one.a == 1:
        return 0.0
    nucleon2 = (
        PROTON_CHARGE_RADIUS_FM**2 + one.n / one.z * NEUTRON_CHARGE_RADIUS2_FM2
    ) * fm**2 + 0.75 / M_PROTON**2
    if not (r_charge >= 0 and r_charge**2 >= nucleon2):
        raise InputError(
            f"a charge radius of {r_charge / fm:.6g} fm of {one.name} is impossible:"
            f" its nucleons alone give {math.sqrt(max(nucleon2, 0.0)) / fm:.4g} fm;"
            " give a length, e.g. 3.4 * fm"
        )
    return math.sqrt(r_charge**2 - nucleon2)


def neutron_radius_models() -> tuple[NeutronRadiusModel, ...]:
    """Proton and neutron rms radii of Cs133 and I127 in Skyrme–Hartree–Fock and
    relativistic mean-field models.

    Source: [Cadeddu:2017etk, table I]; the rows ``muonic`` are charge radii of
    [Fricke:1995zz].
    """
    return tuple(
        NeutronRadiusModel(
            model=row["model"],
            family=row["family"],
            isotope=row["isotope"],
            r_p=float(row["r_p_fm"]) * fm,
            r_n=float(row["r_n_fm"]) * fm if row["r_n_fm"] else None,
        )
        for row in read_table(DATA / "neutron_radius_models.csv")
    )
