"""Where couplings are excluded, mass by mass: measured ratios and profiled counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.experiments.ratio import RatioPrediction
from nuprobe.experiments.scanned import Scanned
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.inference import Cost
from nuprobe.numerics import FloatArray

__all__ = ["Counts", "LimitCurve", "Ratio", "Search", "limit_curve", "points_of"]

_STEPS: Final = 240
_MANY: Final = 1e4
_GOLDEN: Final = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, eq=False)
class LimitCurve:
    """Largest allowed coupling over mass.

    Attributes
    ----------
    label : what it is.
    mass : MeV, shape (n,), increasing.
    coupling : limit on g′, shape (n,); NaN-free: ``inf`` where nothing up to the
        largest coupling is excluded.
    reopens : smallest coupling of the search above the limit that is allowed again
        (destructive interference can hide a strong coupling), ``inf`` where there is
        none; None if nothing was searched.
    standard_excluded : whether no coupling at all, the Standard Model, is excluded too;
        `coupling` is the upper end of what is allowed.
    experiments : names of those that entered.
    projected : whether any of them is a projection, so that the curve is a sensitivity
        and excludes nothing.
    """

    label: str
    mass: FloatArray
    coupling: FloatArray
    reopens: FloatArray | None = None
    standard_excluded: bool = False
    experiments: tuple[str, ...] = ()
    projected: bool = False

    @property
    def heavy(self) -> float | None:
        """Limit on M/g′ at the largest mass, MeV; None if there is none."""
        i = int(np.argmax(self.mass))
        last = float(self.coupling[i])
        return float(self.mass[i]) / last if math.isfinite(last) else None

    @property
    def light(self) -> float | None:
        """Limit on g′ at the smallest mass; None if there is none."""
        first = float(self.coupling[np.argmin(self.mass)])
        return first if math.isfinite(first) else None


@dataclass(frozen=True, eq=False)
class Ratio:
    """A measured ratio.

    Attributes
    ----------
    prediction : over mass and coupling.
    mediated : its terms at the masses, shape (channels, 3, masses).
    ratio, plus, minus : measured, and its errors.
    """

    prediction: RatioPrediction
    mediated: FloatArray
    ratio: float
    plus: float
    minus: float

    @classmethod
    def of(
        cls,
        experiment: TridentExperiment,
        scanned: Scanned,
        analysis: str | None,
        masses: FloatArray,
    ) -> Ratio:
        """Return the ratio of an `experiment`, for its `analysis` (None: the first),
        with the terms of the `scanned` model at `masses` (MeV)."""
        measured = experiment.measurement(analysis)
        prediction = experiment.prediction(scanned, (), analysis)
        terms = prediction.mediated(masses)
        return cls(prediction, terms, measured.ratio, measured.plus, measured.minus)

    def at(self, masses: FloatArray) -> Ratio:
        """Return the same ratio at other `masses` (MeV)."""
        return replace(self, mediated=self.prediction.mediated(masses))

    def pull(self, coupling: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(predicted − measured)/error at couplings of shape (..., masses), and the
        error of that side."""
        difference = self.prediction.ratio(self.mediated, coupling) - self.ratio
        error = np.where(difference > 0, self.plus, self.minus)
        return np.asarray(difference / error), error

    def chi2(self, coupling: FloatArray) -> FloatArray:
        """Squared pull."""
        return np.asarray(self.pull(coupling)[0] ** 2)


@dataclass(frozen=True, eq=False)
class Counts:
    """Counting experiments, profiled over their nuisances.

    Beyond the coupling `cap` the signal is ten thousand times the data: the likelihood
    has long reached what it tends to (a nuisance may take such a signal away), and
    could not be computed.

    Attributes
    ----------
    cost : over mass and coupling.
    mass : MeV, shape (masses,).
    cap : couplings, shape (masses,).
    """

    cost: Cost
    mass: FloatArray
    cap: FloatArray

    @classmethod
    def of(cls, cost: Cost, mass: FloatArray, largest: float) -> Counts:
        """Find the caps below the largest coupling by bisection, every mass at once."""

        def too_many(coupling: FloatArray) -> NDArray[np.bool_]:
            points = points_of(cost, coupling, mass)
            found = np.zeros(mass.size, dtype=bool)
            for term in cost.terms:
                columns = [cost.index(p.name) for p in term.parameters]
                expected = term.prediction.expectation(points[:, columns]).base.sum(
                    axis=1
                )
                found |= expected > _MANY * (np.abs(term.data).sum() + 1)
            return found

        hi = np.full(mass.size, math.log(largest))
        lo = np.where(too_many(np.exp(hi)), hi - 60, hi)
        for _ in range(40):
            middle = (lo + hi) / 2
            more = too_many(np.exp(middle))
            lo, hi = np.where(more, lo, middle), np.where(more, middle, hi)
        return cls(cost, mass, np.exp(lo))

    def chi2(self, coupling: FloatArray) -> FloatArray:
        """−2 ln L at couplings of shape (..., masses)."""
        points = points_of(self.cost, np.minimum(coupling, self.cap), self.mass)
        return self.cost.profiled(points.reshape(-1, 2)).twice_nll.reshape(
            coupling.shape
        )


def points_of(cost: Cost, coupling: FloatArray, mass: FloatArray) -> FloatArray:
    """Points of a cost over mass and coupling.

    Parameters
    ----------
    cost : whose columns they have.
    coupling : shape (..., masses).
    mass : MeV, shape (masses,).

    Returns
    -------
    array, shape (..., masses, 2)

    Examples
    --------
    >>> from nuprobe.experiments import experiment, family_cost
    >>> cost = family_cost(experiment("ccfr-trident"), "lmu-ltau")
    >>> points_of(cost, np.array([1e-3, 1e-4]), np.array([10.0, 20.0]))
    array([[1.e+01, 1.e-03],
           [2.e+01, 1.e-04]])
    """
    points = np.empty((*coupling.shape, 2))
    label = cost.parameters[0].name.removesuffix("mass").removesuffix("coupling")
    points[..., cost.index(label + "mass")] = mass
    points[..., cost.index(label + "coupling")] = coupling
    return points


def _best_common(terms: Sequence[Ratio]) -> float:
    """Smallest sum of squared pulls for one common ratio."""
    if len(terms) == 1:
        return 0.0
    trial = np.linspace(min(t.ratio for t in terms), max(t.ratio for t in terms), 2001)
    total = np.zeros(trial.size)
    for t in terms:
        difference = trial - t.ratio
        total += (difference / np.where(difference > 0, t.plus, t.minus)) ** 2
    return float(total.min())


@dataclass(frozen=True)
class Search:
    """What is excluded, and where to look.

    Attributes
    ----------
    z : errors beyond which a coupling is excluded.
    sides : 1: only above the best coupling, or 2.
    couplings : smallest and largest.
    """

    z: float
    sides: int
    couplings: tuple[float, float]


def limit_curve(
    label: str, terms: Sequence[Ratio | Counts], masses: FloatArray, search: Search
) -> LimitCurve:
    """Coupling where exclusion sets in, by bracketing on a logarithmic grid and
    bisection, every mass at once.

    Parameters
    ----------
    label : of the curve, for messages too.
    terms : data that count together.
    masses : MeV, shape (masses,), increasing.
    search : level and range.

    Raises
    ------
    InputError
        If the smallest coupling is excluded, or all are.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> ccfr = experiment("ccfr-trident")
    >>> term = Ratio.of(ccfr, Scanned.of("lmu-ltau"), None, np.array([10.0]))
    >>> search = Search(1.96, 2, (1e-5, 1.0))
    >>> limit_curve("ccfr", [term], np.array([10.0]), search).coupling.round(5)
    array([0.00092])
    """
    ratios = [t for t in terms if isinstance(t, Ratio)]
    only_ratios = len(ratios) == len(terms)

    def chi2(coupling: FloatArray) -> FloatArray:
        total = np.asarray(sum(t.chi2(coupling) for t in terms))
        if search.sides == 1 and only_ratios:
            # the sum falls when every ratio grows: below the best common one
            pulls = (t.pull(coupling) for t in ratios)
            total = np.where(sum(pull / error for pull, error in pulls) > 0, total, 0.0)
        return total

    grid = np.geomspace(*search.couplings, _STEPS)
    number = np.arange(grid.size)[:, None]
    values = chi2(np.broadcast_to(grid[:, None], (grid.size, masses.size)))
    nothing = chi2(np.zeros((1, masses.size)))[0]
    start = np.zeros(masses.size, dtype=int)
    if only_ratios:
        floor = np.full(masses.size, _best_common(ratios))
    else:
        best = np.argmin(values, axis=0)
        floor = np.minimum(_minimum(chi2, grid, best), nothing)
        start = best if search.sides == 1 else start
    threshold = floor + search.z**2
    outside = values > threshold
    outside[number < start] = False
    standard = (nothing > threshold) & (start == 0)
    sigma = math.sqrt(max(float((nothing - floor).max()), 0.0))
    _check_grid(label, masses, grid, outside, standard, sigma)
    # couplings excluded from nothing up to the first allowed one are no limit from
    # above
    allowed = np.argmax(~outside, axis=0)
    beyond = outside & (number > allowed)
    none = ~beyond.any(axis=0)
    first = np.argmax(beyond, axis=0)
    lo, hi = np.log(grid[np.maximum(first - 1, 0)]), np.log(grid[first])
    for _ in range(60):
        middle = (lo + hi) / 2
        excluded = chi2(np.exp(middle)[None])[0] > threshold
        lo, hi = np.where(excluded, lo, middle), np.where(excluded, middle, hi)
    again = ~outside & (number > first) & ~none
    reopens = np.where(again.any(axis=0), grid[np.argmax(again, axis=0)], np.inf)
    coupling = np.where(none, np.inf, np.exp(hi))
    return LimitCurve(label, masses, coupling, reopens, bool(standard.any()))


def _check_grid(
    label: str,
    masses: FloatArray,
    grid: FloatArray,
    outside: NDArray[np.bool_],
    standard: NDArray[np.bool_],
    sigma: float,
) -> None:
    """Refuse a range of couplings that does not enclose a limit."""
    for wrong, why in (
        (
            outside[0] & ~standard,
            f"the smallest coupling {grid[0]:.3g} is excluded already: start the grid"
            " at a smaller coupling",
        ),
        (
            outside.all(axis=0),
            f"every coupling from {grid[0]:.3g} to {grid[-1]:.3g} is excluded, and the"
            f" Standard Model by {sigma:.2f} sigma: there is no limit; raise the"
            " confidence level",
        ),
    ):
        if wrong.any():
            raise InputError(f"{label}: at {masses[np.argmax(wrong)]:.6g} MeV {why}")


def _minimum(
    chi2: Callable[[FloatArray], FloatArray], grid: FloatArray, best: NDArray[np.intp]
) -> FloatArray:
    """Smallest value near the best point of the grid, for every mass at once, by golden
    section."""
    lo, hi = (
        np.log(grid[np.maximum(best - 1, 0)]),
        np.log(grid[np.minimum(best + 1, grid.size - 1)]),
    )
    for _ in range(30):
        width = _GOLDEN * (hi - lo)
        a, b = hi - width, lo + width
        left, right = chi2(np.exp([a, b]))
        lo, hi = np.where(left < right, lo, a), np.where(left < right, b, hi)
    return np.asarray(chi2(np.exp((lo + hi) / 2)[None])[0])
