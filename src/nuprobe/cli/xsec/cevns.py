"""``nuprobe xsec cevns``: coherent elastic neutrino-nucleus scattering."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.options import command
from nuprobe.cli.output import plot_option, save_plot, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.cevns_tables import CevnsTables
from nuprobe.cli.xsec.common import (
    RecoilSpec,
    differential_table,
    flux_flavours,
    recoil_options,
)
from nuprobe.cli.xsec.each import each
from nuprobe.cli.xsec.nucleus import NucleusSpec, nucleus_options
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.numerics import FloatArray


@command(
    "cevns",
    epilog="""\b
Examples:
  nuprobe xsec cevns --target Ar40 --energy "10:50:41 MeV" --plot sigma.pdf
  nuprobe xsec cevns --target Cs133 --energy "30 MeV" --model light-vector --param mass='10 MeV' --param coupling=1e-4
  nuprobe xsec cevns --target CsI --energy "30 MeV" --recoil "0:20:5 keV" --json
  nuprobe xsec cevns --target Xe --flux solar --flux-option "components=['8B']" --threshold "1 keV\"""",  # noqa: E501
)
@each
@nucleus_options
@source_options("'30 MeV', '10, 20 MeV' or 'start:stop:count[:log] MeV'.")
@recoil_options("recoil energies", "'0:50:11 keV'", "nu_mu")
@models_options
@plot_option()
@table_options
def cevns_command(
    nucleus: NucleusSpec,
    source: SourceSpec,
    recoil: RecoilSpec,
    model: ModelSpec,
    plot: Path | None,
) -> Table:
    """Coherent elastic neutrino-nucleus scattering: σ(E), dσ/dT with --recoil, or their
    means over a flux."""
    if source.flux_name is not None and plot is not None:
        raise InputError("--plot requires --energy")
    setting = CevnsTables(
        nucleus.build(),
        model.build(),
        recoil.floor(),
        nucleus.axial,
        f"{nucleus.form_factor}, {nucleus.nucleon} nucleons",
    )
    flux = source.flux()
    if flux is not None:
        asked = recoil.recoils()
        if asked is not None:
            return _spectra(setting, flux, asked, recoil.flavour)
        return setting.averages(flux, recoil.flavour)
    flavour = recoil.flavour or "nu_mu"
    energies, recoils = source.energies(), recoil.recoils()
    if recoils is None:
        table = setting.totals(energies, flavour)
    else:
        table = setting.differential(energies, recoils, flavour)
    save_plot(
        lambda: setting.figure(energies, flavour, differential=recoils is not None),
        plot,
    )
    return table


def _spectra(
    setting: CevnsTables, flux: Flux, recoils: FloatArray, typed: str | None
) -> Table:
    """Means of dσ/dT over a flux, of the flavour typed or of all."""
    from nuprobe.processes import cevns

    of = (recoils, setting.target, setting.model)
    flavours = flux_flavours(flux, typed)
    values = [cevns.averaged(flux, *of, f, axial=setting.axial) for f in flavours]
    title = f"CEvNS on {setting.where}, mean over {flux.name}, cm2/keV {setting.what}"
    return differential_table(title, "flavour", [*map(str, flavours)], values, recoils)
