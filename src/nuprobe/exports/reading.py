"""Reading of results from files, to make their tables."""

from __future__ import annotations

import os
from typing import Any

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.results import stored

__all__ = ["read_result"]


@public
def read_result(path: str | os.PathLike[str]) -> Any:
    """A result from its file, in a form accepted by `tables_of`.

    Parameters
    ----------
    path : as in `nuprobe.results.open_result`.

    Returns
    -------
    The object, or the data of JSON and of toys with their provenance.

    Raises
    ------
    InputError
        If the file cannot be read, is damaged or of a later version, the run in it is
        not finished, or the result is incomplete.

    Examples
    --------
    >>> read_result("missing.json")
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.json cannot be read: No such file or directory...
    """
    found = stored(path)
    if not found.finished:
        raise InputError(
            f"{found.file} is not finished ({found.done} of {found.total}): run it"
            " again with --resume"
        )
    if found.data:
        made = found.provenance
        told = {} if made is None else {"provenance": made.to_dict()}
        return {**found.data, **told}
    if found.value is None:
        raise InputError(f"{found.file} has not all of its result: {found.missing}")
    return found.value
