"""Common parts of cross sections of elastic processes: recoils requested, and their
tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.options import grouped
from nuprobe.errors import InputError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.numerics import FloatArray

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class RecoilSpec:
    """Recoils and flavour.

    Attributes
    ----------
    recoil : energies for dσ/dT, as typed, or None for totals.
    threshold : smallest recoil included in a total, as typed.
    flavour : as typed, or None for the default.
    """

    recoil: str | None
    threshold: str
    flavour: str | None

    def recoils(self) -> FloatArray | None:
        """Return the recoil energies (MeV), of shape (n,), or None."""
        from nuprobe.units import parse_grid

        return None if self.recoil is None else parse_grid(self.recoil, "energy")

    def floor(self) -> float:
        """Return the threshold (MeV)."""
        from nuprobe.units import parse_quantity

        return parse_quantity(self.threshold, "energy")

    def either(self) -> tuple[FloatArray | None, float]:
        """Return `recoils` and `floor`, of which only one may be given."""
        recoils, floor = self.recoils(), self.floor()
        if recoils is not None and floor > 0:
            raise InputError(
                "--threshold applies to total cross sections and cannot be used with"
                " --recoil"
            )
        return recoils, floor


def recoil_options(recoils: str, example: str, flavour: str) -> Callable[[F], F]:
    """Add ``--recoil``, ``--threshold`` and ``--flavour``, as `RecoilSpec` ``recoil``.

    Parameters
    ----------
    recoils, example : name of the recoils in the help, and an example.
    flavour : the default.
    """
    return grouped(
        "recoil",
        RecoilSpec,
        click.option(
            "--recoil", help=f"Give dσ/dT at these {recoils}, e.g. {example}."
        ),
        click.option(
            "--threshold",
            default="0 keV",
            show_default=True,
            help=f"Count {recoils} above this energy only.",
        ),
        click.option(
            "--flavour",
            "--neutrino",
            "flavour",
            multiple=True,
            help=f"Repeatable [default: {flavour}; with --flux each flavour in it].",
        ),
    )


def ratio(value: FloatArray, base: FloatArray) -> FloatArray:
    """Return the ratio of arrays; NaN, an empty cell, where the denominator is not
    positive."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, value / base, np.nan)


def differential_table(
    title: str,
    column: str,
    first: FloatArray | Sequence[str],
    values: FloatArray | Sequence[FloatArray],
    recoils: FloatArray,
    unit: str = "keV",
) -> Table:
    """Return a table of dσ/dT.

    Parameters
    ----------
    title : above the table.
    column : name of the first column, of energies (MeV) or flavours.
    first : its cells.
    values : dσ/dT (cm²/MeV) of each at all recoils.
    recoils : energies (MeV).
    unit : of recoils in the table.
    """
    import numpy as np

    from nuprobe.units import parse_quantity

    size = parse_quantity(f"1 {unit}", "energy")
    name = f"dsigma/dT [cm2/{unit}]"
    return Table(
        title,
        (column, f"T [{unit}]", name),
        Rows(
            np.repeat(np.asarray(first), recoils.size),
            np.tile(recoils / size, len(first)),
            np.ravel(values) * size,
        ),
        {name: ".6e"},
    )
