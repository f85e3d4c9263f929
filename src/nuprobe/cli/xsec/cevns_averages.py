"""Flux-averaged coherent cross sections, as a table."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from nuprobe.cli.xsec.cevns_tables import CevnsTables
from nuprobe.cli.xsec.common import differential_table
from nuprobe.cli.xsec.over_flux import flux_columns, flux_flavours
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.numerics import FloatArray


def averages(
    setting: CevnsTables, flux: Flux, recoils: FloatArray | None, typed: str | None
) -> Table:
    """Return flux averages, for the flavour typed or for all: totals, or dσ/dT at
    recoils (MeV).

    Parameters
    ----------
    setting : target and model.
    flux : the source.
    recoils : MeV, or None for totals.
    typed : flavour, or None for all of the flux.
    """
    from nuprobe.processes import cevns

    title = f"CEvNS on {setting.where}, mean over {flux.name}, cm2"
    flavours = flux_flavours(flux, typed)
    if recoils is not None:
        mean = partial(
            cevns.averaged,
            flux,
            recoils,
            setting.target,
            setting.model,
            axial=setting.axial,
        )
        spectra = [mean(f) for f in flavours]
        first = [*map(str, flavours)]
        title = f"{title}/keV {setting.what}"
        return differential_table(title, "flavour", first, spectra, recoils)
    sigma = partial(
        cevns.flux_averaged,
        flux,
        model=setting.model,
        threshold=setting.floor,
        axial=setting.axial,
    )
    rows = []
    for f in flavours:
        real, full = (
            sigma(target=t, flavour=f) for t in (setting.target, setting.coherent())
        )
        rows.append((str(f), flux.total(f), real, full))
    return Table(
        f"{title} {setting.what}",
        (*flux_columns(flux), "sigma [cm2]", "full coherence [cm2]"),
        tuple(rows),
        {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e"},
    )
