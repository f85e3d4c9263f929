"""Sections of ``experiment.toml`` on the analyses: bins, statistic and systematics."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format.data import EDGE, FLUX_UNIT
from nuprobe.experiments.format.quantities import Time
from nuprobe.schema import Strict
from nuprobe.units import value_in

__all__ = ["Analysis", "CovarianceTable", "PublishedCounts", "SignalTable"]


class SignalTable(Strict):
    """A published signal of the Standard Model in the bins of the experiment.

    The computed signal of every model is multiplied, bin by bin, by published over
    computed Standard Model signal; this applies to the first process, not to those of
    [[also]].
    """

    table: str = Field(
        default="", description="CSV table in the bins of the experiment"
    )
    column: str = Field(default="", description="column of the counts")
    counts: list[float] | None = Field(
        default=None,
        min_length=1,
        description="instead of table and column: one number per bin of the analysis",
    )
    morphing: str | None = Field(
        default=None,
        description="pattern of the column at the anchors of the analysis' morphing"
        " systematics, {0} for the first nuisance; without it, the effect"
        " is that of the response",
    )
    flux: str | float | None = Field(
        default=None,
        description="total flux that these counts were expected with, e.g."
        " '5.25e6 1/cm2/s': where a parameter sets the flux, the signal is these counts"
        " times its value over this flux; default that of [flux]",
    )

    @model_validator(mode="after")
    def _check(self) -> SignalTable:
        given = [bool(self.table), bool(self.column), self.counts is not None]
        if given not in ([True, True, False], [False, False, True]):
            raise InputError("give table and column, or counts")
        if self.flux is not None and value_in(self.flux, FLUX_UNIT) <= 0:
            raise InputError(f"flux {self.flux} must be positive")
        if self.counts is not None and (self.morphing or min(self.counts) < 0):
            raise InputError(
                "counts must not be negative and cannot morph; use a table for morphing"
            )
        return self


class CovarianceTable(Strict):
    """Covariance of the counts in the bins of an analysis, energy slowest, then the
    third quantity, then time."""

    table: str = Field(description="CSV table with one row per bin, in order")
    prefix: str = Field(
        default="c", description="columns are prefix0, prefix1, …, one per bin"
    )
    relative: bool = Field(
        default=False,
        description="entries are relative to the observed counts of both bins",
    )


class PublishedCounts(Strict):
    """Counts quoted by a collaboration for the bins of an analysis, such as the number
    of events found by its own fit."""

    counts: list[float] = Field(min_length=1, description="one number per bin")
    sigma: list[PositiveFloat] = Field(
        min_length=1, description="their standard deviations"
    )

    @model_validator(mode="after")
    def _check(self) -> PublishedCounts:
        if len(self.counts) != len(self.sigma):
            raise InputError(
                f"{len(self.counts)} counts with {len(self.sigma)} standard"
                " deviations: give both for every bin"
            )
        return self


class Analysis(Strict):
    """Bins, statistic and systematics of an analysis."""

    title: str = Field(description="title of the analysis")
    statistic: Literal["poisson", "gaussian", "cnp", "unbinned"] = Field(
        description=(
            "gaussian: counts minus the measured backgrounds, with the errors of both,"
            " or with a covariance; cnp: combined Neyman-Pearson chi-square; unbinned:"
            " extended likelihood of single events (data.events)"
        )
    )
    covariance: CovarianceTable | None = Field(
        default=None,
        description="of the bins of this analysis, in place of their errors (gaussian)",
    )
    energy_range: tuple[Annotated[float, EDGE], Annotated[float, EDGE]] | None = Field(
        default=None, description="bins inside these two edges; default all"
    )
    time_range: tuple[Time, Time] | None = Field(
        default=None, description="time bins inside these two edges; default all"
    )
    energy_edges: list[Annotated[float, EDGE]] | None = Field(
        default=None,
        min_length=2,
        description="edges of wider bins, inside energy_range: counts and backgrounds"
        " of the bins between two of them are added; default the bins of"
        " [binning.energy]",
    )
    time_bins: bool = Field(
        default=False, description="keep the time bins, or sum over them"
    )
    time_edges: list[Time] | None = Field(
        default=None,
        min_length=2,
        description="edges of wider time bins, inside time_range; default those of"
        " [binning.time]",
    )
    arrival: Literal["window", "ignored"] = Field(
        default="window",
        description=(
            "window: the signal is what arrives in time_range; ignored: all of it, a"
            " convention of some papers"
        ),
    )
    subtract: list[str] = Field(
        default=[],
        description="measured backgrounds subtracted from the counts (gaussian)",
    )
    counted: dict[str, Literal["bins", "projections"]] = Field(
        default={},
        max_length=1,
        description=(
            "measured background whose own counts are fitted with the data (poisson):"
            " each bin, or the projections on energy and time, of which it is the"
            " product; without it their statistics is left to a systematic"
        ),
    )
    observed: PublishedCounts | None = Field(
        default=None,
        description="counts of this analysis as published, in place of those of [data]"
        " (gaussian)",
    )
    signal: SignalTable | None = Field(
        default=None, description="published signal that the computed one is scaled to"
    )
    backgrounds: list[str] | None = Field(
        default=None, description="names of those that it has; default all"
    )
    also: list[str] | None = Field(
        default=None,
        description=(
            "names of the processes of [[also]] that count; default all, [] none"
        ),
    )
    sites: list[str] | None = Field(
        default=None,
        min_length=1,
        description="names of the [[sites]] that count; default all",
    )
    systematics: list[str] = Field(
        default=[], description="names of [[systematics]] that it has"
    )
    shapes: Literal["marginal", "profiled"] = Field(
        default="marginal",
        description=(
            "systematics of kind shape that act on the signal: integrated over, since"
            " profiled ones let a larger signal explain a distortion with a smaller"
            " penalty, or profiled as all others"
        ),
    )
    references: list[str] = Field(default=[], description="texkeys")

    @model_validator(mode="after")
    def _check(self) -> Analysis:
        if self.statistic == "unbinned" and self.signal is not None:
            raise InputError(
                "an unbinned analysis has no published signal to scale to, which is"
                " one number a bin: use statistic = 'poisson', or remove signal"
            )
        if self.time_edges is not None and not self.time_bins:
            raise InputError(
                "this analysis sums over the arrival time, so time_edges have no"
                " effect: set time_bins = true, or remove them"
            )
        if self.observed is not None and (
            self.statistic != "gaussian" or self.subtract or self.covariance
        ):
            raise InputError(
                "observed counts with their own errors need statistic = 'gaussian'"
                " without subtract and covariance"
            )
        return self

    @property
    def finest(self) -> Analysis:
        """The analysis before any bins are combined."""
        changes: dict[str, Any] = {}
        for quantity in ("energy", "time"):
            edges = getattr(self, f"{quantity}_edges")
            if edges is not None:
                changes[f"{quantity}_range"] = edges[0], edges[-1]
                changes[f"{quantity}_edges"] = None
        return self.model_copy(update=changes) if changes else self

    def has(self, background: str) -> bool:
        """Whether a `background` is among those of the analysis."""
        return self.backgrounds is None or background in self.backgrounds
