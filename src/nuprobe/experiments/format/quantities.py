"""Numbers with units, as a file gives them: checked, and kept as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, Field

from nuprobe.errors import InputError
from nuprobe.nuclei.named_radii import length_or_name
from nuprobe.units import parse_quantity, units_of

__all__ = [
    "ElectronEquivalent",
    "Energy",
    "Length",
    "LightYield",
    "LiveTime",
    "Mass",
    "Power",
    "Radius",
    "Time",
    "checked_quantity",
]


def checked_quantity(dimension: str, positive: bool = True) -> Callable[[object], str]:
    """Return a function that checks the text of a quantity and returns it.

    Parameters
    ----------
    dimension : of `nuprobe.units.parse_quantity`.
    positive : whether 0 and negative values are errors.

    Examples
    --------
    >>> checked_quantity("mass")("1 kg")
    '1 kg'
    """

    def check(value: object) -> str:
        text = str(value)  # the error for a bare number mentions the missing unit
        if parse_quantity(text, dimension) <= 0 and positive:
            raise InputError(f"{text!r} must be positive")
        return text

    return check


def _radius(value: object) -> str:
    if isinstance(value, str) and isinstance(length_or_name(value), str):
        return value
    return checked_quantity("length")(value)


Energy = Annotated[
    str,
    BeforeValidator(checked_quantity("energy")),
    Field(description=f"an energy with its unit ({units_of('energy')})"),
]
Length = Annotated[
    str,
    BeforeValidator(checked_quantity("length")),
    Field(description=f"a length with its unit ({units_of('length')})"),
]
Radius = Annotated[
    str,
    BeforeValidator(_radius),
    Field(description="a length with its unit, or a name of `nuprobe list radii`"),
]
Time = Annotated[
    str,
    BeforeValidator(checked_quantity("time", positive=False)),
    Field(description=f"a time with its unit ({units_of('time')})"),
]
Mass = Annotated[
    str,
    BeforeValidator(checked_quantity("mass")),
    Field(description=f"a mass with its unit ({units_of('mass')})"),
]
LightYield = Annotated[
    str,
    BeforeValidator(checked_quantity("light yield")),
    Field(description=f"e.g. '13.348 PE/keV' ({units_of('light yield')})"),
]
ElectronEquivalent = Annotated[
    str,
    BeforeValidator(checked_quantity("electron-equivalent energy")),
    Field(description="an electron-equivalent energy (eVee, keVee, MeVee)"),
]
LiveTime = Annotated[
    str,
    BeforeValidator(checked_quantity("time")),
    Field(description="a time > 0 with its unit, e.g. '1 year' or '327 days'"),
]
Power = Annotated[
    str,
    BeforeValidator(checked_quantity("power")),
    Field(description=f"a power with its unit ({units_of('power')}), e.g. '3 GW'"),
]
