"""Where a scan computes: in this process, in others, or on a Dask cluster."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    wait,
)
from contextlib import contextmanager, suppress
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from nuprobe.errors import InputError, shown
from nuprobe.inference.costs import COMPILED, Cost
from nuprobe.numerics import FloatArray
from nuprobe.stopping import STOPPING

__all__ = [
    "DaskExecutor",
    "checked_workers",
    "dask_executor",
    "one_place",
    "place",
    "working",
]


# what a worker process computes with: it travels once, when the process starts
_WORKER: dict[str, Any] = {}


def _start_worker(receiver: Any, turn: Any) -> None:
    # to stop is for the process that gathers the results: a worker ends after it
    for one in (signal.SIGINT, *STOPPING):
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with turn:
        payload = receiver.recv_bytes()
    _WORKER["cost"] = ForkingPickler.loads(payload)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however that ended: a
    killed one cannot tell its workers, who would wait for tasks forever."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        # a process forked from the parent may keep the sentinel open
        while os.getppid() == parent.pid:
            if connection.wait([parent.sentinel], timeout=5.0):
                break
        os._exit(1)


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


Compute = Callable[
    [FloatArray, list[slice]], Iterator[tuple[slice, FloatArray, FloatArray]]
]


@contextmanager
def computing(
    cost: Cost, executor: Any, workers: int | None, threads: int
) -> Iterator[Compute]:
    """How to compute tasks: yields a function that returns results as they come."""
    if executor is None and workers is None:

        def here(
            points: FloatArray, tasks: list[slice]
        ) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
            for task in tasks:
                yield task, *_work(cost, points[task], _compiled(points), threads)

        yield here
    elif executor is not None:
        with place(executor) as pool:
            payload = _shared(pool, cost)
            yield lambda points, tasks: _gathered(
                lambda t: pool.submit(_work, payload, points[t], _compiled(points)),
                tasks,
            )
    else:
        assert workers is not None
        with _processes(workers, cost) as pool:
            yield lambda points, tasks: _gathered(
                lambda t: pool.submit(_work_here, points[t], _compiled(points)), tasks
            )


@contextmanager
def _processes(workers: int, cost: Any) -> Iterator[Executor]:
    """Worker processes, each of which holds the cost, or whatever else it is given.

    It is sent to them once they run: among the arguments with which a process begins,
    more than a pipe holds would block us for good if the process died before it read
    them, as it does where a script starts workers without a guard.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import current_process, get_context

    if getattr(current_process(), "_inheriting", False):
        # a worker imports the script that started it
        raise InputError(
            "worker processes import this script, which would start workers again: put"
            " what it does below if __name__ == '__main__':"
        )
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    payload = bytes(ForkingPickler.dumps(cost))

    def send() -> None:
        # a pool with few tasks starts fewer workers: what they would have read stays
        # in the pipe, until nobody is left to read it
        with suppress(BrokenPipeError):
            for _ in range(workers):
                sender.send_bytes(payload)

    start = (receiver, context.Lock())
    pool = ProcessPoolExecutor(workers, context, _start_worker, start)
    sending = threading.Thread(target=send, daemon=True)
    sending.start()
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        # in this order: a pipe closed at its own end while a thread writes into it may
        # meet another file that got the same number
        receiver.close()
        sending.join()
        sender.close()


def _shared(pool: Any, cost: Any) -> Any:
    """What stands for a cost in the tasks of an executor."""
    share = getattr(pool, "share", None)
    return cost if share is None else share(cost)


def _call_here(
    function: Callable[[Any, Any], tuple[Any, ...]], task: Any
) -> tuple[Any, ...]:
    return function(_WORKER["cost"], task)


@contextmanager
def working(
    cost: Any,
    function: Callable[[Any, Any], tuple[Any, ...]],
    executor: Any,
    workers: int | None,
) -> Iterator[Callable[[list[Any]], Iterator[tuple[Any, ...]]]]:
    """How to compute tasks of any kind.

    Parameters
    ----------
    cost : or anything else that travels once a worker.
    function : of it and a task; a function of a module, so that it travels.
    executor : where to compute, of `one_place`.
    workers : start that many processes instead; without either, compute here.

    Yields
    ------
    callable
        Of a list of tasks; gives each task with its results as they come.

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
    elif executor is not None:
        with place(executor) as pool:
            payload = _shared(pool, cost)
            yield lambda tasks: _gathered(
                lambda task: pool.submit(function, payload, task), tasks
            )
    else:
        assert workers is not None
        with _processes(workers, cost) as pool:
            yield lambda tasks: _gathered(
                lambda task: pool.submit(_call_here, function, task), tasks
            )


def _gathered(
    submit: Callable[[Any], Future[tuple[Any, ...]]], tasks: list[Any]
) -> Iterator[tuple[Any, ...]]:
    pending: dict[Future[tuple[Any, ...]], Any] = {}
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


class DaskExecutor(Executor):
    """A Dask client behind the interface of `concurrent.futures`; a task that a dead
    worker had is run again.

    Parameters
    ----------
    client : a `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False)

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """As `concurrent.futures.Executor.submit`: call `fn` with the `args` and
        `kwargs` on the cluster."""
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
        """As `concurrent.futures.Executor.shutdown`; the cluster goes on.

        With `wait`, tasks end first; `cancel_futures` has no effect.
        """
        self._inner.shutdown(wait=wait)


def _same(value: Any) -> Any:
    return value


def _scheduler(address: str) -> str:
    """Address of a scheduler, from the file that it wrote if that is what is given."""
    if not address.endswith(".json"):
        return address
    try:
        found = json.loads(Path(address).read_text(encoding="utf-8"))["address"]
    except OSError as error:
        raise InputError(
            f"no Dask scheduler file at {address} ({error.strerror}); start one with"
            f" 'dask scheduler --scheduler-file {address}'"
        ) from None
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"{address} is not a Dask scheduler file: it has no address"
        ) from None
    return str(found)


def one_place(executor: Any, client: Any, workers: int | None) -> Any:
    """What `place` takes, from what a user gave: at most one of the three.

    Parameters
    ----------
    executor : anything with the interface of `concurrent.futures`.
    client : a ``distributed.Client``, the address of a Dask scheduler, or the path of
        its JSON file.
    workers : number of processes.

    Raises
    ------
    InputError
        If more than one is given, or one is of another kind.

    Examples
    --------
    >>> one_place(None, "tcp://host:8786", None)
    'tcp://host:8786'
    """
    found = [x for x in (executor, client, workers) if x is not None]
    if len(found) > 1 and not (workers is None and executor is client):
        raise InputError(
            "give an executor, a Dask client or a number of workers, not several"
        )
    if executor is not None and client is None and not hasattr(executor, "submit"):
        raise InputError(
            "executor must have the interface of concurrent.futures, got"
            f" {shown(executor)}"
        )
    known = isinstance(client, str | os.PathLike) or hasattr(client, "get_executor")
    if client is not None and not known:
        raise InputError(
            "client must be a distributed.Client, the address of a Dask scheduler or"
            f" the path of its JSON file, got {shown(client)}"
        )
    return executor if client is None else client


def checked_workers(workers: int | None) -> int | None:
    """A number of processes, if there can be so many.

    Parameters
    ----------
    workers : None for none.

    Raises
    ------
    InputError
        If it is not a whole number above 0.

    Examples
    --------
    >>> checked_workers(2)
    2
    """
    whole = isinstance(workers, int) and not isinstance(workers, bool)
    if workers is not None and (not whole or workers < 1):
        raise InputError(
            f"workers must be a whole number of at least 1, got {shown(workers)}"
        )
    return workers


@contextmanager
def place(given: Any) -> Iterator[Any]:
    """The executor that a user means, None for none.

    Parameters
    ----------
    given : of `one_place`: an executor, a Dask client, or where its scheduler is.

    Raises
    ------
    InputError
        If no scheduler answers, or a client is asynchronous.

    Examples
    --------
    >>> with place(None) as found:
    ...     found is None
    True
    """
    if isinstance(given, str | os.PathLike):
        with dask_executor(os.fspath(given)) as found:
            yield found
    elif hasattr(given, "get_executor"):
        if getattr(given, "asynchronous", False):
            raise InputError(
                "the Dask client is asynchronous: make one with asynchronous=False"
            )
        # the client is the user's: it stays open
        yield DaskExecutor(given)
    else:
        yield given


@contextmanager
def dask_executor(address: str) -> Iterator[DaskExecutor]:
    """Executor for `scan` on a Dask cluster.

    Parameters
    ----------
    address : of its scheduler, e.g. ``"tcp://host:8786"``, or the path of the JSON file
        that ``dask scheduler --scheduler-file`` writes.

    Raises
    ------
    InputError
        If Dask is not installed (it comes with ``nuprobe[cluster]``), no scheduler
        answers, or the file is none of a scheduler.

    Examples
    --------
    >>> with dask_executor("tcp://host:8786") as executor:  # doctest: +SKIP
    ...     result = scan(cost, {"rn": grid}, executor=executor)
    """
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            'Dask is not installed: pip install ".[cluster]" (in a clone)'
        ) from None
    found = _scheduler(address)
    try:
        client: Any = Client(found, set_as_default=False)  # type: ignore[no-untyped-call,unused-ignore]
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
