"""HDF5 with a checksum in front: a damaged file is rejected before HDF5 sees it.

A damaged HDF5 file can make the library hang, allocate any amount of memory or return
wrong numbers. Therefore the first 512 bytes, which HDF5 leaves to the user ("user
block"), contain the length and the SHA-256 of the rest. Any program that reads HDF5 can
read such a file; if one modifies it, nuprobe no longer accepts it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final

from nuprobe.errors import InputError
from nuprobe.provenance import Provenance

__all__ = ["BLOCK", "PROVENANCE", "checked", "seal", "sealed", "streamed", "unsealed"]

PROVENANCE: Final = "provenance"
"""Data set with the provenance, as JSON text."""

BLOCK: Final = 512
"""Bytes in front of the HDF5 content: its ``userblock_size``."""

_FIRST: Final = b"nuprobe result file: HDF5 follows at byte 512\n"
_PIECE: Final = 1 << 20  # bytes read at once
_HDF5: Final = b"\x89HDF\r\n\x1a\n"


def _front(content: bytes | memoryview) -> bytes:
    """The block that precedes the content."""
    return _said(len(content), hashlib.sha256(content).hexdigest())


def _said(size: int, digest: str) -> bytes:
    text = _FIRST + f"bytes {size}\nsha256 {digest}\n".encode()
    return text.ljust(BLOCK - 1) + b"\n"


def seal(image: bytes) -> bytes:
    """Return the file with its checksum in front.

    Parameters
    ----------
    image : an HDF5 file made with ``userblock_size=BLOCK``.

    Examples
    --------
    >>> seal(bytes(BLOCK) + b"content")[BLOCK:]
    b'content'
    """
    content = image[BLOCK:]
    return _front(content) + content


def sealed(
    form: str, fill: Callable[[Any], None], provenance: Provenance | None = None
) -> bytes:
    """Return a whole HDF5 file, built in memory, with its checksum in front.

    Parameters
    ----------
    form : version of its format.
    fill : writes the content to the `h5py.File`; format and nuprobe version are added.
    provenance : what it was made from; None if unknown.

    Examples
    --------
    >>> sealed("nuprobe-scan-2", lambda file: None)[:7]
    b'nuprobe'
    """
    import h5py

    image = BytesIO()
    with h5py.File(image, "w", userblock_size=BLOCK) as file:
        _write(file, form, fill, provenance)
    return seal(image.getvalue())


def _write(
    file: Any, form: str, fill: Callable[[Any], None], provenance: Provenance | None
) -> None:
    file.attrs["format"] = form
    file.attrs["nuprobe"] = version("nuprobe")
    if provenance is not None:
        file[PROVENANCE] = provenance.to_text()
    fill(file)


def streamed(
    form: str,
    fill: Callable[[Any], None],
    provenance: Provenance | None = None,
    folder: Path | None = None,
) -> Iterator[bytes]:
    """The same file piece by piece, built on disk, for results that would fill the
    memory.

    Parameters
    ----------
    form, fill, provenance : as in `sealed`.
    folder : where it is built, as an unnamed file; the folder for temporary files if
        None.

    Examples
    --------
    >>> pieces = list(streamed("nuprobe-scan-2", lambda file: None))
    >>> b"".join(pieces) == sealed("nuprobe-scan-2", lambda file: None)
    True
    """
    import h5py

    with TemporaryFile(dir=folder) as image:
        with h5py.File(image, "w", userblock_size=BLOCK) as file:
            _write(file, form, fill, provenance)
        digest, size = hashlib.sha256(), 0
        image.seek(BLOCK)
        while piece := image.read(_PIECE):
            digest.update(piece)
            size += len(piece)
        yield _said(size, digest.hexdigest())
        image.seek(BLOCK)
        while piece := image.read(_PIECE):
            yield piece


def checked(path: Path, kind: str) -> BinaryIO:
    """Open a file after checking its checksum, without reading it into memory.

    Parameters
    ----------
    path : of the file.
    kind : what it should be, such as ``"scan"``.

    Returns
    -------
    binary stream
        At the beginning of the file: HDF5 that may be opened.

    Raises
    ------
    InputError
        If the file is missing, from another program or an earlier version, cut short,
        or changed in a single bit.

    Examples
    --------
    >>> checked(Path("missing.h5"), "scan")
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read as a scan: No such file ...
    """
    start = f"{path} cannot be read as a {kind}"
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InputError(f"{start}: {_reason(path, error)}") from None
    try:
        front = stream.read(BLOCK)
        digest, size = hashlib.sha256(), 0
        while piece := stream.read(_PIECE):
            digest.update(piece)
            size += len(piece)
        stream.seek(0)
        wrong = _wrong(front, size, digest.hexdigest())
    except OSError as error:
        wrong = _reason(path, error)
    if wrong:
        stream.close()
        raise InputError(f"{start}: {wrong}")
    return stream


def _reason(path: Path, error: OSError) -> str:
    """Why a file cannot be read, and where an unfinished run is."""
    part = path.with_name(f"{path.name}.part")
    more = f"; {part} has an unfinished run: go on with resume=True (--resume)"
    return f"{error.strerror or error}{more if part.exists() else ''}"


def _wrong(front: bytes, size: int, digest: str) -> str:
    """Problem of a file, from the data in front of this amount of content; empty if
    nothing is."""
    if front.startswith(_HDF5):
        return (
            "an HDF5 file without the checksum that nuprobe writes (from an early"
            " version, or another program); run it again with overwrite=True,"
            " --overwrite on the command line"
        )
    if not front.startswith(_FIRST):
        return (
            "not a result file of nuprobe; choose another file, or start again with"
            " overwrite=True (--overwrite)"
        )
    if front != _said(size, digest):
        return (
            "it is damaged or was changed (its content does not match its checksum);"
            " restore a copy, or start again with overwrite=True (--overwrite)"
        )
    return ""


def unsealed(path: Path, kind: str) -> bytes:
    """Read a complete file and check its checksum.

    Parameters
    ----------
    path, kind : as in `checked`, which lists the errors.

    Returns
    -------
    bytes
        The whole file: HDF5 that may be opened.

    Examples
    --------
    >>> unsealed(Path("missing.h5"), "scan")
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read as a scan: No such file ...
    """
    with checked(path, kind) as stream:
        return stream.read()
