"""The experiment file format: one folder with ``experiment.toml``, tables and a README;
no Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PositiveFloat,
    model_validator,
)

from nuprobe.detectors import (
    ACCEPTANCE_POINTS,
    ACCEPTANCE_QUANTITIES,
    COUNT_CELLS,
    SMEARINGS,
)
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.nuclei import FORM_FACTORS
from nuprobe.processes import process_names
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity

__all__ = ["Analysis", "ExperimentFile", "json_schema"]


def _quantity(dimension: str, positive: bool = True) -> Callable[[object], str]:
    def check(value: object) -> str:
        text = str(value)  # a bare number is told about its missing unit
        if parse_quantity(text, dimension) <= 0 and positive:
            raise InputError(f"{text!r} must be positive")
        return text

    return check


Energy = Annotated[
    str,
    BeforeValidator(_quantity("energy")),
    Field(description="an energy with its unit"),
]
Length = Annotated[
    str,
    BeforeValidator(_quantity("length")),
    Field(description="a length with its unit"),
]
Time = Annotated[
    str,
    BeforeValidator(_quantity("time", positive=False)),
    Field(description="a time with its unit"),
]
Mass = Annotated[
    str, BeforeValidator(_quantity("mass")), Field(description="a mass with its unit")
]
LightYield = Annotated[
    str,
    BeforeValidator(_quantity("light yield")),
    Field(description="e.g. '13.348 PE/keV'"),
]


class PropagationSection(Strict):
    """What happens to the flavour between source and detector."""

    kind: Literal["none", "vacuum", "solar"] = Field(
        default="none",
        description=(
            "none; vacuum: coherent over flux.distance; solar: mass states converted in"
            " the Sun, by day"
        ),
    )
    ordering: Literal["normal", "inverted"] = Field(
        default="normal", description="mixing and masses of NuFIT 6.0"
    )


class TargetSection(Strict):
    """What the neutrinos hit."""

    material: str | dict[str, PositiveFloat] = Field(
        description="'CsI', 'natural Ge', or a mixture by number"
    )
    mass: Mass
    form_factor: Literal[tuple(FORM_FACTORS)] = "helm"  # type: ignore[valid-type]
    surface_thickness: Length | None = None
    proton_radius: dict[str, Length] = Field(
        default={}, description="rms point-proton radius by isotope"
    )
    charge_radius: dict[str, Length] = Field(
        default={},
        description="rms charge radius by isotope, converted to a point-proton radius",
    )
    neutron_radius: dict[str, Length] = Field(
        default={}, description="rms point-neutron radius by isotope"
    )
    axial: bool = Field(
        default=False, description="include the axial response of nuclei with spin"
    )
    binding: bool = Field(
        default=True,
        description=(
            "of electrons: an energy transfer below the binding energy of a shell"
            " leaves it alone"
        ),
    )


class FluxSection(Strict):
    """Where the neutrinos come from."""

    name: str = Field(
        description="a flux of the package, or './folder' beside experiment.toml"
    )
    options: dict[str, Any] = Field(
        default={}, description="options of the flux, e.g. { model = 'B16-GS98' }"
    )
    exposure: PositiveFloat = Field(
        description="number of units of the flux, e.g. protons on target"
    )
    distance: Length | None = Field(
        default=None, description="required for an isotropic source"
    )


class ConstantQuenchingSection(Strict):
    """E_ee = factor · T."""

    kind: Literal["constant"]
    factor: PositiveFloat


class TableQuenchingSection(Strict):
    """Factor linear between tabulated recoil energies."""

    kind: Literal["table"]
    table: str
    recoil_column: str = "t_nr_kev"
    factor_column: str = "factor"


class LindhardQuenchingSection(Strict):
    """Lindhard's formula."""

    kind: Literal["lindhard"]
    k: PositiveFloat
    z: int


class PolynomialQuenchingSection(Strict):
    """E_ee = Σ_n c_n T^n for n = 1, 2, …, both energies in `unit`."""

    kind: Literal["polynomial"]
    coefficients: list[float] = Field(min_length=1, description="c_1, c_2, ...")
    unit: Literal["keV", "MeV"]


class LogisticSection(Strict):
    """a/(1 + exp(−k(x − x0))) + offset, 0 where that is negative, times a staircase of
    (position, factor)."""

    kind: Literal["logistic"]
    a: PositiveFloat
    k: PositiveFloat
    x0: float
    offset: float = 0.0
    steps: list[tuple[float, float]] = []


class TableAcceptanceSection(Strict):
    """Linear between tabulated points."""

    kind: Literal["table"]
    table: str
    x_column: str = "x"
    efficiency_column: str = "efficiency"


class FullAcceptanceSection(Strict):
    """Everything is kept."""

    kind: Literal["full"]


class SmearingSection(Strict):
    """How the reconstructed quantity scatters around its mean."""

    kind: Literal[SMEARINGS] = "poisson"  # type: ignore[valid-type]
    resolution: tuple[float, float, float] = Field(
        default=(0.0, 1.0, 0.0),
        description="(a, b, c) of the Gaussian width sqrt(a^2 + b^2 x + c^2 x^2)",
    )
    shape: tuple[float, float] = Field(
        default=(1.0, 1.0),
        description=(
            "(k0, k1) of the gamma distribution: shape k0 + k1 x around the mean x"
        ),
    )


class TimeAcceptanceSection(Strict):
    """Probability to keep an event by its arrival time: a table, constant in each of
    its bins and 0 outside them."""

    table: str
    column: str = "efficiency"
    low: str = "low_us"
    high: str = "high_us"


class TimingSection(Strict):
    """Arrival-time resolution, shift and acceptance of the signal."""

    resolution: Time = "0 us"
    offset: Time = "0 us"
    acceptance: TimeAcceptanceSection | None = None


class MatrixSection(Strict):
    """Probability to be kept in each bin by the true recoil energy, in place of light
    yield and quenching.

    The table has one row a recoil energy and one column a bin, called prefix + number
    of the bin from 0 on.
    """

    table: str
    recoil_column: str = "t_nr_kev"
    prefix: str = "bin_"


class ResponseSection(Strict):
    """From recoil energy to the reconstructed quantity: light yield and quenching, or a
    matrix."""

    observable: str = Field(
        description=(
            "name of the reconstructed quantity, for plots, e.g. 'photoelectrons'"
        )
    )
    unit: str = Field(
        default="",
        description=(
            "unit of the reconstructed quantity, for plots and tables, e.g. 'PE'"
        ),
    )
    light_yield: LightYield | None = Field(
        default=None,
        description="mean of the reconstructed quantity per electron-equivalent energy",
    )
    quenching: (
        Annotated[
            ConstantQuenchingSection
            | TableQuenchingSection
            | LindhardQuenchingSection
            | PolynomialQuenchingSection,
            Field(discriminator="kind"),
        ]
        | None
    ) = None
    matrix: MatrixSection | None = None
    smearing: SmearingSection = SmearingSection()
    acceptance: Annotated[
        LogisticSection | TableAcceptanceSection | FullAcceptanceSection,
        Field(discriminator="kind"),
    ] = FullAcceptanceSection(kind="full")
    acceptance_at: Literal[ACCEPTANCE_POINTS] = "integrated"  # type: ignore[valid-type]
    acceptance_of: Literal[ACCEPTANCE_QUANTITIES] = Field(  # type: ignore[valid-type]
        default="reconstructed",
        description=(
            "quantity of the acceptance: reconstructed, or the recoil energy in keV"
        ),
    )
    count_cell: Literal[tuple(COUNT_CELLS)] = Field(  # type: ignore[valid-type]
        default="from",
        description=(
            "where a count n lies: from [n, n+1), centred [n-1/2, n+1/2), to [n-1, n)"
        ),
    )
    timing: TimingSection = TimingSection()

    @model_validator(mode="after")
    def _check(self) -> ResponseSection:
        if self.matrix is None:
            missing = [
                key
                for key in ("light_yield", "quenching")
                if getattr(self, key) is None
            ]
            if missing:
                raise InputError(
                    f"response.{missing[0]}: this key is required; add it (or"
                    " [response.matrix])"
                )
        else:
            foreign = self.model_fields_set - {"observable", "unit", "matrix", "timing"}
            if foreign:
                raise InputError(
                    f"response.{min(foreign)}: [response.matrix] holds all of it;"
                    " remove one of them"
                )
        return self


class EnergyBinning(Strict):
    """Bins of the reconstructed quantity."""

    edges: list[float] | None = None
    start: float | None = None
    stop: float | None = None
    bins: int | None = Field(default=None, ge=1)

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

    edges: list[Time] | None = None
    start: Time | None = None
    stop: Time | None = None
    bins: int | None = Field(default=None, ge=1)

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
    unit: str = ""
    table: str = Field(
        description=(
            "fraction of the signal of each energy bin in each bin of the quantity"
        )
    )
    column: str = "fraction"
    low: str = Field(
        default="low", description="column of the lower energy edges of the table"
    )
    shape_low: str = Field(
        default="shape_low", description="column of the lower edges of the quantity"
    )


class BinningSection(Strict):
    """Bins of the data."""

    energy: EnergyBinning
    shape: ShapeBinning | None = None
    time: TimeBinning | None = None


class DataSection(Strict):
    """Observed counts, one row a bin with its edges."""

    table: str
    counts: str = Field(description="column of the observed counts")
    sigma: str | None = Field(
        default=None,
        description=(
            "column of their standard deviations for statistic = 'gaussian', as"
            " published; default Poisson's"
        ),
    )
    low: str = "low"
    high: str = "high"
    time_low: str | None = None
    time_high: str | None = None
    shape_low: str | None = None
    shape_high: str | None = None


class MeasuredBackground(Strict):
    """A background measured in the same bins (beam-off, anticoincidence): a column of
    the data table."""

    kind: Literal["measured"]
    name: str
    column: str
    title: str = ""
    scale: PositiveFloat = 1.0
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

    kind: Literal["template"]
    name: str
    title: str = ""
    energy_table: str
    energy_column: str
    low: str = "low"
    high: str = "high"
    time_table: str | None = None
    time_column: str = "probability"
    time_low: str = "low_us"
    time_high: str = "high_us"
    scale: PositiveFloat = Field(
        default=1.0, description="multiplies the spectrum, e.g. an exposure"
    )
    accepted: bool = Field(
        description="true if the acceptance is in the spectrum already"
    )


class TableBackground(Strict):
    """A background given in the bins of the experiment, with the edges named as in
    [data]."""

    kind: Literal["table"]
    name: str
    title: str = ""
    table: str
    column: str
    scale: PositiveFloat = 1.0


class FlatBackground(Strict):
    """A background that is constant in the reconstructed quantity."""

    kind: Literal["flat"]
    name: str
    title: str = ""
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

    name: str = Field(pattern=r"^[a-z][a-z0-9_.]*$")
    acts_on: Literal[
        "neutron-radius", "proton-radius", "quenching-scale", "signal-scale"
    ]
    isotopes: list[str] = Field(
        default=[], description="for a radius: the isotopes that share it"
    )
    default: str | float
    lower: str | float
    upper: str | float
    latex: str = ""
    nodes: int = Field(default=32, ge=4, le=200)

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
    kind: Literal["normalisation", "quenching"]
    sigma: PositiveFloat = Field(description="relative standard deviation")
    acts_on: list[str] = Field(
        min_length=1, description="'signal' or names of backgrounds"
    )
    latex: str = ""
    description: str = ""


class ShapeSystematic(Strict):
    """A nuisance that moves one source from its nominal table towards a table one
    standard deviation away.

    A background moves by (up − down)/2 counts, or by up − nominal without `down`; the
    signal by the same divided by the nominal table of the same origin, times its own
    counts.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["shape"]
    sigma: PositiveFloat = Field(
        default=1.0, description="of the constraint, in units of the tabulated change"
    )
    acts_on: list[str] = Field(
        min_length=1, max_length=1, description="'signal' or the name of a background"
    )
    table: str
    nominal: str = Field(description="column")
    up: str = Field(description="column one standard deviation up")
    down: str | None = Field(
        default=None, description="column one standard deviation down"
    )
    normalised: bool = Field(
        default=True,
        description="scale up and down to the sum of nominal: the shape alone",
    )
    latex: str = ""
    description: str = ""


class ResponseSystematic(Strict):
    """A nuisance that changes keys of [response]: the signal moves by half the
    difference of up and down."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["response"]
    sigma: PositiveFloat = Field(
        default=1.0, description="of the constraint, in units of the change"
    )
    acts_on: list[Literal["signal"]] = ["signal"]
    up: dict[str, Any] = Field(
        min_length=1, description="key of [response] -> value one standard deviation up"
    )
    down: dict[str, Any] = Field(
        min_length=1,
        description="key of [response] -> value one standard deviation down",
    )
    latex: str = ""
    description: str = ""


class SignalTable(Strict):
    """A published signal of the Standard Model in the bins of the experiment.

    The computed signal of every model is multiplied, bin by bin, by published over
    computed Standard Model.
    """

    table: str
    column: str


class Analysis(Strict):
    """Which bins, which statistic, which systematics."""

    title: str
    statistic: Literal["poisson", "gaussian"] = Field(
        description=(
            "gaussian: counts minus the measured backgrounds, with the errors of both"
        )
    )
    energy_range: tuple[float, float] | None = None
    time_range: tuple[Time, Time] | None = None
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
    signal: SignalTable | None = None
    systematics: list[str] = []
    references: list[str] = []


class ExperimentFile(Strict):
    """Contents of ``experiment.toml``."""

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    process: str = Field(
        description="a process of nuprobe (cevns, electron), or of a package that"
        " offers one (nuprobe list processes)"
    )
    references: list[str] = []
    notes: str = ""
    target: TargetSection
    flux: FluxSection
    propagation: PropagationSection = PropagationSection()
    response: ResponseSection
    binning: BinningSection
    data: DataSection | None = None
    projection: bool = Field(
        default=False,
        description=(
            "no data: costs take the expectation of the Standard Model for them"
            " (Asimov)"
        ),
    )
    backgrounds: list[
        Annotated[
            MeasuredBackground | TemplateBackground | TableBackground | FlatBackground,
            Field(discriminator="kind"),
        ]
    ] = []
    parameters: list[KernelParameter] = []
    systematics: list[
        Annotated[
            Systematic | ShapeSystematic | ResponseSystematic,
            Field(discriminator="kind"),
        ]
    ] = []
    analyses: dict[str, Analysis] = Field(
        min_length=1, description="the first one is the default"
    )

    @model_validator(mode="after")
    def _check(self) -> ExperimentFile:
        sources = ["signal", *(b.name for b in self.backgrounds)]
        measured = [
            b.name for b in self.backgrounds if isinstance(b, MeasuredBackground)
        ]
        controlled = [
            b.name
            for b in self.backgrounds
            if isinstance(b, FlatBackground) and b.control is not None
        ]
        if self.projection and self.data is not None:
            raise InputError(
                "projection = true is for experiments without data: remove it, or"
                " [data]"
            )
        if controlled and not self.projection:
            raise InputError(
                f"backgrounds: control of {controlled[0]} belongs to projection = true;"
                " give a column of data"
            )
        if (
            any(isinstance(b, FlatBackground) for b in self.backgrounds)
            and self.binning.time is not None
        ):
            raise InputError(
                "a flat background has no arrival times: give a template where there"
                " are [binning.time]"
            )
        self._check_target()
        if self.response.matrix is not None:
            light = [
                f"parameters.{p.name}"
                for p in self.parameters
                if p.acts_on == "quenching-scale"
            ]
            light += [
                f"systematics.{s.name}"
                for s in self.systematics
                if s.kind == "quenching"
            ]
            if light:
                raise InputError(
                    f"{light[0]}: [response.matrix] knows no quenching; remove it"
                )
        if self.propagation.kind == "vacuum" and self.flux.distance is None:
            raise InputError("propagation.kind = 'vacuum' needs flux.distance; add it")
        for group, names in (
            ("background", sources),
            ("parameter", [p.name for p in self.parameters]),
            ("systematic", [s.name for s in self.systematics]),
        ):
            double = next((n for n in names if names.count(n) > 1), None)
            if double:
                raise InputError(
                    f"{group} {double!r} is defined twice; give each its own name"
                )
        for systematic in self.systematics:
            _known(
                f"systematics.{systematic.name}.acts_on",
                list(systematic.acts_on),
                sources,
            )
        for name, analysis in self.analyses.items():
            _known(
                f"analyses.{name}.systematics",
                analysis.systematics,
                [s.name for s in self.systematics],
            )
            _known(
                f"analyses.{name}.subtract", analysis.subtract, [*measured, *controlled]
            )
            if analysis.subtract and analysis.statistic == "poisson":
                raise InputError(
                    f"analyses.{name}: subtracting counts needs statistic = 'gaussian'"
                )
            if analysis.time_bins and analysis.arrival == "ignored":
                raise InputError(
                    f"analyses.{name}: arrival = 'ignored' needs time_bins = false"
                )
            if analysis.time_bins and self.binning.time is None:
                raise InputError(
                    f"analyses.{name}: time_bins = true needs [binning.time]"
                )
        if measured and self.data is None:
            raise InputError(
                "a measured background is a column of the data table: add [data]"
            )
        tables = [b.name for b in self.backgrounds if isinstance(b, TableBackground)]
        tables += [s.name for s in self.systematics if isinstance(s, ShapeSystematic)]
        tables += [
            f"analyses.{name}.signal"
            for name, a in self.analyses.items()
            if a.signal is not None
        ]
        if tables and self.data is None:
            raise InputError(
                f"{tables[0]}: a table in the bins of the experiment names its edges as"
                " [data]: add [data]"
            )
        return self

    def _check_target(self) -> None:
        """Refuse what belongs to the other process, so that nothing is ignored."""
        if self.process not in process_names():
            raise UnknownNameError("process", self.process, process_names())
        given = self.target.model_fields_set
        nuclear = {
            "form_factor",
            "surface_thickness",
            "proton_radius",
            "charge_radius",
            "neutron_radius",
            "axial",
        }
        foreign = given & (nuclear if self.process == "electron" else {"binding"})
        if foreign:
            other = "cevns" if self.process == "electron" else "electron"
            raise InputError(
                f"target.{min(foreign)} belongs to process = '{other}'; remove it"
            )
        for parameter in self.parameters:
            if self.process == "electron" and parameter.isotopes:
                raise InputError(
                    f"parameters.{parameter.name}: electrons do not know the radius of"
                    " a nucleus; remove it"
                )


def _known(place: str, names: list[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            raise InputError(
                f"{place}: {name!r} is not defined; defined are"
                f" {', '.join(known) or 'none'}"
            )


def json_schema() -> dict[str, Any]:
    """JSON Schema of ``experiment.toml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:nuprobe:experiment:1",
        **ExperimentFile.model_json_schema(),
    }
