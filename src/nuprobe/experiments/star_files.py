"""The format of ``experiment.toml`` for the tip of a red-giant branch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, FiniteFloat, PositiveFloat

from nuprobe.experiments.format import FileHeader
from nuprobe.schema import Strict

__all__ = ["StarFile", "StarMeasurement"]

Magnitude = tuple[FiniteFloat, PositiveFloat]


class StarInputs(Strict):
    """Assumptions of the prediction; the error becomes a nuisance."""

    theory: Magnitude = Field(
        description="M_I of the tip without magnetic moments, and its error"
    )
    counting: Literal["pairs", "matrix"] = Field(
        default="pairs",
        description="pairs in the final state, or the sum over both orders also for"
        " Majorana neutrinos",
    )


class StarMeasurement(Strict):
    """A measured tip."""

    title: str = Field(description="title of the analysis, for plots and reports")
    kind: Literal["measurement", "projection"] = Field(
        default="measurement", description="measured, or assumed in a projection"
    )
    tip: Magnitude = Field(description="M_I of the tip, and its error")
    references: list[str] = Field(
        default=[], description="texkeys of the papers that publish the numbers"
    )
    notes: str = Field(default="", description="remarks")


class StarFile(FileHeader):
    """Contents of ``experiment.toml`` with ``process = "red-giants"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : ``"red-giants"``.
    shares_data_with : experiments with some of the same data.
    star : assumptions of the prediction.
    analyses : measured tips by name.
    """

    URN = "red-giants:1"

    schema_version: Literal[1]
    process: Literal["red-giants"]
    star: StarInputs
    analyses: dict[str, StarMeasurement] = Field(
        min_length=1, description="the first one is the default"
    )
