"""A folder to start from: a copy of an experiment or flux of the package, with a
comment above each key and a README to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.experiments import experiment_folder, experiment_names
from nuprobe.experiments.commented import commented
from nuprobe.experiments.findings import file_model
from nuprobe.experiments.format import ExperimentFile
from nuprobe.experiments.projected import projected
from nuprobe.experiments.toml_files import remarks, toml_of
from nuprobe.files import replace_folder
from nuprobe.fluxes import flux_names
from nuprobe.fluxes.files import FluxFile
from nuprobe.parsing import LARGEST_TABLE, parse_toml, read_text
from nuprobe.schema import Folder
from nuprobe.toml_text import Key, key_lines, toml_lines

__all__ = ["new_experiment", "new_flux", "template_titles"]

_MADE_BY: Final = "nuprobe new"
_ASSUMED: Final = """\
- No data: fits and limits take the expectation of the Standard Model for them.
- Arrival times and pulse shapes, if the original has them, are summed over.
- Each background is flat, with as many counts in the range as in the original, and
  known up to its systematic. What the original measures beside the data and subtracts
  is thus known exactly: give it a systematic.
- If the original gives only a net count with its error, the background is such that the
  Poisson error of all counts is the same fraction of the signal as the published one.
  If it gives neither, there is no background: add one, e.g.
  `background = "10 1/keV/kg/day"` (which needs `flux.time`).
- Systematics are those of the first analysis of the original, without the ones that
  are tables in its bins.

…
"""


@public
def new_experiment(folder: str | Path, like: str, projection: bool = False) -> Path:
    """Write a folder with a copy of an experiment, to be modified.

    Parameters
    ----------
    folder : where; new or empty, or written by an earlier call and then replaced. Its
        name becomes that of the experiment.
    like : name of `experiment_names`.
    projection : leave out the data and what belongs to them, for a detector that has
        none: fits and limits then take the expectation of the Standard Model. Arrival
        times are summed over and backgrounds are flat. For experiments that count
        recoils in bins.

    Returns
    -------
    Path
        Of the folder, with ``experiment.toml``, the tables and a README to fill in.

    Raises
    ------
    UnknownNameError
        If there is no such experiment.
    InputError
        If the name of the folder cannot be that of an experiment, or if there is no
        projection of this kind of experiment.
    OutputError
        If the folder contains anything else, or cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import nuprobe as nu
    >>> from nuprobe.experiments import new_experiment
    >>> with TemporaryDirectory() as there:
    ...     mine = nu.experiment(new_experiment(f"{there}/ge", "conus-plus"))
    >>> mine.name
    'ge'
    >>> with TemporaryDirectory() as there:
    ...     folder = new_experiment(f"{there}/ge", "conus-plus", projection=True)
    ...     nu.experiment(folder).is_projection()
    True
    """
    if like not in experiment_names():
        raise UnknownNameError("experiment", like, experiment_names())
    source = experiment_folder(like)
    raw = parse_toml(read_text(source.joinpath("experiment.toml")))
    if projection:
        return _write_projection(Path(folder), like, source, raw)
    return _write(Path(folder), like, source, "experiment.toml", file_model(raw))


@public
def new_flux(folder: str | Path, like: str) -> Path:
    """Write a folder with a copy of a flux, to be modified.

    Parameters
    ----------
    folder : as of `new_experiment`.
    like : name of `nuprobe.fluxes.flux_names`.

    Returns
    -------
    Path
        Of the folder, with ``flux.toml``, its tables and a README to fill in.

    Raises
    ------
    UnknownNameError
        If there is no such flux.
    InputError
        If the name of the folder cannot be that of a flux.
    OutputError
        If the folder contains anything else, or cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import nuprobe as nu
    >>> from nuprobe.experiments import new_flux
    >>> with TemporaryDirectory() as there:
    ...     mine = nu.flux(new_flux(f"{there}/beam", "sns"))
    >>> mine.name
    'beam'
    """
    if like not in flux_names():
        raise UnknownNameError("flux", like, flux_names())
    source = resources.files("nuprobe.fluxes").joinpath("library", like)
    return _write(Path(folder), like, source, "flux.toml", FluxFile)


def template_titles() -> Iterator[tuple[str, str, str]]:
    """Name, kind (``"experiment"`` or ``"flux"``) and title of everything that can be
    copied.

    Examples
    --------
    >>> ("sns", "flux") in [titles[:2] for titles in template_titles()]
    True
    """
    library = resources.files("nuprobe.fluxes").joinpath("library")
    folders = [
        *((n, "experiment", experiment_folder(n)) for n in experiment_names()),
        *((n, "flux", library.joinpath(n)) for n in flux_names()),
    ]
    for name, kind, folder in folders:
        raw = parse_toml(read_text(folder.joinpath(f"{kind}.toml")))
        yield name, kind, str(raw.get("title", ""))


def _write(folder: Path, like: str, source: Traversable, main: str, model: Any) -> Path:
    name = _name(folder)
    files = {
        path: text for path, text in _texts(source, "") if path.lower() != "readme.md"
    }
    what = "experiment" if main == "experiment.toml" else "flux"
    text = _renamed(files[main], name, like, what, model is ExperimentFile)
    raw = parse_toml(text)
    head = (
        f"# {name}, made by `nuprobe new {what} --like {like}`: change the numbers to"
        f" yours, then run `nuprobe check`.\n"
    )
    files[main] = head + commented(text, raw, model.model_json_schema()) + "\n"
    files["README.md"] = _readme(name, like, what, text, sorted(files))
    return replace_folder(folder, files, made_by=_MADE_BY)


def _write_projection(
    folder: Path, like: str, source: Traversable, raw: Mapping[str, Any]
) -> Path:
    if file_model(raw) is not ExperimentFile:
        raise InputError(_no_projection(like, str(raw["process"])))
    name = _name(folder)
    mine = projected(raw, Folder(source, "experiment.toml"), name)
    mine["title"] = f"{name}, a projection after {like}"
    said = {
        key: remark
        for key, remark in remarks(
            read_text(source.joinpath("experiment.toml"))
        ).items()
        if _value_at(mine, key) == _value_at(raw, key)
    }
    text = toml_of(mine, said)
    head = (
        f"# {name}, made by `nuprobe new experiment --like {like} --projection`: a"
        f" detector without data.\n# Change the numbers to yours, then run `nuprobe"
        f" check`.\n"
    )
    files = {
        path: content
        for path, content in _texts(source, "")
        if f'"{path}"' in text or path.startswith(f"{mine['flux']['name'][2:]}/")
    }
    schema = ExperimentFile.model_json_schema()
    files["experiment.toml"] = head + commented(text, mine, schema) + "\n"
    readme = _readme(name, like, "experiment", text, sorted(files))
    files["README.md"] = readme.removesuffix("…\n") + _ASSUMED
    return replace_folder(folder, files, made_by=_MADE_BY)


def _no_projection(like: str, process: str) -> str:
    counted = [
        name
        for name in experiment_names()
        if file_model(
            parse_toml(read_text(experiment_folder(name).joinpath("experiment.toml")))
        )
        is ExperimentFile
    ]
    return (
        "a projection can be begun from an experiment that counts recoils in bins, and"
        f" {like} does not (process = {shown(process)}): use one of"
        f" {', '.join(counted)}"
    )


def _value_at(raw: Mapping[str, Any], key: Key) -> Any:
    """The value of a key outside lists, or None."""
    here: Any = raw
    for part in key:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _name(folder: Path) -> str:
    name = folder.resolve().name.lower().replace("_", "-").replace(" ", "-")
    if not re.fullmatch("[a-z0-9][a-z0-9-]*", name):
        raise InputError(
            f"{shown(folder.name)} cannot be a name: use letters, digits and hyphens"
            " for the folder, e.g. ./my-detector"
        )
    return name


def _texts(folder: Traversable, before: str) -> Iterator[tuple[str, str]]:
    """Files of a folder and of those in it, with their texts."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _texts(entry, f"{before}{entry.name}/")
        elif entry.name.endswith((".toml", ".csv", ".md", ".dat", ".txt")):
            yield before + entry.name, read_text(entry, "the file", LARGEST_TABLE)


def _renamed(text: str, name: str, like: str, what: str, counting: bool) -> str:
    """The file with another name and title; if it has data, it declares that it shares
    them."""
    raw = parse_toml(text)
    lines = text.split("\n")
    where = key_lines(text)
    changes: dict[str, Any] = {"name": name, "title": f"{name}, after {like}"}
    for key, value in changes.items():
        lines[where[(key,)] - 1] = f"{key} = {json.dumps(value)}"
    if counting and "data" in raw and "shares_data_with" not in raw:
        lines.insert(
            where[("title",)],
            f"shares_data_with = [{json.dumps(like)}]    # until the data are yours",
        )
    elif "shares_data_with" in raw:
        both = json.dumps([like, *raw["shares_data_with"]])
        lines[where[("shares_data_with",)] - 1] = f"shares_data_with = {both}"
    return "\n".join(lines)


def _readme(name: str, like: str, what: str, text: str, files: list[str]) -> str:
    """Headings and a table of the numbers, to be filled in."""
    rows = []
    values: Mapping[str, Any] = parse_toml(text)
    skipped = {"schema_version", "name", "title", "process", "notes", "references"}
    for line in toml_lines(text):
        if line.table or line.key[0] in skipped:
            continue
        value: Any = values
        for part in line.key:
            value = value[part]
        written = json.dumps(value, ensure_ascii=False).replace("|", "\\|")
        key = ".".join(map(str, line.key))
        rows.append(f"| `{key}` | `{written}` | from {like}; to be replaced |")
    tables = [f"- `{file}`: from {like}; to be replaced" for file in files]
    return "\n".join(
        [
            f"# {name}",
            "",
            f"An {what} of your own, begun as a copy of `{like}`."
            if what == "experiment"
            else f"A flux of your own, begun as a copy of `{like}`.",
            "",
            "What it is, whose it is, and for what it is meant: …",
            "",
            "## Where each number comes from",
            "",
            "| key | value | source: publication with table or figure, DOI, licence |",
            "|---|---|---|",
            *rows,
            "",
            "## Files",
            "",
            *(t for t in tables if not t.startswith("- `README")),
            "",
            "## Assumptions and limitations",
            "",
            "…",
            "",
        ]
    )
