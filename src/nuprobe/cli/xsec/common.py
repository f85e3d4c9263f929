"""What the cross sections of elastic processes share: the recoils asked for, and their
tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.options import grouped
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.flavours import Flavour
    from nuprobe.fluxes import Flux
    from nuprobe.numerics import FloatArray

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class RecoilSpec:
    """Which recoils of which flavour.

    Attributes
    ----------
    recoil : energies at which dσ/dT is wanted, as typed, or None for totals.
    threshold : smallest recoil that counts in a total, as typed.
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


def recoil_options(recoils: str, example: str, flavour: str) -> Callable[[F], F]:
    """Add ``--recoil``, ``--threshold`` and ``--flavour``, as `RecoilSpec` ``recoil``.

    Parameters
    ----------
    recoils, example : what recoils are called in the help, and an example.
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
            multiple=True,
            help=f"Repeatable [default: {flavour}; with --flux each flavour in it].",
        ),
    )


def flux_flavours(flux: Flux, typed: str | None) -> tuple[Flavour, ...]:
    """Return the flavour that was typed, or all of the flux."""
    from nuprobe.flavours import flavour

    return flux.flavours if typed is None else (flavour(typed),)


def flux_columns(flux: Flux) -> tuple[str, str]:
    """Return the names of the columns of flavours and of their number."""
    area = "1/cm2" if flux.emission == "beam" else "in 4 pi"
    return "flavour", f"neutrinos [{area} per {flux.per}]"


def ratio(value: FloatArray, base: FloatArray) -> FloatArray:
    """Return one array over another; NaN, an empty cell, where that is not positive."""
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
