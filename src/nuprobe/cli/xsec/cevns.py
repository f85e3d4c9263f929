"""``nuprobe xsec cevns``: coherent elastic neutrino-nucleus scattering."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import plot_option, table_options
from nuprobe.cli.specs import ModelSpec, SourceSpec, models_options, source_options
from nuprobe.cli.xsec.cevns_averages import averages
from nuprobe.cli.xsec.cevns_figure import (
    cases,
    default_flavour,
    falling,
    figure,
)
from nuprobe.cli.xsec.cevns_tables import CevnsTables
from nuprobe.cli.xsec.common import RecoilSpec, recoil_options
from nuprobe.cli.xsec.each import REPEATABLE, Drawable, each
from nuprobe.cli.xsec.nucleus import NucleusSpec, nucleus_options
from nuprobe.cli.xsec.over_flux import save_averaged
from nuprobe.cli.xsec.path import PathSpec, path_options
from nuprobe.cli.xsec.remarks import remark
from nuprobe.errors import InputError
from nuprobe.tables import Table


@command(
    "cevns",
    epilog="""\b
Examples:
  nuprobe xsec cevns --target Ar40 --energy "10:50:41 MeV" --plot sigma.pdf
  nuprobe xsec cevns --target Cs133 --energy "30 MeV" --model light-vector --param mass='10 MeV' --param coupling=1e-4
  nuprobe xsec cevns --target Ar40 --energy "50 MeV" --param charge.ee=1.5e-12 --plot charge.pdf
  nuprobe xsec cevns --target Ar40 --energy "50 MeV" --param magnetic_moment.emu=1e-10 --baseline "20 m" --recoil "1 keV"
  nuprobe xsec cevns --target Ar40 --energy "10:50:5 MeV" --series
  nuprobe xsec cevns --target CsI --energy "30 MeV" --recoil "0:20:5 keV" --json
  nuprobe xsec cevns --target Xe --flux solar --flux-option "components=['8B']" --threshold "1 keV\"""",  # noqa: E501
)
@partial(each, together=REPEATABLE)
@nucleus_options
@source_options("'30 MeV', '10, 20 MeV' or 'start:stop:count[:lin|:log] MeV'.")
@recoil_options(
    "recoil energies", "'0:50:11 keV'", "nu_mu, or one that the model changes"
)
@path_options
@models_options
@click.option(
    "--series",
    is_flag=True,
    help="Also give the expansion of σ(E) in the energy, with η2 and η4.",
)
@plot_option("Save a figure (pdf, png, svg), of all targets, models and flavours.")
@table_options
def cevns_command(
    nucleus: NucleusSpec,
    source: SourceSpec,
    recoil: RecoilSpec,
    path: PathSpec,
    model: ModelSpec,
    series: bool,
    plot: Path | None,
) -> Table | Drawable:
    """Coherent elastic neutrino-nucleus scattering: σ(E), dσ/dT with --recoil, or flux
    averages."""
    setting = CevnsTables(
        nucleus.build(),
        model.build(),
        recoil.floor(),
        nucleus.axial,
        f"{nucleus.form_factor}, {nucleus.nucleon} nucleons",
        path.propagation(),
    )
    flux = source.flux()
    if flux is not None:
        _check_flux(path, series)
        remark(setting.process, setting.model, recoil.flavour)
        table = averages(setting, flux, recoil.recoils(), recoil.flavour)
        save_averaged(
            setting.process, flux, setting.target, setting.model, recoil, plot
        )
        return table
    flavour = recoil.flavour or default_flavour(setting.model)
    # other flavours arrive after propagation
    remark(setting.process, setting.model, None if setting.path else flavour)
    energies, recoils = source.energies(), recoil.recoils()
    if series:
        if recoils is not None or plot is not None:
            raise InputError("--series gives totals as a table: drop --recoil, --plot")
        return setting.series(energies, flavour)
    infinite = recoils is None and plot is not None and setting.infinite(flavour)
    if infinite:
        table = falling(setting, energies, flavour)
    elif recoils is None:
        table = setting.totals(energies, flavour)
    else:
        table = setting.differential(energies, recoils, flavour)
    if plot is None:
        return table
    curves = cases(
        setting, energies, flavour, differential=infinite or recoils is not None
    )
    return Drawable(table, curves, lambda all: figure(setting, all, energies, recoils))


def _check_flux(path: PathSpec, series: bool) -> None:
    """Reject options that are not available for flux averages."""
    if path.baseline is not None:
        raise InputError(
            "--baseline requires --energy; for averages over an oscillated flux use"
            " an experiment file with [flux] distance and [propagation]"
        )
    if series:
        raise InputError("--series takes --energy, not --flux")
