"""Measured ratios and profiled counts along the coupling, at many masses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.experiments.ratio import RatioPrediction
from nuprobe.experiments.scanned import Scanned
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.inference import Cost
from nuprobe.inference.costs import Along, Tabulated
from nuprobe.inference.stationary import Heights
from nuprobe.numerics import FloatArray

__all__ = ["Counts", "Ratio", "points_of", "reached"]

IntArray = NDArray[np.intp]

_MANY: Final = 1e4
_LOOPS: Final = 8  # number of masses above which compiled loops pay off
_HALVINGS: Final = 24  # of the logarithm of the range of couplings


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

    def pull(
        self, row: IntArray, coupling: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """(predicted − measured)/error at couplings of some masses (`row`), both
        (points,), and the error of that side."""
        terms = self.mediated[:, :, row]
        difference = self.prediction.ratio(terms, coupling) - self.ratio
        error = np.where(difference > 0, self.plus, self.minus)
        return np.asarray(difference / error), error

    def heights(self, row: IntArray, coupling: FloatArray) -> Heights:
        """Squared pull, its slope, and the derivative of the pull; `row` and `coupling`
        as of `pull`."""
        pull, error = self.pull(row, coupling)
        terms = self.mediated[:, :, row]
        moves = self.prediction.coupling_slope(terms, coupling) / error
        return Heights(pull**2, 2 * pull * moves, np.abs(moves))

    def shift(self, row: IntArray, coupling: FloatArray) -> FloatArray:
        """Shift of the ratio by a coupling, in errors; `row` and `coupling` as of
        `pull`."""
        terms = self.mediated[:, :, row]
        nothing = self.prediction.ratio(terms, np.zeros(row.size))
        moved = self.prediction.ratio(terms, coupling) - nothing
        return np.asarray(np.abs(moved) / min(self.plus, self.minus))


@dataclass(frozen=True, eq=False)
class Counts:
    """Counting experiments, profiled over their nuisances.

    Beyond the coupling `cap` the signal is ten thousand times the data: the likelihood
    has long reached its asymptotic value (a nuisance may remove such a signal) and
    cannot be computed reliably.

    Attributes
    ----------
    cost : over mass and coupling.
    mass : MeV, shape (masses,).
    cap : couplings, shape (masses,).
    line : counts along the coupling, where they are known by its powers.
    table : the same where nuisances morph between anchors.
    """

    cost: Cost
    mass: FloatArray
    cap: FloatArray
    line: Along | None
    table: Tabulated | None = None

    @classmethod
    def of(cls, cost: Cost, mass: FloatArray, largest: float) -> Counts:
        """Find the caps below the `largest` coupling by bisection, for all masses at
        once."""
        points = points_of(cost, np.zeros(mass.size), mass)
        line = Along.of(cost, _column(cost), points, largest)
        table = None
        if cost.layout.morphing:
            table = Tabulated.of(cost, _column(cost), points, largest)
        found = cls(cost, mass, np.full(mass.size, largest), line, table)
        most = [_MANY * (float(np.abs(t.data).sum()) + 1) for t in cost.terms]

        def too_many(row: IntArray, coupling: FloatArray) -> FloatArray:
            every = found.total(row, coupling)
            ratios = [e.sum(axis=1) / m for e, m in zip(every, most, strict=True)]
            return np.asarray(np.max(ratios, axis=0))

        ends = math.log(largest) - 60, math.log(largest)
        cap = np.exp(reached(too_many, mass.size, ends, 1.0))
        return replace(found, cap=np.minimum(cap, largest))

    def total(self, row: IntArray, coupling: FloatArray) -> list[FloatArray]:
        """Counts of each term without nuisances, (points, bins), at couplings of some
        masses (`row`), both (points,)."""
        if self.line is not None:
            return self.line.total(row, coupling)
        cost, points, _ = self._at(row, coupling)
        layout = cost.layout
        # morphing nuisances follow the parameters, here at their nominal 0
        nominal = np.zeros((len(points), len(layout.morphing)))
        return [e.base for e in layout.expectations(np.hstack([points, nominal]))]

    def _at(self, row: IntArray, coupling: FloatArray) -> tuple[Cost, FloatArray, int]:
        """A cost, its points at couplings of some masses, and its column of the
        coupling."""
        if self.table is not None:
            points = self.table.points(row, coupling)
            return self.table.cost, points, self.table.column
        points = points_of(self.cost, coupling, self.mass[row])
        return self.cost, points, _column(self.cost)

    def heights(self, row: IntArray, coupling: FloatArray) -> Heights:
        """−2 ln L, its slope, and the derivative of the expectation; `row` and
        `coupling` as of `total`."""
        below = coupling < self.cap[row]
        result = np.zeros((3, len(row)))
        if below.any():
            result[:, below] = self._heights(row[below], coupling[below])
        if not below.all():
            result[0, ~below] = self._at_cap(row[~below])
        return Heights(*result)

    def _at_cap(self, row: IntArray) -> FloatArray:
        """−2 ln L at the cap of some masses, cached because it is needed repeatedly."""
        known, value = self._caps
        new = np.unique(row[~known[row]])
        if new.size:
            value[new], known[new] = self._heights(new, self.cap[new])[0], True
        return value[row]

    @cached_property
    def _caps(self) -> tuple[NDArray[np.bool_], FloatArray]:
        """Masses at which −2 ln L at the cap is known, and its value, both
        (masses,)."""
        return np.zeros(len(self.mass), dtype=bool), np.full(len(self.mass), np.nan)

    def _heights(
        self, row: IntArray, coupling: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The result of `heights` for couplings up to the cap."""
        if self.line is not None:
            return self.line.heights(row, coupling)
        cost, points, column = self._at(row, coupling)
        value, slopes, bend, _ = cost.profiled_slopes_from(
            points, None, compiled=len(self.mass) >= _LOOPS
        )
        speed = np.sqrt(np.maximum(bend[:, column, column], 0.0) / 2)
        return value, slopes[:, column], speed

    def shift(self, row: IntArray, coupling: FloatArray) -> FloatArray:
        """Shift of the counts by a coupling, in standard deviations of the data; `row`
        and `coupling` as of `total`."""
        moved, nothing = (self.total(row, g) for g in (coupling, np.zeros(row.size)))
        terms = zip(moved, nothing, self.cost.terms, strict=True)
        squares = [(((a - b) / t.spread) ** 2).sum(axis=1) for a, b, t in terms]
        return np.asarray(np.sqrt(np.sum(squares, axis=0)))


def _column(cost: Cost) -> int:
    """Column of the coupling."""
    label = cost.parameters[0].name.removesuffix("mass").removesuffix("coupling")
    return cost.index(label + "coupling")


def points_of(cost: Cost, coupling: FloatArray, mass: FloatArray) -> FloatArray:
    """Points of a cost over mass and coupling.

    Parameters
    ----------
    cost : whose columns they have.
    coupling : shape (..., masses).
    mass : MeV, shape (masses,).

    Returns
    -------
    array, shape (..., masses, 2), or (..., masses, 1) for a cost at one mass

    Examples
    --------
    >>> from nuprobe.experiments import experiment, family_cost
    >>> cost = family_cost(experiment("ccfr-trident"), "lmu-ltau")
    >>> points_of(cost, np.array([1e-3, 1e-4]), np.array([10.0, 20.0]))
    array([[1.e+01, 1.e-03],
           [2.e+01, 1.e-04]])
    """
    if len(cost.parameters) == 1:
        return coupling[..., None]
    points = np.empty((*coupling.shape, 2))
    column = _column(cost)
    points[..., 1 - column] = mass
    points[..., column] = coupling
    return points


def reached(
    size: Callable[[IntArray, FloatArray], FloatArray],
    masses: int,
    ends: tuple[float, float],
    most: float,
) -> FloatArray:
    """Logarithm of the coupling at which a growing function first exceeds a value, by
    bisection for all masses at once, (masses,); the upper end where it never does.

    Parameters
    ----------
    size : of couplings of some masses: takes their numbers and the couplings, both
        (points,), and returns (points,).
    masses : their number.
    ends : logarithms of the smallest and largest coupling.
    most : the value.

    Examples
    --------
    >>> reached(lambda row, g: g**2, 1, (-5.0, 5.0), 1.0).round(4)
    array([0.])
    """
    low, high = np.full(masses, ends[0]), np.full(masses, ends[1])
    row = np.arange(masses)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        more = size(row, np.exp(middle)) > most
        low, high = np.where(more, low, middle), np.where(more, middle, high)
    return np.asarray(high)
