"""``nuprobe limit``: the coupling of a mediator that experiments allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.grids import make_grid
from nuprobe.cli.options import grouped
from nuprobe.cli.output import (
    HDF5,
    Output,
    new_file,
    output_options,
    overwriting,
    plot_option,
    save_plot,
)
from nuprobe.cli.specs import make_mixing
from nuprobe.errors import InputError
from nuprobe.reports import limit_table

if TYPE_CHECKING:
    from nuprobe.experiments import AnyExperiment
    from nuprobe.experiments.scanned import Scanned
    from nuprobe.numerics import FloatArray


@dataclass(frozen=True)
class FamilySpec:
    """A mediator whose mass and coupling vary.

    Attributes
    ----------
    family : name, or None for the default.
    mixing : kinetic mixing as typed.
    """

    family: str | None
    mixing: str

    def build(self, experiments: Sequence[AnyExperiment]) -> Scanned:
        """Return the family; the default depends on the experiments."""
        from nuprobe.experiments.limits import default_family
        from nuprobe.experiments.scanned import Scanned

        mixing = make_mixing(self.mixing)
        if self.family is None:
            return Scanned.of(default_family(experiments, mixing))
        if "scalar" in self.family and self.mixing != "0":
            raise InputError(
                "--mixing requires a vector: a scalar does not mix with the photon"
            )
        return Scanned.of(self.family, mixing)


@dataclass(frozen=True)
class PlaneSpec:
    """Masses of a limit, or the grid of a scan of masses and couplings.

    Attributes
    ----------
    grid, masses : as typed, or None.
    scan_file : HDF5 file of the scan, or None.
    resume, workers : of the scan.
    """

    grid: str | None
    masses: str | None
    scan_file: Path | None
    resume: bool
    workers: int | None

    def __post_init__(self) -> None:
        if self.grid is not None and self.masses is not None:
            raise InputError("give --grid or --masses, not both")

    def axes(self, family: Scanned) -> dict[str, FloatArray] | None:
        """Return the axes mass and coupling of the grid, or None."""
        if self.grid is None:
            return None
        axes = make_grid(self.grid, family.parameters, log=True)
        if set(axes) != {"mass", "coupling"}:
            raise InputError("--grid of a limit has the two axes mass and coupling")
        return axes


_family_options = grouped(
    "family",
    FamilySpec,
    click.option(
        "--family",
        help="b-l, scalar, ... [default: lmu-ltau with tridents or --mixing, else b-l]",
    ),
    click.option(
        "--mixing",
        default="0",
        show_default=True,
        help="Kinetic mixing: a number, or loop.",
    ),
)
_plane_options = grouped(
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
        help="Scan -2 ln L of all on the grid (HDF5); or -o FILE.h5.",
    ),
    click.option("--resume", is_flag=True, help="Go on with an interrupted scan."),
    click.option("--workers", type=click.IntRange(1), help="Processes for the scan."),
    click.option(
        "--masses",
        help="Masses, e.g. '1e-3:1e2:80:log GeV' [default: 0.1 MeV to 1 TeV].",
    ),
)


@click.command(
    "limit",
    epilog="""\b
Examples:
  nuprobe limit ccfr-trident charm2-trident --plot plane.pdf
  nuprobe limit ccfr-trident --grid "mass=1e-3:1e2 GeV:80,coupling=1e-5:1:80" \
-o plane.h5 --workers 2
  nuprobe limit coherent-csi-2017 --plot b-l.pdf
  nuprobe limit coherent-csi-2017 --family universal-vector
  nuprobe limit coherent-csi-2017 ccfr-trident --mixing loop
  nuprobe limit ccfr-trident --cl 0.90 --sides 1 --masses "1e-3:1e2:80:log GeV" \
--json""",
)
@click.argument("experiments", nargs=-1, required=True)
@_family_options
@_plane_options
@click.option("--cl", default=0.95, show_default=True, help="Confidence level.")
@click.option(
    "--sides",
    type=click.Choice(["1", "2"]),
    default="2",
    show_default=True,
    help="One- or two-sided.",
)
@click.option(
    "--analysis",
    "analyses",
    multiple=True,
    metavar="EXPERIMENT=NAME",
    help="Analysis of an experiment; repeatable.",
)
@plot_option("Save the (m_Z', g') plane (pdf, png, svg).")
@click.option(
    "--alone",
    is_flag=True,
    help="Only the limits in the plot, without (g-2), IceCube gap and Belle II.",
)
@output_options
def limit_command(  # one argument a group of options, nine in all
    experiments: tuple[str, ...],
    family: FamilySpec,
    plane: PlaneSpec,
    cl: float,
    sides: str,
    analyses: tuple[str, ...],
    plot: Path | None,
    alone: bool,
    out: Output,
) -> None:
    """Largest coupling of a mediator that the EXPERIMENTS allow, mass by mass, each and
    combined."""
    from nuprobe.experiments import limit
    from nuprobe.experiments.limits import choose
    from nuprobe.units import parse_grid

    by_experiment = _analyses(analyses)
    chosen = choose(experiments, by_experiment)
    scanned = family.build(chosen)
    axes = plane.axes(scanned)
    scan_file = plane.scan_file
    if out.output is not None and out.output.suffix in HDF5:
        # the HDF5 file stores the scan, the table is printed
        scan_file, out = out.output, Output(out.as_json, None)
    if scan_file is None and (plane.resume or plane.workers):
        raise InputError(
            "--resume and --workers require a scan: add --scan FILE.h5 and --grid"
        )
    if scan_file is not None:
        _scan(chosen, scanned, by_experiment, axes, plane, scan_file)
    result = limit(
        chosen,
        scanned,
        axes,
        mass=None if plane.masses is None else parse_grid(plane.masses, "energy"),
        cl=cl,
        sides=1 if sides == "1" else 2,
        analyses=by_experiment,
    )
    if plot is not None:
        from nuprobe.plotting import plot_limits

        save_plot(
            lambda: plot_limits(result, chosen, by_experiment, companions=not alone),
            plot,
        )
    out.emit(str(limit_table(result)), result.to_dict())


def _analyses(pairs: Sequence[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"cannot read --analysis {pair!r}: write EXPERIMENT=NAME")
        chosen[name] = value
    return chosen


def _scan(
    experiments: Sequence[AnyExperiment],
    family: Scanned,
    analyses: dict[str, str],
    axes: dict[str, FloatArray] | None,
    plane: PlaneSpec,
    path: Path,
) -> None:
    """Scan -2 ln L of all experiments into a file."""
    from nuprobe.experiments import family_cost
    from nuprobe.inference import scan

    if axes is None:
        raise InputError("--scan needs --grid")
    if not plane.resume:
        new_file(path, overwriting(), " or, to go on with a scan, --resume")
    costs = [family_cost(e, family, analyses.get(e.name)) for e in experiments]
    scan(
        sum(costs[1:], costs[0]),
        axes,
        checkpoint=path,
        resume=plane.resume,
        overwrite=overwriting(),
        workers=plane.workers,
        progress=True,
    )
