"""Tables and the figure of ``nuprobe xsec cevns``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nuprobe.cli.xsec.common import differential_table, ratio
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuprobe.models import Model
    from nuprobe.nuclei import Axial, Target
    from nuprobe.numerics import FloatArray


@dataclass(frozen=True)
class CevnsTables:
    """Cross sections of one target in one model.

    Attributes
    ----------
    target, model : as built.
    floor : smallest recoil that counts in a total (MeV).
    axial : with the axial response.
    form_factor : its name.
    """

    target: Target
    model: Model
    floor: float
    axial: Axial
    form_factor: str

    @property
    def where(self) -> str:
        """Name of the target."""
        return self.target.name

    @property
    def what(self) -> str:
        """Per what, and in which model, the cross sections are."""
        per = "nucleus" if self.target.is_single else "formula unit"
        return f"per {per}, {self.model.name}, {self.form_factor}"

    def coherent(self) -> Target:
        """Return the target with form factors of 1."""
        from nuprobe.nuclei import form_factors, with_form_factors

        return with_form_factors(
            self.target, form_factors.Point(), form_factors.Point()
        )

    def totals(self, energies: FloatArray, flavour: str) -> Table:
        """Return σ(E) at energies (MeV)."""
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
            Rows(energies, sigma, coherent, ratio(sigma, coherent)),
            {"sigma [cm2]": ".6e", "full coherence [cm2]": ".6e", "ratio": ".4f"},
        )

    def differential(
        self, energies: FloatArray, recoils: FloatArray, flavour: str
    ) -> Table:
        """Return dσ/dT at energies and recoils (MeV)."""
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
            energies,
            values,
            recoils,
        )

    def figure(
        self, energies: FloatArray, flavour: str, *, differential: bool
    ) -> Figure:
        """Return the figure of σ(E), or of dσ/dT."""
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
