"""All errors and suspicious entries in an experiment or flux folder, with line, key and
remedy."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, Literal

from pydantic import BaseModel, create_model

from nuprobe.border import public
from nuprobe.errors import InputError, NuprobeError, ValidityWarning
from nuprobe.experiments import experiment, kind_of
from nuprobe.experiments.build import Signal
from nuprobe.experiments.checks import check_steps
from nuprobe.experiments.format import ExperimentFile
from nuprobe.experiments.format.paper import expansions, unread
from nuprobe.experiments.suspicions import suspicions
from nuprobe.fluxes.files import FluxFile, read_flux
from nuprobe.parsing import LARGEST_TABLE, parse_toml, read_text
from nuprobe.reprs import readable
from nuprobe.schema import Folder, Place, Strict, problems_of
from nuprobe.toml_text import Key, key_lines, line_of

__all__ = ["Finding", "check_folder", "file_model"]

_MISSING: Final = (AttributeError, AssertionError, LookupError, TypeError, ValueError)
"""Raised if a required section is itself invalid, which is reported elsewhere."""
_PART: Final = r"[A-Za-z0-9_-]+"


@readable
@dataclass(frozen=True)
class Finding:
    """One error or suspicious entry.

    Attributes
    ----------
    kind : ``"problem"``: the folder cannot be used; ``"warning"``: it can, but look.
    file : in which it is.
    line : in that file, or None.
    key : dotted, empty if it belongs to none.
    message : what was given, what is allowed, what to do.
    """

    kind: Literal["problem", "warning"]
    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {self.kind}: {key}{self.message}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return asdict(self)


def file_model(raw: Mapping[str, Any]) -> type[BaseModel]:
    """Class of the contents of ``experiment.toml``, by its process.

    Parameters
    ----------
    raw : the parsed file.

    Examples
    --------
    >>> file_model({"process": "trident"}).__name__
    'TridentFile'
    """
    model: type[BaseModel] = kind_of(raw).FORMAT
    return model


@public
def check_folder(folder: str | Path) -> tuple[Finding, ...]:
    """Everything that is wrong or suspicious in a folder with an ``experiment.toml`` or
    a ``flux.toml``: problems first, each in the order of the file.

    Parameters
    ----------
    folder : its path.

    Returns
    -------
    tuple of Finding
        Empty if all is well.

    Raises
    ------
    ExperimentFileError
        If it is not such a folder.

    Examples
    --------
    >>> from nuprobe.experiments import check_folder
    >>> for finding in check_folder("examples/argon-detector"):
    ...     print(finding)
    examples/argon-detector/experiment.toml:...: warning: analyses: no data...
    examples/argon-detector/experiment.toml:...: warning: analyses.energy: it has no ...
    """
    path = Path(folder)
    flux = path.joinpath("flux.toml").is_file()
    flux = flux and not path.joinpath("experiment.toml").is_file()
    where = Folder(path, "flux.toml" if flux else "experiment.toml")
    return _Checked(where).findings(flux)


class _Checked:
    """A folder, and the findings so far."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.found: list[Finding] = []
        self.text, self.raw = "", dict[str, Any]()
        self.lines: dict[Key, int] = {}

    def findings(self, flux: bool) -> tuple[Finding, ...]:
        try:
            self.text = read_text(self.folder.root.joinpath(self.folder.main))
            self.raw = parse_toml(self.text)
        except InputError as err:
            return (self._unreadable(str(err)),)
        self.lines = key_lines(self.text)
        model: type[BaseModel] = FluxFile if flux else file_model(self.raw)
        file = self._check_file(model)
        if self.found:
            self._check_tables()
            self._check_rest(file)
        elif flux:
            self._try(lambda: read_flux(self.folder))
        else:
            self._check_contents(model)
        unique = {(f.kind, _said(f)): f for f in self._keyed()}
        return tuple(
            sorted(unique.values(), key=lambda f: (f.kind, f.file, f.line or 0, f.key))
        )

    def _keyed(self) -> list[Finding]:
        """The findings from last to first, those with a key after the others."""
        result = self.found[::-1]
        result.sort(key=lambda f: bool(f.key))
        return result

    def _unreadable(self, message: str) -> Finding:
        line = re.search(r"\bline (\d+)", message)
        number = int(line[1]) if line else None
        return Finding("problem", self.folder.name, number, "", message)

    # -- the file

    def _check_file(self, model: type[BaseModel]) -> BaseModel:
        """Report errors of the file; return its valid parts."""
        raw, broken = dict(self.raw), set[str]()
        if model is ExperimentFile:
            for step in expansions():
                try:
                    raw = step(raw)
                except InputError as err:
                    self._add(str(err))
                    broken.add(self.found[-1].key)
        values, bad = _fields(model, raw)
        for place, message in bad:
            written = self._as_written(place)
            # a step that failed elsewhere leaves other quantities of its section
            left = model is ExperimentFile and unread(raw, place, written)
            if left:
                self._try(left)
                continue
            place = written
            if ".".join(map(str, place)) not in broken:
                self._add(message, place)
        return _run_validators(model, values, bad, self._add)

    def _as_written(self, place: Place) -> Place:
        """The place in the text, where ``background`` comes before [[backgrounds]]."""
        if "background" in self.raw and place[:1] == ("backgrounds",) and place[1:]:
            number = int(place[1])
            if number == 0:
                return ("background",)
            return ("backgrounds", number - 1, *place[2:])
        return place

    # -- what it names

    def _check_tables(self) -> None:
        """Check the tables named in a file that cannot be opened for another reason."""
        for place, name in _named_tables(self.raw, ()):
            if "{" in name:
                continue
            try:
                self.folder.columns(name)
            except NuprobeError as err:
                self._add(str(err), place)

    def _check_contents(self, model: type[BaseModel]) -> None:
        if model is ExperimentFile and not self.raw.get("sites"):
            signal = Signal(ExperimentFile(**self.raw), self.folder, self.raw)
            for step in check_steps(signal):
                self._try(step)
        if not self.found:
            self._try(self._open)

    def _check_rest(self, file: BaseModel) -> None:
        """Check the readable parts of an experiment whose file has errors, as far as
        its sections are valid, without repeating errors of the file itself."""
        if not isinstance(file, ExperimentFile) or self.raw.get("sites"):
            return
        said = list(self.found)
        for name, value in file.__dict__.items():
            if isinstance(value, list) and not all(
                isinstance(one, (BaseModel, str)) for one in value
            ):
                file.__dict__[name] = []  # only the names of invalid sections
        steps = check_steps(Signal(file, self.folder, self.raw))
        with suppress(*_MISSING):  # the list itself may need a bad section
            for step in steps:
                with suppress(*_MISSING):
                    self._try(step)
        new = [
            one
            for one in self.found[len(said) :]
            if not any(old.message in one.message for old in said)
        ]
        self.found = said + new

    def _open(self) -> None:
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always")
            opened = experiment(Path(str(self.folder.root)))
            for key, message in suspicions(opened):
                self._add(message, key, "warning")
        for doubt in doubts:
            if issubclass(doubt.category, ValidityWarning):
                self._add(str(doubt.message), kind="warning")

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except NuprobeError as err:
            self._add(str(err))

    # -- places

    def _add(
        self,
        message: str,
        place: Place | None = None,
        kind: Literal["problem", "warning"] = "problem",
    ) -> None:
        message = message.removeprefix(f"{self.folder.name}: ")
        message = message.removeprefix("the file: ")
        table = re.match(
            rf"{re.escape(str(self.folder.root))}/([^:]+):(?:(\d+):)?\s*", message
        )
        if table and table[1] != self.folder.main:
            self._add_table(table[1], table[2], message[table.end() :], kind)
            return
        if place is None:
            place, message = self._split(message)
        line = line_of(place, self.lines)
        key = ".".join(map(str, place))
        self.found.append(Finding(kind, self.folder.name, line, key, message))

    def _split(self, message: str) -> tuple[Place, str]:
        """Place and rest of a message that begins with a key."""
        match = re.match(rf"({_PART}(?:\.{_PART})*)(?::\s+|\s)", message)
        if match is None:
            return (), message
        place = self._place(match[1].split("."))
        if not place or line_of(place[:1], self.lines) is None:
            return (), message
        whole = match[0].rstrip().endswith(":")
        return (place, message[match.end() :]) if whole else (place, message)

    def _place(self, parts: Sequence[str]) -> Place:
        """A dotted key with the names of list items replaced by numbers."""
        place: tuple[int | str, ...] = ()
        here: Any = self.raw
        for part in parts:
            step: int | str = part
            if isinstance(here, list):
                names = [x.get("name") for x in here if isinstance(x, Mapping)]
                step = (
                    int(part)
                    if part.isdigit()
                    else (names.index(part) if part in names else 0)
                )
                here = here[step] if step < len(here) else None
            else:
                here = here.get(part) if isinstance(here, Mapping) else None
            place = (*place, step)
        return place

    def _add_table(self, name: str, line: str | None, message: str, kind: Any) -> None:
        number = int(line) if line else None
        if row := re.match(r"row (\d+)", message):
            number = _line_of_row(self.folder, name, int(row[1]))
        key = ""
        for place, table in _named_tables(self.raw, ()):
            if table == name:
                key = ".".join(map(str, place))
                break
        file = f"{self.folder.root}/{name}"
        self.found.append(Finding(kind, file, number, key, message))


def _said(one: Finding) -> str:
    return f"{one.key}: {one.message}" if one.key else one.message


def _named_tables(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Keys that name a table, at any depth, and the tables."""
    items = data.items() if isinstance(data, Mapping) else enumerate(data)
    for key, value in items:
        here = (*place, key)
        if isinstance(value, (Mapping, list)):
            yield from _named_tables(value, here)
        elif isinstance(value, str) and str(key).split("_")[-1] == "table":
            yield here, value


def _line_of_row(folder: Folder, name: str, row: int) -> int | None:
    """Line of a row of a table, of which the header is row 0."""
    text = read_text(folder.root.joinpath(name), "the table", LARGEST_TABLE)
    numbers = [
        i
        for i, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    ]
    return numbers[row] if row < len(numbers) else None


def _fields(
    model: type[BaseModel], raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[Place, str]]]:
    """Values of the valid fields, and the errors of the others; consistency between
    fields is left to `_run_validators`."""
    fields: dict[str, Any] = {
        n: (f.annotation, f) for n, f in model.model_fields.items()
    }
    loose = create_model(model.__name__, __base__=Strict, **fields)
    problems = problems_of(loose, raw)
    bad = {place[0] for place, _ in problems if place}
    kept = {name: (None if name in bad else field) for name, field in fields.items()}
    some = create_model(
        model.__name__, __base__=Strict, **{n: f for n, f in kept.items() if f}
    )
    right = some.model_validate({k: v for k, v in raw.items() if kept.get(k)})
    values = {name: getattr(right, name) for name in some.model_fields}
    for name in bad:
        if isinstance(items := raw.get(str(name)), list):
            # names in sections with other errors still count as defined
            values[str(name)] = [_bare(item) for item in items]
    return values, problems


def _bare(item: Any) -> Any:
    named: dict[str, Any] = {
        "name": "",
        "acts_on": [],
        "processes": [],
        "kind": "",
        "control": None,
    }
    return SimpleNamespace(**{**named, **item}) if isinstance(item, Mapping) else item


def _run_validators(
    model: type[BaseModel],
    values: Mapping[str, Any],
    bad: Sequence[tuple[Place, str]],
    add: Callable[[str], None],
) -> BaseModel:
    """Run each check of the whole file separately if its inputs are valid; return the
    file without its invalid parts."""
    whole = model.model_construct(**values)
    for name in set(model.model_fields) - set(values):
        whole.__dict__.pop(name, None)
    for validator in model.__pydantic_decorators__.model_validators.values():
        if validator.info.mode == "after":
            _run(partial(validator.func, whole), add, bool(bad))
    if isinstance(whole, ExperimentFile):
        # the check itself reports the first of these
        for problems in (
            whole.name_problems,
            whole.projection_problems,
            whole.analysis_problems,
            whole.table_problems,
        ):
            _run(partial(_each, problems, add), add, bool(bad))
    return whole


def _each(problems: Callable[[], Iterator[str]], add: Callable[[str], None]) -> None:
    for problem in problems():
        add(problem)


def _run(
    check: Callable[[], object], add: Callable[[str], None], lenient: bool
) -> None:
    try:
        check()
    except InputError as err:
        add(str(err))
    except (AttributeError, TypeError, KeyError):
        # needs something invalid that has already been reported
        if not lenient:
            raise
