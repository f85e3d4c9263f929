"""Sections of ``experiment.toml`` on the bins, what is counted in them and how well it
is known."""

from __future__ import annotations

import itertools
from typing import Any, Literal

from pydantic import Field, PositiveFloat, model_validator

from nuprobe.errors import InputError
from nuprobe.experiments.format.quantities import Time
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity

__all__ = [
    "Analysis",
    "BinningSection",
    "DataSection",
    "EnergyBinning",
    "FlatBackground",
    "KernelParameter",
    "MeasuredBackground",
    "ResponseSystematic",
    "ShapeBinning",
    "ShapeSystematic",
    "SignalTable",
    "Systematic",
    "TableBackground",
    "TemplateBackground",
    "TimeBinning",
]


class EnergyBinning(Strict):
    """Bins of the reconstructed quantity."""

    edges: list[float] | None = Field(
        default=None,
        description=(
            "bin edges, increasing, in the unit of the quantity; or start, stop and"
            " bins"
        ),
    )
    start: float | None = Field(
        default=None,
        description=(
            "lower edge of the first of equal bins, in the unit of the quantity"
        ),
    )
    stop: float | None = Field(
        default=None,
        description="upper edge of the last of equal bins, in the unit of the quantity",
    )
    bins: int | None = Field(default=None, ge=1, description="number of equal bins")

    @model_validator(mode="after")
    def _check(self) -> EnergyBinning:
        given = [v is not None for v in (self.start, self.stop, self.bins)]
        if any(given) if self.edges is not None else not all(given):
            raise InputError("give either edges = [...] or all of start, stop and bins")
        values = self.values()
        if len(values) < 2 or any(b <= a for a, b in itertools.pairwise(values)):
            raise InputError(f"bin edges must increase, got {values}")
        return self

    def values(self) -> list[float]:
        """Bin edges."""
        if self.edges is not None:
            return list(self.edges)
        if self.start is None or self.stop is None or self.bins is None:
            raise InputError("give either edges = [...] or all of start, stop and bins")
        step = (self.stop - self.start) / self.bins
        return [self.start + i * step for i in range(self.bins)] + [self.stop]


class TimeBinning(Strict):
    """Bins of the arrival time."""

    edges: list[Time] | None = Field(
        default=None,
        description=(
            "bin edges with their units, increasing, e.g. ['0 us', '1 us']; or start,"
            " stop and bins"
        ),
    )
    start: Time | None = Field(
        default=None, description="lower edge of the first of equal bins, e.g. '0 us'"
    )
    stop: Time | None = Field(
        default=None, description="upper edge of the last of equal bins, e.g. '6 us'"
    )
    bins: int | None = Field(default=None, ge=1, description="number of equal bins")

    @model_validator(mode="after")
    def _check(self) -> TimeBinning:
        given = [v is not None for v in (self.start, self.stop, self.bins)]
        if any(given) if self.edges is not None else not all(given):
            raise InputError("give either edges = [...] or all of start, stop and bins")
        values = self.values()
        if self.start is not None and self.stop is not None and values[0] >= values[-1]:
            raise InputError(
                f"start must be before stop, got {self.start} and {self.stop}"
            )
        if len(values) < 2 or any(b <= a for a, b in itertools.pairwise(values)):
            raise InputError(f"bin edges must increase, got {values}")
        return self

    def values(self) -> list[float]:
        """Bin edges in the natural unit of time."""
        if self.edges is not None:
            return [parse_quantity(t, "time") for t in self.edges]
        if self.start is None or self.stop is None or self.bins is None:
            raise InputError("give either edges = [...] or all of start, stop and bins")
        start, stop = (
            parse_quantity(self.start, "time"),
            parse_quantity(self.stop, "time"),
        )
        return [start + (stop - start) * i / self.bins for i in range(self.bins)] + [
            stop
        ]


class ShapeBinning(EnergyBinning):
    """Bins of a third quantity, such as the shape of a pulse, whose distribution
    depends on the energy bin alone."""

    observable: str = Field(description="name of the quantity, for plots, e.g. 'F90'")
    unit: str = Field(
        default="",
        description="unit of the quantity, for plots and tables; default none",
    )
    table: str = Field(
        description=(
            "fraction of the signal of each energy bin in each bin of the quantity"
        )
    )
    column: str = Field(
        default="fraction", description="column of the fractions in the table"
    )
    low: str = Field(
        default="low", description="column of the lower energy edges of the table"
    )
    shape_low: str = Field(
        default="shape_low", description="column of the lower edges of the quantity"
    )


class BinningSection(Strict):
    """Bins of the data."""

    energy: EnergyBinning = Field(description="bins of the reconstructed quantity")
    shape: ShapeBinning | None = Field(
        default=None,
        description="bins of a third quantity, such as a pulse shape; default none",
    )
    time: TimeBinning | None = Field(
        default=None, description="bins of the arrival time; default none"
    )


class DataSection(Strict):
    """Observed counts, one row a bin with its edges."""

    table: str = Field(
        description="name of a CSV table beside experiment.toml, one row per bin"
    )
    counts: str = Field(description="column of the observed counts")
    sigma: str | None = Field(
        default=None,
        description=(
            "column of their standard deviations for statistic = 'gaussian', as"
            " published; default Poisson's"
        ),
    )
    low: str = Field(
        default="low",
        description="column of the lower edges of the reconstructed quantity",
    )
    high: str = Field(
        default="high",
        description="column of the upper edges of the reconstructed quantity",
    )
    time_low: str | None = Field(
        default=None, description="column of the lower edges of the arrival time, in us"
    )
    time_high: str | None = Field(
        default=None, description="column of the upper edges of the arrival time, in us"
    )
    shape_low: str | None = Field(
        default=None, description="column of the lower edges of the third quantity"
    )
    shape_high: str | None = Field(
        default=None, description="column of the upper edges of the third quantity"
    )


class MeasuredBackground(Strict):
    """A background measured in the same bins (beam-off, anticoincidence): a column of
    the data table."""

    kind: Literal["measured"] = Field(description="a column of the data table")
    name: str = Field(
        description="name of the background, for fits, tables and systematics"
    )
    column: str = Field(description="column of its counts in the data table")
    title: str = Field(
        default="", description="title of the background in plots; default its name"
    )
    scale: PositiveFloat = Field(
        default=1.0, description="multiplies the counts, e.g. a ratio of live times"
    )
    smoothed: bool | Literal["exponential"] = Field(
        default=True,
        description=(
            "replace by (energy projection x time projection) / total where it is a"
            " template; 'exponential': with the exponential in time that fits the"
            " projection best"
        ),
    )


class TemplateBackground(Strict):
    """A background predicted by a spectrum and, if there are time bins, an arrival-time
    histogram."""

    kind: Literal["template"] = Field(
        description="a spectrum and an arrival-time histogram"
    )
    name: str = Field(
        description="name of the background, for fits, tables and systematics"
    )
    title: str = Field(
        default="", description="title of the background in plots; default its name"
    )
    energy_table: str = Field(
        description=(
            "name of a CSV table beside experiment.toml with the spectrum, one row"
            " per bin"
        )
    )
    energy_column: str = Field(
        description="column of the counts in each bin of the spectrum"
    )
    low: str = Field(
        default="low",
        description=(
            "column of the lower bin edges of the spectrum, in the unit of the"
            " reconstructed quantity"
        ),
    )
    high: str = Field(
        default="high",
        description=(
            "column of the upper bin edges of the spectrum, in the unit of the"
            " reconstructed quantity"
        ),
    )
    time_table: str | None = Field(
        default=None,
        description=(
            "name of a CSV table beside experiment.toml with the arrival times;"
            " required if there are time bins"
        ),
    )
    time_column: str = Field(
        default="probability",
        description="column of the probability in each bin of the arrival time",
    )
    time_low: str = Field(
        default="low_us",
        description="column of the lower bin edges of the arrival time, in us",
    )
    time_high: str = Field(
        default="high_us",
        description="column of the upper bin edges of the arrival time, in us",
    )
    scale: PositiveFloat = Field(
        default=1.0, description="multiplies the spectrum, e.g. an exposure"
    )
    accepted: bool = Field(
        description="true if the acceptance is in the spectrum already"
    )


class TableBackground(Strict):
    """A background given in the bins of the experiment, with the edges named as in
    [data]."""

    kind: Literal["table"] = Field(description="counts in the bins of the experiment")
    name: str = Field(
        description="name of the background, for fits, tables and systematics"
    )
    title: str = Field(
        default="", description="title of the background in plots; default its name"
    )
    table: str = Field(
        description="name of a CSV table beside experiment.toml, one row per bin"
    )
    column: str = Field(description="column of the counts in each bin")
    scale: PositiveFloat = Field(
        default=1.0, description="multiplies the counts, e.g. an exposure"
    )


class FlatBackground(Strict):
    """A background that is constant in the reconstructed quantity."""

    kind: Literal["flat"] = Field(description="constant in the reconstructed quantity")
    name: str = Field(
        description="name of the background, for fits, tables and systematics"
    )
    title: str = Field(
        default="", description="title of the background in plots; default its name"
    )
    density: PositiveFloat = Field(
        description="counts per unit of the reconstructed quantity, times scale"
    )
    scale: PositiveFloat = Field(
        default=1.0, description="multiplies the density, e.g. an exposure"
    )
    accepted: bool = Field(
        description="true if the acceptance is in the density already"
    )
    control: PositiveFloat | None = Field(
        default=None,
        description=(
            "exposure of a measurement without signal relative to the data's; a"
            " projection can subtract it"
        ),
    )


class KernelParameter(Strict):
    """A fit parameter that sits inside the integrals."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_.]*$",
        description="name of the parameter, for fits and scans",
    )
    acts_on: Literal[
        "neutron-radius", "proton-radius", "quenching-scale", "signal-scale"
    ] = Field(
        description=(
            "what the parameter is: a radius of the listed isotopes, or a factor on"
            " the quenching or the signal"
        )
    )
    isotopes: list[str] = Field(
        default=[], description="for a radius: the isotopes that share it"
    )
    default: str | float = Field(
        description=(
            "value where it is not fitted: a length with its unit for a radius, a"
            " plain number for a scale"
        )
    )
    lower: str | float = Field(
        description="smallest value allowed, in the same form as default"
    )
    upper: str | float = Field(
        description="largest value allowed, in the same form as default"
    )
    latex: str = Field(
        default="", description="symbol in plots and tables, in LaTeX; default its name"
    )
    nodes: int = Field(
        default=32,
        ge=4,
        le=200,
        description="number of points of the interpolation between lower and upper",
    )

    @model_validator(mode="after")
    def _check(self) -> KernelParameter:
        radius = self.acts_on.endswith("-radius")
        if radius != bool(self.isotopes):
            raise InputError("a radius names its isotopes, a scale does not")
        for value in (self.default, self.lower, self.upper):
            parse_quantity(value, "length" if radius else "dimensionless")
        return self


class Systematic(Strict):
    """A nuisance with a Gaussian constraint, entering the counts linearly."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="experiments that use one name share the nuisance",
    )
    kind: Literal["normalisation", "quenching"] = Field(
        description=(
            "normalisation: scales the counts; quenching: scales the quenching factor"
        )
    )
    sigma: PositiveFloat = Field(description="relative standard deviation")
    acts_on: list[str] = Field(
        min_length=1, description="'signal' or names of backgrounds"
    )
    latex: str = Field(
        default="", description="symbol in plots and tables, in LaTeX; default its name"
    )
    description: str = Field(
        default="", description="where the uncertainty comes from, in words"
    )


class ShapeSystematic(Strict):
    """A nuisance that moves one source from its nominal table towards a table one
    standard deviation away.

    A background moves by (up − down)/2 counts, or by up − nominal without `down`; the
    signal by the same divided by the nominal table of the same origin, times its own
    counts.
    """

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="experiments that use one name share the nuisance",
    )
    kind: Literal["shape"] = Field(description="tabulated change of the bins")
    sigma: PositiveFloat = Field(
        default=1.0, description="of the constraint, in units of the tabulated change"
    )
    acts_on: list[str] = Field(
        min_length=1, max_length=1, description="'signal' or the name of a background"
    )
    table: str = Field(
        description=(
            "name of a CSV table beside experiment.toml with the nominal and the"
            " changed counts"
        )
    )
    nominal: str = Field(description="column")
    up: str = Field(description="column one standard deviation up")
    down: str | None = Field(
        default=None, description="column one standard deviation down"
    )
    normalised: bool = Field(
        default=True,
        description="scale up and down to the sum of nominal: the shape alone",
    )
    latex: str = Field(
        default="", description="symbol in plots and tables, in LaTeX; default its name"
    )
    description: str = Field(
        default="", description="where the uncertainty comes from, in words"
    )


class ResponseSystematic(Strict):
    """A nuisance that changes keys of [response]: the signal moves by half the
    difference of up and down."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="experiments that use one name share the nuisance",
    )
    kind: Literal["response"] = Field(description="changed keys of [response]")
    sigma: PositiveFloat = Field(
        default=1.0, description="of the constraint, in units of the change"
    )
    acts_on: list[Literal["signal"]] = Field(
        default=["signal"],
        description="'signal', the only source that [response] shapes",
    )
    up: dict[str, Any] = Field(
        min_length=1, description="key of [response] -> value one standard deviation up"
    )
    down: dict[str, Any] = Field(
        min_length=1,
        description="key of [response] -> value one standard deviation down",
    )
    latex: str = Field(
        default="", description="symbol in plots and tables, in LaTeX; default its name"
    )
    description: str = Field(
        default="", description="where the uncertainty comes from, in words"
    )


class SignalTable(Strict):
    """A published signal of the Standard Model in the bins of the experiment.

    The computed signal of every model is multiplied, bin by bin, by published over
    computed Standard Model.
    """

    table: str = Field(
        description="name of a CSV table beside experiment.toml, one row per bin"
    )
    column: str = Field(description="column of the published counts")


class Analysis(Strict):
    """Which bins, which statistic, which systematics."""

    title: str = Field(description="title of the analysis, for plots and reports")
    statistic: Literal["poisson", "gaussian"] = Field(
        description=(
            "gaussian: counts minus the measured backgrounds, with the errors of both"
        )
    )
    energy_range: tuple[float, float] | None = Field(
        default=None,
        description=(
            "(low, high) of the reconstructed quantity, in its unit and on bin edges;"
            " default all bins"
        ),
    )
    time_range: tuple[Time, Time] | None = Field(
        default=None,
        description=(
            "(low, high) of the arrival time with units, on bin edges; default all bins"
        ),
    )
    time_bins: bool = Field(
        default=False, description="keep the time bins, or sum over them"
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
    signal: SignalTable | None = Field(
        default=None,
        description=(
            "published signal of the Standard Model, to which the computed signal is"
            " scaled; default none"
        ),
    )
    systematics: list[str] = Field(
        default=[],
        description="names of the [[systematics]] that this analysis includes",
    )
    references: list[str] = Field(
        default=[], description="texkeys of the papers that define the analysis"
    )
