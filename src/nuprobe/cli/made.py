"""Provenance of JSON results: the running command and its inputs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nuprobe.cli.belonging import chosen_analyses, shared_out
from nuprobe.cli.specs import ModelSpec, make_flux
from nuprobe.cli.values import key_values
from nuprobe.errors import NuprobeError
from nuprobe.provenance import Provenance, plain

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.sets import ExperimentSet

__all__ = ["with_provenance"]

_NO_RESULTS: Final = (
    "list",
    "check",
    "schema",
    "data",
    "catalogue",
    "completion",
    "new",
    "demo",
    "show",
    "plot",
)
"""Commands whose JSON is not a result of a computation."""

_NO_INPUTS: Final = frozenset(
    (
        "output",
        "overwrite",
        "as_json",
        "plot",
        "quiet",
        "resume",
        "every",
        "workers",
        "dask",
        "checkpoint",
        "scan_file",
        "getdist",
    )
)
"""Options without effect on numbers."""

_TEXKEY: Final = re.compile(r"\b[A-Z][\w'.-]*:\d{4}[a-z]{2,3}\b")


def with_provenance(
    data: dict[str, Any], provenance: Provenance | None = None
) -> dict[str, Any]:
    """Data of a result with its kind and provenance, under ``provenance``; unchanged
    without a running command, or for one that only lists names.

    Parameters
    ----------
    data : JSON-ready.
    provenance : of the result, if it has its own.

    Examples
    --------
    >>> with_provenance({"a": 1})
    {'a': 1}
    """
    context = click.get_current_context(silent=True)
    if context is None:
        return data
    words = _words(context)
    if not words or words[0] in _NO_RESULTS:
        return data
    made = (
        _provenance(context.params, words, data) if provenance is None else provenance
    )
    return {**data, "provenance": {"kind": " ".join(words), **made.to_dict()}}


def _words(context: click.Context) -> list[str]:
    """Names of the command, such as ``["cosmology", "contour"]``."""
    if context.parent is None:
        return []
    return [*_words(context.parent), str(context.info_name)]


def _provenance(
    typed: Mapping[str, Any], words: list[str], data: Mapping[str, Any]
) -> Provenance:
    """Provenance of the result of a command with these options."""
    from nuprobe.models.records import model_record

    opened = _opened(typed)
    models = _models(typed)
    records = _records(opened, typed)
    records_of_models = [model_record(one) for one in models]
    if len(models) == 1:
        (model,) = records_of_models
    elif models:
        model = {"name": f"{len(models)} models", "models": records_of_models}
    else:
        model = {k: plain(data[k]) for k in ("family", "mixing") if data.get(k)}
        model = {"name": model.pop("family"), **model} if "family" in model else {}
    texts = list(_texts(data))
    keys = [key for text in texts for key in _TEXKEY.findall(text)]
    return Provenance.here(
        experiments=records,
        model=model,
        latex=_symbols(opened, models, set(texts)),
        references=[
            *(key for record in records for key in record["references"]),
            *_flux_references(typed),
            *keys,
        ],
        fingerprint=_fingerprint(typed, words, opened),
    )


def _set(typed: Mapping[str, Any]) -> ExperimentSet | None:
    """The set of experiments named in a command; None for other commands."""
    if typed.get("named") is None:
        return None
    from nuprobe.sets import experiment_set

    return experiment_set(typed["named"]).without(typed.get("without") or ())


def _opened(typed: Mapping[str, Any]) -> list[AnyExperiment]:
    named = _set(typed)
    if named is not None:
        return [one.experiment for one in named.members]
    names = typed.get("experiments") or ()
    if not names:
        return []
    from nuprobe.experiments import experiment

    return [experiment(name) for name in names]


def _records(
    opened: Sequence[AnyExperiment], typed: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Records of the experiments, with the changes made for this command."""
    names = [one.name for one in opened]
    given = dict(zip(typed.get("experiments") or names, names, strict=True))
    aliases = {**given, **{name: name for name in names}}
    chosen = typed.get("analyses") or {}
    if (named := _set(typed)) is not None:
        chosen = {m.name: m.analysis for m in named.members if m.analysis is not None}
    if not isinstance(chosen, Mapping):
        chosen = chosen_analyses(chosen, aliases)
    changes = shared_out("--set", typed.get("changes") or (), aliases)
    edges = typed.get("bins")  # a plain number of bins does not belong to an experiment
    bins = shared_out("--bins", edges if isinstance(edges, tuple) else (), aliases)
    found = []
    for one in opened:
        own = plain(key_values(changes[one.name]))
        parts = (text.partition("=") for text in bins[one.name])
        own |= {f"bins of {key}": value for key, _, value in parts}
        found.append({**one.record(chosen.get(one.name)), "changes": own})
    return found


def _models(typed: Mapping[str, Any]) -> list[Any]:
    """The models as typed; those that cannot be built from it are omitted."""
    given = typed.get("model")
    names = (given,) if isinstance(given, str) else given
    found = []
    for name in names or ():
        with suppress(NuprobeError):
            spec = ModelSpec(
                name,
                tuple(typed.get("params") or ()),
                typed.get("model_file"),
                typed.get("sin2_theta_w"),
                typed.get("wcxf"),
            )
            found.append(spec.build())
    return found


def _flux_references(typed: Mapping[str, Any]) -> list[str]:
    given = typed.get("flux_name")
    names = (given,) if isinstance(given, str) else given
    found: list[str] = []
    for name in names or ():
        with suppress(NuprobeError):
            found += make_flux(name, typed.get("flux_option") or ()).references
    return found


def _texts(data: Any) -> Iterator[str]:
    """Texts in a result: keys and values, but not rows."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            if key != "rows":
                yield from _texts(value)
    elif isinstance(data, list) and not (data and isinstance(data[0], float | int)):
        for one in data:
            yield from _texts(one)


def _symbols(
    opened: Iterable[AnyExperiment], models: list[Any], texts: set[str]
) -> dict[str, str]:
    """LaTeX of the parameters named in a result."""
    found: dict[str, str] = {}
    for one in opened:
        for model in models or [None]:
            with suppress(NuprobeError):
                known = one.parameters(model)
                found |= {p.name: p.latex for p in known if p.latex and p.name in texts}
    return found


def _fingerprint(
    typed: Mapping[str, Any], words: list[str], opened: Iterable[AnyExperiment]
) -> str:
    """SHA-256 of version, command, settings and contents of files."""
    settings = {
        key: _content(value) for key, value in typed.items() if key not in _NO_INPUTS
    }
    settings["experiments"] = [(one.name, one.folder.digest()) for one in opened]
    inputs = [version("nuprobe"), words, settings]
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _content(value: Any) -> Any:
    """A setting; for a file its content, not its path."""
    if isinstance(value, Path):
        if not value.is_file():
            return value.name
        return hashlib.sha256(value.read_bytes()).hexdigest()
    if isinstance(value, tuple | list):
        return [_content(one) for one in value]
    return plain(value)
