"""Grid scans of a cost that resume after a kill and give the same numbers, bit for bit,
wherever they run.

The grid alone fixes the order of the points and, with `BLOCK`, which points are
evaluated together; a chunk is a whole number of blocks. Neither the executor nor the
number of workers nor an interruption can change a result.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from itertools import pairwise
from math import inf, prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nuprobe.errors import ComputationError, InputError, NuprobeError, OutputError
from nuprobe.files import atomic_write, writable_or_error
from nuprobe.inference.costs import BLOCK, COMPILED, Cost
from nuprobe.inference.levels import ONE_SIGMA, delta_threshold
from nuprobe.numerics import FloatArray

__all__ = ["DaskExecutor", "ScanResult", "dask_executor", "scan"]

_FORMAT: Final = "nuprobe-scan-1"
_PROBES: Final = (
    5  # points whose expectation tells whether a checkpoint belongs to this prediction
)


@dataclass(frozen=True)
class ScanResult:
    """−2 ln L, minimised over the nuisances, on a grid.

    Attributes
    ----------
    axes : name to values, in the order of the dimensions of `twice_nll`.
    units : name to unit of the axis.
    fixed : values of the parameters that are no axis.
    twice_nll : one dimension an axis; ``inf`` where the data are impossible.
    nuisances : where the minimum over the nuisances lies, one more dimension.
    nuisance_names : names along that dimension.
    fingerprint : SHA-256 of grid, cost and version of nuprobe.
    """

    axes: dict[str, FloatArray]
    units: dict[str, str]
    fixed: dict[str, float]
    twice_nll: FloatArray
    nuisances: FloatArray
    nuisance_names: tuple[str, ...]
    fingerprint: str

    @property
    def delta(self) -> FloatArray:
        """−2 ln L above the lowest value of the grid."""
        return np.asarray(self.twice_nll - self.twice_nll.min())

    @property
    def best(self) -> dict[str, float]:
        """The grid point with the lowest −2 ln L."""
        where = np.unravel_index(int(self.twice_nll.argmin()), self.twice_nll.shape)
        return {
            name: float(axis[i])
            for (name, axis), i in zip(self.axes.items(), where, strict=True)
        }

    def intervals(self, cl: float = ONE_SIGMA) -> list[tuple[float, float]]:
        """Where Δ(−2 ln L) of a scan of one parameter is below its threshold.

        Interpolated from the grid by cubics (`profile` finds exact ends); a side that
        is open within the grid is ∓inf.
        """
        if len(self.axes) != 1:
            raise InputError(
                "intervals need a scan of one parameter, this one has"
                f" {', '.join(self.axes)}"
            )
        from scipy.interpolate import CubicSpline, PchipInterpolator

        ((name, x),) = self.axes.items()
        if len(x) < 4:
            raise InputError(
                f"intervals need at least 4 values of {name}, the grid has {len(x)}"
            )
        y = self.twice_nll
        known = np.isfinite(y)
        if not known.any():
            raise InputError(f"the data are impossible at every value of {name}")
        # cubic splines ring at a jump; the monotone interpolant does not
        curve = (
            CubicSpline(x, y)
            if known.all()
            else PchipInterpolator(x, np.where(known, y, 1e3 + 10 * y[known].max()))
        )
        turns = curve.derivative().roots(extrapolate=False)
        lowest = min(
            float(y.min()), float(curve(turns[np.isfinite(turns)]).min(initial=inf))
        )
        level = lowest + delta_threshold(cl, 1)
        edges = np.unique(
            np.concatenate([x[[0, -1]], curve.solve(level, extrapolate=False)])
        )
        pieces = [(a, b) for a, b in pairwise(edges) if curve((a + b) / 2) <= level]
        return [
            (-inf if a == x[0] else float(a), inf if b == x[-1] else float(b))
            for a, b in pieces
        ]

    def contour_levels(
        self, cl: float | tuple[float, ...] = (0.68, 0.9, 0.95)
    ) -> dict[float, float]:
        """Confidence level to Δ(−2 ln L) for the parameters of the grid together."""
        return {
            c: delta_threshold(c, len(self.axes))
            for c in ((cl,) if isinstance(cl, float) else cl)
        }

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write to an HDF5 file, whole or not at all; raises `OutputError`."""
        done = np.ones(self.twice_nll.size, dtype=bool)
        k = len(self.nuisance_names)
        state = _State(
            done,
            self.twice_nll.ravel(),
            self.nuisances.reshape(self.twice_nll.size, k),
            np.empty(0),
        )
        return _write(Path(path), self, state)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ScanResult:
        """Read a finished scan.

        Raises
        ------
        InputError
            If the file is no scan, or the scan in it is not finished.
        """
        result, state = _read(Path(path))
        if not state.done.all():
            raise InputError(
                f"{path}: this scan is not finished ({state.done.sum()} of"
                f" {state.done.size} points); run it again with resume=True, --resume"
                " on the command line"
            )
        return result


@dataclass
class _State:
    done: NDArray[np.bool_]
    twice_nll: FloatArray
    nuisances: FloatArray
    probe: FloatArray


def scan(
    cost: Cost,
    grid: Mapping[str, ArrayLike],
    *,
    fixed: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    threads: int = 1,
    checkpoint: str | os.PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    chunk: int = 8 * BLOCK,
    progress: bool = False,
    every_s: float = 30.0,
) -> ScanResult:
    """−2 ln L, minimised over the nuisances, on the outer product of the axes.

    Parameters
    ----------
    cost : what to scan.
    grid : parameter name to values.
    fixed : values of parameters that are no axis; the others keep their default.
    executor : where to compute: anything with the interface of `concurrent.futures`
        (see `dask_executor`).
    workers : start that many processes instead; on platforms that start them afresh a
        script needs the usual ``if __name__ == "__main__":``.
    threads : threads for a scan in this process.
    checkpoint : HDF5 file to which results go every `every_s` seconds and at the end;
        it appears whole or not at all.
    resume : go on with the checkpoint if there is one; otherwise an existing file is
        refused.
    overwrite : replace an existing file.
    chunk : points a task, rounded up to a multiple of `BLOCK`; does not change the
        results.
    progress : show a bar, if standard error is a terminal.

    Raises
    ------
    InputError
        If the grid is empty, a value is NaN or out of range, or the checkpoint exists
        or belongs to another scan.
    OutputError
        If the checkpoint cannot be written; what was there is untouched.
    NuprobeError
        If the scan was interrupted or a worker died; what is done is saved, and the
        message says how to go on.
    """
    axes = _axes(cost, grid, fixed or {})
    points = _points(cost, axes, fixed or {})
    if executor is not None and workers is not None:
        raise InputError("give an executor or a number of workers, not both")
    if (workers is not None and workers < 1) or threads < 1 or chunk < 1:
        raise InputError(
            f"workers, threads and chunk are at least 1, got {workers}, {threads},"
            f" {chunk}"
        )
    path = Path(checkpoint) if checkpoint is not None else None
    if resume and (path is None or overwrite):
        raise InputError(
            "resume needs the checkpoint to go on with, and excludes overwrite"
        )
    fingerprint = _fingerprint(cost, axes, points)
    k = len(cost.nuisances)
    state = _State(
        np.zeros(len(points), dtype=bool),
        np.full(len(points), np.nan),
        np.full((len(points), k), np.nan),
        _probe(cost, points),
    )
    if path is not None:
        if path.exists() and resume:
            state = _resumed(path, fingerprint, state)
        elif path.exists() and not overwrite:
            raise InputError(
                f"{path} exists: give resume=True to go on with it, overwrite=True, or"
                " another name"
            )
        writable_or_error(path)
    shape = tuple(len(a) for a in axes.values())
    fixed_values = {
        p.name: float(points[0, i])
        for i, p in enumerate(cost.parameters)
        if p.name not in axes
    }

    def result() -> ScanResult:
        return ScanResult(
            axes=axes,
            units={p.name: p.unit for p in cost.parameters if p.name in axes},
            fixed=fixed_values,
            twice_nll=state.twice_nll.reshape(shape),
            nuisances=state.nuisances.reshape(*shape, k),
            nuisance_names=tuple(n.name for n in cost.nuisances),
            fingerprint=fingerprint,
        )

    size = -(-chunk // BLOCK) * BLOCK
    tasks = [slice(i, min(i + size, len(points))) for i in range(0, len(points), size)]
    tasks = [t for t in tasks if not state.done[t].all()]
    saved = time.monotonic()
    bar = _bar(progress, len(points), int(state.done.sum()))
    try:
        with _computing(cost, executor, workers, threads) as compute:
            for task, values, nuisances in compute(points, tasks):
                state.twice_nll[task], state.nuisances[task], state.done[task] = (
                    values,
                    nuisances,
                    True,
                )
                bar(task.stop - task.start)
                if path is not None and time.monotonic() - saved >= every_s:
                    _write(path, result(), state)
                    saved = time.monotonic()
    except OutputError:
        raise
    except (Exception, KeyboardInterrupt, CancelledError) as error:
        what = (
            "interrupted"
            if isinstance(error, KeyboardInterrupt)
            else f"{type(error).__name__}: {error}".rstrip(": ")
        )
        if path is None:
            remedy = "nothing is saved; give a checkpoint to be able to resume"
        else:
            _write(path, result(), state)
            kept = f"{state.done.sum()} of {len(points)} points are saved in {path}"
            remedy = f"{kept}; go on with resume=True, --resume on the command line"
        kind = (
            type(error)
            if type(error) in (InputError, ComputationError)
            else NuprobeError
        )
        raise kind(f"scan stopped ({what}); {remedy}") from error
    finally:
        bar(None)
    if path is not None:
        _write(path, result(), state)
    return result()


def _axes(
    cost: Cost, grid: Mapping[str, ArrayLike], fixed: Mapping[str, float]
) -> dict[str, FloatArray]:
    if not grid:
        raise InputError(
            f"{cost.name}: the grid is empty; give values for at least one parameter"
        )
    axes = {}
    for name, values in grid.items():
        p = cost.parameters[cost.index(name)]
        axis = np.array(values, dtype=float, ndmin=1)
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


def _points(
    cost: Cost, axes: Mapping[str, FloatArray], fixed: Mapping[str, float]
) -> FloatArray:
    points = np.tile(cost.point(fixed), (prod(len(a) for a in axes.values()), 1))
    mesh = np.meshgrid(*axes.values(), indexing="ij")
    for name, values in zip(axes, mesh, strict=True):
        points[:, cost.index(name)] = values.ravel()
    return points


def _probe(cost: Cost, points: FloatArray) -> FloatArray:
    """Sums of the expectation at a few points: they tell predictions apart, whatever
    these consist of."""
    some = points[np.unique(np.linspace(0, len(points) - 1, _PROBES).astype(int))]
    nuisances = 0.01 / np.arange(1.0, len(cost.nuisances) + 1)
    counts = (mu for point in some for mu in cost.expected(point, nuisances))
    return np.array([mu @ np.sqrt(np.arange(1.0, len(mu) + 1)) for mu in counts])


def _fingerprint(cost: Cost, axes: Mapping[str, FloatArray], points: FloatArray) -> str:
    state = hashlib.sha256(
        f"{_FORMAT} {version('nuprobe')} {cost.digest()} {list(axes)}".encode()
    )
    for axis in axes.values():
        state.update(repr(len(axis)).encode() + axis.tobytes())
    state.update(points[0].tobytes())
    return state.hexdigest()


# what a worker process computes with: the cost travels once, when the process starts
_WORKER: dict[str, Cost] = {}


def _start_worker(cost: Cost) -> None:
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the process that gathers the results
    _WORKER["cost"] = cost


def _work_here(points: FloatArray, compiled: bool) -> tuple[FloatArray, FloatArray]:
    return _work(_WORKER["cost"], points, compiled)


def _work(
    cost: Cost, points: FloatArray, compiled: bool, threads: int = 1
) -> tuple[FloatArray, FloatArray]:
    best = cost.profiled(points, threads=threads, compiled=compiled)
    return best.twice_nll, best.nuisances


def _compiled(grid: FloatArray) -> bool:
    """Whether compiled loops pay: said by the whole grid, so that the size of a chunk
    changes no bit."""
    return len(grid) >= COMPILED


_Compute = Callable[
    [FloatArray, list[slice]], Iterator[tuple[slice, FloatArray, FloatArray]]
]


@contextmanager
def _computing(
    cost: Cost, executor: Executor | None, workers: int | None, threads: int
) -> Iterator[_Compute]:
    """How to compute tasks: yields a function that returns results as they come."""
    if executor is None and workers is None:

        def here(
            points: FloatArray, tasks: list[slice]
        ) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
            for task in tasks:
                yield task, *_work(cost, points[task], _compiled(points), threads)

        yield here
    elif executor is not None:
        share = getattr(executor, "share", None)
        payload = share(cost) if share is not None else cost
        yield lambda points, tasks: _gathered(
            lambda t: executor.submit(_work, payload, points[t], _compiled(points)),
            tasks,
        )
    else:
        from multiprocessing import get_context

        pool = ProcessPoolExecutor(
            workers, get_context("spawn"), _start_worker, (cost,)
        )
        try:
            yield lambda points, tasks: _gathered(
                lambda t: pool.submit(_work_here, points[t], _compiled(points)), tasks
            )
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _gathered(
    submit: Callable[[slice], Future[tuple[FloatArray, FloatArray]]], tasks: list[slice]
) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    pending: dict[Future[tuple[FloatArray, FloatArray]], slice] = {}
    try:
        for task in tasks:
            pending[submit(task)] = task
        while pending:
            # a short timeout lets an interrupt through on every platform
            for future in wait(pending, timeout=1.0, return_when=FIRST_COMPLETED).done:
                task = pending.pop(future)
                yield task, *future.result()
    finally:
        for future in pending:
            future.cancel()


def _bar(
    progress: bool, total: int, done: int, unit: str = "point"
) -> Callable[[int | None], None]:
    """Advance a bar by a number of points (or other units), or close it (None)."""
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


def _write(path: Path, result: ScanResult, state: _State) -> Path:
    """The whole file is built in memory, so that a full disk or a kill leaves the
    previous one intact."""
    import h5py

    image = BytesIO()
    with h5py.File(image, "w") as file:
        file.attrs["format"] = _FORMAT
        file.attrs["nuprobe"] = version("nuprobe")
        file.attrs["fingerprint"] = result.fingerprint
        file.attrs["nuisances"] = list(result.nuisance_names)
        file.attrs["axes"] = list(result.axes)
        axes = file.create_group("axes")
        for name, axis in result.axes.items():
            axes[name] = axis
            axes[name].attrs["unit"] = result.units[name]
        file.create_group("fixed").attrs.update(result.fixed)
        file["done"] = state.done
        file["twice_nll"] = result.twice_nll
        file["nuisances"] = result.nuisances
        file["probe"] = state.probe
    return atomic_write(path, image.getvalue())


def _read(path: Path) -> tuple[ScanResult, _State]:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != _FORMAT:
                raise InputError(
                    f"{path} is no scan of this version of nuprobe (format"
                    f" {file.attrs.get('format')})"
                )
            result = ScanResult(
                axes={
                    str(name): np.array(file["axes"][name])
                    for name in file.attrs["axes"]
                },
                units={
                    str(name): str(file["axes"][name].attrs["unit"])
                    for name in file.attrs["axes"]
                },
                fixed={
                    name: float(value) for name, value in file["fixed"].attrs.items()
                },
                twice_nll=np.array(file["twice_nll"]),
                nuisances=np.array(file["nuisances"]),
                nuisance_names=tuple(str(n) for n in file.attrs["nuisances"]),
                fingerprint=str(file.attrs["fingerprint"]),
            )
            done, probe = np.array(file["done"]), np.array(file["probe"])
    except (OSError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a scan: {error}") from error
    k = len(result.nuisance_names)
    return result, _State(
        done,
        result.twice_nll.ravel(),
        result.nuisances.reshape(result.twice_nll.size, k),
        probe,
    )


def _resumed(path: Path, fingerprint: str, fresh: _State) -> _State:
    result, state = _read(path)
    # the probe is compared to rounding, so that a scan may go on with another build of
    # the linear algebra
    same = state.probe.shape == fresh.probe.shape and np.allclose(
        state.probe, fresh.probe, rtol=1e-9, atol=0
    )
    if result.fingerprint != fingerprint or (state.probe.size and not same):
        raise InputError(
            f"{path} belongs to another scan (grid, data, systematics, prediction or"
            " version of nuprobe differ); resume with what it was started with, or"
            " choose another file"
        )
    return state


class DaskExecutor(Executor):
    """A Dask client behind the interface of `concurrent.futures`; a task that a dead
    worker had is run again."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False)

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """As `concurrent.futures.Executor.submit`."""
        future: Future[Any] = self._inner.submit(fn, *args, **kwargs)
        return future

    def share(self, value: Any) -> Any:
        """A handle that stands for `value` in `submit`: it travels once a worker, not
        once a task.

        It is itself a task, so that the cluster makes it again if the worker that held
        it dies.
        """
        return self._client.submit(_same, value, pure=False)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As `concurrent.futures.Executor.shutdown`; the cluster goes on."""
        self._inner.shutdown(wait=wait)


def _same(value: Any) -> Any:
    return value


@contextmanager
def dask_executor(address: str) -> Iterator[DaskExecutor]:
    """Executor for `scan` on the Dask cluster whose scheduler is at `address`
    (``"tcp://host:8786"``).

    Raises
    ------
    InputError
        If Dask is not installed (it comes with ``nuprobe[cluster]``) or no scheduler
        answers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "Dask is not installed: install the extra nuprobe[cluster]"
        ) from None
    try:
        client: Any = Client(address, set_as_default=False)  # type: ignore[no-untyped-call,unused-ignore]
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address}: {error}; start one with 'dask"
            " scheduler'"
        ) from error
    try:
        executor = DaskExecutor(client)
        yield executor
        executor.shutdown(wait=False)
    finally:
        client.close()
