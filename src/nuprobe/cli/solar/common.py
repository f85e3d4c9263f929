"""Options common to the commands on solar neutrinos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import click

from nuprobe.cli.options import grouped
from nuprobe.errors import InputError


@dataclass(frozen=True)
class CurrentSpec:
    """Experiments and definition of L_1A.

    Attributes
    ----------
    experiments : names or folders; empty: the default set.
    scheme : of L_1A.
    flux : whether the flux of 8B neutrinos is free.
    cl : confidence level.
    """

    experiments: tuple[str, ...]
    scheme: str | None
    flux: Literal["free", "model"]
    cl: float

    def __post_init__(self) -> None:
        from nuprobe.inference.levels import delta_threshold

        delta_threshold(self.cl)
        if self.scheme is None:
            raise InputError(
                "L_1A is meaningful only in a given scheme: add --scheme nnlo (used"
                " for most published values), resummed, or relative (difference from"
                " the value in the cross sections used by SNO)"
            )

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the experiments."""
        from nuprobe.experiments.solar_plane import SOLAR_SET

        return self.experiments or SOLAR_SET


def current_options(flux: str, cl: float) -> Callable[[Any], Any]:
    """Add experiments, ``--scheme``, ``--flux`` and ``--cl`` with these defaults, as
    `CurrentSpec` ``current``."""
    return grouped(
        "current",
        CurrentSpec,
        click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]..."),
        click.option(
            "--scheme",
            type=click.Choice(["nnlo", "resummed", "relative"]),
            help="Scheme of L_1A; required.",
        ),
        click.option(
            "--flux",
            type=click.Choice(["free", "model"]),
            default=flux,
            show_default=True,
            help="The flux of 8B neutrinos: free, or from the solar model.",
        ),
        click.option("--cl", type=float, default=cl, show_default=True, help="Level."),
    )
