"""``nuprobe limit``: limits on the coupling of a mediator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.factors import print_factors
from nuprobe.cli.limits import (
    FamilySpec,
    LevelSpec,
    family_options,
    level_options,
    silent_notes,
)
from nuprobe.cli.lines import BesideSpec, beside_options
from nuprobe.cli.mixings import print_mixings
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.planes import PlaneSpec, plane_options
from nuprobe.errors import InputError
from nuprobe.reports import limit_table


@command(
    "limit",
    epilog="""\b
Examples:
  nuprobe limit ccfr-trident charm2-trident --plot plane.pdf
  nuprobe limit ccfr-trident --grid "mass=1e-3:1e2 GeV:80,coupling=1e-5:1:80" \
-o plane.h5 --workers 2
  nuprobe limit ccfr-trident --plot plane.pdf --m-nu "0.05 eV" --z-source 1.5
  nuprobe limit coherent-csi-2017 --plot b-l.pdf --with-catalogue
  nuprobe limit coherent-csi-2017 --model universal-vector
  nuprobe limit coherent-csi-2017 ccfr-trident --mixing loop
  nuprobe limit ccfr-trident --cl 0.90 --sides 1 --masses "1e-3:1e2:80:log GeV" \
--json
  nuprobe limit coherent-csi-2017 coherent-lar-2020 --checkpoint limits.h5 --resume
  nuprobe limit ccfr-trident charm2-trident --wcxf rs.json
  nuprobe limit coherent-csi-2017 --masses "10, 100 MeV" --intervals cls --toys 500
  nuprobe limit prospect reactor-rates --grid "dm2_41=0.2:20 eV2:40:log" """,
)
@experiment_options(several=True)
@family_options
@plane_options
@level_options
@plot_option("Save the (m_Z', g') plane (pdf, png, svg).")
@beside_options
@click.option(
    "--wcxf",
    type=click.Path(path_type=Path),
    help="Tridents: limit on a common factor of the coefficients in this file.",
)
@output_options
def limit_command(
    experiment: ExperimentSpec,
    family: FamilySpec,
    plane: PlaneSpec,
    level: LevelSpec,
    plot: Path | None,
    beside: BesideSpec,
    wcxf: Path | None,
    out: Output,
) -> None:
    """Upper limit on the coupling of a mediator as a function of mass, from each of the
    EXPERIMENTS and combined; with --wcxf the allowed factors on the coefficients of a
    point. For disappearance the limit on the mixing with a sterile neutrino, for each
    dm2_41."""
    from nuprobe.experiments import limit
    from nuprobe.experiments.limits import choose

    level = replace(
        level,
        analyses=experiment.by_experiment(),
        with_projections=experiment.with_projections,
    )
    method = level.method()
    how: Any = method.intervals
    chosen = choose(experiment.open())
    if wcxf is not None:
        asked = (family, plane, beside)
        if plot is not None or asked != (FamilySpec(), PlaneSpec(), BesideSpec()):
            raise InputError(
                "--wcxf limits the coefficients in a file, without a mediator's"
                " mass, coupling or plane: drop --model, --mixing, --grid, --masses,"
                " --plot and the files"
            )
        return print_factors(chosen, wcxf, level, out)
    beside.check(plot is not None)
    if print_mixings(chosen, (family, plane, beside), level, plot, out):
        return
    scanned = family.build(chosen)
    sight, entries = beside.sight(scanned.model), beside.entries(scanned.model)
    axes = plane.axes(scanned)
    if axes is not None:
        scanned = scanned.reaching(axes["mass"])
    plane, out = plane.into(out)
    plane.scan(chosen, scanned, level)
    result = limit(
        chosen,
        scanned,
        axes,
        mass=plane.masses_mev(),
        cl=level.cl,
        sides=1 if level.sides == "1" else 2,
        analyses=level.analyses,
        with_projections=level.with_projections,
        intervals=how,
        toys=plane.thrown(method) if method.by_toys else 1000,
        **plane.saving(),
    )
    if plot is not None:
        from nuprobe.plotting import plot_limits

        save_plot(
            lambda: plot_limits(
                result,
                chosen,
                companions=not beside.alone,
                line=sight,
                entries=entries,
            ),
            plot,
        )
    text = "\n".join([str(limit_table(result)), *silent_notes(result, chosen)])
    out.emit(text, result.to_dict())
