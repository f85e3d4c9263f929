"""Counting of signal and backgrounds, in parts that are not kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.events.backgrounds.mesons import KINDS
from nuprobe.events.backgrounds.sample import Background, as_events
from nuprobe.events.cuts import Cut
from nuprobe.events.generator import Generator
from nuprobe.events.observables import observable
from nuprobe.events.sample import Events
from nuprobe.inference.checkpoints import stopped
from nuprobe.numerics import FloatArray
from nuprobe.stopping import stop_signals
from nuprobe.units import GeV

__all__ = [
    "FINE",
    "NAMES",
    "SIGNALS",
    "Counting",
    "Part",
    "Stages",
    "Sums",
    "cells",
    "counted",
    "parts_of",
    "passed",
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
"""Fine bins of the observables that are filled while events are counted."""


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

    def __init__(self, stages: int, cells: int = 1) -> None:
        shape = stages, NAMES, cells
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

    def scaled(self, factor: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Counts and errors, with a factor for each name."""
        by = factor[:, None]
        return self.first * by, np.sqrt(self.second) * by


class Counting:
    """Accumulated counts."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.all = Sums(len(stages) + 1)
        self.fine = {n: Sums(len(stages) + 1, e.size - 1) for n, e in FINE.items()}
        self.largest = np.zeros(NAMES)
        self.before = np.zeros(SIGNALS)
        self.trials = 0

    def add(self, part: Part) -> None:
        """Count a part."""
        sample, weight = part.sample, part.sample.weight
        self.trials += part.trials
        np.maximum.at(self.largest, part.name, weight)
        if isinstance(sample, Events):
            kinds = np.array([not p.channel.incoming.anti for p in sample.processes])
            mine = kinds[sample.process]
            self.before += np.bincount(part.name[mine], weight[mine], SIGNALS)
        values = {n: observable(n)(as_events(sample)) for n in FINE}
        for i, alive in enumerate(passed(sample, self.stages)):
            self.all.add(i, part.name[alive], weight[alive])
            for n, edges in FINE.items():
                cell, inside = cells(values[n], edges)
                kept = alive & inside
                self.fine[n].add(i, part.name[kept], weight[kept], cell[kept])


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


def parts_of(
    backgrounds: Callable[[], Iterator[Background]], signal: Generator, n: int
) -> Iterator[Part]:
    """All events: backgrounds, then the signal.

    Parameters
    ----------
    backgrounds : source of background events.
    signal : generator of tridents.
    n : events of the signal.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> made = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="coherent")
    >>> [len(part.sample) for part in parts_of(lambda: iter(()), made, 20)]
    [20]
    """
    for drawn in backgrounds():
        yield Part(drawn, drawn.kind + np.intp(SIGNALS), 0)
    kinds = [2 if p.broken else int(p.regime != "coherent") for p in signal.processes]
    names = np.array(kinds, dtype=np.intp)
    for chunk in signal.sized(n).parts(n):
        yield Part(chunk.events, names[chunk.events.process], chunk.trials)


def counted(made: Callable[[], Iterator[Part]], stages: Stages) -> Counting:
    """Count all events.

    Parameters
    ----------
    made : source of the events.
    stages : the cuts.

    Raises
    ------
    StoppedError
        If a signal interrupts the run: nothing is kept.

    Examples
    --------
    >>> counted(lambda: iter(()), []).trials
    0
    """
    counting, done = Counting(stages), 0
    with stop_signals():
        try:
            for part in made():
                counting.add(part)
                done += len(part.sample)
        except KeyboardInterrupt as error:
            remedy = (
                f"none of the {done} events is kept; request fewer interactions, or let"
                " the run finish"
            )
            raise stopped("counting of backgrounds", error, remedy) from error
    return counting
