"""``nuprobe global``: one fit of a set of experiments, and the limits of each of
them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from nuprobe.cli.global_limits import MediatorSpec, mediator_options, print_mediator
from nuprobe.cli.options import command, grouped
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.specs import ModelSpec, model_options, names
from nuprobe.errors import InputError


@dataclass(frozen=True)
class TogetherSpec:
    """Confidence level of limits, options of the fit of all parameters at once, and
    where to compute.

    Attributes
    ----------
    cl : confidence level; None for the default.
    apart : without this fit.
    no_minos : with parabolic errors.
    workers : processes to compute in, or None.
    """

    cl: float | None = None
    apart: bool = False
    no_minos: bool = False
    workers: int | None = None

    @property
    def changed(self) -> bool:
        """Whether options of the fit differ from the defaults."""
        return self.apart or self.no_minos


together_options = grouped(
    "at_once",
    TogetherSpec,
    click.option(
        "--cl",
        type=float,
        help="Confidence level [default: 0.9; of a mediator 0.95].",
    ),
    click.option("--apart", is_flag=True, help="No fit of all parameters at once."),
    click.option(
        "--no-minos",
        is_flag=True,
        help="Parabolic errors only in the fit of all parameters at once.",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes to compute in."),
)
"""Add ``--cl``, ``--apart``, ``--no-minos`` and ``--workers``, as `TogetherSpec`
``at_once``."""


@command(
    "global",
    epilog="""\b
Examples:
  nuprobe global --free sin2_theta_w --plot angle.pdf
  nuprobe global laboratory --model electromagnetic \
--free charge_radius.ee,charge_radius.mumu
  nuprobe global --model electromagnetic --param kind=majorana \
--free magnetic_moment.emu
  nuprobe global laboratory --model nsi --free epsilon_u.ee --cl 0.95
  nuprobe global --family b-l --masses "1:1000:60:log MeV" --workers 2
  nuprobe global ./my-set.toml --free sin2_theta_w --json""",
)
@click.argument("named", default="all", metavar="[SET]")
@model_options
@click.option("--free", help="Parameters, separated by commas.")
@mediator_options
@click.option(
    "--without",
    multiple=True,
    metavar="EXPERIMENT",
    help="Leave an experiment of the set out; repeatable.",
)
@together_options
@plot_option(
    "Save the ladder of each parameter, or the plane of a mediator with the published"
    " curves of the catalogue."
)
@output_options
def global_command(
    named: str,
    model: ModelSpec,
    free: str | None,
    mediator: MediatorSpec,
    without: tuple[str, ...],
    at_once: TogetherSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """What each experiment of SET allows for every free parameter alone, what all of
    them allow together, and what is published; and one fit of all parameters to all
    experiments with their shared nuisances. With --family the largest coupling of a
    mediator.

    SET is a name of `nuprobe list sets`, or the path of a TOML file.
    """
    from nuprobe.sets import experiment_set, global_limits

    level = at_once.cl
    chosen = experiment_set(named).without(without)
    if mediator != MediatorSpec():
        family = mediator.named
        if free is not None or model != ModelSpec() or at_once.changed:
            raise InputError(
                f"--family {family} has the model, and mass and coupling are free: drop"
                " --model, --param, --free, --apart and --no-minos"
            )
        sure = 0.95 if level is None else level
        return print_mediator(chosen, mediator, sure, plot, out, at_once.workers)
    if free is None:
        raise InputError(
            "nothing to fit: name parameters with --free (`nuprobe list parameters`"
            " has them), or a mediator with --family"
        )
    result = global_limits(
        chosen,
        model.build(),
        names(free),
        cl=0.90 if level is None else level,
        together=not at_once.apart,
        minos=not at_once.no_minos,
        progress=True,
        workers=at_once.workers,
    )
    if plot is not None:
        from nuprobe.plotting import plot_ladder

        save_plot(lambda: plot_ladder(result), plot)
    out.emit(str(result), result.to_dict())
