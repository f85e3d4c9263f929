"""Several sites of one experiment: bins behind each other, names shared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.experiments import folders

import nuprobe as nu
from nuprobe.cli.main import cli
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import Experiment, SiteRates, SitesExperiment, joint_cost
from nuprobe.inference import PoissonCost
from nuprobe.oscillation import Spread, Vacuum
from nuprobe.units import m

SITES = """
[[sites]]
name = "near"
flux = { distance = "15 m" }

[[sites.systematics]]
name = "near-rate"
kind = "normalisation"
sigma = 0.05
acts_on = ["signal"]

[[sites]]
name = "far"
target = { mass = "30 kg" }
flux = { distance = "25 m" }
data = { table = "far.csv" }
"""
TEXT = folders.EXPERIMENT.replace("schema_version = 1", "schema_version = 2") + SITES
# other counts: those of the first site in the opposite order of time
FAR = folders.TABLES["counts.csv"].splitlines()
FAR = [*FAR[:2], *(r.rsplit(",", 2)[0] + ",9,4" for r in FAR[2:])]


def write(folder: Path, text: str = TEXT) -> Path:
    return folders.write(folder, text, {"far.csv": "\n".join(FAR) + "\n"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("sites") / "invented")


@pytest.fixture(scope="module")
def sites(folder: Path) -> SitesExperiment:
    return nu.experiment(folder, SitesExperiment)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Experiment]:
    """Each site as a folder of its own."""
    plain = nu.experiment(
        write(tmp_path_factory.mktemp("alone"), folders.EXPERIMENT), Experiment
    )
    near = plain.with_changes(
        {
            "name": "near-alone",
            "flux.distance": "15 m",
            "systematics": [
                *plain.raw["systematics"],
                {
                    "name": "near-rate",
                    "kind": "normalisation",
                    "sigma": 0.05,
                    "acts_on": ["signal"],
                },
            ],
            "analyses.both.systematics": [
                *plain.raw["analyses"]["both"]["systematics"],
                "near-rate",
            ],
        }
    )
    far = plain.with_changes(
        {
            "name": "far-alone",
            "target.mass": "30 kg",
            "flux.distance": "25 m",
            "data.table": "far.csv",
        }
    )
    return {"near": near, "far": far}


def test_each_site_counts_as_an_experiment_of_its_own(
    sites: SitesExperiment, alone: dict[str, Experiment]
) -> None:
    rates = sites.predict(values={"rn": 4.0})
    assert list(rates.sites) == ["near", "far"]
    for name, one in alone.items():
        expected = one.predict(values={"rn": 4.0})
        assert rates.sites[name].experiment == f"invented-{name}"
        np.testing.assert_allclose(rates.sites[name].total, expected.total, rtol=1e-12)
        np.testing.assert_array_equal(rates.sites[name].data, expected.data)
    assert rates.total.size == 2 * 18
    assert rates.data is not None
    assert rates.data.size == 2 * 18


def test_sites_are_experiments_joined(
    sites: SitesExperiment, alone: dict[str, Experiment]
) -> None:
    free = ["sin2_theta_w", "rn"]
    together = sites.cost(None, free)
    joined = joint_cost(list(alone.values()), None, free)
    points = np.array([[0.23, 5.0], [0.3, 4.0], [0.2, 6.5]])
    assert {n.name for n in together.nuisances} == {n.name for n in joined.nuisances}
    got = together.profiled(points).twice_nll
    np.testing.assert_allclose(got, joined.profiled(points).twice_nll, rtol=1e-9)
    mine, theirs = (
        sites.fit(None, ["sin2_theta_w"]),
        nu.fit(joint_cost(list(alone.values()), None, ["sin2_theta_w"])),
    )
    assert mine.twice_nll == pytest.approx(theirs.twice_nll, rel=1e-9)
    value = mine["sin2_theta_w"].value
    assert value == pytest.approx(theirs["sin2_theta_w"].value, rel=1e-6)


def test_one_prediction_has_the_bins_behind_each_other(sites: SitesExperiment) -> None:
    free = ["sin2_theta_w", "light"]
    prediction = sites.prediction(None, free)
    assert [n.name for n in prediction.nuisances].count("flux") == 1
    data = sites.predict().data
    assert data is not None
    single = PoissonCost(prediction, data)
    points = np.array([[0.23, 1.0], [0.27, 0.9]])
    want = sites.cost(None, free).profiled(points)
    got = single.profiled(points)
    np.testing.assert_allclose(got.twice_nll, want.twice_nll, rtol=1e-9)
    slopes = single.profiled_gradient(points)
    step = np.array([1e-5, 0.0])
    above, below = (single.profiled(points + s * step).twice_nll for s in (1, -1))
    np.testing.assert_allclose(slopes[:, 0], (above - below) / 2e-5, rtol=1e-4)


def test_the_command_line_takes_sites(folder: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["rate", str(folder), "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert set(found["sites"]) == {"near", "far"}
    run = CliRunner().invoke(
        cli, ["rate", str(folder), "--plot", str(tmp_path / "rate.svg")]
    )
    assert run.exit_code == 0, run.output
    assert "invented-near" in run.stdout
    assert "invented-far" in run.stdout
    assert {p.name for p in tmp_path.glob("*.svg")} == {
        "rate-near.svg",
        "rate-far.svg",
    }
    run = CliRunner().invoke(
        cli, ["fit", str(folder), "--free", "sin2_theta_w", "--json"]
    )
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout)["valid"] is True


def test_limits_and_changes_of_sites(sites: SitesExperiment) -> None:
    limit = nu.limit([sites], "universal-vector", mass=[10.0])
    assert np.isfinite(limit.curves[0].coupling).all()
    moved = sites.with_changes({"sites.0.flux.distance": "30 m"})
    before, after = (s.predict().sites["near"].signal.sum() for s in (sites, moved))
    assert after == pytest.approx(before / 4, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            TEXT.replace("schema_version = 2", "schema_version = 1"),
            "sites requires version 2 of the format: set schema_version = 2",
        ),
        (TEXT.replace('name = "far"', 'name = "near"'), "site 'near' is defined twice"),
        (TEXT.replace('"25 m"', '"25 kg"'), "25 kg"),
        (TEXT.replace('"far.csv"', '"further.csv"'), "further.csv"),
        (TEXT.replace("flux = { distance =", "source = { distance ="), "source"),
    ],
)
def test_mistakes_in_sites_are_named(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(ExperimentFileError, match=hint) as caught:
        nu.experiment(write(tmp_path / "wrong", text))
    assert "\n" not in str(caught.value)


def test_version_2_reads_version_1(sites: SitesExperiment, folder: Path) -> None:
    two = folders.EXPERIMENT.replace("schema_version = 1", "schema_version = 2")
    one = nu.experiment(write(folder.parent / "one", folders.EXPERIMENT), Experiment)
    other = nu.experiment(write(folder.parent / "two", two), Experiment)
    np.testing.assert_array_equal(one.predict().total, other.predict().total)


@pytest.mark.parametrize("propagation", ["none", "vacuum"])
def test_a_spread_of_baselines_is_the_sum_of_its_parts(
    tmp_path: Path, propagation: str
) -> None:
    plain = nu.experiment(folders.write(tmp_path / "invented"), Experiment)
    whole = {k: v for k, v in plain.raw["flux"].items() if k != "distance"}
    spread = plain.with_changes(
        {
            "propagation": {"kind": propagation},
            "flux": {**whole, "baselines": [["20 m", 1.0], ["40 m", 3.0]]},
        }
    )
    parts = [
        plain.with_changes(
            {"propagation": {"kind": propagation}, "flux.distance": distance}
        )
        .predict()
        .signal
        for distance in ("20 m", "40 m")
    ]
    mean = (parts[0] + 3 * parts[1]) / 4
    np.testing.assert_allclose(spread.predict().signal, mean, rtol=1e-9)


def test_baselines_and_distance_exclude_each_other(tmp_path: Path) -> None:
    plain = nu.experiment(folders.write(tmp_path / "invented"), Experiment)
    with pytest.raises(ExperimentFileError, match="distance or baselines"):
        plain.with_changes({"flux.baselines": [["20 m", 1.0]]})


def test_weights_of_distances() -> None:
    near, far = Vacuum(9 * m), Vacuum(30 * m)
    e = np.linspace(2.0, 8.0, 5)
    mean = Spread((near, far), (1.0, 3.0)).functions(e)
    want = (near.functions(e) + 3 * far.functions(e)) / 4
    np.testing.assert_allclose(mean, want, rtol=1e-14)
    with pytest.raises(InputError, match="positive weights"):
        Spread((near,), (1.0, 2.0))


def test_rates_of_sites_say_what_they_are(sites: SitesExperiment) -> None:
    rates = sites.predict()
    assert isinstance(rates, SiteRates)
    shown = rates.to_dict()
    assert shown["signal"] == pytest.approx(
        sum(shown["sites"][name]["signal"] for name in ("near", "far"))
    )


def test_a_site_may_spread_the_distance_that_others_share(tmp_path: Path) -> None:
    baselines = 'baselines = [["15 m", 2.0]]'
    spread = TEXT.replace('distance = "15 m"', baselines, 1)
    assert spread != TEXT
    plain, other = (
        nu.experiment(write(tmp_path / name, text), SitesExperiment)
        for name, text in (("plain", TEXT), ("spread", spread))
    )
    np.testing.assert_allclose(
        plain.predict().signal, other.predict().signal, rtol=1e-12
    )
