"""Type hints at run time: what an annotation stands for, with aliases resolved.

From NumPy 2.5 on, `numpy.typing.NDArray` is an alias in the sense of Python 3.12
(``type NDArray[...] = ...``) and no longer the class behind it; models of other
packages may define such aliases themselves.
"""

from __future__ import annotations

import collections.abc
import types
import typing
from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["CALLABLE", "hint_parts", "in_words", "is_union", "union_members"]

CALLABLE: Final[tuple[Any, ...]] = (collections.abc.Callable,)
"""Origins of hints of functions."""


def hint_parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Origin and arguments of a hint (`typing.get_origin`, `typing.get_args`), with
    aliases resolved; a hint without parts is returned unchanged, with no arguments.

    Parameters
    ----------
    hint : an annotation, evaluated.

    Examples
    --------
    >>> from numpy.typing import NDArray
    >>> hint_parts(NDArray[float])[0], hint_parts(float)
    (<class 'numpy.ndarray'>, (<class 'float'>, ()))
    """
    while True:
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        # only an alias has a value; a parametrised one appears as the origin
        if hasattr(hint, "__value__") and origin is None:
            hint = hint.__value__
        elif hasattr(origin, "__value__"):
            hint = origin.__value__[inner]
        else:
            return (hint if origin is None else origin), inner


def is_union(origin: Any) -> bool:
    """Whether the origin of a hint is a union, however it was written.

    Parameters
    ----------
    origin : from `hint_parts`.

    Examples
    --------
    >>> is_union(hint_parts(float | None)[0])
    True
    """
    return origin in (typing.Union, types.UnionType)


def union_members(inner: tuple[Any, ...]) -> tuple[Any, ...]:
    """Members of a union, with `ArrayLike` as one member: before NumPy 2.5 it is itself
    a union, including strings, and is flattened into a larger one.

    Parameters
    ----------
    inner : from `hint_parts` of the union.

    Examples
    --------
    >>> union_members((float, str))
    (<class 'float'>, <class 'str'>)
    """
    if not (parts := typing.get_args(ArrayLike)) or not set(parts) <= set(inner):
        return inner
    return (ArrayLike, *(one for one in inner if one not in parts))


def in_words(hint: Any) -> str:
    """An annotation in words.

    Parameters
    ----------
    hint : an annotation, evaluated.

    Examples
    --------
    >>> in_words(list[float])
    'a list of numbers'
    """
    words = {
        float: "a number",
        int: "an integer",
        bool: "True or False",
        str: "a text",
        None: "None",
        type(None): "None",
        ArrayLike: "real numbers (one or an array)",
    }
    try:
        if hint in words:
            return words[hint]
    except TypeError:  # not hashable
        pass
    origin, inner = hint_parts(hint)
    if origin is np.ndarray:
        return "an array of numbers"
    if is_union(origin):
        return " or ".join(dict.fromkeys(in_words(one) for one in union_members(inner)))
    if origin is Literal:
        return " or ".join(map(repr, inner))
    if origin in CALLABLE:
        if not inner or not isinstance(inner[0], list):
            return "a function"
        return f"a function of {len(inner[0])} argument" + "s" * (len(inner[0]) != 1)
    if inner and isinstance(origin, type):
        what = "a mapping" if issubclass(origin, Mapping) else "a list"
        return what + (f" of {_plural(inner[0])}" if _told(inner) else "")
    name = getattr(origin, "__name__", "value")
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _told(inner: tuple[Any, ...]) -> bool:
    return len({x for x in inner if x is not Ellipsis}) == 1 and inner[0] is not Any


_SEVERAL: Final = {
    **{"a list": "lists", "a mapping": "mappings", "a function": "functions"},
    **{"an array": "arrays", "a number": "numbers", "a text": "texts"},
}


def _plural(hint: Any) -> str:
    words = {float: "numbers", int: "integers", str: "texts"}
    found = words.get(hint) if isinstance(hint, type) else None
    described = in_words(hint)
    for one, several in _SEVERAL.items():
        if described.startswith(one):
            return several
    article, _, name = described.partition(" ")
    return found or (f"{name} objects" if article in ("a", "an") else described)
