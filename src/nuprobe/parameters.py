"""Names that physics shares: a parameter of interest and a linear nuisance.

A parameter is named once and the same name serves Python, files, the command line,
plots and tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from nuprobe.errors import InputError

__all__ = ["Nuisance", "Parameter"]


@dataclass(frozen=True)
class Parameter:
    """A quantity a fit can determine.

    Attributes
    ----------
    name : name used everywhere, e.g. ``"rn"``.
    default : value when it is not free (in `unit`).
    lower, upper : allowed range (in `unit`); a value outside is an error, never
        clipped.
    step : a typical scale of variation, used to start a fit.
    unit : unit in which values of this parameter are given and shown (``"fm"``); empty
        if dimensionless.
    latex : symbol for plots and tables, without dollar signs.
    """

    name: str
    default: float
    lower: float = -inf
    upper: float = inf
    step: float = 0.1
    unit: str = ""
    latex: str = ""

    def __post_init__(self) -> None:
        if not self.lower <= self.default <= self.upper:
            raise InputError(
                f"parameter {self.name}: default {self.default} lies outside"
                f" [{self.lower}, {self.upper}]"
            )


@dataclass(frozen=True)
class Nuisance:
    """A nuisance that enters the expectation linearly, centred on 0 with a Gaussian
    constraint.

    Attributes
    ----------
    name : two costs that use one name share one nuisance.
    sigma : standard deviation of the constraint; ``inf`` leaves it free.
    latex, description : for plots and tables.
    """

    name: str
    sigma: float
    latex: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        if not self.sigma > 0:
            raise InputError(
                f"nuisance {self.name}: sigma must be positive, got {self.sigma}"
            )
