"""Disappearance experiments: folding, predictions, joint fits and what is refused."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments import BaselineExperiment, joint_cost
from nuprobe.inference import fit
from nuprobe.models import PMNS, SterileNeutrino

FREE = ["sin2_2theta_14", "dm2_41"]
LIBRARY = resources.files("nuprobe.experiments") / "library"


def opened(name: str) -> BaselineExperiment:
    return nu.experiment(name, BaselineExperiment)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of a small folder that a test may spoil."""
    shutil.copytree(str(LIBRARY / "danss"), tmp_path / "danss")
    return tmp_path / "danss"


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("dm2", [0.3, 1.7, 12.0])
def test_folding_is_the_plain_sum(dm2: float) -> None:
    """Ratio of DANSS against sums over distances, energies and the resolution as they
    are written, with one frequency."""
    from scipy.special import ndtr

    from nuprobe import ibd

    source = nu.flux(
        "reactor",
        fractions={"U235": 0.56, "U238": 0.07, "Pu239": 0.31, "Pu241": 0.06},
        lowest="1.8 MeV",
        highest="10 MeV",
    )
    e = 1.8 + 8.2 * (np.arange(1500) + 0.5) / 1500
    weight = source.spectrum("nubar_e", e) * ibd.total(e)
    edges = 1 + 0.25 * np.arange(25)
    t = np.maximum(e - 1.8, 0)
    sigma = np.sqrt(0.41**2 + 0.365**2 * t + (0.117 * t) ** 2)
    seen = np.diff(ndtr((edges[:, None] - (e - 1.8)) / sigma), axis=0) * weight

    def box(points: int) -> np.ndarray:
        return (np.arange(points) + 0.5) * 2 / points - 1

    def mean(baseline: float, first: float, second: float) -> np.ndarray:
        far = (baseline + first * box(120)[:, None] + second * box(40)).ravel()
        sin2 = np.zeros_like(e)
        for length in far:
            sin2 += np.sin(1.2669328 * dm2 * length / e) ** 2 / far.size
        return np.asarray((seen * sin2).sum(1) / seen.sum(1))

    s2 = 0.2
    plain = 0.70697 * (1 - s2 * mean(12.64, 1.67, 0.55))
    plain /= 1 - s2 * mean(10.61, 1.66, 0.51)
    one = PMNS(sin2_12=0.0, sin2_13=0.0)  # one frequency
    ours = opened("danss").predict(SterileNeutrino(s2, dm2, one)).total
    np.testing.assert_allclose(ours, plain, atol=1e-5)


@pytest.mark.parametrize("dm2", [2.0, 41.0, 79.4, 100.0])
def test_lines_oscillate_at_any_speed(dm2: float) -> None:
    """Gallium sees single energies, which average nothing: the mean over distances is
    that of 40 000 points."""
    far = 0.1472 + 0.5203 * (np.arange(40_000) + 0.5) / 40_000
    lines = ((0.747, 49.5), (0.752, 5.21), (0.427, 2.39), (0.432, 0.25))
    mean = sum(w * np.mean(np.sin(1.2669328 * dm2 * far / e) ** 2) for e, w in lines)
    plain = 69.29 * (1 - 0.4 * mean / sum(w for _, w in lines))
    one = PMNS(sin2_12=0.0, sin2_13=0.0)
    rates = opened("best").predict(SterileNeutrino(0.4, dm2, one))
    ours = rates.total[0] / rates.normalisations["gallium_cross_section"]
    assert ours == pytest.approx(plain, rel=2e-3)


@pytest.mark.parametrize("name", ["prospect", "danss", "neos", "reno", "best"])
def test_derivatives(name: str) -> None:
    cost = opened(name).cost(None, FREE)
    point, step = np.array([0.2, 1.3]), np.array([1e-5, 1e-5])
    found = cost.profiled_gradient(point)[0]
    for i, h in enumerate(np.diag(step)):
        values = cost.profiled([point - h, point + h]).twice_nll
        plain = (values[1] - values[0]) / (2 * step[i])
        assert found[i] == pytest.approx(plain, rel=1e-4, abs=1e-4)


def test_without_mixing_nothing_depends_on_the_splitting() -> None:
    for name in ("prospect", "danss", "double-chooz"):
        cost = opened(name).cost(None, FREE)
        values = cost.profiled([[0.0, 0.1], [0.0, 1.0], [0.0, 30.0]]).twice_nll
        assert np.ptp(values) < 1e-8


def test_three_neutrinos_are_any_other_model() -> None:
    one = opened("prospect")
    assert one.predict().twice_nll == one.predict(nu.StandardModel()).twice_nll
    assert one.predict(SterileNeutrino(0.0, 5.0)).twice_nll == pytest.approx(
        one.predict().twice_nll, abs=1e-9
    )


def test_one_point_moves_all_experiments() -> None:
    names = ("danss", "bugey-3", "best")
    cost = joint_cost([opened(n) for n in names], None, FREE)
    assert [p.name for p in cost.parameters] == FREE
    point = [0.2, 1.5]
    each = [opened(n).cost(None, FREE).profiled(point).twice_nll[0] for n in names]
    assert cost.profiled(point).twice_nll[0] == pytest.approx(sum(each), rel=1e-10)


def test_gallium_shares_no_nuisance_with_reactors() -> None:
    reactors = ("prospect", "danss", "neos", "bugey-3", "double-chooz", "reno")
    theirs = {
        n.name
        for name in reactors
        for analysis in opened(name).analyses
        for n in opened(name).cost(None, FREE, analysis).nuisances
    }
    for analysis in opened("best").analyses:
        own = {n.name for n in opened("best").cost(None, FREE, analysis).nuisances}
        assert own
        assert not own & theirs


def test_a_fit_finds_the_lowest_of_many_minima() -> None:
    """Against a fine grid."""
    cost = opened("danss").cost(None, FREE)
    best = fit(cost, minos=False)
    s, d = np.meshgrid(np.linspace(0, 0.3, 61), np.geomspace(0.05, 20, 241))
    grid = cost.twice_nll(np.stack([s.ravel(), d.ravel()], axis=1))
    assert best.twice_nll <= grid.min() + 1e-6
    assert best.twice_nll > grid.min() - 0.2


def test_the_splitting_alone_needs_mixing() -> None:
    with pytest.raises(InputError, match="free both"):
        opened("danss").cost(None, ["dm2_41"])
    assert opened("danss").cost(SterileNeutrino(0.1, 1.0), ["dm2_41"]).n_bins == 24


def test_bins_with_a_covariance_are_not_added() -> None:
    with pytest.raises(InputError, match="published bins"):
        opened("danss").rebinned(energy=2)


def test_a_covariance_that_is_not_positive_definite(copied: Path) -> None:
    text = (copied / "covariance.csv").read_text("utf-8")
    first = next(line for line in text.splitlines() if line.startswith("1,1,"))
    spoil(copied, "covariance.csv", first, "1,1,-1e-3")
    with pytest.raises(ExperimentFileError, match=r"smallest eigenvalue is -0\.0"):
        nu.experiment(copied)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("covariance.csv", "\n2,1,", "\n25,1,", "run from 1 to 24"),
        ("ratio.csv", "1,1.25,", "1.25,1,", "low must be below high"),
        ("experiment.toml", 'over = "up"', 'over = "top"', "'top'"),
        ("experiment.toml", 'over = "up"', "", "over requires"),
        ("experiment.toml", '["10.61 m"]', '["1.61 m"]', "less than its baseline"),
        ("experiment.toml", '["10.61 m"]', '["-10.61 m"]', "must be positive"),
        ("experiment.toml", 'flux = "reactor"', "", "either flux or lines"),
        ("experiment.toml", "expected = 0.70697", "expected = -1", "greater than 0"),
    ],
)
def test_what_is_wrong_in_a_folder(
    copied: Path, file: str, old: str, new: str, message: str
) -> None:
    spoil(copied, file, old, new)
    with pytest.raises(ExperimentFileError, match=message):
        nu.experiment(copied).predict()


def test_three_neutrinos_have_no_splitting() -> None:
    notes = opened("best").predict().table().notes
    assert notes[0].endswith("with three neutrinos; give --model sterile for a fourth")
    assert not any("dm2_41" in note for note in notes)
    fourth = opened("best").predict(SterileNeutrino(0.3, 2.0)).table().notes
    assert "at sin2_2theta_14 = 0.3, dm2_41 = 2; three neutrinos:" in fourth[0]
