"""Electromagnetic properties against hand-written cross sections, by limits, and
against impossible input."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.cli.grids import make_grid
from nuprobe.constants import ALPHA_EM, G_FERMI, HBARC_MEV_CM, M_ELECTRON, M_W
from nuprobe.errors import InputError, UnknownNameError
from nuprobe.models import (
    Electromagnetic,
    StandardModel,
    charge_radius_convention,
    sin2_theta_w_shift,
)
from nuprobe.models.properties import Basis
from nuprobe.parameters import SCALES
from nuprobe.processes import cevns, exchanges_of

HBARC2 = HBARC_MEV_CM**2
U = nu.PMNS(majorana=(0.7, 1.9)).matrix
AR = nu.target("Ar40", nucleon="point")


def _hand(e: float, t: float, amplitude_p: Any, target: Any = AR) -> float:
    """Spin-0 cross section from the amplitudes of protons by final flavour, the first
    being the initial one."""
    component = target.components[0]
    mass, z, n = component.isotope.mass, component.isotope.z, component.isotope.n
    q2 = 2 * mass * t
    fp, fn = float(component.ff_p(np.array(q2))), float(component.ff_n(np.array(q2)))
    same, *others = amplitude_p
    square = abs(same * z * fp - 0.5 * n * fn) ** 2 + sum(
        abs(a * z * fp) ** 2 for a in others
    )
    return float(
        G_FERMI**2
        * mass
        / math.pi
        * (1 - t / e - mass * t / (2 * e**2))
        * square
        * HBARC2
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_millicharge_of_argon_at_50_mev_as_in_figure_1(sign: int) -> None:
    # ⁴⁰Ar, 50 MeV, diagonal charges ±1.5e-12 at zero distance, eq. 6 of the proceedings
    # of EPS-HEP2021 written out
    charge, s2, mass = sign * 1.5e-12, 0.23863, AR.components[0].isotope.mass
    model = Electromagnetic(charge=charge * np.eye(3))
    sm = StandardModel()
    for t in (1e-6, 1e-4, 5e-3, 0.05):
        q2 = -2 * mass * t
        q_jj = 2 * math.sqrt(2) * math.pi * ALPHA_EM / (G_FERMI * q2) * charge
        expected = _hand(50.0, t, [0.5 - 2 * s2 - q_jj])
        assert cevns.differential(50.0, t, AR, model, "nu_mu") == pytest.approx(
            expected, rel=1e-12, abs=0
        )
    # at low T the interference with the neutrons, of negative weak charge, lowers for
    # positive and raises for negative
    low, high = (
        float(
            cevns.differential(50.0, t, AR, model, "nu_e")
            / cevns.differential(50.0, t, AR, sm, "nu_e")
        )
        for t in (1e-6, 1e-3)
    )
    assert (low - 1) * sign < 0
    assert abs(low - 1) > 100 * abs(high - 1)


def test_charge_radii_diagonal_and_transition() -> None:
    radii = np.array(
        [[-5e-32, 2e-32 + 1e-32j, 0], [2e-32 - 1e-32j, 8e-32, 3e-32], [0, 3e-32, 1e-32]]
    )
    model = Electromagnetic(charge_radius=radii)
    q = math.sqrt(2) * math.pi * ALPHA_EM / (3 * G_FERMI) * radii / HBARC2
    for i, name in enumerate(("nu_e", "nu_mu", "nu_tau")):
        others = [-q[j, i] for j in range(3) if j != i]
        expected = _hand(30.0, 0.01, [0.5 - 2 * 0.23863 - q[i, i], *others])
        for flavour in (name, name.replace("nu_", "nubar_")):
            assert cevns.differential(30.0, 0.01, AR, model, flavour) == pytest.approx(
                expected, rel=1e-12, abs=0
            )
    flipped = Electromagnetic(charge_radius=radii, antineutrino_flip=True)
    expected = _hand(30.0, 0.01, [0.5 - 2 * 0.23863 + q[0, 0], q[1, 0]])
    assert cevns.differential(30.0, 0.01, AR, flipped, "nubar_e") == pytest.approx(
        expected, rel=1e-12, abs=0
    )
    np.testing.assert_array_equal(
        cevns.differential(30.0, 0.01, AR, flipped, "nu_e"),
        cevns.differential(30.0, 0.01, AR, model, "nu_e"),
    )


def test_the_tree_level_form_of_the_radius_differs_by_seven_per_cent_or_more() -> None:
    exact = math.sqrt(2) * math.pi * ALPHA_EM / (3 * G_FERMI)
    for s2, ratio in ((0.23122, 1.075), (0.23863, 1.109)):
        assert 2 / 3 * M_W**2 * s2 / exact == pytest.approx(ratio, abs=0.001)


def test_the_radiative_scheme_already_contains_the_standard_radius() -> None:
    base = StandardModel(scheme="radiative")
    model = Electromagnetic(charge_radius={"ee": 1e-32}, base=base)
    shift = (
        model.couplings().vector[0].charges["p"]
        - base.couplings().vector[0].charges["p"]
    )[0, 0]
    assert shift == pytest.approx(
        -math.sqrt(2) * math.pi * ALPHA_EM / (3 * G_FERMI) * 1e-32 / HBARC2,
        rel=1e-12,
        abs=0,
    )
    nothing = Electromagnetic(base=base).couplings().vector[0].charges["p"]
    np.testing.assert_array_equal(nothing, base.couplings().vector[0].charges["p"])


def test_electrons_feel_the_opposite_of_protons() -> None:
    model = Electromagnetic(
        charge={"ee": 1e-12, "emu": 2e-12j}, charge_radius={"mumu": 1e-32}
    )
    base = StandardModel().couplings().vector[0].charges
    contact, photon = model.couplings().vector
    assert photon.propagator.mass == 0.0
    np.testing.assert_array_equal(photon.charges["p"], -photon.charges["e"])
    np.testing.assert_allclose(
        contact.charges["p"] - base["p"],
        -(contact.charges["e"] - base["e"]),
        rtol=1e-12,
        atol=1e-15,
    )
    # a positive radius raises g_V of electrons: sin²θ_W → sin²θ_W + …
    assert (contact.charges["e"] - base["e"])[1, 1] > 0


def test_magnetic_moments_add_incoherently() -> None:
    mu = {"ee": 3e-10, "emu": 2e-10 + 1e-10j}
    model = Electromagnetic(magnetic_moment=mu, electric_moment={"emu": 1e-10})
    e, t = 10.0, 2e-4
    component = AR.components[0]
    charge = component.isotope.z * float(
        component.ff_p(np.array(2 * component.isotope.mass * t))
    )
    front = math.pi * ALPHA_EM**2 / M_ELECTRON**2 * (1 / t - 1 / e) * charge**2 * HBARC2
    added = cevns.differential(e, t, AR, model, "nu_e") - cevns.differential(
        e, t, AR, StandardModel(), "nu_e"
    )
    # initial e: elements ee and mu e of μ − iε
    square = 3e-10**2 + abs((2e-10 - 1e-10j) - 1j * 1e-10) ** 2
    assert added == pytest.approx(front * square, rel=1e-9, abs=0)
    # π α²/m_e² in cm²
    assert math.pi * ALPHA_EM**2 / M_ELECTRON**2 * HBARC2 == pytest.approx(
        2.49467e-25, rel=1e-5, abs=0
    )


def test_the_anapole_is_a_charge_radius_of_minus_six() -> None:
    a = np.array([[1, 2, 0], [2, 0, 1], [0, 1, 3]]) * 1e-32
    for anti in (False, True):
        one = Electromagnetic(anapole=a).couplings(anti).vector[0].charges["p"]
        other = (
            Electromagnetic(charge_radius=-6 * a).couplings(anti).vector[0].charges["p"]
        )
        np.testing.assert_allclose(one, other, rtol=1e-14)


def test_effective_moments_count_by_the_flavour_that_arrives() -> None:
    model = Electromagnetic(mu_eff={"e": 2e-10, "tau": 5e-10})
    for name, size in (
        ("nu_e", 2e-10),
        ("nubar_e", 2e-10),
        ("nu_mu", 0.0),
        ("nu_tau", 5e-10),
    ):
        names = cevns.terms(exchanges=exchanges_of(model.couplings()))
        terms = dict(zip(names, cevns.coefficients(model, name), strict=True))
        assert terms["magnetic"] == pytest.approx(size**2, rel=1e-12, abs=0)


@pytest.mark.parametrize("basis", ["flavour", "mass"])
@pytest.mark.parametrize("kind", ["dirac", "majorana"])
@pytest.mark.parametrize("anti", [False, True])
def test_derivatives_are_those_of_the_couplings(
    basis: str, kind: str, anti: bool
) -> None:
    start = Electromagnetic(basis=basis, kind=kind, mixing=U, antineutrino_flip=True)  # type: ignore[arg-type]
    common = {"mu_eff", "charge", "charge_radius"}
    free = [p for p in start.parameters if p.name.partition(".")[0] != "mu_eff"]
    free = [p for p in free if p.name not in common]
    rng = np.random.default_rng(1)
    steps = {p.name: SCALES[p.unit] for p in free if p.name != "sin2_theta_w"}
    values = {n: np.array(step * rng.uniform(0.5, 2)) for n, step in steps.items()}
    model = start.with_values(values)
    slopes = model.coupling_derivatives(anti)
    assert set(slopes) - common == {p.name for p in free}
    here = model.couplings(anti)
    for name, value in values.items():
        step = steps[name]  # everything is linear
        moved = model.with_values({name: value + step}).couplings(anti)
        for x, y in zip(here.vector, moved.vector, strict=True):
            slope = next(
                (s for s in slopes[name].vector if s.propagator.same(x.propagator)),
                None,
            )
            for charge in ("p", "e"):
                expected = 0.0 if slope is None else slope.charges[charge]
                np.testing.assert_allclose(
                    y.charges[charge] - x.charges[charge], step * expected, atol=1e-13
                )
        assert here.magnetic is not None
        assert moved.magnetic is not None
        flip = slopes[name].magnetic
        np.testing.assert_allclose(
            moved.magnetic - here.magnetic,
            0.0 if flip is None else step * flip,
            atol=1e-24,
        )


def test_derivative_of_effective_moments() -> None:
    model = Electromagnetic().with_values({"mu_eff.mu": np.array([1e-11, 3e-11])})
    got = cevns.coefficient_derivatives(model, "nu_mu")["mu_eff.mu"]
    np.testing.assert_allclose(got[:, -1], 2 * np.array([1e-11, 3e-11]), rtol=1e-12)


def test_one_model_holds_many_points() -> None:
    n = 50
    values = {
        "charge_radius.ee": np.linspace(-5e-31, 5e-31, n),
        "charge.emu": np.linspace(-2e-12, 2e-12, n),
        "magnetic_moment.etau": np.linspace(0, 5e-11, n),
        "sin2_theta_w": np.linspace(0.2, 0.25, n),
    }
    start = Electromagnetic(charge={"emu": 1e-12j})
    together = cevns.coefficients(start.with_values(values), "nu_e")
    for i in range(0, n, 7):
        alone = cevns.coefficients(
            start.with_values({k: v[i] for k, v in values.items()}), "nu_e"
        )
        np.testing.assert_allclose(together[i], alone, rtol=1e-12)
    assert together.shape[0] == n


def test_parameters_carry_value_phase_and_unit() -> None:
    model = Electromagnetic(
        charge_radius={"ee": -3e-31, "emu": -2e-31j}, mu_eff={"e": 2e-11}
    )
    found = {p.name: p for p in model.parameters}
    assert found["charge_radius.ee"].default == pytest.approx(-3e-31, abs=0)
    assert found["charge_radius.emu"].default == pytest.approx(-2e-31, abs=0)
    assert found["charge_radius.ee"].unit == "cm2"
    assert found["charge_radius.ee"].shown_unit == "1e-32 cm2"
    assert found["mu_eff.e"].default == pytest.approx(2e-11, abs=0)
    assert found["mu_eff.e"].lower == 0
    assert found["sin2_theta_w"].default == 0.23863
    moved = model.with_values({"charge_radius.emu": np.array(5e-32)}).charge_radius
    assert moved[0, 1] == pytest.approx(5e-32j, abs=0)
    assert moved[1, 0] == pytest.approx(-5e-32j, abs=0)
    # the phase survives a value of zero
    again = model.with_values({"charge_radius.emu": np.array(0.0)}).with_values(
        {"charge_radius.emu": np.array(7e-32)}
    )
    assert again.charge_radius[0, 1] == pytest.approx(7e-32j, abs=0)
    back = model.with_values(
        {p.name: np.array(p.default) for p in model.parameters if "radius" in p.name}
    )
    np.testing.assert_allclose(back.charge_radius, model.charge_radius, rtol=1e-14)


def test_majorana_parameters_are_those_that_exist() -> None:
    mass = {
        p.name
        for p in Electromagnetic(kind="majorana", basis="mass", mixing=U).parameters
    }
    assert {
        "charge_radius.12",
        "magnetic_moment.23",
        "electric_moment.13",
        "anapole.11",
    } <= mass
    assert not {"charge_radius.11", "magnetic_moment.11", "charge.22"} & mass
    flavour = {p.name for p in Electromagnetic(kind="majorana").parameters}
    assert {"magnetic_moment.emu", "anapole.ee"} <= flavour
    assert not {"magnetic_moment.ee", "charge_radius.emu"} & flavour


def test_mass_basis_turns_into_the_flavour_basis() -> None:
    m = np.array([[1, 2j, 0], [-2j, 3, 1], [0, 1, -1]]) * 1e-32
    in_mass = Electromagnetic(
        charge_radius=m, magnetic_moment=m * 1e20, basis="mass", mixing=U
    )
    flavour = U @ m @ U.conj().T
    in_flavour = Electromagnetic(charge_radius=flavour, magnetic_moment=flavour * 1e20)
    for anti in (False, True):
        a, b = in_mass.couplings(anti), in_flavour.couplings(anti)
        np.testing.assert_allclose(
            a.vector[0].charges["p"], b.vector[0].charges["p"], atol=1e-13
        )
        assert a.magnetic is not None
        assert b.magnetic is not None
        np.testing.assert_allclose(a.magnetic, b.magnetic, atol=1e-24)


def test_majorana_moments_stay_antisymmetric_in_the_flavour_basis() -> None:
    model = Electromagnetic(
        magnetic_moment={"12": 1e-11j, "13": -2e-11j},
        kind="majorana",
        basis="mass",
        mixing=U,
    )
    moment = model.couplings().magnetic
    assert moment is not None
    np.testing.assert_allclose(moment, -moment.T, atol=1e-24)
    again = Electromagnetic(magnetic_moment=moment, kind="majorana")
    back = again.couplings().magnetic
    assert back is not None
    np.testing.assert_allclose(back, moment, rtol=1e-14)
    with pytest.raises(InputError, match="hermitian"):
        Electromagnetic(magnetic_moment=moment)


def test_a_majorana_charge_radius_of_the_flavour_basis_is_checked_with_the_mixing() -> (
    None
):
    allowed = (
        U @ (np.array([[0, 1j, 0], [-1j, 0, 2j], [0, -2j, 0]]) * 1e-32) @ U.conj().T
    )
    Electromagnetic(charge_radius=allowed, kind="majorana", mixing=U)
    with pytest.raises(
        InputError,
        match=(
            r"charge_radius must be antisymmetric in the mass"
            r" basis.*charge_radius\.\d\d"
        ),
    ):
        Electromagnetic(charge_radius={"ee": 1e-32}, kind="majorana", mixing=U)


def test_sterile_states_carry_no_weak_charge() -> None:
    four = nu.PMNS(sin2_14=0.02, sin2_24=0.01)
    model = Electromagnetic(charge_radius={"44": 1e-32}, basis="mass", mixing=four)
    p, n = (model.couplings().vector[0].charges[c] for c in ("p", "n"))
    assert p.shape == n.shape == (4, 4)
    assert np.all(n[3] == 0)
    expected = four.matrix[:, 3:] @ four.matrix[:, 3:].conj().T
    shift = p - np.diag([0.5 - 2 * 0.23863] * 3 + [0.0])
    np.testing.assert_allclose(
        shift / shift[0, 0], expected / expected[0, 0], atol=1e-10
    )


BAD: list[tuple[dict[str, Any], str]] = [
    (
        {"kind": "majorana", "magnetic_moment": {"ee": 1e-10}},
        "magnetic_moment.ee = 1e-10 must be zero",
    ),
    (
        {"kind": "majorana", "electric_moment": 1e-10 * np.ones((3, 3))},
        "antisymmetric for Majorana",
    ),
    (
        {"kind": "majorana", "basis": "mass", "mixing": U, "charge": {"22": 1e-12}},
        "charge.22 = 1e-12 must be zero",
    ),
    (
        {
            "kind": "majorana",
            "basis": "mass",
            "mixing": U,
            "magnetic_moment": {"12": 1e-11},
        },
        "imaginary",
    ),
    (
        {"kind": "majorana", "basis": "mass", "mixing": U, "anapole": {"12": 1e-32j}},
        "anapole.12",
    ),
    ({"kind": "majorana", "charge_radius": {"ee": 1e-32}}, "give mixing"),
    (
        {"charge_radius": [[0, 1e-32, 0], [2e-32, 0, 0], [0, 0, 0]]},
        "charge_radius.emu = 1e-32 must be the complex",
    ),
    ({"charge": {"mumu": 1e-12j}}, "charge.mumu = 0+1e-12j must be real"),
    ({"basis": "mass", "charge": {"11": 1e-12}}, "needs the mixing matrix"),
    ({"basis": "mass", "mixing": 2 * np.eye(3)}, "unitary"),
    ({"mixing": np.eye(2)}, "shape"),
    ({"charge_radius": 1e-32}, "3×3"),
    ({"charge_radius": [1e-32, 1e-32, 1e-32]}, "3×3"),
    ({"charge": {"etua": 1e-12}}, "did you mean"),
    ({"charge": {"11": 1e-12}}, "flavour basis"),
    ({"charge": {"ee": math.nan}}, "charge.ee must be finite"),
    ({"charge": "many"}, "numbers"),
    ({"mu_eff": {"e": 1e-10}, "magnetic_moment": {"ee": 1e-10}}, "not both"),
    ({"mu_eff": {"e": -1e-10}}, "non-negative"),
    ({"mu_eff": 1e-10}, "dict"),
    ({"mu_eff": {"x": 1e-10}}, "mu_eff"),
    ({"basis": "weak"}, "basis"),
    ({"kind": "weyl"}, "kind of neutrino"),
    ({"base": Electromagnetic()}, "give electromagnetic properties only once"),
    ({"base": "sm"}, "model"),
    (
        {"charge_radius": {"ee": [1e-32] * 2, "emu": [1e-32] * 3}},
        "charge_radius.emu has (3,)",
    ),
    (
        {"charge_radius": {"ee": [1e-32] * 2}, "charge": {"ee": [1e-13] * 3}},
        "charge has (3,)",
    ),
    ({"mu_eff": {"e": [1e-11] * 2, "mu": [1e-11] * 3}}, "mu_eff.mu has (3,)"),
    ({"antineutrino_flip": "no"}, "True or False"),
]


@pytest.mark.parametrize(("arguments", "hint"), BAD)
def test_impossible_properties_are_refused_by_name(
    arguments: Mapping[str, Any], hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        Electromagnetic(**arguments)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"charge_radius.xx": 1.0}, UnknownNameError),
        ({"charge_radius.ee": math.nan}, InputError),
        ({"mu_eff.e": -1e-11}, InputError),
        ({"mu_eff.e": 1e-11, "magnetic_moment.ee": 1e-11}, InputError),
        ({"charge_radius.ee": "x"}, InputError),
        ({"mu_eff": 1e-11, "mu_eff.e": 1e-11}, InputError),
        (
            {"charge_radius.ee": [0.0, 1e-32], "charge_radius.emu": [0.0] * 3},
            InputError,
        ),
        ({"charge_radius.ee": [0.0, 1e-32], "sin2_theta_w": [0.2] * 3}, InputError),
        # numbers in units of 1e-32 cm²
        ({"charge_radius.ee": -50.0}, InputError),
    ],
)
def test_impossible_values_are_refused(
    values: Mapping[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        Electromagnetic().with_values({k: np.array(v) for k, v in values.items()})


def test_one_effective_moment_of_all_flavours() -> None:
    each, values = ("mu_eff.e", "mu_eff.mu", "mu_eff.tau"), np.array([1e-11, 3e-11])
    one = Electromagnetic().with_values({"mu_eff": values})
    np.testing.assert_array_equal(
        one.mu_eff, Electromagnetic().with_values(dict.fromkeys(each, values)).mu_eff
    )
    model = Electromagnetic(mu_eff=dict.fromkeys(("e", "mu", "tau"), 2e-11))
    assert {p.name: p.default for p in model.parameters}["mu_eff"] == 2e-11
    slopes = model.coupling_derivatives()
    apart = np.sum([np.asarray(slopes[name].magnetic) for name in each], axis=0)
    np.testing.assert_array_equal(np.asarray(slopes["mu_eff"].magnetic), apart)
    assert "mu_eff" not in {
        p.name for p in Electromagnetic(mu_eff={"e": 1e-11}).parameters
    }


@pytest.mark.parametrize("basis", ["flavour", "mass"])
@pytest.mark.parametrize("name", ["charge", "charge_radius"])
def test_one_charge_or_radius_of_all_flavours(name: str, basis: Basis) -> None:
    size = SCALES["e" if name == "charge" else "cm2"]
    values = size * np.array([-1.0, 3.0])
    start = Electromagnetic(basis=basis, mixing=U)
    one = start.with_values({name: values})
    # a unit matrix is the same in every basis
    each = dict.fromkeys((f"{name}.ee", f"{name}.mumu", f"{name}.tautau"), values)
    apart = Electromagnetic().with_values(each)
    for flavour in ("nu_e", "nubar_mu"):
        np.testing.assert_allclose(
            cevns.coefficients(one, flavour),
            cevns.coefficients(apart, flavour),
            rtol=1e-12,
        )
    slopes = one.coupling_derivatives(True)
    got = np.asarray(slopes[name].vector[0].charges["e"])
    states = ("ee", "mumu", "tautau") if basis == "flavour" else ("11", "22", "33")
    parts = [slopes[f"{name}.{k}"].vector[0].charges["e"] for k in states]
    np.testing.assert_allclose(got, sum(parts), atol=1e-15 * np.abs(got).max())
    # off-diagonal elements stay, and go together with it
    crossed = start.with_values(
        {name: np.array(size), f"{name}.{'emu' if basis == 'flavour' else '12'}": size}
    )
    assert np.count_nonzero(getattr(crossed, name)) == 5
    equal: dict[str, Any] = {name: size * np.eye(3)}
    assert {p.name: p.default for p in Electromagnetic(**equal).parameters}[
        name
    ] == size
    unequal: dict[str, Any] = {name: {"ee": size}}
    assert name not in {p.name for p in Electromagnetic(**unequal).parameters}
    majorana = Electromagnetic(basis="mass", kind="majorana", mixing=U)
    assert name not in {p.name for p in majorana.parameters}
    twice = {name: np.array(size), f"{name}.ee": np.array(size)}
    with pytest.raises(InputError, match=f"{name} is common to all flavours"):
        Electromagnetic().with_values(twice)


def test_values_are_given_by_name() -> None:
    with pytest.raises(InputError, match="by name"):
        Electromagnetic().with_values([1.0])  # type: ignore[arg-type]
    # a matrix kept over two points does not meet a value at three
    with pytest.raises(InputError, match="the same shape"):
        Electromagnetic(charge={"ee": [1e-13] * 2}).with_values(
            {"charge_radius.ee": np.zeros(3)}
        )


def test_charge_radii_of_other_conventions_are_converted() -> None:
    # the 2018 seminar lists the published limits of experiments in its own convention
    for half, giunti in (
        ((-2.1, 3.3), (-4.2, 6.6)),
        ((-2.97, 4.14), (-5.94, 8.28)),
        ((-3.56, 5.44), (-7.12, 10.88)),
    ):
        np.testing.assert_allclose(
            charge_radius_convention(half, "half"), giunti, rtol=1e-12
        )
    assert charge_radius_convention(3.0, "giunti") == 3.0
    # "half": sin²θ_W → sin²θ_W + (√2πα/3G_F)⟨r²⟩ is the same cross section
    radius = 4e-32
    shift = math.sqrt(2) * math.pi * ALPHA_EM / (3 * G_FERMI) * radius / HBARC2
    shifted = cevns.differential(
        30.0, 0.01, AR, StandardModel(sin2_theta_w=0.23863 + shift), "nu_mu"
    )
    model = Electromagnetic(
        charge_radius=charge_radius_convention(radius, "half") * np.eye(3)
    )
    assert cevns.differential(30.0, 0.01, AR, model, "nu_mu") == pytest.approx(
        shifted, rel=1e-12, abs=0
    )


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: charge_radius_convention(1.0), InputError),
        (lambda: charge_radius_convention(1.0, "pdg2"), UnknownNameError),
        (lambda: charge_radius_convention(1.0, ["half"]), UnknownNameError),  # type: ignore[arg-type]
    ],
)
def test_a_radius_without_its_convention_is_refused(
    call: Callable[[], object], error: type[Exception]
) -> None:
    with pytest.raises(error, match="convention"):
        call()
    for wrong in ("abc", math.nan, None):
        with pytest.raises(InputError, match="charge radius"):
            charge_radius_convention(wrong, "half")  # type: ignore[arg-type]


def test_fits_free_what_the_model_does_not_hold_yet() -> None:
    experiment = nu.experiment("coherent-csi-2017")
    fitted = experiment.fit(Electromagnetic(), free=["charge.mumu"])
    assert np.isfinite(fitted.values["charge.mumu"])
    radius = experiment.prediction(
        Electromagnetic(), free=["charge_radius.ee", "mu_eff.mu"]
    )
    base = experiment.prediction(StandardModel())
    zero = radius.expectation(np.zeros((1, 2))).base
    np.testing.assert_allclose(zero, base.expectation(np.zeros((1, 0))).base, rtol=1e-9)
    more = radius.expectation(np.array([[-4e-31, 0.0], [0.0, 4e-9]])).base
    assert more[0].sum() < zero.sum() < more[1].sum()


@pytest.mark.parametrize(
    "text",
    ["charge_radius.ee=-1e-30:1e-30 cm2:5", "charge_radius.ee=-100:100 1e-32 cm2:5"],
)
def test_grids_of_the_command_line_are_in_the_parameters_units(text: str) -> None:
    grid = make_grid(text, Electromagnetic().parameters)
    np.testing.assert_allclose(
        grid["charge_radius.ee"], 1e-32 * np.array([-100, -50, 0, 50, 100])
    )
    # as for the constructor and --param, a bare number is in cm²
    bare = make_grid("charge_radius.ee=-1e-30:1e-30:5", Electromagnetic().parameters)
    np.testing.assert_allclose(bare["charge_radius.ee"], grid["charge_radius.ee"])
    with pytest.raises(InputError, match="has the unit 'fm'"):
        make_grid("charge_radius.ee=-1:1 fm:5", Electromagnetic().parameters)


@pytest.mark.parametrize("radius", [-8.2e-33, 3e-31])
def test_a_charge_radius_does_what_a_shifted_angle_does(radius: float) -> None:
    shift = float(sin2_theta_w_shift(radius))
    shifted = nu.StandardModel(0.23863 + shift)
    model = nu.Electromagnetic(charge_radius={"ee": radius, "mumu": radius})
    for flavour in ("nu_e", "nubar_mu"):
        on_nuclei = [
            nu.cevns.total(30.0, "Cs133", m, flavour) for m in (shifted, model)
        ]
        assert on_nuclei[0] == pytest.approx(on_nuclei[1], rel=1e-9)
        on_electrons = [nu.electron.total(3.0, m, flavour) for m in (shifted, model)]
        assert on_electrons[0] == pytest.approx(on_electrons[1], rel=1e-9)


def test_the_two_coefficients_of_a_charge_radius_differ_by_the_angle() -> None:
    for sin2, ratio in ((0.23122, 1.0748), (0.23863, 1.1092)):
        both = [sin2_theta_w_shift(1e-32, c, sin2) for c in ("mw2", "alpha")]
        assert both[0] / both[1] == pytest.approx(ratio, abs=1e-3)
    with pytest.raises(UnknownNameError, match="coefficient"):
        sin2_theta_w_shift(1e-32, "mz2")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="between 0 and 1"):
        sin2_theta_w_shift(1e-32, "mw2", 1.5)
    with pytest.raises(InputError, match="finite"):
        sin2_theta_w_shift(np.nan)
