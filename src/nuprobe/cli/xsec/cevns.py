"""``nuprobe xsec cevns``: coherent elastic neutrino-nucleus scattering."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nuprobe.cli.options import command
from nuprobe.cli.output import plot_option, save_plot, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.cevns_tables import CevnsTables
from nuprobe.cli.xsec.common import RecoilSpec, differential_table, recoil_options
from nuprobe.cli.xsec.each import each
from nuprobe.cli.xsec.nucleus import NucleusSpec, nucleus_options
from nuprobe.cli.xsec.over_flux import flux_columns, flux_flavours, save_averaged
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
@source_options("'30 MeV', '10, 20 MeV' or 'start:stop:count[:lin|:log] MeV'.")
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
    from nuprobe.processes.elastic.cevns import Cevns

    setting = CevnsTables(
        nucleus.build(),
        model.build(),
        recoil.floor(),
        nucleus.axial,
        f"{nucleus.form_factor}, {nucleus.nucleon} nucleons",
    )
    flux = source.flux()
    if flux is not None:
        table = _averages(setting, flux, recoil.recoils(), recoil.flavour)
        process = Cevns(axial=nucleus.axial)
        save_averaged(process, flux, setting.target, setting.model, recoil, plot)
        return table
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


def _averages(
    setting: CevnsTables, flux: Flux, recoils: FloatArray | None, typed: str | None
) -> Table:
    """Return the means over a flux, of the flavour typed or of all: totals, or
    dσ/dT at recoils (MeV)."""
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
