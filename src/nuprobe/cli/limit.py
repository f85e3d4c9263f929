"""``nuprobe limit``: the coupling of a mediator that experiments allow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.arguments import existing_or_new, make_grid, make_mixing
from nuprobe.cli.output import HDF5, check_plot, emit, output_options, overwriting
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuprobe.catalogue.entry import Entry
    from nuprobe.experiments import Experiment, Limit, TridentExperiment


def limit_table(found: Limit, rows: int = 13) -> Table:
    """Some masses of every curve, with the asymptotes below."""
    import numpy as np

    masses = found.curves[0].mass
    picked = sorted(
        {round(i * (masses.size - 1) / max(rows - 1, 1)) for i in range(rows)}
    )
    notes = [found.statistic]
    for curve in found.curves:
        heavy = "none" if curve.heavy is None else f"m/g' > {curve.heavy / 1e3:.4g} GeV"
        light = "none" if curve.light is None else f"g' < {curve.light:.4g}"
        notes.append(
            f"{curve.label}: at {masses[-1]:.4g} MeV {heavy}; at {masses[0]:.4g} MeV"
            f" {light}"
        )
        if curve.standard_excluded:
            notes.append(
                f"{curve.label}: excludes the Standard Model too; the limit is the"
                " upper end of what it allows"
            )
        if curve.reopens is not None and np.isfinite(curve.reopens).any():
            i = int(np.argmax(np.isfinite(curve.reopens)))
            notes.append(
                f"{curve.label}: larger couplings are allowed again at some masses,"
                f" e.g. from {curve.reopens[i]:.3g} at {masses[i]:.4g} MeV (destructive"
                " interference)"
            )
    mixing = getattr(found.family, "mixing", None)
    return Table(
        f"largest g' of {found.family.name}"
        + ("" if mixing is None else f", mixing {mixing}"),
        ("m_Z' [MeV]", *(c.label for c in found.curves)),
        tuple(
            (
                float(masses[i]),
                *(
                    float(c.coupling[i]) if math.isfinite(c.coupling[i]) else None
                    for c in found.curves
                ),
            )
            for i in picked
        ),
        {c.label: ".4e" for c in found.curves},
        tuple(notes),
    )


def plane(
    found: Limit,
    experiments: Sequence[Experiment | TridentExperiment],
    analyses: Mapping[str, str],
    *,
    companions: bool = True,
    shipped: Sequence[Entry] | None = None,
) -> Figure:
    """Figure of the (m_Z', g') plane: the limits, what else bears on the boson, and
    curves of the catalogue."""
    import numpy as np

    from nuprobe.bounds.companions import LINES
    from nuprobe.bounds.companions import companions as compute
    from nuprobe.experiments import TridentExperiment
    from nuprobe.plotting import plot_catalogue_plane, plot_plane

    projected = [
        e.name
        for e in experiments
        if isinstance(e, TridentExperiment)
        and e.measurement(analyses.get(e.name)).kind == "projection"
    ]
    references = list(dict.fromkeys(r for e in experiments for r in e.file.references))
    bands, curves = [], []
    # what stands beside the limits is computed for L_mu - L_tau
    companions = companions and found.family.name == "lmu-ltau"
    if companions:
        top = 10.0  # the plane ends there
        for one in compute(found.curves[0].mass):
            references += [r for r in one.references if r not in references]
            if one.kind == "band":
                # a region open above is filled to the top of the plot
                there = one.lower < top
                upper = np.minimum(one.upper, top)
                bands.append(
                    (one.label, one.mass[there], one.lower[there], upper[there])
                )
            else:
                there = np.isfinite(one.upper)
                curves.append(
                    (
                        one.label,
                        one.mass[there],
                        one.upper[there],
                        "-." if one.kind == "reach" else "-",
                    )
                )
    draw = (
        plot_plane
        if shipped is None
        else partial(plot_catalogue_plane, entries=shipped)
    )
    return draw(
        found,
        bands=bands,
        curves=curves,
        lines=LINES if companions else (),
        references=references,
        projected=projected,
    )


@click.command(
    "limit",
    epilog="""\b
Examples:
  nuprobe limit ccfr-trident charm2-trident --plot plane.pdf
  nuprobe limit ccfr-trident --grid "mass=1e-3:1e2 GeV:80,coupling=1e-5:1:80" -o plane.h5 --workers 2
  nuprobe limit coherent-csi-2017 --plot b-l.pdf
  nuprobe limit coherent-csi-2017 --family universal-vector
  nuprobe limit coherent-csi-2017 ccfr-trident --mixing loop
  nuprobe limit ccfr-trident --cl 0.90 --sides 1 --masses "1e-3:1e2:80:log GeV" --json""",
)
@click.argument("experiments", nargs=-1, required=True)
@click.option(
    "--family",
    help="b-l, scalar, ... [default: lmu-ltau with tridents or --mixing, else b-l]",
)
@click.option(
    "--mixing",
    default="0",
    show_default=True,
    help="Kinetic mixing: a number, or loop.",
)
@click.option(
    "--grid",
    help=(
        "mass=start:stop unit:count,coupling=start:stop:count; logarithmic unless :lin."
    ),
)
@click.option(
    "--scan",
    "scan_file",
    type=click.Path(path_type=Path),
    help="Scan -2 ln L of all on the grid (HDF5); or -o FILE.h5.",
)
@click.option("--resume", is_flag=True, help="Go on with an interrupted scan.")
@click.option("--workers", type=click.IntRange(1), help="Processes for the scan.")
@click.option(
    "--masses", help="Masses, e.g. '1e-3:1e2:80:log GeV' [default: 0.1 MeV to 1 TeV]."
)
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
    multiple=True,
    metavar="EXPERIMENT=NAME",
    help="Analysis of an experiment; repeatable.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    help="Save the (m_Z', g') plane (pdf, png, svg).",
)
@click.option(
    "--alone",
    is_flag=True,
    help="Only the limits in the plot, without (g-2), IceCube gap and Belle II.",
)
@output_options
def limit_command(
    experiments: tuple[str, ...],
    family: str | None,
    mixing: str,
    grid: str | None,
    scan_file: Path | None,
    resume: bool,
    workers: int | None,
    masses: str | None,
    cl: float,
    sides: str,
    analysis: tuple[str, ...],
    plot: Path | None,
    alone: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Largest coupling of a mediator that the EXPERIMENTS allow, mass by mass, each and
    combined."""
    from nuprobe.errors import UnknownNameError
    from nuprobe.experiments import family_cost, limit
    from nuprobe.experiments.limits import choose, default_family
    from nuprobe.inference import scan
    from nuprobe.models import FAMILIES
    from nuprobe.units import parse_grid

    check_plot(plot)
    if family is not None and family not in FAMILIES:
        raise UnknownNameError("family", family, FAMILIES)
    if family is not None and "scalar" in family and mixing != "0":
        raise InputError(
            "--mixing belongs to vectors: a scalar does not mix with the photon"
        )
    chosen: dict[str, str] = {}
    for pair in analysis:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"cannot read --analysis {pair!r}: write EXPERIMENT=NAME")
        chosen[name] = value
    found = choose(experiments, chosen)
    number = make_mixing(mixing)
    scanned = (
        default_family(found, number) if family is None else FAMILIES[family](number)
    )
    if grid is not None and masses is not None:
        raise InputError("give --grid or --masses, not both")
    axes = None if grid is None else make_grid(grid, scanned.parameters, log=True)
    if axes is not None and set(axes) != {"mass", "coupling"}:
        raise InputError("--grid of a limit has the two axes mass and coupling")
    if output is not None and output.suffix in HDF5:
        # an HDF5 file holds the scan of the plane
        scan_file, output = output, None
    if scan_file is None and (resume or workers):
        raise InputError(
            "--resume and --workers belong to a scan: add --scan FILE.h5 and --grid"
        )
    if scan_file is not None:
        if axes is None:
            raise InputError("--scan needs --grid")
        if not resume:
            existing_or_new(
                scan_file, overwriting(), " or, to go on with a scan, --resume"
            )
        costs = [family_cost(one, scanned, chosen.get(one.name)) for one in found]
        scan(
            sum(costs[1:], costs[0]),
            axes,
            checkpoint=scan_file,
            resume=resume,
            overwrite=overwriting(),
            workers=workers,
            progress=True,
        )
    result = limit(
        found,
        scanned,
        axes,
        mass=None if masses is None else parse_grid(masses, "energy"),
        cl=cl,
        sides=1 if sides == "1" else 2,
        analyses=chosen,
    )
    if plot is not None:
        from nuprobe.plotting import save

        save(plane(result, found, chosen, companions=not alone), plot)
    emit(str(limit_table(result)), result.to_dict(), as_json, output)
