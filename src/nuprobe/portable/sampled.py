"""Expectations that are no polynomials, tabulated over the parameters to blame.

At Chebyshev nodes of these parameters the rest is a polynomial in all others; between
the nodes its coefficients are interpolated. There are as many nodes as −2 ln L needs to
come out at random points, or as many as a file may have: it then says how accurate it
is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.experiments.baselines.prediction import BaselinePrediction
from nuprobe.experiments.counts import CountsPrediction
from nuprobe.experiments.ratio import RatioPrediction
from nuprobe.experiments.reactor.prediction import ReactorPrediction
from nuprobe.experiments.sites import SitePrediction
from nuprobe.inference import Prediction
from nuprobe.inference.costs.shares import ScaledShares
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.portable.blocks import SIGNAL, all_rows, blocks_of, refuse_morphing
from nuprobe.portable.compression import factored
from nuprobe.portable.disappearance import disappearance_block
from nuprobe.portable.document import (
    BlockEntry,
    EffectEntry,
    GroupEntry,
    PieceEntry,
    SourceEntry,
)
from nuprobe.portable.nodes import Grid, Judge
from nuprobe.portable.polynomials import (
    Polynomial,
    blamed,
    exact_polynomial,
    scale_of,
)
from nuprobe.portable.reactor import oscillates, reactor_block

__all__ = ["sampled_blocks"]


def sampled_blocks(
    prediction: Prediction, ranges: Mapping[str, tuple[float, float]], judge: Judge
) -> tuple[list[BlockEntry], float]:
    """A prediction of any kind as a file has it, and its largest error.

    Parameters
    ----------
    prediction : of a term.
    ranges : parts of the ranges of parameters.
    judge : −2 ln L of expectations, but for a constant.

    Raises
    ------
    InputError
        If an infinite range would have to be tabulated, too many nodes would be needed,
        or counts in templates are no polynomials.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("gallium-2009").cost(free=["tan2_12"])
    >>> (term,) = cost.terms
    >>> (block,), error = sampled_blocks(term.prediction, {}, term.value)
    >>> block.axes[0].name, block.axes[0].log, error < 1e-9
    ('tan2_12', True, True)
    """
    if isinstance(prediction, ScaledShares | BaselinePrediction):
        if prediction.parameters:
            block, error = disappearance_block(prediction, ranges, judge)
            return [block], error
        return blocks_of(prediction), 0.0
    if isinstance(prediction, ReactorPrediction) and oscillates(prediction):
        block, error = reactor_block(prediction, ranges, judge)
        return [block], error
    if isinstance(prediction, CountsPrediction | RatioPrediction | SitePrediction):
        return blocks_of(prediction), 0.0
    refuse_morphing(prediction)
    own = prediction.parameters

    def every(points: FloatArray) -> FloatArray:
        return all_rows(prediction, points).reshape(len(points), -1)

    if exact_polynomial(every, own) is not None:
        return blocks_of(prediction), 0.0
    return _tabulated(prediction, blamed(every, own), ranges, judge)


def _tabulated(
    prediction: Prediction,
    smooth: Sequence[Parameter],
    ranges: Mapping[str, tuple[float, float]],
    judge: Judge,
) -> tuple[list[BlockEntry], float]:
    """One block over axes of some parameters."""
    own = prediction.parameters
    names = [p.name for p in smooth]
    others = [p for p in own if p.name not in names]
    order = [[*names, *(p.name for p in others)].index(p.name) for p in own]
    powers = _powers(prediction, smooth, others, order, ranges)
    scale = np.array([scale_of(p) for p in others])

    def tables(nodes: FloatArray) -> list[FloatArray]:
        return [_coefficients(prediction, nodes, others, order, powers)]

    def made(points: FloatArray, found: Sequence[FloatArray]) -> FloatArray:
        x = points[:, len(smooth) :] / scale
        monomials = np.prod(x[:, None] ** powers, axis=2)
        return np.asarray(np.einsum("pm,pmb->pb", monomials, found[0][:, :, 0]))

    grid = Grid.of(prediction.name, smooth, others, ranges, tables, made, judge)
    (table,) = grid.tables
    axes = [*range(len(smooth))]
    sources, effects = [], []
    for i, name in enumerate([SIGNAL, *(n.name for n in prediction.nuisances)]):
        rows = table[:, :, i]
        if i and np.array_equal(rows, table[:, :, 0]):
            effects.append(EffectEntry(nuisance=name, scales=[SIGNAL]))
            continue
        sources.append(_source(name, rows, grid, axes, powers, others))
        if i:
            effects.append(EffectEntry(nuisance=name, shape=name))
    block = BlockEntry(
        bins=(table.shape[3], 1),
        axes=list(grid.entries),
        components=["all"],
        time=np.ones((1, 1)),
        sources=sources,
        effects=effects,
    )
    return [block], grid.error


def _powers(
    prediction: Prediction,
    smooth: Sequence[Parameter],
    others: Sequence[Parameter],
    order: Sequence[int],
    ranges: Mapping[str, tuple[float, float]],
) -> NDArray[np.intp]:
    """Monomials in the other parameters that occur at some values of the smooth ones,
    shape (monomials, others)."""
    found = _polynomial(prediction, _some(smooth, ranges), others, order)
    if found is None:
        names = ", ".join(p.name for p in others)
        raise InputError(
            f"{prediction.name} is not a polynomial up to the fourth degree in {names}"
            f" where {', '.join(p.name for p in smooth)} are fixed, so it cannot be"
            " written as a portable likelihood: leave one out of the free parameters"
        )
    return found.powers


def _some(
    smooth: Sequence[Parameter], ranges: Mapping[str, tuple[float, float]]
) -> FloatArray:
    """Defaults, and points around them inside the ranges."""
    default = np.array([p.default for p in smooth])
    step = np.array([p.step for p in smooth])
    low = np.array([max(ranges.get(p.name, (p.lower,))[0], p.lower) for p in smooth])
    high = np.array([min(ranges.get(p.name, (0, p.upper))[1], p.upper) for p in smooth])
    turns = np.array([[0.0], [0.7], [-1.3]])
    return np.asarray(np.clip(default + turns * step, low, high))


def _polynomial(
    prediction: Prediction,
    nodes: FloatArray,
    others: Sequence[Parameter],
    order: Sequence[int],
) -> Polynomial | None:
    """Base and slopes at all nodes as polynomials in the other parameters."""

    def values(points: FloatArray) -> FloatArray:
        left = np.tile(nodes, (len(points), 1))
        right = np.repeat(points, len(nodes), axis=0)
        both = np.concatenate([left, right], axis=1)[:, order]
        return all_rows(prediction, both).reshape(len(points), -1)

    return exact_polynomial(values, others)


def _coefficients(
    prediction: Prediction,
    nodes: FloatArray,
    others: Sequence[Parameter],
    order: Sequence[int],
    powers: NDArray[np.intp],
) -> FloatArray:
    """Of monomials at nodes, shape (nodes, monomials, 1 + nuisances, bins)."""
    if not others:
        return all_rows(prediction, nodes[:, order])[:, None]
    found = _polynomial(prediction, nodes, others, order)
    if found is None:
        names = ", ".join(p.name for p in others)
        raise InputError(
            f"{prediction.name} is not a polynomial up to the fourth degree in {names}"
            " everywhere, so it cannot be written as a portable likelihood: leave one"
            " out of the free parameters"
        )
    rows = all_rows(prediction, _nodes_with(nodes[:1], others, order))
    shape = len(nodes), *rows.shape[1:]
    table = np.zeros((len(nodes), len(powers), *rows.shape[1:]))
    for own, coefficients in zip(found.powers, found.coefficients, strict=True):
        place = np.flatnonzero((powers == own).all(axis=1))
        if not len(place):
            raise InputError(
                f"{prediction.name}: a monomial appears only in a part of the range;"
                " give a smaller part with --range (ranges=...)"
            )
        table[:, place[0]] = coefficients.reshape(shape)
    return table


def _nodes_with(
    nodes: FloatArray, others: Sequence[Parameter], order: Sequence[int]
) -> FloatArray:
    """Nodes with the other parameters at their defaults, in the order of all."""
    rest = np.array([p.default for p in others])
    right = np.broadcast_to(rest, (len(nodes), len(others)))
    return np.concatenate([nodes, right], axis=1)[:, order]


def _source(
    name: str,
    rows: FloatArray,
    grid: Grid,
    axes: list[int],
    powers: NDArray[np.intp],
    others: Sequence[Parameter],
) -> SourceEntry:
    """Tables of each monomial, (nodes, monomials, bins), as factors and templates."""
    used = [i for i in range(len(powers)) if rows[:, i].any()] or [0]
    factors, templates = factored([rows[:, i] for i in used], error=grid.error)
    pieces = [
        PieceEntry(
            monomial={
                p.name: int(n) for p, n in zip(others, powers[i], strict=True) if n
            },
            table=own.reshape(*grid.shape, -1),
        )
        for i, own in zip(used, factors, strict=True)
    ]
    group = GroupEntry(smooth=axes, pieces=pieces, templates=templates[None])
    return SourceEntry(name=name, groups=[group])
