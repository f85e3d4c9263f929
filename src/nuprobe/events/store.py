"""Files of events: written chunk by chunk so that a killed run resumes where it
stopped, and read back."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import numpy as np

from nuprobe.border import public
from nuprobe.errors import (
    InputError,
    OutputError,
    shown,
)
from nuprobe.events import hepmc, root
from nuprobe.events.encoding import Blocks, LostError, encoded, pack, tool_of
from nuprobe.events.hepmc_reader import read_hepmc
from nuprobe.events.journal import (
    Progress,
    append,
    commit,
    read_journal,
    unfinished,
)
from nuprobe.events.record import PB, EventSource, Run, StoredEvents, Tally
from nuprobe.events.sampler import where
from nuprobe.files import writable_or_error
from nuprobe.inference.checkpoints import stopped
from nuprobe.models import LeptonModel
from nuprobe.places import place
from nuprobe.stopping import stop_signals
from nuprobe.unfinished import alone

__all__ = [
    "FORMATS",
    "Writing",
    "WrittenEvents",
    "check_new",
    "format_of",
    "read_events",
    "unfinished",
    "write_events",
]

FORMATS: Final = (".hepmc3", ".hepmc", ".hepmc3.gz", ".hepmc.gz", ".root")
"""Suffixes of files of events."""


class Writing(TypedDict, total=False):
    """How a file is written: `workers` (processes), `executor` or `client` instead,
    `overwrite`, `resume` and `progress` (whether a bar is shown)."""

    workers: int | None
    executor: Executor | None
    client: Any
    overwrite: bool
    resume: bool
    progress: bool


@dataclass(frozen=True)
class WrittenEvents:
    """Summary of a written file.

    Attributes
    ----------
    path : the file.
    events, trials : in the file, and used for it.
    sigma, error : cross section from the events and its statistical error, cm² per
        target.
    expected : the deterministic cross section, cm²; None if not known (a Fermi gas with
        Pauli blocking).
    overweight_fraction : share of the cross section in the excess of weights over the
        maximum weight.
    resumed : events from an earlier run.
    per : normalisation of the cross sections.
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
        """Difference of the two cross sections in units of the statistical error; None
        if one of them is not known."""
        return (
            (self.sigma - self.expected) / self.error
            if self.expected is not None and self.error > 0
            else None
        )


def format_of(path: str | Path) -> str:
    """Ending of a file of events; raises `InputError` naming those allowed.

    Parameters
    ----------
    path : the file.

    Examples
    --------
    >>> format_of("mumu.hepmc3.gz")
    '.hepmc3.gz'
    """
    name = Path(path).name.lower()
    for ending in FORMATS:
        if name.endswith(ending) and name != ending:
            return ending
    raise InputError(
        f"cannot infer the format of {path}: names of event files end in"
        f" {', '.join(FORMATS)}"
    )


def check_new(
    path: str | Path, n: int, *, resume: bool = False, overwrite: bool = False
) -> str:
    """Make the checks of `write_events` before it generates; return the ending of the
    name.

    Parameters
    ----------
    path : the file.
    n : number of events.
    resume, overwrite : as in `write_events`.

    Examples
    --------
    >>> check_new("new.root", 0)
    Traceback (most recent call last):
        ...
    nuprobe.errors.InputError: the number of events must be ... 1 or more, got 0
    """
    path = Path(path)
    ending = format_of(path)
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise InputError(
            f"the number of events must be an integer of 1 or more, got {shown(n)}"
        )
    if path.exists() and not overwrite:
        raise InputError(
            f"{path} exists already{' and is complete' if resume else ''}: choose"
            " another name or add --overwrite"
        )
    left = [p for p in unfinished(path) if p.exists() and p.stat().st_size]
    if left and not (resume or overwrite):
        if left[0].suffix == ".part":
            with suppress(OSError), alone(left[0]):  # unless another run writes it
                pass
        raise InputError(
            f"{left[0]} belongs to an unfinished run: add --resume to continue, or"
            " --overwrite to start again"
        )
    writable_or_error(path)
    tool_of(ending).check()
    return ending


@public
def write_events(
    path: str | Path,
    generator: EventSource,
    n: int,
    *,
    variations: Mapping[str, LeptonModel] | None = None,
    unweighted: bool = True,
    **writing: Unpack[Writing],
) -> WrittenEvents:
    """Generate events into a file.

    Chunks go to ``path.part``; after each, a journal next to it records how much is
    valid. A killed run leaves both, and the next one continues it with ``resume``: the
    file is then the same, byte for byte (a ROOT file, which contains the time, entry by
    entry). `path` itself appears complete or not at all.

    Parameters
    ----------
    path : ends in one of `FORMATS`: HepMC3 text in the layout of NuHepMC, gzipped or
        not, or a ROOT tree.
    generator : of `nuprobe.events.trident`.
    n : number of events.
    variations : models by the name of their weight, which each event carries in
        addition to that of the generated model. Any other model can be applied on
        reading.
    unweighted : whether the events have equal weights.
    writing : ``workers``, processes that generate and write (a script needs the usual
        ``if __name__ == "__main__":`` for more than one); ``executor``, anything with
        the interface of `concurrent.futures` instead; ``client``, a Dask cluster: a
        ``distributed.Client``, the address of its scheduler, or the path of the JSON
        file that the scheduler writes (the file depends on none of them);
        ``overwrite``, replace an existing file, at the end, and without ``resume``
        discard an unfinished run; ``resume``, continue an unfinished run, if there is
        one; ``progress``, show a bar.

    Raises
    ------
    InputError
        If `n` is not positive, the ending unknown, the file there already, another
        process writing it, or the unfinished run damaged or of other settings; nothing
        is changed then.
    OutputError
        If the file cannot be written.
    StoppedError
        If Ctrl-C, SIGTERM or SIGHUP stopped the run; whole chunks are kept.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> with TemporaryDirectory() as folder:
    ...     written = write_events(Path(folder, "x.hepmc3"), gen, 10)
    >>> written.events, written.per
    (10, 'PerAtom')
    """
    path = Path(path)
    overwrite, resume = writing.get("overwrite", False), writing.get("resume", False)
    ending = check_new(path, n, resume=resume, overwrite=overwrite)
    executor, workers = where(writing)
    run = Run(generator.sized(n), unweighted, dict(variations or {}))
    with place(executor) as pool:
        blocks = partial(encoded, executor=pool, workers=workers)
        with _as_output_error(path), _told(path, n), stop_signals():
            resumed, tally = _write(path, run, n, ending, writing, blocks)
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


def _write(
    path: Path,
    run: Run,
    n: int,
    ending: str,
    writing: Writing,
    blocks: Callable[..., Blocks],
) -> tuple[int, Tally]:
    """Write the file, or the rest of it, in blocks; returns the number of events
    already there and the tally of all."""
    part, journal = unfinished(path)
    tool = tool_of(ending)
    # pass the settings through JSON, so that they compare equal to those of a journal
    settings: dict[str, Any] = json.loads(
        json.dumps({**run.settings, "events": int(n), "format": ending})
    )
    with alone(part) as claim:
        if writing.get("resume") and (journal.exists() or not claim.fresh):
            state = read_journal(part, journal, settings)
        else:
            text = hepmc.header(run, n) if tool is hepmc else b""
            head = pack(text, ending)
            journal.unlink(missing_ok=True)
            append(part, 0, head)
            crc = zlib.crc32(head)
            state = Progress(0, len(head), crc, zlib.crc32(text), Tally.empty(run))
            commit(journal, settings, state)
        resumed = state.tally.events
        if resumed < n:
            made = blocks(run, n, state, ending)
            for done, block in _shown(made, n, state, writing.get("progress", False)):
                append(part, state.offset, block)
                commit(journal, settings, done)
                state = done
        if tool is root:
            _finish_root(path, run, part, state.tally)
        else:
            append(part, state.offset, pack(hepmc.FOOTER, ending))
            part.replace(path)
        journal.unlink()
    return resumed, state.tally


def _finish_root(path: Path, run: Run, part: Path, tally: Tally) -> None:
    """Make the tree from the records in `part`, then delete that."""
    made = part.with_name(f"{part.name}.root")
    try:
        root.finish(run, part, made, tally)
        with made.open("rb") as stream:
            os.fsync(stream.fileno())
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    part.unlink()


@public
def read_events(path: str | Path) -> StoredEvents:
    """Read events that `write_events` wrote, by the ending of the name.

    Parameters
    ----------
    path : the file.

    Raises
    ------
    InputError
        If the ending is unknown, or the file missing, damaged or not from nuprobe.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nuprobe.events import trident
    >>> gen = trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0, regime="coherent")
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_events(Path(folder, "x.hepmc3"), gen, 10)
    ...     stored = read_events(Path(folder, "x.hepmc3"))
    >>> len(stored.events), list(stored.weights)
    (10, ['CV'])
    """
    return root.read_root(path) if format_of(path) == ".root" else read_hepmc(path)


def _shown(made: Blocks, n: int, state: Progress, progress: bool) -> Blocks:
    """The same blocks with a bar."""
    from tqdm.auto import tqdm

    with tqdm(
        total=n,
        initial=state.tally.events,
        unit="event",
        unit_scale=True,
        disable=not progress,
    ) as bar:
        for done, block in made:
            yield done, block
            bar.update(done.tally.events - state.tally.events)
            state = done


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


@contextmanager
def _told(path: Path, n: int) -> Iterator[None]:
    """Tell how to resume an interrupted run."""
    try:
        yield
    except (KeyboardInterrupt, LostError) as err:
        part, journal = unfinished(path)
        done = json.loads(journal.read_text())["tally"]["events"]
        more = " --overwrite" if path.exists() else ""
        why = err.__cause__ if isinstance(err, LostError) and err.__cause__ else err
        remedy = f"{done} of {n} are in {part}; continue with --resume{more}"
        raise stopped("events", why, remedy) from err
