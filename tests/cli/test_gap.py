"""``nuprobe gap``, and the gap in the plane of ``nuprobe limit``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.command_line import Run

from nuprobe.bounds.relic_absorption import PEV, LineOfSight, spectrum, survival
from nuprobe.units import eV

COARSE = ("limit", "ccfr-trident", "--masses", "5, 1000 MeV")


def test_the_spectrum_with_its_gap(run: Run, tmp_path: Path) -> None:
    figure = tmp_path / "gap.png"
    args = ("--coupling", "4e-4", "--m-nu", "0.05 eV", "--energy", "0.2, 0.5, 2 PeV")
    code, out, err = run(
        *("gap", "--mass", "10 MeV", *args, "--z-source", "1.2", "--index", "2.5"),
        *("--json", "--plot", str(figure)),
    )
    assert code == 0, err
    assert figure.stat().st_size > 10_000
    line = LineOfSight(m_nu=0.05 * eV, z_source=1.2)
    found = json.loads(out)
    for row in found["rows"]:
        e = row["E [PeV]"] * PEV
        assert row["share that arrives"] == pytest.approx(
            float(survival(e, 10.0, 4e-4, line))
        )
        assert row["E2 flux"] == pytest.approx(
            float(spectrum(e, 10.0, 4e-4, line, 2.5))
        )
    assert [row["share that arrives"] < 0.1 for row in found["rows"]] == [
        *(False, True, False)
    ]
    assert "= 1 PeV" in found["notes"][0]


def test_a_coarse_limit_draws_the_gap_of_other_neutrinos(
    run: Run, tmp_path: Path
) -> None:
    figure = tmp_path / "plane.svg"
    options = ("--m-nu", "0.05, 0.051, 0.07 eV", "--z-source", "2", "--dirac")
    code, _, err = run(*COARSE, *options, "--plot", str(figure))
    assert code == 0, err
    assert "0.05, 0.051, 0.07 eV" in figure.read_text()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((*COARSE, "--m-nu", "0.05 eV"), "add --plot"),
        (
            ("limit", "conus-plus", "--plot", "a.png", "--z-source", "2"),
            "add --model lmu-ltau",
        ),
        (("gap", "--m-nu", "0.05, 0.07 eV"), "one mass or three"),
        (("gap", "--m-nu", "0.05"), "no unit"),
        (("gap", "--z-source", "-1"), "z_source"),
        (("gap", "--mass", "0 MeV"), "mass must be positive"),
        (("gap", "--coupling", "-1"), "coupling"),
        (("gap", "--index", "nan"), "index must be finite"),
        (("gap", "--energy", "0.5 PeV", "--plot", "x.png"), "a lower and a higher"),
    ],
)
def test_mistakes(
    args: tuple[str, ...],
    message: str,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*args)
    assert code == 2
    assert not out
    assert message in err
    assert err.count("\n") == 1
