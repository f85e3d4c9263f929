"""Changes of single keys of a parsed file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nuprobe.errors import ExperimentFileError

__all__ = ["Changed", "changed", "changes_of"]

_SHORT: Final = {"quenching": "response.quenching"}
"""Keys that may be written short."""


class Changed(dict[str, Any]):
    """A parsed file with some keys changed.

    Parameters
    ----------
    content : the whole file, as it is now.
    changes : dotted key → value, of all changes so far.

    Examples
    --------
    >>> Changed({"a": 1}, {"a": 1}).changes
    {'a': 1}
    """

    def __init__(self, content: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
        super().__init__(content)
        self.changes = dict(changes)


def changes_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted key → value of the changes made to a parsed file; empty if there are none.

    Parameters
    ----------
    raw : the parsed file.

    Examples
    --------
    >>> changes_of({"a": 1})
    {}
    """
    return dict(raw.changes) if isinstance(raw, Changed) else {}


def changed(raw: Mapping[str, Any], changes: Mapping[str, Any], source: str) -> Changed:
    """Copy of a parsed file with some keys changed.

    Parameters
    ----------
    raw : the parsed file.
    changes : dotted key → value; list items by their position; ``quenching`` is short
        for ``response.quenching``.
    source : name of the file, for messages.

    Raises
    ------
    ExperimentFileError
        If a key leads through a value that has no keys.

    Examples
    --------
    >>> changed({"flux": {"name": "sns"}}, {"flux.exposure": 1e23}, "a.toml")
    {'flux': {'name': 'sns', 'exposure': 1e+23}}
    """
    result: dict[str, Any] = _deep_copy(raw)
    if "response" in raw:
        changes = {_SHORT.get(key, key): value for key, value in changes.items()}
    for key, value in changes.items():
        *path, last = key.split(".")
        node: Any = result
        for part in path:
            if isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
            elif isinstance(node, dict):
                node = node.setdefault(part, {})
            else:
                raise _no_key(source, key, node)
        if isinstance(node, list) and last.isdigit() and int(last) < len(node):
            node[int(last)] = value
        elif isinstance(node, dict):
            node[last] = value
        else:
            raise _no_key(source, key, node)
    return Changed(result, {**changes_of(raw), **changes})


def _no_key(source: str, key: str, node: Any) -> ExperimentFileError:
    """Error for a key below a `node` that has none, which may be a name."""
    named = (
        f" because {key.rpartition('.')[0]} is {node!r}, a name: choose an analysis"
        " without what changes it, or write out the values"
        if isinstance(node, str)
        else ""
    )
    return ExperimentFileError(f"{source}: there is no key {key!r} to change{named}")


def _deep_copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _deep_copy(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_deep_copy(v) for v in value]
    return value
