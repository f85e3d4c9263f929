"""Recoils that ionise nothing, rates that are infinite, and the accuracy asked for."""

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import ndtr

import nuprobe as nu
from nuprobe.detectors import ConstantQuenching, LindhardQuenching, Response
from nuprobe.errors import (
    ComputationError,
    ExperimentFileError,
    InputError,
    ValidityWarning,
)
from nuprobe.experiments import Experiment, experiment
from nuprobe.fluxes import Flux, tabulated
from nuprobe.models import Model
from nuprobe.nuclei import smallest_signal
from nuprobe.numerics import FloatArray
from nuprobe.parameters import Parameter
from nuprobe.prediction import Axis, Setup, build_templates
from nuprobe.prediction.examples import argon
from nuprobe.processes import Exchanges, exchanges_of
from nuprobe.units import cm2, eV, keV

SM = nu.StandardModel()
MOMENT = nu.Electromagnetic(mu_eff={"e": 1e-10})
CHARGE = nu.Electromagnetic(charge={"ee": 1e-12})

GERMANIUM = """\
schema_version = 1
name = "mine"
title = "10 kg of germanium at 25 m"
process = "cevns"
projection = true

[target]
material = "Ge"
mass = "10 kg"

[flux]
name = "reactor"
exposure = 2.6e27
distance = "25 m"

[response]
observable = "energy"
unit = "keVee"
light_yield = "1 1/keV"
quenching = { kind = "lindhard", k = 0.162, z = 32 }
smearing = { kind = "gaussian", resolution = [0.03, 0.0, 0.0] }

[binning.energy]
start = 0.1
stop = 0.5
bins = 20

[analyses.rate]
title = "rate"
statistic = "poisson"
"""


@pytest.fixture(scope="module")
def germanium(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    folder: Path = tmp_path_factory.mktemp("ge")
    (folder / "experiment.toml").write_text(GERMANIUM, encoding="utf-8")
    return experiment(str(folder), Experiment)


def by_hand(model: Model, floor: float) -> float:
    """Counts above the recoil that gives the floor (MeV), by the trapezium rule in the
    logarithm of the recoil."""
    source = nu.flux("reactor")
    nuclei = 10e3 / (nu.target("Ge").mass * 1.66053906660e-24 / 931.49410242)
    fluence = source.total("nubar_e") * 2.6e27 / (4 * np.pi * 2500.0**2)

    def light(t: FloatArray) -> FloatArray:
        epsilon = 11.5 * 32 ** (-7 / 3) * np.asarray(t) * 1e3
        g = 3 * epsilon**0.15 + 0.7 * epsilon**0.6 + epsilon
        return np.asarray(t * 0.162 * g / (1 + 0.162 * g))

    first = brentq(lambda t: float(light(t)) - floor, 1e-10, 1e-3)
    grid = np.geomspace(first, 2.1e-3, 3000)
    sigma = nu.cevns.averaged(source, grid, "Ge", model, "nubar_e")
    grid, sigma = grid[sigma > 0], sigma[sigma > 0]
    spline = CubicSpline(np.log(grid), np.log(sigma))
    u = np.linspace(np.log(first), np.log(grid[-1]), 300_001)
    mean = light(np.exp(u))
    seen = ndtr((0.5e-3 - mean) / 30e-6) - ndtr((0.1e-3 - mean) / 30e-6)
    return float(nuclei * fluence * np.trapezoid(np.exp(spline(u) + u) * seen, u))


@pytest.mark.parametrize(
    "model",
    [SM, MOMENT, CHARGE, nu.model("b-l", mass=1.0, coupling=1e-5)],
    ids=["sm", "moment", "charge", "b-l"],
)
def test_ordinary_germanium(germanium: Experiment, model: Model) -> None:
    counts = germanium.predict(model).signal.sum()
    assert counts == pytest.approx(by_hand(model, 2.96e-6), rel=1e-5)


def test_the_floor_is_a_key_of_the_response(germanium: Experiment) -> None:
    higher = germanium.with_changes({"response.floor": "10 eV"})
    assert higher.predict(MOMENT).signal.sum() == pytest.approx(
        by_hand(MOMENT, 10e-6), rel=1e-5
    )
    with pytest.raises(ExperimentFileError, match=r"response\.floor"):
        germanium.with_changes({"response.floor": "-1 eV"})
    with pytest.raises(ExperimentFileError, match=r"response\.floor"):
        germanium.with_changes({"response.floor": "3 fm"})


@pytest.mark.parametrize(("model", "power"), [(MOMENT, "1/T "), (CHARGE, "1/T²")])
def test_an_infinite_rate_is_told_at_once(
    germanium: Experiment, model: Model, power: str
) -> None:
    bare = germanium.with_changes({"response.floor": "none"})
    assert bare.predict(SM).signal.sum() > germanium.predict(SM).signal.sum()
    start = time.process_time()
    with pytest.raises(InputError, match="infinite") as caught:
        bare.predict(model)
    assert time.process_time() - start < 1.0
    assert power in str(caught.value)
    assert "response.floor" in str(caught.value)


def test_heat_has_no_quantum(germanium: Experiment) -> None:
    heat = {"kind": "constant", "factor": 1.0}
    changes = {"response.quenching": heat}
    bolometer = germanium.with_changes(changes)
    bare = germanium.with_changes({**changes, "response.floor": "none"})
    assert bolometer.predict(SM).signal.sum() == bare.predict(SM).signal.sum()
    with pytest.raises(InputError, match="infinite"):
        bolometer.predict(MOMENT)


def test_shipped_germanium_takes_a_charge() -> None:
    conus = experiment("conus-plus", Experiment)
    assert np.isfinite(conus.predict(CHARGE).signal).all()
    with pytest.raises(InputError, match="Ge70 is infinite"):
        conus.with_changes({"response.floor": "none"}).predict(CHARGE)


def _counting(first: int, model: Model) -> Setup:
    exchanges = exchanges_of(model.couplings())
    return Setup(
        flux=nu.flux("sns"),
        target_at=lambda values: nu.target("Ar40"),
        response_at=lambda values: Response(
            np.array([first, 30.0]), 1 / keV, ConstantQuenching(0.25)
        ),
        formula_units=1e27,
        fluence=1e15 / cm2,
        exchanges_at=lambda values: exchanges,
    )


@pytest.mark.parametrize(
    ("first", "model", "finite"),
    [
        (0, MOMENT, False),
        (1, MOMENT, True),
        (1, CHARGE, False),
        (2, CHARGE, True),
        (0, SM, True),
    ],
)
def test_counts_fall_with_a_power_of_the_recoil(
    first: int, model: Model, finite: bool
) -> None:
    # the chance of n counts goes as T^n
    if finite:
        templates = build_templates(_counting(first, model))
        assert np.isfinite(templates.counts(templates.coefficients(model))).all()
        return
    with pytest.raises(InputError, match="Ar40 is infinite"):
        build_templates(_counting(first, model))


def test_nothing_below_the_floor() -> None:
    plain: dict[str, Any] = {
        "edges": np.array([0.05, 1.0]),
        "light_yield": 1 / keV,
        "quenching": LindhardQuenching(0.162, 32),
        "smearing": "gaussian",
        "resolution": (0.03, 0.0, 0.0),
    }
    response, bare = Response(**plain, floor=3 * eV), Response(**plain)
    t = np.geomspace(1e-7, 1e-3, 200)
    light = LindhardQuenching(0.162, 32)(t)
    expected = np.where(light >= 3 * eV, bare.matrix(t), 0.0)
    np.testing.assert_array_equal(response.matrix(t), expected)
    low, _ = response.window(1e-3)
    assert float(LindhardQuenching(0.162, 32)(np.array(low))) == pytest.approx(3 * eV)
    # twice the light per recoil lets half of it be the smallest signal
    double = response.scaled(2.0)
    low, _ = double.window(1e-3)
    assert float(LindhardQuenching(0.162, 32)(np.array(low))) == pytest.approx(1.5 * eV)
    with pytest.raises(InputError, match="floor"):
        Response(**plain, floor=-1.0)
    assert smallest_signal("Cs") is None
    for symbol, value in (("Ge", 2.96), ("Si", 3.62), ("Xe", 13.7), ("Ar", 19.5)):
        found = smallest_signal(symbol)
        assert found == pytest.approx(value * eV)


def test_a_flux_with_many_steps() -> None:
    rng = np.random.default_rng(5)
    energies = np.linspace(2.0, 50.0, 61)
    heights = rng.uniform(0.2, 1.0, energies.size)
    flux = Flux("jagged", (tabulated("all", "nu_mu", energies, heights),), "unit")
    edges = np.array([5.0, 9.0, 14.0, 30.0])
    setup = Setup(
        flux=flux,
        target_at=lambda values: nu.target("Ar40"),
        response_at=lambda values: Response(
            edges, 1 / keV, ConstantQuenching(0.25), smearing="none"
        ),
        formula_units=1e27,
        fluence=1e15 / cm2,
    )
    templates = build_templates(setup)
    got = templates.counts(templates.coefficients(SM))[0]
    t = np.linspace(4 * edges[0], 4 * edges[-1], 400_001) * keV
    sigma = nu.cevns.averaged(flux, t, "Ar40", SM, "nu_mu") * flux.total("nu_mu")
    for i, (low, high) in enumerate(pairwise(edges)):
        inside = (t >= 4 * low * keV * (1 - 1e-9)) & (t <= 4 * high * keV * (1 + 1e-9))
        exact = np.trapezoid(sigma[inside], t[inside]) * 1e27 * 1e15
        assert got[i] == pytest.approx(exact, rel=2e-6)


def test_the_accuracy_asked_for() -> None:
    setup = argon()
    assert build_templates(setup).error < 1e-6
    with pytest.warns(ValidityWarning, match=r"reaches .*, not 1\.0e-17"):
        build_templates(setup, rtol=1e-17)
    for bad in (0.0, 1.0, -1e-6, float("nan")):
        with pytest.raises(InputError, match="rtol"):
            build_templates(setup, rtol=bad)


def test_nodes_along_a_mass_grow() -> None:
    def model_at(mass: float) -> nu.LightVector:
        return nu.LightVector(mass, 1e-4, "universal")

    def exchanges_at(values: Mapping[str, float]) -> Exchanges:
        return exchanges_of(model_at(values.get("mass", 10.0)).couplings())

    setup = replace(_counting(2, SM), exchanges_at=exchanges_at)
    mass = next(p for p in model_at(10.0).mass_parameters)
    parameter = Parameter("mass", 10.0, 1e-2, 1e4, unit=mass.unit)
    axis = Axis(parameter, nodes=12, acts_on="kernel", log=True)
    templates = build_templates(setup, [axis])
    assert templates.axes[0].nodes > 12
    assert max(templates.axis_error) < 1e-6
    for m in (0.03, 3.0, 700.0):
        fixed = exchanges_at({"mass": m})
        direct = build_templates(replace(setup, exchanges_at=lambda _, x=fixed: x))  # type: ignore[misc]
        coefficients = direct.coefficients(model_at(m))
        exact = direct.counts(coefficients)
        found = templates.counts(templates.coefficients(model_at(m)), np.array([[m]]))
        np.testing.assert_allclose(found, exact, rtol=1e-5)


def test_a_radius_with_too_few_nodes_is_refused() -> None:
    def target_at(values: Any) -> Any:
        return nu.target("Ar40", r_n=values["rn"] / 197.3269804)

    setup = Setup(
        flux=nu.flux("sns"),
        target_at=target_at,
        response_at=lambda values: Response(
            np.array([5.0, 30.0]), 1 / keV, ConstantQuenching(0.25)
        ),
        formula_units=1e27,
        fluence=1e15 / cm2,
    )
    axis = Axis(Parameter("rn", 3.5, 1.7, 8.0, unit="fm"), ("Ar40",), nodes=5)
    with pytest.raises(ComputationError, match="interpolation along rn reaches only"):
        build_templates(setup, [axis])


@pytest.mark.parametrize("floor", [0.0, 20 * eV])
def test_a_light_mediator_without_a_floor_names_the_floor(floor: float) -> None:
    """Noise of 1 keV lifts recoils without signal into the bins, where dσ/dT of a light
    mediator grows as 1/T²."""

    def model_at(mass: float) -> nu.LightVector:
        return nu.LightVector(mass, 1e-4, "universal")

    response = Response(
        np.array([2.0, 30.0]),
        1 / keV,
        ConstantQuenching(0.25),
        smearing="gaussian",
        resolution=(1.0, 0.0, 0.0),
        floor=floor,
    )
    setup = replace(
        argon(),
        response_at=lambda values: response,
        exchanges_at=lambda values: exchanges_of(
            model_at(values.get("mass", 10.0)).couplings()
        ),
    )
    unit = next(p for p in model_at(10.0).mass_parameters).unit
    parameter = Parameter("mass", 10.0, 1e-3, 1e3, unit=unit)
    axis = Axis(parameter, nodes=12, acts_on="kernel", log=True)
    if floor:
        assert max(build_templates(setup, [axis]).axis_error) < 1e-4
        return
    with pytest.raises(ComputationError) as info:
        build_templates(setup, [axis])
    text = str(info.value)
    assert "light mediator grows as 1/T" in text
    assert "response.floor = " in text
    assert len(text.splitlines()) == 1
