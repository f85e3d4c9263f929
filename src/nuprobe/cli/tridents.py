"""Options of a trident calculation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from nuprobe.cli.options import grouped, target_spec
from nuprobe.cli.specs import FLUX_OPTIONS, SourceSpec, energy_option

if TYPE_CHECKING:
    from nuprobe.events.generator import Generator
    from nuprobe.models import LeptonModel

_REGIMES = (
    "coherent",
    "proton",
    "neutron",
    "incoherent",
    "elastic",
    "inelastic",
    "electron",
    "all",
)


@dataclass(frozen=True)
class TridentSpec:
    """Settings of a trident cross section.

    Attributes
    ----------
    regime : target of the production.
    form_factor : name of the charge form factor, or None for the default.
    no_pauli : without Pauli blocking.
    nucleon_form_factors : ``kelly`` or ``dipole``.
    """

    regime: str
    form_factor: str | None
    no_pauli: bool
    nucleon_form_factors: str

    @property
    def nucleus(self) -> dict[str, Any]:
        """Keywords of the library functions."""
        return {
            "form_factor": self.form_factor,
            "pauli": not self.no_pauli,
            "nucleon_form_factors": self.nucleon_form_factors,
        }


_NUCLEUS_OPTIONS = (
    click.option(
        "--form-factor",
        help=(
            "Charge form factor, with the measured charge radius [default:"
            " Fourier-Bessel density if measured]."
        ),
    ),
    click.option("--no-pauli", is_flag=True, help="No Pauli blocking of the nucleons."),
    click.option(
        "--nucleon-form-factors",
        type=click.Choice(["kelly", "dipole"]),
        default="kelly",
        show_default=True,
        help="For elastic scattering on nucleons.",
    ),
)

trident_options = grouped(
    "setting",
    TridentSpec,
    click.option(
        "--regime", type=click.Choice(_REGIMES), default="all", show_default=True
    ),
    *_NUCLEUS_OPTIONS,
)
"""Add ``--regime``, ``--form-factor``, ``--no-pauli`` and ``--nucleon-form-factors``,
as `TridentSpec` ``setting``."""


@dataclass(frozen=True)
class GeneratorSpec:
    """Options of a generator of trident events other than the model.

    Attributes
    ----------
    channels : texts such as ``nu_mu -> nu_e e+ mu-``.
    target_text : as typed, or None.
    energy, flux_name, flux_option : as in `SourceSpec`.
    regime, form_factor, no_pauli, nucleon_form_factors : as in `TridentSpec`.
    nucleons : ``rest`` or ``fermi-gas``.
    seed : of all random numbers.
    """

    channels: tuple[str, ...]
    target_text: str | None
    energy: str | None
    flux_name: str | None
    flux_option: tuple[str, ...]
    regime: str
    form_factor: str | None
    no_pauli: bool
    nucleon_form_factors: str
    nucleons: str
    seed: int

    def build(self, model: LeptonModel) -> Generator:
        """Return the generator of events, weighted by `model`."""
        from nuprobe.events import trident
        from nuprobe.processes.trident import channel

        source = SourceSpec(self.energy, self.flux_name, self.flux_option)
        channels = [channel(text) for text in self.channels]
        return trident(
            channels,
            None if self.target_text is None else target_spec(self.target_text),
            source.one(),
            model=model,
            regime=self.regime,
            form_factor=self.form_factor,
            pauli=not self.no_pauli,
            nucleon_form_factors=self.nucleon_form_factors,
            nucleons=self.nucleons,
            seed=self.seed,
        )


generator_options = grouped(
    "generator",
    GeneratorSpec,
    click.option(
        "--channel",
        "channels",
        multiple=True,
        required=True,
        help="Such as 'nu_mu -> nu_e e+ mu-'; repeatable.",
    ),
    click.option(
        "--target",
        "target_text",
        help="As for xsec; not needed for --regime electron.",
    ),
    energy_option("Energy of every neutrino, e.g. '5 GeV'."),
    *FLUX_OPTIONS,
    click.option(
        "--regime",
        type=click.Choice(_REGIMES),
        default="all",
        show_default=True,
        help="all = elastic (on nuclei and nucleons) + inelastic (nucleon break-up).",
    ),
    *_NUCLEUS_OPTIONS,
    click.option(
        "--nucleons",
        type=click.Choice(["rest", "fermi-gas"]),
        default="rest",
        show_default=True,
    ),
    click.option(
        "--seed",
        type=click.IntRange(0),
        default=1,
        show_default=True,
        help="Seed of all random numbers.",
    ),
)
"""Add channels, target, energy or flux, regime, nucleons and seed, as `GeneratorSpec`
``generator``; `model_options` and ``--workers`` are separate."""
