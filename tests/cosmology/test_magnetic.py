"""Cross sections against quadrature, the laboratory, crossing, and each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import quad

import nuprobe as nu
from nuprobe.constants import M_ELECTRON
from nuprobe.cosmology import SCREENINGS
from nuprobe.cosmology.magnetic import MAGNETIC_UNIT, bracket
from nuprobe.cosmology.screening import Screening, smallest_transfer
from nuprobe.units import cm2

cosmology = nu.cosmology
MU = 1e-10
UNIT = MAGNETIC_UNIT / cm2


def test_the_unit_is_that_of_the_laboratory() -> None:
    assert pytest.approx(2.494672e-25, rel=1e-6) == UNIT


@pytest.mark.parametrize("screening", SCREENINGS)
@pytest.mark.parametrize("s", [0.5, 3.0, 10.0, 1e3])
def test_the_total_is_the_integral(screening: Screening, s: float) -> None:
    t = 1.0
    a = s - M_ELECTRON**2
    least = float(smallest_transfer(cosmology.debye_mass(t) ** 2, screening))

    def integrand(x: float) -> float:
        q2 = math.exp(x)
        one = cosmology.magnetic_differential(
            q2, s, MU, temperature=t, screening=screening
        )
        return float(one) * q2

    low, high = math.log(max(least, 1e-9)), math.log(a * a / s)
    expected = 0.0
    if high > low:
        expected = quad(integrand, low + 1e-13, high - 1e-13, epsrel=1e-10, epsabs=0)[0]
    found = cosmology.magnetic_cross_section(s, t, MU, screening)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-60)


def test_numbers_for_developers() -> None:
    found = [
        float(cosmology.magnetic_cross_section(10.0, 1.0, 1.0, name)) / UNIT
        for name in ("talk", "debye")
    ]
    assert found == pytest.approx([4.832939, 3.841040], rel=1e-6)


def test_the_bracket_of_the_talk() -> None:
    s, mass2 = 10.0, float(cosmology.debye_mass(1.0)) ** 2
    m = M_ELECTRON
    least = 2 * m * (math.sqrt(m * m + mass2) - m)
    a = s - m * m
    printed = least / a - a / s + math.log(a * a / (s * least))
    assert bracket(np.array(s), mass2, "talk") == pytest.approx(printed, rel=1e-12)
    # nothing is left where the smallest transfer is beyond the largest
    assert bracket(np.array(m * m * 1.0001), mass2, "talk") == 0.0


def test_the_laboratory_is_that_of_electron_scattering() -> None:
    model = nu.Electromagnetic(magnetic_moment={"ee": MU})
    energy = np.array([0.3, 1.0, 5.0])
    recoil = 0.4 * 2 * energy**2 / (M_ELECTRON + 2 * energy)
    with_moment = nu.electron.differential(energy, recoil, model, "nu_e")
    without = nu.electron.differential(energy, recoil, nu.StandardModel(), "nu_e")
    ours = cosmology.magnetic_differential(
        2 * M_ELECTRON * recoil, M_ELECTRON**2 + 2 * M_ELECTRON * energy, MU
    )
    assert ours * 2 * M_ELECTRON == pytest.approx(with_moment - without, rel=1e-9)


@pytest.mark.parametrize("screening", SCREENINGS)
def test_near_threshold_nothing_cancels_away(screening: Screening) -> None:
    mass2 = 0.03
    s = M_ELECTRON**2 + np.geomspace(1e-7, 1e-1, 40)
    values = bracket(s, mass2, screening)
    assert np.all(values >= 0)
    assert np.all(np.diff(values) >= 0)
    if screening in ("debye", "linear"):
        a = s[0] - M_ELECTRON**2
        x = a * a / s[0] / mass2
        # ∫ d|t| of |t|^0 or |t|/m_D⁴, times 1 − |t|/|t|_max·…
        power = 2 if screening == "debye" else 1
        share = a / s[0] / (power + 1)
        lowest = x**power / power * (1 - share * power)
        assert values[0] == pytest.approx(lowest, rel=1e-4)


def test_ways_to_screen_differ_by_one_in_a_logarithm() -> None:
    mass2 = 1e-4
    values = {k: float(bracket(np.array(1e4), mass2, k)) for k in SCREENINGS}
    assert values["cut"] - values["debye"] == pytest.approx(1.0, abs=1e-3)
    assert values["cut"] - values["linear"] == pytest.approx(0.0, abs=1e-3)
    assert 0.05 < cosmology.screening_spread(10.0, 1.0) < 0.2


def test_annihilation_is_crossed_scattering() -> None:
    s, m = 7.0, M_ELECTRON
    beta = math.sqrt(1 - 4 * m * m / s)

    def squared(cos: float) -> float:
        a = s / 2 * (1 - beta * cos)  # m² − t
        return a * (s - a) / s * 32 * math.pi * UNIT * MU**2

    mean = quad(squared, -1, 1)[0] / 2 / 4
    # dσ/dΩ = |M|²/(64π² S) · p_f/p_i; two combinations of helicities
    one = mean * 4 * math.pi / (64 * math.pi**2 * s) / beta
    found = cosmology.annihilation_cross_section(s, MU)
    assert found == pytest.approx(2 * one, rel=1e-10)
    assert cosmology.annihilation_cross_section(4 * m * m, MU) == 0.0
    assert cosmology.annihilation_cross_section(0.1, MU) == 0.0


def test_plasmons_give_less_than_a_hundredth_of_annihilation() -> None:
    loss = float(cosmology.plasmon_loss(1.0, MU))
    # both flavours of a pair; 2 a A μ² T⁷/π⁴ each
    factor = cosmology.collision_factor("magnetic annihilation", 1.0)
    pairs = 2 * 2 * factor * MAGNETIC_UNIT * MU**2 / math.pi**4
    assert 1e-4 < loss / pairs < 1e-2
    # massless: m_T² = e²T²/6 = 3ω_p²/2
    e2 = 4 * math.pi / 137.035999
    hot = float(cosmology.plasmon_loss(100.0, 1.0)) / 100.0**7
    mass2 = e2 / 6
    width = e2 / (4 * M_ELECTRON**2) / (24 * math.pi) * mass2**2
    flow = quad(lambda k: k * k / math.expm1(math.hypot(k, mass2**0.5)), 0, 60)[0]
    assert hot == pytest.approx(width * flow / math.pi**2, rel=2e-4)


def test_input_that_cannot_be() -> None:
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: cosmology.magnetic_cross_section(1.0, 1.0, -1e-10), "not negative"),
        (lambda: cosmology.magnetic_cross_section(-1.0, 1.0, MU), "s, in MeV²"),
        (lambda: cosmology.magnetic_cross_section(1.0, 1e-4, MU), "temperature must"),
        (lambda: cosmology.magnetic_cross_section(1.0, 0.002, MU), "no pairs left"),
        (
            lambda: cosmology.magnetic_cross_section(1.0, 1.0, MU, "none"),  # type: ignore[arg-type]
            "infinite",
        ),
        (lambda: cosmology.magnetic_differential(0.0, 1.0, MU), "must be positive"),
        (lambda: cosmology.screening_spread(0.2, 1.0), "must lie above"),
        (lambda: cosmology.annihilation_cross_section(math.inf, MU), "finite"),
    ]
    for call, told in cases:
        with pytest.raises(nu.NuprobeError, match=told):
            call()
