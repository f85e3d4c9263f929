"""Non-standard interactions: explicit sums over flavours, derivatives, hermiticity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import nuprobe as nu
from nuprobe.constants import G_FERMI, HBARC_MEV_CM
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import NSI, StandardModel
from nuprobe.processes import cevns

NUMBER = st.floats(-1, 1)
FLAVOURS = ["nu_e", "nu_mu", "nu_tau", "nubar_e", "nubar_mu", "nubar_tau"]


@st.composite
def hermitian(draw: st.DrawFn) -> NDArray[Any]:
    a = np.array(draw(st.lists(NUMBER, min_size=9, max_size=9))).reshape(3, 3)
    b = np.array(draw(st.lists(NUMBER, min_size=9, max_size=9))).reshape(3, 3)
    return np.asarray((a + a.T) / 2 + 1j * (b - b.T) / 2)


@settings(max_examples=50, deadline=None)
@given(
    u=hermitian(),
    d=hermitian(),
    e=st.floats(2, 60),
    fraction=st.floats(0, 0.99),
    f=st.sampled_from(FLAVOURS),
)
def test_the_sum_over_final_flavours(
    u: NDArray[Any], d: NDArray[Any], e: float, fraction: float, f: str
) -> None:
    """|g_p Z + g_n N + Z(2ε_u + ε_d) + N(ε_u + 2ε_d)|² for the flavour kept, plus those
    that change it."""
    one = nu.isotope("Ar40")
    i = FLAVOURS.index(f) % 3
    sin2 = 0.23
    t = fraction * float(cevns.recoil_maximum(e, one.mass))
    charge = 0.0
    for j in range(3):
        new = one.z * (2 * u[j, i] + d[j, i]) + one.n * (u[j, i] + 2 * d[j, i])
        old = one.z * (0.5 - 2 * sin2) - 0.5 * one.n if i == j else 0.0
        charge += abs(old + new) ** 2
    exact = (
        G_FERMI**2
        * one.mass
        / math.pi
        * (1 - t / e - one.mass * t / (2 * e**2))
        * charge
        * HBARC_MEV_CM**2
    )
    model = NSI(u, d, base=StandardModel(sin2_theta_w=sin2))
    got = cevns.differential(e, t, nu.target("Ar40", form_factor="point"), model, f)
    assert got == pytest.approx(
        exact, rel=1e-10, abs=1e-12 * G_FERMI**2 * one.mass * HBARC_MEV_CM**2
    )


def test_antineutrinos_have_the_complex_conjugate() -> None:
    model = NSI(
        epsilon_u={"emu": 0.1 + 0.2j},
        epsilon_e={"etau": 0.3j},
        epsilon_e_axial={"ee": 0.2},
    )
    plain, anti = (model.couplings(a).vector[0].charges for a in (False, True))
    assert plain["p"][0, 1] == pytest.approx(0.2 + 0.4j)
    assert anti["p"][0, 1] == pytest.approx(0.2 - 0.4j)
    assert plain["e"][0, 2] == pytest.approx(0.3j)
    assert plain["e_axial"][0, 0] == pytest.approx(0.5 + 0.2)
    assert anti["e_axial"][0, 0] == pytest.approx(-0.5 - 0.2)


@settings(max_examples=15, deadline=None)
@given(u=hermitian(), d=hermitian(), flavour=st.sampled_from(FLAVOURS))
def test_derivatives(u: NDArray[Any], d: NDArray[Any], flavour: str) -> None:
    model = NSI(u, d)
    found = cevns.coefficient_derivatives(model, flavour)
    assert set(found) == {p.name for p in model.parameters}
    for p in model.parameters:
        up, down = (
            cevns.coefficients(model.with_values({p.name: p.default + s}), flavour)
            for s in (1e-3, -1e-3)
        )
        # the coefficients are quadratic: the central difference is exact
        np.testing.assert_allclose(
            found[p.name], (up - down) / 2e-3, rtol=1e-8, atol=1e-9
        )


def test_parameters_name_the_elements_and_keep_the_others() -> None:
    model = NSI(epsilon_u={"emu": 0.1 + 0.2j, "mumu": 0.3})
    values = {p.name: p.default for p in model.parameters}
    assert values["epsilon_u.emu"] == pytest.approx(0.1)
    assert values["epsilon_u.emu.im"] == pytest.approx(0.2)
    assert values["epsilon_u.mumu"] == pytest.approx(0.3)
    assert "epsilon_u.ee.im" not in values
    moved = model.with_values(
        {
            "epsilon_u.emu": np.array([0.4, 0.5]),
            "epsilon_d.ee": 0.1,
            "sin2_theta_w": 0.2,
        }
    )
    np.testing.assert_allclose(moved.epsilon_u[:, 0, 1], [0.4 + 0.2j, 0.5 + 0.2j])
    np.testing.assert_allclose(moved.epsilon_u[:, 1, 0], [0.4 - 0.2j, 0.5 - 0.2j])
    np.testing.assert_allclose(moved.epsilon_u[:, 1, 1], 0.3)
    np.testing.assert_allclose(np.asarray(moved.epsilon_d)[..., 0, 0], 0.1)
    imaginary = model.with_values({"epsilon_u.emu.im": -0.7})
    np.testing.assert_allclose(imaginary.epsilon_u[0, 1], 0.1 - 0.7j)
    both = model.with_values({"epsilon_u.emu": 1.0, "epsilon_u.emu.im": 2.0})
    np.testing.assert_allclose(both.epsilon_u[0, 1], 1 + 2j)
    assert cevns.coefficients(moved, "nu_e").shape[0] == 2


def test_a_fit_finds_the_interaction_it_was_given() -> None:
    csi = nu.experiment("coherent-csi-2017")
    cost = csi.cost(NSI(), ["epsilon_u.mumu"]).asimov({"epsilon_u.mumu": 0.05})
    assert nu.fit(cost, start={"epsilon_u.mumu": 0.04})[
        "epsilon_u.mumu"
    ].value == pytest.approx(0.05, abs=1e-3)


@pytest.mark.parametrize(
    ("matrices", "words"),
    [
        (
            {"epsilon_u": [[0, 1, 0], [0, 0, 0], [0, 0, 0]]},
            ["epsilon_u", "hermitian", "[e, mu]", "[mu, e]"],
        ),
        ({"epsilon_d": np.diag([0, 0, 1j])}, ["epsilon_d", "hermitian", "[tau, tau]"]),
        ({"epsilon_e": {"etau": 1, "taue": 2}}, ["epsilon_e", "hermitian", "[e, tau]"]),
        ({"epsilon_u": np.diag([0, math.nan, 0])}, ["epsilon_u", "finite", "[mu, mu]"]),
        ({"epsilon_u": 0.1}, ["epsilon_u", "3x3"]),
        ({"epsilon_u": np.zeros((2, 2))}, ["3x3", "(2, 2)"]),
        ({"epsilon_u": "big"}, ["3x3", "big"]),
        ({"epsilon_u": {"exmu": 1}}, ["exmu", "emu"]),
        ({"base": 3}, ["couplings to nucleons"]),
        ({"epsilon_u": {"ee": "a"}}, ["epsilon_u.ee", "numbers", "'a'"]),
        ({"epsilon_u": {"ee": math.nan}}, ["epsilon_u.ee", "finite"]),
        (
            {"epsilon_u": {"ee": [0.1] * 2}, "epsilon_d": {"ee": [0.1] * 3}},
            ["the same shape", "epsilon_d"],
        ),
    ],
)
def test_impossible_matrices_are_refused_by_element(
    matrices: Any, words: list[str]
) -> None:
    with pytest.raises(InputError) as info:
        NSI(**matrices)
    for word in words:
        assert word in str(info.value)


def test_unknown_parameters_and_a_second_layer_are_refused() -> None:
    with pytest.raises(UnknownNameError):
        NSI().with_values({"epsilon_u.xx": 0.1})
    with pytest.raises(InputError, match=r"epsilon_d\.ee"):
        _ = NSI(base=NSI()).parameters
