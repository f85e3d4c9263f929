"""Emission by plasmons: time and accuracy beside nested adaptive quadrature."""

from __future__ import annotations

import math

import pytest

from nuprobe.constants import HBAR_MEV_S, HBARC_MEV_CM
from nuprobe.stars import (
    electron_gas,
    plasmon_emission,
    plasmon_frequency,
    plasmon_width,
)


def plain() -> float:
    """Weak emission at 1e6 g/cm³ and 1e8 K by SciPy's quad."""
    from scipy.integrate import quad

    gas = electron_gas(1e6, 1e8)

    def lost(k: float, kind: str) -> float:
        omega = float(plasmon_frequency(k, gas, kind))  # type: ignore[arg-type]
        width = float(plasmon_width(k, gas, kind)) * HBAR_MEV_S  # type: ignore[arg-type]
        return k * k * omega * width / math.expm1(omega / gas.temperature)

    t = gas.temperature
    whole = 2 * sum(
        quad(lost, a * t, b * t, ("transverse",))[0] for a, b in ((0, 3), (3, 30))
    )
    whole += quad(lost, 0, gas.k_max * (1 - 1e-9), ("longitudinal",))[0]
    cgs = 1.602176634e-6 / HBARC_MEV_CM**3 / HBAR_MEV_S / 1e6
    return float(cgs * whole / (2 * math.pi**2))


@pytest.mark.benchmark(group="plasmons")
def test_emission(benchmark) -> None:  # type: ignore[no-untyped-def]
    found = benchmark(plasmon_emission, 1e6, 1e8, 1e-12)
    assert found.weak == pytest.approx(plain(), rel=1e-6)


@pytest.mark.benchmark(group="plasmons")
def test_plain(benchmark) -> None:  # type: ignore[no-untyped-def]
    benchmark.pedantic(plain, rounds=1)
