"""Histories against SciPy's LSODA and published numbers of N_eff."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from tests.cosmology import plain

import nuprobe as nu
from nuprobe.constants import HBAR_MEV_S
from nuprobe.cosmology import decoupling


def universal(mu: float) -> nu.Electromagnetic:
    return nu.Electromagnetic(
        magnetic_moment={"emu": mu, "etau": mu, "mutau": mu}, kind="majorana"
    )


def test_the_standard_model() -> None:
    apart = decoupling(flavour_mixing="none")
    assert apart.n_eff == pytest.approx(3.04434, abs=2e-4)
    assert apart.n_eff == pytest.approx(3.04433, abs=5e-5)  # nudec, same physics
    assert decoupling().n_eff == pytest.approx(3.0453, abs=2e-4)
    # energies, not those of NEVO (3.0440), which has spectra: 1.3e-3 are left over
    assert decoupling().n_eff == pytest.approx(3.0440, abs=2e-3)


def test_what_each_piece_does() -> None:
    bare = decoupling(flavour_mixing="none", qed="none")
    assert bare.n_eff == pytest.approx(3.03502, abs=2e-4)
    second = decoupling(flavour_mixing="none", qed="e2")
    assert second.n_eff == pytest.approx(3.0453, abs=2e-4)
    nothing = decoupling(weak=False, qed="none")
    # the electron's mass at 20 MeV is left of three
    assert nothing.n_eff == pytest.approx(3.0, abs=3e-4)


@pytest.mark.parametrize(
    ("mu", "n_eff"), [(1e-10, 3.0460), (3e-10, 3.0588), (1e-9, 3.1938)]
)
def test_universal_moments(mu: float, n_eff: float) -> None:
    found = decoupling(universal(mu), flavour_mixing="none")
    assert found.n_eff == pytest.approx(n_eff, abs=1.5e-3)


@pytest.mark.parametrize(("mu", "mixing"), [(0.0, "none"), (1e-9, "full")])
def test_the_compiled_evolution_is_that_of_lsoda(mu: float, mixing: Any) -> None:
    x, t, n_eff = plain.evolve(np.full(3, 2 * mu**2), mixing=mixing == "full")
    found = decoupling(universal(mu), flavour_mixing=mixing)
    assert found.n_eff == pytest.approx(n_eff, abs=1e-8)
    ours = CubicSpline(
        found.ln_a - found.ln_a[0], np.log(np.column_stack([found.t_gamma, found.t_nu]))
    )
    inside = x < found.ln_a[-1] - found.ln_a[0]
    assert inside.sum() > 300
    assert np.abs(ours(x[inside]) - np.log(t[inside])).max() < 1e-8


def test_mixing_makes_one_temperature_between_two() -> None:
    apart, together = (decoupling(flavour_mixing=m) for m in ("none", "full"))
    assert np.ptp(together.t_nu, axis=1).max() == 0
    electron, others = apart.t_nu[-1, 0], apart.t_nu[-1, 1]
    assert others < together.t_nu[-1, 0] < electron


def test_time_and_expansion_belong_together() -> None:
    h = decoupling()
    slope = np.gradient(np.log(h.time), h.ln_a)[2:-2]
    assert slope * h.hubble[2:-2] * h.time[2:-2] == pytest.approx(1.0, abs=1e-5)
    # radiation: t = 1/2H at both ends
    assert 2 * h.hubble[0] * h.time[0] == pytest.approx(1.0, abs=1e-4)
    assert h.a[-1] * h.t_gamma[-1] == pytest.approx(2.7255 * 8.617333e-11, rel=1e-6)
    # textbook: 1.32 s at 1 MeV with T² t = 0.74 s MeV²·(10.75/g)^½·…
    at_one = np.interp(-1.0, -h.t_gamma, h.time)
    assert at_one == pytest.approx(0.74, rel=0.01)
    assert h.hubble[0] * HBAR_MEV_S > 0


def test_entropy_is_conserved_without_exchange() -> None:
    from nuprobe.cosmology.thermodynamics import equation_of_state

    h = decoupling(weak=False)
    entropy = equation_of_state("e3").entropy(h.t_gamma) * h.a**3
    assert entropy == pytest.approx(entropy[0], rel=1e-8)


def test_only_sums_of_squares_matter() -> None:
    one = nu.Electromagnetic(magnetic_moment={"emu": 5e-10}, kind="majorana")
    other = nu.Electromagnetic(electric_moment={"emu": 5e-10}, kind="majorana")
    turned = nu.Electromagnetic(magnetic_moment={"emu": 5e-10j}, kind="majorana")
    values = [decoupling(m, flavour_mixing="none").n_eff for m in (one, other, turned)]
    assert values == pytest.approx([values[0]] * 3, abs=1e-12)
    both = nu.Electromagnetic(
        magnetic_moment={"emu": 5e-10}, electric_moment={"emu": 5e-10}, kind="majorana"
    )
    # |μ − iε|² = 2 |μ|²
    twice = nu.Electromagnetic(
        magnetic_moment={"emu": 5e-10 * np.sqrt(2)}, kind="majorana"
    )
    assert decoupling(both).n_eff == pytest.approx(decoupling(twice).n_eff, abs=1e-9)


def test_screening_of_the_exchange_is_a_small_choice() -> None:
    bare = decoupling(universal(1e-9)).n_eff
    debye = decoupling(universal(1e-9), exchange_screening="debye").n_eff
    assert 1e-4 < bare - debye < 2e-3


def test_moments_that_are_impossible_or_not_computed() -> None:
    with pytest.raises(nu.NuprobeError, match=r"magnetic_moment\.ee"):
        nu.Electromagnetic(magnetic_moment={"ee": 1e-10}, kind="majorana")
    for model, told in (
        (
            nu.LMuLTau(mass=10.0, coupling=1e-3),
            "only magnetic and electric moments are included",
        ),
        (nu.Electromagnetic(charge={"ee": 1e-12}), "not charge"),
        (nu.Electromagnetic(magnetic_moment=np.zeros((2, 3, 3))), "single parameter"),
    ):
        with pytest.raises(nu.NuprobeError, match=told):
            decoupling(model)
    with pytest.raises(nu.NuprobeError, match="screening"):
        decoupling(screening="none")  # type: ignore[arg-type]
    with pytest.raises(nu.NuprobeError, match="flavour mixing"):
        decoupling(flavour_mixing="some")  # type: ignore[arg-type]


def test_a_step_that_fails_says_at_which_temperature() -> None:
    with pytest.raises(nu.NuprobeError, match=r"failed at 1\d\.?\d* MeV"):
        decoupling(universal(1e-3))
