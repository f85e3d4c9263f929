"""An ``experiment.toml`` written from its contents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from nuprobe.toml_text import Key, toml_lines

__all__ = ["remarks", "toml_of"]


def toml_of(raw: Mapping[str, Any], said: Mapping[Key, str] | None = None) -> str:
    """Text of a file: plain keys, then a table for each section and each item of a list
    of sections.

    Parameters
    ----------
    raw : its contents.
    said : remarks behind single keys.

    Examples
    --------
    >>> print(toml_of({"a": 1, "b": {"c": [0.5]}, "d": [{"e": True}]}))
    a = 1
    <BLANKLINE>
    [b]
    c = [0.5]
    <BLANKLINE>
    [[d]]
    e = true
    """
    said = said or {}
    lines = [
        _pair(k, v, said.get((k,), "")) for k, v in raw.items() if not _is_table(v)
    ]
    for key, value in raw.items():
        if isinstance(value, list) and _is_table(value):
            for item in value:
                lines += ["", f"[[{key}]]", *(_pair(k, v) for k, v in item.items())]
        elif (
            isinstance(value, Mapping) and value and all(map(_is_plain, value.items()))
        ):
            for name, section in value.items():
                lines += [
                    "",
                    f"[{key}.{_key(name)}]",
                    *_pairs(section, (key, name), said),
                ]
        elif isinstance(value, Mapping):
            lines += ["", f"[{key}]", *_pairs(value, (key,), said)]
    return "\n".join(lines)


def remarks(text: str) -> dict[Key, str]:
    """Remarks after the values of a file.

    Parameters
    ----------
    text : of the file.

    Examples
    --------
    >>> remarks("a = 1   # so")
    {('a',): 'so'}
    """
    lines = text.split("\n")
    return {
        mark.key: said
        for mark in toml_lines(text)
        if not mark.table and (said := _remark(lines[mark.number - 1]))
    }


def _remark(line: str) -> str:
    """Remark behind a value that has no ``#`` and ends on its line."""
    value, _, said = line.partition("#")
    open_text = any(value.count(mark) % 2 for mark in "\"'")
    return "" if open_text or "#" in said else said.strip()


def _is_plain(item: tuple[str, Any]) -> bool:
    """Whether a table contains only tables and is not better written in one line."""
    return isinstance(item[1], Mapping) and "kind" not in item[1]


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    )


def _pairs(
    section: Mapping[str, Any], place: Key, said: Mapping[Key, str]
) -> Iterator[str]:
    for key, value in section.items():
        yield _pair(key, value, said.get((*place, key), ""))


def _pair(key: str, value: Any, remark: str = "") -> str:
    line = f"{_key(key)} = {_value(value)}"
    return f"{line}    # {remark}" if remark else line


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        plain = "\\" in value and "'" not in value and "\n" not in value
        return f"'{value}'" if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
