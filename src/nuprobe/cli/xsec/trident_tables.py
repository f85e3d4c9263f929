"""Tables and the figure of ``nuprobe xsec trident``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nuprobe.cli.xsec.common import ratio
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.cli.tridents import TridentSpec
    from nuprobe.fluxes import Flux
    from nuprobe.models import LeptonModel
    from nuprobe.nuclei import TargetSpec
    from nuprobe.numerics import FloatArray
    from nuprobe.plotting.sheets import Drawn
    from nuprobe.processes.trident import Channel


@dataclass(frozen=True)
class TridentTables:
    """Production of a lepton pair on a target.

    Attributes
    ----------
    channel, model : as built.
    target : argument of `nuprobe.target`, or None for electrons.
    setting : of the cross section.
    where : the target in a title.
    """

    channel: Channel
    target: TargetSpec | None
    model: LeptonModel
    setting: TridentSpec
    where: str

    @property
    def title(self) -> str:
        """Channel, target and regime."""
        return f"{self.channel.name} on {self.where}, {self.setting.regime}"

    def average(self, flux: Flux) -> Table:
        """Return the flux average."""
        from nuprobe.models import StandardModel
        from nuprobe.processes import trident

        mean, standard = (
            trident.flux_averaged(
                flux,
                self.channel,
                self.target,
                model,
                self.setting.regime,
                with_error=True,
                **self.setting.nucleus,
            )
            for model in (self.model, StandardModel())
        )
        value, base = float(mean.value), float(standard.value)
        return Table(
            f"{self.title}, mean over {flux.name}, per {mean.per}",
            ("flux", "sigma [cm2]", "ratio to SM"),
            ((flux.name, value, value / base if base > 0 else None),),
            {"sigma [cm2]": ".6e"},
            self.notes(mean.form_factors),
        )

    def totals(self, energies: FloatArray) -> Table:
        """Return σ(E) at energies (MeV), with its error."""
        import numpy as np

        from nuprobe.models import StandardModel
        from nuprobe.processes import trident
        from nuprobe.units import GeV

        # with the same nodes, the ratio is exactly 1 for the Standard Model
        regime, how = self.setting.regime, self.setting.nucleus
        total, standard = (
            trident.total(
                energies, self.channel, self.target, m, regime, with_error=True, **how
            )
            for m in (self.model, StandardModel())
        )
        start = trident.threshold_energy(self.channel, self.target, regime)
        mediators = self.model.lepton_couplings(self.channel.vertex).mediators
        silent = hasattr(self.model, "mass") and not any(
            np.any(m.strength) or np.any(m.axial) for m in mediators
        )
        return Table(
            f"{self.title}, per {total.per}",
            ("E [GeV]", "sigma [cm2]", "error [cm2]", "ratio to SM", "below threshold"),
            Rows(
                energies / GeV,
                total.value,
                total.error,
                ratio(total.value, standard.value),
                energies <= start,
            ),
            {"sigma [cm2]": ".6e", "error [cm2]": ".1e"},
            (
                f"threshold {start / GeV:.6g} GeV",
                *(["the mediator does not couple in this channel"] if silent else []),
                *self.notes(total.form_factors),
            ),
        )

    def notes(self, form_factors: Mapping[str, str]) -> tuple[str, ...]:
        """Return V and A of the channel, the weak mixing angles used in the columns,
        and the form factors."""
        from nuprobe.models import StandardModel
        from nuprobe.processes import trident

        here = self.model.lepton_couplings(self.channel.vertex)
        used = trident.weak_angle(self.model)
        angle = "" if used is None else f", sin2 theta_W = {used:g}"
        name = getattr(self.model, "name", type(self.model).__name__)
        couplings = (
            f"couplings of {name}: V = {float(here.vector):.6g}, A ="
            f" {float(here.axial):.6g}{angle}; SM of the ratio: sin2 theta_W ="
            f" {StandardModel().lepton_sin2:g}"
        )
        return couplings, *(f"form factor of {k}: {v}" for k, v in form_factors.items())

    def figure(self, energies: FloatArray, channels: Sequence[Channel]) -> Drawn:
        """Return the figure of σ/E of the `channels` by regime."""
        import numpy as np

        from nuprobe.plotting import plot_trident_energy
        from nuprobe.processes import trident

        assert self.target is not None  # checked before anything is computed
        low = 1.02 * min(
            trident.threshold_energy(channel, self.target, "coherent")
            for channel in channels
        )
        few = energies.size <= 4
        high = max(10 * low, 1.5 * float(energies.max()))
        return plot_trident_energy(
            channels,
            self.target,
            np.geomspace(low, high, 60) if few else energies,
            model=self.model,
            form_factor=self.setting.form_factor,
            marks=energies if few else (),
        )
