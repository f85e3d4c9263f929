"""Priors of parameters."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from nuprobe.errors import InputError
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Flat", "LogFlat", "Normal", "Prior", "ends_of", "in_words"]


@readable
@dataclass(frozen=True)
class Flat:
    """Uniform density between two values.

    Attributes
    ----------
    lower, upper : in the unit of the parameter; default: its limits.

    Examples
    --------
    >>> Flat(4.0, 6.0)
    Flat(lower=4.0, upper=6.0)
    """

    lower: float = -inf
    upper: float = inf

    def __post_init__(self) -> None:
        if not self.lower < self.upper:
            raise InputError(
                f"a flat prior needs lower < upper, got {self.lower} and {self.upper}"
            )


@readable
@dataclass(frozen=True)
class LogFlat:
    """Uniform density in the logarithm between two positive values: for scales such as
    a coupling or a mass.

    Attributes
    ----------
    lower, upper : in the unit of the parameter.
    """

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not 0 < self.lower < self.upper < inf:
            raise InputError(
                f"a log-flat prior needs 0 < lower < upper, got {self.lower} and"
                f" {self.upper}"
            )


@readable
@dataclass(frozen=True)
class Normal:
    """Gaussian, truncated at the limits of the parameter.

    Attributes
    ----------
    mean, sigma : in the unit of the parameter.
    """

    mean: float
    sigma: float

    def __post_init__(self) -> None:
        if not (isfinite(self.mean) and 0 < self.sigma < inf):
            raise InputError(
                "a normal prior needs a finite mean and a positive sigma, got"
                f" {self.mean}, {self.sigma}"
            )


Prior = Flat | LogFlat | Normal


def ends_of(p: Parameter, prior: Prior) -> tuple[float, float]:
    """Ends of the prior of a parameter, in its unit.

    Parameters
    ----------
    p : the parameter.
    prior : its prior.

    Raises
    ------
    InputError
        If the prior does not overlap the range of the parameter.

    Examples
    --------
    >>> ends_of(Parameter("rn", 5.0, lower=0.0), Flat(upper=8.0))
    (0.0, 8.0)
    """
    if isinstance(prior, Normal):
        low, high = p.lower, p.upper
        near = min(max(prior.mean, low), high)
        if abs(near - prior.mean) > 5 * prior.sigma:
            raise InputError(
                f"the prior of {p.name} lies outside its range [{low:g}, {high:g}]"
                f" {p.unit}".rstrip()
            )
        return low, high
    low, high = max(p.lower, prior.lower), min(p.upper, prior.upper)
    if not low < high:
        raise InputError(
            f"the prior of {p.name}, [{prior.lower:g}, {prior.upper:g}], does not"
            f" overlap its range [{p.lower:g}, {p.upper:g}] {p.unit}".rstrip()
        )
    return low, high


def in_words(prior: Prior, lower: float, upper: float) -> str:
    """A prior in a table, e.g. ``"flat [4, 6]"``.

    Parameters
    ----------
    prior : the prior.
    lower, upper : its ends, in the unit of the parameter.

    Examples
    --------
    >>> in_words(Normal(5.0, 0.3), 0.0, 10.0)
    'normal 5 +- 0.3'
    """
    if isinstance(prior, Normal):
        return f"normal {prior.mean:g} +- {prior.sigma:g}"
    kind = "log-flat" if isinstance(prior, LogFlat) else "flat"
    return f"{kind} [{lower:g}, {upper:g}]"
