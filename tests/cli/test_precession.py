"""``nuprobe precession``: probabilities, limits, profiles from files, mistakes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from nuprobe.cli.main import main
from nuprobe.oscillation import SOLAR_RADIUS, MagneticField, SpinFlavour
from nuprobe.units import gauss

QUICK = ("--production", "0.05")


def _run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *args: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["nuprobe", "precession", *args])
    with pytest.raises(SystemExit) as end:
        main()
    shown = capsys.readouterr()
    assert isinstance(end.value.code, int)
    return end.value.code, shown.out, shown.err


def _json(text: str) -> Any:
    return json.loads(text)


def test_probabilities_with_figure(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    figure = tmp_path / "p.png"
    code, out, err = _run(
        monkeypatch,
        capsys,
        *("--moment", "2e-11 muB", "--field", "80 kG", "--energy", "8, 12 MeV"),
        *(*QUICK, "--json", "--plot", str(figure)),
    )
    assert code == 0, err
    assert figure.stat().st_size > 10_000
    field = MagneticField.named("core", 80e3 * gauss)
    here = SpinFlavour({"ex": 2e-11}, field, production=0.05 * SOLAR_RADIUS)
    for row in _json(out)["rows"]:
        expected = here.probabilities(row["E [MeV]"])
        assert [row[n] for n in here.names] == pytest.approx(list(expected), rel=1e-12)


def test_a_limit_and_a_field_of_a_file(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Constant over production, so that μ B at the limit is that of the core."""
    table = tmp_path / "b.csv"
    table.write_text("radius,field\n0,1\n0.2,1\n0.5,0\n1,0\n")
    figure = tmp_path / "limit.png"
    code, out, err = _run(
        monkeypatch,
        capsys,
        *("--profile", str(table), "--field", "70 kG", "--limit", "KamLAND-2011"),
        *(*QUICK, "--json", "--plot", str(figure)),
    )
    assert code == 0, err
    assert figure.stat().st_size > 10_000
    (row,) = _json(out)["rows"]
    assert row["B [kG]"] == pytest.approx(70)
    assert row["mu B [muB G]"] == pytest.approx(8.2e-6, rel=0.03)
    assert row["mu [muB]"] == pytest.approx(row["mu B [muB G]"] / 70e3)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--profile", "corona"), "shape of the field"),
        (("--field", "50 kV"), "unit"),
        (("--moment", "1e-11", "--moment", "ex=2e-11"), "gives ex twice"),
        (("--moment", "ee=1e-11"), "moment of Majorana neutrinos"),
        (("--limit", "Kamland"), "KamLAND-2011"),
        (("--limit", "all", "--energy", "10 MeV"), "drop --energy"),
        (("--production", "1.5"), "inside the matter"),
        (("--density", "nowhere.csv"), "no such file"),
        (("--dm2", "7.5"), "oscillates too often"),
        (("--dm2", "7.5 MeV"), "--dm2: "),
    ],
)
def test_mistakes(
    args: tuple[str, ...],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = _run(monkeypatch, capsys, *args)
    assert code == 2
    assert not out
    assert message in err
    assert err.count("\n") == 1
