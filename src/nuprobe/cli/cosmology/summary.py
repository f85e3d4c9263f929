"""``nuprobe cosmology summary``: limits on one moment from all sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.inference import FitResult, Profile

_EXPERIMENTS = ("conus-plus", "coherent-csi-2021", "m5-tip", "primordial-abundances")
_PUBLISHED = ("magnetic_moment.e/GEMMA-2012", "magnetic_moment.any/Viaux-2013")
_POINTS = 161


@command(
    "summary",
    epilog="""\b
Examples:
  nuprobe cosmology summary emu --plot moments.pdf
  nuprobe cosmology summary ee --kind dirac --t-max "100 GeV" --cl 0.95
  nuprobe cosmology summary mutau coherent-csi-2021 primordial-abundances""",
)
@click.argument("element")
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option(
    "--kind",
    type=click.Choice(["majorana", "dirac"]),
    default="majorana",
    show_default=True,
)
@click.option(
    "--t-max",
    help="Temperature at which there are no right-handed neutrinos: '100 GeV'.",
)
@click.option("--cl", type=float, default=0.90, show_default=True)
@click.option(
    "--published",
    multiple=True,
    metavar="ID",
    default=_PUBLISHED,
    show_default=True,
    help="Catalogue limit to compare with; repeatable.",
)
@plot_option("Save -2 ln L of each and of all over the moment (pdf, png, svg).")
@output_options
def summary_command(
    element: str,
    experiments: tuple[str, ...],
    kind: str,
    t_max: str | None,
    cl: float,
    published: tuple[str, ...],
    plot: Path | None,
    out: Output,
) -> None:
    """Limits on a magnetic moment, ELEMENT ee, emu, …, from each EXPERIMENT and from
    all of them in a single fit: reactors and accelerators, a star, the early
    universe."""
    import numpy as np

    from nuprobe import Electromagnetic
    from nuprobe.experiments import UniverseExperiment, experiment
    from nuprobe.inference import CostSum, fit, profile

    if (kind == "dirac") != (t_max is not None):
        raise InputError("--t-max is required with --kind dirac, and only then")
    name = f"magnetic_moment.{element}"
    model = Electromagnetic(magnetic_moment={element: 0.0}, kind=kind)  # type: ignore[arg-type]
    opened = [experiment(one) for one in dict.fromkeys(experiments or _EXPERIMENTS)]
    if t_max is not None:
        opened = [
            one.with_changes({"universe.t_max": t_max})
            if isinstance(one, UniverseExperiment)
            else one
            for one in opened
        ]
    costs = {one.name: one.cost(model, [name]) for one in opened}
    if len(costs) > 1:
        costs["all"] = CostSum(*costs.values())
    fits = {n: fit(cost, free=[name], cl=cl) for n, cost in costs.items()}
    ends = {n: _upper(n, found, name) for n, found in fits.items()}
    beside = [_limit(one) for one in dict.fromkeys(published)]
    if plot is not None:
        sizes = [*ends.values(), *(limit for _, limit in beside)]
        grid = np.geomspace(min(sizes) / 5, 3 * max(sizes), _POINTS)
        curves: dict[str, Profile] = {
            n: profile(cost, name, grid[grid <= cost.parameters[0].upper])
            for n, cost in costs.items()
        }
        references = list(dict.fromkeys(r for o in opened for r in o.file.references))

        def draw() -> object:
            from nuprobe.plotting import plot_moment_summary

            return plot_moment_summary(
                curves, cl=cl, published=beside, references=references
            )

        save_plot(draw, plot)  # type: ignore[arg-type]
    table = Table(
        f"|{name}| ({kind}) at {100 * cl:g} % CL, two-sided (Wilks)",
        ("experiment", "up to [mu_B]"),
        (*ends.items(), *((f"published: {label}", x) for label, x in beside)),
        {"up to [mu_B]": ".3e"},
        fits["all" if "all" in fits else next(iter(fits))].notes,
    )
    out.emit(
        str(table),
        {
            "parameter": name,
            "kind": kind,
            "cl": cl,
            "sides": 2,
            "method": "wilks",
            "upper [mu_B]": ends,
            "published [mu_B]": dict(beside),
            "fits": {n: found.to_dict() for n, found in fits.items()},
        },
    )


def _upper(label: str, found: FitResult, name: str) -> float:
    """Upper end of the interval of a moment, whose sign is irrelevant."""
    interval = found[name].interval
    if interval is None or interval.upper is None:
        raise InputError(
            f"{label} sets no limit on {name}: drop it, or choose a smaller --cl"
        )
    return float(interval.upper)


def _limit(entry_id: str) -> tuple[str, float]:
    """Label and upper limit of an entry of the catalogue, in Bohr magnetons."""
    from nuprobe.catalogue import catalogue
    from nuprobe.catalogue.ladder import common_factor, rung_of

    entry = catalogue()[entry_id]
    factor = common_factor(entry)
    rung = None if factor is None else rung_of(entry, factor)
    if entry.observable.quantity != "magnetic_moment" or not (rung and rung.upper):
        raise InputError(f"{entry_id} is not an upper limit on a magnetic moment")
    return f"{entry.experiment} {entry.year}", rung.upper
