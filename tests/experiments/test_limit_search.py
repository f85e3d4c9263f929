"""Limits against dense scans: nothing that is excluded or allowed is missed."""

from __future__ import annotations

import itertools
import math
from functools import lru_cache

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.experiments.limits import family_cost, limit
from nuprobe.inference import Cost

Edges = list[float]

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


@lru_cache(maxsize=64)
def cost_of(name: str, analysis: str, family: str) -> Cost:
    return family_cost(nu.experiment(name), family, analysis)


class Scan:
    """−2 ln L over a grid of couplings at one mass, by the cost alone."""

    def __init__(self, cost: Cost, mass: float, steps: int = 3000) -> None:
        self.cost, self.mass = cost, mass
        self.column = cost.index("coupling")
        top = self._top()
        self.g = np.append(0.0, np.geomspace(1e-4 * top, top, steps))
        self.value = self.at(self.g)

    def at(self, g: object) -> np.ndarray:
        g = np.atleast_1d(np.asarray(g, dtype=float))
        points = np.full((g.size, 2), self.mass)
        points[:, self.column] = g
        return self.cost.profiled(points).twice_nll

    def _top(self) -> float:
        """Coupling whose signal is a thousand times the data."""
        data = 1e3 * sum(float(np.abs(t.data).sum()) for t in self.cost.terms)

        def excess(log: float) -> float:
            point = np.full((1, 2), self.mass)
            point[0, self.column] = math.exp(log)
            counts = self.cost.layout.expectations(point)
            return math.log(sum(float(e.base.sum()) for e in counts) / data)

        low, high = math.log(1e-9), math.log(10.0)
        return math.exp(brentq(excess, low, high)) if excess(high) > 0 else 10.0

    def lowest(self) -> float:
        best = float(self.value.min())
        low = self.value < best + 0.5
        for i in np.flatnonzero(low[1:-1]) + 1:
            if self.value[i] <= min(self.value[i - 1], self.value[i + 1]):
                ends = float(self.g[i - 1]), float(self.g[i + 1])
                found = minimize_scalar(
                    lambda x: float(self.at(x)[0]), bounds=ends, method="bounded",
                    options={"xatol": 1e-7 * ends[1]},
                )  # fmt: skip
                best = min(best, float(found.fun))
        return best

    def edges(self, rise: float) -> Edges:
        """Where −2 ln L crosses its lowest value plus a rise."""
        level = self.lowest() + rise
        out = self.value > level
        return [
            float(
                brentq(
                    lambda x: float(self.at(x)[0]) - level,
                    self.g[i],
                    self.g[i + 1],
                    xtol=1e-9 * self.g[i + 1],
                )
            )
            for i in np.flatnonzero(out[1:] != out[:-1])
        ]


def compare(name: str, analysis: str, family: str, mass: float) -> int:
    """Every edge of a limit at 90 % against a scan; how many there are."""
    cost = cost_of(name, analysis, family)
    scan = Scan(cost, mass)
    count = 0
    for sides, z in ((2, 1.6448536269514722), (1, 1.2815515655446004)):
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
    cases = []
    while len(cases) < number:
        name, analysis = CASES[rng.integers(len(CASES))]
        family = FAMILIES[rng.integers(len(FAMILIES))]
        mass = float(10 ** rng.uniform(-1.0, 5.5))
        cases.append((name, analysis, family, mass))
    return cases
