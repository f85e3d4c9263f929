"""Intervals and limits of fitted parameters from toys, without a grid: values are
tested near the ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite
from typing import Final, Literal

import numpy as np

from nuprobe.errors import InputError
from nuprobe.inference.construction import METHODS, check_method, together
from nuprobe.inference.fast import fast
from nuprobe.inference.intervals import Interval
from nuprobe.inference.levels import delta_threshold, survival
from nuprobe.inference.profile import profile
from nuprobe.inference.regions import Region
from nuprobe.inference.results import FitResult, ParameterResult
from nuprobe.inference.surface import Surface
from nuprobe.inference.toys import ToySettings
from nuprobe.inference.toys.crossings import Line, ToyBounds, bounded
from nuprobe.inference.toys.settings import settings_of
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter

__all__ = ["null_value", "toy_intervals", "toy_regions", "with_toys"]

_REACH: Final = 6.0
"""Rise of −2 ln L, in units of the asymptotic critical value, up to which values are
searched."""
_VALUES: Final = 33  # points of a profile, whose regions do not depend on it


def null_value(p: Parameter) -> float:
    """Value of a parameter without a signal: 0 if allowed, else its lower limit.

    Parameters
    ----------
    p : the parameter.

    Raises
    ------
    InputError
        If it has neither.

    Examples
    --------
    >>> null_value(Parameter("coupling", 1e-4, lower=0.0))
    0.0
    """
    if p.lower <= 0 <= p.upper:
        return 0.0
    if not isfinite(p.lower):
        raise InputError(
            f"{p.name} has neither 0 nor a lower limit in its range: CLs needs a value"
            " without a signal; use `nuprobe.inference.cls` and give one (null)"
        )
    return p.lower


def toy_intervals(
    surface: Surface,
    best: FloatArray,
    method: Literal["feldman-cousins", "cls"],
    cl: float,
    settings: ToySettings,
) -> dict[str, ToyBounds]:
    """Allowed values of each free parameter from toys, with the others fitted.

    Parameters
    ----------
    surface : minimised.
    best : the lowest minimum, shape (parameters,).
    method : ``"feldman-cousins"``, two-sided, or ``"cls"``, upper limits above
        `null_value`.
    cl : confidence level.
    settings : of the toys.

    Raises
    ------
    InputError
        If the data do not constrain a parameter with an open range, or no data can be
        drawn.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-lar-2020").cost(
    ...     free=["cevns_scale"], analysis="published"
    ... )
    >>> best = nu.fit(cost).point
    >>> settings = ToySettings(100)
    >>> found = toy_intervals(
    ...     Surface(cost, ["cevns_scale"]), best, "feldman-cousins", 0.9, settings
    ... )
    >>> [one] = found["cevns_scale"].intervals
    >>> bool(one.lower < best[0] < one.upper)
    True
    """
    check_method(method)
    far = survival(_REACH * delta_threshold(cl), 1)
    _, _, regions = fast(surface, best, 1 - far)
    lowest = surface.height(best)
    lines = []
    for p in surface.parameters:
        column = surface.cost.index(p.name)
        others = tuple(n for n in surface.free if n != p.name)
        lines.append(
            Line(
                p.name,
                others,
                np.array(best),
                float(best[column]),
                lowest,
                _edges(surface, best, p, others, regions[p.name]),
                null_value(p) if method == "cls" else 0.0,
            )
        )
    found = bounded(surface.cost, lines, method, cl, settings)
    return {line.name: one for line, one in zip(lines, found, strict=True)}


def _edges(
    surface: Surface,
    best: FloatArray,
    p: Parameter,
    others: tuple[str, ...],
    regions: Sequence[Region],
) -> Callable[[float], Sequence[float]]:
    """Values of one parameter at which −2 ln L of the data reaches a rise."""
    low = min(r.low for r in regions)
    high = max(r.high for r in regions)
    if not (isfinite(low) and isfinite(high)):
        raise InputError(
            f"{p.name}: the data do not bound it, and its range has no end: toys have"
            f" no values to test; use {METHODS[0]}, or a grid (`nuprobe scan`)"
        )
    fixed = {
        q.name: float(v)
        for q, v in zip(surface.cost.parameters, best, strict=True)
        if q.name not in (p.name, *others)
    }
    grid = np.linspace(low, high, _VALUES)
    curve = profile(surface.cost, p.name, grid, free=others, fixed=fixed)

    def edges(rise: float) -> list[float]:
        return [x for r in curve.regions(delta=rise) for x in (r.low, r.high)]

    return edges


def toy_regions(
    found: ToyBounds, best: float
) -> tuple[Interval, tuple[Region, ...], tuple[str, ...]]:
    """The interval around the best value, all regions, and notes on them.

    Parameters
    ----------
    found : result of toys for one parameter.
    best : best value.

    Examples
    --------
    >>> from nuprobe.inference.construction import Construction
    >>> from nuprobe.inference.toys.thresholds import ToyInterval
    >>> p, nothing = Parameter("rn", 5.0, lower=0.0, unit="fm"), np.empty(0)
    >>> said = Construction("feldman-cousins", 0.9, toys=100, seed=1)
    >>> ends = (ToyInterval(4.0, 6.0, 0.1, 0.2),)
    >>> found = ToyBounds(p, said, ends, *(nothing,) * 6)
    >>> toy_regions(found, 5.0)[2]
    ('rn: Monte Carlo error of the ends: ±0.1 of 4, ±0.2 of 6 fm',)
    """
    p, one_sided = found.parameter, found.construction.sides == 1
    regions, errors = [], []
    for i in found.intervals:
        open_low = not isfinite(i.lower) or (i.lower == p.lower and not one_sided)
        open_high = not isfinite(i.upper) or i.upper == p.upper
        regions.append(
            Region(i.lower, i.upper, open_low, open_high, i.lower <= best <= i.upper)
        )
        errors += [
            f"±{p.shown(e):.2g} of {p.shown(x):.5g}"
            for x, e in ((i.lower, i.lower_error), (i.upper, i.upper_error))
            if e > 0
        ]
    chosen = next((r for r in regions if r.best), regions[-1])
    notes = [
        f"{p.name}: Monte Carlo error of the ends: {', '.join(errors)}"
        f" {p.shown_unit}".rstrip()
    ] * bool(errors)
    note = "an upper limit has no lower end" if one_sided else ""
    interval = Interval(
        None if chosen.open_low or one_sided else chosen.low,
        None if chosen.open_high else chosen.high,
        note,
    )
    return interval, tuple(regions), tuple(notes)


def with_toys(
    result: FitResult,
    surface: Surface,
    method: Literal["feldman-cousins", "cls"],
    toys: int | ToySettings,
) -> FitResult:
    """A fit with the intervals from toys.

    Parameters
    ----------
    result : of the fit, with asymptotic intervals.
    surface : minimised.
    method : as in `toy_intervals`.
    toys : their number at each value, or all settings.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-lar-2020").cost(
    ...     free=["cevns_scale"], analysis="published"
    ... )
    >>> found = with_toys(nu.fit(cost), Surface(cost, ["cevns_scale"]), "cls", 100)
    >>> found.construction.sides
    1
    """
    settings = settings_of(toys)
    found = toy_intervals(surface, result.point, method, result.cl, settings)
    free: list[ParameterResult] = []
    # notes on open sides of the asymptotic intervals do not apply to these
    open_sides = {
        f"{p.parameter.name}: {p.interval.note}"
        for p in result.free
        if p.interval is not None
    }
    notes = [n for n in result.notes if n not in open_sides]
    for p in result.free:
        bounds = found[p.parameter.name]
        interval, regions, said = toy_regions(bounds, p.value)
        free.append(replace(p, interval=interval, regions=regions))
        notes += said
    constructions = [one.construction for one in found.values()]
    return replace(
        result,
        free=tuple(free),
        notes=tuple(notes),
        construction=together(constructions),
        bounds=found,
    )
