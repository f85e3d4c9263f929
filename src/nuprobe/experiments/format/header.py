"""The header of every ``experiment.toml``, and its JSON Schema."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

from pydantic import Field

from nuprobe.schema import Strict

__all__ = ["FileHeader"]


class FileHeader(Strict):
    """The header of every ``experiment.toml``.

    Attributes
    ----------
    schema_version : of the format.
    name, title, references, notes : names, texkeys and remarks.
    process : what was measured.
    shares_data_with : experiments with some of the same events.
    """

    URN: ClassVar[str]
    """Name of the format with its version, of the JSON Schema."""

    schema_version: int
    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        description="its own: lower-case letters, digits and hyphens",
    )
    title: str = Field(description="in words, for tables and figures")
    process: str
    references: list[str] = Field(
        default=[], description="texkeys of INSPIRE, of the numbers that are here"
    )
    notes: str = Field(default="", description="remarks in words")
    shares_data_with: list[str] = Field(
        default=[],
        description="names of experiments with some of the same data, never combined",
    )

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """JSON Schema of the file.

        Examples
        --------
        >>> from nuprobe.experiments.format import ExperimentFile
        >>> ExperimentFile.json_schema()["$id"]
        'urn:nuprobe:experiment:2'
        """
        said = inspect.getdoc(cls) or ""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:nuprobe:{cls.URN}",
            **cls.model_json_schema(),
            "description": said.partition("\n\n")[0],
        }
