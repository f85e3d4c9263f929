"""The format of ``experiment.toml`` for the tip of a red-giant branch."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, FiniteFloat, PositiveFloat

from nuprobe.schema import Strict

__all__ = ["StarFile", "StarMeasurement", "star_json_schema"]

Magnitude = tuple[FiniteFloat, PositiveFloat]


class StarInputs(Strict):
    """What the prediction assumes; the error becomes a nuisance."""

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


class StarFile(Strict):
    """Contents of ``experiment.toml`` with ``process = "red-giants"``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : what it is called, whose it is, remarks.
    process : ``"red-giants"``.
    shares_data_with : experiments with some of the same data.
    star : what the prediction assumes.
    analyses : measured tips by name.
    """

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    process: Literal["red-giants"]
    references: list[str] = []
    notes: str = ""
    shares_data_with: list[str] = Field(
        default=[],
        description="names of experiments with some of the same data, never combined",
    )
    star: StarInputs
    analyses: dict[str, StarMeasurement] = Field(
        min_length=1, description="the first one is the default"
    )


def star_json_schema() -> dict[str, Any]:
    """JSON Schema of ``experiment.toml`` with ``process = "red-giants"``.

    Examples
    --------
    >>> star_json_schema()["$id"]
    'urn:nuprobe:red-giants:1'
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:nuprobe:red-giants:1",
        **StarFile.model_json_schema(),
    }
