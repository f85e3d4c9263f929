"""``nuprobe fit``: parameters that the data of experiments prefer."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.experiments import ExperimentSpec, experiment_options
from nuprobe.cli.freed import free_option, freed_names
from nuprobe.cli.mixing_fits import with_notes
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.specs import ModelSpec, operators_options
from nuprobe.cli.verdicts import verdict_table, verdicts_beside

if TYPE_CHECKING:
    from nuprobe.inference.results import ParameterResult
    from nuprobe.numerics import FloatArray

WIDTH, POINTS = 3.5, 121
"""Standard deviations that a profile spans on each side, and its points."""


@command(
    "fit",
    epilog="""\b
Examples:
  nuprobe fit coherent-csi-2017 --free rn --plot profile.pdf
  nuprobe fit coherent-csi-2017 --model nsi --free epsilon_u.ee --cl 0.9
  nuprobe fit coherent-csi-2021 coherent-lar-2020 --free sin2_theta_w
  nuprobe fit ccfr-trident charm2-trident --model pair-couplings --free c_v
  nuprobe fit ccfr-trident charm2-trident --wcxf rs.json""",
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
@click.option(
    "--toys",
    type=click.IntRange(10, 1_000_000),
    help="Goodness of fit from this many simulated experiments.",
)
@plot_option("Save the profile of the first free parameter.")
@output_options
def fit_command(
    experiment: ExperimentSpec,
    free: str | None,
    model: ModelSpec,
    no_minos: bool,
    cl: float | None,
    toys: int | None,
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
    result = with_notes(fit(cost, minos=not no_minos, cl=level), level)
    if toys is not None:
        found = result.goodness_from_toys(toys)
        result = replace(result, goodness=found, goodness_of_fit=found.p_value)
    if plot is not None:
        from nuprobe.plotting import plot_profile

        best = result[free_names[0]]
        curve = profile(
            cost, best.parameter.name, profile_grid(best), free=free_names[1:]
        )
        more["profile"] = curve.to_dict()
        references = list(dict.fromkeys(r for e in opened for r in e.file.references))
        save_plot(
            lambda: plot_profile(
                curve, best.parameter, levels=_levels(cl), references=references
            ),
            plot,
        )
    if model.wcxf is None:
        return out.emit(str(result), result.to_dict() | more)
    judged = verdicts_beside(opened, chosen, experiment.by_experiment())
    text = f"{result}\n\n{verdict_table(judged, chosen)}"
    out.emit(text, {**result.to_dict(), **more, "verdict": judged.to_dict()})


def _levels(cl: float | None) -> list[tuple[str, float]]:
    """Levels of a profile: those of every plot, and the one asked for."""
    from nuprobe.inference.levels import delta_threshold
    from nuprobe.plotting.fits import LEVELS_1D

    levels = list(LEVELS_1D)
    if cl is not None:
        rise = delta_threshold(cl)
        if all(abs(rise - known) > 1e-3 for _, known in levels):
            levels.append((f"{100 * cl:.4g} %", rise))
    return levels


def profile_grid(best: ParameterResult) -> FloatArray:
    """Return values around the best fit and all other regions inside the allowed range;
    all of it where the fit gives no error."""
    import numpy as np

    value, parameter = best.value, best.parameter
    lower, upper = parameter.lower, parameter.upper
    width = best.error
    if width is None and best.interval is not None:
        ends = (best.interval.lower, best.interval.upper)
        width = max((abs(e - value) for e in ends if e is not None), default=None)
    if width is None and not math.isfinite(upper - lower):
        width = 10 * parameter.step
    if width is None:
        return np.linspace(lower, upper, POINTS)
    seen = [x for r in best.regions for x in (r.low, r.high) if math.isfinite(x)]
    beyond = 1.5 * width
    first = min([value - WIDTH * width, *(x - beyond for x in seen)])
    last = max([value + WIDTH * width, *(x + beyond for x in seen)])
    return np.linspace(max(lower, first), min(upper, last), POINTS)
