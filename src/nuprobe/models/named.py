"""Models by name and from files.

A model is one class in one file: a dataclass with ``NAMES`` (see
`nuprobe.models.fields`). It is found if its file is in ``nuprobe/models``, or if an
installed package provides the class as an entry point of the group
``"nuprobe.models"``. Names, keys, types, defaults and descriptions are read from the
class, for Python, model files and the command line alike.

A model file is YAML: a list of models under ``model``, each added to the previous one::

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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.models.fields import ModelName
from nuprobe.reprs import readable

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
"""Entry-point group for models of other packages."""


@readable
@dataclass(frozen=True)
class ModelField:
    """One key of a model.

    Attributes
    ----------
    name : key in files, after ``--param`` and in Python.
    unit : of a quantity, such as ``"MeV"``; empty for a pure number or text.
    default : value without it; None if it is `required` or absent by default.
    required : whether it must be given.
    doc : description, from the model's docstring.
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
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    # base models come first
    for name in sorted(names, key=lambda n: n != "standard"):
        module = import_module(f"nuprobe.models.{name}")
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
                f" {shown(err)}; repair or remove the package that provides it"
            ) from err
        if not dataclasses.is_dataclass(offered) or not hasattr(offered, "NAMES"):
            raise InputError(
                f"the model {point.name!r} ({point.value}) must be a dataclass with"
                " NAMES; repair or remove the package that provides it"
            )
        assert isinstance(offered, type)
        yield offered


@public
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
        # one name is enough where a class has several
        own = {(c, str(m.sets)): n for n, (c, m) in reversed(list(known.items()))}
        told = ", ".join(
            n
            for n in known
            if n in own.values() and not any(n.startswith(f"{k}-") for k in known)
        )
        raise UnknownNameError("model", name, known, f"Models: {told}")
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
    """Most specific name of a model: one whose preset fields it matches, or its
    ``name``.

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
        if all(
            isinstance(v, str | tuple) and v == entry.sets[k] for k, v in given.items()
        ):
            found, settings = name, len(entry.sets)
    return found


def model_fields(name: str) -> tuple[ModelField, ...]:
    """Keys of a model other than its base.

    Parameters
    ----------
    name : one of `model_names`; `UnknownNameError` for any other.

    Examples
    --------
    >>> [f.name for f in model_fields("b-l")]
    ['mass', 'coupling', 'mixing', 'mass_range', 'label']
    """
    from nuprobe.models.reading import attribute_docs, kind_of, settable

    cls, entry = _entry(name)
    docs = attribute_docs(cls)
    found = []
    for field in settable(cls, entry.sets):
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
                kind_of(cls, field),
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


# -- making models
# ------------------------------------------------------------------------------------


@public
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
        rejected by the model.

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
            "values can be given only for a model selected by name; a file or a"
            f" stack has its own, got {', '.join(values)}"
        )
    if isinstance(name, os.PathLike):
        return model_from_file(name)
    if not isinstance(name, Sequence) or not all(
        isinstance(item, Sequence) and len(item) == 2 for item in name
    ):
        raise InputError(
            "a model must be a name, a YAML file or a stack [(name, values), ...],"
            f" got {shown(name)}"
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
    """Argument by which a model is added to the one below it."""
    if not position:
        return {}
    if not has_base(name):
        raise InputError(f"{name} must come first: the others are added to it")
    return {"base": below}


def _from_python(name: object, values: Mapping[str, Any]) -> Any:
    from nuprobe.models.reading import readers

    cls: Any
    cls, entry = _entry(name)
    assert isinstance(name, str)
    values = _nested(values)
    reading = readers(cls, frozenset(entry.sets))
    known = [
        *reading,
        *(f.name for f in dataclasses.fields(cls) if f.name == "base"),
    ]
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
            key: value if key == "base" else reading[key].argument(value, strict=False)
            for key, value in values.items()
        },
    )


def build(
    stack: Sequence[tuple[str, Mapping[str, Any] | None]], source: str = "the stack"
) -> Any:
    """Build a stack of models from files and the command line.

    Parameters
    ----------
    stack : names of models and their keys, the lowest first; below them all is the
        Standard Model at tree level. Quantities are texts with a unit.
    source : name used in messages.

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
    from nuprobe.models.reading import arguments, schema
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
        fixed = frozenset(entry.sets)
        checked = validate(schema(cls, fixed), given, f"{source}, {name}")
        found = cls(**entry.sets, **arguments(cls, checked, fixed), **base)
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
    from nuprobe.parsing import parse_yaml, read_text
    from nuprobe.schema import validate

    path = Path(path)
    text = read_text(path, "the model file")
    try:
        data = parse_yaml(text)
    except InputError as err:
        raise InputError(f"cannot read the model file {path}: {err}") from None
    found = validate(_file_schema(), data, str(path)).model
    for entry in found:
        if len(entry) != 1:
            raise InputError(
                f"{path}: each item under model must have one name, got {sorted(entry)}"
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
    """Reject a key with a more specific message than that it is unknown, if the model
    has one."""
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
