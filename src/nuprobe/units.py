"""Units as plain numbers in natural units (ħ = c = 1) with one energy unit: MeV.

``3.4 * fm`` is a length in MeV⁻¹, ``160 * GeV`` an energy in MeV, ``mass / kg`` a mass
in kilograms. Cross sections are the exception at the public boundary: functions return
them as plain numbers of cm². `parse_quantity` and `parse_grid` read what people write
in files and on the command line ("160 GeV").
"""

from __future__ import annotations

import math
import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.constants import (
    ALPHA_EM,
    ELEMENTARY_CHARGE_C,
    HBARC_MEV_CM,
    HBARC_MEV_FM,
)
from nuprobe.decimals import parse_numbers
from nuprobe.errors import InputError, UnitError, UnknownNameError, shown

MeV: Final = 1.0
eV: Final = 1e-6
keV: Final = 1e-3
GeV: Final = 1e3
TeV: Final = 1e6
PeV: Final = 1e9

fm: Final = 1 / HBARC_MEV_FM
cm: Final = 1 / HBARC_MEV_CM
m: Final = 100 * cm
km: Final = 1e5 * cm
kpc: Final = 3.0856775814913673e19 * m
cm2: Final = cm**2

s: Final = 299792458 * m
ns: Final = 1e-9 * s
us: Final = 1e-6 * s
minute: Final = 60 * s
hour: Final = 3600 * s
day: Final = 86400 * s
year: Final = 365.25 * day

# a joule is 1/e MeV·1e-6; a kilogram is a joule (s/m)², that is c² joules
joule: Final = 1e-6 / ELEMENTARY_CHARGE_C
erg: Final = 1e-7 * joule
kg: Final = joule * 299792458.0**2
g: Final = 1e-3 * kg
tonne: Final = 1e3 * kg

# e B of a tesla is 299792458 eV/m, in units in which α = e²/4π
tesla: Final = 299792458e-6 / m / math.sqrt(4 * math.pi * ALPHA_EM)
gauss: Final = 1e-4 * tesla

_DIMENSIONS: Final[dict[str, dict[str, float]]] = {
    "energy": {
        "eV": eV,
        "keV": keV,
        "MeV": MeV,
        "GeV": GeV,
        "TeV": TeV,
        "PeV": PeV,
        "erg": erg,
    },
    "electron-equivalent energy": {
        "eVee": eV,
        "keVee": keV,
        "MeVee": MeV,
        "eV": eV,
        "keV": keV,
        "MeV": MeV,
    },
    "power": {"MW": 1e6 * joule / s, "GW": 1e9 * joule / s},
    "length": {"fm": fm, "cm": cm, "m": m, "km": km, "kpc": kpc},
    "volume": {"fm3": fm**3, "cm3": cm**3},
    "time": {
        "ns": ns,
        "us": us,
        "µs": us,
        "s": s,
        "min": minute,
        "h": hour,
        "d": day,
        "yr": year,
        "hour": hour,
        "hours": hour,
        "day": day,
        "days": day,
        "year": year,
        "years": year,
    },
    "mass": {"g": g, "kg": kg, "t": tonne},
    "magnetic field": {
        "G": gauss,
        "kG": 1e3 * gauss,
        "MG": 1e6 * gauss,
        "T": tesla,
        "kT": 1e3 * tesla,
    },
    "inverse energy": {"1/keV": 1 / keV, "1/MeV": 1 / MeV, "1/GeV": 1 / GeV},
    "light yield": {
        "PE/keVee": 1 / keV,
        "PE/keV": 1 / keV,
        "PE/MeV": 1 / MeV,
        "1/keVee": 1 / keV,
        "1/keV": 1 / keV,
        "1/eVee": 1 / eV,
        "1/eV": 1 / eV,
        "1/MeVee": 1 / MeV,
        "1/MeV": 1 / MeV,
    },
    "dimensionless": {"": 1.0, "%": 0.01},
}
DIMENSIONS: Final = tuple(_DIMENSIONS)
"""The dimensions supported by `parse_quantity`."""

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
# other scripts have digits too
_QUANTITY = re.compile(rf"\s*({_NUMBER}|[+-]?inf|nan)\s*(.*?)\s*", re.IGNORECASE)


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise UnitError(f"{what} must be a string, got {shown(value)}")
    return value


def _units(dimension: str) -> dict[str, float]:
    """Units of a dimension by name."""
    try:
        return _DIMENSIONS[_text("a dimension", dimension)]
    except KeyError:
        raise UnknownNameError("dimension", dimension, _DIMENSIONS) from None


def _factor(unit: str, dimension: str, text: str) -> float:
    units = _units(dimension)
    if unit in units:
        return units[unit]
    allowed = ", ".join(u or "a bare number" for u in units)
    if not unit:
        example = "MeV" if "MeV" in units else next(iter(units))
        number = text.strip() if len(text) <= 40 else "10"
        raise UnitError(
            f"{shown(text)} has no unit: write for example '{number} {example}'"
            f" ({allowed})"
        )
    for other, table in _DIMENSIONS.items():
        if unit in table:
            raise UnitError(
                f"{shown(text)} has a unit of {other}, but this is {_a(dimension)}: use"
                f" one of {allowed}"
            )
    near = UnknownNameError("unit", unit, units).suggestions
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise UnitError(
        f"{shown(text)} has an unknown unit {shown(unit)}{hint}: {_a(dimension)} is"
        f" given in {allowed}"
    )


def _a(dimension: str) -> str:
    return ("an " if dimension[0] in "aeiou" else "a ") + dimension


def _noun(dimension: str) -> str:
    return "number" if dimension == "dimensionless" else dimension


def unit_dimension(unit: str) -> str:
    """Dimension of a unit.

    Parameters
    ----------
    unit : such as ``"fm"`` or ``"keV"``.

    Raises
    ------
    UnitError
        If the unit is unknown.

    Examples
    --------
    >>> unit_dimension("fm")
    'length'
    """
    for dimension, table in _DIMENSIONS.items():
        if _text("a unit", unit) in table:
            return dimension
    raise UnitError(
        f"unknown unit {shown(unit)}: known are"
        f" {', '.join(u for t in _DIMENSIONS.values() for u in t if u)}"
    )


def units_of(dimension: str) -> str:
    """Units of a dimension, for a message or a comment.

    Parameters
    ----------
    dimension : one of `DIMENSIONS`.

    Raises
    ------
    UnknownNameError
        If there is no such dimension.

    Examples
    --------
    >>> units_of("mass")
    'g, kg, t'
    """
    return ", ".join(u for u in _units(dimension) if u)


def parse_quantity(text: str | float, dimension: str) -> float:
    """Read a number with its unit, such as ``"14.57 kg"``, into natural units.

    Parameters
    ----------
    text : number and unit; a bare number is accepted only for a dimensionless quantity.
    dimension : one of `DIMENSIONS`.

    Returns
    -------
    float
        The value in MeV-based natural units.

    Raises
    ------
    UnitError
        If the number or the unit cannot be read, or the unit has another dimension.

    Examples
    --------
    >>> parse_quantity("2.5 GeV", "energy")
    2500.0
    """
    raw = str(text)
    match = _QUANTITY.fullmatch(raw)
    if match is None:
        raise UnitError(
            f"cannot read {shown(raw)} as {_a(dimension)}: write a number and a unit,"
            " e.g. '10 MeV'"
        )
    number = float(match[1])
    value = (
        number * _factor(match[2], dimension, raw) if math.isfinite(number) else number
    )
    if not math.isfinite(value):
        raise UnitError(f"{shown(raw)} is not a finite {_noun(dimension)}")
    if value == 0.0 and re.search("[1-9]", re.split("[eE]", match[1])[0]):
        raise UnitError(f"{shown(raw)} is too small for a floating-point number")
    return value


_PLAIN: Final[dict[str, dict[str, float]]] = {
    "cm2": {"cm2": 1.0, "cm^2": 1.0, "cm²": 1.0, "fm2": 1e-26, "fm^2": 1e-26},
    "e": {"e": 1.0},
    "muB": {"muB": 1.0, "mu_B": 1.0, "µB": 1.0, "μB": 1.0, "μ_B": 1.0},
    "1/MeV2": {"1/MeV2": 1.0, "1/GeV2": 1e-6, "1/TeV2": 1e-12},
    "1/GeV": {"1/GeV": 1.0, "1/MeV": 1e3, "1/TeV": 1e-3},
    "eV2": {"eV2": 1.0, "eV^2": 1.0, "eV²": 1.0, "meV2": 1e-6, "keV2": 1e6},
    "1/cm2/s": {"1/cm2/s": 1.0, "/cm2/s": 1.0, "1/(cm2 s)": 1.0},
}
PLAIN_UNITS: Final = tuple(_PLAIN)
"""Units of plain numbers: a charge radius in cm², a charge in e, a moment in μ_B, a
difference of squared masses in eV². A bare number is always in these units; they may
also be written."""


def split_unit(text: str) -> tuple[str, str]:
    """Number and unit of a quantity, as texts; the unit is empty if there is none.

    Parameters
    ----------
    text : as typed, such as ``"3e-11 muB"`` or ``"3 1e-11 muB"``.

    Examples
    --------
    >>> split_unit("3e-11 muB"), split_unit("3 1e-11 muB"), split_unit("1e-7e")
    (('3e-11', 'muB'), ('3', '1e-11 muB'), ('1e-7', 'e'))
    """
    match = _QUANTITY.fullmatch(_text("a quantity", text))
    if match is None:
        raise UnitError(
            f"cannot read {shown(text)}: write a number and a unit, e.g. '10 MeV'"
        )
    return match[1], match[2]


def value_in(value: str | float, unit: str) -> float:
    """Read a number in a unit: a bare number is taken to be in that unit, and one with
    another unit of the same dimension is converted.

    Parameters
    ----------
    value : number or text.
    unit : of the result, such as ``"fm"`` or ``"muB"``; empty for a pure number. A
        power of ten may stand before it, as in tables: ``"3 1e-11 muB"``.

    Raises
    ------
    UnitError
        If it cannot be read, is not finite, or has a unit of another kind.

    Examples
    --------
    >>> value_in("3 1e-11 muB", "muB") == value_in(3e-11, "muB")
    True
    >>> value_in("1 GeV", "MeV"), value_in("0.5", "")
    (1000.0, 0.5)
    """
    _text("a unit", unit)
    number, written = split_unit(str(value))
    power = re.fullmatch(rf"({_NUMBER})\s+(\S.*)", written)
    # "3e0-11 muB" is a mistyped number, not 3 times -11
    if power is not None and re.match(rf"\s*{re.escape(number)}\s", str(value)):
        try:
            one, other = parse_numbers((number, power[1]))
        except InputError as err:
            raise UnitError(f"cannot read {shown(str(value))}: number {err}") from None
        if not one * other and one and other:
            raise UnitError(
                f"{shown(str(value))} is too small for a floating-point number"
            )
        number, written = repr(one * other), power[2]
    if unit and written in ("", unit):
        return parse_quantity(number, "dimensionless")
    if unit not in _PLAIN:
        dimension = unit_dimension(unit) if unit else "dimensionless"
        read = parse_quantity(f"{number} {written}", dimension)
        return read if unit == "" else read / parse_quantity(f"1 {unit}", dimension)
    if written not in _PLAIN[unit]:
        raise UnitError(
            f"{shown(str(value))} has the unit {shown(written)}, but this quantity"
            f" is in {unit}: write a bare number or one of {', '.join(_PLAIN[unit])}"
        )
    return parse_quantity(number, "dimensionless") * _PLAIN[unit][written]


def _check_spacing(text: str) -> None:
    """Reject a word after the third colon of a grid, alone (``:log``) or before a unit,
    that is neither lin nor log."""
    found = re.match(r"((?:[^:]*:){3})\s*([A-Za-z]+)(\s*)", text.strip())
    if found is None or found[2] in ("lin", "log"):
        return
    if found[3] or not found[2].startswith(("lin", "log")):
        raise UnitError(
            f"cannot read {shown(text)}: the spacing of a grid is lin or log, as in"
            f" {shown(found[1] + 'log MeV')}, got {shown(found[2])}"
        )


def _check_ends(text: str, low: float, high: float, n: int, log: bool) -> None:
    """Reject a single point between two different ends, and a logarithmic grid from or
    to 0."""
    if n == 1 and low != high:
        raise UnitError(
            f"{shown(text)} has a single point, which cannot be both ends: give one"
            " value, or ask for at least two points"
        )
    if log and not low * high > 0:
        raise UnitError(
            f"{shown(text)} is logarithmic, so both ends must be positive: start"
            " above 0, or drop :log"
        )


def parse_grid(text: str, dimension: str) -> NDArray[np.float64]:
    """Read one value ("30 MeV"), a list ("10, 20, 30 MeV") or a grid ("10:50:41 MeV",
    "1e-3:10:80:log GeV").

    Parameters
    ----------
    text : ``start:stop:count[:lin|:log] unit`` includes both ends; the unit is given
        once, at the end.
    dimension : one of `DIMENSIONS`.

    Returns
    -------
    array, shape (n,)
        Values in natural units.

    Raises
    ------
    UnitError
        If it cannot be read, is empty, or the unit is missing or of another dimension.

    Examples
    --------
    >>> parse_grid("10:50:5 keV", "energy")
    array([0.01, 0.02, 0.03, 0.04, 0.05])
    """
    _check_spacing(_text("a grid", text))
    # a unit never starts like an exponent: "1e3 eV" is 1e3 and eV, not 1 and "e3 eV"
    match = re.fullmatch(
        r"\s*([0-9.eE+\-:,\s]*?(?::\s*(?:log|lin))?)\s*((?![eE][+-]?\d)[^\d\s:,.+\-][^:,]*?)?\s*",
        _text("a grid", text),
    )
    if match is None or not match[1].strip():
        raise UnitError(
            f"cannot read {shown(text)}: write '30 MeV', '10, 20 MeV' or"
            " 'start:stop:count MeV', one unit at the end"
        )
    body, unit = match[1].strip(), match[2] or ""
    factor = _factor(unit, dimension, text)
    try:
        if ":" in body:
            start, stop, count, *kind = map(str.strip, body.split(":"))
            n = int(count)
            if kind not in ([], ["lin"], ["log"]):
                raise ValueError
            if n > 10_000_000:
                raise UnitError(
                    f"{shown(text)} asks for {n} points: the limit is ten million"
                )
            if n < 1:
                raise UnitError(
                    f"{shown(text)} is an empty grid: ask for at least one point"
                )
            low, high = parse_numbers((start, stop))
            _check_ends(text, low, high, n, kind == ["log"])
            values = (np.geomspace if kind == ["log"] else np.linspace)(low, high, n)
        else:
            values = np.array(parse_numbers(body.split(",")))
    except UnitError:
        raise
    except ValueError as err:
        why = f" (number {err})" if isinstance(err, InputError) else ""
        if "too large" in why:
            raise UnitError(
                f"{shown(text)} is not a finite {_noun(dimension)}"
            ) from None
        raise UnitError(
            f"cannot read {shown(text)}{why}: write '30 MeV', '10, 20 MeV' or"
            " 'start:stop:count[:lin|:log] MeV'"
        ) from None
    with np.errstate(over="ignore"):
        result: NDArray[np.float64] = values * factor
    if not np.all(np.isfinite(result)):
        raise UnitError(f"{shown(text)} is not a finite {_noun(dimension)}")
    if np.any((result == 0.0) & (values != 0.0)):
        raise UnitError(f"{shown(text)} is too small for a floating-point number")
    return result
