"""Templates of a mediator's mass refuse coefficients of another; mediators of one stack
are told apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.constants import G_FERMI, HBARC_MEV_CM, M_ELECTRON
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment
from nuprobe.models import LightScalar, LightVector, LMuLTau, Model
from nuprobe.prediction import build_templates
from nuprobe.prediction.examples import argon
from nuprobe.processes import exchanges_of


@pytest.fixture(scope="module")
def csi() -> Experiment:
    experiment = nu.experiment("coherent-csi-2017")
    assert isinstance(experiment, Experiment)
    return experiment


@pytest.mark.parametrize(
    "make",
    [
        lambda m: LightVector(m, 3e-4, "b-l"),
        lambda m: LightScalar(m, 3e-4),
        lambda m: LMuLTau(m, 3e-4, "loop"),
    ],
    ids=["vector", "scalar", "loop"],
)
def test_templates_of_one_mass_refuse_coefficients_of_another(
    csi: Experiment, make: Callable[[float], Model]
) -> None:
    light = csi.templates(make(10.0), check=False)
    with pytest.raises(InputError, match=r"mass = 10 MeV, .* has 1000 MeV: rebuild"):
        light.coefficients(make(1000.0))
    with pytest.raises(InputError, match=r"mass = 10 MeV, .* has 10.00001 MeV"):
        light.coefficients(make(10.00001))
    assert light.coefficients(make(10.0)).shape == (3, len(light.terms))


def test_the_right_counts_of_a_heavy_boson(csi: Experiment) -> None:
    model = LightVector(1000.0, 3e-4, "b-l")
    templates = csi.with_changes({"target.nucleon": "point"}).templates(model)
    counts = templates.counts(templates.coefficients(model)).sum()
    assert counts == pytest.approx(197.026, abs=1e-3)


def test_where_the_mass_is_an_axis_that_of_the_model_does_not_matter(
    csi: Experiment,
) -> None:
    along = csi.templates(LightVector(10.0, 3e-4, "b-l"), ["mass"])
    models = [LightVector(m, 3e-4, "b-l") for m in (10.0, 1000.0)]
    rows = [along.coefficients(m) for m in models]
    np.testing.assert_array_equal(rows[0], rows[1])
    point = np.array([[1000.0]])
    direct = csi.templates(models[1])
    np.testing.assert_allclose(
        along.counts(rows[0], point),
        direct.counts(direct.coefficients(models[1])),
        rtol=1e-6,
        atol=1e-9,
    )


# two mediators of one stack, neither with a label
HEAVY = LightVector(200.0, 3e-4, "universal")
STACK = LightVector(200.0, 3e-4, "universal", base=LightVector(10.0, 1e-4, "b-l"))


def _boson(mass: float, g: float, charge: float, q2: float) -> float:
    """Change of a vector coupling by a boson: charges of neutrino and target
    multiplied."""
    return g**2 * charge / (math.sqrt(2) * G_FERMI * (q2 + mass**2))


def test_two_mediators_without_labels_are_two() -> None:
    argon, e, t = nu.target("Ar40", nucleon="point"), 30.0, 0.01
    nucleus = argon.components[0]
    mass, z, n = nucleus.isotope.mass, nucleus.isotope.z, nucleus.isotope.n
    q2 = 2 * mass * t
    sm = nu.StandardModel().couplings().vector[0].charges
    # B - L: neutrinos -1, nucleons 1; universal: neutrinos 1, nucleons 3
    extra = _boson(200.0, 3e-4, 3.0, q2) + _boson(10.0, 1e-4, -1.0, q2)
    g_p, g_n = (sm[k][1, 1] + extra for k in ("p", "n"))
    amplitude = g_p * z * nucleus.ff_p(q2) + g_n * n * nucleus.ff_n(q2)
    factor = G_FERMI**2 * mass / np.pi * (1 - t / e - mass * t / (2 * e**2))
    exact = float(factor * amplitude**2 * HBARC_MEV_CM**2)
    found = float(nu.cevns.differential(e, t, argon, STACK, "nu_mu"))
    assert found == pytest.approx(exact, rel=1e-12, abs=0)
    assert found * 1e-3 == pytest.approx(2.50305e-40, rel=1e-5, abs=0)  # per keV


def test_two_mediators_without_labels_are_two_to_electrons() -> None:
    e, t = 3.0, 0.05
    q2 = 2 * M_ELECTRON * t
    sm = nu.StandardModel().couplings().vector[0].charges
    # universal: 1 × 1; B - L: -1 × -1
    extra = _boson(200.0, 3e-4, 1.0, q2) + _boson(10.0, 1e-4, 1.0, q2)
    v, a = sm["e"][1, 1] + extra, sm["e_axial"][1, 1]
    left, right = (v + a) / 2, (v - a) / 2
    exact = 2 * G_FERMI**2 * M_ELECTRON / np.pi * HBARC_MEV_CM**2
    exact *= (
        left**2 + right**2 * (1 - t / e) ** 2 - left * right * M_ELECTRON * t / e**2
    )
    found = float(nu.electron.differential(e, t, STACK, "nu_mu"))
    assert found == pytest.approx(exact, rel=1e-12, abs=0)


def test_their_terms_have_names_of_their_own() -> None:
    exchanges = exchanges_of(STACK.couplings())
    assert exchanges.masses == (10.0, 200.0)
    for process in ("cevns", "electron"):
        terms = nu.process(process).terms(exchanges)
        assert len(set(terms)) == len(terms)
    templates = build_templates(replace(argon(), exchanges_at=exchanges.at))
    counts = templates.counts(templates.coefficients(STACK)).sum()
    # another order of the stack is the same physics
    other = LightVector(10.0, 1e-4, "b-l", base=HEAVY)
    moved = exchanges_of(other.couplings())
    assert moved.masses == (200.0, 10.0)
    swapped = build_templates(replace(argon(), exchanges_at=moved.at))
    assert swapped.counts(swapped.coefficients(other)).sum() == pytest.approx(
        counts, rel=1e-12, abs=0
    )
    # templates of one order take the coefficients of the other: fixed masses count
    assert templates.counts(templates.coefficients(other)).sum() == pytest.approx(
        counts, rel=1e-12, abs=0
    )


def test_two_mediators_of_one_mass_are_one_exchange(csi: Experiment) -> None:
    one = LightVector(50.0, 1e-4, "b-l")
    twice = LightVector(50.0, 1e-4, "b-l", base=one)
    stronger = LightVector(50.0, 1e-4 * np.sqrt(2), "b-l")
    labelled = LightVector(50.0, 1e-4, "b-l", base=one, label="second.")
    exact = nu.cevns.total(30.0, "Ar40", stronger, "nu_e", threshold=1e-3)
    for model in (twice, labelled):
        found = nu.cevns.total(30.0, "Ar40", model, "nu_e", threshold=1e-3)
        assert found == pytest.approx(float(exact), rel=1e-12, abs=0)
    # templates of one mediator take two of its mass
    templates = csi.templates(one, check=False)
    np.testing.assert_allclose(
        templates.coefficients(labelled), templates.coefficients(stronger), rtol=1e-12
    )
