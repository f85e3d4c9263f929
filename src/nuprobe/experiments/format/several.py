"""Sections of ``experiment.toml`` on further processes and sites."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from nuprobe.schema import Strict

__all__ = ["AlsoSection", "AlsoShape", "SiteSection"]


class AlsoShape(Strict):
    """Distribution of a further process in the bins of [binning.shape].

    Attributes
    ----------
    table, column : as of [binning.shape], with the same edges.
    """

    table: str = Field(description="table with the columns of that of [binning.shape]")
    column: str | None = Field(
        default=None, description="column of the fraction; default the same"
    )


class AlsoSection(Strict):
    """A further process in the same detector.

    Attributes
    ----------
    process, options : as of the file.
    response : keys of [response] that differ for it.
    shape : its distribution in the third quantity, if there is one.
    """

    process: str = Field(description="name of a process")
    options: dict[str, Any] = Field(default={}, description="of the process")
    response: dict[str, Any] = Field(
        default={},
        description="keys of [response] that differ, e.g. { quenching = { kind ="
        " 'constant', factor = 1.0 } }",
    )
    shape: AlsoShape | None = Field(
        default=None,
        description="its fraction of events in each bin of [binning.shape]",
    )


class SiteSection(Strict):
    """One of several sites with the same kind of detector.

    Its keys replace those of the same name in the section of the experiment; its
    systematics are added, and act on its own counts in every analysis.

    Attributes
    ----------
    name : of the site.
    target, flux, response, binning, data : keys of these sections that differ.
    backgrounds : in place of those of the experiment, or None to share them.
    systematics : only for this site.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    target: dict[str, Any] = Field(default={}, description="keys of [target]")
    flux: dict[str, Any] = Field(
        default={}, description="keys of [flux], e.g. { distance = '7 m' }"
    )
    response: dict[str, Any] = Field(default={}, description="keys of [response]")
    binning: dict[str, Any] = Field(default={}, description="keys of [binning]")
    data: dict[str, Any] = Field(
        default={}, description="keys of [data], e.g. { table = 'near.csv' }"
    )
    backgrounds: list[dict[str, Any]] | None = Field(
        default=None, description="in place of [[backgrounds]]"
    )
    systematics: list[dict[str, Any]] = Field(
        default=[], description="in addition to [[systematics]], for this site only"
    )
