"""Summary of one column of a chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.inference.regions import Region
from nuprobe.reprs import readable

__all__ = ["ENOUGH", "LARGEST_R_HAT", "LEVELS", "Intervals", "ParameterSummary"]

LEVELS: Final = (0.68, 0.90, 0.95)
"""Probabilities of the credible intervals of a summary."""
ENOUGH: Final = 50
"""Required length of a chain in autocorrelation times; below it the time itself is
underestimated."""
LARGEST_R_HAT: Final = 1.01
"""Largest R̂ of a converged chain (Vehtari et al. 2021); halves of walkers are below it
for about 50 effective samples each."""

T = TypeVar("T")


class Intervals(dict[float, T]):
    """Intervals by level, with a reason if they are withheld.

    Parameters
    ----------
    intervals : by level.
    withheld : why there are none; empty otherwise.

    Raises
    ------
    ComputationError
        When a level is requested although intervals are withheld.
    InputError
        When a level is requested that the summary does not have.
    """

    def __init__(self, intervals: Mapping[float, T], withheld: str) -> None:
        super().__init__({} if withheld else intervals)
        self.withheld = withheld

    def __missing__(self, key: float) -> T:
        if self.withheld:
            raise ComputationError(self.withheld)
        raise InputError(
            f"a summary contains intervals at {', '.join(map(str, LEVELS))}, got"
            f" {shown(key)}; `regions` gives others"
        )


@readable
@dataclass(frozen=True)
class ParameterSummary:
    """Summary of one parameter of a chain, in its unit.

    Attributes
    ----------
    name, unit : of the parameter.
    mean, std : of the posterior.
    error : Monte-Carlo standard error of the mean.
    median : of the posterior.
    quantiles : probability to value.
    equal_tailed : probability to the interval with equal tails on both sides.
    highest_density : probability to the shortest set of intervals, in increasing order;
        in the logarithm for a column with a log-flat prior.
    tau : integrated autocorrelation time in steps.
    ess : effective sample size for the mean.
    ess_bulk, ess_tail : effective sample sizes for the middle and the tails of the
        distribution, from ranks.
    r_hat : rank-normalised split-R̂.

    If parts of the chain disagree, quantiles and intervals are withheld: access raises
    a `ComputationError`.
    """

    name: str
    unit: str
    mean: float
    std: float
    error: float
    median: float
    quantiles: dict[float, float]
    equal_tailed: dict[float, tuple[float, float]]
    highest_density: dict[float, tuple[Region, ...]]
    tau: float
    ess: float
    ess_bulk: float
    ess_tail: float
    r_hat: float
