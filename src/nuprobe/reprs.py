"""How objects are displayed: one line in a terminal, a table in a notebook.

`readable` adds both to a class that defines neither. Arrays are shown by their shape,
so neither grows with the data.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from nuprobe.errors import printable
from nuprobe.markup import Html, table

__all__ = ["LONGEST", "brief", "one_line", "readable", "table_of"]

LONGEST: Final = 300
"""Characters of a `repr`: beyond it, values are abbreviated and then cut."""
_SHORT: Final = 80
_FEW: Final = 6

_Class = TypeVar("_Class", bound=type)


def readable(cls: _Class) -> _Class:
    """Give a class ``__repr__`` and ``_repr_html_`` where it defines none itself.

    Parameters
    ----------
    cls : a dataclass; any other class is returned as it is.

    Examples
    --------
    >>> @readable
    ... @dataclasses.dataclass
    ... class Spectrum:
    ...     name: str
    ...     counts: Any
    >>> import numpy as np
    >>> Spectrum("reactor", np.zeros(500))
    Spectrum(name='reactor', counts=zeros(500))
    >>> Spectrum("<b>", np.zeros(500))._repr_html_().count("<b>")
    0
    """
    if "__dataclass_fields__" not in vars(cls):
        return cls
    if not _is_written(vars(cls).get("__repr__")):
        inherited = (vars(base).get("__repr__") for base in cls.__mro__[1:-1])
        written = next(filter(_is_written, inherited), one_line)
        setattr(cls, "__repr__", written)  # noqa: B010
    if not hasattr(cls, "_repr_html_"):
        setattr(cls, "_repr_html_", table_of)  # noqa: B010
    return cls


def one_line(self: Any) -> str:
    """Class name of `self` and the fields that differ from their defaults, in at most
    `LONGEST` characters.

    Examples
    --------
    >>> from nuprobe.parameters import Nuisance
    >>> one_line(Nuisance("flux", 0.1))
    "Nuisance(name='flux', sigma=0.1)"
    """
    fields = [*_changed(self)]
    whole = _joined(self, [(name, _flat(value)) for name, value in fields])
    if whole is not None:
        return whole
    texts = [f"{name}={brief(value)}" for name, value in fields]
    text = f"{type(self).__name__}({', '.join(texts)})"
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + "...)"


def table_of(self: Any) -> Html:
    """The fields of `self` as an HTML table, escaped.

    Examples
    --------
    >>> from nuprobe.parameters import Nuisance
    >>> "<td" in table_of(Nuisance("flux", 0.1))
    True
    """
    rows = [
        (name, brief(getattr(self, name, default)))
        for name, default in _fields(self)
        if not name.startswith("_")
    ]
    name = getattr(self, "name", "")
    title = type(self).__name__
    return table(f"{title} {name}" if isinstance(name, str) and name else title, rows)


def brief(value: Any) -> str:
    """One line of at most 80 characters that describes a `value`: arrays by their
    shape, long lists by their length.

    Examples
    --------
    >>> import numpy as np
    >>> brief(np.zeros((12, 3)))
    'zeros(12×3)'
    >>> brief(np.array([1.0, 2.5]))
    '[1, 2.5]'
    >>> brief({"mass": 1.0})
    '{mass: 1}'
    """
    if is_array(value):
        return _array(value)
    if isinstance(value, float) or is_array(value, "floating"):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        if len(value) > _FEW:
            return f"{len(value)} items: {_cut(', '.join(map(str, value)), 60)}"
        items = (f"{printable(str(k))}: {brief(v)}" for k, v in value.items())
        return _cut("{" + ", ".join(items) + "}")
    if isinstance(value, list | tuple):
        if len(value) > _FEW:
            return f"{len(value)} items: {_cut(brief(value[0]), 50)}, ..."
        return _cut("(" + ", ".join(map(brief, value)) + ")")
    if callable(value) and not hasattr(type(value), "__dataclass_fields__"):
        return str(getattr(value, "__qualname__", type(value).__name__))
    name = getattr(value, "name", None)
    if dataclasses.is_dataclass(value) and isinstance(name, str):
        return _cut(f"{type(value).__name__} {name}")
    if getattr(type(value), "__repr__", None) is object.__repr__:
        return type(value).__name__
    return _cut(value if isinstance(value, str) else repr(value))


def is_array(value: Any, kind: str = "ndarray") -> bool:
    """Whether a value is an array, without importing NumPy, which ``--help`` does not
    need.

    Parameters
    ----------
    value : any object.
    kind : name of another NumPy class.

    Examples
    --------
    >>> is_array([1.0])
    False
    """
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, getattr(numpy, kind))


def _array(value: Any) -> str:
    if value.size > _FEW or value.ndim > 1:
        zeros = value.dtype.kind in "fiuc" and not value.any()
        shape = "×".join(map(str, value.shape))
        return f"zeros({shape})" if zeros else f"array({shape})"
    if value.ndim == 0:
        return brief(value.item())
    return "[" + ", ".join(map(brief, value.tolist())) + "]"


def _fields(self: Any) -> Iterator[tuple[str, Any]]:
    """Names of the fields that are shown, with their defaults; of pydantic's models
    too."""
    if dataclasses.is_dataclass(self):
        for field in dataclasses.fields(self):
            if field.repr:
                yield field.name, field.default
    else:
        for name, info in type(self).model_fields.items():
            yield name, info.default


def _changed(self: Any) -> Iterator[tuple[str, Any]]:
    """Fields that are not at their default, with their values."""
    for name, default in _fields(self):
        value = getattr(self, name, default)  # or not yet set
        if value is not default and _flat(value) != repr(default):
            yield name, value


def _joined(self: Any, fields: list[tuple[str, str]]) -> str | None:
    """The whole constructor call, if it is short."""
    text = ", ".join(f"{name}={value}" for name, value in fields)
    text = f"{type(self).__name__}({text})"
    return text if len(text) <= LONGEST and "0x" not in text else None


def _flat(value: Any) -> str:
    """Its `repr` in one line; never computed for a large array."""
    if is_array(value) and (value.size > _FEW or value.ndim == 0):
        return _array(value)
    if isinstance(value, float):
        return repr(float(value))
    return " ".join(repr(value).split())


def _cut(text: str, longest: int = _SHORT) -> str:
    text = printable(" ".join(text.split()))
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _is_written(function: Any) -> bool:
    """Whether it was written by hand: dataclasses generate theirs, `readable` sets its
    own."""
    if not inspect.isfunction(function) or function is one_line:
        return False
    code = inspect.unwrap(function).__code__
    return bool(code.co_filename != "<string>")
