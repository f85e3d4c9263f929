"""Best fit, errors and goodness of fit of a cost.

The nuisances are minimised inside the cost (`Cost.profiled`), so the fit itself has
only the few physics parameters, with analytic gradients. The covariance is twice the
inverse Hessian of −2 ln L, from differences of the analytic gradient; for the nuisances
it follows from their exact covariance at the best fit and their dependence on the
parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isinf, sqrt
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.inference.construction import Construction, Method, check_method
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.fast import fast
from nuprobe.inference.goodness import goodness_of_fit
from nuprobe.inference.intervals import Interval, at_limit, near_limit
from nuprobe.inference.islands import Regions, around
from nuprobe.inference.levels import ONE_SIGMA, check_level
from nuprobe.inference.migrad import migrad
from nuprobe.inference.minimum import best_start
from nuprobe.inference.results import FitResult, NuisanceResult, ParameterResult
from nuprobe.inference.surface import Surface, positive
from nuprobe.numerics import FloatArray

if TYPE_CHECKING:
    from nuprobe.inference.toys import ToySettings

__all__ = ["fit", "watched_fit"]


@public
def fit(
    cost: Cost,
    free: Iterable[str] | None = None,
    fixed: Mapping[str, float] | Mapping[str, float | str] | None = None,
    start: Mapping[str, float] | Mapping[str, float | str] | None = None,
    minos: bool = True,
    cl: float = ONE_SIGMA,
    method: Literal["fast", "migrad"] = "fast",
    intervals: Method = "wilks",
    toys: int | ToySettings = 1000,
) -> FitResult:
    """Minimise a cost over parameters and nuisances.

    Parameters
    ----------
    cost : to minimise.
    free : names of the parameters to fit; default: all that are not fixed.
    fixed : values of parameters that stay fixed; those neither free nor fixed keep
        their default.
    start : starting values of free parameters, the others at their default. If not
        given, ``"fast"`` starts from the best of the default and a fixed set of points
        that fills the ranges, so that a secondary minimum is not chosen by accident,
        and ``"migrad"`` from the default. With a `start` the fit keeps the minimum
        reached from it, even if another region has a lower one.
    minos : compute the intervals and all allowed regions at level `cl`.
    cl : confidence level of the intervals (for each parameter individually).
    method : ``"fast"``, many descents at once, or ``"migrad"``, MIGRAD and MINOS of
        iminuit from one start, which only explore the region of its minimum.
    intervals : construction: ``"wilks"``, two-sided, from the asymptotic threshold of
        −2 ln L; ``"feldman-cousins"``, two-sided, from critical values of toys at each
        value; ``"cls"``, one-sided upper limits from CLs with toys, above the value
        without a signal (0, or the lower limit of the range).
    toys : number at each value tested, or all settings; not for ``"wilks"``.

    Raises
    ------
    InputError
        If a name is unknown, is both free and fixed, nothing is free, or a value is out
        of range.
    ComputationError
        If no minimum is found.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> result = fit(cost)
    >>> result["rn"].value
    5...
    >>> plain = fit(cost, method="migrad")
    >>> abs(plain.twice_nll - result.twice_nll) < 1e-6
    True
    """
    check_cost(cost)
    names, point = _question(cost, free, dict(fixed or {}), dict(start or {}), cl)
    check_method(intervals)
    if intervals != "wilks" and (start is not None or not minos):
        raise InputError(
            f"{cost.name}: intervals by {intervals} are about the lowest minimum of"
            " all: leave start and minos=False out"
        )
    if method not in ("fast", "migrad"):
        raise UnknownNameError("method", str(method), ["fast", "migrad"])
    surface = Surface(cost, names, point)
    level = cl if minos else None
    if method == "migrad":
        best, ends = migrad(surface, point, level)
        regions = around(surface, best, ends)
    else:
        if start is None:
            point = best_start(surface, point)
        best, ends, regions = fast(surface, point, level, start is not None)
    found = _result(surface, best, (ends, regions), cl, method)
    if intervals == "wilks":
        return found
    from nuprobe.inference.toy_intervals import with_toys

    return with_toys(found, surface, intervals, toys)


def watched_fit(
    cost: Cost, cl: float | None, watch: Callable[[int], object] | None
) -> FitResult:
    """`fit` of all parameters of a cost from their defaults.

    Parameters
    ----------
    cost : to minimise.
    cl : confidence level of the intervals; None for none.
    watch : called with the number of points of each evaluation of the slopes.

    Examples
    --------
    >>> import nuprobe as nu
    >>> seen = []
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> found = watched_fit(cost, 0.9, seen.append)
    >>> found["rn"].interval == fit(cost, cl=0.9)["rn"].interval, sum(seen) > 10
    (True, True)
    """
    names, point = [p.name for p in cost.parameters], cost.default
    surface = Surface(cost, names, point, watch)
    best, ends, regions = fast(surface, best_start(surface, point), cl)
    return _result(surface, best, (ends, regions), cl or ONE_SIGMA, "fast")


def _question(
    cost: Cost,
    free: Iterable[str] | None,
    fixed: dict[str, Any],
    start: dict[str, Any],
    cl: float,
) -> tuple[list[str], FloatArray]:
    """Names of the free parameters and the starting point."""
    names = (
        [p.name for p in cost.parameters if p.name not in fixed]
        if free is None
        else list(free)
    )
    for name in names:
        cost.index(name)
    if not names or len(set(names)) < len(names):
        raise InputError(
            f"{cost.name}: name one or more different parameters to fit, got"
            f" {shown(names)}"
        )
    both = sorted(set(names) & fixed.keys())
    if both:
        raise InputError(f"{cost.name}: {both[0]} is both free and fixed; choose one")
    check_level(cl)
    stray = sorted(start.keys() - set(names))
    if stray:
        raise InputError(
            f"{cost.name}: start gives {stray[0]}, which is not free"
            f" ({', '.join(names)})"
        )
    return names, cost.point({**fixed, **start})


def _result(
    surface: Surface,
    best: FloatArray,
    allowed: tuple[dict[str, Interval], Regions],
    cl: float,
    method: str,
) -> FitResult:
    """Errors, goodness of fit and notes at the best point."""
    cost, columns = surface.cost, surface.columns
    covariance, errors = _errors(surface, best)
    results, notes = _parameters(surface, best, allowed, covariance)
    integrated = [n.name for n in cost.nuisances if n.marginal]
    if integrated:
        notes.append(f"integrated over the shapes {', '.join(integrated)}")
    for term in cost.terms:
        notes += [] if term.origin is None else term.origin.notes
    minimum = surface.minimum(best)
    nu, value = minimum.nuisances[0], float(minimum.twice_nll[0])
    size = sum(term.size for term in cost.terms)
    ndf = size - len(columns) - sum(isinf(n.sigma) for n in cost.nuisances)
    goodness = goodness_of_fit(surface, best, ndf)
    return FitResult(
        cost=cost.name,
        free=results,
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
        goodness_of_fit=goodness.p_value,
        goodness=goodness,
        cl=cl,
        point=best,
        nuisance_values=nu,
        valid=True,
        notes=tuple(notes),
        method=method,
        source=cost,
        construction=Construction("wilks", cl) if allowed[0] else None,
    )


def _parameters(
    surface: Surface,
    best: FloatArray,
    allowed: tuple[dict[str, Interval], Regions],
    covariance: FloatArray | None,
) -> tuple[tuple[ParameterResult, ...], list[str]]:
    """Results of the free parameters, and notes on them."""
    intervals, regions = allowed
    values = [float(best[c]) for c in surface.columns]
    named = list(zip(surface.parameters, values, strict=True))
    limits = {p.name: side for p, x in named if (side := at_limit(p, x))}
    notes = [
        f"{name} lies at the {side} limit of its range" for name, side in limits.items()
    ]
    if covariance is None:
        notes.append(
            "no covariance: the curvature at the best fit is not positive; a parameter"
            " or a combination is undetermined"
        )
    notes += [f"{name}: {i.note}" for name, i in intervals.items() if i.note]
    results = []
    for i, (p, x) in enumerate(named):
        error = (
            None if covariance is None or p.name in limits else sqrt(covariance[i, i])
        )
        ends = intervals.get(p.name)
        near = near_limit(p, x, error, ends)
        undetermined = ends is not None and ends.lower is None and ends.upper is None
        if error is not None and near and not undetermined:
            notes.append(
                f"{p.name}: no symmetric error, because it may reach {near}; read the"
                " interval or a profile"
            )
        each = regions.get(p.name, ())
        if len(each) > 1:
            notes.append(
                f"{p.name}: {len(each)} separate regions are allowed; error and"
                " interval are those of the region of the best fit"
            )
        results.append(ParameterResult(p, x, None if near else error, ends, each))
    return tuple(results), notes


def _errors(surface: Surface, best: FloatArray) -> tuple[FloatArray | None, FloatArray]:
    """Covariance of the free parameters and the nuisances (None if the curvature is not
    positive), and 1σ errors of the nuisances."""
    hessian, response = surface.curvature(best)
    nuisances = surface.minimum(best).nuisances
    total = surface.cost.nuisance_covariance(best, nuisances)
    if not positive(hessian):
        return None, np.sqrt(np.diag(total))
    free: FloatArray = np.asarray(2 * np.linalg.inv(hessian))
    # the best nuisances move with the parameters, and also scatter independently
    moved = free @ response
    total = total + response.T @ moved
    covariance = np.block([[free, moved], [moved.T, total]])
    return covariance, np.sqrt(np.diag(total))
