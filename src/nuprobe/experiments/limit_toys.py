"""Limits on a coupling by toys, mass by mass: Feldman and Cousins, or CLs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from nuprobe.experiments.limit_curves import LimitCurve
from nuprobe.experiments.limit_terms import points_of
from nuprobe.inference import Construction, Cost, CostSum, ToySettings
from nuprobe.inference.construction import together
from nuprobe.inference.toys.crossings import Line, ToyBounds, bounded
from nuprobe.inference.toys.settings import settings_of
from nuprobe.inference.toys.truth import observed_fits
from nuprobe.numerics import FloatArray

__all__ = ["by_toys", "toy_curve", "toy_place"]

_NODES: Final = 600
"""Number of couplings between which the values to test with toys are searched."""


def by_toys(
    found: Any,
    costs: Mapping[str, Cost],
    how: Literal["feldman-cousins", "cls"],
    toys: int | ToySettings,
    step: Callable[[str, float], Cost] | None = None,
) -> dict[str, Any]:
    """The parts of a limit that toys change: its curves, sides and statistic.

    Parameters
    ----------
    found : the asymptotic limit.
    costs : of the experiments, by name, over mass and coupling; not used with `step`.
    how : the method.
    toys : their number at each value, or all settings.
    step : function of the label of a curve and a mass (MeV) that returns its cost
        there, if each mass has its own cost.

    Examples
    --------
    >>> import nuprobe as nu
    >>> found = nu.limit(["ccfr-trident"], "lmu-ltau", mass=[10.0])
    >>> from nuprobe.experiments import family_cost
    >>> costs = {"ccfr-trident": family_cost(nu.experiment("ccfr-trident"))}
    >>> by_toys(found, costs, "cls", 20)["sides"]
    1
    """
    settings, curves, said = settings_of(toys), [], []
    for curve in found.curves:
        one = toy_place(settings, curve.label, len(found.curves) == 1)
        if step is not None:
            made, words = _stepped(curve, step, how, found.cl, one)
        else:
            own = [costs[name] for name in curve.experiments]
            cost = CostSum(*own, with_projections=True) if len(own) > 1 else own[0]
            made, words = toy_curve(curve, cost, how, found.cl, one)
        curves.append(made)
        said.append(words)
    words = together(said)
    return {
        "sides": words.sides,
        "curves": tuple(curves),
        "statistic": f"{words}; -2 ln L above its lowest over the coupling at each"
        " mass",
        "construction": words,
    }


def toy_place(settings: ToySettings, label: str, alone: bool) -> ToySettings:
    """Settings whose file is that of one curve.

    Parameters
    ----------
    settings : of all curves.
    label : of the curve.
    alone : whether it is the only one.

    Examples
    --------
    >>> toy_place(ToySettings(10, checkpoint="toys.h5"), "a", False).checkpoint.name
    'toys.a.h5'
    """
    if settings.checkpoint is None or alone:
        return settings
    path = Path(settings.checkpoint)
    name = path.with_name(f"{path.stem}.{label}{path.suffix}")
    return replace(settings, checkpoint=name)


def toy_curve(
    curve: LimitCurve,
    cost: Cost,
    method: Literal["feldman-cousins", "cls"],
    cl: float,
    settings: ToySettings,
) -> tuple[LimitCurve, Construction]:
    """The same curve with couplings allowed by toys.

    −2 ln L is compared with its lowest over all couplings at the same mass.

    Parameters
    ----------
    curve : of large samples, for its masses and the range of couplings.
    cost : over mass and coupling, of what entered the curve.
    method : two-sided, or upper limits against no coupling.
    cl : confidence level.
    settings : of the toys.

    Raises
    ------
    InputError
        If an experiment has no model for its data, or the file is of another run.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.experiments import family_cost
    >>> found = nu.limit(["ccfr-trident"], "lmu-ltau", mass=[10.0])["ccfr-trident"]
    >>> cost = family_cost(nu.experiment("ccfr-trident"), "lmu-ltau")
    >>> curve, said = toy_curve(found, cost, "cls", 0.95, ToySettings(100))
    >>> said.sides
    1
    """
    column = points_of(cost, np.array([0.0]), np.array([-1.0]))[0].argmax()
    lines = [_line(cost, int(column), float(m), curve.largest) for m in curve.mass]
    found = bounded(cost, lines, method, cl, settings)
    coupling = np.array([_limit(one) for one in found])
    errors = np.array([_error(one) for one in found])
    again = [one.intervals[1].lower if len(one.intervals) > 1 else np.inf
             for one in found]  # fmt: skip
    standard = [one.intervals[0].lower > 0 for one in found]
    made = replace(
        curve,
        coupling=coupling,
        reopens=np.array(again),
        standard_excluded=bool(np.any(standard)) and method != "cls",
        excluded=tuple(_excluded(one) for one in found),
        errors=errors,
    )
    return made, together([one.construction for one in found])


def _stepped(
    curve: LimitCurve,
    step: Callable[[str, float], Cost],
    method: Literal["feldman-cousins", "cls"],
    cl: float,
    settings: ToySettings,
) -> tuple[LimitCurve, Construction]:
    """The same if each mass has its own cost and its own toys."""
    found = []
    for i, mass in enumerate(curve.mass):
        alone = replace(curve, mass=curve.mass[i : i + 1])
        own = toy_place(settings, f"{mass:.9g}-MeV", len(curve.mass) == 1)
        cost = step(curve.label, float(mass))
        found.append(toy_curve(alone, cost, method, cl, own))
    curves = [made for made, _ in found]
    made = replace(
        curve,
        coupling=np.concatenate([c.coupling for c in curves]),
        reopens=np.concatenate([c.reopens for c in curves if c.reopens is not None]),
        standard_excluded=any(c.standard_excluded for c in curves),
        excluded=tuple(each for c in curves for each in c.excluded or ((),)),
        errors=np.concatenate([c.errors for c in curves if c.errors is not None]),
    )
    return made, together([said for _, said in found])


def _line(cost: Cost, column: int, mass: float, largest: float) -> Line:
    """The coupling at one mass."""
    name = cost.parameters[column].name
    start = points_of(cost, np.array([0.0]), np.array([mass]))[0]
    (best,) = observed_fits(cost, start[None], [name])
    g = np.concatenate([[0.0], np.geomspace(1e-7, largest, _NODES)])
    points = points_of(cost, g, np.full(len(g), mass))
    with np.errstate(all="ignore"):
        value = cost.profiled(points).twice_nll
    value = np.where(np.isfinite(value), value, np.inf)
    lowest = min(float(best.twice_nll[0]), float(value.min()))
    at = float(best.points[0, column])
    if value.min() < best.twice_nll[0]:
        at = float(g[value.argmin()])
    return Line(name, (), start, at, lowest, _edges(g, value - lowest))


def _edges(g: FloatArray, delta: FloatArray) -> Callable[[float], Sequence[float]]:
    def edges(rise: float) -> list[float]:
        inside = delta <= rise
        found = [0.0] if inside[0] else []
        for i in np.flatnonzero(inside[1:] != inside[:-1]).tolist():
            a, b = delta[i], delta[i + 1]
            share = 0.5 if not np.isfinite(a + b) or a == b else (rise - a) / (b - a)
            found.append(float(g[i] + share * (g[i + 1] - g[i])))
        return found

    return edges


def _limit(found: ToyBounds) -> float:
    """The first coupling that is excluded on the way up from what is allowed."""
    return float(found.intervals[0].upper)


def _error(found: ToyBounds) -> float:
    return float(found.intervals[0].upper_error)


def _excluded(found: ToyBounds) -> tuple[tuple[float, float], ...]:
    """Couplings outside all intervals; ``inf`` for an unknown end."""
    edges = [0.0]
    for one in found.intervals:
        edges += [max(one.lower, 0.0), one.upper]
    edges.append(np.inf)
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((float(a), float(b)) for a, b in pairs if a < b)
