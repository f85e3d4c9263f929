"""Models by name and from files.

A model is one class in one file: a dataclass with ``NAMES`` (see
`nuprobe.models.fields`). It is found here if its file lies in ``nuprobe/models``, or if
an installed package offers the class as an entry point of the group
``"nuprobe.models"``. Names, keys, types, defaults and descriptions are read from the
class, for Python, model files and the command line alike.

A model file is YAML: a list of models under ``model``, each added to the one before
it::

    model:
      - standard: {scheme: radiative}
      - nsi: {epsilon_u: {ee: 0.1, emu: 0.05}}
      - light-vector: {mass: 10 MeV, coupling: 1e-4, charges: b-l}
"""

from __future__ import annotations

import dataclasses
import functools
import os
import pkgutil
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.fields import ModelName
from nuprobe.models.mixing import PMNS
from nuprobe.units import parse_quantity, unit_dimension

__all__ = [
    "GROUP",
    "ModelField",
    "build",
    "has_base",
    "model",
    "model_class",
    "model_fields",
    "model_from_file",
    "model_names",
    "model_title",
    "name_of",
]

GROUP: Final = "nuprobe.models"
"""Group of entry points by which other packages offer models."""

_NUMBERS: Final = ("cm2", "e", "muB", "1/MeV2")  # units of plain numbers


@dataclass(frozen=True)
class ModelField:
    """One key of a model.

    Attributes
    ----------
    name : key in files, after ``--param`` and in Python.
    unit : of a quantity, such as ``"MeV"``; empty for a pure number or text.
    default : value without it; None if it is `required` or absent by default.
    required : whether it must be given.
    doc : what it is, from the model's docstring.
    kind : how it is written: ``"quantity"``, ``"number"``, ``"text"``, ``"choice"``,
        ``"flag"``, ``"numbers"``, ``"elements"``, ``"flavours"``, ``"mixing"``,
        ``"operators"`` or ``"keys"`` (with keys of its own).

    Examples
    --------
    >>> next(f for f in model_fields("b-l") if f.name == "mass").unit
    'MeV'
    """

    name: str
    unit: str
    default: Any
    required: bool
    doc: str
    kind: str


# -- what there is
# ------------------------------------------------------------------------------------


@functools.cache
def _registry() -> Mapping[str, tuple[type[Any], ModelName]]:
    """Every name with its class."""
    found: dict[str, tuple[type[Any], ModelName]] = {}
    for cls in _classes():
        for name, entry in cls.NAMES.items():
            if name in found:
                raise InputError(
                    f"two models are called {name!r}: {found[name][0].__module__} and"
                    f" {cls.__module__}; remove one of the packages"
                )
            found[name] = (cls, entry)
    return types.MappingProxyType(found)


def _classes() -> Iterator[type[Any]]:
    package = import_module("nuprobe.models")
    for info in pkgutil.iter_modules(package.__path__):
        module = import_module(f"nuprobe.models.{info.name}")
        for item in list(vars(module).values()):
            own = isinstance(item, type) and item.__module__ == module.__name__
            if own and "NAMES" in vars(item):
                yield item
    for point in entry_points(group=GROUP):
        try:
            offered = point.load()
        except Exception as err:
            raise InputError(
                f"the model {point.name!r} ({point.value}) cannot be loaded:"
                f" {shown(err)}; repair or remove the package that offers it"
            ) from err
        if not dataclasses.is_dataclass(offered) or not hasattr(offered, "NAMES"):
            raise InputError(
                f"the model {point.name!r} ({point.value}) must be a dataclass with"
                " NAMES; repair or remove the package that offers it"
            )
        assert isinstance(offered, type)
        yield offered


def model_names() -> tuple[str, ...]:
    """Names of all models, those of installed packages last.

    Examples
    --------
    >>> "b-l" in model_names()
    True
    """
    return tuple(_registry())


def _entry(name: object) -> tuple[type[Any], ModelName]:
    known = _registry()
    if not isinstance(name, str) or name not in known:
        raise UnknownNameError("model", name, known, f"Models: {', '.join(known)}")
    return known[name]


def model_class(name: str) -> type[Any]:
    """Class behind a name.

    Parameters
    ----------
    name : one of `model_names`; `UnknownNameError` for any other.

    Examples
    --------
    >>> model_class("b-l").__name__
    'LightVector'
    """
    return _entry(name)[0]


def model_title(name: str) -> str:
    """What a model is, in a few words.

    Parameters
    ----------
    name : one of `model_names`; `UnknownNameError` for any other.

    Examples
    --------
    >>> model_title("v-a")
    'V-A theory without neutral currents'
    """
    return _entry(name)[1].what


def name_of(model: Any) -> str:
    """Most specific name of a model: one whose fields it has, or its ``name``.

    Parameters
    ----------
    model : a model, named or not.

    Examples
    --------
    >>> name_of(model("b-l", mass=10.0, coupling=1e-4))
    'b-l'
    """
    found = str(getattr(model, "name", type(model).__name__))
    settings = 0
    for name, (cls, entry) in _registry().items():
        if cls is not type(model) or len(entry.sets) <= settings:
            continue
        given = {key: getattr(model, key) for key in entry.sets}
        if all(isinstance(v, str) and v == entry.sets[k] for k, v in given.items()):
            found, settings = name, len(entry.sets)
    return found


def model_fields(name: str) -> tuple[ModelField, ...]:
    """Keys that a model takes beside its base.

    Parameters
    ----------
    name : one of `model_names`; `UnknownNameError` for any other.

    Examples
    --------
    >>> [f.name for f in model_fields("b-l")]
    ['mass', 'coupling', 'mixing', 'mass_range', 'label']
    """
    cls, entry = _entry(name)
    docs = _attribute_docs(cls)
    found = []
    for field in _settable(cls, entry):
        factory, default = field.default_factory, field.default
        if factory is not MISSING:
            default = factory()
        found.append(
            ModelField(
                field.name,
                field.metadata.get("unit", ""),
                None if default is MISSING else default,
                default is MISSING,
                docs.get(field.name, ""),
                _kind(cls, field),
            )
        )
    return tuple(found)


def has_base(name: Any) -> bool:
    """Whether a model can be added to another.

    Parameters
    ----------
    name : one of `model_names`; `UnknownNameError` for any other.

    Examples
    --------
    >>> has_base("nsi"), has_base("sm")
    (True, False)
    """
    return "base" in {f.name for f in dataclasses.fields(_entry(name)[0])}


def _settable(cls: type[Any], entry: ModelName) -> list[dataclasses.Field[Any]]:
    return [
        field
        for field in dataclasses.fields(cls)
        if field.init
        and field.name != "base"
        and not field.name.startswith("_")
        and field.name not in entry.sets
    ]


def _attribute_docs(cls: type[Any]) -> dict[str, str]:
    """Descriptions of the section "Attributes" of a docstring, by name."""
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


# -- how a value is written
# ------------------------------------------------------------------------------------


def _hints(cls: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _parts(hint: Any) -> list[Any]:
    """Members of a union without arrays and None: what can be written."""
    members = (
        typing.get_args(hint)
        if typing.get_origin(hint) in (typing.Union, types.UnionType)
        else (hint,)
    )
    return [
        m for m in members if m is not type(None) and typing.get_origin(m) != np.ndarray
    ]


def _dimension(unit: str) -> str | None:
    """Dimension of a unit that must be written with the number."""
    return None if not unit or unit in _NUMBERS else unit_dimension(unit)


def _kind(cls: type[Any], field: dataclasses.Field[Any]) -> str:
    if kind := field.metadata.get("kind", ""):
        return str(kind)
    parts = _parts(_hints(cls)[field.name])
    if any(typing.get_origin(p) is tuple for p in parts):
        return "numbers"
    if _dimension(field.metadata.get("unit", "")):
        return "quantity"
    if any(dataclasses.is_dataclass(p) for p in parts):
        return "keys"
    for types_, kind in (
        ((bool,), "flag"),
        ((float, int), "number"),
        ((str,), "text"),
    ):
        if any(p in types_ for p in parts):
            return kind
    return "choice" if parts and typing.get_origin(parts[0]) is Literal else "text"


@functools.cache
def _schema(cls: Any, name: str = "") -> tuple[Any, Mapping[str, _Reader]]:
    """Pydantic model of a class' keys, and what turns each into the argument."""
    from pydantic import Field, create_model

    from nuprobe.schema import Strict

    entry = _entry(name)[1] if name else ModelName("")
    hints = _hints(cls)
    readers = {
        f.name: _Reader(
            hints[f.name], f.metadata.get("unit", ""), f.metadata.get("kind", "")
        )
        for f in _settable(cls, entry)
    }
    keys: dict[str, Any] = {
        f.name: (
            readers[f.name].type,
            ...
            if f.default is MISSING and f.default_factory is MISSING
            else Field(default=None),
        )
        for f in _settable(cls, entry)
    }
    return create_model(cls.__name__, __base__=Strict, **keys), readers


class _Reader:
    """Type of a key in a file, and the argument that it means."""

    def __init__(self, hint: Any, unit: str, kind: str) -> None:
        from pydantic import BeforeValidator

        self.dimension = _dimension(unit)
        self.kind = kind
        self.nested: list[Any] = [
            p for p in _parts(hint) if dataclasses.is_dataclass(p)
        ]
        if kind == "elements":
            # complex numbers are written as text, '0.1+0.2j'
            elements = Annotated[dict[str, float | str], BeforeValidator(_as_names)]
            self.type: Any = elements | None
        elif kind == "flavours":
            self.type = dict[Literal["e", "mu", "tau"], float] | None
        elif kind == "operators":
            self.type = Annotated[dict[str, float], BeforeValidator(_as_names)]
        elif kind == "mixing":
            self.nested = [PMNS]
            self.type = Literal["normal", "inverted"] | _schema(PMNS)[0] | None
        else:
            self.type = self._written(hint)

    def _written(self, hint: Any) -> Any:
        """Turn a type of Python into one of files."""
        from pydantic import BeforeValidator

        if hint is float and self.dimension:
            return Annotated[str, BeforeValidator(self._quantity)]
        if dataclasses.is_dataclass(hint):
            nested: Any = hint
            return _schema(nested)[0]
        if typing.get_origin(hint) is tuple:
            items = tuple(
                a if a is Ellipsis else self._written(a) for a in typing.get_args(hint)
            )
            return tuple[items]  # type: ignore[valid-type]
        if typing.get_origin(hint) in (typing.Union, types.UnionType):
            members = [self._written(p) for p in _parts(hint)]
            members += [None] * (type(None) in typing.get_args(hint))
            return functools.reduce(lambda a, b: a | b, members)
        return hint

    def _quantity(self, value: object) -> str:
        assert self.dimension is not None
        text = str(value)  # a bare number is told about its missing unit
        parse_quantity(text, self.dimension)
        return text

    def argument(self, value: Any, strict: bool) -> Any:
        """Return the constructor's argument; numbers of Python may be arrays and need
        no unit."""
        from pydantic import BaseModel

        if isinstance(value, BaseModel):
            cls: Any = next(c for c in self.nested if _schema(c)[0] is type(value))
            return cls(**_arguments(cls, value))
        if self.kind == "mixing" and isinstance(value, str):
            return PMNS.nufit(value)
        if not strict and self.nested and isinstance(value, Mapping):
            return self.nested[0](**value)
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


def _arguments(cls: Any, checked: Any, name: str = "") -> dict[str, Any]:
    """Arguments of a class from its validated keys."""
    readers = _schema(cls, name)[1]
    return {
        key: readers[key].argument(getattr(checked, key), strict=True)
        for key in checked.model_fields_set
    }


def _as_names(value: object) -> object:
    """Turn the numbers by which YAML reads the elements 11, 12, … into names."""
    return (
        {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else value
    )


def _complex(value: Any, given: Mapping[Any, Any]) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return complex(value)
    except ValueError:
        raise InputError(
            f"an element is a number such as 0.1 or 0.1+0.2j, got {shown(dict(given))}"
        ) from None


# -- making models
# ------------------------------------------------------------------------------------


def model(
    name: str | os.PathLike[str] | Sequence[tuple[str, Mapping[str, Any] | None]],
    /,
    **values: Any,
) -> Any:
    """Model of a name, of a file, or of a stack.

    Parameters
    ----------
    name : one of `model_names`; a YAML file (a `Path`, or text ending in ``.yaml`` or
        ``.yml``); or a stack, [(name, values), …], each model added to the one before.
    values : keys of a named model (`model_fields`), as its class takes them, and
        ``base``, the model it is added to. Quantities are numbers in MeV, or texts with
        a unit.

    Raises
    ------
    InputError
        For an unknown name or key (with those that exist), a missing key, or a value
        that the model refuses.

    Examples
    --------
    >>> model("b-l", mass="10 MeV", coupling=1e-4).mass
    10.0
    >>> contact = ("nsi", {"epsilon_u.ee": 0.1})
    >>> stack = model([("standard", {"scheme": "radiative"}), contact])
    >>> stack.base.scheme
    'radiative'
    """
    if isinstance(name, str) and name not in _registry() and _is_path(name):
        name = Path(name)
    if isinstance(name, str):
        return _from_python(name, values)
    if values:
        raise InputError(
            "values belong to a model by name; a file or a stack has its own, got"
            f" {', '.join(values)}"
        )
    if isinstance(name, os.PathLike):
        return model_from_file(name)
    if not isinstance(name, Sequence) or not all(
        isinstance(item, Sequence) and len(item) == 2 for item in name
    ):
        raise InputError(
            "a model is given by name, by a YAML file or as a stack [(name, values),"
            f" ...], got {shown(name)}"
        )
    found: Any = None
    stack: Sequence[Any] = name
    for position, (one, given) in enumerate(stack):
        found = _from_python(one, {**(given or {}), **_base(one, found, position)})
    if found is None:
        raise InputError("a stack needs at least one model, got none")
    return found


def _is_path(text: str) -> bool:
    return text.lower().endswith((".yaml", ".yml"))


def _base(name: object, below: Any, position: int) -> dict[str, Any]:
    """Argument that adds a model to the one below it."""
    if not position:
        return {}
    if not has_base(name):
        raise InputError(f"{name} is what others are added to: name it first")
    return {"base": below}


def _from_python(name: object, values: Mapping[str, Any]) -> Any:
    cls: Any
    cls, entry = _entry(name)
    assert isinstance(name, str)
    values = _nested(values)
    readers = _schema(cls, name)[1]
    known = [*readers, *(f.name for f in dataclasses.fields(cls) if f.name == "base")]
    for key in values:
        if key not in known:
            _explain(cls, key, name)
            raise UnknownNameError(f"key of the model {name}", key, known)
    missing = [
        f.name for f in model_fields(name) if f.required and f.name not in values
    ]
    if missing:
        raise InputError(
            f"the model {name} needs {' and '.join(missing)}, such as"
            f" model({name!r}, {', '.join(f'{m}=...' for m in missing)})"
        )
    return cls(
        **entry.sets,
        **{
            key: value if key == "base" else readers[key].argument(value, strict=False)
            for key, value in values.items()
        },
    )


def build(
    stack: Sequence[tuple[str, Mapping[str, Any] | None]], source: str = "the stack"
) -> Any:
    """Build models one on top of the other from what files and the command line say.

    Parameters
    ----------
    stack : names of models and their keys, the lowest first; below them all is the
        Standard Model at tree level. Quantities are texts with a unit.
    source : what the messages name.

    Raises
    ------
    InputError
        For an unknown model or key, a value that is not allowed, or a model that cannot
        be added to another anywhere but below.

    Examples
    --------
    >>> boson = ("b-l", {"mass": "1 GeV", "coupling": 1e-3})
    >>> build([("nsi", {"epsilon_u.ee": 0.1}), boson]).mass
    1000.0
    """
    from nuprobe.schema import validate

    found: Any = None
    for position, (name, values) in enumerate(stack):
        found_class, entry = _entry(name)
        cls: Any = found_class
        try:
            base = _base(name, found, position)
            given = _nested(values or {})
            for key in given:
                _explain(cls, key, name)
        except InputError as err:
            raise InputError(f"{source}: {err}") from None
        checked = validate(_schema(cls, name)[0], given, f"{source}, {name}")
        found = cls(**entry.sets, **_arguments(cls, checked, name), **base)
    if found is None:
        raise InputError(f"{source}: a stack needs at least one model")
    return found


def model_from_file(path: str | os.PathLike[str]) -> Any:
    """Read a model file.

    Parameters
    ----------
    path : a YAML file as in the docstring of this module; `InputError` names the file
        and the key that is wrong.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "stack.yaml"
    ...     _ = file.write_text("model: [{b-l: {mass: 10 MeV, coupling: 1e-4}}]")
    ...     model_from_file(file).coupling
    0.0001
    """
    import yaml

    from nuprobe.schema import validate

    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as err:
        raise InputError(
            f"cannot read the model file {path}: {' '.join(str(err).split())}"
        ) from None
    found = validate(_file_schema(), data, str(path)).model
    for entry in found:
        if len(entry) != 1:
            raise InputError(
                f"{path}: each item under model has one name, got {sorted(entry)}"
            )
    return build([next(iter(entry.items())) for entry in found], str(path))


@functools.cache
def _file_schema() -> Any:
    from pydantic import Field, create_model

    from nuprobe.schema import Strict

    item = dict[str, dict[str, Any] | None]
    stack = Annotated[list[item], Field(min_length=1)]
    return create_model("ModelFile", __base__=Strict, model=(stack, ...))


def _explain(cls: type[Any], key: str, name: str) -> None:
    """Refuse a key about which the model has more to say than that it is unknown."""
    why: Mapping[str, str] = getattr(cls, "EXPLAINED", {})
    if key in why:
        raise InputError(f"{name}: {why[key]}")


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn dotted keys into nested ones: ``a.ee=0.1`` is ``a: {ee: 0.1}``."""
    result: dict[str, Any] = {}
    for key, value in values.items():
        first, dot, rest = key.partition(".")
        if dot:
            inner = result.setdefault(first, {})
            if not isinstance(inner, dict):
                raise InputError(
                    f"{first} and {key} exclude each other: give one of them"
                )
            inner[rest] = value
        else:
            result[key] = value
    return result
