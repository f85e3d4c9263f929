"""Processes by name: those of this package and of installed packages."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module, metadata
from typing import Any, Final

from nuprobe.border import public
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.processes.interface import Process

__all__ = ["GROUP", "process", "process_names", "process_options"]

GROUP: Final = "nuprobe.processes"
"""Entry-point group in which a package offers processes: name = "module:Class"."""


@public
def process_names() -> tuple[str, ...]:
    """Names of all processes, sorted.

    Examples
    --------
    >>> {"cevns", "electron"} <= set(process_names())
    True
    """
    return tuple(sorted({*_own(), *_offered()}))


@public
def process(name: str | Process, **options: Any) -> Process:
    """Make a process by name; a `Process` passes through.

    Parameters
    ----------
    name : one of `process_names`, or a process (then without options).
    options : fields of the process, such as ``binding=False`` of ``"electron"``.

    Returns
    -------
    Process

    Raises
    ------
    UnknownNameError
        If there is no process of that name, or it has no such option.
    InputError
        If an object provided by a package is not a process.

    Examples
    --------
    >>> process("electron", binding=False)
    Electron(binding=False, neutrino_mass=1e-06)
    """
    if isinstance(name, str):
        make = _maker(name)
    elif not options and Process in type(name).__mro__:
        return name
    else:
        raise InputError(
            f"a process must be a name or a Process, without options, got {shown(name)}"
        )
    known = process_options(name)
    for option in options:
        if option not in known:
            raise UnknownNameError(f"option of process {name}", option, known)
    result = make(**options)
    if Process not in type(result).__mro__ or result.name != name:
        raise InputError(
            f"the entry point {name!r} in {GROUP} gives {shown(result)}: it must be a"
            f" subclass of nuprobe.processes.Process with the name {name!r}"
        )
    return result


@public
def process_options(name: str) -> tuple[str, ...]:
    """Names of the options of the process of that `name`.

    Examples
    --------
    >>> process_options("cevns")
    ('kinematics', 'axial')
    """
    make = _maker(name)
    return tuple(f.name for f in fields(make) if f.init) if is_dataclass(make) else ()


def _maker(name: str) -> Callable[..., Process]:
    return _own().get(name) or _load(name)


@cache
def _own() -> Mapping[str, Callable[..., Process]]:
    """Processes in the subpackages of this package, by name."""
    result: dict[str, Callable[..., Process]] = {}
    package = import_module(__name__.rpartition(".")[0])
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if info.name.count(".") < 3:  # modules outside subpackages are the framework
            continue
        module = import_module(info.name)
        for item in vars(module).values():
            if (
                isinstance(item, type)
                and Process in item.__mro__[1:]
                and item.__module__ == info.name
                and not item.__name__.startswith("_")
            ):
                result[item().name] = item
    return result


def _offered() -> Mapping[str, metadata.EntryPoint]:
    return {point.name: point for point in metadata.entry_points(group=GROUP)}


def _load(name: str) -> Callable[..., Process]:
    offered = _offered()
    if name not in offered:
        raise UnknownNameError("process", name, process_names())
    try:
        make: Callable[..., Process] = offered[name].load()
    except (ImportError, AttributeError) as err:
        raise InputError(
            f"process {name!r} of an installed package cannot be loaded: {shown(err)}"
        ) from None
    if not callable(make):
        raise InputError(
            f"the entry point {name!r} in {GROUP} must be a class or a function that"
            f" makes a process, got {shown(make)}"
        )
    return make
