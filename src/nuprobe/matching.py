"""Whether values are of the kind that annotations require."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.hints import CALLABLE, hint_parts, is_union, union_members

__all__ = ["fits", "is_numbers", "lacks_array"]


def lacks_array(hint: Any, value: Any) -> bool:
    """Whether an annotation requires an array, or a list of arrays, and the value is
    neither.

    Parameters
    ----------
    hint : an annotation, evaluated.
    value : what was given for it.

    Examples
    --------
    >>> lacks_array(np.ndarray, [1.0, 2.0])
    True
    """
    origin, inner = hint_parts(hint)
    if origin in (list, tuple, collections.abc.Sequence) and inner:
        several = isinstance(value, (list, tuple))
        return several and any(lacks_array(inner[0], item) for item in value)
    members = inner if is_union(origin) else (hint,)
    arrays = [one for one in members if hint_parts(one)[0] is np.ndarray]
    return (
        bool(arrays)
        and not isinstance(value, np.ndarray)
        and not any(fits(one, value) for one in members if one not in arrays)
    )


def fits(hint: Any, value: Any, depth: int = 0) -> bool:
    """Whether a value is of the kind that an annotation requires.

    Parameters
    ----------
    hint : an annotation, evaluated.
    value : what was given for it.
    depth : number of containers around the value.

    Examples
    --------
    >>> fits(list[float], [1.0, 2.0]), fits(list[float], ["a"])
    (True, False)
    """
    if hint is Any or hint is object or isinstance(hint, TypeVar) or depth > 4:
        return True
    if hint is type(None) or hint is None:
        return value is None
    if hint == ArrayLike:
        return is_numbers(value, "fiu")
    origin, inner = hint_parts(hint)
    if origin is np.ndarray:
        return is_numbers(value, "fiu" if "float" in str(hint) else "fiucbOUS")
    if origin is typing.Annotated:
        return fits(inner[0], value, depth)
    if is_union(origin):
        return any(fits(one, value, depth) for one in union_members(inner))
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in inner)
    if inner and isinstance(origin, type):
        return _fits_generic(origin, inner, value, depth)
    if origin in _SIMPLE:
        return _SIMPLE[origin](value)
    if isinstance(origin, type):
        return _is_instance(value, origin)
    return True


def _fits_generic(origin: type, inner: tuple[Any, ...], value: Any, depth: int) -> bool:
    if origin in CALLABLE:
        return callable(value) and _takes(value, inner)
    if isinstance(value, np.ndarray):  # serves as a sequence of numbers
        numeric = bool(inner) and inner[0] in (float, int)
        return issubclass(list, origin) and numeric and is_numbers(value, "fiu")
    if not _is_instance(value, origin) or isinstance(value, str | bytes):
        return False
    if isinstance(value, Mapping):
        return len(inner) != 2 or all(
            fits(inner[0], k, depth + 1) and fits(inner[1], v, depth + 1)
            for k, v in value.items()
        )
    if not isinstance(value, collections.abc.Collection) or not inner:
        return True
    if origin is tuple and inner[-1] is not Ellipsis:
        return len(value) == len(inner) and all(
            fits(one, item, depth + 1) for one, item in zip(inner, value, strict=True)
        )
    return all(fits(inner[0], item, depth + 1) for item in value)


def _takes(function: Callable[..., Any], inner: tuple[Any, ...]) -> bool:
    """Whether a function accepts the number of arguments that it will be called
    with."""
    if not inner or not isinstance(inner[0], list):
        return True
    try:
        inspect.signature(function).bind(*inner[0])
    except TypeError:
        return False
    except ValueError:  # a C function without a signature
        return True
    return True


def _is_instance(value: Any, cls: type) -> bool:
    if not getattr(cls, "_is_protocol", False):
        return isinstance(value, cls)
    wanted = {
        name
        for base in cls.__mro__
        if getattr(base, "_is_protocol", False) and base.__module__ != "typing"
        for name in (*vars(base), *vars(base).get("__annotations__", ()))
        if not name.startswith("_") or name == "__call__"
    }
    return all(hasattr(value, name) for name in wanted)


def _is_number(value: Any) -> bool:
    return not isinstance(value, (list, tuple)) and (
        np.ndim(value) == 0 and is_numbers(value, "fiu")
    )


def is_numbers(value: Any, kinds: str) -> bool:
    """Whether a value is, or can become, an array of the given kinds without NaN.

    Parameters
    ----------
    value : anything.
    kinds : letters as of ``dtype.kind``.

    Examples
    --------
    >>> is_numbers([1.0, 2.0], "fiu"), is_numbers([[1], [2, 3]], "fiu")
    (True, False)
    """
    try:
        array = np.asarray(value)
    except Exception:  # ragged lists, and errors of other libraries
        return False
    if array.dtype.kind == "O" and "O" not in kinds:
        return False
    if array.size and array.dtype.kind not in kinds:
        return False
    return array.dtype.kind not in "fc" or not bool(np.isnan(array).any())


_SIMPLE: Final[Mapping[Any, Callable[[Any], bool]]] = {
    float: _is_number,
    int: lambda value: (
        isinstance(value, (int, np.integer))
        and not isinstance(value, bool)
        and abs(int(value)) < 2**63
    ),
    bool: lambda value: isinstance(value, (bool, np.bool_)),
    str: lambda value: isinstance(value, str),
}
