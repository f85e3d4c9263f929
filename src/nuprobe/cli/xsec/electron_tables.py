"""Tables and the figure of ``nuprobe xsec electron``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nuprobe.cli.xsec.common import differential_table
from nuprobe.cli.xsec.over_flux import flux_columns, flux_flavours
from nuprobe.cli.xsec.path import arrival_notes
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.fluxes import Flux
    from nuprobe.models import Model
    from nuprobe.nuclei import Target
    from nuprobe.numerics import FloatArray
    from nuprobe.oscillation import Vacuum
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.processes import Process


@dataclass(frozen=True)
class ElectronTables:
    """Cross sections of electrons, free or of one target, in one model.

    Attributes
    ----------
    atoms : the target, or None for one free electron.
    model : as built.
    where : keywords `target` and `binding` of the library.
    path : between source and detector, or None.
    """

    atoms: Target | None
    model: Model
    where: dict[str, Any]
    path: Vacuum | None = None

    @property
    def process(self) -> Process:
        """The process."""
        from nuprobe.processes.elastic.electron import Electron

        return Electron(self.where["binding"])

    def what(self, unit: str) -> str:
        """Return the electrons and the normalisation of cross sections in `unit`."""
        if self.atoms is None:
            return f"a free electron, {unit} per electron"
        per = self.atoms.unit.replace("nucleus", "atom")
        ways = {"rrpa": " with many-body factors", "epa": " with equivalent photons"}
        how = ways.get(self.where["binding"], "")
        return f"electrons of {self.atoms.name}{how}, {unit} per {per}"

    def averages(
        self, flux: Flux, recoils: FloatArray | None, floor: float, typed: str | None
    ) -> Table:
        """Return flux averages, for the flavour typed or for all."""
        from nuprobe.processes import electron

        flavours = flux_flavours(flux, typed)
        unit = "cm2" if recoils is None else "cm2/keV"
        title = (
            f"Scattering off {self.what(unit)}, mean over {flux.name},"
            f" {self.model.name}"
        )
        if recoils is not None:
            spectra = [
                electron.averaged(flux, recoils, self.model, f, **self.where)
                for f in flavours
            ]
            return differential_table(
                title, "flavour", [*map(str, flavours)], spectra, recoils
            )
        sigma = partial(
            electron.flux_averaged,
            flux,
            self.model,
            threshold=floor,
            **self.where,
        )
        return Table(
            title,
            (*flux_columns(flux), "sigma [cm2]"),
            tuple((str(f), flux.total(f), sigma(flavour=f)) for f in flavours),
            {"sigma [cm2]": ".6e"},
        )

    def table(
        self,
        energies: FloatArray,
        recoils: FloatArray | None,
        floor: float,
        flavour: str,
    ) -> Table:
        """Return σ(E) above a floor (MeV), or dσ/dT at recoils (MeV)."""
        from nuprobe.processes.distance import differential_at, total_at

        unit = "cm2" if recoils is None else "cm2/keV"
        title = f"Scattering of {flavour} off {self.what(unit)}, {self.model.name}"
        asked = (self.atoms, self.model, flavour, self.path)
        notes = arrival_notes(self.model, flavour, energies, self.path)
        if recoils is not None:
            values = differential_at(self.process, energies[:, None], recoils, *asked)
            table = differential_table(title, "E [MeV]", energies, values, recoils)
            return replace(table, notes=notes)
        sigma = total_at(self.process, energies, *asked, threshold=floor)
        return Table(
            title,
            ("E [MeV]", "sigma [cm2]", "sigma/E [cm2/MeV]"),
            Rows(energies, sigma, sigma / energies),
            {"sigma [cm2]": ".6e", "sigma/E [cm2/MeV]": ".6e"},
            notes,
        )

    def figure(
        self,
        energies: FloatArray,
        recoils: FloatArray | None,
        floor: float,
        flavour: str,
    ) -> Drawn:
        """Return the figure of σ(E), or of dσ/dT at recoils (MeV)."""
        import numpy as np

        from nuprobe.plotting import plot_electron_differential, plot_electron_total

        if recoils is not None:
            fine = (
                None
                if recoils.size < 2 or recoils[0] <= 0
                else np.geomspace(recoils[0], recoils[-1], 800)
            )
            return plot_electron_differential(
                self.model, energies, flavour=flavour, recoils=fine, **self.where
            )
        ends = (
            (0.1 * energies[0], 1.5 * energies[0])
            if energies.size == 1
            else (energies.min(), energies.max())
        )
        grid = energies if energies.size >= 20 else np.linspace(*ends, 120)
        return plot_electron_total(
            self.model, grid, flavours=(flavour,), threshold=floor, **self.where
        )
