"""``nuprobe events backgrounds``: trident dimuons and what looks like them, before and
after cuts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.arguments import flux_options
from nuprobe.cli.options import key_values as make_changes
from nuprobe.cli.options import target_spec as make_target_spec
from nuprobe.cli.output import Output, check_plot, output_options
from nuprobe.cli.specs import make_flux

if TYPE_CHECKING:
    from nuprobe.events.backgrounds import Comparison


@click.command(
    "backgrounds",
    epilog="""\b
Examples:
  nuprobe events backgrounds --show-assumptions
  nuprobe events backgrounds --flux dune-nd-fhc --target Ar40 -n 100000 --plot backgrounds.pdf
  nuprobe events backgrounds --set "muon.track_length=4 m" --set "cuts.tracks=E_minus > 0.95 GeV, E_plus > 0.95 GeV"
  nuprobe events backgrounds --set "muon.decay_length=3 m" --cut "extra_energy < 50 MeV" --cut "opening_angle < 20 deg"
Cuts compare observables with numbers and units; each --cut is a stage of its own, and they replace those of the
assumptions.""",
)
@flux_options
@click.option(
    "--target", "target_text", default="Ar40", show_default=True, help="As for xsec."
)
@click.option(
    "-n",
    "--number",
    type=int,
    default=50_000,
    show_default=True,
    help="Interactions of each process.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Replace an assumption; may be repeated.",
)
@click.option(
    "--assumptions",
    "file",
    type=click.Path(path_type=Path),
    help="TOML file with the assumptions that differ.",
)
@click.option(
    "--cut",
    "cuts",
    multiple=True,
    help="Such as 'm_pair < 0.5 GeV'; may be repeated, in this order.",
)
@click.option(
    "--show-assumptions",
    is_flag=True,
    help="Print every assumption with its source and stop.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Of all random numbers.",
)
@click.option(
    "--plot",
    "plot_path",
    type=click.Path(path_type=Path),
    help="Figure of masses and angles (.pdf, .png).",
)
@output_options
def backgrounds_command(
    flux_name: str | None,
    flux_option: tuple[str, ...],
    target_text: str,
    number: int,
    changes: tuple[str, ...],
    file: Path | None,
    cuts: tuple[str, ...],
    show_assumptions: bool,
    seed: int,
    plot_path: Path | None,
    out: Output,
) -> None:
    """Count trident dimuons and backgrounds of meson decays: parametrised, every
    assumption replaceable."""
    from nuprobe.events.assumptions import assumptions

    table = assumptions(file, make_changes(changes, example="muon.decay_length=3 m"))
    if show_assumptions:
        shown = table.table()
        out.table(shown)
        return
    check_plot(plot_path)
    from nuprobe.events.backgrounds import compare

    found = compare(
        make_flux(flux_name or "dune-nd-fhc", flux_option),
        make_target_spec(target_text),
        number,
        table=table,
        cuts=cuts or None,
        seed=seed,
    )
    summary, data = found.summary(), found.to_dict()
    published = _published(found)
    if published:
        summary = replace(summary, notes=(*summary.notes, published["text"]))
        data["published"] = published
    out.emit(str(summary), data)
    if plot_path is not None:
        from nuprobe.plotting.backgrounds import plot_backgrounds
        from nuprobe.plotting.style import save

        click.echo(f"wrote {save(plot_backgrounds(found), plot_path)}", err=True)


def _published(found: Comparison) -> dict[str, Any]:
    """Published signal for the same beam, target and exposure; the published
    backgrounds were not read."""
    normalisation = found.table.raw["normalisation"].values()
    if (found.flux, found.target) != ("dune-nd-fhc", "Ar40") or any(
        i["status"] != "unverified" for i in normalisation
    ):
        return {}
    from nuprobe.catalogue import catalogue

    book = catalogue()
    names = ("coherent", "proton", "neutron")
    coherent, *others = (
        book[f"trident.mumu.events/DUNE-2019-{name}"].value or 0.0 for name in names
    )
    incoherent = sum(others)
    here = found.neutrino_signal
    text = (
        f"Before cuts, neutrinos only: coherent {here[0]:.4g}, incoherent"
        f" {here[1]:.4g}; published {coherent:g} and {incoherent:g}"
        " (Altmannshofer:2019zhy, unverified). Its backgrounds and cuts were not read:"
        " no comparison."
    )
    return {
        "coherent": coherent,
        "incoherent": incoherent,
        "here": list(here),
        "text": text,
    }
