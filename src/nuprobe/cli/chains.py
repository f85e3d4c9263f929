"""The options of chains."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from nuprobe.cli.options import grouped


@dataclass(frozen=True)
class ChainSpec:
    """Settings of the sampling of a posterior.

    Attributes
    ----------
    priors : as typed.
    nuisances : sampled or profiled.
    steps, burn, walkers : of the chains; None for the default.
    seed : of the random numbers.
    start : of the walkers: at all minima, from the prior, or both.
    getdist : root of the GetDist files, or None.
    """

    priors: tuple[str, ...]
    nuisances: Literal["sampled", "profiled"]
    steps: int
    burn: int | None
    walkers: int | None
    seed: int
    start: Literal["both", "fit", "prior"]
    getdist: Path | None


chain_options = grouped(
    "chain",
    ChainSpec,
    click.option(
        "--prior",
        "priors",
        multiple=True,
        metavar="NAME=KIND:A:B",
        help=(
            "flat:lower:upper, log:lower:upper or normal:mean:sigma, with unit;"
            " repeatable [default: flat in its range]."
        ),
    ),
    click.option(
        "--nuisances",
        type=click.Choice(["sampled", "profiled"]),
        default="sampled",
        show_default=True,
    ),
    click.option(
        "--steps",
        type=click.IntRange(5),
        default=4000,
        show_default=True,
        help="Steps of each walker.",
    ),
    click.option(
        "--burn",
        type=click.IntRange(0),
        help="Initial steps to discard [default: a fifth].",
    ),
    click.option(
        "--walkers",
        type=click.IntRange(6),
        help="Walkers, an even number [default: 32 or more].",
    ),
    click.option(
        "--seed", default=0, show_default=True, help="Seed of the random numbers."
    ),
    click.option(
        "--start",
        type=click.Choice(["both", "fit", "prior"]),
        default="both",
        show_default=True,
        help="Walkers start at all minima (fit), throughout the prior, or half each.",
    ),
    click.option(
        "--getdist",
        type=click.Path(path_type=Path),
        metavar="ROOT",
        help="Write ROOT_1.txt, .paramnames, .ranges.",
    ),
)
"""Add the options of the sampling, as `ChainSpec` ``chain``."""
