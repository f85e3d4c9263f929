"""Allowed regions of one parameter as data: all intervals, not only the first one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from nuprobe.parameters import Parameter
from nuprobe.reprs import readable

__all__ = ["Region", "region_lines"]

_EQUAL: Final = 1e-5  # rise of −2 ln L below which two minima are equally low


@readable
@dataclass(frozen=True)
class Region:
    """An interval of one parameter, in its unit.

    Attributes
    ----------
    low, high : its ends; ∓inf if neither data nor range limit it.
    open_low, open_high : the range searched ends there, not the region: its last value
        is allowed.
    best : whether the best value is in it; None if there is no best value.
    minimum : position of the lowest −2 ln L in it; None if nothing was minimised.
    rise : −2 ln L there above that of the best value.

    Examples
    --------
    >>> region = Region(-1.0, 5.0, open_low=True, best=True, minimum=1.0, rise=0.0)
    >>> region.contains(5.0)
    True
    >>> region.words(Parameter("rn", 5.0, unit="fm"))
    '[-1, 5] fm, open at the lower end of the range'
    """

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False
    best: bool | None = None
    minimum: float | None = None
    rise: float | None = None

    def contains(self, value: float) -> bool:
        """Whether a `value` is in it, ends included."""
        return self.low <= value <= self.high

    def words(self, p: Parameter, searched: str = "range") -> str:
        """The interval in the unit of tables for the parameter `p`, and its open ends:
        those of what was `searched`."""
        return f"{self.ends(p)} {p.shown_unit}".rstrip() + self.open_at(searched)

    @property
    def open_ends(self) -> str:
        """Its open ends, as the end of a sentence; empty if none."""
        return self.open_at()

    def open_at(self, searched: str = "range") -> str:
        """The same, with a word for what was `searched`: the range of the parameter, or
        a grid."""
        sides = [
            side
            for side, is_open in (("lower", self.open_low), ("upper", self.open_high))
            if is_open
        ]
        if not sides:
            return ""
        ends = "both ends" if len(sides) == 2 else f"the {sides[0]} end"
        return f", open at {ends} of the {searched}"

    @property
    def depth(self) -> str:
        """Comparison of its lowest −2 ln L with that of the best value."""
        rise = self.rise or 0.0
        if abs(rise) < _EQUAL:
            return "equally low"
        return f"{'lower' if rise < 0 else 'higher'} by {abs(rise):.2g}"

    def ends(self, p: Parameter) -> str:
        """The two ends in the unit of tables for the parameter `p`."""
        return f"[{p.shown(self.low):.5g}, {p.shown(self.high):.5g}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data: None for an infinite end and for unknown values."""
        return {
            "low": self.low if isfinite(self.low) else None,
            "high": self.high if isfinite(self.high) else None,
            "open_low": self.open_low,
            "open_high": self.open_high,
            "best": self.best,
            "minimum": self.minimum,
            "rise": self.rise,
        }


def region_lines(
    p: Parameter, regions: Iterable[Region], cl: float, searched: str = "range"
) -> list[str]:
    """One line of text per allowed region of a parameter.

    Parameters
    ----------
    p : the parameter.
    regions : its regions.
    cl : their confidence level.
    searched : what ends at their open ends, ``"range"`` or ``"grid"``.

    Examples
    --------
    >>> p = Parameter("rn", 5.0, unit="fm")
    >>> region_lines(p, [Region(4.0, 6.0, best=True, minimum=5.0, rise=0.0)], 0.9)
    ['rn allowed at 90 %: [4, 6] fm, best value 5']
    """
    lines = []
    for r in regions:
        text = f"{p.name} allowed at {100 * cl:.4g} %: {r.words(p, searched)}"
        if r.minimum is not None:
            what = "best value" if r.best else "lowest at"
            text += f", {what} {p.shown(r.minimum):.5g}"
            if not r.best and r.rise is not None:
                text += f" (-2 ln L {r.depth})"
        lines.append(text)
    return lines
