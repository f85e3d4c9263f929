"""Speed of one point (N_eff, Y_P, D/H) and of a plane of two moments, with the accuracy
beside it: `make bench`. Nothing here asserts a time.

The plain method in the same run: SciPy's Radau with a NumPy Jacobian on the same rates.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import nuprobe as nu
from nuprobe.cosmology import decoupling
from nuprobe.cosmology.nucleosynthesis import abundances, evolution, moment_plane

ROWS: list[tuple[str, str, str, str]] = []
NAMES = "magnetic_moment.emu", "magnetic_moment.mutau"


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    yield
    head = ("what", "time", "error", "plain over this")
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]]))


def test_the_network(benchmark: BenchmarkFixture) -> None:
    past = decoupling()
    found = benchmark(evolution, past)
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]
    started = time.perf_counter()
    plain = evolution(past, method="radau")
    slow = time.perf_counter() - started
    ratio = found.abundances[-1] / plain.abundances[-1] - 1
    assert abs(ratio[5]) < 1e-6
    assert abs(ratio[2]) < 1e-4
    error = f"Y_P {abs(ratio[5]):.0e}, D/H {abs(ratio[2]):.0e}"
    ROWS.append(("network", f"{1e3 * best:.1f} ms", error, f"{slow / best:.0f}"))


def test_one_point(benchmark: BenchmarkFixture) -> None:
    model = nu.Electromagnetic(magnetic_moment={"emu": 1e-9}, kind="majorana")
    found = benchmark(abundances, model)
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]
    fine = evolution(decoupling(model), refine=4).abundances[-1]
    error = abs(found.y_p / (4 * fine[5]) - 1), abs(found.d_h / (fine[2] / fine[1]) - 1)
    text = f"Y_P {error[0]:.0e}, D/H {error[1]:.0e}"
    ROWS.append(("N_eff, Y_P, D/H of one model", f"{1e3 * best:.1f} ms", text, "-"))


def test_a_plane(benchmark: BenchmarkFixture) -> None:
    """81 points; the plain method is the network of 201 × 201 points of a figure."""
    plane = benchmark.pedantic(moment_plane, NAMES, rounds=2)
    best = float(benchmark.stats.stats.min)  # type: ignore[union-attr]
    started = time.perf_counter()
    abundances()
    each = time.perf_counter() - started
    assert np.all(plane.errors[0] < 1e-6)
    error = f"Y_P {plane.error('y_p'):.0e}"
    ROWS.append(
        ("plane of two moments", f"{best:.2f} s", error, f"{201**2 * each / best:.0f}")
    )
