"""``nuprobe cosmology decay``: light elements while a sterile neutrino decays."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.cosmology.decay_options import SterileSpec, sterile_options
from nuprobe.cli.cosmology.specs import NucleosynthesisSpec, nucleosynthesis_options
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.errors import InputError


@command(
    "decay",
    epilog="""\b
Examples:
  nuprobe cosmology decay --mass "4 MeV" --lifetime "1e5 s" --abundance 1e-4
  nuprobe cosmology decay --mass "10 MeV" --moment 3e-14 --abundance 1e-7 --json
  nuprobe cosmology decay --mass "4 MeV" --lifetime "1e6 s" --abundance 1e-5 --plot photons.pdf""",  # noqa: E501
)
@click.option("--mass", required=True, help="Of N, e.g. '4 MeV'.")
@click.option("--lifetime", help="Of N, e.g. '1e5 s'; or --moment.")
@click.option(
    "--moment",
    help="Transition moment in Bohr magnetons for the decay of N, per channel.",
)
@sterile_options
@click.option(
    "--nucleus",
    help="Require photons above the disintegration threshold of this"
    " nucleus (d, be7, ...).",
)
@nucleosynthesis_options
@plot_option("Save the spectrum of photons at three temperatures (pdf, png, svg).")
@output_options
def decay_command(
    mass: str,
    lifetime: str | None,
    moment: str | None,
    sterile: SterileSpec,
    nucleus: str | None,
    nuclei: NucleosynthesisSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """Light elements after the decay of a sterile neutrino, N -> nu gamma.

    Photon spectra agree within 1 % with a Monte Carlo up to 2000 MeV of mass.
    The cross sections of nuclei are unverified, those of mass 7 two to three
    times too large.
    """
    from nuprobe.cli.cosmology.decay_tables import decay_table
    from nuprobe.cosmology.decay import lifetime_of, sterile_decay
    from nuprobe.units import parse_quantity, value_in

    m = parse_quantity(mass, "energy")
    if (lifetime is None) == (moment is None):
        raise InputError("give either --lifetime or --moment")
    if moment is None:
        seconds = value_in(str(lifetime), "s")
    else:
        seconds = lifetime_of(m, value_in(moment, "muB"), sterile.nature)
    found = sterile_decay(
        m,
        seconds,
        abundance=sterile.abundance,
        options=nuclei.build(),
        nucleus=nucleus,
    )
    if plot is not None:
        from nuprobe.plotting import plot_photon_spectra

        save_plot(lambda: plot_photon_spectra(m / 2), plot)
    out.emit(str(decay_table(found)), found.to_dict())
