"""``nuprobe xsec bump``: the cross section on carbon-13 required to explain the reactor
excess."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.specs import FLUX_OPTIONS, make_flux
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.plotting.sheets import Drawn

_ISOTOPES = ("U235", "U238", "Pu239", "Pu241")


@command(
    "bump",
    epilog="""\b
Examples:
  nuprobe xsec bump --plot bump.pdf
  nuprobe xsec bump --flux reactor --flux-option 'model="hkss"' --curve mine.csv""",
)
@FLUX_OPTIONS[0]
@FLUX_OPTIONS[1]
@click.option(
    "--share",
    default=0.01,
    show_default=True,
    help="Fraction of all inverse beta decay events due to this reaction.",
)
@click.option(
    "--curve",
    type=click.Path(path_type=Path),
    help="CSV with energy (MeV) and sigma (cm2 per 13C) of the Standard Model.",
)
@click.option(
    "--strength",
    default=1.0,
    show_default=True,
    help="B in the allowed scale used without --curve.",
)
@click.option("--target", default="C18H30", show_default=True, help="The scintillator.")
@plot_option("Save required and Standard-Model cross sections (pdf, png, svg).")
@output_options
def bump_command(
    flux_name: str | None,
    flux_option: tuple[str, ...],
    share: float,
    curve: Path | None,
    strength: float,
    target: str,
    plot: Path | None,
    out: Output,
) -> None:
    """The excess near 5 MeV as 13C(nubar,nubar' n)12C*(4.44 MeV): the factor by which
    the cross section would have to exceed a Standard Model calculation. Without --flux,
    for summation spectra of a power reactor and of each isotope."""
    from nuprobe.processes.nuclear import bump

    fluxes = _fluxes(flux_name, flux_option)
    found = {
        name: bump.required(
            flux, share=share, curve=curve, strength=strength, target=target
        )
        for name, flux in fluxes.items()
    }
    first = next(iter(found.values()))
    table = Table(
        f"13C(nubar,nubar' n)12C*(4.44 MeV) as {100 * share:.3g} % of all events in"
        f" {target}, against {first.curve}",
        (
            "flux",
            "ends at [MeV]",
            "nubar above [1]",
            "IBD yield [cm2]",
            "needed mean [cm2]",
            "curve mean [cm2]",
            "enhancement",
        ),
        tuple(
            (name, r.ends, r.above, r.ibd, r.needed, r.standard, r.enhancement)
            for name, r in found.items()
        ),
        {
            "ends at [MeV]": ".5g",
            "nubar above [1]": ".3e",
            "IBD yield [cm2]": ".4e",
            "needed mean [cm2]": ".3e",
            "curve mean [cm2]": ".3e",
            "enhancement": ".2e",
        },
        (
            f"threshold {bump.threshold():.4f} MeV,"
            f" {first.protons:.1f} protons per 13C",
            "antineutrinos and yields per unit of the flux, means over antineutrinos"
            " above the threshold",
            first.statement,
            "a requirement, not a prediction",
        ),
    )
    out.table(table)

    def figure() -> Drawn:
        from nuprobe.plotting import plot_bump

        return plot_bump(
            next(iter(fluxes.values())),
            share=share,
            curve=curve,
            strength=strength,
            target=target,
        )

    save_plot(figure, plot)


def _fluxes(name: str | None, options: tuple[str, ...]) -> dict[str, Flux]:
    """The flux requested, or a power reactor and its isotopes."""
    from nuprobe.errors import InputError
    from nuprobe.fluxes import flux

    if name is not None:
        words = [name, *options]
        return {" ".join(words): make_flux(name, options)}
    if options:
        raise InputError("--flux-option requires --flux")
    mixture: dict[str, Flux] = {"power reactor": flux("reactor", model="summation")}
    return mixture | {
        isotope: flux("reactor", model="summation", fractions={isotope: 1.0})
        for isotope in _ISOTOPES
    }
