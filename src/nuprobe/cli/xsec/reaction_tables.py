"""Tables of ``nuprobe xsec deuteron``, ``carbon``, ``ibd``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nuprobe.cli.xsec.over_flux import flux_columns, flux_flavours
from nuprobe.cli.xsec.process_tables import ProcessTables, default_flavour
from nuprobe.cli.xsec.remarks import remark
from nuprobe.errors import InputError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.cli.xsec.common import RecoilSpec
    from nuprobe.flavours import Flavour
    from nuprobe.fluxes import Flux
    from nuprobe.numerics import FloatArray

    Total = Callable[[FloatArray, str], FloatArray]
    ByAngle = Callable[[FloatArray, FloatArray, str], FloatArray]
    Mean = Callable[[Flux, Flavour], float]


@dataclass(frozen=True)
class Reaction:
    """One reaction, with its specific functions.

    Attributes
    ----------
    plain : generic tables of a process, with target and model.
    label : of its curves.
    total : σ per particle (cm²), function of energies and a flavour.
    mean : flux average of σ per particle.
    by_angle : dσ/dcos θ per particle, or None if not available.
    mean_cosine : function of energies and a flavour, or None.
    references : of the figure.
    note : text below tables and the figure.
    whole : whether averages are over all neutrinos of a flux.
    """

    plain: ProcessTables
    label: str
    total: Total
    mean: Mean
    by_angle: ByAngle | None = None
    mean_cosine: Total | None = None
    references: tuple[str, ...] = ()
    note: str = ""
    whole: bool = True

    @property
    def count(self) -> float:
        """Particles in a formula unit of the target, 1 without one."""
        from nuprobe.nuclei import target

        nuclei = None if self.plain.target is None else target(self.plain.target)
        return float(self.plain.process.scatterers(nuclei)[0].count)

    @property
    def _notes(self) -> tuple[str, ...]:
        return (self.note,) if self.note else ()

    def chosen(self, recoil: RecoilSpec) -> str:
        """Return the flavour, and warn if it or the model has no effect."""
        process = self.plain.process
        remark(
            process, self.plain.model, f := recoil.flavour or default_flavour(process)
        )
        return f

    def sigma(self, e: FloatArray, flavour: str, floor: float) -> FloatArray:
        """Return σ per formula unit at energies, for deposits above a floor (MeV)."""
        from nuprobe.processes.cross_section import total

        if floor == 0:
            return self.count * self.total(e, flavour)
        plain = self.plain
        return total(
            plain.process, e, plain.target, plain.model, flavour, threshold=floor
        )

    def totals(
        self, energies: FloatArray, recoil: RecoilSpec, with_cosine: bool
    ) -> Table:
        """Return σ(E), with mean cosines if requested."""
        import numpy as np

        flavour = self.chosen(recoil)
        sigma = self.sigma(energies, flavour, recoil.floor())
        columns = {"E [MeV]": energies, "sigma [cm2]": sigma}
        if with_cosine:
            mean, some = np.full(energies.shape, np.nan), sigma > 0
            if self.mean_cosine is not None and some.any():
                mean[some] = self.mean_cosine(energies[some], flavour)
            columns["mean cos"] = mean
        return Table(
            self.plain.title(flavour, "cm2"),
            tuple(columns),
            Rows(*columns.values()),
            {"sigma [cm2]": ".6e", "mean cos": ".6f"},
            self._notes,
        )

    def angular(self, energies: FloatArray, angle: str, recoil: RecoilSpec) -> Table:
        """Return dσ/dcos θ at the cosines typed."""
        import numpy as np

        from nuprobe.units import parse_grid

        if self.by_angle is None:
            raise InputError("--angle is not available here")
        if recoil.floor() > 0:
            raise InputError("--threshold cannot be used with --angle")
        flavour, cos = self.chosen(recoil), parse_grid(angle, "dimensionless")
        values = self.count * self.by_angle(energies[:, None], cos, flavour)
        name = "dsigma/dcos [cm2]"
        return Table(
            self.plain.title(flavour, "cm2"),
            ("E [MeV]", "cos", name),
            Rows(
                np.repeat(energies, cos.size),
                np.tile(cos, energies.size),
                np.ravel(values),
            ),
            {name: ".6e"},
            self._notes,
        )

    def averages(self, flux: Flux, recoil: RecoilSpec) -> Table:
        """Return flux averages, and for a reactor also yields per fission."""
        remark(self.plain.process, self.plain.model, recoil.flavour)
        recoils, floor = recoil.either()
        if recoils is not None or floor > 0:
            return self.plain.averages(flux, recoils, floor, recoil.flavour)
        unit = "" if flux.emission == "beam" else "cm2 "
        per = f"sigma x neutrinos [{unit}per {flux.per}]"
        columns = (*flux_columns(flux), "sigma [cm2]", per)
        rows, wide = [], 4 if self.whole else 3
        for f in flux_flavours(flux, recoil.flavour):
            number, mean = float(flux.total(f)), self.count * self.mean(flux, f)
            rows.append((str(f), number, mean, number * mean)[:wide])
        return Table(
            self.plain.title(f"the flux {flux.name}", "cm2"),
            columns[:wide],
            tuple(rows),
            {"sigma [cm2]": ".6e", per: ".6e"},
            self._notes,
        )
