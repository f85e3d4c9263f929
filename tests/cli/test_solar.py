"""Solar neutrinos on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run

from nuprobe.oscillation import survival


def test_rates(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "rates.png"
    line = ("rate", "gallium-2009", "kamland-2005", "--at", "tan2_12=0.443")
    code, out, _ = run(
        *line, "--at", "dm2_21=7.5e-5 eV2", "--plot", str(figure), "--json"
    )
    assert code == 0
    assert figure.stat().st_size > 1000
    gallium, kamland = json.loads(out)["experiments"]
    (rate,) = gallium["values"]
    assert rate["measured"] == 66.1
    assert rate["expected"] == pytest.approx(65.2, rel=0.02)
    assert kamland["point"]["dm2_21"] == 7.5e-5


def test_fit_and_scan(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(
        "fit", "sno-2013", "kamland-2005", "--free", "tan2_12,dm2_21", "--json"
    )
    assert code == 0
    fitted = {p["name"]: p["value"] for p in json.loads(out)["parameters"]}
    file = str(tmp_path / "a.h5")
    grid = "tan2_12=0.42:0.45:4,dm2_21=7.8e-5:8e-5 eV2:3"
    line = ("scan", "sno-2013", "kamland-2005", "--grid", grid, "-o", file)
    code, out, _ = run(*line, "--quiet", "--json")
    assert code == 0
    best = json.loads(out)["best"]
    assert best["tan2_12"] == pytest.approx(fitted["tan2_12"], rel=1e-3)


def test_plane_and_current(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "plane.png"
    grid = "tan2_12=0.35:0.55:5,dm2_21=5e-5:9e-5 eV2:5"
    line = ("solar", "plane", "sno-2013", "--scheme", "relative", "--l1a", "0, 10 fm3")
    code, out, _ = run(*line, "--grid", grid, "--plot", str(figure), "--json")
    assert code == 0
    assert figure.stat().st_size > 1000
    data = json.loads(out)
    assert data["l1a"] == {"scheme": "relative", "unit": "fm3", "values": [0.0, 10.0]}
    assert np.shape(data["delta"]) == (2, 5, 5)
    code, out, _ = run("solar", "current", "sno-2013", "--scheme", "nnlo")
    assert code == 0
    assert "Balantekin:2003ep" in out
    assert "errors of this fit: 68.27 % CL, two-sided, Δ(−2 ln L) = 1 (Wilks)" in out
    assert "4.50  18.00  12.00" in out


def test_probability(run: Run) -> None:
    line = (
        "solar",
        "probability",
        "--energy",
        "10 MeV",
        "--latitude",
        "46.5",
        "--json",
    )
    code, out, _ = run(*line)
    data = json.loads(out)
    assert code == 0
    assert data["night"][0] > data["day"][0]
    assert data["day"][0] == pytest.approx(float(survival(10.0, "8B")), rel=1e-9)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("solar", "plane"), "--scheme nnlo"),
        (("solar", "plane", "gallium-2009", "--scheme", "nnlo"), "add sno-2013"),
        (("solar", "plane", "--scheme", "nnlo", "--l1a", "5"), "has no unit"),
        (("rate", "sno-2013", "--at", "l1a=5"), "in a given scheme"),
        (
            ("rate", "sno-2013", "--at", "tan2_12=0.4", "--at", "sin2_12=0.3"),
            "the same angle",
        ),
        (("rate", "ccfr-trident", "--at", "tan2_12=0.4"), "--at applies to solar"),
        (("rate", "sno-2013", "coherent-csi-2017"), "run the command for each"),
        (("limit", "sno-2013"), "not a mediator"),
        (("fit", "sno-2013", "--free", "l1a"), "l1a.nnlo"),
        (("rate", "kamland-2005", "--at", "dm2_21=1e-3"), "4.2e-05, 0.000199"),
        (("solar", "probability", "--energy", "0 MeV"), "positive"),
        (("xsec", "cevns", "--target", "Ar40", "--energy", "1e-5 eV2"), "eV2"),
    ],
)
def test_bad_input(run: Run, line: tuple[str, ...], said: str) -> None:
    code, out, err = run(*line)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
