"""The format of ``experiment.toml`` for a measurement of, or a projection for, neutrino
tridents."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format import Energy, FileHeader, Mass
from nuprobe.flavours import flavour
from nuprobe.schema import Strict

__all__ = [
    "TridentCounts",
    "TridentFile",
    "TridentMeasurement",
]


class TridentTarget(Strict):
    """The target of the neutrinos."""

    material: str | dict[str, PositiveFloat] = Field(
        description="'Fe', 'natural Ar', or a mixture by number"
    )
    mass: Mass | None = Field(default=None, description="needed for event rates only")
    form_factor: str | None = Field(
        default=None, description="default: measured charge densities"
    )
    pauli: bool = Field(
        default=True, description="include Pauli blocking in incoherent scattering"
    )
    nucleon_form_factors: Literal["kelly", "dipole"] = Field(
        default="kelly", description="of nucleons in incoherent scattering"
    )


class TridentBeam(Strict):
    """One of several beams that ran in turn."""

    exposure: PositiveFloat = Field(
        default=1.0, description="relative number of units, e.g. of protons on target"
    )
    flavour: str | None = Field(
        default=None, description="what the published mean energy is of"
    )
    mean_energy: Energy | None = Field(
        default=None, description="published mean energy of that flavour"
    )

    @model_validator(mode="after")
    def _check(self) -> TridentBeam:
        if (self.flavour is None) != (self.mean_energy is None):
            raise InputError("flavour and mean_energy belong together: give both")
        if self.flavour is not None:
            flavour(self.flavour)
        return self


class TridentFlux(Strict):
    """The beam: one flux of the package, several, or one energy."""

    name: str | None = Field(
        default=None,
        description="a flux of the package, or './folder' next to experiment.toml",
    )
    beams: dict[str, TridentBeam] = Field(
        default={}, description="several fluxes of the package, by name, added"
    )
    options: dict[str, Any] = Field(
        default={}, description="options of the flux, e.g. { model = 'B16-GS98' }"
    )
    energy: Energy | None = Field(
        default=None, description="one energy instead of a spectrum"
    )
    flavours: dict[str, PositiveFloat] = Field(
        default={},
        description=(
            "with one energy: relative number of each flavour, e.g. { nu_mu = 1 }"
        ),
    )
    exposure: PositiveFloat | None = Field(
        default=None, description="units of the flux, e.g. protons on target, in all"
    )

    @model_validator(mode="after")
    def _check(self) -> TridentFlux:
        given = [self.name is not None, self.energy is not None, bool(self.beams)]
        if sum(given) != 1:
            raise InputError("give either name (a spectrum), beams (several) or energy")
        if (self.energy is not None) != bool(self.flavours):
            raise InputError("flavours require a single energy: give both or neither")
        if self.name is None and self.options:
            raise InputError("options require a flux with a name; remove them")
        for name in self.flavours:
            flavour(name)
        return self


class TridentCounts(Strict):
    """Published numbers of events behind a ratio: value and error."""

    observed: tuple[PositiveFloat, PositiveFloat] = Field(
        description="events after subtraction of the background, and their error"
    )
    expected: dict[str, tuple[PositiveFloat, PositiveFloat]] = Field(
        description="events by name of a model, and their error; sm is needed"
    )

    @model_validator(mode="after")
    def _check(self) -> TridentCounts:
        if "sm" not in self.expected:
            raise InputError("expected needs the Standard Model events, sm")
        return self


class TridentMeasurement(Strict):
    """Observed over expected: measured, or assumed in a projection."""

    title: str = Field(description="title of the analysis, for plots and reports")
    kind: Literal["measurement", "projection"] = Field(
        description="measured, or assumed in a projection"
    )
    ratio: float = Field(description="cross section over that of the Standard Model")
    plus: PositiveFloat = Field(
        description="upper error of the ratio, one standard deviation"
    )
    minus: PositiveFloat = Field(
        description=(
            "lower error of the ratio, one standard deviation, as a positive number"
        )
    )
    counts: TridentCounts | None = Field(
        default=None, description="events observed and expected, if published"
    )
    references: list[str] = Field(
        default=[], description="texkeys of the papers that publish the ratio"
    )
    notes: str = Field(default="", description="remarks")


class TridentFile(FileHeader):
    """Contents of ``experiment.toml`` with ``process = "trident"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : ``"trident"``.
    shares_data_with : experiments with some of the same events.
    pair : flavour of the charged leptons.
    regime : ``"coherent"``, ``"incoherent"``, ``"elastic"`` (both), ``"inelastic"``
        (nucleon break-up) or ``"all"``.
    target, flux : target and source.
    analyses : measured or assumed ratios by name.
    """

    URN = "trident:1"

    schema_version: Literal[1]
    process: Literal["trident"]
    pair: Literal["e", "mu", "tau"] = Field(
        description="flavour of the charged pair, ν ℓ+ ℓ-"
    )
    regime: Literal["coherent", "incoherent", "elastic", "inelastic", "all"]
    target: TridentTarget
    flux: TridentFlux
    analyses: dict[str, TridentMeasurement] = Field(
        min_length=1, description="the first one is the default"
    )
