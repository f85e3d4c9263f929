"""Subranges of parameters, as typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from nuprobe.parameters import Parameter

F = TypeVar("F", bound=Callable[..., Any])

ranges_option = click.option(
    "--range",
    "parts",
    multiple=True,
    metavar="NAME=LOW:HIGH",
    help=(
        "Part of the range of a parameter that the likelihood has, e.g. 'dm2_41=0.1:20"
        " eV2'; repeatable."
    ),
)
"""``--range``."""


def ranges_of(
    texts: Iterable[str], parameters: Iterable[Parameter]
) -> dict[str, tuple[float, float]]:
    """Subranges by name of the parameter, in its unit.

    Parameters
    ----------
    texts : ``name=low:high unit``, as typed.
    parameters : those allowed.

    Raises
    ------
    InputError
        If a text cannot be read, or names a parameter twice.
    UnknownNameError
        If there is no such parameter.

    Examples
    --------
    >>> from nuprobe.parameters import Parameter
    >>> ranges_of(["rn=2:7 fm"], [Parameter("rn", 5.0, unit="fm")])
    {'rn': (2.0, 7.0)}
    """
    known = {p.name: p for p in parameters}
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        name, _, body = (part.strip() for part in text.partition("="))
        low, colon, high = (part.strip() for part in body.partition(":"))
        if not (name and low and colon and high):
            raise InputError(
                f"cannot read --range {text!r}: write name=low:high, e.g."
                " 'dm2_41=0.1:20 eV2'"
            )
        if name not in known:
            raise UnknownNameError("parameter of the likelihood", name, list(known))
        if name in found:
            raise InputError(f"--range gives {name} twice: give a single range")
        unit = high.partition(" ")[2]
        if unit and " " not in low:
            low = f"{low} {unit}"
        found[name] = known[name].read(low), known[name].read(high)
    return found
