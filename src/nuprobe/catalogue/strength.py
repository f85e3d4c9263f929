"""Tightness of entries, to sort them and to choose the best of each kind."""

from __future__ import annotations

import math
from collections.abc import Iterable

from nuprobe.border import public
from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import common_factor, rung_of

__all__ = ["best", "tightness"]


@public
def tightness(entry: Entry) -> float | None:
    """Return a measure that is smaller for tighter entries, in the base unit of the
    quantity and the convention of plots.

    For an upper limit it is the limit, for a lower limit its inverse, for an interval
    and a measurement half the width.

    Parameters
    ----------
    entry : of the catalogue; the result is None for predictions, curves, and numbers
        that cannot be compared (convention ``"other"`` or ``"unknown"``, or no number
        shipped).

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> tightness(catalogue()["charge_radius.ee/TEXONO-2009"])  # -4.2 to 6.6
    5.4e-32
    """
    factor = common_factor(entry)
    rung = None if factor is None else rung_of(entry, factor)
    if rung is None or entry.kind == "theory":
        return None
    if entry.form == "upper_limit":
        found = rung.upper
    elif entry.form == "lower_limit":
        found = 1 / rung.lower if rung.lower else None
    elif rung.lower is None or rung.upper is None:
        return None
    else:
        found = (rung.upper - rung.lower) / 2
    return found if found is not None and found > 0 and math.isfinite(found) else None


@public
def best(entries: Iterable[Entry]) -> list[Entry]:
    """Return the tightest entry of each quantity, topic, flavour and kind.

    Limits and measurements are not compared with each other; confidence levels are
    compared as published. Entries that are not current, projections and predictions are
    left out.

    Parameters
    ----------
    entries : to choose from.

    Returns
    -------
    sorted by id.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> found = catalogue().search("GEMMA", observable="magnetic_moment")
    >>> [e.id for e in best(found)]
    ['magnetic_moment.e/GEMMA-2012']
    """
    found: dict[tuple[str, ...], tuple[float, Entry]] = {}
    for entry in entries:
        value = tightness(entry)
        if value is None or entry.status != "current" or entry.kind == "projection":
            continue
        # the head of an id is topic and component: magnetic_moment.e, double_beta.xe136
        key = (entry.id.rpartition("/")[0], entry.observable.quantity, entry.form)
        if key not in found or value < found[key][0]:
            found[key] = (value, entry)
    return sorted((entry for _, entry in found.values()), key=lambda e: e.id)
