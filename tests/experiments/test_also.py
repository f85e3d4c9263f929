"""Several processes of one detector: counts add up, each has its own response."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.experiments.folders import write

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment
from nuprobe.experiments.limits import family_cost

LIBRARY = Path(nu.__file__).parent / "experiments" / "library"
ELECTRONS = {
    "process": "electron",
    "response": {"quenching": {"kind": "constant", "factor": 1.0}},
}
MODEL = nu.Electromagnetic(magnetic_moment={"ee": 1e-9, "mumu": 2e-9})


@pytest.fixture
def alone(tmp_path: Path) -> Experiment:
    experiment = nu.experiment(write(tmp_path / "invented"))
    assert isinstance(experiment, Experiment)
    return experiment


@pytest.fixture
def both(alone: Experiment) -> Experiment:
    return alone.with_changes({"schema_version": 2, "also": [ELECTRONS]})


@pytest.fixture
def electrons(alone: Experiment) -> Experiment:
    """The same detector as a file of electron scattering alone."""
    kept = {k: v for k, v in alone.raw["target"].items() if k in ("material", "mass")}
    return alone.with_changes(
        {
            "process": "electron",
            "target": kept,
            "parameters": [],
            "response.quenching": {"kind": "constant", "factor": 1.0},
        }
    )


def test_counts_add_up(
    alone: Experiment, both: Experiment, electrons: Experiment
) -> None:
    assert [p.name for p in both.processes] == ["cevns", "electron"]
    for model in (nu.StandardModel(), MODEL, nu.LightVector(1.0, 1e-4, "b-l")):
        parts = [e.predict(model).signal for e in (alone, electrons)]
        found = both.predict(model).signal
        np.testing.assert_allclose(found, parts[0] + parts[1], rtol=1e-12)
        assert parts[1].sum() > 0
    together = both.templates(MODEL)
    assert "cevns:pn" in together.terms
    assert "electron:magnetic" in together.terms
    assert together.isotopes == ("Cs133", "I127", "Cs electrons", "I electrons")


def test_what_acts_on_one_process_leaves_the_other_alone(
    alone: Experiment, both: Experiment, electrons: Experiment
) -> None:
    fixed = electrons.predict().signal
    for values in ({"rn": 4.0}, {"light": 0.8}):
        found = both.predict(values=values).signal
        expected = alone.predict(values=values).signal + fixed
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    # the systematic of the quenching
    effects = {e.nuisance.name: e for e in both.prediction().effects}
    single = {e.nuisance.name: e for e in alone.prediction().effects}
    shapes = [each["light-yield"].shape for each in (effects, single)]
    model = nu.StandardModel()
    counts = [s.counts(s.coefficients(model)) for s in shapes if s is not None]
    np.testing.assert_allclose(counts[0], counts[1], rtol=1e-9, atol=1e-12)


def test_a_published_signal_is_that_of_the_first_process(
    both: Experiment, electrons: Experiment
) -> None:
    """The nuclei get the published counts, the electrons stay what they are; fits and
    response systematics see the same factor."""
    name = both.analyses[0]
    changes = {
        f"analyses.{name}.signal": {"table": "counts.csv", "column": "on"},
        f"analyses.{name}.time_bins": False,
    }
    plain = both.with_changes({f"analyses.{name}.time_bins": False})
    scaled = both.with_changes(changes)
    published = scaled.observed_counts("on")
    alone = electrons.with_changes({f"analyses.{name}.time_bins": False}).predict()
    np.testing.assert_allclose(
        scaled.predict().signal.ravel(), published + alone.signal.ravel(), rtol=1e-9
    )
    nuclei = plain.predict().signal.ravel() - alone.signal.ravel()
    points = np.array([[0.2], [0.3]])
    before, after, leptons = (
        e.prediction(free=["sin2_theta_w"])
        for e in (plain, scaled, electrons_of(plain))
    )
    np.testing.assert_allclose(
        after.signal(points) - leptons.signal(points),
        (before.signal(points) - leptons.signal(points)) * published / nuclei,
        rtol=1e-9,
    )
    light = {e.nuisance.name: e for e in before.effects}["light-yield"]
    moved = {e.nuisance.name: e for e in after.effects}["light-yield"]
    np.testing.assert_allclose(
        after.signal_change(moved, points),
        before.signal_change(light, points) * published / nuclei,
        rtol=1e-9,
    )


def electrons_of(both: Experiment) -> Experiment:
    """Electron scattering alone of an experiment that counts both."""
    kept = {k: v for k, v in both.raw["target"].items() if k in ("material", "mass")}
    return both.with_changes(
        {
            "also": [],
            "process": "electron",
            "target": kept,
            "parameters": [],
            "response.quenching": {"kind": "constant", "factor": 1.0},
        }
    )


def test_both_are_in_the_fit(
    alone: Experiment, both: Experiment, electrons: Experiment
) -> None:
    boson = nu.LightVector(0.1, 0.0, "b-l")
    points = np.array([[0.0], [1e-5], [1e-3]])
    predictions = [e.prediction(boson, ["coupling"]) for e in (alone, electrons, both)]
    nuclei, leptons, together = (p.signal(points) for p in predictions)
    np.testing.assert_allclose(together, nuclei + leptons, rtol=1e-12)
    assert leptons[2].sum() > 100 * leptons[0].sum()
    slopes = [p.jacobian(points)[0] for p in predictions]
    np.testing.assert_allclose(slopes[2], slopes[0] + slopes[1], rtol=1e-9, atol=1e-6)
    best = both.cost(boson, ["coupling"]).profiled(points[:2]).twice_nll
    assert np.isfinite(best).all()


LEPTONIC = nu.LightVector(1.0, 1e-5, "le-lmu")


def test_a_boson_that_nuclei_do_not_feel(alone: Experiment) -> None:
    with pytest.raises(InputError, match="does not couple to nuclei, so"):
        family_cost(alone, LEPTONIC)


def test_electrons_limit_a_boson_that_nuclei_do_not_feel(both: Experiment) -> None:
    curve = nu.limit([both], LEPTONIC, mass=[1.0, 10.0]).curves[0]
    assert np.isfinite(curve.coupling).all()


@pytest.mark.parametrize(
    ("also", "hint"),
    [
        ([{"process": "electrons"}], "unknown process 'electrons'.*electron"),
        ([{"process": "cevns"}], "process 'cevns' is given twice"),
        ([ELECTRONS, ELECTRONS], "process 'electron' is given twice"),
        ([{"process": "electron", "options": {"axial": True}}], "option of process"),
        ([{"process": "electron", "response": {"yield": 1}}], "yield"),
        ([{"process": "electron", "exposure": 3}], "exposure"),
        ([{**ELECTRONS, "shape": {"table": "x.csv"}}], r"\[binning.shape\] and the"),
    ],
)
def test_mistakes_are_named(alone: Experiment, also: object, hint: str) -> None:
    with pytest.raises(ExperimentFileError, match=hint):
        alone.with_changes({"schema_version": 2, "also": also})


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"analyses.both.also": ["electrons"]}, "analyses.both.also: 'electrons' is"),
        ({"parameters.1.processes": ["nuclei"]}, "parameters.light.processes: 'nuc"),
        ({"parameters.0.processes": ["cevns"]}, "a radius applies to every process"),
        ({"systematics.0.acts_on": ["electrons"]}, "defined are signal, cevns, elec"),
        ({"systematics.2.acts_on": ["electron"]}, "namely cevns"),
    ],
)
def test_names_of_processes_are_checked(
    both: Experiment, changes: dict[str, Any], hint: str
) -> None:
    with pytest.raises(ExperimentFileError, match=hint):
        both.with_changes(changes).cost()


def test_a_third_quantity_needs_a_distribution_of_each_process() -> None:
    argon = nu.experiment("coherent-lar-2020")
    assert isinstance(argon, Experiment)
    with pytest.raises(ExperimentFileError, match=r"electron: \[binning.shape\]"):
        argon.with_changes({"schema_version": 2, "also": [ELECTRONS]})


def test_each_process_has_its_own_distribution_in_a_third_quantity(
    tmp_path: Path,
) -> None:
    """Electrons of argon at low F90, nuclei where the release has them: counts in
    energy and time are those without F90, shares those of the tables."""
    folder = tmp_path / "argon"
    shutil.copytree(LIBRARY / "coherent-lar-2020", folder)
    edges = [(low, f) for low in range(0, 120, 10) for f in range(8)]
    rows = [f"{low},{0.5 + 0.05 * f:.2f},{(8 - f) / 36}" for low, f in edges]
    (folder / "electrons.csv").write_text(
        "low,shape_low,share\n" + "\n".join(rows) + "\n"
    )
    section = {**ELECTRONS, "shape": {"table": "electrons.csv", "column": "share"}}
    model = nu.Electromagnetic(charge={"ee": 1e-9, "mumu": 1e-9})
    analysis = {"title": "all bins", "statistic": "poisson", "time_bins": True}
    plain = nu.experiment(folder, Experiment).with_changes(
        {"systematics": [], "analyses": {"all": analysis}}
    )
    found = plain.with_changes({"schema_version": 2, "also": [section]})
    rates = found.predict(model)
    nuclei, electrons = (
        np.sum([v for k, v in rates.components.items() if f"signal: {name}" in k], 0)
        for name in ("cevns", "electron")
    )
    np.testing.assert_allclose(nuclei, plain.predict(model).signal, rtol=1e-12)
    shares = (8 - np.arange(8)) / 36
    energy_time = electrons.sum(1)
    assert energy_time.sum() > 100
    np.testing.assert_allclose(
        electrons, energy_time[:, None] * shares[:, None], rtol=1e-12
    )
    free = plain.with_changes(
        {
            "process": "electron",
            "target": {
                k: v
                for k, v in plain.raw["target"].items()
                if k in ("material", "mass")
            },
            "parameters": [],
            "response.quenching": {"kind": "constant", "factor": 1.0},
            "binning.shape.table": "electrons.csv",
            "binning.shape.column": "share",
        }
    )
    np.testing.assert_allclose(electrons, free.predict(model).signal, rtol=1e-12)


@pytest.mark.parametrize("time_bins", [True, False])
def test_a_published_signal_belongs_to_the_first_process(
    alone: Experiment, both: Experiment, electrons: Experiment, time_bins: bool
) -> None:
    changes = {
        "analyses.both.signal": {"table": "counts.csv", "column": "on"},
        "analyses.both.time_bins": time_bins,
    }
    scaled, first = (e.with_changes(changes) for e in (both, alone))
    second = electrons.with_changes({"analyses.both.time_bins": time_bins})
    for model in (nu.StandardModel(), MODEL):
        expected = first.predict(model).signal + second.predict(model).signal
        np.testing.assert_allclose(
            scaled.predict(model).signal, expected, rtol=1e-10, atol=1e-12
        )
    points = np.array([[1e-10], [2e-9]])
    three = [
        e.prediction(nu.Electromagnetic(), ["mu_eff.e"])
        for e in (first, second, scaled)
    ]
    signals = [p.signal(points) for p in three]
    np.testing.assert_allclose(signals[2], signals[0] + signals[1], rtol=1e-9)
    slopes = [p.jacobian(points)[0] for p in three]
    np.testing.assert_allclose(slopes[2], slopes[0] + slopes[1], rtol=1e-8)
    # a shift of the quenching moves the published counts, not the electrons
    moved = [
        p.signal_change(
            next(e for e in p.effects if e.nuisance.name == "light-yield"), points
        )
        for p in (three[0], three[2])
    ]
    np.testing.assert_allclose(moved[1], moved[0], rtol=1e-8, atol=1e-10)


def test_an_analysis_says_what_it_counts(alone: Experiment, both: Experiment) -> None:
    """The analysis without electrons is, bit for bit, that of nuclei alone."""
    nuclear = both.with_changes({"analyses.both.also": []})
    assert (
        nuclear.predict(MODEL).components.keys()
        == alone.predict(MODEL).components.keys()
    )
    for analysis, other in (("both", alone), ("energy", both)):
        for values in ({}, {"rn": 4.0}):
            np.testing.assert_array_equal(
                nuclear.predict(MODEL, analysis, values).signal,
                other.predict(MODEL, analysis, values).signal,
            )
    points = np.array([[5e-10], [2e-9]])
    costs = [
        e.cost(nu.Electromagnetic(), ["mu_eff.e"], "both").profiled(points).twice_nll
        for e in (alone, nuclear, both)
    ]
    np.testing.assert_array_equal(costs[0], costs[1])
    assert np.all(costs[2] != costs[1])


def test_systematics_and_scales_move_the_process_they_name(
    alone: Experiment, both: Experiment, electrons: Experiment
) -> None:
    one = {"kind": "normalisation", "sigma": 0.2}
    systematics: list[dict[str, Any]] = [
        {"name": "all", "acts_on": ["signal"], **one},
        {"name": "nuclei", "acts_on": ["cevns"], **one},
        {"name": "leptons", "acts_on": ["electron"], **one},
        {"name": "every-name", "acts_on": ["cevns", "electron", "neutrons"], **one},
        {
            "name": "light",
            "kind": "response",
            "up": {"quenching.factor": 0.1},
            "down": {"quenching.factor": 0.08},
        },
        {
            "name": "gain",
            "kind": "response",
            "up": {"light_yield": "11 PE/keVee"},
            "down": {"light_yield": "9 PE/keVee"},
        },
    ]
    changes = {
        "systematics": systematics,
        "analyses.both.systematics": [s["name"] for s in systematics],
        "analyses.energy.systematics": [],
        "parameters.0": {
            "name": "weight",
            "acts_on": "signal-scale",
            "processes": ["electron"],
            "default": 1.0,
            "lower": 0.0,
            "upper": 3.0,
        },
    }
    found = both.with_changes(changes)
    counts = [e.predict(MODEL).signal.ravel() for e in (alone, electrons)]
    prediction = found.prediction(MODEL)
    nothing = np.zeros((1, 0))
    slopes = dict(
        zip(
            [n.name for n in prediction.nuisances],
            prediction.expectation(nothing).slopes,
            strict=True,
        )
    )
    neutrons = prediction.backgrounds["neutrons"]
    for name, expected in (
        ("all", counts[0] + counts[1]),
        ("nuclei", counts[0]),
        ("leptons", counts[1]),
        ("every-name", counts[0] + counts[1] + neutrons),
    ):
        np.testing.assert_allclose(slopes[name][0], expected, rtol=1e-9)

    def half(base: Experiment, key: str, up: Any, down: Any) -> Any:
        high, low = (
            base.with_changes({key: v}).predict(MODEL).signal for v in (up, down)
        )
        return (high - low).ravel() / 2

    moved = half(alone, "response.quenching.factor", 0.1, 0.08)
    np.testing.assert_allclose(slopes["light"][0], moved, rtol=1e-9, atol=1e-9)
    keys = ("response.light_yield", "11 PE/keVee", "9 PE/keVee")
    moved = half(alone, *keys) + half(electrons, *keys)
    np.testing.assert_allclose(slopes["gain"][0], moved, rtol=1e-9, atol=1e-9)
    heavier = found.predict(MODEL, values={"weight": 2.5}).signal.ravel()
    np.testing.assert_allclose(heavier, counts[0] + 2.5 * counts[1], rtol=1e-9)


def test_options_of_a_process(alone: Experiment) -> None:
    axial = alone.with_changes({"options": {"axial": True}})
    target = alone.with_changes({"target.axial": True})
    assert axial.process == target.process
    with pytest.raises(ExperimentFileError, match="option of process cevns"):
        alone.with_changes({"options": {"binding": True}})


def test_tables_sum_a_further_process_over_the_flux(both: Experiment) -> None:
    rates = both.predict(MODEL)
    assert list(rates.shown) == [
        "signal: cevns: prompt nu_mu",
        "signal: cevns: delayed nubar_mu",
        "signal: cevns: delayed nu_e",
        "signal: electron",
        "off",
        "neutrons",
    ]
    np.testing.assert_allclose(
        np.sum(list(rates.shown.values()), axis=0), rates.total, rtol=1e-12
    )
    electrons = [v for k, v in rates.components.items() if k.startswith("signal: elec")]
    np.testing.assert_array_equal(rates.shown["signal: electron"], sum(electrons))


def test_a_systematic_of_nothing_counted_moves_nothing() -> None:
    """Without recoils of electrons their normalisation stays at 0."""
    csi = nu.experiment("coherent-csi-2017", Experiment)
    one = csi.with_changes({"analyses.energy.also": []})
    fit = nu.fit(one.cost(free=["sin2_theta_w"], analysis="energy"))
    (own,) = (n for n in fit.nuisances if n.nuisance.name == "csi-2017-electrons")
    assert own.value == pytest.approx(0.0, abs=1e-12)
