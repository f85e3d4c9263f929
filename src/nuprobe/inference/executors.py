"""Where a scan is computed: in this process, in others, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nuprobe.inference.costs import COMPILED, Cost
from nuprobe.inference.protocols import Points
from nuprobe.numerics import FloatArray
from nuprobe.places import (
    DaskExecutor,
    dask_executor,
    gathered,
    one_place,
    place,
    sending,
)

__all__ = ["DaskExecutor", "dask_executor", "one_place", "place", "working"]


def _work_there(
    cost: Cost, task: tuple[FloatArray, bool]
) -> tuple[FloatArray, FloatArray]:
    return _work(cost, *task)


def _work(
    cost: Cost, points: FloatArray, compiled: bool, threads: int = 1
) -> tuple[FloatArray, FloatArray]:
    best = cost.profiled(points, threads=threads, compiled=compiled)
    return best.twice_nll, best.nuisances


def _compiled(grid: Points) -> bool:
    """Whether compiled loops pay off: decided for the whole grid, so that results do
    not depend on the size of a chunk."""
    return len(grid) >= COMPILED


Compute = Callable[
    [Points, list[slice]], Iterator[tuple[slice, FloatArray, FloatArray]]
]


@contextmanager
def computing(
    cost: Cost, executor: Any, workers: int | None, threads: int
) -> Iterator[Compute]:
    """Yield a function that computes tasks and returns results as they arrive."""
    if executor is None and workers is None:

        def here(
            points: Points, tasks: list[slice]
        ) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
            for task in tasks:
                yield task, *_work(cost, points[task], _compiled(points), threads)

        yield here
        return
    with place(executor) as pool, sending(cost, pool, workers) as sender:

        def there(
            points: Points, tasks: list[slice]
        ) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
            compiled = _compiled(points)
            return gathered(
                lambda t: sender.send(_work_there, (points[t], compiled)),
                tasks,
                lambda: sender.ahead,
            )

        yield there


@contextmanager
def working(
    cost: Any,
    function: Callable[[Any, Any], tuple[Any, ...]],
    executor: Any,
    workers: int | None,
) -> Iterator[Callable[[list[Any]], Iterator[tuple[Any, ...]]]]:
    """Computation of tasks of any kind.

    Parameters
    ----------
    cost : or any other object sent once to each worker.
    function : of it and a task; defined in a module, so that it can be pickled.
    executor : from `one_place`.
    workers : start that many processes instead; without either, compute here.

    Yields
    ------
    callable
        Takes a list of tasks; yields each task with its results as they arrive.

    Examples
    --------
    >>> import nuprobe as nu
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> with working(cost, lambda c, task: (c.n_bins * task,), None, None) as compute:
    ...     list(compute([1, 2]))
    [(1, 12), (2, 24)]
    """
    if executor is None and workers is None:
        yield lambda tasks: ((task, *function(cost, task)) for task in tasks)
        return
    with place(executor) as pool, sending(cost, pool, workers) as sender:
        yield lambda tasks: gathered(
            lambda task: sender.send(function, task), tasks, lambda: sender.ahead
        )
