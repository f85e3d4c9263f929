"""Speed of the history of decoupling with its accuracy beside: `make bench`. Nothing
here asserts a time.

The plain method in the same run is SciPy's LSODA on the same equations
(tests/cosmology/plain.py).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from tests.cosmology import plain

import nuprobe as nu
from nuprobe.cosmology.nucleosynthesis import abundances

ROWS: list[tuple[str, str, str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    yield
    head = ("what", "time", "difference in N_eff, LSODA", "LSODA over this")
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]]))


def _universal(mu: float) -> nu.Electromagnetic:
    return nu.Electromagnetic(
        magnetic_moment={"emu": mu, "etau": mu, "mutau": mu}, kind="majorana"
    )


@pytest.mark.parametrize("mu", [0.0, 1e-9])
def test_history(benchmark: BenchmarkFixture, mu: float) -> None:
    model = _universal(mu)
    found = benchmark(nu.cosmology.decoupling, model)
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]
    started = time.perf_counter()
    _, _, n_eff = plain.evolve(np.full(3, 2 * mu**2), mixing=True)
    slow = time.perf_counter() - started
    assert found.n_eff == pytest.approx(n_eff, abs=1e-8)
    ROWS.append(
        (
            f"history, {mu:g} muB",
            f"{1e3 * best:.1f} ms",
            f"{abs(found.n_eff - n_eff):.1e}",
            f"{slow / best:.0f}",
        )
    )


def test_a_whole_point(benchmark: BenchmarkFixture) -> None:
    """N_eff, Y_P and D/H of one model."""
    model = _universal(1e-9)
    benchmark(abundances, model)
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]
    ROWS.append(("N_eff, Y_P and D/H", f"{1e3 * best:.0f} ms", "-", "-"))
