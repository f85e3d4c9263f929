"""Parameters that sit in couplings of tridents: C_V and C_A, coefficients of operators,
factors on a point; against kernels by hand and roots of other routes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import brentq, minimize_scalar

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.constants import G_FERMI, SIN2_THETA_W_MZ
from nuprobe.errors import InputError, NuprobeError, UnknownNameError
from nuprobe.experiments import (
    TridentExperiment,
    factor_limit,
    joint_cost,
    verdict,
)
from nuprobe.inference import contour, fit
from nuprobe.models import (
    ContactOperators,
    LMuLTau,
    PairCouplings,
    VectorAxial,
    VMinusA,
    WcxfFile,
)
from nuprobe.numerics import FloatArray
from nuprobe.units import GeV

MEASURED = ("ccfr-trident", "charm2-trident", "nutev-trident")
NUMBERS = {
    "ccfr-trident": (0.82, 0.28, 0.28),
    "charm2-trident": (1.58, 0.57, 0.57),
    "nutev-trident": (0.72, 1.73, 0.72),
}
MU = (1, 1, 1, 1)
UNIT = 2 * math.sqrt(2) * G_FERMI  # MeV⁻²
STANDARD = 0.5 + 2 * SIN2_THETA_W_MZ, 0.5


def opened(name: str) -> TridentExperiment:
    return nu.experiment(name, TridentExperiment)


def invoke(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(cli, list(words))
    return found.exit_code, found.stdout, found.output


def by_hand(name: str, v: FloatArray, a: FloatArray) -> FloatArray:
    """σ/σ_SM from cross sections of pure V and pure A, averaged over the flux flavour
    by flavour: nothing of the experiments' own code."""
    one = opened(name)
    flux = one.flux
    new, standard = np.zeros(np.shape(v)), 0.0
    for flavour in flux.flavours:
        channel = f"{flavour} -> {flavour} mu+ mu-"
        vv, aa = (
            flux.total(flavour)
            * nu.trident.flux_averaged(
                flux, channel, one.material, VectorAxial(*pair), regime="elastic"
            )
            for pair in ((1.0, 0.0), (0.0, 1.0))
        )
        electron = flavour.index == 0
        sm_v, sm_a = (-0.5 + 2 * SIN2_THETA_W_MZ, -0.5) if electron else STANDARD
        standard += sm_v**2 * vv + sm_a**2 * aa
        new = new + (sm_v**2 * vv + sm_a**2 * aa if electron else v**2 * vv + a**2 * aa)
    return np.asarray(new / standard)


def chi2(v: FloatArray, a: FloatArray) -> FloatArray:
    total = np.zeros(np.broadcast(v, a).shape)
    for name, (value, plus, minus) in NUMBERS.items():
        difference = by_hand(name, v, a) - value
        total += (difference / np.where(difference > 0, plus, minus)) ** 2
    return total


# -- C_V and C_A ------------------------------------------------------------------


@pytest.mark.nightly
def test_the_plane_of_c_v_and_c_a_is_what_numpy_says() -> None:
    cost = joint_cost([opened(n) for n in MEASURED], PairCouplings(), ["c_v", "c_a"])
    axis = np.linspace(-1.6, 1.6, 33)
    c_v, c_a = np.meshgrid(axis, axis, indexing="ij")
    points = np.stack([c_v.ravel(), c_a.ravel()], axis=1)
    np.testing.assert_allclose(
        cost.twice_nll(points), chi2(c_v, c_a).ravel(), rtol=2e-4
    )
    found = contour(cost, ("c_v", "c_a"), (axis, axis), cl=0.95)
    (ring,) = found.regions(0.95)
    assert len(ring.holes) == 1
    # where it crosses the axis C_A = 0, from the χ² by hand; the grid is linear between
    best = found.best_twice_nll
    level = best + found.thresholds[0.95]
    outer = brentq(lambda x: float(chi2(np.array(x), np.array(0.0))) - level, 0.9, 3)
    assert ring.outline[:, 0].max() == pytest.approx(outer, abs=0.01)
    inner = brentq(lambda x: float(chi2(np.array(x), np.array(0.0))) - level, 0.1, 0.9)
    assert ring.holes[0][:, 0].max() == pytest.approx(inner, abs=0.01)
    standard, before = np.array([STANDARD]), np.array([[1.0, 1.0]])
    assert cost.twice_nll(standard)[0] - best < 1
    # V−A is out at 90 % of two parameters, 4.61
    assert cost.twice_nll(before)[0] - best > 4.61


def test_pair_couplings_are_the_standard_model_and_v_minus_a_at_their_points() -> None:
    model = PairCouplings()
    assert model.landmarks() == {
        "Standard Model": {"c_v": pytest.approx(STANDARD[0]), "c_a": 0.5},
        "V−A": {"c_v": 1.0, "c_a": 1.0},
    }
    assert [p.name for p in model.parameters] == ["sin2_theta_w", "c_v", "c_a"]
    assert model.parameters[1].default == pytest.approx(STANDARD[0])
    ccfr = opened("ccfr-trident")
    assert ccfr.predict(model).ratio == pytest.approx(1.0, rel=1e-12)
    theory = PairCouplings(c_v=1.0, c_a=1.0)
    assert ccfr.predict(theory).ratio == pytest.approx(ccfr.predict(VMinusA()).ratio)
    # ν_e in the beam of NuTeV keeps its couplings
    nutev = opened("nutev-trident")
    expected = by_hand("nutev-trident", np.array(1.0), np.array(1.0))
    assert nutev.predict(theory).ratio == pytest.approx(float(expected), rel=2e-4)
    with pytest.raises(InputError, match="for scattering on electrons use contact"):
        PairCouplings(lepton="e").couplings()
    with pytest.raises(UnknownNameError, match="neutrino"):
        PairCouplings(neutrino="muon")  # type: ignore[arg-type]


def test_both_signs_of_c_v_are_regions_of_a_fit() -> None:
    ccfr = opened("ccfr-trident")
    result = ccfr.fit(PairCouplings(), ["c_v"])["c_v"]
    value, *_ = NUMBERS["ccfr-trident"]
    expected = brentq(
        lambda x: float(by_hand("ccfr-trident", np.array(x), np.array(0.5))) - value,
        0.1,
        2.0,
    )
    assert abs(result.value) == pytest.approx(expected, rel=1e-3)
    assert len(result.regions) == 2


# -- coefficients of operators ----------------------------------------------------


def test_derivatives_are_those_of_the_ratio() -> None:
    base = LMuLTau(mass=300.0, coupling=2e-3)
    model = ContactOperators({MU: 1e-11}, base=base)
    free = ["left.1111", "right.1111", "left.1211", "factor", "coupling"]
    prediction = opened("charm2-trident").coefficients(model, free)
    point = np.array([[4e-12, -6e-12, 5e-12, 1.3, 1.5e-3], [0, 0, 0, 1, 0]])
    slopes = prediction.jacobian(point)[0][:, :, 0]
    for i in range(len(free)):
        step = np.zeros((1, len(free)))
        step[0, i] = 1e-4 * point[0, i]
        up, down = prediction.ratio(point + step), prediction.ratio(point - step)
        assert slopes[0, i] == pytest.approx(
            (up - down)[0] / (2 * step[0, i]), rel=1e-6
        )
    # at the edge of its range the coupling's slope is that of a square
    assert slopes[1, 4] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("name", MEASURED)
def test_the_ratio_of_charge_radii_is_that_of_a_model_with_them(name: str) -> None:
    """One polynomial, found once, against the couplings of a model point by point."""
    names = ["charge_radius.mumu", "charge_radius.emu"]
    ratio = opened(name).coefficients(nu.Electromagnetic(), names)
    points = np.array([[3e-32, -2e-31], [-4e-31, 1e-30], [0.0, 0.0]])
    direct = [
        opened(name).coefficients(_with_radii(*row), []).ratio_of_model()
        for row in points
    ]
    assert ratio.ratio(points) == pytest.approx(np.ravel(direct), rel=1e-10)
    step = 1e-34
    for i in range(2):
        moved = np.repeat(points, 2, axis=0)
        moved[::2, i] -= step
        moved[1::2, i] += step
        slope = np.diff(ratio.ratio(moved).reshape(-1, 2))[:, 0] / (2 * step)
        there = ratio.jacobian(points)[0][:, i, 0]
        assert there == pytest.approx(slope, rel=1e-5, abs=1e-5 * abs(slope).max())


def _with_radii(mumu: float, emu: float) -> nu.Electromagnetic:
    values = {"charge_radius.mumu": mumu, "charge_radius.emu": emu}
    return nu.Electromagnetic().with_values(values)


def test_a_coefficient_moves_v_and_a_as_its_docstring_says() -> None:
    left, right = 8e-12, -3e-12
    point = np.array([[left, right]])
    cost = opened("ccfr-trident").cost(ContactOperators(), ["left.1111", "right.1111"])
    v = STANDARD[0] - (left + right) / UNIT
    a = STANDARD[1] - (left - right) / UNIT
    ratio = float(by_hand("ccfr-trident", np.array(v), np.array(a)))
    pull = (ratio - 0.82) / 0.28
    assert cost.twice_nll(point)[0] == pytest.approx(pull**2, rel=1e-4)


def test_a_fit_of_an_operator_is_a_fit_of_the_coupling() -> None:
    """Along C_L = C_R only V moves, V = V_SM − 2C/(2√2 G_F)."""
    ccfr = opened("ccfr-trident")
    both = ContactOperators({MU: 1e-11}, {MU: 1e-11})
    factor = ccfr.fit(both, ["factor"])["factor"]
    c_v = ccfr.fit(PairCouplings(), ["c_v"])["c_v"]
    edges = sorted(
        STANDARD[0] - 2e-11 * x / UNIT for r in factor.regions for x in (r.low, r.high)
    )
    expected = sorted(x for r in c_v.regions for x in (r.low, r.high))
    np.testing.assert_allclose(edges, expected, atol=2e-5)


def test_another_neutrino_in_the_final_state_adds_its_square() -> None:
    size = 2e-11
    ccfr = opened("ccfr-trident")
    energy, channel = 160 * GeV, "nu_mu -> nu_mu mu+ mu-"
    for chirality, axial in (("left", 1.0), ("right", -1.0)):
        # alone V = −C/2√2G_F, A = ∓C/2√2G_F
        alone = VectorAxial(size / UNIT, axial * size / UNIT)
        added, standard = (
            nu.trident.total(energy, channel, "natural Fe", model, regime="elastic")
            for model in (alone, nu.StandardModel())
        )
        for sign in (1, -1):
            operator = {(1, 2, 1, 1): sign * size}
            left = chirality == "left"
            model = ContactOperators(operator if left else {}, {} if left else operator)
            ratio = ccfr.predict(model).ratio
            assert ratio == pytest.approx(1 + float(added / standard), rel=1e-5)
    # nothing interferes: two final states add, whatever their signs
    one = ContactOperators({(1, 2, 1, 1): size})
    other = ContactOperators({(1, 0, 1, 1): -size})
    both = ContactOperators({(1, 2, 1, 1): size, (1, 0, 1, 1): -size})
    ratios = [ccfr.predict(m).ratio for m in (one, other, both)]
    assert ratios[2] - 1 == pytest.approx(ratios[0] + ratios[1] - 2, rel=1e-9)
    # the hermitian conjugate is the same operator, in verdicts too
    swapped = ContactOperators({(2, 1, 1, 1): size})
    assert ccfr.predict(swapped).ratio == ratios[0]
    found = verdict(["ccfr-trident"], swapped)
    assert found["ccfr-trident"].ratio == pytest.approx(ratios[0], rel=1e-12)
    assert found.unseen == ()


def test_many_points_change_the_neutrino_as_one_does() -> None:
    sizes = np.array([0.0, 1e-11, -3e-11])
    many = verdict(["nutev-trident"], ContactOperators(right={(2, 1, 1, 1): sizes}))
    singles = [
        opened("nutev-trident").predict(ContactOperators(right={(2, 1, 1, 1): s})).ratio
        for s in sizes
    ]
    ratio = many["nutev-trident"].ratio
    assert ratio is not None
    np.testing.assert_allclose(ratio, singles, rtol=1e-9)


def test_hermitian_conjugates_have_one_coefficient() -> None:
    model = ContactOperators({(0, 1, 0, 1): 1e-12})
    for vertex in ((0, 1, 0, 1), (1, 0, 1, 0)):
        found = model.lepton_couplings(nu.models.Vertex(*vertex))
        assert float(found.vector) == pytest.approx(1 - 1e-12 / UNIT)
    assert "left.0101" in {p.name for p in model.parameters}
    moved = model.with_values({"left.0101": 2e-12})
    assert moved.left == {(0, 1, 0, 1): 2e-12, (1, 0, 1, 0): 2e-12}
    with pytest.raises(InputError, match="hermitian conjugates"):
        ContactOperators({(0, 1, 0, 1): 1e-12, (1, 0, 1, 0): 2e-12})


def test_slopes_in_scattering_on_electrons_are_those_of_the_couplings() -> None:
    model = ContactOperators({(1, 1, 0, 0): 3e-12}, {(0, 1, 0, 0): 2e-12}, factor=1.5)
    for anti in (False, True):
        slopes = model.coupling_derivatives(anti)
        for name in ("left.1100", "right.0000", "right.0100", "left.1111", "factor"):
            at = next(p.default for p in model.parameters if p.name == name)
            step = 1e-3 if name == "factor" else 1e-14
            up, down = (
                model.with_values({name: at + x}).couplings(anti).vector[0].charges
                for x in (step, -step)
            )
            for part in ("e", "e_axial"):
                numeric = (up[part] - down[part]) / (2 * step)
                got = slopes[name].vector[0].charges[part]
                np.testing.assert_allclose(got, numeric, rtol=1e-6, atol=1e-6)
    many = model.with_values({"left.1100": np.array([1e-12, 2e-12])})
    assert many.couplings().vector[0].charges["e"].shape == (2, 3, 3)


def test_operators_with_electrons_fit_recoils() -> None:
    """C_L of ν_μ with electrons moves CHARM-like g_L = −½ + s² by −C/(2√2 G_F)·½ each
    of V and A: NSI with the same shift gives the same −2 ln L."""
    one = nu.experiment("coherent-csi-2021")
    size = 3e-9
    contact = ContactOperators({(1, 1, 0, 0): size})
    shift = nu.NSI(
        epsilon_e={"mumu": -size / UNIT}, epsilon_e_axial={"mumu": -size / UNIT}
    )
    with_operators, with_nsi = (
        one.cost(m, ["sin2_theta_w"]).twice_nll(np.array([[0.2386]]))[0]
        for m in (contact, shift)
    )
    assert with_operators == pytest.approx(with_nsi, rel=1e-12)


# -- flat directions --------------------------------------------------------------


def test_flat_directions_are_refused_with_their_name() -> None:
    ccfr, charm = opened("ccfr-trident"), opened("charm2-trident")
    with pytest.raises(InputError, match=r"left.0000: unconstrained.*ccfr-trident"):
        ccfr.fit(ContactOperators(), ["left.0000"])
    with pytest.raises(InputError, match=r"right.2222: unconstrained.*none of"):
        joint_cost([ccfr, charm], ContactOperators(), ["left.1111", "right.2222"])
    # ν_e are in the beam of NuTeV alone
    with pytest.raises(
        InputError,
        match=r"ccfr-trident does not depend on left\.0011",
    ):
        joint_cost([ccfr, opened("nutev-trident")], ContactOperators(), ["left.0011"])
    pair = [ccfr, opened("nutev-trident")]
    found = joint_cost(pair, ContactOperators(), ["left.1111", "left.0011"])
    assert [p.name for p in found.parameters] == ["left.1111", "left.0011"]
    with pytest.raises(UnknownNameError, match=r"left\.11111"):
        ccfr.fit(ContactOperators(), ["left.11111"])
    with pytest.raises(InputError, match=r"the mass of a mediator.*sin2_theta_w out"):
        ccfr.cost(LMuLTau(10.0, 1e-3), ["mass", "sin2_theta_w"])


def test_a_coupling_is_free_at_the_mass_of_its_model() -> None:
    ccfr = opened("ccfr-trident")
    cost = ccfr.cost(LMuLTau(mass=300.0, coupling=1e-3), ["coupling"])
    assert [p.name for p in cost.parameters] == ["coupling"]
    plane = ccfr.cost("lmu-ltau")
    for g in (0.0, 1e-3, 5e-3):
        expected = plane.twice_nll(np.array([[300.0, g]]))[0]
        assert cost.twice_nll(np.array([[g]]))[0] == pytest.approx(expected, rel=1e-5)


# -- factors on a point -----------------------------------------------------------


POINT = ContactOperators({MU: -1e-11}, {MU: 2e-12})


@pytest.mark.parametrize("cl", [0.68, 0.95])
def test_factors_end_where_the_verdict_changes(cl: float) -> None:
    labels = [*MEASURED, "dune-nd-trident"]
    names = [opened(label) for label in labels]
    found = factor_limit(names, POINT, cl=cl)
    assert [m.label for m in found.members] == [*labels, "combined"]
    grid = np.linspace(-9.0, 5.0, 1401)
    scanned = verdict(
        names, ContactOperators(POINT.left, POINT.right, factor=grid), cl=cl
    )
    for one in found.members:
        inside = np.zeros(grid.size, dtype=bool)
        for low, high in one.allowed:
            inside |= (grid >= low) & (grid <= high)
        np.testing.assert_array_equal(inside, ~scanned[one.label].excluded)
        for end in np.ravel(one.allowed):
            moved = ContactOperators(POINT.left, POINT.right, factor=float(end))
            exclusion = verdict(names, moved)[one.label].exclusion[0]
            assert exclusion == pytest.approx(cl, abs=1e-6)


def test_the_scale_of_a_point_follows_its_factor() -> None:
    one = factor_limit(["charm2-trident"], POINT)["charm2-trident"]
    assert one.around_zero is not None
    assert one.scale == pytest.approx(one.around_zero[1] ** -0.5)
    assert one.point_allowed
    # coefficients twice as large: half the factor
    twice = ContactOperators({MU: -2e-11}, {MU: 4e-12})
    again = factor_limit(["charm2-trident"], twice)["charm2-trident"]
    np.testing.assert_allclose(np.array(again.allowed) * 2, one.allowed, rtol=1e-9)
    with pytest.raises(InputError, match="flat direction"):
        factor_limit(["charm2-trident"], ContactOperators({(0, 0, 0, 0): 1e-12}))
    with pytest.raises(InputError, match="needs contact operators"):
        factor_limit(["charm2-trident"], nu.StandardModel())  # type: ignore[arg-type]


def test_the_fitted_factor_is_the_minimum_of_the_verdicts_statistic() -> None:
    names = [opened(n) for n in MEASURED[:2]]
    result = fit(joint_cost(names, POINT, ["factor"]))["factor"]

    def height(x: float) -> float:
        model = ContactOperators(POINT.left, POINT.right, factor=x)
        return sum(float(m.pull[0] ** 2) for m in verdict(names, model).members[:2])

    # two valleys of nearly one depth: V + λδV and its mirror
    minima = [
        minimize_scalar(height, bounds=ends, method="bounded")
        for ends in ((-6.0, -2.0), (-1.0, 2.0))
    ]
    best = min(minima, key=lambda found: float(found.fun))
    assert result.value == pytest.approx(best.x, abs=1e-3)


# -- command line -----------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "rs.json"
    values = {"VnueLL_2222": -1e-5, "VnueLR_2222": 2e-6}
    path.write_text(
        json.dumps({"eft": "WET", "basis": "JMS", "scale": 91.2, "values": values})
    )
    return str(path)


def test_limit_and_fit_of_a_file(file: str) -> None:
    code, out, _ = invoke("limit", *MEASURED, "--wcxf", file, "--json")
    assert code == 0
    said = {one["label"]: one for one in json.loads(out)["limits"]}
    expected = factor_limit(MEASURED, WcxfFile(file))
    for one in expected.members:
        assert said[one.label]["allowed_factors"] == [list(i) for i in one.allowed]
    code, out, _ = invoke("fit", *MEASURED, "--wcxf", file, "--json")
    assert code == 0
    read = json.loads(out)
    assert read["parameters"][0]["name"] == "factor"
    assert [v["label"] for v in read["verdict"]["verdicts"]] == [*MEASURED, "combined"]
    code, out, _ = invoke("fit", "ccfr-trident", "--wcxf", file, "--free", "right.1111")
    assert code == 0
    assert "right.1111" in out
    assert "1e-12 1/MeV2" in out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("limit", "--masses", "1:10:3 MeV"), "drop --model"),
        (("limit", "--sides", "1"), "two-sided"),
        (("fit", "--set", "a=1"), "unknown key"),
    ],
)
def test_what_a_file_excludes_is_said(
    file: str, words: tuple[str, ...], says: str
) -> None:
    verb, *rest = words
    words = (verb, "ccfr-trident", *rest, "--wcxf", file)
    found = CliRunner().invoke(cli, list(words))
    assert isinstance(found.exception, InputError)
    assert says in str(found.exception)
    assert "\n" not in str(found.exception)


def test_a_plane_is_scanned_and_drawn(tmp_path: Path) -> None:
    grid = "c_v=-2:2:21,c_a=-2:2:21"
    target, figure = tmp_path / "plane.h5", tmp_path / "plane.svg"
    model = ("--model", "pair-couplings", "--grid", grid)
    code, out, shown = invoke(
        "scan", *MEASURED, *model, "-o", str(target), "--plot", str(figure), "--json"
    )
    assert code == 0, shown
    assert json.loads(out)["points"] == 441
    assert figure.stat().st_size > 1000
    found = CliRunner().invoke(cli, ["fit", "ccfr-trident"])
    assert isinstance(found.exception, InputError)
    assert "--free" in str(found.exception)


def test_a_counting_experiment_that_does_not_see_the_couplings_joins_in() -> None:
    """It adds a constant: the minimum stays."""
    model = PairCouplings()
    ccfr = nu.experiment("ccfr-trident").cost(model, ["c_v"])
    csi = nu.experiment("coherent-csi-2017").cost(model, ["c_v"])
    alone, both = fit(ccfr, ["c_v"]), fit(ccfr + csi, ["c_v"])
    found = [abs(result["c_v"].value) for result in (alone, both)]
    assert found[0] == pytest.approx(found[1], rel=1e-4)
    with pytest.raises(NuprobeError, match="do not determine"):
        fit(csi, ["c_v"])


@pytest.mark.parametrize(
    "name",
    ["conus-plus", pytest.param("connie-projection", marks=pytest.mark.nightly)],
)
def test_no_coupling_is_the_standard_model_whatever_the_default(name: str) -> None:
    """Of a default so large that its counts have no digit left for the others."""
    portal = nu.model("dipole-portal-e", mass=1.0, coupling=0.5)
    terms = [
        nu.experiment(name).cost(model, free=free).terms[0]
        for model, free in ((portal, ["coupling"]), (nu.StandardModel(), []))
    ]
    none, alone = (
        term.expectation(np.zeros((1, size))).base
        for term, size in zip(terms, (1, 0), strict=True)
    )
    np.testing.assert_allclose(none, alone, rtol=1e-11)
