"""Standard Model couplings in both schemes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nuprobe.constants import G_A
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.flavours import FLAVOURS, Flavour, flavour
from nuprobe.models import SCHEMES, StandardModel
from nuprobe.models.standard import Scheme


@pytest.mark.parametrize("name", FLAVOURS)
def test_tree_couplings_know_no_flavour(name: str) -> None:
    g = StandardModel(sin2_theta_w=0.23857).nucleon_couplings(flavour(name))
    assert g.g_v_p == pytest.approx(0.02286, abs=1e-12)
    assert g.g_v_n == -0.5
    assert g.g_a_p == -g.g_a_n == G_A


@pytest.mark.parametrize(
    ("name", "g_v_p"),
    [("nu_e", 0.0382), ("nu_mu", 0.0300), ("nu_tau", 0.0256), ("nubar_mu", 0.03)],
)
def test_radiative_values(name: str, g_v_p: float) -> None:
    g = StandardModel(scheme="radiative").nucleon_couplings(flavour(name))
    assert g.g_v_p == pytest.approx(g_v_p, abs=1e-12)
    assert g.g_v_n == pytest.approx(-0.5117, abs=1e-12)


def test_radiative_flavour_splitting_is_that_of_the_charge_radii() -> None:
    # the standard-model charge radii differ by (G_F/(2√2 π²)) 2 ln(m_mu²/m_e²); g_v^p
    # shifts by (√2 π α/3 G_F) <r²>
    g = {
        n: float(StandardModel(scheme="radiative").nucleon_couplings(flavour(n)).g_v_p)
        for n in ("nu_e", "nu_mu", "nu_tau")
    }
    alpha, m = (
        1 / 137.035999,
        {
            "nu_e": 0.51099895,
            "nu_mu": 105.6583755,
            "nu_tau": 1776.93,
        },
    )
    for a, b in (("nu_e", "nu_mu"), ("nu_mu", "nu_tau")):
        expected = alpha / (3 * np.pi) * np.log(m[b] ** 2 / m[a] ** 2)
        assert g[a] - g[b] == pytest.approx(expected, rel=0.02, abs=0)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["nu_e", "nubar_tau"])
def test_derivatives_are_those_of_the_couplings(scheme: Scheme, name: str) -> None:
    model = dataclasses.replace(StandardModel(), scheme=scheme)
    anti = flavour(name).anti
    up, down = (
        model.with_values({"sin2_theta_w": np.array(0.23 + s)}).couplings(anti)
        for s in (0.01, -0.01)
    )
    slope = model.coupling_derivatives(anti)["sin2_theta_w"]
    for key in ("p", "n", "e", "e_axial"):
        a, b, d = (c.vector[0].charges[key] for c in (up, down, slope))
        np.testing.assert_allclose((a - b) / 0.02, d, atol=1e-11)
    for key in ("p", "n"):
        np.testing.assert_allclose(
            (up.axial[key] - down.axial[key]) / 0.02, slope.axial[key], atol=1e-11
        )


def test_one_model_holds_many_points() -> None:
    values = np.linspace(0.2, 0.3, 7)
    model = StandardModel().with_values({"sin2_theta_w": values})
    g = model.nucleon_couplings(flavour("nu_e"))
    assert g.g_v_p.shape == g.g_v_n.shape == g.g_a_p.shape == (7,)
    np.testing.assert_allclose(g.g_v_p, 0.5 - 2 * values)
    assert model.parameters[0].name == "sin2_theta_w"


def test_strange_axial_current_is_isoscalar() -> None:
    g = StandardModel(strange_axial=-0.08).nucleon_couplings(flavour("nu_e"))
    assert g.g_a_p - g.g_a_n == pytest.approx(2 * G_A)
    assert g.g_a_p + g.g_a_n == pytest.approx(0.16)


@pytest.mark.parametrize(
    "sin2", [0.0, 1.0, -0.2, np.nan, np.inf, np.array([0.2, np.nan])]
)
def test_impossible_mixing_angles_are_refused(sin2: float) -> None:
    with pytest.raises(InputError, match="sin2_theta_w"):
        StandardModel(sin2_theta_w=sin2)


def test_wrong_names_are_answered_with_the_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean radiative"):
        StandardModel(scheme="radiativ")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="did you mean sin2_theta_w"):
        StandardModel().with_values({"sin2_theta": np.array(0.2)})
    with pytest.raises(UnknownNameError, match="did you mean nu_mu"):
        flavour("numu")
    with pytest.raises(InputError, match="strange_axial"):
        StandardModel(strange_axial=np.nan)


def test_flavours_carry_index_and_kind() -> None:
    assert [f.index for f in FLAVOURS.values()] == [0, 1, 2, 0, 1, 2]
    assert flavour("nubar_mu") == Flavour(1, anti=True)
    assert str(flavour("nubar_tau")) == "nubar_tau"
    assert flavour("nubar_e").lepton == "e"
    assert flavour(Flavour(2)) is not None
