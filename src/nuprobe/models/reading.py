"""How the fields of a model are written in files and on the command line.

The type of a field determines it: numbers, strings, choices, and dataclasses as nested
keys; arrays over parameter points are available only in Python. What the type cannot
express is declared in the field (`nuprobe.models.fields.setting`).
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pydantic
from pydantic import BaseModel, BeforeValidator, create_model

from nuprobe.errors import InputError, UnitError, shown
from nuprobe.hints import hint_parts, is_union
from nuprobe.models.mixing import PMNS
from nuprobe.schema import Strict
from nuprobe.units import (
    PLAIN_UNITS,
    parse_quantity,
    split_unit,
    unit_dimension,
    value_in,
)

__all__ = [
    "Reader",
    "arguments",
    "attribute_docs",
    "kind_of",
    "readers",
    "schema",
    "settable",
]


def settable(cls: Any, fixed: Collection[str] = ()) -> list[Field[Any]]:
    """Fields of a model that files and the command line may set.

    Parameters
    ----------
    cls : the dataclass.
    fixed : names of fields that belong to the name of the model.

    Examples
    --------
    >>> from nuprobe.models import StandardModel
    >>> settable(StandardModel, ["scheme"])[0].name
    'sin2_theta_w'
    """
    return [
        field
        for field in fields(cls)
        if field.init
        and field.name != "base"
        and not field.name.startswith("_")
        and field.name not in fixed
    ]


def attribute_docs(cls: type[Any]) -> dict[str, str]:
    """Descriptions of the section "Attributes" of a docstring, by name.

    Parameters
    ----------
    cls : the dataclass.

    Examples
    --------
    >>> from nuprobe.models import LightVector
    >>> attribute_docs(LightVector)["mass"]
    'M in MeV, positive.'
    """
    import inspect

    lines = (inspect.getdoc(cls) or "").splitlines()
    if "Attributes" not in lines:
        return {}
    found: dict[str, str] = {}
    names: list[str] = []
    for line in lines[lines.index("Attributes") + 2 :]:
        if line and not line[0].isspace():
            before, colon, text = line.partition(" : ")
            if not colon:
                break
            names = [name.strip() for name in before.split(",")]
            found |= dict.fromkeys(names, text.strip())
        elif not line.strip():
            break
        else:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


@functools.lru_cache(maxsize=256)
def _hints(cls: type[Any]) -> dict[str, Any]:
    """Types of the fields of a class, cached because evaluating them is slow."""
    return typing.get_type_hints(cls)


def _parts(hint: Any) -> list[Any]:
    """Members of a union without arrays and None: what can be written."""
    origin, inner = hint_parts(hint)
    members = inner if is_union(origin) else (hint,)
    return [
        m for m in members if m is not type(None) and hint_parts(m)[0] is not np.ndarray
    ]


def _dimension(unit: str) -> str | None:
    """Dimension of a unit that must be written with the number."""
    return None if not unit or unit in PLAIN_UNITS else unit_dimension(unit)


def kind_of(cls: type[Any], field: Field[Any]) -> str:
    """How a field is written (`ModelField.kind`).

    Parameters
    ----------
    cls, field : the dataclass and one of its fields.

    Examples
    --------
    >>> from nuprobe.models import LightVector
    >>> [kind_of(LightVector, f) for f in settable(LightVector)][:3]
    ['quantity', 'number', 'keys']
    """
    if kind := field.metadata.get("kind", ""):
        return str(kind)
    parts = _parts(_hints(cls)[field.name])  # type: ignore[arg-type]
    if any(hint_parts(p)[0] is tuple for p in parts):
        return "numbers"
    if _dimension(field.metadata.get("unit", "")):
        return "quantity"
    if any(is_dataclass(p) for p in parts):
        return "keys"
    for types_, kind in (
        ((bool,), "flag"),
        ((float, int), "number"),
        ((str,), "text"),
    ):
        if any(p in types_ for p in parts):
            return kind
    return "choice" if parts and hint_parts(parts[0])[0] is Literal else "text"


@functools.cache
def schema(cls: Any, fixed: frozenset[str] = frozenset()) -> type[Strict]:
    """Pydantic model of the keys of a dataclass.

    Parameters
    ----------
    cls : the dataclass.
    fixed : as in `settable`.

    Examples
    --------
    >>> from nuprobe.models import VectorAxial
    >>> list(schema(VectorAxial).model_fields)
    ['vector', 'axial']
    """
    found = readers(cls, fixed)
    keys: dict[str, Any] = {
        f.name: (
            found[f.name].type,
            ...
            if f.default is MISSING and f.default_factory is MISSING
            else pydantic.Field(default=None),
        )
        for f in settable(cls, fixed)
    }
    model: type[Strict] = create_model(cls.__name__, __base__=Strict, **keys)
    return model


@functools.cache
def readers(cls: Any, fixed: frozenset[str] = frozenset()) -> Mapping[str, Reader]:
    """Functions that turn the keys of a dataclass into its arguments.

    Parameters
    ----------
    cls : the dataclass.
    fixed : as in `settable`.

    Examples
    --------
    >>> from nuprobe.models import LightVector
    >>> readers(LightVector)["mass"].argument("1 GeV", strict=True)
    1000.0
    """
    hints = _hints(cls)
    return {
        f.name: Reader(
            hints[f.name], f.metadata.get("unit", ""), f.metadata.get("kind", "")
        )
        for f in settable(cls, fixed)
    }


class Reader:
    """Type of a key in a file, and the argument that it means.

    Parameters
    ----------
    hint : annotation of the field.
    unit, kind : of `nuprobe.models.fields.setting`.

    Examples
    --------
    >>> Reader(float, "MeV", "").argument("1 keV", strict=True)
    0.001
    """

    def __init__(self, hint: Any, unit: str, kind: str) -> None:
        self.dimension = _dimension(unit)
        self.plain = unit if unit in PLAIN_UNITS else ""
        self.kind = kind
        self.nested: list[Any] = [p for p in _parts(hint) if is_dataclass(p)]
        if kind == "elements":
            # complex numbers are written as text, '0.1+0.2j'
            elements = Annotated[dict[str, float | str], BeforeValidator(self._named)]
            self.type: Any = elements | None
        elif kind == "flavours":
            flavours = dict[Literal["e", "mu", "tau"], float]
            self.type = Annotated[flavours, BeforeValidator(self._named)] | None
        elif kind == "operators":
            self.type = Annotated[dict[str, float], BeforeValidator(self._named)]
        elif kind == "mixing":
            self.nested = [PMNS]
            self.type = Literal["normal", "inverted"] | schema(PMNS) | None
        else:
            self.type = self._written(hint)

    def _written(self, hint: Any) -> Any:
        """Turn a Python type into one of files."""
        if hint is float and self.dimension:
            return Annotated[str, BeforeValidator(self._quantity)]
        if hint is float and self.plain:
            return Annotated[float, BeforeValidator(self._number)]
        if is_dataclass(hint):
            nested: Any = hint
            return schema(nested)
        origin, inner = hint_parts(hint)
        if origin is tuple:
            items = tuple(a if a is Ellipsis else self._written(a) for a in inner)
            return tuple[items]  # type: ignore[valid-type]
        if is_union(origin):
            members = [self._written(p) for p in _parts(hint)]
            members += [None] * (type(None) in inner)
            return functools.reduce(lambda a, b: a | b, members)
        return hint

    def _quantity(self, value: object) -> str:
        assert self.dimension is not None
        text = str(value)  # the error for a bare number mentions the missing unit
        parse_quantity(text, self.dimension)
        return text

    def _number(self, value: object) -> object:
        """A number in a plain unit, which a string may name."""
        if not self.plain or not isinstance(value, str):
            return value
        try:
            written = split_unit(value)[1]
        except UnitError:
            return value  # not a number: the type check reports it
        if written[:1] in ("+", "-", "j"):  # the remainder of a complex number
            return value
        return value_in(value, self.plain)

    def _named(self, value: object) -> object:
        """Numbers by name; YAML reads the elements 11, 12, … as numbers."""
        if not isinstance(value, Mapping):
            return value
        return {str(k): self._number(v) for k, v in value.items()}

    def argument(self, value: Any, strict: bool) -> Any:
        """Return the constructor's argument for a `value`; unless `strict` (as for
        files), numbers may be arrays and need no unit."""
        if isinstance(value, BaseModel):
            cls = next(c for c in self.nested if schema(c) is type(value))
            return cls(**arguments(cls, value))
        if self.kind == "mixing" and isinstance(value, str):
            return PMNS.nufit(value)
        if not strict and self.nested and isinstance(value, Mapping):
            return self.nested[0](**value)
        if self.plain and isinstance(value, Mapping):
            value = {k: self._number(v) for k, v in value.items()}
        elif self.plain:
            value = self._number(value)
        if self.kind == "elements" and isinstance(value, Mapping):
            return {str(k): _complex(v, value) for k, v in value.items()}
        if self.kind == "operators" and isinstance(value, Mapping):
            # '1111': flavour indices of both neutrinos and of l-, l+
            return {
                tuple(map(int, k)) if isinstance(k, str) and k.isdigit() else k: v
                for k, v in value.items()
            }
        if self.dimension and isinstance(value, str):
            return parse_quantity(value, self.dimension)
        if isinstance(value, tuple):
            return tuple(self.argument(v, strict) for v in value)
        return value


def arguments(
    cls: Any, checked: BaseModel, fixed: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Arguments of a dataclass from its validated keys.

    Parameters
    ----------
    cls, fixed : as in `schema`.
    checked : keys, validated by it.

    Examples
    --------
    >>> from nuprobe.models import VectorAxial
    >>> arguments(VectorAxial, schema(VectorAxial)(vector=0.5, axial=0.4))
    {'vector': 0.5, 'axial': 0.4}
    """
    known = readers(cls, fixed)
    return {
        key: known[key].argument(getattr(checked, key), strict=True)
        for key in known
        if key in checked.model_fields_set
    }


def _complex(value: Any, given: Mapping[Any, Any]) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return complex(value)
    except ValueError:
        raise InputError(
            "an element must be a number such as 0.1 or 0.1+0.2j, got"
            f" {shown(dict(given))}"
        ) from None
