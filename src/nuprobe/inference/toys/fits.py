"""Profiled fits of many toys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError, NuprobeError
from nuprobe.inference.costs import Cost
from nuprobe.inference.descent import descend
from nuprobe.inference.minimum import best_start
from nuprobe.inference.surface import Surface
from nuprobe.inference.toys.descent import Batch, ToyCost
from nuprobe.inference.toys.ensemble import Toys, shifted_cost
from nuprobe.inference.toys.starts import grid_of_starts, starts_of_toys
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["BestFits", "fit_toys"]

IntArray = NDArray[np.intp]

_SAME: Final = 1e-8  # difference of −2 ln L that rounding makes
_NUMBERS: Final = 4_000_000  # of slopes in memory at once


@readable
@dataclass(frozen=True, eq=False)
class BestFits:
    """Minima of toys.

    Attributes
    ----------
    points : all parameters, shape (toys, parameters).
    nuisances : linear ones, then those that morph, shape (toys, nuisances).
    twice_nll : shape (toys,).
    single : how many were left to the ordinary fitter.
    """

    points: FloatArray
    nuisances: FloatArray
    twice_nll: FloatArray
    single: int = 0


def fit_toys(
    cost: Cost,
    toys: Toys,
    free: Sequence[str],
    point: FloatArray,
    nuisances: FloatArray,
    below: BestFits | None = None,
) -> BestFits:
    """Minimise −2 ln L of every toy over some parameters and all nuisances.

    Parameters
    ----------
    cost : of the data that were observed.
    toys : data and centres of the constraints.
    free : names of the parameters that are fitted; none minimises the nuisances alone.
    point : the true parameters, at which the others stay, shape (parameters,), or, if
        nothing is free, (toys, parameters).
    nuisances : the true nuisances, shape (nuisances,).
    below : minima with fewer free parameters; what is found is no higher.

    Raises
    ------
    ComputationError
        If the minimum of some toy was not found, not even by the ordinary fitter.

    Examples
    --------
    >>> import nuprobe as nu
    >>> from nuprobe.inference.toys import draw
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> nominal, rng = np.zeros(len(cost.nuisances)), np.random.default_rng(1)
    >>> toys = draw(cost, cost.default, nominal, 4, rng)
    >>> best = fit_toys(cost, toys, ["rn"], cost.default, nominal)
    >>> ordinary = nu.fit(shifted_cost(cost, toys, 2))
    >>> bool(abs(best.twice_nll[2] - ordinary.twice_nll) < 1e-6)
    True
    """
    many = ToyCost(cost, toys)
    columns = [cost.index(name) for name in free]
    every = np.arange(len(toys))
    if columns:
        grid = grid_of_starts(cost, columns, point, nuisances)
        toy, at = starts_of_toys(many, grid)
        starts, begin = grid.points[at], grid.nuisances[at]
    else:
        none = np.empty((0, len(many.layout.parameters)))
        toy, starts, begin = every[:0], none, nuisances[None][:0]
    # the truth makes the data possible, whatever they are
    missing = np.setdiff1d(every, toy)
    toy = np.concatenate([toy, missing])
    where = np.broadcast_to(point, (len(toys), point.shape[-1]))
    starts = np.concatenate([starts, where[missing]])
    begin = np.concatenate([begin, np.tile(nuisances, (len(missing), 1))])
    best = _Lowest(many, len(toys))
    for rows in _shares(many, len(toy)):
        best.take(_descended(many, toy[rows], starts[rows], begin[rows], columns))
    if below is not None:
        best.no_higher(below, columns)
    return best.finished(columns, point, nuisances, free)


def _shares(many: ToyCost, rows: int) -> list[slice]:
    """Rows that are minimised together."""
    bins = sum(b.term.n_bins for b in many.bins)
    width = len(many.layout.nuisances) + len(many.low) + 1
    size = max(_NUMBERS // (bins * width), 1)
    return [slice(i, i + size) for i in range(0, rows, size)]


def _descended(
    many: ToyCost,
    toy: IntArray,
    starts: FloatArray,
    nuisances: FloatArray,
    columns: Sequence[int],
) -> Batch:
    k = len(many.layout.nuisances)
    # kinks at anchors can leave several minima: from the truth, and on both sides of it
    sigma = np.diag([n.sigma for n in many.layout.morphing])
    sides = np.concatenate([np.zeros((1, len(sigma))), sigma, -sigma])
    p = starts.shape[1]
    morphed = np.concatenate([nuisances[:, k:] + side for side in sides])
    toy, starts = np.tile(toy, len(sides)), np.tile(starts, (len(sides), 1))
    y = np.hstack([starts, np.clip(morphed, many.low[p:], many.high[p:])])
    nu = np.tile(nuisances[:, :k], (len(sides), 1))
    # away from the truth other nuisances may be needed to have positive counts
    hidden = ~np.isfinite(many.value(toy, y, nu))
    nu[hidden] = 0.0
    y[hidden, starts.shape[1] :] = 0.0
    batch = Batch(many, toy, y, nu, columns)
    batch.run()
    return batch


class _Lowest:
    """The lowest minimum of each toy so far."""

    def __init__(self, many: ToyCost, toys: int) -> None:
        self.many = many
        self.value = np.full(toys, np.inf)
        self.y = np.zeros((toys, len(many.low)))
        self.nu = np.zeros((toys, len(many.layout.nuisances)))
        self.done = np.zeros(toys, dtype=bool)

    def take(self, batch: Batch) -> None:
        """Keep what of a batch is lower."""
        for i, t in enumerate(batch.toy):
            if batch.value[i] < self.value[t] - 1e-9 or not self.done[t]:
                if not batch.done[i] and batch.value[i] >= self.value[t]:
                    continue
                self.value[t], self.done[t] = batch.value[i], batch.done[i]
                self.y[t], self.nu[t] = batch.y[i], batch.nu[i]

    def no_higher(self, below: BestFits, columns: Sequence[int]) -> None:
        """Begin again at minima with fewer free parameters that are lower."""
        at = np.flatnonzero(~self.done | (below.twice_nll < self.value - _SAME))
        if not at.size:
            return
        k = len(self.many.layout.nuisances)
        y = np.hstack([below.points[at], below.nuisances[at, k:]])
        batch = Batch(self.many, at, y, below.nuisances[at, :k], columns)
        batch.run()
        self.take(batch)

    def finished(
        self,
        columns: Sequence[int],
        point: FloatArray,
        nuisances: FloatArray,
        free: Sequence[str],
    ) -> BestFits:
        """The minima, those that are missing by the ordinary fitter."""
        p = len(self.many.layout.parameters)
        missing = np.flatnonzero(~self.done)
        for t in missing:
            at = point if point.ndim == 1 else point[t]
            self._single(int(t), at, free)
        return BestFits(
            self.y[:, :p],
            np.hstack([self.nu, self.y[:, p:]]),
            self.value,
            len(missing),
        )

    def _single(self, t: int, point: FloatArray, free: Sequence[str]) -> None:
        cost = self.many.cost
        try:
            single = shifted_cost(cost, self.many.toys, t)
            at = point
            if free:
                surface = Surface(single, list(free), point)
                start = best_start(surface, point)
                at = descend(surface, start[None], close=1e-9)[0][0]
            best = single.profiled(at)
            value, nu = float(best.twice_nll[0]), best.nuisances[0]
        except NuprobeError as error:
            raise ComputationError(
                f"{cost.name}: the fit of toy {t} did not converge ({error})"
            ) from error
        if not np.isfinite(value):
            raise ComputationError(f"{cost.name}: the fit of toy {t} did not converge")
        k = len(self.many.layout.nuisances)
        self.value[t], self.done[t] = value, True
        self.y[t] = np.append(at, nu[k:])
        self.nu[t] = nu[:k] + self.many.linear[t]
