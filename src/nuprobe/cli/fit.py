"""``nuprobe fit``: fits of parameters to the data of experiments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from nuprobe.cli.constructions import ThrownSpec, thrown_options
from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.freed import free_option, freed_names
from nuprobe.cli.mixing_fits import with_notes
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.profiles import profile_grid, profile_levels
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.cli.verdicts import verdict_table, verdicts_beside


@command(
    "fit",
    epilog="""\b
Examples:
  nuprobe fit coherent-csi-2017 --free rn --plot profile.pdf
  nuprobe fit coherent-csi-2017 --model nsi --free epsilon_u.ee --cl 0.9
  nuprobe fit coherent-csi-2017 --free rn --cl 0.9 --intervals feldman-cousins --toys 1000
  nuprobe fit coherent-csi-2021 coherent-lar-2020 --free sin2_theta_w
  nuprobe fit ccfr-trident charm2-trident --model pair-couplings --free c_v
  nuprobe fit ccfr-trident charm2-trident --wcxf rs.json""",  # noqa: E501
)
@experiment_options(several=True)
@free_option("Parameters to fit")
@operators_options
@click.option("--no-minos", is_flag=True, help="Parabolic errors only.")
@click.option(
    "--cl",
    type=float,
    help="Confidence level of intervals and regions [default: 0.6827].",
)
@thrown_options
@plot_option("Save the profile of the first free parameter, or what toys say of it.")
@output_options
def fit_command(
    experiment: ExperimentSpec,
    free: str | None,
    model: ModelSpec,
    no_minos: bool,
    cl: float | None,
    thrown: ThrownSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """Fit parameters to the data of each EXPERIMENT: best fit, errors, goodness of fit.

    Several experiments share parameters and nuisances with the same name.
    """
    from nuprobe.inference import fit, profile
    from nuprobe.inference.levels import ONE_SIGMA

    free_names, chosen = freed_names(free, model), model.build()
    more: dict[str, Any] = {}
    level = ONE_SIGMA if cl is None else cl
    opened, cost = experiment.open(), experiment.cost(chosen, free_names)
    name: Any = thrown.intervals
    with thrown.thrown() as settings:
        result = fit(cost, minos=not no_minos, cl=level, intervals=name, toys=settings)
    result = with_notes(result, level)
    if thrown.toys is not None:
        found = result.goodness_from_toys(thrown.toys, thrown.seed)
        result = replace(result, goodness=found, goodness_of_fit=found.p_value)
    if result.bounds:
        from nuprobe.plotting import plot_toy_bounds

        save_plot(lambda: plot_toy_bounds(result.bounds[free_names[0]]), plot)
    elif plot is not None:
        from nuprobe.plotting import plot_profile

        best = result[free_names[0]]
        curve = profile(
            cost, best.parameter.name, profile_grid(best), free=free_names[1:]
        )
        more["profile"] = curve.to_dict()
        references = list(dict.fromkeys(r for e in opened for r in e.file.references))
        save_plot(
            lambda: plot_profile(
                curve, best.parameter, levels=profile_levels(cl), references=references
            ),
            plot,
        )
    if model.wcxf is None:
        return out.emit(str(result), result.to_dict() | more)
    judged = verdicts_beside(opened, chosen, experiment.by_experiment())
    text = f"{result}\n\n{verdict_table(judged, chosen)}"
    out.emit(text, {**result.to_dict(), **more, "verdict": judged.to_dict()})
