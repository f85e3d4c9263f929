"""Factor by which all coefficients of a point can be multiplied before trident
experiments exclude it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.polynomial import Polynomial

from nuprobe.border import public
from nuprobe.drawing import Exported
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments.limit_toys import toy_place
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.experiments.verdicts import best_common, open_tridents, two_sided
from nuprobe.inference import Construction, Cost, CostSum, ToySettings
from nuprobe.inference.construction import Method, check_method
from nuprobe.inference.construction import together as together_said
from nuprobe.inference.toys.crossings import Line, bounded
from nuprobe.inference.toys.settings import settings_of
from nuprobe.models import ContactOperators, WcxfFile
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["FactorLimit", "FactorLimits", "factor_limit"]

Interval = tuple[float, float]
_REAL: Final = 1e-7  # imaginary part of a root over its size
_FLAT: Final = 1e-12  # of the ratio


@readable
@dataclass(frozen=True, eq=False)
class FactorLimit:
    """Factors on all coefficients that one experiment, or all together, allow.

    Attributes
    ----------
    label : name of the experiment, or ``"combined"``.
    projected : whether the ratio is assumed, not measured.
    ratio : coefficients of 1, λ, λ² in the ratio to the Standard Model, (3,); None for
        the combination.
    allowed : intervals of the factor λ, increasing; λ = 1 is the point itself, λ = 0
        its base model.
    errors : Monte Carlo errors of their ends from toys, otherwise empty.
    """

    label: str
    projected: bool
    ratio: FloatArray | None
    allowed: tuple[Interval, ...]
    errors: tuple[Interval, ...] = ()

    @property
    def around_zero(self) -> Interval | None:
        """Interval that contains 0; None where 0 itself is excluded."""
        return next((i for i in self.allowed if i[0] <= 0 <= i[1]), None)

    @property
    def point_allowed(self) -> bool:
        """Whether the point itself, λ = 1, is allowed."""
        return any(low <= 1 <= high for low, high in self.allowed)

    @property
    def scale(self) -> float | None:
        """Lowest allowed scale of new physics relative to that of the point:
        coefficients are proportional to 1/Λ², so Λ may be lowered to Λ/√λ, with λ the
        upper end of `around_zero`; None without one."""
        if self.around_zero is None or not self.around_zero[1] > 0:
            return None
        return float(self.around_zero[1] ** -0.5)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "label": self.label,
            "projected": self.projected,
            "ratio_polynomial": None if self.ratio is None else self.ratio.tolist(),
            "allowed_factors": [
                [x if math.isfinite(x) else None for x in i] for i in self.allowed
            ],
            "errors": [list(i) for i in self.errors],
            "point_allowed": self.point_allowed,
            "lowest_scale": self.scale,
        }


@readable
@dataclass(frozen=True, eq=False)
class FactorLimits(Exported):
    """Factors that experiments allow.

    Attributes
    ----------
    cl : confidence level, two-sided except for CLs.
    members : one per experiment, then ``"combined"`` if there are several measurements.
    construction : of toys: method, sides and errors; None without toys.
    """

    cl: float
    members: tuple[FactorLimit, ...]
    construction: Construction | None = None

    def __getitem__(self, label: str) -> FactorLimit:
        """Limit of a label; raises `UnknownNameError` for any other."""
        for one in self.members:
            if one.label == label:
                return one
        raise UnknownNameError("limit", label, [m.label for m in self.members])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        said = self.construction
        return {
            "cl": self.cl,
            "sides": 2 if said is None else said.sides,
            "intervals": said and said.to_dict(),
            "limits": [m.to_dict() for m in self.members],
        }


@dataclass(frozen=True)
class _Measured:
    """Ratio as a polynomial in λ, and the measured one."""

    ratio: Polynomial
    value: float
    plus: float
    minus: float

    @property
    def crossings(self) -> list[float]:
        """Factors at which the ratio equals the measured one."""
        return _real_roots(self.ratio - self.value)

    def squared_pull(self, at: float) -> Polynomial:
        """Squared pull, with the error of the side at one factor."""
        error = self.plus if self.ratio(at) > self.value else self.minus
        return ((self.ratio - self.value) / error) ** 2

    def pull_at(self, factor: float) -> float:
        """Squared pull at one factor."""
        return float(self.squared_pull(factor)(factor))


@public
def factor_limit(
    experiments: Sequence[str | TridentExperiment],
    operators: ContactOperators | WcxfFile,
    *,
    cl: float = 0.95,
    analyses: Mapping[str, str] | None = None,
    intervals: Method = "wilks",
    toys: int | ToySettings = 1000,
) -> FactorLimits:
    """All factors λ on the coefficients of a point that trident experiments allow.

    A factor is allowed where `verdict` allows the point with all its coefficients
    multiplied by λ, with the same statistic. The ratio is a polynomial of second
    order in λ, so that all ends are roots of polynomials, on both sides and of every
    interval.

    Parameters
    ----------
    experiments : tridents, by name or as objects.
    operators : the point, from `read_wcxf` or given; its own factor counts as 1.
    cl : confidence level, between 0 and 1, two-sided.
    analyses : analysis by name of experiment; default the first of each.
    intervals : ``"wilks"``, the statistic of `verdict`; or by toys, with −2 ln L above
        its lowest over λ: ``"feldman-cousins"``, two-sided, or ``"cls"``, an upper
        limit on λ against λ = 0.
    toys : their number at each value, or all settings; not for ``"wilks"``.

    Raises
    ------
    InputError
        As in `verdict`; also if there are no operators, or an experiment does not
        depend on any (a flat direction), or for a model over many points.

    Examples
    --------
    >>> point = ContactOperators(left={(1, 1, 1, 1): -1e-11})
    >>> found = factor_limit(["ccfr-trident"], point)["ccfr-trident"]
    >>> [round(x, 2) for x in found.around_zero]
    [-1.32, 0.44]
    """
    if not isinstance(operators, ContactOperators | WcxfFile):
        raise InputError(
            "a limit on a factor needs contact operators, from read_wcxf or"
            f" ContactOperators, got {shown(operators)}"
        )
    check_method(intervals)
    opened = open_tridents(experiments, cl, analyses)
    chosen = analyses or {}
    known = [(one, _measured(one, operators, chosen.get(one.name))) for one in opened]
    threshold = two_sided(cl) ** 2
    found = [
        FactorLimit(
            one.name,
            one.is_projection(chosen.get(one.name)),
            np.asarray(measured.ratio.coef, dtype=float),
            _allowed([measured], threshold),
        )
        for one, measured in known
    ]
    together = [m for one, m in known if not one.is_projection(chosen.get(one.name))]
    if len(together) > 1:
        best = best_common([(m.value, m.plus, m.minus) for m in together])
        allowed = _allowed(together, threshold + best)
        found.append(FactorLimit("combined", False, None, allowed))
    if intervals == "wilks":
        return FactorLimits(cl, tuple(found))
    costs = {one.name: _cost(one, operators, chosen.get(one.name)) for one in opened}
    groups = {one.name: [(costs[one.name], m)] for one, m in known}
    if len(together) > 1:
        groups["combined"] = [(costs[one.name], m) for one, m in known if m in together]
    return _by_toys(
        FactorLimits(cl, tuple(found)), operators, groups, intervals, settings_of(toys)
    )


def _cost(
    one: TridentExperiment,
    operators: ContactOperators | WcxfFile,
    analysis: str | None,
) -> Cost:
    """Cost of an experiment as a function of the factor only."""
    return one.cost(operators, [operators.label + "factor"], analysis)


def _by_toys(
    found: FactorLimits,
    operators: ContactOperators | WcxfFile,
    groups: Mapping[str, Sequence[tuple[Cost, _Measured]]],
    method: Literal["feldman-cousins", "cls"],
    settings: ToySettings,
) -> FactorLimits:
    """The factors allowed according to toys."""
    given = float(np.asarray(operators.factor))
    if not given > 0:
        raise InputError(
            f"factors by toys are those of a positive factor, got {given:g}: change the"
            " signs of the coefficients instead"
        )
    members, said = [], []
    for label, group in groups.items():
        costs, measured = zip(*group, strict=True)
        cost = CostSum(*costs, with_projections=True) if len(costs) > 1 else costs[0]
        (bounds,) = bounded(
            cost,
            [_line(cost, measured, given)],
            method,
            found.cl,
            toy_place(settings, label, len(groups) == 1),
        )
        members.append(
            replace(
                found[label],
                # an upper limit has no lower end
                allowed=tuple(
                    (-math.inf if method == "cls" else i.lower / given, i.upper / given)
                    for i in bounds.intervals
                ),
                errors=tuple(
                    (i.lower_error / given, i.upper_error / given)
                    for i in bounds.intervals
                ),
            )
        )
        said.append(bounds.construction)
    return FactorLimits(found.cl, tuple(members), together_said(said))


def _line(cost: Cost, members: Sequence[_Measured], given: float) -> Line:
    """The factor with −2 ln L of the data along it: roots of polynomials."""
    (p,) = cost.parameters
    best = _best(members)
    height = float(cost.profiled(np.array([[best * given]])).twice_nll[0])

    def edges(rise: float) -> list[float]:
        pulls = sum(m.pull_at(best) for m in members)
        return [x * given for i in _allowed(members, pulls + rise) for x in i]

    return Line(p.name, (), cost.default, best * given, height, edges)


def _best(members: Sequence[_Measured]) -> float:
    """Factor with the smallest sum of squared pulls."""
    crossings = sorted({x for m in members for x in m.crossings})
    found = [0.0, *crossings]
    for low, high in itertools.pairwise([-math.inf, *crossings, math.inf]):
        at = _between(low, high)
        total = sum((m.squared_pull(at) for m in members), Polynomial([0.0]))
        found += [x for x in _real_roots(total.deriv()) if low <= x <= high]
    return min(found, key=lambda x: sum(m.pull_at(x) for m in members))


def _measured(
    one: TridentExperiment,
    operators: ContactOperators | WcxfFile,
    analysis: str | None,
) -> _Measured:
    measured = one.measurement(analysis)
    factor = operators.label + "factor"
    given = float(np.asarray(operators.factor))
    moved = operators.with_values({factor: given * np.array([-1.0, 0.0, 1.0])})
    low, middle, high = one.coefficients(moved, []).ratio_of_model() * np.ones(3)
    linear, square = (high - low) / 2, (high + low) / 2 - middle
    if max(abs(linear), abs(square)) <= _FLAT * middle:
        raise InputError(
            f"{one.name} does not depend on any of these coefficients, so they are"
            " unconstrained (a flat direction): it measures"
            f" {', '.join(c.name for c in one.channels())}; leave it out, or give"
            " coefficients for these flavours"
        )
    ratio = Polynomial([middle, linear, square])
    return _Measured(ratio, measured.ratio, measured.plus, measured.minus)


def _allowed(members: Sequence[_Measured], threshold: float) -> tuple[Interval, ...]:
    """Intervals in which the sum of squared pulls stays below a threshold: between two
    crossings every pull keeps its sign, and the sum is one polynomial."""
    crossings = sorted({x for m in members for x in m.crossings})
    edges = [-math.inf, *crossings, math.inf]
    ends = []
    for low, high in itertools.pairwise(edges):
        at = _between(low, high)
        start = Polynomial([-threshold])
        roots = _real_roots(sum((m.squared_pull(at) for m in members), start))
        ends += [x for x in roots if low <= x <= high]
    ends = sorted(ends)
    if not ends:
        return ()
    intervals: list[Interval] = []
    for low, high in itertools.pairwise(ends):
        at = _between(low, high)
        total = sum(m.pull_at(at) for m in members)
        if total >= threshold or high - low <= 1e-12 * max(1.0, abs(low)):
            continue
        # a crossing may end one polynomial and begin the next at the same height
        if intervals and intervals[-1][1] == low:
            intervals[-1] = (intervals[-1][0], high)
        else:
            intervals.append((low, high))
    return tuple(intervals)


def _between(low: float, high: float) -> float:
    if math.isinf(low) and math.isinf(high):
        return 0.0
    if math.isinf(low):
        return high - max(1.0, abs(high))
    return low + max(1.0, abs(low)) if math.isinf(high) else (low + high) / 2


def _real_roots(one: Polynomial) -> list[float]:
    """Real roots, those of even order once or twice."""
    one = one.trim(_FLAT * float(np.abs(one.coef).max()))
    if one.degree() < 1:
        return []
    roots = np.asarray(one.roots(), dtype=complex)
    real = np.abs(roots.imag) <= _REAL * np.abs(roots)
    return [float(x) for x in roots.real[real]]
