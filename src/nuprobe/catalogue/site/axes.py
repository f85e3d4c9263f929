"""Axes of figures: maps from numbers to percentages of the width, with tick marks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nuprobe.catalogue.ladder import Rung
from nuprobe.catalogue.quantities import QUANTITIES, unit_factor
from nuprobe.catalogue.site.text import number_text, power_text

__all__ = ["FigureAxis", "anchor", "axis_of", "far_end", "log_axis"]


@dataclass(frozen=True)
class FigureAxis:
    """Map from numbers in the base unit to percentages, with tick marks.

    Attributes
    ----------
    place : number → percentage.
    ticks : positions of the tick marks, and their labels.
    unit : of the labels.
    note : for the caption.
    logarithmic : whether only absolute values are shown.
    """

    place: Callable[[float], float]
    ticks: tuple[tuple[float, str], ...]
    unit: str
    note: str = ""
    logarithmic: bool = False

    def at(self, value: float) -> str:
        """Position of a `value`, as a length in SVG."""
        return f"{min(max(self.place(value), 0.0), 100.0):.3f}%"


def _decades(low: float, high: float, most: int = 6) -> tuple[tuple[float, str], ...]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, math.ceil((last - first + 1) / most))
    # written out from 10⁻³ to 10³, as powers beyond
    return tuple(
        (10.0**k, number_text(10.0**k) if abs(k) <= 3 else power_text(k))
        for k in range(first, last + 1, step)
    )


def log_axis(low: float, high: float, unit: str, note: str = "") -> FigureAxis:
    """Logarithmic axis.

    Parameters
    ----------
    low, high : its ends, positive.
    unit, note : of the axis.

    Examples
    --------
    >>> log_axis(1.0, 100.0, "MeV").at(10.0)
    '50.000%'
    """
    a, b = math.log10(low), math.log10(high)
    return FigureAxis(
        lambda v: 100 * (math.log10(v) - a) / (b - a) if v > 0 else 0.0,
        _decades(low, high),
        unit,
        note,
        True,
    )


def _linear_axis(low: float, high: float, factor: float, unit: str) -> FigureAxis:
    span = (high - low) / factor
    step = 10 ** math.floor(math.log10(span / 4))
    step *= next(m for m in (1, 2, 5, 10) if span / (m * step) <= 5)
    first = math.ceil(low / factor / step - 1e-9)
    marks = [
        step * k for k in range(first, math.floor(high / factor / step + 1e-9) + 1)
    ]
    ticks = tuple((m * factor, number_text(round(m, 12))) for m in marks)
    return FigureAxis(lambda v: 100 * (v - low) / (high - low), ticks, unit)


def _symmetric_axis(edge: float, linear: float, factor: float, unit: str) -> FigureAxis:
    """Linear between -linear and linear, logarithmic outside."""

    def stretch(v: float) -> float:
        size = abs(v) / linear
        return math.copysign(size if size <= 1 else 1 + math.log10(size), v)

    end = stretch(edge)
    sizes = [value for value, _ in _decades(linear / factor, edge / factor, most=3)]
    marks = [*(-s for s in reversed(sizes)), 0.0, *sizes]
    return FigureAxis(
        lambda v: 50 * (1 + stretch(v) / end),
        tuple((m * factor, number_text(float(f"{m:.6g}"))) for m in marks),
        unit,
    )


def far_end(rung: Rung) -> float:
    """The larger end of a `rung` in absolute value; 0 if both are open.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> from nuprobe.catalogue.ladder import rung_of
    >>> far_end(rung_of(catalogue()["charge_radius.ee/TEXONO-2009"], 1.0)) > 0
    True
    """
    return max((abs(x) for x in (rung.lower, rung.upper) if x is not None), default=0.0)


def axis_of(rungs: Sequence[Rung]) -> FigureAxis:
    """Axis suitable for all: linear if their magnitudes are similar, else logarithmic,
    or logarithmic on both sides of zero.

    Parameters
    ----------
    rungs : of one quantity.

    Examples
    --------
    >>> from nuprobe.catalogue import catalogue
    >>> from nuprobe.catalogue.ladder import rung_of
    >>> axis_of([rung_of(catalogue()["charge_radius.ee/TEXONO-2009"], 1.0)]).unit
    '1e-32 cm2'
    """
    quantity = rungs[0].entry.observable.quantity
    units = Counter(r.entry.unit for r in rungs if r.entry.unit)
    unit = units.most_common(1)[0][0]
    factor = unit_factor(unit, quantity)
    ends = [
        x
        for r in rungs
        for x in (r.lower, r.upper, r.centre, *r.computed)
        if x is not None
    ]
    far = [f for f in map(far_end, rungs) if f > 0]
    signed = any(
        (x is not None and x < 0) and not r.entry.of_absolute_value
        for r in rungs
        for x in (r.lower, r.upper)
    )
    wide = bool(far) and max(far) / min(far) >= 20
    if wide and (not signed or max(far) / min(far) > 1e4):
        sizes = [abs(x) for x in (*far, *(c for r in rungs for c in r.computed)) if x]
        note = (
            "Intervals with both signs end at the larger absolute value."
            if signed
            else ""
        )
        base = next(iter(QUANTITIES[quantity].units))
        exponents = (
            math.floor(math.log10(min(sizes)) - 0.3),
            math.ceil(math.log10(max(sizes)) + 0.15),
        )
        return log_axis(10.0 ** exponents[0], 10.0 ** exponents[1], base, note)
    if wide and signed:
        ordered = sorted(far)
        linear = (
            10.0 ** math.floor(math.log10(ordered[len(ordered) // 4] / factor)) * factor
        )
        return _symmetric_axis(1.4 * max(map(abs, ends)), linear, factor, unit)
    low, high = min(ends), max(ends)
    if any(r.entry.of_absolute_value for r in rungs) and not signed:
        low = 0.0
    if any(r.lower is None for r in rungs):
        low = min(low, 0.0)
    pad = 0.08 * (high - low) or 0.5 * abs(high) or factor
    return _linear_axis(low - (pad if low else 0.0), high + pad, factor, unit)


def anchor(place: float) -> str:
    """Anchor of a label at a `place` in percent, so that it stays inside near the ends.

    Examples
    --------
    >>> anchor(99.0)
    'end'
    """
    return "start" if place < 3 else "end" if place > 97 else "middle"
