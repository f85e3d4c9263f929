"""Solar experiments on the command line: their expectations at a point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.experiments import ExperimentSpec
from nuprobe.cli.output import Output, save_plot
from nuprobe.cli.specs import ModelSpec
from nuprobe.cli.values import key_values
from nuprobe.errors import InputError
from nuprobe.tables import Cell, Table

if TYPE_CHECKING:
    from nuprobe.experiments import SolarRates

at_option = click.option(
    "--at",
    multiple=True,
    metavar="NAME=VALUE",
    help="Solar neutrinos: parameter value for the prediction, e.g. tan2_12=0.45 or"
    " 'dm2_21=7.5e-5 eV2'; repeatable.",
)
"""Add ``--at`` to a command."""


def print_solar(
    spec: ExperimentSpec,
    at: tuple[str, ...],
    model: ModelSpec,
    compared: bool,
    where: tuple[Path | None, Output],
) -> bool:
    """Print expectations if all experiments are solar; False if none is."""
    from nuprobe.experiments import SolarExperiment, experiment

    opened = [experiment(name) for name in spec.experiments]
    solar = [one for one in opened if isinstance(one, SolarExperiment)]
    if not solar:
        if at:
            raise InputError(
                f"--at applies to solar neutrinos, and {opened[0].name} has none:"
                " change its file with --set"
            )
        return False
    if len(solar) < len(opened):
        raise InputError(
            f"{solar[0].name} measures solar neutrinos, and"
            f" {next(o.name for o in opened if o not in solar)} does not: run the"
            " command for each of them"
        )
    if compared:
        raise InputError("--compare applies to counts of recoils; use --at instead")
    changed = [o for o in spec.open() if isinstance(o, SolarExperiment)]
    values = key_values(at, "--at", "tan2_12=0.45")
    known = {p.name for one in changed for p in one.parameters(model.build())}
    found = []
    for one in changed:
        own = {p.name for p in one.parameters()}
        given = {k: v for k, v in values.items() if k in own or k not in known}
        analysis = spec.by_experiment().get(one.name)
        found.append(one.predict(model.build(), analysis, **given))
    plot, out = where
    if plot is not None:
        from nuprobe.plotting import plot_solar_rates

        references = [r for one in changed for r in one.references]
        save_plot(lambda: plot_solar_rates(found, references=references), plot)
    data: Any = [rates.to_dict() for rates in found]
    out.emit(
        "\n\n".join(str(solar_table(rates)) for rates in found),
        data[0] if len(data) == 1 else {"experiments": data},
    )
    return True


def solar_table(rates: SolarRates) -> Table:
    """Return expected and measured values, with the contribution of each kind of
    neutrino."""
    kinds = [k for k in rates.parts if k]
    several = len(kinds) > 1
    rows: list[tuple[Cell, ...]] = []
    for i, name in enumerate(rates.names):
        low, high = rates.below[i], rates.above[i]
        rows.append(
            (
                name,
                float(rates.signal[i]),
                *(float(rates.parts[k][i]) for k in kinds if several),
                float(rates.measured[i]),
                float(high),
                float(low),
                float(rates.pulls[i]),
            )
        )
    columns = ("value", "expected", *(kinds if several else ()), "measured", "+", "-")
    point = ", ".join(
        f"{k} = {v:.4g}" for k, v in rates.point.items() if "phi" not in k
    )
    whole = {k: float(v[0]) for k, v in rates.unmixed.items()}
    notes = [f"at {point}", *rates.notes]
    if whole:
        parts = ", ".join(f"{k} {v:.2f}" for k, v in whole.items())
        notes.append(f"without oscillation {sum(whole.values()):.2f}: {parts}")
    return Table(
        f"{rates.experiment}, analysis {rates.analysis}"
        + (f": {rates.unit}" if rates.unit else ""),
        (*columns, "pull"),
        tuple(rows),
        dict.fromkeys(columns[1:], ".4g") | {"pull": "+.2f"},
        tuple(notes),
    )
