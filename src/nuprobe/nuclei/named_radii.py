"""Radii of nuclei by the name of the nuclear model or measurement they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.files import read_table
from nuprobe.nuclei.isotopes import DATA, Isotope, isotope
from nuprobe.nuclei.radii import neutron_radius_models
from nuprobe.reprs import readable
from nuprobe.units import fm, parse_quantity

__all__ = [
    "NamedRadii",
    "is_radius_name",
    "length_or_name",
    "named_radii",
    "named_radius",
    "radius_isotopes",
    "radius_names",
]

MEASURED = "measured"


@readable
@dataclass(frozen=True)
class NamedRadii:
    """Named rms radii of the point nucleons of one isotope.

    Attributes
    ----------
    name : ``"NL-Z2"``, ``"PREX"``, …
    family : ``"SHF"``, ``"RMF"`` or ``"measured"``.
    isotope : name of the nucleus.
    r_p : of point protons, MeV⁻¹; None where only the neutrons were measured.
    r_n : of point neutrons, MeV⁻¹.
    errors : upwards and downwards of a measured r_n, MeV⁻¹.
    source : texkey.
    """

    name: str
    family: str
    isotope: str
    r_p: float | None
    r_n: float
    errors: tuple[float, float] | None
    source: str


@lru_cache(maxsize=1)
def named_radii() -> tuple[NamedRadii, ...]:
    """All named radii, from nuclear models and measurements.

    Sources: Cadeddu:2017etk, table I, for Cs133 and I127; Abrahamyan:2012gp (as the
    2018 seminar of Giunti quotes it, unverified) for Pb208.

    Examples
    --------
    >>> [f"{r.name} {r.r_n / fm:.2f}" for r in named_radii() if r.isotope == "Pb208"]
    ['PREX 5.78']
    """
    models = [
        NamedRadii(m.model, m.family, m.isotope, m.r_p, m.r_n, None, "Cadeddu:2017etk")
        for m in neutron_radius_models()
        if m.r_n is not None
    ]
    measured = [
        NamedRadii(
            row["name"],
            MEASURED,
            row["isotope"],
            None,
            float(row["r_n_fm"]) * fm,
            (float(row["plus_fm"]) * fm, float(row["minus_fm"]) * fm),
            row["source"],
        )
        for row in read_table(DATA / "neutron_radii_measured.csv")
    ]
    return (*models, *measured)


def _key(name: str) -> str:
    return name.strip().lower().replace("_", "-")


@lru_cache(maxsize=1)
def _by_key() -> Mapping[str, tuple[NamedRadii, ...]]:
    """Radii by name as it may be typed, also with the family before it."""
    found: dict[str, tuple[NamedRadii, ...]] = {}
    for entry in named_radii():
        for name in (entry.name, f"{entry.family} {entry.name}"):
            found[_key(name)] = (*found.get(_key(name), ()), entry)
    return MappingProxyType(found)


def radius_names() -> tuple[str, ...]:
    """Names of the radii.

    Examples
    --------
    >>> radius_names()[-3:]
    ('NL-Z2', 'PREX', 'COHERENT-2017')
    """
    return tuple(dict.fromkeys(entry.name for entry in named_radii()))


def is_radius_name(text: str) -> bool:
    """Whether a text is the name of radii.

    Parameters
    ----------
    text : in any case, with or without the family: ``"NL-Z2"``, ``"rmf nl-z2"``.

    Examples
    --------
    >>> is_radius_name("SHF SkM*"), is_radius_name("3.4 fm")
    (True, False)
    """
    return _key(text) in _by_key()


def length_or_name(text: str) -> float | str:
    """Length (MeV⁻¹) given by a text, or the text itself if it is the name of radii.

    Parameters
    ----------
    text : ``"3.42 fm"`` or ``"NL-Z2"``.

    Raises
    ------
    UnknownNameError, UnitError
        If it is neither.

    Examples
    --------
    >>> length_or_name("NL-Z2"), f"{length_or_name('3.42 fm') / fm:.2f} fm"
    ('NL-Z2', '3.42 fm')
    """
    if not is_radius_name(text):
        if text.strip()[:1].isalpha():
            _entries(text)  # raises
        return parse_quantity(text, "length")
    return text


@public
def radius_isotopes(name: str) -> tuple[str, ...]:
    """Isotopes whose radii a name has.

    Parameters
    ----------
    name : one of `radius_names`.

    Raises
    ------
    UnknownNameError
        With the nearest names.

    Examples
    --------
    >>> radius_isotopes("NL-Z2")
    ('Cs133', 'I127')
    """
    return tuple(entry.isotope for entry in _entries(name))


def _entries(name: str) -> tuple[NamedRadii, ...]:
    if not is_radius_name(name):
        raise UnknownNameError(
            "name of a radius",
            name,
            radius_names(),
            "(or give a length, such as '3.42 fm')",
        )
    return _by_key()[_key(name)]


@public
def named_radius(name: str, of: str | Isotope, particle: str = "n") -> float:
    """Rms radius (MeV⁻¹) of the point neutrons, or protons, of a nucleus.

    Parameters
    ----------
    name : one of `radius_names`, in any case.
    of : the nucleus.
    particle : ``"n"`` or ``"p"``.

    Raises
    ------
    UnknownNameError
        If the name is unknown.
    InputError
        If it has no radius of this nucleus, or of its protons.

    Examples
    --------
    >>> f"{named_radius('NL-Z2', 'Cs133') / fm:.2f} fm"
    '5.01 fm'
    """
    nucleus, entries = isotope(of), _entries(name)
    if particle not in ("p", "n"):
        raise InputError(f"a nucleon must be 'p' or 'n', got {particle!r}")
    here = next((e for e in entries if e.isotope == nucleus.name), None)
    shown_name = entries[0].name
    if here is None:
        raise InputError(
            f"{shown_name} has radii for {', '.join(e.isotope for e in entries)},"
            f" not for {nucleus.name}: give the radius of {nucleus.name} as a"
            " length, such as '3.42 fm'"
        )
    if particle == "n":
        return here.r_n
    if here.r_p is None:
        raise InputError(
            f"{shown_name} measured the neutron radius of {nucleus.name}, not the"
            " proton radius: give r_p as a length, or omit it"
        )
    return here.r_p
