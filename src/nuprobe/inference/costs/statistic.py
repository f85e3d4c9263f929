"""What a statistic says of bins: how the cost depends on the expectation of each."""

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
"""Expectation, in smallest spreads of the data, whose rounding begins to matter."""


def described(parameters: tuple[Parameter, ...], point: FloatArray) -> str:
    """Values of parameters with their units, for a message.

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
    """How the cost of data depends on the expectation µ, for one prediction.

    The cost is ``linear * sum(mu)`` over all bins plus f(mu) over the active ones: for
    a Poisson cost an empty bin has no more than its linear part, which saves most of
    the work where data are sparse.

    A new statistic is one class that derives from `Term` and says what is abstract
    here; nuisances, pulls, sums and gradients are shared.

    Attributes
    ----------
    name : shown in messages and tables.
    prediction : gives the expectation.
    parameters, nuisances : those of the prediction, morphing nuisances last.
    data : shape (bins,).
    n_bins : number of bins.
    linear : factor of the sum over all bins.
    positive : whether an expectation below 0 makes the data impossible.
    origin : whose data they are; None if it is not known.
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
        """Standard deviation to expect of the data, roughly, shape (bins,)."""

    @abstractmethod
    def curve(self, use: BoolArray, barrier: float) -> Curve:
        """How f depends on µ in the bins `use`, shape (bins,).

        Empty bins get `barrier` as a pseudo-count.
        """

    @abstractmethod
    def value(self, mu: FloatArray) -> FloatArray:
        """Cost without pulls at `mu` of shape (points, bins), shape (points,)."""

    def value_near(self, mu: FloatArray, bins: MovingBins) -> FloatArray:
        """`value` at `mu`, where Newton's method took `bins`, from `moving`, to it."""
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
        """Data and errors: what, with the prediction, defines this cost."""

    def moments(self, mu: FloatArray) -> Moments | None:
        """How the cost of each bin is distributed for data drawn at the expectation
        `mu`, shape (bins,); None if that is not known.

        Where `weighted` takes combinations of bins, these are meant.
        """
        return None

    @property
    def size(self) -> int:
        """Number of data that count as degrees of freedom."""
        return self.n_bins

    @property
    def measured(self) -> FloatArray:
        """All that `draw` draws, flat: the data, and control counts if there are."""
        return self.data

    @property
    def compiled(self) -> bool:
        """Whether `nuprobe.inference.compiled` has loops for this statistic."""
        return False

    def expectation(self, points: FloatArray) -> Expectation:
        """Expectation at `points`, shape (points, parameters), morphing nuisances
        behind the parameters; it must be finite."""
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
        """The term, cut to the bins in which the cost is not just linear.

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
        """Active bins; with a `barrier` also those that nuisances of `e` move."""
        return self.active | flexible_bins(e).any(axis=0) if barrier else self.active

    def moved(self, mu: FloatArray, after: FloatArray, use: BoolArray) -> FloatArray:
        """Expectation after Newton's steps, shape (points, bins).

        `mu` is what it was, `after` what `moving` has become in the bins `use`.
        """
        result = mu.copy()
        result[:, use] = after
        return result

    def first_moving(self, e: Expectation, k: list[int]) -> MovingBins | None:
        """All bins with the expected curvature, with `e` and `k` as in `moving`.

        A first step from far lands much closer with it than with the actual one. None
        where the active bins with the expected curvature do as well.
        """
        return None

    def possible_rigid(self, e: Expectation) -> bool:
        """Whether bins that no nuisance moves allow the data; `e` is of one point."""
        if not self.positive:
            return True
        mu = np.where(flexible_bins(e), np.maximum(self.data, 1.0), e.base)
        return bool(np.isfinite(self.value(mu)[0]))
