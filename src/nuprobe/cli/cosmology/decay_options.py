"""The sterile neutrino of the commands of its decay, as typed."""

from __future__ import annotations

from dataclasses import dataclass

import click

from nuprobe.cli.options import grouped


@dataclass(frozen=True)
class SterileSpec:
    """Properties of a sterile neutrino other than its mass and lifetime.

    Attributes
    ----------
    nature : ``"dirac"`` or ``"majorana"``.
    abundance : n_N/n_γ at 10 MeV.
    """

    nature: str
    abundance: float


sterile_options = grouped(
    "sterile",
    SterileSpec,
    click.option(
        "--nature",
        type=click.Choice(["dirac", "majorana"]),
        default="dirac",
        show_default=True,
        help="With a moment: a Majorana N has two channels.",
    ),
    click.option(
        "--abundance",
        type=float,
        required=True,
        help="n_N/n_gamma at 10 MeV; required.",
    ),
)
"""Add ``--nature`` and ``--abundance``, as `SterileSpec` ``sterile``."""
