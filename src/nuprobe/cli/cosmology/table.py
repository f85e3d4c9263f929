"""``nuprobe cosmology table``: helium for CLASS and CAMB."""

from __future__ import annotations

import click

from nuprobe.cli.cosmology.specs import (
    NeutrinoSpec,
    NucleosynthesisSpec,
    neutrino_options,
    nucleosynthesis_options,
)
from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options
from nuprobe.errors import InputError


@command(
    "table",
    epilog="""\b
Examples:
  nuprobe cosmology table class --moment emu=1e-9 -o sBBN_moments.dat
  nuprobe cosmology table camb --omega-b-grid 0.02:0.025:11 -o moments.dat""",
)
@click.argument("code", type=click.Choice(["class", "camb"]))
@click.option(
    "--omega-b-grid",
    default="0.005:0.04:48",
    show_default=True,
    help="Omega_b h^2 as start:stop:count[:log].",
)
@click.option(
    "--n-eff-grid",
    default="0.046:10.046:11",
    show_default=True,
    help="N_eff of all radiation as start:stop:count.",
)
@neutrino_options
@nucleosynthesis_options
@output_options
def table_command(
    code: str,
    omega_b_grid: str,
    n_eff_grid: str,
    neutrinos: NeutrinoSpec,
    nuclei: NucleosynthesisSpec,
    out: Output,
) -> None:
    """Y_P over Omega_b h^2 and N_eff as a table for CLASS or CAMB.

    Radiation beyond that from the moments is added as dark radiation.
    """
    from nuprobe.cosmology.nucleosynthesis import boltzmann_table
    from nuprobe.units import parse_grid

    if nuclei.omega_b is not None or nuclei.eta is not None:
        raise InputError("a table covers many densities: give --omega-b-grid instead")
    if nuclei.criterion != "evolved":
        raise InputError("tables use the evolved temperatures: drop --criterion")
    found = boltzmann_table(
        neutrinos.build(),
        nuclei.build(),
        omega_b=parse_grid(omega_b_grid, "dimensionless"),
        n_eff=parse_grid(n_eff_grid, "dimensionless"),
        **neutrinos.decoupling(),
    )
    text = found.text("class" if code == "class" else "camb")
    data = {
        "omega_b": found.omega_b.tolist(),
        "n_eff": found.n_eff.tolist(),
        "y_p": found.y_p.tolist(),
        "mass_fraction": found.mass_fraction.tolist(),
        "d_h": found.d_h.tolist(),
        "interpolation_error": found.error,
        "assumptions": dict(found.assumptions),
    }
    out.emit(text.rstrip("\n"), data)
