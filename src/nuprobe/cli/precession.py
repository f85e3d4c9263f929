"""``nuprobe precession``: solar neutrinos with magnetic moments in the Sun's field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.sun import PrecessionSpec, sun_options
from nuprobe.errors import InputError, UnknownNameError, shown

if TYPE_CHECKING:
    from nuprobe.catalogue.entry import Entry
    from nuprobe.oscillation import PrecessionLimit, SpinFlavour

_TOPIC = "solar_antineutrino"


@command(
    "precession",
    epilog="""\b
Examples:
  nuprobe precession --moment 1e-11 --field "100 kG" --energy "5:15:6 MeV"
  nuprobe precession --profile convective --energy "3:15:25 MeV" --plot p.pdf
  nuprobe precession --kind dirac --moment ee=1e-10 --energy "10 MeV" --json
  nuprobe precession --limit all --plot moment-field.pdf""",
)
@sun_options
@click.option(
    "--energy",
    help="'10 MeV' or 'start:stop:count[:lin|:log] MeV' [default: 3:15:13 MeV].",
)
@click.option(
    "--limit",
    "limit",
    help="Convert a bound on solar antineutrinos to a limit on moment times field:"
    " KamLAND-2011 or another entry of the catalogue, or all.",
)
@plot_option("Save probabilities, or with --limit moment over field (pdf, png, svg).")
@output_options
def precession_command(
    sun: PrecessionSpec,
    energy: str | None,
    limit: str | None,
    plot: Path | None,
    out: Output,
) -> None:
    """Spin-flavour precession of solar neutrinos: probabilities at Earth, or the limit
    on moment times field from the absence of solar antineutrinos."""
    from nuprobe.units import parse_grid

    model = sun.build()
    if limit is not None:
        if energy is not None:
            raise InputError(
                "--limit uses the energies of the experiment: drop --energy"
            )
        return _limits(model, limit, plot, out)
    from nuprobe.reports import precession_table

    energies = parse_grid(energy or "3:15:13 MeV", "energy")
    table = precession_table(model, energies)
    if plot is not None:
        from nuprobe.plotting import plot_precession

        bounds = [
            (_short(entry), entry.value, _window(entry))
            for entry in _entries("all" if model.kind == "majorana" else "")
            if entry.value is not None
        ]
        save_plot(lambda: plot_precession(model, energies, bounds=bounds), plot)
    out.table(table)
    return None


def _limits(model: SpinFlavour, asked: str, plot: Path | None, out: Output) -> None:
    """Print the limits on the moment from the bounds."""
    from nuprobe.oscillation import precession_limit
    from nuprobe.reports import precession_limit_table

    found: dict[str, PrecessionLimit] = {}
    said: dict[str, str] = {}
    for entry in _entries(asked):
        assert entry.value is not None  # ensured by `_entries`
        found[_short(entry)] = precession_limit(model, entry.value, _window(entry))
        said[_short(entry)] = entry.confidence
    if plot is not None:
        from nuprobe.plotting import plot_moment_field

        save_plot(lambda: plot_moment_field(found), plot)
    table = precession_limit_table(model, found)
    bounds = "; ".join(f"{name} {words}" for name, words in said.items())
    out.table(replace(table, notes=(*table.notes, f"bounds as published: {bounds}")))


def _entries(asked: str) -> list[Entry]:
    """Entries of the catalogue with a bound on solar antineutrinos."""
    from nuprobe.catalogue import catalogue

    if not asked:
        return []
    known = catalogue()
    bounds = {
        _short(known[name]): known[name]
        for name in known
        if known[name].topic == _TOPIC and known[name].value is not None
    }
    if asked == "all":
        return list(bounds.values())
    if asked not in bounds:
        raise UnknownNameError("bound on solar antineutrinos", asked, [*bounds, "all"])
    return [bounds[asked]]


def _short(entry: Entry) -> str:
    return entry.id.rpartition("/")[2]


def _window(entry: Entry) -> tuple[float, float]:
    """Neutrino energies of an entry, MeV."""
    from nuprobe.units import parse_quantity

    low, to, high = (entry.conditions.energy or "").partition(" to ")
    if not to:
        raise InputError(
            f"{entry.id}: its energy range {shown(entry.conditions.energy)} cannot"
            " be read; it must look like '8.3 to 31.8 MeV'"
        )
    top = parse_quantity(high, "energy")
    unit = high.strip().partition(" ")[2]
    return parse_quantity(f"{low} {unit}", "energy"), top
