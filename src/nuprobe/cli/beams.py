"""``nuprobe sensitivity`` without an experiment: the reach of tridents at several beam
energies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import click

from nuprobe.cli.options import grouped
from nuprobe.cli.output import Output, save_plot
from nuprobe.errors import ExperimentFileError, InputError


@dataclass(frozen=True)
class BeamSpec:
    """Beams of tridents, as typed."""

    energy: str
    target: str
    accuracy: float
    regime: str
    masses: str


beam_options = grouped(
    "beam",
    BeamSpec,
    click.option(
        "--energy",
        default="1, 2, 5, 20, 160 GeV",
        show_default=True,
        help="Energies of muon-neutrino beams, one curve each.",
    ),
    click.option("--target", default="Ar40", show_default=True, help="As for xsec."),
    click.option(
        "--accuracy",
        type=click.FloatRange(0, 10, min_open=True),
        default=0.25,
        show_default=True,
        help="Relative error of each measurement, assumed to find the Standard Model.",
    ),
    click.option(
        "--regime", default="coherent", show_default=True, help="As for xsec."
    ),
    click.option(
        "--masses", default="1:1e5:25:log MeV", show_default=True, help="Of the boson."
    ),
)


def print_beams(beam: BeamSpec, cl: float, plot: Path | None, out: Output) -> None:
    """Reach of tridents at several beam energies."""
    import numpy as np

    from nuprobe.experiments import TridentExperiment, limit
    from nuprobe.experiments import experiment as by_name
    from nuprobe.reports import limit_table
    from nuprobe.units import GeV, parse_grid

    energies = np.atleast_1d(parse_grid(beam.energy, "energy"))
    if energies.size > 10:
        raise InputError(f"at most 10 beams fit into one figure, got {energies.size}")
    assumed = {
        "title": f"projection with an error of {100 * beam.accuracy:g} %",
        "kind": "projection",
        "ratio": 1.0,
        "plus": beam.accuracy,
        "minus": beam.accuracy,
    }
    dune = by_name("dune-nd-trident", TridentExperiment)
    across = parse_grid(beam.masses, "energy")
    try:
        beams = [
            dune.with_changes(
                {
                    "name": f"{e / GeV:g}-gev".replace(".", "-").replace("+", ""),
                    "title": f"muon neutrinos of {e / GeV:g} GeV on {beam.target}",
                    "references": [],
                    "flux": {"energy": f"{e / GeV!r} GeV", "flavours": {"nu_mu": 1.0}},
                    "target": {"material": beam.target},
                    "regime": beam.regime,
                    "analyses": {"assumed": assumed},
                }
            )
            for e in map(float, energies)
        ]
        found = limit(beams, mass=across, cl=cl)
    except ExperimentFileError as err:
        raise InputError(_of_option(err)) from None
    words = f"{beam.target}, {beam.regime}, accuracy {100 * beam.accuracy:g} %"
    words += f", {100 * cl:g} % CL"
    said = {**found.to_dict(), "target": beam.target, "accuracy": beam.accuracy}
    out.emit(f"{words}\n{limit_table(found)}", {**said, "regime": beam.regime})
    if plot is not None:
        from nuprobe.plotting import plot_plane

        labels = {
            one.name: f"{e / GeV:g} GeV, {beam.target}, {100 * beam.accuracy:g} %"
            for one, e in zip(beams, energies, strict=True)
        }
        save_plot(lambda: plot_plane(found, labels=labels), plot)


def _of_option(err: ExperimentFileError) -> str:
    """A message about the file of the projection, naming the option typed by the user
    instead of the key."""
    text = re.sub(r"^\S*\.toml: |; correct the flux$", "", str(err))
    text = text.replace("flux: it ends", "flux: the beam ends")
    for key, option in (
        (r"flux\S*", "--energy"),
        (r"target\S*", "--target"),
        (r"regime\S*", "--regime"),
        (r"analyses\S*", "--accuracy"),
    ):
        text = re.sub(rf"^{key}: ", f"{option}: ", text)
    return text
