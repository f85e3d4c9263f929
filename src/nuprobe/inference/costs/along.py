"""A cost along one parameter in which its counts are polynomials, row by row.

At fixed mass the counts of every model here are polynomials of low degree in the
coupling of its mediator. A few expectations determine them once; then −2 ln L, its
slope and the change of the expectation cost a few products each, independent of the
templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.marginal import log_volume, shapes_of, volume_slope
from nuprobe.inference.costs.nuisances import Profiled, profile_block
from nuprobe.inference.costs.polynomials import (
    NODES,
    TRIED,
    Polynomials,
    fitting_scale,
    sampled,
)
from nuprobe.inference.costs.slopes import without_nuisances
from nuprobe.inference.costs.statistic import Statistic
from nuprobe.inference.expectations import expected_counts, flexible_bins
from nuprobe.inference.protocols import Expectation
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["Along"]

IntArray = NDArray[np.intp]

_EXACT: Final = 1e-9  # relative accuracy required
_CACHED: Final = 65_536  # counts in a block of points, to stay in cache
_POINTS: Final = (64, 512)  # fewest and most points of a block


@dataclass(frozen=True)
class _TermAlong:
    """Counts of one term: the base, and the slope of each nuisance, which is constant
    (bins,) or also a polynomial."""

    term: Statistic
    nuisances: list[int]
    base: Polynomials
    slopes: tuple[Polynomials | FloatArray, ...]

    def expectation(self, row: IntArray, u: FloatArray) -> Expectation:
        """Counts at points of some rows."""
        return Expectation(
            self.base.at(row, u),
            tuple(
                s.at(row, u) if isinstance(s, Polynomials) else s[None]
                for s in self.slopes
            ),
        )

    def derivative(self, row: IntArray, u: FloatArray) -> Expectation:
        """Derivatives in u of base and slopes."""
        nothing = np.zeros((1, self.term.n_bins))
        return Expectation(
            self.base.slope(row, u),
            tuple(
                s.slope(row, u) if isinstance(s, Polynomials) else nothing
                for s in self.slopes
            ),
        )

    def moves(self, row: IntArray, u: FloatArray, nu: FloatArray) -> FloatArray:
        """Derivative of the counts in u at some nuisances, (points, bins)."""
        total = self.base.slope(row, u)
        for v, s in zip(nu.T, self.slopes, strict=True):
            if isinstance(s, Polynomials):
                total += v[:, None] * s.slope(row, u)
        return total


@readable
@dataclass(frozen=True)
class Along:
    """−2 ln L of a cost along one parameter, minimised over the nuisances, for many
    rows.

    Attributes
    ----------
    cost : the original one.
    column : the parameter.
    points : values of the other parameters of each row, (rows, parameters).
    scale : unit of the parameter for each row, (rows,).
    terms : counts of each term.
    """

    cost: Cost
    column: int
    points: FloatArray
    scale: FloatArray
    terms: tuple[_TermAlong, ...]

    @classmethod
    def of(
        cls, cost: Cost, column: int, points: FloatArray, most: float
    ) -> Along | None:
        """A cost along one parameter, if its counts are polynomials in it.

        Parameters
        ----------
        cost : any.
        column : the parameter; its range begins at 0.
        points : values of the other parameters of each row, shape (rows, parameters).
        most : largest value of the parameter.

        Returns
        -------
        Along or None
            None if counts are not polynomials of degree at most four, or morph between
            anchors.

        Examples
        --------
        >>> import nuprobe as nu
        >>> from nuprobe.experiments.limits import family_cost
        >>> cost = family_cost(nu.experiment("coherent-csi-2017"), "b-l")
        >>> points = np.array([[0.0, 10.0], [0.0, 20.0]])  # coupling, mass in MeV
        >>> line = Along.of(cost, 0, points, 1.0)
        >>> g = np.array([1e-5, 2e-5])
        >>> points[:, 0] = g
        >>> direct = cost.profiled(points).twice_nll
        >>> bool(np.allclose(line.heights(np.arange(2), g)[0], direct, rtol=1e-9))
        True
        """
        if cost.layout.morphing:
            return None
        scale = fitting_scale(cost, column, points, most)
        values = sampled(cost, column, points, scale, NODES)
        terms = tuple(
            _TermAlong(term, k, Polynomials.of(base), _slopes(slopes))
            for (term, _, k), (base, *slopes) in zip(
                cost.layout.places, values, strict=True
            )
        )
        found = cls(cost, column, points, scale, terms)
        return found if _holds(found) else None

    def total(self, row: IntArray, x: FloatArray) -> list[FloatArray]:
        """Counts of each term without nuisances, (points, bins), at values `x` of the
        parameter in some rows, both (points,)."""
        return [t.base.at(row, x / self.scale[row]) for t in self.terms]

    def heights(
        self, row: IntArray, x: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """−2 ln L at values `x` of the parameter in some rows, both (points,).

        Returns
        -------
        arrays, each (points,)
            −2 ln L, its derivative, and the change of the expectation in standard
            deviations per unit of the parameter, with the nuisances following.
        """
        result = np.empty((3, len(x)))
        bins = max(t.term.n_bins for t in self.terms)
        size = int(np.clip(_CACHED // bins, *_POINTS))
        for start in range(0, len(x), size):
            block = slice(start, start + size)
            result[:, block] = self._block(row[block], x[block])
        return result[0], result[1], result[2]

    def _block(self, row: IntArray, x: FloatArray) -> FloatArray:
        u, layout = x / self.scale[row], self.cost.layout
        given = [t.expectation(row, u) for t in self.terms]
        p = self.points[row]
        p[:, self.column] = x
        best = profile_block(layout, p, given)
        d = 1 + len(layout.weights)
        hessian = np.zeros((len(x), d, d))
        hessian[:, range(1, d), range(1, d)] += 2 * layout.weights
        slope = np.zeros(len(x))
        for along_term, e in zip(self.terms, given, strict=True):
            one, both = _term_slopes(along_term, row, u, e, best)
            slope += one
            rows = [0, *(1 + j for j in along_term.nuisances)]
            hessian[np.ix_(range(len(x)), rows, rows)] += both
        bend = without_nuisances(hessian, 1) if d > 1 else hessian
        speed = np.sqrt(np.maximum(bend[:, 0, 0], 0.0) / 2)
        value = best.twice_nll
        if layout.marginal:
            added, bent = self._shapes(row, u, given)
            # a distance in √(−2 ln L) changes by less than half of the shape term
            value, slope, speed = value + added, slope + bent, speed + np.abs(bent) / 2
        there = np.where(np.isfinite(best.twice_nll), 1 / self.scale[row], 0.0)
        return np.stack([value, slope * there, speed * there])

    def _shapes(
        self, row: IntArray, u: FloatArray, given: list[Expectation]
    ) -> tuple[FloatArray, FloatArray]:
        """Contribution of integrating over the shapes, and its derivative in u,
        (points,)."""
        layout, size = self.cost.layout, len(self.cost.layout.marginal)
        shapes, moves = (
            [
                shapes_of(layout, t.term, t.nuisances, e)
                for t, e in zip(self.terms, every, strict=True)
            ]
            for every in (given, [t.derivative(row, u) for t in self.terms])
        )
        scale = np.ones(len(u))
        return log_volume(size, shapes), volume_slope(size, shapes, moves, scale)


def _term_slopes(
    one: _TermAlong, row: IntArray, u: FloatArray, e: Expectation, best: Profiled
) -> tuple[FloatArray, FloatArray]:
    """Derivative in u, (points,), and expected curvature in u and the nuisances of one
    term, (points, both, both)."""
    nu = best.nuisances[:, one.nuisances]
    mu, pseudo = expected_counts(e, nu), best.barrier[:, None]
    barrier = pseudo * flexible_bins(e) if pseudo.any() else pseudo
    slope = one.term.slope(mu, barrier)
    slope = np.where(np.isfinite(slope), slope, 0.0)
    moves = one.moves(row, u, nu)
    every = np.empty((len(u), 1 + len(e.slopes), mu.shape[1]))
    every[:, 0] = moves
    for j, s in enumerate(e.slopes):
        every[:, 1 + j] = s
    return (slope * moves).sum(axis=1), one.term.metric(every, mu)


def _slopes(values: Sequence[FloatArray]) -> tuple[Polynomials | FloatArray, ...]:
    """Slopes of nuisances, as polynomials where they vary."""
    return tuple(
        v[0, 0] if (v == v[:1, :1]).all() else Polynomials.of(v) for v in values
    )


def _holds(found: Along) -> bool:
    """Whether the polynomials also give the counts at other values."""
    row = np.repeat(np.arange(len(found.points)), len(TRIED))
    u = np.tile(TRIED, len(found.points))
    values = sampled(found.cost, found.column, found.points, found.scale, TRIED)
    for one, (base, *slopes) in zip(found.terms, values, strict=True):
        for polynomial, exact in zip(
            (one.base, *one.slopes), (base, *slopes), strict=True
        ):
            if isinstance(polynomial, Polynomials):
                exact = exact.reshape(len(u), -1)
                size = np.abs(exact).max(axis=1, initial=0.0)[:, None]
                if (np.abs(polynomial.at(row, u) - exact) > _EXACT * size).any():
                    return False
    return True
