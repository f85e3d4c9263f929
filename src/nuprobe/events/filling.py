"""Filling of histograms, in this process or in others; sums are added in the order of
the chunks, so that the results are identical bit for bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.events.binning import cells, settled, share_range
from nuprobe.events.cuts import Cut, clopper_pearson
from nuprobe.events.distribution import CutFlow, Distribution, Distributions
from nuprobe.events.observables import Observable
from nuprobe.events.record import ChunkMaker
from nuprobe.events.sample import Chunk, Events
from nuprobe.models import LeptonModel
from nuprobe.numerics import FloatArray
from nuprobe.places import in_order, sending

__all__ = ["Filling", "filled_elsewhere"]


@dataclass
class _Sums:
    """Σ w_a and Σ w_a w_b in cells, plus the number of events."""

    first: FloatArray
    second: FloatArray
    counts: FloatArray

    @classmethod
    def empty(cls, models: int, cells: int) -> _Sums:
        """Of no events."""
        return cls(
            np.zeros((models, cells)),
            np.zeros((models, models, cells)),
            np.zeros(cells),
        )

    def plus(self, other: _Sums) -> None:
        """Add the sums of other events."""
        self.first += other.first
        self.second += other.second
        self.counts += other.counts

    def add(self, cell: NDArray[np.intp], weights: FloatArray) -> None:
        """Add events: `cell` of each, shape (n,), and weights of shape (models, n)."""
        n = self.counts.size
        self.counts += np.bincount(cell, minlength=n)
        for a, w in enumerate(weights):
            self.first[a] += np.bincount(cell, w, minlength=n)
            for b in range(a + 1):
                self.second[a, b] += np.bincount(cell, w * weights[b], minlength=n)
                self.second[b, a] = self.second[a, b]

    def covariance(self, trials: int) -> FloatArray:
        """Of the cross sections in a cell, between models."""
        return (
            np.asarray(self.second - self.first[:, None] * self.first / trials)
            / trials**2
        )


class Filling:
    """Distributions being filled: edges are determined by the first events that
    pass."""

    def __init__(
        self,
        wanted: Sequence[tuple[Observable, ...]],
        models: Mapping[str, LeptonModel | None],
        asked: Mapping[str, FloatArray | int],
        cuts: Sequence[Cut],
    ) -> None:
        self.wanted, self.models, self.asked, self.cuts = wanted, models, asked, cuts
        self.named = {o.name: o for w in wanted for o in w}
        self.edges: dict[str, FloatArray] = {}
        self.sums: list[_Sums] = []
        self._clear()

    def _clear(self) -> None:
        self.flow = _Sums.empty(len(self.models), len(self.cuts) + 1)
        self.trials = self.events = 0
        if self.edges:
            sizes = [
                math.prod(self.edges[o.name].size - 1 for o in w) for w in self.wanted
            ]
            self.sums = [_Sums.empty(len(self.models), size + 1) for size in sizes]

    def empty(self) -> Filling:
        """The same without events but with the edges."""
        made = Filling(self.wanted, self.models, self.asked, self.cuts)
        made.edges = self.edges
        made._clear()
        return made

    def plus(self, other: _Part) -> None:
        """Add the content of another filling with the same edges.

        Parameters
        ----------
        other : contribution of one chunk.
        """
        self.trials += other.trials
        self.events += other.events
        self.flow.plus(other.flow)
        for mine, further in zip(self.sums, other.sums, strict=True):
            mine.plus(further)

    def add(self, chunk: Chunk) -> None:
        """Fill the events of a chunk."""
        events = chunk.events
        self.trials += chunk.trials
        self.events += len(events)
        weights = np.stack(
            [
                events.weight if m is None else events.weights(m)
                for m in self.models.values()
            ]
        )
        alive = np.ones(len(events), dtype=bool)
        last = np.zeros(len(events), dtype=np.intp)
        for j, cut in enumerate(self.cuts):
            alive &= cut.passes(events)
            last[alive] = j + 1
        self.flow.add(last, weights)
        if alive.any():
            self._fill(events[alive], weights[:, alive])

    def _fill(self, events: Events, weights: FloatArray) -> None:
        values = {name: one(events) for name, one in self.named.items()}
        if not self.sums:
            self._settle(values, weights[0])
        for w, filled in zip(self.wanted, self.sums, strict=True):
            cell = cells([values[o.name] for o in w], [self.edges[o.name] for o in w])
            filled.add(cell, weights)

    def _settle(self, values: Mapping[str, FloatArray], weight: FloatArray) -> None:
        self.edges = {
            name: settled(one, self.asked[name], values[name], weight)
            for name, one in self.named.items()
        }
        free = {name: isinstance(e, int) for name, e in self.asked.items()}
        for w in self.wanted:
            share_range(w, self.edges, free)
        sizes = [math.prod(self.edges[o.name].size - 1 for o in w) for w in self.wanted]
        self.sums = [_Sums.empty(len(self.models), size + 1) for size in sizes]

    def result(self) -> Distributions:
        """Distributions of all events filled."""
        if not self.events:
            raise InputError(
                "there are no events: generate more, or check that the flux reaches"
                " above the threshold"
            )
        models = tuple(self.models)
        flow = _flow(self.cuts, models, self.flow, self.trials)
        if not flow.events[-1]:
            killer = int(np.argmax(flow.events == 0))
            raise InputError(
                f"no event passes the cuts: {flow.cuts[killer - 1]!r} removed the"
                f" last {int(flow.events[killer - 1])} of {self.events} events;"
                " loosen it, or generate more"
            )
        items = tuple(
            _distribution(
                w, tuple(self.edges[o.name] for o in w), models, s, self.trials
            )
            for w, s in zip(self.wanted, self.sums, strict=True)
        )
        return Distributions(
            items,
            models,
            flow.values[:, 0],
            flow.errors[:, 0],
            flow,
            self.events,
            self.trials,
        )


@dataclass(frozen=True, eq=False)
class _Job:
    """Data of a worker: the maker of the chunks, and the filling."""

    maker: ChunkMaker
    unweighted: bool
    filling: Filling


class _Part:
    """Contribution of one chunk: only the sums, which are sent back."""

    def __init__(self, filling: Filling) -> None:
        self.trials, self.events = filling.trials, filling.events
        self.flow, self.sums = filling.flow, filling.sums


def _filled(job: _Job, index: int) -> _Part:
    filling = job.filling.empty()
    filling.add(job.maker.chunk(index, job.unweighted))
    return _Part(filling)


def filled_elsewhere(
    filling: Filling,
    maker: ChunkMaker,
    n: int,
    unweighted: bool,
    executor: Any,
    workers: int | None,
    update: Callable[[int], Any],
) -> None:
    """Fill whole chunks, at least n events, by other processes.

    The first chunks, which determine the edges, are filled here.

    Parameters
    ----------
    filling : without events.
    maker : of the chunks.
    n : events, at least.
    unweighted : whether the events are unweighted.
    executor, workers : as those of `nuprobe.places.sending`.
    update : called with the number of events of each chunk.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from nuprobe.events import distributions, trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> with ThreadPoolExecutor(1) as pool:  # calls this
    ...     distributions(gen, ["m_pair"], n=1000, executor=pool)["m_pair"].models
    ('generated',)
    """
    index = 0
    while filling.events < n and not filling.sums:
        chunk = maker.chunk(index, unweighted)
        filling.add(chunk)
        update(len(chunk.events))
        index += 1
    if filling.events >= n:
        return
    with sending(_Job(maker, unweighted, filling.empty()), executor, workers) as sender:
        for part in in_order(sender, _filled, count(index)):
            filling.plus(part)
            update(part.events)
            if filling.events >= n:
                return


def _distribution(
    wanted: tuple[Observable, ...],
    edges: tuple[FloatArray, ...],
    models: tuple[str, ...],
    sums: _Sums,
    trials: int,
) -> Distribution:
    shape = tuple(e.size - 1 for e in edges)
    size, m = math.prod(shape), len(models)
    return Distribution(
        wanted,
        edges,
        models,
        (sums.first[:, :size] / trials).reshape(m, *shape),
        sums.covariance(trials)[..., :size].reshape(m, m, *shape),
        (sums.second[..., :size] / trials**2).reshape(m, m, *shape),
        sums.first[:, size] / trials,
        sums.counts[:size].reshape(shape),
    )


def _flow(
    cuts: Sequence[Cut], models: tuple[str, ...], last: _Sums, trials: int
) -> CutFlow:
    """Cut flow from the index of the last cut that each event passed."""

    def left(a: FloatArray) -> FloatArray:
        return np.asarray(np.flip(np.cumsum(np.flip(a, -1), -1), -1))

    first, second = left(last.first), left(np.einsum("aac->ac", last.second))
    values = first / trials
    errors = np.sqrt(np.maximum(second - first**2 / trials, 0.0)) / trials
    total = np.where(first[:, :1] > 0, first[:, :1], 1.0)
    efficiency = first / total
    # Σ (w_i (pass_i − ε))² = (1 − 2ε) S_pass + ε² S_all
    square = (1 - 2 * efficiency) * second + efficiency**2 * second[:, :1]
    error = np.sqrt(np.maximum(square, 0.0)) / total
    effective = np.where(second > 0, first**2 / np.where(second > 0, second, 1.0), 0.0)
    interval = np.array(
        [
            [
                clopper_pearson(min(float(e), 1.0) * float(row[0]), float(row[0]))
                for e in es
            ]
            for es, row in zip(efficiency, effective, strict=True)
        ]
    )
    texts = tuple(c.text for c in cuts)
    return CutFlow(
        texts,
        models,
        left(last.counts),
        values,
        errors,
        efficiency,
        error,
        interval,
        effective,
    )
