"""The public boundary: checks that every public function applies to its arguments.

`public` decorates the functions and classes that users call. It converts or rejects
quantities that carry a unit (astropy, pint), so that no unit is lost; it rejects masked
arrays, whose masks NumPy functions drop; it turns an exception of another library
caused by an argument of the wrong kind into one line that names the argument; and it
never lets NaN out in a result. A string for ``free`` is treated as a list with that one
name.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import inspect
import sys
import threading
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn, TypeVar

import numpy as np

from nuprobe.errors import ComputationError, InputError, NuprobeError, UnitError, shown
from nuprobe.hints import hint_parts, in_words
from nuprobe.matching import fits, is_numbers, lacks_array
from nuprobe.numerics import is_quantity, masked
from nuprobe.reprs import readable
from nuprobe.units import MeV, fm

__all__ = ["public", "public_methods", "quick_methods"]

_T = TypeVar("_T", bound=Callable[..., Any])
_Class = TypeVar("_Class", bound=type)

_ENERGIES: Final = "e_nu e_min e_max energy energies t t_nr t_e threshold mass masses"
_LENGTHS: Final = "r_p r_n rms radius diffuseness surface_thickness baseline distance"
_UNITS: Final[Mapping[str, tuple[str, float]]] = {
    **dict.fromkeys(_ENERGIES.split(), ("MeV", MeV)),
    **dict.fromkeys(_LENGTHS.split(), ("fm", fm)),
}
"""Unit to which a quantity given for an argument of that name is converted, and its
value."""

_PLAIN: Final[set[type]] = {
    *(float, int, str, bool, complex, bytes, type(None)),
    *(np.ndarray, np.float64, np.int64, np.bool_),
    *(types.FunctionType, types.MethodType, range),
}
"""Types with neither unit nor mask; those of this package are added when first
encountered."""


class _Inside(threading.local):
    """Whether this thread is inside a guarded call, so that the caller is the package
    itself."""

    yes = False


_INSIDE: Final = _Inside()


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
    cls.__init__ = _guarded(cls.__init__, no_nan=True)
    return typing.cast(_T, readable(cls))


def public_methods(cls: _Class) -> _Class:
    """Guard the public methods of a class whose objects the package creates.

    Methods with arguments, ``[]`` and calls are guarded; the constructor is not.

    Parameters
    ----------
    cls : the class; inherited methods are left alone.

    See Also
    --------
    quick_methods : for what the package itself calls often.

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
    return _with_methods(cls, _guarded)


def quick_methods(cls: _Class) -> _Class:
    """Guard the public methods of a class as `public_methods` does, but only for users.

    Inside another guarded call they run unguarded: kernels and integrals evaluate
    thousands of form factors, moments and couplings, and user input has already been
    checked once.

    Parameters
    ----------
    cls : the class; inherited methods are left alone.

    Examples
    --------
    >>> @quick_methods
    ... class Shape:
    ...     def at(self, q2: float) -> float:
    ...         return 2.0 * q2
    >>> Shape().at("here")
    Traceback (most recent call last):
    nuprobe.errors.InputError: q2 must be a number, got 'here'
    """
    return _with_methods(cls, _quickly_guarded)


def _with_methods(
    cls: _Class, guard: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> _Class:
    for name, value in list(vars(cls).items()):
        if name.startswith("_") and name not in ("__getitem__", "__call__"):
            continue
        inner = value.__func__ if isinstance(value, classmethod) else value
        if not isinstance(inner, types.FunctionType) or hasattr(inner, "__wrapped__"):
            continue
        if len(inspect.signature(inner).parameters) > 1:
            guarded = guard(inner)
            setattr(cls, name, guarded if inner is value else classmethod(guarded))
    return readable(cls)


def _quickly_guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is guarded unless another guarded one calls it."""
    outside = _guarded(function, no_nan=True)

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if _INSIDE.yes:
            return function(*args, **kwargs)
        return outside(*args, **kwargs)

    return guarded


def _guarded(function: Callable[..., Any], no_nan: bool = False) -> Callable[..., Any]:
    """A guarded function; with `no_nan` it also rejects NaN in its arguments."""
    parameters = tuple(inspect.signature(function).parameters)
    names = parameters.index("free") if "free" in parameters else None

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if names is not None:
            # a string is also a sequence of letters, which is never intended here
            if isinstance(kwargs.get("free"), str):
                kwargs["free"] = [kwargs["free"]]
            elif len(args) > names and isinstance(args[names], str):
                args = (*args[:names], [args[names]], *args[names + 1 :])
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
        before, _INSIDE.yes = _INSIDE.yes, True
        try:
            result = function(*args, **kwargs)
        except NuprobeError:
            raise
        except Exception as error:
            _explain(function, args, kwargs, error)
            raise
        finally:
            _INSIDE.yes = before
        if _is_nan(result) or (no_nan and any(map(_is_nan, (*args, *kwargs.values())))):
            _refuse_nan(function, args, kwargs)
        return result

    return guarded


# -- units and masks


def _plain(name: str, value: Any, depth: int = 0) -> Any:
    """A value without unit or mask, inside lists and mappings as well."""
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
            f"{name or 'an argument'} is an array with masked elements: remove them"
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
    # blame arguments that may be arrays only if nothing else explains the error
    for strict in (False, True):
        for name, value in given.items():
            hint = _hint(function, name)
            if not fits(hint, value) or (strict and lacks_array(hint, value)):
                raise InputError(
                    f"{name} must be {in_words(hint)}, got {shown(value)}"
                ) from error
    if isinstance(error, (ArithmeticError, MemoryError)):
        raise InputError(
            f"{function.__name__} cannot handle numbers of this size"
            f" ({type(error).__name__}: {error}); correct"
            f" {', '.join(f'{n}={shown(v)}' for n, v in given.items())}"
        ) from error
    arrays = {n: s for n, v in given.items() if (s := _shape(v))}
    if arrays and isinstance(error, (ValueError, IndexError)) and _of_shapes(error):
        shapes = ", ".join(f"{n} has the shape {s}" for n, s in arrays.items())
        raise InputError(
            f"{function.__name__} cannot take arrays of these shapes: {shapes}"
        ) from error


def _shape(value: Any) -> tuple[int, ...]:
    """Shape of an array or a list of numbers; () for anything else."""
    array = isinstance(value, (np.ndarray, list, tuple)) and is_numbers(value, "fiuc")
    return np.shape(value) if array else ()


def _of_shapes(error: Exception) -> bool:
    """Whether NumPy complains about the shape of an array."""
    words = ("broadcast", "shape", "dimension", "too many ind", "zip()", "subscripts")
    return any(word in str(error) for word in words)


def _given(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Arguments by name, variadic ones excluded; empty if they do not fit the
    function."""
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
    """Names of annotations, including those imported only for type checkers; unknown
    ones stand for anything."""

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
        except Exception:  # an annotation that exists only for type checkers
            found[name] = Any
    return found


def _hint(function: Callable[..., Any], name: str) -> Any:
    """Annotation of an argument; for variadic keywords, of the keyword itself."""
    first, _, key = name.partition(" ")
    hint = _hints(function).get(first, Any)
    origin, inner = hint_parts(hint)
    if origin is typing.Unpack:
        hints = typing.get_type_hints(inner[0])
        return hints.get(key.strip("()"), Any)
    return hint


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
        if not fits(hint, value):
            raise InputError(f"{name} must be {in_words(hint)}, got {shown(value)}")
    raise ComputationError(
        f"{function.__name__} has no finite value at"
        f" {', '.join(f'{n}={shown(v)}' for n, v in given.items())}; stay within the"
        " range of its arguments"
    )
