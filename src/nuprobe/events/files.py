"""Files of events: written chunk by chunk so that a killed run goes on where it
stopped, and read back."""

from __future__ import annotations

import errno
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from nuprobe.errors import ComputationError, InputError, OutputError
from nuprobe.events import hepmc, root
from nuprobe.events.record import PB, EventSource, Run, StoredEvents, Tally
from nuprobe.events.sample import MOMENTA, Chunk
from nuprobe.files import atomic_write, writable_or_error
from nuprobe.models import LeptonModel

__all__ = [
    "FORMATS",
    "WrittenEvents",
    "check_new",
    "format_of",
    "read_events",
    "unfinished",
    "write_events",
]

FORMATS: Final = (".hepmc3", ".hepmc", ".hepmc3.gz", ".hepmc.gz", ".root")
"""How the name of a file of events ends."""
_JOURNAL: Final = 2
_LOCKS: Final = find_spec("fcntl") is not None  # Windows has none


@dataclass(frozen=True)
class WrittenEvents:
    """What was written.

    Attributes
    ----------
    path : the file.
    events, trials : in it, and thrown for it.
    sigma, error : cross section from the events and its statistical error, cm² per
        target.
    expected : the deterministic cross section, cm²; None where none is known (a Fermi
        gas with Pauli blocking).
    overweight_fraction : share of the cross section carried by what weights exceed the
        maximum weight.
    resumed : events that an earlier run had left.
    per : what the cross sections count.
    models : by the name of their weight.
    """

    path: Path
    events: int
    trials: int
    sigma: float
    error: float
    expected: float | None
    overweight_fraction: float
    resumed: int
    per: str
    models: dict[str, str]

    @property
    def pull(self) -> float | None:
        """Difference of the two cross sections in statistical errors; None where one of
        them is not known."""
        return (
            (self.sigma - self.expected) / self.error
            if self.expected is not None and self.error > 0
            else None
        )


def format_of(path: str | Path) -> str:
    """Ending of a file of events; raises `InputError` naming those allowed."""
    name = Path(path).name.lower()
    for ending in FORMATS:
        if name.endswith(ending) and name != ending:
            return ending
    raise InputError(
        f"cannot tell the format of {path}: the name of a file of events ends in"
        f" {', '.join(FORMATS)}"
    )


def unfinished(path: str | Path) -> tuple[Path, Path]:
    """Where a run keeps its events and its journal until the file is complete."""
    path = Path(path)
    return path.with_name(f"{path.name}.part"), path.with_name(f"{path.name}.part.json")


def check_new(
    path: str | Path, n: int, *, resume: bool = False, overwrite: bool = False
) -> str:
    """Raise what `write_events` raises before it generates; return the ending of the
    name."""
    path = Path(path)
    ending = format_of(path)
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise InputError(f"the number of events is an integer of 1 or more, got {n!r}")
    if path.exists() and not overwrite:
        raise InputError(
            f"{path} exists already{' and is complete' if resume else ''}: choose"
            " another name or add --overwrite"
        )
    left = [p for p in unfinished(path) if p.exists()]
    if left and not (resume or overwrite):
        if left[0].suffix == ".part":
            with suppress(OSError), _alone(left[0]):  # or somebody else is writing it
                pass
        raise InputError(
            f"{left[0]} is of an unfinished run: add --resume to go on, or --overwrite"
            " to begin anew"
        )
    writable_or_error(path)
    _tool(ending).check()
    return ending


def _tool(ending: str) -> Any:
    return root if ending == ".root" else hepmc


def write_events(
    path: str | Path,
    generator: EventSource,
    n: int,
    *,
    variations: Mapping[str, LeptonModel] | None = None,
    unweighted: bool = True,
    workers: int = 1,
    overwrite: bool = False,
    resume: bool = False,
    progress: bool = False,
) -> WrittenEvents:
    """Generate events into a file.

    Chunks go to ``path.part``; after each, a journal beside it says how far that is
    good. A run that is killed leaves both, and with `resume` the next one goes on: the
    file is then the same, byte for byte (a ROOT file, which holds the time, entry by
    entry). `path` itself appears complete or not at all.

    Parameters
    ----------
    path : ends in one of `FORMATS`: HepMC3 text in the layout of NuHepMC, gzipped or
        not, or a ROOT tree.
    generator : of `nuprobe.events.trident`.
    n : how many events.
    variations : models by the name of their weight, which each event gets beside that
        of the generated model. Any other model can be applied on reading.
    unweighted : whether the events have equal weights.
    workers : threads that generate; the file does not depend on them.
    overwrite : replace an existing file, at the end; without `resume` discard an
        unfinished run.
    resume : go on with an unfinished run, if there is one.
    progress : show a bar.

    Raises
    ------
    InputError
        If `n` is not positive, the ending unknown, the file there already, another
        process writing it, or the unfinished run damaged or of other settings; nothing
        is changed then.
    OutputError
        If the file cannot be written.
    """
    path = Path(path)
    ending = check_new(path, n, resume=resume, overwrite=overwrite)
    run = Run(generator.sized(n), unweighted, dict(variations or {}))
    part, journal = unfinished(path)
    tool = _tool(ending)
    # the text goes through JSON once, so that it compares with what a journal says
    settings: dict[str, Any] = json.loads(
        json.dumps({**run.settings, "events": int(n), "format": ending})
    )
    zipped = ending.endswith(".gz")
    with _as_output_error(path), _alone(part) as fresh:
        if resume and (journal.exists() or not fresh):
            state = _read_journal(part, journal, settings)
        else:
            head = hepmc.header(run) if tool is hepmc else b""
            head = _pack(head, zipped)
            journal.unlink(missing_ok=True)
            _append(part, 0, head)
            state = _State(0, len(head), zlib.crc32(head), Tally.empty(run))
            _commit(journal, settings, state)
        resumed = state.tally.events
        if state.tally.events < n:
            for done, block in _encoded(run, n, state, tool, zipped, workers, progress):
                _append(part, state.offset, block)
                _commit(journal, settings, done)
                state = done
        if tool is root:
            made = path.with_name(f".{path.name}.root")
            try:
                root.finish(run, part, made, state.tally)
                with made.open("rb") as stream:
                    os.fsync(stream.fileno())
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)
            part.unlink()
        else:
            _append(part, state.offset, _pack(hepmc.FOOTER, zipped))
            part.replace(path)
        journal.unlink()
    tally = state.tally
    sigma, error = tally.sigma()
    return WrittenEvents(
        path=path,
        events=tally.events,
        trials=tally.trials,
        sigma=sigma / PB,
        error=error / PB,
        expected=None if run.sigma is None else run.sigma / PB,
        overweight_fraction=tally.excess / tally.sums[0],
        resumed=resumed,
        per=run.per,
        models=run.models,
    )


def read_events(path: str | Path) -> StoredEvents:
    """Read events that `write_events` wrote, by the ending of the name.

    Raises
    ------
    InputError
        If the ending is unknown, or the file missing, damaged or not from nuprobe.
    """
    return (
        root.read_root(path) if format_of(path) == ".root" else hepmc.read_hepmc(path)
    )


@dataclass(frozen=True)
class _State:
    """How far an unfinished run is good: the next chunk, bytes and their checksum, sums
    of the weights."""

    chunk: int
    offset: int
    crc: int
    tally: Tally


def _encoded(
    run: Run,
    n: int,
    state: _State,
    tool: Any,
    zipped: bool,
    workers: int,
    progress: bool,
) -> Iterator[tuple[_State, bytes]]:
    """Bytes of one chunk after the other, until there are n events."""
    from tqdm import tqdm

    with tqdm(
        total=n,
        initial=state.tally.events,
        unit="event",
        unit_scale=True,
        disable=not progress,
    ) as bar:
        for chunk in run.generator.chunks(
            start=state.chunk, unweighted=run.unweighted, workers=workers
        ):
            chunk = _first(chunk, n - state.tally.events)
            weights = run.weights(chunk.events)
            if not all(
                np.isfinite(a).all()
                for a in (weights, *(getattr(chunk.events, m) for m in MOMENTA))
            ):
                raise ComputationError(
                    f"chunk {chunk.index} holds an event that is not finite; report"
                    " this"
                )
            block, tally = tool.encode(run, chunk, weights * PB, state.tally)
            block = _pack(block, zipped)
            crc = zlib.crc32(block, state.crc)
            state = _State(chunk.index + 1, state.offset + len(block), crc, tally)
            yield state, block
            bar.update(len(chunk.events))
            if tally.events >= n:
                return


def _first(chunk: Chunk, n: int) -> Chunk:
    """The first n events of a chunk with their share of the trials."""
    size = len(chunk.events)
    if size <= n:
        return chunk
    return Chunk(chunk.index, chunk.events[:n], round(chunk.trials * n / size))


def _pack(content: bytes, zipped: bool) -> bytes:
    # gzipped members follow each other and unpack as one; without a time they are
    # always the same
    return gzip.compress(content, 6, mtime=0) if zipped and content else content


def _append(part: Path, offset: int, content: bytes) -> None:
    """Write `content` at `offset`, whatever a killed run left there, and wait until it
    is on the disk."""
    with part.open("r+b" if offset else "wb") as stream:
        stream.truncate(offset)
        stream.seek(offset)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _commit(journal: Path, settings: dict[str, Any], state: _State) -> None:
    content = {"journal": _JOURNAL, **asdict(state), "settings": settings}
    atomic_write(
        journal, json.dumps({**content, "check": _checksum(content)}, indent=1) + "\n"
    )


def _checksum(content: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(content, sort_keys=True).encode())


def _read_journal(part: Path, journal: Path, settings: dict[str, Any]) -> _State:
    """Read how far an unfinished run is good; raises `InputError` if it cannot go
    on."""
    anew = "add --overwrite instead of --resume to begin anew"
    try:
        data = json.loads(journal.read_text(encoding="utf-8"))
        found = data["settings"]
        tally = data["tally"]
        state = _State(
            int(data["chunk"]),
            int(data["offset"]),
            int(data["crc"]),
            Tally(
                int(tally["events"]),
                int(tally["trials"]),
                tuple(map(float, tally["sums"])),
                tuple(map(float, tally["squares"])),
                float(tally["excess"]),
            ),
        )
        known = (
            data["journal"] == _JOURNAL
            and isinstance(found, dict)
            and data.pop("check") == _checksum(data)
        )
        known &= (
            len(state.tally.sums)
            == len(state.tally.squares)
            == len(found.get("weights", ()))
        )
    except (OSError, ValueError, LookupError, TypeError):
        known = False
    if not known:
        raise InputError(
            f"cannot go on: {journal} is damaged or missing; {anew}"
        ) from None
    differ = [k for k in {**found, **settings} if found.get(k) != settings.get(k)]
    if differ:
        key = differ[0]
        was, now = (" ".join(str(d.get(key)).split())[:60] for d in (found, settings))
        raise InputError(
            f"cannot go on: {part} is of other settings ({key} was {was}, now {now});"
            f" repeat those, or {anew}"
        )
    crc, left = 0, state.offset
    with part.open("rb") if part.exists() else open(os.devnull, "rb") as stream:
        while left and (block := stream.read(min(left, 1 << 20))):
            crc, left = zlib.crc32(block, crc), left - len(block)
    if left or crc != state.crc:
        what = (
            f"is shorter than {journal} says" if left else f"is not what {journal} says"
        )
        raise InputError(f"cannot go on: {part} {what}; {anew}")
    return state


@contextmanager
def _alone(part: Path) -> Iterator[bool]:
    """Hold `part` against other processes, also one that resumes it; yields whether it
    was not there before."""
    fresh = not part.exists()
    if not _LOCKS:
        yield fresh
        return
    import fcntl

    with part.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{part} is being written by another process: wait for it, or choose"
                " another name"
            ) from None
        except OSError as err:  # a file system without locks
            if err.errno not in (
                errno.ENOLCK,
                errno.EOPNOTSUPP,
                errno.ENOSYS,
                errno.EINVAL,
            ):
                raise
        try:
            yield fresh
        except InputError:
            if fresh and part.exists() and not part.stat().st_size:
                part.unlink()
            raise


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        if isinstance(err, OutputError):
            raise
        raise OutputError(
            f"cannot write {path}: {err.strerror or err}; free space or choose another"
            " place, then add --resume"
        ) from err
