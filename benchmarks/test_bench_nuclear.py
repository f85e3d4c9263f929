"""Speed of σ(E) of reactions of nuclei at 100 energies, with the accuracy beside it:
`make bench`. Nothing here asserts a time.

The plain method in the same run: one energy after the other, ``scipy.integrate.quad``
over the deposit of the differential cross section (over the angle for the deuteron).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.numerics import FloatArray
from nuprobe.processes import CONTACT, cross_section
from nuprobe.processes.nuclear import radiative

E = np.linspace(2.0, 20.0, 100)
SAMPLE = np.linspace(5, 99, 6).astype(int)
ROWS: list[tuple[str, str, str, str]] = []
Sigma = Callable[[FloatArray], FloatArray]


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    yield
    head = (
        "what",
        "100 energies, CPU (goal)",
        "error, plain quadrature",
        "plain over this",
    )
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]]))


def _reported(
    benchmark: BenchmarkFixture,
    what: str,
    sigma: Sigma,
    plain: Callable[[float], float],
) -> None:
    found = benchmark(sigma, E)
    # of this process alone: other programs change the time that passes
    best = np.inf
    for _ in range(5):
        started = time.process_time()
        sigma(E)
        best = min(best, time.process_time() - started)
    started = time.process_time()
    expected = np.array([plain(float(e)) for e in E[SAMPLE]])
    slow = (time.process_time() - started) / SAMPLE.size * E.size
    known = expected > 0
    error = np.abs(found[SAMPLE][known] / expected[known] - 1).max()
    assert error < 1e-6
    ROWS.append(
        (what, f"{1e3 * best:.1f} ms (50)", f"{error:.1e}", f"{slow / best:.0f}")
    )


CHANNELS: list[tuple[str, str, dict[str, Any]]] = [
    ("ibd", "nubar_e", {}),
    ("ibd", "nubar_e", {"version": "vogel-beacom"}),
    ("carbon-cc", "nu_e", {"levels": "carbon13"}),
    ("carbon-cc", "nu_e", {"levels": "carbon12-inclusive"}),
    ("carbon-cc", "nubar_e", {"levels": "carbon12-nubar"}),
    ("carbon-nc", "nu_mu", {"levels": "carbon13"}),
    ("carbon-nc", "nubar_mu", {"levels": "carbon12"}),
]


@pytest.mark.parametrize(("name", "flavour", "options"), CHANNELS)
def test_levels(
    benchmark: BenchmarkFixture, name: str, flavour: str, options: dict[str, Any]
) -> None:
    process, sm = nu.process(name, **options), nu.StandardModel()

    def sigma(e: FloatArray) -> FloatArray:
        if name == "ibd":
            return nu.ibd.total(e, **options)
        return cross_section.total(process, e, None, sm, flavour)

    weights = cross_section.coefficients(process, sm, flavour)
    terms = process.terms(CONTACT)

    def plain(e: float) -> float:
        result = 0.0
        for scatterer in process.scatterers(None):
            energy = np.array(e)
            low, high = (float(f(energy)) for f in (scatterer.t_min, scatterer.t_max))
            if high <= low:
                continue

            def kernel(u: float, scatterer: Any = scatterer, low: float = low) -> float:
                # some begin as a square root
                t = np.array(low + u**2)
                found = cross_section.kernels(scatterer, e, t, terms, CONTACT)
                return float(found @ weights) * 2 * u

            end = np.sqrt(high - low)
            result += quad(kernel, 0, end, epsabs=0, epsrel=1e-9, limit=200)[0]
        return result

    what = " ".join([name, flavour, *map(str, options.values())])
    _reported(benchmark, what, sigma, plain)


@pytest.mark.parametrize(
    ("current", "flavour", "kind"),
    [
        ("cc", "nu_e", "none"),
        ("cc", "nubar_e", "none"),
        ("nc", "nu_mu", "none"),
        ("cc", "nu_e", "full"),
    ],
)
def test_deuteron(
    benchmark: BenchmarkFixture, current: Any, flavour: str, kind: Any
) -> None:
    def sigma(e: FloatArray) -> FloatArray:
        return nu.deuteron.total(e, current, flavour, radiative=kind)

    def plain(e: float) -> float:
        def kernel(t: float) -> float:
            found = nu.deuteron.differential(e, t, current, flavour, radiative=kind)
            return float(found)

        ends = nu.process(f"deuteron-{current}").scatterers(None)
        scatterer = ends[1 if flavour == "nubar_e" and current == "cc" else 0]
        energy = np.array(e)
        low, high = (float(f(energy)) for f in (scatterer.t_min, scatterer.t_max))
        if high <= low:
            return 0.0
        turns = [float(t) for t in scatterer.range.turns(energy) if low < t < high]
        # dσ/dE peaks within a few keV of its end
        marks = sorted({*turns, high - 0.01, high - 0.1, high - 0.5} - {low, high})
        points = [t for t in marks if low < t < high]
        return float(
            quad(kernel, low, high, epsabs=0, epsrel=1e-8, limit=400, points=points)[0]
        )

    _reported(benchmark, f"deuteron {current} {flavour} {kind}", sigma, plain)


def test_outer_function(benchmark: BenchmarkFixture) -> None:
    """Its table, against more nodes than it was made with."""
    energy = np.geomspace(0.52, 100.0, 100_000)
    found = benchmark(radiative.outer, energy)
    sample = energy[::1000]
    fine = radiative.outer_function(sample, 400) / (2 * np.pi * 137.035999) + 1
    error = np.abs(found[::1000] / fine - 1).max()
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]
    ROWS.append(("outer corrections, 1e5", f"{1e3 * best:.1f} ms", f"{error:.1e}", ""))
    assert error < 1e-8
