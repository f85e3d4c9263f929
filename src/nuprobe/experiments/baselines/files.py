"""The format of ``experiment.toml`` for disappearance over short baselines."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format import Energy, FileHeader, Length
from nuprobe.flavours import flavour
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity

__all__ = [
    "BaselineAnalysis",
    "BaselineDetector",
    "BaselineFile",
    "BaselineLine",
    "BaselineResponse",
    "BaselineSource",
    "Normalisation",
]


def _energy_or_zero(value: object) -> str:
    text = str(value)
    if parse_quantity(text, "energy") < 0:
        raise InputError(f"{text!r} must not be negative")
    return text


EnergyOrZero = Annotated[
    str,
    BeforeValidator(_energy_or_zero),
    Field(description="an energy with its unit; it may be 0"),
]


class BaselineLine(Strict):
    """One energy of a source of lines."""

    energy: Energy
    weight: PositiveFloat = Field(
        description="relative number of events: branching ratio times cross section"
    )


class BaselineSource(Strict):
    """The neutrinos, and the number detected at each energy without oscillations."""

    flavour: Literal["nu_e", "nubar_e"] = Field(description="at the source")
    flux: str | None = Field(
        default=None, description="a flux of the package, or './folder'"
    )
    options: dict[str, Any] = Field(default={}, description="options of the flux")
    cross_section: Literal["ibd", "none"] = Field(
        default="none",
        description="weight of each energy in addition to the flux: inverse beta decay,"
        " or 1",
    )
    lines: list[BaselineLine] = Field(
        default=[], description="instead of a flux: single energies"
    )
    energies: tuple[Energy, Energy] | None = Field(
        default=None, description="with a flux: lowest and highest neutrino energy"
    )
    cell: Energy = Field(
        default="20 keV",
        description="width of the cells of quadrature over neutrino energy",
    )

    @model_validator(mode="after")
    def _check(self) -> BaselineSource:
        if (self.flux is None) == (not self.lines):
            raise InputError("give either flux or lines")
        if (self.flux is None) != (self.energies is None):
            raise InputError("energies require a flux: give both or neither")
        if self.flux is None and (self.options or self.cross_section != "none"):
            raise InputError("options and cross_section require a flux; remove them")
        if self.energies is not None:
            low, high = (parse_quantity(e, "energy") for e in self.energies)
            if not low < high:
                raise InputError("energies must increase: lowest, then highest")
        flavour(self.flavour)
        return self


class BaselineResponse(Strict):
    """From neutrino energies to the bins of the data."""

    kind: Literal["resolution", "table", "none"] = Field(
        description="Gaussian resolution, matrices in a table, or all energies together"
    )
    offset: EnergyOrZero = Field(
        default="0 MeV", description="neutrino energy minus mean measured energy"
    )
    noise: EnergyOrZero = Field(
        default="0 MeV", description="part of sigma that does not depend on the energy"
    )
    stochastic: float = Field(
        default=0.0, ge=0, description="part of sigma/E that falls as 1/sqrt(E/MeV)"
    )
    constant: float = Field(
        default=0.0, ge=0, description="part of sigma/E that does not depend on E"
    )
    table: str | None = Field(
        default=None,
        description=(
            "columns segment, low, high of the measured energy in MeV, and one column"
            " per bin of neutrino energy, named by its lower edge in MeV"
        ),
    )
    last_edge: Energy | None = Field(
        default=None, description="upper edge of the last bin of neutrino energy"
    )
    subdivide: int = Field(
        default=4,
        ge=1,
        le=100,
        description="points of quadrature in each bin of neutrino energy",
    )

    @model_validator(mode="after")
    def _check(self) -> BaselineResponse:
        if (self.kind == "table") != (self.table is not None):
            raise InputError('table requires kind = "table": give both or neither')
        if (self.table is None) != (self.last_edge is None):
            raise InputError("last_edge requires a table: give both or neither")
        return self


class BaselineDetector(Strict):
    """Distances of one detector, or of one position, from its sources."""

    baselines: list[Length] = Field(min_length=1, description="from each source")
    weights: list[PositiveFloat] = Field(
        default=[],
        description="events of each source without oscillations; default 1/L^2",
    )
    spreads: list[Length] = Field(
        default=[],
        description=(
            "half widths of boxes over which distances are spread: core, detector"
        ),
    )

    @model_validator(mode="after")
    def _check(self) -> BaselineDetector:
        if self.weights and len(self.weights) != len(self.baselines):
            raise InputError(
                f"{len(self.baselines)} baselines need the same number of weights,"
                f" got {len(self.weights)}"
            )
        return self


class Normalisation(Strict):
    """A factor 1 + nu on the prediction, profiled in fits."""

    name: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$",
        description="experiments that use one name share one factor",
    )
    sigma: PositiveFloat | None = Field(
        default=None, description="its error; free if not given"
    )
    detectors: list[str] = Field(
        default=[], description="on which it acts; default all"
    )
    notes: str = Field(default="", description="what it stands for")


class BaselineAnalysis(Strict):
    """Gaussian data in bins with their covariance."""

    title: str = Field(description="title of the analysis, for plots and reports")
    kind: Literal["spectra", "ratio", "rates"] = Field(
        description="counts in bins, ratio of detectors, or one number per row"
    )
    table: str = Field(
        description=(
            "columns value; low and high in MeV except for rates; detector if there"
            " are several; expected (for three neutrinos, or without oscillations);"
            " sigma if there is no covariance"
        )
    )
    covariance: str | None = Field(
        default=None,
        description="columns row, column (from 1) and covariance, one triangle",
    )
    detector: str | None = Field(
        default=None, description="of all rows, if the table has no column detector"
    )
    over: str | None = Field(
        default=None, description="detector in the denominator of a ratio"
    )
    expected: PositiveFloat | None = Field(
        default=None, description="of all rows, if the table has no column expected"
    )
    relative_to: Literal["three neutrinos", "no oscillation"] = Field(
        default="no oscillation", description="what the column expected is computed for"
    )
    each_energy: bool = Field(
        default=False,
        description=(
            "the expected total of each energy bin over all detectors is the measured"
            " one: only how it is shared out counts"
        ),
    )
    unit: str = Field(default="", description="of the values, for plots")
    normalisations: list[Normalisation] = Field(
        default=[], description="factors on the prediction"
    )
    references: list[str] = Field(
        default=[], description="texkeys of the papers that publish the data"
    )
    notes: str = Field(default="", description="remarks")

    @model_validator(mode="after")
    def _check(self) -> BaselineAnalysis:
        if (self.kind == "ratio") != (self.over is not None):
            raise InputError('over requires kind = "ratio": give both or neither')
        if self.each_energy and (self.kind != "spectra" or self.normalisations):
            raise InputError(
                'each_energy requires kind = "spectra" and excludes normalisations'
            )
        return self


class BaselineFile(FileHeader):
    """Contents of ``experiment.toml`` with ``process = "oscillation"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : ``"oscillation"``.
    shares_data_with : experiments with some of the same events.
    target : of the neutrinos.
    source, response, detectors : from the source to bins.
    segments : table of many distances instead of ``detectors``: columns detector,
        segment, baseline in m, weight.
    spread : with segments: half width of a box over which every distance is spread.
    analyses : data by name.
    """

    URN = "oscillation:1"

    schema_version: Literal[1]
    process: Literal["oscillation"]
    target: str = Field(description="such as 'H' or 'Ga71'")
    source: BaselineSource
    response: BaselineResponse
    detectors: dict[str, BaselineDetector] = {}
    segments: str | None = None
    spread: Length | None = None
    analyses: dict[str, BaselineAnalysis] = Field(
        min_length=1, description="the first one is the default"
    )

    @model_validator(mode="after")
    def _check(self) -> BaselineFile:
        if (self.segments is None) == (not self.detectors):
            raise InputError("give either detectors or segments")
        if self.response.kind == "table" and self.segments is None:
            raise InputError("a response in a table needs segments")
        if self.spread is not None and self.segments is None:
            raise InputError("spread is for segments; use spreads for detectors")
        if self.response.kind == "table" and self.source.lines:
            raise InputError("a response in a table needs a flux, not lines")
        return self
