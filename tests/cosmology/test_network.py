"""The network: against another code on the same universe, another method, and what
must be conserved."""

from typing import Any

import numpy as np
import pytest
from tests.cosmology.expansions import instantaneous

from nuprobe.cosmology.nucleosynthesis import (
    Expansion,
    Nucleosynthesis,
    abundances,
    evolution,
    omega_baryon,
)
from nuprobe.errors import ComputationError, InputError, UnknownNameError

NUCLEONS = np.array([1, 1, 2, 3, 3, 4, 7, 7])
# primat 0.3.3 (GPL; run once, not shipped): network "small", no incomplete decoupling,
# no QED of the plasma, no thermal radiative corrections, no nuclear QED, no spectral
# distortions, tau_n = 878.4 s, omega_b = 0.02242
PRIMAT = {
    "y_p": 0.24690438953,
    "d_h": 2.4260645264e-5,
    "he3_h": 1.0372967651e-5,
    "li7_h": 5.5740753449e-10,
}


@pytest.fixture(scope="module")
def past() -> Any:
    return instantaneous()


def test_same_universe_in_primat(past: Any) -> None:
    found = abundances(history=past)
    assert found.y_p == pytest.approx(PRIMAT["y_p"], abs=1e-6)
    assert found.d_h == pytest.approx(PRIMAT["d_h"], rel=2e-5)
    assert found.he3_h == pytest.approx(PRIMAT["he3_h"], rel=3e-5)
    assert found.li7_h == pytest.approx(PRIMAT["li7_h"], rel=2e-4)
    assert found.n_eff == 3.0


def test_nucleons_are_conserved(past: Any) -> None:
    found = evolution(past)
    total = found.abundances @ NUCLEONS
    assert total == pytest.approx(1.0, abs=1e-12)
    assert (found.abundances > -1e-15).all()
    assert found.t_gamma[0] > 9.9
    assert found.t_gamma[-1] < 0.001


def test_smaller_steps_change_little(past: Any) -> None:
    coarse, fine = (evolution(past, refine=k).abundances[-1] for k in (1, 3))
    assert coarse[5] == pytest.approx(fine[5], rel=1e-7)
    assert coarse[2] == pytest.approx(fine[2], rel=3e-5)


@pytest.mark.nightly
def test_radau_finds_the_same(past: Any) -> None:
    """Another method, plain NumPy, a Jacobian of its own."""
    fast, slow = (evolution(past, method=m).abundances[-1] for m in ("rodas", "radau"))
    assert fast[5] == pytest.approx(slow[5], rel=3e-7)
    assert fast[2:5] == pytest.approx(slow[2:5], rel=3e-5)
    assert fast[6:] == pytest.approx(slow[6:], rel=1e-3)


def test_derivative_by_differences() -> None:
    """Rates of change of the compiled steps and of plain NumPy, and the Jacobian, for
    rates and abundances of order 1."""
    from nuprobe.cosmology.nucleosynthesis import network, stepping

    rng = np.random.default_rng(7)
    (forward, backward), y = rng.random((2, 13)), rng.random(8)
    sides = network._indices()
    dy, jac = np.empty(8), np.empty((8, 8))
    stepping._slope(y, forward, backward, *sides, dy)
    stepping._jacobian(y, forward, backward, *sides, jac)
    both = np.log(np.concatenate([forward, backward]))
    plain = network._Plain(lambda _: both, True)
    assert plain.slope(0.0, y) == pytest.approx(dy, abs=1e-13)
    assert plain.jacobian(0.0, y) == pytest.approx(jac, abs=1e-13)
    assert NUCLEONS @ dy == pytest.approx(0.0, abs=1e-13)
    step = 0.1  # the slope is quadratic, so any step is exact
    for j in range(8):
        ends = [plain.slope(0.0, y + sign * step * np.eye(8)[j]) for sign in (1, -1)]
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(jac[:, j], abs=1e-12)


def test_choices_move_what_they_should(past: Any) -> None:
    """Signs and sizes known from the literature: a longer-lived neutron leaves more
    ⁴He, dY_P/Y_P = 0.73 dτ/τ; D/H falls as Ω_b h² to the power −1.6; the pairs of
    captures lower D/H by 0.085 %."""
    base = abundances(history=past)
    slow = abundances(history=past, options=Nucleosynthesis(tau_n=888.4))
    power = np.log(slow.y_p / base.y_p) / np.log(888.4 / 878.4)
    assert power == pytest.approx(0.73, abs=0.01)
    dense = abundances(history=past, options=Nucleosynthesis(omega_b=0.0230))
    power = np.log(dense.d_h / base.d_h) / np.log(0.0230 / 0.02242)
    assert power == pytest.approx(-1.62, abs=0.03)
    pairs = abundances(history=past, options=Nucleosynthesis(nuclear_qed=True))
    assert pairs.d_h / base.d_h - 1 == pytest.approx(-8.5e-4, abs=0.3e-4)
    other = abundances(history=past, options=Nucleosynthesis(rates="yof"))
    assert other.d_h / base.d_h - 1 == pytest.approx(0.023, abs=0.001)
    assert other.assumptions["rates"] == "yof"


def test_more_radiation(past: Any) -> None:
    """More neutrinos by hand and by `with_radiation`, and ΔY_P = 0.0127 for ΔN = 1 (the
    fit to Parthenope that Planck 2015 used gives 0.01268 at this density)."""
    by_hand = abundances(history=instantaneous(1.0))
    added = abundances(history=past.with_radiation(1.0))
    # radiation beside is fixed at the end, so plasma alone counts before
    assert added.y_p == pytest.approx(by_hand.y_p, abs=2e-6)
    assert added.n_eff == 4.0
    assert added.y_p - abundances(history=past).y_p == pytest.approx(0.0127, abs=3e-4)


def test_a_rate_can_be_moved(past: Any) -> None:
    base = abundances(history=past)
    up = abundances(history=past, options=Nucleosynthesis(shifts={"d(p,g)he3": 1.0}))
    assert up.d_h < base.d_h
    assert up.he3_h > base.he3_h


def test_a_broken_history_names_the_temperature(past: Any) -> None:
    """A jump that no step survives is an error, never a NaN."""
    hubble = past.hubble.copy()
    hubble[600] *= 1e40
    broken = Expansion(past.t_gamma, past.t_nu_e, past.scale_factor, hubble)
    with pytest.raises(ComputationError, match=r"failed at T = [\d.]+ MeV"):
        evolution(broken)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"omega_b": 0.001}, "omega_b .* 0.005 and 0.1"),
        ({"omega_b": float("nan")}, "omega_b"),
        ({"tau_n": 0.0}, "tau_n, the lifetime of the neutron"),
        ({"tau_n": 1e4}, "500 and 1500 s"),
        ({"shifts": {"d(d,n)he3": 20.0}}, "at most 10 standard deviations"),
    ],
)
def test_bad_options(change: Any, message: Any) -> None:
    with pytest.raises(InputError, match=message):
        Nucleosynthesis(**change)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="rate set"):
        Nucleosynthesis(rates="nacre")
    with pytest.raises(UnknownNameError, match="reaction"):
        Nucleosynthesis(shifts={"d(d,g)he4": 1.0})
    with pytest.raises(InputError, match="eta must lie"):
        omega_baryon(1e-8)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda a: [x[:-1] if i == 1 else x for i, x in enumerate(a)], "equal length"),
        (lambda a: [x[::-1] for x in a], "forward in time"),
        (lambda a: [x[700:] for x in a], "10 MeV down to 8 keV"),
        (lambda a: [x[:800] for x in a], "10 MeV down to 8 keV"),
        (lambda a: [a[0], -a[1], *a[2:]], "t_nu_e must be positive"),
    ],
)
def test_bad_expansions(past: Any, spoil: Any, message: Any) -> None:
    arrays = [past.t_gamma, past.t_nu_e, past.scale_factor, past.hubble]
    with pytest.raises(InputError, match=message):
        Expansion(*spoil(arrays))


def test_a_history_must_be_one() -> None:
    with pytest.raises(InputError, match="Expansion or the result"):
        abundances(history=3.0)
    with pytest.raises(InputError, match="either a model"):
        abundances(history=instantaneous(), flavour_mixing="none")
