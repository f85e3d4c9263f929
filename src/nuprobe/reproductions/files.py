"""The format of a reproduction file, and the computation of its rows and of the code
links of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from nuprobe.catalogue import catalogue
from nuprobe.catalogue.entry import CodeLink, Tolerance
from nuprobe.catalogue.entry import Entry as CatalogueEntry
from nuprobe.errors import ComputationError, InputError, NuprobeError, UnknownNameError
from nuprobe.reproductions import recipes
from nuprobe.schema import Strict
from nuprobe.units import parse_quantity

__all__ = [
    "ReproductionFile",
    "catalogue_rows",
    "changed_links",
    "link_problems",
    "rows",
]


class Published(Strict):
    """A published value with its errors (both positive), or a reference to a number of
    a catalogue entry."""

    value: float | None = None
    plus: PositiveFloat | None = None
    minus: PositiveFloat | None = None
    of: str | None = Field(default=None, description="entry of the catalogue")
    number: str = Field(
        default="value",
        description=(
            "value, lower, upper, plus, minus (negative), one of `numbers`, or that"
            " with _plus or _minus"
        ),
    )

    at: str | None = Field(
        default=None,
        description=(
            "of an entry with a curve: the quantity on its x axis, e.g. 10 MeV;"
            " interpolated between its points in both logarithms"
        ),
    )
    scale: PositiveFloat = Field(
        default=1.0, description="from the unit of that number to the unit of the row"
    )

    @model_validator(mode="after")
    def _check(self) -> Published:
        if (self.plus is None) != (self.minus is None):
            raise InputError("give both plus and minus, or neither")
        if (self.value is None) == (self.of is None) or (
            self.of is not None and self.plus is not None
        ):
            raise InputError(
                "give a value, with errors if available, or `of` and `number`"
            )
        if self.at is not None and (self.of is None or self.number != "value"):
            raise InputError("at: needs `of`, an entry with a curve, without `number`")
        return self

    def numbers(self) -> tuple[float, float | None, float | None]:
        """Value and errors; raises `UnknownNameError` for an entry or a number that
        does not exist."""
        if self.of is None:
            assert self.value is not None  # one of the two is given
            return self.value, self.plus, self.minus
        if self.at is not None:
            return self.scale * self._on_curve(self.at), None, None
        known: dict[str, tuple[float, float | None, float | None]] = {}
        for name, n in catalogue()[self.of].named_numbers().items():
            known[name] = (
                -n.value if name == "minus" else n.value,
                n.plus or None,
                n.minus or None,
            )
            known |= {f"{name}_plus": (n.plus, None, None)} if n.plus else {}
            known |= {f"{name}_minus": (-n.minus, None, None)} if n.minus else {}
        if self.number not in known:
            raise UnknownNameError(f"number of {self.of}", self.number, known)
        value, plus, minus = known[self.number]
        return (
            value * self.scale,
            plus and plus * self.scale,
            minus and minus * self.scale,
        )

    def _on_curve(self, at: str) -> float:
        """Height of the entry's curve; raises `InputError` beyond its ends."""
        assert self.of is not None  # _check
        curve = catalogue()[self.of].curve
        if curve is None or curve.shape != "curve":
            raise InputError(f"{self.of} has no curve: drop `at`")
        x, y = np.array(curve.points).T
        place = parse_quantity(at, "energy") / parse_quantity(
            f"1 {curve.x.unit}", "energy"
        )
        if not x[0] <= place <= x[-1]:
            raise InputError(
                f"{self.of} has points from {x[0]:g} to {x[-1]:g} {curve.x.unit}, not"
                f" at {at}"
            )
        return float(np.exp(np.interp(np.log(place), np.log(x), np.log(y))))


class Compute(BaseModel):
    """A recipe and its keywords."""

    model_config = ConfigDict(extra="allow", frozen=True)
    recipe: str

    @model_validator(mode="after")
    def _check(self) -> Compute:
        if self.recipe not in recipes.__all__:
            raise UnknownNameError("recipe", self.recipe, recipes.__all__)
        return self


class Entry(Strict):
    """One number."""

    quantity: str
    unit: str = ""
    published: Published
    compute: Compute
    tolerance: Tolerance
    note: str = ""

    @model_validator(mode="after")
    def _check(self) -> Entry:
        if self.tolerance.shown and not self.note:
            raise InputError("a number that is not judged needs a note explaining why")
        return self


class ReproductionFile(Strict):
    """One publication or reference calculation.

    Attributes
    ----------
    key : INSPIRE texkey, or a name.
    title, doi, arxiv : of the publication.
    verification : source from which the published numbers were read.
    entries : numbers, each with its recipe.
    catalogue : entries of the catalogue, the source of published numbers, recipes and
        tolerances.
    """

    key: str = Field(pattern=r"^[A-Za-z0-9:.\-]+$")
    title: str
    doi: str = ""
    arxiv: str = ""
    verification: str = Field(description="where the published numbers were read")
    entries: list[Entry] = []
    catalogue: list[str] = Field(
        default=[],
        description=(
            "entries of the catalogue: published numbers, recipes and tolerances are"
            " taken from there"
        ),
    )

    @model_validator(mode="after")
    def _check(self) -> ReproductionFile:
        if not (self.entries or self.catalogue):
            raise InputError("it contains no numbers: add entries or catalogue")
        return self


def rows(file: ReproductionFile) -> Iterator[dict[str, Any]]:
    """Compute the numbers of a file and compare.

    Parameters
    ----------
    file : the file.

    Raises
    ------
    ComputationError
        If a result is not finite.

    Examples
    --------
    >>> numbers = {
    ...     "quantity": "mass of Ar40",
    ...     "published": {"value": 37215.5},
    ...     "compute": {"recipe": "nuclear_mass", "isotope": "Ar40"},
    ...     "tolerance": {"absolute": 0.1},
    ... }
    >>> file = ReproductionFile(
    ...     key="AME", title="Masses", verification="read", entries=[numbers]
    ... )
    >>> [row["agrees"] for row in rows(file)]
    [True]
    """
    for entry in file.entries:
        computed = _compute(
            entry.compute.recipe,
            entry.compute.model_extra or {},
            f"{file.key}, {entry.quantity}",
        )
        yield _row(
            file.key,
            entry.quantity,
            entry.unit,
            entry.published.numbers(),
            computed,
            entry.tolerance,
            entry.note,
        )
    for name in file.catalogue:
        yield from catalogue_rows(catalogue()[name], file.key)


def catalogue_rows(entry: CatalogueEntry, key: str = "") -> Iterator[dict[str, Any]]:
    """Compute the code links of a catalogue entry and compare them with the published
    numbers.

    Parameters
    ----------
    entry : of the catalogue.
    key : of the rows; empty for the id of the entry.

    Examples
    --------
    >>> entry = catalogue()["trident.mumu.ratio/CCFR-1991"]
    >>> len(list(catalogue_rows(entry))) > 0
    True
    """
    numbers = entry.named_numbers()
    for link in entry.code:
        number = numbers.get(link.compares)
        if number is not None:
            published = number.value, number.plus or None, number.minus or None
            unit = "" if number.unit == "1" else number.unit
            computed = _compute(
                link.recipe, link.keywords, f"{entry.id}, {link.quantity}"
            )
            yield _row(
                key or entry.id,
                link.quantity,
                unit,
                published,
                computed,
                link.tolerance,
                link.explanation,
            )


def link_problems(entry: CatalogueEntry) -> Iterator[str]:
    """Code links that cannot be run: an unknown recipe, or keywords it does not take.

    Parameters
    ----------
    entry : of the catalogue.

    Examples
    --------
    >>> list(link_problems(catalogue()["trident.mumu.ratio/CCFR-1991"]))
    []
    """
    for i, link in enumerate(entry.code):
        if link.recipe not in recipes.__all__:
            yield (
                f"code.{i}.recipe:"
                f" {UnknownNameError('recipe', link.recipe, recipes.__all__)}"
            )
            continue
        try:
            signature(getattr(recipes, link.recipe)).bind(**link.keywords)
        except TypeError as err:
            yield f"code.{i}.keywords: {link.recipe}: {err}"


def changed_links(entry: CatalogueEntry, slow: bool = True) -> Iterator[str]:
    """Rerun the code links of an entry and describe changed results.

    Parameters
    ----------
    entry : of the catalogue.
    slow : also run those not marked as fast.

    Examples
    --------
    >>> list(changed_links(catalogue()["trident.mumu.ratio/CCFR-1991"], slow=False))
    []
    """
    for i, link in enumerate(entry.code):
        if slow or link.fast:
            yield from _changed(f"code.{i}", link)


def _changed(key: str, link: CodeLink) -> Iterator[str]:
    try:
        computed = _compute(link.recipe, link.keywords, link.quantity)
    except NuprobeError as err:
        yield f"{key}: {err}"
        return
    if abs(computed - link.result) > link.reproducible * max(
        abs(link.result), abs(computed)
    ):
        yield f"{key}.result: {link.result:.7g} is stored, {computed:.7g} comes out"


def _compute(recipe: str, keywords: Mapping[str, Any], what: str) -> float:
    computed = float(getattr(recipes, recipe)(**keywords))
    if not math.isfinite(computed):
        raise ComputationError(f"{what}: the computed value is not finite")
    return computed


def _row(
    key: str,
    quantity: str,
    unit: str,
    published: tuple[float, float | None, float | None],
    computed: float,
    tolerance: Tolerance,
    note: str,
) -> dict[str, Any]:
    value, plus, minus = published
    difference = computed - value
    sigma = plus if difference > 0 else minus
    return {
        "key": key,
        "quantity": quantity,
        "unit": unit,
        "published": value,
        "plus": plus,
        "minus": minus,
        "computed": computed,
        "pull": None if sigma is None else difference / sigma,
        "difference": difference,
        "tolerance": str(tolerance),
        "agrees": tolerance.judge(computed, value, plus, minus),
        "note": note,
    }
