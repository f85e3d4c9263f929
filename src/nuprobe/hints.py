"""Type hints, read at run time: what an annotation stands for, whatever its name.

From NumPy 2.5 on, `numpy.typing.NDArray` is an alias in the sense of Python 3.12
(``type NDArray[...] = ...``) and no longer the class behind it; models of other
packages may use such aliases of their own.
"""

from __future__ import annotations

import types
import typing
from typing import Any

__all__ = ["hint_parts", "is_union"]


def hint_parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a hint is made of: `typing.get_origin` and `typing.get_args`, with aliases
    replaced by what they stand for; a hint without parts comes back as it is, with
    none.

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
        # only an alias has a value; one with parameters is met as the origin
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
