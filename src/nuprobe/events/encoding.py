"""Chunks of events as bytes of a file, made in this process or by others.

The record of an event depends on those before it: its number, and in text the running
cross section. Workers therefore first report what each chunk adds to the sums, and
write it once the preceding sums are known. The bytes depend neither on which worker
makes a chunk nor on the order in which chunks finish.
"""

from __future__ import annotations

import gzip
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast

import numpy as np

from nuprobe.errors import ComputationError, NuprobeError
from nuprobe.events import hepmc, root
from nuprobe.events.journal import Progress
from nuprobe.events.record import PB, ChunkMaker, EventSource, Run, Tally
from nuprobe.events.sample import MOMENTA, Chunk, EventProcess
from nuprobe.nuclei import Isotope
from nuprobe.numerics import FloatArray
from nuprobe.places import Sender, result_of, sending

__all__ = ["Blocks", "LostError", "encoded", "pack", "tool_of"]

_TALLIES: Final = 2  # chunks tallied ahead, plus one per two workers


Blocks = Iterator[tuple[Progress, bytes]]
"""Bytes of chunks, each with the state of the file after it."""
_Parts = Iterator[tuple[int, bytes, Tally]]


class LostError(ComputationError):
    """Workers were lost; the cause is the exception they raised."""


def tool_of(ending: str) -> Any:
    """Return the module that writes a format.

    Parameters
    ----------
    ending : of the file.

    Examples
    --------
    >>> tool_of(".root").__name__
    'nuprobe.events.root'
    """
    return root if ending == ".root" else hepmc


def pack(content: bytes, ending: str) -> bytes:
    """Text as bytes of a file, gzipped if the ending requires it.

    Parameters
    ----------
    content : of the file.
    ending : of its name.

    Examples
    --------
    >>> gzip.decompress(pack(b"text", ".hepmc3.gz"))
    b'text'
    """
    # concatenated gzip members unpack as one; without a time stamp they are #
    # reproducible
    return (
        gzip.compress(content, 6, mtime=0) if _zipped(ending) and content else content
    )


def _zipped(ending: str) -> bool:
    return ending.endswith(".gz")


@dataclass(frozen=True)
class _Facts:
    """Properties of a source that other processes need to write events."""

    processes: tuple[EventProcess, ...]
    settings: dict[str, Any]
    max_weight: float


@dataclass(frozen=True)
class _Known(Run):
    """A run as plain values, to be sent to other processes."""

    nuclei: tuple[list[tuple[Isotope, float]], ...] = ()

    def hosts(self, process: int) -> list[tuple[Isotope, float]]:
        return self.nuclei[process]


@dataclass(frozen=True, eq=False)
class _Job:
    """Data of a worker."""

    run: Run
    maker: ChunkMaker
    ending: str

    @classmethod
    def of(cls, run: Run, ending: str) -> _Job:
        source = run.generator
        facts = _Facts(source.processes, source.settings, source.max_weight)
        known = _Known(
            cast(EventSource, facts),
            run.unweighted,
            run.variations,
            tuple(run.hosts(i) for i in range(len(source.processes))),
        )
        return cls(known, source.maker, ending)

    def chunk(self, index: int) -> Chunk:
        return self.maker.chunk(index, self.run.unweighted)


class _Order(NamedTuple):
    """A chunk to write: the preceding sums, and the number of its events to keep."""

    number: int
    before: Tally
    kept: int
    last: bool


def _tallied(job: _Job, index: int) -> tuple[bytes, Tally]:
    """Contribution of a chunk to the sums; for a tree also the records, numbered from
    0."""
    chunk = job.chunk(index)
    weights, nothing = _weights(job.run, chunk), Tally.empty(job.run)
    if tool_of(job.ending) is root:
        block, tally = root.encode(job.run, chunk, weights, nothing)
        return block, tally
    largest = job.run.generator.max_weight * PB
    return b"", nothing.add(weights, chunk.trials, largest)


def _written(job: _Job, order: _Order) -> tuple[bytes, Tally]:
    """Bytes of a chunk, and the sums including it; the last chunk is not packed yet."""
    chunk = _first(job.chunk(order.number), order.kept)
    weights = _weights(job.run, chunk)
    block, tally = tool_of(job.ending).encode(job.run, chunk, weights, order.before)
    return block if order.last else pack(block, job.ending), tally


def _weights(run: Run, chunk: Chunk) -> FloatArray:
    """Weights of a chunk, pb, shape (events, names)."""
    weights = run.weights(chunk.events)
    if not all(
        np.isfinite(a).all()
        for a in (weights, *(getattr(chunk.events, m) for m in MOMENTA))
    ):
        raise ComputationError(
            f"chunk {chunk.index} contains an event that is not finite;"
            " please report this"
        )
    return np.asarray(weights * PB)


def _first(chunk: Chunk, n: int) -> Chunk:
    """First n events of a chunk with their share of the trials."""
    size = len(chunk.events)
    if size <= n:
        return chunk
    return Chunk(chunk.index, chunk.events[:n], round(chunk.trials * n / size))


def encoded(
    run: Run, n: int, state: Progress, ending: str, executor: Any, workers: int | None
) -> Blocks:
    """Bytes of successive chunks, and the resulting state of the file, until there are
    n events.

    Parameters
    ----------
    run : generator and output settings.
    n : events of the whole file.
    state : valid part of the file.
    ending : of its name.
    executor, workers : as those of `nuprobe.places.sending`; without either, chunks are
        made in this process.

    Raises
    ------
    ComputationError
        If an event is not finite, or (`LostError`) workers were lost.

    Examples
    --------
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> run = Run(gen.sized(5), True, {})
    >>> begun = Progress(0, 0, 0, 0, Tally.empty(run))
    >>> [state.tally.events for state, _ in encoded(run, 5, begun, ".root", None, None)]
    [5]
    """
    tally = state.tally
    if tally.events >= n:
        return
    blocks = (
        _here(run, n, state, ending)
        if executor is None and workers is None
        else _elsewhere(run, n, state, ending, executor, workers)
    )
    for index, block, tally in blocks:
        state, block = _after(state, index, block, tally, ending, tally.events >= n)
        yield state, block


def _after(
    state: Progress, index: int, block: bytes, tally: Tally, ending: str, last: bool
) -> tuple[Progress, bytes]:
    """State of a file after a block, and that block as written."""
    if last:
        if tool_of(ending) is hepmc:
            block = hepmc.with_checksum(block, state.text)
        text, block = block, pack(block, ending)
    else:
        text = gzip.decompress(block) if _zipped(ending) and block else block
    done = Progress(
        index + 1,
        state.offset + len(block),
        zlib.crc32(block, state.crc),
        zlib.crc32(text, state.text),
        tally,
    )
    return done, block


def _here(run: Run, n: int, state: Progress, ending: str) -> _Parts:
    """Blocks of chunks made in this process; the last is not packed."""
    tally = state.tally
    for chunk in run.generator.chunks(start=state.chunk, unweighted=run.unweighted):
        chunk = _first(chunk, n - tally.events)
        weights = _weights(run, chunk)
        block, tally = tool_of(ending).encode(run, chunk, weights, tally)
        last = tally.events >= n
        yield chunk.index, block if last else pack(block, ending), tally
        if last:
            return


def _elsewhere(
    run: Run,
    n: int,
    state: Progress,
    ending: str,
    executor: Any,
    workers: int | None,
) -> _Parts:
    """The same blocks, made by other processes."""
    job = _Job.of(run, ending)
    with sending(job, executor, workers) as sender:
        line = _Line(sender, job.run, n, ending, state)
        try:
            yield from line.blocks()
        except NuprobeError:
            raise
        except Exception as error:  # a broken pool or a lost cluster
            raise LostError(str(error)) from error
        finally:
            line.cancel()


class _Line:
    """Chunks in file order: first those whose bytes are awaited, then those whose sums
    are awaited."""

    def __init__(
        self, sender: Sender[_Job], run: Run, n: int, ending: str, state: Progress
    ) -> None:
        self.sender, self.run, self.n = sender, run, n
        self.index = state.chunk  # of the next chunk to request
        self.tally = state.tally  # including all chunks written or being written
        self.tree = tool_of(ending) is root
        self.asked: deque[tuple[int, Future[Any]]] = deque()
        self.begun: deque[tuple[int, Future[Any] | tuple[bytes, Tally]]] = deque()

    def blocks(self) -> _Parts:
        """Blocks in file order."""
        while self.begun or self.tally.events < self.n:
            self._ask()
            while self.asked and (not self.begun or self.asked[0][1].done()):
                self._begin()
                self._ask()
            index, made = self.begun.popleft()
            block, tally = made if isinstance(made, tuple) else result_of(made)
            yield index, block, tally

    def cancel(self) -> None:
        """Cancel pending work."""
        for _, made in (*self.asked, *self.begun):
            if not isinstance(made, tuple):
                made.cancel()
        self.asked.clear()

    def _ask(self) -> None:
        """Request the sums of enough further chunks to keep the workers busy."""
        workers = self.sender.parallel
        while (
            self.tally.events < self.n
            and len(self.asked) < workers // 2 + _TALLIES
            and len(self.asked) + len(self.begun) < 2 * workers + _TALLIES
        ):
            sent = self.sender.send(_tallied, self.index)
            self.asked.append((self.index, sent))
            self.index += 1

    def _begin(self) -> None:
        """Have the next chunk written, now that the preceding sums are known."""
        index, future = self.asked.popleft()
        block, added = result_of(future)
        before, left = self.tally, self.n - self.tally.events
        self.tally = before.plus(added)
        if added.events >= left:  # later chunks are not needed
            for _, idle in self.asked:
                idle.cancel()
            self.asked.clear()
        if self.tree and added.events <= left:  # the records are already here
            block = root.renumbered(self.run, block, before.events)
            self.begun.append((index, (block, self.tally)))
            return
        order = _Order(index, before, min(left, added.events), added.events >= left)
        self.begun.append((index, self.sender.send(_written, order)))
