"""``nuprobe plane`` and ``nuprobe rate`` for short baselines."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from scipy.optimize import brentq
from tests.command_line import Run

import nuprobe as nu

GRID = "sin2_2theta_14=0.05:0.8:5:log,dm2_41=0.3:6 eV2:4:log"


def test_a_plane(run: Run, tmp_path: Path) -> None:
    plot = tmp_path / "plane.png"
    line = ("plane", "danss", "--grid", GRID, "--toys", "50", "--quiet", "--json")
    code, out, err = run(*line, "--beside", "best", "--plot", str(plot))
    assert code == 0, err
    data = json.loads(out)
    assert data["y"]["parameter"] == "dm2_41"
    assert set(data["levels"][0]["limits"]) == {
        *("wilks", "fc", "cls", "cls-toys", "raster", "raster-toys", "expected")
    }
    assert plot.stat().st_size > 10_000


def test_marks_are_asked(run: Run) -> None:
    grid = ("--grid", GRID, "--toys", "100", "--quiet")
    code, out, err = run("plane", "danss", *grid, "--mark", "anomaly=0.14,2.3")
    assert code == 0, err
    (row,) = [one for one in out.splitlines() if one.startswith("anomaly")]
    assert "Monte Carlo error of these limits" in out
    line = ("plane", "danss", *grid, "--json", "--mark", "anomaly=0.14,2.3")
    found = json.loads(run(*line)[1])["marks"]["anomaly"]
    assert f"{found['rise']:.2f}" in row
    rise = nu.experiment("danss").cost(free=["sin2_2theta_14", "dm2_41"])
    values = rise.twice_nll([[0.14, 2.3], [0.0, 1.0]])
    assert found["above_none"] == pytest.approx(values[0] - values[1], abs=1e-8)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--grid", "dm2_41=1:2:2"), "two axes"),
        (("--grid", "sin2_2theta_14=0.5:1.5:3,dm2_41=1:2:2"), "sin2_2theta_14"),
        (("--grid", "sin2_2theta_14=0.1:0.2:3,dm2_41=0:2:2"), "dm2_41"),
        (("--grid", GRID, "--mark", "here"), "LABEL=X,Y"),
        (("--grid", GRID, "--mark", "far=2,1"), "sin2_2theta_14 = 2"),
        (("--grid", GRID, "--method", "bayes"), "bayes"),
        (("--grid", GRID, "--cl", "1.5"), "1.5"),
        (("--grid", GRID, "--toys", "-1"), "0 or more"),
        (("--grid", GRID, "--toys", "0", "-o", "a.h5"), "apply to toys"),
    ],
)
def test_what_is_no_plane(run: Run, more: tuple[str, ...], message: str) -> None:
    toys = () if "--toys" in more else ("--toys", "5")
    code, _, err = run("plane", "danss", *toys, *more)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def test_rate(run: Run, tmp_path: Path) -> None:
    plot = tmp_path / "rate.png"
    model = ("--model", "sterile", "--param", "sin2_2theta_14=0.26")
    line = ("rate", "prospect", *model, "--param", "dm2_41=7.25 eV2")
    code, out, err = run(*line, "--json", "--plot", str(plot))
    assert code == 0, err
    data = json.loads(out)
    assert data["chi2"] - data["chi2_three_neutrinos"] == pytest.approx(6.5, abs=0.2)
    assert plot.stat().st_size > 10_000
    code, out, _ = run("rate", "best")
    assert "gallium_cross_section" in out
    code, _, err = run("rate", "best", "--compare", "sm")
    assert code == 2
    assert "three" in err


def test_limit_on_a_mixing(run: Run) -> None:
    line = ("limit", "danss", "best", "--grid", "dm2_41=1:4 eV2:3:log", "--json")
    code, out, err = run(*line)
    assert code == 0, err
    row = json.loads(out)["rows"][1]
    assert row["dm2_41 [eV2]"] == pytest.approx(2.0)
    assert 0 < row["danss"] < 0.2
    assert 0.2 < row["best"] <= 1
    code, _, err = run("limit", "danss", "ccfr-trident")
    assert code == 2
    code, _, err = run("limit", "danss", "--masses", "1:10:3 MeV")
    assert code == 2
    assert "--grid (of dm2_41)" in err


def test_a_limit_says_whether_no_mixing_is_disfavoured(run: Run) -> None:
    line = ("limit", "best", "--grid", "dm2_41=1:20 eV2:12:log")
    code, out, err = run(*line)
    assert code == 0, err
    assert "best: no mixing is disfavoured, Δχ² = 21." in out
    code, out, _ = run(*line, "--json")
    assert json.loads(out)["no_mixing"]["best"]["rise"] == pytest.approx(21.6, abs=0.2)
    code, out, _ = run("limit", "bugey-3", "--grid", "dm2_41=0.1:0.2 eV2:2")
    assert "bugey-3: no mixing is allowed" in out


def test_a_limit_of_rates_is_that_of_their_mean(run: Run) -> None:
    """At large Δm² the mean survival is 1 − s/2: CLs of a Gaussian normalisation."""
    line = ("limit", "reactor-rates", "--grid", "dm2_41=15:20 eV2:2", "--json")
    code, out, err = run(*line)
    assert code == 0, err
    found = json.loads(out)["rows"][1]["reactor-rates"]
    norm = nu.experiment("reactor-rates").fit(free=["norm"], minos=False)["norm"]
    assert norm.error is not None
    best, sigma = 2 * (1 - norm.value), 2 * norm.error

    def cls(s: float) -> float:
        reached = NormalDist().cdf(-(s - best) / sigma)
        return reached / NormalDist().cdf(best / sigma) - 0.05

    assert found == pytest.approx(brentq(cls, best, 1.0), rel=0.03)


def test_rates_need_no_model_for_a_mixing(run: Run) -> None:
    grid = ("--grid", GRID, "--toys", "0", "--json")
    code, out, err = run("plane", "reactor-rates", *grid)
    assert code == 0, err
    code, same, _ = run("plane", "reactor-rates", *grid, "--model", "sterile")
    assert json.loads(out)["chi2"] == json.loads(same)["chi2"]
    # mixing moves the rates, and without any they are those of three neutrinos
    assert np.ptp(json.loads(out)["chi2"]) > 10
    assert json.loads(out)["without_signal"] == pytest.approx(15.072, abs=2e-3)
    code, _, err = run("fit", "reactor-rates", "--free", "dm2_41")
    assert code == 2
    assert "free both" in err


@pytest.mark.parametrize("more", [(), ("--no-minos",)])
def test_a_fit_of_gallium_leaves_the_splitting_open(
    run: Run, more: tuple[str, ...]
) -> None:
    line = ("fit", "best", "--free", "sin2_2theta_14,dm2_41", *more)
    code, out, err = run(*line)
    assert code == 0, err
    assert "no mixing: −2 ln L higher by 21.6" in out
    (said,) = [one for one in out.splitlines() if "by its profile" in one]
    assert "[1.1896, 1.4065] eV2; [2.7505, 4.2176] eV2; [5.4224, 100] eV2" in said
    assert said.endswith("open at the upper end of the range")
    code, out, _ = run("fit", "danss", "--free", "sin2_2theta_14", "--json")
    assert json.loads(out)["notes"][-1].startswith("no mixing")


def test_a_file_that_is_none_of_a_scheduler(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    line = ("plane", "danss", "--grid", GRID, "--toys", "5", "--dask", str(file))
    code, _, err = run(*line)
    assert code == 2
    assert "--scheduler-file" in err
    assert err.count("\n") == 1
    for text in ("{}", "no json", "[1]"):
        file.write_text(text, encoding="utf-8")
        code, _, err = run(*line)
        assert code == 2
        assert "is not a Dask scheduler file" in err


@pytest.mark.nightly
def test_a_cluster_gives_the_bits_of_processes(run: Run, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    line = ("plane", "danss", "--grid", GRID, "--toys", "300", "--quiet", "--json")
    said: dict[str, str] = {}
    written: dict[str, bytes] = {}

    def ask(name: str, *more: str) -> None:
        file = tmp_path / f"{name}.h5"
        code, out, err = run(*line, "-o", str(file), *more)
        assert code == 0, err
        said[name], written[name] = out, file.read_bytes()

    ask("here")
    ask("processes", "--workers", "2")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=50,
    ) as cluster:
        file = tmp_path / "scheduler.json"
        identity = cluster.scheduler.identity()
        file.write_text(json.dumps(identity, default=str), encoding="utf-8")
        ask("address", "--dask", cluster.scheduler_address)
        ask("file", "--dask", str(file))
    assert len(set(said.values())) == 1
    assert len(set(written.values())) == 1
