"""Results of fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, Any, Final

from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.drawing import Submitted, Travelling, draws
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.inference.construction import Construction
from nuprobe.inference.costs import Cost
from nuprobe.inference.fit_tables import (
    correlation,
    fit_frame,
    fit_html,
    fit_latex,
    rounded,
)
from nuprobe.inference.goodness import GoodnessOfFit
from nuprobe.inference.intervals import Interval
from nuprobe.inference.profile import Profile, profile
from nuprobe.inference.regions import Region
from nuprobe.inference.surface import Surface
from nuprobe.inference.toy_goodness import toy_goodness
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter
from nuprobe.reprs import readable

if TYPE_CHECKING:
    from nuprobe.inference.toys.crossings import ToyBounds

__all__ = ["FitResult", "NuisanceResult", "ParameterResult"]

_ROUNDING: Final = 1e-5  # of its error, below which a value is printed as 0


@readable
@dataclass(frozen=True)
class ParameterResult:
    """A free parameter at the best fit, in the unit of the parameter.

    Attributes
    ----------
    parameter : its definition.
    value : best value.
    error : symmetric 1σ error from the curvature, None if there is none (a limit of its
        range within one error, or an interval open there: use the interval).
    interval : MINOS interval at the level of the fit, None if not requested.
    regions : all allowed regions at that level, in order; empty if not requested.
    """

    parameter: Parameter
    value: float
    error: float | None
    interval: Interval | None
    regions: tuple[Region, ...] = ()

    @property
    def also(self) -> dict[str, ParameterResult]:
        """The same result for equivalent radii of the parameter."""
        return {what: self._shifted(what, added) for what, added in self.parameter.also}

    def _shifted(self, what: str, added: float) -> ParameterResult:
        def moved(x: float | None) -> float | None:
            return None if x is None else at(x)

        def at(x: float) -> float:
            return sqrt(max(x**2 + added, 0.0))

        p, i = self.parameter, self.interval
        value = sqrt(max(self.value**2 + added, 0.0))
        return ParameterResult(
            replace(p, name=what, also=(), lower=-inf, upper=inf),
            value,
            self.error * self.value / value if self.error and value else None,
            i and replace(i, lower=moved(i.lower), upper=moved(i.upper)),
            tuple(
                replace(r, low=at(r.low), high=at(r.high), minimum=moved(r.minimum))
                for r in self.regions
            ),
        )


@readable
@dataclass(frozen=True)
class NuisanceResult:
    """A nuisance at the best fit.

    Attributes
    ----------
    nuisance : its definition.
    value : best value.
    error : its 1σ error.
    pull : value/sigma; None for a nuisance without constraint.
    """

    nuisance: Nuisance
    value: float
    error: float
    pull: float | None


@public_methods
@dataclass(frozen=True)
class FitResult(Submitted, Travelling):
    """Result of a fit.

    Attributes
    ----------
    cost : name of the cost.
    free : the parameters fitted.
    fixed : values of the others.
    nuisances : the nuisances at the best fit.
    covariance : of the free parameters and the nuisances, in the order of `names`,
        (free + nuisances, free + nuisances); None if there is none.
    twice_nll : at the best fit, 0 for a prediction that equals the data.
    ndf : bins minus free parameters, unconstrained nuisances and normalisations to the
        data.
    goodness_of_fit : p-value of `twice_nll`; None if there is none.
    goodness : the same with the distribution used: χ² with `ndf` if the expectations
        allow it, else one from the moments of few counts.
    cl : level of the MINOS intervals.
    point : the best fit in the order of the cost, shape (parameters,).
    nuisance_values : its nuisances, shape (nuisances,).
    source : the cost itself, for `profile` and `goodness_from_toys`.
    valid : the minimum was found (a fit that fails is an error, so this is True).
    notes : on the result.
    method : of the fit, ``"fast"`` or ``"migrad"``.
    construction : of the intervals of single parameters; None without.
    bounds : results of toys for each free parameter, by name; empty without toys.
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
    method: str = "fast"
    goodness: GoodnessOfFit | None = None
    source: Cost | None = field(default=None, repr=False, compare=False)
    construction: Construction | None = None
    bounds: Mapping[str, ToyBounds] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __repr__(self) -> str:
        found = []
        for p in self.free[:8]:
            q = p.parameter
            value, error = rounded(q.shown(p.value), q.shown(p.error))
            text = f"{q.name} = {value}" + (f" ± {error}" if error else "")
            found.append(f"{text} {q.shown_unit}".rstrip())
        found += ["..."] if len(self.free) > 8 else []
        words = f"−2 ln L = {self.twice_nll:.4g}, ndf = {self.ndf}"
        return f"<fit of {self.cost}: {', '.join(found)}; {words}>"

    def _repr_html_(self) -> str:
        return fit_html(self)

    plot = draws("plot_fit")

    @property
    def names(self) -> tuple[str, ...]:
        """Names along both axes of `covariance`: the free parameters, then the
        nuisances."""
        free = (p.parameter.name for p in self.free)
        return (*free, *(n.nuisance.name for n in self.nuisances))

    @property
    def correlation(self) -> FloatArray | None:
        """`covariance` over the product of the errors, 1 on the diagonal; None if there
        is none."""
        return None if self.covariance is None else correlation(self.covariance)

    def to_frame(self) -> Any:
        """A pandas ``DataFrame``, one row per parameter and nuisance, in the units of
        the parameters; raises `InputError` if pandas is not installed."""
        return fit_frame(self)

    def to_latex(self, nuisances: bool = True) -> str:
        """A LaTeX ``tabular`` of values, errors, intervals and pulls.

        Parameters
        ----------
        nuisances : include rows for them.
        """
        return fit_latex(self, nuisances)

    @public
    def profile(self, name: str, grid: ArrayLike) -> Profile:
        """Profile of one fitted parameter, the other fitted ones and all nuisances
        minimised.

        Parameters
        ----------
        name : the parameter.
        grid : its values, in its unit.

        Raises
        ------
        InputError
            If the parameter was not fitted.
        """
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

    @public
    def goodness_from_toys(self, toys: int = 1000, seed: int = 1) -> GoodnessOfFit:
        """Goodness of fit from simulated experiments, each fitted again.

        The data are drawn at the best fit, auxiliary measurements of the nuisances
        around their best values.

        Parameters
        ----------
        toys : number, from 10 to a million.
        seed : of the random numbers.

        Raises
        ------
        InputError
            If a number is invalid, the cost is not known, or no data can be drawn.
        """
        if self.source is None or self.goodness is None:
            raise InputError(
                f"{self.cost}: this result has no cost to simulate; take one from"
                " nuprobe.inference.fit"
            )
        names = [p.parameter.name for p in self.free]
        surface = Surface(self.source, names, self.point)
        return toy_goodness(surface, self.point, self.goodness, toys, seed)

    @property
    def regions(self) -> dict[str, tuple[Region, ...]]:
        """All allowed regions of the free parameters by name, each individually at the
        level of the fit; empty without intervals."""
        return {p.parameter.name: p.regions for p in self.free if p.regions}

    @property
    def values(self) -> dict[str, float]:
        """Best values of the free parameters by name."""
        return {p.parameter.name: p.value for p in self.free}

    def __getitem__(self, name: str) -> ParameterResult:
        """Free parameter `name`; raises `UnknownNameError` for any other."""
        for p in self.free:
            if p.parameter.name == name:
                return p
        free = [p.parameter.name for p in self.free]
        raise UnknownNameError("free parameter", name, free, "(of this fit)")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data: no NaN and no infinity (None instead)."""
        return {
            "cost": self.cost,
            "valid": self.valid,
            "twice_nll": self.twice_nll,
            "ndf": self.ndf,
            "goodness_of_fit": self.goodness_of_fit,
            "goodness": None if self.goodness is None else self.goodness.to_dict(),
            "cl": self.cl,
            "method": self.method,
            "intervals": self.construction and self.construction.to_dict(),
            "parameters": [
                {
                    **self._plain(p),
                    **_toys(self.bounds.get(p.parameter.name)),
                    **(
                        {"also": [self._plain(q) for q in p.also.values()]}
                        if p.also
                        else {}
                    ),
                }
                for p in self.free
            ],
            "fixed": [
                {"name": p.name, "unit": p.unit, "value": v} for p, v in self.fixed
            ],
            "covariance_names": list(self.names),
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
        known = self.goodness is not None and self.ndf > 0
        gof = f", {self.goodness}" if known else ""
        lines = [f"{self.cost}: −2 ln L = {self.twice_nll:.4g}, ndf = {self.ndf}{gof}"]
        one_sided = self.construction is not None and self.construction.sides == 1
        kind = "upper limit" if one_sided else "interval"
        rows = [
            ("parameter", "value", "error", f"{100 * self.cl:.4g} % {kind}", "unit")
        ]
        rows += [
            row
            for p in self.free
            for q in (p, *p.also.values())
            for row in (_row(q, one_sided), *_other_rows(q))
        ]
        rows += [
            (q.name, _number(q.shown(v)), "fixed", "", q.shown_unit)
            for q, v in self.fixed
        ]
        rows += [
            (
                n.nuisance.name,
                _number(_settled(n.value, n.error)),
                _number(n.error),
                "" if n.pull is None else f"pull {_settled(n.pull, 1.0):+.2f}",
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
        said = [] if self.construction is None else [f"intervals: {self.construction}"]
        return "\n".join(lines + said + [f"note: {note}" for note in self.notes])

    def _plain(self, p: ParameterResult) -> dict[str, Any]:
        """A parameter as plain data; only intervals without toys are named after
        MINOS."""
        by_toys = self.construction is not None and self.construction.toys
        ends = None if by_toys else p.interval
        lower, upper = (ends.lower, ends.upper) if ends else (None, None)
        return {
            "name": p.parameter.name,
            "unit": p.parameter.unit,
            "value": p.value,
            "error": p.error,
            "lower": p.interval.lower if p.interval else None,
            "upper": p.interval.upper if p.interval else None,
            "minos_lower": lower,
            "minos_upper": upper,
            "minos_note": ends.note if ends else "not computed",
            "regions": [r.to_dict() for r in p.regions],
        }


def _toys(bounds: ToyBounds | None) -> dict[str, Any]:
    return {} if bounds is None else {"toys": bounds.to_dict()}


def _row(p: ParameterResult, one_sided: bool) -> tuple[str, str, str, str, str]:
    i, q = p.interval, p.parameter
    return (
        q.name,
        _number(q.shown(_settled(p.value, _size(p)))),
        _number(q.shown(p.error)),
        "" if i is None else _interval_text(i, q, one_sided),
        f"{q.shown_unit} {_open_text(p)}".strip(),
    )


def _open_text(p: ParameterResult) -> str:
    """Open ends of the region of the best fit; empty if none."""
    ends = next((r.open_ends for r in p.regions if r.best), "")
    return f"({ends.removeprefix(', ')})" if ends else ""


def _other_rows(p: ParameterResult) -> list[tuple[str, str, str, str, str]]:
    """One line per allowed region except that of the best fit."""
    q, rows = p.parameter, []
    for r in p.regions:
        if r.best:
            continue
        text = f"{q.shown_unit} (also allowed, -2 ln L {r.depth}{r.open_ends})"
        rows.append((q.name, _number(q.shown(r.minimum)), "", r.ends(q), text.lstrip()))
    return rows


def _size(p: ParameterResult) -> float | None:
    """Error of a parameter, or without one the distance to the end of its interval."""
    if p.error is not None or p.interval is None:
        return p.error
    ends = [x for x in (p.interval.lower, p.interval.upper) if x is not None]
    return max((abs(x - p.value) for x in ends), default=None)


def _settled(value: float, size: float | None) -> float:
    """A value as it is printed: 0 where it is only rounding compared with its error."""
    return 0.0 if size is not None and abs(value) < _ROUNDING * size else value


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.5g}"


def _interval_text(i: Interval, p: Parameter, one_sided: bool) -> str:
    """Its ends; on an open side the end of the range, up to which everything is
    allowed."""
    if i.lower is None and i.upper is None:
        return "undetermined"
    low, high = (
        _number(p.shown(limit if end is None else end))
        for end, limit in ((i.lower, p.lower), (i.upper, p.upper))
    )
    if i.lower is None and (one_sided or not isfinite(p.lower)):
        return f"< {high}"
    if i.upper is None and not isfinite(p.upper):
        return f"> {low}"
    return f"[{low}, {high}]"
