"""Decimal numbers as text: what counts as a number in files and on the command line."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from nuprobe.errors import InputError, shown

__all__ = ["DECIMAL", "GROUPED_DIGITS", "parse_number", "parse_numbers"]

_LONGEST_NUMBER: Final = 400
# possessive quantifiers (`++`) never backtrack, which would be slow on long tables
_DECIMAL: Final = r"[-+]?+(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?+\d++)?+"
DECIMAL = re.compile(_DECIMAL, re.ASCII)
_FLOATS = re.compile(f"{_DECIMAL}(?:\n{_DECIMAL})*+", re.ASCII)
_SMALL = re.compile(r"[-+.0]*[1-9]")  # matches what is not written as zero
_FORTRAN = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)[dD][-+]?\d+", re.ASCII)
_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?", re.ASCII)
GROUPED_DIGITS = re.compile(r"[-+]?\d+(?:_\d+)+(?:\.\d*)?(?:[eE][-+]?\d+)?", re.ASCII)


def parse_number(text: str) -> float:
    """Read a finite decimal number.

    Parameters
    ----------
    text : such as ``"1.5"``, ``"-2e-3"``.

    Raises
    ------
    InputError
        For anything else. The message recognises decimal commas, the ``D`` of Fortran,
        grouped digits, and numbers beyond the range of a float.

    Examples
    --------
    >>> parse_number("1.0e-05")
    1e-05
    >>> parse_number("1.0D-05")
    Traceback (most recent call last):
    nuprobe.errors.InputError: '1.0D-05' is a number of Fortran; write 1.0e-05
    """
    stripped = text.strip()
    if len(stripped) <= _LONGEST_NUMBER and DECIMAL.fullmatch(stripped):
        value = float(stripped)
        if math.isinf(value):
            raise InputError(
                f"{shown(stripped)} is too large for a floating-point number"
            )
        if value == 0.0 and _SMALL.match(stripped):
            raise InputError(
                f"{shown(stripped)} is too small for a floating-point number"
            )
        return value
    raise InputError(f"{shown(stripped)} {_why_no_number(stripped)}")


def parse_numbers(texts: Sequence[str]) -> list[float]:
    """Read finite decimal numbers, many at once.

    Parameters
    ----------
    texts : as `parse_number` takes them.

    Raises
    ------
    InputError
        As `parse_number` for the first that is not a number; the message starts with
        its position, counted from 1.

    Examples
    --------
    >>> parse_numbers(["1.5", "-2e-3"])
    [1.5, -0.002]
    >>> parse_numbers(["1.5", "0,25"])
    Traceback (most recent call last):
    nuprobe.errors.InputError: 2: '0,25' has a decimal comma; write 0.25
    """
    if isinstance(texts, str) or not _are_texts(texts):
        raise InputError(f"numbers are read from a list of strings, got {shown(texts)}")
    if _all_numbers(texts):
        values = list(map(float, texts))
        zeros = {text for text, value in zip(texts, values, strict=True) if not value}
        if max(map(abs, values)) < math.inf and not any(map(_SMALL.match, zeros)):
            return values
    values = []
    for position, text in enumerate(texts, 1):
        try:
            values.append(parse_number(text))
        except InputError as err:
            raise InputError(f"{position}: {err}") from None
    return values


def _are_texts(texts: object) -> bool:
    # a response has a million cells, and a set of their types is the fastest check
    return isinstance(texts, (list, tuple)) and (
        set(map(type, texts)) == {str} or all(isinstance(t, str) for t in texts)
    )


def _all_numbers(texts: Sequence[str]) -> bool:
    """Whether all are written as numbers, checked in a single pass."""
    joined = "\n".join(texts)
    return (
        joined.count("\n") == len(texts) - 1
        and max(map(len, texts)) <= _LONGEST_NUMBER
        and _FLOATS.fullmatch(joined) is not None
    )


def _why_no_number(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        return f"is too long for a number ({len(text)} characters)"
    if not text:
        return "is empty where a number is needed"
    if _FORTRAN.fullmatch(text):
        return f"is a number of Fortran; write {re.sub('[dD]', 'e', text)}"
    if _COMMA.fullmatch(text):
        return f"has a decimal comma; write {text.replace(',', '.')}"
    if GROUPED_DIGITS.fullmatch(text):
        return f"groups digits; write {text.replace('_', '')}"
    if text.endswith("%") and DECIMAL.fullmatch(text[:-1].rstrip()):
        share = float(text[:-1]) / 100
        if math.isfinite(share):
            return f"is a percentage; write {share:g}"
    return "is not a finite number; correct it"
