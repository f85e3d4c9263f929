"""``nuprobe events backgrounds``: trident dimuons and their backgrounds, before and
after cuts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.events.specs import BackgroundSpec, background_options
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot

if TYPE_CHECKING:
    from nuprobe.events.backgrounds import Comparison


@command(
    "backgrounds",
    epilog="""\b
Examples:
  nuprobe events backgrounds --show-assumptions
  nuprobe events backgrounds --flux dune-nd-fhc --target Ar40 -n 100000 \\
      --plot backgrounds.pdf
  nuprobe events backgrounds --set "muon.track_length=4 m" \\
      --set "cuts.tracks=E_minus > 0.95 GeV, E_plus > 0.95 GeV"
  nuprobe events backgrounds --set "muon.decay_length=3 m" \\
      --cut "extra_energy < 50 MeV" --cut "opening_angle < 20 deg"
Cuts compare observables with numbers and units; each --cut is a stage of its own, and
they replace those of the assumptions.""",
)
@background_options
@click.option(
    "--show-assumptions",
    is_flag=True,
    help="Print every assumption with its source and stop.",
)
@plot_option("Figure of masses and angles (.pdf, .png).")
@output_options
def backgrounds_command(
    backgrounds: BackgroundSpec,
    show_assumptions: bool,
    plot: Path | None,
    out: Output,
) -> None:
    """Count trident dimuons and backgrounds from meson decays: parametrised, with every
    assumption replaceable."""
    if show_assumptions:
        out.table(backgrounds.table().table())
        return
    made = backgrounds.compare()
    summary, data = made.summary(), made.to_dict()
    published = _published(made)
    if published:
        summary = replace(summary, notes=(*summary.notes, published["text"]))
        data["published"] = published
    out.emit(str(summary), data)
    if plot is not None:
        from nuprobe.plotting.backgrounds import plot_backgrounds

        save_plot(lambda: plot_backgrounds(made), plot)
        click.echo(f"wrote {plot}", err=True)


def _published(made: Comparison) -> dict[str, Any]:
    """Published signal for the same beam, target and exposure; published backgrounds
    are not available here."""
    normalisation = made.table.raw["normalisation"].values()
    if (made.flux, made.target) != ("dune-nd-fhc", "Ar40") or any(
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
    here = made.before
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
