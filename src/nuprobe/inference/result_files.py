"""Reading results from HDF5: first the checksum, then every number with a check of its
range."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nuprobe.errors import InputError
from nuprobe.provenance import Provenance
from nuprobe.sealed import PROVENANCE, checked

__all__ = [
    "RESULT",
    "made",
    "numbers",
    "opened",
    "require",
    "started",
    "texts",
    "whole",
]

RESULT: Final = "result"
"""Data set with the results of toys, as JSON text."""


class _Unfit(Exception):
    """A problem of the content of a file."""


@contextmanager
def opened(path: Path, kind: str, form: str) -> Iterator[Any]:
    """Open a result file after checking its checksum.

    Parameters
    ----------
    path : of the file.
    kind : of result, such as ``"scan"``.
    form : supported version of the format.

    Yields
    ------
    h5py.File

    Raises
    ------
    InputError
        If the file, or content read while it is open, is invalid.

    Examples
    --------
    >>> with opened(Path("missing.h5"), "scan", "nuprobe-scan-2") as file:
    ...     pass
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read as a scan: No such file ...
    """
    import h5py

    # through the open stream: the file is not read into memory, and is the one whose #
    # checksum was verified
    stream = checked(path, kind)
    try:
        with stream, h5py.File(stream, "r") as file:
            found = file.attrs.get("format")
            if found != form:
                raise InputError(
                    f"{path} is not a {kind} of this version of nuprobe (format"
                    f" {found}); choose another file, or start again with"
                    " overwrite=True (--overwrite)"
                )
            yield file
    except InputError:
        raise
    except (
        _Unfit,
        OSError,
        LookupError,
        ValueError,
        TypeError,
        OverflowError,
        RuntimeError,
        AttributeError,
    ) as error:  # raised by h5py for unexpected content
        raise InputError(
            f"{path} cannot be read as a {kind}: {error}; start again with"
            " overwrite=True (--overwrite)"
        ) from error


def made(file: Any) -> Provenance | None:
    """Provenance in an open file; None if it has none.

    Parameters
    ----------
    file : an open `h5py.File`.

    Raises
    ------
    InputError
        If it is damaged, or of a later version of nuprobe.

    Examples
    --------
    >>> import h5py
    >>> from io import BytesIO
    >>> with h5py.File(BytesIO(), "w") as file:
    ...     made(file) is None
    True
    """
    if PROVENANCE not in file:
        return None
    return Provenance.from_text(file[PROVENANCE].asstr()[()])


def started(path: Path) -> Provenance | None:
    """How the run in a file was started; None if not in the file.

    Parameters
    ----------
    path : of a file accepted by `opened`.

    Examples
    --------
    >>> from nuprobe.files import atomic_write
    >>> from nuprobe.sealed import sealed
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = atomic_write(f"{folder}/a.h5", sealed("a-1", lambda file: None))
    ...     started(file) is None
    True
    """
    import h5py

    with checked(path, "result") as stream, h5py.File(stream, "r") as file:
        return made(file)


def require(holds: bool | np.bool_, otherwise: str) -> None:
    """Reject the open file unless a condition is met.

    Parameters
    ----------
    holds : the condition.
    otherwise : the problem if it is false.

    Examples
    --------
    >>> require(True, "its arrays do not fit together")
    """
    if not holds:
        raise _Unfit(otherwise)


def numbers(group: Any, name: str, ndim: int, kind: Any = float) -> NDArray[Any]:
    """Array of a data set.

    Parameters
    ----------
    group : of an open file.
    name : of the data set.
    ndim : required number of dimensions.
    kind : type of its numbers.

    Examples
    --------
    >>> import h5py
    >>> from io import BytesIO
    >>> with h5py.File(BytesIO(), "w") as file:
    ...     file["x"] = [1.0, 2.0]
    ...     numbers(file, "x", 1)
    array([1., 2.])
    """
    stored = group[name]
    require(
        getattr(stored, "ndim", None) == ndim and stored.dtype == np.dtype(kind),
        f"{name} is not an array of the kind it should be",
    )
    return np.asarray(stored[()])


def texts(group: Any, name: str) -> tuple[str, ...]:
    """List of texts in an attribute.

    Parameters
    ----------
    group : of an open file.
    name : of the attribute.

    Examples
    --------
    >>> import h5py
    >>> from io import BytesIO
    >>> with h5py.File(BytesIO(), "w") as file:
    ...     file.attrs["names"] = ["a", "b"]
    ...     texts(file, "names")
    ('a', 'b')
    """
    return tuple(str(text) for text in group.attrs[name])


def whole(group: Any, name: str, lowest: int, highest: float = inf) -> int:
    """Integer in an attribute, within its range.

    Parameters
    ----------
    group : of an open file.
    name : of the attribute.
    lowest, highest : the range, ends included.

    Examples
    --------
    >>> import h5py
    >>> from io import BytesIO
    >>> with h5py.File(BytesIO(), "w") as file:
    ...     file.attrs["seed"] = 3
    ...     whole(file, "seed", 0)
    3
    """
    value = group.attrs[name]
    require(
        isinstance(value, int | np.integer) and bool(lowest <= value <= highest),
        f"{name} is {value}, not a whole number from {lowest} to {highest}",
    )
    return int(value)
