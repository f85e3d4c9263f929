"""What users say about toys, and what they read of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from nuprobe.cli.checkpoints import CheckpointSpec
from nuprobe.cli.options import grouped
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.inference import CLs, Coverage, FeldmanCousins, ToySettings


@dataclass(frozen=True)
class ThrowSpec:
    """How toys are thrown, as typed."""

    toys: int
    seed: int
    ensemble: str
    nuisances: str | None
    workers: int | None
    dask: str | None

    def settings(self, checkpoint: CheckpointSpec, nuisances: str) -> ToySettings:
        """Settings; `nuisances` is the choice if none was typed."""
        from nuprobe.inference import ToySettings

        if self.workers and self.dask:
            raise InputError("give --workers or --dask, not both")
        return ToySettings(
            self.toys,
            self.seed,
            self.ensemble,  # type: ignore[arg-type]
            self.nuisances or nuisances,  # type: ignore[arg-type]
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
    click.option("--toys", type=int, default=1000, show_default=True, help="How many."),
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
        help="True nuisances: where the data put them, or 0"
        " [default: profiled with --grid].",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes."),
    click.option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster."),
)


@dataclass(frozen=True)
class QuestionSpec:
    """What is asked of the toys, as typed."""

    free: str
    truth: tuple[str, ...]
    grid: str | None
    exclude: bool
    cl: tuple[float, ...]


question_options = grouped(
    "question",
    QuestionSpec,
    click.option(
        "--free",
        required=True,
        help="The parameter of interest, then others that are fitted, by commas.",
    ),
    click.option("--truth", multiple=True, metavar="NAME=VALUE", help="True values."),
    click.option("--grid", help="name=start:stop unit:count: thresholds along it."),
    click.option("--exclude", is_flag=True, help="CLs along the grid instead."),
    click.option("--cl", type=float, multiple=True, default=(0.9,), show_default=True),
)


def coverage_text(found: Coverage) -> str:
    """Coverage in words."""
    settings = found.settings
    bias, error = found.bias
    p = found.parameter
    lines = [
        f"{settings.number} toys ({settings.ensemble}), at {p.name} ="
        f" {p.shown(found.truth):.6g} {p.shown_unit}".rstrip(),
        *(
            f"{100 * cl:.4g} % intervals cover {100 * share:.1f} +- {100 * e:.1f} %"
            for cl, share, e in zip(
                found.levels, found.covered, found.errors, strict=True
            )
        ),
        f"best value: mean - truth = {p.shown(bias):+.3g} +- {p.shown(error):.2g},"
        f" spread {p.shown(float(found.best.std())):.3g} {p.shown_unit}".rstrip(),
    ]
    return "\n".join(lines)


def cls_text(found: CLs, levels: tuple[float, ...]) -> str:
    """In words."""
    p, lines = found.parameter, []
    for cl in levels:
        for method in ("asymptotic", "toys", "expected"):
            limit = found.limit(cl, method)
            text = "not within the grid"
            if limit is not None:
                text = f"{p.shown(limit):.5g} {p.shown_unit}".rstrip()
            lines.append(f"{p.name}, {100 * cl:.4g} % CLs limit, {method}: {text}")
    return "\n".join(lines)


def threshold_text(found: FeldmanCousins) -> str:
    """In words."""
    p, lines = found.parameter, []
    for k, cl in enumerate(found.levels):
        lines.append(f"{100 * cl:.4g} %: thresholds of -2 ln L from toys")
        lines += [
            f"  {p.name} = {p.shown(x):.6g}: {t:.3f} +- {e:.3f} (data {d:.3f})"
            for x, t, e, d in zip(
                found.grid,
                found.thresholds[k],
                found.errors[k],
                found.delta,
                strict=True,
            )
        ]
        lines += [
            f"  allowed: {p.shown(i.lower):.5g} (+- {p.shown(i.lower_error):.2g}) to"
            f" {p.shown(i.upper):.5g} (+- {p.shown(i.upper_error):.2g})"
            f" {p.shown_unit}".rstrip()
            for i in found.intervals(cl)
        ]
    return "\n".join(lines)
