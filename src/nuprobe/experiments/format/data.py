"""Sections of ``experiment.toml`` on the bins, their counts and uncertainties."""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    PositiveFloat,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from nuprobe.errors import InputError, shown
from nuprobe.experiments.format.quantities import Time
from nuprobe.schema import Strict
from nuprobe.units import fm, parse_quantity, value_in

FLUX_UNIT = "1/cm2/s"
"""Unit of a total flux."""

EDGE = WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
"""A number in the reconstructed quantity, or in the file an energy with its unit."""

__all__ = [
    "EDGE",
    "FLUX_UNIT",
    "BinningSection",
    "DataSection",
    "EnergyBinning",
    "FlatBackground",
    "KernelParameter",
    "MeasuredBackground",
    "ResponseSystematic",
    "ShapeBinning",
    "ShapeSystematic",
    "Systematic",
    "TableBackground",
    "TemplateBackground",
    "TimeBinning",
]


class EnergyBinning(Strict):
    """Bins of the reconstructed quantity."""

    edges: list[Annotated[float, EDGE]] | None = Field(
        default=None,
        description="all bin edges, increasing: numbers in the reconstructed quantity,"
        " or energies such as '100 eVee'",
    )
    start: Annotated[float, EDGE] | None = Field(
        default=None, description="lower end of equal bins, a number or '100 eVee'"
    )
    stop: Annotated[float, EDGE] | None = Field(
        default=None, description="upper end of equal bins, a number or '1 keVee'"
    )
    bins: int | None = Field(
        default=None, ge=1, le=100_000, description="number of equal bins"
    )

    @field_validator("stop")
    @classmethod
    def _check_stop(cls, stop: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get("start")
        if start is not None and stop is not None and stop <= start:
            raise InputError(f"stop = {stop:g} must be above start = {start:g}")
        return stop

    @model_validator(mode="after")
    def _check(self) -> EnergyBinning:
        given = [v is not None for v in (self.start, self.stop, self.bins)]
        if any(given) if self.edges is not None else not all(given):
            raise InputError("give either edges = [...] or all of start, stop and bins")
        values = self.values()
        if len(values) < 2 or any(b <= a for a, b in itertools.pairwise(values)):
            raise InputError(f"bin edges must increase, got {shown(values)}")
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
        default=None, description="all bin edges, increasing, with their unit"
    )
    start: Time | None = Field(default=None, description="lower end of equal bins")
    stop: Time | None = Field(default=None, description="upper end of equal bins")
    bins: int | None = Field(
        default=None, ge=1, le=100_000, description="number of equal bins"
    )

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
            raise InputError(f"bin edges must increase, got {shown(values)}")
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
    depends only on the energy bin."""

    observable: str = Field(description="name of the quantity, for plots, e.g. 'F90'")
    unit: str = Field(default="", description="unit of the quantity, for plots")
    table: str = Field(
        description=(
            "fraction of the signal of each energy bin in each bin of the quantity"
        )
    )
    column: str = Field(default="fraction", description="column of the fraction")
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
        default=None, description="bins of a third quantity"
    )
    time: TimeBinning | None = Field(
        default=None, description="bins of the arrival time"
    )


class DataSection(Strict):
    """Observed counts, one row per bin with its edges; or individual events."""

    table: str = Field(description="CSV table in the folder")
    counts: str | None = Field(
        default=None, description="column of the observed counts"
    )
    events: str | None = Field(
        default=None,
        description=(
            "in place of counts: column of the reconstructed quantity of each event,"
            " for statistic = 'unbinned'; other statistics count them in the bins"
        ),
    )
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
        default=None, description="column of the lower edges of the arrival time, µs"
    )
    time_high: str | None = Field(
        default=None, description="column of the upper edges of the arrival time, µs"
    )
    shape_low: str | None = Field(
        default=None, description="column of the lower edges of the third quantity"
    )
    shape_high: str | None = Field(
        default=None, description="column of the upper edges of the third quantity"
    )

    @model_validator(mode="after")
    def _check(self) -> DataSection:
        if (self.counts is None) == (self.events is None):
            raise InputError(
                "give counts, the column of the counts in each bin, or events, the"
                " column of the reconstructed quantity of each event"
            )
        if self.events is not None and self.sigma is not None:
            raise InputError("single events have no sigma; remove it")
        return self


class MeasuredBackground(Strict):
    """A background measured in the same bins (beam-off, anticoincidence): a column of
    the data table."""

    kind: Literal["measured"] = Field(description="a column of the data table")
    name: str = Field(description="name for systematics, analyses and results")
    column: str = Field(description="column of the data table")
    title: str = Field(default="", description="name in figures")
    scale: PositiveFloat = Field(default=1.0, description="multiplies the counts")
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

    kind: Literal["template"] = Field(description="spectrum times arrival times")
    name: str = Field(description="name for systematics, analyses and results")
    title: str = Field(default="", description="name in figures")
    energy_table: str = Field(description="table of the spectrum")
    energy_column: str = Field(description="column of its counts")
    low: str = Field(default="low", description="column of its lower edges")
    high: str = Field(default="high", description="column of its upper edges")
    time_table: str | None = Field(
        default=None, description="table of the arrival times"
    )
    time_column: str = Field(
        default="probability", description="column of the probability of each time bin"
    )
    time_low: str = Field(
        default="low_us", description="column of the lower edges of the times, µs"
    )
    time_high: str = Field(
        default="high_us", description="column of the upper edges of the times, µs"
    )
    scale: PositiveFloat = Field(
        default=1.0, description="multiplies the spectrum, e.g. an exposure"
    )
    accepted: bool = Field(
        description="true if the acceptance is in the spectrum already"
    )
    contains_signal: bool = Field(
        default=False,
        description=(
            "true if the Standard Model's signal is in it: what is computed for that"
            " is subtracted"
        ),
    )
    not_negative: bool = Field(
        default=False,
        description=(
            "with contains_signal: 0 where the signal is larger than the table, in"
            " place of an error"
        ),
    )


class TableBackground(Strict):
    """A background given in the bins of the experiment, with the edges named as in
    [data]."""

    kind: Literal["table"] = Field(description="a table in the bins of the experiment")
    name: str = Field(description="name for systematics, analyses and results")
    title: str = Field(default="", description="name in figures")
    table: str = Field(description="CSV table in the folder")
    column: str = Field(description="column of the counts")
    scale: PositiveFloat = Field(default=1.0, description="multiplies the counts")
    contains_signal: bool = Field(
        default=False,
        description=(
            "true if the Standard Model's signal is in it: what is computed for that"
            " is subtracted"
        ),
    )
    not_negative: bool = Field(
        default=False,
        description=(
            "with contains_signal: 0 where the signal is larger than the table, in"
            " place of an error"
        ),
    )


class FlatBackground(Strict):
    """A background that is constant in the reconstructed quantity."""

    kind: Literal["flat"] = Field(description="constant in the reconstructed quantity")
    name: str = Field(description="name for systematics, analyses and results")
    title: str = Field(default="", description="name in figures")
    density: Annotated[PositiveFloat, EDGE] = Field(
        description="counts per unit of the reconstructed quantity, times scale; or a"
        " rate '10 1/keV/kg/day', times target.mass and flux.time"
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
        pattern=r"^[a-z][a-zA-Z0-9_.]*$",
        description="name in fits, grids and results",
    )
    acts_on: Literal[
        "neutron-radius",
        "proton-radius",
        "quenching-scale",
        "lindhard-k",
        "signal-scale",
        "flux",
    ] = Field(
        description="quantity that the parameter sets; flux: the total flux of the"
        " source, default that of [flux]"
    )
    isotopes: list[str] = Field(
        default=[], description="for a radius: the isotopes that share it"
    )
    default: str | float = Field(
        description="value if it is not free, with unit for a radius or a flux"
    )
    lower: str | float = Field(description="lower end of the range")
    upper: str | float = Field(description="upper end of the range")
    processes: list[str] = Field(
        default=[],
        description=(
            "names of the processes that a scale acts on; default all, or the first"
            " one for a scale of the quenching or Lindhard's k"
        ),
    )
    latex: str = Field(default="", description="symbol for plots, without dollar signs")
    nodes: int = Field(
        default=32, ge=4, le=200, description="Chebyshev nodes of the interpolation"
    )

    @model_validator(mode="after")
    def _check(self) -> KernelParameter:
        radius = self.acts_on.endswith("-radius")
        if radius != bool(self.isotopes):
            raise InputError(
                "isotopes are required for a radius and not allowed for a scale"
            )
        if radius and self.processes:
            raise InputError(
                "a radius applies to every process that depends on it: remove processes"
            )
        _ = self.range  # checks the units
        if self.acts_on == "flux" and self.range[0] <= 0:
            raise InputError(f"default {self.default} of a flux must be positive")
        return self

    @property
    def unit(self) -> str:
        """Unit of values: fm for a radius, 1/cm2/s for a flux, none for a scale."""
        return "fm" if self.isotopes else FLUX_UNIT if self.acts_on == "flux" else ""

    @property
    def range(self) -> tuple[float, float, float]:
        """Default, lower and upper end in `unit`."""
        default, lower, upper = (
            parse_quantity(value, "length") / fm
            if self.isotopes
            else value_in(value, self.unit)
            for value in (self.default, self.lower, self.upper)
        )
        return default, lower, upper


class Systematic(Strict):
    """A nuisance with a Gaussian constraint, entering the counts linearly."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="experiments that use one name share the nuisance",
    )
    kind: Literal["normalisation", "quenching"] = Field(
        description="normalisation of sources, or scale of the quenching"
    )
    sigma: PositiveFloat = Field(description="relative standard deviation")
    acts_on: list[str] = Field(
        min_length=1,
        description="'signal' (every process), names of processes or of backgrounds",
    )
    latex: str = Field(default="", description="symbol for plots, without dollar signs")
    description: str = Field(
        default="", description="origin of the uncertainty, in words"
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
    kind: Literal["shape"] = Field(description="tabulated shapes")
    sigma: PositiveFloat = Field(
        default=1.0, description="of the constraint, in units of the tabulated change"
    )
    acts_on: list[str] = Field(
        min_length=1,
        max_length=1,
        description=(
            "'signal' (every process), the name of a process or of a background"
        ),
    )
    table: str = Field(description="CSV table in the bins of the experiment")
    nominal: str = Field(description="column")
    up: str = Field(description="column one standard deviation up")
    down: str | None = Field(
        default=None, description="column one standard deviation down"
    )
    normalised: bool = Field(
        default=True,
        description="scale up and down to the sum of nominal: the shape alone",
    )
    latex: str = Field(default="", description="symbol for plots, without dollar signs")
    description: str = Field(
        default="", description="origin of the uncertainty, in words"
    )


class ResponseSystematic(Strict):
    """A nuisance that changes keys of [response]: the signal moves by half the
    difference of up and down.

    A further process changes with those keys that its [[also]] does not replace.
    """

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$",
        description="experiments that use one name share the nuisance",
    )
    kind: Literal["response"] = Field(description="changes of [response]")
    sigma: PositiveFloat = Field(
        default=1.0, description="of the constraint, in units of the change"
    )
    acts_on: list[Literal["signal"]] = Field(
        default=["signal"], description="the signal alone"
    )
    up: dict[str, Any] = Field(
        min_length=1, description="key of [response] -> value one standard deviation up"
    )
    down: dict[str, Any] = Field(
        min_length=1,
        description="key of [response] -> value one standard deviation down",
    )
    latex: str = Field(default="", description="symbol for plots, without dollar signs")
    description: str = Field(
        default="", description="origin of the uncertainty, in words"
    )
