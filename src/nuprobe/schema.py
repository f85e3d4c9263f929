"""Reading the TOML folders users write: safe paths, and errors that name file, key and
remedy."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError

from nuprobe.decimals import parse_number, parse_numbers
from nuprobe.errors import (
    ExperimentFileError,
    InputError,
    NuprobeError,
    UnknownNameError,
    shown,
)
from nuprobe.numerics import FloatArray
from nuprobe.parsing import (
    LARGEST_TABLE,
    parse_csv,
    parse_toml,
    read_text,
)
from nuprobe.reprs import one_line, table_of

__all__ = ["Folder", "Place", "Strict", "in_file", "problems_of", "validate"]

Place = tuple[int | str, ...]
"""A key as names, with numbers in lists."""

ModelT = TypeVar("ModelT", bound=BaseModel)


def _number(value: Any) -> Any:
    """Check a number before pydantic would accept true as 1."""
    if isinstance(value, (bool, np.bool_)):
        raise InputError(f"{str(value).lower()} is not a number; write the number")
    if isinstance(value, str):
        parse_number(value)  # pydantic converts it, unless strings are allowed too
    return value


def _truth(value: Any) -> Any:
    """Check a truth value before pydantic would accept 1 and "yes"."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(
            f"{shown(value)} is neither true nor false; write true or false"
        )
    return bool(value)


_READ = (".toml", ".csv", ".txt", ".dat", ".npz")
"""Suffixes of files that identify the kind of a folder."""

_BEFORE = {"float": _number, "int": _number, "bool": _truth}


def _guarded(schema: Any) -> Any:
    """A pydantic schema with the checks above before each number and truth value, at
    any depth."""
    if isinstance(schema, dict):
        guarded = {key: _guarded(value) for key, value in schema.items()}
        if (kind := schema.get("type")) in _BEFORE and isinstance(kind, str):
            before = {"type": "no-info", "function": _BEFORE[kind]}
            return {"type": "function-before", "function": before, "schema": guarded}
        return guarded
    if isinstance(schema, list):
        return [_guarded(item) for item in schema]
    return schema


class Strict(BaseModel):
    """Base of everything read from a file: unknown keys, infinities and NaN are errors,
    true is not 1, and instances are immutable.

    >>> class Site(Strict):
    ...     distance: float
    >>> validate(Site, {"distanze": 3.0}, "site.toml")
    Traceback (most recent call last):
    nuprobe.errors.ExperimentFileError: site.toml: distanze: unknown key 'distanze': ...
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> Any:
        return _guarded(handler(source))

    def __repr__(self) -> str:
        return one_line(self)

    def _repr_html_(self) -> str:
        return table_of(self)


def _tables(root: Traversable | Path, above: str = "") -> Iterator[tuple[str, bytes]]:
    """Name and content of all TOML files and tables in a folder, in order."""
    for entry in sorted(root.iterdir(), key=lambda entry: entry.name):
        if isinstance(entry, Path) and entry.is_symlink():
            continue
        name = f"{above}{entry.name}"
        if entry.is_dir() and not entry.name.startswith((".", "_")):
            yield from _tables(entry, f"{name}/")
        elif entry.is_file() and Path(entry.name).suffix.lower() in _READ:
            yield name, entry.read_bytes()


class Folder:
    """A folder with one TOML file and its tables; nothing outside it is ever read.

    Parameters
    ----------
    root : the folder, on disk or inside the package.
    main : name of the TOML file.
    """

    def __init__(self, root: Traversable | Path, main: str) -> None:
        self.root = root
        self.main = main
        self._rows: dict[str, list[dict[str, str]]] = {}
        self._columns: dict[tuple[str, str], FloatArray] = {}
        if isinstance(root, Path) and root.is_file():
            raise ExperimentFileError(
                f"{root} is a file: give the folder that contains it,"
                f" {root.absolute().parent}"
            )
        if not root.joinpath(main).is_file():
            raise ExperimentFileError(
                f"{root}: contains no {main}; give a folder with one"
            )

    @property
    def name(self) -> str:
        """Path of the main file, for messages."""
        return f"{self.root}/{self.main}"

    def load(self) -> dict[str, Any]:
        """Parse the TOML file; raises `ExperimentFileError` if it is not plain TOML."""
        try:
            text = read_text(self.root.joinpath(self.main))
        except InputError as err:
            raise ExperimentFileError(str(err)) from None
        try:
            return parse_toml(text)
        except InputError as err:
            raise ExperimentFileError(f"{self.name}: {err}") from None

    def subfolder(self, name: str, main: str) -> Folder:
        """Return a folder inside this one; raises `ExperimentFileError` if it lies
        outside or has no `main`."""
        return Folder(self._inside(name), main)

    def file(self, name: str) -> Traversable:
        """Return a file inside the folder; raises `ExperimentFileError` if it lies
        outside or does not exist."""
        path = self._inside(name)
        if not path.is_file():
            raise ExperimentFileError(
                f"{self.name}: file {name!r} does not exist; add it or correct the name"
            )
        return path

    def _inside(self, name: str) -> Traversable:
        if os.path.isabs(name) or ".." in Path(name).parts or "\0" in name:
            raise ExperimentFileError(
                f"{self.name}: {name!r} points outside the folder; put it next to"
                f" {self.main} and give its name"
            )
        if any(len(part.encode()) > 250 for part in Path(name).parts):
            raise ExperimentFileError(
                f"{self.name}: {shown(name)} is too long for a file name"
            )
        path = self.root.joinpath(name)
        if isinstance(self.root, Path) and self._leads_out(self.root, name):
            raise ExperimentFileError(
                f"{self.name}: {name!r} is a link to outside the folder; put the"
                " file itself there"
            )
        return path

    def digest(self) -> str:
        """SHA-256 of the TOML file and the tables of the folder and its subfolders, by
        name, independent of where the folder is."""
        state = hashlib.sha256()
        for name, content in _tables(self.root):
            state.update(f"{name} {len(content)}\n".encode() + content)
        return state.hexdigest()

    @staticmethod
    def _leads_out(root: Path, name: str) -> bool:
        """Whether a name in the folder is, or is reached through, a link out of it."""
        path = root
        for part in Path(name).parts:
            path = path / part
            if path.is_symlink():
                whole = root.joinpath(name).resolve()
                return not whole.is_relative_to(root.resolve())
        return False

    def _table_rows(self, file: str) -> list[dict[str, str]]:
        """Rows of a table, parsed once."""
        if file in self._rows:
            return self._rows[file]
        path = self._inside(file)
        if not path.is_file():
            raise ExperimentFileError(
                f"{self.name}: table {file!r} does not exist; add it or correct the"
                " name"
            )
        try:
            text = read_text(path, "the table", LARGEST_TABLE)
            self._rows[file] = parse_csv(text, f"{self.root}/{file}")
        except InputError as err:
            raise ExperimentFileError(str(err)) from None
        return self._rows[file]

    def columns(self, file: str) -> tuple[str, ...]:
        """Column names of a CSV table in the folder; none for an empty table."""
        rows = self._table_rows(file)
        return tuple(rows[0]) if rows else ()

    def texts(self, file: str, column: str) -> tuple[str, ...]:
        """Read one column of a CSV table as texts.

        Parameters
        ----------
        file, column : names; `ExperimentFileError` if either is missing.
        """
        rows = self._table_rows(file)
        if not rows or column not in rows[0]:
            known = list(rows[0]) if rows else []
            raise ExperimentFileError(
                f"{self.root}/{file}: {UnknownNameError('column', column, known)}"
            )
        return tuple(row[column].strip() for row in rows)

    def table(self, file: str, columns: Iterable[str]) -> dict[str, FloatArray]:
        """Read named columns of a CSV table in the folder (``#`` lines are comments,
        then one header line).

        Raises
        ------
        ExperimentFileError
            If the path leaves the folder, the file or a column is missing, the table is
            malformed (`nuprobe.parsing.parse_csv`), or a cell is not a finite
            number.
        """
        rows, wanted = self._table_rows(file), list(columns)
        for column in wanted:
            if not rows or column not in rows[0]:
                known = list(rows[0]) if rows else []
                raise ExperimentFileError(
                    f"{self.root}/{file}: {UnknownNameError('column', column, known)}"
                )
        new = [c for c in dict.fromkeys(wanted) if (file, c) not in self._columns]
        if new:
            # converted together: a response has hundreds of columns
            texts = [row[column] for row in rows for column in new]
            try:
                values = np.array(parse_numbers(texts)).reshape(-1, len(new))
            except InputError as err:
                number, _, problem = str(err).partition(": ")
                row, place = divmod(int(number) - 1, len(new))
                raise ExperimentFileError(
                    f"{self.root}/{file}: row {row + 1}, column {new[place]}: {problem}"
                ) from None
            values = np.ascontiguousarray(values.T)
            values.flags.writeable = False  # shared by all readers
            for column, own in zip(new, values, strict=True):
                self._columns[file, column] = own
        return {column: self._columns[file, column] for column in wanted}


def validate(model: type[ModelT], data: object, source: str) -> ModelT:
    """Validate parsed data against a pydantic model.

    Parameters
    ----------
    model : its class.
    data : as parsed from a file.
    source : name of the file, for messages.

    Raises
    ------
    ExperimentFileError
        One line: file, key, what is wrong there and what is allowed.

    Examples
    --------
    >>> class Site(Strict):
    ...     distance: float
    >>> validate(Site, {"distance": 3.0}, "site.toml").distance
    3.0
    """
    try:
        return model.model_validate(data)
    except ValidationError as err:
        raise ExperimentFileError(f"{source}: {_first_problem(model, err)}") from None


def problems_of(model: type[BaseModel], data: object) -> list[tuple[Place, str]]:
    """All problems with the fields of a model, of which `validate` reports the first.

    Parameters
    ----------
    model, data : as of `validate`.

    Returns
    -------
    list of (place, message)
        The place is the key path as names and numbers, empty for the whole file.

    Examples
    --------
    >>> class Site(Strict):
    ...     distance: float
    >>> [place for place, _ in problems_of(Site, {"distanze": 3.0})]
    [('distance',), ('distanze',)]
    """
    try:
        model.model_validate(data)
    except ValidationError as err:
        return [_problem(model, one) for one in err.errors(include_url=False)]
    return []


@contextmanager
def in_file(source: str) -> Iterator[None]:
    """Name the file in errors about its content.

    Parameters
    ----------
    source : name of the file.

    Raises
    ------
    ExperimentFileError
        For every `NuprobeError` inside; one that already names its file is unchanged.

    Examples
    --------
    >>> with in_file("site.toml"):
    ...     raise InputError("target: unknown isotope Xx1")
    Traceback (most recent call last):
    nuprobe.errors.ExperimentFileError: site.toml: target: unknown isotope Xx1
    """
    try:
        yield
    except ExperimentFileError:
        raise
    except NuprobeError as err:
        raise ExperimentFileError(f"{source}: {err}") from None


def _first_problem(model: type[BaseModel], err: ValidationError) -> str:
    problems = err.errors(include_url=False)
    # a misspelt key appears as one extra and one missing key; the extra one is more
    # informative
    problem = next((p for p in problems if p["type"] == "extra_forbidden"), problems[0])
    place, message = _problem(model, problem)
    key = ".".join(map(str, place)) or "the file"
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    others = [
        ".".join(map(str, _problem(model, p)[0]))
        for p in problems
        if p["type"] == problem["type"] == "missing" and p is not problem
    ]
    if others:
        more = more.replace("more)", f"more: {', '.join(others)})")
    return " ".join(f"{key}: {message}{more}".split())


def _problem(model: type[BaseModel], problem: Any) -> tuple[Place, str]:
    """Place and message of one pydantic error."""
    extra = problem["type"] == "extra_forbidden"
    location, known, tags = _walk(
        model.model_json_schema(), problem["loc"][:-1] if extra else problem["loc"]
    )
    place = (*location, problem["loc"][-1]) if extra else tuple(location)
    cause = (problem.get("ctx") or {}).get("error")
    if extra:
        message = str(
            UnknownNameError(
                "key", problem["loc"][-1], known, "Remove it or correct its name."
            )
        )
    elif isinstance(cause, NuprobeError):
        message = str(cause)
    elif problem["type"] == "missing":
        message = "this key is required; add it"
    elif problem["type"] in ("union_tag_not_found", "union_tag_invalid"):
        # pydantic quotes the name of the key
        key = problem["ctx"]["discriminator"].strip("'")
        given = problem["ctx"].get("tag")
        got = "is missing" if given is None else f"is {shown(given)}"
        message = f"{key} {got}: it must be one of {', '.join(tags)}"
    else:
        message = f"{problem['msg']} (got {shown(problem['input'])})"
    return place, " ".join(message.split())


def _walk(
    schema: dict[str, Any], path: tuple[int | str, ...]
) -> tuple[list[int | str], list[str], list[str]]:
    """Keys that lead to a place in a JSON schema (without union tags), the keys allowed
    there, and the tags to choose from."""

    def variants(node: dict[str, Any], tagged: bool = False) -> list[dict[str, Any]]:
        if "$ref" in node:
            return variants(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], tagged)
        if "discriminator" in node and not tagged:
            return [node]
        inner = [
            leaf
            for v in node.get("anyOf", []) + node.get("oneOf", [])
            for leaf in variants(v, tagged)
        ]
        return inner or [node]

    location: list[int | str] = []
    nodes = variants(schema)
    for part in path:
        tags = [
            node["discriminator"]["mapping"].get(part)
            for node in nodes
            if "discriminator" in node
        ]
        if any(tags):
            nodes = [leaf for tag in tags if tag for leaf in variants({"$ref": tag})]
            continue
        children: list[Any] = []
        for leaf in [leaf for node in nodes for leaf in variants(node, tagged=True)]:
            if isinstance(part, int):
                # a tuple of given length lists its items one by one
                children += leaf.get("prefixItems", [])[part : part + 1] or [
                    leaf.get("items")
                ]
            else:
                children.append(
                    leaf.get("properties", {}).get(
                        part, leaf.get("additionalProperties")
                    )
                )
        found = [
            leaf
            for child in children
            if isinstance(child, dict)
            for leaf in variants(child)
        ]
        # a part missing from the schema is an internal step of the validator, not a key
        if found:
            location.append(part)
            nodes = found
    leaves = [leaf for node in nodes for leaf in variants(node, tagged=True)]
    known = [key for leaf in leaves for key in leaf.get("properties", {})]
    tags = [tag for n in nodes for tag in n.get("discriminator", {}).get("mapping", ())]
    return location, known, tags
