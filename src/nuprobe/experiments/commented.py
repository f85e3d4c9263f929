"""A TOML file with a comment above each key: its meaning, units and allowed values, and
which other keys exist."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nuprobe.toml_text import Key, TomlLine, toml_lines

__all__ = ["commented"]

_WIDTH: Final = 118
Schema = Mapping[str, Any]


def commented(text: str, raw: Mapping[str, Any], schema: Schema) -> str:
    """The file with comments from its schema, each once; no value is touched.

    Parameters
    ----------
    text : of the file.
    raw : the same, parsed.
    schema : JSON Schema of its contents.

    Examples
    --------
    >>> schema = {"properties": {"mass": {"description": "with its unit"}}}
    >>> print(commented('mass = "1 kg"', {"mass": "1 kg"}, schema))
    # with its unit
    mass = "1 kg"
    """
    known = _Known(raw, schema)
    lines = text.rstrip("\n").split("\n")
    marks = list(toml_lines(text))
    before: dict[int, list[str]] = {}
    told: set[tuple[str, ...]] = set()
    for mark in marks:
        if (said := tuple(known.comment(mark.key))) not in told:
            before.setdefault(mark.number, []).extend(said)
            told.add(said)
    for table, end in _ends(marks, len(lines), lines):
        more = tuple(known.others(table.key if table else ()))
        if more[1:] not in told:  # without the name of the table
            before.setdefault(end, []).extend(more)
            told.add(more[1:])
    result = []
    for number, line in enumerate(lines, 1):
        result += [*before.get(number, ()), line]
    return "\n".join([*result, *before.get(len(lines) + 1, ())])


def _ends(
    marks: list[TomlLine], last: int, lines: list[str]
) -> Iterator[tuple[TomlLine | None, int]]:
    """Each table (including the head of the file), and the line before which its other
    possible keys are listed: after its last non-empty line."""
    heads: list[TomlLine | None] = [None, *(m for m in marks if m.table)]
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        end = after.number if after is not None else last + 1
        start = head.number if head is not None else 0
        # comments above the next table belong to it
        while end - 1 > start and (
            not lines[end - 2].strip() or lines[end - 2].lstrip().startswith("#")
        ):
            end -= 1
        yield head, end


class _Known:
    """Information from a schema about the keys of one file."""

    def __init__(self, raw: Mapping[str, Any], schema: Schema) -> None:
        self.raw = raw
        self.schema = schema

    def comment(self, key: Key) -> list[str]:
        """Lines above a key."""
        said = []
        for node in self._nodes(key, expand=False)[:1]:
            said = self._words(node)
        return _wrapped(" ".join(said))

    def others(self, key: Key) -> list[str]:
        """Further keys that a table may have."""
        here = self._value(key)
        if not isinstance(here, Mapping):
            return []
        lines = []
        for leaf in self._nodes(key):
            for name, node in leaf.get("properties", {}).items():
                if name not in here:
                    text = "; ".join(self._words(node))
                    lines += _wrapped(f"{name}: {text}" if text else name, "#     ")
            break
        if not lines:
            return []
        place = ".".join(str(k) for k in key if isinstance(k, str)) or "the file"
        return [f"#   other keys of {place}:", *lines]

    def _value(self, key: Key) -> Any:
        here: Any = self.raw
        for part in key:
            try:
                here = here[part]
            except (KeyError, IndexError, TypeError):
                return None
        return here

    def _nodes(self, key: Key, expand: bool = True) -> list[Schema]:
        """Parts of the schema that describe a key."""
        found: list[Schema] = [self.schema]
        for i, part in enumerate(key):
            leaves = [
                leaf
                for node in found
                for leaf in self._leaves(node, self._value(key[:i]))
            ]
            found = [child for leaf in leaves for child in _children(leaf, part)]
        if not expand:
            return found
        value = self._value(key)
        return [leaf for node in found for leaf in self._leaves(node, value)]

    def _leaves(self, node: Schema, value: Any) -> list[Schema]:
        """Variants of a part that the value in the file can be."""
        if "$ref" in node:
            name = node["$ref"].rsplit("/", 1)[-1]
            return self._leaves(self.schema["$defs"][name], value)
        inner = [*node.get("anyOf", ()), *node.get("oneOf", ())]
        leaves = [leaf for v in inner for leaf in self._leaves(v, value)] or [node]
        if isinstance(value, Mapping) and "kind" in value:
            kinds = [leaf for leaf in leaves if _kind_fits(leaf, value["kind"])]
            return kinds or leaves
        return leaves

    def _words(self, node: Schema) -> list[str]:
        """Description, units, alternatives and default of a key."""
        words = [node["description"]] if "description" in node else []
        leaves = self._leaves(node, None)
        for leaf in leaves:
            own = leaf.get("description", "")
            plain = leaf.get("type") in ("string", "number", "integer", "boolean")
            if own and own not in words and plain:
                words.append(own)
        every = [one for leaf in leaves for one in _values(leaf)]
        kinds = [
            f"{_shown(kind)} {_inside(leaf)}".rstrip()
            for leaf in leaves
            for kind in _values(leaf.get("properties", {}).get("kind", {}))
        ]
        if len(every) > 1:
            words.append("one of " + ", ".join(map(_shown, dict.fromkeys(every))))
        if len(kinds) > 1:
            words.append("kinds: " + ", ".join(dict.fromkeys(kinds)))
        if node.get("default") not in (None, "", [], {}) and not isinstance(
            node["default"], dict
        ):
            words.append(f"default {_shown(node['default'])}")
        return ["; ".join(words)] if words else []


def _children(leaf: Schema, part: str | int) -> list[Schema]:
    if isinstance(part, int):
        items = leaf.get("prefixItems", [])[part : part + 1] or [leaf.get("items")]
    else:
        items = [leaf.get("properties", {}).get(part, leaf.get("additionalProperties"))]
    return [item for item in items if isinstance(item, Mapping)]


def _values(leaf: Schema) -> list[Any]:
    """Values that are allowed one by one."""
    return [leaf["const"]] if "const" in leaf else list(leaf.get("enum", ()))


def _kind_fits(leaf: Schema, kind: Any) -> bool:
    return kind in _values(leaf.get("properties", {}).get("kind", {}))


def _inside(leaf: Schema) -> str:
    """Keys of a kind, required ones first."""
    needed = leaf.get("required", [])
    own = [key for key in leaf.get("properties", {}) if key != "kind"]
    names = sorted(own, key=lambda key: key not in needed)
    return f"({', '.join(names)})" if names and len(names) <= 6 else ""


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _wrapped(text: str, mark: str = "# ") -> list[str]:
    if not text:
        return []
    plain = " ".join(text.replace("``", "'").split())
    return textwrap.wrap(
        plain,
        _WIDTH,
        initial_indent=mark,
        subsequent_indent=mark + "  " * (len(mark) > 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
