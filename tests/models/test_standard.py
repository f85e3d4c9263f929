"""Standard Model couplings in both schemes."""

from __future__ import annotations

import dataclasses
from typing import get_args

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import G_A, M_W
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.experiments import Experiment
from nuprobe.flavours import FLAVOURS, Flavour, flavour
from nuprobe.models import SCHEMES, Electromagnetic, StandardModel
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


MASSES = {"nu_e": 0.51099895, "nu_mu": 105.6583755, "nu_tau": 1776.93}


def _one_loop(name: str, isospin: float, charge: float, colour: float) -> list[float]:
    """g_V and g_A of a neutrino with a fermion: ρ, charge radius, WW and ZZ boxes of
    Erler:2013xha (the paper was not read; `colour` is α_s/π, 0 for an electron)."""
    s0, rho, s_z, alpha_z, alpha = 0.23863, 1.00063, 0.23122, 1 / 127.95, 1 / 137.036
    radius = -alpha / (6 * np.pi) * (np.log(M_W**2 / MASSES[name] ** 2) + 1.5)
    straight = -alpha_z / (2 * np.pi * s_z) * (1 - colour / 2)
    crossed = alpha_z / (8 * np.pi * s_z) * (1 + colour)
    box = straight if isospin < 0 else crossed

    def zz(coupling: float) -> float:
        scale = 3 * alpha_z / (8 * np.pi * s_z * (1 - s_z)) * (1 - colour)
        return float(-scale * coupling**2)

    left = zz(isospin - charge * s_z)
    right = zz(-charge * s_z)
    g_ll = rho * (isospin - charge * s0 + left) - charge * radius + box
    g_lr = rho * (-charge * s0 - right) - charge * radius
    if charge == -1 and name == "nu_e":  # the W, in units of muon decay
        g_ll += 1
    return [g_ll + g_lr, g_ll - g_lr]


@pytest.mark.parametrize(
    ("name", "g_v", "g_a"),
    [("nu_e", 0.952, 0.494), ("nu_mu", -0.040, -0.506), ("nu_tau", -0.035, -0.506)],
)
def test_radiative_couplings_to_electrons(name: str, g_v: float, g_a: float) -> None:
    """As quoted, and from the one-loop expressions, which give the couplings to
    nucleons too."""
    model = StandardModel(scheme="radiative")
    found = [float(g) for g in model.electron_couplings(flavour(name))]
    assert found == pytest.approx([g_v, g_a], abs=5.1e-4)
    assert found == pytest.approx(_one_loop(name, -0.5, -1, 0), abs=1e-4)
    up, down = (
        _one_loop(name, t, q, 0.12 / np.pi)[0]
        for t, q in ((0.5, 2 / 3), (-0.5, -1 / 3))
    )
    nucleons = model.nucleon_couplings(flavour(name))
    assert 2 * up + down == pytest.approx(float(nucleons.g_v_p), abs=2e-4)
    assert up + 2 * down == pytest.approx(float(nucleons.g_v_n), abs=3e-4)


@pytest.mark.parametrize(("name", "kappa"), [("nu_e", 0.9791), ("nu_mu", 0.9970)])
def test_radiative_couplings_of_another_calculation(name: str, kappa: float) -> None:
    """Bahcall, Kamionkowski and Sirlin, doi:10.1103/PhysRevD.51.6146, at no recoil, as
    the code sntools has it (ρ, κ), with today's angle at the Z mass: electroweak loops
    in a scheme of its own, no photons in the final state."""
    rho, sin2 = 1.0126, 0.23122
    right = rho * kappa * sin2
    left = right - rho / 2 + (name == "nu_e")
    found = StandardModel(scheme="radiative").electron_couplings(flavour(name))
    assert [float(g) for g in found] == pytest.approx(
        [left + right, left - right], abs=3e-4
    )
    tree = StandardModel().electron_couplings(flavour(name))
    assert abs(float(tree[0]) - left - right) > 0.015


def test_a_charge_radius_means_one_thing_in_the_radiative_scheme() -> None:
    """Radii of the Standard Model that differ between flavours are inside the couplings
    to protons and electrons alike, with opposite signs."""
    model = StandardModel(scheme="radiative")
    on_protons, on_electrons = {}, {}
    for i, name in enumerate(MASSES):
        on_protons[name] = float(model.nucleon_couplings(Flavour(i)).g_v_p)
        on_electrons[name] = float(model.electron_couplings(Flavour(i))[0]) - (i == 0)
    for a, b in (("nu_e", "nu_mu"), ("nu_mu", "nu_tau")):
        difference = on_electrons[a] - on_electrons[b]
        assert difference == pytest.approx(on_protons[b] - on_protons[a], abs=1e-4)
    radii = Electromagnetic(charge_radius={"ee": 1e-32}, base=model).couplings()
    bare = model.couplings()

    def shift(name: str) -> float:
        after, before = (
            sum(
                float(np.real(x.charges[name][..., 0, 0]))
                for x in c.vector
                if name in x.charges
            )
            for c in (radii, bare)
        )
        return after - before

    assert shift("e") == pytest.approx(-shift("p"), rel=1e-12)


def test_solar_electrons_in_the_radiative_scheme() -> None:
    """The pp and ⁷Be neutrinos below 30 keV lose 3.3 %: per flavour from the couplings,
    for T far below E."""
    xenon = nu.experiment("solar-xe-projection", Experiment)
    rates = [
        xenon.predict(StandardModel(scheme=scheme)).components
        for scheme in get_args(Scheme)
    ]
    for name in ("signal: pp", "signal: 7Be"):
        ratio = rates[1][name].sum() / rates[0][name].sum() - 1
        assert ratio == pytest.approx(-0.033, abs=1.5e-3)
    e_nu, t = 0.862, 0.01
    for name in MASSES:
        by_hand = []
        for scheme in get_args(Scheme):
            model = StandardModel(scheme=scheme)
            g_v, g_a = (float(g) for g in model.electron_couplings(flavour(name)))
            by_hand.append(
                (g_v + g_a) ** 2
                + (g_v - g_a) ** 2 * (1 - t / e_nu) ** 2
                - (g_v**2 - g_a**2) * 0.51099895 * t / e_nu**2
            )
        got = [
            float(nu.electron.differential(e_nu, t, StandardModel(scheme=s), name))
            for s in get_args(Scheme)
        ]
        assert got[1] / got[0] == pytest.approx(by_hand[1] / by_hand[0], rel=1e-9)


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
