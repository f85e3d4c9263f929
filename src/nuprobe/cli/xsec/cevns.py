"""``nuprobe xsec cevns``: coherent elastic neutrino-nucleus scattering."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.specs import ModelSpec, SourceSpec, model_options, source_options
from nuprobe.cli.xsec.common import (
    RecoilSpec,
    differential_table,
    flux_columns,
    flux_flavours,
    recoil_options,
)
from nuprobe.cli.xsec.nucleus import NucleusSpec, nucleus_options
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuprobe.fluxes import Flux
    from nuprobe.models import Model
    from nuprobe.nuclei import Target
    from nuprobe.numerics import FloatArray


@click.command(
    "cevns",
    epilog="""\b
Examples:
  nuprobe xsec cevns --target Ar40 --energy "10:50:41 MeV" --plot sigma.pdf
  nuprobe xsec cevns --target Cs133 --energy "30 MeV" --model light-vector --param mass='10 MeV' --param coupling=1e-4
  nuprobe xsec cevns --target CsI --energy "30 MeV" --recoil "0:20:5 keV" --json
  nuprobe xsec cevns --target Xe --flux solar --flux-option "components=['8B']" --threshold "1 keV\"""",  # noqa: E501
)
@nucleus_options
@source_options("'30 MeV', '10, 20 MeV' or 'start:stop:count[:log] MeV'.")
@recoil_options("recoil energies", "'0:50:11 keV'", "nu_mu")
@model_options
@plot_option()
@output_options
def cevns_command(
    nucleus: NucleusSpec,
    source: SourceSpec,
    recoil: RecoilSpec,
    model: ModelSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """Coherent elastic neutrino-nucleus scattering: σ(E), dσ/dT with --recoil, or the
    mean over a flux."""
    if source.flux_name is not None and (recoil.recoil is not None or plot is not None):
        raise InputError("--recoil and --plot require --energy")
    setting = _Setting(
        nucleus.build(), model.build(), recoil.floor(), nucleus.axial, nucleus
    )
    flux = source.flux()
    if flux is not None:
        return out.table(setting.averages(flux, recoil.flavour))
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
    return out.table(table)


@dataclass(frozen=True)
class _Setting:
    target: Target
    model: Model
    floor: float
    axial: bool
    nucleus: NucleusSpec

    @property
    def where(self) -> str:
        return self.target.name

    @property
    def what(self) -> str:
        per = "nucleus" if self.target.is_single else "formula unit"
        nucleon = f"{self.nucleus.nucleon} nucleons"
        return f"per {per}, {self.model.name}, {self.nucleus.form_factor}, {nucleon}"

    def coherent(self) -> Target:
        """Return the target with form factors of 1."""
        from nuprobe.nuclei import form_factors, with_form_factors

        return with_form_factors(
            self.target, form_factors.Point(), form_factors.Point()
        )

    def averages(self, flux: Flux, typed: str | None) -> Table:
        from nuprobe.processes import cevns

        sigma = partial(
            cevns.flux_averaged,
            flux,
            model=self.model,
            threshold=self.floor,
            axial=self.axial,
        )
        rows = []
        for f in flux_flavours(flux, typed):
            real, full = (
                sigma(target=t, flavour=f) for t in (self.target, self.coherent())
            )
            rows.append((str(f), flux.total(f), real, full))
        return Table(
            f"CEvNS on {self.where}, mean over {flux.name}, cm2 {self.what}",
            (*flux_columns(flux), "sigma [cm2]", "full coherence [cm2]"),
            tuple(rows),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e"},
        )

    def totals(self, energies: FloatArray, flavour: str) -> Table:
        from nuprobe.processes import cevns

        sigma, coherent = (
            cevns.total(
                energies,
                t,
                self.model,
                flavour,
                threshold=self.floor,
                axial=self.axial,
            )
            for t in (self.target, self.coherent())
        )
        return Table(
            f"CEvNS of {flavour} on {self.where}, cm2 {self.what}",
            ("E [MeV]", "sigma [cm2]", "full coherence [cm2]", "ratio"),
            tuple(
                (float(e), float(s), float(c), float(s / c) if c > 0 else None)
                for e, s, c in zip(energies, sigma, coherent, strict=True)
            ),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e", "ratio": ".4f"},
        )

    def differential(
        self, energies: FloatArray, recoils: FloatArray, flavour: str
    ) -> Table:
        from nuprobe.processes import cevns

        values = cevns.differential(
            energies[:, None],
            recoils,
            self.target,
            self.model,
            flavour,
            axial=self.axial,
        )
        return differential_table(
            f"CEvNS of {flavour} on {self.where}, cm2/keV {self.what}",
            "E [MeV]",
            [(float(e), v) for e, v in zip(energies, values, strict=True)],
            recoils,
        )

    def figure(
        self, energies: FloatArray, flavour: str, *, differential: bool
    ) -> Figure:
        import numpy as np

        from nuprobe.plotting import plot_differential, plot_total

        if differential:
            return plot_differential(
                self.target, self.model, energies, flavours=flavour, axial=self.axial
            )
        if energies.size == 1:
            energies = np.linspace(1.0, 1.5 * float(energies[0]), 120)
        return plot_total(
            self.target,
            self.model,
            energies,
            flavour=flavour,
            threshold=self.floor,
            axial=self.axial,
        )
