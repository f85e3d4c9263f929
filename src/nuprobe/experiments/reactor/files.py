"""The format of ``experiment.toml`` for rates of inverse beta decay at reactors."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format import Energy, FileHeader
from nuprobe.schema import Strict

__all__ = [
    "IsotopeErrors",
    "RateAnalysis",
    "ReactorBump",
    "ReactorFile",
    "ReactorFlux",
]

Form = Literal["strumia-vissani", "strumia-vissani-tree", "vogel-beacom"]


class ReactorFlux(Strict):
    """A flux of fissions, and the cross section that it is folded with.

    Attributes
    ----------
    name : of the flux, or a folder next to the file.
    options : of the flux, without fractions.
    cross_section : form of that of inverse beta decay.
    """

    name: str = Field(
        default="reactor",
        description="a flux with option fractions, or './folder' next to the file",
    )
    options: dict[str, Any] = Field(
        default={}, description="options of the flux but fractions, e.g. its model"
    )
    cross_section: Form = Field(
        default="vogel-beacom", description="of inverse beta decay"
    )

    @model_validator(mode="after")
    def _check(self) -> ReactorFlux:
        if "fractions" in self.options:
            raise InputError("fractions are columns of the tables: remove the option")
        return self


class ReactorBump(Strict):
    """Shape of the excess; its amplitude is the parameter `bump`.

    Attributes
    ----------
    centre, width : of the Gaussian in neutrino energy, with their unit.
    """

    centre: Energy = "5.8 MeV"
    width: Energy = "0.6 MeV"


class IsotopeErrors(Strict):
    """Errors of the yields, profiled in the analyses that request it.

    Attributes
    ----------
    name : experiments that use one name share the errors.
    isotopes : which have errors, in the order of the two others.
    relative : standard deviations of the yields.
    correlation : their matrix of correlations.
    """

    name: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$",
        description="experiments that use one name share the errors",
    )
    isotopes: list[str] = Field(min_length=1)
    relative: list[PositiveFloat] = Field(
        description="relative standard deviation of each yield"
    )
    correlation: list[list[float]] | None = Field(
        default=None, description="matrix of correlations; default none"
    )

    @model_validator(mode="after")
    def _check(self) -> IsotopeErrors:
        n = len(self.isotopes)
        if len(set(self.isotopes)) < n:
            raise InputError("isotopes: list each one once")
        if len(self.relative) != n:
            raise InputError(f"relative: {n} isotopes, {len(self.relative)} numbers")
        if self.correlation is not None and (
            len(self.correlation) != n or any(len(row) != n for row in self.correlation)
        ):
            raise InputError(f"correlation: {n} rows of {n} numbers are needed")
        return self


class RateAnalysis(Strict):
    """Measured over expected rates, with their covariance.

    Attributes
    ----------
    title, references, notes : for the reader.
    table, covariance : files with the measurements and their covariance.
    sets : selected rows of the table; all if empty.
    flux_errors : whether the errors of the isotopes are profiled.
    abscissa : horizontal axis of figures.
    """

    title: str = Field(description="title of the analysis, for plots and reports")
    table: str = Field(
        description=(
            "one row per measurement: name, set, baseline and spread (m), the fraction"
            " of each isotope, and ratio"
        )
    )
    covariance: str = Field(
        description=(
            "columns row, column (from 1) and covariance of the ratios, one triangle;"
            " what is missing is 0"
        )
    )
    sets: list[str] = Field(
        default=[], description="only rows with these names in the column set"
    )
    flux_errors: bool = Field(
        default=True, description="whether the errors of the isotopes are profiled"
    )
    abscissa: Literal["baseline", "fraction"] = Field(
        default="baseline",
        description="what figures show the ratios over: distance, or share of Pu239",
    )
    references: list[str] = []
    notes: str = ""


class ReactorFile(FileHeader):
    """Contents of ``experiment.toml`` with ``process = "reactor-rates"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : ``"reactor-rates"``.
    shares_data_with : experiments with some of the same events.
    isotopes : fissioning isotopes, columns of the tables.
    flux : used for the prediction.
    measured_with : flux and cross section that the column `ratio` is relative to, for
        no oscillation at all.
    cell : width of the cells of neutrino energy.
    bump : shape of the excess at 5 MeV.
    errors : of the yields.
    analyses : measured rates by name.
    """

    URN = "reactor-rates:1"

    schema_version: Literal[1]
    process: Literal["reactor-rates"]
    isotopes: list[str] = Field(
        default=["U235", "U238", "Pu239", "Pu241"], min_length=1
    )
    flux: ReactorFlux = ReactorFlux()
    measured_with: ReactorFlux = ReactorFlux()
    cell: Energy = "10 keV"
    bump: ReactorBump = ReactorBump()
    errors: IsotopeErrors | None = None
    analyses: dict[str, RateAnalysis] = Field(
        min_length=1, description="the first one is the default"
    )

    @model_validator(mode="after")
    def _check(self) -> ReactorFile:
        if self.errors is None and any(a.flux_errors for a in self.analyses.values()):
            raise InputError(
                "an analysis profiles flux errors, but the file has none: add them,"
                " or set flux_errors = false"
            )
        return self
