"""Long runs that go on after a kill: files, progress bars and what a stop is told."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from nuprobe.errors import ComputationError, InputError, NuprobeError
from nuprobe.files import writable_or_error
from nuprobe.inference.costs import Cost
from nuprobe.numerics import FloatArray

__all__ = ["Checkpoint", "probe", "progress_bar", "same_probe", "stopped"]

_PROBES: Final = 5  # points whose expectation tells predictions apart


class Checkpoint:
    """The file to which a run goes now and then, if there is one.

    Parameters
    ----------
    file : its path, or None.
    resume : go on with the file if it exists.
    overwrite : replace a file that exists.
    every_s : seconds between two writes.

    Attributes
    ----------
    path : its path, or None.

    Raises
    ------
    InputError
        If `resume` has no file to go on with, or excludes `overwrite`.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | None,
        resume: bool,
        overwrite: bool,
        every_s: float,
    ) -> None:
        self.path = Path(file) if file is not None else None
        if resume and (self.path is None or overwrite):
            raise InputError(
                "resume needs the checkpoint to go on with, and excludes overwrite"
            )
        self._resume, self._overwrite, self._every_s = resume, overwrite, every_s
        self._saved = time.monotonic()

    def resumed(self) -> Path | None:
        """The file to go on with; None to begin anew.

        Raises
        ------
        InputError
            If the file exists and is to be neither resumed nor overwritten.
        """
        exists = self.path is not None and self.path.exists()
        if exists and not (self._resume or self._overwrite):
            raise InputError(
                f"{self.path} exists: give resume=True to go on with it,"
                " overwrite=True, or another name"
            )
        return self.path if exists and self._resume else None

    def check(self) -> None:
        """Raise `OutputError` if the file cannot be written; start the clock."""
        if self.path is not None:
            writable_or_error(self.path)
        self._saved = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to write; starts the clock anew if so."""
        now = time.monotonic()
        if self.path is None or now - self._saved < self._every_s:
            return False
        self._saved = now
        return True


def stopped(what: str, error: BaseException, remedy: str) -> NuprobeError:
    """The error that says why a run stopped and how to go on, in one line.

    Parameters
    ----------
    what : the run, e.g. ``"scan"``.
    error : what stopped it.
    remedy : what is saved, and how to go on.

    Examples
    --------
    >>> stopped("scan", KeyboardInterrupt(), "nothing is saved")
    NuprobeError('scan stopped (interrupted); nothing is saved')
    """
    if isinstance(error, KeyboardInterrupt):
        why = "interrupted"
    else:
        why = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")
    text = f"{what} stopped ({why}); {remedy}"
    kind = type(error)
    if kind is InputError:
        return InputError(text)
    return ComputationError(text) if kind is ComputationError else NuprobeError(text)


def progress_bar(
    progress: bool, total: int, done: int, unit: str = "point"
) -> Callable[[int | None], None]:
    """A function that advances a bar by a number of units, or closes it (None).

    Parameters
    ----------
    progress : whether a bar is wanted; it is shown on a terminal only.
    total, done : units in all, and those done already.
    unit : what is counted.

    Examples
    --------
    >>> advance = progress_bar(False, 10, 0)
    >>> advance(1)
    """
    if not (progress and sys.stderr.isatty()):
        return lambda _: None
    from tqdm import tqdm

    bar = tqdm(total=total, initial=done, unit=unit, file=sys.stderr, leave=False)

    def advance(points: int | None) -> None:
        if points is None:
            bar.close()
        else:
            bar.update(points)

    return advance


def probe(cost: Cost, points: FloatArray) -> FloatArray:
    """Sums of the expectation at a few points: they tell predictions apart, whatever
    these consist of.

    Parameters
    ----------
    cost : whose prediction is asked.
    points : of which some are taken, shape (points, parameters).

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
    """Whether two probes are alike to rounding.

    A run may then go on with another build of the linear algebra.

    Parameters
    ----------
    one, other : what `probe` gave.

    Examples
    --------
    >>> same_probe(np.array([1.0]), np.array([1.0 + 1e-12]))
    True
    """
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=0)
