"""The interval of one parameter, and whether a value has reached a limit of its
range."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from nuprobe.parameters import Parameter

__all__ = ["Interval", "at_limit", "interval", "near_limit", "with_unit"]


@dataclass(frozen=True)
class Interval:
    """An interval of one parameter, in its unit.

    Attributes
    ----------
    lower, upper : its ends; None on an open side.
    note : why a side is open; empty otherwise.
    """

    lower: float | None
    upper: float | None
    note: str = ""


def interval(
    p: Parameter, lower: float | None, upper: float | None, cl: float
) -> Interval:
    """Interval with a note for each open side.

    Parameters
    ----------
    p : the parameter.
    lower, upper : ends in its unit; None if the data allow all values on that side.
    cl : confidence level.

    Examples
    --------
    >>> interval(Parameter("rn", 5.0, lower=0.0, unit="fm"), None, 6.0, 0.9).note
    'open on the lower side: the data allow the lower limit 0 fm of its range at 90 %'
    """
    if lower is None and upper is None and isfinite(p.lower) and isfinite(p.upper):
        whole = f"{p.lower:g} to {with_unit(p.upper, p.unit)}, at {100 * cl:.4g} %"
        note = (
            f"undetermined: the data allow all of its range, {whole}; fix it, or draw"
            " the others over it"
        )
        return Interval(None, None, note)
    notes = []
    for side, end, limit in (("lower", lower, p.lower), ("upper", upper, p.upper)):
        if end is None:
            reach = (
                f"the {side} limit {with_unit(limit, p.unit)} of its range"
                if isfinite(limit)
                else "any value tried"
            )
            notes.append(
                f"open on the {side} side: the data allow {reach} at {100 * cl:.4g} %"
            )
    return Interval(lower, upper, "; ".join(notes))


def at_limit(p: Parameter, value: float) -> str:
    """``"lower"`` or ``"upper"`` if a value is indistinguishable from that limit, else
    empty.

    Parameters
    ----------
    p : the parameter.
    value : in its unit.

    Examples
    --------
    >>> at_limit(Parameter("rn", 5.0, lower=0.0), 1e-9)
    'lower'
    """
    scale = 1e-5 * min(p.upper - p.lower, max(abs(value), p.step))
    if value - p.lower <= scale:
        return "lower"
    return "upper" if p.upper - value <= scale else ""


def near_limit(
    p: Parameter, value: float, error: float | None, ends: Interval | None
) -> str:
    """Limit of the range that one error reaches, or at which the interval is open.

    Parameters
    ----------
    p : the parameter.
    value, error : best value and its error, in its unit.
    ends : its interval, or None.

    Returns
    -------
    str
        The limit in words; empty if there is none.

    Examples
    --------
    >>> near_limit(Parameter("rn", 5.0, lower=0.0, unit="fm"), 1.0, 2.0, None)
    'the lower limit 0 fm of its range'
    """
    for side, limit in (("lower", p.lower), ("upper", p.upper)):
        is_open = ends is not None and getattr(ends, side) is None
        if isfinite(limit) and (
            is_open or (error is not None and abs(value - limit) <= error)
        ):
            return f"the {side} limit {with_unit(limit, p.unit)} of its range"
    return ""


def with_unit(value: float, unit: str) -> str:
    """A value with its unit, for a message.

    Parameters
    ----------
    value : the value.
    unit : its unit; empty for none.

    Examples
    --------
    >>> with_unit(0.5, "fm"), with_unit(2e-11, "muB")
    ('0.5 fm', '2e-11 muB')
    """
    return f"{value:g} {unit}".rstrip()
