"""The temperature of the last weak scattering, by an independent calculation: what the
definitions of the rate do to it, and where numbers quoted elsewhere come from."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq

from nuprobe.constants import G_FERMI, M_ELECTRON
from nuprobe.cosmology import decoupling_temperature
from nuprobe.cosmology.rates import expansion_rate
from nuprobe.cosmology.tables import MASSLESS, factors

COUPLINGS = {"e": (0.727, 0.233), "mu": (-0.273, 0.233)}


def crossing(rate: Callable[[float], float]) -> float:
    """Where a rate is H."""
    return float(
        brentq(lambda t: math.log(rate(t) / float(expansion_rate(np.array(t)))), 0.8, 4)
    )


def density(t: float) -> float:
    """n(e−) + n(e+) by a plain sum."""
    p = np.linspace(0.0, 45 * t, 20001)
    e = np.hypot(p, M_ELECTRON)
    y = p * p / (np.exp(e / t) + 1)
    return float(4 / (2 * math.pi**2) * y.sum() * (p[1] - p[0]))


def as_written(t: float, flavour: str) -> float:
    """64 (g_L² + g_R²) G_F² T⁵/π³ of Boltzmann statistics times n_e over 4T³/π²."""
    left, right = COUPLINGS[flavour]
    size = 64 * G_FERMI**2 * (left**2 + right**2) * t**5 / math.pi**3
    return size * density(t) * math.pi**2 / (4 * t**3)


def sampled(t: float, flavour: str, n: int = 300_000) -> tuple[float, float]:
    """The rate with Fermi–Dirac statistics and the mass in the cross section, and what
    Pauli blocking of both final particles leaves of it."""
    random = np.random.default_rng(4)
    p1, p2 = random.gamma(3.0, t, n), random.gamma(3.0, t, n)
    cos, phi = 2 * random.random(n) - 1, 2 * math.pi * random.random(n)
    e2 = np.hypot(p2, M_ELECTRON)
    a = 2 * p1 * (e2 - p2 * cos)
    s = a + M_ELECTRON**2
    # isotropic in the centre of mass, boosted back
    k = np.stack([0 * p1, 0 * p1, p1])
    whole = k + p2 * np.stack([np.sqrt(1 - cos**2), 0 * p2, cos])
    energy, root = p1 + e2, np.sqrt(s)
    theta = 2 * random.random(n) - 1
    sine = np.sqrt(1 - theta**2)
    d = np.stack([sine * np.cos(phi), sine * np.sin(phi), theta]) * a / (2 * root)
    size = a / (2 * root)
    b = whole / energy
    gamma = energy / root
    along = (b * d).sum(axis=0)
    after = d + b * ((gamma - 1) * along / (b * b).sum(axis=0) + gamma * size)
    e3 = np.sqrt((after**2).sum(axis=0))
    transfer = 2 * (p1 * e3 - (k * after).sum(axis=0))
    left, right = COUPLINGS[flavour]
    # dσ/d|t| times π/G_F², of e− and e+
    sigma = np.zeros(n)
    for g, h in ((left, right), (right, left)):
        sigma += g * g + h * h * (1 - transfer / a) ** 2
        sigma -= 2 * g * h * M_ELECTRON**2 * transfer / a**2
    sigma *= a * a / s
    weight = 1 / (1 + np.exp(-p1 / t))
    electrons = np.exp(p2 / t) / (np.exp(e2 / t) + 1)
    value = weight * electrons * sigma * a / (2 * p1 * e2)
    # two spins, and the norm 2 of the gamma distribution
    rate = G_FERMI**2 / math.pi * 2 * 2 * t**3 / (2 * math.pi**2)
    rate *= float(value.mean() / weight.mean())
    open_ = 1 / (1 + np.exp(-e3 / t)) / (1 + np.exp(-(energy - e3) / t))
    return rate, float((value * open_).sum() / value.sum())


@pytest.mark.parametrize(("flavour", "expected"), [("e", 1.4559), ("mu", 2.3971)])
def test_the_formula_as_written(flavour: str, expected: float) -> None:
    found = crossing(lambda t: as_written(t, flavour))
    assert found == pytest.approx(expected, abs=1e-4)
    own = decoupling_temperature(None, f"nu_{flavour}", "number")  # type: ignore[arg-type]
    assert own == pytest.approx(found, rel=1e-5)


@pytest.mark.parametrize(("flavour", "expected"), [("e", 1.465), ("mu", 2.401)])
def test_numbers_of_a_prototype_have_the_mass_twice(
    flavour: str, expected: float
) -> None:
    """1.465 and 2.401 MeV come out if the density of massive e± is multiplied, besides,
    by what the mass does to the exchange of energy."""

    def twice(t: float) -> float:
        factor = float(factors(f"weak_scattering_{flavour}", np.array(t)))
        return as_written(t, flavour) * factor / MASSLESS[0]

    assert crossing(twice) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("flavour", "free", "blocked"), [("e", 1.4074, 1.4539), ("mu", 2.3172, 2.3955)]
)
def test_with_quantum_statistics(flavour: str, free: float, blocked: float) -> None:
    """Fermi–Dirac averages raise the rate, blocking lowers it again: with both the
    formula is right to 0.2 per cent."""
    own = decoupling_temperature(None, f"nu_{flavour}", "number")  # type: ignore[arg-type]
    rate, open_ = sampled(own, flavour)
    h = float(expansion_rate(np.array(own)))
    # rates go as T⁵ (and H as T²) within a few per cent of the crossing
    assert own * (rate / h) ** (-1 / 3.07) == pytest.approx(free, rel=3e-3)
    assert own * (rate * open_ / h) ** (-1 / 3.07) == pytest.approx(blocked, rel=2e-3)
