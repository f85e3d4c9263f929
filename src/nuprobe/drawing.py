"""How an object draws itself although figures lie on the roof, above everything.

`draws` makes a method that imports `nuprobe.plotting` when it is called, by name: no
import goes up when the package is loaded, and this is the only file that may do so.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["draws"]


def draws(name: str) -> Callable[..., Any]:
    """Make the method ``plot`` of a class from a function of `nuprobe.plotting`.

    Parameters
    ----------
    name : of the function, whose first argument is the object.

    Examples
    --------
    >>> class Source:
    ...     name = "sns"
    ...     plot = draws("plot_flux")
    >>> Source.plot.__doc__.splitlines()[0]
    'Draw it with `nuprobe.plotting.plot_flux`, which see for the arguments.'
    """

    def plot(self: Any, *args: Any, **options: Any) -> Any:
        return getattr(import_module("nuprobe.plotting"), name)(self, *args, **options)

    plot.__doc__ = (
        f"Draw it with `nuprobe.plotting.{name}`, which see for the arguments.\n\n"
        "Matplotlib is imported by this call; what is returned shows itself in a"
        " notebook."
    )
    plot.draws = name  # type: ignore[attr-defined]
    return plot
