"""One global fit: six charge radii with all nuisances."""

from __future__ import annotations

import numpy as np
import pytest

import nuprobe as nu

FLAVOURS = ("ee", "mumu", "tautau", "emu", "etau", "mutau")
RADII = [f"charge_radius.{x}" for x in FLAVOURS]


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
