"""Canonical JSON and its checksum: the same in every language.

The form is that of RFC 8785: keys sorted, no spaces, numbers as JavaScript writes
them, so that ``JSON.stringify`` of sorted keys gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from nuprobe.errors import InputError, shown

__all__ = ["canonical", "checksum_of"]


def canonical(value: Any) -> str:
    """Canonical JSON text.

    Parameters
    ----------
    value : what `json.loads` gives.

    Raises
    ------
    InputError
        If it contains a number that is not finite, or nothing that JSON has.

    Examples
    --------
    >>> canonical({"b": [1.0, 1e-7, 1e21], "a": None})
    '{"a":null,"b":[1,1e-7,1e+21]}'
    """
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and abs(value) < 2**53:
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(canonical, value))}]"
    if isinstance(value, Mapping):
        # JavaScript sorts by the units of UTF-16
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be"))
        pairs = (f"{canonical(str(key))}:{canonical(value[key])}" for key in keys)
        return f"{{{','.join(pairs)}}}"
    raise InputError(f"JSON of a likelihood has no {shown(value)}")


def _number(value: float) -> str:
    """As ``Number.prototype.toString`` writes it."""
    if not isfinite(value):
        raise InputError(f"JSON has only finite numbers, got {value}")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    # the value is 0.digits times ten to that power
    power = len(whole) + int(exponent or 0)
    power -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    size = len(digits)
    if size <= power <= 21:
        return f"{sign}{digits}{'0' * (power - size)}"
    if 0 < power <= 21:
        return f"{sign}{digits[:power]}.{digits[power:]}"
    if -6 < power <= 0:
        return f"{sign}0.{'0' * -power}{digits}"
    rest = f".{digits[1:]}" if size > 1 else ""
    return f"{sign}{digits[0]}{rest}e{power - 1:+d}"


def checksum_of(document: Mapping[str, Any]) -> str:
    """Checksum of a document, ``"sha256:"`` and 64 digits; its own entry
    ``"checksum"`` does not count.

    Parameters
    ----------
    document : as JSON has it.

    Examples
    --------
    >>> first = checksum_of({"a": 1})
    >>> checksum_of({"a": 1.0, "checksum": "anything"}) == first
    True
    """
    rest = {key: value for key, value in document.items() if key != "checksum"}
    return f"sha256:{hashlib.sha256(canonical(rest).encode()).hexdigest()}"
