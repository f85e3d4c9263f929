"""Keys that group entries into figures, and the numbers shown."""

from __future__ import annotations

from collections.abc import Callable

from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import common_factor
from nuprobe.catalogue.quantities import UNCOMPARED
from nuprobe.catalogue.site.text import range_text

__all__ = ["Link", "axis_key", "entry_number", "plane_key"]

Link = Callable[[Entry], str]
"""Address of an entry's page."""


def entry_number(e: Entry) -> str:
    """The number of an entry with its sign and unit.

    Parameters
    ----------
    e : the entry; the result is empty without a number.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> entry_number(catalogue()["trident.mumu.ratio/CCFR-1991"])
    '0.82 ± 0.28'
    """
    sign = {"upper_limit": "<", "lower_limit": ">"}.get(e.form, "")
    if e.value is not None:
        plus, minus = (e.errors.plus, e.errors.minus) if e.errors else (None, None)
        return range_text(e.value, e.unit, plus, minus, sign=sign)
    if e.interval is not None:
        return range_text(None, e.unit, lower=e.interval.lower, upper=e.interval.upper)
    return ""


# universal numbers, independent of flavour and experiment
_ONE_THING = ("magnetic_moment", "charge", "charge_radius", "anapole")
# these depend on exposure, spectrum and target
_OF_ONE_EXPERIMENT = (
    "events",
    "rate",
    "significance",
    "cross_section",
    "cross_section_over_energy",
)


def axis_key(e: Entry) -> tuple[str, str, str, str] | None:
    """Key of entries on the same axis: topic, quantity, symbol and convention.

    Parameters
    ----------
    e : the entry; the key is None if it cannot be compared: in a convention that cannot
        be converted, or a number specific to one experiment.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> axis_key(catalogue()["charge_radius.ee/TEXONO-2009"])[1:3]
    ('charge_radius', '')
    """
    quantity = e.observable.quantity
    if common_factor(e) is None or quantity in _OF_ONE_EXPERIMENT:
        return None
    # predictions are shown with the measured values
    symbol = (
        ""
        if quantity in _ONE_THING
        else e.observable.latex.removesuffix(r"^\mathrm{SM}")
    )
    # charge radii are converted into each other
    return (
        e.topic,
        quantity,
        symbol,
        "giunti" if quantity == "charge_radius" else e.convention or "",
    )


def plane_key(e: Entry) -> tuple[str, str, str] | None:
    """Key of curves in the same plane: both quantities and the convention.

    Parameters
    ----------
    e : the entry; the key is None for one without others.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> plane_key(catalogue()["charge_radius.ee/TEXONO-2009"]) is None
    True
    """
    if e.curve is None or e.convention in UNCOMPARED:
        return None
    return e.curve.x.quantity, e.curve.y.quantity, e.convention or ""
