"""Common parts of ``nuprobe xsec deuteron``, ``carbon`` and ``ibd``: views and
figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.xsec.each import Drawable
from nuprobe.cli.xsec.process_tables import ProcessTables
from nuprobe.cli.xsec.reaction_curves import curves
from nuprobe.cli.xsec.reaction_tables import Reaction
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cli.specs import SourceSpec
    from nuprobe.cli.xsec.common import RecoilSpec
    from nuprobe.nuclei import TargetSpec
    from nuprobe.plotting.sheets import Drawn

F = TypeVar("F", bound=Callable[..., Any])

TARGET = click.option(
    "--target",
    "target_text",
    multiple=True,
    help="Such as D2O or CH2, per formula unit; repeatable [default: one particle].",
)


@dataclass(frozen=True)
class AngleSpec:
    """Options on angles.

    Attributes
    ----------
    angle : cosines for dσ/dcos θ, as typed, or None.
    mean_cosine : whether totals include the mean cosine.
    """

    angle: str | None
    mean_cosine: bool


angle_options = grouped(
    "angles",
    AngleSpec,
    click.option(
        "--angle", help="Give dσ/dcosθ of the lepton at these cosines, e.g. '-1:1:5'."
    ),
    click.option("--mean-cosine", is_flag=True, help="Also give the mean cosine."),
)
"""Add ``--angle`` and ``--mean-cosine``, as `AngleSpec` ``angles``."""


def plain_tables(
    process: Any, model: Any, target_text: str | None, alone: str
) -> ProcessTables:
    """Return the generic tables of a process.

    Parameters
    ----------
    process, model : as built.
    target_text : as typed, or None.
    alone : name of one particle in titles.
    """
    from nuprobe.cli.options import target_spec

    target: TargetSpec | None = None
    if target_text is not None:
        target = target_spec(target_text)
    return ProcessTables(process, target, model, target_text or alone)


def answer(
    reaction: Reaction,
    source: SourceSpec,
    recoil: RecoilSpec,
    angles: AngleSpec,
    plot: Path | None,
) -> Table | Drawable:
    """Return the table requested, with a figure if ``--plot`` was given.

    Parameters
    ----------
    reaction : to compute.
    source, recoil, angles, plot : as typed.
    """
    flux = source.flux()
    if recoil.recoil is not None and angles.angle is not None:
        raise InputError("give --recoil or --angle: one table at a time")
    if flux is not None:
        if angles.angle is not None or angles.mean_cosine or plot is not None:
            raise InputError("--angle, --mean-cosine and --plot take --energy")
        return reaction.averages(flux, recoil)
    energies = source.energies()
    if recoil.recoil is not None:
        table = reaction.plain.table(source, recoil)
    elif angles.angle is not None:
        table = reaction.angular(energies, angles.angle, recoil)
    else:
        table = reaction.totals(energies, recoil, angles.mean_cosine)
    if plot is None:
        return table
    found, against = curves(reaction, energies, recoil, angles.angle)

    def draw(every: list[Any]) -> Drawn:
        from nuprobe.plotting import plot_reactions

        return plot_reactions(
            every,
            against,
            deposit=reaction.plain.process.deposit.name,
            references=reaction.references,
            note=reaction.note,
        )

    return Drawable(table, found, draw)
