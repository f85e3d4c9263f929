"""Limits on a mediator from a set of experiments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.limits import FamilySpec, LevelSpec
from nuprobe.cli.options import grouped
from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.planes import PlaneSpec
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.sets import ExperimentSet


@dataclass(frozen=True)
class MediatorSpec:
    """A mediator whose mass and coupling vary.

    Attributes
    ----------
    family : name of the model, or None.
    mixing : kinetic mixing as typed, or None.
    grid, masses : as typed, or None.
    scan_file : HDF5 file of a scan of the grid, or None.
    """

    family: str | None = None
    mixing: str | None = None
    grid: str | None = None
    masses: str | None = None
    scan_file: Path | None = None

    @property
    def named(self) -> str:
        """Name of the model.

        Raises
        ------
        InputError
            If there is none: names the options that need it.
        """
        if self.family is not None:
            return self.family
        typed = {
            "--mixing": self.mixing is not None,
            "--grid": self.grid is not None,
            "--masses": self.masses is not None,
            "--scan": self.scan_file is not None,
        }
        given = [option for option, is_given in typed.items() if is_given]
        verb, them = ("needs", "it") if len(given) == 1 else ("need", "them")
        raise InputError(
            f"{', '.join(given)} {verb} a mediator: add --family, or drop {them}"
        )


mediator_options = grouped(
    "mediator",
    MediatorSpec,
    click.option("--family", help="Mediator: b-l, universal-vector, scalar, ..."),
    click.option("--mixing", help="Kinetic mixing: a number, or loop [default: 0]."),
    click.option(
        "--grid",
        help="mass=start:stop unit:count,coupling=start:stop:count, with --family.",
    ),
    click.option(
        "--masses", help="Masses, e.g. '1:1000:4:log MeV' [default: 0.1 MeV to 1 TeV]."
    ),
    click.option(
        "--scan",
        "scan_file",
        type=click.Path(path_type=Path),
        help="Scan -2 ln L of all on the grid (HDF5).",
    ),
)
"""Add ``--family``, ``--mixing``, ``--grid``, ``--masses`` and ``--scan``, as
`MediatorSpec` ``mediator``."""


def print_mediator(
    chosen: ExperimentSet,
    mediator: MediatorSpec,
    cl: float,
    plot: Path | None,
    out: Output,
    workers: int | None = None,
) -> None:
    """Print the largest couplings.

    Parameters
    ----------
    chosen : the set.
    mediator : its model and masses.
    cl : confidence level.
    plot : file of the plane, or None.
    out : destination of the table.
    workers : processes to compute in, or None.
    """
    from nuprobe.experiments import limit
    from nuprobe.reports import limit_table
    from nuprobe.sets.mediators import feeling

    family = FamilySpec(family=mediator.named, mixing=mediator.mixing)
    scanned = family.build([m.experiment for m in chosen.members])
    felt, apart = feeling(chosen, scanned)
    opened = [m.experiment for m in felt.members]
    analyses = {m.name: m.analysis for m in felt.members if m.analysis is not None}
    plane = PlaneSpec(
        mediator.grid, mediator.masses, mediator.scan_file, workers=workers
    )
    axes = plane.axes(scanned)
    if axes is not None:
        scanned = scanned.reaching(axes["mass"])
    plane.scan(opened, scanned, LevelSpec(cl, "2", analyses=analyses))
    result = limit(
        opened,
        scanned,
        axes,
        mass=plane.masses_mev(),
        cl=cl,
        analyses=analyses,
        **plane.saving(),
    )
    if plot is not None:
        from nuprobe.plotting import plot_limits
        from nuprobe.plotting.catalogue_plane import any_curves_on

        published = any_curves_on(scanned.model) or None
        save_plot(lambda: plot_limits(result, opened, entries=published), plot)
    text = f"{limit_table(result)}\nnote: set {chosen.name}: {chosen.title}"
    if apart:
        text += f"\nnote: do not depend on it: {', '.join(apart)}"
    if chosen.left_out:
        text += f"\nnote: left out: {', '.join(chosen.left_out)}"
    data = {**result.to_dict(), "set": chosen.name, "apart": list(apart)}
    data["without"] = list(chosen.left_out)
    out.emit(text, data)
