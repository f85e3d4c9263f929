"""A cost along one parameter, row by row, with nuisances that morph between anchors.

At anchors the counts are polynomials of low degree in the parameter; between them they
are linear. A table of the polynomials at all anchors replaces the templates.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.hats import hat_weights
from nuprobe.inference.costs.base import Cost
from nuprobe.inference.costs.polynomials import (
    NODES,
    TRIED,
    Polynomials,
    fitting_scale,
    sampled,
)
from nuprobe.inference.costs.term import Term
from nuprobe.inference.costs.total import CostSum
from nuprobe.inference.protocols import Expectation, morphing_of
from nuprobe.numerics import FloatArray
from nuprobe.parameters import MorphingNuisance, Nuisance, Parameter
from nuprobe.reprs import readable

__all__ = ["ROW", "Tabulated"]

IntArray = NDArray[np.intp]
_Hats = list[tuple[IntArray, FloatArray, FloatArray]]

ROW: Final = "row"
"""Name of the parameter with the number of the row."""

_BLOCK: Final = 8192  # points, so that templates of one mass are needed once
_SOME: Final = 2048  # points kept at a time
_EXACT: Final = 1e-9  # relative accuracy required of the polynomials


@dataclass(frozen=True, eq=False)
class _Table:
    """Polynomials at all anchors of each row.

    Attributes
    ----------
    sizes : anchors of each morphing nuisance.
    polynomials : rows and anchors, the last ones fastest.
    """

    sizes: tuple[int, ...]
    polynomials: Polynomials

    def at(self, row: IntArray, weights: FloatArray, first: IntArray) -> FloatArray:
        """Values, (points, sets, bins), for several sets of weights.

        `weights` has shape (points, sets, corners of a cell, powers), `first` is the
        number of the anchors at or before each point, (points,).
        """
        table, nodes = self.polynomials.table, prod(self.sizes)
        offsets = np.zeros(1, dtype=np.intp)
        for size in self.sizes:
            offsets = np.add.outer(offsets * size, (0, 1)).ravel()
        columns = weights[..., self.polynomials.powers]
        columns = columns.reshape(*weights.shape[:2], -1)
        place = row * nodes + first
        order = np.argsort(place, kind="stable")
        places, starts = np.unique(place[order], return_index=True)
        result = np.empty((*weights.shape[:2], table.shape[2]))
        # all points of one row between the same anchors are one matrix product
        for here, rows in zip(places, np.split(order, starts[1:]), strict=True):
            corners = table[here + offsets].reshape(-1, table.shape[2])
            result[rows] = columns[rows] @ corners
        return result


@dataclass(frozen=True, eq=False)
class _Along:
    """A prediction as a function of the row number, one parameter, and morphing
    nuisances.

    Attributes
    ----------
    name : of the prediction it replaces.
    parameters : number of the row, and the parameter.
    nuisances, morphing : those of the prediction.
    scale : of the parameter, (rows,).
    base, slopes : tables, or arrays (1, bins) if constant.
    """

    name: str
    parameters: tuple[Parameter, ...]
    nuisances: tuple[Nuisance, ...]
    morphing: tuple[MorphingNuisance, ...]
    scale: FloatArray
    base: _Table
    slopes: tuple[_Table | FloatArray, ...]

    def expectation(self, points: FloatArray) -> Expectation:
        """As `Prediction.expectation` at `points`."""
        row, u, t = self._split(points)
        hats = self._hats(t)
        base, *slopes = self._every(row, hats, self._weights(u, [hats], [False]))
        return Expectation(base[:, 0], tuple(s[:, 0] for s in slopes))

    def jacobian(self, points: FloatArray) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """As `Prediction.jacobian` at `points`; 0 along the rows."""
        row, u, t = self._split(points)
        hats = self._hats(t)
        sets = [hats, *(self._hats(t, i) for i in range(t.shape[1]))]
        weights = self._weights(u, sets, [True] + [False] * t.shape[1])
        weights[:, 0] /= self.scale[row, None, None]
        base, slopes = self._moved(self._every(row, hats, weights))
        along_rows = np.zeros_like(base[:, :1])
        return (
            np.concatenate([along_rows, base], axis=1),
            tuple(np.concatenate([along_rows[: len(s)], s], axis=1) for s in slopes),
        )

    def morphing_jacobian(
        self, points: FloatArray
    ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """The columns of `jacobian` that belong to the morphing nuisances."""
        row, u, t = self._split(points)
        sets = [self._hats(t, i) for i in range(t.shape[1])]
        weights = self._weights(u, sets, [False] * t.shape[1])
        return self._moved(self._every(row, self._hats(t), weights))

    def _moved(
        self, every: list[FloatArray]
    ) -> tuple[FloatArray, tuple[FloatArray, ...]]:
        """Derivatives of base and slopes; 0 for constant ones."""
        base, *slopes = every
        still = np.zeros((1, *base.shape[1:]))
        return base, tuple(
            values if isinstance(table, _Table) else still
            for values, table in zip(slopes, self.slopes, strict=True)
        )

    def _every(
        self, row: IntArray, hats: _Hats, weights: FloatArray
    ) -> list[FloatArray]:
        """Base and slopes, (points or 1, sets, bins); tables common to several slopes
        are evaluated once."""
        first = np.zeros(len(row), dtype=np.intp)
        for (cell, *_), n in zip(hats, self.morphing, strict=True):
            first = first * len(n.anchors) + cell
        known: dict[int, FloatArray] = {}
        for table in (self.base, *self.slopes):
            if id(table) not in known:
                known[id(table)] = (
                    table.at(row, weights, first)
                    if isinstance(table, _Table)
                    else table[:, None]
                )
        return [known[id(table)] for table in (self.base, *self.slopes)]

    def _weights(
        self, u: FloatArray, sets: list[_Hats], along: list[bool]
    ) -> FloatArray:
        """Weights of all corners and powers for several sets of hats, with the
        derivative in u where `along` says so, (points, sets, corners, powers)."""
        powers = np.arange(len(NODES))
        result = []
        for hats, derivative in zip(sets, along, strict=True):
            corners = np.ones((len(u), 1))
            for _, *sides in hats:
                both = corners[:, :, None] * np.stack(sides, axis=1)[:, None]
                corners = both.reshape(len(u), -1)
            monomials = (
                powers * u[:, None] ** np.maximum(powers - 1, 0)
                if derivative
                else u[:, None] ** powers
            )
            result.append(corners[:, :, None] * monomials[:, None])
        return np.stack(result, axis=1)

    def _split(self, points: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
        row = points[:, 0].astype(np.intp)
        t = points[:, 2:]
        if t.shape[1] < len(self.morphing):
            t = np.zeros((len(points), len(self.morphing)))
        return row, points[:, 1] / self.scale[row], t

    def _hats(self, t: FloatArray, derivative: int | None = None) -> _Hats:
        return [
            hat_weights(np.array(n.anchors), t[:, i], derivative == i)
            for i, n in enumerate(self.morphing)
        ]


@readable
@dataclass(frozen=True, eq=False)
class Tabulated:
    """A cost along one parameter for many rows, by tables.

    Attributes
    ----------
    cost : over the number of the row (`ROW`) and the parameter.
    column : of the parameter.
    """

    cost: Cost
    column: int

    @classmethod
    def of(
        cls, cost: Cost, column: int, points: FloatArray, most: float
    ) -> Tabulated | None:
        """A cost along one parameter, if its counts are polynomials in it.

        Parameters
        ----------
        cost : any.
        column : the parameter; its range begins at 0.
        points : values of the other parameters of each row, shape (rows, parameters).
        most : largest value of the parameter.

        Returns
        -------
        Tabulated or None
            None if counts are not polynomials of degree at most four.

        Examples
        --------
        >>> import nuprobe as nu
        >>> from nuprobe.experiments.limits import family_cost
        >>> cost = family_cost(nu.experiment("coherent-csi-2017"), "b-l")
        >>> masses = np.array([[0.0, 10.0], [0.0, 20.0]])  # coupling, MeV
        >>> found = Tabulated.of(cost, 0, masses, 1.0)
        >>> found.cost.profiled([[0, 1e-5], [1, 2e-5]]).twice_nll.round(4)
        array([..., ...])
        """
        own = cost.parameters[column]
        given = {p.name: x for p, x in zip(cost.parameters, points.T, strict=True)}
        terms = []
        for term in cost.terms:
            made = _tabulated(term, own, given, most)
            if made is None:
                return None
            terms.append(_with_prediction(term, made))
        every = (
            terms[0]
            if cost is cost.terms[0]
            else CostSum(*terms, name=cost.name, with_projections=True)
        )
        return cls(every, every.index(own.name))

    def points(self, row: IntArray, x: FloatArray) -> FloatArray:
        """Points of `cost` at values `x` of the parameter in some rows, both
        (points,)."""
        result = np.empty((len(row), 2))
        result[:, self.column], result[:, 1 - self.column] = x, row
        return result


def _with_prediction(term: Term, prediction: _Along) -> Term:
    """The same statistic and data, with another prediction."""
    result = copy(term)
    result.__dict__.pop("layout", None)
    result.prediction = prediction
    result.parameters = prediction.parameters
    result.nuisances = (*prediction.nuisances, *prediction.morphing)
    result.terms = (result,)
    return result


def _tabulated(
    term: Term, own: Parameter, given: Mapping[str, FloatArray], most: float
) -> _Along | None:
    """Tables of one term; None if its counts are not polynomials."""
    morphing = morphing_of(term.prediction)
    names = [p.name for p in term.parameters]
    column = names.index(own.name)
    anchors = np.array(list(itertools.product(*(n.anchors for n in morphing))))
    at = np.stack([given[name] for name in names], axis=1)
    nominal = np.hstack([at, np.zeros((len(at), len(morphing)))])
    scale = fitting_scale(term, column, nominal, most)
    rows = _Rows(term, column, np.hstack([at, scale[:, None]]), anchors)
    tables = rows.tables()
    if tables is None:
        return None
    sizes = tuple(len(n.anchors) for n in morphing)
    base, *slopes = _without_copies(
        [x if isinstance(x, np.ndarray) else _Table(sizes, x) for x in tables]
    )
    if not isinstance(base, _Table):
        base = _Table(
            sizes,
            Polynomials.of(
                np.broadcast_to(
                    base, (len(at) * len(anchors), len(NODES), base.shape[1])
                )
            ),
        )
    row = Parameter(ROW, 0.0, 0.0, float(max(len(at) - 1, 1)))
    along = Parameter(own.name, 0.0, 0.0, most)
    return _Along(
        term.prediction.name,
        (row, along),
        tuple(term.prediction.nuisances),
        morphing,
        scale,
        base,
        tuple(slopes),
    )


def _without_copies(
    tables: Sequence[_Table | FloatArray],
) -> list[_Table | FloatArray]:
    """The same tables without duplicates, such as those of nuisances that scale the
    signal."""
    result: list[_Table | FloatArray] = []
    for table in tables:
        same = (
            other
            for other in result
            if isinstance(table, _Table)
            and isinstance(other, _Table)
            and np.array_equal(other.polynomials.powers, table.polynomials.powers)
            and np.array_equal(other.polynomials.table, table.polynomials.table)
        )
        result.append(next(same, table))
    return result


@dataclass(frozen=True, eq=False)
class _Rows:
    """Sampling of one term.

    Attributes
    ----------
    term : with the counts.
    column : the parameter.
    at : parameters and, last, scale of each row.
    anchors : all, (anchors, morphing).
    """

    term: Term
    column: int
    at: FloatArray
    anchors: FloatArray

    def tables(self) -> list[Polynomials | FloatArray] | None:
        """Base and slopes; None if they are not polynomials."""
        some = max(1, _SOME // (len(self.anchors) * len(NODES)))
        parts: list[list[Polynomials | FloatArray]] = []
        sizes: list[int] = []
        for start in range(0, len(self.at), some):
            here = self.at[start : start + some]
            values = self._values(here, NODES)
            tried = self._values(here, TRIED)
            found = [_fitted(v) for v in values]
            for one, exact in zip(found, tried, strict=True):
                if isinstance(one, Polynomials) and not _holds(one, exact):
                    return None
            parts.append(found)
            sizes.append(len(values[0]))
        return [_joined(pieces, sizes) for pieces in zip(*parts, strict=True)]

    def _values(self, at: FloatArray, u: FloatArray) -> list[FloatArray]:
        """Base and slopes at all anchors of some rows, each (rows × anchors, u,
        bins)."""
        every = np.repeat(at, len(self.anchors), axis=0)
        points = np.hstack([every[:, :-1], np.tile(self.anchors, (len(at), 1))])
        (values,) = sampled(self.term, self.column, points, every[:, -1], u, _BLOCK)
        return values


def _fitted(values: FloatArray) -> Polynomials | FloatArray:
    """Polynomials through values, or constants, (1, bins)."""
    if (values == values[:1, :1]).all():
        return values[0, :1].copy()
    return Polynomials.of(values)


def _joined(
    pieces: Sequence[Polynomials | FloatArray], sizes: Sequence[int]
) -> Polynomials | FloatArray:
    """Join tables made in blocks of rows (`sizes`)."""
    arrays = [piece for piece in pieces if isinstance(piece, np.ndarray)]
    if len(arrays) == len(pieces) and all((a == arrays[0]).all() for a in arrays):
        return arrays[0]
    every = [
        Polynomials(np.array([0]), np.broadcast_to(piece, (size, 1, piece.shape[1])))
        if isinstance(piece, np.ndarray)
        else piece
        for piece, size in zip(pieces, sizes, strict=True)
    ]
    powers = np.unique(np.concatenate([piece.powers for piece in every]))
    table = np.zeros((sum(sizes), len(powers), every[0].table.shape[2]))
    for piece, end in zip(every, np.cumsum(sizes).tolist(), strict=True):
        rows = slice(end - len(piece.table), end)
        table[rows, np.searchsorted(powers, piece.powers)] = piece.table
    return Polynomials(powers, table)


def _holds(found: Polynomials, exact: FloatArray) -> bool:
    """Whether polynomials give the counts at test points, (rows, tried, bins)."""
    row = np.repeat(np.arange(len(exact)), len(TRIED))
    values = found.at(row, np.tile(TRIED, len(exact))).reshape(exact.shape)
    size = np.abs(exact).max(axis=2, initial=0.0, keepdims=True)
    return bool((np.abs(values - exact) <= _EXACT * size).all())
