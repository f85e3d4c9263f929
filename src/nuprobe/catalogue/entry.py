"""The format of one catalogue entry: a published number, limit, curve or band, with its
source."""

from __future__ import annotations

import re
from typing import Any

from pydantic import model_validator

from nuprobe.catalogue.comparison import CodeLink, Number, Tolerance
from nuprobe.catalogue.fields import FLAVOURS, KINDS, LIMITS, STATUSES, EntryFields
from nuprobe.catalogue.parts import Curve, Errors, Source
from nuprobe.catalogue.quantities import QUANTITIES, unit_factor
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.markup import table
from nuprobe.reprs import brief

__all__ = [
    "FLAVOURS",
    "KINDS",
    "LIMITS",
    "STATUSES",
    "CodeLink",
    "Curve",
    "Entry",
    "Errors",
    "Number",
    "Source",
    "Tolerance",
    "json_schema",
]

# words and units that describe a measurement; they belong under `cl` and `conditions`
_NO_VALUE = re.compile(r"(?:.*_)?(?:cl|confidence|luminosity|energy|exposure)(?:_.*)?")
_NO_VALUE_UNIT = re.compile(r".*\b[afpn]b\^-1|.*\bCL", re.IGNORECASE)


class Entry(EntryFields):
    """One entry of the catalogue.

    `EntryFields` lists its keys; the consistency checks are here.
    """

    @model_validator(mode="after")
    def _check(self) -> Entry:
        self._check_numbers()
        self._check_kind()
        self._check_limits()
        self._check_convention()
        self._check_status()
        self._check_further_numbers()
        return self

    def __repr__(self) -> str:
        return f"<entry {self.id}: {brief(self.title)}>"

    def _repr_html_(self) -> str:
        rows = [
            ("title", self.title),
            ("experiment", f"{self.experiment} ({self.year})"),
            ("quantity", self.observable.quantity),
            ("kind", f"{self.kind}, {self.status}"),
        ]
        if self.value is not None:
            rows.append(("value", f"{self.value:g} {self.unit or ''}".rstrip()))
        if self.interval is not None:
            ends = (self.interval.lower, self.interval.upper)
            text = ", ".join("–" if x is None else f"{x:g}" for x in ends)
            rows.append(("interval", f"[{text}] {self.unit or ''}".rstrip()))
        if self.cl is not None:
            rows.append(("confidence level", f"{100 * self.cl:.4g} %"))
        rows.append(("model", self.model))
        source = (*self.source.texkeys, self.source.doi)
        rows.append(("source", ", ".join(filter(None, source))))
        return table(self.id, rows)

    def _check_status(self) -> None:
        """Kind, confidence and status agree with the other fields."""
        if (self.kind == "projection") != (self.projects is not None):
            raise InputError(
                "projects: required for a projection, and not allowed otherwise"
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

    def _check_further_numbers(self) -> None:
        """Further numbers, relations between them, and code links."""
        numbers = self.named_numbers()
        for name, number in self.numbers.items():
            if _NO_VALUE.fullmatch(name) or _NO_VALUE_UNIT.fullmatch(number.unit):
                raise InputError(
                    f"numbers.{name}: a confidence level, an energy, a luminosity or an"
                    " exposure is never a value; put it under cl or conditions"
                )
        for name in {"value", "plus", "minus", "lower", "upper"} & set(self.numbers):
            raise InputError(
                f"numbers.{name}: this is the name of a key of the entry; choose"
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

    def _has(self) -> dict[str, bool]:
        return {
            k: getattr(self, k) is not None
            for k in ("value", "errors", "interval", "curve")
        }

    def _check_numbers(self) -> None:
        """Value, errors and unit are consistent."""
        has = self._has()
        if self.components and self.errors is None:
            raise InputError("components: also give the total in errors")
        if has["errors"] and not has["value"]:
            raise InputError("errors: a value is required with them")
        if (has["value"] or has["interval"]) != (self.unit is not None):
            raise InputError(
                "unit: required with a value or an interval, and only then ('1' for"
                " a pure number)"
            )
        if self.unit is not None:
            try:
                unit_factor(self.unit, self.observable.quantity)
            except NuprobeError as err:
                raise InputError(f"unit: {err}") from None

    def _check_kind(self) -> None:
        """The kind has the numbers that it needs."""
        has = self._has()
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

    def _check_limits(self) -> None:
        """Value, interval and kind of a limit do not contradict each other."""
        has = self._has()
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
                f"value: {self.form} takes only a value, without errors or interval"
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
            raise InputError("convention: if 'other', describe it in notes.convention")

    @staticmethod
    def _check_link(key: str, link: CodeLink, numbers: dict[str, Number]) -> None:
        if link.tolerance.shown and link.compares not in numbers:
            if link.agrees is not None:
                raise InputError(f"{key}.agrees: must be null if nothing is compared")
            return
        if link.compares not in numbers:
            raise InputError(
                f"{key}.compares: {UnknownNameError('number', link.compares, numbers)}"
            )
        number = numbers[link.compares]
        verdict = link.tolerance.judge(
            link.result, number.value, number.plus, number.minus
        )
        if verdict is not link.agrees:
            words = {True: "true", False: "false", None: "null"}
            raise InputError(
                f"{key}.agrees: {link.result:g} beside {number.value:g}, tolerance"
                f" {link.tolerance}, is {words[verdict]}"
            )


def json_schema() -> dict[str, Any]:
    """JSON Schema of a catalogue entry.

    Examples
    --------
    >>> json_schema()["title"]
    'Entry'
    """
    schema = Entry.model_json_schema()
    for part in (schema, *schema["$defs"].values()):
        # the first paragraph of a docstring is the description
        if "description" in part:
            first = part["description"].partition("\n\n")[0]
            part["description"] = " ".join(first.split())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:nuprobe:catalogue:1",
        **schema,
    }
