"""One global fit: six charge radii with all nuisances, and planes of a mediator."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.experiments import AnyExperiment, family_cost
from nuprobe.experiments.scanned import Scanned
from nuprobe.inference import CostSum, ScanResult
from nuprobe.sets import experiment_set
from nuprobe.sets.mediators import feeling

FLAVOURS = ("ee", "mumu", "tautau", "emu", "etau", "mutau")
RADII = [f"charge_radius.{x}" for x in FLAVOURS]


MASSES = np.geomspace(1, 1000, 60)


def _felt() -> list[AnyExperiment]:
    """All experiments that feel B − L, opened anew: nothing is kept of their
    templates."""
    chosen, _ = feeling(experiment_set("all"), "b-l")
    return [one.experiment for one in chosen.members]


@pytest.mark.benchmark(group="global")
def test_building_and_fitting_six_radii(benchmark) -> None:  # type: ignore[no-untyped-def]
    """From nothing; at most 10 s on two free cores."""

    def fitted() -> bool:
        cost = nu.global_cost("all", nu.Electromagnetic(), RADII)
        return nu.fit(cost, minos=False).valid

    assert benchmark.pedantic(fitted, rounds=1, iterations=1)


@pytest.mark.benchmark(group="global")
@pytest.mark.parametrize("workers", [None, 2])
def test_limits_of_all_experiments(benchmark, workers) -> None:  # type: ignore[no-untyped-def]
    """B − L at 60 masses, each experiment and all; at most 30 s on two free cores."""
    found = benchmark.pedantic(
        lambda: nu.limit(_felt(), "b-l", mass=MASSES, workers=workers),
        rounds=1,
        iterations=1,
    )
    assert np.isfinite(found["combined"].coupling).all()


@pytest.mark.benchmark(group="global")
@pytest.mark.parametrize("workers", [None, 2])
def test_plane_of_all_experiments(benchmark, workers) -> None:  # type: ignore[no-untyped-def]
    """60 × 60 masses and couplings of B − L; at most 30 s on two free cores."""
    grid = {"mass": MASSES, "coupling": np.geomspace(1e-7, 1e-3, 60)}

    def scanned() -> ScanResult:
        family = Scanned.of("b-l")
        cost = CostSum(*[family_cost(one, family) for one in _felt()])
        return nu.scan(cost, grid, workers=workers)

    found = benchmark.pedantic(scanned, rounds=1, iterations=1)
    assert np.isfinite(found.twice_nll).any()


@pytest.mark.benchmark(group="global")
def test_six_radii(benchmark) -> None:  # type: ignore[no-untyped-def]
    """Best fit and curvature; at most 10 s on two free cores."""
    cost = nu.global_cost("all", nu.Electromagnetic(), RADII)
    found = benchmark.pedantic(
        lambda: nu.fit(cost, minos=False), rounds=1, iterations=1
    )
    assert found.valid


@pytest.mark.benchmark(group="global")
def test_regions_of_six_radii(benchmark) -> None:  # type: ignore[no-untyped-def]
    """Allowed regions of each with all others free."""
    cost = nu.global_cost("all", nu.Electromagnetic(), RADII)
    found = benchmark.pedantic(lambda: nu.fit(cost, cl=0.9), rounds=1, iterations=1)
    assert all(found[name].regions for name in RADII)


@pytest.mark.benchmark(group="global")
@pytest.mark.parametrize("names", [["xenonnt-8b"], ["xenonnt-8b", "pandax-4t-8b"]])
def test_coupling_over_mass(benchmark, names: list[str]) -> None:  # type: ignore[no-untyped-def]
    """B − L at 60 masses where yields morph."""
    masses = np.geomspace(1, 1000, 60)
    found = benchmark.pedantic(
        lambda: nu.limit(names, "b-l", mass=masses), rounds=1, iterations=1
    )
    assert np.isfinite(found[names[0]].coupling).all()
