"""Speed of reactor spectra and yields, with the accuracy beside it: `make bench`.
Nothing here asserts a time; the goals are in brackets.

The plain method in the same run: exponentials of polynomials written out, one energy
after the other, ``scipy.integrate.quad`` over them, and the covariance by loops over
the entries.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.experiments import ReactorExperiment
from nuprobe.fluxes import reactor_errors

FRACTIONS = {"U235": 0.564, "U238": 0.076, "Pu239": 0.304, "Pu241": 0.056}
ENDS: dict[str, Any] = {"low_energy": "none", "lowest": 1.8, "highest": 10.0}
# of Huber:2011wv and Mueller:2011nm, written once more
POLYNOMIALS = {
    "U235": (4.367, -4.577, 2.100, -5.294e-1, 6.186e-2, -2.777e-3),
    "U238": (4.833e-1, 1.927e-1, -1.283e-1, -6.762e-3, 2.233e-3, -1.536e-4),
    "Pu239": (4.757, -5.392, 2.563, -6.596e-1, 7.820e-2, -3.536e-3),
    "Pu241": (2.990, -2.882, 1.278, -3.343e-1, 3.905e-2, -1.754e-3),
}
E = np.linspace(1.85, 9.9, 100)
ROWS: list[tuple[str, str, str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    """Collect one row a measurement and print them all at the end."""
    ROWS.clear()
    yield
    head = ("what", "CPU time (goal)", "error, plain method", "plain over this")
    widths = [max(len(row[i]) for row in [head, *ROWS]) for i in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in [head, *ROWS]
    ]
    print("\n\n" + "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]]))


def reported(
    benchmark: BenchmarkFixture,
    what: str,
    fast: Callable[[], Any],
    plain: Callable[[], Any],
    worst: float,
    goal: str = "50",
) -> None:
    """One row; the errors are relative to the largest plain value."""
    found = np.asarray(benchmark(fast))
    # of this process alone: other programs change the time that passes
    best = math.inf
    for _ in range(5):
        started = time.process_time()
        fast()
        best = min(best, time.process_time() - started)
    slow = time.process_time()
    expected = np.asarray(plain())
    slow = time.process_time() - slow
    error = float(np.abs(found - expected).max() / np.abs(expected).max())
    assert error < worst
    row = f"{1e3 * best:.2f} ms ({goal})", f"{error:.1e}", f"{slow / best:.2g}"
    ROWS.append((what, *row))


def density(isotope: str, e: float) -> float:
    return math.exp(sum(a * e**k for k, a in enumerate(POLYNOMIALS[isotope])))


def mixture(e: float) -> float:
    return sum(share * density(name, e) for name, share in FRACTIONS.items())


def test_spectrum_of_a_mixture(benchmark: BenchmarkFixture) -> None:
    """The flux is made, too."""

    def fast() -> Any:
        return nu.flux("reactor", fractions=FRACTIONS, **ENDS).spectrum("nubar_e", E)

    def plain() -> list[float]:
        return [mixture(float(e)) for e in E]

    reported(benchmark, "mixture, 100 energies", fast, plain, 1e-12)


def test_covariance_of_a_mixture(benchmark: BenchmarkFixture) -> None:
    """Relative errors of four isotopes at 100 energies, of the spectrum of the
    mixture."""
    names = ["U235", "Pu239", "Pu241"]
    pure = {n: nu.flux("reactor", fractions={n: 1.0}, **ENDS) for n in names}

    def fast() -> Any:
        errors = reactor_errors(E, names)
        weight = np.stack(
            [FRACTIONS[n] * pure[n].spectrum("nubar_e", E) for n in names]
        )
        return np.einsum("ae,aebf,bf->ef", weight, errors.covariance(), weight)

    def plain() -> np.ndarray:
        relative = reactor_errors(E, names).covariance()
        total = np.zeros((E.size, E.size))
        for i, x in enumerate(E):
            for j, y in enumerate(E):
                for a, first in enumerate(names):
                    for b, second in enumerate(names):
                        at = FRACTIONS[first] * density(first, float(x))
                        other = FRACTIONS[second] * density(second, float(y))
                        total[i, j] += at * other * relative[a, i, b, j]
        return total

    reported(benchmark, "covariance of a mixture, 100 × 100", fast, plain, 1e-10)


@pytest.mark.parametrize("version", ["strumia-vissani", "vogel-beacom"])
def test_yield(benchmark: BenchmarkFixture, version: Any) -> None:
    """cm² per fission of the mixture."""
    source = nu.flux("reactor", fractions=FRACTIONS, **ENDS)

    def plain() -> float:
        def kernel(e: float) -> float:
            return mixture(e) * float(nu.ibd.total(e, version=version))

        begin = 1.8060
        parts = [(begin, 2.0), (2.0, 8.0), (8.0, 10.0)]
        return sum(quad(kernel, *ends, epsrel=1e-8, epsabs=0)[0] for ends in parts)

    def fast() -> float:
        return nu.ibd.per_unit(source, version=version)

    reported(benchmark, f"yield, {version}", fast, plain, 1e-6)


def test_yields_with_their_covariance(benchmark: BenchmarkFixture) -> None:
    """Yields of three isotopes, and the covariance that their spectra give them."""
    names = ["U235", "Pu239", "Pu241"]
    e = np.arange(1.82, 10.0, 0.02)
    sigma = nu.ibd.total(e)
    pure = {n: nu.flux("reactor", fractions={n: 1.0}, **ENDS) for n in names}

    def fast() -> Any:
        weights = [pure[n].spectrum("nubar_e", e) * sigma for n in names]
        return reactor_errors(e, names).folded(weights)

    def plain() -> np.ndarray:
        relative = reactor_errors(e, names).covariance()
        weights = [
            [density(n, float(x)) * float(s) for x, s in zip(e, sigma, strict=True)]
            for n in names
        ]
        found = np.zeros((3, 3))
        for a in range(3):
            for b in range(3):
                found[a, b] = np.array(weights[a]) @ relative[a, :, b] @ weights[b]
        return found

    reported(benchmark, "covariance of yields", fast, plain, 1e-10)


def test_rates_of_all_experiments(benchmark: BenchmarkFixture) -> None:
    """χ² of 21 rates with a sterile neutrino, against one oscillation written out,
    averaged over the box of distances with 200 points."""
    one = nu.experiment("reactor-rates", ReactorExperiment)
    cost = one.cost(None, ["sin2_2theta_14", "dm2_41"])
    point = np.array([[0.09, 0.41]])

    def fast() -> Any:
        point[0, 1] += 1e-12  # what is known of a point is kept
        return cost.expected(point[0], np.zeros(len(cost.nuisances)))[0]

    def plain() -> np.ndarray:
        rows, yields = one.measured(), one.yields()
        energy, weight = yields.energy, yields.weight
        result = []
        for far, half, share in zip(
            rows.places.baseline, rows.places.spread, rows.fractions, strict=True
        ):
            at = far + half * (2 * (np.arange(200) + 0.5) / 200 - 1)
            sin2 = np.sin(1.2669328 * 0.41 * at[:, None] / energy) ** 2
            survival = 1 - 0.09 * sin2.mean(axis=0)
            expected = share @ (weight @ survival)
            result.append(expected / (share @ yields.total))
        return np.array(result)

    # the known oscillation, 1e-3 at 95 m, is not in the plain sum
    reported(benchmark, "21 rates, one point", fast, plain, 2e-3)
