"""The line of sight between IceCube and its sources, as typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.bounds.relic_absorption import LineOfSight
    from nuprobe.catalogue.entry import Entry


@dataclass(frozen=True)
class LineSpec:
    """Relic neutrinos and redshift of the sources.

    Attributes
    ----------
    m_nu : one mass, or three, as typed; None for the default.
    z_source : redshift, or None for the default.
    dirac : whether half of the relic antineutrinos have the wrong helicity.
    """

    m_nu: str | None = None
    z_source: float | None = None
    dirac: bool = False

    def build(self) -> LineOfSight:
        """Return the line of sight."""
        from nuprobe.bounds.relic_absorption import LineOfSight
        from nuprobe.units import parse_grid

        line = LineOfSight()
        masses: float | tuple[float, float, float] = line.m_nu
        if self.m_nu is not None:
            read = parse_grid(self.m_nu, "energy").tolist()
            if len(read) not in (1, 3):
                raise InputError(
                    f"--m-nu takes one mass or three ('0.05 eV', '0.05, 0.051, 0.07"
                    f" eV'), got {len(read)}"
                )
            masses = read[0] if len(read) == 1 else (read[0], read[1], read[2])
        z = line.z_source if self.z_source is None else self.z_source
        return LineOfSight(m_nu=masses, z_source=z, dirac=self.dirac)


@dataclass(frozen=True)
class BesideSpec(LineSpec):
    """Additional curves in the plot of a limit.

    Attributes
    ----------
    alone : none.
    with_catalogue : the curves of the catalogue on the boson.
    """

    alone: bool = False
    with_catalogue: bool = False

    @property
    def _moved(self) -> bool:
        return (self.m_nu, self.z_source, self.dirac) != (None, None, False)

    def sight(self, family: Any) -> LineOfSight | None:
        """Return the line of sight, or None for the default; `InputError` if it was
        typed and the limit is not on the boson of L_μ − L_τ."""
        from nuprobe.models.named import name_of

        if not self._moved:
            return None
        if name_of(family) != "lmu-ltau":
            raise InputError(
                "--m-nu, --z-source and --dirac apply to the IceCube gap, which is"
                " drawn for lmu-ltau only: drop them, or add --model lmu-ltau"
            )
        return self.build()

    def entries(self, family: Any) -> list[Entry] | None:
        """Return the curves of the catalogue on the boson, or None if not requested."""
        from nuprobe.plotting.catalogue_plane import curves_on

        return curves_on(family) if self.with_catalogue else None

    def check(self, plotted: bool) -> None:
        """Reject options that would have no effect without a plot."""
        if self.with_catalogue and not plotted:
            raise InputError(
                "--with-catalogue draws published curves in the plot: add --plot"
            )
        if self._moved and (self.alone or not plotted):
            raise InputError(
                "--m-nu, --z-source and --dirac apply to the IceCube gap in the"
                " plot: add --plot, without --alone"
            )


_LINE = (
    click.option(
        "--m-nu",
        help="Mass of the relic neutrinos, or three, e.g. '0.05 eV' [default: 0.1 eV].",
    ),
    click.option(
        "--z-source", type=float, help="Redshift of the sources [default: 1.5]."
    ),
    click.option(
        "--dirac",
        is_flag=True,
        help="Dirac neutrinos: only half of the relic antineutrinos interact.",
    ),
)
line_options = grouped("line", LineSpec, *_LINE)
"""Add ``--m-nu``, ``--z-source`` and ``--dirac``, as `LineSpec` ``line``."""

beside_options = grouped(
    "beside",
    BesideSpec,
    *_LINE,
    click.option(
        "--alone",
        is_flag=True,
        help="Plot the limits only, without (g-2), IceCube gap and Belle II.",
    ),
    click.option(
        "--with-catalogue",
        is_flag=True,
        help="Draw published curves of the catalogue under the limits in the plot.",
    ),
)
"""Add the same, ``--alone`` and ``--with-catalogue``, as `BesideSpec` ``beside``."""
