"""Other views of ``nuprobe xsec trident``: parts of a mediator, the ratios to the
Standard Model and to charged currents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.output import save_plot
from nuprobe.cli.xsec.trident_over_cc import over_cc_view
from nuprobe.cli.xsec.trident_view_tables import parts_view, ratio_view
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cli.xsec.trident_tables import TridentTables
    from nuprobe.models import LeptonModel
    from nuprobe.numerics import FloatArray


# the cross section is 1.7 times the four-fermion one at 4 TeV, 3.1 times at 7 TeV
_DOMINATED = 5.0
_HIGHEST = 1e9  # MeV; above it no cross section is given


@dataclass(frozen=True)
class ViewSpec:
    """The other view requested, at most one.

    Attributes
    ----------
    parts, ratio, over_cc : the flags.
    four_fermion : use the four-fermion theory where it is not valid.
    """

    parts: bool
    ratio: bool
    over_cc: bool
    four_fermion: bool

    def checked(self, pair: TridentTables, energies: FloatArray) -> FloatArray:
        """Return the energies; those where on-shell W bosons dominate are rejected,
        unless the four-fermion theory was requested."""
        from nuprobe.units import TeV

        high = float(energies.max())
        charged = pair.channel.vertex.charged and high <= _HIGHEST
        if charged and high >= _DOMINATED * TeV and not self.four_fermion:
            raise InputError(
                f"at {high / TeV:.4g} TeV most of {pair.channel} comes from on-shell"
                f" W production, which is not included (above {_DOMINATED:g} TeV"
                " more than half on oxygen, Zhou:2019vxt): use a lower energy, or"
                " add --four-fermion for the contact theory alone"
            )
        return energies

    @property
    def named(self) -> str | None:
        """Name of the view, or None for the cross section itself."""
        views = {"parts": self.parts, "ratio": self.ratio, "over-cc": self.over_cc}
        asked = [name for name, wanted in views.items() if wanted]
        if len(asked) > 1:
            raise InputError(
                f"--{asked[0]} and --{asked[1]} show different views: choose one"
            )
        return asked[0] if asked else None

    def mixings(self, typed: str | None) -> list[str | None]:
        """Return the mixings typed; several are only for the ratio."""
        if typed is None:
            return [None]
        found: list[str | None] = [one.strip() for one in typed.split(",")]
        if len(found) > 1 and self.named != "ratio":
            raise InputError("several mixings can be compared only with --ratio")
        if len(set(found)) < len(found):
            raise InputError("a mixing is given twice")
        return found

    def show(
        self,
        pair: TridentTables,
        models: Sequence[LeptonModel],
        energies: FloatArray,
        plot: Path | None,
    ) -> Table:
        """Return the table of the view; draw its figure if ``--plot`` was given."""
        if plot is not None and pair.target is None:
            raise InputError("--plot needs --target")
        table, figure = {
            "parts": parts_view,
            "ratio": ratio_view,
            "over-cc": over_cc_view,
        }[self.named or ""](pair, models, energies)
        save_plot(figure, plot)
        return table


view_options = grouped(
    "view",
    ViewSpec,
    click.option(
        "--parts",
        is_flag=True,
        help="Show sigma_SM, sigma_int and sigma_Z' of a model with a mediator.",
    ),
    click.option(
        "--ratio",
        is_flag=True,
        help="Show the ratio to the Standard Model, also for several --mixing.",
    ),
    click.option(
        "--over-cc",
        is_flag=True,
        help="Show the ratio to the inclusive charged current, per nucleus.",
    ),
    click.option(
        "--four-fermion",
        is_flag=True,
        help="Use the contact theory even where on-shell W bosons dominate (5 TeV).",
    ),
)
"""Add ``--parts``, ``--ratio``, ``--over-cc`` and ``--four-fermion``, as `ViewSpec`
``view``."""
