"""Published limits compared with computed ones, at the published level and in one
convention, with the cause of a difference where it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final

from nuprobe.catalogue import catalogue
from nuprobe.catalogue.entry import Entry
from nuprobe.catalogue.ladder import common_factor, rung_of
from nuprobe.errors import InputError
from nuprobe.inference import Cost, fit
from nuprobe.inference.levels import ONE_SIGMA
from nuprobe.inference.regions import Region
from nuprobe.parameters import Parameter
from nuprobe.reprs import readable
from nuprobe.sets.core import ExperimentSet
from nuprobe.sets.file import Comparison
from nuprobe.sets.words import allowed

__all__ = ["LARGE", "Published", "beside", "check_compared", "compared"]

LARGE: Final = 0.20
"""Difference above which its cause must be given."""
_UNKNOWN: Final = "not understood"
_EFFECTIVE: Final = {
    f"magnetic_moment.{x}{x}": f"mu_eff.{x}" for x in ("e", "mu", "tau")
}
"""Name of a single moment where it is measured."""
_UNNAMED: Final = {
    "charge_radius.eff": "charge_radius",
    "magnetic_moment.solar": "mu_eff",
    "millicharge.e": "charge.ee",
    "millicharge.solar": "charge",
    "millicharge.tau": "charge.tautau",
    "nuclear.neutron_radius.csi": "rn",
}
"""Parameters of entries whose observable names none, by the prefix of their id."""
_HIDDEN: Final = ("projection", "theory")


@readable
@dataclass(frozen=True)
class Published:
    """A limit of the catalogue.

    Attributes
    ----------
    entry : its id.
    label : experiment and year.
    lower, upper : allowed interval, in the unit of the parameter and the convention of
        this package; None for an open end.
    level : confidence level of the equivalent two-sided interval of one parameter; None
        if it was not published.
    computed : the same ends, computed at that level; None if nothing recomputes it.
    difference : larger of the differences of the two ends, relative to half the
        published interval (to the limit itself if it has one end); None if there is
        nothing to compare.
    cause : why they differ, if they do by more than `LARGE`.
    """

    entry: str
    label: str
    lower: float | None
    upper: float | None
    level: float | None
    computed: tuple[float | None, float | None] | None = None
    difference: float | None = None
    cause: str = ""

    def row(self, p: Parameter) -> tuple[Any, ...]:
        """Cells of a table of limits on a parameter.

        Parameters
        ----------
        p : its definition.
        """
        level = "" if self.level is None else f" at {100 * self.level:.4g} %"
        words = f"{allowed(p, (self.lower, self.upper), 4)}{level}"
        if self.computed is not None:
            words += f"; here {allowed(p, self.computed, 4)}"
        return (
            f"  published: {self.label}",
            None,
            words,
            self.difference,
            self.cause or None,
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "entry": self.entry,
            "label": self.label,
            "lower": self.lower,
            "upper": self.upper,
            "two_sided_level": self.level,
            "computed": None if self.computed is None else list(self.computed),
            "difference": self.difference,
            "cause": self.cause or None,
        }


def _read(entry: Entry) -> Published | None:
    """Interval allowed by an entry; None if it has no number in a convention of this
    package."""
    factor = common_factor(entry)
    rung = None if factor is None else rung_of(entry, factor)
    if rung is None:
        return None
    level = entry.cl if isinstance(entry.cl, float) else None
    if level is not None and entry.sidedness == "one-sided":
        level = 2 * level - 1
    if entry.form == "measurement" and level is None:
        level = ONE_SIGMA
    label = f"{entry.experiment} {entry.year}"
    return Published(entry.id, label, rung.lower, rung.upper, level)


def _about(entry: Entry) -> str | None:
    """Parameter constrained by an entry."""
    if entry.observable.quantity == "weak_mixing_angle":
        return "sin2_theta_w" if entry.convention == "low-energy" else None
    return entry.observable.parameter or _UNNAMED.get(entry.id.split("/")[0])


def beside(name: str, compared_with: Sequence[Comparison]) -> tuple[Published, ...]:
    """Published limits on a parameter that no experiment of a set recomputes, by year:
    the current ones, or older ones if there are none.

    Parameters
    ----------
    name : of the parameter.
    compared_with : those that are recomputed.

    Examples
    --------
    >>> [one.label for one in beside("charge_radius.mumu", ())][-2:]
    ['CHARM-II 1994', 'Cadeddu 2018']
    """
    mine = {one.entry for one in compared_with if one.parameter == name}
    entries = [
        e
        for e in catalogue().search()
        if _about(e) in (name, _EFFECTIVE.get(name, name))
        and e.id not in mine
        and e.kind not in _HIDDEN
    ]
    current = [e for e in entries if e.status == "current"]
    entries = current or entries
    found = [_read(e) for e in sorted(entries, key=lambda e: (e.year, e.id))]
    return tuple(one for one in found if one is not None)


def check_compared(chosen: ExperimentSet) -> None:
    """Reject limits from data that a projection is compared with.

    Parameters
    ----------
    chosen : the set, with the limits its experiments recompute.

    Raises
    ------
    InputError
        If there is one.

    Examples
    --------
    >>> from nuprobe.sets.core import experiment_set
    >>> check_compared(experiment_set("laboratory"))
    """
    assumed = [m.name for m in chosen.members if m.experiment.is_projection(m.analysis)]
    for one in chosen.published:
        kind = catalogue()[one.entry].kind if one.experiment in assumed else None
        if kind not in (None, "projection"):
            raise InputError(
                f"published: {one.experiment} is a projection, and {one.entry} a limit"
                " from data, which it does not recompute; name an entry that is a"
                " projection, or leave it out of the set"
            )


def compared(one: Comparison, cost: Cost, name: str) -> Published:
    """A published limit and the computed one at the same level.

    Parameters
    ----------
    one : the limit, and the cause of a difference.
    cost : of the experiment.
    name : of the parameter.

    Raises
    ------
    InputError
        If the entry has no interval in a convention of this package.
    UnknownNameError
        If the catalogue has no such entry.

    Examples
    --------
    >>> import nuprobe as nu
    >>> name, entry = "charge_radius.ee", "charge_radius.ee/TEXONO-2009"
    >>> one = Comparison(experiment="texono-csi", parameter=name, entry=entry)
    >>> cost = nu.experiment("texono-csi").cost(nu.Electromagnetic(), [name])
    >>> round(compared(one, cost, name).difference, 2)
    0.18
    """
    found = _read(catalogue()[one.entry])
    if found is None or found.level is None:
        raise InputError(
            f"{one.entry} has no interval with a confidence level to compare"
            f" {one.experiment} with; leave it out of the set"
        )
    result = fit(cost, free=[name], cl=found.level)[name]
    first, last = _nearest(result.regions, found)
    ends = (
        None if first.open_low else first.low,
        None if last.open_high else last.high,
    )
    low, high = result.parameter.lower, result.parameter.upper
    # a modulus has no lower end, although its limit was read as one for both signs
    inside = (
        None if found.lower is None or found.lower <= low else found.lower,
        None if found.upper is None or found.upper >= high else found.upper,
    )
    difference = _difference(inside, ends)
    cause = ""
    if difference is None:
        cause = one.cause
    elif difference > LARGE:
        cause = one.cause or _UNKNOWN
    return Published(
        found.entry,
        found.label,
        found.lower,
        found.upper,
        found.level,
        ends,
        difference,
        cause,
    )


def _nearest(regions: Sequence[Region], found: Published) -> tuple[Region, Region]:
    """Ends of the regions that overlap the published interval; of all regions if none
    does. Articles omit the region in which a parameter cancels the weak interaction."""
    low = -inf if found.lower is None else found.lower
    high = inf if found.upper is None else found.upper
    near = [r for r in regions if r.low <= high and r.high >= low] or list(regions)
    return near[0], near[-1]


def _difference(
    published: tuple[float | None, float | None],
    computed: tuple[float | None, float | None],
) -> float | None:
    """Largest difference of two ends in units of the published interval; None if one
    end is open in only one of the two."""
    both = [p for p in published if p is not None]
    unit = abs(both[1] - both[0]) / 2 if len(both) == 2 else abs(both[0])
    off = []
    for p, c in zip(published, computed, strict=True):
        if p is None:
            continue
        if c is None:
            return None
        off.append(abs(c - p) / unit)
    return max(off, default=None)
