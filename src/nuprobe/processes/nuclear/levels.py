"""Tables of allowed transitions: levels with their Fermi and Gamow–Teller strengths, in
TOML files that users may replace.

B(GT) is |⟨στ⟩|², 3 for the neutron, and the strength of a transition is B(F) + g_A²
B(GT). Tables that include g_A² in B(GT) are recognised by their value for the neutron.
For neutral currents B(GT) is |⟨στ₃⟩|²: that of charged currents between mirror states,
twice that from isospin 0 to 1.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, NonNegativeFloat, PositiveFloat

from nuprobe.constants import G_A
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.nuclei import isotope
from nuprobe.parsing import parse_toml, read_text
from nuprobe.schema import Strict, validate
from nuprobe.units import fm, parse_quantity

__all__ = ["Charged", "Level", "Levels", "Neutral", "level_tables", "levels"]

_NEUTRON: Final = 3.0
_BETA_DECAYING: Final = frozenset(
    {"K40", "V50", "Rb87", "Cd113", "In115", "La138", "Lu176", "Re187"}
)
"""Isotopes of natural elements that decay to a neighbour."""
_LEAST_Q: Final = -0.3
"""MeV; 48Ca, whose decay is not observed, could decay with 0.28."""


def _energy(value: object) -> object:
    return parse_quantity(value, "energy") if isinstance(value, str) else value


def _fermi(value: object) -> object:
    return parse_quantity(value, "length") / fm if isinstance(value, str) else value


Energy = Annotated[NonNegativeFloat, BeforeValidator(_energy)]
Length = Annotated[NonNegativeFloat, BeforeValidator(_fermi)]


class Level(Strict):
    """A state of the product.

    Attributes
    ----------
    name : for tables.
    energy : above the ground state of the product, MeV.
    fermi, gamow_teller : B(F) and B(GT).
    spin_dipole : B of a first forbidden transition over q², fm²: B(GT) of the momentum
        transfer q is `gamow_teller` plus this times q².
    magnetic : moment of weak magnetism in nuclear magnetons, 4.706 if only spins
        contribute; 0 omits it.
    oscillator : length b of the form factor (1 − 2y/3) exp(−y), y = (bq/2)², of the
        p shell (exp(−y) of `spin_dipole`), fm; 0 omits it.
    status : where the strengths come from.
    """

    name: str
    energy: Energy
    fermi: NonNegativeFloat = 0.0
    gamow_teller: NonNegativeFloat = 0.0
    spin_dipole: NonNegativeFloat = 0.0
    magnetic: NonNegativeFloat = 0.0
    oscillator: Length = 0.0
    status: str = "unverified"


class Charged(Strict):
    """Transitions by charged currents.

    Attributes
    ----------
    product_charge : charge number of the product.
    antineutrino : whether ν̄_e produce e⁺, instead of ν_e producing e⁻.
    q : difference of the atomic masses of product and target, MeV.
    levels : of the product.
    """

    product_charge: int = Field(ge=1)
    antineutrino: bool = False
    q: Annotated[float, BeforeValidator(_energy)]
    levels: list[Level] = Field(min_length=1)


class Neutral(Strict):
    """Transitions by neutral currents.

    Attributes
    ----------
    levels : of the target itself.
    """

    levels: list[Level] = Field(min_length=1)


class Levels(Strict):
    """A table.

    Attributes
    ----------
    schema_version : 1.
    title, references, notes : what it is and where it comes from.
    target : isotope.
    neutron : B(GT) of the neutron in the convention of the table: 3.
    accurate_to : neutrino energy above which neglected effects matter and a warning is
        issued, MeV.
    valid_to : largest neutrino energy, MeV; larger ones are rejected.
    left_out : the neglected effects, for the warning.
    charged, neutral : transitions.
    """

    schema_version: Literal[1]
    title: str
    target: str
    neutron: PositiveFloat
    references: list[str] = []
    notes: str = ""
    accurate_to: Energy = 20.0
    valid_to: Energy = 60.0
    left_out: str = "form factors, weak magnetism and forbidden transitions"
    charged: Charged | None = None
    neutral: Neutral | None = None


def level_tables() -> tuple[str, ...]:
    """Names of the tables that come with the package.

    Examples
    --------
    >>> level_tables()
    ('carbon12', 'carbon12-inclusive', 'carbon12-nubar', 'carbon13')
    """
    found = (p.name for p in _library().iterdir() if p.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in found))


def _library() -> Traversable:
    return resources.files("nuprobe.processes.nuclear") / "data"


@lru_cache(maxsize=32)
def levels(name: str) -> Levels:
    """Read a table of allowed transitions.

    Parameters
    ----------
    name : one of `level_tables`, or the path of a TOML file.

    Returns
    -------
    Levels

    Raises
    ------
    InputError
        If the file is not such a table, includes g_A² in B(GT), or has strengths that
        exceed what the nucleons of the target allow.

    Examples
    --------
    >>> [level.name for level in levels("carbon13").charged.levels]
    ['1/2- g.s.', '3/2- 3.502']
    """
    path: Traversable | Path
    if name in level_tables():
        path = _library() / f"{name}.toml"
    else:
        path = Path(name)
        if not path.is_file():
            remedy = "Give one of them, or the path of a TOML file"
            raise UnknownNameError("table of levels", name, level_tables(), remedy)
    try:
        data = parse_toml(read_text(path))
    except InputError as err:
        raise InputError(f"{path.name}: {err}") from None
    found = validate(Levels, data, path.name)
    if abs(found.neutron - _NEUTRON) > 1e-6:
        remedy = "divide its gamow_teller by g_A^2 = 1.627 and write neutron = 3"
        if abs(found.neutron / _NEUTRON / G_A**2 - 1) > 0.05:
            remedy = "write B(GT) = |<sigma tau>|^2, which is 3 for the neutron"
        raise InputError(
            f"{path.name}: neutron = {found.neutron:g} means that the table uses"
            f" another convention for B(GT): {remedy}"
        )
    _check_nuclei(found, path.name)
    _check_strengths(found, path.name)
    return found


def _check_nuclei(table: Levels, file: str) -> None:
    """Reject a product that is not a neighbour of the target, and a mass difference for
    which the target would decay."""
    if table.charged is None:
        return
    nucleus = isotope(table.target)
    anti, q = table.charged.antineutrino, table.charged.q
    product = nucleus.z + (-1 if anti else 1)
    if table.charged.product_charge != product:
        raise InputError(
            f"{file}: charged.product_charge = {table.charged.product_charge}, but"
            f" {'nubar_e makes e+' if anti else 'nu_e makes e-'}: it is {product} for"
            f" {table.target}"
        )
    natural = bool(nucleus.abundance) and nucleus.name not in _BETA_DECAYING
    if natural and q < _LEAST_Q:
        raise InputError(
            f"{file}: charged.q = {q:g} MeV would let {nucleus.name} decay to its"
            " product: q is the atomic mass of the product minus that of the target"
        )


def _check_strengths(table: Levels, file: str) -> None:
    """Reject B(GT) and B(F) above the limit set by the nucleons that change.

    Each has at most that of a free nucleon, 3 and 1; blocking and correlations lower
    it. The sum rules Σ B(GT⁻) − Σ B(GT⁺) = 3(N − Z) and Σ B(F⁻) − Σ B(F⁺) = N − Z
    express the same count for all transitions together.
    """
    nucleus = isotope(table.target)
    neutrons = nucleus.n
    kinds: list[tuple[str, list[Level], str, int]] = []
    if table.charged is not None:
        anti = table.charged.antineutrino
        who, number = ("protons", nucleus.z) if anti else ("neutrons", neutrons)
        kinds.append(("charged", table.charged.levels, who, number))
    if table.neutral is not None:
        kinds.append(("neutral", table.neutral.levels, "nucleons", nucleus.a))
    for section, rows, who, number in kinds:
        for key, each in (("gamow_teller", _NEUTRON), ("fermi", 1.0)):
            size = sum(getattr(row, key) for row in rows)
            if size > each * number:
                raise InputError(
                    f"{file}: {section}: {key} adds up to {size:g}, but the {number}"
                    f" {who} of {table.target} have at most {each:g} each,"
                    f" {each * number:g}: give B of the individual transitions, in"
                    " the convention in which it is 3 (gamow_teller) and 1 (fermi)"
                    " for the neutron"
                )
        # 6He, with N − Z = 2, has the largest of light nuclei, 4.7 (unverified)
        most = _NEUTRON * max(abs(neutrons - nucleus.z), 2)
        for row in rows:
            if section == "charged" and row.gamow_teller > most:
                warn(
                    f"{file}: gamow_teller = {row.gamow_teller:g} of {row.name} is"
                    f" above {most:g}, which single transitions hardly ever reach"
                    " (3|N - Z|, or 6 if that is more): compare it with its source"
                )
