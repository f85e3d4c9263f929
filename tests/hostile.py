"""Calls of public functions with values that they cannot mean.

A right call of each function is taken from its docstring: while the example runs, the
function records what it is given. Then one argument after the other is replaced.
"""

from __future__ import annotations

import contextlib
import copy
import doctest
import inspect
import io
import signal
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import nuprobe as nu
from nuprobe.errors import LONGEST_MESSAGE, NuprobeError
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import Flux, FluxComponent, Line, TimeProfile

Call = tuple[tuple[Any, ...], dict[str, Any]]


class Quantity:
    """A number with a unit, as astropy and pint have them."""

    FACTORS = {"GeV": 1e3, "MeV": 1.0, "fm": 1.0}

    def __init__(self, value: Any, unit: str) -> None:
        self.value, self.unit = value, unit

    def to(self, unit: str) -> Quantity:
        if (self.unit == "fm") != (unit == "fm"):
            raise RuntimeError(f"{self.unit} is not {unit}")
        factor = self.FACTORS[self.unit] / self.FACTORS[unit]
        return Quantity(np.multiply(self.value, factor), unit)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(self.value, dtype=dtype)

    def __float__(self) -> float:
        return float(self.value)

    def __repr__(self) -> str:
        return f"{self.value} {self.unit}"


HOSTILE: dict[str, Any] = {
    "nan": np.nan,
    "inf": np.inf,
    "minus inf": -np.inf,
    "huge": 1e308,
    "negative": -1.0,
    "zero": 0,
    "integer of 400 digits": 10**400,
    "complex": 1j,
    "true": True,
    "None": None,
    "text": "abc",
    "bytes": b"x",
    "ragged": [[1, 2], [3]],
    "empty list": [],
    "empty array": np.array([]),
    "NaN in an array": np.array([1.0, np.nan]),
    "texts in an array": np.array(["a"]),
    "mapping": {},
    "set": {1},
    "mixed tuple": ("a", 1),
    "object": object(),
    "function": lambda: 0,
    "masked": np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    "quantity": Quantity(1.0, "GeV"),
}


def public() -> dict[str, Any]:
    """Every callable that is reached through ``nu.``, by its name."""
    found: dict[int, tuple[str, Any]] = {}

    def walk(thing: Any, name: str) -> None:
        if isinstance(thing, types.ModuleType):
            if not thing.__name__.startswith("nuprobe"):
                return
            own = [
                n
                for n, v in vars(thing).items()
                if getattr(v, "__module__", "").startswith("nuprobe")
                and not n.startswith("_")
            ]
            for inner in getattr(thing, "__all__", own):
                walk(getattr(thing, inner), f"{name}.{inner}")
        elif callable(thing) and getattr(thing, "__module__", "").startswith("nuprobe"):
            found.setdefault(id(thing), (name, thing))

    for name in nu.__all__:
        walk(getattr(nu, name), f"nu.{name}")
    return {
        name: thing
        for name, thing in found.values()
        if not (inspect.isclass(thing) and issubclass(thing, BaseException))
    }


def made() -> dict[Any, Call]:
    """Right calls of what has no example of its own."""
    nu_mu = as_flavour("nu_mu")
    line = Line(30.0, 1.0)
    beam = FluxComponent("beam", nu_mu, lines=(line,))
    shapes = nu.form_factors
    return {
        Line: ((30.0, 1.0), {}),
        TimeProfile: ((np.array([0.0, 1.0, 2.0]), np.full(2, 0.5)), {}),
        FluxComponent: (("beam", nu_mu), {"lines": (line,)}),
        Flux: (("mine", (beam,), "cm2"), {}),
        shapes.Dipole: ((3.4,), {}),
        shapes.LiteratureDipole: ((3.4,), {}),
        shapes.LiteratureDipoleC: ((3.4,), {}),
        shapes.LiteratureExponential: ((3.4,), {}),
        shapes.LiteratureExponentialC: ((3.4,), {}),
        shapes.LiteratureFermi: ((3.4,), {}),
        shapes.Exponential: ((3.4,), {}),
        shapes.FourierBessel: (((0.03, 0.06), 8.0), {}),
        shapes.KleinNystrand: ((4.0,), {}),
        shapes.WoodsSaxon: ((4.0,), {}),
        nu.oscillation.AtSource: ((), {}),
        nu.oscillation.Matter: ((np.array([0.0, 1e9]), np.ones(2), np.ones(2)), {}),
        nu.oscillation.MagneticField: ((np.array([0.0, 1e9]), np.zeros(2)), {}),
        nu.events.Cut: (("all", lambda events: np.ones(len(events), bool)), {}),
        nu.events.Observable: (("s", "s", "MeV2", "s", lambda events: events.s), {}),
        nu.trident.Channel: ((nu_mu, nu_mu, 1, 1), {}),
        nu.catalogue.read_library: ((Path("nowhere"),), {}),
        nu.exports.to_frame: ((nu.experiment("ccfr-trident").predict(),), {}),
    }


def calls(thing: Any) -> list[Call]:
    """Right calls of a function or class: of its example, or else of `made`."""
    known = made()
    return recorded(thing) or ([known[thing]] if thing in known else [])


def guarded(thing: Any) -> bool:
    """Whether users call it: results that the package makes are not guarded."""
    start = thing.__init__ if inspect.isclass(thing) else thing
    return hasattr(start, "__wrapped__")


def recorded(thing: Any) -> list[Call]:
    """Calls of a function or class in the example of its docstring."""
    calls: list[Call] = []

    def recorder(original: Callable[..., Any]) -> Callable[..., Any]:
        def record(*args: Any, **kwargs: Any) -> Any:
            if sys._getframe(1).f_code.co_filename.startswith("<doctest"):
                calls.append((args, kwargs))
            return original(*args, **kwargs)

        return record

    undo: list[tuple[Any, str, Any]] = []
    if inspect.isclass(thing):
        undo.append((thing, "__init__", thing.__init__))
    else:
        for module in [m for n, m in list(sys.modules.items()) if n[:7] == "nuprobe"]:
            for name, value in list(vars(module).items()):
                if value is thing:
                    undo.append((module, name, value))
    try:
        for place, name, value in undo:
            setattr(place, name, recorder(value))
        module = sys.modules[thing.__module__]
        finder = doctest.DocTestFinder(recurse=False)
        runner = doctest.DocTestRunner(verbose=False)
        for test in finder.find(thing, thing.__name__, module, dict(vars(module))):
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                runner.run(test, out=lambda text: None, clear_globs=False)
    finally:
        for place, name, value in undo:
            setattr(place, name, value)
    return [(a[1:], k) for a, k in calls] if inspect.isclass(thing) else calls


def has_nan(value: Any, depth: int = 0) -> bool:
    """Whether a result contains NaN, in its fields and items as well."""
    if depth > 3:
        return False
    if isinstance(value, float):
        return bool(value != value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fc" and bool(np.isnan(value).any())
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        return any(has_nan(item, depth + 1) for item in value)
    fields = getattr(value, "__dataclass_fields__", ())
    if isinstance(value, type):
        return False
    return any(has_nan(getattr(value, f, None), depth + 1) for f in fields)


class _TooLongError(BaseException):
    pass


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `_TooLongError` after some seconds of the processor, or ten times as long
    where nothing happens (in the main thread, on Unix)."""

    def stop(*_: object) -> None:
        raise _TooLongError

    timers = {
        signal.SIGPROF: (signal.ITIMER_PROF, seconds),
        signal.SIGALRM: (signal.ITIMER_REAL, 10 * seconds),
    }
    before = {number: signal.signal(number, stop) for number in timers}
    try:
        for timer, limit in timers.values():
            signal.setitimer(timer, limit)
        yield
    finally:
        for number, (timer, _) in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])


@dataclass(frozen=True)
class Outcome:
    """What a call with one hostile argument did: `wrong` is empty if it is right."""

    parameter: str
    value: str
    wrong: str


def outcomes(thing: Any, call: Call, kinds: dict[str, Any]) -> Iterator[Outcome]:
    """Replace each argument by each value."""
    signature = inspect.signature(thing)
    bound = signature.bind(*call[0], **call[1])
    for name, parameter in signature.parameters.items():
        if name.startswith("_"):
            continue
        if parameter.kind is parameter.VAR_KEYWORD and not bound.arguments.get(name):
            continue
        for kind, value in kinds.items():
            changed = copy.copy(bound)
            changed.arguments = dict(bound.arguments)
            if parameter.kind is parameter.VAR_KEYWORD:
                value = dict.fromkeys(bound.arguments[name], value)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                value = (value,)
            changed.arguments[name] = value
            yield Outcome(name, kind, _wrong(thing, changed))


def _wrong(thing: Any, bound: inspect.BoundArguments) -> str:
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            at_most(20),
        ):
            warnings.simplefilter("ignore")
            result = thing(*bound.args, **bound.kwargs)
    except NuprobeError as error:
        text = str(error)
        short = len(text) <= LONGEST_MESSAGE and "\n" not in text
        return "" if short else f"a message of {len(text)} characters"
    except _TooLongError:
        return "does not come back"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:120]
    return "NaN" if has_nan(result) else ""
