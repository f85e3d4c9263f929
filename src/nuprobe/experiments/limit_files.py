"""Limits that can be resumed: the completed parts of the curves, and their file.

Masses are processed in blocks counted from the first, so an interruption does not
change a single bit.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.experiments.limit_curves import LimitCurve, Search
from nuprobe.experiments.limit_terms import points_of
from nuprobe.experiments.scanned import Scanned
from nuprobe.inference import Cost
from nuprobe.inference.checkpoints import (
    Checkpoint,
    probe,
    progress_bar,
    same_probe,
    stopped,
)
from nuprobe.inference.executors import one_place, working
from nuprobe.inference.result_files import made as provenance_in
from nuprobe.inference.result_files import numbers, opened, require, texts
from nuprobe.models.records import model_record
from nuprobe.numerics import FloatArray
from nuprobe.provenance import Provenance
from nuprobe.sealed import sealed

__all__ = ["LimitState", "Plan", "Running", "Saving", "computed", "plan", "read_limit"]

_FORMAT: Final = "nuprobe-limit-2"
_ASKED: Final = "asked"
_BLOCK: Final = 100  # masses per block: a few tenths of a second for counts
_PROBES: Final = 5  # masses whose prediction identifies the model


class Saving(TypedDict, total=False):
    """How a run is saved: `checkpoint`, its HDF5 file; `resume`, continue it;
    `overwrite`, replace it; `every_s`, maximal number of seconds between writes;
    `progress`, show a bar on a terminal."""

    checkpoint: str | os.PathLike[str] | None
    resume: bool
    overwrite: bool
    every_s: float
    progress: bool


class Running(Saving, total=False):
    """How a run is saved, as in `Saving`, and where it runs: `workers`, number of
    processes; `client`, a Dask cluster."""

    workers: int | None
    client: Any


@dataclass(frozen=True)
class Plan:
    """Contents of a limit computation.

    Attributes
    ----------
    labels : of the curves.
    masses : MeV, shape (masses,), increasing.
    fingerprint : tells settings and data apart.
    probe : tells predictions apart, as `nuprobe.inference.checkpoints.probe`.
    asked : what the limit is on: plain data of the file.
    provenance : what it is made of, or None.
    """

    labels: tuple[str, ...]
    masses: FloatArray
    fingerprint: str
    probe: FloatArray
    asked: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance | None = None

    def said(
        self,
        asked: Mapping[str, Any],
        experiments: Mapping[str, Sequence[str]],
        projected: Mapping[str, bool],
        records: Sequence[Mapping[str, Any]],
        family: Scanned,
    ) -> Plan:
        """Return the same with the metadata of result files.

        Parameters
        ----------
        asked : the limit without its curves.
        experiments : names by the label of their curve.
        projected : whether a curve is a sensitivity, by its label.
        records : of `AnyExperiment.record`.
        family : the mediator.
        """
        said = {**asked, "experiments": experiments, "projected": projected}
        latex = {p.name: p.latex for p in family.parameters if p.latex}
        about = Provenance.here(
            experiments=records,
            model=model_record(family.model),
            latex=latex,
            references=[key for one in records for key in one["references"]],
            fingerprint=self.fingerprint,
        )
        return replace(self, asked=said, provenance=about)


@dataclass
class LimitState:
    """Completed parts of a limit; arrays have shape (curves, masses) unless stated
    otherwise.

    Attributes
    ----------
    done : which points are.
    coupling, reopens : as in `LimitCurve`.
    standard : whether the Standard Model is excluded somewhere in the block.
    edges : ends of the excluded intervals, NaN behind the last one, shape (curves,
        masses, ends).
    largest : coupling at which each search ends.
    """

    done: NDArray[np.bool_]
    coupling: FloatArray
    reopens: FloatArray
    standard: NDArray[np.bool_]
    edges: FloatArray
    largest: FloatArray

    @classmethod
    def fresh(cls, plan: Plan) -> LimitState:
        """Return the state before anything of `plan` is done."""
        shape = len(plan.labels), plan.masses.size
        nothing = np.zeros(shape, dtype=bool)
        nan = np.full(shape, np.nan)
        edges = np.full((*shape, 2), np.nan)
        return cls(nothing, nan, nan.copy(), nothing.copy(), edges, nan.copy())

    def keep(self, curve: int, block: slice, found: LimitCurve) -> None:
        """Store the curve `found` at the masses of a block, for a curve given by
        number."""
        self.coupling[curve, block] = found.coupling
        self.reopens[curve, block] = np.inf if found.reopens is None else found.reopens
        self.standard[curve, block] = found.standard_excluded
        self.largest[curve, block] = found.largest
        for i, pairs in enumerate(found.excluded or ()):
            more = 2 * len(pairs) - self.edges.shape[2]
            if more > 0:
                room = ((0, 0), (0, 0), (0, more))
                self.edges = np.pad(self.edges, room, constant_values=np.nan)
            ends = [g for pair in pairs for g in pair]
            self.edges[curve, block.start + i, : len(ends)] = ends
        self.done[curve, block] = True

    def curve(self, label: str, curve: int, masses: FloatArray) -> LimitCurve:
        """Return a finished curve: its `label`, its number and all `masses`."""
        return LimitCurve(
            label,
            masses,
            self.coupling[curve],
            self.reopens[curve],
            bool(self.standard[curve].any()),
            excluded=tuple(
                tuple(zip(known[::2], known[1::2], strict=True))
                for ends in self.edges[curve].tolist()
                for known in ([g for g in ends if not math.isnan(g)],)
            ),
            largest=float(self.largest[curve].max()),
        )


def plan(
    settings: tuple[Mapping[str, Sequence[str]], Search],
    costs: Sequence[Cost],
    masses: FloatArray,
) -> Plan:
    """Return the contents of a limit computation.

    Parameters
    ----------
    settings : experiments by label of the curve, and what is excluded and where.
    costs : of the experiments, over mass and coupling: they tell data and models apart.
    masses : MeV, shape (masses,), increasing.

    Examples
    --------
    >>> plan(({"a": ["ccfr-trident"]}, Search(1.96, 2, (1e-7, 1.0))), [], [1.0]).labels
    ('a',)
    """
    masses = np.asarray(masses, dtype=float)
    state = hashlib.sha256(f"{_FORMAT} {version('nuprobe')} {settings!r}".encode())
    state.update(repr(masses.size).encode() + masses.tobytes())
    few = masses[np.linspace(0, masses.size - 1, _PROBES).astype(int)]
    low, high = settings[1].couplings
    strengths = np.geomspace(low, math.sqrt(low * high), _PROBES)
    probes = [np.empty(0)]
    for cost in costs:
        state.update(cost.digest().encode())
        probes.append(probe(cost, points_of(cost, strengths, few)))
    found = np.concatenate(probes)
    return Plan(tuple(settings[0]), masses, state.hexdigest(), found)


def computed(
    plan: Plan,
    compute: Callable[[str, FloatArray], LimitCurve],
    **run: Unpack[Running],
) -> list[LimitCurve]:
    """Compute the curves of a limit block by block, saving each as it completes.

    Parameters
    ----------
    plan : what it consists of.
    compute : returns the curve of a label at some masses; must be picklable for
        workers.
    **run : as in `Running`.

    Raises
    ------
    InputError
        If the checkpoint exists, is damaged, belongs to another limit or is being
        written by another process.
    StoppedError
        If the run was interrupted; completed parts are saved, and the message says how
        to resume.

    Examples
    --------
    >>> made = Plan(("a",), np.array([1.0, 2.0]), "", np.empty(0))
    >>> computed(made, lambda label, m: LimitCurve(label, m, 1e-3 * m))[0].coupling
    array([0.001, 0.002])
    """
    file = Checkpoint(
        run.get("checkpoint"),
        run.get("resume", False),
        run.get("overwrite", False),
        run.get("every_s", 30.0),
    )
    workers, progress = run.get("workers"), run.get("progress", False)
    executor = one_place(None, run.get("client"), workers)
    state = LimitState.fresh(plan)
    with file.held():
        state = file.known(partial(_resumed, plan=plan)) or state
        if plan.provenance is not None:
            plan = replace(plan, provenance=file.dated(plan.provenance))
        file.start()
        bar = progress_bar(progress, state.done.size, int(state.done.sum()), "mass")
        try:
            with working(compute, _curve, executor, workers) as every:
                left = _tasks(plan, state)
                if workers is not None or executor is not None:
                    left.reverse()  # combinations take longest
                for (i, block, *_), curve in every(left):
                    state.keep(i, block, curve)
                    bar(block.stop - block.start)
                    if file.due():
                        file.save(lambda: _image(plan, state))
        except (KeyboardInterrupt, CancelledError, BrokenExecutor) as error:
            file.save(lambda: _image(plan, state))
            raise stopped("limit", error, _remedy(file, state)) from error
        finally:
            bar(None)
        file.complete(lambda: _image(plan, state))
    return [state.curve(label, i, plan.masses) for i, label in enumerate(plan.labels)]


_Task = tuple[int, slice, str, FloatArray]
"""Number of a curve, a block of masses, label of the curve and these masses."""


def _tasks(plan: Plan, state: LimitState) -> list[_Task]:
    """Remaining tasks of a limit."""
    size = plan.masses.size
    blocks = [slice(a, min(a + _BLOCK, size)) for a in range(0, size, _BLOCK)]
    return [
        (i, block, label, plan.masses[block])
        for i, label in enumerate(plan.labels)
        for block in blocks
        if not state.done[i, block].all()
    ]


def _curve(
    compute: Callable[[str, FloatArray], LimitCurve], task: _Task
) -> tuple[LimitCurve]:
    """One task."""
    return (compute(*task[2:]),)


def _remedy(file: Checkpoint, state: LimitState) -> str:
    """What is saved, and how to resume."""
    if file.path is None:
        return file.remedy
    return f"{state.done.sum()} of {state.done.size} limits are {file.remedy}"


def _image(plan: Plan, state: LimitState) -> bytes:
    """The whole file, built in memory, with its checksum."""

    def fill(file: Any) -> None:
        file.attrs["fingerprint"] = plan.fingerprint
        file.attrs["labels"] = list(plan.labels)
        if plan.asked:
            file[_ASKED] = json.dumps(plan.asked, ensure_ascii=False, allow_nan=False)
        file["mass"] = plan.masses
        file["mass"].attrs["unit"] = "MeV"
        file["probe"] = plan.probe
        for name, array in vars(state).items():
            file[name] = array

    return sealed(_FORMAT, fill, plan.provenance)


def read_limit(path: Path) -> tuple[Plan, LimitState]:
    """Read and check a limit, finished or not.

    Parameters
    ----------
    path : of its checkpoint.

    Raises
    ------
    InputError
        If it is damaged, or no file of a limit.

    Examples
    --------
    >>> read_limit(Path("a.h5"))
    Traceback (most recent call last):
    nuprobe.errors.InputError: a.h5 cannot be read as a limit: No such file or directory
    """
    with opened(path, "limit", _FORMAT) as file:
        made = Plan(
            texts(file, "labels"),
            numbers(file, "mass", 1),
            str(file.attrs["fingerprint"]),
            numbers(file, "probe", 1),
            json.loads(file[_ASKED].asstr()[()]) if _ASKED in file else {},
            provenance_in(file),
        )
        kinds = {"done": bool, "coupling": float, "reopens": float, "standard": bool}
        done, coupling, reopens, standard = (
            numbers(file, n, 2, kind) for n, kind in kinds.items()
        )
        state = LimitState(
            done,
            coupling,
            reopens,
            standard,
            numbers(file, "edges", 3),
            numbers(file, "largest", 2),
        )
        shape = len(made.labels), made.masses.size
        require(
            all(a.shape[:2] == shape for a in vars(state).values())
            and state.edges.shape[2] % 2 == 0
            and min(shape) > 0,
            "its arrays do not fit together",
        )
        require(
            bool(
                (np.diff(made.masses) > 0).all()
                and made.masses[0] > 0
                and np.isfinite([made.masses[-1], *made.probe]).all()
            ),
            "its masses or its probe contain numbers that no limit has",
        )
        require(
            all((a[state.done] > 0).all() for a in (state.coupling, state.reopens)),
            "masses are marked as done that have no limit",
        )
    return made, state


def _resumed(path: Path, plan: Plan) -> LimitState:
    """The part of this limit contained in a file."""
    made, state = read_limit(path)
    if made.fingerprint != plan.fingerprint or not same_probe(made.probe, plan.probe):
        raise InputError(
            f"{path} belongs to another limit (masses, experiments, analyses, model,"
            " level or version of nuprobe differ); resume with the original"
            " settings, or choose another file"
        )
    return state
