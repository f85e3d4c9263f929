"""Options of toys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nuprobe.cli.checkpoints import CheckpointSpec
from nuprobe.cli.options import grouped
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.inference import ToySettings


@dataclass(frozen=True)
class ThrowSpec:
    """Settings of toys, as typed."""

    toys: int
    seed: int
    ensemble: str
    nuisances: str | None
    workers: int | None
    dask: str | None

    def settings(self, checkpoint: CheckpointSpec, nuisances: str) -> ToySettings:
        """Settings; `nuisances` is the default for this option."""
        from nuprobe.inference import ToySettings

        if self.workers and self.dask:
            raise InputError("give --workers or --dask, not both")
        return ToySettings(
            self.toys,
            self.seed,
            self.ensemble,  # type: ignore[arg-type]
            self.nuisances or nuisances,  # type: ignore[arg-type]
            client=self.dask,
            workers=self.workers,
            checkpoint=checkpoint.output,
            resume=checkpoint.resume,
            overwrite=checkpoint.overwrite,
            progress=not checkpoint.quiet,
            every_s=checkpoint.every,
        )


_ENSEMBLES = click.Choice(["unconditional", "conditional", "averaged"])
throw_options = grouped(
    "thrown",
    ThrowSpec,
    click.option(
        "--toys", type=int, default=1000, show_default=True, help="Number of toys."
    ),
    click.option("--seed", type=int, default=1, show_default=True),
    click.option(
        "--ensemble",
        type=_ENSEMBLES,
        default="unconditional",
        show_default=True,
        help="What varies: counts and calibrations, counts, or true nuisances.",
    ),
    click.option(
        "--nuisances",
        type=click.Choice(["profiled", "nominal"]),
        help="True nuisances: fitted to data, or 0 [default: profiled with --grid].",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes."),
    click.option(
        "--dask",
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster, or the JSON file that it wrote.",
    ),
)


@dataclass(frozen=True)
class QuestionSpec:
    """The task of the toys, as typed."""

    free: str | None
    truth: tuple[str, ...]
    grid: str | None
    exclude: bool
    cl: tuple[float, ...]


question_options = grouped(
    "question",
    QuestionSpec,
    click.option(
        "--free",
        help="The parameter of interest, then others that are fitted, by commas"
        " [default: factor with --wcxf].",
    ),
    click.option("--truth", multiple=True, metavar="NAME=VALUE", help="True values."),
    click.option("--grid", help="name=start:stop unit:count: thresholds along it."),
    click.option("--exclude", is_flag=True, help="CLs along the grid instead."),
    click.option("--cl", type=float, multiple=True, default=(0.9,), show_default=True),
)
