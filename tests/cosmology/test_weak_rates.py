"""Rates of n ↔ p: detailed balance, limits, plain integrals."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from nuprobe.constants import M_ELECTRON, M_NEUTRON, M_PROTON
from nuprobe.cosmology.nucleosynthesis import neutron_proton_rates
from nuprobe.cosmology.nucleosynthesis.weak_rates import (
    WEAK_CORRECTIONS,
    radiative,
    vacuum_decay,
)
from nuprobe.errors import InputError

Q = M_NEUTRON - M_PROTON
TAU = 878.4


@pytest.mark.parametrize("corrections", WEAK_CORRECTIONS)
def test_detailed_balance(corrections: Any) -> None:
    """At T_ν = T the two rates keep n and p in equilibrium; the finite mass adds
    (m_n/m_p)^{3/2} and leaves what is of second order in T/m_N."""
    t = np.array([0.1, 0.3, 0.7, 1.0, 2.0])
    forth, back = neutron_proton_rates(t, t, TAU, corrections)
    ratio = np.log(back / forth) + Q / t
    mass = 0.0 if corrections == "born" else 1.5 * np.log(M_NEUTRON / M_PROTON)
    assert ratio == pytest.approx(mass, abs=1e-13 if corrections == "born" else 1e-4)


@pytest.mark.parametrize("corrections", WEAK_CORRECTIONS)
def test_cold_neutrons_decay(corrections: Any) -> None:
    """Neutrons in a cold universe have their measured lifetime."""
    t = np.array([0.005, 0.01])
    forth, _ = neutron_proton_rates(t, 0.714 * t, TAU, corrections)
    assert forth * TAU == pytest.approx([1.0, 1.0], rel=2e-5)


def test_born_rates_by_the_three_processes() -> None:
    """Capture, its inverse and decay one by one, each from its own phase space."""
    t, t_nu, m = 0.8, 0.6, M_ELECTRON

    def f(e: Any, temperature: Any) -> Any:
        return 1 / (np.exp(e / temperature) + 1)

    def phase(e: Any) -> Any:
        return e * np.sqrt(e**2 - m**2)

    def integral(what: Any, low: Any, high: Any) -> Any:
        return quad(what, low, high, limit=400, epsrel=1e-11)[0] / m**5

    neutrino = integral(
        lambda k: k**2 * phase(k + Q) * f(k, t_nu) * (1 - f(k + Q, t)), 0, 60
    )
    positron = integral(
        lambda e: phase(e) * (e + Q) ** 2 * f(e, t) * (1 - f(e + Q, t_nu)), m, 60
    )
    decay = integral(
        lambda e: phase(e) * (Q - e) ** 2 * (1 - f(e, t)) * (1 - f(Q - e, t_nu)), m, Q
    )
    electron = integral(
        lambda e: phase(e) * (e - Q) ** 2 * f(e, t) * (1 - f(e - Q, t_nu)), Q, 60
    )
    antineutrino = integral(
        lambda k: k**2 * phase(k - Q) * f(k, t_nu) * (1 - f(k - Q, t)), Q + m, 60
    )
    three = integral(lambda e: phase(e) * (Q - e) ** 2 * f(e, t) * f(Q - e, t_nu), m, Q)
    scale = 1 / (TAU * vacuum_decay("born"))
    forth, back = neutron_proton_rates(np.array([t]), np.array([t_nu]), TAU, "born")
    assert forth[0] == pytest.approx(scale * (neutrino + positron + decay), rel=1e-7)
    assert back[0] == pytest.approx(scale * (electron + antineutrino + three), rel=1e-7)


def test_vacuum_decay() -> None:
    """λ₀ of the phase space in closed form (q = 2.5309)."""
    q = Q / M_ELECTRON
    k = np.sqrt(q**2 - 1)
    closed = k * (2 * q**4 - 9 * q**2 - 8) / 60 + q / 4 * np.log(q + k)
    assert vacuum_decay("born") == pytest.approx(closed, rel=1e-10)


def test_radiative_correction_of_the_neutron() -> None:
    """With the Fermi function the decay is 7 % faster than in the Born approximation,
    and the radiative part of that is 3.9 % (Marciano and Sirlin)."""
    whole = vacuum_decay("full") / vacuum_decay("finite mass") - 1
    assert 0.072 < whole < 0.077
    p = np.array([1.0])
    assert radiative(p, np.array([1.0]))[0] - 1 == pytest.approx(0.039, abs=0.005)


@pytest.mark.parametrize("t", [0.0, -1.0, np.nan, 200.0])
def test_bad_temperatures_are_refused(t: Any) -> None:
    with pytest.raises(InputError, match="must lie in"):
        neutron_proton_rates(np.array([t]), np.array([1.0]), TAU)


def test_shapes_must_agree() -> None:
    with pytest.raises(InputError, match="the same shape"):
        neutron_proton_rates(np.ones(2), np.ones(3), TAU)
