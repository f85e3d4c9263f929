"""Construction of an interval, a limit or a region: method, level and sides, with the
text used in all outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.inference.levels import check_level, delta_threshold
from nuprobe.reprs import readable

__all__ = ["METHODS", "Construction", "Method", "check_method", "together"]

Method = Literal["wilks", "feldman-cousins", "cls"]
METHODS: Final = ("wilks", "feldman-cousins", "cls")
"""Names of the methods."""


def check_method(name: str) -> None:
    """Reject an unknown method of an interval with `UnknownNameError`.

    Parameters
    ----------
    name : as typed.

    Examples
    --------
    >>> check_method("feldman-cousins")
    """
    if name not in METHODS:
        raise UnknownNameError("method of intervals", str(name), METHODS)


@readable
@dataclass(frozen=True)
class Construction:
    """Construction of an interval, a limit or a region.

    Attributes
    ----------
    method : ``"wilks"``: the rise of −2 ln L compared with the asymptotic threshold
        (Wilks; Chernoff for one side); ``"feldman-cousins"``: compared with the
        critical value of toys at each value (Feldman:1997qc); ``"cls"``: an upper limit
        by CLs.
    cl : confidence level.
    sides : 2 for an interval or a region, 1 for an upper limit (CLs always).
    parameters : number of parameters of the region.
    toys : simulated experiments at each value; 0 for an asymptotic formula.
    seed : of their random numbers; None without toys.
    critical : smallest and largest critical rise, or None.
    error : smallest and largest Monte Carlo error of the critical value (of CLs, of
        CLs itself), or None.

    Examples
    --------
    >>> print(Construction("wilks", 0.9, sides=1))
    90 % CL upper limit, one-sided, Δ(−2 ln L) = 1.64 (Wilks)
    >>> print(Construction("feldman-cousins", 0.9, toys=1000, seed=1))
    90 % CL, two-sided (Feldman–Cousins), 1000 toys at each value (seed 1)
    """

    method: Method
    cl: float
    sides: int = 2
    parameters: int = 1
    toys: int = 0
    seed: int | None = None
    critical: tuple[float, float] | None = None
    error: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        check_method(self.method)
        check_level(self.cl)
        if self.method == "cls":  # always an upper limit
            object.__setattr__(self, "sides", 1)
        if self.sides not in (1, 2):
            raise InputError(f"an interval has 1 or 2 sides, got {shown(self.sides)}")

    def __str__(self) -> str:
        return self.words

    @property
    def threshold(self) -> float | None:
        """Asymptotic threshold of −2 ln L; None for CLs, and for an upper limit at 50 %
        or less."""
        if self.method == "cls":
            return None
        if self.sides == 2:
            return delta_threshold(self.cl, self.parameters)
        return delta_threshold(2 * self.cl - 1) if self.cl > 0.5 else None

    @property
    def level(self) -> str:
        """Level and sides in words, e.g. ``90 % CL, two-sided``."""
        text = f"{100 * self.cl:.4g} % CL"
        if self.sides == 1:
            return f"{text} upper limit, one-sided"
        if self.parameters > 1:
            return f"{text} region of {self.parameters} parameters together"
        return f"{text}, two-sided"

    @property
    def short(self) -> str:
        """Level, sides and method in brief, for a heading or a legend."""
        names = {"wilks": "Wilks", "feldman-cousins": "Feldman–Cousins", "cls": "CLs"}
        return f"{self.level}, {names[self.method]}"

    @property
    def words(self) -> str:
        """The whole statement."""
        if self.method == "wilks":
            rise = self.threshold
            known = "" if rise is None else f", Δ(−2 ln L) = {rise:.3g}"
            return f"{self.level}{known} (Wilks)"
        name = "CLs" if self.method == "cls" else "Feldman–Cousins"
        parts = [f"{self.level} ({name})"]
        if not self.toys:
            return f"{parts[0]}, asymptotic formula"
        where = " with and without the signal" if self.method == "cls" else ""
        parts.append(f"{self.toys} toys at each value{where} (seed {self.seed})")
        if self.critical is not None:
            parts.append(f"critical value of Δ(−2 ln L) {_span(self.critical)}")
        if self.error is not None:
            what = "CLs" if self.method == "cls" else "the critical value"
            parts.append(f"Monte Carlo error of {what} ±{_span(self.error)}")
        return ", ".join(parts)

    def with_errors(
        self, critical: tuple[float, float] | None, error: tuple[float, float] | None
    ) -> Construction:
        """Return the same with the `critical` values found and their `error`."""
        return replace(self, critical=critical, error=error)

    @classmethod
    def read(cls, data: Mapping[str, Any] | None) -> Construction | None:
        """Return a construction from `data` of `to_dict`; None for None."""
        if data is None:
            return None
        critical, error = (
            None if data[key] is None else (data[key][0], data[key][1])
            for key in ("critical", "critical_error")
        )
        keys = ("method", "cl", "sides", "parameters", "toys", "seed")
        return cls(**{k: data[k] for k in keys}, critical=critical, error=error)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, including the words."""
        return {
            "method": self.method,
            "cl": self.cl,
            "sides": self.sides,
            "parameters": self.parameters,
            "threshold": self.threshold,
            "toys": self.toys,
            "seed": self.seed,
            "critical": None if self.critical is None else list(self.critical),
            "critical_error": None if self.error is None else list(self.error),
            "statement": self.words,
        }


def together(said: Sequence[Construction]) -> Construction:
    """A single statement for several intervals of the same construction, with the range
    of all errors.

    Parameters
    ----------
    said : of each, at least one.

    Examples
    --------
    >>> one = Construction("feldman-cousins", 0.9, toys=100, seed=1)
    >>> pair = [one.with_errors((2.0, 3.0), None), one.with_errors((1.0, 2.0), None)]
    >>> together(pair).critical
    (1.0, 3.0)
    """
    spans = []
    for name in ("critical", "error"):
        ends = [x for one in said for x in getattr(one, name) or ()]
        spans.append((min(ends), max(ends)) if ends else None)
    return said[0].with_errors(*spans)


def _span(ends: tuple[float, float]) -> str:
    low, high = (f"{x:.2g}" if abs(x) < 1 else f"{x:.3g}" for x in ends)
    return low if low == high else f"{low} to {high}"
