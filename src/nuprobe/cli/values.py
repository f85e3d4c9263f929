"""Values as typed: ``key=value`` pairs, integers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import click

from nuprobe.decimals import parse_numbers
from nuprobe.errors import InputError, UnitError, shown
from nuprobe.parsing import parse_json, parse_toml

_JSON = re.compile(r"\s*([{\[\"]|[+-]?\d+\s*$)")
"""Beginning of a value that cannot be text, or an integer (too long to be read)."""


def key_values(
    pairs: Iterable[str],
    option: str = "--set",
    example: str = "response.smearing.kind=none",
) -> dict[str, Any]:
    """Return ``key=value`` pairs as a dictionary; values are JSON, lists and tables of
    TOML as in the files, or else texts.

    Parameters
    ----------
    pairs : as typed.
    option, example : named in messages.

    Raises
    ------
    InputError
        If a pair has no key, a key is given twice, or a value that begins like JSON
        (``{``, ``[``, ``"``) or is an integer cannot be read.

    Examples
    --------
    >>> key_values(["a.b=2", "kind=none"])
    {'a.b': 2, 'kind': 'none'}
    >>> key_values(['quenching={kind="constant", factor=1.0}'])
    {'quenching': {'kind': 'constant', 'factor': 1.0}}
    """
    changes: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise InputError(
                f"cannot read {option} {pair!r}: write key=value, e.g. {example}"
            )
        if key.strip() in changes:
            raise InputError(f"{option} gives {key.strip()} twice: give a single value")
        changes[key.strip()] = _value(value, f"{option} {key.strip()}")
    return changes


def _value(text: str, what: str) -> Any:
    """JSON; else a list or table of TOML, as in the files; else the text itself."""
    try:
        return parse_json(text)
    except InputError as err:
        if not _JSON.match(text):
            return text
        listed = text.lstrip()[:1] in ("[", "{")
        if listed:
            with suppress(ValueError):  # not TOML, or more than one value
                (value,) = parse_toml(f"x = {text}").values()
                return value
        form = '; in TOML, e.g. {kind="constant", factor=1.0}' if listed else ""
        raise InputError(f"cannot read {what}={shown(text)}: {err}{form}") from None


def bin_edges(pairs: Iterable[str]) -> dict[str, Any]:
    """Return the bins of ``--bins``, as for `Experiment.rebinned`.

    Parameters
    ----------
    pairs : ``energy=`` or ``time=`` with a number of bins, ``start:stop:bins`` or
        comma-separated edges; times end with their unit.

    Raises
    ------
    InputError
        If a pair cannot be read.

    Examples
    --------
    >>> bin_edges(["energy=6:30:2", "time=3"])
    {'energy': [6.0, 18.0, 30.0], 'time': 3}
    """
    result: dict[str, Any] = {}
    for pair in pairs:
        quantity, _, text = pair.partition("=")
        quantity = quantity.strip()
        if quantity not in ("energy", "time") or quantity in result:
            raise InputError(
                f"cannot read --bins {pair!r}: write energy=... or time=..., each at"
                " most once"
            )
        result[quantity] = _edges(pair, quantity, text.strip())
    return result


def _edges(pair: str, quantity: str, text: str) -> int | list[float] | list[str]:
    """Edges from one pair of ``--bins``, or its number of bins."""
    match = re.fullmatch(r"([-+0-9.eE,:\s]+?)\s*([a-zA-Zµμ]+)?", text)
    numbers, unit = match.groups() if match else ("", None)
    try:
        if re.fullmatch(r"\d{1,6}", text):
            return int(text)
        if (unit is None) != (quantity == "energy"):
            raise ValueError
        if ":" in numbers:
            start, stop, count = numbers.split(":")
            n, low, high = int(count), *parse_numbers((start, stop))
            if not 1 <= n <= 100_000:
                raise ValueError
            edges = [low + (high - low) * i / n for i in range(n)] + [high]
        else:
            edges = list(parse_numbers(numbers.split(",")))
    except ValueError:
        example = "time=0:6:2 us" if quantity == "time" else "energy=6:30:3"
        raise InputError(
            f"cannot read --bins {pair!r}: write edges between commas, start:stop:bins"
            f" ({example}) or a number of bins; "
            + (
                "a time needs its unit at the end"
                if quantity == "time"
                else "energy is the reconstructed quantity, in its own unit, which"
                " is omitted"
            )
        ) from None
    return edges if unit is None else [f"{edge!r} {unit}" for edge in edges]


def in_unit(unit: str) -> Callable[[Any, Any, str | None], float | None]:
    """Return a callback that reads a number with an optional unit.

    Parameters
    ----------
    unit : one of `nuprobe.units.PLAIN_UNITS`.

    Examples
    --------
    >>> in_unit("eV2")(None, None, "0.1 keV2")
    100000.0
    """

    def read(_: Any, parameter: Any, text: str | None) -> float | None:
        from nuprobe.units import value_in

        try:
            return None if text is None else value_in(text, unit)
        except UnitError as err:
            raise InputError(f"{parameter.opts[0]}: {err}") from None

    return read


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
        f"{shown(value)} is not a whole number below 2^63 (such as 100000 or 1e5)"
    )
