"""Writing without half-written files, and reading the package's own tables."""

from __future__ import annotations

import glob
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from nuprobe.errors import OutputError
from nuprobe.parsing import LARGEST_TABLE, parse_csv, parse_json, read_text

__all__ = [
    "as_output_error",
    "atomic_write",
    "read_table",
    "refuse_foreign",
    "replace_folder",
    "writable_or_error",
]

_MADE = ".made-by.json"
_STALE_S: Final = 600.0  # renaming never takes this long after the last byte is written


@contextmanager
def as_output_error(path: Path) -> Iterator[None]:
    """Turn the system's error for a file that cannot be written into one line.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    OutputError
        Instead of any `OSError`.

    Examples
    --------
    >>> with as_output_error(Path("x")):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    nuprobe.errors.OutputError: cannot write x: No space left on device; ...
    """
    try:
        yield
    except OSError as err:
        reason = err.strerror or str(err)
        raise OutputError(
            f"cannot write {path}: {reason}; choose another place or free space"
            " (nothing there was changed)"
        ) from err


def atomic_write(
    path: str | os.PathLike[str],
    content: bytes | str | Iterable[bytes],
    *,
    before: Callable[[Path], None] | None = None,
) -> Path:
    """Write a file so that a reader sees the old file or the new one,
    never a part.

    Parameters
    ----------
    path : destination; its folder must exist.
    content : the whole content, or pieces of it that are written as they come; text is
        encoded as UTF-8.
    before : called with the path of the complete new file before it replaces the old
        one.

    Raises
    ------
    OutputError
        If the folder is missing or not writable, or the disk is full; an existing file
        is left as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     atomic_write(f"{folder}/note.txt", "text").read_text()
    'text'
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    pieces = (data,) if isinstance(data, bytes) else data
    with as_output_error(target):
        _sweep(target)
        aside = _written_aside(target, pieces)
        try:
            if before is not None:
                before(aside)
            aside.replace(target)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
    return target


def _written_aside(target: Path, pieces: Iterable[bytes]) -> Path:
    """A file next to the target with the content, flushed to disk.

    Where the system allows, it has no name until it is complete, so a killed process
    leaves nothing behind.
    """
    folder = descriptor = -1
    try:
        folder = os.open(target.parent, os.O_RDONLY)
        descriptor = os.open(target.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
        os.stat(f"/proc/self/fd/{descriptor}")
    except (AttributeError, OSError):  # another system, or kind of disk
        if descriptor >= 0:
            os.close(descriptor)
        if folder >= 0:
            os.close(folder)
        return _named_aside(target, pieces)
    name = f".{target.name}.{secrets.token_hex(4)}.part"
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
            # with a folder given, the link is followed to the file without a name
            os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=folder)
    finally:
        os.close(folder)
    return target.with_name(name)


def _named_aside(target: Path, pieces: Iterable[bytes]) -> Path:
    """Like `_written_aside`, but named from the start."""
    descriptor, name = tempfile.mkstemp(
        prefix=f".{target.name}.", suffix=".part", dir=target.parent
    )
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.writelines(pieces)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes private files; use the mode that a plain open() would give
        mask = os.umask(0)
        os.umask(mask)
        aside.chmod(0o666 & ~mask)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    return aside


def _sweep(target: Path) -> None:
    """Remove what killed processes left behind while writing the same file."""
    if not target.parent.is_dir():
        return
    for old in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        with suppress(OSError):
            if old.is_file() and time.time() - old.stat().st_mtime > _STALE_S:
                old.unlink()


def replace_folder(
    path: str | os.PathLike[str], files: Mapping[str, str], *, made_by: str
) -> Path:
    """Write a complete folder next to `path` and swap the two, so that no half-written
    one is ever seen.

    Parameters
    ----------
    path : new, empty, or with only the files of an earlier call with the same
        `made_by`. A link is followed.
    files : relative path → text.
    made_by : name of the maker, recorded in a file of the folder with the list of
        files.

    Raises
    ------
    OutputError
        If `path` contains anything else, its parent is missing, or writing fails; it is
        then left as it was.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     site = replace_folder(f"{folder}/site", {"a.html": "A"}, made_by="me")
    ...     (site / "a.html").read_text()
    'A'
    """
    target = Path(path).resolve()
    refuse_foreign(target, made_by)
    with as_output_error(target):
        new = Path(
            tempfile.mkdtemp(
                prefix=f".{target.name}.", suffix=".part", dir=target.parent
            )
        )
        old = new.with_suffix(".old")
        try:
            record = {"made_by": made_by, "files": sorted(files)}
            for name, text in {
                **files,
                _MADE: json.dumps(record, indent=1) + "\n",
            }.items():
                file = new / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            mask = os.umask(0)
            os.umask(mask)
            new.chmod(0o777 & ~mask)  # mkdtemp makes private folders
            if target.exists():
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
        finally:
            shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return target


def refuse_foreign(folder: Path, made_by: str) -> None:
    """Raise unless `replace_folder` may write a folder.

    Parameters
    ----------
    folder : to be written.
    made_by : name of the maker.

    Raises
    ------
    OutputError
        If it contains files that its record does not list, or is a file.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     refuse_foreign(Path(folder), "me")
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(
            f"cannot write the folder {folder}: a file has that name; choose another"
        )
    found = {
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if not p.is_dir() or p.is_symlink()
    }
    try:
        record = parse_json(read_text(folder / _MADE))
        own = {*record["files"], _MADE} if record["made_by"] == made_by else set()
    except (OSError, ValueError, KeyError, TypeError):
        own = set()
    foreign = sorted(found - own)
    if foreign:
        raise OutputError(
            f"{folder} contains {foreign[0]}, which “{made_by}” did not write; name a"
            " new or empty folder (nothing there was changed)"
        )


def writable_or_error(path: str | os.PathLike[str]) -> Path:
    """Check before a long computation that a file could be written.

    Parameters
    ----------
    path : of the file; it is left as it is.

    Raises
    ------
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> writable_or_error(tempfile.gettempdir())
    Traceback (most recent call last):
    nuprobe.errors.OutputError: cannot write ...: it is a folder; ...
    """
    target = Path(path)
    with as_output_error(target):
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
        os.close(descriptor)
        Path(name).unlink()
    return target


def read_table(resource: Traversable) -> list[dict[str, str]]:
    """Read one of the package's CSV tables: ``#`` lines are provenance, the first other
    line the header.

    Parameters
    ----------
    resource : the file.

    Returns
    -------
    list of dict
        One dictionary of strings per row.

    Raises
    ------
    InputError
        If it is not such a table (`nuprobe.parsing.parse_csv`).

    Examples
    --------
    >>> from importlib import resources
    >>> table = resources.files("nuprobe.nuclei").joinpath("data", "isotopes.csv")
    >>> read_table(table)[0]["symbol"]
    'H'
    """
    return parse_csv(read_text(resource, "the table", LARGEST_TABLE), str(resource))
