"""Arrays in JSON: nested lists of numbers, or base64 of their bytes."""

from __future__ import annotations

import base64
import binascii
import math
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from nuprobe.errors import InputError, shown
from nuprobe.numerics import FloatArray

__all__ = ["Array", "decoded", "encoded"]

_PLAIN: Final = 64  # numbers up to which lists are written
_MOST: Final = 50_000_000  # numbers of one array
_DEEPEST: Final = 12  # axes

_NESTED: Final = {
    "type": "array",
    "description": "Nested lists of finite numbers, all of one shape.",
    "items": {"type": ["number", "array"]},
}
_PACKED: Final = {
    "type": "object",
    "description": (
        "Numbers as little-endian 64-bit floats, the last axis fastest, in base64."
    ),
    "properties": {
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "base64": {"type": "string"},
    },
    "required": ["shape", "base64"],
    "additionalProperties": False,
}


def encoded(array: FloatArray) -> Any:
    """An array as JSON has it: lists up to 64 numbers, else base64.

    Parameters
    ----------
    array : of any shape.

    Examples
    --------
    >>> encoded(np.array([[1.0, 2.0]]))
    [[1.0, 2.0]]
    >>> encoded(np.zeros(100))["shape"]
    [100]
    """
    values = np.asarray(array, dtype=float)
    if values.size <= _PLAIN:
        return values.tolist()
    raw = np.ascontiguousarray(values, dtype="<f8").tobytes()
    text = base64.b64encode(raw).decode("ascii")
    return {"shape": list(values.shape), "base64": text}


def decoded(value: Any) -> FloatArray:
    """The array that JSON has, of which nothing can be changed.

    Parameters
    ----------
    value : nested lists, or a mapping with shape and base64.

    Raises
    ------
    InputError
        If it is neither, its length does not fit, or a number is not finite.

    Examples
    --------
    >>> decoded([1, 2.5])
    array([1. , 2.5])
    >>> decoded({"shape": [1], "base64": "AAAA"})
    Traceback (most recent call last):
    nuprobe.errors.InputError: shape [1] needs 8 bytes, and base64 contains 3; ...
    """
    if isinstance(value, np.ndarray):
        found = np.array(value, dtype=float)
    elif isinstance(value, dict):
        found = _unpacked(value)
    elif isinstance(value, list):
        found = _nested(value)
    else:
        raise InputError(
            f"an array is nested lists of numbers, or shape and base64; got"
            f" {shown(value)}"
        )
    if not np.isfinite(found).all():
        bad = np.argwhere(~np.isfinite(found))[0].tolist()
        raise InputError(
            f"the number at {bad} is {found[tuple(bad)]}; all must be finite"
        )
    found.flags.writeable = False
    return found


def _nested(value: list[Any]) -> FloatArray:
    flat: list[Any] = value
    shape: list[int] = []
    while True:
        shape.append(len(flat))
        if not flat or not isinstance(flat[0], list):
            break
        size = len(flat[0])
        if len(shape) > _DEEPEST or any(
            not isinstance(row, list) or len(row) != size for row in flat
        ):
            raise InputError("the lists of an array must have one length in each depth")
        flat = [x for row in flat for x in row]
        shape = [*shape[:-1], shape[-1]]
        if not flat:
            break
    bad = next((x for x in flat if isinstance(x, bool) or not _is_number(x)), None)
    if bad is not None or None in flat:
        raise InputError(f"an array consists of numbers, got {shown(bad)}")
    try:
        return np.array(value, dtype=float)
    except (ValueError, OverflowError):
        raise InputError(f"{shown(value)} is not an array of numbers") from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _unpacked(value: dict[str, Any]) -> FloatArray:
    shape, text = value.get("shape"), value.get("base64")
    if set(value) != {"shape", "base64"} or not isinstance(text, str):
        raise InputError(
            f"a packed array has the keys shape and base64, got"
            f" {', '.join(map(shown, value))}"
        )
    whole = isinstance(shape, list) and all(
        isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in shape
    )
    if not whole or not isinstance(shape, list) or len(shape) > _DEEPEST:
        raise InputError(f"a shape is a list of whole numbers, got {shown(shape)}")
    if math.prod(shape) > _MOST:
        raise InputError(f"shape {shape} has too many numbers; the limit is {_MOST}")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("base64 is damaged; restore a copy of the file") from None
    if len(raw) != 8 * math.prod(shape):
        raise InputError(
            f"shape {shape} needs {8 * math.prod(shape)} bytes, and base64 contains"
            f" {len(raw)}; restore a copy of the file"
        )
    return np.frombuffer(raw, dtype="<f8").astype(float).reshape(shape)


if TYPE_CHECKING:
    Array = FloatArray
else:
    Array = Annotated[
        Any,
        PlainValidator(decoded),
        PlainSerializer(encoded),
        WithJsonSchema({"anyOf": [_NESTED, _PACKED]}),
    ]
