"""Median expected limits without a signal, with their bands: by the asymptotic formula
on the Asimov data set, and by toys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from nuprobe.border import public
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, shown
from nuprobe.inference.construction import Construction, Method, check_method
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import check_level, delta_threshold
from nuprobe.inference.toys.asymptotic import asymptotic_cls
from nuprobe.inference.toys.ensemble import Toys, draw
from nuprobe.inference.toys.exclusion import null_of, statistics_of
from nuprobe.inference.toys.sample import Hypothesis, throw
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.thresholds import quantile
from nuprobe.inference.toys.truth import names_of
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Sensitivity", "sensitivity"]

BANDS: Final = (-2, -1, 0, 1, 2)
"""Standard deviations about the median."""
_COARSE: Final = 17
_FINE: Final = 14
_TOYS: Final = 25
_DEFAULT: Final = Construction("cls", 0.9)
_DECADES: Final = 8


@readable
@dataclass(frozen=True, eq=False)
class Sensitivity(Exported):
    """Upper limits that an experiment without a signal would set.

    Attributes
    ----------
    parameter : of interest, in its unit.
    null : its value without a signal.
    cl : confidence level of the limits (CLs).
    expected : −2σ, −1σ, median, +1σ, +2σ by the asymptotic formula; None where no value
        of the range is excluded, shape (5,).
    limits : of each toy, sorted, None where nothing is excluded; empty without toys.
    construction : method and sides of the limits; of intervals the upper ends.
    """

    parameter: Parameter
    null: float
    cl: float
    expected: tuple[float | None, ...]
    limits: tuple[float | None, ...] = ()
    construction: Construction = _DEFAULT

    plot = draws("plot_sensitivity")

    @property
    def formula(self) -> str:
        """By what `expected` is, in words."""
        if self.construction.method == "cls":
            return "asymptotic formula"
        return "large samples (Wilks)"

    @property
    def how(self) -> str:
        """By what the limits of toys are, in words."""
        if self.construction.method == "feldman-cousins":
            return "each by critical values of toys at its values"
        return f"each by the {self.formula}"

    @property
    def median(self) -> float | None:
        """The median by the formula."""
        return self.expected[2]

    @property
    def toys(self) -> tuple[float | None, ...] | None:
        """−2σ to +2σ quantiles of the toys' limits, or None without toys."""
        if not self.limits:
            return None
        from scipy.special import ndtr

        last = len(self.limits) - 1
        return tuple(self.limits[round(float(ndtr(n)) * last)] for n in BANDS)

    @property
    def median_error(self) -> float:
        """Monte Carlo error of the median of the toys' limits: half the distance of
        the order statistics one binomial standard deviation below and above; inf
        where one of them excludes nothing."""
        n = len(self.limits)
        if not n:
            return 0.0
        known = np.array([np.inf if x is None else x for x in self.limits])
        spread = np.sqrt(n) / 2
        places = np.clip([n / 2 - spread, n / 2 + spread], 0, n - 1).round().astype(int)
        low, high = known[places]
        return float(high - low) / 2 if np.isfinite(high) else float("inf")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        names = ("-2", "-1", "median", "+1", "+2")
        toys = self.toys
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            "null": self.null,
            "cl": self.cl,
            "sides": self.construction.sides,
            "intervals": self.construction.to_dict(),
            "method": (
                "CLs, q-tilde; bands by the asymptotic formula on Asimov data"
                if self.construction.method == "cls"
                else f"upper ends, {self.construction.short}"
            ),
            "expected": dict(zip(names, self.expected, strict=True)),
            "toys": None if toys is None else dict(zip(names, toys, strict=True)),
            "number": len(self.limits),
            "median_error": (
                self.median_error if np.isfinite(self.median_error) else None
            ),
            "limits": list(self.limits),
        }


@public
def sensitivity(
    cost: Cost,
    parameter: str,
    cl: float = 0.9,
    *,
    null: float | str | None = None,
    free: Iterable[str] = (),
    toys: int = 0,
    seed: int = 1,
    intervals: Method = "cls",
) -> Sensitivity:
    """Median expected upper limit on a parameter where there is no signal, and the
    bands in which 68 and 95 % of experiments find theirs.

    The data of `cost` are not used: they are replaced by what is expected without a
    signal (the Asimov data set), of which the rise q̃ of −2 ln L gives median and bands
    of CLs (Cowan:2010js, equation 89). Toys check the formula: data and auxiliary
    measurements are drawn without a signal, and each toy has its own limit.

    Parameters
    ----------
    cost : of the experiment.
    parameter : name of the parameter of interest; more of it is more signal.
    cl : confidence level.
    null : value without a signal; by default 0 if that lies in the range of the
        parameter, else its lower limit.
    free : names of further parameters that are fitted.
    toys : their number, 0 for the formula alone.
    seed : of the random numbers.
    intervals : ``"cls"``, one-sided; or the upper ends of two-sided intervals:
        ``"wilks"``, or ``"feldman-cousins"``, with critical values of as many toys at
        each value, which needs `toys`.

    Raises
    ------
    InputError
        If a name or value is not possible, or no value of the range is excluded.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference import sensitivity
    >>> argon = nu.experiment("coherent-lar-2020")
    >>> cost = argon.cost(free=["cevns_scale"], analysis="published")
    >>> found = sensitivity(cost, "cevns_scale")
    >>> found.expected[1] < found.median < found.expected[3]
    True
    """
    check_level(cl)
    if isinstance(toys, bool) or not isinstance(toys, int) or not 0 <= toys <= 100_000:
        raise InputError(f"toys must be a number from 0 to 100000, got {shown(toys)}")
    check_method(intervals)
    if intervals == "feldman-cousins" and not toys:
        raise InputError("intervals by feldman-cousins need toys, got toys = 0")
    one_sided = intervals == "cls"
    said = Construction(intervals, cl, 1 if one_sided else 2, 1, toys, seed)
    roots = _roots(cl) if one_sided else _ends(cl)
    names, others = names_of(cost, parameter, free)
    p = cost.parameters[cost.index(parameter)]
    if null is None and p.lower <= 0 <= p.upper:
        null = 0.0
    start = cost.default.copy()
    start[cost.index(parameter)] = without = null_of(p, null)
    nuisances = np.zeros(len(cost.nuisances))
    nothing = Toys(tuple(data[None] for data in cost.expected(start)), nuisances[None])
    search = _Search(cost, (names, others), start, nuisances)
    low, high = search.ends(nothing, p, without, cl, roots)
    steps = np.geomspace(low, high, _FINE)
    (q,) = search.statistics(nothing, without + steps)
    reach = _Reach(steps, q)
    found = tuple(
        None if x is None else without + x
        for x in (reach.where(root) for root in roots)
    )
    limits: list[float | None] = []
    if toys:
        steps = np.geomspace(low, high, _TOYS)
        values, q = without + steps, reach.at(steps)
        rng = np.random.default_rng(seed)
        drawn = draw(cost, start, nuisances, toys, rng)
        every = search.statistics(drawn, values)
        if one_sided:
            limits = [_crossing(values, asymptotic_cls(one, q), cl) for one in every]
        else:
            critical = np.full(_TOYS, delta_threshold(cl))
            if intervals == "feldman-cousins":
                critical, errors = search.critical(values, cl, ToySettings(toys, seed))
                spans = ((x.min(), x.max()) for x in (critical, errors))
                said = said.with_errors(*((float(a), float(b)) for a, b in spans))
            # e^(critical value − rise) against 1: the largest that is allowed
            limits = [_crossing(values, np.exp(critical - one), 0.0) for one in every]
        limits.sort(key=lambda x: np.inf if x is None else x)
    return Sensitivity(p, without, cl, found, tuple(limits), said)


@dataclass(frozen=True, eq=False)
class _Search:
    """q̃ of data without a signal along the parameter of interest."""

    cost: Cost
    names: tuple[list[str], list[str]]
    start: FloatArray
    nuisances: FloatArray

    def statistics(self, toys: Toys, values: FloatArray) -> FloatArray:
        """q̃ of toys at values, shape (toys, values)."""
        points = np.tile(self.start, (len(values), 1))
        points[:, self.cost.index(self.names[0][0])] = values
        nominal = self.start, self.nuisances
        return statistics_of(self.cost, toys, *self.names, points, nominal)

    def critical(
        self, values: FloatArray, cl: float, settings: ToySettings
    ) -> tuple[FloatArray, FloatArray]:
        """Rise of −2 ln L that toys made at each value stay below, and its error."""
        at = []
        for x in values:
            point = self.start.copy()
            point[self.cost.index(self.names[0][0])] = x
            at.append(Hypothesis(point, self.nuisances, point))
        sample = throw(self.cost, at, *self.names, settings)
        found = np.array([quantile(one, cl) for one in sample.delta])
        return found[:, 0], found[:, 1]

    def ends(
        self, toys: Toys, p: Parameter, null: float, cl: float, roots: FloatArray
    ) -> tuple[float, float]:
        """Distances from the null well inside the lowest and beyond the highest
        band."""
        span = p.upper - null if np.isfinite(p.upper) else 1e6 * p.step
        if not span > 0:
            raise InputError(
                f"{p.name} has no values above {null:g}, its value without a signal:"
                " choose another null"
            )
        steps = span * np.geomspace(10.0**-_DECADES, 1.0, _COARSE)
        (q,) = self.statistics(toys, null + steps)
        if np.sqrt(q.max()) < roots[2]:
            raise InputError(
                f"{p.name}: no value up to {null + span:g} {p.unit}".rstrip()
                + f" would be excluded at {100 * cl:g} % CL: the experiment is not"
                " sensitive to it, or its range is too small"
            )
        below = np.flatnonzero(np.sqrt(q) < 0.7 * roots[0])
        above = np.flatnonzero(np.sqrt(q) > 1.2 * roots[4])
        first = int(below[-1]) if below.size else 0
        first = min(first, _COARSE - 2)
        last = max(int(above[0]) if above.size else _COARSE - 1, first + 1)
        return float(steps[first]), float(steps[last])


def _roots(cl: float) -> FloatArray:
    """√q̃ of the Asimov data at the limits of −2σ to +2σ (Cowan:2010js, equation 89, for
    CLs), shape (5,)."""
    from scipy.special import ndtr, ndtri

    n = np.array(BANDS, dtype=float)
    return np.asarray(n + ndtri(1 - (1 - cl) * ndtr(n)))


def _ends(cl: float) -> FloatArray:
    """√q̃ of the Asimov data at the upper ends of two-sided intervals of −2σ to +2σ,
    shape (5,).

    Data n σ from the null have Δ(−2 ln L) = (s − n)² at s, less n² if n is below 0,
    where the best value is the null.
    """
    n = np.array(BANDS, dtype=float)
    return np.asarray(n + np.sqrt(np.minimum(n, 0.0) ** 2 + delta_threshold(cl)))


class _Reach:
    """√q̃ of the Asimov data over the distance from the null, both logarithmic."""

    def __init__(self, steps: FloatArray, q: FloatArray) -> None:
        from scipy.interpolate import PchipInterpolator

        # from where it rises: below, rounding decides
        floor = max(1e-6, 1e-8 * float(q.max()))
        start = int(np.flatnonzero(q < floor)[-1]) + 1 if (q < floor).any() else 0
        self.steps, self.root = steps[start:], np.sqrt(q[start:])
        self._curve = PchipInterpolator(np.log(self.steps), np.log(self.root))

    def at(self, steps: FloatArray) -> FloatArray:
        """q̃ at some distances, 0 below those that are known."""
        inside = np.clip(steps, self.steps[0], self.steps[-1])
        q = np.exp(2 * self._curve(np.log(inside)))
        return np.where(steps < self.steps[0], 0.0, q)

    def where(self, root: float) -> float | None:
        """The largest distance at which √q̃ is `root`; None beyond the range."""
        fine = np.geomspace(self.steps[0], self.steps[-1], 4001)
        values = np.exp(self._curve(np.log(fine)))
        below = np.flatnonzero(values < root)
        if not below.size:
            return float(fine[0])
        i = int(below[-1])
        if i == len(fine) - 1:
            return None
        share = (root - values[i]) / (values[i + 1] - values[i])
        return float(fine[i] + share * (fine[i + 1] - fine[i]))


def _crossing(values: FloatArray, curve: FloatArray, cl: float) -> float | None:
    """Largest value that is not excluded; None if the last one is not."""
    logs, wanted = np.log(np.maximum(curve, 1e-300)), np.log1p(-cl)
    allowed = np.flatnonzero(logs >= wanted)
    if not allowed.size:
        return float(values[0])
    i = int(allowed[-1])
    if i == len(values) - 1:
        return None
    share = (logs[i] - wanted) / (logs[i] - logs[i + 1])
    return float(values[i] + share * (values[i + 1] - values[i]))
