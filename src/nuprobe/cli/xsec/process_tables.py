"""Tables of ``nuprobe xsec NAME``, for any process."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nuprobe.cli.xsec.common import RecoilSpec, differential_table
from nuprobe.cli.xsec.over_flux import flux_columns, flux_flavours
from nuprobe.cli.xsec.remarks import remark
from nuprobe.errors import NuprobeError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.cli.specs import SourceSpec
    from nuprobe.fluxes import Flux
    from nuprobe.nuclei import TargetSpec
    from nuprobe.numerics import FloatArray
    from nuprobe.processes import Process


def default_flavour(process: Process) -> str:
    """First flavour with a nonzero cross section in the Standard Model; nu_e if there
    is none.

    Parameters
    ----------
    process : any.
    """
    from nuprobe.flavours import FLAVOURS
    from nuprobe.models import StandardModel
    from nuprobe.processes.cross_section import coefficients

    for name in FLAVOURS:
        if coefficients(process, StandardModel(), name).any():
            return name
    return "nu_e"


def _unit(deposits: FloatArray) -> str:
    return "MeV" if deposits.max() >= 1 else "keV"


def alone(process: Process) -> str:
    """Return the default target of a `process`, such as "one deuteron"."""
    try:
        names = [s.name.partition(" (")[0] for s in process.scatterers(None)]
    except NuprobeError:  # it needs a target, and reports that when evaluated
        return "one particle"
    # levels of a nucleus follow its name
    isotope = re.match(r"[A-Z][a-z]?\d+", names[0])
    return f"one {isotope[0] if isotope else names[0]}"


@dataclass(frozen=True)
class ProcessTables:
    """Cross sections of one process on one target in one model.

    Attributes
    ----------
    process, model : as built.
    target : argument of `nuprobe.target`, or None for one free particle.
    where : the target in a title.
    """

    process: Process
    target: TargetSpec | None
    model: Any
    where: str

    def table(self, source: SourceSpec, recoil: RecoilSpec) -> Table:
        """Return σ(E), dσ/dT, or their flux averages, depending on the source."""
        flux, (recoils, floor) = source.flux(), recoil.either()
        if flux is not None:
            remark(self.process, self.model, recoil.flavour)
            return self.averages(flux, recoils, floor, recoil.flavour)
        energies = source.energies()
        flavour = recoil.flavour or default_flavour(self.process)
        remark(self.process, self.model, flavour)
        if recoils is None:
            return self.totals(energies, floor, flavour)
        from nuprobe.processes.cross_section import differential

        values = differential(
            self.process,
            energies[:, None],
            recoils,
            self.target,
            self.model,
            flavour,
        )
        unit = _unit(recoils)
        title = self.title(flavour, f"cm2/{unit}")
        return differential_table(title, "E [MeV]", energies, values, recoils, unit)

    def title(self, what: str, unit: str) -> str:
        """Return the title of a table of `what`, in `unit`."""
        return (
            f"{self.process.name} of {what} on {self.where}, {unit} per"
            f" {'formula unit' if self.target is not None else 'particle'},"
            f" {self.model.name}"
        )

    def totals(self, energies: FloatArray, floor: float, flavour: str) -> Table:
        """Return σ(E) at energies above a floor (MeV)."""
        from nuprobe.processes.cross_section import total

        sigma = total(
            self.process, energies, self.target, self.model, flavour, threshold=floor
        )
        return Table(
            self.title(flavour, "cm2"),
            ("E [MeV]", "sigma [cm2]"),
            Rows(energies, sigma),
            {"sigma [cm2]": ".6e"},
        )

    def averages(
        self, flux: Flux, recoils: FloatArray | None, floor: float, typed: str | None
    ) -> Table:
        """Return flux averages, for the flavour typed or for all."""
        from nuprobe.processes.cross_section import averaged, flux_averaged

        flavours = flux_flavours(flux, typed)
        if recoils is not None:
            values = [
                averaged(self.process, flux, recoils, self.target, self.model, f)
                for f in flavours
            ]
            unit, first = _unit(recoils), [*map(str, flavours)]
            title = self.title(f"the flux {flux.name}", f"cm2/{unit}")
            return differential_table(title, "flavour", first, values, recoils, unit)

        rows = [
            (
                str(f),
                flux.total(f),
                flux_averaged(
                    self.process, flux, self.target, self.model, f, threshold=floor
                ),
            )
            for f in flavours
        ]
        return Table(
            self.title(f"the flux {flux.name}", "cm2"),
            (*flux_columns(flux), "sigma [cm2]"),
            tuple(rows),
            {"sigma [cm2]": ".6e"},
        )
