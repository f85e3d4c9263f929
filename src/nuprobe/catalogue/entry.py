"""The format of one catalogue entry: a published number, limit, curve or band, with
where it comes from."""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    model_validator,
)

from nuprobe.catalogue.expressions import evaluate
from nuprobe.catalogue.quantities import QUANTITIES, unit_factor
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.flavours import FLAVOURS as KNOWN_FLAVOURS
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity

__all__ = ["CodeLink", "Entry", "Tolerance", "json_schema"]

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
# words and units of what describes a measurement: these stand under `cl` and
# `conditions`
_NO_VALUE = re.compile(r"(?:.*_)?(?:cl|confidence|luminosity|energy|exposure)(?:_.*)?")
_NO_VALUE_UNIT = re.compile(r".*\b[afpn]b\^-1|.*\bCL", re.IGNORECASE)


def _fraction(value: object) -> object:
    if isinstance(value, int | float) and 1 < value < 100:
        raise ValueError(
            f"a confidence level is a fraction: write {value / 100:.6g} for {value:g} %"
        )
    return value


ConfidenceLevel = Annotated[
    Annotated[float, Field(gt=0, lt=1)] | Literal["unknown"],
    BeforeValidator(_fraction),
]


def _energy(value: object) -> str:
    text = str(value)
    low, dash, high = text.partition(" to ")
    if dash:
        unit = re.sub(r"^[\s\d.eE+-]+", "", high)
        if not parse_quantity(f"{low} {unit}", "energy") < parse_quantity(
            high, "energy"
        ):
            raise InputError(f"the energy range {text!r} must increase")
    else:
        parse_quantity(text, "energy")
    return text


class Trimmed(Strict, str_strip_whitespace=True):
    """Base of the parts of an entry: space around texts is dropped."""


class Errors(Trimmed):
    """Errors of a value, both positive."""

    plus: NonNegativeFloat
    minus: NonNegativeFloat


class Component(Errors):
    """One part of the errors."""

    source: Literal["stat", "syst", "theory", "normalisation", "other"]


class Interval(Trimmed):
    """An allowed range; an open side is left out."""

    lower: float | None = None
    upper: float | None = None

    @model_validator(mode="after")
    def _check(self) -> Interval:
        if self.lower is None and self.upper is None:
            raise InputError("give lower, upper or both")
        if (
            self.lower is not None
            and self.upper is not None
            and not self.lower < self.upper
        ):
            raise InputError(
                f"lower must be below upper, got {self.lower:g} and {self.upper:g}"
            )
        return self


class Observable(Trimmed):
    """What is measured or limited."""

    quantity: Literal[tuple(QUANTITIES)]  # type: ignore[valid-type]
    latex: str = Field(min_length=1, description="symbol in LaTeX, without dollars")
    parameter: str | None = Field(
        default=None, description="parameter of nuprobe, e.g. charge_radius.emu"
    )


class Axis(Trimmed):
    """An axis of a curve."""

    quantity: Literal[tuple(QUANTITIES)]  # type: ignore[valid-type]
    latex: str = Field(min_length=1)
    unit: str

    @model_validator(mode="after")
    def _check(self) -> Axis:
        unit_factor(self.unit, self.quantity)
        return self


class Curve(Trimmed):
    """A curve, band or closed region; all coordinates positive."""

    x: Axis
    y: Axis
    shape: Literal["curve", "band", "region"] = Field(
        default="curve",
        description=(
            "curve: [x, y]; band: [x, lower, upper]; region: a closed polygon of [x, y]"
        ),
    )
    excluded: Literal["above", "below", "inside", "none"] = "above"
    points: list[list[PositiveFloat]] = Field(min_length=2)

    @model_validator(mode="after")
    def _check(self) -> Curve:
        width = 3 if self.shape == "band" else 2
        for i, point in enumerate(self.points):
            if len(point) != width:
                raise InputError(
                    f"points.{i}: a {self.shape} has {width} numbers a point, got"
                    f" {len(point)}"
                )
            if self.shape == "band" and not point[1] < point[2]:
                raise InputError(
                    f"points.{i}: lower must be below upper, got {point[1]:g} and"
                    f" {point[2]:g}"
                )
        if self.shape == "region":
            if len(self.points) < 3:
                raise InputError("a region has at least three points")
            return self
        for i, (before, after) in enumerate(itertools.pairwise(self.points)):
            if not before[0] < after[0]:
                raise InputError(
                    f"points.{i + 1}: x must increase, got {after[0]:g} after"
                    f" {before[0]:g}"
                )
        return self


class Conditions(Trimmed):
    """Under what it was measured: none of these is ever a value."""

    energy: Annotated[str, BeforeValidator(_energy)] | None = Field(
        default=None,
        description=(
            "neutrino or centre-of-mass energy, e.g. '10.58 GeV' or '2 to 8 MeV'"
        ),
    )
    luminosity: str | None = Field(
        default=None, pattern=r"^[\d.eE+-]+ (ab|fb|pb)\^-1$", examples=["50 ab^-1"]
    )
    exposure: str | None = Field(
        default=None, description="e.g. '3 yr in each beam mode'"
    )
    target: str | None = None
    source: str | None = Field(default=None, description="reactor, accelerator, sun, …")


class Pdg(Trimmed):
    """Where in the Review of Particle Physics."""

    block: str = Field(pattern=r"^[A-Z]\d{3}[A-Z0-9]*$", examples=["S066CRD"])
    edition: int = Field(ge=1957, le=2100)


class Source(Trimmed):
    """A publication and how the numbers were taken from it."""

    texkeys: list[
        Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9'._-]*:\d{4}[a-z]{2,3}$")]
    ] = Field(default=[], description="INSPIRE texkeys, the present one first")
    recid: int | None = Field(
        default=None, gt=0, description="INSPIRE record number: the key to join on"
    )
    doi: str | None = Field(default=None, pattern=r"^10\.\d{4,9}/\S+$")
    arxiv: str | None = Field(
        default=None, pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7})$"
    )
    pdg: Pdg | None = None
    hepdata: str | None = Field(
        default=None, pattern=r"^(ins\d+(/\S+)?|10\.17182/\S+)$"
    )
    authors: str = ""
    title: str = ""
    journal: str = ""
    year: int | None = Field(default=None, ge=1930, le=2100)
    locator: str = Field(
        min_length=1,
        description="where in it: 'Fig. 4', 'Eq. 11', 'abstract', 'Table 2'",
    )
    method: Literal["text", "hepdata", "digitised", "recomputed"]
    licence: str = Field(
        min_length=1,
        description=(
            "of what was taken; for numbers of a text 'facts, not copyrightable'"
        ),
    )
    retrieved: datetime.date

    @model_validator(mode="after")
    def _check(self) -> Source:
        if not (self.texkeys or self.recid or self.doi or self.arxiv):
            raise InputError("give at least one of texkeys, recid, doi and arxiv")
        return self


class Verification(Trimmed):
    """How sure the transcription is."""

    level: Literal["transcribed", "second_source", "recomputed", "primary_read"] = (
        Field(
            description=(
                "transcribed: from one listing or review; second_source: two that"
                " agree; recomputed: this package finds it too; primary_read: read in"
                " the publication itself"
            )
        )
    )
    evidence: str = Field(min_length=1, description="what was compared with what")


class Change(Trimmed):
    """One line of history."""

    date: datetime.date
    change: str = Field(min_length=1)


class Notes(Trimmed):
    """Prose, each key short."""

    why: str = Field(default="", description="why it constrains")
    changed: str = Field(
        default="", description="what changed since the original paper"
    )
    validity: str = Field(default="", description="validity and model dependence")
    convention: str = Field(
        default="", description="required for the convention 'other'"
    )
    not_shipped: str = Field(default="", description="why no number or curve is given")
    caveat: str = ""


class Tolerance(Trimmed):
    """When a computed number and a published one are called compatible: exactly one of
    the five."""

    absolute: NonNegativeFloat | None = None
    relative: PositiveFloat | None = None
    sigma: PositiveFloat | None = Field(
        default=None, description="in units of the published error"
    )
    at_least: Literal[True] | None = Field(
        default=None, description="the published value is a lower bound of ours"
    )
    shown: Literal[True] | None = Field(
        default=None, description="a known difference: shown, not judged; say why"
    )

    @model_validator(mode="after")
    def _check(self) -> Tolerance:
        given = (self.absolute, self.relative, self.sigma, self.at_least, self.shown)
        if sum(v is not None for v in given) != 1:
            raise InputError(
                "give exactly one of absolute, relative, sigma, at_least and shown"
            )
        return self

    def judge(
        self, computed: float, value: float, plus: float | None, minus: float | None
    ) -> bool | None:
        """Whether `computed` is compatible with the published number; None if that is
        not judged."""
        difference = computed - value
        if self.shown:
            return None
        if self.at_least:
            return difference >= 0
        if self.sigma is not None:
            error = plus if difference > 0 else minus
            if not error:
                raise InputError("a tolerance in sigma needs published errors")
            return abs(difference) <= self.sigma * error
        if self.relative is not None:
            return abs(difference) <= self.relative * abs(value)
        assert self.absolute is not None  # exactly one is given
        return abs(difference) <= self.absolute

    def __str__(self) -> str:
        if self.shown:
            return "not judged"
        if self.at_least:
            return "at least"
        name = (
            "sigma"
            if self.sigma is not None
            else "relative"
            if self.relative is not None
            else "absolute"
        )
        return f"{getattr(self, name):g} {name}"


class CodeLink(Trimmed):
    """The call of this package that computes a number of the entry, and what it
    gave."""

    quantity: str = Field(min_length=1, description="what is computed, in words")
    recipe: str = Field(description="function of nuprobe.reproductions.recipes")
    keywords: dict[str, Any] = {}
    command: str = Field(
        pattern=r"^nuprobe [\x20-\x7e]+$",
        description="a line to type in a shell that shows it",
    )
    compares: str = Field(
        default="value",
        description=(
            "published number beside it: value, plus, minus, lower, upper or one of"
            " `numbers`"
        ),
    )
    result: float = Field(
        description=(
            "what the recipe gave, in the unit of the number it is compared with"
        )
    )
    reproducible: PositiveFloat = Field(
        default=1e-3, description="relative change of the result that is allowed"
    )
    tolerance: Tolerance = Field(
        description="between the result and the published number"
    )
    agrees: bool | None = Field(description="null if not judged")
    explanation: str = Field(default="", description="required unless it agrees")
    fast: bool = Field(default=True, description="false: not run by the quick tests")

    @model_validator(mode="after")
    def _check(self) -> CodeLink:
        if self.agrees is not True and not self.explanation:
            raise InputError(
                "a result that does not agree or is not judged needs an explanation"
            )
        return self


class Number(Trimmed):
    """A further published number of the entry."""

    value: float
    plus: NonNegativeFloat | None = None
    minus: NonNegativeFloat | None = None
    unit: str = Field(default="", description="for the reader; empty for a pure number")
    meaning: str = ""


class Derived(Trimmed):
    """Arithmetic that must come out."""

    expression: str = Field(
        description=(
            "over value, plus, minus, lower, upper, `numbers` and their errors, e.g."
            " observed_plus / observed"
        )
    )
    equals: float
    absolute: NonNegativeFloat = Field(
        description="allowed difference, e.g. half of the last digit"
    )

    def difference(self, numbers: dict[str, float]) -> float:
        """The expression minus what it should be."""
        return evaluate(self.expression, numbers) - self.equals


Id = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_+-]+)*/[A-Za-z0-9][A-Za-z0-9_.+-]*$"),
]
Alias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:_.+/-]*$")]


class Entry(Trimmed):
    """One entry of the catalogue."""

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
    ) = Field(default=None, description="for a projection: what it foresees")
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
        min_length=1, description="where it holds: masses, momentum transfers"
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
        """The kind; for a projection, what it foresees."""
        return self.projects or self.kind

    @property
    def topic(self) -> str:
        """First word of the id: the folder it lies in."""
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
        """Text that a search looks through, in lower case."""
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
        )
        return "\n".join(t for t in texts if t).lower()

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

    @model_validator(mode="after")
    def _check(self) -> Entry:
        self._check_numbers()
        self._check_convention()
        if (self.kind == "projection") != (self.projects is not None):
            raise InputError(
                "projects: a projection says what it foresees, and nothing else does"
            )
        if self.form in LIMITS or self.kind == "preferred_band":
            for key in ("cl", "sidedness", "statistic"):
                if getattr(self, key) is None:
                    raise InputError(
                        f"{key}: required for kind {self.form}; write unknown if it was"
                        " not published"
                    )
        if (self.status == "superseded") != bool(self.superseded_by):
            raise InputError("status: superseded and superseded_by go together")
        if bool(self.disputed_by) and self.status == "current":
            raise InputError("status: an entry with disputed_by is not current")
        numbers = self.named_numbers()
        for name, number in self.numbers.items():
            if _NO_VALUE.fullmatch(name) or _NO_VALUE_UNIT.fullmatch(number.unit):
                raise InputError(
                    f"numbers.{name}: a confidence level, an energy, a luminosity or an"
                    " exposure is never a value; put it under cl or conditions"
                )
        for name in {"value", "plus", "minus", "lower", "upper"} & set(self.numbers):
            raise InputError(
                f"numbers.{name}: that name is taken by the key of the entry; choose"
                " another"
            )
        values = {k: n.value for k, n in numbers.items()}
        values |= {
            f"{k}_plus": n.plus for k, n in numbers.items() if n.plus is not None
        }
        values |= {
            f"{k}_minus": n.minus for k, n in numbers.items() if n.minus is not None
        }
        for i, derived in enumerate(self.derived):
            off = derived.difference(values)
            if abs(off) > derived.absolute * (1 + 1e-9):
                raise InputError(
                    f"derived.{i}: {derived.expression} differs from {derived.equals:g}"
                    f" by {off:+.3g}"
                )
        for i, link in enumerate(self.code):
            self._check_link(f"code.{i}", link, numbers)
        return self

    def _check_numbers(self) -> None:
        has = {
            k: getattr(self, k) is not None
            for k in ("value", "errors", "interval", "curve")
        }
        if self.components and self.errors is None:
            raise InputError("components: give the total in errors too")
        if has["errors"] and not has["value"]:
            raise InputError("errors: they need a value")
        if (has["value"] or has["interval"]) != (self.unit is not None):
            raise InputError(
                "unit: it is required with a value or an interval, and only then (a"
                " pure number has '1')"
            )
        if self.unit is not None:
            try:
                unit_factor(self.unit, self.observable.quantity)
            except NuprobeError as err:
                raise InputError(f"unit: {err}") from None
        absent = bool(self.notes.not_shipped)
        needs: dict[str, tuple[str, ...]] = {
            "measurement": ("value",),
            "upper_limit": ("value",),
            "lower_limit": ("value",),
            "interval": ("interval",),
            "curve_limit": ("curve", "code"),
            "preferred_band": ("interval", "curve", "code"),
            "theory": ("value", "interval", "curve", "code"),
        }
        wanted = needs.get(self.form, ())
        if (
            wanted
            and not absent
            and not any(has.get(k, bool(self.code)) for k in wanted)
        ):
            raise InputError(
                f"kind: {self.form} needs {' or '.join(wanted)}; if it is not shipped,"
                " say why in notes.not_shipped"
            )
        if (
            self.kind == "measurement"
            and has["value"]
            and not (has["errors"] or has["interval"] or absent)
        ):
            raise InputError(
                "errors: a measurement has errors or an interval; if they are not"
                " shipped, say why in notes.not_shipped"
            )
        if self.value is not None and self.interval is not None:
            lower, upper = self.interval.lower, self.interval.upper
            if (lower is not None and self.value < lower) or (
                upper is not None and self.value > upper
            ):
                raise InputError(
                    f"value: {self.value:g} lies outside its own interval; correct one"
                    " of the two"
                )
        if self.form in ("upper_limit", "lower_limit") and (
            has["errors"] or has["interval"]
        ):
            raise InputError(
                f"value: {self.form} is the value alone, without errors or interval"
            )
        if self.of_absolute_value and (
            self.form != "upper_limit" or (self.value is not None and self.value <= 0)
        ):
            raise InputError(
                "of_absolute_value: only for an upper limit with a positive value"
            )

    def _check_convention(self) -> None:
        known: dict[str, str] = {}
        quantities = [self.observable.quantity] + (
            [self.curve.y.quantity] if self.curve else []
        )
        for quantity in quantities:
            known |= QUANTITIES[quantity].conventions
        if not known:
            return
        if self.convention is None:
            raise InputError(
                f"convention: required for a {self.observable.quantity}; one of"
                f" {', '.join(known)}"
            )
        if self.convention not in known:
            raise InputError(
                f"convention: {UnknownNameError('convention', self.convention, known)}"
            )
        if self.convention == "other" and not self.notes.convention:
            raise InputError("convention: 'other' is written out in notes.convention")

    @staticmethod
    def _check_link(key: str, link: CodeLink, numbers: dict[str, Number]) -> None:
        if link.tolerance.shown and link.compares not in numbers:
            if link.agrees is not None:
                raise InputError(f"{key}.agrees: null where nothing is compared")
            return
        if link.compares not in numbers:
            raise InputError(
                f"{key}.compares: {UnknownNameError('number', link.compares, numbers)}"
            )
        number = numbers[link.compares]
        found = link.tolerance.judge(
            link.result, number.value, number.plus, number.minus
        )
        if found is not link.agrees:
            words = {True: "true", False: "false", None: "null"}
            raise InputError(
                f"{key}.agrees: {link.result:g} beside {number.value:g}, tolerance"
                f" {link.tolerance}, is {words[found]}"
            )


def json_schema() -> dict[str, Any]:
    """JSON Schema of a catalogue entry."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:nuprobe:catalogue:1",
        **Entry.model_json_schema(),
    }
