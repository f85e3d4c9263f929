"""Counting of signal and backgrounds, in parts that are not kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.events.backgrounds.mesons import KINDS
from nuprobe.events.backgrounds.sample import Background, Drawing, as_events
from nuprobe.events.cuts import Cut
from nuprobe.events.generator import Generator
from nuprobe.events.observables import observable
from nuprobe.events.sample import Events
from nuprobe.events.sampler import Maker
from nuprobe.inference.checkpoints import stopped
from nuprobe.numerics import FloatArray
from nuprobe.places import in_order, place, sending
from nuprobe.stopping import stop_signals
from nuprobe.units import GeV

__all__ = [
    "FINE",
    "NAMES",
    "SIGNALS",
    "Counting",
    "Job",
    "Part",
    "Stages",
    "Sums",
    "Tally",
    "cells",
    "counted",
    "passed",
    "tally",
]

Mask = NDArray[np.bool_]
Stages = Sequence[tuple[str, Sequence[Cut]]]
"""Cuts of each stage, with their text."""
SIGNALS: Final = 3  # coherent, incoherent, nucleon break-up
NAMES: Final = SIGNALS + len(KINDS)
FINE: Final = {
    "m_pair": np.linspace(0.2, 2.0, 36 * 8 + 1) * GeV,
    "opening_angle": np.linspace(0.0, np.pi / 2, 45 * 8 + 1),
}
"""Fine bins of the observables filled during counting."""


class Part(NamedTuple):
    """Some events of a comparison.

    Attributes
    ----------
    sample : the events.
    name : index of each into the names of the comparison, shape (n,).
    trials : trials of the signal used for these events; 0 for backgrounds.
    """

    sample: Events | Background
    name: NDArray[np.intp]
    trials: int


def passed(sample: Events | Background, stages: Stages) -> list[Mask]:
    """Events of a sample left before the cuts and after each stage.

    Parameters
    ----------
    sample : the events.
    stages : the cuts.

    Examples
    --------
    >>> from nuprobe.events.backgrounds import generate
    >>> len(passed(generate("dune-nd-fhc", "Ar40", 10), []))
    1
    """
    alive = [np.ones(len(sample), dtype=bool)]
    for _, parts in stages:
        masks = (cut.passes(as_events(sample)) for cut in parts)
        alive.append(np.logical_and.reduce([alive[-1], *masks]))
    return alive


class Sums:
    """Σw, Σw² and the number of events by name, in one or more cells, for each
    stage."""

    def __init__(self, stages: int, cells: int = 1, names: int = NAMES) -> None:
        shape = stages, names, cells
        self.first, self.second = np.zeros((2, *shape))
        self.events = np.zeros(shape, dtype=np.int64)

    def add(
        self,
        stage: int,
        name: NDArray[np.intp],
        weight: FloatArray,
        cell: NDArray[np.intp] | int = 0,
    ) -> None:
        """Add events, each with its name, its weight and its cell."""
        shape = self.events.shape[1:]
        at, size = name * shape[1] + cell, math.prod(shape)
        self.first[stage] += np.bincount(at, weight, size).reshape(shape)
        self.second[stage] += np.bincount(at, weight**2, size).reshape(shape)
        self.events[stage] += np.bincount(at, minlength=size).reshape(shape)

    def plus(self, other: Sums, names: NDArray[np.intp]) -> None:
        """Add the sums of other events, which have only these `names`."""
        self.first[:, names] += other.first
        self.second[:, names] += other.second
        self.events[:, names] += other.events

    def scaled(self, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Counts and errors, with a factor for each name."""
        by = factor[:, None]
        return self.first * by, np.sqrt(self.second) * by


@dataclass(frozen=True, eq=False)
class Tally:
    """Contribution of a part: everything sent back from the worker.

    Attributes
    ----------
    size, trials : of the part.
    names : indices of the names in it, increasing, shape (k,).
    all, fine : sums by name, in total and in bins.
    largest : weight of each, shape (k,).
    before : neutrinos of the signal, shape (SIGNALS,).
    """

    size: int
    trials: int
    names: NDArray[np.intp]
    all: Sums
    fine: dict[str, Sums]
    largest: FloatArray
    before: FloatArray


def tally(part: Part, stages: Stages) -> Tally:
    """Sums over the events of a part.

    Parameters
    ----------
    part : the events.
    stages : the cuts.

    Examples
    --------
    >>> from nuprobe.events.backgrounds import blocks
    >>> drawn = next(blocks("dune-nd-fhc", "Ar40", 10))
    >>> tally(Part(drawn, drawn.kind + np.intp(SIGNALS), 0), []).names
    array([3])
    """
    sample, weight = part.sample, part.sample.weight
    names, name = np.unique(part.name, return_inverse=True)
    k, n = len(names), len(stages) + 1
    before = np.zeros(SIGNALS)
    if isinstance(sample, Events):
        kinds = np.array([not p.channel.incoming.anti for p in sample.processes])
        mine = kinds[sample.process]
        before += np.bincount(part.name[mine], weight[mine], SIGNALS)
    largest = np.zeros(k)
    np.maximum.at(largest, name, weight)
    made = Tally(
        len(sample),
        part.trials,
        names,
        Sums(n, 1, k),
        {o: Sums(n, e.size - 1, k) for o, e in FINE.items()},
        largest,
        before,
    )
    if not k:
        return made
    values = {o: observable(o)(as_events(sample)) for o in FINE}
    for i, alive in enumerate(passed(sample, stages)):
        made.all.add(i, name[alive], weight[alive])
        for o, edges in FINE.items():
            cell, inside = cells(values[o], edges)
            kept = alive & inside
            made.fine[o].add(i, name[kept], weight[kept], cell[kept])
    return made


class Counting:
    """Accumulated counts."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.all = Sums(len(stages) + 1)
        self.fine = {n: Sums(len(stages) + 1, e.size - 1) for n, e in FINE.items()}
        self.largest = np.zeros(NAMES)
        self.before = np.zeros(SIGNALS)
        self.trials = self.events = 0

    def take(self, one: Tally) -> None:
        """Add the tally of `one` part; the sums are identical wherever it was made."""
        self.trials += one.trials
        self.events += one.size
        self.before += one.before
        at = one.names
        self.largest[at] = np.maximum(self.largest[at], one.largest)
        self.all.plus(one.all, at)
        for name, sums in one.fine.items():
            self.fine[name].plus(sums, at)


def cells(value: FloatArray, edges: FloatArray) -> tuple[NDArray[np.intp], Mask]:
    """Bin index of each value, as in `numpy.histogram`, and whether it is in a bin.

    Parameters
    ----------
    value : shape (n,).
    edges : of the bins, increasing.

    Examples
    --------
    >>> cells(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0]))[1]
    array([ True,  True,  True, False])
    """
    cell = np.searchsorted(edges, value, side="right") - 1
    cell[value == edges[-1]] -= 1
    return cell, (cell >= 0) & (cell < edges.size - 1)


@dataclass(frozen=True, eq=False)
class Job:
    """Description of the counting, sent once to each worker.

    Attributes
    ----------
    drawing : of the backgrounds.
    maker : of the signal, with trained grids.
    n : events of the signal.
    stages : the cuts.
    """

    drawing: Drawing
    maker: Maker
    n: int
    stages: Stages

    @classmethod
    def of(cls, drawing: Drawing, signal: Generator, n: int, stages: Stages) -> Job:
        """The job that counts `n` events of a generator and the backgrounds."""
        return cls(drawing, signal.sized(n).maker, n, stages)

    def block(self, index: int) -> Iterator[Part]:
        """The block of backgrounds with this `index`."""
        for drawn in self.drawing.block(index):
            yield Part(drawn, drawn.kind + np.intp(SIGNALS), 0)

    def chunk(self, index: int, left: int | None = None) -> tuple[Part, bool]:
        """The chunk of the signal with this `index`, and whether it is the last: if it
        has more than `left` events, only those, and the trials before the next one."""
        kinds = [
            2 if p.broken else int(p.regime != "coherent") for p in self.maker.processes
        ]
        made = self.maker.make(index, False, self.n + 1)
        events, trials = made.chunk.events, made.chunk.trials
        last = left is not None and len(events) > left
        if last:
            events, trials = events[:left], int(made.trial[left])
        names = np.array(kinds, dtype=np.intp)[events.process]
        return Part(events, names, trials), last

    def parts(self) -> Iterator[Part]:
        """All events: backgrounds, then the signal."""
        for index in range(len(self.drawing)):
            yield from self.block(index)
        left = self.n
        for index in count():
            part, last = self.chunk(index, left)
            left -= len(part.sample)
            yield part
            if last:
                return


def _block(job: Job, index: int) -> list[Tally]:
    return [tally(part, job.stages) for part in job.block(index)]


def _chunk(job: Job, index: int) -> Tally:
    return tally(job.chunk(index)[0], job.stages)


def _elsewhere(job: Job, executor: Any, workers: int | None) -> Iterator[Tally]:
    """Tallies from other processes, in the order of the parts."""
    with place(executor) as pool, sending(job, pool, workers) as sender:
        for tallies in in_order(sender, _block, range(len(job.drawing))):
            yield from tallies
        left = job.n
        for index, one in enumerate(in_order(sender, _chunk, count())):
            if one.size > left:
                yield tally(job.chunk(index, left)[0], job.stages)
                return
            left -= one.size
            yield one


def counted(job: Job, executor: Any = None, workers: int | None = None) -> Counting:
    """Count all events.

    Parameters
    ----------
    job : the counting.
    executor, workers : as in `nuprobe.places.sending`; this process without
        either.

    Raises
    ------
    StoppedError
        If a signal interrupts the run: nothing is kept.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> from nuprobe.events.backgrounds.sample import drawing
    >>> signal = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="coherent")
    >>> made = Job.of(drawing("dune-nd-fhc", "Ar40", 20), signal, 20, [])
    >>> int(counted(made).all.events[0, :SIGNALS, 0].sum())
    20
    """
    counting = Counting(job.stages)
    with stop_signals():
        try:
            if executor is None and workers is None:
                for part in job.parts():
                    counting.take(tally(part, job.stages))
            else:
                for one in _elsewhere(job, executor, workers):
                    counting.take(one)
        except KeyboardInterrupt as error:
            remedy = (
                f"none of the {counting.events} events is kept; request fewer"
                " interactions, or let the run finish"
            )
            raise stopped("counting of backgrounds", error, remedy) from error
    return counting
