"""The format of ``experiment.toml`` for a measurement of, or a projection for, neutrino
tridents."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format import Energy, Mass
from nuprobe.flavours import flavour
from nuprobe.schema import Strict

__all__ = ["TridentFile", "trident_json_schema"]


class TridentTarget(Strict):
    """What the neutrinos hit."""

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


class TridentFlux(Strict):
    """The beam: a flux of the package or one energy."""

    name: str | None = Field(
        default=None,
        description="a flux of the package, or './folder' beside experiment.toml",
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
        if (self.name is None) == (self.energy is None):
            raise InputError("give either name (a spectrum) or energy")
        if (self.energy is not None) != bool(self.flavours):
            raise InputError("flavours belong to one energy: give both or neither")
        if self.energy is not None and self.options:
            raise InputError("options belong to a flux with a name; remove them")
        for name in self.flavours:
            flavour(name)
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
    references: list[str] = Field(
        default=[], description="texkeys of the papers that publish the ratio"
    )
    notes: str = Field(default="", description="remarks")


class TridentFile(Strict):
    """Contents of ``experiment.toml`` with ``process = "trident"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : what it is called, whose it is, remarks.
    process : ``"trident"``.
    shares_data_with : experiments with some of the same events.
    pair : flavour of the charged leptons.
    regime : ``"coherent"``, ``"incoherent"``, ``"elastic"`` (both), ``"inelastic"``
        (broken nucleons) or ``"all"``.
    target, flux : what is hit, and by what.
    analyses : measured or assumed ratios by name.
    """

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    process: Literal["trident"]
    references: list[str] = []
    notes: str = ""
    shares_data_with: list[str] = Field(
        default=[],
        description="names of experiments with some of the same events, never combined",
    )
    pair: Literal["e", "mu", "tau"] = Field(
        description="flavour of the charged pair, ν ℓ+ ℓ-"
    )
    regime: Literal["coherent", "incoherent", "elastic", "inelastic", "all"]
    target: TridentTarget
    flux: TridentFlux
    analyses: dict[str, TridentMeasurement] = Field(
        min_length=1, description="the first one is the default"
    )


def trident_json_schema() -> dict[str, Any]:
    """JSON Schema of ``experiment.toml`` with ``process = "trident"``.

    Examples
    --------
    >>> trident_json_schema()["$id"]
    'urn:nuprobe:trident:1'
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:nuprobe:trident:1",
        **TridentFile.model_json_schema(),
    }
