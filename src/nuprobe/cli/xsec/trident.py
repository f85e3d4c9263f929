"""``nuprobe xsec trident``: neutrino trident production."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nuprobe.cli.options import grouped, target_spec
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.cli.specs import (
    ModelSpec,
    SourceSpec,
    TridentSpec,
    model_options,
    source_options,
    trident_options,
)
from nuprobe.errors import InputError
from nuprobe.tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nuprobe.fluxes import Flux
    from nuprobe.models import LeptonModel
    from nuprobe.nuclei import TargetSpec
    from nuprobe.numerics import FloatArray
    from nuprobe.processes.trident import Channel


@dataclass(frozen=True)
class MediatorSpec:
    """Short forms of ``--param``, and contact operators.

    Attributes
    ----------
    mass, coupling, mixing : of the model's mediator, as typed, or None.
    wcxf : file of contact operators added to the model, or None.
    """

    mass: str | None
    coupling: float | None
    mixing: str | None
    wcxf: Path | None

    def build(self, model: ModelSpec) -> LeptonModel:
        """Return the model with these parameters."""
        from nuprobe.models import read_wcxf
        from nuprobe.models.named import model_fields

        pairs = {"mass": self.mass, "coupling": self.coupling, "mixing": self.mixing}
        given = {key: value for key, value in pairs.items() if value is not None}
        known = {f.name for f in model_fields(model.model)}
        for key in given:
            if key not in known:
                raise InputError(
                    f"--{key} requires a model with that parameter, such as --model"
                    f" lmu-ltau; got {model.model}"
                )
        params = (*model.params, *(f"{k}={v}" for k, v in given.items()))
        chosen = replace(model, params=params).leptons()
        return chosen if self.wcxf is None else read_wcxf(self.wcxf, chosen)


_mediator_options = grouped(
    "mediator",
    MediatorSpec,
    click.option("--mass", help="Short for --param mass=..., e.g. '10 MeV'."),
    click.option("--coupling", type=float, help="Short for --param coupling=..."),
    click.option(
        "--mixing",
        help="Short for --param mixing=...: kinetic mixing, a number or loop.",
    ),
    click.option(
        "--wcxf",
        type=click.Path(path_type=Path),
        help="Contact operators from a WCxf file, added to the model.",
    ),
)


@click.command(
    "trident",
    epilog="""\b
Examples:
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Fe56 --energy "160 GeV" --regime all
  nuprobe xsec trident --channel "nu_e -> nu_e e+ e-" --target Ar40 --energy "1:100:9:log GeV" --json
  nuprobe xsec trident --channel "nu_mu -> nu_mu mu+ mu-" --target Ar40 --flux dune-nd-fhc""",  # noqa: E501
)
@click.option("--channel", required=True, help="Such as 'nu_mu -> nu_e e+ mu-'.")
@click.option(
    "--target", "target_text", help="As for cevns; not needed for --regime electron."
)
@source_options("'30 GeV', '10, 20 GeV' or 'start:stop:count[:log] GeV'.")
@trident_options
@model_options
@_mediator_options
@plot_option("Save sigma/E by regime (pdf, png, svg).")
@output_options
def trident_command(
    channel: str,
    target_text: str | None,
    source: SourceSpec,
    setting: TridentSpec,
    model: ModelSpec,
    mediator: MediatorSpec,
    plot: Path | None,
    out: Output,
) -> None:
    """Neutrino trident production: σ(E) per nucleus, nucleon or electron, with its
    numerical error."""
    from nuprobe.processes import trident

    pair = _Pair(
        trident.channel(channel),
        None if target_text is None else target_spec(target_text),
        mediator.build(model),
        setting,
        target_text or setting.regime,
    )
    flux = source.flux()
    if plot is not None:
        if flux is not None:
            raise InputError("--plot requires --energy")
        if pair.target is None:
            raise InputError("--plot needs --target")
    if flux is not None:
        return out.table(pair.average(flux))
    energies = source.energies()
    table = pair.totals(energies)
    save_plot(lambda: pair.figure(energies), plot)
    return out.table(table)


@dataclass(frozen=True)
class _Pair:
    """Production of a lepton pair on a target."""

    channel: Channel
    target: TargetSpec | None
    model: LeptonModel
    setting: TridentSpec
    where: str

    @property
    def title(self) -> str:
        return f"{self.channel.name} on {self.where}, {self.setting.regime}"

    def average(self, flux: Flux) -> Table:
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
            (
                self.couplings(),
                *(f"form factor of {k}: {v}" for k, v in mean.form_factors.items()),
            ),
        )

    def totals(self, energies: FloatArray) -> Table:
        import numpy as np

        from nuprobe.models import StandardModel
        from nuprobe.processes import trident
        from nuprobe.units import GeV

        # with the same nodes, the ratio of the Standard Model is 1
        total, standard = (
            trident.total(
                energies,
                self.channel,
                self.target,
                model,
                self.setting.regime,
                with_error=True,
                **self.setting.nucleus,
            )
            for model in (self.model, StandardModel())
        )
        start = trident.threshold_energy(self.channel, self.target, self.setting.regime)
        mediators = self.model.lepton_couplings(self.channel.vertex).mediators
        silent = hasattr(self.model, "mass") and not any(
            np.any(m.strength) for m in mediators
        )
        return Table(
            f"{self.title}, per {total.per}",
            ("E [GeV]", "sigma [cm2]", "error [cm2]", "ratio to SM", "below threshold"),
            tuple(
                (
                    float(e / GeV),
                    float(s),
                    float(d),
                    float(s / b) if b > 0 else None,
                    bool(e <= start),
                )
                for e, s, d, b in zip(
                    energies, total.value, total.error, standard.value, strict=True
                )
            ),
            {"sigma [cm2]": ".6e", "error [cm2]": ".1e"},
            (
                f"threshold {start / GeV:.6g} GeV",
                *(["the mediator does not couple in this channel"] if silent else []),
                self.couplings(),
                *(f"form factor of {k}: {v}" for k, v in total.form_factors.items()),
            ),
        )

    def couplings(self) -> str:
        """Return V and A of the channel, and the weak mixing angles behind the
        columns."""
        from nuprobe.models import StandardModel
        from nuprobe.processes import trident

        here = self.model.lepton_couplings(self.channel.vertex)
        used = trident.weak_angle(self.model)
        angle = "" if used is None else f", sin2 theta_W = {used:g}"
        name = getattr(self.model, "name", type(self.model).__name__)
        return (
            f"couplings of {name}: V = {float(here.vector):.6g}, A ="
            f" {float(here.axial):.6g}{angle}; SM of the ratio: sin2 theta_W ="
            f" {StandardModel().lepton_sin2:g}"
        )

    def figure(self, energies: FloatArray) -> Figure:
        import numpy as np

        from nuprobe.plotting import plot_trident_energy
        from nuprobe.processes import trident

        assert self.target is not None  # checked before anything was computed
        low = 1.02 * trident.threshold_energy(self.channel, self.target, "coherent")
        few = energies.size <= 4
        high = max(10 * low, 1.5 * float(energies.max()))
        return plot_trident_energy(
            [self.channel],
            self.target,
            np.geomspace(low, high, 60) if few else energies,
            model=self.model,
            form_factor=self.setting.form_factor,
            marks=energies if few else (),
        )
