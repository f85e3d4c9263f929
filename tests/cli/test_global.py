"""``nuprobe global``: sets of experiments on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

COMMAND = ("global",)
MINE = """schema_version = 1
name = "mine"
title = "two that are quick"

[[experiments]]
name = "texono-csi"

[[experiments]]
name = "lsnd-electron"
place = "Los Alamos"
"""


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return str(path)


def test_table_json_and_ladder(run: Run, mine: str, tmp_path: Path) -> None:
    plot = tmp_path / "ladder.png"
    code, out, _ = run(mine, "--free", "sin2_theta_w", "--plot", str(plot))
    assert code == 0
    assert plot.exists()
    assert "set mine: two that are quick" in out
    code, out, _ = run(mine, "--free", "sin2_theta_w", "--json")
    found = json.loads(out)
    assert code == 0
    labels = [row["label"] for row in found["limits"]]
    assert labels == ["texono-csi", "lsnd-electron", "all"]
    (region,) = found["limits"][-1]["regions"]
    assert 0.15 < region["low"] < 0.2386 < region["high"] < 0.35
    assert found["references"] == ["Deniz:2009mu", "LSND:2001akn"]
    inputs = found["provenance"]["experiments"]
    assert [one["name"] for one in inputs] == ["texono-csi", "lsnd-electron"]


def test_mediators(run: Run, mine: str) -> None:
    code, out, _ = run(mine, "--family", "b-l", "--masses", "1:100:2:log MeV", "--json")
    found = json.loads(out)
    assert code == 0
    assert [c["label"] for c in found["curves"]] == [
        "texono-csi",
        "lsnd-electron",
        "combined",
    ]
    assert found["set"] == "mine"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nothing", "--free", "rn"), "unknown set of experiments 'nothing'"),
        (("laboratory",), "nothing to fit"),
        (("laboratory", "--free", "sin2_theta_w", "--without", "x"), "of the set"),
        (("laboratory", "--family", "b-l", "--free", "rn"), "drop --model"),
        (("laboratory", "--masses", "1:2:2 MeV"), "--masses needs a mediator"),
        (
            ("laboratory", "--free", "sin2_theta_w", "--mixing", "0"),
            "--mixing needs a mediator: add --family, or drop it",
        ),
        (
            ("laboratory", "--free", "sin2_theta_w", "--scan", "q.h5"),
            "--scan needs a mediator: add --family, or drop it",
        ),
        (
            ("laboratory", "--free", "rn", "--grid", "x", "--scan", "q.h5"),
            "--grid, --scan need a mediator: add --family, or drop them",
        ),
        (("laboratory", "--free", "sin2_theta_w", "--cl", "2"), "level"),
    ],
)
def test_one_line_says_what_is_wrong(
    run: Run, words: tuple[str, ...], message: str
) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert message in err
    assert len(err.strip().splitlines()) == 1
