"""Options of a plane: levels, methods, and additional data in the figure."""

from __future__ import annotations

from dataclasses import dataclass

import click

from nuprobe.cli.options import grouped
from nuprobe.errors import InputError

__all__ = ["AskedSpec", "asked_options", "read_marks"]


def read_marks(texts: tuple[str, ...]) -> dict[str, tuple[float, float]] | None:
    """Points by label, or None if there are none.

    Parameters
    ----------
    texts : ``LABEL=X,Y`` each.

    Examples
    --------
    >>> read_marks(("claim=0.26,7.25",))
    {'claim': (0.26, 7.25)}
    """
    found = {}
    for text in texts:
        label, _, place = text.rpartition("=")
        try:
            x, y = map(float, place.split(","))
        except ValueError:
            raise InputError(f"--mark {text!r}: write it as LABEL=X,Y") from None
        if not label:
            raise InputError(f"--mark {text!r} needs a label: LABEL=X,Y")
        found[label] = (x, y)
    return found or None


@dataclass(frozen=True)
class AskedSpec:
    """Options of a plane, as typed.

    Attributes
    ----------
    cl : confidence levels.
    methods : those drawn; empty for all.
    beside : other experiments in the figure.
    marks : points.
    intervals : a method, named as in other commands, or None.
    """

    cl: tuple[float, ...]
    methods: tuple[str, ...]
    beside: tuple[str, ...]
    marks: tuple[str, ...]
    intervals: str | None = None

    def shown(self, toys: bool) -> tuple[str, ...]:
        """Return the methods to draw, as named in a plane; empty for all.

        Parameters
        ----------
        toys : whether there are toys.
        """
        if self.intervals is None:
            return self.methods
        if self.methods:
            raise InputError("give --intervals or --method, not both")
        if self.intervals == "feldman-cousins" and not toys:
            raise InputError("--intervals feldman-cousins needs toys: give --toys 1000")
        known = {"wilks": "wilks", "feldman-cousins": "fc"}
        return (known.get(self.intervals, "cls-toys" if toys else "cls"),)

    def points(self) -> dict[str, tuple[float, float]] | None:
        """Return the points by label, or None."""
        return read_marks(self.marks)


asked_options = grouped(
    "asked",
    AskedSpec,
    click.option(
        "--cl",
        type=float,
        multiple=True,
        default=(0.95,),
        show_default=True,
        help="Confidence level; repeatable, the first is drawn.",
    ),
    click.option(
        "--method",
        "methods",
        multiple=True,
        help="Draw only this method (wilks, fc, cls, cls-toys, raster, raster-toys,"
        " expected); repeatable.",
    ),
    click.option(
        "--beside",
        multiple=True,
        metavar="EXPERIMENT",
        help="Also draw the allowed region of another experiment; repeatable.",
    ),
    click.option(
        "--mark",
        "marks",
        multiple=True,
        metavar="LABEL=X,Y",
        help="Point to mark instead of the published ones, with its exclusion by toys;"
        " repeatable.",
    ),
    click.option(
        "--intervals",
        type=click.Choice(["wilks", "feldman-cousins", "cls"]),
        help="The same as --method wilks, fc, and cls-toys (cls without toys).",
    ),
)
"""Add ``--cl``, ``--method``, ``--beside``, ``--mark`` and ``--intervals``, as
`AskedSpec` ``asked``."""
