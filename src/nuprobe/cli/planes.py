"""Points of a limit and its files: masses, or a grid of masses and couplings and its
scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.grids import make_grid
from nuprobe.cli.options import grouped
from nuprobe.cli.output import HDF5, Output, new_file, overwriting
from nuprobe.errors import InputError

if TYPE_CHECKING:
    from nuprobe.cli.constructions import MethodSpec
    from nuprobe.cli.limits import LevelSpec
    from nuprobe.experiments import AnyExperiment
    from nuprobe.experiments.limit_files import Running
    from nuprobe.experiments.scanned import Scanned
    from nuprobe.inference import ToySettings
    from nuprobe.numerics import FloatArray


@dataclass(frozen=True)
class PlaneSpec:
    """Masses of a limit, or the grid of a scan of masses and couplings.

    Attributes
    ----------
    grid, masses : as typed, or None.
    scan_file : HDF5 file of the scan, or None.
    checkpoint : HDF5 file of the limits mass by mass, or None.
    resume : continue an interrupted run from either file.
    workers, dask : processes here, or the address of a Dask cluster.
    every : seconds between writes, or None for the default.
    quiet : no progress bar.
    """

    grid: str | None = None
    masses: str | None = None
    scan_file: Path | None = None
    checkpoint: Path | None = None
    resume: bool = False
    workers: int | None = None
    dask: str | None = None
    every: float | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.grid is not None and self.masses is not None:
            raise InputError("give --grid or --masses, not both")
        if self.workers and self.dask:
            raise InputError("give --workers or --dask, not both")

    def axes(self, family: Scanned) -> dict[str, FloatArray] | None:
        """Return the axes mass and coupling of the grid, or None."""
        if self.grid is None:
            return None
        axes = make_grid(self.grid, family.parameters, log=True)
        if set(axes) != {"mass", "coupling"}:
            raise InputError(
                "--grid for a limit must have the two axes mass and coupling"
            )
        return axes

    def masses_mev(self) -> FloatArray | None:
        """Return the masses (MeV), of shape (n,), or None."""
        from nuprobe.units import parse_grid

        return None if self.masses is None else parse_grid(self.masses, "energy")

    def into(self, out: Output) -> tuple[PlaneSpec, Output]:
        """Return the plane and the output; an HDF5 file of ``-o`` is that of the scan,
        and the table is then printed."""
        plane = self
        if out.output is not None and out.output.suffix in HDF5:
            plane = replace(self, scan_file=out.output)
            out = Output(out.as_json, None)
        files = {plane.scan_file, plane.checkpoint}
        if files == {None} and (plane.resume or plane.every is not None):
            raise InputError(
                "--resume and --every require a file: add --checkpoint FILE.h5 for the"
                " limits, or --scan FILE.h5 and --grid"
            )
        if len(files) == 1 and None not in files:
            raise InputError(
                f"--scan and --checkpoint both name {plane.checkpoint}: use two"
                " different files"
            )
        if not plane.resume:
            new_file(plane.checkpoint, overwriting(), " or, to go on with it, --resume")
        return plane, out

    def saving(self) -> Running:
        """Return how limits are saved mass by mass, and where they are computed."""
        return {
            "checkpoint": self.checkpoint,
            "resume": self.resume and self.checkpoint is not None,
            "overwrite": overwriting(),
            "every_s": 30.0 if self.every is None else self.every,
            "progress": not self.quiet,
            "workers": self.workers,
            "client": self.dask,
        }

    def thrown(self, method: MethodSpec) -> ToySettings:
        """Return settings of the toys, which are saved with the limits."""
        from nuprobe.inference.scan_result import toy_file

        return method.settings(
            workers=self.workers,
            client=self.dask,
            checkpoint=toy_file(self.checkpoint),
            resume=self.resume and self.checkpoint is not None,
            overwrite=overwriting(),
            every_s=30.0 if self.every is None else self.every,
        )

    def scan(
        self,
        experiments: Sequence[AnyExperiment],
        family: Scanned,
        level: LevelSpec,
    ) -> None:
        """Scan -2 ln L of all experiments into the file, if there is one."""
        from nuprobe.experiments import family_cost
        from nuprobe.inference import CostSum, scan

        if self.scan_file is None:
            return
        axes = self.axes(family)
        if axes is None:
            raise InputError("--scan needs --grid")
        if not self.resume:
            new_file(
                self.scan_file,
                overwriting(),
                " or, to go on with a scan, --resume",
            )
        analyses = level.analyses
        projected = [e.is_projection(analyses.get(e.name)) for e in experiments]
        if any(projected) and len(experiments) > 1 and not level.with_projections:
            raise InputError(
                f"--scan adds {experiments[projected.index(True)].name}, a"
                " projection, to other data: drop it, or add --with-projections"
            )
        costs = [family_cost(e, family, analyses.get(e.name)) for e in experiments]
        scan(
            CostSum(*costs, with_projections=True) if len(costs) > 1 else costs[0],
            axes,
            checkpoint=self.scan_file,
            resume=self.resume,
            overwrite=overwriting(),
            workers=self.workers,
            client=self.dask,
            progress=not self.quiet,
            every_s=30.0 if self.every is None else self.every,
        )


plane_options = grouped(
    "plane",
    PlaneSpec,
    click.option(
        "--grid",
        help=(
            "mass=start:stop unit:count,coupling=start:stop:count; logarithmic unless"
            " :lin."
        ),
    ),
    click.option(
        "--scan",
        "scan_file",
        type=click.Path(path_type=Path),
        help="Scan the combined -2 ln L on the grid (HDF5); or -o FILE.h5.",
    ),
    click.option(
        "--checkpoint",
        type=click.Path(path_type=Path),
        help="Save the limits mass by mass as they are computed (HDF5).",
    ),
    click.option("--resume", is_flag=True, help="Resume an interrupted run."),
    click.option("--workers", type=click.IntRange(1), help="Processes to compute in."),
    click.option(
        "--dask",
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster to compute on, or its JSON file.",
    ),
    click.option(
        "--every",
        type=float,
        help="Seconds between writes of --checkpoint or --scan, at most [default: 30].",
    ),
    click.option("--quiet", is_flag=True, help="No progress bar."),
    click.option(
        "--masses",
        help="Masses, e.g. '1e-3:1e2:80:log GeV' [default: 0.1 MeV to 1 TeV].",
    ),
)
"""Add the masses or the grid, and how results are saved, as `PlaneSpec` ``plane``."""
