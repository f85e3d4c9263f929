"""Several experiments in one likelihood on the command line: every verb adds them as a
fit does, with the flux of the SNS shared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import UnknownNameError
from nuprobe.experiments import joint_cost

PAIR = ("coherent-csi-2017", "coherent-lar-2020")
ANGLE = ("--free", "sin2_theta_w")
GRID = ("--grid", "sin2_theta_w=0.12:0.36:13")


@pytest.fixture
def ask(run: Run) -> Any:
    def asked(*words: str, codes: tuple[int, ...] = (0,)) -> Any:
        code, out, err = run(*words, "--json")
        assert code in codes, err
        return json.loads(out)

    return asked


def test_a_joint_scan_finds_the_joint_fit(ask: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "scan.h5")
    fit = ask("fit", *PAIR, *ANGLE)
    scan = ask("scan", *PAIR, *GRID, "-o", file, "--quiet")
    (best,) = fit["parameters"]
    assert scan["best"]["sin2_theta_w"] == pytest.approx(best["value"], abs=1e-5)
    (region,) = scan["regions"]["sin2_theta_w"]
    assert region["low"] == pytest.approx(best["minos_lower"], abs=1e-4)
    assert region["high"] == pytest.approx(best["minos_upper"], abs=1e-4)
    # one flux for both: less freedom than with a flux for each
    alone = [nu.experiment(name).cost(free="sin2_theta_w") for name in PAIR]
    shared = sum(len(one.nuisances) for one in alone) - 1
    joint = joint_cost([nu.experiment(n) for n in PAIR], free="sin2_theta_w")
    assert len(joint.nuisances) == shared
    separate = sum(nu.fit(one).twice_nll for one in alone)
    assert scan["twice_nll"] > separate
    # what is written is gone on with, and not computed again
    again = ask("scan", *PAIR, *GRID, "-o", file, "--quiet", "--resume")
    assert again["best"] == scan["best"]
    workers = str(tmp_path / "workers.h5")
    parallel = ask("scan", *PAIR, *GRID, "-o", workers, "--quiet", "--workers", "2")
    assert parallel["best"] == scan["best"]


@pytest.mark.filterwarnings("ignore:.*not converged")
def test_the_posterior_of_two_experiments(ask: Any, tmp_path: Path) -> None:
    line = ("sample", *PAIR, *ANGLE, "--nuisances", "profiled", "--quiet")
    short, whole = tmp_path / "short.h5", tmp_path / "whole.h5"
    ask(*line, "--steps", "30", "-o", str(short), codes=(0, 1))
    again = (*line, "--steps", "60", "-o")
    found = ask(*again, str(short), "--resume", codes=(0, 1))
    other = ask(*again, str(whole), codes=(0, 1))
    for one in (found, other):  # which say by which command they were made
        del one["provenance"]
    assert other == found
    found = ask(*line, "--steps", "300", "-o", str(whole), "--resume")
    (column,) = found["columns"]
    joint = joint_cost([nu.experiment(n) for n in PAIR], free="sin2_theta_w")
    at = np.linspace(0.02, 0.6, 2001)
    density = np.exp(-0.5 * (v := joint.profiled(at[:, None]).twice_nll) + v.min() / 2)
    density /= density.sum()
    mean = float(at @ density)
    sigma = float(np.sqrt((at - mean) ** 2 @ density))
    assert column["mean"] == pytest.approx(mean, abs=5 * column["error_of_mean"])
    assert column["std"] == pytest.approx(sigma, rel=0.05)


def test_toys_of_two_experiments(ask: Any) -> None:
    found = ask("toys", *PAIR, *ANGLE, "--toys", "10", "--quiet")
    assert found["parameter"] == "sin2_theta_w"
    assert all(0 <= share <= 1 for share in found["covered"])


def test_what_is_chosen_belongs_to_one_of_several(ask: Any, run: Run) -> None:
    csi, argon = PAIR
    python = joint_cost(
        [nu.experiment(csi).rebinned(energy=[6, 14, 30]), nu.experiment(argon)],
        free="sin2_theta_w",
        analysis={argon: "published"},
    )
    chosen = ask(
        *("fit", *PAIR, *ANGLE, "--analysis", f"{argon}=published"),
        *("--bins", f"{csi}:energy=6,14,30"),
    )
    assert chosen["parameters"][0]["value"] == pytest.approx(
        nu.fit(python)["sin2_theta_w"].value, abs=1e-9
    )
    for words, part in (
        (("--analysis", "published"), f"write --analysis {csi}=published"),
        (("--set", "a.b=1"), f"write --set {csi}:a.b=1"),
        (("--bins", "energy=3"), f"write --bins {csi}:energy=3"),
        (("--analysis", "danss=ratio"), "unknown experiment of this command 'danss'"),
        (
            ("--analysis", f"{csi}=energy", "--analysis", f"{csi}=energy-time"),
            f"--analysis names {csi} twice",
        ),
    ):
        code, _, err = run("fit", *PAIR, *ANGLE, *words)
        assert code == 2
        assert part in err
        assert err.count("\n") == 1
    with pytest.raises(UnknownNameError, match="analysis 'ratio' is meant for it"):
        joint_cost(
            [nu.experiment(csi)], free="sin2_theta_w", analysis={"danss": "ratio"}
        )


def test_a_projection_is_added_only_when_asked_for(run: Run, tmp_path: Path) -> None:
    pair = ("coherent-csi-2017", "connie-projection")
    for words in (
        ("scan", *pair, "--grid", "sin2_theta_w=0.2:0.3:3", "-o", str(tmp_path / "a")),
        ("sample", *pair, *ANGLE, "--steps", "10"),
        ("toys", *pair, *ANGLE, "--toys", "5"),
        ("sensitivity", *pair, *ANGLE, "--null", "0.1"),
    ):
        code, _, err = run(*words)
        assert code == 2
        assert "add --with-projections" in err
    code, _, err = run(
        *("scan", *pair, "--grid", "sin2_theta_w=0.2:0.3:3", "--quiet"),
        *("-o", str(tmp_path / "b.h5"), "--with-projections"),
    )
    assert code == 0, err


def test_operators_of_a_file_are_fitted_and_scanned(ask: Any, tmp_path: Path) -> None:
    file = tmp_path / "point.json"
    values = {"CVLL_numunumumumu": 1e-3}
    text = {"eft": "WET", "basis": "flavio", "scale": 5.0, "values": values}
    file.write_text(json.dumps(text), encoding="utf-8")
    words = ("ccfr-trident", "charm2-trident", "--wcxf", str(file))
    fit = ask("fit", *words)
    out = ("-o", str(tmp_path / "scan.h5"), "--quiet")
    value = fit["parameters"][0]["value"]
    low, high = value - abs(value), value + abs(value)
    scan = ask("scan", *words, "--grid", f"factor={low}:{high}:9", *out)
    assert scan["best"]["factor"] == pytest.approx(value, rel=1e-4)


def test_a_limit_takes_a_model_as_the_other_verbs_do(ask: Any) -> None:
    line = ("limit", "coherent-csi-2017", "--masses", "10 MeV")
    old = ask(*line, "--family", "b-l")
    new = ask(*line, "--model", "b-l")
    for one in (old, new):  # which say by which command they were made
        del one["provenance"]
    assert new == old
    given = ask(*line, "--model", "light-vector", "--param", "charges=b-l")
    assert given["curves"][0]["coupling"] == old["curves"][0]["coupling"]
