"""Bins of many toys whose backgrounds are counted: each toy has control counts too."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.inference.costs import OnOffCost, ProjectedCost
from nuprobe.inference.costs.bent import Bent
from nuprobe.inference.costs.on_off import (
    best_background,
    on_off_curvature,
    on_off_slope,
    on_off_value,
)
from nuprobe.inference.costs.product import Product
from nuprobe.inference.toys.bins import ToyBins
from nuprobe.numerics import FloatArray

__all__ = ["OnOffBins", "ProjectedBins"]

_NEAR: Final = 1e-10  # of −2 ln L, by which a background may miss the best one

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Factors = tuple[FloatArray, FloatArray]


def _halves(term: OnOffCost, data: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Counts and control counts; expected ones where there are none."""
    bins = term.n_bins
    if data.shape[1] == bins:
        off = np.broadcast_to(term.ratio * term.nominal, data.shape)
        return data, off
    return data[:, :bins], data[:, bins:]


class OnOffBins(ToyBins):
    """Counts on a background that is counted, bin by bin.

    Parameters
    ----------
    term : gives the statistic.
    data : counts and control counts of all toys, shape (toys, 2 bins), or counts alone,
        shape (toys, bins), with control counts as expected.
    """

    positive = True

    def __init__(self, term: OnOffCost, data: FloatArray) -> None:
        super().__init__(term, data)
        self.nominal, self.ratio = term.nominal, term.ratio
        self.on, self.off = _halves(term, self.data)
        self.active = (self.on > 0) | (self.off > 0)
        self.room = np.where(self.active, self.off / self.ratio + 1, 0.0)

    def margin(self, mu: FloatArray, rows: IntArray) -> FloatArray:
        """As `ToyBins.margin`, with `mu` and `rows`."""
        return mu - self.nominal + self.room[rows]

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        """As `ToyBins.value`, with `mu`, `rows` and `barrier`."""
        n, m, active = self.on[rows], self.off[rows], self.active[rows]
        x = mu - self.nominal
        bad = np.where(active, x <= -self.room[rows], x < 0)
        each = on_off_value(np.where(bad, 0.0, x), n, m, self.ratio)
        if barrier:
            each = each - 2 * barrier * np.log(np.where(active | (x <= 0), 1.0, x))
        return np.where(bad.any(axis=1), inf, each.sum(axis=1))

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.slopes`, with `mu`, `rows` and `barrier`."""
        n, m, x = self.on[rows], self.off[rows], mu - self.nominal
        best = best_background(x, n, m, self.ratio)
        first = on_off_slope(x, n, m, self.ratio, best)
        second = on_off_curvature(x, n, m, self.ratio, best)
        if barrier:
            y = np.where(self.active[rows] | (x <= 0), inf, x)
            first, second = first - 2 * barrier / y, second + 2 * barrier / y**2
        return first, second

    def screened(self, mu: FloatArray) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.screened`, with `mu`: the background is looked for once."""
        n, m, x = self.on, self.off, np.broadcast_to(mu - self.nominal, self.on.shape)
        bad = np.where(self.active, x <= -self.room, x < 0)
        x = np.where(bad, 0.0, x) if bad.any() else x
        best = best_background(x, n, m, self.ratio)
        each = on_off_value(x, n, m, self.ratio, best)
        value = np.where(bad.any(axis=1), inf, each.sum(axis=1))
        return value, on_off_slope(x, n, m, self.ratio, best)


class ProjectedBins(ToyBins):
    """Counts on a background whose projections are counted.

    Parameters
    ----------
    term : gives the statistic.
    data : as in `OnOffBins`.
    """

    positive = True

    def __init__(self, term: ProjectedCost, data: FloatArray) -> None:
        super().__init__(term, data)
        self.nominal, self.room, self.ratio = term.nominal, term.room, term.ratio
        self.on, off = _halves(term, self.data)
        self.product = Product.of(self.on, off, term.shape, term.ratio)
        # where the background of each toy was last
        self.found: Factors = (
            np.full((term.shape[0], len(self.on)), np.nan),
            np.full((term.shape[1], len(self.on)), np.nan),
        )

    def margin(self, mu: FloatArray, rows: IntArray) -> FloatArray:
        """As `ToyBins.margin`, with `mu` and `rows`."""
        return mu - self.nominal + self.room

    def bent(self, mu: FloatArray, rows: IntArray) -> tuple[Bent, BoolArray]:
        """The best background of the toys `rows` at `mu`, and whether the data are
        possible; where they are not it is that without anything else."""
        x = mu - self.nominal
        possible: BoolArray = np.all(x >= -self.room, axis=1)
        grid = self.product.grid(np.where(possible[:, None], x, 0.0))
        start = (self.found[0][:, rows], self.found[1][:, rows])
        factors, bent = self.product.take(rows).near(grid, start, _NEAR)
        for found, now in zip(self.found, factors, strict=True):
            found[:, rows] = now
        return bent, possible

    def value(self, mu: FloatArray, rows: IntArray, barrier: float) -> FloatArray:
        """As `ToyBins.value`, with `mu`, `rows` and `barrier`."""
        bent, possible = self.bent(mu, rows)
        value = self.product.take(rows).twice_nll(bent)
        if barrier:
            y = np.where(self.on[rows] > 0, 1.0, self.margin(mu, rows))
            value = value - 2 * barrier * np.log(np.maximum(y, 1e-300)).sum(axis=1)
        return np.where(possible, value, inf)

    def slopes(
        self, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.slopes`, with `mu`, `rows` and `barrier`; the second derivative
        is that at fixed background."""
        return self._derivatives(self.bent(mu, rows)[0], mu, rows, barrier)

    def _derivatives(
        self, bent: Bent, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        n, total = self.on[rows], bent.total.reshape(mu.shape[1], -1).T
        ratio = np.divide(n, total, out=np.zeros_like(n), where=n > 0)
        bend = np.divide(ratio, total, out=np.zeros_like(n), where=n > 0)
        first, second = 2 - 2 * ratio, 2 * bend
        if barrier:
            y = np.where(n > 0, inf, self.margin(mu, rows))
            first, second = first - 2 * barrier / y, second + 2 * barrier / y**2
        return first, second

    def curved(
        self, every: FloatArray, mu: FloatArray, rows: IntArray, barrier: float
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.curved`, with `every`, `mu`, `rows` and `barrier`: the background
        follows."""
        bent = self.bent(mu, rows)[0]
        first, second = self._derivatives(bent, mu, rows, barrier)
        block = (every * second[:, None]) @ every.swapaxes(1, 2)
        return first, block - bent.eliminated(self.product.take(rows).data, every)

    def screen(
        self, mu: FloatArray, slopes: Sequence[FloatArray], pure: ToyBins
    ) -> tuple[FloatArray, FloatArray]:
        """As `ToyBins.screen`, with `mu`, `slopes` and `pure`, whose background makes
        one step for each toy."""
        assert isinstance(pure, ProjectedBins)
        bent, possible = pure.bent(mu, np.arange(len(mu)))
        n, (m_e, m_t) = self.product.data, self.product.control
        share = bent.background / bent.total
        weight = 1 + self.ratio
        e, t = bent.factors
        # of rows and columns, (factors, toys, points)
        seen_e = n.transpose(0, 2, 1) @ share
        seen_t = n.transpose(1, 2, 0) @ share.transpose(1, 0, 2)
        steep = np.concatenate(
            [
                weight * (e * t.sum(axis=0))[:, None] - seen_e - m_e[..., None],
                weight * (t * e.sum(axis=0))[:, None] - seen_t - m_t[..., None],
            ]
        )
        inverse = bent.inverse()
        falls = steep.transpose(2, 1, 0)
        value = self._screened(bent) - np.einsum(
            "pta,pta->tp", falls @ inverse, falls, optimize=True
        )
        value[:, ~possible] = inf
        along = np.empty((*value.shape, len(slopes)))
        if slopes:
            every = np.stack([np.broadcast_to(s, mu.shape) for s in slopes], axis=1)
            mixed = np.concatenate(bent.mixed(pure.product.data, every))
            follows = 2 * falls @ (inverse @ mixed.transpose(2, 0, 1))
            along[:] = -follows.transpose(1, 0, 2)
            flat = bent.total.reshape(mu.shape[1], -1).T[:, None]
            direct = 2 * every.sum(axis=2)[:, None]
            counted = self.on @ (every / flat).transpose(0, 2, 1)
            along += (direct - 2 * counted).transpose(1, 0, 2)
        return value, along

    def _screened(self, bent: Bent) -> FloatArray:
        """−2 ln L of all toys at the backgrounds of some points, (toys, points)."""
        n, (m_e, m_t), (e, t) = self.on, self.product.control, bent.factors
        whole = m_e.sum(axis=0)
        logs = n @ np.log(bent.total).reshape(n.shape[1], -1)
        logs += m_e.T @ np.log(e) + m_t.T @ np.log(t)
        expected = bent.total.sum(axis=(0, 1)) + self.ratio * bent.background.sum(
            axis=(0, 1)
        )
        own = sum(
            (a * np.log(np.where(a > 0, a, 1.0))).sum(axis=0) - a.sum(axis=0)
            for a in (n.T, m_e, m_t)
        )
        own -= whole * (np.log(np.where(whole > 0, self.ratio * whole, 1.0)) - 1)
        return np.asarray(2 * (expected - logs + own[:, None]))
