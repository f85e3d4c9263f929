"""Results as HEPData submissions, pandas frames and LaTeX: the functions behind the
methods ``to_hepdata``, ``to_frame`` and ``to_latex`` of results."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.exports.hepdata import Submission
from nuprobe.exports.kinds import chosen, tables_of
from nuprobe.exports.parts import DataTable
from nuprobe.frames import data_frame
from nuprobe.inference import ScanResult
from nuprobe.inference.chain import SampleResult

__all__ = ["submission", "to_frame", "to_hepdata", "to_latex"]


@public
def submission(
    results: Any, *, comment: str = "", attached: Mapping[str, bytes] | None = None
) -> Submission:
    """A HEPData submission of one or several results.

    Parameters
    ----------
    results : a result accepted by `tables_of`; several in a list, or in a mapping whose
        keys become prefixes of the names of the tables.
    comment : applies to all tables; the provenance of the results is appended.
    attached : further files by name.

    Raises
    ------
    InputError
        If there is no result, or one has no tables.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> made = submission([csi.predict(), csi.fit(free=["rn"])])
    >>> [table.name for table in made.tables][:2]
    ['coherent-csi-2017 energy counts', 'best fit']
    """
    named = _named(results)
    tables = [
        replace(table, name=f"{name} {table.name}") if name else table
        for name, one in named
        for table in tables_of(one)
    ]
    if not tables:
        raise InputError("a submission needs at least one result, got none")
    told = dict.fromkeys(words for _, one in named for words in _made_by(one))
    made = f"Computed with nuprobe {version('nuprobe')}."
    text = " ".join([*filter(None, (comment.strip(),)), made, *told])
    return Submission(tuple(tables), text, dict(attached or {}))


def _named(results: Any) -> list[tuple[str, Any]]:
    """Results with the prefixes of the names of their tables."""
    if isinstance(results, Mapping) and results and all(map(_whole, results.values())):
        return [(str(name), one) for name, one in results.items()]
    if isinstance(results, Sequence) and not isinstance(results, str | bytes):
        return [("", one) for one in results]
    return [("", results)]


def _whole(value: Any) -> bool:
    """Whether it is a result rather than an entry of its data."""
    kinds = (Mapping, DataTable, ScanResult)
    return isinstance(value, kinds) or hasattr(value, "to_dict")


def _made_by(result: Any) -> list[str]:
    """Provenance of a result, in sentences."""
    if isinstance(result, Mapping):
        told = result.get("provenance")
    else:
        known = getattr(result, "provenance", None)
        told = None if known is None else known.to_dict()
    if not isinstance(told, Mapping):
        return []
    words = []
    if told.get("command"):
        words.append(f"Made by: {told['command']} (nuprobe {told.get('version')}).")
    if told.get("references"):
        words.append(f"References: {', '.join(map(str, told['references']))}.")
    return words


@public
def to_hepdata(
    results: Any,
    path: str | os.PathLike[str],
    *,
    comment: str = "",
    overwrite: bool = False,
) -> Path:
    """Write a submission to HEPData: ``submission.yaml`` and one data file per table.

    Parameters
    ----------
    results, comment : as in `submission`.
    path : a ``.zip`` or ``.tar.gz`` file; any other name is a folder.
    overwrite : whether existing files may be replaced.

    Raises
    ------
    InputError
        If a result has no tables, or the path exists and must not be replaced.
    OutputError
        If nothing can be written there.

    Examples
    --------
    >>> import tempfile
    >>> import nuprobe as nu
    >>> limit = nu.limit(["ccfr-trident"], "lmu-ltau", mass=[10.0, 100.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = to_hepdata(limit, Path(folder) / "limit")
    ...     sorted(file.name for file in made.iterdir())
    ['lmu-ltau-limit.yaml', 'submission.yaml']
    """
    return submission(results, comment=comment).write(path, overwrite=overwrite)


@public
def to_frame(result: Any, table: str | None = None) -> Any:
    """A result as a pandas ``DataFrame``: units are in the names of the columns and in
    ``attrs["units"]``.

    A grid for contours, scans and planes, all samples for a chain, else the first of
    the tables of `tables_of`.

    Parameters
    ----------
    result : as for `tables_of`.
    table : name of another of its tables.

    Raises
    ------
    InputError
        If pandas is not installed, or the result has no tables.

    Examples
    --------
    >>> import nuprobe as nu
    >>> rates = nu.experiment("coherent-csi-2017").predict()
    >>> to_frame(rates)["observed"].sum()  # doctest: +SKIP
    142.0
    """
    if isinstance(result, SampleResult) and table is None:
        columns = [
            f"{name} [{unit}]" if unit else name
            for name, unit in zip(result.names, result.units, strict=True)
        ]
        return data_frame(result.samples, columns, {"title": result.cost})
    return chosen(tables_of(result), table, " grid").to_frame()


@public
def to_latex(result: Any, table: str | None = None) -> str:
    """A result as a LaTeX ``tabular``: allowed intervals if it has them, else the first
    of its tables.

    Parameters
    ----------
    result : as for `tables_of`.
    table : name of another of its tables.

    Raises
    ------
    InputError
        If the result has no tables.

    Examples
    --------
    >>> import nuprobe as nu
    >>> limit = nu.limit(["ccfr-trident"], "lmu-ltau", mass=[10.0])
    >>> print(to_latex(limit).splitlines()[-3])
    $10$ & $0.000922...$ \\\\
    """
    return chosen(tables_of(result), table, " intervals").to_latex()
