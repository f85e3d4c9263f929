"""Rows of a summary plot: the range allowed by each entry, in a common unit and
convention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.loader import catalogue
from nuprobe.catalogue.quantities import UNCOMPARED
from nuprobe.flavours import FLAVOURS
from nuprobe.models.charge_radius import (
    CHARGE_RADIUS_CONVENTIONS,
    charge_radius_convention,
)

__all__ = [
    "Rung",
    "common_factor",
    "letters_of",
    "rung_label",
    "rung_of",
    "rung_order",
    "shown",
]

_LEPTONS: Final = ("e", "mu", "tau")


def shown(
    quantity: str, entries: Iterable[Entry] | None = None, *, theory: bool = False
) -> list[Entry]:
    """Entries that a summary of a quantity shows by default: neither superseded nor
    withdrawn, no projections or predictions.

    Parameters
    ----------
    quantity : such as ``"charge_radius"``.
    entries : to choose from; default: the package's catalogue.
    theory : include predictions.

    Examples
    --------
    >>> len(shown("charge_radius")) < len(shown("charge_radius", theory=True))
    True
    """
    hidden = ("projection",) if theory else ("projection", "theory")
    return [
        e
        for e in (catalogue().search() if entries is None else entries)
        if quantity in (e.observable.quantity, e.curve and e.curve.y.quantity)
        and e.status not in ("superseded", "withdrawn")
        and e.kind not in hidden
    ]


@dataclass
class Rung:
    """One line of a ladder.

    Attributes
    ----------
    entry : of the catalogue.
    group : flavours, ``"e"``, ``"emu"`` and the like; empty for mixtures.
    lower, upper : ends; None if open.
    centre : measured value, None without one.
    computed : values that this package computes.
    """

    entry: Entry
    group: str
    lower: float | None
    upper: float | None
    centre: float | None = None
    computed: list[float] = field(default_factory=list)


def common_factor(entry: Entry) -> float | None:
    """Factor from the entry's unit to the base unit of its quantity, in the convention
    of plots.

    Charge radii are converted to ``"giunti"``.

    Parameters
    ----------
    entry : of the catalogue; the factor is None for a convention in `UNCOMPARED`, which
        cannot be converted.

    Examples
    --------
    >>> common_factor(catalogue()["charge_radius.ee/TEXONO-2009"])
    1e-32
    """
    if entry.convention in UNCOMPARED:
        return None
    if (
        entry.observable.quantity == "charge_radius"
        and entry.convention in CHARGE_RADIUS_CONVENTIONS
    ):
        return float(charge_radius_convention(1.0, entry.convention)) * entry.factor
    return entry.factor


def rung_of(entry: Entry, factor: float) -> Rung | None:
    """Range allowed by an entry.

    Parameters
    ----------
    entry : of the catalogue; the result is None without a number.
    factor : by which the ends are multiplied.

    Examples
    --------
    >>> rung = rung_of(catalogue()["charge_radius.ee/TEXONO-2009"], 1.0)
    >>> rung.group, rung.lower, rung.upper
    ('e', -4.2, 6.6)
    """
    lower = upper = centre = None
    if entry.interval is not None:
        lower, upper = entry.interval.lower, entry.interval.upper
    elif entry.value is not None:
        if entry.errors is not None:
            centre = entry.value
            lower, upper = centre - entry.errors.minus, centre + entry.errors.plus
        elif entry.form == "lower_limit":
            lower = entry.value
        elif entry.form == "upper_limit":
            lower, upper = (
                (-entry.value if entry.of_absolute_value else None),
                entry.value,
            )
        else:
            centre = lower = upper = entry.value
    else:
        return None
    ends = ("value", "lower", "upper")
    computed = [link.result * factor for link in entry.code if link.compares in ends]
    low, high, middle = (
        None if x is None else x * factor for x in (lower, upper, centre)
    )
    return Rung(entry, _group(entry), low, high, middle, computed)


def _group(entry: Entry) -> str:
    """``"e"``, ``"emu"`` and the like, from the parameter or else from the flavour;
    empty for mixtures."""
    head, _, element = (entry.observable.parameter or "").partition(".")
    if head in ("charge_radius", "magnetic_moment", "mu_eff") and element:
        letters = letters_of(element)
        return letters[0] if len(set(letters)) == 1 else element
    leptons = {FLAVOURS[f].lepton if f in FLAVOURS else "" for f in entry.flavour}
    return leptons.pop() if len(leptons) == 1 else ""


def letters_of(group: str) -> list[str]:
    """Flavours in the name of a group.

    Parameters
    ----------
    group : of a `Rung`; empty for anything but flavours.

    Examples
    --------
    >>> letters_of("emu")
    ['e', 'mu']
    """
    letters: list[str] = []
    rest = group
    while rest:
        letter = next((x for x in _LEPTONS if rest.startswith(x)), None)
        if letter is None:
            return []
        letters, rest = [*letters, letter], rest[len(letter) :]
    return letters


def rung_order(rung: Rung) -> tuple[Any, ...]:
    """Sorting key: flavours, then transitions, then mixtures, each by year.

    Parameters
    ----------
    rung : a line of a ladder.

    Examples
    --------
    >>> rung_order(rung_of(catalogue()["charge_radius.ee/TEXONO-2009"], 1.0))[:2]
    (0, 'e')
    """
    letters = letters_of(rung.group)
    if not letters:
        rank = 9
    else:
        first, last = _LEPTONS.index(letters[0]), _LEPTONS.index(letters[-1])
        rank = first if first == last else 3 + first + last
    return rank, rung.group, rung.entry.year, rung.entry.id


def rung_label(rung: Rung, rungs: Sequence[Rung]) -> str:
    """Experiment and year, or the end of the id if these are not unique.

    Parameters
    ----------
    rung : a line of a ladder.
    rungs : all of them.

    Examples
    --------
    >>> rung = rung_of(catalogue()["charge_radius.ee/TEXONO-2009"], 1.0)
    >>> rung_label(rung, [rung])
    'TEXONO 2009'
    """
    entry = rung.entry
    name = f"{entry.experiment} {entry.year}"
    if (
        sum(
            (r.group, r.entry.experiment, r.entry.year)
            == (rung.group, entry.experiment, entry.year)
            for r in rungs
        )
        > 1
    ):
        name = entry.id.rsplit("/", 1)[1]
    return name + (" (disputed)" if entry.status == "disputed" else "")
