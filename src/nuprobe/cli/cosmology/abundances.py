"""``nuprobe cosmology abundances``: primordial nuclei with magnetic moments."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.cosmology.specs import (
    NeutrinoSpec,
    NucleosynthesisSpec,
    neutrino_options,
    nucleosynthesis_options,
)
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot


@command(
    "abundances",
    epilog="""\b
Examples:
  nuprobe cosmology abundances
  nuprobe cosmology abundances --moment emu=1e-9 --moment mutau=3e-10 --errors
  nuprobe cosmology abundances --omega-b 0.0222 --tau-n 880.2 --rates yof --json
  nuprobe cosmology abundances --moment emu=1e-9 --criterion number \
--flavour-mixing none --screening talk
  nuprobe cosmology abundances --kind dirac --moment ee=3e-12 --t-max "100 GeV"
  nuprobe cosmology abundances --moment emu=1e-9 --plot nuclei.pdf""",
)
@neutrino_options
@nucleosynthesis_options
@click.option(
    "--errors",
    is_flag=True,
    help="Add the effect of one standard deviation of tau_n, Omega_b h^2 and rates.",
)
@plot_option("Save the abundances over temperature (pdf, png, svg).")
@output_options
def abundances_command(
    neutrinos: NeutrinoSpec,
    nuclei: NucleosynthesisSpec,
    errors: bool,
    plot: Path | None,
    out: Output,
) -> None:
    """Helium, deuterium, 3He and 7Li from the first minutes, and N_eff."""
    from nuprobe.cli.cosmology.tables import abundances_table
    from nuprobe.cosmology import decoupling
    from nuprobe.cosmology.nucleosynthesis import (
        abundances,
        instantaneous_expansion,
        uncertainties,
    )

    model, options = neutrinos.build(), nuclei.build()
    found = abundances(
        model, options, criterion=nuclei.criterion, **neutrinos.decoupling()
    )
    asked = neutrinos.decoupling()
    history = (
        instantaneous_expansion(model, nuclei.criterion, screening=asked["screening"])
        if nuclei.criterion != "evolved"
        else decoupling(model, **asked)
    )
    moved = uncertainties(history, options) if errors else None
    if plot is not None:
        from nuprobe.cosmology.nucleosynthesis import evolution
        from nuprobe.plotting import plot_nucleosynthesis

        through = evolution(history, options)
        save_plot(lambda: plot_nucleosynthesis(through, found.assumptions), plot)
    out.table(abundances_table(found, moved))
