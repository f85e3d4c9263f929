"""Toys through templates against a plain loop: full predictions, one toy after the
other. Time and accuracy are printed; nothing here asserts a time."""

from __future__ import annotations

import time

import numpy as np
from benchmarks.oracle import CsI2017
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import minimize_scalar

import nuprobe as nu
from nuprobe.experiments import Experiment
from nuprobe.inference import GaussianCost
from nuprobe.inference.toys import draw, fit_toys
from nuprobe.numerics import FloatArray
from nuprobe.units import fm

TOYS = 500
BY_HAND = 2  # toys that the plain loop fits
WINDOW = (6.0, 30.0)  # photoelectrons of the analysis
RANGE = (3.0, 8.0)  # fm, in which it looks for the radius


def test_toys_against_a_plain_loop(benchmark: BenchmarkFixture) -> None:
    """The neutron radius of CsI 2017 from counts in energy, without nuisances: both
    minimise χ² of the same data, once with the matrix product of templates and
    once with quadratures of flux, cross section and response in every step."""
    csi = nu.experiment("coherent-csi-2017").with_changes(
        {"analyses.energy.systematics": []}
    )
    assert isinstance(csi, Experiment)
    cost = csi.cost(free=["rn"], analysis="energy")
    assert isinstance(cost, GaussianCost)
    nothing = np.zeros(0)
    toys = draw(cost, cost.default, nothing, TOYS, np.random.default_rng(3))
    best = benchmark.pedantic(
        fit_toys,
        (cost, toys, ["rn"], cost.default, nothing),
        rounds=3,
        warmup_rounds=1,
    )
    mine = float(benchmark.stats.stats.min) / TOYS  # type: ignore[union-attr]

    components = csi.target().components
    oracle = CsI2017(
        r_p=tuple(c.ff_p.rms / fm for c in components),  # type: ignore[arg-type]
        masses=tuple(c.isotope.mass for c in components),  # type: ignore[arg-type]
    )
    (expected,) = cost.expected(cost.default, nothing)
    every = csi.energy_edges
    first = int(np.flatnonzero(every == WINDOW[0])[0])
    edges = every[first : first + expected.shape[-1] + 1].tolist()
    assert (edges[0], edges[-1]) == WINDOW
    # which share of each flux lies in the window of arrival times, the plain code does
    # not know: from the difference of two radii
    low, high = (oracle.with_radius(r).spectrum(edges) for r in RANGE)
    two = [cost.expected(np.array([r]), nothing)[0].ravel() for r in RANGE]
    share = np.linalg.lstsq((high - low).T, two[1] - two[0], rcond=None)[0]
    background = two[0] - share @ low
    evaluations = 0

    def chi2(radius: float, data: FloatArray) -> float:
        nonlocal evaluations
        evaluations += 1
        counts = share @ oracle.with_radius(radius).spectrum(edges)
        return float((((counts + background - data) / cost.sigma) ** 2).sum())

    found = []
    start = time.process_time()
    for i in range(BY_HAND):
        data = toys.data[0][i]
        fit = minimize_scalar(chi2, bounds=RANGE, args=(data,), method="bounded")
        found.append(float(fit.x))
    plain = (time.process_time() - start) / BY_HAND
    radii = best.points[:BY_HAND, 0]
    off = np.abs(np.array(found) - radii).max()
    print(
        f"\n{TOYS} toys with templates: {mine * 1e3:.3f} ms a toy; plain loop:"
        f" {plain:.1f} s a toy ({evaluations / BY_HAND:.0f} predictions each), ratio"
        f" {plain / mine:.0f}; largest difference of the radius {off:.1e} fm"
    )
    # a few thousandths of the error of the radius: the shares come from two radii
    assert off < 2e-3
