"""Writing without half-written files, and reading the package's own tables."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path

from nuprobe.errors import OutputError

__all__ = ["atomic_write", "read_table", "writable_or_error"]


@contextmanager
def _as_output_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        reason = err.strerror or str(err)
        raise OutputError(
            f"cannot write {path}: {reason}; choose another place or free space (nothing there was changed)"
        ) from err


def atomic_write(path: str | os.PathLike[str], content: bytes | str) -> Path:
    """Write `content` to `path` so that a reader sees the old file or the new one, never a part.

    Parameters
    ----------
    path : destination; its folder must exist.
    content : the whole content; text is encoded as UTF-8.

    Raises
    ------
    OutputError
        If the folder is missing or not writable, or the disk is full; an existing file is left as it was.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    with _as_output_error(target):
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            # mkstemp makes private files; give the result the mode a plain open() would
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return target


def writable_or_error(path: str | os.PathLike[str]) -> Path:
    """Check before a long computation that `path` could be written; raises `OutputError` if not."""
    target = Path(path)
    with _as_output_error(target):
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        os.close(descriptor)
        Path(name).unlink()
    return target


def read_table(resource: Traversable) -> list[dict[str, str]]:
    """Read one of the package's CSV tables: ``#`` lines are provenance, the first other line the header.

    Returns
    -------
    list of dict
        One dictionary of strings a row.
    """
    text = resource.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines))
