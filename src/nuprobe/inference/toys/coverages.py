"""How often intervals cover the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.drawing import Exported
from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import check_level, delta_threshold
from nuprobe.inference.toys.sample import ToySample, throw
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.inference.toys.truth import Values, hypothesis_at, names_of
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Coverage", "coverage"]

LEVELS: Final = (0.6826894921370859, 0.9, 0.95)
"""Levels that are asked for by default: 1σ, 90 % and 95 %."""


@readable
@dataclass(frozen=True, eq=False)
class Coverage(Exported):
    """Share of toys whose interval contains the truth.

    Attributes
    ----------
    parameter : of interest.
    truth : its true value.
    levels : nominal confidence levels.
    covered : share of toys whose Δ(−2 ln L) at the truth is below the threshold of each
        level.
    best : best values in the toys, shape (toys,).
    sample : all fits.
    settings : how the toys were thrown.
    """

    parameter: Parameter
    truth: float
    levels: tuple[float, ...]
    covered: tuple[float, ...]
    best: FloatArray
    sample: ToySample
    settings: ToySettings

    @property
    def errors(self) -> tuple[float, ...]:
        """Binomial standard errors of the shares, at least of the nominal level."""
        n = len(self.best)
        return tuple(
            float(np.sqrt(max(c * (1 - c), p * (1 - p)) / n))
            for c, p in zip(self.covered, self.levels, strict=True)
        )

    @property
    def bias(self) -> tuple[float, float]:
        """Mean of the best values minus the truth, and its standard error."""
        n = len(self.best)
        spread = float(np.std(self.best, ddof=1)) if n > 1 else 0.0
        return float(self.best.mean()) - self.truth, spread / float(np.sqrt(n))

    @property
    def median(self) -> float:
        """Median of the best values."""
        return float(np.median(self.best))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        bias, error = self.bias
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            "truth": self.truth,
            "toys": len(self.best),
            "seed": self.settings.seed,
            "ensemble": self.settings.ensemble,
            "levels": list(self.levels),
            "covered": list(self.covered),
            "errors": list(self.errors),
            "mean": float(self.best.mean()),
            "median": self.median,
            "spread": float(self.best.std()),
            "bias": bias,
            "bias_error": error,
        }


@public
def coverage(
    cost: Cost,
    parameter: str,
    truth: Values | None = None,
    free: Iterable[str] = (),
    levels: Sequence[float] = LEVELS,
    toys: int | ToySettings = 1000,
) -> Coverage:
    """How often the interval of one parameter contains its true value.

    The interval is where the profiled −2 ln L is less than the threshold of one
    parameter (`delta_threshold`) above its minimum; every toy is fitted for its global
    minimum.

    Parameters
    ----------
    cost : gives the prediction, the statistic and the constraints; its data matter only
        for ``nuisances="profiled"``.
    parameter : name of the parameter of interest.
    truth : true values of parameters, the others at their default.
    free : names of further parameters that are fitted.
    levels : confidence levels.
    toys : their number, with true nuisances at 0, or all settings.

    Raises
    ------
    InputError
        If a name, value or level is not possible, or no data can be drawn.
    ComputationError
        If the fit of a toy did not converge.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> result = coverage(cost, "rn", toys=200)
    >>> [round(c, 1) for c in result.covered]
    [0.7, 0.9, 1.0]
    """
    names, others = names_of(cost, parameter, free)
    wanted = tuple(float(level) for level in levels)
    for level in wanted:
        check_level(level)
    if not wanted:
        raise InputError(
            f"at least one confidence level is needed, got {shown(levels)}"
        )
    settings = settings_of(toys, "nominal")
    point = cost.point(dict(truth or {}))
    at = hypothesis_at(cost, point, others, settings)
    column = cost.index(parameter)

    def made(sample: ToySample) -> Coverage:
        delta = sample.delta[0]
        return Coverage(
            cost.parameters[column],
            float(point[column]),
            wanted,
            tuple(float((delta <= delta_threshold(c)).mean()) for c in wanted),
            sample.best[0, :, column],
            sample,
            settings,
        )

    return made(throw(cost, [at], names, others, settings, lambda s: made(s).to_dict()))
