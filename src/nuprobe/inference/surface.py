"""−2 ln L over the free parameters of a cost, as used by minimisers and profiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import Cost, Profiled
from nuprobe.numerics import FloatArray

__all__ = ["FACTOR", "Slopes", "Surface", "positive"]

IntArray = NDArray[np.intp]

FACTOR: Final = 10.0
"""Ratio between lengths tried for the scale of a parameter."""
_KEPT: Final = 4  # points whose minimum over the nuisances is cached
_MANY: Final = 6  # columns from which a descent has enough steps for loops to pay off,
# as with # morphing nuisances, where each minimum is itself a descent


@dataclass(frozen=True)
class Slopes:
    """−2 ln L at some points with its derivatives in the free parameters.

    Attributes
    ----------
    value : minimised over the nuisances, shape (points,); inf where the data are
        impossible.
    gradient : shape (points, free); 0 where the data are impossible.
    curvature : expected curvature, shape (points, free, free).
    nuisances : at their minimum, shape (points, nuisances).
    """

    value: FloatArray
    gradient: FloatArray
    curvature: FloatArray
    nuisances: FloatArray


class Surface:
    """−2 ln L of a cost, minimised over its nuisances, over some free parameters.

    Points are points of the cost, shape (points, parameters), of which the free columns
    vary; derivatives are in the free parameters.

    Parameters
    ----------
    cost : with the −2 ln L.
    free : names of the free parameters.
    at : point with the values of the other parameters, shape (parameters,); the default
        of the cost if not given.
    watch : called with the number of points of each evaluation of the slopes.

    Attributes
    ----------
    columns : of the free parameters in a point.
    parameters : their definitions.
    lower, upper : ends of their ranges, shape (free,).
    step : their typical scales, shape (free,).

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> surface = Surface(csi.cost(free=["rn"]), ["rn"])
    >>> surface.moved([5.5])
    array([5.5])
    >>> surface.slopes(surface.moved([5.5])[None]).gradient.shape
    (1, 1)
    """

    def __init__(
        self,
        cost: Cost,
        free: Sequence[str],
        at: FloatArray | None = None,
        watch: Callable[[int], object] | None = None,
    ) -> None:
        self.cost, self.watch = cost, watch
        self.free = tuple(free)
        self.at = cost.default if at is None else np.array(at)
        self.columns = [cost.index(name) for name in self.free]
        self.parameters = tuple(cost.parameters[c] for c in self.columns)
        self.lower = np.array([p.lower for p in self.parameters])
        self.upper = np.array([p.upper for p in self.parameters])
        self.step = np.array([p.step for p in self.parameters])
        # cache, because a fit returns to its best point repeatedly
        self._loops = len(self.columns) >= _MANY or bool(cost.layout.morphing)
        self._scales: dict[bytes, FloatArray] = {}
        self._minima: dict[bytes, Profiled] = {}
        self._hessians: dict[bytes, tuple[FloatArray, FloatArray]] = {}

    def without(self, columns: Sequence[int], at: FloatArray) -> Surface:
        """The surface on which some `columns` of the point `at` stay fixed."""
        names = [self.cost.parameters[c].name for c in self.columns if c not in columns]
        return Surface(self.cost, names, at, self.watch)

    def moved(self, x: Sequence[float] | FloatArray) -> FloatArray:
        """A point, (parameters,), with the free values `x` cut to their ranges."""
        point = np.array(self.at)
        point[self.columns] = np.clip(x, self.lower, self.upper)
        return point

    def value(self, points: FloatArray) -> FloatArray:
        """−2 ln L at `points`, shape (points, parameters), minimised over nuisances."""
        return self.cost.profiled(points).twice_nll

    def ranked(self, points: FloatArray) -> FloatArray:
        """−2 ln L at `points`, shape (points, parameters), to choose among them: with
        morphing nuisances, at the minimum reached from that of the first point."""
        if not self.cost.layout.morphing:
            return self.value(points)
        first = self.cost.profiled(points[:1]).nuisances
        start = np.repeat(first, len(points), axis=0)
        return self.cost.profiled_slopes_from(points, start, bent=False)[0]

    def minimum(self, point: FloatArray) -> Profiled:
        """Minimum over the nuisances at one `point`, shape (parameters,)."""
        key = point.tobytes()
        if key not in self._minima:
            if len(self._minima) >= _KEPT:
                del self._minima[next(iter(self._minima))]
            self._minima[key] = self.cost.profiled(point)
        return self._minima[key]

    def height(self, point: FloatArray) -> float:
        """−2 ln L at one `point`, shape (parameters,), minimised over nuisances."""
        return float(self.minimum(point).twice_nll[0])

    def gradient(self, point: FloatArray) -> FloatArray:
        """Exact gradient, shape (free,), at one `point`, shape (parameters,).

        Raises
        ------
        ComputationError
            Where the data are impossible.
        """
        slopes = self.cost.gradient_at(point[None], self.minimum(point))
        return slopes[0, self.columns]

    def slopes(
        self, points: FloatArray, start: FloatArray | None = None, *, bent: bool = True
    ) -> Slopes:
        """Value, slopes and expected curvature in one pass.

        Parameters
        ----------
        points : shape (points, parameters).
        start : initial nuisances, shape (points, nuisances), or None.
        bent : whether the curvature is needed (otherwise it may be 0).
        """
        if self.watch is not None:
            self.watch(len(points))
        value, gradient, curvature, nuisances = self.cost.profiled_slopes_from(
            points, start, compiled=self._loops, bent=bent
        )
        if self.columns != list(range(gradient.shape[1])):
            gradient = gradient[:, self.columns]
            curvature = curvature[:, self.columns][:, :, self.columns]
        return Slopes(value, gradient, curvature, nuisances)

    def curvature(self, point: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Hessian at one `point`, (free, free), from differences of the gradient, and
        the derivatives of the nuisances in the free parameters, (free, nuisances)."""
        key = point.tobytes()
        if key not in self._hessians:
            self._hessians[key] = self._new_curvature(point)
        return self._hessians[key]

    def _new_curvature(self, point: FloatArray) -> tuple[FloatArray, FloatArray]:
        # a step of a hundredth of the error balances rounding and curvature: a first #
        # guess, then one iteration
        widths = self.step / 30
        for _ in range(2):
            points = np.tile(point, (2 * len(widths), 1))
            for i, (c, h) in enumerate(zip(self.columns, widths, strict=True)):
                points[2 * i, c] = max(point[c] - h, self.lower[i])
                points[2 * i + 1, c] = min(point[c] + h, self.upper[i])
            moved = points[:, self.columns]
            width = np.diag(moved[1::2] - moved[::2])[:, None]
            best = self.cost.profiled(points)
            gradient = self.cost.gradient_at(points, best)[:, self.columns]
            hessian = (gradient[1::2] - gradient[::2]) / width
            hessian = (hessian + hessian.T) / 2
            response = (best.nuisances[1::2] - best.nuisances[::2]) / width
            if not positive(hessian):
                break
            widths = 0.01 * np.sqrt(np.diag(2 * np.linalg.inv(hessian)))
        return hessian, response

    def scales(self, points: FloatArray) -> FloatArray:
        """Scale of each free parameter around `points`, shape (free,).

        It is the distance from the default at which −2 ln L deviates from its tangent
        by 1, to a factor of ten. Within that factor it is the error of the data, which
        is useless by itself if rates are quadratic in a parameter (at zero it is
        infinite), or if rates are so high that nuisances absorb any change.
        """
        start = points[[len(points) // 2]]
        start[:, self.columns] = self.cost.default[self.columns]
        key = start.tobytes()
        if key not in self._scales:
            self._scales[key] = self._new_scales(start)
        return self._scales[key]

    def _new_scales(self, start: FloatArray) -> FloatArray:
        """Scales around one point, (1, parameters)."""
        columns, low, high = np.array(self.columns), self.lower, self.upper
        here = self.cost.profiled_slopes(start)
        value, slope = here[0][0], here[1][0, columns]
        bend = np.diag(here[2][0])[columns]
        error = np.full(len(columns), np.inf)
        np.divide(2.0, bend, out=error, where=bend > 0)
        most = np.minimum(1e7 * self.step, high - low)
        width = np.minimum(self.step, most)
        grow = np.flatnonzero((width < most) & np.isfinite(value))
        while grow.size:
            at = start[0, columns[grow]]
            # to the side that is open
            to = np.where(
                at + width[grow] <= high[grow],
                at + width[grow],
                np.maximum(at - width[grow], low[grow]),
            )
            trial = np.repeat(start, grow.size, axis=0)
            trial[np.arange(grow.size), columns[grow]] = to
            rise = self.value(trial) - value - slope[grow] * (to - at)
            grow = grow[np.abs(rise) < 1]
            width[grow] = np.minimum(FACTOR * width[grow], most[grow])
            grow = grow[width[grow] < most[grow]]
        least = np.maximum(width / FACTOR, np.minimum(self.step, most))
        return np.asarray(np.clip(np.sqrt(error), least, width))


def positive(hessian: FloatArray) -> bool:
    """Whether a Hessian is that of a minimum.

    Parameters
    ----------
    hessian : symmetric, shape (free, free), in any units.

    Examples
    --------
    >>> positive(np.array([[2.0, 0.0], [0.0, 1e-30]]))
    True
    >>> positive(np.array([[1.0, 2.0], [2.0, 1.0]]))
    False
    """
    if not np.isfinite(hessian).all() or (np.diag(hessian) <= 0).any():
        return False
    root = np.sqrt(np.diag(hessian))  # dividing by it makes the matrix dimensionless
    return bool(np.linalg.eigvalsh(hessian / np.outer(root, root)).min() > 1e-10)
