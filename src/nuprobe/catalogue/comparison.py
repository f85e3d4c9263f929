"""Checks of the numbers of an entry: arithmetic relations, and comparison with computed
values."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, model_validator

from nuprobe.catalogue.expressions import evaluate
from nuprobe.catalogue.parts import Trimmed
from nuprobe.errors import InputError

__all__ = ["CodeLink", "Derived", "Number", "Tolerance"]


class Tolerance(Trimmed):
    """Criterion for the compatibility of a computed number with a published one:
    exactly one of the five.

    Attributes
    ----------
    absolute, relative : largest difference, absolute or as a fraction of the published
        number.
    sigma : largest difference in units of the published error.
    at_least : the published value is a lower bound on the computed one.
    shown : a known difference: shown, not judged.

    Examples
    --------
    >>> Tolerance(sigma=1.0).judge(1.1, 1.0, plus=0.2, minus=0.2)
    True
    """

    absolute: NonNegativeFloat | None = None
    relative: PositiveFloat | None = None
    sigma: PositiveFloat | None = Field(
        default=None, description="in units of the published error"
    )
    at_least: Literal[True] | None = Field(
        default=None, description="the published value is a lower bound of ours"
    )
    shown: Literal[True] | None = Field(
        default=None,
        description="a known difference: shown, not judged; give the reason",
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
        """Whether `computed` is compatible with the published `value` and its errors
        `plus` and `minus` (both positive); None if that is not judged."""
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
    """The call of this package that computes a number of the entry, and its result.

    Attributes
    ----------
    quantity : what is computed, in words.
    recipe, keywords : function of `nuprobe.reproductions.recipes` and its arguments.
    command : a shell command that shows it.
    compares : published number to compare with.
    result, reproducible : result of the recipe, and the relative change allowed.
    tolerance, agrees, explanation : comparison of the result with the published number.
    fast : whether the quick tests run it.
    """

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
            "published number to compare with: value, plus, minus, lower, upper or one"
            " of `numbers`"
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
                "a result that disagrees or is not judged needs an explanation"
            )
        return self


class Number(Trimmed):
    """An additional published number of the entry.

    Attributes
    ----------
    value, plus, minus : value and errors, both positive.
    unit : for the reader; empty for a pure number.
    meaning : in words.
    """

    value: float
    plus: NonNegativeFloat | None = None
    minus: NonNegativeFloat | None = None
    unit: str = Field(default="", description="for the reader; empty for a pure number")
    meaning: str = ""


class Derived(Trimmed):
    """An arithmetic relation that must hold.

    Attributes
    ----------
    expression : over value, plus, minus, lower, upper, `numbers` and their errors.
    equals, absolute : expected value, and the difference allowed.
    """

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
        """The expression, evaluated with `numbers` by name, minus its expected
        value."""
        return evaluate(self.expression, numbers) - self.equals
