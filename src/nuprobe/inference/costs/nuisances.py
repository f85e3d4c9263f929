"""Nuisances at the minimum of −2 ln L, for one block of points.

Newton's method takes all points at once; those that reach µ = 0 are continued one by
one with a barrier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError
from nuprobe.inference.costs.layout import Layout
from nuprobe.inference.costs.statistic import Statistic
from nuprobe.inference.expectations import expected_counts
from nuprobe.inference.newton import PULL, MovingBins, feasible_start, newton
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["Profiled"]

BoolArray = NDArray[np.bool_]

# pseudo-counts that keep expectations positive
_BARRIERS: Final = tuple(10.0**k for k in range(18, -9, -2))
# of −2 ln L; a smaller pseudo-count would drown in the rounding of µ
_NEGLIGIBLE: Final = 1e-9
_AGAIN: Final = 2  # times that steps are taken from µ computed anew


@readable
@dataclass(frozen=True)
class Profiled:
    """−2 ln L minimised over the nuisances, integrated over those that are marginal.

    Attributes
    ----------
    twice_nll : shape (points,); ``inf`` if no value of the nuisances makes the data
        possible.
    nuisances : position of the minimum, shape (points, nuisances); 0 where `twice_nll`
        is ``inf``.
    boundary : True if the minimum has an expectation of 0 in an empty bin, shape
        (points,).
    shapes : contribution of the integral over marginal nuisances to `twice_nll`, shape
        (points,); None if there are none.
    """

    twice_nll: FloatArray
    nuisances: FloatArray
    boundary: BoolArray
    shapes: FloatArray | None = None

    def take(self, rows: NDArray[np.intp]) -> Profiled:
        """The points at some `rows`."""
        added = None if self.shapes is None else self.shapes[rows]
        return Profiled(
            self.twice_nll[rows], self.nuisances[rows], self.boundary[rows], added
        )

    @property
    def joint(self) -> FloatArray:
        """−2 ln L at the minimum over the nuisances, without `shapes`, (points,)."""
        return self.twice_nll if self.shapes is None else self.twice_nll - self.shapes

    @property
    def barrier(self) -> FloatArray:
        """Pseudo-count of empty bins at which the minimum of each point was found,
        shape (points,); 0 where none was needed."""
        if not self.boundary.any():
            return np.zeros(len(self.boundary))
        last = np.full(len(self.boundary), _BARRIERS[-1])
        for pseudo in reversed(_BARRIERS):
            last[pseudo <= _NEGLIGIBLE * self.joint] = pseudo
        return np.where(self.boundary, last, 0.0)


def profile_block(
    layout: Layout,
    p: FloatArray,
    expectations: Sequence[Expectation],
    start: FloatArray | None = None,
) -> Profiled:
    """Minimise one block of points over the nuisances.

    Parameters
    ----------
    layout : the cost.
    p : points, shape (points, parameters).
    expectations : of each term at the points.
    start : initial nuisances, shape (points, nuisances).
    """
    weights, places = layout.weights, layout.places
    terms = list(zip(places, expectations, strict=True))
    parts = [term.moving(e, k) for (term, _, k), e in terms]
    good = np.ones(len(p), dtype=bool)
    nu = np.zeros((len(weights), len(p)))
    first = None
    if start is not None:
        nu = start.T.copy()
        parts = [part.shifted(nu) for part in parts]
        huge = any(term.huge(e).any() for (term, _, _), e in terms)
        if huge or not all(part.feasible().all() for part in parts):
            return profile_block(layout, p, expectations)
    else:
        first = [term.first_moving(e, k) for (term, _, k), e in terms]
        for part, ((term, _, _), e) in zip(parts, terms, strict=True):
            good &= part.feasible() & ~term.huge(e)
        if not good.all():
            rows = np.flatnonzero(good)
            parts = [part.take(rows) for part in parts]
            first = [None if part is None else part.take(rows) for part in first]
    nu[:, good], failed = newton(parts, weights, nu[:, good], first)
    good[np.flatnonzero(good)[failed]] = False
    value = (nu**2 * weights[:, None]).sum(axis=0)
    for ((term, _, k), e), part in zip(terms, parts, strict=True):
        value += term.value_near(expected_counts(e, nu[k].T), part)
    good &= np.isfinite(value)
    boundary = np.zeros(len(p), dtype=bool)
    for row in np.flatnonzero(~good):
        value[row], nu[:, row], boundary[row] = profile_hard(layout, p[row])
    return Profiled(value, nu.T, boundary)


def profile_hard(layout: Layout, point: FloatArray) -> tuple[float, FloatArray, bool]:
    """Minimise at one point where ν = 0 is impossible, or an empty bin is driven to µ =
    0: a convex problem with µ ≥ 0.

    Bins get at least a pseudo-count that shrinks to 0: the logarithmic barrier of
    interior-point methods, whose path leads to the minimum from far away.
    """
    given = layout.expectations(point[None])
    nu = _possible_start(layout, given)
    if nu is None:
        return inf, np.zeros(len(layout.weights)), False
    path = _Path(layout, given, nu)
    for pseudo in _BARRIERS:
        if pseudo > max(path.value, _BARRIERS[-1]):
            continue
        if not path.step(pseudo):
            raise ComputationError(_unsettled(layout, point, given))
        if pseudo <= _NEGLIGIBLE * path.value:
            break
    nu, value = path.axes @ path.along[:, 0], path.value
    terms = zip(layout.places, given, strict=True)
    if not path.touched and any(t.huge(e).any() for (t, _, _), e in terms):
        value, nu = _settled(layout, given, nu, value)
    return value, nu, path.touched


def _settled(
    layout: Layout, given: Sequence[Expectation], end: FloatArray, value: float
) -> tuple[float, FloatArray]:
    """The minimum near the `end` of a path with the `value`, with µ computed anew:
    steps from a thousand billion counts leave their rounding in axes and µ."""
    terms = list(zip(layout.places, given, strict=True))
    nu, found = end, []
    for _ in range(_AGAIN):
        parts = [term.moving(e, k).shifted(nu[:, None]) for (term, _, k), e in terms]
        if not all(part.feasible().all() for part in parts):
            break
        moved, failed = newton(parts, layout.weights, nu[:, None])
        if failed.size:
            break
        nu = moved[:, 0]
        each = [t.value(expected_counts(e, nu[None, k]))[0] for (t, _, k), e in terms]
        now = float(nu**2 @ layout.weights + sum(each))
        if isfinite(now):
            found.append((now, tuple(nu)))
    if not found:
        return value, end
    lowest, at = min(found)
    return lowest, np.array(at)


def _unsettled(layout: Layout, point: FloatArray, given: Sequence[Expectation]) -> str:
    """Why the nuisances of a point did not converge, if known."""
    what = f"{layout.name}: the nuisances did not converge at {layout.describe(point)}"
    huge = any(
        t.huge(e).any() for (t, _, _), e in zip(layout.places, given, strict=True)
    )
    if huge:
        counts = max(float(np.abs(e.base).sum()) for e in given)
        seen = sum(float(np.abs(t.data).sum()) for t in layout.terms)
        return (
            f"{what}, where {counts:.2g} counts are expected and {seen:.4g} are seen:"
            " rounding leaves nothing of the data; narrow the range of the parameters"
        )
    return f"{what}; look for a nuisance without effect, or a prediction nearly 0"


def _possible_start(layout: Layout, given: Sequence[Expectation]) -> FloatArray | None:
    """Nuisances of one point at which the data are possible; None if there are none."""
    terms = list(zip(layout.places, given, strict=True))
    if any(not term.possible_rigid(e) for (term, _, _), e in terms):
        return None
    parts = [term.moving(e, k, _BARRIERS[0]) for (term, _, k), e in terms]
    if all(part.feasible().all() for part in parts):
        return np.zeros(len(layout.weights))
    return feasible_start([p for p in parts if p.curve.floor], layout.nuisances)


class _Path:
    """Path of one point to the minimum as the barrier decreases.

    Newton's steps are taken in coordinates t along the principal axes of the slopes, ν
    = axes·t: where nuisances cancel in huge counts, the combination that leaves the
    counts unchanged is then a coordinate and not a small difference. µ is updated by
    the steps for the same reason. Rounding of the expectation returned by the
    prediction remains.
    """

    def __init__(
        self, layout: Layout, given: Sequence[Expectation], nu: FloatArray
    ) -> None:
        self.terms = layout.terms
        terms = list(zip(layout.places, given, strict=True))
        root = np.sqrt(layout.weights)
        slopes = [np.zeros((len(root), term.n_bins)) for term in self.terms]
        for matrix, ((_, _, k), e) in zip(slopes, terms, strict=True):
            for j, slope in zip(k, e.slopes, strict=True):
                matrix[j] = slope[0]
        self.axes = _principal_axes(slopes, self.terms, layout.weights)
        # a bin moved by no nuisance must remain exactly unchanged
        self.slopes = [tuple(self.axes.T @ matrix) for matrix in slopes]
        self.mu = [expected_counts(e, nu[None, k]) for (_, _, k), e in terms]
        self.along = np.asarray(np.linalg.solve(self.axes, nu)[:, None], dtype=float)
        self.pulls = (self.axes * root[:, None]).T  # (t, nuisances)
        self.pulled = nu[None] * root
        self.touched = False
        self.value = self._value()

    def _value(self) -> float:
        """−2 ln L at the current point of the path."""
        return float(
            (self.pulled**2).sum()
            + sum(t.value(m)[0] for t, m in zip(self.terms, self.mu, strict=True))
        )

    def step(self, pseudo: float) -> bool:
        """Go to the minimum with a pseudo-count; returns whether it was found."""
        every = list(range(len(self.axes)))
        now = [
            Expectation(m, tuple(s[None] for s in rows))
            for m, rows in zip(self.mu, self.slopes, strict=True)
        ]
        parts = [
            term.moving(e, every, pseudo)
            for term, e in zip(self.terms, now, strict=True)
        ]
        pull = MovingBins(
            self.pulled, list(enumerate(self.pulls)), [], [], PULL, touched=False
        )
        self.along, failed = newton([*parts, pull], np.zeros(len(every)), self.along)
        for term, e, m, part in zip(self.terms, now, self.mu, parts, strict=True):
            m[:] = term.moved(m, part.base, term.used(e, pseudo))
        self.pulled = pull.base
        self.value = self._value()
        self.touched = any(part.touched for part in parts)
        return not failed.size


def _principal_axes(
    slopes: list[FloatArray], terms: Sequence[Statistic], weights: FloatArray
) -> FloatArray:
    """Principal axes of slopes in units of the spread of the data and of the
    constraints, (nuisances, axes)."""
    rows = np.concatenate(
        [s / term.spread for s, term in zip(slopes, terms, strict=True)], axis=1
    )
    size = np.linalg.norm(rows, axis=1)
    free = 1 / np.where(size > 0, size, 1.0)
    unit = np.where(weights > 0, 1 / np.sqrt(np.where(weights > 0, weights, 1.0)), free)
    scaled = rows * unit[:, None]
    left = np.linalg.svd(scaled, full_matrices=rows.shape[1] < len(rows))[0]
    return np.asarray(unit[:, None] * left)
