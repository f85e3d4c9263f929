"""The format of a reproduction file, and how one entry of it is computed."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, model_validator

from nuprobe.errors import ComputationError, InputError, UnknownNameError
from nuprobe.reproductions import recipes

__all__ = ["ReproductionFile", "row"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(_Strict):
    """A published value with its errors (both positive)."""

    value: float
    plus: PositiveFloat | None = None
    minus: PositiveFloat | None = None

    @model_validator(mode="after")
    def _check(self) -> Published:
        if (self.plus is None) != (self.minus is None):
            raise InputError("give both plus and minus, or neither")
        return self


class Tolerance(_Strict):
    """When ours and theirs are called compatible: exactly one of the five."""

    absolute: NonNegativeFloat | None = None
    relative: PositiveFloat | None = None
    sigma: PositiveFloat | None = Field(default=None, description="in units of the published error")
    at_least: Literal[True] | None = Field(default=None, description="the published value is a lower bound of ours")
    shown: Literal[True] | None = Field(default=None, description="a known difference: shown, not judged; say why")

    @model_validator(mode="after")
    def _check(self) -> Tolerance:
        given = (self.absolute, self.relative, self.sigma, self.at_least, self.shown)
        if sum(v is not None for v in given) != 1:
            raise InputError("give exactly one of absolute, relative, sigma, at_least and shown")
        return self


class Compute(BaseModel):
    """A recipe and its keywords."""

    model_config = ConfigDict(extra="allow", frozen=True)
    recipe: str

    @model_validator(mode="after")
    def _check(self) -> Compute:
        if self.recipe not in recipes.__all__:
            raise UnknownNameError("recipe", self.recipe, recipes.__all__)
        return self


class Entry(_Strict):
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
            raise InputError("a number that is not judged needs a note that says why")
        return self


class ReproductionFile(_Strict):
    """One publication or reference calculation."""

    key: str = Field(pattern=r"^[A-Za-z0-9:.\-]+$")
    title: str
    doi: str = ""
    arxiv: str = ""
    verification: str = Field(description="where the published numbers were read")
    entries: list[Entry] = Field(min_length=1)


def row(file: ReproductionFile, entry: Entry) -> dict[str, Any]:
    """Compute one entry and compare; raises `ComputationError` if the result is not finite."""
    keywords = dict(entry.compute.model_extra or {})
    computed = float(getattr(recipes, entry.compute.recipe)(**keywords))
    if not math.isfinite(computed):
        raise ComputationError(f"{file.key}, {entry.quantity}: the computed value is not finite")
    published = entry.published
    difference = computed - published.value
    sigma = published.plus if difference > 0 else published.minus
    pull = None if sigma is None else difference / sigma
    limit = entry.tolerance
    agrees: bool | None
    if limit.shown:
        agrees, words = None, "not judged"
    elif limit.at_least:
        agrees, words = difference >= 0, "at least"
    elif limit.sigma is not None:
        if pull is None:
            raise InputError(f"{file.key}, {entry.quantity}: a tolerance in sigma needs published errors")
        agrees, words = abs(pull) <= limit.sigma, f"{limit.sigma:g} sigma"
    elif limit.relative is not None:
        agrees, words = abs(difference) <= limit.relative * abs(published.value), f"{limit.relative:g} relative"
    else:
        assert limit.absolute is not None  # Tolerance
        agrees, words = abs(difference) <= limit.absolute, f"{limit.absolute:g} absolute"
    return {
        "key": file.key,
        "quantity": entry.quantity,
        "unit": entry.unit,
        "published": published.value,
        "plus": published.plus,
        "minus": published.minus,
        "computed": computed,
        "pull": pull,
        "difference": difference,
        "tolerance": words,
        "agrees": agrees,
        "note": entry.note,
    }
