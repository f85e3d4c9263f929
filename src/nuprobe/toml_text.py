"""Positions of keys in the text of a TOML file, so that messages can name the line and
comments can be placed above what they explain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Key", "TomlLine", "key_lines", "line_of", "toml_lines"]

Key = tuple[str | int, ...]
"""Names that lead to a value, with numbers in lists."""

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?\s*(?:#.*)?")
_PAIR = re.compile(rf"\s*({_DOTTED})\s*=(.*)", re.DOTALL)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


@dataclass(frozen=True)
class TomlLine:
    """One line on which a table or a key begins.

    Attributes
    ----------
    number : of the line, from 1.
    key : of the table or value.
    table : whether it is the head of a table.
    """

    number: int
    key: Key
    table: bool


def toml_lines(text: str) -> Iterator[TomlLine]:
    """Lines on which a table or a key begins, in order; a value that spans several
    lines belongs to the first.

    Parameters
    ----------
    text : of the file; it need not be valid.

    Examples
    --------
    >>> [(x.number, x.key) for x in toml_lines('a = 1\\n[[b]]\\nc = [\\n 2]\\n[[b]]')]
    [(1, ('a',)), (2, ('b', 0)), (3, ('b', 0, 'c')), (5, ('b', 1))]
    """
    counts: dict[Key, int] = {}
    table: Key = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if depth > 0:
            depth += _depth(line)
            continue
        if head := _TABLE.fullmatch(line):
            table = _placed(_names(head[2]), counts, head[1] == "[[")
            yield TomlLine(number, table, True)
        elif pair := _PAIR.fullmatch(line):
            yield TomlLine(number, (*table, *_names(pair[1])), False)
            for mark in ('"""', "'''"):
                if pair[2].count(mark) % 2:
                    quote = mark
            depth = 0 if quote else max(_depth(pair[2]), 0)


def key_lines(text: str) -> dict[Key, int]:
    """Number of the line on which each table or key begins.

    Parameters
    ----------
    text : of the file.

    Examples
    --------
    >>> key_lines("[flux]\\nname = 'sns'")
    {('flux',): 1, ('flux', 'name'): 2}
    """
    found: dict[Key, int] = {}
    for line in toml_lines(text):
        found.setdefault(line.key, line.number)
    return found


def line_of(key: Sequence[str | int], lines: dict[Key, int]) -> int | None:
    """Line of a key, or of the innermost thing around it that has one.

    Parameters
    ----------
    key : names and numbers.
    lines : of `key_lines`.

    Examples
    --------
    >>> line_of(("flux", "options", "model"), {("flux",): 1, ("flux", "options"): 3})
    3
    """
    for length in range(len(key), 0, -1):
        part = tuple(key[:length])
        if part in lines:
            return lines[part]
        # a table that is only defined by its subtables
        inside = [n for k, n in lines.items() if k[:length] == part]
        if inside:
            return min(inside)
    return None


def _names(dotted: str) -> Key:
    return tuple(n.strip("\"'") for n in re.findall(_NAME, dotted))


def _placed(names: Key, counts: dict[Key, int], listed: bool) -> Key:
    """Names of a table with the indices of the arrays of tables on the path."""
    place: Key = ()
    for i, name in enumerate(names):
        place = (*place, name)
        if listed and i == len(names) - 1:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _depth(text: str) -> int:
    """Brackets opened and not closed in a line, outside strings and comments."""
    bare = _STRING.sub("", text).partition("#")[0]
    return sum(map(bare.count, "[{")) - sum(map(bare.count, "]}"))
