"""Values as typed: ``key=value`` pairs, integers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click

from nuprobe.errors import InputError, shown
from nuprobe.parsing import parse_json

_JSON = re.compile(r"\s*([{\[\"]|[+-]?\d+\s*$)")
"""How a value begins that no text does, or an integer (too long to be read)."""


def key_values(
    pairs: Iterable[str],
    option: str = "--set",
    example: str = "response.smearing.kind=none",
) -> dict[str, Any]:
    """Return ``key=value`` pairs as a dictionary; values are JSON or else texts.

    Parameters
    ----------
    pairs : as typed.
    option, example : what a message names.

    Raises
    ------
    InputError
        If a pair has no key, a key is given twice, or a value begins as JSON does
        (``{``, ``[``, ``"``) or is an integer, and cannot be read.

    Examples
    --------
    >>> key_values(["a.b=2", "kind=none"])
    {'a.b': 2, 'kind': 'none'}
    """
    changes: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InputError(
                f"cannot read {option} {pair!r}: write key=value, e.g. {example}"
            )
        if key.strip() in changes:
            raise InputError(f"{option} gives {key.strip()} twice: give it one value")
        try:
            changes[key.strip()] = parse_json(value)
        except InputError as err:
            if _JSON.match(value):
                raise InputError(
                    f"cannot read {option} {key.strip()}={shown(value)}: {err}"
                ) from None
            changes[key.strip()] = value
    return changes


def integer(value: str | int) -> int:
    """Read an integer of an option, also as ``1e6``.

    Parameters
    ----------
    value : as typed, or the option's default.

    Examples
    --------
    >>> integer("1e6")
    1000000
    """
    for read in (int, float):
        try:
            number = read(value)
            if abs(number) < 2**63 and number == int(number):
                return int(number)
        except (ValueError, OverflowError):
            pass
    raise click.BadParameter(
        f"{shown(value)} is no whole number (such as 100000 or 1e5) below 2^63"
    )
