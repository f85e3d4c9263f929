"""``nuprobe solar plane``: allowed mixing at values of L_1A."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.solar.common import CurrentSpec, current_options
from nuprobe.errors import InputError
from nuprobe.inference.construction import Construction
from nuprobe.tables import Table


@command(
    "plane",
    epilog="""\b
Examples:
  nuprobe solar plane --scheme nnlo --plot plane.pdf
  nuprobe solar plane sno-2013 gallium-2009 homestake-1998 --scheme relative --flux model --json""",  # noqa: E501
)
@current_options("free", 0.90)
@click.option(
    "--l1a",
    default="0, 5, 10, 20 fm3",
    show_default=True,
    help="Values of L_1A with their unit.",
)
@click.option(
    "--grid",
    help="tan2_12=start:stop:count,dm2_21=start:stop eV2:count [default: 60 x 60 points"
    " around the region].",
)
@click.option(
    "--above",
    type=click.Choice(["each", "all"]),
    default="each",
    show_default=True,
    help="Regions relative to the minimum at each L_1A, or over all of them.",
)
@plot_option("Save the allowed regions (pdf, png, svg).")
@output_options
def plane_command(
    current: CurrentSpec,
    l1a: str,
    grid: str | None,
    above: Literal["each", "all"],
    plot: Path | None,
    out: Output,
) -> None:
    """Allowed tan2_12 and dm2_21 of solar EXPERIMENTs and KamLAND at values of L_1A
    [default: SNO, gallium, chlorine and KamLAND's map]."""
    from nuprobe.cli.grids import make_grid
    from nuprobe.experiments import experiment
    from nuprobe.experiments.solar_mixing import solar_parameters
    from nuprobe.experiments.solar_plane import solar_plane
    from nuprobe.units import fm, parse_grid

    known = solar_parameters("B16-GS98", "lma")
    axes = {} if grid is None else make_grid(grid, known)
    if grid is not None and set(axes) != {"tan2_12", "dm2_21"}:
        raise InputError(
            "--grid for this plane must have the two axes tan2_12 and dm2_21"
        )
    found = solar_plane(
        current.chosen,
        l1a=parse_grid(l1a, "volume") / fm**3,
        scheme=str(current.scheme),
        flux=current.flux,
        reference=above,
        **axes,
    )
    if plot is not None:
        from nuprobe.plotting import plot_solar_plane

        references = [r for n in found.experiments for r in experiment(n).references]
        save_plot(
            lambda: plot_solar_plane(found, cl=current.cl, references=references), plot
        )
    said = Construction("wilks", current.cl, parameters=2)
    rows = []
    for i, value in enumerate(found.l1a.tolist()):
        inside = (None if math.isnan(x) else x for x in found.ranges(i, current.cl))
        rows.append((value, *found.best(i), *inside))
    table = Table(
        f"allowed mixing at {100 * current.cl:g} % of {', '.join(found.experiments)}",
        (
            f"L_1A ({found.scheme}) [fm3]",
            "tan2_12",
            "dm2_21 [eV2]",
            "-2 ln L",
            "tan2_12 from",
            "to",
            "dm2_21 from [eV2]",
            "to [eV2]",
        ),
        tuple(rows),
        {
            "tan2_12": ".3f",
            "dm2_21 [eV2]": ".3e",
            "-2 ln L": ".2f",
            "tan2_12 from": ".3f",
            "to": ".3f",
            "dm2_21 from [eV2]": ".3e",
            "to [eV2]": ".3e",
        },
        (
            "flux of 8B neutrinos "
            + ("free" if found.flux == "free" else "as the solar model has it"),
            f"regions above the lowest point of {above}",
            f"{said}",
            "lowest points of the grid, and its points inside the region of two"
            " parameters",
        ),
    )
    out.emit(str(table), {**found.to_dict(), "intervals": said.to_dict()})
