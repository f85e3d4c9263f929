"""Sections of ``experiment.toml`` on the source, the target and the detector."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PositiveFloat, field_validator, model_validator

from nuprobe.detectors import (
    ACCEPTANCE_POINTS,
    ACCEPTANCE_QUANTITIES,
    COUNT_CELLS,
    SMEARINGS,
    named_quenching,
)
from nuprobe.errors import InputError
from nuprobe.experiments.format.quantities import (
    ElectronEquivalent,
    Energy,
    Length,
    LightYield,
    LiveTime,
    Mass,
    Power,
    Radius,
    Time,
)
from nuprobe.nuclei import BINDINGS, FORM_FACTORS, radius_isotopes
from nuprobe.nuclei.form_factors import DEFAULT_NUCLEON, NucleonName
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity, units_of

__all__ = [
    "ConstantQuenchingSection",
    "FluxSection",
    "FullAcceptanceSection",
    "LindhardQuenchingSection",
    "LogisticSection",
    "MatrixSection",
    "PolynomialQuenchingSection",
    "PropagationSection",
    "ResponseSection",
    "SmearingSection",
    "TableAcceptanceSection",
    "TableQuenchingSection",
    "TargetSection",
    "TimeAcceptanceSection",
    "TimingSection",
]


class PropagationSection(Strict):
    """Flavour evolution between source and detector."""

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
    """The target of the neutrinos."""

    material: str | dict[str, PositiveFloat] = Field(
        description="'CsI', 'natural Ge', or a mixture by number"
    )
    mass: Mass = Field(description=f"mass of the target ({units_of('mass')})")
    form_factor: Literal[tuple(FORM_FACTORS)] = Field(  # type: ignore[valid-type]
        default="helm", description="of protons and neutrons, by name"
    )
    surface_thickness: Length | None = Field(
        default=None, description="of the Helm form factor"
    )
    nucleon: NucleonName = Field(
        default=DEFAULT_NUCLEON,
        description="electric form factors of the nucleons, folded into the"
        " distributions of point nucleons; 'point': none",
    )
    proton_radius: dict[str, Radius] = Field(
        default={},
        description="rms point-proton radius by isotope: a length, or a name of"
        " `nuprobe list radii`, which may replace the whole table",
    )
    charge_radius: dict[str, Length] = Field(
        default={},
        description="physical rms radius of the charge by isotope, converted to that of"
        " the point protons",
    )
    neutron_radius: dict[str, Radius] = Field(
        default={},
        description="rms point-neutron radius by isotope: a length, or a name of"
        " `nuprobe list radii`, which may replace the whole table",
    )
    physical_neutron_radius: dict[str, Length] = Field(
        default={},
        description="physical rms radius of the neutrons by isotope, converted to that"
        " of the point neutrons with the nucleon",
    )
    axial: bool = Field(
        default=False, description="include the axial response of nuclei with spin"
    )
    binding: bool | Literal[BINDINGS] = Field(  # type: ignore[valid-type]
        default=True,
        description=(
            "of electrons: a shell does not contribute to energy transfers below its"
            " binding energy (true or 'step'); 'rrpa': with many-body factors, for"
            " xenon; 'epa': charges of neutrinos by equivalent photons"
        ),
    )

    @field_validator("proton_radius", "neutron_radius", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, str):
            return dict.fromkeys(radius_isotopes(value), value)
        return value

    @model_validator(mode="after")
    def _check_radii(self) -> TargetSection:
        for one, other in (
            ("proton_radius", "charge_radius"),
            ("neutron_radius", "physical_neutron_radius"),
        ):
            if both := sorted(getattr(self, one).keys() & getattr(self, other).keys()):
                raise InputError(
                    f"{both[0]} is in both target.{one} and target.{other}: keep one"
                    " of them"
                )
        return self


class FluxSection(Strict):
    """The source of the neutrinos."""

    name: str = Field(
        description="a flux of the package, or './folder' next to experiment.toml"
    )
    options: dict[str, Any] = Field(
        default={}, description="options of the flux, e.g. { model = 'B16-GS98' }"
    )
    exposure: PositiveFloat | None = Field(
        default=None,
        description="number of units of the flux, e.g. protons on target; or give power"
        " and time (reactors), or time alone (fluxes per second)",
    )
    power: Power | None = Field(
        default=None,
        description="thermal power of a reactor, e.g. '3 GW': the exposure is power"
        " times time over the mean energy per fission of Kopeikin:2004cn",
    )
    time: LiveTime | None = Field(
        default=None,
        description="live time, e.g. '1 year': with power, or alone for a flux per"
        " second, instead of exposure; together with exposure only for"
        " backgrounds per day",
    )
    distance: Length | None = Field(
        default=None, description="required for an isotropic source"
    )
    baselines: list[tuple[Length, PositiveFloat]] = Field(
        default=[],
        description="in place of distance: (distance, share of the detector's mass)"
        " where source and detector are not small",
    )

    @model_validator(mode="after")
    def _check_baselines(self) -> FluxSection:
        if self.distance is not None and self.baselines:
            raise InputError("give distance or baselines, not both")
        return self

    @model_validator(mode="after")
    def _check_exposure(self) -> FluxSection:
        if self.power is not None and self.exposure is not None:
            raise InputError("give exposure, or power and time, not both")
        if self.power is not None and self.time is None:
            raise InputError(
                f"power = {self.power!r} needs the live time: add time = '1 year'"
            )
        if self.exposure is None and self.time is None:
            raise InputError(
                "exposure: this key is required; add it (or power and time of a"
                " reactor, or time for a flux per second)"
            )
        return self

    @property
    def distances(self) -> list[tuple[float, float]]:
        """Distances in MeV⁻¹ with their shares, which sum to 1."""
        if self.distance is not None:
            return [(parse_quantity(self.distance, "length"), 1.0)]
        total = sum(share for _, share in self.baselines)
        return [(parse_quantity(x, "length"), w / total) for x, w in self.baselines]


class ConstantQuenchingSection(Strict):
    """E_ee = factor · T."""

    kind: Literal["constant"] = Field(description="one factor")
    factor: PositiveFloat = Field(description="E_ee / T")


class TableQuenchingSection(Strict):
    """Factor linear between tabulated recoil energies."""

    kind: Literal["table"] = Field(description="a table")
    table: str = Field(description="CSV table in the folder")
    recoil_column: str = Field(
        default="t_nr_kev", description="column of the recoil energy in keV"
    )
    factor_column: str = Field(default="factor", description="column of E_ee / T")


class LindhardQuenchingSection(Strict):
    """Lindhard's formula."""

    kind: Literal["lindhard"] = Field(description="Lindhard's formula")
    k: PositiveFloat = Field(description="electronic energy loss, about 0.13 to 0.2")
    z: int = Field(description="charge Z of the nucleus")


class PolynomialQuenchingSection(Strict):
    """E_ee = Σ_n c_n T^n for n = 1, 2, …, both energies in `unit`."""

    kind: Literal["polynomial"] = Field(description="a polynomial")
    coefficients: list[float] = Field(min_length=1, description="c_1, c_2, ...")
    unit: Literal["keV", "MeV"]


class LogisticSection(Strict):
    """a/(1 + exp(−k(x − x0))) + offset, 0 where that is negative, times steps
    (position, factor)."""

    kind: Literal["logistic"] = Field(description="a logistic function")
    a: PositiveFloat
    k: PositiveFloat
    x0: float
    offset: float = 0.0
    steps: list[tuple[float, float]] = Field(
        default=[], description="(position, factor), the factor from there on"
    )


class TableAcceptanceSection(Strict):
    """Linear between tabulated points."""

    kind: Literal["table"] = Field(description="a table")
    table: str = Field(description="CSV table in the folder")
    x_column: str = Field(default="x", description="column of the position")
    efficiency_column: str = Field(
        default="efficiency", description="column of the probability to be kept"
    )


class FullAcceptanceSection(Strict):
    """Everything is kept."""

    kind: Literal["full"] = Field(description="no losses")


class SmearingSection(Strict):
    """Distribution of the reconstructed quantity around its mean."""

    kind: Literal[SMEARINGS] = Field(  # type: ignore[valid-type]
        default="poisson", description="distribution around the mean; none: no smearing"
    )
    resolution: tuple[float, float, float] = Field(
        default=(0.0, 1.0, 0.0),
        description="(a, b, c) of the Gaussian width sqrt(a^2 + b^2 x + c^2 x^2)",
    )
    linear: bool = Field(
        default=False, description="the Gaussian width is a + b sqrt(x) + c x instead"
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
    column: str = Field(
        default="efficiency", description="column of the probability to be kept"
    )
    low: str = Field(default="low_us", description="column of the lower edges in us")
    high: str = Field(default="high_us", description="column of the upper edges in us")


class TimingSection(Strict):
    """Arrival-time resolution, shift and acceptance of the signal."""

    resolution: Time = "0 us"
    offset: Time = Field(default="0 us", description="shift of the arrival times")
    acceptance: TimeAcceptanceSection | None = None


class MatrixSection(Strict):
    """Probability to be kept in each bin by the true recoil energy, in place of light
    yield and quenching.

    The table has one row per recoil energy and one column per bin, named prefix +
    number of the bin, from 0.
    """

    table: str
    recoil_column: str = Field(
        default="t_nr_kev", description="column of the recoil energy in keV"
    )
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
        description="mean of the reconstructed quantity per electron-equivalent energy;"
        " default 1 per unit where the unit is an energy (eVee, keVee, MeVee, eV, …)",
    )
    threshold: ElectronEquivalent | None = Field(
        default=None,
        description="nothing reconstructed below it is kept, e.g. '100 eVee'; the"
        " acceptance applies above it",
    )
    resolution: str | None = Field(
        default=None,
        description="in place of smearing: Gaussian of constant standard deviation"
        " '30 eV', of constant '70 eV FWHM', or of '5 %' of the energy",
    )
    quenching: (
        Annotated[
            ConstantQuenchingSection
            | TableQuenchingSection
            | LindhardQuenchingSection
            | PolynomialQuenchingSection,
            Field(discriminator="kind"),
        ]
        | str
        | None
    ) = Field(
        default=None,
        description="electron-equivalent energy over recoil energy: a function, or a"
        " name of `nuprobe list quenchings`; a factor of 1 where heat or electrons are"
        " measured",
    )
    floor: Literal["none"] | Energy | None = Field(
        default=None,
        description="electron-equivalent energy below which a recoil gives no signal"
        " that noise could lift into the bins (one electron-hole pair or quantum);"
        " default: that of Si, Ge, Ar or Xe where part of the Gaussian noise is"
        " constant and recoils are quenched, else 'none'",
    )
    matrix: MatrixSection | None = Field(
        default=None,
        description="a table of the probability of each bin by recoil energy, in place"
        " of light yield, quenching, smearing and acceptance",
    )
    smearing: SmearingSection = Field(
        default=SmearingSection(), description="distribution around the mean"
    )
    acceptance: Annotated[
        LogisticSection | TableAcceptanceSection | FullAcceptanceSection,
        Field(discriminator="kind"),
    ] = Field(
        default=FullAcceptanceSection(kind="full"),
        description="probability to be kept",
    )
    acceptance_at: Literal[ACCEPTANCE_POINTS] = Field(  # type: ignore[valid-type]
        default="integrated", description="where in a one-count cell it is evaluated"
    )
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
    timing: TimingSection = Field(
        default=TimingSection(), description="of the arrival times"
    )
    tolerance: float = Field(
        default=1e-6,
        gt=0,
        lt=0.1,
        description="relative accuracy required of the integrals; worse than it and"
        " 1e-4 is an error, between the two a warning",
    )

    @field_validator("quenching", mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        return named_quenching(value).name if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check(self) -> ResponseSection:
        if self.threshold is not None and self.acceptance_of == "recoil":
            raise InputError(
                "response.threshold is electron-equivalent, but acceptance_of ="
                " 'recoil': remove one of them, or put the threshold into the"
                " acceptance"
            )
        if self.matrix is None:
            missing = [
                key
                for key in ("light_yield", "quenching")
                if getattr(self, key) is None
            ]
            if missing:
                raise InputError(
                    f"response.{missing[0]}: this key is required; add it (or"
                    " [response.matrix]"
                    + ("; or unit = 'keVee')" if missing[0] == "light_yield" else ")")
                )
        else:
            foreign = self.model_fields_set - {
                "observable",
                "unit",
                "matrix",
                "timing",
                "tolerance",
            }
            if foreign:
                raise InputError(
                    f"response.{min(foreign)}: [response.matrix] replaces this key;"
                    " remove one of them"
                )
        return self
