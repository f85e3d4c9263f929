"""Grids and priors as typed, in the units of the parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from nuprobe.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from nuprobe.inference import Prior
    from nuprobe.numerics import FloatArray
    from nuprobe.parameters import Parameter


MAX_POINTS = 100_000_000
"""Largest number of points of a grid."""

_AXIS = re.compile(r"([^:]+):([^:]+):\s*(\d+)\s*(:log|:lin)?")


def make_grid(
    text: str, parameters: Iterable[Parameter], log: bool = False
) -> dict[str, FloatArray]:
    """Axes of a grid, in the parameters' own units.

    Parameters
    ----------
    text : ``name=start:stop unit:count[:log|:lin]``, axes separated by commas.
    parameters : those allowed, with their units.
    log : whether an axis without ``:log`` or ``:lin`` is logarithmic.

    Examples
    --------
    >>> from nuprobe.parameters import Parameter
    >>> make_grid("rn=2:4 fm:3", [Parameter("rn", 4.0, unit="fm")])
    {'rn': array([2., 3., 4.])}
    """
    known: Mapping[str, Parameter] = {p.name: p for p in parameters}
    axes: dict[str, FloatArray] = {}
    points = 1
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, body = part.partition("=")
        name = name.strip()
        if name not in known:
            raise UnknownNameError("parameter", name, known)
        if name in axes:
            raise InputError(
                f"the grid names {name} twice: each parameter can have only one axis"
            )
        axis = _axis(part, body.strip(), known[name], log)
        # check the number of points before making any array
        points *= axis.count
        if points > MAX_POINTS:
            raise InputError(
                f"the grid has {points} points or more: the limit is"
                f" {MAX_POINTS // 1_000_000} million points"
            )
        axes[name] = axis.values()
    if not axes:
        raise InputError("the grid is empty: write for example rn=2:9 fm:200")
    return axes


class _Axis:
    """One axis of a grid, before its values are computed."""

    def __init__(self, start: float, stop: float, count: int, log: bool) -> None:
        self.start, self.stop, self.count, self.log = start, stop, count, log

    def values(self) -> FloatArray:
        import numpy as np

        space = np.geomspace if self.log else np.linspace
        return space(self.start, self.stop, self.count)


def _axis(part: str, body: str, parameter: Parameter, log: bool) -> _Axis:
    match = _AXIS.fullmatch(body)
    if match is None:
        raise InputError(
            f"cannot read the grid {part!r}: write name=start:stop unit:count, e.g."
            " rn=2:9 fm:200, or rn=2:9 fm:200:lin or :log"
        )
    first, last, count = match[1].strip(), match[2].strip(), int(match[3])
    if not _complete(last, parameter):
        raise InputError(
            f"the grid {part!r} has no unit: write"
            f" {parameter.name}={first}:{last} {parameter.unit}:{match[3]}"
        )
    start, stop = _ends(first, last, parameter)
    if count < 1:
        raise InputError(f"the grid {part!r} is empty: ask for at least one point")
    logarithmic = match[4] == ":log" or (log and match[4] is None)
    if logarithmic and (start <= 0 or stop <= 0):
        raise InputError(
            f"the grid {part!r} is logarithmic: both ends must be positive"
        )
    return _Axis(start, stop, count, logarithmic)


def _ends(first: str, last: str, parameter: Parameter) -> tuple[float, float]:
    """Two numbers in the unit of a parameter; the first has the unit of the last if it
    has none."""
    from nuprobe.units import split_unit

    unit = split_unit(last)[1]
    if unit and not split_unit(first)[1]:
        first = f"{first} {unit}"
    return parameter.read(first), parameter.read(last)


def _complete(text: str, parameter: Parameter) -> bool:
    """Whether a number is complete: with a unit, or for a dimensionless parameter."""
    from nuprobe.units import PLAIN_UNITS, split_unit

    plain = not parameter.unit or parameter.unit in PLAIN_UNITS
    return plain or bool(split_unit(text)[1])


def make_priors(
    texts: Iterable[str], parameters: Iterable[Parameter]
) -> dict[str, Prior]:
    """Priors by name of the parameter.

    Parameters
    ----------
    texts : ``rn=flat:3:8 fm`` and ``coupling=log:1e-5:1`` (between two values) or
        ``rn=normal:5:0.2 fm`` (mean and standard deviation).
    parameters : those allowed, with their units.

    Examples
    --------
    >>> from nuprobe.parameters import Parameter
    >>> make_priors(["rn=flat:3:8 fm"], [Parameter("rn", 4.0, unit="fm")])
    {'rn': Flat(lower=3.0, upper=8.0)}
    """
    from nuprobe.inference import Flat, LogFlat, Normal

    kinds: dict[str, Callable[[float, float], Prior]] = {
        "flat": Flat,
        "log": LogFlat,
        "normal": Normal,
    }
    known = {p.name: p for p in parameters}
    priors: dict[str, Prior] = {}
    for text in texts:
        match = re.fullmatch(r"\s*([^=\s]+)\s*=\s*(\w+):([^:]+):([^:]+)", text)
        if match is None or match[2] not in kinds:
            raise InputError(
                f"cannot read --prior {text!r}: write name=flat:lower:upper unit,"
                " name=log:lower:upper unit or name=normal:mean:sigma unit, e.g."
                " rn=normal:5:0.2 fm"
            )
        name, first, last = match[1], match[3].strip(), match[4].strip()
        if name not in known:
            raise UnknownNameError("parameter", name, known)
        if name in priors:
            raise InputError(
                f"--prior names {name} twice: each parameter can have only one prior"
            )
        if not _complete(last, known[name]):
            raise InputError(
                f"--prior {text!r} has no unit: write {text.strip()} {known[name].unit}"
            )
        priors[name] = kinds[match[2]](*_ends(first, last, known[name]))
    return priors
