"""Toys thrown at one or several points, each fitted freely and with the parameter of
interest fixed; resumable, on processes or a cluster, bit for bit the same anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from nuprobe.errors import OutputError
from nuprobe.frames import data_frame
from nuprobe.inference.checkpoints import Checkpoint, probe, progress_bar, stopped
from nuprobe.inference.costs import Cost
from nuprobe.inference.executors import place, working
from nuprobe.inference.provenances import provenance_of
from nuprobe.inference.result_files import RESULT
from nuprobe.inference.toys.ensemble import draw
from nuprobe.inference.toys.files import ToyState
from nuprobe.inference.toys.fits import fit_toys
from nuprobe.inference.toys.settings import BLOCK, ToySettings
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["Hypothesis", "Task", "ToySample", "tasks_of", "throw", "toy_fits"]


@readable
@dataclass(frozen=True, eq=False)
class Hypothesis:
    """Where toys are drawn, and which values are tested with them.

    Attributes
    ----------
    truth : all parameters, shape (parameters,).
    nuisances : all nuisances, shape (nuisances,).
    tested : values of the parameters of interest, at which one of the two fits holds
        them; shape (parameters,).
    """

    truth: FloatArray
    nuisances: FloatArray
    tested: FloatArray


@readable
@dataclass(frozen=True, eq=False)
class ToySample:
    """Fits of toys at some hypotheses.

    Attributes
    ----------
    hypotheses : where they were drawn.
    twice_nll : −2 ln L at the best fit, shape (hypotheses, toys).
    tested : −2 ln L at the best fit with the parameters of interest at the tested
        values, shape (hypotheses, toys).
    best : parameters at the best fit, shape (hypotheses, toys, parameters).
    single : toys that were left to the ordinary fitter.
    """

    hypotheses: tuple[Hypothesis, ...]
    twice_nll: FloatArray
    tested: FloatArray
    best: FloatArray
    single: int

    @property
    def delta(self) -> FloatArray:
        """Rise of −2 ln L at the tested values, shape (hypotheses, toys)."""
        rise = self.tested - self.twice_nll
        return np.maximum(rise, 0.0, out=rise)

    def rises(self) -> Iterator[FloatArray]:
        """The same for one hypothesis after the other, shape (toys,) each: large
        samples have no copy in memory."""
        for tested, best in zip(self.tested, self.twice_nll, strict=True):
            yield np.maximum(tested - best, 0.0)

    def to_frame(self) -> Any:
        """A pandas ``DataFrame``, a row for each toy: its hypothesis by number, −2 ln L
        of both fits, their difference, and the best parameters in the order and units
        of the cost (``best 0``, …). Raises `InputError` if pandas is not installed."""
        n, toys, k = self.best.shape
        columns = [
            *("hypothesis", "toy", "-2 ln L best", "-2 ln L tested", "rise"),
            *(f"best {i}" for i in range(k)),
        ]
        cells = [
            *(np.repeat(np.arange(n), toys), np.tile(np.arange(toys), n)),
            *(a.ravel() for a in (self.twice_nll, self.tested, self.delta)),
            *np.moveaxis(self.best, 2, 0).reshape(k, -1),
        ]
        return data_frame(dict(zip(columns, cells, strict=True)), columns)


Report: TypeAlias = Callable[[ToySample], dict[str, Any]]
"""What is found from all toys, as plain data."""


@dataclass(frozen=True, eq=False)
class Task:
    """Toys of one block at one hypothesis.

    Attributes
    ----------
    hypothesis : where they are drawn, and what is tested.
    number : of the hypothesis in its run.
    toys : of the block.
    settings : how they are thrown; each block of each hypothesis has random numbers of
        its own.
    free, others : names of the parameters that the two fits move.
    """

    hypothesis: Hypothesis
    number: int
    toys: slice
    settings: ToySettings
    free: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def stream(self) -> np.random.SeedSequence:
        """Seed of its own random numbers."""
        key = self.number, self.toys.start // BLOCK
        return np.random.SeedSequence(self.settings.seed, spawn_key=key)


def tasks_of(
    number: int,
    hypothesis: Hypothesis,
    names: tuple[tuple[str, ...], tuple[str, ...]],
    settings: ToySettings,
) -> list[Task]:
    """All blocks of toys at one hypothesis.

    Parameters
    ----------
    number : of the hypothesis in its run.
    hypothesis : where toys are drawn.
    names : of the parameters that the two fits move.
    settings : how toys are thrown; files and executors do not travel.

    Examples
    --------
    >>> at = Hypothesis(np.ones(1), np.ones(0), np.ones(1))
    >>> len(tasks_of(0, at, (("rn",), ()), ToySettings(600)))
    3
    """
    s = settings
    plain = ToySettings(s.number, s.seed, s.ensemble, s.nuisances)
    return [Task(hypothesis, number, toys, plain, *names) for toys in s.blocks]


def toy_fits(cost: Cost, task: Task) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Fits of the toys of a task: −2 ln L at the best fit and with the parameters of
    interest held, the best parameters, and how many were left to the ordinary fitter.

    Parameters
    ----------
    cost : of the data that were observed.
    task : what to draw and to fit.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> at = Hypothesis(cost.default, np.zeros(len(cost.nuisances)), cost.default)
    >>> [task] = tasks_of(0, at, (("rn",), ()), ToySettings(10))
    >>> toy_fits(cost, task)[0].shape
    (10,)
    """
    at = task.hypothesis
    size = task.toys.stop - task.toys.start
    rng = np.random.default_rng(task.stream)
    toys = draw(cost, at.truth, at.nuisances, size, rng, task.settings.ensemble)
    held = fit_toys(cost, toys, task.others, at.tested, at.nuisances)
    best = fit_toys(cost, toys, task.free, at.truth, at.nuisances, held)
    single = held.single + best.single
    return best.twice_nll, held.twice_nll, best.points, single


def _fits(cost: Cost, task: Task) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    return toy_fits(cost, task)


def throw(
    cost: Cost,
    hypotheses: Sequence[Hypothesis],
    free: Sequence[str],
    others: Sequence[str],
    settings: ToySettings,
    report: Report | None = None,
) -> ToySample:
    """Throw toys and fit them.

    Parameters
    ----------
    cost : of the data that were observed.
    hypotheses : where to draw, and what to test.
    free : names of the parameters that the free fit moves.
    others : those of them that the other fit moves as well; what is left are the
        parameters of interest.
    settings : how many, and where.
    report : what is found from all toys, as plain data for their file.

    Raises
    ------
    InputError
        If data cannot be drawn at a hypothesis, or the file is of another run.
    ComputationError
        If the fit of a toy did not converge.
    StoppedError
        If the run was interrupted; what is done is saved.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> truth = Hypothesis(cost.default, np.zeros(len(cost.nuisances)), cost.default)
    >>> sample = throw(cost, [truth], ["rn"], [], ToySettings(10))
    >>> sample.delta.shape
    (1, 10)
    """
    run = _Run(cost, tuple(hypotheses), tuple(free), tuple(others), settings)
    file = settings.file()
    run.path = file.path
    with place(settings.executor) as pool, file.held():
        known = file.known(lambda p: run.state.resumed(p, run.fingerprint))
        run.state = known or run.state
        run.provenance = file.dated(run.provenance)
        file.start()
        tasks = [t for t in run.tasks() if not run.state.done[t.number, t.toys].all()]
        done = int(run.state.done.sum())
        bar = progress_bar(settings.progress, run.state.done.size, done, "toy")
        try:
            with working(cost, _fits, pool, settings.workers) as compute:
                for task, *results in compute(tasks):
                    run.keep(task, *results)
                    bar(task.toys.stop - task.toys.start)
                    if file.due():
                        file.save(run.image)
        except OutputError:
            raise
        except (Exception, KeyboardInterrupt, CancelledError) as error:
            file.save(run.image)
            raise stopped("toys", error, run.remedy(file)) from error
        finally:
            bar(None)
        file.complete(lambda: run.image(report))
    return run.sample()


class _Run:
    """Toys under way."""

    def __init__(
        self,
        cost: Cost,
        hypotheses: tuple[Hypothesis, ...],
        free: tuple[str, ...],
        others: tuple[str, ...],
        settings: ToySettings,
    ) -> None:
        self.cost, self.hypotheses, self.settings = cost, hypotheses, settings
        self.free, self.others = free, others
        self.path: Path | None = None  # of the file
        points = np.array([h.truth for h in hypotheses])
        shape = (len(hypotheses), settings.number)
        self.state = ToyState(
            done=np.zeros(shape, dtype=bool),
            twice_nll=np.full(shape, np.nan),
            tested=np.full(shape, np.nan),
            best=np.full((*shape, len(cost.parameters)), np.nan),
            probe=probe(cost, points),
        )
        self.fingerprint = self._fingerprint()
        self.provenance = provenance_of(cost, self.fingerprint)

    def _fingerprint(self) -> str:
        """What the results depend on."""
        s = self.settings
        state = hashlib.sha256(
            f"{version('nuprobe')} {self.cost.digest()} {self.free} {self.others}"
            f" {s.number} {s.seed} {s.ensemble}".encode()
        )
        for h in self.hypotheses:
            # nuisances and points found by a fit agree to its accuracy, not to a bit
            for values in (h.truth, h.nuisances, h.tested):
                state.update(" ".join(f"{v:.4e}" for v in values).encode())
        return state.hexdigest()

    def tasks(self) -> list[Task]:
        """All blocks at all hypotheses."""
        names = self.free, self.others
        return [
            task
            for i, h in enumerate(self.hypotheses)
            for task in tasks_of(i, h, names, self.settings)
        ]

    def keep(self, task: Task, *results: Any) -> None:
        """Take in the results of a task."""
        at = task.number, task.toys
        values, tested, best, single = results
        self.state.twice_nll[at], self.state.tested[at] = values, tested
        self.state.best[at], self.state.done[at] = best, True
        self.state.single += single

    def sample(self) -> ToySample:
        """All toys, once they are done."""
        s = self.state
        return ToySample(self.hypotheses, s.twice_nll, s.tested, s.best, int(s.single))

    def image(self, report: Report | None = None) -> Iterator[bytes]:
        """What there is so far, as a file, and what is found if all is done."""
        said = {"parameters": [p.name for p in self.cost.parameters]}
        more: dict[str, Any] = {"truths": np.array([h.truth for h in self.hypotheses])}
        if report is not None:
            more[RESULT] = json.dumps(report(self.sample()), allow_nan=False)
        return self.state.image(self.provenance, said, self.path, **more)

    def remedy(self, file: Checkpoint) -> str:
        """What is saved, and how to go on."""
        if file.path is None:
            return file.remedy
        return f"{self.state.done.sum()} of {self.state.done.size} toys are" + (
            f" {file.remedy}"
        )
