"""Radii of a target as given by users: one for all nuclei, or by isotope or element;
lengths, or names of nuclear models and measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei.form_factors.base import length
from nuprobe.nuclei.isotopes import Isotope, isotope
from nuprobe.nuclei.named_radii import named_radius
from nuprobe.units import fm

__all__ = ["Radius", "RadiusSpec", "check_radii", "chosen_radius"]

_LARGEST_RADIUS: Final = 100 * fm  # anything larger must lack its unit

Radius = float | str
"""A length (MeV⁻¹), or a name such as ``"NL-Z2"``."""
RadiusSpec = Radius | Mapping[str, Radius] | None


def chosen_radius(
    radius: RadiusSpec, nucleus: Isotope, particle: Literal["p", "n"]
) -> float | None:
    """Radius (MeV⁻¹) given by the user for an isotope, or None.

    Parameters
    ----------
    radius : of all nuclei, or by isotope or element.
    nucleus : the isotope.
    particle : whether it is the radius of protons or neutrons.

    Examples
    --------
    >>> f"{chosen_radius({'Cs': 'NL-Z2'}, isotope('Cs133'), 'n') / fm:.2f} fm"
    '5.01 fm'
    """
    own = _own(radius, nucleus) if isinstance(radius, Mapping) else radius
    return named_radius(own, nucleus, particle) if isinstance(own, str) else own


def _own(radius: Mapping[str, Radius], nucleus: Isotope) -> Radius | None:
    for key, value in radius.items():
        if isotope_or_none(key) == nucleus:
            return value
    return next(
        (
            value
            for key, value in radius.items()
            if key.strip().capitalize() == nucleus.symbol
        ),
        None,
    )


def check_radii(what: str, radius: RadiusSpec, counts: Mapping[Isotope, float]) -> None:
    """Reject invalid lengths, and nuclei that are not in the target.

    Parameters
    ----------
    what : ``"r_p"`` or ``"r_n"``.
    radius : as given.
    counts : number of each isotope in the target.

    Examples
    --------
    >>> check_radii("r_n", 3.4 * fm, {isotope("Ar40"): 1.0})
    """
    values = (
        radius.values()
        if isinstance(radius, Mapping)
        else ()
        if radius is None
        else (radius,)
    )
    for value in values:
        if isinstance(value, str):
            continue
        if length(value, what) > _LARGEST_RADIUS:
            raise InputError(
                f"{what} of {value / fm:.3g} fm is larger than any nucleus: give it in"
                " fm, 3.4 * fm (nuprobe.units) or '3.4 fm'"
            )
    if isinstance(radius, Mapping):
        names = {nucleus.name for nucleus in counts} | {
            nucleus.symbol for nucleus in counts
        }
        for key in radius:
            meant = isotope_or_none(key)
            if (meant.name if meant else key.strip().capitalize()) not in names:
                raise UnknownNameError(f"nucleus in {what}", key, names)


def isotope_or_none(name: str) -> Isotope | None:
    """Isotope of a `name`, or None for the name of an element.

    Examples
    --------
    >>> isotope_or_none("Cs") is None
    True
    """
    try:
        return isotope(name)
    except UnknownNameError:
        return None
