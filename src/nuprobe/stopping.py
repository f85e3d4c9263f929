"""Signals that ask a run to stop: all are treated like Ctrl-C, so that the run saves
what it has."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

__all__ = ["STOPPING", "Stop", "name_of", "number_of", "stop_signals"]

STOPPING: Final = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Signals that stop a run in addition to SIGINT: of batch systems, and of a closed
terminal."""


class Stop(KeyboardInterrupt):
    """A signal has asked the program to stop.

    Parameters
    ----------
    number : of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = int(number)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    # further signals must not interrupt the saving
    for one in STOPPING:
        if signal.getsignal(one) is _stop:
            signal.signal(one, signal.SIG_IGN)
    raise Stop(number)


def number_of(error: BaseException) -> int:
    """Number of the signal behind an interrupt; SIGINT if none is known.

    Parameters
    ----------
    error : the interrupt.

    Examples
    --------
    >>> number_of(Stop(signal.SIGTERM)), number_of(KeyboardInterrupt())
    (15, 2)
    """
    return error.number if isinstance(error, Stop) else int(signal.SIGINT)


def name_of(error: BaseException) -> str:
    """How an interrupt is named in a message.

    Parameters
    ----------
    error : the interrupt.

    Examples
    --------
    >>> name_of(Stop(signal.SIGTERM)), name_of(KeyboardInterrupt())
    ('SIGTERM', 'interrupted')
    """
    if isinstance(error, Stop):
        return signal.Signals(error.number).name
    return "interrupted"


@contextmanager
def stop_signals() -> Iterator[None]:
    """While this is open, SIGTERM and SIGHUP raise `Stop`, a `KeyboardInterrupt`.

    Signals for which the program has its own handler, or which it ignores (as under
    ``nohup``), are left alone, as is everything outside the main thread.

    Examples
    --------
    >>> try:
    ...     with stop_signals():
    ...         signal.raise_signal(signal.SIGTERM)
    ... except KeyboardInterrupt as interrupt:
    ...     name_of(interrupt)
    'SIGTERM'
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = [s for s in STOPPING if signal.getsignal(s) is signal.SIG_DFL]
    for one in ours:
        signal.signal(one, _stop)
    try:
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.SIG_DFL)
