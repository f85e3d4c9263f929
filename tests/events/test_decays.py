"""Decays against closed forms: probabilities, kinematics, spectra."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from nuprobe.constants import M_MUON, M_PION
from nuprobe.errors import InputError
from nuprobe.events.decays import (
    boost,
    decay_probability,
    momentum_in_decay,
    semileptonic,
    two_body,
)
from nuprobe.units import m, ns

M_KAON, M_PI0 = 493.677, 134.9768


def _random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def _mass2(p: np.ndarray) -> np.ndarray:
    return np.asarray(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(1))


def _moving(mass: float, n: int, seed: int = 2, top: float = 2e4) -> np.ndarray:
    p = _random(seed).uniform(-top, top, (n, 3))
    return np.column_stack([np.sqrt((p**2).sum(1) + mass**2), p])


def test_decay_probability_is_the_textbook_one() -> None:
    # c tau of the pion is 7.8045 m: a pion of 1 GeV over 5 m
    p = decay_probability(1000.0, M_PION, 26.033 * ns, 5 * m)
    assert p == pytest.approx(
        1 - np.exp(-5 * M_PION / (1000.0 * 7.8045)), rel=1e-4, abs=0
    )
    assert decay_probability(1000.0, M_PION, 26.033 * ns, 1e6 * m) == pytest.approx(
        1.0, rel=1e-12
    )
    # so short that it is linear: no digits are lost
    tiny = decay_probability(1e6, M_PION, 26.033 * ns, 1e-9 * m)
    assert tiny == pytest.approx(1e-9 * M_PION / (1e6 * 7.80450), rel=1e-4, abs=0)


@given(
    p=st.floats(1.0, 1e6),
    length=st.floats(1e-3, 1e3),
    absorption=st.floats(1e-2, 1e3),
)
def test_absorption_competes_with_decay(
    p: float, length: float, absorption: float
) -> None:
    tau = 26.033 * ns
    alone = float(decay_probability(p, M_PION, tau, length * m))
    both = float(decay_probability(p, M_PION, tau, length * m, absorption * m))
    rate = M_PION / (p * tau)

    def density(x: float) -> float:
        return float(rate * np.exp(-x * (rate + 1 / (absorption * m))))

    # in units of the total rate the integrand is a plain exponential
    total = rate + 1 / (absorption * m)
    t, w = np.polynomial.legendre.leggauss(40)
    end = min(length * m, 40 / total)
    x = end * (t + 1) / 2
    numeric = float(sum(w * np.array([density(y) for y in x])) * end / 2)
    assert both == pytest.approx(numeric, rel=1e-6, abs=0)
    assert 0 < both <= alone * (1 + 1e-12) <= 1 + 1e-12


def test_nonsense_is_refused() -> None:
    with pytest.raises(InputError, match="must be positive"):
        decay_probability(0.0, M_PION, 1.0, 1.0)
    with pytest.raises(InputError, match="heavier parent"):
        two_body(_moving(100.0, 3), M_MUON, 0.0, _random())
    with pytest.raises(InputError, match="does not decay"):
        semileptonic(_moving(200.0, 3), 200.0, 150.0, M_MUON, np.ones_like, _random())


def test_a_boost_there_and_back_changes_nothing() -> None:
    frame, p = _moving(500.0, 200), _moving(100.0, 200, seed=5, top=300.0)
    back = frame * [1, -1, -1, -1]
    np.testing.assert_allclose(boost(boost(p, frame), back), p, atol=1e-6 * 2e4)
    np.testing.assert_allclose(_mass2(boost(p, frame)), 1e4, rtol=2e-4)


def test_two_body_decay_conserves_and_stays_on_shell() -> None:
    pion = _moving(M_PION, 2000)
    muon, neutrino = two_body(pion, M_MUON, 0.0, _random())
    np.testing.assert_allclose(muon + neutrino, pion, atol=1e-9 * pion[:, 0].max())
    scale = pion[:, 0] ** 2
    assert np.abs((_mass2(muon) - M_MUON**2) / scale).max() < 1e-12
    assert np.abs(_mass2(neutrino) / scale).max() < 1e-12


def test_muons_of_fast_pions_are_flat_between_the_mass_ratio_and_one() -> None:
    n, energy = 200_000, 1e5
    pion = np.tile([energy, 0.0, 0.0, np.sqrt(energy**2 - M_PION**2)], (n, 1))
    x = two_body(pion, M_MUON, 0.0, _random())[0][:, 0] / energy
    low = M_MUON**2 / M_PION**2
    assert low - 1e-5 < x.min() < low + 1e-4
    assert 1 - 1e-4 < x.max() < 1 + 1e-9
    # mean (1 + r)/2 and variance (1 - r)^2/12 of a flat spectrum
    assert x.mean() == pytest.approx((1 + low) / 2, abs=5 * (1 - low) / np.sqrt(12 * n))
    counts = np.histogram(x, 20, (low, 1.0))[0]
    assert ((counts - n / 20) ** 2 / (n / 20)).sum() < 60


@pytest.mark.parametrize(
    ("mass", "meson", "pole"), [(M_KAON, M_PI0, 880.0), (1864.84, M_KAON, 2112.2)]
)
def test_semileptonic_decay(mass: float, meson: float, pole: float) -> None:
    n = 100_000
    parent = _moving(mass, n)
    pi, muon, neutrino = semileptonic(
        parent, mass, meson, M_MUON, lambda q2: 1 / (1 - q2 / pole**2), _random()
    )
    np.testing.assert_allclose(
        pi + muon + neutrino, parent, atol=1e-9 * parent[:, 0].max()
    )
    scale = parent[:, 0] ** 2
    for p, m0 in ((pi, meson), (muon, M_MUON), (neutrino, 0.0)):
        assert np.abs((_mass2(p) - m0**2) / scale).max() < 1e-12
    # Dalitz plot: inside its limits, and q2 as the closed form has it (f_- = 0)
    q2 = _mass2(parent - pi)
    low, high = M_MUON**2, (mass - meson) ** 2
    assert q2.min() > low * (1 - 1e-2)
    assert q2.max() < high * (1 + 1e-2)

    def rate(q: float) -> float:
        k = float(momentum_in_decay(mass, meson, np.sqrt(q)))
        r = M_MUON**2 / q
        scalar = 3 * r / 8 * (mass**2 - meson**2) ** 2 / mass**2 * k
        f_plus = 1 / (1 - q / pole**2)
        f_zero = f_plus  # f_0 = f_+ + q2/(M2 - m2) f_-
        return (1 - r) ** 2 * ((1 + r / 2) * k**3 * f_plus**2 + scalar * f_zero**2)

    edges = np.linspace(low, high, 16)
    expected = np.array([integrate.quad(rate, a, b)[0] for a, b in pairwise(edges)])
    expected *= n / expected.sum()
    counts = np.histogram(q2, edges)[0]
    kept = expected > 20
    assert ((counts - expected) ** 2 / expected)[kept].sum() < 45


def test_the_lepton_of_a_semileptonic_decay_follows_the_matrix_element() -> None:
    """Mean energy of the muon in the rest frame against a quadrature of the Dalitz
    density in energies."""
    n, mass, meson = 100_000, M_KAON, M_PI0
    parent = np.tile([mass, 0.0, 0.0, 0.0], (n, 1))
    _, muon, _ = semileptonic(parent, mass, meson, M_MUON, np.ones_like, _random())

    # V-A trace in the rest frame: Q = P + P', dGamma ~ [2 (Q l)(Q nu) - Q2 (l nu)] dE_l
    # dE_nu
    def density(e_l: float, e_nu: float) -> float:
        q2 = mass**2 + meson**2 - 2 * mass * (mass - e_l - e_nu)
        l_nu = (q2 - M_MUON**2) / 2
        # P' = P - l - nu, so Q l = 2 M E_l - m2 - l nu and Q nu = 2 M E_nu - l nu
        q_l, q_nu = 2 * mass * e_l - M_MUON**2 - l_nu, 2 * mass * e_nu - l_nu
        p_l2, p_pi2 = e_l**2 - M_MUON**2, (mass - e_l - e_nu) ** 2 - meson**2
        if p_l2 < 0 or p_pi2 < 0 or mass - e_l - e_nu < meson:
            return 0.0
        if not abs(np.sqrt(p_l2) - e_nu) <= np.sqrt(p_pi2) <= np.sqrt(p_l2) + e_nu:
            return 0.0
        return float(2 * q_l * q_nu - (2 * mass**2 + 2 * meson**2 - q2) * l_nu)

    e_l, e_nu = np.meshgrid(np.linspace(M_MUON, 270, 500), np.linspace(0, 240, 500))
    weights = np.vectorize(density)(e_l, e_nu)
    assert weights.min() >= 0
    mean = (weights * e_l).sum() / weights.sum()
    assert muon[:, 0].mean() == pytest.approx(
        mean, abs=5 * muon[:, 0].std() / np.sqrt(n) + 0.05
    )
