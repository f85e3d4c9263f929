"""Best fit, errors and goodness of fit of a cost.

The nuisances are minimised inside the cost (`Cost.profiled`), so the fit proper has
only the few physics parameters, with analytic gradients: many descents at once find the
minimum and the ends of the intervals, and MIGRAD and MINOS of iminuit do what they
leave unsettled. The covariance is twice the inverse Hessian of −2 ln L, from
differences of the analytic gradient; for the nuisances it follows from their exact
covariance at the best fit and from how they move with the parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite, isinf, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import ComputationError, InputError
from nuprobe.inference.costs import Cost
from nuprobe.inference.descent import descend, interval_ends
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold, survival
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

if TYPE_CHECKING:
    from nuprobe.inference.profile import Profile

__all__ = ["FitResult", "Interval", "NuisanceResult", "ParameterResult", "fit"]

_RESTARTS = 6  # times that the way to an interval's end may lead to a lower minimum
_CLOSE = 1e-9  # expected fall of −2 ln L at which a descent to the best fit ends
_EDM = (
    2e-7  # and at which the best fit is one: MIGRAD's own goal for a tolerance of 1e-4
)
_FEW = 3  # parameters up to which a fit looks for other regions
_LOOKS = 32  # starts from which it does
_DESCENTS = 8  # best points of the fixed set from which to go down
_STARTS = 256  # points of the fixed set among which a fit without `start` begins


@dataclass(frozen=True)
class Interval:
    """A MINOS interval; a side that is None is open, and `note` says why."""

    lower: float | None
    upper: float | None
    note: str = ""


@dataclass(frozen=True)
class ParameterResult:
    """A free parameter at the best fit, in the unit of the parameter.

    Attributes
    ----------
    parameter : its definition.
    value : best value.
    error : symmetric 1σ error from the curvature, None if there is none (a limit of its
        range within one error, or an interval that is open there: read the interval).
    interval : MINOS interval at the level of the fit, None if not asked for.
    """

    parameter: Parameter
    value: float
    error: float | None
    interval: Interval | None


@dataclass(frozen=True)
class NuisanceResult:
    """A nuisance at the best fit: value, 1σ error, and the pull value/sigma (None for a
    free nuisance)."""

    nuisance: Nuisance
    value: float
    error: float
    pull: float | None


@dataclass(frozen=True)
class FitResult:
    """What a fit found.

    Attributes
    ----------
    cost : name of the cost.
    free : the parameters fitted.
    fixed : values of the others.
    covariance : of the free parameters, (free, free); None if there is none.
    twice_nll : at the best fit, 0 for a prediction that equals the data.
    ndf : bins minus free parameters and unconstrained nuisances.
    goodness_of_fit : p-value of `twice_nll` under a χ² law with `ndf` (approximate for
        few counts); None if ndf < 1.
    cl : level of the MINOS intervals.
    point, nuisance_values : the best fit in the order of the cost.
    source : the cost itself, for `profile`.
    valid : the minimum was found (a fit that fails is an error, so this is True).
    notes : what to know about the result.
    """

    cost: str
    free: tuple[ParameterResult, ...]
    fixed: tuple[tuple[Parameter, float], ...]
    nuisances: tuple[NuisanceResult, ...]
    covariance: FloatArray | None
    twice_nll: float
    ndf: int
    goodness_of_fit: float | None
    cl: float
    point: FloatArray
    nuisance_values: FloatArray
    valid: bool
    notes: tuple[str, ...]
    source: Cost | None = field(default=None, repr=False, compare=False)

    def profile(self, name: str, grid: ArrayLike) -> Profile:
        """Profile of one fitted parameter over `grid`, the other fitted ones and all
        nuisances minimised.

        Raises
        ------
        InputError
            If the parameter was not fitted.
        """
        from nuprobe.inference.profile import profile

        if name not in self.values or self.source is None:
            raise InputError(
                f"{name} was not fitted; fitted are {', '.join(self.values)}"
            )
        others = [p for p in self.values if p != name]
        return profile(
            self.source,
            name,
            grid,
            free=others,
            fixed={p.name: v for p, v in self.fixed},
        )

    @property
    def values(self) -> dict[str, float]:
        """Best values of the free parameters by name."""
        return {p.parameter.name: p.value for p in self.free}

    def __getitem__(self, name: str) -> ParameterResult:
        """Free parameter `name`; raises `KeyError`."""
        for p in self.free:
            if p.parameter.name == name:
                return p
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data: no NaN and no infinity (None instead)."""
        return {
            "cost": self.cost,
            "valid": self.valid,
            "twice_nll": self.twice_nll,
            "ndf": self.ndf,
            "goodness_of_fit": self.goodness_of_fit,
            "cl": self.cl,
            "parameters": [
                {
                    "name": p.parameter.name,
                    "unit": p.parameter.unit,
                    "value": p.value,
                    "error": p.error,
                    "minos_lower": p.interval.lower if p.interval else None,
                    "minos_upper": p.interval.upper if p.interval else None,
                    "minos_note": p.interval.note if p.interval else "not computed",
                }
                for p in self.free
            ],
            "fixed": [
                {"name": p.name, "unit": p.unit, "value": v} for p, v in self.fixed
            ],
            "covariance": None if self.covariance is None else self.covariance.tolist(),
            "nuisances": [
                {
                    "name": n.nuisance.name,
                    "sigma": n.nuisance.sigma if isfinite(n.nuisance.sigma) else None,
                    "value": n.value,
                    "error": n.error,
                    "pull": n.pull,
                }
                for n in self.nuisances
            ],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        """Table of the result."""
        gof = (
            "" if self.goodness_of_fit is None else f", p = {self.goodness_of_fit:.3g}"
        )
        lines = [f"{self.cost}: −2 ln L = {self.twice_nll:.4g}, ndf = {self.ndf}{gof}"]
        rows = [
            ("parameter", "value", "error", f"{100 * self.cl:.4g} % interval", "unit")
        ]
        for p in self.free:
            i = p.interval
            text = "" if i is None else _interval_text(i)
            rows.append(
                (
                    p.parameter.name,
                    _number(p.value),
                    _number(p.error),
                    text,
                    p.parameter.unit,
                )
            )
        rows += [(q.name, _number(v), "fixed", "", q.unit) for q, v in self.fixed]
        rows += [
            (
                n.nuisance.name,
                _number(n.value),
                _number(n.error),
                "" if n.pull is None else f"pull {n.pull:+.2f}",
                "",
            )
            for n in self.nuisances
        ]
        widths = [max(len(row[c]) for row in rows) for c in range(5)]
        lines += [
            "  ".join(
                cell.ljust(w) for cell, w in zip(row, widths, strict=True)
            ).rstrip()
            for row in rows
        ]
        return "\n".join(lines + [f"note: {note}" for note in self.notes])


def fit(
    cost: Cost,
    free: Iterable[str] | None = None,
    fixed: Mapping[str, float] | None = None,
    start: Mapping[str, float] | None = None,
    minos: bool = True,
    cl: float = ONE_SIGMA,
) -> FitResult:
    """Minimise a cost over parameters and nuisances.

    Parameters
    ----------
    cost : what to minimise.
    free : names of the parameters to fit; all that are not fixed if not given.
    fixed : values of parameters that stay fixed; those neither free nor fixed keep
        their default.
    start : where to begin; if not given, the best of the default and a fixed set of
        points that fills the ranges, so that one of several minima is not taken by
        accident.
    minos : compute the intervals at level `cl`; an end that MINOS does not find, by
        root finding.
    cl : confidence level of the intervals (of each parameter by itself).

    Raises
    ------
    InputError
        If a name is unknown, is both free and fixed, nothing is free, or a value is out
        of range.
    ComputationError
        If no minimum was found.
    """
    fixed = dict(fixed or {})
    names = (
        [p.name for p in cost.parameters if p.name not in fixed]
        if free is None
        else list(free)
    )
    columns = [cost.index(name) for name in names]
    if not names or len(set(names)) < len(names):
        raise InputError(
            f"{cost.name}: name one or more different parameters to fit, got"
            f" ({', '.join(names)})"
        )
    both = sorted(set(names) & fixed.keys())
    if both:
        raise InputError(f"{cost.name}: {both[0]} is both free and fixed; choose one")
    if not 0 < cl < 1:
        raise InputError(f"a confidence level lies between 0 and 1, got {cl}")
    stray = sorted((start or {}).keys() - set(names))
    if stray:
        raise InputError(
            f"{cost.name}: start gives {stray[0]}, which is not free"
            f" ({', '.join(names)})"
        )
    point = cost.point({**fixed, **(start or {})})
    if start is None:
        point = _best_start(cost, columns, point)
    intervals: dict[str, Interval] = {}
    for _ in range(_RESTARTS):
        best = _lowest(cost, columns, point)
        if not minos:
            break
        intervals, deeper = _intervals(cost, columns, best, cl)
        if deeper is None:
            break
        point = descend(cost, columns, deeper[None])[0][
            0
        ]  # the way to an end led below the minimum
    else:
        raise ComputationError(
            f"{cost.name}: each minimum lies above another one; give a `start` near the"
            " lowest"
        )
    notes: list[str] = []
    parameters = [cost.parameters[c] for c in columns]
    limits = {
        p.name: side
        for p in parameters
        if (side := _at_limit(p, float(best[cost.index(p.name)])))
    }
    notes += [
        f"{name} lies at the {side} limit of its range" for name, side in limits.items()
    ]
    covariance, errors = _errors(cost, columns, best)
    if covariance is None:
        notes.append(
            "no covariance: the curvature at the best fit is not positive; a parameter"
            " or a combination is undetermined"
        )
    notes += [f"{name}: {i.note}" for name, i in intervals.items() if i.note]
    if intervals and len(columns) <= _FEW:
        notes += _other_regions(cost, columns, best, intervals, cl)
    profiled = cost.profiled(best)
    nu = profiled.nuisances[0]
    ndf = cost.n_bins - len(columns) - sum(isinf(n.sigma) for n in cost.nuisances)
    undetermined = {
        name for name, i in intervals.items() if i.lower is None and i.upper is None
    }
    results = []
    for i, (p, c) in enumerate(zip(parameters, columns, strict=True)):
        error = (
            None if covariance is None or p.name in limits else sqrt(covariance[i, i])
        )
        near = _near_limit(p, float(best[c]), error, intervals.get(p.name))
        if error is not None and near and p.name not in undetermined:
            notes.append(
                f"{p.name}: no symmetric error, because it may reach {near}; read the"
                " interval or a profile"
            )
        results.append(
            ParameterResult(
                p, float(best[c]), None if near else error, intervals.get(p.name)
            )
        )
    value = float(profiled.twice_nll[0])
    return FitResult(
        cost=cost.name,
        free=tuple(results),
        fixed=tuple(
            (p, float(best[c]))
            for c, p in enumerate(cost.parameters)
            if c not in columns
        ),
        nuisances=tuple(
            NuisanceResult(
                n, float(v), float(e), None if isinf(n.sigma) else float(v / n.sigma)
            )
            for n, v, e in zip(cost.nuisances, nu, errors, strict=True)
        ),
        covariance=covariance,
        twice_nll=value,
        ndf=ndf,
        goodness_of_fit=survival(value, ndf) if ndf > 0 else None,
        cl=cl,
        point=best,
        nuisance_values=nu,
        valid=True,
        notes=tuple(notes),
        source=cost,
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.5g}"


def _interval_text(i: Interval) -> str:
    if i.lower is None and i.upper is None:
        return "undetermined"
    if i.lower is None:
        return f"< {_number(i.upper)}"
    return (
        f"> {_number(i.lower)}"
        if i.upper is None
        else f"[{_number(i.lower)}, {_number(i.upper)}]"
    )


def _near_limit(
    p: Parameter, value: float, error: float | None, interval: Interval | None
) -> str:
    """Name the limit of the range that one error reaches, or at which the interval is
    open; empty if there is none."""
    for side, limit in (("lower", p.lower), ("upper", p.upper)):
        is_open = interval is not None and getattr(interval, side) is None
        if isfinite(limit) and (
            is_open or (error is not None and abs(value - limit) <= error)
        ):
            return f"the {side} limit {_with_unit(limit, p.unit)} of its range"
    return ""


def _with_unit(value: float, unit: str) -> str:
    # a scaled unit such as 1e-11 muB would read like a second number
    return f"{value:g}" + (
        f" x {unit}" if unit[:1].isdigit() else f" {unit}" if unit else ""
    )


def _box(p: Parameter) -> tuple[float, float]:
    """Where to look for a start: the range, or ten steps around the default where it is
    open."""
    return (
        p.lower if isfinite(p.lower) else p.default - 10 * p.step,
        p.upper if isfinite(p.upper) else p.default + 10 * p.step,
    )


def _filled(
    cost: Cost, columns: list[int], point: FloatArray, count: int
) -> FloatArray:
    """`point`, and points of an additive-recurrence sequence that fills the box of some
    columns."""
    d = len(columns)
    root = 2.0
    for _ in range(60):  # the generalised golden ratio, root of x^(d+1) = x + 1
        root = (1 + root) ** (1 / (d + 1))
    unit = (0.5 + np.arange(1, count + 1)[:, None] * root ** -np.arange(1.0, d + 1)) % 1
    low, high = np.array([_box(cost.parameters[c]) for c in columns]).T
    points = np.tile(point, (count + 1, 1))
    points[1:, columns] = low + (high - low) * unit
    return points


def _other_regions(
    cost: Cost,
    columns: list[int],
    best: FloatArray,
    intervals: Mapping[str, Interval],
    cl: float,
) -> list[str]:
    """Say if another minimum that the level allows lies outside an interval."""
    lowest = float(cost.profiled(best).twice_nll[0])
    points, values = descend(cost, columns, _filled(cost, columns, best, _LOOKS))
    for i in np.argsort(values):
        rise = float(values[i]) - lowest
        if not rise < delta_threshold(cl):
            break
        for c in columns:
            p, x = cost.parameters[c], float(points[i, c])
            found = intervals[p.name]
            if (found.lower is not None and x < found.lower) or (
                found.upper is not None and x > found.upper
            ):
                unit = f" {p.unit}" if p.unit else ""
                return [
                    f"another region is allowed too, around {p.name} = {x:.4g}{unit}"
                    f" (-2 ln L higher by {rise:.2g}): the intervals are those of the"
                    " region of the best fit; a profile shows both"
                ]
    return []


def _best_start(cost: Cost, columns: list[int], point: FloatArray) -> FloatArray:
    """Lowest of the minima below `point` and below the best of a sequence that fills
    the box."""
    points = _filled(cost, columns, point, _STARTS)
    values = cost.profiled(points).twice_nll
    chosen = np.unique([0, *np.argsort(values)[:_DESCENTS]])
    found, values = descend(cost, columns, points[chosen])
    if not np.isfinite(values).any():
        return point
    return np.asarray(found[np.argmin(values)])


def _lowest(cost: Cost, columns: list[int], point: FloatArray) -> FloatArray:
    """Minimum below a point: by descent, and by MIGRAD from there unless that has
    settled."""
    found, value = descend(cost, columns, point[None], close=_CLOSE)
    best = np.array(point)
    if isfinite(value[0]):
        best = np.array(found[0])
        if _settled(cost, columns, best):
            return best
    best[columns] = _minimised(cost, columns, best).values
    return best


def _settled(cost: Cost, columns: list[int], point: FloatArray) -> bool:
    """Whether gradient and curvature (from differences) say that −2 ln L falls no
    further, by less than MIGRAD asks."""
    gradient = cost.profiled_gradient(point)[0]
    move = []
    for c in columns:
        p = cost.parameters[c]
        outwards = (point[c] == p.lower and gradient[c] >= 0) or (
            point[c] == p.upper and gradient[c] <= 0
        )
        if not outwards:
            move.append(c)
    if not move:
        return True
    hessian = _curvature(cost, move, point)[0]
    if not _positive(hessian):
        return False
    slope = gradient[move]
    return bool(0.5 * slope @ np.linalg.solve(hessian, slope) < _EDM)


def _intervals(
    cost: Cost, columns: list[int], best: FloatArray, cl: float
) -> tuple[dict[str, Interval], FloatArray | None]:
    """Intervals of all free parameters at once, those that do not come out so by MINOS;
    or a point below the best."""
    lowest = float(cost.profiled(best).twice_nll[0])
    sides = [(c, side) for c in columns for side in (-1, 1)]
    ends, settled, deeper = interval_ends(
        cost, columns, best, lowest, delta_threshold(cl), sides
    )
    if deeper is not None:
        return {}, deeper
    result = {}
    for i, c in enumerate(columns):
        p = cost.parameters[c]
        if all(settled[2 * i : 2 * i + 2]):
            result[p.name] = _interval(p, ends[2 * i], ends[2 * i + 1], cl)
            continue
        result[p.name], deeper = _minos(cost, columns, best, c, cl)
        if deeper is not None:
            return {}, deeper
    return result, None


def _interval(
    p: Parameter, lower: float | None, upper: float | None, cl: float
) -> Interval:
    """Interval, with a note for each open side."""
    notes = []
    if lower is None and upper is None and isfinite(p.lower) and isfinite(p.upper):
        whole = f"{p.lower:g} to {_with_unit(p.upper, p.unit)}, at {100 * cl:.4g} %"
        note = (
            f"undetermined: the data allow all of its range, {whole}; fix it, or draw"
            " the others over it"
        )
        return Interval(None, None, note)
    for side, end, limit in (("lower", lower, p.lower), ("upper", upper, p.upper)):
        if end is None:
            reach = (
                f"the {side} limit {_with_unit(limit, p.unit)} of its range"
                if isfinite(limit)
                else "any value tried"
            )
            notes.append(
                f"open on the {side} side: the data allow {reach} at {100 * cl:.4g} %"
            )
    return Interval(lower, upper, "; ".join(notes))


def _minimised(cost: Cost, columns: list[int], point: FloatArray) -> Any:
    """Minuit of the profiled cost at its minimum over some columns of a point."""
    from iminuit import Minuit  # type: ignore[import-untyped,unused-ignore]

    names = [cost.parameters[c].name for c in columns]
    low = np.array([cost.parameters[c].lower for c in columns])
    high = np.array([cost.parameters[c].upper for c in columns])

    def full(x: FloatArray) -> FloatArray:
        p = np.array(point)
        p[columns] = np.clip(
            x, low, high
        )  # Minuit's own limits are exact to rounding only
        return p

    def value(x: FloatArray) -> float:
        # Minuit cannot handle inf, and tries NaN at limits; any value far above the
        # others turns it back
        return (
            min(float(cost.profiled(full(x)).twice_nll[0]), 1e30)
            if np.isfinite(x).all()
            else 1e30
        )

    def gradient(x: FloatArray) -> FloatArray:
        return cost.profiled_gradient(full(x))[0, columns]

    if not isfinite(cost.profiled(point).twice_nll[0]):
        raise ComputationError(
            f"{cost.name}: the data are impossible at the start"
            f" ({cost.describe(point)}); give another `start`"
        )
    minuit = Minuit(value, point[columns], grad=gradient, name=names)
    minuit.errordef = Minuit.LEAST_SQUARES
    minuit.print_level = 0
    minuit.strategy = 1
    for name, c in zip(names, columns, strict=True):
        p = cost.parameters[c]
        minuit.errors[name] = p.step
        minuit.limits[name] = (p.lower, p.upper)
    minuit.tol = 1e-4
    for strategy in (1, 2):
        minuit.strategy = strategy
        minuit.migrad()
        if minuit.valid:
            return minuit
    limited = any(
        _at_limit(cost.parameters[c], float(v))
        for c, v in zip(columns, minuit.values, strict=True)
    )
    if limited and minuit.fmin is not None and minuit.fmin.edm < 1e-3:
        return minuit
    raise ComputationError(
        f"{cost.name}: no minimum found near"
        f" {cost.describe(full(np.array(minuit.values)))}; give another `start`, or"
        " fix a parameter that the data do not determine"
    )


def _at_limit(p: Parameter, value: float) -> str:
    """``"lower"`` or ``"upper"`` if the value cannot be told from the limit."""
    scale = 1e-5 * min(p.upper - p.lower, max(abs(value), p.step))
    return (
        "lower"
        if value - p.lower <= scale
        else "upper"
        if p.upper - value <= scale
        else ""
    )


def _reminimised(
    cost: Cost, columns: list[int], start: FloatArray
) -> tuple[FloatArray, float]:
    """Point and −2 ln L after minimising over some columns, from a start."""
    point = np.array(start)
    if columns and isfinite(cost.profiled(point).twice_nll[0]):
        point[columns] = _minimised(cost, columns, point).values
    return point, float(cost.profiled(point).twice_nll[0])


def _minos(
    cost: Cost, columns: list[int], best: FloatArray, column: int, cl: float
) -> tuple[Interval, FloatArray | None]:
    """Interval of one parameter by MINOS; a side that MINOS does not find, by root
    finding on the profile."""
    p = cost.parameters[column]
    found: dict[str, float | None] = {"lower": None, "upper": None}
    if not any(_at_limit(cost.parameters[c], float(best[c])) for c in columns):
        minuit = _minimised(cost, columns, best)
        try:
            minuit.minos(p.name, cl=cl)
        except RuntimeError:
            pass
        else:
            m = minuit.merrors[p.name]
            if m.lower_new_min or m.upper_new_min:
                away = np.tile(best, (4, 1))
                away[:, column] += p.step * np.array([-3.0, -1.0, 1.0, 3.0])
                away[:, column] = np.clip(away[:, column], p.lower, p.upper)
                points, values = descend(cost, columns, away)
                if values.min() < float(cost.profiled(best).twice_nll[0]) - 1e-6:
                    return Interval(None, None, ""), points[np.argmin(values)]
            if m.lower_valid and not m.at_lower_limit:
                found["lower"] = float(best[column] + m.lower)
            if m.upper_valid and not m.at_upper_limit:
                found["upper"] = float(best[column] + m.upper)
    for side, limit in (("lower", p.lower), ("upper", p.upper)):
        if found[side] is None:
            found[side] = _end(cost, columns, best, column, limit, cl)
    return _interval(p, found["lower"], found["upper"], cl), None


def _end(
    cost: Cost,
    columns: list[int],
    best: FloatArray,
    column: int,
    limit: float,
    cl: float,
) -> float | None:
    """Where the profile of a parameter crosses its threshold between the best value and
    a limit; None if nowhere."""
    from scipy.optimize import brentq

    others = [c for c in columns if c != column]
    lowest = float(cost.profiled(best).twice_nll[0]) + delta_threshold(cl)

    def above(x: float) -> float:
        point = best.copy()
        point[column] = x
        return min(_reminimised(cost, others, point)[1], 1e30) - lowest

    near = float(best[column])
    distance = cost.parameters[column].step * (1 if limit > near else -1)
    while near != limit and abs(distance) < 1e12 * cost.parameters[column].step:
        far = float(best[column]) + distance
        far = min(far, limit) if distance > 0 else max(far, limit)
        if above(far) > 0:
            return float(
                brentq(above, near, far, xtol=1e-10 * abs(far - float(best[column])))
            )
        near, distance = far, 2 * distance
    return None


def _curvature(
    cost: Cost, columns: list[int], best: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Hessian of −2 ln L over some columns and how the nuisances move with them, from
    differences of the gradient."""
    # a difference over a hundredth of the error balances rounding and curvature: a
    # first guess, then once more
    widths = np.array([cost.parameters[c].step for c in columns]) / 30
    for _ in range(2):
        points = np.tile(best, (2 * len(columns), 1))
        for i, (c, h) in enumerate(zip(columns, widths, strict=True)):
            p = cost.parameters[c]
            points[2 * i, c] = max(best[c] - h, p.lower)
            points[2 * i + 1, c] = min(best[c] + h, p.upper)
        width = np.array(
            [points[2 * i + 1, c] - points[2 * i, c] for i, c in enumerate(columns)]
        )[:, None]
        gradient = cost.profiled_gradient(points)[:, columns]
        hessian = (gradient[1::2] - gradient[::2]) / width
        hessian = (hessian + hessian.T) / 2
        moved = cost.profiled(points).nuisances
        response = (moved[1::2] - moved[::2]) / width
        if not _positive(hessian):
            break
        widths = 0.01 * np.sqrt(np.diag(2 * np.linalg.inv(hessian)))
    return hessian, response


def _errors(
    cost: Cost, columns: list[int], best: FloatArray
) -> tuple[FloatArray | None, FloatArray]:
    """Covariance of the free parameters (None if the curvature is not positive), and 1σ
    errors of the nuisances."""
    hessian, response = _curvature(cost, columns, best)
    total = cost.nuisance_covariance(best, cost.profiled(best).nuisances)
    if not _positive(hessian):
        return None, np.sqrt(np.diag(total))
    covariance: FloatArray = np.asarray(2 * np.linalg.inv(hessian))
    return covariance, np.sqrt(np.diag(total + response.T @ covariance @ response))


def _positive(hessian: FloatArray) -> bool:
    if not np.isfinite(hessian).all() or (np.diag(hessian) <= 0).any():
        return False
    root = np.sqrt(np.diag(hessian))  # dividing by it frees the matrix of units
    return bool(np.linalg.eigvalsh(hessian / np.outer(root, root)).min() > 1e-10)
