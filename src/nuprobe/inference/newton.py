"""Minimum over the nuisances: damped Newton for many points at once.

For a point p the expectation is µ(p, ν) = base(p) + Σ_k ν_k slope_k(p), so −2 ln L is
convex in ν and damped Newton finds its minimum; for Gaussian costs the first step is
exact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, isinf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError
from nuprobe.inference.steps import CLEAR, least_squares, solve
from nuprobe.numerics import FloatArray, product
from nuprobe.parameters import Nuisance

__all__ = [
    "LAST",
    "LAST_BUT_ONE",
    "LOST",
    "PLAIN",
    "PULL",
    "Curve",
    "MovingBins",
    "feasible_start",
    "gradient_of",
    "hessian_of",
    "newton",
]

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

# Newton decrements λ² below which the step just taken was the last one, or the next one
# (with the same Hessian) is. By self-concordance λ after a step is at most λ²/(1 − λ)²,
# so −2 ln L is then exact to 1e-9 even in the worst case.
LAST: Final = 1e-6
LAST_BUT_ONE: Final = 1e-3
# iterations with a step to the boundary at most, then with self-concordant damping
PLAIN: Final = 15
_DAMPED: Final = 500
# shares of a nuisance's curvature that are left as the others follow, from products of
# slopes with rounding of some 1e-16: more, and one step is exact where −2 ln L is
# quadratic, if it is short enough for rounding to leave less than _RAISED of −2 ln L;
# no more, and the products have lost what further steps need
_ONCE: Final = 1e-6
_RAISED: Final = 1e-11
_UNIT: Final = 2.0**-53
LOST: Final = CLEAR
_TOGETHER: Final = 64  # points whose steps are taken by least squares


Bend = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True)
class Curve:
    """The nonlinear part f(µ) of a cost, bin by bin; it may write into `out`.

    Attributes
    ----------
    slope : (µ, out) → f′.
    curvature : (µ, f′, out) → f″.
    expected : the same for data that equal the expectation; None: not another one.
    floor : smallest count, if µ must stay positive; None if it need not.
    quadratic : whether f is, where `floor` is None, so that one step is exact.
    """

    slope: Callable[[FloatArray, FloatArray], FloatArray]
    curvature: Bend
    expected: Bend | None = None
    floor: float | None = None
    quadratic: bool = True


PULL: Final = Curve(
    slope=lambda mu, out: np.multiply(mu, 2.0, out=out),
    curvature=lambda mu, slope, out: np.full_like(mu, 2.0),
    floor=None,
)


@dataclass
class MovingBins:
    """Bins of one term over one block of points, whose µ follows the Newton steps.

    Attributes
    ----------
    base : current µ, shape (points, bins).
    constant : nuisance and slope (bins,) of those that act alike at all points.
    varying : nuisance and slope (points, bins) of the others.
    linear : nuisance and constant part of the gradient, (points,) or (1,).
    curve : how the cost bends with µ.
    touched : whether a barrier acts on some bins.
    lacking : decrement in what the term minimises over by itself, (points,), where
        `add_gradient` left it.
    """

    base: FloatArray
    constant: list[tuple[int, FloatArray]]
    varying: list[tuple[int, FloatArray]]
    linear: list[tuple[int, FloatArray]]
    curve: Curve
    touched: bool
    lacking: FloatArray | float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self.order = [j for j, _ in self.constant]
        self.matrix = np.array([s for _, s in self.constant]).reshape(
            len(self.order), self.base.shape[1]
        )
        self.pairs = [(a, b) for a in range(len(self.order)) for b in range(a + 1)]
        self.products = np.array(
            [self.matrix[a] * self.matrix[b] for a, b in self.pairs]
        )
        # written again and again: fresh memory would cost more than the arithmetic
        self.base = self.base.copy()
        self.slope, self.room, self.change = (
            np.empty_like(self.base) for _ in range(3)
        )

    def feasible(self) -> BoolArray:
        """Points at which every µ is allowed, (points,)."""
        if self.curve.floor is None:
            return np.ones(len(self.base), dtype=bool)
        return np.asarray(self.base.min(axis=1, initial=inf) > 0)

    def take(self, rows: NDArray[np.intp]) -> MovingBins:
        """Points of the indices `rows` alone."""
        return MovingBins(
            self.base[rows],
            self.constant,
            [(j, s[rows]) for j, s in self.varying],
            [(j, c[rows] if len(c) > 1 else c) for j, c in self.linear],
            self.curve,
            self.touched,
        )

    def move(self, step: FloatArray) -> FloatArray:
        """Change of µ for a `step` of the nuisances, (nuisances, points).

        The array is written again by the next call.
        """
        if self.order:
            self.change[:] = product(step[self.order].T, self.matrix)
        else:
            self.change.fill(0.0)
        for j, s in self.varying:
            self.change += np.multiply(step[j][:, None], s, out=self.room)
        return self.change

    def shifted(self, nu: FloatArray) -> MovingBins:
        """The same after a step `nu` of the nuisances, (nuisances, points)."""
        self.base += self.move(nu)
        return self

    def add_gradient(self, gradient: FloatArray) -> None:
        """Add to `gradient`, (nuisances, points); leaves the slopes in `slope`."""
        slope = self.curve.slope(self.base, self.slope)
        for j, c in self.linear:
            gradient[j] += c
        if self.order:
            gradient[self.order] += product(slope, self.matrix.T).T
        for j, s in self.varying:
            gradient[j] += _row_products(slope, s)

    def add_hessian(self, hessian: FloatArray, expected: bool) -> None:
        """Add to the lower triangle of `hessian`, (nuisances, nuisances, points).

        Uses the slope that `add_gradient` left; `expected` takes the curvature for data
        that equal the expectation.
        """
        bend = (
            self.curve.expected
            if expected and self.curve.expected
            else self.curve.curvature
        )
        curvature = bend(self.base, self.slope, self.room)
        if self.order:
            for column, (a, b) in zip(
                product(curvature, self.products.T).T, self.pairs, strict=True
            ):
                i, j = self.order[a], self.order[b]
                hessian[max(i, j), min(i, j)] += column
        for n, (i, s) in enumerate(self.varying):
            weighted = np.multiply(curvature, s, out=self.change)
            for j, other in self.varying[: n + 1]:
                hessian[max(i, j), min(i, j)] += _row_products(weighted, other)
            if self.order:
                for j, column in zip(
                    self.order, product(weighted, self.matrix.T).T, strict=True
                ):
                    hessian[max(i, j), min(i, j)] += column

    def squares(
        self, rows: IntArray, size: int, expected: bool
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Second derivatives as Aᵀ A and the gradient as Aᵀ b + c, of some points.

        Uses the slope that `add_gradient` left.

        Parameters
        ----------
        rows : indices of the points.
        size : number of nuisances.
        expected : as of `add_hessian`.

        Returns
        -------
        arrays
            Aᵀ (points, nuisances, bins), b (points, bins) and c (points, nuisances).
        """
        base, slope = self.base[rows], self.slope[rows]
        bend = (
            self.curve.expected
            if expected and self.curve.expected
            else self.curve.curvature
        )
        curvature = np.broadcast_to(bend(base, slope, np.empty_like(base)), base.shape)
        root = np.sqrt(np.maximum(curvature, 0.0))
        curved = root > 0
        right = np.divide(slope, root, out=np.zeros_like(root), where=curved)
        moves, flat = self.slopes_at(rows, size)
        if not curved.all():
            flat += np.einsum("pkb,pb->pk", moves, np.where(curved, 0.0, slope))
        moves *= root[:, None]
        return moves, right, flat

    def slopes_at(self, rows: IntArray, size: int) -> tuple[FloatArray, FloatArray]:
        """Slopes (points, nuisances, bins) and constant part of the gradient (points,
        nuisances); `rows` and `size` as of `squares`."""
        moves = np.zeros((len(rows), size, self.base.shape[1]))
        flat = np.zeros((len(rows), size))
        for j, s in self.constant:
            moves[:, j] += s
        for j, s in self.varying:
            moves[:, j] += s[rows]
        for j, c in self.linear:
            flat[:, j] += c[rows] if len(c) > 1 else c
        return moves, flat


def _row_products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Row by row; twice as fast with numpy 2."""
    vecdot = getattr(np, "vecdot", None)
    return np.asarray(vecdot(a, b) if vecdot else np.einsum("pb,pb->p", a, b))


def gradient_of(
    parts: list[MovingBins], weights: FloatArray, nu: FloatArray
) -> FloatArray:
    """Derivatives of −2 ln L in the nuisances, shape (nuisances, points).

    Parameters
    ----------
    parts : all terms, at `nu`.
    weights : 1/σ² of the nuisances.
    nu : nuisances, shape (nuisances, points).

    Examples
    --------
    >>> gradient_of([], np.array([4.0]), np.array([[0.5]]))
    array([[4.]])
    """
    gradient = 2 * weights[:, None] * nu
    for part in parts:
        part.add_gradient(gradient)
    return gradient


def hessian_of(
    parts: list[MovingBins], weights: FloatArray, points: int, expected: bool = False
) -> FloatArray:
    """Second derivatives, symmetric, shape (nuisances, nuisances, points).

    Parameters
    ----------
    parts : all terms, with the slopes that `gradient_of` leaves.
    weights : 1/σ² of the nuisances.
    points : how many points there are.
    expected : take the curvature for data that equal the expectation.

    Examples
    --------
    >>> hessian_of([], np.array([4.0]), 1)
    array([[[8.]]])
    """
    k = len(weights)
    hessian = np.zeros((k, k, points))
    hessian[range(k), range(k)] = 2 * weights[:, None]
    for part in parts:
        part.add_hessian(hessian, expected)
    for i in range(k):
        hessian[:i, i] = hessian[i, :i]
    return hessian


def _by_squares(
    parts: list[MovingBins],
    weights: FloatArray,
    nu: FloatArray,
    rows: IntArray,
    expected: bool,
) -> tuple[FloatArray, FloatArray]:
    """Newton's steps of some points by least squares, (nuisances, rows), and their
    decrements."""
    size, root = len(weights), np.sqrt(2 * weights)
    step, fall = np.empty((size, len(rows))), np.empty(len(rows))
    for start in range(0, len(rows), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        some = rows[part]
        each = [p.squares(some, size, expected) for p in parts]
        pulls = np.broadcast_to(np.diag(root), (len(some), size, size))
        matrix = np.concatenate([pulls, *(a for a, _, _ in each)], axis=2)
        right = [root * nu[:, some].T, *(b for _, b, _ in each)]
        flat = np.asarray(sum(c for _, _, c in each))
        found, fall[part] = least_squares(matrix, np.concatenate(right, axis=1), flat)
        step[:, part] = found.T
    return step, fall


def newton(
    parts: list[MovingBins],
    weights: FloatArray,
    nu: FloatArray,
    first: list[MovingBins | None] | None = None,
) -> tuple[FloatArray, NDArray[np.intp]]:
    """Minimise over the nuisances, from a possible start; the parts move along.

    Full steps, shortened so that µ keeps a tenth of itself. Points that have not
    converged so go on with the damping 1/(1 + λ), which always converges for
    self-concordant functions such as µ/n − ln µ (Boyd & Vandenberghe §9.6): here λ² is
    the decrement over twice the smallest count n.

    Parameters
    ----------
    parts : all terms, at `nu`.
    weights : 1/σ² of the nuisances.
    nu : start of the nuisances, shape (nuisances, points).
    first : gives gradient and curvature of the first step, or (None) the curvature
        expected for a part does.

    Returns
    -------
    array, array
        Minimum (nuisances, points) and indices of points that did not converge.

    Examples
    --------
    A bin with µ = 1 + ν that should be 3, and ν = 0 ± 1:

    >>> square = Curve(
    ...     slope=lambda mu, out: 2 * (mu - 3.0),
    ...     curvature=lambda mu, slope, out: np.full_like(mu, 2.0),
    ... )
    >>> one_bin = MovingBins(
    ...     np.array([[1.0]]), [(0, np.array([1.0]))], [], [], square, touched=False
    ... )
    >>> newton([one_bin], np.array([1.0]), np.array([[0.0]]))[0]
    array([[1.]])
    """
    result, rows = nu.copy(), np.arange(nu.shape[1])
    floors = [part.curve.floor for part in parts if part.curve.floor is not None]
    bent = any(not part.curve.quadratic for part in parts)
    exact, last, least = not floors and not bent, False, min(floors, default=1.0)
    floor = min(least, 1.0)
    for iteration in range(PLAIN + _DAMPED):
        begin = first is not None and iteration == 0
        source = (
            [f or p for f, p in zip(first, parts, strict=True)]
            if begin and first
            else parts
        )
        gradient = gradient_of(source, weights, nu)
        if not last:
            hessian = hessian_of(source, weights, len(rows), begin)
        solved, share = solve(hessian, gradient)
        lost = share <= LOST
        step, lacking = -solved, sum(p.lacking for p in source)
        decrement = lacking - (step * gradient).sum(axis=0)
        if lost.any():
            at = np.flatnonzero(lost)
            step[:, at], fall = _by_squares(source, weights, nu, at, begin)
            decrement[at] = fall + np.broadcast_to(lacking, lost.shape)[at]
        # inside λ² < floor no µ can change sign (the Dikin ellipsoid), so there is
        # nothing to check
        near = not begin and bool((decrement < floor).all())
        length = np.ones(len(rows))
        for part in parts:
            change = part.move(step)
            if part.curve.floor is not None and not near and change.size:
                # a step that removes the fraction r > 0.9 of some µ is shortened to
                # remove 0.9 of it
                lost = -np.divide(change, part.base, out=part.room).min(axis=1)
                length = np.minimum(length, 0.9 / np.maximum(lost, 0.9))
        if iteration >= PLAIN:
            length = np.minimum(
                length,
                np.where(
                    decrement < 0.1 * least,
                    1.0,
                    1 / (1 + np.sqrt(np.maximum(decrement, 0) / (2 * least))),
                ),
            )
        full = bool((length == 1).all())
        nu = nu + (step if full else length * step)
        for part in parts:
            part.base += (
                part.change
                if full
                else np.multiply(length[:, None], part.change, out=part.room)
            )
        # rounding of large counts leaves something to do
        once = (share > _ONCE) & (_UNIT**2 * decrement < _RAISED * share)
        done = once if exact and not last else np.full(len(rows), last)
        if not begin:
            done |= (decrement <= LAST * floor) & (length == 1)
        if done.all():
            result[:, rows] = nu
            return result, rows[:0]
        near = bool((decrement <= LAST_BUT_ONE * floor).all())
        last = near and full and not (begin or bent)
        if 2 * done.sum() > len(rows):
            result[:, rows] = nu
            left = np.flatnonzero(~done)
            rows, nu, hessian = rows[left], nu[:, left], hessian[:, :, left]
            parts = [part.take(left) for part in parts]
    result[:, rows] = nu
    return result, rows


def feasible_start(
    parts: list[MovingBins], nuisances: tuple[Nuisance, ...]
) -> FloatArray | None:
    """Nuisances of one point with µ > 0 in all bins that they move, by linear
    programming; None if there are none.

    Parameters
    ----------
    parts : terms whose µ must be positive, of one point.
    nuisances : their constraints; those with one stay within 100 standard deviations.

    Raises
    ------
    ComputationError
        If the search itself fails.

    Examples
    --------
    >>> below_zero = MovingBins(
    ...     np.array([[-1.0]]), [(0, np.array([1.0]))], [], [], PULL, touched=False
    ... )
    >>> bool(feasible_start([below_zero], (Nuisance("norm", 1.0),))[0] > 1)
    True
    """
    from scipy.optimize import linprog

    slopes = np.zeros((sum(part.base.shape[1] for part in parts), len(nuisances)))
    first = 0
    for part in parts:
        last = first + part.base.shape[1]
        for j, s in part.constant:
            slopes[first:last, j] = s
        for j, s in part.varying:
            slopes[first:last, j] = s[0]
        first = last
    base = np.concatenate([part.base[0] for part in parts])
    flexible = (slopes != 0).any(axis=1)
    slopes, base = slopes[flexible], base[flexible]
    size = np.abs(slopes).max(axis=1) + np.abs(base)
    # the largest margin m <= 1 with base + slopes·nu >= m * size in every bin
    answer = linprog(
        np.append(np.zeros(len(nuisances)), -1.0),
        A_ub=np.column_stack([-slopes / size[:, None], np.ones(len(size))]),
        b_ub=base / size,
        bounds=[
            (None, None) if isinf(n.sigma) else (-100 * n.sigma, 100 * n.sigma)
            for n in nuisances
        ]
        + [(None, 1.0)],
    )
    if answer.status != 0:
        raise ComputationError(
            f"the search for allowed nuisances failed: {answer.message}"
        )
    return np.asarray(answer.x[:-1]) if answer.x[-1] > 1e-12 else None
