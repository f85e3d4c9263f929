"""Stacks of models in every order and every process."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError
from nuprobe.models import Vertex, check_one_point, points

CHANNEL = "nu_mu -> nu_mu mu+ mu-"
VERTICES = [
    Vertex(*v)
    for v in itertools.product(range(3), repeat=4)
    if v[0] == v[1] or v[2] == v[3]
]

# each adds something of its own to nuclei, electrons or tridents
LAYERS: dict[str, Any] = {
    "radii": lambda base: nu.Electromagnetic(
        charge_radius={"ee": 2e-32, "mumu": -3e-32, "emu": 1e-32},
        anapole={"tautau": 1e-33},
        base=base,
    ),
    "nsi": lambda base: nu.NSI(
        epsilon_u={"mumu": 0.1, "emu": 0.05j},
        epsilon_e={"ee": 0.2, "mutau": 0.1},
        base=base,
    ),
    "b-l": lambda base: nu.LightVector(20.0, 3e-5, "b-l", base=base, label="a."),
    "lmu-ltau": lambda base: nu.LMuLTau(5.0, 1e-4, "loop", base=base),
    "scalar": lambda base: nu.LightScalar(30.0, 1e-5, base=base, label="s."),
    "contact": lambda base: nu.ContactOperators(
        {(1, 1, 0, 0): 2e-12}, {(1, 1, 1, 1): -1e-12}, base=base
    ),
}


def stack(names: tuple[str, ...], base: Any = None) -> Any:
    """Models on top of each other, the first name lowest."""
    found = nu.StandardModel() if base is None else base
    for name in names:
        found = LAYERS[name](found)
    return found


def added(model: Any, vertex: Vertex) -> tuple[float, float]:
    """V and A of a vertex over those of the Standard Model."""
    found, plain = (m.lepton_couplings(vertex) for m in (model, nu.StandardModel()))
    return float(found.vector - plain.vector), float(found.axial - plain.axial)


@pytest.mark.parametrize("pair", list(itertools.combinations(LAYERS, 2)))
def test_two_models_stack_in_both_orders(pair: tuple[str, str]) -> None:
    one, other = stack(pair), stack(pair[::-1])
    np.testing.assert_allclose(
        nu.cevns.total([10.0, 40.0], "CsI", one, "nu_mu", threshold=1e-3),
        nu.cevns.total([10.0, 40.0], "CsI", other, "nu_mu", threshold=1e-3),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        nu.electron.total([2.0, 40.0], one, "nubar_e", threshold=1e-3),
        nu.electron.total([2.0, 40.0], other, "nubar_e", threshold=1e-3),
        rtol=1e-12,
    )
    assert {p.name for p in one.parameters} == {p.name for p in other.parameters}
    assert {p.name for p in one.mass_parameters} == {
        p.name for p in other.mass_parameters
    }
    assert set(one.coupling_derivatives()) == set(other.coupling_derivatives())
    for vertex in VERTICES:
        # what each adds alone adds up
        alone = [added(stack((name,)), vertex) for name in pair]
        for model in (one, other):
            assert added(model, vertex) == pytest.approx(
                np.sum(alone, axis=0), rel=1e-9, abs=1e-15
            )
        mediators = [
            sorted((m.mass, float(m.strength)) for m in found.mediators)
            for found in (
                one.lepton_couplings(vertex),
                other.lepton_couplings(vertex),
            )
        ]
        single_ones = [
            (m.mass, float(m.strength))
            for name in pair
            for m in stack((name,)).lepton_couplings(vertex).mediators
        ]
        assert mediators[0] == mediators[1] == sorted(single_ones)


def test_the_whole_stack_in_every_order_gives_one_trident_cross_section() -> None:
    values = [
        float(nu.trident.total(3e3, CHANNEL, "Ar40", stack(order), regime="coherent"))
        for order in itertools.islice(itertools.permutations(LAYERS), 0, None, 97)
    ]
    assert values == pytest.approx([values[0]] * len(values), rel=1e-12)
    plain = float(nu.trident.total(3e3, CHANNEL, "Ar40", regime="coherent"))
    assert abs(values[0] / plain - 1) > 0.05


@pytest.mark.parametrize("name", list(LAYERS))
def test_tridents_of_any_v_and_a_below(name: str) -> None:
    """A base without nuclei gives tridents, and refuses nuclei in plain words."""
    model = stack((name,), nu.VectorAxial(0.7, 0.3))
    for vertex in VERTICES:
        found = model.lepton_couplings(vertex)
        wanted = np.add((0.7, 0.3), added(stack((name,)), vertex))
        assert (float(found.vector), float(found.axial)) == pytest.approx(
            tuple(wanted), rel=1e-9
        )
    with pytest.raises(InputError, match="vector-axial is available for tridents only"):
        nu.cevns.total(30.0, "Ar40", model, "nu_mu")


def test_a_charge_radius_moves_tridents_as_it_moves_electrons() -> None:
    """d V = (√2πα/3G_F)⟨r²⟩ for every pair of one flavour, as g_V of electrons."""
    radii = LAYERS["radii"](nu.StandardModel())
    moved = (
        radii.couplings().vector[0].charges["e"]
        - nu.StandardModel().couplings().vector[0].charges["e"]
    )
    for initial, final, lepton in itertools.product(range(3), repeat=3):
        vertex = Vertex(initial, final, lepton, lepton)
        assert added(radii, vertex)[0] == pytest.approx(
            moved[final, initial], rel=1e-9, abs=1e-15
        )
    assert added(radii, Vertex(1, 0, 0, 1)) == (0.0, 0.0)
    # −3e-32 cm²: by hand, 1.9 % of V = ½ + 2 sin²θ_W … with RADIUS = 2.3796e30/cm²
    assert moved[1, 1] == pytest.approx(-3e-32 * 2.3796e30, rel=1e-3)


def test_nsi_of_electrons_move_electron_pairs_alone() -> None:
    model = nu.NSI(epsilon_e={"ee": 0.2, "mutau": 0.1j}, epsilon_e_axial={"ee": -0.1})
    assert added(model, Vertex(0, 0, 0, 0)) == pytest.approx((0.2, -0.1))
    assert added(model, Vertex(0, 0, 1, 1)) == (0.0, 0.0)
    # a phase alone is not observable
    found = model.lepton_couplings(Vertex(1, 2, 0, 0))
    assert float(found.vector) == pytest.approx(0.1)
    twisted = nu.NSI(epsilon_e={"mutau": 0.1j}, epsilon_e_axial={"mutau": 0.1})
    with pytest.raises(InputError, match="different phases"):
        twisted.lepton_couplings(Vertex(1, 2, 0, 0))


def test_contact_operators_of_electrons_are_nsi() -> None:
    """C_L = C_R = −√2 G_F ε is ε^e of the vector kind."""
    unit = 2 * np.sqrt(2) * G_FERMI
    left = {(1, 1, 0, 0): -0.15 * unit, (2, 1, 0, 0): 0.1 * unit}
    right = {(1, 1, 0, 0): 0.05 * unit}
    contact = nu.ContactOperators(left, right)
    nsi = nu.NSI(
        epsilon_e=[[0, 0, 0], [0, 0.1, -0.05], [0, -0.05, 0]],
        epsilon_e_axial=[[0, 0, 0], [0, 0.2, -0.05], [0, -0.05, 0]],
    )
    both = nu.ContactOperators({**left, (1, 2, 0, 0): 0.1 * unit}, right)
    hermitian = {k: v / 2 if k[0] != k[1] else v for k, v in both.left.items()}
    both = nu.ContactOperators(hermitian, right)
    t = np.geomspace(0.01, 1.0, 5)
    for flavour in ("nu_mu", "nubar_mu", "nu_tau"):
        np.testing.assert_allclose(
            nu.electron.differential(3.0, t, both, flavour),
            nu.electron.differential(
                3.0,
                t,
                nu.NSI(
                    epsilon_e=np.asarray(nsi.epsilon_e),
                    epsilon_e_axial=np.asarray(nsi.epsilon_e_axial),
                ),
                flavour,
            ),
            rtol=1e-12,
        )
    assert contact.lepton_couplings(Vertex(1, 1, 0, 0)).vector == pytest.approx(
        nsi.lepton_couplings(Vertex(1, 1, 0, 0)).vector
    )


MANY: dict[str, Any] = {
    "angle": nu.StandardModel(np.array([0.23, 0.24])),
    "angle of tridents": nu.StandardModel(sin2_theta_w_high=np.array([0.23, 0.24])),
    "coupling": nu.LightVector(10.0, np.array([1e-4, 2e-4])),
    "scalar": nu.LightScalar(10.0, np.array([1e-4, 2e-4])),
    "electromagnetic": nu.Electromagnetic(magnetic_moment={"ee": [1e-10, 2e-10]}),
    "radius": nu.Electromagnetic(charge_radius={"ee": [1e-32, 2e-32]}),
    "nsi": nu.NSI(epsilon_d={"ee": [0.1, 0.2]}),
    "vector-axial": nu.VectorAxial(np.array([0.1, 0.2]), 0.5),
}


@pytest.mark.parametrize("name", list(MANY))
def test_a_model_over_many_points_is_told_from_one(name: str) -> None:
    model = MANY[name]
    assert points(model) == (2,)
    # and from below a stack
    if name != "vector-axial":
        assert points(nu.NSI(epsilon_u={"ee": 0.1}, base=model)) == (2,)
    with pytest.raises(InputError, match=r"a prediction needs .* 2 points: sum them"):
        check_one_point(model, "a prediction", "sum them")


@pytest.mark.parametrize("names", [(), *((n,) for n in LAYERS), tuple(LAYERS)])
def test_one_point_is_one(names: tuple[str, ...]) -> None:
    model = stack(names)
    assert points(model) == ()
    check_one_point(model, "a prediction", "sum them")
    check_one_point(nu.LightScalar(1.0, 1.0, "universal"), "a sample", "none")
