"""Interface of statistics: dependence of the cost on the expectation of each bin."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError
from nuprobe.inference.costs.moments import Moments
from nuprobe.inference.costs.origin import Origin
from nuprobe.inference.expectations import flexible_bins
from nuprobe.inference.newton import Curve, MovingBins
from nuprobe.inference.protocols import Expectation, Prediction
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Nuisance, Parameter

__all__ = ["HUGE", "Statistic", "described"]

BoolArray = NDArray[np.bool_]

HUGE: Final = 1e-4 * 2.0**52
"""Expectation in units of the smallest spread of the data above which rounding
matters."""


def described(parameters: tuple[Parameter, ...], point: FloatArray) -> str:
    """Values of parameters with their units, for messages.

    Parameters
    ----------
    parameters : their definitions.
    point : their values, shape (parameters,).

    Examples
    --------
    >>> described((Parameter("rn", 5.0, unit="fm"),), np.array([5.5]))
    'rn=5.5 fm'
    """
    return ", ".join(
        f"{p.name}={v:.6g}{' ' + p.unit if p.unit else ''}"
        for p, v in zip(parameters, point, strict=True)
    )


class Statistic(ABC):
    """Dependence of the cost of data on the expectation µ, for one prediction.

    The cost is ``linear * sum(mu)`` over all bins plus f(mu) over the active ones: for
    a Poisson cost an empty bin has only the linear part, which saves most of the work
    for sparse data.

    A new statistic is one class that derives from `Term` and implements the abstract
    methods; nuisances, pulls, sums and gradients are shared.

    Attributes
    ----------
    name : shown in messages and tables.
    prediction : of the expectation.
    parameters, nuisances : those of the prediction, morphing nuisances last.
    data : shape (bins,).
    n_bins : number of bins.
    linear : factor of the sum over all bins.
    positive : whether an expectation below 0 makes the data impossible.
    origin : of the data; None if not known.
    """

    name: str
    prediction: Prediction
    parameters: tuple[Parameter, ...]
    nuisances: tuple[Nuisance, ...]
    data: FloatArray
    n_bins: int
    linear: float
    positive: bool
    origin: Origin | None = None

    @property
    @abstractmethod
    def active(self) -> BoolArray:
        """Bins with a part beyond the linear one, shape (bins,)."""

    @property
    @abstractmethod
    def spread(self) -> FloatArray:
        """Approximate expected standard deviation of the data, shape (bins,)."""

    @abstractmethod
    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """Dependence of f on µ in the bins `use`, shape (bins,).

        Empty bins get `barrier` as a pseudo-count.
        """

    @abstractmethod
    def value(self, mu: FloatArray) -> FloatArray:
        """Cost without pulls at `mu` of shape (points, bins), shape (points,)."""

    def value_near(self, mu: FloatArray, bins: MovingBins) -> FloatArray:
        """`value` at `mu`, to which Newton's method has brought `bins` from
        `moving`."""
        return self.value(mu)

    @abstractmethod
    def slope(self, mu: FloatArray, barrier: FloatArray) -> FloatArray:
        """Derivative of the cost in µ in all bins, shape (points, bins).

        `mu` is the expectation and `barrier` the pseudo-count of empty bins, both of
        shape (points, bins).
        """

    @abstractmethod
    def information(self, mu: FloatArray) -> FloatArray:
        """Expected second derivative of the cost at `mu`, shape (points, bins)."""

    def weighted(self, rows: FloatArray, mu: FloatArray) -> FloatArray:
        """Derivatives whose products are the expected curvature at `mu`.

        `rows` has shape (points, derivatives, bins), `mu` (points, bins).
        """
        return np.asarray(rows * np.sqrt(self.information(mu))[:, None])

    def metric(self, rows: FloatArray, mu: FloatArray) -> FloatArray:
        """Expected curvature of −2 ln L in some directions, (points, directions,
        directions), with `rows` and `mu` as in `weighted`."""
        weighted = self.weighted(rows, mu)
        return np.asarray(weighted @ weighted.swapaxes(1, 2))

    @abstractmethod
    def draw(self, mu: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Data drawn at random by `rng` at the expectation `mu`, shape (bins,)."""

    @abstractmethod
    def possible(self, mu: FloatArray) -> bool:
        """Whether data can be drawn at the expectation `mu`, shape (bins,)."""

    @abstractmethod
    def arrays(self) -> tuple[FloatArray, ...]:
        """Data and errors, which together with the prediction define this cost."""

    def moments(self, mu: FloatArray) -> Moments | None:
        """Distribution of the cost of each bin for data drawn at the expectation `mu`,
        shape (bins,); None if not known.

        If `weighted` uses combinations of bins, it refers to these.
        """
        return None

    @property
    def constraints(self) -> int:
        """Number of conditions that data and expectation fulfil exactly, because the
        prediction is normalised to the data."""
        return 0

    def normalised(self, mu: FloatArray) -> FloatArray:
        """Directions of `mu`, shape (bins,), that the normalisation to the data absorbs
        as a fitted parameter does, shape (constraints, bins)."""
        return np.zeros((0, len(mu)))

    @property
    def size(self) -> int:
        """Number of data that count as degrees of freedom."""
        return self.n_bins - self.constraints

    @property
    def measured(self) -> FloatArray:
        """Everything returned by `draw`, flattened: the data, and control counts if
        any."""
        return self.data

    @property
    def compiled(self) -> bool:
        """Whether `nuprobe.inference.compiled` has loops for this statistic."""
        return False

    def expectation(self, points: FloatArray) -> Expectation:
        """Expectation at `points`, shape (points, parameters), morphing nuisances after
        the parameters; it must be finite."""
        e = self.prediction.expectation(points)
        if not np.isfinite(e.base.sum()) or any(
            not np.isfinite(s.sum()) for s in e.slopes
        ):
            row = int((~np.isfinite(e.base).all(axis=1)).argmax())
            raise ComputationError(
                f"{self.name}: the prediction is not a finite number at or near"
                f" {described(self.parameters, points[row, : len(self.parameters)])}"
            )
        return e

    def moving(self, e: Expectation, k: list[int], barrier: float = 0.0) -> MovingBins:
        """The term restricted to bins in which the cost is not only linear.

        `e` is the expectation of the points, `k` the nuisance of each of its slopes in
        the whole cost, and `barrier` the pseudo-count of empty bins.
        """
        use = self.used(e, barrier)
        bins = np.flatnonzero(use)
        cut: Callable[[FloatArray], FloatArray] = (
            (lambda a: a) if use.all() else (lambda a: a.take(bins, axis=1))
        )
        return MovingBins(
            base=cut(e.base),
            constant=[
                (j, cut(s)[0]) for j, s in zip(k, e.slopes, strict=True) if len(s) == 1
            ],
            varying=[
                (j, cut(s)) for j, s in zip(k, e.slopes, strict=True) if len(s) > 1
            ],
            linear=[
                (j, self.linear * s.sum(axis=1))
                for j, s in zip(k, e.slopes, strict=True)
            ],
            curve=self.curve(use, barrier),
            touched=bool((use & ~self.active).any()),
        )

    def huge(self, e: Expectation) -> BoolArray:
        """Hard points: their expectation `e` is so large that rounding matters.

        Its rounding is more than 1e-4 of the spread of the data.
        """
        most = HUGE * float(self.spread.min())
        # the sum is much cheaper than the maxima
        if abs(e.base).sum() < most:
            return np.zeros(len(e.base), dtype=bool)
        return np.asarray(np.abs(e.base).max(axis=1) > most)

    def used(self, e: Expectation, barrier: float) -> BoolArray:
        """Active bins; with a `barrier` also those moved by nuisances of `e`."""
        return self.active | flexible_bins(e).any(axis=0) if barrier else self.active

    def moved(self, mu: FloatArray, after: FloatArray, use: BoolArray) -> FloatArray:
        """Expectation after Newton's steps, shape (points, bins).

        `mu` is the expectation before, `after` that of `moving` in the bins `use`.
        """
        result = mu.copy()
        result[:, use] = after
        return result

    def first_moving(self, e: Expectation, k: list[int]) -> MovingBins | None:
        """All bins with the expected curvature, with `e` and `k` as in `moving`.

        A first step from far away is much better with it than with the actual one. None
        if the active bins with the expected curvature are as good.
        """
        return None

    def possible_rigid(self, e: Expectation) -> bool:
        """Whether the data are possible in bins moved by no nuisance; `e` is for one
        point."""
        if not self.positive:
            return True
        mu = np.where(flexible_bins(e), np.maximum(self.data, 1.0), e.base)
        return bool(np.isfinite(self.value(mu)[0]))
