"""Files that are written under a temporary name until they are complete: who may write
them, and how they replace the final file.

A run that writes ``x.h5`` keeps its progress in ``x.h5.part`` and locks that file, so
that no two runs write the same result. A killed run leaves the part, from which the
next one resumes.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BufferedRandom
from pathlib import Path
from typing import Final

from nuprobe.errors import InputError
from nuprobe.files import atomic_write

__all__ = ["Claim", "alone", "part_of"]

_LOCKS: Final = find_spec("fcntl") is not None  # absent on Windows
_LOCKLESS: Final = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


def part_of(path: str | os.PathLike[str]) -> Path:
    """Where a run keeps its result until it is complete.

    Parameters
    ----------
    path : of the file.

    Examples
    --------
    >>> part_of("x.h5").name
    'x.h5.part'
    """
    path = Path(path)
    return path.with_name(f"{path.name}.part")


class Claim:
    """An unfinished file that no other process writes.

    Parameters
    ----------
    part : its path.
    stream : the open file that carries the lock; None where there are no locks.

    Attributes
    ----------
    part : its path.
    fresh : whether it was not there before, or empty.
    """

    def __init__(self, part: Path, stream: BufferedRandom | None, fresh: bool) -> None:
        self.part, self.fresh, self._stream = part, fresh, stream

    def write(self, content: bytes | Iterable[bytes]) -> None:
        """Replace the whole content atomically; the lock passes to the new file.

        Raises
        ------
        OutputError
            If it cannot be written; the old content is left.
        """
        if self._stream is None:
            atomic_write(self.part, content)
            return
        taken: list[BufferedRandom] = []

        def take(aside: Path) -> None:
            taken.append(_locked(aside))

        try:
            atomic_write(self.part, content, before=take)
        except BaseException:
            for stream in taken:
                stream.close()
            raise
        self.close()
        (self._stream,) = taken

    def complete(self, path: Path) -> None:
        """Move the file to `path`; raises `OSError`."""
        self.part.replace(path)

    def close(self) -> None:
        """Release the lock."""
        if self._stream is not None:
            self._stream.close()


def _locked(path: Path) -> BufferedRandom:
    """The file, open and locked; raises `BlockingIOError` if another has the lock."""
    import fcntl

    stream = path.open("ab+")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _LOCKLESS:  # a file system without locks
            stream.close()
            raise
    return stream


def _claimed(part: Path) -> Claim:
    """Lock the file that currently has the name, not one that has just been renamed."""
    while True:
        try:
            stream = _locked(part)
        except BlockingIOError:
            raise InputError(
                f"{part} is being written by another process: wait, or choose"
                " another name"
            ) from None
        here = os.fstat(stream.fileno())
        try:
            there = part.stat()
        except FileNotFoundError:
            there = None
        if there is not None and os.path.samestat(here, there):
            return Claim(part, stream, not here.st_size)
        stream.close()


@contextmanager
def alone(part: Path) -> Iterator[Claim]:
    """Lock an unfinished file against other processes, including one that resumes it.

    Parameters
    ----------
    part : the unfinished file.

    Yields
    ------
    Claim
        For writing the file. A file that stays empty is removed at the end.

    Raises
    ------
    InputError
        If another process writes it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, alone(Path(folder, "x.part")) as claim:
    ...     claim.write(b"content")
    ...     claim.fresh, claim.part.read_bytes()
    (True, b'content')
    """
    if not _LOCKS:
        fresh = not (part.exists() and part.stat().st_size)
        yield Claim(part, None, fresh)
        return
    claim = _claimed(part)
    try:
        yield claim
    finally:
        if claim.fresh and part.exists() and not part.stat().st_size:
            part.unlink()
        claim.close()
