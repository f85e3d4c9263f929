"""Streams of events: grids trained for each process, then chunks of events."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import ComputationError, InputError, shown
from nuprobe.events.arrays import (
    BINS,
    SLICES,
    Output,
    Sampling,
    empty_output,
)
from nuprobe.events.grid import maximum_weight, refine, smoothed, uniform
from nuprobe.events.preparation import SampledProcess
from nuprobe.events.sample import MOMENTA, Chunk, EventProcess, Events
from nuprobe.numerics import FloatArray
from nuprobe.places import one_place

__all__ = [
    "TRIALS",
    "Effort",
    "Loops",
    "Made",
    "Maker",
    "Sampler",
    "check_workers",
    "stack",
]

Loops = Literal["compiled", "numpy"]
"""Implementation: compiled loops or plain NumPy."""
Effort = Literal["long", "short"]
"""Number of training trials: a third of a million per process, or a tenth of that,
which is enough for a small sample."""
_MOST_WORKERS: Final = 1024  # each keeps two chunks queued
TRIALS: Final = 2**15
"""Trials per chunk."""

ROUNDS: Final = (2**13, 2**14, 2**14, 2**15, 2**15, 2**15, 2**16)
"""Trials of each round of the long training."""
FINAL: Final = 2**17
"""Trials that find the largest weight, after the long training."""
_DAMPING: Final = 0.5


class Round(NamedTuple):
    """A round of the training.

    Attributes
    ----------
    trials : number of trials.
    slices, bins : how often slices and bins are smoothed with their neighbours, as in
        `grid.smoothed`.
    """

    trials: int
    slices: int | None = 0
    bins: int = 0


# the first trials contain little information on a single slice
SHORT_ROUNDS: Final = (
    Round(2**11, None, 2),
    Round(2**11, 8, 2),
    Round(2**12, 8, 2),
    Round(2**12, 4, 2),
    Round(2**12, 4, 2),
    Round(2**13, 2, 1),
)
"""The short training."""
SHORT_FINAL: Final = 2**13
"""Trials that find the largest weight, after the short training."""
_OVERWEIGHT: Final = 5e-4
_TRAINING: Final = 1  # streams of random numbers
_EVENTS: Final = 2


class Made(NamedTuple):
    """A chunk and its trials.

    Attributes
    ----------
    chunk : the chunk.
    trial : shape (n,), trial numbers of its events.
    """

    chunk: Chunk
    trial: NDArray[np.int64]


class Training(NamedTuple):
    """Results of the training, one entry per process.

    Attributes
    ----------
    grids : edges, one array for each process, shape (dimensions, SLICES, BINS + 1).
    mean, largest : mean and largest weight, cm², shape (processes,); the largest is 0
        where the Pauli principle blocks everything.
    """

    grids: tuple[FloatArray, ...]
    mean: FloatArray
    largest: FloatArray


def stack(
    processes: tuple[SampledProcess, ...],
    share: FloatArray,
    grids: Sequence[FloatArray],
) -> Sampling:
    """Stack processes for the loops.

    Parameters
    ----------
    processes : the processes.
    share : cumulative probabilities, shape (processes + 1,).
    grids : edges, one array for each process, shape (dimensions, SLICES, BINS + 1).

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> from nuprobe.events.arrays import DIMENSIONS
    >>> made = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5e3, regime="elastic").prepared
    >>> grids = [uniform(DIMENSIONS, SLICES, BINS)] * 3
    >>> stack(made, np.linspace(0, 1, 4), grids).tables.shape
    (3, 2, 4096)
    """
    counts = np.array([len(p.energies) for p in processes])
    cumulative = np.ones((len(processes), counts.max() + 1))
    energies = np.zeros((len(processes), counts.max(), 4))
    size = max(p.couplings.size for p in processes)
    couplings = np.zeros((len(processes), size))
    for i, p in enumerate(processes):
        cumulative[i, : counts[i] + 1] = p.cumulative
        energies[i, : counts[i]] = p.energies
        couplings[i, : p.couplings.size] = p.couplings
        couplings[i, p.couplings.size + 2 :: 3] = 1.0  # zero strength, arbitrary mass
    every = np.zeros((len(grids), max(map(len, grids)), *grids[0].shape[1:]))
    for i, grid in enumerate(grids):
        every[i, : len(grid)] = grid
    hadrons = [p.hadrons for p in processes if p.hadrons is not None]
    return Sampling(
        share,
        np.stack([p.scattering for p in processes]),
        cumulative,
        energies,
        counts,
        np.stack([p.tables for p in processes]),
        couplings,
        every,
        hadrons[0] if hadrons else np.zeros((0, 0, 0, 2)),
    )


@dataclass(frozen=True, eq=False)
class Maker:
    """Maker of chunks once all processes are trained: only arrays and names, so that it
    can be sent to other processes.

    Attributes
    ----------
    processes : all processes.
    seed, columns, loops : as those of `Sampler`.
    sampling : of all processes.
    max_weight : of unweighted events, except for those beyond it, cm².
    """

    processes: tuple[EventProcess, ...]
    seed: int
    columns: int
    loops: Loops
    sampling: Sampling
    max_weight: float

    def make(self, index: int, unweighted: bool, enough: int | None = None) -> Made:
        """Make a chunk.

        Parameters
        ----------
        index : of the chunk.
        unweighted : accept events by their weight.
        enough : number of events after which plain NumPy may stop; None for the whole
            chunk.
        """
        u = _random(self.seed, _EVENTS, index).random((TRIALS, self.columns))
        out = empty_output(TRIALS)
        limit = self.max_weight if unweighted else 0.0
        n = _run(self.loops, u, limit, self.sampling, out, enough)
        v = out.values[:n]
        events = Events(
            processes=self.processes,
            process=out.process[:n].copy(),
            **{name: out.momenta[:n, i].copy() for i, name in enumerate(MOMENTA)},
            q2=v[:, 4].copy(),
            k2=v[:, 5].copy(),
            s=v[:, 6].copy(),
            terms=v[:, 1:4].copy(),
            weight=v[:, 0].copy(),
        )
        return Made(Chunk(index, events, TRIALS), out.trial[:n])

    def chunk(self, index: int, unweighted: bool = False) -> Chunk:
        """Make a chunk, without its trials.

        Parameters
        ----------
        index, unweighted : as in `make`.
        """
        return self.make(index, unweighted).chunk


def _random(seed: int, stream: int, index: int) -> np.random.Generator:
    """Random numbers that depend only on these three."""
    return np.random.Generator(
        np.random.PCG64DXSM(np.random.SeedSequence((seed, stream, index)))
    )


def _run(
    loops: Loops,
    u: FloatArray,
    limit: float,
    sampling: Sampling,
    out: Output,
    enough: int | None = None,
) -> int:
    """Turn random numbers into events; numba is imported only for compiled loops."""
    if loops == "numpy":
        from nuprobe.events import plain

        return plain.generate(u, limit, sampling, out, enough)
    from nuprobe.events import kernels

    return kernels.generate(u, limit, sampling, out)


@dataclass(frozen=True, eq=False)
class Sampler:
    """Events of prepared processes from one seed.

    Chunk i depends only on the processes, the seed, the effort and i, and up to
    rounding on the loops.

    Attributes
    ----------
    processes : ready to be sampled.
    seed : of all random streams.
    columns : random numbers per trial: 14 with moving nucleons, else 11, and one more
        with nucleon break-up.
    loops : implementation; both agree up to rounding.
    effort : of the training.
    """

    processes: tuple[SampledProcess, ...]
    seed: int
    columns: int
    loops: Loops
    effort: Effort = "long"

    def random(self, stream: int, index: int) -> np.random.Generator:
        """Random numbers of a chunk or a training.

        Parameters
        ----------
        stream : 1 trains, 2 makes events.
        index : of the process or the chunk.
        """
        return _random(self.seed, stream, index)

    @cached_property
    def training(self) -> Training:
        """Grids and weights of all processes."""
        # one stream per process: threads change nothing
        workers = min(len(self.processes), os.cpu_count() or 1)
        with ThreadPoolExecutor(workers) as pool:
            trained = list(pool.map(self._train, range(len(self.processes))))
        grids, mean, largest = zip(*trained, strict=True)
        if not sum(largest) > 0:
            raise ComputationError(
                "no event survives the Pauli blocking of the Fermi gas: use"
                " nucleons='rest'"
            )
        return Training(grids, np.array(mean), np.array(largest))

    def _train(self, index: int) -> tuple[FloatArray, float, float]:
        random = self.random(_TRAINING, index)
        alone = (self.processes[index],)
        dimensions = alone[0].dimensions

        def weigh(n: int, grid: FloatArray) -> Output:
            out = empty_output(n, dimensions)
            u = random.random((n, self.columns))
            sampling = stack(alone, np.array([0.0, 1.0]), [grid])
            _run(self.loops, u, -1.0, sampling, out)
            return out

        short = self.effort == "short"
        grid = uniform(dimensions, SLICES, BINS)
        for trials, slices, bins in SHORT_ROUNDS if short else map(Round, ROUNDS):
            out = weigh(trials, grid)
            collected = out.collected.reshape(dimensions, SLICES, BINS)
            grid = refine(grid, smoothed(collected, slices, bins), _DAMPING)
        weights = weigh(SHORT_FINAL if short else FINAL, grid).values[:, 0]
        return grid, float(weights.mean()), maximum_weight(weights, _OVERWEIGHT)

    @cached_property
    def sampling(self) -> Sampling:
        """All processes, with probabilities in proportion to their largest weights."""
        grids, _, largest = self.training
        share = np.concatenate([[0.0], np.cumsum(largest)[:-1] / largest.sum(), [1.0]])
        return stack(self.processes, share, grids)

    @property
    def max_weight(self) -> float:
        """Weight of unweighted events (cm²), except for those beyond it."""
        return float(self.training.largest.sum())

    @property
    def efficiency(self) -> float:
        """Share of the trials that become unweighted events, from the training."""
        return float(self.training.mean.sum() / self.training.largest.sum())

    @cached_property
    def maker(self) -> Maker:
        """Maker of the chunks."""
        return Maker(
            tuple(p.process for p in self.processes),
            self.seed,
            self.columns,
            self.loops,
            self.sampling,
            self.max_weight,
        )

    def make(self, index: int, unweighted: bool, enough: int | None = None) -> Made:
        """Make a chunk, as `Maker.make` does.

        Parameters
        ----------
        index, unweighted, enough : as there.
        """
        return self.maker.make(index, unweighted, enough)

    def stream(
        self, start: int, unweighted: bool, workers: int, enough: int | None = None
    ) -> Iterator[Made]:
        """Iterate over the chunks, in order and without end.

        Parameters
        ----------
        start : index of the first.
        unweighted, enough : as in `make`.
        workers : threads; they change only the speed.

        Raises
        ------
        InputError
            If the number of workers is not positive, or more than `_MOST_WORKERS`.
        """
        check_workers(workers)
        index = start
        self.maker  # noqa: B018  trained once, before there are threads
        if workers == 1:
            while True:
                yield self.make(index, unweighted, enough)
                index += 1
        pool = ThreadPoolExecutor(workers)
        waiting: deque[Future[Made]] = deque()
        try:
            while True:
                while len(waiting) < 2 * workers:
                    waiting.append(pool.submit(self.make, index, unweighted, enough))
                    index += 1
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def check_workers(workers: int) -> None:
    """Reject invalid numbers of workers.

    Parameters
    ----------
    workers : threads or processes.

    Examples
    --------
    >>> check_workers(0)
    Traceback (most recent call last):
    nuprobe.errors.InputError: the number of workers must be an integer of 1 or more ...
    """
    if (
        isinstance(workers, bool)
        or not isinstance(workers, (int, np.integer))
        or not 1 <= workers <= _MOST_WORKERS
    ):
        raise InputError(
            "the number of workers must be an integer of 1 or more and at most"
            f" {_MOST_WORKERS}, got {shown(workers)}"
        )


def where(asked: Mapping[str, Any]) -> tuple[Any, int | None]:
    """Where chunks are made: an executor for `nuprobe.places.place`, or a number of
    processes; neither for this process.

    Parameters
    ----------
    asked : at most one of ``executor``, ``client`` and ``workers``.

    Raises
    ------
    InputError
        If more than one is given, or one is not valid.

    Examples
    --------
    >>> where({"workers": 1}), where({"workers": 2})
    ((None, None), (None, 2))
    """
    workers = asked.get("workers")
    if workers is not None:
        check_workers(workers)
    given = one_place(asked.get("executor"), asked.get("client"), workers)
    return given, None if workers == 1 else workers
