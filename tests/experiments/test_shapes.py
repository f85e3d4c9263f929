"""Three observables, tabulated shapes, changes of the response, published signals and
joint costs."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.experiments import folders

import nuprobe as nu
from nuprobe.errors import ExperimentFileError, InputError, UnknownNameError
from nuprobe.experiments import Experiment, joint_cost

SM = nu.StandardModel()
ENERGIES, THIRD, TIMES = range(4, 28, 4), (0.5, 0.7), (0, 2, 4)
SHARES = ((0.5, 0.5), (0.4, 0.6), (0.3, 0.7), (0.2, 0.8), (0.1, 0.9), (0.05, 0.9))

MAIN = (
    folders.EXPERIMENT[: folders.EXPERIMENT.index("[data]")]
    + """
[binning.shape]
observable = "psd"
edges = [0.5, 0.7, 1.0]
table = "shares.csv"

[data]
table = "grid.csv"
counts = "on"
time_low = "t_low"
time_high = "t_high"
shape_low = "s_low"
shape_high = "s_high"

[[backgrounds]]
kind = "table"
name = "flat"
table = "grid.csv"
column = "flat"
scale = 2.0

[[parameters]]
name = "rn"
acts_on = "neutron-radius"
isotopes = ["Cs133", "I127"]
default = "5 fm"
lower = "2 fm"
upper = "8 fm"

[[parameters]]
name = "strength"
acts_on = "signal-scale"
default = 1
lower = 0
upper = 4
nodes = 4

[[systematics]]
name = "tilt"
kind = "shape"
acts_on = ["signal"]
table = "grid.csv"
nominal = "flat"
up = "tilted"
normalised = false

[[systematics]]
name = "flat-tilt"
kind = "shape"
acts_on = ["flat"]
table = "grid.csv"
nominal = "flat"
up = "tilted"
down = "sunk"

[[systematics]]
name = "light"
kind = "response"
up = { "light_yield" = "10.1 PE/keVee" }
down = { "light_yield" = "9.9 PE/keVee" }

[[systematics]]
name = "common"
kind = "normalisation"
sigma = 0.1
acts_on = ["signal"]

[analyses.all]
title = "all"
statistic = "poisson"
time_bins = true
systematics = ["tilt", "flat-tilt", "light", "common"]

[analyses.published]
title = "published"
statistic = "poisson"
time_bins = true
signal = { table = "grid.csv", column = "published" }
systematics = []
"""
)


def _grid() -> str:
    text = "low,high,s_low,s_high,t_low,t_high,on,flat,tilted,sunk,published\n"
    for n, (e, s, t) in enumerate(itertools.product(ENERGIES, THIRD, TIMES)):
        s_high = 0.7 if s == 0.5 else 1.0
        text += (
            f"{e},{e + 4},{s},{s_high},{t},{t + 2},{20 + n},10,{10 + n},"
            f"{10 - 0.1 * n},{1 + 0.5 * n}\n"
        )
    return text


TABLES = {
    "grid.csv": _grid(),
    "shares.csv": (
        "low,shape_low,fraction\n"
        + "".join(
            f"{e},{s},{f}\n"
            for e, row in zip(ENERGIES, SHARES, strict=True)
            for s, f in zip(THIRD, row, strict=True)
        )
    ),
}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    folder = folders.write(tmp_path_factory.mktemp("lab") / "three", MAIN, TABLES)
    found = nu.experiment(folder)
    assert isinstance(found, Experiment)
    return found


def test_the_third_quantity_splits_each_energy_bin(
    three: Experiment, tmp_path: Path
) -> None:
    rates = three.predict()
    assert rates.signal.shape == (6, 2, 3)
    plain = nu.experiment(folders.write(tmp_path / "plain"), Experiment).predict()
    for name, counts in rates.components.items():
        if name.startswith("signal"):
            expected = plain.components[name][:, None, :] * np.array(SHARES)[:, :, None]
            np.testing.assert_allclose(counts, expected, rtol=1e-12)
    np.testing.assert_allclose(rates.components["flat"], 20)
    assert rates.data is not None
    np.testing.assert_array_equal(rates.data.ravel(), 20 + np.arange(36))
    assert rates.to_dict()["shape_edges"] == [0.5, 0.7, 1.0]


def test_systematics_do_what_they_say(three: Experiment) -> None:
    prediction = three.prediction(SM, ["rn"], "all")
    point = np.array([[5.0]])
    slopes = dict(
        zip(
            [n.name for n in prediction.nuisances],
            prediction.expectation(point).slopes,
            strict=True,
        )
    )
    signal, n = prediction.signal(point)[0], np.arange(36)
    np.testing.assert_allclose(
        slopes["tilt"][0], signal * n / 10, rtol=1e-9, atol=1e-12
    )
    # scaled to the sum of the nominal table, which is 360
    up, down = 10.0 + n, 10 - 0.1 * n
    np.testing.assert_allclose(
        slopes["flat-tilt"][0],
        (up * 360 / up.sum() - down * 360 / down.sum()) / 2,
        rtol=1e-9,
    )
    light = [
        three.with_changes({"response.light_yield": f"{y} PE/keVee"})
        .predict(values={"rn": 5.0})
        .signal.ravel()
        for y in (9.9, 10.1)
    ]
    np.testing.assert_allclose(
        slopes["light"][0], (light[1] - light[0]) / 2, rtol=1e-5, atol=1e-9
    )
    sigma = three.predict(values={"rn": 5.0}).signal_sigma
    parts = [
        (signal * n / 10).sum(),
        (light[1] - light[0]).sum() / 2,
        0.1 * signal.sum(),
    ]
    assert sigma == pytest.approx(np.sqrt(np.square(parts).sum()), rel=1e-5, abs=0)


@pytest.mark.parametrize("analysis", ["all", "published"])
def test_jacobians_against_differences(three: Experiment, analysis: str) -> None:
    prediction = three.prediction(SM, ["sin2_theta_w", "rn", "strength"], analysis)
    point = np.array([[0.24, 5.3, 1.4]])
    base, slopes = prediction.jacobian(point)
    for i in range(3):
        step = 1e-5 * np.eye(3)[i]
        up, down = (
            prediction.expectation(point + step),
            prediction.expectation(point - step),
        )
        scale = np.abs(base).max()
        np.testing.assert_allclose(
            base[0, i], (up.base - down.base)[0] / 2e-5, rtol=1e-5, atol=1e-6 * scale
        )
        for slope, u, d in zip(slopes, up.slopes, down.slopes, strict=True):
            np.testing.assert_allclose(
                slope[0, i], (u - d)[0] / 2e-5, rtol=1e-5, atol=1e-5 * scale
            )


def test_a_published_signal_is_met_and_moves_with_the_model(
    three: Experiment, tmp_path: Path
) -> None:
    published = 1 + 0.5 * np.arange(36)
    rates = three.predict(analysis="published")
    np.testing.assert_allclose(rates.signal.ravel(), published, rtol=1e-12)
    other = nu.StandardModel(sin2_theta_w=0.3)
    computed = three.predict(other).signal / three.predict().signal
    empty = TABLES["shares.csv"].replace("24,0.5,0.05", "24,0.5,0.0")
    folder = folders.write(tmp_path / "empty", MAIN, {**TABLES, "shares.csv": empty})
    with pytest.raises(InputError, match="where none are computed"):
        nu.experiment(folder).predict(analysis="published")
    moved = three.predict(other, "published").signal.ravel()
    np.testing.assert_allclose(moved, published * computed.ravel(), rtol=1e-10)


def test_the_signal_scale_is_a_scale(three: Experiment) -> None:
    one, none, three_times = (
        three.predict(values={"strength": s}).signal for s in (1.0, 0.0, 3.0)
    )
    np.testing.assert_allclose(one, three.predict().signal, rtol=1e-9)
    np.testing.assert_allclose(none, 0, atol=1e-12)
    np.testing.assert_allclose(three_times, 3 * one, rtol=1e-9)


def test_an_acceptance_in_time(tmp_path: Path) -> None:
    changed = folders.EXPERIMENT.replace(
        'timing = { resolution = "100 ns", offset = "0.05 us" }',
        'timing = { resolution = "100 ns", offset = "0.05 us", acceptance = { table ='
        ' "late.csv" } }',
    )
    table = "low_us,high_us,efficiency\n0,1,1\n1,2,0.5\n2,6,0.25\n"
    kept = nu.experiment(
        folders.write(tmp_path / "kept", changed, {"late.csv": table})
    ).predict()
    fine = folders.EXPERIMENT.replace("bins = 3", "bins = 6").replace(
        '[data]\ntable = "counts.csv"', "[data]\ntable = 'x'"
    )
    text = "low,high,t_low,t_high,on,off\n" + "".join(
        f"{e},{e + 4},{t},{t + 1},1,1\n" for e in ENERGIES for t in range(6)
    )
    all_ = nu.experiment(folders.write(tmp_path / "all", fine, {"x": text})).predict(
        analysis="both"
    )
    efficiency = np.array([1, 0.5, 0.25, 0.25, 0.25, 0.25])
    expected = (all_.signal * efficiency).reshape(6, 3, 2).sum(2)
    np.testing.assert_allclose(kept.signal, expected, rtol=1e-9)


def test_time_edges_and_an_exponential_steady_state(tmp_path: Path) -> None:
    changed = folders.EXPERIMENT.replace(
        '[binning.time]\nstart = "0 us"\nstop = "6 us"\nbins = 3\n',
        '[binning.time]\nedges = ["0 us", "1 us", "3 us", "6 us"]\n',
    ).replace('column = "off"', 'column = "off"\nsmoothed = "exponential"')
    truth = np.diff(-np.exp(-0.3 * np.array([0.0, 1, 3, 6]))) * 100
    text = "low,high,t_low,t_high,on,off\n"
    for e in ENERGIES:
        for (a, b), v in zip(((0, 1), (1, 3), (3, 6)), truth, strict=True):
            text += f"{e},{e + 4},{a},{b},1,{v * (1 + e)}\n"
    main = changed.replace(
        'time_range = ["0 us", "4 us"]', 'time_range = ["0 us", "3 us"]'
    )
    off = nu.experiment(
        folders.write(tmp_path / "edges", main, {"counts.csv": text}), Experiment
    ).predict(analysis="both")
    expected = 0.5 * truth * (1 + np.array(ENERGIES)[:, None])
    np.testing.assert_allclose(off.components["off"], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("old", "new", "hints"),
    [
        ('shape_low = "s_low"\n', "", ["shape_low"]),
        (
            'table = "shares.csv"',
            'table = "grid.csv"\ncolumn = "on"\nshape_low = "s_low"',
            ["one row is required", "6 x 2"],
        ),
        ('column = "flat"', 'column = "flatt"', ["did you mean flat"]),
        (
            'up = "tilted"\nnormalised',
            'up = "tiltd"\nnormalised',
            ["did you mean tilted"],
        ),
        (
            '"light_yield" = "10.1 PE/keVee"',
            '"lightyield" = "10.1 PE/keVee"',
            ["response.lightyield"],
        ),
        (
            'kind = "shape"\nacts_on = ["flat"]',
            'kind = "shape"\nacts_on = ["flt"]',
            ["'flt' is not defined"],
        ),
        ('acts_on = "signal-scale"', 'acts_on = "signal-scal"', ["acts_on"]),
        # of an analysis that is not the first one
        ('column = "published"', 'column = "publishd"', ["did you mean published"]),
    ],
)
def test_mistakes_name_file_and_key(
    tmp_path: Path, old: str, new: str, hints: list[str]
) -> None:
    assert MAIN.count(old) >= 1
    folder = folders.write(tmp_path / "bad", MAIN.replace(old, new, 1), TABLES)
    with pytest.raises(ExperimentFileError) as caught:
        nu.experiment(folder)
    assert str(folder) in str(caught.value)
    for hint in hints:
        assert hint in str(caught.value)


def test_every_analysis_is_tried_when_a_folder_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def spy(systematic: Any, bins: Any, analysis: Any) -> None:
        tried.append((systematic.name, analysis.title))

    monkeypatch.setattr("nuprobe.experiments.checks.shape_effect", spy)
    nu.experiment(folders.write(tmp_path / "three", MAIN, TABLES))
    assert set(tried) == set(
        itertools.product(("tilt", "flat-tilt"), ("all", "published"))
    )


def test_a_joint_cost_shares_by_name(three: Experiment, tmp_path: Path) -> None:
    main = (
        MAIN.replace('name = "invented"', 'name = "second"')
        .replace("20 kg", "10 kg")
        .replace('"tilt"', '"own-tilt"')
    )
    second = nu.experiment(folders.write(tmp_path / "second", main, TABLES))
    cost = joint_cost([three, second], SM, ["rn", "strength"])
    names = [n.name for n in cost.nuisances]
    assert sorted(names) == sorted({"tilt", "own-tilt", "flat-tilt", "light", "common"})
    assert [p.name for p in cost.parameters] == ["rn", "strength"]
    point = np.array([[5.0, 1.1]])
    single = [one.cost(SM, ["rn", "strength"]) for one in (three, second)]
    assert cost.twice_nll(point)[0] == pytest.approx(
        sum(c.twice_nll(point)[0] for c in single), rel=1e-12, abs=0
    )
    # a shared nuisance moves both and pays its pull once
    moved = cost.twice_nll(point, [0.05 if name == "common" else 0 for name in names])[
        0
    ]
    apart = [
        c.twice_nll(point, [0.05 if n.name == "common" else 0 for n in c.nuisances])[0]
        for c in single
    ]
    assert moved == pytest.approx(sum(apart) - 0.5**2, rel=1e-12, abs=0)
    with pytest.raises(InputError, match="given twice"):
        joint_cost([three, three], SM, ["rn"])
    with pytest.raises(UnknownNameError, match="did you mean rn"):
        joint_cost([three, second], SM, ["rm"])
    with pytest.raises(InputError, match="nothing to fit"):
        joint_cost([three, second], SM)
