"""Significance with which data disfavour a hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, sqrt

import numpy as np

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import log_survival
from nuprobe.inference.migrad import lowest_of
from nuprobe.inference.results import FitResult
from nuprobe.inference.surface import Surface

__all__ = ["significance"]


def significance(cost: Cost, point: Mapping[str, float], best: FitResult) -> float:
    """Number of standard deviations by which a hypothesis is disfavoured relative to
    the best fit.

    Parameters
    ----------
    cost : the fitted cost.
    point : values of parameters fixed by the hypothesis; other free parameters are
        minimised again.
    best : the fit.

    Returns
    -------
    float
        Two-sided Gaussian σ of the p-value of Δ(−2 ln L), with one degree of freedom
        for each free parameter fixed by `point`; for one it is the square root of Δ.

    Raises
    ------
    InputError
        If `point` fixes nothing, or a parameter that was not fitted.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> significance(cost, {"rn": 8.0}, nu.fit(cost)) > 1
    True
    """
    from scipy.special import ndtri_exp

    names = [p.parameter.name for p in best.free]
    stray = sorted(set(point) - set(names))
    if stray or not point:
        raise InputError(
            f"a hypothesis fixes parameters that were fitted ({', '.join(names)}), got"
            f" {shown(list(point))}"
        )
    start = cost.point(
        {
            **dict(zip((p.name for p in cost.parameters), best.point, strict=True)),
            **point,
        }
    )
    rest = Surface(cost, [n for n in names if n not in point], start)
    if isfinite(rest.height(start)):
        start = lowest_of(rest, start)
    value = rest.height(start)
    delta = max(value - best.twice_nll, 0.0)
    if len(point) == 1 or not isfinite(delta):
        return sqrt(delta)
    log_p = log_survival(delta, len(point))
    return float(-ndtri_exp(log_p - np.log(2.0)))
