"""Where tasks run: in other processes, on a Dask cluster, or with anything that has the
interface of `concurrent.futures`.

Tasks are handed out a few at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    wait,
)
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from math import inf
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from nuprobe.errors import InputError, shown
from nuprobe.stopping import STOPPING

__all__ = [
    "DaskExecutor",
    "Sender",
    "checked_workers",
    "dask_executor",
    "gathered",
    "in_order",
    "one_place",
    "place",
    "result_of",
    "sending",
]

_AHEAD: Final = 4
"""Tasks per worker that are running or queued."""
_COUNT_S: Final = 10.0
"""Seconds after which the workers of a cluster are counted again."""

Value = TypeVar("Value")

# the value a worker process computes with; sent once, when the process starts
_WORKER: dict[str, Any] = {}


def _start_worker(receiver: Any, turn: Any) -> None:
    # signals are handled by the process that gathers the results; workers end after it
    for one in (signal.SIGINT, *STOPPING):
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with turn:
        payload = receiver.recv_bytes()
    _WORKER["value"] = ForkingPickler.loads(payload)


def _end_with_parent() -> None:
    """End this process when its parent is gone, even if it was killed: a killed parent
    cannot tell its workers, which would wait for tasks forever."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        # a process forked from the parent may keep the sentinel open
        while os.getppid() == parent.pid:
            if connection.wait([parent.sentinel], timeout=5.0):
                break
        os._exit(1)


@contextmanager
def _processes(workers: int, value: Any) -> Iterator[Executor]:
    """Worker processes, each of which has the value.

    It is sent once they run: as an initial argument, a value larger than a pipe buffer
    would block the parent forever if the process died before reading it, as happens
    when a script starts workers without a ``__main__`` guard.
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
    payload = bytes(ForkingPickler.dumps(value))

    def send() -> None:
        # a pool with few tasks starts fewer workers, and what the others would have
        # read stays in the pipe
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
        # in this order: closing a pipe while a thread still writes to it could hit
        # another file that reuses its descriptor
        receiver.close()
        sending.join()
        sender.close()


def _call_here(function: Callable[[Any, Any], Any], task: Any) -> Any:
    return function(_WORKER["value"], task)


@dataclass(frozen=True)
class Sender(Generic[Value]):
    """Hands tasks to workers, each of which has a value.

    Attributes
    ----------
    pool : the workers.
    shared : handle for the value in a task; None where each process has it.
    """

    pool: Any
    shared: Any = None

    def send(self, function: Callable[[Value, Any], Any], task: Any) -> Future[Any]:
        """Have a function called with the value and a task.

        Parameters
        ----------
        function : defined in a module, so that it can be pickled.
        task : its second argument.
        """
        if self.shared is None:
            found = self.pool.submit(_call_here, function, task)
        else:
            found = self.pool.submit(function, self.shared, task)
        return found  # type: ignore[no-any-return]

    @property
    def parallel(self) -> int:
        """Number of workers; the number of processors of this machine if the executor
        does not report it."""
        for name in ("parallel", "_max_workers"):
            found = getattr(self.pool, name, None)
            if isinstance(found, int):
                return max(found, 1)
        return os.cpu_count() or 1

    @property
    def ahead(self) -> int:
        """Number of tasks that keeps all workers busy."""
        return _AHEAD * self.parallel


@contextmanager
def sending(
    value: Value, executor: Any, workers: int | None
) -> Iterator[Sender[Value]]:
    """A sender of tasks to workers; exactly one of `executor` and `workers` is given.

    Parameters
    ----------
    value : sent once per worker, on a cluster and to processes started here; with any
        other executor once per task.
    executor : where to compute, of `place`.
    workers : start that many processes instead.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as pool, sending(3, pool, None) as sender:
    ...     sender.send(pow, 2).result(), sender.ahead
    (9, 8)
    """
    if executor is not None:
        share = getattr(executor, "share", None)
        yield Sender(executor, value if share is None else share(value))
    else:
        assert workers is not None
        with _processes(workers, value) as pool:
            yield Sender(pool)


def result_of(future: Future[Any]) -> Any:
    """The result of a task, once it is there.

    Parameters
    ----------
    future : of the task.

    Examples
    --------
    >>> done: Future[int] = Future()
    >>> done.set_result(3)
    >>> result_of(done)
    3
    """
    # a short timeout lets an interrupt through on every platform
    while not wait([future], timeout=1.0).done:
        pass
    return future.result()


def gathered(
    submit: Callable[[Any], Future[tuple[Any, ...]]],
    tasks: Iterable[Any],
    ahead: Callable[[], int],
) -> Iterator[tuple[Any, ...]]:
    """Each task with its result as it completes, in any order.

    Parameters
    ----------
    submit : hands out a task.
    tasks : what is done.
    ahead : number of tasks that may be running or queued.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as pool:
    ...     made = gathered(lambda x: pool.submit(lambda: (x * x,)), [2, 3], lambda: 1)
    ...     list(made)
    [(2, 4), (3, 9)]
    """
    pending: dict[Future[tuple[Any, ...]], Any] = {}
    left = deque(tasks)
    try:
        while left or pending:
            while left and len(pending) < ahead():
                task = left.popleft()
                pending[submit(task)] = task
            # a short timeout lets an interrupt through on every platform
            for future in wait(pending, timeout=1.0, return_when=FIRST_COMPLETED).done:
                task = pending.pop(future)
                yield task, *future.result()
    finally:
        for future in pending:
            future.cancel()


def in_order(
    sender: Sender[Value], function: Callable[[Value, Any], Any], tasks: Iterable[Any]
) -> Iterator[Any]:
    """Results in the order of their tasks, which may be infinitely many.

    Parameters
    ----------
    sender : to the workers.
    function : of the shared value and a task; defined in a module.
    tasks : what is done.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as pool, sending(3, pool, None) as sender:
    ...     list(in_order(sender, pow, [2, 3]))
    [9, 27]
    """
    waiting: deque[Future[Any]] = deque()
    left = iter(tasks)
    try:
        while True:
            room = max(sender.ahead - len(waiting), 0)
            waiting.extend(sender.send(function, t) for t in islice(left, room))
            if not waiting:
                return
            yield result_of(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


class DaskExecutor(Executor):
    """A Dask client with the interface of `concurrent.futures`; tasks of a dead worker
    are run again.

    Parameters
    ----------
    client : a `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._inner = client.get_executor(pure=False)
        self._counted = -inf, 1

    @property
    def parallel(self) -> int:
        """Threads of all workers, recounted from time to time because workers come and
        go."""
        now = time.monotonic()
        if now - self._counted[0] > _COUNT_S:
            found = sum(self._client.nthreads().values())
            self._counted = now, max(int(found), 1)
        return self._counted[1]

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """As `concurrent.futures.Executor.submit`: call `fn` with the `args` and
        `kwargs` on the cluster."""
        future: Future[Any] = self._inner.submit(fn, *args, **kwargs)
        return future

    def share(self, value: Any) -> Any:
        """A handle for `value` in `submit`, which is sent once per worker, not once per
        task.

        It is itself a task, so the cluster recreates it if the worker that held it
        dies.
        """
        return self._client.submit(_same, value, pure=False)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As `concurrent.futures.Executor.shutdown`; the cluster keeps running.

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


def checked_workers(workers: int | None) -> None:
    """Reject an impossible number of processes.

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
    """
    whole = isinstance(workers, int) and not isinstance(workers, bool)
    if workers is not None and (not whole or workers < 1):
        raise InputError(
            f"workers must be a whole number of at least 1, got {shown(workers)}"
        )


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
    """Executor on a Dask cluster.

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
