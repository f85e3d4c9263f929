"""The exponential that fits counts best, against 40 digits and a plain minimiser."""

from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.experiments.exponential import exponential_counts
from nuprobe.numerics import FloatArray

EDGES = np.array([0.0, 0.125, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])


def exact(counts: FloatArray, edges: FloatArray) -> FloatArray:
    """Root of the derivative of the likelihood with 40 digits, by bisection."""
    with mpmath.workdps(40):
        x = [mpmath.mpf(float(e)) for e in edges]
        c = [mpmath.mpf(float(n)) for n in counts]

        def integral(s: mpmath.mpf, power: int, a: mpmath.mpf, b: mpmath.mpf):  # type: ignore[no-untyped-def]
            if power == 0:
                return (mpmath.exp(-s * a) - mpmath.exp(-s * b)) / s
            ends = [(t / s + 1 / s**2) * mpmath.exp(-s * t) for t in (a, b)]
            return ends[0] - ends[1]

        def mean(s: mpmath.mpf, a: mpmath.mpf, b: mpmath.mpf):  # type: ignore[no-untyped-def]
            return integral(s, 1, a, b) / integral(s, 0, a, b)

        def derivative(s: mpmath.mpf):  # type: ignore[no-untyped-def]
            bins = zip(c, x[:-1], x[1:], strict=True)
            return mpmath.fsum(c) * mean(s, x[0], x[-1]) - mpmath.fsum(
                n * mean(s, a, b) for n, a, b in bins
            )

        low = -20 / (x[-1] - x[0])
        high = -low * mpmath.pi / 3.2  # the middle is never a slope of zero
        for _ in range(110):
            s = (low + high) / 2
            low, high = (s, high) if derivative(s) > 0 else (low, s)
        parts = [integral(s, 0, a, b) for a, b in pairwise(x)]
        total = mpmath.fsum(c) / mpmath.fsum(parts)
        return np.array([float(p * total) for p in parts])


@pytest.mark.parametrize("slope", [-2.5, -0.4, 1e-3, 0.02, 0.3, 1.7])
def test_it_is_the_exact_root(slope: float) -> None:
    random = np.random.default_rng(8)
    shape = -np.diff(np.exp(-slope * EDGES)) / slope
    for total in (40, 3000):
        counts = random.poisson(total * shape / shape.sum()).astype(float)
        got = exponential_counts(counts, EDGES)
        assert got == pytest.approx(exact(counts, EDGES), rel=1e-12, abs=0)
        assert got.sum() == pytest.approx(counts.sum(), rel=1e-14, abs=0)
        # the unit and the origin of time do not matter
        moved = exponential_counts(counts, 1000 * EDGES + 7.0)
        assert moved == pytest.approx(got, rel=1e-11, abs=0)


def test_no_other_slope_is_more_likely() -> None:
    counts = np.random.default_rng(3).poisson(20, EDGES.size - 1).astype(float)

    def cost(slope: float) -> float:
        parts = np.diff(-np.exp(-slope * EDGES)) / slope
        return -float(counts @ np.log(parts / parts.sum()))

    found = minimize_scalar(cost, bounds=(-3, 3), method="bounded")
    best = -float(counts @ np.log(exponential_counts(counts, EDGES) / counts.sum()))
    assert best <= found.fun * (1 + 1e-15)
    assert best == pytest.approx(found.fun, rel=1e-10, abs=0)


def test_flat_counts_stay_flat() -> None:
    got = exponential_counts(7.0 * np.diff(EDGES), EDGES)
    assert got == pytest.approx(7.0 * np.diff(EDGES), rel=1e-13, abs=0)


@pytest.mark.parametrize("side", [0, -1])
def test_the_steepest_has_twenty_e_folds(side: int) -> None:
    counts = np.zeros(EDGES.size - 1)
    counts[side] = 5.0
    slope = 20.0 / 6.0 * (1 if side == 0 else -1)
    expected = 5 * np.diff(np.exp(-slope * EDGES)) / (np.exp(-slope * 6.0) - 1)
    got = exponential_counts(counts, EDGES)
    assert got == pytest.approx(expected, rel=1e-11, abs=0)


def test_the_steady_state_of_caesium_iodide() -> None:
    csi = nu.experiment("coherent-csi-2021", Experiment)
    (off,) = [b for b in csi.file.backgrounds if b.name == "steady-state"]
    edges = csi.bins.time_edges
    assert edges is not None
    counts = csi.bins.grid(off.column).sum((0, 1))  # type: ignore[union-attr]
    got = exponential_counts(counts, edges)
    assert got == pytest.approx(exact(counts, edges), rel=1e-12, abs=0)
