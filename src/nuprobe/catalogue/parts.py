"""Parts of a catalogue entry: values, curves, conditions, sources, notes."""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    model_validator,
)

from nuprobe.catalogue.quantities import QUANTITIES, unit_factor
from nuprobe.errors import InputError
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity

__all__ = [
    "Axis",
    "Change",
    "Component",
    "Conditions",
    "ConfidenceLevel",
    "Curve",
    "Errors",
    "Interval",
    "Notes",
    "Observable",
    "Pdg",
    "Source",
    "Trimmed",
    "Verification",
]


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
    """Base of the parts of an entry: surrounding space is stripped from texts."""


class Errors(Trimmed):
    """Errors of a value, both positive.

    Attributes
    ----------
    plus, minus : above and below, in the unit of the value.
    """

    plus: NonNegativeFloat
    minus: NonNegativeFloat


class Component(Errors):
    """One part of the errors.

    Attributes
    ----------
    source : statistics, systematics, theory or normalisation.
    """

    source: Literal["stat", "syst", "theory", "normalisation", "other"]


class Interval(Trimmed):
    """An allowed range; open ends are omitted.

    Attributes
    ----------
    lower, upper : ends, in the unit of the entry.
    """

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
    """The quantity measured or limited.

    Attributes
    ----------
    quantity : one of `QUANTITIES`.
    latex : symbol, without dollars.
    parameter : of nuprobe, e.g. ``"charge_radius.emu"``.
    """

    quantity: Literal[tuple(QUANTITIES)]  # type: ignore[valid-type]
    latex: str = Field(min_length=1, description="symbol in LaTeX, without dollars")
    parameter: str | None = Field(
        default=None, description="parameter of nuprobe, e.g. charge_radius.emu"
    )


class Axis(Trimmed):
    """An axis of a curve.

    Attributes
    ----------
    quantity : one of `QUANTITIES`.
    latex : symbol.
    unit : of the coordinates.
    """

    quantity: Literal[tuple(QUANTITIES)]  # type: ignore[valid-type]
    latex: str = Field(min_length=1)
    unit: str

    @model_validator(mode="after")
    def _check(self) -> Axis:
        unit_factor(self.unit, self.quantity)
        return self


class Curve(Trimmed):
    """A curve, band or closed region, with positive coordinates.

    Attributes
    ----------
    x, y : axes.
    shape : curve of [x, y], band of [x, lower, upper] or region, a closed polygon.
    excluded : the excluded side.
    points : in the units of the axes.
    """

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
                    f"points.{i}: a {self.shape} has {width} numbers per point, got"
                    f" {len(point)}"
                )
            if self.shape == "band" and not point[1] < point[2]:
                raise InputError(
                    f"points.{i}: lower must be below upper, got {point[1]:g} and"
                    f" {point[2]:g}"
                )
        if self.shape == "region":
            if len(self.points) < 3:
                raise InputError("a region needs at least three points")
            return self
        for i, (before, after) in enumerate(itertools.pairwise(self.points)):
            if not before[0] < after[0]:
                raise InputError(
                    f"points.{i + 1}: x must increase, got {after[0]:g} after"
                    f" {before[0]:g}"
                )
        return self


class Conditions(Trimmed):
    """Conditions of the measurement; none of these is ever a value.

    Attributes
    ----------
    energy, luminosity, exposure : with units.
    target, source : of the neutrinos.
    """

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
    """Location in the Review of Particle Physics.

    Attributes
    ----------
    block, edition : of the review.
    """

    block: str = Field(pattern=r"^[A-Z]\d{3}[A-Z0-9]*$", examples=["S066CRD"])
    edition: int = Field(ge=1957, le=2100)


class Source(Trimmed):
    """A publication, and how the numbers were taken from it.

    Attributes
    ----------
    texkeys, recid, doi, arxiv, pdg, hepdata : identifiers; at least one of the first
        four.
    authors, title, journal, year : of the publication.
    locator, method, licence, retrieved : where in the publication, how, under which
        terms and when the numbers were taken.
    """

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

    @property
    def first_author(self) -> str:
        """Surname of the first author: from `authors`, else from the name that the
        Particle Data Group gives the publication in `locator`; empty if neither is
        available.

        Examples
        --------
        >>> from nuprobe.catalogue import catalogue
        >>> source = catalogue()["magnetic_moment.solar/AtzoriCorona-2023"].source
        >>> source.locator
        'as listed by the Particle Data Group, ATZORI-CORONA 2023'
        >>> source.first_author
        'Atzori-Corona'
        """
        if self.authors:
            return self.authors.split(" and ")[0].split(",")[0].strip("{} ")
        listed = re.search(r"Particle Data Group, ([A-Z][A-Z' -]+) \d{4}", self.locator)
        return listed[1].title() if listed else ""

    @model_validator(mode="after")
    def _check(self) -> Source:
        if not (self.texkeys or self.recid or self.doi or self.arxiv):
            raise InputError("give at least one of texkeys, recid, doi and arxiv")
        return self


class Verification(Trimmed):
    """Reliability of the transcription.

    Attributes
    ----------
    level : transcribed, second_source, recomputed or primary_read.
    evidence : the comparison made.
    """

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
    """An entry of the history.

    Attributes
    ----------
    date, change : of the change.
    """

    date: datetime.date
    change: str = Field(min_length=1)


class Notes(Trimmed):
    """Short explanatory texts.

    Attributes
    ----------
    why : how it constrains the quantity.
    changed : changes since the original paper.
    validity : range of validity and model dependence.
    convention : required for the convention "other".
    not_shipped : why no number or curve is given.
    caveat : anything else.
    """

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
