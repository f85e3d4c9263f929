"""Abundances after decays: published windows, another code, conservation."""

import numpy as np
import pytest

from nuprobe.cosmology.decay import NUCLEI, lifetime_of, sterile_decay
from nuprobe.cosmology.nucleosynthesis import abundances
from nuprobe.errors import InputError, UnknownNameError

NUCLEONS = np.array([1, 1, 2, 3, 3, 4, 6, 7, 7])
# numbers per baryon with which acropolis 1.3.1 begins
START = {
    **{"p": 7.525079e-01, "d": 1.837924e-05, "t": 5.812933e-08, "he3": 7.697251e-06},
    **{"he4": 6.185801e-02, "li6": 8.104749e-15, "li7": 2.157596e-11},
    "be7": 3.871693e-10,
}


def test_width_of_one_channel() -> None:
    seconds = lifetime_of(1e-6, 1.0)
    assert 1 / seconds == pytest.approx(5.30725, rel=1e-5)
    assert lifetime_of(1e-6, 1.0, "majorana") == pytest.approx(seconds / 2)


def test_beryllium_window_of_acropolis() -> None:
    # acropolis: DecayModel(4, 1e5, 10, 1e-7, 0, 1), two photons a decay
    found = sterile_decay(4.0, 1e5, abundance=1e-7, photons=2.0, start=START)
    assert found.li7_h == pytest.approx(5.2854e-10, rel=1e-3)
    assert found.d_h == pytest.approx(2.4424e-5, rel=1e-4)


def test_beryllium_goes_and_deuterium_stays() -> None:
    found = sterile_decay(4.0, 1e5, abundance=1e-4, start=START)
    assert found.d_h == pytest.approx(2.4424e-5, rel=1e-4)
    assert found.li7_h == pytest.approx(2.87e-11, rel=2e-3)
    below = sterile_decay(3.1, 1e5, abundance=1e-5, start=START)
    assert below.li7_h == pytest.approx(5.432e-10, rel=1e-3)
    above = sterile_decay(4.6, 1e5, abundance=1e-5, start=START)
    assert above.d_h < 2.43e-5


def test_survival_of_acropolis() -> None:
    # with 100 temperatures a decade instead of its 20
    left = (3.97590e-10 - 2.1576e-11) / START["be7"]
    found = sterile_decay(4.0, 1e5, abundance=2e-7, start=START)
    survived = (found.nuclei[7] - START["li7"]) / START["be7"]
    assert np.log(survived) == pytest.approx(np.log(left), rel=0.02)


def test_nucleons_are_conserved() -> None:
    found = sterile_decay(4.4, 1e5, abundance=1e-5, start=START)
    before, after = (NUCLEONS @ x for x in (found.before, found.nuclei))
    assert after == pytest.approx(before, rel=1e-12)


def test_without_photons_that_reach_a_nucleus_only_heat_is_left() -> None:
    cold = sterile_decay(2.0, 1e5, abundance=1e-9)
    standard = abundances()
    assert cold.d_h == pytest.approx(standard.d_h, rel=1e-5)
    assert cold.y_p == pytest.approx(standard.y_p, rel=1e-6)
    hot = sterile_decay(2.0, 1e6, abundance=3e-3)
    # nucleosynthesis had more baryons: D/H ∝ η^−1.6
    assert hot.omega_b_before / 0.02242 == pytest.approx(np.exp(0.75 * hot.heat))
    power = np.log(hot.d_h / standard.d_h) / np.log(hot.omega_b_before / 0.02242)
    assert -1.8 < power < -1.3


def test_heat_and_neutrinos_of_a_quick_estimate() -> None:
    found = sterile_decay(10.0, 1e7, abundance=1e-6)
    # n_N/n_γ falls by 4/11; decays at the time t, T ∝ t^−1/2: mean of √t is Γ(3/2)√τ
    t = 1.15e-3 * (1e6 / 1e7) ** 0.5
    photons = 1e-6 * 4 / 11
    heat = photons * 5.0 / (2.701 * t) * 0.8862
    assert found.heat == pytest.approx(heat, rel=0.02)
    per = 7 / 8 * (4 / 11) ** (4 / 3)
    assert found.delta_n_eff == pytest.approx(found.heat / per, rel=1e-3)
    lost = 3.0453 * np.exp(-found.heat)
    assert found.n_eff == pytest.approx(lost + found.delta_n_eff, abs=1e-4)


def test_wrong_input_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(InputError, match=r"threshold of d, 2\.225 MeV.*4\.449"):
        sterile_decay(4.0, 1e5, abundance=1e-7, nucleus="d")
    with pytest.raises(UnknownNameError, match="nucleus"):
        sterile_decay(4.0, 1e5, abundance=1e-7, nucleus="c12")
    with pytest.raises(InputError, match="lifetime"):
        sterile_decay(4.0, 10.0, abundance=1e-7)
    with pytest.raises(InputError, match="mass"):
        sterile_decay(4e3, 1e5, abundance=1e-7)
    with pytest.raises(InputError, match="abundance"):
        sterile_decay(4.0, 1e5, abundance=0.0)
    with pytest.raises(InputError, match="photons per decay"):
        sterile_decay(4.0, 1e5, abundance=1e-7, photons=3.0)
    with pytest.raises(InputError, match="heats photons"):
        sterile_decay(100.0, 1e4, abundance=1.0)
    with pytest.raises(InputError, match="per baryon"):
        sterile_decay(4.0, 1e5, abundance=1e-7, start={"d": 1e-5})
    with pytest.raises(UnknownNameError, match="nucleus"):
        sterile_decay(4.0, 1e5, abundance=1e-7, start={"p": 0.7, "fe56": 0.1})
    assert NUCLEI[2] == "d"
