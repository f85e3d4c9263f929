"""The options of runs with a checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.output import check_path, new_file

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class CheckpointSpec:
    """An HDF5 file written while a command runs, and the figure made at the end.

    Attributes
    ----------
    output : the file, or None.
    resume : continue an interrupted run.
    overwrite : replace an existing file.
    every : seconds between writes.
    quiet : no progress bar.
    plot : file of the figure, or None.
    """

    output: Path | None
    resume: bool
    overwrite: bool
    every: float
    quiet: bool
    plot: Path | None

    def __post_init__(self) -> None:
        if self.plot is not None:
            check_path(self.plot)
            self.check_new(self.plot)
        if not self.resume:
            new_file(self.output, self.overwrite)

    def check_new(self, path: Path) -> None:
        """Refuse to replace a file written in addition to the checkpoint.

        Parameters
        ----------
        path : of a figure, or another file.
        """
        new_file(path, self.overwrite)


def checkpoint_options(
    *, what: str, resume: str, plot: str, required: bool = False
) -> Callable[[F], F]:
    """Add ``-o``, ``--resume``, ``--overwrite``, ``--every``, ``--quiet`` and
    ``--plot``, as `CheckpointSpec` ``checkpoint``.

    Parameters
    ----------
    what, resume, plot : help of ``-o``, ``--resume`` and ``--plot``.
    required : whether ``-o`` must be given.
    """
    return grouped(
        "checkpoint",
        CheckpointSpec,
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            required=required,
            help=what,
        ),
        click.option("--resume", is_flag=True, help=resume),
        click.option(
            "--overwrite",
            is_flag=True,
            help="Replace existing files, once the new ones are complete.",
        ),
        click.option(
            "--every",
            default=30.0,
            show_default=True,
            help="Seconds between checkpoints, at most.",
        ),
        click.option("--quiet", is_flag=True, help="No progress bar."),
        click.option("--plot", type=click.Path(path_type=Path), help=plot),
    )
