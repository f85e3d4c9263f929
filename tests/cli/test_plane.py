"""``nuprobe plane`` and ``nuprobe rate`` for short baselines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nuprobe.cli.main import main

Run = Callable[..., tuple[int, str, str]]

GRID = "sin2_2theta_14=0.05:0.8:5:log,dm2_41=0.3:6 eV2:4:log"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nuprobe", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, captured.out, captured.err

    return call


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


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--grid", "dm2_41=1:2:2"), "two axes"),
        (("--grid", "sin2_2theta_14=0.5:1.5:3,dm2_41=1:2:2"), "sin2_2theta_14"),
        (("--grid", "sin2_2theta_14=0.1:0.2:3,dm2_41=0:2:2"), "dm2_41"),
        (("--grid", GRID, "--mark", "here"), "LABEL=X,Y"),
        (("--grid", GRID, "--method", "bayes"), "bayes"),
        (("--grid", GRID, "--cl", "1.5"), "1.5"),
        (("--grid", GRID, "--toys", "-1"), "0 or more"),
        (("--grid", GRID, "--toys", "0", "-o", "a.h5"), "are for toys"),
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
