"""Grid scans of a cost that can be resumed and give the same numbers, bit for bit,
wherever they run.

The grid alone fixes the order of the points and, with `BLOCK`, which points are
evaluated together; a chunk is a whole number of blocks. Results depend neither on the
executor nor on the number of workers nor on interruptions.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Executor
from dataclasses import replace
from importlib.metadata import version
from math import ceil, prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.border import public
from nuprobe.errors import InputError, OutputError
from nuprobe.inference.checkpoints import Checkpoint, probe, progress_bar, stopped
from nuprobe.inference.construction import Method, check_method
from nuprobe.inference.costs import BLOCK, Cost, check_cost
from nuprobe.inference.descent import descend
from nuprobe.inference.executors import computing, one_place, place
from nuprobe.inference.flat import warn_if_flat
from nuprobe.inference.provenances import provenance_of
from nuprobe.inference.scan_result import (
    FORMAT,
    ScanResult,
    ScanState,
    resumed_scan,
    scan_image,
    toy_file,
)
from nuprobe.inference.surface import Surface
from nuprobe.inference.toys.on_grid import toys_on_grid
from nuprobe.inference.toys.settings import ToySettings, settings_of
from nuprobe.numerics import FloatArray

__all__ = ["scan"]

_DIPS: Final = 16  # local minima of the grid from which the best fit is searched
_TASKS: Final = 1000  # approximate largest number of tasks of a scan
_SLAB: Final = 1 << 16  # points searched for dips at a time


@public
def scan(
    cost: Cost,
    grid: Mapping[str, ArrayLike],
    *,
    fixed: Mapping[str, float] | Mapping[str, float | str] | None = None,
    executor: Executor | None = None,
    client: Any = None,
    workers: int | None = None,
    threads: int = 1,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    chunk: int | None = None,
    progress: bool = False,
    every_s: float = 30.0,
    intervals: Method = "wilks",
    toys: int | ToySettings = 1000,
) -> ScanResult:
    """−2 ln L, minimised over the nuisances, on the outer product of the axes, and the
    best fit within their range.

    All other arguments are keywords with defaults: where to compute, and options of the
    file.

    Parameters
    ----------
    cost : to scan.
    grid : parameter name to values, numbers in its unit or texts with a unit.
    fixed : values of parameters outside the grid; the others keep their default.
    executor : where to compute: anything with the interface of `concurrent.futures`
        (see `dask_executor`).
    client : a Dask cluster instead: a ``distributed.Client``, the address of its
        scheduler, or the path of the JSON file that the scheduler writes.
    workers : start that many processes instead; on platforms that start them afresh a
        script needs the usual ``if __name__ == "__main__":``.
    threads : threads for a scan in this process.
    checkpoint : HDF5 file of the result; it appears when the scan is complete. Until
        then ``checkpoint.part`` contains the partial result.
    resume : continue an unfinished scan if there is one; otherwise an existing file is
        an error.
    overwrite : replace an existing file, once the scan is complete, and without
        `resume` discard an unfinished one; with `resume` replace that of another scan.
    chunk : points per task, rounded up to a multiple of `BLOCK`; does not change the
        results. Default: one block, or more on large grids.
    progress : show a bar, if standard error is a terminal.
    every_s : largest interval between two writes in seconds.
    intervals : ``"wilks"``, or ``"feldman-cousins"``: joint critical values of all axes
        from toys at every point, or ``"cls"``: CLs from toys along the first axis, the
        others fixed; the result has them as `ScanResult.toys`.
    toys : number at each point, or all settings; not for ``"wilks"``. They are computed
        and saved like the scan unless specified otherwise; their file is named like the
        checkpoint with ``.toys`` before the suffix.

    Raises
    ------
    InputError
        If the grid is empty, a value is NaN or out of range, or the checkpoint exists,
        is damaged, belongs to another scan or is being written by another process.
    OutputError
        If the checkpoint cannot be written; an existing file is unchanged.
    NuprobeError
        If the scan was interrupted or a worker died; the partial result is saved, and
        the message tells how to resume.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> scan(cost, {"rn": [4.0, 5.0, 6.0]}).best
    {'rn': 5...}
    """
    check_cost(cost)
    check_method(intervals)
    saving: dict[str, Any] = {
        "executor": one_place(executor, client, workers),
        "workers": workers,
        "checkpoint": toy_file(checkpoint),
        "resume": resume and checkpoint is not None,
        "overwrite": overwrite,
        "progress": progress,
        "every_s": every_s,
    }
    axes = _axes(cost, grid, fixed or {})
    points = _Points(cost, axes, fixed or {})
    given = one_place(executor, client, workers)
    if (
        (workers is not None and workers < 1)
        or threads < 1
        or (chunk is not None and chunk < 1)
    ):
        raise InputError(
            f"workers, threads and chunk must be at least 1, got {workers}, {threads},"
            f" {chunk}"
        )
    file = Checkpoint(checkpoint, resume, overwrite, every_s)
    run = _Run(cost, axes, points)
    run.folder = None if file.path is None else file.path.parent
    tasks = _tasks(
        len(points), chunk, threads if given is None and workers is None else 1
    )
    with place(given) as pool, file.held():
        known = file.known(lambda p: resumed_scan(p, run.fingerprint, run.state))
        run.state = known or run.state
        run.provenance = file.dated(run.provenance)
        file.start()
        left = [t for t in tasks if not run.state.done[t].all()]
        bar = progress_bar(progress, len(points), int(run.state.done.sum()))
        try:
            with computing(cost, pool, workers, threads) as compute:
                for task, values, nuisances in compute(points, left):
                    run.keep(task, values, nuisances)
                    bar(task.stop - task.start)
                    if file.due():
                        file.save(run.image)
        except OutputError:
            raise
        except (Exception, KeyboardInterrupt, CancelledError) as error:
            file.save(run.image)
            raise stopped("scan", error, run.remedy(file)) from error
        finally:
            bar(None)
        run.finish()
        file.complete(run.image)
    if intervals == "wilks":
        return run.result()
    where = replace(
        settings_of(toys),
        **({} if isinstance(toys, ToySettings) and toys.placed else saving),
    )
    found = toys_on_grid(cost, axes, points.at(0), intervals, where)
    return replace(run.result(), toys=found)


def _tasks(points: int, chunk: int | None, threads: int) -> list[slice]:
    """Division of the points into tasks: small, so that little is lost by a kill, but
    not too many for a large grid."""
    blocks = -(-points // BLOCK)
    size = (
        threads * min(max(blocks // _TASKS, 1), 8) if chunk is None else chunk / BLOCK
    )
    step = ceil(size) * BLOCK
    return [slice(i, min(i + step, points)) for i in range(0, points, step)]


class _Run:
    """A running scan."""

    def __init__(
        self, cost: Cost, axes: dict[str, FloatArray], points: _Points
    ) -> None:
        self.cost, self.axes, self.points = cost, axes, points
        self.fingerprint = _fingerprint(cost, axes, points)
        self.provenance = provenance_of(cost, self.fingerprint)
        self.folder: Path | None = None  # where its file is written
        n = len(points)
        self.state = ScanState(
            np.zeros(n, dtype=bool),
            np.full(n, np.nan),
            np.full((n, len(cost.nuisances)), np.nan),
            probe(cost, points),
        )

    def keep(self, task: slice, values: FloatArray, nuisances: FloatArray) -> None:
        """Store the results of some points."""
        self.state.twice_nll[task], self.state.nuisances[task] = values, nuisances
        self.state.done[task] = True

    def finish(self) -> None:
        """Find the best fit between the points, and warn of parameters without
        effect."""
        known = {p.name: p for p in self.cost.parameters}
        shape = tuple(len(a) for a in self.axes.values())
        values = self.state.twice_nll.reshape(shape)
        axes = [(known[name], axis) for name, axis in self.axes.items()]
        warn_if_flat(self.cost.name, axes, values)
        if self.state.fitted is None:
            self.state.fitted = _best_fit(self.cost, self.axes, self.points, values)

    def result(self) -> ScanResult:
        """The current result."""
        shape = tuple(len(a) for a in self.axes.values())
        parameters = self.cost.parameters
        best, lowest = self.state.fitted or (None, None)
        first = self.points.at(0)
        return ScanResult(
            axes=self.axes,
            units={p.name: p.unit for p in parameters if p.name in self.axes},
            fixed={
                p.name: float(first[i])
                for i, p in enumerate(parameters)
                if p.name not in self.axes
            },
            twice_nll=self.state.twice_nll.reshape(shape),
            nuisances=self.state.nuisances.reshape(*shape, len(self.cost.nuisances)),
            nuisance_names=tuple(n.name for n in self.cost.nuisances),
            fingerprint=self.fingerprint,
            fitted=best,
            fitted_twice_nll=lowest,
            provenance=self.provenance,
        )

    def image(self) -> Iterator[bytes]:
        """The current result, as a file."""
        return scan_image(self.result(), self.state, self.folder)

    def remedy(self, file: Checkpoint) -> str:
        """What is saved, and how to resume."""
        if file.path is None:
            return file.remedy
        return f"{self.state.done.sum()} of {len(self.points)} points are {file.remedy}"


def _best_fit(
    cost: Cost, axes: Mapping[str, FloatArray], points: _Points, values: FloatArray
) -> tuple[dict[str, float], float] | None:
    """Best fit within the range of the grid, and −2 ln L there: the lowest of the
    minima that the fitter finds from the lowest dips of the grid."""
    free = [name for name, axis in axes.items() if len(axis) > 1]
    flat = values.ravel()
    if not free or not np.isfinite(flat).any():
        return None
    surface = Surface(cost, free, points.at(int(flat.argmin())))
    surface.lower = np.array([axes[name][0] for name in free])
    surface.upper = np.array([axes[name][-1] for name in free])
    minima, lowest = descend(surface, points[dips(values)], close=1e-9)
    i = int(lowest.argmin())
    point, value = minima[i], float(lowest[i])
    if value >= flat.min() - 1e-12 * max(abs(flat.min()), 1.0):  # not by rounding
        point, value = points.at(int(flat.argmin())), float(flat.min())
    return {name: float(point[cost.index(name)]) for name in axes}, value


def dips(values: FloatArray) -> NDArray[np.intp]:
    """Numbers of the lowest local minima, with diagonal neighbours included: otherwise
    each point of a slanting valley would be one."""
    n, row = len(values), values[0].size
    step = max(1, _SLAB // row)
    lowest: NDArray[np.intp] = np.empty(0, dtype=np.intp)
    for start in range(0, n, step):
        stop = min(start + step, n)
        first = max(start - 1, 0)
        found = _dips_of(values[first : stop + 1], start - first, stop - first)
        every = np.concatenate([lowest, found + first * row])
        order = np.argsort(values.ravel()[every], kind="stable")
        lowest = every[order[:_DIPS]]
    return lowest


def _dips_of(part: FloatArray, low: int, high: int) -> NDArray[np.intp]:
    """Numbers of all such points of a part of the grid, in its rows from `low` to
    `high`."""
    around = np.where(np.isfinite(part), part, np.inf)
    for axis in range(part.ndim):
        step = np.moveaxis(around, axis, 0)
        lowest = step.copy()
        np.minimum(lowest[1:], step[:-1], out=lowest[1:])
        np.minimum(lowest[:-1], step[1:], out=lowest[:-1])
        around = np.moveaxis(lowest, 0, axis)
    dip = np.isfinite(part) & (part <= around)
    dip[:low] = dip[high:] = False
    return np.flatnonzero(dip)


def _axes(
    cost: Cost, grid: Mapping[str, ArrayLike], fixed: Mapping[str, Any]
) -> dict[str, FloatArray]:
    if not grid:
        raise InputError(
            f"{cost.name}: the grid is empty; give values for at least one parameter"
        )
    axes = {}
    for name, values in grid.items():
        p = cost.parameters[cost.index(name)]
        axis = np.array(p.read(values), dtype=float, ndmin=1)
        if axis.ndim != 1 or not axis.size:
            raise InputError(
                f"{name}: the grid is empty; give at least one value (got shape"
                f" {axis.shape})"
            )
        if name in fixed:
            raise InputError(
                f"{name} is both an axis of the grid and fixed; choose one"
            )
        if (
            not np.isfinite(axis).all()
            or (axis < p.lower).any()
            or (axis > p.upper).any()
        ):
            limits = f"[{p.lower:g}, {p.upper:g}] {p.unit}".rstrip()
            raise InputError(
                f"{name}: the grid must lie in {limits}, got values from"
                f" {axis.min():g} to {axis.max():g}"
            )
        if (np.diff(axis) <= 0).any():
            raise InputError(f"{name}: the values of the grid must increase")
        axes[name] = axis
    return axes


class _Points:
    """The points of a grid, each made on access: 10⁷ of them need not be in memory.

    Parameters
    ----------
    cost : defines the parameters.
    axes : values by name.
    fixed : values of parameters outside the grid.
    """

    def __init__(
        self, cost: Cost, axes: Mapping[str, FloatArray], fixed: Mapping[str, Any]
    ) -> None:
        self._start = cost.point(fixed)
        self._axes = [(cost.index(name), axis) for name, axis in axes.items()]
        self._shape = tuple(len(axis) for axis in axes.values())

    def __len__(self) -> int:
        return prod(self._shape)

    def __getitem__(self, which: slice | NDArray[np.intp]) -> FloatArray:
        """Points of a slice, or with given numbers; shape (points, parameters)."""
        if isinstance(which, slice):
            which = np.arange(*which.indices(len(self)))
        found = np.tile(self._start, (len(which), 1))
        places = np.unravel_index(which, self._shape)
        for (column, axis), at in zip(self._axes, places, strict=True):
            found[:, column] = axis[at]
        return found

    def at(self, number: int) -> FloatArray:
        """One point, shape (parameters,)."""
        return np.asarray(self[np.array([number])][0])


def _fingerprint(cost: Cost, axes: Mapping[str, FloatArray], points: _Points) -> str:
    state = hashlib.sha256(
        f"{FORMAT} {version('nuprobe')} {cost.digest()} {list(axes)}".encode()
    )
    for axis in axes.values():
        state.update(repr(len(axis)).encode() + axis.tobytes())
    state.update(points.at(0).tobytes())
    return state.hexdigest()
