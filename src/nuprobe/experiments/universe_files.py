"""The format of ``experiment.toml`` for measurements of the early universe."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format import Energy, FileHeader
from nuprobe.schema import Strict

__all__ = ["UniverseFile", "UniverseMeasurement"]

Measured = tuple[PositiveFloat, PositiveFloat]


class UniverseInputs(Strict):
    """Assumptions of the prediction; value and error become nuisances."""

    flavour_mixing: Literal["none", "full"] = Field(
        default="full",
        description="whether oscillations keep the three neutrinos at one temperature",
    )
    rates: str = Field(default="primat-2023", description="nuclear rate set")
    weak: Literal["born", "finite mass", "full"] = Field(
        default="full", description="corrections of the rates of n <-> p"
    )
    nuclear_qed: bool = Field(
        default=False, description="electron pairs from captures in addition to photons"
    )
    omega_b: Measured = Field(description="density of baryons and its error")
    tau_n: Measured = Field(description="lifetime of the neutron and its error, s")
    rate_errors: bool = Field(
        default=True, description="errors of the nuclear rates as nuisances"
    )
    t_max: Energy | None = Field(
        default=None,
        description="Dirac moments: temperature without right-handed neutrinos",
    )


class UniverseMeasurement(Strict):
    """Measured abundances and N_eff, each a value and its error."""

    title: str = Field(description="title of the analysis, for plots and reports")
    kind: Literal["measurement", "projection"] = Field(
        default="measurement", description="measured, or assumed in a projection"
    )
    y_p: Measured | None = Field(default=None, description="4 n(4He)/n_b")
    d_h: Measured | None = Field(default=None, description="D per proton")
    he3_h: Measured | None = Field(default=None, description="3He per proton")
    li7_h: Measured | None = Field(default=None, description="7Li per proton")
    n_eff: Measured | None = Field(
        default=None, description="effective number of neutrinos"
    )
    references: list[str] = Field(
        default=[], description="texkeys of the papers that publish the numbers"
    )
    notes: str = Field(default="", description="remarks")

    @model_validator(mode="after")
    def _check(self) -> UniverseMeasurement:
        if not self.data():
            raise InputError(
                "an analysis needs at least one of y_p, d_h, he3_h, li7_h and n_eff"
            )
        return self

    def data(self) -> dict[str, Measured]:
        """Measured values and errors by name."""
        names = ("y_p", "d_h", "he3_h", "li7_h", "n_eff")
        given = {name: getattr(self, name) for name in names}
        return {name: value for name, value in given.items() if value is not None}


class UniverseFile(FileHeader):
    """Contents of ``experiment.toml`` with ``process = "early-universe"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : ``"early-universe"``.
    shares_data_with : experiments with some of the same data.
    universe : assumptions of the prediction.
    analyses : measured abundances by name.
    """

    URN = "early-universe:1"

    schema_version: Literal[1]
    process: Literal["early-universe"]
    universe: UniverseInputs
    analyses: dict[str, UniverseMeasurement] = Field(
        min_length=1, description="the first one is the default"
    )
