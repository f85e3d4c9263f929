"""The single entry point for text from files and from the command line: YAML, TOML,
JSON and CSV, read so that nothing is silently misinterpreted.

YAML 1.1 reads ``yes`` as true, ``010`` as 8 and ``1:30`` as 90, the last of two equal
keys wins, and a CSV row may have more cells than the header. All of these are rejected
here, as is input that could exhaust the machine: aliases, deep nesting, endless digits.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from nuprobe.decimals import DECIMAL, GROUPED_DIGITS, parse_number
from nuprobe.errors import InputError, shown

__all__ = [
    "parse_csv",
    "parse_json",
    "parse_toml",
    "parse_yaml",
    "read_text",
]

LARGEST_TEXT: Final = 5_000_000
"""Bytes of a YAML, TOML or JSON file."""
LARGEST_TABLE: Final = 200_000_000
"""Bytes of a CSV table."""
LONGEST_CELL: Final = 10_000
"""Characters of a cell of a table."""
DEEPEST: Final = 20
"""Largest nesting of lists and mappings."""
_DIGITS: Final = 40


def read_text(
    path: Traversable | Path, what: str = "the file", largest: int = LARGEST_TEXT
) -> str:
    """Text of a file, without the byte-order mark that some editors write.

    Parameters
    ----------
    path : of the file; a device or a pipe is rejected.
    what : description for the message.
    largest : size in bytes above which it is rejected.

    Raises
    ------
    InputError
        If it does not exist, is too large, or is not UTF-8 text.

    Examples
    --------
    >>> from importlib import resources
    >>> read_text(resources.files("nuprobe.nuclei") / "data" / "shells.csv")[0]
    '#'
    """
    try:
        if not path.is_file():
            raise InputError(
                f"cannot read {what} {path}: "
                + ("it is a folder" if path.is_dir() else "there is no such file")
                + "; correct the path"
            )
        if isinstance(path, Path) and path.stat().st_size > largest:
            raise InputError(f"{path} is larger than {largest:,} bytes; shorten it")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise InputError(
            f"{path}: not UTF-8 text ({err.reason}); save it as UTF-8"
        ) from None
    except (OSError, ValueError) as err:  # a path with a NUL is a ValueError
        if isinstance(err, InputError):
            raise
        reason = getattr(err, "strerror", None) or str(err)
        raise InputError(f"cannot read {what} {path}: {reason}") from None


# -- tables ----------------------------------------------------------------------------


def parse_csv(text: str, source: str) -> list[dict[str, str]]:
    """Rows of a CSV table: ``#`` lines are comments, the first other is the header;
    if spaces separate the names, they also separate the cells.

    Parameters
    ----------
    text : the whole file; a byte-order mark and any line ends are understood.
    source : name of the file, for messages.

    Returns
    -------
    list of dict
        One dictionary of strings per row, keyed by the header; cells are stripped.

    Raises
    ------
    InputError
        If there is no header, a column has no name or two have one, a row has more or
        fewer cells than the header, a quote is left open or a cell is too long. The
        message names the line and the likely cause (decimal commas, semicolons).

    Examples
    --------
    >>> parse_csv("# two points\\nenergy,nu_e\\n1,0.5\\n2,0.25\\n", "flux.csv")[1]
    {'energy': '2', 'nu_e': '0.25'}
    >>> parse_csv("energy,nu_e\\n1,5,2,5\\n", "flux.csv")
    Traceback (most recent call last):
    nuprobe.errors.InputError: flux.csv:2: 4 cells under 2 columns; ...
    """
    lines = _lines(text)
    try:
        number, first = next(lines)
    except StopIteration:
        raise InputError(
            f"{source}: no header line; add one with the column names"
        ) from None
    # names without a comma between them: columns are separated by spaces
    spaced = "," not in first and '"' not in first and len(first.split()) > 1
    split = _words if spaced and ";" not in first else _cells
    header = split(first, source, number)
    _check_header(header, source, number)
    rows = []
    for number, line in lines:
        cells = split(line, source, number)
        if len(cells) != len(header):
            raise InputError(_wrong_count(cells, header, f"{source}:{number}", line))
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines of a table without comments and blank lines; only line feeds and
    carriage returns end a line."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield number, stripped


def _words(line: str, source: str, number: int) -> list[str]:
    return line.split()


def _cells(line: str, source: str, number: int) -> list[str]:
    if '"' not in line:
        cells = line.split(",")
    else:
        try:
            (cells,) = csv.reader([line], skipinitialspace=True, strict=True)
        except (csv.Error, ValueError) as err:
            raise InputError(
                f"{source}:{number}: {err}; correct that line (a cell must not span"
                " lines)"
            ) from None
    if len(line) > LONGEST_CELL and max(map(len, cells)) > LONGEST_CELL:
        raise InputError(
            f"{source}:{number}: a cell has more than {LONGEST_CELL} characters"
        )
    return list(map(str.strip, cells))


def _check_header(header: Sequence[str], source: str, number: int) -> None:
    seen: set[str] = set()
    for column in header:
        if not column:
            raise InputError(
                f"{source}:{number}: a column has no name; name every column"
            )
        if column in seen:
            raise InputError(
                f"{source}:{number}: two columns are named {shown(column)}; rename or"
                " remove one"
            )
        seen.add(column)


def _wrong_count(
    cells: Sequence[str], header: Sequence[str], place: str, line: str
) -> str:
    what = (
        f"{place}: {len(cells)} cell{'s' * (len(cells) != 1)} under {len(header)}"
        f" column{'s' * (len(header) != 1)};"
    )
    if ";" in line:
        return f"{what} separate the cells by commas, not semicolons"
    if len(cells) > len(header):
        return f"{what} are these decimal commas? Write 0.25, not 0,25"
    return f"{what} give one cell a column"


# -- YAML ------------------------------------------------------------------------------

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?(?:0|[1-9]\d*)", re.ASCII)
# 1e-4 is a string in YAML 1.1; it stays one here and is converted where a number is
# meant
_POINT = re.compile(
    r"[-+]?(?:(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\.(?:inf|nan))", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AMBIGUOUS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (
        re.compile("yes|no|on|off", re.IGNORECASE),
        "is true or false to some readers of YAML and text to others; write true or"
        " false, or put it in quotes",
    ),
    (
        re.compile(r"[-+]?0[\d_]+", re.ASCII),
        "is an octal number to some readers of YAML; write it without leading zeros, or"
        " in quotes",
    ),
    (
        re.compile(r"[-+]?0[xob][\da-fA-F_]+", re.ASCII),
        "is not a decimal number; write it in decimal digits, or in quotes",
    ),
    (
        re.compile(r"[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?", re.ASCII),
        "is a number in base 60 to some readers of YAML; write the number out, or put"
        " it in quotes",
    ),
    (GROUPED_DIGITS, "groups digits; write it without underscores, or in quotes"),
    (
        re.compile(r"[-+]?(?:\d+\.\d*|\.\d+)[dD][-+]?\d+", re.ASCII),
        "is a number of Fortran; write e for D",
    ),
)


def parse_yaml(text: str) -> Any:
    """Data of one YAML document in the plain subset that all readers agree on.

    Parameters
    ----------
    text : the document; numbers, texts, true and false, null, dates, lists and
        mappings.

    Raises
    ------
    InputError
        For a key given twice, tags, anchors, aliases and merges, deep nesting, and
        plain texts that YAML 1.1 turns into numbers or truth values (``yes``, ``010``,
        ``1:30``, ``1_000``). The message names line and column.

    Examples
    --------
    >>> parse_yaml("coupling: 1.0e-4")
    {'coupling': 0.0001}
    >>> parse_yaml("charge: yes")
    Traceback (most recent call last):
    nuprobe.errors.InputError: line 1, column 9: 'yes' is true or false to some ...
    """
    import yaml

    if len(text) > LARGEST_TEXT:
        raise InputError(f"more than {LARGEST_TEXT:,} characters; shorten it")
    text = text.removeprefix("\ufeff")
    loader = _yaml_loader()
    try:
        _check_events(yaml.parse(text, Loader=loader))
        documents = list(yaml.load_all(text, Loader=loader))
    except yaml.YAMLError as err:
        said = " ".join(str(err).split())
        # PyYAML 6.0.4 and newer have their own limit, which is reached before any event
        if "nesting depth" in said:
            raise InputError(f"nested too deeply ({said}); flatten it") from None
        raise InputError(f"not valid YAML ({said}); correct that place") from None
    except (ValueError, TypeError, RecursionError) as err:  # e.g. a thirteenth month
        if isinstance(err, InputError):
            raise
        raise InputError(f"not valid YAML ({err}); correct that place") from None
    if len(documents) > 1:
        raise InputError(
            f"a file must contain one document, got {len(documents)}; remove the"
            " line ---"
        )
    if not documents:
        raise InputError("the file is empty; write the document")
    return documents[0]


def _yaml_loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        """Reads the scalars of YAML 1.2 and rejects a key given twice."""

        yaml_implicit_resolvers: dict[str, list[Any]] = {}

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[str] = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise InputError(f"{_place(key)}: a key must be a name or a number")
                if key.value in seen:
                    raise InputError(
                        f"{key.value}: this key is given twice, again at {_place(key)};"
                        " keep one"
                    )
                seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    for tag, pattern in (
        ("null", _NULL),
        ("bool", _BOOL),
        ("int", _INT),
        ("float", _POINT),
        ("timestamp", _DATE),
    ):
        whole = re.compile(f"(?:{pattern.pattern})$", re.ASCII)
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", whole, None)
    return Loader


def _check_events(events: Iterable[Any]) -> None:
    """Raise for anything a plain document must not contain, before objects are
    built."""
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise InputError(f"{_place(event)}: nested too deeply; flatten it")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InputError(
                f"{_place(event)}: anchors and aliases are not allowed; write out"
                " the value"
            )
        if tag := getattr(event, "tag", None):
            raise InputError(
                f"{_place(event)}: the tag {tag} is not allowed; write a plain value"
            )
        if isinstance(event, yaml.ScalarEvent) and event.style in (None, ""):
            _check_plain(event)


def _check_plain(event: Any) -> None:
    text = event.value
    if text == "<<":
        raise InputError(
            f"{_place(event)}: merged keys are not allowed; write them out"
        )
    if _INT.fullmatch(text) and len(text) > _DIGITS:
        raise InputError(
            f"{_place(event)}: an integer of {len(text)} digits; shorten it"
        )
    for pattern, why in _AMBIGUOUS:
        if pattern.fullmatch(text):
            raise InputError(f"{_place(event)}: {shown(text)} {why}")
    if DECIMAL.fullmatch(text):
        try:
            parse_number(text)
        except InputError as err:
            raise InputError(f"{_place(event)}: {err}") from None


def _place(node: Any) -> str:
    return f"line {node.start_mark.line + 1}, column {node.start_mark.column + 1}"


# -- TOML and JSON ---------------------------------------------------------------------


def parse_toml(text: str) -> dict[str, Any]:
    """Data of a TOML document.

    Parameters
    ----------
    text : the document.

    Raises
    ------
    InputError
        If it is not TOML (a key given twice included), is nested deeply, or contains
        an integer of more than 40 digits.

    Examples
    --------
    >>> parse_toml('distance = "19.3 m"')
    {'distance': '19.3 m'}
    """
    import tomllib

    if len(text) > LARGEST_TEXT:
        raise InputError(f"more than {LARGEST_TEXT:,} characters; shorten it")
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"), parse_float=_toml_float)
    except (ValueError, RecursionError) as err:  # e.g. an integer of 5000 digits, [[[[…
        raise InputError(f"not valid TOML ({err}); correct that place") from None
    _check_data(data, ())
    return data


def parse_json(text: str) -> Any:
    """Data of a JSON text.

    Parameters
    ----------
    text : the document.

    Raises
    ------
    InputError
        If it is not JSON, a key is given twice, it is nested deeply, or contains an
        integer of more than 40 digits.

    Examples
    --------
    >>> parse_json('{"bins": [1, 2]}')
    {'bins': [1, 2]}
    """
    if len(text) > LARGEST_TEXT:
        raise InputError(f"more than {LARGEST_TEXT:,} characters; shorten it")
    try:
        data = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_unique,
            parse_float=parse_number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as err:
        if isinstance(err, InputError):
            raise
        raise InputError(f"not valid JSON ({err}); correct that place") from None
    _check_data(data, ())
    return data


def _toml_float(text: str) -> float:
    """A number of TOML; one beyond the range of a float is neither ∞ nor 0."""
    plain = text.replace("_", "")
    return parse_number(plain) if DECIMAL.fullmatch(plain) else float(plain)


def _no_constant(name: str) -> float:
    raise InputError(f"{name} is not a valid JSON number; correct it")


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise InputError(f"{shown(key)}: this key is given twice; keep one")
        result[key] = value
    return result


def _check_data(data: Any, place: tuple[str, ...]) -> None:
    if len(place) > DEEPEST:
        raise InputError(f"{'.'.join(place)}: nested too deeply; flatten it")
    if isinstance(data, Mapping):
        for key, value in data.items():
            _check_data(value, (*place, str(key)))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            _check_data(value, (*place, str(i)))
    elif isinstance(data, int) and abs(data) >= 10**_DIGITS:
        raise InputError(
            f"{'.'.join(place)}: an integer of more than {_DIGITS} digits; shorten it"
        )
