"""Long runs that can be resumed: files, progress bars and messages on interruption."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from nuprobe.errors import (
    ComputationError,
    InputError,
    NuprobeError,
    OutputError,
    StoppedError,
    shown,
)
from nuprobe.files import as_output_error, writable_or_error
from nuprobe.inference.costs import Cost
from nuprobe.inference.protocols import Points
from nuprobe.inference.result_files import started
from nuprobe.numerics import FloatArray
from nuprobe.provenance import Provenance
from nuprobe.stopping import name_of, number_of, stop_signals
from nuprobe.unfinished import Claim, alone, part_of

__all__ = [
    "Checkpoint",
    "closing_bar",
    "probe",
    "progress_bar",
    "same_probe",
    "stopped",
]

State = TypeVar("State")
Content = bytes | Iterable[bytes]
"""A file, whole or in pieces."""
_PROBES: Final = 5  # points whose expectation identifies a prediction
_FIRST_S: Final = 0.5  # time until a run is first saved
_SHARE: Final = 20.0  # run time between writes, in durations of a write


class Checkpoint:
    """The file to which a run is saved periodically, if there is one.

    An unfinished run is in ``file.part``, which replaces `file` when the run is
    complete: until then a previous result is kept.

    Parameters
    ----------
    file : its path, or None.
    resume : continue an unfinished run, or the file, if there is one.
    overwrite : replace an existing file; with `resume` one of another run.
    every_s : largest interval between two writes in seconds; a new run is saved more
        often, so that one killed repeatedly still finishes.

    Attributes
    ----------
    path : its path, or None.
    part : path of the unfinished run, or None.

    Raises
    ------
    InputError
        If `resume` is used without a file, or `every_s` is not a duration.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | None,
        resume: bool,
        overwrite: bool,
        every_s: float,
    ) -> None:
        self.path = Path(file) if file is not None else None
        self.part = None if self.path is None else part_of(self.path)
        if resume and self.path is None:
            raise InputError("resume needs a checkpoint to continue from")
        if not every_s >= 0:
            raise InputError(
                f"seconds between checkpoints must be 0 or more, got {shown(every_s)}"
            )
        self._resume, self._overwrite, self._every_s = resume, overwrite, every_s
        self._saved = time.monotonic()
        self._begun: float | None = None  # time of the first result
        self._took = 0.0
        self._claim: Claim | None = None
        self._replaces = overwrite
        self._started: Provenance | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Prevent other processes from writing the same file, and let SIGTERM and
        SIGHUP stop the run like Ctrl-C.

        Raises
        ------
        InputError
            If another process is writing it.
        OutputError
            If the file cannot be written.
        """
        if self.path is None or self.part is None:
            with stop_signals():
                yield
            return
        writable_or_error(self.path)
        with alone(self.part) as self._claim, stop_signals():
            yield

    def known(self, read: Callable[[Path], State]) -> State | None:
        """The saved state; None for a new run.

        Parameters
        ----------
        read : returns the state in a file, or raises `InputError` if it is not of this
            run.

        Raises
        ------
        InputError
            If a file exists and is to be neither resumed nor overwritten, or cannot be
            resumed.
        """
        if self.path is None or self.part is None:
            return None
        left = self._claim is not None and not self._claim.fresh
        exists = self.path.exists()
        if self._resume:
            self._replaces |= exists
            if left and exists and not self._overwrite:
                read(self.path)  # a file to be replaced must be of this run
            if left:
                return self._gone_on(read, self.part)
            try:
                return self._gone_on(read, self.path) if exists else None
            except InputError:
                if self._overwrite:
                    return None
                raise
        if exists and not self._overwrite:
            raise InputError(
                f"{self.path} exists: give resume=True to continue it,"
                " overwrite=True to replace it, or another name"
            )
        if left and not self._overwrite:
            raise InputError(
                f"{self.part} belongs to an unfinished run: continue with resume=True"
                " (--resume), or start again with overwrite=True (--overwrite)"
            )
        return None

    def _gone_on(self, read: Callable[[Path], State], path: Path) -> State:
        """The state in a file, keeping the original date and command."""
        state = read(path)
        self._started = started(path)
        return state

    def dated(self, provenance: Provenance) -> Provenance:
        """The provenance with date and command of the first start.

        Parameters
        ----------
        provenance : of this run, after a call of `known`.
        """
        if self._started is None:
            return provenance
        first = self._started
        return replace(provenance, date=first.date, command=first.command)

    def start(self) -> None:
        """Start the clock."""
        self._saved = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to write; restarts the clock if so."""
        now = time.monotonic()
        if self._begun is None:  # worker processes take seconds to start
            self._begun = now
        wait = max(_FIRST_S, self._saved - self._begun, _SHARE * self._took)
        wait = min(self._every_s, wait)
        if self.path is None or now - self._saved < wait:
            return False
        self._saved = now
        return True

    def save(self, image: Callable[[], Content]) -> None:
        """Write the current state, if there is a file.

        Parameters
        ----------
        image : returns the content.
        """
        if self._claim is not None:
            start = time.monotonic()
            self._claim.write(image())
            self._took = time.monotonic() - start

    def complete(self, image: Callable[[], Content]) -> None:
        """Write the final state, and give the file its name.

        Parameters
        ----------
        image : returns the content.

        Raises
        ------
        OutputError
            If it cannot be written, or a file has appeared there in the meantime.
        """
        if self._claim is None or self.path is None:
            return
        self._claim.write(image())
        if self.path.exists() and not self._replaces:
            raise OutputError(
                f"{self.path} was created during this run; the result is in"
                f" {self.part}: move one of them, or add --resume --overwrite"
            )
        with as_output_error(self.path):
            self._claim.complete(self.path)

    @property
    def remedy(self) -> str:
        """Where a stopped run is saved, and how to resume."""
        if self.path is None:
            return "nothing is saved; give a checkpoint to be able to resume"
        both = self._overwrite and self.path.exists()
        more = (", overwrite=True", " --overwrite") if both else ("", "")
        return (
            f"saved in {self.part}; go on with resume=True{more[0]}, --resume{more[1]}"
            " on the command line"
        )


def stopped(what: str, error: BaseException, remedy: str) -> NuprobeError:
    """A one-line error with the reason for the stop and how to resume.

    Parameters
    ----------
    what : the run, e.g. ``"scan"``.
    error : the cause.
    remedy : what is saved, and how to resume.

    Examples
    --------
    >>> stopped("scan", KeyboardInterrupt(), "nothing is saved")
    StoppedError('scan stopped (interrupted); nothing is saved')
    """
    if isinstance(error, KeyboardInterrupt):
        text = f"{what} stopped ({name_of(error)}); {remedy}"
        return StoppedError(text, signal=number_of(error))
    why = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
    text = f"{what} stopped ({why}); {remedy}"
    kind = type(error)
    if kind is InputError:
        return InputError(text)
    return ComputationError(text) if kind is ComputationError else NuprobeError(text)


def progress_bar(
    progress: bool, total: int | None, done: int, unit: str = "point"
) -> Callable[[int | None], None]:
    """A function that advances a bar by a number of units, or closes it (None).

    Parameters
    ----------
    progress : whether to show a bar; only on a terminal.
    total, done : total number of units (None: not known), and those already done.
    unit : name of the unit.

    Examples
    --------
    >>> advance = progress_bar(False, 10, 0)
    >>> advance(1)
    """
    if not (progress and sys.stderr.isatty()):
        return lambda _: None
    from tqdm.auto import tqdm

    bar = tqdm(total=total, initial=done, unit=unit, file=sys.stderr, leave=False)

    def advance(points: int | None) -> None:
        if points is None:
            bar.close()
        else:
            bar.update(points)

    return advance


@contextmanager
def closing_bar(
    progress: bool, total: int | None, unit: str = "point"
) -> Iterator[Callable[[int | None], None]]:
    """`progress_bar` that is closed after a block, even on an error.

    Parameters
    ----------
    progress, total, unit : as for `progress_bar`.

    Examples
    --------
    >>> with closing_bar(False, None) as advance:
    ...     advance(3)
    """
    advance = progress_bar(progress, total, 0, unit)
    try:
        yield advance
    finally:
        advance(None)


def probe(cost: Cost, points: Points) -> FloatArray:
    """Sums of the expectation at a few points, which identify a prediction whatever its
    type.

    Parameters
    ----------
    cost : with the prediction.
    points : some of which are used, shape (points, parameters).

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> probe(cost, cost.default[None]).shape
    (1,)
    """
    some = points[np.unique(np.linspace(0, len(points) - 1, _PROBES).astype(int))]
    nuisances = 0.01 / np.arange(1.0, len(cost.nuisances) + 1)
    counts = (mu for point in some for mu in cost.expected(point, nuisances))
    return np.array([mu @ np.sqrt(np.arange(1.0, len(mu) + 1)) for mu in counts])


def same_probe(one: FloatArray, other: FloatArray) -> bool:
    """Whether two probes agree to rounding.

    A run may thus be resumed with another build of the linear algebra.

    Parameters
    ----------
    one, other : from `probe`.

    Examples
    --------
    >>> same_probe(np.array([1.0]), np.array([1.0 + 1e-12]))
    True
    """
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=0)
