"""Limits against dense scans: nothing that is excluded or allowed is missed."""

from __future__ import annotations

import itertools
import json
import math
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import pytest
from scipy.optimize import brentq

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.experiments.limits import family_cost, limit
from nuprobe.inference import Cost
from nuprobe.inference.stationary import Heights, survey
from nuprobe.reports import limit_table

Edges = list[float]
BOTH: Final[tuple[Literal[1, 2], ...]] = (2, 1)

CASES = (
    ("conus-plus", "rate"),
    ("conus-plus", "shapes"),
    ("coherent-csi-2017", "energy"),
    ("coherent-csi-2017", "energy-time"),
    ("coherent-csi-2021", "energy-time"),
    ("coherent-csi-2021", "nuclear-recoils"),
    ("coherent-lar-2020", "published"),
    ("xenonnt-8b", "rate"),
    ("pandax-4t-8b", "rate"),
    ("reactor-ge-projection", "smooth-off"),
)
FAMILIES = ("universal-vector", "b-l", "scalar", "b-3le")


@lru_cache(maxsize=2)  # templates of one cost may take hundreds of MB
def cost_of(name: str, analysis: str, family: str) -> Cost:
    return family_cost(nu.experiment(name), family, analysis)


class Scan:
    """−2 ln L over a grid of couplings at one mass, by the cost alone.

    Steps are those of `steps` couplings in four powers of ten; where the counts differ
    from those without coupling by less than a millionth of the data none are taken.
    """

    def __init__(self, cost: Cost, mass: float, steps: int = 3000) -> None:
        self.cost, self.mass = cost, mass
        self.column = cost.index("coupling")
        top = self._top()
        grid = np.geomspace(1e-4 * top, top, steps)
        self.g = np.append(0.0, grid[self._first(grid) :])
        self.value = self.at(self.g)

    def at(self, g: object) -> np.ndarray:
        return self.cost.profiled(self._points(g)).twice_nll

    def _points(self, g: object) -> np.ndarray:
        g = np.atleast_1d(np.asarray(g, dtype=float))
        points = np.full((g.size, 2), self.mass)
        points[:, self.column] = g
        return points

    def _counts(self, g: object) -> np.ndarray:
        """Counts of all bins without nuisances, (couplings, bins)."""
        points, layout = self._points(g), self.cost.layout
        nominal = np.zeros((len(points), len(layout.morphing)))
        every = layout.expectations(np.hstack([points, nominal]))
        return np.hstack([e.base for e in every])

    @property
    def _data(self) -> float:
        return sum(float(np.abs(t.data).sum()) for t in self.cost.terms)

    def _top(self) -> float:
        """Coupling whose signal is a thousand times the data."""

        def excess(log: float) -> float:
            return math.log(self._counts(math.exp(log)).sum() / (1e3 * self._data))

        low, high = math.log(1e-9), math.log(10.0)
        return math.exp(brentq(excess, low, high)) if excess(high) > 0 else 10.0

    def _first(self, grid: np.ndarray) -> int:
        """Number of couplings without effect; the counts are monotonic there."""
        some = np.arange(0, len(grid), 20)
        nothing = self._counts(0.0)
        moved = np.abs(self._counts(grid[some]) - nothing).sum(axis=1)
        seen = np.flatnonzero(moved > 1e-6 * self._data)
        return int(some[max(seen[0] - 1, 0)])

    def lowest(self) -> float:
        """Lowest value, all minima of the grid polished together: nine couplings
        between the neighbours of each, then between those of the lowest of these."""
        best = float(self.value.min())
        near = np.minimum(self.value[:-2], self.value[2:]) >= self.value[1:-1]
        rise = np.maximum(self.value[:-2], self.value[2:]) - self.value[1:-1]
        # a parabola falls by less than its neighbours rise
        use = near & (self.value[1:-1] < best + 0.5) & (rise > 1e-7)
        i = np.flatnonzero(use) + 1
        left, right = self.g[i - 1], self.g[i + 1]
        for _ in range(6 if i.size else 0):
            trial = np.linspace(left, right, 11)
            value = self.at(trial.ravel()).reshape(trial.shape)
            best = min(best, float(value.min()))
            k = np.clip(value.argmin(axis=0), 1, 9)
            column = np.arange(i.size)
            left, right = trial[k - 1, column], trial[k + 1, column]
        return best

    def edges(self, rise: float) -> Edges:
        """Where −2 ln L crosses its lowest value plus a rise: each step is divided by
        16 four times."""
        level = self.lowest() + rise
        out = self.value > level
        i = np.flatnonzero(out[1:] != out[:-1])
        left, right = self.g[i], self.g[i + 1]
        for _ in range(4 if i.size else 0):
            trial = np.linspace(left, right, 17)
            above = self.at(trial.ravel()).reshape(trial.shape) > level
            k = (above != above[:1]).argmax(axis=0)  # the first beyond the crossing
            column = np.arange(i.size)
            left, right = trial[k - 1, column], trial[k, column]
        return [float(x) for x in (left + right) / 2]


def compare(name: str, analysis: str, family: str, mass: float) -> int:
    """Every edge of a limit at 90 % against a scan; how many there are."""
    cost = cost_of(name, analysis, family)
    scan = Scan(cost, mass)
    count = 0
    levels: tuple[tuple[Literal[1, 2], float], ...] = (
        (2, 1.6448536269514722),
        (1, 1.2815515655446004),
    )
    for sides, z in levels:
        found = limit(
            [name], family, mass=[mass], cl=0.9, sides=sides, analyses={name: analysis}
        ).curves[0]  # fmt: skip
        assert found.excluded is not None
        mine = [
            g
            for g in itertools.chain(*found.excluded[0])
            if 0.0 < g < min(scan.g[-1], 10.0)
        ]
        exact = scan.edges(z**2)
        if sides == 1 and scan.value[0] > scan.lowest() + z**2:
            exact = exact[1:]  # below what is allowed nothing is excluded from above
        # a scan sees no island narrower than its steps
        assert mine == pytest.approx(exact, rel=1e-4), (name, analysis, family, mass)
        first = next(iter(exact[0:1]), math.inf)
        if sides == 1 or not found.standard_excluded:
            assert found.coupling[0] == pytest.approx(first, rel=1e-4)
        count += len(exact)
    return count


def drawn(number: int) -> list[tuple[str, str, str, float]]:
    """Random limits, always the same."""
    rng = np.random.default_rng(20201)
    cases: list[tuple[str, str, str, float]] = []
    while len(cases) < number:
        name, analysis = CASES[rng.integers(len(CASES))]
        family = FAMILIES[rng.integers(len(FAMILIES))]
        if name == "reactor-ge-projection" and family == "scalar":
            family = "universal-scalar"  # it sees electrons, a scalar of nucleons not
        mass = float(10 ** rng.uniform(-1.0, 5.5))
        cases.append((name, analysis, family, mass))
    return cases


FAST: Final = [
    case for case in drawn(40) if case[0] in ("conus-plus", "coherent-csi-2017")
]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[] if i in (0, 4, 5) else pytest.mark.nightly)
        for i, case in enumerate(FAST[:6])
    ],
)
def test_random_limits_against_scans(case: tuple[str, str, str, float]) -> None:
    assert compare(*case) >= 2


@pytest.mark.nightly
@pytest.mark.parametrize("case", sorted(drawn(200)))  # one cost after another
def test_all_random_limits_against_scans(case: tuple[str, str, str, float]) -> None:
    assert compare(*case) >= 2


@pytest.mark.nightly
@pytest.mark.parametrize("mass", [1.0, 60.0, 1000.0])
@pytest.mark.parametrize("family", FAMILIES)
def test_limits_with_shapes_that_are_integrated_over(family: str, mass: float) -> None:
    assert compare("coherent-lar-2020", "energy-shape-time", family, mass) >= 2


def as_it_was(name: str, analysis: str, signal: str) -> Experiment:
    """An analysis with point nucleons and no recoils of electrons, as when a scan of
    independent code was made."""
    return nu.experiment(name, Experiment).with_changes(
        {
            "target.nucleon": "point",
            f"analyses.{analysis}.also": [],
            f"analyses.{analysis}.systematics": [
                x.name
                for x in nu.experiment(name, Experiment).file.systematics
                if x.name in signal.split()
            ],
        }
    )


def test_limits_of_conus_plus_are_smooth_where_another_valley_is_as_deep() -> None:
    """Values of a dense scan by other code; the middle one was 2.796e-5 by the lowest
    of 240 steps."""
    one = as_it_was("conus-plus", "first-principles", "conus-plus-signal")
    analyses = {one.name: "first-principles"}
    masses = [49.5, 50.0, 50.5]
    two, above = (
        limit(
            [one], "universal-vector", mass=masses, cl=0.9, sides=sides,
            analyses=analyses,
        ).curves[0]
        for sides in BOTH
    )  # fmt: skip
    assert two.coupling == pytest.approx([2.465e-5, 2.488e-5, 2.512e-5], rel=5e-4)
    assert above.coupling[1] == pytest.approx(1.83e-5, rel=2e-3)
    assert np.abs(np.diff(np.log(above.coupling), 2)).max() < 1e-3


def test_islands_of_csi_2021_are_found() -> None:
    """Values of a dense scan by other code; steps of 8 % gave 6.26e-5, 7.30e-5 and
    1.783e-3, and no island."""
    one = nu.experiment("coherent-csi-2021", Experiment).with_changes(
        {"target.nucleon": "point"}
    )
    masses = [119.4, 142.5, 1000.0]
    two, above = (
        limit(
            [one], "universal-vector", mass=masses, cl=0.9, sides=sides,
            analyses={one.name: "nuclear-recoils"},
        ).curves[0]
        for sides in BOTH
    )  # fmt: skip
    assert two.coupling[:2] == pytest.approx([5.18e-5, 6.17e-5], rel=1e-3)
    assert two.excluded is not None
    assert two.excluded[2][0][1] == pytest.approx(1.687e-3, rel=1e-3)
    assert above.allowed is not None
    assert above.allowed[2][1] == pytest.approx((1.701e-3, 1.778e-3), rel=5e-4)


def test_curves_are_smooth_where_the_physics_is() -> None:
    curve = limit(
        ["coherent-csi-2017"], "universal-vector", mass=np.geomspace(1.0, 1e4, 120),
        cl=0.9,
    ).curves[0]  # fmt: skip
    bends = np.abs(np.diff(np.log(curve.coupling), 2))
    assert bends.max() < 0.02  # steps of 8 % in the coupling would show


def test_excluded_intervals_are_data() -> None:
    found = limit(["coherent-csi-2017"], "universal-vector", mass=[1e4])
    (curve,) = found.curves
    assert curve.excluded is not None
    assert curve.allowed is not None
    (first, second) = curve.excluded[0]
    assert first == (curve.coupling[0], curve.reopens[0])  # type: ignore[index]
    assert math.isinf(second[1])
    assert curve.allowed[0] == ((0.0, first[0]), (first[1], second[0]))
    record = json.loads(json.dumps(found.to_dict()))["curves"][0]
    assert record["excluded"] == [[[*first], [second[0], None]]]
    assert record["allowed"] == [[[0.0, first[0]], [first[1], second[0]]]]
    assert record["largest_coupling"] == 10.0


def test_an_island_at_the_end_of_the_search_is_open() -> None:
    """Up to a largest coupling inside the second allowed interval."""
    (whole,) = limit(["coherent-csi-2017"], "universal-vector", mass=[1e4]).curves
    assert whole.allowed is not None
    (_, (low, high)) = whole.allowed[0]
    end = math.sqrt(low * high)
    found = limit(
        ["coherent-csi-2017"], "universal-vector",
        {"mass": [1e4], "coupling": [1e-7, end]},
    )  # fmt: skip
    record = json.loads(json.dumps(found.to_dict()))["curves"][0]
    assert record["allowed"][0][1] == [pytest.approx(low, rel=1e-9), None]
    (note,) = [n for n in limit_table(found).notes if "allowed again" in n]
    assert f"to {end:.4g}, the end of the search, so open" in note


class Plateau:
    """(x² − 1)² up to a node at 1.2, and constant behind it."""

    def heights(self, row: object, at: np.ndarray) -> Heights:
        x = np.minimum(at, 1.2)
        slope = np.where(at < 1.2, 4 * x * (x**2 - 1), 0.0)
        return Heights((x**2 - 1) ** 2 + 1.0, slope, np.where(at < 1.2, 2 * abs(x), 0))


class Falling:
    """Falls to its last node, where it stays."""

    def heights(self, row: object, at: np.ndarray) -> Heights:
        slope = np.where(at < 3.0, -2 * (4 - at), 0.0)
        return Heights((4 - at) ** 2, slope, np.abs(slope) / 2)


def test_where_nothing_changes_nothing_is_searched() -> None:
    """A stationary point at a node is that node, not a new one beside it each time."""
    found = survey(Plateau(), np.linspace(0.5, 3.0, 6)[None], 30.0)
    place, _, kind = found.stationary()[0]
    assert place == pytest.approx(1.0, abs=1e-5)
    assert kind == -1
    assert len(found.at) < 60
    found = survey(Falling(), np.linspace(0.0, 3.0, 4)[None], 30.0)
    assert found.minima() == [(3.0, 1.0)]
    assert len(found.at) < 60


def test_allowed_couplings_in_the_form_of_fits() -> None:
    curve = limit(["coherent-csi-2021"], "universal-vector", mass=[1000.0]).curves[0]
    assert curve.regions is not None
    assert curve.allowed is not None
    (regions,), (allowed,) = curve.regions, curve.allowed
    assert [(r.low, r.high) for r in regions] == list(allowed)
    assert [r.open_high for r in regions] == [b == curve.largest for _, b in allowed]
