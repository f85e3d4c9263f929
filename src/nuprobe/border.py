"""The border of the package: what every public function does with what it is given.

`public` decorates the functions and classes that users call. It converts quantities
that carry a unit (astropy, pint) or refuses them, so that no unit is lost; it refuses
masked arrays, whose masks NumPy's functions forget; an exception of another library
that an argument of a wrong kind caused becomes one line that names the argument; and
NaN does not leave in a result.
"""

from __future__ import annotations

import ast
import builtins
import collections.abc
import dataclasses
import functools
import importlib
import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NoReturn, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.errors import ComputationError, InputError, NuprobeError, UnitError, shown
from nuprobe.hints import CALLABLE, hint_parts, in_words, is_union, union_members
from nuprobe.numerics import is_quantity, masked
from nuprobe.units import MeV, fm

__all__ = ["public", "public_methods"]

_T = TypeVar("_T", bound=Callable[..., Any])
_Class = TypeVar("_Class", bound=type)

_ENERGIES: Final = "e_nu e_min e_max energy energies t t_nr t_e threshold mass masses"
_LENGTHS: Final = "r_p r_n rms radius diffuseness surface_thickness baseline distance"
_UNITS: Final[Mapping[str, tuple[str, float]]] = {
    **dict.fromkeys(_ENERGIES.split(), ("MeV", MeV)),
    **dict.fromkeys(_LENGTHS.split(), ("fm", fm)),
}
"""Unit in which an argument of that name is taken from a quantity, and its value."""

_PLAIN: Final[set[type]] = {
    *(float, int, str, bool, complex, bytes, type(None)),
    *(np.ndarray, np.float64, np.int64, np.bool_),
    *(types.FunctionType, types.MethodType, range),
}
"""Types that carry neither unit nor mask; those of this package join them when they are
first met."""


def public(thing: _T) -> _T:
    """Guard a public function, or the constructor of a public class.

    Parameters
    ----------
    thing : a function or a class; methods are decorated one by one.

    Examples
    --------
    >>> @public
    ... def total(e_nu: float, rtol: float = 1e-6) -> float:
    ...     return e_nu * rtol
    >>> total(1.0, rtol="fine")
    Traceback (most recent call last):
    nuprobe.errors.InputError: rtol must be a number, got 'fine'
    """
    if not inspect.isclass(thing):
        return typing.cast(_T, _guarded(thing))
    cls: Any = thing
    cls.__init__ = _guarded(cls.__init__, cls.__name__)
    if hasattr(cls, "__dataclass_fields__") and "__repr__" not in _own_names(cls):
        setattr(cls, "__repr__", _in_one_line)  # noqa: B010
    return thing


def public_methods(cls: _Class) -> _Class:
    """Guard the public methods of a class whose objects the package makes.

    Those with arguments and, of the operators, ``[]`` and calls; the constructor is not
    guarded.

    Parameters
    ----------
    cls : the class; what it inherits is left alone.

    Examples
    --------
    >>> @public_methods
    ... class Result:
    ...     def scaled(self, factor: float) -> float:
    ...         return 2.0 * factor
    >>> Result().scaled("large")
    Traceback (most recent call last):
    nuprobe.errors.InputError: factor must be a number, got 'large'
    """
    for name, value in list(vars(cls).items()):
        if name.startswith("_") and name not in ("__getitem__", "__call__"):
            continue
        inner = value.__func__ if isinstance(value, classmethod) else value
        if not isinstance(inner, types.FunctionType) or hasattr(inner, "__wrapped__"):
            continue
        if len(inspect.signature(inner).parameters) > 1:
            guarded = _guarded(inner)
            setattr(cls, name, guarded if inner is value else classmethod(guarded))
    return cls


def _own_names(cls: type) -> tuple[str, ...]:
    """Names that a class defines itself; what dataclasses generate is left out."""
    return tuple(
        name
        for name, value in vars(cls).items()
        if getattr(value, "__module__", "") == cls.__module__
        and getattr(getattr(value, "__code__", None), "co_filename", "") != "<string>"
        and not hasattr(value, "__wrapped__")
    )


def _in_one_line(self: Any) -> str:
    """Name and those fields that are not at their default."""
    texts = []
    for field in dataclasses.fields(self):
        value = getattr(self, field.name)
        if not field.repr or value is field.default:
            continue
        text = " ".join(repr(value).split())
        if text != repr(field.default):
            texts.append(f"{field.name}={text}")
    return f"{type(self).__name__}({', '.join(texts)})"


def _guarded(function: Callable[..., Any], of: str = "") -> Callable[..., Any]:
    """A guarded function, or constructor `of` a class."""
    parameters = tuple(inspect.signature(function).parameters)

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not _PLAIN.issuperset(map(type, args)):
            args = tuple(
                value if type(value) in _PLAIN else _plain(name, value)
                for name, value in zip(
                    parameters + ("",) * len(args), args, strict=False
                )
            )
        for name, value in kwargs.items():
            if type(value) not in _PLAIN:
                kwargs[name] = _plain(name, value)
        try:
            result = function(*args, **kwargs)
        except NuprobeError:
            raise
        except Exception as error:
            _explain(function, args, kwargs, error)
            raise
        if _is_nan(result) or (of and any(map(_is_nan, (*args, *kwargs.values())))):
            _refuse_nan(function, args, kwargs)
        return result

    return guarded


# -- units and masks


def _plain(name: str, value: Any, depth: int = 0) -> Any:
    """A value without unit or mask; lists and mappings as well."""
    if type(value) in (list, tuple, dict):
        items = value.values() if isinstance(value, dict) else value
        if depth >= 3 or _PLAIN.issuperset(map(type, items)):
            return value
        if isinstance(value, dict):
            return {
                key: _plain(str(key).partition(".")[0], item, depth + 1)
                for key, item in value.items()
            }
        return type(value)(_plain(name, item, depth + 1) for item in value)
    if is_quantity(value):
        return _without_unit(name, value)
    if masked(value):
        raise InputError(
            f"{name or 'an argument'} is an array with masked elements: leave them out"
            " (array.compressed()) or fill them"
        )
    if type(value).__module__.startswith("nuprobe."):
        _PLAIN.add(type(value))
    return value


def _without_unit(name: str, value: Any) -> Any:
    if name not in _UNITS:
        raise UnitError(
            f"{name or 'an argument'} carries a unit, {shown(value)}: give a number,"
            " with the units of nuprobe.units (30 * MeV, 3.4 * fm)"
        )
    unit, factor = _UNITS[name]
    try:
        converted = value.to(unit)
        number = converted.value if hasattr(converted, "value") else converted.magnitude
        return np.asarray(number, dtype=float)[()] * factor
    except Exception as error:  # each library has its own
        raise UnitError(
            f"{name} cannot be converted from {shown(value)} to {unit}: {error}"
        ) from None


# -- exceptions of other libraries


def _explain(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    error: Exception,
) -> None:
    """Raise `InputError` if an argument explains an error that is not nuprobe's."""
    given = _given(function, args, kwargs)
    # what could be an array is one only if nothing else explains the error
    for strict in (False, True):
        for name, value in given.items():
            hint = _hint(function, name)
            if not _fits(hint, value) or (strict and _no_array(hint, value)):
                raise InputError(
                    f"{name} must be {in_words(hint)}, got {shown(value)}"
                ) from error
    if isinstance(error, (ArithmeticError, MemoryError)):
        raise InputError(
            f"{function.__name__} cannot compute with numbers of this size"
            f" ({type(error).__name__}: {error}); correct"
            f" {', '.join(f'{n}={shown(v)}' for n, v in given.items())}"
        ) from error


def _given(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Arguments by name, variable ones apart; none if they are not the function's."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:
        return {}
    given = dict(bound.arguments)
    given.pop("self", None)
    given.pop("cls", None)
    for name, parameter in signature.parameters.items():
        if name in given and parameter.kind is parameter.VAR_POSITIONAL:
            for i, value in enumerate(given.pop(name), 1):
                given[f"{name} ({i})"] = value
        elif name in given and parameter.kind is parameter.VAR_KEYWORD:
            for key, value in given.pop(name).items():
                given[f"{name} ({key})"] = value
    return given


class _Names(dict[str, Any]):
    """Names of annotations, those that only type checkers import included; others are
    anything."""

    def __init__(self, function: Callable[..., Any]) -> None:
        module = sys.modules.get(function.__module__)
        super().__init__({**vars(builtins), **(vars(module) if module else {})})
        self.places = _type_checking(function.__module__)

    def __missing__(self, name: str) -> Any:
        if name not in self.places:
            return Any
        place, original = self.places[name]
        return getattr(importlib.import_module(place), original, Any)


@functools.cache
def _type_checking(module: str) -> dict[str, tuple[str, str]]:
    """Names that a module imports for type checkers: module and name there."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError, SyntaxError):  # no source to be found
        return {}
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@functools.cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    names = _Names(function)
    found = {}
    for name, hint in function.__annotations__.items():
        try:
            found[name] = eval(hint, {}, names) if isinstance(hint, str) else hint
        except Exception:  # an annotation that exists for type checkers alone
            found[name] = Any
    return found


def _hint(function: Callable[..., Any], name: str) -> Any:
    """Annotation of an argument; of one of several keywords that of its own."""
    first, _, key = name.partition(" ")
    hint = _hints(function).get(first, Any)
    origin, inner = hint_parts(hint)
    if origin is typing.Unpack:
        hints = typing.get_type_hints(inner[0])
        return hints.get(key.strip("()"), Any)
    return hint


def _no_array(hint: Any, value: Any) -> bool:
    """Whether an annotation asks for an array alone, and gets something else."""
    origin, inner = hint_parts(hint)
    members = inner if is_union(origin) else (hint,)
    arrays = [one for one in members if hint_parts(one)[0] is np.ndarray]
    return (
        bool(arrays)
        and not isinstance(value, np.ndarray)
        and not any(_fits(one, value) for one in members if one not in arrays)
    )


def _fits(hint: Any, value: Any, depth: int = 0) -> bool:
    """Whether a value is of the kind that an annotation asks for."""
    if hint is Any or hint is object or isinstance(hint, TypeVar) or depth > 4:
        return True
    if hint is type(None) or hint is None:
        return value is None
    if hint == ArrayLike:
        return _is_numbers(value, "fiu")
    origin, inner = hint_parts(hint)
    if origin is np.ndarray:
        return _is_numbers(value, "fiu" if "float" in str(hint) else "fiucbOUS")
    if origin is typing.Annotated:
        return _fits(inner[0], value, depth)
    if is_union(origin):
        return any(_fits(one, value, depth) for one in union_members(inner))
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
        return issubclass(list, origin) and numeric and _is_numbers(value, "fiu")
    if not _is_instance(value, origin) or isinstance(value, str | bytes):
        return False
    if isinstance(value, Mapping):
        return len(inner) != 2 or all(
            _fits(inner[0], k, depth + 1) and _fits(inner[1], v, depth + 1)
            for k, v in value.items()
        )
    if not isinstance(value, collections.abc.Collection) or not inner:
        return True
    if origin is tuple and inner[-1] is not Ellipsis:
        return len(value) == len(inner) and all(
            _fits(one, item, depth + 1) for one, item in zip(inner, value, strict=True)
        )
    return all(_fits(inner[0], item, depth + 1) for item in value)


def _takes(function: Callable[..., Any], inner: tuple[Any, ...]) -> bool:
    """Whether a function can be called with as many arguments as it is given."""
    if not inner or not isinstance(inner[0], list):
        return True
    try:
        inspect.signature(function).bind(*inner[0])
    except TypeError:
        return False
    except ValueError:  # a function of C without a signature
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
        np.ndim(value) == 0 and _is_numbers(value, "fiu")
    )


def _is_numbers(value: Any, kinds: str) -> bool:
    try:
        array = np.asarray(value)
    except Exception:  # ragged lists, and what other libraries raise
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


# -- results


def _is_nan(result: Any) -> bool:
    if isinstance(result, float):
        return result != result
    if type(result) is np.ndarray and result.dtype.kind in "fc":
        return bool(np.isnan(result).any())
    return False


def _refuse_nan(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> NoReturn:
    given = _given(function, args, kwargs)
    for name, value in given.items():
        try:
            array = np.asarray(value, dtype=float)
        except Exception:
            continue
        if not np.isfinite(array).all():
            raise InputError(f"{name} must be finite, got {shown(value)}")
    for name, value in given.items():
        hint = _hint(function, name)
        if not _fits(hint, value):
            raise InputError(f"{name} must be {in_words(hint)}, got {shown(value)}")
    raise ComputationError(
        f"{function.__name__} has no finite value at"
        f" {', '.join(f'{n}={shown(v)}' for n, v in given.items())}; stay within the"
        " range of its arguments"
    )
