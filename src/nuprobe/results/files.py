"""Result files: their kind, and one clear error line for any other file."""

from __future__ import annotations

import json
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from nuprobe.errors import InputError, shown
from nuprobe.portable.reading import unpacked
from nuprobe.sealed import unsealed

__all__ = ["format_of", "json_of", "raw_of"]

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_OURS: Final = b"nuprobe result file"
_FORMATS: Final = {"scan": 2, "chain": 3, "toys": 1, "plane": 1, "limit": 2}
"""Supported versions of HDF5 files, by kind."""


def raw_of(path: Path) -> bytes:
    """Content of a file that nuprobe may have written.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If it is missing, damaged, or of another program.

    Examples
    --------
    >>> raw_of(Path("missing.h5"))
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read: No such file or directory
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        part = path.with_name(f"{path.name}.part")
        more = f"; {part} has an unfinished run" if part.exists() else ""
        why = error.strerror or error
        raise InputError(f"{path} cannot be read: {why}{more}") from None
    try:
        raw = unpacked(raw)
    except InputError as error:
        raise InputError(f"{path} {error}") from None
    if raw.startswith(_HDF5):
        raise InputError(
            f"{path} is HDF5 of another program, or of an early version of nuprobe: the"
            " checksum in front is missing"
        )
    if not raw.startswith(_OURS) and not raw.lstrip()[:1] == b"{":
        raise InputError(
            f"{path} is not a result of nuprobe: give an HDF5 file that -o wrote, or"
            " the JSON of --json"
        )
    return raw


def format_of(path: Path) -> str:
    """Kind of an HDF5 file: ``"scan"``, ``"chain"``, ``"toys"``, ``"plane"`` or
    ``"limit"``.

    Parameters
    ----------
    path : of a file that `raw_of` accepts.

    Raises
    ------
    InputError
        If it is damaged, or of another version of nuprobe.

    Examples
    --------
    >>> import tempfile
    >>> from nuprobe.files import atomic_write
    >>> from nuprobe.sealed import sealed
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     image = sealed("nuprobe-scan-2", lambda file: None)
    ...     format_of(atomic_write(f"{folder}/a.h5", image))
    'scan'
    """
    import h5py

    try:
        image = unsealed(path, "result")
    except InputError:
        raise InputError(
            f"{path} is damaged or was changed: its content does not match its"
            " checksum; restore a copy, or compute it again"
        ) from None
    with h5py.File(BytesIO(image), "r") as file:
        found, made = (str(file.attrs.get(key, "")) for key in ("format", "nuprobe"))
    kind, _, number = found.removeprefix("nuprobe-").rpartition("-")
    known = _FORMATS.get(kind)
    if known is not None and number == str(known):
        return kind
    if known is not None and number.isdigit() and int(number) < known:
        raise InputError(
            f"{path} was written by an earlier version of nuprobe ({made or 'unknown'})"
            f" in the format {shown(found)}, which is read no more: compute it again"
        )
    raise InputError(
        f"{path} was written by a later version of nuprobe ({made or 'unknown'}) in the"
        f" format {shown(found)}; this is {version('nuprobe')}: update nuprobe"
    )


def json_of(path: Path, raw: bytes) -> dict[str, Any]:
    """Data of a JSON file.

    Parameters
    ----------
    path : of the file, for messages.
    raw : its content.

    Raises
    ------
    InputError
        If it is truncated, or not JSON.

    Examples
    --------
    >>> json_of(Path("a.json"), b'{"a": 1}')
    {'a': 1}
    """
    try:
        data = json.loads(raw.decode())
    except UnicodeDecodeError:
        raise InputError(f"{path} is damaged: it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path} is damaged or cut short: it stops being JSON in line"
            f" {error.lineno}; restore a copy, or compute it again"
        ) from None
    except RecursionError:
        raise InputError(f"{path} is not a result of nuprobe") from None
    return dict(data)
