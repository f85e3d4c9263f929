"""Construction of intervals and limits, as typed: options common to several
commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.output import new_file, overwriting
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.inference import ToySettings

__all__ = [
    "METHOD_OPTIONS",
    "LeveledSpec",
    "MethodSpec",
    "ThrownSpec",
    "leveled_options",
    "method_options",
    "thrown_options",
]

_TOYS = 1000


@dataclass(frozen=True)
class MethodSpec:
    """Construction of intervals.

    Attributes
    ----------
    intervals : ``wilks``, ``feldman-cousins`` or ``cls``.
    toys : at each value, or None.
    seed : of the random numbers.
    """

    intervals: str = "wilks"
    toys: int | None = None
    seed: int = 1

    @property
    def by_toys(self) -> bool:
        """Whether the intervals use toys."""
        return self.intervals != "wilks"

    def check(self) -> None:
        """Reject options of toys that would have no effect."""
        if self.toys is not None and not self.by_toys:
            raise InputError(
                "--toys are for --intervals feldman-cousins or cls: name one, or leave"
                " --toys out"
            )

    def settings(self, **where: Any) -> ToySettings:
        """Settings of the toys; `where` determines where they are computed and
        saved."""
        from nuprobe.inference import ToySettings

        number = _TOYS if self.toys is None else self.toys
        return ToySettings(number, self.seed, progress=True, **where)


_INTERVALS = click.option(
    "--intervals",
    type=click.Choice(["wilks", "feldman-cousins", "cls"]),
    default="wilks",
    show_default=True,
    help="How they are made: large samples; toys, two-sided; or toys, upper limits.",
)
_SEED = click.option("--seed", type=click.IntRange(0), default=1, show_default=True)

METHOD_OPTIONS = (
    _INTERVALS,
    click.option(
        "--toys",
        type=click.IntRange(10, 1_000_000),
        help="Simulated experiments at each value that is tested [default: 1000].",
    ),
    _SEED,
)
"""``--intervals``, ``--toys`` and ``--seed``."""

method_options = grouped("method", MethodSpec, *METHOD_OPTIONS)
"""Add ``--intervals``, ``--toys`` and ``--seed``, as `MethodSpec` ``method``."""


@dataclass(frozen=True)
class LeveledSpec(MethodSpec):
    """The same, with a confidence level.

    Attributes
    ----------
    cl : the level, or None for the default.
    """

    cl: float | None = None


leveled_options = grouped(
    "method",
    LeveledSpec,
    *METHOD_OPTIONS,
    click.option(
        "--cl",
        type=float,
        help="Confidence level of the allowed regions [default: 0.6827].",
    ),
)
"""Add the same and ``--cl``, as `LeveledSpec` ``method``."""


@dataclass(frozen=True)
class ThrownSpec(MethodSpec):
    """The same, and where toys are computed and saved.

    Attributes
    ----------
    workers, dask : processes, or the scheduler of a cluster.
    checkpoint : HDF5 file, or None.
    resume : continue it.
    """

    workers: int | None = None
    dask: str | None = None
    checkpoint: Path | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        if self.workers and self.dask:
            raise InputError("give --workers or --dask, not both")
        alone = self.checkpoint or self.resume or self.workers or self.dask
        if alone and not self.by_toys:
            raise InputError(
                "--checkpoint, --resume, --workers and --dask are for the toys of"
                " --intervals feldman-cousins or cls: name one, or leave them out"
            )
        if not self.resume:
            new_file(self.checkpoint, overwriting(), " or, to go on with it, --resume")

    @contextmanager
    def thrown(self) -> Iterator[ToySettings]:
        """Settings of the toys; a context in which a cluster is connected."""
        yield self.settings(
            workers=self.workers,
            client=self.dask,
            checkpoint=self.checkpoint,
            resume=self.resume,
            overwrite=overwriting(),
        )


thrown_options = grouped(
    "thrown",
    ThrownSpec,
    _INTERVALS,
    click.option(
        "--toys",
        type=click.IntRange(10, 1_000_000),
        help=(
            "Simulated experiments for the goodness of fit, and at each value that"
            " --intervals tests [default there: 1000]."
        ),
    ),
    _SEED,
    click.option("--workers", type=click.IntRange(1), help="Processes of the toys."),
    click.option(
        "--dask",
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster, or the JSON file that it wrote.",
    ),
    click.option(
        "--checkpoint",
        type=click.Path(path_type=Path),
        help="Save the toys as they come (HDF5).",
    ),
    click.option("--resume", is_flag=True, help="Go on where a run was interrupted."),
)
"""Add the same, ``--workers``, ``--dask``, ``--checkpoint`` and ``--resume``, as
`ThrownSpec` ``thrown``."""
