"""Tables and the figure of ``nuprobe xsec cevns``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nuprobe.cli.xsec.common import differential_table, ratio
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.models import Model
    from nuprobe.nuclei import Axial, Target
    from nuprobe.numerics import FloatArray
    from nuprobe.oscillation import Vacuum
    from nuprobe.processes.elastic.cevns import Cevns


@dataclass(frozen=True)
class CevnsTables:
    """Cross sections of one target in one model.

    Attributes
    ----------
    target, model : as built.
    floor : smallest recoil included in a total (MeV).
    axial : with the axial response.
    form_factor : its name.
    path : between source and detector, or None.
    """

    target: Target
    model: Model
    floor: float
    axial: Axial
    form_factor: str
    path: Vacuum | None = None

    @property
    def where(self) -> str:
        """Name of the target."""
        return self.target.name

    @property
    def what(self) -> str:
        """Normalisation and model of the cross sections."""
        return f"per {self.target.unit}, {self.model.name}, {self.form_factor}"

    def coherent(self) -> Target:
        """Return the target with form factors of 1."""
        from nuprobe.nuclei import form_factors, with_form_factors

        return with_form_factors(
            self.target, form_factors.Point(), form_factors.Point()
        )

    @property
    def process(self) -> Cevns:
        """The process."""
        from nuprobe.processes.elastic.cevns import Cevns

        return Cevns(axial=self.axial)

    def infinite(self, flavour: str) -> bool:
        """Whether the total without a threshold diverges."""
        from nuprobe.processes.cross_section import diverges

        endless = diverges(self.process, self.target, self.model, flavour)
        return self.floor == 0 and endless

    def totals(self, energies: FloatArray, flavour: str) -> Table:
        """Return σ(E) at energies (MeV)."""
        from nuprobe.processes.distance import total_at

        sigma, coherent = (
            total_at(
                self.process,
                energies,
                t,
                self.model,
                flavour,
                self.path,
                threshold=self.floor,
            )
            for t in (self.target, self.coherent())
        )
        return Table(
            f"CEvNS of {flavour} on {self.where}, cm2 {self.what}",
            ("E [MeV]", "sigma [cm2]", "full coherence [cm2]", "ratio"),
            Rows(energies, sigma, coherent, ratio(sigma, coherent)),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e", "ratio": ".4f"},
            self.notes(energies, flavour),
        )

    def series(self, energies: FloatArray, flavour: str) -> Table:
        """Return the series of σ(E) in the energy and the exact σ(E), with η2 and
        η4."""
        from nuprobe.cli.xsec.series import series_table
        from nuprobe.errors import InputError

        if self.axial or self.floor > 0 or self.path is not None:
            raise InputError(
                "--series is for the full vector cross section at the source: drop"
                " --axial, --threshold and --baseline"
            )
        return series_table(self.target, self.model, energies, flavour, self.what)

    def notes(self, energies: FloatArray, flavour: str) -> tuple[str, ...]:
        """Return the radii, and the flavours that arrive after a baseline."""
        from nuprobe.cli.xsec.nucleus import axial_notes, radii_note
        from nuprobe.cli.xsec.path import arrival_notes

        return (
            radii_note(self.target),
            *axial_notes(self.axial, self.target),
            *arrival_notes(self.model, flavour, energies, self.path),
        )

    def differential(
        self, energies: FloatArray, recoils: FloatArray, flavour: str
    ) -> Table:
        """Return dσ/dT at energies and recoils (MeV)."""
        from dataclasses import replace

        from nuprobe.processes.distance import differential_at

        values = differential_at(
            self.process,
            energies[:, None],
            recoils,
            self.target,
            self.model,
            flavour,
            self.path,
        )
        table = differential_table(
            f"CEvNS of {flavour} on {self.where}, cm2/keV {self.what}",
            "E [MeV]",
            energies,
            values,
            recoils,
        )
        return replace(table, notes=self.notes(energies, flavour))
