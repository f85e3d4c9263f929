"""Reading results of every kind from their files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError
from nuprobe.experiments import Limit
from nuprobe.experiments.limit_files import read_limit
from nuprobe.inference import SampleResult
from nuprobe.inference.chain.files import read_chain
from nuprobe.inference.result_files import RESULT, made, numbers, opened, texts
from nuprobe.inference.scan_result import read_scan, with_stored_toys
from nuprobe.inference.toys.files import ToyState
from nuprobe.inference.toys.plane_files import read_plane
from nuprobe.portable.reading import is_likelihood, likelihood_of
from nuprobe.portable.summary import summary_of
from nuprobe.provenance import Provenance
from nuprobe.results.files import format_of, json_of, raw_of
from nuprobe.results.objects import limit_of, object_of
from nuprobe.results.stored import StoredResult
from nuprobe.results.summaries import (
    axis,
    of_json,
    of_limit,
    of_plane,
    of_scan,
)

__all__ = ["open_result", "stored"]

_TITLES: Final = {
    "fit": "fit of parameters",
    "limit": "largest coupling of a mediator",
    "plane": "exclusion of a plane",
    "rate": "expected rates",
    "sample": "samples of a posterior",
    "scan": "scan of −2 ln L",
    "sensitivity": "expected limits",
    "toys": "toys: simulated data, each fitted",
}
"""Descriptions of JSON of commands without a title."""
_OLD: Final = "it was written by a version of nuprobe that did not store all of it"


@public
def open_result(path: str | os.PathLike[str]) -> Any:
    """Read a result from a file that nuprobe wrote.

    Parameters
    ----------
    path : an HDF5 file of a scan, a chain, toys, a plane or a limit, JSON of the
        command line, or a portable likelihood.

    Returns
    -------
    ScanResult, SampleResult, FeldmanCousins, CLs, ExclusionPlane, Limit, FitResult, …
        The original object, or a `StoredResult` with numbers and provenance if the file
        does not contain all of it.

    Raises
    ------
    InputError
        If the file is missing, damaged, of another program or of a later version of
        nuprobe, or the run in it is not finished.

    Examples
    --------
    >>> import nuprobe as nu
    >>> import tempfile
    >>> cost = nu.experiment("coherent-csi-2017").cost(free=["rn"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = nu.scan(cost, {"rn": [4.0, 5.0, 6.0, 7.0]})
    ...     again = open_result(found.save(f"{folder}/rn.h5"))
    >>> again.best == found.best, again.provenance.names
    (True, ('coherent-csi-2017',))
    """
    found = stored(path)
    if not found.finished:
        raise InputError(
            f"{found.file} is not finished ({found.done} of {found.total}): run it"
            " again with resume=True (--resume)"
        )
    return found if found.value is None else found.value


def stored(path: str | os.PathLike[str]) -> StoredResult:
    """What a file of a result contains, finished or not.

    Parameters
    ----------
    path : as of `open_result`.

    Raises
    ------
    InputError
        If the file is missing, damaged, of another program or of a later version.

    Examples
    --------
    >>> stored("missing.h5")
    Traceback (most recent call last):
    nuprobe.errors.InputError: missing.h5 cannot be read: No such file or directory
    """
    path = Path(path)
    raw = raw_of(path)
    if raw.lstrip()[:1] == b"{":
        return _from_json(path, raw)
    return _READERS[format_of(path)](path)


# -- HDF5 --------------------------------------------------------------------


def _scan(path: Path) -> StoredResult:
    result, state = read_scan(path)
    done, total = int(state.done.sum()), state.done.size
    finished = done == total
    if finished:
        result = with_stored_toys(result, path)
    names = " and ".join(result.axes)
    return StoredResult(
        str(path),
        "scan",
        f"−2 ln L over {names}",
        result.provenance,
        of_scan(result, finished),
        done,
        total,
        result if finished else None,
    )


def _chain(path: Path) -> StoredResult:
    content, state, _ = read_chain(path)
    result = SampleResult(**content)
    done = result.chain.shape[1]
    finished = done == state.wanted
    walkers, columns = result.chain.shape[0], list(result.names)
    begun = {"cost": result.cost, "walkers": walkers, "columns": columns}
    return StoredResult(
        str(path),
        "sample",
        f"samples of the posterior of {result.cost}",
        result.provenance,
        result.to_dict() if finished else begun,
        done,
        state.wanted,
        result if finished else None,
    )


def _plane(path: Path) -> StoredResult:
    plane, done, total, about = read_plane(path)
    return StoredResult(
        str(path),
        "plane",
        "exclusion of a plane, with toys",
        about,
        {} if plane is None else of_plane(plane),
        done,
        total,
        plane,
        _OLD if plane is None else "",
    )


def _toys(path: Path) -> StoredResult:
    with opened(path, ToyState.KIND, ToyState.FORMAT) as file:
        done = numbers(file, "done", 2, bool)
        best = numbers(file, "best", 3)
        names, about = texts(file, "parameters"), made(file)
        data = json.loads(file[RESULT].asstr()[()]) if RESULT in file else {}
    summary: dict[str, Any] = {
        "hypotheses": done.shape[0],
        "toys": done.shape[1],
        "best_values": {name: axis(best[..., i][done]) for i, name in enumerate(names)},
    }
    found = StoredResult(
        str(path),
        "toys",
        "toys: simulated data, each fitted",
        about,
        summary | of_json(data),
        int(done.sum()),
        done.size,
        missing="" if data else _OLD,
        data=data,
    )
    return _with_object(found) if data else found


def _limit(path: Path) -> StoredResult:
    plan, state = read_limit(path)
    done, total = int(state.done.sum()), state.done.size
    summary: dict[str, Any] = {
        "curves": list(plan.labels),
        "mass": axis(plan.masses, "MeV"),
    }
    found = StoredResult(
        str(path),
        "limit",
        "largest coupling of a mediator",
        plan.provenance,
        summary,
        done,
        total,
        missing="" if plan.asked else _OLD,
    )
    if not plan.asked or not found.finished:
        return found
    asked = plan.asked
    curves = {
        label: replace(
            state.curve(label, i, plan.masses),
            experiments=tuple(asked["experiments"][label]),
            projected=bool(asked["projected"][label]),
        )
        for i, label in enumerate(plan.labels)
    }
    try:
        whole: Limit = limit_of(asked, curves)
    except InputError as error:
        return replace(found, missing=str(error))
    whole = replace(whole, provenance=plan.provenance)
    return replace(found, value=whole, summary=of_limit(whole))


_READERS: Final[Mapping[str, Callable[[Path], StoredResult]]] = {
    "scan": _scan,
    "chain": _chain,
    "toys": _toys,
    "plane": _plane,
    "limit": _limit,
}


# -- JSON --------------------------------------------------------------------


def _likelihood(path: Path, data: Mapping[str, Any]) -> StoredResult:
    found = likelihood_of(data, str(path))
    said = found.provenance
    try:
        about = Provenance.from_dict(said) if said else None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    title = f"portable likelihood of {found.name}"
    return StoredResult(
        str(path), "likelihood", title, about, summary_of(found), value=found
    )


def _from_json(path: Path, raw: bytes) -> StoredResult:
    data = json_of(path, raw)
    if is_likelihood(data):
        return _likelihood(path, data)
    said = data.pop("provenance", None)
    if not isinstance(said, dict) or not isinstance(said.get("kind"), str):
        raise InputError(
            f"{path} is JSON without the provenance that results of nuprobe have: it is"
            " of another program, or of an early version"
        )
    try:
        about = Provenance.from_dict(said)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    title = data.get("title")
    kind, done, total = said["kind"], 1, 1
    if kind == "cosmology decay-plane" and "rows" in data:  # also a checkpoint
        asked, rows, data = data["asked"], data["rows"], data.get("result") or {}
        done, total = len(rows), len(asked["masses"])
        data = data or asked
    found = StoredResult(
        str(path),
        kind,
        title if isinstance(title, str) else _TITLES.get(kind, f"nuprobe {kind}"),
        about,
        of_json(data),
        done,
        total,
        data=data,
    )
    return _with_object(found) if found.finished else found


def _with_object(found: StoredResult) -> StoredResult:
    """The same with the object from its JSON, or the reason why there is none."""
    latex = {} if found.provenance is None else found.provenance.latex
    try:
        value = object_of(found.kind, found.data, latex)
    except InputError as error:
        return replace(found, missing=str(error))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        why = f"its data are incomplete or of another version ({error!r})"
        return replace(found, missing=why)
    if isinstance(value, Limit):
        value = replace(value, provenance=found.provenance)
    return replace(found, value=value)
