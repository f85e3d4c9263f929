"""Speed of solar planes, with the accuracy beside it: `make bench`. Nothing here
asserts a time.

The plain method in the same run: one point after the other, `scipy.integrate.quad` over
the production zones at each energy.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.integrate import quad

from nuprobe.experiments.solar_plane import l1a_fit, solar_plane
from nuprobe.oscillation import production_zones
from nuprobe.oscillation.survival import conversion
from nuprobe.units import eV


def test_plane(benchmark: BenchmarkFixture) -> None:
    """60 × 60 points and four L_1A of SNO, Ga, Cl and KamLAND (goal: 20 s)."""
    found = benchmark.pedantic(
        lambda: solar_plane(scheme="nnlo", flux="free"), rounds=3, warmup_rounds=1
    )
    assert found.twice_nll.shape == (4, 60, 60)


def test_current(benchmark: BenchmarkFixture) -> None:
    """A fit of L_1A with tan²θ₁₂, Δm²₂₁ and twelve nuisances."""
    benchmark.pedantic(lambda: l1a_fit(scheme="nnlo"), rounds=3, warmup_rounds=1)


def test_conversion(benchmark: BenchmarkFixture) -> None:
    """Conversion of 8B neutrinos at 3600 points and 60 energies."""
    zones = production_zones("8B")
    e = np.linspace(2.0, 15.0, 60)
    s12, dm2 = (
        x.ravel()[:, None]
        for x in np.meshgrid(np.linspace(0.2, 0.4, 60), np.linspace(5e-5, 1e-4, 60))
    )
    found = benchmark(lambda: conversion(e, s12, dm2, 0.022, zones))
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]

    def plain(row: int, column: int) -> float:
        r, log, made = zones.radius, zones.log_potential, zones.production
        cos2 = 1 - 2 * s12[row, 0]

        def integrand(x: float, weight: bool) -> Any:
            v = np.exp(np.interp(x, r, log))
            a = cos2 - 2 * e[column] * 0.978 * v / (dm2[row, 0] * eV**2)
            share = np.interp(x, r, made)
            return share * (a / np.hypot(a, np.sqrt(1 - cos2**2)) if weight else 1.0)

        top, norm = (
            sum(quad(integrand, *ends, (w,), epsrel=1e-9)[0] for ends in pairwise(r))
            for w in (True, False)
        )
        return float(top / norm)

    tried = [(0, 5), (1801, 30), (3599, 59)]
    started = time.perf_counter()
    exact = np.array([plain(*one) for one in tried])
    slow = (time.perf_counter() - started) / len(tried) * found.size
    error = np.abs(found[tuple(np.array(tried).T)] / exact - 1).max()
    assert error < 1e-6
    print(f"\nplain over this: {slow / best:.0f}, largest difference {error:.1e}")
