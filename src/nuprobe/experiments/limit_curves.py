"""Excluded couplings, mass by mass, from measured ratios and profiled counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nuprobe.drawing import Exported
from nuprobe.errors import InputError
from nuprobe.experiments.limit_terms import Counts, IntArray, Ratio, reached
from nuprobe.inference.regions import Region
from nuprobe.inference.stationary import Heights, Landscape, survey
from nuprobe.numerics import FloatArray
from nuprobe.reprs import readable

__all__ = ["Intervals", "LimitCurve", "Search", "in_words", "limit_curve"]

Intervals: TypeAlias = tuple[tuple[float, float], ...]
"""Intervals of the coupling, increasing."""

_UNSEEN: Final = 1e-3
"""Change of the expectation, in standard deviations, at the first coupling searched: −2
ln L there equals that without a coupling."""
_NODES: Final = 40  # initial nodes per mass; 10 miss narrow dips
_BELOW: Final = 0.5  # −2 ln L above the threshold that is still searched


@readable
@dataclass(frozen=True, eq=False)
class LimitCurve(Exported):
    """Largest allowed coupling over mass, and everything that is excluded.

    Attributes
    ----------
    label : what it is.
    mass : MeV, shape (n,), increasing.
    coupling : limit on g′, shape (n,): the smallest excluded coupling above the region
        allowed next to the Standard Model; never NaN: ``inf`` where nothing up to the
        largest coupling is excluded.
    reopens : smallest coupling above the limit that is allowed again (destructive
        interference can hide a strong coupling), ``inf`` where there is none; None if
        there was no search.
    standard_excluded : whether zero coupling, the Standard Model, is also excluded;
        `coupling` is the upper end of the allowed region.
    experiments : names of the experiments that entered.
    projected : whether any of them is a projection, so that the curve is a sensitivity
        and excludes nothing.
    excluded : intervals of the coupling that are excluded at each mass, n of them, ends
        as roots; ``inf`` for an end not found because everything up to `largest` is
        excluded; None if there was no search.
    largest : coupling at which the search ends.
    errors : Monte Carlo errors of `coupling` from toys, shape (n,); None without toys.
    """

    label: str
    mass: FloatArray
    coupling: FloatArray
    reopens: FloatArray | None = None
    standard_excluded: bool = False
    experiments: tuple[str, ...] = ()
    projected: bool = False
    excluded: tuple[Intervals, ...] | None = None
    largest: float = math.inf
    errors: FloatArray | None = None

    @property
    def lowest(self) -> str:
        """Its smallest coupling, and the mass there, in words."""
        i = int(np.argmin(self.coupling))
        if not math.isfinite(self.coupling[i]):
            return "excludes nothing"
        return f"g' < {self.coupling[i]:.3g} at {self.mass[i]:.4g} MeV"

    @property
    def heavy(self) -> float | None:
        """Limit on M/g′ at the largest mass, MeV; None if there is none."""
        i = int(np.argmax(self.mass))
        last = float(self.coupling[i])
        return float(self.mass[i]) / last if math.isfinite(last) else None

    @property
    def light(self) -> float | None:
        """Limit on g′ at the smallest mass; None if there is none."""
        first = float(self.coupling[np.argmin(self.mass)])
        return first if math.isfinite(first) else None

    @property
    def allowed(self) -> tuple[Intervals, ...] | None:
        """Intervals of the coupling that are allowed at each mass, from 0 to `largest`;
        None if there was no search."""
        if self.excluded is None:
            return None
        return tuple(_between(mass, self.largest) for mass in self.excluded)

    @property
    def regions(self) -> tuple[tuple[Region, ...], ...] | None:
        """The content of `allowed` as regions; one that ends at `largest` is open
        there."""
        if self.allowed is None:
            return None
        return tuple(
            tuple(Region(a, b, open_high=b == self.largest) for a, b in each)
            for each in self.allowed
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; None stands for infinity: no limit, or an open end."""
        return {
            "label": self.label,
            "experiments": list(self.experiments),
            "projected": self.projected,
            "mass": self.mass.tolist(),
            "coupling": [_finite(g) for g in self.coupling.tolist()],
            "allowed_again": (
                None
                if self.reopens is None
                else [_finite(g) for g in self.reopens.tolist()]
            ),
            "heavy_m_over_g_MeV": self.heavy,
            "light_g": self.light,
            "standard_excluded": self.standard_excluded,
            "excluded": (
                None
                if self.excluded is None
                else [[[a, _finite(b)] for a, b in each] for each in self.excluded]
            ),
            "allowed": (
                None
                if self.regions is None
                else [
                    [[r.low, None if r.open_high else r.high] for r in each]
                    for each in self.regions
                ]
            ),
            "largest_coupling": _finite(self.largest),
            "coupling_errors": None if self.errors is None else self.errors.tolist(),
        }


def _finite(g: float) -> float | None:
    return g if math.isfinite(g) else None


def _between(excluded: Intervals, largest: float) -> Intervals:
    """The complement of intervals, from 0 to the largest coupling."""
    edges = [0.0, *(x for pair in excluded for x in pair), largest]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((low, high) for low, high in pairs if low < high)


def _best_common(terms: Sequence[Ratio]) -> float:
    """Smallest sum of squared pulls for one common ratio."""
    if len(terms) == 1:
        return 0.0
    trial = np.linspace(min(t.ratio for t in terms), max(t.ratio for t in terms), 2001)
    total = np.zeros(trial.size)
    for t in terms:
        difference = trial - t.ratio
        total += (difference / np.where(difference > 0, t.plus, t.minus)) ** 2
    return float(total.min())


@dataclass(frozen=True)
class Search:
    """Exclusion criterion and search range.

    Attributes
    ----------
    z : errors beyond which a coupling is excluded.
    sides : 1: not below the first allowed coupling, or 2.
    couplings : smallest and largest.
    """

    z: float
    sides: int
    couplings: tuple[float, float]


def in_words(search: Search, cl: float, ratios: bool, counts: bool) -> str:
    """The statistic of a limit.

    Parameters
    ----------
    search : level and sides.
    cl : the level again, as it was given.
    ratios, counts : which kinds of data are present.

    Examples
    --------
    >>> in_words(Search(1.96, 2, (1e-7, 1.0)), 0.95, True, False)
    'two-sided 95 % CL, |pull| > 1.960'
    """
    tests = []
    if ratios:
        tests.append(f"|pull| > {search.z:.3f}")
    if counts:
        tests.append(
            "profile likelihood, best coupling at each mass: Delta(-2 ln L) >"
            f" {search.z**2:.3f}"
        )
    sides = "two-sided" if search.sides == 2 else "one-sided, upper"
    return f"{sides} {100 * cl:g} % CL, {'; '.join(tests)}"


@dataclass(frozen=True)
class _Together:
    """Data combined in one curve, along the logarithm of the coupling."""

    terms: Sequence[Ratio | Counts]

    def heights(self, row: IntArray, at: FloatArray) -> Heights:
        """As `Line.heights`."""
        g = np.exp(at)
        every = [t.heights(row, g) for t in self.terms]
        return Heights(
            np.sum([h.value for h in every], axis=0),
            g * np.sum([h.slope for h in every], axis=0),
            g * np.sqrt(np.sum([h.speed**2 for h in every], axis=0)),
        )

    def at(self, coupling: float, masses: int) -> FloatArray:
        """−2 ln L of one coupling at every mass, (masses,)."""
        row = np.arange(masses)
        every = [t.heights(row, np.full(masses, coupling)) for t in self.terms]
        return np.asarray(np.sum([h.value for h in every], axis=0))

    def shift(self, row: IntArray, coupling: FloatArray) -> FloatArray:
        """Shift of the expectation by a coupling, in standard deviations."""
        return np.asarray(np.max([t.shift(row, coupling) for t in self.terms], axis=0))

    def above(self, row: IntArray, coupling: FloatArray) -> FloatArray:
        """How far a coupling lies above the best common ratio, dimensionless; for
        ratios only."""
        pulls = [t.pull(row, coupling) for t in self.terms if isinstance(t, Ratio)]
        return np.asarray(np.sum([pull / error for pull, error in pulls], axis=0))


def limit_curve(
    label: str, terms: Sequence[Ratio | Counts], masses: FloatArray, search: Search
) -> LimitCurve:
    """All couplings at which exclusion starts or ends, as roots between the minima and
    maxima of −2 ln L, for all masses at once.

    Parameters
    ----------
    label : of the curve, for messages too.
    terms : data combined in the curve.
    masses : MeV, shape (masses,), increasing.
    search : level and range.

    Raises
    ------
    InputError
        If the smallest coupling is excluded, or all are.

    Examples
    --------
    >>> from nuprobe.experiments import experiment
    >>> from nuprobe.experiments.scanned import Scanned
    >>> ccfr = experiment("ccfr-trident")
    >>> term = Ratio.of(ccfr, Scanned.of("lmu-ltau"), None, np.array([10.0]))
    >>> search = Search(1.96, 2, (1e-5, 1.0))
    >>> limit_curve("ccfr", [term], np.array([10.0]), search).coupling.round(5)
    array([0.00092])
    """
    found = _Excluded(label, _Together(terms), masses, search)
    excluded = found.intervals()
    first = [next((x for x, _ in i if x > 0.0), math.inf) for i in excluded]
    ends = [dict(i).get(x, math.inf) for i, x in zip(excluded, first, strict=True)]
    coupling = np.array(first)
    return LimitCurve(
        label,
        masses,
        coupling,
        np.array(ends),
        bool(found.standard.any()),
        excluded=tuple(excluded),
        largest=search.couplings[1],
    )


class _Excluded:
    """The search for excluded couplings at some masses."""

    def __init__(
        self, label: str, line: _Together, masses: FloatArray, search: Search
    ) -> None:
        self.label, self.line, self.masses, self.search = label, line, masses, search
        self.nothing = line.at(0.0, masses.size)
        ratios = [t for t in line.terms if isinstance(t, Ratio)]
        self.only_ratios = len(ratios) == len(line.terms)
        self.known = self.nothing
        if self.only_ratios:
            self.known = np.full(masses.size, _best_common(ratios))
        self.first = self._first()

    def _first(self) -> FloatArray:
        """Logarithm of the smallest coupling searched, (masses,)."""
        low, high = (math.log(g) for g in self.search.couplings)
        unseen = reached(self.line.shift, self.masses.size, (low, high), _UNSEEN)
        unseen[unseen < low + 1e-5] = low
        return np.minimum(unseen, high - 1e-6)

    @cached_property
    def landscape(self) -> Landscape:
        """−2 ln L over the logarithm of the coupling."""
        last = np.full(self.masses.size, math.log(self.search.couplings[1]))
        counts = [t for t in self.line.terms if isinstance(t, Counts)]
        if len(counts) == len(self.line.terms):
            # beyond the caps −2 ln L is constant
            caps = np.max([np.log(t.cap) for t in counts], axis=0)
            last = np.maximum(caps, self.first + 1e-6)
        part = np.linspace(0.0, 1.0, _NODES)
        nodes = self.first[:, None] + (last - self.first)[:, None] * part
        return survey(self.line, nodes, self.search.z**2 + _BELOW, self.known)

    @cached_property
    def floor(self) -> FloatArray:
        """Smallest −2 ln L, (masses,)."""
        if self.only_ratios:
            return self.known
        return np.minimum(self.landscape.lowest()[1], self.nothing)

    @cached_property
    def threshold(self) -> FloatArray:
        """−2 ln L above which a coupling is excluded, (masses,)."""
        return np.asarray(self.floor + self.search.z**2)

    @property
    def standard(self) -> NDArray[np.bool_]:
        """Where the Standard Model is excluded, (masses,); never by one-sided ratio
        limits, where it may lie below all allowed couplings."""
        if self.search.sides == 1 and self.only_ratios:
            return np.zeros(self.masses.size, dtype=bool)
        return np.asarray(self.nothing > self.threshold)

    def intervals(self) -> list[Intervals]:
        """Excluded couplings of each mass."""
        crossed = self.landscape.crossings(self.threshold)
        below = self.nothing > self.threshold
        self._check_smallest(crossed.above_first & ~below)
        smallest = np.exp(self.first)
        edges = replace(crossed, at=np.exp(crossed.at))
        pairs = edges.above(
            np.where(below, 0.0, smallest), np.full(self.masses.size, math.inf)
        )
        for row in np.flatnonzero(below & ~edges.above_first):
            pairs[row].insert(0, [0.0, float(smallest[row])])
        self._check_all([each == [[0.0, math.inf]] for each in pairs])
        if self.search.sides == 1:
            if self.only_ratios:
                pairs = [self._from_above(row, each) for row, each in enumerate(pairs)]
            # up to the first allowed coupling nothing is excluded from above
            pairs = [[pair for pair in each if pair[0] > 0.0] for each in pairs]
        return [tuple((low, high) for low, high in each) for each in pairs]

    def _from_above(self, row: int, pairs: list[list[float]]) -> list[list[float]]:
        """Parts of intervals in which the ratios are above the best common one."""
        turns = self._turns[row]
        parts = []
        for low, high in pairs:
            edges = [low, *(g for g in turns if low < g < high), high]
            for a, b in pairwise(edges):
                most = min(b, self.search.couplings[1])
                middle = math.sqrt(a * most) if a > 0 else most / 2
                if self.line.above(np.array([row]), np.array([middle]))[0] > 0:
                    parts.append([a, b])
        return parts

    @cached_property
    def _turns(self) -> list[list[float]]:
        """Couplings of each mass at which the ratios pass the best common one."""
        found = self.landscape
        above = self.line.above(found.row, np.exp(found.at)) > 0
        left = np.flatnonzero(
            (found.row[1:] == found.row[:-1]) & (above[1:] != above[:-1])
        )
        low, high, row = found.at[left], found.at[left + 1], found.row[left]
        for _ in range(60):
            middle = (low + high) / 2
            same = (self.line.above(row, np.exp(middle)) > 0) == above[left]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        turns: list[list[float]] = [[] for _ in self.masses]
        for i, g in zip(row.tolist(), np.exp(high).tolist(), strict=True):
            turns[i].append(g)
        return turns

    def _check_smallest(self, wrong: NDArray[np.bool_]) -> None:
        """Reject a range of couplings that starts too high."""
        smallest = self.search.couplings[0]
        wrong = wrong & (self.first <= math.log(smallest) + 1e-9)
        if wrong.any():
            raise InputError(
                f"{self.label}: at {self.masses[np.argmax(wrong)]:.6g} MeV the"
                f" smallest coupling {smallest:.3g} is already excluded: start the"
                " grid at a smaller coupling"
            )

    def _check_all(self, wrong: Sequence[bool]) -> None:
        """Reject data that exclude every coupling."""
        if any(wrong):
            low, high = self.search.couplings
            sigma = math.sqrt(max(float((self.nothing - self.floor).max()), 0.0))
            raise InputError(
                f"{self.label}: at {self.masses[np.argmax(wrong)]:.6g} MeV every"
                f" coupling from {low:.3g} to {high:.3g} is excluded, and the Standard"
                f" Model by {sigma:.2f} sigma: there is no limit; raise the confidence"
                " level"
            )
