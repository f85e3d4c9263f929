"""Common parts of flux-averaged cross sections of elastic processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.cli.output import save_plot
from nuprobe.cli.xsec.common import RecoilSpec

if TYPE_CHECKING:
    from pathlib import Path

    from nuprobe.flavours import Flavour
    from nuprobe.fluxes import Flux
    from nuprobe.models import Model
    from nuprobe.nuclei import Target
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.processes import Process


def flux_flavours(flux: Flux, typed: str | None) -> tuple[Flavour, ...]:
    """Return the flavour typed, or all of the flux."""
    from nuprobe.flavours import flavour

    return flux.flavours if typed is None else (flavour(typed),)


def flux_columns(flux: Flux) -> tuple[str, str]:
    """Return the names of the columns of flavours and of their neutrinos."""
    area = "1/cm2" if flux.emission == "beam" else "in 4 pi"
    return "flavour", f"neutrinos [{area} per {flux.per}]"


def save_averaged(
    process: Process,
    flux: Flux,
    target: Target | None,
    model: Model,
    recoil: RecoilSpec,
    plot: Path | None,
) -> None:
    """Draw and save the flux-averaged spectra if ``--plot`` was given."""

    def figure() -> Drawn:
        from nuprobe.plotting import plot_averaged

        return plot_averaged(
            process,
            flux,
            target,
            model,
            flavours=flux_flavours(flux, recoil.flavour),
            recoils=recoil.recoils(),
            threshold=recoil.floor(),
        )

    save_plot(figure, plot)
