"""The format of ``experiment.toml`` for solar neutrinos, and for KamLAND's constraint
on the same mixing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format import FileHeader
from nuprobe.schema import Strict

__all__ = [
    "ElasticLines",
    "ElasticSpectrum",
    "Luminosity",
    "OscillationMap",
    "Radiochemical",
    "SolarAnalysis",
    "SolarFile",
    "SurvivalPolynomial",
]


class Radiochemical(Strict):
    """Captures on a nucleus, counted without their energy, in SNU (1e-36 per second
    and atom)."""

    kind: Literal["radiochemical"] = Field(description="of the measurement")
    cross_section: str = Field(
        description="table: energy (MeV), sigma (1e-46 cm2) and relative error of it"
    )
    threshold: PositiveFloat = Field(description="MeV")
    daughter_z: int = Field(description="charge of the nucleus that is made")
    mass_number: int = Field(description="of both nuclei")


class SurvivalPolynomial(Strict):
    """A flux of 8B neutrinos and polynomials of the survival probability: by day c0 +
    c1 (E - E0) + c2 (E - E0)^2, and of the asymmetry of night and day a0 + a1 (E -
    E0)."""

    kind: Literal["survival-polynomial"] = Field(description="of the measurement")
    spectrum: str = Field(
        description="table: energy (MeV), day, night: detected without oscillation"
    )
    centre: PositiveFloat = Field(description="E0, MeV")
    flux_unit: PositiveFloat = Field(description="of the flux among the data, 1/cm2/s")
    l1a_reference: dict[str, float] = Field(
        description="L_1A (fm3) of the cross sections that the data were found with"
    )

    @model_validator(mode="after")
    def _check(self) -> SurvivalPolynomial:
        if set(self.l1a_reference) != {"resummed", "nnlo"}:
            raise InputError(
                "l1a_reference needs the value in both schemes, resummed and nnlo"
            )
        return self


class ElasticSpectrum(Strict):
    """Elastic scattering on electrons in bins of energy, over the expectation without
    oscillation."""

    kind: Literal["elastic-spectrum"] = Field(description="of the measurement")
    rates: str = Field(
        description="table: low, high (MeV), observed, error, b8, hep: rates; then"
        " relative systematic errors, one column each"
    )
    energy: Literal["kinetic", "total"] = Field(description="of the bins")
    resolution: tuple[float, float, float] = Field(
        description="sigma = a + b sqrt(E) + c E, MeV, E the total energy"
    )
    reference: dict[Literal["8B", "hep"], PositiveFloat] = Field(
        description="fluxes of the expected rates, 1/cm2/s"
    )
    systematics: list[str] = Field(
        default=[], description="columns of the table: relative errors of one sign"
    )
    shared: list[str] = Field(
        default=[], description="of those, what other experiments have too, by name"
    )
    normalisation: PositiveFloat = Field(description="relative error of all rates")


class ElasticLines(Strict):
    """Rates of elastic scattering by kind of solar neutrino."""

    kind: Literal["elastic-lines"] = Field(description="of the measurement")
    electrons: PositiveFloat = Field(description="electrons of the mass of the rates")
    kinds: list[tuple[str, float]] = Field(
        description="kind and smallest kinetic energy of the electron, MeV"
    )
    period: PositiveFloat = Field(description="seconds that the rates are counted in")


class OscillationMap(Strict):
    """A published table of Delta chi2 over tan2_12 and dm2_21."""

    kind: Literal["oscillation-map"] = Field(description="of the measurement")
    table: str = Field(description="table: tan2_12, dm2_21 (eV2), delta")


class Luminosity(Strict):
    """The energy released by the nuclear reactions behind the fluxes, over the
    luminosity of the Sun."""

    kind: Literal["luminosity"] = Field(description="of the measurement")
    luminosity: PositiveFloat = Field(description="MeV/cm2/s at the Earth")
    energies: dict[str, PositiveFloat] = Field(
        description="MeV released as light for each neutrino of a kind"
    )


Measurement = Annotated[
    Radiochemical
    | SurvivalPolynomial
    | ElasticSpectrum
    | ElasticLines
    | OscillationMap
    | Luminosity,
    Field(discriminator="kind"),
]


class Sun(Strict):
    """The solar model, and the conversion of neutrinos in the Sun."""

    model: Literal["B16-GS98", "B16-AGSS09met", "BS05-OP"] = "B16-GS98"
    free: list[str] = Field(
        default=[], description="kinds whose flux the solar model does not constrain"
    )
    crossing: Literal["none", "parke", "exponential"] = Field(
        default="none", description="jumps between mass states at the resonance"
    )
    region: Literal["lma", "all"] = Field(
        default="lma", description="of mixing that may be asked for"
    )


class Earth(Strict):
    """Regeneration in the Earth at night."""

    regeneration: bool = Field(default=True, description="matter of the Earth")
    latitude: float = Field(description="of the detector, degrees", ge=-90, le=90)


class SolarAnalysis(Strict):
    """Measured values and their errors, if they are not in a table."""

    title: str = Field(description="for tables and plots")
    names: list[str] = Field(
        default=[], description="of the values; none where a table has them"
    )
    values: list[float] = []
    errors: list[PositiveFloat] = Field(default=[], description="above the value")
    below: list[PositiveFloat] | None = Field(
        default=None, description="errors below, if others"
    )
    correlation: list[list[float]] | None = Field(
        default=None, description="of the values, a row each"
    )
    unit: str = Field(default="", description="of the values")
    references: list[str] = Field(default=[], description="texkeys")
    notes: str = Field(default="", description="remarks")

    @model_validator(mode="after")
    def _check(self) -> SolarAnalysis:
        sizes = {len(self.values), len(self.errors)}
        if self.below is not None:
            sizes.add(len(self.below))
        if self.correlation is not None:
            sizes |= {len(self.correlation), *map(len, self.correlation)}
        if len(sizes) > 1 or (self.values and len(self.values) != len(self.names)):
            raise InputError(
                "names, values, errors and correlation belong together:"
                f" {len(self.names)} names, {len(self.values)} values,"
                f" {len(self.errors)} errors; give one of each per value"
            )
        return self


class SolarFile(FileHeader):
    """Contents of ``experiment.toml`` with ``process = "solar"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : ``"solar"``.
    shares_data_with : experiments with some of the same events.
    target : of the neutrinos.
    measurement : the measurement, and the inputs of its prediction.
    sun, earth : the solar model, and matter along the path.
    analyses : measured values by name.
    """

    URN = "solar:1"

    schema_version: Literal[1]
    process: Literal["solar"]
    target: str = Field(description="what the neutrinos hit, such as 'D2O'")
    measurement: Measurement
    sun: Sun = Sun()
    earth: Earth | None = Field(
        default=None, description="absent where nothing passes through it"
    )
    analyses: dict[str, SolarAnalysis] = Field(
        min_length=1, description="the first one is the default"
    )
