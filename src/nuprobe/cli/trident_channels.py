"""Tridents of an experiment by channel, as printed by ``nuprobe rate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.cli.output import Output
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.experiments import TridentExperiment
    from nuprobe.models import LeptonModel


def print_channels(
    chosen: list[TridentExperiment], model: LeptonModel, out: Output
) -> None:
    """Print the events of one experiment in every channel."""
    from nuprobe.experiments import channel_rates

    if len(chosen) > 1:
        raise InputError("--by-channel works with a single experiment only")
    (one,) = chosen
    found = channel_rates(one, model)
    name = getattr(model, "name", type(model).__name__)
    counted = found[0].events is not None
    columns = list(found[0].cross_sections)
    rows: list[tuple[str | float | None, ...]] = [
        (
            rates.channel,
            *(rates.events or rates.cross_sections).values(),
            rates.elastic,
        )
        for rates in found
    ]
    if counted:
        parts = [[*(r.events or {}).values(), r.elastic or 0.0] for r in found]
        rows.append(("all", *map(sum, zip(*parts, strict=True))))
    else:
        rows = [row[:-1] for row in rows]
    names = ("channel", *columns, *(["elastic"] if counted else []))
    table = Table(
        f"{one.name}: {'events' if counted else 'cross sections [cm2]'} of tridents in"
        f" each channel, {name}",
        names,
        tuple(rows),
        dict.fromkeys(names[1:], ".1f" if counted else ".4e"),
        (
            "elastic: without visible hadrons, coherent and on single nucleons;"
            " inelastic: broken nucleons",
            *(
                []
                if counted
                else ["no target mass and exposure in the file: no numbers of events"]
            ),
        ),
    )
    out.emit(
        str(table),
        {
            "experiment": one.name,
            "model": name,
            "channels": [rates.to_dict() for rates in found],
        },
    )
