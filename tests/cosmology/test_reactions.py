"""Nuclear rates: tables, reverse rates, pairs beside photons."""

from typing import Any

import numpy as np
import pytest

from nuprobe.constants import ALPHA_EM, M_ELECTRON
from nuprobe.cosmology.nucleosynthesis import (
    RATE_SETS,
    evaluations,
    nuclear_rates,
    reactions,
)
from nuprobe.cosmology.nucleosynthesis.pairs import pair_ratio
from nuprobe.cosmology.nucleosynthesis.reactions import KELVIN9
from nuprobe.errors import InputError, UnknownNameError

# alpha, beta, gamma of reverse/forward = alpha T9^beta exp(gamma/T9), as published by
# the rate compilations (NACRE conventions)
PUBLISHED = {
    "n(p,g)d": (4.7161402e9, 1.5, -25.81502),
    "d(p,g)he3": (1.6335102e10, 1.5, -63.749132),
    "d(d,n)he3": (1.7318296, 0.0, -37.934112),
    "d(d,p)t": (1.7349209, 0.0, -46.797116),
    "t(p,g)he4": (2.610575e10, 1.5, -229.93039),
    "t(d,n)he4": (5.5354059, 0.0, -204.11537),
    "t(a,g)li7": (1.1132988e10, 1.5, -28.635551),
    "he3(n,p)t": (1.001785, 0.0, -8.8630042),
    "he3(d,p)he4": (5.5452865, 0.0, -212.97837),
    "he3(a,g)be7": (1.1128943e10, 1.5, -18.417922),
    "be7(n,p)li7": (1.0021491, 0.0, -19.080633),
    "li7(p,a)he4": (4.6898011, 0.0, -201.29484),
}


def test_reverse_rates_follow_from_masses_and_spins() -> None:
    for reaction in reactions():
        alpha, beta, gamma = PUBLISHED[reaction.name]
        assert reaction.alpha == pytest.approx(alpha, rel=1e-6)
        assert reaction.beta == beta
        assert -reaction.q_value / KELVIN9 == pytest.approx(gamma, rel=2e-6)


def test_nucleons_and_charge_are_conserved() -> None:
    numbers = {
        "n": (1, 0),
        "p": (1, 1),
        "d": (2, 1),
        "t": (3, 1),
        "he3": (3, 2),
        "he4": (4, 2),
        "li7": (7, 3),
        "be7": (7, 4),
    }
    for r in reactions():
        before, after = (
            np.sum([numbers[x] for x in side], axis=0) for side in (r.before, r.after)
        )
        assert before.tolist() == after.tolist()


# points of the evaluations themselves, which the tables interpolate
@pytest.mark.parametrize(
    ("rates", "reaction", "t9", "value"),
    [
        ("primat-2023", 0, 1.0, 2.6158e4),
        ("primat-2023", 1, 0.5, 1.290e2),
        ("primat-2023", 2, 1.0, 1.440e7),
        ("primat-2023", 3, 1.0, 1.233e7),
        ("primat-2023", 5, 1.0, 5.051e8),
    ],
)
def test_rates_at_points_of_the_evaluations(
    rates: Any, reaction: Any, t9: Any, value: Any
) -> None:
    got = nuclear_rates(np.array([t9]), rates)[0, reaction]
    assert got == pytest.approx(value, rel=4e-4)


@pytest.mark.parametrize("rates", RATE_SETS)
def test_every_reaction_names_its_evaluation(rates: Any) -> None:
    found = evaluations(rates)
    assert [e.reaction for e in found] == [r.name for r in reactions()]
    assert all(e.reference and e.identifiers for e in found)


def test_rate_sets_differ_where_they_say_so() -> None:
    t9 = np.array([0.3, 0.8])
    old, new = (nuclear_rates(t9, name) for name in RATE_SETS[:2])
    changed = [i for i in range(12) if not np.allclose(old[:, i], new[:, i], rtol=1e-4)]
    assert changed == [0, 1, 2, 3]


def test_outside_the_tables() -> None:
    for t9 in (0.005, 12.0):
        with pytest.raises(InputError, match=r"0\.01 to 10"):
            nuclear_rates(np.array([t9]))
    with pytest.raises(UnknownNameError, match="rate set"):
        nuclear_rates(np.array([1.0]), "primat")


def test_pairs_of_electrons() -> None:
    """Zero below threshold; the logarithm of soft masses far above; M1 makes fewer than
    E1, for a longitudinal photon is missing."""
    assert pair_ratio(np.array([0.5, 2 * M_ELECTRON])).tolist() == [0.0, 0.0]
    omega = np.array([40.0, 400.0])
    log = np.log(2 * omega / M_ELECTRON) - 5 / 3
    limit = 2 * ALPHA_EM / (3 * np.pi) * log
    assert pair_ratio(omega) == pytest.approx(limit, rel=1e-6)
    # -13/6 + 1/2 for M1: the mean of (k/omega)^3 lies 1/2 below that of E1
    difference = (pair_ratio(omega) - pair_ratio(omega, magnetic=True)) / (
        2 * ALPHA_EM / (3 * np.pi)
    )
    assert difference == pytest.approx(0.5, abs=2e-3)
    factor = nuclear_rates(np.array([0.8]), nuclear_qed=True) / nuclear_rates(
        np.array([0.8])
    )
    captures = [len(r.after) == 1 for r in reactions()]
    assert ((factor[0] > 1 + 1e-4) == captures).all()
