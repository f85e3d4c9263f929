"""``nuprobe events plot`` in a process of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from nuprobe.cli.main import main

BASE = [
    *(
        "events",
        "plot",
        "--channel",
        "nu_mu -> nu_mu mu+ mu-",
        "--target",
        "Ar40",
        "--energy",
        "5 GeV",
    ),
    *("--regime", "coherent", "-n", "1000"),
]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What a process of its own gives, from this interpreter: another takes a second
    to start."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["nuprobe", *arguments])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(warnings, "showwarning", warnings.showwarning)  # put back after
        with pytest.raises(SystemExit) as stop:
            main()
    printed = []
    for stream in (out, err):
        stream.seek(0)
        printed.append(stream.read())
    assert isinstance(stop.value.code, int)
    return subprocess.CompletedProcess(arguments, stop.value.code, *printed)


def test_figure_and_numbers(tmp_path: Path) -> None:
    light = "light=lmu-ltau:coupling=1e-3,mass=100 MeV"
    cut = "E_minus > 0.5 GeV and E_plus > 0.5 GeV, m_pair < 0.8 GeV"
    done = run(
        *(*BASE, "--observable", "m_pair", "--compare", "v-a", "--compare", light),
        *("--cut", cut, "--range", "m_pair=200 MeV:0.8 GeV", "--bins", "6"),
        *("-o", "mass.pdf", "--json"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mass.pdf").read_bytes().startswith(b"%PDF")
    data = json.loads(done.stdout)
    assert list(data["models"]) == ["sm", "v-a", "light"]
    flow = data["models"]["sm"]["cuts"]
    assert [c["cut"] for c in flow] == [
        "generated",
        "E_minus > 0.5 GeV",
        "E_plus > 0.5 GeV",
        "m_pair < 0.8 GeV",
    ]
    (one,) = data["distributions"]
    assert one["edges"][0] == 200
    assert one["edges"][-1] == 800
    # all that is left lies in the bins
    assert sum(one["values_cm2"]["sm"]) == pytest.approx(
        flow[-1]["sigma_cm2"], rel=1e-9, abs=0
    )
    assert data["models"]["v-a"]["sigma_cm2"] > 1.5 * data["models"]["sm"]["sigma_cm2"]
    again = run(*BASE, "-o", "mass.pdf", cwd=tmp_path)
    assert again.returncode == 2
    assert "--overwrite" in again.stderr


def test_a_plane_with_progress(tmp_path: Path) -> None:
    pair = ("--observable", "E_minus,E_plus", "--bins", "5")
    done = run(*BASE, *pair, "-o", "plane.png", "--json", "--progress", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "event" in done.stderr
    assert (tmp_path / "plane.png").read_bytes().startswith(b"\x89PNG")
    (one,) = json.loads(done.stdout)["distributions"]
    assert one["observables"] == ["E_minus", "E_plus"]
    assert [len(e) for e in one["edges"]] == [6, 6]
    assert [len(v) for v in one["values_cm2"]["sm"]] == [5] * 5
    quiet = run(*BASE, *pair, cwd=tmp_path)
    assert quiet.returncode == 0
    assert quiet.stderr == ""


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            ("--observable", "m_pair", "--observable", "E_minus,E_plus"),
            "the only --observable",
        ),
        (("--observable", "m_pair,E_minus,E_plus"), "the only --observable"),
        (("--observable", "E_minus,mass"), "unknown observable 'mass'"),
        (("--cut", "m_pair < 0.1 GeV"), "'m_pair < 0.1 GeV' removed the last"),
        (("--cut", "E_minus > 3"), "0.5 GeV"),
        (("--observable", "mass"), "unknown observable 'mass'"),
        (("--range", "m_pair=1"), "NAME=LOW:HIGH"),
        (("--range", "m_pair=1 deg:2 deg"), "an energy"),
        (("--compare", "sm"), "is the generated model"),
        (("-o", "figure.doc"), ".pdf"),
        (("--flux", "dune-nd-fhc"), "either --energy or --flux"),
    ],
)
def test_bad_input_is_one_line(
    more: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = run(*BASE, *more, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_list_of_observables(tmp_path: Path) -> None:
    done = run("list", "observables", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pt_missing" in done.stdout
