"""Parameters of interest and nuisances, and the names that they are shared by.

A parameter is named once and the same name serves Python, files, the command line,
plots and tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Any, Final

from nuprobe.errors import InputError, UnitError, shown
from nuprobe.reprs import readable
from nuprobe.units import value_in

__all__ = ["SCALES", "MorphingNuisance", "Nuisance", "Parameter", "shown_unit"]

SCALES: Final[Mapping[str, float]] = {
    "cm2": 1e-32,
    "e": 1e-12,
    "muB": 1e-11,
    "1/MeV2": 1e-12,
}
"""Powers of ten in which tables and plots show charge radii, charges, moments and
coefficients of contact operators (1e-12/MeV² is 1/TeV²). Values, grids and files are in
the unit itself."""


def shown_unit(unit: str) -> str:
    """Unit of tables and plots, with the power of ten.

    Parameters
    ----------
    unit : of the parameter.

    Examples
    --------
    >>> shown_unit("cm2"), shown_unit("fm")
    ('1e-32 cm2', 'fm')
    """
    return f"{SCALES[unit]:g} {unit}" if unit in SCALES else unit


@readable
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
    unit : unit in which values of this parameter are given everywhere (``"fm"``);
        empty if dimensionless.
    latex : symbol for plots and tables, without dollar signs.
    also : further radii that the value corresponds to, as (name, unit² added to its
        square): a point-neutron radius is also quoted as a physical one.
    search : where a fit without a start looks for one; None for the whole range.
    log : whether that search is logarithmic.

    Examples
    --------
    >>> radius = Parameter("charge_radius.ee", -6e-31, unit="cm2")
    >>> round(radius.shown(radius.default), 9), radius.shown_unit
    (-60.0, '1e-32 cm2')
    """

    name: str
    default: float
    lower: float = -inf
    upper: float = inf
    step: float = 0.1
    unit: str = ""
    latex: str = ""
    also: tuple[tuple[str, float], ...] = ()
    search: tuple[float, float] | None = field(default=None, repr=False)
    log: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        if not self.lower <= self.default <= self.upper:
            raise InputError(
                f"parameter {self.name}: default {self.default} lies outside"
                f" [{self.lower}, {self.upper}]"
            )

    @property
    def shown_unit(self) -> str:
        """Unit of tables and plots, with the power of ten: ``"1e-32 cm2"``."""
        return shown_unit(self.unit)

    def read(self, value: Any) -> Any:
        """Return a value, or a sequence of values, in `unit`: numbers as they are,
        texts with their unit converted.

        Parameters
        ----------
        value : number, text such as ``"1e-10 muB"``, array, or a sequence of them.
        """
        if isinstance(value, str):
            try:
                return value_in(value, self.unit)
            except UnitError as err:
                raise UnitError(f"{self.name}: {err}") from None
        if isinstance(value, list | tuple) and any(isinstance(v, str) for v in value):
            return [self.read(v) for v in value]
        return value

    def shown(self, value: Any) -> Any:
        """A value, or array of values, in `shown_unit`."""
        scale = SCALES.get(self.unit)
        return value if scale is None or value is None else value / scale


@readable
@dataclass(frozen=True)
class Nuisance:
    """A nuisance that enters the expectation linearly, centred on 0 with a Gaussian
    constraint.

    Attributes
    ----------
    name : costs that use the same name share the nuisance.
    sigma : standard deviation of the constraint; ``inf`` for none.
    latex, description : for plots and tables.
    marginal : integrated over instead of profiled. For shapes that scale with the
        signal, profiling would let a larger signal explain the same distortion with a
        smaller penalty.

    Examples
    --------
    >>> Nuisance("alpha", 0.28).sigma
    0.28
    """

    name: str
    sigma: float
    latex: str = ""
    description: str = ""
    marginal: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.marginal and self.sigma == inf:
            raise InputError(
                f"nuisance {self.name}: integrating over it needs a finite sigma;"
                " give one, or profile it"
            )
        if not self.sigma > 0:
            raise InputError(
                f"nuisance {self.name}: sigma must be positive, got {self.sigma}"
            )


@readable
@dataclass(frozen=True)
class MorphingNuisance(Nuisance):
    """A nuisance in which the expectation is linear only between anchors, centred on 0
    with a Gaussian constraint.

    Attributes
    ----------
    name, sigma, latex, description : as of a `Nuisance`; the sigma is finite.
    marginal : False; between anchors a nuisance is profiled.
    anchors : values at which the expectation is known, increasing, 0 among them; the
        nuisance stays between the first and the last.

    Examples
    --------
    >>> MorphingNuisance("light-yield", 1.0, anchors=(-1.0, 0.0, 1.0)).anchors[-1]
    1.0
    """

    anchors: tuple[float, ...] = (-1.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.marginal:
            raise InputError(
                f"nuisance {self.name}: nuisances that morph between anchors are"
                " profiled; they cannot be marginal"
            )
        increasing = all(a < b for a, b in pairwise(self.anchors))
        finite = all(abs(a) < inf for a in self.anchors)
        inside = self.anchors[:1] < (0,) < self.anchors[-1:] and 0 in self.anchors
        if not (increasing and finite and inside and self.sigma < inf):
            raise InputError(
                f"nuisance {self.name}: anchors must increase with 0 between the first"
                f" and the last, and sigma must be finite; got {shown(self.anchors)}"
                f" and {self.sigma:g}"
            )
