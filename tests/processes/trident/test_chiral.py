"""Bosons of spin 1 with axial couplings in tridents: limits, a second integration,
events of an explicit matrix element, and scattering on electrons."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from click.testing import CliRunner

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.errors import InputError
from nuprobe.events import trident as events
from nuprobe.experiments import TridentExperiment, factor_limit, limit, verdict
from nuprobe.experiments.scanned import Scanned
from nuprobe.models import (
    ChiralVector,
    ContactOperators,
    LightVector,
    LMuLTau,
    StandardModel,
    VectorCharges,
)
from nuprobe.numerics import gauss_legendre
from nuprobe.processes import trident
from nuprobe.processes.trident.quadrature import direct
from nuprobe.processes.trident.tables import evaluate

MUMU = "nu_mu -> nu_mu mu+ mu-"
ENERGIES = np.array([1.5e3, 1e4, 1.6e5])
MUON, NONE = (0.0, 1.0, 0.0), (0.0, 0.0, 0.0)
PAIRS = ((1.0, 0.0), (0.0, 1.0), (1.0, -1.0), (0.3, 0.8))

pytestmark = pytest.mark.filterwarnings("ignore::nuprobe.errors.ValidityWarning")


def boson(mass: float, g: float, left: float, right: float) -> ChiralVector:
    return ChiralVector(mass, g, left=(0.0, left, 0.0), right=(0.0, right, 0.0))


@pytest.mark.parametrize("regime", ["coherent", "proton", "inelastic"])
def test_equal_charges_are_the_vector_boson(regime: str) -> None:
    vector = LMuLTau(mass=50.0, coupling=1e-3)
    same = boson(50.0, 1e-3, 1.0, 1.0)
    got, expected = (
        trident.total(ENERGIES, MUMU, "Fe56", m, regime) for m in (same, vector)
    )
    np.testing.assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(("regime", "rtol"), [("coherent", 5e-6), ("inelastic", 3e-3)])
def test_a_heavy_boson_is_its_contact_operators(
    pair: tuple[float, float], regime: str, rtol: float
) -> None:
    mass, g = 1e6, 2.0
    heavy = boson(mass, g, *pair)
    left, right = ({(1, 1, 1, 1): -(g**2) * q / mass**2} for q in pair)
    contact = ContactOperators(left, right)
    # well above the threshold of a broken nucleon, K² << M² still
    energies = ENERGIES[1:] if regime == "inelastic" else ENERGIES
    got, expected, standard = (
        trident.total(energies, MUMU, "Fe56", m, regime)
        for m in (heavy, contact, StandardModel())
    )
    assert np.all(np.abs(expected / standard - 1) > 0.005)
    np.testing.assert_allclose(got, expected, rtol=rtol)


@pytest.mark.parametrize(
    "mass", [30.0, *(pytest.param(m, marks=pytest.mark.nightly) for m in (0.2, 1e3))]
)
def test_tables_of_aa_are_the_integrals(mass: float) -> None:
    model = boson(mass, 1e-3 * max(1.0, mass / 100), 1.0, -1.0)
    got, exact = (
        trident.total([2e3, 1.6e5], MUMU, "Ar40", model, "coherent", exact=x)
        for x in (False, True)
    )
    np.testing.assert_allclose(got, exact, rtol=1e-4)


def test_tables_of_aa_at_random_points_and_beyond() -> None:
    random = np.random.default_rng(3)
    m = 105.658
    q2 = 10 ** random.uniform(0, 6, 12)
    x_max = q2 + 4 * m**2 * (1 + 10 ** random.uniform(-1.5, 4, 12))
    masses = np.array([1e-2, 1.0, 100.0, 1e4, 1e8])
    _, got, error = evaluate(x_max, q2, m, m, masses, axial=True)
    _, expected = direct(x_max, q2, m, m, masses, axial=True)
    assert error < 2e-4
    np.testing.assert_allclose(
        got[:, [0, 2, 3, 4]], expected[:, [0, 2, 3, 4]], rtol=3e-4
    )
    # means of a propagator obey Cauchy and Schwarz
    base, _, _ = evaluate(x_max, q2, m, m)
    once, twice = got[:, 3], got[:, 4]
    assert np.all(twice * base[:, 1, :, None] > once**2 * (1 - 1e-3))


def test_a_light_axial_boson_grows_with_its_inverse_mass() -> None:
    """The axial current of a massive lepton is not conserved: forward, where K² → 0,
    AA stays finite (Adler) and ∫dK²/(K² + M²)² is 1/M²; VV falls with K²."""
    light = [boson(m, 1e-3, 1.0, -1.0) for m in (0.2, 0.4)]
    values = [float(trident.total(1e4, MUMU, "Ar40", m, "coherent")) for m in light]
    assert values[0] / values[1] == pytest.approx(4.0, rel=0.01)
    vector = [boson(m, 1e-3, 1.0, 1.0) for m in (0.2, 0.4)]
    values = [float(trident.total(1e4, MUMU, "Ar40", m, "coherent")) for m in vector]
    assert 1 < values[0] / values[1] < 1.5


@pytest.mark.parametrize(
    "pair", [pytest.param((1.0, -1.0), marks=pytest.mark.nightly), (0.0, 1.0)]
)
def test_events_of_the_explicit_matrix_element_agree(pair: tuple[float, float]) -> None:
    """Monte Carlo over 2 → 4 phase space, which knows no structure functions."""
    model = boson(100.0, 2e-3, *pair)
    expected = float(trident.total(2e4, MUMU, "Ar40", model, "coherent"))
    made = events(MUMU, "Ar40", 2e4, model=model, regime="coherent").generate(20_000)
    assert made.error < 0.01 * made.sigma
    assert abs(made.sigma - expected) < 4 * made.error
    # and from events of the Standard Model by their weights
    standard = events(MUMU, "Ar40", 2e4, regime="coherent").generate(20_000)
    weights = standard.events.weights(model)
    error = np.sqrt((weights**2).sum()) / standard.trials
    assert abs(weights.sum() / standard.trials - expected) < 4 * error


def test_spectra_integrate_to_the_total() -> None:
    """Two bosons: their interference as a difference of propagators against the sum at
    each K²."""
    both = ChiralVector(
        80.0,
        1e-3,
        right=(0.0, -0.5, 0.0),
        base=boson(500.0, 4e-3, 0.2, 1.0),
        label="2.",
    )
    edges = np.geomspace(1.0, 1e9, 12)
    edges[0] = 0.0
    found = trident.spectrum("k2", edges, MUMU, "Ar40", 1e4, both, "coherent")
    total = float(trident.total(1e4, MUMU, "Ar40", both, "coherent"))
    summed = float((found.values * np.diff(edges)).sum())
    assert summed == pytest.approx(total, rel=2e-3)


def test_coefficients_are_those_of_the_squared_sum() -> None:
    light, heavy = boson(80.0, 1e-3, 1.0, -0.5), boson(500.0, 4e-3, 0.2, 1.0)
    both = ChiralVector(80.0, 1e-3, right=(0.0, -0.5, 0.0), base=heavy, label="2.")
    assert trident.terms(1, axial=True)[-2:] == ("AAd", "dd")
    weights = trident.coefficients(both, MUMU)
    couplings = [trident.lepton_couplings(m, MUMU).mediators[0] for m in (heavy, light)]
    standard = trident.lepton_couplings(StandardModel(), MUMU)
    for k2 in (10.0, 1e4, 1e6):
        one = [1 / (k2 + m.mass**2) for m in couplings]
        v = float(standard.vector) + sum(
            float(m.strength) * p for m, p in zip(couplings, one, strict=True)
        )
        a = float(standard.axial) + sum(
            float(m.axial) * p for m, p in zip(couplings, one, strict=True)
        )
        vv, aa = weights[0], weights[1]
        for p, row in zip(one, weights[3:].reshape(2, 5), strict=True):
            vv += row[0] * p + row[2] * p**2
            aa += row[3] * p + row[4] * p**2
        assert vv == pytest.approx(v**2, rel=1e-9)
        assert aa == pytest.approx(a**2, rel=1e-9)


def test_parts_add_up_and_the_mixed_one_changes_sign_with_the_charges() -> None:
    model, other = boson(80.0, 1e-3, 1.0, -0.5), boson(80.0, 1e-3, -1.0, 0.5)
    found, turned = (trident.parts(1e4, MUMU, "Ar40", m) for m in (model, other))
    total = float(trident.total(1e4, MUMU, "Ar40", model))
    assert float(found.total) == pytest.approx(total, rel=1e-9)
    standard = float(trident.total(1e4, MUMU, "Ar40"))
    assert float(found.standard) == pytest.approx(standard, rel=1e-9)
    assert float(turned.interference) == pytest.approx(-float(found.interference))
    assert float(turned.mediator) == pytest.approx(float(found.mediator))


@pytest.mark.nightly
def test_an_average_over_a_flux_is_the_integral() -> None:
    model = boson(50.0, 2e-3, 1.0, -0.4)
    flux = nu.flux("charm2-nu")
    (component,) = flux.of(nu.trident.channel(MUMU).incoming)
    t, w = gauss_legendre(4)
    low, high = np.array(component.edges[:-1]), np.array(component.edges[1:])
    e = (low[:, None] + (high - low)[:, None] * t).ravel()
    weight = ((high - low)[:, None] * w).ravel() * component.continuum(e)
    live = (weight > 0) & (e > 500)
    sigma = trident.total(e[live], MUMU, "Si28", model, "coherent")
    expected = weight[live] @ sigma / flux.total("nu_mu")
    got = trident.flux_averaged(flux, MUMU, "Si28", model, "coherent")
    assert got == pytest.approx(expected, rel=3e-4)


# -- experiments ------------------------------------------------------------------


def test_the_plane_of_mass_and_coupling_is_the_computed_one() -> None:
    ccfr = nu.experiment("ccfr-trident", TridentExperiment)
    for name, (mass, g) in itertools.product(
        ("left-vector", "axial-vector"), ((20.0, 4e-4), (3e3, 5e-3))
    ):
        prediction = ccfr.prediction(Scanned.of(name))
        point = np.array([[mass, g]])
        expected = ccfr.predict(nu.model(name, mass=mass, coupling=g)).ratio
        got = prediction.expectation(point).base[0, 0]
        assert got == pytest.approx(expected, rel=5e-6)
        slope = prediction.jacobian(point)[0][0, :, 0]
        for i in range(2):
            step = np.zeros((1, 2))
            step[0, i] = 1e-4 * point[0, i]
            up, down = (
                prediction.expectation(point + x).base[0, 0] for x in (step, -step)
            )
            assert slope[i] == pytest.approx((up - down) / (2 * step[0, i]), rel=1e-6)


def test_the_edge_of_a_limit_is_that_of_the_verdict() -> None:
    curve = limit(["ccfr-trident"], "right-vector", mass=[200.0])["ccfr-trident"]
    for factor, words in ((0.995, "allowed"), (1.005, "excluded")):
        one = boson(200.0, float(curve.coupling[0]) * factor, 0.0, 1.0)
        assert verdict(["ccfr-trident"], one)["ccfr-trident"].words == [words]


def test_the_heavy_limit_is_that_of_operators() -> None:
    """m/g of a left-handed boson from CCFR, and C_L = −g²/M² at the edge."""
    curve = limit(["ccfr-trident"], "left-vector", mass=[1e6])["ccfr-trident"]
    size = -(float(curve.coupling[0] / curve.mass[0]) ** 2)
    edge = factor_limit(["ccfr-trident"], ContactOperators({(1, 1, 1, 1): size}))
    assert edge["ccfr-trident"].around_zero is not None
    assert edge["ccfr-trident"].around_zero[1] == pytest.approx(1.0, rel=1e-3)


# -- electrons, refusals, command line --------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
def test_electrons_see_the_same_operators(pair: tuple[float, float]) -> None:
    mass, g = 1e5, 2.0
    heavy = ChiralVector(mass, g, left=(pair[0], 0.0, 0.0), right=(pair[1], 0.0, 0.0))
    left, right = ({(1, 1, 0, 0): -(g**2) * q / mass**2} for q in pair)
    contact = ContactOperators(left, right)
    t = np.array([0.1, 1.0, 5.0])
    for flavour in ("nu_mu", "nubar_mu"):
        got, expected = (
            nu.electron.differential(10.0, t, m, flavour=flavour)
            for m in (heavy, contact)
        )
        np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_charges_by_vector_and_axial_part_are_the_same_boson() -> None:
    charges = VectorCharges(
        neutrinos=MUON, leptons=(0.0, 0.25, 0.0), u=0.0, d=0.0, axial=(0.0, 0.75, 0.0)
    )
    one = LightVector(100.0, 1e-3, charges=charges)
    other = boson(100.0, 1e-3, 1.0, -0.5)
    a, b = (float(trident.total(1e4, MUMU, "Ar40", m)) for m in (one, other))
    assert a == pytest.approx(b, rel=1e-12)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"neutrinos": NONE}, "without a coupling to neutrinos"),
        ({"left": (1.0, 2.0)}, "three charges"),
        ({"right": (0.0, float("nan"), 0.0)}, "finite"),
        ({"mixing": "loop"}, "add up to zero"),
    ],
)
def test_impossible_bosons_are_refused_in_a_line(
    values: dict[str, object], says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        ChiralVector(10.0, 1e-3, **values)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_axial_terms_must_have_been_averaged() -> None:
    mean = trident.average("charm2-nu", [MUMU], "Si28", "coherent", mediators=[50.0])
    with pytest.raises(InputError, match="axial=True"):
        mean.total(boson(50.0, 1e-3, 1.0, 0.0))
    assert mean.total(boson(50.0, 1e-3, 1.0, 1.0)) > 0


def test_the_command_line_and_files_know_them(tmp_path: object) -> None:
    words = ["xsec", "trident", "--channel", MUMU, "--target", "Fe56", "--json"]
    words += ["--energy", "20 GeV", "--model", "axial-vector"]
    words += ["--param", "mass=50 MeV", "--param", "coupling=1e-4"]
    found = CliRunner().invoke(cli, words)
    assert found.exit_code == 0, found.exception
    path = f"{tmp_path}/model.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            "model:\n  - chiral-vector: {mass: 50 MeV, coupling: 1e-4,"
            " neutrinos: [0, 1, 0], left: [0, 1, 0], right: [0, -1, 0]}\n"
        )
    one = nu.model(path)
    expected = float(trident.total(2e4, MUMU, "Fe56", one))
    assert f"{expected:.4e}"[:6] in found.stdout
    limits = ["limit", "ccfr-trident", "--family", "left-vector", "--masses"]
    assert CliRunner().invoke(cli, [*limits, "1:100:2 GeV"]).exit_code == 0
