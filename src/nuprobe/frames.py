"""Pandas tables. Pandas is not a dependency and is imported only when needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from nuprobe.errors import InputError

__all__ = ["data_frame", "units_of"]


def units_of(columns: Sequence[str]) -> dict[str, str]:
    """Units that stand in brackets in the names of columns, by name.

    Parameters
    ----------
    columns : such as ``"mass [MeV]"``.

    Examples
    --------
    >>> units_of(["mass [MeV]", "coupling"])
    {'mass [MeV]': 'MeV'}
    """
    found = {name: re.search(r"\[([^\]]+)\]", name) for name in columns}
    return {name: unit[1] for name, unit in found.items() if unit is not None}


def data_frame(
    data: Any, columns: Sequence[str], attributes: Mapping[str, Any] | None = None
) -> Any:
    """A pandas ``DataFrame``, with the units of its columns in ``attrs["units"]``.

    Parameters
    ----------
    data : rows, or an array of shape (rows, columns).
    columns : their names, units in brackets.
    attributes : further entries of ``attrs``.

    Raises
    ------
    InputError
        If pandas is not installed.

    Examples
    --------
    >>> data_frame([(1.0,)], ["mass [MeV]"]).attrs["units"]  # doctest: +SKIP
    {'mass [MeV]': 'MeV'}
    """
    try:
        pandas = import_module("pandas")
    except ImportError:
        raise InputError(
            "to_frame needs pandas, which is not installed: run `pip install pandas` or"
            " use to_dict"
        ) from None
    frame = pandas.DataFrame(data, columns=list(columns))
    frame.attrs.update({"units": units_of(columns), **(attributes or {})})
    return frame
