"""Free parameters by name, or the factor of the operators of a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from nuprobe.cli.specs import ModelSpec, names
from nuprobe.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])

__all__ = ["free_option", "freed_names"]


def free_option(what: str) -> Callable[[F], F]:
    """Return the option ``--free``.

    Parameters
    ----------
    what : help text on the use of the parameters.

    Examples
    --------
    >>> @click.command()
    ... @free_option("Parameters to fit")
    ... def command(free): ...
    >>> command.params[0].opts
    ['--free']
    """
    return click.option(
        "--free",
        help=(
            f"{what}, separated by commas; see `nuprobe list parameters` [default:"
            " factor with --wcxf]."
        ),
    )


def freed_names(free: str | None, model: ModelSpec) -> list[str]:
    """Return the names of free parameters; by default, the factor of the operators of a
    file.

    Parameters
    ----------
    free : as typed, or None.
    model : which may have operators.

    Raises
    ------
    InputError
        If nothing is free.

    Examples
    --------
    >>> freed_names("rn, sin2_theta_w", ModelSpec())
    ['rn', 'sin2_theta_w']
    """
    found = names("factor" if free is None and model.wcxf is not None else free or "")
    if not found:
        raise InputError(
            "nothing to fit: name parameters with --free (see `nuprobe list"
            " parameters`), or give a point with --wcxf"
        )
    return found
