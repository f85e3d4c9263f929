"""The fields of a catalogue entry, and derived quantities."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import Field

from nuprobe.catalogue.comparison import CodeLink, Derived, Number
from nuprobe.catalogue.parts import (
    Change,
    Component,
    Conditions,
    ConfidenceLevel,
    Curve,
    Errors,
    Interval,
    Notes,
    Observable,
    Source,
    Trimmed,
    Verification,
)
from nuprobe.catalogue.quantities import unit_factor
from nuprobe.flavours import FLAVOURS as KNOWN_FLAVOURS

__all__ = ["FLAVOURS", "KINDS", "LIMITS", "STATUSES", "EntryFields"]

_SPELLINGS: Final = {
    "anomalous_moment": ("g-2",),
    "deuteron": ("L_1A", "L1A", "L_{1,A}"),
    "double_beta": ("0nu", "0nubb", "0νββ", "0vbb", "neutrinoless", "m_bb"),
    "lmu_ltau": ("L_mu-L_tau", "Lmu-Ltau", "Zprime"),
    "primordial": ("BBN", "N_eff", "Neff", "Y_P"),
    "reactor": ("yields", "IBD"),
    "sterile": ("3+1", "short baseline"),
    "weak_angle": ("sin2_theta_w", "Weinberg angle"),
}
"""Common names by topic, in addition to those in an entry's texts."""
_SUPERNOVA: Final = re.compile(r"sn ?1987a")
KINDS = (
    "measurement",
    "upper_limit",
    "lower_limit",
    "interval",
    "curve_limit",
    "preferred_band",
    "projection",
    "theory",
)
LIMITS = ("upper_limit", "lower_limit", "interval", "curve_limit")
FLAVOURS = (*KNOWN_FLAVOURS, "nu_1", "nu_2", "nu_3", "nu_s", "solar", "any", "none")
STATUSES = ("current", "superseded", "disputed", "withdrawn", "historical")

Id = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_+-]+)*/[A-Za-z0-9][A-Za-z0-9_.+-]*$"),
]
Alias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:_.+/-]*$")]


class EntryFields(Trimmed):
    """Fields of an entry.

    Attributes
    ----------
    schema_version : of the format.
    id : <topic>.<what>/<experiment>-<year>.
    aliases : other names of the entry.
    title, experiment, year : of the measurement; the first author for an analysis or a
        prediction.
    observable : quantity measured or limited.
    kind, projects : measurement, limit, …; for a projection, the kind of result
        projected.
    value, errors, components, interval, curve : the numbers.
    unit : of value, errors, components and interval, e.g. ``"1e-32 cm2"``.
    of_absolute_value : for an upper limit on the absolute value.
    numbers, derived : further published numbers, and relations that must hold.
    cl, sidedness, statistic : of a limit; the level is a fraction.
    likelihood : shape of the underlying likelihood.
    convention : for charge radii, NSI, couplings and the like.
    flavour, effective : of the neutrinos; whether it is a combination seen by one
        experiment.
    model, valid_range : assumed in the extraction, and its range of validity.
    conditions : energy, luminosity, exposure, target, source of neutrinos.
    source, via : the publication, and the compilation from which it was taken.
    supersedes, superseded_by, shares_data_with, disputed_by : ids of other entries.
    verification, status, history, notes : of the entry.
    code : calls of this package that compute its numbers.
    """

    schema_version: Literal[1]
    id: Id = Field(
        examples=["trident.mumu.ratio/CCFR-1991"],
        description="<topic>.<what>/<experiment>-<year>",
    )
    aliases: list[Alias] = []
    title: str = Field(min_length=1)
    experiment: str = Field(
        min_length=1,
        description="experiment, or first author for an analysis or a theory",
    )
    year: int = Field(ge=1930, le=2100)
    observable: Observable
    kind: Literal[KINDS]  # type: ignore[valid-type]
    projects: (
        Literal["measurement", "upper_limit", "lower_limit", "interval", "curve_limit"]
        | None
    ) = Field(default=None, description="for a projection: the quantity projected")
    value: float | None = None
    errors: Errors | None = None
    components: list[Component] = []
    interval: Interval | None = None
    curve: Curve | None = None
    unit: str | None = Field(
        default=None,
        description="of value, errors, components and interval, e.g. '1e-32 cm2'",
    )
    of_absolute_value: bool = Field(
        default=False, description="an upper limit on the absolute value"
    )
    numbers: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Number] = {}
    derived: list[Derived] = []
    cl: ConfidenceLevel | None = Field(
        default=None, description="a fraction; of the errors 0.6827 if left out"
    )
    sidedness: Literal["one-sided", "two-sided", "unknown"] | None = None
    statistic: (
        Literal[
            "gaussian",
            "likelihood-ratio",
            "delta-chi2",
            "feldman-cousins",
            "cls",
            "bayesian",
            "poisson",
            "bound",
            "unknown",
        ]
        | None
    ) = Field(
        default=None,
        description=(
            "how the limit was set; bound: a physical argument rather than statistics"
        ),
    )
    likelihood: Literal[
        "gaussian",
        "asymmetric-gaussian",
        "poisson",
        "limit-only",
        "published",
        "unknown",
        "none",
    ] = "unknown"
    convention: str | None = Field(
        default=None,
        description="required for charge radii, NSI, couplings and the like",
    )
    flavour: list[Literal[FLAVOURS]] = Field(min_length=1)  # type: ignore[valid-type]
    effective: bool = Field(
        description="a combination seen by one experiment, not an element of a matrix"
    )
    model: str = Field(min_length=1, description="assumed in the extraction")
    valid_range: str = Field(
        min_length=1, description="where it is valid: masses, momentum transfers"
    )
    conditions: Conditions = Conditions()
    source: Source
    via: Source | None = Field(
        default=None, description="the compilation or review it was taken through"
    )
    supersedes: list[Id] = []
    superseded_by: list[Id] = []
    shares_data_with: list[Id] = []
    disputed_by: list[Id] = []
    verification: Verification
    status: Literal[STATUSES]  # type: ignore[valid-type]
    history: list[Change] = Field(min_length=1)
    notes: Notes
    code: list[CodeLink] = []

    @property
    def form(self) -> str:
        """The kind; for a projection, the kind of result projected."""
        return self.projects or self.kind

    @property
    def topic(self) -> str:
        """First word of the id, which is its folder."""
        return re.split(r"[./]", self.id, maxsplit=1)[0]

    @property
    def factor(self) -> float:
        """Factor from `unit` to the base unit of the quantity; 1 without a unit."""
        return (
            1.0
            if self.unit is None
            else unit_factor(self.unit, self.observable.quantity)
        )

    @property
    def words(self) -> str:
        """Searchable text, in lower case."""
        source = self.source
        texts = (
            *(
                self.id,
                *self.aliases,
                self.title,
                self.experiment,
                str(self.year),
                self.observable.quantity,
                self.model,
            ),
            *(
                *source.texkeys,
                source.doi,
                source.arxiv,
                source.hepdata,
                source.authors,
                source.title,
            ),
            *(*(self.via.texkeys if self.via else ()), *(c.recipe for c in self.code)),
            *self.notes.model_dump().values(),
            *_SPELLINGS.get(self.id.partition(".")[0], ()),
        )
        text = "\n".join(t for t in texts if t).lower()
        return f"{text}\nsn1987a sn 1987a" if _SUPERNOVA.search(text) else text

    @property
    def number(self) -> str:
        """The number with its sign and unit as text, such as ``"< 2.9e-11 muB"``;
        ``"-"`` without one."""
        unit = "" if self.unit in (None, "1") else f" {self.unit}"
        if unit.startswith(" 1e"):
            unit = f" x{unit}"
        symbol = {"upper_limit": "< ", "lower_limit": "> "}.get(self.form, "")
        if self.value is not None:
            text = f"{symbol}{self.value:.12g}"
            if self.errors is not None:
                plus, minus = self.errors.plus, self.errors.minus
                text += (
                    f" +- {plus:.12g}"
                    if plus == minus
                    else f" +{plus:.12g} -{minus:.12g}"
                )
            return text + unit
        if self.interval is not None:
            lower, upper = self.interval.lower, self.interval.upper
            if lower is None or upper is None:
                return (
                    f"< {upper:.12g}" if upper is not None else f"> {lower:.12g}"
                ) + unit
            return f"{lower:.12g} to {upper:.12g}{unit}"
        return (
            "-"
            if self.curve is None
            else f"{self.curve.shape} of {len(self.curve.points)} points"
        )

    @property
    def confidence(self) -> str:
        """Confidence level and sidedness as text; empty without one."""
        if self.cl is None:
            return ""
        level = (
            "CL unknown" if isinstance(self.cl, str) else f"{100 * self.cl:.4g} % CL"
        )
        return level + (
            f", {self.sidedness}" if self.sidedness not in (None, "unknown") else ""
        )

    def named_numbers(self) -> dict[str, Number]:
        """`value`, `lower`, `upper`, `plus`, `minus` and the further numbers, in the
        units of the entry."""
        unit = self.unit or ""
        found: dict[str, Number] = {}
        if self.value is not None:
            plus, minus = (
                (self.errors.plus, self.errors.minus) if self.errors else (None, None)
            )
            found["value"] = Number(value=self.value, plus=plus, minus=minus, unit=unit)
        if self.errors is not None:
            found |= {
                k: Number(value=v, unit=unit)
                for k, v in (("plus", self.errors.plus), ("minus", self.errors.minus))
            }
        if self.interval is not None:
            sides = ("lower", self.interval.lower), ("upper", self.interval.upper)
            found |= {k: Number(value=v, unit=unit) for k, v in sides if v is not None}
        return found | self.numbers
