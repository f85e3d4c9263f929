"""Results in files: JSON of any command, and scans and chains in HDF5."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.inference import ScanResult
from nuprobe.inference.chain import SampleResult
from nuprobe.sealed import unsealed

__all__ = ["read_result"]

_HDF5: Final = (".h5", ".hdf5")
_LARGEST: Final = 500_000_000
"""Bytes of a JSON file: beyond it, it is none of a result."""
_READ: Final = {"nuprobe-scan": ScanResult.load, "nuprobe-chain": SampleResult.from_h5}
"""Formats of HDF5 files, without their version, and what reads them."""


@public
def read_result(path: str | os.PathLike[str]) -> Any:
    """A result from its file.

    Parameters
    ----------
    path : a JSON file that a command wrote with ``--json``, or the HDF5 file of a scan
        or a chain.

    Returns
    -------
    ScanResult, SampleResult or dict
        Data for JSON, as `tables_of` takes them.

    Raises
    ------
    InputError
        If the file cannot be read, is damaged or unfinished, or has no whole result:
        limits, toys and planes in HDF5 are checkpoints, whose results are JSON.

    Examples
    --------
    >>> read_result("missing.json")
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.json cannot be read: No such file or directory...
    """
    file = Path(path)
    if file.suffix.lower() in _HDF5:
        form = _format(file)
        read = _READ.get(form.rpartition("-")[0])
        if read is None:
            raise InputError(
                f"{file} is a checkpoint ({form}), without the whole result: run"
                " its command again with --resume --json > result.json, and read"
                " that file"
            )
        return read(file)
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file} is too large for a result in JSON (500 MB)")
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{file} cannot be read: {error.strerror or error}; give a file that a"
            " command wrote with --json, or the .h5 file of a scan or a chain"
        ) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{file} is not JSON: write it with --json -o {file.stem}.json, or name an"
            " HDF5 file .h5"
        ) from error
    if not isinstance(data, dict):
        raise InputError(f"{file} has no result of a command: it is a list or a number")
    return data


def _format(path: Path) -> str:
    """The format that an HDF5 file of nuprobe names."""
    from io import BytesIO

    import h5py

    with h5py.File(BytesIO(unsealed(path, "result")), "r") as file:
        return str(file.attrs.get("format"))
