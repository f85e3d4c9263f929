"""Reading a likelihood from its file."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.parsing import parse_json
from nuprobe.portable.canonical import checksum_of
from nuprobe.portable.checks import check_document
from nuprobe.portable.document import FORMAT, VERSION, Likelihood
from nuprobe.schema import validate

__all__ = ["is_likelihood", "likelihood_of", "read_likelihood"]

_GZIP: Final = b"\x1f\x8b"
_LARGEST: Final = 200_000_000  # bytes


@public
def read_likelihood(path: str | os.PathLike[str]) -> Likelihood:
    """Read a portable likelihood.

    Parameters
    ----------
    path : of a ``.json`` file, or a compressed ``.json.gz``.

    Raises
    ------
    InputError
        If it is missing, damaged, of a later version, or no likelihood; one line says
        which entry is wrong.

    Examples
    --------
    >>> import tempfile
    >>> import nuprobe as nu
    >>> from nuprobe.portable import export_likelihood
    >>> cost = nu.experiment("conus-plus").cost(free=["sin2_theta_w"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_likelihood(export_likelihood(cost, f"{folder}/conus.json.gz"))
    <likelihood 'conus-plus/rate': 1 bins, (sin2_theta_w), 2 nuisances>
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{file} cannot be read: {why}; correct the path") from None
    try:
        text = unpacked(raw).decode()
    except UnicodeDecodeError:
        raise InputError(f"{file} is damaged: it is not UTF-8 text") from None
    except InputError as error:
        raise InputError(f"{file} {error}") from None
    try:
        data = parse_json(text)
    except InputError as error:
        raise InputError(f"{file}: {error}") from None
    return likelihood_of(data, str(file))


def unpacked(raw: bytes) -> bytes:
    """The content of a file, which may be compressed.

    Parameters
    ----------
    raw : as it is in the file.

    Raises
    ------
    InputError
        If it is damaged, or too large.

    Examples
    --------
    >>> unpacked(gzip.compress(b"{}"))
    b'{}'
    """
    try:
        if raw.startswith(_GZIP):
            with gzip.GzipFile(fileobj=BytesIO(raw)) as file:
                raw = file.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise InputError(
            "is damaged: its compression is broken; restore a copy"
        ) from None
    if len(raw) > _LARGEST:
        raise InputError(f"is larger than {_LARGEST:,} bytes")
    return raw


def is_likelihood(data: object) -> bool:
    """Whether data of a JSON file are those of a likelihood.

    Parameters
    ----------
    data : what JSON has.

    Examples
    --------
    >>> is_likelihood({"format": "nuprobe-likelihood"})
    True
    """
    return isinstance(data, Mapping) and data.get("format") == FORMAT


def likelihood_of(data: Any, source: str) -> Likelihood:
    """A likelihood from the data of its file.

    Parameters
    ----------
    data : what JSON has.
    source : name of the file, for messages.

    Raises
    ------
    InputError
        As `read_likelihood`.

    Examples
    --------
    >>> likelihood_of({"format": "nuprobe-likelihood", "version": 9}, "a.json")
    Traceback (most recent call last):
    nuprobe.errors.InputError: a.json: version 9 of the format is later than 2, ...
    """
    if not is_likelihood(data):
        raise InputError(
            f"{source} is not a portable likelihood: its format is not {FORMAT};"
            " `nuprobe export likelihood` writes one"
        )
    version = data.get("version")
    if isinstance(version, bool):  # Python would take true for 1
        raise InputError(f"{source}: version: must be 1 or 2, got {version}")
    if isinstance(version, int) and version > VERSION:
        raise InputError(
            f"{source}: version {version} of the format is later than {VERSION}, which"
            " this nuprobe reads: update nuprobe"
        )
    said = data.get("checksum", "")
    if said and said != _checksum(data, source):
        raise InputError(
            f"{source} is damaged or was changed: its content does not match its"
            " checksum; restore a copy, or remove the entry checksum if the change is"
            " meant"
        )
    try:
        document = validate(Likelihood, data, source)
        check_document(document)
    except ExperimentFileError as error:
        raise InputError(str(error)) from None
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
    return document


def _checksum(data: Mapping[str, Any], source: str) -> str:
    try:
        return checksum_of(data)
    except InputError as error:
        raise InputError(f"{source}: {error}; restore a copy of the file") from None
    except RecursionError:
        raise InputError(f"{source} is nested too deeply for a likelihood") from None
