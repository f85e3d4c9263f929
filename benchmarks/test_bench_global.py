"""One global fit: six charge radii with all nuisances."""

from __future__ import annotations

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
