"""Rates of reactors with a sterile neutrino as a file has them: exact in the mixing, in
yields and in the bump, interpolated in Δm².

The expectation is linear in three kernels, whose coefficients in sin²2θ₁₄ are those of
`nuprobe.portable.disappearance`, and one of which depends on Δm²₄₁.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nuprobe.experiments.reactor.prediction import (
    ANGLE,
    SPLITTING,
    ReactorPrediction,
)
from nuprobe.numerics import FloatArray
from nuprobe.oscillation import disappearance
from nuprobe.parameters import Parameter
from nuprobe.portable.blocks import SIGNAL
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

__all__ = ["oscillates", "reactor_block"]

Monomial = tuple[tuple[str, int], ...]


def oscillates(prediction: object) -> bool:
    """Whether rates of reactors have a free mixing or Δm² of a sterile neutrino.

    Parameters
    ----------
    prediction : any.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("reactor-rates")
    >>> oscillates(rates.prediction(free=["norm"]))
    False
    >>> oscillates(rates.prediction(free=["sin2_2theta_14", "dm2_41"]))
    True
    """
    return isinstance(prediction, ReactorPrediction) and any(
        p.name in (ANGLE, SPLITTING) for p in prediction.parameters
    )


def reactor_block(
    prediction: ReactorPrediction,
    ranges: Mapping[str, tuple[float, float]],
    judge: Judge,
) -> tuple[BlockEntry, float]:
    """Rates with a sterile neutrino as a file has them, and the largest error.

    Parameters
    ----------
    prediction : that `oscillates`.
    ranges : parts of the ranges of parameters.
    judge : −2 ln L of expectations.

    Raises
    ------
    InputError
        If too many nodes would be needed.

    Examples
    --------
    >>> import nuprobe as nu
    >>> (term,) = nu.experiment("reactor-rates").cost(free=["sin2_2theta_14"]).terms
    >>> block, error = reactor_block(term.prediction, {}, term.value)
    >>> block.bins, error, [effect.nuisance for effect in block.effects][0]
    ((21, 1), 0.0, 'huber-mueller.1')
    """
    rates = _Rates(prediction)
    grid = rates.grid(ranges, judge)
    names = [n.name for n in prediction.nuisances]
    relative = rates.relative()
    every = [np.ones_like(prediction.share)]
    every += [
        pull - own[:, None]
        for pull, own in zip(prediction.pulls.T, relative, strict=True)
    ]
    sources = [
        SourceEntry(name=name, groups=rates.groups(weight, grid))
        for name, weight in zip([SIGNAL, *names], every, strict=True)
    ]
    block = BlockEntry(
        bins=(len(prediction.share), 1),
        axes=[] if grid is None else [grid.entry],
        components=["all"],
        time=np.ones((1, 1)),
        sources=sources,
        effects=[
            EffectEntry(nuisance=name, shape=name, relative=own)
            for name, own in zip(names, relative, strict=True)
        ],
    )
    return block, 0.0 if grid is None else grid.error


@dataclass(frozen=True, eq=False)
class _Rates:
    """Rates as sums over isotopes of monomials times kernels.

    Attributes
    ----------
    prediction : of the rates.
    """

    prediction: ReactorPrediction

    @property
    def free(self) -> dict[str, Parameter]:
        """Free parameters by name."""
        return {p.name: p for p in self.prediction.parameters}

    def grid(
        self, ranges: Mapping[str, tuple[float, float]], judge: Judge
    ) -> Grid | None:
        """Nodes of Δm² at which −2 ln L comes out; None where it is not free."""
        free, p = self.free, self.prediction
        if SPLITTING not in free:
            return None
        others = [one for name, one in free.items() if name != SPLITTING]
        shape = 2, *p.share.shape

        def tables(nodes: FloatArray) -> list[FloatArray]:
            return [p.fourth(nodes[:, 0]).swapaxes(0, 1).reshape(len(nodes), -1)]

        def made(points: FloatArray, found: Sequence[FloatArray]) -> FloatArray:
            columns = {n: np.full(len(points), v) for n, v in p.values.items()}
            for one, column in zip(others, points[:, 1:].T, strict=True):
                columns[one.name] = column
            fourth = found[0].reshape(len(points), *shape).swapaxes(0, 1)
            return np.asarray(p.isotopes(columns, fourth).sum(axis=2))

        return Grid.of(p.name, [free[SPLITTING]], others, ranges, tables, made, judge)

    def relative(self) -> FloatArray:
        """What each nuisance adds, relative to the rates, without a sterile neutrino,
        (nuisances, rows): little is left then for its own source."""
        p = self.prediction
        parts = p.share * p.kernels()[0][0]
        return np.asarray((parts @ p.pulls / parts.sum(axis=1)[:, None]).T)

    def groups(self, weight: FloatArray, grid: Grid | None) -> list[GroupEntry]:
        """Of a source in which isotopes have weights, (rows, isotopes)."""
        p = self.prediction
        known, constant = (self._rows(k, weight) for k in p.kernels())
        most = self._rows(p.kernels()[1], np.ones_like(weight))
        if grid is None:
            dm2 = np.array([float(p.values[SPLITTING])])
        else:
            dm2 = grid.points[:, 0]
        fourth = self._rows(p.fourth(dm2), weight)
        mixing = self.free.get(ANGLE)
        if mixing is None:
            one, two, three = disappearance([float(p.values[ANGLE])])[0][0]
            still = {m: [(m, 0.0, one * known[m] + two * constant[m])] for m in known}
            moved = {m: three * fourth[m] for m in fourth}
        else:
            s = scale_of(mixing)
            still = {
                m: _mixed(m, known[m] + constant[m], known[m] - constant[m], s)
                for m in known
            }
            moved = {(*m, (ANGLE, 1)): s / 2 * fourth[m] for m in fourth}
        rows = [row for own in still.values() for row in own]
        if grid is None:
            rows += [(m, 0.0, values[0]) for m, values in moved.items()]
            return [_still(rows)]
        sizes = [most[m[: len(m) - (mixing is not None)]] for m in moved]
        return [_still(rows), _interpolated(moved, sizes, grid.error)]

    def _rows(
        self, kernel: FloatArray, weight: FloatArray
    ) -> dict[Monomial, FloatArray]:
        """Monomials in the parameters beside mixing and Δm², and what they multiply,
        from a kernel (2, ..., rows, isotopes): (..., rows)."""
        p, free = self.prediction, self.free
        found: dict[Monomial, FloatArray] = {}
        for i, isotope in enumerate(p.yields.isotopes):
            for k, names in enumerate([(), ("bump",)]):
                factors = ("norm", f"yield.{isotope}", *names)
                number = weight[:, i]
                for name in factors:
                    number = number * (
                        scale_of(free[name]) if name in free else p.values[name]
                    )
                if not number.any():
                    continue
                monomial = tuple((name, 1) for name in factors if name in free)
                own = number * p.share[:, i] * kernel[k, ..., i]
                found[monomial] = found.get(monomial, 0.0) + own
        return found


Row = tuple[Monomial, float, FloatArray]
"""Monomial, power of 1 − sin²2θ₁₄, and counts (bins,)."""


def _mixed(m: Monomial, plus: FloatArray, minus: FloatArray, s: float) -> list[Row]:
    """1, sin²2θ and its complement's root."""
    return [
        (m, 0.0, plus / 2),
        ((*m, (ANGLE, 1)), 0.0, -s * plus / 4),
        (m, 0.5, minus / 2),
    ]


def _still(rows: Sequence[Row]) -> GroupEntry:
    every = np.eye(len(rows))
    return GroupEntry(
        pieces=[
            PieceEntry(
                monomial=dict(monomial),
                complement={ANGLE: power} if power else {},
                table=table,
            )
            for (monomial, power, _), table in zip(rows, every, strict=True)
        ],
        templates=np.stack([values for _, _, values in rows])[None],
    )


def _interpolated(
    moved: Mapping[Monomial, FloatArray], sizes: Sequence[FloatArray], error: float
) -> GroupEntry:
    factors, templates = factored([*moved.values()], sizes, error=error, falling=False)
    return GroupEntry(
        smooth=[0],
        pieces=[
            PieceEntry(monomial=dict(monomial), table=table)
            for monomial, table in zip(moved, factors, strict=True)
        ],
        templates=templates[None],
    )
