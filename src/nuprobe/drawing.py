"""Lets objects draw and export themselves, although plotting and exports are the
topmost layers.

`draws` makes a method that imports `nuprobe.plotting` only when called, and the methods
of `Exported` and `Travelling` import `nuprobe.exports` and `nuprobe.portable` likewise.
No import goes up when the package is loaded, and this is the only file that may import
upwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["Exported", "Submitted", "Travelling", "draws"]


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


class Submitted:
    """A result that can be written as a HEPData submission."""

    def to_hepdata(
        self,
        path: str | os.PathLike[str],
        *,
        comment: str = "",
        overwrite: bool = False,
    ) -> Path:
        """Write a HEPData submission with `nuprobe.exports.to_hepdata`.

        Parameters
        ----------
        path : a ``.zip`` or ``.tar.gz`` file; any other name is a folder.
        comment : text that applies to all tables.
        overwrite : whether an existing submission may be replaced.

        Raises
        ------
        InputError
            If the path exists and must not be replaced.
        OutputError
            If nothing can be written there.
        """
        made: Path = import_module("nuprobe.exports").to_hepdata(
            self, path, comment=comment, overwrite=overwrite
        )
        return made


class Exported(Submitted):
    """A result that can be exported as tables of other packages."""

    def to_frame(self, table: str | None = None) -> Any:
        """A pandas ``DataFrame``, as `nuprobe.exports.to_frame`: units are in the names
        of the columns and in ``attrs["units"]``; raises `InputError` if pandas is not
        installed.

        Parameters
        ----------
        table : name of one of several tables.
        """
        return import_module("nuprobe.exports").to_frame(self, table)

    def to_latex(self, table: str | None = None) -> str:
        """A LaTeX ``tabular``, as `nuprobe.exports.to_latex`.

        Parameters
        ----------
        table : name of one of several tables.
        """
        text: str = import_module("nuprobe.exports").to_latex(self, table)
        return text


class Travelling:
    """A result that keeps its `source`, the cost it was computed with."""

    source: Any

    def export_likelihood(
        self, path: str | os.PathLike[str], *, overwrite: bool = False
    ) -> Path:
        """Write the likelihood for other programs, as
        `nuprobe.portable.export_likelihood`.

        Parameters
        ----------
        path : of the file, ``.json``, or ``.json.gz`` to compress it.
        overwrite : whether what is there may be replaced.

        Raises
        ------
        InputError
            If the expectation is not made of polynomials in the parameters, the path
            exists, or the result was read from a file.
        OutputError
            If nothing can be written there.
        """
        if self.source is None:
            refused: type[Exception] = import_module("nuprobe.errors").InputError
            raise refused(
                "this result was read from a file, without its cost: compute it again,"
                " or give nuprobe.portable.export_likelihood a cost"
            )
        made: Path = import_module("nuprobe.portable").export_likelihood(
            self.source, path, overwrite=overwrite
        )
        return made
