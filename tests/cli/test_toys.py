"""``nuprobe toys``: coverage, thresholds and CLs from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.command_line import found_in

from nuprobe.cli.main import cli
from nuprobe.errors import NuprobeError
from nuprobe.experiments import experiment
from nuprobe.inference import coverage


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["toys", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


CSI = ("coherent-csi-2017", "--free", "rn", "--quiet")


def test_coverage_is_that_of_python() -> None:
    found = found_in(run(*CSI, "--toys", "200", "--seed", "5", "--json"))
    from nuprobe.inference import ToySettings

    cost = experiment("coherent-csi-2017").cost(free=["rn"])
    settings = ToySettings(200, seed=5, nuisances="nominal")
    assert found == coverage(cost, "rn", toys=settings).to_dict()
    assert found["levels"] == [pytest.approx(0.6827, abs=1e-4), 0.9, 0.95]
    text = run(*CSI, "--toys", "200", "--truth", "rn=5.5 fm", "--cl", "0.9")
    assert "200 toys (unconditional), at rn = 5.5 fm" in text
    assert "90 % intervals (two-sided, Wilks) cover" in text


def test_thresholds_and_cls_along_a_grid(tmp_path: Path) -> None:
    plot, file = tmp_path / "toys.png", tmp_path / "toys.h5"
    grid = ("--grid", "rn=3:8 fm:4", "--toys", "60")
    text = run(*CSI, *grid, "-o", str(file), "--plot", str(plot))
    assert "allowed: " in text
    assert file.exists()
    assert plot.stat().st_size > 1000
    argon = ("coherent-lar-2020", "--analysis", "published", "--quiet")
    exclude = ("--free", "cevns_scale", "--grid", "cevns_scale=1.5:2.1:3")
    found = json.loads(run(*argon, *exclude, "--exclude", "--toys", "40", "--json"))
    assert len(found["toys"]) == len(found["asymptotic"]) == 3
    assert found["null"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*CSI, "--exclude"), "need --grid"),
        ((*CSI, "--grid", "sin2_theta_w=0.1:0.3:3"), "unknown parameter"),
        ((*CSI, "--workers", "2", "--dask", "tcp://x:1"), "not both"),
        (("ccfr-trident", "--free", "x"), "unknown parameter 'x' of ccfr-trident"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(NuprobeError, match=message) as error:
        run(*arguments)
    assert "\n" not in str(error.value)


def test_an_end_beyond_the_grid_is_named(tmp_path: Path) -> None:
    file = tmp_path / "toys.h5"
    line = (*CSI, "--grid", "rn=4:6.5 fm:3", "--toys", "20", "-o", str(file))
    said = "  allowed: 4 to 6.5 fm, open at both ends of the grid"
    assert said in run(*line, "--cl", "0.99").splitlines()
    shown = CliRunner().invoke(cli, ["show", str(file)], catch_exceptions=False)
    assert said in shown.output.splitlines()
    found = json.loads(run(*line[:-2], "--cl", "0.99", "--json"))
    (interval,) = found["levels"][0]["intervals"]
    assert (interval["lower"], interval["upper"]) == (None, None)
    assert interval["open_low"]
    assert interval["open_high"]
