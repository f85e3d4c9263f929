"""``nuprobe sensitivity EXPERIMENT``: its expected limit without a signal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.experiments import ExperimentSpec
from nuprobe.cli.freed import freed_names
from nuprobe.cli.options import grouped
from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.specs import ModelSpec
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.inference import Sensitivity

BEAMS = ("energy", "target", "accuracy", "regime", "masses")
"""Options of the reach of tridents."""


@dataclass(frozen=True)
class ExpectedSpec:
    """Options of an expected limit, as typed."""

    free: str | None
    null: str | None
    toys: int
    seed: int
    intervals: str = "cls"


expected_options = grouped(
    "asked",
    ExpectedSpec,
    click.option(
        "--free",
        help="With EXPERIMENT: the parameter of interest, then others that are fitted,"
        " by commas.",
    ),
    click.option(
        "--null", help="Its value without a signal [default: 0, or the lowest]."
    ),
    click.option(
        "--toys",
        type=click.IntRange(0, 100_000),
        default=0,
        show_default=True,
        help="Simulated experiments, in addition to the asymptotic formula.",
    ),
    click.option("--seed", type=click.IntRange(0), default=1, show_default=True),
    click.option(
        "--intervals",
        type=click.Choice(["wilks", "feldman-cousins", "cls"]),
        default="cls",
        show_default=True,
        help="With EXPERIMENT: whose upper ends; the first two are two-sided.",
    ),
)


def print_expected(
    experiment: ExperimentSpec,
    model: ModelSpec,
    asked: ExpectedSpec,
    cl: float,
    plot: Path | None,
    out: Output,
) -> None:
    """Print median and bands of the limit on a parameter."""
    from nuprobe.inference import sensitivity

    typed = click.get_current_context().get_parameter_source
    for option in BEAMS:
        source = typed(option)
        if source is not None and source.name == "COMMANDLINE":
            raise InputError(
                f"--{option} applies to trident beams, not to"
                f" {', '.join(experiment.experiments)}: drop it, or the experiment"
            )
    how: Any = asked.intervals
    free = freed_names(asked.free, model)
    couplings = model.build()
    cost = experiment.cost(couplings, free)
    found = sensitivity(
        cost,
        free[0],
        cl,
        null=asked.null,
        free=free[1:],
        toys=asked.toys,
        seed=asked.seed,
        intervals=how,
    )
    opened = experiment.open()
    names_ = [one.name for one in opened]
    out.emit(str(_table(found, names_)), {"experiments": names_, **found.to_dict()})
    if plot is not None:
        from nuprobe.plotting import plot_sensitivity
        from nuprobe.plotting.cevns import mass_values

        masses = ", ".join([couplings.name, *mass_values(couplings)])
        said = [masses, *(r for one in opened for r in one.references)]
        save_plot(
            lambda: plot_sensitivity(found, title=cost.name, references=said), plot
        )


def _table(found: Sensitivity, experiments: list[str]) -> Table:
    p = found.parameter
    unit = f" [{p.unit}]" if p.unit else ""
    columns = [f"limit{unit}"] + ["by toys"] * bool(found.limits)
    rows = []
    for i, name in enumerate(
        ("-2 sigma", "-1 sigma", "median", "+1 sigma", "+2 sigma")
    ):
        toys = found.toys
        row = (name, found.expected[i])
        rows.append(row if toys is None else (*row, toys[i]))
    notes = [
        f"{found.construction.short} if {p.name} = {found.null:g}:"
        " half of such experiments are below the median, 68 and 95 % in the bands",
        f"median and bands: {found.formula} on the Asimov data set (Cowan:2010js)",
    ]
    if found.limits:
        notes.append(
            f"toys: quantiles of the limits of {len(found.limits)} of them,"
            f" {found.how}; Monte Carlo error of the median {found.median_error:.2g}"
        )
    return Table(
        f"{' + '.join(experiments)}: expected limit on {p.name}",
        ("experiments without a signal", *columns),
        tuple(rows),
        dict.fromkeys(columns, ".4g"),
        tuple(notes),
    )
