"""Where toys begin to exclude the values of a parameter: ends of Feldman–Cousins
intervals and of limits by CLs, searched for and not read off a given grid.

Values are first tested where −2 ln L of the data has risen by parts and multiples of
the critical value of large samples. Between the last that is allowed and the first that
is excluded further ones follow until their p-values differ no more than the toys
scatter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from nuprobe.drawing import draws
from nuprobe.inference.construction import Construction
from nuprobe.inference.costs import Cost
from nuprobe.inference.levels import check_level, delta_threshold
from nuprobe.inference.toys.rounds import Question, rounds
from nuprobe.inference.toys.sample import Hypothesis
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.straight import crossing
from nuprobe.inference.toys.thresholds import ToyInterval, merged, quantile
from nuprobe.inference.toys.truth import hypothesis_at, observed_fits
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Line", "ToyBounds", "bounded"]

_FIRST: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.6)
"""Rises of −2 ln L at which values are first tested, over the critical value of large
samples."""
_FURTHER: Final = (2.2, 3.2, 5.0)
"""The same where the last of these is still allowed."""
_INSIDE: Final = 5  # values in a cell in which exclusion begins
_ROUNDS: Final = 8  # of further values, at most
_SCATTER: Final = 5.0  # errors by which p-values must differ to be worth more values
_NARROW: Final = 1e-4  # part of its distance from the best value at which a cell stays
_BRIDGE: Final = 3.0  # errors by which a value is excluded among allowed ones
_EQUAL: Final = 1e-7  # differences of −2 ln L that rounding may make


@readable
@dataclass(frozen=True, eq=False)
class Line:
    """One parameter whose values are tested.

    Attributes
    ----------
    name : of the parameter.
    others : names of further parameters that are fitted.
    start : values of all parameters; of those that are fitted they do not matter, shape
        (parameters,).
    best, lowest : best value of the data, and −2 ln L there.
    edges : takes a rise of −2 ln L of the data above its lowest, and gives the values
        at which it is reached, and the ends of the range below it.
    null : value without a signal, for CLs.
    """

    name: str
    others: tuple[str, ...]
    start: FloatArray
    best: float
    lowest: float
    edges: Callable[[float], Sequence[float]]
    null: float = 0.0


@readable
@dataclass(frozen=True, eq=False)
class ToyBounds:
    """What toys allow of one parameter.

    Attributes
    ----------
    parameter : its definition.
    construction : method, level and sides, with the Monte Carlo error.
    intervals : all that are allowed, in order, with the Monte Carlo errors of their
        ends.
    values : tested, increasing, shape (n,).
    delta : rise of −2 ln L of the data there, shape (n,).
    p_values : share of toys at least as far from their best fit as the data; for CLs
        that of the signal over that without, shape (n,).
    errors : Monte Carlo errors of `p_values`, shape (n,).
    critical, critical_errors : rise of −2 ln L that bounds the interval, and its Monte
        Carlo error, shape (n,).
    """

    parameter: Parameter
    construction: Construction
    intervals: tuple[ToyInterval, ...]
    values: FloatArray
    delta: FloatArray
    p_values: FloatArray
    errors: FloatArray
    critical: FloatArray
    critical_errors: FloatArray

    plot = draws("plot_toy_bounds")

    @property
    def upper(self) -> ToyInterval:
        """The interval with the largest values, whose upper end is the limit."""
        return self.intervals[-1]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; None for an end that is not known."""
        return {
            "parameter": self.parameter.name,
            "unit": self.parameter.unit,
            **self.construction.to_dict(),
            "intervals": [i.to_dict() for i in self.intervals],
            "values": self.values.tolist(),
            "delta": [d if np.isfinite(d) else None for d in self.delta.tolist()],
            "p_values": self.p_values.tolist(),
            "p_value_errors": self.errors.tolist(),
        }


def bounded(
    cost: Cost,
    lines: Sequence[Line],
    method: Literal["feldman-cousins", "cls"],
    cl: float,
    settings: ToySettings,
) -> list[ToyBounds]:
    """Intervals or limits of parameters by toys, all in one run.

    Parameters
    ----------
    cost : of the observed data.
    lines : the parameters.
    method : the order of toys: the profiled likelihood ratio, two-sided, or q̃ with and
        without a signal, one-sided.
    cl : confidence level.
    settings : how toys are thrown.

    Returns
    -------
    list, one for each line

    Raises
    ------
    InputError
        If data cannot be drawn at a value, or the file is of another run.
    StoppedError
        If the run was interrupted; what is done is saved.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-lar-2020").cost(
    ...     free=["cevns_scale"], analysis="published"
    ... )
    >>> found = nu.fit(cost)
    >>> line = Line(
    ...     "cevns_scale",
    ...     (),
    ...     cost.default,
    ...     found["cevns_scale"].value,
    ...     found.twice_nll,
    ...     lambda rise: [
    ...         x
    ...         for r in found.profile("cevns_scale", np.linspace(0, 5, 9)).regions(
    ...             delta=rise
    ...         )
    ...         for x in (r.low, r.high)
    ...     ],
    ... )
    >>> [one] = bounded(cost, [line], "cls", 0.9, ToySettings(100))
    >>> 1 < one.upper.upper < 2.2
    True
    """
    check_level(cl)
    searches = [_Search(cost, line, method, cl, settings) for line in lines]
    about = f"{method} {cl!r} {[(one.name, one.others) for one in lines]}"
    with rounds(cost, settings, about) as run:
        for _ in range(_ROUNDS + 1):
            asked = [(one, one.wanted()) for one in searches]
            questions = [q for one, values in asked for q in one.questions(values)]
            if not questions:
                break
            rises, best = run.throw(questions)
            row = 0
            for one, values in asked:
                rows = slice(row, row + one.width * len(values))
                one.learn(values, rises[rows], best[rows])
                row = rows.stop
    return [one.result() for one in searches]


class _Search:
    """Values of one parameter that were tested, and those that should be."""

    def __init__(
        self, cost: Cost, line: Line, method: str, cl: float, settings: ToySettings
    ) -> None:
        self.cost, self.line, self.method, self.cl = cost, line, method, cl
        self.settings = settings
        self.column = cost.index(line.name)
        self.parameter = cost.parameters[self.column]
        self.one_sided = method == "cls"
        self.width = 2 if self.one_sided else 1
        # at the best value nothing is excluded: toys need not say so
        self.lowest = max(line.best, line.null) if self.one_sided else line.best
        self.x = np.array([self.lowest])
        self.delta, self.p, self.sigma = np.zeros(1), np.ones(1), np.zeros(1)
        self.critical, self.spread = np.full(1, np.nan), np.full(1, np.nan)
        self.multiple = 0
        self.nothing: Hypothesis | None = None

    # -- which values ------------------------------------------------------------

    def wanted(self) -> FloatArray:
        """Values to test next."""
        if len(self.x) == 1:
            return self._fresh([x for part in _FIRST for x in self._edges(part)])
        new: list[float] = []
        while self.multiple < len(_FURTHER) and self._open() and not new:
            new = [*self._fresh(self._edges(_FURTHER[self.multiple]))]
            self.multiple += 1
        inside = np.arange(1, _INSIDE + 1) / (_INSIDE + 1)
        for low, high in self._cells():
            a, b = self.x[low], self.x[high]
            if abs(self.p[low] - self.p[high]) > _SCATTER * self._error():
                scale = max(abs(x - self.lowest) for x in (a, b))
                if b - a > _NARROW * scale:
                    new += [*(a + (b - a) * inside)]
        return self._fresh(new)

    def _edges(self, part: float) -> list[float]:
        """Where −2 ln L of the data has risen by a multiple of the critical value."""
        rise = part * delta_threshold(self.cl)
        every = [float(x) for x in self.line.edges(rise) if np.isfinite(x)]
        return [x for x in every if not self.one_sided or x > self.lowest]

    def _fresh(self, values: Sequence[float] | FloatArray) -> FloatArray:
        """Values that were not tested yet."""
        every = np.unique(np.asarray(values, dtype=float))
        near = np.abs(every[:, None] - self.x).min(axis=1, initial=inf)
        scale = np.abs(every - self.lowest)
        return np.asarray(every[near > 1e-9 * np.maximum(scale, 1e-300)])

    def _open(self) -> bool:
        """Whether the last value on a side is allowed and the range goes on."""
        inside, p = self._allowed(), self.parameter
        below = inside[0] and self.x[0] > p.lower and not self.one_sided
        return bool(below or (inside[-1] and self.x[-1] < p.upper))

    def _error(self) -> float:
        """Monte Carlo error of a p-value at the level."""
        return float(np.sqrt(self.cl * (1 - self.cl) / self.settings.number))

    def _allowed(self) -> NDArray[np.bool_]:
        """Which values are allowed; a gap that the scatter of toys may have made is
        none."""
        inside = self.p > 1 - self.cl
        near = self.p > 1 - self.cl - _BRIDGE * self.sigma
        within = np.flatnonzero(inside)
        for low, high in pairwise(within.tolist()):
            if near[low : high + 1].all():
                inside[low : high + 1] = True
        return inside

    def _cells(self) -> list[tuple[int, int]]:
        """Neighbours between which exclusion begins or ends."""
        inside = self._allowed()
        at = np.flatnonzero(inside[1:] != inside[:-1])
        return [(int(i), int(i) + 1) for i in at]

    # -- what toys say -----------------------------------------------------------

    def questions(self, values: FloatArray) -> list[Question]:
        """Toys at the values; for CLs those without a signal behind them."""
        free, others = (self.line.name, *self.line.others), self.line.others
        signal = []
        for x in values:
            point = self.line.start.copy()
            point[self.column] = x
            signal.append(hypothesis_at(self.cost, point, others, self.settings))
        if self.one_sided and len(values):
            if self.nothing is None:
                point = self.line.start.copy()
                point[self.column] = self.line.null
                self.nothing = hypothesis_at(self.cost, point, others, self.settings)
            nothing = self.nothing
            signal += [
                Hypothesis(nothing.truth, nothing.nuisances, h.tested) for h in signal
            ]
        return [Question(h, free, others) for h in signal]

    def learn(self, values: FloatArray, rises: FloatArray, best: FloatArray) -> None:
        """Take in the toys of some values, shape (width·values, toys)."""
        if not len(values):
            return
        m, n = len(values), self.settings.number
        points = np.tile(self.line.start, (m, 1))
        points[:, self.column] = values
        held = [
            float(f.twice_nll[0])
            for f in (
                observed_fits(self.cost, p[None], self.line.others)[0] for p in points
            )
        ]
        delta = np.maximum(np.array(held) - self.line.lowest, 0.0)
        if self.one_sided:
            tested = np.tile(values, 2)[:, None]
            rises = np.where(best > tested, 0.0, rises)
            statistic = np.where(self.line.best > values, 0.0, delta)
            both = rises >= np.tile(statistic, 2)[:, None] - _EQUAL
            signal, without = both.mean(axis=1).reshape(2, m)
            p = signal / np.maximum(without, 1 / (2 * n))
            parts = [(1 - s) / (n * np.maximum(s, 1 / n)) for s in (signal, without)]
            sigma = np.maximum(p, 1 / n) * np.sqrt(parts[0] + parts[1])
        else:
            # counts make values repeat: rounding must not decide
            p = (rises >= delta[:, None] - _EQUAL).mean(axis=1)
            share = np.clip(p, 1 / n, 1 - 1 / n)
            sigma = np.sqrt(share * (1 - share) / n)
        limits = np.array([quantile(rise, self.cl) for rise in rises[:m]])
        new = (values, delta, p, sigma, limits[:, 0], limits[:, 1])
        names = ("x", "delta", "p", "sigma", "critical", "spread")
        order = np.argsort(np.concatenate([self.x, values]), kind="stable")
        for name, more in zip(names, new, strict=True):
            setattr(self, name, np.concatenate([getattr(self, name), more])[order])

    # -- what follows ------------------------------------------------------------

    def result(self) -> ToyBounds:
        """Intervals with the errors of their ends."""
        inside, p = self._allowed(), self.parameter
        ends: list[tuple[float, float]] = []
        low, high = float(self.x[0]), float(self.x[-1])
        if inside[0]:
            known = low == p.lower or self.one_sided
            ends.append((p.lower if known else -inf, 0.0))
        cells = self._cells()
        curve = self.x, self.p, self.sigma
        ends += [crossing(curve, cell, 1 - self.cl) for cell in cells]
        if inside[-1]:
            ends.append((p.upper if high == p.upper else inf, 0.0))
        pairs = list(zip(ends[::2], ends[1::2], strict=True))
        if self.one_sided:
            pairs = [(pairs[0][0], pairs[-1][1])]
        intervals = merged([ToyInterval(a, b, ea, eb) for (a, ea), (b, eb) in pairs])
        near = sorted({i for cell in cells for i in cell if self.sigma[i] > 0})
        return ToyBounds(
            p,
            self._construction(near),
            intervals,
            *(self.x, self.delta, self.p, self.sigma, self.critical, self.spread),
        )

    def _construction(self, near: list[int]) -> Construction:
        """Method and level, with errors at the values `near` the ends."""
        s = self.settings
        sides = 1 if self.one_sided else 2
        name: Any = self.method
        said = Construction(name, self.cl, sides, 1, s.number, s.seed)
        if not near:
            return said
        if self.one_sided:
            return said.with_errors(None, _ends_of(self.sigma[near]))
        return said.with_errors(
            _ends_of(self.critical[near]), _ends_of(self.spread[near])
        )


def _ends_of(values: FloatArray) -> tuple[float, float]:
    return float(values.min()), float(values.max())
