"""Several processes of one detector: counts add up, each has its own response."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.experiments.folders import write

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment
from nuprobe.experiments.limits import family_cost

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
    ],
)
def test_mistakes_are_named(alone: Experiment, also: object, hint: str) -> None:
    with pytest.raises(ExperimentFileError, match=hint):
        alone.with_changes({"schema_version": 2, "also": also})


def test_what_describes_one_process_refuses_another() -> None:
    argon = nu.experiment("coherent-lar-2020")
    assert isinstance(argon, Experiment)
    with pytest.raises(ExperimentFileError, match=r"also: \[binning.shape\]"):
        argon.with_changes({"schema_version": 2, "also": [ELECTRONS]})


def test_options_of_a_process(alone: Experiment) -> None:
    axial = alone.with_changes({"options": {"axial": True}})
    target = alone.with_changes({"target.axial": True})
    assert axial.process == target.process
    with pytest.raises(ExperimentFileError, match="option of process cevns"):
        alone.with_changes({"options": {"binding": True}})
