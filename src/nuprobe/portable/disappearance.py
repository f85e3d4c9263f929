"""Disappearance over Δm²₄₁ and sin²2θ₁₄ as a file has it: exact in the mixing,
interpolated in Δm².

With c² = 1 − sin²2θ the coefficients of P₃, 1 and the fourth neutrino's cosines are
½ − s/4 + c/2, ½ − s/4 − c/2 and s/2 (`nuprobe.oscillation.disappearance`). Shares and
ratios are quotients of two such sums.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.experiments.baselines.prediction import BaselinePrediction
from nuprobe.inference.costs.shares import ScaledShares
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import disappearance
from nuprobe.parameters import Parameter
from nuprobe.portable.compression import factored
from nuprobe.portable.document import (
    BlockEntry,
    EffectEntry,
    GroupEntry,
    PieceEntry,
    SourceEntry,
)
from nuprobe.portable.nodes import Grid, Judge
from nuprobe.portable.polynomials import scale_of

__all__ = ["disappearance_block"]

OVER: Final = "denominator"

_MIXING, _SPLITTING = "sin2_2theta_14", "dm2_41"

Fourth = Callable[[FloatArray], FloatArray]
"""The fourth neutrino at values of Δm², (points, bins)."""


def disappearance_block(
    prediction: BaselinePrediction | ScaledShares,
    ranges: Mapping[str, tuple[float, float]],
    judge: Judge,
) -> tuple[BlockEntry, float]:
    """A disappearance experiment as a file has it, and its largest error.

    Parameters
    ----------
    prediction : spectra, ratios or shares.
    ranges : parts of the ranges of parameters.
    judge : −2 ln L of expectations.

    Raises
    ------
    InputError
        If a range is infinite, or too many nodes would be needed.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("best").cost(free=["sin2_2theta_14", "dm2_41"])
    >>> (term,) = cost.terms
    >>> part = {"dm2_41": (0.5, 2.0)}
    >>> block, error = disappearance_block(term.prediction, part, term.value)
    >>> block.bins, block.axes[0].name, error < 1e-9
    ((2, 1), 'dm2_41', True)
    """
    inner = prediction
    scale: FloatArray | float = 1.0
    if isinstance(prediction, ScaledShares):
        assert isinstance(prediction.inner, BaselinePrediction)
        inner, scale = prediction.inner, prediction.scale
    assert isinstance(inner, BaselinePrediction)
    rows = inner.rows
    if rows.over is not None and rows.group is not None:
        raise InputError(
            f"{inner.name}: shares of ratios have no portable form; choose another"
            " analysis"
        )
    top = _Sums.of(inner, rows.detector, rows.expected)
    over = None
    if rows.over is not None:
        over = _Sums.of(inner, np.full_like(rows.detector, rows.over), 1.0)
    elif rows.group is not None:
        together = (rows.group[:, None] == rows.group).astype(float)
        over = top.added(together)
    top = top.times(scale)
    grid = _grid(inner, top, over, ranges, judge)
    sources = [_source("signal", top, inner, grid)]
    if over is not None:
        sources.append(_source(OVER, over, inner, grid))
    block = BlockEntry(
        bins=(len(rows.expected), 1),
        axes=[] if grid is None else [grid.entry],
        components=["all"],
        time=np.ones((1, 1)),
        sources=sources,
        over=None if over is None else OVER,
        effects=[
            EffectEntry(nuisance=n.name, relative=np.asarray(acts, dtype=float))
            for n, acts in zip(inner.nuisances, rows.acts, strict=True)
        ],
    )
    return block, 0.0 if grid is None else grid.error


class _Sums:
    """Coefficients of one sum: those of P₃ and 1, and the fourth neutrino.

    Parameters
    ----------
    still : of P₃ and 1, shape (2, bins).
    fourth : the fourth neutrino at values of Δm².
    """

    def __init__(self, still: FloatArray, fourth: Fourth) -> None:
        self.still, self.fourth = still, fourth

    @classmethod
    def of(
        cls,
        prediction: BaselinePrediction,
        detector: np.ndarray,
        factor: FloatArray | float,
    ) -> _Sums:
        """Rows of an analysis in detectors."""
        t, rows = prediction.templates, prediction.rows
        at = detector, rows.bin
        reference = t.known[at] if rows.three else t.constant[at]
        share = factor / reference

        def fourth(dm2: FloatArray) -> FloatArray:
            (kernel,) = t.sterile(dm2)
            return np.asarray(kernel[:, *at] * share)

        return cls(np.stack([t.known[at], t.constant[at]]) * share, fourth)

    def times(self, scale: FloatArray | float) -> _Sums:
        """Every bin times a number."""
        return _Sums(self.still * scale, lambda dm2: self.fourth(dm2) * scale)

    def added(self, matrix: FloatArray) -> _Sums:
        """Bins added by a symmetric matrix."""
        return _Sums(self.still @ matrix, lambda dm2: self.fourth(dm2) @ matrix)

    def at(self, mixing: FloatArray, fourth: FloatArray) -> FloatArray:
        """Sums at mixings, (points,), with values of the fourth neutrino."""
        values, _ = disappearance(mixing)
        return np.asarray(values[:, :2] @ self.still + values[:, 2:] * fourth)


def _grid(
    inner: BaselinePrediction,
    top: _Sums,
    over: _Sums | None,
    ranges: Mapping[str, tuple[float, float]],
    judge: Judge,
) -> Grid | None:
    """Nodes of Δm² at which shares and ratios come out; None where it is not free."""
    known = {p.name: p for p in inner.parameters}
    if _SPLITTING not in known:
        return None

    others = [known[_MIXING]] if _MIXING in known else []
    fixed = 0.0 if others else float(inner.fixed[_MIXING])

    def tables(nodes: FloatArray) -> list[FloatArray]:
        return [one.fourth(nodes[:, 0]) for one in (top, over) if one is not None]

    def made(points: FloatArray, found: Sequence[FloatArray]) -> FloatArray:
        mixing = points[:, 1] if others else np.full(len(points), fixed)
        value = top.at(mixing, found[0])
        return value if over is None else value / over.at(mixing, found[1])

    return Grid.of(inner.name, [known[_SPLITTING]], others, ranges, tables, made, judge)


def _source(
    name: str, sums: _Sums, prediction: BaselinePrediction, grid: Grid | None
) -> SourceEntry:
    """One sum: what is still, and the fourth neutrino."""
    free = {p.name: p for p in prediction.parameters}
    mixing = free.get(_MIXING)
    plus, minus = sums.still.sum(axis=0), sums.still[0] - sums.still[1]
    if mixing is None:
        at = np.array([float(prediction.fixed[_MIXING])])
        values = disappearance(at)[0][0]
        groups = [_fixed(values[:2] @ sums.still)]
        share, monomial = float(values[2]), {}
    else:
        s = scale_of(mixing)
        groups = [_by_mixing(mixing, np.stack([plus / 2, -s * plus / 4, minus / 2]))]
        share, monomial = s / 2, {_MIXING: 1}
    if grid is None:
        dm2 = np.array([float(prediction.fixed[_SPLITTING])])
        fourth = share * sums.fourth(dm2)
        factors, templates = [np.ones(1)], fourth
        smooth = []
    else:
        table = share * sums.fourth(grid.points[:, 0])
        factors, templates = factored([table], error=grid.error, falling=False)
        smooth = [0]
    piece = PieceEntry(monomial=monomial, table=factors[0])
    groups.append(GroupEntry(smooth=smooth, pieces=[piece], templates=templates[None]))
    return SourceEntry(name=name, groups=groups)


def _fixed(rows: FloatArray) -> GroupEntry:
    piece = PieceEntry(monomial={}, table=np.ones(1))
    return GroupEntry(pieces=[piece], templates=rows[None, None])


def _by_mixing(mixing: Parameter, rows: FloatArray) -> GroupEntry:
    """1, sin²2θ and its complement's root."""
    one, first, root = np.eye(3)
    return GroupEntry(
        pieces=[
            PieceEntry(monomial={}, table=one),
            PieceEntry(monomial={mixing.name: 1}, table=first),
            PieceEntry(monomial={}, complement={mixing.name: 0.5}, table=root),
        ],
        templates=rows[None],
    )
