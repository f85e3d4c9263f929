"""Options of ``nuprobe majorana double-beta``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import grouped
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.majorana import MatrixElements
    from nuprobe.numerics import FloatArray

_GRID = "1e-4:1:41:log eV"


@dataclass(frozen=True)
class NucleusSpec:
    """Matrix elements as typed.

    Attributes
    ----------
    matrix_element : M, or None for the range of the literature.
    g_a : axial coupling.
    contact : relative contribution of a contact term.
    """

    matrix_element: float | None
    g_a: float
    contact: float

    def build(self) -> MatrixElements:
        """Return the matrix elements."""
        from nuprobe.majorana import MatrixElements

        return MatrixElements(self.matrix_element, self.g_a, self.contact)


nucleus_options = grouped(
    "nucleus",
    NucleusSpec,
    click.option(
        "--matrix-element",
        type=float,
        help="Of light neutrinos [default: the range in the literature].",
    ),
    click.option(
        "--g-a", default=1.27, show_default=True, help="Axial coupling used with it."
    ),
    click.option(
        "--contact",
        default=0.0,
        show_default=True,
        help="Relative contribution of the two-nucleon contact term to the matrix"
        " element, such as 0.4.",
    ),
)


@dataclass(frozen=True)
class TableSpec:
    """The table requested; exactly one.

    Attributes
    ----------
    lightest : masses of the lightest neutrino: bands.
    half_life : in years: masses.
    m_bb : masses: half-lives.
    published : limits.
    """

    lightest: str | None
    half_life: float | None
    m_bb: str | None
    published: bool

    def __post_init__(self) -> None:
        given = {
            "--lightest": self.lightest is not None,
            "--half-life": self.half_life is not None,
            "--m-bb": self.m_bb is not None,
            "--published": self.published,
        }
        several = [name for name, is_given in given.items() if is_given]
        if len(several) > 1:
            raise InputError(
                f"{' and '.join(several)} give different tables: choose one"
            )

    def masses(self) -> FloatArray:
        """Return the masses of the lightest neutrino, MeV."""
        from nuprobe.units import parse_grid

        return parse_grid(self.lightest or _GRID, "energy")


asked_options = grouped(
    "asked",
    TableSpec,
    click.option(
        "--lightest",
        help=f"Masses of the lightest neutrino: bands of m_bb [default: {_GRID}].",
    ),
    click.option("--half-life", type=float, help="In years: give the range of m_bb."),
    click.option("--m-bb", help="Effective masses, e.g. '0.1 eV': give half-lives."),
    click.option(
        "--published",
        is_flag=True,
        help="Compare published limits (catalogue) with ours.",
    ),
)
