"""Toys at more and more points: where the later ones are thrown depends on what the
earlier ones found, and yet all are one run with one file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError, OutputError
from nuprobe.inference.checkpoints import Checkpoint, probe, progress_bar, stopped
from nuprobe.inference.costs import Cost
from nuprobe.inference.executors import place, working
from nuprobe.inference.provenances import provenance_of
from nuprobe.inference.result_files import opened
from nuprobe.inference.toys.sample import Hypothesis, Task, tasks_of, toy_fits
from nuprobe.inference.toys.settings import ToySettings
from nuprobe.inference.toys.unfinished import Unfinished
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["ROUNDS_FORMAT", "ROUNDS_KIND", "Question", "Rounds", "rounds"]

ROUNDS_FORMAT: Final = "nuprobe-rounds-1"
"""Of the file, with its version."""
ROUNDS_KIND: Final = "file of toys"
"""What is in it."""

_ALIKE: Final = 1e-3  # relative difference of points that fits found twice


@readable
@dataclass(frozen=True, eq=False)
class Question:
    """One point at which toys are thrown, and what is fitted to them.

    Attributes
    ----------
    hypothesis : where they are drawn, and what is tested.
    free : names of the parameters that the free fit moves, the one of interest first.
    others : those of them that the other fit moves as well.
    """

    hypothesis: Hypothesis
    free: tuple[str, ...]
    others: tuple[str, ...]


@dataclass
class _State(Unfinished):
    """What of a run is done.

    Attributes
    ----------
    probe : tells the prediction.
    points : tested, shape (questions, parameters).
    done : which toys are, shape (questions, toys).
    delta : rise of −2 ln L at the tested point, shape (questions, toys).
    best : best value of the parameter of interest, shape (questions, toys).
    """

    FORMAT = ROUNDS_FORMAT
    KIND = ROUNDS_KIND
    OTHER = (
        "other toys (data, prediction, question, level, seed, number or version of"
        " nuprobe differ); resume with what they were thrown with, or choose another"
        " file"
    )

    points: FloatArray
    done: NDArray[np.bool_]
    delta: FloatArray
    best: FloatArray

    def _missing(self) -> str:
        missing = ~self.done
        whole = (np.isfinite(self.delta) | missing).all() and (
            np.isfinite(self.best) | missing
        ).all()
        return "" if whole else "toys are marked as done that have no value"

    def grown(self, points: FloatArray) -> _State:
        """The same with further questions, of which nothing is done."""
        shape = len(points), self.done.shape[1]
        return replace(
            self,
            points=np.concatenate([self.points, points]),
            done=np.concatenate([self.done, np.zeros(shape, dtype=bool)]),
            delta=np.concatenate([self.delta, np.full(shape, np.nan)]),
            best=np.concatenate([self.best, np.full(shape, np.nan)]),
        )


class Rounds:
    """A run that is asked more and more questions.

    Parameters
    ----------
    cost : of the data that were observed.
    settings : how toys are thrown.
    about : tells the run from others, beside its first questions.

    Attributes
    ----------
    said, arrays : what else the finished file has: attributes, and arrays by name.
    """

    def __init__(self, cost: Cost, settings: ToySettings, about: str) -> None:
        self.cost, self.settings, self.about = cost, settings, about
        self.file: Checkpoint = settings.file()
        self.state: _State | None = None
        self.asked = 0
        self.said: dict[str, Any] = {}
        self.arrays: dict[str, FloatArray] = {}
        self.provenance = provenance_of(cost, "")
        self.compute: Callable[[list[Task]], Iterator[tuple[Any, ...]]] | None = None

    def throw(self, questions: Sequence[Question]) -> tuple[FloatArray, FloatArray]:
        """Rise of −2 ln L at the tested point, and best value of the parameter of
        interest, of the toys of further `questions`; shape (questions, toys) each.

        Raises
        ------
        InputError
            If data cannot be drawn at a point, or the file is of another run.
        ComputationError
            If the fit of a toy did not converge.
        StoppedError
            If the run was interrupted; what is done is saved.
        """
        tested = np.array([q.hypothesis.tested for q in questions])
        first = self.asked
        self.asked += len(questions)
        state = self._state(tested) if self.state is None else self.state
        missing = self.asked - len(state.done)
        if missing > 0:
            state = state.grown(tested[len(tested) - missing :])
        known = state.points[first : self.asked]
        if not np.allclose(known, tested, rtol=_ALIKE, atol=0.0):
            raise InputError(
                f"{self.file.path} belongs to {_State.OTHER}: other values are tested"
            )
        self.state = state
        self._work(first, questions)
        rows = slice(first, self.asked)
        return self.state.delta[rows], self.state.best[rows]

    def _state(self, tested: FloatArray) -> _State:
        """What is done, at the first question."""
        s, cost = self.settings, self.cost
        nothing = np.empty((0, s.number))
        fresh = _State(
            probe=probe(cost, tested),
            points=np.empty((0, len(cost.parameters))),
            done=nothing.astype(bool),
            delta=nothing,
            best=nothing.copy(),
        )
        words = f"{version('nuprobe')} {cost.digest()} {self.about} {s.number} {s.seed}"
        words += f" {s.ensemble} {s.nuisances} "
        # points found by a fit agree to its accuracy, not to a bit
        words += " ".join(f"{v:.3e}" for v in tested.ravel())
        fingerprint = hashlib.sha256(words.encode()).hexdigest()
        made = replace(self.provenance, fingerprint=fingerprint)
        known = self.file.known(lambda path: self._resumed(path, fresh, fingerprint))
        self.provenance = self.file.dated(made)
        self.file.start()
        return known or fresh

    def _resumed(self, path: Path, fresh: _State, fingerprint: str) -> _State:
        """What a file has, with as many questions as were asked."""
        with opened(path, _State.KIND, _State.FORMAT) as file:
            shape = np.shape(file["points"])
        rows = np.zeros((int(shape[0]), fresh.points.shape[1]))
        return fresh.grown(rows).resumed(path, fingerprint)

    def _work(self, first: int, questions: Sequence[Question]) -> None:
        """Throw what is not done."""
        state = self.state
        assert state is not None
        assert self.compute is not None
        tasks = [
            task
            for i, q in enumerate(questions, start=first)
            for task in tasks_of(i, q.hypothesis, (q.free, q.others), self.settings)
        ]
        total = len(questions) * self.settings.number
        left = [t for t in tasks if not state.done[t.number, t.toys].all()]
        todo = sum(t.toys.stop - t.toys.start for t in left)
        bar = progress_bar(self.settings.progress, total, total - todo, "toy")
        try:
            for task, delta, best in self.compute(left):
                state.delta[task.number, task.toys] = delta
                state.best[task.number, task.toys] = best
                state.done[task.number, task.toys] = True
                bar(task.toys.stop - task.toys.start)
                if self.file.due():
                    self.file.save(self.image)
        except OutputError:
            raise
        except (Exception, KeyboardInterrupt, CancelledError) as error:
            self.file.save(self.image)
            raise stopped("toys", error, self.remedy) from error
        finally:
            bar(None)

    def image(self) -> Iterator[bytes]:
        """What there is so far, as a file."""
        assert self.state is not None
        said = {"parameters": [p.name for p in self.cost.parameters], **self.said}
        return self.state.image(self.provenance, said, self.file.path, **self.arrays)

    @property
    def remedy(self) -> str:
        """What is saved, and how to go on."""
        if self.file.path is None or self.state is None:
            return self.file.remedy
        done = self.state.done
        return f"{done.sum()} of {done.size} toys so far are {self.file.remedy}"


def _fits(cost: Cost, task: Task) -> tuple[FloatArray, FloatArray]:
    """Rises of the toys of a task, and their best values."""
    best, held, points, _ = toy_fits(cost, task)
    return np.maximum(held - best, 0.0), points[:, cost.index(task.free[0])]


@contextmanager
def rounds(cost: Cost, settings: ToySettings, about: str) -> Iterator[Rounds]:
    """Toys that are thrown round after round; the file is complete at the end.

    Parameters
    ----------
    cost : of the data that were observed.
    settings : how toys are thrown.
    about : tells the run from others, beside its first questions.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> at = Hypothesis(cost.default, np.zeros(len(cost.nuisances)), cost.default)
    >>> with rounds(cost, ToySettings(10), "") as run:
    ...     rise, best = run.throw([Question(at, ("rn",), ())])
    >>> rise.shape
    (1, 10)
    """
    run = Rounds(cost, settings, about)
    with place(settings.executor) as pool, run.file.held():
        where = working(cost, _fits, pool, settings.workers)
        with where as run.compute:
            yield run
        if run.state is not None:
            run.file.complete(run.image)
