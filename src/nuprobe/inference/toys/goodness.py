"""Goodness of fit by toys: how often a fit is worse than the one observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nuprobe.border import public
from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost, check_cost
from nuprobe.inference.toys.sample import Hypothesis, throw
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Fitted", "ToyPValue", "toy_p_value"]


class _Free(Protocol):
    @property
    def parameter(self) -> Parameter: ...


class Fitted(Protocol):
    """What a fit is asked for: a `FitResult` has it."""

    @property
    def cost(self) -> str:
        """Name of the cost that was fitted."""

    @property
    def free(self) -> Sequence[_Free]:
        """The parameters that were free."""

    @property
    def point(self) -> FloatArray:
        """All parameters at the minimum, shape (parameters,)."""

    @property
    def nuisance_values(self) -> FloatArray:
        """All nuisances there, shape (nuisances,)."""

    @property
    def twice_nll(self) -> float:
        """−2 ln L there."""


@readable
@dataclass(frozen=True, eq=False)
class ToyPValue:
    """Share of toys whose fit is at least as bad as the one observed.

    Attributes
    ----------
    value : the p-value.
    error : its binomial standard error.
    observed : −2 ln L of the data at the best fit.
    twice_nll : −2 ln L of the toys at their best fits, shape (toys,).
    """

    value: float
    error: float
    observed: float
    twice_nll: FloatArray


@public
def toy_p_value(cost: Cost, best: Fitted, toys: int | ToySettings = 1000) -> ToyPValue:
    """Goodness of fit without any approximation: toys at the best fit, each fitted.

    Parameters
    ----------
    cost : that was fitted.
    best : its fit.
    toys : their number, or all settings.

    Raises
    ------
    InputError
        If the fit is of another cost.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> 0.9 < toy_p_value(cost, nu.fit(cost), toys=100).value <= 1
    True
    """
    check_cost(cost)
    if not hasattr(best, "nuisance_values"):
        raise InputError(f"a fit is needed, such as nu.fit(cost); got {shown(best)}")
    names = [p.parameter.name for p in best.free]
    sizes = (len(best.point), len(best.nuisance_values))
    if sizes != (len(cost.parameters), len(cost.nuisances)) or best.cost != cost.name:
        raise InputError(
            f"{cost.name}: the fit belongs to {best.cost}; fit this cost instead"
        )
    settings = settings_of(toys)
    nuisances = best.nuisance_values
    if settings.nuisances == "nominal":
        nuisances = np.zeros(len(nuisances))
    at = Hypothesis(best.point, nuisances, best.point)
    sample = throw(cost, [at], names, names, settings)
    values, n = sample.twice_nll[0], settings.number
    share = float((values >= best.twice_nll - 1e-7).mean())
    spread = max(share * (1 - share), 1 / n)
    return ToyPValue(share, float(np.sqrt(spread / n)), best.twice_nll, values)
